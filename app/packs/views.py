from flask import Blueprint

from app.access import Action, allow
from app.audit.queries import history
from app.inspections.gate import CurrentInspection
from app.inspections.queries import find_inspection_by_code
from app.packs.differences import edits_since, in_words
from app.packs.queries import list_files
from app.web.pages import page

bp = Blueprint("packs", __name__, url_prefix="/inspections/<inspection>/pack")


@bp.get("")
@allow(Action.DECIDE)
def show_pack(inspection: CurrentInspection):
    """What the inspection is made from, and what stands otherwise now."""
    files = list_files(inspection.id)
    found = find_inspection_by_code(inspection.code)
    return page(
        "packs/pack.html",
        version=found.pack_version if found else "",
        files=files,
        edits=edits_since(inspection.id, {file.name: file.content for file in files}) if files else [],
        in_words=in_words,
        entries=history(inspection.id, "inspection"),
    )
