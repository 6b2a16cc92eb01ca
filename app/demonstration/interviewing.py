"""Interviews and focus groups: planned from the pack, scheduled, held with all their notes, written up, signed off."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import select

from app.access import Actor
from app.db.transaction import writing
from app.demonstration.content import AskedContent, Demonstration, InterviewContent, PlannedContent
from app.demonstration.timeline import Timeline, next_working_day
from app.demonstration.world import World, look_after
from app.extensions import db
from app.interviews import guides, planning
from app.interviews.models import Interview, Mark, State
from app.interviews.services import add_interviewee, save_note
from app.web import clock


def hold_all(world: World, content: Demonstration, timeline: Timeline) -> None:
    _plan(world, content, timeline)
    for interview in content.interviews:
        _hold(world, interview, content.prompts_left_out, timeline)


def _plan(world: World, content: Demonstration, timeline: Timeline) -> None:
    lead = world.people["lead"]

    def make() -> None:
        with writing():
            planning.make_planned(world.inspection_id, world.guides, world.words, by=lead)

    timeline.add(content.interviews_planned, make)
    arranged: list[InterviewContent | PlannedContent] = [*content.interviews, *content.planned]
    for minutes, one in enumerate(one for one in arranged if one.held is not None):
        timeline.add(content.interviews_planned + timedelta(minutes=3 + minutes), partial(_schedule, world, one))
    for planned in content.planned:
        if planned.cancelled_at is not None:
            timeline.add(planned.cancelled_at, partial(_cancel, world, planned))


def _schedule(world: World, content: InterviewContent | PlannedContent) -> None:
    with writing():
        interview = _interview(world, content)
        planning.schedule(
            interview,
            planning.Arrangement(
                held_at=content.held,
                minutes=None,
                place=content.place,
                remote=content.remote,
                title="",
                lead_id=_person_id(world, content.lead),
                note_taker_id=_person_id(world, content.note_taker),
                attendees=content.people,
                attendee_roles="",
            ),
            content.kind if isinstance(content, InterviewContent) else interview.kind,
            world.words,
            reason="",
            base=interview.version,
            by=world.people["lead"],
        )


def _cancel(world: World, content: PlannedContent) -> None:
    with writing():
        planning.cancel(_interview(world, content), content.cancelled, by=world.people["lead"])


def _hold(world: World, content: InterviewContent, left_out: str, timeline: Timeline) -> None:
    """Its notes as they were taken, a write for each prompt; then its end, its write-up, its sign-off."""
    taker, lead = world.people[content.note_taker], world.people[content.lead]
    for minute, words in ((1, guides.OPENING), (2, guides.CONFIDENTIALITY)):
        timeline.add(content.held + timedelta(minutes=minute), partial(_say, world, content, words, taker))
    count = sum(len(asked.notes) for asked in content.asked)
    spoken = timedelta(minutes=content.minutes - 6) if content.state != State.UNDER_WAY else timedelta(minutes=21)
    each, moment = spoken / max(count, 1), content.held + timedelta(minutes=3)
    for asked in content.asked:
        times = [moment + each * number for number in range(len(asked.notes))]
        moment = times[-1] + each
        timeline.add(times[-1], partial(_take_notes, world, content, asked, times, taker))
    if content.state == State.UNDER_WAY:
        return
    end = content.held + timedelta(minutes=content.minutes)
    timeline.add(end - timedelta(minutes=1), partial(_say, world, content, guides.CLOSING, taker))
    timeline.add(end, partial(_leave_out, world, content, left_out, taker))
    timeline.add(end, partial(_step, world, content, planning.finish, taker))
    timeline.add(end + timedelta(minutes=20), partial(_after, world, content, taker))
    written_up = next_working_day(content.held, time(8, 15))
    if content.state in (State.WRITTEN_UP, State.SIGNED_OFF):
        timeline.add(written_up, partial(_step, world, content, planning.write_up, taker))
    if content.state == State.SIGNED_OFF:
        timeline.add(written_up + timedelta(hours=9.5), partial(_step, world, content, planning.sign_off, lead))


def _take_notes(world: World, content: InterviewContent, asked: AskedContent, times: list[datetime], by: Actor) -> None:
    with writing():
        interview = _interview(world, content)
        prompt = asked.prompt
        if asked.question:
            with clock.set_to(times[0]):
                prompt = guides.add_question(interview, asked.question, asked.criteria, by=by).prompt
        for note, moment in zip(asked.notes, times, strict=True):
            with clock.set_to(moment):
                _saved, item, _tags = save_note(
                    interview,
                    note.typed,
                    speaker=content.label(note),
                    quote=note.quote,
                    said_at=moment,
                    criteria=world.criteria,
                    direction=note.direction,
                    prompt=prompt,
                    evidence_kind=note.kind or world.words.evidence_kind_default[interview.kind],
                    by=by,
                )
                if item is not None:
                    look_after(world, item, note, by)


def _say(world: World, content: InterviewContent, words: guides.Words, by: Actor) -> None:
    """Words that are said in every interview, ticked."""
    with writing():
        guides.mark(_interview(world, content), words.part, words.label, Mark.DONE, base=0, by=by)


def _leave_out(world: World, content: InterviewContent, reason: str, by: Actor) -> None:
    """The prompts that were not come to."""
    with writing():
        interview = _interview(world, content)
        for prompt in guides.guide_of(interview).prompts:
            if not prompt.covered:
                label = f"Prompt {prompt.id}"
                guides.mark(interview, prompt.id, label, Mark.NOT_ASKED, base=0, reason=reason, by=by)


def _step(world: World, content: InterviewContent, deed: Callable[..., None], by: Actor) -> None:
    with writing():
        deed(_interview(world, content), by=by)


def _after(world: World, content: InterviewContent, by: Actor) -> None:
    """The names of those who were seen, kept apart."""
    with writing():
        interview = _interview(world, content)
        for label, name in content.names.items():
            add_interviewee(interview, label, name, by=by)


def _interview(world: World, content: InterviewContent | PlannedContent) -> Interview:
    """The one interview of a role of a body."""
    return db.session.scalars(
        select(Interview).where(
            Interview.inspection_id == world.inspection_id,
            Interview.body_id == world.bodies[content.body],
            Interview.role_id == world.roles[content.role],
        )
    ).one()


def _person_id(world: World, key: str) -> UUID | None:
    return world.people[key].id if key else None
