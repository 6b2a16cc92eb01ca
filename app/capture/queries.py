from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import or_, select

from app.capture.models import CaptureKey
from app.extensions import db


def find_keys(person_id: UUID, sign_in_id: UUID, wanted: Collection[UUID]) -> Sequence[CaptureKey]:
    """The key of this sign-in, if it has one, and those of the person's earlier ones that are `wanted`."""
    return db.session.scalars(
        select(CaptureKey).where(
            CaptureKey.person_id == person_id,
            or_(CaptureKey.sign_in_id == sign_in_id, CaptureKey.id.in_(wanted)),
        )
    ).all()
