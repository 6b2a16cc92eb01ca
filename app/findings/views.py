from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask_login import current_user

from app import storage
from app.access import Action, allow
from app.audit.queries import history, history_of_part
from app.db.transaction import writing
from app.evidence.models import EvidenceItem
from app.evidence.services import Resolved
from app.evidence.views import get_item, taken_off
from app.findings import queries, services
from app.findings.forms import ImportForm, LinkForm, UploadForm
from app.findings.models import FileFinding, FindingImport, ImportState
from app.findings.reading import read_sheet
from app.findings.sheet import NoHeading
from app.inspections.gate import CurrentInspection
from app.inspections.histories import in_words
from app.inspections.queries import find_inspected, get_rules, list_bodies, list_criteria
from app.inspections.references import FILE_FINDING, read_reference
from app.web.dispatch import answer_of_first_time, keep_answer, own_writes
from app.web.pages import page, to

bp = Blueprint("findings", __name__, url_prefix="/inspections/<inspection>")
IMPORT = "findings/import.html"
PREVIEW = "findings/preview.html"


@bp.url_value_preprocessor
def _take_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form, as the anti-forgery check does first of all; only for those who are signed in."""
    if endpoint == "findings.upload_sheet" and current_user.is_authenticated:
        request.max_content_length = UploadForm.LARGEST


@bp.get("/findings")
@allow(Action.READ)
def list_findings(inspection: CurrentInspection):
    given = request.args.get("after", "0")
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        abort(404, "The address is not whole: start again from the first page of the list.")
    lines = queries.list_findings(inspection.id, after=int(given), limit=queries.PAGE + 1)
    more = lines[queries.PAGE - 1].number if len(lines) > queries.PAGE else None
    return page("findings/index.html", findings=lines[: queries.PAGE], after=more)


@bp.get("/findings/<reference>")
@allow(Action.READ)
def show_finding(inspection: CurrentInspection, reference: str):
    finding = get_finding(inspection, reference)
    before = request.args.get("before")
    try:
        links = queries.list_links_of(finding.id, UUID(before) if before else None)
    except ValueError:
        abort(404, "The address is not whole: start again from the first page of the list.")
    more = links[queries.PAGE - 1].id if len(links) > queries.PAGE else None
    return page(
        "findings/finding.html",
        finding=finding,
        set_aside=queries.is_set_aside(finding),
        links=links[: queries.PAGE],
        before=more,
    )


@bp.get("/findings/<reference>/history")
@allow(Action.READ)
def show_history(inspection: CurrentInspection, reference: str):
    finding = get_finding(inspection, reference)
    entries = history_of_part(inspection.id, finding.reference)
    return page(
        "findings/history.html", finding=finding, entries=in_words(inspection, entries, about=finding.reference)
    )


@bp.get("/findings/imports")
@allow(Action.READ)
def show_imports(inspection: CurrentInspection):
    return page(
        "findings/imports.html", entries=in_words(inspection, history(inspection.id, "file findings"), about="imports")
    )


@bp.get("/findings/import")
@allow(Action.RECORD)
def show_import(inspection: CurrentInspection):
    return _import_page(inspection, UploadForm(formdata=None))


@bp.post("/findings/import")
@allow(Action.RECORD)
@own_writes
def upload_sheet(inspection: CurrentInspection):
    """Read a spreadsheet and show what it would do. Reading is outside the write, in a jailed child."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _import_page(inspection, form, 422, error=True)
    file = form.file.data
    data = file.read()
    try:
        criteria, bodies = list_criteria(inspection.id), list_bodies(inspection.id)
        rows = read_sheet(
            data,
            file.filename or "",
            criteria,
            bodies,
            inspection.vocabulary.directions,
            whose=find_inspected(inspection.id),
        )
    except NoHeading as wrong:
        form.file.errors = [str(wrong)]
        return _import_page(inspection, form, 422, error=True)
    kept = storage.keep(inspection.id, BytesIO(data))
    with writing() as session:
        if (again := answer_of_first_time(session, [kept.sha256])) is not None:
            return again
        found = services.preview(inspection.id, file.filename or "findings", kept.sha256, rows, by=g.actor)
        response = to(url_for(".show_preview", import_id=found.id))
        keep_answer(session, response)
    return response


def _import_page(inspection: CurrentInspection, form: UploadForm, status: int = 200, **context: Any):
    examples = [row.reference for row in list_criteria(inspection.id)[:2]]
    return page(IMPORT, status, form=form, criteria=examples, **context)


@bp.get("/findings/import/<uuid:import_id>")
@allow(Action.RECORD)
def show_preview(inspection: CurrentInspection, import_id: UUID):
    sheet = _get_import(inspection, import_id)
    if sheet.state is not ImportState.PREVIEWED:
        return redirect(url_for(".list_findings"), 303)
    return _show_preview(inspection, sheet, ImportForm(formdata=None))


@bp.post("/findings/import/<uuid:import_id>")
@allow(Action.RECORD)
def import_sheet(inspection: CurrentInspection, import_id: UUID):
    sheet = _get_import(inspection, import_id, for_change=True)
    form = ImportForm()
    if not form.validate_on_submit():
        return _show_preview(inspection, sheet, form, 422)
    if "leave" in request.form:
        services.leave(sheet, by=g.actor)
        flash("Nothing was imported.", "info")
        return to(url_for(".show_import"))
    try:
        added, changed = services.import_findings(
            sheet,
            {row.reference: row.id for row in list_criteria(inspection.id)},
            {body.code: body.id for body in list_bodies(inspection.id)},
            leave_bad=bool(form.leave_bad.data),
            by=g.actor,
        )
    except services.BadRows:
        form.leave_bad.errors = ["Correct the rows in the spreadsheet and send it again, or tick to leave them out"]
    except services.NothingToImport:
        form.leave_bad.errors = ["No row can be imported: each is as it stands here already, or must be corrected"]
    except services.Done:
        abort(409, "This spreadsheet was imported or left already.")
    else:
        flash(f"{added} added, {changed} changed.", "success")
        return to(url_for(".list_findings"))
    return _show_preview(inspection, sheet, form, 422)


def _show_preview(inspection: CurrentInspection, sheet: FindingImport, form: ImportForm, status: int = 200):
    names = {body.code: body.name for body in list_bodies(inspection.id)}
    changes = services.changes_of(sheet)
    return page(PREVIEW, status, sheet=sheet, changes=changes, names=names, form=form, error=status == 422)


@bp.get("/evidence/<reference>/findings")
@allow(Action.READ)
def show_links_of_item(inspection: CurrentInspection, reference: str):
    return _show_links(inspection, get_item(inspection, reference))


@bp.post("/evidence/<reference>/findings")
@allow(Action.RECORD)
def link_item(inspection: CurrentInspection, reference: str):
    item = get_item(inspection, reference, for_change=True)
    if item.withdrawn_at is not None:
        abort(409, f"{item.reference} was withdrawn meanwhile. Put it back first, then link it.")
    form = _link_form(inspection, item)
    if not form.validate_on_submit():
        return _show_links(inspection, item, form, 422)
    finding = get_finding(inspection, form.finding.data or "")
    labels = inspection.vocabulary.labels["relations"]
    try:
        new, instead = services.link(item, finding, form.relation.data or "", form.reason.data or "", by=g.actor)
    except Resolved:
        form.finding.errors = [
            f"The contradiction of {item.reference} and {finding.reference} was resolved: reopen that first"
        ]
        return _show_links(inspection, item, form, 422)
    if not new:
        form.finding.errors = [f"{item.reference} says that of {finding.reference} already"]
        return _show_links(inspection, item, form, 422)
    said = f"{item.reference} {labels[form.relation.data]} {finding.reference}"
    flash(f"{said}, which takes the place of ‘{labels.get(instead, instead)}’." if instead else f"{said}.", "success")
    return to(url_for(".show_links_of_item", reference=item.reference))


@bp.post("/evidence/<reference>/findings/<uuid:link_id>/off")
@allow(Action.RECORD)
def unlink_item(inspection: CurrentInspection, reference: str, link_id: UUID):
    item = get_item(inspection, reference, for_change=True)
    if (link := queries.find_link(item.id, link_id)) is None:
        abort(404, "There is no such link of this item.")
    if link.withdrawn_at is not None:
        now = queries.relation_to(link.file_finding_id, item.id)
        labels = inspection.vocabulary.labels["relations"]
        abort(409, taken_off(item.reference, link.finding.reference, labels.get(now, now) if now else ""))
    try:
        services.unlink(link, by=g.actor)
    except Resolved:
        abort(409, "How these two contradict was resolved. Reopen the contradiction first, then take the link off.")
    flash("The link is taken off. It stays on record.", "success")
    return to(url_for(".show_links_of_item", reference=item.reference))


def get_finding(inspection: CurrentInspection, reference: str) -> FileFinding:
    """The finding, or 404 with a sentence."""
    read = read_reference(reference)
    finding = queries.find_finding(inspection.id, read[1]) if read and read[0] == FILE_FINDING else None
    if finding is None:
        abort(404, f"There is no file finding {reference[:40]} in this inspection.")
    return finding


def _get_import(inspection: CurrentInspection, import_id: UUID, *, for_change: bool = False):
    sheet = queries.find_import(inspection.id, import_id, for_change=for_change)
    if sheet is None:
        abort(404, "There is no such import in this inspection.")
    return sheet


def _show_links(inspection: CurrentInspection, item: EvidenceItem, form: LinkForm | None = None, status: int = 200):
    return page(
        "findings/links_of_item.html",
        status,
        item=item,
        links=queries.list_links_from(item.id),
        opens=[term.code for term in get_rules(inspection.id).link_relations.to_finding if term.opens_contradiction],
        form=form or _link_form(inspection, item, empty=True),
        error=status == 422,
    )


def _link_form(inspection: CurrentInspection, item: EvidenceItem, *, empty: bool = False) -> LinkForm:
    form = LinkForm(formdata=None) if empty else LinkForm()
    form.offer(inspection.vocabulary, queries.list_linkable(inspection.id, item.id))
    return form
