from datetime import date
from typing import Any
from uuid import UUID

import factory
from sqlalchemy import insert
from uuid6 import uuid7

from app.documents.models import Document, Original
from app.evidence.models import Source
from app.extensions import db
from app.inspections.models import Inspection
from app.inspections.queries import find_requests, list_bodies
from app.register import services
from app.register.models import DocumentRequest, RequestEvent, RequestFile
from app.register.queries import find_request
from app.register.services import What, enter, make_requests
from tests.databases import the_world
from tests.factories import LONG_AGO, Factory, the_inspection
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


def add_own(body: str = "WES", title: str = "Rota of March", **said: Any) -> DocumentRequest:
    """A request that the team adds to those of the pack."""
    with the_world():
        asked = next(row for row in list_bodies(the_inspection().id) if row.code == body)
        return services.add_request(asked, services.Own(title, "The rota, as it was.", **said), by=SOMEBODY)


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


def attach(document: Document, request: DocumentRequest, unit: int) -> RequestEvent | None:
    """Say that a document holds every part of one unit of a request."""
    with the_world():
        request, document = db.session.merge(request), db.session.merge(document)
        words = find_requests(request.inspection_id)
        assert words is not None
        kind = next(kind for kind in words.events if kind.code == "received")
        placed = [(document, (unit, part)) for part in request.parts]
        return services.attach(request, placed, kind, What(on=DAY), by=SOMEBODY)


def many_requests(number: int) -> list[UUID]:
    """Further requests like A5, of every body in turn, put down at once: for tests that count."""
    like = request_of("A5")
    bodies = list_bodies(like.inspection_id)
    columns = [column.name for column in DocumentRequest.__table__.columns]
    same = {name: getattr(like, name) for name in columns}
    rows = [
        same | {"id": uuid7(), "code": f"Z{n}", "position": 100 + n, "body_id": bodies[n % len(bodies)].id}
        for n in range(number)
    ]
    db.session.execute(insert(DocumentRequest), rows)
    return [row["id"] for row in rows]


def many_documents(number: int, requests: list[UUID]) -> None:
    """Documents that answer requests, every tenth none yet, put down at once: for tests that count."""
    inspection_id = the_inspection().id
    made = {"created_at": LONG_AGO, "created_by_id": SOMEBODY.id, "created_by": SOMEBODY.label}
    rows: dict[Any, list[dict[str, Any]]] = {Original: [], Source: [], Document: [], RequestEvent: [], RequestFile: []}
    for n in range(number):
        original_id, source_id, event_id = uuid7(), uuid7(), uuid7()
        request_id = requests[n % len(requests)]
        of_it = {"inspection_id": inspection_id, **made}
        rows[Original].append(
            {
                "id": original_id,
                "inspection_id": inspection_id,
                "sha256": f"{n:064x}",
                "size": 1,
                "file_name": f"{n}.txt",
                "kind": "txt",
                "media_type": "text/plain",
                "received_at": LONG_AGO,
                "received_by_id": SOMEBODY.id,
                "received_by": SOMEBODY.label,
            }
        )
        source = {"id": source_id, "feature": "document", "kind": "document", "family": "written", "prefix": "DOC"}
        source |= {"number": 1000 + n, "title": f"Document {n}", "request": "" if n % 10 == 0 else "Z", "version": 1}
        rows[Source].append(of_it | source)
        rows[Document].append(
            {
                "id": source_id,
                "original_id": original_id,
                "text_state": "read",
                "pages": 1,
                "trouble": "",
                "names": "clear",
            }
        )
        if n % 10 == 0:
            continue
        event = {"id": event_id, "request_id": request_id, "number": 1 + n // len(requests), "code": "received"}
        event |= {
            "happened_on": DAY,
            "done_by": "",
            "units": [1],
            "parts": ["assessment"],
            "last": False,
            "details": {},
        }
        rows[RequestEvent].append(of_it | event)
        file = {"id": uuid7(), "request_id": request_id, "event_id": event_id, "document_id": source_id}
        file |= {"unit": 1 + n // len(requests), "part": "assessment", "withdrawn_by": "", "withdrawn_reason": ""}
        rows[RequestFile].append(of_it | file)
    for model, values in rows.items():
        db.session.execute(insert(model.__table__), values)
