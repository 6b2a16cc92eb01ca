"""A box on the picture of a page is evidence like any other, and opens in its place."""

import pytest
from sqlalchemy import select

from app.documents.models import Names, PictureBox
from app.extensions import db
from tests.documents.factories import DocumentFactory, png
from tests.documents.test_passages import items
from tests.evidence.apart import do_jobs
from tests.inspections.factories import TeamMemberFactory

BOX = {"left": "10", "top": "20", "width": "30", "height": "5"}


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


@pytest.fixture
def scan(app):
    made = DocumentFactory(content=png(), file_name="scan.png")
    do_jobs()
    return made


def tag(client, document, **sent):
    fields = BOX | {"words": "Nobody signed.", "criteria": ["VW.ii"], "gist": "", "direction": "weakness"}
    return client.post("documents.tag_box", document, number=1, **(fields | sent))


@pytest.mark.slow
def test_what_is_read_in_a_box_of_a_scan_is_evidence_shown_on_its_picture(inspector, scan):
    page = tag(inspector, scan, gist="It is not signed.")
    assert page.messages.endswith("E-0001 is saved.")
    (item,) = items()
    assert (item.words, item.text.label, item.quote) == ("Nobody signed.", "page 1, box", False)
    box = db.session.scalars(select(PictureBox)).one()
    assert (box.page, box.left, box.top, box.width, box.height) == (1, 100, 200, 300, 50)
    drawn = page.one("#E-0001 rect")
    assert [drawn[name] for name in ("x", "y", "width", "height")] == ["100", "200", "300", "50"]
    assert page.one("#E-0001")["aria-label"].startswith("E-0001, VW.ii, tagged by")
    assert "box on page 1" in page.one("#card-E-0001").get_text()


@pytest.mark.slow
def test_a_box_is_labelled_with_its_criteria_and_who_tagged_it(inspector, scan):
    tag(inspector, scan, criteria=["LD.i", "VW.ii"])
    page = inspector.get("documents.show_document", scan)
    label = page.one(".fb-picture__labels text")
    assert label.get_text() == f"LD.i VW.ii · {items()[0].created_by.split()[-1]}"
    assert (label["x"], label["y"]) == ("10.0%", "20.0%"), "at the corner of its box"
    assert page.one(".fb-picture__labels")["aria-hidden"] == "true", "the box itself is named for who hears the page"


@pytest.mark.slow
def test_a_box_opens_in_place_from_wherever_its_card_stands(inspector, scan):
    tag(inspector, scan)
    for page in (
        inspector.get("evidence.list_items"),
        inspector.get("documents.show_evidence", scan),
        inspector.get("matrix.show_matrix", open="VW.ii:document"),
        inspector.get("evidence.show_item", items()[0]),
    ):
        link = next(one for one in page.all("a") if "page 1, box" in one.get_text())
        answer = inspector.open("GET", link["href"], follow=False)
        assert answer.location.endswith("/documents/DOC-001?page=1&item=E-0001#E-0001")


WRONG = {
    "no place": ({"left": ""}, "Enter where the box begins, from the left"),
    "outside": ({"left": "90"}, "The box is wider than the picture: make its width or its left smaller"),
    "below": ({"top": "99"}, "The box is higher than the picture: make its height or its top smaller"),
    "no number": ({"width": "x"}, "Width must be a whole number from 1 to 100"),
    "no words": ({"words": " "}, "Enter what you read in the box"),
    "no criterion": ({"criteria": []}, "Choose at least one criterion"),
}


@pytest.mark.slow
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_box_is_told_in_a_sentence_and_stays_as_typed(inspector, scan, wrong):
    changes, sentence = WRONG[wrong]
    page = tag(inspector, scan, gist="Kept", **changes)
    assert page.status == 422 and sentence in page.errors
    assert page.field("gist") == "Kept" and page.field("height") == "5"
    assert items() == []


@pytest.mark.slow
def test_a_withdrawn_box_is_drawn_no_more(inspector, scan):
    tag(inspector, scan)
    inspector.post("evidence.withdraw_item", items()[0], reason="mistake", words="")
    assert inspector.get("documents.show_document", scan).all("#E-0001, #card-E-0001") == []


@pytest.mark.slow
def test_there_is_no_box_on_what_is_closed_has_no_picture_or_is_no_page(inspector, scan):
    closed = DocumentFactory(content=png(300), file_name="closed.png", names=Names.UNCHECKED)
    assert tag(inspector, closed).status == 403
    assert tag(inspector, DocumentFactory(content=b"Text.")).status == 404
    assert inspector.get("documents.show_box", scan, item="E-0009").status == 404
    assert items() == []
