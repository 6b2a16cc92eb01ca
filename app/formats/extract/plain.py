"""Plain text, CSV and WebVTT, in whatever encoding they were saved."""

import csv
import io
import re
from collections.abc import Iterator

from ..outcome import Limits, Refused, Trouble, clean
from .pieces import Block
from .pieces import pieces as cut


def decode(data: bytes) -> str:
    """Text by its byte order mark, else UTF-8, else Windows-1252 as Excel and Notepad save it in the UK.

    The five bytes that Windows-1252 leaves undefined become the control characters of the same number.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1").translate(_CP1252)


_CP1252 = {byte: bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(0x80, 0xA0)}


def pages(data: bytes, limits: Limits) -> Iterator[tuple[str, str]]:
    """Pieces of at most about 3000 characters, labelled by their lines; every line is kept, blank ones too."""
    text = clean(decode(data))
    yield from cut((Block(line) for line in text.split("\n")), "lines")


def table(data: bytes, limits: Limits) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    """('', rows) of a CSV, separated by comma, semicolon or TAB, whichever its first line has most of."""
    return "", _rows(clean(decode(data)), limits)


def tables(data: bytes, limits: Limits) -> Iterator[dict[str, object]]:
    """A CSV told as a workbook's only sheet, which has no name; see sheets.py."""
    name, found = table(data, limits)
    yield {"sheet": name}
    for count, (number, cells) in enumerate(found, start=1):
        if count > limits.rows:
            raise Refused(Trouble.TOO_LARGE)
        yield {"row": [number, cells]}


def _rows(text: str, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(max(limits.characters, 1))
    first = re.sub(r'"[^"]*"', "", text.lstrip("\n").partition("\n")[0])
    delimiter = max(",;\t", key=first.count)
    cut = False
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            while cells and not cells[-1].strip():
                cells.pop()
            if cells:
                cut = cut or len(cells) > limits.columns
                yield number, cells[: limits.columns]
    except csv.Error as error:
        raise Refused(Trouble.DAMAGED) from error
    if cut:
        raise Refused(Trouble.TOO_LARGE)


def transcript(data: bytes, limits: Limits) -> Iterator[tuple[str, str]]:
    """WebVTT as one line a cue, 'start speaker: words', in the order of the file; pieces are labelled by time.

    Cues may overlap, go back in time, and have no speaker. Comments, styles and cue identifiers are left out.
    """
    yield from cut(_cues(clean(decode(data))), "cues")


_TIMES = re.compile(r"^\s*((?:\d+:)?\d{1,2}:\d{2})[.,]\d{3}\s*-->")
ENTITIES = {"&lt;": "<", "&gt;": ">", "&nbsp;": "\u00a0", "&lrm;": "\u200e", "&rlm;": "\u200f", "&amp;": "&"}


def _cues(text: str) -> Iterator[Block]:
    for block in re.split(r"\n[ \t]*\n", text):
        lines = block.split("\n")
        at = next((index for index, line in enumerate(lines[:2]) if _TIMES.match(line)), None)
        if at is None:
            continue
        start = _TIMES.match(lines[at])
        body = " ".join(line.strip() for line in lines[at + 1 :])
        time = start[1] if start else ""
        for speaker, words in _turns(body):
            yield Block(f"{time} {speaker}: {words}" if speaker else f"{time} {words}", mark=time)


def _turns(body: str) -> Iterator[tuple[str, str]]:
    """(speaker or '', words): one cue may hold several voices."""
    for part in re.split(r"(?=<v[ .])", body):
        voice = re.match(r"<v(?:\.[^ >]*)?\s+([^>]*)>", part)
        words = re.sub(r"</?[a-z0-9][^>]*>", "", part, flags=re.IGNORECASE)
        for entity, character in ENTITIES.items():
            words = words.replace(entity, character)
        if words.strip():
            yield voice[1].strip() if voice else "", words.strip()
