"""PNG, JPEG and TIFF by Pillow: a picture of one of their frames as it can be shown in a browser."""

import io
from collections.abc import Iterator, Mapping
from typing import Any

from PIL import Image, ImageDraw, ImageOps, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, UnidentifiedImageError

from ..outcome import Limits, Refused, Trouble
from .picture_pdf import Picture, covered, pdf

_FORMATS = {"png": "PNG", "jpeg": "JPEG", "tiff": "TIFF"}
_WIDEST = 2000  # pixels of a frame with bars
_PLUGINS = (JpegImagePlugin, PngImagePlugin, TiffImagePlugin)  # the only ones that Pillow gets to know here


def draw(data: bytes, wanted: Mapping[str, Any], limits: Limits) -> bytes:
    """Frame `page` (from 1) as a PNG at most `width` pixels wide, turned as its EXIF data says, on white."""
    packed = io.BytesIO()
    frame(data, wanted["page"], wanted["width"], limits).save(packed, "PNG", compress_level=5)
    return packed.getvalue()


def strike(data: bytes, wanted: Mapping[str, Any], limits: Limits) -> bytes:
    """A PDF of all its frames, `bars` (by the number of the frame, in thousandths) blacked out in them."""
    return pdf(_struck_frames(data, wanted["bars"], limits), limits)


def _struck_frames(data: bytes, bars: Mapping[str, list[list[int]]], limits: Limits) -> Iterator[Picture]:
    for number in range(1, count(data) + 1):
        shown = frame(data, number, _WIDEST, limits).convert("RGB")
        pen = ImageDraw.Draw(shown)
        for bar in bars.get(str(number), ()):
            left, top, right, bottom = covered(bar, shown.width, shown.height)
            pen.rectangle((left, top, right - 1, bottom - 1), fill="black")
        # As large as A4 is wide, whatever the file says of its dots: pictures of screens say nothing true.
        yield Picture((595, 595 * shown.height / shown.width), shown.width, shown.height, shown.tobytes())


def count(data: bytes) -> int:
    """How many frames it has."""
    try:
        with Image.open(io.BytesIO(data), formats=list(_FORMATS.values())) as picture:
            return int(getattr(picture, "n_frames", 1))
    except (OSError, SyntaxError, ValueError) as error:
        raise Refused(Trouble.DAMAGED) from error


def frame(data: bytes, page: int, width: int, limits: Limits) -> Image.Image:
    """Grey or coloured, never wider than it came. Raises Refused."""
    Image.MAX_IMAGE_PIXELS = None  # held to our own limit, before anything is unpacked
    try:
        picture = Image.open(io.BytesIO(data), formats=list(_FORMATS.values()))
        if page != 1:
            picture.seek(page - 1)
        if picture.width * picture.height > limits.received_pixels:
            raise Refused(Trouble.TOO_LARGE)
        picture.draft("RGB", (width, width))  # JPEG only: unpacks no more than is needed
        picture.load()
    except EOFError as error:  # there is no such frame
        raise Refused(Trouble.DAMAGED) from error
    except UnidentifiedImageError as error:
        raise Refused(Trouble.DAMAGED) from error
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises over a broken one
        raise Refused(Trouble.DAMAGED) from error
    shown: Image.Image = _on_white(ImageOps.exif_transpose(picture))
    scale = min(1.0, width / shown.width, (limits.pixels / (shown.width * shown.height)) ** 0.5)
    if scale < 1:
        shown = shown.resize((max(1, round(shown.width * scale)), max(1, round(shown.height * scale))))
    return shown


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16"):  # 16 bits of grey: the upper eight
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    if picture.has_transparency_data:
        opaque = picture.convert("RGBA")
        white = Image.new("RGBA", opaque.size, "white")
        return Image.alpha_composite(white, opaque).convert("RGB")
    return picture.convert("L" if picture.mode in ("1", "L") else "RGB")
