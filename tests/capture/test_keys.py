"""The keys to which devices seal notes: given to the person's own sign-in, and to nobody else."""

import json
import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key
from flask import Flask
from sqlalchemy import select

from app.audit.models import AuditPayload
from app.capture import sealing
from app.capture.models import CaptureKey
from app.db.operations import Operation
from app.extensions import db
from tests.client import Client, Page
from tests.conftest import ROOT
from tests.databases import look_again
from tests.inspections.factories import TeamMemberFactory


@pytest.fixture
def inspector(sign_in: Callable[..., Client]) -> Client:
    return sign_in(TeamMemberFactory())


def keys(client: Client, *wanted: str, **rest: Any) -> dict[str, Any]:
    page = client.open("POST", "/capture/keys", form={"key": list(wanted)} | rest)
    assert page.status == 200, page
    return json.loads(page.data)


def public_of(private: str) -> bytes:
    key = load_der_private_key(b64decode(private), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def test_a_sign_in_is_given_one_pair_and_the_same_again(inspector):
    first, second = keys(inspector), keys(inspector)
    assert first == second
    assert list(first["private"]) == [first["key"]]
    assert public_of(first["private"][first["key"]]) == b64decode(first["public"])


def test_another_sign_in_of_the_same_person_has_a_pair_of_its_own_and_is_given_the_earlier_one_on_asking(sign_in):
    member = TeamMemberFactory()
    earlier = keys(sign_in(member))
    later = sign_in(member)
    assert list(keys(later)["private"]) != list(earlier["private"])
    given = keys(later, earlier["key"])
    assert given["private"][earlier["key"]] == earlier["private"][earlier["key"]]
    assert given["key"] != earlier["key"]


def test_nobody_is_given_the_key_of_somebody_else(inspector, sign_in):
    own = keys(inspector)
    other = sign_in(TeamMemberFactory())
    given = keys(other, own["key"])
    assert own["key"] not in given["private"]
    assert given["person"] == str(other.person_id)


def test_whoever_is_not_signed_in_is_given_none(app):
    page = Client(app).open("POST", "/capture/keys", follow=False)
    assert page.status in (303, 401)
    assert not db.session.scalars(select(CaptureKey)).all()


def test_a_key_that_is_no_uuid_is_refused_with_a_sentence(inspector):
    page = inspector.open("POST", "/capture/keys", form={"key": "mine"})
    assert page.status == 422
    assert "Load the page again" in page.text


def test_a_key_that_was_never_made_is_left_out(inspector):
    assert len(keys(inspector, str(uuid4()))["private"]) == 1


def test_the_private_half_lies_nowhere_as_it_is(inspector):
    private = next(iter(keys(inspector, operation=str(uuid4()))["private"].values()))
    look_again()
    row = db.session.scalars(select(CaptureKey)).one()
    assert b64decode(private) not in b64decode(row.wrapped)
    kept = [*db.session.scalars(select(Operation.body)), *map(str, db.session.execute(select(AuditPayload.__table__)))]
    assert not any(private in str(text) or row.wrapped in str(text) for text in kept)


def test_a_changed_secret_takes_the_old_keys_along_when_it_is_named(app: Flask, inspector, sign_in):
    own = keys(inspector)
    before = app.config["SECRET_KEY"]
    app.config.update(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[before])
    try:
        inspector.forget_csrf_token()
        assert own["private"].items() <= keys(inspector)["private"].items()
        app.config.update(SECRET_KEY_FALLBACKS=[])
        with pytest.raises(sealing.Lost):
            look_again()
            sealing.unwrap(db.session.scalars(select(CaptureKey)).one().wrapped, ["another"])
    finally:
        app.config.update(SECRET_KEY=before, SECRET_KEY_FALLBACKS=[])


def test_who_is_signed_in_is_told_with_the_form_token_of_now(app, inspector):
    told = json.loads(inspector.open("GET", "/capture/who").data)
    assert told["person"] == str(inspector.person_id)
    assert told["token"]
    assert json.loads(Client(app).open("GET", "/capture/who").data) == {"person": None}


def test_the_worker_may_answer_for_interviews_and_holds_nothing_of_anybody(app):
    worker = Client(app).open("GET", "/capture/worker.js")
    assert worker.headers["Service-Worker-Allowed"] == "/inspections/"
    assert "javascript" in worker.headers["Content-Type"]


def test_the_shell_names_every_file_that_capture_imports(app):
    """What it does not name is not kept by the worker, and missing without a network."""
    shell = Client(app).open("GET", "/capture/shell")
    named = {address for address in _addresses(shell) if address.endswith(".js")}
    imported = {"/static/shell.js"}
    for _round in range(5):
        imported |= {found for name in imported for found in _imports(name)}
    assert imported - named - {"/static/waiting.js"} == set()


def _addresses(page: Page) -> list[str]:
    return [str(tag.get("src") or tag.get("href")) for tag in page.all("script[src], link[href]")]


def _imports(address: str) -> set[str]:
    text = (ROOT / address.lstrip("/")).read_text()
    found = re.findall(r"""(?:from|import\()\s*['"]\./([^'"]+)['"]""", text)
    return {f"/static/{name}" for name in found} if address.count("/") == 2 else set()


def test_signing_out_clears_the_device_only_when_the_device_says_that_it_holds_nothing(inspector):
    answer = inspector.post("accounts.sign_out", follow=False)
    assert "Clear-Site-Data" not in answer.headers


def test_signing_out_of_an_empty_device_clears_it(inspector):
    answer = inspector.post("accounts.sign_out", clear="y", follow=False)
    assert answer.headers["Clear-Site-Data"] == '"storage"'
