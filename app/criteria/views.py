from flask import Blueprint, abort, request

from app.access import Action, allow
from app.contradictions.by_criterion import count_open_by_criterion, open_and_elsewhere
from app.criteria import queries
from app.evidence.filters import FilterPanel, read_before, read_filters
from app.extensions import htmx
from app.findings.queries import list_findings, newest_links
from app.inspections import queries as inspections
from app.inspections.gate import CurrentInspection
from app.matrix import queries as matrix
from app.matrix.claims import claims_of, claims_of_all, next_best, otherwise
from app.matrix.gaps import PLANNED, read_plan, silent
from app.register.queries import nothing_to_come, read_register
from app.web import clock
from app.web.pages import page

bp = Blueprint("criteria", __name__, url_prefix="/inspections/<inspection>/criteria")
FINDINGS_SHOWN = 50


@bp.get("")
@allow(Action.READ)
def list_criteria(inspection: CurrentInspection):
    coverage = matrix.coverage(inspection.id)
    if not coverage:  # nor are there rules before a pack is loaded
        return page("criteria/index.html", coverage=coverage)
    plan, bodies = read_plan(inspection.id), inspections.list_bodies(inspection.id)
    rules = plan.rules if plan else inspections.get_rules(inspection.id)
    claims = claims_of_all(inspection.id, coverage, rules, bodies)
    nothing = nothing_to_come(inspection.id)
    return page(
        "criteria/index.html",
        coverage=coverage,
        claims=claims,
        rule=rules.strength,
        contradictions=count_open_by_criterion(inspection.id, rules),
        # What was cancelled, or answered with nothing, is awaited no more.
        silent={
            reference: sum(gap.mark == PLANNED for gap in silent(plan, reference, of.gave, bodies, nothing))
            if plan
            else 0
            for reference, of in claims.items()
        },
    )


@bp.get("/<reference>")
@allow(Action.READ)
def show_criterion(inspection: CurrentInspection, reference: str):
    criteria = inspections.list_criteria(inspection.id)
    place = next((n for n, row in enumerate(criteria) if row.reference.casefold() == reference.casefold()), None)
    if place is None:
        abort(404, f"There is no criterion {reference[:40]} in this inspection.")
    criterion = criteria[place]
    panel = read_filters(inspection)
    linked = request.args.get("linked") == "1"
    plan = read_plan(inspection.id)
    rules = plan.rules if plan else inspections.get_rules(inspection.id)
    claims = claims_of(inspection.id, criterion.id, criterion.reference, rules=rules, bodies=panel.bodies)
    silent_ones = (
        silent(plan, criterion.reference, claims.gave, panel.bodies, nothing_to_come(inspection.id)) if plan else []
    )
    findings = list_findings(inspection.id, criterion_id=criterion.id, limit=FINDINGS_SHOWN + 1, with_criteria=False)
    contradictions, elsewhere = open_and_elsewhere(inspection.id, rules, criterion.id)
    side = _read_side(panel)
    codes = inspection.vocabulary.direction_codes
    return page(
        "criteria/criterion.html",
        criterion=criterion,
        previous=criteria[place - 1] if place else None,
        following=criteria[place + 1] if place + 1 < len(criteria) else None,
        panel=panel,
        claims=claims,
        test=claims.rule.test(criterion.reference, None),
        otherwise=otherwise(claims, criterion.reference),
        names=_names(panel),
        requests=plan.requests if plan else {},
        few=rules.small_numbers.threshold,
        contradictions=contradictions,
        elsewhere=elsewhere,
        gaps=silent_ones,
        next_best=next_best(claims, criterion.reference, silent_ones),
        tally=queries.tally(inspection.id, criterion.id, panel.filters, codes),
        side=side,
        columns=queries.side_by_side(criterion.id, side, panel.filters, codes) if len(side) > 1 else {},
        findings=findings[:FINDINGS_SHOWN],
        more_findings=len(findings) > FINDINGS_SHOWN,
        links=newest_links(finding.id for finding in findings[:FINDINGS_SHOWN]),
        outcomes={term.code: term.label for term in rules.contradiction_outcomes},
        linked=linked,
        listed=queries.list_evidence(criterion.id, panel.filters, linked, read_before()),
    )


@bp.get("/<reference>/requests")
@allow(Action.READ)
def show_requests(inspection: CurrentInspection, reference: str):
    """What informs the criterion and is not all in yet; for htmx, as the criterion's own page shows it."""
    found = next((row for row in inspections.list_criteria(inspection.id) if row.reference == reference), None)
    if found is None:
        abort(404, f"There is no criterion {reference[:40]} in this inspection.")
    register = read_register(inspection.id, clock.today())
    lines = [line for line in register.lines if reference in line.criteria and line.is_open]
    template = "criteria/_requests.html" if htmx else "criteria/requests.html"
    return page(template, criterion=found, register=register, lines=lines)


def _names(panel: FilterPanel) -> dict[str, str]:
    """What codes of roles and bodies stand for, for the voices of a claim."""
    return dict(panel.offers["role"][1:]) | {body.code: body.name for body in panel.bodies}


def _read_side(panel: FilterPanel):
    """The bodies that the address sets side by side, in the pack's order."""
    wanted = request.args.getlist("side")
    for code in wanted:
        if code not in {body.code for body in panel.bodies}:
            abort(404, f"There is no Area called ‘{code[:40]}’ in this inspection. Take it out of the address.")
    return [body for body in panel.bodies if body.code in wanted]
