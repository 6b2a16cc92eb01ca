"""The write law: read-only unless begun as a write, one writer after the other, nested never."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError

from app.db.transaction import is_writing, writing
from app.extensions import db
from app.inspections.models import Counter
from tests.db.counter import COUNTER, add_one
from tests.factories import the_inspection
from tests.threads import at_once

THREADS, EACH = 4, 150


@pytest.mark.slow
def test_four_threads_that_read_then_write_lose_nothing(app: Flask, counter: Callable[[], int]) -> None:
    """600 of 600, on SQLite without a single 'database is locked'."""

    def work(_n: int) -> list[int]:
        given = []
        for _ in range(EACH):
            with app.app_context(), writing():
                given.append(add_one())
        return given

    outcomes = at_once(THREADS, work)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert sorted(number for given in outcomes for number in given) == list(range(1, THREADS * EACH + 1))
    assert counter() == THREADS * EACH


def test_two_processes_worth_of_engines_wait_for_one_another(
    app: Flask, counter: Callable[[], int], make_app: Callable[..., Flask]
) -> None:
    """The lock of one application is not what keeps the writes apart: other processes write as well."""
    apps = [app, make_app()]

    def work(n: int) -> None:
        for _ in range(50):
            with apps[n % 2].app_context(), writing():
                add_one()

    assert [outcome for outcome in at_once(4, work) if outcome is not None] == []
    assert counter() == 200


def test_a_transaction_is_read_only_unless_it_was_begun_as_a_write(app: Flask, counter: Callable[[], int]) -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        db.session.execute(update(Counter).where(Counter.prefix == COUNTER).values(last=7))
    db.session.rollback()
    assert counter() == 0


def test_a_connection_that_wrote_reads_only_when_it_comes_back_from_the_pool(
    app: Flask, counter: Callable[[], int]
) -> None:
    with writing():
        add_one()
    with pytest.raises(DBAPIError, match=r"readonly|read-only"), db.engine.begin() as connection:
        connection.execute(update(Counter).values(last=7))
    assert counter() == 1


def test_writing_inside_writing_is_refused_and_nothing_is_kept(app: Flask, counter: Callable[[], int]) -> None:
    with pytest.raises(RuntimeError, match="one request is one transaction"), writing():
        add_one()
        with writing():
            add_one()
    assert not is_writing()
    assert counter() == 0


def test_what_fails_inside_is_rolled_back_whole(app: Flask, counter: Callable[[], int]) -> None:
    def fail() -> None:
        with writing():
            add_one()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert counter() == 0
    with writing():
        add_one()
    assert counter() == 1


def test_what_was_read_before_a_write_is_read_again_inside(app: Flask, counter: Callable[[], int]) -> None:
    before = db.session.get(Counter, _key())
    assert before is not None
    assert before.last == 0
    with app.app_context(), writing():
        add_one()
    with writing():
        inside = db.session.get(Counter, _key())
        assert inside is not before
        assert inside is not None
        assert inside.last == 1
    assert before.last == 0  # detached, as it was


def test_foreign_keys_are_kept(app: Flask) -> None:
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), writing() as session:
        session.execute(insert(Counter).values(inspection_id=uuid4(), prefix="X", last=1))


def test_sqlite_keeps_what_it_acknowledged(app: Flask, is_sqlite: bool) -> None:
    if not is_sqlite:
        pytest.skip("SQLite's own settings")
    for _ in range(3):  # of every connection of the pool, in use at once
        with db.engine.connect() as one, db.engine.connect() as other:
            for connection in (one, other):
                assert connection.scalar(text("PRAGMA synchronous")) == 2  # FULL
                assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
                assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def _key() -> tuple[object, str]:
    return the_inspection().id, COUNTER
