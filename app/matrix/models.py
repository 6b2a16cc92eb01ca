from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Identified
from app.extensions import Model


class Export(Identified, Model):
    """The log of what was taken out: who, when, which filters, under which marking, and what the file held."""

    __tablename__ = "export"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"), index=True)
    file_format: Mapped[str]  # 'xlsx', 'csv', 'zip', 'json'
    attributable: Mapped[bool] = mapped_column(default=True)  # else roles and places are made general, and no names
    spelt_out: Mapped[bool] = mapped_column(default=False)  # acronyms, where first used
    filters: Mapped[dict[str, Any]]
    marking: Mapped[str]
    exported_at: Mapped[datetime]
    exported_by_id: Mapped[UUID]
    exported_by: Mapped[str]
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("job.id"))  # None from the command line
    items: Mapped[int | None]
    tags: Mapped[int | None]
    sha256: Mapped[str | None]  # of the finished file
