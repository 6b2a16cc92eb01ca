"""The words of HTML: those that are seen, and those that only lie in it and leave with the file all the same."""

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Protocol
from urllib.parse import unquote

_SILENT = {"script", "style", "head", "title", "template"}
_NEW_LINE = {
    *("p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "hr"),
    *("address", "article", "caption", "center", "dd", "dt", "footer", "form", "header", "option", "pre", "section"),
}
_CELLS = {"td", "th"}
_SAID = ("alt", "title", "aria-label", "placeholder", "value")  # attributes that say something to people
# In a comment: what programs ask of one another, how it is to look, and markup.
# What Outlook asks of whoever shows the message: in a comment, or as a declaration.
_ASKED = r"if (?:[!()&|\s\d.]|[gl]te?\b|mso|ie\b|vml|ppt|support[a-z]*)+|endif"
_IS_ASKED = re.compile(rf"\s*(?:{_ASKED})\]?\s*-*", re.IGNORECASE)
# In a comment: that, how it is to look, and markup.
_NO_WORDS = re.compile(rf"<style\b.*?(?:</style|\Z)|<?!?\[(?:{_ASKED})\]>?|<[^<>]*>", re.IGNORECASE | re.DOTALL)
_ENDS = re.compile(r"--!?\s*>")
_WORD = re.compile(r"[^\W_]+")
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0001-\U000e007f]"
)


class Says(Protocol):
    """A version of a message: what is seen in it, and what is not."""

    @property
    def words(self) -> str: ...
    @property
    def hidden(self) -> list[str]: ...


class Html:
    """`words`: one line for what stands on one. `hidden`: what nobody sees who reads it in a mail program, as
    comments, what stands in the head, and what pictures are said to be. Neither holds how it is to look, nor where
    links lead unless that is to a person."""

    def __init__(self, markup: str) -> None:
        self._markup = markup

    @property
    def words(self) -> str:
        text = re.sub(r"[ \t\u00a0]*\n[ \t\u00a0]*", "\n", "".join(self._read.words))
        return re.sub(r"\n{3,}", "\n\n", text).strip()

    @property
    def hidden(self) -> list[str]:
        return [line for text in self._read.hidden if (line := " ".join(text.split()))]

    @functools.cached_property
    def _read(self) -> "_Reader":
        reader = _Reader()
        # The parser looks for the end of each comment to the end of the text: where there is none, that would take
        # as long as the text is, as often as one begins.
        last = max((end.end() for end in _ENDS.finditer(self._markup)), default=0)
        reader.feed(self._markup[:last] + self._markup[last:].replace("<!--", "&lt;!--"))
        reader.close()
        return reader


def said_beside(words: str, parts: Iterable[Says], how: str = "HTML") -> str:
    """What HTML, or what `how` names, says that `words` do not; '' if it only says the same in another way or order.

    Of one with a word more all that is seen is said: a name is understood by what stands around it. What is hidden in
    it follows as '[hidden in the HTML: …]'.
    """
    told = list(_words(words))
    count, line = Counter(told), f" {' '.join(told)} "
    found: dict[str, None] = {}  # each once
    for part in parts:
        seen = list(_words(part.words))
        if Counter(seen) - count:
            found[part.words] = None
            line += f"{' '.join(seen)} "
        for hidden in part.hidden:
            said = list(_words(hidden))
            if not all(map(_is_a_measure, said)) and f" {' '.join(said)} " not in line:
                found[f"[hidden in the {how}: {hidden}]"] = None
    return "\n\n".join(found)


def _words(text: str) -> Iterator[str]:
    """Its words, to be compared: without regard to case, and to letters that are only set otherwise."""
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).casefold()
    return (word[0] for word in _WORD.finditer(plain))


def _is_a_measure(word: str) -> bool:
    """As the 96 dots an inch that Outlook is told."""
    return word.isdigit() and len(word) < 4


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.hidden: list[str] = []
        self._silent = 0
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        self._in_style = self._in_style or tag == "style"
        if tag in _NEW_LINE:
            self.words.append("\n")
        elif tag in _CELLS:
            self.words.append("\t")
        for name, value in attrs:
            if value and name in _SAID:
                self.hidden.append(value)
            elif value and name == "href" and value.lower().startswith("mailto:"):
                self.hidden.append(unquote(value[7:]))

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        self._in_style = self._in_style and tag != "style"
        if tag in _NEW_LINE and tag != "br":
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(re.sub(r"\s+", " ", data))
        elif not self._in_style:
            self.hidden.append(data)

    def handle_comment(self, data: str) -> None:
        self.hidden.append(_NO_WORDS.sub(" ", data))

    def parse_marked_section(self, i: int, report: int = 1) -> int:  # its own stumbles over '<![x]>'
        """As browsers do: up to the next '>'."""
        if (end := self.rawdata.find(">", i)) < 0:
            return -1
        self.unknown_decl(self.rawdata[i + 3 : end])
        return end + 1

    def unknown_decl(self, data: str) -> None:
        if not _IS_ASKED.fullmatch(data):
            self.hidden.append(data.rstrip("]"))
