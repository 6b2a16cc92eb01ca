"""A document that came again: the older one and its evidence stay, and say by which they are superseded."""

import pytest
from sqlalchemy import select

from app.documents.models import Document
from app.evidence.models import EvidenceItem
from app.extensions import db
from app.inspections.models import TeamRole
from app.register import file_queries, queries
from app.register.models import RequestEvent
from app.web import clock
from app.web.pages import long_date
from tests.databases import look_again, the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.apart import do_jobs
from tests.factories import the_inspection
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.register.factories import attach, make_all, request_of


@pytest.fixture
def inspector(sign_in):
    make_all()
    return sign_in(TeamMemberFactory(person__name="Ina Spector"))


@pytest.fixture
def older(inspector):
    made = DocumentFactory(content=b"The panel met in March.", file_name="minutes.txt")
    do_jobs()
    fields = {"words": "met in March", "criteria": ["VW.ii"], "gist": "", "direction": "", "start": "", "end": ""}
    inspector.open("POST", f"{inspector.address('documents.tag_passage', made)}?page=1", form=fields)
    assert db.session.scalars(select(EvidenceItem)).one().words == "met in March"
    return made


def supersede(client, document, reference, **more):
    return client.post("register.supersede", document, older=reference, **more)


def attached():
    look_again()
    return [(line.code, line.reference, line.unit, line.part) for line in file_queries.list_files(the_inspection().id)]


def test_the_older_version_and_its_evidence_say_by_which_it_is_superseded(inspector, older):
    newer = DocumentFactory(content=b"The panel met in May.", file_name="minutes 2.txt")
    assert "There is no document 42 in this inspection. Enter its" in supersede(inspector, newer, "42").errors[0]
    assert "There is no document" in supersede(inspector, newer, "١").errors[0], "digits of another script"
    assert "DOC-002 supersedes DOC-001." in supersede(inspector, newer, "1").messages
    inspector.post("register.part_versions", newer)
    page = supersede(inspector, newer, "doc-001")
    assert "DOC-002 supersedes DOC-001." in page.messages
    said = f"Superseded by DOC-002 on {long_date(clock.today())}"
    assert said in inspector.get("documents.show_document", older)
    assert said in inspector.get("evidence.list_items")
    assert said in inspector.get("evidence.show_item", reference="E-0001")
    assert said in inspector.get("criteria.show_criterion", reference="VW.ii")
    assert "met in March" in inspector.get("evidence.show_item", reference="E-0001")
    assert "A newer version of DOC-001" in inspector.get("documents.show_document", newer)
    assert "said that DOC-002 supersedes it" in inspector.get("documents.show_history", older).text.replace(
        "DOC-001", "it"
    )
    assert "is a newer version of" in inspector.get("documents.show_history", newer)


def test_it_can_be_said_when_it_comes(inspector, older):
    def upload(reference, *files):
        sent = {"files": list(files) or [("minutes again.txt", b"The panel met in May.")]}
        return inspector.post("documents.upload", files=sent, title="", body="WES", newer_of=reference)

    for wrong, told in (
        ("DOC-009", "There is no document DOC-009"),
        ("x", "There is no document x"),
        ("9", "document 9"),
    ):
        page = upload(wrong)
        assert page.status == 422 and told in page.errors[0] and page.field("newer_of") == wrong
    page = upload("DOC-001", ("a.txt", b"a"), ("b.txt", b"b"))
    assert page.status == 422 and "Only one file at a time" in page.errors[0]
    page = upload("DOC-001")
    assert page.heading.startswith("DOC-002") and "It supersedes DOC-001." in page.messages
    page = upload("DOC-001", ("c.txt", b"The panel met in June."))
    assert page.status == 422 and "DOC-001 is superseded by DOC-002 already" in page.errors[0]
    look_again()
    assert db.session.query(Document).count() == 2


def test_what_is_plainly_something_else_is_taken_as_a_newer_version_only_once_that_is_meant(inspector, older):
    table = b"Volume,Month\n12,March\n"
    other = DocumentFactory(content=table, file_name="volumes.csv", body="CYW", title="Reviews of decisions")
    page = supersede(inspector, other, "DOC-001")
    assert page.status == 422 and page.field("older") == "DOC-001"
    assert page.errors[0].split(". ") == [
        "DOC-001 is another type of file (Plain text) than this one (CSV table)",
        "DOC-001 is of Wessex, and this one is of Cymru-Wales",
        "Its name has no word in common with that of DOC-001, ‘minutes.txt’.",
    ]
    page = supersede(inspector, other, "DOC-001", all_the_same="kind body")
    assert page.errors == ["Its name has no word in common with that of DOC-001, ‘minutes.txt’."]
    assert page.field("older") == "DOC-001" and db.session.get(Document, other.id).supersedes_id is None
    page = supersede(inspector, other, "DOC-001", all_the_same="kind body words")
    assert "DOC-002 supersedes DOC-001." in page.messages
    look_again()
    assert db.session.get(Document, other.id).body.code == "CYW", "what it says of itself stays"


def test_texts_that_are_alike_speak_for_a_version_whatever_its_name(inspector, older):
    alike = DocumentFactory(content=b"The panel met in Winchester.", file_name="Winchester.txt")
    strange = DocumentFactory(content=b"Rotas change every fourth Monday.", file_name="rotas.txt")
    do_jobs()
    page = supersede(inspector, strange, "DOC-001")
    assert page.errors == ["Neither its name nor its text has much in common with DOC-001, ‘minutes.txt’."]
    assert "DOC-002 supersedes DOC-001." in supersede(inspector, alike, "DOC-001").messages


def test_a_newer_version_is_of_the_body_that_sent_the_older_one(inspector, older):
    newer = DocumentFactory(content=b"The panel met in May.", file_name="minutes 2.txt", body=None)
    supersede(inspector, newer, "DOC-001")
    look_again()
    assert db.session.get(Document, newer.id).body.code == "WES"
    assert "Wessex" in inspector.get("documents.show_history", newer)


def test_a_file_that_is_plainly_something_else_is_asked_about_when_it_comes(inspector, older):
    def upload(**said):
        files = {"files": [("volumes.csv", b"Volume,Month\n12,March\n")]}
        return inspector.post("documents.upload", files=files, title="Volumes", newer_of="DOC-001", **said)

    page = upload(body="CYW")
    assert page.status == 422 and "another type of file" in page.errors[0] and "Cymru-Wales" in page.errors[0]
    assert (page.field("newer_of"), page.field("title"), page.field("body")) == ("DOC-001", "Volumes", "CYW")
    look_again()
    assert db.session.query(Document).count() == 1
    page = upload(body="", all_the_same="kind words")
    assert "It supersedes DOC-001." in page.messages
    look_again()
    newer = db.session.scalars(select(Document).where(Document.supersedes_id == older.id)).one()
    assert newer.body.code == "WES"


def test_versions_are_a_line_without_rings_and_branches(inspector, older):
    second, third = (DocumentFactory(content=f"Version {n}".encode(), file_name=f"{n}.txt") for n in (2, 3))
    assert "DOC-002 cannot supersede itself" in supersede(inspector, second, "DOC-002").errors[0]
    supersede(inspector, second, "DOC-001")
    supersede(inspector, third, "DOC-002")
    page = supersede(inspector, older, "DOC-003")
    assert page.status == 422 and "DOC-003 is itself a newer version of DOC-001" in page.errors[0]
    assert page.field("older") == "DOC-003"
    fourth = DocumentFactory(content=b"Version 4", file_name="4.txt")
    assert "DOC-001 is superseded by DOC-002 already" in supersede(inspector, fourth, "DOC-001").errors[0]
    assert "DOC-002 is the newer version of another" in supersede(inspector, second, "DOC-004").errors[0]
    for wrong, told in (("", "Enter the reference"), ("INT-001", "There is no document"), ("DOC-099", "DOC-099")):
        assert told in supersede(inspector, fourth, wrong).errors[0]
    elsewhere = DocumentFactory(inspection_id=InspectionFactory().id, body=None, content=b"other")
    assert elsewhere.number == 1
    look_again()
    chain = [one.supersedes_id for one in db.session.scalars(select(Document).order_by(Document.created_at))]
    assert chain[:4] == [None, older.id, second.id, None]


def test_it_can_be_taken_back(inspector, older):
    newer = DocumentFactory(content=b"The panel met in May.", file_name="minutes 2.txt")
    supersede(inspector, newer, "DOC-001")
    inspector.post("register.part_versions", newer)
    assert "Superseded" not in inspector.get("documents.show_document", older)
    assert inspector.post("register.part_versions", newer).status == 409
    assert "took back" in inspector.get("documents.show_history", older)


def test_the_parts_that_are_ticked_go_over_to_the_newer_version_and_come_back_with_it(inspector, older):
    attach(older, request_of("A3"), 1)
    attach(older, request_of("A5"), 1)
    before = attached()
    newer = DocumentFactory(content=b"The panel met in May.", file_name="minutes 2.txt")
    supersede(inspector, newer, "DOC-001")
    assert attached() == before
    page = inspector.get("register.show_version", newer)
    boxes = page.all("input[name=pieces]")
    assert len(boxes) == len(before) and all("checked" in box.attrs for box in boxes)
    ticks = [box["value"] for box in boxes if ":A3:" in box["value"]]
    assert 0 < len(ticks) < len(boxes)

    def let(*pieces):
        return inspector.post("register.take_over_requests", newer, pieces=list(pieces))

    assert let().errors == ["Tick what it answers instead"]
    page = let("WES:A3:9:agenda", *ticks)
    assert page.status == 422 and "Tick again what it answers instead" in page.errors[0]
    assert [box["value"] for box in page.all("input[name=pieces]") if "checked" in box.attrs] == ticks
    assert attached() == before
    let(*ticks)
    after = [(code, "DOC-002" if code == "A3" else old, unit, part) for code, old, unit, part in before]
    assert attached() == after
    assert let(*ticks).status == 422, "that went over already"
    history = inspector.get("register.show_history", body="WES", code="A3")
    assert "Superseded by DOC-002" in history and "Instead of" in history
    inspector.post("register.part_versions", newer)
    assert attached() == before
    came = inspector.get("register.show_request", body="WES", code="A3").all(".fb-history__entry")
    told = {entry["id"]: " ".join(entry.get_text(" ").split()) for entry in came}
    day = long_date(clock.today())
    gone = f"DOC-002: taken off on {day} by Ina Spector: It is no longer a newer version of DOC-001"
    assert gone in told["event-2"] and "Nothing that came with this counts" in told["event-2"]
    assert "taken off" not in told["event-1"], "it answers again"
    assert "put DOC-001 back" in inspector.get("register.show_history", body="WES", code="A3")
    assert "answers A3, Wessex again" in inspector.get("documents.show_history", older)
    assert "no longer a newer version of DOC-001" in inspector.get("documents.show_history", newer)


def test_what_comes_back_is_in_as_it_was_and_what_the_newer_one_held_by_itself_stays(inspector, older):
    asked = request_of("A5")
    event = attach(older, asked, 1)
    with the_world():
        db.session.get(RequestEvent, event.id).last = True
    newer = DocumentFactory(content=b"The panel met in May.", file_name="minutes 2.txt")
    attach(newer, asked, 2)

    def state():
        look_again()
        lines = queries.read_register(the_inspection().id, clock.today()).lines
        return next(line.state for line in lines if (line.code, line.body) == ("A5", "WES"))

    was, before = state(), attached()
    assert was == "received", "the body said that this is all there is"
    supersede(inspector, newer, "DOC-001")
    ticks = [box["value"] for box in inspector.get("register.show_version", newer).all("input[name=pieces]")]
    inspector.post("register.take_over_requests", newer, pieces=ticks)
    assert {line[1] for line in attached()} == {"DOC-002"} and state() == was
    inspector.post("register.part_versions", newer)
    assert attached() == before and state() == was


def test_who_only_reads_sees_versions_and_changes_none(sign_in, older):
    reader = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))
    assert not reader.get("register.show_version", older).all("main form")
    assert supersede(reader, older, "DOC-001").status == 403
