"""What is to be done after an interview, and who of the team was in the room."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.access import Actor
from app.audit.services import record
from app.db.versions import check_base
from app.extensions import db
from app.interviews import action_queries
from app.interviews.models import Interview, InterviewAction
from app.interviews.services import Closed
from app.web import clock

CHANGING = (
    "changed an action",
    "did an action",
    "took back that an action is done",
    "withdrew an action",
    "put an action back",
)
ATTENDING = ("said who was there",)


@dataclass(frozen=True, slots=True)
class ToDo:
    what: str
    who: str
    due: date | None


def part_of(action: InterviewAction) -> str:
    """What the history of its interview calls it."""
    return f"action {action.number}"


def _said(to_do: ToDo) -> dict[str, object]:
    return {"what": to_do.what, "who": to_do.who, "due": to_do.due.isoformat() if to_do.due else None}


def add_action(interview: Interview, to_do: ToDo, *, by: Actor) -> InterviewAction:
    """Write down what is to be done. Raises Closed."""
    check_open(interview)
    action = InterviewAction(
        inspection_id=interview.inspection_id,
        interview_id=interview.id,
        number=action_queries.last_number(interview.id) + 1,
        what=to_do.what,
        who=to_do.who,
        due=to_do.due,
        created_at=clock.now(),
        created_by_id=by.id,
        created_by=by.label,
    )
    db.session.add(action)
    db.session.flush()
    _record(action, interview, "added an action", by, after=_said(to_do))
    return action


def change_action(action: InterviewAction, interview: Interview, to_do: ToDo, *, base: int, by: Actor) -> None:
    """Raises Closed, and Stale after what was wanted is in the audit trail."""
    check_open(interview)
    had = ToDo(action.what, action.who, action.due)
    if action.version != base:
        _record(action, interview, "could not change an action, as it had changed", by, after=_said(to_do))
    check_base(action, base)
    if had == to_do:
        return
    action.what, action.who, action.due = to_do.what, to_do.who, to_do.due
    db.session.flush()
    before, after = _said(had), _said(to_do)
    changed = [name for name in before if before[name] != after[name]]
    _record(
        action,
        interview,
        "changed an action",
        by,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


def tick_action(action: InterviewAction, interview: Interview, done: bool, *, by: Actor) -> None:
    """Say that it is done, or not yet after all; also once the interview is signed off: it is no part of its notes.

    Raises Closed where the interview is cancelled.
    """
    if interview.cancelled_at is not None:
        raise Closed(interview)
    if done == (action.done_at is not None) or action.withdrawn_at is not None:
        return
    action.done_at, action.done_by = (clock.now(), by.label) if done else (None, "")
    db.session.flush()
    _record(action, interview, "did an action" if done else "took back that an action is done", by)


def withdraw_action(action: InterviewAction, interview: Interview, reason: str, *, base: int, by: Actor) -> None:
    """It need not be done. Raises Closed and Stale."""
    check_open(interview)
    check_base(action, base)
    if action.withdrawn_at is not None:
        return
    action.withdrawn_at, action.withdrawn_by, action.withdrawn_reason = clock.now(), by.label, reason
    db.session.flush()
    _record(action, interview, "withdrew an action", by, after={"reason": reason})


def put_action_back(action: InterviewAction, interview: Interview, *, by: Actor) -> None:
    """Raises Closed."""
    check_open(interview)
    if action.withdrawn_at is None:
        return
    action.withdrawn_at, action.withdrawn_by, action.withdrawn_reason = None, "", ""
    db.session.flush()
    _record(action, interview, "put an action back", by)


def say_who_was_there(interview: Interview, people: Mapping[UUID, str], *, base: int, by: Actor) -> None:
    """Which colleagues were in the room, by name. Raises Closed and Stale."""
    check_open(interview)
    check_base(interview, base)
    there = [id.hex for id in people]
    if there == interview.colleagues:
        return
    interview.colleagues = there
    db.session.flush()
    after = {"colleagues": ", ".join(people.values())}
    record(by, "said who was there", interview.reference, inspection_id=interview.inspection_id, after=after)


def check_open(interview: Interview) -> None:
    if interview.signed_off_at is not None or interview.cancelled_at is not None:
        raise Closed(interview)


def _record(
    action: InterviewAction,
    interview: Interview,
    deed: str,
    by: Actor,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    part = part_of(action)
    record(by, deed, interview.reference, part=part, inspection_id=action.inspection_id, before=before, after=after)
