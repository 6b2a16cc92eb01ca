"""The state and the flags of a request, worked out from its events: pure functions.

Which states and flags there are, what they are called and in which order they are tried is the pack's; the rules, by
code, are here. A code that the pack has and this file does not know never holds. Source: document-requests.yaml,
`states` and `flags`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

ASKED, CHASED, EXTENDED, RECEIVED = "asked", "chased", "extended", "received"
CHECKED, NIL_RETURN, REFUSED, REVIEWED = "checked", "nil_return", "refused", "reviewed"
NOT_HELD = "not_held"  # there may be such a thing, and this body has none of it: neither a nil return nor a refusal
NOT_ASKED, PART_RECEIVED, OVERDUE, UNEXPLAINED = "not_asked", "part_received", "overdue", "unexplained"
NO_DUE_DATE = "no_due_date"
OUTSTANDING = (ASKED, PART_RECEIVED)  # asked for, and not in yet
ANSWERS = (RECEIVED, NIL_RETURN, REFUSED, NOT_HELD)  # events that bring something to be reviewed
# Whether a file was checked for names is said of the document, once, whatever it answers: so the check is no event that
# is entered here. One that was entered before stays to be seen.
OF_DOCUMENTS = frozenset({CHECKED})

Piece = tuple[int, str]  # number of the unit, name of the part


@dataclass(frozen=True, slots=True)
class Terms:
    """What a request asks for."""

    parts: tuple[str, ...]
    expected: int | None = None
    maximum: int | None = None
    nil_return: str = "accepted"
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, and has not been undone."""

    code: str
    on: date
    number: int  # in the order of entering
    units: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    last: bool = False
    new_due: date | None = None
    next_chase: date | None = None
    reason: str = ""
    given_by: str = ""
    # Of a received event that came with files: the pieces that are still attached. None: it came without a file.
    pieces: frozenset[Piece] | None = None
    unchecked: bool = False  # of those files one at least was not checked for names
    # Pieces whose file could not be read or was sent back, since when nobody has answered otherwise or reviewed: they
    # are not here, and are to come again. `unread`: those of them that could not be read.
    again: frozenset[Piece] = frozenset()
    unread: frozenset[Piece] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a request is."""

    state: str
    flags: tuple[str, ...]
    complete: int  # units with every part
    begun: int  # units with any part
    due: date | None  # as last extended
    chased: int
    asked_on: date | None
    last_event: date | None
    pieces: frozenset[Piece] = field(default_factory=frozenset)
    again: frozenset[Piece] = field(default_factory=frozenset)  # that came, cannot be used, and did not come anew
    unread: frozenset[Piece] = field(default_factory=frozenset)  # those of them that could not be read
    extensions: int = 0
    nil: Event | None = None  # the nil return that stands, reviewed or not
    refused: Event | None = None  # the refusal or 'not held' that stands, reviewed or not
    chase_on: date | None = None  # as the last chase says, while it is outstanding

    @property
    def extended(self) -> bool:
        """Then a due date that is set by itself changes nothing."""
        return self.extensions > 0


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the rules ask about."""

    terms: Terms
    events: Sequence[Event]  # in the order in which they happened
    pieces: frozenset[Piece]
    today: date

    @property
    def again(self) -> frozenset[Piece]:
        """What came and cannot be used, and did not come anew: it is open once more, whatever was answered before."""
        return frozenset().union(*(event.again for event in self.of(RECEIVED))) - self.pieces

    def of(self, *codes: str) -> list[Event]:
        return [event for event in self.events if event.code in codes]

    def last_of(self, *codes: str) -> str:
        found = self.of(*codes)
        return found[-1].code if found else ""

    @property
    def complete(self) -> int:
        units = {unit for unit, _part in self.pieces}
        return sum(all((unit, part) in self.pieces for part in self.terms.parts) for unit in units)

    @property
    def due(self) -> date | None:
        extended = [event.new_due for event in self.of(EXTENDED) if event.new_due]
        return extended[-1] if extended else self.terms.due

    @property
    def all_is_in(self) -> bool:
        """A received event is marked last, or is followed by a nil return."""
        codes = [event.code for event in self.events]
        followed = RECEIVED in codes and NIL_RETURN in codes[codes.index(RECEIVED) :]
        return followed or any(event.last for event in self.of(RECEIVED))

    @property
    def enough(self) -> bool:
        """As many whole units are here as are expected, or as the soft maximum names: no more is to come."""
        numbers = [number for number in (self.terms.expected, self.terms.maximum) if number is not None]
        return bool(numbers) and bool(self.of(RECEIVED)) and self.complete >= min(numbers)

    @property
    def received(self) -> bool:
        return self.enough or (self.terms.expected is None and self.all_is_in and not self.again)

    @property
    def ends_with_nil(self) -> bool:
        """A nil return is the last that was answered: nothing came after it, and no refusal took its place."""
        return self.last_of(*ANSWERS) == NIL_RETURN

    @property
    def unchecked(self) -> bool:
        """A file that is attached was not checked for names."""
        return any(event.unchecked for event in self.of(RECEIVED))


STATES: dict[str, Callable[[_Facts], bool]] = {
    "reviewed": lambda facts: facts.last_of(*ANSWERS, REVIEWED) == REVIEWED and (facts.enough or not facts.again),
    "refused": lambda facts: facts.last_of(*ANSWERS) == REFUSED and not facts.enough and not facts.again,
    "not_held": lambda facts: facts.last_of(*ANSWERS) == NOT_HELD and not facts.enough and not facts.again,
    "nil_return": lambda facts: facts.ends_with_nil and not facts.of(RECEIVED),
    "received": lambda facts: facts.received,
    "received_short": lambda facts: (
        facts.terms.expected is not None and not facts.enough and facts.all_is_in and not facts.again
    ),
    "part_received": lambda facts: any(event.pieces is None or event.pieces for event in facts.of(RECEIVED)),
    "asked": lambda facts: bool(facts.of(ASKED) or facts.again),
    "not_asked": lambda _facts: True,
}

FLAGS: dict[str, Callable[[_Facts, str], bool]] = {
    "overdue": lambda facts, state: facts.due is not None and facts.due < facts.today and state in OUTSTANDING,
    "no_due_date": lambda facts, _state: bool(facts.of(ASKED)) and facts.due is None,
    "over_maximum": lambda facts, _state: facts.terms.maximum is not None and facts.complete > facts.terms.maximum,
    "to_check": lambda facts, _state: facts.unchecked,
    "to_come_again": lambda facts, state: bool(facts.again) and state in OUTSTANDING,
    "unexplained": lambda facts, _state: (
        facts.terms.nil_return == "explain"
        and facts.ends_with_nil
        and not facts.enough
        and not facts.of(NIL_RETURN)[-1].reason.strip()
    ),
    "nil_not_valid": lambda facts, _state: (
        facts.terms.nil_return == "no" and facts.ends_with_nil and not facts.received
    ),
}


def standing(
    terms: Terms, events: Iterable[Event], today: date, states: Iterable[str], flags: Iterable[str]
) -> Standing:
    """How far a request is on a day: the first of the pack's states that holds, and every flag that does.

    `events` are those that were not undone; in any order. Those of one day follow in the order of entering. A received
    event all of whose files were taken off again counts as nothing received.
    """
    living = [
        event for event in events if event.code != RECEIVED or event.pieces is None or event.pieces or event.again
    ]
    in_order = sorted(living, key=lambda event: (event.on, event.number))
    facts = _Facts(terms, in_order, _pieces(in_order), today)
    state = next((code for code in states if code in STATES and STATES[code](facts)), "")
    asked, chased = facts.of(ASKED), facts.of(CHASED)
    return Standing(
        state=state,
        flags=tuple(code for code in flags if code in FLAGS and FLAGS[code](facts, state)),
        complete=facts.complete,
        begun=len({unit for unit, _part in facts.pieces}),
        due=facts.due,
        chased=len(chased),
        asked_on=asked[0].on if asked else None,
        last_event=in_order[-1].on if in_order else None,
        pieces=facts.pieces,
        again=facts.again,
        unread=facts.again & frozenset().union(*(event.unread for event in facts.of(RECEIVED))),
        extensions=sum(event.new_due is not None for event in facts.of(EXTENDED)),
        nil=facts.of(NIL_RETURN)[-1] if STATES[NIL_RETURN](facts) else None,
        refused=facts.of(REFUSED, NOT_HELD)[-1] if STATES[REFUSED](facts) or STATES[NOT_HELD](facts) else None,
        chase_on=chased[-1].next_chase if chased and state in OUTSTANDING else None,
    )


def _pieces(events: Iterable[Event]) -> frozenset[Piece]:
    """What is here: the parts that files hold, and those that came without a file."""
    found: set[Piece] = set()
    for event in events:
        if event.code == RECEIVED:
            without = ((unit, part) for unit in event.units for part in event.parts)
            found.update(without if event.pieces is None else event.pieces)
    return frozenset(found)
