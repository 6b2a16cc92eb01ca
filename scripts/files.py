"""Write docs/files.md: what becomes of each file of tests/data when it is received.

    .venv-dev/bin/python scripts/files.py

A test holds the page up to date. Words in pictures are left out: whether they are recognised depends on the machine.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.formats.kinds import UNKNOWN, identify  # noqa: E402  # the path first
from app.formats.outcome import Trouble  # noqa: E402
from app.formats.reading import read_text  # noqa: E402

DATA = ROOT / "tests" / "data"
WRITTEN = ROOT / "docs" / "files.md"
FOLDERS = ("pdf", "docx", "xlsx", "email", "transcripts", "attack")
HEAD = """# What becomes of each file

Made by `scripts/files.py` from the real files of `tests/data` (where they come from: its README). Every file is kept
byte for byte. *Kept as* goes by content, whatever the file is called. *Read* counts pages, or the stretches that are
cited where a file has no pages, and words. How right the words are is measured by `tests/formats/test_right.py`.

Where Tesseract is installed the pages that are pictures are recognised (`FIELDBOOK_OCR`); here they are not.

| file | kept as | read | what is said |
|---|---|---|---|
"""


def table() -> str:
    """The page, with one line for each file, and one for each kind of trouble that none of them has."""
    lines, met = [], set()
    for path in sorted(path for folder in FOLDERS for path in (DATA / folder).iterdir()):
        data = path.read_bytes()
        kind = identify(data, path.name)
        reading = read_text(data, kind)
        words = sum(len(page.text.split()) for page in reading.pages)
        met.add(reading.trouble)
        kept = "not kept" if kind is UNKNOWN else kind.label
        read = f"{len(reading.pages):,}: {words:,} words" if reading.pages else ""
        said = reading.trouble.sentence if reading.trouble else ""
        lines.append(f"| `{path.relative_to(DATA)}` | {kept} | {read} | {said} |")
    others = [trouble for trouble in Trouble if trouble not in met]
    rest = "\n".join(f"- {trouble.sentence}" for trouble in others)
    return f"{HEAD}{chr(10).join(lines)}\n\nWhat is said of none of these, and of others:\n\n{rest}\n"


if __name__ == "__main__":
    WRITTEN.write_text(table())
