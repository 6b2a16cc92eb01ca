"""PDF: the text of each page as PDFium orders it, then its form fields and notes."""

import ctypes
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from ..outcome import Limits, Refused, Trouble


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
    # get_text_bounded loses words that stand a little outside their box (a quarter of some interview transcripts).
    text = str(textpage.get_text_range())
    textpage.close()
    # PDFium joins a word broken at a line's end by a noncharacter (U+0002 in older versions). The page shows a hyphen.
    text = text.replace("\ufffe", "-\n").replace("\x02", "-\n")
    notes = list(_annotations(page))
    page.close()
    return "\n".join([text, *notes]) if notes else text


def _annotations(page: pypdfium2.PdfPage) -> Iterator[str]:
    """One line a filled form field or written note: PDFium does not count them as text of the page."""
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), 2000)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        subtype = pdfium.FPDFAnnot_GetSubtype(annotation)
        if subtype == pdfium.FPDF_ANNOT_WIDGET:
            value = _string(annotation, b"V")
            if value.strip() and value != "Off":
                yield f"[form field {_string(annotation, b'T')}: {value}]"
        elif subtype not in (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP):
            contents = _string(annotation, b"Contents")
            if contents.strip():
                yield f"[note: {contents}]"
        pdfium.FPDFPage_CloseAnnot(annotation)


def _string(annotation: object, key: bytes) -> str:
    size = pdfium.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    return buffer.raw[: max(0, size - 2)].decode("utf-16-le", errors="replace")
