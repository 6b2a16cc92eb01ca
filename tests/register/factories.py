from datetime import date
from typing import Any

import factory

from app.extensions import db
from app.inspections.models import Inspection
from app.inspections.queries import find_requests, list_bodies
from app.register.models import DocumentRequest, RequestEvent
from app.register.queries import find_request
from app.register.services import What, enter, make_requests
from tests.databases import the_world
from tests.factories import Factory, the_inspection
from tests.interviews.factories import SOMEBODY

DAY = date(2026, 4, 1)


def make_all(inspection: Inspection | None = None) -> int:
    """Every request of the pack, as the lead makes them."""
    with the_world():
        made_of = inspection or the_inspection()
        words = find_requests(made_of.id)
        assert words is not None
        return make_requests(made_of.id, words.requests, list_bodies(made_of.id), by=SOMEBODY)


def request_of(code: str, body: str = "WES") -> DocumentRequest:
    """One request of the pack; all of them are made if none is there."""
    found = find_request(the_inspection().id, body, code)
    if found is None:
        make_all()
        found = find_request(the_inspection().id, body, code)
    assert found is not None
    return found


class RequestEventFactory(Factory):
    """Something that happened to a request: asked, unless said otherwise."""

    class Meta:
        model = RequestEvent

    request = factory.LazyFunction(lambda: request_of("A3"))
    code = "asked"
    on = DAY
    done_by = "Ada Shah"

    @classmethod
    def make(cls, model: Any, values: dict[str, Any]) -> Any:
        request, code = values.pop("request"), values.pop("code")
        words = find_requests(request.inspection_id)
        assert words is not None
        kind = next(kind for kind in words.events if kind.code == code)
        details = {name: values.pop(name) for name in ("how", "given_by", "reason", "result") if name in values}
        event = enter(db.session.merge(request), kind, What(**values, details=details), by=SOMEBODY)
        return event
