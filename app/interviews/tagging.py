"""Tagging several notes at once, and undoing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.access import Actor
from app.audit.services import record
from app.db.versions import Stale
from app.evidence.models import EvidenceItem
from app.evidence.services import lift, revise, tag, untag, withdraw
from app.extensions import db
from app.interviews import note_queries
from app.interviews.hashtags import read_tags
from app.interviews.models import Interview, Note
from app.interviews.services import Closed, why_fixed

UNDONE = "Tagged together with others by mistake"


@dataclass(slots=True)
class Tagged:
    """What became of the notes."""

    made: list[EvidenceItem] = field(default_factory=list)  # of notes that were no evidence before
    also: list[EvidenceItem] = field(default_factory=list)  # that stand under the criterion as well now
    there: list[int] = field(default_factory=list)  # numbers of notes that stood there already
    empty: list[int] = field(default_factory=list)  # numbers of notes that say nothing besides criteria


def tag_several(
    interview: Interview,
    notes: Sequence[tuple[Note, int]],
    criterion: str,
    criteria: Mapping[str, UUID],
    direction: str,
    evidence_kind: str,
    *,
    by: Actor,
) -> Tagged:
    """Put notes, each as it was at a version, under a criterion: the evidence that they are, or make them evidence.

    The direction is that of new items and of those that have none yet. Raises Closed, and Stale with the numbers of
    notes that were changed since; then none is tagged.
    """
    for note, _base in notes:
        if (why := why_fixed(note)) is not None:
            raise Closed(interview, why)
    if stale := [note.number for note, base in notes if note.version != base]:
        raise Stale(*stale)
    done = Tagged()
    for note, _base in notes:
        standing = [item for item in note_queries.list_items(note) if item.withdrawn_at is None]
        item = note.item if note.item in standing else standing[0] if standing else None
        if item is None:
            _make(interview, note, criterion, criteria, direction, evidence_kind, done, by)
            continue
        if direction and not item.direction:
            revise(item, {"direction": direction}, base=item.version, by=by)
        if tag(item, criteria[criterion], criterion, "", by=by):
            done.also.append(item)
        else:
            done.there.append(note.number)
    db.session.flush()
    numbers = [note.number for note, _base in notes]
    after = {"criteria": criterion, "direction": direction, "notes": ", ".join(map(str, numbers))}
    record(by, "tagged several notes", interview.reference, inspection_id=interview.inspection_id, after=after)
    return done


def _make(
    interview: Interview,
    note: Note,
    criterion: str,
    criteria: Mapping[str, UUID],
    direction: str,
    evidence_kind: str,
    done: Tagged,
    by: Actor,
) -> None:
    """Make a note evidence, of its words without criteria at either end, as the composer does."""
    words = read_tags(note.words, criteria)
    if words.start >= words.end:
        done.empty.append(note.number)
        return
    note.item = lift(
        interview,
        note.text,
        words.start,
        words.end,
        by=by,
        criteria=[criteria[criterion]],
        speaker=note.speaker,
        quote=note.quote,
        direction=direction,
        evidence_kind=evidence_kind,
    )
    done.made.append(note.item)


def undo(
    interview: Interview, made: Sequence[EvidenceItem], also: Sequence[EvidenceItem], criterion: str, *, by: Actor
) -> tuple[int, int]:
    """Withdraw what was made, unless it stands under other criteria by now, and take the tag off all else.

    Gives how many were withdrawn and off how many the tag was taken. Raises Closed.
    """
    if interview.signed_off_at is not None or interview.cancelled_at is not None:
        raise Closed(interview)
    withdrawn = taken_off = 0
    for item in [*made, *also]:
        tags = note_queries.standing_tags(item.id)
        own = next((one for one in tags if one.criterion.reference == criterion), None)
        if item.withdrawn_at is not None or own is None:
            continue
        if item in made and len(tags) == 1:
            withdraw(item, UNDONE, by=by)
            withdrawn += 1
        else:
            untag(own, by=by)
            taken_off += 1
    db.session.flush()
    return withdrawn, taken_off
