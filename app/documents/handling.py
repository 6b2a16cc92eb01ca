"""What the pack says of checking documents: its step of `handling` that has results, in its own words."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.documents.models import Names
from app.formats.outcome import Trouble
from app.inspections.queries import find_requests

FOUND = (Names.CLEAR, Names.COVERED, Names.SENT_BACK, Names.UNREADABLE)  # what a check may come to

NO_WAY_IN = (Trouble.DAMAGED.sentence, Trouble.EMPTY.sentence)  # where there is no page at all


class Read(Protocol):
    """What came of reading a document, as a row of it has it too."""

    @property
    def trouble(self) -> str: ...
    @property
    def pages(self) -> int: ...


def cannot_be_read(document: Read) -> bool:
    """Whether there is nothing to look through: it is damaged or empty, or has a password, beside its head at most."""
    return document.trouble == Trouble.PASSWORD.sentence or (document.pages == 0 and document.trouble in NO_WAY_IN)


@dataclass(frozen=True, slots=True)
class Check:
    """The pack's words for the check."""

    label: str
    look_for: tuple[str, ...]
    results: dict[Names, str]  # those of its results that mean something here

    def in_short(self, names: Names) -> str:
        """'Found and covered', where the pack says 'Found and covered: the team sees a copy …'."""
        return self.results.get(names, names.value).partition(":")[0]


@dataclass(frozen=True, slots=True)
class Handling:
    """Whether and how documents of an inspection are checked."""

    known: bool  # False where only part of the pack was kept
    check: Check | None

    @property
    def first(self) -> Names:
        """How a document stands as it comes in. A pack by which nothing could be opened again asks for no check."""
        return Names.UNCHECKED if self.check or not self.known else Names.CLEAR


def read_handling(inspection_id: UUID) -> Handling:
    requests = find_requests(inspection_id)
    for step in requests.handling if requests else []:
        results = {names: term.label for term in step.results for names in FOUND if term.code == names.value}
        if Names.CLEAR in results:
            return Handling(True, Check(step.label, tuple(step.look_for), results))
    return Handling(requests is not None, None)
