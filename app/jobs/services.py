from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, or_, select, update

from app.access import Actor
from app.db.transaction import writing
from app.extensions import db
from app.jobs.models import Job, JobState
from app.jobs.registry import KINDS, Later, Trouble
from app.web import clock

STALE = timedelta(seconds=30)  # a running job whose worker has not beaten for so long is taken up again
MOST_ATTEMPTS = 3
GAVE_UP = "It stopped three times before it was finished. Try again, or tell the administrator."


def enqueue(kind: str, arguments: dict[str, Any], *, by: Actor, inspection_id: UUID | None = None) -> Job:
    """Ask for a piece of work, in the present transaction."""
    if kind not in KINDS:
        raise KeyError(kind)
    job = Job(
        kind=kind,
        arguments=arguments,
        inspection_id=inspection_id,
        actor_id=by.id,
        actor=by.label,
        state=JobState.QUEUED,
        queued_at=clock.now(),
    )
    db.session.add(job)
    db.session.flush()
    return job


def claim() -> tuple[UUID, int, str] | None:
    """Take the oldest waiting job, or one whose worker died: id, attempt, kind. Safe from any number of workers."""
    now = clock.now()
    waiting = or_(
        (Job.state == JobState.QUEUED) & or_(Job.not_before.is_(None), Job.not_before <= now),
        (Job.state == JobState.RUNNING) & (Job.beat_at < now - STALE),
    )
    oldest = (
        select(Job.id)
        .where(waiting, Job.attempt < MOST_ATTEMPTS)
        .order_by(Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    if db.session.execute(select(Job.id).where(waiting).limit(1)).first() is None:
        return None  # a look costs no write
    with writing() as session:
        _give_up_on_the_worn_out(now)
        row = session.execute(
            update(Job)
            .where(Job.id == oldest)
            .values(state=JobState.RUNNING, beat_at=now, attempt=Job.attempt + 1)
            .returning(Job.id, Job.attempt, Job.kind)
        ).one_or_none()
        return (row.id, row.attempt, row.kind) if row else None


def _give_up_on_the_worn_out(now: Any) -> None:
    worn_out = db.session.scalars(
        select(Job)
        .where(Job.state == JobState.RUNNING, Job.attempt >= MOST_ATTEMPTS, Job.beat_at < now - STALE)
        .with_for_update(skip_locked=True)
    )
    for job in worn_out:
        _fail(job, GAVE_UP)


def beat(job_id: UUID, attempt: int) -> bool:
    """Say that the attempt is still at it; False when the job was taken away."""
    with writing() as session:
        found = session.execute(
            update(Job)
            .where(Job.id == job_id, Job.attempt == attempt, Job.state == JobState.RUNNING)
            .values(beat_at=clock.now())
        )
        return bool(found.rowcount)  # type: ignore[attr-defined]


def progress(job_id: UUID, attempt: int, done: int, total: int) -> None:
    """Say how far the attempt is; no effect when the job was taken away."""
    with writing() as session:
        session.execute(
            update(Job)
            .where(Job.id == job_id, Job.attempt == attempt, Job.state == JobState.RUNNING)
            .values(done=done, total=total, beat_at=clock.now())
        )


def run(job_id: UUID, attempt: int) -> None:
    """Do the job in this process. An attempt that was taken away has no effect when it finishes late."""
    job = db.session.get(Job, job_id)
    if job is None or job.attempt != attempt or job.state is not JobState.RUNNING:
        return
    db.session.expunge(job)
    db.session.rollback()
    try:
        result = KINDS[job.kind].work(
            job, Actor(job.actor_id, job.actor), lambda done, total: progress(job_id, attempt, done, total)
        )
    except Trouble as trouble:
        fail(job_id, attempt, str(trouble))
        return
    except Later as later:
        _put_off(job_id, attempt, later)
        return
    with writing() as session:
        session.execute(
            update(Job)
            .where(Job.id == job_id, Job.attempt == attempt, Job.state == JobState.RUNNING)
            .values(
                state=JobState.DONE,
                trouble=None,
                result=result,
                ended_at=clock.now(),
                done=case((Job.total > 0, Job.total), else_=0),
            )
        )


def _put_off(job_id: UUID, attempt: int, later: Later) -> None:
    """Put a job back that cannot be done yet. The attempt is not counted, as nothing went wrong."""
    with writing() as session:
        session.execute(
            update(Job)
            .where(Job.id == job_id, Job.attempt == attempt, Job.state == JobState.RUNNING)
            .values(
                state=JobState.QUEUED,
                attempt=Job.attempt - 1,
                not_before=clock.now() + timedelta(seconds=later.seconds),
                trouble=str(later),
            )
        )


def release(job_id: UUID, attempt: int) -> None:
    """Put a job back whose child died; give it up after the last attempt."""
    with writing() as session:
        job = session.get(Job, job_id, with_for_update=True)
        if job is None or job.attempt != attempt or job.state is not JobState.RUNNING:
            return
        if job.attempt >= MOST_ATTEMPTS:
            _fail(job, GAVE_UP)
        else:
            job.state = JobState.QUEUED


def fail(job_id: UUID, attempt: int, trouble: str) -> None:
    """Give the job up, with a sentence for the person who waits."""
    with writing() as session:
        job = session.get(Job, job_id, with_for_update=True)
        if job is not None and job.attempt == attempt and job.state is JobState.RUNNING:
            _fail(job, trouble)


def _fail(job: Job, trouble: str) -> None:
    job.state, job.trouble, job.ended_at = JobState.FAILED, trouble, clock.now()
    if (on_failure := KINDS[job.kind].on_failure) is not None:
        on_failure(job, trouble)
