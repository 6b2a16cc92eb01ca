"""What stands round every page: the handling marking, the way about the inspection, who is signed in."""

from typing import Any

from flask import Flask, g, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from app.access import Action
from app.accounts.queries import Visitor
from app.documents.boxes import POSITION
from app.documents.models import Document
from app.evidence.passages import in_place
from app.inspections.gate import CurrentInspection
from app.inspections.queries import is_demonstration
from app.interviews import raising, raising_queries

STRICTEST = "OFFICIAL-SENSITIVE"  # on pages outside any inspection, too
PLACES = (
    ("Overview", "overview.show_inspection"),
    ("Interviews", "interviews.list_interviews"),
    ("Documents", "documents.list_documents"),
    ("Other sources", "other_sources.list_sources"),
    ("File findings", "findings.list_findings"),
    ("Evidence", "evidence.list_items"),
    ("Criteria", "criteria.list_criteria"),
    ("Matrix", "matrix.show_matrix"),
)

# Places without a name of their own in the bar: they stand under another's.
WITHIN = {
    "calendar": "interviews",
    "contradictions": "criteria",
    "inspections": "overview",
    "figures": "documents",
    "letters": "documents",
    "register": "documents",
    "visits": "interviews",
}


def install(app: Flask) -> None:
    app.context_processor(_surroundings)
    app.jinja_env.globals["source_address"] = source_address


def source_address(feature: str, reference: str, position: int, item: str = "") -> str:
    """The page of a source, at one of its pieces of text: evidence links to it without knowing any feature.

    With the reference of an item its highlight is opened in place, where a source shows highlights.
    """
    if feature == "document" and position > Document.FIGURES:
        number = position - Document.FIGURES
        return url_for("figures.show_table", reference=reference, number=number, **in_place(item))
    if feature == "document" and position == POSITION and item:
        return url_for("documents.show_box", reference=reference, item=item)
    if feature == "document":
        return url_for("documents.show_document", reference=reference, page=position, **in_place(item))
    if feature == "other":
        return url_for("other_sources.show_source", reference=reference, **in_place(item))
    return url_for("interviews.show_interview", reference=reference, note=position, _anchor=f"note-{position}")


def _surroundings() -> dict[str, Any]:
    """Worked out once for a page: each field of a form is a template of its own, and asks for them again."""
    inspection, visitor = g.get("inspection"), g.get("visitor")
    of, known = g.get("surroundings", ((), {}))
    if not known or of[0] is not inspection or of[1] is not visitor:
        known = _worked_out(inspection, visitor)
        g.surroundings = ((inspection, visitor), known)
    return dict(known)


def _worked_out(inspection: CurrentInspection | None, visitor: Visitor | None) -> dict[str, Any]:
    return {
        "marking": inspection.marking if inspection else STRICTEST,
        "marking_line": inspection.marking_line if inspection else "",
        "navigation": _navigation() if inspection else [],
        "account_links": _account_links(visitor.administrator) if visitor else [],
        "sign_out_url": url_for("accounts.sign_out") if visitor else None,
        "home_url": url_for("overview.home"),
        "demonstration": inspection.demonstration if inspection else _is_demonstration(),
        "person": visitor,
        "raised_with_lead": _raised_with_lead,  # asked for by whole pages only
    }


def _raised_with_lead() -> raising_queries.Waiting | None:
    """What waits for this person of what was raised with the lead: for lead inspectors, and who raised it."""
    inspection, actor = g.get("inspection"), g.get("actor")
    if inspection is None or actor is None or not inspection.allows(Action.RECORD):
        return None
    if "raised" in g:  # a page that lists them has counted them
        counted: raising_queries.Waiting = g.raised
        return counted
    try:
        return raising_queries.count_waiting(inspection.id, raising.whose(inspection, actor), actor.id)
    except SQLAlchemyError:
        return None  # the page may be the one that says that the database is away


def _is_demonstration() -> bool:
    try:
        return is_demonstration()
    except SQLAlchemyError:
        return False  # the page may be the one that says that the database is away


def _account_links(administrator: bool) -> list[dict[str, str]]:
    links = [("Your account", "accounts.show_own"), ("Help", "overview.show_help")]
    if administrator:
        links.insert(1, ("Accounts", "accounts.list_accounts"))
    return [{"text": text, "href": url_for(endpoint)} for text, endpoint in links]


def _navigation() -> list[dict[str, Any]]:
    here = WITHIN.get(request.blueprint or "", request.blueprint)
    return [
        {"text": text, "href": url_for(endpoint), "current": endpoint.split(".")[0] == here}
        for text, endpoint in PLACES
    ]
