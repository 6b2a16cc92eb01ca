"""What an export holds of file findings and of links, read as it is written: see contents.py."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from app.db.base import AnyRow
from app.evidence.models import EvidenceItem, ItemLink
from app.extensions import db
from app.findings.models import FileFinding, Link
from app.findings.queries import LIVING, criteria_of, finding_set_aside
from app.inspections.models import Body, Criterion
from app.inspections.references import EVIDENCE, FILE_FINDING, reference
from app.matrix.attribution import Discretion
from app.matrix.contents import BATCH, Wanted


def links_of(items: list[AnyRow], discretion: Discretion | None) -> dict[UUID, list[tuple[str, str]]]:
    """Relation and finding of each link of these items to a finding which may be said, by the finding's number.

    'F-02 (set aside)' where the item was set aside as it contradicted the finding.
    """
    by_id = {row.id: row for row in items}
    found: dict[UUID, list[tuple[str, str]]] = {}
    for row in db.session.execute(
        select(Link.item_id, Link.relation, Link.aside, FileFinding.number, Body.name.label("area"))
        .join(FileFinding, FileFinding.id == Link.file_finding_id)
        .outerjoin(Body, Body.id == FileFinding.body_id)
        .where(Link.item_id.in_(by_id), Link.withdrawn_at.is_(None))
        .order_by(FileFinding.number)
    ):
        item = by_id[row.item_id]
        number, finding = reference(EVIDENCE, item.number), reference(FILE_FINDING, row.number)
        if _may_link(discretion, number, item, row.area):
            aside = " (set aside)" if row.aside == number else ""
            found.setdefault(row.item_id, []).append((row.relation, finding + aside))
    return found


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A file finding, and the evidence that says something of it."""

    finding: FileFinding
    area: str | None  # None: all Areas
    criteria: list[str]
    set_aside: bool  # by the outcome of a contradiction: shown, not counted
    links: dict[str, list[str]]  # relation to references of evidence that counts, by number
    links_aside: list[str]  # references of evidence that was set aside as it contradicted it


def findings(wanted: Wanted) -> Iterator[FindingLine]:
    """By number: all, or those of one criterion; with all evidence linked to each, whatever the filters."""
    statement = (
        select(FileFinding, Body.name, finding_set_aside())
        .outerjoin(Body, Body.id == FileFinding.body_id)
        .where(FileFinding.inspection_id == wanted.inspection_id, FileFinding.withdrawn_at.is_(None))
        .order_by(FileFinding.number)
    )
    if wanted.criterion_id is not None:
        statement = statement.where(FileFinding.criteria.any(Criterion.id == wanted.criterion_id))
    found = [(finding, area, aside) for finding, area, aside in db.session.execute(statement)]
    criteria = criteria_of(finding.id for finding, _area, _aside in found)
    for finding, area, aside in found:
        linked: dict[str, list[str]] = {}
        links_aside: list[str] = []
        for row in db.session.execute(
            select(Link.relation, Link.aside, EvidenceItem.number, EvidenceItem.source_id, EvidenceItem.attributable)
            .join(EvidenceItem, EvidenceItem.id == Link.item_id)
            .where(Link.file_finding_id == finding.id, *LIVING)
            .order_by(EvidenceItem.number)
        ):
            number = reference(EVIDENCE, row.number)
            if _may_link(wanted.discretion, number, row, area):
                (links_aside if row.aside == number else linked.setdefault(row.relation, [])).append(number)
        yield FindingLine(finding, area, criteria[finding.id], aside, linked, links_aside)


@dataclass(frozen=True, slots=True)
class LinkLine:
    """What an item of the export says of a file finding, or of another item."""

    item: str
    relation: str
    finding: str | None
    other: str | None
    contradicts: bool
    row: AnyRow  # outcome, aside, reason, created_by, outcome_reason, outcome_by


def links(wanted: Wanted) -> Iterator[LinkLine]:
    """Every standing link of the evidence that the export holds: those to findings, then those to other evidence."""
    relations = wanted.rules.link_relations
    opening = {term.code for term in relations.to_finding if term.opens_contradiction}
    to_findings = (
        select(
            EvidenceItem.number,
            EvidenceItem.source_id,
            EvidenceItem.attributable,
            FileFinding.number.label("finding"),
            Body.name.label("area"),
            *_said(Link),
        )
        .select_from(Link)
        .join(EvidenceItem, EvidenceItem.id == Link.item_id)
        .join(FileFinding, FileFinding.id == Link.file_finding_id)
        .outerjoin(Body, Body.id == FileFinding.body_id)
        .where(Link.inspection_id == wanted.inspection_id, *LIVING, *wanted.held())
        .order_by(EvidenceItem.number, FileFinding.number)
        .execution_options(yield_per=BATCH)
    )
    for row in db.session.execute(to_findings):
        number, finding = reference(EVIDENCE, row.number), reference(FILE_FINDING, row.finding)
        if _may_link(wanted.discretion, number, row, row.area):
            yield LinkLine(number, row.relation, finding, None, row.relation in opening, row)
    opening = {term.code for term in relations.to_evidence if term.opens_contradiction}
    one, other = aliased(EvidenceItem), aliased(EvidenceItem)
    held = select(EvidenceItem.id).where(*wanted.living())
    to_evidence = (
        select(one.number, other.number.label("other"), *_said(ItemLink))
        .select_from(ItemLink)
        .join(one, one.id == ItemLink.item_id)
        .join(other, other.id == ItemLink.other_id)
        .where(
            ItemLink.inspection_id == wanted.inspection_id,
            ItemLink.withdrawn_at.is_(None),
            one.withdrawn_at.is_(None),
            other.withdrawn_at.is_(None),
            *([] if wanted.everything else [or_(ItemLink.item_id.in_(held), ItemLink.other_id.in_(held))]),
        )
        .order_by(one.number, other.number)
        .execution_options(yield_per=BATCH)
    )
    for row in db.session.execute(to_evidence):
        to = reference(EVIDENCE, row.other)
        yield LinkLine(reference(EVIDENCE, row.number), row.relation, None, to, row.relation in opening, row)


def _said(link: type[Link] | type[ItemLink]) -> tuple[Any, ...]:
    return (
        link.relation,
        link.reason,
        link.created_by,
        link.outcome,
        link.aside,
        link.outcome_reason,
        link.outcome_by,
    )


def _may_link(discretion: Discretion | None, number: str, item: AnyRow, area: str | None) -> bool:
    return discretion is None or discretion.may_link(number, item.source_id, item.attributable, area)
