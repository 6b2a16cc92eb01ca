"""RTF as Outlook keeps it beside a message's plain text. Source: [MS-OXRTFCP] (packed), [MS-OXRTFEX] (HTML in it)."""

import codecs
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..outcome import Refused, Trouble, clean
from .markup import Html

# What both sides know before the first byte.
_KNOWN = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096
_TOKEN = re.compile(
    r"\\(?P<word>[a-z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-f]{2})|\\(?P<sign>[^a-z])|(?P<brace>[{}])"
    r"|[\r\n]+|(?P<text>[^\\{}\r\n]+)",
    re.IGNORECASE | re.DOTALL,
)
_NO_TEXT = {"fonttbl", "colortbl", "stylesheet", "filetbl", "listtable", "listoverridetable", "pict", "objdata", "info"}
_MEANS = {
    **dict.fromkeys(("par", "line", "row", "sect", "page"), "\n"),
    **dict.fromkeys(("tab", "cell", "nestcell"), "\t"),
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "endash": "–",
    "emdash": "—",
    **dict.fromkeys(("emspace", "enspace", "qmspace"), " "),
}
_TWO_LETTERS = re.compile(r"[^\W_]{2}")  # else it is a bullet
_SIGNS = {"~": "\u00a0", "_": "\u2011", "-": "", "\n": "\n", "\r": "\n"}


def unpack(data: bytes, most: int) -> bytes:
    """The RTF of a compressed stream. Raises Refused for what is none, and for more than `most` bytes."""
    if len(data) < 16:
        raise Refused(Trouble.DAMAGED)
    size, whole, how, _ = struct.unpack_from("<II4sI", data)
    packed = data[16 : size + 4]
    if how == b"MELA":  # not packed
        return packed[:whole]
    if how != b"LZFu":
        raise Refused(Trouble.DAMAGED)
    told, at = bytearray(_KNOWN), 0
    while at < len(packed):
        flags, at = packed[at], at + 1
        for bit in range(8):
            if at >= len(packed):
                break
            if not flags >> bit & 1:
                told.append(packed[at])
                at += 1
                continue
            reference = int.from_bytes(packed[at : at + 2], "big")
            at += 2
            back = (len(told) - (reference >> 4)) % _WINDOW
            if back == 0:  # the end
                return bytes(told[len(_KNOWN) :])
            if back > len(told):
                raise Refused(Trouble.DAMAGED)
            for _ in range((reference & 15) + 2):
                told.append(told[-back])
        if len(told) - len(_KNOWN) > most:
            raise Refused(Trouble.TOO_LARGE)
    return bytes(told[len(_KNOWN) :])


@dataclass(frozen=True, slots=True)
class _State:
    """What holds in a group of RTF, and in those in it."""

    silent: bool = False
    not_html: bool = False  # what stands here is for readers of RTF, which HTML says in its own way
    skipped: int = 1  # letters that stand behind one in Unicode, for readers that do not know it


class Rich:
    """What RTF says, as Html does. Where HTML is wrapped in it that is read, and what only readers of RTF are told is
    hidden in it."""

    def __init__(self, data: bytes) -> None:
        wraps, told = _read(data)
        said = _joined(text for only_rtf, text in told if not only_rtf)
        self.markup = Html(said if wraps else "")
        self.words = self.markup.words if wraps else said.strip()
        others = _joined(text for only_rtf, text in told if only_rtf).split("\n")
        self.hidden = self.markup.hidden + [" ".join(line.split()) for line in others if _TWO_LETTERS.search(line)]


def _joined(texts: Iterable[str]) -> str:
    """Letters beyond the first plane are told in two halves."""
    return clean("".join(texts).encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _read(data: bytes) -> tuple[bool, list[tuple[bool, str]]]:
    """Whether HTML is wrapped in it; what is said, and of each whether only to readers of RTF.

    What is broken is read too.
    """
    told: list[tuple[bool, str]] = []
    raw, outer = bytearray(), list[_State]()
    state, wraps, code_page, skip = _State(), False, "cp1252", 0

    def say(text: str) -> None:
        if raw:
            told.append((state.not_html, raw.decode(code_page, errors="replace")))
            raw.clear()
        if text and not state.silent:
            told.append((state.not_html, text))

    for token in _TOKEN.finditer(data.decode("latin-1")):
        word, number = (token["word"] or "").lower(), int(token["number"] or 1)
        if token["byte"]:
            if skip:
                skip -= 1
            elif not state.silent:
                raw.append(int(token["byte"], 16))
        elif token["text"]:
            text, skip = token["text"][skip:], max(0, skip - len(token["text"]))
            if not state.silent:
                raw += text.encode("latin-1")
        elif token["brace"] == "{":
            say("")
            outer.append(state)
        elif token["brace"]:
            say("")
            state, skip = outer.pop() if outer else _State(), 0
        elif token["sign"] == "*":
            say("")
            state = replace(state, silent=True)
        elif token["sign"]:
            say(_SIGNS.get(token["sign"], token["sign"] if token["sign"] in "\\{}" else ""))
        elif word == "u" and token["number"]:
            say(chr(number % 65536))
            skip = state.skipped
        elif word == "uc":
            state = replace(state, skipped=max(0, min(number, 9)))
        elif word == "ansicpg":
            code_page = _known(number)
        elif word == "fromhtml":
            wraps = True
        elif word == "htmltag" and wraps:
            say("")
            state = replace(state, silent=False, not_html=False)
        elif word == "htmlrtf":
            say("")
            state = replace(state, not_html=wraps and number != 0)
        elif word == "pntext" and wraps:  # bullets and numbers
            state = replace(state, not_html=True)
        elif word in _NO_TEXT:
            state = replace(state, silent=True)
        elif word in _MEANS:
            say(_MEANS[word])
    say("")
    return wraps, told


def _known(code_page: int) -> str:
    try:
        return codecs.lookup("utf-8" if code_page == 65001 else f"cp{code_page}").name
    except LookupError:
        return "cp1252"
