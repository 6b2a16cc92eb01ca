"""The bare workbook: XlsxWriter alone writes the cells and formats of an export from rows that are in memory.

Run as a process of its own: `python -m bench.bare_workbook ROWS TARGET`. ROWS is a pickle of sheets, each a name, its
columns (title, width, wrap, kind) and its rows; it is read before the clock starts. Prints the seconds of start-up and
of writing, as JSON.
"""

import gc
import json
import pickle
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

Sheet = tuple[str, list[tuple[str, float, bool, str]], list[tuple[Any, ...]]]


def write(path: Path, title: str, marking: str, sheets: list[Sheet]) -> None:
    with tempfile.TemporaryDirectory(prefix="bare-workbook-") as folder:
        options = {
            "constant_memory": True,
            "tmpdir": folder,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        book = xlsxwriter.Workbook(str(path), options)
        book.set_properties({"title": title, "category": marking})
        header = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EDF2", "bottom": 1})
        plain = book.add_format({"valign": "top", "text_wrap": True})
        dated = book.add_format({"valign": "top", "text_wrap": True, "num_format": "d mmmm yyyy"})
        for name, columns, rows in sheets:
            _write_sheet(book.add_worksheet(name), title, marking, columns, rows, header, plain, dated)
        book.close()


def _write_sheet(
    sheet: Any,
    title: str,
    marking: str,
    columns: list[tuple[str, float, bool, str]],
    rows: list[tuple[Any, ...]],
    header: Any,
    plain: Any,
    dated: Any,
) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&L{title}&C&B{marking}&B&R&A")
    sheet.set_footer(f"&C&B{marking}&B&RPage &P of &N")
    for at, (heading, width, _wrap, _kind) in enumerate(columns):
        sheet.set_column(at, at, width, plain)
        sheet.write_string(0, at, heading, header)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    string, number = sheet.write_string, sheet.write_number
    for at_row, row in enumerate(rows, 1):
        for at, value in enumerate(row):
            kind = type(value)
            if kind is str:
                if value:
                    string(at_row, at, value, plain)
            elif kind is int:
                number(at_row, at, value, plain)
            elif kind is date:
                sheet.write_datetime(at_row, at, value, dated)
    sheet.autofilter(0, 0, len(rows), len(columns) - 1)


def main() -> None:
    started = time.time()  # since the process began, as its starter's clock has it
    rows, target = Path(sys.argv[1]), Path(sys.argv[2])
    began_at = float(sys.argv[3])
    title, marking, sheets = pickle.loads(rows.read_bytes())
    gc.collect()
    gc.freeze()  # the rows are not walked while the clock runs
    began = time.perf_counter()
    write(target, title, marking, sheets)
    seconds = time.perf_counter() - began
    print(json.dumps({"start_up": started - began_at, "writing": seconds}))


if __name__ == "__main__":
    main()
