"""Filling in the gaps of a Word template. Runs in the jailed child: a template that somebody sent is a hostile file.

A gap is a name in double braces, `{{body}}`, whatever formatting Word has cut it into. There is nothing else: no
expression, no loop, no condition, so nothing in a template can be run. A row of a table that holds gaps of a line
(`{{request.title}}`) is repeated for each line.
"""

import base64
import copy
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import docx
from docx.opc.part import Part, XmlPart
from lxml import etree

from ..outcome import Limits, Refused, Trouble
from .package import Package, word

_GAP = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_STORIES = ("document.main+xml", "header+xml", "footer+xml", "footnotes+xml", "endnotes+xml", "comments+xml")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_PIECE = 1 << 16
_EXCERPT = 60  # characters


def work(data: bytes, limits: Limits) -> Iterator[dict[str, Any]]:
    """`data` is a line of JSON, then the template.

    {"look": [words]}: tells {"gap": name, "in_row": bool} for each gap, the first time; {"broken": words} for each
    paragraph with braces that are no whole gap; {"named": word, "words": words} where one of those words stands as
    such; {"title": words} of the file. {"lines": prefix, "values": {}, "rows": [{}]}: tells the filled letter as
    {"piece": base64}.
    """
    head, _, template = data.partition(b"\n")
    asked = json.loads(head)
    document = _open(template, limits)
    parts = [part for part in document.part.package.iter_parts() if _is_story(part)]
    if "look" in asked:
        yield from _gaps(parts)
        yield from _stumbles(parts, [re.compile(rf"(?<!\w){re.escape(one)}(?!\w)") for one in asked["look"]])
        yield {"title": document.core_properties.title}
        return
    for part in parts:
        _fill(part.element, asked["lines"] + ".", asked["values"], asked["rows"])
    _let_go(document.part)
    out = io.BytesIO()
    document.save(out)
    content = base64.b64encode(out.getvalue()).decode()
    for start in range(0, len(content), _PIECE):
        yield {"piece": content[start : start + _PIECE]}


def _open(template: bytes, limits: Limits) -> Any:
    package = Package(template, limits)
    if any(name.lower().endswith("vbaproject.bin") for name in package.names):
        raise Refused(Trouble.NOT_READ)  # macros would go out with every letter
    for name in package.names:
        if name.endswith(".rels"):
            _refuse_outside(package.xml(name))
    try:
        return docx.Document(io.BytesIO(template))
    except (KeyError, ValueError, AttributeError, etree.XMLSyntaxError) as error:
        raise Refused(Trouble.DAMAGED) from error


def _refuse_outside(relations: etree._Element) -> None:
    """What Word would fetch from elsewhere when somebody opens the letter. Links are only followed by hand."""
    for node in relations:
        kind = str(node.get("Type", "")).rpartition("/")[2]
        if node.get("TargetMode") == "External" and kind not in ("hyperlink", "attachedTemplate"):
            raise Refused(Trouble.NOT_READ)


def _is_story(part: Part) -> bool:
    return isinstance(part, XmlPart) and str(part.content_type).endswith(_STORIES)


def _let_go(main: Part) -> None:
    """Takes off where the template's own template lies, which is an address on somebody's machine."""
    for part in main.package.iter_parts():
        for key, relation in list(part.rels.items()):
            if str(relation.reltype).endswith("/attachedTemplate"):
                part.rels.pop(key)
                if isinstance(part, XmlPart):
                    for node in list(part.element.iter(f"{_W}attachedTemplate")):
                        node.getparent().remove(node)


def _paragraphs(root: etree._Element) -> list[etree._Element]:
    return list(root.iter(f"{_W}p"))


def _texts(paragraph: etree._Element) -> list[etree._Element]:
    """Its runs of text, but not those of a text box that stands in it."""
    return [node for node in paragraph.iter(f"{_W}t") if next(node.iterancestors(f"{_W}p")) is paragraph]


def _words(paragraph: etree._Element) -> str:
    return "".join(node.text or "" for node in _texts(paragraph))


def _row_of(node: etree._Element) -> etree._Element | None:
    return next(node.iterancestors(f"{_W}tr"), None)


def _gaps(parts: Sequence[XmlPart]) -> Iterator[dict[str, Any]]:
    seen = set()
    for part in parts:
        for paragraph in _paragraphs(part.element):
            in_row = _row_of(paragraph) is not None
            for name in _GAP.findall(_words(paragraph)):
                if (name, in_row) not in seen:
                    seen.add((name, in_row))
                    yield {"gap": name, "in_row": in_row}


def _stumbles(parts: Sequence[XmlPart], words: Sequence[re.Pattern[str]]) -> Iterator[dict[str, Any]]:
    """Where a paragraph has half a gap, or says in fixed words what a gap would."""
    for part in parts:
        for paragraph in _paragraphs(part.element):
            whole = _words(paragraph)
            fixed = _GAP.sub(" ", whole)
            if brace := re.search(r"[{}]", _GAP.sub(lambda gap: " " * len(gap[0]), whole)):
                yield {"broken": _around(whole, brace.start())}
            for one in words:
                if one.search(fixed) and (named := one.search(whole)):
                    yield {"named": named[0], "words": _around(whole, named.start())}


def _around(words: str, at: int) -> str:
    """Enough of a paragraph to find the place in Word."""
    start = max(0, at - _EXCERPT // 3)
    return ("…" if start else "") + words[start : start + _EXCERPT] + ("…" if len(words) > start + _EXCERPT else "")


def _fill(root: etree._Element, prefix: str, values: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> None:
    repeated = []
    for row in root.iter(f"{_W}tr"):
        names = {name for paragraph in _paragraphs(row) for name in _GAP.findall(_words(paragraph))}
        inner = any(word(node) == "tr" for node in row.iterdescendants())
        if not inner and any(name.startswith(prefix) for name in names):
            repeated.append(row)
    for row in repeated:
        at = row.getparent()
        for line in rows:
            made = copy.deepcopy(row)
            at.insert(at.index(row), made)
            of_line = {prefix + name: value for name, value in line.items()}
            for paragraph in _paragraphs(made):
                _fill_paragraph(paragraph, {**values, **of_line})
        at.remove(row)
    for paragraph in _paragraphs(root):
        _fill_paragraph(paragraph, values)


def _fill_paragraph(paragraph: etree._Element, values: Mapping[str, str]) -> None:
    """Puts values in the place of gaps, formatted as where each begins. One that nothing is left of goes."""
    texts = _texts(paragraph)
    whole = "".join(node.text or "" for node in texts)
    found = [match for match in _GAP.finditer(whole) if match[1] in values]
    if not found:
        return
    if not _GAP.sub("", whole).strip() and not any(values[match[1]] for match in found):
        _take_away(paragraph)
        return
    starts, at = [], 0
    for node in texts:
        starts.append(at)
        at += len(node.text or "")
    ends = [*starts[1:], at]
    for match in reversed(found):  # from the end, so that the places before it stay true
        first = next(n for n, end in enumerate(ends) if match.start() < end)
        for n in range(len(texts) - 1, first, -1):
            if starts[n] < match.end():
                old = texts[n].text or ""
                texts[n].text = old[min(len(old), match.end() - starts[n]) :]
        old = texts[first].text or ""
        begin, end = match.start() - starts[first], match.end() - starts[first]
        texts[first].text = old[:begin] + values[match[1]] + old[end:]
    for node in texts:
        _break_lines(node)


def _break_lines(node: etree._Element) -> None:
    lines = (node.text or "").split("\n")
    node.text = lines[0]
    node.set(_SPACE, "preserve")
    for line in lines[1:]:
        node.addnext(etree.Element(f"{_W}br"))
        node = node.getnext()
        more = etree.Element(f"{_W}t")
        more.text = line
        more.set(_SPACE, "preserve")
        node.addnext(more)
        node = more


def _take_away(paragraph: etree._Element) -> None:
    at = paragraph.getparent()
    if word(at) == "tc" and sum(word(node) == "p" for node in at) == 1:
        for node in _texts(paragraph):  # a cell must have a paragraph
            node.text = ""
    else:
        at.remove(paragraph)
