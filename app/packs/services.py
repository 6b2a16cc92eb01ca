"""Making an inspection from a pack."""

from sqlalchemy import select, update

from app.access import SYSTEM, Actor
from app.audit.services import record
from app.extensions import db
from app.inspections.models import Body, BodyKind, Criterion, CriterionGroup, Inspection, PackFile, Role
from app.inspections.queries import find_inspection_by_code
from app.packs.schema import Pack
from app.web import clock


def load_pack(pack: Pack, *, by: Actor = SYSTEM) -> tuple[Inspection, bool]:
    """The inspection of the pack, and whether it was made now. One that is there already is left as it is.

    An inspection that a version of Fieldbook made which kept less of its pack is given what that left out.
    """
    if found := find_inspection_by_code(pack.scope.code):
        if not db.session.scalar(select(PackFile.id).where(PackFile.inspection_id == found.id).limit(1)):
            _complete(found, pack)
        return found, False
    scope, handling = pack.scope, pack.rules.handling
    inspection = Inspection(
        code=scope.code,
        title=scope.title,
        question=scope.inspection_question,
        marking=handling.marking,
        marking_line=handling.line,
        vocabulary=pack.vocabulary(),
        pack_version=scope.version,
        created_at=clock.now(),
    )
    db.session.add(inspection)
    db.session.flush()
    _keep_files(inspection, pack)
    _add_criteria(inspection, pack)
    _add_bodies(inspection, pack)
    _add_roles(inspection, pack)
    record(by, "loaded the pack", "inspection", inspection_id=inspection.id, after={"version": scope.version})
    return inspection, True


def _keep_files(inspection: Inspection, pack: Pack) -> None:
    for name, content in pack.files.items():
        row = PackFile(inspection_id=inspection.id, name=name, content=content, loaded_at=clock.now())
        db.session.add(row)


def _complete(inspection: Inspection, pack: Pack) -> None:
    _keep_files(inspection, pack)
    inspection.vocabulary = pack.vocabulary()
    pilots = [area.code for area in pack.scope.areas if area.pilot]
    db.session.execute(
        update(Body).where(Body.inspection_id == inspection.id, Body.code.in_(pilots)).values(pilot=True)
    )
    record(SYSTEM, "kept the whole pack", "inspection", inspection_id=inspection.id)


def _add_criteria(inspection: Inspection, pack: Pack) -> None:
    footnotes = {footnote.number: footnote.text for footnote in pack.scope.footnotes}
    position = 0
    for place, group in enumerate(pack.scope.groups, 1):
        row = CriterionGroup(inspection_id=inspection.id, code=group.code, name=group.name, position=place)
        db.session.add(row)
        db.session.flush()
        for criterion in group.criteria:
            position += 1
            db.session.add(
                Criterion(
                    inspection_id=inspection.id,
                    group_id=row.id,
                    reference=criterion.ref,
                    wording=criterion.wording,
                    footnote="\n".join(footnotes[number] for number in criterion.footnotes),
                    position=position,
                )
            )


def _add_bodies(inspection: Inspection, pack: Pack) -> None:
    hq = pack.scope.headquarters
    db.session.add(
        Body(
            inspection_id=inspection.id,
            code=hq.code,
            name=hq.name,
            aliases=hq.aliases,
            kind=BodyKind.HEADQUARTERS,
            visited=False,
            position=0,
        )
    )
    for position, area in enumerate(pack.scope.areas, 1):
        db.session.add(
            Body(
                inspection_id=inspection.id,
                code=area.code,
                name=area.name,
                aliases=area.aliases,
                kind=BodyKind.AREA,
                visited=area.on_site,
                pilot=area.pilot,
                position=position,
            )
        )


def _add_roles(inspection: Inspection, pack: Pack) -> None:
    at_headquarters = {session.role for session in pack.guides.planned_sessions if session.at == "HQ"}
    for position, guide in enumerate(pack.guides.guides, 1):
        at = BodyKind.HEADQUARTERS if guide.role in at_headquarters else BodyKind.AREA
        db.session.add(Role(inspection_id=inspection.id, code=guide.role, label=guide.label, at=at, position=position))
