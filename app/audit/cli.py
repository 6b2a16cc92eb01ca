import click
from flask.cli import AppGroup

from app.audit import queries

audit = AppGroup("audit", help="The audit trail.")


@audit.command("verify")
def verify_command() -> None:
    """Prove every chain of the audit trail intact, or name the first bad entry of each that is not."""
    broken = False
    for chain in queries.chains():
        verdict = queries.verify(chain)
        if verdict.broken_at is None:
            click.echo(f"{chain}: whole, {verdict.entries} entries, head {verdict.head}")
        else:
            broken = True
            click.echo(f"{chain}: broken at entry {verdict.broken_at}: {verdict.reason}", err=True)
    if broken:
        raise click.exceptions.Exit(1)
