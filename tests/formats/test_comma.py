"""CSV that a spreadsheet opens as text and that can be undone exactly."""

import io
import json
import re

import pytest

from app.formats.comma import guard, read_back, unguard, write


def written(titles, rows):
    target = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    write(target, titles, rows)
    target.flush()
    return target.buffer.getvalue()


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+44 20", "'+44 20"),
        ("-5", "'-5"),
        ("@SUM", "'@SUM"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("\uff1d1", "'\uff1d1"),  # full-width
        ("'=1", "''=1"),
        ("''=1", "'''=1"),
        ("'quoted'", "'quoted'"),
        ("'", "'"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_a_cell_that_could_run_gets_an_apostrophe_that_can_be_taken_off(text, cell):
    assert guard(text) == cell
    assert unguard(cell) == text


def test_the_file_is_what_rfc_4180_and_excel_ask_for():
    data = written(["Reference", "Words"], [("E-1", 'He said "no", twice'), ("E-2", "two\nlines"), (None, -5)])
    assert data == (b'\xef\xbb\xbfReference,Words\r\nE-1,"He said ""no"", twice"\r\nE-2,"two\nlines"\r\n,-5\r\n')


def test_every_naughty_string_comes_back(given):
    strings = json.loads(given("attack/blns.json")) + given("attack/xss-payload-list.txt").decode().split("\n")
    strings += ["\x00", "a\rb\r\nc\nd", '"', ",", '","', "\ufeff", "x" * 200_000]
    data = written(["Words", "Same"], [(string, string) for string in strings])
    assert read_back(data) == [["Words", "Same"], *([string, string] for string in strings)]


def test_every_injection_in_the_list_is_guarded(given):
    lines = [line for line in given("attack/csv-injection.md").decode().split("\n") if re.match("[=+@-]", line)]
    assert len(lines) >= 4
    rows = read_raw(written(["Words"], [(line,) for line in lines]))
    assert all(cell.startswith("'") for row in rows[1:] for cell in row)


def read_raw(data):
    import csv

    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_lone_surrogate_becomes_a_mark():
    assert read_back(written(["A"], [("a\ud800b",)])) == [["A"], ["a\ufffdb"]]


def test_rows_are_counted():
    assert write(io.StringIO(newline=""), ["A"], [("1",), ("2",)]) == 2
    assert write(io.StringIO(newline=""), ["A"], []) == 0
