"""The details of one unit of a request: what the pack asks to be kept of it beside its files."""

from flask import abort, flash, g

from app.access import Action, allow
from app.db.versions import Stale
from app.inspections.gate import CurrentInspection
from app.inspections.histories import conflict_of
from app.inspections.queries import list_bodies
from app.inspections.requests import FieldPart
from app.register import units
from app.register.forms import MOST_UNITS
from app.register.models import DocumentRequest
from app.register.unit_forms import UnitForm, in_words, unit_form, values_of
from app.register.views import address_of, bp, get_request, get_words
from app.web.conflicts import Conflict
from app.web.pages import page, to


@bp.get("/requests/<body>/<code>/units/<int:number>")
@allow(Action.RECORD)
def show_unit(inspection: CurrentInspection, body: str, code: str, number: int):
    found = get_request(inspection, body, code)
    parts = fields_of(inspection, found, number)
    return _ask(inspection, found, number, _present(inspection, found, number, parts))


@bp.post("/requests/<body>/<code>/units/<int:number>")
@allow(Action.RECORD)
def keep_unit(inspection: CurrentInspection, body: str, code: str, number: int):
    found = get_request(inspection, body, code, for_change=True)
    parts, bodies = fields_of(inspection, found, number), list_bodies(inspection.id)
    form = unit_form(parts, bodies)
    if not form.validate_on_submit():
        return _ask(inspection, found, number, form, 422)
    base = form.version.data or ""
    if not (base.isascii() and base.isdigit() and len(base) < 10):
        abort(422, "The form was changed on its way. Open the page again and enter it once more.")
    try:
        units.keep_unit(
            found,
            number,
            form.kept(parts),
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
    return to(address_of(found))


def fields_of(inspection: CurrentInspection, found: DocumentRequest, number: int) -> list[FieldPart]:
    """What the pack asks of a unit of this request, or 404 with a sentence."""
    asked = next((part for part in get_words(inspection).requests if part.id == found.code), None)
    if asked is None or not asked.fields:
        abort(404, f"The pack asks for no details of {found.code}.")
    if not 1 <= number <= MOST_UNITS:
        abort(404, f"{found.reference} has no {found.unit} {number}.")
    return asked.fields


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
):
    return page(
        "register/unit.html",
        status,
        found=found,
        number=number,
        form=form,
        conflict=conflict,
        error=status == 422,
    )
