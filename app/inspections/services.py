from uuid import UUID

from app.access import SYSTEM, Actor
from app.audit.services import record
from app.extensions import db
from app.inspections.models import TeamMember, TeamRole
from app.web import clock


def join_team(inspection_id: UUID, person_id: UUID, role: TeamRole, *, by: Actor = SYSTEM) -> TeamMember:
    """Give somebody a role on the team."""
    member = TeamMember(inspection_id=inspection_id, person_id=person_id, role=role, joined_at=clock.now())
    db.session.add(member)
    record(by, "added to the team", "team", part=person_id.hex, inspection_id=inspection_id, after={"role": role.value})
    return member
