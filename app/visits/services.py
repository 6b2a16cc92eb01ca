from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.access import Actor
from app.audit.services import record
from app.db.versions import Stale, check_base
from app.extensions import db
from app.inspections.on_site import OnSitePart
from app.inspections.queries import list_bodies
from app.inspections.references import take_number
from app.visits import queries
from app.visits.models import VISIT, Debrief, LineOfEnquiry, Visit
from app.web import clock

ARRANGING = ("arranged", "cancelled", "put back")  # by which a visit becomes another


def make_planned(inspection_id: UUID, on_site: OnSitePart, *, by: Actor) -> int:
    """Make the visits of the pack, with their lines of enquiry and without dates; gives how many.

    Done twice, it makes none: an Area that has a visit, even a cancelled one, is left as it is.
    """
    queries.lock_visits(inspection_id)
    there = queries.list_visited(inspection_id)
    bodies = {body.code: body for body in list_bodies(inspection_id)}
    made = 0
    for planned in on_site.visits:
        body = bodies.get(planned.area)
        if body is None or body.id in there:
            continue
        visit = add(inspection_id, body.id, planned.text, by=by)
        for line in planned.lines_of_enquiry:
            keep_line(visit, line.code, line.text, line.criteria, by)
        made += 1
    return made


def add(inspection_id: UUID, body_id: UUID, purpose: str, *, by: Actor) -> Visit:
    """Plan a visit to an Area, as yet without dates."""
    visit = Visit(
        inspection_id=inspection_id,
        number=take_number(inspection_id, VISIT),
        body_id=body_id,
        purpose=purpose,
        place="",
        contact="",
        phone="",
        email="",
        cancelled_reason="",
        created_at=clock.now(),
        created_by_id=by.id,
        created_by=by.label,
    )
    db.session.add(visit)
    db.session.flush()
    _record(visit, "planned", by)
    return visit


@dataclass(frozen=True, slots=True)
class Arrangement:
    """When a visit is, where, and whom one turns to."""

    starts_on: date | None
    ends_on: date | None
    purpose: str
    place: str
    contact: str
    phone: str
    email: str


def arrange(visit: Visit, arrangement: Arrangement, inspectors: Sequence[UUID], *, base: int, by: Actor) -> None:
    """Arrange it, or otherwise; the history says what changed. Raises Stale."""
    check_base(visit, base)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in Arrangement.__slots__:
        was, now = getattr(visit, name), getattr(arrangement, name)
        if was != now:
            setattr(visit, name, now)
            before[name], after[name] = _shown(was), _shown(now)
    people = queries.list_people(inspectors)
    if {person.id for person in people} != {person.id for person in visit.inspectors}:
        before["inspectors"] = ", ".join(person.name for person in visit.inspectors) or "nobody"
        after["inspectors"] = ", ".join(person.name for person in people) or "nobody"
        visit.inspectors = people
    if after:
        visit.arranged_at = clock.now()
        _record(visit, "arranged", by, before=before, after=after)
    db.session.flush()


def _shown(value: Any) -> Any:
    return f"{value.day} {value:%B %Y}" if isinstance(value, date) else value


def add_line(visit: Visit, text: str, criteria: Sequence[str], *, by: Actor) -> LineOfEnquiry:
    """Add a line of enquiry of the team's own."""
    line = keep_line(visit, "", text, criteria, by)
    _record(visit, "added a line of enquiry", by, after={"line": text, "criteria": ", ".join(criteria)})
    db.session.flush()
    return line


def keep_line(visit: Visit, code: str, text: str, criteria: Sequence[str], by: Actor) -> LineOfEnquiry:
    line = LineOfEnquiry(
        inspection_id=visit.inspection_id,
        visit_id=visit.id,
        code=code,
        text=text,
        criteria=list(criteria),
        withdrawn_reason="",
        created_at=clock.now(),
        created_by_id=by.id,
        created_by=by.label,
    )
    db.session.add(line)
    return line


def take_line_off(visit: Visit, line: LineOfEnquiry, reason: str, *, by: Actor) -> None:
    """It is not followed up any more. It stays on record with the reason."""
    line.withdrawn_at, line.withdrawn_reason = clock.now(), reason
    _record(visit, "took off a line of enquiry", by, after={"line": line.text, "reason": reason})
    db.session.flush()


def debrief(visit: Visit, present: Debrief | None, text: str, *, base: UUID | None, by: Actor) -> None:
    """Write down what emerged. Every version stays.

    `base` is the version that the person saw, None for none. On a stale one the words are kept beside those that came
    first, and Stale is raised.
    """
    if (present.id if present else None) != base:
        _keep_debrief(visit, text, by, rival_of=present)
        _record(visit, "wrote the debrief too late", by)
        raise Stale
    if present is None or text != present.text:
        _keep_debrief(visit, text, by)
        _record(visit, "wrote the debrief", by)


def _keep_debrief(visit: Visit, text: str, by: Actor, rival_of: Debrief | None = None) -> None:
    row = Debrief(
        inspection_id=visit.inspection_id,
        visit_id=visit.id,
        text=text,
        rival_of_id=rival_of.id if rival_of else None,
        created_at=clock.now(),
        created_by_id=by.id,
        created_by=by.label,
    )
    db.session.add(row)
    db.session.flush()


def cancel(visit: Visit, reason: str, *, by: Actor) -> None:
    """It does not take place. It stays on record and can be put back; the interviews of the Area stay as they are."""
    if visit.cancelled_at is None:
        visit.cancelled_at, visit.cancelled_reason = clock.now(), reason
        _record(visit, "cancelled", by, after={"reason": reason})
        db.session.flush()


def put_back(visit: Visit, *, by: Actor) -> None:
    if visit.cancelled_at is not None:
        visit.cancelled_at, visit.cancelled_reason = None, ""
        _record(visit, "put back", by)
        db.session.flush()


def _record(visit: Visit, deed: str, by: Actor, **content: Any) -> None:
    record(by, deed, visit.reference, inspection_id=visit.inspection_id, **content)
