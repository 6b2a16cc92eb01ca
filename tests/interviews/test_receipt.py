"""The durability receipt: what the server held, looked up again later by page and by command."""

import hashlib

import pytest
from sqlalchemy import select, text

from app.extensions import db
from app.interviews.models import Receipt
from tests.audit.trail import deeds
from tests.databases import counting_statements, look_again, the_world
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import InterviewFactory, NoteFactory

WORDS = ["The clock runs out at four.", "Naïve – “nobody” records\nwhy.", "DCP 2 agrees."]


@pytest.fixture
def interview(app):
    return InterviewFactory()


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ada Shah"))


@pytest.fixture
def noted(inspector, interview):
    for words in WORDS:
        inspector.post("interviews.save_note", interview, words=words, htmx=True)
    return interview


def receipt(inspector, interview):
    return inspector.post("interviews.make_receipt", interview)


def verify(app, *arguments: str):
    look_again()
    result = app.test_cli_runner().invoke(args=["interviews", "verify", *arguments])
    look_again()
    return result


def test_a_receipt_counts_notes_and_words_and_names_them_by_a_fingerprint_that_others_can_work_out(inspector, noted):
    page = receipt(inspector, noted)
    assert "3 notes with 14 words" in page.messages
    assert "nothing has changed since" in page.main
    lines = "".join(f"{number} {hashlib.sha256(words.encode()).hexdigest()}\n" for number, words in enumerate(WORDS, 1))
    assert page.one(".fb-fingerprint").get_text() == hashlib.sha256(lines.encode()).hexdigest()
    assert ("gave a receipt", "INT-001") in deeds()


def test_an_interview_without_a_receipt_says_what_to_do(inspector, noted):
    page = inspector.get("interviews.show_receipts", noted)
    assert "There is no receipt yet" in page.main
    assert page.all("form[action$='/receipt'] button")


def test_what_happened_since_is_told_and_all_is_still_held(inspector, noted, app):
    receipt(inspector, noted)
    inspector.post("interviews.reword_note", noted, number=2, words="Otherwise.", version=1)
    inspector.post("interviews.save_note", noted, words="Later.", htmx=True)
    page = inspector.get("interviews.show_receipts", noted)
    assert "All is held as it was then. Since then: note 2 reworded" in page.main
    assert "note 4 added" in page.main
    told = verify(app, "INT-001")
    assert told.exit_code == 0
    assert "All is held. Since then reworded: note 2; added: note 4." in told.output


def test_words_that_were_changed_behind_its_back_are_named(inspector, noted, app):
    receipt(inspector, noted)
    with the_world():
        db.session.execute(text("UPDATE source_text SET text = 'Nothing.' WHERE label = 'note 2'"))
    page = inspector.get("interviews.show_receipts", noted)
    assert "Not held as it was: note 2" in page.main
    told = verify(app, "INT-001")
    assert told.exit_code == 1
    assert "NOT HELD AS IT WAS: note 2." in told.output


@pytest.mark.slow
def test_a_receipt_that_was_changed_itself_is_noticed_by_the_command(inspector, noted, app):
    receipt(inspector, noted)
    with the_world():
        db.session.scalars(select(Receipt)).one().fingerprint = "0" * 64
    assert "THE RECEIPT ITSELF WAS CHANGED" in verify(app, noted.reference).output


def test_the_command_says_when_there_is_none_and_refuses_what_it_does_not_know(app, noted):
    reference = noted.reference
    assert "no receipt was given yet" in verify(app, reference).output
    assert "There is no interview INT-999" in verify(app, "INT-999").output
    assert "Say which inspection" in verify(app, reference, "--inspection", "nowhere").output


def test_a_page_of_receipts_costs_the_same_however_many_notes_there_are(inspector, noted):
    def statements() -> int:
        with counting_statements() as counted:
            inspector.get("interviews.show_receipts", noted)
        return len(counted.statements)

    receipt(inspector, noted)
    few = statements()
    for _note in range(20):
        NoteFactory(interview=noted)
    receipt(inspector, noted)
    assert statements() == few


def test_sent_twice_it_is_one_receipt(inspector, noted):
    operation = "0198a5a4-0000-7000-8000-000000000001"
    for _time in range(2):
        inspector.post("interviews.make_receipt", noted, operation=operation)
    assert len(db.session.scalars(select(Receipt)).all()) == 1
