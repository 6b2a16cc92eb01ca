"""The files in a file: in a ZIP, attached to a message, in a PDF. Their names are told, and never used as paths."""

import binascii
import contextlib
import email
import email.policy
import re
import stat
from collections.abc import Iterator
from email.message import EmailMessage
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from ..outcome import INNER, LINK, Limits, Refused, Trouble, clean
from .entries import Entry, inflate, is_bomb, once, open_zip
from .mail import OWN_WORDS, messages_of, parse
from .outlook import attachments, own_words

if TYPE_CHECKING:
    import pypdfium2

_HEAD = 1 << 16  # bytes in which a message’s subject is looked for
# A file that was put among the words of a message, as uuencode writes it; each line says how long it is.
_BEGINS = re.compile(rb"^begin(-base64)? [0-7]{3,4} ([^\r\n]+)", re.MULTILINE)
_LINE = re.compile(rb"\r?\n([^\r\n]*)")
_ENDS = (b"end", b"====")
# One that stands whole in the address of a link or picture: what it is, and what it holds.
_IN_LINK = re.compile(
    rb"\bdata:(?:[a-z]+/)?([a-z0-9.+-]{0,40})(?:;[^;,\s<>]{1,80}){0,5};base64,([a-z0-9+/%\s]+={0,2})", re.IGNORECASE
)


def zipped(data: bytes, limits: Limits) -> Iterator[Entry]:
    """Folders are left out, links are told as such. Raises Refused for what is no zip, and for a bomb as a whole."""
    package = open_zip(data, limits)
    entries = [entry for entry in package.infolist() if not entry.is_dir()]
    if sum(entry.file_size for entry in entries) > limits.unpacked:
        raise Refused(Trouble.TOO_LARGE)
    for entry in entries:
        trouble = None
        if stat.S_ISLNK(entry.external_attr >> 16):
            trouble = LINK
        elif entry.flag_bits & 1:
            trouble = Trouble.PASSWORD.code
        elif is_bomb(entry):
            trouble = Trouble.TOO_LARGE.code
        yield Entry(entry.filename, entry.file_size, lambda entry=entry: inflate(package, entry), trouble)  # type: ignore[misc]


def attached(data: bytes, _limits: Limits) -> Iterator[Entry]:
    """What is attached to a message, messages in it whole, and what was put among its words; not those words."""
    for part in _parts(parse(data)):
        inner = part.get_payload()
        if isinstance(inner, list):  # a message, or a report on what became of one
            messages = [each for each in inner if isinstance(each, EmailMessage)]
            content = b"\n".join(_bytes_of(each, part) for each in messages)
            name = _name_of(part) or (_subject_of(messages[0]) if messages else "message")
            end = ".txt" if part.get_content_type() == "message/delivery-status" else ".eml"
            yield Entry(name if name.lower().endswith(end) else name + end, len(content), once(content))
        elif _name_of(part) or part.get_content_type() not in OWN_WORDS:
            payload = part.get_payload(decode=True)
            content = payload if isinstance(payload, bytes) else b""
            yield Entry(_name_of(part), len(content), once(content))
        elif isinstance(words := part.get_payload(decode=True), bytes):
            yield from among(words)


def among(words: bytes) -> Iterator[Entry]:
    """The files that were put among the words of a message, by uuencode or into a link. What begins as one and does not
    end is damaged."""
    at = 0
    while begins := _BEGINS.search(words, at):
        at, content, ended = begins.end(), bytearray(), False
        while not ended and (line := _LINE.match(words, at)):
            if not (ended := line[1].rstrip() in _ENDS):
                try:
                    content += _decoded(line[1], in_base64=bool(begins[1]))
                except binascii.Error:
                    break
            at = line.end()
        if content:  # else somebody only wrote such a line
            name = clean(begins[2].decode("utf-8", errors="replace"))
            yield Entry(name, len(content), once(bytes(content)), None if ended else Trouble.DAMAGED.code)
    for number, link in enumerate(_IN_LINK.finditer(words), start=1):
        name, held, trouble = f"in a link {number}.{link[1].decode() or 'bin'}", b"", None
        try:
            held = binascii.a2b_base64(unquote_to_bytes(link[2]))
        except binascii.Error:
            trouble = Trouble.DAMAGED.code
        yield Entry(name, len(held), once(held), trouble)


def _decoded(line: bytes, *, in_base64: bool) -> bytes:
    """Raises binascii.Error."""
    if in_base64:
        return binascii.a2b_base64(line, strict_mode=True)
    length = (line[0] - 32) & 63 if line else 0
    return binascii.a2b_uu(line[: 1 + (length + 2) // 3 * 4])  # some programs write a letter more, to be summed up


def in_mailbox(data: bytes, _limits: Limits) -> Iterator[Entry]:
    """Each message of a mailbox."""
    for content in messages_of(data):
        head = email.message_from_bytes(content[:_HEAD], policy=email.policy.default)
        yield Entry(f"{_subject_of(head)}.eml", len(content), once(content))


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
        yield Entry(name, len(content or b""), once(content or b""), INNER if content is None else None)
    for words in own_words(data, limits):
        yield from among(words.encode())


def embedded(data: bytes, _limits: Limits) -> Iterator[Entry]:
    """The files that were put into a PDF."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Refused(Trouble.PASSWORD if "assword" in str(error) else Trouble.DAMAGED) from error
    for number in range(document.count_attachments()):
        yield _of_pdf(document.get_attachment(number))
    if b"/FileAttachment" in data or b"/EmbeddedFile" in data:  # else no page needs to be opened
        yield from _on_pages(document)


def _on_pages(document: "pypdfium2.PdfDocument") -> Iterator[Entry]:
    """Files that are pinned to a place on a page."""
    from pypdfium2 import PdfAttachment, PdfiumError, raw

    for number in range(len(document)):
        try:
            page = document[number]
        except PdfiumError:  # nobody gets to see that page
            continue
        for index in range(raw.FPDFPage_GetAnnotCount(page)):
            annotation = raw.FPDFPage_GetAnnot(page, index)
            pinned = annotation and raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_FILEATTACHMENT
            if pinned and (found := raw.FPDFAnnot_GetFileAttachment(annotation)):
                yield _of_pdf(PdfAttachment(found, document))
            raw.FPDFPage_CloseAnnot(annotation)
        page.close()


def _of_pdf(attachment: "pypdfium2.PdfAttachment") -> Entry:
    import pypdfium2

    name, content = "", b""
    with contextlib.suppress(pypdfium2.PdfiumError):
        name = clean(attachment.get_name())
    with contextlib.suppress(pypdfium2.PdfiumError):
        content = bytes(attachment.get_data())
    return Entry(name, len(content), once(content))
