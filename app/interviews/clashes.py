"""What speaks against the time of an interview. Warnings, never blocks: people know better than a calendar."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from app.db.base import AnyRow
from app.inspections.guides import Guides
from app.inspections.queries import find_guides, get_rules
from app.inspections.references import reference
from app.inspections.working_days import Calendar
from app.interviews import queries
from app.interviews.models import Interview, State
from app.interviews.write_up import day_of
from app.web import clock
from app.web.pages import long_date

Elsewhere = Callable[[Interview, set[UUID]], list[str]]
Days = tuple[UUID, UUID, date, date]  # somebody is with a body from one day to another
Away = Callable[[UUID, date, date], list[Days]]
_elsewhere: list[Elsewhere] = []  # what knows of people's days and stands above interviews says so here
_away: list[Away] = []
Visited = Callable[[UUID], list[tuple[UUID, date, date]]]  # the bodies of an inspection, from which day to which
_visited: list[Visited] = []
MINUTES = 60  # how long an interview takes where no guide says so
LONGEST = timedelta(hours=12)  # no interview takes longer


def warnings_of(interview: Interview) -> list[str]:
    """A sentence each: a day that is over or outside the visit, a weekend, a bank holiday, peak leave, an end past
    midnight, a person twice or in two places, a room taken.

    Five statements; two ask for visits.
    """
    if interview.state not in (State.PLANNED, State.UNDER_WAY):
        return []
    found = []
    if interview.lead is not None and interview.lead_id == interview.note_taker_id:
        found.append(f"{interview.lead.name} is both lead interviewer and note-taker.")
    if interview.held_at is None:
        return found
    calendar = Calendar.of(get_rules(interview.inspection_id))
    day = day_of(interview.held_at)
    if interview.state is State.PLANNED and day < clock.today():
        found.append(f"{long_date(day)} is over, and nobody has said that it was held.")
    found += calendar.warnings(day, kind=interview.kind)
    people = {id for id in (interview.lead_id, interview.note_taker_id) if id is not None}
    if has_time(interview.held_at):
        role = interview.role.code if interview.role else None
        minutes = length_of(interview.minutes, role, find_guides(interview.inspection_id))
        ends = interview.held_at + timedelta(minutes=minutes)
        if day_of(ends - timedelta(minutes=1)) > day:
            until = f"{ends.astimezone(clock.LONDON):%H:%M}"
            found.append(f"It goes on past midnight, until {until}: check the time and the length.")
        found += _at_the_same_time(interview, people, interview.held_at, ends)
    return found + [sentence for ask in _elsewhere for sentence in ask(interview, people)]


def also_ask(ask: Elsewhere, away: Away, visited: Visited) -> None:
    """Have another feature asked what speaks against an interview's day, a sentence each, who is away when, and when
    bodies are visited.
    """
    _elsewhere.append(ask)
    _away.append(away)
    _visited.append(visited)


def clashing(rows: Iterable[AnyRow], away: Iterable[Days], guides: Guides | None) -> set[tuple[str, int]]:
    """Prefix and number of those that wait and clash: a person in two places, a room taken.

    `rows` are interviews by time, with what queries.list_taken gives of each; cancelled ones are not among them.
    """
    rows = list(rows)
    clash = [row for row in rows if any(_is_away(row, *one) for one in away)]
    timed = [row for row in rows if has_time(row.held_at)]
    for place, one in enumerate(timed):
        ends = one.held_at + timedelta(minutes=length_of(one.minutes, one.role, guides))
        for other in timed[place + 1 :]:
            if other.held_at >= ends:
                break
            if _people(one) & _people(other) or _is_in_one_room(one, other):
                clash += [one, other]
    return {(row.prefix, row.number) for row in clash if row.state in (State.PLANNED, State.UNDER_WAY)}


def clashing_of(inspection_id: UUID, rows: Iterable[AnyRow]) -> set[tuple[str, int]]:
    """As `clashing`, for the interviews of a list. Three statements, or none where no interview has a day."""
    days = [row.happened_on for row in rows if row.happened_on is not None]
    if not days:
        return set()
    first, last = min(days), max(days)
    away = [one for ask in _away for one in ask(inspection_id, first, last)]
    return clashing(queries.list_taken(inspection_id, first, last), away, find_guides(inspection_id))


def outside_visits(inspection_id: UUID, rows: Iterable[AnyRow]) -> set[tuple[str, int]]:
    """Prefix and number of those of a list that wait to be held in person on a day on which nobody visits their body,
    though somebody visits it on others. One statement.
    """
    waiting = [
        row
        for row in rows
        if row.state in (State.PLANNED, State.UNDER_WAY) and row.happened_on is not None and not row.remote
    ]
    days: dict[UUID, list[tuple[date, date]]] = {}
    for body_id, first, last in (one for ask in _visited for one in ask(inspection_id)):
        days.setdefault(body_id, []).append((first, last))
    return {
        (row.prefix, row.number)
        for row in waiting
        if row.body_id in days and not any(first <= row.happened_on <= last for first, last in days[row.body_id])
    }


def _is_away(row: AnyRow, person_id: UUID, body_id: UUID, first: date, last: date) -> bool:
    return person_id in _people(row) and body_id != row.body_id and first <= row.happened_on <= last


def _people(row: AnyRow) -> set[UUID]:
    return {id for id in (row.lead_id, row.note_taker_id) if id is not None}


def _is_in_one_room(one: AnyRow, other: AnyRow) -> bool:
    """Within an Area: a room is one by its name."""
    if one.remote or other.remote or one.body_id is None or one.body_id != other.body_id:
        return False
    return bool(_room(one.place)) and _room(one.place) == _room(other.place)


def _at_the_same_time(interview: Interview, people: set[UUID], begins: datetime, ends: datetime) -> list[str]:
    """Who is elsewhere, and the room where another interview is. A room is one by its name, within an Area."""
    room = "" if interview.remote or interview.body is None else _room(interview.place)
    if not (people or room):
        return []
    guides = find_guides(interview.inspection_id)
    found = []
    rooms_of = interview.body if room else None
    for other in queries.list_held_by(interview.inspection_id, people, begins - LONGEST, ends, rooms_of):
        there_until = other.held_at + timedelta(minutes=length_of(other.minutes, other.role, guides))
        if other.number == interview.number or not has_time(other.held_at) or there_until <= begins:
            continue
        names = dict.fromkeys(
            name for id, name in ((other.lead_id, other.lead), (other.note_taker_id, other.note_taker)) if id in people
        )
        at = f"{other.held_at.astimezone(clock.LONDON):%H:%M}"
        there = f"{reference(other.prefix, other.number)} at {at}{', ' + other.body if other.body else ''}"
        found += [f"{name} is in two places at once: also in {there}." for name in names]
        if rooms_of and other.body_id == rooms_of.id and not other.remote and _room(other.place) == room:
            found.append(f"{interview.place} is taken twice at once: also by {there}.")
    return found


def _room(place: str) -> str:
    """A place without what people write one way or the other: ‘room  4’ is ‘Room 4’."""
    return " ".join(place.split()).casefold()


def length_of(minutes: int | None, role: str | None, guides: Guides | None) -> int:
    """How many minutes an interview takes: what it was given, else what the topic guide of its role says."""
    guide = guides.of_role(role) if guides and role else None
    return minutes or (guide.minutes if guide else MINUTES)


def has_time(moment: datetime) -> bool:
    """Whether more than the day is known: without a time it is kept as midnight in London."""
    local = moment.astimezone(clock.LONDON)
    return bool(local.hour or local.minute)
