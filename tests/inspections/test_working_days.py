"""Working days and what is known of days: bank holidays, peak leave."""

from datetime import date

import pytest

from app.inspections.queries import get_rules
from app.inspections.working_days import Calendar

PLAIN = Calendar({date(2026, 4, 3): "Good Friday", date(2026, 4, 6): "Easter Monday"})
# In April 2026 the 2nd is a Thursday, the 3rd Good Friday, the 6th Easter Monday.
AFTER = {
    (date(2026, 4, 1), 1): date(2026, 4, 2),
    (date(2026, 4, 2), 1): date(2026, 4, 7),
    (date(2026, 4, 2), 3): date(2026, 4, 9),
    (date(2026, 4, 3), 1): date(2026, 4, 7),  # begun on a day that is none itself
    (date(2026, 4, 4), 2): date(2026, 4, 8),
    (date(2026, 4, 17), 1): date(2026, 4, 20),
    (date(2026, 4, 17), 0): date(2026, 4, 17),
}


@pytest.mark.parametrize(("day", "working_days"), AFTER)
def test_working_days_are_counted_past_weekends_and_bank_holidays(day, working_days):
    assert PLAIN.after(day, working_days) == AFTER[day, working_days]


@pytest.mark.parametrize(("day", "working_days"), [key for key in AFTER if key[1]])
def test_as_many_have_gone_as_were_counted(day, working_days):
    end = AFTER[day, working_days]
    assert PLAIN.gone(day, end) == working_days
    assert PLAIN.gone(day, day) == 0
    assert PLAIN.gone(end, day) == 0, "none have gone of what is still to come"


def test_the_calendar_of_the_pack_knows_its_holidays(inspection):
    calendar = Calendar.of(get_rules(inspection.id))
    assert not calendar.is_working_day(date(2026, 12, 28)), "the substitute day"
    assert calendar.is_working_day(date(2026, 4, 7))
    assert calendar.warnings(date(2026, 12, 28)) == ["28 December 2026 is a bank holiday: Boxing Day (substitute day)."]


def test_a_period_is_warned_of_for_all_that_lies_in_it(inspection):
    calendar = Calendar.of(get_rules(inspection.id))
    assert calendar.warnings(date(2026, 5, 20), date(2026, 5, 27)) == [
        "25 May 2026 is a bank holiday: Spring bank holiday.",
        "25 May 2026 is in peak leave: May half-term, 25 May 2026 to 29 May 2026 (not confirmed).",
    ]
    assert calendar.warnings(date(2026, 4, 13), date(2026, 4, 17)) == []


def test_peak_leave_is_warned_of_only_for_what_the_pack_says_it_covers(inspection):
    calendar = Calendar.of(get_rules(inspection.id))
    assert calendar.warnings(date(2026, 5, 27), kind="interview")
    assert calendar.warnings(date(2026, 5, 27), kind="document") == []
