from uuid import UUID

from flask import Blueprint, abort, flash, g, url_for

from app.access import Action, allow
from app.audit.queries import history
from app.db.versions import Stale
from app.evidence import queries, services
from app.evidence.filters import read_before, read_filters
from app.evidence.forms import ReviseForm, TagForm, WithdrawForm, choices
from app.evidence.models import EvidenceItem
from app.extensions import htmx
from app.inspections.gate import CurrentInspection
from app.inspections.queries import list_criteria
from app.inspections.references import EVIDENCE, read_reference
from app.web.pages import page, to

bp = Blueprint("evidence", __name__, url_prefix="/inspections/<inspection>/evidence")
PAGE = "evidence/item.html"
TAGS = "evidence/_tags.html"


@bp.get("")
@allow(Action.READ)
def list_items(inspection: CurrentInspection):
    panel = read_filters(inspection)
    return page(
        "evidence/index.html", panel=panel, listed=queries.list_items(inspection.id, panel.filters, read_before())
    )


@bp.get("/<reference>")
@allow(Action.READ)
def show_item(inspection: CurrentInspection, reference: str):
    return _show(inspection, get_item(inspection, reference))


@bp.get("/<reference>/history")
@allow(Action.READ)
def show_history(inspection: CurrentInspection, reference: str):
    item = get_item(inspection, reference)
    return page("evidence/history.html", item=item, entries=history(inspection.id, item.reference))


@bp.post("/<reference>")
@allow(Action.RECORD)
def revise_item(inspection: CurrentInspection, reference: str):
    item = get_item(inspection, reference, for_change=True)
    form = ReviseForm()
    form.offer(inspection.vocabulary)
    if not form.validate_on_submit():
        return _show(inspection, item, 422, revise=form)
    changes = {name: form[name].data for name in services.REVISABLE if form[name].data is not None}
    try:
        services.revise(item, changes, base=form.version.data or 0, by=g.actor)
    except Stale:
        return _show(inspection, item, 409, revise=form, conflict=True)
    flash(f"{item.reference} is saved.", "success")
    return to(url_for(".show_item", reference=item.reference))


@bp.post("/<reference>/tags")
@allow(Action.RECORD)
def tag_item(inspection: CurrentInspection, reference: str):
    item = get_item(inspection, reference, for_change=True)
    if item.withdrawn_at is not None:
        abort(409, f"{item.reference} was withdrawn meanwhile. Put it back first, then tag it.")
    form = _tag_form(inspection)
    if not form.validate_on_submit():
        return _tags(inspection, item, 422, tag=form)
    criterion = next(row for row in list_criteria(inspection.id) if row.reference == form.criterion.data)
    if not services.tag(item, criterion.id, criterion.reference, form.reason.data or "", by=g.actor):
        form.criterion.errors = [f"{item.reference} is under {criterion.reference} already"]
        return _tags(inspection, item, 422, tag=form)
    return _tags(inspection, item) if htmx else to(url_for(".show_item", reference=item.reference))


@bp.post("/<reference>/tags/<uuid:tag_id>/off")
@allow(Action.RECORD)
def untag_item(inspection: CurrentInspection, reference: str, tag_id: UUID):
    item = get_item(inspection, reference, for_change=True)
    if (tag := queries.find_tag(item.id, tag_id)) is None:
        abort(404, "That tag was taken off already.")
    services.untag(tag, by=g.actor)
    return _tags(inspection, item) if htmx else to(url_for(".show_item", reference=item.reference))


@bp.post("/<reference>/withdraw")
@allow(Action.RECORD)
def withdraw_item(inspection: CurrentInspection, reference: str):
    item = get_item(inspection, reference, for_change=True)
    form = _withdraw_form(inspection)
    if item.withdrawn_at is not None:
        abort(409, f"{item.reference} was withdrawn already.")
    if not form.validate_on_submit():
        return _show(inspection, item, 422, withdraw=form)
    label = inspection.vocabulary.labels["withdrawal_reasons"][form.reason.data]
    words = (form.words.data or "").strip()
    services.withdraw(item, f"{label}: {words}" if words else label, by=g.actor)
    flash(f"{item.reference} is withdrawn. It stays on record and can be put back.", "success")
    return to(url_for(".show_item", reference=item.reference))


@bp.post("/<reference>/put-back")
@allow(Action.RECORD)
def put_item_back(inspection: CurrentInspection, reference: str):
    item = get_item(inspection, reference, for_change=True)
    if item.withdrawn_at is not None:
        services.put_back(item, by=g.actor)
        flash(f"{item.reference} is back.", "success")
    return to(url_for(".show_item", reference=item.reference))


def get_item(inspection: CurrentInspection, reference: str, *, for_change: bool = False) -> EvidenceItem:
    """The item, or 404 with a sentence."""
    read = read_reference(reference)
    item = queries.find_item(inspection.id, read[1], for_change=for_change) if read and read[0] == EVIDENCE else None
    if item is None:
        abort(404, f"There is no evidence item {reference[:40]} in this inspection.")
    return item


def _show(inspection: CurrentInspection, item: EvidenceItem, status: int = 200, **given):
    revise = given.pop("revise", None)
    if revise is None:
        revise = ReviseForm(formdata=None, obj=item)
        revise.offer(inspection.vocabulary)
    context = {
        "item": item,
        "tags": queries.list_tags(item.id),
        "newer": queries.find_newer_text(item.text_id),
        "revise": revise,
        "tag": _tag_form(inspection, empty=True),
        "withdraw": _withdraw_form(inspection, empty=True),
        "conflict": False,
        "error": status == 422,
    }
    return page(PAGE, status, **context | given)


def _tags(inspection: CurrentInspection, item: EvidenceItem, status: int = 200, tag: TagForm | None = None):
    if not htmx:
        return _show(inspection, item, status, tag=tag)
    form = tag or _tag_form(inspection, empty=True)
    return page(TAGS, status, item=item, tags=queries.list_tags(item.id), tag=form)


def _tag_form(inspection: CurrentInspection, *, empty: bool = False) -> TagForm:
    form = TagForm(formdata=None) if empty else TagForm()
    form.criterion.choices = [
        ("", "Choose"),
        *((row.reference, f"{row.reference} {row.wording}") for row in list_criteria(inspection.id)),
    ]
    return form


def _withdraw_form(inspection: CurrentInspection, *, empty: bool = False) -> WithdrawForm:
    form = WithdrawForm(formdata=None) if empty else WithdrawForm()
    form.reason.choices = [("", "Choose"), *choices(inspection.vocabulary.withdrawal_reasons)]
    return form
