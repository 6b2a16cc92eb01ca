from datetime import date, timedelta

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovDateInput, GovSelect, GovSubmitInput
from wtforms import HiddenField, IntegerField, SelectField, SelectMultipleField, SubmitField
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from app.interviews.forms import not_far
from app.web.conflicts import Opened
from app.web.forms import FlaskForm, Line, SpokenDate, Words

LONGEST = timedelta(days=31)
LEAST_DIGITS = 3  # an extension by itself may do


class AddForm(FlaskForm):
    """Another visit to an Area."""

    body = SelectField("Area or Headquarters", widget=GovSelect(), validators=[InputRequired("Choose where it goes")])
    purpose = Words("What it is for (optional)", longest=1000)
    submit = SubmitField("Add it", widget=GovSubmitInput())


class ArrangeForm(Opened):
    """When a visit is, who goes, and whom one turns to."""

    starts_on = SpokenDate(
        "First day (optional)",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[Optional()],
    )
    ends_on = SpokenDate(
        "Last day (optional)",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[Optional()],
        description="Empty for a visit of one day",
    )
    inspectors = SelectMultipleField("Who goes", widget=GovCheckboxesInput(), validators=[Optional()])
    place = Line("Building and rooms (optional)", longest=300)
    contact = Line(
        "Area contact (optional)",
        longest=200,
        description="An office or a role, such as ‘Area business manager’. Never a person’s name.",
    )
    phone = Line("Telephone of that office (optional)", longest=40)
    email = Line("E-mail address of that office (optional)", longest=200)
    purpose = Words("What it is for (optional)", longest=1000)
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    submit = SubmitField("Save", widget=GovSubmitInput())

    days: tuple[date, date] | None = None  # of the inspection's timetable

    def validate_starts_on(self, field: SpokenDate) -> None:
        not_far(field, self.days)

    def validate_ends_on(self, field: SpokenDate) -> None:
        if field.data is not None and self.starts_on.data is None and not self.starts_on.errors:
            raise ValidationError("Enter the first day as well as the last day")
        if field.data is not None and self.starts_on.data is not None and field.data < self.starts_on.data:
            raise ValidationError("Last day must not be before the first day")
        if field.data is not None and self.starts_on.data is not None and field.data - self.starts_on.data >= LONGEST:
            raise ValidationError(f"Last day must be at most {LONGEST.days} days from the first day, both counted")

    def validate_phone(self, field: Line) -> None:
        """A number, and whatever belongs to it: an extension, when it is answered."""
        given = field.data or ""
        if given.strip() and sum(character.isdigit() for character in given) < LEAST_DIGITS:
            raise ValidationError("Telephone must have a number in it, such as 01632 960 001")

    def validate_email(self, field: Line) -> None:
        given = (field.data or "").strip()
        if given and (given.count("@") != 1 or given[0] == "@" or given[-1] == "@" or " " in given):
            raise ValidationError("E-mail address must be like office@example.gov.uk")


class LineForm(FlaskForm):
    """A line of enquiry of the team's own."""

    text = Words("Another line of enquiry", required="Enter what is to be followed up", longest=1000)
    criteria = Line("Criteria (optional)", longest=200, description="References with blanks or commas between them.")
    submit = SubmitField("Add it", widget=GovSubmitInput())


class OffForm(FlaskForm):
    why = Line("Why it is taken off", required="Say why it is taken off", longest=500)


class DebriefForm(FlaskForm):
    text = Words(
        "What emerged",
        required="Enter what emerged",
        longest=50_000,
        description="Emerging findings, what to follow up, what went well. Roles only: never a person’s name.",
    )
    base = HiddenField()
    submit = SubmitField("Save the debrief", widget=GovSubmitInput())
