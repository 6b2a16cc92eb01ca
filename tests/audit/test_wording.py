"""Every kind of entry that the code writes is told in words: looked for in the code itself."""

import ast
from collections.abc import Iterator

import pytest

from app.audit.wording import DEEDS, ENTERED, FIELDS, UNDER, field_of
from app.evidence.forms import ReviseForm
from app.evidence.services import REVISABLE
from app.interviews.forms import CellForm, ScheduleForm
from app.interviews.planning import Arrangement as InterviewArrangement
from app.other_sources.forms import EnterForm
from app.packs.reading import read_pack
from app.register.forms import PlanForm, event_form
from app.visits.forms import ArrangeForm
from app.visits.services import Arrangement as VisitArrangement
from tests.conftest import PACK, ROOT

RECORDING = {"record", "_record", "_record_of", "_record_stale"}
ALSO_CONTENT = {"_said", "_worded", "_moved", "_name_people", "_change"}  # functions that give what is recorded
ON_NO_PAGE = {"exported", "was refused"}  # whose entries no page asks for
SOURCES = [file for file in sorted((ROOT / "app").rglob("*.py")) if file.parent.name != "audit"]
REQUESTS = read_pack(PACK).requests


def functions() -> Iterator[tuple[ast.Module, ast.FunctionDef]]:
    for file in SOURCES:
        text = file.read_text(encoding="utf-8")
        if "from app.audit.services import record\n" not in text:
            continue
        module = ast.parse(text)
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef):
                yield module, node


def calls(function: ast.FunctionDef) -> list[ast.Call]:
    """Where it puts something on record."""
    found = [node for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return [node for node in found if node.args and node.func.id in RECORDING]


def texts(node: ast.AST, *scopes: ast.AST) -> set[str]:
    """What an expression of text may come to, as far as its names are set in one of the scopes."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp():
            return texts(node.body, *scopes) | texts(node.orelse, *scopes)
        case ast.Subscript(value=ast.Dict(values=values)):
            return {text for value in values for text in texts(value, *scopes)}
        case ast.Name(id=name):
            set_to = [
                one.value for scope in scopes for one in ast.walk(scope) if isinstance(one, ast.Assign)
                and any(isinstance(target, ast.Name) and target.id == name for target in one.targets)
            ]  # fmt: skip
            return {text for value in set_to for text in texts(value, *scopes)}
        case ast.JoinedStr(values=values):
            found = {""}
            for value in values:
                inner = value.value if isinstance(value, ast.FormattedValue) else value
                found = {before + after for before in found for after in texts(inner, *scopes) or {"…"}}
            return found
    return set()


def deeds() -> set[str]:
    """Every deed that is recorded anywhere. A deed that a function is given is found where it is called."""
    found = set()
    for module, function in functions():
        for call in calls(function):
            given = [texts(argument, function, module) for argument in call.args[1:]]
            found |= next((text for text in given if text), set())
    return found


def fields() -> set[str]:
    """Every name under which something is recorded before or after."""
    found = set(InterviewArrangement.__slots__) | set(VisitArrangement.__slots__) | set(REVISABLE)
    found |= {token for event in REQUESTS.events for token in (*event.needs, *event.may_have) if token != "files"}
    for _module, function in functions():
        if not calls(function) and function.name not in ALSO_CONTENT:
            continue
        rows = [node.elt for node in ast.walk(function) if isinstance(node, ast.ListComp)]  # that are put down at once
        for node in ast.walk(function):
            if isinstance(node, ast.Dict) and node not in rows:
                keys: list[ast.expr | None] = [*node.keys, *(node.values if function.name == "_name_people" else [])]
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
                keys = [node.slice]
            elif isinstance(node, ast.Tuple) and function.name == "_change":
                keys = node.elts[:1]
            else:
                continue
            found |= {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    return found


def test_the_code_is_understood() -> None:
    """Deeds that are written as text, chosen, put together and named are found, and so are fields."""
    assert {"planned", "took back the tick, too late", "entered ‘…’", "made the demonstration", "exported"} <= deeds()
    assert {"held_at", "note_taker_id", "Shows", "sign-ins_ended", "next_chase", "e-mail", "good_practice"} <= fields()


def test_every_deed_is_told_in_words() -> None:
    assert {deed for deed in deeds() - ON_NO_PAGE if deed not in DEEDS and not ENTERED.match(deed)} == set()


def test_every_field_is_called_something() -> None:
    on_no_page = {"format", "acronyms spelt out", "filters", "marking", "method", "path"}
    no_fields = {"before", "after", "of"}  # keys of other mappings in the same functions
    assert fields() - on_no_page - no_fields - set(FIELDS) - {name for _deed, name in UNDER} == set()


def test_what_is_said_is_still_recorded() -> None:
    """Nothing in the table is left from before, but what earlier versions wrote."""
    earlier = {"email", "owner_id", "sign_ins", "sign_ins_ended"}
    assert set(DEEDS) - deeds() == set()
    assert set(FIELDS) - fields() - earlier == set()


@pytest.mark.parametrize(
    ("form", "deed"),
    [
        (ScheduleForm, "scheduled"),
        (CellForm, "changed"),
        (ReviseForm, "revised"),
        (EnterForm, "entered"),
        (ArrangeForm, "arranged"),
        (PlanForm, "planned"),
        *((event_form(event, REQUESTS), f"entered ‘{event.label}’") for event in REQUESTS.events),
    ],
)  # fmt: skip
def test_a_history_calls_what_was_entered_as_the_form_does(form: type, deed: str) -> None:
    called = {"lead": "lead_id", "note_taker": "note_taker_id", "on": "date", "done_by": "by"}
    for name in dir(form):
        unbound = getattr(form, name)
        field = called.get(name, name)
        if field not in FIELDS or not getattr(unbound, "args", ()) or name in ("words", "quote", "reason"):
            continue
        label = unbound.args[0].removesuffix(" (optional)").split(":")[0]
        assert label == field_of(deed, field).label, (form.__name__, name)
