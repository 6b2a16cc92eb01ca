"""The topic guide beside the stream: the pack's guide for the interview's role, and what of it is done.

A prompt is covered when at least one note names it, or when somebody ticked it by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from app.access import Actor
from app.audit.services import record
from app.db.versions import Stale
from app.extensions import db
from app.inspections.guides import ExceptionPart, Guides, PromptPart
from app.inspections.queries import find_guides
from app.interviews import guide_queries
from app.interviews.models import GuideTick, Interview, Mark, OwnPrompt, PreparedGuide
from app.interviews.services import Closed
from app.web import clock


class Words(NamedTuple):
    part: str  # with a hyphen, which no prompt of a pack has: see PromptPart.id
    label: str


OPENING = Words("opening-words", "Opening words")
CONFIDENTIALITY = Words("confidentiality-statement", "Confidentiality statement")
CLOSING = Words("closing-words", "Closing words")


@dataclass(frozen=True, slots=True)
class ToBeSaid:
    """Words that are said in every interview, and whether they were."""

    part: str
    label: str
    words: str
    tick: GuideTick | None
    exception: ExceptionPart | None = None  # to what the confidentiality statement promises


@dataclass(frozen=True, slots=True)
class PromptLine:
    """A prompt and whether it has been covered."""

    id: str
    text: str
    criteria: list[str]
    probes: list[str]
    earlier: list[str]
    notes: int
    tick: GuideTick | None
    added_by: str = ""  # of a question that was added to this interview's guide
    packs_text: str = ""  # what it says in the pack, or said at first, where it was reworded for this interview

    @property
    def covered(self) -> bool:
        return self.notes > 0 or (self.tick is not None and self.tick.mark == Mark.DONE)

    @property
    def not_asked(self) -> bool:
        return self.tick is not None and self.tick.mark == Mark.NOT_ASKED

    @property
    def left_out(self) -> bool:
        """Whether it is not to be asked: what was asked all the same is covered by its notes."""
        return self.not_asked and not self.notes


@dataclass(frozen=True, slots=True)
class TopicGuide:
    """An interview's guide. Without prompts where the interview has no role, or the pack no guide for it."""

    before: list[ToBeSaid]
    prompts: list[PromptLine]
    after: list[ToBeSaid]
    stamp: str = ""  # another one whenever it has changed

    @property
    def asked(self) -> list[PromptLine]:
        """What is to be asked: all but what is left out."""
        return [prompt for prompt in self.prompts if not prompt.left_out]

    @property
    def left_out(self) -> list[PromptLine]:
        return [prompt for prompt in self.prompts if prompt.left_out]

    @property
    def covered(self) -> int:
        return sum(prompt.covered for prompt in self.prompts)

    def has(self, prompt: str) -> bool:
        return any(line.id == prompt for line in self.prompts)

    def label_of(self, part: str) -> str | None:
        """How people call a part of this guide: 'Opening words', 'Prompt DC2'; None if it has no such part."""
        labels = {said.part: said.label for said in (*self.before, *self.after)}
        return labels.get(part) or (f"Prompt {part}" if self.has(part) else None)


def guide_of(interview: Interview) -> TopicGuide:
    """Six statements."""
    guides = find_guides(interview.inspection_id)
    if guides is None:
        return TopicGuide([], [], [])
    stamp = guide_queries.stamp_of(interview.id)  # first: what changes meanwhile is another one's
    ticks = guide_queries.list_ticks(interview.id)
    notes = guide_queries.count_notes_of_prompts(interview.id)

    def said(words: Words, text: str, exception: ExceptionPart | None = None) -> ToBeSaid:
        return ToBeSaid(words.part, words.label, text, ticks.get(words.part), exception)

    confidentiality = guides.confidentiality
    prompts = [
        PromptLine(
            prompt.id,
            prompt.text,
            prompt.criteria,
            prompt.probes,
            prompt.earlier,
            notes.get(prompt.id, 0),
            ticks.get(prompt.id),
        )
        for prompt in _prompts(guides, interview)
    ]
    prompts += [
        PromptLine(
            own.prompt, own.text, own.criteria, [], [], notes.get(own.prompt, 0), ticks.get(own.prompt), own.created_by
        )
        for own in guide_queries.list_own_prompts(interview.id)
    ]
    return TopicGuide(
        [said(OPENING, guides.opening), said(CONFIDENTIALITY, confidentiality.statement, confidentiality.exception)],
        _as_prepared(guide_queries.find_prepared(interview.id), prompts),
        [said(CLOSING, guides.closing)],
        stamp,
    )


def _as_prepared(prepared: PreparedGuide | None, lines: Sequence[PromptLine]) -> list[PromptLine]:
    """The prompts in this interview's words and order; one that came later stands last."""
    if prepared is None:
        return list(lines)
    place = {id: number for number, id in enumerate(prepared.prompts)}
    worded = [
        replace(line, text=prepared.wordings[line.id], packs_text=line.text) if line.id in prepared.wordings else line
        for line in lines
    ]
    return sorted(worded, key=lambda line: place.get(line.id, len(place)))


def has_prompt(interview: Interview, prompt: str) -> bool:
    """Whether the interview's guide has this prompt. One statement."""
    if "-" in prompt:
        return any(own.prompt == prompt for own in guide_queries.list_own_prompts(interview.id))
    guides = find_guides(interview.inspection_id)
    return guides is not None and any(one.id == prompt for one in _prompts(guides, interview))


def _prompts(guides: Guides, interview: Interview) -> list[PromptPart]:
    guide = guides.of_role(interview.role.code) if interview.role else None
    return guide.asked_in(interview.body.code if interview.body else "") if guide else []


def mark(interview: Interview, part: str, label: str, wanted: Mark, *, base: int, reason: str = "", by: Actor) -> None:
    """Tick a part of the guide, mark it as not asked, or take either back.

    Asked twice, it is done once. What somebody else has marked since version `base` is not overwritten: Stale is
    raised, after what was wanted has been put into the audit trail. Raises Closed.
    """
    begin_change(interview)
    tick = guide_queries.find_tick(interview.id, part)
    present, had = (tick.mark, tick.reason) if tick else (Mark.NONE, "")
    if (present, had) == (wanted, reason):
        return
    deed = {
        Mark.DONE: "ticked",
        Mark.NOT_ASKED: "marked as not asked",
        Mark.NONE: "took back the tick" if present == Mark.DONE else "took back that it was not asked",
    }[wanted]
    after = {"reason": reason} if reason else None
    if tick is not None and present != Mark.NONE and tick.version != base:
        record(
            by,
            f"{deed}, too late",
            interview.reference,
            part=label,
            inspection_id=interview.inspection_id,
            after=after,
        )
        raise Stale
    if tick is None:
        tick = GuideTick(inspection_id=interview.inspection_id, interview_id=interview.id, part=part)
        db.session.add(tick)
    tick.mark, tick.reason = wanted, reason
    tick.ticked_at, tick.ticked_by_id, tick.ticked_by = clock.now(), by.id, by.label
    db.session.flush()
    record(
        by,
        deed,
        interview.reference,
        part=label,
        inspection_id=interview.inspection_id,
        before={"reason": had} if had else None,
        after=after,
    )


def add_question(interview: Interview, text: str, criteria: list[str], *, by: Actor) -> OwnPrompt:
    """Add a question to this interview's guide, after the pack's prompts. Raises Closed."""
    begin_change(interview)
    own = OwnPrompt(
        inspection_id=interview.inspection_id,
        interview_id=interview.id,
        number=len(guide_queries.list_own_prompts(interview.id)) + 1,
        text=text,
        criteria=criteria,
        created_at=clock.now(),
        created_by_id=by.id,
        created_by=by.label,
    )
    db.session.add(own)
    db.session.flush()
    record(
        by,
        "added a question to the topic guide",
        interview.reference,
        part=f"Prompt {own.prompt}",
        inspection_id=interview.inspection_id,
        after={"question": text, "criteria": ", ".join(criteria)},
    )
    return own


def begin_change(interview: Interview) -> None:
    """What every change of an interview's guide begins with. Raises Closed."""
    guide_queries.lock_guide(interview.id)
    if interview.signed_off_at is not None or interview.cancelled_at is not None:
        raise Closed(interview)
