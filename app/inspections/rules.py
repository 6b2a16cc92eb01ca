"""The rules that a pack gives an inspection, as features read them: strength, scales, time, acronyms, generalisation.

They are kept as they were loaded (`PackFile`), and read here into types. Source of every rule: the pack's rules.yaml.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+$")]


def _as_date(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_as_date)]


class Part(BaseModel):
    """A part of a pack. What is not named is left alone; what is named must be of its type."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class TermPart(Part):
    code: Code
    label: Text
    meaning: str = ""
    inverse: str = ""


class SourceKindPart(Part):
    code: Literal["interview", "focus_group", "document", "case_file", "other"]
    label: Text
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]+$")]
    family: Code  # what the strength rule counts it as; 'declared': each source says which of `families`
    families: list[Code] = []


class EvidenceKindPart(TermPart):
    weight: Literal["full", "limited", "none"]


class DirectionPart(TermPart):
    counts_for: list[Code]  # the directions of the claims that an item of this direction is counted for


class RelationPart(TermPart):
    symmetric: bool = False
    opens_contradiction: bool = False


class RelationsPart(Part):
    to_finding: Annotated[list[RelationPart], Field(min_length=1)]
    to_evidence: list[RelationPart] = []


class OutcomePart(Part):
    """How a contradiction may be closed. What each does, the product fixes (app/contradictions/services.py)."""

    code: Literal["set_aside", "both_stand", "withdrawn"]
    label: Text
    effect: str


class EnoughPart(Part):
    """What a claim needs to be called supported: so many voices, of so many bodies."""

    voices: int
    bodies: int = 1


class TriangulatedPart(Part):
    """What a claim needs to be called triangulated; zero where a test does not ask for it."""

    full_voices_only: bool = True
    families: int = 0
    any_of: list[dict[str, int]] = []  # families with how many voices of each: one of these must be there
    examined_areas: int = 0
    areas_said_or_written: int = 0
    headquarters: int = 0


class StrengthTestPart(Part):
    criteria: list[str] = []  # those that it is for; empty: all that no other test names
    supported: EnoughPart
    triangulated: TriangulatedPart


class StrengthTestsPart(Part):
    body: StrengthTestPart
    national_with_file_questions: StrengthTestPart
    national_without_file_questions: StrengthTestPart


class FlagPart(Part):
    code: Code
    label: Text
    when: str
    action: str = ""


class ClaimPart(Part):
    body: str  # a body's code, or 'national'
    direction: Code
    criterion: str


class ExamplePart(Part):
    """A line of the strength rule's truth table. See the comment above `examples` in rules.yaml for `items`."""

    id: Code
    claim: ClaimPart
    items: list[str]
    expect: Code
    why: str


# What the rule can come to. A pack says what each is called and in which order they are tried; that these are they,
# the product fixes, as it does the names of the tests and of the families said, written and examined.
StrengthCode = Literal["none", "single", "supported", "triangulated", "contradicted"]


class StrengthValuePart(TermPart):
    code: StrengthCode


class StrengthPart(Part):
    claim: str
    values: Annotated[list[StrengthValuePart], Field(min_length=5, max_length=5)]
    order: Annotated[list[StrengthCode], Field(min_length=5, max_length=5)]
    what_counts: list[str]
    voice: str
    weight: str
    tests: StrengthTestsPart
    flags: list[FlagPart]
    next_best: str
    examples: list[ExamplePart] = []


class RecognisableRolePart(Part):
    """Roles that so few people hold in one place that to say the role is nearly to say the name."""

    when: Text
    warn: bool = True
    roles_usually: list[str]


class GeneralisationPart(Part):
    minimum_group: int
    rule: str
    people_unknown: str = ""
    never: list[str]
    dates: str
    places: list[str]
    ladders: dict[str, list[str]]
    recognisable_role: RecognisableRolePart | None = None
    quotes: str


class AcronymPart(Part):
    short: Text
    long: Text
    confirm: bool = False


class HandlingPart(Part):
    marking: Text
    allowed: list[str] = []
    line: Text
    published_exports: str = ""


class WriteUpPart(Part):
    working_days: int
    starts: str
    ends: str
    # Whom an interview names, or the team; others nobody could be found by.
    sign_off_by: list[Literal["lead interviewer", "note-taker", "lead inspector"]]


class HolidayPart(Part):
    date: Day
    name: Text


class PeriodPart(Part):
    name: Text
    from_: Annotated[Day, Field(alias="from")]
    to: Day
    confirmed: bool = False


class PeakLeavePart(Part):
    covers: list[str]
    periods: list[PeriodPart]


class SmallNumbersPart(Part):
    threshold: int
    below: str


class ReasonPart(Part):
    code: Code
    label: Text
    words: Literal["required", ""] = ""


class ReasonsPart(Part):
    withdrawal: Annotated[list[ReasonPart], Field(min_length=1)]
    reopening: list[ReasonPart] = []
    contradiction_reopening: list[ReasonPart] = []  # else those of `reopening`
    session_change: list[ReasonPart] = []


class GoodPracticeTestPart(Part):
    code: Code
    label: Text
    ask: str = ""


class GoodPracticePart(Part):
    """What makes a strength good practice."""

    parts: Annotated[list[GoodPracticeTestPart], Field(min_length=1)]
    both_needed: bool = True
    otherwise: str = ""


class PlannedSourcePart(Part):
    """What is planned to inform a criterion, and how far that can carry a claim."""

    criterion: str
    families: list[Code]
    few_kinds: bool
    weak: bool
    can_reach: Code
    questions: list[str]
    prompts: dict[str, list[str]]  # role to its prompts
    requests: list[str]
    earlier: list[str]
    other: list[str]
    why: str
    suggest: str | None


class WorkingDaysPart(Part):
    bank_holidays: Code = ""  # whose: one of the nations of `bank_holidays`; empty where there is only one


class Rules(Part):
    """rules.yaml, as far as the product works with it today."""

    source_kinds: Annotated[list[SourceKindPart], Field(min_length=1)]
    families: Annotated[list[TermPart], Field(min_length=1)]
    evidence_kinds: Annotated[list[EvidenceKindPart], Field(min_length=1)]
    evidence_kind_default: dict[str, str]
    directions: Annotated[list[DirectionPart], Field(min_length=1)]
    link_relations: RelationsPart
    contradiction_outcomes: list[OutcomePart]
    strength: StrengthPart
    generalisation: GeneralisationPart
    acronyms: list[AcronymPart]
    acronyms_rule: str
    handling: HandlingPart
    write_up: WriteUpPart
    working_days: WorkingDaysPart = WorkingDaysPart()
    bank_holidays: dict[str, dict[str, list[HolidayPart]]]  # nation, year, days
    peak_leave: PeakLeavePart
    small_numbers: SmallNumbersPart
    good_practice: GoodPracticePart | None = None
    reasons: ReasonsPart
    planned_sources: list[PlannedSourcePart]
    planned_sources_totals: dict[str, int] = {}
