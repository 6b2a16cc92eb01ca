from flask_wtf.file import FileField
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovFileInput, GovRadioInput, GovSelect, GovSubmitInput
from wtforms import BooleanField, RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired, ValidationError

from app.letters.content import Signed
from app.register.forms import day
from app.web.forms import FlaskForm, Line, Words

LONGEST_FILE_NAME = 255
ALL = "all"


class LetterForm(FlaskForm):
    """A letter to one body, or to each that has anything to be listed."""

    letter = RadioField("Which letter", widget=GovRadioInput(), validators=[InputRequired("Choose which letter")])
    body = SelectField("To whom", widget=GovSelect(), validators=[InputRequired("Choose a body, or all of them")])
    overdue = BooleanField("List only what is overdue", widget=GovCheckboxInput())
    dated = day("Date of the letter", "Enter the date of the letter")
    signed_by = Line("Who signs", required="Enter who signs", longest=200)
    signed_as = Line("As what (optional)", longest=200, description="Such as: Lead inspector")
    own_words = Words(
        "Words of your own (optional)",
        longest=5000,
        description="Stand in the letter where its template has a gap for them, above the table.",
    )
    submit = SubmitField("Make the letter", widget=GovSubmitInput())

    def signed(self) -> Signed:
        return Signed(self.dated.data, self.signed_by.data or "", self.signed_as.data or "", self.own_words.data or "")


class TemplateForm(FlaskForm):
    file = FileField("Word template", widget=GovFileInput(), description="A Word document (.docx) with gaps.")
    submit = SubmitField("Use this template", widget=GovSubmitInput())

    def validate_file(self, field: FileField) -> None:
        if not field.data or not field.data.filename:
            raise ValidationError("Choose a Word document")
        name = field.data.filename
        if len(name) > LONGEST_FILE_NAME or any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in name):
            raise ValidationError("The name of the file cannot be kept: rename the file")
