from datetime import date
from uuid import UUID

from app.access import Actor
from app.audit.services import record
from app.db.versions import Stale
from app.evidence.models import SourceText
from app.evidence.services import add_text
from app.extensions import db
from app.inspections.references import take_number
from app.other_sources.models import OtherSource
from app.web import clock

LABEL = "the text"


def enter(
    inspection_id: UUID,
    *,
    family: str,
    prefix: str,
    body_id: UUID | None,
    title: str,
    given_by: str,
    happened_on: date | None,
    words: str,
    by: Actor,
) -> OtherSource:
    """Enter a source of another kind, with its words."""
    source = OtherSource(
        inspection_id=inspection_id,
        kind="other",
        family=family,
        prefix=prefix,
        number=take_number(inspection_id, prefix),
        body_id=body_id,
        title=title,
        given_by=given_by,
        happened_on=happened_on,
        created_at=clock.now(),
        created_by_id=by.id,
        created_by=by.label,
    )
    db.session.add(source)
    db.session.flush()
    text = add_text(source, words, position=1, label=LABEL, by=by)
    record(
        by,
        "entered",
        source.reference,
        inspection_id=inspection_id,
        after={"title": title, "family": family, "given_by": given_by, "sha256": text.sha256},
    )
    db.session.flush()
    return source


def correct(source: OtherSource, present: SourceText, words: str, *, base: UUID, by: Actor) -> None:
    """Give it other words. Every version stays; evidence stays on the words that it was made from.

    `base` is the version that the person saw. On a stale one the words are kept beside those that came first, and
    Stale is raised.
    """
    if present.id != base:
        rival = add_text(source, words, position=1, label=LABEL, by=by, rival_of=present)
        record(
            by,
            "corrected too late",
            source.reference,
            inspection_id=source.inspection_id,
            after={"sha256": rival.sha256},
        )
        raise Stale
    if words == present.text:
        return
    text = add_text(source, words, position=1, label=LABEL, by=by, supersedes=present)
    record(by, "corrected", source.reference, inspection_id=source.inspection_id, after={"sha256": text.sha256})
    db.session.flush()
