"""Several notes tagged at once, and that undone."""

import pytest
from sqlalchemy import select

from app.evidence.models import EvidenceItem, Tag
from app.extensions import db
from app.inspections.models import TeamRole
from app.web import clock
from tests.databases import the_world
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import InterviewFactory, NoteFactory


@pytest.fixture
def interview(app):
    return InterviewFactory()


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ada Shah"))


def tag(client, interview, *ticked, criterion="LD.ii", direction="weakness", **options):
    form = {"note": list(ticked), "criterion": criterion, "direction": direction}
    return client.post("interviews.tag_notes", interview, **form | options)


def said(page) -> str:
    return " ".join(page.one("#tagged p").get_text().split())


def items() -> list[tuple[str, str, bool]]:
    rows = db.session.scalars(select(EvidenceItem).order_by(EvidenceItem.number))
    return [(item.words, item.direction, item.withdrawn_at is None) for item in rows]


def standing() -> list[tuple[int, str]]:
    rows = db.session.scalars(select(Tag).where(Tag.live).order_by(Tag.number, Tag.id))
    return [(tag.number, tag.criterion.reference) for tag in rows]


def test_ticked_notes_become_evidence_in_one_go(inspector, interview):
    for words in ("Rotas change.", "Letters are late.", "Nobody records why."):
        NoteFactory(interview=interview, words=words, speaker="DCP 1", quote=True)
    page = inspector.get("interviews.show_write_up", interview)
    ticks = [field["value"] for field in page.all("input[name=note]")]
    assert ticks == ["1:1", "2:1", "3:1"]
    told = tag(inspector, interview, ticks[0], ticks[2])
    assert "2 notes became evidence under LD.ii: E-0001 and E-0002." in said(told)
    assert items() == [("Rotas change.", "weakness", True), ("Nobody records why.", "weakness", True)]
    assert standing() == [(1, "LD.ii"), (2, "LD.ii")]
    assert "E-0002" in told.one("#note-3").get_text() and "E-" not in told.one("#note-2").get_text()
    item = db.session.scalars(select(EvidenceItem).limit(1)).one()
    assert (item.speaker, item.quote, item.evidence_kind) == ("DCP 1", True, "first_hand")
    history = inspector.get("interviews.show_history", interview)
    assert "Ada Shah tagged several notes together" in history and "Notes 1, 3" in history


def test_a_note_that_is_evidence_stands_under_the_criterion_as_well(inspector, interview):
    NoteFactory(interview=interview, words="Rotas change. #vw.ii", direction="strength")
    NoteFactory(interview=interview, words="Letters are late. #vw.ii")
    told = tag(inspector, interview, "1:1", "2:1")
    assert "2 items stand under LD.ii as well: E-0001 and E-0002." in said(told)
    shows = [direction for _words, direction, _stands in items()]
    assert shows == ["strength", "weakness"], "what somebody said already stays"
    NoteFactory(interview=interview, words="Nobody records why.")
    again = tag(inspector, interview, "1:1", "3:1")
    assert again.messages.endswith("Note 1 stands there already.")
    assert "1 note became evidence" in said(again)
    again = tag(inspector, interview, "1:1", "2:1", "3:2")
    assert again.messages.endswith("Notes 1, 2 and 3 stand there already.")


def test_it_is_undone_at_once(inspector, interview):
    NoteFactory(interview=interview, words="Rotas change.")
    NoteFactory(interview=interview, words="Letters are late. #vw.ii")
    told = tag(inspector, interview, "1:1", "2:1")
    undone = inspector.post("interviews.untag_notes", interview, **told.form("/tags/undo"))
    assert undone.messages.endswith("1 item is withdrawn and the tag is taken off 1 item.")
    assert [stands for _words, _direction, stands in items()] == [True, False]
    assert standing() == [(1, "VW.ii")]
    again = inspector.post("interviews.untag_notes", interview, **told.form("/tags/undo") | {"operation": ""})
    assert again.messages.endswith("Nothing was left to undo.")
    assert tag(inspector, interview, "1:2").status == 200, "and can be done again"


def test_what_was_undone_is_told_no_more_at_its_address(inspector, interview):
    NoteFactory(interview=interview, words="Rotas change.")
    NoteFactory(interview=interview, words="Letters are late. #vw.ii")
    NoteFactory(interview=interview, words="Nobody records why.")
    told = tag(inspector, interview, "1:1", "2:1", "3:1")
    inspector.post("evidence.withdraw_item", reference="E-0002", reason="duplicate", words="")
    address = told.form("/tags/undo")
    again = {name: address[name] for name in ("made", "also", "criterion")}
    part = inspector.get("interviews.show_write_up", interview, **again)
    assert said(part) == ("1 note became evidence under LD.ii: E-0003. 1 item stands under LD.ii as well: E-0001.")
    inspector.post("interviews.untag_notes", interview, **address)
    assert inspector.get("interviews.show_write_up", interview, **again).all("#tagged") == []


def test_undoing_leaves_what_somebody_has_tagged_further_meanwhile(inspector, interview):
    NoteFactory(interview=interview, words="Rotas change.")
    told = tag(inspector, interview, "1:1")
    inspector.post("evidence.tag_item", reference="E-0001", criterion="CP.i", reason="")
    undone = inspector.post("interviews.untag_notes", interview, **told.form("/tags/undo"))
    assert undone.messages.endswith("The tag is taken off 1 item.")
    assert standing() == [(1, "CP.i")]


WRONG = {
    "no note": ((), "LD.ii", "Tick the notes that are to be tagged"),
    "no criterion": (("1:1",), "", "Choose the criterion"),
    "no such criterion": (("1:1",), "XX.i", "Not a valid choice."),
    "no note's number": (("one",), "LD.ii", "The form was changed on its way. Tick the notes once more"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_missing_is_told_and_ticks_stay(inspector, interview, wrong):
    ticked, criterion, sentence = WRONG[wrong]
    NoteFactory(interview=interview)
    page = tag(inspector, interview, *ticked, criterion=criterion)
    assert (page.status, page.errors) == (422, [sentence])
    assert page.field("note") == [value for value in ticked if value == "1:1"]
    assert page.field("direction") == "weakness"
    assert items() == []


def test_a_note_that_is_not_there_tags_none(inspector, interview):
    NoteFactory(interview=interview)
    assert tag(inspector, interview, "1:1", "2:1").status == 422
    assert items() == []


def test_what_was_reworded_meanwhile_is_not_tagged_unseen(inspector, interview):
    one = NoteFactory(interview=interview, words="Rotas change.")
    NoteFactory(interview=interview, words="Letters are late.")
    inspector.post("interviews.reword_note", interview, one, words="Rotas never change.", version=1)
    page = tag(inspector, interview, "1:1", "2:1")
    assert page.status == 409
    assert page.errors == ["Somebody changed note 1 meanwhile, so nothing was tagged. Read it again, then tag"]
    assert page.field("note") == ["2:1"], "the tick of what was read stays"
    assert items() == []


def test_a_signed_off_write_up_offers_no_ticks_and_takes_none(inspector, interview):
    NoteFactory(interview=interview)
    told = tag(inspector, interview, "1:1")
    with the_world():
        interview.finished_at = interview.written_up_at = interview.signed_off_at = clock.now()
    page = tag(inspector, interview, "1:1")
    assert page.status == 422 and "is signed off" in page.errors[0]
    assert page.all("input[name=note]") == []
    assert inspector.post("interviews.untag_notes", interview, **told.form("/tags/undo")).status == 409
    assert standing() == [(1, "LD.ii")]


def test_an_observer_has_no_ticks(sign_in, interview):
    NoteFactory(interview=interview)
    observer = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))
    assert observer.get("interviews.show_write_up", interview).all("input[name=note], #tag-notes") == []
    assert tag(observer, interview, "1:1").status == 403


@pytest.mark.parametrize("made", ["x", "999999999", "1.1", "." * 5000])
def test_an_address_that_says_what_is_not_so_shows_nothing(inspector, interview, made):
    NoteFactory(interview=interview)
    page = inspector.get("interviews.show_write_up", interview, made=made, criterion="LD.ii")
    assert page.status == 200
    assert page.all("#tagged") == []
