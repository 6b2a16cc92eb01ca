"""What is asked about before it is saved. It forbids nothing: a tick says that it is meant."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from app.documents import striking
from app.documents.models import Document, Names
from app.documents.queries import find_document
from app.inspections.asking import of_names
from app.inspections.gate import CurrentInspection
from app.inspections.queries import find_days
from app.inspections.requests import EventPart
from app.register import event_queries, file_queries, state
from app.register.file_queries import FileLine
from app.register.models import DocumentRequest, RequestEvent
from app.register.queries import Line, Register
from app.register.services import Group, What
from app.web import clock
from app.web.asking import Concern
from app.web.pages import count, long_date

MOST_NAMED = 20
LONG_BEFORE = timedelta(days=90)  # letters go out some weeks before the first day of a timetable, not in another year
A_YEAR = timedelta(days=366)
NOTHING_MORE = (state.NIL_RETURN, state.REFUSED, state.NOT_HELD)  # answers that bring nothing
FAR = 20  # units more than are here, where no number was asked for


def of_kind(
    found: DocumentRequest, kind: EventPart, line: Line, files: list[FileLine], register: Register
) -> list[Concern]:
    """What speaks against an event of this kind, whatever it will say."""
    if kind.code == state.CHASED:
        if line.is_open:
            return []
        if line.is_needless:
            return of_needless([line], register)
        return [Concern("in", f"It is ‘{register.label(line.state)}’: nothing is outstanding that could be chased.")]
    if kind.code not in NOTHING_MORE:
        return []
    concerns = []
    if kind.code == state.NIL_RETURN and found.nil_return == "no":
        must = f"‘{kind.label}’ is not an answer to this request: what it asks for must exist."
        concerns.append(Concern("must-exist", must))
    # Where something came for it, that is asked about below.
    if line.now.asked_on is None and not (kind.code == state.NIL_RETURN and line.now.pieces):
        concerns.append(Concern("not-asked", "It was not asked yet. Say first when it was asked, if it was."))
    if line.now.pieces:
        named = ", ".join(dict.fromkeys(file.reference for file in files))
        here = f"Files are here for this request: {named}." if named else "Something came for it, without a file."
        meant = "there is no more" if kind.code == state.NIL_RETURN else "it sends no more"
        concerns.append(Concern("here", f"{here} Enter ‘{kind.label}’ if the body says that {meant}."))
    other = line.now.refused if kind.code == state.NIL_RETURN else line.now.nil
    if other is not None:
        stands = f"‘{register.event_label(other.code)}’ of {long_date(other.on)} stands: event {other.number}."
        concerns.append(Concern("answered", f"{stands} With this, ‘{kind.label}’ is the answer."))
    return concerns


def of_typed(inspection: CurrentInspection, what: What, files: Iterable[str] = ()) -> list[Concern]:
    """Names of people who were seen in what an event says, or in the names of the files that come with it."""
    said = of_names(
        inspection, what.details.values(), "what is typed here", "Give the role or the office that they hold"
    )
    where, instead = "the name of a file", "The team reads it as the title: rename the file"
    called = of_names(inspection, files, where, instead)
    return [*said, *(replace(one, code="file-named") for one in called)]


def of_struck(found: DocumentRequest, unit: int, typed: Iterable[str]) -> list[Concern]:
    """Words in what is typed of a unit that are struck out of a document in it: the team reads them beside the copy."""
    words, concerns = "\n".join(typed), []
    for line in file_queries.list_files(found.inspection_id, request_id=found.id):
        if line.unit == unit and line.names is Names.COVERED:
            document = find_document(found.inspection_id, line.number)
            if document is not None and striking.struck_in(document, words):
                told = f"What is typed here holds words that are struck out of {line.reference}, and the team reads it."
                concerns.append(Concern(line.reference, f"{told} Give the role or the office instead."))
    return concerns


def of_event(found: DocumentRequest, kind: EventPart, what: What, line: Line, register: Register) -> list[Concern]:
    """What speaks against just this event."""
    concerns = []
    like = event_queries.find_like(found.id, kind.code, what.on, what.units, what.parts)
    if like is not None:
        told = f"event {like.number}, entered by {like.created_by}{_how(like)}"
        words = f"‘{kind.label}’ of {long_date(what.on)} is here already: {told}."
        concerns.append(Concern("like", f"{words} It was not entered again."))
    if kind.code == state.NIL_RETURN and wants_reason(found, kind) and not what.details.get("reason", "").strip():
        flag = state.UNEXPLAINED
        flagged = f" It is then flagged ‘{register.label(flag)}’." if register.has_flag(flag) else ""
        concerns.append(Concern("no-reason", f"This request asks for the reason, and none is given.{flagged}"))
    if kind.code == state.REVIEWED and line.state == state.REVIEWED and like is None:
        concerns.append(Concern("reviewed", f"It is ‘{register.label(line.state)}’ already, and nothing came since."))
    if kind.code == state.RECEIVED:
        concerns += _of_pieces(what, line, like is not None)
        concerns += of_overturning([line], what.on, register)
    if kind.code == state.ASKED:
        concerns += [
            *of_asking([line], what.on),
            *of_needless([line], register),
            *of_long_ago(found.inspection_id, what.on),
        ]
    if kind.code == state.REVIEWED:
        concerns += _of_review(line)
    if kind.code in NOTHING_MORE and line.now.asked_on is not None and what.on < line.now.asked_on:
        asked_on = f"{long_date(line.now.asked_on)}, when it was asked"
        concerns.append(Concern("before-asked", f"{long_date(what.on)} is before {asked_on}."))
    concerns += of_next_chase(what.next_chase)
    return [*concerns, *of_due(what.new_due), *of_timetable(found.inspection_id, what.new_due)]


def _how(event: RequestEvent) -> str:
    how = str(event.details.get("how", "")).strip()
    return f" ({how})" if how else ""


def _of_review(line: Line) -> list[Concern]:
    """What is still to come of a request that is said to be done."""
    concerns = []
    if line.now.again:
        unusable = ", ".join(line.unusable)
        concerns.append(Concern("unusable", f"Of what came, {unusable}. With this, nobody asks for it any more."))
    if line.now.due is not None and line.is_outstanding and line.now.due < clock.today():
        due = long_date(line.now.due)
        concerns.append(
            Concern("overdue", f"It is overdue since {due}. With this, nobody waits for the rest any more.")
        )
    return concerns


def of_asking(lines: Sequence[Line], on: date) -> list[Concern]:
    """Requests that are said to be asked on a day after they were due, or for what is here."""
    return [*_of_days(lines, on), *of_what_is_here(lines)]


def of_needless(lines: Iterable[Line], register: Register) -> list[Concern]:
    """Requests of which nothing is to come, as there is none of that which they depend on."""
    found = [f"{_name(line)} ({line.depends_on})" for line in lines if line.is_needless]
    if not found:
        return []
    answered = f"‘{register.event_label(state.NIL_RETURN)}’ is the answer to what this depends on"
    return [Concern("needless", f"{answered}, so that nothing is to come: {_named(found)}.")]


def of_long_ago(inspection_id: UUID, on: date) -> list[Concern]:
    """A day on which nobody can have asked for this inspection: it may be a slip of the year."""
    days = find_days(inspection_id)
    if days is None or on >= days[0] - LONG_BEFORE:
        return []
    first = f"{long_date(days[0])}, the first day of the timetable"
    return [Concern("long-ago", f"{long_date(on)} is long before {first}. See whether the year is right.")]


def of_what_is_here(lines: Iterable[Line]) -> list[Concern]:
    """Requests of which something came before they are asked."""
    here = [f"{_name(line)} ({count(line.now.begun, line.unit)})" for line in lines if line.now.pieces]
    if not here:
        return []
    return [Concern("here", f"Something of this is here already: {_named(here)}. Ask only for what is still to come.")]


def of_periods(lines: Iterable[Line], register: Register) -> list[Concern]:
    """Requests whose period the pack leaves to the team, and nobody has set."""
    found = [(line, note) for line in lines if (note := register.period_to_set(line))]
    if not found:
        return []
    notes = " ".join(dict.fromkeys(note for _line, note in found))
    return [Concern("no-period", f"No period is set for {named(line for line, _note in found)}. {notes}")]


def of_same(lines: Iterable[Line], title: str) -> list[Concern]:
    """Requests to the same body that are called the same."""
    same = [_name(line) for line in lines if line.title.strip().casefold() == title.strip().casefold()]
    if not same:
        return []
    return [Concern("same", f"The same is asked for already: {_named(same)}. It was not added again.")]


def of_next_chase(next_chase: date | None) -> list[Concern]:
    """A day to chase again that has passed already, or is so far ahead that the year may be a slip."""
    if next_chase is not None and next_chase > clock.today() + A_YEAR:
        ahead = f"{long_date(next_chase)}, the day to chase again, is more than a year ahead"
        return [Concern("chase-far", f"{ahead}. See whether the year is right.")]
    if next_chase is None or next_chase >= clock.today():
        return []
    return [Concern("chase-past", f"{long_date(next_chase)} is in the past: it is to be chased again at once.")]


def _of_days(lines: Iterable[Line], on: date) -> list[Concern]:
    lines = list(lines)
    late = [line for line in lines if line.now.due is not None and line.now.due < on]
    if not late:
        return []
    days = sorted({line.now.due for line in late if line.now.due})
    due = long_date(days[0]) if len(days) == 1 else f"{long_date(days[0])} to {long_date(days[-1])}"
    if len(lines) == 1:
        told = f"It was due before that, {due}: overdue as soon as asked."
    else:
        many, they = ("One of them was", "It is") if len(late) == 1 else (f"{len(late)} of them were", "They are")
        which = named(late) if len(days) == 1 else named_with_due(late)
        told = f"{many} due before that, {due}: {which}. {they} overdue as soon as asked."
    return [Concern("late", f"{told} Set another due date, or ask.")]


def of_striking(event: RequestEvent, register: Register) -> list[Concern]:
    """What was entered after an event and would stand without it."""
    standing = event_queries.list_standing(event.request_id)
    for codes, follows in (((state.ASKED,), (state.CHASED, state.EXTENDED)), (state.ANSWERS, (state.REVIEWED,))):
        if event.code not in codes:
            continue
        # What was reviewed may have been just this nil return, though something else came, too.
        if event.code != state.NIL_RETURN and any(one.code in codes and one.id != event.id for one in standing):
            continue
        later = [
            f"‘{register.event_label(one.code)}’ of {long_date(one.happened_on)} (event {one.number})"
            for one in standing
            if one.code in follows
        ]
        if later:
            named = f"‘{register.event_label(event.code)}’"
            return [Concern("beneath", f"Without {named} there would stand: {', '.join(later)}.")]
    return []


def _of_pieces(what: What, line: Line, told: bool) -> list[Concern]:
    """Parts that are said to have come and are here, unless that was told; and units far beyond what was asked for."""
    concerns = []
    again = [
        f"{part} of {line.unit} {unit}" for unit in what.units for part in what.parts if (unit, part) in line.now.pieces
    ]
    if again and not told:
        concerns.append(Concern("again", f"Here already: {_named(again)}."))
    asked = line.expected if line.expected is not None else line.maximum
    highest = max((unit for unit, _part in line.now.pieces), default=0)
    far = max(2 * asked if asked else highest + FAR, highest + 1)
    if what.units and max(what.units) > far:
        number = f"{line.unit} {max(what.units)}"
        most = f"{asked} asked for" if asked else f"{highest} here"
        concerns.append(
            Concern("far", f"{number} is far beyond what there is: {most}. See whether the number is right.")
        )
    return concerns


def of_unit(number: int, line: Line) -> list[Concern]:
    """Details of a unit of which nothing is here, beyond what was asked for."""
    asked = line.expected if line.expected is not None else line.maximum
    highest = max((unit for unit, _part in line.now.pieces), default=0)
    if number <= max(highest + FAR if asked is None else asked, highest):
        return []
    most = f"{highest} here" if asked is None else f"{asked} asked for"
    far = f"Nothing is here of {line.unit} {number}, and that is beyond what there is: {most}"
    return [Concern("far", f"{far}. See whether the number is right.")]


def of_due(due: date | None, before: date | None = None) -> list[Concern]:
    """A due date that has passed already, unless it is the one that was set before."""
    if due is None or due == before or due >= clock.today():
        return []
    return [Concern("past", f"{long_date(due)} is in the past: what is not in by now is overdue at once.")]


def of_timetable(inspection_id: UUID, due: date | None, before: date | None = None) -> list[Concern]:
    """A due date after the last day of the inspection's timetable, unless it was set before."""
    if due is None or due == before or (days := find_days(inspection_id)) is None or due <= days[1]:
        return []
    return [Concern("after", f"{long_date(due)} is after {long_date(days[1])}, the last day of the timetable.")]


def of_group(lines: Iterable[Line], group: Group) -> list[Concern]:
    """Requests that were given another due date, or another owner, one by one before."""
    dated = [
        f"{_name(line)} ({long_date(line.due_set)})"
        for line in lines
        if group.due is not None and line.due_set not in (None, group.due)
    ]
    owned = [
        f"{_name(line)} ({line.owner})"
        for line in lines
        if group.gives_owner and line.owner_id not in (None, group.owner_id)
    ]
    concerns = []
    if dated:
        concerns.append(
            Concern("dated", f"These have another due date, which this one takes the place of: {_named(dated)}.")
        )
    if owned:
        concerns.append(Concern("owned", f"These have another owner already: {_named(owned)}."))
    return concerns


def of_overturning(lines: Iterable[Line], on: date, register: Register) -> list[Concern]:
    """Answers by which nothing, or no more, is to come, and of which something comes all the same."""
    stand = [(line, answer) for line in lines if (answer := line.now.nil or line.now.refused) is not None]
    answered = [
        f"{_name(line)} (‘{register.event_label(answer.code)}’ of {long_date(answer.on)})"
        for line, answer in stand
        if answer.code == state.NIL_RETURN or answer.on <= on
    ]
    if not answered:
        return []
    stands = f"It was answered that nothing, or no more, is to come: {_named(answered)}"
    return [Concern("overturns", f"{stands}. With this, what came is the answer.")]


def of_sorting(document: Document, lines: Sequence[Line]) -> list[Concern]:
    """Requests to another body than a document is of, and those that were not asked."""
    concerns = []
    others = [_name(line) for line in lines if document.body is not None and line.body_id != document.body_id]
    if others and document.body is not None:
        of = f"{document.reference} is of {document.body.name}"
        concerns.append(Concern("body", f"{of}, and this is asked of another: {_named(others)}."))
    unasked = [_name(line) for line in lines if line.now.asked_on is None]
    if unasked:
        concerns.append(Concern("not-asked", f"Nobody has entered that this was asked: {_named(unasked)}."))
    return concerns


def _name(line: Line) -> str:
    return f"{line.code} {line.body_name}"


def named(lines: Iterable[Line]) -> str:
    return _named([_name(line) for line in lines])


def named_with_due(lines: Iterable[Line]) -> str:
    return named_with((line, line.now.due) for line in lines)


def named_with(days: Iterable[tuple[Line, date | None]]) -> str:
    """Those of which there is a day."""
    return _named([f"{_name(line)} ({long_date(day)})" for line, day in days if day])


def _named(names: list[str]) -> str:
    """As many as can be read."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def wants_reason(found: DocumentRequest, kind: EventPart) -> bool:
    """Whether there is to be a reason with a nil return, and the pack has a place for it."""
    return found.nil_return == "explain" and "reason" in kind.may_have
