"""The composer: what is typed is kept exactly, and `#vw.ii` makes it evidence."""

import datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.evidence.models import EvidenceItem, SourceText, Tag
from app.extensions import db
from app.inspections.models import TeamRole
from app.interviews.forms import NoteForm
from app.interviews.hashtags import read_tags
from app.interviews.models import Note
from app.web import clock
from tests.databases import counting_statements, the_world
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import InterviewFactory, NoteFactory

OPERATION = "0198a5a4-0000-7000-8000-000000000001"


@pytest.fixture
def interview(app):
    return InterviewFactory()


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


def notes() -> list[Note]:
    return list(db.session.scalars(select(Note).order_by(Note.number)))


def the_item() -> EvidenceItem:
    return db.session.scalars(select(EvidenceItem)).one()


def criteria_of(item: EvidenceItem) -> list[str]:
    tags = db.session.scalars(select(Tag).where(Tag.item_id == item.id))
    return sorted(tag.criterion.reference for tag in tags)


def test_a_note_by_a_plain_form_comes_back_on_the_page_of_the_interview(inspector, interview):
    sent = inspector.post("interviews.save_note", interview, words="Rotas change monthly.", follow=False)
    assert sent.status == 303
    assert sent.location.endswith("/interviews/INT-001#composer")
    page = inspector.get("interviews.show_interview", interview)
    assert page.one("#note-1 .fb-note__words").get_text() == "Rotas change monthly."
    assert page.one("#note-1 .fb-save").get_text() == "Saved"
    assert page.field("words") == "", "the composer is empty for the next note"


@pytest.mark.parametrize("htmx", [True, False])
def test_what_a_note_shows_is_said_not_to_be_kept_where_it_is_no_evidence(inspector, interview, htmx):
    told = "‘Weakness’ is not kept: only evidence shows something"
    sent = {"direction": "weakness", "htmx": htmx}
    page = inspector.post("interviews.save_note", interview, words="Late. #zz.ix", **sent)
    assert page.status == 200 and told in page
    assert page.one("#note-1 .fb-note__words").get_text() == "Late. #zz.ix", "it is saved as it was typed"
    assert "#zz.ix: no such criterion, so not tagged" in page
    assert told not in inspector.post("interviews.save_note", interview, words="Late. #vw.ii", **sent)
    assert told not in inspector.post("interviews.save_note", interview, words="Late.", htmx=htmx)
    assert told not in inspector.post("interviews.save_note", interview, words=" ", **sent)


def test_a_note_by_htmx_is_answered_by_its_own_line_and_nothing_else(inspector, interview):
    answer = inspector.post("interviews.save_note", interview, words="Rotas change monthly.", htmx=True)
    assert answer.status == 200
    assert answer.one("li")["id"] == "note-1"
    assert answer.soup.find(["html", "h1", "title"]) is None
    assert notes()[0].words == "Rotas change monthly."


def test_the_first_note_brings_the_head_of_an_interview_that_is_now_under_way(inspector, interview):
    page = inspector.get("interviews.show_interview", interview)
    shown = page.one("#identity")["data-state"]
    assert (shown, "Finish" in page.one("#identity").get_text()) == ("planned", False)
    answer = inspector.post("interviews.save_note", interview, words="One.", shown=shown, htmx=True)
    head = answer.one("#identity[hx-swap-oob=true]")
    assert "Under way" in head.get_text() and head.find("button").get_text() == "Finish"
    assert answer.one(".fb-note")["id"] == "note-1"
    again = inspector.get("interviews.show_interview", interview).one("#identity")
    assert (again["data-state"], again.get("hx-swap-oob")) == ("under_way", None)
    answer = inspector.post("interviews.save_note", interview, words="Two.", shown="under_way", htmx=True)
    assert answer.all("#identity") == [], "it is shown as it is"
    answer = inspector.post("interviews.save_note", interview, words="Three.", shown="planned", htmx=True)
    assert answer.one("#identity")["data-state"] == "under_way", "a page from before a colleague's first note"


def test_the_fragment_and_the_page_show_the_same_note(inspector, interview):
    made = inspector.post("interviews.save_note", interview, words="Late #vw.ii", speaker="DCP 2", quote="y", htmx=True)
    page = inspector.get("interviews.show_interview", interview)

    def shown(part):
        return list(part.stripped_strings)

    assert shown(made.one("#note-1")) == shown(page.one("#note-1"))


def test_a_note_is_one_commit_and_few_statements(inspector, interview):
    inspector.post("interviews.save_note", interview, words="The first one warms up.", htmx=True)
    with counting_statements() as asked:
        inspector.post("interviews.save_note", interview, words="Rotas change monthly.", htmx=True)
    assert asked.commits == 1
    assert len([s for s in asked.statements if not s.startswith(("BEGIN", "SET", "PRAGMA"))]) <= 14, asked.statements


def test_what_is_known_of_a_note_is_shown_with_it(inspector, interview):
    inspector.post(
        "interviews.save_note", interview, words="Late. #vw.ii", speaker="DCP 2", quote="y", direction="weakness"
    )
    line = inspector.get("interviews.show_interview", interview).one("#note-1")
    assert line.select_one(".fb-note__who").get_text() == "DCP 2"
    assert "fb-note--quote" in line["class"]
    assert "Weakness" in line.get_text()
    item = the_item()
    assert (item.speaker, item.quote, item.direction, item.evidence_kind) == ("DCP 2", True, "weakness", "first_hand")


@pytest.mark.parametrize("typed", ["#vw.ii", "#VW.II", "#Vw.iI", "#VW.ii"])
def test_a_criterion_may_be_typed_in_any_case(inspector, interview, typed):
    inspector.post("interviews.save_note", interview, words=f"Letters are late. {typed}")
    assert criteria_of(the_item()) == ["VW.ii"]
    assert the_item().words == "Letters are late."
    assert notes()[0].words == f"Letters are late. {typed}", "the note keeps what was typed"


def test_a_note_may_name_several_criteria_and_is_still_one_item(inspector, interview):
    inspector.post("interviews.save_note", interview, words="#ld.i Letters #vw.ii are late. #LD.I #pw.i")
    item = the_item()
    assert criteria_of(item) == ["LD.i", "PW.i", "VW.ii"]
    assert item.words == "Letters #vw.ii are late.", "a tag between words stands where it was said"


def test_what_only_looks_like_a_criterion_stays_text(inspector, interview):
    for words in ("See #vw.xx", "#1 of the list", "# vw.ii", "#rota", "C#vw", "a # b"):
        assert inspector.post("interviews.save_note", interview, words=words).status == 200
    assert [note.words for note in notes()] == ["See #vw.xx", "#1 of the list", "# vw.ii", "#rota", "C#vw", "a # b"]
    assert db.session.query(EvidenceItem).count() == 0


def test_an_unknown_reference_beside_a_known_one_stays_in_the_evidence(inspector, interview):
    inspector.post("interviews.save_note", interview, words="Letters are late #vw.xx #vw.ii")
    assert the_item().words == "Letters are late #vw.xx"


def test_hashtags_that_look_like_references_and_are_none_are_told():
    criteria = {"VW.ii": UUID(int=1)}
    assert read_tags("#vw.xx #zz.ii #vw.ii", criteria).unknown == ["#vw.xx", "#zz.ii"]
    assert list(read_tags("#vw.ii.", criteria).criteria) == ["VW.ii"], "the full stop ends the sentence"
    assert read_tags("#vw.iii", criteria).criteria == {}, "a longer reference is another one"


@pytest.mark.parametrize("words", ["#vw.ii", "  #vw.ii  ", "#vw.ii #LD.i\n#pw.i", "#", " # \n#.", "# #vw.ii"])
def test_a_note_of_tags_alone_is_refused_with_a_sentence(inspector, interview, words):
    page = inspector.post("interviews.save_note", interview, words=words)
    assert page.status == 422
    assert page.errors == ["Type what was said as well as the criterion"]
    assert page.field("words") == words
    fragment = inspector.post("interviews.save_note", interview, words=words, htmx=True)
    assert (fragment.status, fragment.text) == (422, "Type what was said as well as the criterion")
    assert notes() == []
    assert db.session.get(type(interview), interview.id).notes_taken == 0


SAID = [
    ("Letters are late. #vw.ii", "Letters are late."),
    ("#vw.ii Letters are late.", "Letters are late."),
    ("  \n#vw.ii\n  Letters are late.\n\n #ld.i\n", "Letters are late."),
    ("😀 She said 👩‍👩‍👧 “no” 😀 #vw.ii", "😀 She said 👩‍👩‍👧 “no” 😀"),
    ("#vw.ii e\u0301te\u0301 \u0301combining first #vw.ii", "e\u0301te\u0301 \u0301combining first"),
    ("#vw.ii\u0301 joined to the tag", "joined to the tag"),
    ("שלום עולם #vw.ii", "שלום עולם"),
    ("\u00a0\u2003Wide blanks\u3000#vw.ii", "Wide blanks"),
]


@pytest.mark.parametrize(("typed", "said"), SAID)
def test_the_evidence_is_exactly_what_was_said_with_offsets_in_code_points(inspector, interview, typed, said):
    page = inspector.post("interviews.save_note", interview, words=typed)
    assert page.status == 200
    item, note = the_item(), notes()[0]
    assert note.words == typed
    assert note.words[item.start_at : item.end_at] == item.words
    if "\u0301 joined" not in typed:  # there the tag's end is the accent's: what is left begins with it
        assert item.words == said
    shown = inspector.get("evidence.show_item", item).one("#words").get_text()
    assert shown == item.words


TYPED = [
    "  two blanks before and after  ",
    "\n\nblank lines first\n\n\nand between\n\n",
    "tab\there\t",
    "\n",
    "trailing\n",
    "\u200bzero width\u200b\ufeff",
    "\u2028line separator\u2029\x85\x0b\x0c",
    "<b>&amp;</b> <!-- --> ]]>",
]


@pytest.mark.parametrize("typed", TYPED)
def test_words_are_kept_and_shown_exactly_as_typed(inspector, interview, typed):
    typed += "." if not typed.strip() else ""
    inspector.post("interviews.save_note", interview, words=typed)
    assert notes()[0].words == typed
    assert db.session.scalars(select(SourceText)).one().text == typed
    assert inspector.get("interviews.show_interview", interview).one(".fb-note__words").get_text() == typed
    assert inspector.get("interviews.edit_note", interview, notes()[0]).field("words") == typed


def test_line_ends_become_one_character_and_nothing_else_is_changed(inspector, interview):
    inspector.post("interviews.save_note", interview, words="one\r\ntwo\rthree\n\r\nfour ")
    assert notes()[0].words == "one\ntwo\nthree\n\nfour "


@pytest.mark.parametrize("typed", ["\n\n  kept \n\n", "  kept  ", "</textarea><script>alert(1)</script>"])
def test_a_refused_note_stays_in_the_composer_exactly_as_typed(inspector, interview, typed):
    page = inspector.post(
        "interviews.save_note", interview, words=typed, speaker="x" * 61, quote="y", direction="mixed"
    )
    assert page.status == 422
    assert page.errors == ["Speaker must be 60 characters or fewer"]
    assert page.field("words") == typed
    assert page.field("speaker") == "x" * 61
    assert page.field("quote") == ["y"]
    assert page.field("direction") == "mixed"
    assert notes() == []


WRONG = {
    "empty": ("", "Type what was said"),
    "blank": (" \n\t ", "Type what was said"),
    "too long": ("x" * 20_001, "Note must be 20,000 characters or fewer"),
    "zero character": ("half\x00a note", "Take out the character that cannot be stored"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_note_that_cannot_be_kept_is_told_in_a_sentence(inspector, interview, wrong):
    words, sentence = WRONG[wrong]
    page = inspector.post("interviews.save_note", interview, words=words)
    assert page.status == 422
    assert page.errors[0].startswith(sentence)
    assert page.field("words") == words
    assert inspector.post("interviews.save_note", interview, words=words, htmx=True).text.startswith(sentence)
    assert notes() == []


def test_the_longest_note_is_kept_whole(inspector, interview):
    longest = "😀" * 20_000
    assert inspector.post("interviews.save_note", interview, words=longest, htmx=True).status == 200
    assert notes()[0].words == longest


def test_bytes_that_are_no_text_are_kept_as_something_and_never_an_error(inspector, interview):
    page = inspector.post("interviews.save_note", interview, words=b"half a pair \xed\xa0\x80 and \xff")
    assert page.status == 200
    assert notes()[0].words.startswith("half a pair ")


def test_a_half_of_a_surrogate_pair_is_refused_with_a_sentence(app):
    with app.test_request_context(method="POST"):
        form = NoteForm(words="half \ud800 pair", meta={"csrf": False})
        form.direction.choices = [("", "")]
        assert not form.validate()
        assert form.words.errors[0].startswith("Take out the character that cannot be stored")


def test_the_same_operation_twice_makes_one_note_and_is_answered_the_same(inspector, interview):
    sent = {"words": "Sent twice. #vw.ii", "operation": OPERATION}
    first = inspector.post("interviews.save_note", interview, htmx=True, **sent)
    again = inspector.post("interviews.save_note", interview, htmx=True, **sent)
    assert (first.status, first.html) == (again.status, again.html)
    assert len(notes()) == 1
    assert db.session.query(EvidenceItem).count() == 1


def test_the_same_operation_by_a_plain_form_leads_to_the_same_place(inspector, interview):
    sent = {"words": "Sent twice.", "operation": OPERATION, "follow": False}
    first = inspector.post("interviews.save_note", interview, **sent)
    again = inspector.post("interviews.save_note", interview, **sent)
    assert (first.status, first.location) == (again.status, again.location) == (303, first.location)
    assert len(notes()) == 1


def test_an_operation_with_other_words_is_refused(inspector, interview):
    inspector.post("interviews.save_note", interview, words="One thing.", operation=OPERATION)
    page = inspector.post("interviews.save_note", interview, words="Another thing.", operation=OPERATION)
    assert page.status == 422
    assert "already sent with other content" in page
    assert [note.words for note in notes()] == ["One thing."]


def test_the_operation_of_another_person_is_refused(sign_in, inspector, interview):
    inspector.post("interviews.save_note", interview, words="Mine.", operation=OPERATION)
    page = sign_in(TeamMemberFactory()).post("interviews.save_note", interview, words="Mine.", operation=OPERATION)
    assert page.status == 422
    assert len(notes()) == 1


def test_what_is_no_operation_is_refused_with_a_sentence(inspector, interview):
    page = inspector.post("interviews.save_note", interview, words="Words.", operation="1; DROP TABLE note")
    assert page.status == 422
    assert "Open the page again and send it once more." in page
    assert notes() == []


def test_a_refused_note_may_be_corrected_and_sent_under_the_same_operation(inspector, interview):
    assert inspector.post("interviews.save_note", interview, words="", operation=OPERATION).status == 422
    assert inspector.post("interviews.save_note", interview, words="Now.", operation=OPERATION).status == 200
    assert len(notes()) == 1


def test_a_note_has_the_time_at_which_the_device_says_it_was_said(inspector, interview):
    said_at = (clock.now() - datetime.timedelta(hours=3)).replace(microsecond=0)
    inspector.post("interviews.save_note", interview, words="On the train.", said_at=said_at.isoformat())
    assert notes()[0].said_at == said_at


def test_where_our_clock_was_set_a_note_has_its_time_and_not_the_device_s(inspector, interview):
    device = clock.now()
    with clock.set_to(device + datetime.timedelta(minutes=10)):
        inspector.post("interviews.save_note", interview, words="Rotas.", said_at=device.isoformat())
    assert notes()[0].said_at > device + datetime.timedelta(minutes=9)


NO_TIMES = ["", "yesterday", "2026-13-01T00:00:00Z", "2026-04-01T10:00:00", "0001-01-01T00:00:00Z"]
NO_TIMES += ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1970-01-01T00:00:00Z"]


@pytest.mark.parametrize("said_at", NO_TIMES)
def test_a_device_that_says_no_time_that_can_be_believed_is_given_ours(inspector, interview, said_at):
    page = inspector.post("interviews.save_note", interview, words="Words.", said_at=said_at)
    assert page.status == 200
    assert abs(notes()[0].said_at - clock.now()) < datetime.timedelta(minutes=1)


def test_speakers_so_far_are_offered_in_the_order_in_which_they_spoke(inspector, interview):
    for speaker in ("DCP 2", "DCP 1", "", "DCP 2", "Lawyer <1>"):
        NoteFactory(interview=interview, speaker=speaker)
    NoteFactory(speaker="Of another interview")
    page = inspector.get("interviews.show_interview", interview)
    assert [option["value"] for option in page.all("#speakers option")] == ["DCP 2", "DCP 1", "Lawyer <1>"]


def test_the_speaker_of_ones_own_last_note_is_there_when_the_page_is_opened_again(sign_in, inspector, interview):
    inspector.post("interviews.save_note", interview, words="The clock runs out.", speaker="DCP 1")
    assert inspector.get("interviews.show_interview", interview).field("speaker") == "DCP 1"
    other = sign_in(TeamMemberFactory(person__name="Bo Ash"))
    assert other.get("interviews.show_interview", interview).field("speaker") == ""
    other.post("interviews.save_note", interview, words="So they say.", speaker="DCP 2")
    assert inspector.get("interviews.show_interview", interview).field("speaker") == "DCP 1"
    inspector.post("interviews.save_note", interview, words="The door is open.", speaker="")
    assert inspector.get("interviews.show_interview", interview).field("speaker") == ""


def test_notes_are_numbered_in_the_order_in_which_they_came(inspector, interview):
    other = InterviewFactory()
    for number in range(1, 4):
        NoteFactory(interview=interview, words=f"Note {number}")
        NoteFactory(interview=other, words="Elsewhere")
    assert [n.number for n in notes() if n.interview_id == interview.id] == [1, 2, 3]
    page = inspector.get("interviews.show_interview", interview)
    assert [words.get_text() for words in page.all(".fb-note__words")] == ["Note 1", "Note 2", "Note 3"]


@pytest.mark.slow
def test_a_long_interview_shows_its_last_notes_and_leads_to_the_earlier_ones(app, inspector, interview):
    with the_world():
        for number in range(1, 331):
            NoteFactory(interview=interview, words=f"Note {number}")
    page, found = inspector.get("interviews.show_interview", interview), []
    while True:
        found = [words.get_text() for words in page.all(".fb-note__words")] + found
        earlier = [link for link in page.all("#stream a") if link.get_text() == "Earlier notes"]
        if not earlier:
            break
        page = inspector.open("GET", earlier[0]["href"])
    assert found == [f"Note {number}" for number in range(1, 331)]


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_only_reads_notes_nothing(sign_in, interview, role):
    reader = sign_in(TeamMemberFactory(role=role))
    assert reader.post("interviews.save_note", interview, words="Words.").status == 403
    assert reader.get("interviews.show_interview", interview).all("#composer, .fb-note__edit") == []
    assert notes() == []


def test_the_interview_of_another_inspection_takes_no_note(inspector):
    elsewhere = InterviewFactory(inspection_id=InspectionFactory().id, body=None, role=None)
    page = inspector.post("interviews.save_note", elsewhere, words="Words.")
    assert page.status == 404
    assert notes() == []
    assert db.session.scalar(select(func.count()).select_from(SourceText)) == 0


def test_a_direction_that_the_pack_does_not_know_is_refused(inspector, interview):
    page = inspector.post("interviews.save_note", interview, words="Words.", direction="sideways")
    assert page.status == 422
    assert page.field("words") == "Words."
    assert notes() == []
