import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from app.access import SYSTEM, Actor
from app.accounts import queries
from app.accounts.models import Invitation, PasswordLink, Person, SetUpLink, SignIn, Throttle
from app.accounts.secrets import hash_of_token, new_token
from app.audit.services import record
from app.extensions import db
from app.web import clock
from app.web.pages import long_moment

SLOT_SECONDS = 15 * 60
TRIES_PER_EMAIL = 10
TRIES_PER_ADDRESS = 60
INVITATION_LASTS = timedelta(days=7)
PASSWORD_LINK_LASTS = timedelta(days=1)


class Refused(Exception):
    """It cannot be done: the sentence says why and what to do."""


class DoneAlready(Refused):
    """Somebody did it since the page was opened, or did something that leaves nothing to do; nothing was changed."""


class Needed(Refused):
    """It can be done all the same, by whoever knows what is left without the person."""


# Of a person, the titles of what would be left without somebody who leads it: told by a feature of a floor above.
Leads = Callable[[UUID], Sequence[str]]
_leads: list[Leads] = []


def tells_what_is_led(function: Leads) -> Leads:
    """Decorates what says which of its things nobody could lead any more if this person could not sign in."""
    _leads.append(function)
    return function


def left_without(person: Person) -> list[str]:
    """The titles of what nobody would lead who can sign in, were this account disabled."""
    return [title for function in _leads for title in function(person.id)] if person.disabled_at is None else []


def count_try(email: str, address: str) -> bool:
    """Count one try to sign in; False when there were too many in this quarter of an hour.

    Counted for the e-mail typed, whether or not it has an account, so that the answer tells nothing about accounts;
    and before the password is looked at, so that guesses made at once are all counted. See `give_back_try`.
    """
    slot = _present_slot()
    insert = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    fine = True
    for key, most in zip(_keys(email, address), (TRIES_PER_EMAIL, TRIES_PER_ADDRESS), strict=True):
        statement = (
            insert(Throttle)
            .values(key=key, slot=slot, tries=1)
            .on_conflict_do_update(index_elements=["key", "slot"], set_={"tries": Throttle.__table__.c.tries + 1})
            .returning(Throttle.tries)
        )
        fine = db.session.execute(statement).scalar_one() <= most and fine
    db.session.execute(delete(Throttle).where(Throttle.slot < slot - 4))
    return fine


def give_back_try(email: str, address: str) -> None:
    """The password of a counted try was right: only wrong ones are to count. What was wrong before it still does."""
    db.session.execute(
        update(Throttle)
        .where(Throttle.key.in_(_keys(email, address)), Throttle.slot == _present_slot(), Throttle.tries > 0)
        .values(tries=Throttle.tries - 1)
    )


def _present_slot() -> int:
    return int(clock.now().timestamp()) // SLOT_SECONDS


def _keys(email: str, address: str) -> list[str]:
    """Of the e-mail, and of the address that the try came from."""
    values = (("e-mail", email.strip().casefold()), ("from", address))
    return [hashlib.sha256(f"{kind}\n{value}".encode("utf-8", "replace")).hexdigest() for kind, value in values]


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


def end_sign_ins(person_id: UUID, *, but: UUID | None = None) -> int:
    """End every sign-in of somebody's that is under way, but perhaps the present one; how many that were."""
    ended = update(SignIn).where(
        SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.id != (but or UUID(int=0))
    )
    return int(db.session.execute(ended.values(ended_at=clock.now())).rowcount)  # type: ignore[attr-defined]


def _said(ended: int) -> dict[str, Any]:
    return {"sign-ins_ended": ended} if ended else {}


def end_other_sign_in(sign_in: SignIn, *, by: Actor) -> None:
    """End one of one's own sign-ins elsewhere; ended already, nothing is done."""
    if sign_in.ended_at is None:
        sign_in.ended_at = clock.now()
        record(by, "ended a sign-in elsewhere", "person", part=by.id.hex)
        db.session.flush()


def end_other_sign_ins(keep: UUID, *, by: Actor) -> int:
    if ended := end_sign_ins(by.id, but=keep):
        record(by, "ended the sign-ins elsewhere", "person", part=by.id.hex, after=_said(ended))
    return ended


def invite(email: str, name: str, *, for_team: bool, by: Actor) -> tuple[Invitation, str]:
    """Invite somebody who has no account: the invitation, and the token of its link, which is kept nowhere."""
    token, now = new_token(), clock.now()
    invitation = Invitation(
        email=email.strip().casefold(),
        name=name.strip(),
        for_team=for_team,
        token_hash=hash_of_token(token),
        made_at=now,
        expires_at=now + INVITATION_LASTS,
        made_by_id=by.id,
        made_by=by.label,
    )
    db.session.add(invitation)
    db.session.flush()
    _record_of(invitation, "invited", by)
    return invitation, token


def invite_person(email: str, name: str, *, by: Actor) -> tuple[Invitation, str]:
    """Invite somebody to an account that is on no team yet. Raises Refused when there is one or an invitation."""
    queries.lock_administrators()  # two who invite the same address at once do it one after the other
    if queries.find_person_by_email(email) is not None:
        raise Refused("This address has an account already. Look for it in the list")
    if queries.is_invited(email.strip().casefold()):
        raise Refused("This address is invited already. Make a new link in the list if the first was lost")
    return invite(email, name, for_team=False, by=by)


def renew_invitation(invitation: Invitation, *, by: Actor) -> str:
    """A new link, valid from now; the one before stops working."""
    token, now = new_token(), clock.now()
    invitation.token_hash, invitation.made_at, invitation.expires_at = hash_of_token(token), now, now + INVITATION_LASTS
    invitation.made_by_id, invitation.made_by = by.id, by.label
    _record_of(invitation, "renewed the invitation", by)
    db.session.flush()
    return token


def revoke_invitation(invitation: Invitation, *, by: Actor) -> None:
    invitation.revoked_at = clock.now()
    _record_of(invitation, "revoked the invitation", by)
    db.session.flush()


def settle_invitation(invitation: Invitation, person: Person) -> None:
    """The invitation is used up: there is the account that it was for."""
    invitation.used_at, invitation.person_id = clock.now(), person.id
    _record_of(invitation, "took up the invitation", Actor(person.id, person.name))
    db.session.flush()


def _record_of(invitation: Invitation, deed: str, by: Actor) -> None:
    record(by, deed, "invitation", part=invitation.id.hex, after={"e-mail": invitation.email})


def disable(person: Person, reason: str, *, anyway: bool = False, by: Actor) -> None:
    """Keep somebody from signing in, from this moment. What they wrote keeps their name.

    Raises Refused; Needed where something would be left without a lead inspector, unless it is to be done `anyway`;
    DoneAlready.
    """
    if person.id == by.id:
        raise Refused("You cannot disable your own account. Ask another administrator")
    _keep_an_administrator(person, "cannot be disabled")
    if person.disabled_at is not None:
        raise DoneAlready(f"{person.name} was disabled already, on {long_moment(person.disabled_at)}")
    left = left_without(person)
    if left and not anyway:
        raise Needed("Tick “Disable all the same”, or have another lead inspector made first")
    person.disabled_at, person.disabled_reason = clock.now(), reason
    ended = end_sign_ins(person.id)
    _revoke_password_links(person.id)
    so = {"left_without_a_lead_inspector": "; ".join(left)} if left else {}
    record(by, "disabled", "person", part=person.id.hex, after={"reason": reason} | so | _said(ended))
    db.session.flush()


def enable(person: Person, *, by: Actor) -> None:
    """Let somebody sign in again, with the password that they had. Raises DoneAlready."""
    if person.disabled_at is None:
        raise DoneAlready(f"The account of {person.name} was enabled already")
    before, person.disabled_at, person.disabled_reason = person.disabled_reason, None, ""
    record(by, "enabled again", "person", part=person.id.hex, before={"reason": before})
    db.session.flush()


def set_administrator(person: Person, administrator: bool, *, by: Actor) -> None:
    """Make somebody an administrator, or no longer one. Raises Refused for the last one; DoneAlready."""
    if not administrator:
        _keep_an_administrator(person, "must stay one")
    if person.administrator == administrator:
        raise DoneAlready(f"{person.name} is {'an' if administrator else 'no'} administrator already")
    person.administrator = administrator
    deed = "gave the administrator's right" if administrator else "took the administrator's right away"
    record(by, deed, "person", part=person.id.hex)
    db.session.flush()


def _keep_an_administrator(person: Person, so: str) -> None:
    # The only lock: two who held one another's row and waited for their own would wait for ever.
    if list(queries.lock_administrators()) == [person.id]:
        raise Refused(f"{person.name} is the last administrator and {so}. Make another one first")


def rename(person: Person, name: str, *, by: Actor) -> None:
    """Call somebody otherwise from now on. What they wrote before keeps the name of then."""
    if name == person.name:
        return
    before, person.name = person.name, name
    record(by, "changed the name", "person", part=person.id.hex, before={"name": before}, after={"name": name})
    db.session.flush()


def change_password(person: Person, password_hash: str, *, was: str, keep: UUID, by: Actor) -> bool:
    """Change one's own password and end one's other sign-ins. False when it was changed meanwhile from `was`."""
    if person.password_hash != was:
        return False
    set_password(person, password_hash, keep=keep, by=by)
    return True


def set_password(person: Person, password_hash: str, *, keep: UUID | None = None, by: Actor) -> None:
    """Set a new password; ends sign-ins, but perhaps the present one, and links by which another could be chosen."""
    person.password_hash = password_hash
    ended = end_sign_ins(person.id, but=keep)
    _revoke_password_links(person.id)
    record(by, "set a new password", "person", part=person.id.hex, after=_said(ended))
    db.session.flush()


def reset_password(person: Person, *, by: Actor) -> tuple[PasswordLink, str]:
    """A link by which somebody chooses a new password, and its token, which is kept nowhere.

    From this moment the old password and every sign-in are gone: whoever knew it is out. Raises Refused.
    """
    if person.id == by.id:
        raise Refused("Change your own password on the page of your account")
    if person.disabled_at is not None:
        raise Refused(f"The account of {person.name} is disabled. Enable it first")
    token, now = new_token(), clock.now()
    person.password_hash = ""
    ended = end_sign_ins(person.id)
    _revoke_password_links(person.id)
    link = PasswordLink(
        person_id=person.id, token_hash=hash_of_token(token), made_at=now, expires_at=now + PASSWORD_LINK_LASTS
    )
    db.session.add(link)
    record(by, "reset the password", "person", part=person.id.hex, after=_said(ended))
    db.session.flush()
    return link, token


def use_password_link(link: PasswordLink, person: Person, password_hash: str) -> None:
    link.used_at = clock.now()
    db.session.flush()
    set_password(person, password_hash, by=Actor(person.id, person.name))


def _revoke_password_links(person_id: UUID) -> None:
    still = (PasswordLink.person_id == person_id, PasswordLink.used_at.is_(None), PasswordLink.revoked_at.is_(None))
    db.session.execute(update(PasswordLink).where(*still).values(revoked_at=clock.now()))
