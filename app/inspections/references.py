"""References that people say aloud: INT-007, DOC-031, E-0412, F-09. Never changed, never used again."""

import re
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite

from app.extensions import db
from app.inspections.models import Counter

EVIDENCE = "E"
FILE_FINDING = "F"
_DIGITS = {EVIDENCE: 4, FILE_FINDING: 2}
_FORM = re.compile(r"^([A-Za-z]+)-([0-9]{1,9})$")


def take_number(inspection_id: UUID, prefix: str, how_many: int = 1) -> int:
    """The first of `how_many` new numbers under a prefix. Holds the counter until the transaction ends."""
    counted = {"inspection_id": inspection_id, "prefix": prefix, "last": how_many}
    last = db.session.execute(_counting(db.session.get_bind().dialect.name), counted).scalar_one()
    return int(last) - how_many + 1


@cache
def _counting(dialect: str) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    table: Any = Counter.__table__
    taken = insert(table)
    return taken.on_conflict_do_update(
        index_elements=["inspection_id", "prefix"], set_={"last": table.c.last + taken.excluded.last}
    ).returning(table.c.last)


def reference(prefix: str, number: int) -> str:
    """E-0412: at least four digits for evidence, two for findings, three for sources; more when they are needed."""
    return f"{prefix}-{number:0{_DIGITS.get(prefix, 3)}d}"


def read_reference(text: str, bare: str = "") -> tuple[str, int] | None:
    """('E', 412) from E-0412, e-412 and the like; None from anything else.

    `bare` is the prefix of a number by itself, where one kind of reference alone is asked for: DOC of 42.
    """
    number = text.strip()
    if bare and number.isascii() and number.isdigit() and len(number) < 10:
        return bare, int(number)
    found = _FORM.match(text.strip())
    return (found[1].upper(), int(found[2])) if found else None
