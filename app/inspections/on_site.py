"""What is followed up in the Areas that are visited, as a pack says it. Source: the pack's scope.yaml."""

from typing import Annotated

from pydantic import StringConstraints

from app.inspections.rules import Code, Part, Text


class LineOfEnquiryPart(Part):
    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$")]
    text: Text
    criteria: list[str]
    prompts: list[str]


class VisitPart(Part):
    area: Code
    text: Text
    lines_of_enquiry: list[LineOfEnquiryPart]


class OnSitePart(Part):
    text: str
    visits: list[VisitPart]
