"""Taking a single note out of its interview, with a reason, and putting it back."""

from app.access import Actor
from app.audit.services import record
from app.db.versions import check_base
from app.extensions import db
from app.interviews import importing_queries, note_queries
from app.interviews.models import ImportState, Interview, Note
from app.interviews.services import Closed
from app.web import clock


class NotNow(Exception):
    """The note is withdrawn already, or not withdrawn. The message says so."""


class EvidenceStands(Exception):
    """Evidence was lifted from the note; the argument is the references of what is to be withdrawn first."""


def withdraw_note(note: Note, reason: str, *, base: int, by: Actor) -> None:
    """Take a note out of its interview. It and the reason stay on record.

    Raises Closed, NotNow, EvidenceStands, and Stale when it was changed since version `base`.
    """
    _check_open(note.interview)
    if note.merged_into is not None:
        raise NotNow(f"Note {note.number} was merged into note {note.merged_into.number}. Withdraw that one.")
    if note.withdrawn_at is not None:
        raise NotNow(f"Note {note.number} was withdrawn already.")
    if stands := note_queries.standing_evidence(note):
        raise EvidenceStands(stands)
    check_base(note, base)
    note.withdrawn_at, note.withdrawn_reason, note.withdrawn_by = clock.now(), reason, by.label
    db.session.flush()
    _record(note, "withdrew the note", by, after={"reason": reason})


def put_note_back(note: Note, *, by: Actor) -> None:
    """Undo a withdrawal, of the note by itself or with its import. Raises Closed and NotNow."""
    _check_open(note.interview)
    if note.withdrawn_at is None:
        raise NotNow(f"Note {note.number} is not withdrawn.")
    if note.merged_into is not None:
        into = note.merged_into.number
        raise NotNow(f"Note {note.number} was merged into note {into}. Split that one to have it apart again.")
    before: dict[str, object] = {"reason": note.withdrawn_reason}
    note.withdrawn_at, note.withdrawn_reason, note.withdrawn_by = None, "", ""
    note.withdrawn_with_import = False
    if (found := importing_queries.find_import_of(note)) is not None and found.state is ImportState.WITHDRAWN:
        found.state = ImportState.IMPORTED  # some of it stands again
    db.session.flush()
    _record(note, "put the note back", by, before=before)


def _check_open(interview: Interview) -> None:
    if interview.signed_off_at is not None or interview.cancelled_at is not None:
        raise Closed(interview)


def _record(
    note: Note, deed: str, by: Actor, *, before: dict[str, object] | None = None, after: dict[str, object] | None = None
) -> None:
    record(
        by,
        deed,
        note.interview.reference,
        part=f"note {note.number}",
        inspection_id=note.inspection_id,
        before=before,
        after=after,
    )
