from datetime import date
from typing import Self

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovCheckboxInput, GovDateInput, GovSubmitInput
from wtforms import BooleanField, IntegerField, SelectMultipleField, SubmitField
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from app.interviews.actions import ToDo
from app.web import clock
from app.web.conflicts import Opened
from app.web.forms import FlaskForm, Line, SpokenDate, Words
from app.web.pages import long_date


class ActionForm(FlaskForm):
    """Something that is to be done after an interview."""

    what = Words("What is to be done", required="Enter what is to be done", longest=1000)
    who = Line("Who", required="Enter who is to do it", longest=200, description="A colleague, or a role of the body.")
    due = SpokenDate(
        "By when (optional)",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[Optional()],
        description="For example, 14 4 2026",
    )
    over = BooleanField("It was to be done by that day", widget=GovCheckboxInput())
    submit = SubmitField("Add the action", widget=GovSubmitInput())
    _since: date | None = None
    _stands: date | None = None

    def since(self, day: date | None, stands: date | None = None) -> Self:
        """Before the interview nothing can have been due. `stands`: what is entered already."""
        self._since, self._stands = day, stands
        return self

    def validate_due(self, field: SpokenDate) -> None:
        if self._since and field.data and field.data < self._since:
            raise ValidationError(f"It arose on {long_date(self._since)}. Enter that day or a later one")

    def validate_over(self, field: BooleanField) -> None:
        """A day that is over is asked about once: a slip, most likely."""
        due = self.due.data
        if field.data or self.due.errors or due is None or due >= clock.today() or due == self._stands:
            return
        raise ValidationError(f"{long_date(due)} is over. Enter a later day, or tick that it was to be done by then")

    def to_do(self) -> ToDo:
        return ToDo(self.what.data or "", self.who.data or "", self.due.data)


class ChangeActionForm(ActionForm, Opened):
    beside = Opened.beside | {"over"}
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    submit = SubmitField("Save", widget=GovSubmitInput())


class WithdrawActionForm(Opened):
    reason = Line("Why it need not be done", required="Say in a few words why it need not be done", longest=500)
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()], id="withdraw-version")


class AttendeesForm(Opened):
    """Which colleagues were in the room."""

    colleagues = SelectMultipleField("Colleagues who were there", widget=GovCheckboxesInput())
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    submit = SubmitField("Save", widget=GovSubmitInput())
