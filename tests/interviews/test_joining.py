"""Two versions of one note: both are kept at once, all who may write see them, and somebody chooses or joins them."""

import pytest
from sqlalchemy import select
from uuid6 import uuid7

from app.evidence.models import EvidenceItem, SourceText
from app.extensions import db
from app.inspections.models import TeamRole
from app.interviews.models import Interview, Note, Outcome, Rival
from app.interviews.note_queries import this_millisecond
from app.interviews.wordings import joined, side_by_side
from app.web import clock
from tests.audit.trail import deeds
from tests.databases import counting_statements, look_again, the_world
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import InterviewFactory, NoteFactory, RivalFactory

SAID = "The rota changes every month."
FIRST = "The rota changes every week."
SECOND = "In Wessex the rota changes every month."


@pytest.fixture
def note(app):
    return NoteFactory(words=SAID)


@pytest.fixture
def ada(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ada Shah"))


@pytest.fixture
def bo(sign_in):
    return sign_in(TeamMemberFactory(person__name="Bo Ash"))


@pytest.fixture
def rival(ada, bo, note):
    """Ada reworded the note, and Bo what it said before."""
    reword(ada, note, FIRST)
    assert reword(bo, note, SECOND).status == 409
    return the_rival()


def reword(client, note, words, version=1, **options):
    return client.post("interviews.reword_note", note.interview, note, words=words, version=version, **options)


def choose(client, rival, choice, version=2, **options):
    note = rival.note
    return client.post(
        "interviews.choose_version",
        note.interview,
        note,
        version_id=rival.id,
        choice=choice,
        version=version,
        **options,
    )


def the_rival() -> Rival:
    look_again()
    return db.session.scalars(select(Rival)).one()


def present() -> str:
    look_again()
    return db.session.scalars(select(Note)).one().words


def versions() -> list[str]:
    return list(db.session.scalars(select(SourceText.text).order_by(SourceText.id)))


def differing(page) -> list[str]:
    return [mark.get_text() for mark in page.all(".fb-versions mark")]


WAYS = {
    "a plain form": ("interviews.reword_note", {}),
    "htmx": ("interviews.reword_note", {"htmx": True}),
    "a device, hours later": ("interviews.reword_sent_note", {"htmx": True}),
}


@pytest.mark.parametrize("way", WAYS)
def test_whichever_way_they_come_words_that_come_second_are_stored_before_anybody_chooses(ada, bo, note, way):
    reword(ada, note, FIRST)
    endpoint, options = WAYS[way]
    name = {"note_id": note.id} if endpoint.endswith("sent_note") else {"number": 1}
    page = bo.post(endpoint, note.interview, words=SECOND, version=1, **name, **options)
    assert page.status == 409
    assert present() == FIRST
    assert (the_rival().words, the_rival().outcome, the_rival().text.created_by) == (SECOND, Outcome.OPEN, "Bo Ash")


def test_sent_again_they_are_one_version(ada, bo, note):
    reword(ada, note, FIRST)
    operation = str(uuid7())
    for _time in range(2):
        reword(bo, note, SECOND, operation=operation)
    reword(bo, note, SECOND)
    assert versions() == [SAID, FIRST, SECOND]
    assert the_rival()


def test_two_who_put_the_same_right_alike_have_nothing_to_choose(ada, bo, note):
    reword(ada, note, FIRST)
    assert reword(bo, note, FIRST, htmx=True).status == 200
    assert versions() == [SAID, FIRST]
    assert db.session.scalars(select(Rival)).all() == []


def test_both_are_shown_side_by_side_with_the_words_that_differ_marked(ada, rival):
    for page in (
        ada.get("interviews.show_interview", rival.note.interview),
        ada.get("interviews.show_note", rival.note.interview, rival.note),
    ):
        assert "Two versions of note 1 are open" in page
        assert [side.get_text() for side in page.all(".fb-versions__words")] == [FIRST, SECOND]
        assert differing(page) == ["The", "week.", "In Wessex the", "month."]
        whose = [line.get_text() for line in page.all(".fb-versions__whose")]
        assert whose[0].startswith("Stands: Ada Shah (you), ") and whose[1].startswith("Came second: Bo Ash, ")


def test_who_looks_at_the_interview_is_shown_it_live_and_that_it_is_settled(ada, bo, sign_in, rival):
    note, third = rival.note, sign_in(TeamMemberFactory())
    page = third.get("interviews.show_changed", note.interview, since=this_millisecond(), htmx=True)
    assert "Two versions of note 1 are open" in page.text
    before = page.one("#note-1")["data-touched"]
    choose(bo, rival, "kept")
    page = third.get("interviews.show_changed", note.interview, since=this_millisecond(), htmx=True)
    assert page.one("#note-1")["data-touched"] > before
    assert "versions of note 1 are open" not in page.text


def test_who_only_reads_is_shown_what_stands(sign_in, rival):
    reader = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))
    page = reader.get("interviews.show_interview", rival.note.interview)
    assert FIRST in page and not page.all(".fb-versions")
    assert choose(reader, rival, "taken").status == 403
    assert present() == FIRST


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("choice", "words", "deed"),
    [
        ("kept", FIRST, "kept the first version"),
        ("taken", SECOND, "took the second version"),
        ("joined", "In Wessex the rota changes every week.", "joined two versions"),
    ],
)
def test_each_choice_is_one_operation_and_all_stay_in_the_history(ada, bo, rival, choice, words, deed, htmx):
    typed = {"words": words} if choice == "joined" else {}
    operation = str(uuid7())
    for _time in range(2):
        page = choose(ada, rival, choice, htmx=htmx, operation=operation, **typed)
        assert page.status == 200
        assert page.one("#note-1 .fb-note__words").get_text() == words
        assert not page.all(".fb-versions")
    assert present() == words
    assert (the_rival().outcome, the_rival().settled_by) == (choice, "Ada Shah")
    assert deeds().count((deed, "INT-001")) == 1
    history = ada.get("interviews.show_note", rival.note.interview, rival.note)
    shown = [text.get_text() for text in history.all("#versions .fb-text")]
    assert shown == [SAID, FIRST, SECOND, *([words] if choice != "kept" else [])]
    assert "came second, " in history and "Ada Shah" in history.one("#versions").get_text()


def test_joining_begins_with_what_both_of_them_changed(ada, rival):
    note = rival.note
    for htmx in (False, True):
        page = ada.get("interviews.show_join", note.interview, note, version_id=rival.id, htmx=htmx)
        assert page.field("words") == "In Wessex the rota changes every week."
    form = page.form(f"/versions/{rival.id}")
    joined_page = ada.post("interviews.choose_version", note.interview, note, version_id=rival.id, **form)
    assert joined_page.one("#note-1 .fb-note__words").get_text() == "In Wessex the rota changes every week."
    assert the_rival().outcome == Outcome.JOINED


def test_the_links_and_buttons_of_the_page_do_it_without_scripts(ada, rival):
    page = ada.get("interviews.show_interview", rival.note.interview)
    keep, take = page.all(".fb-versions form")
    sent = {str(field["name"]): str(field["value"]) for field in take.select("input")}
    assert "Take the second" in take.get_text() and "Keep what stands" in keep.get_text()
    after = ada.open("POST", take["action"], form=sent)
    assert after.one("#note-1 .fb-note__words").get_text() == SECOND
    assert ada.open("GET", page.one(".fb-versions a")["href"]).status == 200


def test_a_criterion_in_the_second_version_tags_when_it_is_taken(ada, bo, note):
    reword(ada, note, FIRST)
    reword(bo, note, SECOND + " #vw.ii")
    assert db.session.query(EvidenceItem).count() == 0
    choose(ada, the_rival(), "taken")
    assert db.session.scalars(select(EvidenceItem.words)).all() == [SECOND]


def test_who_spoke_comes_with_the_version_that_says_it(ada, bo, note):
    about = {"about": "1", "speaker": "DCP 2", "quote": "y"}
    reword(ada, note, FIRST)
    page = reword(bo, note, SECOND, **about)
    assert "Speaker: DCP 2. A quotation" in page.one(".fb-versions").get_text()
    choose(ada, the_rival(), "taken")
    look_again()
    taken = db.session.scalars(select(Note)).one()
    assert (taken.speaker, taken.quote) == ("DCP 2", True)


def test_evidence_stays_on_its_words_and_says_that_its_source_changed_only_when_it_did(ada, bo):
    note = NoteFactory(words="Rotas change monthly. #vw.ii")
    item = note.item
    other = {"about": "1", "speaker": "DCP 2"}
    reword(ada, note, note.words, **other)  # the words stay
    reword(bo, note, SECOND)
    assert "Source changed since" not in ada.get("evidence.show_item", item), "an open version changes nothing"
    choose(ada, the_rival(), "kept")
    assert "Source changed since" not in ada.get("evidence.show_item", item)
    reword(bo, note, FIRST)
    second = db.session.scalars(select(Rival).where(Rival.settled_at.is_(None))).one()
    choose(ada, second, "taken")
    page = ada.get("evidence.show_item", item)
    assert page.one("#words").get_text() == "Rotas change monthly."
    assert "Source changed since" in page


def test_what_was_chosen_is_undone_by_taking_a_wording_again(ada, rival):
    choose(ada, rival, "taken")
    page = ada.get("interviews.show_note", rival.note.interview, rival.note)
    again = [form for form in page.all("#versions form") if FIRST in form.parent.get_text()]
    sent = {str(field["name"]): str(field["value"]) for field in again[0].select("input")}
    assert ada.open("POST", again[0]["action"], form=sent).status == 200
    assert present() == FIRST
    assert len(versions()) == 5


def test_who_chooses_second_is_told_who_chose(ada, bo, rival):
    choose(bo, rival, "kept")
    page = choose(ada, rival, "taken")
    assert page.status == 409
    assert "Bo Ash chose already" in page.one("#note-1").get_text()
    assert present() == FIRST
    late = ada.get("interviews.show_join", rival.note.interview, rival.note, version_id=rival.id)
    assert "Bo Ash chose already" in late and not late.all("textarea")


@pytest.mark.parametrize("choice", ["kept", "taken"])
def test_what_was_not_seen_is_not_chosen_over(ada, bo, rival, choice):
    reword(bo, rival.note, "The rota never changes.", version=2)
    page = choose(ada, rival, choice)
    assert page.status == 409
    assert "Somebody changed this note meanwhile" in page
    assert present() == "The rota never changes."
    assert the_rival().outcome == Outcome.OPEN


@pytest.mark.parametrize("other", ["chose", "reworded"])
def test_joined_words_that_come_too_late_are_kept_as_well(ada, bo, rival, other):
    if other == "chose":
        choose(bo, rival, "kept")
    else:
        reword(bo, rival.note, "The rota never changes.", version=2)
    page = choose(ada, rival, "joined", words="Both, by Ada.")
    assert page.status == 409
    assert "What you joined is kept as a version, too." in page
    look_again()
    opened = db.session.scalars(select(Rival).where(Rival.settled_at.is_(None)).order_by(Rival.id)).all()
    assert opened[-1].words == "Both, by Ada."
    assert "Both, by Ada." in page.text


@pytest.mark.parametrize("htmx", [False, True])
def test_joined_into_nothing_is_refused_and_nothing_changed(ada, rival, htmx):
    page = choose(ada, rival, "joined", words=" ", htmx=htmx)
    assert page.status == 422
    assert "A note needs words" in page.one("#reword-1-error").get_text()
    assert page.form(f"/versions/{rival.id}")["choice"] == "joined", "it is still joining"
    assert (present(), the_rival().outcome) == (FIRST, Outcome.OPEN)


@pytest.mark.parametrize("choice", ["", "both", None])
def test_a_choice_that_there_is_not_changes_nothing(ada, rival, choice):
    assert choose(ada, rival, choice).status == 422
    assert the_rival().outcome == Outcome.OPEN


def test_the_version_of_another_note_is_not_chosen_here(ada, rival):
    other = NoteFactory(interview=db.session.get_one(Interview, rival.interview_id))
    page = ada.post(
        "interviews.choose_version", rival.note.interview, other, version_id=rival.id, choice="taken", version=1
    )
    assert page.status == 404
    assert "Note 2 has no such version" in page


def test_after_the_sign_off_there_is_no_choosing_and_both_are_in_the_history(ada, rival):
    with the_world():
        db.session.scalars(select(Interview)).one().signed_off_at = clock.now()
    page = ada.get("interviews.show_note", rival.note.interview, rival.note)
    assert not page.all(".fb-versions") and not page.all("#versions form")
    assert {FIRST, SECOND} <= {text.get_text() for text in page.all("#versions .fb-text")}
    refused = choose(ada, rival, "taken")
    assert refused.status == 422
    assert "is signed off, so its notes are as they are" in refused
    assert present() == FIRST


def test_an_open_version_is_unfinished_on_the_overview_and_before_the_sign_off(ada, rival):
    overview = ada.get("overview.show_inspection")
    arrangements = ada.get("interviews.show_arrangements", rival.note.interview)
    assert "1 note has two versions, and nobody has chosen" in overview.one("#unchosen").get_text()
    assert "1 note has two versions, and nobody has chosen" in arrangements.one("#unchosen").get_text()
    assert ada.open("GET", overview.one("#unchosen a")["href"]).one("#note-1")
    choose(ada, rival, "kept")
    assert not ada.get("overview.show_inspection").all("#unchosen")
    assert not ada.get("interviews.show_arrangements", rival.note.interview).all("#unchosen")


def test_a_receipt_holds_what_stands_and_finds_what_stood(ada, rival):
    interview = rival.note.interview
    page = ada.post("interviews.make_receipt", interview)
    assert f"1 note with {len(FIRST.split())} words" in page.messages
    choose(ada, rival, "taken")
    assert (
        "All is held as it was then. Since then: note 1 reworded" in ada.get("interviews.show_receipts", interview).main
    )


def test_distressing_words_are_covered_in_both_versions(ada, bo):
    note = NoteFactory(words="Rotas change monthly. #vw.ii")
    with the_world():
        db.session.get_one(EvidenceItem, note.item_id).distressing = True
    reword(ada, note, FIRST)
    page = reword(bo, note, SECOND)
    assert len(page.all(".fb-versions details.fb-cover .fb-versions__words")) == 2
    assert len(page.all(".fb-versions .fb-versions__words")) == 2


def test_open_versions_cost_the_same_however_many_there_are(ada, app):
    interview = InterviewFactory()

    def statements() -> int:
        with counting_statements() as counted:
            ada.get("interviews.show_interview", interview)
        return len(counted.statements)

    RivalFactory(note=NoteFactory(interview=interview))
    few = statements()
    for _note in range(10):
        RivalFactory(note=NoteFactory(interview=interview))
    assert statements() == few


@pytest.mark.parametrize(
    ("base", "one", "other", "both"),
    [
        ("a b c", "a b c d", "z b c", "z b c d"),
        ("a b c", "a c", "a b c", "a c"),
        ("a b c", "a x c", "a y c", "a x y c"),
        ("a b c", "a x c", "a x c", "a x c"),
        ("a\n\nb", "a\n\nb c", "A\n\nb", "A\n\nb c"),
        ("", "One thing.", "Another.", "One thing. Another."),
        ("a b", "", "a b c", "a b c"),
        ("  a b", "  a b", "b", "b"),
    ],
)
def test_two_changes_are_put_into_one(base, one, other, both):
    assert joined(base, one, other) == both


@pytest.mark.parametrize(
    ("one", "other", "marked"),
    [
        ("a b c", "a x c", (["b"], ["x"])),
        ("a  b", "a\nb", ([], [])),
        ("same", "same", ([], [])),
        ("", "all new", ([], ["all new"])),
        ("tick", "ticks", (["tick"], ["ticks"])),
    ],
)
def test_only_words_are_told_apart_and_each_side_is_whole(one, other, marked):
    sides = side_by_side(one, other)
    assert tuple([piece.text for piece in side if piece.differs] for side in sides) == marked
    assert tuple("".join(piece.text for piece in side) for side in sides) == (one, other)


def test_long_and_monotonous_words_are_compared_in_no_time():
    started = this_millisecond()
    side_by_side("a b " * 5000, "b a " * 5000)
    joined("a b " * 5000, "b a " * 5000, "a c " * 5000)
    assert this_millisecond() - started < 3000


@pytest.mark.parametrize("endpoint", ["interviews.reword_note", "interviews.reword_sent_note"])
@pytest.mark.parametrize("meanwhile", ["withdrawn", "signed off"])
def test_words_that_come_after_the_note_was_closed_are_in_its_history(ada, bo, note, meanwhile, endpoint):
    reword(ada, note, FIRST)
    with the_world():
        if meanwhile == "withdrawn":
            db.session.scalars(select(Note)).one().withdrawn_at = clock.now()
        else:
            db.session.scalars(select(Interview)).one().signed_off_at = clock.now()
    name = {"note_id": note.id} if endpoint.endswith("sent_note") else {"number": 1}
    page = bo.post(endpoint, note.interview, words=SECOND, version=1, htmx=True, **name)
    assert page.status == 409
    told = page.one("#note-1 [role=alert]").get_text()
    assert meanwhile in told and "Your words are kept as a version of the note." in told
    assert not page.all(".fb-versions")
    assert present() == FIRST
    history = ada.get("interviews.show_note", note.interview, note)
    assert [text.get_text() for text in history.all("#versions .fb-text")] == [SAID, FIRST, SECOND]


def test_a_wording_that_is_taken_again_is_no_change_of_the_source(ada, bo):
    note = NoteFactory(words="Rotas change monthly. #vw.ii")
    item = note.item
    reword(ada, note, FIRST)
    assert "Source changed since" in ada.get("evidence.list_items")
    reword(ada, note, "Rotas change monthly. #vw.ii", version=2)
    assert "Source changed since" not in ada.get("evidence.list_items")
    page = ada.get("evidence.show_item", item)
    assert "Source changed since" not in page and page.one("#words").get_text() == "Rotas change monthly."
    reword(ada, note, SECOND, version=3)
    assert "Source changed since" in ada.get("evidence.list_items"), "it follows what the note says from then on"
    assert "Note 1 now says there: " + SECOND in ada.get("evidence.show_item", item)


def test_the_write_up_shows_it_too_and_is_where_whoever_chooses_there_comes_back_to(ada, rival):
    interview = rival.note.interview
    page = ada.get("interviews.show_write_up", interview)
    assert [side.get_text() for side in page.all(".fb-versions__words")] == [FIRST, SECOND]
    _keep, take = page.all(".fb-versions form")
    sent = {str(field["name"]): str(field["value"]) for field in take.select("input")}
    after = ada.open("POST", take["action"], form=sent)
    assert after.address.endswith("/write-up")
    assert after.one("#note-1 .fb-note__words").get_text() == SECOND
    form = page.one(".fb-versions a")
    assert form["href"].endswith("?view=write-up")


def test_a_note_is_neither_split_nor_merged_while_two_versions_are_open(ada, rival):
    interview, note = rival.note.interview, rival.note
    split = ada.post("interviews.split_note", interview, note, version=2, begins="rota")
    assert "Two versions of note 1 are open. Choose one or join them first" in split
    other = NoteFactory(interview=interview)
    merged = ada.post("interviews.merge_note", interview, note, version=2, following=other.number, following_version=1)
    assert "Two versions of note 1 are open. Choose one or join them first" in merged
    assert present_of(1) == FIRST


def present_of(number: int) -> str:
    look_again()
    return db.session.scalars(select(Note).where(Note.number == number)).one().words
