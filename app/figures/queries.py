from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from app.db.base import AnyRow, AnySelect
from app.documents.models import Document, Names, Original, Scan
from app.evidence import places
from app.evidence.models import EvidenceItem, Source, SourceText
from app.extensions import db
from app.figures.models import FigureTable
from app.inspections.models import Body

PAGE = 50
# What holds other files, cannot be opened, or says what was spoken: no figures are kept of these.
HOLD_NONE = ("zip", "unknown", "encrypted_office", "vtt")


def list_tables(inspection_id: UUID, before: UUID | None = None) -> tuple[Sequence[AnyRow], UUID | None]:
    """Tables that were not withdrawn, newest first: number, title, request, sheet, cells, page, created_at, created_by,
    prefix and document (its number), body, closed. And the last's id where more follow."""
    wanted = (
        select(
            FigureTable.id,
            FigureTable.number,
            FigureTable.title,
            FigureTable.request,
            FigureTable.created_at,
            FigureTable.created_by,
            Source.prefix,
            Source.number.label("document"),
            Body.name.label("body"),
            (Document.__table__.c.names != Names.CLEAR).label("closed"),
        )
        .select_from(FigureTable)
        .join(Source, Source.id == FigureTable.document_id)
        .join(Document.__table__, Document.__table__.c.id == FigureTable.document_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .where(FigureTable.inspection_id == inspection_id, FigureTable.withdrawn_at.is_(None))
        .order_by(FigureTable.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        wanted = wanted.where(FigureTable.id < before)
    rows = db.session.execute(wanted).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def find_table(document_id: UUID, number: int, *, for_change: bool = False) -> FigureTable | None:
    """With its text, withdrawn or not."""
    wanted = (
        select(FigureTable)
        .options(joinedload(FigureTable.text, innerjoin=True))
        .where(FigureTable.document_id == document_id, FigureTable.number == number)
    )
    if for_change:
        wanted = wanted.with_for_update(of=FigureTable)
    return db.session.scalars(wanted).one_or_none()


def list_of_document(document_id: UUID) -> Sequence[FigureTable]:
    """Withdrawn ones too."""
    return db.session.scalars(
        select(FigureTable).where(FigureTable.document_id == document_id).order_by(FigureTable.number)
    ).all()


def why_gone(source: Source, position: int, for_change: bool) -> str | None:
    """Why words of a document stand no more: its figures were withdrawn. See evidence/places.py."""
    if position <= Document.FIGURES:
        return None
    table = find_table(source.id, position - Document.FIGURES, for_change=for_change)
    if table is None or table.withdrawn_at is None:
        return None
    return f"Figures {table.number} of {source.reference} were withdrawn. Put the figures back first."


def _withdrawn_texts() -> AnySelect:
    """Every version of what figures said that are withdrawn."""
    return (
        select(SourceText.id)
        .join(
            FigureTable.__table__,
            (FigureTable.document_id == SourceText.source_id)
            & (SourceText.position == FigureTable.number + Document.FIGURES),
        )
        .where(FigureTable.withdrawn_at.is_not(None))
    )


places.asked["document"] = why_gone
places.taken_out["document"] = _withdrawn_texts


@dataclass(frozen=True, slots=True)
class OfFile:
    """What is kept of a document, and whether any can be."""

    may_hold: bool  # it is open to the team, and of a kind from which figures are read or typed
    tables: list[tuple[int, str]] = field(default_factory=list)  # number and title, in order


def of_files(inspection_id: UUID, numbers: Iterable[int]) -> dict[int, OfFile]:
    """By the numbers of documents, the figures that are kept of them. Of one that is closed to the team, nothing."""
    document, wanted = Document.__table__, sorted(set(numbers))
    if not wanted:
        return {}
    rows = db.session.execute(
        select(
            Source.number,
            document.c.names,
            document.c.pages,
            Original.kind,
            Original.scan,
            FigureTable.number.label("table"),
            FigureTable.title,
        )
        .select_from(Source)
        .join(document, document.c.id == Source.id)
        .join(Original, Original.id == document.c.original_id)
        .outerjoin(FigureTable, (FigureTable.document_id == Source.id) & FigureTable.withdrawn_at.is_(None))
        .where(Source.inspection_id == inspection_id, Source.number.in_(wanted))
        .order_by(Source.number, FigureTable.number)
    )
    found: dict[int, OfFile] = {}
    for row in rows:
        held_back = row.pages == 0 and row.scan in (Scan.WAITING, Scan.INFECTED)
        is_open = row.names == Names.CLEAR and not held_back
        of = found.setdefault(row.number, OfFile(is_open and row.kind not in HOLD_NONE))
        if is_open and row.table is not None:
            of.tables.append((row.table, row.title))
    return found


def next_number(document_id: UUID) -> int:
    last = db.session.scalar(select(func.max(FigureTable.number)).where(FigureTable.document_id == document_id))
    return (last or 0) + 1


def list_versions(table: FigureTable) -> Sequence[SourceText]:
    """What the figures were in words, newest first."""
    return db.session.scalars(
        select(SourceText)
        .where(SourceText.source_id == table.document_id, SourceText.position == table.position)
        .order_by(SourceText.id.desc())
    ).all()


def has_evidence(table: FigureTable) -> bool:
    """Whether anything living stands on any version of them."""
    found = (
        select(EvidenceItem.id)
        .join(SourceText, SourceText.id == EvidenceItem.text_id)
        .where(
            SourceText.source_id == table.document_id,
            SourceText.position == table.position,
            EvidenceItem.withdrawn_at.is_(None),
        )
        .limit(1)
    )
    return db.session.scalar(found) is not None


def list_of_request(inspection_id: UUID, code: str) -> Sequence[FigureTable]:
    """Tables that keep the fields of a request, by body: with their documents and bodies. Those of documents that are
    closed to the team are left out."""
    return db.session.scalars(
        select(FigureTable)
        .join(FigureTable.document)
        .outerjoin(Document.body)
        .options(contains_eager(FigureTable.document).contains_eager(Document.body))
        .where(
            FigureTable.inspection_id == inspection_id,
            FigureTable.request == code,
            FigureTable.withdrawn_at.is_(None),
            Document.names == Names.CLEAR,
        )
        .order_by(Body.position, Document.number, FigureTable.number)
    ).all()


def list_not_compared(inspection_id: UUID, code: str) -> Sequence[FigureTable]:
    """Tables of documents that answer a request, and are open to the team, whose columns are not the request's."""
    found = db.session.scalars(
        select(FigureTable)
        .join(FigureTable.document)
        .outerjoin(Document.body)
        .options(contains_eager(FigureTable.document).contains_eager(Document.body))
        .where(
            FigureTable.inspection_id == inspection_id,
            FigureTable.request != code,
            FigureTable.withdrawn_at.is_(None),
            Document.names == Names.CLEAR,
            Document.request.contains(code),
        )
        .order_by(Body.position, Document.number, FigureTable.number)
    )
    return [table for table in found if code in table.document.request.split()]  # and not only A17, for A1


def count_by_request(inspection_id: UUID) -> dict[str, int]:
    """Of each request whose fields are kept, by how many tables of documents that are open to the team."""
    rows = db.session.execute(
        select(FigureTable.request, func.count())
        .join(Document.__table__, Document.__table__.c.id == FigureTable.document_id)
        .where(
            Document.__table__.c.names == Names.CLEAR,
            FigureTable.inspection_id == inspection_id,
            FigureTable.request != "",
            FigureTable.withdrawn_at.is_(None),
        )
        .group_by(FigureTable.request)
    )
    return {row[0]: row[1] for row in rows}
