"""ODT: paragraphs, headings and tables of content.xml."""

import re
from collections.abc import Iterator

from lxml import etree

from ..outcome import Limits, Refused, Trouble
from .package import Package, attribute, word
from .pieces import Block
from .pieces import pieces as cut

_HOLDERS = {"list", "list-item", "list-header", "section", "index-body", "table-of-content", "text-box", "frame"}


def pages(data: bytes, limits: Limits) -> Iterator[tuple[str, str]]:
    """Pieces of at most about 3000 characters, labelled as those of a DOCX are. Deleted tracked changes stay out."""
    body = _body(data, limits)
    empty = True
    for piece in cut(_blocks(body), "paragraphs"):
        empty = False
        yield piece
    if empty and any(word(node) == "image" for node in body.iter()):
        raise Refused(Trouble.PICTURE)


def paragraphs(data: bytes, limits: Limits) -> list[Block]:
    """Its paragraphs, headings and table rows, those without text left out, uncut."""
    body = _body(data, limits)
    blocks = [block for block in _blocks(body) if block.text.strip()]
    if not blocks and any(word(node) == "image" for node in body.iter()):
        raise Refused(Trouble.PICTURE)
    return blocks


def _body(data: bytes, limits: Limits) -> etree._Element:
    package = Package(data, limits)
    manifest = "META-INF/manifest.xml"
    if manifest in package.names and any(word(node) == "encryption-data" for node in package.xml(manifest).iter()):
        raise Refused(Trouble.PASSWORD)
    body = next((node for node in package.xml("content.xml").iter() if word(node) == "text"), None)
    if body is None:
        raise Refused(Trouble.DAMAGED)
    return body


def _blocks(parent: etree._Element) -> Iterator[Block]:
    for node in parent:
        tag = word(node)
        if tag in ("p", "h"):
            aside: list[str] = []
            text = _text(node, aside)
            yield Block("\n".join([text, *aside] if text.strip() else aside), tag == "h")
        elif tag == "table":
            for row in node.iter():
                if word(row) == "table-row":
                    cells = [
                        " ".join(block.text for block in _blocks(cell)) for cell in row if word(cell) == "table-cell"
                    ]
                    yield Block("\t".join(" ".join(text.split("\n")) for text in cells).rstrip("\t"))
        elif tag in _HOLDERS:
            yield from _blocks(node)


def _text(node: etree._Element, aside: list[str]) -> str:
    words = [_collapse(node.text)]
    for child in node:
        match word(child):
            case "s":
                words.append(" " * min(int(attribute(child, "c") or 1), 1000))
            case "tab":
                words.append("\t")
            case "line-break":
                words.append("\n")
            case "note":
                number = next((n.text or "" for n in child if word(n) == "note-citation"), "")
                words.append(f"[footnote {number}]")
                for body in child:
                    if word(body) == "note-body":
                        aside.append(f"[footnote {number}] " + "\n".join(block.text for block in _blocks(body)))
            case "annotation":
                author = next((n.text or "" for n in child if word(n) == "creator"), "")
                said = "\n".join(block.text for block in _blocks(child))
                aside.append(f"[comment by {author}: {said}]" if author else f"[comment: {said}]")
            case "text-box":
                aside += [block.text for block in _blocks(child) if block.text.strip()]
            case "":
                pass
            case _:
                words.append(_text(child, aside))
        words.append(_collapse(child.tail))
    return "".join(words)


def _collapse(text: str | None) -> str:
    # Line ends and runs of blanks in the XML itself are layout of the file; real ones are elements of their own.
    return re.sub(r"[ \t\r\n]+", " ", text or "")
