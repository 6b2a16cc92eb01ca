import click
from flask.cli import AppGroup
from sqlalchemy import update

from app.access import SYSTEM
from app.accounts import services as accounts
from app.accounts.forms import SHORTEST_PASSWORD
from app.accounts.models import Person, SignIn
from app.accounts.queries import find_person_by_email
from app.accounts.secrets import hash_password
from app.audit.services import record
from app.db.transaction import writing
from app.extensions import db
from app.inspections import services
from app.inspections.models import TeamRole
from app.inspections.queries import find_inspection_by_code, list_inspections
from app.web import clock

person = AppGroup("person", help="People with an account.")


@person.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--inspection", required=True, help="The code of the inspection, such as stalking-2026.")
@click.option("--role", type=click.Choice([role.value for role in TeamRole]), required=True)
def add_command(email: str, name: str, inspection: str, role: str) -> None:
    """Make an account for EMAIL, on the team of an inspection; asks for the password."""
    found = find_inspection_by_code(inspection)
    if found is None:
        known = ", ".join(row.code for row in list_inspections()) or "none"
        raise click.ClickException(f"There is no inspection {inspection!r}. There are: {known}.")
    if "@" not in email or find_person_by_email(email) is not None:
        raise click.ClickException(f"{email} is no e-mail address, or has an account already.")
    inspection_id, password_hash = found.id, _ask_for_password()
    with writing():
        added = accounts.add_person(name, email, password_hash)
        services.join_team(inspection_id, added.id, TeamRole(role))
    click.echo(f"{email} may sign in now, as {role} of {inspection}.")


@person.command("password")
@click.argument("email")
def password_command(email: str) -> None:
    """Set a new password for EMAIL, and end every sign-in of theirs; asks for the password."""
    found = find_person_by_email(email)
    if found is None:
        raise click.ClickException(f"{email} has no account.")
    person_id, password_hash = found.id, _ask_for_password()
    with writing() as session:
        session.execute(update(Person).where(Person.id == person_id).values(password_hash=password_hash))
        ended = update(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
        session.execute(ended.values(ended_at=clock.now()))
        record(SYSTEM, "set a new password", "person", part=person_id.hex)
    click.echo(f"{email} may sign in with the new password.")


def _ask_for_password() -> str:
    db.session.rollback()  # nothing is held open while somebody types
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt="Password again")
    if len(password) < SHORTEST_PASSWORD:
        raise click.ClickException(
            f"A password needs at least {SHORTEST_PASSWORD} characters. Three random words are good."
        )
    return hash_password(password)
