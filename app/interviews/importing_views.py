"""Importing notes into an interview: the file, what it would do, the import, and its withdrawal."""

from typing import Any

from flask import Response, abort, flash, g, request, send_file, url_for
from flask_login import current_user

from app import storage
from app.access import Action, allow
from app.db.transaction import writing
from app.db.versions import Stale
from app.evidence.filters import read_before
from app.formats.kinds import KINDS
from app.inspections.gate import CurrentInspection
from app.inspections.people import parts_of
from app.inspections.queries import list_criteria, list_roles
from app.inspections.references import EVIDENCE, reference
from app.interviews import importing, importing_queries, note_queries, queries
from app.interviews.clashes import has_time
from app.interviews.forms import WithdrawalForm
from app.interviews.importing_forms import ImportForm, MappingForm
from app.interviews.models import ImportState, Interview, NoteImport, State
from app.interviews.services import Closed
from app.interviews.transcripts import Preview, is_label, speakers_of
from app.interviews.views import bp, get_interview
from app.web import clock
from app.web.conflicts import Conflict
from app.web.dispatch import answer_of_first_time, keep_answer, own_writes
from app.web.pages import count, page, to

IMPORTS = "interviews/imports.html"
PREVIEW = "interviews/import_preview.html"
WITHDRAW = "interviews/import_withdraw.html"
TAKES_FILES = ("interviews.receive_notes",)
MOST_SENT = 64 * 1024 * 1024  # what is too large to be imported is told in a sentence, with what was typed still there
STATES = {
    ImportState.PREVIEWED: "Not imported yet",
    ImportState.IMPORTED: "Imported",
    ImportState.DISCARDED: "Discarded",
    ImportState.WITHDRAWN: "Withdrawn",
}


def state_of(found: NoteImport, notes: tuple[int, int]) -> str:
    """What became of it, in words; how many of its notes stand, and how many are withdrawn."""
    if not found.notes:
        return STATES[found.state]
    standing, withdrawn = notes
    return "Withdrawn" if not standing else "Partly withdrawn" if withdrawn else "Imported"


@bp.url_value_preprocessor
def _take_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form, as the anti-forgery check does first of all; only for those who are signed in."""
    if endpoint in TAKES_FILES and current_user.is_authenticated:
        request.max_content_length = MOST_SENT
        request.max_form_memory_size = MOST_SENT


@bp.get("/<reference>/imports")
@allow(Action.READ)
def show_imports(inspection: CurrentInspection, reference: str):
    """What was imported into an interview, and where to import more."""
    return _show_imports(get_interview(inspection, reference), ImportForm(formdata=None))


@bp.post("/<reference>/imports")
@allow(Action.RECORD)
@own_writes
def receive_notes(inspection: CurrentInspection, reference: str):
    """Read what came in and show what it would do. Reading is outside the write, and bytes are on disk before it."""
    interview = get_interview(inspection, reference)
    form = ImportForm()
    if not form.validate_on_submit():
        return _show_imports(interview, form, 422)
    pasted = not form.has_file()
    data = (form.text.data or "").encode() if pasted else form.file.data.read()
    field = form.text if pasted else form.file
    try:
        kind, transcript = importing.read(data, "pasted.txt" if pasted else form.file.data.filename)
    except importing.NotNotes as wrong:
        field.errors = [str(wrong)]
        return _show_imports(interview, form, 422)
    kept = importing.keep(inspection.id, data)
    # No recording begins later than now: where the interview is to come, it was made earlier than planned.
    known_start = interview.held_at is not None and has_time(interview.held_at) and interview.held_at <= clock.now()
    starts_at = interview.held_at if known_start else None
    known = _known(inspection, interview)
    with writing() as session:
        if (again := answer_of_first_time(session, [kept.sha256])) is not None:
            return again
        interview = get_interview(inspection, reference, for_change=True)
        try:
            found = importing.receive(
                interview, kept, kind, transcript, pasted=pasted, starts_at=starts_at, known=known, by=g.actor
            )
        except importing.HereAlready as here:
            sentence = _here_already(here.there)
            session.rollback()
        except Closed as closed:
            sentence = str(closed)
            session.rollback()
        else:
            response = to(url_for(".show_preview", reference=interview.reference, number=found.number))
            keep_answer(session, response)
            return response
    field.errors = [sentence]
    return _show_imports(get_interview(inspection, reference), form, 422)


def _here_already(there: NoteImport) -> str:
    if there.state is ImportState.PREVIEWED:
        return f"The same content is here as import {there.number}, not imported yet. Open that, or discard it first"
    return (
        f"The same content was imported already, as import {there.number}: {count(there.notes, 'note')}. "
        "Withdraw that first to import it again"
    )


@bp.get("/<reference>/imports/<int:number>")
@allow(Action.READ)
def show_import(inspection: CurrentInspection, reference: str, number: int):
    """What became of an import, with its notes. It names nobody."""
    interview = get_interview(inspection, reference)
    found = get_import(interview, number)
    notes: list[note_queries.NoteLine] = []
    earlier = None
    if found.first_number is not None and found.last_number is not None:
        before = min(read_before() or found.last_number + 1, found.last_number + 1)
        notes, earlier = note_queries.list_imported(interview.id, found.first_number, before)
    standing, withdrawn = importing_queries.count_notes_of_all(interview.id).get(found.id, (0, 0))
    return page(
        "interviews/import.html",
        interview=interview,
        found=found,
        kind=KINDS[found.kind],
        state=state_of(found, (standing, withdrawn)),
        notes=notes,
        earlier=earlier,
        standing=standing,
        withdrawn=withdrawn,
        comes_back=importing_queries.count_withdrawn(found.id, interview.id) if withdrawn else 0,
    )


@bp.get("/<reference>/imports/<int:number>/preview")
@allow(Action.NAMES)
def show_preview(inspection: CurrentInspection, reference: str, number: int):
    """What an import would do. The file's own names of its speakers are on this page and nowhere else."""
    interview = get_interview(inspection, reference)
    found = get_import(interview, number)
    if found.state is not ImportState.PREVIEWED:
        return to(url_for(".show_import", reference=interview.reference, number=number))
    return _Look(inspection, interview, found).page(200)


@bp.post("/<reference>/imports/<int:number>/preview")
@allow(Action.RECORD)
@own_writes
def import_notes(inspection: CurrentInspection, reference: str, number: int):
    """Keep the labels; and import, where that was pressed. The file is read again before the write."""
    interview = get_interview(inspection, reference)
    found = get_import(interview, number)
    look = _Look(inspection, interview, found)
    form = look.sent()
    if not form.validate_on_submit():
        return look.page(422, form)
    mapped = importing.Mapped(form.labels(), form.moment())
    seen = look.preview(mapped)
    with writing() as session:
        if (again := answer_of_first_time(session)) is not None:
            return again
        interview = get_interview(inspection, reference, for_change=True)
        found = get_import(interview, number, for_change=True)
        try:
            importing.relabel(found, mapped, base=form.version.data or 0)
            response = _import(inspection, interview, found, seen) if "import" in request.form else None
        except Stale:
            session.rollback()
            status, refusal = 409, ""
        except Closed as closed:
            session.rollback()
            status, refusal = 422, str(closed)
        except importing.Decided:
            abort(409, f"Import {number} was imported or discarded already. Open it to see what became of it.")
        else:
            if response is None:
                flash("The labels are kept. Nothing is imported yet.", "success")
                response = to(url_for(".show_preview", reference=interview.reference, number=number))
            keep_answer(session, response)
            return response
    interview = get_interview(inspection, reference)
    again_seen = _Look(inspection, interview, get_import(interview, number), look.transcript)
    form.version.data = again_seen.found.version
    # Who gave labels is not on record before the import is: only what they are now can be told.
    conflict = Conflict([], form.meet(again_seen.kept())) if status == 409 else None
    return again_seen.page(status, form, refusal=refusal, conflict=conflict)


def _import(inspection: CurrentInspection, interview: Interview, found: NoteImport, seen: Preview) -> Response:
    items = importing.import_notes(
        found,
        interview,
        seen,
        criteria={row.reference: row.id for row in list_criteria(inspection.id)},
        evidence_kind=inspection.vocabulary.evidence_kind_default.get(interview.kind, ""),
        by=g.actor,
    )
    evidence = f" {count(items, 'note')} of them became evidence." if items else ""
    span = f"note {found.first_number}" if found.notes == 1 else f"notes {found.first_number} to {found.last_number}"
    flash(f"{count(found.notes, 'note')} imported: {span}.{evidence}", "success")
    return to(url_for(".show_interview", reference=interview.reference))


@bp.post("/<reference>/imports/<int:number>/discard")
@allow(Action.RECORD)
def discard_import(inspection: CurrentInspection, reference: str, number: int):
    interview = get_interview(inspection, reference, for_change=True)
    found = get_import(interview, number, for_change=True)
    try:
        importing.discard(found, interview, by=g.actor)
    except importing.Decided:
        abort(409, f"Import {number} was imported or discarded already. Open it to see what became of it.")
    flash(f"Import {number} is discarded. Nothing of it was imported.", "success")
    return to(url_for(".show_imports", reference=interview.reference))


@bp.get("/<reference>/imports/<int:number>/withdraw")
@allow(Action.RECORD)
def show_withdraw(inspection: CurrentInspection, reference: str, number: int):
    interview = get_interview(inspection, reference)
    found = get_import(interview, number)
    if found.state is not ImportState.IMPORTED:
        return to(url_for(".show_import", reference=interview.reference, number=number))
    return _show_withdraw(interview, found, WithdrawalForm(formdata=None))


@bp.post("/<reference>/imports/<int:number>/withdraw")
@allow(Action.RECORD)
def withdraw_import(inspection: CurrentInspection, reference: str, number: int):
    """Undo an import. Notes that evidence was lifted from stay."""
    interview = get_interview(inspection, reference, for_change=True)
    found = get_import(interview, number, for_change=True)
    form = WithdrawalForm()
    if not form.validate_on_submit():
        return _show_withdraw(interview, found, form, 422)
    try:
        gone, stay = importing.withdraw(found, interview, form.reason.data or "", by=g.actor)
    except importing.Decided:
        abort(409, f"There is nothing to withdraw of import {number}: open it to see what became of it.")
    except importing.NothingToWithdraw:
        form.reason.errors = ["Evidence was lifted from each of its notes. Withdraw that first, then the notes"]
        return _show_withdraw(interview, found, form, 422)
    except Closed as closed:
        form.reason.errors = [str(closed)]
        return _show_withdraw(interview, found, form, 422)
    stays = f" {count(stay, 'note stays', 'notes stay')}, as evidence was lifted from them." if stay else ""
    flash(f"{count(gone, 'note')} withdrawn.{stays}", "success")
    return to(url_for(".show_import", reference=interview.reference, number=number))


@bp.post("/<reference>/imports/<int:number>/put-back")
@allow(Action.RECORD)
def put_import_back(inspection: CurrentInspection, reference: str, number: int):
    """Undo the withdrawal of an import."""
    interview = get_interview(inspection, reference, for_change=True)
    found = get_import(interview, number, for_change=True)
    try:
        back = importing.put_back(found, interview, by=g.actor)
    except importing.Decided:
        abort(409, f"There is nothing to put back of import {number}: open it to see what became of it.")
    except importing.HereAlready as here:
        abort(409, f"The same content was imported again, as import {here.there.number}. Withdraw that first.")
    except Closed as closed:
        abort(409, str(closed))
    flash(f"{count(back, 'note is', 'notes are')} back.", "success")
    return to(url_for(".show_import", reference=interview.reference, number=number))


@bp.get("/<reference>/imports/<int:number>/original")
@allow(Action.NAMES)
def download_notes(inspection: CurrentInspection, reference: str, number: int):
    """The file as it came in, which may hold names; always as a download."""
    interview = get_interview(inspection, reference)
    found = get_import(interview, number)
    try:
        path = storage.path_of(inspection.id, found.sha256)
    except FileNotFoundError:
        abort(404, "The file is missing from the server's disk. Tell the administrator.")
    response = send_file(
        path,
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=f"{interview.reference}-import-{found.number}.{found.kind}",
        conditional=False,
        etag=False,
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def get_import(interview: Interview, number: int, *, for_change: bool = False) -> NoteImport:
    """The import, or 404 with a sentence."""
    found = importing_queries.find_import(interview.id, number, for_change=for_change) if number < 10**9 else None
    if found is None:
        abort(404, f"{interview.reference} has no import {number}.")
    return found


class _Look:
    """A look at an import, for the one page that shows it: the file read again, with what is known beside it."""

    def __init__(self, inspection: CurrentInspection, interview: Interview, found: NoteImport, transcript: Any = None):
        self.inspection, self.interview, self.found = inspection, interview, found
        if not inspection.allows(Action.NAMES):
            abort(403)
        self.transcript = transcript or _read_again(found)
        self.known = _known(inspection, interview)

    def preview(self, mapped: importing.Mapped) -> Preview:
        used = note_queries.list_speakers(self.interview.id)
        return importing.preview(self.found, self.transcript, mapped, self.known, used)

    def sent(self, **given: Any) -> MappingForm:
        """The form, with what was sent."""
        speakers = speakers_of(self.transcript, self.found.labels)
        labels = {label.casefold() for label in self.known}
        names = [speaker.name for speaker in speakers if not is_label(speaker.name, labels)]
        names += [row.name for row in queries.list_interviewees(self.interview.id)]
        return MappingForm.of(speakers, parts_of(names), **given)

    def kept(self) -> MappingForm:
        """The form, with what is kept."""
        local = self.found.starts_at.astimezone(clock.LONDON) if self.found.starts_at else None
        return self.sent(
            formdata=None,
            date=local.date() if local else None,
            time=f"{local:%H:%M}" if local else "",
            version=self.found.version,
        )

    def page(
        self, status: int, form: MappingForm | None = None, *, refusal: str = "", conflict: Conflict | None = None
    ) -> Response:
        found = self.found
        kept = importing.Mapped(found.labels, found.starts_at)
        mapped = importing.Mapped(form.labels(), found.starts_at) if form else kept
        seen = self.preview(mapped)
        criteria = {row.reference: row.id for row in list_criteria(self.inspection.id)}
        return page(
            PREVIEW,
            status,
            interview=self.interview,
            found=found,
            kind=KINDS[found.kind],
            seen=seen,
            tagged=sum(importing.evidence_in(note.words, criteria) is not None for note in seen.notes),
            in_recording=note_queries.in_recording,
            offered=_labels(self.interview),
            form=form or self.kept(),
            refusal=refusal,
            conflict=conflict,
            error=status == 422,
        )


def _read_again(found: NoteImport) -> Any:
    try:
        return importing.read_again(found)
    except (FileNotFoundError, storage.Damaged):
        abort(409, "The file on the server is not the one that came in. Tell the administrator.")
    except importing.NotNotes as wrong:
        abort(409, f"The file cannot be read any more. {wrong}.")


def _known(inspection: CurrentInspection, interview: Interview) -> list[str]:
    """Labels in the interview, and roles: what is no name."""
    roles = [name for role in list_roles(inspection.id) for name in (role.label, role.code)]
    return [*_labels(interview), *roles]


def _labels(interview: Interview) -> list[str]:
    """What people are called in it so far."""
    called = [row.label for row in queries.list_interviewees(interview.id) if row.label]
    return list(dict.fromkeys([*note_queries.list_speakers(interview.id), *called]))


def _show_imports(interview: Interview, form: ImportForm, status: int = 200):
    imports = importing_queries.list_imports(interview.id)
    counts = importing_queries.count_notes_of_all(interview.id)
    return page(
        IMPORTS,
        status,
        interview=interview,
        imports=imports,
        states={found.number: state_of(found, counts.get(found.id, (0, 0))) for found in imports},
        kinds={code: kind.label for code, kind in KINDS.items()},
        form=form,
        open=interview.state not in (State.SIGNED_OFF, State.CANCELLED),
        error=status == 422,
    )


def _show_withdraw(interview: Interview, found: NoteImport, form: WithdrawalForm, status: int = 200):
    rows = importing_queries.evidence_of_import(found)
    stays = [(row.position, reference(EVIDENCE, row.number)) for row in rows]
    return page(WITHDRAW, status, interview=interview, found=found, stays=stays, form=form, error=status == 422)
