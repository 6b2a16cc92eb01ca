"""The visits to Areas: made from the pack, arranged, with lines of enquiry of the team's own, and debriefs."""

from functools import partial

from sqlalchemy import select

from app.db.transaction import writing
from app.demonstration.content import DebriefContent, Demonstration, VisitContent, VisitLineContent
from app.demonstration.timeline import Timeline
from app.demonstration.world import World
from app.extensions import db
from app.inspections.queries import find_on_site
from app.visits import queries, services
from app.visits.models import Visit


def visit_all(world: World, content: Demonstration, timeline: Timeline) -> None:
    timeline.add(content.visits_made, partial(_make, world))
    for visit in content.visits:
        timeline.add(visit.arranged, partial(_arrange, world, visit))
        for line in visit.lines:
            timeline.add(line.at, partial(_add_line, world, visit.body, line))
        for debrief in visit.debriefs:
            timeline.add(debrief.at, partial(_debrief, world, visit.body, debrief))


def _make(world: World) -> None:
    with writing():
        on_site = find_on_site(world.inspection_id)
        assert on_site is not None
        services.make_planned(world.inspection_id, on_site, by=world.people["lead"])


def _arrange(world: World, content: VisitContent) -> None:
    with writing():
        visit = _visit(world, content.body)
        arrangement = services.Arrangement(
            content.starts, content.ends, visit.purpose, content.place, content.contact, content.phone, content.email
        )
        inspectors = [world.people[key].id for key in content.inspectors]
        services.arrange(visit, arrangement, inspectors, base=visit.version, by=world.people["lead"])


def _add_line(world: World, body: str, content: VisitLineContent) -> None:
    with writing():
        services.add_line(_visit(world, body), content.text, content.criteria, by=world.people[content.by])


def _debrief(world: World, body: str, content: DebriefContent) -> None:
    with writing():
        visit = _visit(world, body)
        present = queries.find_debrief(visit.id)
        services.debrief(
            visit, present, content.text, base=present.id if present else None, by=world.people[content.by]
        )


def _visit(world: World, body: str) -> Visit:
    return db.session.scalars(
        select(Visit).where(Visit.inspection_id == world.inspection_id, Visit.body_id == world.bodies[body])
    ).one()
