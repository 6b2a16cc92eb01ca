"""The register: what each body is asked for, by when, and how far it is. Events, files and sorting stand beside it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, g, request, url_for

from app.access import Action, allow
from app.audit.queries import history_with
from app.audit.wording import FIELDS, Told
from app.db.versions import Stale
from app.documents.checking import CHECKING
from app.inspections.gate import ALLOWS, CurrentInspection
from app.inspections.histories import conflict_of, in_words
from app.inspections.queries import (
    Member,
    find_requests,
    get_rules,
    list_bodies,
    list_criteria,
    list_members,
)
from app.inspections.requests import RequestPart, Requests
from app.inspections.working_days import Calendar
from app.register import concerns, event_queries, file_queries, queries, services, state, units
from app.register.forms import DueForm, PlanForm
from app.register.models import DocumentRequest
from app.register.queries import Line, Register
from app.register.unit_forms import in_words as details_in_words
from app.web import clock
from app.web.asking import Concern
from app.web.conflicts import Conflict
from app.web.errors import NoSuchFilter
from app.web.pages import long_date, long_moment, page, same_page, to

bp = Blueprint("register", __name__, url_prefix="/inspections/<inspection>")
ALL = "all"  # bodies, or requests
BODIES = {"on_site_areas": "Areas visited", "all_areas": "All Areas", "headquarters": "Headquarters"}
KINDS = {"document": "documents", "case_list": "case lists"}
MOST_OFFERED = 60  # units of one request to be ticked; further ones are offered once these came
DUE = "register/due.html"
DOCUMENT_REQUEST = "document_request"  # a kind that a pack may have peak leave cover
NO_PERIOD = "no_period"  # of our own: the pack leaves the period to the team, and none is set
UNASKED = "unasked"  # of our own, beside the flags of the pack: nobody has asked, and the due date is past
NO_PACK = "The pack of this inspection was kept only in part. Have it loaded again; then the requests can be made."


@dataclass(frozen=True, slots=True)
class Grid:
    """Bodies that are asked the same, against what they are asked."""

    name: str  # of those who are asked, and of what
    codes: list[tuple[str, str]]  # code, title
    rows: list[tuple[str, str, dict[str, Line]]]  # code and name of the body, its requests by code


@bp.get("/requests")
@allow(Action.READ)
def show_register(inspection: CurrentInspection):
    register = queries.read_register(inspection.id, clock.today())
    return page("register/grid.html", register=register, grids=_grids(register), counts=_counts(register))


@bp.get("/requests/list")
@allow(Action.READ)
def list_requests(inspection: CurrentInspection):
    register = queries.read_register(inspection.id, clock.today())
    offers = _offers(register, [row.reference for row in list_criteria(inspection.id)])
    values = {name: request.args.get(name, "") for name in offers}
    for name, value in values.items():
        if value not in dict(offers[name]):
            raise NoSuchFilter(
                f"There is no {name} called ‘{value[:40]}’ in the register. Take the filter out of the address."
            )
    found = [line for line in register.lines if _fits(register, line, values)]
    lines, after = _leaf(found)
    chosen = [
        {"text": dict(offers[name])[value], "href": same_page(**{name: None, "after": None})}
        for name, value in values.items()
        if value
    ]
    return page(
        "register/list.html",
        register=register,
        lines=lines,
        found=len(found),
        after=after,
        offers=offers,
        values=values,
        chosen=chosen,
    )


@bp.post("/requests/make")
@allow(Action.DECIDE)
def make_requests(inspection: CurrentInspection):
    words = get_words(inspection)
    made = services.make_requests(inspection.id, words.requests, list_bodies(inspection.id), by=g.actor)
    if made:
        flash(f"{made} requests are made. Set when they are due, then say which were asked.", "success")
    else:
        flash("Every request of the pack is here already. Nothing was changed.", "info")
    return to(url_for(".show_register"))


@bp.get("/requests/due")
@allow(Action.DECIDE)
def show_due(inspection: CurrentInspection):
    register = queries.read_register(inspection.id, clock.today())
    form = _due_form(inspection, register, empty=True)
    form.body.data, form.code.data = request.args.get("body", ""), request.args.get("code", "")
    return page(DUE, register=register, form=form, conflict=[], concerns=[])


@bp.post("/requests/due")
@allow(Action.DECIDE)
def set_due(inspection: CurrentInspection):
    """One due date, period or owner for a body or a group of them, for one request or several."""
    held = queries.hold_requests(inspection.id)
    register = queries.read_register(inspection.id, clock.today())
    form = _due_form(inspection, register)
    if not form.validate_on_submit():
        return page(DUE, 422, register=register, form=form, conflict=[], concerns=[], error=True)
    every = chosen_of(register, form.body.data, form.code.data)
    # What nothing is to come of now is given a date too: it counts once the nil return that it hangs on is struck out.
    chosen = [line for line in every if line.is_open or line.is_needless or form.answered.data]
    if not chosen:
        none = "None of the bodies chosen is asked for that. Choose another"
        answered = f"{concerns.named(every)}: answered already. Tick below that it is for those, too"
        form.code.errors = [answered if every else none]
        return page(DUE, 422, register=register, form=form, conflict=[], concerns=[], error=True)
    group = form.group()
    changing = [line for line in chosen if not group.fits(line.due_set, line.period, line.owner_id)]
    asked = concerns.of_group(changing, group)
    if any(group.due not in (None, line.due_set) for line in chosen):
        asked += concerns.of_due(group.due) + concerns.of_timetable(inspection.id, group.due)
    if late := _changed_since(form.seen.data or "", changing):
        services.note_late(inspection.id, group, len(chosen), by=g.actor)
        form.seen.data = _seen(register)
        return page(DUE, 409, register=register, form=form, conflict=late, concerns=asked)
    if not form.is_meant(asked):
        return page(DUE, 422, register=register, form=form, conflict=[], concerns=asked, error=True)
    ids = {line.id for line in chosen}
    changed = services.plan_several([row for row in held if row.id in ids], group, by=g.actor)
    flash(" ".join(_told_of_group(group, chosen, changed, [line for line in every if line not in chosen])), "success")
    tell_of_days(inspection, form.due.data if changed else None)
    return to(url_for(".show_register"))


def _told_of_group(group: services.Group, chosen: list[Line], changed: set[UUID], left: list[Line]) -> list[str]:
    """What came of one due date, period or owner for several requests, in sentences."""
    told = []
    if group.due is not None:
        dated = {line.id for line in chosen if line.due_set != group.due}
        stay = {line.id for line in chosen if line.now.extended}
        if dated - stay:
            told.append(f"The due date of {len(dated - stay)} of {len(chosen)} is changed.")
        elif len(stay) < len(chosen):
            told.append("They were due then already.")
        if stay:
            told.append(f"{len(stay)} {'was' if len(stay) == 1 else 'were'} extended: due as before.")
    if group.period:
        told.append(f"The period of {sum(line.period != group.period for line in chosen)} of {len(chosen)} is changed.")
    if group.gives_owner:
        owned = sum(line.owner_id != group.owner_id for line in chosen)
        told.append(f"The owner of {owned} of {len(chosen)} is changed.")
    if left:
        told.append(f"Left as they were, as they are answered already: {concerns.named(left)}.")
    return told


@bp.get("/requests/<body>/<code>")
@allow(Action.READ)
def show_request(inspection: CurrentInspection, body: str, code: str):
    return _show(inspection, get_request(inspection, body, code))


@bp.get("/requests/<body>/<code>/history")
@allow(Action.READ)
def show_history(inspection: CurrentInspection, body: str, code: str):
    found = get_request(inspection, body, code)
    register = queries.read_register(inspection.id, clock.today(), request_id=found.id)
    covered = {
        f"event {event.number}"
        for event, _by, _lifted, distressing in event_queries.list_events(found.id)
        if distressing
    }
    return page(
        "register/history.html",
        register=register,
        line=line_of(register, found),
        entries=[_with_exact_reason(told) if told.part in covered else told for told in _history(inspection, found)],
    )


def _history(inspection: CurrentInspection, found: DocumentRequest) -> list[Told]:
    """What was done to it, and what checks of its files came to, which may open it again; not what was found there."""
    files = {file.reference for file in file_queries.list_files(inspection.id, request_id=found.id)}
    entries = history_with(inspection.id, found.reference, files, CHECKING)
    told = in_words(inspection, entries, found.reference)
    shown = FIELDS["result"].label
    return [
        replace(one, lines=tuple(line for line in one.lines if line.label == shown)) if entry.object in files else one
        for entry, one in zip(entries, told, strict=True)
    ]


@bp.post("/requests/<body>/<code>/plan")
@allow(Action.DECIDE)
def plan_request(inspection: CurrentInspection, body: str, code: str):
    """When it is due, of which period it is, and who looks after it."""
    found = get_request(inspection, body, code, for_change=True)
    form = _plan_form(inspection, found)
    if not form.validate_on_submit():
        return _show(inspection, found, 422, form)
    asked = _asked_of_plan(inspection, form, found)
    base = form.version.data or ""
    if not (base.isascii() and base.isdigit() and len(base) < 10):
        abort(422, "The form was changed on its way. Open the page again and enter it once more.")
    if int(base) == found.version and not form.is_meant(asked):
        return _show(inspection, found, 422, form, asked=asked)
    owner, before = form.owner.data or "", found.due
    extended_to = _extended_to(inspection, found)
    try:
        wanted = services.Plan(
            due=form.due.data,
            period=(form.period.data or "").strip(),
            owner_id=UUID(owner) if owner else None,
            owner=dict(form.owner.choices)[owner] if owner else "",
        )
        services.plan(found, wanted, base=int(base), by=g.actor)
    except Stale:
        form.version.data, present = str(found.version), _plan_form(inspection, found, empty=True)
        conflict = conflict_of(inspection, form, present, found.reference, services.PLANNING)
        asked = _asked_of_plan(inspection, form, found)
        return _show(inspection, found, 409, form, conflict, asked)
    flash(_planned(found.due, before, extended_to), "success")
    tell_of_days(inspection, form.due.data if form.due.data != before else None)
    return to(address_of(found))


def _asked_of_plan(inspection: CurrentInspection, form: PlanForm, found: DocumentRequest) -> list[Concern]:
    due, before = form.due.data, found.due
    return [*concerns.of_due(due, before), *concerns.of_timetable(inspection.id, due, before)]


def _planned(due: date | None, before: date | None, extended_to: date | None) -> str:
    """What a plan came to: which due date counts now, where that was changed or is another one."""
    if due == before:
        return "Saved."
    if extended_to is not None:
        without = f"{long_date(due)} counts" if due else "There is no due date"
        then = f"{without} if the extension is struck out."
        return f"Saved. It was extended to {long_date(extended_to)}, and that counts. {then}"
    return f"Saved. It is due {long_date(due)}." if due else "Saved. It has no due date now, and is never overdue."


def _extended_to(inspection: CurrentInspection, found: DocumentRequest) -> date | None:
    register = queries.read_register(inspection.id, clock.today(), request_id=found.id)
    now = line_of(register, found).now
    return now.due if now.extended else None


def get_request(inspection: CurrentInspection, body: str, code: str, *, for_change: bool = False) -> DocumentRequest:
    """The request, or 404 with a sentence."""
    found = queries.find_request(inspection.id, body, code, for_change=for_change)
    if found is None:
        abort(404, f"There is no request {code[:40]} of {body[:40]} in this inspection.")
    if found.withdrawn_at is not None:
        withdrawn = f"{found.code} {found.body.name} was withdrawn on {long_moment(found.withdrawn_at)}"
        abort(404, f"{withdrawn} by {found.withdrawn_by}: {found.withdrawn_reason}")
    return found


def address_of(found: DocumentRequest) -> str:
    """The page of a request."""
    return url_for(".show_request", body=found.body.code, code=found.code)


def get_words(inspection: CurrentInspection) -> Requests:
    """What the pack says of requests, or 404 with a sentence."""
    words = find_requests(inspection.id)
    if words is None:
        abort(404, NO_PACK)
    return words


def line_of(register: Register, found: DocumentRequest) -> Line:
    """A request as the register, read for it, has it."""
    return next(line for line in register.lines if line.id == found.id)


def recorders(inspection: CurrentInspection) -> list[Member]:
    """Those on the team who may enter what happens, and can sign in to do so."""
    return [
        member
        for member in list_members(inspection.id)
        if member.disabled_at is None and any(Action.RECORD in ALLOWS[role] for role in member.roles)
    ]


def choices_of(register: Register) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Bodies and requests to choose from, groups of them, and all: nothing is chosen beforehand."""
    groups = [(code, name) for code, name in BODIES.items() if len(_bodies(register, code)) > 1]
    kinds = [(code, f"All {name}") for code, name in KINDS.items() if {line.kind for line in register.lines} > {code}]
    bodies = {line.body: line.body_name for line in register.lines}
    codes = {line.code: f"{line.code} {line.title}" for line in sorted(register.lines, key=lambda row: row.position)}
    first = [("", "Choose"), (ALL, "All of them")]
    return [*first, *groups, *bodies.items()], [*first, *kinds, *codes.items()]


def chosen_of(register: Register, body: str, code: str) -> list[Line]:
    """The requests that were chosen of those choices."""
    bodies = _bodies(register, body)
    return [line for line in register.lines if line.body in bodies and code in (ALL, line.kind, line.code)]


def _bodies(register: Register, body: str) -> set[str]:
    """The bodies of a choice. The Areas visited are asked for what all Areas are, too."""
    asked_of = {body, "on_site_areas"} if body == "all_areas" else {body}
    return {line.body for line in register.lines if body in (ALL, line.body) or line.asked_of in asked_of}


def tell_of_days(inspection: CurrentInspection, *days: date | None) -> None:
    """What is to be known of days that were just set: weekends, bank holidays. They are saved all the same."""
    if chosen := sorted({day for day in days if day}):
        calendar = Calendar.of(get_rules(inspection.id))
        if warnings := [warning for day in chosen for warning in calendar.warnings(day, kind=DOCUMENT_REQUEST)]:
            flash(" ".join([*warnings, "It is saved all the same."]), "info")


def _show(
    inspection: CurrentInspection,
    found: DocumentRequest,
    status: int = 200,
    form: PlanForm | None = None,
    conflict: Conflict | None = None,
    asked: list[Concern] | None = None,
):
    register = queries.read_register(inspection.id, clock.today(), request_id=found.id)
    line = line_of(register, found)
    details = _details(inspection, found, _part(register, found.code))
    events = event_queries.list_events(found.id)
    standing = [event for event, struck_by, _lifted, _distressing in reversed(events) if struck_by is None]
    return page(
        "register/request.html",
        status,
        register=register,
        line=line,
        text=found.text,
        period=found.period,
        asked=_part(register, found.code),
        events=events,
        may_lift={
            event.number
            for event in standing
            if event.code == state.NIL_RETURN and event_queries.answered_after(event, standing) is None
        },
        taken_off=event_queries.list_taken_off(found.id),
        results=_results(register),
        form=form or _plan_form(inspection, found, empty=True),
        conflict=conflict,
        concerns=asked or [],
        action=_next(line, register),
        files=file_queries.list_files(inspection.id, request_id=found.id),
        units=sorted({*_units(line), *details}),
        details=details,
        error=status == 422,
    )


def _with_exact_reason(told: Told) -> Told:
    """With its reason as words that are covered: those of a nil return of which something distressing was lifted."""
    reason = FIELDS["reason"].label
    return replace(told, lines=tuple(replace(line, exact=line.exact or line.label == reason) for line in told.lines))


def _units(line: Line) -> list[int]:
    """The units whose files are shown: those asked for, and those of which something is here."""
    asked = range(1, min(line.expected or 0, MOST_OFFERED) + 1)
    return sorted({*asked, *(unit for unit, _part in line.now.pieces | line.now.again)})


def _details(
    inspection: CurrentInspection, found: DocumentRequest, asked: RequestPart | None
) -> dict[int, dict[str, str]]:
    """What is kept of each unit, in words."""
    if asked is None or not asked.fields:
        return {}
    bodies = list_bodies(inspection.id) if any(part.type == "area" for part in asked.fields) else []
    kept = units.list_units(found.id)
    return {unit.number: details_in_words(asked.fields, unit.fields, bodies) for unit in kept}


def _part(register: Register, code: str) -> RequestPart | None:
    """What the pack says of the request beyond what is kept of it: the scope's words, what to look for."""
    return next((part for part in register.words.requests if part.id == code), None) if register.words else None


def _results(register: Register) -> dict[str, str]:
    """The pack's words for what a check found."""
    steps = register.words.handling if register.words else []
    return {term.code: term.label for step in steps for term in step.results}


def _next(line: Line, register: Register) -> dict[str, str] | None:
    """What is done next: the one green button. None when there is nothing, or the pack has no such event."""
    kinds = {kind.code: kind.label for kind in register.words.events} if register.words else {}
    wanted = {
        "not_asked": state.ASKED,
        "asked": state.RECEIVED,
        "part_received": state.RECEIVED,
        "received": state.REVIEWED,
        "received_short": state.REVIEWED,
        "nil_return": state.REVIEWED,
        "refused": state.REVIEWED,
        "not_held": state.REVIEWED,
    }
    kind = "" if line.is_needless else wanted.get(line.state, "")
    if line.is_outstanding and state.OVERDUE in line.now.flags and state.CHASED in kinds:
        kind = state.CHASED
    if kind not in kinds:
        return None
    if kind == state.RECEIVED:
        return {"text": "Receive files", "href": url_for(".show_receive", body=line.body, code=line.code)}
    address = url_for(".show_event", body=line.body, code=line.code, kind=kind)
    return {"text": f"Enter ‘{kinds[kind]}’", "href": address}


def _plan_form(inspection: CurrentInspection, found: DocumentRequest, *, empty: bool = False) -> PlanForm:
    owner = found.owner_id.hex if found.owner_id else ""
    given = {"due": found.due, "period": found.period, "owner": owner, "version": found.version}
    form = PlanForm(formdata=None, data=given) if empty else PlanForm()
    form.offer(recorders(inspection), found.owner)
    return form


def _due_form(inspection: CurrentInspection, register: Register, *, empty: bool = False) -> DueForm:
    form = DueForm(formdata=None, seen=_seen(register)) if empty else DueForm()
    form.body.choices, form.code.choices = choices_of(register)
    form.offer(recorders(inspection))
    return form


def _seen(register: Register) -> str:
    """What somebody saw of due dates and owners: of each request, which version."""
    return " ".join(f"{line.body}.{line.code}.{line.version}" for line in register.lines)


def _changed_since(seen: str, lines: list[Line]) -> list[Line]:
    """Those of them that are no longer as they were seen."""
    versions = dict(one.rpartition(".")[::2] for one in seen.split())
    return [line for line in lines if versions.get(f"{line.body}.{line.code}") != str(line.version)]


def _grids(register: Register) -> list[Grid]:
    """Bodies that are asked the same stand in one grid; in the pack's order."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in sorted(register.lines, key=lambda row: (row.kind == "case_list", row.position)):
        found.setdefault((line.kind, line.asked_of), []).append(line)
    grids = []
    for (kind, asked_of), lines in found.items():
        rows: dict[str, tuple[str, str, dict[str, Line]]] = {}
        for line in sorted(lines, key=lambda row: row.body_position):
            rows.setdefault(line.body, (line.body, line.body_name, {}))[2][line.code] = line
        codes = {line.code: line.title for line in sorted(lines, key=lambda row: row.position)}
        grids.append(Grid(f"{BODIES[asked_of]}: {KINDS[kind]}", list(codes.items()), list(rows.values())))
    return grids


def _counts(register: Register) -> list[dict[str, Any]]:
    """How many requests are in each state and have each flag, with the list that shows them; those that are none left
    out."""
    if register.words is None:
        return []
    found = []
    for name, terms in (("state", register.words.states), ("flag", register.flags)):
        for term in terms:
            number = sum(
                term.code in ((line.state, line.answer) if name == "state" else line.now.flags)
                for line in register.lines
            )
            if number:
                href = url_for(".list_requests") + f"?{name}={term.code}"
                found.append({"text": term.label, "number": number, "href": href, "flag": name == "flag"})
    if number := sum(line.is_unasked(register.on) for line in register.lines):
        href = url_for(".list_requests", flag=UNASKED)
        found.append({"text": _unasked(register), "number": number, "href": href, "flag": True})
    if number := sum(bool(register.period_to_set(line)) for line in register.lines):
        href = url_for(".list_requests", flag=NO_PERIOD)
        found.append({"text": "No period set yet", "number": number, "href": href, "flag": True})
    if number := sum(line.to_be_chased(register.on) for line in register.lines):
        href = url_for(".list_requests", chase="due")
        found.append({"text": "To be chased by today", "number": number, "href": href, "flag": True})
    return found


def _unasked(register: Register) -> str:
    return f"{register.label(state.NOT_ASKED)}, past the due date"


def _offers(register: Register, criteria: list[str]) -> dict[str, list[tuple[str, str]]]:
    """The filters, with what each offers."""
    lines, words = register.lines, register.words
    owners = {line.owner_id.hex: line.owner for line in lines if line.owner_id}
    codes = {line.code: f"{line.code} {line.title}" for line in sorted(lines, key=lambda row: row.position)}
    return {
        "body": [("", "Any body"), *{line.body: line.body_name for line in lines}.items()],
        "code": [("", "Any request"), *codes.items()],
        "state": [("", "Any state"), *((term.code, term.label) for term in (words.states if words else []))],
        "flag": [
            ("", "Any flag or none"),
            *((term.code, term.label) for term in register.flags),
            (UNASKED, _unasked(register)),
            (NO_PERIOD, "No period set yet"),
        ],
        "owner": [("", "Anybody"), ("none", "Nobody yet"), *sorted(owners.items(), key=lambda pair: pair[1])],
        "criterion": [("", "Any criterion"), *((reference, reference) for reference in criteria)],
        "kind": [("", "Documents and case lists"), ("document", "Documents"), ("case_list", "Case lists")],
        "chase": [("", "Any day or none"), ("due", "To be chased by today"), ("later", "To be chased later")],
    }


def _fits(register: Register, line: Line, values: dict[str, str]) -> bool:
    on = register.on
    own_flags = [UNASKED] * line.is_unasked(on) + [NO_PERIOD] * bool(register.period_to_set(line))
    chase = ("due" if line.to_be_chased(on) else "later") if line.now.chase_on else "none"
    owner = line.owner_id.hex if line.owner_id else "none"
    return (
        values["body"] in ("", line.body)
        and values["code"] in ("", line.code)
        and values["state"] in ("", line.state, line.answer)
        and values["flag"] in ("", *line.now.flags, *own_flags)
        and values["owner"] in ("", owner)
        and values["criterion"] in ("", *line.criteria)
        and values["kind"] in ("", line.kind)
        and values["chase"] in ("", chase)
    )


def _leaf(lines: list[Line]) -> tuple[list[Line], str | None]:
    """A page of the list, after the request that the address names, and the name of its last where more follow."""
    after, start = request.args.get("after", ""), 0
    if after:
        places = {f"{line.body}.{line.code}": place for place, line in enumerate(lines, 1)}
        if after not in places:
            raise NoSuchFilter("The address is not whole: start again from the first page of the list.")
        start = places[after]
    shown = lines[start : start + queries.PAGE]
    more = start + len(shown) < len(lines)
    return shown, f"{shown[-1].body}.{shown[-1].code}" if more else None
