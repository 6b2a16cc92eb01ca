"""A document that came again: which is the newer version, and whether it answers what the older one answered."""

from collections.abc import Sequence

from flask import flash, g, url_for

from app.access import Action, allow
from app.documents import queries as document_queries
from app.documents import services as documents
from app.documents import versions
from app.documents.access import Sight
from app.documents.models import Document
from app.documents.views import get_document
from app.inspections.gate import CurrentInspection, may
from app.inspections.references import read_reference
from app.register import file_queries, queries, state, taking_over
from app.register.event_views import get_kind
from app.register.file_queries import FileLine
from app.register.forms import TakeOverForm, VersionForm
from app.register.state import Piece
from app.register.views import bp
from app.web.asking import Concern
from app.web.errors import DoneAlready
from app.web.pages import page, to


@bp.get("/documents/<reference>/version")
@allow(Action.READ)
def show_version(inspection: CurrentInspection, reference: str):
    return _page(inspection, _get(inspection, reference))


@bp.post("/documents/<reference>/version")
@allow(Action.RECORD)
def supersede(inspection: CurrentInspection, reference: str):
    document, form = _get(inspection, reference), VersionForm()
    if not form.validate_on_submit():
        return _page(inspection, document, form, 422)
    named = (form.older.data or "").strip()
    read = read_reference(named, document.prefix)
    older = document_queries.find_document(inspection.id, read[1]) if read else None
    if older is None or read is None or older.prefix != read[0]:
        form.older.errors = [
            f"There is no document {named[:20]} in this inspection. Enter its reference, such as DOC-031"
        ]
        return _page(inspection, document, form, 422)
    wrong = documents.why_no_version(older, document)
    asked = [] if wrong else versions.of_version(versions.newer_of(document), older)
    if not form.is_meant(asked):
        return _page(inspection, document, form, 422, asked)
    try:
        documents.supersede(document, older, by=g.actor)
    except documents.NotAVersion as why:
        form.older.errors = [str(why)]
        return _page(inspection, document, form, 422)
    flash(f"{document.reference} supersedes {older.reference}.", "success")
    return to(url_for(".show_version", reference=document.reference))


@bp.post("/documents/<reference>/version/parted")
@allow(Action.RECORD)
def part_versions(inspection: CurrentInspection, reference: str):
    """It is no newer version after all: the older one answers again what it gave way in."""
    held = queries.hold_requests(inspection.id)
    document, older = _both(inspection, reference)
    documents.part_versions(document, older, by=g.actor)
    gave_way_in = taking_over.gave_way_in(older, document)
    back = [
        one.reference
        for one in held
        if one.id in gave_way_in and taking_over.give_back(one, document, older, by=g.actor)
    ]
    flash(f"{document.reference} is no longer said to be a newer version of {older.reference}.", "success")
    if back:
        flash(f"{older.reference} answers again what it gave way in: {', '.join(back)}.", "info")
    return to(url_for(".show_version", reference=document.reference))


@bp.post("/documents/<reference>/version/requests")
@allow(Action.RECORD)
def take_over_requests(inspection: CurrentInspection, reference: str):
    """The newer version answers what is ticked of that which the older one answered, and is taken off there."""
    held = {(row.body.code, row.code): row for row in queries.hold_requests(inspection.id)}
    document, older = _both(inspection, reference)
    kind = get_kind(inspection, state.RECEIVED)
    files = _files(inspection, older)
    if not files:
        raise DoneAlready(f"{older.reference} answers no request any more.")
    form = _take_over_form(document, files)
    if not form.validate_on_submit():
        return _page(inspection, document, status=422, take_over=form)
    wanted: dict[tuple[str, str], list[Piece]] = {}
    for value in form.pieces.data or []:
        line = files[value]
        wanted.setdefault((line.body, line.code), []).append((line.unit, line.part))
    for key, pieces in wanted.items():
        taking_over.take_over(held[key], document, older, pieces, kind, by=g.actor)
    said = f"what {older.reference} answered" if len(form.pieces.data or []) == len(files) else "what was ticked"
    flash(f"{document.reference} answers {said}.", "success")
    return to(url_for(".show_version", reference=document.reference))


def _files(inspection: CurrentInspection, document: Document) -> dict[str, FileLine]:
    """What a document answers, by what a tick calls it."""
    lines = file_queries.list_files(inspection.id, document_id=document.id)
    return {f"{line.body}:{line.code}:{line.unit}:{line.part}": line for line in lines}


def _take_over_form(document: Document, files: dict[str, FileLine], *, empty: bool = False) -> TakeOverForm:
    form = TakeOverForm(formdata=None, pieces=list(files)) if empty else TakeOverForm()
    form.pieces.label.text = f"What {document.reference} answers instead"
    form.pieces.choices = [
        (value, f"{line.code} {line.body_name}: {line.part} {line.unit}") for value, line in files.items()
    ]
    return form


def _get(inspection: CurrentInspection, reference: str) -> Document:
    """That a document is a newer version says nothing of what stands in it."""
    return get_document(inspection, reference, least=Sight.NOTHING)


def _both(inspection: CurrentInspection, reference: str) -> tuple[Document, Document]:
    document = _get(inspection, reference)
    if document.supersedes is None:
        raise DoneAlready(f"{document.reference} is not said to be a newer version of another.")
    return document, document.supersedes


def _page(
    inspection: CurrentInspection,
    document: Document,
    form: VersionForm | None = None,
    status: int = 200,
    asked: Sequence[Concern] = (),
    take_over: TakeOverForm | None = None,
):
    older = document.supersedes
    files = _files(inspection, older) if older else {}
    if take_over is None and files and may(Action.RECORD):
        take_over = _take_over_form(document, files, empty=True)
    if form is None and older is None and may(Action.RECORD):
        form = VersionForm(formdata=None)
    return page(
        "register/version.html",
        status,
        document=document,
        older=older,
        take_over=take_over,
        form=form,
        concerns=asked,
        error=status == 422,
    )
