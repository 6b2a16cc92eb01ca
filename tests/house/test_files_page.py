"""docs/files.md says what becomes of each file of tests/data: is that still so?"""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_page_of_files_is_up_to_date():
    script = runpy.run_path(str(ROOT / "scripts" / "files.py"))
    assert script["table"]() == script["WRITTEN"].read_text(), "run .venv-dev/bin/python scripts/files.py"
