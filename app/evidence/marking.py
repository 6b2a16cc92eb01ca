"""Marks on a text: where selected words stand, and the text cut where highlights begin and end."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text under the same highlights."""

    text: str
    marks: tuple[Any, ...]  # none, one, or several that overlap
    begins: tuple[Any, ...]  # those of them that begin here: their anchors


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces that follow one another and are all covered, or all not."""

    covered: bool
    pieces: tuple[Piece, ...]
    begins: tuple[Any, ...]  # marks that begin in it: an anchor inside a cover would open it


class SeveralTimes(ValueError):
    """The words stand more than once in the text; the argument says how often."""


def find_span(text: str, words: str, start: int | None, end: int | None) -> tuple[int, int] | None:
    """Where the words stand in the text, in code points; None when they do not. Raises SeveralTimes.

    `start` and `end` come from a selection in the page and are believed only when the words are really there. Words
    copied by hand may have other blanks and line ends between them.
    """
    wanted = words.strip()
    if not wanted:
        return None
    if start is not None and end is not None and start < end <= len(text):
        found = text[start:end]
        if found.split() == wanted.split():
            lead = len(found) - len(found.lstrip())
            return start + lead, start + lead + len(found.strip())
    pattern = r"\s+".join(re.escape(word) for word in wanted.split())
    places = [match.span(1) for match in re.finditer(f"(?=({pattern}))", text)]  # also where they overlap
    if len(places) > 1:
        raise SeveralTimes(len(places))
    return places[0] if places else None


def pieces(text: str, marks: Sequence[Any]) -> list[Piece]:
    """The text cut at every start and end of a mark (each with start_at and end_at). Joined again it is the text."""
    cuts = sorted({0, len(text), *(m.start_at for m in marks), *(m.end_at for m in marks)})
    found: list[Piece] = []
    for start, end in pairwise(cuts):
        over = tuple(mark for mark in marks if mark.start_at <= start and mark.end_at >= end)
        found.append(Piece(text[start:end], over, tuple(mark for mark in over if mark.start_at == start)))
    return found


def runs(text: str, marks: Sequence[Any]) -> list[Run]:
    """The pieces of the text, those under a distressing mark together. Source: product.md, section 8."""
    return [
        Run(covered, tuple(run), tuple(mark for piece in run for mark in piece.begins))
        for covered, group in groupby(pieces(text, marks), lambda piece: any(mark.distressing for mark in piece.marks))
        for run in [list(group)]
    ]
