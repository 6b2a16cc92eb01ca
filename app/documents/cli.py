import getpass
import os
import sys
from pathlib import Path
from uuid import UUID

import click
from flask import current_app
from flask.cli import AppGroup

from app import storage
from app.access import Actor
from app.db.base import AnyRow
from app.db.transaction import db, writing
from app.documents import queries, services
from app.inspections.queries import list_inspections
from app.inspections.references import read_reference, reference
from app.web.pages import count

documents = AppGroup("documents", help="Documents and the files that they were received as.")


@documents.command("verify")
@click.argument("wanted", metavar="[REFERENCE]", required=False)
@click.option("--inspection", help="The code of the inspection; without it, all of them.")
def verify_command(wanted: str | None, inspection: str | None) -> None:
    """Look at every byte of the files as they were received, or of REFERENCE's alone, such as DOC-031.

    Ends with 1 when a file is damaged or missing, or when files lie there that nothing names.
    """
    known = {row.code: row for row in list_inspections()}
    if inspection is not None and inspection not in known:
        raise click.ClickException(f"There is no inspection {inspection!r}. There are: {', '.join(known) or 'none'}.")
    asked = [inspection] if inspection else list(known)
    rows = {code: _originals(known[code].id, wanted) for code in asked}
    if wanted is not None and not any(rows.values()):
        raise click.ClickException(f"There is no document {wanted[:40]} in {', '.join(asked) or 'any inspection'}.")
    wrong = sum(_verify(code, known[code].id, rows[code]) for code in asked if rows[code] or wanted is None)
    if wanted is None and inspection is None:
        wrong += _tell_unnamed()
    if wrong:
        raise SystemExit(1)


def _originals(inspection_id: UUID, wanted: str | None) -> list[AnyRow]:
    if wanted is None:
        return list(queries.list_originals(inspection_id))
    read = read_reference(wanted)
    found = queries.list_originals(inspection_id, read[1]) if read else []
    return [row for row in found if read and row.prefix == read[0]]


def _verify(code: str, inspection_id: UUID, rows: list[AnyRow]) -> int:
    """How many are not as they came. Each is put on record, once."""
    db.session.rollback()
    who = Actor(UUID(int=os.getuid() + 1), f"{getpass.getuser()} on the server's command line")
    wrong: list[str] = []
    with click.progressbar(rows, label=code, file=sys.stderr) as bar:
        for row in bar:
            trouble = ""
            try:
                storage.checked(inspection_id, row.sha256)
            except FileNotFoundError:
                trouble = "MISSING: the file is not on the disk."
            except storage.Damaged:
                trouble = "DAMAGED: the file on the disk is not the one that was received."
            if bool(trouble) is (row.damaged_at is None):
                with writing():
                    services.note_whether_whole(row.id, whole=not trouble, by=who)
            if trouble:
                wrong.append(f"{code}, {reference(row.prefix, row.number)}: {trouble}")
    for line in wrong:
        click.echo(line)
    size = sum(row.size for row in rows) / 2**20
    whole = len(rows) - len(wrong)
    click.echo(f"{code}: {count(len(rows), 'file')}, {size:,.1f} MB; {whole:,} as received, {len(wrong):,} not.")
    return len(wrong)


def _tell_unnamed() -> int:
    found = sorted(storage.unnamed())
    for path in found:
        place = path.relative_to(Path(current_app.config["DATA_DIR"]))
        click.echo(f"{place}: named by nothing. An upload was cut off; the server clears it away.")
    return len(found)
