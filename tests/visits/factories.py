from typing import Any

import factory

from app.inspections.queries import list_bodies
from app.visits import services
from app.visits.models import LineOfEnquiry, Visit
from tests.factories import Factory, the_inspection
from tests.interviews.factories import SOMEBODY


class VisitFactory(Factory):
    """A visit in the real inspection, without dates; `body` is the pack's code."""

    class Meta:
        model = Visit

    inspection_id = factory.LazyFunction(lambda: the_inspection().id)
    body = "WES"
    purpose = "To follow up the workshop."
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        bodies = {body.code: body.id for body in list_bodies(values["inspection_id"])}
        return services.add(body_id=bodies[values.pop("body")], **values)


class LineOfEnquiryFactory(Factory):
    class Meta:
        model = LineOfEnquiry

    visit = factory.SubFactory(VisitFactory)
    text = "Whether the workshop was held."
    criteria = ("QT.i",)
    by = SOMEBODY

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        return services.add_line(values.pop("visit"), values.pop("text"), **values)
