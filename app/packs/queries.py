from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.extensions import db
from app.inspections.models import PackFile


def loaded_files(inspection_id: UUID) -> dict[str, dict[str, Any]]:
    """The files of the pack as it was loaded, by name; none of an inspection that the first version made."""
    return {row.name: row.content for row in list_files(inspection_id)}


def list_files(inspection_id: UUID) -> Sequence[PackFile]:
    wanted = select(PackFile).where(PackFile.inspection_id == inspection_id).order_by(PackFile.name)
    return db.session.scalars(wanted).all()
