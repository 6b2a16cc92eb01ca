"""The details of units of a request: what the pack asks to be kept of each beside its files."""

from collections.abc import Sequence

from flask import abort, flash, g, request, url_for

from app.access import Action, allow
from app.db.versions import Stale
from app.documents.access import Sight
from app.documents.queries import find_document
from app.documents.views import get_document
from app.extensions import htmx
from app.inspections.asking import of_names
from app.inspections.gate import CurrentInspection
from app.inspections.histories import conflict_of
from app.inspections.queries import find_requests, list_bodies
from app.inspections.references import read_reference
from app.inspections.requests import FieldPart
from app.register import units
from app.register.concerns import of_struck, of_unit
from app.register.forms import MOST_UNITS
from app.register.models import DocumentRequest
from app.register.queries import read_register
from app.register.unit_forms import UnitForm, in_words, unit_form, values_of
from app.register.views import address_of, bp, get_request, get_words, line_of
from app.web import clock
from app.web.asking import Concern
from app.web.conflicts import Conflict
from app.web.pages import page, to

NOTHING = "Nothing is entered yet: enter at least one of these details, or go back"


@bp.get("/requests/<body>/<code>/units/<int:number>")
@allow(Action.RECORD)
def show_unit(inspection: CurrentInspection, body: str, code: str, number: int):
    found = get_request(inspection, body, code)
    parts = fields_of(inspection, found, number)
    present = _present(inspection, found, number, parts)
    return _ask(inspection, found, number, present, asked=_beyond(inspection, found, number))


@bp.post("/requests/<body>/<code>/units/<int:number>")
@allow(Action.RECORD)
def keep_unit(inspection: CurrentInspection, body: str, code: str, number: int):
    found = get_request(inspection, body, code, for_change=True)
    parts, bodies = fields_of(inspection, found, number), list_bodies(inspection.id)
    form = unit_form(parts, bodies)
    if not form.validate_on_submit():
        return _ask(inspection, found, number, form, 422)
    if not form.is_possible(parts):
        return _ask(inspection, found, number, form, 422)
    fields = form.kept(parts)
    if not fields and units.find_unit(found.id, number) is None:
        form.first(parts).errors = [NOTHING]
        return _ask(inspection, found, number, form, 422)
    instead = "Give the role or the office that they hold"
    typed = form.typed(parts)
    asked = of_names(inspection, typed, "what is typed here", instead) + of_struck(found, number, typed)
    asked = [*_beyond(inspection, found, number), *asked]
    if not form.is_meant(asked):
        return _ask(inspection, found, number, form, 422, asked=asked)
    base = form.version.data or ""
    if not (base.isascii() and base.isdigit() and len(base) < 10):
        abort(422, "The form was changed on its way. Open the page again and enter it once more.")
    try:
        units.keep_unit(
            found,
            number,
            fields,
            words=lambda fields: in_words(parts, fields, bodies),
            base=int(base),
            by=g.actor,
        )
    except Stale:
        present = _present(inspection, found, number, parts)
        form.version.data = present.version.data
        part = units.part_of(found, number)
        conflict = conflict_of(inspection, form, present, found.reference, units.KEEPING, part)
        return _ask(inspection, found, number, form, 409, conflict)
    flash(f"The details of {found.unit} {number} are saved.", "success")
    return to(_where_from(inspection, found)[0])


@bp.get("/documents/<reference>/details")
@allow(Action.READ)
def show_details(inspection: CurrentInspection, reference: str):
    """The details of the units that a document holds; for htmx, as the document's own page shows them."""
    document = get_document(inspection, reference, least=Sight.NOTHING)
    words = find_requests(inspection.id)
    asked = {part.id: part.fields for part in words.requests} if words else {}
    held = [unit for unit in units.list_held(document.id) if asked.get(unit.code)]
    bodies = list_bodies(inspection.id) if held else []
    details = [(unit, in_words(asked[unit.code], unit.fields, bodies)) for unit in held]
    return page("register/_details.html" if htmx else "register/details.html", document=document, details=details)


def _where_from(inspection: CurrentInspection, found: DocumentRequest) -> tuple[str, str]:
    """Where the form was opened from, as its address says: the page of a document, or of the request. And its name."""
    read = read_reference(request.args.get("document", ""))
    document = find_document(inspection.id, read[1]) if read else None
    if document is None:
        return address_of(found), "the request"
    return url_for("documents.show_document", reference=document.reference), document.reference


def fields_of(inspection: CurrentInspection, found: DocumentRequest, number: int) -> list[FieldPart]:
    """What the pack asks of a unit of this request, or 404 with a sentence."""
    asked = next((part for part in get_words(inspection).requests if part.id == found.code), None)
    if asked is None or not asked.fields:
        abort(404, f"The pack asks for no details of {found.code}.")
    if not 1 <= number <= MOST_UNITS:
        abort(404, f"{found.reference} has no {found.unit} {number}.")
    return asked.fields


def _beyond(inspection: CurrentInspection, found: DocumentRequest, number: int) -> list[Concern]:
    """That the unit is beyond what was asked for, until details are kept of it."""
    if units.find_unit(found.id, number) is not None:
        return []
    register = read_register(inspection.id, clock.today(), request_id=found.id)
    return of_unit(number, line_of(register, found))


def _present(inspection: CurrentInspection, found: DocumentRequest, number: int, parts: list[FieldPart]) -> UnitForm:
    kept = units.find_unit(found.id, number)
    values = values_of(parts, kept.fields if kept else {})
    return unit_form(parts, list_bodies(inspection.id), **values, version=str(kept.version if kept else 0))


def _ask(
    inspection: CurrentInspection,
    found: DocumentRequest,
    number: int,
    form: UnitForm,
    status: int = 200,
    conflict: Conflict | None = None,
    asked: Sequence[Concern] = (),
):
    return page(
        "register/unit.html",
        status,
        found=found,
        number=number,
        form=form,
        conflict=conflict,
        concerns=asked,
        back=_where_from(inspection, found),
        error=status == 422,
    )
