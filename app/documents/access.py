"""Who may see what a document says. Everything that shows a document's text, pictures or bytes asks here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import IntEnum
from uuid import UUID

from app.access import Action
from app.db.base import AnyRow
from app.documents import queries, striking
from app.documents.models import Document, Names, Scan, TextState, holds_files
from app.evidence import places
from app.evidence.models import Source, SourceText
from app.inspections.gate import CurrentInspection


class Sight(IntEnum):
    """How much of a document somebody sees. More holds all that is less."""

    NOTHING = 0  # that it is there: reference, title, body, requests, how it stands
    COPY = 1  # what the team sees of one in which words are struck out
    WORDS = 2  # what it says itself, and its pictures; not its file, which holds others that nobody has checked
    ALL = 3  # as it was received, with all that lies in it


def sight_of(inspection: CurrentInspection, document: Document, person_id: UUID) -> Sight:
    """How much of a document somebody on the team sees. A statement, unless it is open to everybody; two more at most
    of a file that holds others.

    One who may record may open what is to be checked; what was not found free of names, the lead alone.
    """
    if is_held_back(document):
        return Sight.NOTHING
    if document.names is Names.CLEAR and not waits_for_files(document):
        return Sight.ALL
    if inspection.allows(may_open(document)) and queries.has_open(document, person_id):
        return Sight.ALL
    return WITHOUT_OPENING.get(document.names, Sight.NOTHING)


WITHOUT_OPENING = {Names.CLEAR: Sight.WORDS, Names.COVERED: Sight.COPY}


def waits_for_files(document: Document) -> bool:
    """Whether a file gives out others that were not checked for names: then it stays closed, whatever it says itself.

    Of those that were taken out of it nothing must have been found in any; of the rest somebody must have said that
    they were looked through. What is open because nobody checks here is open whole. A statement, of what holds files.
    """
    if document.names is Names.CLEAR and document.names_at is None:
        return False
    uncounted = document.may_be_taken_apart and document.holds is None and document.text_state is TextState.WAITING
    if not (document.may_hold_files or uncounted):
        return False
    inside: defaultdict[UUID, list[AnyRow]] = defaultdict(list)
    for row in queries.list_inside(document.id):
        inside[row.came_in_id].append(row)
    return _wait(document.id, document.holds, document.files_at is not None, inside)


def _wait(held_by: UUID, holds: int | None, looked_through: bool, inside: Mapping[UUID, Sequence[AnyRow]]) -> bool:
    taken_out = inside.get(held_by, ())
    if not looked_through and (holds is None or len(taken_out) < holds):
        return True
    return any(
        one.names is not Names.CLEAR
        or (
            one.names_at is not None
            and holds_files(one.kind, one.holds)
            and _wait(one.id, one.holds, one.files_at is not None, inside)
        )
        for one in taken_out
    )


def is_held_back(document: Document) -> bool:
    """Whether the virus scanner has still to look at its file, or found something in it: then nobody sees it.

    What was read had been let through, and need not be asked about.
    """
    return document.pages == 0 and document.original.scan in (Scan.WAITING, Scan.INFECTED)


def may_open(document: Document) -> Action:
    """What somebody must be allowed to, to open a document that is closed to the team."""
    return Action.RECORD if document.names in (Names.UNCHECKED, Names.CLEAR) else Action.DECIDE


def why_closed(document: Document) -> str:
    """A sentence on why somebody does not see what a document says, and what they could do."""
    if is_held_back(document):
        infected = document.original.scan is Scan.INFECTED
        return f"{document.reference} is closed: " + (
            f"the virus scanner found {document.original.scan_found} in it."
            if infected
            else "it waits for the virus scanner."
        )
    if document.names is Names.UNCHECKED:
        return f"{document.reference} is closed until somebody has checked it for names. Open its page to check it."
    if document.names is Names.CLEAR:
        return f"The file of {document.reference} is closed until the files in it were checked for names too."
    if document.names is Names.COVERED:
        return f"Names were found in {document.reference}: the lead inspector alone may open the original."
    why = "could not be read, and is asked for again" if document.names is Names.UNREADABLE else "was sent back"
    return f"{document.reference} {why}: the lead inspector alone may open it."


def as_seen(inspection: CurrentInspection, source: Source, texts: Sequence[SourceText], person_id: UUID) -> list[str]:
    """What texts of a document say to somebody, beside the page on which it is checked. Raises places.Closed.

    Of one that is covered everybody sees the copy, whoever has opened the original: what is tagged there is for all.
    """
    document = source
    assert isinstance(document, Document)
    if document.names is Names.COVERED:
        return striking.as_copy(document, texts)
    if sight_of(inspection, document, person_id) is Sight.NOTHING:
        raise places.Closed(why_closed(document))
    return [text.text for text in texts]


places.seen["document"] = as_seen
