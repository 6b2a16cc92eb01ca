"""One's own account: name, password, and where one is signed in."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import secrets
from app.accounts.models import Person, SignIn
from app.accounts.secrets import password_matches
from app.accounts.services import TRIES_PER_EMAIL
from app.extensions import db
from tests.accounts.factories import PASSWORD, PersonFactory, SignInFactory
from tests.accounts.invitations import password_link
from tests.audit.trail import deeds
from tests.client import Client, Page
from tests.databases import look_again, the_world

NEW = "staple another way"
FIELDS = {"present": PASSWORD, "password": NEW, "again": NEW}


@pytest.fixture
def bo(app: Flask) -> Person:
    found: Person = PersonFactory(name="Bo Ash", email="bo.ash@example.gov.uk")
    return found


@pytest.fixture
def client(bo: Person, sign_in: Callable[..., Client]) -> Client:
    return sign_in(bo)


def change(client: Client, **fields: str) -> Page:
    return client.post("accounts.change_password", form=FIELDS | fields)


def is_in(client: Client) -> bool:
    return client.get("accounts.show_own").status == 200


def has_password(bo: Person, password: str) -> bool:
    look_again()
    return password_matches(bo.password_hash, password)


def test_the_page_is_reached_from_beside_the_name(client: Client) -> None:
    page = client.get("overview.home")
    link = next(link for link in page.all(".fb-account__link") if link.get_text() == "Your account")
    page = client.open("GET", str(link["href"]))
    assert page.heading == "Your account"
    assert "bo.ash@example.gov.uk" in page.main


def test_a_new_password_ends_the_other_sign_ins_and_keeps_this_one(
    client: Client, bo: Person, sign_in: Callable[..., Client]
) -> None:
    elsewhere = sign_in(bo)
    page = change(client)
    assert page.messages.endswith("Your password is changed. Every other sign-in of yours has ended.")
    assert is_in(client) and not is_in(elsewhere)
    assert has_password(bo, NEW) and not has_password(bo, PASSWORD)
    assert deeds(actor_id=bo.id)[-1] == ("set a new password", "person")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"present": ""}, "Enter your present password"),
        ({"present": "not it at all"}, "The present password is not right. Check it and try again."),
        ({"password": "", "again": ""}, "Choose a password"),
        ({"password": "short", "again": "short"}, "Password must be between 12 and 1,000 characters"),
        ({"password": "bo.ash for ever", "again": "bo.ash for ever"}, "Choose a password that is harder to guess"),
        ({"password": "Bo Ash for ever", "again": "Bo Ash for ever"}, "Choose a password that is harder to guess"),
        ({"password": PASSWORD, "again": PASSWORD}, "Choose a new password that is not the present one"),
        ({"again": "staple another"}, "Both passwords must be the same"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(
    client: Client, bo: Person, sign_in: Callable[..., Client], fields: dict[str, str], error: str
) -> None:
    elsewhere = sign_in(bo)
    page = change(client, **fields)
    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert any(line.startswith(error) for line in page.errors), page.errors
    assert page.field("present") == page.field("password") == page.field("again") == ""
    assert page.field("name") == "Bo Ash"
    assert has_password(bo, PASSWORD) and is_in(elsewhere)


def test_guessing_the_present_password_is_throttled_like_signing_in(client: Client, bo: Person) -> None:
    for _ in range(TRIES_PER_EMAIL):
        assert change(client, present="a guess").status == 422
    page = change(client)
    assert page.status == 429
    assert page.headers["Retry-After"] == "900"
    assert page.errors == ["Too many tries. Wait 15 minutes and try again."]
    assert has_password(bo, PASSWORD)


def test_a_password_changed_rightly_is_no_try(client: Client) -> None:
    present = PASSWORD
    for number in range(TRIES_PER_EMAIL + 1):
        new = f"three other words {number}"
        assert change(client, present=present, password=new, again=new).status == 200
        present = new


def test_the_operation_log_keeps_nothing_of_a_password(client: Client) -> None:
    forms = client.get("accounts.show_own").form("/account/password")
    assert "operation" not in forms


@pytest.mark.parametrize(("reset", "status"), [(True, 403), (False, 409)])
def test_a_password_changed_while_the_new_one_is_hashed_is_not_changed_back(
    client: Client, bo: Person, monkeypatch: pytest.MonkeyPatch, reset: bool, status: int
) -> None:
    def meanwhile(password: str) -> str:
        monkeypatch.undo()
        if reset:
            password_link(bo)  # by an administrator: it ends the sign-in, too
        else:
            with the_world():
                db.session.get_one(Person, bo.id).password_hash = "changed"
        return secrets.hash_password(password)

    monkeypatch.setattr(secrets, "hash_password", meanwhile)
    assert change(client).status == status
    look_again()
    assert bo.password_hash == ("" if reset else "changed")


def test_a_name_is_changed_and_the_change_is_on_record(client: Client, bo: Person) -> None:
    version = client.get("accounts.show_own").field("version")
    page = client.post("accounts.change_name", name=" Bo O’Ash ", version=version)
    assert "Your name is saved." in page.messages
    assert "Signed in as Bo O’Ash" in page
    assert deeds(actor_id=bo.id)[-1] == ("changed the name", "person")
    page = client.post("accounts.change_name", name=" ", version=version)
    assert (page.status, page.errors) == (422, ["Enter your name"])


def test_a_name_changed_in_two_windows_shows_both(client: Client, bo: Person) -> None:
    version = client.get("accounts.show_own").field("version")
    client.post("accounts.change_name", name="First", version=version)
    page = client.post("accounts.change_name", name="Second", version=version)
    assert page.status == 409
    assert page.differences["Your name"].startswith("Now: First Yours: Second") and page.field("name") == "Second"
    look_again()
    assert bo.name == "First"
    page = client.post("accounts.change_name", form=page.form("/account/name"))
    assert "Signed in as Second" in page


def test_a_sign_in_elsewhere_is_ended(client: Client, bo: Person, sign_in: Callable[..., Client]) -> None:
    elsewhere = sign_in(bo)
    page = client.get("accounts.show_own")
    assert len(page.all("tbody tr")) == 2 and "This one" in page.main
    ends = [form["action"] for form in page.all("tbody form")]
    assert len(ends) == 1
    page = client.open("POST", str(ends[0]))
    assert "That sign-in has ended." in page.messages
    assert not is_in(elsewhere) and is_in(client)
    assert client.open("POST", str(ends[0])).status == 200  # twice is once


def test_all_others_are_ended_at_once(client: Client, bo: Person, sign_in: Callable[..., Client]) -> None:
    others = [sign_in(bo) for _ in range(3)]
    client.post("accounts.end_other_sign_ins")
    assert is_in(client) and not any(is_in(other) for other in others)


def test_only_ones_own_and_never_the_present_one(client: Client, bo: Person) -> None:
    look_again()
    present = db.session.scalars(select(SignIn.id).where(SignIn.person_id == bo.id)).one()
    strange = SignInFactory(person_id=PersonFactory().id).id
    assert client.post("accounts.end_sign_in", sign_in_id=present).status == 422
    assert client.post("accounts.end_sign_in", sign_in_id=strange).status == 404
    look_again()
    assert db.session.get_one(SignIn, strange).ended_at is None
    assert is_in(client)
