"""The register of requests: made from the pack, asked, chased, answered. What documents answer is entered with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from app.db.transaction import writing
from app.demonstration.content import Demonstration, DocumentContent, RequestEventContent, RequestsContent
from app.demonstration.sources import find_own
from app.demonstration.timeline import Timeline
from app.demonstration.world import World
from app.inspections.queries import find_requests, list_bodies
from app.inspections.requests import EventPart
from app.register import queries, services
from app.register.models import DocumentRequest, RequestEvent
from app.web import clock


def ask_all(world: World, content: Demonstration, timeline: Timeline) -> None:
    told = content.requests
    timeline.add(told.made, partial(_make, world, told))
    timeline.add(told.asked, partial(_ask, world, told))
    for event in told.events:
        timeline.add(event.at, partial(_enter, world, event))
    for answer in answers(content.documents):
        timeline.add(
            answer.received + timedelta(minutes=2), partial(_answer, world, answer, told.from_whom.get(answer.body, ""))
        )
    for document in content.documents:
        if not document.answers and not document.unread:
            deed = _lift_nil_return if document.lifts else _set_aside
            timeline.add(document.received + timedelta(minutes=3), partial(deed, world, document))
    for event in told.undone:
        timeline.add(event.at, partial(_enter, world, event))
        assert event.undone is not None
        timeline.add(event.undone, partial(_undo, world, event))


@dataclass(slots=True)
class Answer:
    """What came for one request at one time."""

    body: str
    code: str
    received: datetime
    pieces: list[tuple[DocumentContent, int, str]]  # which document holds which part of which unit

    @property
    def last(self) -> bool:
        return any(document.last for document, _unit, _part in self.pieces)


def answers(documents: Iterable[DocumentContent]) -> list[Answer]:
    """What the documents answer; units of a request are numbered in the order in which they came."""
    found: dict[tuple[str, str, datetime], Answer] = {}
    units: dict[tuple[str, str], list[str]] = {}
    for document in sorted(documents, key=lambda document: document.received):
        for code, parts in document.answers.items():
            known = units.setdefault((document.body, code), [])
            unit = document.unit or document.title
            if unit not in known:
                known.append(unit)
            key = (document.body, code, document.received)
            answer = found.setdefault(key, Answer(document.body, code, document.received, []))
            answer.pieces += [(document, known.index(unit) + 1, part) for part in parts]
    return list(found.values())


def _answer(world: World, answer: Answer, whom: str) -> None:
    """What came, with the documents that hold it."""
    by = world.people[world.reader(answer.body)]
    with writing():
        request = _request(world, f"{answer.body} {answer.code}")
        placed = [(find_own(world, document), (unit, part)) for document, unit, part in answer.pieces]
        what = services.What(
            on=clock.today(), done_by_id=by.id, done_by=by.label, last=answer.last, details={"from_whom": whom}
        )
        services.attach(request, placed, _kind(world, "received"), what, by=by)


def _set_aside(world: World, document: DocumentContent) -> None:
    """Nobody asked for it: it need not be sorted."""
    with writing():
        services.set_aside(find_own(world, document), by=world.people[world.reader(document.body)])


def _lift_nil_return(world: World, document: DocumentContent) -> None:
    with writing():
        request = _request(world, document.lifts)
        by = world.people[world.reader(document.body)]
        services.lift_nil_return(request, _event(request, "nil_return"), find_own(world, document), by=by)


def _make(world: World, told: RequestsContent) -> None:
    """All requests of the pack, with the due dates that the lead sets and who looks after them."""
    lead = world.people["lead"]
    with writing():
        words = find_requests(world.inspection_id)
        assert words is not None
        services.make_requests(world.inspection_id, words.requests, list_bodies(world.inspection_id), by=lead)
        requests = queries.hold_requests(world.inspection_id)
        for due in told.due:
            meant = [one for one in requests if one.body.code in due.bodies or one.code in due.codes]
            services.plan_several(meant, services.Group(due=due.due), by=lead)
        for one in requests:
            if owner := told.owners.get(one.body.code):
                person = world.people[owner]
                services.plan(one, due=one.due, owner_id=person.id, owner=person.label, base=one.version, by=lead)


def _ask(world: World, told: RequestsContent) -> None:
    lead = world.people["lead"]
    with writing():
        for one in queries.hold_requests(world.inspection_id):
            if f"{one.body.code} {one.code}" not in told.not_asked:
                what = services.What(
                    on=clock.today(), done_by_id=lead.id, done_by=lead.label, details={"how": told.how}
                )
                services.enter(one, _kind(world, "asked"), what, by=lead)


def _enter(world: World, content: RequestEventContent) -> None:
    with writing():
        services.enter(
            _request(world, content.request),
            _kind(world, content.event),
            _what(world, content),
            by=world.people[content.by],
        )


def _undo(world: World, content: RequestEventContent) -> None:
    by = world.people[content.by]
    with writing():
        request = _request(world, content.request)
        what = services.What(
            on=clock.today(), done_by_id=by.id, done_by=by.label, details={"reason": content.undone_reason}
        )
        services.undo(request, _event(request, content.event), _kind(world, "undone"), what, by=by)


def _what(world: World, content: RequestEventContent) -> services.What:
    by = world.people[content.by]
    return services.What(
        on=clock.today(),
        done_by_id=by.id,
        done_by=by.label,
        new_due=content.new_due,
        next_chase=content.next_chase,
        units=content.units,
        parts=content.parts,
        last=content.last,
        details=content.details,
    )


def _request(world: World, name: str) -> DocumentRequest:
    """'WES A1'."""
    body, code = name.split()
    found = queries.find_request(world.inspection_id, body, code, for_change=True)
    assert found is not None, name
    return found


def _event(request: DocumentRequest, code: str) -> RequestEvent:
    """The newest event of that kind."""
    return next(row[0] for row in queries.list_events(request.id) if row[0].code == code)


def _kind(world: World, code: str) -> EventPart:
    words = find_requests(world.inspection_id)
    assert words is not None
    return next(kind for kind in words.events if kind.code == code)
