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
from app.register import file_queries, queries, services, state
from app.register.event_views import get_kind
from app.register.forms import VersionForm
from app.register.services import What
from app.register.state import Piece
from app.register.views import bp
from app.web import clock
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
    read = read_reference(named)
    older = document_queries.find_document(inspection.id, read[1]) if read else None
    if older is None or read is None or older.prefix != read[0]:
        form.older.errors = [f"There is no document {named[:20]} in this inspection"]
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
    document, older = _both(inspection, reference)
    documents.part_versions(document, older, by=g.actor)
    flash(f"{document.reference} is no longer said to be a newer version of {older.reference}.", "success")
    return to(url_for(".show_version", reference=document.reference))


@bp.post("/documents/<reference>/version/requests")
@allow(Action.RECORD)
def take_over_requests(inspection: CurrentInspection, reference: str):
    """The newer version answers what the older one answered, which is taken off there with that as the reason."""
    held = {(row.body.code, row.code): row for row in queries.hold_requests(inspection.id)}
    document, older = _both(inspection, reference)
    kind = get_kind(inspection, state.RECEIVED)
    wanted: dict[tuple[str, str], list[Piece]] = {}
    for line in file_queries.list_files(inspection.id, document_id=older.id):
        wanted.setdefault((line.body, line.code), []).append((line.unit, line.part))
    if not wanted:
        raise DoneAlready(f"{older.reference} answers no request any more.")
    what = What(on=clock.today(), done_by_id=g.actor.id, done_by=g.actor.label)
    for key, pieces in wanted.items():
        services.attach(held[key], [(document, piece) for piece in pieces], kind, what, by=g.actor)
        services.detach(held[key], older, pieces, f"Superseded by {document.reference}", by=g.actor)
    flash(f"{document.reference} answers what {older.reference} answered.", "success")
    return to(url_for(".show_version", reference=document.reference))


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
):
    older = document.supersedes
    files = file_queries.list_files(inspection.id, document_id=older.id) if older else []
    if form is None and older is None and may(Action.RECORD):
        form = VersionForm(formdata=None)
    return page(
        "register/version.html",
        status,
        document=document,
        older=older,
        files=files,
        form=form,
        concerns=asked,
        error=status == 422,
    )
