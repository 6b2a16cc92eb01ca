"""What one evidence item says of another."""

import pytest

from app.evidence.models import ItemLink
from app.evidence.services import withdraw
from app.extensions import db
from app.inspections.models import TeamRole
from tests.databases import counting_statements, the_world
from tests.evidence.factories import EvidenceItemFactory, ItemLinkFactory
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


@pytest.fixture
def item(app):
    return EvidenceItemFactory(words="Letters went out late.", criteria=["VW.ii"])


@pytest.fixture
def other(app):
    return EvidenceItemFactory(words="Letters always went out in time.", criteria=["VW.ii"])


def link(client, item, other, relation="corroborates", reason=""):
    return client.post("evidence.link_items", item, other=other, relation=relation, reason=reason)


def standing() -> list[tuple[str, str]]:
    return [(row.relation, row.reason) for row in db.session.query(ItemLink).filter_by(withdrawn_at=None)]


@pytest.mark.parametrize(
    ("relation", "inverse"), [("corroborates", "Is corroborated by"), ("contradicts", "Contradicts")]
)
def test_a_link_is_made_by_reference_and_shown_on_both(inspector, item, other, relation, inverse):
    page = link(inspector, item, " e-2 ", relation, "  They speak of the same week. ")
    assert page.messages.endswith(f"E-0001 {relation} E-0002.")
    assert f"{relation.capitalize()} E-0002" in page.main
    back = inspector.get("evidence.show_links", other)
    assert f"{inverse} E-0001" in back.main
    for seen in (page, back):
        assert "Why:   They speak of the same week. " in seen.one("main ul li .fb-quiet:last-of-type").get_text()
    for one in (item, other):
        assert "linked" in inspector.get("evidence.show_history", one)


def test_two_items_have_one_link_whichever_side_it_is_made_from(inspector, item, other):
    link(inspector, item, "E-0002")
    page = link(inspector, other, "E-0001", "contradicts", "On second thoughts")
    assert page.messages.endswith("which takes the place of ‘corroborates’.")
    assert standing() == [("contradicts", "On second thoughts")]
    assert db.session.query(ItemLink).count() == 2, "the first stays on record"
    again = link(inspector, item, "E-0002", "contradicts", "On second thoughts")
    assert (again.status, again.errors) == (422, ["E-0001 and E-0002 are linked so already"])


@pytest.mark.parametrize("side", [0, 1])
def test_a_link_is_taken_off_from_either_side_and_stays_on_record(inspector, item, other, side):
    link(inspector, item, "E-0002")
    off = inspector.get("evidence.show_links", (item, other)[side]).one("main ul form")["action"]
    assert inspector.open("POST", off).messages.endswith("The link is taken off. It stays on record.")
    assert standing() == [] and db.session.query(ItemLink).count() == 1
    again = inspector.open("POST", off)
    assert again.status == 409
    assert "The link between E-0001 and E-0002 was taken off already. Nothing was changed." in again
    link(inspector, other, "E-0001")
    assert len(standing()) == 1


@pytest.mark.parametrize("side", [0, 1])
def test_a_link_that_was_made_anew_meanwhile_is_not_taken_off_from_an_old_page(inspector, item, other, side):
    link(inspector, item, "E-0002")
    off = inspector.get("evidence.show_links", (item, other)[side]).one("main ul form")["action"]
    link(inspector, item, "E-0002", "contradicts", "On second thoughts")
    page = inspector.open("POST", off)
    assert page.status == 409
    assert "were linked anew meanwhile: what it says now is ‘contradicts’. Nothing was changed." in page
    assert standing() == [("contradicts", "On second thoughts")]


WRONG = {
    "nothing": ("", "Enter the reference of the other item, such as E-0412"),
    "no reference": ("the other one", "There is no evidence item the other one in this inspection"),
    "none such": ("E-0999", "There is no evidence item E-0999 in this inspection"),
    "a finding": ("F-01", "There is no evidence item F-01 in this inspection"),
    "itself": ("E-0001", "That is this item itself"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_reference_is_told_and_what_was_typed_stays(inspector, item, other, wrong):
    given, sentence = WRONG[wrong]
    page = link(inspector, item, given, "contradicts", "Because")
    assert page.status == 422 and page.errors[0].startswith(sentence)
    assert (page.field("other"), page.field("reason"), page.field("relation")) == (given, "Because", ["contradicts"])
    assert standing() == []


def test_a_relation_must_be_chosen(inspector, item, other):
    page = link(inspector, item, "E-0002", "")
    assert (page.status, page.errors) == (422, ["Choose what it says of the other item"])
    assert link(inspector, item, "E-0002", "supports").status == 422, "that is said of findings"
    assert standing() == []


def test_withdrawn_items_are_linked_to_nothing(inspector, item, other):
    with the_world():
        withdraw(db.session.merge(other), "Mistake", by=SOMEBODY)
    page = link(inspector, item, "E-0002")
    assert page.errors == ["E-0002 is withdrawn: put it back first, or link another"]
    assert link(inspector, other, "E-0001").status == 409


def test_an_item_of_another_inspection_cannot_be_named(inspector, item):
    elsewhere = InspectionFactory()
    with the_world():
        foreign = EvidenceItemFactory(source=InterviewFactory(inspection_id=elsewhere.id, body=None, role=None))
        foreign.number = 77
    assert "There is no evidence item E-0077" in link(inspector, item, "E-0077").errors[0]


def test_who_reads_sees_links_and_no_form(sign_in, item, other):
    ItemLinkFactory(item=item, other=other)
    page = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER)).get("evidence.show_links", item)
    assert "Contradicts E-0002" in page.main
    assert page.all("main form") == []


def test_the_page_asks_as_much_for_one_link_as_for_many(inspector, item):
    def statements() -> int:
        inspector.get("evidence.show_links", item)
        with counting_statements() as counted:
            inspector.get("evidence.show_links", item)
        return len(counted)

    ItemLinkFactory(item=item, other=EvidenceItemFactory())
    few = statements()
    with the_world():
        for _ in range(20):
            ItemLinkFactory(item=item, other=EvidenceItemFactory())
    assert statements() == few
