"""What contradicts what. A contradiction is a link that contradicts; it is open while no outcome is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, and_, exists, func, literal, or_, select, true, union_all
from sqlalchemy.orm import aliased, joinedload

from app.db.base import AnyRow
from app.evidence.models import EvidenceItem, ItemLink, Source, Tag
from app.evidence.queries import CHANGED
from app.extensions import db
from app.findings.models import FileFinding, Link, file_finding_criterion
from app.inspections.models import Body, Criterion
from app.inspections.references import EVIDENCE, FILE_FINDING, reference
from app.inspections.rules import Rules

PAGE = 50


def opening(rules: Rules) -> tuple[list[str], list[str]]:
    """Relations that open a contradiction: of an item to a finding, of an item to another."""
    relations = rules.link_relations
    return (
        [term.code for term in relations.to_finding if term.opens_contradiction],
        [term.code for term in relations.to_evidence if term.opens_contradiction],
    )


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
    changed: bool = False  # the source of the item, since it was made

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


def items_of_open(inspection_id: UUID, criterion_id: UUID, opens: tuple[list[str], list[str]]) -> CompoundSelect[Any]:
    """Items that an open contradiction touches under the criterion: item_id, perhaps more than once.

    It touches them under the criteria that both sides stand under; where they share none, under all of their own.
    """
    to_finding, to_evidence = opens
    of_finding = exists().where(
        file_finding_criterion.c.file_finding_id == Link.file_finding_id,
        file_finding_criterion.c.criterion_id == criterion_id,
    )
    against_findings = (
        select(Link.item_id)
        .join(FileFinding, FileFinding.id == Link.file_finding_id)
        .where(
            Link.inspection_id == inspection_id,
            Link.relation.in_(to_finding),
            Link.withdrawn_at.is_(None),
            Link.outcome == "",
            FileFinding.withdrawn_at.is_(None),
            exists().where(Tag.standing(Link.item_id), Tag.criterion_id == criterion_id),
            or_(of_finding, ~_share_finding()),
        )
    )
    return union_all(
        against_findings,
        _against_items(ItemLink.item_id, ItemLink.other_id, inspection_id, criterion_id, to_evidence),
        _against_items(ItemLink.other_id, ItemLink.item_id, inspection_id, criterion_id, to_evidence),
    )


def open_against_finding(criterion_id: UUID, opens: tuple[list[str], list[str]]) -> ColumnElement[bool]:
    """For a select over FileFinding: whether an open contradiction touches it under the criterion."""
    under = exists().where(Tag.standing(Link.item_id), Tag.criterion_id == criterion_id)
    return (
        exists()
        .where(
            Link.file_finding_id == FileFinding.id,
            Link.relation.in_(opens[0]),
            Link.withdrawn_at.is_(None),
            Link.outcome == "",
            EvidenceItem.id == Link.item_id,
            EvidenceItem.withdrawn_at.is_(None),
            or_(under, ~_share_finding()),
        )
        .correlate(FileFinding)
    )


def finding_set_aside() -> ColumnElement[bool]:
    """For a select over FileFinding: whether an outcome set it aside."""
    return (
        exists()
        .where(Link.file_finding_id == FileFinding.id, Link.aside.like(f"{FILE_FINDING}-%"))
        .correlate(FileFinding)
    )


def _against_items(own: Any, opposite: Any, inspection_id: UUID, criterion_id: UUID, opens: list[str]) -> Any:
    there = aliased(Tag)
    return (
        select(own.label("item_id"))
        .join(EvidenceItem, EvidenceItem.id == opposite)
        .where(
            ItemLink.inspection_id == inspection_id,
            ItemLink.relation.in_(opens),
            ItemLink.withdrawn_at.is_(None),
            ItemLink.outcome == "",
            EvidenceItem.withdrawn_at.is_(None),
            exists().where(Tag.standing(own), Tag.criterion_id == criterion_id),
            or_(
                exists().where(there.standing(opposite), there.criterion_id == criterion_id),
                ~_share_items(),
            ),
        )
    )


def _share_finding() -> ColumnElement[bool]:
    """Whether the item and the finding of a Link stand under one criterion."""
    tag = aliased(Tag)
    return exists().where(
        tag.item_id == Link.item_id,
        tag.withdrawn_at.is_(None),
        file_finding_criterion.c.file_finding_id == Link.file_finding_id,
        file_finding_criterion.c.criterion_id == tag.criterion_id,
    )


def _share_items() -> ColumnElement[bool]:
    """Whether the two items of an ItemLink stand under one criterion."""
    one, other = aliased(Tag), aliased(Tag)
    return exists().where(
        one.item_id == ItemLink.item_id,
        other.item_id == ItemLink.other_id,
        one.criterion_id == other.criterion_id,
        one.withdrawn_at.is_(None),
        other.withdrawn_at.is_(None),
    )


def _of_findings(inspection_id: UUID, opens: list[str], *, resolved: bool) -> Any:
    """Link ids and sides, of contradictions of findings."""
    statement = (
        select(
            Link.id,
            literal(True).label("of_finding"),
            Link.item_id.label("one_id"),
            Link.file_finding_id.label("other_id"),
        )
        .join(EvidenceItem, EvidenceItem.id == Link.item_id)
        .join(FileFinding, FileFinding.id == Link.file_finding_id)
        .where(Link.inspection_id == inspection_id, Link.relation.in_(opens))
    )
    if resolved:
        return statement.where(Link.outcome != "")
    return statement.where(
        Link.outcome == "",
        Link.withdrawn_at.is_(None),
        EvidenceItem.withdrawn_at.is_(None),
        FileFinding.withdrawn_at.is_(None),
    )


def _of_items(inspection_id: UUID, opens: list[str], *, resolved: bool) -> Any:
    one, other = aliased(EvidenceItem), aliased(EvidenceItem)
    statement = (
        select(ItemLink.id, literal(False), ItemLink.item_id, ItemLink.other_id)
        .join(one, one.id == ItemLink.item_id)
        .join(other, other.id == ItemLink.other_id)
        .where(ItemLink.inspection_id == inspection_id, ItemLink.relation.in_(opens))
    )
    if resolved:
        return statement.where(ItemLink.outcome != "")
    return statement.where(
        ItemLink.outcome == "",
        ItemLink.withdrawn_at.is_(None),
        one.withdrawn_at.is_(None),
        other.withdrawn_at.is_(None),
    )


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An open contradiction of something that stands under a criterion, which concerns other criteria only."""

    id: UUID  # of the link
    relation: str  # the pack's
    of_finding: bool  # or of two evidence items
    one: str  # references of its sides
    other: str
    criteria: list[str]  # those concerned, in the scope's order


def open_and_elsewhere(inspection_id: UUID, rules: Rules, criterion_id: UUID) -> tuple[int, list[Elsewhere]]:
    """How many open ones concern the criterion; and those that touch what stands under it and concern others only.

    Of the latter the sides share other criteria, and are contradicted under those: see `Contradiction.concerned`. One
    statement.
    """
    opens = opening(rules)
    concerning = _narrowed(inspection_id, opens, criterion_id, resolved=False).subquery()
    counted = select(func.count().label("number")).select_from(concerning).subquery()
    found = union_all(
        _findings_elsewhere(inspection_id, criterion_id, opens[0]),
        _items_elsewhere(inspection_id, criterion_id, opens[1]),
    ).subquery()
    rows = db.session.execute(
        select(counted.c.number, found)
        .select_from(counted.outerjoin(found, true()))
        .order_by(found.c.one, found.c.other, found.c.position)
    ).all()
    elsewhere: dict[UUID, Elsewhere] = {}
    for row in rows:
        if row.id is not None:
            other = reference(FILE_FINDING if row.of_finding else EVIDENCE, row.other)
            new = Elsewhere(row.id, row.relation, row.of_finding, reference(EVIDENCE, row.one), other, [])
            elsewhere.setdefault(row.id, new).criteria.append(row.criterion)
    return rows[0].number, list(elsewhere.values())


def _findings_elsewhere(inspection_id: UUID, criterion_id: UUID, opens: list[str]) -> Any:
    """A row for each criterion that the sides share."""
    here, shared, finding_here = aliased(Tag), aliased(Tag), file_finding_criterion.alias()
    item_stands = exists().where(here.standing(Link.item_id), here.criterion_id == criterion_id)
    finding_stands = exists().where(
        finding_here.c.file_finding_id == Link.file_finding_id, finding_here.c.criterion_id == criterion_id
    )
    return (
        select(
            Link.id,
            Link.relation,
            literal(True).label("of_finding"),
            EvidenceItem.number.label("one"),
            FileFinding.number.label("other"),
            Criterion.reference.label("criterion"),
            Criterion.position.label("position"),
        )
        .join(EvidenceItem, EvidenceItem.id == Link.item_id)
        .join(FileFinding, FileFinding.id == Link.file_finding_id)
        .join(shared, shared.standing(Link.item_id))
        .join(
            file_finding_criterion,
            and_(
                file_finding_criterion.c.file_finding_id == Link.file_finding_id,
                file_finding_criterion.c.criterion_id == shared.criterion_id,
            ),
        )
        .join(Criterion, Criterion.id == shared.criterion_id)
        .where(
            Link.inspection_id == inspection_id,
            Link.relation.in_(opens),
            Link.outcome == "",
            Link.withdrawn_at.is_(None),
            FileFinding.withdrawn_at.is_(None),
            or_(and_(item_stands, ~finding_stands), and_(finding_stands, ~item_stands)),
        )
    )


def _items_elsewhere(inspection_id: UUID, criterion_id: UUID, opens: list[str]) -> Any:
    """A row for each criterion that the sides share."""
    item, opposite = aliased(EvidenceItem), aliased(EvidenceItem)
    here, shared, too = aliased(Tag), aliased(Tag), aliased(Tag)

    def stands(side: Any) -> ColumnElement[bool]:
        return exists().where(here.standing(side), here.criterion_id == criterion_id)

    one_stands, other_stands = stands(ItemLink.item_id), stands(ItemLink.other_id)
    return (
        select(
            ItemLink.id,
            ItemLink.relation,
            literal(False),
            item.number,
            opposite.number,
            Criterion.reference,
            Criterion.position,
        )
        .join(item, item.id == ItemLink.item_id)
        .join(opposite, opposite.id == ItemLink.other_id)
        .join(shared, shared.standing(ItemLink.item_id))
        .join(too, and_(too.standing(ItemLink.other_id), too.criterion_id == shared.criterion_id))
        .join(Criterion, Criterion.id == shared.criterion_id)
        .where(
            ItemLink.inspection_id == inspection_id,
            ItemLink.relation.in_(opens),
            ItemLink.outcome == "",
            ItemLink.withdrawn_at.is_(None),
            or_(and_(one_stands, ~other_stands), and_(other_stands, ~one_stands)),
        )
    )


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
    found = _narrowed(inspection_id, opening(rules), criterion_id, resolved=resolved).subquery()
    statement = select(found).order_by(found.c.id.desc()).limit(limit + 1)
    if before is not None:
        statement = statement.where(found.c.id < before)
    rows = db.session.execute(statement).all()
    return _read(rows[:limit]), rows[limit - 1].id if len(rows) > limit else None


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


def criteria_set_aside(item: EvidenceItem) -> set[UUID]:
    """Criteria under which outcomes that stand set the item aside: for each, those that it shares with the other side.

    Where it shares none, all that it stands under.
    """
    own = set(db.session.scalars(select(Tag.criterion_id).where(Tag.item_id == item.id)))
    of_findings = select(file_finding_criterion.c.criterion_id, Link.id).join(
        Link, Link.file_finding_id == file_finding_criterion.c.file_finding_id
    )
    opposite = aliased(Tag)
    of_items = (
        select(opposite.criterion_id, ItemLink.id)
        .join(
            ItemLink,
            or_(
                and_(ItemLink.item_id == item.id, opposite.item_id == ItemLink.other_id),
                and_(ItemLink.other_id == item.id, opposite.item_id == ItemLink.item_id),
            ),
        )
        .where(opposite.withdrawn_at.is_(None))
    )
    links = set(db.session.scalars(select(Link.id).where(Link.item_id == item.id, Link.aside == item.reference)))
    links |= set(
        db.session.scalars(
            select(ItemLink.id).where(
                or_(ItemLink.item_id == item.id, ItemLink.other_id == item.id), ItemLink.aside == item.reference
            )
        )
    )
    concerned: dict[UUID, set[UUID]] = {link: set() for link in links}
    for statement in (of_findings.where(Link.id.in_(links)), of_items.where(ItemLink.id.in_(links))):
        for criterion_id, link_id in db.session.execute(statement):
            concerned[link_id].add(criterion_id)
    return set().union(*((theirs & own) or own for theirs in concerned.values()))


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    of_finding: bool
    one_id: UUID
    other_id: UUID


def _other_id(link: Link | ItemLink) -> UUID:
    return link.file_finding_id if isinstance(link, Link) else link.other_id


def _narrowed(
    inspection_id: UUID, opens: tuple[list[str], list[str]], criterion_id: UUID | None, *, resolved: bool
) -> CompoundSelect[Any]:
    of_findings = _of_findings(inspection_id, opens[0], resolved=resolved)
    of_items = _of_items(inspection_id, opens[1], resolved=resolved)
    if criterion_id is not None:
        item, opposite = aliased(Tag), aliased(Tag)
        of_item = exists().where(
            item.item_id == Link.item_id, item.criterion_id == criterion_id, item.withdrawn_at.is_(None)
        )
        of_finding = exists().where(
            file_finding_criterion.c.file_finding_id == Link.file_finding_id,
            file_finding_criterion.c.criterion_id == criterion_id,
        )
        of_findings = of_findings.where(
            or_(and_(of_item, of_finding), and_(or_(of_item, of_finding), ~_share_finding()))
        )
        of_one = exists().where(
            item.item_id == ItemLink.item_id, item.criterion_id == criterion_id, item.withdrawn_at.is_(None)
        )
        of_other = exists().where(
            opposite.item_id == ItemLink.other_id,
            opposite.criterion_id == criterion_id,
            opposite.withdrawn_at.is_(None),
        )
        of_items = of_items.where(or_(and_(of_one, of_other), and_(or_(of_one, of_other), ~_share_items())))
    return union_all(of_findings, of_items)


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
            Source.prefix,
            Source.number.label("source"),
            Body.name.label("body"),
            CHANGED,
        )
        .join(Source, Source.id == EvidenceItem.source_id)
        .outerjoin(Body, Body.id == Source.body_id)
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
            row.changed,
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
        )
        for row in db.session.execute(statement)
    }


def _criteria(statement: Any) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    row: AnyRow
    for row in db.session.execute(statement):
        found.setdefault(row[0], []).append(row[1])
    return found
