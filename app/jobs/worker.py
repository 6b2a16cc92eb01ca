"""The worker: claims jobs and forks one child process for each, at low priority, within a limit of time."""

import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.context import ForkProcess
from uuid import UUID

from app.extensions import db
from app.jobs import services
from app.jobs.registry import KINDS

log = logging.getLogger(__name__)
LOOK_EVERY = 0.5  # seconds
BEAT_EVERY = 5.0
NICENESS = 10
FORK = multiprocessing.get_context("fork")  # of a worker that has no threads, and has loaded all that a job needs
TOO_LONG = "It took longer than it may. Try a smaller piece, or tell the administrator."


def work(stopping: Callable[[], bool]) -> None:
    """Do jobs, one at a time, until told to stop. A job that is under way is put back."""
    while not stopping():
        try:
            claimed = services.claim()
        except Exception:
            log.exception("The worker could not look for jobs")
            claimed = None
        finally:
            db.session.remove()
        if claimed is None:
            time.sleep(LOOK_EVERY)
        else:
            _in_child(*claimed, stopping)


def _in_child(job_id: UUID, attempt: int, kind: str, stopping: Callable[[], bool]) -> None:
    db.session.remove()
    db.engine.dispose()  # a child must not speak to the database through a connection of its parent's
    child = FORK.Process(target=_do, args=(job_id, attempt))
    child.start()
    started = beaten = time.monotonic()
    try:
        while True:
            child.join(0.2)
            if child.exitcode is not None:
                if child.exitcode != 0:
                    told = "job %s (%s), attempt %s: its child ended with %s"
                    log.warning(told, job_id, kind, attempt, child.exitcode)
                services.release(job_id, attempt)  # no effect on a job that was finished
                return
            now = time.monotonic()
            if now - started > KINDS[kind].seconds:
                _kill(child)
                services.fail(job_id, attempt, TOO_LONG)
                return
            if stopping():
                _kill(child)
                services.release(job_id, attempt)
                return
            if now - beaten > BEAT_EVERY:
                beaten = now
                if not services.beat(job_id, attempt):
                    _kill(child)
                    return
    finally:
        db.session.remove()


def _do(job_id: UUID, attempt: int) -> None:
    """The child: in a session of its own, so that it is ended together with what it starts."""
    os.setsid()
    os.nice(NICENESS)
    for number in (signal.SIGTERM, signal.SIGINT):  # the worker's are for the worker
        signal.signal(number, signal.SIG_DFL)
    try:
        services.run(job_id, attempt)
    finally:
        db.session.remove()
        db.engine.dispose()


def _kill(child: ForkProcess) -> None:
    """The child and what it started (a jailed reader)."""
    assert child.pid is not None
    with suppress(ProcessLookupError):  # it has no session yet, or is gone
        os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    child.join()
