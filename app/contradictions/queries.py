"""What contradicts what. A contradiction is a link that contradicts; it is open while no outcome is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, literal, or_, select, union_all
from sqlalchemy.orm import joinedload

from app.contradictions.by_criterion import narrowed, opening
from app.db.base import AnyRow
from app.evidence.models import EvidenceItem, ItemLink, Source, Tag
from app.evidence.places import closed_since
from app.evidence.queries import of_its_source
from app.extensions import db
from app.findings.models import FileFinding, Link, file_finding_criterion
from app.inspections.models import Body, Criterion, Role
from app.inspections.references import EVIDENCE, FILE_FINDING, reference
from app.inspections.rules import Rules

PAGE = 50


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that contradict: an evidence item, or a file finding."""

    reference: str
    words: str
    gist: str
    quote: bool
    distressing: bool
    direction: str
    where: str  # 'Wessex, INT-003'
    withdrawn: bool
    criteria: list[str]
    who: str = ""  # of an item: who spoke, by label or role
    attributable: bool = True  # an item, to the role
    changed: bool = False  # the source of the item, since it was made
    source_withdrawn: bool = False
    words_struck: bool = False
    closed: str = ""  # 'DOC-108 was sent back since', of its source
    superseded_by: str | None = None  # the document that took the place of its own
    superseded_at: datetime | None = None
    files: int | None = None  # of a finding: cases of which it is true,
    applicable: int | None = None  # out of so many

    @property
    def is_finding(self) -> bool:
        return self.reference.startswith(f"{FILE_FINDING}-")


@dataclass(frozen=True, slots=True)
class Contradiction:
    id: UUID  # of the link
    relation: str  # the pack's, of the first side to the second
    sides: tuple[Side, Side]
    reason: str  # why it was linked
    by: str
    outcome: str  # empty while it is open
    aside: str  # reference of the side that was set aside
    outcome_reason: str
    outcome_by: str
    outcome_at: datetime | None
    version: int
    struck: bool  # the link was struck out

    @property
    def concerned(self) -> list[str]:
        """The criteria concerned: those that both sides stand under; where they share none, those of either."""
        one, other = (side.criteria for side in self.sides)
        return [criterion for criterion in one if criterion in other] or list(dict.fromkeys(one + other))


def list_contradictions(
    inspection_id: UUID,
    rules: Rules,
    *,
    criterion_id: UUID | None = None,
    resolved: bool = False,
    before: UUID | None = None,
    limit: int = PAGE,
) -> tuple[list[Contradiction], UUID | None]:
    """Open or resolved ones, newest first, with where to go on from. Six statements at most."""
    found = narrowed(inspection_id, opening(rules), criterion_id, resolved=resolved).subquery()
    statement = select(found).order_by(found.c.id.desc()).limit(limit + 1)
    if before is not None:
        statement = statement.where(found.c.id < before)
    rows = db.session.execute(statement).all()
    return _read(rows[:limit]), rows[limit - 1].id if len(rows) > limit else None


def count_by_state(inspection_id: UUID, rules: Rules, criterion_id: UUID | None = None) -> tuple[int, int]:
    """How many are open, and how many resolved. One statement."""
    opens = opening(rules)
    states = [narrowed(inspection_id, opens, criterion_id, resolved=resolved).subquery() for resolved in (False, True)]
    counted = union_all(
        *(
            select(literal(n).label("state"), func.count().label("number")).select_from(it)
            for n, it in enumerate(states)
        )
    )
    found: dict[int, int] = {row.state: row.number for row in db.session.execute(counted)}
    return found[0], found[1]


def find_next_open(inspection_id: UUID, rules: Rules, link_id: UUID) -> UUID | None:
    """The open one that the list has after this one; after the last, the first. One statement."""
    found = narrowed(inspection_id, opening(rules), None, resolved=False).subquery()
    return db.session.scalar(
        select(found.c.id).where(found.c.id != link_id).order_by(found.c.id > link_id, found.c.id.desc()).limit(1)
    )


def find_link(inspection_id: UUID, link_id: UUID, *, for_change: bool = False) -> Link | ItemLink | None:
    """A link by its id, whichever kind it is, standing or struck out; with both sides."""
    of_finding = select(Link).where(Link.inspection_id == inspection_id, Link.id == link_id)
    of_items = select(ItemLink).where(ItemLink.inspection_id == inspection_id, ItemLink.id == link_id)
    if for_change:
        of_finding, of_items = of_finding.with_for_update(of=Link), of_items.with_for_update(of=ItemLink)
    found: Link | ItemLink | None = db.session.scalars(
        of_finding.options(joinedload(Link.item, innerjoin=True), joinedload(Link.finding, innerjoin=True))
    ).one_or_none()
    if found is None:
        found = db.session.scalars(
            of_items.options(joinedload(ItemLink.item, innerjoin=True), joinedload(ItemLink.other, innerjoin=True))
        ).one_or_none()
    return found


def get_contradiction(link: Link | ItemLink) -> Contradiction:
    return _read([_Row(link.id, isinstance(link, Link), link.item_id, _other_id(link))])[0]


def standing_between(link: Link | ItemLink) -> bool:
    """Whether another link stands between the two sides of one that was struck out."""
    if isinstance(link, Link):
        statement = select(Link.id).where(
            Link.item_id == link.item_id, Link.file_finding_id == link.file_finding_id, Link.withdrawn_at.is_(None)
        )
    else:
        pair = ((link.item_id, link.other_id), (link.other_id, link.item_id))
        statement = select(ItemLink.id).where(
            or_(*(and_(ItemLink.item_id == one, ItemLink.other_id == other) for one, other in pair)),
            ItemLink.withdrawn_at.is_(None),
        )
    return db.session.scalar(statement.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    of_finding: bool
    one_id: UUID
    other_id: UUID


def _other_id(link: Link | ItemLink) -> UUID:
    return link.file_finding_id if isinstance(link, Link) else link.other_id


def _read(rows: Sequence[Any]) -> list[Contradiction]:
    of_findings = [row.id for row in rows if row.of_finding]
    of_items = [row.id for row in rows if not row.of_finding]
    links: dict[UUID, Any] = {}
    for model, ids in ((Link, of_findings), (ItemLink, of_items)):
        if ids:
            links |= {
                row.id: row
                for row in db.session.execute(
                    select(
                        model.id,
                        model.relation,
                        model.reason,
                        model.created_by,
                        model.outcome,
                        model.aside,
                        model.outcome_reason,
                        model.outcome_by,
                        model.outcome_at,
                        model.version,
                        model.withdrawn_at,
                    ).where(model.id.in_(ids))
                )
            }
    items = _items({row.one_id for row in rows} | {row.other_id for row in rows if not row.of_finding})
    findings = _findings({row.other_id for row in rows if row.of_finding})
    found = []
    for row in rows:
        link = links[row.id]
        found.append(
            Contradiction(
                row.id,
                link.relation,
                (items[row.one_id], (findings if row.of_finding else items)[row.other_id]),
                link.reason,
                link.created_by,
                link.outcome,
                link.aside,
                link.outcome_reason,
                link.outcome_by,
                link.outcome_at,
                link.version,
                link.withdrawn_at is not None,
            )
        )
    return found


def _items(ids: Iterable[UUID]) -> dict[UUID, Side]:
    wanted = list(ids)
    if not wanted:
        return {}
    criteria = _criteria(
        select(Tag.item_id, Criterion.reference)
        .join(Criterion, Criterion.id == Tag.criterion_id)
        .where(Tag.item_id.in_(wanted), Tag.withdrawn_at.is_(None))
        .order_by(Criterion.position)
    )
    statement = (
        select(
            EvidenceItem.id,
            EvidenceItem.number,
            EvidenceItem.words,
            EvidenceItem.gist,
            EvidenceItem.quote,
            EvidenceItem.distressing,
            EvidenceItem.direction,
            EvidenceItem.withdrawn_at,
            EvidenceItem.speaker,
            EvidenceItem.attributable,
            Role.label.label("role"),
            Source.prefix,
            Source.number.label("source"),
            Body.name.label("body"),
            *of_its_source(),
        )
        .join(Source, Source.id == EvidenceItem.source_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .outerjoin(Role, Role.id == Source.role_id)
        .where(EvidenceItem.id.in_(wanted))
    )
    return {
        row.id: Side(
            reference(EVIDENCE, row.number),
            row.words,
            row.gist,
            row.quote,
            row.distressing,
            row.direction,
            ", ".join(part for part in (row.body, reference(row.prefix, row.source)) if part),
            row.withdrawn_at is not None,
            criteria.get(row.id, []),
            who=row.speaker or row.role or "",
            attributable=row.attributable,
            changed=row.changed,
            source_withdrawn=row.source_withdrawn,
            words_struck=row.words_struck,
            closed=closed_since(row.source_closed, reference(row.prefix, row.source)),
            superseded_by=row.superseded_by,
            superseded_at=row.superseded_at,
        )
        for row in db.session.execute(statement)
    }


def _findings(ids: Iterable[UUID]) -> dict[UUID, Side]:
    wanted = list(ids)
    if not wanted:
        return {}
    criteria = _criteria(
        select(file_finding_criterion.c.file_finding_id, Criterion.reference)
        .join(Criterion, Criterion.id == file_finding_criterion.c.criterion_id)
        .where(file_finding_criterion.c.file_finding_id.in_(wanted))
        .order_by(Criterion.position)
    )
    statement = (
        select(
            FileFinding.id,
            FileFinding.number,
            FileFinding.statement,
            FileFinding.files,
            FileFinding.applicable,
            FileFinding.direction,
            FileFinding.withdrawn_at,
            Body.name.label("body"),
        )
        .outerjoin(Body, Body.id == FileFinding.body_id)
        .where(FileFinding.id.in_(wanted))
    )
    return {
        row.id: Side(
            reference(FILE_FINDING, row.number),
            row.statement,
            "",
            False,
            False,
            row.direction,
            row.body or "All Areas",
            row.withdrawn_at is not None,
            criteria.get(row.id, []),
            files=row.files,
            applicable=row.applicable,
        )
        for row in db.session.execute(statement)
    }


def _criteria(statement: Any) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    row: AnyRow
    for row in db.session.execute(statement):
        found.setdefault(row[0], []).append(row[1])
    return found
