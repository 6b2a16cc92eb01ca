"""The plan of interviews: who is to be seen where, and what becomes of each. Notes are in views.py."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import abort, flash, g, request, url_for

from app.access import Action, allow
from app.audit.queries import history
from app.db.versions import Stale
from app.inspections.gate import CurrentInspection
from app.inspections.histories import conflict_of, in_words
from app.inspections.models import Role
from app.inspections.queries import find_days, find_first_day, find_guides, get_rules, list_team
from app.inspections.vocabulary import Term
from app.interviews import joining_queries, planning, planning_queries, queries
from app.interviews.clashes import has_time, length_of, warnings_of
from app.interviews.filters import KINDS
from app.interviews.forms import CellForm, HeldForm, ReasonForm, ScheduleForm
from app.interviews.models import STATE_LABELS, WRITE_UP_OUTSTANDING, Interview, InterviewPlan, State
from app.interviews.views import bp, get_interview
from app.web import clock
from app.web.pages import count, long_date, page, to

CELL = "interviews/cell.html"
SCHEDULE = "interviews/schedule.html"
OPEN_VERSIONS = (
    "Nobody has chosen between two versions of a note. Choose first, or tick that it is signed off all the same."
)
REASON = "interviews/reason.html"
HELD = "interviews/held.html"


@bp.get("/plan")
@allow(Action.READ)
def show_planned(inspection: CurrentInspection):
    return page("interviews/plan.html", table=planning_queries.plan_table(inspection.id), states=STATE_LABELS)


@bp.post("/plan")
@allow(Action.DECIDE)
def make_planned(inspection: CurrentInspection):
    if (guides := find_guides(inspection.id)) is None:
        abort(409, "The pack of this inspection was loaded without its topic guides. Load the whole pack again first.")
    made = planning.make_planned(inspection.id, guides, inspection.vocabulary, by=g.actor)
    if made:
        made_words = count(made, "interview or focus group", "interviews and focus groups")
        flash(f"{made_words} made, without dates. Open one to schedule it.", "success")
    else:
        flash("All that the pack plans is in the plan already. Nothing was made twice.", "info")
    return to(url_for(".show_planned"))


@bp.get("/plan/history")
@allow(Action.READ)
def show_plan_history(inspection: CurrentInspection):
    return page("interviews/plan_history.html", entries=in_words(inspection, history(inspection.id, planning.PLAN)))


@bp.get("/plan/<area>/<role>")
@allow(Action.DECIDE)
def show_cell(inspection: CurrentInspection, area: str, role: str):
    cell = get_cell(inspection, area, role)
    return page(CELL, cell=cell, form=_present_cell(inspection, cell))


@bp.post("/plan/<area>/<role>")
@allow(Action.DECIDE)
def change_cell(inspection: CurrentInspection, area: str, role: str):
    cell = get_cell(inspection, area, role, for_change=True)
    form = _cell_form(inspection, cell)
    if not form.validate_on_submit():
        return page(CELL, 422, cell=cell, form=form, error=True)
    try:
        added, cancelled = planning.change_cell(
            cell,
            kind=form.kind.data,
            number=form.number.data or 0,
            reason=form.said(),
            base=form.version.data or 0,
            words=inspection.vocabulary,
            by=g.actor,
        )
    except planning.TooFew as few:
        begun = count(few.begun, "interview")
        sentence = f"{begun} with them began already and cannot be cancelled: enter {few.begun} or more"
        form.number.errors = [sentence]
        return page(CELL, 422, cell=cell, form=form, error=True)
    except Stale:
        form.version.data, part = cell.version, planning.part_of(cell)
        present = _present_cell(inspection, cell)
        conflict = conflict_of(inspection, form, present, planning.PLAN, planning.CELL_DEEDS, part)
        return page(CELL, 409, cell=cell, form=form, conflict=conflict)
    of = f"{cell.role.label}, {cell.body.name}"
    if cell.version == form.version.data:
        flash(f"{of}: this is what is planned already. Nothing was changed.", "info")
    else:
        added_words = count(added, inspection.vocabulary.labels["source_kinds"][cell.kind].lower())
        done = [f"{added_words} added" if added else "", f"{cancelled} cancelled" if cancelled else ""]
        flash(f"{of}: {', '.join(filter(None, done)) or 'the plan is changed'}.", "success")
    return to(url_for(".show_planned"))


@bp.get("/<reference>/arrangements")
@allow(Action.READ)
def show_arrangements(inspection: CurrentInspection, reference: str):
    return _show_arrangements(inspection, get_interview(inspection, reference))


def _show_arrangements(inspection: CurrentInspection, interview: Interview, status: int = 200, refusal: str = ""):
    waits = interview.state in WRITE_UP_OUTSTANDING
    signs_off = _who_signs_off(inspection, interview) if waits else {}
    return page(
        "interviews/arrangements.html",
        status,
        refusal=refusal,
        interview=interview,
        warnings=warnings_of(interview),
        unchosen=joining_queries.list_unchosen(inspection.id, interview.id),
        length=_length(inspection, interview, interview.minutes),
        write_up=queries.write_ups_of(inspection.id, [interview], clock.today()).get(interview.number),
        signs_off=signs_off,
        may_sign_off=g.actor.id in signs_off,
    )


@bp.get("/<reference>/schedule")
@allow(Action.RECORD)
def show_schedule(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference)
    if interview.state in (State.SIGNED_OFF, State.CANCELLED):
        return _show_arrangements(inspection, interview, refusal=planning.why_not(interview, planning.AS_THEY_ARE))
    form, warnings = _present_schedule(inspection, interview), warnings_of(interview)
    return page(SCHEDULE, interview=interview, form=form, warnings=warnings)


@bp.post("/<reference>/schedule")
@allow(Action.RECORD)
def schedule(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference, for_change=True)
    form = _schedule_form(inspection, interview)
    if not form.validate_on_submit():
        return page(SCHEDULE, 422, interview=interview, form=form, error=True)
    arrangement = planning.Arrangement(
        held_at=form.moment(),
        minutes=form.minutes.data,
        place=form.place.data or "",
        remote=bool(form.remote.data),
        title=form.title.data or "",
        lead_id=UUID(form.lead.data) if form.lead.data else None,
        note_taker_id=UUID(form.note_taker.data) if form.note_taker.data else None,
        attendees=form.attendees.data,
        attendee_roles=form.attendee_roles.data or "",
    )
    present = _present_schedule(inspection, interview)
    # A note that was taken meanwhile makes another version of the interview, and touches nothing that stands here.
    base = interview.version if form.is_as_opened(present) else form.version.data or 0
    try:
        planning.schedule(
            interview,
            arrangement,
            form.kind.data,
            inspection.vocabulary,
            reason=form.said(),
            base=base,
            by=g.actor,
        )
    except Stale:
        form.version.data = interview.version
        conflict = conflict_of(inspection, form, present, interview.reference, planning.ARRANGING)
        return page(SCHEDULE, 409, interview=interview, form=form, conflict=conflict)
    except planning.NotNow as reason:
        return _show_arrangements(inspection, interview, 409, str(reason))
    if warnings := warnings_of(interview):
        against = "something speaks" if len(warnings) == 1 else f"{len(warnings)} things speak"
        flash(f"{interview.reference} is saved, but {against} against it: see below.", "info")
    else:
        flash(f"{interview.reference} is saved.", "success")
    return to(url_for(".show_arrangements", reference=interview.reference))


@bp.get("/<reference>/cancel")
@allow(Action.RECORD)
def show_cancel(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference)
    if (why := planning.why_not_cancelled(interview)) is not None:
        return _show_arrangements(inspection, interview, refusal=why)
    form = _reason_form(inspection.vocabulary.session_change_reasons, empty=True)
    return page(REASON, interview=interview, form=form, deed="cancel")


@bp.post("/<reference>/cancel")
@allow(Action.RECORD)
def cancel(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference, for_change=True)
    form = _reason_form(inspection.vocabulary.session_change_reasons)
    if not form.validate_on_submit():
        return page(REASON, 422, interview=interview, form=form, deed="cancel", error=True)
    return _do(
        inspection, interview, planning.cancel, "is cancelled. It stays on record and can be put back", form.said()
    )


@bp.post("/<reference>/put-back")
@allow(Action.RECORD)
def put_back(inspection: CurrentInspection, reference: str):
    return _do(
        inspection, get_interview(inspection, reference, for_change=True), planning.put_back, "is back in the plan"
    )


@bp.get("/<reference>/finish")
@allow(Action.RECORD)
def show_finish(inspection: CurrentInspection, reference: str):
    """Asks on which day it was held, where its plan and its notes do not tell."""
    interview = get_interview(inspection, reference)
    if interview.state not in (State.PLANNED, State.UNDER_WAY):
        return _show_arrangements(inspection, interview, refusal=planning.why_not(interview, "it cannot be finished"))
    form = HeldForm(formdata=None, date=planning.day_held(interview))
    return page(HELD, interview=interview, form=form)


@bp.post("/<reference>/finish")
@allow(Action.RECORD)
def finish(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference, for_change=True)
    on = None
    if interview.state in (State.PLANNED, State.UNDER_WAY):
        if "date" in request.form:
            form = HeldForm()
            form.first_day = find_first_day(inspection.id)
            if not form.validate_on_submit():
                return page(HELD, 422, interview=interview, form=form, error=True)
            on = form.date.data
        elif interview.is_to_come or (interview.held_at is None and not interview.notes_taken):
            return to(url_for(".show_finish", reference=interview.reference))
    return _do(inspection, interview, planning.finish, _was_held, on)


@bp.post("/<reference>/write-up")
@allow(Action.RECORD)
def write_up(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference, for_change=True)
    return _do(inspection, interview, planning.write_up, "is written up and waits to be signed off")


@bp.post("/<reference>/sign-off")
@allow(Action.RECORD)
def sign_off(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference, for_change=True)
    if interview.state is State.WRITTEN_UP:
        signs_off = _who_signs_off(inspection, interview)
        if g.actor.id not in signs_off:
            whose = " or ".join(signs_off.values()) or "the lead inspector"
            abort(403, f"{interview.reference} is to be signed off by {whose}. Nothing was changed.")
        if not request.form.get("all_the_same") and joining_queries.list_unchosen(inspection.id, interview.id):
            return _show_arrangements(inspection, interview, 422, OPEN_VERSIONS)
    return _do(inspection, interview, planning.sign_off, "is signed off. Its notes can no longer be changed")


@bp.get("/<reference>/reopen")
@allow(Action.RECORD)
def show_reopen(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference)
    form = _reason_form(inspection.vocabulary.reopening_reasons, empty=True)
    return page(REASON, interview=interview, form=form, deed="reopen")


@bp.post("/<reference>/reopen")
@allow(Action.RECORD)
def reopen(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference, for_change=True)
    form = _reason_form(inspection.vocabulary.reopening_reasons)
    if not form.validate_on_submit():
        return page(REASON, 422, interview=interview, form=form, deed="reopen", error=True)
    return _do(inspection, interview, planning.reopen, "is open again", form.said())


def _was_held(interview: Interview) -> str:
    on, noted_on = interview.happened_on, planning.day_noted(interview)
    if on is not None and noted_on is not None and on < noted_on:
        slip = f". Its first note was taken after that, on {long_date(noted_on)}: change the date if it is a slip"
        return f"was held on {long_date(on)}{slip}"
    return f"was held on {long_date(on)}. Its notes can still be completed"


def _do(
    inspection: CurrentInspection,
    interview: Interview,
    deed: Callable[..., None],
    outcome: str | Callable[[Interview], str],
    *given: Any,
):
    """Do it and say so; 409 with a sentence where the interview is not at that point."""
    try:
        deed(interview, *given, by=g.actor)
    except planning.NotNow as reason:
        return _show_arrangements(inspection, interview, 409, str(reason))
    flash(f"{interview.reference} {outcome if isinstance(outcome, str) else outcome(interview)}.", "success")
    # To what was done: whoever works by keyboard goes on from there.
    return to(url_for(".show_arrangements", reference=interview.reference, _anchor="fb-messages"))


def _length(inspection: CurrentInspection, interview: Interview, minutes: int | None) -> int:
    """How many minutes it takes."""
    return length_of(minutes, interview.role.code if interview.role else None, find_guides(inspection.id))


def _who_signs_off(inspection: CurrentInspection, interview: Interview) -> dict[UUID, str]:
    named = get_rules(inspection.id).write_up.sign_off_by
    return planning.who_signs_off(interview, named, list_team(inspection.id))


def _schedule_form(inspection: CurrentInspection, interview: Interview, **given: Any) -> ScheduleForm:
    form = ScheduleForm(**given)
    form.was_held, form.days = interview.finished_at is not None, find_days(inspection.id)
    form.minutes.description = f"Empty: {_length(inspection, interview, None)}, as is usual for the role"
    form.kind.choices = kind_choices(inspection, {*_kinds_allowed(inspection, interview.role), interview.kind})
    people = planning.who_records(list_team(inspection.id))
    for field, present in ((form.lead, interview.lead), (form.note_taker, interview.note_taker)):
        # Somebody who can no longer do it stays where they were until somebody else is chosen.
        offered = people | ({present.id: present.name} if present else {})
        field.choices = [("", "Nobody yet"), *((str(id), name) for id, name in offered.items())]
    signs_off = get_rules(inspection.id).write_up.sign_off_by
    for field in (form.lead, form.note_taker):
        field.description = "Signs off the write-up." if field.label.text.lower() in signs_off else ""
    form.offer_reasons(inspection.vocabulary.session_change_reasons, none="No reason given")
    return form


def _present_schedule(inspection: CurrentInspection, interview: Interview) -> ScheduleForm:
    """The form, with how it is arranged now."""
    local = interview.held_at.astimezone(clock.LONDON) if interview.held_at else None
    form = _schedule_form(
        inspection,
        interview,
        formdata=None,
        obj=interview,
        date=local.date() if local else None,
        time=f"{local:%H:%M}" if local and has_time(local) else "",
        reason="",
    )
    # The interview has people where the form has their ids, so that these two are not taken from it.
    form.lead.data, form.note_taker.data = _id(interview.lead_id), _id(interview.note_taker_id)
    return form


def _reason_form(reasons: tuple[Term, ...], *, empty: bool = False) -> ReasonForm:
    form = ReasonForm(formdata=None) if empty else ReasonForm()
    form.offer_reasons(reasons)
    return form


def _kinds_allowed(inspection: CurrentInspection, role: Role | None) -> list[str]:
    """The kinds that the pack allows for a role; either, where it plans nothing with it."""
    guides = find_guides(inspection.id)
    planned = [part for part in guides.planned_sessions if role and part.role == role.code] if guides else []
    return planned[0].kinds() if planned else list(KINDS)


def _id(id: UUID | None) -> str:
    return str(id) if id else ""


def get_cell(inspection: CurrentInspection, area: str, role: str, *, for_change: bool = False) -> InterviewPlan:
    """What is planned, or 404 with a sentence."""
    if (cell := planning_queries.find_cell(inspection.id, area, role, for_change=for_change)) is None:
        abort(404, "Nothing is planned with that role there. Add an interview by hand, or make the planned ones first.")
    return cell


def _cell_form(inspection: CurrentInspection, cell: InterviewPlan, **given: Any) -> CellForm:
    form = CellForm(**given)
    # What was agreed for this Area already stays a choice, whatever the pack says of the role.
    form.kind.choices = kind_choices(inspection, {*_kinds_allowed(inspection, cell.role), cell.kind})
    form.offer_reasons(inspection.vocabulary.session_change_reasons)
    return form


def _present_cell(inspection: CurrentInspection, cell: InterviewPlan) -> CellForm:
    """The form, with what is planned now."""
    return _cell_form(inspection, cell, formdata=None, kind=cell.kind, number=cell.number, version=cell.version)


def kind_choices(inspection: CurrentInspection, allowed: set[str]) -> list[tuple[str, str]]:
    labels = inspection.vocabulary.labels["source_kinds"]
    return [(kind, labels[kind]) for kind in KINDS if kind in allowed and kind in labels]
