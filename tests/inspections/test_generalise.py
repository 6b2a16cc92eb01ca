"""Labels so general that at least three people share each, and are shown with it: the pack's ladders."""

import random
from collections import Counter
from datetime import date

import pytest
import yaml

from app.inspections.generalise import Label, Place, Voice, labels, month
from app.inspections.rules import Rules
from tests.conftest import PACK

RULE = Rules.model_validate(yaml.safe_load((PACK / "rules.yaml").read_text(encoding="utf-8"))).generalisation
WESSEX = Place("Wessex", visited=True)
PILOT = Place("East Midlands", visited=True, pilot=True)
LONDON = Place("CPS London North")
HQ = Place("CPS Headquarters")


def sessions(*given):
    """Each a role, a place and perhaps how many people: a session, named by its number."""
    return [
        Voice(number, "Interview", role, role.replace("_", " "), place, *people)
        for number, (role, place, *people) in enumerate(given)
    ]


def told(*given):
    return list(labels(sessions(*given), RULE).values())


def test_three_of_a_role_in_an_area_are_called_what_they_are():
    assert told(*[("dcp", WESSEX)] * 3) == [Label("District Crown Prosecutor", "Wessex")] * 3


def test_two_of_a_role_go_up_to_the_label_that_three_share():
    found = told(("dcp", WESSEX), ("dcp", WESSEX), ("sdcp", WESSEX))
    assert found == [Label("Area legal manager", "Wessex")] * 3


def test_people_are_counted_and_not_sessions():
    assert told(("dcp", WESSEX, 3)) == [Label("District Crown Prosecutor", "Wessex")]
    assert told(("dcp", WESSEX, 2)) == [None]


def test_a_place_goes_up_where_too_few_share_it():
    found = told(("dcp", WESSEX), ("dcp", PILOT), ("dcp", PILOT))
    assert {label.place for label in found} == {"an Area that we visited"}


def test_a_pilot_area_is_called_one_only_where_it_is_one():
    other = Place("North West", visited=True, pilot=True)
    found = told(("dcp", WESSEX, 3), ("dcp", PILOT, 1), ("dcp", other, 2))
    assert [label.place for label in found] == ["Wessex", "a pilot Area", "a pilot Area"]


def test_an_area_that_was_not_visited_is_never_called_visited():
    found = told(("dcp", WESSEX, 3), ("dcp", LONDON, 1))
    assert found[1] == Label("District Crown Prosecutor", "CPS")


def test_the_only_two_that_were_heard_are_left_out():
    assert told(("dcp", WESSEX), ("hq_legal_lead", HQ)) == [None, None]


def test_headquarters_managers_share_a_label_and_their_place():
    found = told(*((role, HQ) for role in ("hq_legal_lead", "hq_policy_lead", "ust_lead", "est_lead")))
    assert found == [Label("Headquarters manager", "CPS Headquarters")] * 4


def test_a_role_without_a_ladder_is_its_own_rung():
    assert told(*[("scout", WESSEX)] * 3) == [Label("scout", "Wessex")] * 3
    assert told(*[("scout", WESSEX)] * 2) == [None, None]


def test_who_was_heard_in_no_role_has_no_label_and_needs_three():
    found = labels([Voice(n, "Interview", place=WESSEX) for n in range(3)], RULE)
    assert list(found.values()) == [Label("", "Wessex")] * 3
    assert labels([Voice(1, "Interview")], RULE) == {1: None}


def test_a_document_is_never_left_out_and_names_its_area_only_among_three():
    lone = Voice("a", "Document", place=WESSEX, session=False)
    assert labels([lone], RULE) == {"a": Label("", "CPS")}
    many = [Voice(n, "Document", place=WESSEX, session=False) for n in range(3)]
    assert set(labels(many, RULE).values()) == {Label("", "Wessex")}


def test_what_speaks_for_no_body_has_no_place():
    assert labels([Voice(1, "Other", session=False)], RULE) == {1: Label("", "")}


def test_the_only_one_of_a_role_is_not_left_alone_under_a_wider_label():
    """'Area legal manager' of Wessex could be four; were it said of one, it could only be the one who is no DCP."""
    found = told(*[("dcp", WESSEX)] * 3, ("sdcp", WESSEX))
    assert found == [Label("Area legal manager", "Wessex")] * 4
    found = told(*[("dcp", WESSEX)] * 3, ("hq_legal_lead", HQ))
    assert found == [Label("CPS manager", "CPS")] * 4


def test_as_many_as_can_keep_their_narrower_label():
    found = told(*[("dcp", WESSEX)] * 6, ("icem", WESSEX))
    assert Counter(found) == {Label("District Crown Prosecutor", "Wessex"): 4, Label("CPS manager", "Wessex"): 3}
    assert found[-1] == Label("CPS manager", "Wessex")


def test_a_wider_place_is_taken_before_others_are_left_with_too_few():
    found = told(*[("dcp", WESSEX)] * 3, ("icem", WESSEX), *[("dcp", LONDON)] * 5)
    assert found[:3] == [Label("District Crown Prosecutor", "Wessex")] * 3
    assert found[3] == Label("CPS manager", "CPS")
    assert Counter(found[4:]) == {Label("District Crown Prosecutor", "CPS London North"): 3, found[3]: 2}


@pytest.mark.parametrize("seed", range(60))
def test_whatever_the_sessions_each_label_is_true_and_said_of_three_people_or_more(seed):
    dice = random.Random(seed)
    places = [WESSEX, PILOT, LONDON, HQ, *([None] if seed % 3 == 0 else [])]
    given = sessions(
        *(
            (dice.choice(list(RULE.ladders)), dice.choice(places), dice.choice([1, 1, 1, 2, 6]))
            for _ in range(dice.randrange(1, 25))
        )
    )
    found = labels(given, RULE)
    could: Counter[str] = Counter()
    shown: Counter[Label] = Counter()
    for voice in given:
        if voice.place:
            could.update(dict.fromkeys(RULE.ladders[voice.role], voice.people))
        if label := found[voice.key]:
            shown[label] += voice.people
    assert all(people >= RULE.minimum_group for people in shown.values()), shown
    for voice in given:
        label, ladder = found[voice.key], RULE.ladders[voice.role]
        if label is None:
            assert voice.place is None or could[ladder[-1]] < RULE.minimum_group
            continue
        assert label.role in ladder
        if voice.place is None:
            assert label.place == ""
            continue
        true = {voice.place.name, "CPS"}
        true |= {"a pilot Area"} if voice.place.pilot else set()
        true |= {"an Area that we visited"} if voice.place.visited else set()
        assert label.place in true


@pytest.mark.parametrize("seed", range(30))
def test_where_nobody_would_stand_alone_the_lowest_rung_is_taken_and_then_the_narrowest_place(seed):
    dice = random.Random(seed)
    roles = dice.sample(list(RULE.ladders), 4)
    given = sessions(
        *((role, place) for role in roles for place in (WESSEX, LONDON) for _ in range(dice.choice([0, 3, 4])))
    )
    found = labels(given, RULE)
    for voice in given:
        assert found[voice.key] == Label(RULE.ladders[voice.role][0], voice.place.name)


def test_dates_are_months():
    assert (month(date(2026, 3, 9)), month(None)) == ("March 2026", "")
