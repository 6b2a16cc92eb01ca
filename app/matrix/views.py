from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, g, request, send_file, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import UnprocessableEntity

from app.access import Action, allow
from app.evidence.filters import read_filters
from app.evidence.queries import Listed
from app.extensions import htmx
from app.inspections.gate import CurrentInspection
from app.inspections.models import Body
from app.inspections.queries import find_criterion, list_bodies
from app.jobs.models import JobState
from app.matrix import export, queries
from app.matrix.contents import ANY
from app.matrix.export import IN_PLACE, Asked
from app.matrix.gaps import Gap, Plan, gaps, known_gaps, marks_of, read_plan
from app.matrix.models import Export
from app.matrix.queries import COLUMNS, Cell, Matrix, NoCriteria
from app.register.queries import nothing_to_come
from app.web.pages import page, to

bp = Blueprint("matrix", __name__, url_prefix="/inspections/<inspection>")


@bp.get("/matrix")
@allow(Action.READ)
def show_matrix(inspection: CurrentInspection):
    by = request.args.get("by", "kind")
    if by not in COLUMNS:
        abort(404, "The matrix can be laid out by kind, by area or by role.")
    try:
        grid = queries.matrix(inspection.id, by, inspection.vocabulary)
    except NoCriteria:
        return page("matrix/matrix.html", grid=None, by=by)
    plan, bodies, nothing = read_plan(inspection.id), list_bodies(inspection.id), nothing_to_come(inspection.id)
    context: dict[str, Any] = {
        "grid": grid,
        "by": by,
        "marks": marks_of(plan, grid.rows, by, bodies, known_gaps(inspection.id, plan, bodies, nothing))
        if plan
        else {},
        "few": plan.rules.small_numbers.threshold if plan else 0,
        "opened": _opened(inspection, grid, plan, bodies),
        "closed": request.args.get("closed", ""),
    }
    # Going back, htmx asks for the page whole.
    part = htmx and not htmx.history_restore_request
    return page("matrix/_rows.html" if part else "matrix/matrix.html", **context)


@dataclass(frozen=True, slots=True)
class Opened:
    """The cell that the address opens."""

    reference: str
    column: str
    heading: str
    cell: Cell
    listed: Listed
    gaps: list[Gap]


def _opened(inspection: CurrentInspection, grid: Matrix, plan: Plan | None, bodies: Sequence[Body]) -> Opened | None:
    """What `open=LD.ii:WES` opens, or 404 for what is no cell."""
    wanted = request.args.get("open", "")
    if not wanted:
        return None
    reference, _colon, column = wanted.partition(":")
    criterion, headings = find_criterion(inspection.id, reference), dict(grid.columns)
    if criterion is None or column not in headings:
        abort(404, f"The matrix has no cell {wanted[:60]}. Take it out of the address, or choose another layout.")
    row = next(row for row in grid.rows if row.reference == criterion.reference)
    found = gaps(inspection.id, criterion.id, plan=plan, bodies=bodies) if plan else []
    return Opened(
        row.reference,
        column,
        headings[column],
        row.cells.get(column) or grid.nothing,
        queries.cell_evidence(criterion.id, grid.by, grid.held.get(column)),
        [gap for gap in found if plan and plan.lies_in(gap, grid.by, column)],
    )


@bp.post("/exports")
@allow(Action.EXPORT)
def ask_for_export(inspection: CurrentInspection):
    """Export what the address of the page before says: its filters come as fields of the form."""
    file_format = request.form.get("format", "")
    if file_format not in export.FORMATS:
        raise UnprocessableEntity("Choose Excel workbook, CSV, ZIP file or JSON.")
    variant = request.form.get("variant", "attributable")
    if variant not in export.VARIANTS:
        raise UnprocessableEntity("Choose whether the export may be attributed to role and Area.")
    request.args = MultiDict({name: value for name, value in request.form.items() if name != "format"})
    values = read_filters(inspection).filters.as_values()
    if wanted := request.form.get("criterion"):
        if (criterion := find_criterion(inspection.id, wanted)) is None:
            abort(404, f"There is no criterion {wanted[:40]} in this inspection.")
        values["criterion"] = criterion.reference
    how = Asked(file_format, values, variant == "attributable", request.form.get("acronyms") == "1")
    passages = url_for(IN_PLACE, reference=ANY, _external=True)
    asked = export.ask_for_export(inspection.id, inspection.marking, how, by=g.actor, passages=passages)
    return to(url_for(".show_export", export_id=asked.id))


@bp.get("/exports")
@allow(Action.EXPORT)
def list_exports(inspection: CurrentInspection):
    """The log of exports: one's own; the lead inspector's page holds everybody's."""
    given = request.args.get("after")
    try:
        after = UUID(given) if given else None
    except ValueError:
        abort(404, "The address is not whole: start again from the first page of the list.")
    everybody = inspection.allows(Action.DECIDE)
    found, more = queries.list_exports(inspection.id, None if everybody else g.actor.id, after)
    labels = export.filter_labels(inspection.id, inspection.vocabulary) if found else {}
    return page(
        "matrix/exports.html",
        exports=[
            Logged(
                asked,
                export.describe(labels, asked.filters),
                "" if job is None else job.state.value,
                asked.exported_by_id == g.actor.id,
                export.path_of(asked.id, asked.file_format).is_file(),
            )
            for asked, job in found
        ],
        everybody=everybody,
        more=more,
        formats=export.FORMATS,
    )


@dataclass(frozen=True, slots=True)
class Logged:
    """An export of the log, as its line shows it."""

    export: Export
    filters: str
    state: str  # of the job; empty for one of the command line
    own: bool
    kept: bool


@bp.get("/exports/<uuid:export_id>")
@allow(Action.EXPORT)
def show_export(inspection: CurrentInspection, export_id: UUID):
    asked, job = _get_export(inspection, export_id)
    described = export.describe(export.filter_labels(inspection.id, inspection.vocabulary), asked.filters)
    return page(
        "matrix/export.html",
        export=asked,
        job=job,
        described=described,
        back={name: "1" if value is True else value for name, value in asked.filters.items() if name != "criterion"},
        label=export.FORMATS[asked.file_format],
        variant=export.VARIANTS["attributable" if asked.attributable else "general"],
    )


@bp.get("/exports/<uuid:export_id>/state")
@allow(Action.EXPORT)
def show_export_state(inspection: CurrentInspection, export_id: UUID):
    asked, job = _get_export(inspection, export_id)
    return page("matrix/_state.html", export=asked, job=job)


@bp.get("/exports/<uuid:export_id>/file")
@allow(Action.EXPORT)
def download_export(inspection: CurrentInspection, export_id: UUID):
    asked, job = _get_export(inspection, export_id)
    path = export.path_of(asked.id, asked.file_format)
    if job is None or job.state is not JobState.DONE or not path.is_file():
        flash("That file is not here any more. Export again.", "error")
        return to(url_for(".show_matrix"))
    name = export.file_name(inspection.code, asked, demonstration=inspection.demonstration)
    return send_file(path, as_attachment=True, download_name=name, max_age=0, conditional=False)


def _get_export(inspection: CurrentInspection, export_id: UUID):
    """The person's own export, or 404: what somebody else took out is not theirs to fetch."""
    found = queries.find_export(inspection.id, export_id, g.actor.id)
    if found is None:
        abort(404, "There is no such export of yours.")
    return found
