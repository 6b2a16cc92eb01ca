"""What a demonstration is made of: YAML in a folder of its own, read into types. The words are data, none is code.

Passages that become evidence are marked where they stand, `[[LD.ii,LD.iv weakness: exact words => gist]]`; before the
colon there may also be 'distressing', an '#id' by which other files name the item, and 'FE-07=supports' for a link.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, field_validator, model_validator

from app.documents.models import Names
from app.web import clock

_MARK = re.compile(r"\[\[([^\]:]+): (.+?)\]\]", re.DOTALL)


class Content(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="after")
    @classmethod
    def in_london(cls, value: Any) -> Any:
        return value.replace(tzinfo=clock.LONDON) if isinstance(value, datetime) and value.tzinfo is None else value


class PersonContent(Content):
    key: str  # by which the other files name the person
    name: str
    email: str
    password: str
    roles: list[str] = []  # on the team
    administrator: bool = False
    shown_as: str = ""  # what the sign-in is offered for; empty: not offered


class InvitedContent(Content):
    """Somebody who is invited to the team and has not made an account yet."""

    name: str
    email: str
    roles: list[str]
    at: datetime


class NoteContent(Content):
    """One note. In the file its words stand under what they show: `weakness: "…"`, or under `note` for nothing."""

    words: str
    direction: str = ""
    tail: str = ""  # criteria typed after a quotation's end
    by: int | None = None  # which of several speakers; 0: the group
    quote: bool = False
    kind: str = ""  # of evidence, where it is not first-hand
    gist: str = ""
    links: dict[str, str] = {}  # own reference of a file finding to the relation
    id: str = ""
    distressing: bool = False
    good: bool = False  # marked as good practice
    attributable: bool = True

    @model_validator(mode="before")
    @classmethod
    def read_direction(cls, value: dict[str, Any]) -> dict[str, Any]:
        found = [key for key in value if key not in cls.model_fields]
        if len(found) != 1:
            raise ValueError("a note has its words under 'note' or under what they show, once")
        rest = {key: kept for key, kept in value.items() if key != found[0]}
        return rest | {"words": value[found[0]], "direction": "" if found[0] == "note" else found[0]}

    @property
    def typed(self) -> str:
        return f"{self.words} {self.tail}".rstrip()


class AskedContent(Content):
    """What was said to a prompt of the guide, or to a question that was thought of on the spot."""

    prompt: str = ""
    question: str = ""  # on the spot, with the criteria that it bears on
    criteria: list[str] = []
    notes: list[NoteContent]


class InterviewContent(Content):
    role: str
    body: str
    kind: str
    held: datetime
    minutes: int
    place: str
    remote: bool
    lead: str
    note_taker: str
    speaker: str
    people: int | None = None
    names: dict[str, str] = {}  # of those seen, by their label: kept apart from everything else
    state: str = "signed_off"
    asked: list[AskedContent]

    def label(self, note: NoteContent) -> str:
        if note.by:
            return f"{self.speaker} {note.by}"
        return "Group" if note.by == 0 or self.people else self.speaker


class PlannedContent(Content):
    """An interview that is still to come, or will not be held."""

    role: str
    body: str
    held: datetime | None = None
    place: str = ""
    remote: bool = False
    lead: str = ""
    note_taker: str = ""
    people: int | None = None
    cancelled: str = ""  # the reason
    cancelled_at: datetime | None = None


class MailContent(Content):
    sender: str
    to: str
    subject: str
    date: datetime


class DocumentContent(Content):
    file: str
    title: str
    body: str
    received: datetime
    answers: dict[str, list[str]] = {}  # code of a request to the parts of it
    unit: str = ""
    fields: dict[str, dict[str, Any]] = {}
    unread: bool = False
    names: Names = Names.CLEAR  # how it stands with regard to names of people
    names_note: str = ""  # what was found
    strikes: list[str] = []  # words that are struck out, everywhere in it
    last: bool = False  # the body says that this is all there is
    lifts: str = ""  # the request whose nil return it says, so that it can be tagged
    text: str = ""
    sheets: dict[str, list[list[Any]]] = {}
    rows: list[list[Any]] = []
    mail: MailContent | None = None

    def passages(self) -> list["Passage"]:
        cells = [str(cell) for rows in [*self.sheets.values(), self.rows] for row in rows for cell in row]
        return [passage for text in [self.text, *cells] for passage in read_marks(text)[1]]


class RequestEventContent(Content):
    """Something that happened to a request. In the file, what the pack has it say stands beside the rest."""

    request: str  # 'WES A1'
    event: str  # the pack's
    at: datetime
    by: str
    new_due: date | None = None
    next_chase: date | None = None
    units: list[int] = []
    parts: list[str] = []
    last: bool = False
    undone: datetime | None = None  # when it was struck out, as entered by mistake
    undone_reason: str = ""
    details: dict[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def read_details(cls, value: dict[str, Any]) -> dict[str, Any]:
        known = {key: kept for key, kept in value.items() if key in cls.model_fields}
        return known | {"details": {key: kept for key, kept in value.items() if key not in cls.model_fields}}


class DueContent(Content):
    due: date
    period: str = ""
    bodies: list[str] = []
    codes: list[str] = []


class LettersContent(Content):
    """Letters of one kind, to several bodies."""

    letter: str  # the pack's
    to: list[str]
    at: datetime
    by: str
    sent: datetime  # when they went out


class RequestsContent(Content):
    made: datetime
    asked: datetime
    how: str
    from_whom: dict[str, str]  # body to who sends its documents
    not_asked: list[str]
    due: list[DueContent]
    owners: dict[str, str]
    events: list[RequestEventContent]
    undone: list[RequestEventContent]
    letters: list[LettersContent] = []


class VisitLineContent(Content):
    """A line of enquiry of the team's own."""

    at: datetime
    by: str
    text: str
    criteria: list[str]


class DebriefContent(Content):
    at: datetime
    by: str
    text: str


class VisitContent(Content):
    body: str
    arranged: datetime
    starts: date
    ends: date
    place: str
    contact: str
    phone: str
    email: str
    inspectors: list[str]
    lines: list[VisitLineContent] = []
    debriefs: list[DebriefContent] = []


class OtherContent(Content):
    title: str
    family: str
    given_by: str
    body: str = ""
    happened: date
    entered: datetime
    by: str
    text: str


class OutcomeContent(Content):
    code: str
    aside: str = ""
    by: str
    at: datetime
    reason: str


class ItemLinkContent(Content):
    """A link between two evidence items, by their ids."""

    one: str
    other: str
    relation: str
    by: str
    at: datetime
    reason: str
    outcome: OutcomeContent | None = None


class WithdrawnContent(Content):
    item: str
    by: str
    at: datetime
    reason: str


class RewordedContent(Content):
    item: str  # whose note is reworded
    words: str
    by: str
    at: datetime


class ThemeContent(Content):
    """A theme, and by which words the evidence for it is found."""

    name: str
    containing: list[str]
    by: str
    at: datetime
    merged_into: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    words: str
    criteria: list[str]
    direction: str
    gist: str = ""
    id: str = ""
    distressing: bool = False
    good: bool = False
    attributable: bool = True
    links: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Demonstration:
    folder: Path
    people: list[PersonContent]
    invited: list[InvitedContent]
    interviews: list[InterviewContent]
    planned: list[PlannedContent]
    visits_made: datetime
    visits: list[VisitContent]
    requests: RequestsContent
    documents: list[DocumentContent]
    others: list[OtherContent]
    links: list[ItemLinkContent]
    withdrawn: list[WithdrawnContent]
    reworded: list[RewordedContent]
    resolved: list[tuple[str, str, OutcomeContent]]  # item, file finding, how its contradiction was resolved
    themes: list[ThemeContent]
    sheets: list[tuple[str, datetime]]  # file findings, in the order of their import
    begins: datetime
    interviews_planned: datetime
    prompts_left_out: str  # the reason that is given for prompts which were not come to
    stands_at: datetime  # the moment up to which it is told


def read_demonstration(folder: Path) -> Demonstration:
    """Raises pydantic's ValidationError, naming the place, for what is not as it must be."""
    afterwards = _read(folder / "afterwards.yaml")
    plan, visits = _read(folder / "plan.yaml"), _read(folder / "visits.yaml")
    return Demonstration(
        folder,
        TypeAdapter(list[PersonContent]).validate_python(_read(folder / "people.yaml")),
        TypeAdapter(list[InvitedContent]).validate_python(plan["invited"]),
        [InterviewContent.model_validate(_read(file)) for file in sorted((folder / "interviews").glob("*.yaml"))],
        TypeAdapter(list[PlannedContent]).validate_python(plan["planned"]),
        _moment(visits["made"]),
        TypeAdapter(list[VisitContent]).validate_python(visits["visits"]),
        RequestsContent.model_validate(_read(folder / "requests.yaml")),
        [
            document
            for file in sorted((folder / "documents").glob("*.yaml"))
            for document in TypeAdapter(list[DocumentContent]).validate_python(_read(file))
        ],
        TypeAdapter(list[OtherContent]).validate_python(_read(folder / "other-sources.yaml")),
        TypeAdapter(list[ItemLinkContent]).validate_python(afterwards["links"]),
        TypeAdapter(list[WithdrawnContent]).validate_python(afterwards["withdrawn"]),
        TypeAdapter(list[RewordedContent]).validate_python(afterwards["reworded"]),
        [(one.pop("item"), one.pop("finding"), OutcomeContent.model_validate(one)) for one in afterwards["resolved"]],
        TypeAdapter(list[ThemeContent]).validate_python(afterwards["themes"]),
        [(sheet["file"], _moment(sheet["at"])) for sheet in plan["file_findings"]],
        _moment(plan["begins"]),
        _moment(plan["interviews_planned"]),
        plan["prompts_left_out"],
        _moment(plan["stands_at"]),
    )


def read_marks(text: str) -> tuple[str, list[Passage]]:
    """The text as people read it, and the passages marked in it."""
    passages = []

    def take(match: re.Match[str]) -> str:
        words, _, gist = match[2].partition(" => ")
        head = match[1].split()
        ids = [part[1:] for part in head if part.startswith("#")]
        links = dict(part.split("=") for part in head if "=" in part)
        plain = [part for part in head[1:] if part != "distressing" and "=" not in part and not part.startswith("#")]
        passages.append(
            Passage(
                words, head[0].split(","), plain[0], gist, ids[0] if ids else "", "distressing" in head, links=links
            )
        )
        return words

    return _MARK.sub(take, text), passages


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.LONDON)
