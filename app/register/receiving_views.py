"""What comes in: files for the parts of a request, taken off again, and a nil return made a document."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from itertools import count, islice
from typing import Any

from flask import abort, current_app, flash, g, request, url_for
from flask_login import current_user

from app.access import Action, allow
from app.db.transaction import writing
from app.documents import services as documents
from app.documents.access import Sight
from app.documents.models import Document, Names
from app.documents.queries import find_same_content
from app.documents.views import get_document
from app.extensions import htmx
from app.inspections.gate import CurrentInspection
from app.inspections.requests import EventPart
from app.register import concerns, event_queries, file_queries, queries, services, state
from app.register.event_views import get_event, get_kind
from app.register.file_queries import FileLine
from app.register.forms import OffForm, ReceiveForm, event_form
from app.register.models import DocumentRequest
from app.register.queries import Line
from app.register.state import Piece
from app.register.views import MOST_OFFERED, address_of, bp, get_request, get_words, line_of, recorders
from app.web import clock
from app.web.asking import Concern
from app.web.dispatch import after_refusal, answer_of_first_time, keep_answer, own_writes
from app.web.errors import DoneAlready
from app.web.pages import long_date, long_moment, page, to

RECEIVE = "register/receive.html"
RECEIVING = "register/_receive.html"


@bp.url_value_preprocessor
def _take_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form, as the anti-forgery check does first of all; only for those who are signed in."""
    if endpoint == "register.receive_files" and current_user.is_authenticated:
        request.max_content_length = current_app.config["UPLOAD_LIMIT"]


@bp.get("/requests/<body>/<code>/receive")
@allow(Action.RECORD)
def show_receive(inspection: CurrentInspection, body: str, code: str):
    return _receive_page(inspection, get_request(inspection, body, code))


@bp.post("/requests/<body>/<code>/receive")
@allow(Action.RECORD)
@own_writes
def receive_files(inspection: CurrentInspection, body: str, code: str):
    """Files first, rows after, as in every upload. What is here already is attached, and not kept twice."""
    found, kind = get_request(inspection, body, code), get_kind(inspection, state.RECEIVED)
    form = _receive_form(inspection, found, kind)
    if not form.validate_on_submit():
        return _receive_page(inspection, found, form, 422)
    what, placing, ticked = form.what(kind), form.placing.data, form.pieces.data or []
    asked = concerns.of_typed(inspection, what, [name for name, _content in form.chosen()])
    if placing != "later":
        register = queries.read_register(inspection.id, clock.today(), request_id=found.id)
        asked += concerns.of_overturning([line_of(register, found)], what.on, register)
    if not form.is_meant(asked):
        return _receive_page(inspection, found, form, 422, asked=asked)
    kept, refused = documents.keep_files(inspection.id, form.chosen())
    response = None
    with writing() as session:
        if (again := answer_of_first_time(session, [file.kept.sha256 for file in kept])) is not None:
            return again
        found = get_request(inspection, body, code, for_change=True)
        came, here = _take_in(inspection, found, kept)
        placed = [] if placing == "later" else _place(inspection, found, placing, ticked, [*came, *here.values()])
        files = file_queries.list_files(inspection.id, request_id=found.id)
        held = {(line.reference, line.unit, line.part) for line in files}
        elsewhere = {document.reference for document in here.values() if document.request}
        event = services.attach(found, placed, kind, what, by=g.actor) if placed else None
        answers = {reference for reference, _unit, _part in held}
        if came or event:
            documents.note_sent_too([one.id for one in here.values()], found.body_id, by=g.actor)
            more = {document.reference for document, piece in placed if (document.reference, *piece) not in held}
            _tell(found, came, here, refused, answers, more, elsewhere)
            tell_of_others(found, files, [(document.reference, *piece) for document, piece in placed])
            if len(came) == 1 and came[0].may_hold_files:
                response = to(url_for(".show_contents", reference=came[0].reference))
            else:
                response = to(url_for(".list_to_be_sorted") if placing == "later" else address_of(found))
            keep_answer(session, response)
        else:
            session.rollback()  # nothing was done: the same form may be sent again with other files
            refused += [
                documents.Refused(name, _already(found, document, answers), document.reference)
                for name, document in here.items()
            ]
            sent_too, by, body_id = [document.id for document in here.values()], g.actor, found.body_id
            after_refusal(lambda: documents.note_sent_too(sent_too, body_id, by=by))
    if response is None:
        return _receive_page(inspection, get_request(inspection, body, code), form, 422, refused)
    return response


@bp.get("/requests/<body>/<code>/files/<reference>/off")
@allow(Action.RECORD)
def show_take_off(inspection: CurrentInspection, body: str, code: str, reference: str):
    found, document = get_request(inspection, body, code), get_document(inspection, reference, least=Sight.NOTHING)
    form = _off_form(inspection, found, document, empty=True)
    return page("register/off.html", found=found, document=document, form=form)


@bp.post("/requests/<body>/<code>/files/<reference>/off")
@allow(Action.RECORD)
def take_off(inspection: CurrentInspection, body: str, code: str, reference: str):
    """Take a document off parts of a request. It stays, and so does what was said, with the reason."""
    found, document = (
        get_request(inspection, body, code, for_change=True),
        get_document(inspection, reference, least=Sight.NOTHING),
    )
    form = _off_form(inspection, found, document)
    if not form.pieces.choices:
        raise DoneAlready(f"{document.reference} was taken off {found.code} already.")
    if not form.validate_on_submit():
        return page("register/off.html", 422, found=found, document=document, form=form, error=True)
    pieces = [read_piece(found.parts, value) for value in form.pieces.data or []]
    services.detach(found, document, pieces, form.reason.data or "", by=g.actor)
    flash(f"{document.reference} is taken off.", "success")
    return to(address_of(found))


@bp.post("/requests/<body>/<code>/lift/<int:number>")
@allow(Action.RECORD)
@own_writes
def lift(inspection: CurrentInspection, body: str, code: str, number: int):
    """Make a document of a nil return, which can then be tagged. Until somebody does, it counts as nothing."""
    found = get_request(inspection, body, code)
    event = get_event(found, number)
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
        event = get_event(found, number)
        if event.lifted_id is not None or event_queries.is_struck(event.id):
            raise DoneAlready("This nil return was lifted already, or struck out meanwhile. Open the request again.")
        if later := event_queries.answered_after(event, event_queries.list_standing(found.id)):
            what = f"‘{_label(inspection, later.code)}’ of {long_date(later.happened_on)}"
            abort(409, f"{what} came after this nil return: it is no longer the answer, and is not lifted.")
        # Its words were entered here and stand on the page of the request: there is nothing in it to be checked.
        came, here = _take_in(inspection, found, kept, title, Names.CLEAR)
        document = [*came, *here.values()][0]
        services.lift_nil_return(found, event, document, by=g.actor)
        flash(f"{document.reference} says it now. Tag its words once they are read.", "success")
        response = to(url_for("documents.show_document", reference=document.reference))
        keep_answer(session, response)
    return response


def _take_in(
    inspection: CurrentInspection,
    found: DocumentRequest,
    kept: list[documents.Arrived],
    title: str = "",
    names: Names | None = None,
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
                names=names,
            )
        )
    return came, {name: document for name, document in here.items() if document not in came}


def _place(
    inspection: CurrentInspection, found: DocumentRequest, placing: str, ticked: list[str], files: list[Document]
) -> list[tuple[Document, Piece]]:
    """Which document holds which part of which unit. By `each`, one that is attached already makes no further unit."""
    if placing == "ticked":
        return [(document, read_piece(found.parts, value)) for document in files for value in ticked]
    attached = file_queries.list_files(inspection.id, request_id=found.id)
    there = {line.reference for line in attached}
    line = line_of(queries.read_register(inspection.id, clock.today(), request_id=found.id), found)
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
    elsewhere: set[str],
) -> None:
    """What was done, in sentences. `answers` answered the request before, `elsewhere` any; of `more`, something new was
    said."""
    if refused:
        flash("Not kept: " + " ".join(f"‘{one.file_name}’: {one.why}" for one in refused), "error")
    for name, document in here.items():
        if document.reference in more:
            too = " in further parts" if document.reference in answers else " too"
            after = f"It answers {found.code}{too if document.reference in elsewhere else ''}."
        elif document.reference in answers:
            after = f"It answers {found.code} already: nothing was done with it."
        else:
            after = "Say under ‘Requests’ there what it answers."
        flash(f"‘{name}’ is here already as {document.reference}, and was not kept twice. {after}", "info")
    if came:
        flash(documents.received_as(came), "success")


def tell_of_others(found: DocumentRequest, files: list[FileLine], placed: list[tuple[str, int, str]]) -> None:
    """That other documents were put to the same parts before; of `files`, which stood then. Both stand there now."""
    there: dict[tuple[str, str, datetime], list[str]] = {}
    held = {(file.reference, file.unit, file.part) for file in files}
    new = {(unit, part) for reference, unit, part in placed if (reference, unit, part) not in held}
    for file in files:
        if (file.unit, file.part) in new:
            about = f"{file.part} of {found.unit} {file.unit}"
            there.setdefault((file.reference, file.created_by, file.created_at), []).append(about)
    for (reference, who, at), parts in there.items():
        flash(f"{', '.join(parts)}: {reference} was put there by {who} on {long_moment(at)}. Both stand there.", "info")


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
    asked: Sequence[Concern] = (),
):
    kind = get_kind(inspection, state.RECEIVED)
    register = queries.read_register(inspection.id, clock.today(), request_id=found.id)
    line = line_of(register, found)
    return page(
        RECEIVING if htmx and status != 200 else RECEIVE,
        status,
        register=register,
        line=line,
        units=offered(line),
        form=form or _receive_form(inspection, found, kind, empty=True),
        refused=refused or [],
        concerns=asked,
        needs_files="files" in kind.needs,
        error=status == 422,
    )


def _receive_form(
    inspection: CurrentInspection, found: DocumentRequest, kind: EventPart, *, empty: bool = False
) -> ReceiveForm:
    words = get_words(inspection)
    line = line_of(queries.read_register(inspection.id, clock.today(), request_id=found.id), found)
    make = event_form(kind, words, ReceiveForm, "Receive them")
    placing = "each" if len(found.parts) == 1 else "ticked"
    form = make(formdata=None, on=clock.today(), done_by=g.actor.id.hex, placing=placing) if empty else make()
    form.offer(found.parts, recorders(inspection), words)
    pieces = [(f"{unit}.{at}", f"{unit} {part}") for unit in offered(line) for at, part in enumerate(line.parts)]
    form.offer_pieces(line, pieces)
    return form


def offered(line: Line) -> list[int]:
    """The units that can be ticked: those asked for, those that are here, and the first two that are not."""
    here = {unit for unit, _part in line.now.pieces}
    asked = range(1, min(line.expected or line.maximum or 0, MOST_OFFERED) + 1)
    return sorted({*asked, *here, *islice((unit for unit in count(1) if unit not in here), 2)})


def read_piece(parts: list[str], value: str) -> Piece:
    """The unit and part of a tick's value, which a form has found among its choices."""
    unit, at = value.split(".")
    return int(unit), parts[int(at)]


def _off_form(
    inspection: CurrentInspection, found: DocumentRequest, document: Document, *, empty: bool = False
) -> OffForm:
    held = [
        line
        for line in file_queries.list_files(inspection.id, request_id=found.id, document_id=document.id)
        if line.part in found.parts
    ]
    choices = [
        (f"{line.unit}.{found.parts.index(line.part)}", f"{line.part} of {found.unit} {line.unit}") for line in held
    ]
    form = OffForm(formdata=None, pieces=[value for value, _words in choices]) if empty else OffForm()
    form.pieces.choices = choices
    return form


def _label(inspection: CurrentInspection, code: str) -> str:
    return next((kind.label for kind in get_words(inspection).events if kind.code == code), code)
