"""100 PDF pages to searchable text, against the bare library in a child of the same kind (`bench/bare_child.py`).

Both sides start a process, shut its doors, feed it the file and hear its pages. The bare one asks PDFium for the words
of each page and tells them; ours also finds the notes and form fields, joins words that the end of a line cuts in two,
and leaves out what lies beside the page.
"""

import io
from functools import partial
from pathlib import Path
from unittest import mock

import pypdfium2

from app.formats import child
from app.formats.kinds import PDF
from app.formats.reading import read_text
from bench.rounds import Report, heading, median, ms, print_raw, take_turns

MOST_TIMES = 1.3
PAGES = 100
DATA = Path(__file__).parents[1] / "tests" / "data"
FILES = {
    "of a paper": "pdf/pdflatex-4-pages.pdf",
    "of minutes with tables and links": "pdf/meeting_minutes_eu_webinar.pdf",
    "of interviews": "transcripts/interview_P2.pdf",
}


def measure(report: Report, rounds: int) -> None:
    heading(f"{PAGES} PDF pages to text, {rounds} rounds")
    for called, name in FILES.items():
        data = _repeated((DATA / name).read_bytes())
        ours = partial(_read, data)
        seconds = take_turns(rounds, ours=ours, bare=partial(_bare, data))
        print(f" {PAGES} pages {called}")
        print_raw(seconds)
        mine, bare = median(seconds["ours"]), median(seconds["bare"])
        report.at_most(f"{PAGES} PDF pages {called} to text", mine / bare, MOST_TIMES, f" of {ms(bare)} ({ms(mine)})")


def _repeated(data: bytes) -> bytes:
    """A PDF of PAGES pages: those of this one over and over."""
    source, made, target = pypdfium2.PdfDocument(data), pypdfium2.PdfDocument.new(), io.BytesIO()
    while len(made) < PAGES:
        made.import_pages(source, list(range(min(len(source), PAGES - len(made)))))
    made.save(target)
    return target.getvalue()


def _read(data: bytes) -> int:
    reading = read_text(data, PDF)
    assert reading.jailed and reading.trouble is None and len(reading.pages) == PAGES
    return sum(len(page.text) for page in reading.pages)


def _bare(data: bytes) -> int:
    with mock.patch.object(child, "_JAIL", Path(__file__).with_name("bare_child.py")):
        return _read(data)
