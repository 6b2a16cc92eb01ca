"""Fieldbook with SQLite's `synchronous` set to what TEST_SYNCHRONOUS says: only to show that a test would notice."""

import os
from typing import Any

from sqlalchemy import event

from app import create_app
from app.extensions import db

app = create_app()
with app.app_context():

    @event.listens_for(db.engine, "connect")
    def weaken(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA synchronous={os.environ['TEST_SYNCHRONOUS']}")
