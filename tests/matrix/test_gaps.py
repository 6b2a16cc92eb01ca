"""What is planned and has given nothing yet, by the pack's planned sources."""

from typing import Any

import pytest

from app.evidence.models import EvidenceItem
from app.evidence.services import withdraw
from app.extensions import db
from app.inspections.models import PackFile
from app.inspections.queries import list_bodies, list_criteria, list_roles
from app.matrix.gaps import Gap, gaps, read_plan, silent
from app.register.queries import nil_returned, nil_returns
from tests.criteria.test_strength_on_the_desk import said
from tests.databases import counting_statements, look_again, the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.factories import EvidenceItemFactory, SourceTextFactory
from tests.factories import the_inspection
from tests.findings.factories import FileFindingFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory
from tests.other_sources.factories import OtherSourceFactory
from tests.packs.second_world import load_second
from tests.register.factories import RequestEventFactory, request_of


@pytest.fixture(autouse=True)
def _app(app: Any) -> None:
    pass


def of(criterion: str, kind: str | None = None) -> list[Gap]:
    look_again()
    inspection_id = the_inspection().id
    ids = {row.reference: row.id for row in list_criteria(inspection_id)}
    found = gaps(inspection_id, ids[criterion])
    assert found == [gap for gap in gaps(inspection_id) if gap.criterion == criterion]
    return [gap for gap in found if kind in (None, gap.kind)]


def pairs(found: list[Gap]) -> set[tuple[str, str]]:
    return {(gap.code, gap.body_code) for gap in found}


def visited() -> set[str]:
    return {body.code for body in list_bodies(the_inspection().id) if body.visited}


def test_at_first_everything_that_is_planned_is_a_gap() -> None:
    assert {gap.code for gap in of("LD.ii", "family")} == {"said", "written", "examined"}
    areas = visited()
    assert len(areas) == 4
    roles = {"area_stalking_lead", "dcp", "prosecutors_crown", "prosecutors_magistrates"}
    expected = {(role, area) for role in roles for area in areas}
    assert pairs(of("LD.ii", "role")) == expected | {("hq_legal_lead", "HQ"), ("hq_policy_lead", "HQ")}
    assert pairs(of("LD.ii", "request")) == {(code, area) for code in ("A5", "A6") for area in areas}
    assert {gap.mark for gap in of("LD.ii")} == {"planned"}
    assert [gap.label for gap in of("VW.iv", "engagement")] == ["National Stalking Consortium"]


def test_headquarters_is_asked_for_what_is_asked_of_headquarters() -> None:
    assert {("H1", "HQ"), ("H2", "HQ"), ("H3", "HQ")} <= pairs(of("QT.i", "request"))


def test_a_prompt_for_some_areas_plans_a_role_in_those_only() -> None:
    """AL12 is for Wessex; AL5 and AL13 are asked of the same role everywhere."""
    plan = read_plan(the_inspection().id)
    assert plan is not None
    bodies = list_bodies(the_inspection().id)
    asked = {role.code: role for role in plan.criteria["PW.i"].roles}["area_stalking_lead"]
    assert {body.code for body in asked.bodies(bodies)} <= visited()
    for planned in plan.criteria.values():
        for role in planned.roles:
            assert not role.only or role.only <= {body.code for body in bodies}


def test_what_a_role_said_in_an_area_closes_its_gap_and_no_other() -> None:
    before = pairs(of("LD.v"))
    said("WES", role="dcp")
    after = pairs(of("LD.v"))
    assert before - after == {("dcp", "WES"), ("said", "")}
    assert pairs(of("LD.ii")) >= {("dcp", "WES")}, "it was said under another criterion"


def test_withdrawn_evidence_leaves_the_gap() -> None:
    item = said("WES", role="dcp")
    with the_world():
        withdraw(db.session.get_one(EvidenceItem, item.id), "Mistake", by=SOMEBODY)
    assert ("dcp", "WES") in pairs(of("LD.v"))


def test_a_document_closes_the_gaps_of_the_requests_that_it_answers() -> None:
    with the_world():
        document = DocumentFactory(body="WES")
        document.request = "A5 A3"
        EvidenceItemFactory(source=document, text=SourceTextFactory(source=document), criteria=["LD.ii"])
    left = pairs(of("LD.ii", "request"))
    assert ("A5", "WES") not in left and ("A6", "WES") in left
    assert "written" not in {gap.code for gap in of("LD.ii", "family")}


def test_a_file_finding_is_what_the_examination_gave() -> None:
    FileFindingFactory(criteria=["LD.ii"])
    assert {gap.code for gap in of("LD.ii", "family")} == {"said", "written"}


@pytest.mark.parametrize(
    ("given_by", "closes"), [("National Stalking Consortium", True), ("nsc", True), ("Somebody else", False)]
)
def test_an_engagement_has_given_something_once_its_record_is_evidence(given_by: str, closes: bool) -> None:
    with the_world():
        source = OtherSourceFactory(family="stakeholder", given_by=given_by)
        EvidenceItemFactory(source=source, text=SourceTextFactory(source=source), criteria=["VW.iv"])
    assert bool(of("VW.iv", "engagement")) is not closes


def test_a_nil_return_has_a_mark_of_its_own() -> None:
    plan = read_plan(the_inspection().id)
    assert plan is not None
    found = silent(plan, "LD.ii", [], list_bodies(the_inspection().id), {("WES", "A5")})
    assert [(gap.code, gap.body_code) for gap in found if gap.mark == "nil_return"] == [("A5", "WES")]


def test_nil_returns_come_from_the_register(app: Any) -> None:
    RequestEventFactory(request=request_of("A5", "WES"), code="nil_return", given_by="ABM", reason="None held.")
    marked = [(gap.code, gap.body_code) for gap in of("LD.ii", "request") if gap.mark == "nil_return"]
    assert marked == [("A5", "WES")]
    assert nil_returned(the_inspection().id) == {(nil.body, nil.code) for nil in nil_returns(the_inspection().id)}
    RequestEventFactory(request=request_of("A5", "WES"), code="reviewed")
    assert nil_returned(the_inspection().id) == {("WES", "A5")}, "reviewed, it stands still"
    RequestEventFactory(request=request_of("A5", "WES"), code="received", units=(1,), parts=("assessment",))
    assert nil_returned(the_inspection().id) == {(nil.body, nil.code) for nil in nil_returns(the_inspection().id)}
    assert nil_returned(the_inspection().id) == set(), "something came after all"


@pytest.mark.parametrize("which", ["the real pack", "another"])
def test_every_gap_lies_in_a_column_that_is_planned(which: str) -> None:
    inspection_id = the_inspection().id if which == "the real pack" else load_second()
    plan, bodies = read_plan(inspection_id), list_bodies(inspection_id)
    assert plan is not None
    columns = {
        "kind": [kind.code for kind in plan.rules.source_kinds],
        "area": [body.code for body in bodies],
        "role": [role.code for role in list_roles(inspection_id)],
    }
    found = gaps(inspection_id)
    assert {gap.kind for gap in found} >= {"family", "role", "request"}
    for gap in found:
        lies_in = {by: [code for code in codes if plan.lies_in(gap, by, code)] for by, codes in columns.items()}
        for by, codes in lies_in.items():
            assert set(codes) <= plan.columns(gap.criterion, by, bodies), (gap, by)
        assert lies_in["area"] == ([gap.body_code] if gap.body_code else [])
        assert lies_in["role"] == ([gap.code] if gap.kind == "role" else [])
        assert lies_in["kind"] or (gap.kind, gap.code) == ("family", "said"), gap


def test_an_inspection_without_its_whole_pack_has_none() -> None:
    with the_world():
        db.session.query(PackFile).filter_by(name="topic-guides.yaml").delete()
    assert gaps(the_inspection().id) == []


def test_it_asks_as_much_for_much_as_for_little() -> None:
    said("WES")
    inspection_id = the_inspection().id

    def statements() -> int:
        with counting_statements() as counted:
            gaps(inspection_id)
        return sum(statement.startswith("SELECT") for statement in counted.statements)

    gaps(inspection_id)
    few = statements()
    with the_world():
        for number in range(30):
            source = InterviewFactory()
            EvidenceItemFactory(source=source, words=f"Thing {number}", criteria=["LD.v", "VW.ii"])
    assert statements() == few <= 6
