"""Which words of a note are its evidence, once the criteria are taken off the ends."""

from uuid import uuid4

import pytest

from app.interviews.hashtags import read_tags, without_tags

CRITERIA = {"LD.ii": uuid4(), "VW.i": uuid4(), "LD.iv": uuid4()}


@pytest.mark.parametrize(
    ("typed", "words", "criteria"),
    [
        ("They ring at once. #ld.ii", "They ring at once.", ["LD.ii"]),
        ("#LD.II They ring at once.", "They ring at once.", ["LD.ii"]),
        ("#ld.ii. They ring at once. (#vw.i", "They ring at once.", ["LD.ii", "VW.i"]),
        ("#ld.ii, #vw.i: they ring", "they ring", ["LD.ii", "VW.i"]),
        ("they #ld.ii ring", "they #ld.ii ring", ["LD.ii"]),
        ("  😀 they ring  #ld.ii  ", "😀 they ring", ["LD.ii"]),
        ("(#ld.ii)", "", ["LD.ii"]),
        ("#ld.ii, #vw.i.", "", ["LD.ii", "VW.i"]),
        ("#ld.ii", "", ["LD.ii"]),
        ("C# and #nothing", "C# and #nothing", []),
    ],
)
def test_the_words_are_what_was_said(typed: str, words: str, criteria: list[str]):
    tagged = read_tags(typed, CRITERIA)
    assert typed[tagged.start : tagged.end] == words
    assert list(tagged.criteria) == criteria


@pytest.mark.parametrize(
    ("typed", "slips"),
    [
        ("a #ld.ix b", ["#ld.ix"]),
        ("see #vw.i and #zz.i", ["#zz.i"]),
        ("#LDii, #ld: #VW.", ["#LDii", "#ld", "#VW"]),
        ("v#1.2", []),
        ("C# and #nothing, #3", []),
    ],
)
def test_what_is_written_like_a_criterion_and_is_none_is_told(typed: str, slips: list[str]):
    assert read_tags(typed, CRITERIA).unknown == slips


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Never in time. #vw.ii ", "Never in time."),
        ("#cp.i #vw.ii: never, #ld.ix", "never"),
        ("in #vw.ii he said #1", "in #vw.ii he said #1"),
        ("#vw.ii", "#vw.ii"),
        ("“Never.” (#vw.ii)", "“Never.” (#vw.ii)"),
    ],
)
def test_what_was_said_is_told_apart_from_criteria_at_the_ends(words: str, said: str):
    before, within, behind = without_tags(words)
    assert (before + within + behind, within) == (words, said)
