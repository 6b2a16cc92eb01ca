from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm.attributes import set_committed_value
from uuid6 import uuid7

from app.access import Actor
from app.audit.services import record
from app.db.versions import Stale
from app.evidence.anchors import Stretch, follow
from app.evidence.models import EvidenceItem
from app.evidence.services import add_text, attribute, lift, revise, tag
from app.extensions import db
from app.inspections.references import take_number
from app.interviews import note_queries
from app.interviews.hashtags import read_tags
from app.interviews.models import Interview, Interviewee, Note, Presence
from app.interviews.rivals import keep_beside
from app.interviews.write_up import spoken
from app.web import clock


class OnlyTags(ValueError):
    """The note names criteria, or only begins to name one, and says nothing."""


class Closed(Exception):
    """The interview takes no notes: it is signed off, or cancelled. The message says so, and what to do."""

    def __init__(self, interview: Interview, why: str | None = None) -> None:
        super().__init__(why or _why_closed(interview))


def _why_closed(interview: Interview) -> str:
    if interview.cancelled_at is not None:
        return f"{interview.reference} is cancelled. Put it back to take notes in it."
    return f"{interview.reference} is signed off, so its notes are as they are. Reopen it to change them."


def why_fixed(note: Note) -> str | None:
    """Why a note can no longer be reworded; None where it can."""
    if note.interview.signed_off_at is not None or note.interview.cancelled_at is not None:
        return _why_closed(note.interview)
    if note.merged_into is not None:
        into = note.merged_into.number
        return f"Note {note.number} was merged into note {into}. Change that one."
    if note.withdrawn_at is not None:
        how = " with its import" if note.withdrawn_with_import else ""
        return f"Note {note.number} was withdrawn{how}. Put it back first to change it."
    return None


def plan(
    inspection_id: UUID,
    *,
    kind: str,
    family: str,
    prefix: str,
    body_id: UUID | None,
    role_id: UUID | None,
    title: str,
    held_at: datetime | None,
    place: str,
    remote: bool,
    by: Actor,
) -> Interview:
    """Put an interview or focus group into the plan."""
    interview = Interview(
        inspection_id=inspection_id,
        kind=kind,
        family=family,
        prefix=prefix,
        number=take_number(inspection_id, prefix),
        body_id=body_id,
        role_id=role_id,
        title=title,
        happened_on=held_at.astimezone(clock.LONDON).date() if held_at else None,
        held_at=held_at,
        place=place,
        remote=remote,
        created_at=clock.now(),
        created_by_id=by.id,
        created_by=by.label,
    )
    db.session.add(interview)
    db.session.flush()
    record(
        by,
        "planned",
        interview.reference,
        inspection_id=inspection_id,
        after={"kind": kind, "held_at": spoken(held_at), "remote": remote},
    )
    return interview


def save_note(
    interview: Interview,
    words: str,
    *,
    speaker: str,
    quote: bool,
    said_at: datetime,
    criteria: Mapping[str, UUID],
    direction: str,
    evidence_kind: str,
    prompt: str = "",
    id: UUID | None = None,
    from_paper: bool = False,
    by: Actor,
) -> tuple[Note, EvidenceItem | None, list[str]]:
    """Add a note to the end of the interview; one that names criteria becomes an evidence item under them.

    `id`: what a device calls it, so that it can reword what it has sent before it hears that it arrived.
    Gives the note, its item if it has one, and the references it was tagged to. Raises OnlyTags and Closed.
    """
    tagged = read_tags(words, criteria)
    if tagged.says_nothing(words):
        raise OnlyTags
    number = _one_more_note(interview.id)
    if number is None:
        raise Closed(interview)
    set_committed_value(interview, "notes_taken", number)  # the state follows from it
    text = add_text(interview, words, position=number, label=f"note {number}", by=by)
    db.session.flush()
    item = None
    if tagged.criteria:
        item = lift(
            interview,
            text,
            tagged.start,
            tagged.end,
            by=by,
            criteria=tagged.criteria.values(),
            speaker=speaker,
            quote=quote,
            direction=direction,
            evidence_kind=evidence_kind,
        )
    note = Note(
        id=id or uuid7(),
        inspection_id=interview.inspection_id,
        interview_id=interview.id,
        number=number,
        place=number,
        text=text,
        item=item,
        speaker=speaker,
        quote=quote,
        prompt=prompt,
        said_at=said_at,
        saved_at=clock.now(),
        from_paper=from_paper,
        created_by_id=by.id,
        created_by=by.label,
    )
    db.session.add(note)
    db.session.flush()
    record(
        by,
        "noted",
        interview.reference,
        part=f"note {number}",
        inspection_id=interview.inspection_id,
        after={"sha256": text.sha256, "speaker": speaker, "quote": quote, "prompt": prompt},
    )
    return note, item, list(tagged.criteria)


def _one_more_note(interview_id: UUID) -> int | None:
    """Its number; None where the interview takes no notes any more."""
    return db.session.execute(_counting_it(), {"interview": interview_id}).scalar_one_or_none()


@cache
def _counting_it() -> Any:
    return (
        update(Interview)
        .where(
            Interview.id == bindparam("interview"), Interview.signed_off_at.is_(None), Interview.cancelled_at.is_(None)
        )
        .values(notes_taken=Interview.notes_taken + 1)
        .returning(Interview.notes_taken)
        .execution_options(synchronize_session=False)
    )


def be_present(interview_id: UUID, person_id: UUID) -> None:
    """Somebody has the notes open now."""
    insert = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    seen = {"seen_at": clock.now()}
    statement = insert(Presence).values(interview_id=interview_id, person_id=person_id, **seen)
    db.session.execute(statement.on_conflict_do_update(index_elements=["interview_id", "person_id"], set_=seen))


def reword(
    note: Note,
    words: str,
    *,
    base: int,
    criteria: Mapping[str, UUID],
    evidence_kind: str,
    by: Actor,
    speaker: str | None = None,
    quote: bool | None = None,
) -> None:
    """Give a note other words, another speaker, or make it a quotation; None leaves those two as they are.

    Every version stays; evidence stays on the words that it was made from, and follows who said them. A criterion that
    was not named before tags: the item that the note has, or a new one of the new words. Raises OnlyTags and Closed. On
    a stale base the words are kept beside those that came first (rivals.py), and Stale is raised.
    """
    tagged = read_tags(words, criteria)
    if tagged.says_nothing(words):
        raise OnlyTags
    interview, before = note.interview, note.text
    late = note.version != base
    # Also where nobody can choose any more, as it was withdrawn or signed off meanwhile: they are in its history. Only
    # that of a merged note is looked at no more: its words are refused, and stay where they were typed.
    if late and note.merged_into is None and keep_beside(note, words, base=base, speaker=speaker, quote=quote, by=by):
        raise Stale
    if (why := why_fixed(note)) is not None:
        raise Closed(interview, why)
    if late:
        return  # both wanted the same
    speaker = note.speaker if speaker is None else speaker
    quote = note.quote if quote is None else quote
    _correct(note, speaker, quote, by)
    if words == before.text:
        db.session.flush()
        return
    note.text = add_text(interview, words, position=note.number, label=before.label, by=by, supersedes=before)
    db.session.flush()
    record(
        by,
        "reworded",
        interview.reference,
        part=before.label,
        inspection_id=note.inspection_id,
        before={"sha256": before.sha256},
        after={"sha256": note.text.sha256},
    )
    # A wording that is taken again: evidence that was made from it stands on what the note says.
    if again := note_queries.list_same(note):
        follow(interview, [Stretch(text, 0, len(words), note.text, 0) for text in again], by=by)
    named_before = read_tags(before.text, criteria).criteria
    new = {reference: id for reference, id in tagged.criteria.items() if reference not in named_before}
    if new and note.item is not None and note.item.withdrawn_at is None:
        for reference, criterion_id in new.items():
            tag(note.item, criterion_id, reference, "", by=by)
    elif new:
        withdrawn = note.item
        note.item = lift(
            interview,
            note.text,
            tagged.start,
            tagged.end,
            by=by,
            criteria=tagged.criteria.values(),
            speaker=note.speaker,
            quote=note.quote,
            evidence_kind=evidence_kind,
        )
        if withdrawn is not None and withdrawn.distressing:  # the note's words stay covered
            revise(note.item, {"distressing": True}, base=note.item.version, by=by)
    db.session.flush()


def _correct(note: Note, speaker: str, quote: bool, by: Actor) -> None:
    """Put right who spoke and whether it is as spoken; evidence that said the same says the other too."""
    had, given = {"speaker": note.speaker, "quote": note.quote}, {"speaker": speaker, "quote": quote}
    changed = [name for name in had if had[name] != given[name]]
    if not changed:
        return
    for item in note_queries.list_items(note):
        follows = item.text_id == note.text_id and item.quote == note.quote
        attribute(
            item,
            speaker=speaker if item.speaker == note.speaker else item.speaker,
            quote=quote if follows else item.quote,
            by=by,
        )
    note.speaker, note.quote = speaker, quote
    record(
        by,
        "corrected the note",
        note.interview.reference,
        part=note.text.label,
        inspection_id=note.inspection_id,
        before={name: had[name] for name in changed},
        after={name: given[name] for name in changed},
    )


def add_interviewee(interview: Interview, label: str, name: str, *, by: Actor) -> Interviewee:
    """Keep the name of somebody who was seen. The audit trail says that a name was added and not which."""
    row = Interviewee(
        inspection_id=interview.inspection_id,
        interview_id=interview.id,
        label=label,
        name=name,
        created_at=clock.now(),
        created_by_id=by.id,
    )
    db.session.add(row)
    record(by, "added a name", interview.reference, inspection_id=interview.inspection_id)
    return row


def remove_interviewee(row: Interviewee, interview: Interview, *, by: Actor) -> None:
    """Erase a name. Names are the one thing that is deleted and not withdrawn."""
    db.session.delete(row)
    record(by, "erased a name", interview.reference, inspection_id=interview.inspection_id)
