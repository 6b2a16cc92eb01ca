"""Distressing content is covered until the reader opens it, on pages and in exports. Source: product.md, section 8."""

from collections.abc import Callable

import pytest

from app.evidence import services
from app.evidence.models import EvidenceItem, SourceText
from app.extensions import db
from app.other_sources.services import correct
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


def test_withdrawing_it_does_not_open_its_words_in_a_reader(inspector: Client) -> None:
    source = OtherSourceFactory()
    text = SourceTextFactory(source=source, text="Before. He followed her home. After.")
    item = EvidenceItemFactory(source=source, text=text, start=8, end=29, distressing=True)
    withdraw(item)
    page = inspector.get("other_sources.show_source", source)
    assert page.one("#page-text").get_text() == text.text
    assert page.one("#page-text details.fb-cover:not([open])").get_text() == item.words
    assert page.all("#page-text mark") == [] and page.all("article.fb-evidence") == []


def test_a_withdrawn_item_that_is_not_distressing_leaves_no_trace_in_a_reader(inspector: Client) -> None:
    source = OtherSourceFactory()
    text = SourceTextFactory(source=source, text="Before. He rang her. After.")
    withdraw(EvidenceItemFactory(source=source, text=text, start=8, end=20))
    page = inspector.get("other_sources.show_source", source)
    assert page.all("#page-text details") == page.all("#page-text mark") == []


@pytest.mark.parametrize(
    ("corrected", "covered"),
    [
        (
            "On Monday he  followed\nher home. Then he followed her home.",
            ["he  followed\nher home.", "he followed her home."],
        ),
        ("On Monday he came after her.", ["On Monday he came after her."]),
    ],
    ids=["where they still stand", "all of it where they do not"],
)
def test_a_corrected_text_covers_the_words(inspector: Client, corrected: str, covered: list[str]) -> None:
    source = OtherSourceFactory(words="On Monday he followed her home.")
    first = db.session.query(SourceText).filter_by(source_id=source.id).one()
    item = EvidenceItemFactory(source=source, text=first, start=10, end=31, distressing=True)
    assert item.words == "he followed her home."
    with the_world():
        correct(db.session.merge(source), db.session.merge(first), corrected, base=first.id, by=SOMEBODY)
    page = inspector.get("other_sources.show_source", source)
    assert [part.get_text() for part in page.all("#page-text details.fb-cover:not([open])")] == covered
    page = inspector.get("evidence.show_item", item)
    assert [part.get_text() for part in page.all("details.fb-cover:not([open]) > p")] == [corrected]
    assert str(page.soup).count(corrected) == 1, "what the source says now"


def test_an_item_s_page_covers_what_is_distressing_round_its_words(inspector: Client) -> None:
    source = OtherSourceFactory()
    text = SourceTextFactory(source=source, text="Before. He followed her home. After.")
    withdraw(EvidenceItemFactory(source=source, text=text, start=8, end=29, distressing=True))
    item = EvidenceItemFactory(source=source, text=text, start=24, end=36)
    page = inspector.get("evidence.show_item", item)
    context = page.one(".fb-context")
    assert context.get_text() == text.text
    assert context.select_one("details.fb-cover:not([open])").get_text() == "He followed her home."
    assert "".join(mark.get_text() for mark in context.select("mark")) == item.words
    assert len(page.all("#words")) == 1


def test_a_note_that_is_tagged_anew_stays_covered(inspector: Client) -> None:
    note = NoteFactory(words="He said he would kill her. #vw.ii")
    with the_world():
        note.item.distressing = True
    withdraw(note.item)
    address = {"reference": note.interview.reference, "number": note.number}
    form = inspector.get("interviews.edit_note", **address).form("/notes/1")
    inspector.post("interviews.reword_note", **address, **form | {"words": "He said he would kill her. #vw.ii #ld.i"})
    page = inspector.get("interviews.show_note", **address)
    assert shown(page, "He said he would kill her.") == (3, 3)
    assert page.all(".fb-note .fb-tag")[0].get_text() == "E-0002"


def test_what_somebody_else_wrote_first_is_covered_where_two_wrote_at_once(inspector: Client) -> None:
    note = NoteFactory(words="He said he would kill her. #vw.ii")
    with the_world():
        note.item.distressing = True
    address = {"reference": note.interview.reference, "number": note.number}
    first, second = (inspector.get("interviews.edit_note", **address).form("/notes/1") for _ in range(2))
    inspector.post("interviews.reword_note", **address, **first | {"words": "He said that he would kill her."})
    page = inspector.post("interviews.reword_note", **address, **second | {"words": "Mine."})
    assert page.status == 409
    told = "in the line, beside the other version, and among all versions"
    assert shown(page, "He said that he would kill her.") == (3, 3), told

    source = OtherSourceFactory(words="He followed her home.")
    text = db.session.query(SourceText).filter_by(source_id=source.id).one()
    EvidenceItemFactory(source=source, text=text, distressing=True)
    first, second = (inspector.get("other_sources.show_correct", source).form("/correct") for _ in range(2))
    inspector.post("other_sources.correct", source, **first | {"words": "He followed her to work."})
    page = inspector.post("other_sources.correct", source, **second | {"words": "Mine."})
    assert page.status == 409
    assert shown(page, "He followed her to work.") == (1, 1)


def withdraw(item: EvidenceItem) -> None:
    with the_world():
        services.withdraw(db.session.get_one(EvidenceItem, item.id), "Mistake", by=SOMEBODY)


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


@pytest.mark.slow
def test_the_workbook_has_its_words_on_a_sheet_of_their_own(inspector: Client, item: EvidenceItem) -> None:
    other = TagFactory().item
    book = sheets(export(inspector, "xlsx").data)
    assert [(row["Evidence"], row["Words"]) for row in book["Distressing"]] == [(item.reference, item.words)]
    words = {row["Evidence"]: row["Words"] for row in book["Evidence"]}
    assert words[item.reference] == "Distressing content: on the sheet ‘Distressing’"
    assert words[other.reference] == other.words


@pytest.mark.slow
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
