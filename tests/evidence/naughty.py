"""Strings that break programs, as tests type them in; and what must not come of them on a page."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from bs4 import Tag

from app.web.forms import as_typed
from tests.client import Page

ATTACK = Path(__file__).parents[1] / "data" / "attack"
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x.example")', "'=1", "''@", "＝1"]
# Elements that a page never needs for showing words, with the addresses that ours may have.
_ACTIVE = "script, style, iframe, object, embed, img, video, audio, link, meta, base, math, form, input, body"
_ACTIVE += ", svg:not([aria-hidden])"


def naughty_strings() -> list[str]:
    """blns.json, each once."""
    return list(dict.fromkeys(json.loads((ATTACK / "blns.json").read_text("utf-8"))))


def script_strings() -> list[str]:
    """xss-payload-list.txt, each line once."""
    return list(dict.fromkeys((ATTACK / "xss-payload-list.txt").read_text("utf-8").splitlines()))


def traversals() -> list[str]:
    """directory_traversal.txt, each line once."""
    return list(dict.fromkeys((ATTACK / "directory_traversal.txt").read_text("utf-8").splitlines()))


def joined(strings: Iterable[str], most: int) -> list[str]:
    """The strings in runs of at most `most` characters, a line each: few requests say all of them."""
    runs: list[str] = []
    for string in strings:
        if runs and len(runs[-1]) + 1 + len(string) <= most:
            runs[-1] += "\n" + string
        else:
            runs.append(string[:most])
    return runs


def kept(string: str) -> str:
    """What is kept of what was typed: its line ends are one character."""
    return as_typed(string) or ""


def words_of(found: Iterable[Tag]) -> list[str]:
    """The text of elements that hold text and nothing else."""
    tags = list(found)
    assert not any(child for tag in tags for child in tag.find_all(True)), "an element was made of words"
    return [tag.get_text() for tag in tags]


def active(page: Page) -> Counter[str]:
    """How many elements of each kind there are that could do something."""
    return Counter(tag.name for tag in page.all(_ACTIVE))


def harmless(page: Page, like: Page) -> None:
    """A page with naughty words holds no other kinds of elements than the same page with plain ones, and no handler."""
    assert set(active(page)) <= set(active(like))
    # Earlier notes have no composer, and so one script less.
    assert {tag.get("src") for tag in page.all("script")} <= {tag.get("src") for tag in like.all("script")}
    handlers = [name for tag in page.soup.find_all(True) for name in tag.attrs if name.lower().startswith("on")]
    assert handlers == []
    assert not [tag for tag in page.all("a[href]") if not str(tag["href"] or "/").startswith(("/", "#"))]
