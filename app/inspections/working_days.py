"""Working days: Monday to Friday without the bank holidays of the pack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.inspections.rules import PeriodPart, Rules

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known of days: bank holidays with their names, and periods of peak leave with what they cover."""

    holidays: Mapping[date, str] = field(default_factory=dict)
    peak_leave: tuple[PeriodPart, ...] = ()
    peak_leave_covers: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()  # of which bank holidays are known; empty where that is not asked

    @classmethod
    def of(cls, rules: Rules) -> "Calendar":
        nations = rules.bank_holidays
        chosen = [nations[rules.working_days.bank_holidays]] if rules.working_days.bank_holidays in nations else []
        days = {
            day.date: day.name for years in chosen or nations.values() for of_year in years.values() for day in of_year
        }
        years = frozenset(int(year) for years in chosen or nations.values() for year in years)
        return cls(days, tuple(rules.peak_leave.periods), frozenset(rules.peak_leave.covers), years)

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in self.holidays

    def after(self, day: date, working_days: int) -> date:
        """The working day that comes `working_days` after `day`; `day` itself when that is none or fewer."""
        while working_days > 0:
            day += timedelta(days=1)
            working_days -= self.is_working_day(day)
        return day

    def gone(self, day: date, until: date) -> int:
        """How many working days came after `day`, up to and with `until`."""
        return sum(self.is_working_day(day + timedelta(days=n)) for n in range(1, (until - day).days + 1))

    def weekends(self, first: date, last: date) -> list[str]:
        """A sentence where some of several days are at a weekend, else nothing."""
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        found = [_spoken(day) for day in days if day.weekday() >= SATURDAY]
        return [f"Some of the days are at a weekend: {', '.join(found)}."] if found and len(days) > 1 else []

    def warnings(self, first: date, last: date | None = None, kind: str = "") -> list[str]:
        """What speaks against these days, a sentence each. It never blocks: people know better than a calendar.

        `kind` is what is held: peak leave is warned of only where the pack says that it covers that.
        """
        last = last or first
        found = []
        if first == last and first.weekday() >= SATURDAY:
            found.append(f"{_spoken(first)} is a {first:%A}.")
        found += [
            f"{_spoken(day)} is a bank holiday: {name}." for day, name in self.holidays.items() if first <= day <= last
        ]
        found += self._unknown_years(first, last)
        if not kind or kind in self.peak_leave_covers:
            found += [
                f"{_spoken(max(first, period.from_))} is in peak leave: {period.name},"
                f" {_spoken(period.from_)} to {_spoken(period.to)}{'' if period.confirmed else ' (not confirmed)'}."
                for period in self.peak_leave
                if period.from_ <= last and first <= period.to
            ]
        return found

    def notes(self, first: date, last: date) -> list[str]:
        """What is to be known of several days, a sentence each: bank holidays, peak leave, years not known."""
        return [
            *(
                f"{_spoken(day)} is a bank holiday: {name}."
                for day, name in sorted(self.holidays.items())
                if first <= day <= last
            ),
            *(
                f"Peak leave, {period.name}: {_spoken(period.from_)} to {_spoken(period.to)}"
                f"{'' if period.confirmed else ' (not confirmed)'}."
                for period in self.peak_leave
                if period.from_ <= last and first <= period.to
            ),
            *self._unknown_years(first, last),
        ]

    def _unknown_years(self, first: date, last: date) -> list[str]:
        return [
            f"The inspection pack has no bank holidays for {year}."
            for year in range(first.year, last.year + 1)
            if self.years and year not in self.years
        ]


def _spoken(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
