"""Starting the jailed child, feeding it, and hearing it out within limits."""

import dataclasses
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .outcome import Limits, Trouble

Data = bytes | Path  # what a file holds, or where it lies

_JAIL = Path(__file__).with_name("jail.py")

# How a process ends that ran out of time or memory. PDFium stops itself by a trap when it cannot have memory.
_STOPPED = {-number for number in (signal.SIGKILL, signal.SIGXCPU, signal.SIGABRT, signal.SIGTRAP, signal.SIGILL)}


@dataclass(frozen=True, slots=True)
class Told:
    """What a child said. `shut`: its doors were shut; None if it died before it could say."""

    shut: bool | None
    messages: tuple[dict[str, object], ...]
    trouble: Trouble | None


def ask(action: str, code: str, data: Data, limits: Limits, doors: str, wanted: object = None) -> Told:
    """Lets a child of `jail.py` do one thing with `data`; see there for the arguments and what it tells.

    `wanted`: JSON values that say what is to be drawn, for the actions that need to be told.
    """
    if size_of(data) > limits.size:
        return Told(None, (), Trouble.TOO_LARGE)
    command = [sys.executable, "-I", str(_JAIL), action, code, json.dumps(dataclasses.asdict(limits)), doors]
    # An ASCII line holds up to 6 characters for one of text (12 beyond the first plane), and some for its frame.
    most = 6 * limits.characters + 200 * (limits.pages + limits.rows) + 4 * limits.rows * limits.columns + 65536
    first = b""
    if wanted is not None:
        first = json.dumps(wanted).encode() + b"\n"
        most += limits.drawn * 3 // 2
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        start_new_session=True,
    )
    try:
        output, stopped = _exchange(process, _pieces(first, data), most, time.monotonic() + limits.seconds)
    finally:
        process.kill()
        status = process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()
    ran_out = stopped or status in _STOPPED
    messages = list(_parse(output))
    shut = messages[0].get("shut") if messages else None
    if not isinstance(shut, bool):
        return Told(None, (), Trouble.TOO_LARGE if ran_out else Trouble.JAIL_MISSING)
    if messages[-1].keys() == {"end"}:
        return Told(shut, tuple(messages[1:-1]), _trouble(messages[-1]["end"]))
    return Told(shut, tuple(messages[1:]), Trouble.TOO_LARGE if ran_out else Trouble.DAMAGED)


def size_of(data: Data) -> int:
    return data.stat().st_size if isinstance(data, Path) else len(data)


def _pieces(first: bytes, data: Data) -> Iterator[memoryview]:
    """What the child is fed. Of a file on disk never more than a piece is in this process."""
    yield memoryview(first)
    if isinstance(data, Path):
        with open(data, "rb") as file:
            while piece := file.read(1 << 20):
                yield memoryview(piece)
    else:
        yield memoryview(data)


def _trouble(code: object) -> Trouble | None:
    try:
        return None if code is None else Trouble.of(str(code))
    except KeyError:
        return Trouble.DAMAGED


def _exchange(
    process: subprocess.Popen[bytes], pieces: Iterator[memoryview], most: int, deadline: float
) -> tuple[bytes, bool]:
    """(what it wrote, was it stopped for writing too much or taking too long).

    Popen.communicate would keep whatever the child writes, without end.
    """
    assert process.stdin and process.stdout
    output = bytearray()
    left: memoryview | None = next(pieces)
    with selectors.DefaultSelector() as selector:
        for stream, event in ((process.stdin, selectors.EVENT_WRITE), (process.stdout, selectors.EVENT_READ)):
            os.set_blocking(stream.fileno(), False)
            selector.register(stream, event)
        while True:
            wait = deadline - time.monotonic()
            if wait <= 0 or len(output) > most:
                return bytes(output), True
            for key, _ in selector.select(wait):
                if key.fileobj is process.stdout:
                    chunk = os.read(process.stdout.fileno(), 1 << 16)
                    if not chunk:
                        return bytes(output), False
                    output += chunk
                else:
                    left = _feed(process.stdin, left)
                    while left is not None and not left:
                        left = next(pieces, None)
                    if left is None:
                        selector.unregister(process.stdin)
                        process.stdin.close()


def _feed(stream: IO[bytes], left: memoryview | None) -> memoryview | None:
    """What is still to be fed of a piece; None when nobody listens."""
    try:
        return left[os.write(stream.fileno(), left[: 1 << 16]) :] if left else left
    except BrokenPipeError:  # it ended early; what it told says why
        return None


def _parse(output: bytes) -> Iterator[dict[str, object]]:
    for line in output.split(b"\n"):
        try:
            message = json.loads(line)
        except ValueError:  # half a line, or a child that is no longer ours: what came before stands
            return
        if not isinstance(message, dict):
            return
        yield message
