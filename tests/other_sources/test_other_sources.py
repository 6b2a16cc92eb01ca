"""Sources of other kinds: entered, tagged, corrected without moving what was made of them."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.audit.queries import chains, verify
from app.evidence.models import EvidenceItem, Source, SourceText, Tag
from app.extensions import db
from app.inspections.models import TeamRole
from app.other_sources.models import OtherSource
from tests.client import Client
from tests.databases import look_again
from tests.inspections.factories import TeamMemberFactory
from tests.other_sources.factories import OtherSourceFactory

WORDS = "=Advocates are told\nof hearings <b>too late</b>."
LETTER = {
    "family": "stakeholder",
    "title": "Letter of the consortium",
    "given_by": "National Stalking Consortium",
    "body": "",
    "date": ["2", "4", "2026"],
    "words": WORDS,
}
PASSAGE = {"gist": "", "start": "", "end": ""}


@pytest.fixture
def inspector(sign_in: Callable[..., Client]) -> Client:
    return sign_in(TeamMemberFactory())


def test_a_letter_is_entered_and_read_exactly_as_it_was_typed(inspector: Client) -> None:
    page = inspector.post("other_sources.enter", form=LETTER)
    assert page.messages.endswith("OTH-001 is saved. Select words of it to tag them.")
    assert page.one("#page-text").get_text() == WORDS
    source = db.session.scalars(select(OtherSource)).one()
    assert (source.reference, source.kind, source.family) == ("OTH-001", "other", "stakeholder")
    assert str(source.happened_on) == "2026-04-02"
    listed = inspector.get("other_sources.list_sources").text
    assert "OTH-001" in listed and "2 April 2026" in listed and "What stakeholders sent or said" in listed


def test_a_passage_of_it_counts_in_the_matrix_as_other(inspector: Client) -> None:
    source = OtherSourceFactory()
    sent = PASSAGE | {"words": "told of hearings too late", "criteria": ["PW.ii"], "direction": "weakness"}
    page = inspector.post("other_sources.tag_passage", source, form=sent)
    assert page.messages.endswith("E-0001 is saved.")
    assert [mark.get_text() for mark in page.all("#page-text mark")] == ["told of hearings too late"]
    tag = db.session.scalars(select(Tag)).one()
    assert (tag.source_kind, tag.evidence_kind, tag.direction) == ("other", "direct", "weakness")
    item = db.session.scalars(select(EvidenceItem)).one()
    assert "OTH-001" in inspector.get("evidence.show_item", item).text
    assert "1 item" in inspector.get("matrix.show_matrix").text
    assert "OTH-001" in inspector.get("criteria.show_criterion", reference="PW.ii").text


def test_a_correction_never_moves_an_item_and_the_item_says_that_its_source_changed(inspector: Client) -> None:
    source = OtherSourceFactory()
    sent = PASSAGE | {"words": "Letters are hard to read", "criteria": ["VW.iv"], "direction": ""}
    inspector.post("other_sources.tag_passage", source, form=sent)
    base = db.session.scalars(select(SourceText)).one().id.hex
    page = inspector.post("other_sources.correct", source, form={"words": "Letters are easy to read.", "base": base})
    assert page.one("#page-text").get_text() == "Letters are easy to read."
    assert page.all("mark") == []  # it stands on the words as they were
    page = inspector.get("other_sources.show_source", source, item="E-0001")
    assert "E-0001 stands on an earlier text of this page, which changed since" in page.main
    look_again()
    item = db.session.scalars(select(EvidenceItem)).one()
    assert item.words == "Letters are hard to read"
    assert "changed" in inspector.get("evidence.show_item", item).text
    history = inspector.get("other_sources.show_history", source).text
    assert "Letters are hard to read." in history and "Letters are easy to read." in history


def test_two_corrections_of_one_version_are_both_kept_before_anybody_chooses(inspector: Client) -> None:
    source = OtherSourceFactory()
    base = db.session.scalars(select(SourceText)).one().id.hex
    inspector.post("other_sources.correct", source, form={"words": "First.", "base": base})
    page = inspector.post("other_sources.correct", source, form={"words": "Second.", "base": base})
    assert page.status == 409
    assert "First." in page.text and page.one("textarea").get_text().strip() == "Second."
    look_again()
    texts = {text.text: text.rival_of_id is not None for text in db.session.scalars(select(SourceText))}
    assert texts["Second."] is True and texts["First."] is False
    assert inspector.get("other_sources.show_source", source).one("#page-text").get_text() == "First."
    again = page.one("input[name=base]")["value"]
    inspector.post("other_sources.correct", source, form={"words": "Second.", "base": again})
    assert inspector.get("other_sources.show_source", source).one("#page-text").get_text() == "Second."
    assert [verify(chain).broken_at for chain in chains()] == [None] * len(chains())


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"family": ""}, "Choose what it is"),
        ({"title": "  "}, "Enter a title"),
        ({"words": "\n"}, "Enter what was seen, sent or said"),
        ({"words": "x" * 100_001}, "Its words must be 100,000 characters or fewer"),
        ({"date": ["31", "2", "2026"]}, "Date must be a real date"),
        ({"given_by": "a\x00b"}, "character that cannot be stored"),
    ],
)
def test_wrong_input_is_said_and_kept_and_changes_nothing(
    inspector: Client, changed: dict[str, Any], says: str
) -> None:
    page = inspector.post("other_sources.enter", form=LETTER | changed)
    assert page.status == 422
    assert says in page.text
    if "words" not in changed:
        assert page.one("textarea").get_text().strip() == WORDS
    assert db.session.scalar(select(func.count()).select_from(Source)) == 0


def test_a_form_sent_twice_makes_one_source(inspector: Client) -> None:
    sent = LETTER | {"operation": "0197c0de-0000-7000-8000-000000000001"}
    inspector.post("other_sources.enter", form=sent)
    inspector.post("other_sources.enter", form=sent)
    assert db.session.scalar(select(func.count()).select_from(OtherSource)) == 1


def test_an_observer_reads_and_is_offered_no_form(sign_in: Callable[..., Client]) -> None:
    source = OtherSourceFactory()
    page = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER)).get("other_sources.show_source", source)
    assert "told of hearings too late" in page.text
    assert page.all("form#tag-passage") == []
    assert "Correct the words" not in page.text


def test_what_is_no_other_source_is_not_found(inspector: Client) -> None:
    OtherSourceFactory()
    for reference in ("OTH-002", "INT-001", "OTH-x", "x"):
        assert inspector.get("other_sources.show_source", reference=reference).status == 404
