"""What an evidence item says of a file finding, and the finding's own page."""

import pytest

from app.extensions import db
from app.findings.models import Link
from app.inspections.models import TeamRole
from tests.databases import counting_statements, the_world
from tests.evidence.factories import EvidenceItemFactory
from tests.evidence.naughty import FORMULAS, harmless, joined, kept, naughty_strings, words_of
from tests.findings.factories import FileFindingFactory, LinkFactory
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import InterviewFactory


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


@pytest.fixture
def item(app):
    return EvidenceItemFactory(words="Letters went out late.", criteria=["VW.ii"])


@pytest.fixture
def finding(app):
    return FileFindingFactory(statement="Most letters were late.", criteria=["VW.ii"], files=17, applicable=25)


def link(client, item, finding, relation="supports", reason="", **options):
    sent = {"finding": finding.reference, "relation": relation, "reason": reason}
    return client.post("findings.link_item", item, **sent, **options)


def standing() -> list[tuple[str, str]]:
    return [(row.relation, row.reason) for row in db.session.query(Link).filter_by(withdrawn_at=None)]


@pytest.mark.parametrize("relation", ["supports", "contradicts", "explains", "illustrates"])
def test_an_item_is_linked_to_a_finding_with_what_it_says_of_it(inspector, item, finding, relation):
    page = link(inspector, item, finding, relation, "  In most of them. ")
    assert page.messages.endswith(f"E-0001 {relation} F-01.")
    assert (
        relation.capitalize() in page.main and "Why:   In most of them. " in page.one("main ul li .fb-quiet").get_text()
    )
    of_finding = inspector.get("findings.show_finding", finding)
    assert of_finding.one("article")["id"] == "E-0001"
    assert f"{relation} it" in of_finding.one("article").get_text()
    assert "Letters went out late." in of_finding.one("article").get_text()
    assert f"{relation} 1" in inspector.get("findings.list_findings")
    desk = inspector.get("criteria.show_criterion", reference="VW.ii")
    assert desk.one(".fb-finding__links strong").get_text() == relation


def test_another_relation_takes_the_place_of_the_first(inspector, item, finding):
    link(inspector, item, finding, "supports")
    link(inspector, item, finding, "contradicts", "On second thoughts")
    assert standing() == [("contradicts", "On second thoughts")]
    assert db.session.query(Link).count() == 2, "the first stays on record"
    assert "On second thoughts" in inspector.get("evidence.show_history", item)


def test_the_same_said_twice_is_told(inspector, item, finding):
    link(inspector, item, finding)
    page = link(inspector, item, finding)
    assert (page.status, page.errors) == (422, ["E-0001 says that of F-01 already"])
    assert standing() == [("supports", "")]


def test_a_link_is_taken_off_and_stays_on_record(inspector, item, finding):
    page = link(inspector, item, finding)
    off = page.one("main ul form")["action"]
    assert inspector.open("POST", off).messages.endswith("The link is taken off. It stays on record.")
    assert standing() == [] and db.session.query(Link).count() == 1
    again = inspector.open("POST", off)
    assert again.status == 409
    assert "The link between E-0001 and F-01 was taken off already. Nothing was changed." in again
    assert "No evidence is linked to it yet" in inspector.get("findings.show_finding", finding)
    link(inspector, item, finding)
    assert standing() == [("supports", "")]
    again = inspector.open("POST", off)
    assert again.status == 409 and "linked anew meanwhile: what it says now is ‘supports’. Nothing was" in again
    assert standing() == [("supports", "")]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"finding": "", "relation": "supports"}, "Choose the finding"),
        ({"finding": "F-01", "relation": ""}, "Choose what it says of the finding"),
        ({"finding": "F-01", "relation": "supports", "reason": "x" * 501}, "Reason must be 500 characters"),
        ({"finding": "F-99", "relation": "supports"}, ""),
        ({"finding": "F-01", "relation": "disproves"}, ""),
    ],
)
def test_a_wrong_link_is_told_in_a_sentence_and_stays_as_typed(inspector, item, finding, sent, sentence):
    page = inspector.post("findings.link_item", item, **{"reason": "because"} | sent)
    assert page.status == 422
    assert page.errors and page.errors[0].startswith(sentence)
    assert page.field("reason") == sent.get("reason", "because")
    assert standing() == []


def test_the_finding_of_another_inspection_cannot_be_linked(inspector, item):
    elsewhere = FileFindingFactory(inspection_id=InspectionFactory().id, statement="Elsewhere")
    assert link(inspector, item, elsewhere).status == 422
    assert "Elsewhere" not in inspector.get("findings.show_links_of_item", item)
    assert inspector.get("findings.show_finding", elsewhere).status == 404
    assert standing() == []


def test_the_link_of_another_item_is_not_taken_off_through_this_one(inspector, item):
    other = LinkFactory()
    assert inspector.post("findings.unlink_item", item, link_id=other.id).status == 404
    assert standing() == [("supports", "")]


def test_findings_of_the_items_own_criteria_are_offered_first(inspector, item):
    FileFindingFactory(statement="Of something else", criteria=["LD.i"])
    FileFindingFactory(statement="L" * 150, criteria=["VW.ii"])
    options = inspector.get("findings.show_links_of_item", item).all("select[name=finding] option")
    assert [option["value"] for option in options] == ["", "F-02", "F-01"]
    assert options[1].get_text() == f"F-02 (VW.ii) {'L' * 100}…"


def test_the_links_of_a_withdrawn_item_are_not_counted(inspector, item, finding):
    link(inspector, item, finding)
    inspector.post("evidence.withdraw_item", item, reason="mistake", words="")
    assert "No evidence is linked to it yet" in inspector.get("findings.show_finding", finding)
    assert "no evidence linked yet" in inspector.get("criteria.show_criterion", reference="VW.ii")


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_only_reads_links_nothing(sign_in, item, finding, role):
    row = LinkFactory(finding=finding)
    reader = sign_in(TeamMemberFactory(role=role))
    assert link(reader, item, finding).status == 403
    assert reader.post("findings.unlink_item", item, link_id=row.id).status == 403
    assert reader.get("findings.show_links_of_item", item).all("main form") == []
    assert len(standing()) == 1


def test_a_finding_linked_to_very_much_is_leafed_through(inspector, finding):
    with the_world():
        source = InterviewFactory()
        made = [EvidenceItemFactory(source=source) for _ in range(120)]
        for item in made:
            LinkFactory(item=item, finding=finding)
    page, found = inspector.get("findings.show_finding", finding), []
    while True:
        found += [card["id"] for card in page.all("article")]
        if not (older := page.all("a[rel=next]")):
            break
        page = inspector.open("GET", older[0]["href"])
    assert found == [item.reference for item in reversed(made)]
    with counting_statements() as many:
        inspector.get("findings.show_finding", finding)
    with counting_statements() as few:
        inspector.get("findings.show_finding", FileFindingFactory())
    assert len([s for s in many.statements if "evidence_item" in s]) == len(
        [s for s in few.statements if "evidence_item" in s]
    )
    wrong = inspector.get("findings.show_finding", finding, before="x")
    assert (wrong.status, "start again from the first page" in wrong) == (404, True)


def test_the_list_of_findings_is_leafed_through_without_losing_one(inspector):
    with the_world():
        made = [FileFindingFactory(criteria=["LD.i", "VW.ii"]).reference for _ in range(120)]
    page, found = inspector.get("findings.list_findings"), []
    while True:
        found += [link.get_text() for link in page.all("tbody th a")]
        if not (more := page.all("a[rel=next]")):
            break
        page = inspector.open("GET", more[0]["href"])
    assert found == made
    for after in ("x", "-1", "9999999999", "٣"):
        assert inspector.get("findings.list_findings", after=after).status == 404


@pytest.mark.parametrize("reference", ["F-01", "F-999999999", "E-0001", "F-", "F-1;"])
def test_what_is_no_finding_here_is_told(inspector, reference):
    page = inspector.get("findings.show_finding", reference=reference)
    assert page.status == 404
    assert f"There is no file finding {reference} in this inspection." in page


@pytest.mark.slow
def test_naughty_reasons_of_links_are_shown_back_exactly(inspector, item):
    reasons = [run for run in joined([*FORMULAS, *naughty_strings()], 500) if run.strip()]
    plain = link(inspector, item, FileFindingFactory(), reason="Plain")
    with the_world():
        made = [FileFindingFactory() for _ in reasons]
    for finding, reason in zip(made, reasons, strict=True):
        assert link(inspector, item, finding, reason=reason, follow=False).status == 303
    page = inspector.get("findings.show_links_of_item", item)
    assert words_of(page.all("main ul li .fb-quiet"))[1:] == [f"Why: {kept(reason)}" for reason in reasons]
    harmless(page, plain)
    shown = inspector.get("findings.show_finding", made[-1])
    assert f"Why: {kept(reasons[-1])}" in words_of(shown.all("main > p.govuk-body"))
