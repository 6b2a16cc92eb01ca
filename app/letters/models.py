from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Identified
from app.extensions import Model
from app.inspections.models import Body


class LetterTemplate(Identified, Model):
    """A Word template that the team took in the place of the pack's words. Versions are kept; the last stands."""

    __tablename__ = "letter_template"
    __table_args__ = (UniqueConstraint("inspection_id", "letter", "number"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    letter: Mapped[str]  # the pack's code: 'commissioning'
    number: Mapped[int]  # 1, 2, 3 for this letter
    file_name: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(deferred=True)
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[UUID]
    uploaded_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str]


class Letter(Identified, Model):
    """A letter as it was made, with what it says of each request. It never changes; another is made instead.

    One that is not to go out is withdrawn. Where one to the same body was made since, that takes its place.
    """

    __tablename__ = "letter"
    __table_args__ = (
        Index("ix_letter_newest", "inspection_id", "id"),
        UniqueConstraint("job_id", "body_id"),
    )

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    body_id: Mapped[UUID] = mapped_column(ForeignKey("body.id"))
    letter: Mapped[str]  # the pack's code
    template: Mapped[int]  # number of the team's template; 0 for the pack's words
    template_sha256: Mapped[str]
    dated: Mapped[date]
    answer_by: Mapped[date | None]  # the day that it gives; entered as the day to chase again once it has gone out
    send_to: Mapped[str] = mapped_column(default="")  # as typed: offered for the next letter
    values: Mapped[dict[str, Any]]  # gap to words, as filled in
    lines: Mapped[list[Any]]  # of each request: gap to words, and `id`
    sha256: Mapped[str]
    size: Mapped[int]  # bytes
    content: Mapped[bytes] = mapped_column(deferred=True)  # the DOCX
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("job.id"))  # the set with which it was made
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID]
    made_by: Mapped[str]
    entered_at: Mapped[datetime | None]  # when somebody said for all of its lines that it went out
    entered_by: Mapped[str]
    went_on: Mapped[date | None]  # the day that they gave; of some that went out before, nobody knows
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(default="")
    withdrawn_why: Mapped[str] = mapped_column(default="")

    body: Mapped[Body] = relationship()
