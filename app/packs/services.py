"""Making an inspection from a pack, and taking a newer one."""

from sqlalchemy import update

from app.access import SYSTEM, Actor
from app.audit.services import record
from app.extensions import db
from app.inspections.made import CannotChange, Files
from app.inspections.models import Body, Inspection, PackFile
from app.inspections.queries import find_inspection_by_code
from app.packs.differences import Comparison, compare
from app.packs.parts import PARTS
from app.packs.queries import list_files, loaded_files
from app.packs.schema import Pack, vocabulary
from app.web import clock


class Refused(Exception):
    """A newer pack cannot be taken; `reasons` says why."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__("\n".join(reasons))


def load_pack(pack: Pack, *, by: Actor = SYSTEM) -> tuple[Inspection, bool]:
    """The inspection of the pack, and whether it was made now. What stands is left as it is.

    An inspection that an earlier version of Fieldbook made is given what that version did not make of its pack.
    """
    if found := find_inspection_by_code(pack.scope.code):
        _complete(found, pack)
        return found, False
    inspection = _make(pack)
    for part in PARTS:
        if part.with_the_pack:
            part.add(inspection.id, part.wanted(pack.files))
    record(by, "loaded the pack", "inspection", inspection_id=inspection.id, after={"version": pack.scope.version})
    return inspection, True


def is_newer(inspection: Inspection, pack: Pack) -> bool:
    """Whether the pack is another than the one that the inspection was made from."""
    return loaded_files(inspection.id) != pack.files


def compare_with(inspection: Inspection, pack: Pack) -> Comparison:
    """The pack beside the one that the inspection was made from, and beside what stands."""
    return compare(inspection.id, loaded_files(inspection.id), pack.files)


def take_newer(inspection: Inspection, pack: Pack, *, by: Actor = SYSTEM) -> Comparison:
    """Change what a newer pack has otherwise and the team has not edited; add what is new.

    Raises Refused, perhaps half-way: whoever calls lets the whole transaction go then.
    """
    comparison = compare_with(inspection, pack)
    if comparison.refused:
        raise Refused(comparison.refused)
    if not comparison.is_newer:
        return comparison
    before = inspection.pack_version
    inspection.vocabulary, inspection.pack_version = vocabulary(pack.rules), pack.scope.version
    try:
        for changes in comparison.parts:
            if changes.add:
                changes.part.add(inspection.id, changes.add)
            if changes.change:
                changes.part.change(inspection.id, changes.change)
        for changes in reversed(comparison.parts):
            if changes.remove:
                changes.part.remove(inspection.id, changes.remove)
    except CannotChange as wrong:
        raise Refused([str(wrong)]) from None
    _keep_files(inspection, pack)
    record(
        by,
        "took a newer pack",
        "inspection",
        inspection_id=inspection.id,
        before={"version": before},
        after={
            "version": pack.scope.version,
            "changes": "\n".join(comparison.changes),
            "files": "\n".join(f"{name}: {line}" for name, lines in comparison.files.items() for line in lines),
            "left as edited": "\n".join(map(str, comparison.edits)),
        },
    )
    return comparison


def _make(pack: Pack) -> Inspection:
    scope, handling = pack.scope, pack.rules.handling
    inspection = Inspection(
        code=scope.code,
        title=scope.title,
        question=scope.inspection_question,
        marking=handling.marking,
        marking_line=handling.line,
        vocabulary=vocabulary(pack.rules),
        pack_version=scope.version,
        created_at=clock.now(),
    )
    db.session.add(inspection)
    db.session.flush()
    _keep_files(inspection, pack)
    return inspection


def _keep_files(inspection: Inspection, pack: Pack) -> None:
    kept = {row.name: row for row in list_files(inspection.id)}
    for name, content in pack.files.items():
        if (row := kept.get(name)) is None:
            db.session.add(PackFile(inspection_id=inspection.id, name=name, content=content, loaded_at=clock.now()))
        elif row.content != content:
            # Rules that were read are kept in memory until this moment changes.
            row.content, row.loaded_at = content, clock.now()
    db.session.flush()


def _complete(inspection: Inspection, pack: Pack) -> None:
    """Make what an earlier version of Fieldbook did not make of the pack, from the pack as it was loaded."""
    done = []
    if not loaded_files(inspection.id):
        _keep_files(inspection, pack)
        pilots = [area.code for area in pack.scope.areas if area.pilot]
        db.session.execute(
            update(Body).where(Body.inspection_id == inspection.id, Body.code.in_(pilots)).values(pilot=True)
        )
        done.append("files")
    files: Files = loaded_files(inspection.id)
    words = vocabulary(type(pack.rules).model_validate(files["rules.yaml"]))
    if inspection.vocabulary != words:
        inspection.vocabulary = words
        done.append("words")
    for part in PARTS:
        # None at all stand: nothing that a pack makes can be done away with here, so they were never made.
        if part.with_the_pack and not part.standing(inspection.id) and (wanted := part.wanted(files)):
            part.add(inspection.id, wanted)
            done.append(part.what)
    if done:
        record(SYSTEM, "kept the whole pack", "inspection", inspection_id=inspection.id, after={"made": done})
