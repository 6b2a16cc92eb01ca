from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.access import Actor
from app.audit.services import record
from app.db.versions import Stale
from app.documents.models import Document
from app.evidence.models import SourceText
from app.evidence.services import add_text
from app.extensions import db
from app.figures import queries
from app.figures.models import FigureTable
from app.figures.reckoning import in_words
from app.web import clock


@dataclass(frozen=True, slots=True)
class Figures:
    """What a table holds."""

    title: str
    columns: Sequence[Mapping[str, str]]  # of each `head` and `code`
    rows: Sequence[Sequence[str]]
    request: str = ""
    sheet: str = ""
    cells: str = ""
    page: str = ""

    @property
    def words(self) -> str:
        return in_words(self.title, self.columns, self.rows)


@dataclass(frozen=True, slots=True)
class Given:
    """Figures as they were given for a correction, in time or not."""

    figures: Figures
    reason: str = field(default="")


def keep(document: Document, figures: Figures, *, by: Actor) -> FigureTable:
    """Keep a table of figures of a document. The caller holds the document for change, so that numbers do not clash."""
    table = FigureTable(
        inspection_id=document.inspection_id,
        document_id=document.id,
        number=queries.next_number(document.id),
        title=figures.title,
        request=figures.request,
        columns=[dict(column) for column in figures.columns],
        rows=[list(row) for row in figures.rows],
        sheet=figures.sheet,
        cells=figures.cells,
        page=figures.page,
        withdrawn_by="",
        withdrawn_reason="",
        created_at=clock.now(),
        created_by_id=by.id,
        created_by=by.label,
    )
    table.text = _add_text(document, table, figures, None, by)
    db.session.add(table)
    after = {"title": table.title, "from": table.origin, "figures": figures.words}
    record(
        by,
        "kept figures",
        document.reference,
        part=f"figures {table.number}",
        inspection_id=document.inspection_id,
        after=after,
    )
    db.session.flush()
    return table


def _add_text(
    document: Document, table: FigureTable, figures: Figures, instead: SourceText | None, by: Actor
) -> SourceText:
    label = f"figures {table.number}, {table.origin}"
    return add_text(document, figures.words, position=table.position, label=label, by=by, supersedes=instead)


def correct(document: Document, table: FigureTable, given: Given, *, base: int, by: Actor) -> bool:
    """Give a table other figures; whether any are other. What they were stays, as evidence on it does.

    On a stale base what was given is put on record, and Stale raised. The caller holds the table for change.
    """
    part, words = f"figures {table.number}", given.figures.words
    if table.version != base:
        record(
            by,
            "corrected figures too late",
            document.reference,
            part=part,
            inspection_id=table.inspection_id,
            after={"figures": words, "reason": given.reason},
        )
        raise Stale
    if (table.title, table.request, table.rows, table.columns) == (
        given.figures.title,
        given.figures.request,
        [list(row) for row in given.figures.rows],
        [dict(column) for column in given.figures.columns],
    ):
        return False
    before, after = {"figures": table.text.text}, {"figures": words, "reason": given.reason}
    if given.figures.request != table.request:
        before["request"], after["request"] = table.request, given.figures.request
        table.request = given.figures.request
    table.title = given.figures.title
    table.columns = [dict(column) for column in given.figures.columns]
    table.rows = [list(row) for row in given.figures.rows]
    if words != table.text.text:
        table.text = _add_text(document, table, given.figures, table.text, by)
    record(
        by,
        "corrected figures",
        document.reference,
        part=part,
        inspection_id=table.inspection_id,
        before=before,
        after=after,
    )
    db.session.flush()
    return True


def withdraw(document: Document, table: FigureTable, reason: str, *, by: Actor) -> None:
    """Take a table off the lists; it stays to be seen, as what was tagged in it does."""
    table.withdrawn_at, table.withdrawn_by, table.withdrawn_reason = clock.now(), by.label, reason
    record(
        by,
        "withdrew figures",
        document.reference,
        part=f"figures {table.number}",
        inspection_id=table.inspection_id,
        after={"reason": reason},
    )
    db.session.flush()


def put_back(document: Document, table: FigureTable, *, by: Actor) -> None:
    """Undo a withdrawal. The caller holds the table for change."""
    before = {"reason": table.withdrawn_reason}
    table.withdrawn_at, table.withdrawn_by, table.withdrawn_reason = None, "", ""
    record(
        by,
        "put figures back",
        document.reference,
        part=f"figures {table.number}",
        inspection_id=table.inspection_id,
        before=before,
    )
    db.session.flush()
