"""Requests that the team adds: added, worded anew, withdrawn. And the title of one of the pack, changed."""

from uuid import UUID

from flask import abort, flash, g, request, url_for

from app.access import Action, allow
from app.db.versions import Stale
from app.inspections.gate import CurrentInspection, may
from app.inspections.histories import conflict_of
from app.inspections.queries import list_bodies, list_criteria
from app.register import concerns, queries, services, state
from app.register.models import DocumentRequest
from app.register.own_forms import NewRequestForm, TitleForm, WithdrawForm, WordsForm
from app.register.views import address_of, bp, get_request, line_of, recorders, tell_of_days
from app.web import clock
from app.web.conflicts import Conflict
from app.web.pages import page, to

NEW = "register/new.html"
WORDS = "register/words.html"


@bp.get("/requests/new")
@allow(Action.RECORD)
def show_new(inspection: CurrentInspection):
    """Filled in from the address, as where an interview leads here: body, title, text."""
    form = _new_form(inspection, empty=True)
    for name in ("body", "title", "text"):
        form[name].data = request.args.get(name, "")
    return page(NEW, form=form, concerns=[])


@bp.post("/requests/new")
@allow(Action.RECORD)
def add_request(inspection: CurrentInspection):
    """Ask a body for a document that the pack does not ask for."""
    form = _new_form(inspection)
    if not form.validate_on_submit():
        return page(NEW, 422, form=form, concerns=[], error=True)
    body = next(body for body in list_bodies(inspection.id) if body.code == form.body.data)
    own, due, owner = form.own(), form.due.data if form.due else None, form.owner.data if form.owner else ""
    services.hold_own(inspection.id)  # two at once wait for one another: the second is asked about
    lines = queries.read_register(inspection.id, clock.today(), body_id=body.id).lines
    asked = [*concerns.of_same(lines, own.title), *concerns.of_due(due), *concerns.of_timetable(inspection.id, due)]
    if not form.is_meant(asked):
        return page(NEW, 422, form=form, concerns=asked, error=True)
    found = services.add_request(body, own, due=due, owner_id=UUID(owner) if owner else None, by=g.actor)
    flash(f"{found.code} is added. Say here that it was asked once the letter has gone out.", "success")
    tell_of_days(inspection, due)
    return to(address_of(found))


@bp.get("/requests/<body>/<code>/words")
@allow(Action.RECORD)
def show_words(inspection: CurrentInspection, body: str, code: str):
    found = _own(inspection, body, code)
    return _words_page(inspection, found, _present(inspection, found))


@bp.post("/requests/<body>/<code>/words")
@allow(Action.RECORD)
def change_words(inspection: CurrentInspection, body: str, code: str):
    """Have a request that the team added ask for something else, while nothing has come for it."""
    found = _own(inspection, body, code, for_change=True)
    form = WordsForm()
    form.offer(_references(inspection))
    if not form.validate_on_submit():
        return _words_page(inspection, found, form, 422)
    try:
        services.change_own(found, form.own(), base=_base(form), by=g.actor)
    except Stale:
        form.version.data, present = str(found.version), _present(inspection, found)
        conflict = conflict_of(inspection, form, present, found.reference, services.WORDING)
        return _words_page(inspection, found, form, 409, conflict)
    flash("Saved.", "success")
    return to(address_of(found))


@bp.get("/requests/<body>/<code>/title")
@allow(Action.DECIDE)
def show_title(inspection: CurrentInspection, body: str, code: str):
    found = _of_pack(inspection, body, code)
    return _words_page(inspection, found, _title(found))


@bp.post("/requests/<body>/<code>/title")
@allow(Action.DECIDE)
def retitle(inspection: CurrentInspection, body: str, code: str):
    """Another title for a request of the pack, for each body that is asked for it."""
    held = queries.hold_requests(inspection.id)
    found, form = _of_pack(inspection, body, code), TitleForm()
    if not form.validate_on_submit():
        return _words_page(inspection, found, form, 422)
    if _base(form) != found.version and not form.is_as_opened(_title(found)):
        form.version.data = str(found.version)
        conflict = conflict_of(inspection, form, _title(found), found.reference, services.WORDING)
        return _words_page(inspection, found, form, 409, conflict)
    rows = [row for row in held if row.code == found.code]
    services.retitle(rows, form.title.data or "", by=g.actor)
    flash(f"Saved. It is the title of {found.code} for each body that is asked.", "success")
    return to(address_of(found))


@bp.get("/requests/<body>/<code>/withdraw")
@allow(Action.RECORD)
def show_withdraw(inspection: CurrentInspection, body: str, code: str):
    found = _own(inspection, body, code)
    return _withdraw_page(inspection, found, WithdrawForm(formdata=None))


@bp.post("/requests/<body>/<code>/withdraw")
@allow(Action.RECORD)
def withdraw_request(inspection: CurrentInspection, body: str, code: str):
    """Take a request off the register that was added by mistake; its history stays."""
    found, form = _own(inspection, body, code, for_change=True), WithdrawForm()
    if not form.validate_on_submit():
        return _withdraw_page(inspection, found, form, 422)
    services.withdraw(found, form.reason.data or "", by=g.actor)
    flash(f"{found.code} is withdrawn: it stands in no list and no letter any more.", "success")
    return to(url_for(".show_register"))


def _own(inspection: CurrentInspection, body: str, code: str, *, for_change: bool = False) -> DocumentRequest:
    """A request that the team added and for which nothing has come, or a sentence."""
    found = get_request(inspection, body, code, for_change=for_change)
    if not found.is_own:
        abort(404, f"{found.code} is the pack’s. Only what the team added can be changed or withdrawn here.")
    line = line_of(queries.read_register(inspection.id, clock.today(), request_id=found.id), found)
    if not line.may_be_reworded:
        abort(409, f"Something came in answer to {found.reference}: what it asks for stays as it is.")
    return found


def _of_pack(inspection: CurrentInspection, body: str, code: str) -> DocumentRequest:
    found = get_request(inspection, body, code)
    if found.is_own:
        abort(404, f"{found.code} was added by the team: change all that it asks for instead.")
    return found


def _base(form: WordsForm | TitleForm) -> int:
    base = form.version.data or ""
    if not (base.isascii() and base.isdigit() and len(base) < 10):
        abort(422, "The form was changed on its way. Open the page again and enter it once more.")
    return int(base)


def _references(inspection: CurrentInspection) -> list[str]:
    return [row.reference for row in list_criteria(inspection.id)]


def _new_form(inspection: CurrentInspection, *, empty: bool = False) -> NewRequestForm:
    form = NewRequestForm(formdata=None) if empty else NewRequestForm()
    form.body.choices = [("", "Choose"), *((body.code, body.name) for body in list_bodies(inspection.id))]
    form.offer(_references(inspection))
    if may(Action.DECIDE):
        form.owner.choices = [("", "Nobody yet"), *((row.person_id.hex, row.name) for row in recorders(inspection))]
    else:  # due dates and owners are the lead's to set
        del form.due, form.owner
    return form


def _present(inspection: CurrentInspection, found: DocumentRequest) -> WordsForm:
    names = ("title", "text", "expected", "maximum", "period", "version")
    given = {name: getattr(found, name) for name in names} | {"criteria": ", ".join(found.criteria)}
    form = WordsForm(formdata=None, data=given)
    form.offer(_references(inspection))
    return form


def _title(found: DocumentRequest) -> TitleForm:
    return TitleForm(formdata=None, data={"title": found.title, "version": found.version})


def _words_page(
    inspection: CurrentInspection,
    found: DocumentRequest,
    form: WordsForm | TitleForm,
    status: int = 200,
    conflict: Conflict | None = None,
):
    line = line_of(queries.read_register(inspection.id, clock.today(), request_id=found.id), found)
    return page(WORDS, status, found=found, line=line, form=form, conflict=conflict, error=status == 422)


def _withdraw_page(inspection: CurrentInspection, found: DocumentRequest, form: WithdrawForm, status: int = 200):
    line = line_of(queries.read_register(inspection.id, clock.today(), request_id=found.id), found)
    asked = line.state == state.ASKED
    return page("register/withdraw.html", status, found=found, line=line, asked=asked, form=form, error=status == 422)
