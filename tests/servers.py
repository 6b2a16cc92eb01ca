"""Fieldbook as it really runs: a process of its own, spoken to over HTTP."""

import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from app import create_app
from app.access import Actor
from app.accounts.services import add_person, start_sign_in
from app.db.transaction import writing
from app.extensions import db
from app.inspections.models import TeamRole
from app.inspections.services import join_team
from app.interviews.services import plan
from tests.factories import the_inspection
from tests.forking import Forge, Forked

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_START = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class World:
    """A database that has an inspector signed in and an interview INT-001, for a server to run on."""

    def __init__(self, url: str, folder: Path, lasting_hours: int = 14) -> None:
        self.url = url
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("FIELDBOOK_", "FLASK_"))},
            "DATABASE_URL": url,
            "FIELDBOOK_DATA_DIR": str(folder),
            "SECRET_KEY": secrets.token_hex(),
            "PORT": str(free_port()),
            "PYTHONPATH": str(ROOT),
        }
        self.port = int(self.environment["PORT"])
        self._app = app = create_app(
            {"SQLALCHEMY_DATABASE_URI": url, "DATA_DIR": folder, "SECRET_KEY": self.environment["SECRET_KEY"]}
        )
        with app.app_context():
            with writing():
                inspection = the_inspection()
                person = add_person("Inspector", "inspector@example.gov.uk", "no password")
                join_team(inspection.id, person.id, TeamRole.INSPECTOR)
                token = start_sign_in(person.id, person.name)
                plan(
                    inspection.id,
                    kind="interview",
                    family="said",
                    prefix=inspection.vocabulary["prefixes"]["interview"],
                    body_id=None,
                    role_id=None,
                    title="",
                    held_at=None,
                    place="",
                    remote=False,
                    by=Actor(person.id, person.name),
                )
            db.session.remove()
            db.engine.dispose()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        assert serializer is not None
        self.cookie = f"fieldbook={serializer.dumps({'_user_id': token, '_fresh': True})}"

    @contextmanager
    def app(self) -> Iterator[None]:
        """The application's context on this database, in the test's process."""
        with self._app.app_context():
            try:
                yield
            finally:
                db.session.remove()
                db.engine.dispose()


class Server:
    """One run of the server, from start to end."""

    process: "Forked | subprocess.Popen[bytes]"

    def __init__(
        self,
        world: World,
        *,
        forge: Forge | None = None,
        app: str = "wsgi",
        before: tuple[str, ...] = (),
        **environment: str,
    ) -> None:
        """`forge`: have it forked. `app`, `before`: another application, a command to run it under, if it is not."""
        self.world = world
        self.log = Path(world.environment["FIELDBOOK_DATA_DIR"]) / "server.log"
        if forge:
            self.process = forge.start(["serve"], {**world.environment, **environment}, self.log)
            return
        command = [*before, sys.executable, "-m", "flask", "--app", app, "serve"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**world.environment, **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_up(self) -> None:
        wait_until_up(self.world.port, self.process.poll, self.log)

    def kill(self) -> None:
        """SIGKILL, to the server alone: nothing of it is told. The worker of a forked one goes with it."""
        if isinstance(self.process, Forked) and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ask it to stop, and clear away what it started if it does not."""
        self.process.terminate()
        try:
            self.process.wait(20)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def wait_until_up(port: int, ended: Callable[[], int | None], log: Path) -> None:
    """Until the server on this port answers. `ended`: gives a number once it has ended without being asked."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        assert ended() is None, f"the server ended:\n{log.read_text()[-4000:]}"
        with suppress(OSError):
            urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=5).close()
            return
        time.sleep(0.02)
    raise AssertionError(f"the server did not start:\n{log.read_text()[-4000:]}")


@contextmanager
def running(world: World, **options: Any) -> Iterator[Server]:
    server = Server(world, **options)
    try:
        server.wait_until_up()
        yield server
    finally:
        server.stop()


class Visit:
    """One kept connection of the inspector's browser."""

    def __init__(self, world: World) -> None:
        self.cookie = world.cookie
        self.connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=30)
        self.token = ""

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, *_error: object) -> None:
        self.connection.close()

    def send(self, method: str, path: str, form: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Status and text of the answer. Raises OSError or HTTPException when the server goes away."""
        headers = {"Cookie": self.cookie}
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        if given := answer.getheader("Set-Cookie"):
            self.cookie = given.split(";")[0]
        return answer.status, text

    def read_token(self) -> None:
        _status, text = self.send("GET", "/no-such-page")
        found = re.search(r'name="csrf-token" content="([^"]+)"', text)
        assert found, text[:500]
        self.token = found[1]

    def upload(self, content: bytes, operation: str, *, name: str = "a.txt", pause: float = 0) -> tuple[int, str]:
        """Send a file to the documents by a plain form, with a pause after each piece: 303 when it is kept."""
        fields = {"csrf_token": self.token, "operation": operation, "title": "", "body": "", "newer_of": ""}
        mark = secrets.token_hex()
        disposition = f"--{mark}\r\nContent-Disposition: form-data; name="
        head = "".join(f'{disposition}"{field}"\r\n\r\n{value}\r\n' for field, value in fields.items())
        head += f'{disposition}"files"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        self.connection.putrequest("POST", "/inspections/stalking-2026/documents/new")
        self.connection.putheader("Cookie", self.cookie)
        self.connection.putheader("Content-Type", f"multipart/form-data; boundary={mark}")
        self.connection.putheader("Content-Length", str(len(body)))
        self.connection.endheaders()
        for at in range(0, len(body), 1 << 18):
            self.connection.send(body[at : at + (1 << 18)])
            time.sleep(pause)
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()

    def note(self, words: str, operation: str) -> int:
        """Save a note by a plain form, without scripts: 303 when it is saved."""
        form = {"csrf_token": self.token, "operation": operation, "words": words, "speaker": "DCP 2", "direction": ""}
        status, _text = self.send("POST", "/inspections/stalking-2026/interviews/INT-001/notes", form)
        return status
