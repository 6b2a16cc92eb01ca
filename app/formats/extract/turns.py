"""Transcripts and notes typed elsewhere, as paragraphs: who said each, when, and its words.

A paragraph is a cue of a WebVTT (or of what one voice said in it), a paragraph of a document, or what stands between
two blank lines of a text. Nothing is dropped but what is no speech: comments and styles of a WebVTT, which are counted.
What was taken for a speaker is given with exactly what stood there, so that it can be put back.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..outcome import Limits, clean
from . import opendocument, pdf, word
from .plain import ENTITIES, decode


@dataclass(frozen=True, slots=True)
class Turn:
    """One paragraph."""

    speaker: str  # as the file calls them; may be empty
    lead: str  # what stood before the words and named the speaker, exactly: 'Name: '; empty where markup did
    at: int | None  # milliseconds from the beginning of the recording
    words: str  # empty where a name stands alone


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that is no speech."""

    what: str  # 'comments', 'styles', 'margins'


Piece = Turn | LeftOut


def vtt(data: bytes, limits: Limits) -> Iterator[Piece]:
    """A WebVTT, in the order of the file. Source: W3C WebVTT, 6.1 (file parsing), 6.4 (cue text)."""
    lines = clean(decode(data)).split("\n")
    start = 1
    while start < len(lines) and lines[start].strip() and not _TIMES.match(lines[start]):
        start += 1  # the rest of the head
    yield from _cues(lines[start:])


def text(data: bytes, limits: Limits) -> Iterator[Piece]:
    """Plain text, in whatever encoding it was saved; subtitles (SRT) are known by the lines of their times."""
    lines = clean(decode(data)).split("\n")
    yield from _cues(lines) if any(map(_PADDED.match, lines)) else _paragraphs(_blocks(lines))


def docx(data: bytes, limits: Limits) -> Iterator[Piece]:
    """A Word document; headers and footers are left out."""
    blocks, margins = word.paragraphs(data, limits)
    yield from _paragraphs(_Block(block.text.split("\n"), block.heading) for block in blocks)
    if margins:
        yield LeftOut("margins")


def odt(data: bytes, limits: Limits) -> Iterator[Piece]:
    """An OpenDocument text."""
    blocks = opendocument.paragraphs(data, limits)
    yield from _paragraphs(_Block(block.text.split("\n"), block.heading) for block in blocks)


def portable(data: bytes, limits: Limits) -> Iterator[Piece]:
    """A PDF. It knows lines and no paragraphs, so only a speaker's name begins one; a page's end does not."""
    lines = [line for _label, page in pdf.pages(data, limits) for line in clean(page).split("\n")]
    yield from _paragraphs(_blocks(lines))


# --- cues ------------------------------------------------------------------------------------------------------------

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}(?:\s|$)")
_PADDED = re.compile(r"^\s*(?:\d{2,}:)?\d{2}:\d{2}[.,]\d{3}\s*-->\s*(?:\d{2,}:)?\d{2}:\d{2}[.,]\d{3}(?:\s|$)")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?(?:[ \t\n]+([^>]*))?>|</v>")
# Only what WebVTT knows is markup; '<Pooja>' is what somebody is called.
_MARKUP = re.compile(r"</?(?:c|i|b|u|ruby|rt|lang)(?:[.\s][^>]*)?>|<\d[\d:.]*>")


def _cues(lines: list[str]) -> Iterator[Piece]:
    cues = list(_read_cues(lines))
    names = Names([piece.words for piece in cues if isinstance(piece, Turn) and not piece.speaker], cues=True)
    for piece in cues:
        if isinstance(piece, Turn) and not piece.speaker:
            speaker, lead = names.at_start_of(piece.words)
            if speaker:
                piece = Turn(speaker, lead, piece.at, piece.words[len(lead) :])
        yield piece


def _read_cues(lines: list[str]) -> Iterator[Piece]:
    at: int | None = None
    number = 0
    while number < len(lines):
        line, following = lines[number], lines[number + 1] if number + 1 < len(lines) else ""
        if not line.strip():
            number += 1
            continue
        if not _TIMES.match(line) and _TIMES.match(following):
            number, line = number + 1, following  # a cue's identifier says nothing
        times = _TIMES.match(line)
        if times:
            at, number = _milliseconds(times[1], times[2], times[3], times[4]), number + 1
        end = number
        while end < len(lines) and lines[end].strip() and not _TIMES.match(lines[end]):
            end += 1
        block, number = lines[number:end], end
        if not times and re.match(r"NOTE(?:[ \t]|$)", block[0]):
            yield LeftOut("comments")
        elif not times and re.match(r"(?:STYLE|REGION)[ \t]*$", block[0]):
            yield LeftOut("styles")
        else:  # words outside of any cue are still words: they are taken with the time of the cue before
            yield from _voices("\n".join(block), at)


def _voices(body: str, at: int | None) -> Iterator[Turn]:
    """One cue may hold several voices, and words of nobody's before and after them."""
    speaker, place = "", 0
    for mark in [*_VOICE.finditer(body), None]:
        words = _words_of_cue(body[place : mark.start()] if mark else body[place:])
        if words:
            yield Turn(speaker, "", at, words)
        if mark:
            speaker, place = _words_of_cue(mark[1] or ""), mark.end()


def _words_of_cue(text: str) -> str:
    """Without markup, on one line: where a cue breaks its lines says only how wide the picture was."""
    text = _MARKUP.sub("", text)
    for entity, character in ENTITIES.items():
        text = text.replace(entity, character)
    return " ".join(line.strip() for line in text.split("\n") if line.strip())


def _milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str | None = None) -> int | None:
    if len(hours or "") > 4:
        return None
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole * 1000 + int((fraction or "0").ljust(3, "0"))


# --- paragraphs ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Block:
    lines: list[str]
    heading: bool = False


def _blocks(lines: list[str]) -> Iterator[_Block]:
    """What stands between blank lines; each line by itself where there are none between."""
    texts = "\n".join(lines).strip("\n")
    if not re.search(r"\n[ \t]*\n", texts):
        yield from (_Block([line]) for line in texts.split("\n"))
        return
    for block in re.split(r"\n(?:[ \t]*\n)+", texts):
        yield _Block(block.split("\n"), bool(_UNDERLINED.search(block)))


_UNDERLINED = re.compile(r"\A[^\n]+\n[ \t]*([=\-~^\"'#*+])\1{2,}[ \t]*\Z")
_BULLET = re.compile(r"^\s*(?:[-\u2013\u2022*\u00b7\u25aa\u25cf]|\d{1,2}[.)])\s+\S")
_ASIDE = re.compile(r"\A(?:\*[^*]+\*|\([^()]*\)|\[[^\[\]]*\])\Z")  # '(Pause)', '*(10.15 am)*'
# Teams, in Word: 'Name   0:03', and the words on the lines after it.
_NAME_AND_TIME = re.compile(r"^(\S.{0,79}?)(?:[ \u00a0]{2,}|\t+)\[?(?:(\d+):)?(\d{1,2}):(\d{2})\]?\s*$")
_ARROW = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}\s*$")  # Teams, formerly: times, then the name, then the words
_STAMP = re.compile(r"^\s*\[?\(?(\d{1,2}):(\d{2}):(\d{2})(?:[.,]\d+)?\)?\]?(?:[ \t]+|$)")
# Without seconds it may as well be the time of day: it stays with the words, as it is typed.
_TIME_OF_DAY = re.compile(r"^\s*[\[(]?\d{1,2}[:.]\d{2}[\])]?(?:[ \t]*[-\u2013][ \t]*|[ \t]+)")


def _paragraphs(blocks: Iterable[_Block]) -> Iterator[Turn]:
    held = list(blocks)
    reader = _Reader(Names([line for block in held for line in block.lines]))
    for block in held:
        yield from reader.read(block)
    yield from reader.finish()


@dataclass(frozen=True, slots=True)
class _Start:
    """What a line changes that says who speaks, or when."""

    at: int | None
    speaker: str = ""
    lead: str = ""
    words: str = ""
    name_follows: bool = False


class _Reader:
    """Goes through the lines, and remembers who speaks and when."""

    def __init__(self, names: "Names") -> None:
        self._names = names
        self._at: int | None = None
        self._speaker = ""
        self._lead = ""  # of the paragraph that begins, until it has words
        self._lines: list[str] = []
        self._name_follows = False

    def read(self, block: _Block) -> Iterator[Turn]:
        """The paragraphs of a block."""
        aside = _ASIDE.match("\n".join(block.lines).strip())
        if (block.heading or aside) and self._start(block.lines[0]) is None:
            yield Turn("", "", self._at, "\n".join(block.lines).strip("\n"))
            if block.heading:  # something new begins, and nobody has spoken in it
                yield from self.finish()
                self._speaker = ""
            return
        for number, line in enumerate(block.lines):
            if self._name_follows and line.strip():
                self._name_follows = False
                self._speaker, self._lead = line.strip(), line + "\n"
            elif (start := self._start(line)) is not None:
                yield from self._end()
                yield from self.finish()
                self._at, self._speaker, self._lead = start.at, start.speaker, start.lead
                self._name_follows = start.name_follows
                self._lines = [start.words] if start.words.strip() else []
            else:
                if number and _BULLET.match(line):
                    yield from self._end()
                self._lines.append(line)
        yield from self._end()

    def finish(self) -> Iterator[Turn]:
        """A name without words after it: no paragraph, unless it is found to be no name."""
        if self._lead:
            yield Turn(self._speaker, self._lead, self._at, "")
            self._lead = ""

    def _end(self) -> Iterator[Turn]:
        words = "\n".join(self._lines).strip("\n")
        self._lines = []
        if words.strip():
            yield Turn(self._speaker, self._lead, self._at, words)
            self._lead = ""

    def _start(self, line: str) -> _Start | None:
        if times := _ARROW.match(line):
            return _Start(_milliseconds(times[1], times[2], times[3], times[4]), name_follows=True)
        if header := _NAME_AND_TIME.match(line):
            return _Start(_milliseconds(header[2], header[3], header[4]), header[1].strip(), line + "\n")
        if stamp := _STAMP.match(line):
            rest = line[stamp.end() :]
            speaker, lead = self._names.at_start_of(rest, timed=True)
            return _Start(_milliseconds(stamp[1], stamp[2], stamp[3]), speaker, lead, rest[len(lead) :])
        time = _TIME_OF_DAY.match(line)
        rest = line[time.end() :] if time else line
        speaker, lead = self._names.at_start_of(rest)
        return _Start(self._at, speaker, lead, (time[0] if time else "") + rest[len(lead) :]) if speaker else None


# --- names -----------------------------------------------------------------------------------------------------------

_NUMBER = r"^\s*(?:\d{1,5}\t[ \t]*)?"  # a paragraph's, as qualitative programs print it
_BOLD = re.compile(_NUMBER + r"\*\*([^*\n:]{1,80})(?:\*\*[ \t]*:|:[ \t]*\*\*)(?:\s+|$)")
_PLAIN = re.compile(_NUMBER + r"([^\s:*_][^:\n]{0,59}?)[ \t]*:(?:\s+|$)")
_SMALL = frozenset("de del den der di da van von la le du bin al ten of the and for & | -".split())  # noqa: SIM905
# What stands before a colon in notes and is nobody: unless there is a reason, words stay words.
_NOBODY = frozenset(
    """
    action actions agenda aim aims also apologies attendees attending background because but cc comment comments
    conclusion date decision decisions e.g example finally first from however i.e introduction issue issues item
    location note notes place point points present purpose re reason result second so subject summary therefore third
    time title to topic venue
    """.split()  # noqa: SIM905
)
MOST_WORDS = 6
OFTEN = 3  # what begins so many lines is taken for a name however it is written


class Names:
    """Which beginnings of lines name a speaker. In doubt one does: whoever looks at the preview can put it back."""

    def __init__(self, lines: Iterable[str], *, cues: bool = False) -> None:
        held = [line for line in lines if line.strip()]
        self._bold = any(map(_BOLD.match, held))  # then nothing else names a speaker in this file
        self._pattern = _BOLD if self._bold else _PLAIN
        self._counts = Counter(name for name in map(self._candidate, held) if name)
        # Zoom puts a name before each cue: there any short beginning is one.
        self._all = cues and sum(self._counts.values()) * 2 > len(held)

    def at_start_of(self, line: str, *, timed: bool = False) -> tuple[str, str]:
        """(name, what stands there up to the words), or two empty texts. `timed`: a time stood before it."""
        name = self._candidate(line)
        sure = self._bold or self._all or timed or self._counts[name] >= OFTEN
        if not name or not (sure or _is_called(name)):
            return "", ""
        match = self._pattern.match(line)
        return name, match[0] if match else ""

    def _candidate(self, line: str) -> str:
        match = self._pattern.match(line)
        name = " ".join(match[1].split()) if match else ""
        if len(name.split()) > MOST_WORDS or name.casefold() in _NOBODY or name[:1] in "\"'\u2018\u201c(-":
            return ""
        return "" if re.search(r"[?!;]|[a-z]{4}\. ", name) else name  # it would end a sentence


def _is_called(name: str) -> bool:
    """Whether it is written as names and labels are: 'Mr Straw KC', 'DCP 2', 'Karim T. (matkt)'."""
    words = name.split()
    return words[0][0].isupper() and all(
        word[0].isupper() or word[0].isdigit() or word[0] == "(" or word in _SMALL for word in words
    )
