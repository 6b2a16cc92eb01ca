"""What Fieldbook takes from a pack, and the form that it must have. What is not named here is left for later."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class CriterionPart(_Part):
    ref: Annotated[str, StringConstraints(pattern=r"^[A-Z]+\.[ivx]+$")]
    wording: Text
    footnotes: list[int]


class GroupPart(_Part):
    code: Code
    name: Text
    criteria: Annotated[list[CriterionPart], Field(min_length=1)]


class FootnotePart(_Part):
    number: int
    text: Text


class HeadquartersPart(_Part):
    code: Code
    name: Text
    aliases: list[str]


class AreaPart(HeadquartersPart):
    on_site: bool


class Scope(_Part):
    title: Text
    version: str
    code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")]
    inspection_question: Text
    groups: Annotated[list[GroupPart], Field(min_length=1)]
    footnotes: list[FootnotePart]
    headquarters: HeadquartersPart
    areas: Annotated[list[AreaPart], Field(min_length=1)]


class SourceKindPart(_Part):
    code: Literal["interview", "focus_group", "document", "case_file", "other"]
    label: Text
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]+$")]


class TermPart(_Part):
    code: Code
    label: Text
    meaning: str = ""
    inverse: str = ""


class RelationsPart(_Part):
    to_finding: Annotated[list[TermPart], Field(min_length=1)]


class HandlingPart(_Part):
    marking: Text
    line: Text


class ReasonsPart(_Part):
    withdrawal: Annotated[list[TermPart], Field(min_length=1)]


class Rules(_Part):
    source_kinds: Annotated[list[SourceKindPart], Field(min_length=1)]
    directions: Annotated[list[TermPart], Field(min_length=1)]
    evidence_kinds: Annotated[list[TermPart], Field(min_length=1)]
    evidence_kind_default: dict[str, str]
    link_relations: RelationsPart
    handling: HandlingPart
    reasons: ReasonsPart


class GuidePart(_Part):
    role: Code
    label: Text
    where: str


class SessionPart(_Part):
    role: Code
    at: Literal["HQ", "on_site_areas"]


class Guides(_Part):
    guides: Annotated[list[GuidePart], Field(min_length=1)]
    planned_sessions: list[SessionPart]


FILES: dict[str, type[_Part]] = {"scope.yaml": Scope, "rules.yaml": Rules, "topic-guides.yaml": Guides}


class Pack(_Part):
    scope: Scope
    rules: Rules
    guides: Guides

    def vocabulary(self) -> dict[str, Any]:
        """What `Inspection.vocabulary` keeps: see app/inspections/vocabulary.py."""
        rules = self.rules
        return {
            "source_kinds": [kind.model_dump() for kind in rules.source_kinds],
            "prefixes": {kind.code: kind.prefix for kind in rules.source_kinds},
            "directions": [term.model_dump() for term in rules.directions],
            "evidence_kinds": [term.model_dump() for term in rules.evidence_kinds],
            "evidence_kind_default": rules.evidence_kind_default,
            "relations": [term.model_dump() for term in rules.link_relations.to_finding],
            "withdrawal_reasons": [term.model_dump() for term in rules.reasons.withdrawal],
        }
