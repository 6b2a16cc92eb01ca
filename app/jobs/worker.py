"""The worker: claims jobs and starts one child process for each, at low priority, within a limit of time."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from uuid import UUID

from app.extensions import db
from app.jobs import services
from app.jobs.registry import KINDS

log = logging.getLogger(__name__)
LOOK_EVERY = 0.5  # seconds
BEAT_EVERY = 5.0
NICENESS = 10
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
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run", str(job_id), str(attempt)]
    child = subprocess.Popen(command, preexec_fn=lambda: os.nice(NICENESS), start_new_session=True)
    started = beaten = time.monotonic()
    try:
        while True:
            try:
                code = child.wait(timeout=0.2)
                if code != 0:
                    log.warning("job %s (%s), attempt %s: its child ended with %s", job_id, kind, attempt, code)
                services.release(job_id, attempt)  # no effect on a job that was finished
                return
            except subprocess.TimeoutExpired:
                pass
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


def _kill(child: subprocess.Popen[bytes]) -> None:
    """The child and what it started (a jailed reader)."""
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
