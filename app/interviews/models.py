from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Choice, Identified
from app.evidence.models import EvidenceItem, Source, SourceText
from app.extensions import Model


class Interview(Source):
    """One interview or focus group. Its words are its notes, in the order in which they were said."""

    __tablename__ = "interview"
    __mapper_args__ = {"polymorphic_identity": "interview"}

    id: Mapped[UUID] = mapped_column(ForeignKey("source.id"), primary_key=True)
    held_at: Mapped[datetime | None]  # when it begins
    place: Mapped[str]
    remote: Mapped[bool]
    notes_taken: Mapped[int] = mapped_column(default=0)  # the last note's number


class Note(Identified, Model):
    """One thing that was said. Its words are a SourceText; rewording adds another."""

    __tablename__ = "note"
    __table_args__ = (UniqueConstraint("interview_id", "number"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    interview_id: Mapped[UUID] = mapped_column(ForeignKey("interview.id"))
    number: Mapped[int]
    text_id: Mapped[UUID] = mapped_column(ForeignKey("source_text.id"))  # the present version
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("evidence_item.id"))  # made by tagging it in capture
    speaker: Mapped[str]  # a label such as 'DCP 2'; may be empty
    quote: Mapped[bool]
    prompt: Mapped[str]  # the pack's prompt that was being discussed, 'DC2'; may be empty
    said_at: Mapped[datetime]  # by the clock of the device
    saved_at: Mapped[datetime]  # by ours
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    interview: Mapped[Interview] = relationship()
    text: Mapped[SourceText] = relationship()
    item: Mapped[EvidenceItem | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def words(self) -> str:
        return self.text.text


class Mark(StrEnum):
    """What somebody says of a part of the topic guide."""

    DONE = "done"  # the words were said, the prompt was covered
    NOT_ASKED = "not_asked"
    NONE = ""  # taken back


class GuideTick(Identified, Model):
    """A part of an interview's topic guide with its mark. One that is taken back stays, and says by whom."""

    __tablename__ = "guide_tick"
    __table_args__ = (UniqueConstraint("interview_id", "part"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"), index=True)
    interview_id: Mapped[UUID] = mapped_column(ForeignKey("interview.id"))
    part: Mapped[str]  # a prompt's id, or one of the words to be said: see guides.py
    mark: Mapped[Mark] = mapped_column(Choice(Mark))
    reason: Mapped[str]  # why a prompt was not asked, else empty
    ticked_at: Mapped[datetime]
    ticked_by_id: Mapped[UUID]
    ticked_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Interviewee(Identified, Model):
    """The name of somebody who was seen. The only place where names are: never in notes, the audit trail or exports."""

    __tablename__ = "interviewee"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    interview_id: Mapped[UUID] = mapped_column(ForeignKey("interview.id"), index=True)
    label: Mapped[str]  # how the notes call the person: 'DCP 2'
    name: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
