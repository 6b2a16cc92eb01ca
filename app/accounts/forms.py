import re
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovPasswordInput, GovSubmitInput, GovTextInput
from wtforms import BooleanField, EmailField, Form, IntegerField, PasswordField, SubmitField
from wtforms.validators import Email, EqualTo, InputRequired, Length, StopValidation, ValidationError
from wtforms.widgets import HiddenInput

from app.web.conflicts import Opened
from app.web.forms import FlaskForm, Line, SomeText, Storable

SHORTEST_PASSWORD = 12
FEWEST_CHARACTERS = 5  # different ones
OVER_AND_OVER = re.compile(r"(.{1,8})\1+", re.DOTALL)
NAME = 120  # characters


class _NotObvious:
    """NCSC: length matters, but not a password that names the person or repeats a few characters."""

    def __call__(self, form: Form, field: PasswordField) -> None:
        password = (field.data or "").casefold()
        if len(set(password)) < FEWEST_CHARACTERS or OVER_AND_OVER.fullmatch(password):
            raise StopValidation("Choose a password that is harder to guess, not the same few characters over and over")
        name = form["name"].data if "name" in form else getattr(form, "person_name", "")
        email = (form["email"].data or "").split("@")[0]
        if any(len(own) > 3 and own in _joined(password) for own in (_joined(name), _joined(email))):
            raise StopValidation("Choose a password that is harder to guess, without your name or e-mail address in it")


def _joined(words: str | None) -> str:
    return "".join((words or "").casefold().split())


class EmailAddress(EmailField):
    """An e-mail address to be written to or signed in with."""

    def __init__(self, *, required: str = "Enter your e-mail address", **rest: Any) -> None:
        like = Email("Enter an e-mail address like name@example.gov.uk")
        checks = [SomeText(required), Storable(), Length(max=320), like]
        super().__init__("E-mail address", widget=GovTextInput(), validators=checks, filters=[_stripped], **rest)


def _stripped(value: str | None) -> str | None:
    return value.strip() if isinstance(value, str) else value


class SignInForm(FlaskForm):
    email = EmailField(
        "E-mail address",
        widget=GovTextInput(),
        validators=[SomeText("Enter your e-mail address"), Storable(), Length(max=320)],
    )
    password = PasswordField("Password", widget=GovPasswordInput(), validators=[SomeText("Enter your password")])
    submit = SubmitField("Sign in", widget=GovSubmitInput())


def _new_password(label: str = "Password") -> PasswordField:
    """Beside a field `email`, and `name` or an attribute `person_name`: the password must not repeat them."""
    length = Length(
        min=SHORTEST_PASSWORD,
        max=1000,
        message=f"Password must be between {SHORTEST_PASSWORD} and 1,000 characters",
    )
    return PasswordField(
        label,
        widget=GovPasswordInput(),
        description=f"At least {SHORTEST_PASSWORD} characters, such as three random words."
        " Not your name or e-mail address, and not the same few characters over and over.",
        validators=[SomeText("Choose a password"), Storable(), length, _NotObvious()],
    )


def _same_again(label: str = "Password again") -> PasswordField:
    return PasswordField(
        label,
        widget=GovPasswordInput(),
        validators=[SomeText("Enter the password again"), EqualTo("password", "Both passwords must be the same")],
    )


class _Chosen(Form):
    """A password chosen away from the pages."""

    person_name = ""

    email = EmailField()
    password = _new_password()


def wrong_password(password: str, *, name: str, email: str) -> str:
    """Why somebody may not choose this password, by the rules of the pages; empty for one that will do."""
    form = _Chosen(data={"email": email, "password": password})
    form.person_name = name
    form.validate()
    return " ".join(str(error) for error in form.password.errors)


class AccountForm(FlaskForm):
    """Makes an account: the first one, or that of somebody invited."""

    name = Line("Your name", required="Enter your name", longest=NAME)
    email = EmailAddress()
    password = _new_password()
    again = _same_again()
    submit = SubmitField("Make the account", widget=GovSubmitInput())


class NewPasswordForm(FlaskForm):
    """Chooses a password by a link. The e-mail address is shown, and never taken from what is sent."""

    person_name = ""

    email = EmailAddress()
    password = _new_password()
    again = _same_again()
    submit = SubmitField("Save the password", widget=GovSubmitInput())


class ChangePasswordForm(FlaskForm):
    """Changes one's own password. The e-mail address is there for the browser, and never taken from what is sent."""

    person_name = ""

    email = EmailAddress()
    present = PasswordField(
        "Present password", widget=GovPasswordInput(), validators=[SomeText("Enter your present password")]
    )
    password = _new_password("New password")
    again = _same_again("New password again")
    submit = SubmitField("Change the password", widget=GovSubmitInput(), id="change-password")

    def validate_password(self, field: PasswordField) -> None:
        if field.data and field.data == self.present.data:
            raise ValidationError("Choose a new password that is not the present one")


class NameForm(Opened):
    name = Line(
        "Your name",
        required="Enter your name",
        longest=NAME,
        description="It stands beside what you write from now on. What you wrote before keeps the name of then.",
    )
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    submit = SubmitField("Save the name", widget=GovSubmitInput(), id="change-name")


class InviteForm(FlaskForm):
    """Invites somebody to an account."""

    name = Line("Name", required="Enter the name", longest=NAME)
    email = EmailAddress(required="Enter the e-mail address")
    submit = SubmitField("Make the invitation", widget=GovSubmitInput())


class DisableForm(FlaskForm):
    reason = Line("Why is it disabled?", required="Say why it is disabled", longest=500)
    anyway = BooleanField("Disable all the same", widget=GovCheckboxInput())
    submit = SubmitField("Disable the account", widget=GovSubmitInput())
