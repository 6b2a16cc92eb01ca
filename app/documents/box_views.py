"""Boxes on the pictures of pages: drawn or entered by number, and tagged."""

from flask import abort, flash, g, url_for

from app.access import Action, allow
from app.documents import boxes, pictures, queries, reading
from app.documents.forms import BoxForm
from app.documents.models import Document, Names
from app.documents.reading import Place
from app.documents.views import MOST_FRAMES, bp, get_document
from app.evidence import passages
from app.evidence.queries import tags_of
from app.evidence.services import NoWords
from app.formats.drawing import Box
from app.inspections.gate import CurrentInspection
from app.inspections.queries import list_criteria
from app.inspections.references import EVIDENCE, read_reference
from app.web.pages import count, page, to


@bp.get("/<reference>/pages/<int:number>/box")
@allow(Action.RECORD)
def show_box_form(inspection: CurrentInspection, reference: str, number: int):
    return _show(inspection, _get_pictured(inspection, reference, number), number, _form(inspection, empty=True))


@bp.post("/<reference>/pages/<int:number>/box")
@allow(Action.RECORD)
def tag_box(inspection: CurrentInspection, reference: str, number: int):
    document, form = _get_pictured(inspection, reference, number), _form(inspection)
    if not form.validate_on_submit():
        return _show(inspection, document, number, form, 422)
    left, top = 10 * (form.left.data or 0), 10 * (form.top.data or 0)
    box = Box(left, top, left + 10 * (form.width.data or 0), top + 10 * (form.height.data or 0))
    chosen = set(form.criteria.data or [])
    try:
        item = boxes.tag_box(
            document,
            number,
            box,
            form.words.data or "",
            criteria=[row.id for row in form.offered if row.reference in chosen],
            gist=form.gist.data or "",
            direction=form.direction.data or "",
            evidence_kind=inspection.vocabulary.evidence_kind_default.get(document.kind, ""),
            by=g.actor,
        )
    except NoWords:
        form.words.errors = ["Enter what you read in the box"]
        return _show(inspection, document, number, form, 422)
    flash(f"{item.reference} is saved.", "success")
    return to(Place(document.reference, number).address(anchor=item.reference))


@bp.get("/<reference>/boxes/<item>")
@allow(Action.READ)
def show_box(inspection: CurrentInspection, reference: str, item: str):
    """The page that the box of an evidence item is on."""
    document = get_document(inspection, reference)
    read = read_reference(item)
    number = queries.find_page_of_box(document.id, read[1]) if read and read[0] == EVIDENCE else None
    if read is None or number is None:
        abort(404, f"There is no box of {item[:40]} in {document.reference}.")
    at = url_for("documents.show_document", reference=document.reference, page=number, **passages.in_place(item))
    return to(at)


def _get_pictured(inspection: CurrentInspection, reference: str, number: int) -> Document:
    document = get_document(inspection, reference)
    if document.names is not Names.CLEAR:
        abort(409, f"{document.reference} is closed to the team. Say first what the check for names came to.")
    if not pictures.has_picture(document):
        abort(404, f"{document.reference} has no pictures of its pages.")
    if not 1 <= number <= (document.pages or MOST_FRAMES):
        abort(404, f"{document.reference} has {count(document.pages, 'page')}.")
    return document


def _show(inspection: CurrentInspection, document: Document, number: int, form: BoxForm, status: int = 200):
    place = Place(document.reference, number)
    found = queries.list_boxes(document.id, number)
    return page(
        "documents/box.html",
        status,
        document=document,
        place=place,
        picture=reading.picture_of(document, place),
        boxes=found,
        box_tags=tags_of(box.id for box in found),
        address=url_for(".tag_box", reference=document.reference, number=number),
        form=form,
        error=status == 422,
    )


def _form(inspection: CurrentInspection, *, empty: bool = False) -> BoxForm:
    form = BoxForm(formdata=None) if empty else BoxForm()
    form.offer(inspection.vocabulary, list_criteria(inspection.id))
    return form
