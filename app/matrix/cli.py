import getpass
import os
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import click
from flask import current_app
from flask.cli import AppGroup

from app.access import Actor
from app.db.transaction import writing
from app.extensions import db
from app.inspections.queries import find_inspection_by_code, list_inspections
from app.matrix import export
from app.matrix.contents import ANY
from app.matrix.export import Asked

matrix = AppGroup("matrix", help="The evidence matrix.")


@matrix.command("export")
@click.argument("inspection")
@click.option("--format", "file_format", type=click.Choice(list(export.FORMATS)), default="xlsx", show_default=True)
@click.option("--non-attributable", is_flag=True, help="Roles and places made general, no names.")
@click.option("--spell-out", is_flag=True, help="Spell out acronyms where they are first used.")
@click.option(
    "--address", default="", help="Where people reach Fieldbook (https://…): each item then leads to its passage."
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
def export_command(
    inspection: str, file_format: str, non_attributable: bool, spell_out: bool, address: str, output: Path
) -> None:
    """Write the whole matrix of INSPECTION (its code, such as stalking-2026) to a file."""
    found = find_inspection_by_code(inspection)
    if found is None:
        known = ", ".join(row.code for row in list_inspections()) or "none"
        raise click.ClickException(f"There is no inspection {inspection!r}. There are: {known}.")
    if not output.absolute().parent.is_dir():
        raise click.ClickException(f"There is no folder {output.absolute().parent}. Make it first.")
    site = urlsplit(address)
    if address and (site.scheme not in ("http", "https") or not site.netloc):
        raise click.ClickException(
            f"{address} is no address of a site. Give it whole, such as https://fieldbook.example."
        )
    passages = ""
    if address:
        urls = current_app.url_map.bind(site.netloc, site.path or "/", url_scheme=site.scheme)
        passages = urls.build(export.IN_PLACE, {"inspection": inspection, "reference": ANY}, force_external=True)
    who = Actor(UUID(int=os.getuid() + 1), f"{getpass.getuser()} on the server's command line")
    inspection_id, marking = found.id, found.marking
    asked = Asked(file_format, {}, not non_attributable, spell_out)
    with writing():
        export_id = export.log_export(inspection_id, marking, asked, by=who).id
    try:
        made = export.write_export(db.session.get_one(export.Export, export_id), output.absolute(), passages)
    except OSError as error:
        raise click.ClickException(f"The file could not be written: {error.strerror or error}.") from error
    export.finish_export(export_id, made)
    click.echo(f"{output}: {made['items']} items, {made['tags']} tags. {marking}. SHA-256 {made['sha256']}")
    for note in made["notes"]:
        click.echo(note)
