"""The clock. All code asks here for the time, so that a demonstration or a test can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, current_app

LONDON = ZoneInfo("Europe/London")


def start(app: Flask, starts_at: str | None) -> None:
    """Let the clock run on from `starts_at` (ISO; London time where it names no zone), or from now when None.

    Raises ValueError for what is no ISO time.
    """
    offset = timedelta()
    if starts_at:
        moment = datetime.fromisoformat(starts_at)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=LONDON)
        offset = moment - datetime.now(UTC)
    app.extensions["fieldbook_clock"] = offset


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """Let the clock run on from another moment inside the block: a demonstration is made as if on its own days."""
    before = current_app.extensions["fieldbook_clock"]
    current_app.extensions["fieldbook_clock"] = moment - datetime.now(UTC)
    try:
        yield
    finally:
        current_app.extensions["fieldbook_clock"] = before


def is_set() -> bool:
    """Whether it runs from another moment than the present: then no device's clock agrees with it."""
    return bool(current_app.extensions["fieldbook_clock"])


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC) + current_app.extensions["fieldbook_clock"]


def today() -> date:
    """The date in London."""
    return now().astimezone(LONDON).date()


def of_the_machine() -> float:
    """Seconds since 1970 as the machine counts them, whatever this clock was set to: files on disk bear that time."""
    return datetime.now(UTC).timestamp()
