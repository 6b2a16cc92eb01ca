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
from .mail import OWN_WORDS, messages_of, parse
from .outlook import attachments
from .package import RATIO, RATIO_FROM

_PIECE = 1 << 20
_HEAD = 1 << 16


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
    for part in _parts(parse(data)):
        inner = part.get_payload()
        if isinstance(inner, list):  # a message, or a report on what became of one
            messages = [each for each in inner if isinstance(each, EmailMessage)]
            content = b"\n".join(_bytes_of(each, part) for each in messages)
            name = _name_of(part) or (_subject_of(messages[0]) if messages else "message")
            end = ".txt" if part.get_content_type() == "message/delivery-status" else ".eml"
            yield Entry(name if name.lower().endswith(end) else name + end, len(content), _once(content))
        elif _name_of(part) or part.get_content_type() not in OWN_WORDS:
            payload = part.get_payload(decode=True)
            content = payload if isinstance(payload, bytes) else b""
            yield Entry(_name_of(part), len(content), _once(content))


def in_mailbox(data: bytes, _limits: Limits) -> Iterator[Entry]:
    """Each message of a mailbox."""
    for content in messages_of(data):
        head = email.message_from_bytes(content[:_HEAD], policy=email.policy.default)
        yield Entry(f"{_subject_of(head)}.eml", len(content), _once(content))


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The leaves, and messages inside it as they are."""
    if message.get_content_maintype() == "multipart" and isinstance(message.get_payload(), list):
        for part in message.iter_parts():
            if isinstance(part, EmailMessage):
                yield from _parts(part)
    else:
        yield message


def _bytes_of(message: EmailMessage, part: EmailMessage) -> bytes:
    """A message inside another. Some programs encode it whole, which is not allowed: then it has no head as it is."""
    how = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if not message.keys() and how in ("base64", "quoted-printable"):
        message["Content-Transfer-Encoding"] = how
        payload = message.get_payload(decode=True)
        return payload if isinstance(payload, bytes) else b""
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
    """What is attached to a message of Outlook, and to those in it."""
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
