"""Workbooks: every text comes back as it was typed, and every limit of Excel is handled and said."""

import datetime
import gc
import json
import subprocess
import sys
import time
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest
import python_calamine
import xlsxwriter

import app.formats.workbook as workbook_module
from app.formats.kinds import identify
from app.formats.tables import read_table
from app.formats.workbook import LONG_TEXTS, LONGEST, Column, Link, Workbook, sheet_name, storable

ANGRY = [
    "=1+1", "+44 20 7946 0000", "-5", "@SUM(A1)", "\t=1+1", "\r=1+1", "=HYPERLINK(\"http://x\")", "{=1}",
    "http://example.org/" + "x" * 3000, "mailto:a@example.org", "internal:Sheet1!A1", "12", "1e5", "TRUE", "#N/A",
    "<r>markup</r>", "<r><t>more</t></r>", "a & b < c > d \" ' ]]>", "_x000D_", "_x005F_x000D_", "_xFFFF_", "__x0041_x",
    "_x0041_x0041_", "line\nbreak", "line\r\nbreak", "only\rCR", " blanks around ", "\n", "\t", "tab\tinside",
    "emoji 😀🏴󠁧󠁢󠁥󠁮󠁧󠁿", "שלום عربي", "\u200b\u202e\ufeff", "\x7f\x85\x9f\u2028", "é e\u0301", "'=1", "''",
]  # fmt: skip


@pytest.fixture
def book(tmp_path):
    """book(rows, …): writes them into one column each, and gives (report, the openpyxl workbook)."""

    def write(rows, name="Evidence", columns=None, **options):
        rows = list(rows)
        columns = columns or [Column(f"Column {at}") for at in range(1, 1 + max((len(row) for row in rows), default=1))]
        path = tmp_path / "book.xlsx"
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # XlsxWriter warns where it drops something
            with Workbook(path, title=options.pop("title", "Evidence matrix"), **options) as target:
                target.sheet(name, columns).write_rows(rows)
        return target.report, openpyxl.load_workbook(path)

    return write


def column(sheet, at=1):
    return [row[at - 1].value for row in sheet.iter_rows(min_row=2)]


@pytest.mark.parametrize("text", ANGRY)
def test_a_text_stays_a_text(book, text):
    report, read = book([(text, "next")])
    cell = read["Evidence"]["A2"]
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.hyperlink is None
    assert report.characters_replaced == 0


def test_every_naughty_string_comes_back(book, given):
    strings = [string for string in json.loads(given("attack/blns.json")) if string]
    _, read = book([(string,) for string in strings])
    assert column(read["Evidence"]) == [storable(string)[0] for string in strings]
    assert sum(storable(string)[1] for string in strings) == 6  # those with control characters


def test_every_script_in_the_list_comes_back(book, given):
    strings = [line for line in given("attack/xss-payload-list.txt").decode().split("\n") if line]
    _, read = book([(string,) for string in strings])
    assert column(read["Evidence"]) == strings


def test_calamine_reads_the_same(book, tmp_path):
    book([(text,) for text in ANGRY])
    sheet = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "book.xlsx")).get_sheet_by_index(0)
    # Of these calamine itself loses CR, and blanks that are all of a cell.
    expected = [text for text in ANGRY if "\r" not in text and text.strip()]
    read = [row[0] for row in sheet.to_python()[1:]]
    assert [text for text in read if text in expected] == expected


def test_our_own_export_can_be_imported(book, tmp_path):
    book([("E-0001", 3, datetime.date(2026, 3, 2)), ("=1", None, None)])
    data = (tmp_path / "book.xlsx").read_bytes()
    table = read_table(data, identify(data, "book.xlsx"))
    assert [row.cells for row in table.rows[1:]] == [("E-0001", "3", "2026-03-02"), ("=1",)]


def test_what_xml_cannot_hold_is_shown_as_a_mark_and_counted(book):
    bad = [chr(code) for code in range(32) if chr(code) not in "\t\n\r"] + ["\ud800", "\udfff", "\ufffe", "\uffff"]
    report, read = book([(f"a{character}b",) for character in bad])
    assert column(read["Evidence"]) == ["a\ufffdb"] * len(bad)
    assert report.characters_replaced == len(bad)


def test_values_of_other_kinds(book):
    values = [3, -5, 2.5, True, False, None, "", datetime.date(2026, 3, 2), datetime.datetime(2026, 3, 2, 14, 5)]
    values += [10**20, float("inf"), float("nan"), datetime.date(1066, 10, 14)]
    values += [datetime.datetime(2026, 3, 2, 14, 5, tzinfo=datetime.UTC)]
    _, read = book([(value,) for value in values])
    sheet = read["Evidence"]
    assert column(sheet) == [
        *(3, -5, 2.5, "Yes", "No", None, None, datetime.datetime(2026, 3, 2), datetime.datetime(2026, 3, 2, 14, 5)),
        *("100000000000000000000", "inf", "nan", "1066-10-14", datetime.datetime(2026, 3, 2, 14, 5)),
    ]
    assert sheet["A9"].number_format == "d mmmm yyyy"
    assert sheet["A10"].number_format == "d mmmm yyyy hh:mm"


def test_only_a_link_of_ours_leads_somewhere(book, tmp_path):
    place = 'https://fieldbook.example/in-place?a=1&b="2"'
    _, read = book([(Link("E-0001", place), "https://evil.example"), (Link("E-0002", "https://b.example/"), None)])
    cells = [cell for row in read["Evidence"].iter_rows(min_row=2) for cell in row]
    found = [(cell.value, cell.hyperlink and cell.hyperlink.target) for cell in cells if cell.value]
    assert found == [
        ("E-0001", place),
        ("https://evil.example", None),
        ("E-0002", "https://b.example/"),
    ]
    assert all(cell.data_type == "s" for cell in cells if cell.value)
    with zipfile.ZipFile(tmp_path / "book.xlsx") as package:
        assert "<f>" not in package.read("xl/worksheets/sheet1.xml").decode()
        assert package.testzip() is None and len(set(package.namelist())) == len(package.namelist())


def test_more_links_than_a_sheet_takes_are_texts_and_told(book, monkeypatch):
    monkeypatch.setattr(workbook_module, "MOST_LINKS", 3)
    rows = [(Link(f"E-{number}", f"https://a.example/{number}"),) for number in range(9)]
    report, read = book(rows, last_row=6)
    led = [[cell.hyperlink.target[-1] for (cell,) in sheet.iter_rows(min_row=2) if cell.hyperlink] for sheet in read]
    assert led == [["0", "1", "2"], ["5", "6", "7"]] and report.links_left_out == 3
    assert [value for sheet in read for value in column(sheet)] == [f"E-{number}" for number in range(9)]


# --- looks -----------------------------------------------------------------------------------------------------------


def test_a_sheet_can_be_worked_with_and_printed(book):
    columns = [Column("Reference", width=12), Column("Words", width=80), Column("Link", wrap=False)]
    created = datetime.datetime(2026, 3, 2, 9)
    _, read = book(
        [("E-1", "a", "b")], columns=columns, title="Matrix: R&D", marking="OFFICIAL-SENSITIVE", created=created
    )
    sheet = read["Evidence"]
    assert [cell.value for cell in sheet[1]] == ["Reference", "Words", "Link"]
    assert all(cell.font.bold for cell in sheet[1]) and not sheet["A2"].font.bold
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A2", "A1:C2", "$1:$1")
    assert 80 <= sheet.column_dimensions["B"].width < 82
    assert sheet["B2"].alignment.wrap_text and not sheet["C2"].alignment.wrap_text
    assert sheet.oddHeader.center.text == sheet.oddFooter.center.text == "&BOFFICIAL-SENSITIVE&B"
    assert sheet.oddHeader.left.text == "Matrix: R&&D"
    assert read.properties.title == "Matrix: R&D"
    assert read.properties.created == created


@pytest.mark.parametrize("title", ["R&G and [Picture] &P", "&" * 300, "😀" * 300, "a\x00b\nc", ""])
def test_no_title_breaks_the_page_header(book, title):
    _, read = book([("x",)], title=title, marking=title)
    assert read["Evidence"]["A2"].value == "x"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Evidence", "Evidence"),
        ("a[b]c:d*e?f/g\\h", "a b c d e f g h"),
        ("'quoted'", "quoted"),
        ("x" * 40, "x" * 31),
        ("😀" * 20, "😀" * 15),
        ("a\x00\nb", "a b"),
        ("  ", "Sheet"),
        ("///", "Sheet"),
        ("", "Sheet"),
    ],
)
def test_sheet_names_are_brought_under_the_rules(name, expected):
    assert sheet_name(name) == expected


def test_any_name_opens_and_no_two_are_alike(tmp_path, given):
    names = ["History", "Long texts", "evidence", "Evidence", "EVIDENCE", "x" * 40, "x" * 50]
    names += json.loads(given("attack/blns.json"))[:200]
    with Workbook(tmp_path / "book.xlsx", title="") as book:
        for name in names:
            book.sheet(name, [Column("A")]).write_rows([("1",)])
    read = openpyxl.load_workbook(tmp_path / "book.xlsx")
    assert len({name.casefold() for name in read.sheetnames}) == len(names)
    assert [sheet.name for sheet in book.report.sheets] == read.sheetnames
    assert not {"History", "Long texts"} & set(read.sheetnames)


# --- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["x" * LONGEST, "😀" * (LONGEST // 2), "é" * 20_000])
def test_a_text_that_just_fits_is_not_cut(book, text):
    report, read = book([("E-1", text)])
    assert read["Evidence"]["B2"].value == text
    assert (report.texts_cut, read.sheetnames) == (0, ["Evidence"])


@pytest.mark.parametrize("text", ["x" * (LONGEST + 1), "a" + "😀" * 40_000, "=&<\r\n" * 30_000, "_x000D_" * 20_000])
def test_a_text_too_long_for_a_cell_stands_in_full_on_its_own_sheet(book, text):
    report, read = book(
        [("E-1", "short"), ("E-2", text), ("E-3", text)], columns=[Column("Reference"), Column("Words")]
    )
    cell = read["Evidence"]["B3"].value
    head, mark = cell.split("… [Cut here. ")
    assert mark == "In full on sheet ‘Long texts’, text 1.]"
    assert text.startswith(head) and len(cell.encode("utf-16-le")) // 2 <= LONGEST
    rows = list(read[LONG_TEXTS].iter_rows(min_row=2, values_only=True))
    assert "".join(row[6] for row in rows if row[0] == 1) == text
    assert "".join(row[6] for row in rows if row[0] == 2) == text
    count = sum(row[0] == 1 for row in rows)
    assert rows[0][:6] == (1, "Evidence", "B3", "E-2", "Words", f"1 of {count}")
    assert report.texts_cut == 2
    assert [sheet.name for sheet in report.sheets] == ["Evidence", LONG_TEXTS]


def test_more_rows_than_a_sheet_holds_go_on_with_the_same_header(book):
    report, read = book([(f"E-{number}", number) for number in range(25)], last_row=11)
    assert read.sheetnames == ["Evidence", "Evidence (2)", "Evidence (3)"]
    assert [value for name in read.sheetnames for value in column(read[name], 2)] == list(range(25))
    assert {read[name]["A1"].value for name in read.sheetnames} == {"Column 1"}
    assert [sheet.rows for sheet in report.sheets] == [10, 10, 5]
    assert report.rows_continued == 15
    assert read["Evidence (2)"].auto_filter.ref == "A1:B11"


def test_a_long_text_on_a_continued_sheet_says_where_it_stood(book):
    rows = [("E", "short")] * 12 + [("E-13", "y" * 40_000)]
    _, read = book(rows, last_row=11)
    (row, _) = list(read[LONG_TEXTS].iter_rows(min_row=2, values_only=True))
    assert row[1:4] == ("Evidence (2)", "B4", "E-13")


def test_a_sheet_that_is_finished_takes_no_more_rows(tmp_path):
    with Workbook(tmp_path / "book.xlsx", title="") as book:
        first = book.sheet("One", [Column("A")])
        first.write_rows([("1",)])
        first.write_rows([("2",)])
        book.sheet("Two", [Column("A")])
        with pytest.raises(RuntimeError, match="finished"):
            first.write_rows([("3",)])
    assert [(sheet.name, sheet.rows) for sheet in book.report.sheets] == [("One", 2), ("Two", 0)]


def test_a_row_with_too_many_values_is_a_fault_of_the_caller(tmp_path):
    with pytest.raises(ValueError, match="3 values for 2 columns"), Workbook(tmp_path / "book.xlsx", title="") as book:
        book.sheet("One", [Column("A"), Column("B")]).write_rows([("1", "2", "3")])


def test_a_failure_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_module.tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()

    def rows():
        yield ("y" * 40_000,)
        raise LookupError

    with pytest.raises(LookupError), Workbook(tmp_path / "book.xlsx", title="") as book:
        book.sheet("One", [Column("A")]).write_rows(rows())
    assert book.report is None
    assert [path.name for path in tmp_path.rglob("*")] == ["temporary"]


@pytest.mark.slow
def test_one_that_cannot_be_written_leaves_no_file_open(tmp_path):
    with pytest.raises(OSError), Workbook(tmp_path / "nowhere" / "book.xlsx", title="") as book:
        book.sheet("One", [Column("A")]).write_rows([("1",)])
        book.sheet("Two", [Column("A")]).write_rows([("2",)])
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", ResourceWarning)
        gc.collect()
    assert said == []


def test_a_workbook_without_sheets_still_opens(tmp_path):
    with Workbook(tmp_path / "book.xlsx", title=""):
        pass
    assert openpyxl.load_workbook(tmp_path / "book.xlsx").sheetnames == ["Sheet"]


def test_the_xml_is_well_formed_and_holds_no_formula_or_link(book, tmp_path):
    book([(text,) for text in ANGRY])
    with zipfile.ZipFile(tmp_path / "book.xlsx") as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet and "hyperlink" not in sheet
        assert not [name for name in package.namelist() if name.startswith("xl/worksheets/_rels")]


# --- cost ------------------------------------------------------------------------------------------------------------

ROWS = 100_000
MEMORY = """
import resource, sys, types
package = types.ModuleType("app")
package.__path__ = [sys.argv[1]]
sys.modules["app"] = package
from app.formats.workbook import Column, Workbook
words = "Rotas change monthly. " * 5
rows = ((f"E-{n:05d}", "INT-001", "Interview", "North", "Lead", words, "supports", n, 0.5, "a", "b", "c")
        for n in range(int(sys.argv[3])))
with Workbook(sys.argv[2], title="T") as book:
    book.sheet("Evidence", [Column(str(n)) for n in range(12)]).write_rows(rows)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_a_hundred_thousand_rows_take_no_more_memory_than_a_thousand(tmp_path):
    package = str(Path(workbook_module.__file__).parents[1])

    def kilobytes(rows):
        command = [sys.executable, "-I", "-c", MEMORY, package, str(tmp_path / "book.xlsx"), str(rows)]
        return int(subprocess.run(command, capture_output=True, check=True).stdout)

    assert kilobytes(ROWS) < kilobytes(1000) + 8_000


@pytest.mark.slow
def test_writing_costs_no_more_than_a_bare_loop(tmp_path):
    rows = [
        (
            f"E-{n}",
            "INT-001",
            "Interview",
            "North",
            "Lead",
            "Rotas & leave change\nmonthly. " * 5,
            "supports",
            n,
            0.5,
            "a",
            "b",
        )
        for n in range(6_000)
    ]

    def bare():
        target = xlsxwriter.Workbook(tmp_path / "bare.xlsx", {"constant_memory": True})
        style = target.add_format({"valign": "top", "text_wrap": True})
        sheet = target.add_worksheet()
        for at, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(at, place, value, style)
                else:
                    sheet.write_number(at, place, value, style)
        target.close()

    def ours():
        with Workbook(tmp_path / "ours.xlsx", title="T") as book:
            book.sheet("Evidence", [Column(str(n)) for n in range(11)]).write_rows(rows)

    def seconds(work):
        started = time.process_time()
        work()
        return time.process_time() - started

    ratio = min(seconds(ours) for _ in range(3)) / min(seconds(bare) for _ in range(3))
    assert ratio < 1.3
