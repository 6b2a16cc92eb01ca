from collections.abc import Mapping
from datetime import date as day
from datetime import datetime, time, timedelta
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxInput,
    GovDateInput,
    GovRadioInput,
    GovSelect,
    GovSubmitInput,
    GovTextArea,
    GovTextInput,
)
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
)
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from app.evidence.forms import choices, label_of_words
from app.inspections.people import Names
from app.inspections.vocabulary import Term
from app.interviews.models import LONGEST_NOTE, Mark, Outcome
from app.interviews.preparing import ORDER, moved
from app.web import clock
from app.web.conflicts import Difference, Opened, Part, label_of
from app.web.forms import FlaskForm, Line, SpokenDate, WholeNumber, Words, read_time
from app.web.pages import long_date

LONGEST_INTERVIEW = 480  # minutes


class When(FlaskForm):
    """A day, and perhaps a time on it."""

    date = SpokenDate(
        "Date (optional)",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[Optional()],
    )
    # Not a Line: what is too long for a time is told as what is none.
    time = StringField("Time (optional)", widget=GovTextInput(), description="For example, 10:05")

    def validate_time(self, field: StringField) -> None:
        given = (field.data or "").strip()
        if not given:
            return
        if self.date.data is None and not self.date.errors:
            raise ValidationError("Enter the date as well as the time")
        if read_time(given) is None:
            raise ValidationError("Time must be like 10:05, from 00:00 to 23:59")

    def moment(self) -> datetime | None:
        """In London; at midnight where no time is given."""
        if self.date.data is None:
            return None
        at = read_time(self.time.data or "") or time()
        return datetime.combine(self.date.data, at, tzinfo=clock.LONDON)


FAR = timedelta(days=366)  # inspections run late, but not by more


def not_far(field: SpokenDate, days: tuple[day, day] | None) -> None:
    """Refuse a day far outside the inspection's timetable, whose `days` these are: it can only be a slip."""
    if field.data is None or days is None:
        return
    name, first, last = label_of(field), days[0], max(days[1], clock.today())  # it may have run late already
    if field.data < first:
        raise ValidationError(f"{name} must not be before {long_date(first)}, when the inspection began")
    if field.data > last + FAR:
        raise ValidationError(f"{name} must be at most a year after {long_date(last)}: check the year")


class WhenAndWhere(When):
    """What a form asks about an interview that is to be held."""

    days: tuple[day, day] | None = None  # of the inspection's timetable

    def validate_date(self, field: SpokenDate) -> None:
        not_far(field, self.days)

    place = Line("Place or link (optional)", longest=200)
    remote = BooleanField("Held remotely", widget=GovCheckboxInput())


class PlanForm(WhenAndWhere):
    """An interview or focus group to be held."""

    kind = RadioField("Kind", widget=GovRadioInput(), validators=[InputRequired("Choose interview or focus group")])
    body = SelectField(
        "Area or Headquarters", widget=GovSelect(), validators=[InputRequired("Choose where it belongs")]
    )
    role = SelectField("Role of who is seen", widget=GovSelect(), validators=[InputRequired("Choose the role")])
    title = Line("What it is about (optional)", longest=200, description="Never a name: names are kept apart.")
    submit = SubmitField("Add it", widget=GovSubmitInput())


class PastDay(FlaskForm):
    """A form with the `date` of something that has been: not to come, nor before the inspection."""

    first_day: day | None = None  # of the inspection

    def validate_date(self, field: SpokenDate) -> None:
        if field.data is not None and field.data > clock.today():
            raise ValidationError(f"{field.label.text} must be today or before")
        if field.data is not None and self.first_day is not None and field.data < self.first_day:
            raise ValidationError(
                f"{field.label.text} must not be before {long_date(self.first_day)}, when the inspection began"
            )


class HeldForm(PastDay):
    """On which day something was held that was planned for another."""

    date = SpokenDate(
        "Day on which it was held",
        widget=GovDateInput(),
        format="%d %m %Y",
        validators=[InputRequired("Enter the day on which it was held")],
    )
    submit = SubmitField("It was held", widget=GovSubmitInput())


class Reasoned(FlaskForm):
    """A form with a `reason` out of the pack's list, and words where that says too little by itself."""

    words = Line("In a few words", longest=500)
    reasons: tuple[Term, ...] = ()

    def offer_reasons(self, reasons: tuple[Term, ...], none: str = "Choose") -> None:
        self.reasons = reasons
        self.reason.choices = [("", none), *choices(reasons)]
        self.words.label.text = label_of_words(reasons)

    def validate_words(self, field: Line) -> None:
        needed = any(term.needs_words for term in self.reasons if term.code == self.reason.data)
        if needed and not (field.data or "").strip():
            raise ValidationError("Say in a few words why")

    def said(self) -> str:
        """The reason as it is kept: 'The Area asked: both work on the same cases'. Empty where none was given."""
        label = next((term.label for term in self.reasons if term.code == self.reason.data), "")
        return ": ".join(filter(None, (label, (self.words.data or "").strip())))


class ScheduleForm(WhenAndWhere, Reasoned, Opened):
    """When and where an interview is held, and by whom."""

    minutes = WholeNumber("Length in minutes (optional)", 5, LONGEST_INTERVIEW)
    kind = RadioField("Kind", widget=GovRadioInput(), validators=[InputRequired("Choose interview or focus group")])
    lead = SelectField("Lead interviewer", widget=GovSelect())
    note_taker = SelectField("Note-taker", widget=GovSelect())
    attendees = WholeNumber("How many are seen (optional)", 1, 200)
    attendee_roles = Line(
        "Their roles (optional)", longest=500, description="For example, 3 managers, 2 clerks. No names."
    )
    title = Line("What it is about (optional)", longest=200, description="Never a name: names are kept apart.")
    reason = SelectField("Why it is changed (optional)", widget=GovSelect())
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    submit = SubmitField("Save", widget=GovSubmitInput())
    was_held = False  # then it has a day, which is not to come

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        late = self.date.data is not None and self.date.data > clock.today()
        if self.was_held and (late or (self.date.data is None and not self.date.errors)):
            self.date.errors = [
                "Enter the date: the interview was held"
                if self.date.data is None
                else "Date must be today or before: the interview was held"
            ]
            return False
        return fine


class ReasonForm(Reasoned):
    """Why something is cancelled, changed or reopened."""

    reason = SelectField("Reason", widget=GovSelect(), validators=[InputRequired("Choose a reason")])


class CellForm(ReasonForm, Opened):
    """How many interviews of which kind are planned with a role of an Area."""

    kind = RadioField("Kind", widget=GovRadioInput(), validators=[InputRequired("Choose interview or focus group")])
    number = WholeNumber("Number planned", 0, 50, required="Enter how many are planned")
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    submit = SubmitField("Change the plan", widget=GovSubmitInput())


class NoteForm(FlaskForm):
    """The composer."""

    words = Words("Note", required="Type what was said", longest=LONGEST_NOTE, widget=GovTextArea())
    speaker = Line("Speaker", longest=60)
    quote = BooleanField("Quotation", widget=GovCheckboxInput())
    direction = SelectField("Shows", default="")
    prompt = Line("Prompt", longest=60)
    said_at = HiddenField()
    shown = HiddenField()  # the state of the interview that the page shows; only a script says it

    def moment(self) -> datetime:
        """When it was said, by the device's clock; by ours where that was set, or the device says no time at all."""
        if clock.is_set():
            return clock.now()
        try:
            moment = datetime.fromisoformat(self.said_at.data or "")
        except ValueError:
            return clock.now()
        # A clock that is a year out says nothing; one at the ends of the calendar cannot even be shown in London.
        believable = moment.tzinfo is not None and abs(moment.year - clock.today().year) <= 1
        return moment if believable else clock.now()


class RewordForm(FlaskForm):
    words = Words("Note", required="A note needs words. To take it out, withdraw it instead", longest=LONGEST_NOTE)
    speaker = Line("Speaker", longest=60)
    quote = BooleanField("Quotation")
    about = HiddenField()  # '1' where the form asks for the two above, as a device's rewording does not
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])

    def corrections(self) -> dict[str, Any]:
        """Who spoke and whether it is as spoken, where the form asks."""
        return {"speaker": self.speaker.data or "", "quote": bool(self.quote.data)} if self.about.data else {}


class ChoiceForm(FlaskForm):
    """What becomes of a version of a note that came second."""

    choice = SelectField(choices=[Outcome.KEPT.value, Outcome.TAKEN.value, Outcome.JOINED.value])
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class TickForm(FlaskForm):
    """Ticks a part of the topic guide, or takes back what was marked of it."""

    mark = SelectField(choices=[Mark.DONE.value, Mark.NONE.value])
    version = IntegerField(validators=[InputRequired()])


class NotAskedForm(FlaskForm):
    """A prompt that was left out."""

    left_out = SelectField(
        "Prompt that was not asked", validators=[InputRequired("Choose the prompt that was not asked")]
    )
    reason = Line("Why it was not asked", required="Say in a few words why it was not asked", longest=200)


class OwnPromptForm(FlaskForm):
    """A question that is added to one interview's topic guide."""

    question = Line("Your question", required="Type the question", longest=500)
    informs = SelectMultipleField("Criteria that it informs (optional)")


class RaiseForm(FlaskForm):
    """What the lead inspector must know now."""

    matter = Words(
        "What the lead must know now",
        required="Type what the lead must know",
        longest=5000,
        widget=GovTextArea(),
        description="For a serious risk. Only you and the lead inspectors can read it: it is in no note and no export.",
    )
    submit = SubmitField("Raise it now", widget=GovSubmitInput())


class AnswerForm(FlaskForm):
    """What is done about it."""

    answer = Words(
        "Your answer",
        required="Type what is done about it",
        longest=5000,
        widget=GovTextArea(),
        description="Who raised it reads this. Nobody else does but lead inspectors.",
    )
    submit = SubmitField("Mark as dealt with", widget=GovSubmitInput())


class WithdrawalForm(FlaskForm):
    """Why an import is undone, or a note taken out."""

    reason = Line("Why it is withdrawn", required="Say in a few words why it is withdrawn", longest=500)


class IntervieweeForm(FlaskForm):
    name = Line("Name", required="Enter the name", longest=200)
    label = Line("Called in the notes", longest=60, description="The label of the speaker, for example Manager 2")
    submit = SubmitField("Add the name", widget=GovSubmitInput())

    def validate_label(self, field: Line) -> None:
        if Names([self.name.data or ""]).in_text(field.data or ""):
            raise ValidationError("This holds the name. Call them by their role, such as Manager 2")


class PreparedPrompt(Form):
    """One prompt, as the guide of one interview is to have it."""

    prompt = HiddenField()
    place = WholeNumber("Place", 1, 999, required="Enter the place of each prompt, such as 1 for the first")
    words = Words("Words", longest=1000)


class PrepareForm(Opened):
    """The prompts of one interview's topic guide, in other words or another order."""

    prompts = FieldList(FormField(PreparedPrompt), max_entries=200)
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    submit = SubmitField("Save the guide", widget=GovSubmitInput())

    def show(self, prompts: Mapping[str, str]) -> None:
        """The prompts in the order in which they are to stand: id to words."""
        entries = [
            {"prompt": id, "place": place, "words": words} for place, (id, words) in enumerate(prompts.items(), 1)
        ]
        self.prompts.process(None, data=entries)

    def places(self) -> dict[str, int]:
        """Where each is to stand, as far as that is said."""
        return {row.form.prompt.data: row.form.place.data for row in self.prompts if row.form.place.data}

    def said(self) -> dict[str, str]:
        """The words of each, in the order in which they are to stand."""
        words = {row.form.prompt.data: row.form.words.data or "" for row in self.prompts}
        return {id: words[id] for id in moved(list(words), self.places())}

    def parts(self) -> dict[str, Part]:
        """The order is one thing: to move one prompt moves those behind it."""
        said = self.said()
        words = {id: Part(f"Words of {id}", text.strip(), text or "the pack’s") for id, text in said.items()}
        return {ORDER: Part("Order", list(said), ", ".join(said))} | words

    def meet(self, present: Opened) -> list[Difference]:
        """As of every form; a question that was added meanwhile is there, too."""
        assert isinstance(present, PrepareForm)
        self._theirs: set[str] = set()
        mine, theirs, found = self.said(), present.said(), super().meet(present)
        order = theirs if ORDER in self._theirs else mine | theirs
        self.show({id: theirs[id] if id in self._theirs else mine.get(id, theirs[id]) for id in order})
        return found

    def take(self, name: str, present: Opened) -> None:
        self._theirs.add(name)
