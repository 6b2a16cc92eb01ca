"""What gives somebody away: names and their parts, and roles and places narrower than those an export says."""

import pytest
import yaml

from app.inspections.rules import Rules
from app.matrix.guard import Names, Narrower
from tests.conftest import PACK

RULES = Rules.model_validate(yaml.safe_load((PACK / "rules.yaml").read_text(encoding="utf-8")))
LABELS = {code: ladder[0] for code, ladder in RULES.generalisation.ladders.items()} | {
    "prosecutors_crown": "Crown Court prosecutors",
    "scout": "Court scout",
}
BODIES = {
    "CPS Headquarters": ["Headquarters", "HQ"],
    "Wessex": [],
    "Thames and Chiltern": ["Thames & Chiltern"],
    "Mersey-Cheshire": ["Mersey Cheshire"],
}
NARROWER = Narrower(RULES.generalisation.ladders, LABELS, RULES.generalisation.places, BODIES, RULES.acronyms)
NAMES = Names(
    [
        "Wilhelmina Zagwitz",
        "Mrs Ada O’Hara-Lynn",
        "Lead Marchbanks",
        "Bo Li",
        "Łucja Żak",
        "Zoë Bjørnson",
        "Jose Munoz",
    ],
    ["Area stalking lead", "the prosecution of cases"],
)


@pytest.mark.parametrize(
    "text",
    [
        "Wilhelmina Zagwitz said it",
        "Mrs Zagwitz",
        "WILHELMINA said it",
        "zagwitz’s view",
        "(Marchbanks noted this)",
        "as Hara put it",
        "Lynn/Ada",
        "so Bo  Li said",
        "ŻAK",
        "Z\u0307ak",
        "as Zak put it",
        "LUCJA",
        "Zoe told us",
        "ZOE\u0308’s view",
        "Bjornson noted this",
        "José Muñoz",
        "zag\u00adwitz",
        "\uff3aagwitz",
    ],
)
def test_a_name_and_each_part_of_it_is_found(text):
    assert NAMES.in_text(text)


@pytest.mark.parametrize(
    "text",
    ["", "the lead told us", "Mrs Smith", "Zagwitzing", "an adage", "limbo, li", "Bo said", "a Cases lead", "the zoo"],
)
def test_what_is_no_name_is_not(text):
    assert not NAMES.in_text(text)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Headquarters manager", "Policy lead: completion stood at 61%"),
        ("Headquarters manager", "Universal Service Team (UST) lead: it does"),
        ("Headquarters manager", "the UST leads"),
        ("Headquarters manager", "Headquarters leads on stalking"),
        ("CPS manager", "Inclusion and Community Engagement Manager (ICEM): panels"),
        ("CPS manager", "ICEMs say so"),
        ("CPS manager", "the senior DCP"),
        ("CPS manager", "Headquarters manager: so"),
        ("Prosecutor", "Crown Court prosecutors"),
        ("", "Prosecutors: lesser pleas are accepted"),
        ("Interview", "a court scout"),
    ],
)
def test_a_narrower_role_is_found(said, text):
    assert NARROWER.roles(said).in_text(text)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Headquarters manager", "Headquarters managers say that the lead is away"),
        ("Headquarters manager", "DCPs review each case"),
        ("Area stalking lead", "Stalking lead: it does"),
        ("Crown Court prosecutor", "Crown Court prosecutors, and other prosecutors"),
        ("CPS staff", "CPS staff"),
        ("", "the lead told the manager of a prosecution"),
    ],
)
def test_the_same_role_a_wider_one_and_another_are_not(said, text):
    assert not NARROWER.roles(said).in_text(text)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("an Area that we visited", "in Wessex"),
        ("an Area that we visited", "a pilot Area"),
        ("a pilot Area", "Mersey/Cheshire’s"),
        ("CPS", "at HQ"),
        ("CPS", "THAMES & CHILTERN"),
        ("", "an Area that we visited"),
    ],
)
def test_a_narrower_place_is_found(said, text):
    assert NARROWER.places(said).in_text(text)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Wessex", "Wessex, and not Mersey-Cheshire"),
        ("CPS", "the CPS"),
        ("", "the CPS"),
        ("a pilot Area", "a pilot Area, one of those that we visited"),
        ("an Area that we visited", "Wessexville"),
    ],
)
def test_the_same_place_and_a_wider_one_are_not(said, text):
    assert not NARROWER.places(said).in_text(text)
