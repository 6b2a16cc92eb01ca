"""The child of app/formats/jail.py, with the least that gives the words of a PDF: see bench/extracting.py."""

import sys
import types
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":
    # As in the child itself: nothing of the application but this package is loaded.
    _package = types.ModuleType("app")
    _package.__path__ = [str(Path(__file__).resolve().parent.parent / "app")]
    sys.modules["app"] = _package

import pypdfium2

from app.formats import jail
from app.formats.outcome import Limits


def pages(data: bytes, _limits: Limits) -> Iterator[tuple[str, str]]:
    document = pypdfium2.PdfDocument(data)
    for number in range(len(document)):
        yield f"page {number + 1}", document[number].get_textpage().get_text_range()


if __name__ == "__main__":
    jail._load = lambda _place: pages  # type: ignore[assignment]  # this reader, whatever is asked for
    jail.main(sys.argv[1:])
