"""What a letter or a reminder to one body says: the values of its gaps, worked out from the register."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from app.inspections.requests import LetterWordsPart, RequestPart
from app.letters import queries
from app.register import state
from app.register.queries import Line, Register
from app.web.pages import count, long_date

DEMONSTRATION = "DEMONSTRATION: all of it is made up"
NIL_RETURN = {
    "accepted": "If there are none, tell us so: that is an answer.",
    "explain": "If there are none, or fewer, tell us so and why.",
    "no": "There must be some: if you cannot send it, tell us why.",
}


class Named(Protocol):
    """What a letter says of its inspection: the row, or what the gate found of it."""

    @property
    def id(self) -> UUID: ...
    @property
    def title(self) -> str: ...
    @property
    def question(self) -> str: ...
    @property
    def marking(self) -> str: ...
    @property
    def demonstration(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Signed:
    """What is typed for a letter."""

    dated: date
    signed_by: str
    signed_as: str
    own_words: str = ""
    send_to: str = ""  # where files are to be sent
    answer_by: date | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """Gap to words, and the same for each request that is listed; those have their `id` too."""

    values: dict[str, str]
    rows: list[dict[str, str]]


def lines_for(
    register: Register, body_id: UUID, lists: str, *, overdue: bool = False, unasked: bool = False
) -> list[Line]:
    """The requests of a body that a letter lists: all that is open, or what of it was asked already, or was not."""
    return [
        line
        for line in register.lines
        if line.body_id == body_id
        and (line.is_open if lists == "open" else line.is_outstanding)
        and (not overdue or state.OVERDUE in line.now.flags)
        and (not unasked or line.now.asked_on is None)
    ]


def content_of(
    inspection: Named,
    words: LetterWordsPart,
    register: Register,
    body_id: UUID,
    signed: Signed,
    *,
    overdue: bool = False,
    unasked: bool = False,
) -> Content:
    """Three statements. `rows` is empty where nothing is open."""
    lines = lines_for(register, body_id, words.lists, overdue=overdue, unasked=unasked)
    rows = rows_of(inspection.id, register, body_id, lines)
    values = {
        "body": next((line.body_name for line in lines), ""),
        "date": long_date(signed.dated),
        "inspection": inspection.title,
        "question": " ".join(inspection.question.split()),
        "marking": inspection.marking,
        "demonstration": DEMONSTRATION if inspection.demonstration else "",
        "number": count(len(lines), "request"),
        "overdue": str(overdue_now := sum(state.OVERDUE in line.now.flags for line in lines)),
        "late": late(overdue_now),
        "own_words": signed.own_words,
        "send_to": send_to(signed.send_to),
        "answer_by": answer_by(signed.answer_by),
        "signed_by": signed.signed_by,
        "signed_as": signed.signed_as,
    }
    return Content(values, rows)


def send_to(where: str) -> str:
    """Where files are to be sent, as a letter or a reminder says it; empty where nobody has said."""
    return f"Please send the files to: {where.strip()}" if where.strip() else ""


def answer_by(day: date | None) -> str:
    """The day to answer by, as a letter or a reminder says it; empty where there is none."""
    return f"Please answer by {long_date(day)}." if day else ""


def late(number: int) -> str:
    """How many are overdue, as a letter says it; empty where none is."""
    return f"Past the date that was given: {number} of them." if number else ""


def rows_of(inspection_id: UUID, register: Register, body_id: UUID, lines: Iterable[Line]) -> list[dict[str, str]]:
    texts = queries.words_of_requests(inspection_id, body_id)
    chases = queries.list_chases(inspection_id, body_id)
    kinds = queries.kinds_of_case(inspection_id)
    parts = {part.id: part for part in register.words.requests} if register.words else {}
    return [_row(line, texts[line.id], parts.get(line.code), chases.get(line.id, []), kinds) for line in lines]


def _row(
    line: Line, said: Any, part: RequestPart | None, chases: Sequence[date], kinds: list[dict[str, Any]]
) -> dict[str, str]:
    return {
        "id": str(line.id),
        "code": line.code,
        "title": line.title,
        "text": said.text,
        "scope_words": f"“{part.scope_text}”" if part and part.scope_text else "",
        "how_many": how_many(line, part),
        "period": _sentence(said.period),
        "due": long_date(line.now.due) if line.now.due else "No date set yet",
        "leave_out": part.minimisation if part else "",
        "details": _details(line, part, kinds),
        "nil_return": NIL_RETURN[line.nil_return],
        "received": received(line),
        "chased": _chased(line, chases),
    }


def how_many(line: Line, part: RequestPart | None) -> str:
    """'3 panel meetings, each with agenda and minutes. If fewer have been held, how many and why.'"""
    number = line.expected if line.expected is not None else line.maximum
    asked = count(number, line.unit) if number is not None else ""
    if asked and line.expected is None:
        asked = f"Up to {asked}"
    if len(line.parts) > 1:
        each = "each" if asked else f"Each {line.unit}"
        asked = f"{asked}{', ' if asked else ''}{each} with {_and(line.parts)}"
    note = part.expected_note if part else ""
    return " ".join(filter(None, (f"{asked}." if asked else "", note)))


def received(line: Line) -> str:
    """What is here of it and what is not: 'So far: 1 of 3. Panel meeting 2 without minutes.'"""
    unusable = [f"{one}: please send it again." for one in line.unusable]
    if not line.now.begun:
        return " ".join(["So far: nothing.", *unusable])
    of = f" of {line.expected}" if line.expected is not None else ""
    begun = sorted({unit for unit, _part in line.now.pieces})
    missing = [(unit, [part for part in line.parts if (unit, part) not in line.now.pieces]) for unit in begun]
    not_whole = [f"{line.unit.capitalize()} {unit} without {_and(parts)}." for unit, parts in missing if parts]
    return " ".join([f"So far: {line.now.complete}{of}.", *not_whole, *unusable])


def _chased(line: Line, chases: Sequence[date]) -> str:
    told = [f"Asked on {long_date(line.now.asked_on)}."] if line.now.asked_on else []
    if chases:
        told.append(f"Asked again on {_and([long_date(on) for on in dict.fromkeys(chases)])}.")
    return " ".join(told)


def _details(line: Line, part: RequestPart | None, kinds: list[dict[str, Any]]) -> str:
    """Of a case list: how many of each kind of case, and the columns."""
    if line.kind != "case_list" or part is None:
        return ""
    told = []
    if kinds:
        listed = "\n".join(f"{kind['label']}: {kind['per_area']}" for kind in kinds)
        told.append(f"Kinds of case, and how many are drawn of each:\n{listed}")
    if part.columns:
        columns = "; ".join(f"{one.label}{'' if one.required else ' (if known)'}" for one in part.columns)
        told.append(f"Columns: {columns}.")
    return "\n".join(told)


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def reminder(
    inspection: Named, body_name: str, rows: Sequence[dict[str, str]], where: str = "", day: date | None = None
) -> str:
    """Words to be pasted into an e-mail; `where` files are to be sent and the `day` to answer by, if they are known."""
    told = [
        f"Subject: {inspection.title}: what we are still waiting for from {body_name}",
        "",
        f"We asked {body_name} for what is listed here ({count(len(rows), 'request')}). It is not in yet.",
    ]
    if inspection.demonstration:
        told.insert(0, DEMONSTRATION)
    told += [sentence for sentence in (answer_by(day), send_to(where)) if sentence]
    for row in rows:
        told += ["", f"{row['code']} {row['title']}", row["text"]]
        told += [row[name] for name in ("how_many", "leave_out", "nil_return") if row[name]]
        told += [f"Due: {row['due']}. {row['received']} {row['chased']}".rstrip()]
    told += ["", "If you have sent any of this already, tell us when."]
    return "\n".join(told)
