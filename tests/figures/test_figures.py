"""Figures of documents: typed and read, drawn, compared, tagged, corrected, and closed with their documents."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from sqlalchemy import select

from app.documents.checking import say
from app.documents.models import Names
from app.documents.services import ask_for_text
from app.documents.striking import strike_everywhere
from app.evidence.models import EvidenceItem
from app.extensions import db
from app.figures.models import FigureTable
from app.inspections.models import TeamRole
from tests.audit.trail import deeds
from tests.client import Client, Page
from tests.databases import counting_statements, look_again, the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.apart import do_jobs
from tests.evidence.factories import EvidenceItemFactory
from tests.figures.factories import FigureTableFactory
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY
from tests.matrix.exports import export
from tests.register.factories import attach, request_of


@pytest.fixture
def inspector(sign_in: Callable[..., Client]) -> Client:
    return sign_in(TeamMemberFactory(person__name="Ina Spector"))


def workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet("Cover").write("A1", "Returned by the Area")
        sheet = book.add_worksheet("Volumes")
        for number, row in enumerate(
            (
                ["Reviews 2024"],
                ["Quarter", "Requests received", "Decisions overturned"],
                ["First", 12, 3],
                ["Second", 8, 0],
            )
        ):
            sheet.write_row(number + 1, 1, row)
    return out.getvalue()


def type_in(client: Client, document: Any, *cells: str, **said: str) -> Page:
    form = {"title": "Reviews", "page": "3", **{f"cell-0-{n}": cell for n, cell in enumerate(cells)}}
    return client.post("figures.keep_typed", document, form=form | said)


def kept() -> FigureTable:
    look_again()
    return db.session.scalars(select(FigureTable).order_by(FigureTable.id.desc()).limit(1)).one()


def test_figures_are_typed_under_the_fields_of_the_request_that_a_document_answers(inspector: Client) -> None:
    document = DocumentFactory()
    with the_world():
        db.session.merge(document).request = "A7"
    page = inspector.get("figures.show_new", document)
    assert "Decisions that stood" in page
    page = type_in(inspector, document, "1,012", "9", "3", "1", "By hand")
    assert "The figures are kept." in page.messages
    assert (kept().request, kept().rows, kept().page) == ("A7", [["1,012", "9", "3", "1", "By hand"]], "3")
    assert "typed from page 3" in page
    assert [rect["width"] for rect in page.all("svg.fb-chart__svg rect")] == ["260.0"] * 4  # each to its own scale
    assert deeds(deed="kept figures") == [("kept figures", document.reference)]


def test_a_word_where_a_number_belongs_is_refused_and_nothing_is_lost(inspector: Client) -> None:
    document = DocumentFactory()
    with the_world():
        db.session.merge(document).request = "A7"
    page = type_in(inspector, document, "a dozen", "9")
    assert page.status == 422
    assert "Enter a number in row 1, ‘Requests received’, such as 12 or 1,250" in page
    assert page.one("#cell-0-0")["value"] == "a dozen"
    assert db.session.scalars(select(FigureTable)).all() == []


def test_a_table_grows_without_anything_being_kept(inspector: Client) -> None:
    document = DocumentFactory()
    page = type_in(inspector, document, "12", more="rows", **{"head-0": "Cases"})
    assert (len(page.all("[name^=cell-]")), page.one("#cell-0-0")["value"]) == (9 * 3, "12")
    page = type_in(inspector, document, "12", more="columns")
    assert (len(page.all("[name^=head-]")), page.one("[autofocus]")["id"]) == (4, "head-3")
    assert page.all("main form[method=post] button")[0].get("name") is None  # the one that Enter presses saves
    assert db.session.scalars(select(FigureTable)).all() == []


@pytest.mark.slow
def test_cells_of_a_spreadsheet_are_looked_at_and_then_kept_with_where_they_stand(inspector: Client) -> None:
    document = DocumentFactory(content=workbook(), file_name="return.xlsx")
    page = inspector.get("figures.show_read", document, sheet="Volumes", cells="B3:D5", heads="1")
    assert "What would be kept: sheet Volumes, cells B3:D5" in page
    assert "(2 of 4 headings for numbers here)" in page.one("fieldset").get_text()
    assert page.all("[name=fields][checked]") == []
    form = {"title": "Reviews by quarter", "sheet": "Volumes", "cells": "B3:D5", "heads": "1"}
    page = inspector.post("figures.keep_read", document, form=form)
    assert (page.status, "Say whose the columns are" in page.one(".govuk-error-summary").get_text()) == (422, True)
    page = inspector.post("figures.keep_read", document, form=form | {"fields": "A7"})
    assert "sheet Volumes, cells B3:D5" in page
    assert kept().rows == [["First", "12", "3"], ["Second", "8", "0"]]
    assert (kept().request, [column["code"] for column in kept().columns]) == ("A7", ["", "requests", "overturned"])
    assert kept().text.text.splitlines()[1] == "First: Requests received 12; Decisions overturned 3"


def test_columns_that_are_headed_like_all_numbers_of_a_request_are_taken_for_its_own(inspector: Client) -> None:
    content = b"Requests received,Decisions that stood,Decisions overturned,Cases re-opened\n4,3,1,0\n"
    document = DocumentFactory(content=content, file_name="return.csv")
    page = inspector.get("figures.show_read", document)
    assert [one["value"] for one in page.all("[name=fields][checked]")] == ["A7"]


def test_the_request_goes_along_to_the_spreadsheet_and_its_columns_are_compared(inspector: Client) -> None:
    """Read for a request, from a sheet whose headings are its own but for capitals and blanks, and one more."""
    content = b"Area,REQUESTS  received,Decisions Overturned ,Days taken\nWessex,4,1,9\n"
    document = DocumentFactory(content=content, file_name="return.csv")
    page = inspector.get("figures.show_new", document, fields="A7")
    (way,) = [link["href"] for link in page.all("main a") if "from the spreadsheet" in link.get_text()]
    page = inspector.open("GET", way)
    assert page.one("#title")["value"].startswith("Volumes of reviews")
    assert [one["value"] for one in page.all("[name=fields][checked]")] == ["A7"]
    page = inspector.post("figures.keep_read", document, form=page.form("/read?fields=A7"))
    assert [column["code"] for column in kept().columns] == ["", "requests", "overturned", ""]
    page = inspector.get("figures.compare", code="A7")
    assert page.one("tbody tr").get_text(" ", strip=True) == "Wessex, Wessex 4 1"
    assert "‘Days taken’: headed like no field of A7" in page.one("main ul").get_text()


def test_a_comparison_says_which_figures_of_its_request_are_not_in_it_and_they_are_brought_in(
    inspector: Client,
) -> None:
    document = DocumentFactory()
    with the_world():
        db.session.merge(document).request = "A7 A17"
    columns = [{"head": "Area", "code": ""}, {"head": "Asked", "code": ""}]
    FigureTableFactory(document=document, columns=columns, rows=[["Wessex", "5"]], request="", title="Volumes")
    assert "Not side by side with other bodies under A7" in inspector.get("figures.show_table", document, number=1)
    said = inspector.get("figures.compare", code="A7").one("main ul")
    assert "Volumes, DOC-001: none of its columns is headed like a field of A7" in said.get_text()
    sent = inspector.get("figures.show_correct", document, number=1).form("/correct")
    assert sent["fields"] == "own"
    sent |= {"fields": "A7", "reason": "They are those"}
    page = inspector.post("figures.correct", document, number=1, form=sent)
    assert (page.status, "Change the headings first, to ‘Requests received’" in page) == (422, True)
    inspector.post("figures.correct", document, number=1, form=sent | {"head-1": " requests  RECEIVED"})
    assert (kept().request, [column["code"] for column in kept().columns]) == ("A7", ["", "requests"])
    page = inspector.get("figures.compare", code="A7")
    assert page.one("tbody tr").get_text(" ", strip=True) == "Wessex, Wessex 5"
    assert "Not compared here" not in page


def test_the_lead_is_given_the_way_to_open_the_original_of_which_figures_are_kept(
    sign_in: Callable[..., Client],
) -> None:
    document = DocumentFactory(names=Names.COVERED)
    page = sign_in(TeamMemberFactory(role=TeamRole.LEAD)).get("figures.show_new", document)
    assert (page.status, "Open the original first." in page, "You may not do this" in page) == (403, True, False)
    assert page.one("main form[action$='/open'] button").get_text(strip=True) == "Open the original"
    page = sign_in(TeamMemberFactory()).get("figures.show_new", document)
    assert (page.status, "the lead inspector alone may open the original" in page) == (403, True)


def test_figures_are_taken_off_a_request_again(inspector: Client) -> None:
    table = FigureTableFactory()
    sent = inspector.get("figures.show_correct", table.document, number=1).form("/correct")
    assert sent["fields"] == "A7"
    change = sent | {"fields": "own", "reason": "Of stalking only"}
    page = inspector.post("figures.correct", table.document, number=1, form=change)
    assert "The figures are corrected." in page.messages
    assert (kept().request, {column["code"] for column in kept().columns}) == ("", {""})
    assert "No figures are kept of this yet" in inspector.get("figures.compare", code="A7")
    assert len(inspector.get("figures.show_correct", table.document, number=1).all("[name^=head-]")) == 2


def test_numbers_that_stand_as_headings_are_asked_about(inspector: Client) -> None:
    document = DocumentFactory(content=workbook(), file_name="return.xlsx")
    form = {"title": "Reviews", "sheet": "Volumes", "cells": "C4:D5", "heads": "1"}
    page = inspector.post("figures.keep_read", document, form=form)
    assert page.status == 422
    assert "12, 3: headings, and no figures" in page
    page = inspector.post("figures.keep_read", document, form=form | {"numbers_head": "y"})
    assert [column["head"] for column in kept().columns] == ["12", "3"]


def test_a_page_beyond_the_last_is_refused_and_what_was_typed_stays(inspector: Client) -> None:
    document = DocumentFactory()
    do_jobs()
    page = type_in(inspector, document, "12", page="9", **{"head-0": "Cases"})
    assert page.status == 422
    assert "has 1 page: enter one of them" in page.one(".govuk-error-summary").get_text()
    assert page.one("#cell-0-0")["value"] == "12"


def test_a_cell_that_is_no_number_is_left_out_of_the_drawing_with_its_words(inspector: Client) -> None:
    columns = [{"head": "Area", "code": ""}, {"head": "Requests", "code": ""}]
    rows = [["Wessex", "2"], ["London North", "n/k"], ["London South", "4"]]
    table = FigureTableFactory(columns=columns, rows=rows, request="")
    page = inspector.get("figures.show_table", table.document, number=1)
    assert [one["width"] for one in page.all("svg rect")] == ["130.0", "260.0"]
    assert [one.get_text() for one in page.all(".fb-chart__gap")] == ["n/k"]
    assert {one["class"][-1] for one in page.all("tbody td")} == {"govuk-table__cell--numeric"}
    assert "drawn to a scale of its own" not in page
    words = FigureTableFactory(document=table.document, columns=columns, rows=[["Wessex", "n/k"]], request="")
    page = inspector.get("figures.show_table", table.document, number=words.number)
    assert "Nothing is drawn: no column holds mostly numbers." in page


def test_cells_given_backwards_are_read_the_right_way_round(inspector: Client) -> None:
    document = DocumentFactory(content=workbook(), file_name="return.xlsx")
    page = inspector.get("figures.show_read", document, sheet="Volumes", cells="D5:B3", heads="1")
    assert "What would be kept: sheet Volumes, cells B3:D5" in page
    assert page.one("#cells")["value"] == "B3:D5"


def test_a_formula_without_its_result_is_said_beside_its_cell_and_kept_as_that(inspector: Client) -> None:
    book = openpyxl.Workbook()
    for row in (["Year", "Requests received"], ["2023", 12], ["2024", "=6+7"]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)  # as a program writes it that works nothing out
    document = DocumentFactory(content=out.getvalue(), file_name="return.xlsx")
    page = inspector.get("figures.show_read", document)
    assert "B3: a formula whose result the file does not hold" in page
    form = {"title": "Reviews", "sheet": "Sheet", "cells": "A1:B3", "heads": "1", "fields": "A7"}
    page = inspector.post("figures.keep_read", document, form=form)
    assert kept().rows == [["2023", "12"], ["2024", "a formula whose result the file does not hold"]]
    assert "2024: Requests received a formula whose result the file does not hold" in kept().text.text
    assert [one.get_text() for one in page.all(".fb-chart__gap")] == ["no result"]
    sent = inspector.get("figures.show_correct", document, number=1).form("/correct")
    page = inspector.post("figures.correct", document, number=1, form=sent | {"reason": "Title only", "title": "All"})
    assert "The figures are corrected." in page.messages


def test_what_was_not_given_is_a_gap_and_no_nought(inspector: Client) -> None:
    columns = [{"head": "Area", "code": ""}, {"head": "Requests", "code": ""}, {"head": "Notes", "code": ""}]
    rows = [["Wessex", "0", ""], ["London North", "", "asked again"], ["London South", "4", ""]]
    table = FigureTableFactory(columns=columns, rows=rows, request="", title="Requests by Area")
    page = inspector.get("figures.show_table", table.document, number=1)
    assert [one["width"] for one in page.all("svg rect")] == ["0.0", "260.0"]
    assert [one.get_text() for one in page.all(".fb-chart__gap")] == ["not given"]
    assert [one.get_text(" ", strip=True) for one in page.all("tbody tr")] == [
        "Wessex 0",
        "London North not given asked again",
        "London South 4",
    ]


def test_quarters_do_not_stand_beside_years_on_one_scale(inspector: Client) -> None:
    columns = [{"head": "Period", "code": ""}, {"head": "Requests received", "code": "requests"}]
    rows = [["2023", "48"], ["2024", "24"], ["Q1 2025", "6"], ["Q2 2025", "3"], ["Total", "81"]]
    table = FigureTableFactory(columns=columns, rows=rows, title="Reviews by period")
    page = inspector.get("figures.show_table", table.document, number=1)
    assert [one.get_text() for one in page.all(".fb-chart__head")] == [
        "Requests received, years",
        "Requests received, quarters",
        "Requests received, totals",
    ]
    assert [one["width"] for one in page.all("svg rect")] == ["260.0", "130.0", "260.0", "130.0", "260.0"]
    assert "Drawn apart, each to a scale of its own: years, quarters, totals." in page
    other = DocumentFactory(body="CYW", file_name="other.txt")
    FigureTableFactory(document=other, rows=[["12", "3"]], title="Reviews, Q3 2025")
    page = inspector.get("figures.compare", code="A7")
    assert [one["width"] for one in page.all("svg")[0].select("rect")] == ["260.0", "130.0", "65.0"]  # quarters
    assert [one.get_text() for one in page.all("table caption")] == ["Quarters", "Years", "Totals"]
    assert page.all("tbody tr")[0].get_text(" ", strip=True) == "Cymru-Wales 12 3"  # a quarter, as its title says


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ("3A", "Enter cells such as A3:F7"),
        ("A1:ZZ9", "Choose at most 20 columns"),
        ("Z9:A1", "Choose at most 20 columns, such as A3:F7: A1:Z9 has 26"),
        ("K1:L2", "There are no figures"),
    ],
)
def test_cells_that_cannot_be_kept_are_refused(inspector: Client, cells: str, sentence: str) -> None:
    document = DocumentFactory(content=workbook(), file_name="return.xlsx")
    form = {"title": "x", "sheet": "Volumes", "cells": cells, "heads": "1"}
    page = inspector.post("figures.keep_read", document, form=form)
    assert page.status == 422
    assert sentence in page
    assert db.session.scalars(select(FigureTable)).all() == []


def test_a_text_is_no_spreadsheet(inspector: Client) -> None:
    page = inspector.get("figures.show_read", DocumentFactory())
    assert page.status == 409
    assert "is no spreadsheet. Type its figures in a table instead." in page


def test_a_line_of_figures_is_tagged_and_its_evidence_leads_back(inspector: Client) -> None:
    table = FigureTableFactory()
    do_jobs()
    words = "Requests received 12; Decisions overturned 3"
    form = {"words": words, "criteria": ["VW.v"], "direction": "weakness", "gist": "A quarter were overturned"}
    inspector.post("figures.tag_passage", table.document, number=table.number, form=form)
    item = db.session.scalars(select(EvidenceItem)).one()
    assert (item.words, item.source_id) == (words, table.document_id)
    page = inspector.get("evidence.show_item", item)
    address = inspector.address("figures.show_table", reference=table.document.reference, number=1)
    assert any(link["href"].startswith(address) for link in page.all("a"))
    assert words in inspector.get("matrix.show_matrix", open="VW.v:document")


def test_the_pages_of_a_document_are_as_they_were(inspector: Client) -> None:
    document = DocumentFactory()
    FigureTableFactory(document=document)
    do_jobs()  # figures that were typed first do not keep its text from being read
    page = inspector.get("documents.show_document", document)
    assert "The panel met in March." in page
    assert "Reviews requested" not in page.main
    with the_world():
        ask_for_text(db.session.merge(document), by=SOMEBODY)
    do_jobs()  # read again, its pages are compared with its pages
    assert "Requests received 12" in inspector.get("figures.show_table", document, number=1).one("#passage").get_text()


def test_a_correction_keeps_what_was_and_evidence_stays_on_it(inspector: Client) -> None:
    table = FigureTableFactory()
    form = {"words": "Requests received 12", "criteria": ["VW.v"], "direction": "weakness"}
    inspector.post("figures.tag_passage", table.document, number=1, form=form)
    page = inspector.get("figures.show_correct", table.document, number=1)
    sent = page.form("/correct") | {"cell-0-0": "14", "reason": "A slip of the pen"}
    page = inspector.post("figures.correct", table.document, number=1, form=sent)
    assert "The figures are corrected." in page.messages
    assert (kept().rows, kept().version) == ([["14", "3"]], 2)
    assert "Corrected" in page.one(".fb-identity").get_text()
    assert "Requests received 12" in page.one("details").get_text()
    assert "Source changed since" in inspector.get("evidence.show_item", db.session.scalars(select(EvidenceItem)).one())
    assert "A slip of the pen" in inspector.get("documents.show_history", table.document)


def test_of_two_corrections_at_once_neither_is_lost(inspector: Client) -> None:
    table = FigureTableFactory()
    sent = inspector.get("figures.show_correct", table.document, number=1).form("/correct")
    inspector.post("figures.correct", table.document, number=1, form=sent | {"cell-0-0": "14", "reason": "First"})
    late = sent | {"cell-0-0": "15", "reason": "Second", "operation": "0198a5a4-0000-7000-8000-0000000000aa"}
    page = inspector.post("figures.correct", table.document, number=1, form=late)
    assert page.status == 409
    assert (page.one("#cell-0-0")["value"], "14" in page.all(".fb-table")[0].get_text()) == ("15", True)
    assert kept().rows == [["14", "3"]]
    assert deeds(deed="corrected figures too late") != []
    page = inspector.post("figures.correct", table.document, number=1, form=page.form("/correct"))
    assert kept().rows == [["15", "3"]]


def test_bodies_that_keep_the_same_fields_stand_side_by_side(inspector: Client) -> None:
    for body, number in (("WES", "12"), ("CYW", "30")):
        FigureTableFactory(document=DocumentFactory(body=body, file_name=f"{body}.txt"), rows=[[number, "3"]])
    FigureTableFactory(document=DocumentFactory(names=Names.UNCHECKED, file_name="x.txt"), rows=[["99", "3"]])
    page = inspector.get("figures.compare", code="A7")
    assert [row.get_text(" ", strip=True) for row in page.all("tbody tr")] == [
        "Cymru-Wales 30 3",
        "Wessex 12 3",
    ]
    assert "99" not in page.main
    assert [rect["width"] for rect in page.all("svg rect")][:2] == ["260.0", "104.0"]
    assert "Each column is drawn to a scale of its own" in page
    assert {one["class"][-1] for one in page.all("tbody td")} == {"govuk-table__cell--numeric"}


def test_figures_of_a_document_that_is_closed_are_closed(inspector: Client) -> None:
    table = FigureTableFactory(document=DocumentFactory(names=Names.UNCHECKED))
    assert inspector.get("figures.show_table", table.document, number=1).status == 403
    assert "Reviews requested" not in inspector.get("figures.list_tables")


@pytest.mark.slow
@pytest.mark.parametrize("file_format", ["csv", "json"])
def test_no_struck_out_name_is_read_in_the_labels_of_figures(inspector: Client, file_format: str) -> None:
    """Figures were kept before a name was found on the pages that they were typed from; one of their rows bears it."""
    document = DocumentFactory(content=b"Ann Lee asked for 12 reviews.")
    do_jobs()
    columns = [{"head": "Who", "code": ""}, {"head": "Requests received", "code": "requests"}]
    rows, sheet = [["Ann Lee", "12"], ["Others", "3"]], {"sheet": "Ann Lee", "cells": "A1:B3"}
    table = FigureTableFactory(document=document, columns=columns, rows=rows, **sheet)
    start = table.text.text.index("Others")
    item = EvidenceItemFactory(
        source=document, text=table.text, start=start, end=len(table.text.text), criteria=["VW.v"]
    )
    assert "Ann Lee" in inspector.get("figures.compare", code="A7").one("svg").get_text()
    with the_world():
        found = db.session.merge(document)
        strike_everywhere(found, "Ann Lee", by=SOMEBODY)
        say(found, Names.COVERED, "", by=SOMEBODY)
    page = inspector.get("figures.show_table", document, number=1)
    assert (page.status, "Ann Lee" in page, page.all("svg")) == (403, False, [])
    for endpoint in ("figures.list_tables", "documents.show_document", "documents.show_history"):
        assert "Ann Lee" not in inspector.get(endpoint, document)
    assert "No figures are kept of this yet" in inspector.get("figures.compare", code="A7")
    page = inspector.get("evidence.show_item", item)
    assert "Others: Requests received 3" in page and "Ann Lee" not in page
    assert b"Ann Lee" not in export(inspector, file_format).data


def test_what_is_kept_of_a_file_stands_once_beside_it_and_leads_there_and_back(inspector: Client) -> None:
    request, document = request_of("A3"), DocumentFactory(file_name="three panels.txt")
    for unit in (1, 2, 3):
        attach(document, request, unit)  # agenda and minutes of each: it stands in six places
    page = inspector.get("register.show_request", body="WES", code="A3")
    assert len(page.all(f"a.fb-ref:-soup-contains('{document.reference}')")) == 6
    (keep,) = [link for link in page.all("main a") if "its figures" in link.get_text()]
    assert keep["href"] == inspector.address("figures.show_new", reference=document.reference) + "?fields=A3"
    table = FigureTableFactory(document=document, title="Cases that panels discussed")
    there = inspector.address("figures.show_table", reference=document.reference, number=table.number)
    page = inspector.get("register.show_request", body="WES", code="A3")
    assert len([link for link in page.all("main a") if link["href"] == there]) == 1
    page = inspector.get("figures.show_table", document, number=1)
    assert {inspector.address("register.show_request", body="WES", code="A3")} <= {
        link["href"] for link in page.all(".fb-identity a")
    }
    page = inspector.get("documents.show_document", document)
    assert "Figures 1" in page.one(".fb-tabs").get_text(" ", strip=True)
    page = inspector.get("figures.show_of_document", document)
    assert page.one("tbody a")["href"] == there


def test_no_figures_are_asked_for_of_what_is_closed_or_holds_none(inspector: Client) -> None:
    attach(DocumentFactory(names=Names.UNCHECKED), request_of("A3"), 1)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr("panels.txt", "Three panels")
    attach(DocumentFactory(content=packed.getvalue(), file_name="panels.zip"), request_of("A3"), 2)
    page = inspector.get("register.show_request", body="WES", code="A3")
    assert "DOC-001" in page.main and "DOC-002" in page.main
    assert "its figures" not in page.main


def tag_line(client: Client, table: FigureTable, words: str) -> EvidenceItem:
    form = {"words": words, "criteria": ["VW.v"], "direction": "weakness"}
    client.post("figures.tag_passage", table.document, number=table.number, form=form)
    look_again()
    return db.session.scalars(select(EvidenceItem).order_by(EvidenceItem.number.desc()).limit(1)).one()


@pytest.mark.slow
def test_evidence_on_withdrawn_figures_says_so_until_they_are_put_back(inspector: Client) -> None:
    table = FigureTableFactory()
    item = tag_line(inspector, table, "Requests received 12")

    def told() -> list[bool]:
        pages = [
            inspector.get("evidence.show_item", item),
            inspector.get("evidence.list_items"),
            inspector.get("figures.show_table", table.document, number=1),
            inspector.get("matrix.show_matrix", open="VW.v:document"),
        ]
        return ["Source withdrawn" in page for page in pages]

    assert told() == [False] * 4
    inspector.post("figures.withdraw", table.document, number=1, reason="Those of another year")
    assert told() == [True] * 4
    assert export(inspector, "csv").data.count(b"(source withdrawn)") == 1
    page = inspector.get("figures.show_of_document", table.document)
    assert "Those of another year" in page.main
    page = inspector.post("figures.put_back", table.document, number=1, form=page.form("/put-back"))
    assert "The figures are back." in page.messages
    assert told() == [False] * 4
    assert deeds(deed="put figures back") == [("put figures back", table.document.reference)]


def test_evidence_on_withdrawn_figures_is_put_back_after_them(inspector: Client) -> None:
    table = FigureTableFactory()
    item = tag_line(inspector, table, "Requests received 12")
    inspector.post("evidence.withdraw_item", item, reason="duplicate")
    inspector.post("figures.withdraw", table.document, number=1, reason="Those of another year")
    page = inspector.post("evidence.put_item_back", item)
    assert (page.status, "Put the figures back first. Then put E-0001 back." in page) == (409, True)
    assert inspector.get("figures.show_correct", table.document, number=1).status == 409


def test_a_line_of_figures_is_no_quotation(inspector: Client) -> None:
    item = tag_line(inspector, FigureTableFactory(), "Requests received 12")
    assert not item.quote
    assert "no quotation" in inspector.get("evidence.list_items")


def test_of_corrected_figures_evidence_shows_the_line_that_changed(inspector: Client) -> None:
    columns = [{"head": "Area", "code": ""}, {"head": "Requests", "code": ""}]
    table = FigureTableFactory(columns=columns, rows=[["Wessex", "2"], ["London", "3"]], request="")
    item = tag_line(inspector, table, "London: Requests 3")
    sent = inspector.get("figures.show_correct", table.document, number=1).form("/correct")
    inspector.post("figures.correct", table.document, number=1, form=sent | {"cell-1-1": "5", "reason": "A slip"})
    page = inspector.get("evidence.show_item", item)
    assert "now says there: London: Requests 5" in page
    assert "Wessex: Requests 2" not in page.all(".fb-columns p")[0].get_text()
    assert export(inspector, "csv").data.count(b"(source changed since)") == 1


def test_withdrawn_figures_are_listed_no_more_and_stay_to_be_seen(inspector: Client) -> None:
    table = FigureTableFactory()
    inspector.post("figures.withdraw", table.document, number=1, reason="Those of another year")
    assert "Those of another year" in inspector.get("figures.show_table", table.document, number=1)
    assert table.title not in inspector.get("figures.list_tables")
    assert table.title not in inspector.get("figures.compare", code="A7").main


def test_an_observer_keeps_no_figures(sign_in: Callable[..., Client]) -> None:
    observer = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))
    assert type_in(observer, DocumentFactory(), "12").status == 403


def test_the_lists_ask_the_same_however_many_there_are(inspector: Client) -> None:
    def asked(endpoint: str, **values: Any) -> int:
        with counting_statements() as counted:
            inspector.get(endpoint, **values)
        return len(counted)

    FigureTableFactory()
    addresses: list[tuple[str, dict[str, Any]]] = [("figures.list_tables", {}), ("figures.compare", {"code": "A7"})]
    for endpoint, values in addresses:
        asked(endpoint, **values)
    few = [asked(endpoint, **values) for endpoint, values in addresses]
    for number in range(6):
        FigureTableFactory(document=DocumentFactory(file_name=f"{number}.txt", content=str(number).encode()))
    assert [asked(endpoint, **values) for endpoint, values in addresses] == few
