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
from functools import cache
from pathlib import Path

from flask.cli import ScriptInfo
from sqlalchemy.orm import configure_mappers

from app import create_app, serving
from tests.servers import ROOT, World, wait_until_up


class Forge:
    """The process that forks them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.log = Path(world.environment["FIELDBOOK_DATA_DIR"]) / "forked.log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.forking"],
                cwd=ROOT,
                env=world.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def start(self) -> "Forked":
        return Forked(self)

    def ask(self, line: str) -> str:
        assert self.process.stdin is not None and self.process.stdout is not None
        print(line, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline().strip()
        assert answer, f"nothing was forked:\n{self.log.read_text()[-4000:]}"
        return answer

    def close(self) -> None:
        self.process.communicate()  # no more lines: it ends
        assert self.process.returncode == 0, self.log.read_text()[-4000:]


class Forked:
    """One server, from start to kill."""

    def __init__(self, forge: Forge) -> None:
        self.forge = forge
        self.pid = int(forge.ask("start"))
        self._there = True

    def wait_until_up(self) -> None:
        wait_until_up(self.forge.world, lambda: None, self.forge.log)

    def kill(self) -> None:
        if self._there:
            os.kill(self.pid, signal.SIGKILL)
            assert self.forge.ask("reap") == str(self.pid)
            self._there = False


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
