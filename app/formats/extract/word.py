"""DOCX, transitional and strict, read from its XML.

python-docx is not used: it does not see text boxes, inserted tracked changes, footnotes and comments, and refuses
strict files (KeyError). Not read: numbers that Word gives to lists and headings, text inside charts and SmartArt.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from ..outcome import Limits, Refused, Trouble
from .package import Package, attribute, word
from .pieces import Block
from .pieces import pieces as cut

# What a reader of the document does not see: deletions, the text's old place, the codes behind fields, properties.
_UNSEEN = {"del", "moveFrom", "delText", "instrText", "delInstrText", "rPr", "pPr", "tblPr", "trPr", "tcPr", "sdtPr"}
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes", "commentReference": "comments"}


@dataclass(slots=True)
class _Aside:
    """What a block brings along and shows below itself: text boxes and the notes it refers to."""

    lines: list[str] = field(default_factory=list)


def pages(data: bytes, limits: Limits) -> Iterator[tuple[str, str]]:
    """Pieces of at most about 3000 characters: a DOCX has no pages until it is printed.

    A table row is one line, cells separated by TAB. Text boxes, footnotes, endnotes and comments follow the paragraph
    that they hang on; headers and footers come last.
    """
    document = _Document(Package(data, limits))
    empty = True
    for piece in cut(document.blocks(), "paragraphs"):
        empty = False
        yield piece
    if margins := document.margins():
        empty = False
        yield "headers and footers", margins
    if empty and document.has_pictures:
        raise Refused(Trouble.PICTURE)


def paragraphs(data: bytes, limits: Limits) -> tuple[list[Block], str]:
    """(its paragraphs and table rows, those without text left out; headers and footers), uncut."""
    document = _Document(Package(data, limits))
    blocks = [block for block in document.blocks() if block.text.strip()]
    if not blocks and document.has_pictures:
        raise Refused(Trouble.PICTURE)
    return blocks, document.margins()


class _Document:
    def __init__(self, package: Package) -> None:
        self._package = package
        main = [target for _, kind, target in package.relations("") if kind == "officeDocument"]
        if not main:
            raise Refused(Trouble.DAMAGED)
        self._body = package.xml(main[0])
        self._parts = [(kind, target) for _, kind, target in package.relations(main[0])]
        self._headings = self._heading_styles()
        self._counted: dict[str, dict[str, int]] = {kind: {} for kind in _NOTES.values()}
        self._notes: dict[str, dict[str, str]] = {kind: {} for kind in _NOTES.values()}  # notes do not refer to notes
        self._notes = {kind: self._read_notes(kind) for kind in _NOTES.values()}
        self.has_pictures = any(kind == "image" for kind, _ in self._parts)

    def blocks(self) -> Iterator[Block]:
        body = next((node for node in self._body if word(node) == "body"), None)
        if body is None:
            raise Refused(Trouble.DAMAGED)
        yield from self._blocks_in(body)

    def margins(self) -> str:
        """Headers and footers, each different text once."""
        texts: dict[str, None] = {}
        for kind, target in self._parts:
            if kind in ("header", "footer"):
                text = "\n".join(
                    block.text for block in self._blocks_in(self._package.xml(target)) if block.text.strip()
                )
                if text:
                    texts[text] = None
        return "\n".join(texts)

    def _blocks_in(self, parent: etree._Element) -> Iterator[Block]:
        for node in parent:
            match word(node):
                case "p":
                    aside = _Aside()
                    text = self._text(node, aside)
                    yield Block(
                        "\n".join([text, *aside.lines] if text.strip() else aside.lines), self._is_heading(node)
                    )
                case "tbl":
                    yield from self._table_rows(node)
                case "sdt" | "sdtContent" | "ins" | "moveTo" | "customXml" | "smartTag":
                    yield from self._blocks_in(node)

    def _table_rows(self, table: etree._Element) -> Iterator[Block]:
        for row in _within(table, "tr"):
            properties = next((node for node in row if word(node) == "trPr"), None)
            if properties is not None and any(word(node) == "del" for node in properties):
                continue
            aside = _Aside()
            cells = [self._cell_text(cell, aside) for cell in _within(row, "tc")]
            yield Block("\n".join(["\t".join(cells).rstrip("\t"), *aside.lines]))

    def _cell_text(self, cell: etree._Element, aside: _Aside) -> str:
        """The paragraphs of a cell on one line, so that a table keeps its shape."""
        words: list[str] = []
        for node in cell:
            if word(node) == "p":
                words.append(self._text(node, aside))
            elif word(node) == "tbl":
                words += [block.text for block in self._table_rows(node)]
            elif word(node) in ("sdt", "sdtContent", "ins", "customXml"):
                words.append(self._cell_text(node, aside))
        return " ".join(" ".join(text.split("\n")) for text in words if text.strip())

    def _text(self, node: etree._Element, aside: _Aside) -> str:
        words: list[str] = []
        for child in node:
            match word(child):
                case "t":
                    words.append(child.text or "")
                case "tab" | "ptab":
                    words.append("\t")
                case "br" | "cr":
                    words.append("\n")
                case "noBreakHyphen":
                    words.append("\u2011")
                case "softHyphen":
                    words.append("\u00ad")
                case "sym":
                    words.append(_symbol(child))
                case "footnoteReference" | "endnoteReference" | "commentReference" as reference:
                    words.append(self._refer(reference, child, aside))
                case "txbxContent":
                    aside.lines += [block.text for block in self._blocks_in(child) if block.text.strip()]
                case "AlternateContent":
                    words.append(self._first_that_speaks(child, aside))
                case "tbl":
                    aside.lines += [block.text for block in self._table_rows(child)]
                case tag if tag not in _UNSEEN:
                    words.append(self._text(child, aside))
        return "".join(words)

    def _first_that_speaks(self, node: etree._Element, aside: _Aside) -> str:
        # A text box is written twice, for new and for old programs; reading both would double every word.
        for choice in node:
            before = len(aside.lines)
            text = self._text(choice, aside)
            if text or len(aside.lines) > before:
                return text
        return ""

    def _refer(self, reference: str, node: etree._Element, aside: _Aside) -> str:
        kind = _NOTES[reference]
        number = attribute(node, "id") or ""
        text = self._notes[kind].get(number)
        if text is None:
            return ""
        if kind == "comments":
            aside.lines.append(f"[{text}]")
            return ""
        shown = self._counted[kind].setdefault(number, len(self._counted[kind]) + 1)  # Word counts, ids do not
        name = f"[{kind.removesuffix('s')} {shown}]"
        aside.lines.append(f"{name} {text}")
        return name

    def _read_notes(self, kind: str) -> dict[str, str]:
        notes: dict[str, str] = {}
        for part_kind, target in self._parts:
            if part_kind != kind:
                continue
            for node in self._package.xml(target):
                if word(node) not in ("footnote", "endnote", "comment") or attribute(node, "type") is not None:
                    continue  # separators have a type
                text = "\n".join(block.text for block in self._blocks_in(node)).strip()
                if kind == "comments":
                    author = attribute(node, "author")
                    text = f"comment by {author}: {text}" if author else f"comment: {text}"
                notes[attribute(node, "id") or ""] = text
        return notes

    def _heading_styles(self) -> set[str]:
        styles: set[str] = set()
        for kind, target in self._parts:
            if kind != "styles":
                continue
            for style in self._package.xml(target):
                name = next((attribute(node, "val") or "" for node in style if word(node) == "name"), "")
                outlined = any(word(node) == "outlineLvl" and _is_outline(node) for node in style.iter())
                if name.lower().startswith("heading ") or outlined:
                    styles.add(attribute(style, "styleId") or "")
        return styles

    def _is_heading(self, paragraph: etree._Element) -> bool:
        for properties in paragraph:
            if word(properties) == "pPr":
                return any(
                    (word(node) == "pStyle" and attribute(node, "val") in self._headings)
                    or (word(node) == "outlineLvl" and _is_outline(node))
                    for node in properties
                )
        return False


def _within(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Rows of a table or cells of a row, those wrapped in content controls or inserted ones too."""
    for node in parent:
        if word(node) == tag:
            yield node
        elif word(node) in ("sdt", "sdtContent", "ins", "moveTo", "customXml"):
            yield from _within(node, tag)


def _is_outline(node: etree._Element) -> bool:
    return (attribute(node, "val") or "9") != "9"  # level 9 is body text


def _symbol(node: etree._Element) -> str:
    try:
        return chr(int(attribute(node, "char") or "FFFD", 16))
    except (ValueError, OverflowError):
        return "\ufffd"
