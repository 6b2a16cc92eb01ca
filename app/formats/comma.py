"""Writing CSV that a spreadsheet opens as text: UTF-8 with byte order mark, RFC 4180 (commas, CRLF, doubled quotes).

A cell that a spreadsheet might run as a formula gets an apostrophe before it (OWASP, CSV Injection): one that begins
with = + - @, their full-width forms, TAB, CR or LF. So that this can be undone, a cell that begins with apostrophes
and then one of these gets one more. To undo it, take one apostrophe off every cell that begins with one or more of
them followed by one of these. Numbers given as numbers are not touched: -5 stays -5.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TextIO

from .outcome import Limits

_RISKY = "=+\\-@\uff1d\uff0b\uff0d\uff20\t\r\n"
_GUARD = re.compile(f"'*[{_RISKY}]")
_GUARDED = re.compile(f"'+[{_RISKY}]")
_SURROGATE = re.compile("[\ud800-\udfff]")

Value = object  # written as str() gives it; None as an empty cell


def guard(text: str) -> str:
    """`text` as it can stand in a CSV. Undone by `unguard`."""
    return "'" + text if _GUARD.match(text) else text


def unguard(text: str) -> str:
    """What `guard` was given."""
    return text[1:] if _GUARDED.match(text) else text


def write(target: TextIO, titles: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """Writes a header and rows; gives the number of rows. Open `target` with encoding='utf-8', newline=''.

    Lone surrogates, which UTF-8 cannot hold, become U+FFFD.
    """
    target.write("\ufeff")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([_cell(title) for title in titles])
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007  # counted while streaming
        writer.writerow([_cell(value) for value in row])
    return count


def read_back(data: bytes) -> list[list[str]]:
    """The rows of a CSV written here, header first, with the apostrophes taken off."""
    before = csv.field_size_limit(Limits().characters)
    try:
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        return [[unguard(cell) for cell in row] for row in rows]
    finally:
        csv.field_size_limit(before)


def _cell(value: Value) -> Value:
    if isinstance(value, str):
        return guard(_SURROGATE.sub("\ufffd", value))
    return value
