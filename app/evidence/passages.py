"""Tagging a passage of a source's text: the same for documents and for other sources."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, request

from app.access import Actor
from app.evidence import mark_queries, queries
from app.evidence.forms import PassageForm
from app.evidence.marking import SeveralTimes, Span, covers, crossed, find_span, grouped, pieces
from app.evidence.models import EvidenceItem, Source, SourceText
from app.evidence.services import NoWords, lift
from app.evidence.sheets import Sheet, laid_out
from app.inspections.gate import CurrentInspection
from app.inspections.queries import list_criteria
from app.inspections.references import EVIDENCE, read_reference
from app.web.pages import page

ITEM = "item"  # in an address: the item whose highlight it opens
NOT_THERE = "These words do not stand on this page like that. Select them in the text, or copy them exactly"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An item that an address names and whose highlight is not on the page that it leads to."""

    named: str  # as the address has it
    item: EvidenceItem | None  # None: there is no such item
    earlier: bool = False  # it stands on an earlier text of the page


def in_place(item: str) -> dict[str, Any]:
    """What `url_for` is to be told for an address that opens the highlight of an item: servers hear of no anchor, so
    that it is named beside it."""
    return {ITEM: item, "_anchor": item} if item else {}


def find_elsewhere(
    inspection: CurrentInspection, shown: Iterable[Any], earlier: Iterable[Any] = ()
) -> Elsewhere | None:
    """What the address names, where it is not among the marks that are shown."""
    named = request.args.get(ITEM, "")[:20]
    if not named:
        return None
    read = read_reference(named)
    item = queries.find_item(inspection.id, read[1]) if read and read[0] == EVIDENCE else None
    if item and item.id in {mark.id for mark in shown}:
        return None
    return Elsewhere(named, item, item is not None and item.id in {mark.id for mark in earlier})


def passage_form(inspection: CurrentInspection, *, empty: bool = False) -> PassageForm:
    form = PassageForm(formdata=None) if empty else PassageForm()
    form.offer(inspection.vocabulary, list_criteria(inspection.id))
    return form


def answer_refused(form: PassageForm, **shown: Any) -> Response:
    """For htmx: the pane anew, with what is wrong in the form. Needs what `evidence/_passage.html` needs."""
    return _pane(422, form=form, **shown)


def answer_tagged(inspection: CurrentInspection, form: PassageForm, item: EvidenceItem, **shown: Any) -> Response:
    """For htmx, after `form` was taken: only what changes of the pane. The form is emptied where it stands."""
    if not form.whole.data:
        return page("evidence/_tagged.html", made=item.reference, **shown)
    empty = PassageForm(formdata=None)
    empty.offer(inspection.vocabulary, form.offered)
    return _pane(200, form=empty, made=item.reference, **shown)


def _pane(status: int, **shown: Any) -> Response:
    response = page("evidence/_passage.html", status, **shown)
    response.headers["HX-Retarget"] = "#passage"
    return response


def tag_passage(
    inspection: CurrentInspection,
    source: Source,
    text: SourceText,
    form: PassageForm,
    *,
    by: Actor,
    seen: str | None = None,
    quote: bool = True,
    wrong_gist: str = "",
) -> EvidenceItem | None:
    """Lift the passage that the form names, tagged to its criteria; None when the form now says why it cannot be.

    `seen` is the text as it is shown, where some of its words are struck out. Of words that nobody wrote or said, as
    Fieldbook makes a line of a row of figures, `quote` is False. `wrong_gist` is why the gist cannot be shown to a team
    that sees no more than the copy; else empty.
    """
    if not form.validate_on_submit():
        return None
    if wrong_gist:
        form.gist.errors = [wrong_gist]
        return None
    try:
        span = find_span(text.text if seen is None else seen, form.words.data or "", form.start.data, form.end.data)
    except SeveralTimes as several:
        form.words.errors = [f"These words stand {several.args[0]} times on this page. Add some words round them"]
        return None
    if span is None:
        form.words.errors = [NOT_THERE]
        return None
    chosen = set(form.criteria.data or [])
    if not form.again.data and (there := mark_queries.items_on(text.id, *span, chosen)):
        form.again.errors = [f"{there[0]} is on these words already. Work on that one, or tick to make another"]
        return None
    try:
        return lift(
            source,
            text,
            *span,
            by=by,
            criteria=[row.id for row in form.offered if row.reference in chosen],
            quote=quote,
            gist=form.gist.data or "",
            direction=form.direction.data or "",
            evidence_kind=inspection.vocabulary.evidence_kind_default.get(source.kind, ""),
            seen=seen,
        )
    except NoWords:
        form.words.errors = ["Select some words of the text"]
        return None


def marked(
    source_id: UUID,
    text: SourceText | None,
    position: int,
    *,
    seen: str | None = None,
    hits: Sequence[Span] = (),
    first_hit: int = 1,
    by: str = "",
    criterion: str = "",
    sheet: Sheet | None = None,
) -> dict[str, Any]:
    """What `evidence/_passage.html` shows of a text: its runs of pieces, and the items that stand on it or
    on a version of it that was superseded. `hits` of a search are marked, counted from `first_hit`.
    `seen` as in `tag_passage`.

    With `by` and `criterion` only the items of that person, and under that criterion, are shown. The cells of a `sheet`
    are drawn as a table.
    """
    there = mark_queries.list_marks(source_id, position)
    every = [mark for mark in there if text and mark.withdrawn_at is None]
    tags = queries.tags_of(mark.id for mark in every)
    people = sorted({mark.created_by for mark in every} | ({by} if by else set()))
    criteria = list(dict.fromkeys(tag for mark in every for tag in tags[mark.id]))
    living = [
        mark for mark in every if (not by or mark.created_by == by) and (not criterion or criterion in tags[mark.id])
    ]
    marks = [mark for mark in living if text and mark.text_id == text.id]
    cuts = sheet.cuts if sheet else ()
    found = pieces(text.text if seen is None else seen, marks, covers(text, there), hits, cuts) if text else []
    return {
        "text": text,
        "marks": marks,
        "crossed": crossed(marks),
        "earlier": [mark for mark in living if text and mark.text_id != text.id],
        "tags": tags,
        "people": people,
        "under": sorted({*criteria, criterion} - {""}),
        "hidden": len(every) - len(living),
        "first_hit": first_hit,
        "runs": [] if sheet else grouped(found),
        "cells": laid_out(found, sheet) if sheet else None,
    }
