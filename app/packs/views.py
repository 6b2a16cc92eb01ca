from typing import Any

from flask import Blueprint

from app.access import Action, allow
from app.audit.queries import history
from app.inspections.gate import CurrentInspection
from app.inspections.histories import in_words
from app.inspections.queries import find_inspection_by_code, list_bodies, list_roles
from app.packs.differences import Edit, edits_since, labelled
from app.packs.queries import list_files
from app.web.pages import page

bp = Blueprint("packs", __name__, url_prefix="/inspections/<inspection>/pack")


@bp.get("")
@allow(Action.DECIDE)
def show_pack(inspection: CurrentInspection):
    """What the inspection is made from, and what stands otherwise now."""
    files = list_files(inspection.id)
    found = find_inspection_by_code(inspection.code)
    labels = {row.code: row.name for row in list_bodies(inspection.id)}
    labels |= {row.code: row.label for row in list_roles(inspection.id)} | inspection.vocabulary.labels["source_kinds"]

    def said(value: Any) -> str:
        return labelled(value, labels)

    def thing(edit: Edit) -> str:
        """'request A1, East Midlands': what is known by a code and where it is, by both."""
        return f"{edit.what} {', '.join(said(word) for word in edit.key.split(' '))}" if edit.key else edit.what

    return page(
        "packs/pack.html",
        version=found.pack_version if found else "",
        files=files,
        edits=edits_since(inspection.id, {file.name: file.content for file in files}) if files else [],
        said=said,
        thing=thing,
        entries=in_words(inspection, history(inspection.id, "inspection")),
    )
