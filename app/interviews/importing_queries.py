"""Notes that came in as files: each import, what stands of it, and the evidence on it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from app import storage
from app.db.base import AnyRow
from app.evidence.models import EvidenceItem, ItemPiece, SourceText
from app.extensions import db
from app.interviews.models import (
    Note,
    NoteImport,
)


@storage.names
def list_contents(inspection_id: UUID) -> set[str]:
    """The SHA-256 of every file of notes that came in."""
    return set(db.session.scalars(select(NoteImport.sha256).where(NoteImport.inspection_id == inspection_id)))


def list_imports(interview_id: UUID) -> Sequence[NoteImport]:
    """Every file of notes that came in, in their order, whatever became of it."""
    return db.session.scalars(
        select(NoteImport).where(NoteImport.interview_id == interview_id).order_by(NoteImport.number)
    ).all()


def find_import(interview_id: UUID, number: int, *, for_change: bool = False) -> NoteImport | None:
    statement = select(NoteImport).where(NoteImport.interview_id == interview_id, NoteImport.number == number)
    if for_change:
        statement = statement.with_for_update()
    return db.session.scalars(statement).one_or_none()


def find_import_of(note: Note) -> NoteImport | None:
    """The import that a note came in with, if any; locked."""
    if note.import_id is None:
        return None
    return db.session.scalars(select(NoteImport).where(NoteImport.id == note.import_id).with_for_update()).one()


def has_evidence() -> ColumnElement[bool]:
    """Of a note: whether evidence that stands was lifted from any version of its words, or of a piece of them."""
    of_note = (
        SourceText.source_id == Note.interview_id,
        SourceText.position == Note.number,
        EvidenceItem.withdrawn_at.is_(None),
    )
    whole = select(EvidenceItem.id).join(SourceText, SourceText.id == EvidenceItem.text_id).where(*of_note)
    in_pieces = (
        select(EvidenceItem.id)
        .join(ItemPiece, ItemPiece.item_id == EvidenceItem.id)
        .join(SourceText, SourceText.id == ItemPiece.text_id)
        .where(*of_note)
    )
    return or_(whole.exists(), in_pieces.exists())


def count_standing(import_id: UUID, interview_id: UUID) -> int:
    """How many of its notes are not withdrawn."""
    of = (Note.interview_id == interview_id, Note.import_id == import_id, Note.withdrawn_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(Note).where(*of)) or 0


def count_notes_of_all(interview_id: UUID) -> dict[UUID, tuple[int, int]]:
    """Import to how many of its notes stand and how many are withdrawn; merged ones are neither. One statement."""
    rows = db.session.execute(
        select(Note.import_id, func.count(), func.count(Note.withdrawn_at))
        .where(Note.interview_id == interview_id, Note.import_id.is_not(None), Note.merged_into_id.is_(None))
        .group_by(Note.import_id)
    )
    return {id: (every - withdrawn, withdrawn) for id, every, withdrawn in rows if id}


def count_withdrawn(import_id: UUID, interview_id: UUID) -> int:
    """How many of its notes were withdrawn with it, and come back with it."""
    of = (Note.interview_id == interview_id, Note.import_id == import_id, Note.withdrawn_with_import)
    return db.session.scalar(select(func.count()).select_from(Note).where(*of)) or 0


def evidence_of_import(found: NoteImport) -> Sequence[AnyRow]:
    """Evidence that stands on notes of an import: number of the note and of the item, in the order of the notes."""
    if found.first_number is None:
        return []
    return db.session.execute(
        select(SourceText.position, EvidenceItem.number)
        .join(EvidenceItem, EvidenceItem.text_id == SourceText.id)
        .where(
            SourceText.source_id == found.interview_id,
            SourceText.position.between(found.first_number, found.last_number),
            EvidenceItem.withdrawn_at.is_(None),
        )
        .order_by(SourceText.position, EvidenceItem.number)
    ).all()
