"""XLSX by calamine: sheets as TAB separated lines, and the first visible one as rows for an import.

Values come as they were last calculated. Not known to calamine, so not shown: percent and currency formats (30 % reads
0.3), which rows and columns are hidden, drawings.
"""

import datetime
import io
import re
import zipfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import python_calamine
from lxml import etree

from ..outcome import NO_RESULT, Limits, Refused, Trouble
from .package import Package, attribute, parse_xml, word

# calamine keeps a sheet as one full rectangle at 24 bytes a cell, even when two cells span it.
_WIDEST = 4_000_000

# A cell as it is written: its attributes, what stands in it, and of that a formula, and what came of it.
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*)(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_PLACE = re.compile(rb'(?:^|\s)r="([A-Z]{1,3})(\d{1,7})"')
_OF_TEXT, _OF_ERROR = re.compile(rb'(?:^|\s)t="str"'), re.compile(rb'(?:^|\s)t="e"')
_ERROR = re.compile(rb"<(?:\w+:)?v>(#[A-Z0-9/_]{1,20}[!?]?)<")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_RESULT = re.compile(rb"<(?:\w+:)?(?:v|t)(?:\s[^>]*)?>[^<]")
_EMPTY = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?/?>")

_PARTING = re.compile("\r\n|[\r\n\t]")  # in a cell it would part the cells, or the rows

MOST = 12_000  # characters of a page: about 200 rows
MOST_BLANK = 20  # rows that follow one another and are kept as blank lines

_Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    part: str
    visible: bool


def pages(data: bytes, limits: Limits) -> Iterator[tuple[str, str]]:
    """Sheets in pages of at most about MOST characters that say which cells they hold: 'sheet Summary, A1:F40'.

    Rows are lines, cells separated by TAB, without trailing blanks; a sheet's comments come last. A few blank rows are
    blank lines, so that the others keep their places; more of them are left out. A formula without its result is no
    blank, nor is an error: see `tables`.
    """
    book = _Book(data, limits)
    found = False
    for sheet in book.sheets[: limits.pages]:
        name = f"sheet {sheet.name}{'' if sheet.visible else ' (hidden)'}"
        lines: list[str] = []
        size = first = last = wide = 0
        for number, cells in book.filled(sheet, limits):
            line = "\t".join(_PARTING.sub(" ", cell) for cell in cells)
            blank = number - last - 1 if lines else 0
            blank = blank if blank <= MOST_BLANK else 0
            if lines and size + blank + len(line) > MOST:
                yield f"{name}, A{first}:{book.column(sheet, wide)}{last}", "\n".join(lines)
                lines, size, wide, blank = [], 0, 0, 0
            first, last, wide = first if lines else number, number, max(wide, len(cells))
            lines += [""] * blank + [line]
            size += blank + len(line) + 1
        cited = f"{name}, A{first}:{book.column(sheet, wide)}{last}" if lines else name
        lines += book.comments(sheet)
        found = found or bool(lines)
        yield cited, "\n".join(lines)
    if len(book.sheets) > limits.pages:
        raise Refused(Trouble.TOO_LARGE)
    if not found:
        raise Refused(Trouble.EMPTY)


def table(data: bytes, limits: Limits) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    """Name of the first visible sheet, and its (row number, cells) without blank rows. Raises Refused."""
    book = _Book(data, limits)
    sheet = next((sheet for sheet in book.sheets if sheet.visible), None)
    if sheet is None:
        raise Refused(Trouble.DAMAGED)
    return sheet.name, book.rows(sheet, limits.columns)


def tables(data: bytes, limits: Limits) -> Iterator[dict[str, object]]:
    """Each visible sheet, {"sheet": name}, and its {"row": [number, cells]} without blank ones. Raises Refused.

    A formula without its result is no blank: NO_RESULT stands in its cell; nor is an error: it stands as it is.
    """
    book = _Book(data, limits)
    left, rows = limits.characters, 0
    for sheet in book.sheets:
        if not sheet.visible:
            continue
        yield {"sheet": sheet.name}
        for number, cells in _filled(book.rows(sheet, limits.columns), book.without_value(sheet, limits)):
            left, rows = left - sum(map(len, cells)), rows + 1
            if rows > limits.rows or left < 0:
                raise Refused(Trouble.TOO_LARGE)
            yield {"row": [number, cells]}


class _Book:
    def __init__(self, data: bytes, limits: Limits) -> None:
        self._package = Package(data, limits)
        self.sheets = list(self._list_sheets())
        # Row and column numbers of sheets that had to be squeezed; see _squeeze.
        self._places: dict[str, tuple[list[int], list[int]]] = {}
        squeezed: dict[str, bytes] = {}
        for sheet in self.sheets:
            if places := self._squeeze(sheet, squeezed):
                self._places[sheet.part] = places
        try:
            self._book = python_calamine.load_workbook(io.BytesIO(self._repacked(squeezed) if squeezed else data))
        except python_calamine.PasswordError as error:
            raise Refused(Trouble.PASSWORD) from error
        except (python_calamine.CalamineError, ValueError, OSError) as error:
            raise Refused(Trouble.DAMAGED) from error

    def _list_sheets(self) -> Iterator[_Sheet]:
        main = next((target for _, kind, target in self._package.relations("") if kind == "officeDocument"), None)
        if main is None:
            raise Refused(Trouble.DAMAGED)
        parts = {key: target for key, kind, target in self._package.relations(main) if kind == "worksheet"}
        for node in self._package.xml(main).iter():
            if word(node) == "sheet" and (part := parts.get(attribute(node, "id") or "")):
                yield _Sheet(node.get("name", ""), part, node.get("state", "visible") == "visible")

    def rows(self, sheet: _Sheet, most_columns: int | None = None) -> Iterator[tuple[int, list[str]]]:
        """(row number from 1, cells from column A) of rows that are not blank.

        With `most_columns`, Refused(TOO_LARGE) is raised at the end if there were values beyond. Without, the blank
        columns of a squeezed sheet are left out.
        """
        try:
            grid = self._book.get_sheet_by_name(sheet.name)
        except (python_calamine.CalamineError, ValueError) as error:
            raise Refused(Trouble.DAMAGED) from error
        if grid.start is None:
            return
        left = grid.start[1]
        row_numbers, column_numbers = self._places.get(sheet.part, (None, None))
        cut = False
        # iter_rows gives blank rows above the first value too, but no blank columns left of it.
        for index, values in enumerate(grid.iter_rows()):
            cells = [""] * left + [shown(value) for value in values]
            while cells and not cells[-1].strip():
                cells.pop()
            if not cells:
                continue
            if most_columns is not None:
                if column_numbers is not None:
                    cells = _spread(cells, column_numbers)
                cut = cut or len(cells) > most_columns
                cells = cells[:most_columns]
            yield (index if row_numbers is None else row_numbers[index]) + 1, cells
        if cut:
            raise Refused(Trouble.TOO_LARGE)

    def filled(self, sheet: _Sheet, limits: Limits) -> Iterator[tuple[int, list[str]]]:
        """Its rows with what is said of cells that hold no value; not of a squeezed sheet, whose places are others."""
        squeezed = sheet.part in self._places
        return _filled(self.rows(sheet), {} if squeezed else self.without_value(sheet, limits))

    def without_value(self, sheet: _Sheet, limits: Limits) -> dict[int, dict[int, str]]:
        """What to say of cells that hold something and no value, by row, from 1, and column, from 0: a formula that
        nothing has worked out since a program wrote it, or an error. A text that came to nothing is a value."""
        found: dict[int, dict[int, str]] = {}
        for cell in _CELL.finditer(self._package.read(sheet.part)):
            place, error = _PLACE.search(cell[1]), _ERROR.search(cell[2]) if _OF_ERROR.search(cell[1]) else None
            if place is None or (column := _column(place[1]) - 1) >= limits.columns:
                continue
            if error is not None:
                found.setdefault(int(place[2]), {})[column] = error[1].decode("ascii")
                continue
            came_to_nothing = _OF_TEXT.search(cell[1]) and _EMPTY.search(cell[2])
            if _FORMULA.search(cell[2]) and not _RESULT.search(cell[2]) and not came_to_nothing:
                found.setdefault(int(place[2]), {})[column] = NO_RESULT
        return found

    def column(self, sheet: _Sheet, count: int) -> str:
        """The letters of the last of `count` columns, as the sheet has them."""
        _, column_numbers = self._places.get(sheet.part, (None, None))
        return _letters(count - 1 if column_numbers is None else column_numbers[count - 1])

    def comments(self, sheet: _Sheet) -> Iterator[str]:
        """'[comment on E7: …]' for each note on a cell; of threads the copy that Excel keeps for old programs."""
        for _, kind, target in self._package.relations(sheet.part):
            if kind == "comments":
                for node in self._package.xml(target).iter():
                    if word(node) == "comment":
                        text = "".join(part.text or "" for part in node.iter() if word(part) == "t")
                        if text.startswith(
                            "[Threaded comment]"
                        ):  # Excel's advice to old programs comes before the words
                            text = text.partition("\nComment:\n")[2].strip() or text
                        yield f"[comment on {node.get('ref', '')}: {text}]"

    def _squeeze(self, sheet: _Sheet, changed: dict[str, bytes]) -> tuple[list[int], list[int]] | None:
        """Rewrites a sheet whose few cells lie far apart, so that they lie close; None for every usual sheet.

        A file of 11 KB with one cell at QQQ123456 would take 47 GB. Gives the true row and column numbers (from 0).
        """
        xml = self._package.read(sheet.part)
        stated = re.search(rb'<(?:\w+:)?dimension\s[^>]*?ref="[A-Z]+\d+(?::([A-Z]+)(\d+))?"', xml[:4096])
        # A sheet that states a harmless size and lies is caught by the limit on memory.
        if stated and (stated[1] is None or _column(stated[1]) * int(stated[2]) < _WIDEST):
            return None
        columns, last_row, count = set(), 0, 0
        for match in re.finditer(rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]{1,3})(\d{1,7})"', xml):
            columns.add(match[1])
            last_row = max(last_row, int(match[2]))
            count += 1
        widest = max((_column(name) for name in columns), default=0)
        if widest * last_row < _WIDEST or widest * last_row < 20 * count:
            return None
        root = parse_xml(xml)
        rows = [node for node in root.iter() if word(node) == "row"]
        row_numbers: list[int] = []
        column_numbers = sorted(_column(name) - 1 for name in columns)
        place = {number: at for at, number in enumerate(column_numbers)}
        for row in rows:
            cells = [
                cell for cell in row if word(cell) == "c" and re.fullmatch(r"[A-Z]{1,3}\d{1,7}", cell.get("r", ""))
            ]
            if not cells:
                continue
            row_numbers.append(int(cells[0].get("r", "").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - 1)
            row.set("r", str(len(row_numbers)))
            for cell in cells:
                letters = cell.get("r", "").rstrip("0123456789").encode()
                cell.set("r", f"{_letters(place[_column(letters) - 1])}{len(row_numbers)}")
        for node in list(root):
            if word(node) != "sheetData":
                root.remove(node)  # ranges elsewhere still speak of the old places
        changed[sheet.part] = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
        return row_numbers, column_numbers

    def _repacked(self, changed: dict[str, bytes]) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as target:
            for name in sorted(self._package.names):
                target.writestr(name, changed.get(name) or self._package.read(name))
        return packed.getvalue()


def shown(value: _Value) -> str:
    """A cell as a person sees it: 30 and not 30.0, at most 15 digits as in Excel, dates in ISO form."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float():
            if value.is_integer() and abs(value) < 1e15:
                return str(int(value))
            return f"{value:.15g}"
        case datetime.datetime():
            return value.isoformat(" ", "seconds" if value.second else "minutes")
        case datetime.time():
            return value.isoformat("seconds" if value.second else "minutes")
        case datetime.date():
            return value.isoformat()
        case _:
            return str(value)


def _filled(
    rows: Iterator[tuple[int, list[str]]], without: dict[int, dict[int, str]]
) -> Iterator[tuple[int, list[str]]]:
    """Rows with what is said of cells that hold no value; rows that hold nothing else, too."""
    left = deque(sorted(without.items()))
    for number, cells in rows:
        while left and left[0][0] < number:
            row, said = left.popleft()
            yield row, _put([], said)
        yield number, _put(cells, left.popleft()[1] if left and left[0][0] == number else {})
    for row, said in left:
        yield row, _put([], said)


def _put(cells: list[str], said: dict[int, str]) -> list[str]:
    cells = cells + [""] * (max(said, default=-1) + 1 - len(cells))
    for column, words in said.items():
        cells[column] = cells[column] or words
    return cells


def _spread(cells: list[str], column_numbers: list[int]) -> list[str]:
    """The cells of a squeezed row in their true columns."""
    wide = [""] * (column_numbers[len(cells) - 1] + 1)
    for cell, column in zip(cells, column_numbers, strict=False):
        wide[column] = cell
    return wide


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _letters(index: int) -> str:
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name
