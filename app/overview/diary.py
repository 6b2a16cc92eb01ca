"""What is late and what comes next, over the whole inspection: interviews, write-ups, requests, the timetable."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.db.base import AnyRow
from app.inspections.references import reference
from app.interviews import queries as interviews
from app.interviews.action_queries import list_due
from app.interviews.clashes import has_time
from app.interviews.models import State
from app.interviews.write_up import day_of
from app.overview.timetable import Timetable
from app.register.queries import Line, Register
from app.register.state import OVERDUE
from app.web.pages import long_date, time_of_day

AHEAD = timedelta(days=7)
MILESTONES_AHEAD = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something with a day."""

    day: date | None
    # 'milestone', 'interview', 'unfinished' (an interview too), 'write_up', 'sign_off' (of one that is written up),
    # 'action', 'request', 'chase' (again)
    kind: str
    reference: str  # of an interview, also where an action arose in it; of a request its code; empty for a milestone
    body: str  # a request's: its code, as in the address
    about: str
    who: str  # who has it; empty where nobody does
    at: str = ""  # 10:05, of an interview that is to come; empty where no time is set


@dataclass(frozen=True, slots=True)
class Diary:
    late: list[Entry]
    soon: list[Entry]  # from today on, for a week; milestones for four
    undated: list[Entry]  # interviews that are planned and have no date: at most as many as a list shows
    undated_requests: int  # asked for, and nobody set when they are due
    unasked: int  # requests that nobody asked, whose due date is past


def diary(inspection_id: UUID, today: date, register: Register, times: Timetable) -> Diary:
    """By day. Four statements for the interviews, and the pack's rules where something waits to be written up."""
    due = interviews.due(inspection_id, today)
    coming = interviews.list_between(inspection_id, today, today + AHEAD)
    waiting = [line for line in register.lines if line.is_outstanding]
    overdue = [line for line in waiting if OVERDUE in line.now.flags]
    late = [
        *(_interview(row, "write_up", due.write_ups[row.number].due) for row in due.late),
        *(_interview(row, "interview") for row in due.overdue),
        *(_interview(row, "unfinished") for row in due.unfinished),
        *_requests(overdue, today),
        *(_chases(line for line in waiting if _is_missed(line, today) and line not in overdue)),
    ]
    soon = [
        *(_interview(row, "interview") for row in coming if row.state in (State.PLANNED, State.UNDER_WAY)),
        *(
            _interview(row, "write_up", day)
            for row in due.in_time
            if (day := due.write_ups[row.number].due) <= today + AHEAD
        ),
        *_requests((line for line in waiting if line.now.due and today <= line.now.due <= today + AHEAD), today),
        *(_chases(line for line in waiting if line.now.chase_on and today <= line.now.chase_on <= today + AHEAD)),
        *(
            Entry(milestone.day, "milestone", "", "", milestone.text, "")
            for milestone in times.milestones
            if milestone.day and today <= milestone.day <= today + MILESTONES_AHEAD
        ),
    ]
    actions = list_due(inspection_id, today + AHEAD)
    late += [_action(row) for row in actions if row.due < today]
    soon += [_action(row) for row in actions if row.due >= today]
    return Diary(
        sorted(late, key=_place),
        sorted(soon, key=_place),
        [_interview(row, "interview") for row in due.undated],
        sum(1 for line in waiting if line.now.due is None),
        sum(line.is_unasked(today) for line in register.lines),
    )


def _place(entry: Entry) -> tuple[date, str, str]:
    return (entry.day or date.max, entry.kind, entry.at or entry.reference)


def _interview(row: AnyRow, kind: str, day: date | None = None) -> Entry:
    """On the day given, or else on its own."""
    if day is None and (row.held_at or row.finished_at):
        day = day_of(row.held_at or row.finished_at)
    about = ", ".join(part for part in (row.role, row.body) if part)
    at = time_of_day(row.held_at) if kind == "interview" and row.held_at and has_time(row.held_at) else ""
    if kind == "write_up" and row.state == State.WRITTEN_UP:
        kind = "sign_off"
    return Entry(day, kind, reference(row.prefix, row.number), "", about, row.lead or row.note_taker or "", at)


def _action(row: AnyRow) -> Entry:
    return Entry(row.due, "action", reference(row.prefix, row.number), "", row.what, row.who)


def _requests(lines: Iterable[Line], today: date) -> Iterable[Entry]:
    """One entry each: one that is overdue and was to be chased before today says both."""
    for line in lines:
        about = f"{line.title}, {line.body_name}"
        if OVERDUE in line.now.flags:
            about += ", not in yet"
        if OVERDUE in line.now.flags and _is_missed(line, today):
            about += f", to be chased again since {long_date(line.now.chase_on)}"
        yield Entry(line.now.due, "request", line.code, line.body, about, line.owner)


def _is_missed(line: Line, today: date) -> bool:
    return line.now.chase_on is not None and line.now.chase_on < today


def _chases(lines: Iterable[Line]) -> Iterable[Entry]:
    for line in lines:
        yield Entry(line.now.chase_on, "chase", line.code, line.body, f"{line.title}, {line.body_name}", line.owner)
