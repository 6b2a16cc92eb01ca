"""A PDF of pictures and nothing else: no words lie under them."""

import math
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..outcome import Limits, Refused, Trouble


@dataclass(frozen=True, slots=True)
class Picture:
    size: tuple[float, float]  # of its page, in points
    width: int
    height: int
    pixels: bytes  # red, green, blue, row by row


def covered(bar: Sequence[int], width: int, height: int) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) in pixels of a bar in thousandths, and one pixel more on each side."""
    left, top, right, bottom = bar
    return (
        max(0, math.floor(left * width / 1000) - 1),
        max(0, math.floor(top * height / 1000) - 1),
        min(width, math.ceil(right * width / 1000) + 1),
        min(height, math.ceil(bottom * height / 1000) + 1),
    )


def pdf(pictures: Iterable[Picture], limits: Limits) -> bytes:
    """One page for each picture, in as few bytes as zlib can do. Raises Refused(TOO_LARGE) beyond `limits.drawn`."""
    written, places, kids = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), {}, []

    def write(number: int, head: str, stream: bytes | None = None) -> None:
        places[number] = len(written)
        written.extend(f"{number} 0 obj\n{head}\n".encode())
        if stream is not None:
            written.extend(b"stream\n" + stream + b"\nendstream\n")
        written.extend(b"endobj\n")
        if len(written) > limits.drawn:
            raise Refused(Trouble.TOO_LARGE)

    number = 3
    for picture in pictures:
        kids.append(f"{number} 0 R")
        grey = picture.pixels[0::3]
        plain = grey == picture.pixels[1::3] == picture.pixels[2::3]
        packed = zlib.compress(grey if plain else picture.pixels, 6)
        wide, high = (f"{side:.2f}" for side in picture.size)
        drawing = f"q {wide} 0 0 {high} 0 0 cm /P Do Q".encode()
        write(
            number,
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {wide} {high}]/Contents {number + 1} 0 R"
            f"/Resources<</XObject<</P {number + 2} 0 R>>>>>>",
        )
        write(number + 1, f"<</Length {len(drawing)}>>", drawing)
        write(
            number + 2,
            f"<</Type/XObject/Subtype/Image/Width {picture.width}/Height {picture.height}/BitsPerComponent 8"
            f"/ColorSpace/Device{'Gray' if plain else 'RGB'}/Filter/FlateDecode/Length {len(packed)}>>",
            packed,
        )
        number += 3
    write(1, "<</Type/Catalog/Pages 2 0 R>>")
    write(2, f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>")
    table = len(written)
    lines = "".join(f"{places[each]:010} 00000 n \n" for each in range(1, number))
    written.extend(f"xref\n0 {number}\n0000000000 65535 f \n{lines}".encode())
    written.extend(f"trailer\n<</Size {number}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n".encode())
    return bytes(written)
