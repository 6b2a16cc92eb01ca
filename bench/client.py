"""A signed-in browser without the browser: for an application in this process, or one served over HTTP."""

import http.client
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import Engine, event
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench.world import CODE

WORDS = "The victim's risk assessment was late, and nobody asked the police for it before the charging decision."
SAID_AT = "2026-04-14T10:05:00+00:00"
INSPECTION = f"/inspections/{CODE}"


class Failed(Exception):
    """A page did not answer as it must; what was measured is worth nothing."""


class Browser:
    """Somebody's cookie and anti-forgery token, as the sign-in page and the page before would have given them."""

    def __init__(self, app: Flask, user_id: str) -> None:
        self.app = app
        with app.test_request_context():
            self.token = generate_csrf()
            session["_user_id"], session["_fresh"] = user_id, True
            serializer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
            self.cookie = f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps(dict(session))}"

    def headers(self, htmx: bool = False) -> dict[str, str]:
        return {"Cookie": self.cookie} | ({"HX-Request": "true"} if htmx else {})

    def environ(self, path: str, form: Mapping[str, str] | None = None, htmx: bool = False) -> dict[str, Any]:
        """A request, ready to be handed over: making it is no part of what is measured."""
        path, _, query = path.partition("?")
        given: dict[str, Any] = {"path": path, "query_string": query, "headers": self.headers(htmx)}
        if form is not None:
            given |= {"method": "POST", "data": {"csrf_token": self.token, **form}}
        return EnvironBuilder(**given).get_environ()

    def answer(self, environ: dict[str, Any]) -> str:
        body, status, _headers = run_wsgi_app(self.app, environ, buffered=True)
        text = b"".join(body).decode()
        if not status.startswith("200"):
            raise Failed(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}: {status}\n{text[-2000:]}")
        return text


def note(words: str = WORDS) -> dict[str, str]:
    """What the composer sends."""
    return {"operation": str(uuid4()), "words": words, "speaker": "DCP 2", "direction": "", "said_at": SAID_AT}


class Served:
    """The same browser, over HTTP on one connection that is kept open."""

    def __init__(self, browser: Browser, port: int) -> None:
        self.browser = browser
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, path: str) -> str:
        return self._ask("GET", path, None, {}, 200)

    def post(self, path: str, form: Mapping[str, str], *, htmx: bool = False) -> str:
        """The text of the answer; the address that it sends on to, where it is a redirect."""
        body = urlencode({"csrf_token": self.browser.token, **form})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, body, headers | self.browser.headers(htmx), 200 if htmx else 303)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str], expected: int) -> str:
        self.connection.request(method, path, body, self.browser.headers() | headers)
        answer = self.connection.getresponse()
        text = answer.read().decode(errors="replace")
        if answer.status != expected:
            raise Failed(f"{method} {path}: {answer.status}\n{' '.join(re.sub('<[^>]+>', ' ', text).split())[-1000:]}")
        return answer.headers.get("Location") or text


class Counted:
    """What a database was sent."""

    def __init__(self) -> None:
        self.statements: list[str] = []  # as SQLAlchemy counts: without BEGIN, COMMIT and the pragmas of `begin`
        self.traced: list[str] = []  # as SQLite itself does; empty on PostgreSQL
        self.commits = 0


@contextmanager
def counting(engine: Engine) -> Iterator[Counted]:
    """Count on an engine, from connections that are opened inside."""
    counted = Counted()

    def statement(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        counted.statements.append(text)

    def commit(_connection: Any) -> None:
        counted.commits += 1

    def trace(connection: Any, _record: Any) -> None:
        connection.set_trace_callback(counted.traced.append)

    listeners: list[tuple[str, Any]] = [("before_cursor_execute", statement), ("commit", commit)]
    if engine.dialect.name == "sqlite":
        listeners.append(("connect", trace))
    engine.dispose()
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        yield counted
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)
        engine.dispose()
