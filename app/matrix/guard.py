"""Does a text give away what an export keeps to itself: a name, or a role or place narrower than the one it says?

Texts and phrases are compared word by word, without case, accents, punctuation and a plural's 's': 'DCPs' is 'DCP',
'Zoe' is 'Zoë', 'Mersey/Cheshire' is 'Mersey-Cheshire'. In doubt a text is held back:
it is counted, and somebody can reword it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from app.inspections.rules import AcronymPart

WORD = re.compile(r"[^\W_]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
# Accents, once apart from their letters; what is not seen within a word (soft hyphens, joiners); and letters that
# nothing takes apart, as people type them who do not have them.
_FOLDED = dict.fromkeys([*range(0x300, 0x370), 0xAD, *range(0x200B, 0x200E), 0x2060, 0xFEFF]) | str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
SHORTEST = 3  # letters of a part of a name that is looked for alone
TITLES = frozenset({"mrs", "miss", "sir", "dame", "lord", "lady", "prof", "professor", "doctor"})
# A role is called by the end of its label, too ('policy lead'); an end never begins with one of these.
_JOINING = frozenset({"and", "at", "for", "in", "of", "on", "or", "the", "to"})


def words_of(text: str) -> list[str]:
    """Its words, folded: without case and accents."""
    return WORD.findall(_NOT_ASCII.sub(_folded, text).casefold())


def _folded(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFKD", found[0]).casefold().translate(_FOLDED)


class Names:
    """People's names, and each part of a name that is no ordinary word of the inspection."""

    def __init__(self, names: Iterable[str], ordinary: Iterable[str] = ()) -> None:
        split = [words for name in names if (words := words_of(name))]
        common = TITLES.union(*map(words_of, ordinary))
        self._parts = {part for words in split for part in words if len(part) >= SHORTEST and part not in common}
        self._whole = [_joined(words) for words in split if self._parts.isdisjoint(words)]

    def in_text(self, text: str) -> bool:
        words = words_of(text)
        if not self._parts.isdisjoint(words):
            return True
        joined = _joined(words)
        return any(name in joined for name in self._whole)


class Phrases:
    """Labels that a text must not hold."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = tuple(phrases)

    def in_text(self, text: str) -> bool:
        joined = phrase(text)
        return any(phrase in joined for phrase in self._phrases)


class Narrower:
    """For a label that an export says: every label that would say more."""

    def __init__(
        self,
        ladders: Mapping[str, Sequence[str]],
        labels: Mapping[str, str],
        places: Sequence[str],
        bodies: Mapping[str, Sequence[str]],
        acronyms: Sequence[AcronymPart] = (),
    ) -> None:
        """`ladders` and `labels` by a role's code; `places` from narrow to wide; `bodies` by name, with other names."""
        self._roles = [_once([label, *ladders.get(code, [])]) for code, label in labels.items()]
        self._acronyms = [(phrase(term.short), phrase(term.long)) for term in acronyms]
        self._places = [_without_article(rung) for rung in places if "{area}" not in rung]
        self._widest = self._places[-1] if self._places else ""  # true of every body: it gives nothing away
        self._bodies = bodies

    def roles(self, said: str) -> Phrases:
        """Of a role's label; of none ('') every role that there is is narrower."""
        below: set[str] = set()
        rest: set[str] = set()
        known = any(said in rungs for rungs in self._roles)
        for rungs in self._roles:
            if not known:
                at = len(rungs)
            elif said in rungs:
                # A role's label may be its first rung spelt otherwise: 'Crown Court prosecutors'.
                at = next(n for n, rung in enumerate(rungs) if phrase(rung) == phrase(said))
            else:
                continue
            for rung in rungs[:at]:
                below |= self._spellings(rung)
            for rung in rungs[at:]:
                rest |= self._spellings(rung, ends=False)
        return Phrases(below - rest)

    def places(self, said: str) -> Phrases:
        """Of a place; nothing is narrower than a body. Of none ('') every place but the widest is."""
        if said in self._bodies:
            return Phrases(())
        wide = _without_article(said) if said else self._widest
        rungs = self._places[: self._places.index(wide)] if wide in self._places else self._places
        names = {phrase(name) for body, others in self._bodies.items() for name in (body, *others)}
        return Phrases((names | {phrase(rung) for rung in rungs}) - {phrase(wide)})

    def _spellings(self, label: str, *, ends: bool = True) -> set[str]:
        """A label with its acronyms, both ways and beside one another, and with each end of two words or more."""
        found = {phrase(label)}
        for short, long in self._acronyms:
            for known in list(found):
                found |= {known.replace(long, short), known.replace(short, long), known.replace(long, long + short[1:])}
        if ends:
            for words in [known.split() for known in found]:
                found |= {
                    _joined(words[at:]) for at in range(1, len(words) - 1) if words[at] not in _JOINING
                }  # never the last word alone: 'lead' and 'manager' are nobody
        return found


def phrase(text: str) -> str:
    """' district crown prosecutor ': words with a space on each side, so that no part of a word is found."""
    return _joined([word[:-1] if len(word) > SHORTEST and word.endswith("s") else word for word in words_of(text)])


def _joined(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "


def _once(labels: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(labels))


def _without_article(rung: str) -> str:
    return re.sub(r"^(an?|the) ", "", rung)
