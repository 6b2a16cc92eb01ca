"""Marks on a text: where selected words stand, and the text cut where highlights begin and end."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from typing import Any

MOST_LINES = 500  # of texts that are compared line by line
Span = tuple[int, int]  # from and up to, in code points


@dataclass(frozen=True, slots=True)
class Mark:
    start_at: int
    end_at: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text under the same highlights."""

    text: str
    marks: tuple[Any, ...]  # none, one, or several that overlap
    begins: tuple[Any, ...]  # those of them that begin here: their anchors
    ends: tuple[Any, ...] = ()  # and those that end here: their labels
    covered: bool = False  # it lies under a cover
    hit: int | None = None  # which of the hits of a search it is part of, from 0
    hit_begins: bool = False


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
    places = _places(text, wanted)
    if len(places) > 1:
        raise SeveralTimes(len(places))
    return places[0] if places else None


def _places(text: str, words: str) -> list[Span]:
    """Everywhere that the words stand, whatever blanks and line ends are between them; also where they overlap."""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    return [match.span(1) for match in re.finditer(f"(?=({pattern}))", text)]


def holds_any(text: Any, words: Iterable[str]) -> bool:
    """Whether any of the words stand in a text (SourceText)."""
    return any(_places(text.text, one) for one in words)


def covers(text: Any, items: Iterable[Any], elsewhere: Iterable[str] = ()) -> list[Span]:
    """Where distressing words stand in a text (SourceText). Source: product.md, section 8.

    `items` are of this version of the text or of another; withdrawing one does not make its words other words. Those of
    another version are looked for, and where they stand no more the whole text is covered: it may still tell of them.
    Words `elsewhere` in its source are covered where they stand in it too: a note that was split had them once.
    """
    found: list[Span] = [place for words in elsewhere for place in _places(text.text, words)]
    for item in items:
        if item.distressing and item.text_id == text.id:
            found.append((item.start_at, item.end_at))
        elif item.distressing:
            found += _places(text.text, item.words) or [(0, len(text.text))]
    return found


def pieces(
    text: str,
    marks: Sequence[Any],
    under: Sequence[Span] = (),
    hits: Sequence[Span] = (),
    also: Iterable[int] = (),
) -> list[Piece]:
    """The text cut at every start and end of a mark (each with start_at and end_at), of a cover and of a hit, and at
    those places `also`.

    Joined again it is the text.
    """
    edges = [*under, *hits, *((mark.start_at, mark.end_at) for mark in marks)]
    cuts = sorted({0, len(text), *also, *(start for start, _end in edges), *(end for _start, end in edges)})
    found: list[Piece] = []
    starts = [start for start, _end in hits]
    for start, end in pairwise(cuts):
        over = tuple(mark for mark in marks if mark.start_at <= start and mark.end_at >= end)
        begins = tuple(mark for mark in over if mark.start_at == start)
        ends = tuple(mark for mark in over if mark.end_at == end)
        covered = any(first <= start and last >= end for first, last in under)
        hit = bisect_right(starts, start) - 1
        hit_here = hit if hit >= 0 and hits[hit][1] >= end else None
        begins_hit = hit_here is not None and hits[hit_here][0] == start
        found.append(Piece(text[start:end], over, begins, ends, covered, hit_here, begins_hit))
    return found


def crossed(marks: Sequence[Any]) -> set[Any]:
    """The ids of marks that overlap another."""
    found: set[Any] = set()
    furthest: Any = None  # of those before, the one that goes on for longest
    for mark in sorted(marks, key=lambda mark: (mark.start_at, -mark.end_at)):
        if furthest is not None and mark.start_at < furthest.end_at:
            found |= {mark.id, furthest.id}
        if furthest is None or mark.end_at > furthest.end_at:
            furthest = mark
    return found


def runs(text: str, marks: Sequence[Any], under: Sequence[Span], hits: Sequence[Span] = ()) -> list[Run]:
    """The pieces of the text, those under covers together."""
    return grouped(pieces(text, marks, under, hits))


def grouped(found: Iterable[Piece]) -> list[Run]:
    """Pieces that follow one another, those under covers together."""
    return [
        Run(covered, tuple(run), tuple(mark for piece in run for mark in piece.begins))
        for covered, group in groupby(found, lambda piece: piece.covered)
        for run in [list(group)]
    ]


def in_context(item: Any, seen: str, under: Sequence[Span], beside: int) -> tuple[list[Run], bool, bool]:
    """The words of an item with so many code points of its text, as it is `seen`, at either side, and whether the text
    goes on there. The words are those that were lifted, whatever else of the text was struck out since."""
    text = seen[: item.start_at] + item.words + seen[item.end_at :]
    first, last = max(0, item.start_at - beside), min(len(text), item.end_at + beside)
    within = [
        (max(start, first) - first, min(end, last) - first) for start, end in under if start < last and end > first
    ]
    own = Mark(item.start_at - first, item.end_at - first)
    return runs(text[first:last], [own], within), first > 0, last < len(text)


def lines_now(before: str, start: int, end: int, now: str) -> str | None:
    """Of a text that another took the place of, the lines that stand now where those of `before[start:end]` did: empty
    where none do. None where that cannot be told by lines."""
    old, new = before.split("\n"), now.split("\n")
    if len(old) == 1 or max(len(old), len(new)) > MOST_LINES:
        return None
    first, last = before[:start].count("\n"), before[: max(start, end - 1)].count("\n") + 1
    found: list[str] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if i >= last or j <= first:
            continue
        if kind == "equal" or j - i == m - k:  # line for line
            found += new[k + max(first - i, 0) : k + min(last, j) - i]
        else:
            found += new[k:m]
    return "\n".join(found)


def alone(item: Any) -> tuple[list[Run], bool, bool]:
    """The words of an item without what stands round them, which is closed to whoever asks."""
    return runs(item.words, [Mark(0, len(item.words))], []), True, True
