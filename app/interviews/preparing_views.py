"""Preparing the topic guide of one interview before its day, and on it."""

from flask import abort, flash, g, url_for

from app.access import Action, allow
from app.db.versions import Stale
from app.inspections.gate import CurrentInspection
from app.inspections.histories import conflict_of
from app.inspections.queries import list_criteria
from app.interviews import guide_queries, guides, preparing, services
from app.interviews.forms import OwnPromptForm, PrepareForm
from app.interviews.models import Interview
from app.interviews.views import bp, get_interview
from app.web.conflicts import Conflict
from app.web.forms import say_which
from app.web.pages import page, to

PREPARE = "interviews/prepare.html"


@bp.get("/<reference>/guide/prepare")
@allow(Action.RECORD)
def show_prepare(inspection: CurrentInspection, reference: str):
    """The prompts with their places and words, to be changed for this interview."""
    interview = get_interview(inspection, reference)
    if interview.signed_off_at is not None or interview.cancelled_at is not None:
        abort(409, str(services.Closed(interview)))
    return _show(inspection, interview)


@bp.post("/<reference>/guide/prepare")
@allow(Action.RECORD)
def prepare(inspection: CurrentInspection, reference: str):
    own = _own_form(inspection)
    return _save(inspection, reference, own if (own.question.data or "").strip() or own.informs.data else None)


@bp.post("/<reference>/guide/prepare/questions")
@allow(Action.RECORD)
def prepare_question(inspection: CurrentInspection, reference: str):
    """Add a question of one's own while preparing. What was changed above it is saved with it."""
    return _save(inspection, reference, _own_form(inspection))


def _save(inspection: CurrentInspection, reference: str, own: OwnPromptForm | None):
    """All that stands on the page, by either button: order and words, and a question where one was typed."""
    interview = get_interview(inspection, reference, for_change=True)
    guide, sent = guides.guide_of(interview), PrepareForm()
    form = sent if sent.prompts else None  # a guide without prompts has only questions to be added
    if form is not None:
        given = {entry.form.prompt.data: entry.form for entry in form.prompts}
        if not set(given) <= {line.id for line in guide.prompts}:
            abort(422, "The form was changed on its way. Open the page again and enter it once more.")
        fine = form.validate_on_submit()
        if not fine:
            say_which(form.prompts, given)
    if (own is not None and not own.validate_on_submit()) or (form is not None and not fine):
        return _show(inspection, interview, 422, form, own)
    done = False
    try:
        if form is not None:
            words = {line.id: line.text for line in guide.prompts} | {
                id: row.words.data or "" for id, row in given.items()
            }
            # In the form's order, which need not be the guide's: a conflict shows the order that was wanted.
            prompts = list(dict.fromkeys([*form.said(), *(line.id for line in guide.prompts)]))
            base, mine = form.version.data or 0, form.changed()
            done = preparing.prepare(interview, guide, prompts, words, base=base, mine=mine, by=g.actor)
        if own is not None:
            made = guides.add_question(interview, own.question.data or "", own.informs.data or [], by=g.actor)
    except services.Closed as closed:
        if form is not None:
            form.version.errors = [str(closed)]
        elif own is not None:
            own.question.errors = [str(closed)]
        return _show(inspection, interview, 422, form, own)
    except Stale:
        assert form is not None, "a question by itself changes nothing that anybody else could have"
        present = _present(interview, guide)
        form.version.data = present.version.data
        conflict = conflict_of(inspection, form, present, interview.reference, preparing.DEEDS)
        return _show(inspection, interview, 409, form, own, conflict)
    if own is not None:
        flash(f"Your question is in the guide of {interview.reference}, as {made.prompt}.", "success")
    if done:
        flash(f"The topic guide of {interview.reference} is saved. The pack’s is as it was.", "success")
    elif own is None:
        flash(f"The topic guide of {interview.reference} is like this already. Nothing was changed.", "info")
    return to(url_for(".show_prepare", reference=interview.reference))


def _show(
    inspection: CurrentInspection,
    interview: Interview,
    status: int = 200,
    form: PrepareForm | None = None,
    own: OwnPromptForm | None = None,
    conflict: Conflict | None = None,
):
    guide = guides.guide_of(interview)
    lines = {line.id: line for line in guide.prompts}
    form = form or _present(interview, guide)
    for entry in form.prompts:
        entry.form.place.label.text = f"Place of {entry.form.prompt.data}"
        entry.form.words.label.text = f"Words of {entry.form.prompt.data}"
    return page(
        PREPARE,
        status,
        interview=interview,
        form=form,
        own=own or _own_form(inspection, empty=True),
        lines=lines,
        conflict=conflict,
        error=status == 422,
    )


def _present(interview: Interview, guide: guides.TopicGuide) -> PrepareForm:
    """The form, with the guide as it is now."""
    prepared = guide_queries.find_prepared(interview.id)
    form = PrepareForm(formdata=None, version=prepared.version if prepared else 0)
    form.show({line.id: line.text for line in guide.prompts})
    return form


def _own_form(inspection: CurrentInspection, *, empty: bool = False) -> OwnPromptForm:
    form = OwnPromptForm(formdata=None) if empty else OwnPromptForm()
    form.informs.choices = [(row.reference, row.wording) for row in list_criteria(inspection.id)]
    return form
