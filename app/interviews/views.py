import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, abort, flash, g, request, url_for

from app.access import Action, allow
from app.audit.queries import history, history_between
from app.db.base import AnyRow
from app.db.versions import Stale
from app.evidence.filters import read_before
from app.evidence.forms import NOT_SET, choices
from app.evidence.mark_queries import list_distressing_words
from app.evidence.marking import holds_any
from app.extensions import htmx
from app.inspections.gate import CurrentInspection
from app.inspections.generalise import recognisable
from app.inspections.histories import in_words
from app.inspections.queries import find_days, get_rules, list_bodies, list_criteria, list_roles
from app.inspections.references import read_reference
from app.interviews import (
    clashes,
    guide_queries,
    guides,
    joining_queries,
    note_queries,
    queries,
    raising,
    raising_queries,
    services,
)
from app.interviews.filters import KINDS, read_after, read_filters
from app.interviews.forms import (
    IntervieweeForm,
    NotAskedForm,
    NoteForm,
    OwnPromptForm,
    PlanForm,
    RaiseForm,
    RewordForm,
    TickForm,
)
from app.interviews.hashtags import read_tags
from app.interviews.models import STATE_LABELS, Interview, Mark, Note, RaisedMatter
from app.web import clock
from app.web.dispatch import after_refusal, operation_id
from app.web.pages import page, to

bp = Blueprint("interviews", __name__, url_prefix="/inspections/<inspection>/interviews")
PRESENT_FOR = timedelta(seconds=24)  # without being heard of
PART_NOTE = re.compile(r"note (\d{1,9})", re.ASCII)  # of an entry of the history
PAGE = "interviews/interview.html"
NOTE = "interviews/_note.html"
NOTED = "interviews/_noted.html"
WRITTEN = "interviews/_written.html"
WRITE_UP = "write-up"  # where a note is shown, unless in the stream
GUIDE = "interviews/_guide.html"
OVERTAKEN = (
    "Somebody else marked this meanwhile, so nothing was changed. The guide shows how it is now: do it again if it "
    "should still be changed."
)
# static/capture.js says the same before the server has answered.
NOT_KEPT = (
    "‘{}’ is not kept: only evidence shows something. Reword the note with # and a criterion, then say on its evidence "
    "item what it shows."
)
ONLY_TAGS = "Type what was said as well as the criterion"


@bp.get("")
@allow(Action.READ)
def list_interviews(inspection: CurrentInspection):
    panel = read_filters(inspection)
    interviews, after = queries.list_interviews(inspection.id, read_after(), panel.filters)
    return page(
        "interviews/index.html",
        interviews=interviews,
        after=f"{after[0].isoformat() if after[0] else ''},{after[1]}" if after else None,
        panel=panel,
        states=STATE_LABELS,
        write_ups=queries.write_ups_of(inspection.id, interviews, clock.today()),
        clashes=clashes.clashing_of(inspection.id, interviews),
        outside=clashes.outside_visits(inspection.id, interviews),
        today=clock.today(),
        cancelled=queries.count_cancelled(inspection.id),
    )


@bp.get("/new")
@allow(Action.RECORD)
def show_plan(inspection: CurrentInspection):
    return page("interviews/new.html", form=_plan_form(inspection, empty=True))


@bp.post("/new")
@allow(Action.RECORD)
def plan_interview(inspection: CurrentInspection):
    form = _plan_form(inspection)
    if not form.validate_on_submit():
        return page("interviews/new.html", 422, form=form, error=True)
    interview = services.plan(
        inspection.id,
        kind=form.kind.data,
        family=inspection.vocabulary.family_of[form.kind.data],
        prefix=inspection.vocabulary.prefixes[form.kind.data],
        body_id=next(body.id for body in list_bodies(inspection.id) if body.code == form.body.data),
        role_id=next(role.id for role in list_roles(inspection.id) if role.code == form.role.data),
        title=form.title.data or "",
        held_at=form.moment(),
        place=form.place.data or "",
        remote=bool(form.remote.data),
        by=g.actor,
    )
    return to(url_for(".show_interview", reference=interview.reference))


@bp.get("/<reference>")
@allow(Action.READ)
def show_interview(inspection: CurrentInspection, reference: str):
    return _show(inspection, get_interview(inspection, reference))


@bp.get("/<reference>/history")
@allow(Action.READ)
def show_history(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference)

    def address(part: str) -> str | None:
        """Of the note that an entry concerns, with every version of its words."""
        note = PART_NOTE.fullmatch(part)
        return url_for(".show_note", reference=interview.reference, number=int(note[1])) if note else None

    return page(
        "interviews/history.html",
        interview=interview,
        entries=in_words(inspection, history(inspection.id, interview.reference)),
        address=address,
    )


@bp.post("/<reference>/notes")
@allow(Action.RECORD)
def save_note(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference)
    form = _note_form(inspection)
    if not form.validate_on_submit():
        return _refuse(inspection, interview, form)
    words, prompt = form.words.data or "", form.prompt.data or ""
    if prompt and not guides.has_prompt(interview, prompt):
        form.prompt.errors = ["Choose a prompt of this interview's topic guide, or none"]
        return _refuse(inspection, interview, form)
    criteria = criteria_of(inspection) if "#" in words else {}
    try:
        note, item, tags = services.save_note(
            interview,
            words,
            speaker=form.speaker.data or "",
            quote=bool(form.quote.data),
            said_at=form.moment(),
            criteria=criteria,
            direction=form.direction.data or "",
            evidence_kind=inspection.vocabulary.evidence_kind_default.get(interview.kind, ""),
            prompt=prompt,
            id=operation_id(),
            by=g.actor,
        )
    except services.OnlyTags:
        form.words.errors = [ONLY_TAGS]
        return _refuse(inspection, interview, form)
    except services.Closed as closed:
        form.words.errors = [str(closed)]
        return _refuse(inspection, interview, form)
    direction = form.direction.data or ""
    shows = inspection.vocabulary.labels["directions"].get(direction, direction)
    not_kept = NOT_KEPT.format(shows) if shows and item is None else ""
    if htmx:
        line = note_queries.line_of(note, item, tags)
        unknown = _slips(criteria, [line])
        moved_on = form.shown.data not in (None, "", interview.state)
        return page(NOTED, interview=interview, note=line, unknown=unknown, moved_on=moved_on, not_kept=not_kept)
    if not_kept:
        flash(f"Note {note.number} is saved. {not_kept}", "info")
    return to(url_for(".show_interview", reference=interview.reference, _anchor="composer"))


@bp.get("/<reference>/notes")
@allow(Action.RECORD)
def show_changed(inspection: CurrentInspection, reference: str):
    """What the page of somebody who takes notes asks for every second or so: new notes, who is here, the guide.

    `since`: what the answer before said, in milliseconds. Without it: the interview's page. `guide`: the stamp of the
    topic guide that the page shows; the answer holds the guide if it has changed since. `state`: what the page's head
    says; the answer holds the head if it is another by now.
    """
    interview = get_interview(inspection, reference)
    given = request.args.get("since", "")
    if not (given.isascii() and given.isdigit() and len(given) < 15):
        return to(url_for(".show_interview", reference=interview.reference))
    next_since = note_queries.this_millisecond()
    notes = note_queries.list_changed(interview.id, int(given))
    present = note_queries.list_present(interview.id, clock.now() - PRESENT_FOR)
    own = next((row.seen_at for row in present if row.person_id == g.actor.id), None)
    if own is None or clock.now() - own > PRESENT_FOR / 3:
        id, person_id = interview.id, g.actor.id
        after_refusal(lambda: services.be_present(id, person_id))
    others = [row.name for row in present if row.person_id != g.actor.id]
    shown = request.args.get("guide")
    changed = shown is not None and shown != guide_queries.stamp_of(interview.id)
    return page(
        "interviews/_changed.html",
        interview=interview,
        notes=notes,
        unknown=unknown_tags(inspection, notes),
        since=next_since,
        others=others,
        guide=guides.guide_of(interview) if changed else None,
        again=request.args.get("state", interview.state) != interview.state,
    )


@bp.get("/<reference>/notes/<int:number>")
@allow(Action.READ)
def show_note(inspection: CurrentInspection, reference: str, number: int):
    """One note with every version of its words and what was done with it; for htmx, its line in the stream."""
    interview = get_interview(inspection, reference)
    note = get_note(interview, number)
    if htmx:
        return _line(inspection, interview, number)
    return show_one_note(inspection, interview, note)


@bp.get("/<reference>/notes/<int:number>/edit")
@allow(Action.RECORD)
def edit_note(inspection: CurrentInspection, reference: str, number: int):
    interview = get_interview(inspection, reference)
    note = get_note(interview, number)
    if (closed := services.why_fixed(note)) is not None:
        if htmx:
            return _line(inspection, interview, number, closed=closed, focus=True)
        return show_one_note(inspection, interview, note, closed=closed)
    form = RewordForm(formdata=None, words=note.words, speaker=note.speaker, quote=note.quote, version=note.version)
    if htmx:
        return _line(inspection, interview, number, editing=form)
    return show_one_note(inspection, interview, note, editing=form)


@bp.post("/<reference>/notes/<int:number>")
@allow(Action.RECORD)
def reword_note(inspection: CurrentInspection, reference: str, number: int):
    return _reword(inspection, reference, number)


@bp.post("/<reference>/notes/<uuid:note_id>")
@allow(Action.RECORD)
def reword_sent_note(inspection: CurrentInspection, reference: str, note_id: UUID):
    """The same, by what the device that sent the note calls it: it may not have heard of the number yet."""
    return _reword(inspection, reference, note_id)


def _reword(inspection: CurrentInspection, reference: str, name: int | UUID):
    interview = get_interview(inspection, reference, for_change=True)
    note = get_note(interview, name, for_change=True)
    form = RewordForm()
    if not form.about.data:  # a rewording made without the form says nothing of them, and a refusal shows the form
        form.speaker.data, form.quote.data = note.speaker, note.quote
    if not form.validate_on_submit():
        return answer_note(inspection, interview, note, 422, editing=form)
    words = form.words.data or ""
    try:
        services.reword(
            note,
            words,
            base=form.version.data or 0,
            criteria=criteria_of(inspection) if "#" in words else {},
            evidence_kind=inspection.vocabulary.evidence_kind_default.get(interview.kind, ""),
            by=g.actor,
            **form.corrections(),
        )
    except services.OnlyTags:
        form.words.errors = [ONLY_TAGS]
        return answer_note(inspection, interview, note, 422, editing=form)
    except services.Closed as closed:
        form.words.errors = [str(closed)]
        return answer_note(inspection, interview, note, 422, editing=form)
    except Stale:
        # The words are a version of the note now: there is nothing left to be sent again.
        if (why := services.why_fixed(note)) is not None:
            closed_to_it = f"{why} Your words are kept as a version of the note."
            return answer_note(inspection, interview, note, 409, closed=closed_to_it, focus=bool(form.about.data))
        change, typed_here = _last_change(inspection, note), bool(form.about.data)
        return answer_note(inspection, interview, note, 409, conflict=change, focus=typed_here)
    return answer_done(inspection, interview, note, done={note.number: f"Note {note.number} is saved."})


@bp.get("/<reference>/guide")
@allow(Action.READ)
def show_guide(inspection: CurrentInspection, reference: str):
    """It stands on the interview's page; this is where a form of it leaves whoever loads the page again."""
    interview = get_interview(inspection, reference)
    return to(url_for(".show_interview", reference=interview.reference, _anchor="guide"))


@bp.post("/<reference>/guide/<part>")
@allow(Action.RECORD)
def tick_guide(inspection: CurrentInspection, reference: str, part: str):
    interview = get_interview(inspection, reference)
    label = guides.guide_of(interview).label_of(part)
    if label is None:
        abort(404, f"The topic guide of {interview.reference} has no part {part[:40]}.")
    form = TickForm()
    if not form.validate_on_submit():
        abort(422, "The form was changed on its way. Open the page again and tick it once more.")
    return _mark(inspection, interview, part, label, Mark(form.mark.data), form.version.data or 0)


@bp.post("/<reference>/guide")
@allow(Action.RECORD)
def leave_out_prompt(inspection: CurrentInspection, reference: str):
    """Mark a prompt as not asked."""
    interview = get_interview(inspection, reference)
    form = _not_asked_form(guides.guide_of(interview))
    if not form.validate_on_submit():
        return _answer_guide(inspection, interview, 422, not_asked=form)
    part, reason = form.left_out.data, form.reason.data or ""
    try:
        guides.mark(interview, part, f"Prompt {part}", Mark.NOT_ASKED, base=0, reason=reason, by=g.actor)
    except Stale:
        form.left_out.errors = [f"{part} was marked before. Take that back first, then say that it was not asked"]
        return _answer_guide(inspection, interview, 409, not_asked=form)
    except services.Closed as closed:
        form.left_out.errors = [str(closed)]
        return _answer_guide(inspection, interview, 422, not_asked=form)
    return _answer_guide(inspection, interview, here=part)


@bp.post("/<reference>/guide/questions")
@allow(Action.RECORD)
def add_question(inspection: CurrentInspection, reference: str):
    """Add a question of one's own to the guide of this interview."""
    interview = get_interview(inspection, reference)
    form = _own_form(inspection)
    if not form.validate_on_submit():
        return _answer_guide(inspection, interview, 422, own=form)
    try:
        own = guides.add_question(interview, form.question.data or "", form.informs.data or [], by=g.actor)
    except services.Closed as closed:
        form.question.errors = [str(closed)]
        return _answer_guide(inspection, interview, 422, own=form)
    return _answer_guide(inspection, interview, here=own.prompt)


@bp.get("/<reference>/people")
@allow(Action.NAMES)
def show_people(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference)
    return _show_people(interview, IntervieweeForm(formdata=None))


@bp.post("/<reference>/people")
@allow(Action.NAMES)
def add_interviewee(inspection: CurrentInspection, reference: str):
    interview = get_interview(inspection, reference)
    form = IntervieweeForm()
    if not form.validate_on_submit():
        return _show_people(interview, form, 422)
    services.add_interviewee(interview, form.label.data or "", form.name.data or "", by=g.actor)
    flash("The name is kept, apart from the notes.", "success")
    return to(url_for(".show_people", reference=interview.reference))


@bp.post("/<reference>/people/<uuid:id>/erase")
@allow(Action.NAMES)
def erase_interviewee(inspection: CurrentInspection, reference: str, id: UUID):
    interview = get_interview(inspection, reference)
    if (row := queries.find_interviewee(interview.id, id)) is None:
        abort(404, "That name was erased already.")
    services.remove_interviewee(row, interview, by=g.actor)
    flash("The name is erased.", "success")
    return to(url_for(".show_people", reference=interview.reference))


def get_interview(inspection: CurrentInspection, reference: str, *, for_change: bool = False) -> Interview:
    """The interview, or 404 with a sentence."""
    read = read_reference(reference)
    interview = queries.find_interview(inspection.id, read[1], for_change=for_change) if read else None
    if interview is None or read is None or interview.prefix != read[0]:
        abort(404, f"There is no interview {reference[:40]} in this inspection.")
    return interview


def get_note(interview: Interview, name: int | UUID, *, for_change: bool = False) -> Note:
    there = isinstance(name, UUID) or name < 10**9
    note = note_queries.find_note(interview.id, name, for_change=for_change) if there else None
    if note is None:
        abort(404, f"{interview.reference} has no note {name}.")
    return note


def _show(
    inspection: CurrentInspection,
    interview: Interview,
    status: int = 200,
    form: NoteForm | None = None,
    not_asked: NotAskedForm | None = None,
    own: OwnPromptForm | None = None,
    refusal: str = "",
):
    before, since = _read_where(interview), note_queries.this_millisecond()
    notes, earlier = note_queries.list_notes(interview.id, before)
    criteria = list_criteria(inspection.id)
    guide = guides.guide_of(interview)
    composer = form or _note_form(inspection, empty=True)
    if form is None and before is None:
        # Those of one's own last note: what a colleague discusses is not what a newcomer's first note is about, and
        # what was imported was not heard here.
        typed = (note for note in reversed(notes) if note.has_time and not note.heard)
        last = next((note for note in typed if note.created_by == g.actor.label), None)
        composer.speaker.data = last.speaker if last else ""
        composer.prompt.data = request.args.get("prompt", last.prompt if last else "")
    return page(
        PAGE,
        status,
        interview=interview,
        notes=notes,
        since=since,
        earlier=earlier,
        later=before is not None,
        unknown=_slips({row.reference: row.id for row in criteria}, notes),
        criteria=criteria,
        speakers=note_queries.list_speakers(interview.id),
        guide=guide,
        not_asked=not_asked or _not_asked_form(guide, empty=True),
        own=own or _own_form(inspection, empty=True),
        refusal=refusal,
        raising=RaiseForm(formdata=None),
        raised=_raised(inspection, interview),
        form=composer,
        error=form is not None or not_asked is not None or own is not None,
    )


def _raised(inspection: CurrentInspection, interview: Interview) -> Sequence[RaisedMatter]:
    """What was raised here with the lead inspector, as far as this person may know of it."""
    if not inspection.allows(Action.RECORD):
        return []
    return raising_queries.list_of_interview(interview.id, inspection.id, raising.whose(inspection, g.actor))


def _read_where(interview: Interview) -> int | None:
    """Below which note the page ends: None for the latest, also when the note asked for is among those."""
    wanted = request.args.get("note", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 10):
        return read_before()
    place = note_queries.place_of(interview.id, int(wanted)) or interview.notes_taken
    if interview.notes_taken - place < note_queries.NOTES_SHOWN:
        return None
    return place + note_queries.NOTES_SHOWN // 2


def _refuse(inspection: CurrentInspection, interview: Interview, form: NoteForm):
    if htmx:
        reasons = [str(error) for errors in form.errors.values() for error in errors]
        return page("interviews/_refused.html", 422, reasons=reasons)
    return _show(inspection, interview, 422, form)


def _mark(inspection: CurrentInspection, interview: Interview, part: str, label: str, wanted: Mark, base: int):
    status, refusal = 200, ""
    try:
        guides.mark(interview, part, label, wanted, base=base, by=g.actor)
    except Stale:
        status, refusal = 409, OVERTAKEN
    except services.Closed as closed:
        status, refusal = 422, str(closed)
    if htmx:
        guide = guides.guide_of(interview)
        return page(GUIDE, status, interview=interview, guide=guide, refusal=refusal, refused=part)
    if refusal:
        return _show(inspection, interview, status, refusal=refusal)
    return to(url_for(".show_interview", reference=interview.reference, _anchor="guide"))


def _answer_guide(
    inspection: CurrentInspection,
    interview: Interview,
    status: int = 200,
    not_asked: NotAskedForm | None = None,
    own: OwnPromptForm | None = None,
    here: str = "",
):
    """The guide with its forms: the one that was refused, or both empty. `here`: the prompt that it was about."""
    if htmx:
        guide = guides.guide_of(interview)
        return page(
            "interviews/_guide_with_forms.html",
            status,
            interview=interview,
            guide=guide,
            not_asked=not_asked or _not_asked_form(guide, empty=True),
            own=own or _own_form(inspection, empty=True),
            here=here,
        )
    if status != 200:
        return _show(inspection, interview, status, not_asked=not_asked, own=own)
    return to(url_for(".show_interview", reference=interview.reference, _anchor="guide"))


def show_one_note(inspection: CurrentInspection, interview: Interview, note: Note, status: int = 200, **context):
    distressing, versions = list_distressing_words(interview.id), note_queries.list_versions(interview.id, note.number)
    line = note_queries.find_line(interview.id, note.number)
    return page(
        "interviews/note.html",
        status,
        interview=interview,
        note=line,
        unknown=unknown_tags(inspection, [line] if line else []),
        versions=versions,
        covers={version.id for version in versions if holds_any(version, distressing)},
        present=note.text_id,
        rivals=joining_queries.rivals_of(note),
        entries=in_words(inspection, history_between(inspection.id, interview.reference, note.text.label)),
        view=_view(),
        **{"editing": None, "conflict": None} | context,
    )


def answer_done(inspection: CurrentInspection, interview: Interview, note: Note, **context):
    """After a change of a note: its line for htmx, else back to where it was changed."""
    if htmx:
        return _line(inspection, interview, note.number, **context)
    shown_in = ".show_write_up" if _view() else ".show_interview"
    return to(url_for(shown_in, reference=interview.reference, _anchor=f"note-{note.number}"))


def _line(inspection: CurrentInspection, interview: Interview, number: int, status: int = 200, **context):
    """One note as it stands in the stream, or in the write-up where that asks."""
    line = note_queries.find_line(interview.id, number)
    unknown = unknown_tags(inspection, [line] if line else [])
    return page(WRITTEN if _view() else NOTE, status, interview=interview, note=line, unknown=unknown, **context)


def _view() -> str:
    return WRITE_UP if request.values.get("view") == WRITE_UP else ""


def _last_change(inspection: CurrentInspection, note: Note) -> AnyRow | None:
    """The latest change of a note that stands: actor, at."""
    done = history_between(inspection.id, note.interview.reference, note.text.label)
    return next((entry for entry in done if not entry.deed.endswith("too late")), None)


def answer_note(inspection: CurrentInspection, interview: Interview, note: Note, status: int, **context):
    if htmx:
        return _line(inspection, interview, note.number, status, **context)
    return show_one_note(inspection, interview, note, status, **context)


def _show_people(interview: Interview, form: IntervieweeForm, status: int = 200):
    rule = get_rules(interview.inspection_id).generalisation
    return page(
        "interviews/people.html",
        status,
        interview=interview,
        people=queries.list_interviewees(interview.id),
        recognisable=recognisable(interview.role.code, rule) if interview.role else "",
        form=form,
        error=status == 422,
    )


def criteria_of(inspection: CurrentInspection) -> dict[str, UUID]:
    return {row.reference: row.id for row in list_criteria(inspection.id)}


def unknown_tags(inspection: CurrentInspection, notes: Sequence[note_queries.NoteLine]) -> dict[int, list[str]]:
    """Number of a note to what it names like a criterion and is none here: a slip must not pass unseen."""
    return _slips(criteria_of(inspection), notes) if any("#" in note.words for note in notes) else {}


def _slips(criteria: Mapping[str, UUID], notes: Sequence[note_queries.NoteLine]) -> dict[int, list[str]]:
    found = {note.number: read_tags(note.words, criteria).unknown for note in notes if "#" in note.words}
    return {number: tags for number, tags in found.items() if tags}


def _note_form(inspection: CurrentInspection, *, empty: bool = False) -> NoteForm:
    form = NoteForm(formdata=None) if empty else NoteForm()
    form.direction.choices = [NOT_SET, *choices(inspection.vocabulary.directions)]
    return form


def _not_asked_form(guide: guides.TopicGuide, *, empty: bool = False) -> NotAskedForm:
    form = NotAskedForm(formdata=None) if empty else NotAskedForm()
    form.left_out.choices = [("", "Choose"), *((prompt.id, f"{prompt.id} {prompt.text}") for prompt in guide.prompts)]
    return form


def _own_form(inspection: CurrentInspection, *, empty: bool = False) -> OwnPromptForm:
    form = OwnPromptForm(formdata=None) if empty else OwnPromptForm()
    form.informs.choices = [(row.reference, row.wording) for row in list_criteria(inspection.id)]
    return form


def _plan_form(inspection: CurrentInspection, *, empty: bool = False) -> PlanForm:
    form = PlanForm(formdata=None) if empty else PlanForm()
    form.days = find_days(inspection.id)
    labels = inspection.vocabulary.labels["source_kinds"]
    form.kind.choices = [(kind, labels[kind]) for kind in KINDS if kind in labels]
    form.body.choices = [("", "Choose"), *((body.code, body.name) for body in list_bodies(inspection.id))]
    form.role.choices = [("", "Choose"), *((role.code, role.label) for role in list_roles(inspection.id))]
    return form
