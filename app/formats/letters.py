"""Word templates and the letters made of them. The jailed child opens both; see extract/letter.py for what a gap is."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import child, kinds
from .kinds import Kind
from .outcome import Limits, Trouble, clean
from .reading import without_reading
from .workbook import storable

LARGEST = 5 << 20  # bytes of a template
_LIMITS = Limits(size=LARGEST + (4 << 20), unpacked=40 << 20, characters=2 * LARGEST, rows=0)


@dataclass(frozen=True, slots=True)
class Gap:
    """A name in double braces in a template."""

    name: str
    in_row: bool  # in a row of a table


@dataclass(frozen=True, slots=True)
class Look:
    """What a template has to be filled in, and what in it a person is to look at again."""

    gaps: tuple[Gap, ...]
    trouble: Trouble | None
    broken: tuple[str, ...] = ()  # words about a brace that belongs to no whole gap
    named: tuple[tuple[str, str], ...] = ()  # one of the words that were asked about, and the words about it
    title: str = ""  # as Word keeps it with the file


@dataclass(frozen=True, slots=True)
class Filled:
    content: bytes  # nothing where there is trouble
    trouble: Trouble | None


def look_at_template(data: bytes, kind: Kind, names: Sequence[str] = (), *, require_jail: bool = True) -> Look:
    """The gaps of a template, each name at most once in and once outside rows; or why it cannot be one.

    `names` are words of which is told where they stand in the template as such.
    """
    trouble = without_reading(data, kind) or (None if kind == kinds.DOCX else Trouble.NOT_READ)
    if trouble or len(data) > LARGEST:
        return Look((), trouble or Trouble.TOO_LARGE)
    told = _ask({"look": list(names)}, data, require_jail)
    gaps, broken, named, title = [], [], [], ""
    for message in told.messages:
        match message:
            case {"gap": str(name), "in_row": bool(in_row)}:
                gaps.append(Gap(_in_one_line(name), in_row))
            case {"broken": str(words)}:
                broken.append(_in_one_line(words))
            case {"named": str(name), "words": str(words)}:
                named.append((_in_one_line(name), _in_one_line(words)))
            case {"title": str(words)}:
                title = _in_one_line(words)
    return Look(tuple(gaps), told.trouble, tuple(broken), tuple(named), title)


def _in_one_line(words: str) -> str:
    return " ".join(clean(words).split())


def fill_template(
    data: bytes,
    lines: str,
    values: Mapping[str, str],
    rows: Sequence[Mapping[str, str]],
    *,
    require_jail: bool = True,
) -> Filled:
    """The template with its gaps filled; a row with gaps of `lines` ('request') once for each of `rows`.

    A paragraph of nothing but empty gaps is left out. A gap that has no value stays as it is. Takes about half a
    second: never inside a transaction.
    """
    asked = {
        "lines": lines,
        "values": {name: storable(value)[0] for name, value in values.items()},
        "rows": [{name: storable(value)[0] for name, value in row.items()} for row in rows],
    }
    told = _ask(asked, data, require_jail)
    if told.trouble:
        return Filled(b"", told.trouble)
    pieces = [message["piece"] for message in told.messages if isinstance(message.get("piece"), str)]
    try:
        return Filled(base64.b64decode("".join(map(str, pieces)), validate=True), None)
    except ValueError:
        return Filled(b"", Trouble.DAMAGED)


def _ask(asked: Mapping[str, object], data: bytes, require_jail: bool) -> child.Told:
    return child.ask(
        "letter", "docx", json.dumps(asked).encode() + b"\n" + data, _LIMITS, "shut" if require_jail else "try"
    )
