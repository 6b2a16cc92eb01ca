from collections.abc import Sequence
from typing import Any
from uuid import UUID

from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovCheckboxInput,
    GovDateInput,
    GovRadioInput,
    GovSelect,
    GovSubmitInput,
)
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, SubmitField
from wtforms.validators import InputRequired, Optional, ValidationError

from app.accounts.models import Person
from app.documents.forms import FilesForm
from app.inspections.queries import Member
from app.inspections.requests import EventPart, Requests
from app.register.queries import Line as RequestLine
from app.register.services import Group, What
from app.web import clock
from app.web.asking import AskedFirst
from app.web.conflicts import Opened
from app.web.forms import FlaskForm, Line, SpokenDate, Words

MOST_UNITS = 500  # of one request
NEVER_A_NAME = "A role or an office, never a person’s name."


def day(label: str, required: str | None = None) -> Any:
    checks = [InputRequired(required)] if required else [Optional()]
    return SpokenDate(label, widget=GovDateInput(), format="%d %m %Y", validators=checks)


def _may(label: str, needed: bool) -> str:
    return label if needed else f"{label} (optional)"


def _field(token: str, needed: bool, words: Requests) -> tuple[str, Any]:
    """The field that asks for one of the things that the pack has an event say."""
    match token:
        case "date":
            return "on", day("Date", "Enter the date")
        case "by":
            return "done_by", SelectField("By whom on the team", widget=GovSelect())
        case "new_due":
            return "new_due", day(_may("New due date", needed), "Enter the new due date" if needed else None)
        case "next_chase":
            return "next_chase", day(_may("Chase again on", needed), "Enter a date" if needed else None)
        case "units":
            required = "Enter the numbers of the units that came" if needed else None
            hint = "Their numbers, such as 1 or 1, 2 or 1-3"
            return "units", Line(_may("Which of them", needed), required=required, longest=200, description=hint)
        case "parts":
            checks = [InputRequired("Tick the parts that came")] if needed else []
            label = _may("Which parts", needed)
            return "parts", SelectMultipleField(label, widget=GovCheckboxesInput(), validators=checks)
        case "last":
            return "last", BooleanField("The body says that this is all there is", widget=GovCheckboxInput())
        case "result":
            checks = [InputRequired("Choose the result")] if needed else [Optional()]
            field = RadioField(_may("Result", needed), widget=GovRadioInput(), validators=checks)
            results = [(term.code, term.label) for step in words.handling for term in step.results]
            return "result", field if results else Line(_may("Result", needed), required=_wanted("Result", needed))
        case "given_by" | "from_whom":
            label = {"given_by": "Given by", "from_whom": "From whom"}[token]
            required = "Enter who gave it" if needed else None
            return token, Line(_may(label, needed), required=required, longest=200, description=NEVER_A_NAME)
        case "how":
            hint = "E-mail, letter, telephone, in person"
            return token, Line(
                _may("How", needed), required="Say how" if needed else None, longest=200, description=hint
            )
    label = token.replace("_", " ").capitalize()
    return token, Words(_may(label, needed), required=_wanted(label, needed), longest=2000)


def _wanted(label: str, needed: bool) -> str | None:
    return f"Enter the {label[:1].lower()}{label[1:]}" if needed else None


class Event(AskedFirst):
    """Something that happened to a request; its fields are those that the pack has its kind of event say."""

    def offer(self, parts: Sequence[str], team: Sequence[Member], words: Requests) -> None:
        if "done_by" in self:
            self.done_by.choices = [(row.person_id.hex, row.name) for row in team]
        if "parts" in self:
            self.parts.choices = [(part, part) for part in parts]
        if "result" in self and isinstance(self.result, RadioField):
            self.result.choices = [(term.code, term.label) for step in words.handling for term in step.results]

    def validate_on(self, field: SpokenDate) -> None:
        if field.data and field.data > clock.today():
            raise ValidationError("Date must not be later than today")

    def validate_units(self, field: Line) -> None:
        if (field.data or "").strip() and not read_units(field.data or ""):
            raise ValidationError(f"Enter numbers from 1 to {MOST_UNITS}, such as 1, 2 or 1-3")

    def what(self, kind: EventPart) -> What:
        """What it says, in the service's words. Only after it was validated."""
        values = {name: field.data for name, field in self._fields.items()}
        who = dict(self.done_by.choices) if "done_by" in self else {}
        known = {"on", "done_by", "new_due", "next_chase", "units", "parts", "last", "files"}
        return What(
            on=values.get("on") or clock.today(),
            done_by_id=_uuid(values.get("done_by")),
            done_by=who.get(values.get("done_by"), ""),
            new_due=values.get("new_due"),
            next_chase=values.get("next_chase"),
            units=read_units(values.get("units") or ""),
            parts=values.get("parts") or (),
            last=bool(values.get("last")),
            details={
                name: values[name] or ""
                for name in (*kind.needs, *kind.may_have)
                if name in values and name not in known
            },
        )


def event_form(kind: EventPart, words: Requests, base: type[Any] = Event, submit: str = "Save") -> type[Any]:
    """The form of one kind of event. Files are sent, not typed; on a `base` of its own, units and parts are ticked."""
    left_out = ("event", "files") if base is Event else ("event", "files", "units", "parts")
    tokens = [(token, True) for token in kind.needs] + [(token, False) for token in kind.may_have]
    fields = dict(_field(token, needed, words) for token, needed in tokens if token not in left_out)
    return type("EventForm", (base,), fields | {"submit": SubmitField(submit, widget=GovSubmitInput())})


def read_units(text: str) -> tuple[int, ...]:
    """(1, 2, 3) from '1-3' or '1, 2 and 3'; nothing from what is no list of numbers."""
    found: set[int] = set()
    for piece in text.replace(" and ", ",").replace(";", ",").replace("–", "-").split(","):
        first, dash, last = piece.strip().partition("-")
        ends = (first.strip(), last.strip() if dash else first.strip())
        if not all(end.isascii() and end.isdigit() and len(end) <= 4 for end in ends):
            return ()
        if not 1 <= int(ends[0]) <= int(ends[1]) <= MOST_UNITS:
            return ()
        found.update(range(int(ends[0]), int(ends[1]) + 1))
    return tuple(sorted(found))


class ReceiveForm(FilesForm, Event):
    """Files that came for a request, and which of its parts they hold."""

    placing = RadioField(
        "What do they hold?", widget=GovRadioInput(), validators=[InputRequired("Choose what the files hold")]
    )
    pieces = SelectMultipleField("Parts")

    def offer_pieces(self, line: RequestLine, pieces: Sequence[tuple[str, str]]) -> None:
        a_part = "" if len(line.parts) == 1 else ", with every part"
        self.placing.choices = [
            ("each", f"Each file is one more {line.unit}{a_part}"),
            ("ticked", "Each file holds the parts that are ticked"),
            ("later", "Sort them afterwards"),
        ]
        self.pieces.choices = pieces

    def validate_pieces(self, field: SelectMultipleField) -> None:
        if self.placing.data == "ticked" and not field.data and self.chosen():  # no files: that alone is said
            raise ValidationError("Tick the parts that the files hold, or choose to sort them afterwards")
        if self.placing.data in ("each", "later") and field.data:
            placing, ticked = (dict(self.placing.choices)[name] for name in (self.placing.data, "ticked"))
            raise ValidationError(f"Parts are ticked beside ‘{placing}’. Choose ‘{ticked}’, or take the ticks off")


class ContentsForm(AskedFirst):
    """Which of the files in a file become documents, of which body, and what they answer."""

    numbers = SelectMultipleField("Files", coerce=int, validators=[InputRequired("Tick the files to take in")])
    body = SelectField("Who sent them", widget=GovSelect())
    placing = RadioField("What do they answer?", widget=GovRadioInput())
    submit = SubmitField("Take them in", widget=GovSubmitInput())


class VersionForm(AskedFirst):
    """Which document one is a newer version of."""

    older = Line("Reference of the older version", required="Enter the reference, such as DOC-031", longest=20)
    submit = SubmitField("It is a newer version of that", widget=GovSubmitInput())


class TakeOverForm(FlaskForm):
    """Which parts of requests a newer version answers in place of the older one."""

    pieces = SelectMultipleField(
        "What it answers instead",
        widget=GovCheckboxesInput(),
        validate_choice=False,  # what is no longer there to be ticked is said in a sentence
        validators=[InputRequired("Tick what it answers instead")],
    )
    submit = SubmitField("Let it answer that instead", widget=GovSubmitInput())

    def validate_pieces(self, field: SelectMultipleField) -> None:
        if not set(field.data or []) <= {value for value, _words in field.choices or []}:
            raise ValidationError("Something else answers part of that meanwhile. Tick again what it answers instead")


class SortForm(Event):
    """Which parts of which requests a document holds."""

    pieces = SelectMultipleField("Parts", validators=[InputRequired("Tick what the document holds")])


class OffForm(FlaskForm):
    """Take a document off parts of a request."""

    pieces = SelectMultipleField("Parts", validators=[InputRequired("Tick what it is taken off from")])
    reason = Line("Why", required="Enter why it is taken off", longest=500)
    submit = SubmitField("Take it off", widget=GovSubmitInput())


class AskForm(Event):
    """Several requests asked at once, as one letter asks them."""

    body = SelectField("Which body", widget=GovSelect(), validators=[InputRequired("Choose a body, or all of them")])
    code = SelectField(
        "Which request", widget=GovSelect(), validators=[InputRequired("Choose a request, or all of them")]
    )


class PlanForm(Opened, AskedFirst):
    """When a request is due, of which period it is, and who looks after it."""

    due = day("Due date (optional)")
    period = Line("Period that it is asked for (optional)", longest=200)
    owner = SelectField("Owner", widget=GovSelect())
    version = HiddenField()
    submit = SubmitField("Save", widget=GovSubmitInput())

    def offer(self, team: Sequence[Member], owner: Person | None) -> None:
        choices = {row.person_id.hex: row.name for row in team}
        if owner is not None:  # stays the owner until somebody else is chosen, also when they can no longer sign in
            choices.setdefault(owner.id.hex, owner.name)
        self.owner.choices = [("", "Nobody yet"), *choices.items()]


AS_IT_IS, NOBODY = "", "nobody"  # owners of a group: each keeps its own, and none has one


class DueForm(AskedFirst):
    """One due date, period or owner, for several requests."""

    body = SelectField("Which body", widget=GovSelect(), validators=[InputRequired("Choose a body, or all of them")])
    code = SelectField(
        "Which request", widget=GovSelect(), validators=[InputRequired("Choose a request, or all of them")]
    )
    due = day("Due date (optional)")
    period = Line(
        "Period that they are asked for (optional)",
        longest=200,
        description="As the letter says it, such as ‘Cases finalised from 1 April 2025 to 31 March 2026’",
    )
    owner = SelectField("Owner", widget=GovSelect(), default=AS_IT_IS)
    answered = BooleanField("Also for those that are in, answered or reviewed already", widget=GovCheckboxInput())
    seen = HiddenField()
    submit = SubmitField("Set it", widget=GovSubmitInput())

    def offer(self, team: Sequence[Member]) -> None:
        self.owner.choices = [
            (AS_IT_IS, "As it is"),
            (NOBODY, "Nobody yet"),
            *((row.person_id.hex, row.name) for row in team),
        ]

    def validate_owner(self, field: SelectField) -> None:
        nothing = self.due.data is None and not self.due.errors and not (self.period.data or "").strip()
        if field.data == AS_IT_IS and nothing:
            raise ValidationError("Enter a due date or a period, or choose an owner")

    def group(self) -> Group:
        """What it gives, in the service's words. Only after it was validated."""
        owner = self.owner.data
        return Group(
            due=self.due.data,
            period=(self.period.data or "").strip(),
            gives_owner=owner != AS_IT_IS,
            owner_id=_uuid(None if owner == NOBODY else owner),
            owner=dict(self.owner.choices)[owner] if owner not in (AS_IT_IS, NOBODY) else "",
        )


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
