"""Choosing between two versions of a note: what stands stays, the second takes its place, or both become one."""

from collections.abc import Mapping
from uuid import UUID

from app.access import Actor
from app.audit.services import record
from app.db.versions import Stale
from app.interviews import rivals, services
from app.interviews.models import Outcome, Rival


def choose(
    rival: Rival,
    outcome: Outcome,
    *,
    base: int,
    criteria: Mapping[str, UUID],
    evidence_kind: str,
    by: Actor,
    words: str = "",
    speaker: str | None = None,
    quote: bool | None = None,
) -> None:
    """Say what becomes of a version that came second. `words`, `speaker` and `quote` are of the two joined.

    Raises Closed and OnlyTags. Raises Stale if somebody chose before, or the note was changed since version `base`:
    joined words are then kept beside what stands, and are open in their turn.
    """
    note, before = rival.note, rival.note.text
    if (why := services.why_fixed(note)) is not None:
        raise services.Closed(note.interview, why)
    if outcome is Outcome.TAKEN:
        words, speaker, quote = rival.words, rival.speaker, rival.quote
    if rival.settled_at is not None or note.version != base:
        if outcome is Outcome.JOINED:
            rivals.keep_beside(note, words, base=base, speaker=speaker, quote=quote, by=by)
        raise Stale
    if outcome is not Outcome.KEPT:
        services.reword(
            note, words, base=base, criteria=criteria, evidence_kind=evidence_kind, speaker=speaker, quote=quote, by=by
        )
    record(
        by,
        "kept the first version"
        if outcome is Outcome.KEPT
        else "took the second version"
        if outcome is Outcome.TAKEN
        else "joined two versions",
        note.interview.reference,
        part=before.label,
        inspection_id=note.inspection_id,
        before={"sha256": rival.text.sha256},
        after={"sha256": note.text.sha256},
    )
    rivals.settle(rival, outcome, by=by)
