"""Distressing content is covered until the reader opens it, on pages and in exports. Source: product.md, section 8."""

from collections.abc import Callable

import pytest

from app.evidence import services
from app.evidence.models import EvidenceItem
from app.extensions import db
from tests.client import Client
from tests.databases import the_world
from tests.evidence.factories import TagFactory
from tests.findings.factories import LinkFactory
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY
from tests.matrix.exports import export, sheets, table


@pytest.fixture
def item(app: object) -> EvidenceItem:
    """Linked to F-01, and distressing."""
    link = LinkFactory()
    with the_world():
        link.item.distressing = True
    return link.item


@pytest.fixture
def inspector(sign_in: Callable[..., Client]) -> Client:
    return sign_in(TeamMemberFactory())


def test_it_is_marked_on_the_item_s_page_and_kept_in_its_history(inspector: Client) -> None:
    item = TagFactory().item
    form = inspector.get("evidence.show_item", item).form(f"/evidence/{item.reference}")
    page = inspector.post("evidence.revise_item", item, **form | {"distressing": "y"})
    assert item.distressing
    assert page.one(".fb-cover #words").get_text() == item.words
    assert not page.one(".fb-cover").has_attr("open")
    assert "Distressing" in inspector.get("evidence.show_history", item).text


@pytest.mark.parametrize(
    ("endpoint", "reference"),
    [("evidence.list_items", None), ("findings.show_finding", "F-01"), ("findings.show_links_of_item", "E-0001")],
)
def test_lists_cover_it(inspector: Client, item: EvidenceItem, endpoint: str, reference: str | None) -> None:
    page = inspector.get(endpoint, **({"reference": reference} if reference else {}))
    covered = [cover for cover in page.all("details.fb-cover") if item.words in cover.get_text()]
    assert len(covered) == page.text.count(item.words) == 1
    assert not covered[0].has_attr("open")


def test_the_item_s_heading_says_its_gist_and_never_its_words(inspector: Client, item: EvidenceItem) -> None:
    assert "Distressing content" in inspector.get("evidence.show_item", item).one("h1").get_text()
    with the_world():
        item.gist = "He was followed."
    assert "He was followed." in inspector.get("evidence.show_item", item).one("h1").get_text()


def test_the_workbook_has_its_words_on_a_sheet_of_their_own(inspector: Client, item: EvidenceItem) -> None:
    other = TagFactory().item
    book = sheets(export(inspector, "xlsx").data)
    assert [(row["Evidence"], row["Words"]) for row in book["Distressing"]] == [(item.reference, item.words)]
    words = {row["Evidence"]: row["Words"] for row in book["Evidence"]}
    assert words[item.reference] == "Distressing content: on the sheet ‘Distressing’"
    assert words[other.reference] == other.words


def test_those_of_withdrawn_items_are_there_too(inspector: Client, item: EvidenceItem) -> None:
    with the_world():
        services.withdraw(db.session.get_one(EvidenceItem, item.id), "Mistake", by=SOMEBODY)
    book = sheets(export(inspector, "xlsx").data)
    assert [row["Words"] for row in book["Distressing"]] == [item.words]
    assert item.words not in {row["Words"] for row in book["Withdrawn"]}


def test_a_table_leaves_them_out_and_says_where_they_are(inspector: Client, item: EvidenceItem) -> None:
    data = export(inspector, "csv").data
    assert item.words not in data.decode()
    assert "in the Excel workbook on a sheet of its own" in table(data)[1][0]["Words"]


def test_a_workbook_without_any_has_no_such_sheet(inspector: Client) -> None:
    TagFactory()
    assert "Distressing" not in sheets(export(inspector, "xlsx").data)
