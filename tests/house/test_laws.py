"""What every file must keep to: the laws of ARCHITECTURE.md, looked for in the text of the code."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.extensions import db
from tests.conftest import ROOT

APP = ROOT / "app"
TEMPLATES = ROOT / "templates"
SOURCES = sorted(APP.rglob("*.py"))
PAGES = sorted(TEMPLATES.rglob("*.html"))


def lines_with(pattern: str, files: list[Path], *, but: tuple[str, ...] = ()) -> list[str]:
    """Where a pattern stands: 'app/web/clock.py:20: …'."""
    found = []
    for file in files:
        name = str(file.relative_to(ROOT))
        if name in but:
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if re.search(pattern, line):
                found.append(f"{name}:{number}: {line.strip()}")
    return found


def test_imports_run_downwards() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([command, "--no-logo"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("web/pages.py", "from app.audit.models import SITE"),
        ("evidence/queries.py", "from app.findings.models import Link"),
        ("interviews/queries.py", "from app.documents.models import Document"),
        ("access/__init__.py", "from app.web import clock"),
        ("evidence/models.py", "if TYPE_CHECKING:\n    from app.interviews.models import Note"),
        ("accounts/queries.py", "from app.accounts import services"),
    ],
)
def test_an_import_upwards_is_noticed(tmp_path: Path, file: str, line: str) -> None:
    shutil.copytree(APP, tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with open(tmp_path / "app" / file, "a") as out:
        out.write(f"\nfrom typing import TYPE_CHECKING\n{line}\n")
    command = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([command, "--no-logo", "--no-cache"], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 1
    assert f"app.{file.removesuffix('.py').removesuffix('/__init__').replace('/', '.')} ->" in result.stdout


def test_nobody_commits_but_the_request() -> None:
    allowed = ("app/db/transaction.py",)
    assert lines_with(r"\.(commit|begin_nested)\(", SOURCES, but=allowed) == []


def test_the_time_is_asked_of_the_clock() -> None:
    pattern = r"datetime\.(now|utcnow)\(|date\.today\(|\btime\.time\(|func\.now\(|CURRENT_TIMESTAMP"
    assert lines_with(pattern, SOURCES, but=("app/web/clock.py",)) == []


def test_views_and_forms_ask_queries() -> None:
    views = [file for file in SOURCES if file.stem in ("views", "forms") or file.stem.endswith("_views")]
    assert lines_with(r"\bselect\(|db\.session", views) == []


def test_services_and_queries_know_nothing_of_http() -> None:
    kinds = ("models", "queries", "services")
    quiet = [file for file in SOURCES if file.stem in kinds or file.stem.endswith("_queries")]
    found = lines_with(
        r"from flask import .*\b(request|g|session|url_for|abort|redirect|flash|render_template)\b", quiet
    )
    assert found == []


UNSAFE = {
    "a filter that trusts text": r"\|\s*safe\b|\bMarkup\(|autoescape false",
    "an inline script": r"<script(?![^>]*\bsrc=)",
    "an inline style": r"<style\b|\sstyle\s*=",
    "an inline handler": r"\son[a-z]+\s*=\s*[\"']",
    "htmx that evaluates text": r"hx-on|[\"']js:|hx-vars|hx-eval|hx-trigger=[\"'][^\"']*\[",
    "an address of another site": r"(src|href|action)\s*=\s*[\"'](https?:)?//(?!www\.gov\.uk|www\.nationalarchives)",
}


@pytest.mark.parametrize("what", UNSAFE)
def test_no_template_has(what: str) -> None:
    assert lines_with(UNSAFE[what], PAGES) == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a filter that trusts text", "{{ note.words | safe }}"),
        ("a filter that trusts text", "{{ note.words|safe }}"),
        ("an inline script", "<script>alert(1)</script>"),
        ("an inline script", '<script type="module">'),
        ("an inline style", '<p style="color: red">'),
        ("an inline handler", '<a onclick="go()">'),
        ("htmx that evaluates text", "<a hx-on:click=\"go()\" hx-vals='js:{}'>"),
        ("an address of another site", '<script src="//cdn.example/x.js">'),
    ],
)
def test_that_test_would_notice(what: str, line: str) -> None:
    assert re.search(UNSAFE[what], line)


def test_text_is_trusted_in_one_place_only() -> None:
    assert (
        lines_with(r"\bMarkup\(|\|\s*safe\b|render_template_string|autoescape", SOURCES, but=("app/web/markup.py",))
        == []
    )


def test_no_file_names_a_machine() -> None:
    """No folder of whoever works on it, and no registry: these are for the machine to say."""
    found = []
    for name in _tracked():
        if name.startswith(("static/vendor/", "tests/data/")) or name == "tests/house/test_laws.py":
            continue
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"(?<![\w.])/(work|root|home|Users)/\w|[A-Z]:\\Users", line):
                found.append(f"{name}:{number}: {line.strip()[:120]}")
            if re.search(r"(requirements.*\.(txt|in)|-lock\.json)$", name) and re.search(
                r"https?://|--index-url", line
            ):
                found.append(f"{name}:{number}: {line.strip()[:120]}")
    assert found == []


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return listed.stdout.splitlines()


# Pages of a lower floor that lead to a higher one, each known. An address is no import, but it is an arrow.
UPWARD = {
    ("accounts", "calendar"),
    ("accounts", "capture"),
    ("accounts", "inspections"),
    ("accounts", "overview"),
    ("contradictions", "criteria"),
    ("evidence", "contradictions"),
    ("documents", "figures"),
    ("documents", "letters"),
    ("documents", "register"),
    ("evidence", "criteria"),
    ("evidence", "findings"),
    ("evidence", "interviews"),
    ("findings", "contradictions"),
    ("findings", "criteria"),
    ("inspections", "overview"),
    ("inspections", "packs"),
    ("interviews", "calendar"),
    ("interviews", "criteria"),
    ("interviews", "visits"),
    ("matrix", "criteria"),
    ("letters", "calendar"),
    ("register", "calendar"),
    ("register", "criteria"),
    ("register", "figures"),
    ("register", "letters"),
    ("visits", "criteria"),
    ("interviews", "register"),
}


def _floors() -> dict[str, int]:
    """Package to its floor, the highest 0."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract.get("exhaustive"))
    return {name.strip(): floor for floor, layer in enumerate(layers) for name in re.split(r"[|:]", layer)}


def _addresses() -> Iterator[tuple[str, str, str]]:
    """Who leads where: package of the file, package of the endpoint, place."""
    for file in (*SOURCES, *PAGES):
        parts = file.relative_to(APP if file.suffix == ".py" else TEMPLATES).parts
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            for blueprint in re.findall(r"url_for\(\s*[\"'](\w+)\.\w+", line):
                yield parts[0], blueprint, f"{file.relative_to(ROOT)}:{number}"


def test_addresses_that_lead_upwards_are_known() -> None:
    floors = _floors()
    upward = {
        (package, blueprint): place
        for package, blueprint, place in _addresses()
        if package in floors and floors[blueprint] < floors[package]
    }
    assert {key: place for key, place in upward.items() if key not in UPWARD} == {}
    assert UPWARD - set(upward) == set(), "no longer needed"


def test_foreign_keys_point_downwards() -> None:
    floors = _floors()
    owner = {
        str(mapper.local_table.name): mapper.class_.__module__.split(".")[1] for mapper in db.Model.registry.mappers
    }
    owner["file_finding_criterion"] = "findings"
    wrong = []
    for table in db.metadata.sorted_tables:
        for key in table.foreign_keys:
            of, to = owner[table.name], owner[key.column.table.name]
            if of != to and floors[to] <= floors[of]:
                wrong.append(f"{table.name} ({of}) -> {key.column.table.name} ({to})")
    # A job knows for which inspection it works; jobs stand below, and say so by a key that they never follow.
    assert [line for line in wrong if line != "job (jobs) -> inspection (inspections)"] == []


def test_no_import_hides_in_a_function() -> None:
    """It would be the same arrow, only later. A package may load its own parts when it likes."""
    found = []
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for inner in ast.walk(node):
                    module = (inner.module or "") if isinstance(inner, ast.ImportFrom) else ""
                    if module.startswith("app.") and module.split(".")[1] != file.relative_to(APP).parts[0]:
                        found.append(f"{file.relative_to(ROOT)}:{inner.lineno}")
    assert found == []


def test_make_lists_its_verbs() -> None:
    result = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True)
    listed = {line.split()[1] for line in result.stdout.splitlines()}
    assert {"run", "check", "test", "soak", "bench", "format", "migrate", "upgrade"} <= listed
    assert "make test" in (ROOT / ".ci" / "run").read_text()
