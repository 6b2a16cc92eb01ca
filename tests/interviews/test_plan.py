"""Adding an interview or focus group to the plan."""

from datetime import UTC, datetime, timedelta

import pytest

from app.extensions import db
from app.inspections.models import TeamRole
from app.interviews.models import Interview
from app.web import clock
from app.web.forms import read_time
from tests.databases import the_world
from tests.factories import TODAY
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import InterviewFactory

WHOLE = {
    "kind": "interview",
    "body": "WES",
    "role": "dcp",
    "title": "Rotas",
    "date": ["14", "4", "2026"],
    "time": "10:05",
    "place": "Room 4",
    "remote": "y",
}


def test_an_interview_is_planned_with_all_that_is_known_of_it(sign_in):
    page = sign_in(TeamMemberFactory()).post("interviews.plan_interview", form=WHOLE)
    assert page.address.endswith("/interviews/INT-001")
    assert page.heading == "INT-001 District Crown Prosecutor, Wessex"
    assert "14 April 2026 at 10:05 · remotely · Room 4 · Rotas" in page


def test_a_focus_group_needs_no_date_and_takes_the_next_number_of_the_same_row(sign_in):
    InterviewFactory()
    inspector = sign_in(TeamMemberFactory())
    page = inspector.post(
        "interviews.plan_interview", kind="focus_group", body="HQ", role="hq_legal_lead", date=["", "", ""]
    )
    assert page.heading.startswith("INT-002")
    assert "no date yet · in person" in page
    assert "INT-001" in (listed := inspector.get("interviews.list_interviews")) and "Focus group" in listed


def test_the_clock_of_the_plan_is_the_one_in_london(sign_in):
    sign_in(TeamMemberFactory()).post("interviews.plan_interview", form=WHOLE)
    held_at = db.session.query(Interview).one().held_at
    assert (held_at.hour, held_at.minute) == (9, 5), "10:05 in April is 09:05 in UTC"


@pytest.mark.parametrize("typed", ["10:05", "10.05", "1005", " 10:05am ", "10.05 a.m.", "10 05 AM"])
def test_a_time_is_taken_in_the_ways_in_which_people_write_it(sign_in, typed):
    page = sign_in(TeamMemberFactory()).post("interviews.plan_interview", form=WHOLE | {"time": typed})
    assert "14 April 2026 at 10:05" in page


@pytest.mark.parametrize(
    ("typed", "time"),
    [("9am", "09:00"), ("12 am", "00:00"), ("12pm", "12:00"), ("930", "09:30"), ("1.30 p.m.", "13:30")],
)
def test_an_hour_is_that_of_its_half_of_the_day(typed, time):
    assert f"{read_time(typed):%H:%M}" == time


@pytest.mark.parametrize("typed", ["", "9", "24:00", "9:60", "13pm", "0am", "9:5", "nine", "9am or so", "٩:٣٠"])
def test_what_is_no_time_is_none(typed):
    assert read_time(typed) is None


def test_a_year_of_two_figures_is_of_this_century(sign_in):
    page = sign_in(TeamMemberFactory()).post("interviews.plan_interview", form=WHOLE | {"date": ["14", "4", "26"]})
    assert "14 April 2026 at 10:05" in page


def test_the_example_of_a_date_is_near_at_hand(sign_in):
    inspector = sign_in(TeamMemberFactory())
    with clock.set_to(datetime(2026, 6, 3, 9, 0, tzinfo=UTC)):
        assert "For example, 3 6 2026" in inspector.get("interviews.show_plan")


WRONG = {
    "kind: none": ({"kind": None}, "Choose interview or focus group"),
    "body: none": ({"body": ""}, "Choose where it belongs"),
    "role: none": ({"role": ""}, "Choose the role"),
    "date: 31 February": ({"date": ["31", "2", "2026"]}, f"Date must be a real date, such as {TODAY}"),
    "date: words": ({"date": ["soon", "", ""]}, f"Date must be a real date, such as {TODAY}"),
    "date: half": ({"date": ["14", "", "2026"]}, "Date must include a month"),
    "date: year of three figures": ({"date": ["14", "4", "026"]}, f"Date must be a real date, such as {TODAY}"),
    "time: 25:00": ({"time": "25:00"}, "Time must be like 10:05, from 00:00 to 23:59"),
    "time: words": ({"time": "noon"}, "Time must be like 10:05, from 00:00 to 23:59"),
    "time: without a date": ({"date": ["", "", ""]}, "Enter the date as well as the time"),
    "title: too long": ({"title": "x" * 201}, "What it is about must be 200 characters or fewer"),
    "place: too long": ({"place": "x" * 201}, "Place or link must be 200 characters or fewer"),
    "title: zero character": ({"title": "Ro\x00tas"}, "Take out the character that cannot be stored"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_plan_is_told_in_a_sentence_and_stays_as_typed(sign_in, wrong):
    changes, sentence = WRONG[wrong]
    sent = WHOLE | changes
    page = sign_in(TeamMemberFactory()).post("interviews.plan_interview", form=sent)
    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert [line for line in page.errors if line.startswith(sentence)], page.errors
    for name in ("body", "role", "title", "time", "place"):
        assert page.field(name) == sent[name]
    assert page.field("kind") == ([sent["kind"]] if sent["kind"] else [])
    assert [field.get("value", "") for field in page.all("input[name=date]")] == sent["date"]
    assert page.field("remote") == ["y"]
    assert db.session.query(Interview).count() == 0


def test_each_line_of_the_error_summary_leads_to_its_input(sign_in):
    page = sign_in(TeamMemberFactory()).post("interviews.plan_interview", date=["31", "2", "2026"], time="25:00")
    leads = [link["href"] for link in page.all(".govuk-error-summary__list a")]
    assert len(leads) == 5
    assert all(page.one(href) for href in leads)


def test_an_empty_form_is_refused_and_not_an_error_of_ours(sign_in):
    page = sign_in(TeamMemberFactory()).post("interviews.plan_interview")
    assert page.status == 422
    assert "Choose interview or focus group" in page.errors


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_only_reads_plans_nothing(sign_in, role):
    reader = sign_in(TeamMemberFactory(role=role))
    assert reader.post("interviews.plan_interview", form=WHOLE).status == 403
    assert reader.get("interviews.show_plan").status == 403
    assert "Add one" not in reader.get("interviews.list_interviews")
    assert db.session.query(Interview).count() == 0


@pytest.mark.parametrize("reference", ["INT-001", "INT-0001", "INT-999999999", "DOC-001", "INT-", "INT-1x", "E-0001"])
def test_the_reference_of_another_inspection_and_what_is_no_reference_are_not_found(sign_in, reference):
    InterviewFactory(inspection_id=InspectionFactory().id, body=None, role=None)
    page = sign_in(TeamMemberFactory()).get("interviews.show_interview", reference=reference)
    assert page.status == 404
    assert f"There is no interview {reference} in this inspection." in page


def test_a_long_list_of_interviews_is_leafed_through_without_losing_one(sign_in):
    with the_world():
        for number in range(1, 121):  # two at once, two at once, … and every fifth without a date
            day = datetime(2026, 12, 31, 9, 0, tzinfo=UTC) - timedelta(days=number // 2)
            InterviewFactory(held_at=day if number % 5 else None)
    inspector, found = sign_in(TeamMemberFactory()), []
    page = inspector.get("interviews.list_interviews")
    while True:
        found += [link.get_text() for link in page.all("tbody a.fb-ref")]
        if not (older := page.all("a[rel=next]")):
            break
        page = inspector.open("GET", older[0]["href"])
    dated = sorted((number for number in range(1, 121) if number % 5), key=lambda number: (-(number // 2), number))
    assert found == [f"INT-{number:03d}" for number in (*dated, *range(5, 121, 5))]


@pytest.mark.parametrize("after", ["x", "5:", ",x", "soon,5", "0001-01-01T00:00:00+14:00,5", ",99999999999"])
def test_a_place_in_the_list_that_is_none_is_not_found(sign_in, after):
    wrong = sign_in(TeamMemberFactory()).get("interviews.list_interviews", after=after)
    assert (wrong.status, "start again from the first page" in wrong) == (404, True)


def test_the_empty_list_leads_to_the_plan(sign_in):
    page = sign_in(TeamMemberFactory()).get("interviews.list_interviews")
    assert page.one(".fb-empty a")["href"].endswith("/interviews/plan")


@pytest.mark.parametrize("endpoint", ["show_plan", "show_schedule", "show_prepare"])
def test_a_long_form_asks_whether_the_server_is_there_before_it_leaves_the_page(sign_in, endpoint):
    given = () if endpoint == "show_plan" else (InterviewFactory(),)
    page = sign_in(TeamMemberFactory()).get(f"interviews.{endpoint}", *given)
    assert page.all("main form[data-fb-careful]"), "static/fieldbook.js"
