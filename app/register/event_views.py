"""What happens to a request: asked, chased, extended, answered, reviewed, and struck out where that was a mistake."""

from datetime import date

from flask import abort, flash, g, request, url_for

from app.access import Action, allow
from app.inspections.gate import CurrentInspection, may
from app.inspections.requests import EventPart, Requests
from app.register import concerns, event_queries, file_queries, queries, services, state
from app.register.forms import AskForm, Event, event_form
from app.register.models import DocumentRequest, RequestEvent
from app.register.queries import Register
from app.register.views import (
    address_of,
    bp,
    choices_of,
    chosen_of,
    get_request,
    get_words,
    line_of,
    recorders,
    tell_of_days,
)
from app.web import clock
from app.web.asking import Concern
from app.web.errors import DoneAlready
from app.web.pages import long_date, long_moment, page, to

EVENT = "register/event.html"
STRUCK = "This event was struck out already. The page of the request shows when, and by whom."
STRIKES = "What strikes out an event cannot be struck out. Enter the event again."


@bp.get("/requests/<body>/<code>/events/<kind>")
@allow(Action.RECORD)
def show_event(inspection: CurrentInspection, body: str, code: str, kind: str):
    found = get_request(inspection, body, code)
    return _event_page(inspection, found, get_kind(inspection, kind))


@bp.post("/requests/<body>/<code>/events/<kind>")
@allow(Action.RECORD)
def enter_event(inspection: CurrentInspection, body: str, code: str, kind: str):
    return _enter(inspection, get_request(inspection, body, code, for_change=True), get_kind(inspection, kind))


@bp.get("/requests/<body>/<code>/due/<kind>")
@allow(Action.DECIDE)
def show_extension(inspection: CurrentInspection, body: str, code: str, kind: str):
    found = get_request(inspection, body, code)
    return _event_page(inspection, found, get_kind(inspection, kind, extends=True))


@bp.post("/requests/<body>/<code>/due/<kind>")
@allow(Action.DECIDE)
def extend(inspection: CurrentInspection, body: str, code: str, kind: str):
    """An event that sets another due date: as all due dates, for the lead."""
    found = get_request(inspection, body, code, for_change=True)
    return _enter(inspection, found, get_kind(inspection, kind, extends=True))


@bp.get("/requests/<body>/<code>/undo/<int:number>")
@allow(Action.RECORD)
def show_undo(inspection: CurrentInspection, body: str, code: str, number: int):
    found = get_request(inspection, body, code)
    event = get_event(found, number)
    _refuse_undoing(inspection, event)
    return _event_page(inspection, found, get_undoing(inspection), strikes=event)


@bp.post("/requests/<body>/<code>/undo/<int:number>")
@allow(Action.RECORD)
def undo_event(inspection: CurrentInspection, body: str, code: str, number: int):
    """Strike out an event that was entered by mistake. It stays to be seen."""
    found = get_request(inspection, body, code, for_change=True)
    kind, event, words = get_undoing(inspection), get_event(found, number), get_words(inspection)
    _refuse_undoing(inspection, event)
    form = _event_form(inspection, found, kind, words)
    if not form.validate_on_submit():
        return _event_page(inspection, found, kind, form, 422, event)
    register = queries.read_register(inspection.id, clock.today(), request_id=found.id)
    what = form.what(kind)
    asked = [*concerns.of_striking(event, register), *concerns.of_typed(inspection, what)]
    if not form.is_meant(asked):
        return _event_page(inspection, found, kind, form, 422, event, asked)
    services.undo(found, event, kind, what, by=g.actor)
    flash("The event is struck out. It stays to be seen.", "success")
    return to(_told_at(found))


@bp.get("/requests/asked")
@allow(Action.RECORD)
def show_ask(inspection: CurrentInspection):
    register = queries.read_register(inspection.id, clock.today())
    form = _ask_form(inspection, register, empty=True)
    form.body.data, form.code.data = request.args.get("body", ""), request.args.get("code", "")
    return page("register/ask.html", register=register, form=form, concerns=[])


@bp.post("/requests/asked")
@allow(Action.RECORD)
def ask(inspection: CurrentInspection):
    """Say of several requests at once that they were asked, as one letter asks them; of those not asked yet."""
    held = {row.id: row for row in queries.hold_requests(inspection.id)}
    register = queries.read_register(inspection.id, clock.today())
    form, kind = _ask_form(inspection, register), get_kind(inspection, state.ASKED)
    if not form.validate_on_submit():
        return page("register/ask.html", 422, register=register, form=form, concerns=[], error=True)
    chosen = [line for line in chosen_of(register, form.body.data, form.code.data) if line.now.asked_on is None]
    if form.code.data not in {line.code for line in chosen}:  # what nothing is to come of is left out of a group
        chosen = [line for line in chosen if not line.is_needless]
    if not chosen:
        form.code.errors = ["Each of these was asked already, or none of the bodies chosen is asked for that"]
        return page("register/ask.html", 422, register=register, form=form, concerns=[], error=True)
    what = form.what(kind)
    asked = [*concerns.of_asking(chosen, what.on), *concerns.of_long_ago(inspection.id, what.on)]
    asked += [*concerns.of_needless(chosen, register), *concerns.of_typed(inspection, what)]
    if not form.is_meant(asked):
        return page("register/ask.html", 422, register=register, form=form, concerns=asked, error=True)
    services.enter_for_all([held[line.id] for line in chosen], kind, what, by=g.actor)
    flash(f"‘{kind.label}’ is saved for {len(chosen)} of them.", "success")
    return to(url_for(".show_register"))


def get_kind(inspection: CurrentInspection, code: str, *, extends: bool = False) -> EventPart:
    """A kind of event that is entered by itself, or 404; those that set a due date have an address of their own."""
    found = next((kind for kind in get_words(inspection).events if kind.code == code), None)
    hidden = found is None or "event" in found.needs or found.code in state.OF_DOCUMENTS
    if found is None or hidden or ("new_due" in found.needs) != extends:
        abort(404, f"There is no event ‘{code[:40]}’ that could be entered here.")
    return found


def get_undoing(inspection: CurrentInspection) -> EventPart:
    """The kind of event that strikes out another, or 404 with a sentence."""
    found = next((kind for kind in get_words(inspection).events if "event" in kind.needs), None)
    if found is None:
        abort(404, "The pack of this inspection has no event that strikes out another.")
    return found


def _refuse_undoing(inspection: CurrentInspection, event: RequestEvent) -> None:
    """Say why an event cannot be struck out, where it cannot: by this person, or by anybody."""
    entered = next((kind for kind in get_words(inspection).events if kind.code == event.code), None)
    if entered is not None and "new_due" in entered.needs and not may(Action.DECIDE):
        abort(403, f"‘{entered.label}’ sets a due date: the lead inspector enters it, and strikes it out.")
    if (strikes := event_queries.find_striking(event.id)) is not None:
        if strikes.created_by_id == g.actor.id:
            raise DoneAlready(f"You did this already, on {long_moment(strikes.created_at)}: the event is struck out.")
        raise DoneAlready(STRUCK)
    if event.strikes_id is not None:
        abort(409, STRIKES)


def get_event(found: DocumentRequest, number: int) -> RequestEvent:
    """The event of a request, or 404 with a sentence."""
    event = event_queries.find_event(found.id, number)
    if event is None:
        abort(404, f"{found.reference} has no event {number}.")
    return event


def _enter(inspection: CurrentInspection, found: DocumentRequest, kind: EventPart):
    form = _event_form(inspection, found, kind, get_words(inspection))
    if not form.validate_on_submit():
        return _event_page(inspection, found, kind, form, 422)
    what = form.what(kind)
    if wrong := _wrong(inspection, found, kind, what):
        name, sentence = wrong
        form[name].errors = [sentence]
        return _event_page(inspection, found, kind, form, 422)
    register = queries.read_register(inspection.id, clock.today(), request_id=found.id)
    line = line_of(register, found)
    asked = _concerns(inspection, found, kind, register) + concerns.of_event(found, kind, what, line, register)
    asked += concerns.of_typed(inspection, what)
    if not form.is_meant(asked):
        return _event_page(inspection, found, kind, form, 422, asked=asked)
    services.enter(found, kind, what, by=g.actor)
    flash(f"‘{kind.label}’ is saved.", "success")
    tell_of_days(inspection, what.new_due, what.next_chase)
    _tell_of_chase(inspection, found, what, line.to_chase_after(clock.today()))
    return to(_told_at(found))


def _told_at(found: DocumentRequest) -> str:
    """The page of a request, with the keyboard at what was just said: the way to what was entered is next to it."""
    return f"{address_of(found)}#fb-messages"


def _tell_of_chase(
    inspection: CurrentInspection, found: DocumentRequest, what: services.What, before: date | None
) -> None:
    """That a day to chase again, just entered, is shown nowhere; or that the one `before`, still to come, is gone."""
    if what.next_chase is None and before is None:
        return
    register = queries.read_register(inspection.id, clock.today(), request_id=found.id)
    line = line_of(register, found)
    if what.next_chase is None:
        if before is not None and line.is_outstanding and line.now.chase_on is None:
            flash(chase_taken_away(before), "info")
        return
    if line.now.chase_on == what.next_chase:
        return
    outstanding = line.is_outstanding
    why = "a later entry counts" if outstanding else f"it is ‘{register.label(line.state)}’"
    flash(f"The day to chase again, {long_date(what.next_chase)}, is kept and shown nowhere: {why}.", "info")


def chase_taken_away(day: date) -> str:
    return f"The day to chase again, {long_date(day)}, is taken away, as it was left empty."


def _wrong(
    inspection: CurrentInspection, found: DocumentRequest, kind: EventPart, what: services.What
) -> tuple[str, str] | None:
    """The field and the sentence, where an event contradicts those before it. What came may come before it is asked."""
    now = line_of(queries.read_register(inspection.id, clock.today(), request_id=found.id), found).now
    if kind.code == state.REVIEWED:
        came_on = event_queries.first_answer_on(found.id)
        if came_on is None:
            return "on", "Nothing came in yet that could be reviewed"
        if what.on < came_on:
            return "on", f"Date must not be before {long_date(came_on)}, when the first answer came"
    if kind.code == state.CHASED and now.asked_on is None:
        return "on", "It was not asked yet. Say first when it was asked"
    if kind.code in (state.CHASED, state.EXTENDED) and now.asked_on and what.on < now.asked_on:
        return "on", f"Date must not be before {long_date(now.asked_on)}, when it was asked"
    if what.next_chase and what.next_chase < what.on:
        return "next_chase", f"Chase again on must not be before {long_date(what.on)}, the date of this event"
    if what.new_due and now.due is None:
        return (
            "new_due",
            "There is no due date yet that could be extended. Set one first, under ‘Due date, period and owner’",
        )
    if what.new_due and now.due and what.new_due <= now.due:
        return "new_due", f"New due date must be later than {long_date(now.due)}, when it is due now"
    return None


def _event_form(
    inspection: CurrentInspection,
    found: DocumentRequest,
    kind: EventPart,
    words: Requests,
    *,
    empty: bool = False,
    next_chase: date | None = None,
) -> Event:
    make = event_form(kind, words)
    given = {"on": clock.today(), "done_by": g.actor.id.hex, "next_chase": next_chase}
    form = make(formdata=None, **given) if empty else make()
    form.offer(found.parts, recorders(inspection), words)
    if kind.code == state.NIL_RETURN and concerns.wants_reason(found, kind):
        form.reason.label.text, form.reason.description = "Reason", "Why there are none, as the body says"
    return form


def _concerns(
    inspection: CurrentInspection, found: DocumentRequest, kind: EventPart, register: Register
) -> list[Concern]:
    answers = kind.code in (state.NIL_RETURN, state.REFUSED, state.NOT_HELD)
    files = file_queries.list_files(inspection.id, request_id=found.id) if answers else []
    return concerns.of_kind(found, kind, line_of(register, found), files, register)


def _event_page(
    inspection: CurrentInspection,
    found: DocumentRequest,
    kind: EventPart,
    form: Event | None = None,
    status: int = 200,
    strikes: RequestEvent | None = None,
    asked: list[Concern] | None = None,
):
    words = get_words(inspection)
    register = queries.read_register(inspection.id, clock.today(), request_id=found.id)
    line = line_of(register, found)
    if form is None:
        day = line.to_chase_after(clock.today()) if kind.code == state.CHASED else None
        form = _event_form(inspection, found, kind, words, empty=True, next_chase=day)
    if asked is None:
        asked = concerns.of_striking(strikes, register) if strikes else _concerns(inspection, found, kind, register)
    return page(
        EVENT,
        status,
        register=register,
        line=line,
        kind=kind,
        strikes=strikes,
        concerns=asked,
        form=form,
        error=status == 422,
    )


def _ask_form(inspection: CurrentInspection, register: Register, *, empty: bool = False) -> AskForm:
    words = get_words(inspection)
    make = event_form(get_kind(inspection, state.ASKED), words, AskForm)
    form = make(formdata=None, on=clock.today(), done_by=g.actor.id.hex) if empty else make()
    form.offer((), recorders(inspection), words)
    form.body.choices, form.code.choices = choices_of(register)
    return form
