"""References: never used again, none given twice, read however they are typed."""

import pytest
from flask import Flask
from sqlalchemy import delete

from app.db.transaction import writing
from app.extensions import db
from app.inspections.references import read_reference, reference, take_number
from app.interviews.models import Interview
from tests.factories import the_inspection
from tests.inspections.factories import InspectionFactory
from tests.interviews.factories import InterviewFactory
from tests.threads import at_once


def test_numbers_taken_at_once_are_all_different(app: Flask) -> None:
    inspection_id = the_inspection().id

    def work(n: int) -> list[int]:
        taken = []
        for number in range(50):
            with app.app_context(), writing():
                many = 1 + (n + number) % 3
                first = take_number(inspection_id, "E", many)
                taken += range(first, first + many)
        return taken

    outcomes = at_once(4, work)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    taken = sorted(number for outcome in outcomes for number in outcome)
    assert taken == list(range(1, len(taken) + 1))


def test_the_first_number_taken_at_once_is_given_once(app: Flask) -> None:
    """Before there is a counter there is nothing to lock."""
    inspection_id = the_inspection().id

    def work(_n: int) -> int:
        with app.app_context(), writing():
            return take_number(inspection_id, "NEW")

    assert sorted(at_once(6, work)) == [1, 2, 3, 4, 5, 6]


def test_a_number_is_never_used_again(app: Flask) -> None:
    first = InterviewFactory()
    assert first.reference == "INT-001"
    with writing() as session:
        session.execute(delete(Interview.__table__).where(Interview.__table__.c.id == first.id))
    assert InterviewFactory().reference == "INT-002"


def test_a_number_that_was_never_committed_was_never_given(app: Flask) -> None:
    inspection_id = the_inspection().id

    def fail() -> None:
        with writing():
            assert take_number(inspection_id, "E") == 1
            raise ValueError

    with pytest.raises(ValueError):
        fail()
    with writing():
        assert take_number(inspection_id, "E") == 1


def test_each_inspection_and_kind_counts_by_itself(app: Flask) -> None:
    other = InspectionFactory().id
    inspection_id = the_inspection().id
    with writing():
        assert [take_number(inspection_id, "E"), take_number(inspection_id, "F"), take_number(other, "E")] == [1, 1, 1]
        assert [take_number(inspection_id, "E"), take_number(other, "E")] == [2, 2]
    db.session.rollback()


@pytest.mark.parametrize(
    ("prefix", "number", "shown"),
    [("E", 412, "E-0412"), ("E", 10_000, "E-10000"), ("F", 9, "F-09"), ("F", 100, "F-100"), ("INT", 7, "INT-007")],
)
def test_a_reference_is_read_as_it_is_shown(prefix: str, number: int, shown: str) -> None:
    assert reference(prefix, number) == shown
    assert read_reference(shown) == (prefix, number)


@pytest.mark.parametrize("typed", ["e-412", "E-412", " E-0412 ", "E-000412"])
def test_a_reference_may_be_typed_as_one_likes(typed: str) -> None:
    assert read_reference(typed) == ("E", 412)


@pytest.mark.parametrize(
    "typed", ["", "E", "E-", "412", "E-4.12", "E 412", "E-0412x", "É-1", "E--1", "E-9999999999", "E-٣"]
)
def test_what_is_no_reference_is_none(typed: str) -> None:
    assert read_reference(typed) is None
