"""Work outside the request: each job done once, whoever dies meanwhile."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app.access import Actor
from app.db.transaction import writing
from app.documents.models import Document, TextState
from app.extensions import db
from app.jobs import services
from app.jobs.models import Job, JobState
from app.jobs.registry import KINDS, Kind, Progress, Trouble
from app.jobs.services import GAVE_UP, MOST_ATTEMPTS, beat, claim, enqueue, release, run
from tests.databases import counting_statements, look_again
from tests.documents.factories import DocumentFactory
from tests.servers import ROOT
from tests.threads import at_once

BY = Actor(UUID(int=1), "Ines Inspector")


@pytest.fixture
def told() -> list[str]:
    """Troubles that the kinds of job below were told of as they were given up."""
    return []


@pytest.fixture(autouse=True)
def _kinds(told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def double(job: Job, by: Actor, progress: Progress) -> dict[str, Any]:
        progress(1, 2)
        return {"twice": 2 * int(job.arguments["number"]), "by": by.label}

    def trouble(job: Job, by: Actor, progress: Progress) -> dict[str, Any]:
        raise Trouble("The file is damaged. Ask the sender for it again.")

    def crash(job: Job, by: Actor, progress: Progress) -> dict[str, Any]:
        raise RuntimeError("broken on purpose")

    for name, work in (("double", double), ("trouble", trouble), ("crash", crash)):
        monkeypatch.setitem(KINDS, name, Kind(work, 60, lambda job, sentence: told.append(sentence)))


@pytest.fixture
def clock_stands() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-04-14T09:00+01:00", tick=False) as traveller:
        yield traveller


def put_down(kind: str = "double", **arguments: Any) -> UUID:
    with writing():
        return enqueue(kind, arguments or {"number": 1}, by=BY).id


def job(job_id: UUID) -> Job:
    look_again()
    return db.session.get_one(Job, job_id)


def test_a_job_is_claimed_and_done(app: Flask) -> None:
    job_id = put_down(number=21)
    assert claim() == (job_id, 1, "double")
    assert job(job_id).state is JobState.RUNNING
    run(job_id, 1)
    done = job(job_id)
    assert (done.state, done.result) == (JobState.DONE, {"twice": 42, "by": "Ines Inspector"})
    assert (done.done, done.total) == (2, 2)
    assert claim() is None


def test_a_job_that_is_rolled_back_was_never_asked_for(app: Flask) -> None:
    def fail() -> None:
        with writing():
            enqueue("double", {"number": 1}, by=BY)
            raise ValueError

    with pytest.raises(ValueError):
        fail()
    assert claim() is None


def test_nobody_can_ask_for_a_kind_that_is_not_there(app: Flask) -> None:
    with pytest.raises(KeyError), writing():
        enqueue("mow the lawn", {}, by=BY)


def test_jobs_are_taken_oldest_first(app: Flask) -> None:
    asked = [put_down(number=number) for number in range(5)]
    assert [(claim() or (None,))[0] for _ in range(5)] == asked


@pytest.mark.slow
def test_four_workers_do_every_job_once_and_the_one_of_a_dead_worker_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """120 jobs; the third worker dies in the middle of one, which another takes up when its beat is stale."""
    asked = [put_down(number=number) for number in range(120)]
    monkeypatch.setattr(services, "STALE", timedelta(seconds=1))
    lost: list[UUID] = []
    finished: list[UUID] = []

    def work(n: int) -> int:
        did, deadline = 0, time.monotonic() + 60
        while time.monotonic() < deadline:
            with app.app_context():
                if (claimed := claim()) is None:
                    if len(finished) == len(asked):
                        return did
                    db.session.remove()
                    time.sleep(0.05)
                    continue
                job_id, attempt, _kind = claimed
                if n == 2 and did == 5:
                    lost.append(job_id)
                    return did  # killed: it neither finishes nor beats again
                run(job_id, attempt)
                finished.append(job_id)
                did += 1
        raise TimeoutError

    outcomes = at_once(4, work)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert sum(outcomes) == 120
    assert sorted(finished) == sorted(asked)
    assert len(lost) == 1
    look_again()
    rows = db.session.execute(select(Job.id, Job.state, Job.attempt, Job.result, Job.arguments)).all()
    assert {row.state for row in rows} == {JobState.DONE}
    assert {row.id for row in rows if row.attempt > 1} == set(lost)
    assert all(row.result["twice"] == 2 * row.arguments["number"] for row in rows)


def test_a_late_finish_has_no_effect(app: Flask, clock_stands: time_machine.Traveller) -> None:
    job_id = put_down(number=1)
    assert claim() == (job_id, 1, "double")
    clock_stands.shift(services.STALE + timedelta(seconds=1))
    assert claim() == (job_id, 2, "double")
    run(job_id, 1)  # the first worker was only slow
    assert (job(job_id).state, job(job_id).result) == (JobState.RUNNING, None)
    assert not beat(job_id, 1)
    services.fail(job_id, 1, "too late")
    release(job_id, 1)
    assert job(job_id).state is JobState.RUNNING
    run(job_id, 2)
    assert job(job_id).state is JobState.DONE


def test_a_finish_that_is_overtaken_while_it_works_has_no_effect(
    app: Flask, clock_stands: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its result nor its progress: the row is the second attempt's by then."""
    job_id = put_down(number=1)
    claim()

    def slow(job: Job, by: Actor, progress: Progress) -> dict[str, Any]:
        clock_stands.shift(services.STALE + timedelta(seconds=1))
        assert claim() == (job.id, 2, "double")
        clock_stands.shift(timedelta(seconds=10))
        progress(7, 9)
        return {"of": "the first attempt"}

    monkeypatch.setitem(KINDS, "double", Kind(slow, 60, None))
    run(job_id, 1)
    now = job(job_id)
    assert (now.state, now.attempt, now.result, now.done) == (JobState.RUNNING, 2, None, 0)


def test_a_worker_that_beats_keeps_its_job(app: Flask, clock_stands: time_machine.Traveller) -> None:
    job_id = put_down()
    claim()
    for _ in range(4):
        clock_stands.shift(services.STALE - timedelta(seconds=1))
        assert beat(job_id, 1)
        assert claim() is None


def test_trouble_is_shown_and_not_tried_again(app: Flask, told: list[str]) -> None:
    job_id = put_down("trouble")
    claim()
    run(job_id, 1)
    failed = job(job_id)
    assert (failed.state, failed.trouble) == (JobState.FAILED, "The file is damaged. Ask the sender for it again.")
    assert told == ["The file is damaged. Ask the sender for it again."]
    assert claim() is None


def test_a_job_whose_child_dies_is_given_up_after_three_times(app: Flask, told: list[str]) -> None:
    job_id = put_down("crash")
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert claim() == (job_id, attempt, "crash")
        with pytest.raises(RuntimeError):
            run(job_id, attempt)
        assert job(job_id).state is JobState.RUNNING
        release(job_id, attempt)  # what the worker does when the child has ended
    assert claim() is None
    assert (job(job_id).state, job(job_id).trouble) == (JobState.FAILED, GAVE_UP)
    assert told == [GAVE_UP]


def test_a_job_whose_workers_die_is_given_up_after_three_times(
    app: Flask, clock_stands: time_machine.Traveller, told: list[str]
) -> None:
    job_id = put_down()
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert claim() == (job_id, attempt, "double")
        clock_stands.shift(services.STALE + timedelta(seconds=1))
    assert claim() is None
    assert (job(job_id).state, job(job_id).trouble, told) == (JobState.FAILED, GAVE_UP, [GAVE_UP])


def test_looking_for_work_writes_nothing(app: Flask) -> None:
    with counting_statements() as counted:
        assert claim() is None
    assert counted.commits == 0


Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start_worker(app: Flask, database_url: str, tmp_path: Path) -> Iterator[Start]:
    """The real command, in a process of its own."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*options: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "DATABASE_URL": database_url, "FIELDBOOK_DATA_DIR": str(tmp_path)}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work", *options]
        running.append(subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True))
        return running[-1]

    yield start
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.1)


@pytest.mark.slow
def test_a_real_worker_reads_a_real_document(app: Flask, start_worker: Start) -> None:
    document = DocumentFactory(content=b"The panel met in March.\n")

    def is_read() -> bool:
        look_again()
        return bool(db.session.scalar(select(Document.text_state)) == TextState.READ)

    def is_done() -> bool:
        look_again()
        return db.session.scalars(select(Job.state)).one() is JobState.DONE

    worker = start_worker()
    wait_for(is_read)
    assert document.pages == 1
    wait_for(is_done)  # written after the text, in a transaction of its own
    worker.terminate()
    assert worker.wait(20) == 0


@pytest.mark.slow
def test_a_worker_stops_when_the_server_that_started_it_is_gone(start_worker: Start) -> None:
    """`serve` may be killed: its worker must not stay behind, one more after each start."""
    orphan = start_worker("--stop-with", "999999999")
    assert orphan.wait(20) == 0
    child = start_worker("--stop-with", str(os.getpid()))
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(4)
