"""OLE files (compound file binary) as a tree of storages and streams. Source: [MS-CFB]."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..outcome import Limits, Refused, Trouble

_END = 0xFFFFFFFA  # sector numbers from here on mean something else
_NOBODY = 0xFFFFFFFF


@dataclass(slots=True)
class Entry:
    """A storage, which holds others by their names, or a stream, which holds bytes."""

    name: str
    stream: bool
    first: int
    size: int
    held: dict[str, "Entry"] = field(default_factory=dict)

    def every(self) -> Iterator["Entry"]:
        """All below it."""
        waiting = list(self.held.values())
        while waiting:
            entry = waiting.pop()
            yield entry
            waiting += entry.held.values()


class Ole:
    """Raises Refused(DAMAGED) for a chain that leads out of the file or into itself, TOO_LARGE beyond the limits."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._data = data
        self._left = limits.unpacked
        try:
            self._sector = 1 << struct.unpack_from("<H", data, 0x1E)[0]
            if self._sector not in (512, 4096):
                raise Refused(Trouble.DAMAGED)
            first_directory, self._small_below = struct.unpack_from("<I4xI", data, 0x30)
            first_small, _, first_more, _ = struct.unpack_from("<4I", data, 0x3C)
            self._table = self._read_table(first_more)
            self._small_table: tuple[int, ...] = ()
            self._small = b""
            small_table = self._chain(first_small)
            self._small_table = struct.unpack(f"<{len(small_table) // 4}I", small_table)
            self.root = self._read_tree(self._chain(first_directory), limits)
            self._small = self._chain(self.root.first)
        except (struct.error, IndexError) as error:
            raise Refused(Trouble.DAMAGED) from error

    def read(self, entry: Entry) -> bytes:
        """What a stream holds."""
        if entry.size >= self._small_below:
            found = self._chain(entry.first, entry.size)
        else:
            small, at = [], entry.first
            for _ in range(entry.size // 64 + 1):
                if at >= _END:
                    break
                small.append(self._small[at * 64 : at * 64 + 64])
                at = self._next(self._small_table, at)
            found = b"".join(small)
        if len(found) < entry.size:
            raise Refused(Trouble.DAMAGED)
        return found[: entry.size]

    def _read_table(self, first_more: int) -> tuple[int, ...]:
        """Which sector follows each."""
        sectors = list(struct.unpack_from("<109I", self._data, 0x4C))
        per_sector = self._sector // 4
        at, seen = first_more, 0
        while at < _END:
            seen += 1
            if seen * self._sector > len(self._data):
                raise Refused(Trouble.DAMAGED)
            *more, at = struct.unpack_from(f"<{per_sector}I", self._data, (at + 1) * self._sector)
            sectors += more
        sectors = [number for number in sectors if number < _END]
        if len(sectors) * self._sector > len(self._data):
            raise Refused(Trouble.DAMAGED)
        return tuple(
            number
            for sector in sectors
            for number in struct.unpack_from(f"<{per_sector}I", self._data, (sector + 1) * self._sector)
        )

    def _next(self, table: tuple[int, ...], at: int) -> int:
        if at >= len(table):
            raise Refused(Trouble.DAMAGED)
        return table[at]

    def _chain(self, first: int, size: int | None = None) -> bytes:
        most = len(self._data) // self._sector + 1 if size is None else -(-size // self._sector)
        at = first
        pieces: list[bytes] = []
        while at < _END and len(pieces) < most:
            self._left -= self._sector
            if self._left < 0:
                raise Refused(Trouble.TOO_LARGE)
            pieces.append(self._data[(at + 1) * self._sector : (at + 2) * self._sector])
            at = self._next(self._table, at)
        if size is None and at < _END:  # longer than the file: bent into a ring
            raise Refused(Trouble.DAMAGED)
        return b"".join(pieces)

    def _read_tree(self, directory: bytes, limits: Limits) -> Entry:
        if len(directory) // 128 > 20 * limits.entries:
            raise Refused(Trouble.TOO_LARGE)
        seen = {0}
        root, *_ = struct.unpack_from("<I", directory, 0x4C)
        top = self._entry(directory, 0)
        waiting = [(root, top)]
        while waiting:
            number, parent = waiting.pop()
            if number == _NOBODY or number in seen or (number + 1) * 128 > len(directory):
                continue
            seen.add(number)
            entry = self._entry(directory, number)
            parent.held[entry.name] = entry
            left, right, below = struct.unpack_from("<3I", directory, number * 128 + 68)
            waiting += [(left, parent), (right, parent), (below, entry)]
        return top

    def _entry(self, directory: bytes, number: int) -> Entry:
        raw = directory[number * 128 : (number + 1) * 128]
        length = min(struct.unpack_from("<H", raw, 64)[0], 64)
        first, size = struct.unpack_from("<II", raw, 116)
        return Entry(raw[: max(0, length - 2)].decode("utf-16-le", errors="replace"), raw[66] == 2, first, size)
