"""Acknowledged means on the disk: what the system calls of a real server say."""

import re
import shutil
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from app.db import durability
from app.extensions import db
from tests.servers import Server, Visit, World

WRITES = 20


def synced_before_answers(trace: str) -> list[bool]:
    """For each good answer in the trace, whether a log of SQLite's was synced since the answer before."""
    found, synced = [], False
    for line in trace.splitlines():
        if re.search(r"f(data)?sync\(\d+<[^>]*-wal>", line):
            synced = True
        elif re.search(r'"HTTP/1\.[01] [23]\d\d ', line):
            found.append(synced)
            synced = False
    return found


def trace_writes(world: World, folder: Path, **options: str) -> list[bool]:
    """Save WRITES notes on a server under strace: for each whether its words were synced before it was answered."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: `make strace` installs it")
    probe = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True)
    if probe.returncode:
        pytest.skip(f"strace may not look at processes here: {probe.stderr.strip()}")
    trace = folder / "trace"
    watch = ("strace", "-D", "-f", "-y", "-o", str(trace), "-e", "trace=fsync,fdatasync,sendto,sendmsg,write,writev")
    server = Server(world, before=watch, **options)
    try:
        server.wait_until_up()
        with Visit(world) as visit:
            visit.read_token()
            assert visit.note("The first one also notes that the person was seen.", str(uuid4())) == 303
            for number in range(WRITES):
                assert visit.note(f"Rotas change monthly, {number}.", str(uuid4())) == 303
    finally:
        server.stop()
    return synced_before_answers(trace.read_text())[-WRITES:]


@pytest.fixture
def world(database_url: str, tmp_path: Path, is_sqlite: bool) -> World:
    if not is_sqlite:
        pytest.skip("on PostgreSQL it is the server that syncs: see the settings below")
    return World(database_url, tmp_path)


@pytest.mark.slow
def test_no_write_is_answered_before_it_is_synced(world: World, tmp_path: Path) -> None:
    assert trace_writes(world, tmp_path) == [True] * WRITES


@pytest.mark.slow
@pytest.mark.parametrize("synchronous", ["OFF", "NORMAL"])
def test_that_test_would_notice(world: World, tmp_path: Path, synchronous: str) -> None:
    found = trace_writes(world, tmp_path, app="tests.db.weak", TEST_SYNCHRONOUS=synchronous)
    assert len(found) == WRITES
    assert found.count(True) <= 1


def test_a_database_that_keeps_its_promise_has_no_weakness(app: Flask, is_sqlite: bool) -> None:
    # The throw-away PostgreSQL of the tests may run without fsync, to be quick; the test below is about that.
    assert [sentence for sentence in durability.weaknesses() if is_sqlite or sentence != durability.NO_FSYNC] == []


def test_postgresql_waits_for_the_disk(app: Flask, is_sqlite: bool) -> None:
    if is_sqlite:
        pytest.skip("PostgreSQL's own settings")
    assert db.session.scalar(text("SHOW synchronous_commit")) == "on"
    fsync = db.session.scalar(text("SHOW fsync"))
    assert (durability.NO_FSYNC in durability.weaknesses()) == (fsync == "off")
    db.session.execute(text("SET LOCAL synchronous_commit = off"))
    assert durability.NO_WAIT in durability.weaknesses()


def test_a_weak_sqlite_is_noticed(app: Flask, is_sqlite: bool) -> None:
    if not is_sqlite:
        pytest.skip("SQLite's own settings")
    raw = db.session.connection().connection.dbapi_connection
    assert raw is not None
    raw.rollback()  # the setting cannot be changed inside a transaction
    raw.execute("PRAGMA synchronous=NORMAL")
    assert durability.weaknesses() == [durability.NOT_FULL]
