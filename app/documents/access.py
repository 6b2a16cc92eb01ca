"""Who may see what a document says. Everything that shows a document's text, pictures or bytes asks here."""

from collections.abc import Sequence
from enum import IntEnum
from uuid import UUID

from app.access import Action
from app.documents import queries, striking
from app.documents.models import Document, Names, Scan
from app.evidence import places
from app.evidence.models import Source, SourceText
from app.inspections.gate import CurrentInspection


class Sight(IntEnum):
    """How much of a document somebody sees. More holds all that is less."""

    NOTHING = 0  # that it is there: reference, title, body, requests, how it stands
    COPY = 1  # what the team sees of one in which words are struck out
    ALL = 2  # as it was received


def sight_of(inspection: CurrentInspection, document: Document, person_id: UUID) -> Sight:
    """How much of a document somebody on the team sees. A statement, unless it is open to everybody.

    One who may record may open what is to be checked; what names were found in, the lead alone.
    """
    if is_held_back(document):
        return Sight.NOTHING
    if document.names is Names.CLEAR:
        return Sight.ALL
    if inspection.allows(may_open(document)) and queries.has_open(document, person_id):
        return Sight.ALL
    return Sight.COPY if document.names is Names.COVERED else Sight.NOTHING


def is_held_back(document: Document) -> bool:
    """Whether the virus scanner has still to look at its file, or found something in it: then nobody sees it.

    What was read had been let through, and need not be asked about.
    """
    return document.pages == 0 and document.original.scan in (Scan.WAITING, Scan.INFECTED)


def may_open(document: Document) -> Action:
    """What somebody must be allowed to, to open a document that is closed to the team."""
    return Action.RECORD if document.names is Names.UNCHECKED else Action.DECIDE


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
    if document.names is Names.COVERED:
        return f"Names were found in {document.reference}: the lead inspector alone may open the original."
    return f"Names were found in {document.reference}: the lead inspector alone may open it."


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
