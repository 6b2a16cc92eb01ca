"""Reading and checking the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

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
    """Deeds done to one object, newest first: at, actor, deed, part, content (None once erased)."""
    return db.session.execute(
        select(
            AuditEntry.at, AuditEntry.actor, AuditEntry.deed, AuditEntry.part, AuditEntry.number, AuditPayload.content
        )
        .outerjoin(AuditPayload, (AuditPayload.chain == AuditEntry.chain) & (AuditPayload.number == AuditEntry.number))
        .where(AuditEntry.chain == inspection_id.hex, AuditEntry.object == reference)
        .order_by(AuditEntry.number.desc())
        .limit(limit)
    ).all()


def chains() -> list[str]:
    """Every chain there is: of heads and of entries, so that a lost head is noticed."""
    found = set(db.session.scalars(select(AuditHead.chain))) | set(
        db.session.scalars(select(AuditEntry.chain).distinct())
    )
    return sorted(found, key=lambda chain: (chain != SITE, chain))


def verify(chain: str) -> Verdict:
    """Walk one chain from its first entry: numbers without gaps, each hash right and held by the next; the head."""
    head = db.session.execute(select(AuditHead.number, AuditHead.hash).where(AuditHead.chain == chain)).one_or_none()
    head_number, head_hash = (head.number, head.hash) if head else (0, FIRST)
    rows = db.session.execute(
        select(AuditEntry, AuditPayload)
        .outerjoin(AuditPayload, (AuditPayload.chain == AuditEntry.chain) & (AuditPayload.number == AuditEntry.number))
        .where(AuditEntry.chain == chain)
        .order_by(AuditEntry.number)
        .execution_options(yield_per=1000)
    )
    previous, number, erased = FIRST, 0, 0

    def broken(reason: str) -> Verdict:
        return Verdict(chain, head_number, head_hash, erased, number, reason)

    for entry, found in rows:
        payload: AuditPayload | None = found  # an outer join
        number += 1
        if entry.number != number:
            return broken(f"entry {number} is missing")
        fields = {column.key: getattr(entry, column.key) for column in AuditEntry.__table__.columns}
        if entry.previous != previous:
            return broken("it does not follow on from the entry before it")
        if hash_of(fields) != entry.hash:
            return broken("it was altered")
        if payload is None:
            erased += 1
        elif digest_of(payload.salt, payload.content) != entry.digest:
            return broken("what it says was before and after was altered")
        previous = entry.hash
        db.session.expunge(entry)
        if payload is not None:
            db.session.expunge(payload)
    if head is None and number:
        number += 1
        return broken("the head of the chain is missing")
    if (number, previous) != (head_number, head_hash):
        number += 1
        return broken(f"the chain was cut: its head says {head_number} entries")
    return Verdict(chain, number, previous, erased)
