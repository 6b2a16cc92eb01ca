"""Criteria typed into a note: `#vw.ii` sets the criterion VW.ii. The note's text keeps what was typed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

_MARKS = frozenset(".,;:!?()[]-–")
_TAG = re.compile(r"#([^\W_]+(?:\.[^\W_]+)*)")


@dataclass(frozen=True, slots=True)
class Tagged:
    """What the words say about criteria. The evidence is `words[start:end]`: without tags and blanks at either end."""

    criteria: dict[str, UUID]  # reference as the pack writes it, in the order typed
    unknown: list[str]  # written like a reference ('#vw.ix') and none of this inspection's
    start: int
    end: int


def read_tags(words: str, criteria: Mapping[str, UUID]) -> Tagged:
    """`criteria` holds the inspection's references; how their letters are typed does not matter."""
    known = {reference.casefold(): reference for reference in criteria}
    spans: list[tuple[int, int]] = []
    found: dict[str, UUID] = {}
    unknown: list[str] = []
    for match in _TAG.finditer(words):
        if (reference := known.get(match[1].casefold())) is not None:
            found[reference] = criteria[reference]
            spans.append(match.span())
        elif "." in match[1] and match[1].split(".")[0].casefold() in {
            ref.split(".")[0].casefold() for ref in criteria
        }:
            unknown.append(match[0])
    start, end = _trim(words, spans)
    if not _says_something(words, start, end, spans):
        end = start
    return Tagged(found, unknown, start, end)


def _says_something(words: str, start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    """Whether there is a letter, digit or sign outside the tags: marks between them are no evidence."""
    outside, place = "", start
    for first, last in spans:
        if first >= start and last <= end:
            outside += words[place:first]
            place = last
    return any(not character.isspace() and character not in _MARKS for character in outside + words[place:end])


def _trim(words: str, spans: list[tuple[int, int]]) -> tuple[int, int]:
    """The range without blanks at both ends, tags there, and marks that only parted a tag from the words."""
    ends = {end: start for start, end in spans}
    starts = dict(spans)
    start, end = 0, len(words)
    while end > start:
        if words[end - 1].isspace():
            end -= 1
        elif end in ends and ends[end] >= start:
            end = ends[end]
            end -= len(words[start:end]) - len(words[start:end].rstrip(" ,;:("))
        else:
            break
    while start < end:
        if words[start].isspace():
            start += 1
        elif start in starts and starts[start] <= end:
            start = starts[start]
            start += len(words[start:end]) - len(words[start:end].lstrip(" .,;:)"))
        else:
            break
    return start, end
