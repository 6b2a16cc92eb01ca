"""An export as one JSON document, written as it is read. Its form is schema.py's."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from app.evidence.models import EvidenceItem
from app.evidence.sheets import cited
from app.inspections.acronyms import Speller
from app.inspections.models import Inspection
from app.inspections.queries import get_pack_file, list_bodies, list_criteria, list_roles
from app.inspections.references import EVIDENCE, FILE_FINDING, reference
from app.matrix import contents, linked, method, rows, tables
from app.matrix.contents import Wanted
from app.matrix.gaps import gaps
from app.matrix.queries import Cell, matrix
from app.matrix.schema import NAME

Words = Callable[[str], str]


def write(target: IO[str], wanted: Wanted, inspection: Inspection, about: dict[str, Any], *, spelt_out: bool) -> None:
    """Lists are written entry by entry, each on a line of its own."""
    target.write("{")
    for number, (key, value) in enumerate(_parts(wanted, inspection, about, spelt_out)):
        target.write(f'{"," if number else ""}\n"{key}": ')
        if isinstance(value, Iterator):
            target.write("[")
            for at, entry in enumerate(value):
                target.write(("," if at else "") + "\n" + _json(entry))
            target.write("]")
        else:
            target.write(_json(value))
    target.write("\n}\n")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _parts(wanted: Wanted, inspection: Inspection, about: dict[str, Any], spelt_out: bool) -> Iterator[tuple[str, Any]]:
    general, id = wanted.discretion, inspection.id
    scope = get_pack_file(id, "scope.yaml")
    notes = method.notes(scope, wanted.rules, wanted.words, attributable=general is None)
    own, _quoted = _spelling(wanted, spelt_out)
    yield "schema", NAME
    yield "about", about
    yield "method", ({"about": heading, "note": own(note)} for heading, note in notes)
    yield "vocabulary", _vocabulary(wanted)
    yield (
        "bodies",
        (
            {"code": b.code, "name": b.name, "kind": b.kind.value, "visited": b.visited, "pilot": b.pilot}
            for b in list_bodies(id)
        ),
    )
    yield "roles", ({"code": r.code, "label": r.label, "at": r.at.value} for r in list_roles(id))
    yield (
        "criteria",
        (
            {
                "reference": row.reference,
                "group": row.group_code,
                "group_name": row.group_name,
                "wording": row.wording,
                "footnote": row.footnote,
            }
            for row in list_criteria(id)
        ),
    )
    layouts = tables.layouts(wanted)
    yield "matrix", {by: _layout(wanted, by) if by in layouts else None for by, _name in tables.LAYOUTS}
    yield "strength", _strength(wanted)
    yield "sources", _sources(wanted)
    yield "evidence", _evidence(wanted, *_spelling(wanted, spelt_out))
    _own, quoted = _spelling(wanted, spelt_out)
    yield (
        "distressing",
        ({"reference": number, "words": quoted(words)} for number, words in rows.distressing_rows(wanted)),
    )
    yield "findings", _findings(wanted, _spelling(wanted, spelt_out)[0])
    yield "links", _links(wanted, _spelling(wanted, spelt_out)[0])
    yield "gaps", _gaps(wanted, _spelling(wanted, spelt_out)[0])
    yield "withdrawn", _withdrawn(wanted, *_spelling(wanted, spelt_out))
    yield "acronyms", ({"short": term.short, "long": term.long} for term in wanted.rules.acronyms)
    yield (
        "left_out",
        [{"reason": reason, "number": number} for reason, number in (general.left_out() if general else [])],
    )


def _spelling(wanted: Wanted, spelt_out: bool) -> tuple[Words, Words]:
    """What spells out our own words, and what quoted ones, once in each list."""
    if not spelt_out:
        return str, str
    speller = Speller(wanted.rules.acronyms)
    return speller.own, speller.quoted


def _vocabulary(wanted: Wanted) -> dict[str, Any]:
    words, strength = wanted.words, wanted.rules.strength

    def terms(found: Iterable[Any], meaning: str = "meaning") -> list[dict[str, str]]:
        return [{"code": term.code, "label": term.label, "meaning": getattr(term, meaning)} for term in found]

    return {
        "source_kinds": terms(words.source_kinds),
        "families": terms(words.families),
        "directions": terms(words.directions),
        "evidence_kinds": terms(words.evidence_kinds),
        "relations": terms(words.relations),
        "item_relations": terms(words.item_relations),
        "contradiction_outcomes": terms(wanted.rules.contradiction_outcomes, "effect"),
        "strengths": terms(strength.values),
        "flags": terms(strength.flags, "when"),
    }


def _layout(wanted: Wanted, by: str) -> dict[str, Any]:
    grid = matrix(wanted.inspection_id, by, wanted.words)

    def counts(cells: dict[str, Cell]) -> list[dict[str, Any]]:
        return [
            {
                "column": code,
                "items": cells[code].items,
                "sources": cells[code].sources,
                "directions": cells[code].directions,
            }
            for code, _heading in grid.columns
            if code in cells
        ]

    return {
        "columns": [{"code": code, "label": heading, "meaning": ""} for code, heading in grid.columns],
        "rows": [
            {
                "criterion": row.reference,
                "items": row.total.items,
                "sources": row.total.sources,
                "cells": counts(row.cells),
                "findings": [reference(FILE_FINDING, number) for number in row.findings],
            }
            for row in grid.rows
        ],
        "totals": counts(grid.totals),
        "items": grid.total.items,
        "sources": grid.total.sources,
    }


def _strength(wanted: Wanted) -> Iterator[dict[str, Any]]:
    if wanted.filters.any():
        return
    for criterion, claims in contents.strengths(wanted):
        bodies = {} if wanted.discretion else claims.bodies
        for body, by_direction in [(None, claims.national), *bodies.items()]:
            for direction, strength in by_direction.items():
                yield {
                    "criterion": criterion,
                    "body": body,
                    "direction": direction,
                    "value": strength.value,
                    "voices": len(strength.voices),
                    "flags": list(strength.flags),
                }


def _sources(wanted: Wanted) -> Iterator[dict[str, Any]]:
    if wanted.discretion is None:
        for line in contents.sources(wanted):
            yield {
                "reference": line.reference,
                "kind": line.kind,
                "family": line.family,
                "title": line.title,
                "role": line.role or None,
                "role_code": line.role_code or None,
                "place": line.body or None,
                "body_code": line.body_code or None,
                "date": line.happened_on.isoformat() if line.happened_on else None,
                "requests": line.request.split(),
                "sources": 1,
                "items": line.items,
                "tags": line.tags,
            }
        return
    for (kind, family, role, place), (number, held, tags) in contents.general_sources(
        wanted, wanted.discretion
    ).items():
        yield {
            "reference": None,
            "kind": kind,
            "family": family,
            "title": None,
            "role": role or None,
            "role_code": None,
            "place": place or None,
            "body_code": None,
            "date": None,
            "requests": [],
            "sources": number,
            "items": held,
            "tags": tags,
        }


def _evidence(wanted: Wanted, own: Words, quoted: Words) -> Iterator[dict[str, Any]]:
    general = wanted.discretion
    for item in contents.items(wanted):
        row, number = item.row, reference(EVIDENCE, item.row.number)
        left_out: str | None = None
        words = row.words
        if general:
            label = general.label(row.source_id, row.attributable)
            left_out, gist = general.reason(row), general.gist(row)
        else:
            gist = row.gist
        yield {
            "reference": number,
            "source": None if general else reference(row.source_prefix, row.source_number),
            "source_kind": row.source_kind,
            "family": row.family,
            "text": None if general else cited(row),
            "position": None if general else row.position,
            "start": None if general else row.start_at,
            "end": None if general else row.end_at,
            "words": None if row.distressing or left_out else quoted(words),
            "left_out": left_out,
            "quotation": row.quote,
            "gist": own(gist),
            "direction": row.direction,
            "evidence_kind": row.evidence_kind,
            "attributable": None if general else row.attributable,
            "good_practice": row.good_practice,
            "distressing": row.distressing,
            "speaker": None if general else row.speaker,
            "role": (label.role if general else row.role) or None,
            "role_code": None if general else row.role_code,
            "place": (label.place if general else row.body) or None,
            "body_code": None if general else row.body_code,
            "date": _day(row.happened_on, general is None),
            "lifted_by": None if general else row.created_by,
            "themes": None if general else item.themes,
            "tags": [
                {
                    "criterion": tag.criterion,
                    "set_aside": tag.set_aside,
                    "reason": None if general else own(tag.reason),
                    "by": None if general else tag.created_by,
                }
                for tag in item.tags
            ],
            "withdrawn": False,
            "source_changed": bool(row.changed),
            "source_withdrawn": bool(row.source_withdrawn),
            "words_struck_out": bool(row.words_struck),
            "source_closed": row.source_closed,
            "superseded_by": None if general else row.superseded_by or None,
            "link": wanted.address_of(number),
        }


def _links(wanted: Wanted, own: Words) -> Iterator[dict[str, Any]]:
    general = wanted.discretion
    for line in linked.links(wanted):
        row = line.row
        yield {
            "evidence": line.item,
            "relation": line.relation,
            "finding": line.finding,
            "other_evidence": line.other,
            "contradiction": (row.outcome or "open") if line.contradicts else None,
            "set_aside": row.aside or None,
            "reason": None if general else own(row.reason),
            "by": None if general else row.created_by,
            "outcome_reason": None if general else own(row.outcome_reason),
            "outcome_by": None if general else row.outcome_by,
        }


def _day(day: Any, exact: bool) -> str | None:
    if day is None:
        return None
    return str(day.isoformat() if exact else f"{day:%Y-%m}")


def _findings(wanted: Wanted, own: Words) -> Iterator[dict[str, Any]]:
    general = wanted.discretion
    for line in linked.findings(wanted):
        finding = line.finding
        statement = general.text(finding.reference, finding.statement) if general else finding.statement
        yield {
            "reference": finding.reference,
            "statement": own(statement),
            "criteria": line.criteria,
            "body": line.area,
            "files": finding.files,
            "applicable": finding.applicable,
            "direction": finding.direction,
            "set_aside": line.set_aside,
            "own_reference": None if general else finding.own_reference,
            "evidence_linked": sum(map(len, line.links.values())) + len(line.links_aside),
            "links": line.links,
            "links_set_aside": line.links_aside,
        }


def _gaps(wanted: Wanted, own: Words) -> Iterator[dict[str, Any]]:
    if wanted.discretion or wanted.filters.any():
        return
    for gap in gaps(wanted.inspection_id, wanted.criterion_id):
        yield {
            "criterion": gap.criterion,
            "kind": gap.kind,
            "code": gap.code,
            "label": gap.label,
            "body": gap.body or None,
            "body_code": gap.body_code or None,
            "mark": gap.mark,
            "reason": own(gap.reason) or None,
        }


def _withdrawn(wanted: Wanted, own: Words, quoted: Words) -> Iterator[dict[str, Any]]:
    if not wanted.everything or wanted.discretion:
        return
    for item, source, criteria in contents.withdrawn_items(wanted):
        yield _gone(item, source, criteria, own, quoted)


def _gone(item: EvidenceItem, source: str, criteria: list[str], own: Words, quoted: Words) -> dict[str, Any]:
    assert item.withdrawn_at is not None
    return {
        "reference": item.reference,
        "withdrawn": True,
        "withdrawn_at": item.withdrawn_at.isoformat(timespec="seconds"),
        "reason": own(item.withdrawn_reason),
        "words": None if item.distressing else quoted(item.words),
        "gist": own(item.gist),
        "source": source,
        "criteria": criteria,
        "lifted_by": item.created_by,
    }
