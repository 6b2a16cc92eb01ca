"""Notes put into another order, split and merged: no word is lost, and evidence goes with its words."""

import random
from collections import Counter

import pytest
from sqlalchemy import select
from uuid6 import uuid7

from app.db.versions import Stale
from app.evidence.models import EvidenceItem, ItemPiece, SourceText
from app.evidence.queries import CHANGED
from app.extensions import db
from app.interviews import arranging, note_queries, receipt_queries
from app.interviews.models import Note
from app.interviews.receipts import check_receipt, give_receipt
from app.web import clock
from tests.databases import counting_statements, look_again, the_world
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory, NoteFactory
from tests.interviews.test_importing import imported
from tests.interviews.test_receipt import verify

TWO = "Rotas change monthly. Letters are late."


@pytest.fixture
def interview(app):
    return InterviewFactory()


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ada Shah"))


def written(client, interview) -> list[str]:
    look_again()
    page = client.get("interviews.show_write_up", interview)
    return [line.get_text() for line in page.all(".fb-written .fb-note__words")]


def split(client, note, begins, **options):
    look_again()
    form = {"version": note.version, "begins": begins}
    return client.post("interviews.split_note", note.interview, note, **form | options)


def merge(client, note, following, **options):
    look_again()
    form = {"following": following.number, "version": note.version, "following_version": following.version}
    return client.post("interviews.merge_note", note.interview, note, **form | options)


def item(number=1) -> EvidenceItem:
    look_again()
    return db.session.scalars(select(EvidenceItem).where(EvidenceItem.number == number)).one()


def note_of(interview, number) -> Note:
    found = note_queries.find_note(interview.id, number)
    assert found is not None
    return found


# Order ---------------------------------------------------------------------------------------------------------------


def test_a_note_is_moved_up_and_down_and_keeps_its_number(inspector, interview):
    for words in ("One.", "Two.", "Three."):
        NoteFactory(interview=interview, words=words)
    page = inspector.post("interviews.move_note", interview, number=3, past=2, way="up")
    assert page.address.endswith("/write-up")
    assert written(inspector, interview) == ["One.", "Three.", "Two."]
    inspector.post("interviews.move_note", interview, number=1, past=3, way="down")
    assert written(inspector, interview) == ["Three.", "One.", "Two."]
    stream = inspector.get("interviews.show_interview", interview)
    assert [line["id"] for line in stream.all("li.fb-note")] == ["note-3", "note-1", "note-2"]
    history = inspector.get("interviews.show_note", interview, number=1)
    assert "Ada Shah moved note 1" in history and "Now behind note 3" in history


def test_a_new_note_stands_behind_those_that_were_moved(inspector, interview):
    for words in ("One.", "Two."):
        NoteFactory(interview=interview, words=words)
    inspector.post("interviews.move_note", interview, number=1, past=2, way="down")
    NoteFactory(interview=interview, words="Three.")
    assert written(inspector, interview) == ["Two.", "One.", "Three."]


def test_a_note_is_moved_past_one_that_was_withdrawn(inspector, interview):
    for words in ("One.", "Two.", "Three."):
        NoteFactory(interview=interview, words=words)
    inspector.post("interviews.withdraw_note", interview, number=2, version=1, reason="Twice")
    assert inspector.post("interviews.move_note", interview, number=1, past=3, way="down").status == 200
    assert written(inspector, interview) == ["Three.", "One."]


def test_by_htmx_both_lines_come_in_their_order_and_the_note_stays_open(inspector, interview):
    for words in ("One.", "Two."):
        NoteFactory(interview=interview, words=words)
    page = inspector.post("interviews.move_note", interview, number=2, past=1, way="up", htmx=True)
    lines = [line for line in page.all("li") if not line.has_attr("hx-swap-oob")]
    assert [line["id"] for line in lines] == ["note-2", "note-1"]
    assert [line.get("data-fb-say") for line in lines] == ["Note 2 is moved up.", None]
    assert page.one("[hx-swap-oob]")["hx-swap-oob"] == "delete:#note-1"
    assert [button["id"] for button in page.all("button")] == ["down-2", "merge-1-2"]


def test_somebody_else_s_order_is_not_changed_unseen(inspector, interview):
    for words in ("One.", "Two.", "Three."):
        NoteFactory(interview=interview, words=words)
    inspector.post("interviews.move_note", interview, number=3, past=2, way="up")
    page = inspector.post("interviews.move_note", interview, number=1, past=2, way="down")
    assert page.status == 409
    assert "Somebody else put the notes into another order meanwhile." in page
    assert written(inspector, interview) == ["One.", "Three.", "Two."]


@pytest.mark.parametrize("htmx", [False, True])
def test_of_two_who_press_move_up_the_second_is_told_and_moves_nothing(inspector, interview, htmx):
    for words in ("One.", "Two."):
        NoteFactory(interview=interview, words=words)
    pressed = inspector.get("interviews.show_write_up", interview, arrange=2).form("/notes/2/move")
    inspector.post("interviews.move_note", interview, number=2, **pressed | {"operation": str(uuid7())})
    page = inspector.post("interviews.move_note", interview, number=2, htmx=htmx, **pressed)
    assert page.status == 409
    assert "Nothing was changed: this is how they stand now." in page
    lines = [line["id"] for line in page.all("li.fb-note")]
    assert lines == ["note-2", "note-1"]
    assert written(inspector, interview) == ["Two.", "One."]


def test_by_htmx_it_is_said_where_the_other_order_is_seen(inspector, interview):
    for words in ("One.", "Two.", "Three."):
        NoteFactory(interview=interview, words=words)
    inspector.post("interviews.move_note", interview, number=3, past=2, way="up")
    page = inspector.post("interviews.move_note", interview, number=1, past=2, way="down", htmx=True)
    assert (page.status, "load the page again to see how they stand now" in page) == (409, True)


def test_moving_a_note_is_not_in_the_way_of_who_rewords_it(inspector, interview):
    note = NoteFactory(interview=interview, words="One.")
    NoteFactory(interview=interview, words="Two.")
    inspector.post("interviews.move_note", interview, number=1, past=2, way="down")
    assert inspector.post("interviews.reword_note", interview, note, words="First.", version=1).status == 200
    assert written(inspector, interview) == ["Two.", "First."]


# Splitting -----------------------------------------------------------------------------------------------------------


def test_a_note_is_split_before_a_sentence(inspector, interview):
    note = NoteFactory(interview=interview, words=TWO, speaker="DCP 1", quote=True)
    NoteFactory(interview=interview, words="Three.")
    asked = inspector.get("interviews.show_split", interview, note)
    assert [label.get_text(strip=True) for label in asked.all(".govuk-radios__label")] == ["Letters are late."]
    form = asked.form("/split") | {"at": asked.one("input[type=radio]")["value"]}
    page = inspector.post("interviews.split_note", interview, note, **form)
    assert page.one("#note-1 [role=status]").get_text() == "Note 1 is split: its second part is note 3."
    assert page.messages == "", "it is told in the line to which the page goes"
    assert written(inspector, interview) == ["Rotas change monthly. ", "Letters are late.", "Three."]
    second = note_of(interview, 3)
    assert (second.speaker, second.quote, second.said_at, second.created_by) == (
        "DCP 1",
        True,
        note.said_at,
        note.created_by,
    )
    for number, told in ((1, "split note 1"), (3, "made note 3 by splitting another")):
        assert f"Ada Shah {told}" in inspector.get("interviews.show_note", interview, number=number)
    versions = inspector.get("interviews.show_note", interview, number=1).all("#versions .fb-text")
    assert [text.get_text() for text in versions] == [TWO, "Rotas change monthly. "]


def test_a_note_is_split_before_words_that_are_typed(inspector, interview):
    note = NoteFactory(interview=interview, words=TWO)
    split(inspector, note, "monthly. Letters")
    assert written(inspector, interview) == ["Rotas change ", "monthly. Letters are late."]


WRONG_PLACES = {
    "nothing": ("", "Say with which words the second part begins"),
    "other words": ("Rotas never", "These words do not stand in the note like that. Copy them exactly"),
    "the first word": ("Rotas", "A note is split before a word, not before its first one: choose another place"),
    "within a word": ("ters", "A note is split before a word, not before its first one: choose another place"),
    "twice": ("e", "These words stand 5 times in the note. Add the words that follow them"),
}


@pytest.mark.parametrize("wrong", WRONG_PLACES)
def test_a_place_where_no_word_begins_is_told_and_stays_as_typed(inspector, interview, wrong):
    note = NoteFactory(interview=interview, words=TWO)
    begins, sentence = WRONG_PLACES[wrong]
    page = split(inspector, note, begins)
    assert (page.status, page.errors) == (422, [sentence])
    assert page.field("begins") == begins
    assert written(inspector, interview) == [TWO]


def test_what_was_reworded_meanwhile_is_not_split_unseen(inspector, interview):
    note = NoteFactory(interview=interview, words=TWO)
    inspector.post("interviews.reword_note", interview, note, words="Rotas change. Letters are lost.", version=1)
    page = split(inspector, note, "Letters", version=1)
    assert page.status == 409
    assert "Letters are lost." in page and page.field("version") == "2"
    assert len(written(inspector, interview)) == 1


def test_evidence_goes_with_its_words_and_does_not_say_that_they_changed(inspector, interview):
    note = NoteFactory(interview=interview, words="Rotas change monthly. #vw.ii")
    split(inspector, note, "monthly")
    shown = inspector.get("evidence.show_item", item())
    assert "Source changed since" not in shown
    assert "note 1 and note 2" in shown, "the cut went through its words"
    assert item().words == "Rotas change monthly."
    lines = inspector.get("interviews.show_write_up", interview)
    assert all("E-0001" in lines.one(f"#note-{number}").get_text() for number in (1, 2))
    assert "split or merged the note in which it stands" in inspector.get("evidence.show_history", item())


def test_evidence_of_the_second_part_stands_there_afterwards(inspector, interview):
    note = NoteFactory(interview=interview, words="#vw.ii Letters are late.")
    split(inspector, note, "Letters")
    assert item().text.label == "note 2"
    lines = inspector.get("interviews.show_write_up", interview)
    assert "E-0001" in lines.one("#note-2").get_text() and "E-0001" not in lines.one("#note-1").get_text()
    inspector.post("interviews.reword_note", interview, number=1, words="Nothing of it.", version=2)
    assert "Source changed since" not in inspector.get("evidence.show_item", item())
    inspector.post("interviews.reword_note", interview, number=2, words="Letters are lost.", version=1)
    page = inspector.get("evidence.show_item", item())
    assert "Source changed since" in page and "Note 2 now says there: Letters are lost." in page


@pytest.mark.parametrize("number", [1, 2])
def test_evidence_on_both_parts_says_that_it_changed_once_one_is_reworded(inspector, interview, number):
    note = NoteFactory(interview=interview, words="Rotas change monthly. #vw.ii")
    split(inspector, note, "monthly")
    version = note_of(interview, number).version
    inspector.post("interviews.reword_note", interview, number=number, words="Other words.", version=version)
    page = inspector.get("evidence.show_item", item())
    assert "Source changed since" in page
    assert f"Note {number} now says there: Other words." in page
    assert item().words == "Rotas change monthly."
    assert "Source changed since" in inspector.get("criteria.show_criterion", reference="VW.ii")


def test_a_part_that_evidence_stands_on_is_not_withdrawn_before_it(inspector, interview):
    note = NoteFactory(interview=interview, words="Rotas change monthly. #vw.ii")
    split(inspector, note, "monthly")
    for number in (1, 2):
        version = note_of(interview, number).version
        page = inspector.post("interviews.withdraw_note", interview, number=number, version=version, reason="Twice")
        assert page.errors == ["Evidence was lifted from it: withdraw E-0001 first"]


# Merging -------------------------------------------------------------------------------------------------------------


def test_two_notes_become_one_with_every_word(inspector, interview):
    one = NoteFactory(interview=interview, words="Rotas change monthly. #vw.ii", speaker="DCP 1")
    two = NoteFactory(interview=interview, words="Letters are late. #cp.i", speaker="DCP 1")
    page = merge(inspector, one, two)
    assert page.address.endswith("/write-up")
    assert written(inspector, interview) == ["Rotas change monthly. #vw.ii\nLetters are late. #cp.i"]
    line = inspector.get("interviews.show_write_up", interview).one("#note-1").get_text(" ")
    assert "E-0001" in line and "E-0002" in line
    for number in (1, 2):
        found = item(number)
        assert found.text.text[found.start_at : found.end_at] == found.words
        assert found.text.label == "note 1"
        assert "Source changed since" not in inspector.get("evidence.show_item", found)
    shown = inspector.get("interviews.show_note", interview, two)
    assert "Merged into note 1 by Ada Shah" in shown
    assert "Ada Shah merged note 2 into another note" in shown
    refused = inspector.post("interviews.put_note_back", interview, two)
    assert "Note 2 was merged into note 1. Split that one to have it apart again." in refused


def test_split_and_merged_again_it_is_as_before(inspector, interview):
    note = NoteFactory(interview=interview, words="Rotas change monthly. #vw.ii")
    split(inspector, note, "monthly")
    merge(inspector, note, note_of(interview, 2))
    assert written(inspector, interview) == ["Rotas change monthly. #vw.ii"]
    assert (item().start_at, item().end_at, item().text_id) == (0, 21, note.text_id)
    assert db.session.scalars(select(ItemPiece)).all() == []


def test_evidence_on_a_merged_note_is_put_back_while_its_words_stand(inspector, interview):
    one, two = NoteFactory(interview=interview, words="One."), NoteFactory(interview=interview, words="Two. #vw.ii")
    inspector.post("evidence.withdraw_item", item(), reason="duplicate", words="")
    merge(inspector, one, two)
    assert inspector.post("evidence.put_item_back", item()).messages.endswith("E-0001 is back.")
    line = inspector.get("interviews.show_write_up", interview).one("#note-1").get_text(" ")
    assert "E-0001" in line


def test_what_two_people_said_is_not_merged(inspector, interview):
    one = NoteFactory(interview=interview, words="One.", speaker="DCP 1")
    two = NoteFactory(interview=interview, words="Two.", speaker="DCP 2")
    page = merge(inspector, one, two)
    assert page.status == 422
    assert "DCP 1 speaks in note 1 and DCP 2 in note 2. Put right who spoke first, then merge them." in page
    assert written(inspector, interview) == ["One.", "Two."]


@pytest.mark.parametrize("first", [True, False])
def test_a_quotation_is_not_merged_with_what_is_none(inspector, interview, first):
    one = NoteFactory(interview=interview, words="One.", quote=first)
    two = NoteFactory(interview=interview, words="Two. #vw.ii", quote=not first)
    page = merge(inspector, one, two)
    quoted, other = (1, 2) if first else (2, 1)
    assert page.status == 422
    assert (
        f"Note {quoted} is a quotation and note {other} is none. Edit one of them so that both are the same, then merge"
        in page
    )
    assert written(inspector, interview) == ["One.", "Two. #vw.ii"]


def test_two_quotations_become_one(inspector, interview):
    one, two = (NoteFactory(interview=interview, words=words, quote=True) for words in ("One.", "Two. #vw.ii"))
    merge(inspector, one, two)
    assert note_of(interview, 1).quote and item().quote


def test_what_would_be_too_long_is_not_merged(inspector, interview):
    one = NoteFactory(interview=interview, words="x " * 6000)
    two = NoteFactory(interview=interview, words="y " * 6000)
    page = merge(inspector, one, two)
    assert (page.status, "longer than a note can be (20,000 characters)" in page) == (422, True)


def test_notes_that_somebody_changed_meanwhile_are_not_merged_unseen(inspector, interview):
    one, two = NoteFactory(interview=interview, words="One."), NoteFactory(interview=interview, words="Two.")
    inspector.post("interviews.reword_note", interview, two, words="Second.", version=1)
    page = merge(inspector, one, two, following_version=1)
    assert (page.status, "Somebody else changed these notes meanwhile." in page) == (409, True)
    assert written(inspector, interview) == ["One.", "Second."]


def test_the_device_s_words_for_a_merged_note_are_refused_with_a_sentence(inspector, interview):
    one, two = NoteFactory(interview=interview, words="One."), NoteFactory(interview=interview, words="Two.")
    merge(inspector, one, two)
    page = inspector.post("interviews.reword_note", interview, two, words="Second.", version=1)
    assert (page.status, "Note 2 was merged into note 1. Change that one." in page) == (422, True)


# Distressing words ---------------------------------------------------------------------------------------------------


def distress(inspector, number=1) -> None:
    form = inspector.get("evidence.show_item", reference=f"E-000{number}").form(f"/evidence/E-000{number}")
    inspector.post("evidence.revise_item", reference=f"E-000{number}", **form | {"distressing": "y"})


def bare(page) -> str:
    """What is read without opening a cover."""
    for cover in page.all("details.fb-cover"):
        cover.decompose()
    return page.soup.get_text()


def test_what_a_note_said_before_it_was_split_stays_covered(inspector, interview):
    note = NoteFactory(interview=interview, words="Rotas change. He hit her twice. #vw.ii")
    split(inspector, note, "He hit")
    inspector.post("interviews.tag_notes", interview, note=["2:1"], criterion="LD.ii", direction="")
    distress(inspector)
    for number in (1, 2):
        page = inspector.get("interviews.show_note", interview, number=number)
        assert "He hit her" in page and "He hit her" not in bare(page)


def test_a_version_is_covered_where_its_words_are_distressing_in_another_note_now(inspector, interview):
    note = NoteFactory(interview=interview, words="Rotas change. He hit her twice.")
    split(inspector, note, "He hit")
    inspector.post("interviews.tag_notes", interview, note=["2:1"], criterion="LD.ii", direction="")
    distress(inspector)
    page = inspector.get("interviews.show_note", interview, number=1)
    assert "Rotas change." in page.one("#note-1").get_text()
    assert "He hit her" in page and "He hit her" not in bare(page)


def test_the_context_of_evidence_covers_what_stands_in_another_note_now(inspector, interview):
    note = NoteFactory(interview=interview, words="#vw.ii Rotas change monthly.")
    NoteFactory(interview=interview, words="He hit her twice. #cp.i")
    merge(inspector, note, note_of(interview, 2))
    split(inspector, note, "change monthly")
    assert len(db.session.scalars(select(ItemPiece)).all()) == 2, "the first stands on the text that was split"
    split(inspector, note_of(interview, 3), "He hit")
    distress(inspector, 2)
    page = inspector.get("evidence.show_item", item(1))
    assert "Rotas change monthly." in page
    assert "He hit her" in page and "He hit her" not in bare(page)


def test_a_merged_note_stays_covered_where_its_words_were(inspector, interview):
    one = NoteFactory(interview=interview, words="Rotas change.")
    two = NoteFactory(interview=interview, words="He hit her twice. #vw.ii")
    distress(inspector)
    merge(inspector, one, two)
    for number in (1, 2):
        page = inspector.get("interviews.show_note", interview, number=number)
        assert "He hit her" in page and "He hit her" not in bare(page)
    assert "He hit her" not in bare(inspector.get("interviews.show_write_up", interview))


# All of it together --------------------------------------------------------------------------------------------------


def test_a_signed_off_interview_is_read_only_for_all_of_it(inspector, interview):
    one, two = NoteFactory(interview=interview, words=TWO), NoteFactory(interview=interview, words="Two.")
    with the_world():
        interview.finished_at = interview.written_up_at = interview.signed_off_at = clock.now()
    answers = [
        inspector.post("interviews.move_note", interview, one, past=2, way="down"),
        merge(inspector, one, two),
        split(inspector, one, "Letters"),
    ]
    assert [page.status for page in answers] == [422, 422, 422]
    assert all("is signed off" in page for page in answers)
    page = inspector.get("interviews.show_write_up", interview, arrange=1)
    assert page.all(".fb-written__tools") == []
    assert written(inspector, interview) == [TWO, "Two."]


def test_a_receipt_says_what_was_arranged_since_and_that_all_is_held(app, inspector, interview):
    for words in (TWO, "Two.", "Three.", "Four."):
        NoteFactory(interview=interview, words=words)
    inspector.post("interviews.make_receipt", interview)
    split(inspector, note_of(interview, 1), "Letters")
    merge(inspector, note_of(interview, 2), note_of(interview, 3))
    inspector.post("interviews.move_note", interview, number=4, past=2, way="up")
    page = inspector.get("interviews.show_receipts", interview)
    assert "All is held as it was then." in page
    told = verify(app, "INT-001").output
    assert (
        "All is held. Since then split, or merged with another: notes 1, 2; merged into another: note 3; "
        "added: note 5; the notes are in another order." in told
    )


def test_the_receipt_is_in_the_order_of_the_notes(inspector, interview):
    for words in ("One.", "Two."):
        NoteFactory(interview=interview, words=words)
    inspector.post("interviews.move_note", interview, number=2, past=1, way="up")
    with the_world():
        receipt = give_receipt(interview, by=SOMEBODY)
        assert [number for number, _sha256 in receipt.lines] == [2, 1]


WORDS = [
    "rota",
    "naïve",
    "“file”",
    "late",
    "𝒳",
    "#vw.ii",
    "#cp.i",
    "court\nmonthly,",
    "nobody",
    "why.",
    "clock",
    "four",
]


def some_words(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(2, 12))) + chance.choice(["", " ", "\n"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_no_sequence_of_moving_splitting_and_merging_loses_a_word_or_an_item(interview, seed):
    chance = random.Random(seed)
    for _note in range(6):
        NoteFactory(interview=interview, words=f"said {some_words(chance)}")
    with the_world():
        receipt = give_receipt(interview, by=SOMEBODY)
    expected = dict(stands(interview))
    order = list(expected)
    words = Counter(word for text in expected.values() for word in text.split())
    items = {one.number: one.words for one in db.session.scalars(select(EvidenceItem))}
    assert items
    for _deed in range(25):
        with the_world():
            place = chance.randrange(len(order))
            note = note_of(interview, order[place])
            match chance.choice(["move", "split", "split", "merge"]):
                case "move" if place:
                    arranging.move(note, note_of(interview, order[place - 1]), up=True, by=SOMEBODY)
                    order[place - 1 : place + 1] = order[place], order[place - 1]
                case "split" if starts := arranging.word_starts(note.words):
                    at = chance.choice(starts)
                    text = expected[note.number]
                    new = arranging.split(note, at, base=note.version, by=SOMEBODY)
                    expected[note.number], expected[new.number] = text[:at], text[at:]
                    order.insert(place + 1, new.number)
                case "merge" if place + 1 < len(order):
                    following = note_of(interview, order[place + 1])
                    arranging.merge(note, following, base=note.version, following_base=following.version, by=SOMEBODY)
                    one, other = expected[note.number], expected.pop(order.pop(place + 1))
                    joint = "" if one[-1].isspace() or other[0].isspace() else "\n"
                    expected[note.number] = one + joint + other
        assert stands(interview) == [(number, expected[number]) for number in order]
        assert Counter(word for text in expected.values() for word in text.split()) == words
        look_at_items(interview, items, expected)
        assert check_receipt(receipt, receipt_queries.list_held(interview.id, every_version=True)).is_whole
        places = sorted(db.session.scalars(select(Note.place).where(Note.interview_id == interview.id)))
        assert places == list(range(1, len(places) + 1))


def stands(interview) -> list[tuple[int, str]]:
    look_again()
    return [(held.number, held.text) for held in receipt_queries.list_held(interview.id)]


def look_at_items(interview, items, expected) -> None:
    """Each on its exact words, unchanged, and found at the notes that now hold them."""
    rows = db.session.execute(select(EvidenceItem, CHANGED)).all()
    shown = {
        line.number: {lifted.reference for lifted in line.items} for line in note_queries.list_all(interview.id)[0]
    }
    assert {one.number: one.words for one, _changed in rows} == items
    for one, changed in rows:
        assert one.text.text[one.start_at : one.end_at] == one.words
        assert not changed
        texts = note_queries.texts_of_item(one.id)
        notes = set(db.session.scalars(select(Note.number).where(Note.text_id.in_(texts))))
        assert notes and len(notes) == len(texts), "it stands on present texts only"
        assert {number for number, there in shown.items() if one.reference in there} == notes
        pieces = db.session.execute(
            select(SourceText.text, ItemPiece.start_at, ItemPiece.end_at)
            .join(ItemPiece, ItemPiece.text_id == SourceText.id)
            .where(ItemPiece.item_id == one.id)
            .order_by(ItemPiece.number)
        ).all()
        assert not pieces or "".join(text[start:end] for text, start, end in pieces) == one.words


PAIR = ((2, 1), (1, 2))  # up, each past the other


@pytest.mark.slow
def test_arranging_costs_the_same_number_of_statements_for_ten_notes_and_for_many(inspector, interview):
    addresses = [(inspector.address("interviews.move_note", interview, number=one), other) for one, other in PAIR]

    def statements() -> int:
        with counting_statements() as counted:
            for address, past in addresses:
                assert inspector.open("POST", address, form={"past": past, "way": "up"}, htmx=True).status == 200
        return len(counted)

    for _note in range(10):
        NoteFactory(interview=interview)
    statements()
    few = statements()
    imported(inspector, interview, "\n\n".join(f"DCP {number % 3}: Note {number}." for number in range(1000)))
    assert statements() == few


def test_a_stale_neighbour_is_told_apart(interview):
    one, two, three = (NoteFactory(interview=interview) for _number in range(3))
    with the_world(), pytest.raises(Stale):
        arranging.move(note_of(interview, one.number), note_of(interview, three.number), up=False, by=SOMEBODY)
    assert two.place == 2
