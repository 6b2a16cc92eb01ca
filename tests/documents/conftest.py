"""Files from tests/data."""

from collections.abc import Callable
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def given() -> Callable[[str], bytes]:
    """given('pdf/habibi.pdf'): the bytes of one file of tests/data."""
    return lambda name: (DATA / name).read_bytes()
