"""The requests beside those that a pack asks for. A lead has them made; loading a pack does not."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import delete

from app.extensions import db
from app.inspections.made import ORDER, Files, Made, Things, Values, used_by
from app.inspections.queries import list_bodies
from app.inspections.requests import Requests
from app.register import queries, services
from app.register.models import DocumentRequest

FIELDS = {  # what a value is called, and its column
    "title": "title",
    "words": "text",
    "kind": "kind",
    "asked of": "asked_of",
    "unit": "unit",
    "expected": "expected",
    "minimum": "minimum",
    "maximum": "maximum",
    "nil return": "nil_return",
    "parts": "parts",
    "depends on": "depends_on",
    "period": "period",
    "criteria": "criteria",
    "due": "due",
    ORDER: "position",
}


class MadeRequests(Made):
    what = "request"
    with_the_pack = False

    def wanted(self, files: Files) -> Things:
        scope = files["scope.yaml"]
        visited = [area["code"] for area in scope["areas"] if area["on_site"]]
        asked = {
            "on_site_areas": visited,
            "all_areas": [area["code"] for area in scope["areas"]],
            "headquarters": [scope["headquarters"]["code"]],
        }
        found: Things = {}
        for position, part in enumerate(Requests.model_validate(files["document-requests.yaml"]).requests, 1):
            values = services.values_of(part, position)
            said = {name: values[column] for name, column in FIELDS.items()}
            for body in asked[part.from_]:
                found[f"{part.id} {body}"] = said | {"due": _day(said["due"])}
        return found

    def standing(self, inspection_id: UUID) -> Things:
        found = {}
        for row in queries.list_made(inspection_id):
            said = {name: getattr(row, column) for name, column in FIELDS.items()}
            found[row.reference] = said | {"due": _day(row.due)}
        return found

    def add(self, inspection_id: UUID, things: Things) -> None:
        bodies = {body.code: body for body in list_bodies(inspection_id)}
        for key, values in things.items():
            code, body = key.split(" ")
            db.session.add(services.new_request(bodies[body], code, _columns(values)))
        db.session.flush()

    def change(self, inspection_id: UUID, changes: Things) -> None:
        for row in queries.list_made(inspection_id):
            for column, value in _columns(changes.get(row.reference, {})).items():
                setattr(row, column, value)
        db.session.flush()

    def remove(self, inspection_id: UUID, keys: Sequence[str]) -> None:
        ids = [row.id for row in queries.list_made(inspection_id) if row.reference in keys]
        db.session.execute(delete(DocumentRequest).where(DocumentRequest.id.in_(ids)))

    def used(self, inspection_id: UUID, keys: Sequence[str]) -> dict[str, str]:
        """Those to which anything has happened."""
        rows = {row.id: row.reference for row in queries.list_made(inspection_id) if row.reference in keys}
        return {rows[id]: by for id, by in used_by(DocumentRequest, list(rows)).items()}


def _columns(values: Values) -> Values:
    return {
        FIELDS[name]: date.fromisoformat(value) if name == "due" and value else value for name, value in values.items()
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
