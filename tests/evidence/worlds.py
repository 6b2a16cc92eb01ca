"""Inspections full of evidence, the same each time for a seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.evidence.models import EvidenceItem, Source
from app.evidence.services import withdraw
from app.extensions import db
from app.inspections.models import TeamMember
from app.inspections.queries import list_criteria
from tests.accounts.factories import PersonFactory
from tests.databases import the_world
from tests.evidence.factories import EvidenceItemFactory, ItemThemeFactory
from tests.factories import the_inspection
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory

DIRECTIONS = ["strength", "weakness", "mixed", "context", ""]


@dataclass
class Held:
    """What a test itself knows of an item: it asks no database."""

    reference: str
    source: str
    kind: str
    area: str | None
    role: str | None
    direction: str
    quote: bool
    good_practice: bool
    theme: str
    by: str
    criteria: list[str]
    withdrawn: bool
    words: str

    def passes(self, **filters: str) -> bool:
        return all(
            {
                "area": lambda v: self.area == (None if v == "none" else v),
                "kind": lambda v: self.kind == v,
                "role": lambda v: self.role == (None if v == "none" else v),
                "direction": lambda v: self.direction == ("" if v == "unset" else v),
                "quotes": lambda v: self.quote,
                "good_practice": lambda v: self.good_practice,
                "theme": lambda v: self.theme.casefold() == v,
                "by": lambda v: self.by == v,
            }[name](value)
            for name, value in filters.items()
        )


@dataclass
class World:
    items: list[Held] = field(default_factory=list)
    criteria: list[str] = field(default_factory=list)
    people: list[TeamMember] = field(default_factory=list)

    def living(self, criterion: str | None = None) -> list[Held]:
        found = [held for held in self.items if not held.withdrawn]
        return found if criterion is None else [held for held in found if criterion in held.criteria]


def random_evidence(items: int, *, seed: int = 1, sources: Sequence[Source] = ()) -> World:
    """Items on interviews, focus groups and the sources given: some with several tags, some with none, some gone."""
    dice = random.Random(seed)
    world = World(criteria=[row.reference for row in list_criteria(the_inspection().id)])
    with the_world():
        world.people = [TeamMemberFactory(person=PersonFactory(name=name)) for name in ("Amrit Rai", "Bea O’Neil")]
        of = [
            (
                InterviewFactory(kind=kind, body=area, role=role),
                area,
                role,
            )
            for kind in ("interview", "focus_group")
            for area, role in (("WES", "dcp"), ("WES", "sdcp"), ("EMI", "dcp"), ("HQ", "hq_legal_lead"), (None, None))
        ]
        of += [(source, source.body.code if source.body else None, None) for source in sources]
        made: list[tuple[EvidenceItem, Held]] = []
        for number in range(items):
            source, area, role = dice.choice(of)
            held = Held(
                reference="",
                source=source.reference,
                kind=source.kind,
                area=area,
                role=role,
                direction=dice.choice(DIRECTIONS),
                quote=dice.random() < 0.4,
                good_practice=dice.random() < 0.3,
                theme=dice.choice(["", "", "Rotas", "Late letters"]),
                by=dice.choice(["Amrit Rai", "Bea O’Neil", SOMEBODY.label]),
                criteria=dice.sample(world.criteria[:8], dice.choice([0, 1, 1, 1, 2, 3])),
                withdrawn=dice.random() < 0.1,
                words=f"What was said as thing {number}.",
            )
            item = EvidenceItemFactory(
                source=source,
                words=held.words,
                criteria=held.criteria,
                direction=held.direction,
                quote=held.quote,
                good_practice=held.good_practice,
                by=type(SOMEBODY)(SOMEBODY.id, held.by),
            )
            held.reference = item.reference
            if held.theme:
                ItemThemeFactory(item=item, name=held.theme)
            made.append((item, held))
            world.items.append(held)
        db.session.flush()
        for item, held in made:
            if held.withdrawn:
                withdraw(item, "Entered by mistake", by=SOMEBODY)
    return world
