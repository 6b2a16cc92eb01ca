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
from tests.register.factories import RequestEventFactory, add_own, make_all

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


@pytest.fixture
def lead(sign_in):
    return sign_in(TeamMemberFactory(role=TeamRole.LEAD, person__name="Lee Lead"))


def main(page) -> str:
    return " ".join(page.one("main").get_text(" ").split())


def test_all_that_is_known_of_it_is_said_at_once(lead):
    said = {"expected": "2", "maximum": "3", "period": "March 2026", "criteria": "ld.ii, QT.i"}
    said |= {"due": ["1", "6", "2026"], "owner": lead.person_id.hex, "all_the_same": "past after"}
    page = lead.post("register.add_request", **ROTA, **said)
    words = main(page)
    assert "How many 2. up to 3" in words and "Period March 2026" in words and "Criteria LD.ii QT.i" in words
    assert "due 1 June 2026 · Lee Lead" in words
    history = main(lead.get("register.show_history", body="WES", code="own-1"))
    for told in ("The most that are asked for 3", "Due date 1 June 2026", "Owner Lee Lead", "March 2026"):
        assert told in history


def test_only_the_lead_says_when_it_is_due(inspector):
    page = inspector.get("register.show_new")
    assert page.field("expected") == "1" and not page.all("[name=due], [name=owner]")
    inspector.post("register.add_request", **ROTA, due=["1", "6", "2026"], owner=inspector.person_id.hex)
    row = db.session.scalars(select(DocumentRequest)).one()
    assert (row.due, row.owner_id) == (None, None)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"criteria": "LD.ii, XX.i"}, "There is no criterion XX.i. Enter references, with commas between them"),
        ({"expected": "3", "maximum": "2"}, "The most that are asked for must not be fewer than are expected"),
        ({"expected": "some"}, "How many are expected must be a whole number from 1 to 500"),
    ],
)
def test_what_is_wrong_of_it_is_told_and_stays(inspector, said, sentence):
    page = inspector.post("register.add_request", **ROTA, **said)
    assert page.status == 422 and page.errors == [sentence]
    assert all(page.field(name) == value for name, value in (ROTA | said).items()) and added() == []


def test_the_same_sent_twice_is_asked_about(inspector):
    inspector.post("register.add_request", **ROTA)
    page = inspector.post("register.add_request", **ROTA | {"title": " rota of march "})
    assert page.errors == ["The same is asked for already: own-1 Wessex. It was not added again."]
    assert len(added()) == 1
    inspector.post("register.add_request", **ROTA | {"body": "HQ"})
    inspector.post("register.add_request", **ROTA, all_the_same="same")
    assert [reference for reference, _title, _text in added()] == ["own-1 WES", "own-2 HQ", "own-3 WES"]


def test_what_it_asks_for_is_changed_while_nothing_has_come(inspector):
    request = add_own()
    form = inspector.get("register.show_words", body="WES", code="own-1").form("/words")
    stale = inspector.get("register.show_words", body="WES", code="own-1").form("/words") | {"text": "The last one."}
    page = inspector.post("register.change_words", body="WES", code="own-1", form=form | {"title": "Rotas of spring"})
    assert "Rotas of spring" in page.main
    history = main(inspector.get("register.show_history", body="WES", code="own-1"))
    assert "Ada Shah changed what it asks for" in history and "Rota of March" in history
    late = inspector.post("register.change_words", body="WES", code="own-1", form=stale)
    assert late.status == 409 and late.field("title") == "Rotas of spring" and late.field("text") == "The last one."
    RequestEventFactory(request=request, code="received", units=[1], parts=["document"])
    for endpoint in ("show_words", "show_withdraw"):
        page = inspector.get(f"register.{endpoint}", body="WES", code="own-1")
        assert page.status == 409 and "Something came in answer to own-1 WES" in page
    assert inspector.post("register.withdraw_request", body="WES", code="own-1", reason="Slip").status == 409
    assert "Withdraw it" not in inspector.get("register.show_request", body="WES", code="own-1")


def test_one_that_was_added_by_mistake_is_withdrawn_with_a_reason_and_stands_nowhere(inspector):
    add_own()
    RequestEventFactory(request=add_own(title="Other rota"), how="letter")
    assert inspector.post("register.withdraw_request", body="WES", code="own-1", reason=" ").status == 422
    assert "own-1" in inspector.get("register.show_register")
    page = inspector.post("register.withdraw_request", body="WES", code="own-1", reason="Meant for HQ")
    assert "Rota of March" not in page.main and "own-2" in page.main
    page = inspector.get("register.show_request", body="WES", code="own-1")
    assert page.status == 404 and "by Ada Shah: Meant for HQ" in page
    inspector.post("register.withdraw_request", body="WES", code="own-2", reason="It too")
    lines = inspector.get("letters.show_new").all("select[name=body] option[value=WES]")
    assert lines[0].get_text() == "Wessex: nothing is open"
    inspector.post("register.add_request", **ROTA)
    assert "own-3" in inspector.get("register.show_register"), "no code is given twice"


def test_the_lead_changes_the_title_of_a_request_of_the_pack_for_every_body(lead, inspector):
    make_all()
    form = lead.get("register.show_title", body="WES", code="A5").form("/title") | {"title": "New form of assessment"}
    stale = lead.get("register.show_title", body="WES", code="A5").form("/title") | {"title": "Third"}
    lead.post("register.retitle", body="WES", code="A5", form=form)
    grid = main(lead.get("register.show_register"))
    assert "A5 New form of assessment" in grid and "Individual quality assessments, Crown Court team" not in grid
    history = main(lead.get("register.show_history", body="MCH", code="A5"))
    assert "Lee Lead changed what it asks for" in history and "New form of assessment" in history
    assert lead.post("register.retitle", body="WES", code="A5", form=stale).status == 409
    assert inspector.get("register.show_words", body="WES", code="A5").status == 404
    assert inspector.post("register.retitle", body="WES", code="A5", title="Fourth").status == 403
