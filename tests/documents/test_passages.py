"""Tagging a passage: the words that were selected, where they stand, for good."""

import pytest
from sqlalchemy import select

from app.evidence.models import EvidenceItem, Source, SourceText, Tag
from app.evidence.services import add_text
from app.extensions import db
from app.inspections.models import Criterion, TeamRole
from app.web import clock
from app.web.pages import long_date
from tests.databases import the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.apart import do_jobs
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY

TEXT = (
    "😀 The panel met in March.\nIt had a backlog: the backlog\tgrew 👩‍👩‍👧 each month.\n<b>Chair</b>: e\u0301te\u0301."
)


@pytest.fixture
def document(app):
    made = DocumentFactory(content=TEXT.encode())
    do_jobs()
    assert db.session.scalars(select(SourceText)).one().text == TEXT
    return made


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


def tag(client, document, words, criteria=("VW.ii",), page=1, **sent):
    fields = {"words": words, "criteria": list(criteria), "gist": "", "direction": "", "start": "", "end": ""}
    options = {name: sent.pop(name) for name in ("htmx", "follow") if name in sent}
    return client.open(
        "POST", f"{client.address('documents.tag_passage', document)}?page={page}", form=fields | sent, **options
    )


def items() -> list[EvidenceItem]:
    return list(db.session.scalars(select(EvidenceItem).order_by(EvidenceItem.number)))


def marked(page) -> list[str]:
    return [mark.get_text() for mark in page.all("#page-text mark")]


def test_a_selected_passage_becomes_evidence_and_stays_marked(inspector, document):
    start = TEXT.index("panel met")
    page = tag(
        inspector,
        document,
        "panel met",
        ["VW.ii", "LD.i"],
        start=start,
        end=start + 9,
        direction="weakness",
        gist="It met.",
    )
    assert page.messages.endswith("E-0001 is saved.")
    (item,) = items()
    assert (item.words, item.start_at, item.end_at) == ("panel met", start, start + 9)
    assert (item.quote, item.gist, item.direction, item.evidence_kind) == (True, "It met.", "weakness", "direct")
    assert sorted(t.criterion.reference for t in db.session.query(Tag)) == ["LD.i", "VW.ii"]
    for shown in (page, inspector.get("documents.show_document", document)):
        assert marked(shown) == ["panel met"]
        assert shown.one("#page-text").get_text() == TEXT
        assert shown.one("mark")["class"] == ["fb-mark", "fb-mark--second"]
        assert shown.one("#card-E-0001")
        assert "1 item" in shown.one(".fb-pages").get_text()


def test_offsets_are_code_points_and_count_an_emoji_once(inspector, document):
    for words in ("😀", "👩‍👩‍👧 each", "e\u0301te\u0301"):
        start = TEXT.index(words)
        tag(inspector, document, words, start=start, end=start + len(words))
    assert [item.words for item in items()] == ["😀", "👩‍👩‍👧 each", "e\u0301te\u0301"]
    for item in items():
        assert inspector.get("evidence.show_item", item).one("#words").get_text() == item.words


def test_words_copied_by_hand_are_found_where_they_stand(inspector, document):
    tag(inspector, document, "  the backlog grew ")
    assert [item.words for item in items()] == ["the backlog\tgrew"], "exactly as the text has it"


def test_a_selection_says_which_of_two_places_is_meant(inspector, document):
    second = TEXT.index("backlog", TEXT.index("backlog") + 1)
    tag(inspector, document, "backlog", start=second, end=second + 7)
    assert [item.start_at for item in items()] == [second]


WRONG = {
    "not there": ({"words": "the backlog shrank"}, "These words do not stand on this page like that."),
    "twice there": ({"words": "backlog"}, "These words stand 2 times on this page. Add some words round them"),
    "no words": ({"words": " \n"}, "Select the passage in the text, or copy its words here"),
    "no criterion": ({"words": "panel met", "criteria": []}, "Choose at least one criterion"),
    "wrong criterion": ({"words": "panel met", "criteria": ["XX.i"]}, ""),
    "long gist": ({"words": "panel met", "gist": "x" * 2001}, "Gist must be 2,000 characters or fewer"),
    "offsets that lie": ({"words": "not there", "start": 0, "end": 9}, "These words do not stand on this page"),
    "offsets that are none": ({"words": "panel met", "start": "x", "end": "y"}, ""),
    "negative offset": ({"words": "panel met", "start": -5, "end": 9}, ""),
    "wrong direction": ({"words": "panel met", "direction": "sideways"}, ""),
}


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_passage_is_told_in_a_sentence_and_stays_as_typed(inspector, document, wrong, htmx):
    changes, sentence = WRONG[wrong]
    sent = {"gist": "  Kept\n", "criteria": ["LD.i", "VW.ii"]} | changes
    page = tag(inspector, document, **sent, htmx=htmx)
    assert page.status == 422
    assert page.errors and page.errors[0].startswith(sentence)
    assert page.field("words") == sent["words"]
    assert page.field("gist") == sent["gist"]
    assert page.field("criteria") == [c for c in sent["criteria"] if c != "XX.i"]
    assert page.one("#page-text").get_text() == TEXT
    assert items() == []


def test_words_that_are_under_the_criterion_already_make_another_item_only_when_that_is_meant(inspector, document):
    tag(inspector, document, "panel met", criteria=["LD.i", "VW.ii"])
    page = tag(inspector, document, "panel met", criteria=["LD.i"])
    assert page.errors == ["E-0001 is on these words already. Work on that one, or tick to make another"]
    assert page.one("#card-E-0001 h3 a")["href"].endswith("/evidence/E-0001")
    assert len(items()) == 1
    tag(inspector, document, "panel met", criteria=["LD.i"], again="y")
    tag(inspector, document, "panel met", criteria=["LD.ii"])
    tag(inspector, document, "panel", criteria=["LD.i"])
    assert len(items()) == 4


def test_by_htmx_only_the_page_of_the_document_comes_back(inspector, document):
    page = tag(inspector, document, "panel met", htmx=True)
    assert page.status == 200 and page.soup.find("h1") is None
    assert page.one("[hx-swap-oob='innerHTML:#passage-made']").get_text() == "E-0001 is saved."
    assert page.soup.find(True)["id"] == "page-text"
    assert marked(page) == ["panel met"]
    assert page.one("[hx-swap-oob='innerHTML:#on-page'] #card-E-0001")
    assert page.all("form") == [], "the form stays, and is emptied where it stands"
    next_one = page.one("input#passage-operation[hx-swap-oob]")["value"]
    tag(inspector, document, "March", htmx=True, operation=next_one)
    assert [item.words for item in items()] == ["panel met", "March"]


def test_what_was_wrong_in_the_form_is_gone_once_the_passage_is_tagged(inspector, document):
    refused = tag(inspector, document, "not there", htmx=True)
    assert refused.headers["HX-Retarget"] == "#passage"
    assert refused.soup.find(True)["id"] == "passage"
    page = tag(inspector, document, "panel met", htmx=True, whole=refused.one("input[name=whole]")["value"])
    assert page.headers["HX-Retarget"] == "#passage"
    assert page.one("[role=status]").get_text() == "E-0001 is saved."
    assert page.errors == [] and page.field("words") == ""
    assert page.all("input[name=whole]") == []


def test_a_mark_says_where_it_begins_and_ends_for_whom_and_under_what(inspector, document):
    tag(inspector, document, "The panel met", criteria=["LD.i", "VW.ii"], direction="weakness")
    tag(inspector, document, "panel met in March")
    page = inspector.get("documents.show_document", document)
    begins = {mark["data-begins"]: mark.get_text() for mark in page.all("#page-text mark[data-begins]")}
    assert begins == {"E-0001 begins": "The ", "E-0002 begins": "panel met"}
    first, second = page.all("#page-text a")
    assert (first["href"], first["data-label"]) == ("#card-E-0001", "LD.i VW.ii")
    assert first["aria-label"] == f"LD.i, VW.ii, E-0001 ends: Weakness, tagged by {items()[0].created_by}"
    whose = items()[0].created_by.split()[-1]
    assert [label["data-whose"] for label in (first, second)] == [f" {whose}"] * 2, "they overlap"
    # The label of the first stands within the second, whose ground goes on under it.
    assert first.parent["data-item"] == "E-0002" and second.parent["id"] == "page-text"
    assert second.get_text() == "" and "direction not set" in second["aria-label"]
    assert page.one("#page-text").get_text() == TEXT
    assert page.one("#card-E-0001 a[href='#E-0001']")


def test_marks_that_overlap_are_each_whole_and_the_text_stays_the_text(inspector, document):
    for words in ("The panel met in March", "met in March.\nIt had a", "panel met in March.\nIt", "met"):
        start = TEXT.index(words)
        tag(inspector, document, words, start=start, end=start + len(words))
    page = inspector.get("documents.show_document", document)
    assert page.one("#page-text").get_text() == TEXT
    for item in items():
        over = page.all(f'#page-text mark[data-item="{item.reference}"]')
        assert "".join(mark.get_text() for mark in over) == item.words
        assert len(page.all(f"#{item.reference}")) == 1, "its anchor, once"


def test_a_withdrawn_item_is_marked_no_more(inspector, document):
    tag(inspector, document, "panel met")
    inspector.post("evidence.withdraw_item", items()[0], reason="mistake", words="")
    page = inspector.get("documents.show_document", document)
    assert marked(page) == []
    assert "None yet." in page


@pytest.mark.slow
def test_the_item_leads_back_to_its_page_of_the_document(inspector, document):
    tag(inspector, document, "panel met")
    page = inspector.get("evidence.show_item", items()[0])
    back = next(link for link in page.all("h3 a") if "DOC-001" in link.get_text())
    for links in (
        [back],
        inspector.get("evidence.list_items").all(".fb-evidence a[href*=documents]"),
        inspector.get("criteria.show_criterion", reference="VW.ii").all(".fb-evidence a[href*=documents]"),
        inspector.get("matrix.show_matrix", open="VW.ii:document").all(".fb-evidence a[href*=documents]"),
    ):
        (link,) = links
        assert link["href"].endswith("/documents/DOC-001?page=1&item=E-0001#E-0001")
        assert inspector.open("GET", link["href"].split("#")[0]).one("#E-0001").get_text() == "panel met"


def test_the_form_has_the_words_of_each_criterion_beside_it(inspector, document):
    page = inspector.get("documents.show_document", document)
    wording = {row.reference: row.wording for row in db.session.scalars(select(Criterion))}
    boxes = page.all("#criteria-list .govuk-checkboxes__item")
    assert {box.input["value"]: box["title"] for box in boxes} == wording and len(boxes) == len(wording)
    assert all(box.label.get_text() == f"{box.input['value']} {box['title']}" for box in boxes)
    assert page.one(".fb-criteria__said")["aria-hidden"] == "true", "filled for who sees; who hears has the label"


def told(client, document, item, **options):
    """What a page says of the highlight that its address names: nothing where it shows it."""
    page = client.get("documents.show_document", document, item=item, **options)
    return " ".join(page.one("#where").get_text().split())


@pytest.mark.slow
def test_a_link_to_a_highlight_that_is_not_there_says_so_without_a_script(inspector, document):
    tag(inspector, document, "panel met")
    tag(inspector, document, "backlog grew")
    gone, stays = items()
    other = DocumentFactory(content=b"Another.")
    do_jobs()
    assert [told(inspector, document, named) for named in (gone.reference, "")] == ["", ""]
    assert told(inspector, document, "E-0009") == "There is no evidence item E-0009 in this inspection."
    assert told(inspector, document, stays.reference, criterion="LD.i") == "E-0002 is on lines 1–3."
    assert told(inspector, other, stays.reference) == "E-0002 is on DOC-001, lines 1–3."
    inspector.post("evidence.withdraw_item", gone, reason="mistake", words="")
    (link,) = [one for one in inspector.get("evidence.list_items").all("#E-0001 a") if "lines" in one.get_text()]
    page = inspector.open("GET", link["href"].split("#")[0])
    assert f"E-0001 was withdrawn on {long_date(clock.now())}: its words are marked no more." in page.main
    with the_world():
        text = db.session.get_one(SourceText, stays.text_id)
        source = db.session.get_one(Source, stays.source_id)
        add_text(source, "Read anew", position=1, label=text.label, by=SOMEBODY, supersedes=text)
    assert told(inspector, document, stays.reference).startswith("E-0002 stands on an earlier text of this page")


def test_a_page_without_text_takes_no_passage(inspector, document):
    page = tag(inspector, document, "panel met", page=2)
    assert (page.status, "DOC-001 has no page 2 with text." in page) == (404, True)


def test_a_document_that_waits_takes_no_passage(inspector, app):
    page = tag(inspector, DocumentFactory(content=b"Waits."), "Waits.")
    assert page.status == 404
    assert items() == []


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_only_reads_sees_the_marks_and_makes_none(sign_in, inspector, document, role):
    tag(inspector, document, "panel met")
    reader = sign_in(TeamMemberFactory(role=role))
    assert tag(reader, document, "March").status == 403
    page = reader.get("documents.show_document", document)
    assert page.all("main form[method=post]") == []
    assert marked(page) == ["panel met"]
    assert len(items()) == 1


def test_a_new_reading_of_the_file_moves_and_breaks_no_item(inspector, document):
    tag(inspector, document, "panel met")
    before = (items()[0].words, items()[0].start_at, items()[0].end_at, items()[0].text_id)
    with the_world():
        first = db.session.scalars(select(SourceText)).one()
        add_text(document, "Read anew: it met.", position=1, label="page 1", by=SOMEBODY, supersedes=first)
    assert (items()[0].words, items()[0].start_at, items()[0].end_at, items()[0].text_id) == before
    page = inspector.get("evidence.show_item", reference="E-0001")
    assert page.one("mark").get_text() == "panel met", "it stays on the words that it was made from"
    assert "Source changed since" in page and "Read anew: it met." in page
    reader = inspector.get("documents.show_document", document)
    assert reader.one("#page-text").get_text() == "Read anew: it met." and marked(reader) == []
    assert "Source changed since" in reader.one("#card-E-0001").get_text()
    assert len(reader.all(".fb-pages li")) == 1
    assert "1" in inspector.get("matrix.show_matrix").one("[id='cell-VW.ii-document']").get_text()


def test_a_document_that_is_read_again_keeps_its_words_and_marks(inspector, document):
    tag(inspector, document, "panel met")
    inspector.post("documents.read_again", document)
    assert do_jobs() == 1
    assert db.session.scalars(select(SourceText)).one().text == TEXT


def test_a_document_has_a_history(inspector, document):
    page = inspector.get("documents.show_history", document)
    assert "received" in page.main and "read" in page.main
    assert page.one(".fb-tabs a[aria-current=page]").get_text() == "History"


def test_a_link_to_a_highlight_that_is_not_there_is_told_where_it_is(inspector, document):
    tag(inspector, document, "a backlog")
    other = DocumentFactory(content=b"Another.", file_name="other.txt")

    def told(of, item):
        return inspector.get("documents.show_where", of, item=item, htmx=True)

    assert "E-0001 is on lines 1–3" in told(document, "E-0001")
    assert "E-0001 is on DOC-001, lines 1–3" in told(other, "E-0001")
    assert "There is no evidence item E-0099" in told(document, "E-0099")
    inspector.post("evidence.withdraw_item", reference="E-0001", reason="duplicate")
    assert "E-0001 was withdrawn on" in told(document, "E-0001")
