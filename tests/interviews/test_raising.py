"""Raise with the lead now: read by who raised it and the lead inspectors, and by nobody else, anywhere."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select

from app.accounts.models import SignIn
from app.extensions import Model, db
from app.inspections.models import TeamRole
from app.interviews.models import RaisedAnswer, RaisedMatter
from app.web import clock
from tests.audit.trail import deeds
from tests.databases import counting_statements, look_again
from tests.factories import the_inspection
from tests.inspections.factories import InspectionFactory, PersonFactory, TeamMemberFactory
from tests.interviews.factories import InterviewFactory, RaisedMatterFactory

WORDS = "Zebedee <is> in danger tonight."
ANSWER = "Rang the duty unit at noon: kingfisher."


@pytest.fixture
def interview(app):
    return InterviewFactory()


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ines Inspector"))


@pytest.fixture
def lead(sign_in):
    return sign_in(TeamMemberFactory(person__name="Lee Lead", role=TeamRole.LEAD))


@pytest.fixture
def others(sign_in):
    """Everybody else, by what they are."""
    return {
        "another inspector": sign_in(TeamMemberFactory()),
        "quality assurance lead": sign_in(TeamMemberFactory(role=TeamRole.QA_LEAD)),
        "observer": sign_in(TeamMemberFactory(role=TeamRole.OBSERVER)),
        "administrator": sign_in(PersonFactory(administrator=True)),
        "lead of another inspection": sign_in(
            TeamMemberFactory(inspection_id=InspectionFactory().id, role=TeamRole.LEAD)
        ),
    }


def the_matter() -> RaisedMatter:
    look_again()
    return db.session.scalars(select(RaisedMatter)).one()


def raised(inspector, interview) -> RaisedMatter:
    assert inspector.post("interviews.raise_with_lead", interview, matter=WORDS).status == 200
    return the_matter()


@pytest.mark.slow
def test_the_lead_finds_it_at_once_and_answers_and_who_raised_it_reads_that(inspector, lead, interview):
    page = inspector.post("interviews.raise_with_lead", interview, matter=WORDS)
    assert "Only you and the lead inspectors can read it" in page
    alone = inspector.get("interviews.show_raise", interview).one("main form")
    assert "The lead has NOT been told" in str(alone["data-fb-away"]) and "Telephone them" in str(alone["data-fb-away"])
    form = inspector.get("interviews.show_interview", interview).one("#matter-hint")
    assert "Only you and the lead inspectors can read it" in form.get_text()
    matter = the_matter()
    page = lead.get("overview.show_inspection")
    assert page.one(".fb-account__raised").get_text() == "1 raised with you"
    assert "by Ines Inspector" in page.one(".fb-raised").get_text()
    address = str(page.one(".fb-raised li a")["href"])
    led_to = lead.open("GET", str(page.one(".fb-account__raised")["href"]))
    assert address in {str(link["href"]) for link in led_to.all("main tbody a")}, "on a page that is loaded anew"
    page = lead.open("GET", address)
    assert page.one("#matter").get_text() == WORDS
    assert inspector.get("overview.show_inspection").all(".fb-account__raised") == []
    page = lead.post("interviews.answer_raised", matter_id=matter.id, answer=ANSWER)
    assert ANSWER in page and "Answer of Lee Lead" in page
    assert lead.get("overview.show_inspection").all(".fb-account__raised, .fb-raised") == []
    page = inspector.get("overview.show_inspection")
    assert page.one(".fb-account__raised").get_text() == "1 answer of the lead"
    assert "Answered: read it" in inspector.get("interviews.list_raised")
    page = inspector.open("GET", str(page.one(".fb-raised li a")["href"]))
    assert ANSWER in page
    assert page.all("#answer") == [], "who raised it does not answer it"
    page = inspector.post("interviews.read_answer", matter_id=matter.id)
    assert page.all(".fb-account__raised, .fb-raised") == [] and "Dealt with" in page
    assert "Ines Inspector has read the answer" in lead.open("GET", address)


def test_an_open_page_hears_of_it_and_does_not_keep_a_sign_in_alive_by_asking(inspector, lead, interview):
    def mark(who):
        return who.get("interviews.show_raised_mark", htmx=True).text

    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        seen = select(SignIn.last_seen_at).where(SignIn.person_id == lead.person_id)
        before = db.session.scalars(seen).one()
        assert mark(lead) == mark(inspector) == ""
        matter = raised(inspector, interview)
        assert (mark(lead), mark(inspector)) == ("1 raised with you", "")
        assert db.session.scalars(seen).one() == before
        lead.post("interviews.answer_raised", matter_id=matter.id, answer=ANSWER)
        assert (mark(lead), mark(inspector)) == ("", "1 answer of the lead")
        assert db.session.scalars(seen).one() > before


def test_its_open_page_hears_of_an_answer_and_of_nothing_that_it_shows_already(inspector, lead, interview):
    matter = raised(inspector, interview)
    page = inspector.get("interviews.show_raised", matter_id=matter.id)
    assert "It is not dealt with yet" in page
    asks = str(page.one("#answers")["hx-get"])
    assert inspector.open("GET", asks, htmx=True).status == 204
    lead.post("interviews.answer_raised", matter_id=matter.id, answer=ANSWER)
    region = inspector.open("GET", asks, htmx=True)
    assert ANSWER in region and "not dealt with" not in region and "I have read it" in region
    assert region.one("#answers")["data-fb-say"] == "An answer of the lead has come."
    assert inspector.open("GET", str(region.one("#answers")["hx-get"]), htmx=True).status == 204
    asks = str(lead.get("interviews.show_raised", matter_id=matter.id).one("#answers")["hx-get"])
    inspector.post("interviews.read_answer", matter_id=matter.id)
    assert "Ines Inspector has read the answer" in lead.open("GET", asks, htmx=True)


def test_the_address_of_an_answer_that_was_refused_leads_to_what_was_raised(inspector, lead, interview):
    matter = raised(inspector, interview)
    refused = lead.post("interviews.answer_raised", matter_id=matter.id, answer="")
    assert refused.status == 422
    led_to = lead.get("interviews.show_answer", matter_id=matter.id).location
    assert led_to and WORDS in lead.open("GET", led_to)


@pytest.mark.slow
def test_nobody_else_can_tell_that_it_is_there(inspector, lead, others, interview):
    matter = raised(inspector, interview)
    lead.post("interviews.answer_raised", matter_id=matter.id, answer=ANSWER)
    for who, client in others.items():
        client.inspection = "stalking-2026"
        seen = client.get("interviews.show_raised", matter_id=matter.id)
        unseen = client.get("interviews.show_raised", matter_id=uuid4())
        assert (seen.status, seen.text) == (unseen.status, unseen.text), who
        assert seen.status in (403, 404), who
        assert client.post("interviews.answer_raised", matter_id=matter.id, answer="Mine.").status in (403, 404), who
        assert client.post("interviews.read_answer", matter_id=matter.id).status in (403, 404), who
        for endpoint in ("interviews.list_raised", "interviews.show_interview", "overview.show_inspection"):
            page = client.get(endpoint, interview)
            for hidden in ("Zebedee", "kingfisher", str(matter.id)):
                assert hidden not in page, (who, endpoint)
            assert page.all(".fb-account__raised") == []
    assert [row.words for row in db.session.scalars(select(RaisedAnswer))] == [ANSWER]


def test_its_words_lie_in_no_other_table(inspector, lead, interview):
    for htmx in (True, False):
        inspector.post("interviews.raise_with_lead", interview, matter=WORDS, operation=str(uuid4()), htmx=htmx)
    matter = db.session.scalars(select(RaisedMatter).limit(1)).one()
    lead.post("interviews.answer_raised", matter_id=matter.id, answer=ANSWER, operation=str(uuid4()))
    look_again()
    held = {
        table.name
        for table in Model.metadata.sorted_tables
        for row in db.session.execute(select(table))
        if "Zebedee" in repr(row) or "kingfisher" in repr(row)
    }
    assert held == {"raised_matter", "raised_answer"}


def test_the_history_says_that_it_was_raised_and_none_of_its_words(inspector, lead, others, interview):
    matter = raised(inspector, interview)
    lead.post("interviews.answer_raised", matter_id=matter.id, answer=ANSWER)
    page = others["observer"].get("interviews.show_history", interview)
    assert "raised something with the lead inspector" in page
    assert "answered what was raised with the lead inspector" in page
    assert "Zebedee" not in page and "kingfisher" not in page
    assert [deed for deed, _ in deeds(object=interview.reference)][-2:] == [
        "raised with the lead",
        "answered what was raised",
    ]


def test_beside_the_notes_it_is_named_and_not_shown(inspector, lead, interview):
    answer = inspector.post("interviews.raise_with_lead", interview, matter=WORDS, htmx=True)
    assert answer.one("#raise li[data-fb-here]").get_text().endswith(": not dealt with yet")
    for client in (inspector, lead):
        region = client.get("interviews.show_interview", interview).one("#raise")
        assert region.select_one("li a") and "Zebedee" not in str(region)
    page = inspector.get("interviews.show_changed", interview, since=0, guide="", htmx=True)
    assert "Zebedee" not in page


def test_what_two_leads_answer_at_once_is_all_kept(inspector, lead, sign_in, interview):
    matter = raised(inspector, interview)
    second = sign_in(TeamMemberFactory(person__name="Lou Lead", role=TeamRole.LEAD))
    lead.post("interviews.answer_raised", matter_id=matter.id, answer="First.")
    page = second.post("interviews.answer_raised", matter_id=matter.id, answer="Second.")
    assert "Your answer stands below the one before" in page
    assert [row.get_text() for row in page.all("main section p")] == ["First.", "Second."]
    inspector.post("interviews.read_answer", matter_id=matter.id)
    lead.post("interviews.answer_raised", matter_id=matter.id, answer="Third.")
    assert inspector.get("overview.show_inspection").one(".fb-account__raised"), "it is to be read again"


def test_raised_twice_by_a_double_post_it_is_there_once(inspector, interview):
    for _ in range(2):
        inspector.post(
            "interviews.raise_with_lead", interview, matter=WORDS, operation="0198a5a4-0000-7000-8000-000000000001"
        )
    assert the_matter().words == WORDS


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    ("typed", "told"),
    [(" ", "Type what the lead must know"), ("x" * 5001, "What the lead must know now must be 5,000 characters or")],
)
def test_what_is_wrong_is_told_and_what_was_typed_is_still_there(inspector, interview, typed, told, htmx):
    page = inspector.post("interviews.raise_with_lead", interview, matter=typed, htmx=htmx)
    assert page.status == 422 and told in page
    assert page.field("matter") == typed
    look_again()
    assert db.session.scalars(select(RaisedMatter)).all() == []


def test_an_empty_answer_deals_with_nothing(inspector, lead, interview):
    matter = raised(inspector, interview)
    page = lead.post("interviews.answer_raised", matter_id=matter.id, answer="")
    assert page.status == 422 and "Type what is done about it" in page
    assert page.one("#answer").find_parent("form")["data-fb-ask"] == "", "nothing that was typed would be lost"
    assert the_matter().dealt_with_at is None


def test_only_who_raised_it_says_that_they_read_the_answer(inspector, lead, interview):
    matter = raised(inspector, interview)
    lead.post("interviews.answer_raised", matter_id=matter.id, answer=ANSWER)
    page = lead.post("interviews.read_answer", matter_id=matter.id)
    assert page.status == 422 and "Only who raised it" in page
    assert the_matter().read_at is None


def test_the_list_has_what_one_raised_oneself_and_for_the_lead_everybodys(inspector, lead, interview):
    raised(inspector, interview)
    RaisedMatterFactory(interview=interview)
    assert len(inspector.get("interviews.list_raised").all("tbody tr")) == 1
    assert len(lead.get("interviews.list_raised").all("tbody tr")) == 2


def test_a_long_list_has_pages(lead, interview):
    for _number in range(53):
        RaisedMatterFactory(interview=interview)
    page = lead.get("interviews.list_raised")
    assert len(page.all("tbody tr")) == 50
    older = next(str(link["href"]) for link in page.all("main a") if "before=" in str(link["href"]))
    assert len(lead.open("GET", older).all("tbody tr")) == 3
    assert lead.get("interviews.list_raised", before="yesterday").status == 404


def test_pages_cost_the_same_however_much_was_raised(lead, interview):
    def statements() -> list[int]:
        counted = []
        for endpoint in ("overview.show_inspection", "interviews.list_raised", "interviews.show_interview"):
            with counting_statements() as asked:
                lead.get(endpoint, interview)
            counted.append(len(asked.statements))
        return counted

    RaisedMatterFactory(interview=interview)
    statements()
    few = statements()
    for _number in range(5):
        RaisedMatterFactory(interview=interview)
    assert statements() == few


def test_another_inspections_matter_is_not_found_by_its_lead(lead, app):
    elsewhere = RaisedMatterFactory(
        interview=InterviewFactory(inspection_id=InspectionFactory().id, body=None, role=None)
    )
    assert elsewhere.inspection_id != the_inspection().id
    assert lead.get("interviews.show_raised", matter_id=elsewhere.id).status == 404
    assert lead.get("overview.show_inspection").all(".fb-account__raised") == []
