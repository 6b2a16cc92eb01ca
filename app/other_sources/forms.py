from govuk_frontend_wtf.wtforms_widgets import GovDateInput, GovRadioInput, GovSelect, GovSubmitInput
from wtforms import HiddenField, RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired, Optional

from app.web.forms import FlaskForm, Line, SpokenDate, Words

LONGEST_TEXT = 100_000


class EnterForm(FlaskForm):
    """A source that is neither interview nor document nor case file."""

    family = RadioField("What it is", widget=GovRadioInput(), validators=[InputRequired("Choose what it is")])
    title = Line("Title", required="Enter a title", longest=200, description="Never a name: names are kept apart.")
    given_by = Line(
        "Who it comes from (optional)", longest=200, description="An organisation or a role, never a person’s name."
    )
    body = SelectField("Area or Headquarters that it is about", widget=GovSelect())
    date = SpokenDate(
        "Date (optional)",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[Optional()],
    )
    words = Words(
        "Its words",
        required="Enter what was seen, sent or said",
        longest=LONGEST_TEXT,
        description="Exactly as it was written, or what you saw. Passages of it are tagged on the next page.",
    )
    submit = SubmitField("Add it", widget=GovSubmitInput())


class CorrectForm(FlaskForm):
    words = Words("Its words", required="Enter its words", longest=LONGEST_TEXT)
    base = HiddenField()
    submit = SubmitField("Save the correction", widget=GovSubmitInput())
