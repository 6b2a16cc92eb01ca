from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, insert, select

from app.access import Actor
from app.audit.services import record
from app.evidence.models import EvidenceItem
from app.evidence.services import Resolved
from app.extensions import db
from app.findings import queries
from app.findings.models import FileFinding, FindingImport, ImportState, Link, file_finding_criterion
from app.findings.sheet import SheetRow
from app.inspections.references import FILE_FINDING, reference, take_number
from app.web import clock


class NothingToImport(ValueError):
    """No row of the sheet can be imported."""


class BadRows(ValueError):
    """Some rows cannot be imported, and nobody has said that they may be left out."""


class Done(ValueError):
    """The import was done or left already."""


@dataclass(frozen=True, slots=True)
class Change:
    """What importing one row would do."""

    row: SheetRow
    does: str  # 'add', 'change', 'nothing', 'refuse'
    finding: str = ""  # reference of the finding that it would change or is
    differences: tuple[tuple[str, str, str], ...] = ()  # what, now, then


def preview(inspection_id: UUID, file_name: str, sha256: str, rows: Sequence[SheetRow], *, by: Actor) -> FindingImport:
    """Keep what a sheet says, to be looked at; no finding is touched."""
    found = FindingImport(
        inspection_id=inspection_id,
        file_name=file_name,
        sha256=sha256,
        rows=[row.as_json() for row in rows],
        state=ImportState.PREVIEWED,
        created_at=clock.now(),
        created_by_id=by.id,
        created_by=by.label,
    )
    db.session.add(found)
    db.session.flush()
    return found


def changes_of(sheet: FindingImport) -> list[Change]:
    """What importing the sheet would do, row by row, as things stand now."""
    rows = [SheetRow.from_json(row) for row in sheet.rows]
    present = queries.find_by_own_reference(sheet.inspection_id, [row.own_reference for row in rows])
    return [_change(row, present.get(row.own_reference.casefold())) for row in rows]


def import_findings(
    sheet: FindingImport, criteria: Mapping[str, UUID], bodies: Mapping[str, UUID], *, leave_bad: bool, by: Actor
) -> tuple[int, int]:
    """Do what the preview showed: how many were added, how many changed.

    Raises Done, BadRows unless `leave_bad`, NothingToImport. All of it happens or none.
    """
    if sheet.state is not ImportState.PREVIEWED:
        raise Done
    changes = changes_of(sheet)
    if any(change.does == "refuse" for change in changes) and not leave_bad:
        raise BadRows
    todo = [change for change in changes if change.does in ("add", "change")]
    if not todo:
        raise NothingToImport
    added = _add([change.row for change in todo if change.does == "add"], sheet, criteria, bodies, by)
    changed = [change for change in todo if change.does == "change"]
    present = queries.find_by_own_reference(sheet.inspection_id, [change.row.own_reference for change in changed])
    for change in changed:
        _apply(change, present[change.row.own_reference.casefold()], criteria, bodies, by)
    sheet.state = ImportState.IMPORTED
    record(
        by,
        "imported",
        "file findings",
        inspection_id=sheet.inspection_id,
        after={"sha256": sheet.sha256, "added": added, "changed": len(changed)},
    )
    return added, len(changed)


def leave(sheet: FindingImport, *, by: Actor) -> None:
    """Do not import a sheet that was looked at."""
    if sheet.state is ImportState.PREVIEWED:
        sheet.state = ImportState.LEFT
        record(by, "left", "file findings", inspection_id=sheet.inspection_id, after={"sha256": sheet.sha256})


def link(item: EvidenceItem, finding: FileFinding, relation: str, reason: str, *, by: Actor) -> tuple[bool, str]:
    """Say what an item says of a finding: whether that is new, and the relation whose place it takes, if any.

    Raises Resolved where the outcome of a contradiction rests on what was said.
    """
    standing = db.session.scalars(
        select(Link)
        .where(Link.item_id == item.id, Link.file_finding_id == finding.id, Link.withdrawn_at.is_(None))
        .with_for_update()
    ).one_or_none()
    if standing and standing.relation == relation and standing.reason == reason:
        return False, relation
    if standing:
        if standing.outcome:
            raise Resolved
        standing.withdrawn_at = clock.now()
        db.session.flush()
    db.session.add(
        Link(
            inspection_id=item.inspection_id,
            item_id=item.id,
            file_finding_id=finding.id,
            relation=relation,
            reason=reason,
            created_at=clock.now(),
            created_by_id=by.id,
            created_by=by.label,
        )
    )
    record(
        by,
        "linked",
        item.reference,
        part=finding.reference,
        inspection_id=item.inspection_id,
        before={"relation": standing.relation, "reason": standing.reason} if standing else None,
        after={"relation": relation, "reason": reason},
    )
    return True, standing.relation if standing else ""


def unlink(link: Link, *, by: Actor) -> None:
    """Take a link away. It stays on record. Raises Resolved where the outcome of a contradiction rests on it."""
    if link.outcome:
        raise Resolved
    link.withdrawn_at = clock.now()
    record(
        by,
        "took the link off",
        link.item.reference,
        part=link.finding.reference,
        inspection_id=link.inspection_id,
        before={"relation": link.relation, "reason": link.reason},
    )


def _change(row: SheetRow, present: FileFinding | None) -> Change:
    if row.faults:
        return Change(row, "refuse")
    if present is None:
        return Change(row, "add")
    pairs = (
        ("Finding", present.statement, row.statement),
        ("Criteria", ", ".join(c.reference for c in present.criteria), ", ".join(row.criteria)),
        ("Area", present.body.code if present.body else "all Areas", row.body or "all Areas"),
        ("Shows", present.direction, present.direction if row.direction is None else row.direction),
        ("Files", _shown(present.files), _shown(row.files)),
        ("Applicable", _shown(present.applicable), _shown(row.applicable)),
    )
    differences = tuple(pair for pair in pairs if sorted(pair[1].split(", ")) != sorted(pair[2].split(", ")))
    return Change(row, "change" if differences else "nothing", present.reference, differences)


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)


def _add(
    rows: Sequence[SheetRow],
    sheet: FindingImport,
    criteria: Mapping[str, UUID],
    bodies: Mapping[str, UUID],
    by: Actor,
) -> int:
    if not rows:
        return 0
    first = take_number(sheet.inspection_id, FILE_FINDING, len(rows))
    for number, row in enumerate(rows, first):
        finding = FileFinding(
            inspection_id=sheet.inspection_id,
            number=number,
            statement=row.statement,
            own_reference=row.own_reference,
            files=row.files,
            applicable=row.applicable,
            direction=row.direction or "",
            body_id=bodies[row.body] if row.body else None,
            import_id=sheet.id,
            withdrawn_reason="",
            created_at=clock.now(),
            created_by_id=by.id,
            created_by=by.label,
        )
        db.session.add(finding)
        db.session.flush()
        _set_criteria(finding.id, row, criteria)
        record(
            by,
            "imported",
            reference(FILE_FINDING, number),
            inspection_id=sheet.inspection_id,
            after={"row": row.row, "statement": row.statement, "files": row.files, "applicable": row.applicable},
        )
    return len(rows)


def _apply(
    change: Change, finding: FileFinding, criteria: Mapping[str, UUID], bodies: Mapping[str, UUID], by: Actor
) -> None:
    row = change.row
    finding.statement, finding.files, finding.applicable = row.statement, row.files, row.applicable
    finding.body_id = bodies[row.body] if row.body else None
    if row.direction is not None:
        finding.direction = row.direction
    db.session.flush()
    db.session.execute(delete(file_finding_criterion).where(file_finding_criterion.c.file_finding_id == finding.id))
    _set_criteria(finding.id, row, criteria)
    record(
        by,
        "changed by import",
        finding.reference,
        inspection_id=finding.inspection_id,
        before={what: now for what, now, _then in change.differences},
        after={what: then for what, _now, then in change.differences},
    )


def _set_criteria(finding_id: UUID, row: SheetRow, criteria: Mapping[str, UUID]) -> None:
    db.session.execute(
        insert(file_finding_criterion),
        [{"file_finding_id": finding_id, "criterion_id": criteria[reference]} for reference in row.criteria],
    )
