"""The files that were put into a Word, Excel, PowerPoint or OpenDocument file, beside what it is made of itself."""

import re
import struct
import zipfile
from collections.abc import Iterator
from posixpath import dirname, join, normpath

from ..outcome import OBJECT, Limits, Refused, Trouble, clean
from .entries import Entry, inflate, is_bomb, once, open_zip
from .ole import Ole
from .package import attribute, parse_xml, word

# What such a file is made of: its words, pictures and fonts. All else was put into it, or may have been.
_OWN = re.compile(
    r".+\.(?:xml|rels|vml|rdf|psmdcp|psdsor|sigs|odttf|fntdata|ttf|otf"
    r"|png|jpe?g|jpe|jfif|gif|bmp|dib|tiff?|emf|wmf|emz|wmz|svgz?|svm|ico|wdp|webp|eps|pict|pct|heic|avif)"
    r"|mimetype|layout-cache|(?:word|xl|ppt)/metadata|ObjectReplacements/.+|\[trash\]/.+"
    r"|(?:.+/)?(?:vbaProject|vbaProjectSignature\w*|printerSettings\d*|activeX\d*|attachedToolbars|customProperty\d*)"
    r"\.bin",
    re.IGNORECASE,
)
_PUT_INTO = {"package", "oleobject", "afchunk"}  # how a part calls a file that it shows or opens
_OLE = b"\xd0\xcf\x11\xe0"
_FILES = (_OLE, b"PK\x03\x04", b"%PDF", b"{\\rt")  # how files begin that are none of its parts, whatever their names
_RELATIONS = 32 << 20  # bytes of a part's list of what it names; a sheet with a link in each cell has a long one
_WRAPPED = ("Package", "CONTENTS", "EmbeddedOdf")  # streams that are a file as it was
_NATIVE = "\x01Ole10Native"  # a stream that is one behind its name
_EQUATION = {"Equation Native", "\x01Ole", "\x01CompObj", "\x03ObjInfo", "\x03EPRINT", "\x02OlePres000"}


def holds_files(data: bytes, limits: Limits) -> bool:
    """Whether there may be files in it; rather too often. Raises Refused."""
    return next(_found(open_zip(data, limits)), None) is not None


def files(data: bytes, limits: Limits) -> Iterator[Entry]:
    """The files in it. Of an object of another program what is wrapped in it; else that it cannot be taken out."""
    package, left = open_zip(data, limits), limits.unpacked
    for entry in _found(package):
        if is_bomb(entry):
            yield Entry(entry.filename, entry.file_size, once(b""), Trouble.TOO_LARGE.code)
        elif _start(package, entry) == _OLE:
            left -= entry.file_size
            if left < 0:
                raise Refused(Trouble.TOO_LARGE)
            yield from _unwrapped(package, entry, limits)
        else:
            yield Entry(entry.filename, entry.file_size, lambda entry=entry: inflate(package, entry))  # type: ignore[misc]


def _found(package: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """What is none of its parts by its name, is said by one of them to be a file, or begins as one does."""
    entries = [entry for entry in package.infolist() if not entry.is_dir()]
    named = set[str]()
    for entry in entries:
        if entry.filename.lower().endswith(".rels"):
            named |= _named_in(package, entry)
    for entry in entries:
        if (
            not _OWN.fullmatch(entry.filename)
            or entry.filename.endswith("/content.xml")  # an object of OpenDocument, with words of its own
            or entry.filename.lower() in named
            or _start(package, entry) in _FILES
        ):
            yield entry


def _named_in(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> set[str]:
    """Names, in small letters, of what a list of relationships says are files."""
    if entry.file_size > _RELATIONS or is_bomb(entry):
        raise Refused(Trouble.TOO_LARGE)
    folder, found = "/" + dirname(dirname(entry.filename)), set()
    try:
        root = parse_xml(b"".join(inflate(package, entry)))
    except Refused as refused:
        if refused.trouble is Trouble.TOO_LARGE:
            raise
        return set()  # then no program finds anything by it
    for node in root:
        if word(node) and (attribute(node, "Type") or "").rpartition("/")[2].lower() in _PUT_INTO:
            found.add(normpath(join(folder, attribute(node, "Target") or "")).lstrip("/").lower())
    return found


def _start(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return next(inflate(package, entry, 4), b"")
    except Refused:  # nobody gets anything out of it
        return b""


def _unwrapped(package: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> Iterator[Entry]:
    """What an object of OLE wraps: a file as it was, or a document from before 2007 that is one itself."""
    from ..kinds import (  # loaded already where files are taken out, and not needed to see if there are
        UNKNOWN,
        identify,
    )

    stem = re.sub(r"\.bin$", "", entry.filename, flags=re.IGNORECASE)
    found: list[tuple[str, bytes]] = []
    streams = {}
    try:
        content = b"".join(inflate(package, entry))
        ole = Ole(content, limits)
        streams = {held.name: held for held in ole.root.held.values() if held.stream}
        found = [(stem, ole.read(streams[name])) for name in _WRAPPED if name in streams]
        if _NATIVE in streams:
            label, wrapped = _native(ole.read(streams[_NATIVE]))
            found.append((f"{stem}/{label}", wrapped))
        if identify(content, "") is not UNKNOWN:
            found.append((stem, content))
    except (Refused, struct.error) as error:
        if isinstance(error, Refused) and error.trouble is Trouble.TOO_LARGE:
            raise
        found = []
    for name, inner in found:
        yield Entry(name if name != stem else f"{stem}.{identify(inner, '').code}", len(inner), once(inner))
    equation = "Equation Native" in streams and not streams.keys() - _EQUATION  # its picture says what it says
    if not found and not equation and not _OWN.fullmatch(entry.filename):
        yield Entry(entry.filename, entry.file_size, once(b""), OBJECT)


def _native(data: bytes) -> tuple[str, bytes]:
    """Name and bytes of a file that Windows wrapped. Raises struct.error for what is none."""
    label, path, rest = [*data[6:].split(b"\0", 2), b"", b""][:3]
    (length,) = struct.unpack_from("<4xI", rest)
    (size,) = struct.unpack_from("<I", rest, 8 + length)
    content = rest[12 + length : 12 + length + size]
    if len(content) < size:
        raise struct.error
    return clean((label or path).decode("cp1252", "replace")).replace("\\", "/").rpartition("/")[2] or "file", content
