"""Words in a picture, by Tesseract where it is installed.

It gets a PNG that the jailed child drew, never what was received, and runs with limits and an environment of its own.
"""

import csv
import io
import resource
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache

from .outcome import Refused, Trouble, clean

WIDTH = 2480  # of a page that is drawn for it: A4 at 300 dots an inch, which it likes best
_SECONDS = 60
_MEMORY = 2 << 30
_WORD = "5"  # the level of a row that holds a word; '1' is the page


@dataclass(frozen=True, slots=True)
class Word:
    start: int  # in the text, in code points
    end: int
    box: tuple[float, float, float, float]  # left, top, right, bottom as shares of the picture


@dataclass(frozen=True, slots=True)
class Recognised:
    text: str
    words: tuple[Word, ...]


@cache
def program() -> str | None:
    """Where Tesseract is, if it is."""
    return shutil.which("tesseract")


def recognise(png: bytes) -> Recognised:
    """The words of a picture in reading order: a line for a line, a blank one between paragraphs. Raises Refused."""
    command = [program() or "tesseract", "stdin", "stdout", "-l", "eng", "--dpi", "300", "tsv"]
    try:
        done = subprocess.run(
            command,
            input=png,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"OMP_THREAD_LIMIT": "1"},
            timeout=_SECONDS,
            check=True,
            preexec_fn=_limit,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(Trouble.TOO_LARGE) from error
    except (OSError, subprocess.CalledProcessError) as error:
        raise Refused(Trouble.PICTURE) from error
    return _laid(done.stdout.decode(errors="replace"))


def _limit() -> None:
    for kind, value in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (value, value))


def _laid(table: str) -> Recognised:
    text, words, before = "", [], None
    wide = high = 1
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == "1":
            wide, high = max(1, int(row["width"])), max(1, int(row["height"]))
        said = clean(row["text"] or "").strip()
        if row["level"] != _WORD or not said:
            continue
        place = (row["block_num"], row["par_num"], row["line_num"])
        if before is not None:
            text += " " if place == before else "\n" if place[:2] == before[:2] else "\n\n"
        before = place
        left, top = int(row["left"]), int(row["top"])
        box = (left / wide, top / high, (left + int(row["width"])) / wide, (top + int(row["height"])) / high)
        words.append(Word(len(text), len(text) + len(said), box))
        text += said
    return Recognised(text, tuple(words))
