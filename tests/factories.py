"""What every factory is made of. Each feature's own are in `tests/<feature>/factories.py`."""

from datetime import UTC, datetime
from typing import Any

import factory

from app.extensions import db
from app.inspections.models import Inspection
from app.inspections.queries import find_inspection_by_code
from app.web import clock
from tests.client import INSPECTION
from tests.databases import the_world

TODAY = f"{datetime.now(clock.LONDON):%-d %-m %Y}"  # the example that a form gives of a date
LONG_AGO = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)


class Factory(factory.Factory[Any]):
    """Makes a row and commits it. Inside `with the_world():` one commit does for many."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        with the_world():
            row = cls.make(model_class, kwargs)
            db.session.flush()
            return row

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        """Put the row down; a factory whose rows a service makes says so here."""
        row = model(**values)
        db.session.add(row)
        return row


def the_inspection() -> Inspection:
    """The real one, which every test's database holds."""
    found = find_inspection_by_code(INSPECTION)
    assert found is not None
    return found
