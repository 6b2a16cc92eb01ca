"""Contradictions: open until somebody resolves them with a reason, and what each outcome does to what is counted."""

from collections.abc import Callable
from typing import Any

import pytest

from app.contradictions.queries import list_contradictions
from app.contradictions.services import other_of
from app.evidence.models import EvidenceItem, ItemLink, Tag
from app.evidence.services import tag, untag, withdraw
from app.extensions import db
from app.findings.models import FileFinding, Link
from app.inspections.models import TeamRole
from app.inspections.queries import get_rules, list_criteria
from tests.client import Client, Page
from tests.criteria.test_strength_on_the_desk import claims, national, said
from tests.databases import counting_statements, look_again, the_world
from tests.evidence.factories import EvidenceItemFactory, ItemLinkFactory, TagFactory
from tests.factories import the_inspection
from tests.findings.factories import FileFindingFactory, LinkFactory
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory

PAGE = "contradictions.show_contradiction"


@pytest.fixture
def lead(sign_in: Callable[..., Client]) -> Client:
    return sign_in(TeamMemberFactory(role=TeamRole.LEAD, person__name="Lea Lead"))


@pytest.fixture
def against_finding(app: Any) -> Link:
    """Wessex says it goes well, the files say it does not."""
    item = said("WES", direction="strength")
    finding = FileFindingFactory(criteria=["LD.v"], files=20, applicable=30, direction="weakness", statement="Late.")
    return LinkFactory(item=item, finding=finding, relation="contradicts")


@pytest.fixture
def against_item(app: Any) -> ItemLink:
    return ItemLinkFactory(item=said("WES", direction="strength"), other=said("EMI"))


def open_ones(criterion: str | None = None) -> int:
    look_again()
    inspection_id = the_inspection().id
    criteria = {row.reference: row.id for row in list_criteria(inspection_id)}
    rules, criterion_id = get_rules(inspection_id), criteria[criterion] if criterion else None
    return len(list_contradictions(inspection_id, rules, criterion_id=criterion_id)[0])


def resolve(client: Client, link: Link | ItemLink, outcome: str, **rest: Any) -> Page:
    sent = {"outcome": outcome, "reason": "They speak of other weeks.", "version": link.version}
    return client.post("contradictions.resolve", link_id=link.id, **sent | rest)


def reopen(client: Client, link: Link | ItemLink, **rest: Any) -> Page:
    look_again()
    sent = {"reason": "feedback", "words": "", "version": link.version}
    return client.post("contradictions.reopen", link_id=link.id, **sent | rest)


def values(criterion: str = "LD.v") -> tuple[str, str]:
    return national(criterion, "strength"), national(criterion, "weakness")


def test_a_contradicting_link_opens_one_and_another_relation_none(app: Any) -> None:
    item, finding = said("WES"), FileFindingFactory(criteria=["LD.v"])
    for relation in ("supports", "explains", "illustrates"):
        LinkFactory(item=item, finding=FileFindingFactory(criteria=["LD.v"]), relation=relation)
    ItemLinkFactory(item=item, other=said("EMI"), relation="corroborates")
    assert open_ones() == open_ones("LD.v") == 0
    LinkFactory(item=item, finding=finding, relation="contradicts")
    assert (open_ones(), open_ones("LD.v"), open_ones("VW.ii")) == (1, 1, 0)
    ItemLinkFactory(item=item, other=said("EMI"))
    assert (open_ones(), open_ones("LD.v"), open_ones("VW.ii")) == (2, 2, 0)


@pytest.mark.parametrize("kind", ["against_finding", "against_item"])
def test_while_it_is_open_both_sides_are_contradicted_and_afterwards_not(
    kind: str, lead: Client, request: pytest.FixtureRequest
) -> None:
    link = request.getfixturevalue(kind)
    assert values() == ("contradicted", "contradicted")
    page = resolve(lead, link, "both_stand")
    assert page.messages.endswith("The contradiction is resolved. It can be opened again with a reason.")
    assert "Both stand , by Lea Lead" in page.main and "They speak of other weeks." in page.main
    assert values() == ("single", "single")
    assert open_ones() == 0
    page = reopen(lead, link)
    assert page.messages.endswith("The contradiction is open again.")
    assert values() == ("contradicted", "contradicted")
    assert open_ones() == 1
    history = lead.get("contradictions.show_history", link_id=link.id)
    sides = f"{link.item.reference} and {other_of(link)}"
    assert f"resolved the contradiction of {sides}" in history and f"reopened the contradiction of {sides}" in history
    assert "Outcome Both stand" in history and "Outcome before Both stand" in history and "both_stand" not in history
    assert "Outcome Both stand" in lead.get("evidence.show_history", reference=link.item.reference)
    assert "The person seen sent a correction" in history


def test_an_item_set_aside_is_shown_and_not_counted(lead: Client, against_item: ItemLink) -> None:
    page = resolve(lead, against_item, "set_aside", aside="E-0001")
    assert "One side set aside: E-0001" in page.main
    assert values() == ("none", "single")
    matrix = lead.get("matrix.show_matrix")
    assert "1 strength" in matrix, "it is shown"
    desk = lead.get("criteria.show_criterion", reference="LD.v")
    card = next(card for card in desk.all("article.fb-evidence") if card["id"] == "E-0001")
    assert "Set aside: not counted" in card.get_text()
    assert "Set aside" in lead.get("evidence.show_item", reference="E-0001").one("#tags").get_text()
    reopen(lead, against_item)
    assert values() == ("contradicted", "contradicted")
    assert not any(db.session.scalars(db.select(Tag.set_aside)))


def test_a_finding_set_aside_is_not_counted(lead: Client, against_finding: Link) -> None:
    resolve(lead, against_finding, "set_aside", aside="F-01")
    assert values() == ("single", "none")
    reopen(lead, against_finding)
    assert values() == ("contradicted", "contradicted")
    resolve(lead, against_finding, "set_aside", aside="E-0001")
    assert values() == ("none", "single")


def test_what_both_stand_after_is_marked_as_resolved_wherever_the_finding_stands(
    lead: Client, against_finding: Link
) -> None:
    resolve(lead, against_finding, "both_stand")
    finding = lead.get("criteria.show_criterion", reference="LD.v").one(".fb-finding")
    assert "is contradicted by 1 (resolved)" in " ".join(finding.get_text().split())
    (mark,) = [link for link in finding.select("li a") if "Resolved: both stand" in link.get_text()]
    assert mark["href"].endswith(str(against_finding.id)) and "fb-no-print" not in str(finding)
    assert "contradicts 1 (resolved)" in lead.get("findings.list_findings").one("tbody tr").get_text(" ", strip=True)
    page = lead.get("findings.show_finding", reference="F-01")
    assert "This contradiction is resolved" in page.main
    LinkFactory(item=said("EMI"), finding=against_finding.finding, relation="contradicts")
    finding = lead.get("criteria.show_criterion", reference="LD.v").one(".fb-finding")
    assert "is contradicted by 2 (resolved: 1)" in " ".join(finding.get_text().split())


def test_a_finding_does_not_count_an_item_set_aside_as_contradicting_it(lead: Client, against_finding: Link) -> None:
    finding = {"reference": against_finding.finding.reference}

    def desk() -> str:
        return lead.get("criteria.show_criterion", reference="LD.v").one(".fb-finding").get_text(" ", strip=True)

    def listed() -> str:
        return lead.get("findings.list_findings").one("tbody tr").get_text(" ", strip=True)

    assert "is contradicted by 1" in desk() and "contradicts 1" in listed()
    assert "et aside" not in lead.get("findings.show_finding", **finding).main + desk() + listed()
    resolve(lead, against_finding, "set_aside", aside="E-0001")
    assert "is contradicted by" not in desk() and "· set aside 1" in desk() and "no evidence" not in desk()
    assert "contradicts Set aside: not counted" in desk()
    assert "contradicts 1" not in listed() and listed().endswith("set aside 1")
    card = lead.get("findings.show_finding", **finding).one("article.fb-evidence").get_text()
    assert "contradicts it" in card and "Set aside: not counted" in card
    reopen(lead, against_finding)
    assert "is contradicted by 1" in desk() and "contradicts 1" in listed()


def test_a_finding_set_aside_says_so_where_it_is_read(lead: Client, against_finding: Link) -> None:
    resolve(lead, against_finding, "set_aside", aside="F-01")
    shown = lead.get("findings.show_finding", reference="F-01")
    assert "Set aside: not counted" in shown.main
    assert "Set aside" not in shown.one("article.fb-evidence").get_text(), "the item stands"
    assert "Set aside: not counted" in lead.get("findings.list_findings").one("tbody tr").get_text()
    finding = lead.get("criteria.show_criterion", reference="LD.v").one(".fb-finding")
    assert "Set aside: not counted" in finding.get_text() and "is contradicted by 1" in finding.get_text()
    assert "Set aside" not in finding.select_one(".fb-finding__links").get_text()
    reopen(lead, against_finding)
    assert "Set aside" not in lead.get("findings.show_finding", reference="F-01").main


@pytest.mark.parametrize("kind", ["against_finding", "against_item"])
def test_a_link_that_was_a_mistake_is_struck_out_and_comes_back(
    kind: str, lead: Client, request: pytest.FixtureRequest
) -> None:
    link = request.getfixturevalue(kind)
    resolve(lead, link, "withdrawn")
    assert values() == ("single", "single")
    where = "findings.show_links_of_item" if isinstance(link, Link) else "evidence.show_links"
    assert "None yet." in lead.get(where, reference="E-0001")
    assert "The link was a mistake" in lead.get("contradictions.list_contradictions", state="resolved")
    reopen(lead, link)
    assert values() == ("contradicted", "contradicted")


def test_a_struck_out_link_does_not_come_back_beside_another(lead: Client, against_finding: Link) -> None:
    resolve(lead, against_finding, "withdrawn")
    item, finding = db.session.get_one(EvidenceItem, against_finding.item_id), against_finding.file_finding_id
    LinkFactory(item=item, finding=db.session.get_one(FileFinding, finding), relation="supports")
    page = reopen(lead, against_finding)
    assert page.status == 409 and "linked again since" in page
    assert values() == ("single", "single")


@pytest.mark.parametrize("kind", ["against_finding", "against_item"])
def test_what_an_outcome_rests_on_cannot_be_taken_off_or_replaced(
    kind: str, lead: Client, request: pytest.FixtureRequest
) -> None:
    link = request.getfixturevalue(kind)
    resolve(lead, link, "both_stand")
    if isinstance(link, Link):
        off = lead.post("findings.unlink_item", reference="E-0001", link_id=link.id)
        instead = lead.post("findings.link_item", reference="E-0001", finding="F-01", relation="supports", reason="")
    else:
        off = lead.post("evidence.unlink_items", reference="E-0002", link_id=link.id)
        instead = lead.post(
            "evidence.link_items", reference="E-0002", other="E-0001", relation="corroborates", reason=""
        )
    assert off.status == 409 and "Reopen the contradiction first" in off
    assert instead.status == 422 and "was resolved: reopen that first" in instead.errors[0]
    assert link.withdrawn_at is None


def test_it_is_open_under_the_criteria_that_both_sides_share(app: Any) -> None:
    one, other = said("WES", direction="strength"), said("EMI")
    TagFactory(item=one, reference="QT.i")
    ItemLinkFactory(item=one, other=other)
    assert (open_ones("LD.v"), open_ones("QT.i")) == (1, 0)
    assert values("QT.i") == ("single", "none")


def test_a_criterion_says_what_of_its_own_is_contradicted_under_another(lead: Client) -> None:
    link = LinkFactory(
        item=said("WES", direction="strength"),
        finding=FileFindingFactory(criteria=["LD.v", "LD.iii"], direction="weakness"),
        relation="contradicts",
    )
    one = said("EMI", direction="strength")
    TagFactory(item=one, reference="LD.iii")
    items = ItemLinkFactory(item=one, other=said("WES"))
    page = lead.get("criteria.show_criterion", reference="LD.iii")
    assert "E-0001 contradicts F-01 is open under LD.v" in page
    assert "E-0002 contradicts E-0003 is open under LD.v" in page
    assert "No contradiction is open under LD.iii." in page
    assert values("LD.iii") == ("single", "single")
    assert "contradicts F-01 is open" not in lead.get("criteria.show_criterion", reference="LD.v")
    for it in (link, items):
        resolve(lead, it, "both_stand")
    assert "is open under LD.v" not in lead.get("criteria.show_criterion", reference="LD.iii")


def test_where_they_share_none_it_is_open_under_those_of_either(app: Any) -> None:
    ItemLinkFactory(item=said("WES", direction="strength"), other=said("EMI", criterion="QT.i"))
    assert (open_ones("LD.v"), open_ones("QT.i"), open_ones()) == (1, 1, 1)
    assert (values("LD.v")[0], values("QT.i")[1]) == ("contradicted", "contradicted")


def test_only_the_criteria_concerned_are_set_aside(lead: Client) -> None:
    one, other = said("WES", direction="strength"), said("EMI")
    TagFactory(item=one, reference="QT.i")
    resolve(lead, ItemLinkFactory(item=one, other=other), "set_aside", aside="E-0001")
    assert (values("LD.v")[0], values("QT.i")[0]) == ("none", "single")


def test_what_was_set_aside_stays_so_when_it_is_tagged_again(lead: Client, against_item: ItemLink) -> None:
    resolve(lead, against_item, "set_aside", aside="E-0001")
    with the_world():
        standing = db.session.query(Tag).filter_by(item_id=against_item.item_id).one()
        untag(standing, by=SOMEBODY)
        db.session.flush()
        assert tag(standing.item, standing.criterion_id, "LD.v", "", by=SOMEBODY)
    assert values()[0] == "none"


def test_two_outcomes_that_set_one_item_aside_are_undone_one_by_one(lead: Client) -> None:
    one = said("WES", direction="strength")
    first, second = ItemLinkFactory(item=one, other=said("EMI")), ItemLinkFactory(item=said("LON"), other=one)
    for link in (first, second):
        resolve(lead, link, "set_aside", aside="E-0001")
    reopen(lead, first)
    assert db.session.query(Tag).filter_by(item_id=one.id).one().set_aside
    reopen(lead, second)
    assert not db.session.query(Tag).filter_by(item_id=one.id).one().set_aside


def test_a_withdrawn_side_closes_nothing_and_holds_nothing_open(lead: Client, against_item: ItemLink) -> None:
    with the_world():
        withdraw(db.session.get_one(EvidenceItem, against_item.item_id), "Mistake", by=SOMEBODY)
    assert open_ones() == 0 and values() == ("none", "single")
    page = lead.get(PAGE, link_id=against_item.id)
    assert "Not counted: a side is withdrawn" in page.main and page.all("main form") == []


WRONG = {
    "no outcome": ({"outcome": ""}, "Choose an outcome"),
    "an outcome of nobody": ({"outcome": "forgotten"}, "Choose an outcome"),
    "no side": ({"outcome": "set_aside"}, "Choose the side that is set aside"),
    "a side of nobody": ({"outcome": "set_aside", "aside": "E-0077"}, ""),
    "no reason": ({"reason": " "}, "Say why it is resolved so"),
    "a long reason": ({"reason": "x" * 2001}, "Why? must be 2,000 characters or fewer"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_outcome_is_told_and_changes_nothing(lead: Client, against_item: ItemLink, wrong: str) -> None:
    changes, sentence = WRONG[wrong]
    sent = {"outcome": "both_stand", "reason": "  As typed "} | changes
    page = resolve(lead, against_item, **sent)
    assert page.status == 422 and page.errors and (page.errors[0].startswith(sentence) or "choice" in page.errors[0])
    assert page.field("reason") == sent["reason"]
    assert against_item.outcome == "" and open_ones() == 1


def test_reopening_needs_a_reason(lead: Client, against_item: ItemLink) -> None:
    resolve(lead, against_item, "both_stand")
    assert reopen(lead, against_item, reason="").errors == ["Choose a reason"]
    assert reopen(lead, against_item, reason="other").errors == ["Say in a few words why it is opened again"]
    assert reopen(lead, against_item, reason="other", words="We saw them again.").status == 200


def test_two_who_resolve_at_once_are_told(lead: Client, sign_in: Callable[..., Client], against_item: ItemLink) -> None:
    resolve(lead, against_item, "both_stand")
    other = sign_in(TeamMemberFactory(role=TeamRole.LEAD, person__name="Otto Other"))
    for client, who in ((other, "Lea Lead resolved this contradiction since"), (lead, "You resolved this")):
        page = resolve(client, against_item, "set_aside", aside="E-0002", version=1, reason="I thought otherwise.")
        assert page.status == 409 and who in page and "open the contradiction again first" in page
        assert "They speak of other weeks." in page and "I thought otherwise." in page, "both are shown"
    look_again()
    assert against_item.outcome == "both_stand"


def test_one_outcome_sent_twice_is_no_conflict(lead: Client, against_item: ItemLink) -> None:
    for _ in range(2):
        page = resolve(lead, against_item, "both_stand", aside="E-0001", version=1)
    assert page.status == 200 and page.messages.endswith("It was resolved so already. Nothing was saved twice.")
    history = lead.get("contradictions.show_history", link_id=against_item.id)
    assert str(history.main).count("resolved the contradiction") == 1


def test_a_finding_stands_with_its_figures_and_unquoted_and_an_item_with_who_spoke(
    lead: Client, against_finding: Link
) -> None:
    LinkFactory(
        item=said("EMI", speaker="DCP 2"),
        finding=FileFindingFactory(criteria=["LD.v"], files=3, applicable=9, direction="strength"),
        relation="contradicts",
    )
    listed = lead.get("contradictions.list_contradictions")
    for page in (listed, lead.get(PAGE, link_id=against_finding.id)):
        item, finding = page.all("article.fb-evidence")[-2:]
        assert "File finding: 20 of 30 applicable files (67%)" in " ".join(finding.get_text().split())
        assert "Late." in finding.get_text() and finding.select_one("blockquote") is None
        assert "Weakness" in finding.select_one(".fb-direction").get_text()
        assert "District Crown Prosecutor, Wessex" in item.get_text()
    item, finding = listed.all("article.fb-evidence")[:2]
    assert "DCP 2, East Midlands" in item.get_text()
    assert "3 of 9 applicable files" in finding.get_text() and "%" not in finding.get_text(), "they are few"


def test_one_goes_from_one_to_the_next_and_back_to_the_list_that_counts_them(
    lead: Client, against_item: ItemLink, against_finding: Link
) -> None:
    resolved = ItemLinkFactory(item=said("MCH"), other=said("LON"))
    resolve(lead, resolved, "both_stand")

    def following(link: Link | ItemLink) -> list[str]:
        return [a["href"] for a in lead.get(PAGE, link_id=link.id).all("main p a") if "Next" in a.get_text()]

    assert following(against_finding)[0].endswith(str(against_item.id))
    assert following(against_item)[0].endswith(str(against_finding.id)), "after the last, the first"
    assert "All open contradictions" in lead.get(PAGE, link_id=resolved.id).main
    for criterion, tabs in (("", ["Open 2", "Resolved 1"]), ("VW.ii", ["Open 0", "Resolved 0"])):
        page = lead.get("contradictions.list_contradictions", **({"criterion": criterion} if criterion else {}))
        assert [" ".join(tab.get_text().split()) for tab in page.all(".fb-tabs a")] == tabs
    resolve(lead, against_finding, "both_stand")
    assert following(against_item) == []


def test_the_reasons_for_opening_again_are_those_for_contradictions(lead: Client, against_item: ItemLink) -> None:
    resolve(lead, against_item, "both_stand")
    offered = [option.get_text() for option in lead.get(PAGE, link_id=against_item.id).all("#reopen-reason option")]
    assert "It was decided too early" in offered and "A name must be taken out" not in offered
    page = reopen(lead, against_item, reason="too_early", words="EMI had not answered.")
    assert page.status == 200
    history = lead.get("contradictions.show_history", link_id=against_item.id)
    assert "It was decided too early: EMI had not answered." in history


def test_an_outcome_for_what_was_withdrawn_meanwhile_is_told_and_changes_nothing(
    lead: Client, against_item: ItemLink
) -> None:
    with the_world():
        withdraw(db.session.get_one(EvidenceItem, against_item.item_id), "Mistake", by=SOMEBODY)
    page = resolve(lead, against_item, "both_stand", reason="As typed.")
    assert page.status == 409 and "E-0001 was withdrawn while you were working on this contradiction" in page
    assert "You entered: Both stand. As typed." in page and page.all("main form") == []
    look_again()
    assert against_item.outcome == ""


@pytest.mark.parametrize("kind", ["against_finding", "against_item"])
def test_an_outcome_for_a_link_that_was_taken_off_meanwhile_is_told_and_changes_nothing(
    kind: str, lead: Client, request: pytest.FixtureRequest
) -> None:
    link = request.getfixturevalue(kind)
    off = "findings.unlink_item" if isinstance(link, Link) else "evidence.unlink_items"
    lead.post(off, reference="E-0001", link_id=link.id)
    page = resolve(lead, link, "both_stand", reason="As typed.")
    assert page.status == 409 and "The link was taken off while you were working on this contradiction" in page
    assert "You entered: Both stand. As typed." in page and page.all("main form") == []
    look_again()
    assert link.outcome == ""
    gone = lead.get(PAGE, link_id=link.id)
    assert gone.status == 404 and "contradict one another was taken off again" in gone


def test_reopening_what_is_open_already_is_told_and_changes_nothing(lead: Client, against_item: ItemLink) -> None:
    resolve(lead, against_item, "both_stand")
    look_again()
    stale = against_item.version
    reopen(lead, against_item)
    for version in (stale, stale + 1):
        page = reopen(lead, against_item, reason="other", words="We saw them.", version=version)
        assert page.status == 409 and "You opened this contradiction again yourself since" in page
        assert "You entered: We saw them." in page
    history = lead.get("contradictions.show_history", link_id=against_item.id)
    assert str(history.main).count("reopened the contradiction") == 1


def test_only_the_lead_resolves(sign_in: Callable[..., Client], against_item: ItemLink) -> None:
    inspector = sign_in(TeamMemberFactory())
    assert resolve(inspector, against_item, "both_stand").status == 403
    page = inspector.get(PAGE, link_id=against_item.id)
    assert page.all("main form") == [] and "It stays open until the lead inspector resolves it." in page


def test_the_list_shows_them_by_criterion_and_state(
    lead: Client, against_item: ItemLink, against_finding: Link
) -> None:
    page = lead.get("contradictions.list_contradictions")
    assert [link.get_text() for link in page.all("main h2 a")] == [
        "E-0003 contradicts F-01",
        "E-0001 contradicts E-0002",
    ]
    assert "No contradiction is open" in lead.get("contradictions.list_contradictions", criterion="VW.ii")
    resolve(lead, against_item, "both_stand")
    page = lead.get("contradictions.list_contradictions", criterion="ld.v", state="resolved")
    assert [link.get_text() for link in page.all("main h2 a")] == ["E-0001 contradicts E-0002"]


@pytest.mark.parametrize("query", [{"criterion": "XX"}, {"state": "lost"}, {"before": "yesterday"}])
def test_a_wrong_address_is_told(lead: Client, query: dict[str, str]) -> None:
    assert lead.get("contradictions.list_contradictions", **query).status == 404


def test_what_contradicts_nothing_is_no_contradiction(lead: Client) -> None:
    link = LinkFactory(relation="supports")
    taken_off = ItemLinkFactory()
    lead.post("evidence.unlink_items", taken_off.item, link_id=taken_off.id)
    for id in (link.id, taken_off.id, the_inspection().id):
        assert lead.get(PAGE, link_id=id).status == 404


def test_another_inspection_sees_none(sign_in: Callable[..., Client], against_item: ItemLink) -> None:
    other = InspectionFactory()
    lead = sign_in(TeamMemberFactory(inspection_id=other.id, role=TeamRole.LEAD))
    assert lead.get(PAGE, link_id=against_item.id, inspection=other.code).status == 404


def test_words_are_covered_when_they_are_distressing(lead: Client) -> None:
    with the_world():
        item = EvidenceItemFactory(words="Dreadful words", source=InterviewFactory())
        item.distressing = True
    ItemLinkFactory(item=item)
    for page in (
        lead.get("contradictions.list_contradictions"),
        lead.get(PAGE, link_id=db.session.query(ItemLink).one().id),
    ):
        assert "Dreadful words" in page.one("details.fb-cover").get_text()


def test_the_lists_ask_as_much_for_many_as_for_one(lead: Client, against_item: ItemLink, against_finding: Link) -> None:
    def statements() -> list[int]:
        found = []
        for values in ({}, {"criterion": "LD.v"}):
            lead.get("contradictions.list_contradictions", **values)
            with counting_statements() as counted:
                lead.get("contradictions.list_contradictions", **values)
            found.append(len(counted))
        with counting_statements() as counted:
            claims()
        return [*found, len(counted)]

    few = statements()
    with the_world():
        for _ in range(10):
            ItemLinkFactory(item=said("WES"), other=said("EMI"))
            LinkFactory(item=said("WES"), finding=FileFindingFactory(criteria=["LD.v"]), relation="contradicts")
    assert statements() == few
