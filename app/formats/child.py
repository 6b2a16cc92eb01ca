"""Starting the jailed child, feeding it, and hearing it out within limits."""

import dataclasses
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeAlias, cast

from .outcome import Limits, Trouble

Data = bytes | Path  # what a file holds, or where it lies

_JAIL = Path(__file__).with_name("jail.py")

# How a process ends that ran out of time or memory. PDFium stops itself by a trap when it cannot have memory.
_STOPPED = {-number for number in (signal.SIGKILL, signal.SIGXCPU, signal.SIGABRT, signal.SIGTRAP, signal.SIGILL)}


_CUT_OFF = b""  # half a line, as of a child that died


@dataclass(frozen=True, slots=True)
class Told:
    """What a child said. `shut`: its doors were shut; None if it died before it could say."""

    shut: bool | None
    messages: tuple[dict[str, object], ...]
    trouble: Trouble | None


Hearing: TypeAlias = Generator[dict[str, object], None, Told]


def ask(action: str, code: str, data: Data, limits: Limits, doors: str, wanted: object = None) -> Told:
    """Lets a child of `jail.py` do one thing with `data`; see there for the arguments and what it tells.

    `wanted`: JSON values that say what is to be drawn, for the actions that need to be told.
    """
    heard: list[dict[str, object]] = []
    told = _hear_out(hear(action, code, data, limits, doors, wanted), heard.append)
    return dataclasses.replace(told, messages=tuple(heard))


def _hear_out(hearing: Hearing, take: Callable[[dict[str, object]], None]) -> Told:
    """Take each message in turn; how it ended."""
    while True:
        try:
            take(next(hearing))
        except StopIteration as stop:
            return cast(Told, stop.value)


def hear(action: str, code: str, data: Data, limits: Limits, doors: str, wanted: object = None) -> Hearing:
    """As `ask`, but gives each message as it is told, so that a large file need not be in memory; how it ended last."""
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
    shut: bool | None = None
    ended: dict[str, object] | None = None  # its last line, if it came to one
    ran_out = garbled = False
    try:
        for line in _lines(_exchange(process, _pieces(first, data), most, time.monotonic() + limits.seconds)):
            message = _parse(line) if line is not None else None
            if message is None:
                # Stopped, or half a line, or a child that is no longer ours: what came before stands.
                ran_out, garbled = line is None, line is not None and line != _CUT_OFF
                break
            if shut is None:
                if not isinstance(given := message.get("shut"), bool):
                    return Told(None, (), Trouble.JAIL_MISSING)
                shut = given
                continue
            if ended is not None:
                yield ended
            ended = message if message.keys() == {"end"} else None
            if ended is None:
                yield message
    finally:
        process.kill()
        status = process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()
    ran_out = ran_out or (status in _STOPPED and not garbled)
    if shut is None:
        return Told(None, (), Trouble.TOO_LARGE if ran_out else Trouble.JAIL_MISSING)
    if ended is not None:
        return Told(shut, (), _trouble(ended["end"]))
    return Told(shut, (), Trouble.TOO_LARGE if ran_out else Trouble.DAMAGED)


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
) -> Iterator[bytes | None]:
    """What it writes, piece by piece; None at last when it is to be stopped, for writing too much or taking too long.

    Popen.communicate would keep whatever the child writes, without end.
    """
    assert process.stdin and process.stdout
    heard = 0
    left: memoryview | None = next(pieces)
    with selectors.DefaultSelector() as selector:
        for stream, event in ((process.stdin, selectors.EVENT_WRITE), (process.stdout, selectors.EVENT_READ)):
            os.set_blocking(stream.fileno(), False)
            selector.register(stream, event)
        while True:
            wait = deadline - time.monotonic()
            if wait <= 0 or heard > most:
                yield None
                return
            for key, _ in selector.select(wait):
                if key.fileobj is process.stdout:
                    chunk = os.read(process.stdout.fileno(), 1 << 16)
                    if not chunk:
                        return
                    heard += len(chunk)
                    yield chunk
                else:
                    left = _feed(process.stdin, left)
                    while left is not None and not left:
                        left = next(pieces, None)
                    if left is None:
                        selector.unregister(process.stdin)
                        process.stdin.close()


def _lines(outputs: Iterator[bytes | None]) -> Iterator[bytes | None]:
    """Whole lines; None as soon as there is one. _CUT_OFF for what stands behind the last line end."""
    rest: list[bytes] = []
    for output in outputs:
        if output is None:
            yield None
            return
        *whole, last = output.split(b"\n")
        for line in whole:
            yield b"".join([*rest, line])
            rest = []
        rest.append(last)
    if any(rest):
        yield _CUT_OFF


def _feed(stream: IO[bytes], left: memoryview | None) -> memoryview | None:
    """What is still to be fed of a piece; None when nobody listens."""
    try:
        return left[os.write(stream.fileno(), left[: 1 << 16]) :] if left else left
    except BrokenPipeError:  # it ended early; what it told says why
        return None


def _parse(line: bytes) -> dict[str, object] | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
