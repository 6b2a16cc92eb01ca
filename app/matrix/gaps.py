"""What is planned to inform a criterion and has given nothing yet. Source: the pack's rules.yaml, `planned_sources`.

What the pack plans is worked out from its files once and kept in memory: it changes only when the pack is loaded anew.
An interview that was cancelled will give nothing: where all with a role of a body were, that is known, and why.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, null, select, union_all

from app.evidence.models import Source, Tag
from app.extensions import db
from app.findings.models import FileFinding, file_finding_criterion
from app.inspections.guides import Guides, kind_of
from app.inspections.models import Body, BodyKind, Criterion, PackFile, Role
from app.inspections.queries import list_bodies
from app.inspections.rules import PlannedSourcePart, Rules
from app.interviews.planning_queries import all_cancelled
from app.matrix.queries import MatrixRow
from app.other_sources.models import OtherSource
from app.register import state
from app.register.queries import Nothing, nothing_to_come

SAID, WRITTEN, EXAMINED = "said", "written", "examined"
PLANNED, NIL_RETURN, CANCELLED = "planned", "nil_return", "cancelled"
NEEDLESS = "nothing_to_come"  # of what it depends on there is none: nobody waits for it
DECLARED = "declared"  # the family of a kind of source of which each source says what it is
FILES = ("rules.yaml", "topic-guides.yaml", "document-requests.yaml", "scope.yaml")


@dataclass(frozen=True, slots=True)
class Gap:
    """One planned source that gave nothing yet, said that there is nothing, was cancelled, or is not to come."""

    criterion: str
    kind: str  # 'family', 'role', 'request', 'engagement'
    code: str
    label: str  # 'Area stalking lead', 'A5 Individual quality assessments', 'What documents show'
    body: str  # name; empty where it is planned of no one body
    body_code: str
    mark: str  # 'planned', 'nil_return', 'nothing_to_come' or 'cancelled'
    reason: str = ""  # why it was cancelled, there is none, or nothing is to come


@dataclass(frozen=True, slots=True)
class Gave:
    """Sources that are alike, of which something living stands under the criterion."""

    family: str
    request: str = ""
    role: str = ""
    body: str = ""
    given_by: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody or something that is planned, and of which kinds of body."""

    code: str
    label: str
    of: str  # 'HQ', 'on_site_areas' or 'all_areas'
    only: frozenset[str] = frozenset()  # codes of the bodies that are meant; empty: all of the kind
    source_kinds: frozenset[str] = frozenset()

    def bodies(self, bodies: Iterable[Body]) -> list[Body]:
        found = {
            "HQ": lambda body: body.kind is BodyKind.HEADQUARTERS,
            "on_site_areas": lambda body: body.kind is BodyKind.AREA and body.visited,
            "all_areas": lambda body: body.kind is BodyKind.AREA,
        }[self.of]
        return [body for body in bodies if found(body) and (not self.only or body.code in self.only)]


@dataclass(frozen=True, slots=True)
class PlannedFor:
    """All that is planned to inform one criterion."""

    part: PlannedSourcePart
    roles: tuple[Asked, ...]
    requests: tuple[Asked, ...]
    engagements: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    rules: Rules
    criteria: Mapping[str, PlannedFor]
    families: Mapping[str, str]  # code to label
    acronyms: Mapping[str, str] = field(default_factory=dict)  # what is written long to its short form
    nil_label: str = ""  # the pack's word for a nil return
    # Role and body, by their codes, of whose interviews none is left; to the reasons.
    cancelled: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def columns(
        self, reference: str, by: str, bodies: Sequence[Body], *, but: Collection[tuple[str, str]] = ()
    ) -> set[str]:
        """Codes of the columns of the matrix in which the criterion is planned to have something.

        `but` are pairs of role and body of which nothing is expected.
        """
        planned = self.criteria.get(reference)
        if planned is None:
            return set()
        said = [
            (asked, body)
            for asked in planned.roles
            for body in asked.bodies(bodies)
            if (asked.code, body.code) not in but
        ]
        if by == "role":
            return {asked.code for asked, _body in said}
        if by == "area":
            written = {body.code for asked in planned.requests for body in asked.bodies(bodies)}
            return written | {body.code for _asked, body in said}
        found = {kind for asked, _body in said for kind in asked.source_kinds}
        for kind in self.rules.source_kinds:
            if kind.family != SAID and self.families_of(kind.code) & set(planned.part.families):
                found.add(kind.code)
        return found

    @property
    def requests(self) -> dict[str, str]:
        """Code to title, of the documents that are planned to inform a criterion."""
        return {asked.code: asked.label for planned in self.criteria.values() for asked in planned.requests}

    def families_of(self, source_kind: str) -> set[str]:
        """What the strength rule may count a kind of source as."""
        kind = next((kind for kind in self.rules.source_kinds if kind.code == source_kind), None)
        if kind is None:
            return set()
        return set(kind.families) if kind.family == DECLARED else {kind.family}

    def lies_in(self, gap: Gap, by: str, column: str) -> bool:
        """Whether a gap belongs to a cell of the criterion's row."""
        if by == "area":
            return gap.body_code == column
        if by == "role":
            return gap.kind == "role" and gap.code == column
        families = self.families_of(column)
        if gap.kind == "role":
            roles = {asked.code: asked for asked in self.criteria[gap.criterion].roles}
            return column in roles[gap.code].source_kinds
        if gap.kind == "request":
            return WRITTEN in families
        if gap.kind == "engagement":
            return any(kind.code == column and kind.family == DECLARED for kind in self.rules.source_kinds)
        return gap.code in families and gap.code != SAID


def read_plan(inspection_id: UUID) -> Plan | None:
    """The plan of the pack, and what of it was cancelled: one statement, and one more the first time.

    None where the pack was not kept whole.
    """
    lost = all_cancelled(inspection_id).order_by(None).subquery()
    nothing = null()
    rows = db.session.execute(
        union_all(
            select(
                PackFile.id,
                PackFile.loaded_at,
                PackFile.name,
                nothing.label("role"),
                nothing.label("body"),
                nothing.label("number"),
                nothing.label("reason"),
            ).where(PackFile.inspection_id == inspection_id, PackFile.name.in_(FILES)),
            select(nothing, nothing, nothing, lost.c.role, lost.c.body, lost.c.number, lost.c.reason),
        )
    ).all()
    files = sorted((row for row in rows if row.id is not None), key=lambda row: row.name)
    if len(files) < len(FILES):
        return None
    reasons: dict[tuple[str, str], dict[str, None]] = {}
    for row in sorted((row for row in rows if row.id is None), key=lambda row: row.number):
        reasons.setdefault((row.role, row.body), {})[row.reason] = None
    plan = _plan(tuple((row.id, row.loaded_at) for row in files))
    return replace(plan, cancelled={pair: "; ".join(given) for pair, given in reasons.items()})


def gaps(
    inspection_id: UUID,
    criterion_id: UUID | None = None,
    *,
    plan: Plan | None = None,
    bodies: Sequence[Body] | None = None,
) -> list[Gap]:
    """Planned sources that gave nothing yet, by criterion in the scope's order: of one criterion, or of all.

    Statements: six at most, however much there is; two fewer where plan and bodies are given.
    """
    plan = plan or read_plan(inspection_id)
    if plan is None:
        return []
    bodies = list_bodies(inspection_id) if bodies is None else bodies
    gave = _gave(inspection_id, criterion_id)
    wanted = select(Criterion.id, Criterion.reference).where(Criterion.inspection_id == inspection_id)
    if criterion_id is not None:
        wanted = wanted.where(Criterion.id == criterion_id)
    nothing = nothing_to_come(inspection_id)
    return [
        gap
        for row in db.session.execute(wanted.order_by(Criterion.position))
        for gap in silent(plan, row.reference, gave.get(row.id, []), bodies, nothing)
    ]


def silent(
    plan: Plan,
    reference: str,
    gave: Sequence[Gave],
    bodies: Sequence[Body],
    nothing: Mapping[tuple[str, str], Nothing] | None = None,
) -> list[Gap]:
    """The gaps of one criterion: `gave` is what stands under it, `nothing` why what a body is asked will not come."""
    planned = plan.criteria.get(reference)
    if planned is None:
        return []
    heard = {one.family for one in gave}
    told = {(one.role, one.body) for one in gave if one.family == SAID}
    sent = {(code, one.body) for one in gave if one.family == WRITTEN for code in one.request.split()}
    by_whom = {one.given_by.casefold() for one in gave if one.given_by}
    pairs = [(asked, body) for asked in planned.roles for body in asked.bodies(bodies)]
    lost = [plan.cancelled.get((asked.code, body.code)) for asked, body in pairs]
    # Nobody is left who could say anything: then nothing of the kind is awaited either.
    nobody = "; ".join(dict.fromkeys(why for why in lost if why is not None)) if lost and None not in lost else None
    found = [
        _gap(reference, "family", family, plan.families.get(family, family), why=nobody if family == SAID else None)
        for family in planned.part.families
        if family not in heard
    ]
    found += [
        _gap(reference, "role", asked.code, asked.label, body, why)
        for (asked, body), why in zip(pairs, lost, strict=True)
        if (asked.code, body.code) not in told
    ]
    found += [
        _gap_of_request(plan, reference, asked, body, (nothing or {}).get((body.code, asked.code)))
        for asked in planned.requests
        for body in asked.bodies(bodies)
        if (asked.code, body.code) not in sent
    ]
    found += [
        Gap(reference, "engagement", asked.code, asked.label, "", "", PLANNED)
        for asked in planned.engagements
        if not by_whom & {asked.label.casefold(), plan.acronyms.get(asked.label.casefold(), asked.label).casefold()}
    ]
    return found


def _gap(reference: str, kind: str, code: str, label: str, body: Body | None = None, why: str | None = None) -> Gap:
    """A gap that is planned, or that was cancelled where `why` is given."""
    mark = PLANNED if why is None else CANCELLED
    return Gap(reference, kind, code, label, body.name if body else "", body.code if body else "", mark, why or "")


def _gap_of_request(plan: Plan, reference: str, asked: Asked, body: Body, nothing: Nothing | None) -> Gap:
    gap = Gap(reference, "request", asked.code, f"{asked.code} {asked.label}", body.name, body.code, PLANNED)
    if nothing is None:
        return gap
    if nothing.depends_on:  # as the register says it
        return replace(gap, mark=NEEDLESS, reason=f"{nothing.depends_on}, {plan.nil_label.lower()}")
    return replace(gap, mark=NIL_RETURN, reason=nothing.reason)


def marks_of(
    plan: Plan, rows: Iterable[MatrixRow], by: str, bodies: Sequence[Body], known: Iterable[Gap]
) -> dict[tuple[str, str], list[str]]:
    """Marks of the matrix by criterion and column: 'planned' where nothing is yet, others where nothing will come.

    `known` are the gaps that a nil return, what depends on one, or a cancelled interview left: each is marked where it
    lies, beside evidence of other requests and roles, too.
    """
    found: dict[tuple[str, str], list[str]] = {}
    of_criterion: dict[str, list[Gap]] = {}
    for gap in known:
        of_criterion.setdefault(gap.criterion, []).append(gap)
    examined = {kind.code for kind in plan.rules.source_kinds if EXAMINED in plan.families_of(kind.code)}
    for row in rows:
        awaited = plan.columns(row.reference, by, bodies, but=plan.cancelled)
        for column in plan.columns(row.reference, by, bodies):
            in_findings = by == "kind" and column in examined and row.results
            marks = [PLANNED] if column in awaited and column not in row.cells and not in_findings else []
            lie_here = {gap.mark for gap in of_criterion.get(row.reference, ()) if plan.lies_in(gap, by, column)}
            marks += [mark for mark in (NIL_RETURN, NEEDLESS, CANCELLED) if mark in lie_here]
            if marks:
                found[row.reference, column] = marks
    return found


def known_gaps(
    inspection_id: UUID, plan: Plan, bodies: Sequence[Body], nothing: Mapping[tuple[str, str], Nothing]
) -> list[Gap]:
    """The gaps that nil returns, what depends on them, and cancelled interviews left, as `silent` tells them.

    One statement at most.
    """
    names = {body.code: body.id for body in bodies}
    asked_in_vain = [names[body] for body, _code in nothing if body in names]
    under = (
        select(Criterion.reference, Source.request, Source.body_id)
        .select_from(Source)
        .join(Tag, Tag.source_id == Source.id)
        .join(Criterion, Criterion.id == Tag.criterion_id)
        .where(
            Source.inspection_id == inspection_id,
            Source.family == WRITTEN,
            Source.request != "",
            Source.body_id.in_(asked_in_vain),
            Tag.live,
        )
        .distinct()
    )
    codes = {id: code for code, id in names.items()}
    gave: dict[str, list[Gave]] = {}
    # Where nobody gave a nil return there is nothing to look through all tags for.
    for row in db.session.execute(under) if asked_in_vain else ():
        gave.setdefault(row.reference, []).append(Gave(WRITTEN, row.request, body=codes[row.body_id]))
    return [
        gap
        for reference in plan.criteria
        for gap in silent(plan, reference, gave.get(reference, []), bodies, nothing)
        if gap.mark != PLANNED
    ]


def _gave(inspection_id: UUID, criterion_id: UUID | None) -> dict[UUID, list[Gave]]:
    """Criterion to what stands under it, from evidence and from file findings: two statements."""
    tagged = select(Tag.criterion_id, Tag.source_id).where(Tag.inspection_id == inspection_id, Tag.live).distinct()
    results = (
        select(file_finding_criterion.c.criterion_id)
        .join(FileFinding, FileFinding.id == file_finding_criterion.c.file_finding_id)
        .where(FileFinding.inspection_id == inspection_id, FileFinding.withdrawn_at.is_(None))
        .distinct()
    )
    if criterion_id is not None:
        tagged = tagged.where(Tag.criterion_id == criterion_id)
        results = results.where(file_finding_criterion.c.criterion_id == criterion_id)
    under = tagged.subquery()
    other = inspect(OtherSource).local_table
    found: dict[UUID, list[Gave]] = {}
    for row in db.session.execute(
        select(
            under.c.criterion_id,
            Source.family,
            Source.request,
            Role.code.label("role"),
            Body.code.label("body"),
            other.c.given_by,
        )
        .select_from(under)
        .join(Source, Source.id == under.c.source_id)
        .outerjoin(Role, Role.id == Source.role_id)
        .outerjoin(Body, Body.id == Source.body_id)
        .outerjoin(other, other.c.id == Source.id)
        .distinct()
    ):
        gave = Gave(row.family, row.request, row.role or "", row.body or "", row.given_by or "")
        found.setdefault(row.criterion_id, []).append(gave)
    for under_criterion in db.session.scalars(results):
        found.setdefault(under_criterion, []).append(Gave(EXAMINED))
    return found


@lru_cache(maxsize=32)
def _plan(files: tuple[tuple[UUID, datetime], ...]) -> Plan:
    content: dict[str, Any] = {
        row.name: row.content
        for row in db.session.execute(
            select(PackFile.name, PackFile.content).where(PackFile.id.in_([file_id for file_id, _loaded in files]))
        )
    }
    rules, guides = Rules.model_validate(content["rules.yaml"]), Guides.model_validate(content["topic-guides.yaml"])
    requests = {request["id"]: request for request in content["document-requests.yaml"]["requests"]}
    events = content["document-requests.yaml"].get("events", [])
    engagements = {one["code"]: one for one in _engagements(content["scope.yaml"])}
    sessions = {session.role: session for session in guides.planned_sessions}
    of = {"headquarters": "HQ"}

    def roles(part: PlannedSourcePart) -> Iterable[Asked]:
        for code, prompts in part.prompts.items():
            guide, session = guides.of_role(code), sessions.get(code)
            if guide is None or session is None:
                continue
            asked = [prompt for prompt in guide.questions if prompt.id in prompts]
            everywhere = any(not prompt.areas for prompt in asked)
            only = frozenset() if everywhere else frozenset(area for prompt in asked for area in prompt.areas)
            yield Asked(code, guide.label, session.at, only, frozenset({kind_of(session.kind)}))

    return Plan(
        rules,
        {
            part.criterion: PlannedFor(
                part,
                tuple(roles(part)),
                tuple(
                    Asked(code, requests[code]["title"], of.get(requests[code]["from"], requests[code]["from"]))
                    for code in part.requests
                    if code in requests
                ),
                tuple(Asked(code, engagements[code]["with"], "HQ") for code in part.other if code in engagements),
            )
            for part in rules.planned_sources
        },
        {family.code: family.label for family in rules.families},
        {acronym.long.casefold(): acronym.short for acronym in rules.acronyms},
        nil_label=next((kind["label"] for kind in events if kind["code"] == state.NIL_RETURN), ""),
    )


def _engagements(scope: Mapping[str, Any]) -> list[dict[str, Any]]:
    stakeholders = scope.get("methodology", {}).get("stakeholders", {})
    return list(stakeholders.get("engagements", []))
