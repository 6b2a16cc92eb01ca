import os
import signal

import click
from flask.cli import AppGroup

from app.jobs.worker import work

jobs = AppGroup("jobs", help="Work done outside the request.")


@jobs.command("work")
@click.option("--stop-with", type=int, help="Stop when the process with this id, which started the worker, is gone.")
def work_command(stop_with: int | None) -> None:
    """Do the jobs that wait, until stopped."""
    stop = False

    def ask_to_stop(_signal: int, _frame: object) -> None:
        nonlocal stop
        stop = True

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    work(lambda: stop or (stop_with is not None and os.getppid() != stop_with))
