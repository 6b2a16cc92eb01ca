"""Evidence, as lists and pages show it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, bindparam, case, exists, false, func, null, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from app.db.base import AnyRow, AnySelect, another
from app.evidence import places
from app.evidence.models import EvidenceItem, ItemLink, ItemPiece, ItemTheme, Source, SourceText, Tag, Theme
from app.extensions import db
from app.inspections.models import Body, Criterion, Role

PAGE = 50
# What a list shows of an item: one statement, plain columns, so that a page of it costs little more than its SQL.
LISTED = (
    EvidenceItem.id,
    EvidenceItem.number,
    EvidenceItem.words,
    EvidenceItem.gist,
    EvidenceItem.speaker,
    EvidenceItem.quote,
    EvidenceItem.direction,
    EvidenceItem.evidence_kind,
    EvidenceItem.distressing,
    EvidenceItem.attributable,
    EvidenceItem.good_practice,
    EvidenceItem.withdrawn_at,
    EvidenceItem.created_by,
    Source.kind.label("source_kind"),
    Source.prefix.label("source_prefix"),
    Source.number.label("source_number"),
    Source.feature,
    Source.happened_on,
    SourceText.position,
    SourceText.label.label("place"),
    # Of a sheet only: its cells are told from all of it, without asking for each row.
    case((SourceText.label.startswith("sheet "), SourceText.text)).label("sheet"),
    EvidenceItem.start_at,
    EvidenceItem.end_at,
    Body.name.label("body"),
    Role.label.label("role"),
)
# Of an item in a list: the document that took the place of its own, and when.
SUPERSEDED = (Source.superseded_by, Source.superseded_at)
# Of an item in a list: whether something superseded the text that it was made from. Looked up for each row that is
# shown, and for no other: so it is asked where a list is cut into pages, and not in LISTED, which exports read whole.
_newer, _newer_piece = aliased(SourceText), aliased(SourceText)
CHANGED = or_(
    exists(select(_newer.id).where(_newer.supersedes_id == EvidenceItem.text_id)),
    exists(
        select(ItemPiece.id)
        .join(_newer_piece, _newer_piece.supersedes_id == ItemPiece.text_id)
        .where(ItemPiece.item_id == EvidenceItem.id)
    ),
).label("changed")


def source_withdrawn() -> ColumnElement[bool]:
    """Of an item in a list: whether what it was made from was withdrawn since, as figures are."""
    return or_(false(), *(EvidenceItem.text_id.in_(ids()) for ids in places.taken_out.values())).label(
        "source_withdrawn"
    )


def words_struck() -> ColumnElement[bool]:
    """Of an item in a list: whether its words or gist hold what was struck out of its source, so that nobody else
    reads it there."""
    return or_(false(), *(holds() for holds in places.struck_out.values())).label("words_struck")


def source_closed() -> ColumnElement[str | None]:
    """Of an item in a list: whether its source was closed to the team since, by a key of places.CLOSED_SINCE."""
    return func.coalesce(*(how() for how in places.closed.values()), null(), null(), type_=Text).label("source_closed")


def of_its_source() -> tuple[Any, ...]:
    """Of an item in a list, what became of its source since: changed, source_withdrawn, words_struck, source_closed,
    superseded_by and _at."""
    return CHANGED, source_withdrawn(), words_struck(), source_closed(), *SUPERSEDED


# Put together once: it is asked for every list.
TAGS_OF = (
    select(Tag.item_id, Criterion.reference)
    .join(Criterion, Criterion.id == Tag.criterion_id)
    .where(Tag.item_id.in_(bindparam("ids", expanding=True)), Tag.withdrawn_at.is_(None))
    .order_by(Criterion.position)
)


FILTERS = ("area", "kind", "role", "direction", "theme", "quotes", "good_practice", "by")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of evidence is narrowed to; each is empty or the code that the address holds."""

    area: str = ""  # a body's code
    kind: str = ""  # of source
    role: str = ""
    direction: str = ""  # 'unset' for items whose direction nobody has said
    quotes: bool = False
    theme: str = ""  # its key
    good_practice: bool = False
    by: str = ""  # who lifted it
    bodies: dict[str, UUID] = field(default_factory=dict, compare=False, repr=False)
    roles: dict[str, UUID] = field(default_factory=dict, compare=False, repr=False)

    def conditions(self) -> list[ColumnElement[bool]]:
        """For a select over Tag and EvidenceItem."""
        found: list[ColumnElement[bool]] = []
        if self.area == "none":
            found.append(Tag.body_id.is_(None))
        elif self.area:
            found.append(Tag.body_id == self.bodies.get(self.area))
        if self.kind:
            found.append(Tag.source_kind == self.kind)
        if self.role == "none":
            found.append(Tag.role_id.is_(None))
        elif self.role:
            found.append(Tag.role_id == self.roles.get(self.role))
        if self.direction:
            found.append(Tag.direction == ("" if self.direction == "unset" else self.direction))
        return found + self.of_items(Tag.item_id)

    def of_items(self, item_id: Any) -> list[ColumnElement[bool]]:
        """Those that the index on tags does not answer; all but the theme need EvidenceItem in the select."""
        found: list[ColumnElement[bool]] = []
        if self.quotes:
            found.append(EvidenceItem.quote.is_(True))
        if self.good_practice:
            found.append(EvidenceItem.good_practice.is_(True))
        if self.by:
            found.append(EvidenceItem.created_by == self.by)
        if self.theme:
            found.append(item_id.in_(_items_under(self.theme)))
        return found

    @property
    def need_items(self) -> bool:
        """Whether a count over tags must look at the items themselves."""
        return self.quotes or self.good_practice or bool(self.by)

    def any(self) -> bool:
        return bool(self.as_values())

    def as_values(self) -> dict[str, Any]:
        """Those that are set, as an export states them."""
        return {name: getattr(self, name) for name in FILTERS if getattr(self, name)}


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list: rows of LISTED, newest first; `before` is the number to go on from, None at the end."""

    rows: Sequence[AnyRow]  # with CHANGED and SUPERSEDED
    tags: dict[UUID, list[str]]  # item to the criteria that it is under
    before: int | None
    # Of all pages, where it was asked for:
    total: int | None = None  # without the withdrawn ones
    withdrawn: int | None = None


def tagged_items() -> AnySelect:
    """Tags with their items, sources, bodies and roles: what a list or an export selects from. LISTED and set_aside."""
    return (
        select(*LISTED, Tag.set_aside)
        .select_from(Tag)
        .join(EvidenceItem, EvidenceItem.id == Tag.item_id)
        .join(Source, Source.id == Tag.source_id)
        .join(SourceText, SourceText.id == EvidenceItem.text_id)
        .outerjoin(Body, Body.id == Tag.body_id)
        .outerjoin(Role, Role.id == Tag.role_id)
    )


def page_of(statement: AnySelect, number: Any, before: int | None) -> Listed:
    """A page of items from a select of LISTED, by key: `number` falls, `before` is where the last page ended."""
    if before is not None:
        statement = statement.where(number < before)
    rows = db.session.execute(statement.add_columns(*of_its_source()).order_by(number.desc()).limit(PAGE + 1)).all()
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return Listed(rows, tags_of(row.id for row in rows), rows[-1].number if more else None)


def tags_of(item_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """References of the criteria that each item stands under, in the scope's order. One statement."""
    ids = list(item_ids)
    found: dict[UUID, list[str]] = {id: [] for id in ids}
    if ids:
        for item_id, criterion in db.session.execute(TAGS_OF, {"ids": ids}):
            found[item_id].append(criterion)
    return found


def list_items(inspection_id: UUID, filters: Filters, before: int | None = None) -> Listed:
    """All items of an inspection, withdrawn ones too, newest first, and how many there are on all pages."""
    wanted = [EvidenceItem.inspection_id == inspection_id, *filters.of_items(EvidenceItem.id)]
    if filters.direction:
        wanted.append(EvidenceItem.direction == ("" if filters.direction == "unset" else filters.direction))
    of_source = []
    if filters.area:
        of_source.append(Source.body_id == filters.bodies.get(filters.area))
    if filters.kind:
        of_source.append(Source.kind == filters.kind)
    if filters.role:
        of_source.append(Source.role_id == filters.roles.get(filters.role))
    counted = select(func.count(), func.count(EvidenceItem.withdrawn_at)).select_from(EvidenceItem).where(*wanted)
    if of_source:
        counted = counted.join(Source, Source.id == EvidenceItem.source_id).where(*of_source)
    statement = (
        select(*LISTED)
        .select_from(EvidenceItem)
        .join(Source, Source.id == EvidenceItem.source_id)
        .join(SourceText, SourceText.id == EvidenceItem.text_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .outerjoin(Role, Role.id == Source.role_id)
        .where(*wanted, *of_source)
    )
    every, withdrawn = db.session.execute(counted).one()
    return replace(page_of(statement, EvidenceItem.number, before), total=every - withdrawn, withdrawn=withdrawn)


def find_item(inspection_id: UUID, number: int, *, for_change: bool = False) -> EvidenceItem | None:
    """An item with its source, body, role and text, in one statement."""
    statement = (
        select(EvidenceItem)
        .join(EvidenceItem.source)
        .options(
            contains_eager(EvidenceItem.source).options(joinedload(Source.body), joinedload(Source.role)),
            joinedload(EvidenceItem.text),
        )
        .where(EvidenceItem.inspection_id == inspection_id, EvidenceItem.number == number)
    )
    if for_change:
        statement = statement.with_for_update(of=EvidenceItem)
    return db.session.scalars(statement).one_or_none()


def list_tags(item_id: UUID) -> Sequence[AnyRow]:
    """An item's tags: id, reference, wording, reason, set_aside, created_by, created_at; in the scope's order."""
    return db.session.execute(
        select(
            Tag.id, Criterion.reference, Criterion.wording, Tag.reason, Tag.set_aside, Tag.created_by, Tag.created_at
        )
        .join(Criterion, Criterion.id == Tag.criterion_id)
        .where(Tag.item_id == item_id, Tag.withdrawn_at.is_(None))
        .order_by(Criterion.position)
    ).all()


def find_tag(item_id: UUID, tag_id: UUID) -> Tag | None:
    """A tag of this item, taken off or not."""
    return db.session.scalars(select(Tag).where(Tag.item_id == item_id, Tag.id == tag_id)).one_or_none()


def find_newer_text(item: EvidenceItem) -> SourceText | None:
    """What the place of an item says now, where other words took the place of its text or of a piece of it."""
    newer, now = another(SourceText, "newer"), another(SourceText, "now")
    texts = select(ItemPiece.text_id).where(ItemPiece.item_id == item.id)
    changed = (
        select(newer.position)
        .where(or_(newer.supersedes_id == item.text_id, newer.supersedes_id.in_(texts)))
        .order_by(newer.position)
        .limit(1)
        .scalar_subquery()
    )
    return db.session.scalars(
        select(now)
        .where(now.source_id == item.source_id, now.position == changed, now.rival_of_id.is_(None))
        .order_by(now.id.desc())
        .limit(1)
    ).one_or_none()


def find_since(item_id: UUID) -> AnyRow:
    """What became of an item's source since: words_struck, source_closed."""
    return db.session.execute(select(words_struck(), source_closed()).where(EvidenceItem.id == item_id)).one()


def list_places(item_id: UUID) -> Sequence[AnyRow]:
    """Where the pieces of an item stand, in the order of its words: position, label; none where it stands whole."""
    return db.session.execute(
        select(SourceText.position, SourceText.label)
        .join(ItemPiece, ItemPiece.text_id == SourceText.id)
        .where(ItemPiece.item_id == item_id)
        .order_by(ItemPiece.number)
    ).all()


def list_links_with(item_id: UUID) -> Sequence[AnyRow]:
    """Links of an item with others, made from either side: the link's columns, and of the other item what lists show.

    `from_here` says whether it was made from this item, which matters to a relation that is not symmetric.
    """
    other = another(EvidenceItem, "other")
    return db.session.execute(
        select(
            ItemLink.id,
            ItemLink.relation,
            ItemLink.reason,
            ItemLink.created_by,
            ItemLink.outcome,
            (ItemLink.item_id == item_id).label("from_here"),
            other.number,
            other.words,
            other.gist,
            other.quote,
            other.distressing,
            other.direction,
            other.withdrawn_at,
            Source.prefix.label("source_prefix"),
            Source.number.label("source_number"),
            Body.name.label("body"),
        )
        .join(other, other.id == case((ItemLink.item_id == item_id, ItemLink.other_id), else_=ItemLink.item_id))
        .join(Source, Source.id == other.source_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .where(or_(ItemLink.item_id == item_id, ItemLink.other_id == item_id), ItemLink.withdrawn_at.is_(None))
        .order_by(other.number)
    ).all()


def find_item_link(item_id: UUID, link_id: UUID) -> ItemLink | None:
    """A link of this item to another, from whichever side it was made; taken off ones too."""
    return db.session.scalars(
        select(ItemLink).where(ItemLink.id == link_id, or_(ItemLink.item_id == item_id, ItemLink.other_id == item_id))
    ).one_or_none()


def relation_between(one_id: UUID, other_id: UUID) -> str | None:
    """What the standing link between two items says, whichever of them it was made from."""
    return db.session.scalar(
        select(ItemLink.relation).where(
            ItemLink.item_id.in_((one_id, other_id)),
            ItemLink.other_id.in_((one_id, other_id)),
            ItemLink.withdrawn_at.is_(None),
        )
    )


def _items_under(key: str) -> AnySelect:
    """Items of the theme with this key, and of those merged into it; of whichever inspection: lists say which."""
    shown = another(Theme, "shown")
    return (
        select(ItemTheme.item_id)
        .join(Theme, Theme.id == ItemTheme.theme_id)
        .join(shown, shown.id == func.coalesce(Theme.merged_into_id, Theme.id))
        .where(shown.key == key, ItemTheme.withdrawn_at.is_(None))
    )


def list_lifters(inspection_id: UUID) -> dict[str, UUID]:
    """Each name under which evidence was lifted, by name, to whose it was last. One statement.

    It goes from one name to the next in the index, so that it reads as many entries as there are names, whatever the
    evidence.
    """
    of_inspection = EvidenceItem.inspection_id == inspection_id
    names = select(func.min(EvidenceItem.created_by).label("name")).where(of_inspection).cte("lifter", recursive=True)
    following = (
        select(func.min(EvidenceItem.created_by))
        .where(of_inspection, EvidenceItem.created_by > names.c.name)
        .correlate(names)
        .scalar_subquery()
    )
    names = names.union_all(select(following).select_from(names).where(names.c.name.is_not(None)))
    last = (
        select(EvidenceItem.created_by_id)
        .where(of_inspection, EvidenceItem.created_by == names.c.name)
        .order_by(EvidenceItem.number.desc())
        .limit(1)
        .correlate(names)
        .scalar_subquery()
        .label("person_id")
    )
    rows = db.session.execute(select(names.c.name, last).where(names.c.name.is_not(None)).order_by(names.c.name))
    return {row.name: row.person_id for row in rows}


def list_of_source(source_id: UUID, before: int | None = None) -> Listed:
    """All evidence of one source, withdrawn ones too, newest first."""
    return page_of(
        select(*LISTED)
        .select_from(EvidenceItem)
        .join(Source, Source.id == EvidenceItem.source_id)
        .join(SourceText, SourceText.id == EvidenceItem.text_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .outerjoin(Role, Role.id == Source.role_id)
        .where(EvidenceItem.source_id == source_id),
        EvidenceItem.number,
        before,
    )
