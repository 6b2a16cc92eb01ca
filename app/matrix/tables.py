"""The tables of an export, in order: sheets of a workbook, files of a ZIP. Their rows are read as they are written."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from app.inspections.acronyms import Speller
from app.inspections.queries import get_pack_file
from app.matrix import method, rows
from app.matrix.contents import Wanted
from app.matrix.queries import Matrix, matrix

# Words of others, which acronyms follow in brackets; and our own, in which the long form comes first. Labels stay as
# they are: people filter and compare by them.
QUOTED = frozenset({"Words", "Wording"})
OWN = frozenset(
    {
        *("Gist", "What the files show", "Note"),
        *("Reason", "Reason for the tag", "Reason for the outcome", "Reason it was withdrawn"),
    }
)
LAYOUTS = (("kind", "By source kind"), ("area", "By Area"), ("role", "By role"))


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    titles: tuple[str, ...]
    rows: Iterable[tuple[Any, ...]]


def tables(wanted: Wanted, about: Iterable[tuple[str, str | int]], *, spelt_out: bool) -> Iterator[Table]:
    """Every table that the export has something to say in; one must be written before the next is asked for."""
    for table in _tables(wanted, about):
        yield spell_out(table, wanted) if spelt_out else table


def _tables(wanted: Wanted, about: Iterable[tuple[str, str | int]]) -> Iterator[Table]:
    general, everything, id = wanted.discretion, wanted.everything, wanted.inspection_id
    scope = get_pack_file(id, "scope.yaml")
    notes = method.notes(scope, wanted.rules, wanted.words, attributable=general is None)
    yield Table("About", ("What", ""), about)
    yield Table("Notes on method", method.TITLES, notes)
    for by, name in layouts(wanted).items():
        grid = matrix(id, by, wanted.words)
        yield Table(name, matrix_titles(grid), matrix_rows(grid))
    if not wanted.filters.any():
        yield Table("Strength", rows.STRENGTH_TITLES, rows.strength_rows(wanted))
    yield evidence(wanted, rows.ON_A_SHEET)
    covered = rows.distressing_rows(wanted)
    if (first := next(covered, None)) is not None:
        yield Table("Distressing", rows.DISTRESSING_TITLES, chain([first], covered))
    yield Table("Sources", rows.source_titles(wanted), rows.source_rows(wanted))
    yield Table("Findings", rows.finding_titles(wanted), rows.finding_rows(wanted))
    yield Table("Links", rows.link_titles(wanted), rows.link_rows(wanted))
    if not general and not wanted.filters.any():
        yield Table("Gaps", rows.GAP_TITLES, rows.gap_rows(wanted))
    if everything and not general:
        yield Table("Withdrawn", rows.WITHDRAWN_TITLES, rows.withdrawn_rows(wanted))
    if general:
        yield Table("Left out", ("Why words or links were left out", "Items and findings"), general.left_out())
    yield Table("Acronyms", ("Acronym", "Stands for"), [(term.short, term.long) for term in wanted.rules.acronyms])


def layouts(wanted: Wanted) -> dict[str, str]:
    """The cuts of the matrix, which counts everything; those by Area and role say who said it."""
    return dict(LAYOUTS[:1] if wanted.discretion else LAYOUTS) if wanted.everything else {}


def evidence(wanted: Wanted, cover: str) -> Table:
    return Table("Evidence", rows.evidence_titles(wanted), rows.evidence_rows(wanted, cover))


def spell_out(table: Table, wanted: Wanted) -> Table:
    """The table with each acronym spelt out where it is first used."""
    speller = Speller(wanted.rules.acronyms)
    spells: dict[int, Callable[[str], str]] = {
        at: speller.quoted if title in QUOTED else speller.own
        for at, title in enumerate(table.titles)
        if title in QUOTED | OWN
    }

    def spelt(row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(spells[at](value) if at in spells and value else value for at, value in enumerate(row))

    return Table(table.name, table.titles, map(spelt, table.rows)) if spells else table


def matrix_titles(grid: Matrix) -> tuple[str, ...]:
    pairs = [f"{heading}: {what}" for _code, heading in grid.columns for what in ("items", "sources")]
    return ("Criterion", "Wording", *pairs, "Items in all", "Sources in all", "Findings")


def matrix_rows(grid: Matrix) -> Iterator[tuple[Any, ...]]:
    def pair(cell: Any) -> tuple[int, int]:
        return (cell.items, cell.sources) if cell else (0, 0)

    for row in grid.rows:
        cells = [number for code, _heading in grid.columns for number in pair(row.cells.get(code))]
        findings = ", ".join(f"F-{number:02d}" for number in row.findings)
        yield (row.reference, row.wording, *cells, *pair(row.total), findings)
    totals = [number for code, _heading in grid.columns for number in pair(grid.totals.get(code))]
    yield ("All", "Each item once; an item may stand under several criteria", *totals, *pair(grid.total), "")
