"""Taking the text out of a file, in a child process that can do no harm."""

import dataclasses
import json
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from . import child, kinds
from .drawing import DRAWN, draw_page
from .kinds import Kind
from .outcome import Limits, Page, Reading, Refused, Trouble, clean
from .recognising import WIDTH, recognise


class Kept(Protocol):
    """Where the words of pages that are pictures are kept while the others are recognised: minutes of work."""

    def find(self, page: int) -> str | None: ...

    def keep(self, page: int, words: str) -> None: ...


class _NotKept:
    def find(self, page: int) -> str | None:
        return None

    def keep(self, page: int, words: str) -> None:
        pass


__all__ = ["JailReport", "Limits", "Page", "Reading", "Trouble", "read_text", "self_test"]

_LONGEST_LABEL = 200


def read_text(
    data: child.Data,
    kind: Kind,
    limits: Limits = Limits(),  # noqa: B008
    *,
    require_jail: bool = True,
    recognising: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    kept: Kept = _NotKept(),  # noqa: B008
) -> Reading:
    """The pages of a file, and the trouble if not all could be read; both may be there at once.

    Takes about a tenth of a second even for a small file, and up to `limits.seconds`: never inside a transaction.
    Without `require_jail` a file is read with limits only, where the system cannot shut the child's doors. With
    `recognising` pages that are pictures are read by Tesseract, which must be installed; that takes some seconds a
    page, and up to `limits.recognising` more. `progress` hears of it: pages done, and all. What `kept` has of them
    already is not recognised again.
    """
    trouble = without_reading(data, kind)
    if trouble and kind not in (*kinds.LEGACY, *kinds.PICTURES):
        return Reading((), trouble, jailed=False)
    told = child.ask("text", kind.code, data, limits, "shut" if require_jail else "try")
    if kind in kinds.LEGACY and trouble == Trouble.NOT_READ:
        held = told.trouble == Trouble.MACRO_KEPT
        return Reading((), Trouble.MACRO_KEPT if held else trouble, jailed=bool(told.shut))
    last = told.messages[-1].get("holds") if told.messages else None
    holds_files = last if isinstance(last, bool) else None
    reading = Reading(tuple(_pages(told, limits)), told.trouble, bool(told.shut), holds_files)
    if recognising and kind in DRAWN and reading.trouble in (None, Trouble.PICTURE):
        return _recognised(reading, data, kind, limits, require_jail, progress, kept)
    return reading


def _recognised(
    reading: Reading,
    data: child.Data,
    kind: Kind,
    limits: Limits,
    require_jail: bool,
    progress: Callable[[int, int], None],
    kept: Kept,
) -> Reading:
    """With the words of the pages that are pictures. One that is not recognised in time stays without."""
    deadline = time.monotonic() + limits.recognising
    pages, trouble = [], reading.trouble
    for page in reading.pages:
        progress(page.number - 1, len(reading.pages))
        if not page.text.strip():
            words = kept.find(page.number)
            if words is None and time.monotonic() > deadline:
                trouble = Trouble.TOO_LARGE
            elif words is None:
                try:
                    drawn = draw_page(data, kind, page.number, WIDTH, limits, require_jail=require_jail)
                    words = recognise(drawn).text
                    kept.keep(page.number, words)
                except Refused as refused:
                    trouble = trouble or refused.trouble
            page = dataclasses.replace(page, text=words or page.text, recognised=bool(words))
        pages.append(page)
    if trouble == Trouble.PICTURE and any(page.recognised for page in pages):
        trouble = None
    return Reading(tuple(pages), trouble, reading.jailed)


def without_reading(data: child.Data, kind: Kind) -> Trouble | None:
    """The trouble that is known before a file is opened."""
    if child.size_of(data) == 0:
        return Trouble.EMPTY
    if kind == kinds.ENCRYPTED_OFFICE:
        return Trouble.PASSWORD
    if kind in (kinds.PNG, kinds.JPEG, kinds.TIFF):
        return Trouble.PICTURE
    return None if kind.readable else Trouble.NOT_READ


def _pages(told: child.Told, limits: Limits) -> Iterator[Page]:
    """What the child told is as little to be trusted as the file: every shape is looked at, every text cleaned."""
    for number, message in enumerate(told.messages[: limits.pages], start=1):
        match message:
            case {"page": [str(label), str(text)]}:
                yield Page(number, " ".join(clean(label).split())[:_LONGEST_LABEL], clean(text))
            case _:
                return


@dataclass(frozen=True, slots=True)
class JailReport:
    """Which doors a planted child got through, with them shut; and with them open, to show that the test can tell."""

    shut: bool  # nothing was reached that should not be
    reached: frozenset[str]  # of 'network', 'file', 'program'
    reached_when_open: frozenset[str]

    @property
    def sentence(self) -> str:
        """For the status page."""
        if self.shut:
            return "Files are read in a closed process: it can reach no network, no file and no other program."
        if not self.reached_when_open:
            return "The process that reads files could not be tested."
        return (
            "Files are read with limits on time and memory only: this system cannot close the process that reads them."
        )


def self_test(path: Path | None = None, limits: Limits = Limits(seconds=10)) -> JailReport:  # noqa: B008
    """Lets a child try to reach a listener on this machine, to open a file (the database), and to start a program."""
    with tempfile.NamedTemporaryFile() as spare, socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        wanted = {
            "host": "127.0.0.1",
            "port": listener.getsockname()[1],
            "path": str((path or Path(spare.name)).absolute()),
        }
        reached_when_open = _probe("open", wanted, listener, limits)
        reached = _probe("try", wanted, listener, limits)
    shut = reached == frozenset() and {"network", "file"} <= (reached_when_open or frozenset())
    return JailReport(shut, reached or frozenset(), reached_when_open or frozenset())


def _probe(doors: str, wanted: dict[str, object], listener: socket.socket, limits: Limits) -> frozenset[str] | None:
    """The doors it says it got through, and 'network' if somebody did call; None if it did not come to an answer."""
    told = child.ask("probe", "", json.dumps(wanted).encode(), dataclasses.replace(limits, pages=0, rows=0), doors)
    called = False
    try:
        listener.accept()[0].close()
        called = True
    except BlockingIOError:
        pass
    if doors != "open" and not told.shut:
        return None
    match told.messages:
        case ({"reached": list(names)},):
            return frozenset(str(name) for name in names) | ({"network"} if called else set())
        case _:
            return None
