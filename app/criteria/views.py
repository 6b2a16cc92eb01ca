from flask import Blueprint, abort, request

from app.access import Action, allow
from app.criteria import queries
from app.evidence.filters import read_before, read_filters
from app.findings.queries import list_findings, newest_links
from app.inspections import queries as inspections
from app.inspections.gate import CurrentInspection
from app.matrix import queries as matrix
from app.matrix.claims import claims_of
from app.web.pages import page

bp = Blueprint("criteria", __name__, url_prefix="/inspections/<inspection>/criteria")
FINDINGS_SHOWN = 50


@bp.get("")
@allow(Action.READ)
def list_criteria(inspection: CurrentInspection):
    return page("criteria/index.html", coverage=matrix.coverage(inspection.id))


@bp.get("/<reference>")
@allow(Action.READ)
def show_criterion(inspection: CurrentInspection, reference: str):
    criterion = inspections.find_criterion(inspection.id, reference)
    if criterion is None:
        abort(404, f"There is no criterion {reference[:40]} in this inspection.")
    panel = read_filters(inspection)
    linked = request.args.get("linked") == "1"
    findings = list_findings(inspection.id, criterion_id=criterion.id, limit=FINDINGS_SHOWN + 1)
    return page(
        "criteria/criterion.html",
        criterion=criterion,
        panel=panel,
        claims=claims_of(inspection.id, criterion.id, criterion.reference),
        tally=queries.tally(inspection.id, criterion.id, panel.filters, inspection.vocabulary.direction_codes),
        findings=findings[:FINDINGS_SHOWN],
        more_findings=len(findings) > FINDINGS_SHOWN,
        links=newest_links(finding.id for finding in findings[:FINDINGS_SHOWN]),
        linked=linked,
        linked_items=queries.count_linked(inspection.id, criterion.id, panel.filters),
        listed=queries.list_evidence(criterion.id, panel.filters, linked, read_before()),
    )
