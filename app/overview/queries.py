from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from app.contradictions.by_criterion import narrowed, opening
from app.documents.models import Document
from app.documents.queries import counting_unchecked
from app.evidence.models import EvidenceItem, Tag
from app.extensions import db
from app.findings.models import FileFinding
from app.inspections.rules import Rules
from app.interviews.models import Interview
from app.interviews.raising_queries import Waiting, counting


@dataclass(frozen=True, slots=True)
class Counts:
    interviews: int
    notes: int
    documents: int
    unchecked: int  # documents that nobody has checked for names
    findings: int
    items: int  # not withdrawn
    untagged: int  # items under no criterion
    contradictions: int  # open
    raised: Waiting  # of what was raised with the lead


def count_all(inspection_id: UUID, rules: Rules, whose: UUID | None, person_id: UUID) -> Counts:
    """What the inspection holds, and what waits for this person, who may read what `whose` says: one statement."""
    items = select(func.count()).where(EvidenceItem.inspection_id == inspection_id, EvidenceItem.withdrawn_at.is_(None))
    columns = (
        select(func.count())
        .select_from(Interview)
        .where(Interview.inspection_id == inspection_id, Interview.cancelled_at.is_(None)),
        select(func.coalesce(func.sum(Interview.notes_taken), 0)).where(Interview.inspection_id == inspection_id),
        select(func.count()).select_from(Document).where(Document.inspection_id == inspection_id),
        counting_unchecked(inspection_id),
        select(func.count()).where(FileFinding.inspection_id == inspection_id, FileFinding.withdrawn_at.is_(None)),
        items,
        items.where(~select(Tag.id).where(Tag.item_id == EvidenceItem.id, Tag.withdrawn_at.is_(None)).exists()),
        select(func.count()).select_from(narrowed(inspection_id, opening(rules), None, resolved=False).subquery()),
        *counting(inspection_id, whose, person_id),
    )
    row = db.session.execute(select(*(column.scalar_subquery() for column in columns))).one()
    interviews, notes, documents, unchecked, findings, held, untagged, contradictions, to_answer, to_read = row
    waiting = Waiting(to_answer, to_read)
    return Counts(interviews, notes, documents, unchecked, findings, held, untagged, contradictions, waiting)
