from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Choice, Identified
from app.extensions import Model


class Inspection(Identified, Model):
    """One thematic inspection, made from a pack."""

    __tablename__ = "inspection"

    code: Mapped[str] = mapped_column(unique=True)  # 'stalking-2026', as in addresses
    title: Mapped[str]
    question: Mapped[str]
    marking: Mapped[str]  # 'OFFICIAL-SENSITIVE'
    marking_line: Mapped[str]
    vocabulary: Mapped[dict[str, Any]]  # the pack's lists that forms offer: see vocabulary.py
    pack_version: Mapped[str]  # of the pack that it was last loaded from
    demonstration: Mapped[bool] = mapped_column(default=False)  # made up by `demo load`; every page and export says so
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}


class PackFile(Identified, Model):
    """A file of the pack as it was loaded, whole: the rules are read from it, the team's edits are compared with it."""

    __tablename__ = "pack_file"
    __table_args__ = (UniqueConstraint("inspection_id", "name"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    name: Mapped[str]  # 'rules.yaml'
    content: Mapped[dict[str, Any]]
    loaded_at: Mapped[datetime]


class BodyKind(StrEnum):
    AREA = "area"
    HEADQUARTERS = "headquarters"


class Body(Identified, Model):
    """A CPS Area, or Headquarters."""

    __tablename__ = "body"
    __table_args__ = (UniqueConstraint("inspection_id", "code"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    code: Mapped[str]  # 'WES'
    name: Mapped[str]
    aliases: Mapped[list[Any]]  # other spellings that an import accepts
    kind: Mapped[BodyKind] = mapped_column(Choice(BodyKind))
    visited: Mapped[bool]
    pilot: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]


class CriterionGroup(Identified, Model):
    """A heading of the scope, such as 'Legal Decisions', with its criteria under it."""

    __tablename__ = "criterion_group"
    __table_args__ = (UniqueConstraint("inspection_id", "code"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    code: Mapped[str]  # 'LD'
    name: Mapped[str]
    position: Mapped[int]


class Criterion(Identified, Model):
    """One sub-question of the scope, in its exact words."""

    __tablename__ = "criterion"
    __table_args__ = (UniqueConstraint("inspection_id", "reference"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    group_id: Mapped[UUID] = mapped_column(ForeignKey("criterion_group.id"))
    reference: Mapped[str]  # 'LD.iii'
    wording: Mapped[str]
    footnote: Mapped[str]  # the scope's footnotes to it, beside the wording and not in it; may be empty
    position: Mapped[int]  # over the whole inspection, in the scope's order

    group: Mapped[CriterionGroup] = relationship()


class Role(Identified, Model):
    """A role that is interviewed: what exports may show of a person."""

    __tablename__ = "role"
    __table_args__ = (UniqueConstraint("inspection_id", "code"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    code: Mapped[str]  # 'area_stalking_lead'
    label: Mapped[str]
    at: Mapped[BodyKind] = mapped_column(Choice(BodyKind))
    position: Mapped[int]


class TeamRole(StrEnum):
    """What somebody is on an inspection's team; one person may hold two."""

    LEAD = "lead"
    INSPECTOR = "inspector"
    QA_LEAD = "qa_lead"
    OBSERVER = "observer"

    @property
    def label(self) -> str:
        return {
            "lead": "Lead inspector",
            "inspector": "Legal inspector",
            "qa_lead": "Quality assurance lead",
            "observer": "Observer",
        }[self.value]


class TeamMember(Identified, Model):
    """A person's role on an inspection. Taken away, the row goes: who was what and when is in the audit trail."""

    __tablename__ = "team_member"
    __table_args__ = (UniqueConstraint("inspection_id", "person_id", "role"),)

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[TeamRole] = mapped_column(Choice(TeamRole))
    joined_at: Mapped[datetime]  # when the person came to the team, also for a role that was added later


class TeamInvitation(Model):
    """The roles that somebody invited gets on a team once the account is made."""

    __tablename__ = "team_invitation"

    invitation_id: Mapped[UUID] = mapped_column(ForeignKey("invitation.id"), primary_key=True)
    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"), index=True)
    roles: Mapped[list[Any]]  # values of TeamRole


class Counter(Model):
    """The last number given out under a prefix. Numbers are never used again; gaps are allowed."""

    __tablename__ = "counter"

    inspection_id: Mapped[UUID] = mapped_column(ForeignKey("inspection.id"), primary_key=True)
    prefix: Mapped[str] = mapped_column(primary_key=True)  # 'INT', 'DOC', 'E', 'F'
    last: Mapped[int]
