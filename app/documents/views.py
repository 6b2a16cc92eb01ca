from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, g, request, send_file, url_for
from flask_login import current_user

from app import storage
from app.access import Action, allow
from app.audit.queries import history
from app.db.transaction import writing
from app.documents import access, pictures, queries, reading, services, striking, versions
from app.documents.access import Sight
from app.documents.forms import UploadForm
from app.documents.handling import read_handling
from app.documents.models import Document, Names, TextState
from app.documents.reading import Place
from app.documents.versions import Newer
from app.evidence import passages
from app.evidence.filters import read_before
from app.evidence.models import SourceText
from app.evidence.queries import list_of_source, tags_of
from app.extensions import htmx
from app.formats.contents import ARCHIVES
from app.inspections.asking import of_names
from app.inspections.gate import CurrentInspection
from app.inspections.histories import in_words
from app.inspections.queries import list_bodies
from app.inspections.references import read_reference
from app.jobs.models import JobState
from app.web.asking import Concern
from app.web.dispatch import after_refusal, answer_of_first_time, keep_answer, own_writes
from app.web.pages import count, page, to

bp = Blueprint("documents", __name__, url_prefix="/inspections/<inspection>/documents")
SHOWN = (Names.CLEAR, Names.COVERED)  # the team reads these, or a copy of them
READER = "documents/reader.html"
HOLDS_STRUCK = "This holds words that are struck out of the document. Give the role or the office instead"
MOST_FRAMES = 1000  # of a picture whose pages nobody has counted


@bp.url_value_preprocessor
def _take_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form, as the anti-forgery check does first of all; only for those who are signed in."""
    if endpoint == "documents.upload" and current_user.is_authenticated:
        request.max_content_length = current_app.config["UPLOAD_LIMIT"]


@bp.get("")
@allow(Action.READ)
def list_documents(inspection: CurrentInspection):
    documents, before = queries.list_documents(inspection.id, read_before())
    check, archives = read_handling(inspection.id).check, [kind.code for kind in ARCHIVES]
    return page("documents/index.html", documents=documents, before=before, check=check, archives=archives)


@bp.get("/new")
@allow(Action.RECORD)
def show_upload(inspection: CurrentInspection):
    return page("documents/new.html", form=_upload_form(inspection, empty=True), refused=[], concerns=[])


@bp.post("/new")
@allow(Action.RECORD)
@own_writes
def upload(inspection: CurrentInspection):
    """Files first, rows after: bytes are on disk and synced before the row that names them is written."""
    form = _upload_form(inspection)
    if not form.validate_on_submit():
        return _refuse(form, [])
    older = _find_older(inspection, form)
    if form.newer_of.errors:
        return _refuse(form, [])
    older_number = older.number if older else None
    body_id = next((body.id for body in list_bodies(inspection.id) if body.code == form.body.data), None)
    words, title = inspection.vocabulary, form.title.data or ""
    kept, refused = services.keep_files(inspection.id, form.chosen())
    asked = versions.of_version(_about_to_come(form, kept[0]), older) if older and kept else []
    named = [title, *(file.file_name for file in kept)]
    where = "the title or the name of a file"
    asked = [*of_names(inspection, named, where, "The team reads the title: give another"), *asked]
    if not form.is_meant(asked):
        return _refuse(form, [], asked)
    received: list[Document] = []
    here = []  # of what is here already, the documents
    with writing() as session:
        if (again := answer_of_first_time(session, [file.kept.sha256 for file in kept])) is not None:
            return again
        for file in kept:
            same = queries.find_same_content(inspection.id, file.kept.sha256)
            if same is not None:
                refused.append(services.here_already(file.file_name, same, body_id))
                here.append(same.id)
                continue
            document = services.receive(
                inspection.id,
                family=words.family_of["document"],
                prefix=words.prefixes["document"],
                file_name=file.file_name,
                kind=file.kind,
                kept=file.kept,
                title=title if title.strip() else file.file_name,
                body_id=body_id,
                by=g.actor,
            )
            received.append(document)
        if received:
            if body_id is not None:
                services.note_sent_too(here, body_id, by=g.actor)
            if older_number is not None:
                _supersede(inspection, received[0], older_number)
            if refused:
                flash("Not kept: " + " ".join(f"‘{one.file_name}’: {one.why}" for one in refused), "error")
            flash(services.received_as(received), "success")
            response = _after_upload(received)
            if older_number is not None:
                response = to(url_for("register.show_version", reference=received[0].reference))
            keep_answer(session, response)
        else:
            session.rollback()  # nothing was done: the same form may be sent again with other files
    if not received:
        if body_id is not None:
            by = g.actor
            after_refusal(lambda: services.note_sent_too(here, body_id, by=by))
        return _refuse(form, refused)
    return response


@bp.get("/<reference>")
@allow(Action.READ)
def show_document(inspection: CurrentInspection, reference: str):
    """What the team sees of it: whoever opens one that is closed sees that on the page where it is checked."""
    document = get_document(inspection, reference, least=Sight.NOTHING)
    if document.names not in SHOWN or access.is_held_back(document):
        return show_closed(inspection, document)
    if not 1 <= (number := reading.asked_page()) < Document.FIGURES:
        return _no_page(document, number)
    return _read(inspection, document, reading.read_place(document))


@bp.get("/<reference>/history")
@allow(Action.READ)
def show_history(inspection: CurrentInspection, reference: str):
    document = get_document(inspection, reference, least=Sight.NOTHING)
    entries = in_words(inspection, history(inspection.id, document.reference))
    if _sight(inspection, document) < Sight.WORDS:  # what its figures say is closed with it
        entries = [replace(told, lines=()) if told.part.startswith("figures ") else told for told in entries]
    return page("documents/history.html", document=document, entries=entries)


@bp.get("/<reference>/state")
@allow(Action.READ)
def show_state(inspection: CurrentInspection, reference: str):
    """How far the reading of the text is; tells the page to load itself again when it is over."""
    document = get_document(inspection, reference, least=Sight.NOTHING)
    if document.text_state is not TextState.WAITING:
        checking = document.names is not Names.CLEAR and access.has_it_open(inspection, document, g.actor.id)
        return to(url_for(".show_check" if checking else ".show_document", reference=document.reference))
    return page("documents/_state.html", document=document, job=queries.find_job(document))


@bp.post("/<reference>/read")
@allow(Action.RECORD)
def read_again(inspection: CurrentInspection, reference: str):
    document = get_document(inspection, reference, least=Sight.NOTHING)
    job = queries.find_job(document)
    # The words that were struck out were found in the texts that are there.
    held_back = access.is_held_back(document)
    if (
        not held_back
        and document.names is not Names.COVERED
        and inspection.allows(access.may_open(document))
        and (job is None or job.state in (JobState.DONE, JobState.FAILED))
    ):
        services.ask_for_text(document, by=g.actor)
    return to(url_for(".show_document", reference=document.reference))


@bp.get("/<reference>/original")
@allow(Action.READ)
def download_original(inspection: CurrentInspection, reference: str):
    """The file as it was received, always as a download: nothing that was uploaded is shown as a page.

    All of it is looked at before the first byte leaves: what is no longer whole is not handed out as if it were.
    """
    document = get_document(inspection, reference)
    path = get_whole_file(inspection, document)
    if wrong := access.why_not_out(inspection, document):
        abort(403, wrong)
    response = send_file(
        path,
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=_file_name(document),
        conditional=False,
        etag=False,
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@bp.post("/<reference>/passages")
@allow(Action.RECORD)
def tag_passage(inspection: CurrentInspection, reference: str):
    document = get_document(inspection, reference, least=Sight.COPY)
    if document.names not in SHOWN:
        abort(409, f"{document.reference} is closed to the team. Say first what the check for names came to.")
    place = reading.read_place(document)
    text = queries.find_page(document.id, place.page)
    if text is None:
        abort(404, f"{document.reference} has no page {place.page} with text.")
    form = passages.passage_form(inspection)
    seen, gist = _seen(inspection, document, text), form.gist.data or ""
    wrong = HOLDS_STRUCK if document.names is Names.COVERED and striking.struck_in(document, gist) else ""
    item = passages.tag_passage(inspection, document, text, form, by=g.actor, seen=seen, wrong_gist=wrong)
    if item is None and not htmx:
        return _read(inspection, document, place, 422, form)
    shown = reading.shown(inspection, document, text, place) if htmx else {}
    if item is None:
        return passages.answer_refused(form, **shown)
    if htmx:
        return passages.answer_tagged(inspection, form, item, **shown)
    flash(f"{item.reference} is saved.", "success")
    return to(place.address(anchor=item.reference))


@bp.get("/<reference>/where")
@allow(Action.READ)
def show_where(inspection: CurrentInspection, reference: str):
    """Where the highlight is that a link named and its page does not show: a sentence, with the way there."""
    document = get_document(inspection, reference, least=Sight.NOTHING)
    where = passages.find_elsewhere(inspection, ()) or passages.Elsewhere("", None)
    return page("evidence/_where.html", source=document, where=where)


@bp.get("/<reference>/evidence")
@allow(Action.READ)
def show_evidence(inspection: CurrentInspection, reference: str):
    """All items of all its pages; also of a closed one: what was lifted from it stays to be read."""
    document = get_document(inspection, reference, least=Sight.NOTHING)
    return page("documents/evidence.html", document=document, listed=list_of_source(document.id, read_before()))


@bp.get("/<reference>/pages/<int:number>/picture")
@allow(Action.READ)
def show_picture(inspection: CurrentInspection, reference: str, number: int):
    """A page as a picture; why there is none in a sentence, that the page shows in its place."""
    document = get_document(inspection, reference)
    width = request.args.get("width", str(pictures.ZOOMS[reading.FIT]))
    if not pictures.has_picture(document) or width not in map(str, pictures.ZOOMS.values()):
        abort(404, f"There is no such picture of {document.reference}.")
    if not 1 <= number <= (document.pages or MOST_FRAMES):
        abort(404, f"{document.reference} has {count(document.pages, 'page')}.")
    one = pictures.wanted(document, number, int(width))
    try:
        drawn = pictures.draw(one)
    except pictures.NotDrawn as why:
        return Response(str(why), 404 if why.for_good else 503, mimetype="text/plain")
    response = send_file(drawn, mimetype="image/png", etag=f"{one.sha256}-{number}-{width}")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def get_document(
    inspection: CurrentInspection, reference: str, *, least: Sight = Sight.WORDS, for_change: bool = False
) -> Document:
    """The document, or 404 with a sentence; 403 where the person sees less of it than the view shows.

    A view that shows nothing of what the document says, or only its copy with words struck out, says so by `least`. Its
    bytes are had from `get_whole_file` alone.
    """
    read = read_reference(reference)
    document = queries.find_document(inspection.id, read[1], for_change=for_change) if read else None
    if document is None or read is None or document.prefix != read[0]:
        abort(404, f"There is no document {reference[:40]} in this inspection.")
    if least and _sight(inspection, document) < least:
        abort(403, access.why_closed(document))
    return document


def _sight(inspection: CurrentInspection, document: Document) -> Sight:
    return access.sight_of(inspection, document, g.actor.id)


def show_closed(
    inspection: CurrentInspection, document: Document, status: int = 200, *, typed: Mapping[str, str] | None = None
):
    """That it is there, and that it is closed, with the way to open it for those who may.

    `typed` is what was sent for a result, by the names of its fields, and goes along with that.
    """
    return page(
        "documents/closed.html",
        status,
        document=document,
        check=read_handling(inspection.id).check,
        inside=access.Inside.of(document) if document.may_be_taken_apart else None,
        opened=queries.list_open(document),
        why=access.why_closed(document),
        held_back=access.is_held_back(document),
        job=queries.find_job(document) if access.is_held_back(document) else None,
        is_open=access.has_it_open(inspection, document, g.actor.id),
        may_open=access.opens_to(inspection, document),
        may_check_again=inspection.allows(access.may_open(document)),
        typed=typed or {},
        lifted=[] if document.names in SHOWN else striking.items_of(document),
    )


def get_whole_file(inspection: CurrentInspection, document: Document) -> Path:
    """Where the file lies, all of it looked at; or 404 with a sentence, and an entry in the audit trail. 403 where the
    person does not see all that lies in it: the one way to a file's bytes."""
    if _sight(inspection, document) is not Sight.ALL:
        abort(403, access.why_closed(document))
    original_id, by = document.original_id, g.actor
    try:
        path = storage.checked(document.inspection_id, document.original.sha256)
    except (FileNotFoundError, storage.Damaged) as error:
        after_refusal(lambda: services.note_whether_whole(original_id, whole=False, by=by))
        abort(404, services.MISSING if isinstance(error, FileNotFoundError) else services.DAMAGED)
    if document.original.damaged_at is not None:
        after_refusal(lambda: services.note_whether_whole(original_id, whole=True, by=by))
    return path


def _refuse(form: UploadForm, refused: list[services.Refused], asked: Sequence[Concern] = ()):
    template = "documents/_upload.html" if htmx else "documents/new.html"
    return page(template, 422, form=form, refused=refused, concerns=asked, error=True)


def _about_to_come(form: UploadForm, file: services.Arrived) -> Newer:
    """What is known of a file before it is read."""
    body = dict(form.body.choices)[form.body.data] if form.body.data else ""
    return Newer(file.kind, (file.file_name, form.title.data or ""), body)


def _find_older(inspection: CurrentInspection, form: UploadForm) -> Document | None:
    """The document of which the one file that comes is a newer version. What is wrong with it stands at its field."""
    named = (form.newer_of.data or "").strip()
    if not named:
        return None
    read = read_reference(named, inspection.vocabulary.prefixes["document"])
    older = queries.find_document(inspection.id, read[1]) if read else None
    if older is None or read is None or older.prefix != read[0]:
        instead = "Enter its reference, such as DOC-031"
        form.newer_of.errors = [f"There is no document {named[:20]} in this inspection. {instead}"]
    elif len(form.chosen()) > 1:
        form.newer_of.errors = ["Only one file at a time can be a newer version. Upload the others by themselves"]
    elif why := services.why_no_version(older, None):
        form.newer_of.errors = [why]
    return older


def _supersede(inspection: CurrentInspection, document: Document, older_number: int) -> None:
    older = queries.find_document(inspection.id, older_number)
    assert older is not None
    try:
        services.supersede(document, older, by=g.actor)
    except services.NotAVersion as why:  # meanwhile by another
        flash(f"{why}.", "error")
    else:
        flash(f"It supersedes {older.reference}.", "success")


def _after_upload(received: list[Document]) -> Response:
    if len(received) == 1 and received[0].may_hold_files:  # what is in it comes first
        return to(url_for("register.show_contents", reference=received[0].reference))
    if len(received) == 1:
        return to(url_for(".show_document", reference=received[0].reference))
    closed = any(document.names is Names.UNCHECKED for document in received)
    return to(url_for(".list_unchecked" if closed else ".list_documents"))


def _file_name(document: Document) -> str:
    """The received name without what a browser could take for a path or a header."""
    return "".join("_" if c in '/\\"\r\n' or ord(c) < 32 else c for c in document.original.file_name) or "file"


def _read(inspection: CurrentInspection, document: Document, place: Place, status: int = 200, form=None):
    context: dict[str, Any] = {"document": document, "pages": queries.list_pages(document.id), "place": place}
    context["whole"] = _sight(inspection, document) is Sight.ALL
    context["may_check_again"] = inspection.allows(access.may_open(document))
    context["restricted"] = not context["whole"] and bool(access.list_restricted_inside(document))
    if document.text_state is TextState.WAITING:
        return page(READER, job=queries.find_job(document), text=None, picture=None, **context)
    text = queries.find_page(document.id, place.page)
    if text is None and (document.pages or (place.page != 1 and not reading.may_have_more(document))):
        return _no_page(document, place.page)
    shown, boxes = reading.shown(inspection, document, text, place), _boxes(document, place)
    return page(
        READER,
        status,
        **context | shown | boxes,
        where=passages.find_elsewhere(inspection, [*shown["marks"], *boxes["boxes"]], shown["earlier"]),
        job=None,
        holding=_holding(document),
        picture=reading.picture_of(document, place),
        more=reading.may_have_more(document),
        form=form or passages.passage_form(inspection, empty=True),
        made="",
        error=status == 422,
    )


def _no_page(document: Document, number: int):
    """That the document has no such page, with the way to those that it has."""
    return page("documents/no_page.html", 404, document=document, number=number, pages=queries.list_pages(document.id))


def _boxes(document: Document, place: Place) -> dict[str, Any]:
    """The boxes on the picture of the page, where there is one."""
    found = queries.list_boxes(document.id, place.page) if pictures.has_picture(document) else []
    return {"boxes": found, "box_tags": tags_of(box.id for box in found)}


def _holding(document: Document) -> list[str]:
    """Evidence that holds words which are struck out of it now."""
    if document.names is not Names.COVERED:
        return []
    return striking.items_that_hold(document, queries.list_present_texts(document.id))


def _seen(inspection: CurrentInspection, document: Document, text: SourceText) -> str:
    return access.as_seen(inspection, document, [text], g.actor.id)[0]


def _upload_form(inspection: CurrentInspection, *, empty: bool = False) -> UploadForm:
    form = UploadForm(formdata=None) if empty else UploadForm()
    form.body.choices = [("", "Not from an Area"), *((body.code, body.name) for body in list_bodies(inspection.id))]
    return form
