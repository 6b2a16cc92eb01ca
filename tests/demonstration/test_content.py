"""What the demonstration says: enough of it, and no sentence like another. Looked at without a database."""

from collections import Counter

from app.demonstration.content import Demonstration
from tests.conftest import ROOT

MOST_SHARED = 0.25  # of the runs of three words of the shorter of two notes
MOST_ALIKE_OPENINGS = 2


def words(text: str) -> list[str]:
    return [part for part in "".join(c if c.isalnum() else " " for c in text.casefold()).split() if part]


def notes(content: Demonstration) -> list[str]:
    return [note.words for interview in content.interviews for asked in interview.asked for note in asked.notes]


def alike(texts: list[str]) -> list[tuple[float, str, str]]:
    """Pairs that share more of their runs of three words than two people's sentences would."""
    runs = [set(zip(w, w[1:], w[2:], strict=False)) for w in map(words, texts)]
    where: dict[tuple[str, ...], list[int]] = {}
    for number, of_text in enumerate(runs):
        for run in of_text:
            where.setdefault(run, []).append(number)
    shared = Counter((a, b) for found in where.values() for i, a in enumerate(found) for b in found[i + 1 :])
    return [
        (count / min(len(runs[a]), len(runs[b])), texts[a], texts[b])
        for (a, b), count in shared.items()
        if count > 1 and count / min(len(runs[a]), len(runs[b])) > MOST_SHARED
    ]


def test_no_note_is_like_another(content):
    assert alike(notes(content)) == []
    openings = Counter(" ".join(words(text.split(" #")[0])[:4]) for text in notes(content))
    assert [opening for opening, count in openings.items() if count > MOST_ALIKE_OPENINGS] == []


def test_that_test_would_notice():
    one = "The needs form comes after the plea hearing and nobody tells the prosecutor."
    assert alike([one, "He said that the needs form comes after the plea hearing.", "Something else."])


def test_twenty_were_held_with_fifteen_to_sixty_notes_each(content):
    held = [interview for interview in content.interviews if interview.state != "under_way"]
    counts = [sum(len(asked.notes) for asked in interview.asked) for interview in held]
    assert len(held) == 20
    assert min(counts) >= 15 and max(counts) <= 60


def test_nobody_seen_is_named_in_what_was_said(content):
    parts = {part for interview in content.interviews for name in interview.names.values() for part in name.split()}
    said = Counter(part for text in notes(content) for part in text.replace("’s", "").split())
    assert parts and not parts & set(said)


def test_the_clock_of_make_demo_stands_where_the_story_does(content):
    assert (content.stands_at.year, content.stands_at.month) == (2026, 4)
    assert f",{content.stands_at:%Y-%m-%dT%H:%M})" in (ROOT / "Makefile").read_text(encoding="utf-8")
