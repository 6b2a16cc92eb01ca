"""Accounts made on the server's command line."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Person
from app.extensions import db
from app.inspections.models import TeamMember, TeamRole
from tests.accounts.factories import PersonFactory
from tests.accounts.invitations import invited
from tests.client import INSPECTION, Client
from tests.databases import look_again
from tests.factories import the_inspection
from tests.inspections.factories import TeamMemberFactory

PASSWORD, NEW = "correct horse battery", "staple another way"
TO = ["bo@example.gov.uk", "--name", "Bo Ash", "--inspection", INSPECTION, "--role", "inspector"]
WANTED = ["person", "add", *TO]


@pytest.fixture
def run(app: Flask) -> Callable[..., str]:
    """run("person", "add", …, typed="…"): what the command says."""

    def run(*arguments: str, typed: str = "") -> str:
        said = app.test_cli_runner().invoke(args=arguments, input=typed)
        look_again()
        return str(said.output)

    return run


def test_a_person_added_may_sign_in_and_a_new_password_ends_the_old_one(
    run: Callable[..., str], visitor: Client
) -> None:
    assert "may sign in now" in run(*WANTED, typed=f"{PASSWORD}\n{PASSWORD}\n")
    form = {"email": "Bo@example.gov.uk", "password": PASSWORD}
    assert visitor.post("accounts.sign_in", **form).heading.startswith("An inspection of the prosecution")
    said = run("person", "password", "bo@example.gov.uk", typed=f"{NEW}\n{NEW}\n")
    assert "with the new password" in said
    assert "/sign-in" in (visitor.get("matrix.show_matrix").location or ""), "the new password ended the sign-in"
    assert visitor.post("accounts.sign_in", **form).status == 422
    assert visitor.post("accounts.sign_in", **form | {"password": NEW}).status == 200


def test_somebody_invited_gets_a_link_to_open(run: Callable[..., str], visitor: Client) -> None:
    said = run("person", "invite", *TO, "--role", "qa_lead")
    token = said.split("/invitations/")[1].split()[0]
    assert "http://127.0.0.1:8000/invitations/" in said
    sent = {"name": "Bo Ash", "password": PASSWORD, "again": PASSWORD}
    assert "Signed in as Bo Ash" in visitor.post("inspections.accept_invitation", token=token, form=sent)
    look_again()
    assert set(db.session.scalars(select(TeamMember.role))) == {TeamRole.INSPECTOR, TeamRole.QA_LEAD}
    assert "Bo Ash is on the team already" in run("person", "invite", *TO)


def test_an_account_that_there_is_gets_the_role_at_once(run: Callable[..., str]) -> None:
    person_id = PersonFactory(email="bo@example.gov.uk").id
    assert "is on the team of stalking-2026 now" in run("person", "invite", *TO[:-1], "lead")
    assert db.session.scalars(select(TeamMember.role).where(TeamMember.person_id == person_id)).one() is TeamRole.LEAD


def test_an_account_made_here_takes_up_what_a_team_has_offered_already(run: Callable[..., str]) -> None:
    invited("bo@example.gov.uk", TeamRole.QA_LEAD)
    assert "as quality assurance lead of" in run(*WANTED, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert db.session.scalars(select(TeamMember.role)).all() == [TeamRole.QA_LEAD]


def test_a_disabled_person_signs_in_no_more(run: Callable[..., str], visitor: Client) -> None:
    run(*WANTED, typed=f"{PASSWORD}\n{PASSWORD}\n")
    said = run("person", "disable", "bo@example.gov.uk", "--reason", "Left")
    assert "can no longer sign in" in said
    assert visitor.post("accounts.sign_in", email="bo@example.gov.uk", password=PASSWORD).status == 422


def test_the_only_lead_inspector_is_disabled_only_when_it_is_said_that_it_shall_be_so(run: Callable[..., str]) -> None:
    TeamMemberFactory(person__email="lea@example.gov.uk", role=TeamRole.LEAD)
    disable = ("person", "disable", "lea@example.gov.uk", "--reason", "Left")
    assert f"It would leave without a lead inspector: {the_inspection().title}." in run(*disable)
    assert "can no longer sign in" in run(*disable, "--anyway")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "between 12 and 1,000 characters"),
        ("abababababab", "the same few characters over and over"),
        ("Bo Ash and company", "without your name or e-mail address"),
        ("bo.ash@work 12345", "without your name or e-mail address"),
        (" " * 14, "Choose a password"),
    ],
)
def test_the_rules_for_a_password_are_those_of_the_pages(run: Callable[..., str], password: str, why: str) -> None:
    to = ["bo.ash@example.gov.uk", *TO[1:]]
    typed = f"{password}\n{password}\n"
    assert why in run("person", "add", *to, typed=typed)
    assert db.session.scalars(select(Person)).all() == []
    person = PersonFactory(name="Bo Ash", email="bo.ash@example.gov.uk")
    before = person.password_hash
    assert why in run("person", "password", "bo.ash@example.gov.uk", typed=typed)
    assert db.session.get_one(Person, person.id).password_hash == before


def test_what_is_wrong_is_told_in_a_sentence(run: Callable[..., str]) -> None:
    elsewhere = ["x" if word == INSPECTION else word for word in WANTED]
    assert "There is no inspection 'x'" in run(*elsewhere)
    assert "has no account" in run("person", "password", "nobody@example.gov.uk")
    assert "has no account" in run("person", "disable", "nobody@example.gov.uk", "--reason", "x")
    assert "is no e-mail address" in run("person", "invite", "bo", *TO[1:])
    assert "holds no other role" in run("person", "invite", *TO, "--role", "observer")
    PersonFactory(name="Ada Shah", email="ada@example.gov.uk", administrator=True)
    said = run("person", "disable", "ada@example.gov.uk", "--reason", "x")
    assert "Ada Shah is the last administrator" in said
    assert db.session.scalars(select(Person.disabled_at)).one() is None
