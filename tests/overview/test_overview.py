"""Where people begin, and what pages cost."""

import re

import pytest

from app.inspections.models import TeamRole
from tests.accounts.factories import PersonFactory
from tests.databases import counting_statements, the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.factories import EvidenceItemFactory
from tests.evidence.worlds import random_evidence
from tests.findings.factories import FileFindingFactory, LinkFactory
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import InterviewFactory, NoteFactory


def test_somebody_on_one_inspection_is_taken_to_it(sign_in):
    page = sign_in(TeamMemberFactory()).get("overview.home")
    assert (page.status, page.location) == (303, "/inspections/stalking-2026/")


def test_somebody_on_two_chooses_and_sees_no_third(sign_in):
    person = PersonFactory()
    with the_world():
        mine, _other = InspectionFactory(title="Mine"), InspectionFactory(title="Not mine")
        TeamMemberFactory(person=person)
        TeamMemberFactory(person=person, inspection_id=mine.id)
        TeamMemberFactory(person=person, inspection_id=mine.id, role=TeamRole.QA_LEAD)
    page = sign_in(person).get("overview.home")
    assert page.heading == "Your inspections"
    assert len(page.all("main li a")) == 2
    assert "Mine" in page and "Not mine" not in page


def test_somebody_on_none_is_told_what_to_do(sign_in):
    page = sign_in(PersonFactory()).get("overview.home")
    assert "You are on no inspection’s team yet" in page and "Ask the lead inspector" in page


def test_the_overview_counts_what_is_there(sign_in):
    world = random_evidence(40, sources=[DocumentFactory(), DocumentFactory(content=b"Other")])
    NoteFactory()
    FileFindingFactory()
    page = sign_in(world.people[0]).get("overview.show_inspection")
    living = world.living()
    bare = sum(not held.criteria for held in living)
    assert "11 interviews and focus groups , 1 note" in page
    assert "2 documents" in page and "1 file finding" in page
    assert f"{len(living)} evidence items , {bare} under no criterion" in page
    silent = [criterion for criterion in world.criteria if not world.living(criterion)]
    assert f"{len(silent)} of 22:" in page
    assert [link.get_text() for link in page.all("#silent a")] == silent
    bars = {link.select_one(".fb-coverage__label").get_text(): link.get_text() for link in page.all(".fb-coverage a")}
    for criterion in world.criteria:
        items, sources = len(world.living(criterion)), len({held.source for held in world.living(criterion)})
        assert re.search(rf": {items} items? from {sources} sources?$", bars[criterion].strip())


def test_an_empty_inspection_says_where_to_start(sign_in):
    lead = sign_in(TeamMemberFactory(role=TeamRole.LEAD)).get("overview.show_inspection")
    assert "Nothing is recorded yet" in lead and lead.one("a.govuk-button")["href"].endswith("/team")
    inspector = sign_in(TeamMemberFactory(role=TeamRole.INSPECTOR)).get("overview.show_inspection")
    assert inspector.one("a.govuk-button")["href"].endswith("/interviews/new")
    assert "Nothing is recorded yet" not in sign_in(TeamMemberFactory(role=TeamRole.OBSERVER)).get(
        "overview.show_inspection"
    )


PAGES = (
    ("overview.show_inspection", {}),
    ("interviews.list_interviews", {}),
    ("documents.list_documents", {}),
    ("findings.list_findings", {}),
    ("evidence.list_items", {}),
    ("evidence.list_items", {"area": "WES", "direction": "weakness", "quotes": "1"}),
    ("criteria.list_criteria", {}),
    ("criteria.show_criterion", {"reference": "VW.ii"}),
    ("criteria.show_criterion", {"reference": "VW.ii", "linked": "1", "area": "WES"}),
    ("matrix.show_matrix", {}),
    ("matrix.show_matrix", {"by": "area"}),
    ("matrix.show_matrix", {"by": "role"}),
    ("interviews.show_interview", {"reference": "INT-001"}),
    ("evidence.show_item", {"reference": "E-0001"}),
    ("findings.show_finding", {"reference": "F-01"}),
)


@pytest.mark.slow
def test_a_page_asks_the_database_as_often_with_1000_items_as_with_10(sign_in):
    client = sign_in(TeamMemberFactory())
    interview, finding = InterviewFactory(), FileFindingFactory(criteria=["VW.ii"])

    def grow(items: int) -> None:
        with the_world():
            for number in range(items):
                words = f"Words {number}"
                if number % 20 == 0:
                    NoteFactory(interview=interview, words=f"{words} #vw.ii #ld.i", direction="weakness", quote=True)
                    FileFindingFactory(criteria=["VW.ii", "LD.i"])
                    InterviewFactory()
                    continue
                made = EvidenceItemFactory(source=interview, words=words, criteria=["VW.ii"], quote=True)
                if number % 2:
                    LinkFactory(item=made, finding=finding)

    def asked() -> dict[str, int]:
        found = {}
        for endpoint, values in PAGES:
            client.get(endpoint, **values)
            with counting_statements() as counted:
                assert client.get(endpoint, **values).status == 200
            found[f"{endpoint} {values}"] = len(counted)
        return found

    grow(10)
    few = asked()
    grow(990)
    assert asked() == few
    assert max(few.values()) <= 21, few
