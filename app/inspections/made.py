"""What a pack makes. A feature that makes rows from a pack says here how, so that a pack can be compared with them.

Three things are held beside one another (app/packs/differences.py): what the pack wants as it was loaded, what stands
now, and what a newer pack wants. So the team's edits are known without anybody writing down that they are some.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Table, delete, select

from app.extensions import Model, db

Files = Mapping[str, dict[str, Any]]  # the files of a pack by name, each as it was read
Values = dict[str, Any]  # JSON values by what they are called: 'title', 'order'
Things = dict[str, Values]  # by what people know each by: 'LD.ii'

ORDER = "order"  # a place in a list: changes of it are told in one line, not one for each thing


class CannotChange(ValueError):
    """What stands cannot become what a newer pack wants; the message says why."""


class Made:
    """One kind of thing that a pack makes. The methods take and give what is said, not what columns hold."""

    what: ClassVar[str]  # 'criterion'
    with_the_pack: ClassVar[bool] = True  # made when the pack is loaded; else when somebody asks for it
    told: ClassVar[bool] = True  # changes are told thing by thing; else among those of the file that they stand in

    def wanted(self, files: Files) -> Things:
        """What a pack asks for, in its order."""
        raise NotImplementedError

    def standing(self, inspection_id: UUID) -> Things:
        """What there is now, in the same words: a constant number of statements."""
        raise NotImplementedError

    def add(self, inspection_id: UUID, things: Things) -> None:
        raise NotImplementedError

    def change(self, inspection_id: UUID, changes: Things) -> None:
        """Give things new values; only those that change are named. Raises CannotChange."""
        raise NotImplementedError

    def remove(self, inspection_id: UUID, keys: Sequence[str]) -> None:
        """Take away what no pack asks for any more, and nothing uses."""
        raise NotImplementedError

    def used(self, inspection_id: UUID, keys: Sequence[str]) -> dict[str, str]:
        """Of these, which cannot be taken away, and what uses each."""
        raise NotImplementedError


class MadeRows(Made):
    """Rows of one table, each known by one column, whose values are columns of the same table."""

    model: ClassVar[type[Any]]
    key: ClassVar[str] = "code"
    fields: ClassVar[dict[str, str]]  # what a value is called, and its column
    beside: ClassVar[frozenset[str]] = frozenset()  # tables of which the pack makes the rows too

    def standing(self, inspection_id: UUID) -> Things:
        columns = [getattr(self.model, name) for name in (self.key, *self.fields.values())]
        rows = db.session.execute(
            select(*columns).where(self.model.inspection_id == inspection_id).order_by(self.model.position)
        )
        return {row[0]: dict(zip(self.fields, row[1:], strict=True)) for row in rows}

    def add(self, inspection_id: UUID, things: Things) -> None:
        for key, values in things.items():
            row = self.model(inspection_id=inspection_id, **{self.key: key}, **self.defaults)
            self._set(row, values)
            db.session.add(row)
        db.session.flush()

    def change(self, inspection_id: UUID, changes: Things) -> None:
        rows = {getattr(row, self.key): row for row in self._rows(inspection_id, changes)}
        for key, values in changes.items():
            self._set(rows[key], values)
        db.session.flush()

    def remove(self, inspection_id: UUID, keys: Sequence[str]) -> None:
        column = getattr(self.model, self.key)
        db.session.execute(delete(self.model).where(self.model.inspection_id == inspection_id, column.in_(keys)))

    def used(self, inspection_id: UUID, keys: Sequence[str]) -> dict[str, str]:
        """Whatever row points at one of them: also of features that did not exist when this was written."""
        keys_of = {row.id: getattr(row, self.key) for row in self._rows(inspection_id, keys)}
        return {keys_of[id]: by for id, by in used_by(self.model, list(keys_of), self.beside).items()}

    @property
    def defaults(self) -> Values:
        """Columns of a new row that are none of its values."""
        return {}

    def _set(self, row: Any, values: Values) -> None:
        for name, value in values.items():
            setattr(row, self.fields[name], value)

    def _rows(self, inspection_id: UUID, keys: Iterable[str]) -> Sequence[Any]:
        column = getattr(self.model, self.key)
        wanted = select(self.model).where(self.model.inspection_id == inspection_id, column.in_(list(keys)))
        return db.session.scalars(wanted).all()


def used_by(model: type[Any], ids: Sequence[UUID], beside: frozenset[str] = frozenset()) -> dict[UUID, str]:
    """Of rows of a table, those that rows of other tables point at, and what these are called."""
    found: dict[UUID, list[str]] = {}
    for table in Model.metadata.sorted_tables:
        if table.name not in beside:
            for id in _pointed_at(table, model.__table__, ids):
                found.setdefault(id, []).append(table.name.replace("_", " "))
    return {id: ", ".join(names) for id, names in found.items()}


def _pointed_at(table: Table, target: Table, ids: Sequence[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    for column in table.columns:
        if any(key.column is target.c.id for key in column.foreign_keys):
            found |= set(db.session.scalars(select(column).where(column.in_(ids)).distinct()))
    return found
