from uuid import UUID

from flask import Blueprint, abort, flash, g, url_for

from app.access import Action, allow
from app.audit.queries import history
from app.db.versions import Stale
from app.evidence import passages
from app.evidence.filters import read_before
from app.evidence.mark_queries import has_distressing
from app.extensions import htmx
from app.inspections.gate import CurrentInspection
from app.inspections.histories import in_words
from app.inspections.queries import get_rules, list_bodies
from app.inspections.references import read_reference
from app.other_sources import queries, services
from app.other_sources.forms import CorrectForm, EnterForm
from app.other_sources.models import OtherSource
from app.web.pages import page, to

bp = Blueprint("other_sources", __name__, url_prefix="/inspections/<inspection>/other-sources")
PAGE = "other_sources/source.html"


@bp.get("")
@allow(Action.READ)
def list_sources(inspection: CurrentInspection):
    sources, before = queries.list_sources(inspection.id, read_before())
    return page("other_sources/index.html", sources=sources, before=before)


@bp.get("/new")
@allow(Action.RECORD)
def show_enter(inspection: CurrentInspection):
    return page("other_sources/new.html", form=_enter_form(inspection, empty=True))


@bp.post("/new")
@allow(Action.RECORD)
def enter(inspection: CurrentInspection):
    form = _enter_form(inspection)
    if not form.validate_on_submit():
        return page("other_sources/new.html", 422, form=form, error=True)
    source = services.enter(
        inspection.id,
        family=form.family.data,
        prefix=inspection.vocabulary.prefixes["other"],
        body_id=next((body.id for body in list_bodies(inspection.id) if body.code == form.body.data), None),
        title=form.title.data or "",
        given_by=form.given_by.data or "",
        happened_on=form.date.data,
        words=form.words.data or "",
        by=g.actor,
    )
    flash(f"{source.reference} is saved. Select words of it to tag them.", "success")
    return to(url_for(".show_source", reference=source.reference))


@bp.get("/<reference>")
@allow(Action.READ)
def show_source(inspection: CurrentInspection, reference: str):
    return _show(inspection, get_source(inspection, reference))


@bp.post("/<reference>/passages")
@allow(Action.RECORD)
def tag_passage(inspection: CurrentInspection, reference: str):
    source = get_source(inspection, reference)
    form = passages.passage_form(inspection)
    item = passages.tag_passage(inspection, source, queries.get_text(source.id), form, by=g.actor)
    if item is None:
        return passages.answer_refused(form, **_passage(source)) if htmx else _show(inspection, source, 422, form)
    if htmx:
        return passages.answer_tagged(inspection, form, item, **_passage(source))
    flash(f"{item.reference} is saved.", "success")
    return to(url_for(".show_source", reference=source.reference, _anchor=item.reference))


@bp.get("/<reference>/correct")
@allow(Action.RECORD)
def show_correct(inspection: CurrentInspection, reference: str):
    source = get_source(inspection, reference)
    text = queries.get_text(source.id)
    form = CorrectForm(formdata=None, words=text.text, base=text.id.hex)
    return page("other_sources/correct.html", source=source, form=form, instead=None)


@bp.post("/<reference>/correct")
@allow(Action.RECORD)
def correct(inspection: CurrentInspection, reference: str):
    source = get_source(inspection, reference, for_change=True)
    present, form = queries.get_text(source.id), CorrectForm()
    if not form.validate_on_submit():
        return page("other_sources/correct.html", 422, source=source, form=form, instead=None, error=True)
    try:
        base = UUID(form.base.data or "")
    except ValueError:
        abort(422, "The form was changed on its way. Open the page again and enter the correction once more.")
    try:
        services.correct(source, present, form.words.data or "", base=base, by=g.actor)
    except Stale:
        form.base.data = present.id.hex  # sent again, it is a correction of what stands beside it now
        distressing = has_distressing(source.id)
        return page(
            "other_sources/correct.html", 409, source=source, form=form, instead=present, distressing=distressing
        )
    flash(f"{source.reference} is corrected. Evidence stays on the words that it was made from.", "success")
    return to(url_for(".show_source", reference=source.reference))


@bp.get("/<reference>/history")
@allow(Action.READ)
def show_history(inspection: CurrentInspection, reference: str):
    source = get_source(inspection, reference)
    return page(
        "other_sources/history.html",
        source=source,
        entries=in_words(inspection, history(inspection.id, source.reference)),
        versions=queries.list_versions(source.id),
        present=queries.get_text(source.id).id,
        distressing=has_distressing(source.id),
    )


def get_source(inspection: CurrentInspection, reference: str, *, for_change: bool = False) -> OtherSource:
    """The source, or 404 with a sentence."""
    read = read_reference(reference)
    source = queries.find_source(inspection.id, read[1], for_change=for_change) if read else None
    if source is None or read is None or source.prefix != read[0]:
        abort(404, f"There is no other source {reference[:40]} in this inspection.")
    return source


def _show(inspection: CurrentInspection, source: OtherSource, status: int = 200, form=None):
    shown = _passage(source)
    return page(
        PAGE,
        status,
        source=source,
        **shown,
        where=passages.find_elsewhere(inspection, shown["marks"], shown["earlier"]),
        form=form or passages.passage_form(inspection, empty=True),
        made="",
        error=status == 422,
    )


def _passage(source: OtherSource):
    shown = passages.marked(source.id, queries.get_text(source.id), 1)
    return shown | {"position": 1, "tag_url": url_for(".tag_passage", reference=source.reference)}


def _enter_form(inspection: CurrentInspection, *, empty: bool = False) -> EnterForm:
    form = EnterForm(formdata=None) if empty else EnterForm()
    kinds = {kind.code: kind for kind in get_rules(inspection.id).source_kinds}
    labels = inspection.vocabulary.labels["families"]
    form.family.choices = [(code, labels[code]) for code in kinds["other"].families]
    form.body.choices = [("", "None of them"), *((body.code, body.name) for body in list_bodies(inspection.id))]
    return form
