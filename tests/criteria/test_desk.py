"""The criterion's page: its findings, the evidence linked to them and not, and filters; every number counted again."""

import itertools
from datetime import date

import pytest

from app.evidence.queries import find_item
from app.extensions import db
from app.inspections.models import TeamRole
from app.inspections.references import read_reference
from tests.databases import the_world
from tests.evidence.factories import EvidenceItemFactory
from tests.evidence.test_list import CHOICES, all_pages
from tests.evidence.worlds import random_evidence
from tests.factories import the_inspection
from tests.findings.factories import FileFindingFactory, LinkFactory
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import InterviewFactory
from tests.register.factories import RequestEventFactory, request_of

DESK = "criteria.show_criterion"


def item(reference: str):
    return find_item(the_inspection().id, read_reference(reference)[1])


@pytest.mark.slow
def test_every_number_and_list_of_the_page_is_what_the_test_counts_itself(sign_in):
    world = random_evidence(90)
    criterion = world.criteria[0]
    living = world.living(criterion)
    with the_world():
        finding = FileFindingFactory(criteria=[criterion])
        other = FileFindingFactory(criteria=[world.criteria[9]])
        for held in living[::2]:
            LinkFactory(item=item(held.reference), finding=finding)
        for held in living[1::2]:
            LinkFactory(item=item(held.reference), finding=other)
    linked = {held.reference for held in living[::2]}
    reader = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))
    each = [{}, *({name: value} for name, values in CHOICES.items() for value in values)]
    pairs = [a | b for a, b in itertools.combinations(each[1:], 2) if not a.keys() & b.keys()][::9]
    for filters in [*each, *pairs]:
        expected = [held for held in reversed(living) if held.passes(**filters)]
        page = reader.get(DESK, reference=criterion, **filters)
        items, sources = len(expected), len({held.source for held in expected})
        assert f"{items} item{'' if items == 1 else 's'}, {sources} source{'' if sources == 1 else 's'}" in page.main
        told = [" ".join(part.parent.get_text().split()) for part in page.all("main > p.govuk-body .fb-direction")]
        counted = {word: sum(h.direction == code for h in expected) for code, word in DIRECTIONS.items()}
        for word, number in counted.items():
            assert (f"· {word} {number}" in told[0] if told else False) == bool(number), (filters, told)
        for flag in ("1", None):
            found = all_pages(reader, DESK, reference=criterion, linked=flag, **filters)
            assert found == [h.reference for h in expected if (h.reference in linked) == bool(flag)], filters


DIRECTIONS = {
    "strength": "Strength",
    "weakness": "Weakness",
    "mixed": "Mixed",
    "context": "Context",
    "": "Direction not set",
}


def test_a_finding_shows_its_newest_evidence_and_counts_all_of_it(sign_in):
    with the_world():
        finding = FileFindingFactory(
            statement="Letters were late.", criteria=["VW.ii", "LD.i"], files=17, applicable=25
        )
        source = InterviewFactory()
        items = [EvidenceItemFactory(source=source, words=f"Words {n}", criteria=["VW.ii"]) for n in range(7)]
        for number, linked in enumerate(items):
            LinkFactory(item=linked, finding=finding, relation="contradicts" if number == 6 else "supports")
    page = sign_in(TeamMemberFactory()).get(DESK, reference="VW.ii")
    article = page.one(".fb-finding")
    assert "17 of 25 applicable files" in article.get_text()
    assert "is supported by 6" in article.get_text() and "is contradicted by 1" in article.get_text()
    assert [link.get_text() for link in article.select("li a")] == [f"E-{n:04d}" for n in (7, 6, 5, 4, 3)]
    assert "is supported by 6" in sign_in(TeamMemberFactory()).get(DESK, reference="LD.i").one(".fb-finding").get_text()


def test_a_filter_stays_while_one_goes_from_linked_to_unlinked(sign_in):
    EvidenceItemFactory(criteria=["VW.ii"])
    page = sign_in(TeamMemberFactory()).get(DESK, reference="VW.ii", area="WES")
    tabs = {link.get_text().rsplit(" ", 1)[0]: link["href"] for link in page.all(".fb-tabs a")}
    assert "area=WES" in tabs["Linked to a finding"] and "linked=1" in tabs["Linked to a finding"]
    linked = sign_in(TeamMemberFactory()).get(DESK, reference="VW.ii", area="WES", linked="1")
    assert linked.one(".fb-filters__form input[name=linked]")["value"] == "1", "another filter keeps the list"


@pytest.mark.parametrize("typed", ["VW.ii", "vw.ii", "VW.II"])
def test_a_criterion_is_found_however_it_is_typed(sign_in, typed):
    assert sign_in(TeamMemberFactory()).get(DESK, reference=typed).heading.startswith("VW.ii Does the CPS consider")


@pytest.mark.parametrize("reference", ["VW.xx", "VW", "E-0001", "<script>", "x" * 300])
def test_what_is_no_criterion_is_told(sign_in, reference):
    page = sign_in(TeamMemberFactory()).get(DESK, reference=reference)
    assert page.status == 404
    assert f"There is no criterion {reference[:40]} in this inspection." in page


def test_an_empty_criterion_says_how_evidence_comes_to_it(sign_in):
    page = sign_in(TeamMemberFactory()).get(DESK, reference="VW.ii")
    assert "0 items, 0 sources" in page.main
    assert "No file finding bears on this criterion yet" in page
    assert "Type #vw.ii into a note to add some." in page


def test_the_list_of_criteria_counts_what_stands_under_each(sign_in):
    world = random_evidence(60)
    FileFindingFactory(criteria=[world.criteria[3], world.criteria[5]])
    page = sign_in(world.people[0]).get("criteria.list_criteria")
    shown = {
        row.select_one("th a").get_text(): [
            int(cell.get_text()) for cell in row.select("td.govuk-table__cell--numeric")
        ]
        for row in page.all("tbody tr")
        if row.select_one("th a")
    }
    assert list(shown) == world.criteria
    for criterion in world.criteria:
        living = world.living(criterion)
        findings = int(criterion in (world.criteria[3], world.criteria[5]))
        assert shown[criterion] == [len(living), len({held.source for held in living}), findings]


def test_who_only_reads_is_offered_nothing_to_change(sign_in):
    EvidenceItemFactory(criteria=["VW.ii"])
    page = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER)).get(DESK, reference="VW.ii")
    assert page.all("main form[method=post]") == []
    assert "Link to a finding" not in page


def test_evidence_of_another_inspection_counts_nowhere(sign_in):
    elsewhere = InspectionFactory()
    with the_world():
        EvidenceItemFactory(source=InterviewFactory(inspection_id=elsewhere.id, body=None, role=None))
        FileFindingFactory(inspection_id=elsewhere.id)
    page = sign_in(TeamMemberFactory()).get("criteria.list_criteria")
    assert {cell.get_text() for cell in page.all("td.govuk-table__cell--numeric")} == {"0"}


def test_what_informs_a_criterion_and_is_not_all_in_stands_with_its_state_and_leads_to_the_request(sign_in):
    inspector = sign_in(TeamMemberFactory())
    request = request_of("A3")
    with the_world():
        db.session.merge(request).due = date(2026, 4, 2)
    RequestEventFactory(request=request)
    RequestEventFactory(request=request, code="received", units=[1], parts=["agenda", "minutes"])
    RequestEventFactory(request=request_of("A4"), code="nil_return", given_by="Clerk")
    assert inspector.get("criteria.show_criterion", reference="QT.ii").one("[hx-get$='/criteria/QT.ii/requests']")
    page = inspector.get("criteria.show_requests", reference="QT.ii")
    found = [" ".join(row.get_text(" ").split()) for row in page.all("main ul[aria-label^='Asked for'] li")]
    late = next(row for row in found if "Wessex" in row)
    assert late == "A3 Local scrutiny panels, Wessex Part received 1 of 3 due 2 April 2026 ! Overdue"
    assert not any(row.startswith("A4") and "Wessex" in row for row in found), "it was answered"
    assert inspector.get("criteria.show_requests", reference="XX.i").status == 404
