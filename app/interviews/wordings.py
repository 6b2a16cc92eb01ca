"""Two wordings beside one another: where they differ, and both put into one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

WORD = re.compile(r"^\s+|\S+\s*")  # with the space behind it


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a wording."""

    text: str
    differs: bool  # from what the other says there


def side_by_side(one: str, other: str) -> tuple[list[Piece], list[Piece]]:
    """Both whole, cut where they begin or cease to differ. Only words are compared, not the spaces between them."""
    mine, theirs = WORD.findall(one), WORD.findall(other)
    same = SequenceMatcher(None, _bare(mine), _bare(theirs)).get_matching_blocks()
    return (
        list(_cut(mine, [(match.a, match.size) for match in same])),
        list(_cut(theirs, [(match.b, match.size) for match in same])),
    )


def joined(base: str, one: str, other: str) -> str:
    """What both made of a wording, in one: what only one of them changed is as they have it.

    Where both changed the same words otherwise, what the one says is followed by what the other says.
    """
    old, mine, theirs = WORD.findall(base), WORD.findall(one), WORD.findall(other)
    found: list[str] = []
    at = here = there = 0
    for start, in_mine, in_theirs, length in _untouched(_bare(old), _bare(mine), _bare(theirs)):
        found += _between(old[at:start], mine[here:in_mine], theirs[there:in_theirs])
        found += mine[in_mine : in_mine + length]
        at, here, there = start + length, in_mine + length, in_theirs + length
    return "".join(word if word[-1].isspace() else f"{word} " for word in found).rstrip()


def _bare(words: Sequence[str]) -> list[str]:
    return [word.rstrip() for word in words]


def _cut(words: Sequence[str], same: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    """`same`: where words begin that the other has too, and how many."""
    at = 0
    for start, length in same:
        if own := "".join(words[at:start]):
            yield Piece(own.rstrip(), True)
            if space := own[len(own.rstrip()) :]:
                yield Piece(space, False)
        if common := "".join(words[start : start + length]):
            yield Piece(common, False)
        at = start + length


def _untouched(old: list[str], mine: list[str], theirs: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """What all three have: where it begins in each, and how many words; last, where each ends."""
    ours = SequenceMatcher(None, old, mine).get_matching_blocks()
    others = SequenceMatcher(None, old, theirs).get_matching_blocks()
    i = j = 0
    while i < len(ours) and j < len(others):
        a, b = ours[i], others[j]
        start, end = max(a.a, b.a), min(a.a + a.size, b.a + b.size)
        if start < end:
            yield start, a.b + start - a.a, b.b + start - b.a, end - start
        if a.a + a.size < b.a + b.size:
            i += 1
        else:
            j += 1
    yield len(old), len(mine), len(theirs), 0


def _between(old: list[str], mine: list[str], theirs: list[str]) -> list[str]:
    if _bare(theirs) in (_bare(old), _bare(mine)):
        return mine
    return theirs if _bare(mine) == _bare(old) else mine + theirs
