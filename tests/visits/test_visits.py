"""Visits to Areas: made from the pack, arranged, followed up, debriefed."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from app.accounts.models import Person
from app.extensions import db
from app.inspections.models import TeamRole
from app.interviews import planning
from app.visits import queries
from app.visits.models import Debrief, LineOfEnquiry, Visit
from app.web.pages import long_date
from tests.audit.trail import deeds
from tests.databases import counting_statements, look_again, the_world
from tests.factories import TODAY
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory, NoteFactory
from tests.register.factories import RequestEventFactory, request_of
from tests.threads import at_once
from tests.visits.factories import LineOfEnquiryFactory, VisitFactory


@pytest.fixture
def ada():
    return TeamMemberFactory(person__name="Ada Shah")


@pytest.fixture
def inspector(sign_in, ada):
    return sign_in(ada)


@pytest.fixture
def lead(sign_in):
    return sign_in(TeamMemberFactory(role=TeamRole.LEAD, person__name="Lea Lead"))


@pytest.fixture
def visit(app):
    return VisitFactory()


EMPTY = ["", "", ""]


def arrange(client, visit, **sent):
    """Send the form as it stands on the page, with some of it changed. Dates are given anew each time."""
    address = client.address("visits.arrange", visit)
    form = client.open("GET", address).form("/arrange") | {"starts_on": EMPTY, "ends_on": EMPTY}
    return client.open("POST", address, form=form | sent)


def now(visit):
    look_again()
    return db.session.get_one(Visit, visit.id)


def test_the_visits_of_the_pack_are_made_in_one_action_and_only_once(lead):
    assert "There are no visits yet" in lead.get("visits.list_visits")
    page = lead.post("visits.make_planned")
    assert "4 visits made, without dates" in page.messages
    areas = [row("td")[0].get_text() for row in page.all("tbody tr")]
    assert areas == ["Mersey-Cheshire", "Wessex", "East Midlands", "Thames and Chiltern"]
    assert "Nothing was made twice" in lead.post("visits.make_planned").messages
    assert db.session.query(Visit).count() == 4
    page = lead.get("visits.show_visit", reference="VIS-001")
    assert "MCH-1 The stalking workshop: whether it was held" in page and "MCH-2" in page
    assert {"QT.i", "QT.ii", "VW.iv", "VW.i"} <= {link.get_text() for link in page.all("a.fb-ref")}
    assert "referred to a stalking workshop" in page, "why it is visited"


def test_an_area_whose_visit_was_cancelled_gets_no_other(lead):
    lead.post("visits.make_planned")
    lead.post("visits.cancel", reference="VIS-002", reason="peak_leave")
    lead.post("visits.make_planned")
    assert db.session.query(Visit).count() == 4


def test_two_who_make_the_visits_at_once_make_them_once(sign_in):
    leads = [sign_in(TeamMemberFactory(role=TeamRole.LEAD)) for _ in range(2)]
    for one in leads:
        one.csrf_token()
    assert [page.status for page in at_once(2, lambda n: leads[n].post("visits.make_planned", follow=False))] == [
        303,
        303,
    ]
    look_again()
    assert db.session.query(Visit).count() == 4


def test_a_visit_is_arranged_with_all_that_is_known_of_it(inspector, visit, ada):
    ben = TeamMemberFactory(person__name="Ben Okoro")
    page = arrange(
        inspector,
        visit,
        starts_on=["14", "4", "2026"],
        ends_on=["16", "4", "2026"],
        inspectors=[str(ada.person_id), str(ben.person_id)],
        place="Rooms 3 and 4",
        contact="Area Business Centre",
        phone="0300 123 4567",
        email="abc@example.gov.uk",
    )
    assert "VIS-001 is saved" in page.messages
    for words in (
        "14 April 2026 to 16 April 2026",
        "Ada Shah, Ben Okoro",
        "Rooms 3 and 4",
        "Area Business Centre, 0300 123 4567, abc@example.gov.uk",
    ):
        assert words in page, words
    listed = inspector.get("visits.list_visits")
    assert "14 April 2026 to 16 April 2026" in listed and "Ada Shah, Ben Okoro" in listed
    history = inspector.get("visits.show_history", visit)
    assert "Ada Shah, Ben Okoro" in history and "14 April 2026" in history


def test_the_form_opens_with_who_goes_and_with_nobody_whose_account_is_disabled(inspector, visit, ada):
    TeamMemberFactory(person__name="Gus Gone", person__disabled_at=datetime(2026, 4, 1, tzinfo=UTC))
    arrange(inspector, visit, inspectors=[str(ada.person_id)])
    page = inspector.get("visits.show_arrange", visit)
    assert page.field("inspectors") == [str(ada.person_id)]
    assert "Gus Gone" not in page
    assert "Who goes Ada Shah" in arrange(inspector, visit, place="Room 7")
    arrange(inspector, visit, inspectors=[])
    newest = inspector.get("visits.show_history", visit).all(".fb-history__entry")[0]
    assert [" ".join(line.stripped_strings) for line in newest.select("dl > div")] == [
        "Who goes before Ada Shah",
        "Who goes nobody",
    ]


def test_who_goes_and_has_a_disabled_account_by_now_stays_until_taken_off(inspector, visit):
    gone = TeamMemberFactory(person__name="Gus Gone")
    arrange(inspector, visit, inspectors=[str(gone.person_id)])
    with the_world():
        db.session.get_one(Person, gone.person_id).disabled_at = datetime(2026, 4, 1, tzinfo=UTC)
    page = inspector.get("visits.show_arrange", visit)
    assert "Gus Gone" in page and page.field("inspectors") == [str(gone.person_id)]
    assert "Who goes Gus Gone" in arrange(inspector, visit, inspectors=[str(gone.person_id)], place="Room 7")
    arrange(inspector, visit, inspectors=[])
    assert "Gus Gone" not in inspector.get("visits.show_arrange", visit)


def test_a_visit_of_one_day_needs_no_last_one(inspector, visit):
    page = arrange(inspector, visit, starts_on=["14", "4", "2026"])
    assert now(visit).ends_on == date(2026, 4, 14)
    assert "14 April 2026 to" not in page


def test_the_hint_says_that_a_contact_is_an_office_and_no_person(inspector, visit):
    assert "An office or a role" in (page := inspector.get("visits.show_arrange", visit))
    assert "Never a person’s name" in page


WRONG = {
    "31 April": ({"starts_on": ["31", "4", "2026"]}, f"First day must be a real date, such as {TODAY}"),
    "before the inspection": (
        {"starts_on": ["14", "4", "2025"]},
        "First day must not be before 16 December 2025, when the inspection began",
    ),
    "the year 2062": (
        {"starts_on": ["14", "4", "2062"]},
        f"First day must be at most a year after {long_date(max(date(2026, 7, 13), date.today()))}: check the year",
    ),
    "the year 1500": ({"starts_on": ["14", "4", "1500"]}, "First day must be between 2000 and 2099"),
    "20 years": (
        {"starts_on": ["14", "4", "2026"], "ends_on": ["14", "4", "2046"]},
        "Last day must be at most 31 days from the first day, both counted",
    ),
    "a day too many": (
        {"starts_on": ["1", "4", "2026"], "ends_on": ["2", "5", "2026"]},
        "Last day must be at most 31 days from the first day, both counted",
    ),
    "the last before the first": (
        {"starts_on": ["14", "4", "2026"], "ends_on": ["13", "4", "2026"]},
        "Last day must not be before the first day",
    ),
    "only a last day": ({"ends_on": ["13", "4", "2026"]}, "Enter the first day as well as the last day"),
    "nobody on the team": ({"inspectors": ["00000000-0000-0000-0000-000000000007"]}, None),
    "no address": ({"email": "the office"}, "E-mail address must be like office@example.gov.uk"),
    "letters for a telephone": ({"phone": "abc"}, "Telephone must have a number in it, such as 01632 960 001"),
    "too long": ({"contact": "x" * 201}, "Area contact must be 200 characters or fewer"),
    "zero character": ({"phone": "03\x0000"}, "Take out the character that cannot be stored"),
}


@pytest.mark.parametrize("endpoint", ["show_add", "show_arrange", "show_debrief"])
def test_a_long_form_asks_whether_the_server_is_there_before_it_leaves_the_page(inspector, visit, endpoint):
    page = inspector.get(f"visits.{endpoint}", *(() if endpoint == "show_add" else (visit,)))
    assert page.all("main form[data-fb-careful]"), "static/fieldbook.js"


@pytest.mark.parametrize("phone", ["01632 960 001", "+44 (0)1632 960001 ext. 12", "ext 204", " "])
def test_a_telephone_is_taken_however_it_is_written(inspector, visit, phone):
    assert arrange(inspector, visit, phone=phone).status == 200
    assert now(visit).phone == phone


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_arrangement_is_told_and_stays_as_typed(inspector, visit, wrong):
    sent, sentence = WRONG[wrong]
    page = arrange(inspector, visit, **{"place": "Room 3"} | sent)
    assert page.status == 422 and page.title.startswith("Error: ")
    assert [line for line in page.errors if line.startswith(sentence or "")], page.errors
    assert page.field("place") == "Room 3"
    assert (now(visit).place, now(visit).starts_on) == ("", None)


def test_a_visit_may_last_a_month(inspector, visit):
    arrange(inspector, visit, starts_on=["1", "5", "2026"], ends_on=["31", "5", "2026"])
    assert now(visit).ends_on == date(2026, 5, 31)


def test_an_error_of_a_date_leads_to_its_first_input(inspector, visit):
    page = arrange(inspector, visit, ends_on=["13", "4", "2026"])
    assert page.one(page.one(".govuk-error-summary__list a")["href"])


def test_on_a_stale_page_both_arrangements_are_shown(inspector, visit, ada):
    address = inspector.address("visits.arrange", visit)
    old = inspector.open("GET", address).form("/arrange") | {"starts_on": EMPTY, "ends_on": EMPTY}
    arrange(inspector, visit, inspectors=[str(ada.person_id)])  # changes only who goes
    page = inspector.open("POST", address, form=old | {"place": "Room 7"})
    assert page.status == 409
    assert "Somebody changed it while you were at it" in page
    assert page.one(".fb-conflict li").get_text().endswith(": Who goes")
    assert page.differences == {
        "Who goes": "Now: Ada Shah Before: nothing Only they changed it: the form has theirs.",
        "Building and rooms": "Now: nothing Yours: Room 7 Only you changed it: the form has yours.",
    }
    assert (page.field("place"), page.field("inspectors")) == ("Room 7", [str(ada.person_id)])
    assert now(visit).place == ""
    again = page.form("/arrange") | {"starts_on": EMPTY, "ends_on": EMPTY}
    inspector.open("POST", address, form=again)
    assert (now(visit).place, [one.name for one in now(visit).inspectors]) == ("Room 7", ["Ada Shah"])


def test_bank_holidays_and_peak_leave_are_warned_of_and_do_not_block(inspector, visit):
    page = arrange(inspector, visit, starts_on=["1", "4", "2026"], ends_on=["7", "4", "2026"])
    assert "3 April 2026 is a bank holiday: Good Friday." in page
    assert "in peak leave: Easter" in page
    assert now(visit).starts_on is not None


def test_an_inspector_on_two_visits_at_once_is_warned_of(inspector, visit, ada):
    other = VisitFactory(body="MCH")
    sent = {"starts_on": ["14", "4", "2026"], "inspectors": [str(ada.person_id)]}
    arrange(inspector, other, **sent)
    page = arrange(inspector, visit, **sent)
    assert "Ada Shah is on VIS-002 to Mersey-Cheshire on the same days." in page
    assert "same days" not in arrange(inspector, visit, **sent | {"starts_on": ["15", "4", "2026"]})


def test_an_interview_elsewhere_during_a_visit_is_pointed_out_on_both_pages(inspector, visit, ada):
    with the_world():
        elsewhere = InterviewFactory(body="MCH", held_at=datetime(2026, 4, 15, 9, 0, tzinfo=UTC))
        there = InterviewFactory(held_at=datetime(2026, 4, 15, 13, 0, tzinfo=UTC))
        elsewhere.lead_id = there.lead_id = ada.person_id
    sent = {"starts_on": ["14", "4", "2026"], "ends_on": ["16", "4", "2026"], "inspectors": [str(ada.person_id)]}
    page = arrange(inspector, visit, **sent)
    assert "Ada Shah is in INT-001, Mersey-Cheshire on 15 April 2026." in page
    assert "Ada Shah is in INT-002" not in page
    on_visit = "Ada Shah is on VIS-001 to Wessex on that day."
    assert on_visit in inspector.get("interviews.show_arrangements", reference="INT-001")
    assert on_visit not in inspector.get("interviews.show_arrangements", reference="INT-002")
    arrange(inspector, visit, **sent | {"ends_on": ["14", "4", "2026"]})
    assert on_visit not in inspector.get("interviews.show_arrangements", reference="INT-001")


def test_an_interview_outside_the_days_of_its_visit_is_pointed_out_on_both_pages(inspector, visit):
    with the_world():
        InterviewFactory(held_at=datetime(2026, 4, 20, 9, 0, tzinfo=UTC))
        InterviewFactory(held_at=datetime(2026, 4, 20, 9, 0, tzinfo=UTC), remote=True)
        InterviewFactory(held_at=datetime(2026, 4, 15, 9, 0, tzinfo=UTC))
    sentence = "20 April 2026 is outside the visit to Wessex: VIS-001 is from 14 April 2026 to 16 April 2026."

    def warned() -> list[bool]:
        pages = [inspector.get("interviews.show_arrangements", reference=f"INT-00{n}") for n in (1, 2, 3)]
        return [sentence in page for page in pages]

    assert warned() == [False] * 3, "the visit has no days yet"
    page = arrange(inspector, visit, starts_on=["14", "4", "2026"], ends_on=["16", "4", "2026"])
    assert "INT-001 is on 20 April 2026, outside the visit." in page
    assert ("INT-002 is on" in page, "INT-003 is on" in page) == (False, False)
    assert warned() == [True, False, False], "one that is held remotely needs no visit"
    second = VisitFactory()
    page = arrange(inspector, second, starts_on=["20", "4", "2026"])
    assert "outside the visit" not in page and warned() == [False] * 3


def test_an_interview_outside_the_days_of_its_visit_is_marked_in_the_list(inspector, visit):
    with the_world():
        visit.starts_on, visit.ends_on = date(2026, 4, 14), date(2026, 4, 16)
        db.session.add(visit)
        for day in (14, 16, 17):
            InterviewFactory(held_at=datetime(2026, 4, day, 9, tzinfo=UTC))
        InterviewFactory(held_at=datetime(2026, 4, 17, 9, tzinfo=UTC), remote=True)
        InterviewFactory(held_at=datetime(2026, 4, 17, 9, tzinfo=UTC), body="MCH")
    page = inspector.get("interviews.list_interviews")
    assert [mark.get_text() for mark in page.all("a:has(.fb-badge)") if "Outside" in mark.get_text()] == [
        "Outside the visit of INT-003"
    ]


def test_a_weekend_within_a_visit_is_pointed_out(inspector, visit):
    page = arrange(inspector, visit, starts_on=["16", "4", "2026"], ends_on=["20", "4", "2026"])
    assert "Some of the days are at a weekend: 18 April 2026, 19 April 2026." in page
    assert "weekend" not in arrange(inspector, visit, starts_on=["13", "4", "2026"], ends_on=["17", "4", "2026"])
    assert "18 April 2026 is a Saturday." in arrange(inspector, visit, starts_on=["18", "4", "2026"])


def test_a_line_of_enquiry_of_the_team_s_own_is_added(inspector, visit):
    page = inspector.post("visits.add_line", visit, text="Whether <b>rotas</b> work.", criteria="ld.ii, VW.v ld.II")
    assert "The line of enquiry is added" in page.messages
    assert "Whether <b>rotas</b> work." in page
    assert db.session.scalars(select(LineOfEnquiry.criteria)).one() == ["LD.ii", "VW.v"]
    assert "added a line of enquiry" in inspector.get("visits.show_history", visit)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"text": "  ", "criteria": ""}, "Enter what is to be followed up"),
        ({"text": "Rotas", "criteria": "LD.ii, LD.xx"}, "There is no criterion LD.xx in this inspection"),
        ({"text": "x" * 1001, "criteria": ""}, "Another line of enquiry must be 1,000 characters or fewer"),
    ],
)
def test_a_wrong_line_is_told_and_stays_as_typed(inspector, visit, sent, sentence):
    page = inspector.post("visits.add_line", visit, form=sent)
    assert (page.status, page.errors) == (422, [sentence])
    assert (page.field("text"), page.field("criteria")) == (sent["text"], sent["criteria"])
    assert db.session.query(LineOfEnquiry).count() == 0


def test_a_line_is_taken_off_with_a_reason_and_stays_on_record(inspector, visit):
    line = LineOfEnquiryFactory(visit=visit)
    refused = inspector.post("visits.take_line_off", visit, line_id=line.id, why=" ")
    assert (refused.status, refused.errors) == (422, ["Say why it is taken off"])
    page = inspector.post("visits.take_line_off", visit, line_id=line.id, why="Answered by A1")
    assert "Taken off: Answered by A1" in page
    assert inspector.post("visits.take_line_off", visit, line_id=line.id, why="Again").status == 404
    assert deeds(object="VIS-001")[-1] == ("took off a line of enquiry", "VIS-001")


def test_the_line_of_another_visit_is_not_taken_off(inspector, visit):
    other = LineOfEnquiryFactory(visit=VisitFactory(body="MCH"))
    assert inspector.post("visits.take_line_off", visit, line_id=other.id, why="Mistake").status == 404


def test_its_page_lists_the_interviews_of_the_area_and_what_is_outstanding(inspector, visit):
    with the_world():
        visit = db.session.merge(visit)
        visit.starts_on = visit.ends_on = date(2026, 4, 14)
        during = InterviewFactory(held_at=datetime(2026, 4, 14, 9, 0, tzinfo=UTC))
        held = InterviewFactory(held_at=datetime(2026, 4, 1, 9, 0, tzinfo=UTC))
        InterviewFactory(held_at=None)
        InterviewFactory(body="MCH")
        planning.cancel(InterviewFactory(), "Vacant", by=SOMEBODY)
        planning.finish(held, by=SOMEBODY)
    page = inspector.get("visits.show_visit", visit)
    rows = {row.th.get_text(strip=True): " ".join(row.stripped_strings) for row in page.all("tbody tr")}
    assert list(rows) == ["INT-002", "INT-001", "INT-003"]
    assert "not during the visit" in rows["INT-002"] and "not during the visit" not in rows["INT-001"]
    assert "Write-up late" in rows["INT-002"]
    outstanding = [line.get_text(" ", strip=True) for line in page.all("#outstanding + ul li")]
    assert outstanding == ["2 interviews not held yet, 1 without a date", "1 interview not written up", "the debrief"]
    assert during.reference == "INT-001"
    assert "1 of 3" in inspector.get("visits.list_visits")


def test_its_page_lists_the_document_requests_that_are_outstanding_there(inspector, visit):
    RequestEventFactory(code="asked")
    RequestEventFactory(request=request_of("A7", "MCH"), code="asked")
    page = inspector.get("visits.show_visit", visit)
    links = [link for link in page.all("#outstanding + ul a") if "/requests/WES/" in link["href"]]
    assert "A3" in [link.span.get_text() for link in links]
    assert not [link for link in page.all("#outstanding + ul a") if "/requests/MCH/" in link["href"]]
    assert inspector.open("GET", links[0]["href"]).status == 200


def test_its_page_says_whose_interviews_there_were_all_cancelled(inspector, visit):
    with the_world():
        planning.cancel(InterviewFactory(role="sdcp"), "The post is vacant.", by=SOMEBODY)
        planning.cancel(InterviewFactory(role="dcp", body="MCH"), "Nobody can come.", by=SOMEBODY)
        planning.cancel(InterviewFactory(role="dcp"), "Moved to another day.", by=SOMEBODY)
        InterviewFactory(role="dcp")

    def said() -> list[str]:
        lines = inspector.get("visits.show_visit", visit).all("#outstanding + ul li")
        return [line for line in (" ".join(line.get_text(" ").split()) for line in lines) if "cancelled" in line]

    assert said() == ["Senior District Crown Prosecutor – planned, cancelled: The post is vacant."]
    InterviewFactory(role="sdcp")
    assert said() == []


def test_a_debrief_is_written_and_every_version_stays(inspector, visit):
    refused = inspector.post("visits.debrief", visit, text="  ")
    assert (refused.status, refused.errors) == (422, ["Enter what emerged"])
    inspector.post("visits.debrief", visit, text="Rotas change too often.")
    base = inspector.get("visits.show_debrief", visit).field("base")
    page = inspector.post("visits.debrief", visit, text="Rotas change monthly.", base=base)
    assert "Rotas change monthly." in page and "Rotas change too often." not in page
    history = inspector.get("visits.show_history", visit)
    assert "Rotas change too often." in history and "Rotas change monthly." in history
    assert "written" in inspector.get("visits.list_visits")


@pytest.mark.parametrize("first", ["the first version", "a later version"])
def test_two_who_write_the_debrief_at_once_lose_neither_text(inspector, sign_in, visit, first):
    if first == "a later version":
        inspector.post("visits.debrief", visit, text="Begun.")
    base = inspector.get("visits.show_debrief", visit).field("base")
    other = sign_in(TeamMemberFactory(person__name="Ben Okoro"))
    other.post("visits.debrief", visit, text="Ben's words.", base=base)
    page = inspector.post("visits.debrief", visit, text="Ada's words.", base=base)
    assert page.status == 409
    assert "Ben's words." in page and page.field("text") == "Ada's words."
    assert queries.find_debrief(visit.id).text == "Ben's words."
    assert "Ada's words." in (history := inspector.get("visits.show_history", visit))
    assert "came too late, kept beside" in history
    inspector.post("visits.debrief", visit, text="Both.", base=page.field("base"))
    assert queries.find_debrief(visit.id).text == "Both."


def test_the_same_debrief_sent_twice_is_one_version(inspector, visit):
    form = inspector.get("visits.show_debrief", visit).form("/debrief") | {"text": "Rotas change."}
    for _ in range(2):
        inspector.open("POST", inspector.address("visits.debrief", visit), form=form)
    assert db.session.query(Debrief).count() == 1


def test_a_base_that_is_none_is_told(inspector, visit):
    page = inspector.post("visits.debrief", visit, text="Rotas.", base="yesterday")
    assert page.status == 422 and "The form was changed on its way" in page


def test_a_visit_is_cancelled_with_a_reason_and_put_back(inspector, visit):
    InterviewFactory()
    assert inspector.post("visits.cancel", visit, reason="other").errors == ["Say in a few words why"]
    page = inspector.post("visits.cancel", visit, reason="area_asked", words="They move house")
    assert ("The Area asked: They move house" in page and "Cancelled" in page.heading) or "Cancelled" in page
    assert inspector.post("visits.cancel", visit, reason="vacant").status == 409
    assert "INT-001" in inspector.get("interviews.list_interviews"), "the interviews stay as they are"
    inspector.post("visits.put_back", visit)
    assert now(visit).cancelled_at is None
    history = inspector.get("visits.show_history", visit)
    assert "put it back" in history and "They move house" in history


def test_another_visit_is_added_by_hand(inspector, visit):
    assert inspector.post("visits.add", body="", purpose="Again").errors == ["Choose where it goes"]
    page = inspector.post("visits.add", body="WES", purpose="To see the second office")
    assert page.heading.startswith("VIS-002") and "To see the second office" in page


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_only_reads_sees_a_visit_and_changes_nothing(sign_in, visit, role):
    reader = sign_in(TeamMemberFactory(role=role))
    page = reader.get("visits.show_visit", visit)
    assert page.status == 200 and "Arrange it" not in page and not page.all("main form")
    for endpoint in ("arrange", "add_line", "debrief", "cancel", "put_back"):
        assert reader.post(f"visits.{endpoint}", visit, text="Rotas").status == 403
    assert sign_in(TeamMemberFactory()).post("visits.make_planned").status == 403


@pytest.mark.parametrize("reference", ["VIS-001", "VIS-999999999", "INT-001", "VIS-", "WES"])
def test_a_visit_of_another_inspection_and_what_is_none_is_not_found(sign_in, visit, reference):
    other = InspectionFactory()
    client = sign_in(TeamMemberFactory(inspection_id=other.id))
    page = client.get("visits.show_visit", reference=reference, inspection=other.code)
    assert page.status == 404
    assert f"There is no visit {reference} in this inspection." in page


def test_who_is_where_knows_visits_and_interviews(app, ada):
    ben = TeamMemberFactory(person__name="Ben Okoro")
    with the_world():
        visit, cancelled = VisitFactory(), VisitFactory(body="MCH")
        for one in (visit, cancelled):
            one.starts_on, one.ends_on = date(2026, 4, 14), date(2026, 4, 16)
            one.inspectors = queries.list_people([ada.person_id])
        cancelled.cancelled_at = cancelled.created_at
        interview = InterviewFactory(body="HQ", role="hq_policy_lead", held_at=datetime(2026, 4, 15, 9, tzinfo=UTC))
        interview.lead_id, interview.note_taker_id = ben.person_id, ada.person_id
        InterviewFactory(held_at=datetime(2026, 4, 25, 9, tzinfo=UTC)).lead_id = ben.person_id
    found = queries.who_is_where(visit.inspection_id, date(2026, 4, 13), date(2026, 4, 17))
    assert [(one.name, one.reference, one.first.day, one.last.day, one.where) for one in found] == [
        ("Ada Shah", "VIS-001", 14, 16, "Wessex"),
        ("Ada Shah", "INT-001", 15, 15, "CPS Headquarters"),
        ("Ben Okoro", "INT-001", 15, 15, "CPS Headquarters"),
    ]
    assert queries.who_is_where(visit.inspection_id, date(2026, 4, 17), date(2026, 4, 18)) == []


def test_the_pages_take_as_many_statements_for_little_as_for_much(inspector, ada, lead):
    lead.post("visits.make_planned")
    with the_world():
        planning.finish(InterviewFactory(), by=SOMEBODY)
        db.session.scalars(select(Visit)).first().inspectors = queries.list_people([ada.person_id])
    asked = {}
    for name, reference in (("list_visits", None), ("show_visit", "VIS-002")):
        inspector.get(f"visits.{name}", reference=reference) if reference else inspector.get(f"visits.{name}")
        with counting_statements() as few:
            inspector.get(f"visits.{name}", **({"reference": reference} if reference else {}))
        asked[name] = len(few.statements)
    with the_world():
        for one in db.session.scalars(select(Visit)).all():
            one.inspectors = queries.list_people([ada.person_id, lead.person_id])
        for _ in range(30):
            planning.finish(InterviewFactory(), by=SOMEBODY)
        wessex = db.session.scalars(select(Visit).where(Visit.number == 2)).one()
        for _ in range(20):
            LineOfEnquiryFactory(visit=wessex)
        for body in ("EEN", "LON", "LOS"):
            VisitFactory(body=body)
    NoteFactory()
    for name, reference in (("list_visits", None), ("show_visit", "VIS-002")):
        with counting_statements() as many:
            inspector.get(f"visits.{name}", **({"reference": reference} if reference else {}))
        assert len(many.statements) == asked[name], name
