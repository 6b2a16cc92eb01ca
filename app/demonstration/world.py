"""What the parts of a demonstration share: who and what there is, and how evidence is lifted and seen to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from app.access import Actor
from app.demonstration.content import NoteContent, Passage
from app.evidence.marking import find_span
from app.evidence.models import EvidenceItem, Source, SourceText
from app.evidence.services import lift, revise
from app.extensions import db
from app.inspections.guides import Guides
from app.inspections.vocabulary import Vocabulary


@dataclass(slots=True)
class World:
    """What the deeds of the timeline need to find again: plain values, since each write lets go of what was read."""

    inspection_id: UUID
    words: Vocabulary
    guides: Guides
    bodies: dict[str, UUID]
    roles: dict[str, UUID]
    criteria: dict[str, UUID]
    people: dict[str, Actor]
    items: dict[str, UUID] = field(default_factory=dict)  # by the ids that the content gives them
    readers: dict[str, str] = field(default_factory=dict)  # body to who looks after its documents
    waiting: list[tuple[UUID, Mapping[str, str], Actor]] = field(default_factory=list)  # links to file findings

    def reader(self, body: str) -> str:
        """Who looks after what a body sends: the owner of its requests, or the lead."""
        return self.readers.get(body, "lead")


def lift_passage(world: World, source: Source, passage: Passage, by: Actor) -> None:
    """The passage where it stands in the text that was read: once, or the content is wrong."""
    texts = db.session.scalars(select(SourceText).where(SourceText.source_id == source.id)).all()
    found = [(text, span) for text in texts if (span := find_span(text.text, passage.words, None, None))]
    if len(found) != 1:
        raise LookupError(f"{source.title}: {len(found)} of ‘{passage.words}’")
    text, span = found[0]
    item = lift(
        source,
        text,
        *span,
        by=by,
        criteria=[world.criteria[reference] for reference in passage.criteria],
        quote=True,
        gist=passage.gist,
        direction=passage.direction,
        evidence_kind=world.words.evidence_kind_default[source.kind],
    )
    look_after(world, item, passage, by)


def look_after(world: World, item: EvidenceItem, content: NoteContent | Passage, by: Actor) -> None:
    """What an inspector sees to once the words are there: gist, distressing content, links to file findings."""
    changes = {
        "gist": content.gist,
        "distressing": content.distressing,
        "good_practice": content.good,
        "attributable": content.attributable,
    }
    if content.gist or content.distressing or content.good or not content.attributable:
        db.session.flush()
        revise(item, changes, base=item.version, by=by)
    if content.id:
        world.items[content.id] = item.id
    if content.links:
        world.waiting.append((item.id, content.links, by))
