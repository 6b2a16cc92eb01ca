"""Raise with the lead now: a serious risk, told to the lead inspector during an interview, and to nobody else.

Why it is kept as it is, and what becomes of it: docs/decisions/005-raised-with-the-lead.md.
"""

from collections.abc import Sequence
from uuid import UUID

from app.access import Action, Actor
from app.audit.services import record
from app.extensions import db
from app.inspections.gate import CurrentInspection
from app.interviews.models import Interview, RaisedAnswer, RaisedMatter
from app.web import clock


def whose(inspection: CurrentInspection, by: Actor) -> UUID | None:
    """Whose matters somebody may read: their own; None, for a lead inspector, everybody's. What the queries ask for."""
    return None if inspection.allows(Action.DECIDE) else by.id


def raise_with_lead(interview: Interview, words: str, *, by: Actor) -> RaisedMatter:
    """Tell the lead inspector something at once. The audit trail keeps that it was raised, and none of the words."""
    matter = RaisedMatter(
        inspection_id=interview.inspection_id,
        interview_id=interview.id,
        words=words,
        raised_at=clock.now(),
        raised_by_id=by.id,
        raised_by=by.label,
    )
    db.session.add(matter)
    db.session.flush()
    record(by, "raised with the lead", interview.reference, inspection_id=interview.inspection_id)
    return matter


def answer(matter: RaisedMatter, words: str, *, by: Actor) -> None:
    """Answer what was raised: it is dealt with by that. A further answer stands below the first."""
    now = clock.now()
    db.session.add(
        RaisedAnswer(matter_id=matter.id, words=words, answered_at=now, answered_by_id=by.id, answered_by=by.label)
    )
    matter.dealt_with_at = matter.dealt_with_at or now
    matter.read_at = now if by.id == matter.raised_by_id else None
    db.session.flush()
    record(by, "answered what was raised", matter.interview.reference, inspection_id=matter.inspection_id)


def stamp(matter: RaisedMatter, answers: Sequence[RaisedAnswer]) -> str:
    """How far it is: what a page shows that shows the same."""
    return f"{len(answers)}{'-read' if matter.read_at else ''}"


def note_read(matter: RaisedMatter, *, by: Actor) -> None:
    """Who raised it has read what was answered."""
    if matter.dealt_with_at is None or matter.read_at is not None:
        return
    matter.read_at = clock.now()
    db.session.flush()
    record(by, "read the lead's answer", matter.interview.reference, inspection_id=matter.inspection_id)
