"""Strength of a claim: worked out from what counts for it, never typed. Source: the pack's rules.yaml, `strength`.

A claim is one criterion and one direction, for one body or for the whole country. What counts is grouped into voices;
the pack's tests ask how many voices there are, of which families, from which bodies.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.inspections.rules import DirectionPart, EvidenceKindPart, Rules, StrengthTestPart, TriangulatedPart

EXAMINED = "examined"
SAID_OR_WRITTEN = frozenset({"said", "written"})


@dataclass(frozen=True, slots=True)
class Counted:
    """Items that are alike to the rule: of one family, role or request, body, kind and direction."""

    family: str
    part: str  # code of the role, or of the request for a document; empty where there is none
    bodies: frozenset[str]  # codes; several for a file result over several Areas; an outside organisation's name
    evidence_kind: str
    direction: str
    set_aside: bool = False
    contradicted: bool = False  # a contradiction that touches one of them is open
    applicable: int | None = None  # of a file result: its applicable files
    remote: bool | None = None  # of a session
    changed: bool = False  # the text under one of them has changed since
    number: int = 0  # how many; 0 for those that were counted among others


@dataclass(frozen=True, slots=True)
class Voice:
    family: str
    part: str
    bodies: frozenset[str]
    full: bool  # else limited: counts for single and supported only
    number: int = field(default=0, compare=False)  # of items or file findings that it speaks by


@dataclass(frozen=True, slots=True)
class Strength:
    value: str  # a code of the pack's values
    voices: tuple[Voice, ...]
    flags: tuple[str, ...]  # codes of the pack's flags


@dataclass(frozen=True, slots=True)
class Country:
    """What the rule must know of the inspection's bodies."""

    areas: frozenset[str]
    headquarters: str
    visited: frozenset[str]


class Rule:
    """The pack's rule, ready to be asked for many claims."""

    def __init__(self, rules: Rules, country: Country) -> None:
        self.rule, self.country = rules.strength, country
        self._weights = _weights(rules.evidence_kinds)
        self._counts_for = _counts_for(rules.directions)
        self._few = rules.small_numbers.threshold

    @property
    def directions(self) -> list[str]:
        """Those that a claim may have, in the pack's order."""
        return list(dict.fromkeys(code for codes in self._counts_for.values() for code in codes))

    def strength(self, items: Iterable[Counted], criterion: str, direction: str, body: str | None) -> Strength:
        """How strong the claim is; `body` None for the whole country."""
        living = [item for item in items if not item.set_aside and self._about(item, body)]
        weighed = [item for item in living if self._weights.get(item.evidence_kind, "none") != "none"]
        counted = [item for item in weighed if direction in self._counts_for.get(item.direction, ())]
        voices = self._voices(counted)
        met = {
            "contradicted": any(item.contradicted for item in counted),
            "triangulated": self._triangulated(voices, criterion, body),
            "supported": self._supported(voices, criterion, body),
            "single": bool(voices),
            "none": True,
        }
        value = next(code for code in self.rule.order if met[code])
        return Strength(value, voices, tuple(self._flags(weighed, counted, body)))

    def _about(self, item: Counted, body: str | None) -> bool:
        # A result over several Areas says nothing of one of them.
        return body is None or item.bodies == {body}

    def _voices(self, counted: Sequence[Counted]) -> tuple[Voice, ...]:
        full: dict[tuple[str, str, frozenset[str]], bool] = {}
        number: dict[tuple[str, str, frozenset[str]], int] = {}
        for item in counted:
            key = (item.family, item.part, item.bodies)
            full[key] = full.get(key, False) or self._is_full(item)
            number[key] = number.get(key, 0) + item.number
        return tuple(Voice(*key, is_full, number[key]) for key, is_full in full.items())

    def _is_full(self, item: Counted) -> bool:
        few = item.applicable is not None and item.applicable < self._few
        return self._weights[item.evidence_kind] == "full" and not few

    def claims_of(self, direction: str) -> list[str]:
        """The directions of claims that something counts for."""
        return self._counts_for.get(direction, [])

    def left_out(self, item: Counted) -> str:
        """Why nothing of it counts in any claim: 'set_aside', 'unset', 'kind' or 'direction'; empty where it counts."""
        if item.set_aside:
            return "set_aside"
        if self._weights.get(item.evidence_kind, "none") == "none":
            return "kind"
        if self._counts_for.get(item.direction):
            return ""
        return "direction" if item.direction else "unset"

    def test(self, criterion: str, body: str | None) -> StrengthTestPart:
        tests = self.rule.tests
        if body is not None:
            return tests.body
        without = tests.national_without_file_questions
        return without if criterion in without.criteria else tests.national_with_file_questions

    def _supported(self, voices: Sequence[Voice], criterion: str, body: str | None) -> bool:
        asked = self.test(criterion, body).supported
        bodies = frozenset[str]().union(*(voice.bodies for voice in voices))
        return len(voices) >= asked.voices and (body is not None or len(bodies) >= asked.bodies)

    def _triangulated(self, voices: Sequence[Voice], criterion: str, body: str | None) -> bool:
        asked = self.test(criterion, body).triangulated
        heard = [voice for voice in voices if voice.full or not asked.full_voices_only]
        return (
            len({voice.family for voice in heard}) >= asked.families
            and _any_of(heard, asked)
            and len(self._areas(heard, {EXAMINED})) >= asked.examined_areas
            and len(self._areas(heard, SAID_OR_WRITTEN)) >= asked.areas_said_or_written
            and sum(self.country.headquarters in voice.bodies for voice in heard) >= asked.headquarters
        )

    def _areas(self, voices: Iterable[Voice], families: Collection[str]) -> frozenset[str]:
        found = frozenset[str]().union(*(voice.bodies for voice in voices if voice.family in families))
        return found & self.country.areas

    def _flags(self, weighed: Sequence[Counted], counted: Sequence[Counted], body: str | None) -> Iterable[str]:
        directions = {code for item in weighed for code in self._counts_for.get(item.direction, ())}
        sessions = [item for item in counted if item.remote is not None]
        found = {
            "both_directions": len(directions) > 1 and not any(item.contradicted for item in weighed),
            "remote_only": bool(sessions) and all(item.remote for item in sessions),
            "small_n": any(item.applicable is not None and item.applicable < self._few for item in counted),
            "source_changed": any(item.changed for item in counted),
            "not_visited": body in self.country.areas and body not in self.country.visited and bool(counted),
        }
        return [flag.code for flag in self.rule.flags if found.get(flag.code)]


def _any_of(voices: Sequence[Voice], asked: TriangulatedPart) -> bool:
    number = {family: sum(voice.family == family for voice in voices) for family in {v.family for v in voices}}
    return not asked.any_of or any(
        all(number.get(family, 0) >= least for family, least in one.items()) for one in asked.any_of
    )


def _weights(kinds: Iterable[EvidenceKindPart]) -> Mapping[str, str]:
    return {kind.code: kind.weight for kind in kinds}


def _counts_for(directions: Iterable[DirectionPart]) -> Mapping[str, list[str]]:
    return {direction.code: direction.counts_for for direction in directions}
