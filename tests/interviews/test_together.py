"""Two who take notes in one interview: each is told of the other's notes, and who is here."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.extensions import db
from app.inspections.models import TeamRole
from app.interviews.models import Presence
from app.interviews.note_queries import OVERLAP, this_millisecond
from app.web import clock
from tests.databases import counting_statements, the_world
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import InterviewFactory, NoteFactory


@pytest.fixture
def interview(app):
    return InterviewFactory()


@pytest.fixture
def ada(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ada Shah"))


@pytest.fixture
def bo(sign_in):
    return sign_in(TeamMemberFactory(person__name="Bo Ash"))


def changed(client, interview, since):
    return client.get("interviews.show_changed", interview, since=since, htmx=True)


def numbers(page) -> list[str]:
    return [str(line["id"]) for line in page.all("li.fb-note")]


def test_a_note_of_a_colleague_comes_with_the_next_question(ada, bo, interview):
    since = this_millisecond()
    bo.post("interviews.save_note", interview, words="The clock runs out at four.", htmx=True)
    page = changed(ada, interview, since)
    assert numbers(page) == ["note-1"]
    assert "The clock runs out at four." in page.text
    assert int(page.one("#present")["data-since"]) >= since


def test_a_rewording_of_an_old_note_comes_too(ada, bo, interview):
    bo.post("interviews.save_note", interview, words="At four.", htmx=True)
    bo.post("interviews.save_note", interview, words="At five.", htmx=True)
    later = this_millisecond() + 2 * OVERLAP
    assert numbers(changed(ada, interview, later)) == [], "what is older than the overlap is not told again"
    bo.post("interviews.reword_note", interview, number=1, words="At half past four.", version=1, htmx=True)
    page = changed(ada, interview, this_millisecond())
    assert "At half past four." in page.text
    assert page.one("#note-1")["data-version"] == "2"


def test_notes_of_another_interview_are_not_told(ada, bo, interview):
    bo.post("interviews.save_note", InterviewFactory(), words="Elsewhere.", htmx=True)
    assert numbers(changed(ada, interview, 0)) == []


def test_each_is_told_who_else_is_here(ada, bo, interview):
    changed(ada, interview, 0)
    assert "2 here: Ada Shah, you" in changed(bo, interview, 0).text
    assert "2 here: Bo Ash, you" in changed(ada, interview, 0).text
    bo.post("accounts.sign_out")
    assert "here" not in changed(ada, interview, 0).one("#present").get_text(), "who has signed out is not here"


@pytest.mark.parametrize(
    ("endpoint", "sent", "shown"),
    [
        ("interviews.tick_guide", {"part": "DC2", "mark": "done", "version": 0}, "1 of 10 prompts covered"),
        ("interviews.leave_out_prompt", {"left_out": "DC3", "reason": "No time"}, "Why: No time"),
        ("interviews.add_question", {"question": "Who pays?"}, "Who pays?"),
        ("interviews.prepare", {"version": 0, "prompts-0-prompt": "DC2", "prompts-0-place": 1}, "DC2"),
        ("interviews.save_note", {"words": "At four.", "prompt": "DC2"}, "Covered: 1 note"),
    ],
)
def test_what_a_colleague_does_to_the_guide_comes_with_the_next_question(ada, bo, interview, endpoint, sent, shown):
    stamp = ada.get("interviews.show_interview", interview).one("#guide")["data-stamp"]
    asked = {"since": this_millisecond(), "guide": stamp, "htmx": True}
    assert ada.get("interviews.show_changed", interview, **asked).all("#guide") == []
    bo.post(endpoint, interview, **sent)
    guide = ada.get("interviews.show_changed", interview, **asked).one("#guide")
    assert shown in guide.get_text()
    asked["guide"] = guide["data-stamp"]
    assert ada.get("interviews.show_changed", interview, **asked).all("#guide") == [], "it is told once"


def test_a_tick_that_is_taken_back_comes_too(ada, bo, interview):
    for mark, version in (("done", 0), ("", 1)):
        stamp = ada.get("interviews.show_interview", interview).one("#guide")["data-stamp"]
        bo.post("interviews.tick_guide", interview, part="opening-words", mark=mark, version=version)
        guide = ada.get("interviews.show_changed", interview, since=this_millisecond(), guide=stamp, htmx=True)
        assert guide.one("#tick-opening-words")["aria-pressed"] == ("true" if mark else "false")


def test_that_a_colleague_finished_and_signed_off_comes_too(sign_in, ada, bo, interview):
    bo.post("interviews.save_note", interview, words="At four.", htmx=True)

    def asks(shown):
        since = this_millisecond()
        return ada.get("interviews.show_changed", interview, since=since, state=shown, htmx=True)

    assert asks("planned").one("#identity")["data-state"] == "under_way"
    assert asks("under_way").all("#identity") == []
    for endpoint in ("finish", "write_up"):
        bo.post(f"interviews.{endpoint}", interview)
    assert asks("under_way").one("#identity")["data-state"] == "written_up"
    sign_in(TeamMemberFactory(role=TeamRole.LEAD)).post("interviews.sign_off", interview)
    page = asks("written_up")
    assert page.one("#identity")["data-state"] == "signed_off"
    closed = page.one("#closed")
    assert "INT-001 is signed off by" in closed.get_text() and "no notes are taken any more." in closed.get_text()
    assert [link.get_text() for link in closed.find_all("a")] == ["See its arrangements", "Reopen it"]
    bo.post("interviews.reopen", interview, reason="other", words="A slip.")
    assert asks("signed_off").all("#closed") == [], "it takes notes again"


def test_somebody_who_went_away_is_no_longer_here(ada, bo, interview):
    changed(ada, interview, 0)
    with the_world():
        row = db.session.scalars(select(Presence)).one()
        row.seen_at = clock.now() - timedelta(minutes=1)
    assert "here" not in changed(bo, interview, 0).text


def test_being_here_is_written_down_now_and_then_and_not_with_every_question(ada, interview):
    changed(ada, interview, 0)
    with counting_statements() as counted:
        for _time in range(3):
            changed(ada, interview, 0)
    assert not [
        statement for statement in counted.statements if "interview_presence" in statement and "INSERT" in statement
    ]
    assert counted.commits == 0


def test_asking_costs_the_same_however_many_notes_there_are(ada, interview):
    def statements() -> int:
        with counting_statements() as counted:
            changed(ada, interview, this_millisecond())
        return sum(statement.startswith("SELECT") for statement in counted.statements)

    NoteFactory(interview=interview)
    changed(ada, interview, 0)
    few = statements()
    for _note in range(30):
        NoteFactory(interview=interview)
    assert statements() == few


@pytest.mark.parametrize("since", ["", "yesterday", "-1", "9" * 15, "1e3"])
def test_a_question_that_makes_no_sense_leads_to_the_interview(ada, interview, since):
    assert ada.get("interviews.show_changed", interview, since=since).status == 303


def test_an_observer_is_not_asked_for(sign_in, interview):
    observer = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))
    assert changed(observer, interview, 0).status == 403


def test_a_line_says_which_note_it_is(ada, interview):
    ada.post("interviews.save_note", interview, words="At four.", htmx=True)
    assert UUID(str(changed(ada, interview, 0).one("#note-1")["data-id"]))
