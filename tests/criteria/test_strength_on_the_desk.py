"""The criterion desk says how strong its claims are, from what stands under it."""

from collections.abc import Callable

import pytest

from app.contradictions.by_criterion import count_open_by_criterion, open_and_elsewhere
from app.evidence import services as evidence
from app.evidence.models import EvidenceItem
from app.evidence.services import add_text
from app.extensions import db
from app.findings import services as findings
from app.findings.models import Link
from app.inspections.queries import get_rules, list_bodies, list_criteria
from app.matrix.claims import Claims, claims_of, claims_of_all
from tests.client import Client
from tests.databases import look_again, the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.factories import EvidenceItemFactory, ItemLinkFactory, SourceTextFactory, TagFactory
from tests.factories import the_inspection
from tests.findings.factories import FileFindingFactory, LinkFactory
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory


def said(body: str, role: str = "dcp", criterion: str = "LD.v", **made: object) -> EvidenceItem:
    """One thing said in an interview of its own, tagged."""
    source = InterviewFactory(body=body, role=role)
    item = EvidenceItemFactory(source=source, text=SourceTextFactory(source=source), **{"direction": "weakness"} | made)
    TagFactory(item=item, reference=criterion)
    return item


def claims(criterion: str = "LD.v") -> Claims:
    look_again()
    inspection_id = the_inspection().id
    criteria = {row.reference: row.id for row in list_criteria(inspection_id)}
    return claims_of(inspection_id, criteria[criterion], criterion)


def national(criterion: str = "LD.v", direction: str = "weakness") -> str:
    return claims(criterion).national[direction].value


@pytest.fixture(autouse=True)
def _app(app: object) -> None:
    pass


def test_from_nothing_to_triangulated() -> None:
    assert national() == "none"
    said("WES")
    assert national() == "single"
    said("WES", role="prosecutors_crown")
    assert national() == "single"  # two voices of one Area say nothing of the country
    assert claims().bodies["Wessex"]["weakness"].value == "supported"
    said("EMI")
    assert national() == "supported"
    FileFindingFactory(criteria=["LD.v"], files=200, applicable=308, direction="weakness")
    assert national() == "triangulated"
    assert claims().silent == []


def test_a_finding_whose_direction_nobody_has_said_counts_in_none() -> None:
    FileFindingFactory(criteria=["LD.v"], files=200, applicable=308)
    assert national() == national(direction="strength") == "none"
    assert claims().unset
    assert "examined" not in claims().silent


def test_what_contradicts_a_finding_holds_both_sides_open_until_the_link_goes() -> None:
    item = said("WES", direction="strength")
    finding = FileFindingFactory(criteria=["LD.v"], files=20, applicable=30, direction="weakness")
    LinkFactory(item=item, finding=finding, relation="contradicts")
    assert national(direction="strength") == national() == "contradicted"
    with the_world():
        findings.unlink(db.session.query(Link).one(), by=SOMEBODY)
    assert national(direction="strength") == national() == "single"


def test_withdrawn_and_untagged_items_and_opinions_do_not_count() -> None:
    said("WES", evidence_kind="opinion")
    item = said("EMI")
    with the_world():
        evidence.withdraw(db.session.get_one(EvidenceItem, item.id), "Mistake", by=SOMEBODY)
    assert national() == "none"


def test_the_page_says_it_with_why_and_what_is_planned(sign_in: Callable[..., Client]) -> None:
    said("WES")
    page = sign_in(TeamMemberFactory()).get("criteria.show_criterion", reference="LD.v")
    section = page.one("section[aria-labelledby=strength]").get_text(" ", strip=True)
    assert "Weakness, nationally: Single" in section and "Strength, nationally: Nothing yet" in section
    assert "Planned, and nothing yet: what the file examination shows." in section
    assert "What people told us: Wessex, District Crown Prosecutor , 1 item" in section
    assert "It can reach triangulated nationally." in section
    assert [cell.get_text(strip=True) for cell in page.one("section table tbody").find_all("td")] == [
        "Nothing yet",
        "Single",
    ]


def test_the_page_says_what_does_not_count_and_why_and_the_tests_of_the_pack(sign_in: Callable[..., Client]) -> None:
    said("WES", evidence_kind="opinion")
    said("EMI", direction="context")
    said("MCH", direction="")
    said("HQ", role="hq_legal_lead")
    page = sign_in(TeamMemberFactory()).get("criteria.show_criterion", reference="LD.v")
    lines = [" ".join(line.get_text().split()) for line in page.all("section[aria-labelledby=strength] li")]
    role = "What people told us: {}, District Crown Prosecutor – {}"
    assert role.format("Wessex", "opinion") in lines
    assert role.format("East Midlands", "context") in lines
    assert role.format("Mersey-Cheshire", "nobody has said what it shows") in lines
    assert not [line for line in lines if line.startswith("What people told us: Headquarters") and "–" in line]
    assert "Supported: 2 voices or more, of 2 bodies or more." in lines
    assert (
        "Triangulated: voices of full weight; file results that cover 2 Areas or more; sessions or documents of 2 Areas"
        " or more."
    ) in lines


def test_a_claim_on_words_that_have_changed_since_says_so() -> None:
    item = said("WES")
    assert claims().national["weakness"].flags == ()
    with the_world():
        text = db.session.get_one(EvidenceItem, item.id).text
        add_text(item.source, "Said otherwise.", position=1, label="note 1", by=SOMEBODY, supersedes=text)
    assert claims().national["weakness"].flags == ("source_changed",)
    assert claims().national["strength"].flags == ()


def test_it_says_what_would_change_a_claim_soonest(sign_in: Callable[..., Client]) -> None:
    reader = sign_in(TeamMemberFactory())

    def soonest() -> str:
        page = reader.get("criteria.show_criterion", reference="LD.v")
        lines = [" ".join(line.get_text(" ").split()) for line in page.all("section[aria-labelledby=strength] > p")]
        return next((line for line in lines if line.startswith("Would make weakness")), "")

    assert "Would make weakness single soonest: any of" in soonest()
    said("WES")
    assert "Would make weakness supported soonest" in soonest()
    FileFindingFactory(criteria=["LD.v"], files=200, applicable=308, direction="weakness")
    assert "Would make weakness triangulated soonest" in soonest()
    said("EMI")
    assert soonest() == "", "it is triangulated"


def test_a_voice_leads_to_what_it_says_and_a_document_has_its_title(sign_in: Callable[..., Client]) -> None:
    said("WES")
    with the_world():
        document = DocumentFactory(body="WES")
        document.request = "A1"
        item = EvidenceItemFactory(source=document, text=SourceTextFactory(source=document), direction="weakness")
        TagFactory(item=item, reference="LD.v")
    FileFindingFactory(criteria=["LD.v"], files=200, applicable=308, direction="weakness")
    page = sign_in(TeamMemberFactory()).get("criteria.show_criterion", reference="LD.v")
    links = {" ".join(a.get_text().split()): a["href"] for a in page.all("section[aria-labelledby=strength] li a")}
    assert links["Wessex, District Crown Prosecutor"].endswith("/criteria/LD.v?area=WES&role=dcp#evidence")
    (title,) = [words for words in links if words.startswith("Wessex, A1 ")]
    assert len(title) > len("Wessex, A1 ") and "kind=document" in links[title]
    assert "#findings" in links.values() and page.one("#findings").get_text() == "File findings"
    assert "3 voices:" in page.one("section[aria-labelledby=strength]").get_text()


def test_a_contradicted_claim_says_what_it_would_be_otherwise_and_leads_there(sign_in: Callable[..., Client]) -> None:
    reader = sign_in(TeamMemberFactory())
    said("EMI")
    ItemLinkFactory(item=said("WES", direction="strength"), other=said("MCH"))
    section = reader.get("criteria.show_criterion", reference="LD.v").one("section[aria-labelledby=strength]")
    words = " ".join(section.get_text(" ").split())
    assert "If none were open it would be supported." in words and "If none were open it would be single." in words
    assert next(a["href"] for a in section.select("p a") if a.get_text().startswith("Look at it")).endswith(
        "/contradictions?criterion=LD.v"
    )


def test_it_says_why_strength_by_area_and_the_counts_do_not_add_up(sign_in: Callable[..., Client]) -> None:
    reader = sign_in(TeamMemberFactory())

    def told() -> str:
        page = reader.get("criteria.show_criterion", reference="LD.v")
        return page.one("section[aria-labelledby=strength]").get_text()

    sentences = (
        "What is counted as mixed makes each",
        "A file result over several Areas",
        "Evidence in both directions’ is",
    )
    said("WES")
    assert not any(sentence in told() for sentence in sentences)
    mixed = said("WES", direction="mixed")
    assert sentences[0] in told() and sentences[1] not in told() and sentences[2] not in told()
    FileFindingFactory(criteria=["LD.v"], files=200, applicable=308, direction="weakness")
    ItemLinkFactory(item=mixed, other=said("EMI"))
    assert all(sentence in told() for sentence in sentences)


def test_all_criteria_are_as_strong_together_as_each_by_itself() -> None:
    inspection_id = the_inspection().id
    one, other = said("WES", direction="strength"), said("EMI")
    TagFactory(item=one, reference="QT.i")
    ItemLinkFactory(item=one, other=other)
    ItemLinkFactory(item=said("MCH", criterion="VW.ii"), other=said("LON", criterion="LD.ii"))
    LinkFactory(
        item=said("WES", criterion="LD.iii"),
        finding=FileFindingFactory(criteria=["FS.i"], direction="strength"),
        relation="contradicts",
    )
    LinkFactory(
        item=other, finding=FileFindingFactory(criteria=["LD.v", "VW.ii"], direction="strength"), relation="contradicts"
    )
    look_again()
    criteria = list_criteria(inspection_id)
    together = claims_of_all(inspection_id, criteria, get_rules(inspection_id), list_bodies(inspection_id))
    assert sum("contradicted" in {it.value for it in of.national.values()} for of in together.values()) == 5
    opened = count_open_by_criterion(inspection_id, get_rules(inspection_id))
    for row in criteria:
        alone = claims(row.reference)
        assert together[row.reference].national == alone.national, row.reference
        assert together[row.reference].gave == alone.gave
        assert opened.get(row.id, 0) == open_and_elsewhere(inspection_id, get_rules(inspection_id), row.id)[0]


def test_the_list_of_criteria_shows_strength_contradictions_and_silence(sign_in: Callable[..., Client]) -> None:
    ItemLinkFactory(item=said("WES", direction="strength"), other=said("EMI"))
    page = sign_in(TeamMemberFactory()).get("criteria.list_criteria")
    rows = {row.select_one("th a").get_text(): row for row in page.all("tbody tr") if row.select_one("th a")}
    cells = [" ".join(cell.get_text(" ").split()) for cell in rows["LD.v"].select("td")]
    assert "Strength: Contradicted" in cells[1] and cells[2].startswith("1 open")
    assert int(cells[3].split()[0]) > 5 and rows["LD.v"].select("td")[3].a["href"].endswith("/criteria/LD.v#silent")
    other = [" ".join(cell.get_text(" ").split()) for cell in rows["VW.ii"].select("td")]
    assert "Strength: Nothing yet" in other[1] and other[2] == "none"


def test_a_criterion_leads_to_the_one_before_and_the_one_after(sign_in: Callable[..., Client]) -> None:
    reader = sign_in(TeamMemberFactory())
    references = [row.reference for row in list_criteria(the_inspection().id)]

    def beside(reference: str) -> list[str]:
        page = reader.get("criteria.show_criterion", reference=reference)
        return [link.get_text() for link in page.all("main .fb-beside a")]

    assert beside(references[0]) == [f"Next: {references[1]}"]
    assert beside(references[4]) == [f"Previous: {references[3]}", f"Next: {references[5]}"]
    assert beside(references[-1]) == [f"Previous: {references[-2]}"]
