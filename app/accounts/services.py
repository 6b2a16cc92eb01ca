import hashlib
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from app.access import SYSTEM, Actor
from app.accounts.models import Person, SetUpLink, SignIn, Throttle
from app.accounts.secrets import hash_of_token, new_token
from app.audit.services import record
from app.extensions import db
from app.web import clock

SLOT_SECONDS = 15 * 60
TRIES_PER_EMAIL = 10
TRIES_PER_ADDRESS = 60


def count_try(email: str, address: str) -> bool:
    """Count one try to sign in; False when there were too many in this quarter of an hour.

    Counted for the e-mail typed, whether or not it has an account, so that the answer tells nothing about accounts.
    """
    slot = int(clock.now().timestamp()) // SLOT_SECONDS
    insert = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    fine = True
    for kind, value, most in (
        ("e-mail", email.strip().casefold(), TRIES_PER_EMAIL),
        ("from", address, TRIES_PER_ADDRESS),
    ):
        key = hashlib.sha256(f"{kind}\n{value}".encode("utf-8", "replace")).hexdigest()
        statement = (
            insert(Throttle)
            .values(key=key, slot=slot, tries=1)
            .on_conflict_do_update(index_elements=["key", "slot"], set_={"tries": Throttle.__table__.c.tries + 1})
            .returning(Throttle.tries)
        )
        fine = db.session.execute(statement).scalar_one() <= most and fine
    db.session.execute(delete(Throttle).where(Throttle.slot < slot - 4))
    return fine


def add_person(name: str, email: str, password_hash: str, *, administrator: bool = False, by: Actor = SYSTEM) -> Person:
    person = Person(
        name=name.strip(),
        email=email.strip().casefold(),
        password_hash=password_hash,
        administrator=administrator,
        created_at=clock.now(),
    )
    db.session.add(person)
    db.session.flush()
    record(by, "added", "person", part=person.id.hex, after={"administrator": administrator})
    return person


def start_sign_in(person_id: UUID, label: str) -> str:
    """Start a sign-in and give the token for the cookie: a new one each time."""
    token, now = new_token(), clock.now()
    db.session.add(SignIn(person_id=person_id, token_hash=hash_of_token(token), started_at=now, last_seen_at=now))
    db.session.flush()
    record(Actor(person_id, label), "signed in", "person", part=person_id.hex)
    return token


def end_sign_in(sign_in_id: UUID, by: Actor) -> None:
    db.session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(ended_at=clock.now()))
    record(by, "signed out", "person", part=by.id.hex)


def note_seen(sign_in_id: UUID) -> None:
    db.session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(last_seen_at=clock.now()))


def make_set_up_link() -> str:
    """A new one-time token for the first account; earlier ones stop working."""
    token = new_token()
    db.session.execute(delete(SetUpLink))
    db.session.add(SetUpLink(token_hash=hash_of_token(token), made_at=clock.now()))
    return token


def use_set_up_link(link: SetUpLink) -> bool:
    """Use the link up; False when somebody else was first."""
    done = db.session.execute(
        update(SetUpLink).where(SetUpLink.id == link.id, SetUpLink.used_at.is_(None)).values(used_at=clock.now())
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]
