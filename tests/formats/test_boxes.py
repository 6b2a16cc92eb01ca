"""Where words of a page are drawn, and copies in which they are struck out."""

import io
import math
import re

import pytest
from PIL import Image, ImageDraw

from app.formats.drawing import Box, Changed, boxes_of, draw_page, struck_pdf
from app.formats.kinds import KINDS, PDF, identify
from app.formats.outcome import Refused, Trouble
from app.formats.reading import read_text

WIDTH = 1000


@pytest.fixture
def boxes(given):
    """boxes('pdf/habibi.pdf', 1, 'habibi'): the boxes of each place at which the words stand on a page."""

    def find(name, page, words):
        data = given(name)
        text = read_text(data, PDF).pages[page - 1].text
        return boxes_of(data, PDF, page, text, [match.span() for match in re.finditer(words, text)])

    return find


def picture(data, page):
    return Image.open(io.BytesIO(draw_page(data, PDF, page, WIDTH))).convert("L")


def in_pixels(box, drawn):
    across, down = drawn.width / 1000, drawn.height / 1000
    return (
        math.floor(box.left * across) - 1,
        math.floor(box.top * down) - 1,
        math.ceil(box.right * across) + 1,
        math.ceil(box.bottom * down) + 1,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("pdf/with-attachment.pdf", 1),
        ("pdf/multicolumn.pdf", 2),
        ("transcripts/interview_P1.pdf", 5),
        *(("pdf/habibi-rotated.pdf", page) for page in (1, 2, 3, 4)),
    ],
)
def test_the_boxes_of_all_words_cover_all_that_is_drawn(given, boxes, name, page):
    drawn = picture(given(name), page)
    assert min(drawn.get_flattened_data()) < 100
    pen = ImageDraw.Draw(drawn)
    for found in boxes(name, page, r"\S+"):
        for box in found:
            pen.rectangle(in_pixels(box, drawn), fill=255)
    assert min(drawn.get_flattened_data()) > 180  # the margin of an interview is grey


@pytest.mark.slow
def test_a_box_covers_its_word_and_not_the_next(given, boxes):
    drawn = picture(given("pdf/with-attachment.pdf"), 1)
    ((ipsum,), *_) = boxes("pdf/with-attachment.pdf", 1, "ipsum")
    ((dolor,), *_) = boxes("pdf/with-attachment.pdf", 1, "dolor")
    assert min(drawn.crop(in_pixels(ipsum, drawn)).get_flattened_data()) < 100
    assert ipsum.right <= dolor.left and abs(ipsum.top - dolor.top) < 5
    assert 20 < ipsum.right - ipsum.left < 60  # of a thousand: a word and no line


def test_words_over_the_end_of_a_line_have_a_box_on_each(boxes):
    (found,) = boxes("pdf/with-attachment.pdf", 1, r"eirmod\ntempor")
    assert len(found) == 2
    assert found[0].left > found[1].right and found[0].top < found[1].top


@pytest.mark.slow
def test_what_stands_in_a_form_field_or_note_has_the_box_of_it(given, boxes):
    drawn = picture(given("pdf/libreoffice-form.pdf"), 1)
    ((field,),) = boxes("pdf/libreoffice-form.pdf", 1, "Alice")
    assert min(drawn.crop(in_pixels(field, drawn)).get_flattened_data()) < 160
    assert boxes("pdf/annotated_pdf.pdf", 1, "Hello world!") != [[]]


def test_blanks_are_drawn_nowhere(boxes):
    assert boxes("pdf/with-attachment.pdf", 1, r"\n")[0] == []


def test_places_in_another_text_mean_nothing(given):
    with pytest.raises(Changed):
        boxes_of(given("pdf/habibi.pdf"), PDF, 1, "habibi", [(0, 6)])


@pytest.mark.parametrize(
    ("name", "page", "trouble"),
    [
        ("pdf/libreoffice-writer-password.pdf", 1, Trouble.PASSWORD),
        ("pdf/habibi.pdf", 9, Trouble.DAMAGED),
        ("docx/original.docx", 1, Trouble.NOT_READ),
    ],
)
def test_where_there_are_no_boxes_it_says_why(given, name, page, trouble):
    data = given(name)
    with pytest.raises(Refused) as refused:
        boxes_of(data, identify(data, name), page, "", [(0, 1)])
    assert refused.value.trouble == trouble


@pytest.mark.slow
def test_under_a_bar_is_nothing(given, boxes):
    data = given("pdf/with-attachment.pdf")
    ((bar,), *_) = boxes("pdf/with-attachment.pdf", 1, "ipsum")
    struck = struck_pdf(data, PDF, {1: [bar]})
    reading = read_text(struck, PDF)
    assert [page.text for page in reading.pages] == [""] and reading.trouble == Trouble.PICTURE
    assert not re.search(rb"/Font|/EmbeddedFile|/Annot|/Info|/Metadata|ipsum", struck)
    before, after = picture(data, 1), picture(struck, 1)
    left, top, right, bottom = in_pixels(bar, after)
    inside = after.crop((left + 2, top + 2, right - 2, bottom - 2))
    assert max(inside.get_flattened_data()) == 0
    assert max(before.crop((left, top, right, bottom)).get_flattened_data()) == 255
    below = (0, bottom + 5, WIDTH, before.height)
    assert abs(sum(before.crop(below).histogram()[:128]) - sum(after.crop(below).histogram()[:128])) < 1500


@pytest.mark.slow
def test_every_page_is_there_and_as_large_and_turned_as_it_was(given):
    data = given("pdf/habibi-rotated.pdf")
    struck = struck_pdf(data, PDF, {2: [Box(0, 0, 1000, 1000)]})
    for page in (1, 2, 3, 4):
        assert picture(struck, page).size == picture(data, page).size
    assert set(picture(struck, 2).get_flattened_data()) == {0}
    assert max(picture(struck, 1).get_flattened_data()) == 255


def test_a_picture_becomes_such_a_copy_too():
    target = io.BytesIO()
    frames = [Image.new("RGB", (100, 50), "white"), Image.new("RGB", (100, 50), "blue")]
    frames[0].save(target, "TIFF", save_all=True, append_images=frames[1:])
    struck = struck_pdf(target.getvalue(), KINDS["tiff"], {2: [Box(500, 0, 1000, 1000)]})
    second = Image.open(io.BytesIO(draw_page(struck, PDF, 2, 100)))
    assert second.getpixel((10, 10)) == (0, 0, 255) and second.getpixel((90, 10)) == (0, 0, 0)
