from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput
from wtforms import RadioField, SubmitField
from wtforms.validators import InputRequired

from app.documents.handling import Check
from app.documents.models import Names
from app.web.conflicts import Opened
from app.web.forms import FlaskForm, Line, Words


class CheckForm(Opened):
    """What a check for names came to."""

    result = RadioField("What did you find?", widget=GovRadioInput(), validators=[InputRequired("Choose the result")])
    note = Words(
        "What was found (optional)",
        longest=2000,
        description="What kind of thing, and on which pages. The team reads this: never a name itself.",
    )
    submit = SubmitField("Save the result", widget=GovSubmitInput())

    def offer(self, check: Check) -> None:
        self.result.choices = [(names.value, label) for names, label in check.results.items()]

    @property
    def found(self) -> Names:
        return Names(self.result.data)


class CheckAgainForm(FlaskForm):
    reason = Line("Why", required="Enter why it is to be checked again", longest=500, description="Never a name.")
    submit = SubmitField("Close it until it is checked", widget=GovSubmitInput())
