"""The note's write protocol: what a device sends twice, or sends before it heard of the first, is one note."""

from uuid import uuid4

import pytest
from sqlalchemy import select
from uuid6 import uuid7

from app.evidence.models import SourceText
from app.extensions import db
from app.interviews.models import Note
from tests.databases import look_again
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import InterviewFactory


@pytest.fixture
def interview(app):
    return InterviewFactory()


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


def words() -> list[str]:
    look_again()
    return [note.words for note in db.session.scalars(select(Note).order_by(Note.number))]


def test_a_note_is_called_what_the_device_calls_it(inspector, interview):
    name = uuid7()
    inspector.post("interviews.save_note", interview, words="Rotas change.", operation=str(name), htmx=True)
    assert db.session.scalars(select(Note.id)).all() == [name]


def test_a_lost_answer_then_other_words_then_all_sent_again_is_no_conflict(inspector, interview):
    name, reworded = uuid7(), str(uuid7())
    note = {"words": "Rotas change.", "operation": str(name), "htmx": True}
    rewording = {"note_id": name, "words": "Rotas change weekly.", "version": 1, "operation": reworded, "htmx": True}
    first = inspector.post("interviews.save_note", interview, **note)
    again = inspector.post("interviews.save_note", interview, **note)
    assert (again.status, again.html) == (200, first.html)
    for _time in range(2):
        answer = inspector.post("interviews.reword_sent_note", interview, **rewording)
        assert answer.status == 200
        assert answer.one(".fb-note__words").get_text() == "Rotas change weekly."
    assert words() == ["Rotas change weekly."]
    assert len(db.session.scalars(select(SourceText)).all()) == 2, "each wording once"


def test_a_rewording_on_an_old_version_is_a_conflict_and_both_texts_are_kept(inspector, interview):
    name = uuid7()
    inspector.post("interviews.save_note", interview, words="Rotas change.", operation=str(name), htmx=True)
    inspector.post("interviews.reword_note", interview, number=1, words="By a colleague.", version=1, htmx=True)
    late = inspector.post(
        "interviews.reword_sent_note", interview, note_id=name, words="From a device.", version=1, htmx=True
    )
    assert late.status == 409
    assert words() == ["By a colleague."]
    assert {text.text for text in db.session.scalars(select(SourceText))} >= {"By a colleague.", "From a device."}


def test_who_spoke_stays_when_a_device_rewords_and_in_the_form_that_a_refusal_shows(inspector, interview):
    name = uuid7()
    sent = {"words": "Rotas change.", "speaker": "DCP 2", "quote": "y", "operation": str(name), "htmx": True}
    inspector.post("interviews.save_note", interview, **sent)
    refused = inspector.post("interviews.reword_sent_note", interview, note_id=name, words=" ", version=1, htmx=True)
    assert refused.status == 422
    assert refused.field("speaker") == "DCP 2"
    assert refused.one("[name=quote]").has_attr("checked")
    inspector.post("interviews.reword_sent_note", interview, note_id=name, words="Weekly.", version=1, htmx=True)
    assert db.session.scalars(select(Note)).one().speaker == "DCP 2"


def test_a_note_of_another_interview_is_not_reworded_through_this_one(inspector, interview):
    name = uuid7()
    inspector.post("interviews.save_note", interview, words="Rotas change.", operation=str(name), htmx=True)
    other = InterviewFactory()
    for wrong in (name, uuid4()):
        answer = inspector.post("interviews.reword_sent_note", other, note_id=wrong, words="Changed.", version=1)
        assert answer.status == 404
    assert words() == ["Rotas change."]
