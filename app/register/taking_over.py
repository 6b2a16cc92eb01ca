"""What a newer version of a document answers in place of the older one, and how that comes back."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.access import Actor
from app.audit.services import record
from app.documents.models import Document
from app.extensions import db
from app.inspections.requests import EventPart
from app.register.models import DocumentRequest, RequestEvent, RequestFile
from app.register.services import What, attach, detach, keep_true
from app.register.state import Piece
from app.web import clock

INSTEAD_OF = "instead_of"  # of a received event: the older version that the document takes the place of
_GAVE_WAY = "Superseded by {}".format  # the reason with which an older version is taken off


def take_over(
    request: DocumentRequest, newer: Document, older: Document, pieces: Iterable[Piece], kind: EventPart, *, by: Actor
) -> None:
    """Have the newer version answer these parts in place of the older one. The caller holds the request.

    Where the body said with the older one that this is all there is, that holds for the newer one too.
    """
    wanted = set(pieces)
    last = any(
        event.last
        for row, event in db.session.execute(
            select(RequestFile, RequestEvent)
            .join(RequestEvent, RequestEvent.id == RequestFile.event_id)
            .where(
                RequestFile.request_id == request.id,
                RequestFile.document_id == older.id,
                RequestFile.withdrawn_at.is_(None),
            )
        )
        if (row.unit, row.part) in wanted
    )
    details = {INSTEAD_OF: older.reference}
    what = What(on=clock.today(), done_by_id=by.id, done_by=by.label, last=last, details=details)
    attach(request, [(newer, piece) for piece in sorted(wanted)], kind, what, by=by)
    detach(request, older, wanted, _GAVE_WAY(newer.reference), by=by)


def gave_way_in(older: Document, newer: Document) -> set[UUID]:
    """The requests of which the older version was taken off for the newer one."""
    reason = _GAVE_WAY(newer.reference)
    return set(
        db.session.scalars(
            select(RequestFile.request_id).where(
                RequestFile.document_id == older.id,
                RequestFile.withdrawn_at.is_not(None),
                RequestFile.withdrawn_reason == reason,
            )
        )
    )


def give_back(request: DocumentRequest, newer: Document, older: Document, *, by: Actor) -> list[RequestFile]:
    """Undo that: the older version answers again what it gave way in, from the day on which it came. What it answers.

    What the newer version was said to hold by itself stays. An event that was struck out meanwhile brings nothing back.
    The caller holds the request.
    """
    undoing = aliased(RequestEvent)
    gave_way = db.session.scalars(
        select(RequestFile)
        .outerjoin(undoing, undoing.strikes_id == RequestFile.event_id)
        .where(RequestFile.request_id == request.id, RequestFile.document_id == older.id, undoing.id.is_(None))
        .where(RequestFile.withdrawn_at.is_not(None), RequestFile.withdrawn_reason == _GAVE_WAY(newer.reference))
        .order_by(RequestFile.unit, RequestFile.created_at)
    ).all()
    took = [
        (row.unit, row.part)
        for row, details in db.session.execute(
            select(RequestFile, RequestEvent.details)
            .join(RequestEvent, RequestEvent.id == RequestFile.event_id)
            .where(
                RequestFile.request_id == request.id,
                RequestFile.document_id == newer.id,
                RequestFile.withdrawn_at.is_(None),
            )
        )
        if details.get(INSTEAD_OF) == older.reference
    ]
    detach(request, newer, took, f"It is no longer a newer version of {older.reference}", by=by)
    standing = {
        (row.unit, row.part)
        for row in db.session.execute(
            select(RequestFile.unit, RequestFile.part).where(
                RequestFile.request_id == request.id,
                RequestFile.document_id == older.id,
                RequestFile.withdrawn_at.is_(None),
            )
        )
    }
    back: list[RequestFile] = []
    for row in gave_way:
        if (row.unit, row.part) in standing:
            continue
        standing.add((row.unit, row.part))
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = None, "", ""
        back.append(row)
    db.session.flush()
    if back:
        held = ", ".join(f"{row.part} of {request.unit} {row.unit}" for row in back)
        inspection_id, after = request.inspection_id, {"holds": held}
        record(by, "gave back", request.reference, part=older.reference, inspection_id=inspection_id, after=after)
        record(
            by,
            "said that it answers a request again",
            older.reference,
            part=request.reference,
            inspection_id=inspection_id,
            after=after,
        )
        keep_true(older.id, body_id=request.body_id)
    return back
