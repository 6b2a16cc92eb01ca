"""What a non-attributable export may say: roles and places made general, no names, no reference to a session.

Source: the pack's rules.yaml, `generalisation`; docs/export.md says what such an export leaves out.
"""

from collections.abc import Iterable, Mapping, Set
from uuid import UUID

from sqlalchemy import func, inspect, select

from app.db.base import AnyRow
from app.evidence.models import Source
from app.extensions import db
from app.inspections.generalise import Label, Place, Voice, labels
from app.inspections.models import Body, Role
from app.inspections.queries import list_bodies, list_criteria, list_roles, list_team
from app.inspections.references import EVIDENCE, reference
from app.inspections.rules import Rules
from app.interviews.models import Interview, Interviewee
from app.matrix.guard import Names, Narrower, Phrases

SESSION = "interview"  # the feature whose sources are sessions
ABOUT = "other"  # the feature whose sources are about a place: nobody of it speaks in them
TOO_FEW = "So few people share even the most general role that they could be recognised"
QUOTATION = "A quotation that may not be attributed to a role: its gist is given"
WITHOUT_GIST = "A quotation that may not be attributed to a role: it has no gist that may be given, and is left out"
NAMED = "The text holds the name, or part of the name, of somebody who was seen or who is on the team"
SAYS_MORE = "The text says more than the role or place that may be said"
STRUCK = "The words, or what was made of them, hold words that are struck out of the document"
CLOSED = "The document was sent back, could not be read or is to be checked again since"
LINKED = "The file finding is of an Area, and would say more than the place that may be said"
NOBODY = Label("", "")


class Discretion:
    """Asked for every row of a non-attributable export; counts what it leaves out."""

    def __init__(
        self,
        labels: Mapping[UUID, Label | None],
        names: Names,
        narrower: Narrower,
        areas: Set[str] = frozenset(),
        spoken: Set[UUID] = frozenset(),
        placed: Set[UUID] = frozenset(),
    ) -> None:
        """`areas`: names of bodies. `spoken`: sources in which somebody was heard; `placed`: those with a body."""
        self._labels, self._names, self._narrower = labels, names, narrower
        self._areas, self._spoken, self._placed = areas, spoken, placed
        self._roles: dict[str, Phrases] = {}
        self._places: dict[str, Phrases] = {}
        reasons = (TOO_FEW, QUOTATION, WITHOUT_GIST, NAMED, SAYS_MORE, STRUCK, CLOSED, LINKED)
        self._left_out: dict[str, set[str]] = {reason: set() for reason in reasons}

    def label(self, source_id: UUID, attributable: bool) -> Label:
        """Role and place as they may be said; an item that is not attributable to the role has neither."""
        return (self._labels.get(source_id) if attributable else None) or NOBODY

    def words(self, item: AnyRow) -> str:
        """An item's words, or in their place why they are left out."""
        reason = self.reason(item)
        return _instead(reason) if reason else str(item.words)

    def reason(self, item: AnyRow) -> str | None:
        """Why an item's words are left out; None if they may stand.

        An item has number, words, gist, source_id, quote, attributable, words_struck and source_closed.
        """
        found = self._against_all(item)
        if found is None and item.quote and not item.attributable:
            given = item.gist.strip() and self._against(item.gist, item.source_id, item.attributable) is None
            found = QUOTATION if given else WITHOUT_GIST
        elif found is None:
            found = self._against(item.words, item.source_id, item.attributable)
        if found is not None:
            self._left_out[found].add(reference(EVIDENCE, item.number))
        return found

    def gist(self, item: AnyRow) -> str:
        """What the team made of an item's words, or in its place why it is left out."""
        if not item.gist.strip():
            return str(item.gist)
        # Beside words that are left out because too few share a label, it would be known whose gist it is.
        found = self._against_all(item) or self._against(item.gist, item.source_id, item.attributable)
        if found is None:
            return str(item.gist)
        self._left_out[found].add(reference(EVIDENCE, item.number))
        return _instead(found)

    def text(self, reference: str, text: str) -> str:
        """A text that says nothing of its source, unless it holds a name."""
        if not self._names.in_text(text):
            return text
        self._left_out[NAMED].add(reference)
        return _instead(NAMED)

    def may_link(self, reference: str, source_id: UUID, attributable: bool, area: str | None) -> bool:
        """May it be said that an item is linked to a file finding of this Area (None: of all)?"""
        if area is None or source_id not in self._placed or self.label(source_id, attributable).place in self._areas:
            return True
        self._left_out[LINKED].add(reference)
        return False

    def left_out(self) -> list[tuple[str, int]]:
        """Each reason with the items or findings whose words or links it kept out so far."""
        return [(reason, len(references)) for reason, references in self._left_out.items()]

    def _against_all(self, item: AnyRow) -> str | None:
        """What speaks against words and gist alike, whatever they say."""
        if item.source_closed:
            return CLOSED
        if item.words_struck:
            return STRUCK
        return TOO_FEW if self._labels.get(item.source_id) is None else None

    def _against(self, text: str, source_id: UUID, attributable: bool) -> str | None:
        """What speaks against a text: a name in it; or a role or place narrower than those its row says."""
        if self._names.in_text(text):
            return NAMED
        said = self.label(source_id, attributable)
        if source_id in self._spoken:
            if said.role not in self._roles:
                self._roles[said.role] = self._narrower.roles(said.role)
            if self._roles[said.role].in_text(text):
                return SAYS_MORE
        if source_id in self._placed:
            if said.place not in self._places:
                self._places[said.place] = self._narrower.places(said.place)
            if self._places[said.place].in_text(text):
                return SAYS_MORE
        return None


def _instead(reason: str) -> str:
    return f"[Left out. {reason}]"


def discretion(inspection_id: UUID, source_ids: Iterable[UUID], rules: Rules, kinds: dict[str, str]) -> Discretion:
    """For an export whose evidence comes from these sources: seven statements.

    The people of a session are as many as it says, or those whose names were entered; otherwise it counts as one.
    """
    wanted = set(source_ids)
    session = inspect(Interview).local_table.c
    people: dict[UUID, int] = {
        row.interview_id: row.people
        for row in db.session.execute(
            select(Interviewee.interview_id, func.count().label("people"))
            .where(Interviewee.inspection_id == inspection_id)
            .group_by(Interviewee.interview_id)
        )
    }
    rows = [
        row
        for row in db.session.execute(
            select(
                Source.id,
                Source.kind,
                Source.feature,
                Role.code,
                Role.label,
                Body.name,
                Body.visited,
                Body.pilot,
                session.attendees,
            )
            .outerjoin(Role, Role.id == Source.role_id)
            .outerjoin(Body, Body.id == Source.body_id)
            .outerjoin(inspect(Interview).local_table, session.id == Source.id)
            .where(Source.inspection_id == inspection_id)
        )
        if row.id in wanted
    ]
    voices = [
        Voice(
            row.id,
            kinds.get(row.kind, row.kind),
            row.code or "",
            row.label or "",
            Place(row.name, row.visited, row.pilot) if row.name and row.feature != ABOUT else None,
            row.attendees or people.get(row.id, 1),
            row.feature == SESSION,
        )
        for row in rows
    ]
    found, rule = labels(voices, rules.generalisation), rules.generalisation
    roles, bodies = list_roles(inspection_id), list_bodies(inspection_id)
    ladders = rule.ladders
    ordinary = [
        *(label for role in roles for label in (role.label, *ladders.get(role.code, []))),
        *(term.long for term in rules.acronyms),
        *(criterion.wording for criterion in list_criteria(inspection_id)),
    ]
    heard = db.session.scalars(select(Interviewee.name).where(Interviewee.inspection_id == inspection_id)).all()
    return Discretion(
        {row.id: found[row.id] for row in rows},
        Names({*heard, *(member.name for member in list_team(inspection_id))}, ordinary),
        Narrower(
            ladders,
            {role.code: role.label for role in roles},
            rule.places,
            {body.name: body.aliases for body in bodies},
            rules.acronyms,
        ),
        frozenset(body.name for body in bodies),
        frozenset(row.id for row in rows if row.feature == SESSION),
        frozenset(row.id for row in rows if row.name),
    )
