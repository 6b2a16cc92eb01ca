"""Distressing content is covered until the reader opens it, on pages and in exports. Source: product.md, section 8."""

from collections.abc import Callable

import pytest

from app.evidence import services
from app.evidence.models import EvidenceItem
from app.extensions import db
from tests.client import Client, Page
from tests.databases import the_world
from tests.evidence.factories import EvidenceItemFactory, SourceTextFactory, TagFactory
from tests.findings.factories import LinkFactory
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY, NoteFactory
from tests.matrix.exports import export, sheets, table
from tests.other_sources.factories import OtherSourceFactory


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


def test_a_note_s_words_are_covered_in_the_stream_on_its_page_and_in_every_version(inspector: Client) -> None:
    note = NoteFactory(words="He said he would kill her. #vw.ii")
    with the_world():
        note.item.distressing = True
    address = {"reference": note.interview.reference, "number": note.number}
    stream = inspector.get("interviews.show_interview", reference=note.interview.reference)
    page = inspector.get("interviews.show_note", **address)
    assert [shown(it, note.words) for it in (stream, page)] == [(1, 1), (2, 2)]
    assert note.words in inspector.get("interviews.edit_note", **address).one("textarea").get_text()


def test_a_reader_covers_the_passage_and_its_text_stays_the_same(inspector: Client) -> None:
    source = OtherSourceFactory()
    text = SourceTextFactory(source=source, text="Before. He followed her home. After.")
    item = EvidenceItemFactory(source=source, text=text, start=8, end=29, distressing=True)
    EvidenceItemFactory(source=source, text=text, start=20, end=36)
    page = inspector.get("other_sources.show_source", source)
    reader = page.one("#page-text")
    assert reader.get_text() == text.text
    assert page.one("#page-text details.fb-cover:not([open])").get_text() == item.words
    assert page.one(f"#{item.reference}").find_parent("details") is None, "the address of an item would open it"


def test_the_history_covers_the_words_of_an_item_and_of_an_other_source(inspector: Client) -> None:
    source = OtherSourceFactory(words="He followed her home.")
    text = SourceTextFactory(source=source, text="He followed her home today.")
    item = EvidenceItemFactory(source=source, text=text, distressing=True)
    assert shown(inspector.get("evidence.show_history", item), item.words) == (1, 1)
    assert shown(inspector.get("other_sources.show_history", source), "He followed her home") == (2, 2)


def shown(page: Page, words: str) -> tuple[int, int]:
    """How often the words stand on the page, and how often under a cover that is shut."""
    covers = page.all("details.fb-cover:not([open])")
    return page.main.count(words), sum(words in cover.get_text() for cover in covers)


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
