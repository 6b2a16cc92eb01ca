"""Who is on the team: added, invited, given other roles, taken off."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from app.access import Actor
from app.accounts.models import Invitation, Person
from app.accounts.secrets import hash_of_token
from app.accounts.services import Refused
from app.audit.queries import chains, verify
from app.db.operations import Operation
from app.extensions import db
from app.inspections import services
from app.inspections.models import Inspection, TeamMember, TeamRole
from app.inspections.queries import list_team
from app.web import clock
from tests.accounts.factories import PersonFactory
from tests.accounts.invitations import EMAIL, invited
from tests.audit.trail import deeds
from tests.client import Client, Page
from tests.databases import counting_statements, look_again, the_world
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.threads import at_once

NEW = {"name": "Bo Ash", "email": "Bo.Ash@example.gov.uk", "roles": ["inspector"]}
OBSERVER_ALONE = "An observer holds no other role: choose observer alone, or the others"


@pytest.fixture
def lead(app: Flask, sign_in: Callable[..., Client]) -> Client:
    return sign_in(TeamMemberFactory(role=TeamRole.LEAD, person__name="Ada Shah", person__email="ada@example.gov.uk"))


def roles_of(person_id: Any) -> set[TeamRole]:
    look_again()
    return set(db.session.scalars(select(TeamMember.role).where(TeamMember.person_id == person_id)))


def on_the_team(**about: Any) -> Any:
    """Somebody on the team: their id, as their row may go."""
    return TeamMemberFactory(**about).person_id


def row(page: Page, name: str) -> str:
    """What the table says of somebody."""
    found = [line for line in page.all("tbody tr") if name in line.get_text(" ")]
    assert len(found) == 1, page
    return " ".join(found[0].get_text(" ").split())


def link_on(page: Page) -> str:
    """The token of the link that is shown."""
    found = re.fullmatch(r"http://localhost/invitations/([\w-]{43})", str(page.one("#link")["value"]))
    assert found, page
    return found[1]


def change(client: Client, person_id: Any, roles: list[str], base: str = "inspector", **rest: Any) -> Page:
    return client.post("inspections.set_roles", person_id=person_id, roles=roles, base=base, **rest)


def test_everybody_on_the_team_sees_who_is_on_it(sign_in: Callable[..., Client], lead: Client) -> None:
    member = TeamMemberFactory(person__name="Bo Ash", role=TeamRole.INSPECTOR)
    TeamMemberFactory(person=db.session.get_one(Person, member.person_id), role=TeamRole.QA_LEAD)
    observer = TeamMemberFactory(role=TeamRole.OBSERVER)
    invited(EMAIL, TeamRole.OBSERVER)
    page = sign_in(observer).get("inspections.show_team")
    assert "Legal inspector, quality assurance lead" in row(page, "Bo Ash")
    assert "1 April 2026" in row(page, "Bo Ash")
    assert EMAIL in row(page, "Colleague")
    assert "Change" not in page.main and "Revoke" not in page.main and "Add somebody" not in page.main
    assert "Change" in lead.get("inspections.show_team").main


def test_somebody_with_an_account_is_on_the_team_at_once(lead: Client, sign_in: Callable[..., Client]) -> None:
    person = PersonFactory(name="Bo Ash", email="bo.ash@example.gov.uk")
    page = lead.post("inspections.add_to_team", form=NEW | {"roles": ["inspector", "qa_lead"]})
    assert page.messages.endswith("bo.ash@example.gov.uk is added as legal inspector, quality assurance lead.")
    assert page.heading == "Team"
    assert roles_of(person.id) == {TeamRole.INSPECTOR, TeamRole.QA_LEAD}
    assert sign_in(person).get("interviews.show_plan").status == 200
    assert deeds(actor_id=lead.person_id, object="team") == [("added to the team", "team")] * 2


def test_somebody_without_an_account_is_invited_by_a_link(lead: Client) -> None:
    page = lead.post("inspections.add_to_team", form=NEW)
    sentence = "bo.ash@example.gov.uk is invited as legal inspector, and on the team once they have made their account."
    assert page.messages.endswith(sentence)
    token = link_on(page)
    assert "Fieldbook sends no mail" in page
    look_again()
    assert db.session.scalars(select(Invitation.token_hash)).one() == hash_of_token(token)
    listed = lead.get("inspections.show_team")
    assert "bo.ash@example.gov.uk" in row(listed, "Bo Ash")
    assert token not in listed.html  # shown once
    assert deeds(object="team", actor_id=lead.person_id) == [("invited to the team", "team")]


def test_a_form_sent_twice_invites_once_and_leaves_no_link_in_the_database(lead: Client) -> None:
    sent = NEW | {"operation": str(uuid4())}
    token = link_on(lead.post("inspections.add_to_team", form=sent))
    again = lead.post("inspections.add_to_team", form=sent)
    assert again.heading == "Team" and "bo.ash@example.gov.uk" in again
    look_again()
    assert db.session.scalar(select(func.count()).select_from(Invitation)) == 1
    kept = db.session.scalars(select(Operation)).one()
    assert token not in f"{kept.body} {kept.headers}"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"name": " "}, "Enter the name"),
        ({"name": "x" * 121}, "Name must be 120 characters or fewer"),
        ({"email": ""}, "Enter the e-mail address"),
        ({"email": "bo.ash"}, "Enter an e-mail address like name@example.gov.uk"),
        ({"email": "bo\0@example.gov.uk"}, "Take out the character that cannot be stored"),
        ({"roles": []}, "Choose at least one role"),
        ({"roles": ["observer", "lead"]}, OBSERVER_ALONE),
        ({"roles": ["lead", "inspector", "qa_lead"]}, "Choose two roles at most"),
        ({"roles": ["administrator"]}, "'administrator' is not a valid choice for this field."),
        ({"email": "ada@example.gov.uk"}, "Ada Shah is on the team already"),
        ({"email": EMAIL.upper()}, "This address is invited already"),
    ],
)
def test_wrong_input_is_said_and_kept_and_changes_nothing(lead: Client, fields: dict[str, Any], error: str) -> None:
    invited(EMAIL, TeamRole.OBSERVER)
    sent = NEW | fields
    page = lead.post("inspections.add_to_team", form=sent)
    assert page.status == 422
    assert any(line.startswith(error) for line in page.errors), page.errors
    if "\0" not in sent["email"]:
        assert page.field("email") == sent["email"]
    assert page.field("name") == sent["name"]
    assert set(page.field("roles")) == set(sent["roles"]) - {"administrator"}
    look_again()
    assert len(list_team(db.session.scalars(select(Inspection.id)).one())) == 1
    assert db.session.scalar(select(func.count()).select_from(Invitation)) == 1


def test_one_lead_does_not_learn_whom_another_inspection_has_invited(lead: Client) -> None:
    other = InspectionFactory()
    invited("bo.ash@example.gov.uk", TeamRole.LEAD, inspection_id=other.id)
    assert link_on(lead.post("inspections.add_to_team", form=NEW))


def test_the_lead_makes_a_new_link_and_the_one_before_stops_working(lead: Client, visitor: Client) -> None:
    invitation_id, token = invited(EMAIL, TeamRole.OBSERVER)
    newer = link_on(lead.post("inspections.renew_invitation", invitation_id=invitation_id))
    assert visitor.get("inspections.show_invitation", token=token).status == 404
    assert visitor.get("inspections.show_invitation", token=newer).status == 200
    assert deeds(object="team", actor_id=lead.person_id) == [("renewed the invitation", "team")]


def test_an_invitation_that_ran_out_can_be_renewed(lead: Client, visitor: Client) -> None:
    with time_machine.travel("2026-01-01T09:00Z"):
        invitation_id, _token = invited(EMAIL, TeamRole.OBSERVER)
    assert "Run out" in row(lead.get("inspections.show_team"), EMAIL)
    newer = link_on(lead.post("inspections.renew_invitation", invitation_id=invitation_id))
    assert visitor.get("inspections.show_invitation", token=newer).status == 200


def test_renewing_for_somebody_who_has_an_account_by_now_adds_them(lead: Client) -> None:
    invitation_id, _token = invited(EMAIL, TeamRole.QA_LEAD)
    person = PersonFactory(email=EMAIL)
    page = lead.post("inspections.renew_invitation", invitation_id=invitation_id)
    assert page.messages.endswith(f"{EMAIL} is on the team now.")
    assert roles_of(person.id) == {TeamRole.QA_LEAD}
    assert "Invited, not come yet" not in page


def test_a_revoked_invitation_is_over_and_may_be_made_again(lead: Client, visitor: Client) -> None:
    invitation_id, token = invited(EMAIL, TeamRole.OBSERVER)
    page = lead.post("inspections.revoke_invitation", invitation_id=invitation_id)
    assert "its link no longer works" in page.messages
    assert EMAIL not in lead.get("inspections.show_team")
    assert visitor.get("inspections.show_invitation", token=token).status == 410
    assert lead.post("inspections.revoke_invitation", invitation_id=invitation_id).status == 404
    assert lead.post("inspections.renew_invitation", invitation_id=invitation_id).status == 404
    assert link_on(lead.post("inspections.add_to_team", form=NEW | {"email": EMAIL}))


def test_an_invitation_of_another_inspection_is_not_found(lead: Client) -> None:
    other, _token = invited(EMAIL, TeamRole.LEAD, inspection_id=InspectionFactory().id)
    site, _token = invited("site@example.gov.uk")
    for invitation_id in (other, site, uuid4()):
        for endpoint in ("inspections.renew_invitation", "inspections.revoke_invitation"):
            assert lead.post(endpoint, invitation_id=invitation_id).status == 404
    elsewhere = TeamMemberFactory(inspection_id=InspectionFactory().id)
    assert lead.get("inspections.show_member", person_id=elsewhere.person_id).status == 404
    assert change(lead, elsewhere.person_id, ["observer"]).status == 404


def test_two_roles_are_given_at_once_and_taken_again(lead: Client, sign_in: Callable[..., Client]) -> None:
    person_id = on_the_team(person__name="Bo Ash")
    page = lead.get("inspections.show_member", person_id=person_id)
    assert page.field("roles") == ["inspector"]
    page = change(lead, person_id, ["inspector", "qa_lead"])
    assert page.messages.endswith("Bo Ash is legal inspector, quality assurance lead now.")
    assert "1 April 2026" in row(page, "Bo Ash")  # since when is not since the change
    change(lead, person_id, ["observer"], base="inspector qa_lead")
    assert roles_of(person_id) == {TeamRole.OBSERVER}
    person = db.session.get_one(Person, person_id)
    assert sign_in(person).get("interviews.show_plan").status == 403
    history = lead.get("inspections.show_team_history")
    assert "Ada Shah changed the roles of Bo Ash" in history
    assert "Legal inspector, quality assurance lead" in history


def test_the_last_lead_is_neither_demoted_nor_taken_off(lead: Client) -> None:
    # One whose account is disabled leads nothing.
    TeamMemberFactory(role=TeamRole.LEAD, person__disabled_at=clock.now())
    TeamMemberFactory(role=TeamRole.LEAD, inspection_id=InspectionFactory().id)
    page = change(lead, lead.person_id, ["inspector"], base="lead")
    assert (page.status, page.errors) == (422, [services.LAST_LEAD])
    assert page.field("roles") == ["inspector"]
    page = lead.post("inspections.take_off", person_id=lead.person_id, reason="Leaves", base="lead")
    assert (page.status, page.errors) == (422, [services.LAST_LEAD])
    assert page.field("reason") == "Leaves"
    assert roles_of(lead.person_id) == {TeamRole.LEAD}


def test_a_lead_beside_another_may_go(lead: Client) -> None:
    TeamMemberFactory(role=TeamRole.LEAD)
    page = lead.post("inspections.take_off", person_id=lead.person_id, reason="Leaves", base="lead")
    assert page.heading == "Your inspections"
    assert lead.get("inspections.show_team").status == 404


def test_two_leads_who_demote_one_another_at_once_leave_one(app: Flask, sign_in: Callable[..., Client]) -> None:
    people = [on_the_team(role=TeamRole.LEAD) for _ in range(2)]
    clients = [sign_in(db.session.get_one(Person, person_id)) for person_id in people]
    for client in clients:
        client.csrf_token()
    outcomes = at_once(2, lambda n: change(clients[n], people[1 - n], ["observer"], base="lead", follow=False))
    assert sorted(page.status for page in outcomes)[0] == 303
    assert sorted(page.status for page in outcomes)[1] in (403, 422)
    look_again()
    assert sorted(db.session.scalars(select(TeamMember.role))) == [TeamRole.LEAD, TeamRole.OBSERVER]


def test_two_leads_who_change_one_person_see_both_and_lose_neither(lead: Client) -> None:
    person_id = on_the_team(person__name="Bo Ash")
    change(lead, person_id, ["qa_lead"])
    page = change(lead, person_id, ["inspector", "lead"])
    assert page.status == 409
    assert page.differences["Roles"].startswith("Now: Quality assurance lead Yours: ")
    assert page.one(".fb-conflict li").get_text().startswith("Ada Shah changed the roles of Bo Ash, ")
    assert page.all("form")[1].select("input[checked]")[0]["value"] == "lead"
    assert set(page.field("roles")) == {"inspector", "lead"}
    assert roles_of(person_id) == {TeamRole.QA_LEAD}
    assert "Lead inspector, legal inspector" in lead.get("inspections.show_team_history")
    # Sent again from there, it is a change of what stands now.
    sent = page.form(f"/team/{person_id}") | {"roles": ["inspector", "lead"]}
    assert lead.post("inspections.set_roles", person_id=person_id, form=sent).status == 200
    assert roles_of(person_id) == {TeamRole.LEAD, TeamRole.INSPECTOR}


def test_taking_off_a_person_whose_roles_changed_meanwhile_is_asked_once_more(lead: Client) -> None:
    person_id = on_the_team()
    page = lead.post("inspections.take_off", person_id=person_id, reason="Left", base="observer")
    assert page.status == 409
    assert page.field("reason") == "Left"
    assert roles_of(person_id) == {TeamRole.INSPECTOR}
    assert "Left" in lead.get("inspections.show_team_history")


def test_somebody_taken_off_is_shut_out_and_stays_on_record(lead: Client, sign_in: Callable[..., Client]) -> None:
    person_id = on_the_team(person__name="Bo Ash")
    colleague = sign_in(db.session.get_one(Person, person_id))
    assert colleague.get("inspections.show_team").status == 200
    wrong = lead.post("inspections.take_off", person_id=person_id, reason=" ", base="inspector")
    assert (wrong.status, wrong.errors) == (422, ["Say why"])
    page = lead.post("inspections.take_off", person_id=person_id, reason="Moved to Leeds", base="inspector")
    assert "Bo Ash is off the team" in page.messages
    assert colleague.get("inspections.show_team").status == 404
    history = lead.get("inspections.show_team_history")
    assert "Ada Shah took Bo Ash off the team" in history
    assert "Moved to Leeds" in history and "Legal inspector" in history
    assert lead.post("inspections.take_off", person_id=person_id, reason="Again", base="").status == 404
    assert [verify(chain).broken_at for chain in chains()] == [None] * len(chains())


def test_a_form_changed_on_its_way_is_refused(lead: Client) -> None:
    person_id = on_the_team()
    page = change(lead, person_id, ["observer"], base="king")
    assert page.status == 422
    assert "changed on its way" in page


def test_the_team_costs_the_same_however_many_they_are(lead: Client) -> None:
    def asked() -> dict[str, int]:
        found = {}
        for endpoint in ("inspections.show_team", "inspections.show_team_history"):
            lead.get(endpoint)
            with counting_statements() as counted:
                assert lead.get(endpoint).status == 200
            found[endpoint] = len(counted)
        return found

    def grow(people: int, start: int) -> None:
        for number in range(start, start + people):
            TeamMemberFactory()
            invited(f"number.{number}@example.gov.uk", TeamRole.OBSERVER)

    grow(2, 0)
    few = asked()
    grow(20, 2)
    assert asked() == few
    assert max(few.values()) <= 8, few


def test_the_service_itself_refuses_a_second_invitation(app: Flask) -> None:
    invited(EMAIL, TeamRole.OBSERVER)
    inspection_id = db.session.scalars(select(Inspection.id)).one()
    with pytest.raises(Refused), the_world():
        services.add_to_team(inspection_id, EMAIL.title(), "Again", [TeamRole.LEAD], by=Actor(uuid4(), "Somebody"))
