"""EML by the standard library: the headers people read, the words, and what was attached (by name)."""

import email
import email.policy
import itertools
import re
from collections.abc import Iterable, Iterator
from email.message import EmailMessage
from html.parser import HTMLParser
from operator import itemgetter
from typing import TypeAlias

from ..outcome import Limits, Refused, Trouble, clean
from .pieces import Block
from .pieces import pieces as cut
from .plain import decode

_Part: TypeAlias = tuple[EmailMessage, EmailMessage | None]
OWN_WORDS = ("text/plain", "text/html")  # what a message says itself; all else in it is a file
_BEGINS = re.compile(rb"(?:\A|\n\r?\n)From [^\n]*\n(?:>From [^\n]*\n)?(?=[!-9;-~]+:)")
_HEADERS = ("From", "To", "Cc", "Bcc", "Date", "Subject")
_SILENT = {"script", "style", "head", "title", "template"}
_NEW_LINE = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "hr"}


def pages(data: bytes, limits: Limits) -> Iterator[tuple[str, str]]:
    """The message in pieces labelled 'message'; messages inside it follow as 'message 2' and so on."""
    yield from told(_all_read(parse(data), limits), limits)


def mailbox(data: bytes, limits: Limits) -> Iterator[tuple[str, str]]:
    """The messages of a mailbox in their order, as those inside a message are told."""
    found = messages_of(data)
    yield from told((words for message in found for words in _all_read(parse(message), limits)), limits)


def parse(data: bytes) -> EmailMessage:
    """A message from its bytes, in whatever encoding it was saved as text. Raises Refused."""
    message = email.message_from_bytes(_plain(data), policy=email.policy.default)
    if not message.keys():
        raise Refused(Trouble.DAMAGED if data.strip() else Trouble.EMPTY)
    return message


def messages_of(data: bytes) -> Iterator[bytes]:
    """Each message of a mailbox. A line 'From …' begins one at the start and behind an empty line, with a head below;
    elsewhere it is what somebody wrote."""
    data = _plain(data)
    found = list(_BEGINS.finditer(data))
    for number, begins in enumerate(found, start=1):
        yield data[begins.end() : found[number].start() + 1 if number < len(found) else len(data)]


def _plain(data: bytes) -> bytes:
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        data = decode(data).encode()
    return data.lstrip()


def told(messages: Iterable[str], limits: Limits) -> Iterator[tuple[str, str]]:
    """Messages in pieces, labelled 'message', 'message 2' and so on, and by their lines."""
    for number, words in enumerate(messages, start=1):
        if number > limits.pages:
            raise Refused(Trouble.TOO_LARGE)
        name = "message" if number == 1 else f"message {number}"
        for label, text in cut((Block(line) for line in words.split("\n")), "lines"):
            yield f"{name}, {label}", text


def _all_read(message: EmailMessage, limits: Limits) -> Iterator[str]:
    for part, depth in _messages(message):
        if depth > limits.nesting:
            raise Refused(Trouble.TOO_LARGE)
        yield _read(part)
        if part.get_content_type() == "multipart/encrypted" or "pkcs7-mime" in part.get_content_type():
            raise Refused(Trouble.PASSWORD)


def _messages(message: EmailMessage) -> Iterator[tuple[EmailMessage, int]]:
    """The message and those inside it, in the order of the file, with how deep each lies. EmailMessage.walk is not
    used: it calls itself, and a few hundred messages inside one another would end it."""
    yield message, 0
    waiting = [(message, 0)]
    while waiting:
        part, depth = waiting.pop(0)
        inner = part.get_payload()
        held = [each for each in inner if isinstance(each, EmailMessage)] if isinstance(inner, list) else []
        if part.get_content_type() == "message/rfc822":
            held = held[:1]
            depth += 1
            for each in held:
                yield each, depth
        waiting[:0] = [(each, depth) for each in held]


def _own_parts(message: EmailMessage, choice: EmailMessage | None = None) -> Iterator[_Part]:
    """The leaves of this message without those of messages inside it, each with that in which it is one choice."""
    if message.get_content_maintype() == "multipart" and isinstance(message.get_payload(), list):
        if choice is None and message.get_content_subtype() == "alternative":
            choice = message
        for part in message.iter_parts():
            if isinstance(part, EmailMessage) and part.get_content_type() != "message/rfc822":
                yield from _own_parts(part, choice)
    else:
        yield message, choice


def _read(message: EmailMessage) -> str:
    lines = [f"{name}: {value}" for name in _HEADERS for value in _header(message, name)]
    leaves = list(_own_parts(message))
    attached = [leaf for leaf, _ in leaves if leaf.get_content_disposition() == "attachment" or _file_name(leaf)]
    inline = [(leaf, choice) for leaf, choice in leaves if leaf not in attached]
    body = "\n\n".join(_body(inline)).strip("\n")
    if body:
        lines += ["", body]
    others = [leaf for leaf, _ in inline if leaf.get_content_type() not in OWN_WORDS]
    if attached:
        lines.append("")
    lines += [f"[attachment: {_file_name(leaf) or leaf.get_content_type()}]" for leaf in attached]
    lines += [f"[part not read: {leaf.get_content_type()}]" for leaf in others]
    return "\n".join(lines)


def _body(inline: Iterable[_Part]) -> Iterator[str]:
    """What it says, in its order; where the same is said in several ways, the plain text if that says anything."""
    for choice, group in itertools.groupby(inline, key=itemgetter(1)):
        found = [(leaf.get_content_type(), _words(leaf)) for leaf, _ in group if leaf.get_content_type() in OWN_WORDS]
        has_plain = choice is not None and any(kind == "text/plain" and words.strip() for kind, words in found)
        for kind, words in found:
            if kind == "text/plain":
                yield words
            elif not has_plain:
                yield from_html(words)


def _header(message: EmailMessage, name: str) -> Iterator[str]:
    try:
        values = message.get_all(name, [])
    except Exception:  # email's header parser stumbles over malformed headers in many ways; show them raw
        values = [value for key, value in message.raw_items() if key.lower() == name.lower()]
    for value in values:
        if text := " ".join(str(value).split()):
            yield text


def _file_name(part: EmailMessage) -> str:
    try:
        return clean(part.get_filename() or "")
    except Exception:  # as above
        return ""


def _words(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        text = raw.decode(part.get_content_charset() or "ascii")
    except (LookupError, UnicodeDecodeError, ValueError):  # a wrong or unknown label
        text = decode(raw)
    return clean(text)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _NEW_LINE:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        if tag in _NEW_LINE and tag != "br":
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(re.sub(r"\s+", " ", data))


def from_html(markup: str) -> str:
    """The words of HTML, one line for what stands on one."""
    reader = _Text()
    reader.feed(markup)
    reader.close()
    text = re.sub(r"[ \u00a0]*\n[ \u00a0]*", "\n", "".join(reader.words))
    return re.sub(r"\n{3,}", "\n\n", text).strip()
