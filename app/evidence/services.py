"""Lifting evidence from a source, tagging it to criteria, revising and withdrawing it."""

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, or_, select, update
from uuid6 import uuid7

from app.access import Actor
from app.audit.services import record
from app.db.versions import check_base
from app.evidence.models import EvidenceItem, ItemLink, ItemTheme, Source, SourceText, Tag, Theme
from app.evidence.places import Gone, why_gone
from app.extensions import db
from app.inspections.references import EVIDENCE, take_number
from app.web import clock

THEMES = "themes"  # what the audit trail calls them
REVISABLE = ("gist", "direction", "evidence_kind", "quote", "attributable", "distressing", "good_practice")


class NoWords(ValueError):
    """The range holds no words of the text."""


class Resolved(ValueError):
    """The link contradicts, and how that was resolved rests on it."""


class ThereAlready(ValueError):
    """Another theme has that name; the argument is what it is called."""


class MergedAlready(ValueError):
    """The theme was merged into another; the argument is what that is called."""


class HeldInside(ValueError):
    """A theme that was merged into this one has that name."""


def add_text(
    source: Source,
    text: str,
    *,
    position: int,
    label: str,
    by: Actor,
    supersedes: SourceText | None = None,
    rival_of: SourceText | None = None,
    recognised: bool = False,
) -> SourceText:
    """Keep a piece of a source's text, for good, exactly as it is given."""
    row = SourceText(
        inspection_id=source.inspection_id,
        source_id=source.id,
        position=position,
        label=label,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        recognised=recognised,
        supersedes_id=supersedes.id if supersedes else None,
        rival_of_id=rival_of.id if rival_of else None,
        created_at=clock.now(),
        created_by_id=by.id,
        created_by=by.label,
    )
    db.session.add(row)
    return row


def add_texts(source: Source, pieces: Iterable[tuple[int, str, str]], *, by: Actor) -> list[UUID]:
    """Keep many pieces (position, label, text) of a source's text at once, in one statement: their ids, in order."""
    now = clock.now()
    rows: list[dict[str, Any]] = [
        {
            "id": uuid7(),
            "inspection_id": source.inspection_id,
            "source_id": source.id,
            "position": position,
            "label": label,
            "text": text,
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "recognised": False,
            "created_at": now,
            "created_by_id": by.id,
            "created_by": by.label,
        }
        for position, label, text in pieces
    ]
    if rows:
        db.session.execute(insert(SourceText), rows)
    return [row["id"] for row in rows]


def text_of(text_id: UUID) -> SourceText:
    """A piece of text that was just kept."""
    return db.session.get_one(SourceText, text_id)


def recast(source: Source, kind: str, family: str) -> None:
    """Make it a source of another kind; what is counted of its evidence follows."""
    source.kind, source.family = kind, family
    db.session.execute(
        update(Tag)
        .where(Tag.source_id == source.id)
        .values(source_kind=kind)
        .execution_options(synchronize_session=False)
    )


def speak_for(source: Source, body_id: UUID) -> None:
    """Say for which body a source speaks, where nobody has said so yet; its tags repeat it."""
    source.body_id = body_id
    db.session.execute(update(Tag).where(Tag.source_id == source.id).values(body_id=body_id))


def lift(
    source: Source,
    text: SourceText,
    start: int,
    end: int,
    *,
    by: Actor,
    criteria: Iterable[UUID] = (),
    speaker: str = "",
    quote: bool = False,
    gist: str = "",
    direction: str = "",
    evidence_kind: str,
    reason: str = "",
    seen: str | None = None,
) -> EvidenceItem:
    """Make an evidence item of `text[start:end]`, in code points, tagged to the criteria.

    Its words are those that were `seen`, where that is the text with some of its words struck out.
    Raises NoWords when the range is outside the text or holds only blanks.
    """
    words = (text.text if seen is None else seen)[start:end]
    if not (0 <= start < end <= len(text.text)) or not words.strip():
        raise NoWords
    item = EvidenceItem(
        inspection_id=source.inspection_id,
        number=take_number(source.inspection_id, EVIDENCE),
        source_id=source.id,
        text_id=text.id,
        start_at=start,
        end_at=end,
        words=words,
        speaker=speaker,
        quote=quote,
        gist=gist,
        direction=direction,
        evidence_kind=evidence_kind,
        withdrawn_reason="",
        created_at=clock.now(),
        created_by_id=by.id,
        created_by=by.label,
    )
    db.session.add(item)
    db.session.flush()
    tagged = list(dict.fromkeys(criteria))
    for criterion_id in tagged:
        _add_tag(item, source, criterion_id, reason, by)
    record(
        by,
        "lifted",
        item.reference,
        inspection_id=item.inspection_id,
        after={
            "from": f"{source.reference} {text.label}",
            "words": words,
            "gist": gist,
            "direction": direction,
            "tags": [str(criterion_id) for criterion_id in tagged],
        },
    )
    return item


def tag(item: EvidenceItem, criterion_id: UUID, criterion: str, reason: str, *, by: Actor) -> bool:
    """Put the item under a criterion as well; False when it stands there already."""
    earlier = db.session.execute(
        select(Tag.withdrawn_at, Tag.set_aside).where(Tag.item_id == item.id, Tag.criterion_id == criterion_id)
    ).all()
    if any(row.withdrawn_at is None for row in earlier):
        return False
    # What was set aside under a criterion stays so, however often it is taken off and put there again.
    _add_tag(item, item.source, criterion_id, reason, by, set_aside=any(row.set_aside for row in earlier))
    record(
        by,
        "tagged",
        item.reference,
        part=criterion,
        inspection_id=item.inspection_id,
        after={"reason": reason} if reason else {},
    )
    return True


def untag(tag: Tag, *, by: Actor) -> None:
    """Take the item away from a criterion. The tag stays on record."""
    tag.withdrawn_at, tag.live = clock.now(), False
    record(by, "took the tag off", tag.item.reference, part=tag.criterion.reference, inspection_id=tag.inspection_id)


def retag(tag: Tag, *, by: Actor) -> None:
    """Put the item under the criterion again that it was taken away from; nothing where it stands there already."""
    standing = select(Tag.id).where(
        Tag.item_id == tag.item_id, Tag.criterion_id == tag.criterion_id, Tag.withdrawn_at.is_(None)
    )
    if db.session.scalar(standing) is not None:
        return
    tag.withdrawn_at, tag.live = None, tag.item.withdrawn_at is None
    record(by, "put the tag back", tag.item.reference, part=tag.criterion.reference, inspection_id=tag.inspection_id)


REVISING = ("revised", "withdrew", "put back")  # by which an item becomes another
RENAMING = ("renamed", "merged", "took apart")  # and a theme


def revise(item: EvidenceItem, changes: dict[str, Any], *, base: int, by: Actor) -> None:
    """Change what was made of the words: any of REVISABLE. The words themselves never change.

    A stale base raises Stale, after what was wanted has been put into the audit trail: nobody's gist is lost.
    """
    before = {name: getattr(item, name) for name in REVISABLE}
    after = before | {name: value for name, value in changes.items() if name in REVISABLE}
    changed = {name for name in REVISABLE if before[name] != after[name]}
    if item.version != base:
        record(by, "could not revise, as it had changed", item.reference, inspection_id=item.inspection_id, after=after)
    check_base(item, base)
    if not changed:
        return
    for name in changed:
        setattr(item, name, after[name])
    if repeated := {name: after[name] for name in ("direction", "evidence_kind") if name in changed}:
        db.session.execute(update(Tag).where(Tag.item_id == item.id).values(**repeated))
    record(
        by,
        "revised",
        item.reference,
        inspection_id=item.inspection_id,
        before={name: before[name] for name in sorted(changed)},
        after={name: after[name] for name in sorted(changed)},
    )


def attribute(item: EvidenceItem, *, speaker: str, quote: bool, by: Actor) -> None:
    """Say who spoke, and whether the words are a quotation, where that was put right in the source."""
    was, now = {"speaker": item.speaker, "quote": item.quote}, {"speaker": speaker, "quote": quote}
    changed = [name for name in was if was[name] != now[name]]
    if not changed:
        return
    item.speaker, item.quote = speaker, quote
    record(
        by,
        "revised",
        item.reference,
        inspection_id=item.inspection_id,
        before={name: was[name] for name in changed},
        after={name: now[name] for name in changed},
    )


def withdraw(item: EvidenceItem, reason: str, *, by: Actor) -> None:
    """Withdraw an item. It and the reason stay; nothing counts it any more."""
    item.withdrawn_at, item.withdrawn_reason = clock.now(), reason
    db.session.execute(update(Tag).where(Tag.item_id == item.id).values(live=False))
    record(by, "withdrew", item.reference, inspection_id=item.inspection_id, after={"reason": reason})


def put_back(item: EvidenceItem, *, by: Actor) -> None:
    """Undo a withdrawal. Raises Gone where the words that it was made from were taken out of their source."""
    # The source first, as whoever takes its words away does: else each could wait for the other.
    if (why := why_gone(item.source, item.text.position, for_change=True)) is not None:
        raise Gone(why)
    db.session.execute(select(EvidenceItem.id).where(EvidenceItem.id == item.id).with_for_update())
    db.session.refresh(item, ["withdrawn_at", "withdrawn_reason", "version"])
    if item.withdrawn_at is None:
        return
    before = {"reason": item.withdrawn_reason}
    item.withdrawn_at, item.withdrawn_reason = None, ""
    db.session.execute(update(Tag).where(Tag.item_id == item.id, Tag.withdrawn_at.is_(None)).values(live=True))
    record(by, "put back", item.reference, inspection_id=item.inspection_id, before=before)


def set_aside(item_id: UUID, criteria: Iterable[UUID]) -> None:
    """Show the item and count it no more under these criteria; under all others it counts."""
    aside = list(criteria)
    db.session.execute(update(Tag).where(Tag.item_id == item_id).values(set_aside=False))
    if aside:
        db.session.execute(
            update(Tag).where(Tag.item_id == item_id, Tag.criterion_id.in_(aside)).values(set_aside=True)
        )


def link_items(item: EvidenceItem, other: EvidenceItem, relation: str, reason: str, *, by: Actor) -> tuple[bool, str]:
    """Say what an item says of another: whether that is new, and the relation whose place it takes, if any.

    Two items have one link, whichever of them it was made from. Raises Resolved where an outcome rests on it.
    """
    # Both, and in one order: two people may link the same two from either side at once.
    both = EvidenceItem.id.in_([item.id, other.id])
    db.session.execute(select(EvidenceItem.id).where(both).order_by(EvidenceItem.number).with_for_update())
    standing = db.session.scalars(
        select(ItemLink)
        .where(
            or_(
                and_(ItemLink.item_id == item.id, ItemLink.other_id == other.id),
                and_(ItemLink.item_id == other.id, ItemLink.other_id == item.id),
            ),
            ItemLink.withdrawn_at.is_(None),
        )
        .with_for_update(of=ItemLink)
    ).one_or_none()
    if standing and standing.relation == relation and standing.reason == reason:
        return False, relation
    if standing:
        if standing.outcome:
            raise Resolved
        standing.withdrawn_at = clock.now()
        db.session.flush()
    db.session.add(
        ItemLink(
            inspection_id=item.inspection_id,
            item_id=item.id,
            other_id=other.id,
            relation=relation,
            reason=reason,
            created_at=clock.now(),
            created_by_id=by.id,
            created_by=by.label,
        )
    )
    record(
        by,
        "linked",
        item.reference,
        part=other.reference,
        inspection_id=item.inspection_id,
        before={"relation": standing.relation, "reason": standing.reason} if standing else None,
        after={"relation": relation, "reason": reason},
    )
    return True, standing.relation if standing else ""


def unlink_items(link: ItemLink, *, by: Actor) -> None:
    """Take a link between two items away. It stays on record. Raises Resolved where an outcome rests on it."""
    if link.outcome:
        raise Resolved
    link.withdrawn_at = clock.now()
    record(
        by,
        "took the link off",
        link.item.reference,
        part=link.other.reference,
        inspection_id=link.inspection_id,
        before={"relation": link.relation, "reason": link.reason},
    )


def theme_key(name: str) -> str:
    """What makes two names of a theme the same: capitals and blanks do not tell them apart."""
    return " ".join(name.split()).casefold()


def add_theme(item: EvidenceItem, name: str, *, by: Actor) -> bool:
    """Put the item under a theme, a new one or one that is there; False when it stands there already."""
    theme = _find_theme(item.inspection_id, name)
    if theme is None:
        theme = Theme(
            inspection_id=item.inspection_id,
            name=name.strip(),
            key=theme_key(name),
            created_at=clock.now(),
            created_by_id=by.id,
            created_by=by.label,
        )
        db.session.add(theme)
        db.session.flush()
    theme_id = theme.merged_into_id or theme.id
    if db.session.scalar(
        select(ItemTheme.id)
        .join(Theme, Theme.id == ItemTheme.theme_id)
        .where(
            ItemTheme.item_id == item.id,
            ItemTheme.withdrawn_at.is_(None),
            or_(Theme.id == theme_id, Theme.merged_into_id == theme_id),
        )
        .limit(1)
    ):
        return False
    db.session.add(
        ItemTheme(item_id=item.id, theme_id=theme_id, created_at=clock.now(), created_by_id=by.id, created_by=by.label)
    )
    record(by, "put under the theme", item.reference, part=name.strip(), inspection_id=item.inspection_id)
    db.session.flush()
    return True


def take_theme_off(item: EvidenceItem, theme: Theme, *, by: Actor) -> None:
    """Take the item away from a theme, and from those that were merged into it."""
    held = select(Theme.id).where(or_(Theme.id == theme.id, Theme.merged_into_id == theme.id))
    db.session.execute(
        update(ItemTheme)
        .where(ItemTheme.item_id == item.id, ItemTheme.theme_id.in_(held), ItemTheme.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.now())
    )
    record(by, "took off the theme", item.reference, part=theme.name, inspection_id=item.inspection_id)


def rename_theme(theme: Theme, name: str, *, base: int, merge: bool, by: Actor) -> Theme:
    """Call a theme something else, or merge it into the one that is called so: what it is shown as then.

    Raises Stale; ThereAlready, unless `merge`, when another has the name; HeldInside when that one is part of this;
    MergedAlready when this one is itself part of another, so that no list has it.
    """
    if theme.merged_into_id is not None:
        raise MergedAlready(db.session.get_one(Theme, theme.merged_into_id).name)
    check_base(theme, base)
    before, name = theme.name, name.strip()
    named = _find_theme(theme.inspection_id, name)
    if named is None or named is theme:
        if name == before:
            return theme
        theme.name, theme.key = name, theme_key(name)
        record(by, "renamed", THEMES, part=name, inspection_id=theme.inspection_id, before={"name": before})
        return theme
    target = db.session.get_one(Theme, named.merged_into_id) if named.merged_into_id else named
    if target is theme:
        raise HeldInside
    if not merge:
        raise ThereAlready(target.name)
    theme.merged_into_id = target.id
    db.session.execute(update(Theme).where(Theme.merged_into_id == theme.id).values(merged_into_id=target.id))
    record(by, "merged", THEMES, part=before, inspection_id=theme.inspection_id, after={"into": target.name})
    return target


def take_apart(theme: Theme, *, by: Actor) -> None:
    """Undo a merging: the theme stands by itself again, with the items that were its own."""
    into = db.session.get(Theme, theme.merged_into_id) if theme.merged_into_id else None
    theme.merged_into_id = None
    before = {"into": into.name} if into else {}
    record(by, "took apart", THEMES, part=theme.name, inspection_id=theme.inspection_id, before=before)


def _find_theme(inspection_id: UUID, name: str) -> Theme | None:
    return db.session.scalars(
        select(Theme).where(Theme.inspection_id == inspection_id, Theme.key == theme_key(name)).with_for_update()
    ).one_or_none()


def _add_tag(
    item: EvidenceItem, source: Source, criterion_id: UUID, reason: str, by: Actor, *, set_aside: bool = False
) -> None:
    db.session.add(
        Tag(
            inspection_id=item.inspection_id,
            item_id=item.id,
            criterion_id=criterion_id,
            reason=reason,
            created_at=clock.now(),
            created_by_id=by.id,
            created_by=by.label,
            number=item.number,
            source_id=source.id,
            source_kind=source.kind,
            body_id=source.body_id,
            role_id=source.role_id,
            direction=item.direction,
            evidence_kind=item.evidence_kind,
            live=item.withdrawn_at is None,
            set_aside=set_aside,
        )
    )
