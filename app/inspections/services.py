from collections.abc import Iterable
from uuid import UUID

from app.access import SYSTEM, Actor
from app.accounts import queries as accounts
from app.accounts import services as account_services
from app.accounts.models import Invitation, Person
from app.accounts.services import Refused
from app.audit.services import record
from app.db.versions import Stale
from app.extensions import db
from app.inspections import queries
from app.inspections.models import TeamInvitation, TeamMember, TeamRole
from app.web import clock

MOST_ROLES = 2
LAST_LEAD = "An inspection needs a lead inspector who can sign in. Make somebody else lead inspector first"

account_services.tells_what_is_led(queries.list_led_alone)


def join_team(inspection_id: UUID, person_id: UUID, role: TeamRole, *, by: Actor = SYSTEM) -> TeamMember:
    """Give somebody a role on the team."""
    member = TeamMember(inspection_id=inspection_id, person_id=person_id, role=role, joined_at=clock.now())
    db.session.add(member)
    record(by, "added to the team", "team", part=person_id.hex, inspection_id=inspection_id, after={"role": role.label})
    return member


def give_roles(inspection_id: UUID, person_id: UUID, roles: Iterable[TeamRole], *, by: Actor = SYSTEM) -> None:
    """Put somebody on the team with these roles, where they are not on it already."""
    queries.lock_team(inspection_id)
    if queries.list_roles_of(inspection_id, person_id):
        return
    for role in _in_order(roles):
        join_team(inspection_id, person_id, role, by=by)
    db.session.flush()


def add_to_team(
    inspection_id: UUID, email: str, name: str, roles: Iterable[TeamRole], *, by: Actor
) -> tuple[Invitation, str] | None:
    """Put whoever has the address on the team; where nobody has, make an invitation, and give it with its token.

    Raises Refused for somebody who is on the team or invited to it already.
    """
    queries.lock_team(inspection_id)
    roles, email = _in_order(roles), email.strip().casefold()
    person = accounts.find_person_by_email(email)
    if person is not None:
        if queries.list_roles_of(inspection_id, person.id):
            raise Refused(f"{person.name} is on the team already, with this address. Change the roles in the list")
        give_roles(inspection_id, person.id, roles, by=by)
        return None
    if any(row.email == email for row in queries.list_invited(inspection_id)):
        raise Refused("This address is invited already. Make a new link in the list if the first was lost")
    invitation, token = account_services.invite(email, name, for_team=True, by=by)
    db.session.add(
        TeamInvitation(invitation_id=invitation.id, inspection_id=inspection_id, roles=[role.value for role in roles])
    )
    _record_of(inspection_id, invitation, "invited to the team", by, roles=said(roles))
    db.session.flush()
    return invitation, token


def renew_invitation(inspection_id: UUID, invitation: Invitation, *, by: Actor) -> str | None:
    """The token of a new link; None where the address has an account by now, which then is on the team."""
    queries.lock_team(inspection_id)
    if (person := accounts.find_person_by_email(invitation.email)) is not None:
        _take_up(invitation, person)
        return None
    _record_of(inspection_id, invitation, "renewed the invitation", by)
    return account_services.renew_invitation(invitation, by=by)


def revoke_invitation(inspection_id: UUID, invitation: Invitation, *, by: Actor) -> None:
    _record_of(inspection_id, invitation, "revoked the invitation", by)
    account_services.revoke_invitation(invitation, by=by)


def make_account(name: str, email: str, password_hash: str, *, by: Actor = SYSTEM) -> Person:
    """An account, on every team that has invited its address."""
    waiting = accounts.lock_invitations_of(email.strip().casefold())
    person = account_services.add_person(name, email, password_hash, by=by)
    for invitation in waiting:
        _take_up(invitation, person)
    return person


def accept_invitation(invitation: Invitation, name: str, password_hash: str) -> Person | None:
    """The account of somebody invited. None when the invitation was used, revoked or ran out meanwhile."""
    waiting = accounts.lock_invitations_of(invitation.email)
    if invitation not in waiting or accounts.find_person_by_email(invitation.email) is not None:
        return None
    return make_account(name, invitation.email, password_hash, by=Actor(invitation.made_by_id, invitation.made_by))


def _take_up(invitation: Invitation, person: Person) -> None:
    account_services.settle_invitation(invitation, person)
    offered = queries.find_team_invitation(invitation.id)
    if offered is None or queries.list_roles_of(offered.inspection_id, person.id):
        return
    roles = [TeamRole(value) for value in offered.roles]
    now = clock.now()
    db.session.add_all(
        TeamMember(inspection_id=offered.inspection_id, person_id=person.id, role=role, joined_at=now) for role in roles
    )
    record(
        Actor(person.id, person.name),
        "took up the invitation",
        "team",
        part=person.id.hex,
        inspection_id=offered.inspection_id,
        after={"roles": said(roles), "invited_by": invitation.made_by},
    )
    db.session.flush()


CHANGING = ("changed the roles", "added to the team", "took off the team", "took up the invitation")


def set_roles(
    inspection_id: UUID, person_id: UUID, roles: Iterable[TeamRole], *, base: Iterable[TeamRole], by: Actor
) -> None:
    """Give somebody on the team these roles and no others. `base` are those that the lead saw.

    Raises Stale when they are others by now, after what was wanted has been put into the audit trail; Refused for the
    last lead inspector.
    """
    rows, before, after = _present_roles(inspection_id, person_id), _in_order(base), _in_order(roles)
    if _in_order(rows) != before:
        _record_stale(inspection_id, person_id, {"roles": said(after)}, by)
        raise Stale
    if after == before:
        return
    if TeamRole.LEAD not in after:
        _keep_a_lead(inspection_id, person_id)
    joined_at = min(row.joined_at for row in rows.values())
    for role in set(before) - set(after):
        db.session.delete(rows[role])
    for role in set(after) - set(before):
        db.session.add(TeamMember(inspection_id=inspection_id, person_id=person_id, role=role, joined_at=joined_at))
    record(
        by,
        "changed the roles",
        "team",
        part=person_id.hex,
        inspection_id=inspection_id,
        before={"roles": said(before)},
        after={"roles": said(after)},
    )
    db.session.flush()


def take_off(inspection_id: UUID, person_id: UUID, reason: str, *, base: Iterable[TeamRole], by: Actor) -> None:
    """Take somebody off the team. What they did stays theirs. Raises as `set_roles` does."""
    rows, before = _present_roles(inspection_id, person_id), _in_order(base)
    if _in_order(rows) != before:
        _record_stale(inspection_id, person_id, {"wanted": "to take off the team", "reason": reason}, by)
        raise Stale
    _keep_a_lead(inspection_id, person_id)
    for row in rows.values():
        db.session.delete(row)
    record(
        by,
        "took off the team",
        "team",
        part=person_id.hex,
        inspection_id=inspection_id,
        before={"roles": said(before)},
        after={"reason": reason},
    )
    db.session.flush()


def wrong_roles(roles: Iterable[TeamRole]) -> str:
    """What is wrong with these roles together; empty when nothing is. An observer changes nothing."""
    chosen = set(roles)
    if TeamRole.OBSERVER in chosen and len(chosen) > 1:
        return "An observer holds no other role: choose observer alone, or the others"
    return "Choose two roles at most" if len(chosen) > MOST_ROLES else ""


def said(roles: Iterable[TeamRole]) -> str:
    """'Legal inspector, quality assurance lead'."""
    return ", ".join(role.label for role in _in_order(roles)).capitalize()


def _in_order(roles: Iterable[TeamRole]) -> list[TeamRole]:
    wanted = set(roles)
    return [role for role in TeamRole if role in wanted]


def _present_roles(inspection_id: UUID, person_id: UUID) -> dict[TeamRole, TeamMember]:
    queries.lock_team(inspection_id)
    return {row.role: row for row in queries.list_roles_of(inspection_id, person_id)}


def _keep_a_lead(inspection_id: UUID, person_id: UUID) -> None:
    if list(queries.list_leads(inspection_id)) == [person_id]:
        raise Refused(LAST_LEAD)


def _record_of(inspection_id: UUID, invitation: Invitation, deed: str, by: Actor, **more: str) -> None:
    record(
        by,
        deed,
        "team",
        part=invitation.id.hex,
        inspection_id=inspection_id,
        after={"e-mail": invitation.email, **more},
    )


def _record_stale(inspection_id: UUID, person_id: UUID, wanted: dict[str, str], by: Actor) -> None:
    deed = "could not change the roles, as they had changed"
    record(by, deed, "team", part=person_id.hex, inspection_id=inspection_id, after=wanted)
