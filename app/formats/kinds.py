"""What a file is. Its content decides; its name only breaks ties between kinds of plain text."""

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TypeAlias

import puremagic


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file. `readable` means that its text can be taken out now; the others are kept as they came."""

    code: str
    label: str  # as a person reads it: 'PDF document'
    media_type: str  # what a download may call it
    readable: bool = False


_OFFICE = "application/vnd.openxmlformats-officedocument."

PDF = Kind("pdf", "PDF document", "application/pdf", readable=True)
DOCX = Kind("docx", "Word document", _OFFICE + "wordprocessingml.document", readable=True)
XLSX = Kind("xlsx", "Excel workbook", _OFFICE + "spreadsheetml.sheet", readable=True)
PPTX = Kind("pptx", "PowerPoint presentation", _OFFICE + "presentationml.presentation", readable=True)
ODT = Kind("odt", "OpenDocument text", "application/vnd.oasis.opendocument.text", readable=True)
EML = Kind("eml", "E-mail message", "message/rfc822", readable=True)
MBOX = Kind("mbox", "Mailbox of e-mail messages", "application/mbox", readable=True)
CSV = Kind("csv", "CSV table", "text/csv", readable=True)
TXT = Kind("txt", "Plain text", "text/plain", readable=True)
VTT = Kind("vtt", "WebVTT transcript", "text/vtt", readable=True)
DOC = Kind("doc", "Word 97–2003 document", "application/msword")
XLS = Kind("xls", "Excel 97–2003 workbook", "application/vnd.ms-excel")
PPT = Kind("ppt", "PowerPoint 97–2003 presentation", "application/vnd.ms-powerpoint")
MSG = Kind("msg", "Outlook message", "application/vnd.ms-outlook", readable=True)
RTF = Kind("rtf", "Rich text document", "application/rtf")
ENCRYPTED_OFFICE = Kind("encrypted_office", "Office document with a password", "application/octet-stream")
PNG = Kind("png", "PNG picture", "image/png")
JPEG = Kind("jpeg", "JPEG picture", "image/jpeg")
TIFF = Kind("tiff", "TIFF picture", "image/tiff")
ZIP = Kind("zip", "ZIP archive", "application/zip")
UNKNOWN = Kind("unknown", "Unknown kind of file", "application/octet-stream")

KINDS = {
    kind.code: kind
    for kind in (
        *(PDF, DOCX, XLSX, PPTX, ODT, EML, MBOX, CSV, TXT, VTT, DOC, XLS, PPT, MSG, RTF),
        *(ENCRYPTED_OFFICE, PNG, JPEG, TIFF, ZIP, UNKNOWN),
    )
}

Bytes: TypeAlias = bytes | mmap  # what both can: slices, find, rfind

# How far into a large file is looked for what may stand anywhere: all of it would have to be in memory.
_FAR = 8 << 20

PICTURES = (PNG, JPEG, TIFF)
LEGACY = (DOC, XLS, PPT)  # opened only to see whether they hold a macro

_OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = {"image/png": PNG, "image/jpeg": JPEG, "image/tiff": TIFF}
_TEXT_NAMES = {".csv": CSV, ".tsv": CSV, ".eml": EML}
# A message as it is sent: one line for each of its head, which may go on in lines that begin with a blank.
_HEADER = re.compile(rb"([!-9;-~]+):([^\n]*\n?(?:[ \t][^\n]*\n?)*)")
_MAIL_HEADERS = {b"from", b"to", b"cc", b"subject", b"date", b"sender", b"received", b"message-id", b"return-path"}
_PART_HEADERS = {b"content-type", b"content-transfer-encoding", b"content-disposition"}
_ROUTING_HEADERS = {b"received", b"return-path", b"message-id", b"mime-version", b"delivered-to"}
_MULTIPART = re.compile(rb"\s*multipart/")
_BOUNDARY = re.compile(rb";\s*boundary\*?[0-9*]*\s*=", re.IGNORECASE)
_MAILBOX = re.compile(rb"From [^\n]*\n(?:>From [^\n]*\n)?")  # the line before each message of a mailbox
_WHEN = re.compile(rb"From [^\n]* \d\d?:\d\d[^\n]* \d{4}")
_HEAD = 1 << 18  # how long a message's head is looked at


def identify_file(path: Path, name: str) -> Kind:
    """The kind of a file on disk. Only what is looked at of it comes into memory, so it may be as large as can be."""
    with open(path, "rb") as file:
        if path.stat().st_size == 0:
            return identify(b"", name)
        with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
            return identify(data, name)


def identify(data: Bytes, name: str) -> Kind:
    """The kind of a file. Give all its bytes: the lists of names in a zip or an OLE file need not be at the beginning.

    puremagic (1.30) is asked for pictures only, without the name, for elsewhere it was seen to be wrong: every zip is
    a '.docx' to it, or 'xlsx' when it is a Word document; what tells them apart is the name it was given, so a
    renamed file lies. Every OLE file is 'application/msword', one with a password, .xls and .msg too. It knows about
    half of the .eml files, calls one in UTF-16 '.ini' and a chat log with tabs '.sndr', and SVG and XML with a
    document type 'image/svg+xml' and 'text/html'. SVG, HTML and XML are plain text here, never something to show or
    run.
    """
    if data[:8] == _OLE_START:
        return _ole_kind(data)
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zip_kind(data)
    if _is_pdf(data):
        return PDF
    if data[:5] == b"{\\rtf":
        return RTF
    if picture := _picture_kind(data):
        return picture
    return _text_kind(data, name) if is_text(data) else UNKNOWN


def is_text(data: Bytes) -> bool:
    """True for text in UTF-8, UTF-16 with a byte order mark, or a one-byte encoding: no NUL, hardly a control byte."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return len(data) % 2 == 0 and b"\x00\x00" not in data[:4096]
    head = data[:65536]
    if data.find(b"\x00", 0, _FAR) >= 0 or data.find(b"\x00", max(0, len(data) - _FAR)) >= 0:
        return False
    # ESC, BEL, BS and VT do turn up in logs and naughty strings; a binary file has far more of the rest.
    odd = sum(head.count(byte) for byte in range(1, 32) if byte not in (7, 8, 9, 10, 11, 12, 13, 27))
    return odd * 50 <= len(head)


def _is_pdf(data: Bytes) -> bool:
    if data[:5] == b"%PDF-":
        return True
    # Readers allow junk before the header (puremagic does not), but a text that only speaks of one is not a PDF.
    return re.search(rb"[\r\n]%PDF-\d", data[:1024]) is not None and data.find(b"endobj", 0, _FAR) >= 0


def _picture_kind(data: Bytes) -> Kind | None:
    try:
        guesses = puremagic.magic_string(data[:4096])
    except (LookupError, ValueError):
        return None
    return (
        _PICTURES.get(guesses[0].mime_type) if guesses and data[:2] in (b"\x89P", b"\xff\xd8", b"II", b"MM") else None
    )


def _text_kind(data: Bytes, name: str) -> Kind:
    start = data[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = data[2:_HEAD].replace(b"\x00", b"")
    if re.match(rb"WEBVTT(?:[ \t\r\n]|$)", start):
        return VTT
    start = start.lstrip().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    opening = _MAILBOX.match(start)
    head = _head_of(start[opening.end() :] if opening else start)
    if opening and (_is_message(head) or (_WHEN.match(start) and len(head.keys() & _MAIL_HEADERS) >= 2)):
        return MBOX
    if _is_message(head):
        return EML
    suffix = "." + name.rpartition(".")[2].lower() if "." in name else ""
    if suffix in _TEXT_NAMES:
        return _TEXT_NAMES[suffix]
    return EML if suffix != ".txt" and len(head.keys() & _ROUTING_HEADERS) >= 2 else TXT


def _head_of(text: bytes) -> dict[bytes, bytes]:
    """The headers that text begins with, by their names in small letters; the first of each."""
    found: dict[bytes, bytes] = {}
    at = 0
    while header := _HEADER.match(text, at):
        found.setdefault(header[1].lower(), header[2])
        at = header.end()
    return found


def _is_message(head: Mapping[bytes, bytes]) -> bool:
    """Whether a mail program would take a text that begins so for a message, in which files may lie.

    Not a note or a pasted message that only names who it is from: what it says stands there as it is.
    """
    content = head.get(b"content-type", b"").lower()
    if _MULTIPART.match(content):
        return _BOUNDARY.search(content) is not None
    return b"mime-version" in head and bool(head.keys() & (_MAIL_HEADERS | _PART_HEADERS))


# --- zip -----------------------------------------------------------------------------------------------------------


def _zip_kind(data: Bytes) -> Kind:
    # An OpenDocument file says what it is in its first entry, stored without compression.
    if data[26:28] == b"\x08\x00" and data[30:38] == b"mimetype":
        return ODT if data[38:79] == b"application/vnd.oasis.opendocument.textPK" else ZIP
    names = list(_zip_names(data))
    if not any(name.lower() == b"[content_types].xml" for name in names):
        return ZIP
    if any(re.fullmatch(rb"word/document\d*\.xml", name) for name in names):  # SharePoint writes document2.xml
        return DOCX
    if b"xl/workbook.xml" in names:
        return XLSX
    if b"ppt/presentation.xml" in names:
        return PPTX
    return ZIP


def _zip_names(data: Bytes, most: int = 5000) -> Iterator[bytes]:
    """Entry names from the central directory; from the local headers where that is cut off. Unpacks nothing.

    zipfile is not used here, in the parent: it would read as many entries as a hostile directory cares to hold.
    """
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65557))
    if end >= 0 and len(data) >= end + 22:
        size, _ = struct.unpack_from("<II", data, end + 12)
        at = end - size
        for _ in range(most):
            if at < 0 or data[at : at + 4] != b"PK\x01\x02" or at + 46 > len(data):
                return
            name, extra, comment = struct.unpack_from("<HHH", data, at + 28)
            yield data[at + 46 : at + 46 + name]
            at += 46 + name + extra + comment
        return
    at = 0
    for _ in range(most):
        at = data.find(b"PK\x03\x04", at, _FAR)
        if at < 0 or at + 30 > len(data):
            return
        (name,) = struct.unpack_from("<H", data, at + 26)
        yield data[at + 30 : at + 30 + name]
        at += 30


# --- OLE (compound file binary) --------------------------------------------------------------------------------------


def _ole_kind(data: Bytes) -> Kind:
    try:
        names = set(_ole_names(data))
    except (struct.error, IndexError):
        return UNKNOWN
    if "EncryptedPackage" in names:
        return ENCRYPTED_OFFICE
    if "__properties_version1.0" in names:
        return MSG
    if "WordDocument" in names:
        return DOC
    if names & {"Workbook", "Book"}:
        return XLS
    return PPT if "PowerPoint Document" in names else UNKNOWN


def _ole_names(data: Bytes) -> Iterator[str]:
    """Names at the top of the file's tree: a Word document may hold a workbook further down. Source: [MS-CFB] 2.6."""
    sector = 1 << min(struct.unpack_from("<H", data, 0x1E)[0], 12)
    fat_sectors = [n for n in struct.unpack_from("<109I", data, 0x4C) if n < 0xFFFFFFFA]
    per_sector = sector // 4

    def follows(number: int) -> int:
        start = (fat_sectors[number // per_sector] + 1) * sector
        return int(struct.unpack_from("<I", data, start + number % per_sector * 4)[0])

    directory = bytearray()
    at, turns = struct.unpack_from("<I", data, 0x30)[0], 0
    while at < 0xFFFFFFFA and turns < 1000:  # a chain may be bent into a ring
        directory += data[(at + 1) * sector : (at + 2) * sector]
        at, turns = follows(at), turns + 1

    waiting, seen = [struct.unpack_from("<I", directory, 0x4C)[0]], set()
    while waiting:
        number = waiting.pop()
        if number in seen or (number + 1) * 128 > len(directory):
            continue
        seen.add(number)
        entry = directory[number * 128 : (number + 1) * 128]
        length = min(struct.unpack_from("<H", entry, 64)[0], 64)
        yield entry[: max(0, length - 2)].decode("utf-16-le", errors="replace")
        waiting += struct.unpack_from("<II", entry, 68)
