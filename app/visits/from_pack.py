"""The visits beside those that a pack asks for. A lead has them made; loading a pack does not."""

from collections.abc import Sequence
from uuid import UUID

from app.access import SYSTEM
from app.inspections.made import Files, Made, Things
from app.inspections.on_site import OnSitePart
from app.inspections.queries import list_bodies
from app.visits import queries, services
from app.visits.models import LineOfEnquiry, Visit

WHY = "The pack was changed"


class MadeVisits(Made):
    """The first visit to each Area. One that no pack asks for any more is cancelled, if it has no dates yet."""

    what = "visit to"
    with_the_pack = False

    def wanted(self, files: Files) -> Things:
        planned = OnSitePart.model_validate(files["scope.yaml"]["on_site"]).visits
        return {visit.area: {"purpose": visit.text} for visit in planned}

    def standing(self, inspection_id: UUID) -> Things:
        return {code: {"purpose": visit.purpose} for code, visit in _visits(inspection_id).items()}

    def add(self, inspection_id: UUID, things: Things) -> None:
        bodies = {body.code: body.id for body in list_bodies(inspection_id)}
        for code, values in things.items():
            services.add(inspection_id, bodies[code], values["purpose"], by=SYSTEM)

    def change(self, inspection_id: UUID, changes: Things) -> None:
        visits = _visits(inspection_id)
        for code, values in changes.items():
            visits[code].purpose = values["purpose"]

    def remove(self, inspection_id: UUID, keys: Sequence[str]) -> None:
        visits = _visits(inspection_id)
        for code in keys:
            services.cancel(visits[code], WHY, by=SYSTEM)

    def used(self, inspection_id: UUID, keys: Sequence[str]) -> dict[str, str]:
        visits = _visits(inspection_id)
        return {code: visits[code].reference for code in keys if visits[code].arranged_at or visits[code].starts_on}


class MadeLines(Made):
    """The pack's lines of enquiry. A line is never changed: it is taken off, and another is put down."""

    what = "line of enquiry"
    with_the_pack = False

    def wanted(self, files: Files) -> Things:
        planned = OnSitePart.model_validate(files["scope.yaml"]["on_site"]).visits
        return {
            line.code: {"words": line.text, "criteria": line.criteria, "visit": visit.area}
            for visit in planned
            for line in visit.lines_of_enquiry
        }

    def standing(self, inspection_id: UUID) -> Things:
        return {
            line.code: {"words": line.text, "criteria": line.criteria, "visit": visit.body.code}
            for line, visit in self._lines(inspection_id)
        }

    def add(self, inspection_id: UUID, things: Things) -> None:
        visits = _visits(inspection_id)
        for code, values in things.items():
            if (visit := visits.get(values["visit"])) is not None:
                services.keep_line(visit, code, values["words"], values["criteria"], SYSTEM)

    def change(self, inspection_id: UUID, changes: Things) -> None:
        stands = self.standing(inspection_id)
        self.remove(inspection_id, list(changes))
        self.add(inspection_id, {code: stands[code] | values for code, values in changes.items()})

    def remove(self, inspection_id: UUID, keys: Sequence[str]) -> None:
        for line, visit in self._lines(inspection_id):
            if line.code in keys:
                services.take_line_off(visit, line, WHY, by=SYSTEM)

    def used(self, inspection_id: UUID, keys: Sequence[str]) -> dict[str, str]:
        """None: what is taken off stays on record."""
        return {}

    def _lines(self, inspection_id: UUID) -> list[tuple[LineOfEnquiry, Visit]]:
        visits = {visit.id: visit for visit in queries.list_visits(inspection_id)}
        return [(line, visits[line.visit_id]) for line in queries.list_packs_lines(list(visits))]


def _visits(inspection_id: UUID) -> dict[str, Visit]:
    """The first visit to each Area that is not cancelled, by the Area's code."""
    in_order = sorted(queries.list_visits(inspection_id), key=lambda visit: -visit.number)
    return {visit.body.code: visit for visit in in_order}
