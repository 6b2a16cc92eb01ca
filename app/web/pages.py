"""Answers: a page, the fragment of it that changed, a redirect; and the words on them."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, g, make_response, redirect, render_template, request
from uuid6 import uuid7

from app.extensions import htmx
from app.web import clock


def page(template: str, status: int = 200, **context: Any) -> Response:
    """A whole page."""
    return make_response(render_template(template, **context), status)


def fragment_or_redirect(fragment: str, location: str, **context: Any) -> Response:
    """After a write: the changed fragment for htmx, a redirect to the page that holds it without scripts."""
    if htmx:
        return make_response(render_template(fragment, **context))
    return to(location)


def to(location: str) -> Response:
    """Go on to a page after a write; htmx is told to load it whole."""
    if htmx:
        response = make_response("", 200)
        response.headers["HX-Redirect"] = location
        return response
    return redirect(location, 303)  # type: ignore[return-value]


def own_address(address: str | None) -> str | None:
    """The address if it leads to a page of ours (a path, nothing else), else None."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")) or not address.isprintable():
        return None
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else None


def long_date(moment: datetime | date | None) -> str:
    """14 April 2026, as people in London write it."""
    if moment is None:
        return ""
    day = moment.astimezone(clock.LONDON) if isinstance(moment, datetime) else moment
    return f"{day.day} {day:%B %Y}"


def long_moment(moment: datetime | None) -> str:
    """14 April 2026 at 10:05 in London."""
    if moment is None:
        return ""
    local = moment.astimezone(clock.LONDON)
    return f"{local.day} {local:%B %Y} at {local:%H:%M}"


def time_of_day(moment: datetime | None) -> str:
    """10:05 in London."""
    return f"{moment.astimezone(clock.LONDON):%H:%M}" if moment else ""


def count(number: int, one: str, many: str | None = None) -> str:
    """'1 item', '1,204 items'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def same_page(**changes: Any) -> str:
    """The present address with some of its filters changed; None takes one out. Paging starts again."""
    arguments: dict[str, Any] = {
        name: values for name, values in request.args.lists() if name not in ("before", "after")
    }
    arguments.update(changes)
    kept = {name: value for name, value in arguments.items() if value not in (None, "", [], [""])}
    return request.path + ("?" + urlencode(kept, doseq=True) if kept else "")


def install(app: Flask) -> None:
    """Filters and words for the templates."""
    app.jinja_env.filters.update(long_date=long_date, long_moment=long_moment, time_of_day=time_of_day, count=count)
    app.jinja_env.globals.update(same_page=same_page, new_operation=lambda: str(uuid7()), this_moment=clock.now)
    app.context_processor(_surroundings)


def _surroundings() -> dict[str, Any]:
    return {"inspection": g.get("inspection"), "person": g.get("actor")}
