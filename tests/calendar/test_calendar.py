"""The calendar of an inspection: a month or a week of interviews and visits, by day or by person."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from app.accounts.models import Person
from app.extensions import db
from app.inspections.models import TeamRole
from app.interviews import planning
from app.visits import services as visits
from tests.calendar.test_feeds import arrange, led_by, visited_by
from tests.databases import counting_statements, the_world
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory

MORNING = datetime(2026, 4, 14, 9, 0, tzinfo=UTC)  # 10:00 in London


@pytest.fixture
def ada(app):
    return TeamMemberFactory(person__name="Ada Shah")


@pytest.fixture
def inspector(sign_in, ada):
    return sign_in(ada)


def april(client, **filters):
    page = client.get("calendar.show_calendar", **{"from": "2026-04-14"} | filters)
    assert page.status == 200
    return page


def days(page) -> dict[str, str]:
    """What stands on each day of the table, by its date."""
    return {
        cell.find("time")["datetime"]: " ".join(cell.get_text(" ").split())
        for cell in page.all("tbody td")
        if cell.time
    }


def test_a_month_shows_interviews_and_visits_on_their_days(inspector, ada):
    interview = led_by(ada.person_id, role="dcp", body="WES")
    visited_by(ada.person_id, date(2026, 4, 14), date(2026, 4, 16))
    page = april(inspector)
    assert page.heading == "Calendar: April 2026"
    found = days(page)
    weekdays = [date(2026, 3, 30) + timedelta(days=n) for n in range(35) if n % 7 < 5]
    assert list(found) == [day.isoformat() for day in weekdays]
    assert found["2026-04-14"] == (
        "14 VIS-001 Visit to Wessex Ada Shah 10:00 INT-001 District Crown Prosecutor, Wessex Ada Shah"
    )
    assert found["2026-04-16"] == "16 VIS-001 Visit to Wessex Ada Shah"
    assert found["2026-04-13"] == "13"
    assert [head.get_text() for head in page.all("thead th")] == [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
    ]
    assert inspector.open("GET", page.one(f'a[href$="{interview.reference}"]')["href"]).status == 200


def test_days_of_the_months_beside_it_are_named_and_filled(inspector, ada):
    led_by(ada.person_id, held_at=datetime(2026, 3, 31, 9, 0, tzinfo=UTC))
    page = april(inspector)
    assert days(page)["2026-03-31"].startswith("31 March ◇ Peak leave 10:00 INT-001")
    assert "Nothing is on in April 2026 What stands below is on days of the months beside it." in page
    page = april(inspector, person=ada.person_id.hex)
    assert "Nothing in April 2026 matches these filters What stands below is on days of the months beside it." in page
    assert "What stands below" not in april(inspector, by="person")


def test_a_weekend_has_a_column_where_something_is_on_it(inspector, ada):
    led_by(ada.person_id, held_at=MORNING + timedelta(days=4))
    heads = [head.get_text() for head in april(inspector).all("thead th")]
    assert heads[-2:] == ["Friday", "Saturday"]


def test_bank_holidays_and_peak_leave_are_marked_and_said(inspector):
    page = april(inspector)
    assert "Good Friday : bank holiday" in days(page)["2026-04-03"]
    assert "Peak leave" in days(page)["2026-04-10"] and "Peak leave" not in days(page)["2026-04-13"]
    assert "3 April 2026 is a bank holiday: Good Friday." in page
    assert "Peak leave, Easter: 30 March 2026 to 10 April 2026 (not confirmed)." in page
    assert "has no bank holidays for 2031" in inspector.get("calendar.show_calendar", **{"from": "2031-05-01"})


def test_the_hour_is_that_of_london_and_without_a_time_there_is_none(inspector, ada):
    led_by(ada.person_id, held_at=datetime(2026, 4, 14, 23, 30, tzinfo=UTC))
    led_by(ada.person_id, held_at=datetime(2026, 4, 15, 23, 0, tzinfo=UTC), role=None)
    found = days(april(inspector))
    assert "00:30 INT-001" in found["2026-04-15"]
    assert found["2026-04-16"] == "16 INT-002 Wessex Ada Shah"


def test_what_is_cancelled_or_has_no_day_is_not_on_it(inspector, ada):
    interview = led_by(ada.person_id)
    visit = visited_by(ada.person_id, date(2026, 4, 14), date(2026, 4, 16))
    led_by(ada.person_id, held_at=None)
    InterviewFactory(inspection_id=InspectionFactory().id, body=None, role=None, held_at=MORNING)
    with the_world():
        planning.cancel(interview, "The post is vacant", by=SOMEBODY)
        visits.cancel(visit, "Not this year", by=SOMEBODY)
    page = april(inspector)
    assert "INT-" not in page.main and "VIS-" not in page.main
    assert "Nothing is on in this month" in page


def test_a_week_shows_its_days_only(inspector, ada):
    led_by(ada.person_id)
    led_by(ada.person_id, held_at=MORNING + timedelta(days=7))
    page = april(inspector, view="week")
    assert page.heading == "Calendar: Week of 13 April 2026"
    assert list(days(page)) == [f"2026-04-{day}" for day in range(13, 18)]
    assert "INT-002" not in page


def by_person(page) -> dict[str, list[str]]:
    """What each row says, by whose it is; the label that a cell has in a narrow window stands first."""
    return {
        " ".join(row.find("th").get_text(" ").split()): [
            " ".join(cell.get_text(" ").split()) for cell in row.find_all("td")
        ]
        for row in page.all("tbody tr")
    }


def test_by_person_a_month_has_its_weeks_beside_one_another(inspector, ada):
    ben = TeamMemberFactory(person__name="Ben Okoro")
    interview = led_by(ada.person_id)
    arrange(interview, note_taker_id=ben.person_id)
    visited_by(ben.person_id, date(2026, 4, 14), date(2026, 4, 16))
    InterviewFactory(held_at=MORNING + timedelta(days=8), role="sdcp", body="TCH")
    page = april(inspector, by="person")
    assert [head.get_text() for head in page.all("thead th")][:3] == [
        "Who",
        "30 March to 5 April",
        "6 April to 12 April",
    ]
    found = by_person(page)
    assert list(found) == ["Ada Shah", "Ben Okoro", "Nobody yet"]
    one, week = "Tue 14: 10:00 INT-001 District Crown Prosecutor, Wessex", "13 April to 19 April"
    assert found["Ada Shah"][2] == f"{week} {one}"
    assert found["Ben Okoro"][2] == f"{week} Tue 14 to Thu 16: VIS-001 Visit to Wessex {one}"
    assert found["Nobody yet"][3].startswith("20 April to 26 April Wed 22: 10:00 INT-002 ")


def test_by_person_a_week_has_its_days_beside_one_another(inspector, ada):
    led_by(ada.person_id)
    page = april(inspector, by="person", view="week")
    assert [head.get_text() for head in page.all("thead th")] == [
        "Who",
        "Monday 13",
        "Tuesday 14",
        "Wednesday 15",
        "Thursday 16",
        "Friday 17",
    ]
    assert by_person(page)["Ada Shah"][1] == "Tuesday 14 10:00 INT-001 District Crown Prosecutor, Wessex"
    assert {len(row) for row in by_person(page).values()} == {5}
    assert {head["scope"] for head in page.all("thead th")} == {"col"}
    assert {head["scope"] for head in page.all("tbody th")} == {"row"}


@pytest.mark.parametrize("view", ["month", "week"])
def test_by_person_who_has_nothing_on_is_listed_too(inspector, ada, view):
    led_by(ada.person_id)
    TeamMemberFactory(person__name="Ben Okoro", role=TeamRole.LEAD)
    TeamMemberFactory(person__name="Obi Server", role=TeamRole.OBSERVER)
    TeamMemberFactory(person__name="Dis Abled", person__disabled_at=MORNING)
    TeamMemberFactory(person__name="Els Ewhere", inspection_id=InspectionFactory().id)
    leaver = TeamMemberFactory(person__name="Lee Verwood")
    led_by(leaver.person_id, held_at=MORNING - timedelta(days=60))
    with the_world():
        db.session.delete(db.session.merge(leaver))
    page = april(inspector, by="person", view=view)
    found = by_person(page)
    assert list(found) == ["Ada Shah", "Ben Okoro nothing on"]
    assert found["Ben Okoro nothing on"] == ["– Nothing"] * 5
    assert len(page.all("thead th")) == 6
    assert list(by_person(april(inspector, by="person", view=view, area="WES"))) == ["Ada Shah"]


def test_by_person_each_cell_of_a_week_stands_under_its_day(inspector, ada):
    """Whatever the row, and with a weekend that has something on its Saturday only."""
    for n in range(7):
        member = TeamMemberFactory(person__name=f"Person {n}")
        led_by(member.person_id, held_at=MORNING + timedelta(days=4 if n == 6 else 0))
    page = april(inspector, by="person", view="week")
    heads = [head.get_text() for head in page.all("thead th")][1:]
    assert heads[-1] == "Saturday 18" and len(heads) == 6
    for who, cells in by_person(page).items():
        assert len(cells) == 6, who
        for head, cell in zip(heads, cells, strict=True):
            assert cell.startswith(head) or cell == "– Nothing"


def test_by_person_everybody_is_listed_where_nothing_is_on_at_all(inspector):
    page = april(inspector, by="person", view="week")
    assert "Nothing is on in this week" in page
    assert list(by_person(page)) == ["Ada Shah nothing on"]


def test_two_who_are_called_the_same_have_a_row_each(inspector, ada):
    other = TeamMemberFactory(person__name="Ada Shah")
    led_by(ada.person_id)
    led_by(other.person_id)
    rows = april(inspector, by="person").all("tbody tr")
    assert len(rows) == 2


def test_the_filters_stand_in_the_address_and_can_be_taken_off(inspector, ada):
    led_by(ada.person_id, body="WES")
    led_by(TeamMemberFactory(person__name="Ben Okoro").person_id, body="TCH")
    InterviewFactory(held_at=MORNING, body="WES")
    shown = {
        "area=WES": ("INT-001", "INT-003"),
        "area=TCH": ("INT-002",),
        f"person={ada.person_id.hex}": ("INT-001",),
        "person=none": ("INT-003",),
        f"area=TCH&person={ada.person_id.hex}": (),
    }
    for query, expected in shown.items():
        page = april(inspector, **dict(each.split("=") for each in query.split("&")))
        assert {each for each in ("INT-001", "INT-002", "INT-003") if each in page.main} == set(expected), query
        after = inspector.open("GET", page.one('a[rel="next"]')["href"])
        assert after.heading == "Calendar: May 2026"
        assert after.field("area") == ("WES" if "WES" in query else "TCH" if "TCH" in query else "")
    assert "Nothing matches these filters here" in page
    cleared = inspector.open("GET", page.all(".fb-chosen a")[-1]["href"])
    assert "INT-002" in cleared and cleared.heading == "Calendar: April 2026"


def test_somebody_who_left_the_team_can_still_be_looked_for(inspector):
    leaver = TeamMemberFactory(person__name="Lee Verwood")
    led_by(leaver.person_id)
    with the_world():
        db.session.delete(db.session.merge(leaver))
    assert "INT-001" in april(inspector, person=leaver.person_id.hex).main
    nobody = db.session.get_one(Person, TeamMemberFactory(inspection_id=InspectionFactory().id).person_id)
    assert inspector.get("calendar.show_calendar", person=nobody.id.hex).status == 404


WRONG = [
    ({"from": "soon"}, "The day in the address is no date"),
    ({"from": "0001-01-01"}, "The day in the address is no date"),
    ({"from": "9999-12-31"}, "The day in the address is no date"),
    ({"view": "year"}, "The calendar has no view ‘year’: it is month or week."),
    ({"by": "Area"}, "The calendar has no by ‘Area’"),
    ({"area": "XYZ"}, "There is no area called ‘XYZ’ in this inspection."),
    ({"person": "ada"}, "There is no person called ‘ada’ in this inspection."),
]


@pytest.mark.parametrize(("sent", "sentence"), WRONG)
def test_a_wrong_address_is_told_in_a_sentence(inspector, sent, sentence):
    page = inspector.get("calendar.show_calendar", **sent)
    assert (page.status, sentence in page) == (404, True)


def test_it_opens_at_today_and_says_which_day_that_is(sign_in, ada):
    with time_machine.travel(datetime(2026, 4, 30, 23, 30, tzinfo=UTC), tick=False):  # 1 May, in London
        page = sign_in(ada).get("calendar.show_calendar")
    assert page.heading == "Calendar: May 2026"
    assert days(page)["2026-05-01"].startswith("1 May Today")


@pytest.mark.parametrize("view", ["month", "week"])
def test_one_leafs_to_and_fro(inspector, view):
    page = april(inspector, view=view)
    there = inspector.open("GET", page.one('a[rel="next"]')["href"])
    back = inspector.open("GET", there.one('a[rel="prev"]')["href"])
    assert back.heading == page.heading != there.heading


def test_the_number_of_statements_is_the_same_however_much_is_on(inspector, ada):
    led_by(ada.person_id)
    visited_by(ada.person_id, date(2026, 4, 14), date(2026, 4, 16))
    april(inspector)
    with counting_statements() as few:
        april(inspector, by="person")
    for n in range(10):
        led_by(TeamMemberFactory().person_id, held_at=MORNING + timedelta(days=n))
        visited_by(TeamMemberFactory().person_id, date(2026, 4, 14), date(2026, 4, 16), body="TCH")
    with counting_statements() as many:
        april(inspector, by="person")
    assert len(many) == len(few) <= 10, "\n".join(many.statements)


def test_an_interview_that_was_held_says_so(inspector, ada):
    planned, held = led_by(ada.person_id), led_by(ada.person_id, held_at=MORNING + timedelta(hours=3))
    with the_world():
        row = db.session.merge(held)
        row.finished_at = row.held_at
    for by in ("day", "person"):
        lines = {line.a.get_text(): line.get_text() for line in april(inspector, by=by).all(".fb-calendar li")}
        assert "Held" in lines[held.reference] and "Held" not in lines[planned.reference]


def test_today_is_marked_in_a_week_by_person_and_this_week_in_a_month(sign_in, ada):
    led_by(ada.person_id)
    with time_machine.travel(MORNING, tick=False):
        inspector = sign_in(ada)
        week = [head.get_text() for head in april(inspector, by="person", view="week").all("thead th")]
        month = [head.get_text() for head in april(inspector, by="person").all("thead th")]
    assert [head for head in week if "(today)" in head] == [head for head in week if "Tuesday 14" in head]
    assert any("(today)" in head for head in week)
    assert [head for head in month if "(this week)" in head] == ["13 April to 19 April (this week)"]


def test_one_leafs_on_above_the_table_as_below_it(inspector):
    page = april(inspector)
    above = {link.get_text(): link["href"] for link in page.all(".fb-calendar__ways a")}
    assert above["Month before"] == page.one('a[rel="prev"]')["href"]
    assert above["Month after"] == page.one('a[rel="next"]')["href"]
    assert "Week after" in april(inspector, view="week").one(".fb-calendar__ways").get_text()


@pytest.mark.parametrize("query", [{"month": "abc"}, {"month": "2026-99"}, {"week": "16"}])
def test_an_address_that_names_a_month_otherwise_is_told(inspector, query):
    page = inspector.get("calendar.show_calendar", **query)
    assert page.status == 404 and "Write from=2026-04-13, and view=week for a week." in page
