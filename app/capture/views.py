from base64 import b64encode
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, g, jsonify, request, send_from_directory
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from app.access import Action, allow
from app.capture import queries, sealing, services
from app.capture.models import CaptureKey
from app.db.transaction import writing
from app.web.dispatch import answer_of_first_time, own_writes
from app.web.pages import page

bp = Blueprint("capture", __name__, url_prefix="/capture")
SCOPE = "/inspections/"
MOST_KEYS = 200


@bp.get("/worker.js")
@allow(Action.PUBLIC)
def show_worker() -> Response:
    """The service worker: it stands under this address and may answer for the interviews' pages."""
    answer = send_from_directory(current_app.static_folder or "static", "capture-worker.js")
    answer.headers["Service-Worker-Allowed"] = SCOPE
    return answer


@bp.get("/shell")
@allow(Action.PUBLIC)
def show_shell() -> Response:
    """The page that a device shows in an interview's place while there is no network. It holds nobody's data."""
    return page("capture/shell.html")


@bp.get("/kept")
@allow(Action.SIGNED_IN)
def show_kept() -> Response:
    """What this device keeps of the signed-in person. The server knows nothing of it: the page looks there itself."""
    return page("capture/kept.html")


@bp.get("/who")
@allow(Action.PUBLIC)
def show_who() -> Response:
    """Who is signed in here, with the form token of now: asked before anything that waited is sent."""
    if not current_user.is_authenticated:
        return jsonify({"person": None})
    return jsonify({"person": str(g.actor.id), "name": g.actor.label, "token": generate_csrf()})


@bp.post("/keys")
@allow(Action.SIGNED_IN)
@own_writes
def give_keys() -> Response:
    """The pair of keys of this sign-in, and the private keys of earlier ones that the device asks for by id."""
    wanted = _wanted(request.form.getlist("key"))
    with writing() as session:
        # It names no operation: a private key must not be kept among the answers.
        answer_of_first_time(session)
        found = {key.id: key for key in queries.find_keys(g.actor.id, current_user.sign_in_id, wanted)}
        own = next((key for key in found.values() if key.sign_in_id == current_user.sign_in_id), None)
        if own is None:
            own = services.make_key(current_user.sign_in_id, current_app.config["SECRET_KEY"], by=g.actor)
            found[own.id] = own
        opened = {str(key.id): private for key in found.values() if (private := _open(key)) is not None}
        given = {"person": str(g.actor.id), "name": g.actor.label, "key": str(own.id), "public": own.public}
    return jsonify(given | {"private": opened})


def _wanted(given: list[str]) -> list[UUID]:
    try:
        return [UUID(value) for value in given[:MOST_KEYS]]
    except ValueError:
        abort(422, "The request was changed on its way. Load the page again.")


def _open(key: CaptureKey) -> str | None:
    """The private key in base64; None when it was wrapped under a secret that is gone."""
    secrets = [current_app.config["SECRET_KEY"], *current_app.config["SECRET_KEY_FALLBACKS"]]
    try:
        return b64encode(sealing.unwrap(key.wrapped, secrets)).decode()
    except sealing.Lost:
        return None
