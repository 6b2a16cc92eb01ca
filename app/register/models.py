from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.db.base import Identified
from app.documents.models import Document
from app.extensions import Model
from app.inspections.models import Body

OWN = "own-"  # begins the code of a request that the team added: with a hyphen, which no code of a pack has


class DocumentRequest(Identified, Model):
    """One thing that one body is asked for. Its state is worked out from its events, and is never kept."""

    __tablename__ = "document_request"
    __table_args__ = (UniqueConstraint("inspection_id", "code", "body_id"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    body_id: Mapped[UUID] = mapped_column(ForeignKey("body.id"))
    code: Mapped[str]  # the pack's: 'A3'; 'own-1' where the team added it
    kind: Mapped[str]  # 'document', 'case_list'
    asked_of: Mapped[str]  # 'on_site_areas', 'all_areas', 'headquarters': those asked the same stand in one grid
    position: Mapped[int]  # in the pack's order
    title: Mapped[str]
    text: Mapped[str]  # as the letter puts it
    unit: Mapped[str]  # 'panel meeting': what is counted
    expected: Mapped[int | None]  # units; None where the scope sets no number
    minimum: Mapped[int | None]
    maximum: Mapped[int | None]  # soft: more is accepted and flagged
    nil_return: Mapped[str]  # 'accepted', 'explain', 'no'
    parts: Mapped[list[Any]]  # names of the pieces that make up one complete unit
    depends_on: Mapped[str]  # code of the request whose units say how many are expected here; may be empty
    period: Mapped[str]
    criteria: Mapped[list[Any]]  # references
    due: Mapped[date | None]  # as the lead set it; an extension goes over it
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]  # only of what the team added, by mistake; it stands in no list then
    withdrawn_by: Mapped[str] = mapped_column(default="")
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    body: Mapped[Body] = relationship()
    owner: Mapped[Person | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_own(self) -> bool:
        """Whether the team added it to those of the pack."""
        return self.code.startswith(OWN)

    @property
    def reference(self) -> str:
        """What the audit trail calls it: 'A3 WES'."""
        return f"{self.code} {self.body.code}"


class RequestEvent(Identified, Model):
    """Something that happened to a request. Never changed: a later event of the pack's undoing kind strikes it out."""

    __tablename__ = "request_event"
    __table_args__ = (UniqueConstraint("request_id", "number"), Index(None, "inspection_id"))

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    request_id: Mapped[UUID] = mapped_column(ForeignKey("document_request.id"))
    number: Mapped[int]  # 1, 2, 3 within the request, in the order of entering
    code: Mapped[str]  # the pack's: 'asked', 'chased', 'received', …
    happened_on: Mapped[date]
    done_by_id: Mapped[UUID | None]  # who on the team asked, chased, received, …
    done_by: Mapped[str]
    new_due: Mapped[date | None]
    next_chase: Mapped[date | None]
    units: Mapped[list[Any]]  # numbers of the units that came
    parts: Mapped[list[Any]]  # of those units
    last: Mapped[bool]  # the body says that this is all there is
    details: Mapped[dict[str, Any]]  # what else the pack has an event say, in words: 'how', 'given_by', 'reason', …
    strikes_id: Mapped[UUID | None] = mapped_column(ForeignKey("request_event.id"), unique=True)
    lifted_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))  # what a nil return was lifted as
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]


class RequestFile(Identified, Model):
    """One part of one unit of a request that a document holds. A file may hold several parts of several requests."""

    __tablename__ = "request_file"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    request_id: Mapped[UUID] = mapped_column(ForeignKey("document_request.id"))
    event_id: Mapped[UUID] = mapped_column(ForeignKey("request_event.id"))  # with which it came
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    unit: Mapped[int]
    part: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str]
    withdrawn_reason: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]

    document: Mapped[Document] = relationship()

    __table_args__ = (
        CheckConstraint("unit >= 1", name="unit"),
        Index(None, "inspection_id"),
        Index(
            "uq_request_file_standing",
            "request_id",
            "document_id",
            "unit",
            "part",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )


class RequestUnit(Identified, Model):
    """What is kept of one unit of a request beside its files, as the pack's `fields` ask: see units.py."""

    __tablename__ = "request_unit"
    __table_args__ = (UniqueConstraint("request_id", "number"), Index(None, "inspection_id"))

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    request_id: Mapped[UUID] = mapped_column(ForeignKey("document_request.id"))
    number: Mapped[int]  # of the unit
    fields: Mapped[dict[str, Any]]  # by the pack's code; none of a field that is empty
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Unrequested(Identified, Model):
    """A document that answers no request, as somebody said: it no longer waits to be sorted."""

    __tablename__ = "unrequested"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), unique=True)
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]
