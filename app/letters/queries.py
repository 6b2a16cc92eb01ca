from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload, undefer

from app.db.base import AnyRow, another
from app.extensions import db
from app.inspections.models import Body, PackFile
from app.jobs.models import Job
from app.letters.models import Letter, LetterTemplate
from app.register import state
from app.register.models import DocumentRequest, RequestEvent

PAGE = 50


def list_letters(inspection_id: UUID, before: UUID | None = None) -> tuple[Sequence[AnyRow], UUID | None]:
    """Letters, newest first: id, letter, dated, made_at, made_by, what became of each, body_id, body.

    And the last's id where more follow.
    """
    wanted = (
        select(
            Letter.id,
            Letter.letter,
            Letter.dated,
            Letter.made_at,
            Letter.made_by,
            Letter.entered_at,
            Letter.entered_by,
            Letter.went_on,
            Letter.withdrawn_at,
            Letter.job_id,
            Letter.body_id,
            Body.name.label("body"),
        )
        .join(Body, Body.id == Letter.body_id)
        .where(Letter.inspection_id == inspection_id)
        .order_by(Letter.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        wanted = wanted.where(Letter.id < before)
    rows = db.session.execute(wanted).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def find_letter(
    inspection_id: UUID, letter_id: UUID, *, with_content: bool = False, for_change: bool = False
) -> Letter | None:
    """With its body; its bytes only if asked for."""
    wanted = (
        select(Letter)
        .options(joinedload(Letter.body, innerjoin=True))
        .where(Letter.inspection_id == inspection_id, Letter.id == letter_id)
    )
    if with_content:
        wanted = wanted.options(undefer(Letter.content))
    if for_change:
        wanted = wanted.with_for_update(of=Letter)
    return db.session.scalars(wanted).one_or_none()


def last_send_to(inspection_id: UUID) -> str:
    """Where files are to be sent, as the last letter of the inspection was told; empty before any was."""
    last = select(Letter.send_to).where(Letter.inspection_id == inspection_id).order_by(Letter.id.desc()).limit(1)
    return db.session.scalar(last) or ""


def last_how(inspection_id: UUID, code: str, person_id: UUID) -> str:
    """How somebody last said that such a thing was done; empty before they did."""
    last = (
        select(RequestEvent.details)
        .where(
            RequestEvent.inspection_id == inspection_id,
            RequestEvent.code == code,
            RequestEvent.created_by_id == person_id,
        )
        .order_by(RequestEvent.created_at.desc())
        .limit(1)
    )
    return str((db.session.scalar(last) or {}).get("how", ""))


def find_newest(inspection_id: UUID) -> dict[tuple[UUID, str], AnyRow]:
    """By body and kind, the id and made_at of the last letter that was not withdrawn: it replaces those before it."""
    newer = another(Letter, "newer")
    later = and_(
        newer.inspection_id == Letter.inspection_id,
        newer.body_id == Letter.body_id,
        newer.letter == Letter.letter,
        newer.id > Letter.id,
        newer.withdrawn_at.is_(None),
    )
    rows = db.session.execute(
        select(Letter.id, Letter.body_id, Letter.letter, Letter.made_at)
        .outerjoin(newer, later)
        .where(Letter.inspection_id == inspection_id, Letter.withdrawn_at.is_(None), newer.id.is_(None))
    )
    return {(row.body_id, row.letter): row for row in rows}


def list_waiting(inspection_id: UUID, letter: str) -> Sequence[Letter]:
    """The letters of a kind of which nobody has said that they went out."""
    return db.session.scalars(
        select(Letter)
        .where(Letter.inspection_id == inspection_id, Letter.letter == letter, Letter.entered_at.is_(None))
        .where(Letter.withdrawn_at.is_(None))
        .with_for_update()
    ).all()


def list_set(
    inspection_id: UUID, job_id: UUID, *, with_content: bool = False, for_change: bool = False
) -> Sequence[Letter]:
    """The letters that were made together, by body."""
    wanted = (
        select(Letter)
        .join(Letter.body)
        .options(joinedload(Letter.body, innerjoin=True))
        .where(Letter.inspection_id == inspection_id, Letter.job_id == job_id)
        .order_by(Body.position)
    )
    if with_content:
        wanted = wanted.options(undefer(Letter.content))
    if for_change:
        wanted = wanted.with_for_update(of=Letter)
    return db.session.scalars(wanted).all()


def find_set(inspection_id: UUID, job_id: UUID, kind: str) -> Job | None:
    """The job that makes letters together."""
    return db.session.scalars(
        select(Job).where(Job.inspection_id == inspection_id, Job.id == job_id, Job.kind == kind)
    ).one_or_none()


def list_templates(inspection_id: UUID) -> Sequence[LetterTemplate]:
    """All that the team took, the newest of each letter first, withdrawn ones too; without their bytes."""
    return db.session.scalars(
        select(LetterTemplate)
        .where(LetterTemplate.inspection_id == inspection_id)
        .order_by(LetterTemplate.letter, LetterTemplate.number.desc())
    ).all()


def find_template(
    inspection_id: UUID, letter: str, number: int | None = None, *, for_change: bool = False
) -> LetterTemplate | None:
    """The team's template of that number with its bytes; without one, the last where it was not withdrawn."""
    wanted = (
        select(LetterTemplate)
        .options(undefer(LetterTemplate.content))
        .where(LetterTemplate.inspection_id == inspection_id, LetterTemplate.letter == letter)
        .order_by(LetterTemplate.number.desc())
        .limit(1)
    )
    if for_change:
        wanted = wanted.with_for_update()
    if number is not None:
        return db.session.scalars(wanted.where(LetterTemplate.number == number)).one_or_none()
    last = db.session.scalars(wanted).one_or_none()
    return last if last is not None and last.withdrawn_at is None else None


def last_template_number(inspection_id: UUID, letter: str) -> int:
    return (
        db.session.scalar(
            select(func.max(LetterTemplate.number)).where(
                LetterTemplate.inspection_id == inspection_id, LetterTemplate.letter == letter
            )
        )
        or 0
    )


def words_of_requests(inspection_id: UUID, body_id: UUID | None = None) -> dict[UUID, AnyRow]:
    """What each request says beyond its line in the register: text, period."""
    wanted = select(DocumentRequest.id, DocumentRequest.text, DocumentRequest.period).where(
        DocumentRequest.inspection_id == inspection_id
    )
    if body_id is not None:
        wanted = wanted.where(DocumentRequest.body_id == body_id)
    return {row.id: row for row in db.session.execute(wanted)}


def list_chases(inspection_id: UUID, body_id: UUID | None = None) -> dict[UUID, list[date]]:
    """Of each request, when it was asked for again, in that order; what was struck out is left out.

    How is for the team only, in its own words: a letter does not say it.
    """
    struck = another(RequestEvent, "struck_chase")
    wanted = (
        select(RequestEvent.request_id, RequestEvent.happened_on)
        .outerjoin(struck, struck.strikes_id == RequestEvent.id)
        .where(
            RequestEvent.inspection_id == inspection_id,
            RequestEvent.code == state.CHASED,
            RequestEvent.strikes_id.is_(None),
            struck.id.is_(None),
        )
        .order_by(RequestEvent.happened_on, RequestEvent.number)
    )
    if body_id is not None:
        of_body = select(DocumentRequest.id).where(DocumentRequest.body_id == body_id)
        wanted = wanted.where(RequestEvent.request_id.in_(of_body))
    found: dict[UUID, list[date]] = defaultdict(list)
    for row in db.session.execute(wanted):
        found[row.request_id].append(row.happened_on)
    return found


def kinds_of_case(inspection_id: UUID) -> list[dict[str, Any]]:
    """The strata of the pack, of each `label` and `per_area`; none where the pack has no question set."""
    content = db.session.scalar(
        select(PackFile.content).where(PackFile.inspection_id == inspection_id, PackFile.name == "question-set.yaml")
    )
    return list((content or {}).get("strata", []))
