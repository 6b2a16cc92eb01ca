"""The write-up of an interview: its notes put right one by one after it was held."""

from flask import abort, flash, g, url_for

from app.access import Action, allow
from app.db.versions import Stale
from app.inspections.gate import CurrentInspection
from app.interviews import note_queries, withdrawing
from app.interviews.forms import NoteWithdrawalForm
from app.interviews.models import Interview, Note
from app.interviews.services import Closed
from app.interviews.views import bp, get_interview, get_note
from app.web.pages import page, to


@bp.get("/<reference>/write-up")
@allow(Action.READ)
def show_write_up(inspection: CurrentInspection, reference: str):
    """All notes as a document."""
    interview = get_interview(inspection, reference)
    notes, withdrawn = note_queries.list_all(interview.id)
    speakers = note_queries.list_speakers(interview.id)
    return page("interviews/write_up.html", interview=interview, notes=notes, withdrawn=withdrawn, speakers=speakers)


@bp.get("/<reference>/notes/<int:number>/withdraw")
@allow(Action.RECORD)
def show_withdraw_note(inspection: CurrentInspection, reference: str, number: int):
    interview = get_interview(inspection, reference)
    note = get_note(interview, number)
    return _ask_to_withdraw(interview, note, NoteWithdrawalForm(formdata=None))


@bp.post("/<reference>/notes/<int:number>/withdraw")
@allow(Action.RECORD)
def withdraw_note(inspection: CurrentInspection, reference: str, number: int):
    interview = get_interview(inspection, reference, for_change=True)
    note = get_note(interview, number, for_change=True)
    form = NoteWithdrawalForm()
    if not form.validate_on_submit():
        return _ask_to_withdraw(interview, note, form, 422)
    try:
        withdrawing.withdraw_note(note, form.reason.data or "", base=form.version.data or 0, by=g.actor)
    except withdrawing.EvidenceStands as stands:
        form.reason.errors = [f"Evidence was lifted from it: withdraw {' and '.join(stands.args[0])} first"]
        return _ask_to_withdraw(interview, note, form, 422)
    except Closed as closed:
        form.reason.errors = [str(closed)]
        return _ask_to_withdraw(interview, note, form, 422)
    except withdrawing.NotNow as already:
        abort(409, str(already))
    except Stale:
        return _ask_to_withdraw(interview, note, form, 409)
    flash(f"Note {number} is withdrawn. It stays on record and can be put back.", "success")
    return to(url_for(".show_note", reference=interview.reference, number=number))


@bp.post("/<reference>/notes/<int:number>/put-back")
@allow(Action.RECORD)
def put_note_back(inspection: CurrentInspection, reference: str, number: int):
    interview = get_interview(inspection, reference, for_change=True)
    note = get_note(interview, number, for_change=True)
    try:
        withdrawing.put_note_back(note, by=g.actor)
    except (withdrawing.NotNow, Closed) as why:
        abort(409, str(why))
    flash(f"Note {number} is back in its place.", "success")
    return to(url_for(".show_note", reference=interview.reference, number=number))


def _ask_to_withdraw(interview: Interview, note: Note, form: NoteWithdrawalForm, status: int = 200):
    line = note_queries.find_line(interview.id, note.number)
    return page(
        "interviews/note_withdraw.html",
        status,
        interview=interview,
        note=line,
        form=form,
        conflict=status == 409,
        error=status == 422,
    )
