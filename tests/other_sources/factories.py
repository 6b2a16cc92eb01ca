from datetime import date
from typing import Any

import factory

from app.inspections.queries import list_bodies
from app.other_sources.models import OtherSource
from app.other_sources.services import enter
from tests.factories import Factory, the_inspection
from tests.interviews.factories import SOMEBODY


class OtherSourceFactory(Factory):
    """A letter of a stakeholder, unless said otherwise."""

    class Meta:
        model = OtherSource

    inspection_id = factory.LazyFunction(lambda: the_inspection().id)
    family = "stakeholder"
    title = "Letter of the consortium"
    given_by = "National Stalking Consortium"
    happened_on = date(2026, 4, 2)
    words = "Advocates are told of hearings too late. Letters are hard to read."
    body: str | None = None
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        body = values.pop("body")
        bodies = {row.code: row.id for row in list_bodies(values["inspection_id"])}
        return enter(prefix="OTH", body_id=bodies[body] if body else None, **values)
