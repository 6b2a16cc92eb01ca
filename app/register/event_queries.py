"""What happened to a request: its events, those that stand, and what strikes out which."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, func, select

from app.db.base import another
from app.evidence.models import EvidenceItem, Source
from app.extensions import db
from app.inspections.references import reference
from app.register import state
from app.register.models import DocumentRequest, RequestEvent, RequestFile


def list_events(request_id: UUID) -> list[tuple[RequestEvent, int | None, str, bool]]:
    """What was entered, newest first: the event, the number of the one that struck it out, what it was lifted as, and
    whether anything lifted from that is distressing, withdrawn or not.
    """
    undoing, source = another(RequestEvent, "undone_by"), Source.__table__
    rows = db.session.execute(
        select(
            RequestEvent,
            undoing.number,
            source.c.prefix,
            source.c.number,
            exists().where(EvidenceItem.source_id == RequestEvent.lifted_id, EvidenceItem.distressing),
        )
        .outerjoin(undoing, undoing.strikes_id == RequestEvent.id)
        .outerjoin(source, source.c.id == RequestEvent.lifted_id)
        .where(RequestEvent.request_id == request_id)
        .order_by(RequestEvent.happened_on.desc(), RequestEvent.number.desc())
    ).all()
    return [
        (event, struck, reference(prefix, number) if prefix else "", distressing)
        for event, struck, prefix, number, distressing in rows
    ]


@dataclass(slots=True)
class TakenOff:
    """Documents that came with an event and were taken off again, at once and for one reason."""

    at: datetime
    by: str
    reason: str
    references: list[str]
    is_all: bool = True  # nothing that came with the event is attached any more


def list_taken_off(request_id: UUID) -> dict[UUID, list[TakenOff]]:
    """By event, what was taken off of the files that came with it: one statement."""
    rows = db.session.execute(
        select(
            RequestFile.event_id,
            RequestFile.withdrawn_at,
            RequestFile.withdrawn_by,
            RequestFile.withdrawn_reason,
            Source.prefix,
            Source.number,
        )
        .join(Source, Source.id == RequestFile.document_id)
        .where(RequestFile.request_id == request_id)
        .order_by(RequestFile.withdrawn_at, Source.number)
    ).all()
    standing = {row.event_id for row in rows if row.withdrawn_at is None}
    found: dict[UUID, dict[tuple[date, str, str], TakenOff]] = defaultdict(dict)
    for row in rows:
        if row.withdrawn_at is None:
            continue
        key = (row.withdrawn_at.date(), row.withdrawn_by, row.withdrawn_reason)
        off = found[row.event_id].setdefault(
            key,
            TakenOff(row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason, [], row.event_id not in standing),
        )
        if (named := reference(row.prefix, row.number)) not in off.references:
            off.references.append(named)
    return {event_id: list(taken.values()) for event_id, taken in found.items()}


def find_event(request_id: UUID, number: int) -> RequestEvent | None:
    return db.session.scalars(
        select(RequestEvent).where(RequestEvent.request_id == request_id, RequestEvent.number == number)
    ).one_or_none()


def find_like(request_id: UUID, code: str, on: date, units: Sequence[int], parts: Sequence[str]) -> RequestEvent | None:
    """The last event of the same kind, day, units and parts that was not struck out."""
    undoing = another(RequestEvent, "like_undone_by")
    of_the_day = db.session.scalars(
        select(RequestEvent)
        .outerjoin(undoing, undoing.strikes_id == RequestEvent.id)
        .where(
            RequestEvent.request_id == request_id,
            RequestEvent.code == code,
            RequestEvent.happened_on == on,
            undoing.id.is_(None),
        )
        .order_by(RequestEvent.number.desc())
    )
    said = (list(units), list(parts))
    return next((event for event in of_the_day if (event.units, event.parts) == said), None)


def list_standing(request_id: UUID) -> Sequence[RequestEvent]:
    """The events of a request that were not struck out and strike out none, in the order in which they happened."""
    undoing = another(RequestEvent, "stands_undone_by")
    return db.session.scalars(
        select(RequestEvent)
        .outerjoin(undoing, undoing.strikes_id == RequestEvent.id)
        .where(RequestEvent.request_id == request_id, RequestEvent.strikes_id.is_(None), undoing.id.is_(None))
        .order_by(RequestEvent.happened_on, RequestEvent.number)
    ).all()


def list_standing_of(inspection_id: UUID, request_ids: Collection[UUID]) -> Sequence[RequestEvent]:
    """The same of several requests that stand, one after the other: one statement."""
    undoing = another(RequestEvent, "of_several_undone_by")
    return db.session.scalars(
        select(RequestEvent)
        .join(DocumentRequest, DocumentRequest.id == RequestEvent.request_id)
        .outerjoin(undoing, undoing.strikes_id == RequestEvent.id)
        .where(RequestEvent.inspection_id == inspection_id, RequestEvent.request_id.in_(request_ids))
        .where(RequestEvent.strikes_id.is_(None), undoing.id.is_(None), DocumentRequest.withdrawn_at.is_(None))
        .order_by(RequestEvent.request_id, RequestEvent.happened_on, RequestEvent.number)
    ).all()


def answered_after(event: RequestEvent, standing: Iterable[RequestEvent]) -> RequestEvent | None:
    """What took the place of a nil return: the first other answer after it, of those events that stand."""
    place = (event.happened_on, event.number)
    others = (one for one in standing if one.code in state.ANSWERS and one.code != state.NIL_RETURN)
    return next((one for one in others if (one.happened_on, one.number) > place), None)


def find_striking(event_id: UUID) -> RequestEvent | None:
    """The event that struck out another."""
    return db.session.scalars(select(RequestEvent).where(RequestEvent.strikes_id == event_id)).one_or_none()


def is_struck(event_id: UUID) -> bool:
    return find_striking(event_id) is not None


def first_answer_on(request_id: UUID) -> date | None:
    """When something first came in answer that was not undone: received, a nil return, a refusal."""
    undoing = another(RequestEvent, "taken_back_by")
    return db.session.scalar(
        select(func.min(RequestEvent.happened_on))
        .outerjoin(undoing, undoing.strikes_id == RequestEvent.id)
        .where(RequestEvent.request_id == request_id, RequestEvent.code.in_(state.ANSWERS), undoing.id.is_(None))
    )
