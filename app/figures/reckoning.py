"""What cells say as numbers, what a table says in words, and which cells of a sheet are meant. Pure functions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.figures import periods
from app.formats.outcome import NO_RESULT
from app.formats.tables import Row

MOST_ROWS, MOST_COLUMNS = 200, 20
LONGEST_CELL = 500
LONGEST_GAP = 40  # of what a drawing says in the place of a number
NOT_GIVEN = "not given"
_ERROR = re.compile(r"#[A-Z0-9/_]+[!?]?")
_NUMBER = re.compile(r"(?P<minus>[-\u2212(])?\s*[£$€]?\s*(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<rest>\.\d+)?\s*%?\s*\)?")
_CELLS = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})(?::([A-Z]{1,3})([1-9]\d{0,6}))?")


def read_number(cell: str) -> float | None:
    """1234.5 from '1,234.5', '£1,234.50' or '12%'; below nought with '-' before it, or in brackets. Else None."""
    found = _NUMBER.fullmatch(cell.strip())
    if found is None:
        return None
    value = float(found["digits"].replace(",", "") + (found["rest"] or ""))
    return -value if found["minus"] else value


def is_figure(head: str) -> bool:
    """Whether a heading is rather a figure: a number, and no year."""
    return read_number(head) is not None and re.fullmatch(r"(?:19|20)\d\d", head.strip()) is None


def gap(cell: str) -> str:
    """What is said in the place of a number that is not there, which is not nought; empty where one may be."""
    said = cell.strip()
    if not said:
        return NOT_GIVEN
    return "no result" if said == NO_RESULT else said if _ERROR.fullmatch(said) else ""


def alike(head: str) -> str:
    """A heading as it is compared with others: without regard to capitals and blanks."""
    return " ".join(head.casefold().split())


def numeric(rows: Sequence[Sequence[str]]) -> list[list[bool]]:
    """Which cells are numbers."""
    return [[read_number(cell) is not None for cell in row] for row in rows]


@dataclass(frozen=True, slots=True)
class Series:
    """A column of numbers, or its rows for one kind of period, drawn as bars to a scale of its own."""

    head: str
    values: tuple[float | None, ...]  # of each row
    least: float  # nought, or the least value below it
    most: float  # nought, or the greatest value
    names: tuple[str, ...]  # of the rows
    gaps: tuple[str, ...]  # what is said of each row that has no value
    period: str = ""  # in words, where others of the same column are for other kinds of period


def series_of(
    columns: Sequence[Mapping[str, str]],
    rows: Sequence[Sequence[str]],
    names: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
) -> list[Series]:
    """The columns whose cells are mostly numbers: once for each kind of period of the rows. What is no number leaves a
    gap with its words."""
    names = names_of(columns, rows) if names is None else names
    kinds = periods.of_rows(columns, rows) if kinds is None else kinds
    found = []
    for place, column in enumerate(columns):
        cells = [row[place] if place < len(row) else "" for row in rows]
        numbers = [read_number(cell) for cell in cells]
        said = [number for cell, number in zip(cells, numbers, strict=True) if not gap(cell)]
        given = sum(number is not None for number in said)
        if not given or 2 * given < len(said) or periods.is_period(columns, rows, place):
            continue
        for kind in dict.fromkeys(kinds):
            here = [n for n, one in enumerate(kinds) if one == kind]
            values = tuple(numbers[n] for n in here)
            there = [number for number in values if number is not None]
            found.append(
                Series(
                    column["head"],
                    values,
                    min(0.0, *there, 0.0),
                    max(0.0, *there, 0.0),
                    tuple(names[n] for n in here),
                    tuple(gap(cells[n]) or _shortened(cells[n]) for n in here),
                    _called(kind, kinds),
                )
            )
    return found


def _shortened(cell: str) -> str:
    said = _one_line(cell)
    return said if len(said) <= LONGEST_GAP else said[: LONGEST_GAP - 1].rstrip() + "…"


def _called(kind: str, kinds: Sequence[str]) -> str:
    """What a drawing of one kind of period is called beside those of the others."""
    others = set(kinds) - {kind}
    if not others or (not kind and others == {"total"}):
        return ""
    return periods.KINDS.get(kind, "rows that say no period")


def names_of(columns: Sequence[Mapping[str, str]], rows: Sequence[Sequence[str]]) -> list[str]:
    """What each row is called: its first cell, where that column is no number; else its place."""
    first = [row[0] if row else "" for row in rows]
    numbers = [read_number(cell) is not None for cell in first if not gap(cell)]
    if not columns or (numbers and all(numbers) and not periods.is_period(columns, rows, 0)):
        return ["" if len(rows) == 1 else f"Row {place}" for place in range(1, len(rows) + 1)]
    return [cell.strip() or f"Row {place}" for place, cell in enumerate(first, 1)]


def labels_of(columns: Sequence[Mapping[str, str]], rows: Sequence[Sequence[str]]) -> list[str]:
    """What each row is called in a drawing: with its period, where a column further on says it."""
    places = [place for place in range(1, len(columns)) if periods.is_period(columns, rows, place)]
    return [
        ", ".join([*([name] if name else []), *(row[place].strip() for place in places if row[place].strip())])
        for name, row in zip(names_of(columns, rows), rows, strict=True)
    ]


def in_words(title: str, columns: Sequence[Mapping[str, str]], rows: Sequence[Sequence[str]]) -> str:
    """The table as a text of which a line, or all, can be tagged: 'Wessex: Requests received 12; Overturned 3'. What a
    line gives no figure of, or nothing that was asked for, it names: 'Requests received: not given'."""
    lines = [_one_line(title)]
    names = names_of(columns, rows)
    wanted = [
        bool(column.get("code")) or any(place < len(row) and read_number(row[place]) is not None for row in rows)
        for place, column in enumerate(columns)
    ]
    for name, row in zip(names, rows, strict=True):
        pairs = list(zip(columns, row, wanted, strict=False))
        said = pairs[1:] if row and name == row[0].strip() else pairs
        told = "; ".join(
            f"{_one_line(column['head'])} {_one_line(cell)}"
            if cell.strip()
            else f"{_one_line(column['head'])}: {NOT_GIVEN}"
            for column, cell, is_wanted in said
            if cell.strip() or is_wanted
        )
        lines.append(f"{_one_line(name)}: {told or NOT_GIVEN}" if name else told)
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


def without_result(rows: Sequence[Row], of: Range) -> list[str]:
    """The cells of a range, 'C4', that hold a formula whose result the file does not hold."""
    return [
        f"{letters(place)}{row.number}"
        for row in rows
        if of.top <= row.number <= of.bottom
        for place in range(of.left, min(of.right, len(row.cells)) + 1)
        if row.cells[place - 1] == NO_RESULT
    ]


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
