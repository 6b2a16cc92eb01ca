"""Files from tests/data, and small packages made on the spot."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def given() -> Callable[[str], bytes]:
    """given('pdf/habibi.pdf'): the bytes of one file of tests/data."""
    return lambda name: (DATA / name).read_bytes()


@pytest.fixture
def packed() -> Callable[[dict[str, str | bytes]], bytes]:
    """packed({'word/document.xml': '…'}): a zip of these parts."""

    def pack(parts: dict[str, str | bytes]) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        return target.getvalue()

    return pack
