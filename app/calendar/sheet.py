"""A month or a week of interviews and visits, by day or by person, with bank holidays and peak leave."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from app.calendar import queries
from app.db.base import AnyRow
from app.inspections.queries import find_guides, get_rules
from app.inspections.references import reference
from app.inspections.working_days import SATURDAY, Calendar
from app.interviews.clashes import clashing, has_time
from app.visits.models import VISIT
from app.web.pages import time_of_day

NOBODY = "Nobody yet"
MONTH, WEEK = "month", "week"


@dataclass(frozen=True, slots=True)
class Entry:
    """An interview or a visit, as a day shows it."""

    is_visit: bool
    reference: str
    at: str  # 10:05; empty for a visit, and where no time is set
    role: str
    body: str  # name of the Area
    area: str  # its code
    first: date
    last: date
    people: dict[UUID, str]  # who leads, takes notes or goes, by name
    state: str = ""  # of an interview
    clashes: bool = False  # an interview whose people or room are taken twice


OfPerson = list[tuple[date, date, Entry]]  # first and last day of each within a column


@dataclass(slots=True)
class Day:
    day: date
    within: bool  # the month; days of the months beside it fill up the weeks
    holiday: str  # its name
    leave: bool
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Filters:
    """Each empty for any; `person` is an id in hexadecimal, or 'none' for what nobody has yet."""

    area: str = ""
    person: str = ""

    def any(self) -> bool:
        return bool(self.area or self.person)

    def match(self, entry: Entry) -> bool:
        if self.area and entry.area != self.area:
            return False
        if self.person == "none":
            return not entry.people
        return not self.person or UUID(self.person) in entry.people


@dataclass(slots=True)
class Sheet:
    """What the page shows."""

    view: str
    first: date  # of the month; of a week, its Monday
    weeks: list[list[Day]]  # each from Monday to Sunday
    weekdays: list[int]  # 0 to 4; 5 and 6 where something is on them
    notes: list[str]  # on bank holidays and peak leave, a sentence each

    @property
    def days(self) -> list[Day]:
        return [day for week in self.weeks for day in week]

    @property
    def number(self) -> int:
        """How many interviews and visits there are."""
        return len({entry.reference for day in self.days if day.within for entry in day.entries})

    @property
    def beside(self) -> bool:
        """Whether something is on a day of the months beside it."""
        return any(day.entries for day in self.days if not day.within)

    @property
    def before(self) -> date:
        return self.first - timedelta(days=7) if self.view == WEEK else (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        return self.first + timedelta(days=7) if self.view == WEEK else (self.first + timedelta(days=31)).replace(day=1)

    def people(self, available: Iterable[tuple[UUID, str]] = ()) -> list[tuple[str, list[OfPerson]]]:
        """Name and what they have, in a week by its weekdays, in a month by week, each with first and last day there.

        By name, those `available` who have nothing too; last, what nobody has yet.
        """
        columns = self.weeks
        if self.view == WEEK:
            columns = [[day] for day in self.weeks[0] if day.day.weekday() in self.weekdays]
        found: dict[tuple[bool, str, UUID | None], list[OfPerson]] = {
            (False, name, id): [[] for _ in columns] for id, name in available
        }
        for place, days in enumerate(columns):
            of_entry: dict[str, tuple[Entry, list[date]]] = {}
            for day in days:
                for entry in day.entries if day.within else ():
                    of_entry.setdefault(entry.reference, (entry, []))[1].append(day.day)
            for entry, on in of_entry.values():
                people: list[tuple[UUID | None, str]] = [*entry.people.items()]
                for id, name in people or [(None, NOBODY)]:
                    row = found.setdefault((id is None, name, id), [[] for _ in columns])
                    row[place].append((on[0], on[-1], entry))
        return [(key[1], found[key]) for key in sorted(found, key=lambda key: (key[0], key[1], str(key[2])))]


def first_of(day: date, view: str) -> date:
    """Where the month or week of a day begins. Raises OverflowError at the ends of the calendar."""
    first = day - timedelta(days=day.weekday()) if view == WEEK else day.replace(day=1)
    _ = first - timedelta(days=45), first + timedelta(days=90)
    return first


def read_sheet(inspection_id: UUID, first: date, view: str, filters: Filters) -> Sheet:
    """Four statements, however much is on."""
    last = (
        first + timedelta(days=6) if view == WEEK else (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    )
    monday = first - timedelta(days=first.weekday())
    sunday = last + timedelta(days=6 - last.weekday())
    calendar = Calendar.of(get_rules(inspection_id))
    days = [
        Day(
            day,
            first <= day <= last,
            calendar.holidays.get(day, ""),
            any(period.from_ <= day <= period.to for period in calendar.peak_leave),
        )
        for day in (monday + timedelta(days=n) for n in range((sunday - monday).days + 1))
    ]
    for entry in filter(filters.match, _entries(inspection_id, monday, sunday)):
        for day in days:
            if entry.first <= day.day <= entry.last:
                day.entries.append(entry)
    busy = {day.day.weekday() for day in days if day.entries}
    return Sheet(
        view,
        first,
        [days[n : n + 7] for n in range(0, len(days), 7)],
        [weekday for weekday in range(7) if weekday < SATURDAY or weekday in busy],
        calendar.notes(first, last),
    )


def _entries(inspection_id: UUID, first: date, last: date) -> Iterable[Entry]:
    """Visits first, then interviews by time."""
    going: dict[UUID, dict[UUID, str]] = {}
    visits = queries.list_visits_between(inspection_id, first, last)
    for row in visits:
        going.setdefault(row.id, {}).update({row.person_id: row.person} if row.person_id else {})
    for row in {row.id: row for row in visits}.values():
        name = reference(VISIT, row.number)
        yield Entry(True, name, "", "", row.body, row.area, row.starts_on, row.ends_on, going[row.id])
    interviews = queries.list_interviews_between(inspection_id, first, last)
    away = [(row.person_id, row.body_id, row.starts_on, row.ends_on) for row in visits if row.person_id]
    clash = clashing(interviews, away, find_guides(inspection_id))
    for row in interviews:
        at = time_of_day(row.held_at) if has_time(row.held_at) else ""
        people = {id: name for id, name in ((row.lead_id, row.lead), (row.note_taker_id, row.note_taker)) if id}
        name, day, clashes = reference(row.prefix, row.number), row.happened_on, (row.prefix, row.number) in clash
        yield Entry(
            False, name, at, row.role_label or "", row.body or "", row.area or "", day, day, people, row.state, clashes
        )


def offered(people: Sequence[AnyRow]) -> list[tuple[str, str]]:
    """What the filter of people offers: value and text."""
    return [("", "Anybody"), ("none", NOBODY), *((person.id.hex, person.name) for person in people)]
