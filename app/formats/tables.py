"""Reading a workbook, or a CSV, as rows: its first sheet for an import, or all of them. The jailed child reads it."""

from collections.abc import Iterator
from dataclasses import dataclass

from . import child, kinds
from .kinds import Kind
from .outcome import Limits, Trouble, clean
from .reading import without_reading


@dataclass(frozen=True, slots=True)
class Row:
    number: int  # as the spreadsheet shows it: from 1, header and blank rows counted
    cells: tuple[str, ...]  # from column A; trailing blanks are dropped, so rows differ in length


@dataclass(frozen=True, slots=True)
class TableReading:
    sheet: str  # name of the sheet read; '' for a CSV
    rows: tuple[Row, ...]  # without those that are all blank
    trouble: Trouble | None
    jailed: bool


def read_table(data: bytes, kind: Kind, limits: Limits = Limits(), *, require_jail: bool = True) -> TableReading:  # noqa: B008
    """The first visible sheet of an XLSX, or a CSV. Other kinds are `not_read`.

    An import should refuse a reading with trouble: `too_large` comes with the rows up to the limit.
    """
    trouble = without_reading(data, kind) or (None if kind in (kinds.XLSX, kinds.CSV) else Trouble.NOT_READ)
    if trouble:
        return TableReading("", (), trouble, jailed=False)
    told = child.ask("table", kind.code, data, limits, "shut" if require_jail else "try")
    sheet = ""
    if told.messages and isinstance(name := told.messages[0].get("sheet"), str):
        sheet = clean(name)
    return TableReading(sheet, tuple(_rows(told, limits)), told.trouble, jailed=bool(told.shut))


@dataclass(frozen=True, slots=True)
class SheetRows:
    name: str  # '' for a CSV
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class SheetsReading:
    sheets: tuple[SheetRows, ...]  # the visible ones, in order
    trouble: Trouble | None


def read_sheets(data: bytes, kind: Kind, limits: Limits = Limits(), *, require_jail: bool = True) -> SheetsReading:  # noqa: B008
    """Every visible sheet of an XLSX, or a CSV. With trouble, the rows that came before it stand."""
    trouble = without_reading(data, kind) or (None if kind in (kinds.XLSX, kinds.CSV) else Trouble.NOT_READ)
    if trouble:
        return SheetsReading((), trouble)
    told = child.ask("sheets", kind.code, data, limits, "shut" if require_jail else "try")
    found: list[tuple[str, list[Row]]] = []
    for message in told.messages:
        match message:
            case {"sheet": str(name)}:
                found.append((clean(name), []))
            case {"row": [int(number), list(cells)]} if found:
                found[-1][1].append(Row(number, tuple(clean(str(cell)) for cell in cells[: limits.columns])))
            case _:
                break
    return SheetsReading(tuple(SheetRows(name, tuple(rows)) for name, rows in found), told.trouble)


def _rows(told: child.Told, limits: Limits) -> Iterator[Row]:
    for message in told.messages[1 : limits.rows + 1]:
        match message:
            case {"row": [int(number), list(cells)]}:
                yield Row(number, tuple(clean(str(cell)) for cell in cells[: limits.columns]))
            case _:
                return
