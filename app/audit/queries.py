"""Reading and checking the audit trail."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from app.audit.models import SITE, AuditEntry, AuditHead, AuditPayload
from app.audit.services import FIRST, digest_of, hash_of
from app.db.base import AnyRow
from app.extensions import db


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking one chain found. `broken_at` is the first bad entry's number, None when the chain is whole."""

    chain: str
    entries: int
    head: str
    erased: int  # payloads that disposal took; their entries still verify
    broken_at: int | None = None
    reason: str = ""


def history(inspection_id: UUID, reference: str, limit: int = 100) -> Sequence[AnyRow]:
    """Deeds done to one object, newest first: at, actor, deed, object, part, content (None once erased)."""
    return _history(inspection_id, AuditEntry.object == reference, limit)


def history_of_part(inspection_id: UUID, reference: str, limit: int = 100) -> Sequence[AnyRow]:
    """As `history`, with what was done to others of which it was a part: an item linked to a finding."""
    return _history(inspection_id, or_(AuditEntry.object == reference, AuditEntry.part == reference), limit)


def history_with(
    inspection_id: UUID, reference: str, others: Collection[str], deeds: Sequence[str], limit: int = 100
) -> Sequence[AnyRow]:
    """As `history`, with some kinds of deed done to others."""
    theirs = AuditEntry.object.in_(others) & AuditEntry.deed.in_(deeds)
    return _history(inspection_id, or_(AuditEntry.object == reference, theirs), limit)


def history_between(inspection_id: UUID, one: str, other: str, limit: int = 100) -> Sequence[AnyRow]:
    """As `history`, of what was done to one object with another."""
    pairs = ((one, other), (other, one))
    return _history(inspection_id, or_(*((AuditEntry.object == a) & (AuditEntry.part == b) for a, b in pairs)), limit)


def changes_since(
    inspection_id: UUID, reference: str, deeds: Sequence[str], since: datetime | None, part: str | None = None
) -> Sequence[AnyRow]:
    """Some kinds of deed done to one object (or one `part` of it) since a moment, newest first, as `history`.

    The newest of them where there is none since, or nobody knows since when: something was changed, by somebody.
    """
    which = (AuditEntry.object == reference) & AuditEntry.deed.in_(deeds)
    entries = _history(inspection_id, which if part is None else which & (AuditEntry.part == part), 20)
    return [entry for entry in entries if since is not None and entry.at >= since] or entries[:1]


def _history(inspection_id: UUID, which: ColumnElement[bool], limit: int) -> Sequence[AnyRow]:
    return db.session.execute(
        select(
            AuditEntry.at,
            AuditEntry.actor,
            AuditEntry.deed,
            AuditEntry.object,
            AuditEntry.part,
            AuditEntry.number,
            AuditPayload.content,
        )
        .outerjoin(AuditPayload, (AuditPayload.chain == AuditEntry.chain) & (AuditPayload.number == AuditEntry.number))
        .where(AuditEntry.chain == inspection_id.hex, which)
        .order_by(AuditEntry.number.desc())
        .limit(limit)
    ).all()


def site_history(*objects: str, part: str | None = None, but: Sequence[str] = (), limit: int = 100) -> Sequence[AnyRow]:
    """Deeds of the site's chain to kinds of object ('person'), newest first; of one `part`, without deeds `but`."""
    statement = (
        select(
            AuditEntry.at,
            AuditEntry.actor,
            AuditEntry.deed,
            AuditEntry.object,
            AuditEntry.part,
            AuditEntry.number,
            AuditPayload.content,
        )
        .outerjoin(AuditPayload, (AuditPayload.chain == AuditEntry.chain) & (AuditPayload.number == AuditEntry.number))
        .where(AuditEntry.chain == SITE, AuditEntry.object.in_(objects), AuditEntry.deed.not_in(but))
        .order_by(AuditEntry.number.desc())
        .limit(limit)
    )
    return db.session.execute(statement if part is None else statement.where(AuditEntry.part == part)).all()


def chains() -> list[str]:
    """Every chain there is: of heads and of entries, so that a lost head is noticed."""
    found = set(db.session.scalars(select(AuditHead.chain))) | set(
        db.session.scalars(select(AuditEntry.chain).distinct())
    )
    return sorted(found, key=lambda chain: (chain != SITE, chain))


def verify(chain: str) -> Verdict:
    """Walk one chain from its first entry: numbers without gaps, each hash right and held by the next; the head.

    Deeds may be written down meanwhile: what is walked ends where the head stood at the beginning.
    """
    head = db.session.execute(select(AuditHead.number, AuditHead.hash).where(AuditHead.chain == chain)).one_or_none()
    head_number, head_hash = (head.number, head.hash) if head else (0, FIRST)
    statement = (
        select(AuditEntry, AuditPayload)
        .outerjoin(AuditPayload, (AuditPayload.chain == AuditEntry.chain) & (AuditPayload.number == AuditEntry.number))
        .where(AuditEntry.chain == chain, AuditEntry.number <= head_number)
        .order_by(AuditEntry.number)
        .execution_options(yield_per=1000)
    )
    previous, number, erased = FIRST, 0, 0

    def broken(at: int, reason: str) -> Verdict:
        return Verdict(chain, head_number, head_hash, erased, at, reason)

    with db.session.execute(statement) as rows:
        for entry, found in rows:
            payload: AuditPayload | None = found  # an outer join
            number += 1
            if entry.number != number:
                return broken(number, "it is missing")
            fields = {column.key: getattr(entry, column.key) for column in AuditEntry.__table__.columns}
            if entry.previous != previous:
                return broken(number, "it does not follow on from the entry before it")
            if hash_of(fields) != entry.hash:
                return broken(number, "it was altered")
            if payload is None:
                erased += 1
            elif digest_of(payload.salt, payload.content) != entry.digest:
                return broken(number, "what it says was before and after was altered")
            previous = entry.hash
            db.session.expunge(entry)
            if payload is not None:
                db.session.expunge(payload)
    if number < head_number:
        return broken(number + 1, f"it is missing: the chain had {head_number} entries")
    if previous != head_hash:
        return broken(number, "it is not the one that the chain ended with")
    if (stray := _first_beyond_head(chain)) is not None:
        return broken(stray, "it stands after the end of the chain" if head else "the head of the chain is missing")
    return Verdict(chain, number, previous, erased)


def _first_beyond_head(chain: str) -> int | None:
    """One statement, so that head and entries are of one moment."""
    head = select(AuditHead.number).where(AuditHead.chain == chain).scalar_subquery()
    return db.session.scalar(
        select(func.min(AuditEntry.number)).where(AuditEntry.chain == chain, AuditEntry.number > func.coalesce(head, 0))
    )
