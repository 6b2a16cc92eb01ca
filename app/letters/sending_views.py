"""What has gone out: letters whose lines are entered as asked or chased, and reminders that were sent by e-mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import abort, flash, g, request, url_for

from app.access import Action, allow
from app.inspections.gate import CurrentInspection, may
from app.inspections.models import Body
from app.inspections.requests import EventPart
from app.letters import queries, services
from app.letters.concerns import of_sending
from app.letters.content import lines_for, reminder, rows_of
from app.letters.forms import ReminderForm, SentForm
from app.letters.models import Letter
from app.letters.views import bp, get_body, get_letter, get_set, standing, to_enter
from app.register import concerns, event_queries, state
from app.register.event_views import chase_taken_away, get_kind, get_undoing
from app.register.forms import Event, event_form
from app.register.models import RequestEvent
from app.register.queries import Line, Register, read_register
from app.register.services import What
from app.register.views import get_words, recorders, tell_of_days
from app.web import clock
from app.web.asking import Concern
from app.web.pages import count, long_date, page, to

ENTER = "letters/enter.html"


@bp.get("/<uuid:letter_id>/sent")
@allow(Action.RECORD)
def show_sent(inspection: CurrentInspection, letter_id: UUID):
    return _sent_page(inspection, [get_letter(inspection, letter_id)])


@bp.post("/<uuid:letter_id>/sent")
@allow(Action.RECORD)
def say_sent(inspection: CurrentInspection, letter_id: UUID):
    """Enter for every line of a letter that it was asked, or asked again, as it went out."""
    return _say_sent(inspection, [get_letter(inspection, letter_id, for_change=True)])


@bp.get("/sets/<uuid:job_id>/sent")
@allow(Action.RECORD)
def show_set_sent(inspection: CurrentInspection, job_id: UUID):
    get_set(inspection, job_id)
    return _sent_page(inspection, queries.list_set(inspection.id, job_id))


@bp.post("/sets/<uuid:job_id>/sent")
@allow(Action.RECORD)
def say_set_sent(inspection: CurrentInspection, job_id: UUID):
    get_set(inspection, job_id)
    return _say_sent(inspection, queries.list_set(inspection.id, job_id, for_change=True))


@bp.get("/<uuid:letter_id>/sent/undo")
@allow(Action.RECORD)
def show_undo_sent(inspection: CurrentInspection, letter_id: UUID):
    return _undo_page(inspection, [get_letter(inspection, letter_id)])


@bp.post("/<uuid:letter_id>/sent/undo")
@allow(Action.RECORD)
def undo_sent(inspection: CurrentInspection, letter_id: UUID):
    """Strike out, for every line of a letter, what was entered as it was said to have gone out."""
    return _undo(inspection, [get_letter(inspection, letter_id, for_change=True)])


@bp.get("/sets/<uuid:job_id>/sent/undo")
@allow(Action.RECORD)
def show_undo_set(inspection: CurrentInspection, job_id: UUID):
    get_set(inspection, job_id)
    return _undo_page(inspection, queries.list_set(inspection.id, job_id))


@bp.post("/sets/<uuid:job_id>/sent/undo")
@allow(Action.RECORD)
def undo_set(inspection: CurrentInspection, job_id: UUID):
    get_set(inspection, job_id)
    return _undo(inspection, queries.list_set(inspection.id, job_id, for_change=True))


@bp.get("/reminders/<body>")
@allow(Action.READ)
def show_reminder(inspection: CurrentInspection, body: str):
    """Words for an e-mail on what one body still owes: all of it, or what is overdue."""
    found, overdue = get_body(inspection, body), _only_overdue()
    register = read_register(inspection.id, clock.today(), body_id=found.id)
    lines = lines_for(register, found.id, "outstanding", overdue=overdue)
    rows = rows_of(inspection.id, register, found.id, lines)
    again = "submit" in request.args
    form = ReminderForm(request.args if again else None, send_to=queries.last_send_to(inspection.id))
    status = 422 if again and not form.validate() else 200
    day = form.answer_by.data if status == 200 else None
    return page(
        "letters/reminder.html",
        status,
        error=status == 422,
        form=form,
        day=day,
        body=found,
        overdue=overdue,
        lines=lines,
        register=register,
        words=reminder(inspection, found.name, rows, form.send_to.data or "", day) if rows else "",
        chases=any(kind.code == state.CHASED for kind in register.events),
        chasing=next((letter.code for letter in get_words(inspection).letters if letter.event == state.CHASED), None),
    )


@bp.get("/reminders/<body>/chased")
@allow(Action.RECORD)
def show_chased(inspection: CurrentInspection, body: str):
    found = get_body(inspection, body)
    kind = get_kind(inspection, state.CHASED)
    return _enter_page(inspection, kind, _to_chase(inspection, found), back=_reminder_of(found), letters=[])


@bp.post("/reminders/<body>/chased")
@allow(Action.RECORD)
def say_chased(inspection: CurrentInspection, body: str):
    """Enter for everything that one body still owes that it was chased."""
    found, kind = get_body(inspection, body), get_kind(inspection, state.CHASED)
    services.hold_requests(inspection.id)
    return _enter(inspection, kind, _to_chase(inspection, found), back=_reminder_of(found), letters=[])


def _only_overdue() -> bool:
    return request.args.get("which") == "overdue"


def _reminder_of(body: Body) -> str:
    return url_for(".show_reminder", body=body.code, which="overdue" if _only_overdue() else None)


def _day_of_reminder() -> date | None:
    """The day to answer by that the reminder gave, from the address."""
    try:
        return date.fromisoformat(request.args.get("answer_by", ""))
    except ValueError:
        return None


def _to_chase(inspection: CurrentInspection, body: Body) -> tuple[Register, list[Line], list[Line]]:
    register = read_register(inspection.id, clock.today(), body_id=body.id)
    return register, lines_for(register, body.id, "outstanding", overdue=_only_overdue()), []


def _kind_of(inspection: CurrentInspection, letters: Sequence[Letter]) -> EventPart:
    words = services.words_of(inspection.id, letters[0].letter) if letters else None
    if words is None:
        abort(404, "The pack has no such letter any more. Enter on each request what happened.")
    return get_kind(inspection, words.event)


def _back_to(letters: Sequence[Letter]) -> str:
    one = letters[0]
    if len(letters) == 1:
        return url_for(".show_letter", letter_id=one.id)
    return url_for(".show_set", job_id=one.job_id)


def _sent_page(inspection: CurrentInspection, letters: Sequence[Letter]):
    kind, waiting = _kind_of(inspection, letters), standing(inspection, letters)
    lines = to_enter(inspection, waiting, kind.code)
    return _enter_page(inspection, kind, lines, back=_back_to(letters), letters=waiting)


def _say_sent(inspection: CurrentInspection, letters: Sequence[Letter]):
    kind = _kind_of(inspection, letters)
    services.hold_requests(inspection.id)
    waiting = standing(inspection, letters)
    if not waiting:
        flash("None of these is to go out: entered already, replaced or withdrawn. Nothing was changed.", "info")
        return to(_back_to(letters))
    lines = to_enter(inspection, waiting, kind.code)
    return _enter(inspection, kind, lines, back=_back_to(letters), letters=waiting)


def _event_form(
    inspection: CurrentInspection,
    kind: EventPart,
    letters: Sequence[Letter],
    lines: Sequence[Line],
    *,
    empty: bool = False,
) -> Event:
    """Where the letters give a day to answer by, that is the day to chase again; for the lead, a new due date too.

    Where they give none, it is the day that all of the requests have already.
    """
    words, day = get_words(inspection), answer_by(letters) or _day_of_reminder()
    extends = (
        bool(letters)
        and day is not None
        and kind.code == state.CHASED
        and may(Action.DECIDE)
        and _extending(inspection)
    )
    make = event_form(kind, words, SentForm if extends else Event)
    days = _days_to_chase(kind, lines)
    own = set(days.values())
    given: dict[str, Any] = {"on": clock.today(), "done_by": g.actor.id.hex}
    given["next_chase"] = day or (own.pop() if len(own) == 1 else None)
    given["how"] = queries.last_how(inspection.id, kind.code, g.actor.id) if empty else ""
    if day is not None and extends:
        given["why"] = f"Chasing letter of {long_date(letters[0].dated)}"
    form = make(formdata=None, **given) if empty else make()
    if day is not None and isinstance(form, SentForm):
        form.extends.label.text = f"{long_date(day)} is the new due date of each that is due before that"
    form.offer((), recorders(inspection), words)
    if len(own) > 1 and "next_chase" in form:
        keep = concerns.named_with([(line, days[line.id]) for line in lines])
        form.next_chase.description += f". Left empty, each keeps its own: {keep}"
    return form


def answer_by(letters: Sequence[Letter]) -> date | None:
    """The day by which letters that were made together are to be answered."""
    return letters[0].answer_by if letters else None


def _extending(inspection: CurrentInspection) -> EventPart | None:
    """The pack's event that sets a later due date."""
    return next((kind for kind in get_words(inspection).events if "new_due" in kind.needs), None)


def _enter_page(
    inspection: CurrentInspection,
    kind: EventPart,
    found: tuple[Register, list[Line], list[Line]],
    form: Event | None = None,
    status: int = 200,
    asked: list[Concern] | None = None,
    *,
    back: str,
    letters: Sequence[Letter],
):
    register, lines, left = found
    return page(
        ENTER,
        status,
        register=register,
        kind=kind,
        lines=lines,
        left=left,
        form=form or _event_form(inspection, kind, letters, lines, empty=True),
        concerns=asked or [],
        back=back,
        error=status == 422,
    )


def _enter(
    inspection: CurrentInspection,
    kind: EventPart,
    found: tuple[Register, list[Line], list[Line]],
    *,
    back: str,
    letters: Sequence[Letter],
):
    """One event for all lines at once. The caller holds the requests."""
    _register, lines, left = found
    form = _event_form(inspection, kind, letters, lines)
    if not form.validate_on_submit():
        return _enter_page(inspection, kind, found, form, 422, back=back, letters=letters)
    if not lines:
        form.submit.errors = []
        flash("For each of these it was entered already, or nothing is to come. Nothing was changed.", "info")
        return to(back)
    what = form.what(kind)
    if wrong := _wrong(kind, lines, what):
        name, sentence = wrong
        form[name].errors = [sentence]
        return _enter_page(inspection, kind, found, form, 422, back=back, letters=letters)
    extension, extending, new_due = None, _extending(inspection), answer_by(letters)
    if isinstance(form, SentForm) and form.extends.data and extending and new_due:
        extension = services.Extension(extending, new_due, form.why.data or "")
    asked = of_sending(inspection.id, kind, lines, what, extension.new_due if extension else None, letters)
    asked += concerns.of_typed(inspection, what)
    if not form.is_meant(asked):
        return _enter_page(inspection, kind, found, form, 422, asked, back=back, letters=letters)
    days = _days_to_chase(kind, lines) if what.next_chase is None else {}
    each = days if len(set(days.values())) > 1 else {}
    extended = services.enter_for_lines(
        inspection.id, kind, lines, what, letters=letters, next_chases=each, extension=extension, by=g.actor
    )
    told = f"‘{kind.label}’ is saved for {count(len(lines), 'request')}."
    if extension is not None:
        told += f" The due date of {extended} of them is {long_date(extension.new_due)} now."
    if left:
        told += f" Left as they were: {concerns.named(left)}."
    flash(told, "success")
    tell_of_days(inspection, what.next_chase, extension.new_due if extension else None)
    if (gone := next(iter(days.values()), None)) is not None and not each:
        flash(chase_taken_away(gone), "info")
    return to(back)


def _days_to_chase(kind: EventPart, lines: Sequence[Line]) -> dict[UUID, date | None]:
    """Of requests that are chased, the days to chase again that are still to come: each keeps it, if they differ."""
    return {line.id: line.to_chase_after(clock.today()) for line in lines} if kind.code == state.CHASED else {}


def _wrong(kind: EventPart, lines: Sequence[Line], what: What) -> tuple[str, str] | None:
    """The field and the sentence, where the event contradicts those before it."""
    asked = max((line.now.asked_on for line in lines if line.now.asked_on), default=None)
    if kind.code == state.CHASED and asked and what.on < asked:
        return "on", f"Date must not be before {long_date(asked)}, when the last of them was asked"
    if what.next_chase and what.next_chase < what.on:
        return "next_chase", f"Chase again on must not be before {long_date(what.on)}, the date of this event"
    return None


@dataclass(frozen=True, slots=True)
class _Entered:
    """What was entered as letters were said to have gone out, and still stands."""

    kind: EventPart
    register: Register
    events: list[RequestEvent]
    beneath: list[RequestEvent]  # what would stand without them

    @property
    def lines(self) -> list[Line]:
        of = {event.request_id for event in self.events}
        return [line for line in self.register.lines if line.id in of]

    def concerns(self) -> list[Concern]:
        if not self.beneath:
            return []
        of = {event.request_id for event in self.beneath}
        named = concerns.named(line for line in self.register.lines if line.id in of)
        kinds = ", ".join(dict.fromkeys(f"‘{self.register.event_label(event.code)}’" for event in self.beneath))
        return [Concern("beneath", f"Without ‘{self.kind.label}’ there would stand {kinds}: {named}.")]


def _entered(inspection: CurrentInspection, letters: Sequence[Letter]) -> _Entered:
    kind, extending = _kind_of(inspection, letters), _extending(inspection)
    lines = [UUID(line["id"]) for letter in letters for line in letter.lines]
    standing = event_queries.list_standing_of(inspection.id, lines)
    events = services.entered_with(letters, standing, {kind.code, *([extending.code] if extending else [])})
    if any(extending and event.code == extending.code for event in events) and not may(Action.DECIDE):
        abort(403, "A due date was set with it: the lead inspector enters those, and strikes them out.")
    ids, of = {event.id for event in events}, {event.request_id for event in events}
    follow = (state.CHASED, state.EXTENDED) if kind.code == state.ASKED else ()
    beneath = [one for one in standing if one.request_id in of and one.id not in ids and one.code in follow]
    return _Entered(kind, read_register(inspection.id, clock.today()), events, beneath)


def _undo_page(
    inspection: CurrentInspection,
    letters: Sequence[Letter],
    form: Event | None = None,
    status: int = 200,
    asked: Sequence[Concern] | None = None,
):
    entered = _entered(inspection, letters)
    return page(
        "letters/undo.html",
        status,
        entered=entered,
        undoing=get_undoing(inspection),
        form=form or _undo_form(inspection, empty=True),
        concerns=entered.concerns() if asked is None else asked,
        back=_back_to(letters),
        error=status == 422,
    )


def _undo_form(inspection: CurrentInspection, *, empty: bool = False) -> Event:
    words = get_words(inspection)
    make = event_form(get_undoing(inspection), words)
    form = make(formdata=None, on=clock.today(), done_by=g.actor.id.hex) if empty else make()
    form.offer((), recorders(inspection), words)
    return form


def _undo(inspection: CurrentInspection, letters: Sequence[Letter]):
    services.hold_requests(inspection.id)
    entered, form, undoing = _entered(inspection, letters), _undo_form(inspection), get_undoing(inspection)
    if not entered.events:
        flash("Nothing of it stands any more. Nothing was changed.", "info")
        return to(_back_to(letters))
    if not form.validate_on_submit():
        return _undo_page(inspection, letters, form, 422)
    what = form.what(undoing)
    asked = [*entered.concerns(), *concerns.of_typed(inspection, what)]
    if not form.is_meant(asked):
        return _undo_page(inspection, letters, form, 422, asked)
    gone = [letter for letter in letters if letter.entered_at is not None]
    services.take_back(inspection.id, gone, entered.events, undoing, what, by=g.actor)
    struck = f"‘{entered.kind.label}’ is struck out for {count(len(entered.lines), 'request')}, and stays to be seen."
    flash(f"{struck} {'The letter has' if len(gone) == 1 else 'The letters have'} not gone out.", "success")
    return to(_back_to(letters))
