from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, abort, flash, g, request, session, url_for
from flask_login import current_user, login_user, logout_user

from app.access import Action, allow
from app.accounts import queries, secrets, services
from app.accounts.forms import (
    ChangePasswordForm,
    DisableForm,
    InviteForm,
    NameForm,
    NewPasswordForm,
    SignInForm,
)
from app.accounts.models import Invitation, PasswordLink, Person
from app.accounts.services import DoneAlready, Needed, Refused
from app.audit.queries import site_history
from app.audit.wording import Told, ids_in, tell
from app.db.base import AnyRow
from app.db.transaction import writing
from app.db.versions import Stale, check_base
from app.web import clock
from app.web.conflicts import Conflict
from app.web.dispatch import answer_of_first_time, keep_answer, own_writes
from app.web.pages import own_address, page, to

bp = Blueprint("accounts", __name__)
THROTTLED = "Too many tries. Wait 15 minutes and try again."
NOT_YOURS = "This page is somebody else’s, and only they can sign in on it. Open Fieldbook in another window to use it."
OWN = "accounts/own.html"
PERSON = "accounts/person.html"
ROUTINE = ("signed in", "signed out")  # of no interest in a history of accounts
NO_SUCH_LINK = "This link is not whole, or a newer one was made in its place. Copy the whole link, or ask who sent it."


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
    if request.form.get("person") not in (None, str(known[0])):
        # The page of somebody whose sign-in has ended asks them to begin it anew: nobody else takes it over. The try
        # stays counted, and nobody is signed in.
        form.email.errors = [NOT_YOURS]
        return page("accounts/sign_in.html", 422, form=form, next=onward)
    begin(known[0], known[1], email=email)
    return to(onward or url_for("overview.home"))


def begin(person_id: UUID, name: str, *, email: str = "") -> None:
    """Sign somebody in: a new sign-in, a new cookie, nothing of the one before. `email`: where a try was counted."""
    with writing():
        if email:
            services.give_back_try(email, request.remote_addr or "")
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
    answer = to(url_for("accounts.show_sign_in"))
    if request.form.get("clear"):
        # The device says that it keeps nothing more of anybody: keys and sealed pages go too, from the disk as well.
        answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


@bp.get("/account")
@allow(Action.SIGNED_IN)
def show_own():
    return _own()


@bp.post("/account/name")
@allow(Action.SIGNED_IN)
def change_name():
    person, form = _person(g.actor.id, for_change=True), NameForm()
    if not form.validate_on_submit():
        return _own(422, name=form)
    try:
        check_base(person, form.version.data or 0)
    except Stale:  # in another window of one's own
        form.version.data = person.version
        differences = form.meet(NameForm(formdata=None, name=person.name))
        return _own(409, name=form, conflict=Conflict([], differences))
    services.rename(person, (form.name.data or "").strip(), by=g.actor)
    flash("Your name is saved.", "success")
    return to(url_for(".show_own"))


@bp.post("/account/password")
@allow(Action.SIGNED_IN)
@own_writes
def change_password():
    # The form names no operation: its digest would be a quick hash of the password, kept beside the slow one.
    person, form = _person(g.actor.id), ChangePasswordForm()
    form.email.data, form.person_name, was = person.email, person.name, person.password_hash
    if not form.validate_on_submit():
        return _own(422, password=form)
    with writing():
        fine = services.count_try(person.email, request.remote_addr or "")
    if not fine:
        form.present.errors = [THROTTLED]
        answer = _own(429, password=form)
        answer.headers["Retry-After"] = str(services.SLOT_SECONDS)
        return answer
    if not secrets.password_matches(was, form.present.data or ""):
        form.present.errors = ["The present password is not right. Check it and try again."]
        return _own(422, password=form)
    password_hash = secrets.hash_password(form.password.data or "")
    with writing() as db_session:
        answer_of_first_time(db_session)
        person = _person(g.actor.id, for_change=True)
        if not services.change_password(person, password_hash, was=was, keep=current_user.sign_in_id, by=g.actor):
            abort(409, "Your password was changed elsewhere meanwhile. If it was not you, tell the administrator.")
        services.give_back_try(person.email, request.remote_addr or "")
    flash("Your password is changed. Every other sign-in of yours has ended.", "success")
    return to(url_for(".show_own"))


@bp.post("/account/sign-ins/<uuid:sign_in_id>/end")
@allow(Action.SIGNED_IN)
def end_sign_in(sign_in_id: UUID):
    found = queries.find_sign_in(g.actor.id, sign_in_id)
    if found is None:
        abort(404, "There is no such sign-in of yours.")
    if found.id == current_user.sign_in_id:
        abort(422, "That is the sign-in that you are using. To end it, choose Sign out.")
    services.end_other_sign_in(found, by=g.actor)
    flash("That sign-in has ended.", "success")
    return to(url_for(".show_own"))


@bp.post("/account/sign-ins/end")
@allow(Action.SIGNED_IN)
def end_other_sign_ins():
    services.end_other_sign_ins(current_user.sign_in_id, by=g.actor)
    flash("Every other sign-in of yours has ended.", "success")
    return to(url_for(".show_own"))


def _own(
    status: int = 200,
    *,
    name: NameForm | None = None,
    password: ChangePasswordForm | None = None,
    conflict: Conflict | None = None,
):
    person = _person(g.actor.id)
    name = name or NameForm(formdata=None, name=person.name, version=person.version)
    return page(
        OWN,
        status,
        own=person,
        name_form=name,
        conflict=conflict,
        password_form=password or ChangePasswordForm(formdata=None),
        sign_ins=queries.list_sign_ins(person.id),
        present=current_user.sign_in_id,
        error=status == 422 or status == 429,
    )


@bp.get("/passwords/<token>")
@allow(Action.PUBLIC)
def show_new_password(token: str):
    _link, person = _usable_link(token)
    return page("accounts/new_password.html", form=NewPasswordForm(formdata=None, email=person.email))


@bp.post("/passwords/<token>")
@allow(Action.PUBLIC)
@own_writes
def choose_password(token: str):
    _link, person = _usable_link(token)
    form = NewPasswordForm()
    form.email.data, form.person_name = person.email, person.name
    if not form.validate_on_submit():
        return page("accounts/new_password.html", 422, form=form)
    password_hash = secrets.hash_password(form.password.data or "")
    with writing():
        link, person = _usable_link(token, for_change=True)  # again: it may have been used meanwhile
        services.use_password_link(link, person, password_hash)
        who = (person.id, person.name)
    begin(*who)
    flash("Your new password is saved, and you are signed in.", "success")
    return to(url_for("overview.home"))


def _usable_link(token: str, *, for_change: bool = False) -> tuple[PasswordLink, Person]:
    """The link and whom it is for, while it can be used; else a sentence that says what to do."""
    found = queries.find_password_link(token, for_change=for_change)
    if found is None:
        abort(404, NO_SUCH_LINK)
    link, person = found
    if link.used_at is not None:
        abort(410, "This link was used already. Sign in with the password that was chosen by it.")
    if link.revoked_at is not None or person.disabled_at is not None:
        abort(410, "This link no longer works. Ask the administrator for a new one.")
    if link.expires_at <= clock.now():
        abort(410, "This link was valid for one day, which is over. Ask the administrator for a new one.")
    return link, person


@bp.get("/accounts")
@allow(Action.ADMINISTER)
def list_accounts():
    given = request.args.get("after")
    try:
        after = UUID(given) if given else None
    except ValueError:
        abort(404, "The address is not whole: start again from the first page of the list.")
    people, more = queries.list_people(after)
    return page(
        "accounts/index.html",
        people=people,
        more=more,
        invitations=queries.list_open_invitations() if after is None else [],
        now=clock.now(),
    )


@bp.get("/accounts/history")
@allow(Action.ADMINISTER)
def show_history():
    return page("accounts/history.html", entries=_in_words(site_history("person", "invitation", but=ROUTINE)))


@bp.get("/accounts/invite")
@allow(Action.ADMINISTER)
def show_invite():
    return page("accounts/invite.html", form=InviteForm(formdata=None))


@bp.post("/accounts/invite")
@allow(Action.ADMINISTER)
@own_writes
def invite():
    form = InviteForm()
    if not form.validate_on_submit():
        return page("accounts/invite.html", 422, form=form)
    try:
        with writing() as db_session:
            if (again := answer_of_first_time(db_session)) is not None:
                return again
            invitation, token = services.invite_person(form.email.data or "", form.name.data or "", by=g.actor)
            answer = _link_of(invitation, token)
            # What is kept for a repeat is no link: the database must not hold one that works.
            keep_answer(db_session, to(url_for(".list_accounts")))
    except Refused as refused:
        form.email.errors = [str(refused)]
        return page("accounts/invite.html", 422, form=form)
    return answer


@bp.post("/accounts/invitations/<uuid:invitation_id>/renew")
@allow(Action.ADMINISTER)
@own_writes
def renew_invitation(invitation_id: UUID):
    with writing() as db_session:
        if (again := answer_of_first_time(db_session)) is not None:
            return again
        invitation = _open_invitation(invitation_id)
        if invitation.for_team:
            abort(409, "This invitation is a team’s: whoever leads it makes a new link.")
        if (person := queries.find_person_by_email(invitation.email)) is not None:
            services.settle_invitation(invitation, person)
            flash(f"{invitation.email} has an account by now.", "success")
            answer = to(url_for(".list_accounts"))
        else:
            answer = _link_of(invitation, services.renew_invitation(invitation, by=g.actor))
        keep_answer(db_session, to(url_for(".list_accounts")))
    return answer


@bp.post("/accounts/invitations/<uuid:invitation_id>/revoke")
@allow(Action.ADMINISTER)
def revoke_invitation(invitation_id: UUID):
    invitation = _open_invitation(invitation_id)
    services.revoke_invitation(invitation, by=g.actor)
    flash(f"The invitation of {invitation.email} is revoked: its link no longer works.", "success")
    return to(url_for(".list_accounts"))


@bp.get("/accounts/<uuid:person_id>")
@allow(Action.ADMINISTER)
def show_person(person_id: UUID):
    return _show(_person(person_id))


@bp.post("/accounts/<uuid:person_id>/disable")
@allow(Action.ADMINISTER)
def disable(person_id: UUID):
    person, form = _person(person_id), DisableForm()
    if not form.validate_on_submit():
        return _show(person, 422, form=form)
    try:
        services.disable(person, form.reason.data or "", anyway=bool(form.anyway.data), by=g.actor)
    except Needed as needed:
        form.anyway.errors = [str(needed)]
        return _show(person, 422, form=form)
    except DoneAlready as already:
        return _stale(person, already, entered=form.reason.data or "")
    except Refused as refused:
        form.reason.errors = [str(refused)]
        return _show(person, 422, form=form)
    return _done(person, f"The account of {person.name} is disabled, and every sign-in of theirs has ended.")


@bp.post("/accounts/<uuid:person_id>/enable")
@allow(Action.ADMINISTER)
def enable(person_id: UUID):
    person = _person(person_id, for_change=True)
    try:
        services.enable(person, by=g.actor)
    except DoneAlready as already:
        return _stale(person, already)
    return _done(person, f"{person.name} may sign in again.")


@bp.post("/accounts/<uuid:person_id>/administrator")
@allow(Action.ADMINISTER)
def make_administrator(person_id: UUID):
    person = _person(person_id, for_change=True)
    try:
        services.set_administrator(person, True, by=g.actor)
    except DoneAlready as already:
        return _stale(person, already)
    return _done(person, f"{person.name} is an administrator.")


@bp.post("/accounts/<uuid:person_id>/administrator/off")
@allow(Action.ADMINISTER)
def unmake_administrator(person_id: UUID):
    person = _person(person_id)
    try:
        services.set_administrator(person, False, by=g.actor)
    except DoneAlready as already:
        return _stale(person, already)
    except Refused as refused:
        return _show(person, 422, refused=str(refused))
    if person.id == g.actor.id:
        flash("You are no longer an administrator.", "success")
        return to(url_for("overview.home"))
    return _done(person, f"{person.name} is no longer an administrator.")


@bp.post("/accounts/<uuid:person_id>/password")
@allow(Action.ADMINISTER)
@own_writes
def reset_password(person_id: UUID):
    try:
        with writing() as db_session:
            if (again := answer_of_first_time(db_session)) is not None:
                return again
            person = _person(person_id, for_change=True)
            link, token = services.reset_password(person, by=g.actor)
            answer = page(
                "accounts/link.html",
                heading=f"New password for {person.name}",
                link=url_for(".show_new_password", token=token, _external=True),
                to=person.email,
                expires_at=link.expires_at,
                what="choose a new password",
                again="reset the password once more",
                back=url_for(".show_person", person_id=person.id),
            )
            keep_answer(db_session, to(url_for(".show_person", person_id=person.id)))
    except Refused as refused:
        return _show(_person(person_id), 422, refused=str(refused))
    return answer


def _person(person_id: UUID, *, for_change: bool = False) -> Person:
    if (person := queries.find_person(person_id, for_change=for_change)) is None:
        abort(404, "There is no such account.")
    return person


def _open_invitation(invitation_id: UUID) -> Invitation:
    if (invitation := queries.find_open_invitation(invitation_id)) is None:
        abort(404, "There is no such invitation any more: it was used or revoked.")
    return invitation


def _show(person: Person, status: int = 200, *, form: DisableForm | None = None, refused: str = "", entered: str = ""):
    return page(
        PERSON,
        status,
        account=person,
        form=form or DisableForm(formdata=None),
        refused=refused,
        entered=entered,
        own=person.id == g.actor.id,
        left_without=services.left_without(person),
        last=queries.last_sign_in(person.id),
        entries=_in_words(site_history("person", part=person.id.hex)),
        error=status == 422,
    )


def _stale(person: Person, already: DoneAlready, *, entered: str = ""):
    """What has changed since the page was opened; what was typed is not lost."""
    return _show(person, 409, refused=f"{already}. Nothing was changed.", entered=entered)


def _done(person: Person, sentence: str):
    flash(sentence, "success")
    return to(url_for(".show_person", person_id=person.id))


def _link_of(invitation: Invitation, token: str):
    return page(
        "accounts/link.html",
        heading=f"Invitation for {invitation.name}",
        link=url_for("inspections.show_invitation", token=token, _external=True),
        to=invitation.email,
        expires_at=invitation.expires_at,
        what="choose a name and a password",
        again="make a new link in the list",
        back=url_for(".list_accounts"),
    )


def _in_words(entries: Sequence[AnyRow]) -> list[Told]:
    return tell(entries, queries.names_of(ids_in(entries)))
