"""Taking the text out of a file, in a child process that can do no harm."""

import dataclasses
import json
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import child, kinds
from .kinds import Kind
from .outcome import Limits, Page, Reading, Trouble, clean

__all__ = ["JailReport", "Limits", "Page", "Reading", "Trouble", "read_text", "self_test"]

_LONGEST_LABEL = 200


def read_text(data: child.Data, kind: Kind, limits: Limits = Limits(), *, require_jail: bool = True) -> Reading:  # noqa: B008
    """The pages of a file, and the trouble if not all could be read; both may be there at once.

    Takes about a tenth of a second even for a small file, and up to `limits.seconds`: never inside a transaction.
    Without `require_jail` a file is read with limits only, where the system cannot shut the child's doors.
    """
    if (trouble := without_reading(data, kind)) and kind not in kinds.LEGACY:
        return Reading((), trouble, jailed=False)
    told = child.ask("text", kind.code, data, limits, "shut" if require_jail else "try")
    if trouble:
        held = told.trouble == Trouble.MACRO_KEPT
        return Reading((), Trouble.MACRO_KEPT if held else trouble, jailed=bool(told.shut))
    return Reading(tuple(_pages(told, limits)), told.trouble, jailed=bool(told.shut))


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
