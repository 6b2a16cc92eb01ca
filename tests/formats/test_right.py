"""How right the text of each file is, against what a person reads in it (tests/data/expected).

Prints a table with `pytest -s`. Two figures a file: the word error rate (words to be put in, taken out or changed, for
each that should be there) and the order (how many of the words that should be there come one after the other as they
should). A file whose figures are not 0 and 1 has its bar here, with why.
"""

import difflib
from collections import Counter
from pathlib import Path

import pytest

from app.formats.kinds import identify
from app.formats.reading import read_text
from app.formats.recognising import program

DATA = Path(__file__).parents[1] / "data"
EXPECTED = DATA / "expected"
NAMES = sorted(str(path.relative_to(EXPECTED)).removesuffix(".txt") for path in EXPECTED.glob("*/*.txt"))
# The words of these are those of the file.
PLAIN = sorted(str(path.relative_to(DATA)) for path in DATA.glob("transcripts/*.txt"))
# Nothing to read in them; what they say instead is in test_reading.py.
WITHOUT_WORDS = {
    "email/empty.eml",
    "pdf/grayscale-image.pdf",
    "pdf/imagemagick-CCITTFaxDecode.pdf",
    "pdf/imagemagick-images.pdf",
    "pdf/libreoffice-writer-password.pdf",
    "pdf/no_eof_marker.pdf",
    "xlsx/EXCEL_95.XLS",
    "xlsx/actually_a_png.xlsx",
    "xlsx/password_protected.xlsx",
}
# (most errors for each word, least order), and why.
BARS = {
    "pdf/habibi.pdf": (1.5, 0.0),  # a second, broken layer of text; Arabic comes from its last letter to its first
    "pdf/habibi-rotated.pdf": (1.6, 0.6),  # the same
    "pdf/libreoffice-form.pdf": (0.15, 0.92),  # in the order of the file, which is not that of the page
    "pdf/meeting_minutes_eu_webinar.pdf": (0.002, 1.0),  # a word cut in two by a narrow cell, without a hyphen
    "pdf/multicolumn.pdf": (0.002, 1.0),  # a bracket after a raised figure starts a line
    "transcripts/interview_P1.pdf": (0.003, 0.998),  # the number of the page comes first, and stands at its foot
    "transcripts/interview_P2.pdf": (0.004, 0.997),  # the same
}


def measure(found: list[str], expected: list[str]) -> tuple[float, float]:
    """(word error rate, order): see above. As bad as they can be: difflib need not find the shortest way."""
    if found == expected:
        return 0.0, 1.0
    wrong = same = 0
    for what, a, b, c, d in difflib.SequenceMatcher(None, found, expected, autojunk=False).get_opcodes():
        if what == "equal":
            same += b - a
        else:
            wrong += max(b - a, d - c)
    common = (Counter(found) & Counter(expected)).total()
    return wrong / len(expected), same / common if common else 0.0


def test_the_measure_tells_what_is_wrong():
    words = ["the", "panel", "met", "in", "March"]
    assert measure(words, words) == (0, 1)
    assert measure(["the", "panel", "met", "on", "March"], words) == (0.2, 1)
    assert measure(["the", "panel", "met", "in"], words) == (0.2, 1)
    assert measure(["in", "March", "the", "panel", "met"], words) == (0.8, 0.6)


def test_every_file_of_the_data_is_measured():
    folders = ("pdf", "docx", "xlsx", "email", "transcripts")
    there = {str(path.relative_to(DATA)) for folder in folders for path in (DATA / folder).iterdir()}
    assert there == {*NAMES, *PLAIN} | WITHOUT_WORDS
    assert set(BARS) <= set(NAMES)


@pytest.mark.parametrize("name", [*NAMES, *PLAIN])
def test_the_words_of_a_file_are_right_and_in_order(name):
    scanned = name == "pdf/ocr_test.pdf"
    if scanned and program() is None:
        pytest.skip("TESSERACT IS NOT INSTALLED: `make ocr` installs it where apt is")
    data = (DATA / name).read_bytes()
    reading = read_text(data, identify(data, name), recognising=scanned)
    found = "\n".join(page.text for page in reading.pages).split()
    source = DATA / name if name in PLAIN else EXPECTED / f"{name}.txt"
    errors, order = measure(found, source.read_text("utf-8-sig").split())
    print(f"{name:60} {len(found):6} words  {errors:7.2%} wrong  {order:7.2%} in order")
    most, least = BARS.get(name, (0.0, 1.0))
    assert errors <= most and order >= least
