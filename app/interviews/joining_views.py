"""Two versions of a note that are open: keep what stands, take the second, or join them."""

from uuid import UUID

from flask import abort, g

from app.access import Action, allow
from app.db.versions import Stale
from app.inspections.gate import CurrentInspection
from app.interviews import joining, joining_queries, services
from app.interviews.forms import ChoiceForm, RewordForm
from app.interviews.models import Note, Outcome, Rival
from app.interviews.views import ONLY_TAGS, answer_done, answer_note, bp, criteria_of, get_interview, get_note
from app.interviews.wordings import joined
from app.web.pages import long_moment

KEPT_TOO = " What you joined is kept as a version, too."


@bp.get("/<reference>/notes/<int:number>/versions/<uuid:version_id>")
@allow(Action.RECORD)
def show_join(inspection: CurrentInspection, reference: str, number: int, version_id: UUID):
    """The form that joins a version that came second with the note as it is."""
    interview = get_interview(inspection, reference)
    note = get_note(interview, number)
    rival = _get_rival(note, version_id)
    closed = services.why_fixed(note) or (_overtaken(rival) if rival.settled_at else None)
    if closed is not None:
        return answer_note(inspection, interview, note, 200, closed=closed, focus=True)
    words = joined(rival.base.text if rival.base else "", note.words, rival.words)
    form = RewordForm(formdata=None, words=words, speaker=note.speaker, quote=note.quote, version=note.version)
    return answer_note(inspection, interview, note, 200, editing=form, joining=rival.id)


@bp.post("/<reference>/notes/<int:number>/versions/<uuid:version_id>")
@allow(Action.RECORD)
def choose_version(inspection: CurrentInspection, reference: str, number: int, version_id: UUID):
    interview = get_interview(inspection, reference, for_change=True)
    note = get_note(interview, number, for_change=True)
    rival = _get_rival(note, version_id)
    form = ChoiceForm()
    if not form.choice.validate(form):
        abort(422, "The form was changed on its way. Open the note again and choose once more.")
    outcome, join = Outcome(form.choice.data), RewordForm()
    if outcome is Outcome.JOINED and not join.validate_on_submit():
        return answer_note(inspection, interview, note, 422, editing=join, joining=rival.id)
    words = join.words.data or "" if outcome is Outcome.JOINED else ""
    try:
        joining.choose(
            rival,
            outcome,
            base=form.version.data or 0,
            criteria=criteria_of(inspection) if "#" in words + rival.words else {},
            evidence_kind=inspection.vocabulary.evidence_kind_default.get(interview.kind, ""),
            by=g.actor,
            words=words,
            **join.corrections() if outcome is Outcome.JOINED else {},
        )
    except services.OnlyTags:
        join.words.errors = [ONLY_TAGS]
        return answer_note(inspection, interview, note, 422, editing=join, joining=rival.id)
    except services.Closed as closed:
        if outcome is Outcome.JOINED:
            join.words.errors = [str(closed)]
            return answer_note(inspection, interview, note, 422, editing=join, joining=rival.id)
        return answer_note(inspection, interview, note, 422, closed=str(closed), focus=True)
    except Stale:
        typed = KEPT_TOO if outcome is Outcome.JOINED else ""
        return answer_note(inspection, interview, note, 409, closed=_overtaken(rival) + typed, focus=True)
    return answer_done(inspection, interview, note, focus=True)


def _get_rival(note: Note, id: UUID) -> Rival:
    if (rival := joining_queries.find_rival(note, id)) is None:
        abort(404, f"Note {note.number} has no such version to choose. Open the note to see every version.")
    return rival


def _overtaken(rival: Rival) -> str:
    if rival.settled_at:
        return f"{rival.settled_by} chose already, {long_moment(rival.settled_at)}: this is what the note says now."
    return "Somebody changed this note meanwhile. Look at what it says now, and choose once more."
