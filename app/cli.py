"""Commands: `flask --app wsgi …`."""

import functools

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from app.db.schema import is_up_to_date
from app.demonstration.cli import demo
from app.documents.cli import documents
from app.inspections.cli import audit, person
from app.interviews.cli import interviews
from app.jobs.cli import jobs
from app.matrix.cli import matrix
from app.packs.cli import check_command, pack
from app.serving import serve

GROUPS = (jobs, audit, pack, matrix, person, interviews, documents)
BEHIND = "The database is not up to date. Run `make upgrade`, or start Fieldbook once with `make run`."


def install(app: Flask) -> None:
    app.cli.add_command(serve)
    app.cli.add_command(demo)  # migrates by itself
    for group in GROUPS:
        for command in group.commands.values():
            if command is not check_command:  # whoever writes a pack may have no database
                _require_database(command)
        app.cli.add_command(group)


def _require_database(command: click.Command) -> None:
    """Have a command say what to do, instead of failing in the middle, on a database that is away or behind."""
    work = command.callback
    if work is None or getattr(work, "requires_database", False):
        return

    @with_appcontext
    @functools.wraps(work)
    def checked(*arguments: object, **options: object) -> object:
        try:
            ready = is_up_to_date()
        except OperationalError as error:
            raise click.ClickException(f"The database cannot be opened: {error.orig}") from None
        if not ready:
            raise click.ClickException(BEHIND)
        return work(*arguments, **options)

    checked.requires_database = True  # type: ignore[attr-defined]
    command.callback = checked
