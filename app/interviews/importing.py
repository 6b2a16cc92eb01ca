"""Importing notes that were typed elsewhere, and transcripts: looked at first, done in one write, withdrawn as a whole.

Files are on disk before the row that names them. They are read in the jailed child, each time anew and outside of any
write: what a file calls its speakers, which may be their names, is kept in no table.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID

from flask import current_app
from sqlalchemy import insert, update
from uuid6 import uuid7

from app import storage
from app.access import Actor
from app.audit.services import record
from app.db.versions import check_base
from app.evidence.services import add_texts, lift, text_of
from app.extensions import db
from app.formats.kinds import KINDS, UNKNOWN, VTT, Kind, identify
from app.formats.outcome import Limits, Trouble
from app.formats.turns import Transcript, read_turns
from app.interviews import importing_queries, note_queries, queries
from app.interviews.hashtags import Tagged, read_tags
from app.interviews.models import LONGEST_NOTE, ImportState, Interview, Note, NoteImport
from app.interviews.services import Closed
from app.interviews.transcripts import PlannedNote, Preview, first_labels, look, speakers_of
from app.storage import Kept
from app.web import clock

LARGEST = 20 * 1024 * 1024  # bytes of a file: a Word document may hold pictures
MOST_PARAGRAPHS = 10_000
MOST_CHARACTERS = 2_000_000
LIMITS = Limits(seconds=20, size=LARGEST, rows=MOST_PARAGRAPHS, characters=MOST_CHARACTERS)
TOO_LARGE = (
    f"That is more than can be imported at once: {LARGEST >> 20} MB, {MOST_PARAGRAPHS:,} paragraphs or "
    f"{MOST_CHARACTERS:,} characters. Split it, and import the parts one after the other"
)
_SENTENCES = {
    Trouble.PASSWORD: "The file has a password. Save it without one and choose it again, or paste the text",
    Trouble.DAMAGED: "The file is damaged and cannot be read. Save it again and choose it, or paste the text",
    Trouble.PICTURE: "This is a picture, without text. Choose the file of the notes, or type them",
    Trouble.EMPTY: "There are no words in it. Choose the file that has the notes, or paste the text",
    Trouble.TOO_LARGE: TOO_LARGE,
    Trouble.JAIL_MISSING: "This server cannot read files safely, so nothing was read. Tell who runs Fieldbook",
}


class NotNotes(ValueError):
    """What was given cannot be imported as notes. The message says why, and what to do."""


class HereAlready(Exception):
    """The same content is in this interview: it waits to be looked at, or its notes stand."""

    def __init__(self, there: NoteImport) -> None:
        super().__init__(there.number)
        self.there = there


class Decided(Exception):
    """It was imported, discarded or withdrawn already."""


class NothingToWithdraw(Exception):
    """Evidence was lifted from each of its notes that stands."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What the inspector says before the import."""

    labels: list[dict[str, object]]  # see models.py
    starts_at: datetime | None


def read(data: bytes, name: str) -> tuple[Kind, Transcript]:
    """What kind of file it is, and who says what in it. Raises NotNotes for anything that cannot be imported whole."""
    if len(data) > LARGEST:
        raise NotNotes(TOO_LARGE)
    kind = identify(data, name)
    transcript = read_turns(data, kind, LIMITS, require_jail=current_app.config["JAIL_REQUIRED"])
    if transcript.trouble is Trouble.NOT_READ:
        what = "a file that Fieldbook does not know" if kind is UNKNOWN else f"no file of notes ({kind.label})"
        raise NotNotes(
            f"This is {what}. Save the notes as Word, OpenDocument, PDF, plain text or WebVTT, or paste the text"
        )
    if transcript.trouble is Trouble.EMPTY and kind is VTT:
        raise NotNotes("The transcript has no words: nobody speaks in it. Export it again, or paste the text")
    if transcript.trouble is not None:
        raise NotNotes(_SENTENCES[transcript.trouble])
    for number, turn in enumerate(transcript.turns, 1):
        if len(turn.lead) + len(turn.words) > LONGEST_NOTE:
            raise NotNotes(
                f"Paragraph {number:,} has {len(turn.words):,} characters, and a note holds {LONGEST_NOTE:,}. "
                "Break it into paragraphs, and import it again"
            )
    return kind, transcript


def read_again(found: NoteImport) -> Transcript:
    """What was read when the file came in. Raises FileNotFoundError, storage.Damaged, and NotNotes."""
    data = storage.read(found.inspection_id, found.sha256)
    limits, required = LIMITS, current_app.config["JAIL_REQUIRED"]
    transcript = read_turns(data, KINDS[found.kind], limits, require_jail=required)
    if transcript.trouble is not None:
        raise NotNotes(_SENTENCES.get(transcript.trouble, _SENTENCES[Trouble.DAMAGED]))
    return transcript


def keep(inspection_id: UUID, data: bytes) -> Kept:
    """Put it on disk, synced, exactly as it came; before the write that names it."""
    return storage.keep(inspection_id, BytesIO(data))


def receive(
    interview: Interview,
    kept: Kept,
    kind: Kind,
    transcript: Transcript,
    *,
    pasted: bool,
    starts_at: datetime | None,
    known: Collection[str],
    by: Actor,
) -> NoteImport:
    """Have a file, whose bytes are on disk, looked at; no note is made yet.

    `known` are labels and roles. Raises Closed, and HereAlready.
    """
    if interview.signed_off_at is not None or interview.cancelled_at is not None:
        raise Closed(interview)
    earlier = importing_queries.list_imports(interview.id)
    there = [one for one in earlier if one.sha256 == kept.sha256]
    for one in there:
        if one.state in (ImportState.PREVIEWED, ImportState.IMPORTED):
            raise HereAlready(one)
    people = [(row.label, row.name) for row in queries.list_interviewees(interview.id)]
    found = NoteImport(
        inspection_id=interview.inspection_id,
        interview_id=interview.id,
        number=len(earlier) + 1,
        sha256=kept.sha256,
        size=kept.size,
        kind=kind.code,
        pasted=pasted,
        state=ImportState.PREVIEWED,
        labels=first_labels(transcript, known, people),
        starts_at=starts_at,
        created_at=clock.now(),
        created_by_id=by.id,
        created_by=by.label,
    )
    db.session.add(found)
    db.session.flush()
    after = {"sha256": kept.sha256, "size": kept.size, "kind": kind.code}
    _record(found, interview, "received notes", by, after=after)
    return found


def preview(
    found: NoteImport, transcript: Transcript, mapped: Mapped, known: Collection[str], used: Collection[str]
) -> Preview:
    """What importing it would do, with the labels as they are given."""
    names = note_queries.list_names(found.interview_id)
    speakers = speakers_of(transcript, mapped.labels)
    joint = " " if found.kind == VTT.code else "\n"  # cues are cut anywhere, paragraphs are not
    return look(transcript, speakers, joint=joint, used=used, known=known, names=names)


def relabel(found: NoteImport, mapped: Mapped, *, base: int) -> None:
    """Keep what was said so far of its speakers and times. Raises Decided and Stale."""
    if found.state is not ImportState.PREVIEWED:
        raise Decided
    check_base(found, base)
    if (found.labels, found.starts_at) != (mapped.labels, mapped.starts_at):
        found.labels, found.starts_at = mapped.labels, mapped.starts_at
        db.session.flush()


def import_notes(
    found: NoteImport,
    interview: Interview,
    seen: Preview,
    *,
    criteria: Mapping[str, UUID],
    evidence_kind: str,
    by: Actor,
) -> int:
    """Make the notes, behind those that there are; gives how many became evidence, as they name criteria.

    A constant number of statements, and some more for each that becomes evidence. Raises Closed and Decided.
    """
    if found.state is not ImportState.PREVIEWED:
        raise Decided
    notes = seen.notes
    last = db.session.execute(
        update(Interview)
        .where(Interview.id == interview.id, Interview.signed_off_at.is_(None), Interview.cancelled_at.is_(None))
        .values(notes_taken=Interview.notes_taken + len(notes))
        .returning(Interview.notes_taken)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if last is None:
        raise Closed(interview)
    now, first = clock.now(), last - len(notes) + 1
    numbered = list(enumerate(notes, first))
    texts = add_texts(interview, [(number, f"note {number}", note.words) for number, note in numbered], by=by)
    items = _lift(interview, numbered, texts, criteria, evidence_kind, by)
    db.session.execute(
        insert(Note),
        [
            {
                "id": uuid7(),
                "inspection_id": interview.inspection_id,
                "interview_id": interview.id,
                "number": number,
                "place": number,
                "text_id": text_id,
                "item_id": items.get(number),
                "speaker": note.speaker,
                "quote": False,
                "prompt": "",
                "said_at": _said_at(note, found.starts_at, now),
                "saved_at": now,
                "withdrawn_at": None,
                "withdrawn_reason": "",
                "withdrawn_by": "",
                "withdrawn_with_import": False,
                "touched": uuid7(),
                "import_id": found.id,
                "heard_at": note.heard_at,
                "created_by_id": by.id,
                "created_by": by.label,
                "version": 1,
            }
            for (number, note), text_id in zip(numbered, texts, strict=True)
        ],
    )
    found.state, found.paragraphs = ImportState.IMPORTED, seen.paragraphs
    found.first_number, found.last_number = first, last
    found.decided_at, found.decided_by = now, by.label
    after = {"sha256": found.sha256, "notes": len(notes), "paragraphs": seen.paragraphs, "first": first, "last": last}
    _record(found, interview, "imported notes", by, after=after)
    db.session.flush()
    return len(items)


def evidence_in(words: str, criteria: Mapping[str, UUID]) -> Tagged | None:
    """What becomes evidence of a note's words, where they name criteria and say something besides."""
    tagged = read_tags(words, criteria) if "#" in words else None
    return tagged if tagged and tagged.criteria and tagged.start < tagged.end else None


def _lift(
    interview: Interview,
    numbered: Sequence[tuple[int, PlannedNote]],
    texts: Sequence[UUID],
    criteria: Mapping[str, UUID],
    evidence_kind: str,
    by: Actor,
) -> dict[int, UUID]:
    """Number of a note to the evidence that was made of it, as the composer does."""
    items: dict[int, UUID] = {}
    for (number, note), text_id in zip(numbered, texts, strict=True):
        if (tagged := evidence_in(note.words, criteria)) is not None:
            item = lift(
                interview,
                text_of(text_id),
                tagged.start,
                tagged.end,
                by=by,
                criteria=tagged.criteria.values(),
                speaker=note.speaker,
                evidence_kind=evidence_kind,
            )
            items[number] = item.id
    return items


def _said_at(note: PlannedNote, starts_at: datetime | None, now: datetime) -> datetime:
    if starts_at is None or note.heard_at is None:
        return starts_at or now
    return starts_at + timedelta(milliseconds=note.heard_at)


def discard(found: NoteImport, interview: Interview, *, by: Actor) -> None:
    """Do not import it. The file is kept. Raises Decided."""
    if found.state is not ImportState.PREVIEWED:
        raise Decided
    found.state, found.decided_at, found.decided_by = ImportState.DISCARDED, clock.now(), by.label
    _record(found, interview, "discarded the import", by)
    db.session.flush()


def withdraw(found: NoteImport, interview: Interview, reason: str, *, by: Actor) -> tuple[int, int]:
    """Undo an import: (notes withdrawn, notes that stay as evidence was lifted from them).

    Once that evidence is withdrawn, it may be done again for those. Raises Closed, Decided and NothingToWithdraw.
    """
    if found.state is not ImportState.IMPORTED:
        raise Decided
    if interview.signed_off_at is not None or interview.cancelled_at is not None:
        raise Closed(interview)
    done = db.session.execute(
        update(Note)
        .where(Note.interview_id == interview.id, Note.import_id == found.id, Note.withdrawn_at.is_(None))
        .where(~importing_queries.has_evidence())
        .values(
            withdrawn_at=clock.now(),
            withdrawn_reason=reason,
            withdrawn_by=by.label,
            withdrawn_with_import=True,
            touched=uuid7(),
            version=Note.version + 1,
        )
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]
    stay = importing_queries.count_standing(found.id, interview.id)
    if not done and stay:
        raise NothingToWithdraw
    found.withdrawn_at, found.withdrawn_by, found.withdrawn_reason = clock.now(), by.label, reason
    if not stay:
        found.state = ImportState.WITHDRAWN
    _record(found, interview, "withdrew the import", by, after={"notes": done, "stay": stay, "reason": reason})
    db.session.flush()
    return done, stay


def put_back(found: NoteImport, interview: Interview, *, by: Actor) -> int:
    """Undo the withdrawal of an import: how many notes came back. A note that was withdrawn by itself stays so.

    Raises Closed, Decided where nothing of it was withdrawn, and HereAlready where its content was imported again.
    """
    if interview.signed_off_at is not None or interview.cancelled_at is not None:
        raise Closed(interview)
    for one in importing_queries.list_imports(interview.id):
        if one.id != found.id and one.sha256 == found.sha256 and one.state is ImportState.IMPORTED:
            raise HereAlready(one)
    done = db.session.execute(
        update(Note)
        .where(Note.interview_id == interview.id, Note.import_id == found.id, Note.withdrawn_with_import)
        .values(
            withdrawn_at=None,
            withdrawn_reason="",
            withdrawn_by="",
            withdrawn_with_import=False,
            touched=uuid7(),
            version=Note.version + 1,
        )
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]
    if not done:
        raise Decided
    reason, found.state = found.withdrawn_reason, ImportState.IMPORTED
    found.withdrawn_at, found.withdrawn_by, found.withdrawn_reason = None, "", ""
    _record(found, interview, "put the import back", by, before={"reason": reason}, after={"notes": done})
    db.session.flush()
    return done


def _record(
    found: NoteImport,
    interview: Interview,
    deed: str,
    by: Actor,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    part = f"import {found.number}"
    record(by, deed, interview.reference, part=part, inspection_id=found.inspection_id, before=before, after=after)
