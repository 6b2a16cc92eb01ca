"""A one-time link makes an account, once, for the address that it was made for, with what was offered with it."""

from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from app.access import Actor
from app.accounts.models import Person
from app.accounts.secrets import password_matches
from app.audit.queries import chains, verify
from app.extensions import db
from app.inspections.models import TeamMember, TeamRole
from tests.accounts.factories import PersonFactory
from tests.accounts.invitations import EMAIL, invited
from tests.audit.trail import deeds
from tests.client import Client, Page
from tests.databases import look_again
from tests.factories import the_inspection
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.threads import at_once

PASSWORD = "correct horse battery"
FIELDS = {"name": "Bo Ash", "email": "somebody.else@example.gov.uk", "password": PASSWORD, "again": PASSWORD}


def accept(client: Client, token: str, **fields: str) -> Page:
    return client.post("inspections.accept_invitation", token=token, form=FIELDS | fields)


def people() -> int:
    look_again()
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def test_the_link_makes_the_account_and_puts_it_on_the_team(visitor: Client, app: Flask) -> None:
    _id, token = invited(EMAIL, TeamRole.INSPECTOR, TeamRole.QA_LEAD)
    page = visitor.get("inspections.show_invitation", token=token)
    assert page.heading == "Make your account"
    title = the_inspection().title
    assert f"You are invited to {title} as legal inspector, quality assurance lead." in page
    assert (page.field("name"), page.field("email")) == ("Colleague", EMAIL)
    page = accept(visitor, token)
    assert "Your account is made, and you are signed in." in page.messages
    assert "Signed in as Bo Ash" in page
    assert page.address == "/inspections/stalking-2026/"
    person = db.session.scalars(select(Person)).one()
    assert (person.name, person.email, person.administrator) == ("Bo Ash", EMAIL, False)  # not what was sent
    assert password_matches(person.password_hash, PASSWORD)
    assert set(db.session.scalars(select(TeamMember.role))) == {TeamRole.INSPECTOR, TeamRole.QA_LEAD}
    assert deeds(object="team")[-1] == ("took up the invitation", "team")
    assert ("took up the invitation", "invitation") in deeds(actor_id=person.id)
    assert [verify(chain).broken_at for chain in chains()] == [None] * len(chains())


def test_an_administrators_link_makes_an_account_on_no_team(visitor: Client) -> None:
    _id, token = invited()
    assert "You are invited to Fieldbook." in visitor.get("inspections.show_invitation", token=token)
    page = accept(visitor, token)
    assert "You are on no inspection’s team yet" in page
    assert visitor.get("overview.show_inspection").status == 404


def test_a_link_works_once(visitor: Client, app: Flask) -> None:
    _id, token = invited(EMAIL, TeamRole.INSPECTOR)
    accept(visitor, token)
    other = Client(app)
    for page in (other.get("inspections.show_invitation", token=token), accept(other, token)):
        assert page.status == 410
        assert "There is an account for this address by now. Sign in with it." in page
    assert people() == 1


def test_a_link_is_over_after_seven_days(visitor: Client) -> None:
    with time_machine.travel("2026-04-14T09:00Z", tick=False) as time:
        _id, token = invited(EMAIL, TeamRole.INSPECTOR)
        time.move_to("2026-04-21T08:59Z")
        assert visitor.get("inspections.show_invitation", token=token).status == 200
        time.move_to("2026-04-21T09:00Z")
        for page in (visitor.get("inspections.show_invitation", token=token), accept(visitor, token)):
            assert page.status == 410
            assert "valid for seven days, which are over. Ask Fieldbook for a new one." in page
    assert people() == 0


def test_a_revoked_link_says_whom_to_ask(visitor: Client, sign_in: Callable[..., Client]) -> None:
    lead = sign_in(TeamMemberFactory(role=TeamRole.LEAD))
    by = Actor(lead.person_id, "Ada Shah")
    invitation_id, token = invited(EMAIL, TeamRole.INSPECTOR, by=by)
    lead.post("inspections.revoke_invitation", invitation_id=invitation_id)
    for page in (visitor.get("inspections.show_invitation", token=token), accept(visitor, token)):
        assert page.status == 410
        assert "Ada Shah has taken this invitation back. Ask them if you still need it." in page
    assert people() == 1


def test_what_is_no_link_leads_nowhere(visitor: Client) -> None:
    _id, token = invited(EMAIL, TeamRole.INSPECTOR)
    for wrong in ("x", token[:-1], token.swapcase(), "a" * 10_000):
        page = visitor.open("GET", f"/invitations/{wrong}")
        assert page.status == 404
        assert "This link is not whole, or a newer one was made in its place." in page
        assert visitor.open("POST", f"/invitations/{wrong}", form=FIELDS).status == 404
    assert people() == 0


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"name": " "}, "Enter your name"),
        ({"password": "short", "again": "short"}, "Password must be between 12 and 1,000 characters"),
        ({"password": "colleague of mine", "again": "colleague of mine"}, "Choose a password that is harder to guess"),
        ({"again": "correct horse batterie"}, "Both passwords must be the same"),
    ],
)
def test_what_is_wrong_is_said_and_the_link_is_not_used_up(visitor: Client, fields: dict[str, str], error: str) -> None:
    _id, token = invited(EMAIL, TeamRole.INSPECTOR)
    page = accept(visitor, token, **fields)
    assert page.status == 422
    assert any(line.startswith(error) for line in page.errors), page.errors
    assert page.field("name") == fields.get("name", "Bo Ash")
    assert page.field("email") == EMAIL
    assert page.field("password") == page.field("again") == ""
    assert people() == 0
    assert visitor.get("inspections.show_invitation", token=token).status == 200


def test_every_team_that_has_invited_the_address_gets_its_member(visitor: Client) -> None:
    other, third = InspectionFactory(), InspectionFactory()
    other_id, third_id = other.id, third.id
    _id, token = invited(EMAIL, TeamRole.INSPECTOR)
    _id, second = invited(EMAIL.upper(), TeamRole.OBSERVER, inspection_id=other_id)
    with time_machine.travel("2026-01-01T09:00Z"):
        invited(EMAIL, TeamRole.LEAD, inspection_id=third_id)  # ran out long ago
    accept(visitor, token)
    look_again()
    found = {member.inspection_id: member.role for member in db.session.scalars(select(TeamMember))}
    assert len(found) == 2 and found[other_id] is TeamRole.OBSERVER and third_id not in found
    assert visitor.get("inspections.show_invitation", token=second).status == 410


@pytest.mark.parametrize("same_link", [True, False])
def test_two_who_use_links_for_one_address_at_once_make_one_account(app: Flask, same_link: bool) -> None:
    links = [invited(EMAIL, TeamRole.INSPECTOR)[1], invited(EMAIL)[1]]
    clients = [Client(app) for _ in range(4)]
    for client in clients:
        client.csrf_token()

    def work(n: int) -> int:
        token = links[0 if same_link else n % 2]
        page = clients[n].post("inspections.accept_invitation", token=token, form=FIELDS, follow=False)
        return page.status

    assert sorted(at_once(4, work)) == [303, 410, 410, 410]
    assert people() == 1


def test_whoever_is_signed_in_is_told_and_signed_out(sign_in: Callable[..., Client]) -> None:
    lead = sign_in(TeamMemberFactory(role=TeamRole.LEAD, person__name="Ada Shah"))
    _id, token = invited(EMAIL, TeamRole.OBSERVER)
    assert "Making this account signs Ada Shah out." in lead.get("inspections.show_invitation", token=token)
    assert "Signed in as Bo Ash" in accept(lead, token)


def test_an_address_that_got_an_account_elsewhere_is_sent_to_sign_in(visitor: Client) -> None:
    _id, token = invited(EMAIL, TeamRole.INSPECTOR)
    PersonFactory(email=EMAIL)
    assert visitor.get("inspections.show_invitation", token=token).status == 410
    assert accept(visitor, token).status == 410
