"""The templates of letters: downloaded, taken in the place of the pack's words, and put back."""

from collections.abc import Sequence

from flask import abort, flash, g, request, url_for

from app.access import Action, allow
from app.db.transaction import writing
from app.formats.letters import LARGEST
from app.inspections.gate import CurrentInspection
from app.letters import queries, services
from app.letters.concerns import of_template
from app.letters.forms import TemplateForm
from app.letters.gaps import LINES, OF_A_LETTER, OF_A_REQUEST
from app.letters.template import make_template
from app.letters.views import DOCX, bp, download_as, get_letter_words
from app.register.views import get_words
from app.web.asking import Concern
from app.web.dispatch import answer_of_first_time, keep_answer, own_writes
from app.web.pages import page, to

TEMPLATES = "letters/templates.html"


@bp.url_value_preprocessor
def _take_templates(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """A template may be larger than a form, though never as large as a document."""
    if endpoint == "letters.upload_template":
        request.max_content_length = LARGEST + (1 << 20)


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
    return download_as(own.content if own else make_template(words), DOCX, name)


@bp.post("/templates/<letter>")
@allow(Action.DECIDE)
@own_writes
def upload_template(inspection: CurrentInspection, letter: str):
    """Looked at in the jailed child first, outside any write: what would not be filled in is refused."""
    words, form = get_letter_words(inspection, letter), TemplateForm()
    if not form.validate_on_submit():
        return _templates_page(inspection, 422, form, words.code)
    name, data = form.file.data.filename, form.file.data.read(LARGEST + 1)
    look = services.look_at(inspection.id, data, name)
    if wrong := services.wrong_with_template(look):
        form.file.errors = [wrong]
        return _templates_page(inspection, 422, form, words.code)
    if not form.is_meant(asked := of_template(look, words, get_words(inspection).letters)):
        return _templates_page(inspection, 422, form, words.code, asked)
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


def _templates_page(
    inspection: CurrentInspection,
    status: int = 200,
    form: TemplateForm | None = None,
    letter: str = "",
    asked: Sequence[Concern] = (),
):
    words = get_words(inspection).letters
    templates = queries.list_templates(inspection.id)
    return page(
        TEMPLATES,
        status,
        letters=[(each, [row for row in templates if row.letter == each.code]) for each in words],
        form=form or TemplateForm(formdata=None),
        wrong=letter,
        concerns=asked,
        gaps=[
            *((name, said) for name, said in OF_A_LETTER.items()),
            *((f"{LINES}.{name}", said) for name, said in OF_A_REQUEST.items()),
        ],
        error=status == 422,
    )
