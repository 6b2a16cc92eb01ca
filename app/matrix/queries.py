"""What the matrix counts. Everything is counted from the index on tags: the cost does not grow with the text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import case, exists, func, select, tuple_

from app.db.base import AnyRow, AnySelect
from app.evidence.models import EvidenceItem, Source, Tag
from app.evidence.queries import Listed, page_of, tagged_items
from app.extensions import db
from app.findings.models import FileFinding, file_finding_criterion
from app.inspections.models import Criterion, CriterionGroup
from app.inspections.queries import list_bodies, list_criteria, list_roles
from app.inspections.vocabulary import Vocabulary
from app.jobs.models import Job
from app.matrix.models import Export

COLUMNS = {"kind": Tag.source_kind, "area": Tag.body_id, "role": Tag.role_id}
OF_SOURCE = {"kind": Source.kind, "area": Source.body_id, "role": Source.role_id}
NO_COLUMN = "none"
EXPORTS = 50  # of the log on a page


class NoCriteria(Exception):
    """No pack was loaded yet."""


@dataclass(frozen=True, slots=True)
class Cell:
    items: int
    sources: int  # distinct: eight notes of one focus group are one source
    directions: dict[str, int]


NOTHING = Cell(0, 0, {})


@dataclass(frozen=True, slots=True)
class Result:
    """A file finding, as the row of its criterion shows it."""

    number: int
    files: int | None
    applicable: int | None
    direction: str  # empty until the sheet says


@dataclass(frozen=True, slots=True)
class MatrixRow:
    reference: str
    wording: str
    group: str
    cells: dict[str, Cell]  # by the column's code; a column without evidence is not there
    total: Cell
    results: list[Result]  # the file findings under the criterion

    @property
    def findings(self) -> list[int]:
        """Their numbers."""
        return [result.number for result in self.results]


@dataclass(frozen=True, slots=True)
class Matrix:
    by: str  # 'kind', 'area', 'role'
    columns: list[tuple[str, str]]  # code as in addresses, heading
    rows: list[MatrixRow]
    totals: dict[str, Cell]  # by column: items once each, though one may stand in several rows
    total: Cell
    held: dict[str, Any]  # by column: what the database holds of it
    nothing: Cell = NOTHING  # what a column without evidence has


def counts(inspection_id: UUID, by: str, directions: Sequence[str]) -> AnySelect:
    """The one statement behind the cells: criterion_id, column, items, sources, and a count for each direction."""
    column = COLUMNS[by]
    return (
        select(
            Tag.criterion_id,
            column.label("column"),
            func.count().label("items"),
            func.count(Tag.source_id.distinct()).label("sources"),
            *_direction_counts(directions),
        )
        .where(Tag.inspection_id == inspection_id, Tag.live)
        .group_by(Tag.criterion_id, column)
    )


def matrix(inspection_id: UUID, by: str, vocabulary: Vocabulary) -> Matrix:
    """One row per criterion in the scope's order; cells count living evidence items and distinct sources.

    Raises NoCriteria before a pack is loaded. Source: product.md, section 6.
    """
    criteria = list_criteria(inspection_id)
    if not criteria:
        raise NoCriteria
    directions = vocabulary.direction_codes
    codes, columns = _columns(inspection_id, by, vocabulary)
    cells: dict[UUID, dict[str, Cell]] = {row.id: {} for row in criteria}
    for row in db.session.execute(counts(inspection_id, by, directions)):
        cells[row.criterion_id][codes.get(row.column, NO_COLUMN)] = _cell(row, directions)
    if any(NO_COLUMN in found for found in cells.values()):
        columns.append((NO_COLUMN, {"area": "No Area", "role": "No role"}.get(by, "Other")))
    findings = _findings(inspection_id)
    totals = {codes.get(key, NO_COLUMN): cell for key, cell in _totals(inspection_id, by).items()}
    return Matrix(
        by,
        columns,
        [
            MatrixRow(
                row.reference,
                row.wording,
                row.group_name,
                cells[row.id],
                _sum(cells[row.id]),
                findings.get(row.id, []),
            )
            for row in criteria
        ],
        totals,
        _sum(totals),
        {code: key for key, code in codes.items()},
    )


@dataclass(frozen=True, slots=True)
class Coverage:
    """A criterion and how much stands under it."""

    id: UUID
    reference: str
    wording: str
    group: str
    items: int
    sources: int
    findings: int


def coverage(inspection_id: UUID) -> list[Coverage]:
    """Every criterion in the scope's order. One statement."""
    tagged = (
        select(Tag.criterion_id, func.count().label("held"), func.count(Tag.source_id.distinct()).label("sources"))
        .where(Tag.inspection_id == inspection_id, Tag.live)
        .group_by(Tag.criterion_id)
        .subquery()
    )
    examined = (
        select(file_finding_criterion.c.criterion_id, func.count().label("findings"))
        .join(FileFinding, FileFinding.id == file_finding_criterion.c.file_finding_id)
        .where(FileFinding.inspection_id == inspection_id, FileFinding.withdrawn_at.is_(None))
        .group_by(file_finding_criterion.c.criterion_id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            Criterion.id,
            Criterion.reference,
            Criterion.wording,
            CriterionGroup.name,
            func.coalesce(tagged.c.held, 0),
            func.coalesce(tagged.c.sources, 0),
            func.coalesce(examined.c.findings, 0),
        )
        .join(CriterionGroup, CriterionGroup.id == Criterion.group_id)
        .outerjoin(tagged, tagged.c.criterion_id == Criterion.id)
        .outerjoin(examined, examined.c.criterion_id == Criterion.id)
        .where(Criterion.inspection_id == inspection_id)
        .order_by(Criterion.position)
    )
    return [Coverage(*row) for row in rows]


def _columns(inspection_id: UUID, by: str, vocabulary: Vocabulary) -> tuple[dict[Any, str], list[tuple[str, str]]]:
    """What the database holds of a column to its code, and the columns in order."""
    if by == "kind":
        pairs = [(term.code, term.label) for term in vocabulary.source_kinds]
        return {code: code for code, _label in pairs}, pairs
    if by == "area":
        bodies = list_bodies(inspection_id)
        return {body.id: body.code for body in bodies}, [(body.code, body.name) for body in bodies]
    roles = list_roles(inspection_id)
    return {role.id: role.code for role in roles}, [(role.code, role.label) for role in roles]


def _totals(inspection_id: UUID, by: str) -> dict[Any, Cell]:
    """What the database holds of a column to its items, once each, and its distinct sources.

    Counted from the items by source: a count of distinct items over the tags takes eight times as long.
    """
    standing = exists().where(Tag.item_id == EvidenceItem.id, Tag.withdrawn_at.is_(None))
    by_source = (
        select(EvidenceItem.source_id, func.count().label("held"))
        .where(EvidenceItem.inspection_id == inspection_id, EvidenceItem.withdrawn_at.is_(None), standing)
        .group_by(EvidenceItem.source_id)
        .subquery()
    )
    column = OF_SOURCE[by]
    statement = (
        select(column.label("column"), func.sum(by_source.c.held).label("items"), func.count().label("sources"))
        .join(by_source, by_source.c.source_id == Source.id)
        .group_by(column)
    )
    return {row.column: Cell(int(row.items), row.sources, {}) for row in db.session.execute(statement)}


def _sum(cells: dict[str, Cell]) -> Cell:
    """Cells of different columns together. A source lies in one column, so that no source is counted twice."""
    found = cells.values()
    return Cell(sum(cell.items for cell in found), sum(cell.sources for cell in found), {})


def _direction_counts(directions: Sequence[str]) -> list[Any]:
    return [
        func.sum(case((Tag.direction == code, 1), else_=0)).label(f"direction_{n}") for n, code in enumerate(directions)
    ]


def _cell(row: AnyRow, directions: Sequence[str]) -> Cell:
    found = {code: int(row[4 + n] or 0) for n, code in enumerate(directions)}
    return Cell(row.items, row.sources, {code: count for code, count in found.items() if count})


def cell_evidence(criterion_id: UUID, by: str, held: Any) -> Listed:
    """The newest living evidence of one cell: `held` is what the database holds of its column, None for none."""
    column = COLUMNS[by]
    return page_of(
        tagged_items().where(
            Tag.criterion_id == criterion_id, Tag.live, column.is_(None) if held is None else column == held
        ),
        Tag.number,
        None,
    )


def _findings(inspection_id: UUID) -> dict[UUID, list[Result]]:
    found: dict[UUID, list[Result]] = {}
    for row in db.session.execute(
        select(
            file_finding_criterion.c.criterion_id,
            FileFinding.number,
            FileFinding.files,
            FileFinding.applicable,
            FileFinding.direction,
        )
        .join(FileFinding, FileFinding.id == file_finding_criterion.c.file_finding_id)
        .where(FileFinding.inspection_id == inspection_id, FileFinding.withdrawn_at.is_(None))
        .order_by(FileFinding.number)
    ):
        found.setdefault(row.criterion_id, []).append(Result(row.number, row.files, row.applicable, row.direction))
    return found


def list_exports(
    inspection_id: UUID, person_id: UUID | None, after: UUID | None = None
) -> tuple[list[tuple[Export, Job | None]], UUID | None]:
    """The log of exports, newest first, and what the next page begins after: one statement.

    Of one person, or everybody's (None), also those of the command line.
    """
    statement = (
        select(Export, Job)
        .outerjoin(Job, Job.id == Export.job_id)
        .where(Export.inspection_id == inspection_id)
        .order_by(Export.exported_at.desc(), Export.id.desc())
        .limit(EXPORTS + 1)
    )
    if person_id is not None:
        statement = statement.where(Export.exported_by_id == person_id)
    if after is not None:
        there = select(Export.exported_at, Export.id).where(Export.id == after, Export.inspection_id == inspection_id)
        statement = statement.where(tuple_(Export.exported_at, Export.id) < there.scalar_subquery())
    rows: list[tuple[Export, Job | None]] = [(export, job) for export, job in db.session.execute(statement)]
    return rows[:EXPORTS], rows[EXPORTS - 1][0].id if len(rows) > EXPORTS else None


def find_export(inspection_id: UUID, export_id: UUID, person_id: UUID) -> tuple[Export, Job | None] | None:
    """A person's own export with the job that makes it."""
    row = db.session.execute(
        select(Export, Job)
        .outerjoin(Job, Job.id == Export.job_id)
        .where(Export.inspection_id == inspection_id, Export.id == export_id, Export.exported_by_id == person_id)
    ).one_or_none()
    return (row[0], row[1]) if row else None
