from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, exists, func, select

from app.db.base import AnyRow
from app.evidence.models import EvidenceItem, Tag
from app.evidence.queries import Filters, Listed, of_its_source, page_of, tagged_items
from app.extensions import db
from app.findings.models import Link, file_finding_criterion
from app.inspections.models import Body

SHOWN_EACH = 10  # newest items of a body, side by side with others

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
    linked: int  # of the items: to a finding of the criterion


def tally(inspection_id: UUID, criterion_id: UUID, filters: Filters, directions: Sequence[str]) -> Tally:
    """Items, distinct sources, directions, and how many are linked: one statement."""
    statement = select(
        func.count().label("items"),
        func.count(Tag.source_id.distinct()).label("sources"),
        func.sum(case((ON_A_FINDING_OF_THE_CRITERION, 1), else_=0)).label("linked"),
        *(func.sum(case((Tag.direction == code, 1), else_=0)).label(f"d{n}") for n, code in enumerate(directions)),
    ).where(Tag.inspection_id == inspection_id, Tag.live, Tag.criterion_id == criterion_id, *filters.conditions())
    if filters.need_items:
        statement = statement.join(EvidenceItem, EvidenceItem.id == Tag.item_id)
    row = db.session.execute(statement).one()
    counted = {code: row[3 + n] or 0 for n, code in enumerate(directions)}
    return Tally(row.items, row.sources, counted, row.linked or 0)


def list_evidence(criterion_id: UUID, filters: Filters, linked: bool, before: int | None = None) -> Listed:
    """A page of living evidence under the criterion, linked or not linked to one of its findings, newest first."""
    statement = tagged_items().where(
        Tag.criterion_id == criterion_id,
        Tag.live,
        ON_A_FINDING_OF_THE_CRITERION if linked else ~ON_A_FINDING_OF_THE_CRITERION,
        *filters.conditions(),
    )
    return page_of(statement, Tag.number, before)


@dataclass(frozen=True, slots=True)
class Column:
    """One body of those that are set side by side."""

    items: int
    sources: int
    directions: dict[str, int]
    newest: list[AnyRow]  # of LISTED, set_aside and changed


def side_by_side(
    criterion_id: UUID, bodies: Sequence[Body], filters: Filters, directions: Sequence[str]
) -> dict[UUID, Column]:
    """What stands under the criterion for each body, with the newest of it: two statements, however many bodies."""
    ids = [body.id for body in bodies]
    under = (Tag.criterion_id == criterion_id, Tag.live, Tag.body_id.in_(ids), *filters.conditions())
    counts = (
        select(
            Tag.body_id,
            func.count().label("items"),
            func.count(Tag.source_id.distinct()).label("sources"),
            *(func.sum(case((Tag.direction == code, 1), else_=0)).label(f"d{n}") for n, code in enumerate(directions)),
        )
        .where(*under)
        .group_by(Tag.body_id)
    )
    place = func.row_number().over(partition_by=Tag.body_id, order_by=Tag.number.desc()).label("place")
    ranked = select(Tag.id, place).where(*under)
    if filters.need_items:
        counts = counts.join(EvidenceItem, EvidenceItem.id == Tag.item_id)
        ranked = ranked.join(EvidenceItem, EvidenceItem.id == Tag.item_id)
    first = ranked.subquery()
    newest: dict[UUID, list[AnyRow]] = {id: [] for id in ids}
    for row in db.session.execute(
        tagged_items()
        .add_columns(Tag.body_id, *of_its_source())
        .join(first, first.c.id == Tag.id)
        .where(first.c.place <= SHOWN_EACH)
        .order_by(Tag.number.desc())
    ):
        newest[row.body_id].append(row)
    found = {id: Column(0, 0, {}, []) for id in ids}
    for row in db.session.execute(counts):
        counted = {code: row[3 + n] for n, code in enumerate(directions) if row[3 + n]}
        found[row.body_id] = Column(row.items, row.sources, counted, newest[row.body_id])
    return found
