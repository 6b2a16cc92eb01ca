"""A document that the pack does not ask for, asked for all the same."""

import pytest
from sqlalchemy import select

from app.extensions import db
from app.inspections.models import TeamRole
from app.packs.differences import sentences
from app.packs.reading import read_pack
from app.packs.services import compare_with
from app.register.models import DocumentRequest
from tests.conftest import PACK
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import ActionFactory, InterviewFactory
from tests.register.factories import make_all

ROTA = {"body": "WES", "title": "Rota of March", "text": "The rota of the charging team, March 2026."}


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ada Shah"))


def added() -> list[tuple[str, str, str]]:
    rows = db.session.scalars(select(DocumentRequest).where(DocumentRequest.code.like("own-%")))
    return [(row.reference, row.title, row.text) for row in rows]


def test_a_request_is_added_and_then_asked_like_any_other(inspector):
    make_all()
    page = inspector.post("register.add_request", **ROTA)
    assert page.address.endswith("/requests/WES/own-1")
    assert "Rota of March" in page and "The rota of the charging team, March 2026." in page
    assert added() == [("own-1 WES", "Rota of March", "The rota of the charging team, March 2026.")]
    assert "Ada Shah added it to the requests" in inspector.get("register.show_history", body="WES", code="own-1")
    grid = inspector.get("register.show_register")
    assert "own-1 Rota of March" in grid
    assert inspector.get("register.show_event", body="WES", code="own-1", kind="asked").status == 200
    assert inspector.post("register.add_request", **ROTA | {"body": "HQ"}).address.endswith("/requests/HQ/own-2")


def test_it_stands_alone_where_the_requests_of_the_pack_are_not_made(inspector):
    inspector.post("register.add_request", **ROTA)
    assert "own-1 Rota of March" in inspector.get("register.show_register")
    assert make_all() > 0, "and is not in the way of those"


@pytest.mark.parametrize("name", ROTA)
def test_what_is_missing_is_told_and_the_rest_stays(inspector, name):
    page = inspector.post("register.add_request", **ROTA | {name: ""})
    assert page.status == 422 and len(page.errors) == 1
    for other in ROTA:
        assert page.field(other) == ("" if other == name else ROTA[other])
    assert added() == []


def test_a_body_that_is_not_there_is_refused(inspector):
    assert inspector.post("register.add_request", **ROTA | {"body": "XXX"}).status == 422


def test_an_action_of_an_interview_opens_it_filled_in(inspector):
    action = ActionFactory(interview=InterviewFactory(body="WES"), what="Send the rota & the list of March.")
    page = inspector.get("interviews.show_write_up", reference="INT-001")
    link = page.one(f"#action-{action.number} a[href*='/requests/new']")
    form = inspector.open("GET", link["href"])
    assert (form.field("body"), form.field("title"), form.field("text")) == ("WES", action.what, action.what)
    assert inspector.open("POST", "/inspections/stalking-2026/requests/new", form=form.form("/new")).status == 200
    assert [title for _reference, title, _text in added()] == [action.what]


@pytest.mark.parametrize("query", [{"body": "XXX"}, {"title": "x" * 5000}, {"text": "<b>\n#"}])
def test_an_address_that_says_too_much_is_filled_in_as_far_as_it_goes(inspector, query):
    page = inspector.get("register.show_new", **query)
    assert page.status == 200
    assert page.field("body") == ""


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_only_reads_adds_none(sign_in, role):
    reader = sign_in(TeamMemberFactory(role=role))
    assert reader.post("register.add_request", **ROTA).status == 403
    assert added() == []


def test_a_pack_is_not_compared_with_what_the_team_added(inspector, inspection):
    make_all()
    inspector.post("register.add_request", **ROTA)
    comparison = compare_with(inspection, read_pack(PACK))
    assert not any("own-1" in f"{edit}" for edit in comparison.edits) and "own-1" not in " ".join(sentences(comparison))
