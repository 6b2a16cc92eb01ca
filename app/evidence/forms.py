from collections.abc import Iterable, Sequence

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSelect, GovSubmitInput
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField, SubmitField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput

from app.db.base import AnyRow
from app.inspections.vocabulary import Term, Vocabulary
from app.web.conflicts import Opened
from app.web.forms import FlaskForm, Line, Words

NOT_SET = ("", "Not set yet")


def choices(terms: tuple[Term, ...]) -> list[tuple[str, str]]:
    return [(term.code, term.label) for term in terms]


def label_of_words(reasons: Iterable[Term]) -> str:
    """What the field beside a list of reasons is called: it says which of them need words."""
    wanting = " and ".join(f"‘{term.label}’" for term in reasons if term.needs_words)
    return f"In a few words (needed for {wanting})" if wanting else "In a few words (optional)"


class JudgementFields(FlaskForm):
    """What an inspector makes of exact words."""

    gist = Words("Gist", longest=2000, description="What it says, in a sentence of your own.")
    direction = RadioField("What it shows", widget=GovRadioInput(), validators=[Optional()])
    evidence_kind = SelectField("Kind of evidence", widget=GovSelect())
    quote = BooleanField("The exact words are a quotation", widget=GovCheckboxInput())
    attributable = BooleanField("May be attributed to the role", widget=GovCheckboxInput(), default=True)
    distressing = BooleanField("Distressing content: cover it until it is opened", widget=GovCheckboxInput())
    good_practice = BooleanField("It points to good practice", widget=GovCheckboxInput())

    def offer(self, vocabulary: Vocabulary) -> None:
        self.direction.choices = [*choices(vocabulary.directions), NOT_SET]
        self.evidence_kind.choices = choices(vocabulary.evidence_kinds)


class ReviseForm(JudgementFields, Opened):
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    submit = SubmitField("Save changes", widget=GovSubmitInput(), id="revise-submit")


class TagForm(FlaskForm):
    criterion = SelectField(
        "Criterion", widget=GovSelect(), validators=[InputRequired("Choose the criterion that it informs")]
    )
    reason = Line("Reason (optional)", longest=500, id="tag-reason")  # three forms stand on an item's page
    submit = SubmitField("Tag", widget=GovSubmitInput(), id="tag-submit")


class WithdrawForm(FlaskForm):
    reason = SelectField("Why is it withdrawn?", widget=GovSelect(), validators=[InputRequired("Choose a reason")])
    words = Line("In a few words", longest=500, id="withdraw-words")
    submit = SubmitField("Withdraw the item", widget=GovSubmitInput(), id="withdraw-submit")

    def offer(self, reasons: tuple[Term, ...]) -> None:
        self.reason.choices = [("", "Choose"), *choices(reasons)]
        self.need_words = {term.code for term in reasons if term.needs_words}
        self.words.label.text = label_of_words(reasons)

    def validate_words(self, field: Line) -> None:
        if self.reason.data in self.need_words and not (field.data or "").strip():
            raise ValidationError("Say in a few words why it is withdrawn")


class ItemLinkForm(FlaskForm):
    relation = RadioField(
        "This item", widget=GovRadioInput(), validators=[InputRequired("Choose what it says of the other item")]
    )
    other = Line(
        "The other item",
        required="Enter the reference of the other item, such as E-0412",
        longest=20,
        description="Its reference, such as E-0412",
    )
    reason = Line("Reason (optional)", longest=500)
    submit = SubmitField("Link", widget=GovSubmitInput())

    def offer(self, vocabulary: Vocabulary) -> None:
        self.relation.choices = [(term.code, f"{term.label} it") for term in vocabulary.item_relations]


class ThemeForm(FlaskForm):
    theme = Line("Theme", required="Enter the theme in a few words", longest=80)
    submit = SubmitField("Add", widget=GovSubmitInput(), id="theme-submit")


class RenameForm(Opened):
    beside = frozenset({"merge"})
    name = Line("Name of the theme", required="Enter the theme in a few words", longest=80)
    merge = BooleanField("Merge it into the theme that has this name already", widget=GovCheckboxInput())
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    submit = SubmitField("Rename", widget=GovSubmitInput())


class TaggingForm(FlaskForm):
    """Words that become evidence under some criteria at once."""

    criteria = SelectMultipleField("Criteria", validators=[InputRequired("Choose at least one criterion")])
    gist = Words("Gist (optional)", longest=2000)
    direction = RadioField("What it shows", widget=GovRadioInput(), validators=[Optional()], default="")

    def offer(self, vocabulary: Vocabulary, criteria: Sequence[AnyRow]) -> None:
        self.offered = criteria
        self.direction.choices = [*choices(vocabulary.directions), NOT_SET]
        self.criteria.choices = [(row.reference, row.wording) for row in criteria]


class PassageForm(TaggingForm):
    """A passage of a text, lifted. `start` and `end` are code points, filled by the reader's script or typed words."""

    whole = HiddenField()  # the page shows what was wrong: all of it is to be drawn anew, and not only what changes
    start = IntegerField(widget=HiddenInput(), validators=[Optional(), NumberRange(min=0)])
    end = IntegerField(widget=HiddenInput(), validators=[Optional(), NumberRange(min=1)])
    words = Words(
        "Words of the passage",
        required="Select the passage in the text, or copy its words here",
        longest=20_000,
        description="Select words in the text, or copy them here exactly.",
    )
    again = BooleanField("Make another item of these words", widget=GovCheckboxInput())
    submit = SubmitField("Tag the passage", widget=GovSubmitInput())
