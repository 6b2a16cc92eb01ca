from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from flask import current_app
from flask_login import UserMixin
from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select, tuple_

from app.access import Actor
from app.accounts.models import Invitation, PasswordLink, Person, SetUpLink, SignIn
from app.accounts.secrets import hash_of_token
from app.db.base import AnyRow, AnySelect
from app.extensions import db
from app.web import clock

PAGE = 100


@dataclass(frozen=True)
class Visitor(UserMixin):
    """The signed-in person, as Flask-Login knows them for one request."""

    token: str
    sign_in_id: UUID
    person_id: UUID
    name: str
    email: str
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
    asked = {
        "token_hash": hash_of_token(token),
        "seen_after": now - current_app.config["IDLE_LIMIT"],
        "started_after": now - current_app.config["SIGN_IN_LIMIT"],
    }
    row = db.session.execute(_visitor(), asked).one_or_none()
    if row is None:
        return None
    return Visitor(token, row.id, row.person_id, row.name, row.email, row.administrator, row.last_seen_at)


@cache
def _visitor() -> AnySelect:
    return (
        select(
            SignIn.id,
            SignIn.last_seen_at,
            Person.id.label("person_id"),
            Person.name,
            Person.email,
            Person.administrator,
        )
        .join(Person, Person.id == SignIn.person_id)
        .where(
            SignIn.token_hash == bindparam("token_hash"),
            SignIn.ended_at.is_(None),
            SignIn.last_seen_at > bindparam("seen_after"),
            SignIn.started_at > bindparam("started_after"),
            Person.disabled_at.is_(None),
        )
    )


def _under_way() -> tuple[ColumnElement[bool], ...]:
    """A sign-in that is not ended, idle too long or too old."""
    now = clock.now()
    return (
        SignIn.ended_at.is_(None),
        SignIn.last_seen_at > now - current_app.config["IDLE_LIMIT"],
        SignIn.started_at > now - current_app.config["SIGN_IN_LIMIT"],
    )


def list_sign_ins(person_id: UUID) -> Sequence[SignIn]:
    """The sign-ins of one person that are under way, the newest first."""
    return db.session.scalars(
        select(SignIn).where(SignIn.person_id == person_id, *_under_way()).order_by(SignIn.started_at.desc())
    ).all()


def find_sign_in(person_id: UUID, sign_in_id: UUID) -> SignIn | None:
    return db.session.scalars(
        select(SignIn).where(SignIn.person_id == person_id, SignIn.id == sign_in_id)
    ).one_or_none()


def find_person(person_id: UUID, *, for_change: bool = False) -> Person | None:
    statement = select(Person).where(Person.id == person_id)
    return db.session.scalars(statement.with_for_update() if for_change else statement).one_or_none()


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


def names_of(person_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of people, by their ids."""
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids))).all()
    return {row.id: row.name for row in rows}


def list_people(after: UUID | None = None) -> tuple[Sequence[AnyRow], UUID | None]:
    """Everybody with an account, by name, and whom the next page begins after. One statement.

    Each: id, name, email, administrator, disabled_at, has_password, last_sign_in.
    """
    last = select(func.max(SignIn.started_at)).where(SignIn.person_id == Person.id).correlate(Person).scalar_subquery()
    statement = (
        select(
            Person.id,
            Person.name,
            Person.email,
            Person.administrator,
            Person.disabled_at,
            (Person.password_hash != "").label("has_password"),
            last.label("last_sign_in"),
        )
        .order_by(Person.name, Person.id)
        .limit(PAGE + 1)
    )
    if after is not None:
        there = select(Person.name, Person.id).where(Person.id == after)
        statement = statement.where(tuple_(Person.name, Person.id) > there.scalar_subquery())
    rows = db.session.execute(statement).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def last_sign_in(person_id: UUID) -> datetime | None:
    return db.session.scalar(select(func.max(SignIn.started_at)).where(SignIn.person_id == person_id))


def lock_administrators() -> Sequence[UUID]:
    """Administrators who can sign in, locked: two who take away each other's rights do it one after the other."""
    return db.session.scalars(
        select(Person.id)
        .where(Person.administrator, Person.disabled_at.is_(None))
        .order_by(Person.id)
        .with_for_update(key_share=True)
    ).all()


def find_invitation(token: str) -> Invitation | None:
    """However it stands with it: used, revoked and expired ones too."""
    return db.session.scalars(select(Invitation).where(Invitation.token_hash == hash_of_token(token))).one_or_none()


def find_open_invitation(invitation_id: UUID) -> Invitation | None:
    """Locked. Neither used nor revoked; it may have expired."""
    return db.session.scalars(_open_invitations().where(Invitation.id == invitation_id).with_for_update()).one_or_none()


def list_open_invitations() -> Sequence[Invitation]:
    """Neither used nor revoked, the newest first; expired ones too."""
    return db.session.scalars(_open_invitations().order_by(Invitation.made_at.desc(), Invitation.id.desc())).all()


def lock_invitations_of(email: str) -> Sequence[Invitation]:
    """Those for one e-mail address that may still be used, locked and as they are now."""
    return db.session.scalars(
        _open_invitations()
        .where(Invitation.email == email, Invitation.expires_at > clock.now())
        .order_by(Invitation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def is_invited(email: str) -> bool:
    """Whether an administrator has invited the address already."""
    return bool(
        db.session.scalar(select(_open_invitations().where(Invitation.email == email, ~Invitation.for_team).exists()))
    )


def _open_invitations() -> Select[Invitation]:
    return select(Invitation).where(Invitation.used_at.is_(None), Invitation.revoked_at.is_(None))


def find_password_link(token: str, *, for_change: bool = False) -> AnyRow | None:
    """A link for a new password and whose it is (link, person), however it stands with it."""
    statement = (
        select(PasswordLink, Person)
        .join(Person, Person.id == PasswordLink.person_id)
        .where(PasswordLink.token_hash == hash_of_token(token))
    )
    return db.session.execute(statement.with_for_update() if for_change else statement).one_or_none()
