"""What came of reading a file: pages of text, or the trouble met on the way. Known to the child and its parent."""

import enum
import re
from dataclasses import dataclass


class Trouble(enum.Enum):
    """Why a file, or a part of it, could not be read. `code` may be stored; `sentence` is shown to people."""

    PASSWORD = ("password", "This file has a password. Ask the sender for a copy without one.")
    DAMAGED = ("damaged", "This file is damaged or incomplete and cannot be read. Ask the sender for a new copy.")
    PICTURE = ("picture", "This file is a picture without text. Open the file to read it, or ask for a copy with text.")
    EMPTY = ("empty", "This file has nothing in it. Ask the sender whether it is the right one.")
    TOO_LARGE = ("too_large", "This file is too large to be read in full. Ask the sender for it in smaller parts.")
    MACRO = (
        "macro",
        "This file holds a macro, which Fieldbook never runs. Its text was read; open the file itself with care.",
    )
    MACRO_KEPT = (
        "macro_kept",
        "This file holds a macro, which Fieldbook never runs, and its text is not read. Open the file with care.",
    )
    ENCODED = (
        "encoded",
        "A file may be encoded in this text, as a long run of letters and digits. Ask the sender for that file itself.",
    )
    NOT_READ = ("not_read", "This kind of file is kept but its text is not read. Download the file to open it.")
    JAIL_MISSING = (
        "jail_missing",
        "This server cannot read files safely, so the file was not read. Tell the person who runs the service.",
    )

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        self.sentence = sentence

    @classmethod
    def of(cls, code: str) -> "Trouble":
        """The trouble with this code. Raises KeyError for an unknown one."""
        return {trouble.code: trouble for trouble in cls}[code]


# What stands in the place of a cell that the file says how to work out, and not what came of it.
NO_RESULT = "a formula whose result the file does not hold"

INNER = "inner"  # a message in a message of Outlook, which is no file there
OBJECT = "object"  # what another program put into a document, and only that one can open
LINK = "link"  # what a zip calls a file that is only a place on the sender's machine


class Refused(Exception):
    """Raised by an extractor that cannot go on; pages given before it stand."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.code)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may cost. Beyond any of these the trouble is `too_large`, and what was read so far stands."""

    seconds: int = 30  # by the clock; processor time is held to the same
    memory: int = 1 << 30  # bytes of address space of the child, its libraries included (about 200 MB)
    size: int = 200 << 20  # bytes of the file
    pages: int = 5_000
    characters: int = 20_000_000  # in all pages, or all cells, together
    rows: int = 50_000  # of a table
    columns: int = 500  # of a table
    entries: int = 5_000  # in a zip
    nesting: int = 20  # of messages in messages
    recognising: int = 900  # seconds for all pages that are pictures together
    unpacked: int = 200 << 20  # bytes of all entries of a zip together
    received_pixels: int = 100_000_000  # of a picture as it came: A3 at 600 dots an inch is 70 million
    pixels: int = 16_000_000  # of a picture as it is drawn; a larger one is drawn smaller
    drawn: int = 100 << 20  # bytes of what is drawn


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of text that can be cited: a page, a sheet, a run of paragraphs. Line ends are '\\n'."""

    number: int  # from 1
    label: str  # 'page 3', 'sheet Summary', 'Findings, paragraphs 12–31'
    text: str  # '' for a page that is only a picture
    recognised: bool = False  # its words were recognised in a picture, and may be wrong


@dataclass(frozen=True, slots=True)
class Reading:
    pages: tuple[Page, ...]
    trouble: Trouble | None
    jailed: bool  # read by a child whose doors were shut; False too when no child was needed
    holds_files: bool | None = None  # may files lie in it; None where only who takes it apart can say


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` with '\\n' as its only line end, and U+FFFD for what no database can hold.

    PostgreSQL refuses U+0000 in a text, and a lone surrogate cannot be written in UTF-8 at all. Everything else is
    kept, form feeds and tabs too.
    """
    return _UNSTORABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
