"""PPTX: one page a slide, with its speaker notes."""

from collections.abc import Iterator

from lxml import etree

from ..outcome import Limits, Refused, Trouble
from .package import Package, attribute, word


def pages(data: bytes, limits: Limits) -> Iterator[tuple[str, str]]:
    """('slide n', text) in the order of the show; hidden slides say so. Shapes come in the order of the file."""
    package = Package(data, limits)
    main = next((target for _, kind, target in package.relations("") if kind == "officeDocument"), None)
    if main is None:
        raise Refused(Trouble.DAMAGED)
    slides = {key: target for key, kind, target in package.relations(main) if kind == "slide"}
    order = [_relation(node) for node in package.xml(main).iter() if word(node) == "sldId"]
    found = False
    for number, key in enumerate((key for key in order if key in slides), start=1):
        if number > limits.pages:
            raise Refused(Trouble.TOO_LARGE)
        slide = package.xml(slides[key])
        lines = list(_paragraphs(slide))
        for _, kind, target in package.relations(slides[key]):
            if kind == "notesSlide":
                notes = [
                    line for line in _paragraphs(package.xml(target)) if line.strip() and line.strip() != str(number)
                ]
                lines += ["[notes]", *notes] if notes else []
        text = "\n".join(lines)
        found = found or bool(text.strip())
        yield f"slide {number}{' (hidden)' if slide.get('show') == '0' else ''}", text
    if not found:
        raise Refused(Trouble.PICTURE if slides else Trouble.EMPTY)


def _relation(node: etree._Element) -> str:
    # Both the slide's own id and the relationship's are called id; only the second has a namespace.
    return next((str(value) for key, value in node.attrib.items() if str(key).endswith("}id")), "")


def _paragraphs(root: etree._Element) -> Iterator[str]:
    for row_or_paragraph in root.iter():
        if word(row_or_paragraph) == "tr":
            yield "\t".join(" ".join(_lines(cell)) for cell in row_or_paragraph if word(cell) == "tc")
        elif word(row_or_paragraph) == "p" and not any(word(up) == "tc" for up in row_or_paragraph.iterancestors()):
            if any(attribute(up, "type") == "sldNum" for up in row_or_paragraph.iter()):
                continue
            yield _line(row_or_paragraph)


def _lines(cell: etree._Element) -> Iterator[str]:
    return (_line(node) for node in cell.iter() if word(node) == "p")


def _line(paragraph: etree._Element) -> str:
    marks = {"br": "\n", "tab": "\t"}
    return "".join((node.text or "") if word(node) == "t" else marks.get(word(node), "") for node in paragraph.iter())
