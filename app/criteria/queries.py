from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, exists, func, select

from app.evidence.models import EvidenceItem, Tag
from app.evidence.queries import Filters, Listed, page_of, tagged_items
from app.extensions import db
from app.findings.models import Link, file_finding_criterion

ON_A_FINDING_OF_THE_CRITERION = exists().where(
    Link.item_id == Tag.item_id,
    Link.withdrawn_at.is_(None),
    file_finding_criterion.c.file_finding_id == Link.file_finding_id,
    file_finding_criterion.c.criterion_id == Tag.criterion_id,
)


@dataclass(frozen=True, slots=True)
class Tally:
    """Living evidence under a criterion, after the filters."""

    items: int
    sources: int  # distinct
    directions: dict[str, int]


def tally(inspection_id: UUID, criterion_id: UUID, filters: Filters, directions: Sequence[str]) -> Tally:
    """Items, distinct sources and directions: one statement, from the matrix index but for quotes and authors."""
    statement = select(
        func.count().label("items"),
        func.count(Tag.source_id.distinct()).label("sources"),
        *(func.sum(case((Tag.direction == code, 1), else_=0)).label(f"d{n}") for n, code in enumerate(directions)),
    ).where(Tag.inspection_id == inspection_id, Tag.live, Tag.criterion_id == criterion_id, *filters.conditions())
    if filters.need_items:
        statement = statement.join(EvidenceItem, EvidenceItem.id == Tag.item_id)
    row = db.session.execute(statement).one()
    return Tally(row.items, row.sources, {code: row[2 + n] or 0 for n, code in enumerate(directions)})


def list_evidence(criterion_id: UUID, filters: Filters, linked: bool, before: int | None = None) -> Listed:
    """A page of living evidence under the criterion, linked or not linked to one of its findings, newest first."""
    statement = tagged_items().where(
        Tag.criterion_id == criterion_id,
        Tag.live,
        ON_A_FINDING_OF_THE_CRITERION if linked else ~ON_A_FINDING_OF_THE_CRITERION,
        *filters.conditions(),
    )
    return page_of(statement, Tag.number, before)


def count_linked(inspection_id: UUID, criterion_id: UUID, filters: Filters) -> int:
    """How many of the tallied items are linked to a finding of the criterion: one statement."""
    statement = (
        select(func.count())
        .select_from(Tag)
        .where(
            Tag.inspection_id == inspection_id,
            Tag.live,
            Tag.criterion_id == criterion_id,
            ON_A_FINDING_OF_THE_CRITERION,
            *filters.conditions(),
        )
    )
    if filters.need_items:
        statement = statement.join(EvidenceItem, EvidenceItem.id == Tag.item_id)
    return db.session.scalar(statement) or 0
