"""The criterion desk says how strong its claims are, from what stands under it."""

from collections.abc import Callable

import pytest

from app.evidence import services as evidence
from app.evidence.models import EvidenceItem
from app.evidence.services import add_text
from app.extensions import db
from app.findings import services as findings
from app.findings.models import Link
from app.inspections.queries import list_criteria
from app.matrix.claims import Claims, claims_of
from tests.client import Client
from tests.databases import look_again, the_world
from tests.evidence.factories import EvidenceItemFactory, SourceTextFactory, TagFactory
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
    assert "What people told us: Wessex, District Crown Prosecutor" in section
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
