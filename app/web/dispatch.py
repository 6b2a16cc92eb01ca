"""The request is the transaction: one commit, before the answer leaves, if the answer is good."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask, Response, current_app, g, redirect, request, session
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import Conflict, UnprocessableEntity

from app.db import operations
from app.db.transaction import writing
from app.web import clock

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
KEPT_HEADERS = ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Retarget", "HX-Trigger", "Content-Type")
View = TypeVar("View", bound=Callable[..., Any])
NOT_CONTENT = frozenset({"csrf_token", "operation"})


def own_writes(view: View) -> View:
    """Mark a view that does slow work (hashing, files) and calls `writing()` itself, round the quick part only."""
    view.own_writes = True  # type: ignore[attr-defined]
    return view


def after_refusal(record: Callable[[], None]) -> None:
    """Have something recorded that must survive the roll-back: a denial, 'last seen'.

    Runs in a write transaction of its own when the answer is ready.
    """
    g.setdefault("late", []).append(record)


class Application(Flask):
    """Flask, with the write law in its dispatch."""

    def dispatch_request(self) -> Any:
        if request.method in SAFE or request.url_rule is None:
            return super().dispatch_request()
        try:
            return super().dispatch_request() if self._writes_itself() else self._write()
        except BaseException as error:
            session.pop("_flashes", None)  # "Saved" must not be shown later for what was not
            if isinstance(error, StaleDataError):
                raise Conflict(
                    "Somebody else changed this while you were working on it. Open it again to see what it says now."
                ) from error
            raise

    def _writes_itself(self) -> bool:
        view = self.view_functions.get(request.endpoint or "")
        return bool(getattr(view, "own_writes", False))

    def _write(self) -> Response:
        with writing() as db_session:
            if (again := answer_of_first_time(db_session)) is not None:
                return again
            response = self.make_response(super().dispatch_request())
            # A conflict is kept: both texts are stored before anybody chooses between them.
            if response.status_code >= 400 and response.status_code != 409:
                session.pop("_flashes", None)
                db_session.rollback()
            else:
                keep_answer(db_session, response)
        return response


def answer_of_first_time(db_session: Session, files: Iterable[str] = ()) -> Response | None:
    """What every write begins with. None when it may go on; else what this operation was answered the first time.

    The gate judges once more, by what it finds under the write's lock; then the operation that the request carries is
    claimed. `files` are the SHA-256 of what was uploaded: part of what the operation says. Raises UnprocessableEntity
    when the operation UUID is no UUID or was used for something else.
    """
    current_app.extensions["fieldbook_recheck"]()
    if (operation := operation_id()) is None:
        return None
    content = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_CONTENT]
    content += [("file", sha256) for sha256 in files]
    digest = operations.digest_of(request.path, content)
    try:
        first = operations.claim(db_session, operation, g.actor.id, digest, clock.now())
    except operations.Misused:
        raise UnprocessableEntity(
            "This form was already sent with other content. Open the page again and enter it once more."
        ) from None
    if first is None:
        return None
    headers = first.headers or {}
    if first.body is None and "Location" not in headers:
        return redirect(request.referrer or request.path, 303)  # type: ignore[return-value]
    response = Response(first.body or "", status=first.status or 200)
    response.headers.update(headers)
    return response


def keep_answer(db_session: Session, response: Response) -> None:
    """Keep the answer for a repeat of the same operation, in the transaction of the write."""
    if (operation := operation_id()) is not None:
        kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        operations.answer(db_session, operation, response.status_code, kept, response.get_data(as_text=True))


def operation_id() -> UUID | None:
    """What the form calls this write; None when it names none. Raises UnprocessableEntity when it is no UUID."""
    given = request.form.get("operation")
    if not given or g.get("actor") is None:
        return None
    try:
        return UUID(given)
    except ValueError:
        raise UnprocessableEntity(
            "The form was changed on its way. Open the page again and send it once more."
        ) from None


def record_late() -> None:
    """Write what `after_refusal` was given, after the request's own transaction has ended."""
    if records := g.pop("late", []):
        with writing():
            for record in records:
                record()
