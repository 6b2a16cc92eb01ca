"""What is asked about before a letter is made, or said to have gone out. A tick says that it is meant."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from app.formats.letters import Look
from app.inspections.requests import EventPart, LetterWordsPart
from app.letters.content import Signed
from app.letters.gaps import BODY, gaps_in
from app.letters.models import Letter
from app.register import concerns, event_queries, state
from app.register.queries import Line
from app.register.services import What
from app.web import clock
from app.web.asking import Concern
from app.web.pages import long_date


def of_letter(words: LetterWordsPart, lines: Sequence[Line], signed: Signed) -> list[Concern]:
    """A letter that asks for what was due before it is written, or is here; one that chases and gives no day."""
    asked = [] if words.event == state.CHASED else concerns.of_asking(lines, signed.dated)
    if words.event == state.CHASED and lines and signed.answer_by is None:
        asked.append(Concern("no-day", "The letter gives no new day to answer by. Enter one above."))
    return [*asked, *_of_day(signed.answer_by), *_of_other_days(lines, signed)]


def of_gaps(gaps: set[str], signed: Signed) -> list[Concern]:
    """What was typed for a letter and has no place in its template."""
    typed = {"send_to": ("where to send the files", signed.send_to.strip()), "answer_by": ("by when", signed.answer_by)}
    return [
        Concern(f"no-{gap}", f"The template of this letter has no gap ‘{{{{{gap}}}}}’: it will not say {what}.")
        for gap, (what, value) in typed.items()
        if value and gap not in gaps
    ]


def of_template(look: Look, words: LetterWordsPart, all_words: Sequence[LetterWordsPart]) -> list[Concern]:
    """A template that has the gaps of another letter, lacks some of its own, or names a body for good."""
    names = {gap.name for gap in look.gaps}
    asked = []
    other = _fits_another(look.title, names, words, all_words)
    if other is not None:
        asked.append(Concern(f"is-{other.code}", f"This looks like the template of the ‘{other.label}’."))
    lacks = [name for name in dict.fromkeys(gap.name for gap in gaps_in(words)) if name not in names]
    if lacks:
        these = ", ".join(f"‘{{{{{name}}}}}’" for name in lacks)
        asked.append(
            Concern(
                "lacks", f"The pack’s words have gaps which the template lacks, so its letters will not say: {these}."
            )
        )
    if look.named:
        these = "; ".join(f"{name} in ‘{told}’" for name, told in look.named[:3])
        gap = "{{" + BODY + "}}"
        asked.append(Concern("named", f"Every letter would name the same body: {these}. The gap for it is ‘{gap}’."))
    return asked


def _fits_another(
    title: str, names: set[str], words: LetterWordsPart, all_words: Sequence[LetterWordsPart]
) -> LetterWordsPart | None:
    """By the title that the pack's template has in Word, or by its gaps."""
    others = [one for one in all_words if one.code != words.code]
    if (titled := next((one for one in others if one.label == title), None)) is not None:
        return titled
    own = {gap.name for gap in gaps_in(words)}
    for other in others:
        theirs = {gap.name for gap in gaps_in(other)}
        if not names & (own - theirs) and (names & (theirs - own) or (theirs < own and theirs <= names)):
            return other
    return None


def of_sending(
    inspection_id: UUID,
    kind: EventPart,
    lines: Sequence[Line],
    what: What,
    new_due: date | None,
    letters: Sequence[Letter] = (),
) -> list[Concern]:
    """The same of what is entered once it has gone out."""
    asked = [*_of_repeats(inspection_id, kind, lines, what.on), *_of_letters(letters, what.on)]
    if kind.code == state.ASKED:
        asked += [*concerns.of_asking(lines, what.on), *concerns.of_long_ago(inspection_id, what.on)]
    asked += concerns.of_next_chase(what.next_chase)
    return [*asked, *concerns.of_due(new_due), *concerns.of_timetable(inspection_id, new_due)]


def _of_repeats(inspection_id: UUID, kind: EventPart, lines: Sequence[Line], on: date) -> list[Concern]:
    """Requests for which the same was entered for that day already."""
    standing = event_queries.list_standing_of(inspection_id, [line.id for line in lines])
    told = {event.request_id for event in standing if (event.code, event.happened_on) == (kind.code, on)}
    if not told:
        return []
    named = concerns.named(line for line in lines if line.id in told)
    words = f"‘{kind.label}’ of {long_date(on)} is here already: {named}."
    return [Concern("like", f"{words} It was not entered again.")]


def _of_letters(letters: Sequence[Letter], on: date) -> list[Concern]:
    """Letters that are said to have gone out before they were written."""
    it, was = ("the letter is", "it was") if len(letters) == 1 else ("the letters are", "they were")
    dated = max((letter.dated for letter in letters), default=on)
    made = max((letter.made_at.astimezone(clock.LONDON).date() for letter in letters), default=on)
    if on < dated:
        before = f"{long_date(dated)}, the day on which {it} dated"
    elif on < made:
        before = f"{long_date(made)}, the day on which {was} made here"
    else:
        return []
    return [Concern("before-letter", f"{long_date(on)} is before {before}. See whether it went out then.")]


def _of_other_days(lines: Sequence[Line], signed: Signed) -> list[Concern]:
    """Due dates in the table that are still to come when it is written, and are not the day to answer by."""
    day = signed.answer_by
    if day is None:
        return []
    found = []
    for code, which, other in (
        ("sooner", "before", [line for line in lines if line.now.due and signed.dated <= line.now.due < day]),
        ("later", "after", [line for line in lines if line.now.due and line.now.due > day]),
    ):
        if other:
            it = "It is" if len(other) == 1 else f"{len(other)} are"
            table = f"{it} due {which} {long_date(day)}, the day to answer by: {concerns.named_with_due(other)}."
            found.append(Concern(code, f"{table} The letter would say both. Change one, or say in words which holds."))
    return found


def _of_day(answer_by: date | None) -> list[Concern]:
    if answer_by is None or answer_by >= clock.today():
        return []
    return [Concern("past", f"{long_date(answer_by)}, the day to answer by, is in the past.")]
