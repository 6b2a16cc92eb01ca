import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast
from uuid import UUID

from flask import current_app
from sqlalchemy import delete, select

from app import storage
from app.access import SYSTEM, Actor
from app.audit.services import record
from app.db.transaction import writing
from app.documents import queries, scanner
from app.documents.handling import read_handling
from app.documents.models import Document, FileInside, Names, Original, Scan, TextState
from app.documents.recognised import Recognised
from app.evidence.models import Source
from app.evidence.services import add_text, speak_for
from app.extensions import db
from app.formats import contents
from app.formats.contents import CONTAINERS, OFFICE, RARELY, Contents
from app.formats.kinds import CSV, EML, KINDS, MBOX, TXT, UNKNOWN, Kind, identify_file
from app.formats.outcome import Limits
from app.formats.outcome import Trouble as FormatTrouble
from app.formats.reading import Page, read_text
from app.formats.recognising import program
from app.inspections.models import Body
from app.inspections.references import take_number
from app.jobs.models import Job
from app.jobs.registry import Later, Progress, Trouble, job
from app.jobs.services import enqueue
from app.storage import Kept
from app.web import clock

READ = "read a document"
LIST = "list the files in a document"
SCAN = "scan a file"
SCAN_AGAIN_AFTER = 60  # seconds, while the scanner is away
INFECTED = "The virus scanner found something in this file. It stays closed. Ask the sender for a clean copy."
SECONDS = 1_200  # of which 900 may go into pages that are pictures
DAMAGED = "The file on the server is not the one that was received. Tell the administrator."
LONGEST_CHAIN = 1000  # of versions
MOST_NESTED = 4  # files in files in files: beyond this somebody plays a game
MISSING = "The file is missing from the server’s disk. Tell the administrator."


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file whose bytes are on disk, and that no row names yet."""

    file_name: str
    kind: Kind
    kept: Kept


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not kept, and why."""

    file_name: str
    why: str
    here: str = ""  # the document that has the same content, where it has


def keep_files(inspection_id: UUID, files: Iterable[tuple[str, IO[bytes]]]) -> tuple[list[Arrived], list[Refused]]:
    """Put files (name, stream) on disk, synced; before the write in which `receive` names them. Kept, and not kept."""
    taken: list[tuple[str, Kind, storage.Part]] = []
    refused = []
    with ExitStack() as left_over:
        for name, stream in files:
            part = storage.take(inspection_id, stream)
            left_over.callback(storage.discard, part)  # has no effect on what was placed
            kind = identify_file(part.path, name)
            if kind is UNKNOWN:
                refused.append(Refused(name, "This kind of file cannot be kept. Send it as PDF, Word or Excel."))
            elif part.size == 0:
                refused.append(Refused(name, "The file is empty. Ask the sender for it again."))
            else:
                taken.append((name, kind, part))
        # Only when the disk has taken all of them: of an upload that fails nothing is left.
        return [Arrived(name, kind, storage.place(part)) for name, kind, part in taken], refused


def receive(
    inspection_id: UUID,
    *,
    family: str,
    prefix: str,
    file_name: str,
    kind: Kind,
    kept: Kept,
    title: str,
    body_id: UUID | None,
    came_in: Document | None = None,
    by: Actor,
    names: Names | None = None,
) -> Document:
    """Register a file whose bytes are on disk already, and ask for its text to be read.

    It stands with regard to `names` as the pack has what comes in stand. Of what we wrote ourselves that is said.
    `came_in`: the document whose file held it.
    """
    original = Original(
        inspection_id=inspection_id,
        sha256=kept.sha256,
        size=kept.size,
        file_name=file_name,
        kind=kind.code,
        media_type=kind.media_type,
        received_at=clock.now(),
        received_by_id=by.id,
        received_by=by.label,
        scan=Scan.WAITING if current_app.config["CLAMD"] else Scan.NOT_SCANNED,
    )
    document = Document(
        inspection_id=inspection_id,
        kind="document",
        family=family,
        prefix=prefix,
        number=take_number(inspection_id, prefix),
        body_id=body_id,
        title=title,
        happened_on=None,
        original=original,
        text_state=TextState.WAITING,
        trouble="",
        names=names or read_handling(inspection_id).first,
        came_in_id=came_in.id if came_in else None,
        created_at=clock.now(),
        created_by_id=by.id,
        created_by=by.label,
    )
    db.session.add(document)
    db.session.flush()
    record(
        by,
        "received",
        document.reference,
        inspection_id=inspection_id,
        after={"sha256": kept.sha256, "size": kept.size, "kind": kind.code}
        | ({"came_in": came_in.reference} if came_in else {}),
    )
    ask_for_text(document, by=by)
    return document


def list_contents(document: Document, path: Path) -> Contents:
    """What lies in a document's file; outside any write."""
    require_jail = current_app.config["JAIL_REQUIRED"]
    if depth_of(document) > MOST_NESTED:
        return Contents((), FormatTrouble.TOO_LARGE)
    return contents.list_contents(path, KINDS[document.original.kind], require_jail=require_jail)


def keep_list(document: Document, listed: Contents) -> None:
    """Keep which files lie in a document's: each counts by how it was checked, where it is here too."""
    document.holds = len(listed.entries) if not listed.trouble else None
    if listed.trouble and KINDS[document.original.kind] in RARELY:
        too_much = listed.trouble is FormatTrouble.TOO_LARGE and document.original.size <= Limits().size
        if listed.entries or document.pages or too_much:  # it can be read, or goes too far: nobody knows of the rest
            document.holds = len(listed.entries) + 1
    db.session.execute(delete(FileInside).where(FileInside.document_id == document.id))
    db.session.add_all(
        FileInside(document_id=document.id, sha256=entry.sha256, name=entry.name, looked_into=entry.looked_into)
        for entry in listed.entries
    )
    db.session.flush()


def keep_contents(
    document: Document, path: Path, numbers: Iterable[int], listed: Contents
) -> tuple[list[Arrived], list[Refused]]:
    """Put files that lie in a document's on disk, as `keep_files` does. Raises formats' Refused, and keeps nothing."""
    kind, require_jail = KINDS[document.original.kind], current_app.config["JAIL_REQUIRED"]
    found = contents.take_out(path, kind, numbers, listed, require_jail=require_jail)
    return keep_files(document.inspection_id, ((name, cast(IO[bytes], _Stream(pieces))) for name, pieces in found))


class NotAVersion(Exception):
    """One document cannot supersede the other; the message is a sentence for who tried."""


def why_no_version(older: Document, document: Document | None) -> str:
    """Why a document (or one that is about to come) cannot be the newer version of another; empty when it can."""
    if older.superseded_by:
        return f"{older.reference} is superseded by {older.superseded_by} already. Name the newest version"
    if document is None:
        return ""
    if older.id == document.id:
        return f"{document.reference} cannot supersede itself. Name the older version"
    if document.supersedes_id is not None:
        return f"{document.reference} is the newer version of another already. Take that back first"
    walked, at = 0, older.supersedes_id
    while at is not None and walked < LONGEST_CHAIN:
        if at == document.id:
            return f"{older.reference} is itself a newer version of {document.reference}. Say it the other way round"
        walked, at = walked + 1, db.session.scalar(select(Document.supersedes_id).where(Document.id == at))
    return ""


def supersede(document: Document, older: Document, *, by: Actor) -> None:
    """Say that a document is the newer version of another, which says so from then on; its evidence stays on it.

    The body is taken over where the newer one names none. Raises NotAVersion.
    """
    db.session.execute(
        select(Source.id).where(Source.id.in_((older.id, document.id))).order_by(Source.id).with_for_update()
    )
    for one in (older, document):
        db.session.refresh(one)
    if why := why_no_version(older, document):
        raise NotAVersion(why)
    document.supersedes_id = older.id
    older.superseded_by, older.superseded_at = document.reference, clock.now()
    taken_over = older.body if document.body_id is None else None
    if taken_over is not None:
        speak_for(document, taken_over.id)
    db.session.flush()
    inspection_id = document.inspection_id
    record(by, "superseded", older.reference, part=document.reference, inspection_id=inspection_id)
    record(
        by,
        "was said to be newer",
        document.reference,
        part=older.reference,
        inspection_id=inspection_id,
        after={"body": taken_over.name} if taken_over else None,
    )


def part_versions(document: Document, older: Document, *, by: Actor) -> None:
    """Take back that a document is the newer version of another."""
    document.supersedes_id = None
    older.superseded_by = older.superseded_at = None
    db.session.flush()
    for one, other in ((older, document), (document, older)):
        record(by, "took back the newer version", one.reference, part=other.reference, inspection_id=one.inspection_id)


def here_already(file_name: str, same: Document, body_id: UUID | None) -> Refused:
    """A file whose content is here; from another body it answers what that body was asked, once somebody says so."""
    why = f"The same content is here already as {same.reference}."
    if body_id is not None and body_id != same.body_id:
        of = f", of {same.body.name}" if same.body else ""
        sender = db.session.get_one(Body, body_id).name
        why = f"The same content is here already as {same.reference}{of}. That {sender} sent it too is in its history."
    return Refused(file_name, why, same.reference)


def note_sent_too(document_ids: Iterable[UUID], body_id: UUID, *, by: Actor) -> None:
    """Put on record that another body sent what is here already. What it answers for that body is said separately."""
    sender = db.session.get_one(Body, body_id)
    for document in db.session.scalars(select(Document).where(Document.id.in_(document_ids)).order_by(Document.id)):
        if document.body_id != body_id:
            after = {"body": sender.name}
            record(by, "came again", document.reference, inspection_id=document.inspection_id, after=after)


def record_taken_out(document: Document, came: Iterable[Document], *, by: Actor) -> None:
    """Put on record at the file that held them which documents came out of it."""
    after = {"documents": ", ".join(one.reference for one in came)}
    record(by, "took files out", document.reference, inspection_id=document.inspection_id, after=after)


class _Stream(io.RawIOBase):
    """Pieces that come one after the other, as a file that is read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, _size: int = -1, /) -> bytes:
        return next(self._pieces, b"")


def depth_of(document: Document) -> int:
    """In how many files, one in the other, a document came."""
    depth, held_by = 0, document.came_in_id
    while held_by is not None and depth <= MOST_NESTED:
        depth += 1
        held_by = db.session.scalar(select(Document.came_in_id).where(Document.id == held_by))
    return depth


def note_whether_whole(original_id: UUID, *, whole: bool, by: Actor) -> None:
    """Put on record, once, that a file on disk is not the one that was received, or that it is again."""
    original = db.session.get_one(Original, original_id, with_for_update=True)
    if (original.damaged_at is None) is whole:
        return
    original.damaged_at = None if whole else clock.now()
    deed = "found the file whole again" if whole else "found the file damaged or missing"
    for document in db.session.scalars(select(Document).where(Document.original_id == original_id)):
        record(by, deed, document.reference, inspection_id=original.inspection_id)


def received_as(documents: Iterable[Document]) -> str:
    """What to tell of documents that were just received."""
    came = list(documents)
    said = f"Received as {', '.join(document.reference for document in came)}. The text is being read."
    if any(document.names is Names.UNCHECKED for document in came):
        it = "It is" if len(came) == 1 else "They are"
        said += f" {it} closed until somebody has checked {'it' if len(came) == 1 else 'them'} for names."
    return said


def ask_for_text(document: Document, *, by: Actor) -> Job:
    """Have the document's text read, by a job; a file that waits for the virus scanner is scanned first."""
    document.text_state, document.trouble = TextState.WAITING, ""
    kind = SCAN if document.original.scan is Scan.WAITING else READ
    wanted = enqueue(kind, {"document": document.id.hex}, by=by, inspection_id=document.inspection_id)
    document.job_id = wanted.id
    return wanted


def _give_up(wanted: Job, trouble: str) -> None:
    document = db.session.get(Document, UUID(wanted.arguments["document"]))
    if document is not None:
        document.text_state = TextState.READ if document.pages else TextState.NOT_READ
        document.trouble = trouble


@job(SCAN, seconds=2 * scanner.SECONDS)
def scan_file(wanted: Job, by: Actor, _progress: Progress) -> dict[str, int | str]:
    """Have the virus scanner look at a document's file. Until it has, nobody reads it; while it is away, it waits."""
    document_id = UUID(wanted.arguments["document"])
    document = db.session.scalars(select(Document).where(Document.id == document_id)).one()
    inspection_id, sha256, original_id = document.inspection_id, document.original.sha256, document.original_id
    db.session.rollback()
    found = ""
    if (socket_path := current_app.config["CLAMD"]) is not None:
        try:
            found = scanner.ask(socket_path, storage.checked(inspection_id, sha256))
        except scanner.Away as away:
            raise Later(str(away), SCAN_AGAIN_AFTER) from None
        except (FileNotFoundError, storage.Damaged):
            with writing():
                note_whether_whole(original_id, whole=False, by=by)
            raise Trouble(DAMAGED) from None
    with writing() as session:
        document = session.get_one(Document, document_id, with_for_update={"of": Document.__table__})
        original = document.original
        if original.scan is not Scan.WAITING:  # a second attempt finds the first one's answer
            return {}
        if socket_path is None:  # a scanner was set when the file came, and is no longer
            original.scan = Scan.NOT_SCANNED
        else:
            original.scan, original.scanned_at, original.scan_found = (
                Scan.INFECTED if found else Scan.CLEAN,
                clock.now(),
                found,
            )
            deed = "was found infected" if found else "was found clean"
            record(
                SYSTEM, deed, document.reference, inspection_id=inspection_id, after={"found": found} if found else {}
            )
        if found:
            document.text_state, document.trouble = TextState.NOT_READ, INFECTED
        else:
            ask_for_text(document, by=by)
    return {"found": found}


@job(READ, seconds=SECONDS, on_failure=_give_up)
def read_document(wanted: Job, by: Actor, progress: Progress) -> dict[str, int | str]:
    """Read a document's text in the jailed child and keep it, page by page.

    A page that reads otherwise than before gets a new text that supersedes the one it had; evidence stays on its own.
    """
    document_id = UUID(wanted.arguments["document"])
    document = db.session.scalars(select(Document).where(Document.id == document_id)).one()
    kind, inspection_id, sha256 = KINDS[document.original.kind], document.inspection_id, document.original.sha256
    original_id = document.original_id
    db.session.rollback()
    try:
        path = storage.checked(inspection_id, sha256)
    except (FileNotFoundError, storage.Damaged):
        with writing():
            note_whether_whole(original_id, whole=False, by=by)
        raise Trouble(DAMAGED) from None
    require_jail = current_app.config["JAIL_REQUIRED"]
    kept = Recognised(inspection_id, sha256)
    reading = read_text(
        path,
        kind,
        require_jail=require_jail,
        recognising=current_app.config["OCR"] != "off" and program() is not None,
        progress=progress,
        kept=kept,
    )
    held = Contents((), None)  # as of an Office file in which nothing was seen to lie
    if kind not in OFFICE or reading.holds_files is not False:
        held = contents.list_contents(path, kind, require_jail=require_jail)
    with writing() as session:
        document = session.get_one(Document, document_id, with_for_update={"of": Document.__table__})
        changed = _keep_pages(document, reading.pages, by=by)
        if kind in CONTAINERS:
            keep_list(document, held)
        document.trouble = reading.trouble.sentence if reading.trouble else ""
        document.text_state = TextState.READ if document.pages else TextState.NOT_READ
        record(
            by,
            "read",
            document.reference,
            inspection_id=inspection_id,
            after={"pages": len(reading.pages), "trouble": reading.trouble.code if reading.trouble else ""},
        )
    kept.forget()
    return {"pages": len(reading.pages), "changed": changed}


@job(LIST, seconds=SECONDS)
def list_files_in(wanted: Job, by: Actor, _progress: Progress) -> dict[str, int | str]:
    """List what lies in a file that was read before such lists were kept. What was taken for plain text then, and is a
    message, is read anew as one."""
    document_id = UUID(wanted.arguments["document"])
    document = db.session.scalars(select(Document).where(Document.id == document_id)).one()
    kind, inspection_id, sha256 = KINDS[document.original.kind], document.inspection_id, document.original.sha256
    name, scan = document.original.file_name, document.original.scan
    db.session.rollback()
    if scan in (Scan.WAITING, Scan.INFECTED):  # it is closed, and read once it was found clean
        return {}
    try:
        path = storage.checked(inspection_id, sha256)
    except (FileNotFoundError, storage.Damaged):
        raise Trouble(DAMAGED) from None
    if kind in (TXT, CSV):
        if (found := identify_file(path, name)) in (EML, MBOX):
            with writing() as session:
                document = session.get_one(Document, document_id, with_for_update={"of": Document.__table__})
                document.original.kind, document.original.media_type = found.code, found.media_type
                record(by, "was found to be a message", document.reference, inspection_id=inspection_id)
                ask_for_text(document, by=by)
        return {}
    listed = contents.list_contents(path, kind, require_jail=current_app.config["JAIL_REQUIRED"])
    with writing() as session:
        keep_list(session.get_one(Document, document_id, with_for_update={"of": Document.__table__}), listed)
    return {"files": len(listed.entries)}


def _keep_pages(document: Document, pages: Sequence[Page], *, by: Actor) -> int:
    """Keep what was read where it is not what is there; how many pages that was.

    A reading that gave nothing leaves what an earlier one gave. Of one that gave fewer pages, the rest becomes empty.
    """
    if not pages:
        return 0
    there = {text.position: text for text in queries.list_present_texts(document.id)}
    changed = 0
    for page in pages:
        before = there.pop(page.number, None)
        if before is None or before.text != page.text:
            add_text(
                document,
                page.text,
                position=page.number,
                label=page.label,
                by=by,
                supersedes=before,
                recognised=page.recognised,
            )
            changed += 1
    for before in there.values():
        if before.text:
            add_text(document, "", position=before.position, label=before.label, by=by, supersedes=before)
            changed += 1
    document.pages = len(pages)
    return changed
