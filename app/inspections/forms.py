from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovSubmitInput
from wtforms import HiddenField, SelectMultipleField, SubmitField
from wtforms.validators import InputRequired, ValidationError

from app.accounts.forms import NAME, EmailAddress
from app.inspections.models import TeamRole
from app.inspections.services import wrong_roles
from app.web.conflicts import Opened
from app.web.forms import FlaskForm, Line


class Roles(SelectMultipleField):
    """Roles on the team, ticked."""

    widget = GovCheckboxesInput()

    def __init__(self, label: str = "Roles", **rest: Any) -> None:
        super().__init__(
            label,
            description="One or two. An observer reads only and holds no other role.",
            validators=[InputRequired("Choose at least one role")],
            **rest,
        )
        self.choices = [(role.value, role.label) for role in TeamRole]

    def chosen(self) -> list[TeamRole]:
        return [TeamRole(value) for value in self.data or []]

    def post_validate(self, form: FlaskForm, validation_stopped: bool) -> None:
        if not validation_stopped and not self.errors and (wrong := wrong_roles(self.chosen())):
            raise ValidationError(wrong)


class AddForm(FlaskForm):
    """Adds somebody to the team, or invites them."""

    name = Line("Name", required="Enter the name", longest=NAME)
    email = EmailAddress(required="Enter the e-mail address")
    roles = Roles()
    submit = SubmitField("Add to the team", widget=GovSubmitInput())


class MemberForm(Opened):
    roles = Roles()
    base = HiddenField()
    submit = SubmitField("Save the roles", widget=GovSubmitInput(), id="save-roles")


class TakeOffForm(Opened):
    reason = Line("Why?", required="Say why", longest=500)
    base = HiddenField(id="base-off")
    submit = SubmitField("Take off the team", widget=GovSubmitInput(), id="take-off")


def roles_of(base: str | None) -> list[TeamRole] | None:
    """The roles that a form was made on, 'inspector qa_lead'; None when that was changed on its way."""
    try:
        return [TeamRole(value) for value in (base or "").split()]
    except ValueError:
        return None
