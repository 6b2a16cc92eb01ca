"""The topic guides that a pack gives an inspection, as features read them: words to be said, prompts, planned sessions.

They are kept as they were loaded (`PackFile`), and read here into types. Source: the pack's topic-guides.yaml.
"""

from typing import Annotated, Literal

from pydantic import Field

from app.inspections.rules import Code, Part, TermPart, Text

At = Literal["HQ", "on_site_areas"]


class ExceptionPart(Part):
    when: list[TermPart]
    action_label: Text
    steps: list[str]


class ConfidentialityPart(Part):
    statement: Text
    exception: ExceptionPart


class PromptPart(Part):
    id: Code
    criteria: Annotated[list[str], Field(min_length=1)]
    text: Text
    probes: list[str] = []
    areas: list[Code] = []  # asked in these only; empty: wherever the guide is used
    earlier: list[str] = []


class GuidePart(Part):
    role: Code
    label: Text
    label_plural: str = ""
    where: str
    kind: str
    minutes: int
    questions: Annotated[list[PromptPart], Field(min_length=1)]

    def asked_in(self, body: str) -> list[PromptPart]:
        """The prompts for a body, by its code, in order; an empty code gets those that are asked everywhere."""
        return [prompt for prompt in self.questions if not prompt.areas or body in prompt.areas]


SessionKind = Literal["interview", "focus group"]


def kind_of(session_kind: SessionKind) -> str:
    """The kind of source that a pack writes as 'focus group'."""
    return session_kind.replace(" ", "_")


class SessionPart(Part):
    role: Code
    at: At
    kind: SessionKind
    planned_count: Annotated[int, Field(ge=0)]
    kinds_allowed: Annotated[list[SessionKind], Field(min_length=1)]
    joint: bool

    def kinds(self) -> list[str]:
        """The kinds of source that it may become."""
        return [kind_of(kind) for kind in self.kinds_allowed]


class AreaChangePart(Part):
    area: Code
    role: Code
    kind: SessionKind | None = None
    planned_count: int | None = None
    reason: Text


class Guides(Part):
    opening: Text
    confidentiality: ConfidentialityPart
    closing: Text
    planned_sessions: list[SessionPart]
    area_changes: list[AreaChangePart]
    totals: dict[str, int] = {}
    guides: Annotated[list[GuidePart], Field(min_length=1)]

    def of_role(self, code: str) -> GuidePart | None:
        return next((guide for guide in self.guides if guide.role == code), None)
