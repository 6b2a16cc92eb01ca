"""Putting notes into another order, splitting one and merging two: no word is lost, evidence goes with its words.

See docs/decisions/004-the-write-up.md.
"""

from sqlalchemy import update
from uuid6 import uuid7

from app.access import Actor
from app.audit.services import record
from app.db.versions import Stale, check_base
from app.evidence.anchors import Stretch, follow
from app.evidence.models import EvidenceItem
from app.evidence.services import add_text
from app.extensions import db
from app.interviews import joining_queries, note_queries
from app.interviews.models import LONGEST_NOTE, Interview, Note
from app.interviews.services import Closed, why_fixed
from app.web import clock


class NotSo(ValueError):
    """It cannot be done with these notes. The message says why, and what to do."""


def move(note: Note, past: Note, *, up: bool, by: Actor) -> None:
    """Change a note's place with that of the one before it (`up`) or behind it.

    Raises Closed, and Stale if it does not stand there: who presses second would undo what the first did.
    """
    _check(note)
    above, below = note_queries.neighbours(note)
    beside = above if up else below
    if beside is None or beside.id != past.id:
        raise Stale
    # Not by way of the rows' versions: a colleague who rewords one of them is not in the way.
    for moved, place in ((note, past.place), (past, note.place)):
        db.session.execute(update(Note).where(Note.id == moved.id).values(place=place, touched=uuid7()))
    _record(
        note, "moved the note", by, after={"before_note": past.text.label} if up else {"behind_note": past.text.label}
    )


def split(note: Note, at: int, *, base: int, by: Actor) -> Note:
    """Cut a note in two before the word that begins at a code point; gives the second, which stands behind it.

    Raises Closed, Stale, and NotSo where no word begins there or versions are open.
    """
    _check(note)
    check_base(note, base)
    _check_chosen(note)
    interview, whole = note.interview, note.text
    if at not in word_starts(whole.text):
        raise NotSo("A note is split before a word, not before its first one: choose another place")
    number = db.session.execute(
        update(Interview)
        .where(Interview.id == interview.id)
        .values(notes_taken=Interview.notes_taken + 1)
        .returning(Interview.notes_taken)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    db.session.execute(
        update(Note)
        .where(Note.interview_id == interview.id, Note.place > note.place)
        .values(place=Note.place + 1, touched=Note.touched)
        .execution_options(synchronize_session=False)
    )
    first = add_text(interview, whole.text[:at], position=note.number, label=whole.label, by=by)
    second = add_text(interview, whole.text[at:], position=number, label=f"note {number}", by=by)
    db.session.flush()
    note.text = first
    end = len(whole.text)
    follow(interview, [Stretch(whole, 0, at, first, 0), Stretch(whole, at, end, second, 0)], by=by)
    stands_on = note_queries.texts_of_item(note.item_id) if note.item_id else set()
    new = Note(
        inspection_id=note.inspection_id,
        interview_id=interview.id,
        number=number,
        place=note.place + 1,
        text=second,
        speaker=note.speaker,
        quote=note.quote,
        prompt=note.prompt,
        item=note.item if second.id in stands_on else None,
        said_at=note.said_at,
        saved_at=note.saved_at,
        import_id=note.import_id,
        heard_at=note.heard_at,
        from_paper=note.from_paper,
        created_by_id=note.created_by_id,  # who took it, not who split it
        created_by=note.created_by,
    )
    db.session.add(new)
    if stands_on == {second.id}:
        note.item = None
    db.session.flush()
    db.session.expire(interview, ["notes_taken"])
    _record(note, "split the note", by, after={"behind_it": second.label})
    _record(new, "was split off", by, after={"from_note": whole.label})
    return new


def merge(note: Note, following: Note, *, base: int, following_base: int, by: Actor) -> None:
    """Put the words of the note that stands behind it into a note; that one's number leads here from then on.

    Raises Closed, Stale, and NotSo where two people speak in them, only one is a quotation, they are too long together
    or versions are open.
    """
    _check(note)
    _check(following)
    check_base(note, base)
    check_base(following, following_base)
    _check_chosen(note)
    _check_chosen(following)
    if (behind := note_queries.neighbours(note)[1]) is None or behind.id != following.id:
        raise Stale
    if note.speaker and following.speaker and note.speaker != following.speaker:
        raise NotSo(
            f"{note.speaker} speaks in note {note.number} and {following.speaker} in note {following.number}. "
            "Put right who spoke first, then merge them"
        )
    if note.quote != following.quote:
        quoted, other_one = (note, following) if note.quote else (following, note)
        raise NotSo(
            f"Note {quoted.number} is a quotation and note {other_one.number} is none. "
            "Edit one of them so that both are the same, then merge them"
        )
    one, other = note.text, following.text
    joint = "" if one.text[-1].isspace() or other.text[0].isspace() else "\n"
    if len(one.text) + len(joint) + len(other.text) > LONGEST_NOTE:
        raise NotSo(f"Together they are longer than a note can be ({LONGEST_NOTE:,} characters)")
    both = add_text(note.interview, one.text + joint + other.text, position=note.number, label=one.label, by=by)
    db.session.flush()
    behind_at = len(one.text) + len(joint)
    note.text = both
    note.speaker, note.prompt = note.speaker or following.speaker, note.prompt or following.prompt
    if note.item_id is None or _is_withdrawn(note.item):
        note.item = following.item or note.item
    following.withdrawn_at, following.withdrawn_by = clock.now(), by.label
    following.merged_into = note
    follow(
        note.interview,
        [Stretch(one, 0, len(one.text), both, 0), Stretch(other, 0, len(other.text), both, behind_at)],
        by=by,
    )
    db.session.flush()
    _record(note, "merged the note", by, after={"with_note": other.label})
    _record(following, "was merged", by, after={"into_note": one.label})


def word_starts(text: str) -> list[int]:
    """Where a note may be split, in code points: before each of its words but the first."""
    starts = [
        place
        for place, character in enumerate(text)
        if not character.isspace() and (not place or text[place - 1].isspace())
    ]
    return starts[1:]


def _is_withdrawn(item: EvidenceItem | None) -> bool:
    return item is not None and item.withdrawn_at is not None


def _check(note: Note) -> None:
    if (why := why_fixed(note)) is not None:
        raise Closed(note.interview, why)


def _check_chosen(note: Note) -> None:
    """A version of all of its words could not be told apart from a part of them, or from more than them."""
    if joining_queries.list_open_of(note):
        raise NotSo(f"Two versions of note {note.number} are open. Choose one or join them first")


def _record(note: Note, deed: str, by: Actor, *, after: dict[str, object]) -> None:
    reference, part = note.interview.reference, f"note {note.number}"
    record(by, deed, reference, part=part, inspection_id=note.inspection_id, after=after)
