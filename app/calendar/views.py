from flask import Blueprint, Response, abort, flash, g, url_for
from werkzeug.exceptions import TooManyRequests

from app.access import Action, allow
from app.audit.queries import site_history
from app.calendar import queries, services
from app.calendar.feeds import Of, event_of_interview, events_of
from app.calendar.ics import file_of
from app.db.transaction import writing
from app.inspections.gate import CurrentInspection
from app.inspections.queries import find_guides
from app.interviews.views import get_interview
from app.web.dispatch import after_refusal, answer_of_first_time, keep_answer, own_writes
from app.web.pages import page, to

bp = Blueprint("calendar", __name__)
OWN = "calendar/own.html"


@bp.get("/inspections/<inspection>/calendar/<reference>.ics")
@allow(Action.READ)
def download_interview(inspection: CurrentInspection, reference: str):
    """One interview for one's own calendar, as it is now."""
    interview = get_interview(inspection, reference)
    if (row := queries.find_dated(interview.id)) is None:
        abort(409, f"{interview.reference} has no date yet, so no calendar can take it. Schedule it first.")
    of = Of(
        inspection.code,
        inspection.title,
        inspection.marking,
        inspection.demonstration,
        inspection.vocabulary.labels["source_kinds"],
        find_guides(inspection.id),
    )
    answer = _calendar(file_of([event_of_interview(row, of)]))
    answer.headers["Content-Disposition"] = f'attachment; filename="{interview.reference}.ics"'
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
        entries=[entry._asdict() | {"part": ""} for entry in site_history(services.FEED, part=g.actor.id.hex)],
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
