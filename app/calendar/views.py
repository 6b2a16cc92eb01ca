from datetime import date

from flask import Blueprint, Response, abort, flash, g, request, url_for
from werkzeug.exceptions import TooManyRequests

from app.access import Action, allow
from app.audit.queries import site_history
from app.audit.wording import tell
from app.calendar import queries, services
from app.calendar.feeds import Of, event_of_interview, events_of, events_of_requests
from app.calendar.ics import file_of
from app.calendar.sheet import MONTH, WEEK, Filters, first_of, offered, read_sheet
from app.db.transaction import writing
from app.inspections.gate import CurrentInspection
from app.inspections.queries import find_guides, list_bodies
from app.interviews.models import STATE_LABELS
from app.interviews.views import get_interview
from app.register.queries import read_register
from app.web import clock
from app.web.dispatch import after_refusal, answer_of_first_time, keep_answer, own_writes
from app.web.errors import NoSuchFilter
from app.web.pages import page, same_page, to

bp = Blueprint("calendar", __name__)
OWN = "calendar/own.html"


@bp.get("/inspections/<inspection>/calendar")
@allow(Action.READ)
def show_calendar(inspection: CurrentInspection):
    """A month or a week; all that is chosen stands in the address, so that it can be sent to a colleague."""
    for name in ("month", "week", "day", "date"):
        if name in request.args:
            abort(
                404, f"The calendar knows no ‘{name}’ in an address. Write from=2026-04-13, and view=week for a week."
            )
    view, by = _one_of("view", (MONTH, WEEK)), _one_of("by", ("day", "person"))
    bodies = [("", "Any Area"), *((body.code, body.name) for body in list_bodies(inspection.id))]
    everybody = queries.list_people_of(inspection.id)
    people = offered(everybody)
    filters = Filters(_offered("area", bodies), _offered("person", people))
    sheet = read_sheet(inspection.id, _read_first(view), view, filters)
    chosen = [
        {"text": dict(offers)[value], "href": same_page(**{name: None})}
        for name, value, offers in (("area", filters.area, bodies), ("person", filters.person, people))
        if value
    ]
    # Who has nothing of one Area, or that one person has, may well have something else.
    available = [(one.id, one.name) for one in everybody if one.available and not filters.any()]
    return page(
        "calendar/calendar.html",
        sheet=sheet,
        people=sheet.people(available) if by == "person" else [],
        by=by,
        filters=filters,
        offers={"area": bodies, "person": people},
        chosen=chosen,
        today=clock.today(),
        states=STATE_LABELS,
    )


@bp.get("/inspections/<inspection>/calendar/<reference>.ics")
@allow(Action.READ)
def download_interview(inspection: CurrentInspection, reference: str):
    """One interview for one's own calendar, as it is now."""
    interview = get_interview(inspection, reference)
    if (row := queries.find_dated(interview.id)) is None:
        abort(409, f"{interview.reference} has no date yet, so no calendar can take it. Schedule it first.")
    of = Of(
        inspection.code,
        inspection.marking,
        inspection.demonstration,
        inspection.vocabulary.labels["source_kinds"],
        find_guides(inspection.id),
    )
    answer = _calendar(file_of([event_of_interview(row, of)]))
    answer.headers["Content-Disposition"] = f'attachment; filename="{interview.reference}.ics"'
    return answer


@bp.get("/inspections/<inspection>/requests/due.ics")
@allow(Action.READ)
def download_due(inspection: CurrentInspection):
    """When what is not in yet is due, of one body if it is named: as it stands now, for one's own calendar."""
    code = request.args.get("body", "")
    body = next((body for body in list_bodies(inspection.id) if body.code == code), None)
    if code and body is None:
        abort(404, f"There is no body {code[:40]} in this inspection.")
    register = read_register(inspection.id, clock.today(), body_id=body.id if body else None)
    of = Of(inspection.code, inspection.marking, inspection.demonstration, {}, None)
    answer = _calendar(file_of(events_of_requests(register, of)))
    name = f"{inspection.code}-due{f'-{body.code}' if body else ''}.ics"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.get("/calendar/<token>.ics")
@allow(Action.PUBLIC)
def show_feed(token: str):
    """Somebody's own calendar, for whoever has its secret address: calendars cannot sign in.

    It holds what `ics.py` says and no more; revoked, or with the account disabled, there is nothing at the address.
    """
    if (feed := queries.find_feed(token)) is None:
        abort(404, "There is no calendar at this address. Make a new address on the page of your account.")
    if feed.slot == services.present_slot() and feed.fetches >= services.MOST_FETCHES:
        raise TooManyRequests(
            "This calendar is asked for too often. Let your calendar ask once an hour.",
            retry_after=services.SLOT_SECONDS,
        )
    owner, before = feed.person_id, feed.fetched_at
    answer = _calendar(file_of(events_of(owner), name=f"Fieldbook: {feed.name}"))
    after_refusal(lambda: services.note_fetched(owner, before))
    return answer


def _calendar(content: bytes) -> Response:
    return Response(content, content_type="text/calendar; charset=utf-8")


@bp.get("/account/calendar")
@allow(Action.SIGNED_IN)
def show_own():
    feed = queries.find_feed_of(g.actor.id)
    return page(
        OWN,
        feed=feed if feed is not None and feed.revoked_at is None else None,
        entries=tell(site_history(services.FEED, part=g.actor.id.hex), {}),
    )


@bp.post("/account/calendar")
@allow(Action.SIGNED_IN)
@own_writes
def make_feed():
    with writing() as db_session:
        if (again := answer_of_first_time(db_session)) is not None:
            return again
        token = services.make_feed(by=g.actor)
        answer = page("calendar/address.html", address=url_for(".show_feed", token=token, _external=True))
        # What is kept for a repeat is no address: the database must not hold one that works.
        keep_answer(db_session, to(url_for(".show_own")))
    return answer


@bp.post("/account/calendar/revoke")
@allow(Action.SIGNED_IN)
def revoke_feed():
    services.revoke_feed(by=g.actor)
    flash("Your calendar address is revoked: nobody can fetch your calendar by it any more.", "success")
    return to(url_for(".show_own"))


def _one_of(name: str, values: tuple[str, ...]) -> str:
    """What the address says, the first of the values where it says nothing, or 404."""
    given = request.args.get(name) or values[0]
    if given not in values:
        abort(404, f"The calendar has no {name} ‘{given[:40]}’: it is {' or '.join(values)}. Open it from Interviews.")
    return given


def _offered(name: str, offers: list[tuple[str, str]]) -> str:
    given = request.args.get(name, "")
    if given not in dict(offers):
        raise NoSuchFilter(
            f"There is no {name} called ‘{given[:40]}’ in this inspection. Take the filter out of the address."
        )
    return given


def _read_first(view: str) -> date:
    given = request.args.get("from", "")
    try:
        return first_of(date.fromisoformat(given) if given else clock.today(), view)
    except (ValueError, OverflowError):
        abort(404, "The day in the address is no date. Write it like 2026-04-13, or open the calendar from Interviews.")
