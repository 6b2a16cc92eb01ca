"""Histories of things of an inspection, in the words of its pack."""

from collections.abc import Callable, Mapping, Sequence

from app.accounts.queries import names_of
from app.audit.wording import Told, ids_in, lists_in, tell
from app.db.base import AnyRow
from app.formats.kinds import KINDS
from app.formats.outcome import Trouble
from app.inspections.gate import CurrentInspection
from app.inspections.models import TeamRole
from app.inspections.queries import find_requests, get_rules, list_bodies, list_criteria


def in_words(inspection: CurrentInspection, entries: Sequence[AnyRow], about: str | None = None) -> list[Told]:
    """A history as its page shows it; `about` is whose it is, where others' deeds may stand in it.

    One statement for the people whom it names by their ids, and one for each list of the pack that it needs.
    """
    ids, wanted = ids_in(entries), lists_in(entries)
    terms = {name: LISTS[name](inspection) for name in LISTS if name in wanted}
    return tell(entries, names_of(ids) if ids else {}, terms, about)


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
