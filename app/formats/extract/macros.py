"""Whether a file holds a macro. None is ever run, or even read."""

import io
import re
import zipfile
from collections.abc import Iterator

from ..outcome import Limits, Refused, Trouble
from .ole import Ole

# A project of Visual Basic in Word, Excel and PowerPoint; Excel 4's macro sheets; Basic and others in OpenDocument.
_PARTS = re.compile(r"(?:^|/)(?:vbaProject\.bin|macrosheets/.+)$|^(?:Basic|Scripts)/.+", re.IGNORECASE)
_STORAGES = {"_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA", "Macros"}


def holds_macro(code: str, data: bytes) -> bool:
    """Of a package that could be read."""
    if code not in ("docx", "xlsx", "pptx", "odt"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return any(_PARTS.search(name) and not name.endswith("/") for name in package.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def pages(data: bytes, limits: Limits) -> Iterator[tuple[str, str]]:
    """Nothing: Word, Excel and PowerPoint files from before 2007 are kept and not read. Raises Refused."""
    held = any(entry.name in _STORAGES for entry in Ole(data, limits).root.every())
    if held:
        raise Refused(Trouble.MACRO_KEPT)
    return iter(())
