"""Names of who was seen, looked for in words that were typed, imported or received: one way for all.

What is found is shown beside the words and kept nowhere. Nothing here reads the database: whoever holds names of people
puts a function into `known`, so that others can look for them without holding any.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

TITLES = frozenset("mrs miss sir dame lord lady prof professor doctor the and for".split())  # noqa: SIM905
# Names that are words of every day: without a capital they are taken for the word, so that 'will' does not warn.
ORDINARY = frozenset(
    """
    april art baker bill black bond brown case cook dale dawn day dean drew faith field fox frank gay gene grace grant
    gray green grey hill hope hunt iris jack joy june king lance law lee long lord love low mark mason may miles neil
    page park pat penny pike price ray read reed rich rob rose ruby small smart stone sue summer taylor wade ward wells
    west white will wise wood young
    """.split()  # noqa: SIM905
)
SHORTEST = 3  # letters of a part of a name that is looked for alone
# Letters that nothing takes apart, as people type them who do not have them.
_WHOLE = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
_APOSTROPHE = re.compile("['’ʼ]")
WORD = re.compile(r"[^\W\d_]+")

known: list[Callable[[UUID], Iterable[str]]] = []  # of an inspection


@dataclass(frozen=True, slots=True)
class Named:
    """Part of a name that stands in the words: where first, and how often."""

    part: str
    times: int
    note: int  # counted from 1, within the import: which of the texts


class Names:
    """Names, and their parts; a name of short parts only ('Jo Ng') is looked for as a whole."""

    def __init__(self, names: Iterable[str]) -> None:
        spelt = [way for name in names for way in (name, _APOSTROPHE.sub("", name))]  # some type OBrien
        split = [[_folded(word) for word in _words(way)] for way in dict.fromkeys(spelt)]
        self.parts = {part for words in split for part in words if len(part) >= SHORTEST and part not in TITLES}
        self._whole = [_joined(words) for words in split if len(words) > 1 and self.parts.isdisjoint(words)]

    def in_text(self, text: str) -> bool:
        """Whether one of them, or a part, stands in it as a word."""
        if not self.parts and not self._whole:
            return False
        words = _words(text)
        if any(self.is_part(word) for word in words):
            return True
        return bool(self._whole) and any(name in _joined([_folded(word) for word in words]) for name in self._whole)

    def is_part(self, word: str) -> bool:
        folded = _folded(word)
        return folded in self.parts and (word[0].isupper() or folded not in ORDINARY)


def parts_of(names: Iterable[str]) -> set[str]:
    """What may give somebody away: the parts of the names, without titles and what is too short, folded."""
    return Names(names).parts


def names_in(texts: Sequence[str], names: Iterable[str]) -> list[Named]:
    """Parts of names that stand in texts, most frequent first."""
    known = Names(names)
    counts: Counter[str] = Counter()
    first: dict[str, int] = {}
    for number, text in enumerate(texts, 1):
        for word in _words(text):
            if known.is_part(word):
                part = word.capitalize()
                counts[part] += 1
                first.setdefault(part, number)
    return [Named(part, times, first[part]) for part, times in counts.most_common()]


def known_in(texts: Sequence[str], inspection_id: UUID) -> list[Named]:
    """Parts of the names that the inspection knows that stand in texts. For those who may see names."""
    return names_in(texts, [name for ask in known for name in ask(inspection_id)])


def _words(text: str) -> list[str]:
    """'O’Brien's' is three: an apostrophe and what follows it do not hide a name."""
    return WORD.findall(unicodedata.normalize("NFC", text))


def _folded(word: str) -> str:
    """Without case and accents: somebody types 'zoe' for 'Zoë'."""
    folded = word.casefold()
    if folded.isascii():
        return folded
    bare = (one for one in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(one))
    return "".join(bare).translate(_WHOLE)


def _joined(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "
