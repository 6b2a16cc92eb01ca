"""The administrator's page of accounts: invite, disable, enable, reset a password, make another administrator."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from app.access import Actor
from app.accounts import queries
from app.accounts.models import Invitation, PasswordLink, Person
from app.accounts.secrets import hash_of_token, password_matches
from app.db.operations import Operation
from app.extensions import db
from app.inspections.models import TeamRole
from app.web import clock
from tests.accounts.factories import PASSWORD, PersonFactory
from tests.accounts.invitations import EMAIL, invited, password_link
from tests.audit.trail import deeds
from tests.client import Client, Page
from tests.databases import counting_statements, look_again, the_world
from tests.factories import the_inspection
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import NoteFactory
from tests.threads import at_once

NEW = "staple another way"


@pytest.fixture
def administrator(app: Flask, sign_in: Callable[..., Client]) -> Client:
    return sign_in(PersonFactory(name="Ada Shah", administrator=True))


@pytest.fixture
def bo(app: Flask) -> Any:
    return TeamMemberFactory(person__name="Bo Ash", person__email="bo@example.gov.uk").person_id


def person(person_id: Any) -> Person:
    look_again()
    return db.session.get_one(Person, person_id)


def row(page: Page, name: str) -> str:
    found = [line for line in page.all("tbody tr") if name in line.get_text(" ")]
    assert len(found) == 1, page
    return " ".join(found[0].get_text(" ").split())


def enter(client: Client, email: str = "bo@example.gov.uk", password: str = PASSWORD) -> int:
    client.forget_csrf_token()
    return client.post("accounts.sign_in", email=email, password=password, follow=False).status


def test_the_list_says_how_each_account_stands(administrator: Client, visitor: Client, bo: Any) -> None:
    PersonFactory(name="Cy Dee", disabled_at=clock.now())
    with time_machine.travel("2026-04-14T09:05Z"):
        enter(visitor)
    invited()
    invited("for.team@example.gov.uk", TeamRole.LEAD)
    page = administrator.get("accounts.list_accounts")
    assert "Active Administrator" in row(page, "Ada Shah")
    assert "Active 14 April 2026 at 10:05" in row(page, "Bo Ash")
    assert "Disabled never" in row(page, "Cy Dee")
    assert "New link" in row(page, EMAIL)
    assert "for a team" in row(page, "for.team@") and "New link" not in row(page, "for.team@")
    assert "stalking" not in page.main.casefold()  # which inspections there are is not the administrator's business


def test_a_long_list_is_leafed_through_by_name(administrator: Client) -> None:
    with the_world():
        for number in range(queries.PAGE + 5):
            PersonFactory(name=f"Person {number:04}", password_hash="none")
    first = administrator.get("accounts.list_accounts")
    second = administrator.open("GET", str(first.one(".govuk-pagination__next a")["href"]))
    listed = [line.get_text(strip=True) for page in (first, second) for line in page.all("tbody th")]
    assert len(listed) == len(set(listed)) == queries.PAGE + 6
    assert administrator.get("accounts.list_accounts", after="x").status == 404


def test_somebody_invited_makes_an_account(administrator: Client, visitor: Client) -> None:
    page = administrator.post("accounts.invite", name="Cy Dee", email="Cy@Example.gov.uk", operation=str(uuid4()))
    token = str(page.one("#link")["value"]).rsplit("/", 1)[1]
    look_again()
    assert db.session.scalars(select(Invitation.token_hash)).one() == hash_of_token(token)
    kept = db.session.scalars(select(Operation)).one()
    assert token not in f"{kept.body}{kept.headers}"
    fields = {"name": "Cy Dee", "password": NEW, "again": NEW}
    assert "signed in" in visitor.post("inspections.accept_invitation", token=token, form=fields).messages
    assert deeds(object="invitation") == [("invited", "invitation"), ("took up the invitation", "invitation")]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"name": ""}, "Enter the name"),
        ({"email": "cy"}, "Enter an e-mail address like name@example.gov.uk"),
        ({"email": "BO@example.gov.uk"}, "This address has an account already. Look for it in the list"),
        ({"email": EMAIL}, "This address is invited already. Make a new link in the list if the first was lost"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_with_a_sentence(
    administrator: Client, bo: Any, fields: dict[str, str], error: str
) -> None:
    invited()
    sent = {"name": "Cy Dee", "email": "cy@example.gov.uk"} | fields
    page = administrator.post("accounts.invite", form=sent)
    assert (page.status, page.errors) == (422, [error])
    assert (page.field("name"), page.field("email")) == (sent["name"], sent["email"])
    look_again()
    assert db.session.scalar(select(func.count()).select_from(Invitation)) == 1


def test_an_invitation_is_renewed_and_revoked(administrator: Client, visitor: Client) -> None:
    invitation_id, token = invited()
    page = administrator.post("accounts.renew_invitation", invitation_id=invitation_id)
    newer = str(page.one("#link")["value"]).rsplit("/", 1)[1]
    assert visitor.get("inspections.show_invitation", token=token).status == 404
    assert visitor.get("inspections.show_invitation", token=newer).status == 200
    administrator.post("accounts.revoke_invitation", invitation_id=invitation_id)
    assert visitor.get("inspections.show_invitation", token=newer).status == 410
    assert administrator.post("accounts.renew_invitation", invitation_id=invitation_id).status == 404


def test_a_teams_invitation_is_not_renewed_by_an_administrator_who_would_see_its_link(administrator: Client) -> None:
    invitation_id, _token = invited(EMAIL, TeamRole.LEAD)
    assert administrator.post("accounts.renew_invitation", invitation_id=invitation_id).status == 409
    assert "is revoked" in administrator.post("accounts.revoke_invitation", invitation_id=invitation_id).messages


def test_renewing_for_an_address_that_has_an_account_by_now_ends_the_invitation(administrator: Client) -> None:
    invitation_id, _token = invited()
    PersonFactory(email=EMAIL)
    page = administrator.post("accounts.renew_invitation", invitation_id=invitation_id)
    assert page.messages.endswith(f"{EMAIL} has an account by now.")
    assert "Invited, not come yet" not in page


def test_a_disabled_account_is_out_at_once_and_its_name_stays(
    administrator: Client, sign_in: Callable[..., Client], visitor: Client, bo: Any
) -> None:
    colleague = sign_in(person(bo))
    note = NoteFactory(by=Actor(bo, "Bo Ash"))
    assert colleague.get("overview.show_inspection").status == 200
    wrong = administrator.post("accounts.disable", person_id=bo, reason=" ")
    assert (wrong.status, wrong.errors) == (422, ["Say why it is disabled"])
    page = administrator.post("accounts.disable", person_id=bo, reason="Left in April")
    assert "Disabled on" in page.main and "Left in April" in page.main
    assert colleague.get("overview.show_inspection", follow=False).location.startswith("/sign-in")
    assert enter(visitor) == 422
    lead = sign_in(TeamMemberFactory(role=TeamRole.LEAD))
    assert "Account disabled" in row(lead.get("inspections.show_team"), "Bo Ash")
    assert "Bo Ash" in lead.get("interviews.show_note", note.interview, note).main
    page = administrator.post("accounts.enable", person_id=bo)
    assert "Bo Ash may sign in again." in page.messages
    assert colleague.get("overview.show_inspection", follow=False).location.startswith("/sign-in")
    assert enter(visitor) == 303
    assert ("disabled", "person") in deeds(part=bo.hex) and ("enabled again", "person") in deeds(part=bo.hex)


def test_what_somebody_else_did_already_is_told_and_changes_nothing(administrator: Client, bo: Any) -> None:
    """Each from a page that was opened before."""
    administrator.post("accounts.disable", person_id=bo, reason="Left")
    page = administrator.post("accounts.disable", person_id=bo, reason="Left in April")
    assert page.status == 409
    assert page.errors[0].startswith("Bo Ash was disabled already, on ") and "Nothing was changed." in page.errors[0]
    assert "You entered: Left in April" in page and person(bo).disabled_reason == "Left"
    assert deeds(part=bo.hex, deed="disabled") == [("disabled", "person")]
    administrator.post("accounts.enable", person_id=bo)
    page = administrator.post("accounts.enable", person_id=bo)
    assert (page.status, page.errors) == (409, ["The account of Bo Ash was enabled already. Nothing was changed."])
    assert deeds(part=bo.hex, deed="enabled again") == [("enabled again", "person")]
    for endpoint, sentence in (
        ("accounts.make_administrator", "Bo Ash is an administrator already. Nothing was changed."),
        ("accounts.unmake_administrator", "Bo Ash is no administrator already. Nothing was changed."),
    ):
        assert administrator.post(endpoint, person_id=bo).status == 200
        page = administrator.post(endpoint, person_id=bo)
        assert (page.status, page.errors) == (409, [sentence])


def test_nobody_disables_their_own_account_or_the_last_administrator(administrator: Client) -> None:
    own = administrator.person_id
    page = administrator.post("accounts.disable", person_id=own, reason="Tired")
    assert (page.status, page.errors) == (422, ["You cannot disable your own account. Ask another administrator"])
    PersonFactory(administrator=True, disabled_at=clock.now())  # counts for nothing
    page = administrator.post("accounts.unmake_administrator", person_id=own)
    assert page.status == 422
    assert page.errors == ["Ada Shah is the last administrator and must stay one. Make another one first"]
    assert person(own).administrator and person(own).disabled_at is None


def test_the_only_lead_inspector_is_disabled_only_by_whoever_was_told_so(administrator: Client) -> None:
    lead = TeamMemberFactory(person__name="Lea Day", role=TeamRole.LEAD).person_id
    TeamMemberFactory(person__disabled_at=clock.now(), role=TeamRole.LEAD)  # counts for nothing
    title = the_inspection().title
    shown = administrator.get("accounts.show_person", person_id=lead)
    assert "Lea Day is the only lead inspector who can sign in of:" in shown and title in shown.main
    page = administrator.post("accounts.disable", person_id=lead, reason="Left in April")
    assert (page.status, page.field("reason")) == (422, "Left in April")
    assert page.errors == ["Tick “Disable all the same”, or have another lead inspector made first"]
    assert person(lead).disabled_at is None
    page = administrator.post("accounts.disable", person_id=lead, reason="Left in April", anyway="y")
    assert f"Left without a lead inspector {title}" in page.main
    assert person(lead).disabled_at is not None


def test_one_of_two_lead_inspectors_is_disabled_without_more_ado(administrator: Client) -> None:
    leads = [TeamMemberFactory(role=TeamRole.LEAD).person_id for _ in range(2)]
    assert "Disable all the same" not in administrator.get("accounts.show_person", person_id=leads[0])
    assert "is disabled" in administrator.post("accounts.disable", person_id=leads[0], reason="Left").messages
    assert "Disable all the same" in administrator.get("accounts.show_person", person_id=leads[1])


def test_the_password_is_reset_only_after_what_will_happen_was_read(administrator: Client, bo: Any) -> None:
    page = administrator.get("accounts.show_person", person_id=bo)
    folded = page.one("details")
    assert not folded.has_attr("open")
    assert "every sign-in of Bo Ash ends" in folded.get_text()
    assert folded.select_one("form button").get_text() == "Reset the password of Bo Ash now"
    assert "/password" not in [str(form["action"])[-9:] for form in page.all("form") if not form.find_parent("details")]


def test_the_help_calls_the_buttons_what_they_are_called(administrator: Client, bo: Any) -> None:
    called = {word.get_text() for word in administrator.get("overview.show_help_page", name="administrator").all("em")}
    assert {"Make an administrator", "Enable again"} <= called and "Enable" not in called
    assert "Make an administrator" in administrator.get("accounts.show_person", person_id=bo).main
    assert "Enable again" in administrator.post("accounts.disable", person_id=bo, reason="Left").main


def test_an_administrator_makes_another_and_may_then_go(administrator: Client, bo: Any) -> None:
    administrator.post("accounts.make_administrator", person_id=bo)
    assert person(bo).administrator
    page = administrator.post("accounts.unmake_administrator", person_id=administrator.person_id)
    assert "You are no longer an administrator." in page.messages
    refused = administrator.get("accounts.list_accounts")
    assert refused.status == 403 and "Only an administrator may do this." in refused.main
    assert "lead inspector" not in refused.main, "accounts belong to no inspection"
    assert "Accounts" not in [link.get_text() for link in page.all(".fb-account__link")]


@pytest.mark.parametrize("way", ["disable", "unmake"])
def test_two_administrators_who_take_it_from_one_another_at_once_leave_one(
    sign_in: Callable[..., Client], way: str
) -> None:
    ids = [PersonFactory(administrator=True).id for _ in range(2)]
    clients = [sign_in(person(id)) for id in ids]
    for client in clients:
        client.csrf_token()

    def work(n: int) -> bool:
        """Whether it was done; who is disabled meanwhile is refused, or asked to sign in."""
        if way == "disable":
            page = clients[n].post("accounts.disable", person_id=ids[1 - n], reason="Mine", follow=False)
        else:
            page = clients[n].post("accounts.unmake_administrator", person_id=ids[1 - n], follow=False)
        assert page.status in (303, 403, 409, 422)
        return page.status == 303 and not (page.location or "").startswith("/sign-in")

    assert sorted(at_once(2, work)) == [False, True]
    with the_world():
        assert len(queries.lock_administrators()) == 1


def test_a_reset_ends_the_old_password_now_and_the_link_sets_a_new_one(
    administrator: Client, sign_in: Callable[..., Client], visitor: Client, bo: Any
) -> None:
    colleague = sign_in(person(bo))
    page = administrator.post("accounts.reset_password", person_id=bo, operation=str(uuid4()))
    found = re.fullmatch(r"http://localhost/passwords/([\w-]{43})", str(page.one("#link")["value"]))
    assert found
    token = found[1]
    look_again()
    assert db.session.scalars(select(PasswordLink.token_hash)).one() == hash_of_token(token)
    kept = db.session.scalars(select(Operation)).one()
    assert token not in f"{kept.body}{kept.headers}"
    assert colleague.get("overview.home").location.startswith("/sign-in")
    assert [enter(visitor, password=password) for password in (PASSWORD, "")] == [422, 422]
    assert "Waits for a new password" in row(administrator.get("accounts.list_accounts"), "Bo Ash")
    shown = visitor.get("accounts.show_new_password", token=token)
    assert shown.field("email") == "bo@example.gov.uk"
    visitor.forget_csrf_token()
    sent = {"email": "other@example.gov.uk", "password": NEW, "again": NEW}
    page = visitor.post("accounts.choose_password", token=token, form=sent)
    assert "Your new password is saved, and you are signed in." in page.messages
    assert "Signed in as Bo Ash" in page
    assert password_matches(person(bo).password_hash, NEW)
    again = visitor.get("accounts.show_new_password", token=token)
    assert again.status == 410 and "used already" in again
    assert deeds(part=bo.hex)[-3:] == [
        ("reset the password", "person"),
        ("set a new password", "person"),
        ("signed in", "person"),
    ]


def test_a_link_for_a_password_is_over_after_a_day_or_when_another_is_made(
    administrator: Client, visitor: Client, bo: Any
) -> None:
    with time_machine.travel("2026-04-14T09:00Z", tick=False) as time:
        token = password_link(person(bo))
        time.move_to("2026-04-15T08:59Z")
        assert visitor.get("accounts.show_new_password", token=token).status == 200
        time.move_to("2026-04-15T09:00Z")
        page = visitor.get("accounts.show_new_password", token=token)
        assert (page.status, "valid for one day, which is over" in page) == (410, True)
    older = password_link(person(bo))
    newer = password_link(person(bo))
    page = visitor.get("accounts.show_new_password", token=older)
    assert (page.status, "Ask the administrator for a new one." in page) == (410, True)
    administrator.post("accounts.disable", person_id=bo, reason="Left")
    sent = {"password": NEW, "again": NEW}
    assert visitor.post("accounts.choose_password", token=newer, form=sent).status == 410
    assert visitor.get("accounts.show_new_password", token="x" * 43).status == 404


def test_a_link_for_a_password_used_twice_at_once_works_once(app: Flask, bo: Any) -> None:
    token, clients = password_link(person(bo)), [Client(app) for _ in range(3)]
    for client in clients:
        client.csrf_token()
    sent = [{"password": f"{NEW} {n}", "again": f"{NEW} {n}"} for n in range(3)]
    outcomes = at_once(
        3, lambda n: clients[n].post("accounts.choose_password", token=token, form=sent[n], follow=False).status
    )
    assert sorted(outcomes) == [303, 410, 410]
    assert password_matches(person(bo).password_hash, f"{NEW} {outcomes.index(303)}")


def test_a_weak_new_password_is_refused_and_the_link_is_not_used_up(visitor: Client, bo: Any) -> None:
    token = password_link(person(bo))
    page = visitor.post("accounts.choose_password", token=token, form={"password": "x" * 20, "again": "x" * 20})
    assert page.status == 422 and page.errors[0].startswith("Choose a password that is harder to guess")
    assert visitor.get("accounts.show_new_password", token=token).status == 200


def test_ones_own_password_and_that_of_a_disabled_account_are_not_reset(administrator: Client, bo: Any) -> None:
    page = administrator.post("accounts.reset_password", person_id=administrator.person_id)
    assert (page.status, page.errors) == (422, ["Change your own password on the page of your account"])
    administrator.post("accounts.disable", person_id=bo, reason="Left")
    page = administrator.post("accounts.reset_password", person_id=bo)
    assert (page.status, page.errors) == (422, ["The account of Bo Ash is disabled. Enable it first"])


def test_what_was_done_to_accounts_is_on_record(administrator: Client, visitor: Client, bo: Any) -> None:
    enter(visitor)
    administrator.post("accounts.disable", person_id=bo, reason="Left in April")
    invited()
    page = administrator.get("accounts.show_history")
    assert "Ada Shah disabled the account of Bo Ash" in page and "Left in April" in page
    assert f"E-mail address {EMAIL}" in page
    assert "signed in" not in page.main
    assert "Bo Ash signed in" in administrator.get("accounts.show_person", person_id=bo)


def test_the_page_of_nobody_is_not_found(administrator: Client) -> None:
    assert administrator.get("accounts.show_person", person_id=uuid4()).status == 404
    for endpoint in ("accounts.disable", "accounts.enable", "accounts.make_administrator", "accounts.reset_password"):
        assert administrator.post(endpoint, person_id=uuid4(), reason="x").status == 404


def test_the_list_costs_the_same_however_many_they_are(administrator: Client) -> None:
    def asked() -> int:
        administrator.get("accounts.list_accounts")
        with counting_statements() as counted:
            administrator.get("accounts.list_accounts")
        return len(counted)

    PersonFactory()
    few = asked()
    with the_world():
        for _ in range(30):
            PersonFactory()
    assert asked() == few <= 6
