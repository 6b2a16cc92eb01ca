"""What lies in a file that came in: a list first; what is ticked becomes documents. The file stays as it came."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import abort, flash, g, request, url_for
from werkzeug.exceptions import UnprocessableEntity

from app.access import Action, allow
from app.db.transaction import writing
from app.documents import checking, striking
from app.documents import queries as document_queries
from app.documents import services as documents
from app.documents.access import Inside, Sight, opens_to, sight_of, waits_for_files, why_not_out
from app.documents.handling import read_handling
from app.documents.models import Document
from app.documents.views import SHOWN, get_document, get_whole_file, show_closed
from app.extensions import htmx
from app.formats.contents import CONTAINERS, Contents
from app.formats.kinds import KINDS
from app.formats.outcome import Refused
from app.inspections.asking import of_names
from app.inspections.gate import CurrentInspection, may
from app.inspections.queries import list_bodies
from app.register import file_queries, queries, services, state
from app.register.event_views import get_kind
from app.register.file_queries import FileLine
from app.register.forms import ContentsForm
from app.register.models import DocumentRequest
from app.register.services import What
from app.register.views import bp
from app.web import clock
from app.web.asking import Concern
from app.web.dispatch import answer_of_first_time, keep_answer, own_writes
from app.web.pages import page, to

PAGE = 500
SAME, LATER = "same", "later"
SENT_BEFORE = "This list was sent before with other ticks. See what is here now, and send what is still to be taken in"


@bp.get("/documents/<reference>/contents")
@allow(Action.READ)
def show_contents(inspection: CurrentInspection, reference: str):
    document = _get_container(inspection, reference, least=Sight.NOTHING)
    if sight_of(inspection, document, g.actor.id) is not Sight.ALL:
        return to(request.path) if htmx else show_closed(inspection, document)
    if htmx:  # it was being looked at when the page was loaded; what is ticked there stays
        return page("register/_waits.html", came=True, **_how_it_stands(inspection, document))
    listed = documents.list_contents(document, get_whole_file(inspection, document))
    return _page(inspection, document, listed)


@bp.post("/documents/<reference>/contents")
@allow(Action.RECORD)
@own_writes
def take_in_contents(inspection: CurrentInspection, reference: str):
    """What is ticked becomes documents that say in which file they came. Files first, rows after, as always."""
    document = _get_container(inspection, reference)
    path = get_whole_file(inspection, document)
    listed = documents.list_contents(document, path)
    form = _form(inspection, document, listed)
    if not form.validate_on_submit():
        return _page(inspection, document, listed, form, 422)
    ticked = [entry.name for entry in listed.entries if entry.number in (form.numbers.data or [])]
    where, instead = "the name of a file", "The team reads it as the title: take it in, and change its title"
    asked = of_names(inspection, ticked, where, instead)
    for its in striking.struck_elsewhere(inspection.id, [name.replace("_", " ") for name in ticked]):
        asked.append(Concern("struck", f"Words that are struck out of {its} stand in {where}. {instead}."))
    if not form.is_meant(asked):
        return _page(inspection, document, listed, form, 422, asked)
    try:
        kept, refused = documents.keep_contents(document, path, form.numbers.data or [], listed)
    except Refused as trouble:
        form.numbers.errors = [trouble.trouble.sentence]
        return _page(inspection, document, listed, form, 422)
    words = inspection.vocabulary
    body_id = next((body.id for body in list_bodies(inspection.id) if body.code == form.body.data), None)
    with writing() as session:
        try:
            again = answer_of_first_time(session, [file.kept.sha256 for file in kept])
        except UnprocessableEntity:  # gone back to, and sent again with other ticks: what those took in is here
            session.rollback()
            form.numbers.errors = [SENT_BEFORE]
            return _page(inspection, _get_container(inspection, reference), listed, form, 422)
        if again is not None:
            return again
        held = {(row.body.code, row.code): row for row in queries.hold_requests(inspection.id)}
        document = _get_container(inspection, reference)
        files = file_queries.list_files(inspection.id, document_id=document.id) if form.placing.data == SAME else []
        as_much = file_queries.answers_as_much(document.id)
        came: list[Document] = []
        too: list[Document] = []  # that are here already, and answer the same from now on
        for file in kept:
            if same := document_queries.find_same_content(inspection.id, file.kept.sha256):
                if files and same not in came and same.reference not in as_much:
                    too.append(same)
                else:
                    refused.append(documents.here_already(file.file_name, same, None))
                continue
            came.append(
                documents.receive(
                    inspection.id,
                    family=words.family_of["document"],
                    prefix=words.prefixes["document"],
                    file_name=file.file_name,
                    kind=file.kind,
                    kept=file.kept,
                    title=_title(file.file_name),
                    body_id=body_id,
                    came_in=document,
                    by=g.actor,
                )
            )
        if too:
            if body_id is not None:
                documents.note_sent_too([one.id for one in too], body_id, by=g.actor)
            names = ", ".join(one.reference for one in too)
            flash(f"Here already as {names}: not kept twice, and put to the same requests.", "info")
        if came:
            documents.record_taken_out(document, came, by=g.actor)
            if sight_of(inspection, document, g.actor.id) is not Sight.ALL:
                checking.open_document(document, by=g.actor)  # it closes by that: who is at it goes on
            names = ", ".join(one.reference for one in came)
            flash(f"Taken in as {names}. The text is being read.", "success")
        if came or too:
            _answer_the_same(inspection, files, [*came, *too], document.original.received_at, held)
            if refused:
                flash("Not kept: " + " ".join(f"‘{one.file_name}’: {one.why}" for one in refused), "error")
            response = to(url_for(".show_contents", reference=document.reference))
            keep_answer(session, response)
        else:
            session.rollback()  # nothing was done: the same form may be sent again with other ticks
    if not came and not too:
        form.numbers.errors = [" ".join(f"‘{one.file_name}’: {one.why}" for one in refused)]
        return _page(inspection, _get_container(inspection, reference), listed, form, 422)
    return response


def _answer_the_same(
    inspection: CurrentInspection,
    files: list[FileLine],
    came: list[Document],
    on: datetime,
    held: dict[tuple[str, str], DocumentRequest],
) -> None:
    """Put what came out of a file to the parts of requests that the file itself was put to."""
    wanted: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for line in files:
        wanted.setdefault((line.body, line.code), []).append((line.unit, line.part))
    if not wanted:
        return
    kind = get_kind(inspection, state.RECEIVED)
    what = What(on=on.astimezone(clock.LONDON).date(), done_by_id=g.actor.id, done_by=g.actor.label)
    for key, pieces in wanted.items():
        services.attach(held[key], [(one, piece) for one in came for piece in pieces], kind, what, by=g.actor)


def _get_container(inspection: CurrentInspection, reference: str, *, least: Sight = Sight.ALL) -> Document:
    """Its names of files are what it says: who sees all of it sees them. Or 403 or 404, with a sentence."""
    document = get_document(inspection, reference, least=least)
    if KINDS[document.original.kind] not in CONTAINERS:
        abort(404, f"{document.reference} is not a file that holds others: there is nothing to take out of it.")
    return document


def _title(name: str) -> str:
    """The last of the names, without the folders."""
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2] or name


def _form(inspection: CurrentInspection, document: Document, listed: Contents, *, empty: bool = False) -> ContentsForm:
    given = {"body": document.body.code if document.body else "", "placing": LATER}
    files = file_queries.list_files(inspection.id, document_id=document.id)
    if files:
        given["placing"] = SAME
    form = ContentsForm(formdata=None, data=given) if empty else ContentsForm()
    form.numbers.choices = [(entry.number, entry.name) for entry in listed.entries if not entry.why_not]
    form.body.choices = [("", "Not from an Area"), *((body.code, body.name) for body in list_bodies(inspection.id))]
    parts = "; ".join(dict.fromkeys(f"{line.code} {line.body_name}, {line.part} {line.unit}" for line in files))
    form.placing.choices = [(SAME, f"What {document.reference} answers: {parts}")] if files else []
    form.placing.choices += [(LATER, "Sort them afterwards")]
    return form


def _page(
    inspection: CurrentInspection,
    document: Document,
    listed: Contents,
    form: ContentsForm | None = None,
    status: int = 200,
    asked: Sequence[Concern] = (),
):
    given = request.args.get("after", "0")
    if not (given.isascii() and given.isdigit() and len(given) < 6):
        abort(404, "There is no such page. Start from the first files.")
    shown = [entry for entry in listed.entries if entry.number > int(given)]
    entries, more = shown[:PAGE], len(shown) > PAGE
    here = document_queries.find_here(inspection.id, [entry.sha256 for entry in entries if entry.sha256])
    if form is None and may(Action.RECORD):
        form = _form(inspection, document, listed, empty=True)
        first = {entry.sha256: entry.number for entry in reversed(entries)}  # of those that are the same
        form.numbers.data = [
            entry.number for entry in entries if first[entry.sha256] == entry.number and entry.sha256 not in here
        ]
    # What is here already is not taken in twice; where the file answers a request, it may be said to answer that too.
    may_answer: set[str] = set()
    if form is not None and form.placing.choices[0][0] == SAME:
        as_much = file_queries.answers_as_much(document.id)
        may_answer = {sha256 for sha256, same in here.items() if same not in as_much}
    if form is not None:
        here_already = {one.number for one in entries if one.why_not or one.sha256 in here.keys() - may_answer}
        form.numbers.data = [number for number in form.numbers.data or [] if number not in here_already]
    return page(
        "register/contents.html",
        status,
        entries=entries,
        trouble=listed.trouble,
        total=len(listed.entries),
        here=here,
        form=form,
        concerns=asked,
        why_not_out=why_not_out(inspection, document),
        may_answer=may_answer,
        after=entries[-1].number if more else None,
        error=status == 422,
        **_how_it_stands(inspection, document),
    )


def _how_it_stands(inspection: CurrentInspection, document: Document) -> dict[str, Any]:
    """Whether its file is closed because of what lies in it, or is still being looked at."""
    inside = Inside.of(document)
    return {
        "document": document,
        "inside": inside,
        "check": read_handling(inspection.id).check,
        "waits": waits_for_files(document),
        "looking": inside.others is None and document_queries.is_being_looked_into(document, documents.LIST),
        "may_look_through": document.names in SHOWN
        and document.files_at is None
        and inside.others != 0
        and opens_to(inspection, document),
    }
