import hashlib
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, g, request, url_for
from flask_login import current_user

from app.access import Action, allow
from app.audit.queries import history
from app.db.transaction import writing
from app.db.versions import Stale
from app.documents import services as documents
from app.documents.models import Document
from app.documents.queries import find_same_content
from app.documents.views import get_document
from app.evidence.filters import read_before
from app.extensions import htmx
from app.inspections.gate import ALLOWS, CurrentInspection, may
from app.inspections.queries import Member, find_requests, list_bodies, list_criteria, list_members
from app.inspections.requests import EventPart, RequestPart, Requests
from app.register import queries, services, state
from app.register.forms import (
    AskForm,
    DueForm,
    Event,
    OffForm,
    PlanForm,
    ReceiveForm,
    SortForm,
    UnaskedNilForm,
    event_form,
)
from app.register.models import DocumentRequest
from app.register.queries import Line, Register
from app.register.state import Piece
from app.web import clock
from app.web.dispatch import answer_of_first_time, keep_answer, own_writes
from app.web.pages import long_date, page, same_page, to

bp = Blueprint("register", __name__, url_prefix="/inspections/<inspection>")
EVENT = "register/event.html"
RECEIVE = "register/receive.html"
RECEIVING = "register/_receive.html"
ALL = "all"  # bodies, or requests
STRUCK = "This event was struck out already. The page of the request shows when, and by whom."
STRIKES = "What strikes out an event cannot be struck out. Enter the event again."
MOST_OFFERED = 60  # units of one request to be ticked; further ones are offered once these came
DUE = "register/due.html"
NO_PACK = "The pack of this inspection was kept only in part. Have it loaded again; then the requests can be made."


@bp.url_value_preprocessor
def _take_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form, as the anti-forgery check does first of all; only for those who are signed in."""
    if endpoint == "register.receive_files" and current_user.is_authenticated:
        request.max_content_length = current_app.config["UPLOAD_LIMIT"]


@dataclass(frozen=True, slots=True)
class Grid:
    """Bodies that are asked the same, against what they are asked."""

    asked_of: str
    kind: str
    codes: list[tuple[str, str]]  # code, title
    rows: list[tuple[str, str, dict[str, Line]]]  # code and name of the body, its requests by code


@bp.get("/requests")
@allow(Action.READ)
def show_register(inspection: CurrentInspection):
    register = queries.read_register(inspection.id, clock.today())
    return page("register/grid.html", register=register, grids=_grids(register), counts=_counts(register))


@bp.get("/requests/list")
@allow(Action.READ)
def list_requests(inspection: CurrentInspection):
    register = queries.read_register(inspection.id, clock.today())
    offers = _offers(register, [row.reference for row in list_criteria(inspection.id)])
    values = {name: request.args.get(name, "") for name in offers}
    for name, value in values.items():
        if value not in dict(offers[name]):
            abort(404, f"There is no {name} called ‘{value[:40]}’ in the register. Take the filter out of the address.")
    found = [line for line in register.lines if _fits(line, values)]
    lines, after = _leaf(found)
    chosen = [
        {"text": dict(offers[name])[value], "href": same_page(**{name: None, "after": None})}
        for name, value in values.items()
        if value
    ]
    return page(
        "register/list.html",
        register=register,
        lines=lines,
        found=len(found),
        after=after,
        offers=offers,
        values=values,
        chosen=chosen,
    )


@bp.post("/requests/make")
@allow(Action.DECIDE)
def make_requests(inspection: CurrentInspection):
    words = _words(inspection)
    made = services.make_requests(inspection.id, words.requests, list_bodies(inspection.id), by=g.actor)
    if made:
        flash(f"{made} requests are made. Set when they are due, then say which were asked.", "success")
    else:
        flash("Every request of the pack is here already. Nothing was changed.", "info")
    return to(url_for(".show_register"))


@bp.get("/requests/due")
@allow(Action.DECIDE)
def show_due(inspection: CurrentInspection):
    register = queries.read_register(inspection.id, clock.today())
    form = _due_form(register, empty=True)
    form.body.data, form.code.data = request.args.get("body", ""), request.args.get("code", "")
    return page(DUE, register=register, form=form, conflict=False)


@bp.post("/requests/due")
@allow(Action.DECIDE)
def set_due(inspection: CurrentInspection):
    """One due date for a body, a request of all bodies, one of them, or all."""
    held = queries.hold_requests(inspection.id)
    register = queries.read_register(inspection.id, clock.today())
    form = _due_form(register)
    if not form.validate_on_submit():
        return page(DUE, 422, register=register, form=form, conflict=False, error=True)
    chosen = [row for row in held if form.body.data in (ALL, row.body.code) and form.code.data in (ALL, row.code)]
    if not chosen:
        form.code.errors = ["This body is not asked for that. Choose another"]
        return page(DUE, 422, register=register, form=form, conflict=False, error=True)
    if form.seen.data != _seen(register):
        services.note_late(inspection.id, form.due.data, len(chosen), by=g.actor)
        form.seen.data = _seen(register)
        return page(DUE, 409, register=register, form=form, conflict=True)
    changed = services.set_due(chosen, form.due.data, by=g.actor)
    stay = {line.id for line in register.lines if line.now.extended} & {row.id for row in chosen}
    told = [f"The due date of {len(changed - stay)} of {len(chosen)} is changed."] if changed - stay else []
    if len(stay) < len(chosen) and not told:
        told.append("They were due then already.")
    if stay:
        told.append(f"{len(stay)} {'was' if len(stay) == 1 else 'were'} extended: due as before.")
    flash(" ".join(told), "success")
    return to(url_for(".show_register"))


@bp.get("/requests/<body>/<code>")
@allow(Action.READ)
def show_request(inspection: CurrentInspection, body: str, code: str):
    return _show(inspection, get_request(inspection, body, code))


@bp.get("/requests/<body>/<code>/history")
@allow(Action.READ)
def show_history(inspection: CurrentInspection, body: str, code: str):
    found = get_request(inspection, body, code)
    register = queries.read_register(inspection.id, clock.today(), request_id=found.id)
    return page(
        "register/history.html",
        register=register,
        line=_line(register, found),
        entries=history(inspection.id, found.reference),
    )


@bp.post("/requests/<body>/<code>/plan")
@allow(Action.DECIDE)
def plan_request(inspection: CurrentInspection, body: str, code: str):
    """When it is due, and who looks after it."""
    found = get_request(inspection, body, code, for_change=True)
    form = _plan_form(inspection, found)
    if not form.validate_on_submit():
        return _show(inspection, found, 422, form)
    base = form.version.data or ""
    if not (base.isascii() and base.isdigit() and len(base) < 10):
        abort(422, "The form was changed on its way. Open the page again and enter it once more.")
    owner = form.owner.data or ""
    try:
        services.plan(
            found,
            due=form.due.data,
            owner_id=UUID(owner) if owner else None,
            owner=dict(form.owner.choices)[owner] if owner else "",
            base=int(base),
            by=g.actor,
        )
    except Stale:
        form.version.data = str(found.version)
        return _show(inspection, found, 409, form)
    flash("Saved.", "success")
    return to(_address(found))


@bp.get("/requests/<body>/<code>/events/<kind>")
@allow(Action.RECORD)
def show_event(inspection: CurrentInspection, body: str, code: str, kind: str):
    found = get_request(inspection, body, code)
    return _event_page(inspection, found, _kind(inspection, kind))


@bp.post("/requests/<body>/<code>/events/<kind>")
@allow(Action.RECORD)
def enter_event(inspection: CurrentInspection, body: str, code: str, kind: str):
    return _enter(inspection, get_request(inspection, body, code, for_change=True), _kind(inspection, kind))


@bp.get("/requests/<body>/<code>/due/<kind>")
@allow(Action.DECIDE)
def show_extension(inspection: CurrentInspection, body: str, code: str, kind: str):
    found = get_request(inspection, body, code)
    return _event_page(inspection, found, _kind(inspection, kind, extends=True))


@bp.post("/requests/<body>/<code>/due/<kind>")
@allow(Action.DECIDE)
def extend(inspection: CurrentInspection, body: str, code: str, kind: str):
    """An event that sets another due date: as all due dates, for the lead."""
    found = get_request(inspection, body, code, for_change=True)
    return _enter(inspection, found, _kind(inspection, kind, extends=True))


@bp.get("/requests/<body>/<code>/undo/<int:number>")
@allow(Action.RECORD)
def show_undo(inspection: CurrentInspection, body: str, code: str, number: int):
    found = get_request(inspection, body, code)
    event = _get_event(found, number)
    if queries.is_struck(event.id):
        abort(409, STRUCK)
    if event.strikes_id is not None:
        abort(409, STRIKES)
    return _event_page(inspection, found, _undoing(inspection), strikes=event)


@bp.post("/requests/<body>/<code>/undo/<int:number>")
@allow(Action.RECORD)
def undo_event(inspection: CurrentInspection, body: str, code: str, number: int):
    """Strike out an event that was entered by mistake. It stays to be seen."""
    found = get_request(inspection, body, code, for_change=True)
    kind, event, words = _undoing(inspection), _get_event(found, number), _words(inspection)
    form = _event_form(inspection, found, kind, words)
    if not form.validate_on_submit():
        return _event_page(inspection, found, kind, form, 422, event)
    try:
        services.undo(found, event, kind, form.what(kind), by=g.actor)
    except services.AlreadyUndone:
        abort(409, STRUCK)
    except services.NotUndoable:
        abort(409, STRIKES)
    flash("The event is struck out. It stays to be seen.", "success")
    return to(_address(found))


@bp.get("/requests/asked")
@allow(Action.RECORD)
def show_ask(inspection: CurrentInspection):
    register = queries.read_register(inspection.id, clock.today())
    form = _ask_form(inspection, register, empty=True)
    form.body.data, form.code.data = request.args.get("body", ""), request.args.get("code", "")
    return page("register/ask.html", register=register, form=form)


@bp.post("/requests/asked")
@allow(Action.RECORD)
def ask(inspection: CurrentInspection):
    """Say of several requests at once that they were asked, as one letter asks them; of those not asked yet."""
    held = {row.id: row for row in queries.hold_requests(inspection.id)}
    register = queries.read_register(inspection.id, clock.today())
    form, kind = _ask_form(inspection, register), _kind(inspection, state.ASKED)
    if not form.validate_on_submit():
        return page("register/ask.html", 422, register=register, form=form, error=True)
    chosen = [
        held[line.id]
        for line in register.lines
        if line.now.asked_on is None and form.body.data in (ALL, line.body) and form.code.data in (ALL, line.code)
    ]
    if not chosen:
        form.code.errors = ["Each of these was asked already, or this body is not asked for that"]
        return page("register/ask.html", 422, register=register, form=form, error=True)
    services.enter_for_all(chosen, kind, form.what(kind), by=g.actor)
    flash(f"‘{kind.label}’ is saved for {len(chosen)} of them.", "success")
    return to(url_for(".show_register"))


@bp.get("/requests/sort")
@allow(Action.READ)
def list_to_be_sorted(inspection: CurrentInspection):
    documents, before = queries.list_to_be_sorted(inspection.id, read_before())
    return page("register/sort.html", documents=documents, before=before)


@bp.get("/requests/<body>/<code>/receive")
@allow(Action.RECORD)
def show_receive(inspection: CurrentInspection, body: str, code: str):
    return _receive_page(inspection, get_request(inspection, body, code))


@bp.post("/requests/<body>/<code>/receive")
@allow(Action.RECORD)
@own_writes
def receive_files(inspection: CurrentInspection, body: str, code: str):
    """Files first, rows after, as in every upload. What is here already is attached, and not kept twice."""
    found, kind = get_request(inspection, body, code), _kind(inspection, state.RECEIVED)
    form = _receive_form(inspection, found, kind)
    if not form.validate_on_submit():
        return _receive_page(inspection, found, form, 422)
    kept, refused = documents.keep_files(inspection.id, form.chosen())
    what, placing, ticked = form.what(kind), form.placing.data, form.pieces.data or []
    response = None
    with writing() as session:
        if (again := answer_of_first_time(session, [file.kept.sha256 for file in kept])) is not None:
            return again
        found = get_request(inspection, body, code, for_change=True)
        came, here = _take_in(inspection, found, kept)
        placed = [] if placing == "later" else _place(inspection, found, placing, ticked, [*came, *here.values()])
        held = {
            (line.reference, line.unit, line.part) for line in queries.list_files(inspection.id, request_id=found.id)
        }
        event = services.attach(found, placed, kind, what, by=g.actor) if placed else None
        answers = {reference for reference, _unit, _part in held}
        if came or event:
            more = {document.reference for document, piece in placed if (document.reference, *piece) not in held}
            _tell(found, came, here, refused, answers, more)
            response = to(url_for(".list_to_be_sorted") if placing == "later" else _address(found))
            keep_answer(session, response)
        else:
            session.rollback()  # nothing was done: the same form may be sent again with other files
            refused += [documents.Refused(name, _already(found, document, answers)) for name, document in here.items()]
    if response is None:
        return _receive_page(inspection, get_request(inspection, body, code), form, 422, refused)
    return response


@bp.get("/requests/<body>/<code>/files/<reference>/off")
@allow(Action.RECORD)
def show_take_off(inspection: CurrentInspection, body: str, code: str, reference: str):
    found, document = get_request(inspection, body, code), get_document(inspection, reference)
    form = _off_form(inspection, found, document, empty=True)
    return page("register/off.html", found=found, document=document, form=form)


@bp.post("/requests/<body>/<code>/files/<reference>/off")
@allow(Action.RECORD)
def take_off(inspection: CurrentInspection, body: str, code: str, reference: str):
    """Take a document off parts of a request. It stays, and so does what was said, with the reason."""
    found, document = get_request(inspection, body, code, for_change=True), get_document(inspection, reference)
    form = _off_form(inspection, found, document)
    if not form.pieces.choices:
        abort(409, f"{document.reference} was taken off {found.code} already.")
    if not form.validate_on_submit():
        return page("register/off.html", 422, found=found, document=document, form=form, error=True)
    pieces = [_read_piece(found.parts, value) for value in form.pieces.data or []]
    services.detach(found, document, pieces, form.reason.data or "", by=g.actor)
    flash(f"{document.reference} is taken off.", "success")
    return to(_address(found))


@bp.post("/requests/<body>/<code>/lift/<int:number>")
@allow(Action.RECORD)
@own_writes
def lift(inspection: CurrentInspection, body: str, code: str, number: int):
    """Make a document of a nil return, which can then be tagged. Until somebody does, it counts as nothing."""
    found = get_request(inspection, body, code)
    event = _get_event(found, number)
    if event.code != state.NIL_RETURN:
        abort(404, f"{found.reference} has no nil return {number}.")
    title = f"{_label(inspection, state.NIL_RETURN)}: {found.code} {found.title}, {found.body.name}"
    said = [title, f"{long_date(event.happened_on)}, given by {event.details.get('given_by', 'nobody named')}."]
    said += [event.details["reason"]] if event.details.get("reason") else []
    kept, _refused = documents.keep_files(inspection.id, [("nil-return.txt", BytesIO("\n\n".join(said).encode()))])
    with writing() as session:
        if (again := answer_of_first_time(session, [file.kept.sha256 for file in kept])) is not None:
            return again
        found = get_request(inspection, body, code, for_change=True)
        event = _get_event(found, number)
        if event.lifted_id is not None or queries.is_struck(event.id):
            abort(409, "This nil return was lifted already, or struck out meanwhile. Open the request again.")
        came, here = _take_in(inspection, found, kept, title)
        document = [*came, *here.values()][0]
        services.lift_nil_return(found, event, document, by=g.actor)
        flash(f"{document.reference} says it now. Tag its words once they are read.", "success")
        response = to(url_for("documents.show_document", reference=document.reference))
        keep_answer(session, response)
    return response


@bp.get("/documents/<reference>/requests")
@allow(Action.READ)
def show_sorting(inspection: CurrentInspection, reference: str):
    """Which requests a document answers, with the parts of all requests of one body to be ticked. For htmx, a line of
    it, as the document's own page holds it."""
    document = get_document(inspection, reference)
    if htmx:
        files = queries.list_files(inspection.id, document_id=document.id)
        return page("register/_answers.html", files=files, lifted=queries.list_lifted(document.id))
    return _sorting_page(inspection, document)


@bp.post("/documents/<reference>/requests")
@allow(Action.RECORD)
def sort_document(inspection: CurrentInspection, reference: str):
    """One file to several parts of several requests at once."""
    held = {(row.body.code, row.code): row for row in queries.hold_requests(inspection.id)}
    document, kind = get_document(inspection, reference), _kind(inspection, state.RECEIVED)
    register = queries.read_register(inspection.id, clock.today())
    form = _sort_form(inspection, register, kind)
    if not form.validate_on_submit():
        return _sorting_page(inspection, document, form, 422)
    wanted: dict[tuple[str, str], list[Piece]] = {}
    for value in form.pieces.data or []:
        body, code, piece = value.split(":")
        wanted.setdefault((body, code), []).append(_read_piece(held[body, code].parts, piece))
    new = [
        (body, code)
        for (body, code), pieces in wanted.items()
        if services.attach(held[body, code], [(document, piece) for piece in pieces], kind, form.what(kind), by=g.actor)
    ]
    if not new:
        form.pieces.errors = [f"{document.reference} is said to hold all of that already"]
        return _sorting_page(inspection, document, form, 422)
    flash(f"{document.reference} answers {', '.join(f'{code} ({body})' for body, code in new)}.", "success")
    return to(url_for(".show_sorting", reference=document.reference))


@bp.post("/documents/<reference>/requests/none")
@allow(Action.RECORD)
def set_aside(inspection: CurrentInspection, reference: str):
    """A document that answers no request; sent again with `again`, it waits to be sorted once more."""
    document = get_document(inspection, reference)
    if request.form.get("again"):
        services.sort_again(document, by=g.actor)
        flash(f"{document.reference} is to be sorted again.", "success")
    elif document.request:
        abort(409, f"{document.reference} answers {document.request}. Take it off there first.")
    else:
        services.set_aside(document, by=g.actor)
        flash(f"{document.reference} answers no request.", "success")
    return to(url_for(".show_sorting", reference=document.reference))


def get_request(inspection: CurrentInspection, body: str, code: str, *, for_change: bool = False) -> DocumentRequest:
    """The request, or 404 with a sentence."""
    found = queries.find_request(inspection.id, body, code, for_change=for_change)
    if found is None:
        abort(404, f"There is no request {code[:40]} of {body[:40]} in this inspection.")
    return found


def _address(found: DocumentRequest, **values: Any) -> str:
    return url_for(".show_request", body=found.body.code, code=found.code, **values)


def _words(inspection: CurrentInspection) -> Requests:
    """What the pack says of requests, or 404 with a sentence."""
    words = find_requests(inspection.id)
    if words is None:
        abort(404, NO_PACK)
    return words


def _kind(inspection: CurrentInspection, code: str, *, extends: bool = False) -> EventPart:
    """A kind of event that is entered by itself, or 404; those that set a due date have an address of their own."""
    found = next((kind for kind in _words(inspection).events if kind.code == code), None)
    hidden = found is None or "event" in found.needs or found.code in state.NOT_OFFERED
    if found is None or hidden or ("new_due" in found.needs) != extends:
        abort(404, f"There is no event ‘{code[:40]}’ that could be entered here.")
    return found


def _undoing(inspection: CurrentInspection) -> EventPart:
    found = next((kind for kind in _words(inspection).events if "event" in kind.needs), None)
    if found is None:
        abort(404, "The pack of this inspection has no event that strikes out another.")
    return found


def _get_event(found: DocumentRequest, number: int):
    event = queries.find_event(found.id, number)
    if event is None:
        abort(404, f"{found.reference} has no event {number}.")
    return event


def _enter(inspection: CurrentInspection, found: DocumentRequest, kind: EventPart):
    form = _event_form(inspection, found, kind, _words(inspection))
    if not form.validate_on_submit():
        return _event_page(inspection, found, kind, form, 422)
    what = form.what(kind)
    if wrong := _wrong(inspection, found, kind, what):
        name, sentence = wrong
        form[name].errors = [sentence]
        return _event_page(inspection, found, kind, form, 422)
    services.enter(found, kind, what, by=g.actor)
    flash(f"‘{kind.label}’ is saved.", "success")
    return to(_address(found))


def _wrong(
    inspection: CurrentInspection, found: DocumentRequest, kind: EventPart, what: services.What
) -> tuple[str, str] | None:
    """The field and the sentence, where an event contradicts those before it. What came may come before it is asked."""
    now = _line(queries.read_register(inspection.id, clock.today(), request_id=found.id), found).now
    if kind.code == state.REVIEWED:
        came_on = queries.first_answer_on(found.id)
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
        return "new_due", "There is no due date yet that could be extended. Set one first, under ‘Due date and owner’"
    if what.new_due and now.due and what.new_due <= now.due:
        return "new_due", f"New due date must be later than {long_date(now.due)}, when it is due now"
    return None


def _recorders(inspection: CurrentInspection) -> list[Member]:
    """Those on the team who may enter what happens, and can sign in to do so."""
    return [
        member
        for member in list_members(inspection.id)
        if member.disabled_at is None and any(Action.RECORD in ALLOWS[role] for role in member.roles)
    ]


def _event_form(
    inspection: CurrentInspection, found: DocumentRequest, kind: EventPart, words: Requests, *, empty: bool = False
) -> Event:
    unasked = kind.code == state.NIL_RETURN and found.nil_return == "no"
    make = event_form(kind, words, UnaskedNilForm if unasked else Event)
    form = make(formdata=None, on=clock.today(), done_by=g.actor.id.hex) if empty else make()
    form.offer(found.parts, _recorders(inspection), words)
    return form


def _event_page(
    inspection: CurrentInspection,
    found: DocumentRequest,
    kind: EventPart,
    form: Event | None = None,
    status: int = 200,
    strikes=None,
):
    words = _words(inspection)
    register = queries.read_register(inspection.id, clock.today(), request_id=found.id)
    return page(
        EVENT,
        status,
        register=register,
        line=_line(register, found),
        kind=kind,
        strikes=strikes,
        form=form or _event_form(inspection, found, kind, words, empty=True),
        error=status == 422,
    )


def _show(inspection: CurrentInspection, found: DocumentRequest, status: int = 200, form: PlanForm | None = None):
    register = queries.read_register(inspection.id, clock.today(), request_id=found.id)
    line = _line(register, found)
    return page(
        "register/request.html",
        status,
        register=register,
        line=line,
        text=found.text,
        period=found.period,
        asked=_part(register, found.code),
        events=queries.list_events(found.id),
        results=_results(register),
        form=form or _plan_form(inspection, found, empty=True),
        conflict=status == 409,
        action=_next(line, register),
        files=queries.list_files(inspection.id, request_id=found.id),
        units=_units(line),
        error=status == 422,
    )


def _line(register: Register, found: DocumentRequest) -> Line:
    return next(line for line in register.lines if line.id == found.id)


def _units(line: Line) -> range:
    """The units whose files are shown: those asked for, and those that came."""
    highest = max((unit for unit, _part in line.now.pieces), default=0)
    return range(1, max(min(line.expected or 0, MOST_OFFERED), highest) + 1)


def _part(register: Register, code: str) -> RequestPart | None:
    """What the pack says of the request beyond what is kept of it: the scope's words, what to look for."""
    return next((part for part in register.words.requests if part.id == code), None) if register.words else None


def _results(register: Register) -> dict[str, str]:
    """The pack's words for what a check found."""
    steps = register.words.handling if register.words else []
    return {term.code: term.label for step in steps for term in step.results}


def _next(line: Line, register: Register) -> dict[str, str] | None:
    """What is done next: the one green button. None when there is nothing, or the pack has no such event."""
    kinds = {kind.code: kind.label for kind in register.words.events} if register.words else {}
    wanted = {
        "not_asked": (state.ASKED, "Say that it was asked"),
        "asked": (state.RECEIVED, "Receive files"),
        "part_received": (state.RECEIVED, "Receive files"),
        "received": (state.REVIEWED, "Say that it was reviewed"),
        "received_short": (state.REVIEWED, "Say that it was reviewed"),
        "nil_return": (state.REVIEWED, "Say that it was reviewed"),
        "refused": (state.REVIEWED, "Say that it was reviewed"),
    }
    kind, text = wanted.get(line.state, ("", ""))
    if line.state in state.OUTSTANDING and state.OVERDUE in line.now.flags and state.CHASED in kinds:
        kind, text = state.CHASED, "Say that it was chased"
    if kind not in kinds:
        return None
    if kind == state.RECEIVED:
        return {"text": text, "href": url_for(".show_receive", body=line.body, code=line.code)}
    return {"text": text, "href": url_for(".show_event", body=line.body, code=line.code, kind=kind)}


def _plan_form(inspection: CurrentInspection, found: DocumentRequest, *, empty: bool = False) -> PlanForm:
    owner = found.owner_id.hex if found.owner_id else ""
    form = PlanForm(formdata=None, due=found.due, owner=owner, version=found.version) if empty else PlanForm()
    form.offer(_recorders(inspection), found.owner_id)
    return form


def _due_form(register: Register, *, empty: bool = False) -> DueForm:
    form = DueForm(formdata=None, seen=_seen(register)) if empty else DueForm()
    form.body.choices, form.code.choices = _choices(register)
    return form


def _seen(register: Register) -> str:
    """What somebody saw of the due dates: another value once anybody has changed one."""
    seen = "".join(f"{line.id.hex}{line.due_set or ''}," for line in register.lines)
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


def _grids(register: Register) -> list[Grid]:
    """Bodies that are asked the same stand in one grid; in the pack's order."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in sorted(register.lines, key=lambda row: (row.kind == "case_list", row.position)):
        found.setdefault((line.kind, line.asked_of), []).append(line)
    grids = []
    for (kind, asked_of), lines in found.items():
        rows: dict[str, tuple[str, str, dict[str, Line]]] = {}
        for line in sorted(lines, key=lambda row: row.body_position):
            rows.setdefault(line.body, (line.body, line.body_name, {}))[2][line.code] = line
        codes = {line.code: line.title for line in sorted(lines, key=lambda row: row.position)}
        grids.append(Grid(asked_of, kind, list(codes.items()), list(rows.values())))
    return grids


def _counts(register: Register) -> list[dict[str, Any]]:
    """How many requests are in each state and have each flag, with the list that shows them; those that are none left
    out."""
    if register.words is None:
        return []
    found = []
    for name, terms in (("state", register.words.states), ("flag", register.flags)):
        for term in terms:
            number = sum(
                term.code == line.state if name == "state" else term.code in line.now.flags for line in register.lines
            )
            if number:
                href = url_for(".list_requests") + f"?{name}={term.code}"
                found.append({"text": term.label, "number": number, "href": href, "flag": name == "flag"})
    return found


def _offers(register: Register, criteria: list[str]) -> dict[str, list[tuple[str, str]]]:
    """The filters, with what each offers."""
    lines, words = register.lines, register.words
    owners = {line.owner_id.hex: line.owner for line in lines if line.owner_id}
    codes = {line.code: f"{line.code} {line.title}" for line in sorted(lines, key=lambda row: row.position)}
    return {
        "body": [("", "Any body"), *{line.body: line.body_name for line in lines}.items()],
        "code": [("", "Any request"), *codes.items()],
        "state": [("", "Any state"), *((term.code, term.label) for term in (words.states if words else []))],
        "flag": [("", "Any flag or none"), *((term.code, term.label) for term in register.flags)],
        "owner": [("", "Anybody"), ("none", "Nobody yet"), *sorted(owners.items(), key=lambda pair: pair[1])],
        "criterion": [("", "Any criterion"), *((reference, reference) for reference in criteria)],
        "kind": [("", "Documents and case lists"), ("document", "Documents"), ("case_list", "Case lists")],
    }


def _fits(line: Line, values: dict[str, str]) -> bool:
    owner = line.owner_id.hex if line.owner_id else "none"
    return (
        values["body"] in ("", line.body)
        and values["code"] in ("", line.code)
        and values["state"] in ("", line.state)
        and values["flag"] in ("", *line.now.flags)
        and values["owner"] in ("", owner)
        and values["criterion"] in ("", *line.criteria)
        and values["kind"] in ("", line.kind)
    )


def _leaf(lines: list[Line]) -> tuple[list[Line], str | None]:
    """A page of the list, after the request that the address names, and the name of its last where more follow."""
    after, start = request.args.get("after", ""), 0
    if after:
        places = {f"{line.body}.{line.code}": place for place, line in enumerate(lines, 1)}
        if after not in places:
            abort(404, "The address is not whole: start again from the first page of the list.")
        start = places[after]
    shown = lines[start : start + queries.PAGE]
    more = start + len(shown) < len(lines)
    return shown, f"{shown[-1].body}.{shown[-1].code}" if more else None


def _take_in(
    inspection: CurrentInspection, found: DocumentRequest, kept: list[documents.Arrived], title: str = ""
) -> tuple[list[Document], dict[str, Document]]:
    """Documents of the files that came, and of those that were here already, by the name under which they came."""
    words = inspection.vocabulary
    came: list[Document] = []
    here: dict[str, Document] = {}
    for file in kept:
        same = find_same_content(inspection.id, file.kept.sha256)
        if same is not None:
            here[file.file_name] = same
            continue
        came.append(
            documents.receive(
                inspection.id,
                family=words.family_of["document"],
                prefix=words.prefixes["document"],
                file_name=file.file_name,
                kind=file.kind,
                kept=file.kept,
                title=title or file.file_name,
                body_id=found.body_id,
                by=g.actor,
            )
        )
    return came, {name: document for name, document in here.items() if document not in came}


def _place(
    inspection: CurrentInspection, found: DocumentRequest, placing: str, ticked: list[str], files: list[Document]
) -> list[tuple[Document, Piece]]:
    """Which document holds which part of which unit. By `each`, one that is attached already makes no further unit."""
    if placing == "ticked":
        return [(document, _read_piece(found.parts, value)) for document in files for value in ticked]
    attached = queries.list_files(inspection.id, request_id=found.id)
    there = {line.reference for line in attached}
    line = _line(queries.read_register(inspection.id, clock.today(), request_id=found.id), found)
    taken = {unit for unit, _part in line.now.pieces}
    free = (unit for unit in count(1) if unit not in taken)
    placed = []
    for document in files:
        if document.reference not in there:
            unit = next(free)
            placed += [(document, (unit, part)) for part in found.parts]
    return placed


def _tell(
    found: DocumentRequest,
    came: list[Document],
    here: dict[str, Document],
    refused: list[documents.Refused],
    answers: set[str],
    more: set[str],
) -> None:
    """What was done, in sentences. `answers` answered the request before; of `more`, something new was said."""
    if refused:
        flash("Not kept: " + " ".join(f"‘{one.file_name}’: {one.why}" for one in refused), "error")
    for name, document in here.items():
        if document.reference in more:
            after = f"It answers {found.code} {'in further parts' if document.reference in answers else 'too'}."
        elif document.reference in answers:
            after = f"It answers {found.code} already: nothing was done with it."
        else:
            after = "Say under ‘Requests’ there what it answers."
        flash(f"‘{name}’ is here already as {document.reference}, and was not kept twice. {after}", "info")
    if came:
        received = ", ".join(document.reference for document in came)
        flash(f"Received as {received}. The text is being read.", "success")


def _already(found: DocumentRequest, document: Document, answers: set[str]) -> str:
    if document.reference in answers:
        return (
            f"The same content is here already as {document.reference}, and answers {found.code} already. "
            "Nothing was done with it."
        )
    return f"The same content is here already as {document.reference}. Say there what it answers."


def _receive_page(
    inspection: CurrentInspection,
    found: DocumentRequest,
    form: ReceiveForm | None = None,
    status: int = 200,
    refused: list[documents.Refused] | None = None,
):
    kind = _kind(inspection, state.RECEIVED)
    register = queries.read_register(inspection.id, clock.today(), request_id=found.id)
    line = _line(register, found)
    return page(
        RECEIVING if htmx and status != 200 else RECEIVE,
        status,
        register=register,
        line=line,
        units=_offered(line),
        form=form or _receive_form(inspection, found, kind, empty=True),
        refused=refused or [],
        needs_files="files" in kind.needs,
        error=status == 422,
    )


def _receive_form(
    inspection: CurrentInspection, found: DocumentRequest, kind: EventPart, *, empty: bool = False
) -> ReceiveForm:
    words = _words(inspection)
    line = _line(queries.read_register(inspection.id, clock.today(), request_id=found.id), found)
    make = event_form(kind, words, ReceiveForm, "Receive them")
    placing = "each" if len(found.parts) == 1 else "ticked"
    form = make(formdata=None, on=clock.today(), done_by=g.actor.id.hex, placing=placing) if empty else make()
    form.offer(found.parts, _recorders(inspection), words)
    pieces = [(f"{unit}.{at}", f"{unit} {part}") for unit in _offered(line) for at, part in enumerate(line.parts)]
    form.offer_pieces(line, pieces)
    return form


def _offered(line: Line) -> range:
    """The units that can be ticked: those asked for, those that came, and some more where no number is set."""
    highest = max((unit for unit, _part in line.now.pieces), default=0)
    return range(1, max(min(line.expected or line.maximum or 0, MOST_OFFERED), highest + 2) + 1)


def _read_piece(parts: list[str], value: str) -> Piece:
    """The unit and part of a tick's value, which a form has found among its choices."""
    unit, at = value.split(".")
    return int(unit), parts[int(at)]


def _off_form(
    inspection: CurrentInspection, found: DocumentRequest, document: Document, *, empty: bool = False
) -> OffForm:
    held = [
        line
        for line in queries.list_files(inspection.id, request_id=found.id, document_id=document.id)
        if line.part in found.parts
    ]
    choices = [
        (f"{line.unit}.{found.parts.index(line.part)}", f"{line.part} of {found.unit} {line.unit}") for line in held
    ]
    form = OffForm(formdata=None, pieces=[value for value, _words in choices]) if empty else OffForm()
    form.pieces.choices = choices
    return form


def _sort_form(inspection: CurrentInspection, register: Register, kind: EventPart, *, empty: bool = False) -> SortForm:
    words = _words(inspection)
    make = event_form(kind, words, SortForm, "Save what it holds")
    form = make(formdata=None, on=clock.today(), done_by=g.actor.id.hex) if empty else make()
    form.offer((), _recorders(inspection), words)
    form.pieces.choices = [
        (f"{line.body}:{line.code}:{unit}.{at}", part)
        for line in register.lines
        for unit in _offered(line)
        for at, part in enumerate(line.parts)
    ]
    return form


def _sorting_page(inspection: CurrentInspection, document: Document, form: SortForm | None = None, status: int = 200):
    register = queries.read_register(inspection.id, clock.today())
    body = request.args.get("body", document.body.code if document.body else "")
    bodies = {line.body: line.body_name for line in register.lines}
    if body and body not in bodies and "body" in request.args:
        abort(404, f"Nothing is asked of ‘{body[:40]}’ in this inspection.")
    if form is None and register.words and may(Action.RECORD):
        form = _sort_form(inspection, register, _kind(inspection, state.RECEIVED), empty=True)
    return page(
        "register/document.html",
        status,
        document=document,
        register=register,
        files=queries.list_files(inspection.id, document_id=document.id),
        set_aside=queries.find_set_aside(document.id),
        lifted=queries.list_lifted(document.id),
        bodies=bodies,
        body=body,
        lines=[line for line in register.lines if line.body == body],
        offered=_offered,
        form=form,
        error=status == 422,
    )


def _ask_form(inspection: CurrentInspection, register: Register, *, empty: bool = False) -> AskForm:
    words = _words(inspection)
    make = event_form(_kind(inspection, state.ASKED), words, AskForm)
    form = make(formdata=None, on=clock.today(), done_by=g.actor.id.hex) if empty else make()
    form.offer((), _recorders(inspection), words)
    form.body.choices, form.code.choices = _choices(register)
    return form


def _choices(register: Register) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Bodies and requests to choose from, and all of them: nothing is chosen beforehand."""
    bodies = {line.body: line.body_name for line in register.lines}
    codes = {line.code: f"{line.code} {line.title}" for line in sorted(register.lines, key=lambda row: row.position)}
    first = [("", "Choose"), (ALL, "All of them")]
    return [*first, *bodies.items()], [*first, *codes.items()]


def _label(inspection: CurrentInspection, code: str) -> str:
    return next((kind.label for kind in _words(inspection).events if kind.code == code), code)
