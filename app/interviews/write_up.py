"""The write-up clock: how many working days an interview's notes may take until they are signed off."""

from dataclasses import dataclass
from datetime import date, datetime

from app.inspections.working_days import Calendar
from app.web import clock


@dataclass(frozen=True, slots=True)
class WriteUp:
    standing: str  # 'in_time', 'due', 'late'
    due: date


def write_up(
    held_at: datetime | None,
    finished_at: datetime,
    reopened_at: datetime | None,
    calendar: Calendar,
    working_days: int,
    today: date,
) -> WriteUp:
    """How it stands with an interview that was held and is not signed off.

    The clock starts on the day after it was held, and again on the day after it was reopened. It is due from the second
    working day on, and late when the last has ended.
    """
    began = day_of(reopened_at or min(held_at or finished_at, finished_at))
    due = calendar.after(began, working_days)
    standing = "late" if today > due else "in_time" if calendar.gone(began, today) <= 1 else "due"
    return WriteUp(standing, due)


def spoken(moment: datetime | None) -> str | None:
    """As the audit trail keeps it: the day, with the time where one is set."""
    if moment is None:
        return None
    local = moment.astimezone(clock.LONDON)
    return local.strftime("%-d %B %Y at %H:%M" if local.hour or local.minute else "%-d %B %Y")


def day_of(moment: datetime) -> date:
    """The day in London."""
    return moment.astimezone(clock.LONDON).date()
