"""The gaps that a letter may have, and what is wrong with those of a template. They are documented in docs/pack.md."""

import re
from collections.abc import Iterable, Iterator

from app.formats.letters import Gap
from app.inspections.requests import LetterWordsPart

LINES = "request"  # {{request.title}}: in a row of a table, which is repeated for each request
BODY = "body"
OF_A_LETTER = {
    BODY: "the body that is written to",
    "date": "the date of the letter",
    "inspection": "the title of the inspection",
    "question": "the question of the inspection",
    "marking": "the handling marking",
    "demonstration": "in a demonstration, that all of it is made up; else nothing",
    "number": "how many requests are listed, ‘7 requests’",
    "overdue": "how many of them are overdue, as a number",
    "late": "a sentence with how many of them are overdue; nothing where none is",
    "own_words": "what was typed for this letter",
    "send_to": "a sentence on where the files are to be sent; nothing where that was left empty",
    "answer_by": "a sentence with the day to answer by; nothing where no day was entered",
    "signed_by": "who signs",
    "signed_as": "as what",
}
OF_A_REQUEST = {
    "code": "its reference",
    "title": "its title",
    "text": "what is asked for",
    "scope_words": "the scope’s words, in quotation marks",
    "how_many": "how many units are expected, and of which parts",
    "period": "of which period",
    "due": "the due date, as last extended",
    "leave_out": "what is asked to be left out",
    "details": "of a case list: its kinds of case and its columns",
    "nil_return": "what to do where there is none",
    "received": "what came so far",
    "chased": "when it was asked for, and asked for again",
}
_GAP = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def wrong_with(gaps: Iterable[Gap], broken: Iterable[str] = ()) -> list[str]:
    """A sentence for each gap that would not be filled; and one where the body or the requests have none."""
    gaps, lists = list(gaps), False
    found = [f"‘{words}’ has a brace of no whole gap. Write it as ‘{{{{body}}}}’, or take it out." for words in broken]
    for gap in gaps:
        place, dot, name = gap.name.partition(".")
        if dot and place == LINES and name in OF_A_REQUEST:
            lists = lists or gap.in_row
            if not gap.in_row:
                found.append(f"‘{{{{{gap.name}}}}}’ stands outside the row of a table: it is of one request.")
        elif gap.name not in OF_A_LETTER:
            shown = gap.name[:60] or " "
            found.append(f"There is no gap ‘{{{{{shown}}}}}’. Correct it, or take it out of the template.")
    if not found and not lists:
        row = "{{" + LINES + ".code}}"
        found.append(f"The template lists no requests: a row of a table needs gaps such as ‘{row}’.")
    if not any(gap.name == BODY for gap in gaps):
        found.append(f"The template has no gap ‘{{{{{BODY}}}}}’: every letter would be to the same body. Put it in.")
    return found


def wrong_in(letter: LetterWordsPart) -> list[str]:
    """The same of the words of a pack."""
    texts = [*_outside_of_rows(letter), *_in_rows(letter), *(column.head for column in letter.columns)]
    return wrong_with(gaps_in(letter), [text for text in texts if re.search(r"[{}]", _GAP.sub("", text))])


def gaps_in(letter: LetterWordsPart) -> Iterator[Gap]:
    """The gaps of the words of a pack."""
    yield from (Gap(name, False) for text in _outside_of_rows(letter) for name in _GAP.findall(text))
    yield from (Gap(name, True) for text in _in_rows(letter) for name in _GAP.findall(text))


def _outside_of_rows(letter: LetterWordsPart) -> list[str]:
    return [letter.title, letter.header, letter.footer, *letter.before, *letter.after]


def _in_rows(letter: LetterWordsPart) -> list[str]:
    return [text for column in letter.columns for text in column.cells]
