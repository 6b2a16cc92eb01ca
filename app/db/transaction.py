"""Begin, commit, roll back: the same rules on SQLite and PostgreSQL.

A transaction is read-only unless it was begun by `writing()`. On SQLite a write begins with BEGIN IMMEDIATE, so that
two writers queue instead of failing in the middle, and `synchronous=FULL` makes a commit outlast a loss of power.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from flask import current_app
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from app.db import words
from app.extensions import db

BUSY_SECONDS = 30
_LOCK = "fieldbook_write_lock"


def prepare(engine: Engine) -> None:
    """Teach an engine the rules. Called once for each engine, before its first connection."""
    lite = engine.dialect.name == "sqlite"

    if lite:

        @event.listens_for(engine, "connect")
        def open_sqlite(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # sqlite3 must not begin transactions of its own
            connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA cache_size=-32768")
            words.teach(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        raw = connection.connection.dbapi_connection
        assert raw is not None
        if lite:
            raw.execute(f"PRAGMA query_only={'OFF' if write else 'ON'}")
            raw.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        elif not write:
            # One snapshot for all of a read, as SQLite gives it: an export's counts must agree with its rows.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def is_writing() -> bool:
    """Whether the present transaction was begun by `writing()`."""
    return bool(db.session.info.get("writing"))


@contextmanager
def writing() -> Iterator[Session]:
    """One write transaction: begun here, committed at the end, rolled back by any exception. Never nested.

    What was read before it is let go first, detached and as it was: rights and versions are read again inside.
    """
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("writing() inside writing(): one request is one transaction")
    session.expunge_all()
    session.rollback()
    # Within one process a plain lock hands the turn over faster and more fairly than SQLite's waiting does.
    lock = current_app.extensions.setdefault(_LOCK, threading.Lock()) if _is_sqlite(session) else nullcontext()
    with lock:
        try:
            session.connection(execution_options={"write": True})
            session.info["writing"] = True
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.pop("writing", None)


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
