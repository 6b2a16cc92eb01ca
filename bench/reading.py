"""Pages: as many statements however much there is. Query functions: little more than their bare SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import Uuid

from app.criteria import queries as criteria
from app.documents import queries as documents
from app.evidence import queries as evidence
from app.evidence.queries import Filters
from app.extensions import db
from app.findings import queries as findings
from app.inspections.queries import find_inspection_by_code, list_criteria
from app.inspections.vocabulary import Vocabulary
from app.interviews import note_queries
from app.interviews import queries as interviews
from app.matrix import queries as matrix
from bench.bare_sql import Bare, Query
from bench.client import INSPECTION, Browser, counting
from bench.rounds import Report, heading, median, ms, print_raw, take_turns
from bench.world import CODE, World

MOST_TIMES = 1.5
PAGES = {
    "overview": f"{INSPECTION}/",
    "interviews": f"{INSPECTION}/interviews",
    "interview": f"{INSPECTION}/interviews/INT-001",
    "documents": f"{INSPECTION}/documents",
    "findings": f"{INSPECTION}/findings",
    "evidence": f"{INSPECTION}/evidence",
    "criteria": f"{INSPECTION}/criteria",
    "criterion, not linked": f"{INSPECTION}/criteria/{{criterion}}",
    "criterion, linked": f"{INSPECTION}/criteria/{{criterion}}?linked=1",
    "matrix by kind": f"{INSPECTION}/matrix",
    "matrix by Area": f"{INSPECTION}/matrix?by=area",
}


def count_statements(report: Report, worlds: list[World]) -> None:
    heading("Statements of each page, at " + ", ".join(f"{world.items:,}" for world in worlds) + " items")
    found: dict[str, list[int]] = {name: [] for name in PAGES}
    for world in worlds:
        app = world.open()
        with app.app_context():
            engine, criterion = db.engine, first_criterion(app).reference
        browser = Browser(app, world.readers[0].token)
        for name, path in PAGES.items():
            path = path.format(criterion=criterion)
            browser.answer(browser.environ(path))  # 'last seen' is written once a minute, and here
            with counting(engine) as counted:
                browser.answer(browser.environ(path))
            found[name].append(len(counted.statements))
    for name, counts in found.items():
        print(f"  {name}: {', '.join(map(str, counts))}")
    for name, counts in found.items():
        report.bar(f"Statements: {name}", "constant", " / ".join(map(str, counts)), len(set(counts)) == 1)


@dataclass(frozen=True, slots=True)
class Pair:
    """A query function and the same by hand; `rows` tells of the function's answer how many rows lie behind it."""

    function: Callable[[], Any]
    bare: Query
    rows: Callable[[Any], int]


def first_criterion(app: Flask) -> Any:
    inspection = find_inspection_by_code(CODE)
    assert inspection is not None
    return list_criteria(inspection.id)[0]


def time_queries(report: Report, worlds: dict[str, World], rounds: int) -> None:
    for called, world in worlds.items():
        _time_queries(report, called, world, rounds)


def _time_queries(report: Report, called: str, world: World, rounds: int) -> None:
    heading(f"Query functions against their bare SQL, {called}, {rounds} rounds")
    app = world.open()
    with app.app_context():
        for name, pair in _pairs(app).items():
            answer, rows = pair.function(), pair.bare()
            if pair.rows(answer) != len(rows[0]):
                raise AssertionError(f"{name}: {pair.rows(answer)} rows, by bare SQL {len(rows[0])}")
            session = getattr(_bare(app, True), pair.bare.__name__)
            seconds = take_turns(rounds, function=pair.function, bare=pair.bare, session=session)
            print(f" {name}")
            print_raw(seconds)
            function, bare = median(seconds["function"]), median(seconds["bare"])
            through = function / median(seconds["session"])
            told = f" of {ms(bare)} ({ms(function)}); {through:.2f} times through the session"
            report.at_most(f"Query: {name}, {called}", function / bare, MOST_TIMES, told)
        db.session.remove()
        db.engine.dispose()


def _bare(app: Flask, through_session: bool = False) -> Bare:
    inspection, connection = find_inspection_by_code(CODE), db.session.connection()
    assert inspection is not None
    interview = interviews.find_interview(inspection.id, 1)
    assert interview is not None
    ids = (inspection.id, first_criterion(app).id, interview.id)
    to_driver = Uuid().bind_processor(connection.dialect) or (lambda value: value)
    return Bare(connection, db.session if through_session else None, *(to_driver(id) for id in ids))


def _pairs(app: Flask) -> dict[str, Pair]:
    inspection = find_inspection_by_code(CODE)
    assert inspection is not None
    id, words = inspection.id, Vocabulary.read(inspection.vocabulary)
    criterion, filters = first_criterion(app).id, Filters()
    interview = interviews.find_interview(id, 1)
    assert interview is not None
    interview_id = interview.id
    bare = _bare(app)

    def findings_and_links() -> Any:
        found = findings.list_findings(id, criterion_id=criterion)
        return found, findings.newest_links(line.id for line in found)

    def cells(grid: Any) -> int:
        return sum(len(row.cells) for row in grid.rows)

    return {
        "criteria.tally": Pair(
            lambda: criteria.tally(id, criterion, filters, words.direction_codes), bare.tally, lambda _: 1
        ),
        "criteria.list_evidence, not linked": Pair(
            lambda: criteria.list_evidence(criterion, filters, False), bare.list_unlinked, lambda page: len(page.rows)
        ),
        "criteria.list_evidence, linked": Pair(
            lambda: criteria.list_evidence(criterion, filters, True), bare.list_linked, lambda page: len(page.rows)
        ),
        "evidence.list_items": Pair(
            lambda: evidence.list_items(id, filters), bare.list_items, lambda page: len(page.rows)
        ),
        "interviews.list_interviews": Pair(
            lambda: interviews.list_interviews(id), bare.list_interviews, lambda answer: len(answer[0])
        ),
        "interviews.list_notes": Pair(
            lambda: note_queries.list_notes(interview_id), bare.list_notes, lambda answer: len(answer[0])
        ),
        "documents.list_documents": Pair(
            lambda: documents.list_documents(id), bare.list_documents, lambda answer: len(answer[0])
        ),
        "findings.list_findings": Pair(lambda: findings.list_findings(id), bare.list_findings, len),
        "findings.list_findings + newest_links": Pair(
            findings_and_links, bare.list_findings_and_links, lambda answer: len(answer[0])
        ),
        "matrix.matrix by kind": Pair(lambda: matrix.matrix(id, "kind", words), bare.matrix_by_kind, cells),
        "matrix.matrix by Area": Pair(lambda: matrix.matrix(id, "area", words), bare.matrix_by_area, cells),
        "matrix.coverage": Pair(
            lambda: matrix.coverage(id), bare.coverage, lambda rows: sum(row.items > 0 for row in rows)
        ),
    }
