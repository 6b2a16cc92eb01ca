"""What the matrix counts: each number counted again by the test, from what it put there."""

import pytest

from app.inspections.models import TeamRole
from app.inspections.queries import list_bodies, list_roles
from app.inspections.vocabulary import Vocabulary
from app.matrix.queries import Cell, coverage, matrix
from tests.databases import the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.factories import EvidenceItemFactory
from tests.evidence.worlds import Held, World, random_evidence
from tests.factories import the_inspection
from tests.findings.factories import FileFindingFactory
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import InterviewFactory, NoteFactory

Numbers = tuple[int, int]
COLUMN = {
    "kind": lambda held: held.kind,
    "area": lambda held: held.area or "none",
    "role": lambda held: held.role or "none",
}


def counted(held: list[Held]) -> Numbers:
    return len(held), len({one.source for one in held})


def pair(cell: Cell | None) -> Numbers:
    return (cell.items, cell.sources) if cell else (0, 0)


def shown(cell) -> Numbers:
    """Items and sources of a cell of the page, as it says them."""
    if cell.select_one(".fb-cell__count") is None:
        return 0, 0
    items = next(cell.select_one(".fb-cell__count").stripped_strings)
    return int(items), int(list(cell.select_one(".fb-cell__sources").stripped_strings)[-1])


def codes(by: str) -> list[str]:
    inspection = the_inspection()
    if by == "kind":
        return [term.code for term in Vocabulary.read(inspection.vocabulary).source_kinds]
    rows = list_bodies(inspection.id) if by == "area" else list_roles(inspection.id)
    return [*(row.code for row in rows), "none"]


@pytest.fixture
def world(app) -> World:
    with the_world():
        documents = [DocumentFactory(content=bytes([65 + n]), body=body) for n, body in enumerate(["WES", None, "LON"])]
    return random_evidence(150, seed=7, sources=documents)


@pytest.mark.parametrize("by", COLUMN)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_items_sources_and_directions_are_those_of_a_naive_count(app, by, seed):
    world = random_evidence(80, seed=seed, sources=[DocumentFactory(), DocumentFactory(content=b"2", body=None)])
    inspection = the_inspection()
    grid = matrix(inspection.id, by, Vocabulary.read(inspection.vocabulary))
    assert [code for code, _heading in grid.columns] == codes(by)
    assert [row.reference for row in grid.rows] == world.criteria
    for row in grid.rows:
        living = world.living(row.reference)
        assert pair(row.total) == counted(living)
        for code, _heading in grid.columns:
            here = [held for held in living if COLUMN[by](held) == code]
            cell = row.cells.get(code)
            assert pair(cell) == counted(here), (row.reference, code)
            directions = {one.direction for one in here}
            assert (cell.directions if cell else {}) == {d: sum(h.direction == d for h in here) for d in directions}
    tagged = [held for held in world.living() if held.criteria]
    for code, _heading in grid.columns:
        assert pair(grid.totals.get(code)) == counted([held for held in tagged if COLUMN[by](held) == code])
    assert pair(grid.total) == counted(tagged)


@pytest.mark.slow
@pytest.mark.parametrize("by", COLUMN)
def test_the_page_says_the_same_numbers_and_each_cell_opens_what_it_counts(sign_in, world, by):
    reader = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))
    page = reader.get("matrix.show_matrix", by=by)
    *rows, last = page.all("table.fb-matrix tbody tr")
    tagged = [held for held in world.living() if held.criteria]
    opened = 0
    for number, (criterion, row) in enumerate(zip(world.criteria, rows, strict=True)):
        cells = row.select("td.fb-cell")
        assert len(cells) == len(codes(by)) + 1
        for place, (code, cell) in enumerate(zip(codes(by), cells, strict=False)):
            here = [held for held in world.living(criterion) if COLUMN[by](held) == code]
            assert shown(cell) == counted(here)
            if here and (number + place) % 4 == 0:
                desk = reader.open("GET", cell.select_one("a")["href"])
                assert [card["id"] for card in desk.all("article.fb-evidence")] == [h.reference for h in reversed(here)]
                opened += 1
        assert shown(cells[-1]) == counted(world.living(criterion))
    assert opened > 2
    for code, cell in zip([*codes(by), None], last.select("td.fb-cell"), strict=True):
        assert shown(cell) == counted([held for held in tagged if code in (None, COLUMN[by](held))])


def test_eight_notes_of_one_focus_group_are_eight_items_and_one_source(sign_in):
    with the_world():
        group = InterviewFactory(kind="focus_group")
        for number in range(8):
            NoteFactory(interview=group, words=f"Thing {number} #vw.ii")
    page = sign_in(TeamMemberFactory()).get("matrix.show_matrix")
    row = next(row for row in page.all("table.fb-matrix tr") if "VW.ii" in row.get_text())
    assert [shown(cell) for cell in row.select("td.fb-cell")] == [(0, 0), (8, 1), (0, 0), (0, 0), (0, 0), (8, 1)]


def test_an_item_under_two_criteria_counts_in_both_rows_and_once_below(sign_in):
    EvidenceItemFactory(criteria=["VW.ii", "LD.i"])
    page = sign_in(TeamMemberFactory()).get("matrix.show_matrix")
    *rows, last = page.all("table.fb-matrix tbody tr")
    assert sum(shown(row.select("td.fb-cell")[-1])[0] for row in rows) == 2
    assert shown(last.select("td.fb-cell")[-1]) == (1, 1)
    assert "Each item once: one may stand under several criteria." in last.get_text()


def test_findings_stand_in_the_row_of_each_criterion(sign_in):
    with the_world():
        for _ in range(10):
            FileFindingFactory(criteria=["VW.ii"])
        FileFindingFactory(criteria=["VW.ii", "LD.i"])
    page = sign_in(TeamMemberFactory()).get("matrix.show_matrix")
    rows = {row.select_one("th a").get_text(): row for row in page.all("table.fb-matrix tbody tr")[:-1]}
    assert [link.get_text() for link in rows["LD.i"].select("td:last-child a")] == ["F-11"]
    assert [link.get_text() for link in rows["VW.ii"].select("td:last-child a")] == [f"F-{n:02d}" for n in range(1, 9)]
    assert "and 3 more" in rows["VW.ii"].get_text()


@pytest.mark.parametrize("by", ["", "colour", "<script>", "kind;"])
def test_a_layout_that_does_not_exist_is_told(sign_in, by):
    page = sign_in(TeamMemberFactory()).get("matrix.show_matrix", by=by)
    assert page.status == 404
    assert "The matrix can be laid out by kind, by area or by role." in page


def test_an_inspection_without_criteria_says_where_they_come_from(sign_in):
    other = InspectionFactory()
    reader = sign_in(TeamMemberFactory(inspection_id=other.id))
    for endpoint in ("matrix.show_matrix", "criteria.list_criteria"):
        page = reader.get(endpoint, inspection=other.code)
        assert "They come with the inspection pack." in page


def test_another_inspection_is_counted_nowhere(sign_in):
    elsewhere = InspectionFactory()
    with the_world():
        EvidenceItemFactory(source=InterviewFactory(inspection_id=elsewhere.id, body=None, role=None))
    assert {row.items for row in coverage(the_inspection().id)} == {0}
    page = sign_in(TeamMemberFactory()).get("matrix.show_matrix")
    assert {shown(cell) for cell in page.all("td.fb-cell")} == {(0, 0)}
