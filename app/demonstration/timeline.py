"""What happened, in the order in which it happened: deeds from all parts of a demonstration, run by the clock."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from app.web import clock

Deed = Callable[[], None]
SATURDAY = 5


class Timeline:
    """Deeds by their moments. Each begins and commits its own writes, with the clock set to its moment."""

    def __init__(self) -> None:
        self._deeds: list[tuple[datetime, Deed]] = []

    def add(self, moment: datetime, deed: Deed) -> None:
        """A deed at a moment; those at one moment happen in the order in which they were added."""
        self._deeds.append((moment, deed))

    def moments(self) -> list[datetime]:
        return [moment for moment, _deed in self._deeds]

    def run(self) -> None:
        latest: datetime | None = None
        for moment, deed in sorted(self._deeds, key=lambda pair: pair[0]):
            begin = moment if latest is None else max(moment, latest + timedelta(seconds=1))
            with clock.set_to(begin):
                deed()
                latest = clock.now()


def next_working_day(moment: datetime, at: time) -> datetime:
    """The hour on the first weekday after the moment's own."""
    day = moment.astimezone(clock.LONDON).date() + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, at, clock.LONDON)
