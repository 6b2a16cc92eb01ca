"""Who may see what a document says. Everything that shows a document's text, pictures or bytes asks here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

from app.access import Action
from app.db.base import AnyRow
from app.documents import queries, striking
from app.documents.models import Document, Names, Scan, TextState, holds_files
from app.evidence import places
from app.evidence.models import Source, SourceText
from app.formats.contents import PACKED, RARELY
from app.formats.kinds import KINDS
from app.inspections.gate import CurrentInspection
from app.inspections.references import reference


class Sight(IntEnum):
    """How much of a document somebody sees. More holds all that is less."""

    NOTHING = 0  # that it is there: reference, title, body, requests, how it stands
    COPY = 1  # what the team sees of one in which words are struck out
    WORDS = 2  # what it says itself, and its pictures; not its file, which holds others that nobody has checked
    ALL = 3  # as it was received, with all that lies in it


def sight_of(inspection: CurrentInspection, document: Document, person_id: UUID) -> Sight:
    """How much of a document somebody on the team sees. A statement, unless it is open to everybody; four more of a
    file that holds others.

    One who may record may open what is to be checked; what was not found free of names, the lead alone, and so a file
    in which such a document lies.
    """
    if is_held_back(document):
        return Sight.NOTHING
    if document.names is Names.CLEAR and not waits_for_files(document):
        return Sight.ALL
    if inspection.allows(may_open(document)) and queries.has_open(document, person_id):
        return Sight.ALL if inspection.allows(Action.DECIDE) or not list_restricted_inside(document) else Sight.WORDS
    return WITHOUT_OPENING.get(document.names, Sight.NOTHING)


def has_it_open(inspection: CurrentInspection, document: Document, person_id: UUID) -> bool:
    """Whether somebody sees what a document says itself because they opened it, or all of it as the team does."""
    sight = sight_of(inspection, document, person_id)
    return sight is Sight.ALL or (sight is Sight.WORDS and document.names is Names.UNCHECKED)


WITHOUT_OPENING = {Names.CLEAR: Sight.WORDS, Names.COVERED: Sight.COPY}


def waits_for_files(document: Document) -> bool:
    """Whether a file gives out others that were not checked for names: then it stays closed, whatever it says itself.

    What is open because nobody checks here is open whole. Two statements, of what holds files.
    """
    if document.names is Names.CLEAR and document.names_at is None:
        return False
    return may_give_out_others(document) and Inside.of(document).waits


def may_give_out_others(document: Document) -> bool:
    """Whether there are files in its file, or may be."""
    uncounted = document.may_be_taken_apart and document.holds is None and document.text_state is TextState.WAITING
    return document.may_hold_files or uncounted


def why_not_out(inspection: CurrentInspection, document: Document) -> str:
    """A sentence where somebody who sees all of a file is not to take it out yet: it is not known what lies in it."""
    is_open = document.names is Names.CLEAR and not waits_for_files(document)
    if is_open or inspection.allows(Action.DECIDE) or not may_give_out_others(document):
        return ""
    if not Inside.of(document).is_unknown:
        return ""
    return f"Not all that lies in {document.reference} is known yet. Take in the archives and messages in it first."


def list_restricted_inside(document: Document) -> list[AnyRow]:
    """Documents in its file whose originals the lead alone may open: names were found in them, or nobody could look."""
    return Inside.of(document).restricted if may_give_out_others(document) else []


@dataclass(frozen=True, slots=True)
class Inside:
    """What lies in a document's file. It is open while each file in it that is here, by whatever way it came, is open
    itself, and somebody has looked through the others; those that nobody can have looked through keep it closed."""

    held: Document
    here: Mapping[UUID, Sequence[AnyRow]]  # documents, by what holds them
    files: Mapping[UUID, Sequence[AnyRow]]  # all that was found, by what holds it

    @classmethod
    def of(cls, document: Document) -> "Inside":
        here: defaultdict[UUID, list[AnyRow]] = defaultdict(list)
        files: defaultdict[UUID, list[AnyRow]] = defaultdict(list)
        for row in queries.list_inside(document.id):
            here[row.held_by].append(row)
        for row in queries.list_files_inside({document.id, *here, *(one.id for rows in here.values() for one in rows)}):
            files[row.document_id].append(row)
        return cls(document, here, files)

    @property
    def waits(self) -> bool:
        held = self.held
        return self._waits(held.id, held.original.kind, held.holds, held.files_at is not None, set())

    @property
    def closed(self) -> list[AnyRow]:
        """Documents in it by which it is closed, each once."""
        rows = {row.id: row for rows in self.here.values() for row in rows}
        return sorted((row for row in rows.values() if row.names is not Names.CLEAR), key=lambda row: row.number)

    @property
    def restricted(self) -> list[AnyRow]:
        """Of those, the ones that were checked: the lead alone may open their originals."""
        return [row for row in self.closed if row.names is not Names.UNCHECKED]

    @property
    def is_unknown(self) -> bool:
        """Whether a file lies in it of which nobody knows what lies in that: it may be one that is restricted."""
        rows = [row for held in self.here.values() for row in held]
        uncounted = self.others is None or any(row.holds is None and KINDS[row.kind] in PACKED for row in rows)
        shut = (one for found in self.files.values() for one in found if not one.here and not one.looked_into)
        return uncounted or any(one.sha256 for one in shut)

    @property
    def waits_for(self) -> str:
        """A sentence on when its file opens to the team, of one that is closed."""
        if self.restricted:
            listed = ", ".join(reference(one.prefix, one.number) for one in self.restricted)
            were = "was" if len(self.restricted) == 1 else "were"
            alone = "the lead inspector alone may open the file, and take in what else is in it"
            return f"{listed} in it {were} not found free of names: {alone}."
        looked = "" if self.held.files_at or self.others == 0 else ", and somebody has looked through the others"
        return f"It opens to the team once each file in it that is here is checked with nothing found{looked}."

    @property
    def others(self) -> int | None:
        """How many files in it are no documents here; None where nobody knows what lies in it."""
        found = self.files.get(self.held.id, ())
        if self.held.holds is None or len(found) < self.held.holds:
            return None
        return sum(not one.here for one in found)

    @property
    def why_not_looked_through(self) -> str:
        """A sentence where nobody can have looked through the files that are not here; else empty."""
        shut = [one for one in self.files.get(self.held.id, ()) if not one.here and not one.looked_into]
        gone = [one for one in shut if not one.sha256]
        if self.others is None and self.held.text_state is TextState.WAITING:
            return LOOKING
        if self.others is None:
            return f"{NOBODY_LOOKED} What is in it is not known. Keep it closed: choose a result by which it is"
        if not shut:
            return ""
        named = ", ".join(f"‘{one.name}’" for one in (gone or shut)[:SHOWN_NAMES])
        named += " and others" if (gone or shut)[SHOWN_NAMES:] else ""
        if gone:
            return f"{NOBODY_LOOKED} {named} cannot be taken out: choose a result that keeps all closed, and ask for it"
        return f"{NOBODY_LOOKED} Take in {named}, and check each by itself; or choose a result that keeps all closed"

    def _waits(self, held_by: UUID, kind: str, holds: int | None, looked_through: bool, seen: set[UUID]) -> bool:
        if held_by in seen:  # an archive that holds itself
            return False
        seen.add(held_by)
        found = self.files.get(held_by, ())
        hardly_any = KINDS[kind] in RARELY and holds is None
        if (holds is None or len(found) < holds) and not (looked_through and hardly_any):
            return True
        others = [one for one in found if not one.here]
        if others and not (looked_through and all(one.looked_into for one in others)):
            return True
        return any(
            one.names is not Names.CLEAR
            or (
                one.names_at is not None
                and holds_files(one.kind, one.holds)
                and self._waits(one.id, one.kind, one.holds, one.files_at is not None, seen)
            )
            for one in self.here.get(held_by, ())
        )


LOOKING = "What is in it is still being looked at. Wait until that is over, and say it then"
NOBODY_LOOKED = "Not all of it can be read, so nobody can have looked through it."
SHOWN_NAMES = 3


def is_held_back(document: Document) -> bool:
    """Whether the virus scanner has still to look at its file, or found something in it: then nobody sees it.

    What was read had been let through, and need not be asked about.
    """
    return document.pages == 0 and document.original.scan in (Scan.WAITING, Scan.INFECTED)


def may_open(document: Document) -> Action:
    """What somebody must be allowed to, to open a document that is closed to the team, or have it checked again: then
    whoever may record may open it."""
    return Action.RECORD if document.names in (Names.UNCHECKED, Names.CLEAR) else Action.DECIDE


def opens_to(inspection: CurrentInspection, document: Document) -> bool:
    """Whether somebody may open a document that is closed to the team. Of one that was checked itself there are the
    files in it to be opened."""
    if document.names is Names.CLEAR and not inspection.allows(Action.DECIDE) and list_restricted_inside(document):
        return False
    return inspection.allows(may_open(document))


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
        if list_restricted_inside(document):
            return f"The file of {document.reference} is closed. {Inside.of(document).waits_for}"
        return f"The file of {document.reference} is closed until the files in it were checked for names too."
    if document.names is Names.COVERED:
        return f"Names were found in {document.reference}: the lead inspector alone may open the original."
    why = "could not be read, and is to be asked for again" if document.names is Names.UNREADABLE else "was sent back"
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
