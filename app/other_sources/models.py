from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.evidence.models import Source


class OtherSource(Source):
    """An observation, a set of performance data, a stakeholder's letter or meeting: its words as they were entered.

    Its text is one SourceText at position 1; a correction adds another. Its `family` is one of those that the pack
    gives sources of kind 'other'.
    """

    __tablename__ = "other_source"
    __mapper_args__ = {"polymorphic_identity": "other"}

    id: Mapped[UUID] = mapped_column(ForeignKey("source.id"), primary_key=True)
    given_by: Mapped[str]  # an organisation, a role, a report: never a person's name; may be empty
