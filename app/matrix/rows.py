"""The rows of an export, read as they are written: memory does not grow with the evidence."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select

from app.db.base import AnyRow
from app.evidence.models import EvidenceItem, Source, SourceText, Tag
from app.evidence.queries import LISTED, Filters, tagged_items
from app.extensions import db
from app.findings.models import FileFinding, Link, file_finding_criterion
from app.inspections.models import Body, Criterion, Role
from app.inspections.references import EVIDENCE, FILE_FINDING, reference
from app.inspections.vocabulary import Vocabulary

BATCH = 1000
EVIDENCE_TITLES = (
    "Evidence",
    "Criterion",
    "Words",
    "Quotation",
    "Gist",
    "Shows",
    "Kind of evidence",
    "May be attributed",
    "Source",
    "Kind of source",
    "Where in the source",
    "Speaker",
    "Role",
    "Area",
    "Date",
    "Reason for the tag",
    "File findings",
    "Lifted by",
)
FINDING_TITLES = (
    "Finding",
    "What the files show",
    "Criteria",
    "Area",
    "Files",
    "Applicable",
    "Own reference",
    "Evidence linked",
)
DISTRESSING_TITLES = ("Evidence", "Words")
ON_A_SHEET = "Distressing content: on the sheet ‘Distressing’"
NOT_IN_A_TABLE = "Distressing content: in Fieldbook, and in the Excel workbook on a sheet of its own"
LINK_TITLES = ("Evidence", "Says of it", "Finding", "Reason", "Linked by")
WITHDRAWN_TITLES = ("Evidence", "Reason it was withdrawn", "Words", "Gist", "Source", "Criteria", "Lifted by")


def count_evidence(inspection_id: UUID, filters: Filters, criterion_id: UUID | None) -> tuple[int, int, int]:
    """What the sheet of evidence will hold: items, tags, distinct sources."""
    statement = select(
        func.count().label("tags"),
        func.count(Tag.source_id.distinct()).label("sources"),
    ).where(Tag.inspection_id == inspection_id, Tag.live, *filters.conditions())
    if shows_untagged(filters, criterion_id):
        # Everything is every living item, tagged or not: to find distinct ones among the tags takes far longer.
        row = db.session.execute(statement).one()
        living = (EvidenceItem.inspection_id == inspection_id, EvidenceItem.withdrawn_at.is_(None))
        return db.session.scalar(select(func.count()).where(*living)) or 0, row.tags, row.sources
    if filters.need_items:
        statement = statement.join(EvidenceItem, EvidenceItem.id == Tag.item_id)
    if criterion_id is not None:
        statement = statement.where(Tag.criterion_id == criterion_id)
    row = db.session.execute(statement.add_columns(func.count(Tag.number.distinct()).label("items"))).one()
    return row.items, row.tags, row.sources


def shows_untagged(filters: Filters, criterion_id: UUID | None) -> bool:
    """Items under no criterion are part of everything, and of nothing narrower."""
    return criterion_id is None and not filters.any()


def evidence_rows(
    inspection_id: UUID, filters: Filters, criterion_id: UUID | None, words: Vocabulary, cover: str
) -> Iterator[tuple[Any, ...]]:
    """EVIDENCE_TITLES, one row for each tag: by criterion in the scope's order, by number; last, items without tags.

    `cover` stands in the place of distressing words. Source: product.md, section 8.
    """
    criteria = db.session.execute(
        select(Criterion.id, Criterion.reference)
        .where(Criterion.inspection_id == inspection_id)
        .order_by(Criterion.position)
    ).all()
    for criterion in criteria:
        if criterion_id is None or criterion.id == criterion_id:
            statement = (
                tagged_items()
                .add_columns(Tag.reason)
                .where(Tag.criterion_id == criterion.id, Tag.live, *filters.conditions())
                .order_by(Tag.number)
            )
            yield from _evidence(statement, criterion.reference, words, cover)
    if shows_untagged(filters, criterion_id):
        yield from _evidence(_untagged(inspection_id).order_by(EvidenceItem.number), "", words, cover)


def _untagged(inspection_id: UUID) -> Any:
    standing = select(Tag.id).where(Tag.item_id == EvidenceItem.id, Tag.withdrawn_at.is_(None)).exists()
    return (
        select(*LISTED, EvidenceItem.quote.label("reason"))
        .select_from(EvidenceItem)
        .join(Source, Source.id == EvidenceItem.source_id)
        .join(SourceText, SourceText.id == EvidenceItem.text_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .outerjoin(Role, Role.id == Source.role_id)
        .where(EvidenceItem.inspection_id == inspection_id, EvidenceItem.withdrawn_at.is_(None), ~standing)
    )


def _evidence(statement: Any, criterion: str, words: Vocabulary, cover: str) -> Iterator[tuple[Any, ...]]:
    directions, kinds = words.labels["directions"], words.labels["evidence_kinds"]
    source_kinds, relations = words.labels["source_kinds"], words.labels["relations"]
    rows = db.session.execute(statement.execution_options(yield_per=BATCH))
    for batch in batched_rows(rows):
        linked = _links_of([row.id for row in batch], relations)
        for row in batch:
            yield (
                reference(EVIDENCE, row.number),
                criterion,
                cover if row.distressing else row.words,
                "Yes" if row.quote else "No",
                row.gist,
                directions.get(row.direction, "Not set"),
                kinds.get(row.evidence_kind, ""),
                "Yes" if row.attributable else "No",
                reference(row.source_prefix, row.source_number),
                source_kinds.get(row.source_kind, row.source_kind),
                row.place,
                row.speaker,
                row.role or "",
                row.body or "",
                row.happened_on,
                row.reason if criterion else "",
                linked.get(row.id, ""),
                row.created_by,
            )


def distressing_rows(inspection_id: UUID, filters: Filters, criterion_id: UUID | None) -> Iterator[tuple[Any, ...]]:
    """DISTRESSING_TITLES: the words that other sheets cover, once each, by number; withdrawn ones in everything."""
    statement = (
        select(EvidenceItem.number, EvidenceItem.words)
        .where(
            EvidenceItem.inspection_id == inspection_id,
            EvidenceItem.distressing,
            *_held(filters, criterion_id),
        )
        .order_by(EvidenceItem.number)
        .execution_options(yield_per=BATCH)
    )
    for row in db.session.execute(statement):
        yield (reference(EVIDENCE, row.number), row.words)


def _held(filters: Filters, criterion_id: UUID | None) -> list[Any]:
    """Conditions for a select over evidence items: those that the export holds, which may be all."""
    if shows_untagged(filters, criterion_id):
        return []
    held = exists().where(Tag.item_id == EvidenceItem.id, Tag.live, *filters.conditions())
    return [held if criterion_id is None else held.where(Tag.criterion_id == criterion_id)]


def finding_rows(inspection_id: UUID, criterion_id: UUID | None) -> Iterator[tuple[Any, ...]]:
    """FINDING_TITLES, by number: all, or those of one criterion."""
    criteria: dict[UUID, list[str]] = {}
    for row in db.session.execute(
        select(file_finding_criterion.c.file_finding_id, Criterion.reference)
        .join(Criterion, Criterion.id == file_finding_criterion.c.criterion_id)
        .where(Criterion.inspection_id == inspection_id)
        .order_by(Criterion.position)
    ):
        criteria.setdefault(row.file_finding_id, []).append(row.reference)
    linked: dict[UUID, int] = {
        row.file_finding_id: row.links
        for row in db.session.execute(
            select(Link.file_finding_id, func.count().label("links"))
            .join(EvidenceItem, EvidenceItem.id == Link.item_id)
            .where(
                Link.inspection_id == inspection_id, Link.withdrawn_at.is_(None), EvidenceItem.withdrawn_at.is_(None)
            )
            .group_by(Link.file_finding_id)
        )
    }
    statement = (
        select(FileFinding, Body.name)
        .outerjoin(Body, Body.id == FileFinding.body_id)
        .where(FileFinding.inspection_id == inspection_id, FileFinding.withdrawn_at.is_(None))
        .order_by(FileFinding.number)
    )
    if criterion_id is not None:
        statement = statement.where(FileFinding.criteria.any(Criterion.id == criterion_id))
    for row in db.session.execute(statement):
        finding, area = row
        yield (
            finding.reference,
            finding.statement,
            ", ".join(criteria.get(finding.id, [])),
            area or "All Areas",
            finding.files,
            finding.applicable,
            finding.own_reference,
            linked.get(finding.id, 0),
        )


def link_rows(
    inspection_id: UUID, words: Vocabulary, filters: Filters, criterion_id: UUID | None
) -> Iterator[tuple[Any, ...]]:
    """LINK_TITLES: every standing link of the evidence that the export holds, by evidence and finding."""
    statement = (
        select(EvidenceItem.number, Link.relation, FileFinding.number.label("finding"), Link.reason, Link.created_by)
        .select_from(Link)
        .join(EvidenceItem, EvidenceItem.id == Link.item_id)
        .join(FileFinding, FileFinding.id == Link.file_finding_id)
        .where(Link.inspection_id == inspection_id, Link.withdrawn_at.is_(None), EvidenceItem.withdrawn_at.is_(None))
        .order_by(EvidenceItem.number, FileFinding.number)
        .execution_options(yield_per=BATCH)
    )
    statement = statement.where(*_held(filters, criterion_id))
    labels = words.labels["relations"]
    for row in db.session.execute(statement):
        yield (
            reference(EVIDENCE, row.number),
            labels.get(row.relation, row.relation),
            reference(FILE_FINDING, row.finding),
            row.reason,
            row.created_by,
        )


def withdrawn_rows(inspection_id: UUID) -> Iterator[tuple[Any, ...]]:
    """WITHDRAWN_TITLES: items that nothing counts any more, by number."""
    rows = db.session.execute(
        select(EvidenceItem, Source.prefix, Source.number)
        .join(Source, Source.id == EvidenceItem.source_id)
        .where(EvidenceItem.inspection_id == inspection_id, EvidenceItem.withdrawn_at.is_not(None))
        .order_by(EvidenceItem.number)
        .execution_options(yield_per=BATCH)
    )
    for batch in batched_rows(rows):
        tags = _tags_of([item.id for item, _prefix, _number in batch])
        for item, prefix, number in batch:
            yield (
                item.reference,
                item.withdrawn_reason,
                ON_A_SHEET if item.distressing else item.words,
                item.gist,
                reference(prefix, number),
                ", ".join(tags.get(item.id, [])),
                item.created_by,
            )
            db.session.expunge(item)


def _tags_of(item_ids: list[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    for row in db.session.execute(
        select(Tag.item_id, Criterion.reference)
        .join(Criterion, Criterion.id == Tag.criterion_id)
        .where(Tag.item_id.in_(item_ids), Tag.withdrawn_at.is_(None))
        .order_by(Criterion.position)
    ):
        found.setdefault(row.item_id, []).append(row.reference)
    return found


def _links_of(item_ids: list[UUID], labels: dict[str, str]) -> dict[UUID, str]:
    """'F-09 supports; F-12 contradicts' for each item that has links."""
    found: dict[UUID, str] = {}
    for row in db.session.execute(
        select(Link.item_id, Link.relation, FileFinding.number)
        .join(FileFinding, FileFinding.id == Link.file_finding_id)
        .where(Link.item_id.in_(item_ids), Link.withdrawn_at.is_(None))
        .order_by(FileFinding.number)
    ):
        said = f"{labels.get(row.relation, row.relation)} {reference(FILE_FINDING, row.number)}"
        found[row.item_id] = f"{found[row.item_id]}; {said}" if row.item_id in found else said
    return found


def batched_rows(rows: Iterable[AnyRow]) -> Iterator[list[AnyRow]]:
    batch: list[AnyRow] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
