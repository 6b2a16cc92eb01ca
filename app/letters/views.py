"""Letters on what is asked of a body: made, downloaded, entered as asked or chased; their templates; reminders."""

import io
import re
import zipfile
from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response, abort, flash, g, request, send_file, url_for

from app.access import Action, allow
from app.db.transaction import writing
from app.formats.letters import LARGEST
from app.inspections.gate import CurrentInspection
from app.inspections.models import Body
from app.inspections.queries import list_bodies
from app.inspections.requests import EventPart, LetterWordsPart
from app.jobs.models import Job, JobState
from app.letters import queries, services
from app.letters.content import lines_for, reminder, rows_of
from app.letters.forms import ALL, LetterForm, TemplateForm
from app.letters.gaps import LINES, OF_A_LETTER, OF_A_REQUEST
from app.letters.models import Letter
from app.letters.template import make_template
from app.register import concerns, state
from app.register.event_views import get_kind
from app.register.forms import Event, event_form
from app.register.queries import Line, Register, read_register
from app.register.services import What
from app.register.views import get_words, recorders, tell_of_days
from app.web import clock
from app.web.asking import Concern
from app.web.dispatch import answer_of_first_time, keep_answer, own_writes
from app.web.pages import count, long_date, page, to

bp = Blueprint("letters", __name__, url_prefix="/inspections/<inspection>/letters")
NEW, ENTER, TEMPLATES = "letters/new.html", "letters/enter.html", "letters/templates.html"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NO_LETTERS = "The pack of this inspection words no letters. Load a version of it that does; docs/pack.md says how."


@bp.url_value_preprocessor
def _take_templates(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """A template may be larger than a form, though never as large as a document."""
    if endpoint == "letters.upload_template":
        request.max_content_length = LARGEST + (1 << 20)


@bp.get("")
@allow(Action.READ)
def list_letters(inspection: CurrentInspection):
    letters, before = queries.list_letters(inspection.id, _before())
    return page(
        "letters/index.html",
        letters=letters,
        before=before,
        labels={words.code: words.label for words in get_words(inspection).letters},
        register=read_register(inspection.id, clock.today()),
    )


@bp.get("/new")
@allow(Action.RECORD)
def show_new(inspection: CurrentInspection):
    form = _letter_form(inspection, empty=True)
    form.letter.data, form.body.data = request.args.get("letter") or None, request.args.get("body", "")
    form.overdue.data = bool(request.args.get("overdue"))
    return page(NEW, form=form)


@bp.post("/new")
@allow(Action.RECORD)
@own_writes
def make_letter(inspection: CurrentInspection):
    """One letter is made at once, outside any write; a set of them by a job."""
    form = _letter_form(inspection)
    if not form.validate_on_submit():
        return page(NEW, 422, form=form, error=True)
    words, signed = get_letter_words(inspection, form.letter.data), form.signed()
    if form.body.data == ALL:
        with writing() as session:
            if (again := answer_of_first_time(session)) is not None:
                return again
            job = services.ask_for_set(inspection.id, words, signed, overdue=form.overdue.data, by=g.actor)
            response = to(url_for(".show_set", job_id=job.id))
            keep_answer(session, response)
        return response
    body = _body(inspection, form.body.data)
    try:
        made = services.make(
            inspection,
            words,
            services.template_for(inspection.id, words),
            body.id,
            signed,
            overdue=form.overdue.data,
            on=clock.today(),
        )
    except services.NotMade as error:
        form.body.errors = [str(error)]
        return page(NEW, 422, form=form, error=True)
    with writing() as session:
        if (again := answer_of_first_time(session)) is not None:
            return again
        letter = services.keep(inspection.id, words, _body(inspection, form.body.data), made, signed, by=g.actor)
        flash("The letter is made. Download it, and say when it has gone out.", "success")
        response = to(url_for(".show_letter", letter_id=letter.id))
        keep_answer(session, response)
    return response


@bp.get("/<uuid:letter_id>")
@allow(Action.READ)
def show_letter(inspection: CurrentInspection, letter_id: UUID):
    letter = get_letter(inspection, letter_id)
    words = services.words_of(inspection.id, letter.letter)
    return page("letters/show.html", letter=letter, words=words, event=_event_label(inspection, words))


@bp.get("/<uuid:letter_id>/file")
@allow(Action.READ)
def download_letter(inspection: CurrentInspection, letter_id: UUID):
    letter = get_letter(inspection, letter_id, with_content=True)
    return _download(letter.content, DOCX, file_name(inspection, letter))


@bp.get("/<uuid:letter_id>/sent")
@allow(Action.RECORD)
def show_sent(inspection: CurrentInspection, letter_id: UUID):
    return _sent_page(inspection, [get_letter(inspection, letter_id)])


@bp.post("/<uuid:letter_id>/sent")
@allow(Action.RECORD)
def say_sent(inspection: CurrentInspection, letter_id: UUID):
    """Enter for every line of a letter that it was asked, or asked again, as it went out."""
    return _say_sent(inspection, [get_letter(inspection, letter_id, for_change=True)])


@bp.get("/sets/<uuid:job_id>")
@allow(Action.READ)
def show_set(inspection: CurrentInspection, job_id: UUID):
    job = get_set(inspection, job_id)
    words = services.words_of(inspection.id, job.arguments["letter"])
    return page(
        "letters/set.html",
        job=job,
        words=words,
        event=_event_label(inspection, words),
        letters=queries.list_set(inspection.id, job_id),
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
    """The letters of a set in one ZIP."""
    job = get_set(inspection, job_id)
    if job.state is not JobState.DONE:
        abort(404, "The letters are not all made yet. Look at their page again.")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for letter in queries.list_set(inspection.id, job_id, with_content=True):
            archive.writestr(file_name(inspection, letter), letter.content)
    mark = "DEMONSTRATION-" if inspection.demonstration else ""
    return _download(packed.getvalue(), "application/zip", f"{mark}{inspection.code}-{job.arguments['letter']}.zip")


@bp.get("/sets/<uuid:job_id>/sent")
@allow(Action.RECORD)
def show_set_sent(inspection: CurrentInspection, job_id: UUID):
    get_set(inspection, job_id)
    return _sent_page(inspection, queries.list_set(inspection.id, job_id))


@bp.post("/sets/<uuid:job_id>/sent")
@allow(Action.RECORD)
def say_set_sent(inspection: CurrentInspection, job_id: UUID):
    get_set(inspection, job_id)
    return _say_sent(inspection, queries.list_set(inspection.id, job_id, for_change=True))


@bp.get("/reminders/<body>")
@allow(Action.READ)
def show_reminder(inspection: CurrentInspection, body: str):
    """Words for an e-mail on what one body still owes: all of it, or what is overdue."""
    found, overdue = _body(inspection, body), _only_overdue()
    register = read_register(inspection.id, clock.today(), body_id=found.id)
    lines = lines_for(register, found.id, "outstanding", overdue=overdue)
    rows = rows_of(inspection.id, register, found.id, lines)
    return page(
        "letters/reminder.html",
        body=found,
        overdue=overdue,
        lines=lines,
        register=register,
        words=reminder(inspection, found.name, rows) if rows else "",
        chases=any(kind.code == state.CHASED for kind in register.events),
    )


@bp.get("/reminders/<body>/chased")
@allow(Action.RECORD)
def show_chased(inspection: CurrentInspection, body: str):
    found = _body(inspection, body)
    kind = get_kind(inspection, state.CHASED)
    return _enter_page(inspection, kind, _to_chase(inspection, found), back=_reminder_of(found))


@bp.post("/reminders/<body>/chased")
@allow(Action.RECORD)
def say_chased(inspection: CurrentInspection, body: str):
    """Enter for everything that one body still owes that it was chased."""
    found, kind = _body(inspection, body), get_kind(inspection, state.CHASED)
    services.hold_requests(inspection.id)
    return _enter(inspection, kind, _to_chase(inspection, found), back=_reminder_of(found), letters=[])


@bp.get("/templates")
@allow(Action.READ)
def list_templates(inspection: CurrentInspection):
    return _templates_page(inspection)


@bp.get("/templates/<letter>")
@allow(Action.READ)
def download_template(inspection: CurrentInspection, letter: str):
    """The template that stands, to be edited in Word; with ?version=N one that stood before."""
    words, version = get_letter_words(inspection, letter), request.args.get("version", "")
    if version:
        number = int(version) if version.isascii() and version.isdigit() and len(version) < 6 else 0
        own = queries.find_template(inspection.id, words.code, number)
        if own is None:
            abort(404, f"There is no version {version[:10]} of this template.")
    else:
        own = queries.find_template(inspection.id, words.code)
    number = own.number if own else 0
    name = f"{words.code}-template{f'-{number}' if number else ''}.docx"
    return _download(own.content if own else make_template(words), DOCX, name)


@bp.post("/templates/<letter>")
@allow(Action.DECIDE)
@own_writes
def upload_template(inspection: CurrentInspection, letter: str):
    """Looked at in the jailed child first, outside any write: what would not be filled in is refused."""
    words, form = get_letter_words(inspection, letter), TemplateForm()
    if not form.validate_on_submit():
        return _templates_page(inspection, 422, form, words.code)
    name, data = form.file.data.filename, form.file.data.read(LARGEST + 1)
    if wrong := services.wrong_with_template(data, name):
        form.file.errors = [wrong]
        return _templates_page(inspection, 422, form, words.code)
    with writing() as session:
        if (again := answer_of_first_time(session)) is not None:
            return again
        made = services.take_template(inspection.id, words, name, data, by=g.actor)
        flash(f"‘{words.label}’ is made from version {made.number} of your template from now on.", "success")
        response = to(url_for(".list_templates"))
        keep_answer(session, response)
    return response


@bp.post("/templates/<letter>/withdraw")
@allow(Action.DECIDE)
def withdraw_template(inspection: CurrentInspection, letter: str):
    words = get_letter_words(inspection, letter)
    own = queries.find_template(inspection.id, words.code, for_change=True)
    if own is None:
        flash(f"‘{words.label}’ is written in the pack’s words already. Nothing was changed.", "info")
    else:
        services.withdraw_template(own, words, by=g.actor)
        flash(f"‘{words.label}’ is written in the pack’s words again.", "success")
    return to(url_for(".list_templates"))


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


def _download(content: bytes, kind: str, name: str) -> Response:
    return send_file(io.BytesIO(content), mimetype=kind, as_attachment=True, download_name=name, max_age=0)


def _before() -> UUID | None:
    given = request.args.get("before", "")
    try:
        return UUID(given) if given else None
    except ValueError:
        abort(404, "The address is not whole: start again from the first page of the list.")


def _only_overdue() -> bool:
    return request.args.get("which") == "overdue"


def _body(inspection: CurrentInspection, code: str) -> Body:
    found = next((body for body in list_bodies(inspection.id) if body.code == code), None)
    if found is None:
        abort(404, f"There is no body {code[:40]} in this inspection.")
    return found


def _letter_form(inspection: CurrentInspection, *, empty: bool = False) -> LetterForm:
    letters = get_words(inspection).letters
    if not letters:
        abort(404, NO_LETTERS)
    form = LetterForm(formdata=None, dated=clock.today(), signed_by=g.actor.label) if empty else LetterForm()
    form.letter.choices = [(words.code, words.label) for words in letters]
    bodies = [(body.code, body.name) for body in list_bodies(inspection.id)]
    form.body.choices = [("", "Choose"), (ALL, "Each body of which anything is open"), *bodies]
    return form


def _event_label(inspection: CurrentInspection, words: LetterWordsPart | None) -> str:
    kinds = get_words(inspection).events
    return next((kind.label for kind in kinds if words and kind.code == words.event), "")


def _reminder_of(body: Body) -> str:
    return url_for(".show_reminder", body=body.code, which="overdue" if _only_overdue() else None)


def _to_chase(inspection: CurrentInspection, body: Body) -> tuple[Register, list[Line], list[Line]]:
    register = read_register(inspection.id, clock.today(), body_id=body.id)
    return register, lines_for(register, body.id, "outstanding", overdue=_only_overdue()), []


def _of_letters(
    inspection: CurrentInspection, letters: Sequence[Letter], kind: EventPart
) -> tuple[Register, list[Line], list[Line]]:
    """The lines of letters for which an event of this kind is entered, and those for which it is not."""
    register = read_register(inspection.id, clock.today())
    listed = {row["id"] for letter in letters for row in letter.lines}
    lines = [line for line in register.lines if str(line.id) in listed]
    meant = [
        line
        for line in lines
        if (line.now.asked_on is None if kind.code == state.ASKED else line.state in state.OUTSTANDING)
    ]
    return register, meant, [line for line in lines if line not in meant]


def _kind_of(inspection: CurrentInspection, letters: Sequence[Letter]) -> EventPart:
    words = services.words_of(inspection.id, letters[0].letter) if letters else None
    if words is None:
        abort(404, "The pack has no such letter any more. Enter on each request what happened.")
    return get_kind(inspection, words.event)


def _back_to(letters: Sequence[Letter]) -> str:
    one = letters[0]
    if len(letters) == 1:
        return url_for(".show_letter", letter_id=one.id)
    return url_for(".show_set", job_id=one.job_id)


def _sent_page(inspection: CurrentInspection, letters: Sequence[Letter]):
    kind = _kind_of(inspection, letters)
    return _enter_page(inspection, kind, _of_letters(inspection, letters, kind), back=_back_to(letters))


def _say_sent(inspection: CurrentInspection, letters: Sequence[Letter]):
    kind = _kind_of(inspection, letters)
    services.hold_requests(inspection.id)
    lines = _of_letters(inspection, letters, kind)
    return _enter(inspection, kind, lines, back=_back_to(letters), letters=letters)


def _event_form(inspection: CurrentInspection, kind: EventPart, *, empty: bool = False) -> Event:
    words = get_words(inspection)
    make = event_form(kind, words)
    form = make(formdata=None, on=clock.today(), done_by=g.actor.id.hex) if empty else make()
    form.offer((), recorders(inspection), words)
    return form


def _enter_page(
    inspection: CurrentInspection,
    kind: EventPart,
    found: tuple[Register, list[Line], list[Line]],
    form: Event | None = None,
    status: int = 200,
    asked: list[Concern] | None = None,
    *,
    back: str,
):
    register, lines, left = found
    return page(
        ENTER,
        status,
        register=register,
        kind=kind,
        lines=lines,
        left=left,
        form=form or _event_form(inspection, kind, empty=True),
        concerns=asked or [],
        back=back,
        error=status == 422,
    )


def _enter(
    inspection: CurrentInspection,
    kind: EventPart,
    found: tuple[Register, list[Line], list[Line]],
    *,
    back: str,
    letters: Sequence[Letter],
):
    """One event for all lines at once. The caller holds the requests."""
    _register, lines, left = found
    form = _event_form(inspection, kind)
    if not form.validate_on_submit():
        return _enter_page(inspection, kind, found, form, 422, back=back)
    if not lines:
        form.submit.errors = []
        flash("For each of these it was entered already, or nothing is to come. Nothing was changed.", "info")
        return to(back)
    what = form.what(kind)
    if wrong := _wrong(kind, lines, what):
        name, sentence = wrong
        form[name].errors = [sentence]
        return _enter_page(inspection, kind, found, form, 422, back=back)
    asked = concerns.of_asking(lines, what.on) if kind.code == state.ASKED else []
    if not form.is_meant(asked):
        return _enter_page(inspection, kind, found, form, 422, asked, back=back)
    services.enter_for_lines(inspection.id, kind.code, lines, what, letters=letters, by=g.actor)
    told = f"‘{kind.label}’ is saved for {count(len(lines), 'request')}."
    if left:
        told += f" Left as they were: {concerns.named(left)}."
    flash(told, "success")
    tell_of_days(inspection, what.next_chase)
    return to(back)


def _wrong(kind: EventPart, lines: Sequence[Line], what: What) -> tuple[str, str] | None:
    """The field and the sentence, where the event contradicts those before it."""
    asked = max((line.now.asked_on for line in lines if line.now.asked_on), default=None)
    if kind.code == state.CHASED and asked and what.on < asked:
        return "on", f"Date must not be before {long_date(asked)}, when the last of them was asked"
    if what.next_chase and what.next_chase < what.on:
        return "next_chase", f"Chase again on must not be before {long_date(what.on)}, the date of this event"
    return None


def _templates_page(
    inspection: CurrentInspection, status: int = 200, form: TemplateForm | None = None, letter: str = ""
):
    words = get_words(inspection).letters
    templates = queries.list_templates(inspection.id)
    return page(
        TEMPLATES,
        status,
        letters=[(each, [row for row in templates if row.letter == each.code]) for each in words],
        form=form or TemplateForm(formdata=None),
        wrong=letter,
        gaps=[
            *((name, said) for name, said in OF_A_LETTER.items()),
            *((f"{LINES}.{name}", said) for name, said in OF_A_REQUEST.items()),
        ],
        error=status == 422,
    )
