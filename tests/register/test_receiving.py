"""Files that come for requests: placed by unit and part, several at once, one for several requests, none kept twice."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from app.audit.queries import chains, verify
from app.documents.models import Document, Original
from app.evidence.models import EvidenceItem, Tag
from app.evidence.services import withdraw
from app.extensions import db
from app.inspections.models import TeamRole
from app.register import file_queries
from app.register.models import RequestEvent, RequestFile
from app.web import clock
from app.web.pages import long_date
from tests.audit.trail import deeds
from tests.client import Client, Page
from tests.databases import counting_statements, look_again, the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.apart import do_jobs
from tests.evidence.factories import EvidenceItemFactory
from tests.factories import the_inspection
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import SOMEBODY, IntervieweeFactory
from tests.packs.second_world import lead_of_second
from tests.register.factories import RequestEventFactory, attach, make_all, many_documents, many_requests, request_of

OPERATION = "0198a5a4-0000-7000-8000-00000000000d"


@pytest.fixture
def inspector(sign_in: Callable[..., Client]) -> Client:
    make_all()
    return sign_in(TeamMemberFactory(person__name="Ina Spector"))


def spoken(day: date) -> list[str]:
    return [str(day.day), str(day.month), str(day.year)]


def said(client: Client, **more: Any) -> dict[str, Any]:
    return {"on": spoken(clock.today()), "done_by": client.person_id.hex} | more


def receive(client: Client, *files: tuple[str, bytes], code: str = "A3", body: str = "WES", **more: Any) -> Page:
    how = {name: more.pop(name) for name in ("htmx", "follow") if name in more}
    sent = {"placing": "each"} | said(client, **more)
    return client.post("register.receive_files", body=body, code=code, files={"files": list(files)}, form=sent, **how)


def show(client: Client, code: str = "A3", body: str = "WES") -> Page:
    return client.get("register.show_request", body=body, code=code)


def state(page: Page) -> str:
    return " ".join(page.one(".fb-identity .fb-badge").get_text().split())


def documents() -> list[Document]:
    look_again()
    return list(db.session.scalars(select(Document).order_by(Document.number)))


def attached() -> list[tuple[str, str, int, str]]:
    look_again()
    return [(line.code, line.reference, line.unit, line.part) for line in file_queries.list_files(the_inspection().id)]


def test_several_files_at_once_are_each_a_unit(inspector: Client) -> None:
    page = receive(inspector, ("one.txt", b"First"), ("two.txt", b"Second"), code="A5", from_whom="Unit head")
    assert "Received as DOC-001, DOC-002." in page.messages
    assert state(page) == "Part received" and "2 of up to 5" in page
    assert page.one("#event-1 strong").get_text() == "Received", "what happened has its own word, not the state’s"
    assert attached() == [("A5", "DOC-001", 1, "assessment"), ("A5", "DOC-002", 2, "assessment")]
    receive(inspector, ("three.txt", b"Third"), code="A5")
    assert attached()[-1] == ("A5", "DOC-003", 3, "assessment")
    assert [(d.request, d.body.code) for d in documents()] == [("A5", "WES")] * 3
    event = db.session.scalars(select(RequestEvent).order_by(RequestEvent.created_at)).first()
    assert event is not None
    assert (event.units, event.parts, event.details) == ([1, 2], ["assessment"], {"from_whom": "Unit head"})
    assert [verify(chain).broken_at for chain in chains()] == [None] * len(chains())


def test_a_unit_is_complete_once_every_part_is_here(inspector: Client) -> None:
    page = receive(inspector, ("agenda.txt", b"Agenda"), placing="ticked", pieces=["1.0", "2.0"])
    assert "0 of 3 (2 in part)" in page
    page = receive(inspector, ("minutes.txt", b"Minutes"), placing="ticked", pieces=["1.1"])
    assert "1 of 3 (1 in part)" in page
    page = receive(inspector, ("rest.txt", b"Rest"), placing="ticked", pieces=["2.1", "3.0", "3.1"])
    assert state(page) == "✓ Received in full"


def test_a_check_for_names_is_said_of_the_document_and_not_entered_for_a_request(inspector: Client) -> None:
    page = receive(inspector, ("names.txt", b"Names"))
    assert "To be checked for names" in page.main
    assert "To be checked for names" in inspector.get("register.show_register").main
    where = {"body": "WES", "code": "A3", "kind": "checked"}
    assert inspector.get("register.show_event", **where).status == 404
    assert inspector.post("register.enter_event", **where, form=said(inspector, result="covered")).status == 404


def test_one_part_may_need_several_files(inspector: Client) -> None:
    page = receive(inspector, ("a.txt", b"Half"), ("b.txt", b"Other half"), placing="ticked", pieces=["1.0", "1.1"])
    assert "1 of 3" in page
    assert len(attached()) == 4


def test_one_file_answers_several_parts_of_several_requests(inspector: Client) -> None:
    receive(inspector, ("pack.txt", b"Everything"), placing="later")
    assert attached() == [] and "pack.txt" in inspector.get("register.list_to_be_sorted")
    (document,) = documents()
    page = inspector.get("register.show_sorting", document)
    assert "Nobody has said yet." in page
    sent = said(inspector, pieces=["WES:A3:1.0", "WES:A3:1.1", "WES:A3:2.0", "WES:A4:1.1"], all_the_same="not-asked")
    page = inspector.post("register.sort_document", document, form=sent)
    assert "DOC-001 answers A3 (WES), A4 (WES)." in page.messages
    assert documents()[0].request == "A3 A4"
    assert "1 of 3 (1 in part)" in show(inspector)
    assert "pack.txt" not in inspector.get("register.list_to_be_sorted").main
    assert "answers A3 A4" in inspector.get("documents.show_document", document)
    again = inspector.post("register.sort_document", document, form=sent)
    assert again.status == 422 and again.errors == ["DOC-001 is said to hold all of that already"]
    assert len(attached()) == 4


def test_the_requests_to_each_body_are_one_link_away_when_a_document_is_sorted(inspector: Client) -> None:
    document = DocumentFactory(body=None)
    page = inspector.get("register.show_sorting", document)
    assert "Choose whose requests it answers" in page and page.all("input[name=pieces]") == []
    links = page.all("nav[aria-label='Whose requests'] a")
    assert len(links) == 15 and page.all("main select[name=body]") == []
    page = inspector.open("GET", next(link["href"] for link in links if link.get_text() == "Wessex"))
    assert (
        page.one("nav[aria-label='Whose requests'] [aria-current]").get_text() == "Wessex"
        and "Requests to Wessex" in page
    )
    assert {value["value"].split(":")[0] for value in page.all("input[name=pieces]")} == {"WES"}


def test_what_is_ticked_stays_ticked_when_another_body_is_chosen_and_is_saved_together(inspector: Client) -> None:
    inspector.post("register.ask", form=said(inspector, how="letter", body="all", code="A3"))
    document = DocumentFactory(body=None)
    first = inspector.open("GET", inspector.address("register.show_sorting", document) + "?body=WES")
    (chosen,) = [button for button in first.all("nav[aria-label='Whose requests'] button") if button["value"] == "MCH"]
    assert chosen["formaction"] == inspector.address("register.choose_body", document)
    yesterday = spoken(date.fromordinal(clock.today().toordinal() - 1))
    sent = said(inspector, pieces=["WES:A3:1.0"], from_whom="Panel clerk", whose="MCH", operation=OPERATION)
    for _time in range(2):  # sent again, as after the browser's Back
        page = inspector.post("register.choose_body", document, form=sent | {"on": yesterday})
    assert "Requests to Mersey-Cheshire" in page and page.field("from_whom") == "Panel clerk"
    assert page.one("#on-day")["value"] == yesterday[0]
    kept = page.one("input[name=pieces][checked]")
    assert kept["value"] == "WES:A3:1.0" and "A3 Wessex: agenda of panel meeting 1" in page
    assert attached() == []
    page = inspector.post(
        "register.sort_document", document, form=said(inspector, pieces=[kept["value"], "MCH:A3:2.1"])
    )
    assert "DOC-001 answers A3 (WES), A3 (MCH)." in page.messages
    sent |= {"whose": "NONE"}
    assert inspector.post("register.choose_body", document, form=sent).status == 404


def test_a_request_and_what_is_sorted_lead_back_and_on(inspector: Client) -> None:
    where = {"body": "WES", "code": "A3"}
    for endpoint, values in (("show_request", {}), ("show_receive", {}), ("show_event", {"kind": "asked"})):
        trail = inspector.get(f"register.{endpoint}", **where, **values).all(".govuk-breadcrumbs a")
        assert trail[0]["href"] == inspector.address("register.show_register"), endpoint
    first, second, third = (DocumentFactory() for _number in range(3))

    def following(document: Document) -> str:
        page = inspector.get("register.show_sorting", document)
        return str(page.one("a[href$='/requests'] .fb-ref, main a .fb-ref").get_text())

    assert [following(document) for document in (third, second, first)] == ["DOC-002", "DOC-001", "DOC-003"]
    page = inspector.post("register.set_aside", second)
    assert "To be sorted , next: DOC-001" in page.main
    for document in (first, third):
        page = inspector.post("register.set_aside", document)
    assert "Nothing else is to be sorted ." in page.main


def test_the_files_of_a_request_are_named_by_their_titles(inspector: Client) -> None:
    page = receive(inspector, ("Panel of March.txt", b"Agenda"), code="A5")
    assert "DOC-001 Panel of March.txt" in page.one(".fb-request__file").get_text(" ", strip=True)


def test_what_is_here_already_is_told_and_attached_and_not_kept_twice(inspector: Client) -> None:
    receive(inspector, ("panels.txt", b"Three panels"), placing="ticked", pieces=["1.0"])
    page = receive(inspector, ("copy.txt", b"Three panels"), ("new.txt", b"New"), code="A4")
    assert "‘copy.txt’ is here already as DOC-001, and was not kept twice. It answers A4 too." in page.messages
    assert "Received as DOC-002." in page.messages
    assert [d.request for d in documents()] == ["A3 A4", "A4"]
    assert db.session.scalar(select(func.count()).select_from(Original)) == 2
    page = receive(inspector, ("again.txt", b"Three panels"), code="A4")
    assert page.status == 422
    assert "The same content is here already as DOC-001, and answers A4 already." in page
    assert len(attached()) == 5
    page = receive(inspector, ("again.txt", b"Three panels"), ("third.txt", b"Third"), code="A4")
    assert "‘again.txt’ is here already as DOC-001, and was not kept twice." in page.messages
    assert "It answers A4 already: nothing was done with it." in page.messages
    page = receive(inspector, ("again.txt", b"Three panels"), placing="ticked", pieces=["1.1"])
    assert "It answers A3 in further parts." in page.messages
    elsewhere = receive(inspector, ("again.txt", b"Three panels"), body="MCH", placing="later")
    assert "Say there what it answers." in elsewhere, "A3 of another body is another request"
    assert deeds(deed="came again") == [("came again", "DOC-001")], "recorded as sent by that body too"
    page = receive(inspector, ("again.txt", b"Three panels"), body="MCH", placing="ticked", pieces=["1.0"])
    assert "It answers A3 too." in page.messages and state(show(inspector, body="MCH")) == "Part received"
    assert len(deeds(deed="came again")) == 2 and len(documents()) == 3


def test_what_was_received_by_mistake_and_comes_again_is_not_said_to_answer_anything_else(inspector: Client) -> None:
    receive(inspector, ("panels.txt", b"Panels"), code="A4")
    inspector.post("register.undo_event", body="WES", code="A4", number=1, form=said(inspector, reason="Wrong."))
    page = receive(inspector, ("panels.txt", b"Panels"), code="A4")
    assert "It answers A4." in page.messages and "too" not in page.messages
    assert "It answers A3 too." in receive(inspector, ("panels.txt", b"Panels")).messages


def test_who_puts_a_file_where_another_was_put_meanwhile_is_told(inspector: Client) -> None:
    receive(inspector, ("agenda.txt", b"Agenda"), placing="ticked", pieces=["1.0"])
    stood = f"agenda of panel meeting 1: DOC-001 was put there by Ina Spector on {long_date(clock.today())} at "
    page = receive(inspector, ("other.txt", b"Other agenda"), placing="ticked", pieces=["1.0", "1.1"])
    assert stood in page.messages and "Both stand there." in page.messages and "minutes" not in page.messages
    assert attached()[:2] == [("A3", "DOC-001", 1, "agenda"), ("A3", "DOC-002", 1, "agenda")]
    receive(inspector, ("third.txt", b"Third"), placing="later")
    sent = said(inspector, pieces=["WES:A3:1.0"], all_the_same="not-asked")
    page = inspector.post("register.sort_document", documents()[2], form=sent)
    assert stood in page.messages and "DOC-002 was put there" in page.messages


def test_sorting_to_another_body_or_to_what_nobody_asked_is_asked_about(inspector: Client) -> None:
    inspector.post("register.ask", form=said(inspector, how="letter", body="WES", code="A3"))
    receive(inspector, ("pack.txt", b"Everything"), placing="later")
    (document,) = documents()
    page = inspector.post("register.sort_document", document, form=said(inspector, pieces=["MCH:A3:1.0"]))
    told = "DOC-001 is of Wessex, and this is asked of another: A3 Mersey-Cheshire."
    assert page.status == 422 and page.errors == [f"{told} Nobody has entered that this was asked: A3 Mersey-Cheshire."]
    assert attached() == []
    page = inspector.post("register.sort_document", document, form=said(inspector, pieces=["WES:A3:1.0"]))
    assert "DOC-001 answers A3 (WES)." in page.messages
    sent = said(inspector, pieces=["MCH:A3:1.0"], all_the_same="body not-asked")
    assert "DOC-001 answers A3 (MCH)." in inspector.post("register.sort_document", document, form=sent).messages


def test_what_comes_after_all_is_asked_about_where_it_was_answered_that_nothing_would(inspector: Client) -> None:
    day = {"on": date(2026, 4, 1)}
    for code in ("A3", "A4"):
        RequestEventFactory(request=request_of(code), **day)
    RequestEventFactory(request=request_of("A4"), code="nil_return", given_by="Clerk", **day)
    RequestEventFactory(request=request_of("A3"), code="refused", given_by="Clerk", reason="Leave", **day)
    stands = (
        "It was answered that nothing, or no more, is to come: {} of 1 April 2026). With this, what came is the answer."
    )
    nil, refused = stands.format("A4 Wessex (‘Nil return’"), stands.format("A3 Wessex (‘Refused’")
    document = DocumentFactory(content=b"x", file_name="x.txt")
    sent = said(inspector, pieces=["WES:A4:1.0"])
    assert inspector.post("register.sort_document", document, form=sent).errors == [nil]
    assert attached() == []
    assert receive(inspector, ("one.txt", b"First")).errors == [refused] and len(documents()) == 1
    without = said(inspector, units="1", parts=["agenda"])
    assert inspector.post("register.enter_event", body="WES", code="A4", kind="received", form=without).errors == [nil]
    before = {"on": spoken(date(2026, 3, 31))}
    assert receive(inspector, ("one.txt", b"First"), **before).errors == [], "the refusal came later, and stands"
    page = inspector.post("register.sort_document", document, form=sent | {"all_the_same": "overturns"})
    assert "DOC-001 answers A4 (WES)." in page.messages and state(show(inspector, "A4")) == "Part received"


def test_a_name_of_somebody_who_was_seen_is_asked_about_in_files_and_words_that_come_in(inspector: Client) -> None:
    IntervieweeFactory(name="Zaphira Quillfeather")
    file = ("notes_Quillfeather.txt", b"The panel met.")
    for htmx in (False, True):
        page = receive(inspector, file, htmx=htmx)
        assert page.status == 422 and "‘Quillfeather’ stands in the name of a file" in page.errors[0]
        assert page.one("input[name=all_the_same]")["value"] == "file-named"
    page = receive(inspector, file, from_whom="Ms Quillfeather", all_the_same="file-named")
    told = "‘Quillfeather’ stands in what is typed here, and is the name of somebody who was seen."
    assert page.errors == [f"{told} Give the role or the office that they hold."]
    assert documents() == []
    kinds = [("nil_return", {"given_by": "Zaphira"}), ("asked", {"how": "E-mail to Zaphira"})]
    for kind, words in kinds:
        address = {"body": "WES", "code": "A3", "kind": kind}
        page = inspector.post("register.enter_event", **address, form=said(inspector, **words))
        assert page.status == 422 and "‘Zaphira’ stands in what is typed here" in page.errors[0]
    waits = DocumentFactory(content=b"x", file_name="x.txt", body="WES")
    form = said(inspector, pieces=["WES:A3:1.0"], from_whom="Zaphira")
    page = inspector.post("register.sort_document", waits, form=form)
    assert page.status == 422 and "‘Zaphira’ stands in what is typed here" in page.errors[0]
    receive(inspector, file, from_whom="Ms Quillfeather", all_the_same="file-named named")
    assert attached() == [("A3", "DOC-002", 1, "agenda"), ("A3", "DOC-002", 1, "minutes")]


def test_the_same_content_twice_in_one_go_is_one_unit(inspector: Client) -> None:
    page = receive(inspector, ("a.txt", b"Same"), ("b.txt", b"Same"), code="A5")
    assert "Received as DOC-001." in page.messages
    assert attached() == [("A5", "DOC-001", 1, "assessment")]


def test_a_file_uploaded_without_a_request_waits_to_be_sorted_and_takes_the_body(inspector: Client) -> None:
    document = DocumentFactory(body=None)
    do_jobs()
    text = {"words": "panel met", "criteria": ["QT.i"], "gist": "", "direction": "", "start": "", "end": ""}
    inspector.post("documents.tag_passage", document, form=text)
    assert "DOC-001" in inspector.get("register.list_to_be_sorted")
    inspector.open(
        "POST",
        inspector.address("register.sort_document", document) + "?body=WES",
        form=said(inspector, pieces=["WES:A1:1.0"], all_the_same="not-asked"),
    )
    assert [(d.request, d.body.code) for d in documents()] == [("A1", "WES")]
    assert db.session.scalars(select(Tag.body_id)).all() == [request_of("A1").body_id]


def test_a_document_may_answer_no_request(inspector: Client) -> None:
    document = DocumentFactory()
    page = inspector.post("register.set_aside", document)
    assert "DOC-001 answers no request." in page.messages
    assert f"Ina Spector said on {long_date(clock.today())} that it answers no request." in page
    assert "Nothing is to be sorted" in inspector.get("register.list_to_be_sorted")
    inspector.post("register.set_aside", document, again="1")
    assert "DOC-001" in inspector.get("register.list_to_be_sorted").main
    receive(inspector, ("minutes.txt", b"The panel met in March."), code="A1")
    assert inspector.post("register.set_aside", document).status == 409


def test_a_document_is_taken_off_with_a_reason_and_stays(inspector: Client) -> None:
    receive(inspector, ("panels.txt", b"Panels"), placing="ticked", pieces=["1.0", "1.1", "2.0"])
    (document,) = documents()
    where = {"body": "WES", "code": "A3", "reference": document.reference}
    page = inspector.post("register.take_off", **where, form={"pieces": ["2.0"], "reason": " "})
    assert page.status == 422 and page.errors == ["Enter why it is taken off"]
    page = inspector.post("register.take_off", **where, form={"pieces": ["2.0"], "reason": "It is of another panel."})
    assert "DOC-001 is taken off." in page.messages
    assert [(unit, part) for _c, _r, unit, part in attached()] == [(1, "agenda"), (1, "minutes")]
    off = f"DOC-001: taken off on {long_date(clock.today())} by Ina Spector: It is of another panel."
    (event,) = page.all(".fb-history__entry")
    assert off in event.get_text() and not event.select("s"), "the rest of it stands"
    page = inspector.post("register.take_off", **where, form={"pieces": ["1.0", "1.1"], "reason": "Wrong Area."})
    assert state(page) == "Not yet asked", "with no file left, nothing was received"
    (event,) = page.all(".fb-history__entry")
    assert event.select_one("s").get_text() == "Received" and "Nothing that came with this counts" in event.get_text()
    assert documents()[0].request == ""
    assert db.session.scalar(select(func.count()).select_from(RequestFile)) == 3, "what was said stays on record"
    gone = inspector.post("register.take_off", **where, form={"pieces": ["1.0"], "reason": "Again."})
    assert gone.status == 409 and gone.heading == "Done already" and "taken off A3 already" in gone
    assert "Wrong Area." in inspector.get("register.show_history", body="WES", code="A3")
    assert ("took off", "DOC-001") in deeds()


def test_a_receipt_entered_by_mistake_takes_its_files_off(inspector: Client) -> None:
    receive(inspector, ("panels.txt", b"Panels"))
    assert "1 of 3" in show(inspector)
    inspector.post("register.undo_event", body="WES", code="A3", number=1, form=said(inspector, reason="Wrong Area."))
    assert attached() == [] and documents()[0].request == ""
    assert state(show(inspector)) == "Not yet asked"
    receive(inspector, ("panels.txt", b"Panels"), code="A4")
    assert documents()[0].request == "A4"


def test_an_upload_sent_twice_is_received_once(inspector: Client) -> None:
    for _time in range(2):
        receive(inspector, ("a.txt", b"words"), operation=OPERATION)
    assert len(documents()) == len(attached()) / 2 == 1


def test_what_cannot_be_kept_is_told_and_the_others_are_received(inspector: Client) -> None:
    page = receive(inspector, ("empty.pdf", b""), ("a.txt", b"words"))
    assert "Not kept: ‘empty.pdf’: The file is empty. Ask the sender for it again." in page.messages
    assert "Received as DOC-001." in page.messages
    alone = receive(inspector, ("noise.bin", bytes(range(256)) * 64))
    assert alone.status == 422 and "This kind of file cannot be kept." in alone
    assert len(documents()) == 1


CONTRADICTORY = "Choose ‘Each file holds the parts that are ticked’, or take the ticks off"
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({"files": []}, "Choose at least one file"),
    "nothing, no ticks": ({"files": [], "placing": "ticked"}, "Choose at least one file"),
    "placing": ({"placing": ""}, "Choose what the files hold"),
    "no ticks": ({"placing": "ticked"}, "Tick the parts that the files hold, or choose to sort them afterwards"),
    "ticks beside one unit each": (
        {"pieces": ["1.0"]},
        f"Parts are ticked beside ‘Each file is one more panel meeting, with every part’. {CONTRADICTORY}",
    ),
    "ticks to be sorted": (
        {"placing": "later", "pieces": ["1.0"]},
        f"Parts are ticked beside ‘Sort them afterwards’. {CONTRADICTORY}",
    ),
    "date": ({"on": ["1", "1", "2099"]}, "Date must not be later than today"),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("htmx", [False, True], ids=["page", "fragment"])
def test_a_wrong_receipt_is_told_in_a_sentence_and_nothing_is_kept(inspector: Client, wrong: str, htmx: bool) -> None:
    sent, sentence = WRONG[wrong]
    files = [("a.txt", b"words")] if "files" not in sent else []
    more = {name: value for name, value in sent.items() if name != "files"}
    page = receive(inspector, *files, from_whom="Kept", htmx=htmx, **more)
    assert page.status == 422 and page.errors == [sentence]
    assert page.field("from_whom") == "Kept"
    assert [box["value"] for box in page.all("input[name=pieces][checked]")] == sent.get("pieces", [])
    assert (page.one("#receive") is not None) and bool(page.all("h1")) is not htmx
    assert documents() == []


@pytest.mark.parametrize("pieces", [["99.0"], ["1.7"], ["x"], ["1.0", "0.0"]])
def test_parts_that_there_are_not_are_refused(inspector: Client, pieces: list[str]) -> None:
    assert receive(inspector, ("a.txt", b"words"), placing="ticked", pieces=pieces).status == 422
    document = DocumentFactory()
    bad = said(inspector, pieces=[f"WES:A3:{piece}" for piece in pieces] + ["WES:H1:1.0"])
    assert inspector.post("register.sort_document", document, form=bad).status == 422
    assert attached() == []


def test_more_than_was_asked_for_is_taken_and_flagged(inspector: Client) -> None:
    receive(inspector, *[(f"{n}.txt", f"Panel {n}".encode()) for n in range(4)])
    page = show(inspector)
    assert "4 (3 asked for)" in page and "4 of 3" not in page and "More than asked for" in page
    receive(inspector, *[(f"{n}.txt", f"Assessment {n}".encode()) for n in range(6)], code="A5")
    for page in (
        show(inspector, "A5"),
        *(inspector.get(f"register.{name}") for name in ("show_register", "list_requests")),
    ):
        assert "6 (up to 5 asked for)" in page and "6 of" not in page
    assert "5" in [th.get_text() for th in inspector.get("register.show_receive", body="WES", code="A3").all("th")]


def test_a_unit_that_is_not_whole_is_named_once_all_that_was_asked_for_is_in(inspector: Client) -> None:
    page = receive(inspector, ("minutes.txt", b"Minutes of the second"), placing="ticked", pieces=["2.1"])
    assert "Not whole" not in page, "more is to come"
    page = receive(inspector, *[(f"{n}.txt", f"Panel {n}".encode()) for n in range(3)])
    assert state(page) == "✓ Received in full" and "3 of 3 (1 in part)" in page
    assert "Not whole: panel meeting 2 without agenda" in page
    assert "More than asked for" not in page, "that counts whole units, by the pack's words"
    page = receive(inspector, ("agenda.txt", b"Agenda of the second"), placing="ticked", pieces=["2.0"])
    assert "Not whole" not in page and "More than asked for" in page


def test_the_head_of_a_document_names_the_bodies_whose_requests_it_answers(inspector: Client) -> None:
    receive(inspector, ("both.txt", b"For two"), placing="ticked", pieces=["1.0", "2.0"])
    (document,) = documents()
    inspector.post(
        "register.sort_document", document, form=said(inspector, pieces=["TCH:A5:1.0"], all_the_same="body not-asked")
    )
    page = inspector.get("documents.show_document", document)
    line = page.one(".fb-identity__meta [hx-get]")
    assert line.get_text() == "answers A3 A5 · " and line["hx-get"] == inspector.address(
        "register.show_sorting", document
    )
    head = inspector.get("register.show_sorting", document, htmx=True)
    assert "answers A5 Thames and Chiltern, A3 Wessex ·" in head and head.all("h1") == []


def test_a_nil_return_that_was_lifted_and_then_struck_out_is_told_of_on_both_pages(inspector: Client) -> None:
    sent = said(inspector, given_by="Area business manager", reason="No panel was held.", all_the_same="not-asked")
    inspector.post("register.enter_event", body="WES", code="A3", kind="nil_return", form=sent)
    inspector.post("register.lift", body="WES", code="A3", number=1)
    (document,) = documents()
    assert "It is a nil return to A3, Wessex, lifted" in inspector.get("register.show_sorting", document)
    page = inspector.post(
        "register.undo_event", body="WES", code="A3", number=1, form=said(inspector, reason="It was of another Area.")
    )
    assert "The nil return was struck out since: see whether what was tagged in DOC-001 still stands." in page
    today = long_date(clock.today())
    page = inspector.get("register.show_sorting", document)
    assert f"It holds the nil return to A3, Wessex, which was struck out on {today} by Ina Spector" in page
    assert "It was of another Area." in page and "lifted so that" not in page
    head = inspector.get("register.show_sorting", document, htmx=True)
    assert f"holds the nil return to A3 Wessex, struck out on {today}" in head and "answers" not in head
    assert documents()[0].request == "", "it answers nothing by now"
    assert "DOC-001" in inspector.get("register.list_to_be_sorted").main


def test_a_nil_return_becomes_evidence_only_once_an_inspector_lifts_it(inspector: Client) -> None:
    sent = said(inspector, given_by="Area business manager", reason="No panel was held.", all_the_same="not-asked")
    inspector.post("register.enter_event", body="WES", code="A3", kind="nil_return", form=sent)
    assert documents() == []
    page = inspector.post("register.lift", body="WES", code="A3", number=1)
    assert page.heading == "DOC-001 Nil return: A3 Local scrutiny panels, Wessex"
    (document,) = documents()
    assert (document.request, document.body.code, document.family) == ("A3", "WES", "written")
    do_jobs()
    assert "No panel was held." in inspector.get("documents.show_document", document)
    assert "Nothing is to be sorted" in inspector.get("register.list_to_be_sorted")
    assert state(show(inspector)) == "∅ Nil return" and "Lifted as DOC-001" in show(inspector)
    again = inspector.post("register.lift", body="WES", code="A3", number=1)
    assert again.status == 409 and again.heading == "Done already"
    assert len(documents()) == 1


def test_the_words_of_a_nil_return_are_covered_once_something_lifted_from_it_is_distressing(inspector: Client) -> None:
    reason = "The victim of the only case was killed."
    sent = said(inspector, given_by="Area business manager", reason=reason, all_the_same="not-asked")
    for code in ("A3", "A4"):
        inspector.post("register.enter_event", body="WES", code=code, kind="nil_return", form=sent)
    inspector.post("register.lift", body="WES", code="A3", number=1)
    pages = [("register.show_request", "A3"), ("register.show_history", "A3"), ("register.show_request", "A4")]

    def covered() -> list[int]:
        found = [inspector.get(endpoint, body="WES", code=code) for endpoint, code in pages]
        assert [page.main.count(reason) for page in found] == [1, 1, 1]
        return [
            len([it for it in page.all("details.fb-cover:not([open])") if reason in it.get_text()]) for page in found
        ]

    assert covered() == [0, 0, 0]
    (document,) = documents()
    item = EvidenceItemFactory(source=document, distressing=True)
    assert covered() == [1, 1, 0]
    with the_world():
        withdraw(db.session.get_one(EvidenceItem, item.id), "Mistake", by=SOMEBODY)
    assert covered() == [1, 1, 0], "withdrawing it does not make its words other words"


def test_a_letter_that_asks_for_several_is_entered_once(inspector: Client) -> None:
    sent = said(inspector, how="letter", body="WES", code="all")
    page = inspector.post("register.ask", form=sent)
    assert "‘Asked’ is saved for 8 of them." in page.messages
    page = inspector.post("register.ask", form=sent)
    assert page.status == 422 and page.errors == [
        "Each of these was asked already, or none of the bodies chosen is asked for that"
    ]
    assert "‘Asked’ is saved for 37 of them." in inspector.post("register.ask", form=sent | {"body": "all"}).messages


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_only_reads_sees_what_is_where_and_changes_nothing(
    sign_in: Callable[..., Client], inspector: Client, role: TeamRole
) -> None:
    receive(inspector, ("a.txt", b"words"))
    reader = sign_in(TeamMemberFactory(role=role))
    assert receive(reader, ("b.txt", b"other words")).status == 403
    (document,) = documents()
    assert reader.get("register.show_take_off", body="WES", code="A3", reference="DOC-001").status == 403
    assert "DOC-001" in show(reader) and "Take off" not in show(reader)
    page = reader.get("register.show_sorting", document)
    assert "A3 , Wessex" in page and page.all("main form") == []
    assert reader.post("register.set_aside", document).status == 403


@pytest.mark.slow
def test_the_tab_says_how_many_documents_wait_to_be_sorted_and_nothing_when_none_does(inspector: Client) -> None:
    def tab(endpoint: str) -> str:
        (found,) = [link for link in inspector.get(endpoint).all(".fb-tabs a") if "To be sorted" in link.get_text()]
        return " ".join(found.get_text().split())

    shown_on = ("documents.list_documents", "register.show_register", "register.list_requests")
    assert {tab(endpoint) for endpoint in (*shown_on, "register.list_to_be_sorted")} == {"To be sorted"}
    DocumentFactory(inspection_id=InspectionFactory().id, body=None)  # waits in another inspection
    receive(inspector, ("placed.txt", b"Placed"), code="A5")
    receive(inspector, ("a.txt", b"One"), ("b.txt", b"Other"), placing="later")
    assert {tab(endpoint) for endpoint in (*shown_on, "register.list_to_be_sorted")} == {"To be sorted 2"}
    inspector.post("register.set_aside", documents()[-1])
    assert tab("register.show_register") == "To be sorted 1"
    inspector.post("register.set_aside", documents()[-1], again="1")
    assert tab("register.show_register") == "To be sorted 2"


PAGES: list[tuple[str, dict[str, str]]] = [
    ("documents.list_documents", {}),
    ("register.show_register", {}),
    ("register.list_requests", {}),
    ("register.list_to_be_sorted", {}),
    ("register.show_request", {"body": "WES", "code": "A5"}),
    ("register.show_receive", {"body": "WES", "code": "A5"}),
    ("register.show_sorting", {"reference": "DOC-001"}),
    ("register.show_due", {}),
]


@pytest.mark.slow
def test_pages_ask_as_often_with_300_requests_and_2000_documents_as_with_a_few(
    inspector: Client, sign_in: Callable[..., Client]
) -> None:
    lead = sign_in(TeamMemberFactory(role=TeamRole.LEAD))

    def asked_of_the_database() -> dict[str, int]:
        found = {}
        for endpoint, values in PAGES:
            lead.get(endpoint, **values)
            with counting_statements() as counted:
                assert lead.get(endpoint, **values).status == 200
            found[endpoint] = len(counted)
        return found

    attach(DocumentFactory(), request_of("A5"), 1)
    few = asked_of_the_database()
    with the_world():
        many_documents(2000, many_requests(255))
    assert asked_of_the_database() == few
    assert max(few.values()) <= 16, few


def test_another_pack_has_its_own_requests_events_and_states(sign_in: Callable[..., Client]) -> None:
    lead = lead_of_second(sign_in)
    assert "6 requests are made." in lead.post("register.make_requests").messages
    page = lead.get("register.show_register")
    assert [head.get_text() for head in page.all("h2.govuk-heading-m")] == [
        "Areas visited: documents",
        "Headquarters: documents",
        "All Areas: documents",
    ]
    where = {"body": "QUAY", "code": "LOG"}
    day = {"on": spoken(clock.today())}
    page = lead.post("register.enter_event", **where, kind="asked", form=day)
    assert state(page) == "Asked"
    sent = said(lead, placing="ticked", pieces=["1.0", "1.1", "2.0", "2.1"], by_ferry="In a box")
    page = lead.post("register.receive_files", **where, form=sent, files={"files": ("log.txt", b"The log.")})
    assert "Received as PAP-001." in page.messages and state(page) == "✓ All in"
    assert "Came in" in page and "In a box" in page
    page = lead.post("register.enter_event", **where, kind="reviewed", form=day)
    assert state(page) == "✓✓ Read"
    page = lead.post("register.undo_event", **where, number=3, form=day | {"reason": "Not yet read."})
    assert state(page) == "✓ All in" and "Was a slip" in page
