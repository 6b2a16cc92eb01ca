"""An interview on paper: a guide to print with room to write, and a form to type it in afterwards."""

from flask import abort, flash, g, request, url_for

from app.access import Action, allow
from app.db.transaction import writing
from app.inspections.gate import CurrentInspection
from app.inspections.queries import find_first_day, list_criteria
from app.interviews import guides, note_queries, paper, planning, services
from app.interviews.models import Interview
from app.interviews.paper_forms import PaperForm
from app.interviews.views import bp, get_interview
from app.web.dispatch import answer_of_first_time, keep_answer, operation_id, own_writes
from app.web.forms import say_which
from app.web.pages import count, page, to

PAPER = "interviews/paper.html"
LINES = 6  # to write on under each prompt


@bp.get("/<reference>/guide/print")
@allow(Action.READ)
def print_guide(inspection: CurrentInspection, reference: str):
    """The topic guide of one interview on A4, with room to write."""
    interview = get_interview(inspection, reference)
    return page("interviews/print_guide.html", interview=interview, guide=guides.guide_of(interview), lines=LINES)


@bp.get("/<reference>/paper")
@allow(Action.RECORD)
def show_paper(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference)
    if interview.signed_off_at is not None or interview.cancelled_at is not None:
        abort(409, str(services.Closed(interview)))
    form = PaperForm(formdata=None, date=planning.day_held(interview))
    return _show(inspection, interview, form)


@bp.post("/<reference>/paper")
@allow(Action.RECORD)
@own_writes
def type_in(inspection: CurrentInspection, reference: str):
    """All rows or none; asked for more rows, nothing is saved yet."""
    interview, form = get_interview(inspection, reference), PaperForm()
    if "more" in request.form:
        form.add_rows()
        return _show(inspection, interview, form)
    criteria = {row.reference: row.id for row in list_criteria(inspection.id)}
    form.prepare(_prompts(interview), criteria)
    form.first_day, form.planned = find_first_day(inspection.id), interview.held_at
    if not form.validate_on_submit():
        say_which(form.rows, form.names())
        return _show(inspection, interview, form, 422)
    lines = [
        paper.Written(row.words.data, row.speaker.data or "", row.prompt.data or "", row.moment())
        for row in (entry.form for entry in form.rows)
        if not row.is_empty
    ]
    try:
        with writing() as db_session:
            if (again := answer_of_first_time(db_session)) is not None:
                return again
            interview = get_interview(inspection, reference, for_change=True)
            evidence_kind = inspection.vocabulary.evidence_kind_default.get(interview.kind, "")
            notes = paper.type_in(interview, lines, criteria=criteria, evidence_kind=evidence_kind, by=g.actor)
            flash(f"{count(len(notes), 'note')} from paper saved in {interview.reference}.", "success")
            # The device that kept the form hears from the address that it is saved.
            shown = url_for(
                ".show_interview",
                reference=interview.reference,
                typed_in=operation_id(),
                _anchor=f"note-{notes[0].number}",
            )
            answer = to(shown)
            keep_answer(db_session, answer)
    except services.Closed as closed:
        form.rows[0].form.words.errors = [str(closed)]
        form.rows.errors = [form.rows[0].form.errors]
        return _show(inspection, get_interview(inspection, reference), form, 422)
    return answer


def _show(inspection: CurrentInspection, interview: Interview, form: PaperForm, status: int = 200):
    prompts = _prompts(interview)
    for entry in form.rows:
        entry.form.prompt.choices = [("", "None"), *prompts]
    return page(
        PAPER,
        status,
        interview=interview,
        form=form,
        speakers=note_queries.list_speakers(interview.id),
        full=len(form.rows) >= form.rows.max_entries,
        error=status == 422,
    )


def _prompts(interview: Interview) -> list[tuple[str, str]]:
    return [(line.id, f"{line.id} {line.text}") for line in guides.guide_of(interview).prompts]
