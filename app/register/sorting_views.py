"""Which requests a document answers: what waits to be sorted, and sorting it."""

from collections.abc import Callable
from urllib.parse import urlencode

from flask import abort, flash, g, request, url_for

from app.access import Action, allow
from app.documents.access import Sight
from app.documents.models import Document
from app.documents.views import get_document
from app.evidence.filters import read_before
from app.extensions import htmx
from app.inspections.gate import CurrentInspection, may
from app.inspections.requests import EventPart
from app.register import concerns, file_queries, queries, services, state
from app.register.event_views import get_kind
from app.register.forms import SortForm, event_form
from app.register.queries import Register
from app.register.receiving_views import offered, read_piece, tell_of_others
from app.register.state import Piece
from app.register.views import bp, get_words, recorders
from app.web import clock
from app.web.asking import Concern
from app.web.dispatch import own_writes
from app.web.errors import NoSuchFilter
from app.web.pages import page, to

# Of the form: what is not typed, and a tick that was meant for what stood above it then.
NOT_CARRIED = frozenset({"csrf_token", "operation", "whose", "body", "reference", "submit", "all_the_same"})


@bp.app_context_processor
def _how_many_wait() -> dict[str, Callable[[], int]]:
    """For the tabs of Documents, which stand on pages of a floor below: asked only where they are shown."""
    return {"count_to_be_sorted": lambda: file_queries.count_to_be_sorted(g.inspection.id)}


@bp.get("/requests/sort")
@allow(Action.READ)
def list_to_be_sorted(inspection: CurrentInspection):
    documents, before = file_queries.list_to_be_sorted(inspection.id, read_before())
    return page("register/sort.html", documents=documents, before=before)


@bp.get("/documents/<reference>/requests")
@allow(Action.READ)
def show_sorting(inspection: CurrentInspection, reference: str):
    """Which requests a document answers, with the parts of all requests of one body to be ticked. For htmx, a line of
    it, as the document's own page holds it."""
    document = get_document(inspection, reference, least=Sight.NOTHING)
    if htmx:
        files = file_queries.list_files(inspection.id, document_id=document.id)
        return page("register/_answers.html", files=files, lifted=file_queries.list_lifted(document.id))
    return _sorting_page(inspection, document)


@bp.post("/documents/<reference>/requests")
@allow(Action.RECORD)
def sort_document(inspection: CurrentInspection, reference: str):
    """One file to several parts of several requests at once."""
    held = {(row.body.code, row.code): row for row in queries.hold_requests(inspection.id)}
    document, kind = get_document(inspection, reference, least=Sight.NOTHING), get_kind(inspection, state.RECEIVED)
    register = queries.read_register(inspection.id, clock.today())
    form = _sort_form(inspection, register, kind)
    if not form.validate_on_submit():
        return _sorting_page(inspection, document, form, 422)
    wanted: dict[tuple[str, str], list[Piece]] = {}
    for value in form.pieces.data or []:
        body, code, piece = value.split(":")
        wanted.setdefault((body, code), []).append(read_piece(held[body, code].parts, piece))
    what = form.what(kind)
    lines = [line for line in register.lines if (line.body, line.code) in wanted]
    asked = [*concerns.of_sorting(document, lines), *concerns.of_overturning(lines, what.on, register)]
    asked += concerns.of_typed(inspection, what)
    if not form.is_meant(asked):
        return _sorting_page(inspection, document, form, 422, asked)
    new = []
    for (body, code), pieces in wanted.items():
        files = file_queries.list_files(inspection.id, request_id=held[body, code].id)
        placed = [(document, piece) for piece in pieces]
        if services.attach(held[body, code], placed, kind, what, by=g.actor):
            new.append((body, code))
            tell_of_others(held[body, code], files, [(document.reference, *piece) for piece in pieces])
    if not new:
        form.pieces.errors = [f"{document.reference} is said to hold all of that already"]
        return _sorting_page(inspection, document, form, 422)
    flash(f"{document.reference} answers {', '.join(f'{code} ({body})' for body, code in new)}.", "success")
    return to(url_for(".show_sorting", reference=document.reference))


@bp.post("/documents/<reference>/requests/whose")
@allow(Action.RECORD)
@own_writes
def choose_body(inspection: CurrentInspection, reference: str):
    """The requests of another body, with what is typed and ticked so far. Nothing is written."""
    document = get_document(inspection, reference, least=Sight.NOTHING)
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_CARRIED]
    address = url_for(".show_sorting", reference=document.reference, body=request.form.get("whose", ""))
    return to(f"{address}&{urlencode(typed)}")


@bp.post("/documents/<reference>/requests/none")
@allow(Action.RECORD)
def set_aside(inspection: CurrentInspection, reference: str):
    """A document that answers no request; sent again with `again`, it waits to be sorted once more."""
    document = get_document(inspection, reference, least=Sight.NOTHING)
    if request.form.get("again"):
        services.sort_again(document, by=g.actor)
        flash(f"{document.reference} is to be sorted again.", "success")
    elif document.request:
        abort(409, f"{document.reference} answers {document.request}. Take it off there first.")
    else:
        services.set_aside(document, by=g.actor)
        flash(f"{document.reference} answers no request.", "success")
    return to(url_for(".show_sorting", reference=document.reference))


def _sort_form(inspection: CurrentInspection, register: Register, kind: EventPart, *, empty: bool = False) -> SortForm:
    words = get_words(inspection)
    make = event_form(kind, words, SortForm, "Save what it holds")
    if empty and set(request.args) > {"body"}:  # another body was chosen
        form = make(formdata=request.args)
    else:
        form = make(formdata=None, on=clock.today(), done_by=g.actor.id.hex) if empty else make()
    form.offer((), recorders(inspection), words)
    form.pieces.choices = [
        (f"{line.body}:{line.code}:{unit}.{at}", part)
        for line in register.lines
        for unit in offered(line)
        for at, part in enumerate(line.parts)
    ]
    return form


def _sorting_page(
    inspection: CurrentInspection,
    document: Document,
    form: SortForm | None = None,
    status: int = 200,
    asked: list[Concern] | None = None,
):
    register = queries.read_register(inspection.id, clock.today())
    body = request.args.get("body", document.body.code if document.body else "")
    bodies = {line.body: line.body_name for line in register.lines}
    if body and body not in bodies and "body" in request.args:
        raise NoSuchFilter(f"Nothing is asked of ‘{body[:40]}’ in this inspection.")
    if form is None and register.words and may(Action.RECORD):
        form = _sort_form(inspection, register, get_kind(inspection, state.RECEIVED), empty=True)
    return page(
        "register/document.html",
        status,
        document=document,
        register=register,
        files=file_queries.list_files(inspection.id, document_id=document.id),
        set_aside=file_queries.find_set_aside(document.id),
        lifted=file_queries.list_lifted(document.id),
        bodies=bodies,
        body=body,
        lines=[line for line in register.lines if line.body == body],
        elsewhere=_elsewhere(register, body, form.pieces.data or []) if form else [],
        following=file_queries.find_next_to_be_sorted(inspection.id, document.number),
        offered=offered,
        form=form,
        concerns=asked or [],
        error=status == 422,
    )


def _elsewhere(register: Register, body: str, pieces: list[str]) -> list[tuple[str, str]]:
    """What is ticked of the requests to other bodies, in words, so that it is saved together."""
    words = {
        f"{line.body}:{line.code}:{unit}.{at}": f"{line.code} {line.body_name}: {part} of {line.unit} {unit}"
        for line in register.lines
        if line.body != body
        for unit in offered(line)
        for at, part in enumerate(line.parts)
    }
    return [(value, words[value]) for value in dict.fromkeys(pieces) if value in words]
