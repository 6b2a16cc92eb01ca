"""What the team makes of its evidence: file findings, links, contradictions and their outcomes, themes."""

from datetime import datetime, time
from functools import partial
from io import BytesIO

from sqlalchemy import select

from app import storage
from app.contradictions.services import other_of, resolve
from app.db.transaction import writing
from app.demonstration.content import (
    Demonstration,
    ItemLinkContent,
    OutcomeContent,
    RewordedContent,
    ThemeContent,
    WithdrawnContent,
)
from app.demonstration.timeline import Timeline
from app.demonstration.world import World
from app.evidence.models import EvidenceItem, ItemLink, Theme
from app.evidence.services import add_theme, link_items, rename_theme, withdraw
from app.extensions import db
from app.findings.models import Link
from app.findings.queries import find_by_own_reference
from app.findings.reading import read_sheet
from app.findings.services import import_findings, link, preview
from app.inspections.queries import list_bodies, list_criteria
from app.interviews.models import Note
from app.interviews.services import reword
from app.web import clock

EVENING = time(18, 30)


def judge(world: World, content: Demonstration, timeline: Timeline) -> None:
    for name, moment in content.sheets:
        timeline.add(moment, partial(_import, world, (content.folder / name).read_bytes(), name))
    imported = min(moment for _name, moment in content.sheets)
    for day in sorted({moment.date() for moment in timeline.moments() if moment >= imported}):
        timeline.add(datetime.combine(day, EVENING, clock.LONDON), partial(_link, world))
    for gone in content.withdrawn:
        timeline.add(gone.at, partial(_withdraw, world, gone))
    for changed in content.reworded:
        timeline.add(changed.at, partial(_reword, world, changed))
    for joined in content.links:
        timeline.add(joined.at, partial(_join, world, joined))
        if joined.outcome is not None:
            timeline.add(joined.outcome.at, partial(_resolve, world, joined.one, joined.other, joined.outcome))
    for item, finding, outcome in content.resolved:
        timeline.add(outcome.at, partial(_resolve_of_finding, world, item, finding, outcome))
    for theme in content.themes:
        timeline.add(theme.at, partial(_gather, world, theme))


def _import(world: World, data: bytes, name: str) -> None:
    """A sheet of file findings: looked at first, then imported; then the links that waited for it."""
    rows = read_sheet(
        data, name, list_criteria(world.inspection_id), list_bodies(world.inspection_id), world.words.directions
    )
    kept = storage.keep(world.inspection_id, BytesIO(data))
    by = world.people["lead"]
    with writing():
        sheet = preview(world.inspection_id, name, kept.sha256, rows, by=by)
        import_findings(sheet, world.criteria, world.bodies, leave_bad=False, by=by)


def _link(world: World) -> None:
    """Link what was lifted since the last time to the file findings that it speaks of."""
    waiting, world.waiting = world.waiting, []
    with writing():
        findings = find_by_own_reference(world.inspection_id, {own for _id, links, _by in waiting for own in links})
        for item_id, links, by in waiting:
            item = db.session.get_one(EvidenceItem, item_id)
            for own, relation in links.items():
                link(item, findings[own.casefold()], relation, "", by=by)


def _withdraw(world: World, content: WithdrawnContent) -> None:
    with writing():
        item = db.session.get_one(EvidenceItem, world.items[content.item])
        withdraw(item, content.reason, by=world.people[content.by])


def _reword(world: World, content: RewordedContent) -> None:
    with writing():
        note = db.session.scalars(select(Note).where(Note.item_id == world.items[content.item])).one()
        kind = world.words.evidence_kind_default[note.interview.kind]
        reword(
            note,
            content.words,
            base=note.version,
            criteria=world.criteria,
            evidence_kind=kind,
            by=world.people[content.by],
        )


def _join(world: World, content: ItemLinkContent) -> None:
    with writing():
        one, other = (db.session.get_one(EvidenceItem, world.items[id]) for id in (content.one, content.other))
        link_items(one, other, content.relation, content.reason, by=world.people[content.by])


def _resolve(world: World, one: str, other: str, outcome: OutcomeContent) -> None:
    with writing():
        found = db.session.scalars(
            select(ItemLink).where(
                ItemLink.item_id == world.items[one],
                ItemLink.other_id == world.items[other],
                ItemLink.withdrawn_at.is_(None),
            )
        ).one()
        aside = db.session.get_one(EvidenceItem, world.items[outcome.aside]).reference if outcome.aside else ""
        by = world.people[outcome.by]
        resolve(found, outcome.code, aside, outcome.reason, base=found.version, by=by)


def _resolve_of_finding(world: World, item: str, finding: str, outcome: OutcomeContent) -> None:
    with writing():
        findings = find_by_own_reference(world.inspection_id, [finding])
        found = db.session.scalars(
            select(Link).where(
                Link.item_id == world.items[item],
                Link.file_finding_id == findings[finding.casefold()].id,
                Link.withdrawn_at.is_(None),
            )
        ).one()
        aside = {"item": found.item.reference, "finding": other_of(found), "": ""}[outcome.aside]
        by = world.people[outcome.by]
        resolve(found, outcome.code, aside, outcome.reason, base=found.version, by=by)


def _gather(world: World, content: ThemeContent) -> None:
    """Everything that speaks of one thing under one theme, found by its words as a reader finds it."""
    by = world.people[content.by]
    with writing():
        living = select(EvidenceItem).where(
            EvidenceItem.inspection_id == world.inspection_id, EvidenceItem.withdrawn_at.is_(None)
        )
        for item in db.session.scalars(living.order_by(EvidenceItem.number)):
            words = item.words.casefold()
            if any(part in words for part in content.containing):
                add_theme(item, content.name, by=by)
        if content.merged_into:
            theme = db.session.scalars(
                select(Theme).where(Theme.inspection_id == world.inspection_id, Theme.name == content.name)
            ).one()
            rename_theme(theme, content.merged_into, base=theme.version, merge=True, by=by)
