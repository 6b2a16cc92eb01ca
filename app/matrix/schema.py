"""The form of an export as JSON. What is published in static/schema/ is made from this by scripts/schema.py.

A change that a reader of the old form could stumble over gets a new VERSION.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

VERSION = "1.1"
NAME = f"urn:fieldbook:evidence-matrix:{VERSION}"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
Reference = Annotated[str, Field(pattern=r"^[A-Z]+-[0-9]{2,}$", description="Such as E-0412; never used again.")]
Day = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$", description="A day; a month where nothing may be attributed."),
]
Number = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class About(Part):
    """Who took it out, when, with which filters, under which marking; and what it holds."""

    inspection: str
    title: str
    question: str
    marking: str
    marking_line: str
    demonstration: Annotated[bool, Field(description="Made up to explore Fieldbook: nothing in it is evidence.")]
    export: Annotated[str, Field(description="Its entry in Fieldbook's log of exports.")]
    exported_by: str | None
    exported_at: Annotated[str, Field(json_schema_extra={"format": "date-time"})]
    filters: Annotated[str, Field(description="In words.")]
    attributable: bool
    acronyms_spelt_out: bool
    items: Number
    tags: Number
    sources: Annotated[Number, Field(description="Distinct sources of what is tagged.")]


class Note(Part):
    """A note on method."""

    about: str
    note: str


class Term(Part):
    code: str
    label: str
    meaning: str


class Vocabulary(Part):
    """The pack's words: codes as they stand in this document, with what pages say."""

    source_kinds: list[Term]
    families: list[Term]
    directions: list[Term]
    evidence_kinds: list[Term]
    relations: list[Term]
    item_relations: list[Term]
    contradiction_outcomes: list[Term]
    strengths: list[Term]
    flags: list[Term]


class Body(Part):
    code: str
    name: str
    kind: Literal["area", "headquarters"]
    visited: bool
    pilot: bool


class Role(Part):
    code: str
    label: str
    at: Literal["area", "headquarters"]


class Criterion(Part):
    """One sub-question, in the exact words of the scope."""

    reference: str
    group: str
    group_name: str
    wording: str
    footnote: str


class Count(Part):
    """Items, and distinct sources, of one column of the matrix; a column without evidence is not there."""

    column: Annotated[str, Field(description="A code, or 'none'.")]
    items: Number
    sources: Number
    directions: Annotated[dict[str, Number], Field(description="Items by direction; '' where it is not set.")]


class Row(Part):
    criterion: str
    items: Number
    sources: Number
    cells: list[Count]
    findings: list[Reference]


class Layout(Part):
    """The matrix cut one way. An item under several criteria counts in the row of each, and once in the totals."""

    columns: list[Term]
    rows: list[Row]
    totals: list[Count]
    items: Number
    sources: Number


class Matrix(Part):
    """Only in an export of everything; by Area and by role only where it may be attributed."""

    kind: Layout | None
    area: Layout | None
    role: Layout | None


class Strength(Part):
    """How strong a claim is: a criterion, a direction, and a body or the whole country."""

    criterion: str
    body: Annotated[str | None, Field(description="Its name; null for the whole country.")]
    direction: str
    value: str
    voices: Number
    flags: list[str]


class Source(Part):
    """Where evidence comes from. Where nothing may be attributed: all sources of one kind, role and place together."""

    reference: Reference | None
    kind: str
    family: str
    title: str | None
    role: str | None
    role_code: str | None
    place: Annotated[str | None, Field(description="Area or Headquarters; more general if not attributable.")]
    body_code: str | None
    date: Day | None
    requests: list[str]
    sources: Annotated[int, Field(ge=1, description="How many this line stands for.")]
    items: Number
    tags: Number


class Tag(Part):
    criterion: str
    set_aside: Annotated[bool, Field(description="By the outcome of a contradiction: shown, not counted for strength.")]
    reason: str | None
    by: str | None


class Link(Part):
    """What an item says of a file finding, or of another item."""

    evidence: Reference
    relation: str
    finding: Reference | None
    other_evidence: Reference | None
    contradiction: Annotated[str | None, Field(description="'open' or its outcome; null where nothing contradicts.")]
    set_aside: Annotated[str | None, Field(description="The side that is no longer counted.")]
    reason: str | None
    by: str | None
    outcome_reason: str | None
    outcome_by: str | None


class Item(Part):
    """An evidence item: exact words, from code point `start` up to `end` of one text of its source."""

    reference: Reference
    source: Reference | None
    source_kind: str
    family: str
    text: Annotated[
        str | None,
        Field(
            description="Which text of the source: 'note 12', 'page 3'; of a sheet the cells: 'sheet Volumes, C4:C5'."
        ),
    ]
    position: int | None
    start: int | None
    end: int | None
    words: Annotated[str | None, Field(description="Null where distressing (see there) or left out.")]
    left_out: Annotated[str | None, Field(description="Why the words are left out.")]
    quotation: bool
    gist: str
    direction: Annotated[str, Field(description="Empty until somebody says.")]
    evidence_kind: str
    attributable: bool | None
    good_practice: bool
    distressing: bool
    speaker: str | None
    role: str | None
    role_code: str | None
    place: str | None
    body_code: str | None
    date: Day | None
    lifted_by: str | None
    themes: list[str] | None
    tags: list[Tag]
    withdrawn: Annotated[Literal[False], Field(description="Never of these: what was withdrawn stands in `withdrawn`.")]
    source_changed: Annotated[
        bool,
        Field(description="Other words took the place of its text since. The item stays on those it was made from."),
    ]
    source_withdrawn: Annotated[bool, Field(description="What it was made from was withdrawn since, as figures are.")]
    words_struck_out: Annotated[
        bool, Field(description="Its words or gist hold words that are struck out of its source; it says them still.")
    ]
    source_closed: Annotated[
        Literal["sent_back", "unreadable", "unchecked"] | None,
        Field(description="Its document was sent back since, could not be read, or is to be checked again."),
    ]
    superseded_by: Annotated[
        Reference | None, Field(description="The document that took the place of its source since.")
    ]
    link: Annotated[str | None, Field(description="Opens its passage in Fieldbook; null where that is not to be said.")]


class Distressing(Part):
    """Words that are read only by choice."""

    reference: Reference
    words: str


class Finding(Part):
    """What the file examination shows: of `applicable` files, it is true of `files`."""

    reference: Reference
    statement: str
    criteria: list[str]
    body: Annotated[str | None, Field(description="Null: all Areas.")]
    files: int | None
    applicable: int | None
    direction: str
    set_aside: Annotated[bool, Field(description="By the outcome of a contradiction: shown, not counted for strength.")]
    own_reference: str | None
    evidence_linked: Number
    links: Annotated[dict[str, list[Reference]], Field(description="Relation to the evidence that counts.")]
    links_set_aside: Annotated[list[Reference], Field(description="Evidence set aside as it contradicted it.")]


class Gap(Part):
    """A planned source that has given nothing yet, said that there is nothing, was cancelled, or is not to come."""

    criterion: str
    kind: Annotated[str, Field(description="'family', 'role', 'request' or 'engagement'.")]
    code: str
    label: str
    body: Annotated[str | None, Field(description="Its name; null where it is planned of no one body.")]
    body_code: str | None
    mark: Annotated[
        str,
        Field(description="'planned', 'nil_return', 'nothing_to_come' (none of what it depends on) or 'cancelled'."),
    ]
    reason: Annotated[
        str | None,
        Field(description="Why it was cancelled, why there is none, or what it depends on; null if not said."),
    ]


class Withdrawn(Part):
    """An item that nothing counts any more. All of them, in an export of everything."""

    reference: Reference
    withdrawn: Literal[True]
    withdrawn_at: Annotated[str, Field(json_schema_extra={"format": "date-time"})]
    reason: str
    words: str | None
    gist: str
    source: Reference
    criteria: list[str]
    lifted_by: str


class Acronym(Part):
    short: str
    long: str


class LeftOut(Part):
    reason: str
    number: Number


class Document(Part):
    """An evidence matrix, as Fieldbook exports it."""

    schema_: Annotated[Literal["urn:fieldbook:evidence-matrix:1.1"], Field(alias="schema")]
    about: About
    method: list[Note]
    vocabulary: Vocabulary
    bodies: list[Body]
    roles: list[Role]
    criteria: list[Criterion]
    matrix: Matrix
    strength: list[Strength]
    sources: list[Source]
    evidence: list[Item]
    distressing: list[Distressing]
    findings: list[Finding]
    links: list[Link]
    gaps: list[Gap]
    withdrawn: list[Withdrawn]
    acronyms: list[Acronym]
    left_out: list[LeftOut]


def published() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a document."""
    return {"$schema": DRAFT, "$id": NAME, **Document.model_json_schema(by_alias=True)}
