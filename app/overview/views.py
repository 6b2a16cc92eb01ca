from pathlib import Path

from flask import Blueprint, g, url_for

from app.access import Action, allow
from app.inspections.gate import CurrentInspection
from app.inspections.queries import list_inspections_of
from app.matrix import queries as matrix
from app.overview import queries
from app.web.markup import from_markdown
from app.web.pages import page, to

bp = Blueprint("overview", __name__)
HELP = Path(__file__).resolve().parents[2] / "docs" / "using.md"


@bp.get("/")
@allow(Action.SIGNED_IN)
def home():
    inspections = list_inspections_of(g.actor.id)
    if len(inspections) == 1:
        return to(url_for("overview.show_inspection", inspection=inspections[0].code))
    return page("overview/home.html", inspections=inspections)


@bp.get("/help")
@allow(Action.SIGNED_IN)
def show_help():
    return page("overview/help.html", text=from_markdown(HELP.read_text(encoding="utf-8")))


@bp.get("/inspections/<inspection>/")
@allow(Action.READ)
def show_inspection(inspection: CurrentInspection):
    return page(
        "overview/inspection.html",
        counts=queries.count_all(inspection.id),
        coverage=matrix.coverage(inspection.id),
    )
