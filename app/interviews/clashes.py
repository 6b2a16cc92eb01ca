"""What speaks against the time of an interview. Warnings, never blocks: people know better than a calendar."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from app.inspections.guides import Guides
from app.inspections.queries import find_guides, get_rules
from app.inspections.references import reference
from app.inspections.working_days import Calendar
from app.interviews import queries
from app.interviews.models import Interview, State
from app.interviews.write_up import day_of
from app.web import clock

Elsewhere = Callable[[Interview, set[UUID]], list[str]]
_elsewhere: list[Elsewhere] = []  # what knows of people's days and stands above interviews says so here
MINUTES = 60  # how long an interview takes where no guide says so
LONGEST = timedelta(hours=12)  # no interview takes longer


def warnings_of(interview: Interview) -> list[str]:
    """A sentence each: a weekend, a bank holiday, peak leave, a person twice or in two places, a room taken.

    Four statements; the fourth asks for visits.
    """
    if interview.state not in (State.PLANNED, State.UNDER_WAY):
        return []
    found = []
    if interview.lead is not None and interview.lead_id == interview.note_taker_id:
        found.append(f"{interview.lead.name} is both lead interviewer and note-taker.")
    if interview.held_at is None:
        return found
    calendar = Calendar.of(get_rules(interview.inspection_id))
    found += calendar.warnings(day_of(interview.held_at), kind=interview.kind)
    people = {id for id in (interview.lead_id, interview.note_taker_id) if id is not None}
    found += _at_the_same_time(interview, people, interview.held_at)
    return found + [sentence for ask in _elsewhere if people for sentence in ask(interview, people)]


def also_ask(ask: Elsewhere) -> None:
    """Have another feature asked where the people of an interview are on its day: a sentence each."""
    _elsewhere.append(ask)


def _at_the_same_time(interview: Interview, people: set[UUID], begins: datetime) -> list[str]:
    """Who is elsewhere, and the room where another interview is. A room is one by its name, within an Area."""
    room = "" if interview.remote or interview.body is None else _room(interview.place)
    if not (people or room) or not has_time(begins):
        return []
    guides = find_guides(interview.inspection_id)
    role = interview.role.code if interview.role else None
    ends = begins + timedelta(minutes=length_of(interview.minutes, role, guides))
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
