from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Choice, Identified
from app.evidence.models import Source
from app.extensions import Model
from app.formats.contents import ARCHIVES, CONTAINERS, RARELY
from app.formats.kinds import KINDS


class Scan(StrEnum):
    """What the virus scanner said of a file. While it waits nobody reads it, and nobody ever an infected one."""

    NOT_SCANNED = "not_scanned"  # it came in while no scanner was set
    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"


class Original(Identified, Model):
    """A file exactly as it was received. Its bytes are in storage under its SHA-256."""

    __tablename__ = "original"
    __table_args__ = (Index(None, "inspection_id", "sha256"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    sha256: Mapped[str]
    size: Mapped[int]  # bytes
    file_name: Mapped[str]  # as received; shown, never used as a path
    kind: Mapped[str]  # by content: see formats/kinds.py
    media_type: Mapped[str]
    received_at: Mapped[datetime]
    received_by_id: Mapped[UUID]
    received_by: Mapped[str]
    damaged_at: Mapped[datetime | None]  # when its bytes were first seen not to be those that were received
    scan: Mapped[Scan] = mapped_column(Choice(Scan), default=Scan.NOT_SCANNED)
    scanned_at: Mapped[datetime | None]
    scan_found: Mapped[str] = mapped_column(default="")  # what an infected file holds, as the scanner calls it


class TextState(StrEnum):
    """How far the text of a document is."""

    WAITING = "waiting"
    READ = "read"
    NOT_READ = "not_read"


class Names(StrEnum):
    """How a document stands with regard to names of people: whether it was checked for them, and what came of it.

    What was found is one of the results that the pack's `handling` gives, by their codes.
    """

    UNCHECKED = "unchecked"
    CLEAR = "clear"  # open to the team
    COVERED = "covered"  # the team sees a copy with the words struck out
    SENT_BACK = "sent_back"  # closed until it is disposed of
    UNREADABLE = "unreadable"  # nobody could look through it: closed, and asked for again


class Document(Source):
    """Something that a body sent or that the team found, with its text by page."""

    __tablename__ = "document"
    __mapper_args__ = {"polymorphic_identity": "document"}
    # Texts at positions above this are no pages: they are figures that were taken out of it (app/figures).
    FIGURES: ClassVar[int] = 90_000

    id: Mapped[UUID] = mapped_column(ForeignKey("source.id"), primary_key=True)
    original_id: Mapped[UUID] = mapped_column(ForeignKey("original.id"))
    text_state: Mapped[TextState] = mapped_column(Choice(TextState))
    pages: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str]  # one sentence on why there is no text, or not all; else empty
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("job.id"))
    # Files in it (ZIP, e-mail, PDF, Office); None until it was looked into, and of other kinds.
    holds: Mapped[int | None]
    # A document is superseded once, so that its versions are a line. The older one's source says by which.
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), unique=True)
    came_in_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), index=True)  # the file that held it
    names: Mapped[Names] = mapped_column(Choice(Names), index=True)
    names_at: Mapped[datetime | None]  # when somebody last said so; None where nobody has, and of old documents
    names_by_id: Mapped[UUID | None]
    names_by: Mapped[str] = mapped_column(default="")
    names_note: Mapped[str] = mapped_column(default="")  # what was found, or why it is checked again; never a name
    # When somebody said that the files in it which are no documents of their own were looked through for names too.
    files_at: Mapped[datetime | None]
    files_by_id: Mapped[UUID | None]
    files_by: Mapped[str] = mapped_column(default="")
    # What its title (under '') and the labels of its texts (by their ids) were, where words in them are struck out.
    as_named: Mapped[dict[str, str] | None] = mapped_column(JSON)
    copy_job_id: Mapped[UUID | None] = mapped_column(ForeignKey("job.id"))  # that makes the copy with words struck out

    original: Mapped[Original] = relationship()
    came_in: Mapped["Document | None"] = relationship(foreign_keys=[came_in_id], remote_side=[id])
    supersedes: Mapped["Document | None"] = relationship(foreign_keys=[supersedes_id], remote_side=[id])

    @property
    def may_be_taken_apart(self) -> bool:
        return KINDS[self.original.kind] in CONTAINERS

    @property
    def is_archive(self) -> bool:
        """Whether it is nothing but the files in it."""
        return KINDS[self.original.kind] in ARCHIVES

    @property
    def may_hold_files(self) -> bool:
        """Whether its page offers to see what is in it: of one that rarely does only once that is known."""
        return holds_files(self.original.kind, self.holds)


def holds_files(kind: str, holds: int | None) -> bool:
    """Whether there may be files in a file of that kind (its code), of which so many were found, or None looked for."""
    return KINDS[kind] in CONTAINERS and ((holds is None and KINDS[kind] not in RARELY) or bool(holds))


class FileInside(Identified, Model):
    """A file that lies in a document's, as it was found when that was read; whether or not it was taken out."""

    __tablename__ = "file_inside"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    sha256: Mapped[str]  # '' where it cannot be taken out
    name: Mapped[str]
    looked_into: Mapped[bool]  # may somebody have looked through it who did not take it in: see formats' Entry


class DocumentOpening(Identified, Model):
    """Somebody opened a document that is closed to the team. It lasts for the rest of their day, on that document, or
    until somebody says how the document stands."""

    __tablename__ = "document_opening"
    __table_args__ = (Index("ix_document_opening_of", "document_id", "opened_by_id", "opened_at"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[UUID]
    opened_by: Mapped[str]


class Strike(Identified, Model):
    """Words of a document that are struck out: the team sees blocks in their place. Taken back, it stays on record."""

    __tablename__ = "strike"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    text_id: Mapped[UUID] = mapped_column(ForeignKey("source_text.id"))
    start_at: Mapped[int]  # code points into the text
    end_at: Mapped[int]
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID]
    made_by: Mapped[str]
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[str] = mapped_column(default="")


class PictureBox(Identified, Model):
    """Where on the picture of a page the words of an evidence item stand, in thousandths of its width and height."""

    __tablename__ = "picture_box"
    __table_args__ = (Index(None, "document_id", "page"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("evidence_item.id"), unique=True)
    page: Mapped[int]
    left: Mapped[int]
    top: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
