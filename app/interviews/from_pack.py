"""The plan of interviews beside the one that a pack asks for. A lead has it made; loading a pack does not."""

from collections.abc import Sequence
from uuid import UUID

from app.access import SYSTEM
from app.extensions import db
from app.inspections.guides import Guides, kind_of
from app.inspections.made import CannotChange, Files, Made, Things
from app.inspections.models import Inspection
from app.inspections.queries import list_bodies, list_roles
from app.inspections.vocabulary import Vocabulary
from app.interviews import planning, planning_queries
from app.interviews.models import InterviewPlan, State

WHY = "The pack was changed"


class MadePlan(Made):
    what = "interviews with"
    with_the_pack = False

    def wanted(self, files: Files) -> Things:
        guides = Guides.model_validate(files["topic-guides.yaml"])
        areas = [area["code"] for area in files["scope.yaml"]["areas"] if area["on_site"]]
        at = {"HQ": [files["scope.yaml"]["headquarters"]["code"]], "on_site_areas": areas}
        changes = {(change.area, change.role): change for change in guides.area_changes}
        found: Things = {}
        for planned in guides.planned_sessions:
            for body in at[planned.at]:
                change = changes.get((body, planned.role))
                count = planned.planned_count if change is None else change.planned_count
                found[f"{planned.role} {body}"] = {
                    "kind": kind_of((change and change.kind) or planned.kind),
                    "number": planned.planned_count if count is None else count,
                }
        return found

    def standing(self, inspection_id: UUID) -> Things:
        return {
            f"{plan.role.code} {plan.body.code}": {"kind": plan.kind, "number": plan.number}
            for plan in planning_queries.list_plans(inspection_id)
        }

    def add(self, inspection_id: UUID, things: Things) -> None:
        bodies = {body.code: body for body in list_bodies(inspection_id)}
        roles = {role.code: role for role in list_roles(inspection_id)}
        words = self._words(inspection_id)
        for key, values in things.items():
            role, body = key.split(" ")
            planning.plan_cell(bodies[body], roles[role], values["kind"], values["number"], words, by=SYSTEM)

    def change(self, inspection_id: UUID, changes: Things) -> None:
        words, plans = self._words(inspection_id), self._plans(inspection_id)
        for key, values in changes.items():
            plan = plans[key]
            kind, number = values.get("kind", plan.kind), values.get("number", plan.number)
            try:
                planning.change_cell(
                    plan, kind=kind, number=number, reason=WHY, base=plan.version, words=words, by=SYSTEM
                )
            except planning.TooFew as wrong:
                begun = f"{wrong.begun} have begun and the pack plans {number}"
                raise CannotChange(f"{self.what} {key}: {begun}") from None
            plan.reason = ""  # it is as the pack says

    def remove(self, inspection_id: UUID, keys: Sequence[str]) -> None:
        words, plans = self._words(inspection_id), self._plans(inspection_id)
        for plan in (plans[key] for key in keys):
            planning.change_cell(plan, kind=plan.kind, number=0, reason=WHY, base=plan.version, words=words, by=SYSTEM)
            db.session.delete(plan)
        db.session.flush()

    def used(self, inspection_id: UUID, keys: Sequence[str]) -> dict[str, str]:
        """Those that have begun. What is only planned is cancelled."""
        found = {}
        for key, plan in self._plans(inspection_id).items():
            if key in keys:
                of_cell = planning_queries.list_of_cell(plan.body_id, plan.role_id)
                if begun := [one.reference for one in of_cell if one.state is not State.PLANNED]:
                    found[key] = ", ".join(begun)
        return found

    def _plans(self, inspection_id: UUID) -> dict[str, InterviewPlan]:
        return {f"{plan.role.code} {plan.body.code}": plan for plan in planning_queries.list_plans(inspection_id)}

    def _words(self, inspection_id: UUID) -> Vocabulary:
        return Vocabulary.read(db.session.get_one(Inspection, inspection_id).vocabulary)
