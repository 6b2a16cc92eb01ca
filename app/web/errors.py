"""What people are told when something cannot be done, and the headers on every answer."""

import logging

from flask import Flask, Response, g, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import Conflict, HTTPException, InternalServerError, NotFound

from app.db.durability import disk_refuses
from app.db.transaction import db
from app.extensions import htmx
from app.web import dispatch

log = logging.getLogger(__name__)

POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
SENTENCES = {
    400: ("The request could not be read", "Go back, load the page again and send the form once more."),
    403: (
        "You may not do this",
        "Your role in this inspection does not include it. Ask the lead inspector if you need to.",
    ),
    404: ("Page not found", "Check the address, or start from the overview."),
    405: ("This address takes no such request", "Start from the page with the form."),
    409: ("Changed by somebody else", "Open it again to see what it says now."),
    410: ("This link no longer works", "Ask whoever sent it for a new one."),
    413: ("Too large", "Send less at a time: split the text or the file."),
    415: ("Cannot be read", "Send it as one of the kinds of file that the page lists."),
    422: ("Not accepted", "Go back, correct what the page says, and send it again."),
    429: ("Too many tries", "Wait a while and try again."),
    500: (
        "Something went wrong",
        "Nothing was changed. Try again; if it happens again, tell the administrator what you were doing and when.",
    ),
    503: ("Not available just now", "Nothing was changed. Try again in a minute."),
    507: (
        "The server cannot write to its disk",
        "It is full or read-only. Nothing was changed: keep what you typed, tell the administrator, and try again.",
    ),
}

OLD_PAGE = "The page is from before you signed in or out. Load the page again, and enter what you typed once more."
SECRET_FIELDS = frozenset({"csrf_token", "password", "again"})


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, _refuse)
    app.register_error_handler(Exception, _fail)
    app.after_request(_finish)
    app.teardown_request(_end)


def _refuse(error: HTTPException) -> Response:
    if error.response is not None and error.code is not None and error.code < 400:
        return error.response  # type: ignore[return-value]
    if isinstance(error, CSRFError) and (kept := kept_form()) is not None:
        return kept
    code = error.code or 500
    heading, sentence = SENTENCES.get(code, SENTENCES[400 if code < 500 else 500])
    heading = getattr(error, "heading", heading)
    if isinstance(error, CSRFError):
        sentence = OLD_PAGE
    # Only sentences of our own are shown: Werkzeug's describe HTTP, which helps nobody here.
    elif error.description and error.description != type(error).description:
        sentence = error.description
    template = "errors/_error.html" if htmx else "errors/error.html"
    told = {"heading": heading, "sentence": sentence, "next": getattr(error, "next", None)}
    response = Response(render_template(template, code=code, **told), status=code)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def kept_form() -> Response | None:
    """What was typed into a form that came without a sign-in or with an old token, ready to be sent again.

    None for what is not sent by a form of ours: a page of another site must not have its words sent by a person here.
    """
    ours = request.headers.get("Sec-Fetch-Site", "") == "same-origin" or request.origin == request.host_url.rstrip("/")
    if htmx or not ours or request.method != "POST" or request.blueprint in (None, "accounts"):
        return None
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in SECRET_FIELDS]
    if not fields:
        return None
    signed_in = current_user.is_authenticated
    text = render_template("errors/kept.html", fields=fields, signed_in=signed_in, files=bool(request.files))
    return Response(text, status=400 if signed_in else 401)


class DoneAlready(Conflict):
    """It was done before: by the same person, as in another tab or after the browser's Back, or by another."""

    heading = "Done already"


class NoSuchFilter(NotFound):
    """The address filters by what is not there; the way on is the same page without any filter."""

    @property
    def next(self) -> dict[str, str]:
        return {"text": "The same page without filters", "href": request.path}


class CannotWrite(InternalServerError):
    """The disk takes nothing. It is no refusal: the same request can be sent again."""

    code = 507


def _fail(error: Exception) -> Response:
    log.exception("%s %s failed", request.method, request.path)
    # A read that writes is our own mistake, whatever SQLite calls it.
    cannot_write = disk_refuses(error) and request.method not in dispatch.SAFE
    return _refuse((CannotWrite if cannot_write else InternalServerError)(original_exception=error))


def _finish(response: Response) -> Response:
    try:
        dispatch.record_late()
    except Exception as error:
        if not disk_refuses(error):
            raise
        # What is there can be read on: that somebody was seen, or was refused something, stands in the log at least.
        log.exception("%s %s was answered with %s and not recorded", request.method, request.path, response.status_code)
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static":
        # What a view calls private is large, and asked for anew each time all the same.
        if headers.get("Cache-Control") != "private, no-cache":
            headers["Cache-Control"] = "no-store"
        headers.add("Vary", "HX-Request")
    return response


def _end(_error: BaseException | None) -> None:
    g.pop("late", None)
    db.session.remove()
