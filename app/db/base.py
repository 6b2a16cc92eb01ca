"""What every table is made of."""

from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import JSON, DateTime, Dialect, MetaData, Row, Select, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, mapped_column, registry
from uuid6 import uuid7


class UTCDateTime(TypeDecorator[datetime]):
    """A moment. Always UTC with its zone in Python; SQLite, which knows no zones, holds it without."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Choice(TypeDecorator[StrEnum]):
    """One of the values of an enumeration, as text: a new value needs no change to the table."""

    impl = Text
    cache_ok = True

    def __init__(self, choices: type[StrEnum]) -> None:
        super().__init__()
        self.choices = choices

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.choices(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.choices(value)


_metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


AnyRow: TypeAlias = Row[*tuple[Any, ...]]  # a row of named columns; its docstring's function says which
AnySelect: TypeAlias = Select[*tuple[Any, ...]]


@cache
def another(entity: type[Any], name: str) -> Any:
    """An alias of a mapped class, the same one each time it is asked for by this name.

    Making one anew for each request, and looking its columns up again, takes longer than what the database does. Within
    a statement each use needs a name of its own.
    """
    return aliased(entity, name=name)


class Base(DeclarativeBase):
    registry = registry(
        metadata=_metadata,
        type_annotation_map={datetime: UTCDateTime, str: Text, dict[str, Any]: JSON, list[Any]: JSON},
    )


class Identified:
    """Rows known by a time-ordered UUID (version 7), so that a page of new rows lies together in the index."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
