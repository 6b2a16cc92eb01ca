"""Files with others in them, made on the spot: small OLE files (source: [MS-CFB]), and packages with more in them."""

import io
import struct
import zipfile
from collections.abc import Mapping
from typing import TypeAlias

Tree: TypeAlias = Mapping[str, "bytes | Tree"]

_FREE, _END, _TABLE, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_SECTOR = 512


def compound(tree: Tree) -> bytes:
    """A file with these streams (bytes) and storages (what they hold). All streams lie in whole sectors."""
    sectors: list[bytes] = []
    follows: list[int] = []
    entries: list[tuple[str, int, int, int, int]] = [("Root Entry", 5, 0, _END, 0)]  # name, type, child, first, size
    after: dict[int, int] = {}

    def put(data: bytes) -> int:
        first = len(sectors)
        pieces = [data[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(data), _SECTOR)]
        for piece in pieces:
            sectors.append(piece)
            follows.append(len(sectors))
        if not pieces:
            return _END
        follows[-1] = _END
        return first

    def add(held: Tree) -> int:
        before = first = 0
        for name, what in held.items():
            at = len(entries)
            entries.append((name, 0, 0, 0, 0))
            if isinstance(what, bytes):
                entries[at] = (name, 2, _NONE, put(what), len(what))
            else:
                entries[at] = (name, 1, add(what), 0, 0)
            if before:
                after[before] = at
            first, before = first or at, at
        return first or _NONE

    entries[0] = ("Root Entry", 5, add(tree), _END, 0)
    directory = b"".join(
        (name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0")
        + struct.pack("<HBB3I", 2 * len(name) + 2, kind, 1, _NONE, after.get(at, _NONE), child)
        + bytes(36)
        + struct.pack("<IQ", first, size)
        for at, (name, kind, child, first, size) in enumerate(entries)
    )
    start = put(directory)
    tables = 1
    while len(follows) + tables > tables * _SECTOR // 4:
        tables += 1
    first_table = len(sectors)
    whole = follows + [_TABLE] * tables
    whole += [_FREE] * (-len(whole) % (_SECTOR // 4))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, tables, start, 0, 0, _END, 0, _END, 0)
    numbers = [first_table + number for number in range(tables)]
    head += struct.pack("<109I", *numbers, *[_FREE] * (109 - tables))
    return head + b"".join(sectors) + struct.pack(f"<{len(whole)}I", *whole)


def put_into(data: bytes, files: Mapping[str, bytes | str]) -> bytes:
    """A zip, such as a Word file, with these in it too."""
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return target.getvalue()
