"""Lifting evidence from a source, tagging it to criteria, revising and withdrawing it."""

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from app.access import Actor
from app.audit.services import record
from app.db.versions import check_base
from app.evidence.models import EvidenceItem, Source, SourceText, Tag
from app.extensions import db
from app.inspections.references import EVIDENCE, take_number
from app.web import clock

REVISABLE = ("gist", "direction", "evidence_kind", "quote", "attributable", "distressing")


class NoWords(ValueError):
    """The range holds no words of the text."""


def add_text(
    source: Source,
    text: str,
    *,
    position: int,
    label: str,
    by: Actor,
    supersedes: SourceText | None = None,
    rival_of: SourceText | None = None,
) -> SourceText:
    """Keep a piece of a source's text, for good, exactly as it is given."""
    row = SourceText(
        inspection_id=source.inspection_id,
        source_id=source.id,
        position=position,
        label=label,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        supersedes_id=supersedes.id if supersedes else None,
        rival_of_id=rival_of.id if rival_of else None,
        created_at=clock.now(),
        created_by_id=by.id,
        created_by=by.label,
    )
    db.session.add(row)
    return row


def recast(source: Source, kind: str, family: str) -> None:
    """Make it a source of another kind; what is counted of its evidence follows."""
    source.kind, source.family = kind, family
    db.session.execute(
        update(Tag)
        .where(Tag.source_id == source.id)
        .values(source_kind=kind)
        .execution_options(synchronize_session=False)
    )


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
) -> EvidenceItem:
    """Make an evidence item of `text[start:end]`, in code points, tagged to the criteria.

    Raises NoWords when the range is outside the text or holds only blanks.
    """
    words = text.text[start:end]
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
    standing = db.session.scalar(
        select(Tag.id).where(Tag.item_id == item.id, Tag.criterion_id == criterion_id, Tag.withdrawn_at.is_(None))
    )
    if standing:
        return False
    _add_tag(item, item.source, criterion_id, reason, by)
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


def withdraw(item: EvidenceItem, reason: str, *, by: Actor) -> None:
    """Withdraw an item. It and the reason stay; nothing counts it any more."""
    item.withdrawn_at, item.withdrawn_reason = clock.now(), reason
    db.session.execute(update(Tag).where(Tag.item_id == item.id).values(live=False))
    record(by, "withdrew", item.reference, inspection_id=item.inspection_id, after={"reason": reason})


def put_back(item: EvidenceItem, *, by: Actor) -> None:
    """Undo a withdrawal."""
    before = {"reason": item.withdrawn_reason}
    item.withdrawn_at, item.withdrawn_reason = None, ""
    db.session.execute(update(Tag).where(Tag.item_id == item.id, Tag.withdrawn_at.is_(None)).values(live=True))
    record(by, "put back", item.reference, inspection_id=item.inspection_id, before=before)


def _add_tag(item: EvidenceItem, source: Source, criterion_id: UUID, reason: str, by: Actor) -> None:
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
        )
    )
