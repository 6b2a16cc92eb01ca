"""Words in pictures, by the real Tesseract (`make ocr` installs it)."""

import io
import stat

import pytest
from PIL import Image

from app.formats import recognising
from app.formats.drawing import boxes_of, draw_page
from app.formats.kinds import KINDS, PDF
from app.formats.outcome import Limits, Refused, Trouble
from app.formats.reading import read_text

installed = pytest.mark.skipif(
    recognising.program() is None, reason="TESSERACT IS NOT INSTALLED: `make ocr` installs it where apt is"
)
WORDS = "Docling bundles PDF document conversion to JSON and Markdown in an easy self contained package"


@pytest.mark.slow
@installed
def test_a_scan_is_read_word_for_word(given):
    heard = []
    reading = read_text(
        given("pdf/ocr_test.pdf"), PDF, recognising=True, progress=lambda done, of: heard.append((done, of))
    )
    (page,) = reading.pages
    assert page.recognised and reading.trouble is None
    assert page.text.split() == WORDS.split()
    assert heard == [(0, 1)]


@pytest.mark.slow
@installed
@pytest.mark.parametrize("code", ["png", "tiff"])
def test_a_picture_that_was_received_is_read_too(given, code):
    drawn = Image.open(io.BytesIO(draw_page(given("pdf/ocr_test.pdf"), PDF, 1, 1600))).convert("L")
    target = io.BytesIO()
    drawn.save(target, code)
    reading = read_text(target.getvalue(), KINDS[code], recognising=True)
    assert reading.pages[0].text.split() == WORDS.split()


@pytest.mark.slow
@installed
def test_words_that_were_recognised_have_boxes(given):
    data = given("pdf/ocr_test.pdf")
    (page,) = read_text(data, PDF, recognising=True).pages
    at = page.text.index("Markdown")
    ((box,), _) = boxes_of(data, PDF, 1, page.text, [(at, at + 8), (0, 2)])
    assert (box.left, box.top) == (pytest.approx(284 / 0.924 / 1.2, abs=120), pytest.approx(123, abs=15))
    drawn = Image.open(io.BytesIO(draw_page(data, PDF, 1, 1000))).convert("L")
    share = drawn.height / 1000
    inside = drawn.crop((box.left, int(box.top * share), box.right, int(box.bottom * share)))
    assert min(inside.get_flattened_data()) < 60


class Held(dict[int, str]):
    """Words of pages that were recognised before the reading was cut off."""

    def find(self, page: int) -> str | None:
        return self.get(page)

    def keep(self, page: int, words: str) -> None:
        self[page] = words


@pytest.mark.slow
@installed
def test_a_reading_that_was_cut_off_goes_on_with_the_page_after_the_last_that_was_kept(given):
    drawn = Image.open(io.BytesIO(draw_page(given("pdf/ocr_test.pdf"), PDF, 1, 1600))).convert("L")
    target = io.BytesIO()
    drawn.save(target, "tiff", save_all=True, append_images=[drawn, Image.new("L", (200, 200), 255)])
    kept = Held({1: "Recognised before."})
    reading = read_text(target.getvalue(), KINDS["tiff"], recognising=True, kept=kept)
    assert [page.text.split() for page in reading.pages] == [["Recognised", "before."], WORDS.split(), []]
    assert [page.recognised for page in reading.pages] == [True, True, False]
    assert kept == {1: "Recognised before.", 2: reading.pages[1].text, 3: ""}


@installed
def test_a_page_with_words_is_not_recognised(given):
    reading = read_text(given("pdf/with-attachment.pdf"), PDF, recognising=True)
    assert [page.recognised for page in reading.pages] == [False] and "Lorem ipsum" in reading.pages[0].text


@pytest.mark.slow
@installed
def test_what_has_no_words_stays_a_picture(given):
    assert read_text(given("pdf/grayscale-image.pdf"), PDF, recognising=True).trouble == Trouble.PICTURE


def test_what_takes_too_long_in_all_stays_without_words(given):
    reading = read_text(given("pdf/ocr_test.pdf"), PDF, Limits(recognising=-1), recognising=True)
    assert reading.pages[0].text == "" and reading.trouble == Trouble.TOO_LARGE


def program(tmp_path, monkeypatch, script):
    file = tmp_path / "tesseract"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(recognising, "program", lambda: str(file))


def test_the_program_sees_nothing_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("FIELDBOOK_SECRET", "secret")
    program(tmp_path, monkeypatch, '[ -z "$FIELDBOOK_SECRET" ] && cat >/dev/null')
    assert recognising.recognise(b"x").text == ""


def test_the_program_writes_no_file(tmp_path, monkeypatch):
    program(tmp_path, monkeypatch, f"cat >{tmp_path}/new")
    with pytest.raises(Refused):
        recognising.recognise(b"x")
    assert (tmp_path / "new").stat().st_size == 0


@pytest.mark.parametrize(("script", "trouble"), [("exec sleep 9", Trouble.TOO_LARGE), ("exit 1", Trouble.PICTURE)])
def test_a_program_that_hangs_or_fails_is_done_without(tmp_path, monkeypatch, script, trouble):
    monkeypatch.setattr(recognising, "_SECONDS", 1)
    program(tmp_path, monkeypatch, script)
    with pytest.raises(Refused) as refused:
        recognising.recognise(b"x")
    assert refused.value.trouble == trouble


@pytest.mark.parametrize("frames", [1, 3])
def test_a_picture_has_a_page_for_each_of_its_frames(frames):
    pictures = [Image.new("L", (9, 9)) for _ in range(frames)]
    target = io.BytesIO()
    pictures[0].save(target, "TIFF", save_all=True, append_images=pictures[1:])
    reading = read_text(target.getvalue(), KINDS["tiff"])
    assert [page.label for page in reading.pages] == [f"page {number}" for number in range(1, frames + 1)]
    assert reading.trouble == Trouble.PICTURE
