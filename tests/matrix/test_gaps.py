"""What is planned and has given nothing yet, by the pack's planned sources."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from app.evidence.models import EvidenceItem
from app.evidence.services import withdraw
from app.extensions import db
from app.inspections.models import PackFile
from app.inspections.queries import list_bodies, list_criteria, list_roles
from app.interviews import planning
from app.interviews.models import Interview
from app.matrix.gaps import Gap, gaps, read_plan, silent
from app.register.models import RequestEvent
from app.register.queries import Nothing, nil_returns, nothing_to_come, read_register
from app.web import clock
from tests.client import Client
from tests.criteria.test_strength_on_the_desk import said
from tests.databases import counting_statements, look_again, the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.factories import EvidenceItemFactory, SourceTextFactory
from tests.factories import the_inspection
from tests.findings.factories import FileFindingFactory
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory, make_planned
from tests.matrix.exports import document, export, sheets
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
    found = silent(plan, "LD.ii", [], list_bodies(the_inspection().id), {("WES", "A5"): Nothing()})
    assert [(gap.code, gap.body_code) for gap in found if gap.mark == "nil_return"] == [("A5", "WES")]


def test_nil_returns_come_from_the_register(app: Any) -> None:
    RequestEventFactory(request=request_of("A5", "WES"), code="nil_return", given_by="ABM", reason="None held.")
    marked = [(gap.code, gap.body_code) for gap in of("LD.ii", "request") if gap.mark == "nil_return"]
    assert marked == [("A5", "WES")]
    assert nothing_to_come(the_inspection().id).keys() == {
        (nil.body, nil.code) for nil in nil_returns(the_inspection().id)
    }
    RequestEventFactory(request=request_of("A5", "WES"), code="reviewed")
    assert nothing_to_come(the_inspection().id).keys() == {("WES", "A5")}, "reviewed, it stands still"
    RequestEventFactory(request=request_of("A5", "WES"), code="received", units=(1,), parts=("assessment",))
    assert nothing_to_come(the_inspection().id).keys() == {
        (nil.body, nil.code) for nil in nil_returns(the_inspection().id)
    }
    assert nothing_to_come(the_inspection().id).keys() == set(), "something came after all"


def test_what_depends_on_a_nil_return_is_no_gap_that_waits(reader: Client) -> None:
    inspection_id = the_inspection().id

    def needless() -> set[tuple[str, str]]:
        found = nothing_to_come(inspection_id)
        light = {place for place, nothing in found.items() if nothing.depends_on}
        lines = read_register(inspection_id, clock.today()).lines
        assert light == {(line.body, line.code) for line in lines if line.is_needless}
        return light

    RequestEventFactory(request=request_of("A1", "WES"))
    RequestEventFactory(request=request_of("A2", "WES"))
    RequestEventFactory(request=request_of("A1", "MCH"), code="not_held", given_by="Clerk", reason="HQ has it")
    assert needless() == set(), "there may be some"
    RequestEventFactory(request=request_of("A1", "WES"), code="nil_return", given_by="ABM", reason="None <b>made here.")
    assert needless() == {("WES", "A2")}
    told = {gap.code: (gap.mark, gap.reason) for gap in of("QT.i", "request") if gap.body_code == "WES"}
    assert told["A1"] == ("nil_return", "None <b>made here.")
    assert told["A2"] == ("nothing_to_come", "A1, nil return")
    page = reader.get("criteria.show_criterion", reference="QT.i")
    said_of = [" ".join(part.get_text(" ").split()) for part in page.all(".fb-silent__body")]
    assert "∅ Nil return: Wessex: None <b>made here." in said_of
    assert "(∅) Wessex – nothing is to come: A1, nil return" in said_of
    cell = reader.get("matrix.show_matrix", by="area").one("[id='cell-QT.i-WES']").get_text()
    assert "Nil return" in cell and "Nothing is to come" in cell
    found = [gap for gap in document(export(reader, "json").data)["gaps"] if gap["criterion"] == "QT.i"]
    assert {gap["code"]: (gap["mark"], gap["reason"]) for gap in found if gap["body_code"] == "WES"}.items() >= (
        told.items()
    )
    RequestEventFactory(request=request_of("A2", "WES"), code="received", units=(1,), parts=("record of attendees",))
    assert needless() == set(), "something came"


def test_the_reason_of_a_nil_return_stays_covered_where_what_was_lifted_from_it_is_distressing() -> None:
    event = RequestEventFactory(
        request=request_of("A5", "WES"), code="nil_return", given_by="ABM", reason="Grim words."
    )
    with the_world():
        document = DocumentFactory(body="WES")
        EvidenceItemFactory(source=document, text=SourceTextFactory(source=document), distressing=True)
        db.session.get_one(RequestEvent, event.id).lifted_id = document.id
    assert nothing_to_come(the_inspection().id) == {("WES", "A5"): Nothing()}


def cancelled(reason: str = "Nobody can come.", *, body: str = "WES", role: str = "dcp") -> Interview:
    with the_world():
        interview: Interview = InterviewFactory(body=body, role=role)
        planning.cancel(interview, reason, by=SOMEBODY)
    return interview


def lost(criterion: str, kind: str | None = "role") -> list[tuple[str, str, str]]:
    return [(gap.code, gap.body_code, gap.reason) for gap in of(criterion, kind) if gap.mark == "cancelled"]


def test_a_role_whose_interviews_were_all_cancelled_is_a_gap_that_is_known_with_its_reasons() -> None:
    before = of("LD.v")
    cancelled()
    cancelled("The office is closed.")
    cancelled("Nobody can come.")
    assert lost("LD.v", None) == [("dcp", "WES", "Nobody can come.; The office is closed.")]
    assert pairs(of("LD.v")) == pairs(before), "it stays a gap"


def test_while_one_is_left_it_is_awaited() -> None:
    one = cancelled()
    InterviewFactory(body="WES", role="dcp")
    assert lost("LD.v", None) == []
    cancelled(body="MCH")
    assert [gap[:2] for gap in lost("LD.v")] == [("dcp", "MCH")]
    with the_world():
        planning.put_back(db.session.get_one(Interview, one.id), by=SOMEBODY)
    assert ("dcp", "WES") in {(gap.code, gap.body_code) for gap in of("LD.v") if gap.mark == "planned"}


def test_an_interview_that_is_planned_and_not_cancelled_changes_nothing() -> None:
    before = of("LD.v")
    assert make_planned()
    assert of("LD.v") == before


def test_where_everybody_was_cancelled_nothing_that_people_say_is_awaited() -> None:
    make_planned()
    everybody = of("LD.v", "role")
    with the_world():
        for interview in db.session.query(Interview):
            planning.cancel(interview, "The visits are put off.", by=SOMEBODY)
    assert len(lost("LD.v")) == len(everybody)
    assert lost("LD.v", "family") == [("said", "", "The visits are put off.")]
    InterviewFactory(body="WES", role="dcp")
    assert lost("LD.v", "family") == []


@pytest.fixture
def reader(sign_in: Callable[..., Client]) -> Client:
    return sign_in(TeamMemberFactory())


def test_the_criterion_says_what_was_cancelled_and_why(reader: Client) -> None:
    cancelled("Nobody <b>can come.")
    page = reader.get("criteria.show_criterion", reference="LD.v")
    dcp = next(part for part in page.all(".fb-silent__item") if "District Crown Prosecutor" in part.get_text())
    wessex = next(part for part in dcp.select(".fb-silent__body") if "Wessex" in part.get_text())
    assert " ".join(wessex.get_text(" ").split()) == "Wessex – planned, cancelled: Nobody <b>can come."
    mersey = next(part for part in dcp.select(".fb-silent__body") if "Mersey" in part.get_text())
    assert "Planned, nothing yet" in mersey.get_text()


def test_nothing_that_was_cancelled_would_make_a_claim_stronger(reader: Client) -> None:
    def strength() -> str:
        page = reader.get("criteria.show_criterion", reference="LD.v")
        return " ".join(page.one("section[aria-labelledby=strength]").get_text(" ").split())

    def offered() -> int:
        return int(re.findall(r"any of (\d+) that are planned and silent", strength())[0])

    before = offered()
    cancelled()
    assert offered() == before - 1
    assert "nothing yet: what people told us" in strength()
    for gap in of("LD.v", "role"):
        cancelled(body=gap.body_code, role=gap.code)
    assert "what people told us" not in strength()


def test_the_cell_is_marked_as_cancelled_and_opens_to_the_reason(reader: Client) -> None:
    for role in ("hq_legal_lead", "hq_policy_lead"):
        cancelled("The lead is away.", body="HQ", role=role)
    page = reader.get("matrix.show_matrix", by="area", open="LD.v:HQ")
    marked = page.one("[id='cell-LD.v-HQ']").get_text()
    assert "Planned, cancelled" in marked and "Planned, nothing yet" not in marked
    opened = " ".join(page.one("tr.fb-matrix__open ul.govuk-list").get_text(" ").split())
    assert "Headquarters – planned, cancelled: The lead is away." in opened


def test_an_export_says_it_too(reader: Client) -> None:
    cancelled("The DCP is away.")
    book = [row for row in sheets(export(reader, "xlsx").data)["Gaps"] if row["State"] == "Planned, cancelled"]
    found = [gap for gap in document(export(reader, "json").data)["gaps"] if gap["mark"] == "cancelled"]
    assert book and {row["Reason"] for row in book} == {gap["reason"] for gap in found} == {"The DCP is away."}
    assert [row["Criterion"] for row in book] == [gap["criterion"] for gap in found]


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
