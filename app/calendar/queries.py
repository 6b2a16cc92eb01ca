from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, exists, or_, select, union

from app.accounts.models import Person
from app.accounts.secrets import hash_of_token
from app.calendar.models import CalendarFeed
from app.db.base import AnyRow, AnySelect, another
from app.evidence.models import Source
from app.extensions import db
from app.inspections.models import Body, Inspection, Role, TeamMember, TeamRole
from app.interviews.models import Interview
from app.register.models import DocumentRequest
from app.visits.models import Visit, VisitInspector

MOST = 1000  # interviews, and as many visits, in one feed: the newest


def find_feed(token: str) -> AnyRow | None:
    """Whose feed has this token (person_id, name, slot, fetches, fetched_at): not revoked, the account not disabled."""
    return db.session.execute(
        select(CalendarFeed.person_id, Person.name, CalendarFeed.slot, CalendarFeed.fetches, CalendarFeed.fetched_at)
        .join(Person, Person.id == CalendarFeed.person_id)
        .where(
            CalendarFeed.token_hash == hash_of_token(token),
            CalendarFeed.revoked_at.is_(None),
            Person.disabled_at.is_(None),
        )
    ).one_or_none()


def find_feed_of(person_id: UUID, *, for_change: bool = False) -> CalendarFeed | None:
    """However it stands with it. For a change, the person is locked, who is there even where the feed is not yet."""
    if for_change:
        db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    return db.session.scalars(select(CalendarFeed).where(CalendarFeed.person_id == person_id)).one_or_none()


def list_inspections_of(person_id: UUID) -> dict[UUID, AnyRow]:
    """The inspections on whose team somebody is now: id, code, marking, demonstration, vocabulary; and `owns`: whether
    they look after a request there."""
    owned = exists().where(DocumentRequest.inspection_id == Inspection.id, DocumentRequest.owner_id == person_id)
    rows = db.session.execute(
        select(
            Inspection.id,
            Inspection.code,
            Inspection.marking,
            Inspection.demonstration,
            Inspection.vocabulary,
            owned.label("owns"),
        ).where(Inspection.id.in_(select(TeamMember.inspection_id).where(TeamMember.person_id == person_id)))
    )
    return {row.id: row for row in rows}


def list_interviews_of(person_id: UUID, inspections: Iterable[UUID], since: datetime) -> Sequence[AnyRow]:
    """The dated interviews that somebody leads or takes notes in, cancelled ones too, the newest first."""
    return db.session.execute(
        _interviews()
        .where(Source.inspection_id.in_(inspections), Interview.held_at > since)
        .where(or_(Interview.lead_id == person_id, Interview.note_taker_id == person_id))
        .order_by(Interview.held_at.desc(), Source.number)
        .limit(MOST)
    ).all()


def find_dated(interview_id: UUID) -> AnyRow | None:
    """One interview, as in a feed; None where it has no date."""
    return db.session.execute(
        _interviews().where(Source.id == interview_id, Interview.held_at.is_not(None))
    ).one_or_none()


def list_visits_of(person_id: UUID, inspections: Iterable[UUID], since: date) -> Sequence[AnyRow]:
    """The dated visits that somebody goes on, cancelled ones too, the newest first."""
    return db.session.execute(
        _visits()
        .join(VisitInspector, VisitInspector.visit_id == Visit.id)
        .where(Visit.inspection_id.in_(inspections), Visit.ends_on > since, VisitInspector.person_id == person_id)
        .order_by(Visit.starts_on.desc(), Visit.number)
        .limit(MOST)
    ).all()


def list_interviews_between(inspection_id: UUID, first: date, last: date) -> Sequence[AnyRow]:
    """The interviews on some days that are not cancelled, by time, with who leads them and takes notes."""
    lead, note_taker = another(Person, "lead"), another(Person, "note_taker")
    return db.session.execute(
        _interviews()
        .add_columns(
            Body.code.label("area"),
            Source.body_id,
            Interview.state.label("state"),
            Interview.lead_id,
            Interview.note_taker_id,
            lead.name.label("lead"),
            note_taker.name.label("note_taker"),
        )
        .outerjoin(lead, lead.id == Interview.lead_id)
        .outerjoin(note_taker, note_taker.id == Interview.note_taker_id)
        .where(Source.inspection_id == inspection_id, Source.happened_on.between(first, last))
        .where(Interview.cancelled_at.is_(None))
        .order_by(Interview.held_at, Source.number)
    ).all()


def list_visits_between(inspection_id: UUID, first: date, last: date) -> Sequence[AnyRow]:
    """The visits on some days that are not cancelled, a row for each who goes, or one where nobody does yet."""
    return db.session.execute(
        _visits()
        .add_columns(Body.code.label("area"), Person.id.label("person_id"), Person.name.label("person"))
        .outerjoin(VisitInspector, VisitInspector.visit_id == Visit.id)
        .outerjoin(Person, Person.id == VisitInspector.person_id)
        .where(Visit.inspection_id == inspection_id, Visit.cancelled_at.is_(None))
        .where(Visit.starts_on <= last, Visit.ends_on >= first)
        .order_by(Visit.starts_on, Visit.number, Person.name)
    ).all()


def list_people_of(inspection_id: UUID) -> Sequence[AnyRow]:
    """Who holds interviews or goes on visits, or could (id, name, available), by name.

    Who left the team too, as what they did stays; available are those of the team now who can sign in.
    """
    interviews = Interview.__table__.join(Source.__table__, Source.id == Interview.__table__.c.id)
    team = select(TeamMember.person_id).where(
        TeamMember.inspection_id == inspection_id, TeamMember.role.in_((TeamRole.LEAD, TeamRole.INSPECTOR))
    )
    busy = union(
        select(Interview.__table__.c.lead_id).select_from(interviews).where(Source.inspection_id == inspection_id),
        select(Interview.__table__.c.note_taker_id)
        .select_from(interviews)
        .where(Source.inspection_id == inspection_id),
        select(VisitInspector.person_id).join(Visit).where(Visit.inspection_id == inspection_id),
        team,
    )
    return db.session.execute(
        select(Person.id, Person.name, and_(Person.id.in_(team), Person.disabled_at.is_(None)).label("available"))
        .where(Person.id.in_(busy))
        .order_by(Person.name, Person.id)
    ).all()


def _interviews() -> AnySelect:
    return (
        select(
            Source.id,
            Source.inspection_id,
            Source.prefix,
            Source.number,
            Source.kind,
            Source.version,
            Source.happened_on,
            Interview.held_at,
            Interview.minutes,
            Interview.place,
            Interview.remote,
            Interview.cancelled_at,
            Body.name.label("body"),
            Role.code.label("role"),
            Role.label.label("role_label"),
        )
        .select_from(Interview)
        .outerjoin(Body, Body.id == Source.body_id)
        .outerjoin(Role, Role.id == Source.role_id)
    )


def _visits() -> AnySelect:
    return select(
        Visit.id,
        Visit.inspection_id,
        Visit.body_id,
        Visit.number,
        Visit.version,
        Visit.starts_on,
        Visit.ends_on,
        Visit.place,
        Visit.cancelled_at,
        Body.name.label("body"),
    ).join(Body, Body.id == Visit.body_id)
