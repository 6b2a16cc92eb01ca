"""The register: made from the pack, planned by the lead, what happens entered by inspectors."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.accounts.models import Person
from app.audit.queries import chains, verify
from app.extensions import db
from app.inspections.models import TeamMember, TeamRole
from app.register import queries
from app.register.models import DocumentRequest, RequestEvent
from app.register.queries import nothing_to_come
from app.web import clock
from app.web.pages import long_date
from tests.audit.trail import deeds
from tests.client import Client, Page
from tests.databases import look_again, the_world
from tests.documents.factories import DocumentFactory
from tests.factories import TODAY, the_inspection
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.register.factories import RequestEventFactory, attach, make_all, request_of

OPERATION = "0198a5a4-0000-7000-8000-00000000000c"
MEANT = {"all_the_same": "past"}  # the tick that a due date in the past is meant


@pytest.fixture
def lead(sign_in: Callable[..., Client]) -> Client:
    return sign_in(TeamMemberFactory(role=TeamRole.LEAD, person__name="Lee Lead"))


@pytest.fixture
def inspector(sign_in: Callable[..., Client]) -> Client:
    return sign_in(TeamMemberFactory(person__name="Ina Spector"))


def spoken(day: date) -> list[str]:
    return [str(day.day), str(day.month), str(day.year)]


def enter(client: Client, kind: str, code: str = "A3", body: str = "WES", **said: Any) -> Page:
    said.setdefault("on", spoken(clock.today()))
    said.setdefault("done_by", client.person_id.hex)
    endpoint = "register.extend" if kind == "extended" else "register.enter_event"
    return client.post(endpoint, body=body, code=code, kind=kind, form={"how": "by e-mail"} | said)


def today(client: Client) -> dict[str, Any]:
    return {"on": spoken(clock.today()), "done_by": client.person_id.hex}


def show(client: Client, code: str = "A3", body: str = "WES") -> Page:
    return client.get("register.show_request", body=body, code=code)


def counts(page: Page) -> str:
    return " ".join(page.one(".fb-key").get_text(" ").split())


def flagged(page: Page) -> list[str]:
    return [" ".join(flag.get_text().split()) for flag in page.all("main .fb-flag")]


def state(page: Page) -> str:
    return " ".join(page.one(".fb-identity .fb-badge").get_text().split())


def test_the_lead_makes_every_request_of_the_pack_in_one_go_and_only_once(lead: Client) -> None:
    assert "Make the requests of the pack" in lead.get("register.show_register")
    page = lead.post("register.make_requests")
    assert "45 requests are made." in page.messages
    rows = db.session.execute(
        select(DocumentRequest.kind, DocumentRequest.asked_of, func.count()).group_by(
            DocumentRequest.kind, DocumentRequest.asked_of
        )
    ).all()
    assert sorted(map(tuple, rows)) == [
        ("case_list", "all_areas", 14),
        ("document", "headquarters", 3),
        ("document", "on_site_areas", 28),
    ]
    again = lead.post("register.make_requests")
    assert "Every request of the pack is here already." in again.messages
    assert db.session.scalar(select(func.count()).select_from(DocumentRequest)) == 45


def test_the_grid_has_a_table_for_those_who_are_asked_the_same(inspector: Client) -> None:
    make_all()
    page = inspector.get("register.show_register")
    assert [heading.get_text() for heading in page.all("h2.govuk-heading-m")] == [
        "Areas visited: documents",
        "Headquarters: documents",
        "All Areas: case lists",
    ]
    first, second, third = page.all("table")
    assert len(first.select("tbody tr")) == 4 and len(first.select("thead th")) == 8
    assert len(second.select("tbody tr")) == 1 and len(second.select("thead th")) == 4
    assert len(third.select("tbody tr")) == 14
    assert first.select_one("tbody td").get_text(" ", strip=True).endswith("Not yet asked")


def test_a_cell_says_state_and_flags_in_words_and_leads_to_the_request(inspector: Client) -> None:
    request = request_of("A3")
    with the_world():
        db.session.merge(request).due = date(2026, 4, 2)
    RequestEventFactory(request=request)
    RequestEventFactory(request=request, code="chased")
    RequestEventFactory(request=request_of("A4"), code="nil_return", given_by="Area business manager")
    page = inspector.get("register.show_register")
    cell = next(link.find_parent("td") for link in page.all("a[href$='/requests/WES/A3']"))
    assert " ".join(cell.get_text(" ").split()) == "A3, Wessex: Asked due 2 April 2026 chased 1× ! Overdue"
    nil = next(link for link in page.all("a[href$='/requests/WES/A4']"))
    assert " ".join(nil.get_text(" ").split()) == "A4, Wessex: ∅ Nil return"
    assert "Overdue 1" in page


def test_the_grid_says_when_what_is_not_in_is_due(inspector: Client) -> None:
    with the_world():
        for code in ("A3", "A4", "A5"):
            db.session.merge(request_of(code)).due = date(2026, 4, 2)
    RequestEventFactory(request=request_of("A4"), code="nil_return", given_by="Area business manager")
    RequestEventFactory(request=request_of("A5"), code="received", units=[1], parts=["assessment"])
    page = inspector.get("register.show_register")
    cells = {
        code: page.one(f"a[href$='/requests/WES/{code}']").find_parent("td").get_text() for code in ("A3", "A4", "A5")
    }
    assert "due 2 April 2026" in cells["A3"], "also before anybody asked"
    assert "due" not in cells["A4"] and "due 2 April 2026" in cells["A5"]


@pytest.mark.slow
def test_the_day_to_chase_again_is_told_until_it_is_chased_again_or_in(inspector: Client) -> None:
    request = request_of("A3")
    RequestEventFactory(request=request, on=date(2026, 4, 1))
    RequestEventFactory(request=request_of("A4"), on=date(2026, 4, 1))
    with clock.set_to(datetime(2026, 4, 16, 9, 0, tzinfo=clock.LONDON)):
        chase_on = {"how": "telephone", "on": spoken(date(2026, 4, 9))}
        page = enter(inspector, "chased", next_chase=spoken(date(2026, 4, 17)), **chase_on)
        enter(inspector, "chased", code="A4", next_chase=spoken(date(2026, 4, 16)), **chase_on)
        assert "Chase again on 17 April 2026" in page.main and "! Chase again" not in page.main
        assert "! Chase again: 16 April 2026" in show(inspector, "A4").main
        listed = inspector.get("register.list_requests", body="WES")
        assert "Chase again on 17 April 2026" in listed.main and "! Chase again: 16 April 2026" in listed.main
        due, later = (inspector.get("register.list_requests", chase=when) for when in ("due", "later"))
        assert [page.one("tbody .fb-ref").get_text() for page in (due, later)] == ["A4", "A3"]
        assert len(due.all("tbody tr")) == len(later.all("tbody tr")) == 1
        grid = inspector.get("register.show_register")
        assert "To be chased by today 1" in grid and "! Chase again: 16 April 2026" in grid.main
        assert "17 April" not in grid.main, "the grid says it once the day has come"
        enter(inspector, "nil_return", code="A4", given_by="Clerk")
        page = enter(inspector, "chased", how="telephone")
        assert "Chase again: " not in page.main and "Chase again on" in page.main, "of the earlier one, it stands"
        assert page.one(".fb-identity + p").get_text().split() == ["!", "No", "due", "date", "set"]
        assert "To be chased" not in inspector.get("register.show_register").one(".fb-key").get_text()


def test_what_happens_is_entered_and_the_state_follows(inspector: Client) -> None:
    make_all()
    assert state(show(inspector)) == "Not yet asked"
    page = enter(inspector, "asked")
    assert "‘Asked’ is saved." in page.messages and state(page) == "Asked"
    assert "No due date set" in page
    page = enter(inspector, "chased", answer="By Friday, they say.", how="telephone")
    assert "By Friday, they say." in page and "telephone" in page
    page = enter(inspector, "received", units="1, 2", parts=["agenda", "minutes"])
    assert state(page) == "Part received" and "2 of 3" in page
    page = enter(inspector, "received", units="3", parts=["agenda", "minutes"], from_whom="Panel clerk")
    assert state(page) == "✓ Received in full"
    page = enter(inspector, "reviewed", note="Tagged.")
    assert state(page) == "✓✓ Reviewed"
    assert page.all(".fb-identity__actions a") == []
    assert [verify(chain).broken_at for chain in chains()] == [None] * len(chains())


def test_a_nil_return_stands_by_its_own_mark(inspector: Client) -> None:
    RequestEventFactory(request=request_of("A3"))
    page = enter(inspector, "nil_return", given_by="Area business manager", reason="No panel was held.")
    assert state(page) == "∅ Nil return"
    (found,) = queries.nil_returns(the_inspection().id)
    assert (found.body, found.code, found.given_by, found.reason) == (
        "WES",
        "A3",
        "Area business manager",
        "No panel was held.",
    )
    assert found.criteria == ("PW.ii", "QT.ii")
    enter(inspector, "reviewed")
    look_again()
    assert len(queries.nil_returns(the_inspection().id)) == 1, "reviewed, it is a nil return still"


@pytest.mark.parametrize(
    ("kind", "said", "sentence"),
    [
        ("asked", {"on": ["", "", ""]}, "Enter the date"),
        ("asked", {"on": ["31", "2", "2026"]}, f"Date must be a real date, such as {TODAY}"),
        ("asked", {"on": ["", "5", "2026"]}, "Date must include a day"),
        ("chased", {"next_chase": ["", "5", "2026"]}, "Chase again on must include a day"),
        ("asked", {"on": ["1", "1", "2099"]}, "Date must not be later than today"),
        ("asked", {"how": " "}, "Say how"),
        ("asked", {"done_by": UUID(int=1).hex}, "Not a valid choice."),
        ("received", {"units": "all", "parts": ["agenda"]}, "Enter numbers from 1 to 500, such as 1, 2 or 1-3"),
        ("received", {"units": "0", "parts": ["agenda"]}, "Enter numbers from 1 to 500, such as 1, 2 or 1-3"),
        ("received", {"units": "1"}, "Tick the parts that came"),
        ("nil_return", {}, "Enter who gave it"),
        ("refused", {"given_by": "Area legal manager"}, "Enter the reason"),
        ("refused", {"given_by": "a\x00b", "reason": "No"}, "character that cannot be stored"),
        ("reviewed", {}, "Nothing came in yet that could be reviewed"),
    ],
)
def test_a_wrong_event_is_told_in_a_sentence_and_changes_nothing(
    inspector: Client, kind: str, said: dict[str, Any], sentence: str
) -> None:
    make_all()
    page = enter(inspector, kind, **said)
    assert page.status == 422
    assert any(sentence in line for line in page.errors), page.errors
    if "reason" in said:
        assert page.field("reason") == said["reason"]
    assert db.session.scalar(select(func.count()).select_from(RequestEvent)) == 0


def test_an_event_sent_twice_is_entered_once(inspector: Client) -> None:
    make_all()
    enter(inspector, "asked", operation=OPERATION)
    enter(inspector, "asked", operation=OPERATION)
    assert db.session.scalar(select(func.count()).select_from(RequestEvent)) == 1


def test_an_event_sent_again_from_a_new_form_is_asked_about_and_entered_only_once_ticked(inspector: Client) -> None:
    make_all()
    enter(inspector, "asked", how="Letter")
    told = f"‘Asked’ of {long_date(clock.today())} is here already: event 1, entered by Ina Spector (Letter)."
    page = enter(inspector, "asked", how="Telephone")
    assert page.one(".govuk-error-summary__title").get_text(strip=True) == "‘Asked’ was entered for that day already"
    assert page.one("label[for=all_the_same]").get_text(strip=True) == "Enter another"
    assert page.field("how") == "Telephone"
    assert page.status == 422 and told in page.errors[0]
    look_again()
    assert db.session.scalar(select(func.count()).select_from(RequestEvent)) == 1
    seen = page.one("#all_the_same")
    assert seen["value"] == "like" and not seen.has_attr("checked")
    assert "‘Asked’ is saved." in enter(inspector, "asked", all_the_same="like").messages
    inspector.post("register.undo_event", body="WES", code="A3", number=1, form={"reason": "Twice", **today(inspector)})
    inspector.post("register.undo_event", body="WES", code="A3", number=2, form={"reason": "Twice", **today(inspector)})
    assert enter(inspector, "asked").errors == [], "what was struck out is nothing like it"
    for units in ("1", "2"):
        assert enter(inspector, "received", units=units, parts=["agenda"]).errors == [], "another unit of the same day"
    assert enter(inspector, "received", units="2", parts=["minutes"]).errors == [], "another part"
    assert "is here already: event 8" in enter(inspector, "received", units="2", parts=["minutes"]).errors[0]


def test_a_nil_return_to_a_request_for_which_something_came_is_asked_about(inspector: Client) -> None:
    request = request_of("A4")
    attach(DocumentFactory(), request, 1)
    RequestEventFactory(request=request_of("A5"), code="received", units=[1], parts=["assessment"])
    words = "Files are here for this request: DOC-001. Enter ‘Nil return’ if the body says that there is no more."
    assert words in inspector.get("register.show_event", body="WES", code="A4", kind="nil_return")
    page = enter(inspector, "nil_return", code="A4", given_by="Clerk")
    assert page.errors == [words] and page.field("given_by") == "Clerk"
    assert enter(inspector, "nil_return", code="A5", given_by="Clerk").errors[0].startswith("Something came for it")
    page = enter(inspector, "nil_return", code="A4", given_by="Clerk", all_the_same="here")
    assert state(page) == "✓ Received in full"


def test_the_reason_of_a_nil_return_is_asked_for_where_its_want_is_flagged(inspector: Client) -> None:
    for code in ("A3", "A4"):
        RequestEventFactory(request=request_of(code))
    label = "label[for=reason]"
    optional = inspector.get("register.show_event", body="WES", code="A4", kind="nil_return").one(label)
    wanted = inspector.get("register.show_event", body="WES", code="A3", kind="nil_return").one(label)
    assert (optional.get_text(strip=True), wanted.get_text(strip=True)) == ("Reason (optional)", "Reason")
    page = enter(inspector, "nil_return", given_by="Clerk", reason=" ")
    assert page.one(".govuk-error-summary__title").get_text(strip=True) == "Is this meant?"
    flag = "Nil return without a reason"
    assert page.errors == [
        f"This request asks for the reason, and none is given. It is then flagged ‘{flag}’.",
    ]
    page = enter(inspector, "nil_return", given_by="Clerk", all_the_same="no-reason")
    assert state(page) == "∅ Nil return" and f"! {flag}" in page
    assert enter(inspector, "nil_return", code="A4", given_by="Clerk").errors == []


def test_a_tick_holds_only_for_what_stood_above_it(inspector: Client) -> None:
    RequestEventFactory(request=request_of("H3", "HQ"))
    said = {"code": "H3", "body": "HQ", "given_by": "Policy lead", "all_the_same": "must-exist"}
    assert "‘Nil return’ is saved." in enter(inspector, "nil_return", **said).messages
    page = enter(inspector, "nil_return", **said)
    (error,) = page.errors
    assert "is here already: event 2" in error and "must exist" not in error, "what was not seen before"
    assert page.one("#all_the_same")["value"] == "must-exist like"


def test_a_due_date_that_has_passed_is_asked_about(lead: Client) -> None:
    make_all()
    with clock.set_to(datetime(2026, 4, 16, 9, 0, tzinfo=clock.LONDON)):
        sent = {"body": "WES", "code": "all", "seen": lead.get("register.show_due").field("seen")}
        told = ["15 April 2026 is in the past: what is not in by now is overdue at once."]
        page = lead.post("register.set_due", form=sent | {"due": ["15", "4", "2026"]})
        assert page.status == 422 and page.errors == told and page.one("#due-day")["value"] == "15"
        look_again()
        assert request_of("A3").due is None
        ticked = page.one("#all_the_same")["value"]
        page = lead.post("register.set_due", form=sent | {"due": ["15", "4", "2026"], "all_the_same": ticked})
        assert "The due date of 8 of 8 is changed." in page.messages
        version = show(lead).field("version")
        plan = {"version": version, "owner": lead.person_id.hex, "due": ["15", "4", "2026"]}
        page = lead.post("register.plan_request", body="WES", code="A3", form=plan)
        assert page.errors == [] and "Saved." in page.messages, "it was due then before"
        plan |= {"version": page.field("version"), "due": ["14", "4", "2026"]}
        page = lead.post("register.plan_request", body="WES", code="A3", form=plan)
        assert page.errors == [told[0].replace("15", "14")] and page.one("details[open] #all_the_same")
        today = plan | {"due": ["16", "4", "2026"]}
        assert lead.post("register.plan_request", body="WES", code="A3", form=today).errors == []


def test_a_due_date_at_a_weekend_or_on_a_bank_holiday_is_told_and_taken(lead: Client) -> None:
    make_all()
    with clock.set_to(datetime(2026, 3, 2, 9, 0, tzinfo=clock.LONDON)):
        sent = {"body": "WES", "code": "all", "seen": lead.get("register.show_due").field("seen")}
        page = lead.post("register.set_due", form=sent | {"due": ["6", "4", "2026"]})
        assert "The due date of 8 of 8 is changed." in page.messages
        assert "6 April 2026 is a bank holiday: Easter Monday. It is saved all the same." in page.messages
        plan = {"version": show(lead).field("version"), "owner": "", "due": ["4", "4", "2026"]}
        page = lead.post("register.plan_request", body="WES", code="A3", form=plan)
        assert "4 April 2026 is a Saturday. It is saved all the same." in page.messages
        enter(lead, "asked")
        page = enter(lead, "extended", new_due=spoken(date(2026, 5, 4)), reason="Leave")
        assert "4 May 2026 is a bank holiday: Early May bank holiday." in page.messages
        page = enter(lead, "chased", next_chase=spoken(date(2026, 3, 8)))
        assert "8 March 2026 is a Sunday." in page.messages
        plan |= {"version": show(lead).field("version"), "due": ["7", "4", "2026"]}
        assert "saved all the same" not in lead.post("register.plan_request", body="WES", code="A3", form=plan).messages


def test_not_held_is_an_answer_of_its_own_that_a_review_leaves_to_be_seen(inspector: Client) -> None:
    RequestEventFactory()
    page = enter(inspector, "not_held", given_by="Business manager", reason="The force keeps the minutes")
    assert state(page) == "⊘ Not held"
    assert "The force keeps the minutes" in page.all(".fb-history__entry")[0].get_text()
    assert state(enter(inspector, "reviewed")) == "✓✓ Reviewed"
    assert "A3" in inspector.get("register.list_requests", state="not_held").main
    assert nothing_to_come(the_inspection().id).keys() == set()


def test_what_can_be_entered_is_worded_as_what_one_does(lead: Client) -> None:
    RequestEventFactory()
    page = show(lead)
    assert [link.get_text(strip=True) for link in page.all(".fb-request__events a")] == [
        "Enter ‘Asked’",
        "Enter ‘Chased’",
        "Enter ‘Due date extended’",
        "Receive files",
        "Enter ‘Nil return’",
        "Enter ‘Refused’",
        "Enter ‘Not held’",
        "Enter ‘Reviewed’",
    ]
    assert "Strike out as ‘Entered by mistake’" in page.one("#event-1").get_text()
    where = {"body": "WES", "code": "A3"}
    assert lead.get("register.show_event", **where, kind="chased").one("h1").get_text() == "Enter ‘Chased’"
    assert lead.get("register.show_undo", **where, number=1).one("h1").get_text() == "Strike out ‘Asked’"


def test_an_event_entered_by_mistake_is_struck_out_and_stays_to_be_seen(inspector: Client) -> None:
    make_all()
    enter(inspector, "asked")
    enter(inspector, "nil_return", given_by="Clerk", reason="None was held.")
    sent = {"on": spoken(clock.today()), "done_by": inspector.person_id.hex, "reason": "It was for another Area."}
    page = inspector.post("register.undo_event", body="WES", code="A3", number=2, form=sent)
    assert state(page) == "Asked"
    assert [tag.get_text() for tag in page.all("s")] == ["Nil return"]
    assert "It was for another Area." in page and "struck out by event 3" in page
    again = inspector.post("register.undo_event", body="WES", code="A3", number=2, form=sent)
    assert again.status == 409 and again.heading == "Done already" and "You did this already, on" in again
    with the_world():
        striking = db.session.scalars(select(RequestEvent).where(RequestEvent.number == 3)).one()
        striking.created_by_id, striking.created_by = UUID(int=1), "Ada Shah"
    again = inspector.post("register.undo_event", body="WES", code="A3", number=2, form=sent)
    assert again.status == 409 and again.heading == "Done already" and "struck out already" in again
    of_undoing = inspector.post("register.undo_event", body="WES", code="A3", number=3, form=sent)
    assert of_undoing.status == 409 and "cannot be struck out" in of_undoing
    assert db.session.scalar(select(func.count()).select_from(RequestEvent)) == 3
    assert ("entered ‘Entered by mistake’", "A3 WES") in deeds()
    where = {"body": "WES", "code": "A3"}
    for number, sentence in ((2, "This event was struck out already."), (3, "cannot be struck out")):
        page = inspector.get("register.show_undo", **where, number=number)
        assert page.status == 409 and sentence in page, "nobody fills in a form that cannot be sent"


def test_only_who_may_enter_a_due_date_strikes_it_out(lead: Client, inspector: Client) -> None:
    request = request_of("A3")
    with the_world():
        db.session.merge(request).due = date(2026, 4, 2)
    RequestEventFactory(request=request)
    RequestEventFactory(request=request, code="extended", new_due=date(2026, 6, 1), reason="Leave")
    where = {"body": "WES", "code": "A3", "number": 2}
    assert "Strike out as" in show(inspector).one("#event-1").get_text()
    assert "Strike out as" not in show(inspector).one("#event-2").get_text()
    sent = today(inspector) | {"reason": "Not agreed"}
    for page in (
        inspector.get("register.show_undo", **where),
        inspector.post("register.undo_event", **where, form=sent),
    ):
        assert page.status == 403 and "‘Due date extended’ sets a due date: the lead inspector enters it" in page
    look_again()
    assert db.session.scalar(select(func.count()).where(RequestEvent.strikes_id.is_not(None))) == 0
    assert "Strike out as" in show(lead).one("#event-2").get_text()
    page = lead.post("register.undo_event", **where, form=today(lead) | {"reason": "Not agreed"})
    assert "The event is struck out." in page.messages and "due 2 April 2026" in page


def test_what_would_stand_without_what_is_struck_out_is_asked_about(inspector: Client) -> None:
    request = request_of("A3")
    RequestEventFactory(request=request, on=date(2026, 4, 1))
    RequestEventFactory(request=request, code="chased", on=date(2026, 4, 9))
    RequestEventFactory(request=request, code="nil_return", on=date(2026, 4, 10), given_by="Clerk")
    RequestEventFactory(request=request, code="reviewed", on=date(2026, 4, 11))
    where, sent = {"body": "WES", "code": "A3"}, today(inspector) | {"reason": "Another Area"}
    for number, told in (
        (1, "Without ‘Asked’ there would stand: ‘Chased’ of 9 April 2026 (event 2)."),
        (3, "Without ‘Nil return’ there would stand: ‘Reviewed’ of 11 April 2026 (event 4)."),
    ):
        assert told in inspector.get("register.show_undo", **where, number=number)
        page = inspector.post("register.undo_event", **where, number=number, form=sent)
        assert page.errors == [told] and page.field("reason") == "Another Area"
    assert inspector.post("register.undo_event", **where, number=2, form=sent).errors == []
    assert inspector.post("register.undo_event", **where, number=1, form=sent).errors == [], "nothing stands on it now"
    page = inspector.post("register.undo_event", **where, number=3, form=sent | {"all_the_same": "beneath"})
    assert "The event is struck out." in page.messages


def test_a_refusal_keeps_its_mark_once_it_is_reviewed(inspector: Client) -> None:
    request = request_of("A3")
    RequestEventFactory(request=request)
    RequestEventFactory(request=request, code="refused", given_by="Clerk", reason="Not ours to give")
    RequestEventFactory(request=request, code="reviewed")
    page = show(inspector)
    assert state(page) == "✓✓ Reviewed" and "✗ Refused" in page.one(".fb-identity + p").get_text()
    grid = inspector.get("register.show_register")
    assert "✗ Refused" in grid.one("a[href$='/requests/WES/A3']").find_parent("td").get_text()
    assert "Refused 1" in counts(grid) and "Reviewed 1" in counts(grid)
    for asked in ("refused", "reviewed"):
        listed = inspector.get("register.list_requests", state=asked)
        assert [ref.get_text() for ref in listed.all("tbody .fb-ref")] == ["A3"] and "✗ Refused" in listed.main
    assert "Of those reviewed: Refused 1" in inspector.get("overview.show_inspection").main
    RequestEventFactory(request=request_of("A3"), code="received", on=date(2026, 4, 3), units=[1], parts=["agenda"])
    assert "Refused 1" not in counts(inspector.get("register.show_register"))


def test_what_nobody_has_asked_stands_out_once_it_is_past_its_due_date(inspector: Client) -> None:
    request = request_of("A3")
    with the_world():
        db.session.merge(request).due = date(2026, 1, 30)
        db.session.merge(request_of("A4")).due = date(2026, 6, 1)
    with clock.set_to(datetime(2026, 4, 16, 9, 0, tzinfo=clock.LONDON)):
        told = "! Not yet asked, due 30 January 2026"
        grid = inspector.get("register.show_register")
        assert told in grid.main and "past the due date 1" in counts(grid)
        assert "due 1 June 2026" in grid.main, "not past yet"
        listed = inspector.get("register.list_requests", flag="unasked")
        assert [ref.get_text() for ref in listed.all("tbody .fb-ref")] == ["A3"] and told in listed.main
        assert told in show(inspector).main
        overview = inspector.get("overview.show_inspection")
        assert "1 request is past the due date and not asked yet" in overview.main
        sent = {"on": spoken(date(2026, 4, 16))}
        late = "It was due before that, 30 January 2026: overdue as soon as asked."
        assert enter(inspector, "asked", **sent).errors[0].startswith(late)
        assert enter(inspector, "asked", code="A4", **sent).errors == []
        assert enter(inspector, "asked", on=spoken(date(2026, 1, 29))).errors == []
        assert told not in inspector.get("register.show_register")


def test_a_letter_that_asks_for_what_was_due_before_is_asked_about(inspector: Client) -> None:
    with the_world():
        db.session.merge(request_of("A3")).due = date(2026, 1, 30)
        db.session.merge(request_of("A4")).due = date(2026, 2, 2)
    sent = today(inspector) | {"body": "WES", "code": "all", "how": "letter"}
    page = inspector.post("register.ask", form=sent)
    late = "2 of them were due before that, 30 January 2026 to 2 February 2026: "
    assert page.status == 422 and late in page.errors[0] and "(2 February 2026)" in page.errors[0]
    page = inspector.post("register.ask", form=sent | {"all_the_same": page.one("#all_the_same")["value"]})
    assert "‘Asked’ is saved for 8 of them." in page.messages


@pytest.mark.slow
def test_entries_that_look_like_slips_are_asked_about_whatever_their_kind(inspector: Client) -> None:
    make_all()
    refusal = {"given_by": "Clerk", "reason": "Not ours"}
    page = enter(inspector, "refused", **refusal)
    assert page.errors == ["It was not asked yet. Say first when it was asked, if it was."]
    enter(inspector, "asked")
    enter(inspector, "nil_return", given_by="Clerk", reason="None held")
    day = long_date(clock.today())
    (error,) = enter(inspector, "refused", **refusal).errors
    assert error == f"‘Nil return’ of {day} stands: event 2. With this, ‘Refused’ is the answer."
    enter(inspector, "reviewed")
    in_already = "It is ‘Reviewed’: nothing is outstanding that could be chased."
    assert in_already in inspector.get("register.show_event", body="WES", code="A3", kind="chased")
    assert enter(inspector, "chased").errors == [in_already]
    enter(inspector, "asked", code="A4")
    came = {"code": "A4", "units": "1", "parts": ["agenda"]}
    yesterday = date.fromordinal(clock.today().toordinal() - 1)
    assert enter(inspector, "received", **came, on=spoken(yesterday)).errors == []
    assert enter(inspector, "received", **came).errors == ["Here already: agenda of panel meeting 1."], "another day"
    (error,) = enter(inspector, "received", **came, on=spoken(yesterday)).errors
    assert "is here already: event 2" in error and "Here already" not in error, "told once"
    (error,) = enter(inspector, "refused", code="A4", **refusal).errors
    assert error == "Something came for it, without a file. Enter ‘Refused’ if the body says that it sends no more."
    enter(inspector, "refused", code="A5", **refusal, all_the_same="not-asked")
    assert "It was not asked yet." in enter(inspector, "nil_return", code="A5", given_by="Clerk").errors[0]
    (error,) = enter(inspector, "nil_return", code="A5", given_by="Clerk", all_the_same="not-asked").errors
    assert error.startswith(f"‘Refused’ of {day} stands: event 1.")


def test_a_day_to_chase_again_that_is_shown_nowhere_is_told(inspector: Client) -> None:
    request = request_of("A3")
    RequestEventFactory(request=request)
    RequestEventFactory(request=request, code="chased", on=date(2026, 4, 9), next_chase=date(2026, 4, 20))
    chase = {"how": "telephone", "on": spoken(date(2026, 4, 8)), "next_chase": spoken(date(2026, 4, 10))}
    told = "The day to chase again, 10 April 2026, is kept and shown nowhere: "
    assert enter(inspector, "chased", **chase).errors == [
        "10 April 2026 is in the past: it is to be chased again at once."
    ]
    chase["all_the_same"] = "chase-past"
    assert f"{told}a later entry counts." in enter(inspector, "chased", **chase).messages
    RequestEventFactory(request=request, code="nil_return", given_by="Clerk", reason="None")
    chase |= {"on": spoken(date(2026, 4, 10)), "all_the_same": "in chase-past"}
    assert f"{told}it is ‘Nil return’." in enter(inspector, "chased", **chase).messages
    RequestEventFactory(request=request_of("A4"))
    assert "shown nowhere" not in enter(inspector, "chased", code="A4", **chase).messages


def test_a_day_to_chase_again_that_is_to_come_is_kept_until_it_is_taken_away(inspector: Client) -> None:
    request, today = request_of("A3"), clock.today()
    day = today + timedelta(days=9)
    RequestEventFactory(request=request)
    RequestEventFactory(request=request, code="chased", on=today - timedelta(days=3), next_chase=day)
    form = inspector.get("register.show_event", body="WES", code="A3", kind="chased")
    assert [int(part["value"]) for part in form.all("[name=next_chase]")] == [day.day, day.month, day.year]
    other = inspector.get("register.show_event", body="WES", code="A3", kind="nil_return")
    assert not other.all("[name=next_chase]")
    assert f"Chase again on {long_date(day)}" in enter(inspector, "chased", next_chase=spoken(day)).main
    page = enter(inspector, "chased", on=spoken(today - timedelta(days=1)), next_chase=[""] * 3)
    assert "taken away" not in page.messages, "a later entry counts"
    page = enter(inspector, "chased", next_chase=[""] * 3, all_the_same="like")
    assert f"The day to chase again, {long_date(day)}, is taken away, as it was left empty." in page.messages
    far = today + timedelta(days=400)
    (told,) = enter(inspector, "chased", next_chase=spoken(far), all_the_same="like").errors
    assert (
        told == f"{long_date(far)}, the day to chase again, is more than a year ahead. See whether the year is right."
    )


def test_saving_a_due_date_says_which_counts(lead: Client) -> None:
    request = request_of("A3")
    RequestEventFactory(request=request)

    def plan(day: list[str]) -> str:
        sent = {"version": show(lead).field("version"), "owner": "", "due": day, **MEANT}
        return lead.post("register.plan_request", body="WES", code="A3", form=sent).messages

    assert "Saved. It is due 5 May 2026." in plan(["5", "5", "2026"])
    assert "Saved. It has no due date now, and is never overdue." in plan([""] * 3)
    plan(["5", "5", "2026"])
    RequestEventFactory(request=request_of("A3"), code="extended", new_due=date(2026, 6, 1), reason="Leave")
    told = "Saved. It was extended to 1 June 2026, and that counts. "
    assert f"{told}8 July 2026 counts if the extension is struck out." in plan(["8", "7", "2026"])
    assert f"{told}There is no due date if the extension is struck out." in plan([""] * 3)


def test_due_dates_are_set_for_a_body_or_a_request_at_once(lead: Client) -> None:
    make_all()

    def set_due(**said: Any) -> Page:
        seen = lead.get("register.show_due").field("seen")
        return lead.post(
            "register.set_due",
            form={"due": ["5", "5", "2026"], "seen": seen, "body": "all", "code": "all", **MEANT} | said,
        )

    assert "The due date of 8 of 8 is changed." in set_due(body="WES").messages
    assert "The due date of 3 of 4 is changed." in set_due(code="A3").messages
    assert "They were due then already." in set_due(body="WES", code="A3").messages
    page = set_due(body="WES", code="H1")
    assert page.status == 422 and page.errors == ["None of the bodies chosen is asked for that. Choose another"]
    assert "due 5 May 2026" in show(lead)
    dated = db.session.scalar(select(func.count()).where(DocumentRequest.due == date(2026, 5, 5)))
    assert dated == 11


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "code", "number"),
    [
        ("on_site_areas", "document", 28),
        ("on_site_areas", "all", 32),
        ("all_areas", "case_list", 14),
        ("all_areas", "all", 42),
        ("on_site_areas", "A3", 4),
        ("HQ", "document", 3),
        ("all", "document", 31),
    ],
)
def test_bodies_and_requests_are_chosen_by_group(lead: Client, body: str, code: str, number: int) -> None:
    make_all()
    page = lead.get("register.show_due")
    assert [[option.get_text() for option in page.all(f"#{name} option")][:4] for name in ("body", "code")] == [
        ["Choose", "All of them", "Areas visited", "All Areas"],
        ["Choose", "All of them", "All documents", "All case lists"],
    ]
    sent = {"body": body, "code": code}
    page = lead.post("register.set_due", form=sent | {"seen": page.field("seen"), "due": ["5", "5", "2026"], **MEANT})
    assert f"The due date of {number} of {number} is changed." in page.messages
    page = lead.post("register.ask", form=sent | {"how": "letter", **today(lead), "all_the_same": "late"})
    assert f"‘Asked’ is saved for {number} of them." in page.messages


def test_nothing_is_chosen_beforehand_where_one_save_reaches_many(lead: Client) -> None:
    make_all()
    for show, post in (("show_due", "set_due"), ("show_ask", "ask")):
        page = lead.get(f"register.{show}")
        assert (page.field("body"), page.field("code")) == ("", "")
        sent = page.form(lead.address(f"register.{post}")) | {"due": ["5", "5", "2026"], "how": "letter"}
        page = lead.post(f"register.{post}", form=sent)
        assert page.status == 422
        assert page.errors[:2] == ["Choose a body, or all of them", "Choose a request, or all of them"]
    look_again()
    assert db.session.scalar(select(func.count()).where(DocumentRequest.due.is_not(None))) == 0
    assert db.session.scalar(select(func.count()).select_from(RequestEvent)) == 0


def test_what_was_extended_is_told_apart_where_many_due_dates_are_set(lead: Client) -> None:
    request = request_of("A3")
    with the_world():
        db.session.merge(request).due = date(2026, 4, 2)
    RequestEventFactory(request=request, code="extended", new_due=date(2026, 6, 1), reason="Leave")
    sent = {
        "due": ["5", "5", "2026"],
        "seen": lead.get("register.show_due").field("seen"),
        "body": "WES",
        "code": "all",
        "all_the_same": "dated past",
    }
    page = lead.post("register.set_due", form=sent)
    assert "The due date of 7 of 8 is changed. 1 was extended: due as before." in page.messages
    assert "due 1 June 2026" in show(lead)
    sent |= {"seen": lead.get("register.show_due").field("seen"), "code": "A3", "due": ["6", "5", "2026"]}
    page = lead.post("register.set_due", form=sent)
    assert "1 was extended: due as before." in page.messages and "changed" not in page.messages


def test_due_dates_that_changed_meanwhile_are_a_conflict_that_keeps_both(lead: Client) -> None:
    make_all()
    sent = {"body": "WES", "code": "all", "seen": lead.get("register.show_due").field("seen"), **MEANT}
    lead.post("register.set_due", form=sent | {"code": "A3", "due": ["5", "5", "2026"]})
    page = lead.post("register.set_due", form=sent | {"due": ["6", "6", "2026"]})
    assert page.status == 409
    told = "These were changed while you were choosing: A3 Wessex (due 5 May 2026, nobody)."
    assert told in page.main
    assert page.one("#due-day")["value"] == "6"
    assert ("could not set due dates, as one had changed", "register") in deeds()
    look_again()
    assert request_of("A1").due is None
    again = page.form("/requests/due") | {"due": ["6", "6", "2026"]}
    again = {name: value for name, value in again.items() if not name.startswith("due-")}
    assert lead.post("register.set_due", form=again).errors[0].startswith("These have another due date")
    again["all_the_same"] = "dated past"
    assert "The due date of 8 of 8 is changed." in lead.post("register.set_due", form=again).messages
    sent |= {"body": "MCH", "due": ["6", "6", "2026"]}
    assert "The due date of 8 of 8 is changed." in lead.post("register.set_due", form=sent).messages, "nothing overlaps"


def test_due_dates_that_were_set_one_by_one_are_named_before_others_take_their_place(lead: Client) -> None:
    with the_world():
        for code, day in (("A3", 2), ("A4", 3)):
            db.session.merge(request_of(code)).due = date(2026, 4, day)
        db.session.merge(request_of("A5")).due = date(2026, 5, 5)
    for code, kind in (("A4", "nil_return"), ("A4", "reviewed"), ("A1", "nil_return")):
        RequestEventFactory(request=request_of(code), code=kind, given_by="Clerk")
    sent = {"body": "WES", "code": "all", "due": ["5", "5", "2026"], **MEANT}
    page = lead.post("register.set_due", form=sent | {"seen": lead.get("register.show_due").field("seen")})
    told = "These have another due date, which this one takes the place of: A3 Wessex (2 April 2026)."
    assert page.status == 422 and page.errors == [told]
    look_again()
    assert request_of("A5").due == date(2026, 5, 5) and request_of("A3").due == date(2026, 4, 2)
    sent |= {"seen": page.field("seen"), "all_the_same": "dated past"}
    page = lead.post("register.set_due", form=sent)
    assert "The due date of 5 of 6 is changed." in page.messages
    assert "Left as they were, as they are answered already: A1 Wessex, A4 Wessex." in page.messages
    look_again()
    assert request_of("A4").due == date(2026, 4, 3) and request_of("A3").due == date(2026, 5, 5)
    sent |= {"seen": lead.get("register.show_due").field("seen"), "code": "A4"}
    page = lead.post("register.set_due", form=sent)
    assert page.errors == ["A4 Wessex: answered already. Tick below that it is for those, too"]
    page = lead.post("register.set_due", form=sent | {"answered": "y"})
    assert "The due date of 1 of 1 is changed." in page.messages


def test_a_due_date_after_the_timetable_is_asked_about(lead: Client) -> None:
    request = request_of("A3")
    RequestEventFactory(request=request)
    told = ["5 May 2036 is after 13 July 2026, the last day of the timetable."]
    sent = {"body": "WES", "code": "A3", "seen": lead.get("register.show_due").field("seen")}
    assert lead.post("register.set_due", form=sent | {"due": ["5", "5", "2036"]}).errors == told
    plan = {"version": show(lead).field("version"), "owner": "", "due": ["5", "5", "2036"]}
    assert lead.post("register.plan_request", body="WES", code="A3", form=plan).errors == told
    with the_world():
        db.session.merge(request_of("A3")).due = date(2026, 5, 5)
    assert enter(lead, "extended", new_due=["5", "5", "2036"], reason="Leave").errors == told
    assert enter(lead, "extended", new_due=["5", "5", "2036"], reason="Leave", all_the_same="after").errors == []


def test_a_period_that_the_pack_leaves_to_the_lead_is_marked_until_it_is_set_for_all(lead: Client) -> None:
    make_all()
    assert "No period set yet 14" in counts(lead.get("register.show_register"))
    assert len(lead.get("register.list_requests", flag="no_period").all("table tbody tr")) == 14
    page = show(lead, "C1")
    assert "No period set yet" in flagged(page)[0] and "The lead sets the dates between which" in page
    seen = lead.get("register.show_due").field("seen")
    said = {"body": "all", "code": "C1", "seen": seen, "due": ["", "5", "2026"], "period": "Finalised in 2025"}
    page = lead.post("register.set_due", form=said)
    assert page.errors == ["Due date must include a day"] and page.field("period") == "Finalised in 2025"
    lead.post("register.set_due", form=said | {"due": [""] * 3})
    assert "No period set yet" not in lead.get("register.show_register")
    page = show(lead, "C1")
    assert page.field("period") == "Finalised in 2025" and flagged(page) == []
    lead.post("register.plan_request", body="WES", code="C1", form=page.form("/plan") | {"period": "Finalised in 2024"})
    history = " ".join(lead.get("register.show_history", body="WES", code="C1").main.split())
    assert "Period that it is asked for Finalised in 2024" in history and "Due date" not in history


def test_an_owner_is_given_to_several_at_once(lead: Client, inspector: Client) -> None:
    with the_world():
        db.session.merge(request_of("A3")).owner_id = inspector.person_id
        db.session.merge(request_of("A4")).due = date(2026, 4, 2)

    def give(**said: Any) -> Page:
        seen = lead.get("register.show_due").field("seen")
        return lead.post("register.set_due", form={"body": "WES", "code": "all", "seen": seen, "due": [""] * 3} | said)

    assert give(owner="").errors == ["Enter a due date or a period, or choose an owner"]
    page = give(owner=lead.person_id.hex)
    assert page.errors == ["These have another owner already: A3 Wessex (Ina Spector)."]
    page = give(owner=lead.person_id.hex, all_the_same="owned")
    assert "The owner of 8 of 8 is changed." in page.messages and "due" not in page.messages
    look_again()
    assert request_of("A4").due == date(2026, 4, 2) and request_of("A4").owner_id == lead.person_id
    assert "Lee Lead" in lead.get("register.show_history", body="WES", code="A3").main
    page = give(code="A4", owner="nobody", due=["3", "4", "2026"], all_the_same="dated past owned")
    assert "The due date of 1 of 1 is changed. The owner of 1 of 1 is changed." in page.messages
    look_again()
    assert request_of("A4").owner_id is None and request_of("A3").owner_id == lead.person_id


def test_a_number_far_beyond_what_was_asked_for_is_asked_about_and_makes_one_row(inspector: Client) -> None:
    make_all()
    came = {"units": "99", "parts": ["agenda", "minutes"]}
    page = enter(inspector, "received", **came)
    assert page.errors == [
        "panel meeting 99 is far beyond what there is: 3 asked for. See whether the number is right."
    ]
    page = enter(inspector, "received", **came, all_the_same="far")
    assert [row.select_one("th").get_text() for row in page.all("tbody tr")] == ["1", "2", "3", "99"]
    page = inspector.get("register.show_receive", body="WES", code="A3")
    assert [row.select_one("th").get_text() for row in page.all(".fb-ticks tbody tr")] == ["1", "2", "3", "99"]
    for code, units, part in (("A3", "4", "agenda"), ("A1", "1-15", "materials")):
        assert enter(inspector, "received", code=code, units=units, parts=[part]).errors == [], (
            "some more is told, only"
        )


def test_more_than_the_soft_maximum_is_received_and_neither_overdue_nor_chased(lead: Client) -> None:
    make_all()
    with the_world():
        db.session.merge(request_of("A5")).due = date(2026, 4, 1)
    RequestEventFactory(request=request_of("A5"), code="asked", how="letter")
    RequestEventFactory(request=request_of("A5"), code="chased", how="e-mail", next_chase=date(2026, 4, 2))
    RequestEventFactory(request=request_of("A5"), code="received", units=[1, 2, 3, 4], parts=["assessment"])
    page = show(lead, "A5")
    assert state(page) == "Part received"
    assert flagged(page) == ["! Overdue", "! Chase again: 2 April 2026"]
    RequestEventFactory(request=request_of("A5"), code="received", units=[5, 6, 7], parts=["assessment"])
    page = show(lead, "A5")
    assert state(page) == "✓ Received in full"
    assert flagged(page) == ["! More than asked for"]
    assert "7 (up to 5 asked for)" in page and "Enter ‘Reviewed’" in page.one(".fb-identity").get_text(" ")
    assert queries.outstanding(the_inspection().id) == []


def test_one_request_is_planned_and_a_stale_plan_is_a_conflict_that_keeps_both(lead: Client) -> None:
    make_all()
    page = show(lead)
    sent = {"version": page.field("version"), "owner": lead.person_id.hex, "due": ["5", "5", "2026"], **MEANT}
    page = lead.post("register.plan_request", body="WES", code="A3", form=sent)
    assert "due 5 May 2026" in page and "Lee Lead" in page.one(".fb-identity").get_text()
    page = lead.post("register.plan_request", body="WES", code="A3", form=sent | {"due": ["9", "9", "2026"]})
    assert page.status == 409
    assert "Somebody changed this request" in page and page.one("#due-day")["value"] == "9"
    assert page.one(".fb-conflict li").get_text().startswith("Lee Lead planned it, ")
    assert page.differences["Due date"].startswith("Now: 5 May 2026 Yours: 9 September 2026")
    history = lead.get("register.show_history", body="WES", code="A3").main
    assert "could not change due date, period and owner" in history and "Due date 9 September 2026" in history
    page = lead.post(
        "register.plan_request", body="WES", code="A3", form=sent | {"version": page.field("version"), "due": [""] * 3}
    )
    assert "no due date yet" in page


def test_an_extension_is_the_lead_s_and_counts_over_the_date_that_was_set(lead: Client, inspector: Client) -> None:
    request = request_of("A3")
    with the_world():
        db.session.merge(request).due = date(2026, 4, 2)
    enter(inspector, "asked", all_the_same="late")
    assert "Overdue" in show(inspector)
    said = {"new_due": ["1", "1", "2099"], "reason": "The panel meets in May.", "all_the_same": "after"}
    assert enter(inspector, "extended", **said).status == 403
    assert inspector.get("register.show_event", body="WES", code="A3", kind="extended").status == 404
    page = enter(lead, "extended", **said)
    assert "due 1 January 2099" in page and "Overdue" not in page
    lead.post(
        "register.plan_request",
        body="WES",
        code="A3",
        form={"version": "2", "owner": "", "due": spoken(date(2026, 4, 3))},
    )
    assert "due 1 January 2099" in show(lead)


def test_only_a_due_date_is_extended_and_only_to_a_later_one(lead: Client) -> None:
    request = request_of("A3")
    RequestEventFactory(request=request)

    def extend(*day: str, meant: str = "past") -> list[str]:
        return enter(lead, "extended", new_due=list(day), reason="Leave", all_the_same=meant).errors

    assert extend("1", "5", "2026") == [
        "There is no due date yet that could be extended. Set one first, under ‘Due date, period and owner’"
    ]
    with the_world():
        db.session.merge(request_of("A3")).due = date(2026, 5, 5)
    assert extend("5", "5", "2026") == ["New due date must be later than 5 May 2026, when it is due now"]
    assert extend("6", "5", "2026") == []
    assert extend("6", "5", "2026") == ["New due date must be later than 6 May 2026, when it is due now"]
    assert "‘Due date extended’ of" in extend("7", "5", "2026")[0], "another one on the same day"
    assert extend("7", "5", "2026", meant="like past") == []
    look_again()
    assert db.session.scalar(select(func.count()).where(RequestEvent.code == "extended")) == 2


def test_what_follows_from_asking_and_answering_is_not_dated_before_it(lead: Client) -> None:
    request = request_of("A3")
    assert enter(lead, "chased").errors == ["It was not asked yet. Say first when it was asked"]
    RequestEventFactory(request=request, on=date(2026, 4, 2))
    with the_world():
        db.session.merge(request_of("A3")).due = date(2026, 4, 20)
    too_early = ["Date must not be before 2 April 2026, when it was asked"]
    before, later = spoken(date(2026, 4, 1)), spoken(date(2026, 5, 5))
    assert enter(lead, "chased", on=before).errors == too_early
    assert enter(lead, "extended", on=before, new_due=later, reason="Leave").errors == too_early
    assert enter(lead, "chased", on=spoken(date(2026, 4, 3)), next_chase=spoken(date(2026, 4, 2))).errors == [
        "Chase again on must not be before 3 April 2026, the date of this event"
    ]
    early = "1 April 2026 is before 2 April 2026, when it was asked."
    assert enter(lead, "refused", on=before, given_by="Clerk", reason="None").errors == [early]
    assert enter(lead, "nil_return", on=before, given_by="Clerk", reason="None").errors == [early]
    meant = {"given_by": "Clerk", "reason": "None", "all_the_same": "before-asked"}
    assert enter(lead, "nil_return", on=before, **meant).errors == [], "it may come before it is asked"
    assert enter(lead, "reviewed", on=spoken(date(2026, 3, 31))).errors == [
        "Date must not be before 1 April 2026, when the first answer came"
    ]
    look_again()
    assert sorted(db.session.scalars(select(RequestEvent.code))) == ["asked", "nil_return"]


def test_a_nil_return_where_there_must_be_something_is_entered_only_all_the_same(inspector: Client) -> None:
    for code, body in (("H3", "HQ"), ("A3", "WES")):
        RequestEventFactory(request=request_of(code, body))
    page = inspector.get("register.show_event", body="HQ", code="H3", kind="nil_return")
    assert page.one("#all_the_same") is not None and "what it asks for must exist" in page
    said = {"code": "H3", "body": "HQ", "given_by": "Policy lead"}
    page = enter(inspector, "nil_return", **said)
    assert page.status == 422 and page.field("given_by") == "Policy lead"
    assert page.errors == ["‘Nil return’ is not an answer to this request: what it asks for must exist."]
    page = enter(inspector, "nil_return", **said, all_the_same=page.one("#all_the_same")["value"])
    assert "‘Nil return’ is saved." in page.messages and "A nil return is not an answer here" in page
    assert inspector.get("register.show_event", body="WES", code="A3", kind="nil_return").all("#all_the_same") == []


def test_only_those_who_may_enter_something_and_sign_in_are_offered(
    lead: Client, sign_in: Callable[..., Client]
) -> None:
    make_all()
    sign_in(TeamMemberFactory(role=TeamRole.OBSERVER, person__name="Olga Observer"))
    gone = TeamMemberFactory(person__name="Dora Disabled")
    TeamMemberFactory(person__name="Ina Spector")
    with the_world():
        db.session.get_one(Person, gone.person_id).disabled_at = clock.now()

    def offered(page: Page, name: str) -> list[str]:
        return [option.get_text() for option in page.all(f"select[name={name}] option")]

    assert offered(show(lead), "owner") == ["Nobody yet", "Ina Spector", "Lee Lead"]
    for endpoint, values in (
        ("register.show_event", {"body": "WES", "code": "A3", "kind": "asked"}),
        ("register.show_receive", {"body": "WES", "code": "A3"}),
        ("register.show_ask", {}),
    ):
        assert offered(lead.get(endpoint, **values), "done_by") == ["Ina Spector", "Lee Lead"]
    assert enter(lead, "asked", done_by=gone.person_id.hex).errors == ["Not a valid choice."]


@pytest.mark.parametrize("why", ["the account is disabled", "the person has left the team"])
def test_an_owner_who_can_no_longer_enter_anything_stays_until_another_is_chosen(lead: Client, why: str) -> None:
    gone = TeamMemberFactory(person__name="Gus Gone")
    request = request_of("A3")
    with the_world():
        db.session.merge(request).owner_id = gone.person_id
        if why == "the account is disabled":
            db.session.get_one(Person, gone.person_id).disabled_at = clock.now()
        else:
            db.session.delete(db.session.get_one(TeamMember, gone.id))
    page = show(lead)
    assert [option.get_text() for option in page.all("select[name=owner] option")] == [
        "Nobody yet",
        "Lee Lead",
        "Gus Gone",
    ]
    sent = {"version": page.field("version"), "owner": page.field("owner"), "due": ["5", "5", "2026"], **MEANT}
    page = lead.post("register.plan_request", body="WES", code="A3", form=sent)
    assert "due 5 May 2026" in page and "Gus Gone" in page.one(".fb-identity").get_text()
    assert "Gus Gone" in lead.get("register.show_history", body="WES", code="A3").main
    sent = {"version": page.field("version"), "owner": lead.person_id.hex, "due": ["5", "5", "2026"]}
    page = lead.post("register.plan_request", body="WES", code="A3", form=sent)
    assert "Gus Gone" not in [option.get_text() for option in page.all("select[name=owner] option")]


def test_how_many_records_are_expected_follows_the_packages_they_belong_to(inspector: Client) -> None:
    make_all()
    enter(inspector, "received", code="A2", units="1", parts=["record of attendees"])
    assert state(show(inspector, "A2")) == "Part received"
    enter(inspector, "received", code="A1", units="1-2", parts=["materials"], last="y")
    page = show(inspector, "A2")
    assert "1 of 2" in page and state(page) == "Part received"
    enter(inspector, "received", code="A2", units="2", parts=["record of attendees"])
    assert state(show(inspector, "A2")) == "✓ Received in full"


@pytest.mark.slow
def test_what_depends_on_a_nil_return_is_not_waited_for(inspector: Client) -> None:
    with the_world():
        db.session.merge(request_of("A2")).due = clock.today() - timedelta(days=9)
    early = spoken(clock.today() - timedelta(days=20))
    for code in ("A1", "A2"):
        RequestEventFactory(request=request_of(code), on=clock.today() - timedelta(days=20))
    RequestEventFactory(request=request_of("A2"), code="chased", on=clock.today(), next_chase=clock.today())

    def waits() -> list[bool]:
        """In the register, what the criterion asks for, a reminder, the calendar, and what is outstanding."""
        late = inspector.get("register.list_requests", flag="overdue", body="WES")
        reminder = inspector.get("letters.show_reminder", body="WES").all("textarea")
        return [
            "A2" in " ".join(row.get_text() for row in late.all("tbody tr")),
            "local training, Wessex" in inspector.get("criteria.show_requests", reference="QT.i").main,
            any("A2" in words.get_text() for words in reminder),
            b"A2" in inspector.get("calendar.download_due").data,
            "A2" in [line.code for line in queries.outstanding(the_inspection().id)],
        ]

    assert waits() == [True] * 5
    enter(inspector, "not_held", code="A1", given_by="Clerk", reason="HQ has them")
    assert waits() == [True] * 5 and "Depends on A1, not held" in show(inspector, "A2"), "there may be some"
    enter(inspector, "nil_return", code="A1", given_by="Clerk", all_the_same="answered")
    assert waits() == [False] * 5
    page = show(inspector, "A2")
    assert "Nothing is to come: A1, nil return" in page and flagged(page) == []
    told = "‘Nil return’ is the answer to what this depends on, so that nothing is to come: A2 Wessex (A1)."
    assert enter(inspector, "chased", code="A2", on=spoken(clock.today() - timedelta(days=1))).errors == [told]
    RequestEventFactory(request=request_of("A1", "MCH"), code="nil_return", given_by="Clerk")
    assert enter(inspector, "asked", code="A2", body="MCH").errors == [told.replace("Wessex", "Mersey-Cheshire")]
    sent = {"body": "MCH", "code": "all", "on": early, "done_by": inspector.person_id.hex, "how": "Letter"}
    inspector.post("register.ask", form=sent)
    assert state(show(inspector, "A2", "MCH")) == "Not yet asked" and state(show(inspector, "A3", "MCH")) == "Asked"
    enter(inspector, "received", code="A2", units="1", parts=["record of attendees"], all_the_same="")
    assert "Nothing is to come" not in show(inspector, "A2"), "something came"


def test_the_list_is_filtered_by_the_address(inspector: Client, lead: Client) -> None:
    make_all()
    enter(inspector, "asked")
    lead.post(
        "register.plan_request",
        body="MCH",
        code="A5",
        form={"version": "1", "owner": lead.person_id.hex, "due": [""] * 3},
    )

    def found(**filters: str) -> list[str]:
        page = inspector.get("register.list_requests", **filters)
        return [
            f"{row.select('td')[0].select_one('.fb-ref').get_text()} {row.select_one('th').get_text()}"
            for row in page.all("tbody tr")
        ]

    assert len(found()) == 45
    assert len(found(body="WES")) == 8
    assert len(found(code="C1")) == len(found(kind="case_list")) == 14
    assert found(state="asked") == found(flag="no_due_date") == ["A3 Wessex"]
    assert found(owner=lead.person_id.hex) == ["A5 Mersey-Cheshire"]
    assert len(found(owner="none")) == 44
    assert len(found(criterion="CP.i")) == 4
    assert found(criterion="PW.ii", body="WES", state="asked") == ["A3 Wessex"]
    page = inspector.get("register.list_requests", body="HQ", state="asked")
    assert "No request fits" in page and len(page.all(".fb-chosen .moj-filter__tag")) == 2
    for name in ("body", "code", "state", "flag", "owner", "criterion", "kind", "chase"):
        assert inspector.get("register.list_requests", **{name: "nonsense"}).status == 404


def test_what_is_outstanding_is_what_was_asked_for_and_is_not_in(app: Any) -> None:
    RequestEventFactory(request=request_of("A3"))
    RequestEventFactory(request=request_of("A4"))
    RequestEventFactory(request=request_of("A4"), code="nil_return", given_by="Clerk")
    RequestEventFactory(request=request_of("A3", "MCH"))
    with the_world():
        db.session.merge(request_of("A3", "MCH")).due = date(2026, 4, 9)
    inspection_id = the_inspection().id
    assert [(line.code, line.body) for line in queries.outstanding(inspection_id)] == [("A3", "MCH"), ("A3", "WES")]
    wessex = request_of("A3").body_id
    assert [line.code for line in queries.outstanding(inspection_id, wessex)] == ["A3"]
    (late,) = queries.outstanding(inspection_id, request_of("A3", "MCH").body_id, date(2026, 4, 10))
    assert late.now.flags == ("overdue",)
    counts = queries.count_by_state(inspection_id)
    assert (counts["asked"], counts["nil_return"], counts["not_asked"], counts["reviewed"]) == (2, 1, 42, 0)


def test_only_the_lead_makes_requests_and_sets_dates_and_only_inspectors_enter_events(
    inspector: Client, sign_in: Callable[..., Client]
) -> None:
    make_all()
    for endpoint in ("register.make_requests", "register.set_due"):
        assert inspector.post(endpoint).status == 403
    assert inspector.post("register.plan_request", body="WES", code="A3").status == 403
    assert "Due date, period and owner" not in show(inspector)
    observer = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))
    assert enter(observer, "asked").status == 403
    assert "Entered by mistake" not in show(observer)
    assert show(observer).all(".fb-identity__actions a") == []


def test_what_is_no_request_is_not_found(inspector: Client) -> None:
    make_all()
    other = InspectionFactory()
    TeamMemberFactory(person=_person(inspector), inspection_id=other.id)
    for values in ({"body": "WES", "code": "H1"}, {"body": "XXX", "code": "A3"}, {"body": "WES", "code": "a3"}):
        assert inspector.get("register.show_request", **values).status == 404
    assert inspector.get("register.show_request", body="WES", code="A3", inspection=other.code).status == 404
    assert inspector.get("register.show_event", body="WES", code="A3", kind="undone").status == 404
    assert inspector.get("register.show_event", body="WES", code="A3", kind="nonsense").status == 404
    assert inspector.get("register.show_undo", body="WES", code="A3", number=9).status == 404
    assert inspector.get("register.list_requests", after="WES.X").status == 404
    assert "No request is made yet" in inspector.get("register.show_register", inspection=other.code)


def _person(client: Client) -> Person:
    return db.session.get_one(Person, client.person_id)


def test_a_day_long_before_the_inspection_is_asked_about(inspector: Client) -> None:
    make_all()
    told = (
        "1 January 2024 is long before 16 December 2025, the first day of the timetable. See whether the year is right."
    )
    assert enter(inspector, "asked", on=["1", "1", "2024"]).errors == [told]
    form = today(inspector) | {"on": ["1", "1", "2024"], "how": "letter", "body": "WES", "code": "all"}
    assert inspector.post("register.ask", form=form).errors == [told]
    enter(inspector, "asked", on=["1", "1", "2024"], all_the_same="long-ago")
    assert state(show(inspector)) == "Asked"


def test_a_nil_return_that_is_no_longer_the_answer_is_not_lifted_and_struck_out_only_once_that_is_meant(
    inspector: Client,
) -> None:
    request = request_of("A3")
    RequestEventFactory(request=request, code="nil_return", given_by="Clerk", reason="New")
    assert "Lift it as evidence" in show(inspector)
    RequestEventFactory(request=request, code="received", units=[1], parts=["agenda"])
    assert "Lift it as evidence" not in show(inspector)
    page = inspector.post("register.lift", body="WES", code="A3", number=1)
    assert page.status == 409 and "it is no longer the answer, and is not lifted." in page
    RequestEventFactory(request=request, code="reviewed")
    page = inspector.post(
        "register.undo_event", body="WES", code="A3", number=1, form=today(inspector) | {"reason": "Slip"}
    )
    assert page.errors == ["Without ‘Nil return’ there would stand: ‘Reviewed’ of 1 April 2026 (event 3)."]
    page = enter(inspector, "reviewed")
    assert page.errors == ["It is ‘Reviewed’ already, and nothing came since."]
    assert "Enter ‘Chased’" not in show(inspector)
