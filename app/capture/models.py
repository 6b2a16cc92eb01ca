from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Identified
from app.extensions import Model


class CaptureKey(Identified, Model):
    """The pair of keys of one sign-in. A device seals notes to the public one, and opens them with the private one."""

    __tablename__ = "capture_key"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey("sign_in.id"), unique=True)
    public: Mapped[str]  # a point of the curve P-256, uncompressed, in base64
    wrapped: Mapped[str]  # the private key under the server's secret: see sealing.py
    made_at: Mapped[datetime]
