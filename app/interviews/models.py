from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint, case, literal_column
from sqlalchemy import text as sql
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship
from uuid6 import uuid7

from app.accounts.models import Person
from app.db.base import Choice, Identified
from app.evidence.models import EvidenceItem, Source, SourceText
from app.extensions import Model
from app.inspections.models import Body, Role
from app.web import clock

LONGEST_NOTE = 20_000  # characters


class State(StrEnum):
    """How far an interview is, worked out from what happened to it."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"  # there are notes, and nobody said that it is over
    HELD = "held"
    WRITTEN_UP = "written_up"
    SIGNED_OFF = "signed_off"  # its notes can no longer be changed
    CANCELLED = "cancelled"


STATE_LABELS = {
    State.PLANNED: "Planned",
    State.UNDER_WAY: "Under way",
    State.HELD: "Held",
    State.WRITTEN_UP: "Written up",
    State.SIGNED_OFF: "Signed off",
    State.CANCELLED: "Cancelled",
}
WRITE_UP_OUTSTANDING = (State.HELD, State.WRITTEN_UP)  # the write-up is complete with the sign-off


class Interview(Source):
    """One interview or focus group. Its words are its notes, in the order in which they were said."""

    __tablename__ = "interview"
    __mapper_args__ = {"polymorphic_identity": "interview"}

    id: Mapped[UUID] = mapped_column(ForeignKey("source.id"), primary_key=True)
    held_at: Mapped[datetime | None]  # when it begins
    minutes: Mapped[int | None]  # how long it takes; None: as the topic guide of its role says
    place: Mapped[str]
    remote: Mapped[bool]
    notes_taken: Mapped[int] = mapped_column(default=0)  # the last note's number
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)  # who asks, and signs off
    note_taker_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    attendees: Mapped[int | None]  # of a focus group: how many are seen
    attendee_roles: Mapped[str] = mapped_column(default="")  # of a focus group: which roles, in free words
    finished_at: Mapped[datetime | None]
    written_up_at: Mapped[datetime | None]
    signed_off_at: Mapped[datetime | None]
    signed_off_by: Mapped[str] = mapped_column(default="")
    reopened_at: Mapped[datetime | None]  # the write-up clock starts again from here
    cancelled_at: Mapped[datetime | None]
    cancelled_reason: Mapped[str] = mapped_column(default="")
    colleagues: Mapped[list[Any]] = mapped_column(default=list)  # ids of who of the team was there besides these two

    lead: Mapped[Person | None] = relationship(foreign_keys=lead_id)
    note_taker: Mapped[Person | None] = relationship(foreign_keys=note_taker_id)

    @hybrid_property
    def state(self) -> State:
        if self.cancelled_at is not None:
            return State.CANCELLED
        if self.signed_off_at is not None:
            return State.SIGNED_OFF
        if self.written_up_at is not None:
            return State.WRITTEN_UP
        if self.finished_at is not None:
            return State.HELD
        return State.UNDER_WAY if self.notes_taken else State.PLANNED

    @property
    def state_label(self) -> str:
        return STATE_LABELS[self.state]

    @property
    def is_to_come(self) -> bool:
        """Whether its day is after today."""
        return self.happened_on is not None and self.happened_on > clock.today()

    @state.inplace.expression
    @classmethod
    def _state_expression(cls) -> ColumnElement[str]:
        """The same, for lists."""
        return case(
            (cls.cancelled_at.is_not(None), literal_column("'cancelled'")),
            (cls.signed_off_at.is_not(None), literal_column("'signed_off'")),
            (cls.written_up_at.is_not(None), literal_column("'written_up'")),
            (cls.finished_at.is_not(None), literal_column("'held'")),
            (cls.notes_taken > 0, literal_column("'under_way'")),
            else_=literal_column("'planned'"),
        )


class InterviewPlan(Identified, Model):
    """How many interviews of which kind are planned with one role of one body, and why that was changed."""

    __tablename__ = "interview_plan"
    __table_args__ = (UniqueConstraint("body_id", "role_id"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"), index=True)
    body_id: Mapped[UUID] = mapped_column(ForeignKey("body.id"))
    role_id: Mapped[UUID] = mapped_column(ForeignKey("role.id"))
    kind: Mapped[str]  # the kind that further ones begin as
    number: Mapped[int]
    reason: Mapped[str]  # of the last change; empty while it is as the pack says
    version: Mapped[int] = mapped_column(default=1)

    body: Mapped[Body] = relationship()
    role: Mapped[Role] = relationship()

    __mapper_args__ = {"version_id_col": version}


class ImportState(StrEnum):
    """What became of a file of notes."""

    PREVIEWED = "previewed"
    IMPORTED = "imported"
    DISCARDED = "discarded"
    WITHDRAWN = "withdrawn"  # with all of its notes


class NoteImport(Identified, Model):
    """A file of notes, or pasted text: looked at first, imported when somebody says so.

    Its bytes are in storage under their SHA-256. What the file calls its speakers is read from there each time and is
    kept in no table, nor is the file's name: either may be the name of somebody who was interviewed.
    """

    __tablename__ = "note_import"
    __table_args__ = (UniqueConstraint("interview_id", "number"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"), index=True)
    interview_id: Mapped[UUID] = mapped_column(ForeignKey("interview.id"))
    number: Mapped[int]  # within the interview, from 1
    sha256: Mapped[str]
    size: Mapped[int]  # bytes
    kind: Mapped[str]  # by content: see formats/kinds.py
    pasted: Mapped[bool]
    state: Mapped[ImportState] = mapped_column(Choice(ImportState))
    # {'label', 'nobody'} of each speaker, in the order in which they first speak; 'nobody': it is no speaker after all.
    labels: Mapped[list[Any]]
    starts_at: Mapped[datetime | None]  # when the recording began; None: its times are only counted from there
    paragraphs: Mapped[int] = mapped_column(default=0)  # that became notes
    first_number: Mapped[int | None]  # of its notes
    last_number: Mapped[int | None]
    decided_at: Mapped[datetime | None]  # when it was imported, or discarded
    decided_by: Mapped[str] = mapped_column(default="")
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(default="")
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    interview: Mapped[Interview] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def notes(self) -> int:
        """How many notes were made of it."""
        return 0 if self.first_number is None or self.last_number is None else self.last_number - self.first_number + 1


class Note(Identified, Model):
    """One thing that was said. Its words are a SourceText; rewording adds another."""

    __tablename__ = "note"
    __table_args__ = (UniqueConstraint("interview_id", "number"), Index("ix_note_place", "interview_id", "place"))

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    interview_id: Mapped[UUID] = mapped_column(ForeignKey("interview.id"))
    number: Mapped[int]  # how it is called, always
    place: Mapped[int]  # in the order of the notes: of an interview's notes, those from 1 on without a gap
    text_id: Mapped[UUID] = mapped_column(ForeignKey("source_text.id"))  # the present version
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("evidence_item.id"))  # made by tagging it in capture
    speaker: Mapped[str]  # a label such as 'DCP 2'; may be empty
    quote: Mapped[bool]
    prompt: Mapped[str]  # the pack's prompt that was being discussed, 'DC2'; may be empty
    # By the clock of the device; of an imported note, when it was heard, or the import where nobody knows.
    said_at: Mapped[datetime]
    saved_at: Mapped[datetime]  # by ours
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    withdrawn_by: Mapped[str] = mapped_column(default="")
    withdrawn_with_import: Mapped[bool] = mapped_column(default=False)  # and put back with it
    merged_into_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("note.id")
    )  # then it is withdrawn, its words are not
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("note_import.id"))  # None: it was typed here
    heard_at: Mapped[int | None]  # milliseconds into the recording that it was imported from
    from_paper: Mapped[bool] = mapped_column(default=False)  # typed in afterwards: its time is that on the paper
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]
    # A new one with each change: it holds the time, by which colleagues are told what is new.
    touched: Mapped[UUID] = mapped_column(default=uuid7, onupdate=uuid7)
    version: Mapped[int] = mapped_column(default=1)

    interview: Mapped[Interview] = relationship()
    text: Mapped[SourceText] = relationship()
    item: Mapped[EvidenceItem | None] = relationship()
    merged_into: Mapped["Note | None"] = relationship(remote_side="Note.id")

    __mapper_args__ = {"version_id_col": version}

    @property
    def words(self) -> str:
        return self.text.text


class Outcome(StrEnum):
    """What became of a version of a note that came second."""

    OPEN = ""  # nobody has chosen yet
    KEPT = "kept"  # what stood already
    TAKEN = "taken"
    JOINED = "joined"


class Rival(Identified, Model):
    """Words for a note that were made on a version that somebody had changed meanwhile: open until somebody chooses."""

    __tablename__ = "note_rival"
    __table_args__ = (
        # Those that are open, which are few.
        Index(
            "ix_note_rival_open",
            "interview_id",
            sqlite_where=sql("settled_at IS NULL"),
            postgresql_where=sql("settled_at IS NULL"),
        ),
    )

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    interview_id: Mapped[UUID] = mapped_column(ForeignKey("interview.id"))
    note_id: Mapped[UUID] = mapped_column(ForeignKey("note.id"), index=True)
    text_id: Mapped[UUID] = mapped_column(ForeignKey("source_text.id"))
    base_id: Mapped[UUID | None] = mapped_column(ForeignKey("source_text.id"))  # what it was made from, if known
    speaker: Mapped[str | None]  # None: nothing was said of it
    quote: Mapped[bool | None]
    outcome: Mapped[Outcome] = mapped_column(Choice(Outcome), default=Outcome.OPEN)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    note: Mapped[Note] = relationship()
    text: Mapped[SourceText] = relationship(foreign_keys=text_id)
    base: Mapped[SourceText | None] = relationship(foreign_keys=base_id)

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


class OwnPrompt(Identified, Model):
    """A question that was added on the spot to the topic guide of one interview. The pack's guide is not touched."""

    __tablename__ = "own_prompt"
    __table_args__ = (UniqueConstraint("interview_id", "number"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"), index=True)
    interview_id: Mapped[UUID] = mapped_column(ForeignKey("interview.id"))
    number: Mapped[int]
    text: Mapped[str]
    criteria: Mapped[list[Any]]  # references of those that it informs; may be empty
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def prompt(self) -> str:
        """What notes call it. With a hyphen, which no prompt of a pack has."""
        return f"own-{self.number}"


class PreparedGuide(Identified, Model):
    """What an interview's topic guide has otherwise than the pack's: the order of its prompts, and words of theirs."""

    __tablename__ = "prepared_guide"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"), index=True)
    interview_id: Mapped[UUID] = mapped_column(ForeignKey("interview.id"), unique=True)
    prompts: Mapped[list[Any]]  # the ids of all, in the order in which they are to be asked
    wordings: Mapped[dict[str, Any]]  # a prompt's id to its words, of those that were reworded
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class InterviewAction(Identified, Model):
    """What is to be done after an interview, by whom and when."""

    __tablename__ = "interview_action"
    __table_args__ = (
        UniqueConstraint("interview_id", "number"),
        Index("ix_interview_action_due", "inspection_id", "due"),
    )

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    interview_id: Mapped[UUID] = mapped_column(ForeignKey("interview.id"))
    number: Mapped[int]  # within the interview, from 1
    what: Mapped[str]
    who: Mapped[str]  # a colleague or a role, as typed
    due: Mapped[date | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(default="")
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(default="")
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_late(self) -> bool:
        return self.due is not None and self.due < clock.today() and self.done_at is None and self.withdrawn_at is None


class Receipt(Identified, Model):
    """What the server held of an interview at a moment: see receipts.py. Never changed."""

    __tablename__ = "interview_receipt"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    interview_id: Mapped[UUID] = mapped_column(ForeignKey("interview.id"), index=True)
    notes: Mapped[int]  # how many
    words: Mapped[int]
    fingerprint: Mapped[str]
    lines: Mapped[list[Any]]  # [number, SHA-256 of the words] of each note, in order
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID]
    made_by: Mapped[str]


class RaisedMatter(Identified, Model):
    """What an inspector raised with the lead during an interview, read by them and the lead inspectors.

    Its words are in no other table: not in the audit trail, which keeps that it was raised, nor in any export.
    """

    __tablename__ = "raised_matter"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"), index=True)
    interview_id: Mapped[UUID] = mapped_column(ForeignKey("interview.id"), index=True)
    words: Mapped[str]
    raised_at: Mapped[datetime]
    raised_by_id: Mapped[UUID]
    raised_by: Mapped[str]
    dealt_with_at: Mapped[datetime | None]  # by the first answer
    read_at: Mapped[datetime | None]  # when who raised it had read the answer
    version: Mapped[int] = mapped_column(default=1)

    interview: Mapped[Interview] = relationship()

    __mapper_args__ = {"version_id_col": version}


class RaisedAnswer(Identified, Model):
    """What a lead inspector answered. Answers are added and never changed, so two at once overwrite nothing."""

    __tablename__ = "raised_answer"

    matter_id: Mapped[UUID] = mapped_column(ForeignKey("raised_matter.id"), index=True)
    words: Mapped[str]
    answered_at: Mapped[datetime]
    answered_by_id: Mapped[UUID]
    answered_by: Mapped[str]


class Presence(Model):
    """Who has an interview's notes open, and when they were last heard of. A list of now: nothing rests on it."""

    __tablename__ = "interview_presence"

    interview_id: Mapped[UUID] = mapped_column(ForeignKey("interview.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    seen_at: Mapped[datetime]


class Interviewee(Identified, Model):
    """The name of somebody who was seen. The only place where names are: never in notes, the audit trail or exports."""

    __tablename__ = "interviewee"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"), index=True)
    interview_id: Mapped[UUID] = mapped_column(ForeignKey("interview.id"), index=True)
    label: Mapped[str]  # how the notes call the person: 'DCP 2'
    name: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
