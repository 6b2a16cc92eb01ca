from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Identified
from app.extensions import Model


class Person(Identified, Model):
    """Somebody with an account. What they may do in an inspection is for its team to say."""

    __tablename__ = "person"

    email: Mapped[str] = mapped_column(unique=True)  # case folded
    name: Mapped[str]
    password_hash: Mapped[str]  # Argon2id; empty: none, until one is chosen by a link
    administrator: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class SignIn(Identified, Model):
    """One sign-in, from its start until it is ended: by signing out, by time, by a change of password."""

    __tablename__ = "sign_in"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)  # SHA-256 of the token in the cookie
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Throttle(Model):
    """Tries to sign in, counted per key and slot of time."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(primary_key=True)  # SHA-256 of the e-mail or the address that it came from
    slot: Mapped[int] = mapped_column(primary_key=True)  # quarters of an hour since 1970
    tries: Mapped[int]


class SetUpLink(Identified, Model):
    """The one-time link by which the first account is made."""

    __tablename__ = "set_up_link"

    token_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Invitation(Identified, Model):
    """A one-time link by which somebody without an account makes one. What a team offers with it, the team keeps."""

    __tablename__ = "invitation"

    email: Mapped[str] = mapped_column(index=True)  # case folded
    name: Mapped[str]  # as whoever invites knows them; they may choose another
    for_team: Mapped[bool]  # made on an inspection's team page; else by an administrator
    token_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]  # or renewed
    expires_at: Mapped[datetime]
    made_by_id: Mapped[UUID]
    made_by: Mapped[str]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # who came of it
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class PasswordLink(Identified, Model):
    """A one-time link by which somebody who has an account chooses a new password."""

    __tablename__ = "password_link"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]  # another was made in its place, or the account was disabled
