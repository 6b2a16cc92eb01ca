import os
from uuid import UUID

from app.access import Actor
from app.audit.services import record
from app.capture import sealing
from app.capture.models import CaptureKey
from app.extensions import db
from app.web import clock


def make_key(sign_in_id: UUID, secret: str, *, by: Actor) -> CaptureKey:
    """The pair of keys of a sign-in that has none yet."""
    public, private = sealing.new_pair()
    key = CaptureKey(
        person_id=by.id,
        sign_in_id=sign_in_id,
        public=public,
        wrapped=sealing.wrap(private, secret, os.urandom(sealing.NONCE)),
        made_at=clock.now(),
    )
    db.session.add(key)
    record(by, "was given a key for notes on a device", "person", part=by.id.hex)
    db.session.flush()
    return key
