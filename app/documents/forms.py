from flask_wtf.file import MultipleFileField
from govuk_frontend_wtf.wtforms_widgets import GovFileInput, GovSelect, GovSubmitInput
from wtforms import SelectField, SubmitField
from wtforms.validators import ValidationError

from app.web.forms import FlaskForm, Line

LONGEST_FILE_NAME = 255


class UploadForm(FlaskForm):
    files = MultipleFileField(
        "Files",
        widget=GovFileInput(),
        description="PDF, Word, Excel, CSV, PowerPoint, e-mail, text, transcripts, pictures. Several at once are fine.",
    )
    body = SelectField("Who sent it", widget=GovSelect())
    title = Line("Title (optional)", longest=200, description="Without one, the file name is the title.")
    submit = SubmitField("Upload", widget=GovSubmitInput())

    def validate_files(self, field: MultipleFileField) -> None:
        chosen = [file for file in field.data or [] if file and file.filename]
        if not chosen:
            raise ValidationError("Choose at least one file")
        for file in chosen:
            if len(file.filename) > LONGEST_FILE_NAME:
                shown = file.filename[:60]
                raise ValidationError(f"The name ‘{shown}…’ is longer than {LONGEST_FILE_NAME} characters: shorten it")
            if any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in file.filename):
                raise ValidationError("A file name has a character that cannot be stored: rename the file")
