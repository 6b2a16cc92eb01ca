"""Writing XLSX workbooks of any length in little memory: what is typed comes out as typed, and no limit is silent.

XlsxWriter in constant_memory mode writes each row as it comes. A text is always a text: no formula, link or number is
made of it. What XML cannot hold (U+0000 to U+001F but TAB, LF and CR; lone surrogates; U+FFFE and U+FFFF) is shown as
U+FFFD. All else reads back exactly, CR and texts like '_x000D_' too.
"""

import datetime
import json
import math
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self
from xml.sax.saxutils import quoteattr

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

MOST_LINKS = 65_530  # of one sheet: Excel opens no more


class Link(str):
    """A text of ours that leads to an address of ours: what somebody typed never is one."""

    __slots__ = ("address",)
    address: str

    def __new__(cls, text: str, address: str) -> Self:
        made = super().__new__(cls, text)
        made.address = address
        return made


Value = str | int | float | bool | datetime.date | datetime.datetime | None

LAST_ROW = 1_048_576  # rows of one sheet, its header included
LONGEST = 32_767  # UTF-16 units of one cell
LONG_TEXTS = "Long texts"
_PIECE = 32_000  # UTF-16 units of one piece of a long text
_KEPT = 32_000  # UTF-16 units of it that stay in its cell, before the mark
_EXACT = 10**15  # Excel keeps 15 digits; longer whole numbers are written as text
_FIRST_DAY = datetime.date(1900, 3, 1)  # Excel counts a 29 February 1900


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    width: float = 16  # in characters, as Excel counts them
    wrap: bool = True
    kind: Literal["plain", "date", "time"] = "plain"  # date: '2 March 2026'; time: '2 March 2026 14:05'


@dataclass(frozen=True, slots=True)
class SheetReport:
    name: str
    rows: int  # without the header


@dataclass(frozen=True, slots=True)
class Report:
    """What the reader of an export must be told."""

    sheets: tuple[SheetReport, ...]  # in order, those for continued rows and long texts too
    texts_cut: int  # stand in full on the sheet 'Long texts'
    rows_continued: int  # stand on 'Evidence (2)' and so on
    characters_replaced: int  # cells where U+FFFD stands for what XML cannot hold
    links_left_out: int  # cells that hold their text only: a sheet takes no more links


class Workbook:
    """`with Workbook(path, title=…, marking=…) as book: book.sheet("Evidence", columns).write_rows(rows)`

    A sheet must be finished before the next is begun. `report` is there after the `with` block. If the block raises,
    nothing is written. Raises OSError when the file cannot be written.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        title: str,
        marking: str = "",
        subject: str = "",
        created: datetime.datetime | None = None,
        last_row: int = LAST_ROW,
    ) -> None:
        """`marking`, such as 'OFFICIAL-SENSITIVE', is printed at the top and bottom of every page."""
        self.report: Report | None = None
        self._marking = marking
        self._title = title
        self._last_row = last_row
        self._folder = tempfile.TemporaryDirectory(prefix="workbook-")
        options = {
            "constant_memory": True,
            "tmpdir": self._folder.name,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._path = Path(path)
        self._book: Any = xlsxwriter.Workbook(str(path), options)
        properties: dict[str, object] = {
            "title": storable(title)[0],
            "subject": storable(subject)[0],
            "category": storable(marking)[0],
        }
        self._book.set_properties(properties | ({"created": created} if created else {}))
        self._header_format = self._book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EDF2", "bottom": 1}
        )
        self._formats: dict[tuple[str, bool], Format] = {}
        self._names: set[str] = {LONG_TEXTS.casefold(), "history"}  # 'History' is Excel's own
        self._reports: list[SheetReport] = []
        self._open: Sheet | None = None
        self._long_texts: IO[str] | None = None
        self._texts_cut = self._rows_continued = self._replaced = self._links_left_out = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._discard()
            if self._long_texts:
                self._long_texts.close()
            self._folder.cleanup()

    def sheet(self, name: str, columns: Sequence[Column]) -> "Sheet":
        """Begins a sheet, ending the one before. The name is brought under Excel's rules and made unlike the others."""
        self._end_sheet()
        self._open = Sheet(self, name, columns)
        return self._open

    def _finish(self) -> None:
        self._end_sheet()
        self._write_long_texts()
        if not self._reports:
            self.sheet("Sheet", [])
            self._end_sheet()
        try:
            self._book.close()
        except FileCreateError as error:
            # XlsxWriter wraps what the system said: callers look for an OSError, whatever the format.
            raise error.args[0] if isinstance(error.args[0], OSError) else OSError(str(error)) from None
        self._write_addresses()
        counts = (self._texts_cut, self._rows_continued, self._replaced, self._links_left_out)
        self.report = Report(tuple(self._reports), *counts)

    def _write_addresses(self) -> None:
        """Where the links of each sheet lead: XlsxWriter would keep all of them in memory."""
        with zipfile.ZipFile(self._path, "a") as package:
            for number, sheet in enumerate(self._book.worksheets(), start=1):
                if sheet.links:
                    entry = zipfile.ZipInfo(f"xl/worksheets/_rels/sheet{number}.xml.rels")
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    with package.open(entry, "w") as file:
                        file.writelines(line.encode() for line in sheet.relations())

    def _discard(self) -> None:
        """Close what XlsxWriter left open, as it does where the book could not be finished."""
        for sheet in self._book.worksheets():
            sheet._opt_close()  # the rows lie in an open file in the folder that goes next
            sheet.close_links()
        self._book.fileclosed = 1

    def _end_sheet(self) -> None:
        if self._open:
            self._open._end()
            self._open = None

    def _add(self, name: str) -> "_Worksheet":
        unique = _unique(sheet_name(name), self._names)
        self._names.add(unique.casefold())
        added = self._book.add_worksheet(unique, worksheet_class=_Worksheet)
        assert isinstance(added, _Worksheet)
        added.folder = Path(self._folder.name)
        added.set_landscape()
        added.set_paper(9)  # A4
        added.fit_to_pages(1, 0)
        marking = _print_code(self._marking, 90)
        added.set_header(f"&L{_print_code(self._title, 130)}&C&B{marking}&B&R&A")
        added.set_footer(f"&C&B{marking}&B&RPage &P of &N")
        return added

    def _format(self, column: Column, kind: str) -> Format:
        key = (kind, column.wrap)
        if key not in self._formats:
            looks = {"font_color": "#1D70B8", "underline": 1} if kind == "link" else {}
            pattern = {"date": "d mmmm yyyy", "time": "d mmmm yyyy hh:mm"}.get(kind)
            properties: dict[str, object] = {"valign": "top", "text_wrap": column.wrap} | looks
            self._formats[key] = self._book.add_format(properties | ({"num_format": pattern} if pattern else {}))
        return self._formats[key]

    def _keep_long(self, sheet: str, cell: str, reference: str, column: str, text: str) -> int:
        """Puts a text aside for 'Long texts'; gives its number there."""
        if self._long_texts is None:
            path = Path(self._folder.name) / "long-texts"
            self._long_texts = path.open("w+", encoding="ascii")  # closed when the workbook is
        self._texts_cut += 1
        self._long_texts.write(json.dumps([self._texts_cut, sheet, cell, reference, column, text]) + "\n")
        return self._texts_cut

    def _write_long_texts(self) -> None:
        if self._long_texts is None:
            return
        self._long_texts.seek(0)
        self._names.discard(LONG_TEXTS.casefold())
        columns = [Column("Text", 8), Column("Sheet", 20), Column("Cell", 10), Column("Reference", 20)]
        columns += [Column("Column", 20), Column("Part", 10), Column("Words", 100)]
        self.sheet(LONG_TEXTS, columns).write_rows(_long_rows(self._long_texts))
        self._end_sheet()


def _long_rows(lines: IO[str]) -> Iterator[tuple[Value, ...]]:
    for line in lines:
        number, sheet, cell, reference, column, text = json.loads(line)
        parts = list(_pieces(text))
        for part, words in enumerate(parts, start=1):
            yield number, sheet, cell, reference, column, f"{part} of {len(parts)}", words


class Sheet:
    """One sheet, and those on which it continues."""

    def __init__(self, book: Workbook, name: str, columns: Sequence[Column]) -> None:
        self._book = book
        self._name = name
        self._columns = columns
        self._plain = [book._format(column, "plain") for column in columns]
        self._number = 0  # of the sheet in its series
        self._ended = False
        self._begin()

    def _begin(self) -> None:
        self._number += 1
        self._target = self._book._add(self._name if self._number == 1 else f"{self._name} ({self._number})")
        self._row = 0
        for at, column in enumerate(self._columns):
            self._target.set_column(at, at, column.width, self._plain[at])
            self._target.write_string(0, at, column.title[:_KEPT], self._book._header_format)
        self._target.freeze_panes(1, 0)
        self._target.repeat_rows(0)

    def _end(self) -> None:
        if self._ended:
            return
        self._ended = True
        self._close_target()

    def _close_target(self) -> None:
        if self._columns:
            self._target.autofilter(0, 0, self._row, len(self._columns) - 1)
        self._target._flush()
        self._book._replaced += self._target.replaced
        self._book._reports.append(SheetReport(self._target.get_name(), self._row))

    def write_rows(self, rows: Iterable[Sequence[Value]]) -> None:
        """Adds rows, one value a column; None leaves a cell blank. May be called again. Raises RuntimeError once the
        next sheet is begun, ValueError for a row with more values than columns."""
        if self._ended:
            raise RuntimeError(f"The sheet {self._name!r} is finished: rows are written one sheet after the other.")
        width, plain, last_row = len(self._columns), self._plain, self._book._last_row
        target, at_row = self._target, self._row
        string, number = target.write_string, target.write_number
        for row in rows:
            at_row += 1
            if at_row >= last_row:
                self._row = at_row - 1
                self._close_target()
                self._begin()
                target, at_row = self._target, 1
                string, number = target.write_string, target.write_number
            if self._number > 1:
                self._book._rows_continued += 1
            if len(row) > width:
                raise ValueError(f"A row has {len(row)} values for {width} columns.")
            for at, value in enumerate(row):
                # The classes that nearly all cells have come first; `type` is no isinstance, so bool is no int here.
                kind = type(value)
                if kind is str:
                    if len(value) > 16_383:  # type: ignore[arg-type]  # it is a str
                        self._row = at_row
                        string(at_row, at, self._shortened(value, at, row), plain[at])  # type: ignore[arg-type]  # as above
                    elif value:
                        string(at_row, at, value, plain[at])
                elif kind is int and -_EXACT < value < _EXACT:  # type: ignore[operator]  # it is an int
                    number(at_row, at, value, plain[at])
                elif value is not None:
                    self._write_other(target, at_row, at, value)
            self._row = at_row

    def _write_other(self, target: "_Worksheet", row: int, at: int, value: Value) -> None:
        column = self._columns[at]
        if isinstance(value, Link):
            led = target.lead(row, at, value.address)
            self._book._links_left_out += not led
            style = self._book._format(column, "link") if led else self._plain[at]
            target.write_string(row, at, str(value), style)
        elif isinstance(value, bool):
            target.write_string(row, at, "Yes" if value else "No", self._plain[at])
        elif isinstance(value, float) and math.isfinite(value):
            target.write_number(row, at, value, self._plain[at])
        elif isinstance(value, datetime.datetime) and value.date() >= _FIRST_DAY:
            # Excel knows no time zones: the clock time is written as it was given.
            kind = "date" if column.kind == "date" else "time"
            target.write_datetime(row, at, value.replace(tzinfo=None), self._book._format(column, kind))
        elif isinstance(value, datetime.date) and not isinstance(value, datetime.datetime) and value >= _FIRST_DAY:
            target.write_datetime(row, at, value, self._book._format(column, "date"))
        else:
            target.write_string(row, at, str(value), self._plain[at])

    def _shortened(self, text: str, at: int, row: Sequence[Value]) -> str:
        """A text that fits a cell; if it had to be cut, it says where the whole of it stands."""
        if _units(text) <= LONGEST:
            return text
        cell = f"{_letters(at)}{self._row + 1}"
        reference = row[0] if isinstance(row[0], str) and at > 0 else ""
        number = self._book._keep_long(
            self._target.get_name(), cell, reference[:200], self._columns[at].title[:200], text
        )
        return f"{_head(text, _KEPT)}… [Cut here. In full on sheet ‘{LONG_TEXTS}’, text {number}.]"


class _Worksheet(Worksheet):
    """Writes the text of cells itself, for three faults of XlsxWriter 3.3.1 in constant_memory mode.

    A text that begins with <r> and ends with </r> goes into the file as markup. A lone surrogate ends the export with
    UnicodeEncodeError. CR and texts like _x000D_ are written as escapes that openpyxl and others show as they are.
    """

    def __init__(self) -> None:
        super().__init__()
        self.replaced = 0
        self._styles: dict[int, str] = {}
        self.links = 0
        self.folder: Path
        self._links: IO[str] | None = None

    def lead(self, row: int, at: int, address: str) -> bool:
        """Have a cell lead to an address; False where the sheet takes no more links."""
        if self.links >= MOST_LINKS:
            return False
        if self._links is None:
            path = self.folder / f"links-{self.index}"
            self._links = path.open("w+", encoding="ascii")  # closed with the workbook
        self.links += 1
        self._links.write(json.dumps([f"{_letters(at)}{row + 1}", address]) + "\n")
        return True

    def relations(self) -> Iterator[str]:
        """The part of the package that says where the links lead, bit by bit."""
        yield '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        yield f'<Relationships xmlns="{_RELATIONS}">'
        for number, (_cell, address) in enumerate(self._led(), start=1):
            target = quoteattr(address)
            yield f'<Relationship Id="rId{number}" Type="{_LINK}" Target={target} TargetMode="External"/>'
        yield "</Relationships>"

    def close_links(self) -> None:
        if self._links:
            self._links.close()

    def _led(self) -> Iterator[tuple[str, str]]:
        if self._links:
            self._links.seek(0)
            for line in self._links:
                cell, address = json.loads(line)
                yield cell, address

    def _write_hyperlinks(self) -> None:
        if self.links:
            self.fh.write("<hyperlinks>")
            for number, (cell, _address) in enumerate(self._led(), start=1):
                self.fh.write(f'<hyperlink ref="{cell}" r:id="rId{number}"/>')
            self.fh.write("</hyperlinks>")

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if type(cell).__name__ != "String":
            super()._write_cell(row, col, cell)
            return
        format_ = cell.format
        style = self._styles.get(id(format_))
        if style is None:
            style = f' s="{format_._get_xf_index()}"' if format_ else ""
            self._styles[id(format_)] = style
        text = cell.string
        if _MARKED_UP.search(text):
            inside = self._runs(text)
        elif text[:1].isspace() or text[-1:].isspace():
            inside = f'<t xml:space="preserve">{text}</t>'
        else:
            inside = f"<t>{text}</t>"
        self.fh.write(f'<c r="{_letters(col)}{row + 1}"{style} t="inlineStr"><is>{inside}</is></c>')

    def _runs(self, text: str) -> str:
        text, replaced = storable(text)
        self.replaced += replaced
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
        # Excel takes _x000D_ for an escape, others do not. Cut in two, it is for nobody more than it says.
        parts = _ESCAPE_LIKE.split(text)
        if len(parts) == 1:
            return f'<t xml:space="preserve">{text}</t>'
        return "".join(f'<r><t xml:space="preserve">{part}</t></r>' for part in parts)

    def _flush(self) -> None:
        """Writes the last row out now, so that what was replaced in it is counted."""
        self._write_single_row(self.previous_row + 1)


_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE_LIKE = re.compile("(?<=_x)(?=[0-9a-fA-F]{4}_)")
_MARKED_UP = re.compile("[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9a-fA-F]{4}_")


def storable(text: str) -> tuple[str, bool]:
    """`text` with U+FFFD for each character that XML 1.0 cannot hold, and whether there was one."""
    kept, count = _UNSTORABLE.subn("\ufffd", text)
    return kept, count > 0


def sheet_name(name: str) -> str:
    """`name` as Excel allows it: at most 31 UTF-16 units, none of []:*?/\\, no apostrophe at either end, not empty."""
    cleaned = storable(re.sub(r"[\[\]:*?/\\\x00-\x1f\x7f]+", " ", name))[0]
    return _head(" ".join(cleaned.split()).strip("'"), 31).strip("' ") or "Sheet"


def _unique(name: str, taken: set[str]) -> str:
    if name.casefold() not in taken:
        return name
    stem = re.sub(r" \(\d+\)$", "", name)
    number = 2
    while (candidate := f"{_head(stem, 31 - len(f' ({number})'))} ({number})").casefold() in taken:
        number += 1
    return candidate


def _print_code(text: str, most: int) -> str:
    """A text for a page header, where & begins a code; Excel holds 255 UTF-16 units of all three parts."""
    words = _head(" ".join(storable(text)[0].split()), most)
    # XlsxWriter drops a header where it takes && and G for the place of a picture; a blank of no width parts them.
    while _units(code := re.sub(r"&&(?=G|\[Picture\])", "&&\u200b", words.replace("&", "&&"))) > most:
        words = words[:-1]
    return code


def _units(text: str) -> int:
    """Length as Excel counts: an emoji is two."""
    return len(text) + sum(character > "\uffff" for character in text)


def _head(text: str, most: int) -> str:
    """The longest beginning of at most `most` UTF-16 units that ends with a whole code point."""
    head = text[:most]
    while (over := _units(head) - most) > 0:
        head = head[: -((over + 1) // 2)]
    return head


def _pieces(text: str) -> Iterator[str]:
    while text:
        head = _head(text, _PIECE)
        yield head
        text = text[len(head) :]


def _letters(index: int) -> str:
    """'A' for 0, 'AA' for 26."""
    name = _LETTERS.get(index)
    if name is None:
        before, last = divmod(index, 26)
        name = (_letters(before - 1) if before else "") + chr(65 + last)
        _LETTERS[index] = name
    return name


_LETTERS: dict[int, str] = {}
