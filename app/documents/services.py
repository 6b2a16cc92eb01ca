from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from app import storage
from app.access import Actor
from app.audit.services import record
from app.db.transaction import writing
from app.documents.models import Document, Original, TextState
from app.evidence.models import SourceText
from app.evidence.services import add_text
from app.extensions import db
from app.formats.kinds import KINDS, UNKNOWN, Kind, identify
from app.formats.reading import read_text
from app.inspections.references import take_number
from app.jobs.models import Job
from app.jobs.registry import Progress, Trouble, job
from app.jobs.services import enqueue
from app.storage import Kept
from app.web import clock

READ = "read a document"
SECONDS = 180
DAMAGED = "The file on the server is not the one that was received. Tell the administrator."


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


def keep_files(inspection_id: UUID, files: Iterable[tuple[str, IO[bytes]]]) -> tuple[list[Arrived], list[Refused]]:
    """Put files (name, stream) on disk, synced; before the write in which `receive` names them. Kept, and not kept."""
    arrived, refused = [], []
    for name, stream in files:
        kind = identify(stream.read(), name)
        stream.seek(0)
        if kind is UNKNOWN:
            refused.append(Refused(name, "This kind of file cannot be kept. Send it as PDF, Word or Excel."))
            continue
        kept = storage.keep(inspection_id, stream)
        if kept.size == 0:
            refused.append(Refused(name, "The file is empty. Ask the sender for it again."))
            continue
        arrived.append(Arrived(name, kind, kept))
    return arrived, refused


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
    by: Actor,
) -> Document:
    """Register a file whose bytes are on disk already, and ask for its text to be read."""
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
        after={"sha256": kept.sha256, "size": kept.size, "kind": kind.code},
    )
    ask_for_text(document, by=by)
    return document


def ask_for_text(document: Document, *, by: Actor) -> Job:
    """Have the document's text read, by a job."""
    document.text_state, document.trouble = TextState.WAITING, ""
    wanted = enqueue(READ, {"document": document.id.hex}, by=by, inspection_id=document.inspection_id)
    document.job_id = wanted.id
    return wanted


def _give_up(wanted: Job, trouble: str) -> None:
    document = db.session.get(Document, UUID(wanted.arguments["document"]))
    if document is not None:
        document.text_state, document.trouble = TextState.NOT_READ, trouble


@job(READ, seconds=SECONDS, on_failure=_give_up)
def read_document(wanted: Job, by: Actor, progress: Progress) -> dict[str, int | str]:
    """Read a document's text in the jailed child and keep it, page by page."""
    document_id = UUID(wanted.arguments["document"])
    document = db.session.scalars(select(Document).where(Document.id == document_id)).one()
    kind, inspection_id, sha256 = KINDS[document.original.kind], document.inspection_id, document.original.sha256
    db.session.rollback()
    try:
        data = storage.read(inspection_id, sha256)
    except (FileNotFoundError, storage.Damaged):
        raise Trouble(DAMAGED) from None
    reading = read_text(data, kind, require_jail=current_app.config["JAIL_REQUIRED"])
    with writing() as session:
        document = session.get_one(Document, document_id, with_for_update={"of": Document.__table__})
        there = session.scalar(select(SourceText.id).where(SourceText.source_id == document_id).limit(1))
        if there is None:  # a second attempt, or a repeat, finds the first one's pages
            for page in reading.pages:
                add_text(document, page.text, position=page.number, label=page.label, by=by)
        document.pages = len(reading.pages)
        document.trouble = reading.trouble.sentence if reading.trouble else ""
        document.text_state = TextState.READ if reading.pages else TextState.NOT_READ
        record(
            by,
            "read",
            document.reference,
            inspection_id=inspection_id,
            after={"pages": len(reading.pages), "trouble": reading.trouble.code if reading.trouble else ""},
        )
    return {"pages": len(reading.pages)}
