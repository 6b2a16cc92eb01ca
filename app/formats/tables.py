"""Reading the first sheet of a workbook, or a CSV, as rows for an import. The same jailed child reads it."""

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


def _rows(told: child.Told, limits: Limits) -> Iterator[Row]:
    for message in told.messages[1 : limits.rows + 1]:
        match message:
            case {"row": [int(number), list(cells)]}:
                yield Row(number, tuple(clean(str(cell)) for cell in cells[: limits.columns]))
            case _:
                return
