from typing import IO

from flask_wtf.file import MultipleFileField
from govuk_frontend_wtf.wtforms_widgets import GovFileInput, GovSelect, GovSubmitInput
from wtforms import SelectField, SubmitField
from wtforms.validators import ValidationError

from app.web.forms import FlaskForm, Line

LONGEST_FILE_NAME = 255


class FilesForm(FlaskForm):
    """Files that come in; what else is asked of them is for the form that takes them."""

    files = MultipleFileField(
        "Files",
        widget=GovFileInput(),
        description="PDF, Word, Excel, CSV, PowerPoint, OpenDocument, e-mail, text, transcripts, pictures. "
        "Several at once are fine. Choose them, or drag them here.",
    )

    def chosen(self) -> list[tuple[str, IO[bytes]]]:
        """Name and content of each file."""
        return [(file.filename, file.stream) for file in self.files.data or [] if file and file.filename]

    def validate_files(self, field: MultipleFileField) -> None:
        chosen = self.chosen()
        if not chosen:
            raise ValidationError("Choose at least one file")
        for name, _content in chosen:
            if len(name) > LONGEST_FILE_NAME:
                shown = name[:60]
                raise ValidationError(f"The name ‘{shown}…’ is longer than {LONGEST_FILE_NAME} characters: shorten it")
            if any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in name):
                raise ValidationError("A file name has a character that cannot be stored: rename the file")


class UploadForm(FilesForm):
    body = SelectField("Who sent it", widget=GovSelect())
    newer_of = Line(
        "A newer version of (optional)",
        longest=20,
        description="The reference of the older one, such as DOC-031. What was tagged there stays there, and says so.",
    )
    title = Line("Title (optional)", longest=200, description="Without one, the file name is the title.")
    submit = SubmitField("Upload", widget=GovSubmitInput())
