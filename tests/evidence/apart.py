"""Doing what another process would do: jobs and commands, with a context and a session of their own."""

from collections.abc import Callable
from contextvars import Context
from typing import Any

from click.testing import Result
from flask import current_app

from app.extensions import db
from app.jobs import services
from tests.databases import look_again


def do_jobs(most: int = 20) -> int:
    """Do the jobs that wait, oldest first, in this process; how many there were."""

    def work() -> int:
        for done in range(most):
            claimed = services.claim()
            if claimed is None:
                return done
            services.run(claimed[0], claimed[1])
        raise AssertionError(f"more than {most} jobs")

    return int(_apart(work))


def command(*arguments: str) -> Result:
    """flask --app wsgi …"""
    runner = current_app.test_cli_runner()
    return _apart(lambda: runner.invoke(args=list(arguments)), pushed=False)


def _apart(work: Callable[[], Any], *, pushed: bool = True) -> Any:
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def run() -> Any:
        if not pushed:
            return work()
        with app.app_context():
            try:
                return work()
            finally:
                db.session.remove()

    look_again()
    found = Context().run(run)
    look_again()
    return found
