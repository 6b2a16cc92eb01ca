from uuid import UUID

from flask import Blueprint, abort, flash, g, request, url_for

from app.access import Action, allow
from app.audit.queries import history, history_of_part
from app.db.versions import Stale
from app.evidence import mark_queries, queries, services, theme_queries
from app.evidence.filters import read_before, read_filters
from app.evidence.forms import ItemLinkForm, RenameForm, ReviseForm, TagForm, ThemeForm, WithdrawForm
from app.evidence.marking import alone, covers, holds_any, in_context, lines_now
from app.evidence.models import EvidenceItem, Tag, Theme
from app.evidence.places import Closed, Gone, as_seen, closed_since, why_gone
from app.evidence.sheets import cells_of, cited
from app.extensions import htmx
from app.inspections.gate import CurrentInspection
from app.inspections.generalise import recognisable
from app.inspections.histories import conflict_of, in_words
from app.inspections.queries import get_rules, list_criteria
from app.inspections.references import EVIDENCE, read_reference
from app.web.pages import page, to

bp = Blueprint("evidence", __name__, url_prefix="/inspections/<inspection>/evidence")
bp.add_app_template_filter(closed_since)
bp.add_app_template_global(cited)
bp.add_app_template_global(cells_of)
PAGE = "evidence/item.html"
TAGS = "evidence/_tags.html"
THEMES = "evidence/_themes.html"
BESIDE = 1500  # code points of the text that are shown at either side of the words


@bp.get("")
@allow(Action.READ)
def list_items(inspection: CurrentInspection):
    panel = read_filters(inspection)
    return page(
        "evidence/index.html", panel=panel, listed=queries.list_items(inspection.id, panel.filters, read_before())
    )


@bp.get("/themes")
@allow(Action.READ)
def list_themes(inspection: CurrentInspection):
    return page("evidence/themes.html", themes=theme_queries.list_themes(inspection.id))


@bp.get("/themes/history")
@allow(Action.READ)
def show_themes_history(inspection: CurrentInspection):
    return page("evidence/themes_history.html", entries=in_words(inspection, history(inspection.id, services.THEMES)))


@bp.get("/themes/<uuid:theme_id>")
@allow(Action.DECIDE)
def show_rename(inspection: CurrentInspection, theme_id: UUID):
    theme = _get_theme(inspection, theme_id)
    if theme.merged_into_id is not None:
        abort(409, f"‘{theme.name}’ is merged into another theme. Take it apart first, on the list of themes.")
    return page("evidence/rename_theme.html", theme=theme, form=RenameForm(formdata=None, obj=theme))


@bp.post("/themes/<uuid:theme_id>")
@allow(Action.DECIDE)
def rename_theme(inspection: CurrentInspection, theme_id: UUID):
    theme, form, status, conflict = _get_theme(inspection, theme_id), RenameForm(), 422, None
    if form.validate_on_submit():
        before = theme.name
        try:
            shown = services.rename_theme(
                theme, form.name.data or "", base=form.version.data or 0, merge=bool(form.merge.data), by=g.actor
            )
        except services.MergedAlready as into:
            status = 409
            form.name.errors = [f"‘{before}’ was merged into ‘{into}’ meanwhile: take it apart first, or rename that"]
        except Stale:
            status, present = 409, RenameForm(formdata=None, obj=theme)
            conflict = conflict_of(inspection, form, present, services.THEMES, services.RENAMING, theme.name)
        except services.ThereAlready as there:
            form.merge.errors = [f"There is a theme ‘{there}’ already: tick to merge this one into it"]
        except services.HeldInside:
            form.name.errors = ["A theme of that name is merged into this one: take it apart first"]
        else:
            merged = shown.id != theme.id
            flash(f"‘{before}’ is {'merged into' if merged else 'now called'} ‘{shown.name}’.", "success")
            return to(url_for(".list_themes"))
    return page("evidence/rename_theme.html", status, theme=theme, form=form, conflict=conflict, error=status == 422)


@bp.post("/themes/<uuid:theme_id>/apart")
@allow(Action.DECIDE)
def take_theme_apart(inspection: CurrentInspection, theme_id: UUID):
    theme = _get_theme(inspection, theme_id)
    if theme.merged_into_id is None:
        abort(404, f"‘{theme.name}’ stands by itself already.")
    services.take_apart(theme, by=g.actor)
    flash(f"‘{theme.name}’ stands by itself again, with its own items.", "success")
    return to(url_for(".list_themes"))


@bp.post("/<reference>/themes")
@allow(Action.RECORD)
def add_theme(inspection: CurrentInspection, reference: str):
    item, form = get_item(inspection, reference, for_change=True), ThemeForm()
    if item.withdrawn_at is not None:
        abort(409, f"{item.reference} was withdrawn meanwhile. Put it back first, then give it a theme.")
    if not form.validate_on_submit():
        return _themes(inspection, item, 422, theme=form)
    if not services.add_theme(item, form.theme.data or "", by=g.actor):
        form.theme.errors = [f"{item.reference} is under that theme already"]
        return _themes(inspection, item, 422, theme=form)
    return _themes(inspection, item) if htmx else to(url_for(".show_item", reference=item.reference))


@bp.post("/<reference>/themes/<uuid:theme_id>/off")
@allow(Action.RECORD)
def take_theme_off(inspection: CurrentInspection, reference: str, theme_id: UUID):
    item = get_item(inspection, reference, for_change=True)
    if theme_id not in {row.id for row in theme_queries.themes_of(item.id)}:
        abort(404, "That theme was taken off already.")
    services.take_theme_off(item, _get_theme(inspection, theme_id), by=g.actor)
    return _themes(inspection, item) if htmx else to(url_for(".show_item", reference=item.reference))


@bp.get("/<reference>/links")
@allow(Action.READ)
def show_links(inspection: CurrentInspection, reference: str):
    return _show_links(inspection, get_item(inspection, reference))


@bp.post("/<reference>/links")
@allow(Action.RECORD)
def link_items(inspection: CurrentInspection, reference: str):
    item = get_item(inspection, reference)  # locked with the other, below
    if item.withdrawn_at is not None:
        abort(409, f"{item.reference} was withdrawn meanwhile. Put it back first, then link it.")
    form = ItemLinkForm()
    form.offer(inspection.vocabulary)
    if not form.validate_on_submit():
        return _show_links(inspection, item, form, 422)
    other = _other_item(inspection, item, form)
    if other is None:
        return _show_links(inspection, item, form, 422)
    labels = inspection.vocabulary.labels["item_relations"]
    try:
        new, instead = services.link_items(item, other, form.relation.data or "", form.reason.data or "", by=g.actor)
    except services.Resolved:
        form.other.errors = [
            f"The contradiction of {item.reference} and {other.reference} was resolved: reopen that first"
        ]
        return _show_links(inspection, item, form, 422)
    if not new:
        form.other.errors = [f"{item.reference} and {other.reference} are linked so already"]
        return _show_links(inspection, item, form, 422)
    said = f"{item.reference} {labels[form.relation.data]} {other.reference}"
    flash(f"{said}, which takes the place of ‘{labels.get(instead, instead)}’." if instead else f"{said}.", "success")
    return to(url_for(".show_links", reference=item.reference))


@bp.post("/<reference>/links/<uuid:link_id>/off")
@allow(Action.RECORD)
def unlink_items(inspection: CurrentInspection, reference: str, link_id: UUID):
    item = get_item(inspection, reference, for_change=True)
    if (link := queries.find_item_link(item.id, link_id)) is None:
        abort(404, "There is no such link of this item.")
    if link.withdrawn_at is not None:
        now = queries.relation_between(link.item_id, link.other_id)
        labels = inspection.vocabulary.labels["item_relations"]
        abort(409, taken_off(link.item.reference, link.other.reference, labels.get(now, now) if now else ""))
    try:
        services.unlink_items(link, by=g.actor)
    except services.Resolved:
        abort(409, "How these two contradict was resolved. Reopen the contradiction first, then take the link off.")
    flash("The link is taken off. It stays on record.", "success")
    return to(url_for(".show_links", reference=item.reference))


@bp.get("/<reference>")
@allow(Action.READ)
def show_item(inspection: CurrentInspection, reference: str):
    return _show(inspection, get_item(inspection, reference))


@bp.get("/<reference>/history")
@allow(Action.READ)
def show_history(inspection: CurrentInspection, reference: str):
    item = get_item(inspection, reference)
    entries = history_of_part(inspection.id, item.reference)
    return page("evidence/history.html", item=item, entries=in_words(inspection, entries, about=item.reference))


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
        present = _revise_form(inspection, item)
        conflict = conflict_of(inspection, form, present, item.reference, services.REVISING)
        return _show(inspection, item, 409, revise=form, conflict=conflict)
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
    if item.withdrawn_at is not None:
        abort(409, f"{item.reference} was withdrawn meanwhile. Nothing was changed.")
    tag = _get_tag(item, tag_id)
    if tag.withdrawn_at is not None:
        abort(404, "That tag was taken off already.")
    services.untag(tag, by=g.actor)
    return _tags(inspection, item, off=tag) if htmx else to(url_for(".show_item", reference=item.reference, off=tag.id))


@bp.post("/<reference>/tags/<uuid:tag_id>/on")
@allow(Action.RECORD)
def put_tag_back(inspection: CurrentInspection, reference: str, tag_id: UUID):
    item = get_item(inspection, reference, for_change=True)
    if item.withdrawn_at is not None:
        abort(409, f"{item.reference} was withdrawn meanwhile. Put it back first, then tag it.")
    services.retag(_get_tag(item, tag_id), by=g.actor)
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
    item = get_item(inspection, reference)
    if item.withdrawn_at is not None:
        try:
            services.put_back(item, by=g.actor)
        except Gone as why:
            abort(409, f"{why} Then put {item.reference} back.")
        flash(f"{item.reference} is back.", "success")
    return to(url_for(".show_item", reference=item.reference))


def get_item(inspection: CurrentInspection, reference: str, *, for_change: bool = False) -> EvidenceItem:
    """The item, or 404 with a sentence."""
    read = read_reference(reference)
    item = queries.find_item(inspection.id, read[1], for_change=for_change) if read and read[0] == EVIDENCE else None
    if item is None:
        abort(404, f"There is no evidence item {reference[:40]} in this inspection.")
    return item


def _get_tag(item: EvidenceItem, tag_id: UUID) -> Tag:
    tag = queries.find_tag(item.id, tag_id)
    if tag is None:
        abort(404, f"There is no such tag of {item.reference}.")
    return tag


def _taken_off(item: EvidenceItem) -> Tag | None:
    """The tag that was just taken off, as the address says; None where none was, or it stands again."""
    try:
        tag = queries.find_tag(item.id, UUID(request.args["off"])) if "off" in request.args else None
    except ValueError:
        return None
    return tag if tag and tag.withdrawn_at and not item.withdrawn_at else None


def _get_theme(inspection: CurrentInspection, theme_id: UUID) -> Theme:
    theme = theme_queries.find_theme(inspection.id, theme_id)
    if theme is None:
        abort(404, "There is no such theme in this inspection.")
    return theme


def taken_off(one: str, other: str, now: str) -> str:
    """What became of a link that a page still showed; `now` is what another link between the two says, if one does."""
    if now:
        return f"{one} and {other} were linked anew meanwhile: what it says now is ‘{now}’. Nothing was changed."
    return f"The link between {one} and {other} was taken off already. Nothing was changed."


def _other_item(inspection: CurrentInspection, item: EvidenceItem, form: ItemLinkForm) -> EvidenceItem | None:
    """The item that the form names; None, with what is wrong said in the form, when it cannot be linked."""
    given = (form.other.data or "").strip()
    read = read_reference(given)
    other = queries.find_item(inspection.id, read[1]) if read and read[0] == EVIDENCE else None
    if other is None:
        form.other.errors = [f"There is no evidence item {given} in this inspection: enter one such as E-0412"]
    elif other.id == item.id:
        form.other.errors = ["That is this item itself: enter the reference of another"]
    elif other.withdrawn_at is not None:
        form.other.errors = [f"{other.reference} is withdrawn: put it back first, or link another"]
    else:
        return other
    return None


def _show_links(inspection: CurrentInspection, item: EvidenceItem, form: ItemLinkForm | None = None, status: int = 200):
    if form is None:
        form = ItemLinkForm(formdata=None)
        form.offer(inspection.vocabulary)
    return page(
        "evidence/links.html",
        status,
        item=item,
        links=queries.list_links_with(item.id),
        opens=[term.code for term in get_rules(inspection.id).link_relations.to_evidence if term.opens_contradiction],
        form=form,
        error=status == 422,
    )


def _show(inspection: CurrentInspection, item: EvidenceItem, status: int = 200, **given):
    revise = given.pop("revise", None)
    if revise is None:
        revise = _revise_form(inspection, item)
    there = mark_queries.list_marks(item.source_id, item.text.position)
    elsewhere, newer = mark_queries.list_distressing_words(item.source_id), queries.find_newer_text(item)
    closed, seen, now = "", "", None
    try:
        texts = [item.text, newer] if newer else [item.text]
        seen, *newest = as_seen(inspection, item.source, texts, g.actor.id)
        now = newest[0] if newest else None
        same_place = newer is not None and newer.position == item.text.position
        if now is not None and same_place and (lines := lines_now(seen, item.start_at, item.end_at, now)) is not None:
            now = lines
    except Closed as why:
        closed = str(why)
    covered = [] if item.distressing else covers(item.text, there, elsewhere)
    rules, role = get_rules(inspection.id), item.source.role
    context = {
        "item": item,
        "tags": queries.list_tags(item.id),
        "off": _taken_off(item),
        "themes": theme_queries.themes_of(item.id),
        "offered": theme_queries.offer_themes(inspection.id),
        "theme": ThemeForm(formdata=None),
        "good_practice": rules.good_practice,
        "recognisable": recognisable(role.code, rules.generalisation) if role else "",
        "places": queries.list_places(item.id),
        "gone": why_gone(item.source, item.text.position),
        "since": queries.find_since(item.id),
        "newer": newer,
        "now": now,
        "closed": closed,
        "around": in_context(item, seen, covered, BESIDE) if not closed else alone(item),
        "cover_newer": any(mark.distressing for mark in there) or (newer is not None and holds_any(newer, elsewhere)),
        "revise": revise,
        "tag": _tag_form(inspection, empty=True),
        "withdraw": _withdraw_form(inspection, empty=True),
        "conflict": None,
        "error": status == 422,
    }
    return page(PAGE, status, **context | given)


def _revise_form(inspection: CurrentInspection, item: EvidenceItem) -> ReviseForm:
    """The form, with what is made of the words now."""
    form = ReviseForm(formdata=None, obj=item)
    form.offer(inspection.vocabulary)
    return form


def _tags(
    inspection: CurrentInspection,
    item: EvidenceItem,
    status: int = 200,
    tag: TagForm | None = None,
    off: Tag | None = None,
):
    if not htmx:
        return _show(inspection, item, status, tag=tag)
    form = tag or _tag_form(inspection, empty=True)
    return page(TAGS, status, item=item, tags=queries.list_tags(item.id), tag=form, off=off)


def _themes(inspection: CurrentInspection, item: EvidenceItem, status: int = 200, theme: ThemeForm | None = None):
    form = theme or ThemeForm(formdata=None)
    if not htmx:
        return _show(inspection, item, status, theme=form)
    offered = theme_queries.offer_themes(inspection.id)
    return page(THEMES, status, item=item, themes=theme_queries.themes_of(item.id), offered=offered, theme=form)


def _tag_form(inspection: CurrentInspection, *, empty: bool = False) -> TagForm:
    form = TagForm(formdata=None) if empty else TagForm()
    form.criterion.choices = [
        ("", "Choose"),
        *((row.reference, f"{row.reference} {row.wording}") for row in list_criteria(inspection.id)),
    ]
    return form


def _withdraw_form(inspection: CurrentInspection, *, empty: bool = False) -> WithdrawForm:
    form = WithdrawForm(formdata=None) if empty else WithdrawForm()
    form.offer(inspection.vocabulary.withdrawal_reasons)
    return form
