"""The criterion desk: Areas side by side, and what is planned and silent."""

import pytest

from app.extensions import db
from tests.criteria.test_strength_on_the_desk import said
from tests.databases import counting_statements, the_world
from tests.evidence.factories import EvidenceItemFactory, ItemThemeFactory
from tests.evidence.worlds import random_evidence
from tests.findings.factories import FileFindingFactory, LinkFactory
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import InterviewFactory

DESK = "criteria.show_criterion"


@pytest.fixture
def reader(sign_in):
    return sign_in(TeamMemberFactory())


def side(client, *codes, criterion="LD.v", **filters):
    return client.open("GET", client.address(DESK, reference=criterion), query={"side": list(codes), **filters})


def columns(page) -> dict[str, str]:
    return {
        column.select_one("h3").get_text(): " ".join(column.get_text(" ").split())
        for column in page.all(".fb-side__column")
    }


def test_two_areas_stand_side_by_side_with_strength_counts_and_evidence(reader):
    said("WES", words="One")
    said("WES", role="sdcp")
    said("MCH", direction="strength")
    page = side(reader, "WES", "MCH")
    found = columns(page)
    assert list(found) == ["Mersey-Cheshire", "Wessex"], "in the pack's order"
    assert "Weakness: Supported" in found["Wessex"] and "2 items, 2 sources" in found["Wessex"]
    assert "Strength: Single" in found["Mersey-Cheshire"] and "1 item, 1 source" in found["Mersey-Cheshire"]
    assert "E-0002" in found["Wessex"] and "E-0003" not in found["Wessex"]


def test_an_area_with_nothing_says_so(reader):
    said("WES")
    (empty,) = (words for words in columns(side(reader, "WES", "LON")).values() if not words.startswith("Wessex"))
    assert "Nothing yet" in empty and "0 items, 0 sources" in empty


def test_filters_narrow_the_columns_too(reader):
    said("WES", direction="strength")
    said("WES")
    said("MCH")
    found = columns(side(reader, "WES", "MCH", direction="strength"))
    assert "1 item, 1 source" in found["Wessex"] and "0 items, 0 sources" in found["Mersey-Cheshire"]


def test_the_areas_stay_chosen_when_a_filter_is_set_or_taken_off(reader):
    said("WES")
    page = side(reader, "WES", "MCH", direction="weakness")
    kept = [field["value"] for field in page.all(".fb-filters__form input[name=side]")]
    assert kept == ["MCH", "WES"]
    assert "side=WES" in page.one(".moj-filter__tag")["href"] and "side=MCH" in page.one(".moj-filter__tag")["href"]


def test_one_area_alone_is_told(reader):
    page = side(reader, "WES")
    assert (
        "Only Wessex is chosen. Choose at least one Area more" in page.one("#side").get_text() and columns(page) == {}
    )
    assert page.one("#side details").has_attr("open")


def test_without_an_area_it_says_what_to_do(reader):
    page = side(reader)
    assert "No Area is chosen yet. Choose two or more" in page.one("#side").get_text() and columns(page) == {}
    assert "No Area is chosen yet" not in side(reader, "WES", "MCH").one("#side").get_text()


def test_to_set_none_side_by_side_is_answered_with_what_to_do(reader):
    form = reader.get(DESK, reference="LD.v").one("#side form")
    assert form.select_one("input[name=choose]")["value"] == "1"
    page = side(reader, choose="1")
    assert "No Area was ticked. Tick two or more" in page.one("#side [role=alert]").get_text()
    assert page.one("#side details").has_attr("open")
    assert side(reader, "WES", "MCH", choose="1").all("#side [role=alert]") == []


def test_paper_has_no_heading_of_areas_that_nobody_chose(reader):
    said("WES")
    assert "fb-no-print" in side(reader).one("#side")["class"]
    assert "fb-no-print" not in side(reader, "WES", "MCH").one("#side")["class"]


def test_an_area_that_is_not_there_is_told(reader):
    page = side(reader, "WES", "XXX")
    assert page.status == 404 and "There is no Area called ‘XXX’" in page


def test_the_desk_filters_by_theme_and_good_practice(reader):
    item = said("WES")
    ItemThemeFactory(item=item, name="Rotas")
    with the_world():
        db.session.merge(said("MCH")).good_practice = True
    for query, expected in (({"theme": "rotas"}, ["E-0001"]), ({"good_practice": "1"}, ["E-0002"])):
        page = reader.get(DESK, reference="LD.v", **query)
        assert [card["id"] for card in page.all("article.fb-evidence")] == expected
        assert "1 item, 1 source" in page.main
    assert "Good practice" in page.one("article.fb-evidence").get_text()


def test_what_is_planned_and_silent_is_listed(reader):
    said("WES", role="dcp")
    listed = reader.get(DESK, reference="LD.v").one("section[aria-labelledby=silent]").get_text(" ", strip=True)
    assert "What the file examination shows" in listed and "nothing yet" in listed
    dcp = next(
        line for line in reader.get(DESK, reference="LD.v").all(".fb-silent li") if "District Crown" in line.get_text()
    )
    assert "Wessex" not in dcp.get_text() and "Mersey-Cheshire" in dcp.get_text()


def test_an_item_that_may_not_be_attributed_is_marked(reader):
    with the_world():
        db.session.merge(said("WES")).attributable = False
    assert "Not attributable" in reader.get(DESK, reference="LD.v").one("article.fb-evidence").get_text()
    assert "Not attributable" in reader.get("evidence.list_items").one("article.fb-evidence").get_text()


@pytest.mark.slow
def test_the_page_asks_as_much_at_a_thousand_items_as_at_ten(reader):
    def statements(*codes) -> int:
        side(reader, *codes, criterion="LD.v")
        with counting_statements() as counted:
            side(reader, *codes, criterion="LD.v")
        return sum(statement.startswith(("SELECT", "WITH struck")) for statement in counted.statements)

    def add(items: int, seed: int) -> None:
        world = random_evidence(items, seed=seed)
        with the_world():
            for number in range(min(items // 5, 40)):
                finding = FileFindingFactory(criteria=["LD.v"])
                item = EvidenceItemFactory(source=InterviewFactory(), words=f"Thing {number}", criteria=["LD.v"])
                LinkFactory(item=item, finding=finding, relation="contradicts")
        assert world.items

    add(10, 1)
    few = (statements(), statements("WES", "EMI"), statements("WES", "EMI", "HQ", "LON", "MCH"))
    add(990, 2)
    assert (statements(), statements("WES", "EMI"), statements("WES", "EMI", "HQ", "LON", "MCH")) == few
    assert few[0] <= 19 and few[1] == few[2] == few[0] + 2


def test_each_area_shows_its_file_findings_and_who_is_silent_there(reader):
    said("WES", role="dcp")
    with the_world():
        FileFindingFactory(
            criteria=["LD.v"], body="WES", files=3, applicable=9, direction="weakness", statement="Late here."
        )
    found = columns(side(reader, "WES", "MCH"))
    assert "F-01 Weakness Late here. 3 of 9 applicable files" in found["Wessex"]
    assert "Late here." not in found["Mersey-Cheshire"]
    silent_in = {name: words.partition("Planned and silent")[2].partition("E-0001")[0] for name, words in found.items()}
    assert "District Crown Prosecutor" in silent_in["Mersey-Cheshire"]
    assert silent_in["Wessex"] and "District Crown Prosecutor" not in silent_in["Wessex"]
