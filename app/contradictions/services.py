"""Resolving a contradiction, and opening it again. The outcomes are the pack's; what two of them do is set here."""

from app.access import Actor
from app.audit.services import record
from app.contradictions import queries
from app.contradictions.by_criterion import criteria_set_aside
from app.db.versions import Stale, check_base
from app.evidence.models import EvidenceItem, ItemLink
from app.evidence.services import set_aside
from app.extensions import db
from app.findings.models import Link
from app.web import clock

SET_ASIDE = "set_aside"  # one side is shown and no longer counted
STRUCK_OUT = "withdrawn"  # the link was a mistake


class Gone(ValueError):
    """There is nothing to resolve any more; the argument says what happened."""


class AnotherStands(ValueError):
    """The two sides were linked again since the link was struck out."""


def resolve(link: Link | ItemLink, outcome: str, aside: str, reason: str, *, base: int, by: Actor) -> None:
    """Close a contradiction: `aside` is the reference of the side that is set aside, empty for other outcomes.

    Raises Stale when somebody resolved it, or changed how, since `base`; Gone when there is nothing left to resolve.
    """
    if link.withdrawn_at is not None and not link.outcome:
        raise Gone("The link was taken off")
    for side in (link.item, link.finding if isinstance(link, Link) else link.other):
        if side.withdrawn_at is not None:
            raise Gone(f"{side.reference} was withdrawn")
    check_base(link, base)
    link.outcome, link.outcome_reason = outcome, reason
    link.aside = aside if outcome == SET_ASIDE else ""
    link.outcome_at, link.outcome_by = clock.now(), by.label
    if outcome == STRUCK_OUT:
        link.withdrawn_at = clock.now()
    db.session.flush()
    _count_again(link)
    record(
        by,
        "resolved the contradiction of",
        link.item.reference,
        part=other_of(link),
        inspection_id=link.inspection_id,
        after={"outcome": outcome, "set_aside": link.aside, "reason": reason},
    )


def reopen(link: Link | ItemLink, reason: str, *, base: int, by: Actor) -> None:
    """Undo an outcome: both sides count again, a link that was struck out stands again.

    Raises Stale; AnotherStands when the two sides have meanwhile been linked anew.
    """
    check_base(link, base)
    if not link.outcome:
        raise Stale
    if link.outcome == STRUCK_OUT:
        if queries.standing_between(link):
            raise AnotherStands
        link.withdrawn_at = None
    before = {"outcome": link.outcome, "set_aside": link.aside, "reason": link.outcome_reason}
    link.outcome = link.aside = link.outcome_reason = link.outcome_by = ""
    link.outcome_at = None
    db.session.flush()
    _count_again(link)
    record(
        by,
        "reopened the contradiction of",
        link.item.reference,
        part=other_of(link),
        inspection_id=link.inspection_id,
        before=before,
        after={"reason": reason},
    )


def other_of(link: Link | ItemLink) -> str:
    """The reference of the side that the item of the link contradicts."""
    return link.finding.reference if isinstance(link, Link) else link.other.reference


def _count_again(link: Link | ItemLink) -> None:
    items: list[EvidenceItem] = [link.item] if isinstance(link, Link) else [link.item, link.other]
    for item in items:
        set_aside(item.id, criteria_set_aside(item))
