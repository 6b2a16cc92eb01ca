"""Form basics. The text law: line ends become \\n at the edge, and nothing else of what was typed is changed."""

import re
from collections.abc import Iterable
from datetime import date, time
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovTextArea, GovTextInput
from wtforms import DateField, FieldList, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, StopValidation

from app.web import clock

NOT_STORABLE = "\x00"


def as_typed(value: str | None) -> str | None:
    """Text as it is kept: CRLF and CR become LF, as browsers send CRLF for what was typed as one line end."""
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def name_of(label: str) -> str:
    """What a sentence calls a field: its label, without saying that it may be left empty."""
    return label.removesuffix(" (optional)")


class Storable:
    """Refuses what no database can hold: the zero character and halves of surrogate pairs."""

    def __call__(self, form: Any, field: Any) -> None:
        text = field.data or ""
        if NOT_STORABLE in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise StopValidation("Take out the character that cannot be stored (it shows as nothing or as a box)")


class SomeText:
    """Required, and not only blanks."""

    field_flags = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        if not (field.data or "").strip():
            raise StopValidation(self.message)


class Line(StringField):
    """One line of text, kept as typed."""

    widget = GovTextInput()

    def __init__(self, label: str, *, required: str | None = None, longest: int = 500, **rest: Any) -> None:
        checks = [SomeText(required)] if required else []
        limit = Length(max=longest, message=f"{name_of(label)} must be {longest:,} characters or fewer")
        super().__init__(label, validators=[*checks, Storable(), limit], filters=[as_typed], **rest)


class Words(TextAreaField):
    """Text of any number of lines, kept as typed."""

    widget = GovTextArea()

    def __init__(self, label: str, *, required: str | None = None, longest: int = 20_000, **rest: Any) -> None:
        checks = [SomeText(required)] if required else []
        limit = Length(max=longest, message=f"{name_of(label)} must be {longest:,} characters or fewer")
        super().__init__(label, validators=[*checks, Storable(), limit], filters=[as_typed], **rest)


def say_which(rows: FieldList, names: Iterable[str]) -> None:
    """Put its row’s name before each sentence on what is wrong in a list of forms: a summary shows them together."""
    for entry, name in zip(rows, names, strict=True):
        for field in entry.form:
            field.errors = [f"{name}: {error}" for error in field.errors]
    rows.errors = [entry.form.errors for entry in rows] if any(entry.form.errors for entry in rows) else []


class WholeNumber(IntegerField):
    """A number, with a sentence for what is none."""

    widget = GovTextInput()

    def __init__(self, label: str, least: int, most: int, *, required: str | None = None, **rest: Any) -> None:
        self.sentence = f"{name_of(label)} must be a whole number from {least} to {most}"
        needed = InputRequired(required) if required else Optional()
        super().__init__(label, validators=[needed, NumberRange(least, most, self.sentence)], **rest)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(self.sentence) from None


_TIME = re.compile(r"(\d{1,2})(?:\s*[:.]?\s*(\d{2}))?\s*(?:([ap])\.?m\.?)?", re.ASCII)


def read_time(typed: str) -> time | None:
    """A time in the ways in which people write one: 9:30, 09.30, 0930, 9am, 9.30 pm. None for what is none.

    An hour by itself is none: '9' may as well be a slip.
    """
    found = _TIME.fullmatch(typed.strip().casefold())
    if found is None or not (found[2] or found[3]):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


class SpokenDate(DateField):
    """Day, month, year, with today for an example; with sentences for what is no date, and for a slip of the year.

    A date of which a part is missing is wrong, and not empty, also where it may be left empty.
    """

    EARLIEST, LATEST = 2000, 2099

    data: date | None

    def __init__(self, label: str, *, description: str | None = None, **rest: Any) -> None:
        example = f"For example, {_example()}" if description is None else description
        super().__init__(label, description=example, **rest)

    def process_formdata(self, valuelist: list[str]) -> None:
        given = self.raw_data = [value.strip() for value in (*valuelist, "", "", "")[:3]]  # the widget wants three
        if not any(given):
            self.data = None
            return
        name = name_of(self.label.text)
        missing = [part for part, value in zip(("day", "month", "year"), given, strict=True) if not value]
        if missing and all(value.isdigit() for value in given if value):
            self.data = None
            raise ValueError(f"{name} must include a {' and a '.join(missing)}")
        try:
            super().process_formdata(_with_whole_year(given))
        except ValueError:
            self.data = None
            raise ValueError(f"{name} must be a real date, such as {_example()}") from None
        if self.data is not None and not self.EARLIEST <= self.data.year <= self.LATEST:
            self.data = None
            raise ValueError(f"{name} must be between {self.EARLIEST} and {self.LATEST}")

    def pre_validate(self, form: Any) -> None:
        """Where no date was read nothing else is looked at: for InputRequired and Optional the day alone is the date,
        and both take away what is wrong with it."""
        if self.process_errors:
            raise StopValidation


def _example() -> str:
    """Today as it is typed: a day of last spring would not fit what is planned for next month."""
    today = clock.today()
    return f"{today.day} {today.month} {today.year}"


def _with_whole_year(given: list[str]) -> list[str]:
    """A year of two figures is of this century: '14 4 26'."""
    *day, year = given
    return [*day, f"20{year}" if len(year) == 2 and year.isascii() and year.isdigit() else year]


__all__ = [
    "DataRequired",
    "FlaskForm",
    "InputRequired",
    "Line",
    "SomeText",
    "SpokenDate",
    "Storable",
    "WholeNumber",
    "Words",
    "as_typed",
    "name_of",
    "read_time",
]
