"""Bytes as they were received, on disk under their own SHA-256, one folder for each inspection."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import UUID

from flask import current_app

PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """What was put on disk."""

    sha256: str
    size: int


class Damaged(Exception):
    """The bytes on disk are not those that were received."""


def keep(inspection_id: UUID, stream: IO[bytes]) -> Kept:
    """Write the stream to disk, synced, before any row may name it. The same content twice is one file.

    Raises OSError when the disk is full or cannot be written; nothing of it is then left behind.
    """
    folder = _root() / inspection_id.hex
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{secrets.token_hex(8)}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with open(part, "xb") as out:
            while piece := stream.read(PIECE):
                digest.update(piece)
                size += len(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        final = _place(inspection_id, digest.hexdigest())
        final.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, final)
        for directory in (final.parent, folder):
            _sync(directory)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Kept(digest.hexdigest(), size)


def path_of(inspection_id: UUID, sha256: str) -> Path:
    """Where the bytes are. Raises FileNotFoundError."""
    place = _place(inspection_id, sha256)
    if not place.is_file():
        raise FileNotFoundError(sha256)
    return place


def read(inspection_id: UUID, sha256: str) -> bytes:
    """All the bytes, checked. Raises FileNotFoundError and Damaged."""
    data = path_of(inspection_id, sha256).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Damaged(sha256)
    return data


def pieces(inspection_id: UUID, sha256: str) -> Iterator[bytes]:
    """The bytes, a mebibyte at a time, for a download."""
    with open(path_of(inspection_id, sha256), "rb") as file:
        while piece := file.read(PIECE):
            yield piece


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
