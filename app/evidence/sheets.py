"""A text whose lines are rows of a sheet and whose TABs part its cells, drawn as a table: joined again it is the text.

The text stays as it was read; where its cells stand is worked out from it and from what it is cited as.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import accumulate, chain, groupby, pairwise, zip_longest
from typing import Any

from app.evidence.marking import Piece, Run, grouped

_CELLS = re.compile(r", A(\d+):([A-Z]{1,3})(\d+)$")
_COMMENT = re.compile(r"^\[comment on [A-Z]{1,3}\d+: ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    number: int | None  # of the row; None where blank rows between were left out
    ends: tuple[int, ...]  # of its cells, in code points into the text: those of columns that hold something


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where the cells of a text stand."""

    columns: tuple[str, ...]  # letters of those that hold something; empty where nobody knows them
    blank: tuple[str, ...]  # before each of them, the letters of those that hold nothing: 'D', 'D–F', mostly ''
    lines: tuple[Line, ...]
    length: int  # of them all; what comes after are comments

    @property
    def cuts(self) -> list[int]:
        return [end for line in self.lines for end in line.ends]


@dataclass(frozen=True, slots=True)
class Row:
    number: int | None
    cells: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that follow one another and all hold something that is covered, or none of them."""

    covered: bool
    rows: tuple[Row, ...]
    begins: tuple[Any, ...]  # marks that begin in them, as of a Run


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]  # what stands above each cell: one blank one for all that hold nothing, 'D–F'
    wide: int  # cells of the longest row: a shorter one is blank from there on
    parts: list[Rows]
    after: list[Run]  # what stands below it


def read_sheet(cited: str, text: str) -> Sheet | None:
    """The cells of a text that is cited as 'sheet Volumes, A1:F40'; None where they cannot be told."""
    found = _CELLS.search(cited)
    if found is None:
        return None
    comments = _COMMENT.search(text)
    length = comments.start() if comments else len(text)
    rows = [line.split("\t") for line in text[:length].removesuffix("\n").split("\n")]
    wide, last = max(map(len, rows)), _number(found[2])
    held = [column for column in range(wide) if any(column < len(row) and row[column].strip() for row in rows)]
    if not held or wide > last:  # in a cell that was read long ago a TAB may stand
        return None
    first, at, lines = int(found[1]), 0, []
    in_order = int(found[3]) - first + 1 == len(rows)
    for number, row in enumerate(rows, start=first):
        starts = list(accumulate((len(cell) + 1 for cell in row), initial=at))
        # What is blank between two of them goes with the first.
        ends = [starts[column] for column in held[1:] if column < len(row)]
        at = min(starts[-1], length)
        lines.append(Line(number if in_order else None, (*ends, at)))
    # Where the widest row has fewer, blank columns of a sheet whose cells lie far apart were left out.
    known = held if wide == last else []
    blank = tuple(_between(before + 1, column) for before, column in pairwise([-1, *known]))
    return Sheet(tuple(map(_letters, known)), blank, tuple(lines), length)


def cells_of(cited: str, text: str, start: int, end: int) -> str:
    """Where a passage stands: 'sheet Volumes, C4:C5' in a text that is cited as 'sheet Volumes, A1:F40'; as the text is
    cited, where its cells cannot be told. Cells between that hold nothing are not counted."""
    sheet = _read_once(cited, text)
    if sheet is None or not sheet.columns or end > sheet.length or not all(line.number for line in sheet.lines):
        return cited
    columns, rows, at = [], [], 0
    for line in sheet.lines:
        for column, until in enumerate(line.ends):
            if text[max(at, start) : min(until, end)].strip():
                columns.append(column)
                rows.append(line.number)
            at = until
    if not columns:
        return cited
    first = f"{sheet.columns[min(columns)]}{rows[0]}"
    last = f"{sheet.columns[max(columns)]}{rows[-1]}"
    return _CELLS.sub("", cited) + ", " + (first if first == last else f"{first}:{last}")


def cited(row: Any) -> str:
    """Where an item of a list stands in its source: place, sheet (its text, of a sheet), start_at and end_at."""
    return cells_of(row.place, row.sheet, row.start_at, row.end_at) if row.sheet else row.place


def laid_out(found: Iterable[Piece], sheet: Sheet) -> Table:
    """Pieces of the text, cut at the cells of the sheet, as a table."""
    left, at = deque(found), 0

    def up_to(end: int) -> tuple[Piece, ...]:
        nonlocal at
        cell: list[Piece] = []
        while left and at < end:
            cell.append(left.popleft())
            at += len(cell[-1].text)
        return tuple(cell)

    def across(ends: tuple[int, ...]) -> Iterator[tuple[Piece, ...]]:
        for end, blank in zip_longest(ends, sheet.blank[: len(ends)]):
            if blank:
                yield ()
            yield up_to(end)

    rows = [Row(line.number, tuple(across(line.ends))) for line in sheet.lines]
    parts = [
        Rows(covered, tuple(part), tuple(mark for row in part for piece in chain(*row.cells) for mark in piece.begins))
        for covered, group in groupby(rows, _is_covered)
        for part in [list(group)]
    ]
    columns = tuple(chain(*zip(sheet.blank, sheet.columns, strict=True)))
    return Table(tuple(filter(None, columns)), max(len(row.cells) for row in rows), parts, grouped(left))


_read_once = lru_cache(maxsize=32)(read_sheet)  # an export has many items on the same sheet


def _is_covered(row: Row) -> bool:
    return any(piece.covered for cell in row.cells for piece in cell)


def _between(first: int, end: int) -> str:
    """'D' for 3 to 4, 'D–F' for 3 to 6; nothing where there is none."""
    return "–".join(dict.fromkeys((_letters(first), _letters(end - 1)))) if first < end else ""


def _number(letters: str) -> int:
    """1 for 'A', 27 for 'AA'."""
    return reduce(lambda number, letter: number * 26 + ord(letter) - 64, letters, 0)


def _letters(column: int) -> str:
    """'A' for 0, 'AA' for 26."""
    before, last = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(65 + last)
