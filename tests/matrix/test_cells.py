"""A cell of the matrix opens its evidence in place; what is planned and silent has marks of its own."""

import pytest

from app.evidence.models import Tag
from app.extensions import db
from app.inspections.queries import list_bodies
from app.inspections.vocabulary import Vocabulary
from app.interviews import planning
from app.matrix.gaps import known_gaps, marks_of, read_plan
from app.matrix.queries import matrix
from app.register.queries import Nothing
from tests.criteria.test_strength_on_the_desk import said
from tests.databases import counting_statements, the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.factories import EvidenceItemFactory, SourceTextFactory
from tests.evidence.worlds import random_evidence
from tests.factories import the_inspection
from tests.findings.factories import FileFindingFactory
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory
from tests.matrix.test_counts import shown


@pytest.fixture
def reader(sign_in):
    return sign_in(TeamMemberFactory())


def cell(page, reference, code):
    return page.one(f"[id='cell-{reference}-{code}']")


def marks(reference: str, by: str, nil=()) -> dict[str, list[str]]:
    inspection = the_inspection()
    grid = matrix(inspection.id, by, Vocabulary.read(inspection.vocabulary))
    plan = read_plan(inspection.id)
    assert plan is not None
    bodies = list_bodies(inspection.id)
    found = marks_of(
        plan, grid.rows, by, bodies, known_gaps(inspection.id, plan, bodies, dict.fromkeys(nil, Nothing()))
    )
    return {column: kinds for (criterion, column), kinds in found.items() if criterion == reference}


def test_a_cell_says_that_it_is_closed_and_leads_to_itself_opened(reader):
    said("WES")
    link = cell(reader.get("matrix.show_matrix", by="area"), "LD.v", "WES")
    assert link["aria-expanded"] == "false"
    assert link["href"].endswith("/matrix?by=area&open=LD.v:WES#open") or "open=LD.v%3AWES" in link["href"]
    assert link["hx-get"] == link["href"].removesuffix("#open")
    assert link["hx-push-url"] == link["href"], "the address leads to the place, too"


def test_the_mark_of_an_empty_cell_is_explained_and_a_cell_with_evidence_lists_who_is_silent_when_opened(reader):
    said("WES")
    page = reader.get("matrix.show_matrix", by="area", open="LD.v:WES")
    assert "planned, and the cell is empty yet" in page.one(".fb-key").get_text()
    assert "In a cell that has evidence, other planned sources may still be silent: open it to see which." in page
    assert cell(page, "LD.v", "WES").select_one(".fb-cell__planned") is None
    assert "Planned and silent" in page.one("tr.fb-matrix__open").get_text()
    assert cell(page, "LD.v", "MCH").select_one(".fb-cell__planned") is not None


@pytest.mark.parametrize("htmx", [True, False], ids=["in place", "as a page"])
def test_an_opened_cell_shows_its_evidence_beneath_its_row(reader, htmx):
    said("WES", words="One")
    said("EMI")
    said("WES", criterion="LD.ii")
    path = reader.address("matrix.show_matrix")
    page = reader.open("GET", path, query={"by": "area", "open": "LD.v:WES"}, htmx=htmx)
    assert bool(page.soup.find("h1")) is not htmx
    opened = page.one("tr.fb-matrix__open")
    assert [card["id"] for card in opened.select("article.fb-evidence")] == ["E-0001"]
    assert opened.find_previous_sibling("tr").select_one("th a").get_text() == "LD.v"
    assert opened.select_one("h2").get_text() == "LD.v · Wessex: 1 item, 1 source"
    assert opened.select_one("h2").has_attr("autofocus"), "the focus goes to what opened"
    assert cell(page, "LD.v", "WES")["aria-expanded"] == "true"
    assert [link["id"] for link in page.all("a[aria-expanded=true]")] == ["cell-LD.v-WES"]


def test_going_back_gets_the_page_whole(reader):
    said("WES")
    headers = {"HX-History-Restore-Request": "true"}
    page = reader.open("GET", reader.address("matrix.show_matrix"), htmx=True, headers=headers, checked=False)
    assert page.soup.find("h1") is not None


@pytest.mark.slow
def test_closing_leads_back_to_the_cell(reader):
    said("WES")
    page = reader.get("matrix.show_matrix", by="area", open="LD.v:WES")
    close = next(link for link in page.all("tr.fb-matrix__open a") if link.get_text() == "Close")
    assert close["hx-push-url"] == close["href"].split("#")[0] and "open" not in close["hx-push-url"]
    closed = reader.open("GET", close["hx-get"], htmx=True)
    assert closed.all("tr.fb-matrix__open") == []
    assert [link["id"] for link in closed.all("[autofocus]")] == ["cell-LD.v-WES"]


@pytest.mark.parametrize("wanted", ["LD.v", "LD.v:", "LD.v:XXX", "XX:WES", ":", "LD.v:interview", "<b>:WES", "x" * 300])
def test_what_is_no_cell_is_told(reader, wanted):
    page = reader.get("matrix.show_matrix", by="area", open=wanted)
    assert page.status == 404 and "The matrix has no cell" in page


def test_an_empty_cell_that_is_planned_opens_to_who_is_silent(reader):
    said("WES", role="dcp")
    page = reader.get("matrix.show_matrix", by="area", open="LD.v:MCH")
    opened = page.one("tr.fb-matrix__open").get_text(" ", strip=True)
    assert "No evidence yet." in opened and "District Crown Prosecutor, Mersey-Cheshire" in " ".join(opened.split())
    assert "Planned, nothing yet" in cell(page, "LD.v", "MCH").get_text()
    assert "Wessex" not in page.one("tr.fb-matrix__open ul.govuk-list").get_text()


def test_a_cell_that_is_not_planned_and_empty_opens_nothing(reader):
    page = reader.get("matrix.show_matrix", by="area")
    assert page.all("[id='cell-LD.v-LON']") == []
    assert page.all("[id='cell-LD.v-MCH']") != []


def test_by_area_those_that_are_asked_are_planned(app):
    visited = {body.code for body in list_bodies(the_inspection().id) if body.visited}
    assert marks("LD.v", "area") == {code: ["planned"] for code in [*visited, "HQ"]}
    said("WES")
    assert marks("LD.v", "area").keys() == (visited - {"WES"}) | {"HQ"}


def test_by_role_those_who_are_asked_are_planned(app):
    roles = {"hq_legal_lead", "dcp", "prosecutors_crown", "prosecutors_magistrates"}
    assert marks("LD.v", "role").keys() == roles
    said("WES")
    assert marks("LD.v", "role").keys() == roles - {"dcp"}


def test_by_kind_a_file_finding_stands_for_the_files(app):
    assert marks("LD.v", "kind").keys() == {"interview", "focus_group", "case_file"}
    FileFindingFactory(criteria=["LD.v"])
    assert marks("LD.v", "kind").keys() == {"interview", "focus_group"}
    assert marks("LD.ii", "kind").keys() == {"interview", "focus_group", "case_file", "document"}
    assert marks("VW.iv", "kind").keys() == {"interview", "focus_group", "case_file", "other"}


def test_a_nil_return_is_marked_beside_what_is_there(app):
    nil = {("WES", "A5"), ("MCH", "A1")}
    assert marks("LD.ii", "area", nil)["WES"] == ["planned", "nil_return"]
    assert marks("LD.ii", "area", nil)["MCH"] == ["planned"], "A1 is not asked for this criterion"
    said("WES", criterion="LD.ii")
    assert marks("LD.ii", "area", nil)["WES"] == ["nil_return"]
    assert marks("LD.ii", "kind", nil)["document"] == ["planned", "nil_return"]
    with the_world():
        document = DocumentFactory(body="EMI")
        EvidenceItemFactory(source=document, text=SourceTextFactory(source=document), criteria=["LD.ii"])
    assert marks("LD.ii", "kind", nil)["document"] == ["nil_return"]


def test_what_was_cancelled_has_a_mark_of_its_own_where_it_lies(app):
    with the_world():
        for body, role in (("WES", "dcp"), ("HQ", "hq_legal_lead")):
            planning.cancel(InterviewFactory(body=body, role=role), "Nobody can come.", by=SOMEBODY)
    assert marks("LD.v", "area")["HQ"] == ["cancelled"], "nobody else is asked there"
    assert marks("LD.v", "area")["WES"] == marks("LD.v", "role")["dcp"] == ["planned", "cancelled"]
    assert marks("LD.v", "role")["hq_legal_lead"] == ["cancelled"]
    assert marks("LD.v", "area")["MCH"] == ["planned"]
    assert "cancelled" in marks("LD.v", "kind")["interview"]
    said("WES", role="prosecutors_crown")
    assert marks("LD.v", "area")["WES"] == ["cancelled"], "beside what another role said"


def test_a_nil_return_is_marked_no_more_once_the_request_has_given_something(app):
    nil = {("WES", "A5"), ("WES", "A6")}

    def lift_what_came(request):
        with the_world():
            document = DocumentFactory(body="WES")
            document.request = request
            EvidenceItemFactory(source=document, text=SourceTextFactory(source=document), criteria=["LD.ii"])

    lift_what_came("A5")
    assert marks("LD.ii", "area", nil)["WES"] == ["nil_return"], "that of A6 stands"
    lift_what_came("A6 A3")
    assert "WES" not in marks("LD.ii", "area", nil)
    assert "document" not in marks("LD.ii", "kind", nil)


def test_findings_show_their_figures_and_under_ten_files_counts_only(reader):
    with the_world():
        FileFindingFactory(criteria=["LD.v"], files=61, applicable=204)
        FileFindingFactory(criteria=["LD.v"], files=3, applicable=9)
        FileFindingFactory(criteria=["LD.v"], files=1, applicable=10)
        FileFindingFactory(criteria=["LD.v"])
    page = reader.get("matrix.show_matrix")
    row = next(row for row in page.all("table.fb-matrix tr") if "LD.v" in row.get_text())
    assert [" ".join(one.get_text().split()) for one in row.select(".fb-matrix__finding")] == [
        "F-01 61 of 204 (30%)",
        "F-02 3 of 9",
        "F-03 1 of 10 (10%)",
        "F-04",
    ]


def test_it_says_that_an_item_may_stand_in_two_rows(reader):
    assert "An item may stand in two rows or more" in reader.get("matrix.show_matrix")


def test_what_is_set_aside_is_shown_and_marked(reader):
    said("WES")
    with the_world():
        db.session.query(Tag).one().set_aside = True
    page = reader.get("matrix.show_matrix", by="area", open="LD.v:WES")
    assert shown(cell(page, "LD.v", "WES").parent) == (1, 1)
    assert "Set aside: not counted" in page.one("tr.fb-matrix__open article").get_text()


@pytest.mark.slow
@pytest.mark.parametrize("by", ["kind", "area", "role"])
def test_it_asks_as_much_at_a_thousand_items_as_at_ten(reader, by):
    def statements() -> list[int]:
        found = []
        for wanted in ({}, {"open": {"kind": "LD.i:interview", "area": "LD.i:WES", "role": "LD.i:dcp"}[by]}):
            reader.get("matrix.show_matrix", by=by, **wanted)
            with counting_statements() as counted:
                reader.get("matrix.show_matrix", by=by, **wanted)
            found.append(len(counted))
        return found

    EvidenceItemFactory(criteria=["LD.i"])
    random_evidence(10, seed=1)
    few = statements()
    random_evidence(990, seed=2)
    assert statements() == few


def test_a_finding_shows_by_a_mark_what_it_shows(reader):
    with the_world():
        FileFindingFactory(criteria=["LD.v"], files=61, applicable=204, direction="weakness")
        FileFindingFactory(criteria=["LD.v"])
    one, other = reader.get("matrix.show_matrix").all(".fb-matrix__finding")
    assert one.select_one(".fb-direction--second").get_text(strip=True) == "Weakness"
    assert other.select_one(".fb-direction") is None, "nobody has said"


@pytest.mark.parametrize(("by", "told"), [("kind", False), ("area", True), ("role", True)])
def test_where_the_rows_have_no_room_for_the_wording_it_stands_below(reader, by, told):
    page = reader.get("matrix.show_matrix", by=by)
    asked = [" ".join(line.get_text(" ").split()) for line in page.all(".fb-matrix-wording__list > div")]
    assert bool(asked) is told
    if told:
        assert len(asked) == 22 and next(line for line in asked if line.startswith("VW.ii ")).startswith(
            "VW.ii Does the CPS consider"
        )
