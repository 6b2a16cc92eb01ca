"""Servers that start in a moment, to be killed a thousand times.

`python -m tests.soak.forking` has imported everything and read the packs; for each line that it is sent it forks one
server, which is `flask --app wsgi serve` from there on, but for its worker: that takes a second of the processor and
has no part in saving a note.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from flask.cli import ScriptInfo
from sqlalchemy.orm import configure_mappers

from app import create_app, serving
from tests.servers import ROOT, wait_until_up


class Forge:
    """The process that forks them, one after the other."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.port, self.log = int(environment["PORT"]), log
        self._server = 0  # its process, while it runs
        with open(log, "ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.forking"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=out,
                text=True,
            )

    def __enter__(self) -> "Forge":
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()
        self._process.communicate()  # no more lines: it ends

    def start(self) -> None:
        self._server = int(self._ask("start"))

    def wait_until_up(self) -> None:
        wait_until_up(self.port, lambda: None, self.log)

    def kill(self) -> None:
        """SIGKILL, to the server that runs."""
        if self._server:
            os.kill(self._server, signal.SIGKILL)
            self._ask("reap")
            self._server = 0

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None and self._process.stdout is not None
        print(line, file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline().strip()
        assert answer, f"nothing was forked:\n{self.log.read_text()[-4000:]}"
        return answer


def main() -> None:
    app = create_app()
    configure_mappers()
    serving.Worker.run = lambda self: None  # type: ignore[method-assign]
    serving.read_pack = cache(serving.read_pack)
    for place in Path(app.config["PACKS_DIR"]).iterdir():
        serving.read_pack(place)
    assert threading.active_count() == 1, "a thread would not be there after a fork"
    child = 0
    for line in sys.stdin:
        if line.strip() == "reap":
            os.waitpid(child, 0)
        elif not (child := os.fork()):
            os.dup2(2, 1)  # what a server says is not an answer
            serving.serve.main([], obj=ScriptInfo(create_app=lambda: app))
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
