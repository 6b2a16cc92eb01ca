"""The date of every form: one of which a part is missing is never taken for none."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Form

from app.inspections.queries import find_requests
from app.register.forms import AskForm, Event, ReceiveForm, SortForm, event_form
from app.register.unit_forms import unit_form
from app.web.forms import FlaskForm, SpokenDate, name_of
from tests.factories import the_inspection

HALVES = {
    "must include a day": ["", "5", "2026"],
    "must include a month": ["1", " ", "2026"],
    "must include a year": ["1", "5"],
    "must include a day and a month": ["", "", "2026"],
    "must include a month and a year": ["1", "", ""],
    "must be a real date": ["", "May", "2026"],
}


def every_form() -> Iterator[type[Form]]:
    """Every form of the application, and those that the pack's events and units have."""
    words = find_requests(the_inspection().id)
    assert words is not None
    for base in (Event, AskForm, ReceiveForm, SortForm):
        for kind in words.events:
            yield event_form(kind, words, base)
    for part in words.requests:
        yield type(unit_form(part.fields, []))
    waiting = [FlaskForm]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        yield kind


@pytest.mark.parametrize("sentence", HALVES)
def test_no_form_takes_a_date_of_which_a_part_is_missing_for_none(app: Flask, inspection, sentence: str) -> None:
    typed, seen = HALVES[sentence], set()
    with app.test_request_context(method="POST"):
        for kind in every_form():
            dates = [name for name in dir(kind) if getattr(getattr(kind, name), "field_class", None) is SpokenDate]
            form = kind(MultiDict([(name, value) for name in dates for value in typed])) if dates else ()
            for field in form:
                if not isinstance(field, SpokenDate):
                    continue
                assert not field.validate(form), f"{kind.__name__}.{field.name}"
                assert [f"{name_of(field.label.text)} {sentence}"] == [
                    error.partition(",")[0] for error in field.errors
                ]
                assert field.raw_data == [value.strip() for value in (*typed, "")[:3]], "what was typed is shown again"
                seen.add(name_of(field.label.text))
    assert {
        "Due date",
        "Chase again on",
        "New due date",
        "Day to answer by",
        "Date of the letter",
        "Date of panel",
    } <= seen
    assert {"Date", "By when", "First day", "Last day", "Day on the paper", "Day on which it was held"} <= seen
