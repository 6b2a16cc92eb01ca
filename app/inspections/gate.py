"""The gate: decides, before any view runs, who may. Everything is refused unless this file lets it through."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, cached_property
from typing import Any, NoReturn
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import bindparam, select

from app.access import Action
from app.accounts.models import Person, SignIn
from app.accounts.queries import Visitor, find_visitor
from app.accounts.services import note_seen
from app.audit.services import record
from app.db.base import AnySelect
from app.extensions import db, htmx, login_manager
from app.inspections.models import Inspection, TeamMember, TeamRole
from app.inspections.vocabulary import Vocabulary
from app.web import clock
from app.web.dispatch import after_refusal
from app.web.errors import kept_form
from app.web.pages import own_address

ALLOWS: dict[TeamRole, frozenset[Action]] = {
    TeamRole.LEAD: frozenset({Action.READ, Action.RECORD, Action.DECIDE, Action.EXPORT, Action.NAMES}),
    TeamRole.INSPECTOR: frozenset({Action.READ, Action.RECORD, Action.EXPORT, Action.NAMES}),
    TeamRole.QA_LEAD: frozenset({Action.READ, Action.EXPORT}),
    TeamRole.OBSERVER: frozenset({Action.READ}),
}
SEEN_EVERY = timedelta(minutes=1)
ADMINISTRATORS_ONLY = "Only an administrator may do this."


@dataclass(frozen=True)
class CurrentInspection:
    """The inspection that the address names, with what this person may do in it. Plain values, no row."""

    id: UUID
    code: str
    title: str
    question: str
    marking: str
    marking_line: str
    demonstration: bool
    roles: frozenset[TeamRole]
    _vocabulary: dict[str, Any] = field(repr=False)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary.read(self._vocabulary)

    def allows(self, action: Action) -> bool:
        return any(action in ALLOWS[role] for role in self.roles)


def install(app: Flask) -> None:
    app.before_request(_judge)
    app.extensions["fieldbook_recheck"] = recheck
    app.context_processor(lambda: {"may": may})
    app.jinja_env.globals["tone"] = tone
    app.url_defaults(_name_inspection)
    login_manager.user_loader(find_visitor)


def may(action: str | Action) -> bool:
    """Whether the signed-in person may, here: what templates ask. Knows an Action by its name in small letters."""
    wanted = Action[action.upper()] if isinstance(action, str) else action
    return _allows(wanted, g.get("visitor"), g.get("inspection"))


def tone(direction: str | None) -> str:
    """How a direction of the present inspection is drawn: the ending of a class. Templates ask, and macros."""
    inspection: CurrentInspection | None = g.get("inspection")
    return (inspection.vocabulary.tones.get(direction or "", "") if inspection else "") or "unset"


def _allows(action: Action, visitor: Visitor | None, inspection: CurrentInspection | None) -> bool:
    if action is Action.PUBLIC:
        return True
    if visitor is None:
        return False
    if action is Action.SIGNED_IN:
        return True
    if action is Action.ADMINISTER:
        return visitor.administrator
    return inspection is not None and inspection.allows(action)


def _judge() -> Any:
    g.visitor = g.actor = g.inspection = None
    if request.url_rule is None or request.endpoint is None:
        return None  # Flask answers 404 or 405
    if _holds_zero():
        abort(404)
    view = current_app.view_functions[request.endpoint]
    action: Action | None = getattr(view, "action", None)
    if action is Action.PUBLIC and request.endpoint == "static":
        return None
    if current_user.is_authenticated:
        visitor: Visitor = current_user._get_current_object()
        g.visitor, g.actor = visitor, visitor.actor
        if clock.now() - visitor.last_seen_at > SEEN_EVERY and not getattr(view, "unattended", False):
            after_refusal(lambda: note_seen(visitor.sign_in_id))
    if action is None:
        abort(403, "This page is not open to anybody yet.")
    if action is Action.PUBLIC:
        return None
    if g.visitor is None:
        return _ask_to_sign_in()
    arguments = request.view_args or {}
    if "inspection" in arguments:
        g.inspection = arguments["inspection"] = find_inspection(arguments["inspection"], g.visitor.person_id)
        if g.inspection is None:
            abort(404)
    if not _allows(action, g.visitor, g.inspection):
        _deny(action)
    return None


def _holds_zero() -> bool:
    """Whether the address holds the zero character, which PostgreSQL takes in no text: it can lead to nothing."""
    return "\0" in request.path or any("\0" in value for _name, value in request.args.items(multi=True))


def find_inspection(code: str, person_id: UUID) -> CurrentInspection | None:
    """The inspection if the person is on its team, else None: others cannot tell that it exists."""
    rows = db.session.execute(_inspection(), {"code": code, "person_id": person_id}).all()
    if not rows:
        return None
    first = rows[0]
    return CurrentInspection(
        first.id,
        first.code,
        first.title,
        first.question,
        first.marking,
        first.marking_line,
        first.demonstration,
        frozenset(row.role for row in rows),
        first.vocabulary,
    )


@cache
def _inspection() -> AnySelect:
    return (
        select(
            Inspection.id,
            Inspection.code,
            Inspection.title,
            Inspection.question,
            Inspection.marking,
            Inspection.marking_line,
            Inspection.demonstration,
            Inspection.vocabulary,
            TeamMember.role,
        )
        .join(TeamMember, TeamMember.inspection_id == Inspection.id)
        .where(Inspection.code == bindparam("code"), TeamMember.person_id == bindparam("person_id"))
    )


def recheck() -> None:
    """Inside a write, with its lock held: judge once more, by what the team and the account are now.

    Aborts with 403 when the right or the sign-in went away since the gate judged.
    """
    visitor: Visitor | None = g.get("visitor")
    if visitor is None:
        return
    inspection: CurrentInspection | None = g.get("inspection")
    asked = {"sign_in_id": visitor.sign_in_id, "inspection_id": inspection.id if inspection else None}
    rows = db.session.execute(_present_rights(), asked).all()
    if not rows:
        abort(403, "You were signed out meanwhile. Sign in again; nothing was changed.")
    visitor = replace(visitor, administrator=rows[0].administrator)
    if inspection is not None:
        inspection = replace(inspection, roles=frozenset(row.role for row in rows if row.role is not None))
    action: Action = getattr(current_app.view_functions[request.endpoint or ""], "action")  # noqa: B009  set by @allow
    if not _allows(action, visitor, inspection):
        _deny(action)


@cache
def _present_rights() -> AnySelect:
    on_its_team = (TeamMember.person_id == Person.id) & (TeamMember.inspection_id == bindparam("inspection_id"))
    return (
        select(Person.administrator, TeamMember.role)
        .select_from(SignIn)
        .join(Person, Person.id == SignIn.person_id)
        .outerjoin(TeamMember, on_its_team)
        .where(SignIn.id == bindparam("sign_in_id"), SignIn.ended_at.is_(None), Person.disabled_at.is_(None))
    )


def _deny(action: Action) -> NoReturn:
    """Refuse, and put it on record. Accounts belong to no inspection: no lead inspector can help there."""
    _record_denial(action)
    abort(403, ADMINISTRATORS_ONLY if action is Action.ADMINISTER else None)


def _record_denial(action: Action) -> None:
    actor, inspection, path = g.actor, g.inspection, request.path[:500]
    after_refusal(
        lambda: record(
            actor,
            "was refused",
            "access",
            inspection_id=inspection.id if inspection else None,
            after={"wanted": action.name.lower(), "method": request.method, "path": path},
        )
    )


def _ask_to_sign_in() -> Any:
    # Back to a page: a fragment, or what only takes forms, would be nothing to look at.
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = f"{shown.path}?{shown.query}" if htmx else request.full_path if request.method == "GET" else ""
    address = url_for("accounts.show_sign_in", next=own_address(back.rstrip("?")))
    if htmx:
        # Inside a fragment a redirect would put the sign-in page into the middle of this one.
        return "", 401, {"HX-Redirect": address}
    if (kept := kept_form()) is not None:
        return kept
    return redirect(address, 303)


def _name_inspection(endpoint: str, values: dict[str, Any]) -> None:
    """Addresses within an inspection need not name it: it is the one of the present page."""
    inspection = g.get("inspection")
    if inspection and "inspection" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "inspection"):
        values["inspection"] = inspection.code
