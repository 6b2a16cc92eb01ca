"""Reading a spreadsheet of file findings: which column is which, and what is wrong with which row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

COLUMNS: dict[str, tuple[str, ...]] = {  # field to the headings that it is known by
    "own_reference": ("reference", "ref", "our reference", "no", "number", "id"),
    "statement": ("finding", "statement", "file finding", "text", "what the files show"),
    "criteria": ("criteria", "criterion", "sub-question", "sub-questions"),
    "body": ("area", "body"),
    "direction": ("shows", "what it shows", "direction"),
    "files": ("files", "cases", "count", "n yes", "number of files"),
    "applicable": ("applicable", "of", "out of", "applicable files", "applicable cases", "total"),
}
LABELS = {
    "own_reference": "Reference",
    "statement": "Finding",
    "criteria": "Criteria",
    "body": "Area",
    "direction": "Shows",
    "files": "Files",
    "applicable": "Applicable",
}
NEEDED = ("statement", "criteria")
ALL_AREAS = re.compile(r"|all|all (\d+ )?areas|national")
MOST_FILES = 1_000_000
LONGEST_STATEMENT = 4000
MOST_ROWS = 5000  # shown on one page and imported in one write


class NoHeading(ValueError):
    """The sheet cannot be matched to columns; the message says what is wanted."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row as it will be imported; `faults` says why it cannot be."""

    row: int  # as the spreadsheet numbers it
    own_reference: str = ""
    statement: str = ""
    criteria: list[str] = field(default_factory=list)  # references
    body: str = ""  # a body's code; empty: all Areas
    files: int | None = None
    applicable: int | None = None
    direction: str | None = None  # a code of the pack's, empty for an empty cell; None: the sheet has no such column
    faults: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "SheetRow":
        return cls(**content)


@dataclass(frozen=True, slots=True)
class Known:
    """What the inspection knows: references of criteria, spellings of bodies, directions, folded, to what they mean."""

    criteria: Mapping[str, str]
    bodies: Mapping[str, str]
    directions: Mapping[str, str]
    whose: str = ""  # what may stand before a body's name, folded: 'cps'


def fold(text: str) -> str:
    """A spelling without what imports take no notice of: case, repeated blanks, '&' for 'and'."""
    return " ".join(text.replace("&", " and ").casefold().split())


def match_columns(heading: Sequence[str], whose: str = "") -> dict[str, int]:
    """Field to column, by the heading row. Raises NoHeading naming what is missing."""
    spellings = {name: field for field, names in COLUMNS.items() for name in names}
    found: dict[str, int] = {}
    for column, cell in enumerate(heading):
        name = " ".join(cell.casefold().split())
        if (field_name := spellings.get(name) or spellings.get(_without(whose, name))) is not None:
            found.setdefault(field_name, column)
    if missing := [LABELS[name] for name in NEEDED if name not in found]:
        raise NoHeading(
            f"The first row must head the columns. There is none called {' or '.join(missing)}. "
            f"Name them {', '.join(LABELS.values())} and send the file again."
        )
    return found


def read_rows(rows: Sequence[tuple[int, Sequence[str]]], known: Known) -> list[SheetRow]:
    """Every row below the heading, each with what is wrong with it. Raises NoHeading, also for a sheet without rows."""
    if not rows:
        raise NoHeading("The sheet is empty. Put the headings in its first row and a finding in each row below.")
    columns = match_columns(rows[0][1], known.whose)
    if len(rows) == 1:
        raise NoHeading("The sheet has headings and no findings. Put a finding in each row below them.")
    if len(rows) - 1 > MOST_ROWS:
        raise NoHeading(f"The sheet has {len(rows) - 1:,} rows. Split it into sheets of {MOST_ROWS:,} at most.")
    found: list[SheetRow] = []
    seen: dict[str, int] = {}
    for number, cells in rows[1:]:

        def cell(name: str, cells: Sequence[str] = cells) -> str:
            column = columns.get(name)
            return cells[column] if column is not None and column < len(cells) else ""

        row = _read_row(number, cell, known, has_direction="direction" in columns)
        if row.own_reference:
            first = seen.setdefault(row.own_reference.casefold(), number)
            if first != number:
                row.faults.append(f"Reference {row.own_reference!r} is also in row {first}: each needs its own")
        found.append(row)
    return found


def _read_row(number: int, cell: Any, known: Known, *, has_direction: bool) -> SheetRow:
    faults: list[str] = []
    statement = cell("statement").replace("\r\n", "\n").replace("\r", "\n")
    if not statement.strip():
        faults.append("Finding is empty")
    elif len(statement) > LONGEST_STATEMENT:
        faults.append(f"Finding is longer than {LONGEST_STATEMENT:,} characters")
    body = _body(cell("body"), known, faults)
    files = _whole_number("Files", cell("files"), faults)
    applicable = _whole_number("Applicable", cell("applicable"), faults)
    if files is not None and applicable is None and not faults:
        faults.append("Files has a number and Applicable has none: say out of how many")
    if files is not None and applicable is not None and files > applicable:
        faults.append(f"Files ({files}) is more than Applicable ({applicable})")
    return SheetRow(
        row=number,
        own_reference=cell("own_reference").strip(),
        statement=statement,
        criteria=_criteria(cell("criteria"), known, faults),
        body=body,
        files=files,
        applicable=applicable,
        direction=_direction(cell("direction"), known, faults) if has_direction else None,
        faults=faults,
    )


def _criteria(text: str, known: Known, faults: list[str]) -> list[str]:
    wanted = [part for part in re.split(r"[\s,;/&]+", text) if part and part.casefold() != "and"]
    if not wanted:
        example = "".join(f", such as {reference}" for reference in [*known.criteria.values()][:1])
        faults.append(f"Criteria is empty: name at least one{example}")
    found: list[str] = []
    for part in wanted:
        if (reference := known.criteria.get(part.casefold())) is None:
            faults.append(f"{part!r} is no criterion of this inspection")
        elif reference not in found:
            found.append(reference)
    return found


def _body(text: str, known: Known, faults: list[str]) -> str:
    if ALL_AREAS.fullmatch(fold(text)):
        return ""
    if (code := known.bodies.get(fold(text))) is None:
        faults.append(f"{text.strip()!r} is no Area of this inspection")
        return ""
    return code


def _direction(text: str, known: Known, faults: list[str]) -> str:
    if not text.strip():
        return ""
    if (code := known.directions.get(fold(text))) is None:
        offered = ", ".join(dict.fromkeys(known.directions.values()))
        faults.append(f"Shows must be one of {offered}, not {text.strip()!r}")
        return ""
    return code


def known_directions(terms: Sequence[Any]) -> dict[str, str]:
    """Codes and labels of the pack's directions, folded, to the code."""
    return {fold(name): term.code for term in terms for name in (term.code, term.label)}


def _whole_number(label: str, text: str, faults: list[str]) -> int | None:
    cleaned = text.strip().replace(",", "")
    if not cleaned:
        return None
    if re.fullmatch(r"\d+(\.0+)?", cleaned, re.ASCII) and (number := int(cleaned.split(".")[0])) <= MOST_FILES:
        return number
    faults.append(f"{label} must be a whole number, not {text.strip()!r}")
    return None


def known_bodies(bodies: Sequence[Any], whose: str = "") -> dict[str, str]:
    """Every spelling of every body, folded, with and without what may stand before it, to its code."""
    spellings = {fold(name): body.code for body in bodies for name in (body.code, body.name, *body.aliases)}
    if not whose:
        return spellings
    bare = {_without(whose, name): code for name, code in spellings.items()}
    return {f"{whose} {name}": code for name, code in bare.items()} | bare | spellings


def _without(whose: str, name: str) -> str:
    return name.removeprefix(f"{whose} ") if whose else name
