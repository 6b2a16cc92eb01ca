"""The topic guide of an interview: what was ticked, asked and left out of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from app.db.base import AnySelect
from app.evidence.models import Source
from app.extensions import db
from app.inspections.models import Body, Role
from app.inspections.queries import find_guides
from app.interviews.models import (
    GuideTick,
    Interview,
    Mark,
    Note,
    OwnPrompt,
    PreparedGuide,
)


@dataclass(frozen=True, slots=True)
class PromptsCovered:
    """What the sessions of one role in one body have covered of the prompts that inform one criterion."""

    criterion: str
    role: str  # codes of role and body
    body: str
    prompts: list[str]


def list_ticks(interview_id: UUID) -> dict[str, GuideTick]:
    """What was ticked or marked of the topic guide: part to its row, without those taken back."""
    rows = db.session.scalars(
        select(GuideTick).where(GuideTick.interview_id == interview_id, GuideTick.mark != Mark.NONE)
    )
    return {row.part: row for row in rows}


def find_tick(interview_id: UUID, part: str) -> GuideTick | None:
    return db.session.scalars(
        select(GuideTick).where(GuideTick.interview_id == interview_id, GuideTick.part == part)
    ).one_or_none()


def lock_guide(interview_id: UUID) -> None:
    """Two who change an interview's guide at once come one after the other."""
    table = Interview.__table__
    db.session.execute(select(table.c.id).where(table.c.id == interview_id).with_for_update())


def stamp_of(interview_id: UUID) -> str:
    """Another one whenever something about the interview's guide has changed. One statement."""

    def changes(table: type[GuideTick | OwnPrompt | PreparedGuide | Note], *of: ColumnElement[bool]) -> AnySelect:
        # Rows are only added and changed, and each change raises the version of one.
        return select(func.coalesce(func.sum(table.version), 0)).where(table.interview_id == interview_id, *of)

    parts = (changes(GuideTick), changes(OwnPrompt), changes(PreparedGuide), changes(Note, Note.prompt != ""))
    return ".".join(str(part) for part in db.session.execute(select(*(part.scalar_subquery() for part in parts))).one())


def list_own_prompts(interview_id: UUID) -> Sequence[OwnPrompt]:
    return db.session.scalars(
        select(OwnPrompt).where(OwnPrompt.interview_id == interview_id).order_by(OwnPrompt.number)
    ).all()


def find_prepared(interview_id: UUID) -> PreparedGuide | None:
    """What the interview's guide has otherwise than the pack's, as it is now."""
    return db.session.scalars(
        select(PreparedGuide)
        .where(PreparedGuide.interview_id == interview_id)
        .execution_options(populate_existing=True)
    ).one_or_none()


def count_notes_of_prompts(interview_id: UUID) -> dict[str, int]:
    """How many notes name each prompt."""
    rows = db.session.execute(
        select(Note.prompt, func.count().label("notes"))
        .where(Note.interview_id == interview_id, Note.prompt != "", _stands())
        .group_by(Note.prompt)
    )
    return {row.prompt: row.notes for row in rows}


def _stands() -> ColumnElement[bool]:
    """Of a note: whether its words do, be it in another note."""
    return or_(Note.withdrawn_at.is_(None), Note.merged_into_id.is_not(None))


def prompts_covered(inspection_id: UUID) -> list[PromptsCovered]:
    """Which prompts were covered, by a note or by hand, for each criterion, role and body. Three statements.

    Ordered by body, role and the pack's order of prompts; `own-1` and the like are questions that were added to one
    interview's guide. Interviews without role or body have empty codes.
    """
    if (guides := find_guides(inspection_id)) is None:
        return []
    noted = select(Note.interview_id, Note.prompt.label("prompt")).where(
        Note.inspection_id == inspection_id, Note.prompt != "", _stands()
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
