"""The state and the flags of a request: each rule of the pack, on both of its sides."""

from collections import defaultdict
from datetime import date
from itertools import permutations, product
from typing import Any

import pytest

from app.packs.reading import read_pack
from app.register.state import FLAGS, OUTSTANDING, STATES, Event, Standing, Terms, standing
from tests.conftest import PACK

WORDS = read_pack(PACK).requests
TODAY = date(2026, 4, 30)
AGENDA, MINUTES = "agenda", "minutes"


def day(number: int) -> date:
    return date(2026, 4, number)


def asked(on: int = 1) -> Event:
    return Event("asked", day(on), on)


def received(on: int, *units: int, parts: tuple[str, ...] = (AGENDA, MINUTES), **said: Any) -> Event:
    return Event("received", day(on), on, units or (1,), parts, **said)


def useless(on: int, *units: int, usable: tuple[int, ...] = (), **said: Any) -> Event:
    """Files came for units, and could not be read but for those of the usable ones."""
    pieces = {good: frozenset((n, part) for n in numbers for part in (AGENDA, MINUTES)) for good, numbers in
              ((True, usable), (False, units))}  # fmt: skip
    return received(on, *units, *usable, pieces=pieces[True], again=pieces[False], unread=pieces[False], **said)


def event(code: str, on: int, **said: Any) -> Event:
    return Event(code, day(on), on, **said)


def stands(*events: Event, today: date = TODAY, **terms: Any) -> Standing:
    return standing(
        Terms((AGENDA, MINUTES), **terms),
        events,
        today,
        [term.code for term in WORDS.states],
        [term.code for term in WORDS.flags],
    )


NIL, REFUSED, REVIEWED = event("nil_return", 10), event("refused", 10), event("reviewed", 20)

STATES_TABLE: dict[str, tuple[str, list[Event], dict[str, Any]]] = {
    "not held": ("not_held", [asked(), event("not_held", 10)], {}),
    "refused, then not held": ("not_held", [asked(), event("refused", 9), event("not_held", 10)], {}),
    "a nil return, then not held": ("not_held", [asked(), event("nil_return", 9), event("not_held", 10)], {}),
    "not held, then it came": ("part_received", [asked(), event("not_held", 9), received(10)], {}),
    "not held, reviewed": ("reviewed", [asked(), event("not_held", 10), event("reviewed", 20)], {}),
    "nothing happened": ("not_asked", [], {}),
    "only chased": ("not_asked", [event("chased", 2)], {}),
    "asked": ("asked", [asked()], {}),
    "asked and chased": ("asked", [asked(), event("chased", 9)], {}),
    "sent before it was asked": ("part_received", [received(1)], {}),
    "one of three": ("part_received", [asked(), received(2, 1)], {"expected": 3}),
    "some, no number set": ("part_received", [asked(), received(2, 1, 2)], {}),
    "three of three": ("received", [asked(), received(2, 1, 2, 3)], {"expected": 3}),
    "three in two goes": ("received", [received(2, 1), received(3, 2, 3)], {"expected": 3}),
    "more than expected": ("received", [received(2, 1, 2, 3, 4)], {"expected": 3}),
    "three without their minutes": ("part_received", [received(2, 1, 2, 3, parts=(AGENDA,))], {"expected": 3}),
    "minutes afterwards": (
        "received",
        [received(2, 1, 2, parts=(AGENDA,)), received(3, 1, 2, parts=(MINUTES,))],
        {"expected": 2},
    ),
    "no number set, marked last": ("received", [received(2, 1, last=True)], {}),
    "no number set, then no more": ("received", [received(2, 1), NIL], {}),
    "no number set, none before some": ("part_received", [event("nil_return", 1), received(2, 1)], {}),
    "two of three, marked last": ("received_short", [received(2, 1, 2, last=True)], {"expected": 3}),
    "two of three, then no more": ("received_short", [received(2, 1, 2), NIL], {"expected": 3}),
    "three of three, marked last": ("received", [received(2, 1, 2, 3, last=True)], {"expected": 3}),
    "none": ("nil_return", [asked(), NIL], {"expected": 3}),
    "refused, then none after all": ("nil_return", [REFUSED, event("nil_return", 11)], {}),
    "refused": ("refused", [asked(), REFUSED], {}),
    "some, then the rest refused": ("refused", [received(2, 1), REFUSED], {"expected": 3}),
    "refused, then sent": ("part_received", [REFUSED, received(11, 1)], {"expected": 3}),
    "none, then refused": ("refused", [event("nil_return", 9), REFUSED], {}),
    "received and reviewed": ("reviewed", [received(2, 1, 2, 3), REVIEWED], {"expected": 3}),
    "nil return and reviewed": ("reviewed", [NIL, REVIEWED], {}),
    "refused and reviewed": ("reviewed", [REFUSED, REVIEWED], {}),
    "reviewed, then more came": ("part_received", [received(2, 1), REVIEWED, received(21, 2)], {"expected": 3}),
    "reviewed, then all came": ("received", [received(2, 1), REVIEWED, received(21, 2)], {"expected": 2}),
    "reviewed, then chased": ("reviewed", [received(2, 1), REVIEWED, event("chased", 21)], {"expected": 3}),
    "seven of up to five": ("received", [asked(), received(2, *range(1, 8))], {"maximum": 5}),
    "five of up to five": ("received", [asked(), received(2, *range(1, 6))], {"maximum": 5}),
    "four of up to five": ("part_received", [asked(), received(2, *range(1, 5))], {"maximum": 5}),
    "seven of up to five, without their minutes": (
        "part_received",
        [asked(), received(2, *range(1, 8), parts=(AGENDA,))],
        {"maximum": 5},
    ),
    "all of it, then no more": ("received", [received(2, 1, 2, 3), REFUSED], {"expected": 3}),
    "all of it, and none else is held": ("received", [received(2, 1, 2), event("not_held", 10)], {"maximum": 2}),
    "its only file taken off again": ("asked", [asked(), received(2, pieces=frozenset())], {"expected": 1}),
    "its only file cannot be read": ("asked", [asked(), useless(2, 1)], {"expected": 1}),
    "sent unasked, and cannot be read": ("asked", [useless(2, 1)], {}),
    "one of three cannot be read, marked last": (
        "part_received",
        [asked(), useless(2, 3, usable=(1, 2), last=True)],
        {"expected": 3},
    ),
    "no number set, marked last, one cannot be read": ("part_received", [useless(2, 2, usable=(1,), last=True)], {}),
    "no number set, no more, and it cannot be read": ("asked", [useless(2, 1), NIL], {}),
    "a fourth of three cannot be read": ("received", [useless(2, 4, usable=(1, 2, 3))], {"expected": 3}),
    "it came anew": ("received", [useless(2, 1), received(12, 1)], {"expected": 1}),
    "a part of it came anew": ("part_received", [useless(2, 1), received(12, 1, parts=(AGENDA,))], {"expected": 1}),
    "refused, then sent what cannot be read": ("asked", [asked(), REFUSED, useless(11, 1)], {"expected": 1}),
    "not held, then sent what cannot be read": ("asked", [event("not_held", 9), useless(11, 1)], {}),
    "reviewed, then found that it cannot be read": ("asked", [useless(2, 1), REVIEWED], {"expected": 1}),
    "reviewed, and one too many cannot be read": ("reviewed", [useless(2, 2, usable=(1,)), REVIEWED], {"expected": 1}),
    "a file that holds another part than was said": (
        "part_received",
        [received(2, 1, pieces=frozenset({(1, AGENDA)}))],
        {"expected": 1},
    ),
}


@pytest.mark.parametrize("case", STATES_TABLE)
def test_the_state_is_the_first_that_holds(case: str) -> None:
    state, events, terms = STATES_TABLE[case]
    assert stands(*events, **terms).state == state
    assert stands(*reversed(events), **terms).state == state, "the order of telling is not the order of happening"


def test_every_state_and_flag_of_the_pack_has_its_rule_and_its_line_here() -> None:
    assert {term.code for term in WORDS.states} == set(STATES) == {state for state, _e, _t in STATES_TABLE.values()}
    assert {term.code for term in WORDS.flags} == set(FLAGS) == {flag for flag, _s, _e, _t in FLAGS_TABLE.values()}


def test_of_one_day_what_was_entered_later_happened_later() -> None:
    first = [Event("received", day(2), 1, (1,), (AGENDA,)), Event("reviewed", day(2), 2)]
    assert stands(*first).state == "reviewed"
    second = [Event("reviewed", day(2), 1), Event("received", day(2), 2, (1,), (AGENDA,))]
    assert stands(*second).state == "part_received"


def test_the_order_of_the_states_is_the_pack_s() -> None:
    terms, events = Terms((AGENDA,)), [asked()]
    assert standing(terms, events, TODAY, ["not_asked", "asked"], []).state == "not_asked"
    assert standing(terms, events, TODAY, ["asked", "not_asked"], []).state == "asked"
    assert standing(terms, events, TODAY, ["unheard_of"], ["unheard_of"]).state == ""


DUE = {"due": day(15)}
FLAGS_TABLE: dict[str, tuple[str, bool, list[Event], dict[str, Any]]] = {
    "due yesterday": ("overdue", True, [asked()], {"due": day(29)}),
    "due today": ("overdue", False, [asked()], {"due": TODAY}),
    "late, part received": ("overdue", True, [asked(), received(2, 1)], {"due": day(29), "expected": 3}),
    "late, received in full": ("overdue", False, [asked(), received(2, 1)], {"due": day(29), "expected": 1}),
    "late, fewer than asked": ("overdue", False, [received(2, 1, last=True)], {"due": day(29), "expected": 2}),
    "late, never asked": ("overdue", False, [], DUE),
    "late, nil return": ("overdue", False, [asked(), NIL], DUE),
    "late, refused": ("overdue", False, [asked(), REFUSED], DUE),
    "extended into the future": ("overdue", False, [asked(), event("extended", 5, new_due=date(2026, 5, 5))], DUE),
    "extended, and late again": ("overdue", True, [asked(), event("extended", 5, new_due=day(20))], DUE),
    "extended twice: the last counts": (
        "overdue",
        True,
        [asked(), event("extended", 5, new_due=date(2026, 5, 5)), event("extended", 6, new_due=day(20))],
        DUE,
    ),
    "no date": ("no_due_date", True, [asked()], {}),
    "a date": ("no_due_date", False, [asked()], DUE),
    "an extension is a date": ("no_due_date", False, [asked(), event("extended", 5, new_due=day(20))], {}),
    "no date, never asked": ("no_due_date", False, [received(1)], {}),
    "four of three": ("over_maximum", True, [received(2, 1, 2, 3, 4)], {"maximum": 3}),
    "three of three": ("over_maximum", False, [received(2, 1, 2, 3)], {"maximum": 3}),
    "four begun, three whole": (
        "over_maximum",
        False,
        [received(2, 1, 2, 3), received(3, 4, parts=(AGENDA,))],
        {"maximum": 3},
    ),
    "any number": ("over_maximum", False, [received(2, 1, 2, 3, 4)], {}),
    "a file came": ("to_check", True, [received(2, pieces=frozenset({(1, AGENDA)}), unchecked=True)], {}),
    "a file came and was checked": ("to_check", False, [received(2, pieces=frozenset({(1, AGENDA)}))], {}),
    "one of two was checked": (
        "to_check",
        True,
        [
            received(2, pieces=frozenset({(1, AGENDA)}), unchecked=True),
            received(4, pieces=frozenset({(1, AGENDA)})),
            event("checked", 5),
        ],
        {},
    ),
    "it cannot be read": ("to_come_again", True, [asked(), useless(2, 1)], {}),
    "it cannot be read, and came anew": ("to_come_again", False, [useless(2, 1), received(12, 1)], {}),
    "one more than was asked for cannot be read": (
        "to_come_again",
        False,
        [useless(2, 2, usable=(1,))],
        {"expected": 1},
    ),
    "it came without a file": ("to_check", False, [received(2)], {}),
    "none, and why not": ("unexplained", True, [NIL], {"nil_return": "explain"}),
    "none, blanks for a reason": ("unexplained", True, [event("nil_return", 2, reason=" ")], {"nil_return": "explain"}),
    "none, with the reason": ("unexplained", False, [event("nil_return", 2, reason="New")], {"nil_return": "explain"}),
    "none, and explained later": (
        "unexplained",
        False,
        [NIL, event("nil_return", 12, reason="None was held")],
        {"nil_return": "explain"},
    ),
    "none, then some": ("unexplained", False, [NIL, received(11, 1)], {"nil_return": "explain", "expected": 3}),
    "none, then refused": ("unexplained", False, [NIL, event("refused", 11)], {"nil_return": "explain"}),
    "fewer, and why not": ("unexplained", True, [received(2, 1), NIL], {"nil_return": "explain", "expected": 3}),
    "all, and no more": ("unexplained", False, [received(2, 1), NIL], {"nil_return": "explain", "expected": 1}),
    "none, which is accepted": ("unexplained", False, [NIL], {"nil_return": "accepted"}),
    "none, where figures must exist": ("nil_not_valid", True, [NIL], {"nil_return": "no"}),
    "none, where it may be": ("nil_not_valid", False, [NIL], {"nil_return": "explain"}),
    "none, then figures": ("nil_not_valid", False, [NIL, received(11)], {"nil_return": "no"}),
    "figures": ("nil_not_valid", False, [received(2)], {"nil_return": "no"}),
}


@pytest.mark.parametrize("case", FLAGS_TABLE)
def test_a_flag_stands_or_does_not(case: str) -> None:
    flag, there, events, terms = FLAGS_TABLE[case]
    assert (flag in stands(*events, **terms).flags) is there


# Beside which states each flag may stand: a request is not overdue and in, nor part received and more than asked for.
ANY, ANSWERED = set(STATES), {"reviewed", "received"}
BESIDE = {
    "overdue": set(OUTSTANDING),
    "no_due_date": ANY - {"not_asked"},
    "over_maximum": ANSWERED,
    "to_check": ANY - {"not_asked", "asked", "nil_return"},
    "unexplained": {"reviewed", "nil_return", "received", "received_short"},
    "nil_not_valid": {"reviewed", "nil_return", "received_short"},
}


@pytest.mark.slow
def test_no_flag_contradicts_the_state_whatever_happened() -> None:
    """Up to three of these events in every order, for requests of every kind, none of them due any more."""
    happens = [
        ("asked", {}),
        ("chased", {"next_chase": TODAY}),
        ("received", {"units": (1,), "parts": (AGENDA, MINUTES)}),
        ("received", {"units": tuple(range(2, 6)), "parts": (AGENDA, MINUTES), "unchecked": True}),
        ("received", {"units": tuple(range(6, 9)), "parts": (AGENDA,), "last": True}),
        ("received", {"units": tuple(range(2, 9)), "parts": (AGENDA, MINUTES)}),
        ("nil_return", {}),
        ("refused", {}),
        ("not_held", {}),
        ("reviewed", {}),
    ]
    found: dict[str, set[str]] = defaultdict(set)
    numbers = [{}, {"expected": 3}, {"maximum": 5}, {"expected": 3, "maximum": 3}, {"expected": 8, "maximum": 5}]
    orders = [order for several in (1, 2, 3) for order in permutations(happens, several)]
    for several, number, nil, due in product(orders, numbers, ("accepted", "explain", "no"), (None, day(2))):
        events = [Event(code, day(2 + at), at, **said) for at, (code, said) in enumerate(several)]
        now = stands(*events, nil_return=nil, due=due, **number)
        told = f"{[code for code, _said in several]} {number} {nil} {due}: {now}"
        for flag in now.flags:
            assert now.state in BESIDE[flag], told
            found[flag].add(now.state)
        assert now.chase_on is None or now.state in OUTSTANDING, told
        assert not {"overdue", "over_maximum"} <= {*now.flags}, told
        most = min(number.values(), default=None)
        assert most is None or now.complete < most or now.state in ANSWERED, told
    assert found == BESIDE, "each of these is met"


def test_several_flags_may_stand_at_once() -> None:
    returned = stands(asked(), NIL, nil_return="no")
    assert returned.flags == ("no_due_date", "nil_not_valid")


def test_a_nil_return_stands_though_it_was_reviewed_and_not_once_something_came() -> None:
    given = event("nil_return", 10, given_by="Area business manager")
    assert stands(given, REVIEWED).nil == given
    assert stands(given, received(11)).nil is None
    assert stands(given, event("refused", 11)).nil is None


def test_the_day_to_chase_again_is_the_last_chase_s_while_something_is_to_come() -> None:
    first, then = event("chased", 3, next_chase=day(10)), event("chased", 10)
    assert stands(asked(), first).chase_on == stands(first, asked(), received(4)).chase_on == day(10)
    assert stands(asked(), first, then).chase_on is None, "chased, and no further day was named"
    assert stands(asked(), first, received(4), expected=1).chase_on is None
    assert stands(asked(), first, NIL).chase_on is None


def test_what_cannot_be_read_is_known_by_its_pieces_until_it_comes_anew() -> None:
    found = stands(useless(2, 3, usable=(1, 2)), expected=3)
    assert (found.complete, found.again, found.unread) == (2, {(3, AGENDA), (3, MINUTES)}, {(3, AGENDA), (3, MINUTES)})
    found = stands(useless(2, 3, usable=(1, 2)), received(12, 3, parts=(MINUTES,)), expected=3)
    assert (found.begun, found.again) == (3, {(3, AGENDA)})


def test_units_are_whole_only_with_every_part() -> None:
    found = stands(received(2, 1, 2), received(3, 3, parts=(AGENDA,)), expected=3)
    assert (found.complete, found.begun) == (2, 3)
