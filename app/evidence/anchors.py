"""Where an item's words stand after its source was cut or joined otherwise, without one of its words being another.

A split or merged note gets new texts, which hold the words of the old ones exactly. Each item goes with its words: it
stands on the new text that holds them all, or, where the cut goes through them, on the old text as before, and a piece
of it on each of the new ones. So only a rewording makes an item say that its source changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlalchemy import delete, or_, select, update

from app.access import Actor
from app.audit.services import record
from app.db.base import AnyRow
from app.evidence.models import EvidenceItem, ItemPiece, Source, SourceText
from app.extensions import db
from app.inspections.references import EVIDENCE, reference


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of an old text, in code points, and where it begins in the new text that holds it."""

    old: SourceText
    start: int
    end: int
    new: SourceText
    at: int


@dataclass(frozen=True, slots=True)
class Span:
    text_id: UUID
    start: int
    end: int


def follow(source: Source, stretches: Sequence[Stretch], *, by: Actor) -> None:
    """Let every item, withdrawn or not, go with its words from the old texts to the new ones.

    The stretches cover the old texts whole, in their order. The new texts are flushed.
    """
    old = {stretch.old.id for stretch in stretches}
    new = {stretch.new.id: stretch.new for stretch in stretches}
    labels = {stretch.old.id: stretch.old.label for stretch in stretches} | {id: text.label for id, text in new.items()}
    in_pieces = select(ItemPiece.item_id).where(ItemPiece.text_id.in_(old))
    items = db.session.execute(
        select(
            EvidenceItem.id,
            EvidenceItem.number,
            EvidenceItem.words,
            EvidenceItem.text_id,
            EvidenceItem.start_at,
            EvidenceItem.end_at,
        )
        .where(or_(EvidenceItem.text_id.in_(old), EvidenceItem.id.in_(in_pieces)))
        .order_by(EvidenceItem.number)
        .with_for_update()
    ).all()
    pieces = _pieces_of(item.id for item in items)
    for item in items:
        had = pieces.get(item.id) or [Span(item.text_id, item.start_at, item.end_at)]
        now = _joined(span for before in had for span in _moved(before, stretches))
        if now == had:
            continue
        _stand(item, now, new)
        before, after = _labels(had, labels), _labels(now, labels)
        if before != after:
            record(
                by,
                "followed its words",
                reference(EVIDENCE, item.number),
                inspection_id=source.inspection_id,
                before={"from": f"{source.reference} {before}"},
                after={"from": f"{source.reference} {after}"},
            )


def _stand(item: AnyRow, now: list[Span], new: dict[UUID, SourceText]) -> None:
    """Put the item on its one new text, or pieces of it on several. Its version stays: nobody revised it."""
    db.session.execute(delete(ItemPiece).where(ItemPiece.item_id == item.id))
    only = now[0]
    if len(now) == 1 and only.text_id in new and new[only.text_id].text[only.start : only.end] == item.words:
        values = {"text_id": only.text_id, "start_at": only.start, "end_at": only.end}
        db.session.execute(update(EvidenceItem).where(EvidenceItem.id == item.id).values(**values))
        return
    for number, span in enumerate(now, 1):
        db.session.add(
            ItemPiece(item_id=item.id, number=number, text_id=span.text_id, start_at=span.start, end_at=span.end)
        )
    db.session.flush()


def _pieces_of(item_ids: Iterable[UUID]) -> dict[UUID, list[Span]]:
    rows = db.session.scalars(
        select(ItemPiece).where(ItemPiece.item_id.in_(list(item_ids))).order_by(ItemPiece.item_id, ItemPiece.number)
    )
    return {
        item_id: [Span(row.text_id, row.start_at, row.end_at) for row in group]
        for item_id, group in groupby(rows, lambda row: row.item_id)
    }


def _moved(span: Span, stretches: Sequence[Stretch]) -> Iterable[Span]:
    """The span on the new texts, cut where they are; as it is where it stands on another text."""
    own = [stretch for stretch in stretches if stretch.old.id == span.text_id]
    if not own:
        yield span
    for stretch in own:
        start, end = max(span.start, stretch.start), min(span.end, stretch.end)
        if start < end:
            yield Span(stretch.new.id, start - stretch.start + stretch.at, end - stretch.start + stretch.at)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans that follow one another on a text are one."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].text_id == span.text_id and found[-1].end == span.start:
            found[-1] = Span(span.text_id, found[-1].start, span.end)
        else:
            found.append(span)
    return found


def _labels(spans: Iterable[Span], labels: dict[UUID, str]) -> str:
    """'note 7', 'note 7 and note 12'; without those whose text is not known here."""
    return " and ".join(dict.fromkeys(labels[span.text_id] for span in spans if span.text_id in labels))
