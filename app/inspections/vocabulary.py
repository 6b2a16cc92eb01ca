"""The words that a pack gives an inspection for its forms: kinds of source and evidence, directions, relations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Term:
    code: str
    label: str
    meaning: str = ""
    inverse: str = ""  # of a relation: 'is supported by'
    needs_words: bool = False  # of a reason: it says too little by itself


# Of the pack's words, those that are lists of terms. The later ones may be missing where an older pack was loaded.
LISTS = (
    "source_kinds",
    "families",
    "directions",
    "evidence_kinds",
    "relations",
    "item_relations",
    "withdrawal_reasons",
    "reopening_reasons",
    "contradiction_reopening_reasons",
    "session_change_reasons",
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Read from `Inspection.vocabulary`; each list in the pack's order, `labels` from code to label within a list."""

    source_kinds: tuple[Term, ...]
    families: tuple[Term, ...]  # what the strength rule counts as one kind of source
    prefixes: dict[str, str]  # kind of source to the prefix of its references
    family_of: dict[str, str]  # kind of source to its family; 'declared' where each source says
    directions: tuple[Term, ...]
    evidence_kinds: tuple[Term, ...]
    evidence_kind_default: dict[str, str]  # kind of source to kind of evidence
    relations: tuple[Term, ...]  # of an evidence item to a file finding
    item_relations: tuple[Term, ...]  # of an evidence item to another
    withdrawal_reasons: tuple[Term, ...]
    reopening_reasons: tuple[Term, ...]
    contradiction_reopening_reasons: tuple[Term, ...]  # empty where the pack has none of its own
    session_change_reasons: tuple[Term, ...]
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    tones: dict[str, str] = field(default_factory=dict)  # direction to how it is drawn: see tones_of

    @classmethod
    def read(cls, content: dict[str, Any]) -> "Vocabulary":
        lists = {
            name: tuple(
                Term(
                    term["code"],
                    term["label"],
                    term.get("meaning", ""),
                    term.get("inverse", ""),
                    term.get("words") == "required",
                )
                for term in content.get(name, ())
            )
            for name in LISTS
        }
        return cls(
            **lists,
            prefixes=content["prefixes"],
            family_of={kind["code"]: kind.get("family", "") for kind in content["source_kinds"]},
            evidence_kind_default=content["evidence_kind_default"],
            tones=tones_of(content["directions"]),
            labels={name: {term.code: term.label for term in terms} for name, terms in lists.items()},
        )

    @property
    def direction_codes(self) -> list[str]:
        """The pack's directions, and the empty one of items whose direction nobody has set."""
        return [*(term.code for term in self.directions), ""]


def tones_of(directions: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """How each direction is drawn, by what it counts for and not by its name: the first claim that the pack's
    directions may be counted for, the second, several, none.
    """
    claims = list(dict.fromkeys(claim for direction in directions for claim in direction.get("counts_for", ())))
    found = {}
    for direction in directions:
        counted = direction.get("counts_for", ())
        first_or_second = len(counted) == 1 and claims.index(counted[0]) < 2
        tone = ("first", "second")[claims.index(counted[0])] if first_or_second else "several" if counted else "none"
        found[direction["code"]] = tone
    return found
