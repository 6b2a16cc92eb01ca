"""Finding words in a document, whatever their accents, capitals, blanks and kinds of quotation marks."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.evidence.marking import Span

LONGEST = 200  # letters that are looked for
SHOWN = 100  # hits in the list
MOST = 10_000  # hits in all
BESIDE = 40  # code points at either side of a hit in the list

_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "\u00ad": ""})
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")


@dataclass(frozen=True, slots=True)
class Hit:
    number: int  # from 1, in the document
    position: int  # of its page
    label: str
    span: Span
    before: str
    words: str
    after: str
    covered: bool  # it stands in or beside distressing words: they are not shown in a list


def fold(text: str) -> str:
    """As two texts are compared: without capitals, accents and the kinds of quotation marks and dashes."""
    plain = text.translate(_SAME).casefold()
    return plain if plain.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", plain))


def places(text: str, wanted: str) -> list[Span]:
    """Where the words stand, in code points of the text as it is; they may have other blanks between them."""
    words = fold(wanted).split()
    if not words:
        return []
    folded, pattern = fold(text), r"\s+".join(map(re.escape, words))
    found = [match.span() for match in re.finditer(pattern, folded)]
    if not found or (text.isascii() and len(folded) == len(text)):
        return found
    # Which letter of the text each letter of the folded one comes from.
    origin = [at for at, letter in enumerate(text) for _ in fold(letter)]
    return [(origin[start], origin[end - 1] + 1) for start, end in found]


def in_pages(pages: Iterable[tuple[int, str, str]], wanted: str, under: Mapping[int, Sequence[Span]]) -> list[Hit]:
    """The hits in pages (position, label, text), MOST at most. `under`: what is covered, by page."""
    hits: list[Hit] = []
    for position, label, text in pages:
        for start, end in places(text, wanted):
            first, last = max(0, start - BESIDE), min(len(text), end + BESIDE)
            covered = any(one < last and other > first for one, other in under.get(position, ()))
            words = (text[first:start], text[start:end], text[end:last])
            hits.append(Hit(len(hits) + 1, position, label, (start, end), *words, covered))
            if len(hits) == MOST:
                return hits
    return hits
