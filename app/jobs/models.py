from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Choice, Identified
from app.extensions import Model


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Identified, Model):
    """One piece of work, put down in the same transaction as what asks for it."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_waiting", "state", "id"),)

    kind: Mapped[str]  # see registry.py
    arguments: Mapped[dict[str, Any]]
    inspection_id: Mapped[UUID | None] = mapped_column(ForeignKey("inspection.id"))
    actor_id: Mapped[UUID]
    actor: Mapped[str]
    state: Mapped[JobState] = mapped_column(Choice(JobState))
    attempt: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime]
    not_before: Mapped[datetime | None]  # of one that could not be done yet: when it is tried again
    beat_at: Mapped[datetime | None]  # when a worker last said that it is at it
    ended_at: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)  # of `total`, for a progress line
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None]
    trouble: Mapped[str | None]  # one sentence for the person who waits
