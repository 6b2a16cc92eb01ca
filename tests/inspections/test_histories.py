"""Histories are told in the words of the pages: what is stored now, and what earlier versions stored otherwise."""

from typing import Any

import pytest

from app.access import SYSTEM, Actor
from app.accounts.models import Person
from app.audit.services import record
from app.extensions import db
from app.inspections.models import TeamRole
from app.inspections.queries import list_criteria
from tests.accounts.factories import PersonFactory
from tests.client import Client
from tests.databases import counting_statements, the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.factories import EvidenceItemFactory
from tests.factories import the_inspection
from tests.findings.factories import FileFindingFactory
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import InterviewFactory
from tests.register.factories import make_all


@pytest.fixture
def lead(sign_in: Any) -> Client:
    return sign_in(TeamMemberFactory(role=TeamRole.LEAD))


@pytest.fixture
def requests(app: Any) -> None:
    make_all()


@pytest.fixture
def bo(app: Any) -> Person:
    return PersonFactory(name="Bo Ash")


def written(deed: str, object: str, part: str = "", **sides: Any) -> None:
    with the_world():
        record(SYSTEM, deed, object, part=part, inspection_id=the_inspection().id, **sides)


def newest(client: Client, endpoint: str, *things: Any, **named: Any) -> list[str]:
    """What the newest entry of a history says: who did what, and every line under it."""
    entry = client.get(endpoint, *things, **named).all(".fb-history__entry")[0]
    deed = " ".join(entry.stripped_strings).split(f", {entry.select_one('time').get_text()}")[0]
    return [deed, *(" ".join(line.stripped_strings) for line in entry.select("dl > div"))]


def test_an_interview_s_date_and_kind_are_told_however_they_were_written(lead: Client) -> None:
    interview = InterviewFactory()
    for held_at, said in (
        ("2026-04-14T09:05:00+00:00", "14 April 2026 at 10:05"),
        ("2026-04-13T23:00:00+00:00", "14 April 2026"),
        ("14 April 2026 at 10:05", "14 April 2026 at 10:05"),
    ):
        written("planned", interview.reference, after={"kind": "focus_group", "held_at": held_at, "remote": True})
        assert newest(lead, "interviews.show_history", interview) == [
            "Fieldbook planned it",
            "Kind Focus group",
            f"Date {said}",
            "Held remotely yes",
        ]


def test_what_was_emptied_is_said_and_what_was_empty_before_is_not(lead: Client) -> None:
    interview = InterviewFactory()
    sides = {"before": {"place": "Room 7", "title": ""}, "after": {"place": "", "title": "Rotas"}}
    written("scheduled", interview.reference, **sides)
    assert newest(lead, "interviews.show_history", interview)[1:] == [
        "Place or link before Room 7",
        "Place or link none",
        "What it is about Rotas",
    ]


def test_an_owner_who_was_written_down_as_an_id_is_told_by_name(lead: Client, bo: Person, requests: None) -> None:
    before, after = {"due": "2026-04-02", "owner_id": str(bo.id)}, {"due": "2026-05-05", "owner": "Lee Lead"}
    written("planned", "A3 WES", before=before, after=after)
    assert newest(lead, "register.show_history", body="WES", code="A3")[1:] == [
        "Due date before 2 April 2026",
        "Owner before Bo Ash",
        "Due date 5 May 2026",
        "Owner Lee Lead",
    ]


def test_an_event_is_told_with_its_days_and_the_pack_s_words(lead: Client, requests: None) -> None:
    after = {"date": "2026-04-14", "by": "Bo Ash", "how": "2026-04-14", "new_due": "2026-05-01", "last": True}
    written("entered ‘Due date extended’", "A3 WES", "event 2", after=after | {"result": "sent_on", "panel_no": "4"})
    assert newest(lead, "register.show_history", body="WES", code="A3") == [
        "Fieldbook entered ‘Due date extended’ (event 2)",
        "Date 14 April 2026",
        "By whom on the team Bo Ash",
        "How 2026-04-14",  # as it was typed
        "New due date 1 May 2026",
        "The body says that this is all there is yes",
        "Result sent_on",  # which the pack does not know
        "Panel no 4",
    ]


def test_a_document_says_which_request_it_answers_by_the_name_of_the_body(lead: Client) -> None:
    document = DocumentFactory()
    written("said that it answers a request", document.reference, "A3 WES", after={"holds": "minutes of panel 1"})
    assert newest(lead, "documents.show_history", document) == [
        "Fieldbook said that it answers A3, Wessex",
        "Holds minutes of panel 1",
    ]
    written("is to be sorted again", document.reference)
    assert newest(lead, "documents.show_history", document) == ["Fieldbook said that it is to be sorted again"]
    written("received", document.reference, after={"sha256": "0" * 64, "size": 20480, "kind": "pdf"})
    assert newest(lead, "documents.show_history", document)[1:] == ["Size 20,480 bytes", "Kind of file PDF document"]
    written("read", document.reference, after={"pages": 0, "trouble": "password"})
    assert newest(lead, "documents.show_history", document)[1:] == [
        "Pages read 0",
        "What went wrong This file has a password. Ask the sender for a copy without one.",
    ]


def test_an_item_is_told_with_the_labels_of_the_pack(lead: Client) -> None:
    item = EvidenceItemFactory()
    criterion = list_criteria(item.inspection_id)[0]
    written(
        "lifted",
        item.reference,
        after={"words": "direction: mixed", "direction": "mixed", "tags": [str(criterion.id)], "quote": False},
    )
    assert newest(lead, "evidence.show_history", item) == [
        "Fieldbook lifted it",
        "Exact words direction: mixed",
        "What it shows Mixed",
        f"Criteria {criterion.reference}",
        "Quotation no",
    ]
    written("linked", "E-0999", item.reference, after={"relation": "corroborates", "reason": "supports"})
    assert newest(lead, "evidence.show_history", item) == [
        f"Fieldbook linked E-0999 with {item.reference}",
        "Relation corroborates",
        "Reason supports",
    ]


def test_an_import_says_the_area_and_the_direction_in_words(lead: Client) -> None:
    finding = FileFindingFactory()
    sides = {"before": {"Area": "WES", "Shows": "strength"}, "after": {"Area": "all Areas", "Shows": "weakness"}}
    written("changed by import", finding.reference, **sides)
    assert newest(lead, "findings.show_history", finding) == [
        "Fieldbook changed it by an import",
        "Area before Wessex",
        "Shows before Strength",
        "Area all Areas",
        "Shows Weakness",
    ]
    written("imported", "file findings", after={"sha256": "0" * 64, "added": 2, "changed": 0})
    assert newest(lead, "findings.show_imports") == [
        "Fieldbook imported file findings",
        "Findings added 2",
        "Findings changed 0",
    ]


def test_the_team_is_told_by_names_and_roles(lead: Client, bo: Person) -> None:
    written("added to the team", "team", bo.id.hex, after={"role": "qa_lead"})
    assert newest(lead, "inspections.show_team_history") == [
        "Fieldbook added Bo Ash to the team",
        "Role Quality assurance lead",
    ]
    written("invited to the team", "team", "f" * 32, after={"email": "new@example.gov.uk", "roles": "Observer"})
    assert newest(lead, "inspections.show_team_history") == [
        "Fieldbook invited somebody to the team",
        "E-mail address new@example.gov.uk",
        "Roles Observer",
    ]


def test_the_history_of_the_pack_lists_and_dates_are_told_as_people_write_them(lead: Client) -> None:
    written("kept the whole pack", "inspection", after={"made": ["files", "words"]})
    assert newest(lead, "packs.show_pack") == [
        "Fieldbook made what an earlier version of Fieldbook had not made of the pack",
        "Made now files, words",
    ]
    written("took a newer pack", "inspection", after={"changes": "changes request A1 EMI, due: 2026-03-12 → nothing"})
    assert newest(lead, "packs.show_pack")[1:] == [
        "What it changes changes request A1 EMI, due: 12 March 2026 → nothing"
    ]


def test_a_theme_that_is_called_like_a_field_or_an_id_stays_as_it_was_typed(lead: Client) -> None:
    item = EvidenceItemFactory()
    for name in ("held_at", "2026-04-14", "f" * 32, "{it}", "A3 WES"):
        written("put under the theme", item.reference, name)
        assert newest(lead, "evidence.show_history", item) == [f"Fieldbook put it under the theme ‘{name}’"]


def test_a_deed_that_nobody_knows_is_told_as_it_was_written(lead: Client) -> None:
    interview = InterviewFactory()
    written("did {something} else", interview.reference, "part 1", after={"some_field": True})
    assert newest(lead, "interviews.show_history", interview) == [
        "Fieldbook did {something} else (part 1)",
        "Some field yes",
    ]


def test_a_long_history_costs_as_much_as_a_short_one(lead: Client, requests: None) -> None:
    def costs() -> int:
        with counting_statements() as counted:
            assert lead.get("register.show_history", body="WES", code="A3").status == 200
        return len(counted)

    def entries(number: int) -> None:
        for _ in range(number):
            person = PersonFactory()
            written("planned", "A3 WES", before={"owner_id": str(person.id)}, after={"result": "x"})
            written("took off", "A3 WES", "B1 EMI", after={"outcome": "x", "Area": "WES", "tags": ["x"]})

    entries(1)
    costs()  # what is kept in memory of the pack is read once
    few = costs()
    entries(10)
    assert costs() == few


def test_who_did_it_is_not_told_by_an_id_on_the_pages_of_accounts(sign_in: Any, bo: Person) -> None:
    administrator = sign_in(PersonFactory(administrator=True))
    with the_world():
        record(Actor(bo.id, "Bo Ash"), "added", "person", part=bo.id.hex, after={"administrator": False})
        db.session.flush()
    assert newest(administrator, "accounts.show_history") == ["Bo Ash added the account of Bo Ash", "Administrator no"]
