from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model


class CalendarFeed(Model):
    """The secret address at which somebody's own calendar can be fetched without signing in. One for each person."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)  # SHA-256 of the token in the address, which is kept nowhere
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]  # the last time, by the present address
    slot: Mapped[int] = mapped_column(default=0)  # the quarter of an hour that `fetches` counts for: see services.py
    fetches: Mapped[int] = mapped_column(default=0)
