"""The bare SQL behind each query function: written by hand, the best for the same answer on the same tables.

Each gives what its function gives: the same rows, the same columns, the same page. The text goes through the same
engine and connection as the function, all rows are fetched, and nothing is made of them: ids stay text, times too.
The second way is that of a program that has an ORM: the same text as `text()` through the session.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, TextClause, text

Rows = Sequence[Any]
NOTES = 301
PAGE = 51

ITEM = """
    i.id, i.number, i.words, i.gist, i.speaker, i.quote, i.direction, i.evidence_kind, i.withdrawn_at, i.created_by,
    i.distressing, i.attributable, i.good_practice,
    s.kind, s.prefix, s.number, s.feature, s.happened_on, t.position, t.label, b.name, r.label,
    EXISTS (SELECT 1 FROM source_text n WHERE n.supersedes_id = i.text_id)
"""
JOINED = """
    JOIN source s ON s.id = i.source_id JOIN source_text t ON t.id = i.text_id
    LEFT JOIN body b ON b.id = s.body_id LEFT JOIN role r ON r.id = s.role_id
"""
ITEMS = f"""
    SELECT {ITEM} FROM evidence_item i {JOINED} WHERE i.inspection_id = ? ORDER BY i.number DESC LIMIT {PAGE}
"""
TAGGED = f"""
    SELECT {ITEM} FROM tag g JOIN evidence_item i ON i.id = g.item_id {JOINED}
    WHERE g.criterion_id = ? AND g.live = TRUE AND {{standing}} EXISTS (
        SELECT 1 FROM link l JOIN file_finding_criterion c ON c.file_finding_id = l.file_finding_id
        WHERE l.item_id = g.item_id AND l.withdrawn_at IS NULL AND c.criterion_id = g.criterion_id)
    ORDER BY g.number DESC LIMIT {PAGE}
"""
TAGS = """
    SELECT g.item_id, c.reference FROM tag g JOIN criterion c ON c.id = g.criterion_id
    WHERE g.item_id IN ({marks}) AND g.withdrawn_at IS NULL ORDER BY c.position
"""
DIRECTIONS = "".join(
    f", count(*) FILTER (WHERE direction = '{code}')" for code in ("strength", "weakness", "mixed", "context", "")
)
TALLY = f"""
    SELECT count(*), count(DISTINCT source_id), count(*) FILTER (WHERE EXISTS (
        SELECT 1 FROM link l JOIN file_finding_criterion c ON c.file_finding_id = l.file_finding_id
        WHERE l.item_id = tag.item_id AND l.withdrawn_at IS NULL AND c.criterion_id = tag.criterion_id)) {DIRECTIONS}
    FROM tag WHERE inspection_id = ? AND live = TRUE AND criterion_id = ?
"""
INTERVIEWS = f"""
    SELECT s.number, s.prefix, s.kind, s.title, s.happened_on, v.held_at, v.remote, v.notes_taken, v.finished_at,
        v.reopened_at, CASE WHEN v.signed_off_at IS NOT NULL THEN 'signed_off'
            WHEN v.written_up_at IS NOT NULL THEN 'written_up' WHEN v.finished_at IS NOT NULL THEN 'held'
            WHEN v.notes_taken > 0 THEN 'under_way' ELSE 'planned' END,
        b.name, r.label, l.name, n.name
    FROM source s JOIN interview v ON v.id = s.id
    LEFT JOIN body b ON b.id = s.body_id LEFT JOIN role r ON r.id = s.role_id
    LEFT JOIN person l ON l.id = v.lead_id LEFT JOIN person n ON n.id = v.note_taker_id
    WHERE s.inspection_id = ? AND s.feature = 'interview' AND v.cancelled_at IS NULL
    ORDER BY s.number DESC LIMIT {PAGE}
"""
NOTE_LINES = f"""
    SELECT n.number, t.text, n.speaker, n.quote, n.said_at, n.created_by, n.version, n.withdrawn_at, n.prompt,
        i.number, i.direction, i.withdrawn_at
    FROM note n JOIN source_text t ON t.id = n.text_id LEFT JOIN evidence_item i ON i.id = n.item_id
    WHERE n.interview_id = ? ORDER BY n.number DESC LIMIT {NOTES}
"""
NOTE_TAGS = """
    SELECT n.number, c.reference FROM note n JOIN evidence_item i ON i.id = n.item_id
    JOIN tag g ON g.item_id = i.id JOIN criterion c ON c.id = g.criterion_id
    WHERE n.interview_id = ? AND n.number BETWEEN ? AND ? AND i.withdrawn_at IS NULL AND g.withdrawn_at IS NULL
    ORDER BY c.position
"""
DOCUMENTS = f"""
    SELECT s.number, s.prefix, s.title, d.text_state, d.pages, d.trouble, d.names, o.file_name, o.kind, o.size,
        o.received_at, b.name
    FROM source s JOIN document d ON d.id = s.id JOIN original o ON o.id = d.original_id
    LEFT JOIN body b ON b.id = s.body_id
    WHERE s.inspection_id = ? AND s.feature = 'document' ORDER BY s.number DESC LIMIT {PAGE}
"""
FINDINGS = """
    SELECT f.id, f.number, f.statement, f.own_reference, f.files, f.applicable, b.name
    FROM file_finding f LEFT JOIN body b ON b.id = f.body_id {under}
    WHERE f.inspection_id = ? AND f.withdrawn_at IS NULL ORDER BY f.number LIMIT 50
"""
UNDER = "JOIN file_finding_criterion c ON c.file_finding_id = f.id AND c.criterion_id = ?"
CRITERIA_OF = """
    SELECT f.file_finding_id, c.reference FROM file_finding_criterion f JOIN criterion c ON c.id = f.criterion_id
    WHERE f.file_finding_id IN ({marks}) ORDER BY c.position
"""
LINKS_OF = """
    SELECT l.file_finding_id, l.relation, count(*) FROM link l JOIN evidence_item i ON i.id = l.item_id
    WHERE l.file_finding_id IN ({marks}) AND l.withdrawn_at IS NULL AND i.withdrawn_at IS NULL GROUP BY 1, 2
"""
NEWEST_LINKS = """
    SELECT n.file_finding_id, n.relation, i.number, i.words, i.gist, i.quote, i.direction, s.prefix, s.number, b.name
    FROM (
        SELECT l.file_finding_id, l.item_id, l.relation,
            row_number() OVER (PARTITION BY l.file_finding_id ORDER BY l.id DESC) place
        FROM link l JOIN evidence_item i ON i.id = l.item_id
        WHERE l.file_finding_id IN ({marks}) AND l.withdrawn_at IS NULL AND i.withdrawn_at IS NULL) n
    JOIN evidence_item i ON i.id = n.item_id JOIN source s ON s.id = i.source_id LEFT JOIN body b ON b.id = s.body_id
    WHERE n.place <= 5 ORDER BY n.file_finding_id, n.place
"""
CRITERIA = """
    SELECT c.id, c.reference, c.wording, c.footnote, g.code, g.name
    FROM criterion c JOIN criterion_group g ON g.id = c.group_id WHERE c.inspection_id = ? ORDER BY c.position
"""
BODIES = """
    SELECT inspection_id, code, name, aliases, kind, visited, position, id
    FROM body WHERE inspection_id = ? ORDER BY position
"""
CELLS = f"""
    SELECT criterion_id, {{column}}, count(*), count(DISTINCT source_id) {DIRECTIONS} FROM tag
    WHERE inspection_id = ? AND live = TRUE GROUP BY 1, 2
"""
COLUMN_TOTALS = """
    SELECT s.{column}, sum(n.items), count(*) FROM (
        SELECT source_id, count(*) items FROM evidence_item i
        WHERE inspection_id = ? AND withdrawn_at IS NULL
            AND EXISTS (SELECT 1 FROM tag g WHERE g.item_id = i.id AND g.withdrawn_at IS NULL)
        GROUP BY source_id) n
    JOIN source s ON s.id = n.source_id GROUP BY 1
"""
FINDINGS_UNDER = """
    SELECT c.criterion_id, f.number, f.files, f.applicable
    FROM file_finding_criterion c JOIN file_finding f ON f.id = c.file_finding_id
    WHERE f.inspection_id = ? AND f.withdrawn_at IS NULL ORDER BY f.number
"""
COVERAGE = """
    SELECT criterion_id, count(*), count(DISTINCT source_id) FROM tag
    WHERE inspection_id = ? AND live = TRUE GROUP BY 1
"""


@cache
def _named(sql: str) -> TextClause:
    """With :v0, :v1 for the question marks."""
    first, *others = sql.split("?")
    return text(first + "".join(f":v{at}{part}" for at, part in enumerate(others)))


@dataclass(frozen=True, slots=True)
class Bare:
    """Runs the texts on one connection. The ids are given as the database's driver takes them."""

    connection: Connection
    session: Any  # None: straight to the driver
    inspection: Any
    criterion: Any
    interview: Any

    def run(self, sql: str, *values: Any) -> Rows:
        if self.session is not None:
            return self.session.execute(_named(sql), {f"v{at}": value for at, value in enumerate(values)}).all()
        if self.connection.dialect.name != "sqlite":
            sql = sql.replace("?", "%s")
        return self.connection.exec_driver_sql(sql, values).all()

    def run_in(self, sql: str, ids: list[Any]) -> Rows:
        return self.run(sql.format(marks=", ".join("?" * len(ids))), *ids) if ids else []

    def tally(self) -> list[Rows]:
        return [self.run(TALLY, self.inspection, self.criterion)]

    def _page(self, rows: Rows) -> list[Rows]:
        return [rows[:50], self.run_in(TAGS, [row[0] for row in rows[:50]])]

    def list_unlinked(self) -> list[Rows]:
        return self._page(self.run(TAGGED.format(standing="NOT"), self.criterion))

    def list_linked(self) -> list[Rows]:
        return self._page(self.run(TAGGED.format(standing=""), self.criterion))

    def list_items(self) -> list[Rows]:
        return self._page(self.run(ITEMS, self.inspection))

    def list_interviews(self) -> list[Rows]:
        return [self.run(INTERVIEWS, self.inspection)[:50]]

    def list_notes(self) -> list[Rows]:
        rows = self.run(NOTE_LINES, self.interview)[:300]
        return [rows, self.run(NOTE_TAGS, self.interview, rows[-1][0], rows[0][0])]

    def list_documents(self) -> list[Rows]:
        return [self.run(DOCUMENTS, self.inspection)[:50]]

    def _findings(self, rows: Rows) -> list[Rows]:
        ids = [row[0] for row in rows]
        return [rows, self.run_in(CRITERIA_OF, ids), self.run_in(LINKS_OF, ids)]

    def list_findings(self) -> list[Rows]:
        return self._findings(self.run(FINDINGS.format(under=""), self.inspection))

    def list_findings_and_links(self) -> list[Rows]:
        found = self._findings(self.run(FINDINGS.format(under=UNDER), self.criterion, self.inspection))
        return [*found, self.run_in(NEWEST_LINKS, [row[0] for row in found[0]])]

    def matrix_by_kind(self) -> list[Rows]:
        return self._matrix("source_kind", "kind")

    def matrix_by_area(self) -> list[Rows]:
        return [*self._matrix("body_id", "body_id"), self.run(BODIES, self.inspection)]

    def _matrix(self, column: str, of_source: str) -> list[Rows]:
        return [
            self.run(CELLS.format(column=column), self.inspection),
            self.run(COLUMN_TOTALS.format(column=of_source), self.inspection),
            self.run(CRITERIA, self.inspection),
            self.run(FINDINGS_UNDER, self.inspection),
        ]

    def coverage(self) -> list[Rows]:
        return [
            self.run(COVERAGE, self.inspection),
            self.run(CRITERIA, self.inspection),
            self.run(FINDINGS_UNDER, self.inspection),
        ]


Query = Callable[[], list[Rows]]
