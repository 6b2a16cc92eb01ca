from pathlib import Path

import click
from flask.cli import AppGroup

from app.db.transaction import writing
from app.packs.reading import WrongPack, read_pack
from app.packs.services import load_pack

pack = AppGroup("pack", help="Inspection packs.")
folder = click.argument("folder", type=click.Path(path_type=Path))


@pack.command("check")
@folder
def check_command(folder: Path) -> None:
    """Say whether the pack in FOLDER can be loaded, and if not, why."""
    try:
        found = read_pack(folder)
    except WrongPack as wrong:
        raise click.ClickException(str(wrong)) from wrong
    criteria = sum(len(group.criteria) for group in found.scope.groups)
    click.echo(f"{found.scope.code}: {criteria} criteria, {len(found.scope.areas)} Areas. The pack can be loaded.")


@pack.command("load")
@folder
def load_command(folder: Path) -> None:
    """Make an inspection of the pack in FOLDER; one that is there already is left as it is."""
    try:
        found = read_pack(folder)
    except WrongPack as wrong:
        raise click.ClickException(str(wrong)) from wrong
    with writing():
        _inspection, made = load_pack(found)
    click.echo(f"{found.scope.code} {'is loaded' if made else 'is here already: nothing was changed'}.")
