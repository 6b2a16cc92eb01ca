"""Reading a pack from its folder. A wrong one is refused whole, with file, line and reason."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from app.packs.schema import FILES, Guides, Pack, Rules, Scope


@dataclass(frozen=True, slots=True)
class Fault:
    file: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.reason}" if self.line else f"{self.file}: {self.reason}"


class WrongPack(Exception):
    """The pack cannot be used; `faults` says where and why."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


def read_pack(folder: Path) -> Pack:
    """Raises WrongPack."""
    if not folder.is_dir():
        raise WrongPack([Fault(str(folder), None, "there is no such folder")])
    parts: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, schema in FILES.items():
        try:
            node = _compose(folder / name)
            parts[name] = schema.model_validate(_construct(node))
        except WrongPack as wrong:
            faults += wrong.faults
        except ValidationError as error:
            faults += [Fault(name, _line(node, item["loc"]), _reason(item)) for item in error.errors()]
    if not faults:
        faults = list(_references(parts["scope.yaml"], parts["rules.yaml"], parts["topic-guides.yaml"]))
    if faults:
        raise WrongPack(faults)
    return Pack(scope=parts["scope.yaml"], rules=parts["rules.yaml"], guides=parts["topic-guides.yaml"])


def _compose(file: Path) -> yaml.Node:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise WrongPack([Fault(file.name, None, "the file is missing")]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise WrongPack([Fault(file.name, None, f"cannot be read ({error})")]) from None
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.AliasToken):
                # A few nested aliases can stand for more than memory holds.
                raise WrongPack(
                    [Fault(file.name, token.start_mark.line + 1, "aliases (*name) are not taken: write it out")]
                )
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise WrongPack([Fault(file.name, line, f"is not YAML: {error.problem}")]) from None
    except yaml.YAMLError as error:
        raise WrongPack([Fault(file.name, None, f"is not YAML: {error}")]) from None
    if not isinstance(node, yaml.MappingNode):
        raise WrongPack([Fault(file.name, 1, "must be a list of named values")])
    if doubles := list(_doubles(node)):
        raise WrongPack([Fault(file.name, line, f"{key!r} stands twice") for key, line in doubles])
    return node


def _construct(node: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _doubles(node: yaml.Node) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.value, key.start_mark.line + 1
            seen.add(key.value)
            yield from _doubles(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _doubles(value)


def _line(node: yaml.Node, path: tuple[int | str, ...]) -> int:
    """The line of the deepest part of the path that is there."""
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
        else:
            found = None
        if found is None:
            break
        node = found
    return node.start_mark.line + 1


def _reason(error: Any) -> str:
    where = ".".join(str(step) for step in error["loc"])
    return f"{where}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def _references(scope: Scope, rules: Rules, guides: Guides) -> Iterator[Fault]:
    yield from _twice("scope.yaml", "criterion", [c.ref for group in scope.groups for c in group.criteria])
    yield from _twice("scope.yaml", "group", [group.code for group in scope.groups])
    yield from _twice("scope.yaml", "body", [scope.headquarters.code, *(area.code for area in scope.areas)])
    yield from _twice("topic-guides.yaml", "role", [guide.role for guide in guides.guides])
    numbers = {footnote.number for footnote in scope.footnotes}
    for group in scope.groups:
        for criterion in group.criteria:
            if not criterion.ref.startswith(group.code + "."):
                yield Fault("scope.yaml", None, f"criterion {criterion.ref} stands in group {group.code}")
            for number in criterion.footnotes:
                if number not in numbers:
                    yield Fault(
                        "scope.yaml", None, f"criterion {criterion.ref} names footnote {number}, which is missing"
                    )
    kinds = {kind.code for kind in rules.evidence_kinds}
    for source, kind in rules.evidence_kind_default.items():
        if kind not in kinds:
            yield Fault("rules.yaml", None, f"evidence_kind_default of {source} is {kind!r}, which is no evidence kind")
    roles = {guide.role for guide in guides.guides}
    for session in guides.planned_sessions:
        if session.role not in roles:
            yield Fault("topic-guides.yaml", None, f"planned session of {session.role!r}, which has no guide")


def _twice(file: str, what: str, values: list[str]) -> Iterator[Fault]:
    for value, times in Counter(value.casefold() for value in values).items():
        if times > 1:
            yield Fault(file, None, f"{what} {value} stands {times} times")
