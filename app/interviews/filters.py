"""The filters of the list of interviews, read from the address: so that a view can be sent to a colleague."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import g, request
from werkzeug.exceptions import NotFound

from app.inspections.gate import CurrentInspection
from app.inspections.queries import list_bodies, list_roles
from app.interviews.models import STATE_LABELS
from app.interviews.queries import Filters, Place
from app.web.errors import NoSuchFilter
from app.web.pages import same_page

KINDS = ("interview", "focus_group")


@dataclass(frozen=True, slots=True)
class FilterPanel:
    """What the panel offers and what is chosen."""

    filters: Filters
    offers: dict[str, list[tuple[str, str]]]  # filter to its choices, the first being 'any'
    chosen: list[dict[str, str]]  # text, href that takes it off


def read_after() -> Place | None:
    """After which place the page of the list begins. Raises NotFound for what is none."""
    given = request.args.get("after", "")
    if not given:
        return None
    moment, _, number = given.rpartition(",")
    try:
        held_at = datetime.fromisoformat(moment).astimezone(UTC) if moment else None
    except (ValueError, OverflowError):
        number = ""
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound("The address is not whole: start again from the first page of the list.")
    return held_at, int(number)


def read_filters(inspection: CurrentInspection) -> FilterPanel:
    """Raises NotFound for a value that means nothing here: a wrong address must not look like an empty list."""
    labels = inspection.vocabulary.labels["source_kinds"]
    offers = {
        "area": [("", "Any Area"), *((body.code, body.name) for body in list_bodies(inspection.id))],
        "role": [("", "Any role"), *((role.code, role.label) for role in list_roles(inspection.id))],
        "state": [("", "Any but cancelled"), *((state.value, label) for state, label in STATE_LABELS.items())],
        "kind": [("", "Either kind"), *((kind, labels[kind]) for kind in KINDS if kind in labels)],
    }
    values = {name: request.args.get(name, "") for name in offers}
    for name, value in values.items():
        if value not in dict(offers[name]):
            raise NoSuchFilter(
                f"There is no {name} called ‘{value}’ in this inspection. Take the filter out of the address."
            )
    mine = request.args.get("mine", "") == "1"
    if not mine and request.args.get("mine"):
        raise NoSuchFilter("Mine is on or off: take the filter out of the address.")
    chosen = [
        {"text": dict(offers[name])[value], "href": same_page(**{name: None})}
        for name, value in values.items()
        if value
    ]
    if mine:
        chosen.append({"text": "Mine", "href": same_page(mine=None)})
    return FilterPanel(Filters(**values, mine=g.actor.id if mine else None), offers, chosen)
