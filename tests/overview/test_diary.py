"""What is late, due and next; who is where; the charts with their tables."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import inspect

from app.accounts.models import Person
from app.db.transaction import writing
from app.extensions import db
from app.inspections.models import TeamRole
from app.interviews.models import Interview
from app.register.models import DocumentRequest
from app.visits.models import Visit, VisitInspector
from app.web import clock
from tests.accounts.factories import PersonFactory
from tests.databases import counting_statements, the_world
from tests.evidence.factories import ItemLinkFactory
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import InterviewFactory, NoteFactory
from tests.register.factories import RequestEventFactory, request_of
from tests.visits.factories import VisitFactory

TODAY = date(2026, 4, 16)  # a Thursday in the weeks on site


@pytest.fixture(autouse=True)
def on_site(app):
    clock.start(app, f"{TODAY}T09:40")
    yield
    clock.start(app, None)


@pytest.fixture
def lead(sign_in):
    return sign_in(TeamMemberFactory(role=TeamRole.LEAD, person__name="Lena Lead"))


def held(days: int, **values) -> Interview:
    at = datetime(TODAY.year, TODAY.month, TODAY.day, 9, 0, tzinfo=UTC) + timedelta(days=days)
    return InterviewFactory(held_at=at, **values)


def now_has(row, **values) -> None:
    with writing() as session:
        for name, value in values.items():
            setattr(session.get_one(type(row), inspect(row).identity), name, value)


def lines(page, heading: str) -> list[str]:
    section = page.one(f"section[aria-labelledby={heading}]")
    return [" ".join(line.get_text(" ").split()) for line in section.select("li")]


def test_an_interview_whose_day_is_over_without_a_word_is_late(lead):
    passed, tomorrow, far = held(-1), held(1), held(30)
    page = lead.get("overview.show_inspection")
    assert [passed.reference in line and "Late" in line for line in lines(page, "late")] == [True]
    assert any(tomorrow.reference in line for line in lines(page, "soon"))
    assert far.reference not in page.one("section[aria-labelledby=soon]").get_text()


def test_a_write_up_is_late_when_its_working_days_are_over(lead):
    late, fresh = NoteFactory(interview=held(-10)).interview, NoteFactory(interview=held(-1)).interview
    for interview in (late, fresh):
        now_has(interview, finished_at=interview.held_at + timedelta(hours=1))
    found = lines(lead.get("overview.show_inspection"), "late")
    assert len(found) == 1 and f"Write-up of {late.reference}" in found[0]


def test_a_late_write_up_stands_with_the_day_on_which_it_was_due(lead):
    interview = NoteFactory(interview=held(-6)).interview
    now_has(interview, finished_at=interview.held_at + timedelta(hours=1))
    (line,) = lines(lead.get("overview.show_inspection"), "late")
    assert line.startswith(f"15 April 2026 Late Write-up of {interview.reference}")
    assert "was due 15 April 2026" in lead.get("interviews.list_interviews")


@pytest.mark.parametrize(("days", "due"), [(-3, "16 April 2026"), (-2, "17 April 2026"), (0, "21 April 2026")])
def test_a_write_up_that_is_due_in_the_next_days_or_today_comes_next(lead, days, due):
    interview = NoteFactory(interview=held(days)).interview
    now_has(interview, finished_at=interview.held_at)
    page = lead.get("overview.show_inspection")
    (line,) = [line for line in lines(page, "soon") if interview.reference in line]
    assert line.startswith(f"{due} Write-up of {interview.reference}") and "Nothing is late." in page


@pytest.mark.parametrize(("reopened", "shown"), [(1, True), (4, True), (5, False)])
def test_a_write_up_comes_next_from_seven_days_before_it_is_due(lead, reopened, shown):
    interview = NoteFactory(interview=held(-3)).interview
    now_has(interview, finished_at=interview.held_at, reopened_at=interview.held_at + timedelta(days=3 + reopened))
    assert (interview.reference in str(lines(lead.get("overview.show_inspection"), "soon"))) is shown


def test_a_signed_off_write_up_is_neither_late_nor_next(lead):
    for days in (-10, -2):
        interview = NoteFactory(interview=held(days)).interview
        at = interview.held_at
        now_has(interview, finished_at=at, written_up_at=at, signed_off_at=at)
    page = lead.get("overview.show_inspection")
    assert "Nothing is late." in page and "Write-up" not in page.one("section[aria-labelledby=soon]").get_text()


def test_an_interview_left_under_way_since_a_day_before_is_late_as_not_finished(lead):
    left, running = held(-1, role="dcp"), held(0)
    for interview in (left, running):
        NoteFactory(interview=interview)
    page = lead.get("overview.show_inspection")
    (line,) = lines(page, "late")
    assert line.startswith(f"15 April 2026 Late {left.reference}") and line.endswith(", not finished")
    (today,) = [line for line in lines(page, "soon") if running.reference in line]
    assert today.startswith("16 April 2026") and "not finished" not in today


def test_many_write_ups_and_unfinished_interviews_take_no_more_statements_than_few(lead):
    def grow(number: int) -> None:
        for _ in range(number):
            for days in (-10, -1):
                interview = NoteFactory(interview=held(days)).interview
                now_has(interview, finished_at=interview.held_at)
            NoteFactory(interview=held(-2))

    def statements() -> int:
        lead.get("overview.show_inspection")
        with counting_statements() as counted:
            assert "not finished" in lead.get("overview.show_inspection")
        return len(counted)

    grow(1)
    few = statements()
    grow(5)
    assert statements() == few


def test_a_request_past_its_day_is_late_and_one_without_a_day_never_is(lead):
    asked, undated, soon = request_of("A3"), request_of("A4"), request_of("A5")
    for request in (asked, undated, soon):
        RequestEventFactory(request=request)
    now_has(asked, due=TODAY - timedelta(days=1))
    now_has(soon, due=TODAY + timedelta(days=3))
    page = lead.get("overview.show_inspection")
    assert [line[:27] for line in lines(page, "late")] == ["15 April 2026 Late A3 Local"]
    assert any(line.startswith("19 April 2026 A5") for line in lines(page, "soon"))
    assert "1 request that was asked has no due date yet" in page


def test_a_request_to_be_chased_again_comes_next_and_is_late_once_the_day_is_over(lead):
    for code, days in (("A3", 0), ("A4", -1), ("A5", 8)):
        RequestEventFactory(request=request_of(code))
        RequestEventFactory(request=request_of(code), code="chased", next_chase=TODAY + timedelta(days=days))
    page = lead.get("overview.show_inspection")
    assert lines(page, "soon")[0] == "16 April 2026 Chase again: A3 Local scrutiny panels, Wessex"
    assert lines(page, "late") == ["15 April 2026 Late Chase again: A4 Case management panels, Wessex"]
    assert "A5" not in page.one("section[aria-labelledby=soon]").get_text()
    now_has(request_of("A4"), due=TODAY - timedelta(days=9))
    (late,) = lines(lead.get("overview.show_inspection"), "late")
    assert late.startswith("7 April 2026 Late A4") and late.endswith("to be chased again since 15 April 2026")


def test_on_the_day_that_it_is_due_nothing_is_late(lead):
    RequestEventFactory(request=request_of("A3"))
    now_has(request_of("A3"), due=TODAY)
    page = lead.get("overview.show_inspection")
    assert "Nothing is late." in page and any("A3" in line for line in lines(page, "soon"))


def test_what_is_planned_without_a_date_is_named(lead):
    undated = InterviewFactory(held_at=None).reference
    section = lead.get("overview.show_inspection").one("section[aria-labelledby=soon]")
    assert "Planned and without a date:" in section.get_text() and section.select_one("p a").get_text().startswith(
        undated
    )


def test_my_interviews_are_mine(lead):
    other = PersonFactory().id
    mine, others = held(2), held(2)
    reference = mine.reference
    now_has(mine, lead_id=lead.person_id)
    now_has(others, note_taker_id=other)
    found = lines(lead.get("overview.show_inspection"), "mine")
    assert len(found) == 1 and reference in found[0] and "Planned" in found[0]


def test_the_timetable_says_what_is_under_way(lead):
    page = lead.get("overview.show_inspection")
    assert "Today is 16 April 2026. Under way: onsite phase and post onsite evaluation , since 13 April 2026." in page
    assert "Next: report writing and QA process, 18 May 2026, in 32 days." in page
    assert "worked out from the scope" in page and "no day yet" in page


def test_a_chart_stands_beside_a_table_of_the_same_numbers(lead):
    held(1), held(2), NoteFactory(interview=held(-1))
    page = lead.get("overview.show_inspection")
    chart = page.one("figure:has(figcaption:-soup-contains('Interviews by role'))")
    row = next(row for row in chart.select("tbody tr") if "District" in row.get_text() and "Senior" not in row.th.text)
    assert [cell.get_text() for cell in row.select("td")] == ["2", "1", "3"]
    assert sorted(text.get_text() for text in chart.select("svg .fb-chart__number")) == ["1", "2"]
    assert chart.select_one(".fb-chart__drawing")["aria-hidden"] == "true"


def visit(first: date, last: date, person_id=None) -> str:
    made = VisitFactory()
    now_has(made, starts_on=first, ends_on=last)
    with writing() as session:
        row = session.get_one(Visit, inspect(made).identity)
        if person_id is not None:
            session.add(VisitInspector(visit_id=row.id, person_id=person_id))
        return row.reference


def test_the_week_says_who_is_where(lead):
    there = visit(date(2026, 4, 14), date(2026, 4, 15), lead.person_id)
    mine, nobodys = held(0), held(1)
    reference, of_nobody = mine.reference, nobodys.reference
    now_has(mine, lead_id=lead.person_id)
    page = lead.get("overview.show_week")
    assert page.heading == "Who is where, week of 13 April 2026"
    rows = {
        row.th.get_text(): [cell.get_text(" ", strip=True) for cell in row.select("td")] for row in page.all("tbody tr")
    }
    assert list(rows) == ["Lena Lead", "Nobody yet"]
    assert [("Wessex" in cell) for cell in rows["Lena Lead"]] == [False, True, True, True, False]
    assert f"10:00 {reference}" in rows["Lena Lead"][3]
    assert of_nobody in rows["Nobody yet"][4]
    assert page.all(f"a[href$='/visits/{there}']")


def test_a_visit_that_nobody_goes_to_yet_waits_in_the_last_row(lead):
    visit(date(2026, 4, 14), date(2026, 4, 15))
    (row,) = lead.get("overview.show_week").all("tbody tr")
    assert row.th.get_text() == "Nobody yet"
    assert [("Wessex" in cell.get_text()) for cell in row.select("td")] == [False, True, True, False, False]


def test_weeks_are_leafed_through_and_sent(lead):
    page = lead.get("overview.show_week", **{"from": "2026-04-22"})
    assert page.heading.endswith("week of 20 April 2026")
    assert [link["href"].split("?")[1] for link in page.all("nav[aria-label=Weeks] a")] == [
        "from=2026-04-13",
        "from=2026-04-27",
    ]
    assert "Nobody is anywhere in this week" in page


@pytest.mark.parametrize("given", ["soon", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_a_week_that_is_none_is_told(lead, given):
    page = lead.get("overview.show_week", **{"from": given})
    assert page.status == 404 and "Write it like 2026-04-13" in page


def test_saturdays_are_shown_when_somebody_works(lead):
    held(2)
    heads = [head.get_text() for head in lead.get("overview.show_week").all("thead th")]
    assert heads[-1] == "Saturday 18 April 2026" and len(heads) == 7


def test_another_inspection_s_days_are_not_here(sign_in):
    with the_world():
        other = InspectionFactory()
        lead = TeamMemberFactory(role=TeamRole.LEAD, inspection_id=other.id)
        TeamMemberFactory(person=db.session.get_one(Person, lead.person_id))
    held(0)
    RequestEventFactory(request=request_of("A3"))
    assert db.session.scalars(db.select(DocumentRequest)).first() is not None
    page = sign_in(lead).get("overview.show_week", inspection=other.code)
    assert "INT-001" not in page


def test_what_is_late_says_what_of_it(lead):
    passed, written = held(-1), NoteFactory(interview=held(-10)).interview
    not_held, signed = passed.reference, written.reference
    now_has(written, finished_at=written.held_at, written_up_at=written.held_at)
    request = request_of("A4")
    RequestEventFactory(request=request)
    now_has(request, due=TODAY - timedelta(days=2))
    found = lines(lead.get("overview.show_inspection"), "late")
    assert any(not_held in line and ", not held yet" in line for line in found)
    assert any(f"Sign-off of {signed}" in line for line in found), "its write-up is there"
    assert any(" A4 " in line and ", not in yet" in line for line in found), found
    listed = lead.get("interviews.list_interviews")
    assert "Sign-off late" in listed and "Write-up late" not in listed


def test_an_interview_that_comes_next_says_at_what_time(lead):
    late, early, untimed = held(0), held(0), held(0)
    last, first, whenever = (row.reference for row in (late, early, untimed))
    for row, hour in ((late, 15), (early, 13)):
        now_has(row, held_at=datetime(TODAY.year, TODAY.month, TODAY.day, hour, 5, tzinfo=UTC))
    now_has(untimed, held_at=datetime(TODAY.year, TODAY.month, TODAY.day, 0, 0, tzinfo=clock.LONDON))
    found = lines(lead.get("overview.show_inspection"), "soon")
    assert found[0].startswith(f"16 April 2026, 14:05 {first}")
    assert found[1].startswith(f"16 April 2026, 16:05 {last}")
    assert found[2].startswith(f"16 April 2026 {whenever}")


def test_paper_has_all_that_is_late_and_less_of_what_comes_next(lead):
    for days in range(-14, 0):
        held(days)
    for _ in range(6):
        held(1)
    page = lead.get("overview.show_inspection")
    late, soon = (page.all(f"section[aria-labelledby={name}] li") for name in ("late", "soon"))
    assert len(late) == 14 and not any("fb-no-print" in line["class"] for line in late)
    assert ["fb-print-only" in line["class"] for line in late] == [False] * 12 + [True] * 2, (
        "the screen says how many more"
    )
    assert sum("fb-no-print" not in line["class"] for line in soon) == 1
    told = [" ".join(words.get_text().split()) for words in page.all("section[aria-labelledby=soon] .fb-print-only")]
    assert f"And {len(soon) - 1} more in the next seven days." in told


def test_the_overview_says_how_many_contradictions_are_open(lead):
    assert (
        "0 open contradictions" in lead.get("overview.show_inspection").one("section[aria-labelledby=held]").get_text()
    )
    ItemLinkFactory()
    ItemLinkFactory(relation="corroborates")
    link = next(
        link
        for link in lead.get("overview.show_inspection").all("section[aria-labelledby=held] a")
        if "contradiction" in link.get_text()
    )
    assert link.get_text() == "1 open contradiction" and link["href"].endswith("/contradictions")
