from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.db.base import AnyRow
from app.evidence.models import EvidenceItem, Source, SourceText, Tag
from app.extensions import db
from app.inspections.models import Body, Criterion, Role
from app.inspections.queries import find_guides
from app.inspections.references import EVIDENCE, reference
from app.interviews.models import GuideTick, Interview, Interviewee, Mark, Note

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


@dataclass(frozen=True, slots=True)
class PromptsCovered:
    """What the sessions of one role in one body have covered of the prompts that inform one criterion."""

    criterion: str
    role: str  # codes of role and body
    body: str
    prompts: list[str]


def list_interviews(inspection_id: UUID, before: int | None = None) -> tuple[Sequence[AnyRow], int | None]:
    """Interviews and focus groups, newest first, and the number that the next page begins below."""
    statement = (
        select(
            Source.number,
            Source.prefix,
            Source.kind,
            Source.title,
            Interview.held_at,
            Interview.remote,
            Interview.notes_taken,
            Body.name.label("body"),
            Role.label.label("role"),
        )
        .select_from(Interview)
        .outerjoin(Body, Body.id == Source.body_id)
        .outerjoin(Role, Role.id == Source.role_id)
        .where(Source.inspection_id == inspection_id, Source.feature == "interview")
        .order_by(Source.number.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        statement = statement.where(Source.number < before)
    rows = db.session.execute(statement).all()
    return rows[:PAGE], rows[PAGE - 1].number if len(rows) > PAGE else None


def find_interview(inspection_id: UUID, number: int) -> Interview | None:
    """With its body and role, in one statement."""
    return db.session.scalars(
        select(Interview)
        .options(joinedload(Interview.body), joinedload(Interview.role))
        .where(Interview.inspection_id == inspection_id, Interview.number == number)
    ).one_or_none()


def list_notes(
    interview_id: UUID, before: int | None = None, shown: int = NOTES_SHOWN
) -> tuple[list[NoteLine], int | None]:
    """The last `shown` notes below `before`, in the order said, and where earlier ones begin. Two statements."""
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
        )
        .join(SourceText, SourceText.id == Note.text_id)
        .outerjoin(EvidenceItem, EvidenceItem.id == Note.item_id)
        .where(Note.interview_id == interview_id)
        .order_by(Note.number.desc())
        .limit(shown + 1)
    )
    if before is not None:
        statement = statement.where(Note.number < before)
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
    )


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
    )


def find_line(interview_id: UUID, number: int) -> NoteLine | None:
    lines, _earlier = list_notes(interview_id, before=number + 1, shown=1)
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
            .where(Note.interview_id == interview_id, Note.speaker != "")
            .group_by(Note.speaker)
            .order_by(func.min(Note.number))
            .limit(40)
        )
    )


def list_interviewees(interview_id: UUID) -> Sequence[Interviewee]:
    """Names of who was seen: only behind Action.NAMES."""
    return db.session.scalars(
        select(Interviewee).where(Interviewee.interview_id == interview_id).order_by(Interviewee.id)
    ).all()


def find_interviewee(interview_id: UUID, id: UUID) -> Interviewee | None:
    return db.session.scalars(
        select(Interviewee).where(Interviewee.interview_id == interview_id, Interviewee.id == id)
    ).one_or_none()


def list_ticks(interview_id: UUID) -> dict[str, GuideTick]:
    """What was ticked or marked of the topic guide: part to its row, without those taken back."""
    rows = db.session.scalars(
        select(GuideTick).where(GuideTick.interview_id == interview_id, GuideTick.mark != Mark.NONE)
    )
    return {row.part: row for row in rows}


def find_tick(interview_id: UUID, part: str) -> GuideTick | None:
    """For a change: the interview is locked first, so that two who tick at once come one after the other."""
    table = Interview.__table__
    db.session.execute(select(table.c.id).where(table.c.id == interview_id).with_for_update())
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
    """Which prompts were covered, by a note or by hand, for each criterion, role and body. Two statements.

    Ordered by body, role and the pack's order of prompts. Interviews without role or body have empty codes.
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
        )
        .join(Source, Source.id == covered.c.interview_id)
        .outerjoin(Role, Role.id == Source.role_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .distinct()
    ).all()
    criteria = {prompt.id: prompt.criteria for guide in guides.guides for prompt in guide.questions}
    place = {id: position for position, id in enumerate(criteria)}
    found: dict[tuple[str, str, str], list[str]] = {}
    for row in sorted(rows, key=lambda row: (row.body_place or 0, row.role_place or 0, place.get(row.prompt, 0))):
        for criterion in criteria.get(row.prompt, ()):
            found.setdefault((row.body or "", row.role or "", criterion), []).append(row.prompt)
    return [PromptsCovered(criterion, role, body, prompts) for (body, role, criterion), prompts in found.items()]
