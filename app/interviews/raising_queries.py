"""What was raised with the lead.

`whose` is whose matters may be read: those of one person; None, for a lead inspector, everybody's. See raising.py.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.interviews.models import RaisedAnswer, RaisedMatter

SHOWN = 50


class Waiting(NamedTuple):
    """How many wait for somebody."""

    to_answer: int  # raised, and not dealt with
    to_read: int  # answered, and not read by this person, who raised them


def find_matter(inspection_id: UUID, id: UUID, whose: UUID | None, *, for_change: bool = False) -> RaisedMatter | None:
    statement = (
        select(RaisedMatter)
        .options(joinedload(RaisedMatter.interview, innerjoin=True))
        .where(RaisedMatter.id == id, *_readable(inspection_id, whose))
    )
    if for_change:
        statement = statement.with_for_update(of=RaisedMatter)
    return db.session.scalars(statement).one_or_none()


def list_answers(matter_id: UUID) -> Sequence[RaisedAnswer]:
    """In the order in which they were given."""
    return db.session.scalars(
        select(RaisedAnswer)
        .where(RaisedAnswer.matter_id == matter_id)
        .order_by(RaisedAnswer.answered_at, RaisedAnswer.id)
    ).all()


def list_matters(
    inspection_id: UUID, whose: UUID | None, before: UUID | None = None
) -> tuple[Sequence[RaisedMatter], UUID | None]:
    """The newest first, and where older ones begin."""
    statement = (
        select(RaisedMatter)
        .options(joinedload(RaisedMatter.interview, innerjoin=True))
        .where(*_readable(inspection_id, whose))
        .order_by(RaisedMatter.id.desc())
        .limit(SHOWN + 1)
    )
    if before is not None:
        statement = statement.where(RaisedMatter.id < before)
    rows = db.session.scalars(statement).all()
    return rows[:SHOWN], rows[SHOWN - 1].id if len(rows) > SHOWN else None


def list_of_interview(interview_id: UUID, inspection_id: UUID, whose: UUID | None) -> Sequence[RaisedMatter]:
    return db.session.scalars(
        select(RaisedMatter)
        .where(RaisedMatter.interview_id == interview_id, *_readable(inspection_id, whose))
        .order_by(RaisedMatter.id)
    ).all()


def list_waiting(inspection_id: UUID, whose: UUID | None, person_id: UUID) -> Sequence[RaisedMatter]:
    """What is not dealt with, and what was answered and this person, who raised it, has not read; the oldest first."""
    return db.session.scalars(
        select(RaisedMatter)
        .options(joinedload(RaisedMatter.interview, innerjoin=True))
        .where(*_readable(inspection_id, whose), or_(RaisedMatter.dealt_with_at.is_(None), _unread(person_id)))
        .order_by(RaisedMatter.id)
    ).all()


def counting(inspection_id: UUID, whose: UUID | None, person_id: UUID) -> tuple[Select[int], Select[int]]:
    """How many wait for somebody: the two numbers of a Waiting, for a statement that asks for more."""
    all = select(func.count(RaisedMatter.id)).where(*_readable(inspection_id, whose))
    return all.where(RaisedMatter.dealt_with_at.is_(None)), all.where(_unread(person_id))


def count_waiting(inspection_id: UUID, whose: UUID | None, person_id: UUID) -> Waiting:
    to_answer, to_read = counting(inspection_id, whose, person_id)
    row = db.session.execute(select(to_answer.scalar_subquery(), to_read.scalar_subquery())).one()
    return Waiting(*row)


def _unread(person_id: UUID) -> ColumnElement[bool]:
    return and_(
        RaisedMatter.raised_by_id == person_id, RaisedMatter.dealt_with_at.is_not(None), RaisedMatter.read_at.is_(None)
    )


def _readable(inspection_id: UUID, whose: UUID | None) -> tuple[ColumnElement[bool], ...]:
    of_inspection = RaisedMatter.inspection_id == inspection_id
    return (of_inspection,) if whose is None else (of_inspection, RaisedMatter.raised_by_id == whose)
