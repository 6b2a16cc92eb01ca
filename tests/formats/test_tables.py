"""The first sheet of a workbook, or a CSV, as rows for an import."""

import datetime
import io
import zipfile

import openpyxl
import pytest

from app.formats.kinds import KINDS, identify
from app.formats.outcome import NO_RESULT, Limits, Trouble
from app.formats.tables import Row, read_sheets, read_table


def workbook(*rows, **cells):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for place, value in cells.items():
        book.active[place] = value
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_cells_are_what_a_person_sees():
    day = datetime.datetime(2026, 3, 2)
    rows = [
        ["Day", "Cases", "Share", "Done", "At", "Reference"],
        [day, 30, 0.1 + 0.2, True, day.replace(hour=9, minute=5), "00123"],
        [datetime.date(2026, 3, 3), 1234567890123, -1.5, False, datetime.time(14, 30), "=1+1 "],
    ]
    table = read_table(workbook(*rows), KINDS["xlsx"])
    assert [row.cells for row in table.rows] == [
        ("Day", "Cases", "Share", "Done", "At", "Reference"),
        ("2026-03-02", "30", "0.3", "TRUE", "2026-03-02 09:05", "00123"),
        ("2026-03-03", "1234567890123", "-1.5", "FALSE", "14:30"),
    ]
    assert (table.sheet, table.trouble, table.jailed) == ("Sheet", None, True)


def test_rows_keep_the_numbers_of_the_spreadsheet():
    table = read_table(workbook(C3="title", B6="x", D6="y", C9=" "), KINDS["xlsx"])
    assert table.rows == (Row(3, ("", "", "title")), Row(6, ("", "x", "", "y")))


def test_the_first_visible_sheet_is_read(given):
    table = read_table(given("xlsx/xlsx_hidden_sheet.xlsx"), KINDS["xlsx"])
    assert table.sheet == "Sheet2"
    assert table.rows[0] == Row(1, ("A1", "B1", "C1", "D1", "E1"))


def test_cells_far_apart_keep_their_places():
    table = read_table(workbook(A1="here", D70000="far down", QQ90000="far out"), KINDS["xlsx"])
    assert [(row.number, len(row.cells)) for row in table.rows] == [(1, 1), (70000, 4), (90000, 459)]
    assert table.rows[2].cells[-1] == "far out"


def test_a_sheet_that_claims_a_thousand_million_cells(given):
    table = read_table(given("xlsx/xlsx_QQQ1234567.xlsx"), KINDS["xlsx"])
    assert table.rows[0].cells[:3] == ("lorem", "ipsum", "dolor")
    assert table.rows[-1].number == 123456
    # The last cell stands in column 11,951: it is left out, and that is said.
    assert table.trouble == Trouble.TOO_LARGE
    whole = read_table(given("xlsx/xlsx_QQQ1234567.xlsx"), KINDS["xlsx"], Limits(columns=16384))
    assert (len(whole.rows[-1].cells), whole.rows[-1].cells[-1], whole.trouble) == (11951, "surprise!", None)


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b'name,role\r\nA,"B\nC"\r\n\r\nD,\r\n', [(1, "name", "role"), (2, "A", "B\nC"), (4, "D")]),
        (b"\xef\xbb\xbfname;role\nCaf\xc3\xa9;1,5\n", [(1, "name", "role"), (2, "Café", "1,5")]),
        (b"name\trole\nCaf\xe9\t\x93B\x94\n", [(1, "name", "role"), (2, "Café", "“B”")]),
        ("a,b\n1,2\n".encode("utf-16"), [(1, "a", "b"), (2, "1", "2")]),
        (b'"a;b;c;d","e"\n', [(1, "a;b;c;d", "e")]),
        (b"one\ntwo\n", [(1, "one"), (2, "two")]),
        (b"a,b\x0c\n", [(1, "a", "b\x0c")]),
    ],
)
def test_csv_as_people_save_it(data, rows):
    table = read_table(data, KINDS["csv"])
    assert [(row.number, *row.cells) for row in table.rows] == rows
    assert table.trouble is None


def test_more_rows_than_allowed_are_said():
    data = b"".join(b"%d,x\n" % number for number in range(120))
    table = read_table(data, KINDS["csv"], Limits(rows=100))
    assert (len(table.rows), table.trouble) == (100, Trouble.TOO_LARGE)


def test_more_columns_than_allowed_are_said():
    table = read_table(b"a,b,c\n" + b"1," * 30 + b"1\n", KINDS["csv"], Limits(columns=10))
    assert (len(table.rows[1].cells), table.trouble) == (10, Trouble.TOO_LARGE)


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("xlsx/password_protected.xlsx", Trouble.PASSWORD),
        ("xlsx/actually_a_png.xlsx", Trouble.PICTURE),
        ("xlsx/EXCEL_95.XLS", Trouble.NOT_READ),
        ("docx/original.docx", Trouble.NOT_READ),
    ],
)
def test_what_is_no_table_says_so(given, name, trouble):
    data = given(name)
    assert read_table(data, identify(data, name)).trouble == trouble


def test_a_sheet_without_a_value_is_empty():
    assert read_table(workbook(), KINDS["xlsx"]).trouble == Trouble.EMPTY
    assert read_table(b"\n\n,,\n", KINDS["csv"]).trouble == Trouble.EMPTY


def test_a_formula_that_nothing_worked_out_and_an_error_are_no_blanks():
    cells = {"A1": "Area", "B1": "=1+1", "A3": "Wessex", "B3": 4, "C5": "=A1", "D6": "#DIV/0!"}
    (sheet,) = read_sheets(workbook(**cells), KINDS["xlsx"]).sheets
    assert sheet.rows == (
        Row(1, ("Area", NO_RESULT)),
        Row(3, ("Wessex", "4")),
        Row(5, ("", "", NO_RESULT)),
        Row(6, ("", "", "", "#DIV/0!")),
    )


def test_what_a_formula_came_to_is_read_and_a_text_of_nothing_stays_blank():
    packed = io.BytesIO(workbook(A1="Area", B1="=1+1", C1='=""', A2="end"))
    saved = {"<f>1+1</f><v></v>": "<f>1+1</f><v>2</v>", '"C1"': '"C1" t="str"'}  # as Excel saves them
    out = io.BytesIO()
    with zipfile.ZipFile(packed) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            part = before.read(name).decode()
            for words, instead in saved.items():
                part = part.replace(words, instead) if name.endswith("sheet1.xml") else part
            after.writestr(name, part)
    (sheet,) = read_sheets(out.getvalue(), KINDS["xlsx"]).sheets
    assert sheet.rows == (Row(1, ("Area", "2")), Row(2, ("end",)))
