"""The write-up: all notes of an interview as a document, each edited in its place."""

import pytest

from app.access import Actor
from app.accounts.models import Person
from app.extensions import db
from app.inspections.models import TeamRole
from app.web import clock
from tests.databases import counting_statements, the_world
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import InterviewFactory, NoteFactory
from tests.interviews.test_importing import imported
from tests.interviews.test_withdrawing import withdraw


@pytest.fixture
def interview(app):
    return InterviewFactory()


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ada Shah"))


def written(page) -> list[str]:
    return [line.get_text() for line in page.all(".fb-written .fb-note__words")]


def by(client) -> Actor:
    with the_world():
        return Actor(client.person_id, db.session.get_one(Person, client.person_id).name)


def test_all_notes_stand_on_one_page_with_time_speaker_and_evidence(inspector, interview):
    NoteFactory(interview=interview, words="Rotas change monthly. #vw.ii", speaker="DCP 1", direction="weakness")
    NoteFactory(interview=interview, words="“Never in time.”", speaker="DCP 2", quote=True)
    page = inspector.get("interviews.show_write_up", interview)
    assert written(page) == ["Rotas change monthly. #vw.ii", "“Never in time.”"]
    first = page.one("#note-1").get_text(" ", strip=True)
    assert all(words in first for words in ("10:00", "DCP 1", "E-0001", "VW.ii", "Weakness"))
    assert "fb-note--quote" in page.one("#note-2")["class"]
    notes_page = inspector.get("interviews.show_interview", interview)
    assert page.address in [link["href"] for link in notes_page.all(".fb-tabs a")]


def test_an_interview_without_notes_says_where_they_come_from(inspector, interview):
    assert "There are no notes yet" in inspector.get("interviews.show_write_up", interview)


def test_a_note_is_edited_in_its_place_without_scripts(inspector, interview):
    note = NoteFactory(interview=interview, words="Rotas change.", speaker="DCP 1")
    edit = inspector.get("interviews.show_write_up", interview).one("#note-1 a[hx-get*='/edit']")["href"]
    opened = inspector.open("GET", edit)
    form = opened.form("/notes/1")
    page = inspector.post(
        "interviews.reword_note", interview, note, **form | {"words": "Rotas change weekly.", "quote": "y"}
    )
    assert page.address.endswith("/write-up")
    assert written(page) == ["Rotas change weekly."]
    assert "fb-note--quote" in page.one("#note-1")["class"]


def test_by_htmx_a_line_of_the_write_up_is_opened_changed_and_left(inspector, interview):
    note = NoteFactory(interview=interview, words="Rotas change.")
    opened = inspector.get("interviews.edit_note", interview, note, view="write-up", htmx=True)
    form = opened.form("/notes/1")
    assert form["view"] == "write-up"
    changed = inspector.post("interviews.reword_note", interview, note, htmx=True, **form | {"words": "Weekly."})
    assert changed.one("#note-1")["data-fb-say"] == "Note 1 is saved."
    line = inspector.get("interviews.show_note", interview, note, view="write-up", htmx=True)
    assert changed.one("#note-1").get_text() == line.one("#note-1").get_text()
    assert changed.all(".fb-save") == [], "the state of saving is the stream's"
    wrong = inspector.post("interviews.reword_note", interview, note, htmx=True, words="", version=2, view="write-up")
    assert (wrong.status, wrong.all(".fb-save")) == (422, [])


def slips(page) -> list[str]:
    return [slip.get_text() for slip in page.all(".fb-note__slip")]


def test_a_slip_in_a_criterion_is_pointed_out_in_the_line_and_while_it_is_edited(inspector, interview):
    note = NoteFactory(interview=interview, words="Rotas change. #ld.ix")
    said = "#ld.ix: no such criterion, so not tagged."
    page = inspector.get("interviews.show_write_up", interview)
    assert slips(page) == [f"{said} Edit the note to tag it."]
    for view in ("", "write-up"):
        opened = inspector.get("interviews.edit_note", interview, note, view=view, htmx=True)
        assert slips(opened) == [f"{said} Put it right here to tag it."]
    assert slips(inspector.get("interviews.edit_note", interview, note)) == [f"{said} Put it right here to tag it."]
    arranged = inspector.get("interviews.show_write_up", interview, arrange=1, htmx=True)
    assert slips(arranged) == slips(page)


def test_once_signed_off_nobody_is_told_to_put_a_slip_right(inspector, interview):
    NoteFactory(interview=interview, words="Rotas change. #ld.ix")
    with the_world():
        interview.finished_at = interview.written_up_at = interview.signed_off_at = clock.now()
    for shown in ("interviews.show_write_up", "interviews.show_interview"):
        assert slips(inspector.get(shown, interview)) == ["#ld.ix: no such criterion, so not tagged."]


def test_a_criterion_at_the_end_of_a_quotation_stands_outside_its_marks(inspector, interview):
    NoteFactory(interview=interview, words="#cp.i Never in time. #vw.ii ", quote=True)
    NoteFactory(interview=interview, words="Rotas change. #vw.ii")
    for shown in ("interviews.show_write_up", "interviews.show_interview"):
        page = inspector.get(shown, interview)
        assert page.one("#note-1 .fb-note__words").get_text() == "#cp.i Never in time. #vw.ii "
        assert [quoted.get_text() for quoted in page.all(".fb-note__said")] == ["Never in time."]


def test_withdrawn_notes_stand_apart(inspector, interview):
    NoteFactory(interview=interview, words="One.")
    withdraw(inspector, NoteFactory(interview=interview, words="Two."), reason="Said twice")
    page = inspector.get("interviews.show_write_up", interview)
    assert written(page) == ["One."]
    apart = page.one("#withdrawn")
    assert "1 withdrawn note" in apart.get_text()
    assert "Two." in apart.get_text() and "Withdrawn by Ada Shah: Said twice" in apart.get_text()


@pytest.mark.parametrize("endpoint", ["interviews.show_write_up", "interviews.show_interview"])
def test_who_took_each_note_is_told_where_several_did(sign_in, inspector, interview, endpoint):
    NoteFactory(interview=interview, by=by(inspector))
    assert inspector.get(endpoint, interview).all(".fb-notes--several") == []
    NoteFactory(interview=interview, by=by(sign_in(TeamMemberFactory(person__name="Bo Ash"))))
    page = inspector.get(endpoint, interview)
    assert len(page.all(".fb-notes--several")) == 1
    assert [line.get_text() for line in page.all(".fb-note__by")] == ["Taken by Ada Shah", "Taken by Bo Ash"]


def test_a_signed_off_write_up_is_read_only(inspector, interview):
    note = NoteFactory(interview=interview)
    with the_world():
        interview.finished_at = interview.written_up_at = interview.signed_off_at = clock.now()
    page = inspector.get("interviews.show_write_up", interview)
    assert "Signed off: the notes are as they are." in page
    assert page.all(".fb-written a[href*='/edit']") == []
    opened = inspector.get("interviews.edit_note", interview, note, view="write-up", htmx=True)
    assert "is signed off, so its notes are as they are" in opened.one("[role=alert]").get_text()


def test_an_observer_reads_it(sign_in, interview):
    NoteFactory(interview=interview)
    page = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER)).get("interviews.show_write_up", interview)
    assert len(written(page)) == 1
    assert page.all(".fb-written a[href*='/edit']") == []


@pytest.mark.slow
def test_it_costs_the_same_number_of_statements_for_ten_notes_and_for_many(inspector, interview):
    address = inspector.address("interviews.show_write_up", interview)

    def statements() -> int:
        with counting_statements() as counted:
            assert inspector.open("GET", address).status == 200
        return len(counted)

    for number in range(10):
        NoteFactory(interview=interview, words=f"Note {number}. #vw.ii")
    statements()
    few = statements()
    many = "\n\n".join(
        f"DCP {number % 3}: Note {number}.{' #cp.i' if number % 20 == 0 else ''}" for number in range(1000)
    )
    imported(inspector, interview, many)
    assert statements() == few
