"""Reading a document: its pages as pictures, other pages, words found in all of them, and what is tagged in them."""

import io
import re
import struct

import openpyxl
import pytest

from app.documents import find, pictures
from app.documents.models import Names
from app.evidence.sheets import cells_of
from app.formats.drawing import draw_page
from app.formats.outcome import NO_RESULT, Refused, Trouble
from app.inspections.models import TeamRole
from tests.databases import counting_statements
from tests.documents.factories import DocumentFactory, check
from tests.documents.test_passages import items, marked, tag
from tests.evidence.apart import do_jobs
from tests.formats.test_tables import workbook
from tests.inspections.factories import TeamMemberFactory
from tests.matrix.exports import export

MINUTES = "pdf/meeting_minutes_eu_webinar.pdf"


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


def read(content: bytes, name: str = "minutes.txt"):
    made = DocumentFactory(content=content, file_name=name)
    do_jobs()
    return made


def picture(client, document, number=1, width=1000, **options):
    return client.open(
        "GET", f"{client.address('documents.show_picture', document, number=number)}?width={width}", **options
    )


# -- workbooks --------------------------------------------------------------------------------------------------------

VOLUMES = {"A1": "Area", "B1": "Cases", "C1": "Note", "A2": "Wessex", "C2": "Ann Lee", "D2": "late", "A3": "Avon"}
VOLUMES_TEXT = "Area\tCases\tNote\nWessex\t\tAnn Lee\tlate\nAvon"


def text_on(page) -> str:
    return page.tree.get_element_by_id("page-text").text_content()


def sheet_on(page) -> dict[str, str]:
    """What stands in each cell of the table, by the letters and numbers that it is read under."""
    shown = page.tree.get_element_by_id("page-text")
    columns = shown.xpath(".//thead//th//@data-head")
    return {
        f"{letters}{row.xpath('./th//@data-head')[0]}": said
        for row in shown.xpath(".//tbody/tr")
        for letters, cell in zip(columns, row.xpath("./td"), strict=False)
        if (said := cell.text_content().strip("\t\n"))
    }


def test_each_value_of_a_sheet_stands_under_its_column_also_where_cells_are_blank(inspector):
    document = read(workbook(**VOLUMES), "volumes.xlsx")
    start, words = VOLUMES_TEXT.index("Wessex"), "Wessex\t\tAnn Lee"
    tag(inspector, document, words, start=start, end=start + len(words))
    page = inspector.get("documents.show_document", document, find="ann")
    assert text_on(page) == VOLUMES_TEXT, "the text is the text, as it was read"
    assert sheet_on(page) == VOLUMES
    marks = [mark.text_content() for mark in page.tree.xpath("//mark[@data-item='E-0001']")]
    assert marks == ["Wessex\t", "\t", "Ann", " Lee"] and page.one("#hit-1").get_text() == "Ann"
    assert items()[0].words == words
    inspector.post(
        "evidence.revise_item", items()[0], distressing="y", version=1, gist="", direction="", evidence_kind="direct"
    )
    page = inspector.get("documents.show_document", document)
    (covered,) = page.tree.xpath("//*[@id='page-text']/details//table")
    assert covered.text_content() == "Wessex\t\tAnn Lee\tlate\n", "its row is covered whole"
    assert text_on(page) == VOLUMES_TEXT and page.one("#page-text > #E-0001")


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("Ann Lee", "sheet Sheet, C2"),
        ("Wessex\t\tAnn Lee", "sheet Sheet, A2:C2"),
        ("Cases\tNote\nWessex\t\tAnn Lee\tlate\n", "sheet Sheet, A1:D2"),
        ("n Lee\tlate\nAvon", "sheet Sheet, A2:D3"),
        ("\tlate", "sheet Sheet, D2"),
        ("Avon\n[comment", "sheet Sheet, A1:D3"),
    ],
)
def test_a_passage_of_a_sheet_is_cited_by_its_cells(words, place):
    text = f"{VOLUMES_TEXT}\n[comment on A1: of 2024]"
    start = text.index(words)
    assert cells_of("sheet Sheet, A1:D3", text, start, start + len(words)) == place


def test_cells_stand_wherever_an_item_says_where_it_is_from(inspector):
    document = read(workbook(**VOLUMES), "volumes.xlsx")
    start = VOLUMES_TEXT.index("Ann Lee")
    tag(inspector, document, "Ann Lee\tlate", start=start, end=start + len("Ann Lee\tlate"))
    assert "DOC-001, sheet Sheet, C2:D2" in inspector.get("matrix.show_matrix", open="VW.ii:document")
    assert "DOC-001, sheet Sheet, C2:D2" in inspector.get("evidence.show_item", items()[0])
    assert "DOC-001, sheet Sheet, C2:D2" in inspector.get("documents.show_evidence", document)
    assert b"sheet Sheet, C2:D2" in export(inspector, "csv").data
    assert b"sheet Sheet, C2:D2" in export(inspector, "json").data


def test_what_a_sheet_leaves_out_and_what_is_empty_is_said(inspector):
    book = openpyxl.Workbook()
    book.active.title = "Volumes"
    for place, value in {"B1": "Area", "C1": "Cases", "G1": "Note", "B2": "Wessex", "C2": "=6+7", "E3": "late"}.items():
        book.active[place] = value
    book.create_sheet("Cover")
    out = io.BytesIO()
    book.save(out)
    document = read(out.getvalue(), "volumes.xlsx")
    page = inspector.get("documents.show_document", document)
    heads = page.tree.xpath("//*[@id='page-text']//thead//th//@data-head")
    assert heads == ["A", "B", "C", "D", "E", "F", "G"], "blank ones too"
    assert sheet_on(page) == {"B1": "Area", "C1": "Cases", "G1": "Note", "B2": "Wessex", "C2": NO_RESULT, "E3": "late"}
    names = [link.get_text(" ", strip=True) for link in page.all(".fb-pages__link")]
    assert names == ["Volumes, A1:G3 , 1", "Cover , 2"]
    page = inspector.get("documents.show_document", document, page=2)
    assert "This sheet is empty" in page and "it may be a picture" not in page


def test_a_sheet_keeps_its_columns_where_what_parts_them_is_struck_out(inspector):
    document = read(workbook(**VOLUMES), "volumes.xlsx")
    inspector.post("documents.check_again", document, reason="A name stands in it")
    inspector.post("documents.open_document", document)
    start, words = VOLUMES_TEXT.index("Ann"), "Ann Lee\tlate"
    sent = {"words": words, "start": start, "end": start + len(words)}
    page = inspector.open("POST", f"{inspector.address('documents.strike', document)}?page=1", form=sent)
    assert sheet_on(page) == VOLUMES and [one.get_text() for one in page.all("#page-text del")] == ["Ann Lee\t", "late"]
    check(inspector, document, "covered")
    page = inspector.get("documents.show_document", document)
    assert sheet_on(page) == VOLUMES | {"C2": "█" * 8, "D2": "█" * 4}


# -- pictures ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_page_of_a_pdf_is_shown_as_a_picture_beside_its_text(inspector, given):
    document = read(given(MINUTES), "minutes.pdf")
    page = inspector.get("documents.show_document", document, page=3)
    shown = page.one("img")
    assert shown["alt"] == "Picture of page 3" and shown["loading"] == "lazy"
    assert shown["width"] and shown["height"], "so that nothing jumps when it comes"
    answer = inspector.open("GET", shown["src"])
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    again = inspector.get("documents.show_document", document, page=3).one("img")
    width, height = struct.unpack(">II", answer.data[16:24])
    assert (again["width"], again["height"]) == (str(width), str(height)), "what is known of it by now"


@pytest.mark.slow
def test_a_picture_is_drawn_once_and_its_folder_can_be_thrown_away(inspector, given, app, monkeypatch):
    document, drawn = read(given(MINUTES), "minutes.pdf"), []
    monkeypatch.setattr(pictures, "draw_page", lambda *a, **k: drawn.append(a) or draw_page(*a, **k))
    first = picture(inspector, document).data
    assert picture(inspector, document).data == first and len(drawn) == 1
    for path in (pictures.Path(app.config["DATA_DIR"]) / "pictures").rglob("*.png"):
        path.unlink()
    assert picture(inspector, document).data == first and len(drawn) == 2


@pytest.mark.slow
def test_pictures_that_nobody_has_looked_at_for_longest_are_thrown_away_first(inspector, given, monkeypatch):
    document = read(given(MINUTES), "minutes.pdf")
    one = len(picture(inspector, document, 1).data)
    monkeypatch.setattr(pictures, "ROOM", one * 2)
    monkeypatch.setattr(pictures, "LEFT", one)
    for number in range(2, 7):
        assert picture(inspector, document, number).status == 200
    with inspector.app.app_context():
        kept = [path.name for path in pictures._folder().rglob("*.png")]
    assert sum(1 for _ in kept) < 4 and any("-6-1000" in name for name in kept)


@pytest.mark.slow
def test_why_there_is_no_picture_is_said_in_a_sentence(inspector, given, monkeypatch):
    document = read(given(MINUTES), "minutes.pdf")

    def refuse(*_args, **_kwargs):
        raise Refused(Trouble.DAMAGED)

    monkeypatch.setattr(pictures, "draw_page", refuse)
    answer = picture(inspector, document)
    assert answer.status == 404 and answer.text.startswith("There is no picture of this page. This file is damaged")
    page = inspector.get("documents.show_document", document)
    assert page.all("img") == [] and "This file is damaged" in page.one("#picture").get_text()


@pytest.mark.parametrize(("number", "width"), [(99, 1000), (0, 1000), (1, 123), (1, "x")])
def test_there_is_no_picture_of_what_is_no_page_or_width(inspector, given, number, width):
    assert picture(inspector, read(given(MINUTES), "minutes.pdf"), number, width).status == 404


def test_kinds_without_pictures_show_only_text(inspector):
    document = read(b"The panel met.")
    page = inspector.get("documents.show_document", document)
    assert page.all("img") == [] and page.one(".fb-reader--no-picture")
    assert picture(inspector, document).status == 404


@pytest.mark.slow
def test_the_picture_is_made_larger_and_fitted_again_by_links(inspector, given):
    document = read(given(MINUTES), "minutes.pdf")
    page = inspector.get("documents.show_document", document, page=2, find="webinar")
    for name, zoom in (("Larger", "150"), ("Larger", "200"), ("Smaller", "150"), ("Fit width", "100")):
        link = next(one for one in page.all(".fb-way a") if one.get_text() == name)
        page = inspector.open("GET", link["href"])
        assert page.one(f".fb-picture--{zoom}")
        assert page.one("#way-find")["value"] == "webinar" and page.one("#way-page")["value"] == "2"


# -- pages and words --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_pages_are_leafed_and_jumped_to(inspector, given):
    document = read(given(MINUTES), "minutes.pdf")
    page = inspector.get("documents.show_document", document, page=2)
    assert page.one(".fb-way a[rel=next]")["href"].endswith("?page=3")
    assert page.one(".fb-way a[rel=prev]")["href"].endswith("?page=1")
    assert "of 10" in page.one(".fb-way").get_text()
    assert inspector.get("documents.show_document", document, page=10).all(".fb-way a[rel=next]") == []
    for wrong in ("11", "0", "x", "-1"):
        page = inspector.get("documents.show_document", document, page=wrong)
        assert (page.status, len(page.all(".fb-pages a"))) == (404, 10)


def test_words_are_found_in_all_pages_whatever_their_accents_and_capitals(inspector):
    text = "\n\n".join(
        f"Page {n}. " + "Nothing here. " * 200 + ("The CAFE\u0301 was shut." if n in (2, 5) else "")
        for n in range(1, 7)
    )
    document = read(text.encode())
    page = inspector.get("documents.show_document", document, find="café  was")
    assert "2 hits of ‘café was’ on 2 pages" in page.one(".fb-hits").get_text()
    first, _second = page.all(".fb-hits li")
    assert first.find("strong").get_text() == "CAFE\u0301 was"
    onward = inspector.open("GET", page.all(".fb-way nav[aria-label='Hit by hit'] a")[0]["href"].split("#")[0])
    assert onward.one("#hit-1").get_text() == "CAFE\u0301 was"
    links = {link.get_text(): link["href"] for link in onward.all(".fb-way nav[aria-label='Hit by hit'] a")}
    assert "Previous hit" not in links and links["Next hit"].endswith("#hit-2")
    last = inspector.open("GET", links["Next hit"].split("#")[0])
    assert "fb-mark--hit" in last.one("#hit-2")["class"]
    assert "Next hit" not in last.one(".fb-way").get_text()


def test_what_is_not_found_is_said_and_the_text_stays(inspector):
    document = read(b"The panel met in March.")
    page = inspector.get("documents.show_document", document, find="<b>April</b>")
    assert "‘<b>April</b>’ stands nowhere in DOC-001" in page.one(".fb-hits").get_text()
    assert page.one("#page-text").get_text() == "The panel met in March."


def test_hits_and_marks_lie_over_one_another_and_the_text_stays_the_text(inspector):
    text = "The panel met in March. The panel met in May."
    document = read(text.encode())
    tag(inspector, document, "panel met in March")
    page = inspector.get("documents.show_document", document, find="the panel met")
    assert page.one("#page-text").get_text() == text
    assert ["".join(m.get_text() for m in page.all("mark[data-item=E-0001]"))] == ["panel met in March"]
    assert page.one("#hit-1").get_text() + page.all(".fb-mark--search")[1].get_text() == "The panel met"
    assert page.one("#hit-2").get_text() == "The panel met"


def test_distressing_words_are_not_shown_in_the_list_of_hits(inspector):
    document = read(b"The letter said: he would burn the house. " + b"Quiet words. " * 20 + b"A house was sold.")
    tag(inspector, document, "he would burn the house")
    inspector.post(
        "evidence.revise_item", items()[0], distressing="y", version=1, gist="", direction="", evidence_kind="direct"
    )
    assert items()[0].distressing
    listed = inspector.get("documents.show_document", document, find="house").all(".fb-hits li")
    assert "burn" not in listed[0].get_text() and "Distressing content" in listed[0].get_text()
    assert "house" in listed[1].get_text()


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ("It’s “so” – yes", 'it\'s "so" - yes', ["It’s “so” – yes"]),
        ("ﬁnding the oﬃce", "office", ["oﬃce"]),
        ("Straße, STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("co\u00adoperate", "cooperate", ["co\u00adoperate"]),
        ("👩‍👩‍👧 met\n the  panel", "met the panel", ["met\n the  panel"]),
        ("a.b", ".", ["."]),
        ("abc", "  ", []),
    ],
)
def test_words_are_found_where_they_stand_in_the_text_as_it_is(text, wanted, found):
    assert [text[start:end] for start, end in find.places(text, wanted)] == found


@pytest.mark.slow
def test_pages_take_as_many_statements_however_much_there_is(inspector, given):
    document = read(given(MINUTES), "minutes.pdf")

    def statements(**arguments) -> int:
        with counting_statements() as counted:
            assert inspector.get("documents.show_document", document, **arguments).status == 200
        return len(counted.statements)

    few, few_found = statements(page=1), statements(page=1, find="the")
    for words in ("Meeting Minutes", "Webinar", "Action 2016-07"):
        tag(inspector, document, words) if words != "Webinar" else None
    assert statements(page=1) <= few + 1, "the criteria of what is tagged"
    assert statements(page=1, find="e") <= few_found + 1


# -- marks and evidence -----------------------------------------------------------------------------------------------


def test_marks_are_shown_of_one_person_or_under_one_criterion(inspector, sign_in):
    document = read(b"The panel met in March. It had a backlog.")
    tag(inspector, document, "panel met", criteria=["LD.i"])
    tag(sign_in(TeamMemberFactory()), document, "backlog", criteria=["VW.ii"])
    assert marked(inspector.get("documents.show_document", document)) == ["panel met", "backlog"]
    page = inspector.get("documents.show_document", document, criterion="VW.ii")
    assert marked(page) == ["backlog"] and "1 item not shown" in page.one("#on-page").get_text()
    assert marked(inspector.get("documents.show_document", document, by=items()[0].created_by)) == ["panel met"]
    action = page.one("#tag-passage")["action"]
    assert "criterion=VW.ii" in action, "tagging leaves them as they are"


def test_all_evidence_of_a_document_is_listed_newest_first_and_leads_into_its_page(inspector, given):
    document = read(given(MINUTES), "minutes.pdf")
    tag(inspector, document, "Promoting semantic interoperability")
    tag(inspector, document, "Meeting Minutes")
    page = inspector.get("documents.show_evidence", document)
    assert [card["id"] for card in page.all("article")] == ["E-0002", "E-0001"]
    assert page.one("#E-0001 a[href*='page=1&item=E-0001#E-0001']")
    assert page.one(".fb-tabs a[aria-current=page]").get_text() == "Evidence"


@pytest.mark.slow
def test_who_only_reads_finds_and_looks_but_has_no_form(sign_in, given):
    document = read(given(MINUTES), "minutes.pdf")
    reader = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))
    page = reader.get("documents.show_document", document, find="webinar")
    assert page.all("main form[method=post]") == [] and page.all(".fb-hits li")
    assert picture(reader, document).status == 200
    assert re.search("There is no evidence of it yet", reader.get("documents.show_evidence", document).main)


@pytest.mark.slow
def test_nobody_sees_a_picture_or_finds_words_of_a_document_that_is_closed(inspector, given):
    document = DocumentFactory(content=given(MINUTES), file_name="minutes.pdf", names=Names.UNCHECKED)
    do_jobs()
    assert picture(inspector, document).status == 403
    page = inspector.get("documents.show_document", document, find="webinar")
    assert page.all("img, .fb-hits") == []
    assert "There is no evidence of it yet" in inspector.get("documents.show_evidence", document)
