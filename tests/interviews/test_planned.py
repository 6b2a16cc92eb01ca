"""The pack's interviews made in one action, and the table of them by role and Area."""

from collections import Counter

import pytest
from sqlalchemy import select

from app.db.transaction import writing
from app.extensions import db
from app.inspections.guides import Guides
from app.inspections.models import TeamRole
from app.inspections.queries import find_guides
from app.inspections.vocabulary import Vocabulary
from app.interviews import planning, planning_queries
from app.interviews.models import Interview, InterviewPlan
from tests.audit.trail import deeds
from tests.databases import counting_statements, look_again, the_world
from tests.factories import the_inspection
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory, NoteFactory, make_planned
from tests.threads import at_once


@pytest.fixture
def lead(sign_in):
    return sign_in(TeamMemberFactory(role=TeamRole.LEAD, person__name="Lea Lead"))


def interviews(area=None, role=None):
    """As (reference, kind, area, role, state), in the order of their numbers."""
    look_again()
    found = db.session.scalars(select(Interview).order_by(Interview.number)).all()
    rows = [(i.reference, i.kind, i.body.code, i.role.code, i.state) for i in found]
    return [row for row in rows if area in (None, row[2]) and role in (None, row[3])]


def cell(area, role):
    look_again()
    found = planning_queries.find_cell(the_inspection().id, area, role)
    assert found is not None
    return found


def change(lead, area="WES", role="dcp", **sent):
    whole = {"kind": "interview", "number": 1, "reason": "area_asked", "version": 1} | sent
    return lead.post("interviews.change_cell", area=area, role=role, form=whole)


def test_the_interviews_of_the_pack_are_made_in_one_action(lead):
    assert "Nothing is planned yet" in lead.get("interviews.show_planned")
    page = lead.post("interviews.make_planned")
    assert "28 interviews and focus groups made, without dates" in page.messages
    made = interviews()
    assert [row[0] for row in made] == [f"INT-{n:03d}" for n in range(1, 29)]
    assert Counter(row[1] for row in made) == {"interview": 20, "focus_group": 8}
    assert Counter(row[2] for row in made) == {"HQ": 4, "EMI": 6, "MCH": 6, "TCH": 6, "WES": 6}
    assert {row[4] for row in made} == {"planned"}
    assert ("INT-005", "interview", "EMI", "area_stalking_lead", "planned") in made
    assert all(i.held_at is None for i in db.session.scalars(select(Interview)))


def test_doing_it_twice_makes_nothing_twice(lead):
    lead.post("interviews.make_planned")
    page = lead.post("interviews.make_planned")
    assert "Nothing was made twice" in page.messages
    assert len(interviews()) == 28


def test_what_was_cancelled_is_not_made_again(lead):
    make_planned()
    change(lead, number=0)
    lead.post("interviews.make_planned")
    assert [row[4] for row in interviews("WES", "dcp")] == ["cancelled"]


def test_an_interview_added_by_hand_before_counts_towards_the_plan(app):
    InterviewFactory(body="WES", role="dcp")
    assert make_planned() == 27
    assert len(interviews("WES", "dcp")) == 1


def test_two_people_who_make_the_plan_at_once_make_it_once(app, sign_in):
    leads = [sign_in(TeamMemberFactory(role=TeamRole.LEAD)) for _ in range(2)]
    for lead in leads:
        lead.csrf_token()
    pages = at_once(2, lambda n: leads[n].post("interviews.make_planned", follow=False))
    assert [page.status for page in pages] == [303, 303]
    assert len(interviews()) == 28


def test_changes_that_the_pack_agreed_for_one_area_are_made_there_only(app):
    inspection = the_inspection()
    plan = find_guides(inspection.id).model_dump()
    plan["area_changes"] = [
        {"area": "WES", "role": "dcp", "kind": "focus group", "planned_count": 2, "reason": "Two offices"},
        {"area": "EMI", "role": "icem", "planned_count": 0, "reason": "The post is vacant"},
    ]
    with writing():
        words = Vocabulary.read(inspection.vocabulary)
        made = planning.make_planned(inspection.id, Guides.model_validate(plan), words, by=SOMEBODY)
    assert made == 28
    assert [row[1] for row in interviews("WES", "dcp")] == ["focus_group", "focus_group"]
    assert [row[1] for row in interviews("MCH", "dcp")] == ["interview"]
    assert interviews("EMI", "icem") == []
    assert cell("EMI", "icem").reason == "The post is vacant"


def test_the_table_says_how_far_each_role_of_each_area_is(lead):
    make_planned()
    NoteFactory(interview=db.session.scalars(select(Interview).where(Interview.number == 5)).one())
    page = lead.get("interviews.show_planned")
    rows = {row.th.get_text(): [" ".join(td.stripped_strings) for td in row("td")] for row in page.all("tbody tr")}
    heads = [head.get_text() for head in page.all("thead th")]
    assert heads == ["Role", "CPS Headquarters", "East Midlands", "Mersey-Cheshire", "Thames and Chiltern", "Wessex"]
    assert len(rows) == 10
    assert rows["Area stalking lead"][0] == "– Nothing planned"
    assert rows["Area stalking lead"][1].startswith("1 interview") and "1 under way" in rows["Area stalking lead"][1]
    assert "1 planned" in rows["Area stalking lead"][2]
    assert rows["Crown Court prosecutors"][1].startswith("1 focus group")
    assert "20 interviews, 8 focus groups" in page
    there = next(link for link in page.all("tbody a") if "under way" in link.get_text())
    assert [link.get_text() for link in lead.open("GET", there["href"]).all("tbody a.fb-ref")] == ["INT-005"]


def test_the_table_takes_as_many_statements_for_few_interviews_as_for_many(lead):
    make_planned()
    lead.get("interviews.show_planned")
    with counting_statements() as few:
        lead.get("interviews.show_planned")
    with the_world():
        for _ in range(40):
            InterviewFactory()
    with counting_statements() as many:
        lead.get("interviews.show_planned")
    assert len(many.statements) == len(few.statements)


def test_a_larger_number_adds_interviews_and_keeps_the_reason(lead):
    make_planned()
    page = change(lead, number=3, kind="focus_group", reason="other", words="Three offices")
    assert "2 focus groups added" in page.messages
    rows = interviews("WES", "dcp")
    assert [row[1] for row in rows] == ["focus_group"] * 3, "the one that waits takes the new kind, too"
    assert rows[0][0] == "INT-025" and [row[0] for row in rows[1:]] == ["INT-029", "INT-030"]
    assert (cell("WES", "dcp").number, cell("WES", "dcp").reason) == (3, "Other: Three offices")
    trail = lead.get("interviews.show_plan_history")
    assert "District Crown Prosecutor, Wessex" in trail and "Other: Three offices" in trail
    assert len(interviews("MCH", "dcp")) == 1


def cell_text(lead, area, role):
    page = lead.get("interviews.show_planned")
    link = page.all(f'td > a[href*="area={area}&role={role}"]')[0]
    return " ".join(link.find_parent("td").stripped_strings)


def test_a_cell_counts_what_there_is_by_its_kind(lead):
    make_planned()
    change(lead, number=2)
    change(lead, number=1, version=2)
    change(lead, number=1, version=3, kind="focus_group")
    lead.post("interviews.put_back", reference="INT-029")
    text = cell_text(lead, "WES", "dcp")
    assert text.startswith("1 focus group, 1 interview :") and "of 1 planned" in text, text
    change(lead, number=0, version=4, kind="focus_group")
    assert cell_text(lead, "WES", "dcp").startswith("0 focus groups :")


def test_a_plan_that_is_so_already_is_not_changed(lead):
    make_planned()
    page = change(lead, number=1)
    assert "District Crown Prosecutor, Wessex: this is what is planned already. Nothing was changed." in page.messages
    assert (cell("WES", "dcp").version, cell("WES", "dcp").reason) == (1, "")
    assert "changed" not in [deed for deed, _object in deeds(object=planning.PLAN)]


def test_the_history_of_the_plan_has_the_words_of_the_page(lead):
    lead.post("interviews.make_planned")
    change(lead, number=2, kind="focus_group")
    page = lead.get("interviews.show_plan_history")
    assert "Kind before Interview" in page and "Kind Focus group" in page and "Number planned 2" in page
    assert "focus_group" not in page
    assert "Interviews and focus groups 28" in page


def test_a_smaller_number_cancels_what_is_not_held_undated_first(lead):
    make_planned()
    change(lead, number=3)
    second = db.session.scalars(select(Interview).where(Interview.number == 29)).one()
    with the_world():
        db.session.merge(second).held_at = second.created_at
    page = change(lead, number=1, version=2, reason="vacant")
    assert "2 cancelled" in page.messages
    assert {row[0]: row[4] for row in interviews("WES", "dcp")} == {
        "INT-025": "cancelled",
        "INT-029": "planned",
        "INT-030": "cancelled",
    }
    assert "The post is vacant" in lead.get("interviews.show_history", reference="INT-030")


def test_one_that_has_notes_is_never_cancelled_by_a_number(lead):
    make_planned()
    NoteFactory(interview=db.session.scalars(select(Interview).where(Interview.number == 25)).one())
    page = change(lead, number=0)
    assert page.status == 422
    assert page.errors == ["1 interview with them began already and cannot be cancelled: enter 1 or more"]
    assert page.field("number") == "0"
    assert (cell("WES", "dcp").number, interviews("WES", "dcp")[0][4]) == (1, "under_way")


WRONG = {
    "no number": ({"number": ""}, "Enter how many are planned"),
    "less than none": ({"number": "-1"}, "Number planned must be a whole number from 0 to 50"),
    "too many": ({"number": "51"}, "Number planned must be a whole number from 0 to 50"),
    "a word": ({"number": "two"}, "Number planned must be a whole number from 0 to 50"),
    "half of one": ({"number": "1.5"}, "Number planned must be a whole number from 0 to 50"),
    "no reason": ({"reason": ""}, "Choose a reason"),
    "no such reason": ({"reason": "whim"}, "Not a valid choice."),
    "other without words": ({"reason": "other", "words": " "}, "Say in a few words why"),
    "no kind": ({"kind": None}, "Choose interview or focus group"),
    "no such kind": ({"kind": "document"}, "Not a valid choice."),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_change_of_the_plan_is_told_and_changes_nothing(lead, wrong):
    make_planned()
    sent, sentence = WRONG[wrong]
    page = change(lead, **{"number": 3} | sent)
    assert page.status == 422
    assert page.errors == [sentence]
    assert page.field("number") == str(sent.get("number", 3))
    assert (cell("WES", "dcp").number, cell("WES", "dcp").version, len(interviews())) == (1, 1, 28)


def test_only_a_kind_that_the_pack_allows_is_taken(lead):
    make_planned()
    page = change(lead, "HQ", "hq_policy_lead", kind="focus_group", number=2)
    assert (page.status, page.errors) == (422, ["Not a valid choice."])
    assert page.all("input[name=kind]")[0]["value"] == "interview" and len(page.all("input[name=kind]")) == 1


def test_a_change_on_an_older_plan_shows_both_and_saves_neither(lead):
    make_planned()
    change(lead, number=2)
    page = change(lead, number=4, reason="other", words="All offices", version=1)
    assert page.status == 409
    assert "Somebody changed this plan while you were at it" in page
    told = page.one(".fb-conflict li").get_text()
    assert told.startswith("Lea Lead changed what is planned for District Crown Prosecutor, Wessex, ")
    assert told.endswith(": Number planned")
    assert page.differences == {
        "Number planned": "Now: 2 Yours: 4 Both of you changed it: the form has yours. Enter what is to stand."
    }, "without knowing what the form was opened on"
    assert (page.field("number"), page.field("words"), page.field("version")) == ("4", "All offices", "2")
    assert len(interviews("WES", "dcp")) == 2
    page = lead.open("POST", page.address, form=page.form("/plan/WES/dcp"))
    assert len(interviews("WES", "dcp")) == 4


def test_the_same_form_sent_twice_changes_the_plan_once(lead):
    make_planned()
    sent = lead.get("interviews.show_cell", area="WES", role="dcp").form("/plan/WES/dcp")
    sent |= {"number": "2", "reason": "area_asked"}
    for _ in range(2):
        page = lead.open("POST", "/inspections/stalking-2026/interviews/plan/WES/dcp", form=sent)
        assert page.heading == "Plan of interviews"
    assert len(interviews("WES", "dcp")) == 2


@pytest.mark.parametrize(("area", "role"), [("WES", "hq_policy_lead"), ("LON", "dcp"), ("wes", "dcp"), ("WES", "x")])
def test_what_is_not_planned_has_no_page(lead, area, role):
    make_planned()
    page = lead.get("interviews.show_cell", area=area, role=role)
    assert page.status == 404
    assert "Nothing is planned with that role there" in page


def test_the_plan_of_another_inspection_is_not_seen(sign_in):
    make_planned()
    other = InspectionFactory()
    client = sign_in(TeamMemberFactory(inspection_id=other.id, role=TeamRole.LEAD))
    assert client.get("interviews.show_cell", area="WES", role="dcp", inspection=other.code).status == 404
    assert "Nothing is planned yet" in client.get("interviews.show_planned", inspection=other.code)


@pytest.mark.parametrize("role", [TeamRole.INSPECTOR, TeamRole.QA_LEAD, TeamRole.OBSERVER])
def test_only_the_lead_inspector_makes_or_changes_the_plan(sign_in, role):
    make_planned()
    reader = sign_in(TeamMemberFactory(role=role))
    page = reader.get("interviews.show_planned")
    assert page.status == 200 and "Change the plan" not in page and "Make the planned" not in page
    assert reader.post("interviews.make_planned").status == 403
    assert change(reader, number=4).status == 403
    assert db.session.query(InterviewPlan).filter_by(number=4).count() == 0


def test_each_interview_says_in_its_history_that_it_was_planned(lead):
    lead.post("interviews.make_planned")
    assert deeds(object="INT-028") == [("planned", "INT-028")]
    assert deeds(object=planning.PLAN) == [("made the planned interviews", planning.PLAN)]
