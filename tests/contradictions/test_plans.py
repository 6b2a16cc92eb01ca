"""How SQLite gets at the tags of what contradicts. It has no statistics; by a wrong index a page takes minutes."""

from typing import Any

import pytest
from sqlalchemy import event

from app.contradictions.by_criterion import open_against_finding, open_and_elsewhere, opening
from app.contradictions.queries import list_contradictions
from app.extensions import db
from app.findings.models import FileFinding
from app.inspections.queries import get_rules, list_criteria
from tests.factories import the_inspection


def test_tags_are_found_by_their_item(app: Any, is_sqlite: bool) -> None:
    if not is_sqlite:
        pytest.skip("PostgreSQL keeps statistics")
    inspection_id = the_inspection().id
    rules, criterion = get_rules(inspection_id), list_criteria(inspection_id)[0]
    sent: list[tuple[str, Any]] = []

    def heard(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", heard)
    try:
        open_and_elsewhere(inspection_id, rules, criterion.id)
        list_contradictions(inspection_id, rules, criterion_id=criterion.id)
        db.session.query(FileFinding.id, open_against_finding(criterion.id, opening(rules))).all()
    finally:
        event.remove(db.engine, "before_cursor_execute", heard)
    raw: Any = db.session.connection().connection
    steps = [
        row[3] for statement, parameters in sent for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
    ]
    of_tags = [step for step in steps if " tag" in step]
    assert of_tags
    assert [step for step in of_tags if "item_id=?" not in step] == []
