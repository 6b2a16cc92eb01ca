from uuid import UUID

from flask import Blueprint, abort, flash, g, request, url_for

from app.access import Action, allow
from app.audit.queries import history_between
from app.contradictions import queries, services
from app.contradictions.by_criterion import opening
from app.contradictions.forms import ReopenForm, ResolveForm
from app.contradictions.queries import Contradiction
from app.db.versions import Stale
from app.evidence.models import ItemLink
from app.findings.models import Link
from app.inspections.gate import CurrentInspection
from app.inspections.histories import in_words
from app.inspections.queries import find_criterion, get_rules
from app.inspections.rules import Rules
from app.web.pages import page, to

bp = Blueprint("contradictions", __name__, url_prefix="/inspections/<inspection>/contradictions")
PAGE = "contradictions/contradiction.html"
GONE = (
    "while you were working on this contradiction: there is nothing to resolve any more, and nothing was changed. "
    "What you entered is below."
)


@bp.get("")
@allow(Action.READ)
def list_contradictions(inspection: CurrentInspection):
    wanted, resolved = request.args.get("criterion", ""), request.args.get("state", "")
    criterion = find_criterion(inspection.id, wanted) if wanted else None
    if wanted and criterion is None:
        abort(404, f"There is no criterion {wanted[:40]} in this inspection.")
    if resolved not in ("", "resolved"):
        abort(404, "Contradictions are open or resolved. Take the state out of the address.")
    rules = get_rules(inspection.id)
    found, before = queries.list_contradictions(
        inspection.id,
        rules,
        criterion_id=criterion.id if criterion else None,
        resolved=bool(resolved),
        before=_read_before(),
    )
    return page(
        "contradictions/index.html",
        contradictions=found,
        before=before,
        resolved=bool(resolved),
        counts=queries.count_by_state(inspection.id, rules, criterion.id if criterion else None),
        criterion=criterion,
        outcomes=_outcomes(rules),
        few=rules.small_numbers.threshold,
    )


@bp.get("/<uuid:link_id>")
@allow(Action.READ)
def show_contradiction(inspection: CurrentInspection, link_id: UUID):
    rules, link = _get_link(inspection, link_id)
    return _show(inspection, rules, link)


@bp.get("/<uuid:link_id>/history")
@allow(Action.READ)
def show_history(inspection: CurrentInspection, link_id: UUID):
    _rules, link = _get_link(inspection, link_id)
    return page(
        "contradictions/history.html",
        contradiction=queries.get_contradiction(link),
        entries=in_words(inspection, history_between(inspection.id, link.item.reference, services.other_of(link))),
    )


@bp.post("/<uuid:link_id>/outcome")
@allow(Action.DECIDE)
def resolve(inspection: CurrentInspection, link_id: UUID):
    rules, link = _get_link(inspection, link_id, for_change=True)
    contradiction = queries.get_contradiction(link)
    form = ResolveForm()
    form.offer(rules, contradiction.sides)
    if not form.validate_on_submit():
        return _show(inspection, rules, link, 422, resolve=form)
    try:
        services.resolve(
            link,
            form.outcome.data or "",
            form.aside.data or "",
            form.reason.data or "",
            base=form.version.data or 0,
            by=g.actor,
        )
    except Stale:
        if form.says(link):
            flash("It was resolved so already. Nothing was saved twice.", "success")
            return to(url_for(".show_contradiction", link_id=link.id))
        return _show(inspection, rules, link, 409, resolve=form, conflict=_meanwhile(inspection, link))
    except services.Gone as gone:
        return _show(inspection, rules, link, 409, resolve=form, conflict=f"{gone} {GONE}")
    flash("The contradiction is resolved. It can be opened again with a reason.", "success")
    return to(url_for(".show_contradiction", link_id=link.id))


@bp.post("/<uuid:link_id>/open")
@allow(Action.DECIDE)
def reopen(inspection: CurrentInspection, link_id: UUID):
    rules, link = _get_link(inspection, link_id, for_change=True)
    form = ReopenForm()
    form.offer(inspection.vocabulary)
    if not form.validate_on_submit():
        return _show(inspection, rules, link, 422, reopen=form)
    label, words = form.chosen(), (form.words.data or "").strip()
    try:
        services.reopen(link, f"{label}: {words}" if words else label, base=form.version.data or 0, by=g.actor)
    except Stale:
        return _show(inspection, rules, link, 409, reopen=form, conflict=_meanwhile(inspection, link))
    except services.AnotherStands:
        abort(409, "The two sides have been linked again since. Look at the new link instead.")
    flash("The contradiction is open again.", "success")
    return to(url_for(".show_contradiction", link_id=link.id))


def _get_link(inspection: CurrentInspection, link_id: UUID, *, for_change: bool = False):
    """The pack's rules and a link that contradicts by them, or 404 with a sentence.

    One that was taken off, without an outcome, contradicts no more: it is found for a change, which then says so.
    """
    link = queries.find_link(inspection.id, link_id, for_change=for_change)
    if link is not None:
        rules = get_rules(inspection.id)
        if link.relation in opening(rules)[0 if isinstance(link, Link) else 1]:
            if for_change or link.withdrawn_at is None or link.outcome:
                return rules, link
            sides = f"{link.item.reference} and {services.other_of(link)}"
            abort(404, f"That {sides} contradict one another was taken off again: the link stands no more.")
    abort(404, "There is no such contradiction in this inspection.")


def _show(
    inspection: CurrentInspection,
    rules: Rules,
    link: Link | ItemLink,
    status: int = 200,
    *,
    resolve: ResolveForm | None = None,
    reopen: ReopenForm | None = None,
    conflict: str = "",
):
    contradiction = queries.get_contradiction(link)
    if resolve is None:
        resolve = ResolveForm(formdata=None)
        resolve.offer(rules, contradiction.sides)
    if reopen is None:
        reopen = ReopenForm(formdata=None)
        reopen.offer(inspection.vocabulary)
    return page(
        PAGE,
        status,
        contradiction=contradiction,
        closes=_closes(contradiction),
        outcomes=_outcomes(rules),
        resolve=resolve,
        reopen=reopen,
        conflict=conflict,
        next_open=queries.find_next_open(inspection.id, rules, link.id),
        few=rules.small_numbers.threshold,
        error=status == 422,
    )


def _meanwhile(inspection: CurrentInspection, link: Link | ItemLink) -> str:
    """Who resolved it or opened it again since the form was opened, and what is to be done about it."""
    last = next(iter(history_between(inspection.id, link.item.reference, services.other_of(link), limit=1)), None)
    mine = last is not None and last.actor == g.actor.label
    who = "You" if mine else last.actor if last else "Somebody"
    when = f"{' yourself' if mine else ''} since this page was opened{', perhaps in another tab' if mine else ''}"
    if link.outcome:
        return (
            f"{who} resolved this contradiction{when}. How stands below, with what you entered, of which "
            "nothing is saved: to change the outcome, open the contradiction again first."
        )
    return (
        f"{who} opened this contradiction again{when}: it is open, and can be resolved below. Nothing of what you "
        "entered is saved."
    )


def _closes(contradiction: Contradiction) -> bool:
    """Whether it is open: not resolved, the link not taken off, both sides living."""
    withdrawn = contradiction.struck or any(side.withdrawn for side in contradiction.sides)
    return not contradiction.outcome and not withdrawn


def _outcomes(rules: Rules) -> dict[str, str]:
    return {term.code: term.label for term in rules.contradiction_outcomes}


def _read_before() -> UUID | None:
    given = request.args.get("before")
    try:
        return UUID(given) if given else None
    except ValueError:
        abort(404, "The address is not whole: start again from the first page of the list.")
