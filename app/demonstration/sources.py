"""Documents, received and read as uploads are, and other sources; the passages of both that are evidence."""

from datetime import time, timedelta
from functools import partial
from io import BytesIO

from sqlalchemy import select

from app import storage
from app.access import Actor
from app.db.transaction import writing
from app.demonstration.content import Demonstration, DocumentContent, OtherContent, read_marks
from app.demonstration.files import make_file
from app.demonstration.timeline import Timeline, next_working_day
from app.demonstration.world import World, lift_passage
from app.documents.checking import look_through, open_document, say
from app.documents.models import Document, Names
from app.documents.services import receive
from app.documents.striking import strike_everywhere
from app.extensions import db
from app.formats.kinds import identify
from app.jobs import services as jobs
from app.other_sources.services import enter

CHECKED_AFTER = timedelta(minutes=40)


def take_in(world: World, content: Demonstration, timeline: Timeline) -> None:
    for document in content.documents:
        _receive(world, document, timeline)
    for other in content.others:
        timeline.add(other.entered, partial(_enter, world, other))


def _receive(world: World, content: DocumentContent, timeline: Timeline) -> None:
    by = world.people[world.reader(content.body)]
    timeline.add(content.received, partial(_keep, world, content, by))
    if content.names is not Names.UNCHECKED:
        timeline.add(content.received + CHECKED_AFTER, partial(_check, world, content, by))
    if not content.unread:
        timeline.add(next_working_day(content.received, time(10, 0)), partial(_read, world, content, by))


def _keep(world: World, content: DocumentContent, by: Actor) -> None:
    """The file on disk, then its row, then its text: as an upload does it, and the worker after it."""
    data = make_file(content)
    kept = storage.keep(world.inspection_id, BytesIO(data))
    with writing():
        receive(
            world.inspection_id,
            family=world.words.family_of["document"],
            prefix=world.words.prefixes["document"],
            file_name=content.file,
            kind=identify(data, content.file),
            kept=kept,
            title=content.title,
            body_id=world.bodies[content.body],
            by=by,
        )
    claimed = jobs.claim()
    assert claimed is not None
    jobs.run(claimed[0], claimed[1])


def _check(world: World, content: DocumentContent, by: Actor) -> None:
    with writing():
        document = find_own(world, content)
        open_document(document, by=by)
    for words in content.strikes:
        with writing():
            strike_everywhere(find_own(world, content), words, by=by)
    with writing():
        document = find_own(world, content)
        say(document, content.names, content.names_note, by=by)
        if document.may_hold_files and content.names is Names.CLEAR:
            look_through(document, by=by)


def _read(world: World, content: DocumentContent, by: Actor) -> None:
    with writing():
        source = find_own(world, content)
        for passage in content.passages():
            lift_passage(world, source, passage, by)


def find_own(world: World, content: DocumentContent) -> Document:
    """The document of the content: a body has one of each title."""
    return db.session.scalars(
        select(Document).where(
            Document.inspection_id == world.inspection_id,
            Document.title == content.title,
            Document.body_id == world.bodies[content.body],
        )
    ).one()


def _enter(world: World, content: OtherContent) -> None:
    by = world.people[content.by]
    words, passages = read_marks(content.text)
    with writing():
        source = enter(
            world.inspection_id,
            family=content.family,
            prefix=world.words.prefixes["other"],
            body_id=world.bodies[content.body] if content.body else None,
            title=content.title,
            given_by=content.given_by,
            happened_on=content.happened,
            words=words,
            by=by,
        )
        for passage in passages:
            lift_passage(world, source, passage, by)
