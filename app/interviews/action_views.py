"""Actions that arise in an interview, and who of the team was there. They are shown in its write-up."""

from datetime import date
from uuid import UUID

from flask import abort, flash, g, request, url_for

from app.access import Action, allow
from app.db.versions import Stale
from app.inspections.gate import CurrentInspection
from app.inspections.histories import conflict_of
from app.inspections.queries import list_team
from app.interviews import action_queries, actions, queries
from app.interviews.action_forms import ActionForm, AttendeesForm, ChangeActionForm, WithdrawActionForm
from app.interviews.models import Interview, InterviewAction
from app.interviews.services import Closed
from app.interviews.views import bp, get_interview
from app.web import clock
from app.web.conflicts import Conflict
from app.web.pages import long_date, page, to

ACTION = "interviews/action.html"
ATTENDEES = "interviews/attendees.html"


@bp.get("/<reference>/actions/new")
@allow(Action.RECORD)
def show_new_action(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference)
    if interview.signed_off_at is not None or interview.cancelled_at is not None:
        abort(409, str(Closed(interview)))
    return _ask(inspection, interview, ActionForm(formdata=None))


@bp.post("/<reference>/actions/new")
@allow(Action.RECORD)
def add_action(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference, for_change=True)
    form = ActionForm().since(_arose(interview))
    if not form.validate_on_submit():
        return _ask(inspection, interview, form, status=422)
    try:
        action = actions.add_action(interview, form.to_do(), by=g.actor)
    except Closed as closed:
        form.what.errors = [str(closed)]
        return _ask(inspection, interview, form, status=422)
    flash(f"Action {action.number} is written down.{_late(action)}", "success")
    return _to_actions(interview)


@bp.get("/<reference>/actions/<int:number>")
@allow(Action.RECORD)
def show_action(inspection: CurrentInspection, reference: str, number: int):
    interview = get_interview(inspection, reference)
    action = get_action(interview, number)
    return _ask(inspection, interview, ChangeActionForm(formdata=None, obj=action), action)


@bp.post("/<reference>/actions/<int:number>")
@allow(Action.RECORD)
def change_action(inspection: CurrentInspection, reference: str, number: int):
    interview = get_interview(inspection, reference, for_change=True)
    action = get_action(interview, number, for_change=True)
    form = ChangeActionForm().since(_arose(interview, action), action.due)
    if not form.validate_on_submit():
        return _ask(inspection, interview, form, action, 422)
    try:
        actions.change_action(action, interview, form.to_do(), base=form.version.data or 0, by=g.actor)
    except Closed as closed:
        form.what.errors = [str(closed)]
        return _ask(inspection, interview, form, action, 422)
    except Stale:
        return _ask(inspection, interview, form, action, 409, conflict=_conflict(inspection, interview, form, action))
    flash(f"Action {number} is saved.{_late(action)}", "success")
    return _to_actions(interview)


@bp.post("/<reference>/actions/<int:number>/done")
@allow(Action.RECORD)
def tick_action(inspection: CurrentInspection, reference: str, number: int):
    """Say that it is done; with `undo`, that it is not yet after all."""
    interview = get_interview(inspection, reference, for_change=True)
    action = get_action(interview, number, for_change=True)
    try:
        actions.tick_action(action, interview, "undo" not in request.form, by=g.actor)
    except Closed as closed:
        abort(409, str(closed))
    return _to_actions(interview)


@bp.post("/<reference>/actions/<int:number>/withdraw")
@allow(Action.RECORD)
def withdraw_action(inspection: CurrentInspection, reference: str, number: int):
    interview = get_interview(inspection, reference, for_change=True)
    action, form = get_action(interview, number, for_change=True), WithdrawActionForm()
    change = ChangeActionForm(formdata=None, obj=action)
    status, conflict = 422, None
    if form.validate_on_submit():
        try:
            actions.withdraw_action(action, interview, form.reason.data or "", base=form.version.data or 0, by=g.actor)
        except Closed as closed:
            form.reason.errors = [str(closed)]
        except Stale:
            status, conflict = 409, _conflict(inspection, interview, form, action)
        else:
            flash(f"Action {number} is withdrawn. It stays on record and can be put back.", "success")
            return _to_actions(interview)
    return _ask(inspection, interview, change, action, status, withdraw=form, conflict=conflict)


@bp.post("/<reference>/actions/<int:number>/put-back")
@allow(Action.RECORD)
def put_action_back(inspection: CurrentInspection, reference: str, number: int):
    interview = get_interview(inspection, reference, for_change=True)
    try:
        actions.put_action_back(get_action(interview, number, for_change=True), interview, by=g.actor)
    except Closed as closed:
        abort(409, str(closed))
    flash(f"Action {number} is back.", "success")
    return _to_actions(interview)


@bp.get("/<reference>/attendees")
@allow(Action.RECORD)
def show_attendees(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference)
    if interview.signed_off_at is not None or interview.cancelled_at is not None:
        abort(409, str(Closed(interview)))
    return page(ATTENDEES, interview=interview, form=_present_attendees(inspection, interview))


@bp.post("/<reference>/attendees")
@allow(Action.RECORD)
def say_who_was_there(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference, for_change=True)
    form = _attendees_form(inspection, interview)
    if not form.validate_on_submit():
        return page(ATTENDEES, 422, interview=interview, form=form, error=True)
    names = dict(form.colleagues.choices)
    chosen = {UUID(id): names[id] for id in form.colleagues.data or ()}
    try:
        actions.say_who_was_there(interview, chosen, base=form.version.data or 0, by=g.actor)
    except Closed as closed:
        form.colleagues.errors = [str(closed)]
        return page(ATTENDEES, 422, interview=interview, form=form, error=True)
    except Stale:
        present = _present_attendees(inspection, interview)
        form.version.data = interview.version
        conflict = conflict_of(inspection, form, present, interview.reference, actions.ATTENDING)
        return page(ATTENDEES, 409, interview=interview, form=form, conflict=conflict)
    flash("Who was there is saved.", "success")
    return to(url_for(".show_write_up", reference=interview.reference, _anchor="attendees"))


def get_action(interview: Interview, number: int, *, for_change: bool = False) -> InterviewAction:
    """The action, or 404 with a sentence."""
    found = action_queries.find_action(interview.id, number, for_change=for_change) if number < 10**9 else None
    if found is None:
        abort(404, f"{interview.reference} has no action {number}.")
    return found


def _attendees_form(inspection: CurrentInspection, interview: Interview, **given):
    form = AttendeesForm(**given)
    people = {row.person_id.hex: row.name for row in list_team(inspection.id) if row.disabled_at is None}
    gone = {id: name for id, name in queries.names_of_colleagues(interview).items() if id not in people}
    form.colleagues.choices = [*people.items(), *gone.items()]  # who has left the team was there all the same
    return form


def _present_attendees(inspection: CurrentInspection, interview: Interview) -> AttendeesForm:
    form = _attendees_form(inspection, interview, formdata=None, version=interview.version)
    form.colleagues.data = list(interview.colleagues)
    return form


def _ask(
    inspection: CurrentInspection,
    interview: Interview,
    form: ActionForm,
    action: InterviewAction | None = None,
    status: int = 200,
    withdraw: WithdrawActionForm | None = None,
    conflict: Conflict | None = None,
):
    return page(
        ACTION,
        status,
        interview=interview,
        action=action,
        form=form,
        withdraw=withdraw or WithdrawActionForm(formdata=None),
        team=list(dict.fromkeys(row.name for row in list_team(inspection.id))),
        conflict=conflict,
        error=status == 422,
    )


def _arose(interview: Interview, action: InterviewAction | None = None) -> date | None:
    """The day before which nothing is due. A date that stands is left: the interview may have been moved since."""
    day = interview.happened_on
    if day is None or day > clock.today():
        return None
    return min(day, action.due) if action and action.due else day


def _late(action: InterviewAction) -> str:
    if action.due is None or action.due >= clock.today():
        return ""
    return f" It was due on {long_date(action.due)} already: tick it if it is done."


def _conflict(
    inspection: CurrentInspection,
    interview: Interview,
    form: ChangeActionForm | WithdrawActionForm,
    action: InterviewAction,
) -> Conflict:
    present = type(form)(formdata=None, obj=action)
    part = actions.part_of(action)
    return conflict_of(inspection, form, present, interview.reference, actions.CHANGING, part)


def _to_actions(interview: Interview):
    return to(url_for(".show_write_up", reference=interview.reference, _anchor="actions"))
