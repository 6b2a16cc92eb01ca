"""MSG, as Outlook saves a message: what mail.py shows of one. Source: [MS-OXMSG], [MS-OXPROPS]."""

import datetime
import email.utils
import re
import struct
from collections.abc import Iterator
from functools import partial

from ..outcome import Limits, Refused, Trouble, clean
from .mail import Said, told
from .markup import Html, said_beside
from .ole import Entry, Ole
from .plain import decode
from .rich import Rich, unpack

_SUBJECT, _BODY, _HTML, _RICH, _HEADERS = 0x0037, 0x1000, 0x1013, 0x1009, 0x007D
_SENT, _DELIVERED = 0x0039, 0x0E06
_CODE_PAGES = (0x3FFD, 0x3FDE)  # of texts that are not Unicode; of the HTML
# Display name, then addresses from the best to the least readable.
_SENDERS = ((0x0C1A, 0x5D01, 0x0C1F), (0x0042, 0x5D02, 0x0065))
_RECIPIENT = (0x3001, 0x39FE, 0x3003)
_RECIPIENT_TYPE = 0x0C15
_SHOWN = {1: ("To", 0x0E04), 2: ("Cc", 0x0E03), 3: ("Bcc", 0x0E02)}
_FILE_NAMES = (0x3707, 0x3704, 0x3001)
_EMBEDDED = "__substg1.0_3701000D"
_NOT_READ = b"[body not read: rich text]"


def pages(data: bytes, limits: Limits) -> Iterator[tuple[str, str]]:
    """The message in pieces labelled 'message'; messages attached to it follow as 'message 2' and so on."""
    ole = Ole(data, limits)
    return told((_said(message, limits) for message in _messages(ole, ole.root, limits)), limits)


class _Properties:
    """What is said of a message, recipient or attachment; texts are streams of their own, the rest is in one."""

    def __init__(self, ole: Ole, entry: Entry, skipped: int, code_page: str = "") -> None:
        self.entry = entry
        self._ole = ole
        self._fixed: dict[int, tuple[int, bytes]] = {}
        fixed = entry.held.get("__properties_version1.0")
        raw = ole.read(fixed)[skipped:] if fixed else b""
        for at in range(0, len(raw) - 15, 16):
            kind, key = struct.unpack_from("<HH", raw, at)
            self._fixed[key] = kind, raw[at + 8 : at + 16]
        self.code_page = code_page or next((f"cp{page}" for key in _CODE_PAGES[:1] if (page := self.number(key))), "")

    def number(self, key: int) -> int:
        kind, raw = self._fixed.get(key, (0, b""))
        return int(struct.unpack_from("<i", raw)[0]) if kind == 0x0003 else 0

    def moment(self, key: int) -> datetime.datetime | None:
        kind, raw = self._fixed.get(key, (0, b""))
        if kind != 0x0040:
            return None
        try:
            return datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(
                microseconds=struct.unpack("<Q", raw)[0] // 10
            )
        except OverflowError:
            return None

    def raw(self, key: int, kind: str) -> bytes | None:
        stream = self.entry.held.get(f"__substg1.0_{key:04X}{kind}")
        return self._ole.read(stream) if stream and stream.stream else None

    def text(self, key: int) -> str:
        if (wide := self.raw(key, "001F")) is not None:
            return clean(wide.decode("utf-16-le", errors="replace")).rstrip("\0\ufffd")
        if (narrow := self.raw(key, "001E")) is not None:
            return clean(_decoded(narrow, self.code_page)).rstrip("\0\ufffd")
        return ""

    def person(self, keys: tuple[int, int, int]) -> str:
        """'A Name <address>', or whichever of them there is; never an address of Exchange's own if there is another."""
        name, *addresses = (" ".join(self.text(key).split()) for key in keys)
        address = next((each for each in addresses if "@" in each), "") or next(filter(None, addresses), "")
        if not name or name == address:
            return address
        return f"{name} <{address}>" if address else name


def _decoded(raw: bytes, code_page: str) -> str:
    try:
        return raw.decode("utf-8" if code_page == "cp65001" else code_page or "ascii")
    except (LookupError, UnicodeDecodeError):
        return decode(raw)


def _messages(ole: Ole, top: Entry, limits: Limits) -> Iterator[_Properties]:
    """The message, then those attached to it, each with its own."""
    waiting = [(top, 32, 0)]
    while waiting:
        entry, skipped, depth = waiting.pop(0)
        if depth > limits.nesting:
            raise Refused(Trouble.TOO_LARGE)
        message = _Properties(ole, entry, skipped)
        yield message
        waiting[:0] = [
            (inner, 24, depth + 1)
            for attachment in _held(entry, "__attach_")
            if (inner := attachment.held.get(_EMBEDDED)) and not inner.stream
        ]


def attachments(data: bytes, limits: Limits) -> Iterator[tuple[str, bytes | None]]:
    """Name and bytes of what is attached; None for a message that is, which is no file of its own there. What is
    attached to that one follows, under its name."""
    ole = Ole(data, limits)
    waiting = [(ole.root, 32, "", 0)]
    while waiting:
        top, skipped, inside, depth = waiting.pop(0)
        if depth > limits.nesting:
            raise Refused(Trouble.TOO_LARGE)
        message = _Properties(ole, top, skipped)
        for entry in _held(top, "__attach_"):
            attachment = _Properties(ole, entry, 8, message.code_page)
            name = inside + _name_of(attachment)
            yield name, attachment.raw(0x3701, "0102")
            if (inner := entry.held.get(_EMBEDDED)) and not inner.stream:
                waiting.append((inner, 24, f"{name}/", depth + 1))


def own_words(data: bytes, limits: Limits) -> Iterator[str]:
    """What each message says, as plain text and as HTML, as it stands: a file may have been put among it."""
    ole = Ole(data, limits)
    for message in _messages(ole, ole.root, limits):
        yield message.text(_BODY)
        yield _markup(message)


def _name_of(attachment: _Properties) -> str:
    return next((name for key in _FILE_NAMES if (name := " ".join(attachment.text(key).split()))), "without a name")


def _held(entry: Entry, prefix: str) -> list[Entry]:
    return [entry.held[name] for name in sorted(entry.held) if name.startswith(prefix)]


def _said(message: _Properties, limits: Limits) -> Said:
    lines = list(_heads(message))
    plain, markup = message.text(_BODY).strip("\n"), Html(_markup(message))
    if body := plain or markup.words or _rich(message, limits).words:
        lines += ["", body]
    attached = [_Properties(message._ole, entry, 8, message.code_page) for entry in _held(message.entry, "__attach_")]
    if attached:
        lines.append("")
    lines += [f"[attachment: {_name_of(attachment)}]" for attachment in attached]
    words = "\n".join(lines)
    as_html = partial(said_beside, words, [markup])
    return Said(words, {"HTML": as_html, "rich text": lambda: _as_rich_text(message, f"{words}\n{as_html()}", limits)})


def _heads(message: _Properties) -> Iterator[str]:
    sender = next((person for keys in _SENDERS if (person := message.person(keys))), "")
    if sender:
        yield f"From: {sender}"
    people: dict[int, list[str]] = {}
    for entry in _held(message.entry, "__recip_"):
        recipient = _Properties(message._ole, entry, 8, message.code_page)
        people.setdefault(recipient.number(_RECIPIENT_TYPE), []).append(recipient.person(_RECIPIENT))
    for kind, (title, displayed) in _SHOWN.items():
        names = ", ".join(filter(None, people.get(kind, []))) or " ".join(message.text(displayed).split())
        if names:
            yield f"{title}: {names}"
    # As it came over the wire, which says the time zone; else as Outlook keeps it.
    if head := re.search(r"^Date:[ \t]*(.+)$", message.text(_HEADERS), re.MULTILINE | re.IGNORECASE):
        yield f"Date: {' '.join(head[1].split())}"
    elif moment := message.moment(_SENT) or message.moment(_DELIVERED):
        yield f"Date: {email.utils.format_datetime(moment)}"
    if subject := " ".join(message.text(_SUBJECT).split()):
        yield f"Subject: {subject}"


def _markup(message: _Properties) -> str:
    if (raw := message.raw(_HTML, "0102")) is not None:
        page = message.number(_CODE_PAGES[1])
        return clean(_decoded(raw, f"cp{page}" if page else message.code_page))
    return message.text(_HTML)


def _as_rich_text(message: _Properties, words: str, limits: Limits) -> str:
    """What the message says as RTF that `words` do not."""
    return said_beside(words, [_rich(message, limits)], "rich text")


def _rich(message: _Properties, limits: Limits) -> Rich:
    """Nothing where there is none; where it cannot be read, that it is not."""
    raw = message.raw(_RICH, "0102")
    try:
        return Rich(unpack(raw, limits.unpacked) if raw else b"")
    except Refused:
        return Rich(_NOT_READ)
