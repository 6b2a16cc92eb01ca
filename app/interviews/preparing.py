"""The topic guide of one interview made otherwise than the pack's: other words, another order. The pack's is untouched.

A prompt keeps its id whatever it says and wherever it stands, so that notes, ticks and coverage stay with it.
"""

from collections.abc import Collection, Mapping, Sequence

from app.access import Actor
from app.audit.services import record
from app.db.versions import Stale
from app.extensions import db
from app.interviews import guide_queries
from app.interviews.guides import TopicGuide, begin_change
from app.interviews.models import Interview, PreparedGuide

REWORDED = "reworded for this interview"
REORDERED = "put the topic guide into another order"
ORDER = "order"  # what a form calls it; all else it calls by the prompts
DEEDS = (REWORDED, REORDERED)  # by which a guide becomes another


def moved(prompts: Sequence[str], places: Mapping[str, int]) -> list[str]:
    """The prompts in a new order: each where it was told to stand, the others round it.

    One that goes up stands before what stood there, one that goes down after it.
    """
    before = {id: number for number, id in enumerate(prompts, 1)}

    def place(id: str) -> tuple[int, int, int]:
        wanted = places.get(id, before[id])
        return wanted, (wanted > before[id]) - (wanted < before[id]), before[id]

    return sorted(prompts, key=place)


def prepare(
    interview: Interview,
    guide: TopicGuide,
    prompts: list[str],
    words: Mapping[str, str],
    *,
    base: int,
    mine: Collection[str] | None = None,
    by: Actor,
) -> bool:
    """Give the prompts of an interview's guide this order and these words; False where they have them already.

    Blank words are the pack's. What somebody else did since version `base` is not overwritten: Stale is raised, after
    what was wanted has been put into the audit trail. That is what the sender changed since: `mine` names it, prompts
    and ORDER; None stands for all in which the two differ. Raises Closed.
    """
    begin_change(interview)
    prepared = guide_queries.find_prepared(interview.id)
    packs = {line.id: line.packs_text or line.text for line in guide.prompts}
    wordings = {id: text for id, text in words.items() if text.strip() and text.strip() != packs[id].strip()}
    present = {line.id: line.text for line in guide.prompts}
    wanted = packs | wordings
    reworded, reordered = [id for id in present if present[id] != wanted[id]], prompts != list(present)
    if not reworded and not reordered:
        return False
    late = (prepared.version if prepared else 0) != base
    if late and mine is not None:
        reworded, reordered = [id for id in reworded if id in mine], reordered and ORDER in mine
    for id in reworded:
        record(
            by,
            f"{REWORDED}, too late" if late else REWORDED,
            interview.reference,
            part=f"Prompt {id}",
            inspection_id=interview.inspection_id,
            before={"question": present[id]},
            after={"question": wanted[id]},
        )
    if reordered:
        record(
            by,
            f"{REORDERED}, too late" if late else REORDERED,
            interview.reference,
            inspection_id=interview.inspection_id,
            before={"order": ", ".join(present)},
            after={"order": ", ".join(prompts)},
        )
    if late:
        raise Stale
    if prepared is None:
        prepared = PreparedGuide(inspection_id=interview.inspection_id, interview_id=interview.id)
        db.session.add(prepared)
    prepared.prompts, prepared.wordings = prompts, wordings
    db.session.flush()
    return True
