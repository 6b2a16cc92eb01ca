from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.db.base import Identified
from app.extensions import Model
from app.inspections.models import Body
from app.inspections.references import reference

VISIT = "VIS"


class Visit(Identified, Model):
    """A visit to an Area. Its interviews are those of the Area: they know nothing of it."""

    __tablename__ = "visit"
    __table_args__ = (UniqueConstraint("inspection_id", "number"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    number: Mapped[int]
    body_id: Mapped[UUID] = mapped_column(ForeignKey("body.id"))
    purpose: Mapped[str]  # why the Area is visited, in the pack's words or the team's
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]  # the last day; there is one whenever there is a first
    place: Mapped[str]  # building and rooms
    contact: Mapped[str]  # an office or a role, never a person's name
    phone: Mapped[str]
    email: Mapped[str]
    arranged_at: Mapped[datetime | None]  # so that the visit is another version when only who goes was changed
    cancelled_at: Mapped[datetime | None]
    cancelled_reason: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    body: Mapped[Body] = relationship()
    inspectors: Mapped[list[Person]] = relationship(secondary="visit_inspector", order_by=Person.name)

    __mapper_args__ = {"version_id_col": version}

    @property
    def reference(self) -> str:
        return reference(VISIT, self.number)


class VisitInspector(Model):
    """Who goes on a visit."""

    __tablename__ = "visit_inspector"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class LineOfEnquiry(Identified, Model):
    """What is followed up on a visit: the pack's, or one that the team added. It is never changed, only taken off."""

    __tablename__ = "line_of_enquiry"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    code: Mapped[str]  # the pack's: 'WES-1'; empty for the team's own
    text: Mapped[str]
    criteria: Mapped[list[Any]]  # references of the criteria that it bears on
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]


class Debrief(Identified, Model):
    """One version of what emerged from a visit. A version never changes; another supersedes it."""

    __tablename__ = "debrief"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), index=True)
    text: Mapped[str]
    # Written on a version that had meanwhile been superseded: kept beside it, so that nobody's words are lost.
    rival_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("debrief.id"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]
