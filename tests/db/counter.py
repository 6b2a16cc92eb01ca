"""A counter that tests read and then write: what goes wrong when two do it at once without waiting."""

from sqlalchemy import select, update

from app.extensions import db
from app.inspections.models import Counter

COUNTER = "TEST"


def add_one() -> int:
    """Read the counter, then write one more: what goes wrong when two do it at once."""
    last = db.session.scalar(select(Counter.last).where(Counter.prefix == COUNTER).with_for_update())
    assert last is not None
    db.session.execute(update(Counter).where(Counter.prefix == COUNTER).values(last=last + 1))
    return last + 1


def counted() -> int:
    """What the counter says now, read anew."""
    db.session.rollback()
    last = db.session.scalar(select(Counter.last).where(Counter.prefix == COUNTER))
    db.session.rollback()
    assert last is not None
    return last
