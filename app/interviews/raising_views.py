"""Raise with the lead now, and the lead's answer. Whoever may not read a matter cannot tell that it exists."""

from uuid import UUID

from flask import abort, flash, g, request, url_for

from app.access import Action, allow, unattended
from app.extensions import htmx
from app.inspections.gate import CurrentInspection
from app.interviews import raising, raising_queries
from app.interviews.forms import AnswerForm, RaiseForm
from app.interviews.models import Interview, RaisedMatter
from app.interviews.views import bp, get_interview
from app.web.pages import page, to

MATTER = "interviews/raised_matter.html"


@bp.get("/raised")
@allow(Action.RECORD)
def list_raised(inspection: CurrentInspection):
    """What one raised oneself; for a lead inspector, what everybody did."""
    matters, before = raising_queries.list_matters(inspection.id, raising.whose(inspection, g.actor), _read_before())
    return page("interviews/raised.html", matters=matters, before=before)


@bp.get("/raised/mark")
@unattended
@allow(Action.RECORD)
def show_raised_mark(inspection: CurrentInspection):
    """What every open page asks for now and then, so that what is raised is seen on any of them."""
    return page("interviews/_raised_mark.html")


@bp.get("/<reference>/raise")
@allow(Action.RECORD)
def show_raise(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference)
    return page("interviews/raise.html", interview=interview, raising=RaiseForm(formdata=None))


@bp.post("/<reference>/raise")
@allow(Action.RECORD)
def raise_with_lead(inspection: CurrentInspection, reference: str):
    interview, form = get_interview(inspection, reference), RaiseForm()
    if not form.validate_on_submit():
        if htmx:
            return _region(inspection, interview, form, 422)
        return page("interviews/raise.html", 422, interview=interview, raising=form, error=True)
    matter = raising.raise_with_lead(interview, form.matter.data or "", by=g.actor)
    if htmx:
        return _region(inspection, interview, RaiseForm(formdata=None), just=matter)
    flash("It is raised with the lead. Only you and the lead inspectors can read it.", "success")
    return to(url_for(".show_interview", reference=interview.reference))


@bp.get("/raised/<uuid:matter_id>")
@allow(Action.RECORD)
def show_raised(inspection: CurrentInspection, matter_id: UUID):
    return _show(_get_matter(inspection, matter_id), AnswerForm(formdata=None))


@bp.get("/raised/<uuid:matter_id>/answers")
@unattended
@allow(Action.RECORD)
def show_answers(inspection: CurrentInspection, matter_id: UUID):
    """What the matter's open page asks for now and then: what was answered, unless it is what `shown` names."""
    matter = _get_matter(inspection, matter_id)
    answers = raising_queries.list_answers(matter.id)
    stamp = raising.stamp(matter, answers)
    if request.args.get("shown") == stamp:
        return "", 204
    return page("interviews/_answers.html", matter=matter, answers=answers, stamp=stamp, came=True)


@bp.get("/raised/<uuid:matter_id>/answer")
@allow(Action.RECORD)
def show_answer(inspection: CurrentInspection, matter_id: UUID):
    """The address of an answer that was refused, opened again."""
    return to(url_for(".show_raised", matter_id=_get_matter(inspection, matter_id).id))


@bp.post("/raised/<uuid:matter_id>/answer")
@allow(Action.DECIDE)
def answer_raised(inspection: CurrentInspection, matter_id: UUID):
    matter, form = _get_matter(inspection, matter_id, for_change=True), AnswerForm()
    if not form.validate_on_submit():
        return _show(matter, form, 422)
    before = matter.dealt_with_at
    raising.answer(matter, form.answer.data or "", by=g.actor)
    flash("Your answer stands below the one before." if before else "It is dealt with, with your answer.", "success")
    return to(url_for(".show_raised", matter_id=matter.id))


@bp.post("/raised/<uuid:matter_id>/read")
@allow(Action.RECORD)
def read_answer(inspection: CurrentInspection, matter_id: UUID):
    """Who raised it has read the answer: it no longer waits for them."""
    matter = _get_matter(inspection, matter_id, for_change=True)
    if matter.raised_by_id != g.actor.id:
        abort(422, "Only who raised it can say that they have read the answer.")
    raising.note_read(matter, by=g.actor)
    return to(url_for(".list_raised"))


def _get_matter(inspection: CurrentInspection, id: UUID, *, for_change: bool = False) -> RaisedMatter:
    matter = raising_queries.find_matter(inspection.id, id, raising.whose(inspection, g.actor), for_change=for_change)
    if matter is None:
        abort(404, "There is nothing that you can read. What is raised is for who raised it and the lead inspectors.")
    return matter


def _show(matter: RaisedMatter, form: AnswerForm, status: int = 200):
    answers = raising_queries.list_answers(matter.id)
    stamp = raising.stamp(matter, answers)
    return page(MATTER, status, matter=matter, answers=answers, stamp=stamp, form=form, error=status == 422)


def _region(
    inspection: CurrentInspection,
    interview: Interview,
    form: RaiseForm,
    status: int = 200,
    just: RaisedMatter | None = None,
):
    raised = raising_queries.list_of_interview(interview.id, inspection.id, raising.whose(inspection, g.actor))
    return page("interviews/_raise.html", status, interview=interview, raising=form, raised=raised, just=just)


def _read_before() -> UUID | None:
    try:
        return UUID(request.args["before"]) if "before" in request.args else None
    except ValueError:
        abort(404, "The address is not whole. Open the list from the overview.")
