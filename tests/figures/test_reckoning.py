"""What a cell says as a number, which cells are meant, and what a table says in words."""

import pytest

from app.figures import periods
from app.figures.reckoning import Range, cut, in_words, read_number, read_range, series_of, whole
from app.formats.tables import Row

COLUMNS = [{"head": "Area", "code": ""}, {"head": "Requests", "code": "requests"}, {"head": "How counted", "code": ""}]
ROWS = [["Wessex", "1,012", "By flag"], ["London North", "", "Not at all"]]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12", 12),
        ("1,234.5", 1234.5),
        ("12,34", None),
        ("£1,200", 1200),
        ("12%", 12),
        ("-5", -5),
        ("(5)", -5),
        (" 7 ", 7),
        ("", None),
        ("7 of 9", None),
        ("1e9", None),
        ("nan", None),
    ],
)
def test_a_cell_is_read_as_people_write_numbers(cell: str, number: float | None) -> None:
    assert read_number(cell) == number


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("A3:F7", "A3:F7"), ("f7:a3", "A3:F7"), ("$B$2", "B2:B2"), ("AA1:AB2", "AA1:AB2"), ("A0", ""), ("3A", "")],
)
def test_a_range_is_read_however_its_corners_are_given(typed: str, meant: str) -> None:
    assert str(read_range(typed) or "") == meant


def test_what_is_cut_out_keeps_its_columns_and_drops_blank_rows() -> None:
    rows = [Row(2, ("", "a", "b")), Row(4, ("", "1")), Row(9, ("x",))]
    assert str(whole(rows)) == "A2:C9"
    assert cut(rows, Range(2, 1, 3, 5)) == [["a", "b"], ["1", ""]]


def test_a_column_is_drawn_where_all_that_it_holds_are_numbers() -> None:
    (series,) = series_of(COLUMNS, ROWS)
    assert (series.head, series.values, series.least, series.most) == ("Requests", (1012, None), 0, 1012)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("2024", "year"),
        ("2023/24", "year"),
        ("1 April 2024 to 31 March 2025", "year"),
        ("Year ending March 2025", "year"),
        ("Q1 2024", "quarter"),
        ("April to June 2024", "quarter"),
        ("Oct 2023 to Mar 2024", "half"),
        ("January 2024", "month"),
        ("2022 to 2024", "other"),
        ("Grand total", "total"),
        ("Wessex", ""),
        ("1,012", ""),
    ],
)
def test_a_row_is_known_by_its_name_for_a_kind_of_period(name: str, kind: str) -> None:
    assert periods.of_row(name) == kind


def test_first_under_quarter_is_a_quarter_and_a_bare_year_is_one_under_a_heading_that_says_so() -> None:
    quarters = [{"head": "Quarter", "code": ""}]
    assert periods.of_rows(quarters, [["First"], ["2024"]]) == ["quarter", "year"]
    assert periods.is_period([{"head": "Year", "code": ""}], [["2024"]], 0)
    assert not periods.is_period([{"head": "Requests", "code": ""}], [["2024"]], 0)
    assert [periods.in_title(one) for one in ("Reviews, Q1 2024", "Reviews of 2024", "Cases that may be flagged")] == [
        "quarter",
        "year",
        "",
    ]


def test_a_column_of_years_names_the_rows_and_is_not_drawn() -> None:
    columns, rows = [{"head": "Year", "code": ""}, COLUMNS[1]], [["2023", "12"], ["2024", "24"]]
    (series,) = series_of(columns, rows)
    assert (series.head, series.names, series.period) == ("Requests", ("2023", "2024"), "")


def test_each_row_is_a_line_that_can_stand_by_itself() -> None:
    assert in_words("Reviews\n2024", COLUMNS, ROWS) == (
        "Reviews 2024\nWessex: Requests 1,012; How counted By flag\n"
        "London North: Requests: not given; How counted Not at all"
    )
    assert in_words("Reviews", COLUMNS[:2], [["Wessex", ""]]) == "Reviews\nWessex: Requests: not given"
    assert in_words("Reviews", [COLUMNS[0], COLUMNS[2]], [["Wessex", ""]]) == "Reviews\nWessex: not given"
    assert in_words("Reviews", COLUMNS[1:], [["12", "by hand"]]) == "Reviews\nRequests 12; How counted by hand"
