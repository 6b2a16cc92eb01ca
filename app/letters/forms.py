from flask_wtf.file import FileField
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovFileInput, GovRadioInput, GovSelect, GovSubmitInput
from wtforms import BooleanField, RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired, ValidationError

from app.letters.content import Signed
from app.register.forms import Event, day
from app.web import clock
from app.web.asking import AskedFirst
from app.web.forms import FlaskForm, Line, SpokenDate, Words

LONGEST_FILE_NAME = 255
ALL = "all"


class LetterForm(AskedFirst):
    """A letter to one body, or to each that has anything to be listed."""

    letter = RadioField("Which letter", widget=GovRadioInput(), validators=[InputRequired("Choose which letter")])
    body = SelectField("To whom", widget=GovSelect(), validators=[InputRequired("Choose a body, or all of them")])
    overdue = BooleanField("List only what is overdue", widget=GovCheckboxInput())
    unasked = BooleanField("List only what was not asked yet", widget=GovCheckboxInput())
    dated = day("Date of the letter", "Enter the date of the letter")
    answer_by = day("Day to answer by (optional)")
    send_to = Line(
        "Send the files to (optional)",
        longest=300,
        description="An address or a shared folder, as the letter is to say it. It is kept for the next letter.",
    )
    signed_by = Line("Who signs", required="Enter who signs", longest=200)
    signed_as = Line("As what (optional)", longest=200, description="Such as: Lead inspector")
    own_words = Words(
        "Words of your own (optional)",
        longest=5000,
        description="Stand in the letter where its template has a gap for them, above the table.",
    )
    submit = SubmitField("Make the letter", widget=GovSubmitInput())

    def validate_answer_by(self, field: SpokenDate) -> None:
        if field.data and self.dated.data and field.data <= self.dated.data:
            raise ValidationError("Day to answer by must be after the date of the letter")

    def only(self) -> dict[str, bool]:
        """What of that which is open it lists."""
        return {"overdue": bool(self.overdue.data), "unasked": bool(self.unasked.data)}

    def signed(self) -> Signed:
        return Signed(
            self.dated.data,
            self.signed_by.data or "",
            self.signed_as.data or "",
            self.own_words.data or "",
            self.send_to.data or "",
            self.answer_by.data,
        )


class ReminderForm(FlaskForm):
    """What a reminder says beyond what is still to come. It changes nothing: it stands in the address."""

    class Meta:
        csrf = False

    answer_by = day("Day to answer by (optional)")
    send_to = Line("Send the files to (optional)", longest=300)
    submit = SubmitField("Put these into the words", widget=GovSubmitInput())

    def validate_answer_by(self, field: SpokenDate) -> None:
        if field.data and field.data <= clock.today():
            raise ValidationError("Day to answer by must be after today")


class WithdrawForm(FlaskForm):
    why = Line("Why is it not to go out?", required="Enter the reason", longest=500)
    submit = SubmitField("Withdraw the letter", widget=GovSubmitInput())


class SentForm(Event):
    """That letters have gone out which give a day to answer by, and whether that is the due date now."""

    extends = BooleanField(widget=GovCheckboxInput())
    why = Line("Reason for the new due date", longest=500)

    def validate_why(self, field: Line) -> None:
        if self.extends.data and not (field.data or "").strip():
            raise ValidationError("Enter the reason for the new due date")


class TemplateForm(AskedFirst):
    file = FileField("Word template", widget=GovFileInput(), description="A Word document (.docx) with gaps.")
    submit = SubmitField("Use this template", widget=GovSubmitInput())

    def validate_file(self, field: FileField) -> None:
        if not field.data or not field.data.filename:
            raise ValidationError("Choose a Word document")
        name = field.data.filename
        if len(name) > LONGEST_FILE_NAME or any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in name):
            raise ValidationError("The name of the file cannot be kept: rename the file")
