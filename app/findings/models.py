from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Choice, Identified
from app.evidence.models import Contradictable, EvidenceItem
from app.extensions import Model, db
from app.inspections.models import Body, Criterion
from app.inspections.references import FILE_FINDING, reference

file_finding_criterion = Table(
    "file_finding_criterion",
    db.metadata,
    Column("file_finding_id", ForeignKey("file_finding.id"), primary_key=True),
    Column("criterion_id", ForeignKey("criterion.id"), primary_key=True, index=True),
)


class FileFinding(Identified, Model):
    """A statement that the file examination supports, with its figures."""

    __tablename__ = "file_finding"
    __table_args__ = (UniqueConstraint("inspection_id", "number"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    number: Mapped[int]
    statement: Mapped[str]
    own_reference: Mapped[str]  # the team's own, from their spreadsheet; may be empty
    files: Mapped[int | None]  # cases of which it is true
    applicable: Mapped[int | None]  # out of how many applicable cases
    direction: Mapped[str] = mapped_column(default="")  # the pack's, as of evidence; empty until the sheet says
    body_id: Mapped[UUID | None] = mapped_column(ForeignKey("body.id"))  # None: all Areas
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("finding_import.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    body: Mapped[Body | None] = relationship()
    criteria: Mapped[list[Criterion]] = relationship(secondary=file_finding_criterion, order_by=Criterion.position)

    __mapper_args__ = {"version_id_col": version}

    @property
    def reference(self) -> str:
        return reference(FILE_FINDING, self.number)


class Link(Identified, Contradictable, Model):
    """What an evidence item says of a file finding: supports, contradicts, explains or illustrates it."""

    __tablename__ = "link"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("evidence_item.id"))
    file_finding_id: Mapped[UUID] = mapped_column(ForeignKey("file_finding.id"))
    relation: Mapped[str]  # the pack's
    reason: Mapped[str]
    withdrawn_at: Mapped[datetime | None]  # of the link itself; a withdrawn item's links are not counted either
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]

    item: Mapped[EvidenceItem] = relationship()
    finding: Mapped[FileFinding] = relationship()

    __table_args__ = (
        Index(
            "uq_link_standing",
            "item_id",
            "file_finding_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index(None, "file_finding_id", "withdrawn_at", "relation", "item_id"),
        Index("ix_link_relation", "inspection_id", "relation"),
    )


class ImportState(StrEnum):
    PREVIEWED = "previewed"
    IMPORTED = "imported"
    LEFT = "left"


class FindingImport(Identified, Model):
    """One spreadsheet of file findings: shown first, imported when somebody says so."""

    __tablename__ = "finding_import"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    file_name: Mapped[str]
    sha256: Mapped[str]
    rows: Mapped[list[Any]]  # as read: see sheet.py
    state: Mapped[ImportState] = mapped_column(Choice(ImportState))
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
