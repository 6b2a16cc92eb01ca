"""Words struck out of a text: pure functions. What is struck has as many code points as before, so that places stay."""

import re
from collections.abc import Iterable

from app.db.words import by_themselves

BLOCK = "█"
_PARTS = re.compile(r"[^\W_]+")
Span = tuple[int, int]  # from and up to, in code points


def masked(text: str, spans: Iterable[Span]) -> str:
    """The text with blocks in place of what is struck out, blanks too: only line ends stay, so that lines do."""
    letters = list(text)
    for start, end in spans:
        for at in range(max(start, 0), min(end, len(letters))):
            if letters[at] != "\n":
                letters[at] = BLOCK
    return "".join(letters)


def everywhere(text: str, words: str) -> list[Span]:
    """Each place at which the words stand by themselves, in small letters or capitals, whatever blanks part them."""
    pattern = by_themselves(words)
    return [found.span() for found in pattern.finditer(text)] if pattern else []


def in_name(name: str, struck: Iterable[str]) -> list[Span]:
    """Where the name of a file or a sheet holds words that are struck out, or one of them that has a capital.

    What parts words there are hyphens and underscores too, and half of a name that was struck out is a name.
    """
    found: list[Span] = []
    for words in struck:
        parts = _PARTS.findall(words)
        for wanted in (parts, *([part] for part in parts if len(part) > 1 and not part.islower() and part.isalpha())):
            if wanted:
                pattern = r"[\W_]+".join(map(re.escape, wanted))
                found += [
                    match.span() for match in re.finditer(rf"(?<![^\W_]){pattern}(?![^\W_])", name, re.IGNORECASE)
                ]
    return found


def has_words(text: str) -> bool:
    """Whether there is anything in it to be read: not only blanks and blocks."""
    return bool(text.replace(BLOCK, "").strip())
