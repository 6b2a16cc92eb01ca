"""Which parts of which requests documents hold, and the documents of which nobody has said that yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, inspect, select

from app.db.base import AnyRow, another
from app.documents.handling import cannot_be_read
from app.documents.models import Document, Names, Original
from app.evidence.models import Source
from app.extensions import db
from app.inspections.models import Body
from app.inspections.references import reference
from app.register.models import DocumentRequest, RequestEvent, RequestFile, Unrequested

SORTED_PAGE = 50


@dataclass(frozen=True, slots=True)
class FileLine:
    """One part of one unit that a document holds, with where it stands."""

    unit: int
    part: str
    code: str  # of the request
    body: str
    body_name: str
    number: int  # of the document
    prefix: str
    title: str
    names: Names  # how it stands with regard to names: of what could not be read or was sent back that is said
    pages: int
    trouble: str
    created_by: str  # who put it there
    created_at: datetime

    @property
    def reference(self) -> str:
        return reference(self.prefix, self.number)

    @property
    def is_shut(self) -> bool:
        """Whether it cannot be read, which nobody has said yet who checks it."""
        return self.names is Names.UNCHECKED and cannot_be_read(self)


def list_files(
    inspection_id: UUID, *, request_id: UUID | None = None, document_id: UUID | None = None
) -> list[FileLine]:
    """What is attached now to a request, or by a document to any: one statement."""
    document = inspect(Document).local_table.c
    statement = (
        select(
            RequestFile.unit,
            RequestFile.part,
            DocumentRequest.code,
            Body.code.label("body"),
            Body.name.label("body_name"),
            Source.number,
            Source.prefix,
            Source.title,
            document.names,
            document.pages,
            document.trouble,
            RequestFile.created_by,
            RequestFile.created_at,
        )
        .join(DocumentRequest, DocumentRequest.id == RequestFile.request_id)
        .join(Body, Body.id == DocumentRequest.body_id)
        .join(Source, Source.id == RequestFile.document_id)
        .join(inspect(Document).local_table, document.id == RequestFile.document_id)
        .where(RequestFile.inspection_id == inspection_id, RequestFile.withdrawn_at.is_(None))
        .order_by(Body.position, DocumentRequest.position, RequestFile.unit, RequestFile.created_at, Source.number)
    )
    if request_id is not None:
        statement = statement.where(RequestFile.request_id == request_id)
    if document_id is not None:
        statement = statement.where(RequestFile.document_id == document_id)
    return [FileLine(**row._asdict()) for row in db.session.execute(statement)]


def answers_as_much(document_id: UUID) -> set[str]:
    """The other documents that answer all that this one answers, by reference: one statement."""
    other = another(RequestFile, "other")
    mine = select(func.count()).where(RequestFile.document_id == document_id, RequestFile.withdrawn_at.is_(None))
    rows = db.session.execute(
        select(Source.prefix, Source.number)
        .select_from(RequestFile)
        .join(
            other,
            and_(
                other.request_id == RequestFile.request_id,
                other.unit == RequestFile.unit,
                other.part == RequestFile.part,
            ),
        )
        .join(Source, Source.id == other.document_id)
        .where(RequestFile.document_id == document_id, RequestFile.withdrawn_at.is_(None))
        .where(other.document_id != document_id, other.withdrawn_at.is_(None))
        .group_by(Source.prefix, Source.number)
        .having(func.count() == mine.scalar_subquery())
    )
    return {reference(row.prefix, row.number) for row in rows}


def find_set_aside(document_id: UUID) -> Unrequested | None:
    """Who said that it answers no request, and when."""
    return db.session.scalars(select(Unrequested).where(Unrequested.document_id == document_id)).one_or_none()


def list_lifted(document_id: UUID) -> Sequence[AnyRow]:
    """The nil returns that a document was lifted from: code, body_name; struck_on, struck_by, reason once one no longer
    stands."""
    undoing = another(RequestEvent, "undoing")
    return db.session.execute(
        select(
            DocumentRequest.code,
            Body.name.label("body_name"),
            undoing.happened_on.label("struck_on"),
            undoing.created_by.label("struck_by"),
            undoing.details["reason"].as_string().label("reason"),
        )
        .select_from(RequestEvent)
        .join(DocumentRequest, DocumentRequest.id == RequestEvent.request_id)
        .join(Body, Body.id == DocumentRequest.body_id)
        .outerjoin(undoing, undoing.strikes_id == RequestEvent.id)
        .where(RequestEvent.lifted_id == document_id)
        .order_by(Body.position, DocumentRequest.position)
    ).all()


def count_to_be_sorted(inspection_id: UUID) -> int:
    return db.session.scalar(select(func.count()).select_from(Source).where(*_to_be_sorted(inspection_id))) or 0


def _to_be_sorted(inspection_id: UUID) -> list[ColumnElement[bool]]:
    return [
        Source.inspection_id == inspection_id,
        Source.feature == "document",
        Source.request == "",
        ~exists().where(Unrequested.document_id == Source.id),
    ]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document that is to be sorted."""

    number: int
    prefix: str
    title: str

    @property
    def reference(self) -> str:
        return reference(self.prefix, self.number)


def find_next_to_be_sorted(inspection_id: UUID, number: int) -> Waiting | None:
    """What is to be sorted after the document of that number, in the order of the list; after its last the first."""
    row = db.session.execute(
        select(Source.number, Source.prefix, Source.title)
        .where(*_to_be_sorted(inspection_id), Source.number != number)
        .order_by(Source.number > number, Source.number.desc())
        .limit(1)
    ).first()
    return Waiting(*row) if row else None


def list_to_be_sorted(inspection_id: UUID, before: int | None = None) -> tuple[Sequence[AnyRow], int | None]:
    """Documents of which nobody has said what they answer, newest first, and where the next page begins."""
    statement = (
        select(
            Source.number,
            Source.prefix,
            Source.title,
            Original.file_name,
            Document.names,
            Original.received_at,
            Original.received_by,
            Body.name.label("body"),
        )
        .select_from(Document)
        .join(Original, Original.id == Document.original_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .where(*_to_be_sorted(inspection_id))
        .order_by(Source.number.desc())
        .limit(SORTED_PAGE + 1)
    )
    if before is not None:
        statement = statement.where(Source.number < before)
    rows = db.session.execute(statement).all()
    return rows[:SORTED_PAGE], rows[SORTED_PAGE - 1].number if len(rows) > SORTED_PAGE else None
