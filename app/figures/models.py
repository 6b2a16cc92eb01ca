from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Identified
from app.documents.models import Document
from app.evidence.models import SourceText
from app.extensions import Model


class FigureTable(Identified, Model):
    """A table of figures that a document holds. Its words are a text of the document, so that they are tagged like
    any; a correction makes another text, and evidence stays on the one that it was made from."""

    __tablename__ = "figure_table"
    __table_args__ = (
        UniqueConstraint("document_id", "number"),
        Index("ix_figure_table_request", "inspection_id", "request"),
    )

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    number: Mapped[int]  # 1, 2, 3 within the document
    title: Mapped[str]
    request: Mapped[str]  # code of the request whose fields these are, 'A7'; empty for columns of their own
    columns: Mapped[list[Any]]  # of each `head` and `code` (the pack's field, or empty)
    rows: Mapped[list[Any]]  # of each its cells, as typed or as the spreadsheet shows them
    sheet: Mapped[str]  # name of the sheet that they were read from; empty for a CSV, or typed ones
    cells: Mapped[str]  # 'A3:F7'; empty where they were typed
    page: Mapped[str]  # of the document, where they were typed from it: '3'
    text_id: Mapped[UUID] = mapped_column(ForeignKey("source_text.id"))  # how they stand now, in words
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str]
    withdrawn_reason: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    document: Mapped[Document] = relationship()
    text: Mapped[SourceText] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def position(self) -> int:
        """Of its text within the document."""
        return Document.FIGURES + self.number

    @property
    def origin(self) -> str:
        """Where the figures come from, in words."""
        if self.cells:
            return f"{f'sheet {self.sheet}, ' if self.sheet else ''}cells {self.cells}"
        return f"typed from page {self.page}" if self.page else "typed"
