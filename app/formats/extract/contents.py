"""The files in a file: in a ZIP, attached to a message, in a PDF. Their names are told, and never used as paths."""

import email
import email.policy
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from io import BytesIO

from ..outcome import INNER, LINK, Limits, Refused, Trouble, clean
from .outlook import attachments
from .package import RATIO, RATIO_FROM
from .plain import decode

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    size: int  # as its container says
    pieces: Callable[[], Iterator[bytes]]  # may raise Refused
    trouble: str | None = None  # known before it is opened: a Trouble's code, or LINK


def zipped(data: bytes, limits: Limits) -> Iterator[Entry]:
    """Folders are left out, links are told as such. Raises Refused for what is no zip, and for a bomb as a whole."""
    try:
        package = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise Refused(Trouble.DAMAGED) from error
    entries = [entry for entry in package.infolist() if not entry.is_dir()]
    if len(package.infolist()) > limits.entries or sum(entry.file_size for entry in entries) > limits.unpacked:
        raise Refused(Trouble.TOO_LARGE)
    for entry in entries:
        trouble = None
        if stat.S_ISLNK(entry.external_attr >> 16):
            trouble = LINK
        elif entry.flag_bits & 1:
            trouble = Trouble.PASSWORD.code
        elif entry.file_size > RATIO_FROM and entry.file_size > RATIO * max(1, entry.compress_size):
            trouble = Trouble.TOO_LARGE.code
        yield Entry(entry.filename, entry.file_size, lambda entry=entry: _inflate(package, entry), trouble)  # type: ignore[misc]


def _inflate(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with package.open(entry) as file:
            while piece := file.read(_PIECE):
                yield piece
    except Exception as error:  # zlib, lzma and zipfile each have their own; MemoryError is told as it is elsewhere
        if isinstance(error, MemoryError):
            raise
        raise Refused(Trouble.DAMAGED) from error


def attached(data: bytes, _limits: Limits) -> Iterator[Entry]:
    """What is attached to a message, and messages in it whole; not the words that are its own."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:3] == b"\xef\xbb\xbf":
        data = decode(data).encode()
    message = email.message_from_bytes(data.lstrip(), policy=email.policy.default)
    if not message.keys():
        raise Refused(Trouble.DAMAGED if data.strip() else Trouble.EMPTY)
    for part in _parts(message):
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            if isinstance(inner, list) and inner and isinstance(inner[0], EmailMessage):
                content = _bytes_of(inner[0])
                yield Entry(_name_of(part) or f"{_subject_of(inner[0])}.eml", len(content), _once(content))
        elif name := _name_of(part):
            payload = part.get_payload(decode=True)
            content = payload if isinstance(payload, bytes) else b""
            yield Entry(name, len(content), _once(content))


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The leaves, and messages inside it as they are."""
    if message.get_content_maintype() == "multipart" and isinstance(message.get_payload(), list):
        digest = message.get_content_type() == "multipart/digest"
        for part in message.iter_parts():
            if isinstance(part, EmailMessage):
                yield from [part] if digest else _parts(part)
    else:
        yield message


def _bytes_of(message: EmailMessage) -> bytes:
    try:
        return message.as_bytes(policy=email.policy.SMTP)
    except Exception:  # what it was read from cannot always be written again by the same rules
        return message.as_bytes(policy=email.policy.compat32)


def _name_of(part: EmailMessage) -> str:
    try:
        name = part.get_filename() or ""
    except Exception:  # email's header parser stumbles over malformed headers in many ways
        name = ""
    return clean(name) or ("attachment" if part.get_content_disposition() == "attachment" else "")


def _subject_of(message: EmailMessage) -> str:
    try:
        return clean(str(message.get("Subject", ""))).strip()[:100] or "message"
    except Exception:  # as above
        return "message"


def of_outlook(data: bytes, limits: Limits) -> Iterator[Entry]:
    """What is attached to a message of Outlook."""
    for name, content in attachments(data, limits):
        yield Entry(name, len(content or b""), _once(content or b""), INNER if content is None else None)


def embedded(data: bytes, _limits: Limits) -> Iterator[Entry]:
    """The files that were put into a PDF."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Refused(Trouble.PASSWORD if "assword" in str(error) else Trouble.DAMAGED) from error
    for number in range(document.count_attachments()):
        attachment = document.get_attachment(number)
        try:
            content = bytes(attachment.get_data())
        except pypdfium2.PdfiumError:
            content = b""
        yield Entry(clean(attachment.get_name()), len(content), _once(content))


def _once(content: bytes) -> Callable[[], Iterator[bytes]]:
    return lambda: iter((content,) if content else ())
