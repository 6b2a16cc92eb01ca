from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import aliased

from app.access import Actor
from app.audit.services import record
from app.db.versions import check_base
from app.documents.models import Document
from app.evidence.models import Source
from app.evidence.services import speak_for
from app.extensions import db
from app.inspections.models import Body, BodyKind, Inspection
from app.inspections.requests import EventPart, RequestPart
from app.register import queries
from app.register.models import OWN, DocumentRequest, RequestEvent, RequestFile, Unrequested
from app.register.state import Piece
from app.web import clock

BEHIND = 1000  # the place of what the team adds, behind all of the pack
REGISTER = "register"  # what the audit trail calls the whole of it
ASKED_OF = {
    "on_site_areas": lambda body: body.visited,
    "all_areas": lambda body: body.kind is BodyKind.AREA,
    "headquarters": lambda body: body.kind is BodyKind.HEADQUARTERS,
}


class AlreadyUndone(Exception):
    """The event was struck out before."""


class NotUndoable(Exception):
    """An undoing is not undone: what it struck out is entered again."""


@dataclass(frozen=True, slots=True)
class What:
    """What an event says, as far as the pack has its kind say it."""

    on: date
    done_by_id: UUID | None = None
    done_by: str = ""
    new_due: date | None = None
    next_chase: date | None = None
    units: Sequence[int] = ()
    parts: Sequence[str] = ()
    last: bool = False
    details: Mapping[str, str] = field(default_factory=dict)


def make_requests(inspection_id: UUID, parts: Sequence[RequestPart], bodies: Sequence[Body], *, by: Actor) -> int:
    """Put down every request of the pack that is not there yet, one for each body that is asked; how many were new."""
    # Two at once wait for one another, so that nothing is made twice.
    db.session.execute(select(Inspection.id).where(Inspection.id == inspection_id).with_for_update())
    there = {
        (row.code, row.body_id)
        for row in db.session.execute(
            select(DocumentRequest.code, DocumentRequest.body_id).where(DocumentRequest.inspection_id == inspection_id)
        )
    }
    made = 0
    for position, part in enumerate(parts, 1):
        for body in bodies:
            if not ASKED_OF[part.from_](body) or (part.id, body.id) in there:
                continue
            made += 1
            db.session.add(new_request(body, part.id, values_of(part, position)))
    if made:
        record(by, "made the requests of the pack", REGISTER, inspection_id=inspection_id, after={"made": made})
    db.session.flush()
    return made


def new_request(body: Body, code: str, values: Mapping[str, Any]) -> DocumentRequest:
    return DocumentRequest(
        inspection_id=body.inspection_id, body_id=body.id, code=code, created_at=clock.now(), **values
    )


@dataclass(frozen=True, slots=True)
class Own:
    """What a request that the team adds asks for."""

    title: str
    text: str
    expected: int | None = None  # documents; None for as many as there are
    maximum: int | None = None
    period: str = ""
    criteria: Sequence[str] = ()

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__} | {"criteria": list(self.criteria)}


def hold_own(inspection_id: UUID) -> None:
    """Two at once who add requests wait for one another."""
    db.session.execute(select(Inspection.id).where(Inspection.id == inspection_id).with_for_update())


def add_request(
    body: Body, own: Own, *, due: date | None = None, owner_id: UUID | None = None, by: Actor
) -> DocumentRequest:
    """Ask one body for a document that the pack does not ask for; it stands behind those of the pack."""
    hold_own(body.inspection_id)  # so that each gets a code of its own
    number = queries.count_own(body.inspection_id) + 1
    values = own.columns() | _beside(body, number)
    request = new_request(body, f"{OWN}{number}", values)
    request.due, request.owner_id = due, owner_id
    db.session.add(request)
    db.session.flush()
    after: dict[str, Any] = {name: value for name, value in _worded(own).items() if value}
    if due is not None:
        after["due"] = due.isoformat()
    if owner_id is not None:
        after["owner_id"] = str(owner_id)
    record(by, "added a request", request.reference, inspection_id=request.inspection_id, after=after)
    return request


def _beside(body: Body, number: int) -> dict[str, Any]:
    """What nobody is asked of a request that the team adds."""
    return {
        "kind": "document",
        "asked_of": next(group for group, is_of in ASKED_OF.items() if is_of(body)),
        "position": BEHIND + number,
        "unit": "document",
        "minimum": None,
        "nil_return": "accepted",
        "parts": ["document"],
        "depends_on": "",
    }


WORDING = ("changed a request",)  # by which what it asks for becomes something else


def change_own(request: DocumentRequest, own: Own, *, base: int, by: Actor) -> None:
    """Have it ask for something else. Raises Stale. The caller holds the request, and has seen that nothing came."""
    if request.version != base:
        record(
            by, "changed a request too late", request.reference, inspection_id=request.inspection_id, after=_worded(own)
        )
    check_base(request, base)
    was = Own(**{name: getattr(request, name) for name in Own.__slots__})
    for name, value in own.columns().items():
        setattr(request, name, value)
    _record_words(request, _worded(was), _worded(own), by)


def retitle(requests: Iterable[DocumentRequest], title: str, *, by: Actor) -> None:
    """Give a request another title, for each body that is asked for it. The caller holds them."""
    for request in requests:
        was, request.title = request.title, title
        _record_words(request, {"title": was}, {"title": title}, by)


def _record_words(request: DocumentRequest, before: dict[str, Any], after: dict[str, Any], by: Actor) -> None:
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        record(
            by,
            "changed a request",
            request.reference,
            inspection_id=request.inspection_id,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    db.session.flush()


def _worded(own: Own) -> dict[str, Any]:
    """What it asks for, for the audit trail."""
    numbers = {"expected": own.expected, "maximum": own.maximum}
    said = {"title": own.title, "text": own.text, "period": own.period, "criteria": ", ".join(own.criteria)}
    return said | {name: "" if number is None else number for name, number in numbers.items()}


def withdraw(request: DocumentRequest, reason: str, *, by: Actor) -> None:
    """Take off the register what was added by mistake; its history stays. The caller has seen that nothing came."""
    request.withdrawn_at, request.withdrawn_by, request.withdrawn_reason = clock.now(), by.label, reason
    record(by, "withdrew a request", request.reference, inspection_id=request.inspection_id, after={"reason": reason})
    db.session.flush()


def values_of(part: RequestPart, position: int) -> dict[str, Any]:
    """What the pack says of a request, by column: the same for each body that is asked."""
    return {
        "kind": part.kind,
        "asked_of": part.from_,
        "position": position,
        "title": part.title,
        "text": part.text,
        "unit": part.unit,
        "expected": part.expected,
        "minimum": part.minimum,
        "maximum": part.maximum,
        "nil_return": part.nil_return,
        "parts": list(part.parts),
        "depends_on": part.depends_on,
        "period": part.period or "",
        "criteria": list(part.criteria),
        "due": part.due,
    }


def enter(request: DocumentRequest, kind: EventPart, what: What, *, by: Actor) -> RequestEvent:
    """Enter something that happened. The caller holds the request for change."""
    return _add(request, kind, what, None, by)


def enter_for_all(requests: Iterable[DocumentRequest], kind: EventPart, what: What, *, by: Actor) -> None:
    """Enter the same event for several requests, as one letter does. The caller holds them for change."""
    for request in requests:
        _add(request, kind, what, None, by)


def undo(request: DocumentRequest, event: RequestEvent, kind: EventPart, what: What, *, by: Actor) -> RequestEvent:
    """Strike out an event that was entered by mistake; it stays to be seen. Files that came with it are taken off.

    `kind` is the pack's event for that. Raises AlreadyUndone and NotUndoable.
    """
    if event.strikes_id is not None:
        raise NotUndoable
    if db.session.scalar(select(RequestEvent.id).where(RequestEvent.strikes_id == event.id)):
        raise AlreadyUndone
    undone = _add(request, kind, what, event, by)
    came = db.session.scalars(
        select(RequestFile).where(RequestFile.event_id == event.id, RequestFile.withdrawn_at.is_(None))
    ).all()
    _withdraw(came, f"{kind.label}: {what.details.get('reason', '')}", by)
    lifted = {event.lifted_id} if event.lifted_id else set()
    for document_id in sorted({row.document_id for row in came} | lifted):
        keep_true(document_id)
    return undone


def _add(
    request: DocumentRequest, kind: EventPart, what: What, strikes: RequestEvent | None, by: Actor
) -> RequestEvent:
    last = db.session.scalar(
        select(func.coalesce(func.max(RequestEvent.number), 0)).where(RequestEvent.request_id == request.id)
    )
    event = RequestEvent(
        inspection_id=request.inspection_id,
        request_id=request.id,
        number=(last or 0) + 1,
        code=kind.code,
        happened_on=what.on,
        done_by_id=what.done_by_id,
        done_by=what.done_by,
        new_due=what.new_due,
        next_chase=what.next_chase,
        units=list(what.units),
        parts=list(what.parts),
        last=what.last,
        details={name: value for name, value in what.details.items() if value},
        strikes_id=strikes.id if strikes else None,
        created_at=clock.now(),
        created_by_id=by.id,
        created_by=by.label,
    )
    db.session.add(event)
    db.session.flush()
    record(
        by,
        f"entered ‘{kind.label}’",
        request.reference,
        part=f"event {event.number}",
        inspection_id=request.inspection_id,
        after=_said(event) | ({"event": strikes.number} if strikes else {}),
    )
    return event


def _said(event: RequestEvent) -> dict[str, Any]:
    """What an event says, for the audit trail."""
    said: dict[str, Any] = {"date": event.happened_on.isoformat(), "by": event.done_by, **event.details}
    if event.new_due:
        said["new_due"] = event.new_due.isoformat()
    if event.next_chase:
        said["next_chase"] = event.next_chase.isoformat()
    if event.units:
        said |= {"units": ", ".join(map(str, event.units)), "parts": ", ".join(event.parts)}
    if event.last:
        said["last"] = True
    return said


PLANNING = ("planned", "set the due date")  # by which due date, period and owner become others


@dataclass(frozen=True, slots=True)
class Plan:
    """When a request is due, of which period it is, and who looks after it."""

    due: date | None
    period: str
    owner_id: UUID | None
    owner: str


def plan(request: DocumentRequest, wanted: Plan, *, base: int, by: Actor) -> None:
    """Plan it anew. On a stale base what was wanted is put on record, and Stale raised."""
    if request.version != base:
        after = {"due": wanted.due.isoformat() if wanted.due else "", "period": wanted.period, "owner": wanted.owner}
        record(
            by, "could not plan, as it had changed", request.reference, inspection_id=request.inspection_id, after=after
        )
    check_base(request, base)
    _plan(request, wanted, by)
    db.session.flush()


def _plan(request: DocumentRequest, wanted: Plan, by: Actor) -> bool:
    """Whether anything of it changed; the history says what."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    if request.due != wanted.due:
        before["due"] = request.due.isoformat() if request.due else ""
        after["due"] = wanted.due.isoformat() if wanted.due else ""
    if request.period != wanted.period:
        before["period"], after["period"] = request.period, wanted.period
    if request.owner_id != wanted.owner_id:
        before["owner_id"], after["owner"] = str(request.owner_id or ""), wanted.owner
    if not after:
        return False
    request.due, request.period, request.owner_id = wanted.due, wanted.period, wanted.owner_id
    deed = "set the due date" if set(after) == {"due"} else "planned"
    record(by, deed, request.reference, inspection_id=request.inspection_id, before=before, after=after)
    return True


@dataclass(frozen=True, slots=True)
class Group:
    """What several requests are given at once; what is left out stays as it is for each."""

    due: date | None = None
    period: str = ""
    gives_owner: bool = False
    owner_id: UUID | None = None
    owner: str = ""

    def fits(self, due: date | None, period: str, owner_id: UUID | None) -> bool:
        """Whether a request with this due date, period and owner has all of that already."""
        owned = not self.gives_owner or self.owner_id == owner_id
        return owned and self.due in (None, due) and self.period in ("", period)


def plan_several(requests: Iterable[DocumentRequest], group: Group, *, by: Actor) -> set[UUID]:
    """Give several requests one due date, period or owner; those that changed. An extension stays over the date."""
    changed = set()
    for request in requests:
        owner_id, owner = (group.owner_id, group.owner) if group.gives_owner else (request.owner_id, "")
        if _plan(request, Plan(group.due or request.due, group.period or request.period, owner_id, owner), by):
            changed.add(request.id)
    db.session.flush()
    return changed


def note_late(inspection_id: UUID, group: Group, requests: int, *, by: Actor) -> None:
    """Put on record what somebody wanted for several requests, as one of them was changed meanwhile."""
    after: dict[str, Any] = {"due": group.due.isoformat() if group.due else "", "requests": requests}
    if group.period:
        after["period"] = group.period
    if group.gives_owner:
        after["owner"] = group.owner
    record(by, "could not set due dates, as one had changed", REGISTER, inspection_id=inspection_id, after=after)


def attach(
    request: DocumentRequest, placed: Sequence[tuple[Document, Piece]], kind: EventPart, what: What, *, by: Actor
) -> RequestEvent | None:
    """Say that documents hold parts of units of a request, and that they were received with that.

    What a document is said to hold already is left as it is; None when nothing new was said. The caller holds the
    request for change.
    """
    standing = {
        (row.document_id, row.unit, row.part)
        for row in db.session.execute(
            select(RequestFile.document_id, RequestFile.unit, RequestFile.part).where(
                RequestFile.request_id == request.id, RequestFile.withdrawn_at.is_(None)
            )
        )
    }
    new = [(document, unit, part) for document, (unit, part) in placed if (document.id, unit, part) not in standing]
    if not new:
        return None
    units = sorted({unit for _document, unit, _part in new})
    parts = [part for part in request.parts if part in {one for _document, _unit, one in new}]
    event = _add(request, kind, replace(what, units=units, parts=parts), None, by)
    for document, unit, part in new:
        db.session.add(
            RequestFile(
                inspection_id=request.inspection_id,
                request_id=request.id,
                event_id=event.id,
                document_id=document.id,
                unit=unit,
                part=part,
                withdrawn_by="",
                withdrawn_reason="",
                created_at=clock.now(),
                created_by_id=by.id,
                created_by=by.label,
            )
        )
    db.session.flush()
    for document in {document.id: document for document, _unit, _part in new}.values():
        held = ", ".join(f"{part} of {request.unit} {unit}" for one, unit, part in new if one is document)
        record(
            by,
            "said that it answers a request",
            document.reference,
            part=request.reference,
            inspection_id=request.inspection_id,
            after={"holds": held},
        )
        db.session.execute(delete(Unrequested).where(Unrequested.document_id == document.id))
        keep_true(document.id, body_id=request.body_id)
    return event


def detach(request: DocumentRequest, document: Document, pieces: Iterable[Piece], reason: str, *, by: Actor) -> int:
    """Take a document off parts of a request; what was said stays on record with the reason. How many it held."""
    wanted = set(pieces)
    rows = [
        row
        for row in db.session.scalars(
            select(RequestFile).where(
                RequestFile.request_id == request.id,
                RequestFile.document_id == document.id,
                RequestFile.withdrawn_at.is_(None),
            )
        )
        if (row.unit, row.part) in wanted
    ]
    if rows:
        _withdraw(rows, reason, by)
        held = ", ".join(f"{row.part} of {request.unit} {row.unit}" for row in rows)
        after = {"held": held, "reason": reason}
        for object, part in ((request.reference, document.reference), (document.reference, request.reference)):
            record(by, "took off", object, part=part, inspection_id=request.inspection_id, after=after)
        keep_true(document.id)
    return len(rows)


def set_aside(document: Document, *, by: Actor) -> None:
    """Say that a document answers no request: it no longer waits to be sorted."""
    if db.session.scalar(select(Unrequested.id).where(Unrequested.document_id == document.id)):
        return
    db.session.add(
        Unrequested(
            inspection_id=document.inspection_id,
            document_id=document.id,
            created_at=clock.now(),
            created_by_id=by.id,
            created_by=by.label,
        )
    )
    record(by, "said that it answers no request", document.reference, inspection_id=document.inspection_id)


def sort_again(document: Document, *, by: Actor) -> None:
    """Undo that: it waits to be sorted again."""
    db.session.execute(delete(Unrequested).where(Unrequested.document_id == document.id))
    record(by, "is to be sorted again", document.reference, inspection_id=document.inspection_id)


def lift_nil_return(request: DocumentRequest, event: RequestEvent, document: Document, *, by: Actor) -> None:
    """Make a nil return a source of its own, as a document that says it: from then on it can be tagged."""
    event.lifted_id = document.id
    db.session.flush()
    keep_true(document.id, body_id=request.body_id)
    record(
        by,
        "lifted the nil return",
        request.reference,
        part=f"event {event.number}",
        inspection_id=request.inspection_id,
        after={"document": document.reference},
    )


def _withdraw(rows: Iterable[RequestFile], reason: str, by: Actor) -> None:
    for row in rows:
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = clock.now(), by.label, reason
    db.session.flush()


def keep_true(document_id: UUID, *, body_id: UUID | None = None) -> None:
    """What is repeated on the source: the codes of the requests that it answers, and the body where it had none."""
    db.session.execute(select(Source.id).where(Source.id == document_id).with_for_update())
    document = db.session.get_one(Document, document_id, populate_existing=True)
    attached = select(RequestFile.request_id).where(
        RequestFile.document_id == document_id, RequestFile.withdrawn_at.is_(None)
    )
    undoing = aliased(RequestEvent)
    lifted = (
        select(RequestEvent.request_id)
        .outerjoin(undoing, undoing.strikes_id == RequestEvent.id)
        .where(RequestEvent.lifted_id == document_id, undoing.id.is_(None))
    )
    codes = db.session.execute(
        select(DocumentRequest.code, DocumentRequest.position)
        .where(DocumentRequest.id.in_(attached.union(lifted)))
        .distinct()
        .order_by(DocumentRequest.position, DocumentRequest.code)
    )
    document.request = " ".join(row.code for row in codes)
    if body_id is not None and document.body_id is None:
        speak_for(document, body_id)
    db.session.flush()
