"""The figures of long runs, kept in docs/assurance.md: each run writes its own section anew."""

import os
import platform
import re
from datetime import UTC, datetime

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "assurance.md"
OPENING = """# Assurance

What long fault and load tests found when they last ran. `make soak` writes these figures; nobody edits them.
"""


def write_section(heading: str, database: str, figures: dict[str, object]) -> None:
    """Put a table of figures under a heading, in place of that of the run before."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else OPENING
    where = f"Python {platform.python_version()}, {database}, {os.cpu_count()} processors"
    rows = "".join(f"| {name} | {value} |\n" for name, value in figures.items())
    section = f"## {heading}\n\n{datetime.now(UTC):%Y-%m-%d}, {where}.\n\n| figure | value |\n|---|---|\n{rows}"
    pattern = re.compile(rf"^## {re.escape(heading)}\n.*?(?=^## |\Z)", re.M | re.S)
    if pattern.search(text):
        text = pattern.sub(lambda _found: section + "\n", text)
    else:
        text = text.rstrip("\n") + "\n\n" + section
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
