"""The first account: its one-time link is printed where Fieldbook was started."""

from flask import Blueprint, abort, flash, url_for

from app.access import Action, allow
from app.accounts import queries as accounts
from app.accounts import secrets
from app.accounts import services as account_services
from app.accounts.forms import FirstPersonForm
from app.accounts.views import begin
from app.db.transaction import writing
from app.inspections import queries, services
from app.inspections.models import TeamRole
from app.web.dispatch import own_writes
from app.web.pages import page, to

bp = Blueprint("inspections", __name__)
GONE = "This link works once, while there is no account. If there is one, sign in; else restart for a new link."


@bp.get("/first/<token>")
@allow(Action.PUBLIC)
def show_first_person(token: str):
    if accounts.find_set_up_link(token) is None:
        abort(404, GONE)
    return page("inspections/first_person.html", form=FirstPersonForm(formdata=None))


@bp.post("/first/<token>")
@allow(Action.PUBLIC)
@own_writes
def make_first_person(token: str):
    if accounts.find_set_up_link(token) is None:
        abort(404, GONE)
    form = FirstPersonForm()
    if not form.validate_on_submit():
        return page("inspections/first_person.html", 422, form=form)
    password_hash = secrets.hash_password(form.password.data or "")
    with writing():
        link = accounts.find_set_up_link(token)  # again: two may have opened the link
        if link is None or not account_services.use_set_up_link(link):
            abort(404, GONE)
        person = account_services.add_person(
            form.name.data or "", form.email.data or "", password_hash, administrator=True
        )
        for inspection in queries.list_inspections():
            services.join_team(inspection.id, person.id, TeamRole.LEAD)
        who = (person.id, person.name)
    begin(*who)
    flash("Your account is made. You are the lead inspector and the administrator.", "success")
    return to(url_for("overview.home"))
