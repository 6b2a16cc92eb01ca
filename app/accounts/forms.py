from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovSubmitInput, GovTextInput
from wtforms import EmailField, PasswordField, SubmitField
from wtforms.validators import Email, EqualTo, Length, StopValidation

from app.web.forms import FlaskForm, Line, SomeText, Storable

SHORTEST_PASSWORD = 12


class _NotObvious:
    """NCSC: length matters, but not a password that names the person or repeats one character."""

    def __call__(self, form: FlaskForm, field: PasswordField) -> None:
        password = (field.data or "").casefold()
        email = (form["email"].data or "").casefold()
        if len(set(password)) < 5 or (email and email.split("@")[0] in password and len(email.split("@")[0]) > 3):
            raise StopValidation("Choose a password that is harder to guess, such as three random words")


class SignInForm(FlaskForm):
    email = EmailField(
        "E-mail address",
        widget=GovTextInput(),
        validators=[SomeText("Enter your e-mail address"), Storable(), Length(max=320)],
    )
    password = PasswordField("Password", widget=GovPasswordInput(), validators=[SomeText("Enter your password")])
    submit = SubmitField("Sign in", widget=GovSubmitInput())


class FirstPersonForm(FlaskForm):
    """Makes the first lead inspector and administrator."""

    name = Line("Your name", required="Enter your name", longest=120)
    email = EmailField(
        "E-mail address",
        widget=GovTextInput(),
        validators=[
            SomeText("Enter your e-mail address"),
            Storable(),
            Length(max=320),
            Email("Enter an e-mail address like name@example.gov.uk"),
        ],
    )
    password = PasswordField(
        "Password",
        widget=GovPasswordInput(),
        description=f"At least {SHORTEST_PASSWORD} characters. Three random words are a good password.",
        validators=[
            SomeText("Choose a password"),
            Storable(),
            Length(
                min=SHORTEST_PASSWORD,
                max=1000,
                message=f"Password must be between {SHORTEST_PASSWORD} and 1,000 characters",
            ),
            _NotObvious(),
        ],
    )
    again = PasswordField(
        "Password again",
        widget=GovPasswordInput(),
        validators=[SomeText("Enter the password again"), EqualTo("password", "Both passwords must be the same")],
    )
    submit = SubmitField("Make the account", widget=GovSubmitInput())
