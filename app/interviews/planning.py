"""Planning interviews, and what becomes of each: scheduled, held, written up, signed off, reopened, cancelled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from app.access import Actor
from app.accounts.queries import names_of
from app.audit.services import record
from app.db.base import AnyRow
from app.db.versions import check_base
from app.evidence.services import recast
from app.extensions import db
from app.inspections.guides import AreaChangePart, Guides, SessionPart, kind_of
from app.inspections.models import Body, BodyKind, Role, TeamRole
from app.inspections.queries import list_bodies, list_roles
from app.inspections.references import take_number
from app.inspections.vocabulary import Vocabulary
from app.interviews import note_queries, planning_queries
from app.interviews.models import Interview, InterviewPlan, State
from app.interviews.write_up import day_of, spoken
from app.web import clock

RECORDING = (TeamRole.LEAD, TeamRole.INSPECTOR)  # those who hold interviews
PLAN = "plan of interviews"  # what the audit trail calls it
CELL_DEEDS = ("changed",)  # by which a part of it becomes another
ARRANGING = ("scheduled", "changed the kind", "finished", "reopened")  # by which arrangements become others
AS_THEY_ARE = "its arrangements can no longer be changed"


class TooFew(ValueError):
    """Fewer were asked for than have begun already."""

    def __init__(self, begun: int) -> None:
        super().__init__(begun)
        self.begun = begun


class NotNow(Exception):
    """The interview is not at a point where that can be done. The message says so, and what to do."""


def make_planned(inspection_id: UUID, guides: Guides, words: Vocabulary, *, by: Actor) -> int:
    """Make the interviews that the pack plans and that were not made yet; gives how many. Done twice, it makes none.

    A role of a body that is in the plan already is left as it is, whatever became of it. Interviews that somebody had
    added by hand count towards the number.
    """
    planning_queries.lock_plan(inspection_id)
    made: list[Interview] = []
    there = planning_queries.list_planned_cells(inspection_id)
    living = planning_queries.count_living(inspection_id)
    for body, role, planned, change in _cells(inspection_id, guides):
        if (body.id, role.id) in there:
            continue
        kind = kind_of(change.kind if change and change.kind else planned.kind)
        number = planned.planned_count if change is None or change.planned_count is None else change.planned_count
        row = InterviewPlan(
            inspection_id=inspection_id,
            body_id=body.id,
            role_id=role.id,
            kind=kind,
            number=number,
            reason=change.reason if change else "",
        )
        db.session.add(row)
        made += [_new(row, words, by) for _ in range(number - living.get((body.id, role.id), 0))]
    _number_and_keep(made, by)
    if made:
        record(by, "made the planned interviews", PLAN, inspection_id=inspection_id, after={"interviews": len(made)})
    return len(made)


def plan_cell(body: Body, role: Role, kind: str, number: int, words: Vocabulary, *, by: Actor) -> InterviewPlan:
    """Put a role of a body into the plan, with its interviews; those added by hand count towards the number."""
    living = len(planning_queries.list_of_cell(body.id, role.id))
    row = InterviewPlan(
        inspection_id=body.inspection_id, body_id=body.id, role_id=role.id, kind=kind, number=number, reason=""
    )
    db.session.add(row)
    _number_and_keep([_new(row, words, by) for _ in range(number - living)], by)
    return row


def _cells(inspection_id: UUID, guides: Guides) -> Iterable[tuple[Body, Role, SessionPart, AreaChangePart | None]]:
    """Each planned role with each body where it is planned, in the pack's order, Headquarters first."""
    roles = {role.code: role for role in list_roles(inspection_id)}
    changes = {(change.area, change.role): change for change in guides.area_changes}
    for body in list_bodies(inspection_id):
        at = "HQ" if body.kind is BodyKind.HEADQUARTERS else "on_site_areas" if body.visited else None
        for planned in guides.planned_sessions:
            if planned.at == at and planned.role in roles:
                yield body, roles[planned.role], planned, changes.get((body.code, planned.role))


def _new(plan: InterviewPlan, words: Vocabulary, by: Actor) -> Interview:
    return Interview(
        inspection_id=plan.inspection_id,
        kind=plan.kind,
        family=words.family_of[plan.kind],
        prefix=words.prefixes[plan.kind],
        body_id=plan.body_id,
        role_id=plan.role_id,
        title="",
        place="",
        remote=False,
        created_at=clock.now(),
        created_by_id=by.id,
        created_by=by.label,
    )


def _number_and_keep(interviews: Sequence[Interview], by: Actor) -> None:
    """Give new interviews their references, in the order in which they stand."""
    for prefix in sorted({interview.prefix for interview in interviews}):
        of_prefix = [interview for interview in interviews if interview.prefix == prefix]
        first = take_number(of_prefix[0].inspection_id, prefix, len(of_prefix))
        for number, interview in enumerate(of_prefix, first):
            interview.number = number
    db.session.add_all(interviews)
    db.session.flush()
    for interview in interviews:
        _record(interview, "planned", by, after={"kind": interview.kind})


def change_cell(
    plan: InterviewPlan, *, kind: str, number: int, reason: str, base: int, words: Vocabulary, by: Actor
) -> tuple[int, int]:
    """Plan another kind or number with a role of a body; gives how many were added and how many cancelled.

    Those that have begun stay as they are; those that have not take the new kind. Of these the undated go first, then
    the newest. Where all is so already, nothing is changed. Raises TooFew, and Stale when somebody changed it since
    version `base`.
    """
    check_base(plan, base)
    living = planning_queries.list_of_cell(plan.body_id, plan.role_id)
    waiting = [interview for interview in living if interview.state is State.PLANNED]
    if number < (begun := len(living) - len(waiting)):
        raise TooFew(begun)
    others = [interview for interview in waiting if interview.kind != kind]
    if (plan.kind, plan.number, len(living), others) == (kind, number, number, []):
        return 0, 0
    before = {"kind": plan.kind, "number": plan.number}
    plan.kind, plan.number, plan.reason = kind, number, reason
    waiting.sort(key=lambda interview: (interview.held_at is not None, -interview.number))
    spare = waiting[: max(0, len(living) - number)]
    for interview in spare:
        cancel(interview, reason, by=by)
    for interview in waiting[len(spare) :]:
        if interview.kind != kind:
            change_kind(interview, kind, words, by=by)
    added = [_new(plan, words, by) for _ in range(number - len(living))]
    _number_and_keep(added, by)
    record(
        by,
        "changed",
        PLAN,
        part=part_of(plan),
        inspection_id=plan.inspection_id,
        before=before,
        after={"kind": kind, "number": number, "reason": reason},
    )
    db.session.flush()
    return len(added), len(spare)


def part_of(plan: InterviewPlan) -> str:
    """What the audit trail calls one of its cells."""
    return f"{plan.role.label}, {plan.body.name}"


def change_kind(interview: Interview, kind: str, words: Vocabulary, *, by: Actor) -> None:
    """Make an interview a focus group, or the other way round. Its reference stays."""
    before = interview.kind
    recast(interview, kind, words.family_of[kind])
    _record(interview, "changed the kind", by, before={"kind": before}, after={"kind": kind})


@dataclass(frozen=True, slots=True)
class Arrangement:
    """When and where it is held, by whom, with how many."""

    held_at: datetime | None
    minutes: int | None  # None: as the topic guide says
    place: str
    remote: bool
    title: str
    lead_id: UUID | None
    note_taker_id: UUID | None
    attendees: int | None
    attendee_roles: str


def schedule(
    interview: Interview, arrangement: Arrangement, kind: str, words: Vocabulary, *, reason: str, base: int, by: Actor
) -> None:
    """Arrange it, or arrange it otherwise; the history says what changed. Raises NotNow and Stale."""
    _must_be(interview, set(State) - {State.SIGNED_OFF, State.CANCELLED}, AS_THEY_ARE)
    check_base(interview, base)
    before, after = {}, {}
    for name in Arrangement.__slots__:
        was, now = getattr(interview, name), getattr(arrangement, name)
        if was != now:
            setattr(interview, name, now)
            before[name], after[name] = _shown(was), _shown(now)
    if interview.held_at is not None or "held_at" in after:
        _hold_at(interview, interview.held_at)
    if kind != interview.kind:
        before["kind"], after["kind"] = interview.kind, kind
        recast(interview, kind, words.family_of[kind])
    if after:
        _name_people(before, after)
        _record(interview, "scheduled", by, before=before, after=after | ({"reason": reason} if reason else {}))
    db.session.flush()
    db.session.expire(interview, ["lead", "note_taker"])  # they are those of before, where their ids are others


def _name_people(*sides: dict[str, Any]) -> None:
    """Who they are, in the place of their ids."""
    fields = {"lead_id": "lead_interviewer", "note_taker_id": "note_taker"}
    people = names_of([side[field] for side in sides for field in fields if side.get(field)])
    for side in sides:
        for field, name in fields.items():
            if field in side:
                id = side.pop(field)
                side[name] = people.get(id, "") if id else "nobody"


def _shown(value: Any) -> Any:
    return spoken(value) if isinstance(value, datetime) else value


def cancel(interview: Interview, reason: str, *, by: Actor) -> None:
    """It will not be held. It stays on record and can be put back. Raises NotNow for one that has begun."""
    if (why := why_not_cancelled(interview)) is not None:
        raise NotNow(why)
    interview.cancelled_at, interview.cancelled_reason = clock.now(), reason
    _record(interview, "cancelled", by, after={"reason": reason})
    db.session.flush()


def why_not_cancelled(interview: Interview) -> str | None:
    """Why it cannot be cancelled; None where it can."""
    if interview.state is State.CANCELLED:
        return f"{interview.reference} is cancelled already, so it cannot be cancelled again."
    if interview.state is not State.PLANNED:
        return why_not(interview, "it cannot be cancelled, as what was said in it stays")
    return None


def put_back(interview: Interview, *, by: Actor) -> None:
    """It will be held after all."""
    if interview.cancelled_at is not None:
        interview.cancelled_at, interview.cancelled_reason = None, ""
        _record(interview, "put back", by)
        db.session.flush()


def finish(interview: Interview, on: date | None = None, *, by: Actor) -> None:
    """It was held: on the day that it has, or `on` another. Raises NotNow, also where its day is still to come.

    Without a date it gets that of the first note, or now.
    """
    _must_be(interview, {State.PLANNED, State.UNDER_WAY}, "it cannot be finished")
    if on is None and interview.is_to_come:
        raise NotNow(f"The day of {interview.reference} is still to come: say on which day it was held.")
    before = interview.held_at
    interview.finished_at = now = clock.now()
    first_note = note_queries.first_note_at(interview.id)
    if before is None and on is None:
        _hold_at(interview, first_note or now)
    elif on is not None and (before is None or on != day_of(before)):
        known = first_note is not None and day_of(first_note) == on
        _hold_at(interview, first_note if known else datetime.combine(on, time(), tzinfo=clock.LONDON))
    _record(interview, "finished", by, **_moved(before, interview.held_at))
    db.session.flush()


def date_from_paper(interview: Interview, moment: datetime, *, by: Actor) -> None:
    """Give an interview that has no date the one that stands on the paper it was held with."""
    if interview.held_at is None:
        _hold_at(interview, moment)
        _record(interview, "scheduled", by, **_moved(None, moment))
        db.session.flush()


def day_held(interview: Interview) -> date:
    """On which day it was held, as far as can be told: its own day, that of the first note, or today."""
    if interview.held_at is not None and not interview.is_to_come:
        return day_of(interview.held_at)
    return day_of(note_queries.first_note_at(interview.id) or clock.now())


def day_noted(interview: Interview) -> date | None:
    """The day of its first note."""
    moment = note_queries.first_note_at(interview.id)
    return day_of(moment) if moment else None


def _hold_at(interview: Interview, moment: datetime | None) -> None:
    interview.held_at = moment
    interview.happened_on = day_of(moment) if moment else None


def _moved(before: datetime | None, after: datetime | None) -> dict[str, dict[str, Any]]:
    """What the audit trail keeps of another date; nothing where it stayed."""
    return {} if before == after else {"before": {"held_at": spoken(before)}, "after": {"held_at": spoken(after)}}


def write_up(interview: Interview, *, by: Actor) -> None:
    """Its notes are complete and wait for the sign-off."""
    _must_be(interview, {State.HELD}, "only one that was held can be written up")
    interview.written_up_at = clock.now()
    _record(interview, "wrote up", by)
    db.session.flush()


def sign_off(interview: Interview, *, by: Actor) -> None:
    """Its notes are right, and can no longer be changed."""
    _must_be(interview, {State.WRITTEN_UP}, "only one that is written up can be signed off")
    interview.signed_off_at, interview.signed_off_by = clock.now(), by.label
    _record(interview, "signed off", by, after={"notes": interview.notes_taken})
    db.session.flush()


def who_records(team: Sequence[AnyRow]) -> dict[UUID, str]:
    """Those of a team who hold interviews, with their names: not who only reads, nor whose account is disabled."""
    return {member.person_id: member.name for member in team if member.role in RECORDING and not member.disabled_at}


def who_signs_off(interview: Interview, named: Sequence[str], team: Sequence[AnyRow]) -> dict[UUID, str]:
    """Who may sign it off, with their names: those whom the pack names, as far as they are on the team.

    `named` is the pack's: 'lead interviewer', 'note-taker', 'lead inspector'. Where none of them is there, for example
    because nobody is set as lead interviewer yet, it is the lead inspector. Nobody whose account is disabled is among
    them: they cannot.
    """
    may_record = who_records(team)
    leads = who_records([member for member in team if member.role is TeamRole.LEAD])
    of: dict[str, set[UUID | None]] = {
        "lead interviewer": {interview.lead_id},
        "note-taker": {interview.note_taker_id},
        "lead inspector": set(leads),
    }
    wanted = {id for name in named for id in of.get(name.casefold(), set())}
    return {id: name for id, name in may_record.items() if id in wanted} or leads


def reopen(interview: Interview, reason: str, *, by: Actor) -> None:
    """One step back: what was written up or signed off is to be written up again, what was held goes on."""
    _must_be(interview, {State.HELD, State.WRITTEN_UP, State.SIGNED_OFF}, "there is nothing to reopen")
    before = interview.held_at
    if interview.state is State.HELD:
        if before == interview.finished_at:  # it had no date: the one that it got says only when it was finished
            _hold_at(interview, None)
        interview.finished_at = None
    else:
        interview.reopened_at = clock.now()
    interview.written_up_at, interview.signed_off_at, interview.signed_off_by = None, None, ""
    moved = _moved(before, interview.held_at)
    _record(interview, "reopened", by, **moved | {"after": {"reason": reason} | moved.get("after", {})})
    db.session.flush()


def _must_be(interview: Interview, states: set[State], otherwise: str) -> None:
    if interview.state not in states:
        raise NotNow(why_not(interview, otherwise))


def why_not(interview: Interview, otherwise: str) -> str:
    """'INT-004 is signed off: its arrangements can no longer be changed.'"""
    return f"{interview.reference} is {STATE_WORDS[interview.state]}: {otherwise}."


STATE_WORDS = {
    State.PLANNED: "not held yet",
    State.UNDER_WAY: "under way",
    State.HELD: "held and not written up yet",
    State.WRITTEN_UP: "written up",
    State.SIGNED_OFF: "signed off",
    State.CANCELLED: "cancelled",
}


def _record(interview: Interview, deed: str, by: Actor, **content: Any) -> None:
    record(by, deed, interview.reference, inspection_id=interview.inspection_id, **content)
