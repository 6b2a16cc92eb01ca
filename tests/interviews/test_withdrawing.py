"""A single note taken out with a reason and put back, and who spoke put right."""

import pytest
from sqlalchemy import select, text

from app.evidence.models import EvidenceItem, Tag
from app.extensions import db
from app.inspections.models import TeamRole
from app.interviews.models import Note
from app.web import clock
from tests.databases import the_world
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import InterviewFactory, NoteFactory
from tests.interviews.test_importing import imported, press, send, the_import

REASON = "Said by nobody"


@pytest.fixture
def interview(app):
    return InterviewFactory()


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ada Shah"))


def withdraw(client, note, version=1, reason=REASON, **options):
    return client.post("interviews.withdraw_note", note.interview, note, version=version, reason=reason, **options)


def stream(client, interview) -> list[str]:
    return [line.get_text() for line in client.get("interviews.show_interview", interview).all(".fb-note__words")]


def test_a_note_is_withdrawn_with_a_reason_and_stays_on_record(inspector, interview):
    note = NoteFactory(interview=interview, words="Rotas change monthly.")
    NoteFactory(interview=interview, words="Letters are late.")
    opened = inspector.get("interviews.edit_note", interview, note)
    assert opened.one("#note-1 a[href$='/notes/1/withdraw']").get_text() == "Withdraw this note"
    form = inspector.get("interviews.show_withdraw_note", interview, note).form("/notes/1/withdraw")
    page = inspector.post("interviews.withdraw_note", interview, note, **form | {"reason": REASON})
    assert page.messages.endswith("Note 1 is withdrawn. It stays on record and can be put back.")
    assert "Withdrawn by Ada Shah: Said by nobody" in page
    assert "Rotas change monthly." in page
    assert stream(inspector, interview) == ["Letters are late."]
    history = inspector.get("interviews.show_history", interview)
    assert "Ada Shah withdrew note 1" in history
    assert REASON in history


def test_a_withdrawn_note_is_put_back_in_its_place(inspector, interview):
    note = NoteFactory(interview=interview, words="Rotas change monthly.")
    NoteFactory(interview=interview, words="Letters are late.")
    withdraw(inspector, note)
    page = inspector.post("interviews.put_note_back", interview, note)
    assert page.messages.endswith("Note 1 is back in its place.")
    assert stream(inspector, interview) == ["Rotas change monthly.", "Letters are late."]
    assert "Ada Shah put note 1 back" in page
    again = inspector.post("interviews.put_note_back", interview, note)
    assert (again.status, "Note 1 is not withdrawn." in again) == (409, True)


def test_a_note_that_evidence_was_lifted_from_is_withdrawn_after_that(inspector, interview):
    note = NoteFactory(interview=interview, words="Letters are late. #vw.ii")
    asked = inspector.get("interviews.show_withdraw_note", interview, note)
    assert "Evidence was lifted from it. Withdraw E-0001 first, then the note." in asked
    page = withdraw(inspector, note)
    assert page.status == 422
    assert page.errors == ["Evidence was lifted from it: withdraw E-0001 first"]
    assert page.field("reason") == REASON
    inspector.post("evidence.withdraw_item", note.item, reason="duplicate", words="")
    assert withdraw(inspector, note).status == 200


def test_evidence_whose_note_was_withdrawn_is_put_back_only_after_the_note(inspector, interview):
    note = NoteFactory(interview=interview, words="Letters are late. #vw.ii")
    inspector.post("evidence.withdraw_item", note.item, reason="duplicate", words="")
    withdraw(inspector, note)
    sentence = "Note 1 of INT-001 was withdrawn. Put the note back first."
    shown = inspector.get("evidence.show_item", note.item)
    assert sentence in shown
    assert shown.all("form[action$='/put-back']") == []
    refused = inspector.post("evidence.put_item_back", note.item)
    assert refused.status == 409
    assert f"{sentence} Then put E-0001 back." in refused
    assert db.session.scalars(select(Tag.live)).all() == [False]
    inspector.post("interviews.put_note_back", interview, note)
    assert inspector.post("evidence.put_item_back", note.item).messages.endswith("E-0001 is back.")
    assert db.session.scalars(select(Tag.live)).all() == [True]


@pytest.mark.slow
def test_evidence_of_an_import_that_was_withdrawn_is_put_back_only_after_its_note(inspector, interview):
    imported(inspector, interview, "DCP 1: Late. #vw.ii\n\nDCP 2: Two.")
    item = db.session.scalars(select(EvidenceItem)).one()
    inspector.post("evidence.withdraw_item", item, reason="duplicate", words="")
    inspector.post("interviews.withdraw_import", interview, number=1, reason="Wrong call")
    refused = inspector.post("evidence.put_item_back", item)
    assert refused.status == 409
    assert "Note 1 of INT-001 was withdrawn with its import. Put the note back first." in refused


def test_what_was_changed_meanwhile_is_not_withdrawn_unseen(inspector, interview):
    note = NoteFactory(interview=interview)
    inspector.post("interviews.reword_note", interview, note, words="Something else.", version=1)
    page = withdraw(inspector, note, version=1)
    assert page.status == 409
    assert "Somebody else changed this note meanwhile, so it was not withdrawn." in page
    assert "Something else." in page
    assert page.field("version") == "2"
    assert note.withdrawn_at is None


def test_a_withdrawn_note_is_not_changed_nor_withdrawn_again(inspector, interview):
    note = NoteFactory(interview=interview)
    withdraw(inspector, note)
    again = withdraw(inspector, note, version=2)
    assert (again.status, "Note 1 was withdrawn already." in again) == (409, True)
    reworded = inspector.post("interviews.reword_note", interview, note, words="Other.", version=2)
    assert (reworded.status, "Note 1 was withdrawn. Put it back first to change it." in reworded) == (422, True)
    assert note.words != "Other."


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_withdrawal_needs_a_reason(inspector, interview, reason):
    note = NoteFactory(interview=interview)
    page = withdraw(inspector, note, reason=reason)
    assert page.status == 422
    assert page.field("reason") == reason
    assert note.withdrawn_at is None


def test_a_signed_off_interview_is_read_only_for_it(inspector, interview):
    note, gone = NoteFactory(interview=interview), NoteFactory(interview=interview)
    withdraw(inspector, gone)
    with the_world():
        interview.finished_at = interview.written_up_at = interview.signed_off_at = clock.now()
    assert "is signed off" in withdraw(inspector, note).errors[0]
    assert inspector.post("interviews.put_note_back", interview, gone).status == 409
    assert (note.withdrawn_at, gone.withdrawn_at is None) == (None, False)


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_only_reads_sees_it_and_changes_nothing(sign_in, inspector, interview, role):
    note = NoteFactory(interview=interview)
    withdraw(inspector, note)
    reader = sign_in(TeamMemberFactory(role=role))
    page = reader.get("interviews.show_note", interview, note)
    assert "Withdrawn by Ada Shah: Said by nobody" in page
    assert page.all("form[action$='/put-back']") == []


def test_colleagues_are_told_that_a_note_left_and_came_back(sign_in, inspector, interview):
    note = NoteFactory(interview=interview)
    bo = sign_in(TeamMemberFactory())
    with the_world():
        db.session.execute(text("UPDATE note SET touched = text_id"))

    def lines():
        page = bo.get("interviews.show_changed", interview, since=0, htmx=True)
        return [(line["id"], line.has_attr("data-withdrawn")) for line in page.all("li.fb-note")]

    before = note.touched
    withdraw(inspector, note)
    db.session.refresh(note)
    assert note.touched > before
    assert lines() == [("note-1", True)]
    inspector.post("interviews.put_note_back", interview, note)
    assert lines() == [("note-1", False)]


# Who spoke ---------------------------------------------------------------------------------------------------------


def correct(client, note, version=1, **changed):
    form = client.get("interviews.edit_note", note.interview, note, htmx=True).form(f"/notes/{note.number}")
    return client.post("interviews.reword_note", note.interview, note, **form | {"version": version} | changed)


def test_the_speaker_of_a_note_is_corrected_with_history(inspector, interview):
    note = NoteFactory(interview=interview, words="Rotas change monthly.", speaker="DCP 1")
    page = correct(inspector, note, speaker="DCP 2")
    assert page.one("#note-1 .fb-note__who").get_text() == "DCP 2"
    assert page.one("#note-1 .fb-note__words").get_text() == "Rotas change monthly."
    entry = (
        inspector.get("interviews.show_note", interview, note).all(".fb-history__entry")[0].get_text(" ", strip=True)
    )
    assert entry.startswith("Ada Shah corrected note 1")
    assert "Speaker before DCP 1" in entry
    assert "Speaker DCP 2" in entry


def test_evidence_of_the_note_follows_its_speaker_and_says_so(inspector, interview):
    note = NoteFactory(interview=interview, words="Rotas change. #vw.ii", speaker="DCP 1")
    correct(inspector, note, speaker="DCP 2")
    item = db.session.scalars(select(EvidenceItem)).one()
    assert (item.speaker, item.words) == ("DCP 2", "Rotas change.")
    history = inspector.get("evidence.show_history", item)
    assert "revised it" in history
    assert "Speaker before DCP 1" in history
    assert "Source changed since" not in inspector.get("evidence.show_item", item)


def test_a_note_becomes_a_quotation_and_its_evidence_with_it(inspector, interview):
    note = NoteFactory(interview=interview, words="Rotas change. #vw.ii")
    page = correct(inspector, note, quote="y")
    assert "fb-note--quote" in page.one("#note-1")["class"]
    assert db.session.scalars(select(EvidenceItem.quote)).all() == [True]


def test_a_quotation_is_not_claimed_of_words_that_are_no_longer_there(inspector, interview):
    note = NoteFactory(interview=interview, words="Rotas change. #vw.ii")
    inspector.post("interviews.reword_note", interview, note, words="The rota changes.", version=1)
    correct(inspector, note, version=2, quote="y")
    assert (note.quote, db.session.scalars(select(EvidenceItem.quote)).all()) == (True, [False])


def test_a_device_s_rewording_leaves_speaker_and_quotation(inspector, interview):
    note = NoteFactory(interview=interview, speaker="DCP 1", quote=True)
    address = inspector.address("interviews.reword_sent_note", interview, note_id=note.id)
    assert inspector.open("POST", address, form={"words": "Other.", "version": 1}).status == 200
    assert (note.words, note.speaker, note.quote) == ("Other.", "DCP 1", True)


def test_of_two_who_correct_at_once_the_second_is_shown_what_it_is_now(sign_in, inspector, interview):
    note = NoteFactory(interview=interview, speaker="DCP 1")
    correct(inspector, note, speaker="DCP 2")
    page = correct(sign_in(TeamMemberFactory()), note, version=1, speaker="DCP 3", words="Mine.")
    assert page.status == 409
    assert [line.get_text().split(". ")[1] for line in page.all(".fb-versions__whose")] == [
        "Speaker: DCP 2",
        "Speaker: DCP 3",
    ]
    assert [side.get_text() for side in page.all(".fb-versions__words")] == [note.words, "Mine."]
    assert note.speaker == "DCP 2"
    assert db.session.scalars(select(Note.version)).all() == [2]


def test_a_speaker_that_is_too_long_is_told_and_stays(inspector, interview):
    note = NoteFactory(interview=interview, speaker="DCP 1")
    page = correct(inspector, note, speaker="x" * 61)
    assert page.status == 422
    assert page.one("#speaker-1-error").get_text() == "Speaker must be 60 characters or fewer"
    assert page.field("speaker") == "x" * 61
    assert note.speaker == "DCP 1"


# Imports -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_withdrawn_import_says_so_and_is_put_back(inspector, interview):
    imported(inspector, interview, "DCP 2: One.\n\nDCP 3: Two.")
    page = inspector.post("interviews.withdraw_import", interview, number=1, reason="Wrong call")
    assert "Import 1: withdrawn" in page
    assert inspector.get("interviews.show_imports", interview).one("tbody td:nth-of-type(1)").get_text() == "Withdrawn"
    back = inspector.post("interviews.put_import_back", interview, number=1)
    assert back.messages.endswith("2 notes are back.")
    assert "Import 1: imported" in back
    assert stream(inspector, interview) == ["One.", "Two."]
    assert "put import 1 back" in inspector.get("interviews.show_history", interview)
    again = inspector.post("interviews.put_import_back", interview, number=1)
    assert (again.status, "There is nothing to put back of import 1" in again) == (409, True)


@pytest.mark.slow
def test_an_import_of_which_evidence_stays_says_that_it_is_partly_withdrawn(inspector, interview):
    imported(inspector, interview, "DCP 1: Late. #vw.ii\n\nDCP 2: Two.")
    page = inspector.post("interviews.withdraw_import", interview, number=1, reason="Wrong call")
    assert "Import 1: partly withdrawn" in page
    assert (
        inspector.get("interviews.show_imports", interview).one("tbody td:nth-of-type(1)").get_text()
        == "Partly withdrawn"
    )


@pytest.mark.slow
def test_a_note_that_was_withdrawn_by_itself_does_not_come_back_with_its_import(inspector, interview):
    imported(inspector, interview, "DCP 2: One.\n\nDCP 3: Two.")
    one = db.session.scalars(select(Note).where(Note.number == 1)).one()
    withdraw(inspector, one)
    inspector.post("interviews.withdraw_import", interview, number=1, reason="Wrong call")
    back = inspector.post("interviews.put_import_back", interview, number=1)
    assert back.messages.endswith("1 note is back.")
    assert stream(inspector, interview) == ["Two."]


@pytest.mark.slow
def test_one_note_of_a_withdrawn_import_comes_back_by_itself(inspector, interview):
    imported(inspector, interview, "DCP 2: One.\n\nDCP 3: Two.")
    inspector.post("interviews.withdraw_import", interview, number=1, reason="Wrong call")
    inspector.post("interviews.put_note_back", interview, number=2)
    assert stream(inspector, interview) == ["Two."]
    assert "Import 1: partly withdrawn" in inspector.get("interviews.show_import", interview, number=1)
    assert the_import().state == "imported", "so that the same content is not taken twice unseen"


@pytest.mark.slow
def test_an_import_is_not_put_back_beside_the_same_content(inspector, interview):
    imported(inspector, interview, "DCP 2: One.")
    inspector.post("interviews.withdraw_import", interview, number=1, reason="Wrong call")
    press(inspector, send(inspector, interview, "DCP 2: One."))
    refused = inspector.post("interviews.put_import_back", interview, number=1)
    assert refused.status == 409
    assert "The same content was imported again, as import 2. Withdraw that first." in refused
    assert stream(inspector, interview) == ["One."]


@pytest.mark.slow
def test_a_signed_off_interview_takes_no_import_back(inspector, interview):
    imported(inspector, interview, "DCP 2: One.")
    inspector.post("interviews.withdraw_import", interview, number=1, reason="Wrong call")
    with the_world():
        interview.finished_at = interview.written_up_at = interview.signed_off_at = clock.now()
    assert inspector.post("interviews.put_import_back", interview, number=1).status == 409
