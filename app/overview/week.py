"""Who is where in one week: visits and interviews, by person and day."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from app.inspections.references import reference
from app.interviews.queries import list_between
from app.visits.models import VISIT
from app.visits.queries import list_without_people, who_is_where
from app.web.pages import time_of_day

NOBODY = "Nobody yet"


@dataclass(frozen=True, slots=True)
class Engagement:
    """Something that somebody does on a day."""

    is_visit: bool  # else an interview
    reference: str
    about: str
    at: str  # 10:05; empty where no time is set


@dataclass(slots=True)
class Week:
    days: list[date]  # Monday to Friday; Saturday and Sunday where something is on them
    people: dict[str, dict[date, list[Engagement]]] = field(default_factory=dict)  # by name; last, what nobody has yet

    @property
    def before(self) -> date:
        return self.days[0] - timedelta(days=7)

    @property
    def after(self) -> date:
        return self.days[0] + timedelta(days=7)


def monday(day: date) -> date:
    """The first day of the week. Raises OverflowError at the ends of the calendar."""
    first = day - timedelta(days=day.weekday())
    _ = first - timedelta(days=7), first + timedelta(days=14)
    return first


def read_week(inspection_id: UUID, first: date) -> Week:
    """The week that begins on a Monday. Four statements."""
    days = [first + timedelta(days=n) for n in range(7)]
    found: dict[str, dict[date, list[Engagement]]] = {}
    for one in who_is_where(inspection_id, days[0], days[-1]):
        for day in days:
            if one.first <= day <= one.last:
                engagement = Engagement(one.at is None, one.reference, one.where, _time(one.at))
                found.setdefault(one.name, {}).setdefault(day, []).append(engagement)
    for visit in list_without_people(inspection_id, days[0], days[-1]):
        engagement = Engagement(True, reference(VISIT, visit.number), visit.body, "")
        for day in days:
            if visit.starts_on <= day <= visit.ends_on:
                found.setdefault(NOBODY, {}).setdefault(day, []).append(engagement)
    for row in list_between(inspection_id, days[0], days[-1]):
        if row.lead_id is None and row.note_taker_id is None:
            engagement = Engagement(False, reference(row.prefix, row.number), row.body or "", _time(row.held_at))
            found.setdefault(NOBODY, {}).setdefault(row.happened_on, []).append(engagement)
    busy = {day for of_person in found.values() for day in of_person}
    return Week([day for day in days if day.weekday() < 5 or day in busy], found)


def _time(moment: datetime | None) -> str:
    """Midnight stands for a day without a time."""
    at = time_of_day(moment)
    return "" if at == "00:00" else at
