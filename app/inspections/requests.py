"""The pack's document requests, as features read them. Source: the pack's document-requests.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from app.inspections.rules import Code, Day, Part, TermPart, Text


class FieldPart(Part):
    """What is kept of each unit of a request beside the file itself."""

    code: Code
    label: Text
    type: Literal["date", "text", "number", "choice", "area"]
    options: list[str] = []
    at_most: str = ""  # of a number: the code of another number of the same unit, which is at least as large


class ColumnPart(Part):
    code: Code
    label: Text
    required: bool


class RequestPart(Part):
    id: Code
    kind: Literal["document", "case_list"]
    from_: Annotated[Literal["on_site_areas", "all_areas", "headquarters"], Field(alias="from")]
    title: Text
    scope_text: Text
    text: Text
    unit: Text
    expected: int | None
    expected_note: str = ""
    minimum: int | None = None
    maximum: int | None
    nil_return: Literal["accepted", "explain", "no"]
    depends_on: str = ""
    parts: Annotated[list[str], Field(min_length=1)]
    period: str | None
    period_note: str = ""  # with no period: that one is set, by whom, and of what
    due: Day | None
    criteria: list[str]
    advice: str = ""
    check: str = ""
    minimisation: str = ""
    fields: list[FieldPart] = []
    columns: list[ColumnPart] = []


class EventPart(Part):
    code: Code
    label: Text
    needs: list[str]
    may_have: list[str] = []
    note: str = ""


class StatePart(Part):
    code: Code
    label: Text
    when: str


class HandlingStepPart(Part):
    step: Code
    label: Text
    look_for: list[str] = []
    results: list[TermPart] = []


class LetterColumnPart(Part):
    head: Text
    cells: Annotated[list[Text], Field(min_length=1)]  # paragraphs, each with gaps


class LetterWordsPart(Part):
    """The words of a letter to one body, with gaps in double braces: app/letters/gaps.py says which there are."""

    code: Code
    label: Text
    event: Code  # what is entered for each of its lines once it has gone out
    lists: Literal["open", "outstanding"]  # all that is not in yet, or what of it was asked already
    title: Text
    before: list[Text]  # paragraphs above the table
    columns: Annotated[list[LetterColumnPart], Field(min_length=1, max_length=8)]
    after: list[Text]
    header: str = ""
    footer: str = ""


class Requests(Part):
    """document-requests.yaml: what is asked for, and the events, states and flags of every request.

    `events` say what each needs; `states` are in the order in which they are tried; the code of a state or flag says
    which rule it is (app/register/state.py).
    """

    commissioned: Day | None
    events: Annotated[list[EventPart], Field(min_length=1)]
    states: Annotated[list[StatePart], Field(min_length=1)]
    flags: list[StatePart]
    handling: list[HandlingStepPart]
    totals: dict[str, int] = {}
    requests: list[RequestPart]
    letters: list[LetterWordsPart] = []
