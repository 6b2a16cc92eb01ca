"""The copy of a covered document that may be taken out: asked for, made by a job, taken out by a recorded POST."""

from flask import abort, flash, g, send_file, url_for

from app.access import Action, allow
from app.documents import copying, queries
from app.documents.access import Sight
from app.documents.models import Document, Names
from app.documents.views import bp, get_document
from app.extensions import htmx
from app.inspections.gate import CurrentInspection
from app.jobs.models import JobState
from app.web.pages import page, to


@bp.get("/<reference>/copy")
@allow(Action.EXPORT)
def show_copy(inspection: CurrentInspection, reference: str):
    """Whether the copy is made; for htmx how far it is."""
    document = _get_covered(inspection, reference)
    made, job = copying.find_copy(document), queries.find_copy_job(document)
    being_made = job is not None and job.state in (JobState.QUEUED, JobState.RUNNING) and made is None
    if htmx and not being_made:
        return to(url_for(".show_copy", reference=document.reference))
    return page(
        "documents/_copy_state.html" if htmx else "documents/copy.html",
        document=document,
        made=made.suffix.removeprefix(".") if made else "",
        being_made=being_made,
        trouble=job.trouble if job and job.state is JobState.FAILED and made is None else "",
    )


@bp.post("/<reference>/copy")
@allow(Action.EXPORT)
def make_copy(inspection: CurrentInspection, reference: str):
    document = _get_covered(inspection, reference, for_change=True)
    job = queries.find_copy_job(document)
    if copying.find_copy(document) is None and (job is None or job.state in (JobState.DONE, JobState.FAILED)):
        copying.ask_for_copy(document, by=g.actor)
    return to(url_for(".show_copy", reference=document.reference))


@bp.post("/<reference>/copy/file")
@allow(Action.EXPORT)
def take_copy_out(inspection: CurrentInspection, reference: str):
    document = _get_covered(inspection, reference)
    made = copying.find_copy(document)
    if made is None:
        flash("Words were struck out since, or taken back. Have the copy made anew.", "error")
        return to(url_for(".show_copy", reference=document.reference))
    copying.took_out(document, made, by=g.actor)
    name = f"{document.reference} struck out{made.suffix}"
    return send_file(made, as_attachment=True, download_name=name, max_age=0, conditional=False)


def _get_covered(inspection: CurrentInspection, reference: str, *, for_change: bool = False) -> Document:
    document = get_document(inspection, reference, least=Sight.COPY, for_change=for_change)
    if document.names is not Names.COVERED:
        abort(409, f"Nothing is covered in {document.reference}: there is no copy with words struck out.")
    return document
