from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSubmitInput
from wtforms import BooleanField, IntegerField, RadioField, SubmitField
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.documents.forms import LONGEST_FILE_NAME
from app.documents.handling import Check
from app.documents.models import Names
from app.web.asking import AskedFirst
from app.web.conflicts import Opened
from app.web.forms import FlaskForm, Line, Words


class CheckForm(Opened, AskedFirst):
    """What a check for names came to. Of a file that holds others, `files_too` says that they were looked through."""

    beside = frozenset({"files_too", "opened_it"})
    result = RadioField("What did you find?", widget=GovRadioInput(), validators=[InputRequired("Choose the result")])
    note = Words(
        "What was found (optional)",
        longest=2000,
        description="What kind of thing, and on which pages. The team reads this: never a name itself.",
    )
    files_too = BooleanField(
        "I looked through the files in it as well: no names are in those that are not taken out",
        widget=GovCheckboxInput(),
    )
    opened_it = BooleanField("I opened the original, and looked through all of it", widget=GovCheckboxInput())
    submit = SubmitField("Save the result", widget=GovSubmitInput())

    def offer(self, check: Check) -> None:
        self.result.choices = [(names.value, label) for names, label in check.results.items()]

    @property
    def found(self) -> Names:
        return Names(self.result.data)


class CheckAgainForm(FlaskForm):
    reason = Line("Why", required="Enter why it is to be checked again", longest=500, description="Never a name.")
    submit = SubmitField("Close it until it is checked", widget=GovSubmitInput())


class NamingForm(Opened):
    """What a document is called. The name of its file is asked for where the file is seen."""

    title = Line("Title", required="Enter a title", longest=200, description="Never a name of a person.")
    file_name = Line(
        "Name of the file",
        required="Enter a name for the file",
        longest=LONGEST_FILE_NAME,
        description="What it is called when it is downloaded. What is in the file stays as it came.",
    )
    submit = SubmitField("Save", widget=GovSubmitInput())


class StrikeForm(FlaskForm):
    """Words to be struck out. `start` and `end` are code points, filled by the reader's script or typed words."""

    start = IntegerField(widget=HiddenInput(), validators=[Optional(), NumberRange(min=0)])
    end = IntegerField(widget=HiddenInput(), validators=[Optional(), NumberRange(min=1)])
    words = Words(
        "Words to strike out",
        required="Select the words in the text, or type them here",
        longest=20_000,
        description="Select them in the text, or type them here.",
    )
    everywhere = BooleanField("Everywhere in this document", widget=GovCheckboxInput())
    submit = SubmitField("Strike them out", widget=GovSubmitInput(), id="strike-submit")
