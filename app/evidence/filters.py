"""The filters of an evidence list, read from the address: so that a view can be sent to a colleague."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import request
from werkzeug.exceptions import NotFound

from app.access import Action
from app.audit.queries import history
from app.db.base import AnyRow
from app.evidence.queries import Filters, list_lifters
from app.evidence.services import THEMES, theme_key
from app.evidence.theme_queries import offer_themes
from app.inspections.gate import ALLOWS, CurrentInspection
from app.inspections.models import Body
from app.inspections.queries import list_bodies, list_roles, list_team
from app.web.errors import NoSuchFilter
from app.web.pages import same_page

RENAMINGS = 10_000  # looked through for what a theme is called now


@dataclass(frozen=True, slots=True)
class FilterPanel:
    """What the panel offers and what is chosen."""

    filters: Filters
    offers: dict[str, list[tuple[str, str]]]  # filter to its choices, the first being 'any'
    chosen: list[dict[str, str]]  # text, href that takes it off
    bodies: Sequence[Body]  # so that a page need not ask again


def read_filters(inspection: CurrentInspection) -> FilterPanel:
    """Raises NotFound for a value that means nothing here: a wrong address must not look like an empty list."""
    bodies, roles = list_bodies(inspection.id), list_roles(inspection.id)
    words = inspection.vocabulary
    team = list_team(inspection.id)
    offers = {
        "area": [("", "Any Area"), *((body.code, body.name) for body in bodies), ("none", "No Area")],
        "kind": [("", "Any source"), *((term.code, term.label) for term in words.source_kinds)],
        "role": [("", "Any role"), *((role.code, role.label) for role in roles), ("none", "No role")],
        "direction": [
            ("", "Any direction"),
            *((term.code, term.label) for term in words.directions),
            ("unset", "Not set"),
        ],
        "theme": [("", "Any theme"), *((theme.key, theme.name) for theme in offer_themes(inspection.id))],
        "by": [("", "Anybody"), *_offer_lifters(inspection.id, team)],
    }
    values = {name: request.args.get(name, "") for name in offers}
    if values["theme"] not in dict(offers["theme"]):
        values["theme"] = _called_now(inspection.id, values["theme"], dict(offers["theme"]))
    for name, value in values.items():
        # An observer may be asked for, too, and has lifted nothing.
        known = value in dict(offers[name]) or (name == "by" and any(member.name == value for member in team))
        if not known:
            raise NoSuchFilter(
                f"There is no {name} called ‘{value}’ in this inspection. Take the filter out of the address."
            )
    filters = Filters(
        **values,
        quotes=request.args.get("quotes") == "1",
        good_practice=request.args.get("good_practice") == "1",
        bodies={body.code: body.id for body in bodies},
        roles={role.code: role.id for role in roles},
    )
    chosen = [
        {"text": dict(offers[name]).get(value, value), "href": same_page(**{name: None})}
        for name, value in values.items()
        if value
    ]
    if filters.quotes:
        chosen.append({"text": "Quotations only", "href": same_page(quotes=None)})
    if filters.good_practice:
        chosen.append({"text": "Good practice only", "href": same_page(good_practice=None)})
    return FilterPanel(filters, offers, chosen, bodies)


def _offer_lifters(inspection_id: UUID, team: Sequence[AnyRow]) -> list[tuple[str, str]]:
    """Those on the team who may lift or have lifted, then other names that stand on evidence: what each is called.

    What somebody lifted keeps the name that they had then.
    """
    lifted = list_lifters(inspection_id)
    present = {member.person_id: member.name for member in team}
    offered = {row.name: row.name for row in team if Action.RECORD in ALLOWS[row.role] or row.name in lifted}
    for name, person_id in lifted.items():
        now = f"now {present[person_id]}" if person_id in present else "left the team"
        offered.setdefault(name, f"{name}, {now}")
    return list(offered.items())


def _called_now(inspection_id: UUID, key: str, themes: dict[str, str]) -> str:
    """The key of what a theme that was renamed, or merged into another, is shown as now: addresses go on working.

    The key as it is where nothing is known of it.
    """
    now = key
    for entry in reversed(history(inspection_id, THEMES, limit=RENAMINGS)):
        said = entry.content or {}
        if entry.deed == "renamed" and theme_key(said.get("before", {}).get("name", "")) == now:
            now = theme_key(entry.part)
        elif entry.deed == "merged" and theme_key(entry.part) == now:
            now = theme_key(said.get("after", {}).get("into", ""))
    return now if now in themes else key


def read_before(given_as: str = "before") -> int | None:
    """Where the page of a list begins. Raises NotFound for what is no number."""
    given = request.args.get(given_as, "")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise NotFound("The address is not whole: start again from the first page of the list.")
    return int(given)
