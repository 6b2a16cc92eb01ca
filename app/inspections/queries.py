"""What belongs to an inspection, in the pack's order."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Person
from app.db.base import AnyRow
from app.extensions import db
from app.inspections.guides import Guides
from app.inspections.models import Body, Criterion, CriterionGroup, Inspection, PackFile, Role, TeamMember
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


def get_pack_file(inspection_id: UUID, name: str) -> dict[str, Any]:
    """A file of the pack as it was loaded: 'scope.yaml'. Raises NoResultFound for one that no pack has."""
    return db.session.scalars(
        select(PackFile.content).where(PackFile.inspection_id == inspection_id, PackFile.name == name)
    ).one()


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


@lru_cache(maxsize=32)
def _read_guides(file_id: UUID, _loaded_at: datetime) -> Guides:
    return Guides.model_validate(db.session.scalars(select(PackFile.content).where(PackFile.id == file_id)).one())


def list_bodies(inspection_id: UUID) -> Sequence[Body]:
    return db.session.scalars(select(Body).where(Body.inspection_id == inspection_id).order_by(Body.position)).all()


def list_roles(inspection_id: UUID) -> Sequence[Role]:
    return db.session.scalars(select(Role).where(Role.inspection_id == inspection_id).order_by(Role.position)).all()


def list_criteria(inspection_id: UUID) -> Sequence[AnyRow]:
    """Criteria in the scope's order: id, reference, wording, footnote, group_code, group_name."""
    return db.session.execute(
        select(
            Criterion.id,
            Criterion.reference,
            Criterion.wording,
            Criterion.footnote,
            CriterionGroup.code.label("group_code"),
            CriterionGroup.name.label("group_name"),
        )
        .join(CriterionGroup, CriterionGroup.id == Criterion.group_id)
        .where(Criterion.inspection_id == inspection_id)
        .order_by(Criterion.position)
    ).all()


def find_criterion(inspection_id: UUID, reference: str) -> AnyRow | None:
    """By its reference, however its letters are written: 'ld.III' finds LD.iii."""
    wanted = reference.casefold()
    return next((row for row in list_criteria(inspection_id) if row.reference.casefold() == wanted), None)


def list_team(inspection_id: UUID) -> Sequence[AnyRow]:
    """Who is on the team: person_id, name, role; by name."""
    return db.session.execute(
        select(TeamMember.person_id, Person.name, TeamMember.role)
        .join(Person, Person.id == TeamMember.person_id)
        .where(TeamMember.inspection_id == inspection_id)
        .order_by(Person.name, TeamMember.role)
    ).all()
