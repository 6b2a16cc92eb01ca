"""Where selected words stand in a text, and the text cut where highlights begin and end."""

import random
from dataclasses import dataclass

import pytest

from app.evidence.marking import SeveralTimes, crossed, find_span, lines_now, pieces

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
