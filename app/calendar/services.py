from datetime import datetime
from uuid import UUID

from sqlalchemy import case, update

from app.access import SYSTEM, Actor
from app.accounts.secrets import hash_of_token, new_token
from app.audit.services import record
from app.calendar import queries
from app.calendar.models import CalendarFeed
from app.extensions import db
from app.web import clock

FEED = "calendar feed"  # what the audit trail calls it
SLOT_SECONDS = 15 * 60
MOST_FETCHES = 60  # in a quarter of an hour: a few devices that each ask every minute


def make_feed(*, by: Actor) -> str:
    """A new secret address for one's own calendar: its token, which is kept nowhere. The one before stops working."""
    token, now = new_token(), clock.now()
    feed = queries.find_feed_of(by.id, for_change=True)
    there = feed is not None and feed.revoked_at is None
    if feed is None:
        feed = CalendarFeed(person_id=by.id)
        db.session.add(feed)
    feed.token_hash, feed.made_at, feed.revoked_at, feed.fetched_at = hash_of_token(token), now, None, None
    record(by, "made a new calendar address" if there else "made a calendar address", FEED, part=by.id.hex)
    db.session.flush()
    return token


def revoke_feed(*, by: Actor) -> None:
    """Nobody can fetch it any more; revoked already, nothing is done."""
    feed = queries.find_feed_of(by.id, for_change=True)
    if feed is not None and feed.revoked_at is None:
        feed.revoked_at = clock.now()
        record(by, "revoked the calendar address", FEED, part=by.id.hex)
        db.session.flush()


def present_slot() -> int:
    return int(clock.now().timestamp()) // SLOT_SECONDS


def note_fetched(owner_id: UUID, before: datetime | None) -> None:
    """Count that a feed was fetched. The audit trail is told of the first time on each day, as devices ask all day."""
    slot, now = present_slot(), clock.now()
    db.session.execute(
        update(CalendarFeed)
        .where(CalendarFeed.person_id == owner_id)
        .values(fetched_at=now, slot=slot, fetches=case((CalendarFeed.slot == slot, CalendarFeed.fetches + 1), else_=1))
        .execution_options(synchronize_session=False)
    )
    if before is None or before.astimezone(clock.LONDON).date() < clock.today():
        record(SYSTEM, "gave the calendar to whoever has its address", FEED, part=owner_id.hex)
