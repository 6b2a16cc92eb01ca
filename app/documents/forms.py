from typing import IO

from flask_wtf.file import MultipleFileField
from govuk_frontend_wtf.wtforms_widgets import GovFileInput, GovSelect, GovSubmitInput
from wtforms import SelectField, SubmitField
from wtforms.validators import ValidationError

from app.evidence.forms import TaggingForm
from app.web.asking import AskedFirst
from app.web.forms import FlaskForm, Line, WholeNumber, Words

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


class UploadForm(FilesForm, AskedFirst):
    body = SelectField("Who sent it", widget=GovSelect())
    newer_of = Line(
        "A newer version of (optional)",
        longest=20,
        description="The reference of the older one, such as DOC-031. What was tagged there stays there, and says so.",
    )
    title = Line("Title (optional)", longest=200, description="Without one, the file name is the title.")
    submit = SubmitField("Upload", widget=GovSubmitInput())


class BoxForm(TaggingForm):
    """What one reads in a box on a picture, and where the box is, in per cent of the picture."""

    left = WholeNumber("Left", 0, 99, required="Enter where the box begins, from the left")
    top = WholeNumber("Top", 0, 99, required="Enter where the box begins, from the top")
    width = WholeNumber("Width", 1, 100, required="Enter how wide the box is")
    height = WholeNumber("Height", 1, 100, required="Enter how high the box is")
    words = Words("What you read in the box", required="Enter what you read in the box", longest=20_000)
    submit = SubmitField("Tag the box", widget=GovSubmitInput())

    def validate_width(self, field: WholeNumber) -> None:
        if (self.left.data or 0) + (field.data or 0) > 100:
            raise ValidationError("The box is wider than the picture: make its width or its left smaller")

    def validate_height(self, field: WholeNumber) -> None:
        if (self.top.data or 0) + (field.data or 0) > 100:
            raise ValidationError("The box is higher than the picture: make its height or its top smaller")
