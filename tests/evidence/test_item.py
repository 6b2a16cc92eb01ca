"""One evidence item: its exact words in context, what is made of them, its criteria, its withdrawal."""

import pytest
from sqlalchemy import select

from app.audit.models import AuditPayload
from app.evidence import services
from app.evidence.models import EvidenceItem, Source, Tag
from app.evidence.services import NoWords
from app.extensions import db
from app.inspections.models import TeamRole
from tests.databases import the_world
from tests.evidence.factories import EvidenceItemFactory, SourceTextFactory, TagFactory
from tests.findings.factories import FileFindingFactory
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory

REVISED = {"version": 1, "gist": "Too late.", "direction": "weakness", "evidence_kind": "opinion"}


@pytest.fixture
def item(app):
    return EvidenceItemFactory(words="Letters went out late.", criteria=["VW.ii"], direction="strength")


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


def standing(item: EvidenceItem) -> list[str]:
    tags = db.session.scalars(select(Tag).where(Tag.item_id == item.id, Tag.withdrawn_at.is_(None)))
    return sorted(tag.criterion.reference for tag in tags)


def test_the_words_stand_marked_in_their_context(inspector):
    text = SourceTextFactory(text="  Before. 😀 Letters <b>late</b>.\n\nAfter.  ")
    item = EvidenceItemFactory(text=text, start=12, end=32, source=InterviewFactory())
    page = inspector.get("evidence.show_item", item)
    assert page.one("#words").get_text() == item.words == text.text[12:32]
    assert page.one(".fb-context").get_text() == text.text
    assert "INT-001, note 1" in page or "INT-002, note 1" in page


def test_a_long_text_is_shown_round_the_words_and_says_that_it_goes_on(inspector):
    text = SourceTextFactory(text="a" * 5000 + "THE WORDS" + "z" * 5000)
    page = inspector.get("evidence.show_item", EvidenceItemFactory(text=text, start=5000, end=5009))
    assert page.one(".fb-context").get_text() == "…" + "a" * 1500 + "THE WORDS" + "z" * 1500 + "…"


@pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 2), (-1, 3), (0, 99), (5, 7), (99, 100)])
def test_a_range_without_words_is_no_evidence(app, start, end):
    text = SourceTextFactory(text="Words  \n after")
    with pytest.raises(NoWords), the_world():
        services.lift(db.session.get_one(Source, text.source_id), text, start, end, by=SOMEBODY, evidence_kind="direct")
    assert db.session.query(EvidenceItem).count() == 0


def test_what_was_made_of_the_words_is_revised(inspector, item):
    form = inspector.get("evidence.show_item", item).form(f"/evidence/{item.reference}")
    assert form["direction"] == "strength"
    page = inspector.post("evidence.revise_item", item, **form | REVISED | {"gist": "  Too\nlate. "})
    assert page.messages.endswith(f"{item.reference} is saved.")
    assert page.field("gist") == "  Too\nlate. "
    assert page.field("direction") == ["weakness"]
    assert page.field("evidence_kind") == "opinion"
    assert page.field("attributable") == ["y"], "what the form held and nobody changed stays"
    assert item.words == "Letters went out late."
    history = inspector.get("evidence.show_history", item)
    assert "revised it" in history and "Too late." in history
    assert "What it shows before Strength" in history and "What it shows Weakness" in history
    assert "Kind of evidence Opinion" in history


def test_a_revision_that_changes_nothing_is_not_one(inspector, item):
    form = inspector.get("evidence.show_item", item).form(f"/evidence/{item.reference}")
    inspector.post("evidence.revise_item", item, **form)
    assert item.version == 1
    assert "revised" not in inspector.get("evidence.show_history", item)


def test_a_direction_that_is_changed_changes_the_matrix(inspector, item):
    assert "1 strength" in inspector.get("matrix.show_matrix")
    inspector.post("evidence.revise_item", item, **REVISED)
    matrix = inspector.get("matrix.show_matrix")
    assert "1 weakness" in matrix and "1 strength" not in matrix
    assert set(db.session.scalars(select(Tag.direction))) == {"weakness"}


def test_a_direction_may_be_unset_again(inspector, item):
    inspector.post("evidence.revise_item", item, **REVISED | {"direction": ""})
    assert item.direction == ""
    assert "Direction not set" in inspector.get("evidence.show_item", item)


def test_on_a_stale_base_what_was_typed_is_kept_and_recorded(sign_in, inspector, item):
    inspector.post("evidence.revise_item", item, **REVISED | {"gist": "The first."})
    other = sign_in(TeamMemberFactory())
    page = other.post("evidence.revise_item", item, **REVISED | {"gist": "  The second.\n", "direction": "mixed"})
    assert page.status == 409
    assert page.field("gist") == "  The second.\n"
    assert page.field("direction") == ["mixed"]
    assert page.differences["Gist"].startswith("Now: The first. Yours: The second. Both of you changed it")
    assert page.differences["What it shows"].startswith("Now: Weakness Yours: Mixed")
    assert " revised it, " in page.one(".fb-conflict li").get_text()
    assert item.gist == "The first."
    wanted = [payload.content.get("after", {}).get("gist") for payload in db.session.query(AuditPayload)]
    assert "  The second.\n" in wanted, "nobody's gist is lost"
    again = page.form(f"/evidence/{item.reference}") | {"gist": "Both."}
    assert other.post("evidence.revise_item", item, **again).status == 200
    assert item.gist == "Both."


WRONG = {
    "gist: long": ({"gist": "x" * 2001}, "Gist must be 2,000 characters or fewer"),
    "gist: zero": ({"gist": "a\x00b"}, "Take out the character that cannot be stored"),
    "direction: unknown": ({"direction": "sideways"}, ""),
    "kind: unknown": ({"evidence_kind": "rumour"}, ""),
    "version: none": ({"version": ""}, ""),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_revision_changes_nothing_and_stays_as_typed(inspector, item, wrong):
    changes, sentence = WRONG[wrong]
    sent = REVISED | changes
    page = inspector.post("evidence.revise_item", item, **sent)
    assert page.status == 422
    assert page.errors and page.errors[0].startswith(sentence)
    assert page.field("gist") == sent["gist"]
    assert (item.version, item.gist) == (1, "")


def test_a_form_that_does_not_say_a_direction_leaves_it(inspector, item):
    page = inspector.post("evidence.revise_item", item, version=1, gist="Late.", evidence_kind="direct")
    assert page.status == 200
    assert (item.gist, item.direction) == ("Late.", "strength")


def test_an_item_is_tagged_untagged_and_tagged_again(inspector, item):
    inspector.post("evidence.tag_item", item, criterion="LD.i", reason="  It bears on charging. ")
    assert standing(item) == ["LD.i", "VW.ii"]
    page = inspector.get("evidence.show_item", item)
    assert "Why:   It bears on charging. " in page.one("#tags").get_text()
    off = next(form["action"] for form in page.all("#tags form") if "LD.i" in form.get_text())
    inspector.open("POST", off)
    assert standing(item) == ["VW.ii"]
    again = inspector.open("POST", off)
    assert (again.status, "That tag was taken off already." in again) == (404, True)
    inspector.post("evidence.tag_item", item, criterion="LD.i", reason="")
    assert standing(item) == ["LD.i", "VW.ii"]
    assert db.session.query(Tag).count() == 3, "the tag that was taken off stays on record"
    history = inspector.get("evidence.show_history", item)
    assert "tagged it with LD.i" in history and "took the tag LD.i off it" in history


def test_by_htmx_only_the_criteria_come_back(inspector, item):
    tagged = inspector.post("evidence.tag_item", item, criterion="LD.i", reason="", htmx=True)
    assert tagged.one("section")["id"] == "tags"
    assert tagged.soup.find("h1") is None
    assert "LD.i" in tagged.text
    off = next(form for form in tagged.all("form") if "Take off LD.i" in " ".join(form.get_text().split()))
    left = inspector.open("POST", off["hx-post"], htmx=True)
    assert left.one("section")["id"] == "tags"
    assert standing(item) == ["VW.ii"]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"criterion": "", "reason": "because"}, "Choose the criterion that it informs"),
        ({"criterion": "VW.ii", "reason": "because"}, "E-0001 is under VW.ii already"),
        ({"criterion": "LD.i", "reason": "x" * 501}, "Reason must be 500 characters or fewer"),
        ({"criterion": "XX.i", "reason": "because"}, ""),
    ],
)
def test_a_wrong_tag_is_told_in_a_sentence_and_stays_as_typed(inspector, item, sent, sentence, htmx):
    page = inspector.post("evidence.tag_item", item, **sent, htmx=htmx)
    assert page.status == 422
    assert page.errors and page.errors[0].startswith(sentence)
    assert page.one("#tag-reason")["value"] == sent["reason"]
    assert standing(item) == ["VW.ii"]


def test_an_item_is_withdrawn_with_a_reason_and_put_back(inspector, item):
    TagFactory(item=item, reference="LD.i")
    page = inspector.post("evidence.withdraw_item", item, reason="misheard", words="")
    assert "Withdrawn on" in page and "Misheard or misread. It stays on record and is counted nowhere." in page
    assert page.one("#words").get_text() == "Letters went out late."
    assert "1 item" not in inspector.get("criteria.show_criterion", reference="VW.ii").main
    listed = inspector.get("evidence.list_items")
    assert "Withdrawn" in listed.main and item.reference in listed.main
    back = inspector.post("evidence.put_item_back", item)
    assert back.messages.endswith(f"{item.reference} is back.")
    assert standing(item) == ["LD.i", "VW.ii"]
    assert "1 item, 1 source" in inspector.get("criteria.show_criterion", reference="VW.ii").main
    assert "withdrew" in (history := inspector.get("evidence.show_history", item)) and "put it back" in history


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"reason": "", "words": "kept"}, "Choose a reason"),
        ({"reason": "other", "words": " "}, "Say in a few words why it is withdrawn"),
        (
            {"reason": "mistake", "words": "x" * 501},
            "In a few words must be 500 characters or fewer",
        ),
    ],
)
def test_a_withdrawal_without_its_reason_is_refused(inspector, item, sent, sentence):
    page = inspector.post("evidence.withdraw_item", item, **sent)
    assert page.status == 422
    assert page.errors == [sentence]
    assert page.field("words") == sent["words"]
    lead = page.one(".govuk-error-summary__list a")["href"]
    assert page.one(lead).name in ("input", "select")
    assert item.withdrawn_at is None


def test_other_needs_words_and_keeps_them(inspector, item):
    page = inspector.post("evidence.withdraw_item", item, reason="other", words="Asked by the Area")
    assert "Other: Asked by the Area." in page


def test_an_item_withdrawn_twice_is_told_and_keeps_its_first_reason(inspector, item):
    inspector.post("evidence.withdraw_item", item, reason="misheard", words="")
    again = inspector.post("evidence.withdraw_item", item, reason="mistake", words="")
    assert (again.status, f"{item.reference} was withdrawn already." in again) == (409, True)
    assert item.withdrawn_reason == "Misheard or misread"


def test_a_withdrawn_item_takes_no_tag_and_no_link_and_is_counted_nowhere(inspector, item):
    finding = FileFindingFactory(criteria=["LD.i"])
    inspector.post("evidence.withdraw_item", item, reason="misheard", words="")
    tagged = inspector.post("evidence.tag_item", item, criterion="LD.i", reason="")
    linked = inspector.post("findings.link_item", item, finding=finding.reference, relation="supports", reason="")
    assert (tagged.status, linked.status) == (409, 409)
    assert "Put it back first" in tagged and "Put it back first" in linked
    assert db.session.query(Tag).filter_by(live=True).count() == 0


def test_a_tag_given_to_a_withdrawn_item_does_not_live(app, item):
    with the_world():
        services.withdraw(item, "Entered by mistake", by=SOMEBODY)
    assert TagFactory(item=item, reference="LD.i").live is False
    with the_world():
        services.put_back(item, by=SOMEBODY)
    assert {tag.live for tag in db.session.query(Tag)} == {True}


def test_a_tag_that_was_taken_off_does_not_come_back_with_its_item(app, item):
    tag = TagFactory(item=item, reference="LD.i")
    with the_world():
        services.untag(tag, by=SOMEBODY)
        services.withdraw(item, "Entered by mistake", by=SOMEBODY)
        services.put_back(item, by=SOMEBODY)
    assert {row.criterion.reference: row.live for row in db.session.query(Tag)} == {"VW.ii": True, "LD.i": False}


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_only_reads_changes_nothing(sign_in, item, role):
    reader = sign_in(TeamMemberFactory(role=role))
    page = reader.get("evidence.show_item", item)
    assert page.all("main form") == []
    tag = db.session.query(Tag).one()
    for endpoint, sent in (
        ("evidence.revise_item", REVISED),
        ("evidence.tag_item", {"criterion": "LD.i"}),
        ("evidence.withdraw_item", {"reason": "mistake"}),
        ("evidence.put_item_back", {}),
    ):
        assert reader.post(endpoint, item, **sent).status == 403
    assert reader.post("evidence.untag_item", item, tag_id=tag.id).status == 403
    assert (item.version, standing(item)) == (1, ["VW.ii"])


@pytest.mark.parametrize("reference", ["E-0001", "E-999999999", "e-1x", "INT-001", "E-", "E-٠"])
def test_the_item_of_another_inspection_and_what_is_no_reference_are_not_found(inspector, reference):
    EvidenceItemFactory(source=InterviewFactory(inspection_id=InspectionFactory().id, body=None, role=None))
    for endpoint in ("evidence.show_item", "evidence.show_history", "findings.show_links_of_item"):
        page = inspector.get(endpoint, reference=reference)
        assert page.status == 404
        assert f"There is no evidence item {reference} in this inspection." in page
    assert inspector.post("evidence.revise_item", reference=reference, **REVISED).status == 404


def test_the_tag_of_another_item_is_not_taken_off_through_this_one(inspector, item):
    tag = TagFactory(reference="LD.i")
    assert inspector.post("evidence.untag_item", item, tag_id=tag.id).status == 404
    assert tag.withdrawn_at is None


def test_a_criterion_that_was_taken_off_is_put_back_by_undo(inspector, item):
    (tag,) = db.session.scalars(select(Tag).where(Tag.item_id == item.id)).all()
    page = inspector.post("evidence.untag_item", item, tag_id=tag.id)
    assert standing(item) == []
    said = page.one("#tags [role=status]").get_text(" ", strip=True)
    assert f"{item.reference} is no longer under" in said and "Undo" in said
    page = inspector.post("evidence.put_tag_back", item, tag_id=tag.id, form=page.form("/on"))
    assert page.all("#tags [role=status]") == []
    assert standing(item) == ["VW.ii"]
    assert "put it under VW.ii again" in inspector.get("evidence.show_history", item)


def test_no_criterion_is_taken_off_an_item_that_was_withdrawn_meanwhile(inspector, item):
    (tag,) = db.session.scalars(select(Tag).where(Tag.item_id == item.id)).all()
    with the_world():
        services.withdraw(db.session.merge(item), "A slip", by=SOMEBODY)
    page = inspector.post("evidence.untag_item", item, tag_id=tag.id)
    assert (page.status, "was withdrawn meanwhile. Nothing was changed." in page) == (409, True)


def test_what_is_under_no_criterion_says_so_on_its_card(inspector):
    EvidenceItemFactory(criteria=[])
    assert "Under no criterion: counted nowhere" in inspector.get("evidence.list_items")
