from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model

SITE = "site"


class AuditHead(Model):
    """The end of a chain. Locked last in a transaction, so that two writers wait as shortly as can be."""

    __tablename__ = "audit_head"

    chain: Mapped[str] = mapped_column(primary_key=True)  # SITE, or an inspection's id in hex
    number: Mapped[int]
    hash: Mapped[str]


class AuditEntry(Model):
    """Who did what to what, and when. Never changed; holds nothing that disposal must erase."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_object", "chain", "object", "number"),
        Index("ix_audit_entry_part", "chain", "part", "number"),
    )

    chain: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # from 1, without gaps
    at: Mapped[datetime]
    actor_id: Mapped[UUID]
    actor: Mapped[str]
    deed: Mapped[str]  # 'reworded', 'tagged', 'exported'
    object: Mapped[str]  # a reference: 'E-0412', 'INT-007'; else the kind of thing: 'person'
    part: Mapped[str]  # of the object: 'note 12'; may be empty
    digest: Mapped[str]  # SHA-256 of salt and payload
    previous: Mapped[str]  # hash of the entry before
    hash: Mapped[str]


class AuditPayload(Model):
    """Before and after of one entry, beside the chain: disposal erases it, and the chain still verifies."""

    __tablename__ = "audit_payload"
    __table_args__ = (ForeignKeyConstraint(["chain", "number"], ["audit_entry.chain", "audit_entry.number"]),)

    chain: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    salt: Mapped[str]
    content: Mapped[dict[str, Any]]  # {'before': {...}, 'after': {...}}
