"""The form that a pack's files must have. What features read too is in app/inspections: rules, guides, requests."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from app.inspections.guides import Guides
from app.inspections.on_site import OnSitePart
from app.inspections.requests import Requests
from app.inspections.rules import Code, Day, Part, Rules, Text


class CriterionPart(Part):
    ref: Annotated[str, StringConstraints(pattern=r"^[A-Z]+\.[ivx]+$")]
    wording: Text
    footnotes: list[int]


class GroupPart(Part):
    code: Code
    name: Text
    criteria: Annotated[list[CriterionPart], Field(min_length=1)]


class FootnotePart(Part):
    number: int
    text: Text


class HeadquartersPart(Part):
    code: Code
    name: Text
    aliases: list[str]


class AreaPart(HeadquartersPart):
    on_site: bool
    pilot: bool = False


class ObjectivePart(Part):
    ref: Text
    text: Text


class EngagementPart(Part):
    code: Text
    with_: Annotated[Text, Field(alias="with")]
    stage: str
    done: bool


class StakeholdersPart(Part):
    engagements: list[EngagementPart]


class SamplePart(Part):
    """A line of the scope that says how many files are drawn, and the strata that hold them."""

    ref: Text
    strata: list[Code]
    per_area: int
    total: int


class DipSamplePart(Part):
    minimum: int
    share: float


class FileExaminationPart(Part):
    files_total: int
    files_per_area: int
    areas: int
    parts: list[SamplePart] = []
    dip_sample: DipSamplePart | None = None


class MethodologyPart(Part):
    performance_of: str = ""  # 'CPS': imports take no notice of it before the name of a body
    stakeholders: StakeholdersPart
    file_examination: FileExaminationPart | None = None  # an inspection may have none


class LetterPart(Part):
    to: Literal["on_site_areas", "other_areas", "headquarters"]
    count: int
    requests: list[str] = []


class CommissioningPart(Part):
    letters: list[LetterPart]
    letters_total: int


class MilestonePart(Part):
    code: Code
    date: Day | None
    when: Text
    text: Text
    derived: bool
    ends: bool = False


class Scope(Part):
    title: Text
    version: str
    code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")]
    inspection_question: Text
    objective: list[ObjectivePart]
    groups: Annotated[list[GroupPart], Field(min_length=1)]
    footnotes: list[FootnotePart]
    headquarters: HeadquartersPart
    areas: Annotated[list[AreaPart], Field(min_length=1)]
    on_site: OnSitePart
    methodology: MethodologyPart
    commissioning: CommissioningPart | None = None
    milestones: list[MilestonePart]


class QuestionPart(Part):
    id: Code
    criterion: str
    text: Text
    guidance: Text
    answers: Code
    applies_to: list[str]
    reason_required_for: list[str]


class StratumPart(Part):
    code: Code
    label: Text
    per_area: int
    total: int


class QuestionSet(Part):
    strata: list[StratumPart]
    answer_scales: dict[str, dict[str, Any]]
    case_details: list[dict[str, Any]]
    questions: list[QuestionPart]


class EarlierPart(Part):
    id: Annotated[str, StringConstraints(pattern=r"^[A-Z]+-[0-9]+$")]
    report: Text
    date: str
    by: Text
    kind: Text
    addressed_to: str
    summary: Text
    criteria: list[str]
    evidence_to_seek: str
    checked: Literal["yes", "part", "no"]
    progress: str | None
    impact: str | None


class Earlier(Part):
    totals: dict[str, int] = {}
    items: list[EarlierPart]


FILES: dict[str, type[Part]] = {
    "scope.yaml": Scope,
    "rules.yaml": Rules,
    "topic-guides.yaml": Guides,
    "document-requests.yaml": Requests,
    "question-set.yaml": QuestionSet,
    "previous-recommendations.yaml": Earlier,
}


class Pack(Part):
    scope: Scope
    rules: Rules
    guides: Guides
    requests: Requests
    questions: QuestionSet
    earlier: Earlier
    files: dict[str, dict[str, Any]]  # each file as it was read, whole: what is kept of the pack


def vocabulary(rules: Rules) -> dict[str, Any]:
    """What `Inspection.vocabulary` keeps: see app/inspections/vocabulary.py."""
    return {
        "source_kinds": [kind.model_dump() for kind in rules.source_kinds],
        "prefixes": {kind.code: kind.prefix for kind in rules.source_kinds},
        "families": [term.model_dump() for term in rules.families],
        "directions": [term.model_dump() for term in rules.directions],
        "evidence_kinds": [term.model_dump() for term in rules.evidence_kinds],
        "evidence_kind_default": rules.evidence_kind_default,
        "relations": [term.model_dump() for term in rules.link_relations.to_finding],
        "item_relations": [term.model_dump() for term in rules.link_relations.to_evidence],
        "withdrawal_reasons": [term.model_dump() for term in rules.reasons.withdrawal],
        "reopening_reasons": [term.model_dump() for term in rules.reasons.reopening],
        "contradiction_reopening_reasons": [term.model_dump() for term in rules.reasons.contradiction_reopening],
        "session_change_reasons": [term.model_dump() for term in rules.reasons.session_change],
    }
