from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from app.contradictions.by_criterion import narrowed, opening
from app.documents.models import Document
from app.evidence.models import EvidenceItem, Tag
from app.extensions import db
from app.findings.models import FileFinding
from app.inspections.rules import Rules
from app.interviews.models import Interview


@dataclass(frozen=True, slots=True)
class Counts:
    interviews: int
    notes: int
    documents: int
    findings: int
    items: int  # not withdrawn
    untagged: int  # items under no criterion
    contradictions: int  # open


def count_all(inspection_id: UUID, rules: Rules) -> Counts:
    """What the inspection holds: one statement."""
    items = select(func.count()).where(EvidenceItem.inspection_id == inspection_id, EvidenceItem.withdrawn_at.is_(None))
    columns = (
        select(func.count())
        .select_from(Interview)
        .where(Interview.inspection_id == inspection_id, Interview.cancelled_at.is_(None)),
        select(func.coalesce(func.sum(Interview.notes_taken), 0)).where(Interview.inspection_id == inspection_id),
        select(func.count()).select_from(Document).where(Document.inspection_id == inspection_id),
        select(func.count()).where(FileFinding.inspection_id == inspection_id, FileFinding.withdrawn_at.is_(None)),
        items,
        items.where(~select(Tag.id).where(Tag.item_id == EvidenceItem.id, Tag.withdrawn_at.is_(None)).exists()),
        select(func.count()).select_from(narrowed(inspection_id, opening(rules), None, resolved=False).subquery()),
    )
    return Counts(*db.session.execute(select(*(column.scalar_subquery() for column in columns))).one())
