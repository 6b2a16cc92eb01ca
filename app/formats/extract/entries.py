"""A file in a file, as whoever takes it apart tells of it; and zips, opened with their limits."""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

from ..outcome import Limits, Refused, Trouble

_PIECE = 1 << 20
# deflate packs at most 1032 to 1. A sheet of equal cells truly reaches 100 to 1, so only entries that are large by
# themselves are held to it; `Limits.unpacked` bounds the small ones.
RATIO = 100
RATIO_FROM = 10 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    size: int  # as its container says
    pieces: Callable[[], Iterator[bytes]]  # may raise Refused
    trouble: str | None = None  # known before it is opened: a Trouble's code, or LINK, INNER, OBJECT


def once(content: bytes) -> Callable[[], Iterator[bytes]]:
    return lambda: iter((content,) if content else ())


def open_zip(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """Raises Refused for what is no zip, and for one with more in it than the limits allow."""
    try:
        package = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise Refused(Trouble.DAMAGED) from error
    if len(package.infolist()) > limits.entries:
        raise Refused(Trouble.TOO_LARGE)
    return package


def is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > RATIO_FROM and entry.file_size > RATIO * max(1, entry.compress_size)


def inflate(package: zipfile.ZipFile, entry: zipfile.ZipInfo, piece: int = _PIECE) -> Iterator[bytes]:
    """What one file in a zip holds. Raises Refused."""
    try:
        with package.open(entry) as file:
            while read := file.read(piece):
                yield read
    except Exception as error:  # zlib, lzma and zipfile each have their own; MemoryError is told as it is elsewhere
        if isinstance(error, MemoryError):
            raise
        raise Refused(Trouble.DAMAGED) from error
