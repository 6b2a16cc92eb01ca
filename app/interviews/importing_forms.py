"""What is asked about notes that were typed elsewhere, and about a transcript."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from flask_wtf.file import FileField
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxInput,
    GovDateInput,
    GovFileInput,
    GovSubmitInput,
    GovTextArea,
    GovTextInput,
)
from wtforms import BooleanField, IntegerField, StringField, SubmitField
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from app.inspections.people import parts_of
from app.interviews.forms import When
from app.interviews.transcripts import Speaker
from app.web import clock
from app.web.conflicts import Opened, Part
from app.web.forms import FlaskForm, Line, SpokenDate, Words


class ImportForm(FlaskForm):
    """Notes that were typed elsewhere, or a transcript: a file, or its text."""

    file = FileField(
        "File",
        widget=GovFileInput(),
        description="A transcript of Teams or Zoom (WebVTT or Word), or notes as Word, OpenDocument, PDF or plain "
        "text. Up to 20 MB.",
    )
    text = Words("Pasted text", longest=2_000_000, widget=GovTextArea(), description="In the place of a file.")
    submit = SubmitField("Look at it", widget=GovSubmitInput())

    def has_file(self) -> bool:
        return bool(self.file.data and self.file.data.filename)

    def validate_file(self, field: FileField) -> None:
        pasted = bool((self.text.data or "").strip())
        if self.has_file() and pasted:
            raise ValidationError("Choose a file or paste text, not both")
        if not self.has_file() and not pasted:
            raise ValidationError("Choose the file of the notes, or paste their text")


class MappingForm(When, Opened):
    """What the speakers of a transcript are called in the notes, and when it was recorded: see `of`."""

    date = SpokenDate(
        "Day of the recording (optional)",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[Optional()],
    )
    time = StringField(
        "Time at which the recording began (optional)", widget=GovTextInput(), description="For example, 10:05"
    )
    confirmed = BooleanField("What I gave are labels, and no names", widget=GovCheckboxInput())
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    speakers: Sequence[Speaker] = ()
    names: frozenset[str] = frozenset()  # parts of names that a label must not hold
    beside = frozenset({"confirmed"})

    @classmethod
    def of(cls, speakers: Sequence[Speaker], names: Iterable[str], **given: Any) -> "MappingForm":
        """With a field for each speaker."""
        fields: dict[str, Any] = {"speakers": speakers, "names": frozenset(names)}
        for number, speaker in enumerate(speakers):
            fields[f"label_{number}"] = Line("Called in the notes", longest=60, default=speaker.label)
            fields[f"nobody_{number}"] = BooleanField(
                "No speaker: these are words", widget=GovCheckboxInput(), default=speaker.nobody
            )
        form: MappingForm = type("MappingForm", (cls,), fields)(**given)
        return form

    def parts(self) -> dict[str, Part]:
        """As of every form; what is said of a speaker says of whom."""
        found = super().parts()
        for number, speaker in enumerate(self.speakers):
            for name in (f"label_{number}", f"nobody_{number}"):
                found[name] = replace(found[name], label=f"{speaker.name}: {found[name].label}")
        return found

    def labels(self) -> list[dict[str, object]]:
        """As they are kept: see models.py."""
        return [
            {"label": " ".join((self[f"label_{n}"].data or "").split()), "nobody": bool(self[f"nobody_{n}"].data)}
            for n in range(len(self.speakers))
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """A label must not be a name, unless somebody says that it is none."""
        good = super().validate(extra_validators)
        if self.date.data is not None and not (self.time.data or "").strip():
            self.time.errors = ["Enter the time at which the recording began as well as the day"]
            good = False
        elif good and (moment := self.moment()) is not None and moment > clock.now():
            self.date.errors = ["That is still to come: enter when the recording began"]
            good = False
        for number, said in enumerate(self.labels()):
            label = str(said["label"])
            if not said["nobody"] and not self.confirmed.data and self.names & parts_of([label]):
                field = self[f"label_{number}"]
                field.errors = [f"‘{label}’ may be a name. Give a label such as DCP 2, or tick that it is no name"]
                good = False
        return good
