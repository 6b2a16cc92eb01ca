"""HTML that we ourselves make from Markdown: the one place where HTML is cleaned. What people type is never HTML."""

import re
from collections.abc import Callable, Sequence
from html.parser import HTMLParser

import bleach
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

LONGEST = 50_000  # characters; bleach's time grows with the square of the nesting
DEEPEST = 50
_TEXT = {"a", "blockquote", "code", "em", "h1", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong", "ul"}
_TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
_TAGS = frozenset(_TEXT | _TABLES)
_ATTRIBUTES = {"a": ["href"], "h1": ["id"], "h2": ["id"], "h3": ["id"]}
_CLASSES = {
    "<h1 ": '<h1 class="govuk-heading-l" ',
    "<h2 ": '<h2 class="govuk-heading-m" ',
    "<h3 ": '<h3 class="govuk-heading-s" ',
    "<p>": '<p class="govuk-body">',
    "<ul>": '<ul class="govuk-list govuk-list--bullet">',
    "<ol>": '<ol class="govuk-list govuk-list--number">',
    "<table>": '<table class="govuk-table">',
    "<th>": '<th class="govuk-table__header" scope="col">',
    "<td>": '<td class="govuk-table__cell">',
}
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


class TooMuch(ValueError):
    """Longer or nested deeper than is cleaned."""


def from_markdown(text: str, link: Callable[[str], str] = str) -> Markup:
    """Cleaned HTML in GOV.UK classes; headings have ids as GitHub gives them. Raises TooMuch.

    `link` turns the address of each link as it was written into the one that the page has.
    """
    tokens = _markdown.parse(text)
    _name_headings(tokens)
    for inner in (inner for token in tokens for inner in token.children or ()):
        if inner.type == "link_open":
            inner.attrSet("href", link(str(inner.attrGet("href"))))
    found = sanitise(_markdown.renderer.render(tokens, _markdown.options, {}))
    for plain, classed in _CLASSES.items():
        found = found.replace(plain, classed)
    return Markup(found)


def _name_headings(tokens: Sequence[Token]) -> None:
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", slug(tokens[place + 1].content))


def slug(heading: str) -> str:
    """'Import file findings' to 'import-file-findings'."""
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", heading.casefold()).strip())


def sanitise(html: str) -> str:
    """HTML with nothing in it but plain text elements and links. Raises TooMuch."""
    if len(html) > LONGEST or _depth(html) > DEEPEST:
        raise TooMuch
    return bleach.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, protocols={"http", "https"}, strip=True)


def _depth(html: str) -> int:
    counter = _Depth()
    counter.feed(html)
    return counter.deepest


class _Depth(HTMLParser):
    """Counts how deep elements are nested, in linear time, before bleach takes longer than anybody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = self.deepest = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)

    def handle_endtag(self, tag: str) -> None:
        self.depth = max(0, self.depth - 1)
