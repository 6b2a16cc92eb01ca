"""What the pack has kept of each unit of a request beside its files: the date of a panel, who attended, the court."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select

from app.access import Actor
from app.audit.services import record
from app.db.versions import Stale, check_base
from app.extensions import db
from app.inspections.models import Body
from app.register.models import DocumentRequest, RequestFile, RequestUnit

KEPT = "kept the details of a unit"
KEEPING = (KEPT,)
TOO_LATE = "could not keep the details of a unit, as they had changed"
Fields = dict[str, str]  # by the pack's code: a day as ISO has it, an Area by its code, all else as typed


def part_of(request: DocumentRequest, number: int) -> str:
    """What the history of its request calls it."""
    return f"{request.unit} {number}"


def list_units(request_id: UUID) -> Sequence[RequestUnit]:
    return db.session.scalars(
        select(RequestUnit).where(RequestUnit.request_id == request_id).order_by(RequestUnit.number)
    ).all()


def find_unit(request_id: UUID, number: int) -> RequestUnit | None:
    return db.session.scalars(
        select(RequestUnit).where(RequestUnit.request_id == request_id, RequestUnit.number == number)
    ).one_or_none()


@dataclass(frozen=True, slots=True)
class HeldUnit:
    """A unit of a request of which a document holds a part, with what is kept of it."""

    code: str  # of the request
    body: str
    body_name: str
    unit: str  # 'panel meeting'
    number: int
    fields: Fields


def list_held(document_id: UUID) -> list[HeldUnit]:
    """The units that a document holds something of, in the order of the register: one statement."""
    rows = db.session.execute(
        select(
            DocumentRequest.code,
            Body.code.label("body"),
            Body.name.label("body_name"),
            DocumentRequest.unit,
            RequestFile.unit.label("number"),
            RequestUnit.fields,
        )
        .select_from(RequestFile)
        .join(DocumentRequest, DocumentRequest.id == RequestFile.request_id)
        .join(Body, Body.id == DocumentRequest.body_id)
        .outerjoin(
            RequestUnit,
            and_(RequestUnit.request_id == RequestFile.request_id, RequestUnit.number == RequestFile.unit),
        )
        .where(RequestFile.document_id == document_id, RequestFile.withdrawn_at.is_(None))
        .order_by(Body.position, DocumentRequest.position, DocumentRequest.code, RequestFile.unit)
    ).all()
    # A unit has several parts, and a document may hold more than one of them.
    held = {(row.body, row.code, row.number): row for row in rows}
    return [
        HeldUnit(row.code, row.body, row.body_name, row.unit, row.number, dict(row.fields or {}))
        for row in held.values()
    ]


def keep_unit(
    request: DocumentRequest, number: int, fields: Fields, *, words: Callable[[Fields], Fields], base: int, by: Actor
) -> None:
    """Keep the details of a unit; `words` says them for the history. `base` is 0 where none were kept yet.

    The request is locked by whoever calls. On a stale base what was wanted is put on record, and Stale raised.
    """
    unit = find_unit(request.id, number)
    had: Fields = dict(unit.fields) if unit else {}
    if (unit.version if unit else 0) != base:
        _record(request, number, TOO_LATE, by, {}, words(fields))
        raise Stale
    if had == fields:
        return
    if unit is None:
        unit = RequestUnit(inspection_id=request.inspection_id, request_id=request.id, number=number)
        db.session.add(unit)
    else:
        check_base(unit, base)
    unit.fields = fields
    db.session.flush()
    before, after = words(had), words(fields)
    changed = [name for name in {**before, **after} if before.get(name, "") != after.get(name, "")]
    _record(
        request,
        number,
        KEPT,
        by,
        {name: before[name] for name in changed if name in before},
        {name: after.get(name, "") for name in changed},
    )


def _record(request: DocumentRequest, number: int, deed: str, by: Actor, before: Fields, after: Fields) -> None:
    record(
        by,
        deed,
        request.reference,
        part=part_of(request, number),
        inspection_id=request.inspection_id,
        before=before or None,
        after=after,
    )
