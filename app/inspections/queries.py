"""What belongs to an inspection, in the pack's order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from app.accounts.models import Invitation, Person
from app.db.base import AnyRow, AnySelect, another
from app.extensions import db
from app.inspections.guides import Guides
from app.inspections.models import (
    Body,
    Criterion,
    CriterionGroup,
    Inspection,
    PackFile,
    Role,
    TeamInvitation,
    TeamMember,
    TeamRole,
)
from app.inspections.on_site import OnSitePart
from app.inspections.requests import Requests
from app.inspections.rules import Rules


def find_inspection_by_code(code: str) -> Inspection | None:
    return db.session.scalars(select(Inspection).where(Inspection.code == code)).one_or_none()


def list_inspections() -> Sequence[Inspection]:
    return db.session.scalars(select(Inspection).order_by(Inspection.code)).all()


def is_demonstration() -> bool:
    """Whether this data folder holds a demonstration: asked for pages that stand in no inspection."""
    return db.session.scalar(select(Inspection.id).where(Inspection.demonstration).limit(1)) is not None


def list_inspections_of(person_id: UUID) -> Sequence[AnyRow]:
    """Inspections on whose team the person is: code, title."""
    return db.session.execute(
        select(Inspection.code, Inspection.title)
        .join(TeamMember, TeamMember.inspection_id == Inspection.id)
        .where(TeamMember.person_id == person_id)
        .distinct()
        .order_by(Inspection.code)
    ).all()


def roles_of(person_id: UUID) -> set[TeamRole]:
    """What the person is on any inspection's team."""
    return set(db.session.scalars(select(TeamMember.role).where(TeamMember.person_id == person_id).distinct()))


def get_pack_file(inspection_id: UUID, name: str) -> dict[str, Any]:
    """A file of the pack as it was loaded: 'scope.yaml'. Raises NoResultFound for one that no pack has."""
    return db.session.scalars(
        select(PackFile.content).where(PackFile.inspection_id == inspection_id, PackFile.name == name)
    ).one()


def find_first_day(inspection_id: UUID) -> date | None:
    """The first day of the pack's timetable, before which nothing was done; None where it gives no day."""
    days = find_days(inspection_id)
    return days[0] if days else None


def find_days(inspection_id: UUID) -> tuple[date, date] | None:
    """The first and the last day of the pack's timetable; None where it gives no day."""
    milestones = get_pack_file(inspection_id, "scope.yaml")["milestones"]
    days = [date.fromisoformat(str(part["date"])) for part in milestones if part["date"]]
    return (min(days), max(days)) if days else None


def find_inspected(inspection_id: UUID) -> str:
    """The short name of the body that is inspected, 'CPS'; empty where the pack does not say."""
    scope = db.session.scalars(
        select(PackFile.content).where(PackFile.inspection_id == inspection_id, PackFile.name == "scope.yaml")
    ).one_or_none()
    return str((scope or {}).get("methodology", {}).get("performance_of", ""))


def get_rules(inspection_id: UUID) -> Rules:
    """The pack's rules: one statement, and one more the first time, as they take some milliseconds to read.

    They are kept in memory under the file's id and the moment it was loaded, with which its content may change.
    """
    file_id, loaded_at = db.session.execute(
        select(PackFile.id, PackFile.loaded_at).where(
            PackFile.inspection_id == inspection_id, PackFile.name == "rules.yaml"
        )
    ).one()
    return _read_rules(file_id, loaded_at)


@lru_cache(maxsize=32)
def _read_rules(file_id: UUID, _loaded_at: datetime) -> Rules:
    return Rules.model_validate(db.session.scalars(select(PackFile.content).where(PackFile.id == file_id)).one())


def find_guides(inspection_id: UUID) -> Guides | None:
    """The pack's topic guides; None where only part of a pack was kept. Read and kept in memory as the rules are."""
    found = db.session.execute(
        select(PackFile.id, PackFile.loaded_at).where(
            PackFile.inspection_id == inspection_id, PackFile.name == "topic-guides.yaml"
        )
    ).one_or_none()
    return _read_guides(*found) if found else None


def list_guides(inspections: Iterable[UUID]) -> dict[UUID, Guides]:
    """The topic guides of several inspections. One statement, and one more for each that was not read before."""
    rows = db.session.execute(
        select(PackFile.inspection_id, PackFile.id, PackFile.loaded_at).where(
            PackFile.inspection_id.in_(inspections), PackFile.name == "topic-guides.yaml"
        )
    ).all()
    return {row.inspection_id: _read_guides(row.id, row.loaded_at) for row in rows}


@lru_cache(maxsize=32)
def _read_guides(file_id: UUID, _loaded_at: datetime) -> Guides:
    return Guides.model_validate(db.session.scalars(select(PackFile.content).where(PackFile.id == file_id)).one())


def find_requests(inspection_id: UUID) -> Requests | None:
    """The pack's document requests; None where only part of it was kept. Read and kept in memory as the rules are."""
    found = db.session.execute(
        select(PackFile.id, PackFile.loaded_at).where(
            PackFile.inspection_id == inspection_id, PackFile.name == "document-requests.yaml"
        )
    ).one_or_none()
    return _read_requests(*found) if found else None


@lru_cache(maxsize=32)
def _read_requests(file_id: UUID, _loaded_at: datetime) -> Requests:
    return Requests.model_validate(db.session.scalars(select(PackFile.content).where(PackFile.id == file_id)).one())


def find_on_site(inspection_id: UUID) -> OnSitePart | None:
    """What the pack says of the Areas that are visited; None where only part of a pack was kept. One statement."""
    content = db.session.scalars(
        select(PackFile.content).where(PackFile.inspection_id == inspection_id, PackFile.name == "scope.yaml")
    ).one_or_none()
    return OnSitePart.model_validate(content["on_site"]) if content is not None else None


def list_bodies(inspection_id: UUID) -> Sequence[Body]:
    return db.session.scalars(select(Body).where(Body.inspection_id == inspection_id).order_by(Body.position)).all()


def list_roles(inspection_id: UUID) -> Sequence[Role]:
    return db.session.scalars(select(Role).where(Role.inspection_id == inspection_id).order_by(Role.position)).all()


def list_criteria(inspection_id: UUID) -> Sequence[AnyRow]:
    """Criteria in the scope's order: id, reference, wording, footnote, group_code, group_name."""
    return db.session.execute(_criteria(), {"inspection_id": inspection_id}).all()


@cache
def _criteria() -> AnySelect:
    return (
        select(
            Criterion.id,
            Criterion.reference,
            Criterion.wording,
            Criterion.footnote,
            CriterionGroup.code.label("group_code"),
            CriterionGroup.name.label("group_name"),
        )
        .join(CriterionGroup, CriterionGroup.id == Criterion.group_id)
        .where(Criterion.inspection_id == bindparam("inspection_id"))
        .order_by(Criterion.position)
    )


def find_criterion(inspection_id: UUID, reference: str) -> AnyRow | None:
    """By its reference, however its letters are written: 'ld.III' finds LD.iii."""
    wanted = reference.casefold()
    return next((row for row in list_criteria(inspection_id) if row.reference.casefold() == wanted), None)


def list_team(inspection_id: UUID) -> Sequence[AnyRow]:
    """Who is on the team: person_id, name, role, disabled_at; by name."""
    return db.session.execute(
        select(TeamMember.person_id, Person.name, TeamMember.role, Person.disabled_at)
        .join(Person, Person.id == TeamMember.person_id)
        .where(TeamMember.inspection_id == inspection_id)
        .order_by(Person.name, TeamMember.role)
    ).all()


@dataclass(slots=True)
class Member:
    """Somebody on the team, with all their roles."""

    person_id: UUID
    name: str
    email: str
    disabled_at: datetime | None
    since: datetime
    roles: list[TeamRole] = field(default_factory=list)


def list_members(inspection_id: UUID) -> list[Member]:
    """Who is on the team now, by name, with their roles. One statement."""
    found: dict[UUID, Member] = {}
    for row in db.session.execute(_members(inspection_id)).all():
        member = found.setdefault(
            row.person_id, Member(row.person_id, row.name, row.email, row.disabled_at, row.joined_at)
        )
        member.roles.append(row.role)
        member.since = min(member.since, row.joined_at)
    return list(found.values())


def find_member(inspection_id: UUID, person_id: UUID) -> Member | None:
    return next((row for row in list_members(inspection_id) if row.person_id == person_id), None)


def _members(inspection_id: UUID) -> AnySelect:
    return (
        select(
            TeamMember.person_id, Person.name, Person.email, Person.disabled_at, TeamMember.role, TeamMember.joined_at
        )
        .join(Person, Person.id == TeamMember.person_id)
        .where(TeamMember.inspection_id == inspection_id)
        .order_by(Person.name, Person.id, TeamMember.role)
    )


def lock_team(inspection_id: UUID) -> None:
    """Have two who change one team do it one after the other; nobody who only writes evidence waits for them."""
    db.session.execute(select(Inspection.id).where(Inspection.id == inspection_id).with_for_update(key_share=True))


def list_roles_of(inspection_id: UUID, person_id: UUID) -> Sequence[TeamMember]:
    return db.session.scalars(
        select(TeamMember).where(TeamMember.inspection_id == inspection_id, TeamMember.person_id == person_id)
    ).all()


def list_leads(inspection_id: UUID) -> Sequence[UUID]:
    """Lead inspectors who can sign in."""
    return db.session.scalars(
        select(TeamMember.person_id)
        .join(Person, Person.id == TeamMember.person_id)
        .where(
            TeamMember.inspection_id == inspection_id,
            TeamMember.role == TeamRole.LEAD,
            Person.disabled_at.is_(None),
        )
    ).all()


def list_led_alone(person_id: UUID) -> Sequence[str]:
    """The titles of the inspections of which this person is the only lead inspector who can sign in. One statement."""
    other = another(TeamMember, "other")
    others = (
        select(other.id)
        .join(Person, Person.id == other.person_id)
        .where(
            other.inspection_id == TeamMember.inspection_id,
            other.person_id != person_id,
            other.role == TeamRole.LEAD,
            Person.disabled_at.is_(None),
        )
    )
    return db.session.scalars(
        select(Inspection.title)
        .join(TeamMember, TeamMember.inspection_id == Inspection.id)
        .where(TeamMember.person_id == person_id, TeamMember.role == TeamRole.LEAD, ~others.exists())
        .order_by(Inspection.code)
    ).all()


def list_invited(inspection_id: UUID) -> Sequence[AnyRow]:
    """Who is invited to the team and has not come yet: id, name, email, roles, made_at, made_by, expires_at."""
    return db.session.execute(
        select(
            Invitation.id,
            Invitation.name,
            Invitation.email,
            TeamInvitation.roles,
            Invitation.made_at,
            Invitation.made_by,
            Invitation.expires_at,
        )
        .join(TeamInvitation, TeamInvitation.invitation_id == Invitation.id)
        .where(
            TeamInvitation.inspection_id == inspection_id,
            Invitation.used_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .order_by(Invitation.name, Invitation.id)
    ).all()


def find_team_invitation(invitation_id: UUID) -> TeamInvitation | None:
    return db.session.get(TeamInvitation, invitation_id)


def find_offered(invitation_id: UUID) -> AnyRow | None:
    """What a team offers by an invitation: title of the inspection, roles. None for an administrator's."""
    return db.session.execute(
        select(Inspection.title, TeamInvitation.roles)
        .join(Inspection, Inspection.id == TeamInvitation.inspection_id)
        .where(TeamInvitation.invitation_id == invitation_id)
    ).one_or_none()
