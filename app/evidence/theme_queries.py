"""Themes, and what stands under each."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from app.db.base import AnyRow, another
from app.evidence.models import EvidenceItem, ItemTheme, Theme
from app.extensions import db


def list_themes(inspection_id: UUID) -> Sequence[AnyRow]:
    """Every theme by name: id, name, key, merged_into_id, version, items (living, with those of merged themes)."""
    held = (
        select(
            func.coalesce(Theme.merged_into_id, Theme.id).label("shown_as"),
            func.count(ItemTheme.item_id.distinct()).label("items"),
        )
        .join(ItemTheme, ItemTheme.theme_id == Theme.id)
        .join(EvidenceItem, EvidenceItem.id == ItemTheme.item_id)
        .where(
            Theme.inspection_id == inspection_id,
            ItemTheme.withdrawn_at.is_(None),
            EvidenceItem.withdrawn_at.is_(None),
        )
        .group_by(func.coalesce(Theme.merged_into_id, Theme.id))
        .subquery()
    )
    return db.session.execute(
        select(
            Theme.id,
            Theme.name,
            Theme.key,
            Theme.merged_into_id,
            Theme.version,
            func.coalesce(held.c["items"], 0).label("items"),
        )
        .outerjoin(held, held.c.shown_as == Theme.id)
        .where(Theme.inspection_id == inspection_id)
        .order_by(Theme.key)
    ).all()


def offer_themes(inspection_id: UUID) -> Sequence[AnyRow]:
    """Themes that stand by themselves, by name: key, name."""
    return db.session.execute(
        select(Theme.key, Theme.name)
        .where(Theme.inspection_id == inspection_id, Theme.merged_into_id.is_(None))
        .order_by(Theme.key)
    ).all()


def themes_of(item_id: UUID) -> Sequence[AnyRow]:
    """What themes an item stands under, by name, merged ones as what they are shown as: id, name, key."""
    own = another(Theme, "own")
    return db.session.execute(
        select(Theme.id, Theme.name, Theme.key)
        .join(own, func.coalesce(own.merged_into_id, own.id) == Theme.id)
        .join(ItemTheme, ItemTheme.theme_id == own.id)
        .where(ItemTheme.item_id == item_id, ItemTheme.withdrawn_at.is_(None))
        .distinct()
        .order_by(Theme.key)
    ).all()


def find_theme(inspection_id: UUID, theme_id: UUID) -> Theme | None:
    return db.session.scalars(
        select(Theme).where(Theme.inspection_id == inspection_id, Theme.id == theme_id)
    ).one_or_none()
