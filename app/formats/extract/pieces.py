"""Cutting texts that have no pages into pieces that can be cited and shown."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MOST = 3000  # characters of one piece
LEAST = 800  # a heading starts a new piece only when the last one is at least this long


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, table row or line, with the notes that belong to it."""

    text: str
    heading: bool = False
    mark: str = ""  # what labels say instead of its number, such as a time


def pieces(blocks: Iterable[Block], noun: str) -> Iterator[tuple[str, str]]:
    """(label, text) for runs of blocks: cut before headings, and before a piece would pass MOST characters.

    Blocks are counted from 1 as a reader counts them, so those without text count only when `noun` is 'lines'. A
    block longer than MOST is cut at a blank; its parts keep its number.
    """
    gathered: list[str] = []
    size = number = first = last = 0
    heading = piece_heading = mark_first = mark_last = ""

    def label() -> str:
        if mark_first:
            return mark_first if mark_first == mark_last else f"{mark_first}–{mark_last}"
        span = f"{noun} {first}–{last}" if first != last else f"{noun.removesuffix('s')} {first}"
        return f"{piece_heading}, {span}" if piece_heading else span

    for block in blocks:
        if not block.text.strip() and noun != "lines":
            continue
        number += 1
        for part in _parts(block.text):
            if gathered and (size + len(part) > MOST or (block.heading and size >= LEAST)):
                yield label(), "\n".join(gathered)
                gathered, size = [], 0
            if block.heading:
                heading = " ".join(block.text.split())[:80]
            if not gathered:
                first, piece_heading, mark_first = number, heading, block.mark
            elif not piece_heading:
                piece_heading = heading
            last, mark_last = number, block.mark
            gathered.append(part)
            size += len(part) + 1
    if any(part.strip() for part in gathered):
        yield label(), "\n".join(gathered)


def _parts(text: str) -> Iterator[str]:
    while len(text) > MOST:
        at = max(text.rfind("\n", LEAST, MOST), text.rfind(" ", LEAST, MOST))
        at = MOST if at < 0 else at + 1
        yield text[:at].removesuffix("\n")
        text = text[at:]
    yield text
