import re
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, g, url_for

from app.access import Action, allow
from app.audit.queries import history
from app.db.base import AnyRow
from app.db.versions import Stale
from app.inspections.gate import CurrentInspection
from app.inspections.histories import conflict_of, in_words
from app.inspections.queries import find_days, find_on_site, get_rules, list_bodies, list_criteria, list_team
from app.inspections.references import read_reference, reference
from app.inspections.working_days import Calendar
from app.interviews.clashes import also_ask, clashing_of
from app.interviews.forms import ReasonForm
from app.interviews.models import STATE_LABELS, Interview, State
from app.interviews.planning import who_records
from app.interviews.planning_queries import list_all_cancelled
from app.interviews.queries import count_of_areas, list_of_area, write_ups_of
from app.register.queries import outstanding
from app.visits import queries, services
from app.visits.forms import AddForm, ArrangeForm, DebriefForm, LineForm, OffForm
from app.visits.models import VISIT, Visit
from app.web import clock
from app.web.pages import count, long_date, page, to

bp = Blueprint("visits", __name__, url_prefix="/inspections/<inspection>/visits")
PAGE, ARRANGE, DEBRIEF, CANCEL = (f"visits/{name}.html" for name in ("visit", "arrange", "debrief", "cancel"))


@bp.get("")
@allow(Action.READ)
def list_visits(inspection: CurrentInspection):
    return page(
        "visits/index.html",
        visits=queries.list_visits(inspection.id),
        cancelled=queries.list_visits(inspection.id, cancelled=True),
        interviews=count_of_areas(inspection.id),
        debriefed=queries.debriefed(inspection.id),
    )


@bp.post("/planned")
@allow(Action.DECIDE)
def make_planned(inspection: CurrentInspection):
    if (on_site := find_on_site(inspection.id)) is None:
        abort(409, "The pack of this inspection was loaded without its scope. Load the whole pack again first.")
    if made := services.make_planned(inspection.id, on_site, by=g.actor):
        flash(f"{count(made, 'visit')} made, without dates. Open one to arrange it.", "success")
    else:
        flash("Each Area that the pack visits has its visit already. Nothing was made twice.", "info")
    return to(url_for(".list_visits"))


@bp.get("/new")
@allow(Action.RECORD)
def show_add(inspection: CurrentInspection):
    return page("visits/new.html", form=_add_form(inspection, formdata=None))


@bp.post("/new")
@allow(Action.RECORD)
def add(inspection: CurrentInspection):
    form = _add_form(inspection)
    if not form.validate_on_submit():
        return page("visits/new.html", 422, form=form, error=True)
    body = next(body for body in list_bodies(inspection.id) if body.code == form.body.data)
    visit = services.add(inspection.id, body.id, form.purpose.data or "", by=g.actor)
    return to(url_for(".show_visit", reference=visit.reference))


@bp.get("/<reference>")
@allow(Action.READ)
def show_visit(inspection: CurrentInspection, reference: str):
    return _show(inspection, get_visit(inspection, reference))


@bp.get("/<reference>/history")
@allow(Action.READ)
def show_history(inspection: CurrentInspection, reference: str):
    visit = get_visit(inspection, reference)
    return page(
        "visits/history.html",
        visit=visit,
        entries=in_words(inspection, history(inspection.id, visit.reference)),
        versions=queries.list_debriefs(visit.id),
        present=queries.find_debrief(visit.id),
    )


@bp.get("/<reference>/arrange")
@allow(Action.RECORD)
def show_arrange(inspection: CurrentInspection, reference: str):
    visit = get_visit(inspection, reference)
    return page(ARRANGE, visit=visit, form=_present_arrangement(inspection, visit))


@bp.post("/<reference>/arrange")
@allow(Action.RECORD)
def arrange(inspection: CurrentInspection, reference: str):
    visit = get_visit(inspection, reference, for_change=True)
    form = _arrange_form(inspection, visit)
    if not form.validate_on_submit():
        return page(ARRANGE, 422, visit=visit, form=form, error=True)
    arrangement = services.Arrangement(
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data or form.starts_on.data,
        purpose=form.purpose.data or "",
        place=form.place.data or "",
        contact=form.contact.data or "",
        phone=form.phone.data or "",
        email=(form.email.data or "").strip(),
    )
    inspectors = [UUID(id) for id in form.inspectors.data or []]
    try:
        services.arrange(visit, arrangement, inspectors, base=form.version.data or 0, by=g.actor)
    except Stale:
        form.version.data, present = visit.version, _present_arrangement(inspection, visit)
        conflict = conflict_of(inspection, form, present, visit.reference, services.ARRANGING)
        return page(ARRANGE, 409, visit=visit, form=form, conflict=conflict)
    flash(f"{visit.reference} is saved.", "success")
    return to(url_for(".show_visit", reference=visit.reference))


@bp.post("/<reference>/lines")
@allow(Action.RECORD)
def add_line(inspection: CurrentInspection, reference: str):
    visit = get_visit(inspection, reference, for_change=True)
    form = LineForm()
    known = {row.reference.casefold(): row.reference for row in list_criteria(inspection.id)}
    given = [part for part in re.split(r"[\s,;]+", form.criteria.data or "") if part]
    valid = form.validate_on_submit()
    if unknown := [part for part in given if part.casefold() not in known]:
        form.criteria.errors = [f"There is no criterion {unknown[0][:40]} in this inspection"]
        valid = False
    if not valid:
        return _show(inspection, visit, 422, line=form)
    criteria = dict.fromkeys(known[part.casefold()] for part in given)
    services.add_line(visit, form.text.data or "", list(criteria), by=g.actor)
    flash("The line of enquiry is added.", "success")
    return to(url_for(".show_visit", reference=visit.reference, _anchor="lines"))


@bp.post("/<reference>/lines/<uuid:line_id>/off")
@allow(Action.RECORD)
def take_line_off(inspection: CurrentInspection, reference: str, line_id: UUID):
    visit = get_visit(inspection, reference, for_change=True)
    if (line := queries.find_line(visit.id, line_id)) is None:
        abort(404, "That line of enquiry was taken off already.")
    form = OffForm()
    if not form.validate_on_submit():
        return _show(inspection, visit, 422, off=(line.id, form))
    services.take_line_off(visit, line, form.why.data or "", by=g.actor)
    flash("The line of enquiry is taken off. It stays on record with the reason.", "success")
    return to(url_for(".show_visit", reference=visit.reference, _anchor="lines"))


@bp.get("/<reference>/debrief")
@allow(Action.RECORD)
def show_debrief(inspection: CurrentInspection, reference: str):
    visit = get_visit(inspection, reference)
    present = queries.find_debrief(visit.id)
    form = DebriefForm(formdata=None, text=present.text if present else "", base=present.id.hex if present else "")
    return page(DEBRIEF, visit=visit, form=form, instead=None)


@bp.post("/<reference>/debrief")
@allow(Action.RECORD)
def debrief(inspection: CurrentInspection, reference: str):
    visit = get_visit(inspection, reference, for_change=True)
    present, form = queries.find_debrief(visit.id), DebriefForm()
    if not form.validate_on_submit():
        return page(DEBRIEF, 422, visit=visit, form=form, instead=None, error=True)
    try:
        base = UUID(form.base.data) if form.base.data else None
    except ValueError:
        abort(422, "The form was changed on its way. Open the page again and enter the debrief once more.")
    try:
        services.debrief(visit, present, form.text.data or "", base=base, by=g.actor)
    except Stale:
        form.base.data = present.id.hex if present else ""  # sent again, it is a version of what stands beside it now
        return page(DEBRIEF, 409, visit=visit, form=form, instead=present)
    flash("The debrief is saved.", "success")
    return to(url_for(".show_visit", reference=visit.reference, _anchor="debrief"))


@bp.get("/<reference>/cancel")
@allow(Action.RECORD)
def show_cancel(inspection: CurrentInspection, reference: str):
    return page(CANCEL, visit=get_visit(inspection, reference), form=_cancel_form(inspection, formdata=None))


@bp.post("/<reference>/cancel")
@allow(Action.RECORD)
def cancel(inspection: CurrentInspection, reference: str):
    visit = get_visit(inspection, reference, for_change=True)
    form = _cancel_form(inspection)
    if not form.validate_on_submit():
        return page(CANCEL, 422, visit=visit, form=form, error=True)
    if visit.cancelled_at is not None:
        abort(409, f"{visit.reference} was cancelled already.")
    services.cancel(visit, form.said(), by=g.actor)
    flash(f"{visit.reference} is cancelled. The interviews of the Area stay as they are.", "success")
    return to(url_for(".show_visit", reference=visit.reference))


@bp.post("/<reference>/put-back")
@allow(Action.RECORD)
def put_back(inspection: CurrentInspection, reference: str):
    visit = get_visit(inspection, reference, for_change=True)
    services.put_back(visit, by=g.actor)
    flash(f"{visit.reference} is back.", "success")
    return to(url_for(".show_visit", reference=visit.reference))


def get_visit(inspection: CurrentInspection, reference: str, *, for_change: bool = False) -> Visit:
    """The visit, or 404 with a sentence."""
    read = read_reference(reference)
    visit = queries.find_visit(inspection.id, read[1], for_change=for_change) if read and read[0] == VISIT else None
    if visit is None:
        abort(404, f"There is no visit {reference[:40]} in this inspection.")
    return visit


def _show(inspection: CurrentInspection, visit: Visit, status: int = 200, **given: Any):
    interviews = list_of_area(inspection.id, visit.body.code)
    context = {
        "visit": visit,
        "lines": queries.list_lines(visit.id),
        "interviews": interviews,
        "states": STATE_LABELS,
        "write_ups": write_ups_of(inspection.id, interviews, clock.today()),
        "debrief": queries.find_debrief(visit.id),
        "requests": outstanding(inspection.id, visit.body_id),
        "cancelled": list_all_cancelled(inspection.id, visit.body.code),
        "warnings": _warnings(inspection, visit, interviews),
        "clashes": clashing_of(inspection.id, interviews),
        "line": LineForm(formdata=None),
        "off": None,
        "error": status == 422,
    }
    return page(PAGE, status, **context | given)


def _warnings(inspection: CurrentInspection, visit: Visit, interviews: Sequence[AnyRow]) -> list[str]:
    """What speaks against its dates, a sentence each; it never blocks."""
    if visit.starts_on is None or visit.ends_on is None or visit.cancelled_at is not None:
        return []
    calendar = Calendar.of(get_rules(inspection.id))
    found = calendar.weekends(visit.starts_on, visit.ends_on) + calendar.warnings(visit.starts_on, visit.ends_on)
    found += [
        f"{name} is on {reference(VISIT, number)} to {area} on the same days."
        for name, area, number in queries.list_elsewhere(visit)
    ]
    found += [
        f"{name} is in {interview}, {row.body or 'elsewhere'} on {row.happened_on.day} {row.happened_on:%B %Y}."
        for name, interview, row in queries.list_interviews_elsewhere(visit)
    ]
    dated = queries.list_dated(inspection.id, visit.body_id)
    return found + [
        f"{reference(row.prefix, row.number)} is on {long_date(row.happened_on)}, outside the visit."
        for row in interviews
        if row.state in (State.PLANNED, State.UNDER_WAY) and not row.remote and _is_outside(row.happened_on, dated)
    ]


def _is_outside(day: date | None, visits: Sequence[Visit]) -> bool:
    """Whether a day is on none of some visits that have days."""
    if day is None or not visits:
        return False
    return not any(visit.starts_on <= day <= visit.ends_on for visit in visits if visit.starts_on and visit.ends_on)


def _on_visits(interview: Interview, people: set[UUID]) -> list[str]:
    """Who is to hold an interview and is on a visit elsewhere on its day; and where its day is outside its visit."""
    day, found = interview.happened_on, []
    if day is None:
        return []
    if people:
        found = [
            f"{name} is on {reference(VISIT, number)} to {area} on that day."
            for name, area, number in queries.list_on_day(interview.inspection_id, people, day, but=interview.body_id)
        ]
    if interview.body is not None and not interview.remote:
        dated = queries.list_dated(interview.inspection_id, interview.body.id)
        if _is_outside(day, dated):
            when = " and ".join(f"{visit.reference} is {_days(visit)}" for visit in dated)
            found.append(f"{long_date(day)} is outside the visit to {interview.body.name}: {when}.")
    return found


def _days(visit: Visit) -> str:
    first, last = long_date(visit.starts_on), long_date(visit.ends_on)
    return f"on {first}" if first == last else f"from {first} to {last}"


also_ask(_on_visits, queries.list_away, queries.list_visited_days)


def _add_form(inspection: CurrentInspection, **given: Any) -> AddForm:
    form = AddForm(**given)
    form.body.choices = [("", "Choose"), *((body.code, body.name) for body in list_bodies(inspection.id))]
    return form


def _arrange_form(inspection: CurrentInspection, visit: Visit, **given: Any) -> ArrangeForm:
    form = ArrangeForm(**given)
    form.days = find_days(inspection.id)
    # Somebody who can no longer go stays on the visit until somebody takes them off.
    people = who_records(list_team(inspection.id)) | {person.id: person.name for person in visit.inspectors}
    form.inspectors.choices = [(str(id), name) for id, name in people.items()]
    return form


def _present_arrangement(inspection: CurrentInspection, visit: Visit) -> ArrangeForm:
    """The form, with how the visit is arranged now."""
    form = _arrange_form(inspection, visit, formdata=None, obj=visit)
    form.inspectors.data = [str(person.id) for person in visit.inspectors]  # the visit has people, the form their ids
    return form


def _cancel_form(inspection: CurrentInspection, **given: Any) -> ReasonForm:
    form = ReasonForm(**given)
    form.offer_reasons(inspection.vocabulary.session_change_reasons)
    return form
