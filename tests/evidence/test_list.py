"""The list of evidence: filters in its address, and pages by key."""

import itertools
from uuid import uuid4

import pytest

from app.access import Actor
from app.evidence.models import EvidenceItem
from app.evidence.queries import PAGE, list_lifters
from app.evidence.services import withdraw
from app.extensions import db
from app.inspections.models import TeamMember, TeamRole
from app.interviews.services import reword
from tests.databases import counting_statements, the_world
from tests.evidence.factories import EvidenceItemFactory, ItemLinkFactory
from tests.evidence.worlds import random_evidence
from tests.factories import the_inspection
from tests.findings.factories import FileFindingFactory, LinkFactory
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory, NoteFactory


def references(page) -> list[str]:
    return [card["id"] for card in page.all("article.fb-evidence")]


def all_pages(client, endpoint, **filters) -> list[str]:
    page, found = client.get(endpoint, **filters), []
    while True:
        assert page.status == 200, page
        found += references(page)
        if not (older := page.all("a[rel=next]")):
            return found
        page = client.open("GET", older[0]["href"])


CHOICES = {
    "area": ["WES", "HQ", "none"],
    "kind": ["interview", "focus_group", "document"],
    "role": ["dcp", "hq_legal_lead", "none"],
    "direction": ["weakness", "context", "unset"],
    "quotes": ["1"],
    "good_practice": ["1"],
    "theme": ["rotas", "late letters"],
    "by": ["Amrit Rai", "Bea O’Neil"],
}


@pytest.mark.slow
def test_each_filter_and_every_two_of_them_show_just_what_passes(sign_in):
    world = random_evidence(70)
    inspector = sign_in(world.people[0])
    each = [{name: value} for name, values in CHOICES.items() for value in values]
    pairs = [a | b for a, b in itertools.combinations(each, 2) if not a.keys() & b.keys()]
    found = 0
    for filters in [{}, *each, *pairs[::5]]:
        expected = [held.reference for held in reversed(world.items) if held.passes(**filters)]
        assert all_pages(inspector, "evidence.list_items", **filters) == expected, filters
        found += bool(expected)
    assert found > 20, "the world is rich enough to tell"


@pytest.fixture
def reworded(app) -> str:
    """The reference of an item whose note says something else now; E-0002, linked with it, is as it was."""
    note = NoteFactory(words="The rota changes monthly. #vw.ii")
    other = NoteFactory(interview=note.interview, words="The rota never changes. #vw.ii")
    with the_world():
        note, other = db.session.merge(note), db.session.merge(other)
        reword(note, "The rota changes. #vw.ii", base=note.version, criteria={}, evidence_kind="", by=SOMEBODY)
        finding = FileFindingFactory(criteria=["LD.i"])
        LinkFactory(item=note.item, finding=finding)
        LinkFactory(item=other.item, finding=finding)
        ItemLinkFactory(item=note.item, other=other.item)
    return note.item.reference


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("evidence.list_items", {}),
        ("criteria.show_criterion", {"reference": "VW.ii"}),
        ("matrix.show_matrix", {"open": "VW.ii:interview"}),
        ("findings.show_finding", {"reference": "F-01"}),
        ("contradictions.list_contradictions", {}),
    ],
)
def test_a_card_in_a_list_says_that_its_source_changed_since(sign_in, reworded, endpoint, values):
    page = sign_in(TeamMemberFactory()).get(endpoint, **values)
    said = {card["id"][:6]: "Source changed since" in card.get_text() for card in page.all("article.fb-evidence")}
    assert said == {reworded: True, "E-0002": False}


def test_areas_side_by_side_say_that_a_source_changed_since(sign_in, reworded):
    reader = sign_in(TeamMemberFactory())
    address = reader.address("criteria.show_criterion", reference="VW.ii")
    page = reader.open("GET", address, query={"side": ["WES", "MCH"]})
    said = {card["id"]: "Source changed since" in card.get_text() for card in page.all(".fb-side article")}
    assert said == {f"side-{reworded}": True, "side-E-0002": False}


def test_a_filter_is_shown_as_chosen_and_can_be_taken_off(sign_in):
    world = random_evidence(5)
    page = sign_in(world.people[0]).get("evidence.list_items", area="WES", direction="unset", quotes="1")
    assert (page.field("area"), page.field("direction"), page.field("quotes")) == ("WES", "unset", ["1"])
    chosen = {
        link.get_text().removeprefix("Remove this filter: "): link["href"] for link in page.all(".moj-filter__tag")
    }
    assert list(chosen) == ["Wessex", "Not set", "Quotations only"]
    assert "area" not in chosen["Wessex"] and "direction=unset" in chosen["Wessex"]


@pytest.mark.parametrize("name", ["area", "kind", "role", "direction"])
@pytest.mark.parametrize("endpoint", ["evidence.list_items", "criteria.show_criterion"])
def test_a_filter_that_means_nothing_here_is_told_and_does_not_look_like_an_empty_list(sign_in, endpoint, name):
    page = sign_in(TeamMemberFactory()).get(
        endpoint, **{"reference": "VW.ii"} if "crit" in endpoint else {}, **{name: "<xyz>"}
    )
    assert page.status == 404
    assert f"There is no {name} called ‘<xyz>’ in this inspection. Take the filter out of the address." in page


@pytest.mark.parametrize("by", ["Nobody", "<script>", "'; --"])
def test_somebody_who_is_not_known_here_is_not_found(sign_in, by):
    EvidenceItemFactory()
    page = sign_in(TeamMemberFactory()).get("evidence.list_items", by=by)
    assert page.status == 404
    assert f"There is no by called ‘{by}’ in this inspection." in page


def lifters_offered(client, endpoint="evidence.list_items", **values):
    return [option.get_text() for option in client.get(endpoint, **values).all("select[name=by] option")]


def test_those_who_may_lift_are_offered_and_those_who_have_lifted(sign_in):
    TeamMemberFactory(role=TeamRole.OBSERVER, person__name="Olu Observer")
    reader = sign_in(TeamMemberFactory(person__name="Ines Shah"))
    assert lifters_offered(reader) == ["Anybody", "Ines Shah"]
    assert "No evidence matches these filters" in reader.get("evidence.list_items", by="Olu Observer")
    was_inspector = TeamMemberFactory(role=TeamRole.OBSERVER, person__name="Abe Ashe")
    EvidenceItemFactory(by=Actor(was_inspector.person_id, "Abe Ashe"))
    assert lifters_offered(reader) == ["Anybody", "Abe Ashe", "Ines Shah"]


@pytest.mark.parametrize("endpoint", ["evidence.list_items", "criteria.show_criterion"])
def test_who_lifted_something_and_has_left_the_team_is_offered_as_that(sign_in, endpoint):
    reader = sign_in(TeamMemberFactory(person__name="Ines Shah"))
    left = TeamMemberFactory(person__name="Gus Gone")
    for name in ("Zoe Young", "Gus Gone", "Gus Gone", "Ines Shah"):
        EvidenceItemFactory(by=Actor(left.person_id, name), criteria=["VW.ii"])
    with the_world():
        db.session.delete(db.session.get_one(TeamMember, left.id))
    values = {"reference": "VW.ii"} if "crit" in endpoint else {}
    assert lifters_offered(reader, endpoint, **values) == [
        "Anybody",
        "Ines Shah",
        "Gus Gone, left the team",
        "Zoe Young, left the team",
    ]
    page = reader.get(endpoint, **values, by="Gus Gone")
    assert len(references(page)) == 2
    assert [link.get_text() for link in page.all(".moj-filter__tag")] == ["Remove this filter: Gus Gone, left the team"]


def test_a_name_that_somebody_on_the_team_had_before_says_what_they_are_called_now(sign_in):
    member = TeamMemberFactory(person__name="Ines Shah")
    EvidenceItemFactory(by=Actor(member.person_id, "Ines Brook"))
    assert lifters_offered(sign_in(member)) == ["Anybody", "Ines Shah", "Ines Brook, now Ines Shah"]


def test_nobody_is_offered_for_what_they_lifted_in_another_inspection(sign_in):
    with the_world():
        elsewhere = InterviewFactory(inspection_id=InspectionFactory().id, body=None, role=None)
        EvidenceItemFactory(source=elsewhere, by=Actor(uuid4(), "Else Where"))
    reader = sign_in(TeamMemberFactory(person__name="Ines Shah"))
    assert lifters_offered(reader) == ["Anybody", "Ines Shah"]
    assert reader.get("evidence.list_items", by="Else Where").status == 404


def test_who_has_lifted_is_looked_for_in_the_index_and_in_nothing_else(app, is_sqlite):
    if not is_sqlite:
        pytest.skip("PostgreSQL reads a small table whole, whatever the index")
    inspection_id = the_inspection().id
    with counting_statements() as counted:
        assert list_lifters(inspection_id) == {}
    (asked,) = counted.statements
    values = [inspection_id.hex] * asked.count("?")
    with db.engine.connect() as connection:
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", tuple(values))]
    evidence = [line for line in plan if "evidence_item" in line]
    assert len(evidence) == 3, plan
    assert all("ix_evidence_item_lifted (inspection_id=?" in line for line in evidence), plan


def test_the_list_takes_as_many_statements_however_many_have_lifted(sign_in):
    reader = sign_in(TeamMemberFactory())

    def statements():
        reader.get("evidence.list_items")
        with counting_statements() as counted:
            reader.get("evidence.list_items")
        return len(counted)

    EvidenceItemFactory()
    few = statements()
    with the_world():
        source = InterviewFactory()
        for number in range(20):
            EvidenceItemFactory(source=source, by=Actor(uuid4(), f"Person {number:02}"))
    assert len(lifters_offered(reader)) >= 22
    assert statements() == few


def test_the_list_says_how_many_there_are_on_all_its_pages(sign_in):
    with the_world():
        for number in range(PAGE + 2):
            EvidenceItemFactory(words=f"Thing {number}", source=InterviewFactory(body="WES" if number else "EMI"))
    reader = sign_in(TeamMemberFactory())
    assert f"{PAGE + 2} items" in reader.get("evidence.list_items")
    assert f"{PAGE + 1} items" in reader.get("evidence.list_items", area="WES")
    assert "1 item" in reader.get("evidence.list_items", area="EMI")


def test_the_list_counts_what_is_withdrawn_by_itself(sign_in):
    wessex, east = InterviewFactory(body="WES"), InterviewFactory(body="EMI")
    made = [EvidenceItemFactory(source=source, words=str(n)) for n, source in enumerate([wessex] * 4 + [east] * 2)]
    with the_world():
        for item in (made[0], made[1], made[5]):
            withdraw(db.session.get_one(EvidenceItem, item.id), "Mistake", by=SOMEBODY)
    reader = sign_in(TeamMemberFactory())
    assert "3 items , and 3 withdrawn" in reader.get("evidence.list_items")
    assert "2 items , and 2 withdrawn" in reader.get("evidence.list_items", area="WES")
    assert "1 item , and 1 withdrawn" in reader.get("evidence.list_items", area="EMI")
    assert "3 evidence items" in reader.get("overview.show_inspection")


def test_the_list_says_nothing_of_withdrawn_items_where_there_are_none(sign_in):
    EvidenceItemFactory()
    page = sign_in(TeamMemberFactory()).get("evidence.list_items")
    assert "1 item" in page and ", and" not in page.one("main p.govuk-body strong").parent.get_text()


def test_a_zero_character_in_the_address_is_not_found(sign_in):
    page = sign_in(TeamMemberFactory()).get("evidence.list_items", by="\x00")
    assert page.status == 404


@pytest.mark.parametrize("before", ["x", "-1", "1e9", "99999999999", "٣"])
def test_a_page_that_cannot_be_is_told(sign_in, before):
    page = sign_in(TeamMemberFactory()).get("evidence.list_items", before=before)
    assert page.status == 404
    assert "start again from the first page of the list" in page


@pytest.mark.slow
def test_leafing_through_meets_every_item_once(sign_in):
    source = InterviewFactory()
    with the_world():
        made = [EvidenceItemFactory(source=source, criteria=["VW.ii"]).reference for _ in range(151)]
    inspector = sign_in(TeamMemberFactory())
    assert all_pages(inspector, "evidence.list_items") == made[::-1]
    assert all_pages(inspector, "criteria.show_criterion", reference="VW.ii") == made[::-1]


def test_an_empty_list_says_how_evidence_comes_about(sign_in):
    page = sign_in(TeamMemberFactory()).get("evidence.list_items")
    assert "There is no evidence yet" in page


def test_the_evidence_of_another_inspection_is_in_no_list(sign_in):
    with the_world():
        elsewhere = InspectionFactory()
        EvidenceItemFactory(source=InterviewFactory(inspection_id=elsewhere.id, body=None, role=None))
    page = sign_in(TeamMemberFactory()).get("evidence.list_items")
    assert references(page) == []
