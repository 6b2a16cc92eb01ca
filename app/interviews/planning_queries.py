"""The plan of interviews: what is planned with which role of which body, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from app.db.base import AnySelect
from app.extensions import db
from app.inspections.models import Body, Inspection, Role
from app.interviews.models import (
    Interview,
    InterviewPlan,
    State,
)


@dataclass(frozen=True, slots=True)
class PlanCell:
    """A role of a body in the plan: what is planned, and how many interviews are in which state."""

    body: str  # its code
    role: str
    kind: str
    number: int | None  # None where the pack plans nothing: somebody added interviews by hand
    counts: dict[str, int]  # state to how many, cancelled ones too
    kinds: dict[str, int]  # of those not cancelled
    changed: bool  # since the pack planned it

    @property
    def as_planned(self) -> bool:
        return self.number is None or self.number == self.living

    @property
    def living(self) -> int:
        return sum(self.kinds.values())


@dataclass(frozen=True, slots=True)
class PlanTable:
    """Roles by bodies, in the pack's order. Only those of which something is planned or made have a place in it."""

    bodies: list[tuple[str, str]]  # code, name
    roles: list[tuple[str, str]]  # code, label
    cells: dict[tuple[str, str], PlanCell]  # by role's code and body's code
    counts: dict[str, int]  # over all of it
    kinds: dict[str, int]  # of those not cancelled


def plan_table(inspection_id: UUID) -> PlanTable:
    """What is planned, and how far it is. Two statements, however many interviews there are."""
    made = db.session.execute(
        select(
            Body.code.label("body"),
            Body.name,
            Body.position,
            Role.code.label("role"),
            Role.label,
            Role.position.label("role_position"),
            Interview.kind,
            Interview.state.label("state"),
            func.count().label("number"),
        )
        .select_from(Interview)
        .join(Body, Body.id == Interview.body_id)
        .join(Role, Role.id == Interview.role_id)
        .where(Interview.inspection_id == inspection_id)
        .group_by(Body.id, Role.id, Interview.kind, "state")
    ).all()
    planned = db.session.execute(
        select(
            Body.code.label("body"),
            Body.name,
            Body.position,
            Role.code.label("role"),
            Role.label,
            Role.position.label("role_position"),
            InterviewPlan.kind,
            InterviewPlan.number,
            InterviewPlan.reason,
        )
        .join(Body, Body.id == InterviewPlan.body_id)
        .join(Role, Role.id == InterviewPlan.role_id)
        .where(InterviewPlan.inspection_id == inspection_id)
    ).all()
    rows = [*planned, *made]
    cells = {
        (row.role, row.body): PlanCell(row.body, row.role, row.kind, row.number, {}, {}, bool(row.reason))
        for row in planned
    }
    counts: dict[str, int] = {}
    kinds: dict[str, int] = {}
    for row in made:
        cell = cells.setdefault((row.role, row.body), PlanCell(row.body, row.role, row.kind, None, {}, {}, False))
        cell.counts[row.state] = cell.counts.get(row.state, 0) + row.number
        counts[row.state] = counts.get(row.state, 0) + row.number
        if row.state != State.CANCELLED:
            cell.kinds[row.kind] = cell.kinds.get(row.kind, 0) + row.number
            kinds[row.kind] = kinds.get(row.kind, 0) + row.number
    bodies = sorted({(row.position, row.body, row.name) for row in rows})
    roles = sorted({(row.role_position, row.role, row.label) for row in rows})
    return PlanTable([row[1:] for row in bodies], [row[1:] for row in roles], cells, counts, kinds)


def find_cell(inspection_id: UUID, body: str, role: str, *, for_change: bool = False) -> InterviewPlan | None:
    """What is planned with a role of a body, by their codes, with both."""
    statement = (
        select(InterviewPlan)
        .join(InterviewPlan.body)
        .join(InterviewPlan.role)
        .options(contains_eager(InterviewPlan.body), contains_eager(InterviewPlan.role))
        .where(InterviewPlan.inspection_id == inspection_id, Body.code == body, Role.code == role)
    )
    if for_change:
        statement = statement.with_for_update(of=InterviewPlan)
    return db.session.scalars(statement).one_or_none()


def list_planned_cells(inspection_id: UUID) -> set[tuple[UUID, UUID]]:
    """Body and role of all that is in the plan."""
    rows = db.session.execute(
        select(InterviewPlan.body_id, InterviewPlan.role_id).where(InterviewPlan.inspection_id == inspection_id)
    )
    return {(row.body_id, row.role_id) for row in rows}


def list_plans(inspection_id: UUID) -> Sequence[InterviewPlan]:
    """What is planned with each role of each body, with both, in the pack's order."""
    wanted = (
        select(InterviewPlan)
        .join(InterviewPlan.body)
        .join(InterviewPlan.role)
        .options(contains_eager(InterviewPlan.body), contains_eager(InterviewPlan.role))
        .where(InterviewPlan.inspection_id == inspection_id)
        .order_by(Role.position, Body.position)
    )
    return db.session.scalars(wanted).all()


def count_living(inspection_id: UUID) -> dict[tuple[UUID, UUID], int]:
    """Body and role to how many interviews there are with it, without the cancelled ones."""
    rows = db.session.execute(
        select(Interview.body_id, Interview.role_id, func.count())
        .where(Interview.inspection_id == inspection_id, Interview.cancelled_at.is_(None))
        .group_by(Interview.body_id, Interview.role_id)
    )
    return {(body_id, role_id): count for body_id, role_id, count in rows if body_id and role_id}


def list_of_cell(body_id: UUID, role_id: UUID) -> Sequence[Interview]:
    """The interviews with a role of a body that are not cancelled, held for a change."""
    return db.session.scalars(
        select(Interview)
        .where(Interview.body_id == body_id, Interview.role_id == role_id, Interview.cancelled_at.is_(None))
        .order_by(Interview.number)
        .with_for_update(of=Interview)
    ).all()


def all_cancelled(inspection_id: UUID) -> AnySelect:
    """Interviews with a role of a body of which none is left: codes of both, the role's label, number, reason.

    What was planned there will not come, and it is known why. One that is put back or added ends that.
    """
    cell = (Interview.role_id, Interview.body_id)
    made = (
        select(
            *cell,
            Interview.number,
            Interview.cancelled_reason.label("reason"),
            (func.count().over(partition_by=cell) - func.count(Interview.cancelled_at).over(partition_by=cell)).label(
                "left"
            ),
        )
        .where(Interview.inspection_id == inspection_id)
        .subquery()
    )
    return (
        select(Role.code.label("role"), Role.label, Body.code.label("body"), made.c.number, made.c.reason)
        .join(made, made.c.role_id == Role.id)
        .join(Body, Body.id == made.c.body_id)
        .where(made.c.left == 0)
        .order_by(made.c.number)
    )


def list_all_cancelled(inspection_id: UUID, area: str) -> dict[str, list[str]]:
    """Roles of a body, by its code, of whose interviews none is left: label to the reasons. One statement."""
    found: dict[str, list[str]] = {}
    for row in db.session.execute(all_cancelled(inspection_id).where(Body.code == area)):
        reasons = found.setdefault(row.label, [])
        if row.reason not in reasons:
            reasons.append(row.reason)
    return found


def lock_plan(inspection_id: UUID) -> None:
    """One at a time may make the plan: the other waits, and finds it made."""
    db.session.execute(select(Inspection.id).where(Inspection.id == inspection_id).with_for_update())
