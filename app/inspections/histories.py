"""Histories of things of an inspection, in the words of its pack."""

from collections.abc import Callable, Mapping, Sequence

from app.accounts.queries import names_of
from app.audit.queries import changes_since
from app.audit.wording import Told, ids_in, lists_in, tell
from app.db.base import AnyRow
from app.formats.kinds import KINDS
from app.formats.outcome import Trouble
from app.inspections.gate import CurrentInspection
from app.inspections.models import TeamRole
from app.inspections.queries import find_requests, get_rules, list_bodies, list_criteria
from app.web.conflicts import Change, Conflict, Opened


def in_words(inspection: CurrentInspection, entries: Sequence[AnyRow], about: str | None = None) -> list[Told]:
    """A history as its page shows it; `about` is whose it is, where others' deeds may stand in it.

    One statement for the people whom it names by their ids, and one for each list of the pack that it needs.
    """
    ids, wanted = ids_in(entries), lists_in(entries)
    terms = {name: LISTS[name](inspection) for name in LISTS if name in wanted}
    return tell(entries, names_of(ids) if ids else {}, terms, about)


def conflict_of(
    inspection: CurrentInspection,
    form: Opened,
    present: Opened,
    reference: str,
    deeds: Sequence[str],
    part: str | None = None,
) -> Conflict:
    """Who changed a row since a form of it was opened, by which deeds, and where the two differ.

    `present` is the form of the row as it is now. The `form` takes over what only somebody else changed: Opened.meet.
    """
    entries = changes_since(inspection.id, reference, deeds, form.opened_at(), part)
    return Conflict(changes_of(in_words(inspection, entries)), form.meet(present))


def changes_of(entries: Sequence[Told]) -> list[Change]:
    return [Change(told.actor, told.at, told.deed, _changed(told)) for told in entries]


def _changed(told: Told) -> list[str]:
    """What it changed, as the form calls it; the reason for it is none of that."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for line in told.lines:
        side = before if line.label.endswith(" before") else after
        side |= _as_asked(line.label.removesuffix(" before"), line.value)
    labels = dict.fromkeys([*before, *after])
    return [label for label in labels if label != "Reason" and before.get(label) != after.get(label)]


def _as_asked(label: str, value: str) -> dict[str, str]:
    """A date and its time are told in one, and asked one by one."""
    day, at, hour = value.partition(" at ")
    return {label: day, "Time": hour} if label == "Date" and at else {label: value}


def _results(inspection: CurrentInspection) -> Mapping[str, str]:
    requests = find_requests(inspection.id)
    return {term.code: term.label for step in requests.handling for term in step.results} if requests else {}


LISTS: dict[str, Callable[[CurrentInspection], Mapping[str, str]]] = {
    "kinds": lambda inspection: inspection.vocabulary.labels["source_kinds"],
    "directions": lambda inspection: inspection.vocabulary.labels["directions"],
    "evidence_kinds": lambda inspection: inspection.vocabulary.labels["evidence_kinds"],
    "families": lambda inspection: inspection.vocabulary.labels["families"],
    "relations": lambda inspection: (
        inspection.vocabulary.labels["item_relations"] | inspection.vocabulary.labels["relations"]
    ),
    "outcomes": lambda inspection: {term.code: term.label for term in get_rules(inspection.id).contradiction_outcomes},
    "results": _results,
    "criteria": lambda inspection: {str(row.id): row.reference for row in list_criteria(inspection.id)},
    "bodies": lambda inspection: {row.code: row.name for row in list_bodies(inspection.id)},
    "team_roles": lambda _inspection: {role.value: role.label for role in TeamRole},
    "file_kinds": lambda _inspection: {kind.code: kind.label for kind in KINDS.values()},
    "troubles": lambda _inspection: {trouble.code: trouble.sentence for trouble in Trouble},
}
