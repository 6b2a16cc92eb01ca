from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import current_app
from flask_login import UserMixin
from sqlalchemy import exists, select

from app.access import Actor
from app.accounts.models import Person, SetUpLink, SignIn
from app.accounts.secrets import hash_of_token
from app.extensions import db
from app.web import clock


@dataclass(frozen=True)
class Visitor(UserMixin):
    """The signed-in person, as Flask-Login knows them for one request."""

    token: str
    sign_in_id: UUID
    person_id: UUID
    name: str
    administrator: bool
    last_seen_at: datetime

    @property
    def actor(self) -> Actor:
        return Actor(self.person_id, self.name)

    def get_id(self) -> str:
        """The token: so the cookie names a sign-in, which can be ended, and not a person."""
        return self.token


def find_visitor(token: str) -> Visitor | None:
    """Who holds the token, if the sign-in is not ended, idle too long or too old, and the account not disabled."""
    now = clock.now()
    row = db.session.execute(
        select(SignIn.id, SignIn.last_seen_at, Person.id.label("person_id"), Person.name, Person.administrator)
        .join(Person, Person.id == SignIn.person_id)
        .where(
            SignIn.token_hash == hash_of_token(token),
            SignIn.ended_at.is_(None),
            SignIn.last_seen_at > now - current_app.config["IDLE_LIMIT"],
            SignIn.started_at > now - current_app.config["SIGN_IN_LIMIT"],
            Person.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    return Visitor(token, row.id, row.person_id, row.name, row.administrator, row.last_seen_at)


def find_person_by_email(email: str) -> Person | None:
    return db.session.scalars(select(Person).where(Person.email == email.strip().casefold())).one_or_none()


def anybody() -> bool:
    """Whether there is any account yet."""
    return bool(db.session.scalar(select(exists().where(Person.id.is_not(None)))))


def find_set_up_link(token: str) -> SetUpLink | None:
    """The unused link with this token, while there is no account yet."""
    if anybody():
        return None
    return db.session.scalars(
        select(SetUpLink).where(SetUpLink.token_hash == hash_of_token(token), SetUpLink.used_at.is_(None))
    ).one_or_none()
