"""The first account: by the link printed where Fieldbook was started, once."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts import secrets
from app.accounts.models import Person, SetUpLink
from app.accounts.services import make_set_up_link
from app.extensions import db
from app.inspections.models import TeamMember, TeamRole
from tests.accounts.factories import PersonFactory
from tests.client import Client, Page
from tests.databases import look_again, the_world
from tests.threads import at_once

FIELDS = {
    "name": "Inés O’Hara",
    "email": "Ines@Example.gov.uk",
    "password": "correct horse battery",
    "again": "correct horse battery",
}


@pytest.fixture
def link(app: Flask) -> str:
    with the_world():
        return make_set_up_link()


def people() -> int:
    look_again()
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def test_the_link_makes_the_lead_inspector_and_administrator(visitor: Client, link: str) -> None:
    page = visitor.get("inspections.show_first_person", token=link)
    assert page.heading == "Make the first account"
    page = visitor.post("inspections.make_first_person", token=link, form=FIELDS)
    assert "Your account is made. You are the lead inspector and the administrator." in page.messages
    assert "Signed in as Inés O’Hara" in page
    person = db.session.scalars(select(Person)).one()
    assert (person.name, person.email, person.administrator) == ("Inés O’Hara", "ines@example.gov.uk", True)
    assert db.session.scalars(select(TeamMember.role)).all() == [TeamRole.LEAD]
    assert secrets.password_matches(person.password_hash, "correct horse battery")


def test_without_the_link_there_is_no_such_page(visitor: Client, link: str) -> None:
    for token in ("", "x", link[:-1], link.swapcase(), "a" * 10_000):
        for method in ("GET", "POST"):
            page = visitor.open(method, f"/first/{token}", form=FIELDS)
            assert page.status == 404
    assert people() == 0


def test_the_link_is_gone_once_used(visitor: Client, link: str, app: Flask) -> None:
    visitor.post("inspections.make_first_person", token=link, form=FIELDS)
    other = Client(app)
    assert other.get("inspections.show_first_person", token=link).status == 404
    page = other.post("inspections.make_first_person", token=link, form=FIELDS | {"email": "other@example.gov.uk"})
    assert page.status == 404
    assert "This link works once" in page
    assert people() == 1


def test_the_link_is_gone_once_there_is_an_account(visitor: Client, link: str) -> None:
    PersonFactory()
    assert visitor.get("inspections.show_first_person", token=link).status == 404
    assert visitor.post("inspections.make_first_person", token=link, form=FIELDS).status == 404
    assert people() == 1


def test_a_new_link_ends_the_one_before(visitor: Client, link: str) -> None:
    with the_world():
        newer = make_set_up_link()
    assert visitor.get("inspections.show_first_person", token=link).status == 404
    assert visitor.get("inspections.show_first_person", token=newer).status == 200


def test_the_database_does_not_know_the_link(link: str) -> None:
    kept = db.session.scalars(select(SetUpLink.token_hash)).one()
    assert kept == secrets.hash_of_token(link)


@pytest.mark.parametrize("same_e_mail", [True, False])
def test_two_who_open_the_link_at_once_make_one_account(app: Flask, link: str, same_e_mail: bool) -> None:
    clients = [Client(app) for _ in range(4)]
    for client in clients:
        client.get("inspections.show_first_person", token=link)

    def work(n: int) -> Page:
        email = "ines@example.gov.uk" if same_e_mail else f"number.{n}@example.gov.uk"
        return clients[n].post(
            "inspections.make_first_person", token=link, form=FIELDS | {"email": email}, follow=False
        )

    outcomes = at_once(4, work)
    assert sorted(page.status for page in outcomes) == [303, 404, 404, 404]
    assert people() == 1


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"name": ""}, "Enter your name"),
        ({"name": " \t"}, "Enter your name"),
        ({"name": "x" * 121}, "Your name must be 120 characters or fewer"),
        ({"name": "In\0es"}, "Take out the character that cannot be stored (it shows as nothing or as a box)"),
        ({"email": ""}, "Enter your e-mail address"),
        ({"email": "ines"}, "Enter an e-mail address like name@example.gov.uk"),
        ({"email": "ines@"}, "Enter an e-mail address like name@example.gov.uk"),
        ({"password": "", "again": ""}, "Choose a password"),
        ({"password": "short", "again": "short"}, "Password must be between 12 and 1,000 characters"),
        ({"password": "x" * 20, "again": "x" * 20}, "Choose a password that is harder to guess"),
        ({"password": "passwordPassword", "again": "passwordPassword"}, "Choose a password that is harder to guess"),
        ({"password": "horse" * 3, "again": "horse" * 3}, "Choose a password that is harder to guess"),
        (
            {"email": "ohara@example.gov.uk", "password": "ohara is my name", "again": "ohara is my name"},
            "Choose a password that is harder to guess",
        ),
        ({"again": "correct horse batterie"}, "Both passwords must be the same"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    visitor: Client, link: str, fields: dict[str, str], error: str
) -> None:
    sent = FIELDS | fields
    page = visitor.post("inspections.make_first_person", token=link, form=sent)
    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert any(line.startswith(error) for line in page.errors), page.errors
    if "\0" not in sent["name"]:  # HTML cannot say the zero character
        assert page.field("name") == sent["name"]
    assert page.field("email") == sent["email"]
    assert page.field("password") == page.field("again") == ""
    assert people() == 0
    assert visitor.get("inspections.show_first_person", token=link).status == 200  # the link is not used up


def test_each_error_leads_to_its_field(visitor: Client, link: str) -> None:
    page = visitor.post("inspections.make_first_person", token=link, form=dict.fromkeys(FIELDS, ""))
    links = [line["href"] for line in page.all(".govuk-error-summary__list a")]
    assert links == ["#name", "#email", "#password", "#again"]
    for href in links:
        assert page.one(str(href)).name == "input"


def test_every_start_without_an_account_offers_a_link(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    from app.serving import _offer_first_account

    _offer_first_account("http://127.0.0.1:8000")
    first = capsys.readouterr().out
    assert "http://127.0.0.1:8000/first/" in first
    PersonFactory()
    _offer_first_account("http://127.0.0.1:8000")
    assert capsys.readouterr().out == ""
