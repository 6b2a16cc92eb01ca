"""The doors of the child that reads hostile files."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from app.formats import child, reading
from app.formats.kinds import KINDS
from app.formats.outcome import Limits, Trouble
from app.formats.reading import read_text, self_test


def test_a_planted_child_reaches_everything_with_the_doors_open_and_nothing_with_them_shut(tmp_path):
    database = tmp_path / "fieldbook.db"
    sqlite3.connect(database).execute("create table note (words)").connection.close()
    report = self_test(database)
    assert report.reached_when_open == {"network", "file", "program"}
    assert report.reached == frozenset()
    assert report.shut
    assert "closed process" in report.sentence


def test_the_self_test_tells_when_the_doors_do_not_shut(monkeypatch):
    ask = child.ask
    monkeypatch.setattr(
        child, "ask", lambda action, code, data, limits, _doors: ask(action, code, data, limits, "open")
    )
    report = self_test()
    assert not report.shut
    assert "limits on time and memory only" in report.sentence


def without_seccomp(monkeypatch, tmp_path):
    """A child as on a system that has no seccomp."""
    copy = tmp_path / "jail.py"
    source = Path(child._JAIL).read_text()
    source = source.replace("import pyseccomp as seccomp", "raise ImportError")
    source = source.replace("Path(__file__).resolve()", f"Path({str(child._JAIL)!r})")
    copy.write_text(source)
    monkeypatch.setattr(child, "_JAIL", copy)


def test_without_a_jail_nothing_is_read_when_one_is_required(monkeypatch, tmp_path, given):
    without_seccomp(monkeypatch, tmp_path)
    outcome = read_text(given("pdf/habibi.pdf"), KINDS["pdf"], require_jail=True)
    assert (outcome.pages, outcome.trouble, outcome.jailed) == ((), Trouble.JAIL_MISSING, False)
    assert child.ask("text", "pdf", given("pdf/habibi.pdf"), Limits(), "shut").shut is False  # it said so itself


def test_without_a_jail_files_are_read_with_limits_when_none_is_required(monkeypatch, tmp_path, given):
    without_seccomp(monkeypatch, tmp_path)
    outcome = read_text(given("pdf/habibi.pdf"), KINDS["pdf"], require_jail=False)
    assert (len(outcome.pages), outcome.trouble, outcome.jailed) == (1, None, False)
    assert not self_test().shut


ATTEMPTS = {
    "udp": "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'x', ('127.0.0.1', 9))",
    "unix socket": "socket.socket(socket.AF_UNIX)",
    "socketpair": "socket.socketpair()",
    "read a file": "open('/etc/hostname')",
    "write a file": "open(PLACE + '/new', 'w')",
    "remove a file": "os.unlink(PLACE + '/kept')",
    "rename a file": "os.rename(PLACE + '/kept', PLACE + '/moved')",
    "make a folder": "os.mkdir(PLACE + '/folder')",
    "open up a file": "os.chmod(PLACE + '/kept', 0o777)",
    "link a file": "os.link(PLACE + '/kept', PLACE + '/link')",
    "fork": "os.fork()",
    "exec": "os.execv('/bin/true', ['true'])",
    "kill the parent": "os.kill(os.getppid(), 0)",
    "a process by memory": "os.memfd_create('x')",
    "lift its own limit": "import resource; resource.setrlimit(resource.RLIMIT_CPU, (999, 999))",
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_each_door(attempt, tmp_path):
    (tmp_path / "kept").write_text("kept")
    code = f"""
import os, runpy, socket, sys
PLACE = {str(tmp_path)!r}
jail = runpy.run_path({str(child._JAIL)!r}, run_name="jail")
import resource
if sys.argv[1] == "shut":
    assert jail["_doors"]()()
try:
    {ATTEMPTS[attempt]}
except (PermissionError, ValueError):  # ValueError: what Python makes of it for a limit
    os._exit(3)
os._exit(0)
"""
    root = Path(reading.__file__).parents[2]
    stub = (
        "import sys, types\n"
        f"sys.modules['app'] = package = types.ModuleType('app')\npackage.__path__ = [{str(root / 'app')!r}]\n"
    )

    def ends(doors):
        return subprocess.run([sys.executable, "-I", "-c", stub + code, doors], env={}, check=False).returncode

    assert ends("shut") == 3
    assert (tmp_path / "kept").read_text() == "kept" and len(os.listdir(tmp_path)) == 1
    assert ends("open") == 0  # or the test would show nothing


def test_the_child_sees_nothing_of_the_parents_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("FIELDBOOK_SECRET", "secret")
    spy = tmp_path / "spy.py"
    spy.write_text(
        "import json, os, sys\nsys.stdin.buffer.read()\nprint('{\"shut\": true}')\n"
        "print(json.dumps({'page': ['page 1', ' '.join(os.environ)]}))\nprint('{\"end\": null}')\n"
    )
    monkeypatch.setattr(child, "_JAIL", spy)
    outcome = read_text(b"x", KINDS["txt"])
    assert outcome.trouble is None
    assert "FIELDBOOK_SECRET" not in outcome.pages[0].text and "PATH" not in outcome.pages[0].text


def test_the_child_does_not_load_the_application():
    code = f"""
import runpy, sys
sys.argv = ["jail", "text", "pdf", "{{}}", "open"]
import os
os._exit = lambda code: (print([n for n in sys.modules if n.startswith(("flask", "sqlalchemy"))]), sys.exit())
runpy.run_path({str(child._JAIL)!r}, run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-I", "-c", code], input=b"", capture_output=True, check=False)
    assert done.stdout.decode().splitlines()[-1] == "[]", done.stderr


@pytest.mark.slow
def test_the_limits_hold_for_a_child_that_only_spins(monkeypatch, tmp_path):
    spinner = tmp_path / "spinner.py"
    spinner.write_text("while True: pass\n")
    monkeypatch.setattr(child, "_JAIL", spinner)
    assert read_text(b"x", KINDS["txt"], Limits(seconds=1)).trouble == Trouble.TOO_LARGE
