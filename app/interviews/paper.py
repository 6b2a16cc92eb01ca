"""What was written by hand in an interview, typed in afterwards: several notes at once, with the times on the paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.access import Actor
from app.audit.services import record
from app.interviews.models import Interview, Note
from app.interviews.planning import date_from_paper
from app.interviews.services import save_note


@dataclass(frozen=True, slots=True)
class Written:
    """One note as it stands on the paper."""

    words: str
    speaker: str
    prompt: str
    said_at: datetime


def type_in(
    interview: Interview, lines: Sequence[Written], *, criteria: Mapping[str, UUID], evidence_kind: str, by: Actor
) -> list[Note]:
    """Add notes to the end of the interview, in the order of the paper: all, or by any exception none.

    An interview without a date gets that of the paper. Raises OnlyTags and Closed.
    """
    notes = [
        save_note(
            interview,
            line.words,
            speaker=line.speaker,
            quote=False,
            said_at=line.said_at,
            criteria=criteria,
            direction="",
            evidence_kind=evidence_kind,
            prompt=line.prompt,
            from_paper=True,
            by=by,
        )[0]
        for line in lines
    ]
    date_from_paper(interview, min(line.said_at for line in lines), by=by)
    first, last = notes[0].number, notes[-1].number
    part = f"note {first}" if first == last else f"notes {first} to {last}"
    record(by, "typed in from paper", interview.reference, part=part, inspection_id=interview.inspection_id)
    return notes
