"""The plan of interviews: who is to be seen where, and what becomes of each. Notes are in views.py."""

from typing import Any

from flask import abort, flash, g, url_for

from app.access import Action, allow
from app.audit.queries import history
from app.db.versions import Stale
from app.evidence.forms import choices
from app.inspections.gate import CurrentInspection
from app.inspections.queries import find_guides
from app.inspections.vocabulary import Term
from app.interviews import planning, queries
from app.interviews.filters import KINDS
from app.interviews.forms import CellForm, ReasonForm
from app.interviews.models import STATE_LABELS, InterviewPlan
from app.interviews.views import bp
from app.web.pages import count, page, to

CELL = "interviews/cell.html"


@bp.get("/plan")
@allow(Action.READ)
def show_planned(inspection: CurrentInspection):
    return page("interviews/plan.html", table=queries.plan_table(inspection.id), states=STATE_LABELS)


@bp.post("/plan")
@allow(Action.DECIDE)
def make_planned(inspection: CurrentInspection):
    if (guides := find_guides(inspection.id)) is None:
        abort(409, "The pack of this inspection was loaded without its topic guides. Load the whole pack again first.")
    made = planning.make_planned(inspection.id, guides, inspection.vocabulary, by=g.actor)
    if made:
        flash(f"{count(made, 'interview')} made, without dates. Open one to schedule it.", "success")
    else:
        flash("All that the pack plans is in the plan already. Nothing was made twice.", "info")
    return to(url_for(".show_planned"))


@bp.get("/plan/history")
@allow(Action.READ)
def show_plan_history(inspection: CurrentInspection):
    return page("interviews/plan_history.html", entries=history(inspection.id, planning.PLAN))


@bp.get("/plan/<area>/<role>")
@allow(Action.DECIDE)
def show_cell(inspection: CurrentInspection, area: str, role: str):
    cell = get_cell(inspection, area, role)
    form = _cell_form(inspection, cell, formdata=None, kind=cell.kind, number=cell.number, version=cell.version)
    return page(CELL, cell=cell, form=form, conflict=False)


@bp.post("/plan/<area>/<role>")
@allow(Action.DECIDE)
def change_cell(inspection: CurrentInspection, area: str, role: str):
    cell = get_cell(inspection, area, role, for_change=True)
    form = _cell_form(inspection, cell)
    if not form.validate_on_submit():
        return page(CELL, 422, cell=cell, form=form, conflict=False, error=True)
    try:
        added, cancelled = planning.change_cell(
            cell,
            kind=form.kind.data,
            number=form.number.data or 0,
            reason=reason_of(form, inspection.vocabulary.session_change_reasons),
            base=form.version.data or 0,
            words=inspection.vocabulary,
            by=g.actor,
        )
    except planning.TooFew as few:
        begun = count(few.begun, "interview")
        sentence = f"{begun} with them began already and cannot be cancelled: enter {few.begun} or more"
        form.number.errors = [sentence]
        return page(CELL, 422, cell=cell, form=form, conflict=False, error=True)
    except Stale:
        form.version.data = cell.version  # sent again, it is a change of what stands beside it now
        return page(CELL, 409, cell=cell, form=form, conflict=True)
    done = [f"{count(added, 'interview')} added" if added else "", f"{cancelled} cancelled" if cancelled else ""]
    flash(f"{cell.role.label}, {cell.body.name}: {', '.join(filter(None, done)) or 'the plan is changed'}.", "success")
    return to(url_for(".show_planned"))


def get_cell(inspection: CurrentInspection, area: str, role: str, *, for_change: bool = False) -> InterviewPlan:
    """What is planned, or 404 with a sentence."""
    if (cell := queries.find_cell(inspection.id, area, role, for_change=for_change)) is None:
        abort(404, "Nothing is planned with that role there. Add an interview by hand, or make the planned ones first.")
    return cell


def _cell_form(inspection: CurrentInspection, cell: InterviewPlan, **given: Any) -> CellForm:
    form = CellForm(**given)
    guides = find_guides(inspection.id)
    planned = next((part for part in guides.planned_sessions if part.role == cell.role.code), None) if guides else None
    # What was agreed for this Area already stays a choice, whatever the pack says of the role.
    allowed = {*(planned.kinds() if planned else KINDS), cell.kind}
    form.kind.choices = kind_choices(inspection, allowed)
    offer_reasons(form, inspection.vocabulary.session_change_reasons)
    return form


def kind_choices(inspection: CurrentInspection, allowed: set[str]) -> list[tuple[str, str]]:
    labels = inspection.vocabulary.labels["source_kinds"]
    return [(kind, labels[kind]) for kind in KINDS if kind in allowed and kind in labels]


def offer_reasons(form: ReasonForm, reasons: tuple[Term, ...]) -> None:
    form.reason.choices = [("", "Choose"), *choices(reasons)]
    form.needs_words = frozenset(term.code for term in reasons if term.needs_words)


def reason_of(form: ReasonForm, reasons: tuple[Term, ...]) -> str:
    """The reason as it is kept: 'The Area asked: both work on the same cases'."""
    label = next(term.label for term in reasons if term.code == form.reason.data)
    words = (form.words.data or "").strip()
    return f"{label}: {words}" if words else label
