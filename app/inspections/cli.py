from uuid import UUID

import click
from flask import current_app
from flask.cli import AppGroup

from app.access import SYSTEM
from app.accounts import services as accounts
from app.accounts.forms import wrong_password
from app.accounts.models import Person
from app.accounts.queries import find_person_by_email
from app.accounts.secrets import hash_password
from app.audit.queries import chains, verify
from app.db.transaction import writing
from app.extensions import db
from app.inspections import services
from app.inspections.models import TeamRole
from app.inspections.queries import find_inspection_by_code, list_inspections, list_roles_of

person = AppGroup("person", help="People with an account.")
audit = AppGroup("audit", help="The audit trail.")
_inspection = click.option("--inspection", required=True, help="The code of the inspection, such as stalking-2026.")
_roles = click.Choice([role.value for role in TeamRole])


@person.command("add")
@click.argument("email")
@click.option("--name", required=True)
@_inspection
@click.option("--role", type=_roles, required=True)
def add_command(email: str, name: str, inspection: str, role: str) -> None:
    """Make an account for EMAIL, on the team of an inspection; asks for the password."""
    inspection_id = _find_inspection(inspection)
    if "@" not in email or find_person_by_email(email) is not None:
        raise click.ClickException(f"{email} is no e-mail address, or has an account already.")
    password_hash = _ask_for_password(name, email)
    with writing():
        added = services.make_account(name, email, password_hash)
        services.give_roles(inspection_id, added.id, [TeamRole(role)])
        roles = services.said(row.role for row in list_roles_of(inspection_id, added.id)).lower()
    click.echo(f"{email} may sign in now, as {roles} of {inspection}.")


@person.command("invite")
@click.argument("email")
@click.option("--name", required=True)
@_inspection
@click.option("--role", "roles", type=_roles, required=True, multiple=True, help="May be given twice.")
def invite_command(email: str, name: str, inspection: str, roles: tuple[str, ...]) -> None:
    """Put EMAIL on the team of an inspection; without an account, print a link to make one by, valid seven days."""
    inspection_id = _find_inspection(inspection)
    chosen = [TeamRole(role) for role in roles]
    if "@" not in email or (wrong := services.wrong_roles(chosen)):
        raise click.ClickException(f"{email} is no e-mail address." if "@" not in email else f"{wrong}.")
    try:
        with writing():
            made = services.add_to_team(inspection_id, email, name, chosen, by=SYSTEM)
            token = made[1] if made else ""
    except accounts.Refused as refused:
        raise click.ClickException(f"{refused}.") from None
    if not token:
        click.echo(f"{email} has an account, and is on the team of {inspection} now.")
        return
    address = f"http://{current_app.config['HOST']}:{current_app.config['PORT']}"
    click.echo(f"Send this link on. It works once, for seven days:\n\n    {address}/invitations/{token}\n")
    click.echo("Where people reach Fieldbook at another address, put that in the place of the first part.")


@person.command("password")
@click.argument("email")
def password_command(email: str) -> None:
    """Set a new password for EMAIL, and end every sign-in of theirs; asks for the password."""
    password_hash = _ask_for_password(_find_person(email).name, email)
    with writing():
        accounts.set_password(_find_person(email), password_hash, by=SYSTEM)
    click.echo(f"{email} may sign in with the new password.")


@person.command("disable")
@click.argument("email")
@click.option("--reason", required=True)
@click.option("--anyway", is_flag=True, help="Also the only lead inspector of an inspection who can sign in.")
def disable_command(email: str, reason: str, anyway: bool) -> None:
    """Keep EMAIL from signing in, from this moment."""
    try:
        with writing():
            accounts.disable(_find_person(email), reason, anyway=anyway, by=SYSTEM)
    except accounts.Needed:
        titles = "; ".join(accounts.left_without(_find_person(email)))
        raise click.ClickException(
            f"It would leave without a lead inspector: {titles}. Add another first, or say --anyway."
        ) from None
    except accounts.Refused as refused:
        raise click.ClickException(f"{refused}.") from None
    click.echo(f"{email} can no longer sign in. What they wrote keeps their name.")


def _find_inspection(code: str) -> UUID:
    found = find_inspection_by_code(code)
    if found is None:
        known = ", ".join(row.code for row in list_inspections()) or "none"
        raise click.ClickException(f"There is no inspection {code!r}. There are: {known}.")
    return found.id


def _find_person(email: str) -> Person:
    if (found := find_person_by_email(email)) is None:
        raise click.ClickException(f"{email} has no account.")
    return found


def _ask_for_password(name: str, email: str) -> str:
    db.session.rollback()  # nothing is held open while somebody types
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt="Password again")
    if wrong := wrong_password(password, name=name, email=email):
        raise click.ClickException(f"{wrong}.")
    return hash_password(password)


@audit.command("verify")
def verify_command() -> None:
    """Prove every chain of the audit trail intact, or name the first bad entry of each that is not."""
    codes = {inspection.id.hex: inspection.code for inspection in list_inspections()}
    broken = False
    for chain in chains():
        verdict = verify(chain)
        named = f"{codes[chain]}, {chain}" if chain in codes else chain
        if verdict.broken_at is None:
            click.echo(f"{named}: whole, {verdict.entries} entries, head {verdict.head}")
        else:
            broken = True
            click.echo(f"{named}: broken at entry {verdict.broken_at}: {verdict.reason}", err=True)
    if broken:
        raise click.exceptions.Exit(1)
