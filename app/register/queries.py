from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, exists, func, inspect, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.models import Person
from app.db.base import AnyRow, another
from app.documents.models import Document, Names
from app.evidence.models import EvidenceItem
from app.extensions import db
from app.inspections.models import Body
from app.inspections.queries import find_requests
from app.inspections.requests import EventPart, Requests, StatePart
from app.register import state
from app.register.models import OWN, DocumentRequest, RequestEvent, RequestFile
from app.register.state import Event, Piece, Standing, Terms
from app.web import clock

PAGE = 100
TO_COME_AGAIN = (Names.SENT_BACK, Names.UNREADABLE)  # what a check says of a file that answers nothing
LAST_WORDS = (state.REVIEWED, state.NIL_RETURN, state.REFUSED, state.NOT_HELD)  # after these nobody waits for it anew
SETTLED = ("received", "received_short", "reviewed")  # how many units there are is known


@dataclass(frozen=True, slots=True)
class Line:
    """A request as lists show it."""

    id: UUID
    code: str
    kind: str
    asked_of: str
    position: int
    title: str
    unit: str
    expected: int | None  # worked out where it depends on another request
    maximum: int | None
    nil_return: str
    parts: tuple[str, ...]
    depends_on: str
    period: str
    criteria: tuple[str, ...]
    body_id: UUID
    body: str  # code
    body_name: str
    body_position: int
    owner_id: UUID | None
    owner: str
    due_set: date | None  # by the lead, before any extension
    version: int
    now: Standing
    hangs_on: str = ""  # how the request that it depends on was answered, where that brought nothing: 'nil_return'

    @property
    def state(self) -> str:
        return self.now.state

    @property
    def is_open(self) -> bool:
        """Whether a due date matters still: something is to come, or nobody has asked yet."""
        return self.state in (*state.OUTSTANDING, state.NOT_ASKED) and not self.is_needless

    @property
    def is_outstanding(self) -> bool:
        """Whether it was asked for, and something is to come still."""
        return self.state in state.OUTSTANDING and not self.is_needless

    @property
    def is_needless(self) -> bool:
        """Whether nothing is to come, as there is none of that which it depends on; nobody needs to answer that.

        Where that was refused or is not held, there may be some: it is asked for all the same.
        """
        return self.hangs_on == state.NIL_RETURN

    @property
    def is_own(self) -> bool:
        """Whether the team added it to those of the pack."""
        return self.code.startswith(OWN)

    @property
    def may_be_reworded(self) -> bool:
        """Whether what it asks for can be changed, and it withdrawn: the team added it, and nothing has come."""
        nothing = not self.now.pieces and not self.now.again
        return self.is_own and nothing and self.state in ("", state.ASKED, state.NOT_ASKED)

    @property
    def answer(self) -> str:
        """The nil return or refusal that stands beneath a review; empty where the state says it, or there is none."""
        stands = state.NIL_RETURN if self.now.nil else self.now.refused.code if self.now.refused else ""
        return "" if stands == self.state else stands

    def is_unasked(self, on: date) -> bool:
        """Whether nobody has asked yet and it should be in by now: nothing is outstanding, so nothing is overdue."""
        late = self.now.due is not None and self.now.due < on
        return self.state == state.NOT_ASKED and late and not self.is_needless

    def to_be_chased(self, on: date) -> bool:
        """Whether the day on which somebody wanted to ask again has come."""
        return self.now.chase_on is not None and self.now.chase_on <= on

    def to_chase_after(self, on: date) -> date | None:
        """The day on which somebody wants to ask again, if that is still to come: another chase keeps it."""
        return self.now.chase_on if self.now.chase_on is not None and self.now.chase_on > on else None

    @property
    def unusable(self) -> list[str]:
        """Of the units that came, how many hold something that cannot be used: '1 of 3 cannot be read'."""
        came = len({unit for unit, _part in self.now.pieces | self.now.again})
        unread = {unit for unit, _part in self.now.unread}
        back = {unit for unit, _part in self.now.again - self.now.unread}
        return [f"{len(unread)} of {came} cannot be read"] * bool(unread) + [f"{len(back)} of {came} sent back"] * bool(
            back
        )

    @property
    def incomplete(self) -> list[tuple[int, list[str]]]:
        """Units of which something is here, each with the parts that are not; once no more is expected."""
        if self.is_outstanding:
            return []
        begun = sorted({unit for unit, _part in self.now.pieces})
        found = [(unit, [part for part in self.parts if (unit, part) not in self.now.pieces]) for unit in begun]
        return [(unit, parts) for unit, parts in found if parts]


@dataclass(frozen=True, slots=True)
class NilReturn:
    """A body's answer that there is none, that stands today."""

    body_id: UUID
    body: str  # code
    body_name: str
    code: str  # of the request
    title: str
    criteria: tuple[str, ...]
    on: date
    given_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Register:
    """Every request that was asked for, with the words of the pack for its states and flags."""

    words: Requests | None  # None where only part of a pack was kept
    lines: list[Line]  # by body, then in the pack's order
    on: date  # the day as of which they stand

    def label(self, code: str) -> str:
        """The pack's word for a state or a flag."""
        for terms in (self.words.states, self.words.flags) if self.words else ():
            for term in terms:
                if term.code == code:
                    return term.label
        return code

    def event_label(self, code: str) -> str:
        """The pack's word for what happened: 'Received', where the state may be 'Received in full'."""
        kinds = self.words.events if self.words else []
        return next((kind.label for kind in kinds if kind.code == code), code)

    def has_flag(self, code: str) -> bool:
        return any(term.code == code for term in self.flags)

    def period_to_set(self, line: Line) -> str:
        """What the pack says of the period that it leaves to the team, while that matters and none is set."""
        if line.period or not line.is_open or self.words is None:
            return ""
        return next((part.period_note for part in self.words.requests if part.id == line.code), "")

    @property
    def flags(self) -> list[StatePart]:
        """The pack's flags that are shown."""
        return self.words.flags if self.words else []

    @property
    def events(self) -> list[EventPart]:
        """The pack's events that are entered by themselves."""
        kinds = self.words.events if self.words else []
        return [kind for kind in kinds if "event" not in kind.needs and kind.code not in state.OF_DOCUMENTS]

    @property
    def extending(self) -> set[str]:
        """The pack's events that set a due date: the lead's to enter, and to strike out."""
        return {kind.code for kind in self.words.events if "new_due" in kind.needs} if self.words else set()

    @property
    def undoing(self) -> str:
        """The pack's word for the event that strikes out another; empty where it has none."""
        kinds = self.words.events if self.words else []
        return next((kind.label for kind in kinds if "event" in kind.needs), "")


def read_register(
    inspection_id: UUID, on: date, *, body_id: UUID | None = None, request_id: UUID | None = None
) -> Register:
    """All requests as they stand on a day, of one body if it is named: four statements, however many there are.

    With `request_id`, only that request and the others of its body are read.
    """
    words = find_requests(inspection_id)
    statement = (
        select(DocumentRequest, Body.code, Body.name, Body.position, Person.name)
        .join(Body, Body.id == DocumentRequest.body_id)
        .outerjoin(Person, Person.id == DocumentRequest.owner_id)
        .where(DocumentRequest.inspection_id == inspection_id, DocumentRequest.withdrawn_at.is_(None))
        .order_by(Body.position, DocumentRequest.position)
    )
    if request_id is not None:
        statement = statement.where(
            DocumentRequest.body_id
            == select(DocumentRequest.body_id).where(DocumentRequest.id == request_id).scalar_subquery()
        )
    if body_id is not None:
        statement = statement.where(DocumentRequest.body_id == body_id)
    rows = db.session.execute(statement).all()
    one_body = rows[0][0].body_id if rows and (request_id or body_id) else None
    happened = _events(inspection_id, one_body)
    lines = [_line(row, happened.get(row[0].id, ()), on, words) for row in rows]
    return Register(words, _work_out_expected(lines, happened, on, words), on)


def _line(row: AnyRow, events: Iterable[Event], on: date, words: Requests | None) -> Line:
    request, body, body_name, body_position, owner = row
    line = Line(
        id=request.id,
        code=request.code,
        kind=request.kind,
        asked_of=request.asked_of,
        position=request.position,
        title=request.title,
        unit=request.unit,
        expected=request.expected,
        maximum=request.maximum,
        nil_return=request.nil_return,
        parts=tuple(request.parts),
        depends_on=request.depends_on,
        period=request.period,
        criteria=tuple(request.criteria),
        body_id=request.body_id,
        body=body,
        body_name=body_name,
        body_position=body_position,
        owner_id=request.owner_id,
        owner=owner or "",
        due_set=request.due,
        version=request.version,
        now=NOTHING,
    )
    return _stand(line, list(events), on, words)


NOTHING = Standing("", (), 0, 0, None, 0, None, None)


def _stand(line: Line, events: Sequence[Event], on: date, words: Requests | None) -> Line:
    now = state.standing(
        Terms(line.parts, line.expected, line.maximum, line.nil_return, line.due_set),
        events,
        on,
        [term.code for term in words.states] if words else [],
        [term.code for term in words.flags] if words else [],
    )
    return replace(line, now=now)


def _work_out_expected(
    lines: list[Line], happened: dict[UUID, list[Event]], on: date, words: Requests | None
) -> list[Line]:
    """What another request says of one that depends on it.

    Where the scope sets no number: how many, its complete units, once all of it is in. Where it brought nothing and
    nothing came here either: how it was answered.
    """
    by_place = {(line.code, line.body): line for line in lines}
    found = []
    for line in lines:
        other = by_place.get((line.depends_on, line.body)) if line.depends_on else None
        if other is not None:
            if line.expected is None and other.now.complete and other.state in SETTLED:
                line = _stand(replace(line, expected=other.now.complete), happened.get(line.id, []), on, words)
            line = by_place[line.code, line.body] = _hang(line, other)
        found.append(line)
    return found


def _hang(line: Line, other: Line) -> Line:
    """Nothing is overdue or to be chased of what nothing is to come for."""
    came = any(one.now.begun or one.now.again for one in (line, other))
    if came or line.state not in (*state.OUTSTANDING, state.NOT_ASKED):
        return line
    if other.is_needless or (other.now.nil and other.nil_return != "no"):
        flags = tuple(flag for flag in line.now.flags if flag not in (state.OVERDUE, state.NO_DUE_DATE))
        return replace(line, hangs_on=state.NIL_RETURN, now=replace(line.now, flags=flags, chase_on=None))
    return replace(line, hangs_on=other.now.refused.code) if other.now.refused else line


def _events(inspection_id: UUID, body_id: UUID | None) -> dict[UUID, list[Event]]:
    """What happened to each request and was not undone: two statements."""
    of_body = select(DocumentRequest.id).where(DocumentRequest.body_id == body_id)
    document = inspect(Document).local_table.c  # its own columns: the source's are not wanted
    files = (
        select(
            RequestFile.event_id,
            RequestFile.unit,
            RequestFile.part,
            RequestFile.withdrawn_at.is_(None).label("live"),
            document.names,
            document.names_at,
        )
        .join(inspect(Document).local_table, document.id == RequestFile.document_id)
        .where(RequestFile.inspection_id == inspection_id)
    )
    events = select(
        RequestEvent.id,
        RequestEvent.request_id,
        RequestEvent.code,
        RequestEvent.happened_on,
        RequestEvent.number,
        RequestEvent.units,
        RequestEvent.parts,
        RequestEvent.last,
        RequestEvent.new_due,
        RequestEvent.next_chase,
        RequestEvent.details,
        RequestEvent.strikes_id,
        RequestEvent.created_at,
    ).where(RequestEvent.inspection_id == inspection_id)
    if body_id is not None:
        files = files.where(RequestFile.request_id.in_(of_body))
        events = events.where(RequestEvent.request_id.in_(of_body))
    attached = db.session.execute(files).all()
    rows = db.session.execute(events).all()
    struck = {row.strikes_id for row in rows if row.strikes_id}
    last_word: dict[UUID, datetime] = {}
    for row in rows:
        if row.code in LAST_WORDS and row.id not in struck:
            last_word[row.request_id] = max(row.created_at, last_word.get(row.request_id, row.created_at))
    request_of = {row.id: row.request_id for row in rows}
    pieces: dict[UUID, set[Piece]] = {}
    again: defaultdict[UUID, set[Piece]] = defaultdict(set)
    unread: defaultdict[UUID, set[Piece]] = defaultdict(set)
    unchecked: set[UUID] = set()
    for file in attached:
        held, piece = pieces.setdefault(file.event_id, set()), (file.unit, file.part)
        if not file.live:
            continue
        if file.names not in TO_COME_AGAIN:
            held.add(piece)
            if file.names is Names.UNCHECKED:
                unchecked.add(file.event_id)
        elif (said := last_word.get(request_of[file.event_id])) is None or file.names_at > said:
            again[file.event_id].add(piece)
            if file.names is Names.UNREADABLE:
                unread[file.event_id].add(piece)
    found: dict[UUID, list[Event]] = defaultdict(list)
    for row in rows:
        if row.id in struck or row.strikes_id:
            continue
        found[row.request_id].append(
            Event(
                code=row.code,
                on=row.happened_on,
                number=row.number,
                units=tuple(row.units),
                parts=tuple(row.parts),
                last=row.last,
                new_due=row.new_due,
                next_chase=row.next_chase,
                reason=str(row.details.get("reason", "")),
                given_by=str(row.details.get("given_by", "")),
                pieces=frozenset(pieces[row.id]) if row.id in pieces else None,
                unchecked=row.id in unchecked,
                again=frozenset(again[row.id]),
                unread=frozenset(unread[row.id]),
            )
        )
    return found


def nil_returns(inspection_id: UUID, on: date | None = None) -> list[NilReturn]:
    """Requests that were answered by 'there are none', and stand so today. They count as nothing by themselves."""
    return [
        NilReturn(
            body_id=line.body_id,
            body=line.body,
            body_name=line.body_name,
            code=line.code,
            title=line.title,
            criteria=line.criteria,
            on=line.now.nil.on,
            given_by=line.now.nil.given_by,
            reason=line.now.nil.reason,
        )
        for line in read_register(inspection_id, on or clock.today()).lines
        if line.now.nil is not None
    ]


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why nothing is to come of a request."""

    reason: str = ""  # of its nil return, as it was given; none where what was lifted from that is distressing
    depends_on: str = ""  # code of the request of which there is none: nobody needs to answer this one


def nothing_to_come(inspection_id: UUID) -> dict[tuple[str, str], Nothing]:
    """Nil returns that stand, and what depends on one: by the codes of body and request, in one statement, for pages
    that mark them. As nil_returns and Line.is_needless have it.
    """
    struck, last, undone = (another(RequestEvent, name) for name in ("struck", "last", "undone"))
    document = inspect(Document).local_table.c
    came_with = exists().where(RequestFile.event_id == RequestEvent.id)
    last_word = (
        select(func.max(last.created_at))
        .where(last.request_id == RequestEvent.request_id, last.code.in_(LAST_WORDS))
        .where(~exists(select(undone.id).where(undone.strikes_id == last.id)))
        .scalar_subquery()
    )
    # A file that cannot be used counts as long as it is to come again: as in _events.
    counts = or_(document.names.not_in(TO_COME_AGAIN), document.names_at > last_word)
    here = came_with.where(RequestFile.withdrawn_at.is_(None), document.id == RequestFile.document_id, counts)
    answered = (
        select(RequestEvent.request_id)
        .where(RequestEvent.inspection_id == inspection_id, RequestEvent.code == state.NIL_RETURN)
        .distinct()
    )
    stands = and_(
        RequestEvent.request_id == DocumentRequest.id,
        RequestEvent.strikes_id.is_(None),
        ~exists(select(struck.id).where(struck.strikes_id == RequestEvent.id)),
        or_(~came_with, here),
    )
    asked: dict[tuple[str, str], AnyRow] = {}
    happened: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for row in db.session.execute(
        select(
            Body.code.label("body"),
            DocumentRequest.code.label("request"),
            DocumentRequest.depends_on,
            DocumentRequest.nil_return,
            RequestEvent.code,
            RequestEvent.happened_on,
            RequestEvent.number,
            RequestEvent.details,
            exists().where(EvidenceItem.source_id == RequestEvent.lifted_id, EvidenceItem.distressing).label("covered"),
        )
        .select_from(DocumentRequest)
        .join(Body, Body.id == DocumentRequest.body_id)
        .outerjoin(RequestEvent, stands)
        .where(DocumentRequest.inspection_id == inspection_id)
        .where(or_(DocumentRequest.id.in_(answered), DocumentRequest.depends_on != ""))
        .order_by(DocumentRequest.position)
    ):
        asked[row.body, row.request] = row
        if row.code:
            reason = "" if row.covered else str(row.details.get("reason", ""))
            happened[row.body, row.request].append(Event(row.code, row.happened_on, row.number, reason=reason))
    terms, found = Terms((), None, None, "", None), {}
    for place, row in asked.items():
        if nil := state.standing(terms, happened[place], clock.today(), [], []).nil:
            found[place] = Nothing(nil.reason)
            continue
        other = (row.body, row.depends_on)
        none = other in found and (found[other].depends_on or asked[other].nil_return != "no")
        if none and not any(event.code in (*state.ANSWERS, state.REVIEWED) for event in happened[place]):
            found[place] = Nothing(depends_on=row.depends_on)
    return found


def outstanding(inspection_id: UUID, body_id: UUID | None = None, on: date | None = None) -> list[Line]:
    """What was asked for and is not in yet, of one body if it is named: what is due first comes first."""
    lines = read_register(inspection_id, on or clock.today(), body_id=body_id).lines
    waiting = [line for line in lines if line.is_outstanding]
    return sorted(waiting, key=lambda line: (line.now.due or date.max, line.body_position, line.position))


def count_by_state(inspection_id: UUID, on: date | None = None) -> dict[str, int]:
    """How many requests are in each of the pack's states, in the pack's order, zeros too."""
    register = read_register(inspection_id, on or clock.today())
    counts = Counter(line.state for line in register.lines)
    return {term.code: counts[term.code] for term in register.words.states} if register.words else {}


def find_request(inspection_id: UUID, body: str, code: str, *, for_change: bool = False) -> DocumentRequest | None:
    """By the codes of body and request, with its body and owner; also one that was withdrawn."""
    statement = (
        select(DocumentRequest)
        .join(Body, Body.id == DocumentRequest.body_id)
        .options(joinedload(DocumentRequest.body, innerjoin=True), joinedload(DocumentRequest.owner))
        .where(DocumentRequest.inspection_id == inspection_id, Body.code == body, DocumentRequest.code == code)
    )
    if for_change:
        statement = statement.with_for_update(of=DocumentRequest)
    return db.session.scalars(statement).one_or_none()


def list_made(inspection_id: UUID) -> Sequence[DocumentRequest]:
    """Every request that was made from the pack, with its body, in the pack's order."""
    wanted = (
        select(DocumentRequest)
        .join(DocumentRequest.body)
        .options(contains_eager(DocumentRequest.body))
        .where(DocumentRequest.inspection_id == inspection_id, DocumentRequest.code.not_like(f"{OWN}%"))
        .order_by(DocumentRequest.position, Body.position)
    )
    return db.session.scalars(wanted).all()


def count_own(inspection_id: UUID) -> int:
    """How many requests the team has added to those of the pack."""
    own = (DocumentRequest.inspection_id == inspection_id, DocumentRequest.code.like(f"{OWN}%"))
    return db.session.scalar(select(func.count()).select_from(DocumentRequest).where(*own)) or 0


def hold_requests(inspection_id: UUID) -> Sequence[DocumentRequest]:
    """All requests that stand, with their bodies, held until the write ends; in one order: no two wait in a ring.

    Asked for before anything else is read of them: what is read then is what the write ahead of it left.
    """
    return db.session.scalars(
        select(DocumentRequest)
        .options(joinedload(DocumentRequest.body, innerjoin=True))
        .where(DocumentRequest.inspection_id == inspection_id, DocumentRequest.withdrawn_at.is_(None))
        .order_by(DocumentRequest.id)
        .with_for_update(of=DocumentRequest)
    ).all()
