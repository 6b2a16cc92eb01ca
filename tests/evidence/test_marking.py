"""Where selected words stand in a text, and the text cut where highlights begin and end."""

import random
from dataclasses import dataclass

import pytest

from app.evidence.marking import SeveralTimes, crossed, find_span, lines_now, pieces
from app.evidence.sheets import laid_out, read_sheet

LETTERS = "ab 😀é\u0301\n<&"


@dataclass(frozen=True)
class Mark:
    id: int
    start_at: int
    end_at: int


@pytest.mark.parametrize("seed", range(200))
def test_pieces_joined_are_the_text_however_marks_overlap(seed):
    dice = random.Random(seed)
    text = "".join(dice.choices(LETTERS, k=dice.randrange(1, 60)))
    marks = []
    for number in range(dice.randrange(0, 9)):
        start = dice.randrange(len(text))
        marks.append(Mark(number, start, dice.randrange(start + 1, len(text) + 1)))
    under = [(mark.start_at, mark.end_at) for mark in marks[::2]]
    cut = pieces(text, marks[1::2], under)
    over = {a.id for a in marks for b in marks if a is not b and a.start_at < b.end_at and b.start_at < a.end_at}
    assert crossed(marks) == over
    assert "".join(piece.text for piece in cut) == text
    hidden = {at for start, end in under for at in range(start, end)}
    assert "".join(piece.text for piece in cut if piece.covered) == "".join(text[at] for at in sorted(hidden))
    cut = pieces(text, marks)
    assert "".join(piece.text for piece in cut) == text
    for mark in marks:
        assert "".join(piece.text for piece in cut if mark in piece.marks) == text[mark.start_at : mark.end_at]
        assert sum(mark in piece.begins for piece in cut) == 1
    assert all(piece.text for piece in cut)


def test_a_text_without_words_has_no_pieces():
    assert pieces("", []) == []


TEXT = "The panel met.\nThe  panel\tagreed 😀 at once. had had had"


@pytest.mark.parametrize(
    ("words", "start", "end", "found"),
    [
        ("panel agreed", None, None, "panel\tagreed"),
        ("  The\n panel agreed ", None, None, "The  panel\tagreed"),
        ("😀 at once.", None, None, "😀 at once."),
        ("The panel met.", None, None, "The panel met."),
        ("the panel met", None, None, None),
        ("not there", None, None, None),
        ("   ", None, None, None),
        ("The panel", 0, 9, "The panel"),
        ("The panel", 15, 25, "The  panel"),
        (" The panel\t", 14, 26, "The  panel"),
        ("The panel met.", 3, 5, "The panel met."),
        ("agreed", 9999, 10005, "agreed"),
        ("agreed", 30, 20, "agreed"),
        ("a.*e", None, None, None),
    ],
)
def test_words_are_found_where_they_stand_once_or_were_selected(words, start, end, found):
    span = find_span(TEXT, words, start, end)
    assert (TEXT[slice(*span)] if span else None) == found


@pytest.mark.parametrize("words", ["The panel", "had had"])
def test_words_that_stand_twice_are_not_guessed(words):
    with pytest.raises(SeveralTimes, match="2"):
        find_span(TEXT, words, None, None)


def test_words_of_a_whole_long_page_are_found_quickly():
    text = " ".join(f"word{n}" for n in range(4000))
    assert find_span(text, text, None, None) == (0, len(text))


@pytest.mark.parametrize(
    ("now", "lines"),
    [
        ("a\nb\nC\nd", "C"),
        ("a\nnew\nb\nc\nd", "c"),
        ("a\nb\nd", ""),
        ("wholly\nanother", "wholly\nanother"),
    ],
)
def test_of_a_text_that_changed_the_lines_are_found_that_took_the_place_of_one(now, lines):
    assert lines_now("a\nb\nc\nd", 4, 5, now) == lines
    assert lines_now("one line", 0, 3, now) is None


SHEETS = {
    # Of each cited text: the columns, the numbers of the rows, and the cells of each row.
    ("A1:C2", "Area\tCases\tNote\nWessex\t\tLate"): (
        "ABC",
        [1, 2],
        [["Area", "Cases", "Note"], ["Wessex", "", "Late"]],
    ),
    ("A7:D8", "\tx\n\t\t\ty\n[comment on B7: a\tb]"): ("ABCD", [7, 8], [["", "x"], ["", "", "", "y"]]),
    ("A1:B4", "a\tb\n\n\nc"): ("AB", [1, 2, 3, 4], [["a", "b"], [""], [""], ["c"]]),
    ("A1:B9", "a\tb\nc"): ("AB", [None, None], [["a", "b"], ["c"]]),  # blank rows between were left out
    ("A1:AB1", "\t" * 27 + "far"): (["A–AA", "AB"], [1], [["", "far"]]),  # a run of blank columns is drawn as one
    ("A1:QQQ123456", "a\t\nb\tc"): ("", [None, None], [["a", ""], ["b", "c"]]),  # as blank columns were
}


@pytest.mark.parametrize(("cited", "text"), SHEETS)
def test_each_value_of_a_sheet_stands_under_its_column_and_joined_again_it_is_the_text(cited, text):
    sheet = read_sheet(f"sheet Volumes, {cited}", text)
    table = laid_out(pieces(text, [Mark(1, 0, len(text))], also=sheet.cuts), sheet)
    rows = [row for part in table.parts for row in part.rows]
    cells = [["".join(piece.text for piece in cell) for cell in row.cells] for row in rows]
    columns, numbers, found = SHEETS[cited, text]
    assert (list(table.columns), [row.number for row in rows]) == (list(columns), numbers)
    assert [[cell.strip("\t\n") for cell in row] for row in cells] == found
    assert (
        "".join([*(cell for row in cells for cell in row), *(p.text for run in table.after for p in run.pieces)])
        == text
    )


@pytest.mark.parametrize(
    ("cited", "text"), [("page 1", "a\tb"), ("sheet S, A1:B1", "a\tb\tc"), ("sheet S, A1:B1", ""), ("sheet S", "a")]
)
def test_cells_that_cannot_be_told_are_not_guessed(cited, text):
    assert read_sheet(cited, text) is None
