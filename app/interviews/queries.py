"""Interviews and focus groups, listed and one by one. Their notes, imports, plan and topic guide stand beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, case, func, or_, select
from sqlalchemy.orm import joinedload

from app.accounts.models import Person
from app.accounts.queries import names_of
from app.db.base import AnyRow, AnySelect, another
from app.evidence.models import Source
from app.extensions import db
from app.inspections.models import Body, Role
from app.inspections.queries import get_rules
from app.inspections.working_days import Calendar
from app.interviews.models import (
    WRITE_UP_OUTSTANDING,
    Interview,
    Interviewee,
    State,
)
from app.interviews.write_up import WriteUp, write_up

PAGE = 50
Place = tuple[datetime | None, int]  # in a list by date: when an interview is held, and its number


@dataclass(frozen=True, slots=True)
class Filters:
    """Which interviews: each empty for any; `area` and `role` are codes, `mine` a person who leads or takes notes."""

    area: str = ""
    role: str = ""
    state: str = ""
    kind: str = ""
    mine: UUID | None = None

    def any(self) -> bool:
        return bool(self.area or self.role or self.state or self.kind or self.mine)


def _rows(inspection_id: UUID) -> AnySelect:
    """What lists show of an interview. The cancelled ones are among them."""
    lead, note_taker = another(Person, "lead"), another(Person, "note_taker")
    return (
        select(
            Source.number,
            Source.prefix,
            Source.kind,
            Source.title,
            Source.happened_on,
            Source.body_id,
            Interview.held_at,
            Interview.remote,
            Interview.notes_taken,
            Interview.finished_at,
            Interview.reopened_at,
            Interview.state.label("state"),
            Body.name.label("body"),
            Role.label.label("role"),
            lead.name.label("lead"),
            note_taker.name.label("note_taker"),
        )
        .select_from(Interview)
        .outerjoin(Body, Body.id == Source.body_id)
        .outerjoin(Role, Role.id == Source.role_id)
        .outerjoin(lead, lead.id == Interview.lead_id)
        .outerjoin(note_taker, note_taker.id == Interview.note_taker_id)
        .where(Source.inspection_id == inspection_id, Source.feature == "interview")
    )


def list_interviews(
    inspection_id: UUID, after: Place | None = None, filters: Filters = Filters()
) -> tuple[Sequence[AnyRow], Place | None]:
    """Interviews and focus groups by date, those without one last, and the place after which the next page begins.

    Cancelled ones stand apart: they are listed only when the filters ask for them.
    """
    statement = _rows(inspection_id).order_by(Interview.held_at.is_(None), Interview.held_at, Source.number)
    statement = statement.limit(PAGE + 1)
    if filters.area:
        statement = statement.where(Body.code == filters.area)
    if filters.role:
        statement = statement.where(Role.code == filters.role)
    if filters.kind:
        statement = statement.where(Source.kind == filters.kind)
    if filters.mine:
        statement = statement.where(_of_person(filters.mine))
    if filters.state:
        statement = statement.where(Interview.state == filters.state)
    if filters.state != State.CANCELLED:
        statement = statement.where(Interview.cancelled_at.is_(None))
    if after is not None:
        statement = statement.where(_stands_after(*after))
    rows = db.session.execute(statement).all()
    return rows[:PAGE], (rows[PAGE - 1].held_at, rows[PAGE - 1].number) if len(rows) > PAGE else None


def _stands_after(held_at: datetime | None, number: int) -> ColumnElement[bool]:
    if held_at is None:
        return Interview.held_at.is_(None) & (Source.number > number)
    later = (Interview.held_at > held_at) | ((Interview.held_at == held_at) & (Source.number > number))
    return later | Interview.held_at.is_(None)


def _of_person(person_id: UUID) -> ColumnElement[bool]:
    return or_(Interview.lead_id == person_id, Interview.note_taker_id == person_id)


def count_cancelled(inspection_id: UUID) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Interview)
            .where(Interview.inspection_id == inspection_id, Interview.cancelled_at.is_not(None))
        )
        or 0
    )


def list_mine(inspection_id: UUID, person_id: UUID, shown: int = PAGE) -> Sequence[AnyRow]:
    """What a person leads or takes notes in and is not signed off or cancelled: by date, those without one last."""
    return db.session.execute(
        _rows(inspection_id)
        .where(_of_person(person_id), Interview.signed_off_at.is_(None), Interview.cancelled_at.is_(None))
        .order_by(Interview.held_at.is_(None), Interview.held_at, Source.number)
        .limit(shown)
    ).all()


def list_of_area(inspection_id: UUID, area: str, shown: int = 2 * PAGE) -> Sequence[AnyRow]:
    """The interviews of a body, by its code, that are not cancelled: by date, those without one last. One statement."""
    return db.session.execute(
        _rows(inspection_id)
        .where(Body.code == area, Interview.cancelled_at.is_(None))
        .order_by(Interview.held_at.is_(None), Interview.held_at, Source.number)
        .limit(shown)
    ).all()


def count_of_areas(inspection_id: UUID) -> dict[UUID, tuple[int, int]]:
    """Body to how many of its interviews were held, and how many there are, without the cancelled ones."""
    held = func.sum(case((Interview.finished_at.is_not(None), 1), else_=0))
    rows = db.session.execute(
        select(Interview.body_id, held, func.count())
        .where(Interview.inspection_id == inspection_id, Interview.cancelled_at.is_(None))
        .group_by(Interview.body_id)
    )
    return {body_id: (int(held), number) for body_id, held, number in rows if body_id}


def list_between(inspection_id: UUID, first: date, last: date) -> Sequence[AnyRow]:
    """The interviews on some days that are not cancelled, with who leads them and takes notes, by time."""
    return db.session.execute(
        _rows(inspection_id)
        .add_columns(Interview.lead_id, Interview.note_taker_id)
        .where(Interview.happened_on.between(first, last), Interview.cancelled_at.is_(None))
        .order_by(Interview.held_at, Source.number)
    ).all()


def list_taken(inspection_id: UUID, first: date, last: date) -> Sequence[AnyRow]:
    """The interviews on some days that are not cancelled, with what they take: people, room, time. By time."""
    return db.session.execute(
        select(
            Source.prefix,
            Source.number,
            Source.body_id,
            Source.happened_on,
            Interview.held_at,
            Interview.minutes,
            Interview.place,
            Interview.remote,
            Interview.lead_id,
            Interview.note_taker_id,
            Interview.state.label("state"),
            Role.code.label("role"),
        )
        .select_from(Interview)
        .outerjoin(Role, Role.id == Source.role_id)
        .where(Source.inspection_id == inspection_id, Interview.cancelled_at.is_(None))
        .where(Source.happened_on.between(first, last))
        .order_by(Interview.held_at, Source.number)
    ).all()


@dataclass(frozen=True, slots=True)
class Due:
    """What the lead inspector has to look after, each in the order in which it is due."""

    late: list[AnyRow]  # held, and the time for the write-up is over
    in_time: list[AnyRow]  # held, and the time for the write-up is not over
    write_ups: dict[int, WriteUp]  # by number, of those two
    undated: Sequence[AnyRow]  # planned, without a date
    overdue: list[AnyRow]  # their date is over, and nobody has taken a note or said that they were held
    unfinished: list[AnyRow]  # their date is over, and they are still under way


def due(inspection_id: UUID, on: date, shown: int = PAGE) -> Due:
    """As things stand on a day. Three statements, and the pack's rules where something waits to be written up."""
    living = _rows(inspection_id).where(Interview.cancelled_at.is_(None)).limit(shown)
    waiting = db.session.execute(
        living.where(Interview.finished_at.is_not(None), Interview.signed_off_at.is_(None)).order_by(
            Interview.finished_at, Source.number
        )
    ).all()
    planned = living.where(Interview.state == State.PLANNED)
    undated = db.session.execute(planned.where(Interview.held_at.is_(None)).order_by(Source.number)).all()
    passed = db.session.execute(
        living.where(Interview.state.in_((State.PLANNED, State.UNDER_WAY)), Interview.happened_on < on).order_by(
            Interview.happened_on, Source.number
        )
    ).all()
    write_ups = write_ups_of(inspection_id, waiting, on)
    clocked = [row for row in waiting if row.number in write_ups]
    return Due(
        late=[row for row in clocked if write_ups[row.number].standing == "late"],
        in_time=[row for row in clocked if write_ups[row.number].standing != "late"],
        write_ups=write_ups,
        undated=undated,
        overdue=[row for row in passed if row.state == State.PLANNED],
        unfinished=[row for row in passed if row.state == State.UNDER_WAY],
    )


def find_interview(inspection_id: UUID, number: int, *, for_change: bool = False) -> Interview | None:
    """With its body, role and people, in one statement."""
    asked = {"inspection_id": inspection_id, "number": number}
    return db.session.scalars(_interview(for_change), asked).one_or_none()


@cache
def _interview(for_change: bool) -> Select[Interview]:
    statement = (
        select(Interview)
        .options(
            joinedload(Interview.body),
            joinedload(Interview.role),
            joinedload(Interview.lead),
            joinedload(Interview.note_taker),
        )
        .where(Interview.inspection_id == bindparam("inspection_id"), Interview.number == bindparam("number"))
    )
    return statement.with_for_update(of=Interview) if for_change else statement


def list_interviewees(interview_id: UUID) -> Sequence[Interviewee]:
    """Names of who was seen: only behind Action.NAMES."""
    return db.session.scalars(
        select(Interviewee).where(Interviewee.interview_id == interview_id).order_by(Interviewee.id)
    ).all()


def list_labels_seen(interview_id: UUID) -> Sequence[str]:
    """How the notes call those who were seen and whose names are kept; empty for one that has no label."""
    return db.session.scalars(
        select(Interviewee.label).where(Interviewee.interview_id == interview_id).order_by(Interviewee.id)
    ).all()


def names_of_colleagues(interview: Interview) -> dict[str, str]:
    """Id to name of who of the team was there, by name; nobody is asked for where nobody was."""
    found = names_of([UUID(id) for id in interview.colleagues]) if interview.colleagues else {}
    return {id.hex: name for id, name in sorted(found.items(), key=lambda pair: pair[1])}


def find_interviewee(interview_id: UUID, id: UUID) -> Interviewee | None:
    return db.session.scalars(
        select(Interviewee).where(Interviewee.interview_id == interview_id, Interviewee.id == id)
    ).one_or_none()


def list_held_by(
    inspection_id: UUID, people: set[UUID], after: datetime, before: datetime, rooms_of: Body | None = None
) -> Sequence[AnyRow]:
    """Interviews that begin between two moments and that one of the people leads or takes notes in.

    With `rooms_of` a body, also those that are held in a room there, whoever holds them.
    """
    lead, note_taker = another(Person, "lead"), another(Person, "note_taker")
    return db.session.execute(
        select(
            Source.number,
            Source.prefix,
            Interview.held_at,
            Interview.minutes,
            Interview.place,
            Interview.remote,
            Interview.lead_id,
            Interview.note_taker_id,
            lead.name.label("lead"),
            note_taker.name.label("note_taker"),
            Role.code.label("role"),
            Source.body_id,
            Body.name.label("body"),
        )
        .select_from(Interview)
        .outerjoin(lead, lead.id == Interview.lead_id)
        .outerjoin(note_taker, note_taker.id == Interview.note_taker_id)
        .outerjoin(Role, Role.id == Source.role_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .where(Source.inspection_id == inspection_id, Interview.cancelled_at.is_(None))
        .where(Interview.held_at > after, Interview.held_at < before)
        .where(
            or_(
                Interview.lead_id.in_(people),
                Interview.note_taker_id.in_(people),
                *([(Source.body_id == rooms_of.id) & (Interview.place != "")] if rooms_of else []),
            )
        )
        .order_by(Interview.held_at, Source.number)
    ).all()


def write_ups_of(inspection_id: UUID, rows: Sequence[AnyRow | Interview], today: date) -> dict[int, WriteUp]:
    """Number to the write-up clock, of those rows that wait to be written up or signed off. One statement or none."""
    waiting = [row for row in rows if row.state in WRITE_UP_OUTSTANDING]
    if not waiting:
        return {}
    rules = get_rules(inspection_id)
    calendar, days = Calendar.of(rules), rules.write_up.working_days
    return {
        row.number: write_up(row.held_at, row.finished_at, row.reopened_at, calendar, days, today)
        for row in waiting
        if row.finished_at is not None
    }
