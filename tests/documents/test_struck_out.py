"""Words that are struck out of a document: the team sees blocks in their place, and tags what it sees."""

import pytest
from sqlalchemy import literal, select

from app.db.words import holds_words
from app.documents.checking import say
from app.documents.masking import everywhere, masked
from app.documents.models import Document, Names, Strike
from app.evidence.models import EvidenceItem, SourceText
from app.evidence.services import add_text
from app.extensions import db
from app.inspections.models import TeamRole
from tests.audit.trail import deeds
from tests.databases import counting_statements, the_world
from tests.documents.factories import DocumentFactory, check
from tests.documents.test_closed import lifted
from tests.evidence.apart import do_jobs
from tests.evidence.factories import EvidenceItemFactory
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY, IntervieweeFactory
from tests.matrix.exports import document as exported
from tests.matrix.exports import export, parts, sheets

TEXT = "😀 Ms Ann Lee was heard.\nThen ANN  LEE went home; Annlee stayed.\nNobody else was heard."
NAMED = "Ann Lee"


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ada Shah"))


@pytest.fixture
def lead(sign_in):
    return sign_in(TeamMemberFactory(role=TeamRole.LEAD, person__name="Lee Lead"))


@pytest.fixture
def observer(sign_in):
    return sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))


@pytest.fixture
def document(app):
    made = DocumentFactory(content=TEXT.encode(), names=Names.UNCHECKED)
    do_jobs()
    return made


def strike(client, document, words, **sent):
    address = f"{client.address('documents.strike', document)}?page=1"
    return client.open("POST", address, form={"words": words, "start": "", "end": ""} | sent)


def covered(inspector, document):
    inspector.post("documents.open_document", document)
    strike(inspector, document, NAMED, everywhere="y")
    return check(inspector, document, "covered")


def tag(client, document, words, **sent):
    fields = {"words": words, "criteria": ["VW.ii"], "gist": "", "direction": "", "start": "", "end": ""}
    address = f"{client.address('documents.tag_passage', document)}?page=1"
    return client.open("POST", address, form=fields | sent)


def test_a_gist_holds_no_words_that_are_struck_out(inspector, document):
    covered(inspector, document)
    refused = tag(inspector, document, "went home", gist=f"{NAMED} was heard")
    assert refused.status == 422 and "This holds words that are struck out of the document" in refused.errors[0]
    assert refused.field("gist") == f"{NAMED} was heard"
    assert tag(inspector, document, "went home", gist="A witness was heard").status == 200


def text_on(page) -> str:
    return page.one("#page-text").get_text()


def panel(page) -> str:
    return page.one(".fb-reader__evidence h2").get_text()


def strikes() -> list[Strike]:
    return list(db.session.scalars(select(Strike).order_by(Strike.start_at)))


def test_a_block_stands_for_each_code_point_and_lines_stay():
    assert masked("a 😀b\ncd", [(2, 6)]) == "a ██\n█d"
    assert masked("abc", [(-3, 1), (2, 99)]) == "█b█"
    assert masked("abc", []) == "abc"


def test_words_are_found_everywhere_by_themselves_whatever_their_letters_and_blanks():
    assert [TEXT[start:end] for start, end in everywhere(TEXT, "ann lee")] == ["Ann Lee", "ANN  LEE"]
    assert everywhere("a.b", "a.b") == [(0, 3)] and everywhere("aXb", "a.b") == [] and everywhere("a", " ") == []


def test_words_are_struck_out_where_they_stand_and_everywhere(inspector, document):
    inspector.post("documents.open_document", document)
    start = TEXT.index(NAMED)
    page = strike(inspector, document, NAMED, start=start, end=start + len(NAMED))
    assert "Struck out." in page.messages
    assert [one.get_text() for one in page.all("#page-text del")] == [NAMED]
    assert "Take it back" in page and text_on(page) == TEXT
    page = strike(inspector, document, NAMED, everywhere="y")
    assert "Struck out in 1 place." in page.messages, "one of the two was struck out already"
    assert [(one.start_at, one.end_at) for one in strikes()] == everywhere(TEXT, NAMED)
    assert deeds(deed="struck out") == [("struck out", "DOC-001")] * 2
    history = inspector.get("documents.show_history", document).main
    assert "struck words out on" in history and NAMED not in history


WRONG = {
    "": "Select the words in the text, or type them here",
    "Ann Smith": "These words do not stand on this page like that.",
    "heard": "These words stand 2 times on this page. Add some, or tick ‘Everywhere’",
}


@pytest.mark.parametrize("words", WRONG)
def test_wrong_words_are_told_in_a_sentence(inspector, document, words):
    inspector.post("documents.open_document", document)
    page = strike(inspector, document, words)
    assert page.status == 422 and page.errors[0].startswith(WRONG[words])
    assert page.field("words") == words and strikes() == []


def test_what_is_struck_out_already_is_told(inspector, document):
    inspector.post("documents.open_document", document)
    strike(inspector, document, "Ms Ann Lee")
    assert "These words are struck out already" in strike(inspector, document, "Ann Lee").errors[0]
    assert strike(inspector, document, "Smith", everywhere="y").status == 422
    assert len(strikes()) == 1


@pytest.mark.slow
def test_the_result_agrees_with_what_is_struck_out(inspector, document):
    inspector.post("documents.open_document", document)
    page = check(inspector, document, "covered")
    assert page.status == 422 and "Strike out first what is to be covered." in page.errors[0]
    strike(inspector, document, "Ms Ann Lee")
    page = check(inspector, document, "clear")
    assert page.status == 422 and "Words are struck out." in page.errors[0]
    inspector.post("documents.take_strike_back", document, strike_id=strikes()[0].id)
    assert check(inspector, document, "clear").status == 200


@pytest.mark.slow
def test_the_team_sees_the_same_pages_with_blocks(inspector, observer, lead, document):
    page = covered(inspector, document)
    copy = masked(TEXT, everywhere(TEXT, NAMED))
    for client in (inspector, observer, lead):
        shown = client.get("documents.show_document", document)
        assert text_on(shown) == copy and NAMED not in shown.main
        assert "names were struck out of it (█) by Ada Shah" in shown
        assert client.get("documents.download_original", document).status == 403
    assert "Open the original" not in page
    original = lead.post("documents.open_document", document)
    assert text_on(original) == TEXT
    assert text_on(lead.get("documents.show_document", document)) == copy, "what is tagged there is for all"
    assert lead.get("documents.download_original", document).data == TEXT.encode()


@pytest.mark.slow
def test_what_is_tagged_on_a_copy_holds_what_was_seen(inspector, observer, document):
    covered(inspector, document)
    assert tag(inspector, document, "Ms Ann Lee was heard").status == 422, "words that nobody sees are not found"
    start = TEXT.index("Ms Ann")
    page = tag(inspector, document, "Ms ███████ was heard", start=start, end=start + 20)
    assert "E-0001 is saved." in page.messages
    item = db.session.scalars(select(EvidenceItem)).one()
    assert item.words == "Ms ███████ was heard" and TEXT[item.start_at : item.end_at] == "Ms Ann Lee was heard"
    page = observer.get("evidence.show_item", item)
    assert page.one("#words").get_text() == item.words and NAMED not in page.main and "went home" in page.main
    assert NAMED not in observer.get("evidence.show_history", item).main


@pytest.mark.slow
def test_evidence_that_was_lifted_before_stays_and_is_listed(inspector, observer, lead, document):
    check(inspector, document)
    named, part, other = (lifted(document, words) for words in ("Ms Ann Lee was", "Ann", "Nobody else"))
    with the_world():
        for one in (named, part, other):
            db.session.get_one(EvidenceItem, one.id).quote = True
    lead.post("documents.check_again", document, reason="A name stands in it")
    page = covered(lead, document)
    assert "holds words that are struck out now" in page
    assert named.reference in page.main and part.reference in page.main
    told = page.main[page.main.index("Evidence that was lifted before") : page.main.index("Withdraw it, and lift")]
    assert other.reference not in told
    assert [item.words for item in db.session.scalars(select(EvidenceItem).order_by(EvidenceItem.number))] == [
        "Ms Ann Lee was",
        "Ann",
        "Nobody else",
    ]
    said = {one.reference: observer.get("evidence.show_item", one) for one in (named, part, other)}
    for one in (named, part):
        assert "Words struck out since" in said[one.reference]
        assert "quotation of words that are struck out since" in said[one.reference]
    page = said[other.reference]
    assert page.one("#words").get_text() == "Nobody else" and NAMED not in page.main
    assert "quotation" in page and "struck out since" not in page
    start = TEXT.index("Ms Ann")
    tag(inspector, document, "Ms ███████ was heard", start=start, end=start + 20)
    for listed in (
        observer.get("documents.show_document", document),
        observer.get("criteria.show_criterion", reference="VW.ii"),
    ):
        assert listed.main.count("Words struck out since") == 2
    cards = observer.get("evidence.list_items").all("article")
    assert ["Words struck out since" in card.get_text() for card in cards] == [False, False, True, True]
    rows = sheets(export(inspector, "xlsx").data)["Evidence"]
    assert [row["Quotation"] for row in rows] == [
        *["Yes; words in it are struck out of its source since"] * 2,
        "Yes",
        "Yes",
    ]
    found = exported(export(inspector, "json").data)["evidence"]
    assert [entry["words_struck_out"] for entry in found] == [True, True, False, False]
    assert "holds words that are struck out" not in observer.get("documents.show_document", document)


@pytest.fixture
def lifted_everywhere(document):
    """Evidence of a document by how it holds the name: in a box, figures, its gist, an earlier text; or not at all."""
    with the_world():
        text = db.session.scalars(select(SourceText)).one()
        source = db.session.get_one(Document, document.id)
        say(source, Names.CLEAR, "", by=SOMEBODY)

        def item(said="He was ANN\nLee’s.", position=0, gist="") -> EvidenceItem:
            held = add_text(source, said, position=position, label=f"part {position}", by=SOMEBODY)
            return EvidenceItemFactory(source=source, text=held, gist=gist, quote=True, criteria=["VW.ii"])

        found = {
            "box": item(),
            "figures": item("Ann Lee\t17", position=Document.FIGURES + 1),
            "gist": item("She was heard.", gist="(Ann Lee)"),
            "earlier": EvidenceItemFactory(source=source, text=text, start=0, end=13, criteria=["VW.ii"]),
            "none": item("Annlee, or Anna", gist="Nobody"),
        }
        add_text(source, f"Anew: {TEXT}", position=1, label=text.label, by=SOMEBODY, supersedes=text)
    return found


HOLDS = {"box": True, "figures": True, "gist": True, "earlier": True, "none": False}


@pytest.mark.slow
def test_evidence_says_that_it_holds_struck_words_wherever_it_was_lifted(
    inspector, observer, lead, document, lifted_everywhere
):
    lead.post("documents.check_again", document, reason="A name stands in it")
    named = [one.reference for how, one in lifted_everywhere.items() if HOLDS[how]]
    inspector.post("documents.open_document", document)
    strike(inspector, document, "home")
    page = strike(inspector, document, NAMED, everywhere="y")
    listed = page.main[page.main.index("Evidence that was lifted") : page.main.index("Withdraw it, and lift")]
    assert all(one in listed for one in named) and lifted_everywhere["none"].reference not in listed
    page = check(inspector, document, "covered")
    assert all(one in page.main for one in named)
    for list_of in (("evidence.list_items", {}), ("criteria.show_criterion", {"reference": "VW.ii"})):
        cards = observer.get(list_of[0], **list_of[1]).all("article")
        assert {card.get("id"): "Words struck out since" in card.get_text() for card in cards} == {
            one.reference: HOLDS[how] for how, one in lifted_everywhere.items()
        }
    assert "Words struck out since" in observer.get("evidence.show_item", lifted_everywhere["box"])
    found = exported(export(inspector, "json").data)["evidence"]
    assert [entry["words_struck_out"] for entry in found] == list(HOLDS.values())
    assert all(entry["words"] for entry in found)
    lead.post("documents.open_document", document)
    lead.post("documents.take_strike_back", document, strike_id=strikes()[0].id, everywhere="y")
    assert len(strikes()) == 3
    assert "Words struck out since" not in observer.get("evidence.list_items").main


@pytest.mark.slow
def test_an_export_that_is_not_attributable_leaves_out_what_holds_struck_words(
    inspector, lead, document, lifted_everywhere
):
    lead.post("documents.check_again", document, reason="A name stands in it")
    covered(lead, document)
    with the_world():
        db.session.get_one(EvidenceItem, lifted_everywhere["figures"].id).distressing = True
    told, held = "hold words that are struck out of the document", (b"Ann Lee", b"ANN", b"She was heard")
    for file_format in ("xlsx", "csv", "zip", "json"):
        files = parts(export(inspector, file_format, variant="general"))
        assert not [name for name, part in files.items() for words in held if words in part], file_format
        assert any(told.encode() in part for part in files.values()), file_format
        assert any(b"Annlee, or Anna" in part for part in files.values()), "what holds none stays"
    found = exported(files["file"])
    assert [entry["left_out"] is None for entry in found["evidence"]] == [not one for one in HOLDS.values()]
    assert next(one["number"] for one in found["left_out"] if told in one["reason"]) == sum(HOLDS.values())
    kept = export(inspector, "csv").data
    assert b"She was heard" in kept and b"(Ann Lee)" in kept, "it stays where it may be attributed"


@pytest.mark.slow
def test_evidence_says_that_its_document_was_closed_since(inspector, observer, lead, document):
    check(inspector, document)
    item = lifted(document, "Nobody else", gist="A remark")
    for result, said in (
        ("unchecked", "is to be checked again"),
        ("sent_back", "was sent back since"),
        ("unreadable", "could not be read"),
    ):
        assert said not in observer.get("evidence.show_item", item).main
        lead.post("documents.check_again", document, reason="Something stands in it")
        if result != "unchecked":
            check(lead, document, result, note="Something stands in it")
        page = lead.get("documents.show_document", document)
        assert page.one(f"main a[href$='/evidence/{item.reference}']").parent.get_text().startswith("Evidence that was")
        assert "keeps its words" not in observer.get("documents.show_document", document)
        assert f"DOC-001 {said}" in observer.get("evidence.show_item", item)
        assert f"DOC-001 {said}" in observer.get("evidence.list_items")
    (entry,) = exported(export(inspector, "json").data)["evidence"]
    assert (entry["words"], entry["source_closed"]) == ("Nobody else", "unreadable")
    (row,) = sheets(export(inspector, "xlsx").data)["Evidence"]
    assert row["Words"] == "Nobody else" and row["Where in the source"].endswith(" (source could not be read)")
    general = export(inspector, "json", variant="general").data
    assert b"Nobody else" not in general and b"A remark" not in general
    assert "was sent back, could not be read or is to be checked again" in exported(general)["evidence"][0]["left_out"]


def test_the_database_finds_words_as_the_page_does(app):
    words = ("ann lee", "Ann  Lee", "a.b", "(x)", "it’s\nhers", "C:\\d", "Ł-1", "\\1", "_", " ", "")
    texts = (TEXT, "a.b aXb", "[(x)]", "It’s hers; its hers.", "C:\\d C:1", "Ł-1 ł-12", "ł-1", "_ a_b \\1", "")
    for text in texts:
        asked = [holds_words(literal(text), literal(one)) for one in words]
        assert list(db.session.execute(select(*asked)).one()) == [bool(everywhere(text, one)) for one in words], text


@pytest.mark.slow
def test_what_became_of_sources_takes_no_more_statements(inspector, lead, document, lifted_everywhere):
    def statements() -> list[int]:
        found = []
        for endpoint, arguments in (("evidence.list_items", {}), ("criteria.show_criterion", {"reference": "VW.ii"})):
            with counting_statements() as counted:
                inspector.get(endpoint, **arguments)
            found.append(len(counted.statements))
        with counting_statements() as counted:
            export(inspector, "json", variant="general")
        found.append(len(counted.statements))
        return found

    few = statements()
    lead.post("documents.check_again", document, reason="A name stands in it")
    covered(lead, document)
    assert statements() == few


@pytest.mark.slow
def test_a_strike_that_is_taken_back_shows_the_words_again_and_stays_on_record(inspector, lead, document):
    covered(inspector, document)
    first = strikes()[0]
    assert inspector.post("documents.take_strike_back", document, strike_id=first.id).status == 403
    lead.post("documents.open_document", document)
    page = lead.post("documents.take_strike_back", document, strike_id=first.id)
    assert "no longer struck out" in page.messages
    assert NAMED in text_on(lead.get("documents.show_document", document))
    assert strikes()[0].taken_back_by == "Lee Lead"
    page = lead.post("documents.take_strike_back", document, strike_id=strikes()[1].id)
    assert page.status == 409 and "This is all that is struck out." in page


@pytest.mark.slow
def test_all_strikes_of_the_same_words_are_taken_back_at_once(inspector, lead, document):
    inspector.post("documents.open_document", document)
    strike(inspector, document, NAMED, everywhere="y")
    page = strike(inspector, document, "Nobody else")
    assert len(page.all("[name=everywhere][value=y][type=hidden]")) == 1, "once for the words, however often they stand"
    assert "Take back all 2 of Ann Lee" in page
    assert panel(page) == "Checked for names: not yet"
    check(inspector, document, "covered")
    assert panel(lead.post("documents.open_document", document)) == "Checked for names"
    first, other = strikes()[0], strikes()[2]
    page = lead.post("documents.take_strike_back", document, strike_id=first.id, everywhere="y")
    assert "The words are no longer struck out, in 2 places." in page.messages
    assert text_on(lead.get("documents.show_document", document)) == masked(TEXT, everywhere(TEXT, "Nobody else"))
    assert [one.taken_back_by for one in strikes()] == ["Lee Lead", "Lee Lead", ""]
    assert "took back what was struck out on" in lead.get("documents.show_history", document)
    page = lead.post("documents.take_strike_back", document, strike_id=other.id, everywhere="y")
    assert page.status == 409 and "This is all that is struck out." in page


def test_a_text_that_came_after_the_check_is_struck_out_whole(inspector, observer, document):
    covered(inspector, document)
    with the_world():
        text = db.session.scalars(select(SourceText)).one()
        source = db.session.get_one(Document, document.id)
        add_text(source, f"{NAMED} again", position=1, label=text.label, by=SOMEBODY, supersedes=text)
    assert text_on(observer.get("documents.show_document", document)) == "█" * len(f"{NAMED} again")


@pytest.mark.slow
def test_what_is_left_of_an_earlier_reading_is_struck_out_but_for_the_words_that_were_lifted(
    inspector, observer, lead, document
):
    check(inspector, document)
    item = lifted(document, "Nobody else")
    with the_world():
        text = db.session.scalars(select(SourceText)).one()
        source = db.session.get_one(Document, document.id)
        add_text(source, f"Read anew: {TEXT}", position=1, label=text.label, by=SOMEBODY, supersedes=text)
    lead.post("documents.check_again", document, reason="A name stands in it")
    covered(inspector, document)
    assert text_on(observer.get("documents.show_document", document)).startswith("Read anew: 😀 Ms ███████ was")
    page = observer.get("evidence.show_item", item)
    assert page.one("#words").get_text() == "Nobody else" and NAMED not in page.main


@pytest.mark.slow
def test_what_was_struck_out_of_an_earlier_reading_does_not_count_for_a_later_one(inspector, lead, document):
    covered(inspector, document)
    with the_world():
        text = db.session.scalars(select(SourceText)).one()
        source = db.session.get_one(Document, document.id)
        add_text(source, f"Read anew: {TEXT}", position=1, label=text.label, by=SOMEBODY, supersedes=text)
    lead.post("documents.check_again", document, reason="It was read anew")
    inspector.post("documents.open_document", document)
    page = check(inspector, document, "covered")
    assert page.status == 422 and "Strike out first what is to be covered." in page.errors[0]


def test_names_of_people_seen_can_be_struck_out_from_where_they_are_pointed_out(inspector, document):
    IntervieweeFactory(name="Ann Lee")
    page = inspector.post("documents.open_document", document)
    assert "Strike it out everywhere" in page
    form = next(form for form in page.all("form") if form.find("input", {"name": "words", "value": "Ann"}))
    page = inspector.open("POST", form["action"], form={"words": "Ann", "everywhere": "y"})
    assert "Struck out in 2 places." in page.messages


@pytest.mark.parametrize("names", [Names.CLEAR, Names.UNCHECKED])
def test_nothing_is_struck_out_of_what_is_not_open_for_checking(inspector, document, names):
    if names is Names.CLEAR:
        check(inspector, document)
    page = strike(inspector, document, NAMED, everywhere="y")
    assert page.status == (409 if names is Names.CLEAR else 403) and strikes() == []


@pytest.mark.parametrize(
    ("note", "which"),
    [("Ann Lee, page 1", "Ann Lee"), ("the name of ANN  LEE", "Ann Lee"), ("Zaphira is named", "Zaphira")],
)
def test_what_is_said_of_a_check_holds_no_name(inspector, lead, document, note, which):
    IntervieweeFactory(name="Zaphira Quillfeather")
    inspector.post("documents.open_document", document)
    strike(inspector, document, NAMED, everywhere="y")
    refused = check(inspector, document, "covered", note=note)
    assert refused.status == 422
    told = f"This holds a name, or words that are struck out (‘{which}’), and the team reads it"
    assert refused.errors == [f"{told}. Say what kind of thing it was"]
    assert refused.field("note") == note
    assert check(inspector, document, "covered", note="The name of a witness, page 1").status == 200
    again = lead.post("documents.check_again", document, reason=note)
    assert again.status == 422 and again.field("reason") == note
