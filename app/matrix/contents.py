"""What an export holds, for sheets and JSON alike, read as it is written: memory does not grow with the evidence."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.db.base import AnyRow, AnySelect, another
from app.evidence.models import EvidenceItem, ItemPiece, ItemTheme, Source, SourceText, Tag, Theme
from app.evidence.queries import LISTED, Filters, source_closed, source_withdrawn, tagged_items, words_struck
from app.extensions import db
from app.inspections.models import Body, Criterion, Role
from app.inspections.queries import list_bodies, list_criteria
from app.inspections.references import EVIDENCE, reference
from app.inspections.rules import Rules
from app.inspections.vocabulary import Vocabulary
from app.matrix.attribution import Discretion
from app.matrix.claims import Claims, claims_of

BATCH = 1000
ANY = reference(EVIDENCE, 0)  # the item of an address that stands for those of all of them


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an export holds, and how it may speak of it."""

    inspection_id: UUID
    filters: Filters
    criterion_id: UUID | None  # None: of all criteria
    words: Vocabulary
    rules: Rules
    discretion: Discretion | None = None  # None: attributable
    passages: str = ""  # the address at which the passage of the item ANY opens; empty where it is not known

    def address_of(self, number: str) -> str | None:
        """Where the passage of an item opens in place. Where nothing may be attributed nothing leads to its source."""
        return self.passages.replace(ANY, number) if self.passages and self.discretion is None else None

    @property
    def everything(self) -> bool:
        """Items under no criterion are part of everything, and of nothing narrower."""
        return self.criterion_id is None and not self.filters.any()

    def tags(self) -> list[Any]:
        """Conditions on Tag (and EvidenceItem) for the living tags that the export holds."""
        narrowed = [] if self.criterion_id is None else [Tag.criterion_id == self.criterion_id]
        return [Tag.inspection_id == self.inspection_id, Tag.live, *narrowed, *self.filters.conditions()]

    def living(self) -> list[Any]:
        """Conditions on EvidenceItem for the living items that the export holds."""
        return [
            EvidenceItem.inspection_id == self.inspection_id,
            EvidenceItem.withdrawn_at.is_(None),
            *self.held(),
        ]

    def held(self) -> list[Any]:
        """Conditions on EvidenceItem for those that the export holds, which may be all, withdrawn ones too."""
        return [] if self.everything else [exists().where(Tag.item_id == EvidenceItem.id, *self.tags())]


def count_evidence(wanted: Wanted) -> tuple[int, int, int]:
    """What the sheet of evidence will hold: items, tags, distinct sources of what is tagged."""
    statement = select(func.count().label("tags"), func.count(Tag.source_id.distinct()).label("sources"))
    if wanted.everything:
        # Everything is every living item, tagged or not: to find distinct ones among the tags takes far longer.
        row = db.session.execute(statement.where(*wanted.tags())).one()
        return db.session.scalar(select(func.count()).where(*wanted.living())) or 0, row.tags, row.sources
    statement = _with_items(statement.where(*wanted.tags()), wanted)
    row = db.session.execute(statement.add_columns(func.count(Tag.number.distinct()).label("items"))).one()
    return row.items, row.tags, row.sources


def _with_items(statement: AnySelect, wanted: Wanted) -> AnySelect:
    """The items joined to the tags, where a filter asks for what only they hold."""
    if wanted.filters.need_items:
        return statement.join(EvidenceItem, EvidenceItem.id == Tag.item_id)
    return statement


def count_sources(wanted: Wanted, *, attributable: bool | None = None) -> dict[UUID, tuple[int, int]]:
    """Each source of the evidence in the export, with its items and their tags: two statements at most.

    `attributable`: only of the items that may, or may not, be attributed to the role.
    """
    only = [] if attributable is None else [EvidenceItem.attributable.is_(attributable)]
    tagged = select(Tag.source_id, func.count().label("tags")).where(*wanted.tags(), *only).group_by(Tag.source_id)
    if only or wanted.filters.need_items:
        tagged = tagged.join(EvidenceItem, EvidenceItem.id == Tag.item_id)
    if wanted.everything:
        tags = {row.source_id: row.tags for row in db.session.execute(tagged)}
        held = (
            select(EvidenceItem.source_id, func.count().label("items"))
            .where(*wanted.living(), *only)
            .group_by(EvidenceItem.source_id)
        )
        return {row.source_id: (row.items, tags.get(row.source_id, 0)) for row in db.session.execute(held)}
    tagged = tagged.add_columns(func.count(Tag.number.distinct()).label("items"))
    return {row.source_id: (row.items, row.tags) for row in db.session.execute(tagged)}


def tagged(wanted: Wanted) -> Iterator[tuple[str, list[AnyRow]]]:
    """The tags of the export in batches of one criterion, with its reference, and by number; last, items without tags.

    Rows are LISTED, set_aside, reason, source_id, and what `_since` says. Source: product.md, section 8.
    """
    for criterion in list_criteria(wanted.inspection_id):
        if wanted.criterion_id is None or criterion.id == wanted.criterion_id:
            statement = (
                tagged_items()
                .add_columns(Tag.reason, EvidenceItem.source_id, *_since(wanted.inspection_id))
                .where(Tag.criterion_id == criterion.id, Tag.live, *wanted.filters.conditions())
                .order_by(Tag.number)
                .execution_options(yield_per=BATCH)
            )
            for batch in batched_rows(db.session.execute(statement)):
                yield criterion.reference, batch
    if wanted.everything:
        statement = _untagged(wanted.inspection_id).execution_options(yield_per=BATCH)
        for batch in batched_rows(db.session.execute(statement)):
            yield "", batch


def _untagged(inspection_id: UUID) -> AnySelect:
    standing = select(Tag.id).where(Tag.item_id == EvidenceItem.id, Tag.withdrawn_at.is_(None)).exists()
    return (
        _items()
        .add_columns(
            literal("").label("reason"),
            literal(False).label("set_aside"),
            EvidenceItem.source_id,
            *_since(inspection_id),
        )
        .where(EvidenceItem.inspection_id == inspection_id, EvidenceItem.withdrawn_at.is_(None), ~standing)
        .order_by(EvidenceItem.number)
    )


def _since(inspection_id: UUID) -> tuple[Any, ...]:
    """What became of the text of an item and of its source since, found once for all: texts that changed are few."""
    newer = another(SourceText, "newer")
    old = select(newer.supersedes_id).where(newer.supersedes_id.is_not(None), newer.inspection_id == inspection_id)
    in_pieces = select(ItemPiece.item_id).where(ItemPiece.text_id.in_(old))
    changed = or_(EvidenceItem.text_id.in_(old), EvidenceItem.id.in_(in_pieces)).label("changed")
    return changed, source_withdrawn(), words_struck(), source_closed(), Source.superseded_by


def _items() -> AnySelect:
    """Items with their sources, texts, bodies and roles: LISTED, once each."""
    return (
        select(*LISTED)
        .select_from(EvidenceItem)
        .join(Source, Source.id == EvidenceItem.source_id)
        .join(SourceText, SourceText.id == EvidenceItem.text_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .outerjoin(Role, Role.id == Source.role_id)
    )


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the export, once, with the tags and links of it that the export holds."""

    row: AnyRow  # LISTED, _since, and source_id, family, body_code, role_code
    tags: list[AnyRow]  # criterion, reason, set_aside, created_by; in the scope's order
    themes: list[str]


def items(wanted: Wanted) -> Iterator[Item]:
    """Every living item of the export once, by number."""
    statement = (
        _items()
        .add_columns(
            EvidenceItem.source_id,
            Source.family,
            Body.code.label("body_code"),
            Role.code.label("role_code"),
            *_since(wanted.inspection_id),
        )
        .where(*wanted.living())
        .order_by(EvidenceItem.number)
        .execution_options(yield_per=BATCH)
    )
    of_criterion = [] if wanted.criterion_id is None else [Tag.criterion_id == wanted.criterion_id]
    for batch in batched_rows(db.session.execute(statement)):
        ids = [row.id for row in batch]
        tags = _by_item(
            select(Tag.item_id, Criterion.reference.label("criterion"), Tag.reason, Tag.set_aside, Tag.created_by)
            .join(Criterion, Criterion.id == Tag.criterion_id)
            .where(Tag.item_id.in_(ids), Tag.live, *of_criterion)
            .order_by(Criterion.position)
        )
        themes = themes_of(ids)
        for row in batch:
            yield Item(row, tags.get(row.id, []), themes.get(row.id, []))


def _by_item(statement: AnySelect) -> dict[UUID, list[AnyRow]]:
    found: dict[UUID, list[AnyRow]] = {}
    for row in db.session.execute(statement):
        found.setdefault(row.item_id, []).append(row)
    return found


def themes_of(item_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Names of the themes of each item, merged ones as what they are shown as."""
    shown = aliased(Theme)
    found: dict[UUID, list[str]] = {}
    for row in db.session.execute(
        select(ItemTheme.item_id, shown.name, shown.key)
        .join(Theme, Theme.id == ItemTheme.theme_id)
        .join(shown, shown.id == func.coalesce(Theme.merged_into_id, Theme.id))
        .where(ItemTheme.item_id.in_(list(item_ids)), ItemTheme.withdrawn_at.is_(None))
        .distinct()
        .order_by(shown.key)
    ):
        found.setdefault(row.item_id, []).append(row.name)
    return found


def distressing(wanted: Wanted) -> Iterator[AnyRow]:
    """What other sheets cover, once each, by number; withdrawn ones where they stand.

    Each: number, words, gist, source_id, quote, attributable, words_struck, source_closed.
    """
    statement = (
        select(
            EvidenceItem.number,
            EvidenceItem.words,
            EvidenceItem.gist,
            EvidenceItem.source_id,
            EvidenceItem.quote,
            EvidenceItem.attributable,
            words_struck(),
            source_closed(),
        )
        .where(
            EvidenceItem.inspection_id == wanted.inspection_id,
            EvidenceItem.distressing,
            *(wanted.living() if wanted.discretion else wanted.held()),
        )
        .order_by(EvidenceItem.number)
        .execution_options(yield_per=BATCH)
    )
    yield from db.session.execute(statement)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source of the index, with how much of it the export holds."""

    id: UUID
    reference: str
    kind: str
    family: str
    title: str
    request: str
    role: str
    role_code: str
    body: str
    body_code: str
    happened_on: Any
    items: int
    tags: int


def sources(wanted: Wanted) -> Iterator[SourceLine]:
    """By prefix and number: all sources in everything, those without evidence too; else those of the evidence."""
    counted = count_sources(wanted)
    statement = (
        select(
            Source.id,
            Source.prefix,
            Source.number,
            Source.kind,
            Source.family,
            Source.title,
            Source.request,
            Source.happened_on,
            Role.label.label("role"),
            Role.code.label("role_code"),
            Body.name.label("body"),
            Body.code.label("body_code"),
        )
        .outerjoin(Role, Role.id == Source.role_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .where(Source.inspection_id == wanted.inspection_id)
        .order_by(Source.prefix, Source.number)
        .execution_options(yield_per=BATCH)
    )
    for row in db.session.execute(statement):
        if wanted.everything or row.id in counted:
            yield SourceLine(
                row.id,
                reference(row.prefix, row.number),
                row.kind,
                row.family,
                row.title,
                row.request,
                row.role or "",
                row.role_code or "",
                row.body or "",
                row.body_code or "",
                row.happened_on,
                *counted.get(row.id, (0, 0)),
            )


def general_sources(wanted: Wanted, discretion: Discretion) -> dict[tuple[str, str, str, str], tuple[int, int, int]]:
    """Sources with evidence by kind, family, general role and place: how many, their items, their tags.

    Items that are not attributable to the role are counted with those that have neither role nor place, as their own
    rows say it: a difference between the two tables would tell whose they are.
    """
    counts = {attributable: count_sources(wanted, attributable=attributable) for attributable in (True, False)}
    found: dict[tuple[str, str, str, str], tuple[int, int, int]] = {}
    for line in sources(wanted):
        for attributable, counted in counts.items():
            if line.id in counted:
                items, of_them = counted[line.id]
                label = discretion.label(line.id, attributable)
                key = (line.kind, line.family, label.role, label.place)
                number, held, tags = found.get(key, (0, 0, 0))
                found[key] = (number + 1, held + items, tags + of_them)
    return dict(sorted(found.items()))


def strengths(wanted: Wanted) -> Iterator[tuple[str, Claims]]:
    """Each criterion of the export with its claims."""
    bodies = list_bodies(wanted.inspection_id)
    for criterion in list_criteria(wanted.inspection_id):
        if wanted.criterion_id is None or criterion.id == wanted.criterion_id:
            claims = claims_of(
                wanted.inspection_id, criterion.id, criterion.reference, rules=wanted.rules, bodies=bodies
            )
            yield criterion.reference, claims


def withdrawn_items(wanted: Wanted) -> Iterator[tuple[EvidenceItem, str, list[str]]]:
    """Items that nothing counts any more, by number, with their source's reference and their criteria."""
    rows = db.session.execute(
        select(EvidenceItem, Source.prefix, Source.number)
        .join(Source, Source.id == EvidenceItem.source_id)
        .where(EvidenceItem.inspection_id == wanted.inspection_id, EvidenceItem.withdrawn_at.is_not(None))
        .order_by(EvidenceItem.number)
        .execution_options(yield_per=BATCH)
    )
    for batch in batched_rows(rows):
        tags = _tags_of([item.id for item, _prefix, _number in batch])
        for item, prefix, number in batch:
            yield item, reference(prefix, number), tags.get(item.id, [])
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


def batched_rows(rows: Iterable[AnyRow]) -> Iterator[list[AnyRow]]:
    batch: list[AnyRow] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
