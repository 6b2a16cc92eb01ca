"""Recording in the audit trail."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, event, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.access import Actor
from app.audit.models import SITE, AuditEntry, AuditHead, AuditPayload
from app.extensions import db
from app.web import clock

FIRST = "0" * 64
_PENDING = "audit_pending"
# Every write sends these: put together once, and past the mapper, which has nothing to add.
_HEAD: Any = AuditHead.__table__
_LOCKED = select(_HEAD.c.number, _HEAD.c.hash).where(_HEAD.c.chain == bindparam("chain")).with_for_update()
_MOVED = update(_HEAD).where(_HEAD.c.chain == bindparam("of"))
_ENTRY: Any = AuditEntry.__table__
_PAYLOAD: Any = AuditPayload.__table__
_ENTRIES, _PAYLOADS = insert(_ENTRY), insert(_PAYLOAD)


@dataclass(frozen=True, slots=True)
class _Deed:
    chain: str
    by: Actor
    deed: str
    object: str
    part: str
    content: dict[str, Any]


def record(
    by: Actor,
    deed: str,
    object: str,
    *,
    part: str = "",
    inspection_id: UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Have a deed written down when the present transaction commits, and not if it does not.

    `before` and `after` hold JSON values; never the name of a person interviewed. Without an inspection the deed goes
    into the site's chain.
    """
    content = {name: value for name, value in (("before", before), ("after", after)) if value is not None}
    chain = inspection_id.hex if inspection_id else SITE
    db.session.info.setdefault(_PENDING, []).append(_Deed(chain, by, deed, object, part, content))


@event.listens_for(Session, "before_commit")
def _append(session: Session) -> None:
    pending: list[_Deed] = session.info.pop(_PENDING, [])
    if pending:
        session.flush()  # everything else first: the heads are locked last
    for chain in sorted({deed.chain for deed in pending}):
        _append_to(session, chain, [deed for deed in pending if deed.chain == chain])


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _previous: Any) -> None:
    session.info.pop(_PENDING, None)


def _append_to(session: Session, chain: str, deeds: list[_Deed]) -> None:
    number, previous = _locked_head(session, chain)
    at = clock.now()
    entries, payloads = [], []
    for deed in deeds:
        number += 1
        salt = secrets.token_hex(16)
        entry: dict[str, Any] = {
            "chain": chain,
            "number": number,
            "at": at,
            "actor_id": deed.by.id,
            "actor": deed.by.label,
            "deed": deed.deed,
            "object": deed.object,
            "part": deed.part,
            "digest": digest_of(salt, deed.content),
            "previous": previous,
        }
        previous = entry["hash"] = hash_of(entry)
        entries.append(entry)
        payloads.append({"chain": chain, "number": number, "salt": salt, "content": deed.content})
    session.execute(_ENTRIES, entries)
    session.execute(_PAYLOADS, payloads)
    session.execute(_MOVED, {"of": chain, "number": number, "hash": previous})


def _locked_head(session: Session, chain: str) -> tuple[int, str]:
    if (row := session.execute(_LOCKED, {"chain": chain}).one_or_none()) is None:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        session.execute(dialect.insert(AuditHead).values(chain=chain, number=0, hash=FIRST).on_conflict_do_nothing())
        row = session.execute(_LOCKED, {"chain": chain}).one()
    return row.number, row.hash


def digest_of(salt: str, content: dict[str, Any]) -> str:
    """SHA-256 over the salt and the payload, written as JSON in one fixed way."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def hash_of(entry: dict[str, Any]) -> str:
    """SHA-256 over all of an entry but its own hash: the link that the next entry holds."""
    parts = [
        entry["chain"],
        str(entry["number"]),
        entry["at"].isoformat(timespec="microseconds"),
        entry["actor_id"].hex,
        entry["actor"],
        entry["deed"],
        entry["object"],
        entry["part"],
        entry["digest"],
        entry["previous"],
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()
