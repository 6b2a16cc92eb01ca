"""The evidence matrix as a file. Every export says who, when, which filters and under which marking, and is logged."""

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
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
from app.formats.workbook import MOST_LINKS, Column, Report, Workbook
from app.inspections.models import Inspection
from app.inspections.queries import get_rules, list_bodies, list_criteria, list_roles
from app.inspections.vocabulary import Vocabulary
from app.jobs.models import Job
from app.jobs.registry import Progress, job
from app.jobs.services import enqueue
from app.matrix import contents, document, rows, tables
from app.matrix.attribution import LINKED, discretion
from app.matrix.contents import Wanted
from app.matrix.models import Export
from app.web import clock
from app.web.pages import count, long_moment

EXPORT = "export the matrix"
IN_PLACE = "overview.show_in_place"  # opens the passage of an item, wherever it stands by then
FORMATS = {
    "xlsx": "Excel workbook",
    "csv": "CSV table of evidence",
    "zip": "CSV of every table, in a ZIP file",
    "json": "JSON",
}
VARIANTS = {
    "attributable": "Attributable to role and Area; never to a name",
    "general": "Not attributable: roles and places made general",
}
DEMONSTRATION = "Made up to explore Fieldbook: nothing in it is evidence"
SECONDS = 900
KEPT_FOR = timedelta(days=7)
CACHE_KIBIBYTES = 8192
_WIDTHS = {
    "": 90,
    "What": 24,
    "About": 30,
    "Note": 100,
    "Wording": 60,
    "Words": 60,
    "Gist": 40,
    "What the files show": 60,
    "Reason for the tag": 30,
    "File findings": 24,
    "Title": 40,
    "Flags": 30,
    "Stands for": 50,
    "Reason": 30,
    "Reason for the outcome": 30,
    "Themes": 24,
    "What is planned": 60,
    "Why words or links were left out": 90,
    rows.IN_FIELDBOOK: 60,
}
_DATES = frozenset({"Date"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to take out. `filters` are those of the address, and 'criterion'."""

    file_format: str
    filters: dict[str, Any]
    attributable: bool = True
    spelt_out: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """What an export says of itself."""

    inspection: Inspection
    export: Export
    filters: str
    items: int
    tags: int
    sources: int

    def lines(self) -> list[tuple[str, str | int]]:
        # Who took it out, and under which filters of role and Area, stands in the log: a non-attributable file names
        # its entry there.
        export = self.export
        by = export.exported_by if export.attributable else f"In Fieldbook’s log of exports: {export.id.hex}"
        demonstration = [("Demonstration", DEMONSTRATION)] if self.inspection.demonstration else []
        return [
            ("Handling marking", export.marking),
            ("", self.inspection.marking_line),
            *demonstration,
            ("Inspection", self.inspection.title),
            ("Attribution", VARIANTS["attributable" if export.attributable else "general"]),
            ("Exported by", by),
            ("Exported at", long_moment(export.exported_at)),
            ("Filters", self.filters),
            ("Acronyms", "Spelt out where first used on a sheet" if export.spelt_out else "As they stand"),
            ("Evidence items", self.items),
            ("Tags", self.tags),
            ("Distinct sources", self.sources),
        ]

    def as_values(self) -> dict[str, Any]:
        """The same for programs: schema.py, About."""
        export, inspection = self.export, self.inspection
        return {
            "inspection": inspection.code,
            "title": inspection.title,
            "question": inspection.question,
            "marking": export.marking,
            "marking_line": inspection.marking_line,
            "demonstration": inspection.demonstration,
            "export": export.id.hex,
            "exported_by": export.exported_by if export.attributable else None,
            "exported_at": export.exported_at.isoformat(timespec="seconds"),
            "filters": self.filters,
            "attributable": export.attributable,
            "acronyms_spelt_out": export.spelt_out,
            "items": self.items,
            "tags": self.tags,
            "sources": self.sources,
        }


def ask_for_export(inspection_id: UUID, marking: str, asked: Asked, *, by: Actor, passages: str = "") -> Export:
    """Log an export and have it made by a job. `passages` as in Wanted: a job does not know the server's address."""
    export = log_export(inspection_id, marking, asked, by=by)
    arguments = {"export": export.id.hex, "passages": passages}
    export.job_id = enqueue(EXPORT, arguments, by=by, inspection_id=inspection_id).id
    return export


def log_export(inspection_id: UUID, marking: str, asked: Asked, *, by: Actor) -> Export:
    export = Export(
        inspection_id=inspection_id,
        file_format=asked.file_format,
        attributable=asked.attributable,
        spelt_out=asked.spelt_out,
        filters=asked.filters,
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
        after={
            "format": asked.file_format,
            "attributable": asked.attributable,
            "acronyms spelt out": asked.spelt_out,
            "filters": asked.filters,
            "marking": marking,
        },
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
    made = write_export(export, target, wanted.arguments.get("passages", ""))
    finish_export(export_id, made)
    return made


def write_export(export: Export, target: Path, passages: str = "") -> dict[str, Any]:
    """Write the file of an export, synced, and whole or not at all. Gives its SHA-256 and what it holds.

    `passages` as in Wanted.

    Raises OSError when it cannot be written.
    """
    if db.engine.dialect.name == "sqlite":
        # All is read once and in order: a large cache makes nothing faster here, and the process larger.
        db.session.connection().exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KIBIBYTES}")
    inspection = db.session.scalars(select(Inspection).where(Inspection.id == export.inspection_id)).one()
    wanted = replace(read_wanted(export, inspection), passages=passages)
    items, tags, sources = contents.count_evidence(wanted)
    labels = filter_labels(inspection.id, wanted.words)
    described = describe(labels, export.filters, attributable=export.attributable)
    statement = Statement(inspection, export, described, items, tags, sources)
    writers = {"xlsx": _write_workbook, "csv": _write_csv, "zip": _write_zip, "json": _write_json}
    part = target.with_name(target.name + ".part")
    try:
        report = writers[export.file_format](part, statement, wanted)
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


def read_wanted(export: Export, inspection: Inspection) -> Wanted:
    """What a logged export is to hold, and how it may speak of it."""
    words, rules = Vocabulary.read(inspection.vocabulary), get_rules(inspection.id)
    filters, criterion_id = read_filters(inspection.id, export.filters)
    wanted = Wanted(inspection.id, filters, criterion_id, words, rules)
    if export.attributable:
        return wanted
    general = discretion(inspection.id, contents.count_sources(wanted), rules, words.labels["source_kinds"])
    return Wanted(inspection.id, filters, criterion_id, words, rules, general)


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


def filter_labels(inspection_id: UUID, words: Vocabulary) -> dict[str, dict[str, str]]:
    """What the values of filters are called, by the filter: two statements."""
    return {
        "area": {body.code: body.name for body in list_bodies(inspection_id)} | {"none": "No Area"},
        "kind": words.labels["source_kinds"],
        "role": {role.code: role.label for role in list_roles(inspection_id)} | {"none": "No role"},
        "direction": words.labels["directions"] | {"unset": "Not set"},
    }


def describe(labels: dict[str, dict[str, str]], values: dict[str, Any], *, attributable: bool = True) -> str:
    """'Area: Wessex; Shows: Weakness', or 'None: everything'. `labels` are of filter_labels.

    Where nothing may be attributed, that there is a filter by Area, role, theme or person is said, and not which.
    """
    headings = {
        "criterion": "Criterion",
        "area": "Area",
        "kind": "Source",
        "role": "Role",
        "direction": "Shows",
        "theme": "Theme",
        "by": "Lifted by",
    }
    covered = () if attributable else ("area", "role", "theme", "by")
    said = [
        f"{heading}: {'not said here' if name in covered else labels.get(name, {}).get(values[name], values[name])}"
        for name, heading in headings.items()
        if values.get(name)
    ]
    if values.get("quotes"):
        said.append("Quotations only")
    if values.get("good_practice"):
        said.append("Good practice only")
    return "; ".join(said) or "None: everything"


def file_name(inspection_code: str, export: Export, *, demonstration: bool = False) -> str:
    """'stalking-2026-evidence-matrix-2026-04-14-0940.xlsx': two of one day are told apart by their times.

    One that is not attributable names no Area, role or person.
    """
    day = export.exported_at.astimezone(clock.LONDON).strftime("%Y-%m-%d-%H%M")
    narrowed = [str(value) for value in export.filters.values() if value is not True]
    if export.attributable:
        part = "-".join(narrowed) if export.filters else "matrix"
    else:
        part = f"{export.filters.get('criterion', 'part' if export.filters else 'matrix')}-not-attributable"
    said = "demonstration-" if demonstration else ""
    return f"{said}{inspection_code}-evidence-{part}-{day}.{export.file_format}"


def _write_workbook(path: Path, statement: Statement, wanted: Wanted) -> list[str]:
    spelt_out = statement.export.spelt_out
    with Workbook(
        path, title=f"Evidence matrix: {statement.inspection.title}", marking=statement.export.marking
    ) as book:
        for table in tables.tables(wanted, statement.lines(), spelt_out=spelt_out):
            book.sheet(table.name, _columns(table.titles)).write_rows(table.rows)
    assert book.report is not None
    return _notes(book.report) + _left_out(wanted)


def _columns(titles: tuple[str, ...]) -> list[Column]:
    return [Column(title, _WIDTHS.get(title, 16), kind="date" if title in _DATES else "plain") for title in titles]


def _notes(report: Report) -> list[str]:
    """What of the spreadsheet's own limits touched this export."""
    found = []
    if report.texts_cut:
        texts = count(report.texts_cut, "text")
        found.append(f"Longer than a cell holds: {texts}, in full on the sheet ‘Long texts’.")
    if report.rows_continued:
        found.append(f"{report.rows_continued:,} rows are more than a sheet holds: they go on on further sheets.")
    if report.links_left_out:
        rest = f"{count(report.links_left_out, 'row')} more name the address in ‘{rows.IN_FIELDBOOK}’ only"
        found.append(f"A sheet takes {MOST_LINKS:,} links: {rest}.")
    if report.characters_replaced:
        found.append(f"In {report.characters_replaced} cells a character that a workbook cannot hold is shown as �.")
    return found


def _left_out(wanted: Wanted) -> list[str]:
    """What a non-attributable export had to keep to itself."""
    left_out = wanted.discretion.left_out() if wanted.discretion else []
    return [
        f"{'Links' if reason == LINKED else 'Words'} left out of {count(number, 'item')}. {reason}."
        for reason, number in left_out
        if number
    ]


def _write_csv(path: Path, statement: Statement, wanted: Wanted) -> list[str]:
    table = tables.evidence(wanted, rows.NOT_IN_A_TABLE)
    if statement.export.spelt_out:
        table = tables.spell_out(table, wanted)

    def body() -> Iterator[tuple[Any, ...]]:
        yield from statement.lines()[1:]
        yield ()
        yield table.titles
        yield from map(_plain, table.rows)

    with open(path, "w", encoding="utf-8", newline="") as target:
        comma.write(target, [str(value) for value in statement.lines()[0]], body())
    return _left_out(wanted)


def _write_zip(path: Path, statement: Statement, wanted: Wanted) -> list[str]:
    """Each table as a CSV of its own, headed by its titles: 'evidence.csv', 'by-area.csv'."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables.tables(wanted, statement.lines(), spelt_out=statement.export.spelt_out):
            entry = zipfile.ZipInfo(f"{table.name.lower().replace(' ', '-')}.csv", _zip_time(statement.export))
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as file:
                text = io.TextIOWrapper(file, encoding="utf-8", newline="")
                comma.write(text, table.titles, map(_plain, table.rows))
                text.flush()
                text.detach()  # the archive closes its own file
    return _left_out(wanted)


def _write_json(path: Path, statement: Statement, wanted: Wanted) -> list[str]:
    with open(path, "w", encoding="utf-8", newline="\n") as target:
        document.write(
            target, wanted, statement.inspection, statement.as_values(), spelt_out=statement.export.spelt_out
        )
    return _left_out(wanted)


def _zip_time(export: Export) -> tuple[int, int, int, int, int, int]:
    local = export.exported_at.astimezone(clock.LONDON)
    return (local.year, local.month, local.day, local.hour, local.minute, local.second)


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row with its dates as 2026-04-14."""
    return tuple(value.isoformat() if hasattr(value, "isoformat") else value for value in row)


def _sweep(folder: Path) -> None:
    """Take away exports that nobody fetched, and what a killed child left."""
    oldest = clock.now().timestamp() - KEPT_FOR.total_seconds()
    for file in folder.iterdir():
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
