"""A spreadsheet as received, to rows of findings."""

from collections.abc import Sequence
from typing import Any

from flask import current_app

from app.findings.sheet import Known, NoHeading, SheetRow, fold, known_bodies, known_directions, read_rows
from app.formats.kinds import identify
from app.formats.tables import read_table


def read_sheet(
    data: bytes,
    name: str,
    criteria: Sequence[Any],
    bodies: Sequence[Any],
    directions: Sequence[Any],
    whose: str = "",
) -> list[SheetRow]:
    """Raises NoHeading, with one sentence, for anything that is no sheet of findings. Reads in a jailed child.

    `whose` is what people write before a body's name, as in 'CPS Wessex'.
    """
    kind = identify(data, name)
    if kind.code not in ("xlsx", "csv", "encrypted_office"):
        raise NoHeading(f"This is not a spreadsheet ({kind.label}). Save the findings as .xlsx or .csv and send that.")
    table = read_table(data, kind, require_jail=current_app.config["JAIL_REQUIRED"])
    if table.trouble is not None:
        raise NoHeading(table.trouble.sentence)
    known = Known(
        criteria={row.reference.casefold(): row.reference for row in criteria},
        bodies=known_bodies(bodies, fold(whose)),
        directions=known_directions(directions),
        whose=fold(whose),
    )
    return read_rows([(row.number, row.cells) for row in table.rows], known)
