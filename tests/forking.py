"""Commands of Fieldbook that start in a moment: each is forked from a process that has imported everything.

A start is 1.5 s of the processor, a server's and its worker's one each; tests and soaks start hundreds. What is forked
is `flask --app wsgi …` from there on, in a process of its own with its own settings, and so is the server's worker.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
SOON = 0.01  # seconds between two looks at whether one has ended


class Forge:
    """The process that forks them; ended by `close()`, or when the tests end."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "forge.socket"
        self._log = folder / "forge.log"
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.forking", str(self._socket)],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdin=subprocess.PIPE,  # when nobody holds its other end, it ends
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        assert self._process.stdout.readline(), self._log.read_text()

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], log: Path, *, typed: str = ""
    ) -> "Forked":
        """`flask --app wsgi` with these arguments, in a process group of its own that it leads."""
        wanted = {"arguments": [*arguments], "environment": dict(environment), "log": str(log), "typed": typed}
        return Forked(self._ask(wanted), lambda pid: self._ask({"ended": pid}))

    def run(self, arguments: Sequence[str], environment: Mapping[str, str], *, typed: str = "") -> str:
        """What it says, once it has ended well."""
        with tempfile.NamedTemporaryFile("r") as log:
            code = self.start(arguments, environment, Path(log.name), typed=typed).wait()
            said = log.read()
        assert code == 0, said
        return said

    def _ask(self, wanted: Mapping[str, Any]) -> Any:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self._socket))
            connection.sendall(json.dumps(wanted).encode() + b"\n")
            with connection.makefile() as answer:
                return json.loads(answer.readline())

    def close(self) -> None:
        self._process.communicate()  # closes its standard input


class Forked:
    """As much of `subprocess.Popen` as is used of a server or its worker."""

    def __init__(self, pid: int, status: Callable[[int], int | None]) -> None:
        self.pid, self._status = pid, status
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._status(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        began = time.monotonic()
        while (code := self.poll()) is None:
            if timeout is not None and time.monotonic() - began > timeout:
                raise subprocess.TimeoutExpired([], timeout)
            time.sleep(SOON)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def main(place: Path) -> None:
    from sqlalchemy.orm import configure_mappers

    from app import serving  # and with it all that a command imports

    configure_mappers()
    serving.read_pack = cache(serving.read_pack)
    for pack in (ROOT / "packs").iterdir():
        serving.read_pack(pack)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen()
        print("ready", flush=True)
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:  # else whoever asked is gone
            connection, _address = listener.accept()
            with connection, connection.makefile("rw") as talk:
                wanted = json.loads(talk.readline())
                if "ended" in wanted:
                    answer = _status(wanted["ended"])
                elif answer := os.fork():
                    _ENDED.pop(answer, None)  # an earlier process of that number
                else:
                    _become(wanted)
                print(json.dumps(answer), file=talk, flush=True)


def _become(wanted: Mapping[str, Any]) -> NoReturn:
    """Be that command, and never come back."""
    os.setpgid(0, 0)
    os.closerange(3, 1024)
    log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    read, write = os.pipe()
    os.write(write, wanted["typed"].encode())
    os.close(write)
    for here, there in ((read, 0), (log, 1), (log, 2)):
        os.dup2(here, there)
    os.closerange(3, 1024)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    if wanted["arguments"] == ["serve"]:
        _have_a_worker_ready()
    _run(wanted["arguments"])


def _have_a_worker_ready() -> None:
    """Forked before the server has threads, it begins when the server would start it; one after it is a new process."""
    from app import serving

    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(write)
        asked = os.read(read, 1)
        os.close(read)
        if not asked:
            os._exit(0)  # the server is gone
        _run(["jobs", "work", "--stop-with", str(os.getppid())])
    os.close(read)
    ready = [pid]

    def start(command: Sequence[str]) -> "Forked | subprocess.Popen[bytes]":
        if not ready:
            return subprocess.Popen(command)
        os.write(write, b"!")
        os.close(write)
        return Forked(ready.pop(), _status)

    serving.subprocess = SimpleNamespace(Popen=start, TimeoutExpired=subprocess.TimeoutExpired)  # type: ignore[assignment]


def _run(arguments: Sequence[str]) -> NoReturn:
    from flask.cli import main as flask

    sys.argv = ["flask", "--app", "wsgi", *arguments]
    code = 1
    try:
        flask()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


_ENDED: dict[int, int] = {}


def _status(pid: int) -> int | None:
    """What a child of this process ended with; nothing while it runs."""
    if pid not in _ENDED:
        gone, status = os.waitpid(pid, os.WNOHANG)
        if not gone:
            return None
        _ENDED[pid] = os.waitstatus_to_exitcode(status)
    return _ENDED[pid]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
