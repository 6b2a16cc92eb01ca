"""Alembic's environment: migrations through the application's own engine, whole or not at all."""

from alembic import context
from flask import current_app

from app import models  # noqa: F401  every table must be known
from app.db.base import Choice, UTCDateTime
from app.extensions import db


def render(kind: str, value: object, _context: object) -> str | bool:
    """Write our own column types as what they are in the database: a migration must not change with the code."""
    if kind == "type" and isinstance(value, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(value, Choice):
        return "sa.Text()"
    return False


def run() -> None:
    arguments = dict(current_app.extensions["migrate"].configure_args)
    with db.engine.connect().execution_options(write=True) as connection:
        lite = connection.dialect.name == "sqlite"
        raw = connection.connection.dbapi_connection
        if lite:
            # Rebuilding a parent table would otherwise empty its children; must be set outside a transaction.
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            context.configure(
                connection=connection,
                target_metadata=db.metadata,
                transactional_ddl=True,
                render_item=render,
                **arguments,
            )
            with context.begin_transaction():
                context.run_migrations()
                if lite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                    raise RuntimeError(f"the migration would leave rows that point nowhere: {broken[:5]}")
            connection.commit()
        finally:
            if lite:
                raw.execute("PRAGMA foreign_keys=ON")


run()
