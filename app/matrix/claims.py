"""The claims of one criterion, with what counts for each: from the tags and the file findings, never typed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, inspect, literal, select, tuple_, union_all

from app.contradictions.by_criterion import items_of_open, open_against_finding, opening
from app.db.base import AnySelect, another
from app.evidence.models import EvidenceItem, ItemPiece, Source, SourceText, Tag
from app.extensions import db
from app.findings.models import FileFinding, file_finding_criterion
from app.findings.queries import finding_set_aside
from app.inspections.models import Body, BodyKind, Role
from app.inspections.queries import get_rules, list_bodies
from app.inspections.rules import PlannedSourcePart, Rules
from app.interviews.models import Interview
from app.matrix.gaps import DECLARED, PLANNED, SAID, WRITTEN, Gap, Gave
from app.matrix.strength import EXAMINED, Counted, Country, Rule, Strength
from app.other_sources.models import OtherSource

SETTLED = ("contradicted", "triangulated")  # nothing planned would make it more
FILES = "files"  # what all results of the file examination are one voice by
ELSEWHERE = "elsewhere"  # a source that speaks for no body and names nobody


@dataclass(frozen=True, slots=True)
class Claims:
    """Each claim's strength by direction, in the pack's order."""

    national: dict[str, Strength]
    bodies: dict[str, dict[str, Strength]]  # by the body's name; only those with something
    planned: PlannedSourcePart | None  # what the pack plans to inform the criterion
    unset: bool  # something here has no direction yet, and so counts in none
    silent: list[str]  # families that are planned and gave nothing yet
    rules: Rules
    gave: list[Gave]  # what stands under the criterion, counted or not
    items: list[Counted]
    rule: Rule


def claims_of(
    inspection_id: UUID,
    criterion_id: UUID,
    reference: str,
    *,
    rules: Rules | None = None,
    bodies: Sequence[Body] | None = None,
) -> Claims:
    """Two statements, whatever stands under the criterion, and one more each for rules and bodies not given."""
    rules = rules or get_rules(inspection_id)
    bodies = list_bodies(inspection_id) if bodies is None else bodies
    rule = Rule(rules, _country(bodies))
    items, given = _counted(inspection_id, criterion_id, rule, rules).get(criterion_id, ([], []))
    return _claims(reference, rule, rules, bodies, items, given)


def claims_of_all(
    inspection_id: UUID, criteria: Iterable[Any], rules: Rules, bodies: Sequence[Body]
) -> dict[str, Claims]:
    """By the criterion's reference, as `claims_of` has each, but for what holds in one body: two statements."""
    rule = Rule(rules, _country(bodies))
    counted = _counted(inspection_id, None, rule, rules)
    return {row.reference: _claims(row.reference, rule, rules, [], *counted.get(row.id, ([], []))) for row in criteria}


def otherwise(claims: Claims, reference: str) -> dict[str, Strength]:
    """What each contradicted claim would be if no contradiction were open. No statement."""
    settled = [replace(item, contradicted=False) for item in claims.items]
    return {
        direction: claims.rule.strength(settled, reference, direction, None)
        for direction, strength in claims.national.items()
        if strength.value == "contradicted"
    }


def _country(bodies: Sequence[Body]) -> Country:
    return Country(
        frozenset(body.code for body in bodies if body.kind is BodyKind.AREA),
        next((body.code for body in bodies if body.kind is BodyKind.HEADQUARTERS), ""),
        frozenset(body.code for body in bodies if body.visited),
    )


def _counted(
    inspection_id: UUID, criterion_id: UUID | None, rule: Rule, rules: Rules
) -> dict[UUID, tuple[list[Counted], list[Gave]]]:
    """By criterion, what counts and what gave it; of one criterion, or of all: two statements."""
    opens = opening(rules)
    found = _evidence(inspection_id, criterion_id, opens)
    for id, result in _results(inspection_id, criterion_id, opens, rule.country, rules):
        found.setdefault(id, ([], []))[0].append(result)
    return found


def _claims(
    reference: str, rule: Rule, rules: Rules, bodies: Sequence[Body], items: list[Counted], given: list[Gave]
) -> Claims:
    heard = {body for item in items for body in item.bodies if len(item.bodies) == 1}
    planned = next((part for part in rules.planned_sources if part.criterion == reference), None)
    gave = {item.family for item in items}

    def strengths(body: str | None) -> dict[str, Strength]:
        return {direction: rule.strength(items, reference, direction, body) for direction in rule.directions}

    return Claims(
        strengths(None),
        {body.name: strengths(body.code) for body in bodies if body.code in heard},
        planned,
        any(item.direction == "" for item in items),
        [family for family in planned.families if family not in gave] if planned else [],
        rules,
        [*given, *({Gave(EXAMINED)} if EXAMINED in gave else ())],
        items,
        rule,
    )


@dataclass(frozen=True, slots=True)
class NextBest:
    """Planned sources that have given nothing and that would change a national claim soonest."""

    value: str  # what it would be then
    gaps: list[Gap]  # any one of them would do


def next_best(claims: Claims, reference: str, gaps: Sequence[Gap]) -> dict[str, NextBest]:
    """For each direction below triangulated in which one more planned source would do something. No statement."""
    ranks: dict[str, int] = {code: rank for rank, code in enumerate(claims.rules.strength.order)}
    found = {}
    for direction, now in claims.national.items():
        if now.value in SETTLED:
            continue
        would: dict[str, list[Gap]] = {}
        for gap in gaps:
            if (more := _would_give(gap, direction, claims)) is not None:
                value = claims.rule.strength([*claims.items, more], reference, direction, None).value
                would.setdefault(value, []).append(gap)
        best = min(would, key=lambda value: ranks[value], default=now.value)
        if ranks[best] < ranks[now.value]:
            found[direction] = NextBest(best, would[best])
    return found


def _would_give(gap: Gap, direction: str, claims: Claims) -> Counted | None:
    """What would count if a planned source said something in that direction; None where that cannot be told."""
    kinds, areas = claims.rules.evidence_kind_default, claims.rule.country.areas
    if gap.mark != PLANNED:
        return None
    if gap.kind == "role":
        kind = kinds.get("interview", "")
        return Counted(SAID, gap.code, frozenset({gap.body_code}), kind, direction)
    if gap.kind == "request":
        return Counted(WRITTEN, gap.code, frozenset({gap.body_code}), kinds.get("document", ""), direction)
    if gap.kind == "engagement":
        declared = {family for kind in claims.rules.source_kinds if kind.family == DECLARED for family in kind.families}
        family = (
            next((family for family in claims.planned.families if family in declared), "") if claims.planned else ""
        )
        return Counted(family, "", frozenset({gap.label}), kinds.get("other", ""), direction) if family else None
    return Counted(EXAMINED, FILES, areas, kinds.get("case_file", ""), direction) if gap.code == EXAMINED else None


def _evidence(
    inspection_id: UUID, criterion_id: UUID | None, opens: tuple[list[str], list[str]]
) -> dict[UUID, tuple[list[Counted], list[Gave]]]:
    """What evidence says under each criterion, alike items together, and what gave it: one statement."""
    # Everything from the index, as not touched; then the few that are, found from the links and from texts that were
    # superseded, not by looking at each item. That they are counted twice does nothing: they are the same voices.
    contradicting = items_of_open(inspection_id, criterion_id, opens).subquery()
    newer = another(SourceText, "newer")
    superseded = (newer.supersedes_id.is_not(None), newer.inspection_id == inspection_id)
    changed = union_all(
        select(EvidenceItem.id.label("item_id"))
        .join(newer, newer.supersedes_id == EvidenceItem.text_id)
        .where(*superseded),
        select(ItemPiece.item_id).join(newer, newer.supersedes_id == ItemPiece.text_id).where(*superseded),
    ).subquery()

    of_criterion = () if criterion_id is None else (Tag.criterion_id == criterion_id,)

    def tags(*, contradicted: bool = False, changed: bool = False) -> AnySelect:
        items = literal(0) if contradicted or changed else func.count()
        return (
            select(
                Tag.criterion_id,
                Tag.source_id,
                Tag.evidence_kind,
                Tag.direction,
                Tag.set_aside,
                literal(contradicted).label("contradicted"),
                literal(changed).label("changed"),
                items.label("held"),
            )
            .where(Tag.inspection_id == inspection_id, Tag.live, *of_criterion)
            .group_by(Tag.criterion_id, Tag.source_id, Tag.evidence_kind, Tag.direction, Tag.set_aside)
        )

    alike = union_all(
        tags(),
        tags(contradicted=True).where(
            tuple_(Tag.item_id, Tag.criterion_id).in_(select(contradicting.c.item_id, contradicting.c.criterion_id))
        ),
        tags(changed=True).where(Tag.item_id.in_(select(changed.c.item_id))),
    ).subquery()
    # Only the features' own columns are wanted: their tables, without the source's joined in once more.
    other, interview = inspect(OtherSource).local_table.c, inspect(Interview).local_table.c
    statement = (
        select(
            Source.family,
            Source.request,
            Role.code.label("role"),
            Body.code.label("body"),
            other.given_by,
            interview.remote,
            alike.c.evidence_kind,
            alike.c.direction,
            alike.c.set_aside,
            alike.c.contradicted,
            alike.c.changed,
            alike.c.criterion_id,
            func.sum(alike.c.held).label("held"),
        )
        .select_from(alike)
        .join(Source, Source.id == alike.c.source_id)
        .outerjoin(Role, Role.id == Source.role_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .outerjoin(inspect(OtherSource).local_table, other.id == Source.id)
        .outerjoin(inspect(Interview).local_table, interview.id == Source.id)
        .group_by(
            Source.family,
            Source.request,
            Role.code,
            Body.code,
            other.given_by,
            interview.remote,
            alike.c.evidence_kind,
            alike.c.direction,
            alike.c.set_aside,
            alike.c.contradicted,
            alike.c.changed,
            alike.c.criterion_id,
        )
    )
    found: dict[UUID, tuple[list[Counted], dict[Gave, None]]] = {}
    for row in db.session.execute(statement):
        items, gave = found.setdefault(row.criterion_id, ([], {}))
        gave[Gave(row.family, row.request, row.role or "", row.body or "", row.given_by or "")] = None
        items.append(
            Counted(
                family=row.family,
                part=(row.request if row.family == WRITTEN else row.role) or "",
                bodies=frozenset({row.body or row.given_by or ELSEWHERE}),
                evidence_kind=row.evidence_kind,
                direction=row.direction,
                set_aside=row.set_aside,
                contradicted=row.contradicted,
                remote=row.remote,
                changed=row.changed,
                number=int(row.held),
            )
        )
    return {id: (items, list(gave)) for id, (items, gave) in found.items()}


def _results(
    inspection_id: UUID, criterion_id: UUID | None, opens: tuple[list[str], list[str]], country: Country, rules: Rules
) -> list[tuple[UUID, Counted]]:
    """File findings, each under its criteria; one that does not say what it shows counts nowhere: one statement."""
    here = file_finding_criterion.alias("result_here")
    statement = (
        select(
            here.c.criterion_id,
            FileFinding.direction,
            FileFinding.applicable,
            Body.code,
            open_against_finding(here.c.criterion_id, opens).label("contradicted"),
            finding_set_aside().label("set_aside"),
        )
        .join(here, here.c.file_finding_id == FileFinding.id)
        .outerjoin(Body, Body.id == FileFinding.body_id)
        .where(FileFinding.inspection_id == inspection_id, FileFinding.withdrawn_at.is_(None))
    )
    if criterion_id is not None:
        statement = statement.where(here.c.criterion_id == criterion_id)
    return [
        (
            row.criterion_id,
            Counted(
                family=EXAMINED,
                part=FILES,
                bodies=frozenset({row.code}) if row.code else country.areas,
                evidence_kind=rules.evidence_kind_default.get("case_file", ""),
                direction=row.direction,
                set_aside=row.set_aside,
                contradicted=row.contradicted,
                applicable=row.applicable,
                number=1,
            ),
        )
        for row in db.session.execute(statement)
    ]
