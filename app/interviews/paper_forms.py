"""What is asked about notes that were written by hand."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovDateInput, GovSelect, GovSubmitInput, GovTextInput
from wtforms import BooleanField, FieldList, Form, FormField, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, ValidationError

from app.interviews.forms import PastDay
from app.interviews.hashtags import read_tags
from app.interviews.models import LONGEST_NOTE
from app.web import clock
from app.web.forms import Line, SpokenDate, Words, read_time
from app.web.pages import long_moment

ROWS = 10  # in a new form, and as many more each time that more are asked for
MOST_ROWS = 100
EARLY = timedelta(hours=2)  # before the planned start: a slip, most likely
ONLY_TAGS = "Type what was said as well as the criterion"


class PaperRow(Form):
    """One note that was written by hand; a row in which nothing stands is none."""

    time = StringField("Time", widget=GovTextInput())
    speaker = Line("Speaker", longest=60)
    prompt = SelectField("Prompt", default="", widget=GovSelect())
    words = Words("What was said", longest=LONGEST_NOTE)
    day: date | None = None  # of the paper
    criteria: Mapping[str, Any] = {}
    alone = False  # nothing stands in any row

    @property
    def is_empty(self) -> bool:
        return not any((field.data or "").strip() for field in (self.time, self.speaker, self.prompt, self.words))

    def moment(self) -> datetime:
        """When it was said, in London."""
        at = read_time(self.time.data or "")
        if self.day is None or at is None:
            raise ValueError("there is no day, or no time, on the paper")
        return datetime.combine(self.day, at, tzinfo=clock.LONDON)

    def validate_time(self, field: StringField) -> None:
        if self.is_empty:
            return
        if (at := read_time(field.data or "")) is None:
            raise ValidationError("Enter the time on the paper like 10:05, from 00:00 to 23:59")
        if self.day and datetime.combine(self.day, at, tzinfo=clock.LONDON) > clock.now():
            raise ValidationError(f"{at:%H:%M} on that day is still to come: check the time and the day")

    def validate_words(self, field: Words) -> None:
        if self.is_empty:
            if self.alone:
                raise ValidationError("Type at least one note")
            return
        if not (field.data or "").strip():
            raise ValidationError("Type what was said, or empty the row")
        if read_tags(field.data, self.criteria).says_nothing(field.data):
            raise ValidationError(ONLY_TAGS)


class PaperForm(PastDay):
    """Notes that were written by hand, in the order in which they stand on the paper."""

    date = SpokenDate(
        "Day on the paper",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[InputRequired("Enter the day on the paper")],
    )
    rows = FieldList(FormField(PaperRow), min_entries=ROWS, max_entries=MOST_ROWS)
    early = BooleanField("The day and the times are those on the paper", widget=GovCheckboxInput())
    submit = SubmitField("Save the notes", widget=GovSubmitInput())
    planned: datetime | None = None  # when it was to begin

    def validate_early(self, field: BooleanField) -> None:
        """Times long before it was to begin are asked about once."""
        if field.data or self.planned is None or self.date.data is None:
            return
        rows = [entry.form for entry in self.rows]
        moments = [row.moment() for row in rows if not row.is_empty and read_time(row.time.data or "") is not None]
        if moments and min(moments) < self.planned - EARLY:
            raise ValidationError(
                f"{long_moment(min(moments))} is long before {long_moment(self.planned)}, when it was to begin."
                " Check the day and the times, or tick that they are those on the paper"
            )

    def prepare(self, prompts: Sequence[tuple[str, str]], criteria: Mapping[str, Any]) -> None:
        """Tell each row what it is checked by."""
        alone = all(entry.form.is_empty for entry in self.rows)
        for number, entry in enumerate(self.rows, 1):
            row = entry.form
            row.day, row.criteria, row.alone = self.date.data, criteria, alone and number == 1
            row.prompt.choices = [("", "None"), *prompts]

    def names(self) -> list[str]:
        """What each row is called on the page."""
        return [f"Note {number}" for number in range(1, len(self.rows) + 1)]

    def add_rows(self) -> None:
        """Room for more."""
        for _ in range(min(ROWS, MOST_ROWS - len(self.rows))):
            self.rows.append_entry()
