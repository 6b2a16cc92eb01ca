"""What a non-attributable export may say: roles and places made general, no names, no reference to a session.

Source: the pack's rules.yaml, `generalisation`; docs/export.md says what such an export leaves out.
"""

import re
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, inspect, select

from app.evidence.models import Source
from app.extensions import db
from app.inspections.generalise import Label, Place, Voice, labels
from app.inspections.models import Body, Role
from app.inspections.queries import list_team
from app.inspections.rules import GeneralisationPart
from app.interviews.models import Interview, Interviewee

SESSION = "interview"  # the feature whose sources are sessions
TOO_FEW = "So few people share even the most general role that they could be recognised"
QUOTATION = "A quotation that may not be attributed to a role: its gist is given"
NAMED = "The text holds the name of somebody who was seen or who is on the team"
NOBODY = Label("", "")


class Discretion:
    """Asked for every row of a non-attributable export; counts what it leaves out."""

    def __init__(self, labels: dict[UUID, Label | None], names: Iterable[str]) -> None:
        self._labels = labels
        whole = [r"\s+".join(re.escape(part) for part in name.split()) for name in names if name.strip()]
        self._named = re.compile(rf"(?<!\w)(?:{'|'.join(whole)})(?!\w)", re.IGNORECASE) if whole else None
        self._left_out: dict[str, set[str]] = {TOO_FEW: set(), QUOTATION: set(), NAMED: set()}

    def label(self, source_id: UUID, attributable: bool) -> Label:
        """Role and place as they may be said; an item that is not attributable to the role has neither."""
        return (self._labels.get(source_id) if attributable else None) or NOBODY

    def words(self, reference: str, words: str, source_id: UUID, *, quote: bool, attributable: bool) -> str:
        """An item's words, or in their place why they are left out."""
        reason = self.reason(reference, words, source_id, quote=quote, attributable=attributable)
        return _instead(reason) if reason else words

    def reason(self, reference: str, words: str, source_id: UUID, *, quote: bool, attributable: bool) -> str | None:
        """Why an item's words are left out; None if they may stand."""
        if self._labels.get(source_id) is None:
            found = TOO_FEW
        elif quote and not attributable:
            found = QUOTATION
        elif self._holds_a_name(words):
            found = NAMED
        else:
            return None
        self._left_out[found].add(reference)
        return found

    def text(self, reference: str, text: str) -> str:
        """A text that says nothing of its source, unless it holds a name."""
        if not self._holds_a_name(text):
            return text
        self._left_out[NAMED].add(reference)
        return _instead(NAMED)

    def left_out(self) -> list[tuple[str, int]]:
        """Each reason with the items or findings whose words it kept out so far."""
        return [(reason, len(references)) for reason, references in self._left_out.items()]

    def _holds_a_name(self, text: str) -> bool:
        return self._named is not None and self._named.search(text) is not None


def _instead(reason: str) -> str:
    return f"[Left out. {reason}]"


def discretion(
    inspection_id: UUID, source_ids: Iterable[UUID], rule: GeneralisationPart, kinds: dict[str, str]
) -> Discretion:
    """For an export whose evidence comes from these sources: four statements.

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
    voices = [
        Voice(
            row.id,
            kinds.get(row.kind, row.kind),
            row.code or "",
            row.label or "",
            Place(row.name, row.visited, row.pilot) if row.name else None,
            row.attendees or people.get(row.id, 1),
            row.feature == SESSION,
        )
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
    names = db.session.scalars(select(Interviewee.name).where(Interviewee.inspection_id == inspection_id)).all()
    team = [member.name for member in list_team(inspection_id)]
    found = labels(voices, rule)
    return Discretion({id: found[id] for id in wanted if id in found}, {*names, *team})
