"""What the audit trail says, for tests of all features."""

from typing import Any

from sqlalchemy import select

from app.audit.models import AuditEntry
from app.extensions import db
from tests.databases import look_again


def deeds(**wanted: Any) -> list[tuple[str, str]]:
    """What was done to what, in the order written down: deeds(object='INT-001') gives [('planned', 'INT-001')]."""
    look_again()
    statement = select(AuditEntry).order_by(AuditEntry.chain, AuditEntry.number).filter_by(**wanted)
    return [(entry.deed, entry.object) for entry in db.session.scalars(statement)]
