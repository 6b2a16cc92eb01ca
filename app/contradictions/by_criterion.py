"""Which contradictions concern a criterion: for its desk, the strength of its claims, and the list narrowed to it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, and_, exists, func, literal, or_, select, true, union_all

from app.db.base import another
from app.evidence.models import EvidenceItem, ItemLink, Tag
from app.extensions import db
from app.findings.models import FileFinding, Link, file_finding_criterion
from app.inspections.models import Criterion
from app.inspections.references import EVIDENCE, FILE_FINDING, reference
from app.inspections.rules import Rules

_finding_here = file_finding_criterion.alias("finding_here")


def opening(rules: Rules) -> tuple[list[str], list[str]]:
    """Relations that open a contradiction: of an item to a finding, of an item to another."""
    relations = rules.link_relations
    return (
        [term.code for term in relations.to_finding if term.opens_contradiction],
        [term.code for term in relations.to_evidence if term.opens_contradiction],
    )


def narrowed(
    inspection_id: UUID, opens: tuple[list[str], list[str]], criterion_id: UUID | None, *, resolved: bool
) -> CompoundSelect[Any]:
    """Open or resolved ones, of one criterion if it is named: id of the link, of_finding, one_id, other_id."""
    of_findings = _of_findings(inspection_id, opens[0], resolved=resolved)
    of_items = _of_items(inspection_id, opens[1], resolved=resolved)
    if criterion_id is not None:
        item, opposite = another(Tag, "of_item"), another(Tag, "of_opposite")
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
    one, other = another(EvidenceItem, "one_item"), another(EvidenceItem, "other_item")
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


def count_open_by_criterion(inspection_id: UUID, rules: Rules) -> dict[UUID, int]:
    """How many open ones concern each criterion, as `Contradiction.concerned` has it. One statement."""
    found = narrowed(inspection_id, opening(rules), None, resolved=False).cte("open_ones")
    one, other = another(Tag, "of_one_side"), another(Tag, "of_other_side")
    sides = union_all(
        select(found.c.id, literal(True).label("is_one"), one.criterion_id.label("criterion_id")).join(
            one, one.standing(found.c.one_id)
        ),
        select(found.c.id, literal(False), other.criterion_id).join(
            other, and_(other.standing(found.c.other_id), ~found.c.of_finding)
        ),
        select(found.c.id, literal(False), file_finding_criterion.c.criterion_id).join(
            file_finding_criterion,
            and_(file_finding_criterion.c.file_finding_id == found.c.other_id, found.c.of_finding),
        ),
    )
    of_link: dict[UUID, tuple[set[UUID], set[UUID]]] = {}
    for row in db.session.execute(sides):
        of_link.setdefault(row.id, (set(), set()))[0 if row.is_one else 1].add(row.criterion_id)
    counted: dict[UUID, int] = {}
    for ones, others in of_link.values():
        for criterion_id in (ones & others) or (ones | others):
            counted[criterion_id] = counted.get(criterion_id, 0) + 1
    return counted


def items_of_open(
    inspection_id: UUID, criterion_id: UUID | None, opens: tuple[list[str], list[str]]
) -> CompoundSelect[Any]:
    """Items that an open contradiction touches, and under which criterion: perhaps more than once; of one, or of all.

    It touches them under the criteria that both sides stand under; where they share none, under all of their own.
    """
    to_finding, to_evidence = opens
    here = another(Tag, "under_here")
    of_finding = exists().where(
        file_finding_criterion.c.file_finding_id == Link.file_finding_id,
        file_finding_criterion.c.criterion_id == here.criterion_id,
    )
    against_findings = (
        select(Link.item_id, here.criterion_id)
        .join(FileFinding, FileFinding.id == Link.file_finding_id)
        .join(here, here.standing(Link.item_id))
        .where(
            Link.inspection_id == inspection_id,
            Link.relation.in_(to_finding),
            Link.withdrawn_at.is_(None),
            Link.outcome == "",
            FileFinding.withdrawn_at.is_(None),
            or_(of_finding, ~_share_finding()),
        )
    )
    if criterion_id is not None:
        against_findings = against_findings.where(here.criterion_id == criterion_id)
    return union_all(
        against_findings,
        _against_items(ItemLink.item_id, ItemLink.other_id, inspection_id, criterion_id, to_evidence),
        _against_items(ItemLink.other_id, ItemLink.item_id, inspection_id, criterion_id, to_evidence),
    )


def _against_items(own: Any, opposite: Any, inspection_id: UUID, criterion_id: UUID | None, opens: list[str]) -> Any:
    here, there = another(Tag, "here"), another(Tag, "there")
    statement = (
        select(own.label("item_id"), here.criterion_id)
        .join(EvidenceItem, EvidenceItem.id == opposite)
        .join(here, here.standing(own))
        .where(
            ItemLink.inspection_id == inspection_id,
            ItemLink.relation.in_(opens),
            ItemLink.withdrawn_at.is_(None),
            ItemLink.outcome == "",
            EvidenceItem.withdrawn_at.is_(None),
            or_(
                exists().where(there.standing(opposite), there.criterion_id == here.criterion_id),
                ~_share_items(),
            ),
        )
    )
    return statement if criterion_id is None else statement.where(here.criterion_id == criterion_id)


def open_against_finding(criterion_id: Any, opens: tuple[list[str], list[str]]) -> ColumnElement[bool]:
    """For a select over FileFinding: whether an open contradiction touches it under the criterion (id, or a column)."""
    under = exists().where(Tag.standing(Link.item_id), Tag.criterion_id == criterion_id).correlate_except(Tag)
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
        .correlate_except(Link, EvidenceItem)
    )


def criteria_set_aside(item: EvidenceItem) -> set[UUID]:
    """Criteria under which outcomes that stand set the item aside: for each, those that it shares with the other side.

    Where it shares none, all that it stands under.
    """
    own = set(db.session.scalars(select(Tag.criterion_id).where(Tag.item_id == item.id)))
    of_findings = select(file_finding_criterion.c.criterion_id, Link.id).join(
        Link, Link.file_finding_id == file_finding_criterion.c.file_finding_id
    )
    opposite = another(Tag, "opposite")
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
    concerning = narrowed(inspection_id, opens, criterion_id, resolved=False).subquery()
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
    here, shared, finding_here = another(Tag, "here"), another(Tag, "shared"), _finding_here
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
    item, opposite = another(EvidenceItem, "item"), another(EvidenceItem, "opposite_item")
    here, shared, too = another(Tag, "here"), another(Tag, "shared"), another(Tag, "too")

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


def _share_finding() -> ColumnElement[bool]:
    """Whether the item and the finding of a Link stand under one criterion."""
    tag = another(Tag, "of_both")
    return exists().where(
        tag.item_id == Link.item_id,
        tag.withdrawn_at.is_(None),
        file_finding_criterion.c.file_finding_id == Link.file_finding_id,
        file_finding_criterion.c.criterion_id == tag.criterion_id,
    )


def _share_items() -> ColumnElement[bool]:
    """Whether the two items of an ItemLink stand under one criterion."""
    one, other = another(Tag, "of_one"), another(Tag, "of_other")
    return exists().where(
        one.item_id == ItemLink.item_id,
        other.item_id == ItemLink.other_id,
        one.criterion_id == other.criterion_id,
        one.withdrawn_at.is_(None),
        other.withdrawn_at.is_(None),
    )
