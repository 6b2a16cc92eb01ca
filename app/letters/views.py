"""Letters on what is asked of a body: made, shown, downloaded, by themselves or in sets."""

import io
import re
import zipfile
from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response, abort, flash, g, request, send_file, url_for

from app.access import Action, allow
from app.db.transaction import writing
from app.inspections.gate import CurrentInspection
from app.inspections.models import Body
from app.inspections.queries import list_bodies
from app.inspections.requests import LetterWordsPart
from app.jobs.models import Job, JobState
from app.letters import queries, services
from app.letters.concerns import of_gaps, of_letter
from app.letters.content import lines_for
from app.letters.forms import ALL, LetterForm, WithdrawForm
from app.letters.models import Letter
from app.register import state
from app.register.concerns import of_periods
from app.register.queries import Line, Register, read_register
from app.register.views import get_words
from app.web import clock
from app.web.dispatch import answer_of_first_time, keep_answer, own_writes
from app.web.pages import page, to

bp = Blueprint("letters", __name__, url_prefix="/inspections/<inspection>/letters")
NEW = "letters/new.html"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NO_LETTERS = "The pack of this inspection words no letters. Load a version of it that does; docs/pack.md says how."


@bp.get("")
@allow(Action.READ)
def list_letters(inspection: CurrentInspection):
    letters, before = queries.list_letters(inspection.id, _before())
    newest = queries.find_newest(inspection.id)
    return page(
        "letters/index.html",
        letters=letters,
        undoing=_undoing(inspection),
        replaced=services.replaced(letters, newest),
        before=before,
        labels={words.code: words.label for words in get_words(inspection).letters},
        register=read_register(inspection.id, clock.today()),
    )


@bp.get("/new")
@allow(Action.RECORD)
def show_new(inspection: CurrentInspection):
    register = read_register(inspection.id, clock.today())
    form = _letter_form(inspection, register, empty=True)
    form.letter.data, form.body.data = request.args.get("letter") or None, request.args.get("body", "")
    form.overdue.data = bool(request.args.get("overdue"))
    return page(NEW, form=form, concerns=[])


@bp.post("/new")
@allow(Action.RECORD)
@own_writes
def make_letter(inspection: CurrentInspection):
    """One letter is made at once, outside any write; a set of them by a job."""
    register = read_register(inspection.id, clock.today())
    form = _letter_form(inspection, register)
    if not form.validate_on_submit():
        return page(NEW, 422, form=form, concerns=[], error=True)
    words, signed = get_letter_words(inspection, form.letter.data), form.signed()
    if form.unasked.data and words.event == state.CHASED:
        form.unasked.errors = [f"The ‘{words.label}’ lists what was asked already: take this tick off"]
        return page(NEW, 422, form=form, concerns=[], error=True)
    lines = _lines_of(inspection, register, form, words)
    asked = [*of_letter(words, lines, signed), *of_periods(lines, register)]
    if signed.send_to.strip() or signed.answer_by:
        asked += of_gaps(services.gaps_of(inspection.id, words), signed)
    if not form.is_meant(asked):
        return page(NEW, 422, form=form, concerns=asked, error=True)
    if form.body.data == ALL:
        with writing() as session:
            if (again := answer_of_first_time(session)) is not None:
                return again
            job = services.ask_for_set(inspection.id, words, signed, **form.only(), by=g.actor)
            response = to(url_for(".show_set", job_id=job.id))
            keep_answer(session, response)
        return response
    body = get_body(inspection, form.body.data)
    try:
        made = services.make(
            inspection,
            words,
            services.template_for(inspection.id, words),
            body.id,
            signed,
            **form.only(),
            on=clock.today(),
        )
    except services.NotMade as error:
        form.body.errors = [str(error)]
        return page(NEW, 422, form=form, concerns=asked, error=True)
    with writing() as session:
        if (again := answer_of_first_time(session)) is not None:
            return again
        letter = services.keep(inspection.id, words, get_body(inspection, form.body.data), made, signed, by=g.actor)
        flash("The letter is made. Download it, and say when it has gone out.", "success")
        response = to(url_for(".show_letter", letter_id=letter.id))
        keep_answer(session, response)
    return response


@bp.get("/<uuid:letter_id>")
@allow(Action.READ)
def show_letter(inspection: CurrentInspection, letter_id: UUID):
    return _letter_page(inspection, get_letter(inspection, letter_id))


@bp.post("/<uuid:letter_id>/withdraw")
@allow(Action.RECORD)
def withdraw_letter(inspection: CurrentInspection, letter_id: UUID):
    """Say that a letter is not to go out, and why. It stays on record."""
    letter, form = get_letter(inspection, letter_id, for_change=True), WithdrawForm()
    words = services.words_of(inspection.id, letter.letter)
    if letter.entered_at is not None:
        form.why.errors = ["It has gone out, as was entered. Strike that out first if it was a mistake"]
        return _letter_page(inspection, letter, form, 422)
    if letter.withdrawn_at is not None:
        flash(f"{letter.withdrawn_by} has withdrawn it already. Nothing was changed.", "info")
        return to(url_for(".show_letter", letter_id=letter.id))
    if not form.validate_on_submit():
        return _letter_page(inspection, letter, form, 422)
    services.withdraw(letter, words.label if words else letter.letter, form.why.data or "", by=g.actor)
    flash("The letter is withdrawn. It stays on record.", "success")
    return to(url_for(".show_letter", letter_id=letter.id))


def _letter_page(inspection: CurrentInspection, letter: Letter, form: WithdrawForm | None = None, status: int = 200):
    words = services.words_of(inspection.id, letter.letter)
    return page(
        "letters/show.html",
        status,
        letter=letter,
        words=words,
        event=_event_label(inspection, words),
        entering=words is not None and bool(to_enter(inspection, [letter], words.event)[1]),
        undoing=_undoing(inspection),
        replaced_by=services.replaced([letter], queries.find_newest(inspection.id)).get(letter.id),
        form=form or WithdrawForm(formdata=None),
        error=status == 422,
    )


def to_enter(
    inspection: CurrentInspection, letters: Sequence[Letter], code: str
) -> tuple[Register, list[Line], list[Line]]:
    """The lines of letters for which an event of this kind is entered, and those for which it is not."""
    register = read_register(inspection.id, clock.today())
    listed = {row["id"] for letter in letters for row in letter.lines}
    lines = [line for line in register.lines if str(line.id) in listed]
    meant = [
        line
        for line in lines
        if (line.now.asked_on is None and not line.is_needless if code == state.ASKED else line.is_outstanding)
    ]
    return register, meant, [line for line in lines if line not in meant]


def standing(inspection: CurrentInspection, letters: Sequence[Letter]) -> list[Letter]:
    """Those of letters that may go out: neither withdrawn nor replaced, nor gone out already."""
    replaced = services.replaced(letters, queries.find_newest(inspection.id))
    return [one for one in letters if one.entered_at is None and one.withdrawn_at is None and one.id not in replaced]


@bp.get("/<uuid:letter_id>/file")
@allow(Action.READ)
def download_letter(inspection: CurrentInspection, letter_id: UUID):
    letter = get_letter(inspection, letter_id, with_content=True)
    return download_as(letter.content, DOCX, file_name(inspection, letter))


@bp.get("/sets/<uuid:job_id>")
@allow(Action.READ)
def show_set(inspection: CurrentInspection, job_id: UUID):
    job = get_set(inspection, job_id)
    words = services.words_of(inspection.id, job.arguments["letter"])
    letters = queries.list_set(inspection.id, job_id)
    waiting = standing(inspection, letters)
    return page(
        "letters/set.html",
        job=job,
        words=words,
        event=_event_label(inspection, words),
        letters=letters,
        undoing=_undoing(inspection),
        replaced=services.replaced(letters, queries.find_newest(inspection.id)),
        entering=words is not None and bool(waiting) and bool(to_enter(inspection, waiting, words.event)[1]),
    )


@bp.get("/sets/<uuid:job_id>/state")
@allow(Action.READ)
def show_set_state(inspection: CurrentInspection, job_id: UUID):
    job = get_set(inspection, job_id)
    if job.state in (JobState.DONE, JobState.FAILED):
        return to(url_for(".show_set", job_id=job.id))
    return page("letters/_state.html", job=job)


@bp.get("/sets/<uuid:job_id>/file")
@allow(Action.READ)
def download_set(inspection: CurrentInspection, job_id: UUID):
    """The letters of a set in one ZIP, but for those that were withdrawn."""
    job = get_set(inspection, job_id)
    if job.state is not JobState.DONE:
        abort(404, "The letters are not all made yet. Look at their page again.")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for letter in queries.list_set(inspection.id, job_id, with_content=True):
            if letter.withdrawn_at is None:
                archive.writestr(file_name(inspection, letter), letter.content)
    mark = "DEMONSTRATION-" if inspection.demonstration else ""
    return download_as(packed.getvalue(), "application/zip", f"{mark}{inspection.code}-{job.arguments['letter']}.zip")


def get_letter_words(inspection: CurrentInspection, code: str | None) -> LetterWordsPart:
    """The pack's words of a letter, or 404 with a sentence."""
    found = services.words_of(inspection.id, code or "")
    if found is None:
        abort(404, f"The pack of this inspection has no letter ‘{(code or '')[:40]}’.")
    return found


def get_letter(
    inspection: CurrentInspection, letter_id: UUID, *, with_content: bool = False, for_change: bool = False
) -> Letter:
    """The letter, or 404 with a sentence."""
    found = queries.find_letter(inspection.id, letter_id, with_content=with_content, for_change=for_change)
    if found is None:
        abort(404, "There is no such letter in this inspection.")
    return found


def get_set(inspection: CurrentInspection, job_id: UUID) -> Job:
    """The job that makes letters together, or 404 with a sentence."""
    found = queries.find_set(inspection.id, job_id, services.MAKE)
    if found is None:
        abort(404, "There are no such letters in this inspection.")
    return found


def file_name(inspection: CurrentInspection, letter: Letter) -> str:
    """'stalking-2026-commissioning-WES-2026-04-14.docx'; of a demonstration, it says so first."""
    mark = "DEMONSTRATION-" if inspection.demonstration else ""
    code = re.sub(r"[^A-Za-z0-9_-]", "_", letter.body.code)
    return f"{mark}{inspection.code}-{letter.letter}-{code}-{letter.dated.isoformat()}.docx"


def download_as(content: bytes, kind: str, name: str) -> Response:
    """Always as a download, never as a page."""
    return send_file(io.BytesIO(content), mimetype=kind, as_attachment=True, download_name=name, max_age=0)


def _before() -> UUID | None:
    given = request.args.get("before", "")
    try:
        return UUID(given) if given else None
    except ValueError:
        abort(404, "The address is not whole: start again from the first page of the list.")


def get_body(inspection: CurrentInspection, code: str) -> Body:
    """The body, or 404 with a sentence."""
    found = next((body for body in list_bodies(inspection.id) if body.code == code), None)
    if found is None:
        abort(404, f"There is no body {code[:40]} in this inspection.")
    return found


def _letter_form(inspection: CurrentInspection, register: Register, *, empty: bool = False) -> LetterForm:
    letters = get_words(inspection).letters
    if not letters:
        abort(404, NO_LETTERS)
    given = {"dated": clock.today(), "signed_by": g.actor.label}
    form = LetterForm(formdata=None, **given, send_to=queries.last_send_to(inspection.id)) if empty else LetterForm()
    form.letter.choices = [(words.code, words.label) for words in letters]
    owing = {line.body_id for line in register.lines if line.is_open}
    bodies = [
        (body.code, body.name if body.id in owing else f"{body.name}: nothing is open")
        for body in list_bodies(inspection.id)
    ]
    form.body.choices = [("", "Choose"), (ALL, "Each body of which anything is open"), *bodies]
    return form


def _lines_of(
    inspection: CurrentInspection, register: Register, form: LetterForm, words: LetterWordsPart
) -> list[Line]:
    """What the letter, or the set of them, will list."""
    bodies = [body for body in list_bodies(inspection.id) if form.body.data in (ALL, body.code)]
    return [line for body in bodies for line in lines_for(register, body.id, words.lists, **form.only())]


def _undoing(inspection: CurrentInspection) -> str:
    """The pack's word for the event that strikes out another; empty where it has none."""
    return next((kind.label for kind in get_words(inspection).events if "event" in kind.needs), "")


def _event_label(inspection: CurrentInspection, words: LetterWordsPart | None) -> str:
    kinds = get_words(inspection).events
    return next((kind.label for kind in kinds if words and kind.code == words.event), "")
