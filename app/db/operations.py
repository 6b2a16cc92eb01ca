"""The operation log: a write that arrives twice is done once and answered twice the same.

A form carries an operation UUID made when the page was. The row is put down first, in the transaction of the write, so
a repeat that arrives meanwhile waits for it. Refused requests roll back and leave no row: they may be corrected and
sent again under the same UUID.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.extensions import Model

KEPT_CHARACTERS = 64 * 1024  # a longer answer is not kept: its repeat is sent to the page instead


class Operation(Model):
    """One write as the person's browser named it, and what it was answered."""

    __tablename__ = "operation"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    digest: Mapped[str]  # SHA-256 of the address and what was sent
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None]  # those that steer the browser: Location, HX-…
    body: Mapped[str | None]
    at: Mapped[datetime]


class Misused(Exception):
    """An operation UUID came again with other content, or from another person."""


def digest_of(path: str, fields: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over the address and the fields, each with its length so that no two forms can run together."""
    found = hashlib.sha256(path.encode())
    for name, value in sorted(fields):
        for part in (name, value):
            data = part.encode("utf-8", "surrogatepass")
            found.update(b"%d:" % len(data) + data)
    return found.hexdigest()


TABLE: Any = Operation.__table__
_ANSWERED = update(TABLE).where(TABLE.c.id == bindparam("operation"))


@cache
def _put_down(dialect: str) -> Any:
    """Gives the id where it was new."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(TABLE).on_conflict_do_nothing(index_elements=["id"]).returning(TABLE.c.id)


def claim(session: Session, id: UUID, person_id: UUID, digest: str, at: datetime) -> Operation | None:
    """Put the operation down; None when it is new, else the row of the first time.

    Raises Misused when that row is somebody else's or says something else.
    """
    values = {"id": id, "person_id": person_id, "digest": digest, "at": at}
    if session.execute(_put_down(session.get_bind().dialect.name), values).scalar() is not None:
        return None
    row = session.scalars(select(Operation).where(Operation.id == id)).one()
    if row.person_id != person_id or row.digest != digest:
        raise Misused
    return row


def answer(session: Session, id: UUID, status: int, headers: dict[str, str], body: str) -> None:
    """Keep what the operation was answered, in the same transaction as what it did."""
    kept = body if len(body) <= KEPT_CHARACTERS else None
    session.execute(_ANSWERED, {"operation": id, "status": status, "headers": headers, "body": kept})
