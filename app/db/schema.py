"""Whether the tables are those that this version of Fieldbook works with."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from app.extensions import db


def is_up_to_date() -> bool:
    """Whether every migration has run. Raises OperationalError when the database cannot be opened."""
    try:
        present = MigrationContext.configure(db.session.connection()).get_current_revision()
    finally:
        db.session.remove()
    return bool(present == ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head())
