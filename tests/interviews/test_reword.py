"""Giving a note other words: every version stays, nobody's words are lost, evidence stays on what was said."""

import pytest
from sqlalchemy import select

from app.evidence.models import EvidenceItem, SourceText
from app.extensions import db
from app.inspections.models import TeamRole
from app.interviews.models import Note
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import InterviewFactory, NoteFactory


@pytest.fixture
def note(app):
    return NoteFactory(words="Rotas change monthly. #vw.ii")


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


def reword(client, note, words, version=1, **options):
    return client.post("interviews.reword_note", note.interview, note, words=words, version=version, **options)


def versions() -> list[str]:
    return list(db.session.scalars(select(SourceText.text).order_by(SourceText.id)))


def test_a_note_is_reworded_in_its_place(inspector, note):
    form = inspector.get("interviews.edit_note", note.interview, note).form("/notes/1")
    assert form["words"] == "Rotas change monthly. #vw.ii"
    page = inspector.post("interviews.reword_note", note.interview, note, **form | {"words": "Rotas change weekly."})
    assert page.address.endswith("/interviews/INT-001")
    assert page.one("#note-1 .fb-note__words").get_text() == "Rotas change weekly."
    assert versions() == ["Rotas change monthly. #vw.ii", "Rotas change weekly."]


def test_by_htmx_the_line_is_opened_reworded_and_left(inspector, note):
    opened = inspector.get("interviews.edit_note", note.interview, note, htmx=True)
    assert opened.one("li.fb-note")["id"] == "note-1"
    assert opened.field("words") == note.words
    reworded = reword(inspector, note, "Rotas change weekly.", htmx=True)
    assert (reworded.status, reworded.one(".fb-note__words").get_text()) == (200, "Rotas change weekly.")
    left = inspector.get("interviews.show_note", note.interview, note, htmx=True)
    assert left.one("#note-1").get_text() == reworded.one("#note-1").get_text()


def test_the_same_words_again_make_no_version(inspector, note):
    reword(inspector, note, note.words)
    assert len(versions()) == 1
    assert note.version == 1


def test_evidence_stays_on_the_old_words_and_says_that_its_source_changed(inspector, note):
    item = note.item
    assert "Source changed since" not in inspector.get("evidence.show_item", item)
    reword(inspector, note, "Rotas change weekly.")
    page = inspector.get("evidence.show_item", item)
    assert page.one("#words").get_text() == "Rotas change monthly."
    assert "Source changed since" in page
    assert "Note 1 now says there: Rotas change weekly." in page
    assert db.session.scalars(select(EvidenceItem.words)).all() == ["Rotas change monthly."]


def test_new_hashtags_in_a_reworded_note_stay_text(inspector, note):
    reword(inspector, note, "Rotas change weekly. #ld.i")
    assert db.session.query(EvidenceItem).count() == 1


def test_the_second_of_two_tabs_is_shown_both_texts_and_neither_is_lost(sign_in, inspector, note):
    other = sign_in(TeamMemberFactory())
    reword(inspector, note, "The first to save.")
    page = reword(other, note, "  The second\n\nto save.  ")
    assert page.status == 409
    assert "changed this note meanwhile" in page.one("#note-1 [role=alert]").get_text()
    sides = [side.get_text() for side in page.all("#note-1 .fb-versions__words")]
    assert sides == ["The first to save.", "  The second\n\nto save.  "]
    assert versions() == ["Rotas change monthly. #vw.ii", "The first to save.", "  The second\n\nto save.  "]
    assert note.words == "The first to save.", "what came first stands until somebody chooses"
    history = inspector.get("interviews.show_note", note.interview, note)
    assert [text.get_text() for text in history.all("#versions .fb-text")] == versions()
    assert "came second, open" in history

    chosen = other.post("interviews.reword_note", note.interview, note, words="Both.", version=2)
    assert chosen.one("#note-1 .fb-note__words").get_text() == "Both."


def test_the_history_leads_to_every_version_of_a_note(inspector, note):
    reword(inspector, note, "Rotas change weekly.")
    entries = inspector.get("interviews.show_history", note.interview).all(".fb-history__entry")
    links = [link for entry in entries for link in entry.select("a")]
    assert [link.get_text() for link in links] == ["reworded note 1", "took note 1"]
    page = inspector.open("GET", links[0]["href"])
    assert [text.get_text() for text in page.all("#versions .fb-text")] == versions()


def test_by_htmx_the_second_is_shown_both_texts_in_the_line(sign_in, inspector, note):
    reword(inspector, note, "The first to save.")
    line = reword(sign_in(TeamMemberFactory()), note, "The second to save.", htmx=True)
    assert line.status == 409, "which base.html lets htmx swap in"
    assert "changed this note meanwhile" in line.one("[role=alert]").get_text()
    assert [side.get_text() for side in line.all(".fb-versions__words")] == [
        "The first to save.",
        "The second to save.",
    ]


def test_by_htmx_the_late_words_are_stored_as_well(sign_in, inspector, note):
    reword(inspector, note, "The first to save.")
    reword(sign_in(TeamMemberFactory()), note, "The second to save.", htmx=True)
    assert note.words == "The first to save."
    assert versions() == ["Rotas change monthly. #vw.ii", "The first to save.", "The second to save."]


WRONG = {
    "empty": ("", "A note needs words. To take it out, withdraw it instead"),
    "blank": ("  \n ", "A note needs words. To take it out, withdraw it instead"),
    "too long": ("x" * 20_001, "Note must be 20,000 characters or fewer"),
    "zero character": ("Rotas\x00 change", "Take out the character that cannot be stored"),
}


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_words_are_told_in_a_sentence_and_stay_as_typed(inspector, note, wrong, htmx):
    words, sentence = WRONG[wrong]
    answer = reword(inspector, note, words, htmx=htmx)
    assert answer.status == 422
    assert answer.one("#reword-1-error").get_text().startswith(sentence)
    assert answer.field("words") == words
    assert len(versions()) == 1


@pytest.mark.parametrize("version", ["", "one", None])
def test_a_form_without_its_version_changes_nothing(inspector, note, version):
    assert reword(inspector, note, "Rotas change weekly.", version=version).status == 422
    assert len(versions()) == 1


@pytest.mark.parametrize("version", ["0", "-1", "99999999999999999999"])
def test_a_version_that_never_was_is_a_conflict(inspector, note, version):
    page = reword(inspector, note, "Rotas change weekly.", version=version)
    assert page.status == 409
    assert note.words.startswith("Rotas change monthly.")
    assert "Rotas change weekly." in versions()


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_only_reads_rewords_nothing(sign_in, note, role):
    reader = sign_in(TeamMemberFactory(role=role))
    assert reword(reader, note, "Rotas change weekly.").status == 403
    assert reader.get("interviews.edit_note", note.interview, note).status == 403
    assert len(versions()) == 1


@pytest.mark.parametrize("number", [0, 2, 999_999_999_999_999_999_999])
def test_a_note_that_is_not_there_is_not_found(inspector, note, number):
    page = inspector.get("interviews.show_note", note.interview, number=number)
    assert page.status == 404
    assert f"INT-001 has no note {number}." in page


def test_the_note_of_another_interview_is_not_reached(inspector, note):
    other = InterviewFactory()
    assert inspector.post("interviews.reword_note", other, number=1, words="x", version=1).status == 404
    assert db.session.query(Note).one().version == 1


def test_the_history_of_the_interview_says_who_did_what_and_not_which_words(inspector, note):
    reword(inspector, note, "Rotas change weekly.")
    page = inspector.get("interviews.show_history", note.interview)
    assert "reworded note 1" in page
    assert "weekly" not in page


def test_a_criterion_added_in_rewording_tags_the_note(inspector):
    plain = NoteFactory(words="Rotas change monthly.")
    page = reword(inspector, plain, "Rotas change monthly. #vw.ii", htmx=True)
    assert "E-0001" in page and "VW.ii" in page
    assert plain.item.words == "Rotas change monthly."


def test_a_criterion_added_to_a_note_that_is_evidence_tags_its_item(inspector, note):
    page = reword(inspector, note, "Rotas change monthly. #vw.ii #cp.i", htmx=True)
    assert "CP.i" in page
    assert db.session.scalars(select(EvidenceItem)).one() == note.item, "the item that the note had"


def test_a_slip_in_a_criterion_is_pointed_out(inspector, note):
    page = reword(inspector, note, "Rotas change monthly. #vw.ix", htmx=True)
    assert "#vw.ix: no such criterion, so not tagged" in inspector.get("interviews.show_interview", note.interview)
    assert "every version" in page
