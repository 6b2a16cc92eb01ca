from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from app.accounts.models import Person
from app.db.base import AnyRow, AnySelect
from app.evidence.models import EvidenceItem, Source, SourceText, Tag
from app.extensions import db
from app.inspections.models import Body, Criterion, Inspection, Role
from app.inspections.queries import find_guides, get_rules
from app.inspections.references import EVIDENCE, reference
from app.inspections.working_days import Calendar
from app.interviews.models import (
    WRITE_UP_OUTSTANDING,
    GuideTick,
    Interview,
    Interviewee,
    InterviewPlan,
    Mark,
    Note,
    NoteImport,
    OwnPrompt,
    State,
)
from app.interviews.write_up import WriteUp, write_up

PAGE = 50
NOTES_SHOWN = 300


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One note as the stream shows it."""

    number: int
    words: str
    speaker: str
    quote: bool
    said_at: datetime
    created_by: str
    version: int
    item: str  # reference of its evidence item, else empty
    direction: str
    withdrawn: bool
    criteria: list[str]
    prompt: str  # of the topic guide, else empty
    distressing: bool  # its evidence is: the words are covered
    heard: str = ""  # of an imported note: when in the recording, '0:05:31'
    has_time: bool = True  # whether it is known at what time of day it was said


@dataclass(frozen=True, slots=True)
class PromptsCovered:
    """What the sessions of one role in one body have covered of the prompts that inform one criterion."""

    criterion: str
    role: str  # codes of role and body
    body: str
    prompts: list[str]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which interviews: each empty for any; `area` and `role` are codes, `mine` a person who leads or takes notes."""

    area: str = ""
    role: str = ""
    state: str = ""
    kind: str = ""
    mine: UUID | None = None

    def any(self) -> bool:
        return bool(self.area or self.role or self.state or self.kind or self.mine)


def _rows(inspection_id: UUID) -> AnySelect:
    """What lists show of an interview. The cancelled ones are among them."""
    lead, note_taker = aliased(Person), aliased(Person)
    return (
        select(
            Source.number,
            Source.prefix,
            Source.kind,
            Source.title,
            Source.happened_on,
            Interview.held_at,
            Interview.remote,
            Interview.notes_taken,
            Interview.finished_at,
            Interview.reopened_at,
            Interview.state.label("state"),
            Body.name.label("body"),
            Role.label.label("role"),
            lead.name.label("lead"),
            note_taker.name.label("note_taker"),
        )
        .select_from(Interview)
        .outerjoin(Body, Body.id == Source.body_id)
        .outerjoin(Role, Role.id == Source.role_id)
        .outerjoin(lead, lead.id == Interview.lead_id)
        .outerjoin(note_taker, note_taker.id == Interview.note_taker_id)
        .where(Source.inspection_id == inspection_id, Source.feature == "interview")
    )


def list_interviews(
    inspection_id: UUID, before: int | None = None, filters: Filters = Filters()
) -> tuple[Sequence[AnyRow], int | None]:
    """Interviews and focus groups, newest first, and the number that the next page begins below.

    Cancelled ones stand apart: they are listed only when the filters ask for them.
    """
    statement = _rows(inspection_id).order_by(Source.number.desc()).limit(PAGE + 1)
    if filters.area:
        statement = statement.where(Body.code == filters.area)
    if filters.role:
        statement = statement.where(Role.code == filters.role)
    if filters.kind:
        statement = statement.where(Source.kind == filters.kind)
    if filters.mine:
        statement = statement.where(_of_person(filters.mine))
    if filters.state:
        statement = statement.where(Interview.state == filters.state)
    if filters.state != State.CANCELLED:
        statement = statement.where(Interview.cancelled_at.is_(None))
    if before is not None:
        statement = statement.where(Source.number < before)
    rows = db.session.execute(statement).all()
    return rows[:PAGE], rows[PAGE - 1].number if len(rows) > PAGE else None


def _of_person(person_id: UUID) -> ColumnElement[bool]:
    return or_(Interview.lead_id == person_id, Interview.note_taker_id == person_id)


def count_cancelled(inspection_id: UUID) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Interview)
            .where(Interview.inspection_id == inspection_id, Interview.cancelled_at.is_not(None))
        )
        or 0
    )


def list_mine(inspection_id: UUID, person_id: UUID, shown: int = PAGE) -> Sequence[AnyRow]:
    """What a person leads or takes notes in and is not signed off or cancelled: by date, those without one last."""
    return db.session.execute(
        _rows(inspection_id)
        .where(_of_person(person_id), Interview.signed_off_at.is_(None), Interview.cancelled_at.is_(None))
        .order_by(Interview.held_at.is_(None), Interview.held_at, Source.number)
        .limit(shown)
    ).all()


def list_of_area(inspection_id: UUID, area: str, shown: int = 2 * PAGE) -> Sequence[AnyRow]:
    """The interviews of a body, by its code, that are not cancelled: by date, those without one last. One statement."""
    return db.session.execute(
        _rows(inspection_id)
        .where(Body.code == area, Interview.cancelled_at.is_(None))
        .order_by(Interview.held_at.is_(None), Interview.held_at, Source.number)
        .limit(shown)
    ).all()


def count_of_areas(inspection_id: UUID) -> dict[UUID, tuple[int, int]]:
    """Body to how many of its interviews were held, and how many there are, without the cancelled ones."""
    held = func.sum(case((Interview.finished_at.is_not(None), 1), else_=0))
    rows = db.session.execute(
        select(Interview.body_id, held, func.count())
        .where(Interview.inspection_id == inspection_id, Interview.cancelled_at.is_(None))
        .group_by(Interview.body_id)
    )
    return {body_id: (int(held), number) for body_id, held, number in rows if body_id}


def list_between(inspection_id: UUID, first: date, last: date) -> Sequence[AnyRow]:
    """The interviews on some days that are not cancelled, with who leads them and takes notes, by time."""
    return db.session.execute(
        _rows(inspection_id)
        .add_columns(Interview.lead_id, Interview.note_taker_id)
        .where(Interview.happened_on.between(first, last), Interview.cancelled_at.is_(None))
        .order_by(Interview.held_at, Source.number)
    ).all()


@dataclass(frozen=True, slots=True)
class Due:
    """What the lead inspector has to look after, each in the order in which it is due."""

    late: list[AnyRow]  # held, and the time for the write-up is over
    undated: Sequence[AnyRow]  # planned, without a date
    overdue: Sequence[AnyRow]  # their date is over, and nobody has taken a note or said that they were held


def due(inspection_id: UUID, on: date, shown: int = PAGE) -> Due:
    """As things stand on a day. Three statements, and the pack's rules where something waits to be written up."""
    living = _rows(inspection_id).where(Interview.cancelled_at.is_(None)).limit(shown)
    waiting = db.session.execute(
        living.where(Interview.finished_at.is_not(None), Interview.signed_off_at.is_(None)).order_by(
            Interview.finished_at, Source.number
        )
    ).all()
    planned = living.where(Interview.state == State.PLANNED)
    undated = db.session.execute(planned.where(Interview.held_at.is_(None)).order_by(Source.number)).all()
    passed = planned.where(Interview.happened_on < on).order_by(Interview.happened_on, Source.number)
    write_ups = write_ups_of(inspection_id, waiting, on)
    late = [row for row in waiting if (clock := write_ups.get(row.number)) and clock.standing == "late"]
    return Due(late, undated, db.session.execute(passed).all())


def find_interview(inspection_id: UUID, number: int, *, for_change: bool = False) -> Interview | None:
    """With its body, role and people, in one statement."""
    statement = (
        select(Interview)
        .options(
            joinedload(Interview.body),
            joinedload(Interview.role),
            joinedload(Interview.lead),
            joinedload(Interview.note_taker),
        )
        .where(Interview.inspection_id == inspection_id, Interview.number == number)
    )
    if for_change:
        statement = statement.with_for_update(of=Interview)
    return db.session.scalars(statement).one_or_none()


def list_notes(
    interview_id: UUID, before: int | None = None, shown: int = NOTES_SHOWN, *, withdrawn: bool = False
) -> tuple[list[NoteLine], int | None]:
    """The last `shown` notes below `before`, in the order said, and where earlier ones begin. Two statements.

    Those that were withdrawn with their import are left out unless they are asked for.
    """
    statement = (
        select(
            Note.number,
            SourceText.text,
            Note.speaker,
            Note.quote,
            Note.said_at,
            Note.created_by,
            Note.version,
            Note.withdrawn_at,
            Note.prompt,
            EvidenceItem.number.label("item_number"),
            EvidenceItem.direction,
            EvidenceItem.withdrawn_at.label("item_withdrawn_at"),
            EvidenceItem.distressing,
            Note.import_id,
            Note.heard_at,
            NoteImport.starts_at,
        )
        .join(SourceText, SourceText.id == Note.text_id)
        .outerjoin(EvidenceItem, EvidenceItem.id == Note.item_id)
        .outerjoin(NoteImport, NoteImport.id == Note.import_id)
        .where(Note.interview_id == interview_id)
        .order_by(Note.number.desc())
        .limit(shown + 1)
    )
    if before is not None:
        statement = statement.where(Note.number < before)
    if not withdrawn:
        statement = statement.where(Note.withdrawn_at.is_(None))
    rows = db.session.execute(statement).all()
    earlier = rows[shown - 1].number if len(rows) > shown else None
    rows = rows[:shown]
    tags = _tags_of_notes(interview_id, rows[-1].number, rows[0].number) if rows else {}
    return [_line(row, tags) for row in reversed(rows)], earlier


def _tags_of_notes(interview_id: UUID, first: int, last: int) -> dict[int, list[str]]:
    """A note's number to the criteria that its evidence is under. A join: hundreds of ids are slow to read and send."""
    found: dict[int, list[str]] = {}
    for number, criterion in db.session.execute(
        select(Note.number, Criterion.reference)
        .join(EvidenceItem, EvidenceItem.id == Note.item_id)
        .join(Tag, Tag.item_id == EvidenceItem.id)
        .join(Criterion, Criterion.id == Tag.criterion_id)
        .where(Note.interview_id == interview_id, Note.number.between(first, last))
        .where(EvidenceItem.withdrawn_at.is_(None), Tag.withdrawn_at.is_(None))
        .order_by(Criterion.position)
    ):
        found.setdefault(number, []).append(criterion)
    return found


def _line(row: AnyRow, tags: dict[int, list[str]]) -> NoteLine:
    return NoteLine(
        row.number,
        row.text,
        row.speaker,
        row.quote,
        row.said_at,
        row.created_by,
        row.version,
        reference(EVIDENCE, row.item_number) if row.item_number and row.item_withdrawn_at is None else "",
        row.direction or "",
        row.withdrawn_at is not None,
        tags.get(row.number, []),
        row.prompt,
        bool(row.distressing),
        in_recording(row.heard_at),
        row.import_id is None or (row.starts_at is not None and row.heard_at is not None),
    )


def in_recording(heard_at: int | None) -> str:
    """'0:05:31' for milliseconds from its beginning."""
    if heard_at is None:
        return ""
    minutes, seconds = divmod(heard_at // 1000, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def line_of(note: Note, item: EvidenceItem | None, criteria: list[str]) -> NoteLine:
    """The line of a note that was just saved, without asking the database again."""
    return NoteLine(
        note.number,
        note.words,
        note.speaker,
        note.quote,
        note.said_at,
        note.created_by,
        note.version,
        item.reference if item else "",
        item.direction if item else "",
        note.withdrawn_at is not None,
        criteria,
        note.prompt,
        item is not None and item.distressing,
    )


def find_line(interview_id: UUID, number: int) -> NoteLine | None:
    lines, _earlier = list_notes(interview_id, before=number + 1, shown=1, withdrawn=True)
    return lines[-1] if lines and lines[-1].number == number else None


def find_note(interview_id: UUID, number: int, *, for_change: bool = False) -> Note | None:
    statement = (
        select(Note)
        .options(joinedload(Note.text, innerjoin=True), joinedload(Note.interview, innerjoin=True))
        .where(Note.interview_id == interview_id, Note.number == number)
    )
    if for_change:
        statement = statement.with_for_update(of=Note)
    return db.session.scalars(statement).one_or_none()


def list_rivals(text_id: UUID) -> Sequence[SourceText]:
    """Rewordings of this version that came too late, oldest first."""
    return db.session.scalars(select(SourceText).where(SourceText.rival_of_id == text_id).order_by(SourceText.id)).all()


def list_versions(source_id: UUID, position: int) -> Sequence[SourceText]:
    """Every text that a note had or was offered, oldest first."""
    return db.session.scalars(
        select(SourceText)
        .where(SourceText.source_id == source_id, SourceText.position == position)
        .order_by(SourceText.created_at, SourceText.id)
    ).all()


def list_speakers(interview_id: UUID) -> list[str]:
    """Labels used so far, for the composer to offer."""
    return list(
        db.session.scalars(
            select(Note.speaker)
            .where(Note.interview_id == interview_id, Note.speaker != "", Note.withdrawn_at.is_(None))
            .group_by(Note.speaker)
            .order_by(func.min(Note.number))
            .limit(40)
        )
    )


def list_imports(interview_id: UUID) -> Sequence[NoteImport]:
    """Every file of notes that came in, in their order, whatever became of it."""
    return db.session.scalars(
        select(NoteImport).where(NoteImport.interview_id == interview_id).order_by(NoteImport.number)
    ).all()


def count_imports(interview_id: UUID) -> int:
    counted = select(func.count()).select_from(NoteImport).where(NoteImport.interview_id == interview_id)
    return db.session.scalar(counted) or 0


def find_import(interview_id: UUID, number: int, *, for_change: bool = False) -> NoteImport | None:
    statement = select(NoteImport).where(NoteImport.interview_id == interview_id, NoteImport.number == number)
    if for_change:
        statement = statement.with_for_update()
    return db.session.scalars(statement).one_or_none()


def has_evidence() -> ColumnElement[bool]:
    """Of a note: whether evidence that stands was lifted from any version of its words."""
    return (
        select(EvidenceItem.id)
        .join(SourceText, SourceText.id == EvidenceItem.text_id)
        .where(
            SourceText.source_id == Note.interview_id,
            SourceText.position == Note.number,
            EvidenceItem.withdrawn_at.is_(None),
        )
        .exists()
    )


def count_standing(import_id: UUID, interview_id: UUID) -> int:
    """How many of its notes are not withdrawn."""
    of = (Note.interview_id == interview_id, Note.import_id == import_id, Note.withdrawn_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(Note).where(*of)) or 0


def evidence_of_import(found: NoteImport) -> Sequence[AnyRow]:
    """Evidence that stands on notes of an import: number of the note and of the item, in the order of the notes."""
    if found.first_number is None:
        return []
    return db.session.execute(
        select(SourceText.position, EvidenceItem.number)
        .join(EvidenceItem, EvidenceItem.text_id == SourceText.id)
        .where(
            SourceText.source_id == found.interview_id,
            SourceText.position.between(found.first_number, found.last_number),
            EvidenceItem.withdrawn_at.is_(None),
        )
        .order_by(SourceText.position, EvidenceItem.number)
    ).all()


def list_interviewees(interview_id: UUID) -> Sequence[Interviewee]:
    """Names of who was seen: only behind Action.NAMES."""
    return db.session.scalars(
        select(Interviewee).where(Interviewee.interview_id == interview_id).order_by(Interviewee.id)
    ).all()


def find_interviewee(interview_id: UUID, id: UUID) -> Interviewee | None:
    return db.session.scalars(
        select(Interviewee).where(Interviewee.interview_id == interview_id, Interviewee.id == id)
    ).one_or_none()


@dataclass(frozen=True, slots=True)
class PlanCell:
    """A role of a body in the plan: what is planned, and how many interviews are in which state."""

    body: str  # its code
    role: str
    kind: str
    number: int | None  # None where the pack plans nothing: somebody added interviews by hand
    counts: dict[str, int]  # state to how many, cancelled ones too
    kinds: dict[str, int]  # of those not cancelled
    changed: bool  # since the pack planned it

    @property
    def as_planned(self) -> bool:
        return self.number is None or self.number == self.living

    @property
    def living(self) -> int:
        return sum(self.kinds.values())


@dataclass(frozen=True, slots=True)
class PlanTable:
    """Roles by bodies, in the pack's order. Only those of which something is planned or made have a place in it."""

    bodies: list[tuple[str, str]]  # code, name
    roles: list[tuple[str, str]]  # code, label
    cells: dict[tuple[str, str], PlanCell]  # by role's code and body's code
    counts: dict[str, int]  # over all of it
    kinds: dict[str, int]  # of those not cancelled


def plan_table(inspection_id: UUID) -> PlanTable:
    """What is planned, and how far it is. Two statements, however many interviews there are."""
    made = db.session.execute(
        select(
            Body.code.label("body"),
            Body.name,
            Body.position,
            Role.code.label("role"),
            Role.label,
            Role.position.label("role_position"),
            Interview.kind,
            Interview.state.label("state"),
            func.count().label("number"),
        )
        .select_from(Interview)
        .join(Body, Body.id == Interview.body_id)
        .join(Role, Role.id == Interview.role_id)
        .where(Interview.inspection_id == inspection_id)
        .group_by(Body.id, Role.id, Interview.kind, "state")
    ).all()
    planned = db.session.execute(
        select(
            Body.code.label("body"),
            Body.name,
            Body.position,
            Role.code.label("role"),
            Role.label,
            Role.position.label("role_position"),
            InterviewPlan.kind,
            InterviewPlan.number,
            InterviewPlan.reason,
        )
        .join(Body, Body.id == InterviewPlan.body_id)
        .join(Role, Role.id == InterviewPlan.role_id)
        .where(InterviewPlan.inspection_id == inspection_id)
    ).all()
    rows = [*planned, *made]
    cells = {
        (row.role, row.body): PlanCell(row.body, row.role, row.kind, row.number, {}, {}, bool(row.reason))
        for row in planned
    }
    counts: dict[str, int] = {}
    kinds: dict[str, int] = {}
    for row in made:
        cell = cells.setdefault((row.role, row.body), PlanCell(row.body, row.role, row.kind, None, {}, {}, False))
        cell.counts[row.state] = cell.counts.get(row.state, 0) + row.number
        counts[row.state] = counts.get(row.state, 0) + row.number
        if row.state != State.CANCELLED:
            cell.kinds[row.kind] = cell.kinds.get(row.kind, 0) + row.number
            kinds[row.kind] = kinds.get(row.kind, 0) + row.number
    bodies = sorted({(row.position, row.body, row.name) for row in rows})
    roles = sorted({(row.role_position, row.role, row.label) for row in rows})
    return PlanTable([row[1:] for row in bodies], [row[1:] for row in roles], cells, counts, kinds)


def find_cell(inspection_id: UUID, body: str, role: str, *, for_change: bool = False) -> InterviewPlan | None:
    """What is planned with a role of a body, by their codes, with both."""
    statement = (
        select(InterviewPlan)
        .join(InterviewPlan.body)
        .join(InterviewPlan.role)
        .options(contains_eager(InterviewPlan.body), contains_eager(InterviewPlan.role))
        .where(InterviewPlan.inspection_id == inspection_id, Body.code == body, Role.code == role)
    )
    if for_change:
        statement = statement.with_for_update(of=InterviewPlan)
    return db.session.scalars(statement).one_or_none()


def list_planned_cells(inspection_id: UUID) -> set[tuple[UUID, UUID]]:
    """Body and role of all that is in the plan."""
    rows = db.session.execute(
        select(InterviewPlan.body_id, InterviewPlan.role_id).where(InterviewPlan.inspection_id == inspection_id)
    )
    return {(row.body_id, row.role_id) for row in rows}


def list_plans(inspection_id: UUID) -> Sequence[InterviewPlan]:
    """What is planned with each role of each body, with both, in the pack's order."""
    wanted = (
        select(InterviewPlan)
        .join(InterviewPlan.body)
        .join(InterviewPlan.role)
        .options(contains_eager(InterviewPlan.body), contains_eager(InterviewPlan.role))
        .where(InterviewPlan.inspection_id == inspection_id)
        .order_by(Role.position, Body.position)
    )
    return db.session.scalars(wanted).all()


def count_living(inspection_id: UUID) -> dict[tuple[UUID, UUID], int]:
    """Body and role to how many interviews there are with it, without the cancelled ones."""
    rows = db.session.execute(
        select(Interview.body_id, Interview.role_id, func.count())
        .where(Interview.inspection_id == inspection_id, Interview.cancelled_at.is_(None))
        .group_by(Interview.body_id, Interview.role_id)
    )
    return {(body_id, role_id): count for body_id, role_id, count in rows if body_id and role_id}


def list_of_cell(body_id: UUID, role_id: UUID) -> Sequence[Interview]:
    """The interviews with a role of a body that are not cancelled, held for a change."""
    return db.session.scalars(
        select(Interview)
        .where(Interview.body_id == body_id, Interview.role_id == role_id, Interview.cancelled_at.is_(None))
        .order_by(Interview.number)
        .with_for_update(of=Interview)
    ).all()


def all_cancelled(inspection_id: UUID) -> AnySelect:
    """Interviews with a role of a body of which none is left: codes of both, the role's label, number, reason.

    What was planned there will not come, and it is known why. One that is put back or added ends that.
    """
    cell = (Interview.role_id, Interview.body_id)
    made = (
        select(
            *cell,
            Interview.number,
            Interview.cancelled_reason.label("reason"),
            (func.count().over(partition_by=cell) - func.count(Interview.cancelled_at).over(partition_by=cell)).label(
                "left"
            ),
        )
        .where(Interview.inspection_id == inspection_id)
        .subquery()
    )
    return (
        select(Role.code.label("role"), Role.label, Body.code.label("body"), made.c.number, made.c.reason)
        .join(made, made.c.role_id == Role.id)
        .join(Body, Body.id == made.c.body_id)
        .where(made.c.left == 0)
        .order_by(made.c.number)
    )


def list_all_cancelled(inspection_id: UUID, area: str) -> dict[str, list[str]]:
    """Roles of a body, by its code, of whose interviews none is left: label to the reasons. One statement."""
    found: dict[str, list[str]] = {}
    for row in db.session.execute(all_cancelled(inspection_id).where(Body.code == area)):
        reasons = found.setdefault(row.label, [])
        if row.reason not in reasons:
            reasons.append(row.reason)
    return found


def list_held_by(
    inspection_id: UUID, people: set[UUID], after: datetime, before: datetime, rooms_of: Body | None = None
) -> Sequence[AnyRow]:
    """Interviews that begin between two moments and that one of the people leads or takes notes in.

    With `rooms_of` a body, also those that are held in a room there, whoever holds them.
    """
    lead, note_taker = aliased(Person), aliased(Person)
    return db.session.execute(
        select(
            Source.number,
            Source.prefix,
            Interview.held_at,
            Interview.place,
            Interview.remote,
            Interview.lead_id,
            Interview.note_taker_id,
            lead.name.label("lead"),
            note_taker.name.label("note_taker"),
            Role.code.label("role"),
            Source.body_id,
            Body.name.label("body"),
        )
        .select_from(Interview)
        .outerjoin(lead, lead.id == Interview.lead_id)
        .outerjoin(note_taker, note_taker.id == Interview.note_taker_id)
        .outerjoin(Role, Role.id == Source.role_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .where(Source.inspection_id == inspection_id, Interview.cancelled_at.is_(None))
        .where(Interview.held_at > after, Interview.held_at < before)
        .where(
            or_(
                Interview.lead_id.in_(people),
                Interview.note_taker_id.in_(people),
                *([(Source.body_id == rooms_of.id) & (Interview.place != "")] if rooms_of else []),
            )
        )
        .order_by(Interview.held_at, Source.number)
    ).all()


def lock_plan(inspection_id: UUID) -> None:
    """One at a time may make the plan: the other waits, and finds it made."""
    db.session.execute(select(Inspection.id).where(Inspection.id == inspection_id).with_for_update())


def first_note_at(interview_id: UUID) -> datetime | None:
    """When it was saved, as no device's clock is to be trusted; of an imported one, when it was said."""
    moment = case((Note.import_id.is_(None), Note.saved_at), else_=Note.said_at)
    of = (Note.interview_id == interview_id, Note.withdrawn_at.is_(None))
    return db.session.scalar(select(func.min(moment)).where(*of))


def write_ups_of(inspection_id: UUID, rows: Sequence[AnyRow | Interview], today: date) -> dict[int, WriteUp]:
    """Number to the write-up clock, of those rows that wait to be written up or signed off. One statement or none."""
    waiting = [row for row in rows if row.state in WRITE_UP_OUTSTANDING]
    if not waiting:
        return {}
    rules = get_rules(inspection_id)
    calendar, days = Calendar.of(rules), rules.write_up.working_days
    return {
        row.number: write_up(row.held_at, row.finished_at, row.reopened_at, calendar, days, today)
        for row in waiting
        if row.finished_at is not None
    }


def list_ticks(interview_id: UUID) -> dict[str, GuideTick]:
    """What was ticked or marked of the topic guide: part to its row, without those taken back."""
    rows = db.session.scalars(
        select(GuideTick).where(GuideTick.interview_id == interview_id, GuideTick.mark != Mark.NONE)
    )
    return {row.part: row for row in rows}


def lock_guide(interview_id: UUID) -> None:
    """Two who change an interview's guide at once come one after the other."""
    table = Interview.__table__
    db.session.execute(select(table.c.id).where(table.c.id == interview_id).with_for_update())


def list_own_prompts(interview_id: UUID) -> Sequence[OwnPrompt]:
    return db.session.scalars(
        select(OwnPrompt).where(OwnPrompt.interview_id == interview_id).order_by(OwnPrompt.number)
    ).all()


def find_tick(interview_id: UUID, part: str) -> GuideTick | None:
    return db.session.scalars(
        select(GuideTick).where(GuideTick.interview_id == interview_id, GuideTick.part == part)
    ).one_or_none()


def count_notes_of_prompts(interview_id: UUID) -> dict[str, int]:
    """How many notes name each prompt."""
    rows = db.session.execute(
        select(Note.prompt, func.count().label("notes"))
        .where(Note.interview_id == interview_id, Note.prompt != "", Note.withdrawn_at.is_(None))
        .group_by(Note.prompt)
    )
    return {row.prompt: row.notes for row in rows}


def prompts_covered(inspection_id: UUID) -> list[PromptsCovered]:
    """Which prompts were covered, by a note or by hand, for each criterion, role and body. Three statements.

    Ordered by body, role and the pack's order of prompts; `own-1` and the like are questions that were added to one
    interview's guide. Interviews without role or body have empty codes.
    """
    if (guides := find_guides(inspection_id)) is None:
        return []
    noted = select(Note.interview_id, Note.prompt.label("prompt")).where(
        Note.inspection_id == inspection_id, Note.prompt != "", Note.withdrawn_at.is_(None)
    )
    ticked = select(GuideTick.interview_id, GuideTick.part).where(
        GuideTick.inspection_id == inspection_id, GuideTick.mark == Mark.DONE
    )
    covered = noted.union(ticked).subquery()
    rows = db.session.execute(
        select(
            Role.code.label("role"),
            Role.position.label("role_place"),
            Body.code.label("body"),
            Body.position.label("body_place"),
            covered.c.prompt,
            covered.c.interview_id,
        )
        .join(Source, Source.id == covered.c.interview_id)
        .outerjoin(Role, Role.id == Source.role_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .distinct()
    ).all()
    criteria = {prompt.id: prompt.criteria for guide in guides.guides for prompt in guide.questions}
    place = {id: position for position, id in enumerate(criteria)}
    own = {
        (row.interview_id, row.prompt): row.criteria
        for row in db.session.scalars(select(OwnPrompt).where(OwnPrompt.inspection_id == inspection_id))
    }
    found: dict[tuple[str, str, str], dict[str, None]] = {}
    rows = sorted(rows, key=lambda row: (row.body_place or 0, row.role_place or 0, place.get(row.prompt, len(place))))
    for row in rows:
        for criterion in criteria.get(row.prompt) or own.get((row.interview_id, row.prompt), []):
            found.setdefault((row.body or "", row.role or "", criterion), {})[row.prompt] = None
    return [PromptsCovered(criterion, role, body, list(prompts)) for (body, role, criterion), prompts in found.items()]
