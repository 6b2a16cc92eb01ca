"""Commands: `flask --app wsgi …`."""

from flask import Flask

from app.audit.cli import audit
from app.jobs.cli import jobs
from app.matrix.cli import matrix
from app.packs.cli import pack
from app.serving import serve

COMMANDS = (serve, jobs, audit, pack, matrix)


def install(app: Flask) -> None:
    for command in COMMANDS:
        app.cli.add_command(command)
