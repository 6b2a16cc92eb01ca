"""The first account, invitations and the team: what an account is made by, and what it may then do in an inspection."""

from uuid import UUID

from flask import Blueprint, abort, flash, g, url_for

from app.access import Action, allow
from app.accounts import queries as accounts
from app.accounts import secrets
from app.accounts import services as account_services
from app.accounts.forms import AccountForm
from app.accounts.models import Invitation
from app.accounts.services import Refused
from app.accounts.views import NO_SUCH_LINK, begin
from app.audit.queries import history
from app.db.transaction import writing
from app.db.versions import Stale
from app.inspections import queries, services
from app.inspections.forms import AddForm, MemberForm, TakeOffForm, roles_of
from app.inspections.gate import CurrentInspection
from app.inspections.histories import conflict_of, in_words
from app.inspections.models import TeamRole
from app.inspections.queries import Member
from app.web import clock
from app.web.conflicts import Conflict, Opened
from app.web.dispatch import answer_of_first_time, keep_answer, own_writes
from app.web.pages import page, to

bp = Blueprint("inspections", __name__)
GONE = "This link works once, while there is no account. If there is one, sign in; else restart for a new link."
USED = "There is an account for this address by now. Sign in with it. Miss a team? Ask whoever leads it."
TEAM = "/inspections/<inspection>/team"
MEMBER = "inspections/member.html"


@bp.get("/first/<token>")
@allow(Action.PUBLIC)
def show_first_person(token: str):
    if accounts.find_set_up_link(token) is None:
        abort(404, GONE)
    return page("inspections/first_person.html", form=AccountForm(formdata=None))


@bp.post("/first/<token>")
@allow(Action.PUBLIC)
@own_writes
def make_first_person(token: str):
    if accounts.find_set_up_link(token) is None:
        abort(404, GONE)
    form = AccountForm()
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


@bp.get("/invitations/<token>")
@allow(Action.PUBLIC)
def show_invitation(token: str):
    invitation = _usable_invitation(token)
    return _show_invitation(invitation, AccountForm(formdata=None, name=invitation.name, email=invitation.email))


@bp.post("/invitations/<token>")
@allow(Action.PUBLIC)
@own_writes
def accept_invitation(token: str):
    invitation, form = _usable_invitation(token), AccountForm()
    form.email.data = invitation.email  # whatever was sent: the invitation is for this address
    if not form.validate_on_submit():
        return _show_invitation(invitation, form, 422)
    password_hash = secrets.hash_password(form.password.data or "")
    with writing():
        invitation = _usable_invitation(token)  # again: it may have been used meanwhile
        person = services.accept_invitation(invitation, form.name.data or "", password_hash)
        if person is None:
            abort(410, USED)
        who = (person.id, person.name)
    begin(*who)
    flash("Your account is made, and you are signed in.", "success")
    return to(url_for("overview.home"))


def _show_invitation(invitation: Invitation, form: AccountForm, status: int = 200):
    return page(
        "inspections/invitation.html", status, form=form, offered=queries.find_offered(invitation.id), said=_said
    )


def _usable_invitation(token: str) -> Invitation:
    """The invitation, while it can be used; else a sentence that says what to do."""
    invitation = accounts.find_invitation(token)
    if invitation is None:
        abort(404, NO_SUCH_LINK)
    if invitation.used_at is not None:
        abort(410, USED)
    if invitation.revoked_at is not None:
        abort(410, f"{invitation.made_by} has taken this invitation back. Ask them if you still need it.")
    if invitation.expires_at <= clock.now():
        abort(410, f"This link was valid for seven days, which are over. Ask {invitation.made_by} for a new one.")
    if accounts.find_person_by_email(invitation.email) is not None:
        abort(410, USED)
    return invitation


@bp.get(TEAM)
@allow(Action.READ)
def show_team(inspection: CurrentInspection):
    return page(
        "inspections/team.html",
        members=queries.list_members(inspection.id),
        invited=queries.list_invited(inspection.id),
        said=_said,
        now=clock.now(),
    )


@bp.get(f"{TEAM}/history")
@allow(Action.READ)
def show_team_history(inspection: CurrentInspection):
    return page("inspections/team_history.html", entries=in_words(inspection, history(inspection.id, "team")))


@bp.get(f"{TEAM}/add")
@allow(Action.DECIDE)
def show_add(inspection: CurrentInspection):
    return page("inspections/add.html", form=AddForm(formdata=None))


@bp.post(f"{TEAM}/add")
@allow(Action.DECIDE)
@own_writes
def add_to_team(inspection: CurrentInspection):
    form = AddForm()
    if not form.validate_on_submit():
        return page("inspections/add.html", 422, form=form)
    email, roles = (form.email.data or "").casefold(), form.roles.chosen()
    try:
        with writing() as session:
            if (again := answer_of_first_time(session)) is not None:
                return again
            made = services.add_to_team(inspection.id, email, form.name.data or "", roles, by=g.actor)
            # Which of the two it is, the link tells anyway; of an account elsewhere nothing else is said.
            given = services.said(roles).lower()
            if made:
                flash(f"{email} is invited as {given}, and on the team once they have made their account.", "success")
            else:
                flash(f"{email} is added as {given}.", "success")
            listed = to(url_for(".show_team"))
            answer = _link_of(*made) if made else listed
            # What is kept for a repeat is no link: the database must not hold one that works.
            keep_answer(session, listed)
    except Refused as refused:
        form.email.errors = [str(refused)]
        return page("inspections/add.html", 422, form=form)
    return answer


@bp.post(f"{TEAM}/invitations/<uuid:invitation_id>/renew")
@allow(Action.DECIDE)
@own_writes
def renew_invitation(inspection: CurrentInspection, invitation_id: UUID):
    with writing() as session:
        if (again := answer_of_first_time(session)) is not None:
            return again
        invitation = _get_invitation(inspection, invitation_id)
        token = services.renew_invitation(inspection.id, invitation, by=g.actor)
        listed = to(url_for(".show_team"))
        if token is None:
            flash(f"{invitation.email} is on the team now.", "success")
        answer = _link_of(invitation, token) if token else listed
        keep_answer(session, listed)
    return answer


@bp.post(f"{TEAM}/invitations/<uuid:invitation_id>/revoke")
@allow(Action.DECIDE)
def revoke_invitation(inspection: CurrentInspection, invitation_id: UUID):
    invitation = _get_invitation(inspection, invitation_id)
    services.revoke_invitation(inspection.id, invitation, by=g.actor)
    flash(f"The invitation of {invitation.email} is revoked: its link no longer works.", "success")
    return to(url_for(".show_team"))


@bp.get(f"{TEAM}/<uuid:person_id>")
@allow(Action.DECIDE)
def show_member(inspection: CurrentInspection, person_id: UUID):
    return _show_member(_get_member(inspection, person_id))


@bp.post(f"{TEAM}/<uuid:person_id>")
@allow(Action.DECIDE)
def set_roles(inspection: CurrentInspection, person_id: UUID):
    member, form = _get_member(inspection, person_id), MemberForm()
    if not form.validate_on_submit():
        return _show_member(member, 422, roles=form)
    try:
        services.set_roles(inspection.id, person_id, form.roles.chosen(), base=_base(form), by=g.actor)
    except Stale:
        member = _get_member(inspection, person_id)
        return _show_member(member, 409, roles=form, conflict=_conflict(inspection, member, form, _roles_form(member)))
    except Refused as refused:
        form.roles.errors = [str(refused)]
        return _show_member(member, 422, roles=form)
    flash(f"{member.name} is {services.said(form.roles.chosen()).lower()} now.", "success")
    return to(url_for(".show_team"))


@bp.post(f"{TEAM}/<uuid:person_id>/off")
@allow(Action.DECIDE)
def take_off(inspection: CurrentInspection, person_id: UUID):
    member, form = _get_member(inspection, person_id), TakeOffForm()
    if not form.validate_on_submit():
        return _show_member(member, 422, off=form)
    try:
        services.take_off(inspection.id, person_id, form.reason.data or "", base=_base(form), by=g.actor)
    except Stale:
        member = _get_member(inspection, person_id)
        present = TakeOffForm(formdata=None)
        return _show_member(member, 409, off=form, conflict=_conflict(inspection, member, form, present))
    except Refused as refused:
        form.reason.errors = [str(refused)]
        return _show_member(member, 422, off=form)
    flash(f"{member.name} is off the team. What they wrote keeps their name.", "success")
    return to(url_for("overview.home" if person_id == g.actor.id else ".show_team"))


def _conflict(inspection: CurrentInspection, member: Member, form: Opened, present: Opened) -> Conflict:
    return conflict_of(inspection, form, present, "team", services.CHANGING, member.person_id.hex)


def _roles_form(member: Member) -> MemberForm:
    """The form, with the roles as they are now."""
    return MemberForm(formdata=None, roles=list(member.roles))


def _show_member(
    member: Member,
    status: int = 200,
    *,
    roles: MemberForm | None = None,
    off: TakeOffForm | None = None,
    conflict: Conflict | None = None,
):
    base = " ".join(member.roles)
    roles = roles or _roles_form(member)
    off = off or TakeOffForm(formdata=None)
    if status != 422:
        roles.base.data = off.base.data = base  # sent again, it is a change of what stands beside it now
    return page(MEMBER, status, member=member, roles=roles, off=off, said=_said, conflict=conflict, error=status == 422)


def _base(form: MemberForm | TakeOffForm) -> list[TeamRole]:
    if (base := roles_of(form.base.data)) is None:
        abort(422, "The form was changed on its way. Open the page again and choose the roles once more.")
    return base


def _get_member(inspection: CurrentInspection, person_id: UUID) -> Member:
    if (member := queries.find_member(inspection.id, person_id)) is None:
        abort(404, "There is nobody like that on the team now. The history of the team says who was.")
    return member


def _get_invitation(inspection: CurrentInspection, invitation_id: UUID) -> Invitation:
    offered, invitation = queries.find_team_invitation(invitation_id), accounts.find_open_invitation(invitation_id)
    if offered is None or offered.inspection_id != inspection.id or invitation is None:
        abort(404, "There is no such invitation any more: it was used or revoked.")
    return invitation


def _link_of(invitation: Invitation, token: str):
    return page(
        "accounts/link.html",
        heading=f"Invitation for {invitation.name}",
        link=url_for(".show_invitation", token=token, _external=True),
        to=invitation.email,
        expires_at=invitation.expires_at,
        what="choose a name and a password and is on the team then",
        again="make a new link in the list",
        back=url_for(".show_team"),
    )


def _said(roles: list[str]) -> str:
    return services.said(TeamRole(value) for value in roles)
