"""The words that a pack gives an inspection for its forms: kinds of source and evidence, directions, relations."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Term:
    code: str
    label: str
    meaning: str = ""
    inverse: str = ""  # of a relation: 'is supported by'


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Read from `Inspection.vocabulary`; each list in the pack's order, `labels` from code to label within a list."""

    source_kinds: tuple[Term, ...]
    prefixes: dict[str, str]  # kind of source to the prefix of its references
    directions: tuple[Term, ...]
    evidence_kinds: tuple[Term, ...]
    evidence_kind_default: dict[str, str]  # kind of source to kind of evidence
    relations: tuple[Term, ...]
    withdrawal_reasons: tuple[Term, ...]
    labels: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, content: dict[str, Any]) -> "Vocabulary":
        lists = {
            name: tuple(
                Term(term["code"], term["label"], term.get("meaning", ""), term.get("inverse", ""))
                for term in content[name]
            )
            for name in ("source_kinds", "directions", "evidence_kinds", "relations", "withdrawal_reasons")
        }
        return cls(
            **lists,
            prefixes=content["prefixes"],
            evidence_kind_default=content["evidence_kind_default"],
            labels={name: {term.code: term.label for term in terms} for name, terms in lists.items()},
        )

    @property
    def direction_codes(self) -> list[str]:
        """The pack's directions, and the empty one of items whose direction nobody has set."""
        return [*(term.code for term in self.directions), ""]
