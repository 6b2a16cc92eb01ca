"""Filling an empty data folder with an inspection under way, through the services that the screens use."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from sqlalchemy import select

from app.access import SYSTEM, Actor
from app.accounts.models import Person
from app.accounts.secrets import hash_password
from app.accounts.services import add_person
from app.audit.models import AuditEntry
from app.audit.services import record
from app.db.transaction import writing
from app.demonstration.content import Demonstration, InvitedContent, PersonContent
from app.demonstration.interviewing import hold_all
from app.demonstration.judging import judge
from app.demonstration.requesting import ask_all
from app.demonstration.sources import take_in
from app.demonstration.timeline import Timeline
from app.demonstration.visiting import visit_all
from app.demonstration.world import World
from app.evidence.models import Source
from app.extensions import db
from app.inspections.models import Inspection, TeamRole
from app.inspections.queries import find_guides, find_inspection_by_code, list_bodies, list_criteria, list_roles
from app.inspections.services import add_to_team, join_team
from app.inspections.vocabulary import Vocabulary
from app.packs.schema import Pack
from app.packs.services import load_pack
from app.web import clock

DONE = "made the demonstration"


class NotEmpty(Exception):
    """The folder cannot be filled. The message says why, and what to do."""


def load(content: Demonstration, pack: Pack) -> None:
    """Fill an empty data folder. Raises NotEmpty for one that holds anything."""
    must_be_empty()
    with clock.set_to(content.begins):
        passwords = {person.password: hash_password(person.password) for person in content.people}
        world = _begin(content, pack, passwords)
    timeline = Timeline()
    ask_all(world, content, timeline)
    visit_all(world, content, timeline)
    hold_all(world, content, timeline)
    take_in(world, content, timeline)
    judge(world, content, timeline)
    for invited in content.invited:
        timeline.add(invited.at, partial(_invite, world, invited))
    timeline.add(content.stands_at, partial(_say_done, world))
    timeline.run()


def _invite(world: World, content: InvitedContent) -> None:
    """The link is shown to nobody here: the lead makes a new one on the page of the team."""
    with writing():
        roles = [TeamRole(role) for role in content.roles]
        add_to_team(world.inspection_id, content.email, content.name, roles, by=world.people["lead"])


def _say_done(world: World) -> None:
    with writing():
        record(SYSTEM, DONE, "inspection", inspection_id=world.inspection_id)


def is_loaded() -> bool:
    """Whether the demonstration is in the folder. Raises NotEmpty where its loading was broken off."""
    found = db.session.scalars(select(Inspection).where(Inspection.demonstration)).first()
    if found is None:
        return False
    done = select(AuditEntry.number).where(AuditEntry.chain == found.id.hex, AuditEntry.deed == DONE)
    if db.session.scalar(done.limit(1)) is None:
        raise NotEmpty(
            "The demonstration in this folder is not whole: its loading was broken off. Empty the folder first."
        )
    return True


def must_be_empty() -> None:
    """Raises NotEmpty where there is an account or anything of fieldwork."""
    for table, what in ((Person, "somebody has an account"), (Source, "there is fieldwork")):
        if db.session.scalar(select(table.id).limit(1)) is not None:
            raise NotEmpty(
                f"This is no empty data folder: {what} in it. A demonstration is loaded into a folder of its own: "
                "set FIELDBOOK_DATA_DIR to one (and DATABASE_URL, if it is set, to a database of its own)."
            )


def _begin(content: Demonstration, pack: Pack, hashes: Mapping[str, str]) -> World:
    with writing():
        inspection, _made = load_pack(pack)
        inspection.demonstration = True
        people = {person.key: _add(person, hashes[person.password], inspection.id) for person in content.people}
        inspection_id, code = inspection.id, inspection.code
    found, guides = find_inspection_by_code(code), find_guides(inspection_id)
    assert found is not None and guides is not None
    return World(
        inspection_id,
        Vocabulary.read(found.vocabulary),
        guides,
        {body.code: body.id for body in list_bodies(inspection_id)},
        {role.code: role.id for role in list_roles(inspection_id)},
        {row.reference: row.id for row in list_criteria(inspection_id)},
        people,
        readers=content.requests.owners,
    )


def _add(content: PersonContent, password_hash: str, inspection_id: UUID) -> Actor:
    person = add_person(content.name, content.email, password_hash, administrator=content.administrator)
    for role in content.roles:
        join_team(inspection_id, person.id, TeamRole(role))
    return Actor(person.id, person.name)
