"""One-time links, as the services make them."""

from uuid import UUID

from app.access import SYSTEM, Actor
from app.accounts.models import Person
from app.accounts.services import invite_person, reset_password
from app.extensions import db
from app.inspections.models import TeamRole
from app.inspections.services import add_to_team
from tests.databases import the_world
from tests.factories import the_inspection

EMAIL = "colleague@example.gov.uk"


def invited(
    email: str = EMAIL, *roles: TeamRole, inspection_id: UUID | None = None, by: Actor = SYSTEM
) -> tuple[UUID, str]:
    """Somebody without an account invited to the team; without roles, by an administrator. The id and the token."""
    with the_world():
        if roles:
            made = add_to_team(inspection_id or the_inspection().id, email, "Colleague", roles, by=by)
            assert made is not None
        else:
            made = invite_person(email, "Colleague", by=by)
        return made[0].id, made[1]


def password_link(person: Person) -> str:
    """The token of a link by which the person chooses a new password."""
    with the_world():
        return reset_password(db.session.get_one(Person, person.id), by=SYSTEM)[1]
