"""What is asked about before it is saved. It forbids nothing: a tick says that it is meant."""

from dataclasses import dataclass
from datetime import date

from app.inspections.requests import EventPart
from app.register import queries, state
from app.register.models import DocumentRequest
from app.register.queries import FileLine, Line, Register
from app.register.services import What
from app.web import clock
from app.web.pages import long_date


@dataclass(frozen=True, slots=True)
class Concern:
    code: str  # by this a tick says which concerns it stood under
    words: str


def of_kind(found: DocumentRequest, kind: EventPart, line: Line, files: list[FileLine]) -> list[Concern]:
    """What speaks against an event of this kind, whatever it will say."""
    if kind.code != state.NIL_RETURN:
        return []
    concerns = []
    if found.nil_return == "no":
        must = f"‘{kind.label}’ is not an answer to this request: what it asks for must exist."
        concerns.append(Concern("must-exist", must))
    if line.now.pieces:
        named = ", ".join(dict.fromkeys(file.reference for file in files))
        here = f"Files are here for this request: {named}." if named else "Something came for it, without a file."
        concerns.append(Concern("here", f"{here} Enter ‘{kind.label}’ if the body says that there is no more."))
    return concerns


def of_event(found: DocumentRequest, kind: EventPart, what: What, register: Register) -> list[Concern]:
    """What speaks against just this event."""
    concerns = []
    like = queries.find_like(found.id, kind.code, what.on, what.units, what.parts, what.new_due)
    if like is not None:
        concerns.append(
            Concern(
                "like",
                f"‘{kind.label}’ of {long_date(what.on)} is here already: event {like.number}, entered by"
                f" {like.created_by}. It was not entered again.",
            )
        )
    if kind.code == state.NIL_RETURN and wants_reason(found, kind) and not what.details.get("reason", "").strip():
        flag = state.UNEXPLAINED
        flagged = f" It is then flagged ‘{register.label(flag)}’." if register.has_flag(flag) else ""
        concerns.append(Concern("no-reason", f"This request asks for the reason, and none is given.{flagged}"))
    return [*concerns, *of_due(what.new_due)]


def of_due(due: date | None, before: date | None = None) -> list[Concern]:
    """A due date that has passed already, unless it is the one that was set before."""
    if due is None or due == before or due >= clock.today():
        return []
    return [Concern("past", f"{long_date(due)} is in the past: what is not in by now is overdue at once.")]


def wants_reason(found: DocumentRequest, kind: EventPart) -> bool:
    """Whether there is to be a reason with a nil return, and the pack has a place for it."""
    return found.nil_return == "explain" and "reason" in kind.may_have
