"""The sheets of an export: their titles, and the rows that are made of what it holds."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from app.db.base import AnyRow
from app.evidence.places import CLOSED_SINCE
from app.evidence.sheets import cited
from app.formats.workbook import Link
from app.inspections.generalise import month
from app.inspections.references import EVIDENCE, reference
from app.matrix import contents, linked
from app.matrix.contents import Wanted
from app.matrix.gaps import CANCELLED, NEEDLESS, NIL_RETURN, PLANNED, gaps

IN_FIELDBOOK = "In Fieldbook"  # the address that opens the passage in place
EVIDENCE_TITLES = (
    "Evidence",
    "Criterion",
    "Words",
    "Quotation",
    "Gist",
    "Shows",
    "Kind of evidence",
    "May be attributed",
    "Good practice",
    "Set aside",
    "Source",
    "Kind of source",
    "Where in the source",
    "Speaker",
    "Role",
    "Area",
    "Date",
    "Reason for the tag",
    "Themes",
    "File findings",
    "Lifted by",
    IN_FIELDBOOK,
)
GENERAL_EVIDENCE_TITLES = (
    "Evidence",
    "Criterion",
    "Words",
    "Quotation",
    "Gist",
    "Shows",
    "Kind of evidence",
    "Good practice",
    "Set aside",
    "Kind of source",
    "Role",
    "Place",
    "Month",
    "File findings",
)
DISTRESSING_TITLES = ("Evidence", "Words")
SOURCE_TITLES = (
    "Source",
    "Kind of source",
    "Family",
    "Title",
    "Role",
    "Area",
    "Date",
    "Answers the requests",
    "Items",
    "Tags",
)
GENERAL_SOURCE_TITLES = ("Kind of source", "Family", "Role", "Place", "Sources", "Items", "Tags")
STRENGTH_TITLES = ("Criterion", "Of", "Direction", "Strength", "Independent voices", "Flags")
GAP_TITLES = ("Criterion", "What is planned", "Of", "State", "Reason")
GAP_STATES = {
    PLANNED: "Planned, nothing yet",
    NIL_RETURN: "Nil return",
    NEEDLESS: "Nothing is to come",
    CANCELLED: "Planned, cancelled",
}
GENERAL_LINK_TITLES = ("Evidence", "Says of it", "Finding", "Other evidence", "Contradiction", "Set aside")
LINK_TITLES = (*GENERAL_LINK_TITLES, "Reason", "Linked by", "Reason for the outcome", "Resolved by")
OPEN = "Open"
WITHDRAWN_TITLES = ("Evidence", "Reason it was withdrawn", "Words", "Gist", "Source", "Criteria", "Lifted by")
ON_A_SHEET = "Distressing content: on the sheet ‘Distressing’"
NOT_IN_A_TABLE = "Distressing content: in Fieldbook, and in the Excel workbook on a sheet of its own"
NATIONAL = "The whole country"


def evidence_titles(wanted: Wanted) -> tuple[str, ...]:
    return GENERAL_EVIDENCE_TITLES if wanted.discretion else EVIDENCE_TITLES


def _led(number: str, wanted: Wanted) -> str:
    """The reference of an item, which leads to its passage where that may be said."""
    address = wanted.address_of(number)
    return Link(number, address) if address else number


def evidence_rows(wanted: Wanted, cover: str) -> Iterator[tuple[Any, ...]]:
    """One row for each tag, then for each item without tags. `cover` stands in the place of distressing words."""
    labels = wanted.words.labels
    directions, kinds, source_kinds = labels["directions"], labels["evidence_kinds"], labels["source_kinds"]
    discretion = wanted.discretion
    for criterion, batch in contents.tagged(wanted):
        findings = _linked(batch, wanted)
        themes = contents.themes_of(row.id for row in batch) if discretion is None else {}
        for row in batch:
            number = reference(EVIDENCE, row.number)
            if discretion is None:
                yield (
                    _led(number, wanted),
                    criterion,
                    cover if row.distressing else row.words,
                    _quotation(row),
                    row.gist,
                    directions.get(row.direction, "Not set"),
                    kinds.get(row.evidence_kind, ""),
                    "Yes" if row.attributable else "No",
                    "Yes" if row.good_practice else "No",
                    "Yes" if row.set_aside else "No",
                    reference(row.source_prefix, row.source_number),
                    source_kinds.get(row.source_kind, row.source_kind),
                    _place(row),
                    row.speaker,
                    row.role or "",
                    row.body or "",
                    row.happened_on,
                    row.reason,
                    ", ".join(themes.get(row.id, [])),
                    findings.get(row.id, ""),
                    row.created_by,
                    wanted.address_of(number),
                )
                continue
            label = discretion.label(row.source_id, row.attributable)
            words = discretion.words(row)
            yield (
                number,
                criterion,
                cover if row.distressing else words,
                _quotation(row),
                discretion.gist(row),
                directions.get(row.direction, "Not set"),
                kinds.get(row.evidence_kind, ""),
                "Yes" if row.good_practice else "No",
                "Yes" if row.set_aside else "No",
                source_kinds.get(row.source_kind, row.source_kind),
                label.role,
                label.place,
                month(row.happened_on),
                findings.get(row.id, ""),
            )


def _quotation(row: AnyRow) -> str:
    said = "Yes" if row.quote else "No"
    return f"{said}; words in it are struck out of its source since" if row.words_struck else said


def _place(row: AnyRow) -> str:
    """Where in its source an item stands, and what became of that since."""
    since = "source withdrawn" if row.source_withdrawn else "source changed since" if row.changed else ""
    since = since or (f"superseded by {row.superseded_by}" if row.superseded_by else "")
    closed = CLOSED_SINCE[row.source_closed] if row.source_closed else ""
    told = "; ".join(one for one in (f"source {closed}" if closed else "", since) if one)
    return f"{cited(row)} ({told})" if told else cited(row)


def _linked(batch: list[AnyRow], wanted: Wanted) -> dict[UUID, str]:
    """'supports F-09; contradicts F-12' for each item that has links which may be said."""
    labels = wanted.words.labels["relations"]
    return {
        item_id: "; ".join(f"{labels.get(relation, relation)} {finding}" for relation, finding in links)
        for item_id, links in linked.links_of(batch, wanted.discretion).items()
    }


def distressing_rows(wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    """DISTRESSING_TITLES"""
    for row in contents.distressing(wanted):
        number = reference(EVIDENCE, row.number)
        if wanted.discretion is None:
            yield (_led(number, wanted), row.words)
        else:
            yield (number, wanted.discretion.words(row))


def source_titles(wanted: Wanted) -> tuple[str, ...]:
    return GENERAL_SOURCE_TITLES if wanted.discretion else SOURCE_TITLES


def source_rows(wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    """The index of sources. Where nothing may be attributed: how many there are of each kind, role and place."""
    kinds, families = wanted.words.labels["source_kinds"], wanted.words.labels["families"]
    if wanted.discretion is None:
        for line in contents.sources(wanted):
            yield (
                line.reference,
                kinds.get(line.kind, line.kind),
                families.get(line.family, line.family),
                line.title,
                line.role,
                line.body,
                line.happened_on,
                line.request,
                line.items,
                line.tags,
            )
        return
    for (kind, family, role, place), numbers in contents.general_sources(wanted, wanted.discretion).items():
        yield (kinds.get(kind, kind), families.get(family, family), role, place, *numbers)


def strength_rows(wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    """STRENGTH_TITLES: each criterion for the country; and, where that may be said, each body with something."""
    rule = wanted.rules.strength
    values: dict[str, str] = {term.code: term.label for term in rule.values}
    flags = {flag.code: flag.label for flag in rule.flags}
    directions = wanted.words.labels["directions"]
    for criterion, claims in contents.strengths(wanted):
        bodies = {} if wanted.discretion else claims.bodies
        for of, by_direction in [(NATIONAL, claims.national), *bodies.items()]:
            for direction, strength in by_direction.items():
                yield (
                    criterion,
                    of,
                    directions.get(direction, direction),
                    values[strength.value],
                    len(strength.voices),
                    "; ".join(flags[code] for code in strength.flags),
                )


def finding_titles(wanted: Wanted) -> tuple[str, ...]:
    own = () if wanted.discretion else ("Own reference",)
    relations = [term.inverse[:1].upper() + term.inverse[1:] or term.label for term in wanted.words.relations]
    return (
        "Finding",
        "What the files show",
        "Criteria",
        "Area",
        "Files",
        "Applicable",
        "Shows",
        "Set aside",
        *own,
        "Evidence linked",
        *relations,
        "Evidence set aside",
    )


def finding_rows(wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    """`finding_titles`: a finding, its figures, and the references of what supports it, contradicts it and so on.

    What an outcome set aside contradicts nothing any more: it stands by itself, last.
    """
    directions, discretion = wanted.words.labels["directions"], wanted.discretion
    for line in linked.findings(wanted):
        finding = line.finding
        own = () if discretion else (finding.own_reference,)
        yield (
            finding.reference,
            discretion.text(finding.reference, finding.statement) if discretion else finding.statement,
            ", ".join(line.criteria),
            line.area or "All Areas",
            finding.files,
            finding.applicable,
            directions.get(finding.direction, "Not set"),
            "Yes" if line.set_aside else "No",
            *own,
            sum(map(len, line.links.values())) + len(line.links_aside),
            *(", ".join(line.links.get(term.code, [])) for term in wanted.words.relations),
            ", ".join(line.links_aside),
        )


def link_titles(wanted: Wanted) -> tuple[str, ...]:
    return GENERAL_LINK_TITLES if wanted.discretion else LINK_TITLES


def link_rows(wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    """`link_titles`"""
    labels = wanted.words.labels
    outcomes: dict[str, str] = {term.code: term.label for term in wanted.rules.contradiction_outcomes}
    for line in linked.links(wanted):
        row, terms = line.row, labels["relations"] if line.finding else labels["item_relations"]
        said = (
            line.item,
            terms.get(line.relation, line.relation),
            line.finding,
            line.other,
            outcomes.get(row.outcome, OPEN) if line.contradicts else "",
            row.aside,
        )
        if wanted.discretion:
            yield said
        else:
            yield (*said, row.reason, row.created_by, row.outcome_reason, row.outcome_by)


def gap_rows(wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    """GAP_TITLES, by criterion: planned sources that gave nothing yet, have nothing, or will not come."""
    for gap in gaps(wanted.inspection_id, wanted.criterion_id):
        yield (gap.criterion, gap.label, gap.body, GAP_STATES.get(gap.mark, gap.mark), gap.reason)


def withdrawn_rows(wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    """WITHDRAWN_TITLES"""
    for item, source, criteria in contents.withdrawn_items(wanted):
        yield (
            _led(item.reference, wanted),
            item.withdrawn_reason,
            ON_A_SHEET if item.distressing else item.words,
            item.gist,
            source,
            ", ".join(criteria),
            item.created_by,
        )
