"""A pack beside what stands: what the team changed since it was loaded, and what a newer one would change.

For each thing there are three answers: the pack as it was loaded, what stands now, the pack that is compared. Where the
first two differ, the team has edited it, and it is left alone; where they are the same, a newer pack may change it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from app.inspections.made import ORDER, Files, Made, Things, Values
from app.packs.parts import PARTS
from app.web.pages import long_date

LONGEST = 90  # of a value in a sentence
MOST_OF_A_FILE = 40  # lines that say what changes in it


@dataclass(frozen=True, slots=True)
class Edit:
    """Something that stands otherwise than the pack made it."""

    what: str
    key: str
    name: str  # of the value; empty where the whole thing is meant
    pack: Any  # as loaded; None where the pack does not have it
    stands: Any  # None where it is gone
    newer: Any  # what the pack compared has

    @property
    def thing(self) -> str:
        return f"{self.what} {self.key}".rstrip()

    def __str__(self) -> str:
        if not self.name:
            return f"{self.thing}: {'is not in the pack' if self.pack is None else 'is gone here'}"
        said = f"{self.thing}, {self.name}: {in_words(self.stands)} here, {in_words(self.pack)} in the pack"
        return said if self.newer == self.pack else f"{said} as loaded, {in_words(self.newer)} in this one"


@dataclass(slots=True)
class PartChanges:
    """What a newer pack would do to one kind of thing."""

    part: Made
    add: Things = field(default_factory=dict)
    change: Things = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)
    before: Things = field(default_factory=dict)  # the values that change, as they stand

    def lines(self) -> Iterator[str]:
        what = self.part.what
        if not self.part.told:
            return
        for key, values in self.add.items():
            first = next((value for value in values.values() if isinstance(value, str)), "")
            yield f"adds {what} {key}: {in_words(first)}"
        for key, values in self.change.items():
            for name, value in values.items():
                if name != ORDER:
                    was = in_words(self.before[key][name])
                    yield f"changes {' '.join(filter(None, (what, key)))}, {name}: {was} → {in_words(value)}"
        if any(ORDER in values for values in self.change.values()):
            yield f"changes the order of: {what}"
        for key in self.remove:
            yield f"takes out {what} {key}"


@dataclass(frozen=True, slots=True)
class Comparison:
    edits: list[Edit]  # what the team changed; never overwritten
    parts: list[PartChanges]
    refused: list[str]  # why the pack cannot be taken as it is
    files: dict[str, list[str]]  # by file, what is otherwise in it than in the one loaded

    @property
    def changes(self) -> list[str]:
        return [line for part in self.parts for line in part.lines()]

    @property
    def is_newer(self) -> bool:
        return bool(self.files)


def edits_since(inspection_id: UUID, loaded: Files) -> list[Edit]:
    """What stands otherwise than the pack made it: a statement or two for each kind of thing."""
    return compare(inspection_id, loaded, loaded).edits


def compare(inspection_id: UUID, loaded: Files, newer: Files) -> Comparison:
    edits: list[Edit] = []
    refused: list[str] = []
    parts: list[PartChanges] = []
    for part in PARTS:
        was, stands, wanted = part.wanted(loaded), part.standing(inspection_id), part.wanted(newer)
        if not stands and not part.with_the_pack:
            continue  # nobody has asked for them yet
        changes = PartChanges(part)
        edits += _compared(changes, was, stands, wanted)
        if changes.remove:
            used = part.used(inspection_id, changes.remove)
            refused += [
                f"{part.what} {key} is not in this pack, but it is in use here ({by}): it cannot be taken out"
                for key, by in used.items()
            ]
        parts.append(changes)
    files = {name: list(_file(loaded.get(name, {}), content)) for name, content in newer.items()}
    return Comparison(edits, parts, refused, {name: lines for name, lines in files.items() if lines})


def _compared(changes: PartChanges, was: Things, stands: Things, wanted: Things) -> Iterator[Edit]:
    what = changes.part.what
    for key in dict.fromkeys((*was, *stands, *wanted)):
        loaded, here, new = was.get(key), stands.get(key), wanted.get(key)
        if here is None:
            if loaded is not None:
                yield Edit(what, key, "", loaded, None, new)
            elif new is not None:
                changes.add[key] = new
            continue
        if loaded is None and new is None:
            yield Edit(what, key, "", None, here, None)
            continue
        edited = list(_edits(what, key, loaded if loaded is not None else new or {}, here, new))
        yield from edited
        if new is None and not edited:
            changes.remove.append(key)
        elif new is not None and loaded is not None:
            taken = {name: new[name] for name in new if here.get(name) == loaded.get(name) != new[name]}
            if taken:
                changes.change[key] = taken
                changes.before[key] = {name: here.get(name) for name in taken}


def _edits(what: str, key: str, loaded: Values, here: Values, new: Values | None) -> Iterator[Edit]:
    for name, value in here.items():
        newer = (loaded if new is None else new).get(name)
        if value != loaded.get(name) and value != newer:
            yield Edit(what, key, name, loaded.get(name), value, newer)


def _file(loaded: Any, newer: Any) -> Iterator[str]:
    """What is otherwise in a file, value by value; list entries are known by their own code or reference."""
    lines = _values((), loaded, newer)
    for number, line in enumerate(lines):
        if number == MOST_OF_A_FILE:
            yield f"and {sum(1 for _line in lines) + 1} more"
            return
        yield line


def _values(way: tuple[str, ...], loaded: Any, newer: Any) -> Iterator[str]:
    if loaded == newer:
        return
    before, after = _by_name(loaded), _by_name(newer)
    if before is None or after is None:
        yield f"{'.'.join(way)}: {in_words(loaded)} → {in_words(newer)}"
        return
    if list(before) != list(after) and sorted(before) == sorted(after) and isinstance(loaded, list):
        yield f"{'.'.join(way)}: another order"
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield f"{'.'.join((*way, name))}: taken out"
        elif name not in before:
            yield f"{'.'.join((*way, name))}: new"
        else:
            yield from _values((*way, name), before[name], after[name])


def _by_name(value: Any) -> dict[str, Any] | None:
    """A mapping's values by name, a list's entries by what each is known by; None for anything else."""
    if isinstance(value, Mapping):
        return {str(name): inner for name, inner in value.items()}
    if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
        for name in ("code", "id", "ref", "role", "criterion", "short", "number", "area", "name"):
            if len(known := {str(entry.get(name)): entry for entry in value}) == len(value):
                return known
    return None


def labelled(value: Any, labels: Mapping[str, str]) -> str:
    """A value, or what a thing is known by, as a page says it: the pack's labels for codes, dates in words."""
    if isinstance(value, list):
        return in_words([labelled(entry, labels) for entry in value])
    try:
        return long_date(date.fromisoformat(value))
    except (TypeError, ValueError):
        return labels.get(value) or in_words(value) if isinstance(value, str) else in_words(value)


def in_words(value: Any) -> str:
    """A value as a sentence says it, shortened."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = ", ".join(str(entry) for entry in value) or "nothing"
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def sentences(comparison: Comparison) -> Iterable[str]:
    """What `pack load` says of it, a line each."""
    yield from (f"would {line}" for line in map(_infinitive, comparison.changes))
    for name, lines in comparison.files.items():
        yield from (f"{name}: {line}" for line in lines)


def _infinitive(line: str) -> str:
    verb, rest = line.split(" ", 1)
    return f"{ {'adds': 'add', 'changes': 'change', 'takes': 'take'}[verb] } {rest}"
