"""What every pack makes: the inspection itself, its criteria, bodies, roles and words. Features add what they make."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.extensions import Model, db
from app.inspections.guides import Guides
from app.inspections.made import ORDER, Files, Made, MadeRows, Things
from app.inspections.models import Body, BodyKind, Criterion, CriterionGroup, Inspection, Role
from app.inspections.rules import Rules
from app.inspections.vocabulary import LISTS
from app.interviews.from_pack import MadePlan
from app.packs.schema import Scope, vocabulary
from app.register.from_pack import MadeRequests
from app.visits.from_pack import MadeLines, MadeVisits


class MadeInspection(Made):
    what = "inspection"

    def wanted(self, files: Files) -> Things:
        scope, handling = Scope.model_validate(files["scope.yaml"]), Rules.model_validate(files["rules.yaml"]).handling
        return {
            "": {
                "title": scope.title,
                "question": scope.inspection_question,
                "marking": handling.marking,
                "line under the marking": handling.line,
            }
        }

    def standing(self, inspection_id: UUID) -> Things:
        row = db.session.get_one(Inspection, inspection_id)
        return {"": {name: getattr(row, column) for name, column in self.columns.items()}}

    def add(self, inspection_id: UUID, things: Things) -> None:
        self.change(inspection_id, things)

    def change(self, inspection_id: UUID, changes: Things) -> None:
        row = db.session.get_one(Inspection, inspection_id)
        for name, value in changes[""].items():
            setattr(row, self.columns[name], value)
        db.session.flush()

    columns = {
        "title": "title",
        "question": "question",
        "marking": "marking",
        "line under the marking": "marking_line",
    }


class MadeGroups(MadeRows):
    what = "group of criteria"
    model = CriterionGroup
    fields = {"name": "name", ORDER: "position"}
    beside = frozenset({"criterion"})

    def wanted(self, files: Files) -> Things:
        groups = Scope.model_validate(files["scope.yaml"]).groups
        return {group.code: {"name": group.name, ORDER: place} for place, group in enumerate(groups, 1)}


class MadeCriteria(MadeRows):
    what = "criterion"
    model = Criterion
    key = "reference"
    fields = {"wording": "wording", "footnote": "footnote", "group": "group_id", ORDER: "position"}

    def wanted(self, files: Files) -> Things:
        scope = Scope.model_validate(files["scope.yaml"])
        footnotes = {footnote.number: footnote.text for footnote in scope.footnotes}
        found = [(group, criterion) for group in scope.groups for criterion in group.criteria]
        return {
            criterion.ref: {
                "wording": criterion.wording,
                "footnote": "\n".join(footnotes[number] for number in criterion.footnotes),
                "group": group.code,
                ORDER: place,
            }
            for place, (group, criterion) in enumerate(found, 1)
        }

    def standing(self, inspection_id: UUID) -> Things:
        groups = {id: code for code, id in _groups(inspection_id).items()}
        found = super().standing(inspection_id)
        return {key: values | {"group": groups[values["group"]]} for key, values in found.items()}

    def add(self, inspection_id: UUID, things: Things) -> None:
        super().add(inspection_id, self._with_ids(inspection_id, things))

    def change(self, inspection_id: UUID, changes: Things) -> None:
        super().change(inspection_id, self._with_ids(inspection_id, changes))

    def _with_ids(self, inspection_id: UUID, things: Things) -> Things:
        groups = _groups(inspection_id)
        return {
            key: {name: groups[value] if name == "group" else value for name, value in values.items()}
            for key, values in things.items()
        }


def _groups(inspection_id: UUID) -> dict[str, UUID]:
    wanted = select(CriterionGroup.code, CriterionGroup.id).where(CriterionGroup.inspection_id == inspection_id)
    return {row.code: row.id for row in db.session.execute(wanted)}


class MadeBodies(MadeRows):
    what = "body"
    model = Body
    fields = {
        "name": "name",
        "other names": "aliases",
        "kind": "kind",
        "visited": "visited",
        "pilot": "pilot",
        ORDER: "position",
    }

    def wanted(self, files: Files) -> Things:
        scope = Scope.model_validate(files["scope.yaml"])
        hq = scope.headquarters
        found = {hq.code: (hq.name, hq.aliases, BodyKind.HEADQUARTERS.value, False, False)}
        for area in scope.areas:
            found[area.code] = (area.name, area.aliases, BodyKind.AREA.value, area.on_site, area.pilot)
        return {
            code: dict(zip(self.fields, (*values, place), strict=True))
            for place, (code, values) in enumerate(found.items())
        }


class MadeRoles(MadeRows):
    what = "role"
    model = Role
    fields = {"label": "label", "at": "at", ORDER: "position"}

    def wanted(self, files: Files) -> Things:
        guides = Guides.model_validate(files["topic-guides.yaml"])
        at_headquarters = {session.role for session in guides.planned_sessions if session.at == "HQ"}
        return {
            guide.role: {
                "label": guide.label,
                "at": (BodyKind.HEADQUARTERS if guide.role in at_headquarters else BodyKind.AREA).value,
                ORDER: place,
            }
            for place, guide in enumerate(guides.guides, 1)
        }


class MadeWords(Made):
    """The lists that forms offer. Nobody edits them here; a word that something was recorded with must stay."""

    what = "word"
    told = False
    # Whatever column has one of these names holds codes of that list.
    columns = {
        "directions": "direction",
        "evidence_kinds": "evidence_kind",
        "families": "family",
        "relations": "relation",
        "item_relations": "relation",
    }

    def wanted(self, files: Files) -> Things:
        return _words(vocabulary(Rules.model_validate(files["rules.yaml"])))

    def standing(self, inspection_id: UUID) -> Things:
        return _words(db.session.get_one(Inspection, inspection_id).vocabulary)

    def add(self, inspection_id: UUID, things: Things) -> None:
        """Nothing: the whole vocabulary is taken from the pack's rules."""

    def change(self, inspection_id: UUID, changes: Things) -> None:
        """Nothing: see add."""

    def remove(self, inspection_id: UUID, keys: Sequence[str]) -> None:
        """Nothing: see add."""

    def used(self, inspection_id: UUID, keys: Sequence[str]) -> dict[str, str]:
        found: dict[str, list[str]] = {}
        for key in keys:
            name, code = key.split(" ")
            for table in Model.metadata.sorted_tables:
                column = table.c.get(self.columns.get(name, ""))
                if column is not None and "inspection_id" in table.c:
                    wanted = select(column).where(table.c.inspection_id == inspection_id, column == code).limit(1)
                    if db.session.execute(wanted).first():
                        found.setdefault(key, []).append(table.name.replace("_", " "))
        return {key: ", ".join(names) for key, names in found.items()}


def _words(vocabulary: dict[str, Any]) -> Things:
    """Each word by its list and code; what it is in only is shown among the file's changes."""
    return {f"{name} {term['code']}": {"label": term["label"]} for name in LISTS for term in vocabulary.get(name, ())}


# In the order in which they are made; taken away in the other.
PARTS: tuple[Made, ...] = (
    MadeInspection(),
    MadeGroups(),
    MadeCriteria(),
    MadeBodies(),
    MadeRoles(),
    MadeWords(),
    MadePlan(),
    MadeRequests(),
    MadeVisits(),
    MadeLines(),
)
