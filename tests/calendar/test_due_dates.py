"""Due dates of what is not in yet, as a file for one's own calendar: of one body, or of all."""

from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

import icalendar
import pytest

from app.extensions import db
from app.register.queries import hold_requests
from tests.client import Client, Page
from tests.databases import the_world
from tests.factories import the_inspection
from tests.inspections.factories import TeamMemberFactory
from tests.register.factories import RequestEventFactory, make_all, request_of

DUE = date(2026, 5, 1)


@pytest.fixture
def inspector(sign_in: Callable[..., Client]) -> Client:
    return sign_in(TeamMemberFactory())


def titles(page: Page) -> dict[str, date]:
    calendar = icalendar.Calendar.from_ical(page.data)
    return {str(event["summary"]): event.decoded("dtstart") for event in calendar.walk("VEVENT")}


def test_what_is_not_in_yet_stands_on_its_day_as_last_extended(inspector: Client) -> None:
    make_all()
    with the_world():
        for request in hold_requests(the_inspection().id):
            request.due = DUE
        db.session.merge(request_of("A5")).title = "What Zebedee said"
    RequestEventFactory(request=request_of("A4"), code="nil_return", given_by="Clerk")
    RequestEventFactory(request=request_of("A2"), code="asked", how="letter")
    RequestEventFactory(request=request_of("A2"), code="extended", new_due=date(2026, 5, 20), reason="Leave")
    of_wessex = titles(inspector.get("calendar.download_due", body="WES"))
    assert {title.split(": ")[1]: day for title, day in of_wessex.items()} == {
        f"{code} Wessex": DUE for code in ("A1", "A3", "A5", "A6", "A7", "C1")
    } | {"A2 Wessex": date(2026, 5, 20)}
    assert {"Due: A3 Wessex: Local scrutiny panels", "Due: A5 Wessex"} <= set(of_wessex), "no title that was typed"
    assert len(titles(inspector.get("calendar.download_due"))) == 44
    assert "due.ics" in str(inspector.get("register.show_register").html)


def test_the_feed_of_somebody_has_the_due_dates_of_what_they_look_after_until_it_is_in(sign_in, visitor) -> None:
    owner = TeamMemberFactory()
    client = sign_in(owner)
    address = urlsplit(client.post("calendar.make_feed").one("#link")["value"]).path
    make_all()
    with the_world():
        for request in hold_requests(the_inspection().id):
            request.due = DUE
            request.owner_id = owner.person_id if request.code in ("A1", "A3") and request.body.code == "WES" else None
    assert titles(visitor.open("GET", address)) == {
        "Due: A1 Wessex: Local training materials on stalking and harassment": DUE,
        "Due: A3 Wessex: Local scrutiny panels": DUE,
    }
    RequestEventFactory(request=request_of("A1"), code="nil_return", given_by="Clerk")
    RequestEventFactory(request=request_of("A3"), code="asked", how="letter")
    RequestEventFactory(request=request_of("A3"), code="extended", new_due=date(2026, 5, 20), reason="Leave")
    assert titles(visitor.open("GET", address)) == {"Due: A3 Wessex: Local scrutiny panels": date(2026, 5, 20)}


def test_without_a_due_date_there_is_nothing_to_put_down(inspector: Client) -> None:
    make_all()
    assert titles(inspector.get("calendar.download_due")) == {}
    assert "due.ics" not in str(inspector.get("register.show_register").html)


def test_a_body_that_there_is_not_has_no_calendar(inspector: Client) -> None:
    assert inspector.get("calendar.download_due", body="NOBODY").status == 404
