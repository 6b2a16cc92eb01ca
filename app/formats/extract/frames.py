"""PNG, JPEG and TIFF have pages without words: how many."""

import struct
from collections.abc import Iterator

from ..outcome import Limits, Refused, Trouble


def pages(data: bytes, limits: Limits) -> Iterator[tuple[str, str]]:
    """('page n', '') for each, then Refused(PICTURE)."""
    count = 0
    for count, _ in enumerate(_frames(data), start=1):
        if count > limits.pages:
            raise Refused(Trouble.TOO_LARGE)
        yield f"page {count}", ""
    raise Refused(Trouble.PICTURE if count else Trouble.DAMAGED)


def _frames(data: bytes) -> Iterator[int]:
    """Where each begins. A TIFF is a chain of tables, each of which says where the next is."""
    if data[:4] not in (b"II*\0", b"MM\0*"):
        yield 0
        return
    order = "<" if data[:2] == b"II" else ">"
    seen: set[int] = set()
    try:
        (at,) = struct.unpack_from(order + "I", data, 4)
        while at and at not in seen:
            seen.add(at)
            (entries,) = struct.unpack_from(order + "H", data, at)
            (following,) = struct.unpack_from(order + "I", data, at + 2 + 12 * entries)
            yield at
            at = following
    except struct.error as error:
        raise Refused(Trouble.DAMAGED) from error
