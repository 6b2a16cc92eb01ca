"""The timetable of the scope, with today on it. Source: the pack's scope.yaml, `milestones`; product.md, section 8."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.inspections.queries import get_pack_file


@dataclass(frozen=True, slots=True)
class Milestone:
    text: str
    when: str  # the scope's own words, such as 'Autumn 2026'
    day: date | None  # None: the scope gives no day, so that it is never late and sorts last
    derived: bool  # worked out from the scope, not said in it
    state: str  # 'past', 'now' (the phase that is under way), 'next', 'later', 'undated'
    days: int | None  # from today; negative when it is over


@dataclass(frozen=True, slots=True)
class Timetable:
    milestones: list[Milestone]
    today: date

    @property
    def now(self) -> Milestone | None:
        """The phase that is under way."""
        return next((milestone for milestone in self.milestones if milestone.state == "now"), None)

    @property
    def next(self) -> Milestone | None:
        return next((milestone for milestone in self.milestones if milestone.state == "next"), None)

    def place(self, day: date) -> float | None:
        """Where the day lies between the first and the last dated milestone, from 0 to 1; None outside them."""
        days = [milestone.day for milestone in self.milestones if milestone.day]
        if len(days) < 2 or not days[0] <= day <= days[-1] or days[0] == days[-1]:
            return None
        return (day - days[0]) / (days[-1] - days[0])


def timetable(inspection_id: UUID, today: date) -> Timetable:
    """By date, those without one last in the pack's order: one statement."""
    given = get_pack_file(inspection_id, "scope.yaml")["milestones"]
    dated = sorted((part for part in given if part["date"]), key=lambda part: str(part["date"]))
    days = [date.fromisoformat(str(part["date"])) for part in dated]
    # A phase lasts until the next one begins; the end of one ('ends') begins none.
    begun = [n for n, part in enumerate(dated) if days[n] <= today and not part.get("ends")]
    to_come = [n for n, day in enumerate(days) if day > today]
    states = dict.fromkeys(range(len(dated)), "past") | dict.fromkeys(to_come, "later")
    if begun:
        states[begun[-1]] = "now"
    if to_come:
        states[to_come[0]] = "next"
    found = [
        Milestone(part["text"], part["when"], days[n], part["derived"], states[n], (days[n] - today).days)
        for n, part in enumerate(dated)
    ]
    found += [
        Milestone(part["text"], part["when"], None, part["derived"], "undated", None)
        for part in given
        if not part["date"]
    ]
    return Timetable(found, today)
