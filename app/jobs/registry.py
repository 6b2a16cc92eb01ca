"""Which function does which kind of job."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.access import Actor
from app.jobs.models import Job

Progress = Callable[[int, int], None]
Work = Callable[[Job, Actor, Progress], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    work: Work
    seconds: int  # after this its child is killed
    on_failure: Callable[[Job, str], None] | None


KINDS: dict[str, Kind] = {}


class Trouble(Exception):
    """The job cannot be done; the message is one sentence for the person who waits. It is not tried again."""


class Later(Exception):
    """The job cannot be done yet, as what it needs is away; it is tried again, without end. The message says why."""

    def __init__(self, why: str, seconds: int) -> None:
        super().__init__(why)
        self.seconds = seconds


def job(name: str, *, seconds: int, on_failure: Callable[[Job, str], None] | None = None) -> Callable[[Work], Work]:
    """Register a function as the one that does jobs of this kind.

    It is called outside any transaction, in a child process, and gives the job's result as JSON values. It must be safe
    to run twice: a worker that dies has its job taken up by another. `on_failure` is called inside the write that gives
    the job up.
    """

    def register(work: Work) -> Work:
        KINDS[name] = Kind(work, seconds, on_failure)
        return work

    return register
