"""What a request that the team adds asks for."""

import re
from collections.abc import Sequence

from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovSubmitInput
from wtforms import HiddenField, SelectField, SubmitField
from wtforms.validators import InputRequired, ValidationError

from app.register.forms import MOST_UNITS, day
from app.register.services import Own
from app.web.asking import AskedFirst
from app.web.conflicts import Opened
from app.web.forms import FlaskForm, Line, WholeNumber, Words

TITLE = "What it is, in a few words"


class OwnForm(FlaskForm):
    title = Line(TITLE, required="Enter what it is", longest=200)
    text = Words("What is asked for, as the letter puts it", required="Enter what is asked for", longest=2000)
    expected = WholeNumber(
        "How many are expected (optional)", 1, MOST_UNITS, description="Leave it empty for as many as there are"
    )
    maximum = WholeNumber(
        "The most that are asked for (optional)", 1, MOST_UNITS, description="More is accepted, and marked"
    )
    period = Line("Period that it is asked for (optional)", longest=200)
    criteria = Line("Criteria that it informs (optional)", longest=200)

    def offer(self, references: Sequence[str]) -> None:
        self.known = {reference.casefold(): reference for reference in references}
        self.criteria.description = f"Their references, such as {', '.join(references[:2])}" if references else ""

    def validate_maximum(self, field: WholeNumber) -> None:
        if field.data is not None and self.expected.data is not None and field.data < self.expected.data:
            raise ValidationError("The most that are asked for must not be fewer than are expected")

    def validate_criteria(self, field: Line) -> None:
        unknown = [given for given in self._given() if given.casefold() not in self.known]
        if unknown:
            raise ValidationError(f"There is no criterion {unknown[0]}. Enter references, with commas between them")

    def own(self) -> Own:
        """Only after it was validated."""
        return Own(
            title=self.title.data or "",
            text=self.text.data or "",
            expected=self.expected.data,
            maximum=self.maximum.data,
            period=(self.period.data or "").strip(),
            criteria=tuple(dict.fromkeys(self.known[given.casefold()] for given in self._given())),
        )

    def _given(self) -> list[str]:
        return [given for given in re.split(r"[,;\s]+", self.criteria.data or "") if given]


class NewRequestForm(OwnForm, AskedFirst):
    """A document that the pack does not ask for."""

    body = SelectField("Who is asked", widget=GovSelect(), validators=[InputRequired("Choose who is asked")])
    expected = WholeNumber(
        "How many are expected (optional)",
        1,
        MOST_UNITS,
        default=1,
        description="Leave it empty for as many as there are",
    )
    due = day("Due date (optional)")
    owner = SelectField("Owner", widget=GovSelect())
    submit = SubmitField("Add the request", widget=GovSubmitInput())


class WordsForm(Opened, OwnForm):
    version = HiddenField()
    submit = SubmitField("Save", widget=GovSubmitInput())


class TitleForm(Opened):
    """Another title for a request of the pack."""

    title = Line(TITLE, required="Enter what it is", longest=200)
    version = HiddenField()
    submit = SubmitField("Save", widget=GovSubmitInput())


class WithdrawForm(FlaskForm):
    reason = Line("Why", required="Enter why it is withdrawn", longest=500)
    submit = SubmitField("Withdraw it", widget=GovSubmitInput())
