from uuid import UUID

from flask import Blueprint, flash, g, request, session, url_for
from flask_login import current_user, login_user, logout_user

from app.access import Action, allow
from app.accounts import queries, secrets, services
from app.accounts.forms import SignInForm
from app.db.transaction import writing
from app.web.dispatch import own_writes
from app.web.pages import own_address, page, to

bp = Blueprint("accounts", __name__)
THROTTLED = "Too many tries. Wait 15 minutes and try again."


@bp.get("/sign-in")
@allow(Action.PUBLIC)
def show_sign_in():
    if current_user.is_authenticated:
        return to(url_for("overview.home"))
    return page("accounts/sign_in.html", form=SignInForm(formdata=None), next=own_address(request.args.get("next")))


@bp.post("/sign-in")
@allow(Action.PUBLIC)
@own_writes
def sign_in():
    form, onward = SignInForm(), own_address(request.form.get("next"))
    if not form.validate_on_submit():
        return page("accounts/sign_in.html", 422, form=form, next=onward)
    email = form.email.data or ""
    with writing():
        fine = services.count_try(email, request.remote_addr or "")
    if not fine:
        form.email.errors = [THROTTLED]
        answer = page("accounts/sign_in.html", 429, form=form, next=onward)
        answer.headers["Retry-After"] = str(services.SLOT_SECONDS)
        return answer
    person = queries.find_person_by_email(email)
    known = (person.id, person.name, person.password_hash) if person and person.disabled_at is None else None
    if not secrets.password_matches(known[2] if known else None, form.password.data or "") or known is None:
        form.email.errors = ["The e-mail address or the password is not right. Check both and try again."]
        return page("accounts/sign_in.html", 422, form=form, next=onward)
    begin(known[0], known[1])
    return to(onward or url_for("overview.home"))


def begin(person_id: UUID, name: str) -> None:
    """Sign somebody in: a new sign-in, a new cookie, nothing of the one before."""
    with writing():
        if current_user.is_authenticated:
            services.end_sign_in(current_user.sign_in_id, current_user.actor)
        token = services.start_sign_in(person_id, name)
    session.clear()
    login_user(queries.find_visitor(token))


@bp.post("/sign-out")
@allow(Action.SIGNED_IN)
def sign_out():
    services.end_sign_in(current_user.sign_in_id, g.actor)
    logout_user()
    session.clear()
    flash("You have signed out.", "success")
    return to(url_for("accounts.show_sign_in"))
