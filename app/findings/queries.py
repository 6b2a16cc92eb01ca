from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from app import storage
from app.db.base import AnyRow
from app.evidence.models import EvidenceItem, Source, Tag
from app.evidence.queries import of_its_source
from app.extensions import db
from app.findings.models import FileFinding, FindingImport, Link, file_finding_criterion
from app.inspections.models import Body, Criterion
from app.inspections.references import EVIDENCE, FILE_FINDING

SHOWN_PER_FINDING = 5
PAGE = 50
LIVING = (Link.withdrawn_at.is_(None), EvidenceItem.withdrawn_at.is_(None))


@storage.names
def list_contents(inspection_id: UUID) -> set[str]:
    """The SHA-256 of every spreadsheet that was looked at."""
    return set(db.session.scalars(select(FindingImport.sha256).where(FindingImport.inspection_id == inspection_id)))


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding as lists show it."""

    id: UUID
    number: int
    statement: str
    own_reference: str
    files: int | None
    applicable: int | None
    direction: str  # empty until the sheet says
    area: str | None  # None: all Areas
    criteria: list[str]
    set_aside: bool  # by the outcome of a contradiction: shown, not counted
    links: dict[str, int]  # relation to how many living links, without those whose item was set aside
    links_aside: int  # of items that were set aside as they contradicted it
    resolved: dict[str, int]  # of the links, those that contradicted it and were resolved


def list_findings(
    inspection_id: UUID,
    *,
    criterion_id: UUID | None = None,
    after: int = 0,
    limit: int | None = PAGE,
    with_criteria: bool = True,
) -> list[FindingLine]:
    """Findings in the order of their numbers, from above `after`: three statements, however many there are.

    Two where nobody asks for their criteria, which are empty then.
    """
    statement = (
        select(
            FileFinding.id,
            FileFinding.number,
            FileFinding.statement,
            FileFinding.own_reference,
            FileFinding.files,
            FileFinding.applicable,
            FileFinding.direction,
            Body.name.label("area"),
            finding_set_aside().label("set_aside"),
        )
        .outerjoin(Body, Body.id == FileFinding.body_id)
        .where(
            FileFinding.inspection_id == inspection_id, FileFinding.withdrawn_at.is_(None), FileFinding.number > after
        )
        .order_by(FileFinding.number)
        .limit(limit)
    )
    if criterion_id is not None:
        statement = statement.join(
            file_finding_criterion, file_finding_criterion.c.file_finding_id == FileFinding.id
        ).where(file_finding_criterion.c.criterion_id == criterion_id)
    rows = db.session.execute(statement).all()
    ids = [row.id for row in rows]
    criteria, links = criteria_of(ids if with_criteria else []), count_links(ids)
    return [
        FindingLine(
            row.id,
            row.number,
            row.statement,
            row.own_reference,
            row.files,
            row.applicable,
            row.direction,
            row.area,
            criteria.get(row.id, []),
            row.set_aside,
            *links[row.id],
        )
        for row in rows
    ]


def finding_set_aside() -> ColumnElement[bool]:
    """For a select over FileFinding: whether an outcome set it aside."""
    return (
        exists()
        .where(Link.file_finding_id == FileFinding.id, Link.aside.like(f"{FILE_FINDING}-%"))
        .correlate(FileFinding)
    )


def is_set_aside(finding: FileFinding) -> bool:
    """Whether an outcome set it aside."""
    return bool(db.session.scalar(select(finding_set_aside()).where(FileFinding.id == finding.id)))


def criteria_of(finding_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    ids = list(finding_ids)
    found: dict[UUID, list[str]] = {id: [] for id in ids}
    if ids:
        for row in db.session.execute(
            select(file_finding_criterion.c.file_finding_id, Criterion.reference)
            .join(Criterion, Criterion.id == file_finding_criterion.c.criterion_id)
            .where(file_finding_criterion.c.file_finding_id.in_(ids))
            .order_by(Criterion.position)
        ):
            found[row.file_finding_id].append(row.reference)
    return found


def count_links(finding_ids: Iterable[UUID]) -> dict[UUID, tuple[dict[str, int], int, dict[str, int]]]:
    """Living links of each finding: by relation where the item counts, how many items were set aside, resolved ones."""
    ids = list(finding_ids)
    counted: dict[UUID, dict[str, int]] = {id: {} for id in ids}
    resolved: dict[UUID, dict[str, int]] = {id: {} for id in ids}
    aside = dict.fromkeys(ids, 0)
    if ids:
        item_aside = case((Link.aside.like(f"{EVIDENCE}-%"), 1), else_=0)
        for row in db.session.execute(
            select(
                Link.file_finding_id,
                Link.relation,
                func.count().label("links"),
                func.sum(item_aside).label("aside"),
                func.sum(case((Link.outcome != "", 1), else_=0)).label("resolved"),
            )
            .join(EvidenceItem, EvidenceItem.id == Link.item_id)
            .where(Link.file_finding_id.in_(ids), *LIVING)
            .group_by(Link.file_finding_id, Link.relation)
        ):
            aside[row.file_finding_id] += row.aside
            if row.links > row.aside:
                counted[row.file_finding_id][row.relation] = row.links - row.aside
            if row.resolved > row.aside:
                resolved[row.file_finding_id][row.relation] = row.resolved - row.aside
    return {id: (counted[id], aside[id], resolved[id]) for id in ids}


def newest_links(finding_ids: Iterable[UUID], each: int = SHOWN_PER_FINDING) -> dict[UUID, list[AnyRow]]:
    """The newest few items linked to each finding: link id, number, words, relation, outcome, aside, source, body."""
    ids = list(finding_ids)
    found: dict[UUID, list[AnyRow]] = {id: [] for id in ids}
    if not ids:
        return found
    place = func.row_number().over(partition_by=Link.file_finding_id, order_by=Link.id.desc()).label("place")
    ranked = (
        select(Link.id, Link.file_finding_id, Link.item_id, Link.relation, Link.outcome, Link.aside, place)
        .join(EvidenceItem, EvidenceItem.id == Link.item_id)
        .where(Link.file_finding_id.in_(ids), *LIVING)
        .subquery()
    )
    for row in db.session.execute(
        select(
            ranked.c.id,
            ranked.c.file_finding_id,
            ranked.c.relation,
            ranked.c.outcome,
            ranked.c.aside,
            EvidenceItem.number,
            EvidenceItem.words,
            EvidenceItem.gist,
            EvidenceItem.quote,
            EvidenceItem.distressing,
            EvidenceItem.direction,
            Source.prefix.label("source_prefix"),
            Source.number.label("source_number"),
            Body.name.label("body"),
        )
        .join(EvidenceItem, EvidenceItem.id == ranked.c.item_id)
        .join(Source, Source.id == EvidenceItem.source_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .where(ranked.c.place <= each)
        .order_by(ranked.c.file_finding_id, ranked.c.place)
    ):
        found[row.file_finding_id].append(row)
    return found


def list_links_of(finding_id: UUID, before: UUID | None = None) -> Sequence[AnyRow]:
    """All items linked to a finding, newest first, a page at a time: columns of `newest_links`, the link's, changed."""
    statement = (
        select(
            Link.id,
            Link.relation,
            Link.outcome,
            Link.aside,
            Link.reason,
            Link.created_by,
            EvidenceItem.number,
            EvidenceItem.words,
            EvidenceItem.gist,
            EvidenceItem.quote,
            EvidenceItem.distressing,
            EvidenceItem.direction,
            Source.prefix.label("source_prefix"),
            Source.number.label("source_number"),
            Body.name.label("body"),
            *of_its_source(),
        )
        .join(EvidenceItem, EvidenceItem.id == Link.item_id)
        .join(Source, Source.id == EvidenceItem.source_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .where(Link.file_finding_id == finding_id, *LIVING)
        .order_by(Link.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        statement = statement.where(Link.id < before)
    return db.session.execute(statement).all()


def list_links_from(item_id: UUID) -> Sequence[AnyRow]:
    """What an item is linked to: link id, relation, reason, outcome, side set aside, finding's number and statement."""
    return db.session.execute(
        select(
            Link.id,
            Link.relation,
            Link.reason,
            Link.created_by,
            Link.outcome,
            Link.aside,
            FileFinding.number,
            FileFinding.statement,
        )
        .join(FileFinding, FileFinding.id == Link.file_finding_id)
        .where(Link.item_id == item_id, Link.withdrawn_at.is_(None))
        .order_by(FileFinding.number)
    ).all()


def list_linkable(inspection_id: UUID, item_id: UUID) -> list[FindingLine]:
    """Findings that an item may be linked to: those of its own criteria first, then the others."""
    own = set(
        db.session.scalars(
            select(Criterion.reference)
            .join(Tag, Tag.criterion_id == Criterion.id)
            .where(Tag.item_id == item_id, Tag.withdrawn_at.is_(None))
        )
    )
    lines = list_findings(inspection_id, limit=None)
    return sorted(lines, key=lambda line: (not own.intersection(line.criteria), line.number))


def find_finding(inspection_id: UUID, number: int) -> FileFinding | None:
    return db.session.scalars(
        select(FileFinding)
        .options(joinedload(FileFinding.body), selectinload(FileFinding.criteria))
        .where(FileFinding.inspection_id == inspection_id, FileFinding.number == number)
    ).one_or_none()


def find_link(item_id: UUID, link_id: UUID) -> Link | None:
    """A link of this item; taken off ones too."""
    return db.session.scalars(select(Link).where(Link.item_id == item_id, Link.id == link_id)).one_or_none()


def relation_to(finding_id: UUID, item_id: UUID) -> str | None:
    """What the standing link of an item to a finding says."""
    return db.session.scalar(
        select(Link.relation).where(
            Link.file_finding_id == finding_id, Link.item_id == item_id, Link.withdrawn_at.is_(None)
        )
    )


def find_by_own_reference(inspection_id: UUID, references: Iterable[str]) -> dict[str, FileFinding]:
    """The team's own reference, case folded, to the finding that has it."""
    wanted = {reference.casefold() for reference in references if reference}
    if not wanted:
        return {}
    found = db.session.scalars(
        select(FileFinding)
        .options(joinedload(FileFinding.body), selectinload(FileFinding.criteria))
        .where(
            FileFinding.inspection_id == inspection_id,
            FileFinding.own_reference != "",
            FileFinding.withdrawn_at.is_(None),
        )
    )
    return {row.own_reference.casefold(): row for row in found if row.own_reference.casefold() in wanted}


def find_import(inspection_id: UUID, import_id: UUID, *, for_change: bool = False) -> FindingImport | None:
    statement = select(FindingImport).where(FindingImport.inspection_id == inspection_id, FindingImport.id == import_id)
    return db.session.scalars(statement.with_for_update() if for_change else statement).one_or_none()
