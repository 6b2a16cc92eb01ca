"""Whether the database keeps what it acknowledged, also when the power fails: its settings, read as it runs."""

import errno
import sqlite3

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.extensions import db

NO_FSYNC = "PostgreSQL runs with fsync off: when the power fails, all may be lost. Set fsync = on."
NO_WAIT = "PostgreSQL runs with synchronous_commit off: when the power fails, the last notes may be lost. Set it on."
NOT_FULL = "SQLite does not wait for the disk: when the power fails, the last notes may be lost."
NO_LOG = "SQLite could not keep a write-ahead log: the database must lie on a disk of this machine."


def weaknesses() -> list[str]:
    """What the settings do not promise, a sentence each, for whoever runs the server. Nothing is well."""
    found = []
    if db.engine.dialect.name == "sqlite":
        if db.session.scalar(text("PRAGMA synchronous")) < 2:
            found.append(NOT_FULL)
        if db.session.scalar(text("PRAGMA journal_mode")) != "wal":
            found.append(NO_LOG)
        return found
    if db.session.scalar(text("SHOW fsync")) == "off":
        found.append(NO_FSYNC)
    if db.session.scalar(text("SHOW synchronous_commit")) == "off":
        found.append(NO_WAIT)
    return found


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
SQLITE_REFUSALS = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")


def disk_refuses(error: BaseException) -> bool:
    """Whether a write failed because the disk takes nothing: it is full, over its quota, read-only or broken."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorname", "").startswith(SQLITE_REFUSALS)
    if isinstance(cause, OSError):
        return cause.errno in FULL
    return isinstance(cause, psycopg.errors.DiskFull | psycopg.errors.IoError)
