"""PDF: the text of each page as PDFium orders it, then its form fields and notes."""

import ctypes
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from ..outcome import Limits, Refused, Trouble, clean


def pages(data: bytes, limits: Limits) -> Iterator[tuple[str, str]]:
    """('page n', text) for every page, those without text too. Raises Refused(PICTURE) at the end if none has any."""
    document = opened(data)
    found = False
    for index in range(min(len(document), limits.pages)):
        try:
            text = _page_text(document[index])
        except pypdfium2.PdfiumError:
            text = ""  # one broken page is shown as empty; the others are still worth having
        found = found or bool(text.strip())
        yield f"page {index + 1}", text
    if len(document) > limits.pages:
        raise Refused(Trouble.TOO_LARGE)
    if not found:
        raise Refused(Trouble.PICTURE)


def opened(data: bytes) -> pypdfium2.PdfDocument:
    """The document, which has a page at least. Raises Refused."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise Refused(Trouble.PASSWORD if locked else Trouble.DAMAGED) from error
    if len(document) == 0:
        raise Refused(Trouble.DAMAGED)
    return document


def _page_text(page: pypdfium2.PdfPage) -> str:
    textpage = page.get_textpage()
    raw = _raw(textpage)
    laid = _laid(page, textpage, raw)
    textpage.close()
    text = "".join(raw[start:end] if instead is None else instead for start, end, instead in laid)
    notes = [line for line, _ in _annotations(page)]
    page.close()
    return "\n".join([text, *notes]) if notes else text


def _raw(textpage: pypdfium2.PdfTextPage) -> str:
    """The characters of a page as PDFium orders them, without those that it leaves out itself."""
    # get_text_bounded loses words that stand a little outside their box (a quarter of some interview transcripts).
    text = str(textpage.get_text_range())
    count = textpage.count_chars()
    if len(text) == count:
        return text
    # FPDFText_GetText also leaves out whatever lies beyond U+FFFF, emoji for example; one by one they are there.
    shown = (index for index in range(count) if pdfium.FPDFText_GetTextIndexFromCharIndex(textpage, index) >= 0)
    return "".join(chr(pdfium.FPDFText_GetUnicode(textpage, index)) for index in shown)


def _laid(page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage, raw: str) -> list[tuple[int, int, str | None]]:
    """Which stretches of `raw` make the text of the page, in order; one with words has them instead.

    Lines that lie beside the page are left out: programs write some on every page and show each on one. Numbers of
    paragraphs in the margin, which come after all the paragraphs, go before their own.
    """
    lines = list(_lines(textpage, raw))
    left, bottom, right, top = page.get_bbox()
    beside = {
        start: end
        for start, end, box in lines
        if box and (box[1] < bottom or box[3] > top or box[0] > right or box[2] < left - 100)
    }
    before = _numbered([line for line in lines if line[0] not in beside], raw)
    gone = beside | dict(before.values())
    pieces: list[tuple[int, int, str | None]] = []
    at = 0
    for start in sorted({*gone, *before}):
        pieces += _stretch(raw, at, start)
        at = start
        if number := before.get(start):
            end = number[0] + len(raw[number[0] : number[1]].rstrip())
            pieces += [(number[0], end, None), (end - 1, end, "\t")]
        at = gone.get(start, at)
    return [*pieces, *_stretch(raw, at, len(raw))]


_Line = tuple[int, int, tuple[float, float, float, float] | None]  # start and end in the text; its first character


def _lines(textpage: pypdfium2.PdfTextPage, raw: str) -> Iterator[_Line]:
    """Each with the box (left, top, right, bottom) of its first character that is drawn."""
    box = [ctypes.c_double() for _ in range(4)]
    for line in _LINES.finditer(raw):
        place = None
        if line[1] is not None:
            index = pdfium.FPDFText_GetCharIndexFromTextIndex(textpage, line.start(1))
            if pdfium.FPDFText_GetCharBox(textpage, index, *box):
                first_left, first_right, first_bottom, first_top = (each.value for each in box)
                place = first_left, first_top, first_right, first_bottom
        yield line.start(), line.end(), place


def _numbered(lines: list[_Line], raw: str) -> dict[int, tuple[int, int]]:
    """Where a line starts that has a number in the margin: where that number stands. Empty for most pages."""
    last = len(lines)
    while last and (not (words := raw[slice(*lines[last - 1][:2])].strip()) or words.isdecimal()):
        last -= 1
    numbers = [line for line in lines[last:] if line[2] and raw[slice(*line[:2])].strip()]
    if len(numbers) < 2:
        return {}
    found: dict[int, tuple[int, int]] = {}
    for start, end, place in numbers:
        assert place
        middle = (place[1] + place[3]) / 2
        for other, _, box in lines[:last]:
            if box and box[3] - 1 <= middle <= box[1] + 1 and box[0] > place[2] and other not in found:
                found[other] = start, end
                break
    return found


def _stretch(raw: str, start: int, end: int) -> Iterator[tuple[int, int, str | None]]:
    at = start
    whole_words: set[str] | None = None
    for match in _AMISS.finditer(raw, start, end):
        before = raw[max(0, match.start() - 200) : match.start()]
        if match[0] in ("\r\n", "\r"):
            # An address goes on after a hyphen at the end of a line.
            instead = "" if before.endswith("-") and "://" in before.split()[-1] else "\n"
        else:
            if whole_words is None:
                whole_words = set(_WORDS.findall(_BROKEN.sub(" ", raw).lower()))
            instead = _between(before, raw[match.end() : match.end() + 100], whole_words)
        yield at, match.start(), None
        yield match.start(), match.end(), instead
        at = match.end()
    yield at, end, None


_LINES = re.compile(r"[ \t]*([^\s])?[^\r\n]*(?:\r\n|\r|$)")

# Line ends are two characters. What PDFium makes of the hyphen of a word that a line's end breaks is one of two more.
_AMISS = re.compile("\r\n|\r|[\ufffe\x02]")


_BROKEN = re.compile("\\S*[\ufffe\x02]\\S*")
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def _between(before: str, after: str, whole_words: set[str]) -> str:
    """What stands in a word that the end of a line breaks: a hyphen of its own, or none.

    What stands whole elsewhere on the page decides; else two words that are there by themselves keep their hyphen, as
    addresses and names do, and syllables lose it.
    """
    left, right = _LAST.search(before), _FIRST.match(after)
    if not (left and right):
        return "-"
    one, other = left[0].lower(), right[0].lower()
    if one + other in whole_words:
        return ""
    chunk = before.rpartition("\n")[2].split(" ")[-1]
    own = (
        f"{one}-{other}" in whole_words
        or not chunk.isalpha()
        or not (left[0][-1].islower() and right[0].islower())
        or (one in whole_words and other in whole_words)
    )
    return "-" if own else ""


_LAST = re.compile(r"[^\W\d_]+$")
_FIRST = re.compile(r"[^\W\d_]+")


def boxes(data: bytes, wanted: Mapping[str, Any], limits: Limits) -> tuple[str, list[list[tuple[int, int, int, int]]]]:
    """The text of a page, and for each of its `spans` the rectangles in which it is drawn, in thousandths."""
    document = opened(data)
    index = wanted["page"] - 1
    if not 0 <= index < len(document):
        raise Refused(Trouble.DAMAGED)
    page = document[index]
    textpage = page.get_textpage()
    raw = _raw(textpage)
    shown = [at for at in range(textpage.count_chars()) if pdfium.FPDFText_GetTextIndexFromCharIndex(textpage, at) >= 0]
    if len(shown) != len(raw):
        raise Refused(Trouble.DAMAGED)
    text: list[str] = []
    dropped: dict[int, list[int]] = {}
    places: list[int] = []  # for each character of `text` the place of what it was made from
    for start, end, instead in _laid(page, textpage, raw):
        text.append(raw[start:end] if instead is None else instead)
        places += shown[start:end] if instead is None else [shown[start]] * len(instead)
        if instead == "" and places:
            dropped.setdefault(len(places) - 1, []).extend(shown[start:end])  # a hyphen is drawn all the same
    notes: list[_Rectangle] = []
    drawn_at = [(place, *dropped.get(at, ())) for at, place in enumerate(places)]
    for line, rectangle in _annotations(page):
        text.append("\n" + line)
        drawn_at += [(-1 - len(notes),)] * (len(line) + 1)
        notes.append(rectangle)

    def box(place: int) -> _Rectangle | None:
        return _on_page(page, notes[-1 - place] if place < 0 else _character_box(textpage, place))

    whole = "".join(text)
    found = []
    for start, end in wanted["spans"]:
        drawn = (box(place) for place in dict.fromkeys(chain.from_iterable(drawn_at[max(0, start) : end])))
        found.append([_thousandths(each) for each in _together(drawn)])
    return whole, found


_Rectangle = tuple[float, float, float, float]  # left, top, right, bottom


def _character_box(textpage: pypdfium2.PdfTextPage, index: int) -> _Rectangle | None:
    """What the character covers, and the room that its font keeps for it; None for what PDFium made up."""
    if pdfium.FPDFText_IsGenerated(textpage, index) == 1:
        return None
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if not pdfium.FPDFText_GetCharBox(textpage, index, left, right, bottom, top):
        return None
    room = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(textpage, index, room)
    return (
        min(left.value, room.left),
        max(top.value, room.top),
        max(right.value, room.right),
        min(bottom.value, room.bottom),
    )


_FINE = 1_000_000  # PDFium places by whole numbers: so many of them make a page


def _on_page(page: pypdfium2.PdfPage, rectangle: _Rectangle | None) -> _Rectangle | None:
    """As shares of the page as it is drawn: turned and cropped, from its upper left corner."""
    if rectangle is None:
        return None
    across, down = [], []
    for x, y in ((rectangle[0], rectangle[1]), (rectangle[2], rectangle[3])):
        right, below = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page, 0, 0, _FINE, _FINE, 0, x, y, right, below)
        across.append(min(max(right.value / _FINE, 0), 1))
        down.append(min(max(below.value / _FINE, 0), 1))
    return (min(across), min(down), max(across), max(down))


def _together(drawn: Iterable[_Rectangle | None]) -> list[_Rectangle]:
    """Those that follow one another on a line become one."""
    lines: list[_Rectangle] = []
    for box in drawn:
        if box is None or box[0] >= box[2] or box[1] >= box[3]:
            continue
        if lines and (joined := _joined(lines[-1], box)):
            lines[-1] = joined
        else:
            lines.append(box)
    return lines


def _joined(one: _Rectangle, other: _Rectangle) -> _Rectangle | None:
    high = min(one[3] - one[1], other[3] - other[1])
    shared = min(one[3], other[3]) - max(one[1], other[1])
    gap = max(one[0], other[0]) - min(one[2], other[2])
    if shared < high / 2 or gap > 2 * high:
        return None
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _thousandths(box: _Rectangle) -> tuple[int, int, int, int]:
    """Outwards, so that nothing sticks out."""
    return (
        math.floor(box[0] * 1000),
        math.floor(box[1] * 1000),
        math.ceil(box[2] * 1000),
        math.ceil(box[3] * 1000),
    )


def _annotations(page: pypdfium2.PdfPage) -> Iterator[tuple[str, _Rectangle]]:
    """One line a filled form field or written note, and where it is: PDFium does not count them as text of the page."""
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), 2000)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        subtype = pdfium.FPDFAnnot_GetSubtype(annotation)
        line = ""
        if subtype == pdfium.FPDF_ANNOT_WIDGET:
            value = _string(annotation, b"V")
            if value.strip() and value != "Off":
                line = f"[form field {_string(annotation, b'T')}: {value}]"
        elif subtype not in (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP):
            contents = _string(annotation, b"Contents")
            if contents.strip():
                line = f"[note: {contents}]"
        if line:
            place = pdfium.FS_RECTF()
            pdfium.FPDFAnnot_GetRect(annotation, place)
            yield clean(line), (place.left, place.top, place.right, place.bottom)
        pdfium.FPDFPage_CloseAnnot(annotation)


def _string(annotation: object, key: bytes) -> str:
    size = pdfium.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    return buffer.raw[: max(0, size - 2)].decode("utf-16-le", errors="replace")
