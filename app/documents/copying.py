"""The copy of a covered document that may be taken out: without the words that are struck out of it.

Where every page's words have a place on its picture, it is a PDF of pictures with bars in them; else the text alone,
with blocks. It is named by what was struck out when it was made, so that one that was made before is never handed out.
"""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from app import storage
from app.access import Actor
from app.audit.services import record
from app.documents import queries, striking
from app.documents.masking import BLOCK
from app.documents.models import Document, Names
from app.evidence.models import SourceText
from app.extensions import db
from app.formats.drawing import LONG, Box, Changed, Refused, boxes_of, struck_pdf
from app.formats.kinds import PDF
from app.jobs.models import Job
from app.jobs.registry import Progress, Trouble, job
from app.jobs.services import enqueue

COPY = "make a copy with words struck out"
SECONDS = 2 * LONG.seconds
WHOLE = Box(0, 0, 1000, 1000)
NOT_COVERED = "The document is not covered any more: there is nothing to make a copy of."


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as it was read, as the team sees it, and where words are struck out of it."""

    position: int
    label: str
    text: str
    seen: str
    spans: list[tuple[int, int]]


def ask_for_copy(document: Document, *, by: Actor) -> None:
    wanted = enqueue(COPY, {"document": document.id.hex}, by=by, inspection_id=document.inspection_id)
    document.copy_job_id = wanted.id


def find_copy(document: Document) -> Path | None:
    """The copy without what is struck out now, if it was made."""
    texts = queries.list_present_texts(document.id)
    made = _folder() / _name(document, texts, striking.as_copy(document, texts))
    return next((path for suffix in (".pdf", ".txt") if (path := made.with_suffix(suffix)).is_file()), None)


def took_out(document: Document, path: Path, *, by: Actor) -> None:
    """Somebody takes the copy out of Fieldbook."""
    after = {"format": path.suffix.removeprefix(".")}
    record(by, "took a copy out", document.reference, inspection_id=document.inspection_id, after=after)


@job(COPY, seconds=SECONDS)
def make_copy(wanted: Job, by: Actor, progress: Progress) -> dict[str, str]:
    document = db.session.scalars(select(Document).where(Document.id == UUID(wanted.arguments["document"]))).one()
    if document.names is not Names.COVERED:
        raise Trouble(NOT_COVERED)
    texts = queries.list_present_texts(document.id)
    seen = striking.as_copy(document, texts)
    pages = [
        _Page(text.position, text.label, text.text, copy, _struck(text.text, copy))
        for text, copy in zip(texts, seen, strict=True)
    ]
    name, title = _name(document, texts, seen), f"{document.reference}, a copy with words struck out ({BLOCK})"
    # A picture shows what was not read, too: then there is no telling what would have to be struck out of it.
    in_pictures = document.original.kind == PDF.code and not document.trouble
    in_pictures = in_pictures and not any(text.recognised for text in texts)
    inspection_id, sha256, prefix = document.inspection_id, document.original.sha256, document.id.hex
    db.session.rollback()
    data = None
    if in_pictures:
        try:
            data = _in_pictures(storage.checked(inspection_id, sha256), pages)
        except (FileNotFoundError, storage.Damaged):
            raise Trouble("The file on the server is not the one that was received. Tell the administrator.") from None
        except (Changed, Refused):
            data = None
    path = (_folder() / name).with_suffix(".pdf" if data else ".txt")
    _put(path, data or _in_words(title, pages), prefix)
    return {"format": path.suffix.removeprefix(".")}


def _in_pictures(path: Path, pages: Sequence[_Page]) -> bytes | None:
    """A PDF of pictures with bars over what is struck out; None where the place of some of it is not known."""
    jail, bars = current_app.config["JAIL_REQUIRED"], {}
    for page in pages:
        if not page.text.strip():
            bars[page.position] = [WHOLE]  # nothing in it was read
        elif page.spans:
            boxes = boxes_of(path, PDF, page.position, page.text, page.spans, require_jail=jail)
            if not all(boxes):
                return None
            bars[page.position] = [box for found in boxes for box in found]
    return struck_pdf(path, PDF, bars, require_jail=jail)


def _in_words(title: str, pages: Sequence[_Page]) -> bytes:
    return "\n\n".join(
        [title, *(f"{page.label[:1].upper()}{page.label[1:]}\n\n{page.seen}" for page in pages), ""]
    ).encode()


def _struck(text: str, seen: str) -> list[tuple[int, int]]:
    """Where the text and what is seen of it differ. No run is of blanks alone: they are drawn nowhere."""
    found: list[tuple[int, int]] = []
    for at, (was, now) in enumerate(zip(text, seen, strict=True)):
        if was == now:
            continue
        if found and found[-1][1] == at:
            found[-1] = (found[-1][0], at + 1)
        elif not was.isspace():
            found.append((at, at + 1))
    return found


def _name(document: Document, texts: Sequence[SourceText], seen: Sequence[str]) -> str:
    digest = hashlib.sha256(f"{document.original_id} {document.trouble}".encode())
    for text, copy in zip(texts, seen, strict=True):
        digest.update(f"{text.id} {text.label} {hashlib.sha256(copy.encode()).hexdigest()}".encode())
    return f"{document.id.hex}-{digest.hexdigest()[:32]}"


def _folder() -> Path:
    return Path(current_app.config["DATA_DIR"]) / "copies"


def _put(path: Path, data: bytes, prefix: str) -> None:
    """Whole or not at all, in place of what was made of the same document before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with open(part, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    os.replace(part, path)
    for other in path.parent.glob(f"{prefix}-*"):
        if other != path:
            with suppress(FileNotFoundError):
                other.unlink()
