"""Evidence on one piece of a source's text, and what of it is covered."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import or_, select

from app.db.base import AnyRow
from app.evidence.models import EvidenceItem, ItemPiece, SourceText, Tag
from app.evidence.queries import words_struck
from app.extensions import db
from app.inspections.models import Criterion
from app.inspections.references import EVIDENCE, reference


def items_on(text_id: UUID, start: int, end: int, criteria: Iterable[str]) -> list[str]:
    """References of the living items of exactly these words that are under any of the criteria (their references)."""
    numbers = db.session.scalars(
        select(EvidenceItem.number)
        .join(Tag, Tag.item_id == EvidenceItem.id)
        .join(Criterion, Criterion.id == Tag.criterion_id)
        .where(EvidenceItem.text_id == text_id, EvidenceItem.start_at == start, EvidenceItem.end_at == end)
        .where(Tag.live, Criterion.reference.in_(list(criteria)))
        .distinct()
        .order_by(EvidenceItem.number)
    )
    return [reference(EVIDENCE, number) for number in numbers]


def list_distressing_words(source_id: UUID) -> list[str]:
    """Distressing words of a source, and each piece of them where the source was cut through them. Two statements."""
    whole = db.session.scalars(
        select(EvidenceItem.words).where(EvidenceItem.source_id == source_id, EvidenceItem.distressing)
    ).all()
    pieces = db.session.execute(
        select(SourceText.text, ItemPiece.start_at, ItemPiece.end_at)
        .join(ItemPiece, ItemPiece.text_id == SourceText.id)
        .join(EvidenceItem, EvidenceItem.id == ItemPiece.item_id)
        .where(EvidenceItem.source_id == source_id, EvidenceItem.distressing)
    )
    return [*whole, *(piece for row in pieces if (piece := row.text[row.start_at : row.end_at]).strip())]


def has_distressing(source_id: UUID) -> bool:
    """Whether any evidence of a source is distressing, withdrawn or not."""
    found = select(EvidenceItem.id).where(EvidenceItem.source_id == source_id, EvidenceItem.distressing).limit(1)
    return db.session.scalar(found) is not None


def list_marks(source_id: UUID, position: int) -> Sequence[AnyRow]:
    """Evidence on one piece of a source's text, in every version of it: number, start_at, end_at, direction, text_id.

    Withdrawn items only where they are distressing: they are no marks, and their words are covered all the same.
    """
    return db.session.execute(
        select(
            EvidenceItem.id,
            EvidenceItem.number,
            EvidenceItem.start_at,
            EvidenceItem.end_at,
            EvidenceItem.direction,
            EvidenceItem.gist,
            EvidenceItem.words,
            EvidenceItem.distressing,
            EvidenceItem.quote,
            EvidenceItem.created_by,
            EvidenceItem.text_id,
            EvidenceItem.withdrawn_at,
            words_struck(),
        )
        .join(SourceText, SourceText.id == EvidenceItem.text_id)
        .where(
            EvidenceItem.source_id == source_id,
            SourceText.position == position,
            or_(EvidenceItem.withdrawn_at.is_(None), EvidenceItem.distressing),
        )
        .order_by(EvidenceItem.start_at, EvidenceItem.number)
    ).all()


def list_distressing_marks(source_id: UUID) -> Sequence[AnyRow]:
    """Distressing items of a source, withdrawn or not: position, text_id, start_at, end_at, words, distressing."""
    return db.session.execute(
        select(
            SourceText.position,
            EvidenceItem.text_id,
            EvidenceItem.start_at,
            EvidenceItem.end_at,
            EvidenceItem.words,
            EvidenceItem.distressing,
        )
        .join(SourceText, SourceText.id == EvidenceItem.text_id)
        .where(EvidenceItem.source_id == source_id, EvidenceItem.distressing)
    ).all()
