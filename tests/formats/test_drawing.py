"""Pages as pictures."""

import io
import struct
import zlib

import pytest
from PIL import Image

from app.formats.drawing import DRAWN, draw_page
from app.formats.kinds import KINDS, identify
from app.formats.outcome import Limits, Refused, Trouble


@pytest.fixture
def drawn(given):
    """drawn('pdf/habibi.pdf', 1, 300): the picture, decoded."""

    def draw(name, page, width, **limits):
        data = given(name)
        return Image.open(io.BytesIO(draw_page(data, identify(data, name), page, width, Limits(**limits))))

    return draw


def packed(picture, kind, **options):
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def dark(picture):
    """Where the dark pixels of a picture lie: (left, top, right, bottom)."""
    return picture.convert("L").point(lambda value: 255 * (value < 128)).getbbox()


def test_a_page_of_a_pdf_is_drawn_at_the_width_that_was_asked_for(drawn):
    picture = drawn("pdf/multicolumn.pdf", 2, 800)
    assert picture.format == "PNG" and picture.size[0] in (800, 801)
    assert picture.getpixel((0, 0)) == (255, 255, 255)
    left, top, right, bottom = dark(picture)
    assert right - left > 400 and bottom - top > 600  # there is a page full of words


@pytest.mark.slow
def test_a_page_that_is_turned_is_drawn_turned(drawn):
    corners = set()
    for page in (1, 2, 3, 4):
        picture = drawn("pdf/habibi-rotated.pdf", page, 300)
        left, top, _right, _bottom = dark(picture)
        corners.add((left > picture.width / 2, top > picture.height / 2))
    assert len(corners) == 4


def test_form_fields_are_drawn(drawn):
    field = drawn("pdf/libreoffice-form.pdf", 1, 1000).crop((215, 200, 365, 225))
    assert min(field.convert("L").crop((5, 5, 100, 20)).get_flattened_data()) < 160  # 'Alice'


def test_a_picture_keeps_its_colours_and_does_not_grow(drawn):
    assert drawn("xlsx/actually_a_png.xlsx", 1, 2000).size == drawn("xlsx/actually_a_png.xlsx", 1, 416).size
    assert drawn("xlsx/actually_a_png.xlsx", 1, 200).size[0] == 200


def test_what_is_see_through_lies_on_white():
    data = packed(Image.new("RGBA", (4, 4), (0, 0, 0, 0)), "PNG")
    picture = Image.open(io.BytesIO(draw_page(data, KINDS["png"], 1, 4)))
    assert picture.convert("RGB").getpixel((1, 1)) == (255, 255, 255)


def test_a_photograph_is_turned_as_its_camera_says():
    exif = Image.Exif()
    exif[274] = 6  # to be turned by 90 degrees
    data = packed(Image.new("RGB", (40, 20), "red"), "JPEG", exif=exif)
    assert Image.open(io.BytesIO(draw_page(data, KINDS["jpeg"], 1, 100))).size == (20, 40)


@pytest.mark.parametrize("how", ["raw", "tiff_lzw", "tiff_adobe_deflate", "group4", "packbits", "jpeg"])
def test_each_page_of_a_tiff_is_drawn(how):
    mode = "1" if how == "group4" else "L"
    frames = [Image.new(mode, (30, 20), 255), Image.new(mode, (30, 40), 0)]
    data = packed(frames[0], "TIFF", save_all=True, append_images=frames[1:], compression=how)
    second = Image.open(io.BytesIO(draw_page(data, KINDS["tiff"], 2, 30)))
    assert second.size == (30, 40) and second.convert("L").getpixel((5, 5)) < 10
    with pytest.raises(Refused) as refused:
        draw_page(data, KINDS["tiff"], 3, 30)
    assert refused.value.trouble == Trouble.DAMAGED


def test_a_picture_has_a_bound_of_pixels_whatever_is_asked_for(drawn):
    wide = drawn("pdf/habibi.pdf", 1, 1_000_000, pixels=250_000)
    assert 0.9 < wide.width * wide.height / 250_000 < 1.02
    tall = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 2 14000]>>endobj\ntrailer<</Root 1 0 R>>\n"
    )
    small = Image.open(io.BytesIO(draw_page(tall, KINDS["pdf"], 1, 2000, Limits(pixels=250_000))))
    assert small.width * small.height < 260_000


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_unpacked():
    data = bytearray(packed(Image.new("L", (8, 8)), "PNG"))
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    with pytest.raises(Refused) as refused:
        draw_page(bytes(data), KINDS["png"], 1, 100)
    assert refused.value.trouble == Trouble.TOO_LARGE


@pytest.mark.parametrize(
    ("name", "page", "trouble"),
    [
        ("pdf/libreoffice-writer-password.pdf", 1, Trouble.PASSWORD),
        ("pdf/habibi.pdf", 2, Trouble.DAMAGED),
        ("pdf/habibi.pdf", 0, Trouble.DAMAGED),
        ("docx/original.docx", 1, Trouble.NOT_READ),
    ],
)
def test_what_cannot_be_drawn_says_why(drawn, name, page, trouble):
    with pytest.raises(Refused) as refused:
        drawn(name, page, 300)
    assert refused.value.trouble == trouble


@pytest.mark.parametrize("kind", [kind for kind in DRAWN if kind.code != "pdf"])
def test_half_a_picture_is_damaged(kind):
    noise = Image.effect_noise((64, 64), 90)
    data = packed(noise, kind.code.upper())
    with pytest.raises(Refused) as refused:
        draw_page(data[: len(data) // 2], kind, 1, 100)
    assert refused.value.trouble == Trouble.DAMAGED
