"""Pictures of pages: drawn by the jailed child when somebody looks, and kept in a folder that can be thrown away."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from uuid import UUID

from flask import current_app

from app import storage
from app.documents.models import Document
from app.extensions import db
from app.formats.drawing import DRAWN, draw_page
from app.formats.kinds import KINDS
from app.formats.outcome import Refused, Trouble

# How wide the picture is shown, in per cent of its pane, and how many pixels are drawn for that.
ZOOMS = {100: 1000, 150: 1500, 200: 2000, 300: 3000}
ROOM = 1 << 30  # bytes of all pictures together
LEFT = ROOM // 2  # what is left of them by a sweep
AT_ONCE = 2
WAIT = 20  # seconds for another picture to be done
A4 = (1000, 1414)  # how a page looks that nobody has looked at yet

_drawing = BoundedSemaphore(AT_ONCE)


class NotDrawn(Exception):
    """There is no picture. The message says why, in a sentence; `for_good` if asking again is in vain."""

    def __init__(self, sentence: str, *, for_good: bool = False) -> None:
        super().__init__(sentence)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Wanted:
    """One page of an original at one width: all that is needed once the database is left alone."""

    inspection_id: UUID
    sha256: str
    kind: str
    page: int
    width: int

    @property
    def place(self) -> Path:
        return _folder() / self.inspection_id.hex / f"{self.sha256}-{self.page}-{self.width}.png"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a picture before it is asked for."""

    size: tuple[int, int]  # as it was drawn, or as pages mostly are
    trouble: str  # a sentence, where it could not be drawn; else empty


def has_picture(document: Document) -> bool:
    return KINDS[document.original.kind] in DRAWN


def wanted(document: Document, page: int, width: int) -> Wanted:
    return Wanted(document.inspection_id, document.original.sha256, document.original.kind, page, width)


def look(one: Wanted) -> Known:
    """Without drawing: its size, so that nothing jumps when it comes, or why there is none."""
    with suppress(OSError), open(one.place, "rb") as file:
        head = file.read(24)
        return Known((int.from_bytes(head[16:20]), int.from_bytes(head[20:24])), "")
    with suppress(OSError, KeyError):
        return Known(A4, Trouble.of(_why(one).read_text()).sentence)
    return Known(A4, "")


def draw(one: Wanted) -> Path:
    """Where the picture is, drawn if need be, which takes a fifth of a second and more. Raises NotDrawn.

    What the request read is let go of before: nobody is to wait for it meanwhile.
    """
    with suppress(FileNotFoundError):
        os.utime(one.place)  # the sweep begins with what nobody has looked at for long
        return one.place
    db.session.rollback()
    if not _drawing.acquire(timeout=WAIT):
        raise NotDrawn("Too many pictures are being drawn at once. Load the page again in a minute.")
    try:
        if not one.place.exists():
            _keep(one.place, _drawn(one))
            _sweep(one.place)
    finally:
        _drawing.release()
    return one.place


def _drawn(one: Wanted) -> bytes:
    try:
        path = storage.checked(one.inspection_id, one.sha256)
    except (FileNotFoundError, storage.Damaged):
        raise NotDrawn("The file on the server is not the one that was received. Tell the administrator.") from None
    try:
        return draw_page(path, KINDS[one.kind], one.page, one.width, require_jail=current_app.config["JAIL_REQUIRED"])
    except Refused as refused:
        for_good = refused.trouble is not Trouble.JAIL_MISSING
        if for_good:
            _keep(_why(one), refused.trouble.code.encode())
        raise NotDrawn(f"There is no picture of this page. {refused.trouble.sentence}", for_good=for_good) from None


def _why(one: Wanted) -> Path:
    return one.place.with_suffix(".why")


def _keep(place: Path, content: bytes) -> None:
    """Whole or not at all: another thread may be reading it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f"{secrets.token_hex(8)}.part")
    try:
        part.write_bytes(content)
        os.replace(part, place)
    finally:
        part.unlink(missing_ok=True)


def _sweep(new: Path) -> None:
    """Where there are too many, throw away those that nobody has looked at for longest; not the new one."""
    found = []
    for path in _folder().rglob("*.*"):
        with suppress(FileNotFoundError):
            seen = path.stat()
            found.append((seen.st_mtime, seen.st_size, path))
    total = sum(size for _at, size, _path in found)
    if total <= ROOM:
        return
    for _at, size, path in sorted(found, key=lambda one: one[0]):
        if path != new:
            path.unlink(missing_ok=True)
            total -= size
        if total <= LEFT:
            return


def _folder() -> Path:
    return Path(current_app.config["DATA_DIR"]) / "pictures"
