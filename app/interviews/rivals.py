"""Words for a note that came second, made on a version of it that somebody had changed: they are kept at once.

Nobody has to choose then, or to have the page open: they stay a version of the note that is open until somebody says
what becomes of it (joining.py).
"""

from sqlalchemy import update
from uuid6 import uuid7

from app.access import Actor
from app.audit.services import record
from app.evidence.services import add_text
from app.extensions import db
from app.interviews import joining_queries
from app.interviews.models import Note, Outcome, Rival
from app.web import clock


def keep_beside(note: Note, words: str, *, base: int, speaker: str | None, quote: bool | None, by: Actor) -> bool:
    """Keep words beside those that stand. `base` is the version that they were made on.

    `speaker` and `quote` are None where nobody said anything of them. False where the note says all of it as it is;
    what is open already is not kept twice.
    """
    stands = note.text
    if words == stands.text and speaker in (None, note.speaker) and quote in (None, note.quote):
        return False
    wanted = (words, speaker, quote)
    if any((rival.words, rival.speaker, rival.quote) == wanted for rival in joining_queries.list_open_of(note)):
        return True
    text = add_text(note.interview, words, position=note.number, label=stands.label, by=by, rival_of=stands)
    db.session.flush()
    db.session.add(
        Rival(
            inspection_id=note.inspection_id,
            interview_id=note.interview_id,
            note_id=note.id,
            text_id=text.id,
            base_id=joining_queries.wording_at(note, base),
            speaker=speaker,
            quote=quote,
        )
    )
    db.session.flush()
    record(
        by,
        "reworded too late",
        note.interview.reference,
        part=stands.label,
        inspection_id=note.inspection_id,
        after={
            "sha256": text.sha256,
            "speaker": note.speaker if speaker is None else speaker,
            "quote": note.quote if quote is None else quote,
        },
    )
    tell(note)
    return True


def settle(rival: Rival, outcome: Outcome, *, by: Actor) -> None:
    rival.outcome, rival.settled_at, rival.settled_by = outcome, clock.now(), by.label
    db.session.flush()
    tell(rival.note)


def tell(note: Note) -> None:
    """Have those who look at the interview shown the note anew. It is no other version: nobody's words become stale."""
    db.session.execute(
        update(Note).where(Note.id == note.id).values(touched=uuid7()).execution_options(synchronize_session=False)
    )
