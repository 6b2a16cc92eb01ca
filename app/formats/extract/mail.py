"""EML by the standard library: the headers people read, the words, and what was attached (by name)."""

import email
import email.policy
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.message import EmailMessage
from functools import partial
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from ..outcome import Limits, Refused, Trouble, clean
from .markup import Html, said_beside
from .pieces import Block
from .pieces import pieces as cut
from .plain import decode

_Part: TypeAlias = tuple[EmailMessage, EmailMessage | None]
OWN_WORDS = ("text/plain", "text/html")  # what a message says itself; all else in it is a file
_BEGINS = re.compile(rb"(?:\A|\n\r?\n)From [^\n]*\n(?:>From [^\n]*\n)?(?=[!-9;-~]+:)")
_HEADERS = ("From", "To", "Cc", "Bcc", "Date", "Subject")


class Said(NamedTuple):
    """What a message says."""

    words: str
    beside: Mapping[str, Callable[[], str]]  # what 'HTML' says of it that these do not; read when all words are told


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


def told(messages: Iterable[Said], limits: Limits) -> Iterator[tuple[str, str]]:
    """Messages in pieces, labelled 'message', 'message 2' and so on, and by their lines.

    What only the HTML of them says follows at the end, as 'message as HTML': so the pieces before it stand where they
    stood in readings of before.
    """
    others, refused = [], None
    try:
        for number, said in enumerate(messages, start=1):
            if number > limits.pages:
                raise Refused(Trouble.TOO_LARGE)
            name = "message" if number == 1 else f"message {number}"
            yield from _labelled(name, said.words)
            others += [(f"{name} as {how}", read) for how, read in said.beside.items()]
    except Refused as trouble:
        refused = trouble
    for name, read in others:
        yield from _labelled(name, read())
    if refused:
        raise refused


def _labelled(name: str, words: str) -> Iterator[tuple[str, str]]:
    for label, text in cut((Block(line) for line in words.split("\n")), "lines"):
        yield f"{name}, {label}", text


def _all_read(message: EmailMessage, limits: Limits) -> Iterator[Said]:
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


def _read(message: EmailMessage) -> Said:
    lines = [f"{name}: {value}" for name in _HEADERS for value in _header(message, name)]
    leaves = list(_own_parts(message))
    attached = [leaf for leaf, _ in leaves if leaf.get_content_disposition() == "attachment" or _file_name(leaf)]
    inline = [(leaf, choice) for leaf, choice in leaves if leaf not in attached]
    said = list(_body(inline))
    body = "\n\n".join(words for words, _ in said if words is not None).strip("\n")
    if body:
        lines += ["", body]
    others = [leaf for leaf, _ in inline if leaf.get_content_type() not in OWN_WORDS]
    if attached:
        lines.append("")
    lines += [f"[attachment: {_file_name(leaf) or leaf.get_content_type()}]" for leaf in attached]
    lines += [f"[part not read: {leaf.get_content_type()}]" for leaf in others]
    words = "\n".join(lines)
    return Said(words, {"HTML": partial(said_beside, words, [markup for _, markup in said if markup is not None])})


def _body(inline: Iterable[_Part]) -> Iterator[tuple[str | None, Html | None]]:
    """What it says, in its order; where the same is said in several ways, the plain text if that says anything. None
    for what is not said once more; beside it the HTML, which may say more."""
    for choice, group in itertools.groupby(inline, key=itemgetter(1)):
        found = [(leaf.get_content_type(), _words(leaf)) for leaf, _ in group if leaf.get_content_type() in OWN_WORDS]
        has_plain = choice is not None and any(kind == "text/plain" and words.strip() for kind, words in found)
        for kind, words in found:
            if kind == "text/plain":
                yield words, None
            else:
                markup = Html(words)
                yield None if has_plain else markup.words, markup


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
