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
from app.documents import access
from app.documents.access import Sight
from app.documents.models import Document
from app.documents.views import get_document, show_closed
from app.evidence import passages
from app.extensions import htmx
from app.figures import periods, queries, services
from app.figures.forms import OWN, CellsForm, CorrectForm, FiguresForm, Grid, WithdrawForm
from app.figures.models import FigureTable
from app.figures.reckoning import (
    MOST_COLUMNS,
    MOST_ROWS,
    alike,
    cut,
    is_figure,
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
from app.web.pages import count, page, to

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
    held = {column["code"] for table in tables for column in table.columns}
    fields = [one for one in part.fields if one.code in held]  # what no file was read or typed for is no gap
    rows: list[dict[str, Any]] = []
    for table in tables:
        place = _places(table.columns)
        of = table.document.body.name if table.document.body else table.document.reference
        names = labels_of(table.columns, table.rows)
        kinds = periods.of_rows(table.columns, table.rows, table.title)
        for name, row, kind in zip(names, table.rows, kinds, strict=True):
            cells = [row[place[one.code]] if one.code in place else None for one in fields]
            called = f"{of}{f', {name}' if name else ''}"
            rows.append({"table": table, "name": called, "cells": cells, "kind": kind})
    drawn = []
    for n, one in enumerate(fields):
        if one.type == "number" and (there := [row for row in rows if row["cells"][n] is not None]):
            drawn += series_of(
                [{"head": one.label, "code": one.code}],
                [[row["cells"][n]] for row in there],
                [row["name"] for row in there],
                [row["kind"] for row in there],
            )
    return page(
        "figures/compared.html",
        part=part,
        fields=fields,
        apart=_by_period(rows),
        series=drawn,
        beside=_not_compared(part, tables, queries.list_not_compared(inspection.id, code)),
    )


def _places(columns: Sequence[dict[str, str]]) -> dict[str, int]:
    """Where the column of each field of a request stands: the first that is headed like it."""
    return {column["code"]: n for n, column in reversed(list(enumerate(columns)))}


def _not_compared(
    part: RequestPart, compared: Sequence[FigureTable], others: Sequence[FigureTable]
) -> list[tuple[FigureTable, str]]:
    """Figures that answer a request and are not compared under it, each table with why."""
    labels = {alike(one.label) for one in part.fields}
    found = []
    for table in compared:
        places = range(len(table.columns))
        own = [n for n in places if not table.columns[n]["code"]]
        heads = [one.head for one in series_of([table.columns[n] for n in own], _only(table.rows, own))] if own else []
        if heads:
            named = ", ".join(f"‘{head}’" for head in dict.fromkeys(heads))
            found.append((table, f"{named}: headed like no field of {part.id}"))
    for table in others:
        if table.request:
            why = f"its columns are those of {table.request}"
        elif labels & {alike(column["head"]) for column in table.columns}:
            why = "it is kept with columns of its own"
        else:
            why = f"none of its columns is headed like a field of {part.id}"
        found.append((table, why))
    return found


def _only(rows: Sequence[Sequence[str]], places: Sequence[int]) -> list[list[str]]:
    return [[row[n] if n < len(row) else "" for n in places] for row in rows]


def _by_period(rows: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The rows of each kind of period by themselves, with what the kind is called; of one kind only, with nothing."""
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    return [
        (
            periods.KINDS.get(kind, "rows that say no period").capitalize() if len(kinds) > 1 else "",
            [row for row in rows if row["kind"] == kind],
        )
        for kind in kinds
    ]


@bp.get("/<reference>")
@allow(Action.READ)
def show_of_document(inspection: CurrentInspection, reference: str):
    """What is kept of one document, beside its content and its evidence."""
    document = _to_be_seen(inspection, reference)
    kept = queries.list_of_document(document.id)
    return page(
        "figures/of_document.html",
        document=document,
        tables=[table for table in kept if table.withdrawn_at is None],
        withdrawn=[table for table in kept if table.withdrawn_at is not None],
    )


@bp.get("/<reference>/new")
@allow(Action.RECORD)
def show_new(inspection: CurrentInspection, reference: str):
    document = _to_be_seen(inspection, reference)
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
    if not (form.validate_on_submit() & form.check_page(document) & grid.check()):
        return _new_page(inspection, document, chosen, form, grid, 422)
    table = services.keep(document, form.figures(grid, chosen.id if chosen else ""), by=g.actor)
    flash("The figures are kept. Select words of them below the table to tag them.", "success")
    return to(_address(document, table))


@bp.get("/<reference>/read")
@allow(Action.RECORD)
def show_read(inspection: CurrentInspection, reference: str):
    """A sheet of a spreadsheet, and what of it would be kept: sheet, cells and headings stand in the address."""
    document = _to_be_seen(inspection, reference, Sight.ALL)
    chosen, sheets = _chosen(inspection, document), _sheets(inspection, document)
    found, wrong = _looked_at(document, sheets)
    asked = chosen if request.args.get("fields") else None
    form = CellsForm(formdata=None, title=asked.title if asked else document.title)
    _ask(inspection, document, form, found, chosen)
    return _read_page(document, sheets, form, found, wrong, chosen)


@bp.post("/<reference>/read")
@allow(Action.RECORD)
@own_writes
def keep_read(inspection: CurrentInspection, reference: str):
    """The file is read once more, outside any write: what is kept is what stands in it."""
    document = get_document(inspection, reference)
    chosen, sheets, form = _chosen(inspection, document), _sheets(inspection, document), CellsForm()
    found, wrong = _looked_at(document, sheets)
    _ask(inspection, document, form, found, chosen)
    if wrong or found is None or not (form.validate_on_submit() and form.is_answered()):
        return _read_page(document, sheets, form, found, wrong, chosen, 422)
    part = next((part for part in _with_numbers(inspection) if part.id == form.fields.data), None)
    columns = _coded(found.columns, part)
    figures = Figures(
        form.title.data or "", columns, found.rows, part.id if part else "", sheet=found.sheet, cells=found.cells
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
    document = _to_be_seen(inspection, reference)
    return _table_page(inspection, document, get_table(document, number))


@bp.post("/<reference>/<int:number>/passages")
@allow(Action.RECORD)
def tag_passage(inspection: CurrentInspection, reference: str, number: int):
    """Figures are tagged as any words of the document are: a line, several, or all of them."""
    document = get_document(inspection, reference, least=Sight.WORDS, for_change=True)
    table, form = get_table(document, number), passages.passage_form(inspection)
    item = passages.tag_passage(inspection, document, table.text, form, by=g.actor, quote=False)
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
    document = _to_be_seen(inspection, reference)
    table = get_table(document, number)
    _refuse_withdrawn(table)
    form = CorrectForm(formdata=None, title=table.title, version=table.version, fields=table.request or OWN)
    return _correct_page(inspection, document, table, form, _grid_of(inspection, table))


@bp.post("/<reference>/<int:number>/correct")
@allow(Action.RECORD)
def correct(inspection: CurrentInspection, reference: str, number: int):
    document = get_document(inspection, reference, least=Sight.WORDS, for_change=True)
    table = get_table(document, number, for_change=True)
    _refuse_withdrawn(table)
    form, grid = CorrectForm(), Grid.read(request.form, (), _grid_of(inspection, table))
    form.fields.choices = _whose(inspection, table)
    if form.fields.data == OWN:
        grid.give_back()
    into = next((part for part in _with_numbers(inspection) if part.id == form.fields.data != table.request), None)
    if (more := request.form.get("more")) is not None:
        grid.grow(rows=5 if more == "rows" else 0, columns=1 if more == "columns" else 0)
        return _correct_page(inspection, document, table, form, grid, 422, error=False)
    if not (form.validate_on_submit() & grid.check() & form.has_one_of(into, grid)):
        return _correct_page(inspection, document, table, form, grid, 422)
    base = form.version.data or ""
    if not (base.isascii() and base.isdigit() and len(base) < 10):
        abort(422, "The form was changed on its way. Open the page again and enter it once more.")
    columns, rows = grid.filled()
    given = Given(
        Figures(
            form.title.data or "",
            _coded(columns, into) if into else columns,
            rows,
            into.id if into else "" if form.fields.data == OWN else table.request,
            table.sheet,
            table.cells,
            table.page,
        ),
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
    document = _to_be_seen(inspection, reference)
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
        flash("The figures are withdrawn. They stay to be seen under their document, and can be put back.", "success")
    else:
        flash("They were withdrawn already. Nothing was changed.", "info")
    return to(_address(document, table))


@bp.post("/<reference>/<int:number>/put-back")
@allow(Action.RECORD)
def put_back(inspection: CurrentInspection, reference: str, number: int):
    document = get_document(inspection, reference, least=Sight.WORDS, for_change=True)
    table = get_table(document, number, for_change=True)
    if table.withdrawn_at is not None:
        services.put_back(document, table, by=g.actor)
        flash("The figures are back.", "success")
    return to(_address(document, table))


def _to_be_seen(inspection: CurrentInspection, reference: str, least: Sight = Sight.WORDS) -> Document:
    """The document of a page on its figures. Where it is closed to the person, and they may open it, the answer is the
    page with the way to do so."""
    document = get_document(inspection, reference, least=Sight.NOTHING)
    shut = access.sight_of(inspection, document, g.actor.id) < least
    if shut and not access.is_held_back(document) and access.opens_to(inspection, document):
        abort(show_closed(inspection, document, 403))
    return get_document(inspection, reference, least=least) if shut else document


def get_table(document: Document, number: int, *, for_change: bool = False) -> FigureTable:
    """The table of figures, or 404 with a sentence."""
    found = queries.find_table(document.id, number, for_change=for_change)
    if found is None:
        abort(404, f"{document.reference} has no figures {number}.")
    return found


def _refuse_withdrawn(table: FigureTable) -> None:
    if table.withdrawn_at is not None:
        abort(409, "These figures were withdrawn meanwhile. Put them back first, then correct them.")


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
    if given == OWN:
        return None
    answers = document.request.split()
    wanted = given or next((part.id for part in parts if part.id in answers), "")
    found = next((part for part in parts if part.id == wanted), None)
    if given and found is None:
        abort(404, f"There is no request {given[:40]} whose fields hold figures.")
    return found


def _fields(chosen: RequestPart | None) -> Sequence[FieldPart]:
    return chosen.fields if chosen else ()


def _whose(inspection: CurrentInspection, table: FigureTable) -> list[tuple[str, str]]:
    """What a correction may say of whose the columns are: the request's whose they are; else one that the document
    answers, or whose fields are called like some. Nothing to ask where there is none."""
    heads, answers = {alike(column["head"]) for column in table.columns}, table.document.request.split()
    parts = [
        part
        for part in _with_numbers(inspection)
        if (part.id == table.request if table.request else part.id in answers or _called(part) & heads)
    ]
    own = (OWN, "Columns of their own, compared with no others")
    return [*((part.id, f"{part.id} {part.title}") for part in parts), own] if parts else []


def _called(part: RequestPart) -> set[str]:
    """What the numbers of a request are called, to be compared with headings."""
    return {alike(one.label) for one in part.fields if one.type == "number"}


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
    headed_by: list[str]  # numbers that stand as headings, which may be figures
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


def _looked_at(document: Document, sheets: Sequence[SheetRows]) -> tuple[_Found | None, str]:
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
    headed_by = [head.strip() for head in titles if heads and is_figure(head)]
    return _Found(sheet.name, str(of), columns, rows, headed_by, without_result(sheet.rows, of)), ""


def _coded(columns: Sequence[dict[str, str]], part: RequestPart | None) -> list[dict[str, str]]:
    """The columns with the codes of a request's fields beside the headings that are called like them."""
    codes = {alike(one.label): one.code for one in _fields(part)}
    return [{"head": column["head"], "code": codes.get(alike(column["head"]), "")} for column in columns]


def _ask(
    inspection: CurrentInspection,
    document: Document,
    form: CellsForm,
    found: _Found | None,
    chosen: RequestPart | None,
) -> None:
    """Ask whose fields the headings are, where some are called like them. What was asked for, or is answered, is chosen
    already; of another request only where all of its numbers are there: a heading or two may be called alike by
    chance."""
    if found is None:
        return form.ask((), ())
    heads = {alike(column["head"]) for column in found.columns}
    first = [chosen.id] if chosen else []
    answers, offered, likely = [*first, *document.request.split()], [], []
    for part in sorted(_with_numbers(inspection), key=lambda part: (part.id not in first, part.id not in answers)):
        needed = [one.label for one in part.fields if one.type == "number"]
        there = [label for label in needed if alike(label) in heads]
        if there:
            here = f"{len(there)} of {count(len(needed), 'heading')} for numbers here"
            offered.append((part.id, f"{part.id} {part.title} ({here})"))
            likely += [part.id] if len(there) == len(needed) or part.id in first else []
    form.ask(offered, found.headed_by)
    if form.fields.data is None and likely and request.method == "GET" and request.args.get("fields") != OWN:
        form.fields.data = likely[0]
    return None


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
    document: Document,
    sheets: Sequence[SheetRows],
    form: CellsForm,
    found: _Found | None,
    wrong: str,
    chosen: RequestPart | None,
    status: int = 200,
):
    heads = {alike(column["head"]) for column in found.columns} if found else set()
    unlike = found and chosen and not heads & _called(chosen)
    return page(
        READ,
        422 if wrong else status,
        document=document,
        fields=chosen.id if chosen else OWN if request.args.get("fields") == OWN else None,
        unlike=chosen if unlike else None,
        sheets=[sheet for sheet in sheets if sheet.rows],
        found=found,
        numbers=numeric(found.rows) if found else None,
        without=found.without if found else [],
        wrong=wrong,
        asked=request.values,
        heads=bool(request.values.get("heads")) or "cells" not in request.values,
        form=form,
        error=bool(wrong) or status == 422,
    )


def _passage(document: Document, table: FigureTable) -> dict[str, Any]:
    return {
        "position": table.position,
        "tag_url": url_for(".tag_passage", reference=document.reference, number=table.number),
        "source_withdrawn": table.withdrawn_at is not None,
        **passages.marked(document.id, table.text, table.position),
    }


def _table_page(inspection: CurrentInspection, document: Document, table: FigureTable, status: int = 200, form=None):
    shown = _passage(document, table)
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
        not_in=[part.id for part in _with_numbers(inspection) if part.id in document.request.split()]
        if not table.request and document.request
        else [],
        form=form or passages.passage_form(inspection, empty=True),
        made="",
        **shown,
        where=passages.find_elsewhere(inspection, shown["marks"], shown["earlier"]),
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
    form.fields.choices = _whose(inspection, table)
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
