"""The write-up of an interview: its notes put right one by one after it was held."""

from typing import Any, cast

from flask import abort, flash, g, get_flashed_messages, request, url_for

from app.access import Action, allow
from app.db.versions import Stale
from app.evidence.forms import NOT_SET, choices
from app.evidence.marking import SeveralTimes, find_span
from app.extensions import htmx
from app.inspections.gate import CurrentInspection, may
from app.inspections.queries import list_criteria
from app.interviews import action_queries, arranging, note_queries, queries, tagging, withdrawing
from app.interviews.models import Interview, Note, State
from app.interviews.services import Closed, why_fixed
from app.interviews.views import bp, get_interview, get_note, unknown_tags
from app.interviews.writing_up_forms import MergeForm, MoveForm, NoteWithdrawalForm, SplitForm, TagSeveralForm, UndoForm
from app.web.pages import count, page, to

CHANGED_ON_ITS_WAY = "The form was changed on its way. Open the write-up again and do it once more."
MOST_TAGGED = 2000  # items in an address
OTHER_ORDER = (
    "Somebody else put the notes into another order meanwhile. Nothing was changed: this is how they stand now."
)
OTHER_ORDER_ELSEWHERE = (
    "Somebody else put the notes into another order meanwhile. "
    "Nothing was changed: load the page again to see how they stand now."
)
OTHER_WORDS = "Somebody else changed these notes meanwhile. Nothing was changed: read them again, then merge them."


@bp.get("/<reference>/write-up")
@allow(Action.READ)
def show_write_up(inspection: CurrentInspection, reference: str):
    """All notes as a document; with `arrange` a note's number, what can be done with its place stands at it."""
    interview = get_interview(inspection, reference)
    wanted = request.args.get("arrange", "")
    arranged = get_note(interview, int(wanted)) if wanted.isascii() and wanted.isdigit() else None
    if arranged is not None and not may("record"):
        arranged = None
    if htmx and arranged is not None:
        return _arranged(inspection, interview, arranged, [arranged.number])
    return _show_write_up(inspection, interview, arranged)


@bp.post("/<reference>/write-up/tags")
@allow(Action.RECORD)
def tag_notes(inspection: CurrentInspection, reference: str):
    """Put the ticked notes under a criterion, all or none."""
    interview = get_interview(inspection, reference, for_change=True)
    form = _tag_form(inspection)
    if not form.validate_on_submit():
        return _show_write_up(inspection, interview, None, 422, tag_form=form)
    ticked, criteria = form.ticked(), {row.reference: row.id for row in list_criteria(inspection.id)}
    notes = note_queries.find_notes(interview.id, list(ticked))
    if len(notes) < len(ticked):
        abort(422, CHANGED_ON_ITS_WAY)
    try:
        done = tagging.tag_several(
            interview,
            [(note, ticked[note.number]) for note in notes],
            form.criterion.data,
            criteria,
            form.direction.data or "",
            inspection.vocabulary.evidence_kind_default.get(interview.kind, ""),
            by=g.actor,
        )
    except Closed as closed:
        form.note.errors = [str(closed)]
        return _show_write_up(inspection, interview, None, 422, tag_form=form)
    except Stale as stale:
        changed = " and ".join(f"note {number}" for number in stale.args)
        form.note.errors = [f"Somebody changed {changed} meanwhile, so nothing was tagged. Read it again, then tag"]
        return _show_write_up(inspection, interview, None, 409, tag_form=form)
    made, also = ([str(item.number) for item in items] for items in (done.made, done.also))
    told = _which(done.there, "stands there already", "stand there already")
    told += _which(done.empty, "says nothing besides criteria", "say nothing besides criteria")
    for sentence in told:
        flash(sentence, "info")
    arguments = {"made": ".".join(made), "also": ".".join(also), "criterion": form.criterion.data}
    # What is said stands above what was tagged: the page is left where both are seen.
    anchor = "fb-messages" if told else "tagged"
    return to(url_for(".show_write_up", reference=interview.reference, _anchor=anchor, **arguments))


def _which(numbers: list[int], says: str, say: str) -> list[str]:
    """'Notes 3, 5 and 8 stand there already.', or no sentence of no notes."""
    if not numbers:
        return []
    *first, last = map(str, numbers)
    return [f"Notes {', '.join(first)} and {last} {say}." if first else f"Note {last} {says}."]


@bp.post("/<reference>/write-up/tags/undo")
@allow(Action.RECORD)
def untag_notes(inspection: CurrentInspection, reference: str):
    """Undo what was tagged together."""
    interview = get_interview(inspection, reference, for_change=True)
    form = UndoForm()
    if not form.validate_on_submit():
        abort(422, CHANGED_ON_ITS_WAY)
    made, also = (
        note_queries.items_of(interview.id, _numbers(field.data), for_change=True) for field in (form.made, form.also)
    )
    try:
        withdrawn, taken_off = tagging.undo(interview, made, also, form.criterion.data or "", by=g.actor)
    except Closed as closed:
        abort(409, str(closed))
    parts = [
        f"{count(withdrawn, 'item is', 'items are')} withdrawn" if withdrawn else "",
        f"the tag is taken off {count(taken_off, 'item')}" if taken_off else "",
    ]
    said = " and ".join(filter(None, parts)) or "Nothing was left to undo"
    flash(f"{said[0].upper()}{said[1:]}.", "success")
    return to(url_for(".show_write_up", reference=interview.reference))


def _numbers(given: str | None) -> list[int]:
    """'4.5' as in the address; what is no number is left out."""
    parts = (given or "").split(".")[:MOST_TAGGED]
    return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 10]


def _just_tagged(interview: Interview) -> dict[str, Any] | None:
    """What the address says was just tagged, as far as it stands so now."""
    criterion = request.args.get("criterion", "")
    made, also = (
        note_queries.items_under(criterion, interview.id, _numbers(request.args.get(name))) for name in ("made", "also")
    )
    if not (made or also):
        return None
    return {"criterion": criterion, "made": made, "also": also}


def _tag_form(inspection: CurrentInspection, *, empty: bool = False) -> TagSeveralForm:
    form = TagSeveralForm(formdata=None) if empty else TagSeveralForm()
    criteria = list_criteria(inspection.id)
    form.criterion.choices = [("", "Choose"), *((row.reference, f"{row.reference} {row.wording}") for row in criteria)]
    form.direction.choices = [NOT_SET, *choices(inspection.vocabulary.directions)]
    return form


@bp.post("/<reference>/notes/<int:number>/move")
@allow(Action.RECORD)
def move_note(inspection: CurrentInspection, reference: str, number: int):
    """Change its place with that of the note before or behind it."""
    interview = get_interview(inspection, reference, for_change=True)
    note = get_note(interview, number, for_change=True)
    form = MoveForm()
    if not form.validate_on_submit():
        abort(422, CHANGED_ON_ITS_WAY)
    past = get_note(interview, form.past.data or 0, for_change=True)
    try:
        arranging.move(note, past, up=form.way.data == "up", by=g.actor)
    except Closed as closed:
        return _refused(inspection, interview, note, 422, str(closed))
    except Stale:
        if not htmx:
            return _refused(inspection, interview, note, 409, OTHER_ORDER)
        if past.id not in {one.id for one in note_queries.neighbours(note) if one}:
            return _refused(inspection, interview, note, 409, OTHER_ORDER_ELSEWHERE)
        return _both(inspection, interview, note, past, status=409, refusal=OTHER_ORDER)
    if htmx:
        done = f"Note {number} is moved {form.way.data}."
        return _both(inspection, interview, note, past, pressed=form.way.data, done=done)
    return _to_note(interview, note, arrange=number)


def _both(inspection: CurrentInspection, interview: Interview, note: Note, past: Note, **options: Any):
    """For htmx: two neighbours in their order, in the place of the first."""
    both = sorted((note, past), key=lambda one: one.place)
    return _arranged(inspection, interview, note, [one.number for one in both], gone=past.number, **options)


@bp.post("/<reference>/notes/<int:number>/merge")
@allow(Action.RECORD)
def merge_note(inspection: CurrentInspection, reference: str, number: int):
    """Merge it with the note behind it."""
    interview = get_interview(inspection, reference, for_change=True)
    note = get_note(interview, number, for_change=True)
    form = MergeForm()
    if not form.validate_on_submit():
        abort(422, CHANGED_ON_ITS_WAY)
    following = get_note(interview, form.following.data or 0, for_change=True)
    try:
        arranging.merge(
            note,
            following,
            base=form.version.data or 0,
            following_base=form.following_version.data or 0,
            by=g.actor,
        )
    except Closed as closed:
        return _refused(inspection, interview, note, 422, str(closed))
    except arranging.NotSo as why:
        return _refused(inspection, interview, note, 422, f"{why}.")
    except Stale:
        return _refused(inspection, interview, note, 409, OTHER_WORDS)
    if htmx:
        done = f"Note {following.number} is merged into note {number}."
        return _arranged(inspection, interview, note, [number], gone=following.number, pressed="merge", done=done)
    return _to_note(interview, note, arrange=number)


@bp.get("/<reference>/notes/<int:number>/split")
@allow(Action.RECORD)
def show_split(inspection: CurrentInspection, reference: str, number: int):
    interview = get_interview(inspection, reference)
    note = get_note(interview, number)
    if (why := why_fixed(note)) is not None:
        return _refused(inspection, interview, note, 409, why)
    return _ask_where(interview, note, SplitForm(formdata=None))


@bp.post("/<reference>/notes/<int:number>/split")
@allow(Action.RECORD)
def split_note(inspection: CurrentInspection, reference: str, number: int):
    interview = get_interview(inspection, reference, for_change=True)
    note = get_note(interview, number, for_change=True)
    form = SplitForm()
    form.offer(note.words, arranging.word_starts(note.words))
    if note.version != form.version.data and form.version.data is not None:
        return _ask_where(interview, note, SplitForm(formdata=None, begins=form.begins.data), 409)
    if not form.validate_on_submit() or (at := _place_of(note, form)) is None:
        return _ask_where(interview, note, form, 422)
    try:
        new = arranging.split(note, at, base=form.version.data or 0, by=g.actor)
    except Closed as closed:
        return _refused(inspection, interview, note, 422, str(closed))
    except arranging.NotSo as why:
        form.begins.errors = [str(why)]
        return _ask_where(interview, note, form, 422)
    flash(f"Note {number} is split: its second part is note {new.number}.", f"note-{number}")  # told in its line
    return _to_note(interview, note)


def _place_of(note: Note, form: SplitForm) -> int | None:
    """Where the second part begins; None when the form now says why nothing does."""
    if form.at.data:
        return int(form.at.data)
    try:
        span = find_span(note.words, form.begins.data or "", None, None)
    except SeveralTimes as several:
        form.begins.errors = [f"These words stand {several.args[0]} times in the note. Add the words that follow them"]
        return None
    if span is None:
        form.begins.errors = ["These words do not stand in the note like that. Copy them exactly"]
        return None
    return span[0]


def _ask_where(interview: Interview, note: Note, form: SplitForm, status: int = 200):
    form.offer(note.words, arranging.word_starts(note.words))
    line = note_queries.find_line(interview.id, note.number)
    conflict, error = status == 409, status == 422
    template = "interviews/note_split.html"
    return page(template, status, interview=interview, note=line, form=form, conflict=conflict, error=error)


def _show_write_up(
    inspection: CurrentInspection,
    interview: Interview,
    arranged: Note | None,
    status: int = 200,
    refusal: str = "",
    tag_form: TagSeveralForm | None = None,
):
    notes, withdrawn = note_queries.list_all(interview.id)
    form = tag_form or _tag_form(inspection, empty=True)
    lines = {f"note-{note.number}" for note in notes}
    flashed = cast(list[tuple[str, str]], get_flashed_messages(with_categories=True))
    return page(
        "interviews/write_up.html",
        status,
        interview=interview,
        notes=notes,
        withdrawn=withdrawn,
        unknown=unknown_tags(inspection, notes),
        told={category: sentence for category, sentence in flashed if category in lines},
        speakers=note_queries.list_speakers(interview.id),
        refusal=refusal,
        colleagues=queries.names_of_colleagues(interview),
        seen=queries.list_labels_seen(interview.id),
        actions=action_queries.list_actions(interview.id),
        tag_form=form,
        ticked=set(form.note.data or ()),
        tagged=_just_tagged(interview),
        error=status == 422,
        **_tools(interview, arranged),
    )


def _tools(interview: Interview, note: Note | None) -> dict[str, Any]:
    """What `_arrange.html` needs of the note that is arranged."""
    if note is None or note.withdrawn_at is not None or interview.state in (State.SIGNED_OFF, State.CANCELLED):
        return {"arranging": None}
    above, below = note_queries.neighbours(note)
    return {"arranging": note.number, "above": above, "below": below}


def _arranged(
    inspection: CurrentInspection,
    interview: Interview,
    note: Note,
    numbers: list[int],
    *,
    gone: int = 0,
    status: int = 200,
    refusal: str = "",
    pressed: str = "",
    done: str = "",
):
    """For htmx: lines in the place of the note's, in their order. `done` is read out."""
    lines = [line for number in numbers if (line := note_queries.find_line(interview.id, number))]
    return page(
        "interviews/_arranged.html",
        status,
        interview=interview,
        notes=lines,
        unknown=unknown_tags(inspection, lines),
        gone=gone,
        refusal=refusal,
        pressed=pressed,
        done={note.number: done},
        **_tools(interview, note),
    )


def _refused(inspection: CurrentInspection, interview: Interview, note: Note, status: int, why: str):
    if htmx and note.withdrawn_at is None:
        return _arranged(inspection, interview, note, [note.number], status=status, refusal=why)
    if note.withdrawn_at is not None or interview.state in (State.SIGNED_OFF, State.CANCELLED):
        abort(status, why)
    return _show_write_up(inspection, interview, note, status, why)


def _to_note(interview: Interview, note: Note, **arguments: Any):
    return to(url_for(".show_write_up", reference=interview.reference, _anchor=f"note-{note.number}", **arguments))


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
        stands=note_queries.standing_evidence(note, for_change=False),
        conflict=status == 409,
        error=status == 422,
    )
