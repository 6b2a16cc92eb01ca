from collections.abc import Iterable
from pathlib import Path

import click
from flask.cli import AppGroup

from app.db.transaction import writing
from app.packs.differences import Comparison, sentences
from app.packs.reading import WrongPack, read_pack
from app.packs.schema import Pack
from app.packs.services import Refused, compare_with, load_pack, take_newer

pack = AppGroup("pack", help="Inspection packs.")
folder = click.argument("folder", type=click.Path(path_type=Path))


@pack.command("check")
@folder
def check_command(folder: Path) -> None:
    """Say whether the pack in FOLDER can be loaded, and if not, why."""
    found = _read(folder)
    criteria = sum(len(group.criteria) for group in found.scope.groups)
    click.echo(f"{found.scope.code}: {criteria} criteria, {len(found.scope.areas)} Areas. The pack can be loaded.")


@pack.command("load")
@folder
@click.option("--apply", is_flag=True, help="Take a newer pack; what the team has edited stays.")
def load_command(folder: Path, apply: bool) -> None:
    """Make an inspection of the pack in FOLDER; of one that is there already, say what is otherwise.

    A newer pack changes nothing until you say --apply, and never what the team has edited.
    """
    found = _read(folder)
    code = found.scope.code
    with writing():
        inspection, made = load_pack(found)
        if made:
            comparison = None
        elif apply:
            try:
                comparison = take_newer(inspection, found)
            except Refused as refused:
                raise click.ClickException(
                    _list("The pack was not taken; nothing was changed.", refused.reasons)
                ) from None
        else:
            comparison = compare_with(inspection, found)
    if comparison is None:
        click.echo(f"{code} is loaded.")
        return
    click.echo(_list(*_outcome(code, comparison, apply)))
    if comparison.edits:
        click.echo(_list("Edited here since it was loaded, and left alone:", map(str, comparison.edits)))
    if comparison.refused:
        raise click.ClickException(_list("The pack cannot be taken as it is.", comparison.refused))


def _outcome(code: str, comparison: Comparison, applied: bool) -> tuple[str, list[str]]:
    if not comparison.is_newer:
        return f"{code} is here already: nothing was changed.", []
    if applied:
        return f"{code} is as in this pack now:", [*comparison.changes, *_of_files(comparison)]
    told = "it was made from another version of this pack. Nothing was changed; with --apply the pack"
    return f"{code} is here already: {told}", list(sentences(comparison))


def _of_files(comparison: Comparison) -> list[str]:
    return [f"{name}: {line}" for name, lines in comparison.files.items() for line in lines]


def _list(heading: str, lines: Iterable[str]) -> str:
    return "\n".join([heading, *(f"  {line}" for line in lines)])


def _read(folder: Path) -> Pack:
    try:
        return read_pack(folder)
    except WrongPack as wrong:
        raise click.ClickException(str(wrong)) from wrong
