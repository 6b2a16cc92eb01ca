"""What cells say as numbers, what a table says in words, and which cells of a sheet are meant. Pure functions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.formats.tables import Row

MOST_ROWS, MOST_COLUMNS = 200, 20
LONGEST_CELL = 500
_NUMBER = re.compile(r"(?P<minus>[-\u2212(])?\s*[£$€]?\s*(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<rest>\.\d+)?\s*%?\s*\)?")
_CELLS = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})(?::([A-Z]{1,3})([1-9]\d{0,6}))?")


def read_number(cell: str) -> float | None:
    """1234.5 from '1,234.5', '£1,234.50' or '12%'; below nought with '-' before it, or in brackets. Else None."""
    found = _NUMBER.fullmatch(cell.strip())
    if found is None:
        return None
    value = float(found["digits"].replace(",", "") + (found["rest"] or ""))
    return -value if found["minus"] else value


@dataclass(frozen=True, slots=True)
class Series:
    """A column of numbers, drawn as bars."""

    head: str
    values: tuple[float | None, ...]  # of each row
    least: float  # nought, or the least value below it
    most: float  # nought, or the greatest value


def series_of(columns: Sequence[Mapping[str, str]], rows: Sequence[Sequence[str]]) -> list[Series]:
    """The columns in which every cell that is not blank is a number. The first is none where it names the rows."""
    found = []
    for place, column in enumerate(columns):
        cells = [row[place] if place < len(row) else "" for row in rows]
        numbers = [read_number(cell) for cell in cells]
        said = [number for cell, number in zip(cells, numbers, strict=True) if cell.strip()]
        if said and all(number is not None for number in said):
            there = [number for number in numbers if number is not None]
            found.append(Series(column["head"], tuple(numbers), min(0.0, *there), max(0.0, *there)))
    return found


def names_of(columns: Sequence[Mapping[str, str]], rows: Sequence[Sequence[str]]) -> list[str]:
    """What each row is called: its first cell, where that column is no number; else its place."""
    numbers = {series.head for series in series_of(columns[:1], rows)}
    if not columns or columns[0]["head"] in numbers:
        return ["" if len(rows) == 1 else f"Row {place}" for place in range(1, len(rows) + 1)]
    return [row[0].strip() or f"Row {place}" for place, row in enumerate(rows, 1)]


def in_words(title: str, columns: Sequence[Mapping[str, str]], rows: Sequence[Sequence[str]]) -> str:
    """The table as a text of which a line, or all, can be tagged: 'Wessex: Requests received 12; Overturned 3'."""
    lines = [_one_line(title)]
    names = names_of(columns, rows)
    for name, row in zip(names, rows, strict=True):
        pairs = list(zip(columns, row, strict=False))
        said = pairs[1:] if row and name == row[0].strip() else pairs
        told = "; ".join(f"{_one_line(column['head'])} {_one_line(cell)}" for column, cell in said if cell.strip())
        lines.append(f"{_one_line(name)}: {told}" if name else told)
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Range:
    """Cells of a sheet, counted from 1."""

    left: int
    top: int
    right: int
    bottom: int

    def __str__(self) -> str:
        return f"{letters(self.left)}{self.top}:{letters(self.right)}{self.bottom}"


def read_range(typed: str) -> Range | None:
    """'A3:F7' or 'B2'; None for what is neither. Corners may be given the other way about."""
    found = _CELLS.fullmatch(typed.strip().upper().replace("$", "").replace(" ", ""))
    if found is None:
        return None
    ends = (_column(found[1]), _column(found[3] or found[1])), (int(found[2]), int(found[4] or found[2]))
    (left, right), (top, bottom) = map(sorted, ends)
    return Range(left, top, right, bottom)


def whole(rows: Sequence[Row]) -> Range | None:
    """All cells of a sheet that hold something."""
    filled = [(row.number, place) for row in rows for place, cell in enumerate(row.cells, 1) if cell.strip()]
    if not filled:
        return None
    numbers, places = zip(*filled, strict=True)
    return Range(min(places), min(numbers), max(places), max(numbers))


def cut(rows: Sequence[Row], of: Range) -> list[list[str]]:
    """The cells of a range, row by row; those of rows that are all blank left out."""
    by_number = {row.number: row.cells for row in rows}
    found = []
    for number in range(of.top, min(of.bottom, max(by_number, default=0)) + 1):
        cells = by_number.get(number, ())
        line = [cells[place - 1] if place <= len(cells) else "" for place in range(of.left, of.right + 1)]
        if any(cell.strip() for cell in line):
            found.append(line)
    return found


def _column(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number


def letters(number: int) -> str:
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name
