from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import joinedload

from app import storage
from app.db.base import AnyRow
from app.documents.models import Document, Original
from app.evidence.models import EvidenceItem, Source, SourceText
from app.extensions import db
from app.inspections.models import Body
from app.jobs.models import Job

PAGE = 50


def list_documents(inspection_id: UUID, before: int | None = None) -> tuple[Sequence[AnyRow], int | None]:
    """Documents, newest first, and the number that the next page begins below. One statement."""
    statement = (
        select(
            Source.number,
            Source.prefix,
            Source.title,
            Document.text_state,
            Document.pages,
            Document.trouble,
            Original.file_name,
            Original.kind,
            Original.size,
            Original.received_at,
            Body.name.label("body"),
        )
        .select_from(Document)
        .join(Original, Original.id == Document.original_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .where(Source.inspection_id == inspection_id, Source.feature == "document")
        .order_by(Source.number.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        statement = statement.where(Source.number < before)
    rows = db.session.execute(statement).all()
    return rows[:PAGE], rows[PAGE - 1].number if len(rows) > PAGE else None


def find_document(inspection_id: UUID, number: int) -> Document | None:
    """With its original and body, in one statement."""
    return db.session.scalars(
        select(Document)
        .options(joinedload(Document.original, innerjoin=True), joinedload(Document.body))
        .where(Document.inspection_id == inspection_id, Document.number == number)
    ).one_or_none()


def find_same_content(inspection_id: UUID, sha256: str) -> Document | None:
    """The first document of this inspection with exactly this content."""
    return db.session.scalars(
        select(Document)
        .join(Document.original)
        .where(Document.inspection_id == inspection_id, Original.sha256 == sha256)
        .order_by(Document.number)
        .limit(1)
    ).one_or_none()


def find_page(document_id: UUID, position: int) -> SourceText | None:
    """The present text of a page."""
    return db.session.scalars(
        select(SourceText)
        .where(SourceText.source_id == document_id, SourceText.position == position)
        .order_by(SourceText.id.desc())
        .limit(1)
    ).one_or_none()


def list_pages(document_id: UUID) -> Sequence[AnyRow]:
    """Pages in order: position, label, and found: how many living evidence items stand on each."""
    items = (
        select(EvidenceItem.text_id, func.count().label("found"))
        .where(EvidenceItem.source_id == document_id, EvidenceItem.withdrawn_at.is_(None))
        .group_by(EvidenceItem.text_id)
        .subquery()
    )
    return db.session.execute(
        # One line for a page, however many versions of its text there are.
        select(
            SourceText.position,
            func.max(SourceText.label).label("label"),
            cast(func.sum(func.coalesce(items.c.found, 0)), Integer).label("found"),
        )
        .outerjoin(items, items.c.text_id == SourceText.id)
        .where(SourceText.source_id == document_id)
        .group_by(SourceText.position)
        .order_by(SourceText.position)
    ).all()


def find_job(document: Document) -> Job | None:
    return db.session.get(Job, document.job_id) if document.job_id else None


@storage.names
def list_contents(inspection_id: UUID) -> set[str]:
    """The SHA-256 of every file that a document was received as."""
    return set(db.session.scalars(select(Original.sha256).where(Original.inspection_id == inspection_id)))


def list_originals(inspection_id: UUID, number: int | None = None) -> Sequence[AnyRow]:
    """Reference (prefix and number), id, sha256 and size of each original, or of one document's."""
    statement = (
        select(Source.prefix, Source.number, Original.id, Original.sha256, Original.size, Original.damaged_at)
        .select_from(Document)
        .join(Original, Original.id == Document.original_id)
        .where(Source.inspection_id == inspection_id)
        .order_by(Source.number)
    )
    if number is not None:
        statement = statement.where(Source.number == number)
    return db.session.execute(statement).all()
