"""What calendars take: RFC 5545. Of what is held only reference, kind, role, body, place and times go out, and
the title of a request as the pack has it.

No name of anybody, no title that was typed, no note: a calendar is seen by more people than an inspection is, and on
more devices.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import icalendar

from app.web import clock

REFRESH = timedelta(hours=1)
# By its rules since 1996. The library would list every change of clocks since 1970, which Outlook does not read.
ZONE = icalendar.Component.from_ical(
    """BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:STANDARD
DTSTART:19961027T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19970330T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
END:VTIMEZONE
""".replace("\n", "\r\n")
)


@dataclass(frozen=True, slots=True)
class Event:
    """What a calendar shows of an interview or a visit."""

    id: UUID  # steady: by it a calendar knows the event again
    version: int  # rises with each change
    title: str
    place: str
    about: str
    address: str  # of its page
    begins: datetime | date  # a date: the whole day
    ends: datetime | date  # the first moment, or day, after it
    cancelled: bool


def file_of(events: Iterable[Event], name: str = "") -> bytes:
    """A calendar with these events; with a name, one that is fetched again and again."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Fieldbook//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if name:
        calendar.add("x-wr-calname", _plain(name))
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(ZONE)
    now = clock.now().replace(microsecond=0)
    for event in events:
        calendar.add_component(_component(event, now))
    return calendar.to_ical()


def _component(event: Event, now: datetime) -> icalendar.Event:
    made = icalendar.Event()
    made.add("uid", f"{event.id}@fieldbook")
    made.add("dtstamp", now)
    made.add("sequence", event.version - 1)
    # Some calendars show what is cancelled as if it were not: the title says it too.
    made.add("summary", _plain(f"Cancelled: {event.title}" if event.cancelled else event.title))
    made.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    made.add("class", "PRIVATE")  # whoever else sees the calendar sees that the time is taken
    made.add("dtstart", _local(event.begins))
    made.add("dtend", _local(event.ends))
    if event.place:
        made.add("location", _plain(event.place))
    made.add("description", _plain(event.about))
    made.add("url", event.address)
    return made


def _local(moment: datetime | date) -> datetime | date:
    return moment.astimezone(clock.LONDON) if isinstance(moment, datetime) else moment


def _plain(text: str) -> str:
    """Without control characters, which RFC 5545 has in no text; line ends and tabs may stay."""
    return "".join(each for each in text if each in "\t\n" or (each >= " " and each != "\x7f"))
