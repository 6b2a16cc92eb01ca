"""What is asked while notes are written up: which are tagged, moved, merged, split or withdrawn."""

import re
from collections.abc import Sequence

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from wtforms import HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from app.interviews.forms import WithdrawalForm
from app.web.forms import FlaskForm, Line

TICKED = re.compile(r"[1-9]\d{0,8}:[1-9]\d{0,8}", re.ASCII)


class NoteWithdrawalForm(WithdrawalForm):
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class TagSeveralForm(FlaskForm):
    """Ticked notes that are to stand under a criterion. Each is its number and version: '7:2'."""

    note = SelectMultipleField("Notes", validate_choice=False)
    criterion = SelectField("Criterion", validators=[InputRequired("Choose the criterion")])
    direction = SelectField("Shows", default="")

    def validate_note(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError("Tick the notes that are to be tagged")
        if not all(TICKED.fullmatch(ticked) for ticked in field.data):
            raise ValidationError("The form was changed on its way. Tick the notes once more")

    def ticked(self) -> dict[int, int]:
        """Number of a note to the version that was ticked."""
        pairs = (ticked.split(":") for ticked in self.note.data or ())
        return {int(number): int(version) for number, version in pairs}


class UndoForm(FlaskForm):
    """What was tagged together: numbers of items that were made, and of those that were tagged as well."""

    made = HiddenField()
    also = HiddenField()
    criterion = HiddenField(validators=[InputRequired()])


class MoveForm(FlaskForm):
    past = IntegerField(validators=[InputRequired()])  # number of the note with which it changes places
    way = SelectField(choices=["up", "down"])  # where that one stood when the page was made


class MergeForm(FlaskForm):
    following = IntegerField(validators=[InputRequired()])  # its number
    version = IntegerField(validators=[InputRequired()])
    following_version = IntegerField(validators=[InputRequired()])


class SplitForm(FlaskForm):
    """Where a note is split: before one of its sentences, or before words that are typed."""

    at = RadioField("The second part begins with", widget=GovRadioInput(), validators=[Optional()])
    begins = Line("Or with these words", longest=500, description="Type or copy the first words of the second part.")
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])

    def offer(self, text: str, starts: Sequence[int]) -> None:
        """The sentences of the text, of which so many are offered as can be looked through."""
        sentences = [at for at in starts if text[:at].rstrip()[-1] in '.?!…:;”’"' or "\n" in text[:at][-2:]]
        self.at.choices = [(str(at), _beginning(text[at:])) for at in sentences[:60]]
        if not self.at.choices:
            self.begins.label.text = self.at.label.text

    def validate_begins(self, field: Line) -> None:
        if not self.at.data and not (field.data or "").strip():
            raise ValidationError("Say with which words the second part begins")
        if self.at.data and (field.data or "").strip():
            raise ValidationError("Choose where it begins, or type the words, not both")


def _beginning(text: str) -> str:
    words = " ".join(text[:120].split())
    return words if len(words) <= 70 else f"{words[:70].rsplit(' ', 1)[0]} …"
