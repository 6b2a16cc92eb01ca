"""The scope's timetable with today on it."""

from datetime import date

import pytest

from app.overview.timetable import timetable
from tests.factories import the_inspection


@pytest.fixture
def on(app):
    return lambda day: timetable(the_inspection().id, day)


def test_the_phase_under_way_and_the_next_one_are_known(on):
    found = on(date(2026, 4, 16))
    assert found.now.text == "onsite phase and post onsite evaluation"
    assert (found.next.text, found.next.days) == ("report writing and QA process", 32)
    assert [milestone.state for milestone in found.milestones].count("now") == 1


def test_before_the_first_milestone_nothing_is_under_way(on):
    found = on(date(2025, 12, 1))
    assert found.now is None
    assert found.next.text.startswith("Scope finalised")
    assert found.place(date(2025, 12, 1)) is None


def test_a_milestone_without_a_day_is_last_and_never_late(on):
    last = on(date(2030, 1, 1)).milestones[-1]
    assert (last.when, last.state, last.days) == ("Autumn 2026", "undated", None)


def test_the_end_of_a_phase_begins_none(on):
    """Between the end of file examination and the first day on site the inspection is still under way as before."""
    found = on(date(2026, 4, 1))
    assert found.now.text == "Inspection commences"
    assert next(m for m in found.milestones if m.text == "End of file examination").state == "past"
    assert next(m for m in found.milestones if m.text == "End of file examination").derived


def test_a_milestone_is_reached_on_its_day(on):
    assert on(date(2026, 4, 12)).next.day == date(2026, 4, 13)
    assert on(date(2026, 4, 13)).now.day == date(2026, 4, 13)


def test_today_lies_on_the_line_of_time(on):
    found = on(date(2026, 4, 16))
    assert found.place(date(2025, 12, 16)) == 0
    assert 0.5 < found.place(date(2026, 4, 16)) < 0.6
    assert found.place(date(2026, 7, 13)) == 1
