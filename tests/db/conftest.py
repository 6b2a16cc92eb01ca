"""An application with a few views that do what the write law is about, on a counter of references."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort, flash, g, request
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from app.access import Action, allow
from app.audit.services import record
from app.db.transaction import writing
from app.extensions import db
from app.inspections.gate import CurrentInspection
from app.inspections.models import Counter
from app.web.dispatch import after_refusal, answer_of_first_time, keep_answer, own_writes
from app.web.pages import page, to
from tests.db.counter import COUNTER, add_one, counted
from tests.factories import the_inspection


@pytest.fixture
def counter(app: Flask) -> Callable[[], int]:
    """A counter at 0."""
    inspection_id = the_inspection().id
    with writing() as session:
        session.execute(insert(Counter).values(inspection_id=inspection_id, prefix=COUNTER, last=0))
    return counted


@pytest.fixture
def small_app(counter: Callable[[], int], make_app: Callable[..., Flask]) -> Flask:
    """Views under /inspections/<inspection>/try/…; each adds one, then ends in its own way."""
    app = make_app()

    def view(rule: str, *methods: str, marks: tuple[Callable[..., Any], ...] = ()) -> Callable[..., Any]:
        def add(function: Callable[..., Any]) -> Callable[..., Any]:
            function = allow(Action.RECORD if methods != ("GET",) else Action.READ)(function)
            for mark in marks:
                function = mark(function)
            app.add_url_rule(f"/inspections/<inspection>/try/{rule}", f"try.{rule}", function, methods=list(methods))
            return function

        return add

    @view("saves", "POST", "PUT", "PATCH", "DELETE")
    def saves(inspection: CurrentInspection) -> Any:
        flash(f"Saved {add_one()}", "success")
        return to(request.path)

    @view("answers", "POST")
    def answers(inspection: CurrentInspection) -> Any:
        return f"You are number {add_one()}, {request.form.get('words', '')}."

    @view("answers-at-length", "POST")
    def answers_at_length(inspection: CurrentInspection) -> Any:
        return f"{add_one()} " + "x" * 100_000

    @view("conflicts", "POST")
    def conflicts(inspection: CurrentInspection) -> Any:
        return f"Both are kept, as number {add_one()}", 409

    @view("refuses", "POST")
    def refuses(inspection: CurrentInspection) -> Any:
        flash(f"Saved {add_one()}", "success")
        record(g.actor, "did", "what is rolled back", inspection_id=inspection.id)
        after_refusal(lambda: record(g.actor, "was refused", "what survives", inspection_id=inspection.id))
        status = int(request.form["status"])
        if "answer" in request.form:
            return page("errors/error.html", status, heading="No", sentence="No.")
        abort(status)

    @view("fails", "POST")
    def fails(inspection: CurrentInspection) -> Any:
        flash(f"Saved {add_one()}", "success")
        after_refusal(lambda: record(g.actor, "was refused", "what survives", inspection_id=inspection.id))
        raise RuntimeError("broken on purpose")

    @view("cannot-commit", "POST")
    def cannot_commit(inspection: CurrentInspection) -> Any:
        flash(f"Saved {add_one()}", "success")
        after_refusal(lambda: record(g.actor, "was refused", "what survives", inspection_id=inspection.id))
        _fail_once(db.session())
        return to(request.path)

    @view("cannot-commit-itself", "POST", marks=(own_writes,))
    def cannot_commit_itself(inspection: CurrentInspection) -> Any:
        with writing() as session:
            flash(f"Saved {add_one()}", "success")
            _fail_once(session)
        return to(request.path)

    @view("writes-itself", "POST", marks=(own_writes,))
    def writes_itself(inspection: CurrentInspection) -> Any:
        with writing() as session:
            if (again := answer_of_first_time(session)) is not None:
                return again
            add_one()
            response = to(request.path)
            keep_answer(session, response)
        return response

    @view("nests", "POST")
    def nests(inspection: CurrentInspection) -> Any:
        add_one()
        with writing():
            add_one()

    @view("reads", "GET")
    def reads(inspection: CurrentInspection) -> Any:
        return page("errors/error.html", heading="The counter", sentence="It is read.")

    @view("writes", "GET")
    def writes(inspection: CurrentInspection) -> Any:
        return f"{add_one()}"

    @view("commits", "GET")
    def commits(inspection: CurrentInspection) -> Any:
        add_one()
        db.session.commit()
        return "done"

    return app


def _fail_once(session: Session) -> None:
    def fail(_session: Session) -> None:
        raise RuntimeError("the disk is full, on purpose")

    event.listen(session, "before_commit", fail, once=True)
