"""Reading a pack from its folder. A wrong one is refused whole, with file, line and reason."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from app.packs.plan import repeated
from app.packs.references import Way, between_files, twice
from app.packs.schema import FILES, Guides, Pack, Rules, Scope


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml's, where it is there
    """Reads YAML into what JSON holds: that is how a pack is kept. A day stays the text that it is written as."""

    yaml_implicit_resolvers = {
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


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


MOST_VALUES = 200_000  # in one file, aliases written out; the largest of the real pack holds 4,000
DEEPEST = 50  # a pack has five levels; thousands would take the reader down
_IN = (
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
)
_OUT = (yaml.BlockEndToken, yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)


def read_pack(folder: Path) -> Pack:
    """Raises WrongPack."""
    if not folder.is_dir():
        raise WrongPack([Fault(str(folder), None, "there is no such folder")])
    nodes: dict[str, yaml.Node] = {}
    parts: dict[str, Any] = {}
    contents: dict[str, dict[str, Any]] = {}
    faults: list[Fault] = []
    for name, schema in FILES.items():
        try:
            nodes[name] = _compose(folder / name)
            contents[name] = _construct(name, nodes[name])
            parts[name] = schema.model_validate(contents[name])
        except WrongPack as wrong:
            faults += wrong.faults
        except ValidationError as error:
            faults += [Fault(name, _line(nodes[name], item["loc"]), _reason(item)) for item in error.errors()]
    if faults:
        raise WrongPack(faults)
    pack = Pack(
        scope=parts["scope.yaml"],
        rules=parts["rules.yaml"],
        guides=parts["topic-guides.yaml"],
        requests=parts["document-requests.yaml"],
        questions=parts["question-set.yaml"],
        earlier=parts["previous-recommendations.yaml"],
        files=contents,
    )
    # What is named must be there before what stands twice can be compared.
    if found := [*_references(pack.scope, pack.rules, pack.guides), *between_files(pack)] or [*repeated(pack)]:
        raise WrongPack([Fault(file, _line(nodes[file], path), reason) for file, path, reason in found])
    return pack


def _compose(file: Path) -> yaml.Node:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise WrongPack([Fault(file.name, None, "the file is missing")]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise WrongPack([Fault(file.name, None, f"cannot be read ({error})")]) from None
    try:
        _look_over(file.name, text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise WrongPack([_not_yaml(file.name, error)]) from None
    if not isinstance(node, yaml.MappingNode):
        raise WrongPack([Fault(file.name, 1, "must be a list of named values")])
    _weigh(file.name, node, {}, ())
    if odd := list(_odd_keys(node)):
        raise WrongPack([Fault(file.name, line, reason) for reason, line in odd])
    return node


def _look_over(file: str, text: str) -> None:
    """Refuse what would take up memory or the stack, before anything is built of it."""
    depth = 0
    for token in yaml.scan(text, Loader=_Loader):
        line = token.start_mark.line + 1
        depth += isinstance(token, _IN) - isinstance(token, _OUT)
        if depth > DEEPEST:
            raise WrongPack([Fault(file, line, "is nested too deeply")])


def _weigh(file: str, node: yaml.Node, known: dict[int, int], above: tuple[int, ...]) -> int:
    """How many values a node stands for with every alias written out. A few nested ones can fill any memory."""
    if id(node) in above:
        raise WrongPack([Fault(file, node.start_mark.line + 1, "a name (&name) holds itself")])
    if id(node) not in known:
        inside: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            inside = [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            inside = node.value
        known[id(node)] = 1 + sum(_weigh(file, part, known, (*above, id(node))) for part in inside)
        if known[id(node)] > MOST_VALUES:
            raise WrongPack([Fault(file, node.start_mark.line + 1, f"holds more than {MOST_VALUES:,} values")])
    return known[id(node)]


def _construct(file: str, node: yaml.Node) -> Any:
    loader = _Loader("")
    try:
        return json.loads(json.dumps(loader.construct_document(node), allow_nan=False))
    except yaml.YAMLError as error:
        raise WrongPack([_not_yaml(file, error)]) from None
    except (ValueError, TypeError) as error:  # no number, or of a type that only YAML has
        raise WrongPack([Fault(file, None, f"holds a value that is none: {error}")]) from None
    finally:
        loader.dispose()


def _not_yaml(file: str, error: yaml.YAMLError) -> Fault:
    if isinstance(error, yaml.MarkedYAMLError):
        return Fault(file, error.problem_mark.line + 1 if error.problem_mark else None, f"is not YAML: {error.problem}")
    return Fault(file, None, f"is not YAML: {error}")


def _odd_keys(node: yaml.Node) -> Iterator[tuple[str, int]]:
    """Names that stand twice (YAML would take the last) or are no names, and what no database keeps: reason, line."""
    if isinstance(node, yaml.ScalarNode):
        if "\0" in node.value:
            yield "holds the zero character", node.start_mark.line + 1
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                yield "a name must be plain words", line
            elif key.value in seen:
                yield f"{key.value!r} stands twice", line
            else:
                seen.add(key.value)
            yield from _odd_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _odd_keys(value)


def _line(node: yaml.Node, path: Way) -> int:
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


def _references(scope: Scope, rules: Rules, guides: Guides) -> Iterator[tuple[str, Way, str]]:
    """What is named in one place and is not there, or twice, in another: file, path, reason."""
    numbers = {footnote.number for footnote in scope.footnotes}
    references: dict[Way, str] = {}
    for g, group in enumerate(scope.groups):
        for c, criterion in enumerate(group.criteria):
            path = ("groups", g, "criteria", c)
            references[(*path, "ref")] = criterion.ref
            if not criterion.ref.startswith(group.code + "."):
                yield "scope.yaml", (*path, "ref"), f"criterion {criterion.ref} stands in group {group.code}"
            for number in criterion.footnotes:
                if number not in numbers:
                    reason = f"criterion {criterion.ref} names footnote {number}, which is missing"
                    yield "scope.yaml", (*path, "footnotes"), reason
    yield from twice("scope.yaml", "criterion", references)
    yield from twice("scope.yaml", "group", {("groups", n, "code"): g.code for n, g in enumerate(scope.groups)})
    bodies: dict[Way, str] = {("headquarters", "code"): scope.headquarters.code}
    yield from twice("scope.yaml", "body", bodies | {("areas", n, "code"): a.code for n, a in enumerate(scope.areas)})
    roles: dict[Way, str] = {("guides", n, "role"): guide.role for n, guide in enumerate(guides.guides)}
    yield from twice("topic-guides.yaml", "role", roles)
    kinds = {kind.code for kind in rules.evidence_kinds}
    for source, kind in rules.evidence_kind_default.items():
        if kind not in kinds:
            where = ("evidence_kind_default", source)
            yield "rules.yaml", where, f"evidence_kind_default of {source} is {kind!r}, which is no evidence kind"
    for n, session in enumerate(guides.planned_sessions):
        if session.role not in roles.values():
            reason = f"planned session of {session.role!r}, which has no guide"
            yield "topic-guides.yaml", ("planned_sessions", n, "role"), reason
