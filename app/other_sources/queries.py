from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.db.base import AnyRow
from app.evidence.models import EvidenceItem, Source, SourceText
from app.extensions import db
from app.inspections.models import Body
from app.other_sources.models import OtherSource

PAGE = 50


def list_sources(inspection_id: UUID, before: int | None = None) -> tuple[Sequence[AnyRow], int | None]:
    """Other sources, newest first, and the number that the next page begins below. One statement."""
    items = (
        select(func.count())
        .where(EvidenceItem.source_id == Source.id, EvidenceItem.withdrawn_at.is_(None))
        .correlate(Source)
        .scalar_subquery()
    )
    statement = (
        select(
            Source.number,
            Source.prefix,
            Source.title,
            Source.family,
            Source.happened_on,
            OtherSource.given_by,
            Body.name.label("body"),
            items.label("items"),
        )
        .select_from(OtherSource)
        .outerjoin(Body, Body.id == Source.body_id)
        .where(Source.inspection_id == inspection_id, Source.feature == "other")
        .order_by(Source.number.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        statement = statement.where(Source.number < before)
    rows = db.session.execute(statement).all()
    return rows[:PAGE], rows[PAGE - 1].number if len(rows) > PAGE else None


def find_source(inspection_id: UUID, number: int, *, for_change: bool = False) -> OtherSource | None:
    """With its body, in one statement."""
    statement = (
        select(OtherSource)
        .options(joinedload(OtherSource.body))
        .where(OtherSource.inspection_id == inspection_id, OtherSource.number == number)
    )
    if for_change:
        statement = statement.with_for_update(of=Source)
    return db.session.scalars(statement).one_or_none()


def get_text(source_id: UUID) -> SourceText:
    """The present text: the newest version that did not come too late."""
    return db.session.scalars(
        select(SourceText)
        .where(SourceText.source_id == source_id, SourceText.rival_of_id.is_(None))
        .order_by(SourceText.id.desc())
        .limit(1)
    ).one()


def list_versions(source_id: UUID) -> Sequence[SourceText]:
    """Every text that it had or was offered, oldest first."""
    return db.session.scalars(
        select(SourceText).where(SourceText.source_id == source_id).order_by(SourceText.created_at, SourceText.id)
    ).all()
