import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import AppGroup
from flask_migrate import upgrade
from sqlalchemy.exc import OperationalError

from app.db.schema import is_up_to_date
from app.extensions import db
from app.packs.reading import read_pack

if TYPE_CHECKING:
    from app.demonstration.content import Demonstration

demo = AppGroup("demo", help="A made-up inspection to explore.")


@demo.command("load")
def load_command() -> None:
    """Fill an empty data folder with an inspection under way, and say who may sign in."""
    from app.demonstration import services  # here, or every start of Fieldbook would read in all of its content
    from app.demonstration.content import read_demonstration

    logging.getLogger("alembic").setLevel(logging.WARNING)
    root = Path(current_app.root_path)
    folder = next(path for path in sorted((root / "demonstration").iterdir()) if path.is_dir())
    content = read_demonstration(folder)
    try:
        if not is_up_to_date():
            upgrade()
        if services.is_loaded():
            click.echo("The demonstration is here already: nothing was changed.")
        else:
            services.must_be_empty()
            click.echo("Making the demonstration: half a minute or so.")
            services.load(content, read_pack(root / "packs" / folder.name))
    except services.NotEmpty as why:
        raise click.ClickException(str(why)) from None
    except OperationalError as error:
        raise click.ClickException(f"The database cannot be opened: {error.orig}") from None
    finally:
        db.session.remove()
    _say_who(content)


def _say_who(content: "Demonstration") -> None:
    click.echo("\nAll of it is made up. Sign in as\n")
    for person in content.people:
        if person.shown_as:
            click.echo(f"    {person.email:31} {person.password:25} {person.shown_as}")
    click.echo()
