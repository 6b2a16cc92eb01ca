"""What receipts are made of and looked up in."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.evidence.models import SourceText
from app.extensions import db
from app.interviews.models import Note, Receipt


@dataclass(frozen=True, slots=True)
class Held:
    """One text of a note, as the database gives it back."""

    number: int
    text: str
    is_present: bool  # not an earlier version, nor one that came too late
    withdrawn: bool  # the note is
    merged: bool = False  # into another, which holds its words
    supersedes: bool = False  # it is a rewording; other versions behind the first come of splitting and merging


def list_held(interview_id: UUID, *, every_version: bool = False) -> list[Held]:
    """The present words of each note that is not withdrawn, in order; or every text of every note. One statement."""
    if every_version:
        statement = (
            select(
                Note.number,
                SourceText.text,
                (SourceText.id == Note.text_id).label("present"),
                Note.withdrawn_at,
                Note.merged_into_id,
                SourceText.supersedes_id,
            )
            .join(SourceText, SourceText.position == Note.number)
            .where(Note.interview_id == interview_id, SourceText.source_id == interview_id)
            .order_by(Note.place, SourceText.id)
        )
        rows = db.session.execute(statement)
        return [
            Held(
                row.number,
                row.text,
                bool(row.present),
                row.withdrawn_at is not None,
                row.merged_into_id is not None,
                row.supersedes_id is not None,
            )
            for row in rows
        ]
    present = (
        select(Note.number, SourceText.text)
        .join(SourceText, SourceText.id == Note.text_id)
        .where(Note.interview_id == interview_id, Note.withdrawn_at.is_(None))
        .order_by(Note.place)
    )
    return [Held(row.number, row.text, True, False) for row in db.session.execute(present)]


def list_receipts(interview_id: UUID) -> Sequence[Receipt]:
    """The newest first."""
    return db.session.scalars(
        select(Receipt).where(Receipt.interview_id == interview_id).order_by(Receipt.id.desc())
    ).all()
