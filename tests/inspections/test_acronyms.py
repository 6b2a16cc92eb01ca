"""Acronyms are spelt out once, in the pack's own words, and quotations keep theirs."""

import pytest
import yaml

from app.inspections.acronyms import Speller
from app.inspections.rules import AcronymPart, Rules
from tests.conftest import PACK

RULES = Rules.model_validate(yaml.safe_load((PACK / "rules.yaml").read_text(encoding="utf-8")))

OWN = {
    "The CPS charges.": "The Crown Prosecution Service (CPS) charges.",
    "CPS, and the CPS again": "Crown Prosecution Service (CPS), and the CPS again",
    "The CPS’s and CPS's view": "The Crown Prosecution Service (CPS)’s and CPS's view",
    "Three SDCPs said so.": "Three Senior District Crown Prosecutors (SDCPs) said so.",
    "SPOCs": "single points of contact (SPOCs)",
    "The DA JJP and DA": "The Domestic Abuse Joint Justice Plan (DA JJP) and domestic abuse (DA)",
    "An IQA is no QA": "An Individual Quality Assessment (IQA) is no quality assurance (QA)",
    "The Crown Prosecution Service (CPS) and the CPS": "The Crown Prosecution Service (CPS) and the CPS",
    "CPS (Crown Prosecution Service)": "CPS (Crown Prosecution Service)",
    "non-CPS and CPS-led": "non-Crown Prosecution Service (CPS) and CPS-led",
    "cps, Cps, xCPS, CPSx, CPS1, www.CPS.gov.uk, a@CPS": "cps, Cps, xCPS, CPSx, CPS1, www.CPS.gov.uk, a@CPS",
    "The MG3A, not the MG3.": "The MG3A, not the police report to the prosecutor for a charging decision (MG3).",
    "SPOC/IDVA": "single point of contact (SPOC)/independent domestic violence adviser (IDVA)",
    "": "",
}


@pytest.mark.parametrize("text", OWN)
def test_our_own_words_say_the_long_form_first(text):
    assert Speller(RULES.acronyms).own(text) == OWN[text]


def test_a_quotation_keeps_its_words_and_the_expansion_follows():
    said = "“Our SDCPs tell the CPS, the CPS tells nobody.”"
    told = Speller(RULES.acronyms).quoted(said)
    assert told == (
        "“Our SDCPs [Senior District Crown Prosecutors] tell the CPS [Crown Prosecution Service], "
        "the CPS tells nobody.”"
    )


@pytest.mark.parametrize("acronym", RULES.acronyms, ids=lambda acronym: acronym.short)
def test_every_acronym_of_the_pack_is_spelt_out_once_in_each_way(acronym):
    text = f"First {acronym.short}, then {acronym.short}."
    own, quoted = Speller(RULES.acronyms).own(text), Speller(RULES.acronyms).quoted(text)
    assert own == f"First {acronym.long} ({acronym.short}), then {acronym.short}."
    assert quoted == f"First {acronym.short} [{acronym.long}], then {acronym.short}."


def test_one_speller_spells_once_over_many_texts():
    speller = Speller(RULES.acronyms)
    assert speller.own("VRR") == "Victims' Right to Review (VRR)"
    assert [speller.own("VRR"), speller.quoted("VRR")] == ["VRR", "VRR"]
    assert Speller(RULES.acronyms).own("VRR") != "VRR"


def test_a_pack_without_acronyms_changes_nothing():
    assert Speller([]).own("CPS s") == "CPS s"


def test_marks_of_other_languages_in_an_acronym_are_no_patterns():
    assert Speller([AcronymPart(short="A.B+", long="a and b")]).own("A.B+ not AxB") == "a and b (A.B+) not AxB"
