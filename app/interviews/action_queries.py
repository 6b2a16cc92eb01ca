"""Actions that arose in interviews, and who was there."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from app.db.base import AnyRow
from app.evidence.models import Source
from app.extensions import db
from app.interviews.models import Interview, InterviewAction


def list_actions(interview_id: UUID) -> Sequence[InterviewAction]:
    """All of an interview, withdrawn ones too, in the order in which they were written down."""
    return db.session.scalars(
        select(InterviewAction).where(InterviewAction.interview_id == interview_id).order_by(InterviewAction.number)
    ).all()


def find_action(interview_id: UUID, number: int, *, for_change: bool = False) -> InterviewAction | None:
    statement = select(InterviewAction).where(
        InterviewAction.interview_id == interview_id, InterviewAction.number == number
    )
    return db.session.scalars(statement.with_for_update() if for_change else statement).one_or_none()


def last_number(interview_id: UUID) -> int:
    return (
        db.session.scalar(select(func.max(InterviewAction.number)).where(InterviewAction.interview_id == interview_id))
        or 0
    )


def list_due(inspection_id: UUID, until: date) -> Sequence[AnyRow]:
    """What is to be done by a day and is not, by day: what, who, due, and prefix and number of the interview."""
    return db.session.execute(
        select(InterviewAction.what, InterviewAction.who, InterviewAction.due, Source.prefix, Source.number)
        .join(Interview, Interview.id == InterviewAction.interview_id)
        .where(
            InterviewAction.inspection_id == inspection_id,
            InterviewAction.due <= until,
            InterviewAction.done_at.is_(None),
            InterviewAction.withdrawn_at.is_(None),
            Interview.cancelled_at.is_(None),
        )
        .order_by(InterviewAction.due, Source.number, InterviewAction.number)
    ).all()
