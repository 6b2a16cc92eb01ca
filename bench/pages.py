"""Pages against the least that could make them: their own SQL straight through the driver, and the same template.

The bare side sends the statements that the page sends, with the same values, to the driver on a connection of its own,
fetches every row and makes nothing of it; then it renders the same template with the same context. It knows no rights,
no session, no types. That the SQL itself is near the best is measured apart, against SQL written by hand (`queries`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, template_rendered
from jinja2 import Template
from sqlalchemy import event

from app.extensions import db
from bench.client import INSPECTION, Browser
from bench.reading import first_criterion
from bench.rounds import Report, heading, median, ms, print_raw, take_turns
from bench.world import World

MOST_TIMES = 1.5
PAGES = {
    "overview": f"{INSPECTION}/",
    "interviews": f"{INSPECTION}/interviews",
    "documents": f"{INSPECTION}/documents",
    "findings": f"{INSPECTION}/findings",
    "evidence": f"{INSPECTION}/evidence",
    "criteria": f"{INSPECTION}/criteria",
    "criterion desk": f"{INSPECTION}/criteria/{{criterion}}",
    "matrix by kind": f"{INSPECTION}/matrix",
    "matrix by Area": f"{INSPECTION}/matrix?by=area",
    "matrix by role": f"{INSPECTION}/matrix?by=role",
}


class Seen:
    """What one answer took: its statements with their values as the driver had them, its template and the context."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, Any]] = []
        self.template: Template | None = None
        self.context: dict[str, Any] = {}


@contextmanager
def watching(app: Flask) -> Iterator[Seen]:
    seen = Seen()

    def sent(_connection: Any, _cursor: Any, text: str, values: Any, *_rest: Any) -> None:
        seen.statements.append((text, values))

    def rendered(_app: Flask, template: Template, context: dict[str, Any], **_rest: Any) -> None:
        seen.template, seen.context = template, dict(context)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", sent)
    template_rendered.connect(rendered, app)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", sent)
        template_rendered.disconnect(rendered, app)


class Bare:
    """The bare side of one page, inside a request of that page so that addresses can be made."""

    def __init__(self, app: Flask, seen: Seen, connection: Any) -> None:
        self.seen, self.connection = seen, connection
        self._sql = [(text, values) for text, values in seen.statements if not text.startswith(("PRAGMA", "SET "))]

    def __call__(self) -> str:
        assert self.seen.template is not None
        cursor = self.connection.cursor()
        for text, values in self._sql:
            cursor.execute(text, values).fetchall()
        cursor.close()
        return self.seen.template.render(self.seen.context)


def compare(report: Report, worlds: dict[str, World], rounds: int) -> None:
    for called, world in worlds.items():
        heading(f"Pages against their bare SQL and the same template, {called}, {rounds} rounds")
        app = world.open()
        browser = Browser(app, world.readers[0].token)
        with app.app_context():
            criterion = first_criterion(app).reference
            connection = db.engine.raw_connection()
        for name, path in PAGES.items():
            _page(report, app, browser, connection, f"{name}, {called}", path.format(criterion=criterion), rounds)
        connection.close()
        with app.app_context():
            db.engine.dispose()


def _page(report: Report, app: Flask, browser: Browser, connection: Any, name: str, path: str, rounds: int) -> None:
    browser.answer(browser.environ(path))  # 'last seen' is written once a minute, and here
    with watching(app) as seen:
        browser.answer(browser.environ(path))
    environ = browser.environ(path)
    with app.request_context(environ):
        app.preprocess_request()  # the gate: addresses in the template are made for this inspection
        db.session.rollback()
        bare = Bare(app, seen, connection)
        seconds = take_turns(rounds, bare=bare)["bare"]
    page = take_turns(rounds, page=_Page(browser, path))["page"]
    with app.request_context(environ):
        app.preprocess_request()
        db.session.rollback()
        seconds += take_turns(rounds, bare=bare)["bare"]
    page += take_turns(rounds, page=_Page(browser, path))["page"]
    print(f" {name}: {len(seen.statements)} statements")
    print_raw({"page": page, "bare": seconds})
    ours, theirs = median(page), median(seconds)
    report.at_most(f"Page: {name}", ours / theirs, MOST_TIMES, f" of {ms(theirs)} ({ms(ours)})")


class _Page:
    def __init__(self, browser: Browser, path: str) -> None:
        self.browser, self.path = browser, path
        self.environ: dict[str, Any] = {}

    def prepare(self) -> None:
        self.environ = self.browser.environ(self.path)

    def __call__(self) -> None:
        self.browser.answer(self.environ)
