"""A page of a PDF as a picture, by PDFium alone: what it draws is packed as PNG here."""

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import pypdfium2

from ..outcome import Limits, Refused, Trouble
from .pdf import opened
from .picture_pdf import Picture, covered, pdf

_DOTS = 150  # an inch of a page whose words are struck out


def draw(data: bytes, wanted: Mapping[str, Any], limits: Limits) -> bytes:
    """The page as a PNG, `width` pixels wide, or less wide where it would pass `limits.pixels`.

    Form fields and notes are drawn as well. Fonts that are not in the file are replaced by PDFium's own.
    """
    document = opened(data)
    index = wanted["page"] - 1
    if not 0 <= index < len(document):
        raise Refused(Trouble.DAMAGED)
    document.init_forms()
    try:
        return png(render(document[index], wanted["width"], limits))
    except pypdfium2.PdfiumError as error:
        raise Refused(Trouble.DAMAGED) from error


def strike(data: bytes, wanted: Mapping[str, Any], limits: Limits) -> bytes:
    """A PDF of the same pages as pictures, `bars` (by the number of the page, in thousandths) blacked out in them."""
    document = opened(data)
    if len(document) > limits.pages:
        raise Refused(Trouble.TOO_LARGE)
    document.init_forms()
    return pdf(_struck_pages(document, wanted["bars"], limits), limits)


def _struck_pages(
    document: pypdfium2.PdfDocument, bars: Mapping[str, list[list[int]]], limits: Limits
) -> Iterator[Picture]:
    for index in range(len(document)):
        try:
            page = document[index]
            size = page.get_width(), page.get_height()
            bitmap = render(page, round(size[0] / 72 * _DOTS), limits)
        except pypdfium2.PdfiumError as error:
            raise Refused(Trouble.DAMAGED) from error
        for bar in bars.get(str(index + 1), ()):
            left, top, right, bottom = covered(bar, bitmap.width, bitmap.height)
            bitmap.fill_rect((0, 0, 0, 255), left, top, right - left, bottom - top)
        yield Picture(size, bitmap.width, bitmap.height, rows(bitmap))
        bitmap.close()
        page.close()


def render(page: pypdfium2.PdfPage, width: int, limits: Limits) -> pypdfium2.PdfBitmap:
    """The page drawn on white, red before blue."""
    wide, high = page.get_width(), page.get_height()
    if not (wide > 0 and high > 0):
        raise Refused(Trouble.DAMAGED)
    scale = min(width / wide, (limits.pixels / (wide * high)) ** 0.5)
    return page.render(scale=scale, rev_byteorder=True, maybe_alpha=False)


def rows(bitmap: pypdfium2.PdfBitmap, before: bytes = b"") -> bytes:
    """Its pixels row by row without what PDFium fills rows up with; `before` stands in front of each."""
    pixels, used, stride = memoryview(bitmap.buffer), bitmap.width * bitmap.n_channels, bitmap.stride
    return b"".join(
        part for row in range(bitmap.height) for part in (before, pixels[row * stride : row * stride + used])
    )


def png(bitmap: pypdfium2.PdfBitmap) -> bytes:
    """A PNG of red, green and blue, 8 bits each."""
    head = struct.pack(">IIBBBBB", bitmap.width, bitmap.height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows(bitmap, b"\0"), 5)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
