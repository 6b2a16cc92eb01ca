"""What stands in a feed, and in the file of one interview."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import url_for

from app.calendar import queries
from app.calendar.ics import Event
from app.db.base import AnyRow
from app.inspections.guides import Guides
from app.inspections.queries import list_guides
from app.inspections.references import reference
from app.inspections.vocabulary import Vocabulary
from app.interviews.clashes import has_time, length_of
from app.register.queries import Line, Register, read_register
from app.visits.models import VISIT
from app.web import clock

BACK = timedelta(days=365)  # what is longer ago is no longer in a feed


@dataclass(frozen=True, slots=True)
class Of:
    """What an event says of its inspection, and knows by it."""

    code: str
    marking: str
    demonstration: bool
    kinds: Mapping[str, str]  # kind of source to its label
    guides: Guides | None


def events_of(person_id: UUID) -> list[Event]:
    """Somebody's interviews and visits in the inspections whose team they are on now, and when the requests that they
    look after are due. Four statements, and four for each inspection that has such requests."""
    inspections = queries.list_inspections_of(person_id)
    guides = list_guides(inspections)
    of = {
        id: Of(
            row.code,
            row.marking,
            row.demonstration,
            Vocabulary.read(row.vocabulary).labels["source_kinds"],
            guides.get(id),
        )
        for id, row in inspections.items()
    }
    since = clock.now() - BACK
    interviews = queries.list_interviews_of(person_id, inspections, since)
    visits = queries.list_visits_of(person_id, inspections, since.date())
    return [
        *(event_of_interview(row, of[row.inspection_id]) for row in interviews),
        *(_event_of_visit(row, of[row.inspection_id]) for row in visits),
        *(
            event
            for id, row in inspections.items()
            if row.owns
            for event in events_of_requests(read_register(id, clock.today()), of[id], owner_id=person_id)
        ),
    ]


def event_of_interview(row: AnyRow, of: Of) -> Event:
    """Without a time it takes the whole day; else as long as it was given, or as the topic guide of its role says."""
    name, day = reference(row.prefix, row.number), row.held_at.astimezone(clock.LONDON).date()
    kind, who = of.kinds.get(row.kind, row.kind), ", ".join(filter(None, (row.role_label, row.body)))
    timed = has_time(row.held_at)
    return Event(
        id=row.id,
        version=row.version,
        title=f"{name} {kind}{': ' if who else ''}{who}",
        place=row.place,
        about=_about(of, "Remotely" if row.remote else "In person"),
        address=url_for("interviews.show_interview", inspection=of.code, reference=name, _external=True),
        begins=row.held_at if timed else day,
        ends=row.held_at + timedelta(minutes=length_of(row.minutes, row.role, of.guides))
        if timed
        else day + timedelta(days=1),
        cancelled=row.cancelled_at is not None,
    )


def _event_of_visit(row: AnyRow, of: Of) -> Event:
    name = reference(VISIT, row.number)
    return Event(
        id=row.id,
        version=row.version,
        title=f"{name} Visit to {row.body}",
        place=row.place,
        about=_about(of),
        address=url_for("visits.show_visit", inspection=of.code, reference=name, _external=True),
        begins=row.starts_on,
        ends=row.ends_on + timedelta(days=1),
        cancelled=row.cancelled_at is not None,
    )


def events_of_requests(register: Register, of: Of, *, owner_id: UUID | None = None) -> list[Event]:
    """What is not in yet and has a due date, of one owner if they are named: a day each, as last extended.

    A request has its title where that is the pack's: see ics.py.
    """
    titles = {part.id: part.title for part in register.words.requests} if register.words else {}
    return [
        Event(
            id=line.id,
            version=line.version + line.now.extensions,
            title=f"Due: {line.code} {line.body_name}{_title(line, titles)}",
            place="",
            about=_about(of, register.label(line.state)),
            address=url_for(
                "register.show_request", inspection=of.code, body=line.body, code=line.code, _external=True
            ),
            begins=line.now.due,
            ends=line.now.due + timedelta(days=1),
            cancelled=False,
        )
        for line in register.lines
        if line.is_open and line.now.due and owner_id in (None, line.owner_id)
    ]


def _title(line: Line, titles: Mapping[str, str]) -> str:
    return f": {line.title}" if line.title == titles.get(line.code) else ""


def _about(of: Of, how: str = "") -> str:
    made_up = "Demonstration: all of it is made up" if of.demonstration else ""
    return ". ".join(filter(None, (of.marking, made_up, how))) + "."
