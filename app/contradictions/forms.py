from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovSubmitInput
from wtforms import IntegerField, RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from app.contradictions.queries import Side
from app.contradictions.services import SET_ASIDE
from app.evidence.forms import choices, label_of_words
from app.evidence.models import ItemLink
from app.findings.models import Link
from app.inspections.rules import Rules
from app.inspections.vocabulary import Vocabulary
from app.web.forms import FlaskForm, Line, Words


class ResolveForm(FlaskForm):
    outcome = RadioField("How is it resolved?", widget=GovRadioInput(), validators=[InputRequired("Choose an outcome")])
    aside = RadioField("If one side is set aside: which?", widget=GovRadioInput(), validators=[Optional()])
    reason = Words("Why?", required="Say why it is resolved so", longest=2000)
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    submit = SubmitField("Resolve it", widget=GovSubmitInput())

    def offer(self, rules: Rules, sides: tuple[Side, Side]) -> None:
        self.outcome.choices = [(term.code, f"{term.label}. {term.effect}") for term in rules.contradiction_outcomes]
        self.aside.choices = [(side.reference, side.reference) for side in sides]

    def says(self, link: Link | ItemLink) -> bool:
        """Whether the link is resolved just so."""
        aside = self.aside.data if self.outcome.data == SET_ASIDE else ""
        return (self.outcome.data, aside, self.reason.data) == (link.outcome, link.aside, link.outcome_reason)

    def validate(self, extra_validators=None) -> bool:
        sound = super().validate(extra_validators)
        if self.outcome.data == SET_ASIDE and not self.aside.data:
            self.aside.errors = ["Choose the side that is set aside"]
            return False
        return bool(sound)


class ReopenForm(FlaskForm):
    reason = SelectField(
        "Why is it opened again?",
        widget=GovSelect(),
        validators=[InputRequired("Choose a reason")],
        id="reopen-reason",  # two forms may stand on the page
    )
    words = Line("In a few words", longest=500)
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    submit = SubmitField("Open it again", widget=GovSubmitInput(), id="reopen-submit")

    def offer(self, words: Vocabulary) -> None:
        # A pack that has none of its own for contradictions has those for whatever is opened again.
        self.reasons = words.contradiction_reopening_reasons or words.reopening_reasons
        self.reason.choices = [("", "Choose"), *choices(self.reasons)]
        self.need_words = {term.code for term in self.reasons if term.needs_words}
        self.words.label.text = label_of_words(self.reasons)

    def chosen(self) -> str:
        return next(term.label for term in self.reasons if term.code == self.reason.data)

    def validate_words(self, field: Line) -> None:
        if self.reason.data in self.need_words and not (field.data or "").strip():
            raise ValidationError("Say in a few words why it is opened again")
