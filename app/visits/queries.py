from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Person
from app.db.base import AnyRow
from app.extensions import db
from app.inspections.models import Body, Inspection
from app.inspections.references import reference
from app.interviews.models import State
from app.interviews.queries import list_between
from app.visits.models import VISIT, Debrief, LineOfEnquiry, Visit, VisitInspector


def list_visits(inspection_id: UUID, *, cancelled: bool = False) -> Sequence[Visit]:
    """With body and inspectors, by date, those without one last. Two statements."""
    return db.session.scalars(
        select(Visit)
        .options(joinedload(Visit.body, innerjoin=True), selectinload(Visit.inspectors))
        .where(Visit.inspection_id == inspection_id, Visit.cancelled_at.is_not(None) == cancelled)
        .order_by(Visit.starts_on.is_(None), Visit.starts_on, Visit.number)
    ).all()


def find_visit(inspection_id: UUID, number: int, *, for_change: bool = False) -> Visit | None:
    """With body and inspectors. Two statements."""
    statement = (
        select(Visit)
        .options(joinedload(Visit.body, innerjoin=True), selectinload(Visit.inspectors))
        .where(Visit.inspection_id == inspection_id, Visit.number == number)
    )
    if for_change:
        statement = statement.with_for_update(of=Visit)
    return db.session.scalars(statement).one_or_none()


def lock_visits(inspection_id: UUID) -> None:
    """One at a time may make the visits: the other waits, and finds them made."""
    db.session.execute(select(Inspection.id).where(Inspection.id == inspection_id).with_for_update())


def list_visited(inspection_id: UUID) -> set[UUID]:
    """Bodies that have a visit, also a cancelled one."""
    return set(db.session.scalars(select(Visit.body_id).where(Visit.inspection_id == inspection_id).distinct()))


def list_lines(visit_id: UUID) -> Sequence[LineOfEnquiry]:
    """In the order in which they were added, those taken off last."""
    return db.session.scalars(
        select(LineOfEnquiry)
        .where(LineOfEnquiry.visit_id == visit_id)
        .order_by(LineOfEnquiry.withdrawn_at.is_not(None), LineOfEnquiry.id)
    ).all()


def list_packs_lines(visits: Sequence[UUID]) -> Sequence[LineOfEnquiry]:
    """The pack's own lines of these visits that were not taken off."""
    return db.session.scalars(
        select(LineOfEnquiry)
        .where(LineOfEnquiry.visit_id.in_(visits), LineOfEnquiry.code != "", LineOfEnquiry.withdrawn_at.is_(None))
        .order_by(LineOfEnquiry.id)
    ).all()


def find_line(visit_id: UUID, id: UUID) -> LineOfEnquiry | None:
    """One that was not taken off."""
    return db.session.scalars(
        select(LineOfEnquiry).where(
            LineOfEnquiry.visit_id == visit_id, LineOfEnquiry.id == id, LineOfEnquiry.withdrawn_at.is_(None)
        )
    ).one_or_none()


def find_debrief(visit_id: UUID) -> Debrief | None:
    """The present version: the newest that did not come too late."""
    return db.session.scalars(
        select(Debrief)
        .where(Debrief.visit_id == visit_id, Debrief.rival_of_id.is_(None))
        .order_by(Debrief.id.desc())
        .limit(1)
    ).one_or_none()


def list_debriefs(visit_id: UUID) -> Sequence[Debrief]:
    """Every version, oldest first."""
    return db.session.scalars(select(Debrief).where(Debrief.visit_id == visit_id).order_by(Debrief.id)).all()


def debriefed(inspection_id: UUID) -> set[UUID]:
    """Visits that have a debrief."""
    return set(db.session.scalars(select(Debrief.visit_id).where(Debrief.inspection_id == inspection_id).distinct()))


def list_people(ids: Sequence[UUID]) -> list[Person]:
    return list(db.session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.name)))


def list_elsewhere(visit: Visit) -> Sequence[tuple[str, str, int]]:
    """Inspectors of a visit who are on another one on the same days: name, Area, number."""
    if visit.starts_on is None:
        return []
    rows = db.session.execute(
        select(Person.name, Body.name.label("body"), Visit.number)
        .select_from(VisitInspector)
        .join(Visit, Visit.id == VisitInspector.visit_id)
        .join(Body, Body.id == Visit.body_id)
        .join(Person, Person.id == VisitInspector.person_id)
        .where(Visit.inspection_id == visit.inspection_id, Visit.id != visit.id, Visit.cancelled_at.is_(None))
        .where(Visit.starts_on <= visit.ends_on, Visit.ends_on >= visit.starts_on)
        .where(
            VisitInspector.person_id.in_(
                select(VisitInspector.person_id).where(VisitInspector.visit_id == visit.id).scalar_subquery()
            )
        )
        .order_by(Person.name, Visit.number)
    )
    return [(row.name, row.body, row.number) for row in rows]


def list_on_day(inspection_id: UUID, people: set[UUID], day: date, but: UUID | None) -> Sequence[tuple[str, str, int]]:
    """Who of some people is on a visit on a day, other than to one body: name, Area, number."""
    statement = (
        select(Person.name, Body.name.label("body"), Visit.number)
        .select_from(VisitInspector)
        .join(Visit, Visit.id == VisitInspector.visit_id)
        .join(Body, Body.id == Visit.body_id)
        .join(Person, Person.id == VisitInspector.person_id)
        .where(Visit.inspection_id == inspection_id, Visit.cancelled_at.is_(None))
        .where(Visit.starts_on <= day, Visit.ends_on >= day, VisitInspector.person_id.in_(people))
        .order_by(Person.name, Visit.number)
    )
    if but is not None:
        statement = statement.where(Visit.body_id != but)
    return [(row.name, row.body, row.number) for row in db.session.execute(statement)]


def list_away(inspection_id: UUID, first: date, last: date) -> list[tuple[UUID, UUID, date, date]]:
    """Who is on a visit on some days: person, body, its first and last day. One statement."""
    rows = db.session.execute(
        select(VisitInspector.person_id, Visit.body_id, Visit.starts_on, Visit.ends_on)
        .join(Visit, Visit.id == VisitInspector.visit_id)
        .where(Visit.inspection_id == inspection_id, Visit.cancelled_at.is_(None))
        .where(Visit.starts_on <= last, Visit.ends_on >= first)
    )
    return [(row.person_id, row.body_id, row.starts_on, row.ends_on) for row in rows]


def list_visited_days(inspection_id: UUID) -> list[tuple[UUID, date, date]]:
    """Which bodies are visited from which day to which. One statement."""
    rows = db.session.execute(
        select(Visit.body_id, Visit.starts_on, Visit.ends_on)
        .where(Visit.inspection_id == inspection_id, Visit.cancelled_at.is_(None))
        .where(Visit.starts_on.is_not(None), Visit.ends_on.is_not(None))
    )
    return [(row.body_id, row.starts_on, row.ends_on) for row in rows]


def list_dated(inspection_id: UUID, body_id: UUID) -> Sequence[Visit]:
    """The visits to a body that have days and are not cancelled, by date."""
    return db.session.scalars(
        select(Visit)
        .where(Visit.inspection_id == inspection_id, Visit.body_id == body_id)
        .where(Visit.cancelled_at.is_(None), Visit.starts_on.is_not(None))
        .order_by(Visit.starts_on)
    ).all()


def list_interviews_elsewhere(visit: Visit) -> list[tuple[str, str, AnyRow]]:
    """Who goes on a visit and is in an interview elsewhere on its days that is not over: name, reference, row."""
    if visit.starts_on is None or visit.ends_on is None:
        return []
    going = {person.id: person.name for person in visit.inspectors}
    return [
        (name, reference(row.prefix, row.number), row)
        for row in list_between(visit.inspection_id, visit.starts_on, visit.ends_on)
        if row.body != visit.body.name and row.state in (State.PLANNED, State.UNDER_WAY)
        for id, name in going.items()
        if id in (row.lead_id, row.note_taker_id)
    ]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where somebody is: on a visit for some days, or in an interview."""

    person_id: UUID
    name: str
    first: date
    last: date
    at: datetime | None  # of an interview, when it begins
    reference: str  # VIS-001, INT-004
    where: str  # the Area


def list_without_people(inspection_id: UUID, first: date, last: date) -> Sequence[AnyRow]:
    """Visits on some days that nobody goes to yet: number, starts_on, ends_on, body. One statement."""
    return db.session.execute(
        select(Visit.number, Visit.starts_on, Visit.ends_on, Body.name.label("body"))
        .join(Body, Body.id == Visit.body_id)
        .where(Visit.inspection_id == inspection_id, Visit.cancelled_at.is_(None), ~Visit.inspectors.any())
        .where(Visit.starts_on <= last, Visit.ends_on >= first)
        .order_by(Visit.starts_on, Visit.number)
    ).all()


def who_is_where(inspection_id: UUID, first: date, last: date) -> list[Whereabouts]:
    """Who is on which visit or in which interview on some days, by name and day. Two statements."""
    found = [
        Whereabouts(row.person_id, row.name, row.starts_on, row.ends_on, None, reference(VISIT, row.number), row.body)
        for row in db.session.execute(
            select(
                VisitInspector.person_id,
                Person.name,
                Visit.starts_on,
                Visit.ends_on,
                Visit.number,
                Body.name.label("body"),
            )
            .select_from(VisitInspector)
            .join(Visit, Visit.id == VisitInspector.visit_id)
            .join(Body, Body.id == Visit.body_id)
            .join(Person, Person.id == VisitInspector.person_id)
            .where(Visit.inspection_id == inspection_id, Visit.cancelled_at.is_(None))
            .where(Visit.starts_on <= last, Visit.ends_on >= first)
        )
    ]
    for row in list_between(inspection_id, first, last):
        people = {row.lead_id: row.lead, row.note_taker_id: row.note_taker}
        at = reference(row.prefix, row.number)
        found += [
            Whereabouts(id, name, row.happened_on, row.happened_on, row.held_at, at, row.body or "")
            for id, name in people.items()
            if id is not None
        ]
    return sorted(
        found, key=lambda one: (one.name, one.person_id, one.first, one.at is not None, one.at, one.reference)
    )
