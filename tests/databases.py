"""Databases for tests: one template, from the real migrations and the real pack; a fresh copy of it for each test.

SQLite copies a file. PostgreSQL copies a database, on a server of the test run's own: the one that TEST_DATABASE_URL
names, else one started from the machine's own binaries, as the user postgres when we are root, which it refuses to be.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from flask import has_app_context
from psycopg import sql
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

from app.extensions import db

BINARIES = "/usr/lib/postgresql/*/bin/pg_ctl"


class Databases(Protocol):
    """Where the copies come from."""

    def copy(self, name: str, folder: Path) -> str:
        """A fresh copy of the template: its address."""

    def empty(self, name: str, folder: Path) -> str:
        """A database without any table: its address."""

    def url(self, name: str, folder: Path) -> str:
        """The address that a copy of this name has."""

    def drop(self, url: str) -> None:
        """Give a copy up."""


class SQLite:
    """`template` is a file that nobody has open."""

    def __init__(self, template: Path) -> None:
        self.template = template

    def copy(self, name: str, folder: Path) -> str:
        shutil.copyfile(self.template, folder / f"{name}.db")
        return self.url(name, folder)

    def empty(self, name: str, folder: Path) -> str:
        return self.url(name, folder)

    def url(self, name: str, folder: Path) -> str:
        return f"sqlite:///{folder / f'{name}.db'}"

    def drop(self, url: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{make_url(url).database}{suffix}").unlink(missing_ok=True)


class PostgreSQL:
    """`server` is the address of a server's maintenance database, for somebody who may create databases."""

    def __init__(self, server: str, template: str) -> None:
        self.server = server
        self.template = template

    def copy(self, name: str, folder: Path | None = None) -> str:
        # Copying files needs a checkpoint each time: quick in memory, where a log of every page is not.
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, self.template)
        return self.url(name)

    def empty(self, name: str, folder: Path | None = None) -> str:
        self._run("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
        return self.url(name)

    def drop(self, url: str) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", str(make_url(url).database))

    def url(self, name: str, folder: Path | None = None) -> str:
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str, *names: str) -> None:
        plain = make_url(self.server).set(drivername="postgresql").render_as_string(hide_password=False)
        with closing(psycopg.connect(plain, autocommit=True)) as connection:
            connection.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))


class NoPostgreSQL(Exception):
    """There is no PostgreSQL here that tests could use."""


@contextmanager
def postgresql_server(*, durable: bool = False) -> Iterator[str]:
    """The address of a server for the time of the test run. Raises NoPostgreSQL.

    A throw-away server need not wait for its disk; `durable` makes it, for the tests that are about that.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    found = sorted(Path("/").glob(BINARIES.lstrip("/")), key=lambda path: int(path.parts[-3].split(".")[0]))
    if not found:
        raise NoPostgreSQL("PostgreSQL is not installed: `make postgresql` installs it")
    binaries = found[-1].parent
    user = "postgres" if os.geteuid() == 0 else None
    base = Path(tempfile.mkdtemp(prefix="fieldbook-pg-", dir=None if durable else memory()))
    if user:
        owner = pwd.getpwnam(user)
        os.chown(base, owner.pw_uid, owner.pw_gid)
    data = base / "data"
    run: dict[str, Any] = {"check": True, "user": user, "cwd": base, "stdout": subprocess.DEVNULL}
    settings = ["listen_addresses=", f"unix_socket_directories={base}", "max_connections=200"]
    if not durable:
        settings += ["fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0"]
    options = " ".join(f"-c {setting}" for setting in settings)
    try:
        subprocess.run(
            [binaries / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "--locale=C.UTF-8"], **run
        )
        subprocess.run([binaries / "pg_ctl", "-D", data, "-w", "-l", base / "log", "-o", options, "start"], **run)
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={base}"
        finally:
            subprocess.run([binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"], **run)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def memory() -> Path | None:
    """A folder in memory with room for the copies, where there is one: no commit and no copy waits for a disk there."""
    folder = Path("/dev/shm")
    try:
        return folder if shutil.disk_usage(folder).free > 2**30 and os.access(folder, os.W_OK) else None
    except OSError:
        return None


class Redirected:
    """An engine whose new connections go to whichever database `url` names: one application serves all tests."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.url = str(engine.url)
        event.listen(engine, "do_connect", self._connect)

    def _connect(self, _dialect: Any, _record: Any, arguments: list[Any], named: dict[str, Any]) -> None:
        target = make_url(self.url)
        if target.drivername.startswith("sqlite"):
            arguments[0] = target.database
        else:
            named["dbname"] = target.database

    def to(self, url: str) -> None:
        self.engine.dispose()
        self.url = url


@contextmanager
def the_world() -> Iterator[None]:
    """Write from a test or a factory, and commit. Unlike `writing()` it nests, and detaches nothing the test holds."""
    session = db.session()
    if session.info.get("writing"):
        yield
        return
    session.rollback()
    try:
        session.connection(execution_options={"write": True})
        session.info["writing"] = True
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("writing", None)


def look_again() -> None:
    """Have the test's own objects read anew, as others changed the database meanwhile."""
    if has_app_context() and not db.session.info.get("writing"):
        db.session.rollback()
        db.session.expire_all()


class Counted:
    """What a database was asked."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.commits = 0
        self.rollbacks = 0
        self.seconds = 0.0

    def __len__(self) -> int:
        return len(self.statements)


@contextmanager
def counting_statements() -> Iterator[Counted]:
    """Count the statements and commits of the application's engine, whichever thread or request sends them."""
    counted = Counted()
    engine = db.engine
    started = time.perf_counter()

    def before(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counted.statements.append(statement)

    def commit(_connection: Any) -> None:
        counted.commits += 1

    def rollback(_connection: Any) -> None:
        counted.rollbacks += 1

    listeners = (("before_cursor_execute", before), ("commit", commit), ("rollback", rollback))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        yield counted
    finally:
        counted.seconds = time.perf_counter() - started
        for name, listener in listeners:
            event.remove(engine, name, listener)
