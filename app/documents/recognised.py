"""Words of pages that are pictures, kept until the whole document is read: a reading that was cut off goes on there.

They lie in the data folder, under the SHA-256 of the file, and are thrown away with the write that keeps its text.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from flask import current_app


class Recognised:
    """Those of one file, as formats.reading.Kept."""

    def __init__(self, inspection_id: UUID, sha256: str) -> None:
        self._folder = Path(current_app.config["DATA_DIR"]) / "recognised" / inspection_id.hex / sha256

    def find(self, page: int) -> str | None:
        """None where it was not recognised yet; empty where there are no words in it."""
        with suppress(FileNotFoundError):
            return self._path(page).read_bytes().decode()
        return None

    def keep(self, page: int, words: str) -> None:
        """Whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{page}.{os.getpid()}.part"
        part.write_bytes(words.encode())
        os.replace(part, self._path(page))

    def forget(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, page: int) -> Path:
        return self._folder / f"{page}.txt"
