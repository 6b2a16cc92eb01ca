"""Whether a document looks like a version of another: what is asked about before it is said to be one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.documents import queries, striking
from app.documents.find import fold
from app.documents.models import Document
from app.formats.kinds import KINDS, Kind
from app.web.asking import Concern

FEW = 4  # of the words of the shorter text one in so many is in the other too, where both are versions of one
LONGEST = 100_000  # letters of a text that are looked at
_WORD = re.compile(r"[^\W\d_]{3,}")
_SUFFIX = re.compile(r"\.\w{1,5}$")
_EVERYWHERE = frozenset({"the", "and", "for", "from", "with", "new", "final", "version", "copy", "draft", "scan"})


@dataclass(frozen=True, slots=True)
class Newer:
    """A document that came, or is about to come, in the place of an older one."""

    kind: Kind
    names: tuple[str, ...]  # of the file, and its title
    body: str  # name of who sent it; empty where nobody is named
    text: str = ""  # empty as long as it was not read


def newer_of(document: Document) -> Newer:
    """What is asked about a document that is here."""
    body = document.body.name if document.body else ""
    return Newer(KINDS[document.original.kind], _names_of(document), body, _text_of(document))


def of_version(newer: Newer, older: Document) -> list[Concern]:
    """What speaks against the one being a version of the other: another type of file, another sender, other words."""
    concerns = []
    if striking.struck_in(older, " ".join(newer.names).replace("_", " ")):
        told = f"Its title or the name of its file holds words that are struck out of {older.reference}. Rename it."
        concerns.append(Concern("struck", told))
    kind = KINDS[older.original.kind]
    if newer.kind is not kind:
        told = f"{older.reference} is another type of file ({kind.label}) than this one ({newer.kind.label})."
        concerns.append(Concern("kind", told))
    if newer.body and older.body and newer.body != older.body.name:
        told = f"{older.reference} is of {older.body.name}, and this one is of {newer.body}."
        concerns.append(Concern("body", told))
    mine, others = (_words(_SUFFIX.sub("", name) for name in names) for names in (newer.names, _names_of(older)))
    if mine and others and not mine & others:
        text = _text_of(older) if newer.text else ""
        if not (newer.text and text):
            told = f"Its name has no word in common with that of {older.reference}, ‘{older.title}’."
            concerns.append(Concern("words", told))
        elif not _alike(newer.text, text):
            told = f"Neither its name nor its text has much in common with {older.reference}, ‘{older.title}’."
            concerns.append(Concern("words", told))
    return concerns


def _alike(one: str, other: str) -> bool:
    words = sorted((_words([one]), _words([other])), key=len)
    return len(words[0] & words[1]) * FEW >= len(words[0])


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(fold(text[:LONGEST]))} - _EVERYWHERE


def _names_of(document: Document) -> tuple[str, ...]:
    return document.original.file_name, document.title


def _text_of(document: Document) -> str:
    return "\n".join(text.text for text in queries.list_present_texts(document.id))[:LONGEST]
