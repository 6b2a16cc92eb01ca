"""Versions of notes that came second, as long as they are open and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import joinedload

from app.db.base import AnyRow, another
from app.evidence.models import Source, SourceText
from app.extensions import db
from app.interviews.models import Interview, Note, Rival
from app.interviews.wordings import Piece, side_by_side


@dataclass(frozen=True, slots=True)
class Side:
    """One of two versions that wait for somebody to choose."""

    by: str
    by_id: UUID
    at: datetime
    speaker: str
    quote: bool
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Open:
    """Two versions of a note that wait for somebody to choose."""

    id: UUID
    stands: Side
    second: Side


_stands = another(SourceText, "stands")


def any_open(interview_id: UUID) -> ColumnElement[bool]:
    """Whether any note of an interview has a version that is open: for another statement to ask along."""
    return exists(select(Rival.id).where(Rival.interview_id == interview_id, Rival.settled_at.is_(None)))


def list_open(interview_id: UUID, first: int, last: int) -> dict[UUID, list[Open]]:
    """A note to its open versions, the oldest first, of notes from one number to another. One statement."""
    found: dict[UUID, list[Open]] = {}
    for row in db.session.execute(
        select(
            Rival.id,
            Rival.note_id,
            Rival.speaker,
            Rival.quote,
            SourceText.text,
            SourceText.created_by,
            SourceText.created_by_id,
            SourceText.created_at,
            Note.speaker.label("stands_speaker"),
            Note.quote.label("stands_quote"),
            _stands.text.label("stands_text"),
            _stands.created_by.label("stands_by"),
            _stands.created_by_id.label("stands_by_id"),
            _stands.created_at.label("stands_at"),
        )
        .join(Note, Note.id == Rival.note_id)
        .join(SourceText, SourceText.id == Rival.text_id)
        .join(_stands, _stands.id == Note.text_id)
        .where(Rival.interview_id == interview_id, Rival.settled_at.is_(None), Note.withdrawn_at.is_(None))
        .where(Note.number.between(first, last))
        .order_by(Rival.id)
    ):
        stands, second = side_by_side(row.stands_text, row.text)
        found.setdefault(row.note_id, []).append(
            Open(
                row.id,
                Side(row.stands_by, row.stands_by_id, row.stands_at, row.stands_speaker, row.stands_quote, stands),
                Side(
                    row.created_by,
                    row.created_by_id,
                    row.created_at,
                    row.stands_speaker if row.speaker is None else row.speaker,
                    row.stands_quote if row.quote is None else row.quote,
                    second,
                ),
            )
        )
    return found


def list_open_of(note: Note) -> Sequence[Rival]:
    return db.session.scalars(
        select(Rival)
        .options(joinedload(Rival.text, innerjoin=True))
        .where(Rival.note_id == note.id, Rival.settled_at.is_(None))
        .order_by(Rival.id)
    ).all()


def rivals_of(note: Note) -> dict[UUID, Rival]:
    """The versions of a note that came second, by the ids of their texts."""
    return {rival.text_id: rival for rival in db.session.scalars(select(Rival).where(Rival.note_id == note.id))}


def find_rival(note: Note, id: UUID) -> Rival | None:
    return db.session.scalars(
        select(Rival)
        .options(joinedload(Rival.text, innerjoin=True), joinedload(Rival.base))
        .where(Rival.note_id == note.id, Rival.id == id)
    ).one_or_none()


def wording_at(note: Note, version: int) -> UUID | None:
    """The text that a version of a note said, as near as can be told: a version may also be of its speaker only."""
    texts = db.session.scalars(
        select(SourceText.id)
        .where(SourceText.source_id == note.interview_id, SourceText.position == note.number)
        .where(SourceText.rival_of_id.is_(None))
        .order_by(SourceText.id)
    ).all()
    return texts[max(0, min(version, len(texts)) - 1)] if texts else None


def list_unchosen(inspection_id: UUID, interview_id: UUID | None = None) -> Sequence[AnyRow]:
    """Notes with versions that are open: prefix and number of the interview, note. One statement.

    In one interview or all, without what was withdrawn or cancelled, or can no longer be chosen as it is signed off.
    """
    statement = (
        select(Source.prefix, Source.number, Note.number.label("note"), func.count().label("versions"))
        .select_from(Rival)
        .join(Note, Note.id == Rival.note_id)
        .join(Interview, Interview.id == Rival.interview_id)
        .where(Rival.inspection_id == inspection_id, Rival.settled_at.is_(None), Note.withdrawn_at.is_(None))
        .where(Interview.signed_off_at.is_(None), Interview.cancelled_at.is_(None))
        .group_by(Source.prefix, Source.number, Note.number)
        .order_by(Source.prefix, Source.number, Note.number)
    )
    if interview_id is not None:
        statement = statement.where(Rival.interview_id == interview_id)
    return db.session.execute(statement).all()
