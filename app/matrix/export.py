"""The evidence matrix as a file. Every export says who, when, which filters and under which marking, and is logged."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from app.access import Actor
from app.audit.services import record
from app.db.transaction import writing
from app.evidence.queries import FILTERS, Filters
from app.extensions import db
from app.formats import comma
from app.formats.workbook import Column, Report, Workbook
from app.inspections.models import Inspection
from app.inspections.queries import list_bodies, list_criteria, list_roles
from app.inspections.vocabulary import Vocabulary
from app.jobs.models import Job
from app.jobs.registry import Progress, job
from app.jobs.services import enqueue
from app.matrix import rows
from app.matrix.models import Export
from app.matrix.queries import Matrix, matrix
from app.web import clock
from app.web.pages import count, long_moment

EXPORT = "export the matrix"
FORMATS = {"xlsx": "Excel workbook", "csv": "CSV table of evidence"}
SECONDS = 900
KEPT_FOR = timedelta(days=7)
CACHE_KIBIBYTES = 8192
_WIDTHS = {
    "Words": 60,
    "Gist": 40,
    "What the files show": 60,
    "Reason for the tag": 30,
    "File findings": 24,
    "Reason": 30,
}
_DATES = frozenset({"Date"})


@dataclass(frozen=True, slots=True)
class Statement:
    """What an export says of itself."""

    inspection: str
    title: str
    marking: str
    marking_line: str
    exported_by: str
    exported_at: str
    filters: str
    items: int
    tags: int
    sources: int

    def lines(self) -> list[tuple[str, str | int]]:
        return [
            ("Handling marking", self.marking),
            ("", self.marking_line),
            ("Inspection", self.title),
            ("Exported by", self.exported_by),
            ("Exported at", self.exported_at),
            ("Filters", self.filters),
            ("Evidence items", self.items),
            ("Tags", self.tags),
            ("Distinct sources", self.sources),
        ]


def ask_for_export(
    inspection_id: UUID, marking: str, file_format: str, filters: dict[str, Any], *, by: Actor
) -> Export:
    """Log an export and have it made by a job. `filters` are those of the address, and 'criterion'."""
    export = log_export(inspection_id, marking, file_format, filters, by=by)
    export.job_id = enqueue(EXPORT, {"export": export.id.hex}, by=by, inspection_id=inspection_id).id
    return export


def log_export(inspection_id: UUID, marking: str, file_format: str, filters: dict[str, Any], *, by: Actor) -> Export:
    export = Export(
        inspection_id=inspection_id,
        file_format=file_format,
        filters=filters,
        marking=marking,
        exported_at=clock.now(),
        exported_by_id=by.id,
        exported_by=by.label,
    )
    db.session.add(export)
    db.session.flush()
    record(
        by,
        "exported",
        "matrix",
        part=export.id.hex,
        inspection_id=inspection_id,
        after={"format": file_format, "filters": filters, "marking": marking},
    )
    return export


def path_of(export_id: UUID, file_format: str) -> Path:
    return Path(current_app.config["DATA_DIR"]) / "exports" / f"{export_id.hex}.{file_format}"


@job(EXPORT, seconds=SECONDS)
def export_matrix(wanted: Job, by: Actor, progress: Progress) -> dict[str, Any]:
    """Make the file of a logged export."""
    export = db.session.scalars(select(Export).where(Export.id == UUID(wanted.arguments["export"]))).one()
    export_id, target = export.id, path_of(export.id, export.file_format)
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target.parent)
    made = write_export(export, target)
    finish_export(export_id, made)
    return made


def write_export(export: Export, target: Path) -> dict[str, Any]:
    """Write the file of an export, synced, and whole or not at all. Gives its SHA-256 and what it holds.

    Raises OSError when it cannot be written.
    """
    if db.engine.dialect.name == "sqlite":
        # All is read once and in order: a large cache makes nothing faster here, and the process larger.
        db.session.connection().exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KIBIBYTES}")
    inspection = db.session.scalars(select(Inspection).where(Inspection.id == export.inspection_id)).one()
    words = Vocabulary.read(inspection.vocabulary)
    filters, criterion_id = read_filters(inspection.id, export.filters)
    items, tags, sources = rows.count_evidence(inspection.id, filters, criterion_id)
    statement = Statement(
        inspection.code,
        inspection.title,
        export.marking,
        inspection.marking_line,
        export.exported_by,
        long_moment(export.exported_at),
        describe(inspection.id, export.filters, words),
        items,
        tags,
        sources,
    )
    part = target.with_name(target.name + ".part")
    try:
        if export.file_format == "xlsx":
            report = _write_workbook(part, statement, inspection.id, filters, criterion_id, words)
        else:
            report = _write_csv(part, statement, inspection.id, filters, criterion_id, words)
        with open(part, "rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return {"sha256": sha256, "items": items, "tags": tags, "size": target.stat().st_size, "notes": report}


def finish_export(export_id: UUID, made: dict[str, Any]) -> None:
    with writing() as session:
        export = session.get_one(Export, export_id)
        export.items, export.tags, export.sha256 = made["items"], made["tags"], made["sha256"]


def read_filters(inspection_id: UUID, values: dict[str, Any]) -> tuple[Filters, UUID | None]:
    """Filters as an export keeps them, back to what queries take; and the criterion, if it is of one only."""
    filters = Filters(
        **{name: values[name] for name in FILTERS if name in values},
        bodies={body.code: body.id for body in list_bodies(inspection_id)},
        roles={role.code: role.id for role in list_roles(inspection_id)},
    )
    wanted = values.get("criterion")
    criteria = {row.reference: row.id for row in list_criteria(inspection_id)}
    return filters, criteria[wanted] if wanted else None


def describe(inspection_id: UUID, values: dict[str, Any], words: Vocabulary) -> str:
    """'Area: Wessex; Direction: Weakness', or 'None: everything'."""
    labels: dict[str, dict[str, str]] = {
        "area": {body.code: body.name for body in list_bodies(inspection_id)} | {"none": "No Area"},
        "kind": words.labels["source_kinds"],
        "role": {role.code: role.label for role in list_roles(inspection_id)} | {"none": "No role"},
        "direction": words.labels["directions"] | {"unset": "Not set"},
    }
    headings = {
        "criterion": "Criterion",
        "area": "Area",
        "kind": "Source",
        "role": "Role",
        "direction": "Shows",
        "theme": "Theme",
        "by": "Lifted by",
    }
    said = [
        f"{heading}: {labels.get(name, {}).get(values[name], values[name])}"
        for name, heading in headings.items()
        if values.get(name)
    ]
    if values.get("quotes"):
        said.append("Quotations only")
    if values.get("good_practice"):
        said.append("Good practice only")
    return "; ".join(said) or "None: everything"


def _write_workbook(
    path: Path,
    statement: Statement,
    inspection_id: UUID,
    filters: Filters,
    criterion_id: UUID | None,
    words: Vocabulary,
) -> list[str]:
    everything = rows.shows_untagged(filters, criterion_id)
    with Workbook(path, title=f"Evidence matrix: {statement.title}", marking=statement.marking) as book:
        about = book.sheet("About", [Column("What", 24), Column("", 90)])
        about.write_rows(statement.lines())
        if everything:
            for by, name in (("kind", "By source kind"), ("area", "By Area")):
                grid = matrix(inspection_id, by, words)
                book.sheet(name, _matrix_columns(grid)).write_rows(_matrix_rows(grid))
        evidence = book.sheet("Evidence", _columns(rows.EVIDENCE_TITLES))
        evidence.write_rows(rows.evidence_rows(inspection_id, filters, criterion_id, words, rows.ON_A_SHEET))
        covered = rows.distressing_rows(inspection_id, filters, criterion_id)
        if (first := next(covered, None)) is not None:
            book.sheet("Distressing", _columns(rows.DISTRESSING_TITLES)).write_rows(chain([first], covered))
        book.sheet("Findings", _columns(rows.FINDING_TITLES)).write_rows(rows.finding_rows(inspection_id, criterion_id))
        links = rows.link_rows(inspection_id, words, filters, criterion_id)
        book.sheet("Links", _columns(rows.LINK_TITLES)).write_rows(links)
        if everything:
            book.sheet("Withdrawn", _columns(rows.WITHDRAWN_TITLES)).write_rows(rows.withdrawn_rows(inspection_id))
    assert book.report is not None
    return _notes(book.report)


def _columns(titles: tuple[str, ...]) -> list[Column]:
    return [Column(title, _WIDTHS.get(title, 16), kind="date" if title in _DATES else "plain") for title in titles]


def _matrix_columns(grid: Matrix) -> list[Column]:
    found = [Column("Criterion", 12), Column("Wording", 60)]
    for _code, heading in grid.columns:
        found += [Column(f"{heading}: items", 12), Column(f"{heading}: sources", 12)]
    return [*found, Column("Items in all", 12), Column("Sources in all", 12), Column("Findings", 24)]


def _matrix_rows(grid: Matrix) -> Iterator[tuple[Any, ...]]:
    def pair(cell: Any) -> tuple[int, int]:
        return (cell.items, cell.sources) if cell else (0, 0)

    for row in grid.rows:
        cells = [number for code, _heading in grid.columns for number in pair(row.cells.get(code))]
        findings = ", ".join(f"F-{number:02d}" for number in row.findings)
        yield (row.reference, row.wording, *cells, *pair(row.total), findings)
    totals = [number for code, _heading in grid.columns for number in pair(grid.totals.get(code))]
    yield ("All", "Each item once; an item may stand under several criteria", *totals, *pair(grid.total), "")


def _notes(report: Report) -> list[str]:
    """What of the spreadsheet's own limits touched this export."""
    found = []
    if report.texts_cut:
        texts = count(report.texts_cut, "text")
        found.append(f"Longer than a cell holds: {texts}, in full on the sheet ‘Long texts’.")
    if report.rows_continued:
        found.append(f"{report.rows_continued:,} rows are more than a sheet holds: they go on on further sheets.")
    if report.characters_replaced:
        found.append(f"In {report.characters_replaced} cells a character that a workbook cannot hold is shown as �.")
    return found


def _write_csv(
    path: Path,
    statement: Statement,
    inspection_id: UUID,
    filters: Filters,
    criterion_id: UUID | None,
    words: Vocabulary,
) -> list[str]:
    def body() -> Iterator[tuple[Any, ...]]:
        yield from statement.lines()[1:]
        yield ()
        yield rows.EVIDENCE_TITLES
        for row in rows.evidence_rows(inspection_id, filters, criterion_id, words, rows.NOT_IN_A_TABLE):
            yield tuple(value.isoformat() if hasattr(value, "isoformat") else value for value in row)

    with open(path, "w", encoding="utf-8", newline="") as target:
        comma.write(target, [str(value) for value in statement.lines()[0]], body())
    return []


def _sweep(folder: Path) -> None:
    """Take away exports that nobody fetched, and what a killed child left."""
    oldest = clock.now().timestamp() - KEPT_FOR.total_seconds()
    for file in folder.iterdir():
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
