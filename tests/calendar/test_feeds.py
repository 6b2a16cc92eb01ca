"""A file for one interview, and the secret address of somebody's own calendar."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import delete, select, update

from app.access import Actor
from app.accounts.models import Person
from app.calendar.models import CalendarFeed
from app.calendar.services import MOST_FETCHES, SLOT_SECONDS
from app.extensions import db
from app.inspections.models import Inspection, TeamMember, TeamRole
from app.interviews import planning
from app.interviews.models import Interview
from app.visits import services as visits
from app.visits.models import Visit
from tests.audit.trail import deeds
from tests.calendar.reading import event, events, read
from tests.databases import counting_statements, look_again, the_world
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import SOMEBODY, IntervieweeFactory, InterviewFactory, NoteFactory
from tests.visits.factories import VisitFactory

MORNING = datetime(2026, 4, 14, 9, 0, tzinfo=UTC)  # 10:00 in London
LONDON = ZoneInfo("Europe/London")
BEA = Actor(UUID(int=8), "Bea Lead")


@pytest.fixture
def ada(app):
    return TeamMemberFactory(person__name="Ada Shah")


@pytest.fixture
def inspector(sign_in, ada):
    return sign_in(ada)


def led_by(person_id, **values) -> Interview:
    """An interview that somebody leads."""
    interview = InterviewFactory(**{"held_at": MORNING, "place": "Room 4"} | values)
    arrange(interview, lead_id=person_id)
    return interview


def arrange(interview, **changes) -> None:
    names = planning.Arrangement.__slots__
    with the_world():
        db.session.refresh(interview)
        arrangement = planning.Arrangement(**{name: getattr(interview, name) for name in names} | changes)
        words = None  # the kind stays, so that none are asked for
        planning.schedule(interview, arrangement, interview.kind, words, reason="", base=interview.version, by=SOMEBODY)


def visited_by(person_id, first, last, **values) -> Visit:
    visit = VisitFactory(**values)
    with the_world():
        arrangement = visits.Arrangement(first, last, visit.purpose, "Rose Court", "", "", "")
        visits.arrange(visit, arrangement, [person_id], base=visit.version, by=SOMEBODY)
    return visit


def make_address(client) -> str:
    """The path of a new secret address."""
    page = client.post("calendar.make_feed")
    assert page.status == 200
    return urlsplit(page.one("#link")["value"]).path


def download(client, interview):
    answer = client.get("calendar.download_interview", interview)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return answer


def test_one_interview_can_be_taken_into_any_calendar(inspector, ada):
    interview = led_by(ada.person_id, role="icem", body="WES", place="Room 4, 2nd floor; ask at reception")
    assert inspector.get("interviews.show_arrangements", interview).one('a[href$="INT-001.ics"]')
    answer = download(inspector, interview)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="INT-001.ics"'
    found = event(answer.data, interview.id)
    assert found.text("SUMMARY") == "INT-001 Interview: Inclusion and Community Engagement Manager, Wessex"
    assert found.text("LOCATION") == "Room 4, 2nd floor; ask at reception"
    assert found.text("DESCRIPTION") == "OFFICIAL-SENSITIVE. In person."
    assert found.text("URL").endswith("/inspections/stalking-2026/interviews/INT-001")
    assert (found.text("STATUS"), found.text("CLASS")) == ("CONFIRMED", "PRIVATE")
    assert found.values["DTSTART"] == [({"TZID": "Europe/London"}, "20260414T100000")]
    assert found.moment("DTEND") - found.moment("DTSTART") == timedelta(minutes=45), "as its topic guide says"
    arrange(interview, minutes=90)
    found = event(download(inspector, interview).data, interview.id)
    assert found.moment("DTEND") - found.moment("DTSTART") == timedelta(minutes=90), "as it was given"


@pytest.mark.parametrize(
    ("held_at", "local"),
    [
        (datetime(2026, 1, 14, 9, 0, tzinfo=UTC), "20260114T090000"),
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "20260329T003000"),  # the night when clocks go forward
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "20260329T023000"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=UTC), "20261025T023000"),
    ],
)
def test_times_are_those_of_london_all_the_year(inspector, ada, held_at, local):
    found = event(download(inspector, led_by(ada.person_id, held_at=held_at)).data)
    assert found.values["DTSTART"] == [({"TZID": "Europe/London"}, local)]
    assert found.moment("DTSTART").astimezone(UTC) == held_at


def test_the_zone_is_explained_by_the_rules_that_london_has(inspector, ada):
    whole = read(download(inspector, led_by(ada.person_id)).data)
    [zone] = [part for part in whole.parts if part.name == "VTIMEZONE"]
    winter, summer = zone.parts
    rules = {part.name: set(part.text("RRULE").split(";")) for part in zone.parts}
    assert rules == {
        "STANDARD": {"FREQ=YEARLY", "BYMONTH=10", "BYDAY=-1SU"},
        "DAYLIGHT": {"FREQ=YEARLY", "BYMONTH=3", "BYDAY=-1SU"},
    }
    assert (winter.text("TZOFFSETTO"), summer.text("TZOFFSETTO")) == ("+0000", "+0100")


def test_a_day_without_a_time_is_a_whole_day(inspector, ada):
    found = event(download(inspector, led_by(ada.person_id, held_at=datetime(2026, 7, 1, tzinfo=LONDON))).data)
    assert (found.moment("DTSTART"), found.moment("DTEND")) == (date(2026, 7, 1), date(2026, 7, 2))


def test_an_interview_without_a_date_says_what_to_do(inspector):
    interview = InterviewFactory(held_at=None)
    assert inspector.get("interviews.show_arrangements", interview).all('a[href$=".ics"]') == []
    page = inspector.get("calendar.download_interview", interview)
    assert (page.status, "INT-001 has no date yet" in page) == (409, True)
    assert inspector.get("calendar.download_interview", reference="INT-099").status == 404
    assert inspector.get("calendar.download_interview", reference="E-0001").status == 404


@pytest.mark.parametrize(
    "place", ["A\\B, C; D\nE:\tF", "\x01\x1f\x7fRoom", "Zürich – 会議室 " * 10, "BEGIN:VEVENT\r\nX:Y"]
)
def test_whatever_the_place_is_called_the_file_is_sound(inspector, ada, place):
    interview = led_by(ada.person_id, place=place)
    found = event(download(inspector, interview).data)
    plain = "".join(each for each in place if each in "\t\n" or (each >= " " and each != "\x7f"))
    assert found.text("LOCATION") == plain
    assert found.text("UID") == f"{interview.id}@fieldbook"


def test_a_rescheduled_one_keeps_its_uid_and_its_sequence_rises(inspector, ada):
    interview = led_by(ada.person_id)
    first = event(download(inspector, interview).data)
    arrange(interview, held_at=MORNING + timedelta(days=1))
    second = event(download(inspector, interview).data)
    with the_world():
        planning.cancel(interview, "The post is vacant", by=SOMEBODY)
    third = event(download(inspector, interview).data)
    with the_world():
        planning.put_back(interview, by=SOMEBODY)
    fourth = event(download(inspector, interview).data)
    assert len({each.text("UID") for each in (first, second, third, fourth)}) == 1
    sequence = [int(each.text("SEQUENCE")) for each in (first, second, third, fourth)]
    assert sequence == sorted(set(sequence)), "each higher than the one before"
    assert second.moment("DTSTART") - first.moment("DTSTART") == timedelta(days=1)
    assert [each.text("STATUS") for each in (first, second, third, fourth)] == [
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
        "CONFIRMED",
    ]
    assert third.text("SUMMARY").startswith("Cancelled: INT-001 ")


def test_a_note_taken_is_no_other_version(inspector, ada):
    interview = led_by(ada.person_id)
    first = event(download(inspector, interview).data)
    NoteFactory(interview=interview)
    assert event(download(inspector, interview).data).text("SEQUENCE") == first.text("SEQUENCE")


def test_somebody_s_own_calendar_is_fetched_without_signing_in(inspector, visitor, ada):
    mine, noted = led_by(ada.person_id), InterviewFactory(held_at=MORNING + timedelta(hours=3))
    arrange(noted, note_taker_id=ada.person_id)
    InterviewFactory()  # somebody else's
    led_by(ada.person_id, held_at=None)
    visit = visited_by(ada.person_id, date(2026, 4, 14), date(2026, 4, 16))
    visited_by(TeamMemberFactory().person_id, date(2026, 4, 14), date(2026, 4, 16), body="TCH")
    answer = visitor.open("GET", make_address(inspector))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert "no-store" in answer.headers["Cache-Control"]
    whole = read(answer.data)
    assert {each.text("UID") for each in events(whole)} == {f"{each.id}@fieldbook" for each in (mine, noted, visit)}
    assert whole.text("X-WR-CALNAME") == "Fieldbook: Ada Shah"
    going = event(answer.data, visit.id)
    assert (going.moment("DTSTART"), going.moment("DTEND")) == (date(2026, 4, 14), date(2026, 4, 17))
    assert (going.text("SUMMARY"), going.text("LOCATION")) == ("VIS-001 Visit to Wessex", "Rose Court")


def test_it_holds_no_name_no_title_and_no_word_that_was_said(inspector, visitor, ada):
    interview = led_by(ada.person_id, title="What Zebedee was told")
    arrange(interview, attendee_roles="3 Zebedees")
    IntervieweeFactory(interview=interview, name="Zebedee Quillfeather")
    NoteFactory(interview=interview, words="Zebedee said so.", speaker="Zebedee 1")
    colleague = TeamMemberFactory(person__name="Zebedee Colleague")
    arrange(interview, note_taker_id=colleague.person_id)
    answer = visitor.open("GET", make_address(inspector))
    assert len(events(read(answer.data))) == 1
    assert b"ebedee" not in answer.data.replace(b"\r\n ", b"")


def test_only_inspections_whose_team_one_is_still_on(inspector, visitor, ada):
    led_by(ada.person_id)
    visited_by(ada.person_id, date(2026, 4, 14), date(2026, 4, 16))
    TeamMemberFactory()  # a colleague, who stays
    address = make_address(inspector)
    assert len(events(read(visitor.open("GET", address).data))) == 2
    with the_world():
        db.session.execute(delete(TeamMember).where(TeamMember.person_id == ada.person_id))
    assert events(read(visitor.open("GET", address).data)) == []
    # On another team they see what is theirs there, by that inspection's own address.
    other = InspectionFactory()
    TeamMemberFactory(person=db.session.get_one(Person, ada.person_id), inspection_id=other.id, role=TeamRole.OBSERVER)
    theirs = led_by(ada.person_id, inspection_id=other.id, body=None, role=None)
    found = event(visitor.open("GET", address).data, theirs.id)
    assert f"/inspections/{other.code}/interviews/" in found.text("URL")


def test_a_cancelled_one_stays_in_the_feed_as_cancelled(inspector, visitor, ada):
    interview = led_by(ada.person_id)
    visit = visited_by(ada.person_id, date(2026, 4, 14), date(2026, 4, 16))
    address = make_address(inspector)
    before = visitor.open("GET", address).data
    with the_world():
        planning.cancel(interview, "The post is vacant", by=SOMEBODY)
        visits.cancel(visit, "Not this year", by=SOMEBODY)
    after = visitor.open("GET", address).data
    for each in (interview, visit):
        assert event(after, each.id).text("STATUS") == "CANCELLED"
        assert int(event(after, each.id).text("SEQUENCE")) > int(event(before, each.id).text("SEQUENCE"))


def test_a_demonstration_says_so(inspector, visitor, ada):
    led_by(ada.person_id)
    with the_world():
        db.session.execute(update(Inspection).values(demonstration=True))
    assert "Demonstration: all of it is made up." in event(visitor.open("GET", make_address(inspector)).data).text(
        "DESCRIPTION"
    )


def test_the_address_is_shown_once_and_kept_nowhere(inspector):
    page = inspector.get("calendar.show_own")
    sent = page.form("/account/calendar")
    made = inspector.post("calendar.make_feed", form=sent)
    address = made.one("#link")["value"]
    token = address.split("/")[-1].removesuffix(".ics")
    assert len(token) >= 43 and address.startswith("http://localhost/calendar/")
    assert token not in inspector.get("calendar.show_own").html
    again = inspector.post("calendar.make_feed", form=sent)
    assert (again.address, again.all("#link")) == ("/account/calendar", []), "sent twice, it is made once"
    for table in db.metadata.sorted_tables:
        assert not any(token in str(value) for row in db.session.execute(select(table)) for value in row), table.name
    assert inspector.open("GET", urlsplit(address).path).status == 200


def test_a_new_address_ends_the_one_before(inspector, visitor, ada):
    first = make_address(inspector)
    second = make_address(inspector)
    assert [visitor.open("GET", each).status for each in (first, second)] == [404, 200]
    assert [deed for deed, _ in deeds(object="calendar feed")][:2] == [
        "made a calendar address",
        "made a new calendar address",
    ]


def test_a_revoked_address_leads_nowhere_until_another_is_made(inspector, visitor):
    address = make_address(inspector)
    page = inspector.post("calendar.revoke_feed")
    assert "Your calendar address is revoked" in page.messages and "Make the address" in page.main
    gone = visitor.open("GET", address)
    assert (gone.status, "There is no calendar at this address" in gone) == (404, True)
    assert inspector.post("calendar.revoke_feed").status == 200
    assert [visitor.open("GET", each).status for each in (make_address(inspector), address)] == [200, 404]
    assert [deed for deed, _ in deeds(object="calendar feed")].count("revoked the calendar address") == 1


def test_a_disabled_account_has_no_calendar(inspector, visitor, ada):
    address = make_address(inspector)
    with the_world():
        db.session.get_one(Person, ada.person_id).disabled_at = MORNING
    assert visitor.open("GET", address).status == 404
    with the_world():
        db.session.get_one(Person, ada.person_id).disabled_at = None
    assert visitor.open("GET", address).status == 200


@pytest.mark.parametrize("token", ["x", "x" * 43, "é" * 30, "%00", "a%2Fb", "x" * 3000])
def test_a_wrong_address_leads_nowhere(inspector, visitor, token):
    make_address(inspector)
    assert visitor.open("GET", f"/calendar/{token}.ics").status == 404


def test_that_it_was_fetched_is_written_down_once_a_day_and_shown(inspector, visitor, ada):
    address = make_address(inspector)
    assert "Nothing has fetched it yet" in inspector.get("calendar.show_own")
    with time_machine.travel(datetime(2026, 4, 14, 22, 30, tzinfo=UTC), tick=False) as now:
        for _ in range(3):
            visitor.open("GET", address)
            now.shift(timedelta(minutes=5))
        written = "gave the calendar to whoever has its address"
        assert [deed for deed, _ in deeds(object="calendar feed")].count(written) == 1
        now.move_to(datetime(2026, 4, 14, 23, 30, tzinfo=UTC))  # the next day, in London
        visitor.open("GET", address)
        assert [deed for deed, _ in deeds(object="calendar feed")].count(written) == 2
    look_again()
    assert db.session.scalars(select(CalendarFeed.fetched_at)).one() == datetime(2026, 4, 14, 23, 30, tzinfo=UTC)
    page = inspector.get("calendar.show_own")
    assert "last fetched on 15 April 2026 at 00:30" in page and written in page


def test_whoever_asks_all_the_time_is_told_to_wait(inspector, visitor):
    address = make_address(inspector)
    with time_machine.travel(MORNING, tick=False) as now:
        visitor.open("GET", address)
        with the_world():
            db.session.execute(update(CalendarFeed).values(fetches=MOST_FETCHES - 1))
        assert visitor.open("GET", address).status == 200
        refused = visitor.open("GET", address)
        assert (refused.status, refused.headers["Retry-After"]) == (429, str(SLOT_SECONDS))
        assert "asked for too often" in refused
        now.shift(timedelta(seconds=SLOT_SECONDS))
        assert visitor.open("GET", address).status == 200


def test_what_is_a_year_ago_is_no_longer_in_it(inspector, visitor, ada):
    old = led_by(ada.person_id, held_at=MORNING - timedelta(days=3 * 366))
    address = make_address(inspector)
    assert events(read(visitor.open("GET", address).data)) == []
    assert event(download(inspector, old).data, old.id)


def test_the_number_of_statements_is_the_same_however_much_there_is(inspector, visitor, ada):
    address = make_address(inspector)
    led_by(ada.person_id)
    visited_by(ada.person_id, date(2026, 4, 14), date(2026, 4, 16))
    visitor.open("GET", address)
    with counting_statements() as few:
        visitor.open("GET", address)
    with the_world():
        for n in range(12):
            led_by(ada.person_id, held_at=MORNING + timedelta(days=n))
    visited_by(ada.person_id, date(2026, 5, 14), date(2026, 5, 16), body="TCH")
    other = InspectionFactory()
    TeamMemberFactory(person=db.session.get_one(Person, ada.person_id), inspection_id=other.id)
    led_by(ada.person_id, inspection_id=other.id, body=None, role=None)
    with counting_statements() as many:
        answer = visitor.open("GET", address)
    assert len(events(read(answer.data))) == 16
    assert len(many) == len(few) <= 7, "\n".join(many.statements)
