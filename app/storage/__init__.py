"""Bytes as they were received, on disk under their own SHA-256, one folder for each inspection.

A file is never in memory as a whole. What a row names is told by functions that features register (`names`): whatever
else lies there was left by an upload that was cut off, and `sweep` clears it away.
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import UUID

from flask import current_app

from app.web import clock

PIECE = 1024 * 1024
UNNAMED_FOR = 3600  # seconds: no upload takes so long from the first byte to the row that names it

Names = Callable[[UUID], set[str]]
_named_by: list[Names] = []


@dataclass(frozen=True, slots=True)
class Kept:
    """What was put on disk."""

    sha256: str
    size: int


class Damaged(Exception):
    """The bytes on disk are not those that were received."""


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes that came in, synced, and have no name yet: they are placed, or discarded."""

    inspection_id: UUID
    path: Path
    sha256: str
    size: int


def keep(inspection_id: UUID, stream: IO[bytes]) -> Kept:
    """Write the stream to disk, synced, before any row may name it. The same content twice is one file.

    Raises OSError when the disk is full or cannot be written; nothing of it is then left behind.
    """
    return place(take(inspection_id, stream))


def take(inspection_id: UUID, stream: IO[bytes]) -> Part:
    """The first half of `keep`: the bytes on disk, to be looked at. Raises OSError, and then leaves nothing behind."""
    folder = _root() / inspection_id.hex
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(8)}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with open(path, "xb") as out:
            while piece := stream.read(PIECE):
                digest.update(piece)
                size += len(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Part(inspection_id, path, digest.hexdigest(), size)


def place(part: Part) -> Kept:
    """The second half: the bytes under their name. Raises OSError, and then leaves nothing behind."""
    try:
        os.utime(part.path)  # what waits for its row is not swept away as left over
        final = _place(part.inspection_id, part.sha256)
        final.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part.path, final)
        for directory in (final.parent, part.path.parent):
            _sync(directory)
    except BaseException:
        discard(part)
        raise
    return Kept(part.sha256, part.size)


def discard(part: Part) -> None:
    part.path.unlink(missing_ok=True)


def path_of(inspection_id: UUID, sha256: str) -> Path:
    """Where the bytes are. Raises FileNotFoundError."""
    place = _place(inspection_id, sha256)
    if not place.is_file():
        raise FileNotFoundError(sha256)
    return place


def checked(inspection_id: UUID, sha256: str) -> Path:
    """Where the bytes are, every one of them looked at. Raises FileNotFoundError and Damaged."""
    path, digest = path_of(inspection_id, sha256), hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    if digest.hexdigest() != sha256:
        raise Damaged(sha256)
    return path


def read(inspection_id: UUID, sha256: str) -> bytes:
    """All the bytes, checked; for files that are small. Raises FileNotFoundError and Damaged."""
    data = path_of(inspection_id, sha256).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Damaged(sha256)
    return data


def pieces(inspection_id: UUID, sha256: str) -> Iterator[bytes]:
    """The bytes, a mebibyte at a time, for a download."""
    with open(path_of(inspection_id, sha256), "rb") as file:
        while piece := file.read(PIECE):
            yield piece


def names(told: Names) -> Names:
    """Register a function that tells which SHA-256 of an inspection a feature's rows name."""
    _named_by.append(told)
    return told


def unnamed(older_than: float = UNNAMED_FOR) -> Iterator[Path]:
    """What lies there, older than so many seconds, and is named by no row: left by an upload that was cut off.

    Younger ones may belong to an upload whose row is about to be written.
    """
    limit = clock.of_the_machine() - older_than
    for folder in sorted(_root().glob("*")):
        with suppress(ValueError):  # a folder that is not ours
            inspection_id = UUID(folder.name)
            # Looked at before the rows are asked: what is named meanwhile was there young.
            old = [path for path in folder.rglob("*") if path.is_file() and _changed(path) < limit]
            known = {sha256 for told in _named_by for sha256 in told(inspection_id)} if old else set()
            yield from (path for path in old if path.name not in known)


def sweep(older_than: float = UNNAMED_FOR) -> int:
    """Clear away what is `unnamed`; how many files."""
    swept = 0
    for path in unnamed(older_than):
        if _changed(path) < clock.of_the_machine() - older_than:  # not placed anew meanwhile
            path.unlink(missing_ok=True)
            swept += 1
    return swept


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # taken away by another
        return clock.of_the_machine()


def _root() -> Path:
    return Path(current_app.config["DATA_DIR"]) / "originals"


def _place(inspection_id: UUID, sha256: str) -> Path:
    return _root() / inspection_id.hex / sha256[:2] / sha256


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
