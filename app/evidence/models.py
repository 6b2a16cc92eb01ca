from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint, and_, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.db.base import Identified
from app.extensions import Model
from app.inspections.models import Body, Criterion, Role
from app.inspections.references import EVIDENCE, reference


class Source(Identified, Model):
    """Anything evidence comes from. Each feature's own table joins it: interviews, documents, case files, others."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("inspection_id", "prefix", "number"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    feature: Mapped[str]  # which table joins it: 'interview', 'document'
    kind: Mapped[str]  # the pack's kind of source: 'interview', 'focus_group', 'document', 'case_file', 'other'
    family: Mapped[str]  # what the strength rule counts it as: 'said', 'written', 'examined', …
    request: Mapped[str] = mapped_column(default="")  # of a document: codes of the requests it answers, 'A3' or 'A3 A4'
    prefix: Mapped[str]
    number: Mapped[int]
    body_id: Mapped[UUID | None] = mapped_column(ForeignKey("body.id"))  # the Area or Headquarters it speaks for
    role_id: Mapped[UUID | None] = mapped_column(ForeignKey("role.id"))
    title: Mapped[str]  # never a person's name
    happened_on: Mapped[date | None]
    # Of a document: the reference of its newer version, and since when. Its evidence stays on it, and says so.
    superseded_by: Mapped[str | None]
    superseded_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    body: Mapped[Body | None] = relationship()
    role: Mapped[Role | None] = relationship()

    __mapper_args__ = {"polymorphic_on": "feature", "version_id_col": version}

    @property
    def reference(self) -> str:
        return reference(self.prefix, self.number)


class SourceText(Identified, Model):
    """A piece of a source's text that never changes: one version of a note, one page of one extraction.

    A correction adds another row at the same position that says which it supersedes.
    """

    __tablename__ = "source_text"
    __table_args__ = (
        Index(None, "source_id", "position"),
        # Those that took the place of another, which are few.
        Index(
            "ix_source_text_newer",
            "inspection_id",
            "supersedes_id",
            sqlite_where=text("supersedes_id IS NOT NULL"),
            postgresql_where=text("supersedes_id IS NOT NULL"),
        ),
    )

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id"))
    position: Mapped[int]  # order within the source: the note's number, the page's
    label: Mapped[str]  # 'note 12', 'page 3'; words in the name of a sheet may be struck out of it (documents/striking)
    text: Mapped[str]  # as typed, or as read from the file; offsets into it are code points
    sha256: Mapped[str]
    recognised: Mapped[bool] = mapped_column(default=False)  # in a picture, by a program: it may be wrong
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("source_text.id"), index=True)
    # Written on a version that had meanwhile been superseded: kept beside it, so that nobody's words are lost.
    rival_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("source_text.id"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]


class EvidenceItem(Identified, Model):
    """Exact words of a source that bear on a criterion, and what an inspector made of them."""

    __tablename__ = "evidence_item"
    __table_args__ = (
        UniqueConstraint("inspection_id", "number"),
        Index("ix_evidence_item_lifted", "inspection_id", "created_by", "number"),  # who lifted, and what somebody did
        CheckConstraint("start_at >= 0 AND end_at > start_at", name="range"),
    )

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    number: Mapped[int]
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id"), index=True)
    text_id: Mapped[UUID] = mapped_column(ForeignKey("source_text.id"), index=True)
    start_at: Mapped[int]  # code points into the text
    end_at: Mapped[int]  # exclusive
    words: Mapped[str]  # exactly text[start_at:end_at], or what was seen of it, so that lists need not read whole pages
    speaker: Mapped[str]  # a label such as 'DCP 2', never a name; may be empty
    quote: Mapped[bool]  # the words as they were said or written; False for a paraphrase
    gist: Mapped[str]
    direction: Mapped[str]  # the pack's: 'strength', 'weakness', 'mixed', 'context'; empty until somebody says
    evidence_kind: Mapped[str]  # the pack's: 'direct', 'first_hand', 'second_hand', 'opinion'
    attributable: Mapped[bool] = mapped_column(default=True)  # to the role; never to a name
    distressing: Mapped[bool] = mapped_column(default=False)  # covered on pages until the reader opens it
    good_practice: Mapped[bool] = mapped_column(default=False)  # points to it: what that means is the pack's
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    source: Mapped[Source] = relationship()
    text: Mapped[SourceText] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def reference(self) -> str:
        return reference(EVIDENCE, self.number)


class ItemPiece(Identified, Model):
    """Where a part of an item's words stands now, of one through which its source was cut since: see anchors.py.

    Such an item stays on the text that holds all of its words. An item without pieces stands where it says.
    """

    __tablename__ = "item_piece"

    item_id: Mapped[UUID] = mapped_column(ForeignKey("evidence_item.id"), index=True)
    number: Mapped[int]  # in the order of the words
    text_id: Mapped[UUID] = mapped_column(ForeignKey("source_text.id"), index=True)
    start_at: Mapped[int]
    end_at: Mapped[int]


class Tag(Identified, Model):
    """An evidence item's place under one criterion.

    What the matrix counts is repeated here and lies in one index, so that counting never touches the items themselves;
    services.py keeps it true.
    """

    __tablename__ = "tag"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("evidence_item.id"), index=True)
    criterion_id: Mapped[UUID] = mapped_column(ForeignKey("criterion.id"))
    reason: Mapped[str]
    withdrawn_at: Mapped[datetime | None]  # of the tag itself
    live: Mapped[bool] = mapped_column(default=True)  # neither the tag nor its item is withdrawn
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]

    number: Mapped[int]  # of the item
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id"))
    source_kind: Mapped[str]
    body_id: Mapped[UUID | None] = mapped_column(ForeignKey("body.id"))
    role_id: Mapped[UUID | None] = mapped_column(ForeignKey("role.id"))
    direction: Mapped[str]
    evidence_kind: Mapped[str]
    set_aside: Mapped[bool] = mapped_column(default=False)  # by the outcome of a contradiction: shown, not counted

    item: Mapped[EvidenceItem] = relationship()
    criterion: Mapped[Criterion] = relationship()

    @classmethod
    def standing(cls, item_id: Any) -> ColumnElement[bool]:
        """Whether a tag is a standing one of the item (an id, or a column). Also of an alias: `there.standing(…)`."""
        # That it is not withdrawn follows from `live`; said again, it leads SQLite by the item to the index of standing
        # tags. By itself it would read every tag of a criterion for each item.
        return and_(cls.item_id == item_id, cls.live, cls.withdrawn_at.is_(None))

    __table_args__ = (
        Index(
            "uq_tag_standing",
            "item_id",
            "criterion_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index(
            "ix_tag_matrix",
            "inspection_id",
            "live",
            "criterion_id",
            "source_kind",
            "body_id",
            "role_id",
            "direction",
            "source_id",
            "evidence_kind",
            "set_aside",
            "item_id",
        ),
        Index("ix_tag_desk", "criterion_id", "live", "number"),
    )


class Contradictable:
    """What a link has that may contradict: it is open until somebody says how it was resolved."""

    outcome: Mapped[str] = mapped_column(default="")  # the pack's; empty while it is open, or never contradicted
    aside: Mapped[str] = mapped_column(default="")  # reference of the side that is no longer counted, 'E-0412', 'F-09'
    outcome_reason: Mapped[str] = mapped_column(default="")
    outcome_at: Mapped[datetime | None]
    outcome_by: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class ItemLink(Identified, Contradictable, Model):
    """What one evidence item says of another: corroborates or contradicts it."""

    __tablename__ = "item_link"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("evidence_item.id"))  # from whose page it was made
    other_id: Mapped[UUID] = mapped_column(ForeignKey("evidence_item.id"))
    relation: Mapped[str]  # the pack's
    reason: Mapped[str]
    withdrawn_at: Mapped[datetime | None]  # of the link itself; a withdrawn item's links are not counted either
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]

    item: Mapped[EvidenceItem] = relationship(foreign_keys=item_id)
    other: Mapped[EvidenceItem] = relationship(foreign_keys=other_id)

    __table_args__ = (
        Index(
            "uq_item_link_standing",
            "item_id",
            "other_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_item_link_other", "other_id", "withdrawn_at"),
        Index("ix_item_link_relation", "inspection_id", "relation"),
    )


class Theme(Identified, Model):
    """Free words under which items are gathered. Merged into another, it is shown as that one and keeps its items."""

    __tablename__ = "theme"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    name: Mapped[str]  # as typed
    key: Mapped[str]  # the name without regard to capitals and blanks
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("theme.id"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (UniqueConstraint("inspection_id", "key"),)
    __mapper_args__ = {"version_id_col": version}


class ItemTheme(Identified, Model):
    """An evidence item's place under a theme."""

    __tablename__ = "item_theme"

    item_id: Mapped[UUID] = mapped_column(ForeignKey("evidence_item.id"))
    theme_id: Mapped[UUID] = mapped_column(ForeignKey("theme.id"))
    withdrawn_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]

    item: Mapped[EvidenceItem] = relationship()
    theme: Mapped[Theme] = relationship()

    __table_args__ = (
        Index(
            "uq_item_theme_standing",
            "item_id",
            "theme_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_item_theme_of", "theme_id", "withdrawn_at", "item_id"),
    )
