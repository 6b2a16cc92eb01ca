"""The notes of an interview, as the stream shows them, with every version of their words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, Select, case, func, literal_column, select, union_all
from sqlalchemy.orm import joinedload
from uuid6 import uuid7

from app.accounts.models import Person
from app.db.base import AnyRow, AnySelect
from app.evidence import places
from app.evidence.models import EvidenceItem, Source, SourceText, Tag
from app.extensions import db
from app.inspections.models import Criterion
from app.inspections.references import EVIDENCE, reference
from app.interviews.models import (
    Interview,
    Interviewee,
    Note,
    NoteImport,
    Presence,
)
from app.interviews.names import Names

NOTES_SHOWN = 300
OVERLAP = 10_000  # milliseconds


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One note as the stream shows it."""

    id: UUID
    number: int
    words: str
    speaker: str
    quote: bool
    said_at: datetime
    created_by: str
    version: int
    item: str  # reference of its evidence item, else empty
    direction: str
    withdrawn: str  # how, in words; empty where it stands
    criteria: list[str]
    prompt: str  # of the topic guide, else empty
    distressing: bool  # its evidence is: the words are covered
    heard: str = ""  # of an imported note: when in the recording, '0:05:31'
    has_time: bool = True  # whether it is known at what time of day it was said
    named: bool = False  # its words hold a name of somebody who was seen
    touched: UUID | None = None  # see Note


def in_recording(heard_at: int | None) -> str:
    """'0:05:31' for milliseconds from its beginning."""
    if heard_at is None:
        return ""
    minutes, seconds = divmod(heard_at // 1000, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def list_notes(
    interview_id: UUID, before: int | None = None, shown: int = NOTES_SHOWN, *, withdrawn: bool = False
) -> tuple[list[NoteLine], int | None]:
    """The last `shown` notes below `before`, in the order said, and where earlier ones begin. Two statements.

    Those that were withdrawn are left out unless they are asked for.
    """
    statement = _lines_of(interview_id).order_by(Note.number.desc()).limit(shown + 1)
    if before is not None:
        statement = statement.where(Note.number < before)
    if not withdrawn:
        statement = statement.where(Note.withdrawn_at.is_(None))
    rows = db.session.execute(statement).all()
    earlier = rows[shown - 1].number if len(rows) > shown else None
    rows = rows[:shown]
    return _lines(interview_id, rows[::-1]), earlier


def list_all(interview_id: UUID) -> tuple[list[NoteLine], list[NoteLine]]:
    """Every note in the order said: those that stand, and the withdrawn ones. Two statements."""
    lines = _lines(interview_id, db.session.execute(_lines_of(interview_id).order_by(Note.number)).all())
    return [line for line in lines if not line.withdrawn], [line for line in lines if line.withdrawn]


def list_changed(interview_id: UUID, since: int) -> list[NoteLine]:
    """Notes that were taken or changed since a moment (milliseconds, of `this_millisecond`), withdrawn ones too.

    Told by what each was touched with, which holds the time (UUID version 7). What was written in the ten seconds
    before comes again: of two writes at once the later may have been committed first. Two statements at most.
    """
    oldest = UUID(int=max(since - OVERLAP, 0) << 80)
    statement = _lines_of(interview_id).where(Note.touched >= oldest)
    return _lines(interview_id, db.session.execute(statement.order_by(Note.number)).all())


def list_names(interview_id: UUID) -> Sequence[str]:
    """Who was seen in any interview of its inspection: to look for in words, and never to show."""
    return db.session.scalars(_names(interview_id)).all()


def _names(interview_id: UUID) -> Select[str]:
    inspection_id = select(Source.inspection_id).where(Source.id == interview_id).scalar_subquery()
    return select(Interviewee.name).where(Interviewee.inspection_id == inspection_id)


def this_millisecond() -> int:
    """This moment as new ids tell it, whatever the clock of the inspection says."""
    return uuid7().int >> 80


def list_present(interview_id: UUID, since: datetime) -> Sequence[AnyRow]:
    """Who has the notes open and was heard of after a moment: person_id, name, seen_at."""
    return db.session.execute(
        select(Presence.person_id, Person.name, Presence.seen_at)
        .join(Person, Person.id == Presence.person_id)
        .where(Presence.interview_id == interview_id, Presence.seen_at > since)
        .order_by(Person.name)
    ).all()


def _lines_of(interview_id: UUID) -> AnySelect:
    return (
        select(
            Note.id,
            Note.number,
            SourceText.text,
            Note.speaker,
            Note.quote,
            Note.said_at,
            Note.created_by,
            Note.version,
            Note.withdrawn_at,
            Note.withdrawn_by,
            Note.withdrawn_reason,
            Note.withdrawn_with_import,
            Note.touched,
            Note.prompt,
            EvidenceItem.number.label("item_number"),
            EvidenceItem.direction,
            EvidenceItem.withdrawn_at.label("item_withdrawn_at"),
            EvidenceItem.distressing,
            Note.import_id,
            Note.heard_at,
            NoteImport.starts_at,
        )
        .join(SourceText, SourceText.id == Note.text_id)
        .outerjoin(EvidenceItem, EvidenceItem.id == Note.item_id)
        .outerjoin(NoteImport, NoteImport.id == Note.import_id)
        .where(Note.interview_id == interview_id)
    )


def _tags_and_names(interview_id: UUID, first: int, last: int) -> tuple[dict[int, list[str]], Names]:
    """A note's number to the criteria that its evidence is under, and the names that its words may hold. One statement.

    A join: hundreds of ids are slow to read and send. The names come as those of note 0, which there is not.
    """
    tags = (
        select(Note.number, Criterion.reference, Criterion.position)
        .join(EvidenceItem, EvidenceItem.id == Note.item_id)
        .join(Tag, Tag.item_id == EvidenceItem.id)
        .join(Criterion, Criterion.id == Tag.criterion_id)
        .where(Note.interview_id == interview_id, Note.number.between(first, last))
        .where(EvidenceItem.withdrawn_at.is_(None), Tag.withdrawn_at.is_(None))
    )
    none = literal_column("0", Integer)
    found: dict[int, list[str]] = {}
    for number, said, _position in db.session.execute(
        union_all(tags, _names(interview_id).with_only_columns(none, Interviewee.name, none)).order_by("position")
    ):
        found.setdefault(number, []).append(said)
    return found, Names(found.pop(0, []))


def _lines(interview_id: UUID, rows: Sequence[AnyRow]) -> list[NoteLine]:
    """Of rows in the order said. One statement, or none."""
    if not rows:
        return []
    tags, names = _tags_and_names(interview_id, rows[0].number, rows[-1].number)
    return [_line(row, tags, names) for row in rows]


def _line(row: AnyRow, tags: dict[int, list[str]], names: Names) -> NoteLine:
    return NoteLine(
        row.id,
        row.number,
        row.text,
        row.speaker,
        row.quote,
        row.said_at,
        row.created_by,
        row.version,
        reference(EVIDENCE, row.item_number) if row.item_number and row.item_withdrawn_at is None else "",
        row.direction or "",
        _withdrawn(row),
        tags.get(row.number, []),
        row.prompt,
        bool(row.distressing),
        in_recording(row.heard_at),
        row.import_id is None or (row.starts_at is not None and row.heard_at is not None),
        names.in_text(row.text),
        row.touched,
    )


def _withdrawn(row: AnyRow) -> str:
    if row.withdrawn_at is None:
        return ""
    if row.withdrawn_with_import:
        return "Withdrawn with its import"
    return f"Withdrawn by {row.withdrawn_by}: {row.withdrawn_reason}"


def line_of(note: Note, item: EvidenceItem | None, criteria: list[str]) -> NoteLine:
    """The line of a note that was just saved. One statement, for the names that its words may hold."""
    return NoteLine(
        note.id,
        note.number,
        note.words,
        note.speaker,
        note.quote,
        note.said_at,
        note.created_by,
        note.version,
        item.reference if item else "",
        item.direction if item else "",
        "",
        criteria,
        note.prompt,
        item is not None and item.distressing,
        named=Names(list_names(note.interview_id)).in_text(note.words),
        touched=note.touched,
    )


def find_line(interview_id: UUID, number: int) -> NoteLine | None:
    lines, _earlier = list_notes(interview_id, before=number + 1, shown=1, withdrawn=True)
    return lines[-1] if lines and lines[-1].number == number else None


def find_note(interview_id: UUID, name: int | UUID, *, for_change: bool = False) -> Note | None:
    """By its number, or by what the device that sent it calls it."""
    statement = (
        select(Note)
        .options(joinedload(Note.text, innerjoin=True), joinedload(Note.interview, innerjoin=True))
        .where(Note.interview_id == interview_id, (Note.id if isinstance(name, UUID) else Note.number) == name)
    )
    if for_change:
        statement = statement.with_for_update(of=Note)
    return db.session.scalars(statement).one_or_none()


def list_items(note: Note) -> Sequence[EvidenceItem]:
    """Evidence of any version of a note's words, withdrawn or not; locked."""
    return db.session.scalars(
        select(EvidenceItem)
        .join(SourceText, SourceText.id == EvidenceItem.text_id)
        .where(SourceText.source_id == note.interview_id, SourceText.position == note.number)
        .order_by(EvidenceItem.number)
        .with_for_update(of=EvidenceItem)
    ).all()


def standing_evidence(note: Note) -> list[str]:
    """References of the evidence of a note that is not withdrawn."""
    return [item.reference for item in list_items(note) if item.withdrawn_at is None]


def why_gone(source: Source, position: int, for_change: bool) -> str | None:
    """Why a note's words stand no more, and what to do; None where they stand. See evidence/places.py."""
    if for_change:
        db.session.execute(select(Interview.id).where(Interview.id == source.id).with_for_update())
    how = db.session.scalar(
        select(Note.withdrawn_with_import).where(
            Note.interview_id == source.id, Note.number == position, Note.withdrawn_at.is_not(None)
        )
    )
    if how is None:
        return None
    with_it = " with its import" if how else ""
    return f"Note {position} of {source.reference} was withdrawn{with_it}. Put the note back first."


places.asked["interview"] = why_gone


def first_note_at(interview_id: UUID) -> datetime | None:
    """When it was saved, as no device's clock is to be trusted; of an imported one, when it was said."""
    moment = case((Note.import_id.is_(None), Note.saved_at), else_=Note.said_at)
    of = (Note.interview_id == interview_id, Note.withdrawn_at.is_(None))
    return db.session.scalar(select(func.min(moment)).where(*of))


def list_versions(source_id: UUID, position: int) -> Sequence[SourceText]:
    """Every text that a note had or was offered, oldest first."""
    return db.session.scalars(
        select(SourceText)
        .where(SourceText.source_id == source_id, SourceText.position == position)
        .order_by(SourceText.created_at, SourceText.id)
    ).all()


def list_speakers(interview_id: UUID) -> list[str]:
    """Labels used so far, for the composer to offer."""
    return list(
        db.session.scalars(
            select(Note.speaker)
            .where(Note.interview_id == interview_id, Note.speaker != "", Note.withdrawn_at.is_(None))
            .group_by(Note.speaker)
            .order_by(func.min(Note.number))
            .limit(40)
        )
    )
