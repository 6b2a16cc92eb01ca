"""The register of requests: made from the pack, asked, chased, answered. What documents answer is entered with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from app.db.transaction import writing
from app.demonstration.content import (
    Demonstration,
    DocumentContent,
    LettersContent,
    RequestEventContent,
    RequestsContent,
)
from app.demonstration.sources import find_own
from app.demonstration.timeline import Timeline
from app.demonstration.world import World
from app.extensions import db
from app.figures.services import Figures
from app.figures.services import keep as keep_figures
from app.inspections.models import Inspection
from app.inspections.queries import find_requests, list_bodies
from app.inspections.requests import EventPart
from app.letters import queries as letter_queries
from app.letters import services as letter_services
from app.letters.content import Signed
from app.register import event_queries, queries, services
from app.register.models import DocumentRequest, RequestEvent
from app.web import clock
from app.web.pages import long_date

FIGURES_AFTER = timedelta(minutes=55)  # of the arrival: it is checked for names by then


def ask_all(world: World, content: Demonstration, timeline: Timeline) -> None:
    told = content.requests
    timeline.add(told.made, partial(_make, world, told))
    timeline.add(told.asked, partial(_ask, world, told))
    for letters in told.letters:
        for body in letters.to:
            timeline.add(letters.at, partial(_write_letter, world, letters, body))
        timeline.add(letters.sent, partial(_send_letters, world, letters))
    for document in content.documents:
        for code, kept in document.fields.items():
            timeline.add(document.received + FIGURES_AFTER, partial(_keep_figures, world, document, code, kept))
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


def _cell(value: Any) -> str:
    return long_date(value) if isinstance(value, date) else str(value)


def _write_letter(world: World, content: LettersContent, body: str) -> None:
    by, words = world.people[content.by], letter_services.words_of(world.inspection_id, content.letter)
    assert words is not None
    inspection = db.session.get_one(Inspection, world.inspection_id)
    signed, used = Signed(clock.today(), by.label, ""), letter_services.template_for(world.inspection_id, words)
    db.session.expunge_all()
    made = letter_services.make(inspection, words, used, world.bodies[body], signed, on=clock.today())
    with writing():
        to = next(one for one in list_bodies(world.inspection_id) if one.code == body)
        letter_services.keep(world.inspection_id, words, to, made, signed, by=by)


def _send_letters(world: World, content: LettersContent) -> None:
    """What they list is entered by the events beside them."""
    with writing():
        letter_services.say_gone_out(
            letter_queries.list_waiting(world.inspection_id, content.letter),
            clock.today(),
            by=world.people[content.by],
        )


def _keep_figures(world: World, document: DocumentContent, code: str, kept: dict[str, Any]) -> None:
    """What is kept of a document, where it is figures: at least two numbers of the pack's fields."""
    words = find_requests(world.inspection_id)
    part = next((part for part in words.requests if part.id == code), None) if words else None
    numbers = [one for one in part.fields if one.type == "number" and one.code in kept] if part else []
    if part is None or len(numbers) < 2:
        return
    fields = [one for one in part.fields if one.code in kept]
    figures = Figures(
        document.title,
        [{"head": one.label, "code": one.code} for one in fields],
        [[_cell(kept[one.code]) for one in fields]],
        code,
        page="1",
    )
    with writing():
        keep_figures(find_own(world, document), figures, by=world.people[world.reader(document.body)])


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
            services.plan_several(meant, services.Group(due=due.due, period=due.period), by=lead)
        for one in requests:
            if owner := told.owners.get(one.body.code):
                person = world.people[owner]
                plan = services.Plan(one.due, one.period, person.id, person.label)
                services.plan(one, plan, base=one.version, by=lead)


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
    return next(row[0] for row in event_queries.list_events(request.id) if row[0].code == code)


def _kind(world: World, code: str) -> EventPart:
    words = find_requests(world.inspection_id)
    assert words is not None
    return next(kind for kind in words.events if kind.code == code)
