"""The notes of an interview, as the stream shows them, with every version of their words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Boolean,
    CompoundSelect,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import joinedload
from uuid6 import uuid7

from app.accounts.models import Person, SignIn
from app.db.base import AnyRow, AnySelect, another
from app.evidence import places
from app.evidence.models import EvidenceItem, ItemPiece, Source, SourceText, Tag
from app.extensions import db
from app.inspections import people
from app.inspections.models import Criterion
from app.inspections.people import Names
from app.inspections.references import EVIDENCE, reference
from app.interviews.hashtags import without_tags
from app.interviews.joining_queries import Open, any_open, list_open
from app.interviews.models import (
    Interview,
    Interviewee,
    Note,
    NoteImport,
    Presence,
)

NOTES_SHOWN = 300
OVERLAP = 10_000  # milliseconds
MOST_NOTES = 10**9
_into = another(Note, "into_note")


class Lifted(NamedTuple):
    """Evidence on a note that is not withdrawn."""

    reference: str
    direction: str
    criteria: list[str]


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One note as the stream shows it."""

    id: UUID
    number: int
    place: int
    words: str
    speaker: str
    quote: bool
    said_at: datetime
    created_by: str
    version: int
    withdrawn: str  # how, in words; empty where it stands
    items: list[Lifted]
    prompt: str  # of the topic guide, else empty
    distressing: bool  # evidence on it is, withdrawn or not: the words are covered
    heard: str = ""  # of an imported note: when in the recording, '0:05:31'
    has_time: bool = True  # whether it is known at what time of day it was said
    named: bool = False  # its words hold a name of somebody who was seen
    touched: UUID | None = None  # see Note
    holds: tuple[int, ...] = ()  # numbers of notes that were merged into it
    open: Sequence[Open] = ()  # versions that came second and wait for somebody to choose
    from_paper: bool = False  # typed in from there: its time is that on the paper

    @property
    def apart(self) -> tuple[str, str, str]:
        """Its words, without the criteria typed before and behind them: those stand outside quotation marks."""
        return without_tags(self.words)


def in_recording(heard_at: int | None) -> str:
    """'0:05:31' for milliseconds from its beginning."""
    if heard_at is None:
        return ""
    minutes, seconds = divmod(heard_at // 1000, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def list_notes(
    interview_id: UUID, before: int | None = None, shown: int = NOTES_SHOWN
) -> tuple[list[NoteLine], int | None]:
    """The last `shown` notes before a place, in their order, and before which place earlier ones are. Two statements.

    Those that were withdrawn are left out.
    """
    statement = _lines_of(interview_id).where(Note.withdrawn_at.is_(None)).order_by(Note.place.desc()).limit(shown + 1)
    if before is not None:
        statement = statement.where(Note.place < before)
    rows = db.session.execute(statement).all()
    earlier = rows[shown - 1].place if len(rows) > shown else None
    rows = rows[:shown]
    return _lines(interview_id, rows[::-1]), earlier


def list_imported(
    interview_id: UUID, first: int, before: int, shown: int = NOTES_SHOWN
) -> tuple[list[NoteLine], int | None]:
    """Notes by number, from the first up to one, withdrawn ones too: the last `shown`, and where earlier ones end."""
    of_import = _lines_of(interview_id).where(Note.number >= first, Note.number < before)
    rows = db.session.execute(of_import.order_by(Note.number.desc()).limit(shown + 1)).all()
    earlier = rows[shown - 1].number if len(rows) > shown else None
    rows = rows[:shown]
    return _lines(interview_id, rows[::-1]), earlier


def list_all(interview_id: UUID) -> tuple[list[NoteLine], list[NoteLine]]:
    """Every note in its place: those that stand, and the withdrawn ones without those merged. Two statements."""
    rows = db.session.execute(_lines_of(interview_id).where(Note.merged_into_id.is_(None)).order_by(Note.place)).all()
    lines = _lines(interview_id, rows)
    return [line for line in lines if not line.withdrawn], [line for line in lines if line.withdrawn]


def list_changed(interview_id: UUID, since: int) -> list[NoteLine]:
    """Notes that were taken or changed since a moment (milliseconds, of `this_millisecond`), withdrawn ones too.

    Told by what each was touched with, which holds the time (UUID version 7). What was written in the ten seconds
    before comes again: of two writes at once the later may have been committed first. Two statements at most.
    """
    oldest = UUID(int=max(since - OVERLAP, 0) << 80)
    statement = _lines_of(interview_id).where(Note.touched >= oldest)
    return _lines(interview_id, db.session.execute(statement.order_by(Note.place)).all())


def list_names(interview_id: UUID) -> Sequence[str]:
    """Who was seen in any interview of its inspection: to look for in words, and never to show."""
    return db.session.scalars(_names(interview_id)).all()


def _names_of_inspection(inspection_id: UUID) -> Sequence[str]:
    return db.session.scalars(select(Interviewee.name).where(Interviewee.inspection_id == inspection_id)).all()


people.known.append(_names_of_inspection)


def _names(interview_id: Any) -> Select[str]:
    inspection_id = select(Source.inspection_id).where(Source.id == interview_id).scalar_subquery()
    return select(Interviewee.name).where(Interviewee.inspection_id == inspection_id)


def this_millisecond() -> int:
    """This moment as new ids tell it, whatever the clock of the inspection says."""
    return uuid7().int >> 80


def list_present(interview_id: UUID, since: datetime) -> Sequence[AnyRow]:
    """Who has the notes open, was heard of after a moment and has not signed out since: person_id, name, seen_at."""
    signed_out = exists().where(SignIn.person_id == Presence.person_id, SignIn.ended_at >= Presence.seen_at)
    return db.session.execute(
        select(Presence.person_id, Person.name, Presence.seen_at)
        .join(Person, Person.id == Presence.person_id)
        .where(Presence.interview_id == interview_id, Presence.seen_at > since, ~signed_out)
        .order_by(Person.name)
    ).all()


def _lines_of(interview_id: UUID) -> AnySelect:
    return (
        select(
            Note.id,
            Note.number,
            Note.place,
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
            _into.number.label("merged_into"),
            Note.import_id.is_not(None).label("imported"),
            Note.heard_at,
            Note.from_paper,
            NoteImport.starts_at,
            # Of the interview: it is asked once, and hardly ever true.
            any_open(interview_id).label("any_open"),
        )
        .join(SourceText, SourceText.id == Note.text_id)
        .outerjoin(_into, _into.id == Note.merged_into_id)
        .outerjoin(NoteImport, NoteImport.id == Note.import_id)
        .where(Note.interview_id == interview_id)
    )


@dataclass(slots=True)
class _Beside:
    """What stands beside notes, by their numbers."""

    items: dict[int, dict[int, Lifted]]  # and by the number of the item
    distressing: set[int]
    holds: dict[int, list[int]]
    names: Names


def _statement_beside() -> CompoundSelect[*tuple[Any, ...]]:
    """Of notes of an `interview` with numbers from `first` to `last`; put together once, as each page of notes asks it.

    Columns: note, item, direction, distressing, withdrawn, said (a criterion), position. What is no evidence comes as
    that of item 0: of each merged note (with the other's number as position), and of note 0 the names of who was seen.
    """
    interview: BindParameter[Any] = bindparam("interview")
    none, nothing, no = literal_column("0", Integer), literal_column("''", Text), literal_column("false", Boolean)
    columns = (
        SourceText.position.label("note"),
        EvidenceItem.number.label("item"),
        EvidenceItem.direction,
        EvidenceItem.distressing,
        EvidenceItem.withdrawn_at.is_not(None).label("withdrawn"),
        func.coalesce(Criterion.reference, "").label("said"),
        func.coalesce(Criterion.position, 0).label("position"),
    )
    tags = and_(Tag.item_id == EvidenceItem.id, Tag.withdrawn_at.is_(None))
    whole = (
        select(*columns)
        .select_from(SourceText)
        .join(EvidenceItem, EvidenceItem.text_id == SourceText.id)
        .where(~select(ItemPiece.id).where(ItemPiece.item_id == EvidenceItem.id).exists())
    )
    in_pieces = (
        select(*columns)
        .select_from(SourceText)
        .join(ItemPiece, ItemPiece.text_id == SourceText.id)
        .join(EvidenceItem, EvidenceItem.id == ItemPiece.item_id)
    )
    merged = select(Note.number).where(Note.interview_id == interview, Note.merged_into_id.is_not(None))
    # A range, as hundreds of numbers are slow to read and send; and merged notes: their evidence is shown at others.
    on_them = (
        SourceText.position.between(bindparam("first"), bindparam("last")),
        SourceText.position.in_(merged),
    )
    items = [
        found.outerjoin(Tag, tags)
        .outerjoin(Criterion, Criterion.id == Tag.criterion_id)
        .where(SourceText.source_id == interview, where)
        for found in (whole, in_pieces)
        for where in on_them
    ]
    into = (
        select(Note.number, none, nothing, no, no, nothing, _into.number)
        .join(_into, _into.id == Note.merged_into_id)
        .where(Note.interview_id == interview)
    )
    names = _names(interview).with_only_columns(none, none, nothing, no, no, Interviewee.name, none)
    return union_all(*items, into, names).order_by("position")


def _beside(interview_id: UUID, numbers: Sequence[int]) -> _Beside:
    """Evidence on notes, which notes were merged into them, and the names that their words may hold. One statement."""
    asked = {"interview": interview_id, "first": min(numbers), "last": max(numbers)}
    rows = db.session.execute(_BESIDE, asked).all()
    target = {row.note: row.position for row in rows if row.item == 0 and row.note}
    found = _Beside({}, set(), {}, Names([row.said for row in rows if row.item == 0 and not row.note]))
    for number in target:
        found.holds.setdefault(_at_last(number, target), []).append(number)
    for row in rows:
        if not row.item:
            continue
        note = _at_last(row.note, target)
        if row.distressing:
            found.distressing.add(note)
        if row.withdrawn:
            continue
        item = found.items.setdefault(note, {}).setdefault(
            row.item, Lifted(reference(EVIDENCE, row.item), row.direction, [])
        )
        if row.said and row.said not in item.criteria:
            item.criteria.append(row.said)
    found.distressing |= {number for number in target if _at_last(number, target) in found.distressing}
    return found


_BESIDE = _statement_beside()


def _at_last(number: int, target: dict[int, int]) -> int:
    """The note in which one is after all merging."""
    while number in target:
        number = target[number]
    return number


def _lines(interview_id: UUID, rows: Sequence[AnyRow]) -> list[NoteLine]:
    """Of rows in their order. One statement, two where versions are open, or none."""
    if not rows:
        return []
    numbers = [row.number for row in rows]
    opened = list_open(interview_id, min(numbers), max(numbers)) if rows[0].any_open else {}
    if any(row.merged_into is not None for row in rows):
        numbers += [1, MOST_NOTES]  # what became of its words may stand on any note
    beside = _beside(interview_id, numbers)
    return [_line(row, beside, opened.get(row.id, [])) for row in rows]


def _line(row: AnyRow, beside: _Beside, opened: Sequence[Open]) -> NoteLine:
    items = beside.items.get(row.number, {})
    return NoteLine(
        row.id,
        row.number,
        row.place,
        row.text,
        row.speaker,
        row.quote,
        row.said_at,
        row.created_by,
        row.version,
        _withdrawn(row),
        [items[number] for number in sorted(items)],
        row.prompt,
        row.number in beside.distressing,
        in_recording(row.heard_at),
        not row.imported or (row.starts_at is not None and row.heard_at is not None),
        beside.names.in_text(f"{row.speaker}: {row.text}"),
        row.touched,
        tuple(sorted(beside.holds.get(row.number, ()))),
        opened,
        row.from_paper,
    )


def _withdrawn(row: AnyRow) -> str:
    if row.withdrawn_at is None:
        return ""
    if row.merged_into is not None:
        return f"Merged into note {row.merged_into} by {row.withdrawn_by}"
    if row.withdrawn_with_import:
        return "Withdrawn with its import"
    return f"Withdrawn by {row.withdrawn_by}: {row.withdrawn_reason}"


def line_of(note: Note, item: EvidenceItem | None, criteria: list[str]) -> NoteLine:
    """The line of a note that was just saved. One statement, for the names that its words may hold."""
    return NoteLine(
        note.id,
        note.number,
        note.place,
        note.words,
        note.speaker,
        note.quote,
        note.said_at,
        note.created_by,
        note.version,
        "",
        [Lifted(item.reference, item.direction, criteria)] if item else [],
        note.prompt,
        item is not None and item.distressing,
        named=Names(list_names(note.interview_id)).in_text(f"{note.speaker}: {note.words}"),
        touched=note.touched,
        from_paper=note.from_paper,
    )


def find_line(interview_id: UUID, number: int) -> NoteLine | None:
    """One note, withdrawn or not. Two statements."""
    rows = db.session.execute(_lines_of(interview_id).where(Note.number == number)).all()
    return _lines(interview_id, rows)[0] if rows else None


def place_of(interview_id: UUID, number: int) -> int | None:
    """Where a note stands in the order; of one that was merged, where the other does."""
    note = find_note(interview_id, number)
    while note is not None and note.merged_into is not None:
        note = note.merged_into
    return note.place if note else None


def neighbours(note: Note) -> tuple[Note | None, Note | None]:
    """The notes before and behind it, withdrawn ones left out."""
    standing = select(Note).where(Note.interview_id == note.interview_id, Note.withdrawn_at.is_(None))
    before = standing.where(Note.place < note.place).order_by(Note.place.desc()).limit(1)
    behind = standing.where(Note.place > note.place).order_by(Note.place).limit(1)
    return db.session.scalars(before).one_or_none(), db.session.scalars(behind).one_or_none()


def texts_of_item(item_id: UUID) -> set[UUID]:
    """The texts that an item stands on: of its pieces where it has any."""
    pieces = set(db.session.scalars(select(ItemPiece.text_id).where(ItemPiece.item_id == item_id)))
    return pieces or set(db.session.scalars(select(EvidenceItem.text_id).where(EvidenceItem.id == item_id)))


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


def list_items(note: Note, *, for_change: bool = True) -> Sequence[EvidenceItem]:
    """Evidence of any version of a note's words, of a piece of them, of notes merged into it; locked for a change."""
    numbers = _holds(note)
    texts = select(SourceText.id).where(SourceText.source_id == note.interview_id, SourceText.position.in_(numbers))
    in_pieces = select(ItemPiece.item_id).where(ItemPiece.text_id.in_(texts))
    found = (
        select(EvidenceItem)
        .where(EvidenceItem.source_id == note.interview_id)
        .where(or_(EvidenceItem.text_id.in_(texts), EvidenceItem.id.in_(in_pieces)))
        .order_by(EvidenceItem.number)
    )
    return db.session.scalars(found.with_for_update(of=EvidenceItem) if for_change else found).all()


def _holds(note: Note) -> list[int]:
    """Its number, and those of the notes that were merged into it."""
    merged = db.session.execute(
        select(Note.number, _into.number.label("into"))
        .join(_into, _into.id == Note.merged_into_id)
        .where(Note.interview_id == note.interview_id)
    )
    target = {row.number: row.into for row in merged}
    return [note.number, *(number for number in target if _at_last(number, target) == note.number)]


def items_of(interview_id: UUID, numbers: Sequence[int], *, for_change: bool = False) -> Sequence[EvidenceItem]:
    """Items of the interview by their numbers, in their order."""
    if not numbers:
        return []
    wanted = (EvidenceItem.source_id == interview_id, EvidenceItem.number.in_(numbers))
    statement = select(EvidenceItem).where(*wanted).order_by(EvidenceItem.number)
    return db.session.scalars(statement.with_for_update(of=EvidenceItem) if for_change else statement).all()


def items_under(criterion: str, interview_id: UUID, numbers: Sequence[int]) -> Sequence[EvidenceItem]:
    """Those of the interview's items with these numbers that stand, under a criterion."""
    if not numbers:
        return []
    statement = (
        select(EvidenceItem)
        .join(Tag, Tag.standing(EvidenceItem.id))
        .join(Criterion, Criterion.id == Tag.criterion_id)
        .where(EvidenceItem.source_id == interview_id, EvidenceItem.number.in_(numbers))
        .where(EvidenceItem.withdrawn_at.is_(None), Criterion.reference == criterion)
        .order_by(EvidenceItem.number)
    )
    return db.session.scalars(statement).all()


def standing_tags(item_id: UUID) -> Sequence[Tag]:
    return db.session.scalars(
        select(Tag).options(joinedload(Tag.criterion)).where(Tag.item_id == item_id, Tag.withdrawn_at.is_(None))
    ).all()


def find_notes(interview_id: UUID, numbers: Sequence[int]) -> Sequence[Note]:
    """Notes by their numbers, in their places; locked."""
    return db.session.scalars(
        select(Note)
        .options(joinedload(Note.text, innerjoin=True), joinedload(Note.interview, innerjoin=True))
        .where(Note.interview_id == interview_id, Note.number.in_(numbers))
        .order_by(Note.place)
        .with_for_update(of=Note)
    ).all()


def standing_evidence(note: Note, *, for_change: bool = True) -> list[str]:
    """References of the evidence of a note that is not withdrawn."""
    return [item.reference for item in list_items(note, for_change=for_change) if item.withdrawn_at is None]


def why_gone(source: Source, position: int, for_change: bool) -> str | None:
    """Why a note's words stand no more, and what to do; None where they stand. See evidence/places.py."""
    if for_change:
        db.session.execute(select(Interview.id).where(Interview.id == source.id).with_for_update())
    note = find_note(source.id, position)
    while note is not None and note.merged_into is not None:
        note = note.merged_into
    if note is None or note.withdrawn_at is None:
        return None
    with_it = " with its import" if note.withdrawn_with_import else ""
    return f"Note {note.number} of {source.reference} was withdrawn{with_it}. Put the note back first."


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


def list_same(note: Note) -> Sequence[SourceText]:
    """Earlier versions of a note that said exactly what it says now."""
    return db.session.scalars(
        select(SourceText)
        .where(SourceText.source_id == note.interview_id, SourceText.position == note.number)
        .where(SourceText.sha256 == note.text.sha256, SourceText.id != note.text_id, SourceText.rival_of_id.is_(None))
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
