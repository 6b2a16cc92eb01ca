"""Figures that documents hold: typed in a table or read from a spreadsheet, charted, compared, corrected, tagged.

They are words of a document, seen where those are; cells are read out of its file, by who may see all of it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, g, request, url_for

from app import storage
from app.access import Action, allow
from app.db.transaction import writing
from app.db.versions import Stale
from app.documents.access import Sight
from app.documents.models import Document
from app.documents.views import get_document
from app.evidence import passages
from app.extensions import htmx
from app.figures import periods, queries, services
from app.figures.forms import CellsForm, CorrectForm, FiguresForm, Grid, WithdrawForm
from app.figures.models import FigureTable
from app.figures.reckoning import (
    MOST_COLUMNS,
    MOST_ROWS,
    cut,
    labels_of,
    numeric,
    read_range,
    series_of,
    whole,
    without_result,
)
from app.figures.services import Figures, Given
from app.formats.kinds import KINDS
from app.formats.tables import SheetRows, read_sheets
from app.inspections.gate import CurrentInspection
from app.inspections.queries import find_requests
from app.inspections.requests import FieldPart, RequestPart
from app.register.file_queries import list_files
from app.web.dispatch import answer_of_first_time, keep_answer, own_writes
from app.web.pages import page, to

bp = Blueprint("figures", __name__, url_prefix="/inspections/<inspection>/figures")
NEW, READ, TABLE, CORRECT = (f"figures/{name}.html" for name in ("new", "read", "table", "correct"))
SPREADSHEETS = ("xlsx", "csv")
DAMAGED = "The file on the server is not the one that was received. Tell the administrator."


@bp.app_context_processor
def _kept_of_files() -> dict[str, Callable[[Iterable[int]], dict[int, queries.OfFile]]]:
    """For the pages of requests and documents, on floors below: what is kept of files, by their numbers."""
    return {"figures_of": lambda numbers: queries.of_files(g.inspection.id, numbers)}


@bp.get("")
@allow(Action.READ)
def list_tables(inspection: CurrentInspection):
    given = request.args.get("before", "")
    try:
        before = UUID(given) if given else None
    except ValueError:
        abort(404, "The address is not whole: start again from the first page of the list.")
    tables, more = queries.list_tables(inspection.id, before)
    kept = queries.count_by_request(inspection.id)
    compared = [(part, kept[part.id]) for part in _with_numbers(inspection) if part.id in kept]
    return page("figures/index.html", tables=tables, before=more, compared=compared)


@bp.get("/compared/<code>")
@allow(Action.READ)
def compare(inspection: CurrentInspection, code: str):
    """The same fields of several bodies side by side: a row for each row of each table, nothing added up."""
    part = next((part for part in _with_numbers(inspection) if part.id == code), None)
    if part is None:
        abort(404, f"There is no request {code[:40]} whose fields hold figures.")
    tables = queries.list_of_request(inspection.id, code)
    columns = [{"head": one.label, "code": one.code} for one in part.fields]
    rows: list[dict[str, Any]] = []
    kinds: list[str] = []
    for table in tables:
        place = {column["code"]: n for n, column in enumerate(table.columns)}
        of = table.document.body.name if table.document.body else table.document.reference
        names = labels_of(table.columns, table.rows)
        kinds += periods.of_rows(table.columns, table.rows, table.title)
        for name, row in zip(names, table.rows, strict=True):
            cells = [row[place[one.code]] if one.code in place else "" for one in part.fields]
            rows.append({"table": table, "name": f"{of}{f', {name}' if name else ''}", "cells": cells})
    numbers = [n for n, one in enumerate(part.fields) if one.type == "number"]
    drawn = series_of(
        [columns[n] for n in numbers],
        [[row["cells"][n] for n in numbers] for row in rows],
        [row["name"] for row in rows],
        kinds,
    )
    return page("figures/compared.html", part=part, columns=columns, rows=rows, series=drawn, numbers=numbers)


@bp.get("/<reference>")
@allow(Action.READ)
def show_of_document(inspection: CurrentInspection, reference: str):
    """What is kept of one document, beside its content and its evidence."""
    document = get_document(inspection, reference, least=Sight.WORDS)
    return page("figures/of_document.html", document=document, tables=queries.list_of_document(document.id))


@bp.get("/<reference>/new")
@allow(Action.RECORD)
def show_new(inspection: CurrentInspection, reference: str):
    document = get_document(inspection, reference, least=Sight.WORDS)
    chosen = _chosen(inspection, document)
    form = FiguresForm(formdata=None, title=chosen.title if chosen else "", page=request.args.get("page", ""))
    return _new_page(inspection, document, chosen, form, Grid.empty(_fields(chosen)))


@bp.post("/<reference>/new")
@allow(Action.RECORD)
def keep_typed(inspection: CurrentInspection, reference: str):
    """Keep what was typed; or only give it more rows or columns, with nothing kept yet."""
    document = get_document(inspection, reference, least=Sight.WORDS, for_change=True)
    chosen = _chosen(inspection, document)
    form, grid = FiguresForm(), Grid.read(request.form, _fields(chosen))
    if (more := request.form.get("more")) is not None:
        grid.grow(rows=5 if more == "rows" else 0, columns=1 if more == "columns" else 0)
        return _new_page(inspection, document, chosen, form, grid, 422, error=False)
    if not (form.validate_on_submit() & grid.check()):
        return _new_page(inspection, document, chosen, form, grid, 422)
    table = services.keep(document, form.figures(grid, chosen.id if chosen else ""), by=g.actor)
    flash("The figures are kept. Select words of them below the table to tag them.", "success")
    return to(_address(document, table))


@bp.get("/<reference>/read")
@allow(Action.RECORD)
def show_read(inspection: CurrentInspection, reference: str):
    """A sheet of a spreadsheet, and what of it would be kept: sheet, cells and headings stand in the address."""
    document = get_document(inspection, reference)
    sheets = _sheets(inspection, document)
    return _read_page(inspection, document, sheets, CellsForm(formdata=None, title=document.title))


@bp.post("/<reference>/read")
@allow(Action.RECORD)
@own_writes
def keep_read(inspection: CurrentInspection, reference: str):
    """The file is read once more, outside any write: what is kept is what stands in it."""
    document = get_document(inspection, reference)
    sheets, form = _sheets(inspection, document), CellsForm()
    found, wrong = _looked_at(inspection, document, sheets)
    if wrong or found is None or not form.validate_on_submit():
        return _read_page(inspection, document, sheets, form, 422)
    figures = Figures(
        form.title.data or "", found.columns, found.rows, found.request, sheet=found.sheet, cells=found.cells
    )
    with writing() as session:
        if (again := answer_of_first_time(session)) is not None:
            return again
        document = get_document(inspection, reference, for_change=True)
        table = services.keep(document, figures, by=g.actor)
        flash("The figures are kept. Select words of them below the table to tag them.", "success")
        response = to(_address(document, table))
        keep_answer(session, response)
    return response


@bp.get("/<reference>/<int:number>")
@allow(Action.READ)
def show_table(inspection: CurrentInspection, reference: str, number: int):
    document = get_document(inspection, reference, least=Sight.WORDS)
    return _table_page(inspection, document, get_table(document, number))


@bp.post("/<reference>/<int:number>/passages")
@allow(Action.RECORD)
def tag_passage(inspection: CurrentInspection, reference: str, number: int):
    """Figures are tagged as any words of the document are: a line, several, or all of them."""
    document = get_document(inspection, reference, least=Sight.WORDS, for_change=True)
    table, form = get_table(document, number), passages.passage_form(inspection)
    item = passages.tag_passage(inspection, document, table.text, form, by=g.actor)
    if item is None:
        if htmx:
            return passages.answer_refused(form, **_passage(document, table))
        return _table_page(inspection, document, table, 422, form)
    if htmx:
        return passages.answer_tagged(inspection, form, item, **_passage(document, table))
    flash(f"{item.reference} is saved.", "success")
    return to(_address(document, table))


@bp.get("/<reference>/<int:number>/correct")
@allow(Action.RECORD)
def show_correct(inspection: CurrentInspection, reference: str, number: int):
    document = get_document(inspection, reference, least=Sight.WORDS)
    table = get_table(document, number)
    form = CorrectForm(formdata=None, title=table.title, version=table.version)
    return _correct_page(inspection, document, table, form, _grid_of(inspection, table))


@bp.post("/<reference>/<int:number>/correct")
@allow(Action.RECORD)
def correct(inspection: CurrentInspection, reference: str, number: int):
    document = get_document(inspection, reference, least=Sight.WORDS, for_change=True)
    table = get_table(document, number, for_change=True)
    form, grid = CorrectForm(), Grid.read(request.form, (), _grid_of(inspection, table))
    if (more := request.form.get("more")) is not None:
        grid.grow(rows=5 if more == "rows" else 0, columns=1 if more == "columns" else 0)
        return _correct_page(inspection, document, table, form, grid, 422, error=False)
    if not (form.validate_on_submit() & grid.check()):
        return _correct_page(inspection, document, table, form, grid, 422)
    base = form.version.data or ""
    if not (base.isascii() and base.isdigit() and len(base) < 10):
        abort(422, "The form was changed on its way. Open the page again and enter it once more.")
    columns, rows = grid.filled()
    given = Given(
        Figures(form.title.data or "", columns, rows, table.request, table.sheet, table.cells, table.page),
        form.reason.data or "",
    )
    try:
        changed = services.correct(document, table, given, base=int(base), by=g.actor)
    except Stale:
        form.version.data = str(table.version)  # sent again, it is a correction of what stands beside it now
        return _correct_page(inspection, document, table, form, grid, 409, error=False, conflict=True)
    if changed:
        flash("The figures are corrected. Evidence stays on the words that it was made from.", "success")
    else:
        flash("These are the figures that were kept already. Nothing was changed.", "info")
    return to(_address(document, table))


@bp.get("/<reference>/<int:number>/withdraw")
@allow(Action.RECORD)
def show_withdraw(inspection: CurrentInspection, reference: str, number: int):
    document = get_document(inspection, reference, least=Sight.WORDS)
    return _withdraw_page(document, get_table(document, number), WithdrawForm(formdata=None))


@bp.post("/<reference>/<int:number>/withdraw")
@allow(Action.RECORD)
def withdraw(inspection: CurrentInspection, reference: str, number: int):
    document = get_document(inspection, reference, least=Sight.WORDS, for_change=True)
    table, form = get_table(document, number, for_change=True), WithdrawForm()
    if not form.validate_on_submit():
        return _withdraw_page(document, table, form, 422)
    if table.withdrawn_at is None:
        services.withdraw(document, table, form.reason.data or "", by=g.actor)
        flash("The figures are withdrawn. They stay to be seen at their address.", "success")
    else:
        flash("They were withdrawn already. Nothing was changed.", "info")
    return to(_address(document, table))


def get_table(document: Document, number: int, *, for_change: bool = False) -> FigureTable:
    """The table of figures, or 404 with a sentence."""
    found = queries.find_table(document.id, number, for_change=for_change)
    if found is None:
        abort(404, f"{document.reference} has no figures {number}.")
    return found


def _address(document: Document, table: FigureTable) -> str:
    return url_for(".show_table", reference=document.reference, number=table.number)


def _with_numbers(inspection: CurrentInspection) -> list[RequestPart]:
    """The requests of the pack of whose units numbers are kept."""
    words = find_requests(inspection.id)
    parts = words.requests if words else []
    return [part for part in parts if any(one.type == "number" for one in part.fields)]


def _chosen(inspection: CurrentInspection, document: Document) -> RequestPart | None:
    """Whose fields are typed: what the address says; where it says nothing, those of what the document answers."""
    parts, given = _with_numbers(inspection), request.args.get("fields")
    if given == "own":
        return None
    answers = document.request.split()
    wanted = given or next((part.id for part in parts if part.id in answers), "")
    found = next((part for part in parts if part.id == wanted), None)
    if given and found is None:
        abort(404, f"There is no request {given[:40]} whose fields hold figures.")
    return found


def _fields(chosen: RequestPart | None) -> Sequence[FieldPart]:
    return chosen.fields if chosen else ()


def _grid_of(inspection: CurrentInspection, table: FigureTable) -> Grid:
    part = next((part for part in _with_numbers(inspection) if part.id == table.request), None)
    numbers = tuple(one.code for one in _fields(part) if one.type == "number")
    return Grid([dict(column) for column in table.columns], [list(row) for row in table.rows], bool(part), numbers)


@dataclass(frozen=True, slots=True)
class _Found:
    """What would be kept of a sheet."""

    sheet: str
    cells: str
    columns: list[dict[str, str]]
    rows: list[list[str]]
    request: str
    without: list[str]  # the cells, 'C4', that hold a formula without its result


def _sheets(inspection: CurrentInspection, document: Document) -> tuple[SheetRows, ...]:
    """The sheets of a spreadsheet, read in the jailed child; else 409 with a sentence."""
    if document.original.kind not in SPREADSHEETS:
        abort(409, f"{document.reference} is no spreadsheet. Type its figures in a table instead.")
    kind, sha256 = KINDS[document.original.kind], document.original.sha256
    try:
        data = storage.read(inspection.id, sha256)
    except (FileNotFoundError, storage.Damaged):
        abort(409, DAMAGED)
    reading = read_sheets(data, kind, require_jail=current_app.config["JAIL_REQUIRED"])
    if not any(sheet.rows for sheet in reading.sheets):
        abort(409, reading.trouble.sentence if reading.trouble else "No sheet of it holds anything.")
    return reading.sheets


def _looked_at(
    inspection: CurrentInspection, document: Document, sheets: Sequence[SheetRows]
) -> tuple[_Found | None, str]:
    """What of the sheets is meant by what was asked for, or a sentence on what is wrong with that."""
    asked = request.values
    sheet = next((one for one in sheets if one.name == asked.get("sheet")), None)
    if sheet is None:
        if asked.get("sheet"):
            return None, "There is no such sheet. Choose one of those that there are"
        sheet = next(one for one in sheets if one.rows)
    typed = asked.get("cells", "")
    of = read_range(typed) if typed.strip() else whole(sheet.rows)
    if of is None:
        return None, "Enter cells such as A3:F7" if typed.strip() else "This sheet holds nothing"
    heads = bool(asked.get("heads")) or "cells" not in asked
    lines = cut(sheet.rows, of)
    if (wide := of.right - of.left + 1) > MOST_COLUMNS:
        return None, f"Choose at most {MOST_COLUMNS} columns, such as A3:F7: {of} has {wide}"
    if len(lines) > MOST_ROWS + heads:
        return None, f"Choose at most {MOST_ROWS} rows, such as A3:F7: {of} has {len(lines)}"
    if len(lines) <= heads:
        return None, "There are no figures in these cells"
    titles = lines[0] if heads else [f"Column {n}" for n in range(1, len(lines[0]) + 1)]
    columns = [{"head": " ".join(head.split())[:200], "code": ""} for head in titles]
    rows = lines[1:] if heads else lines
    keep = [n for n, column in enumerate(columns) if column["head"] or any(row[n].strip() for row in rows)]
    for n, column in enumerate(columns):
        column["head"] = column["head"] or f"Column {n + 1}"
    columns, rows = [columns[n] for n in keep], [[row[n].strip()[:500] for n in keep] for row in rows]
    matched, without = _match(inspection, document, columns), without_result(sheet.rows, of)
    return _Found(sheet.name, str(of), columns, rows, matched, without), ""


def _match(inspection: CurrentInspection, document: Document, columns: list[dict[str, str]]) -> str:
    """The request whose fields the headings are called like, and their codes put beside them; empty where none is."""
    answers = document.request.split()
    parts = sorted(_with_numbers(inspection), key=lambda part: part.id not in answers)
    for part in parts:
        codes = {one.label.casefold(): one.code for one in part.fields}
        numbers = {one.code for one in part.fields if one.type == "number"}
        found = [codes.get(column["head"].casefold(), "") for column in columns]
        if numbers & set(found):
            for column, code in zip(columns, found, strict=True):
                column["code"] = code
            return part.id
    return ""


def _new_page(
    inspection: CurrentInspection,
    document: Document,
    chosen: RequestPart | None,
    form: FiguresForm,
    grid: Grid,
    status: int = 200,
    *,
    error: bool | None = None,
):
    return page(
        NEW,
        status,
        document=document,
        chosen=chosen,
        offered=_with_numbers(inspection),
        form=form,
        grid=grid,
        readable=document.original.kind in SPREADSHEETS,
        error=status == 422 if error is None else error,
    )


def _read_page(
    inspection: CurrentInspection,
    document: Document,
    sheets: Sequence[SheetRows],
    form: CellsForm,
    status: int = 200,
):
    found, wrong = _looked_at(inspection, document, sheets)
    return page(
        READ,
        422 if wrong else status,
        document=document,
        sheets=[sheet for sheet in sheets if sheet.rows],
        found=found,
        numbers=numeric(found.rows) if found else None,
        without=found.without if found else [],
        wrong=wrong,
        asked=request.values,
        heads=bool(request.values.get("heads")) or "cells" not in request.values,
        matched=next((part for part in _with_numbers(inspection) if found and part.id == found.request), None),
        form=form,
        error=bool(wrong) or status == 422,
    )


def _passage(document: Document, table: FigureTable) -> dict[str, Any]:
    return {
        "position": table.position,
        "tag_url": url_for(".tag_passage", reference=document.reference, number=table.number),
        **passages.marked(document.id, table.text, table.position),
    }


def _table_page(inspection: CurrentInspection, document: Document, table: FigureTable, status: int = 200, form=None):
    return page(
        TABLE,
        status,
        document=document,
        table=table,
        series=series_of(
            table.columns,
            table.rows,
            labels_of(table.columns, table.rows),
            periods.of_rows(table.columns, table.rows, table.title),
        ),
        numbers=numeric(table.rows),
        answers=dict.fromkeys(
            (line.code, line.body, line.body_name) for line in list_files(inspection.id, document_id=document.id)
        ),
        versions=queries.list_versions(table),
        compared=bool(table.request),
        form=form or passages.passage_form(inspection, empty=True),
        made="",
        **_passage(document, table),
        error=status == 422,
    )


def _correct_page(
    inspection: CurrentInspection,
    document: Document,
    table: FigureTable,
    form: CorrectForm,
    grid: Grid,
    status: int = 200,
    *,
    error: bool | None = None,
    conflict: bool = False,
):
    return page(
        CORRECT,
        status,
        document=document,
        table=table,
        form=form,
        grid=grid,
        numbers=numeric(table.rows),
        conflict=conflict,
        error=status == 422 if error is None else error,
    )


def _withdraw_page(document: Document, table: FigureTable, form: WithdrawForm, status: int = 200):
    return page(
        "figures/withdraw.html",
        status,
        document=document,
        table=table,
        form=form,
        tagged=queries.has_evidence(table),
        error=status == 422,
    )
