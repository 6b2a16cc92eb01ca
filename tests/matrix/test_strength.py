"""The strength rule: the pack's own truth table, and what holds for any evidence. Source: rules.yaml, `strength`."""

import random
from dataclasses import replace

import pytest

from app.inspections.rules import ExamplePart
from app.matrix.strength import Counted, Country, Rule
from app.packs.reading import read_pack
from tests.conftest import PACK

READ = read_pack(PACK)
SCOPE = READ.scope
AREAS = frozenset(area.code for area in SCOPE.areas)
COUNTRY = Country(AREAS, SCOPE.headquarters.code, frozenset(area.code for area in SCOPE.areas if area.on_site))
RULE = Rule(READ.rules, COUNTRY)
EXAMPLES = {example.id: example for example in READ.rules.strength.examples}
FAMILIES = {"INT": "said", "DOC": "written", "FILE": "examined", "FINDING": "examined"}


def items_of(example: ExamplePart) -> list[Counted]:
    """From the table's short form: source | role or request | body | evidence kind | direction | extra."""
    found = []
    for line in example.items:
        source, part, body, kind, direction, *extra = line.split("|")
        said = dict(word.partition("=")[::2] for word in extra)
        if "withdrawn" in said:
            continue  # nothing asks the rule about those
        found.append(
            Counted(
                family=said.get("family") or FAMILIES[source.partition("-")[0]],
                part=part,
                bodies=AREAS if body == "ALL" else frozenset({body}),
                evidence_kind=kind,
                direction=direction,
                set_aside=said.get("contradicts") == "set_aside",
                contradicted=said.get("contradicts") == "open",
                applicable=int(said["n"]) if "n" in said else None,
            )
        )
    return found


def value_of(example: ExamplePart, items: list[Counted]) -> str:
    claim = example.claim
    body = None if claim.body == "national" else claim.body
    return RULE.strength(items, claim.criterion, claim.direction, body).value


def test_the_truth_table_is_whole() -> None:
    assert list(EXAMPLES) == [f"T{number:02d}" for number in range(1, 35)]


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_the_rule_gives_what_its_truth_table_says(example: ExamplePart) -> None:
    assert value_of(example, items_of(example)) == example.expect, example.why


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_neither_order_nor_repetition_opinion_context_or_what_was_set_aside_changes_it(example: ExamplePart) -> None:
    items = items_of(example)
    shuffled = items * 2
    random.Random(example.id).shuffle(shuffled)
    silent = [replace(item, contradicted=False) for item in items]
    shuffled += [replace(item, evidence_kind="opinion", part="other") for item in silent]
    shuffled += [replace(item, direction="context", part="other") for item in silent]
    shuffled += [replace(item, set_aside=True, part="other") for item in silent]
    assert value_of(example, shuffled) == example.expect


def test_a_result_over_several_areas_is_no_voice_of_one_of_them() -> None:
    result = Counted("examined", "files", AREAS, "direct", "weakness", applicable=308)
    assert RULE.strength([result], "LD.ii", "weakness", "WES").value == "none"
    assert RULE.strength([result], "LD.ii", "weakness", None).value == "single"


def test_flags_stand_beside_the_value() -> None:
    said = Counted("said", "dcp", frozenset({"WES"}), "first_hand", "mixed", remote=True)
    few = Counted("examined", "files", frozenset({"WES"}), "direct", "weakness", applicable=6)
    assert RULE.strength([said, few], "LD.ii", "weakness", "WES").flags == ("both_directions", "remote_only", "small_n")
    london = replace(few, bodies=frozenset({"LON"}), applicable=20)
    assert RULE.strength([london], "LD.ii", "weakness", "LON").flags == ("not_visited",)
    assert RULE.strength([], "LD.ii", "weakness", "LON").flags == ()


def test_it_can_be_asked_for_the_pack_s_directions() -> None:
    assert RULE.directions == ["strength", "weakness"]
