"""Criteria typed into a note: `#vw.ii` sets the criterion VW.ii. The note's text keeps what was typed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

_MARKS = frozenset(".,;:!?()[]-–#")
_TAG = re.compile(r"#([^\W_]+(?:\.[^\W_]+)*)")


@dataclass(frozen=True, slots=True)
class Tagged:
    """What the words say about criteria. The evidence is `words[start:end]`: without tags and blanks at either end."""

    criteria: dict[str, UUID]  # reference as the pack writes it, in the order typed
    unknown: list[str]  # written like a reference ('#vw.ix', '#vwii') and none of this inspection's
    start: int
    end: int

    def says_nothing(self, words: str) -> bool:
        """Whether it names criteria, or only begins to name one, and nothing is said of them."""
        return self.start >= self.end and (bool(self.criteria) or "#" in words)


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
        elif _is_slip(match[1].casefold(), known):
            unknown.append(match[0])
    start, end = _trim(words, spans)
    if not _says_something(words, start, end, spans):
        end = start
    return Tagged(found, unknown, start, end)


def without_tags(words: str) -> tuple[str, str, str]:
    """What stands before, in and behind what was said: what looks like a criterion at an end, and blanks, is not."""
    start, end = _trim(words, [match.span() for match in _TAG.finditer(words) if "." in match[0]])
    return (words[:start], words[start:end], words[end:]) if start < end else ("", words, "")


def _is_slip(typed: str, known: Iterable[str]) -> bool:
    """Whether it is written like a reference: with a point, or as one without its point, or as its first part."""
    near = {part for reference in known for part in (reference.split(".")[0], reference.replace(".", ""))}
    return typed.split(".")[0] in near or ("." in typed and typed[0].isalpha())


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
