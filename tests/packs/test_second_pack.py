"""Everything works on another pack: nothing of the real one is in the code."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.inspections.models import Body, Criterion, Role
from app.web import clock
from tests.client import Client, Page
from tests.matrix.exports import about, export, sheets, table
from tests.packs.second_world import CODE, NOT_ITS_OWN, SECOND, arrange, lead_of_second, load_second, work


@pytest.fixture
def lead(sign_in: Callable[..., Client]) -> Client:
    """The lead of the second inspection, with work done on it."""
    lead = lead_of_second(sign_in)
    work(lead)
    return lead


def crawl(client: Client) -> dict[str, Page]:
    """Every page of the inspection that one can get to from its overview by following links; each checked."""
    start = f"/inspections/{CODE}/"
    found: dict[str, Page] = {}
    wanted = [start]
    while wanted:
        address = wanted.pop()
        if address in found:
            continue
        page = client.open("GET", address)
        assert page.status in (200, 303), f"{address}: {page}"
        found[address] = page
        for link in page.all("a[href], [hx-get]"):
            to = urlsplit(str(link.get("href") or link.get("hx-get")))
            # Weeks go on for ever: three are enough.
            if to.query.startswith("from=") and sum(each.startswith(f"{to.path}?from=") for each in found) >= 3:
                continue
            # Filters beside one another make no end of addresses: one at a time is enough.
            if to.path.startswith(start) and to.query.count("=") <= 1:
                wanted.append(to.path + (f"?{to.query}" if to.query else ""))
    return found


def test_it_can_be_checked_and_loaded_by_command(app: Flask) -> None:
    runner = app.test_cli_runner()
    checked = runner.invoke(args=["pack", "check", str(SECOND)])
    assert checked.output == "letters-2027: 6 criteria, 3 Areas. The pack can be loaded.\n"
    assert runner.invoke(args=["pack", "load", str(SECOND)]).output == "letters-2027 is loaded.\n"
    assert "nothing was changed" in runner.invoke(args=["pack", "load", str(SECOND)]).output


def test_it_can_be_checked_without_a_database(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/none.db")
    assert "can be loaded" in app.test_cli_runner().invoke(args=["pack", "check", str(SECOND)]).output


def test_it_makes_its_own_criteria_bodies_and_roles(app: Flask) -> None:
    inspection_id = load_second()
    for model, column, expected in (
        (Criterion, Criterion.reference, ["AC.i", "AC.ii", "TM.i", "TM.ii", "PL.i", "OV.i"]),
        (Body, Body.code, ["CO", "NGT", "QUAY", "SMR"]),
        (Role, Role.code, ["letters_lead", "desk_head", "clerk"]),
    ):
        wanted = select(column).where(model.inspection_id == inspection_id).order_by(model.position)
        assert list(db.session.scalars(wanted)) == expected


@pytest.mark.slow
def test_every_page_of_it_speaks_its_words_and_no_others(lead: Client) -> None:
    pages = crawl(lead)
    reached = {lead.app.url_map.bind("localhost").match(urlsplit(address).path)[0] for address in pages}
    assert {
        "overview.show_inspection",
        "interviews.show_interview",
        "interviews.show_plan",
        "interviews.show_people",
        "documents.show_document",
        "other_sources.show_source",
        "findings.show_finding",
        "findings.show_import",
        "evidence.show_item",
        "evidence.show_history",
        "contradictions.show_contradiction",
        "criteria.show_criterion",
        "matrix.show_matrix",
        "packs.show_pack",
        "register.show_request",
        "visits.show_visit",
    } <= reached
    for address, page in pages.items():
        assert [word for word in NOT_ITS_OWN if word in page.main] == [], address
        if page.is_html and not page.fragment:
            assert "OFFICIAL" in page and "OFFICIAL-SENSITIVE" not in page, address


@pytest.mark.slow
def test_a_page_without_work_speaks_them_too(sign_in: Callable[..., Client]) -> None:
    for address, page in crawl(lead_of_second(sign_in)).items():
        assert [word for word in NOT_ITS_OWN if word in page.main] == [], address


@pytest.mark.slow
@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("kind", ["Conversation", "Round table", "Paper", "Letter examined", "Something else"]),
        ("area", ["The Central Office", "Northgate", "Old Quay", "Southmoor & Vale"]),
        ("role", ["Head of letters", "Witness clerk", "No role"]),
    ],
)
def test_the_matrix_has_its_own_columns_in_every_cut(lead: Client, by: str, expected: list[str]) -> None:
    page = lead.get("matrix.show_matrix", by=by)
    heads = [head.get_text(" ", strip=True) for head in page.all("thead th")]
    assert [head for head in expected if head not in heads] == []
    rows = {row.select_one("th").get_text(" ", strip=True).split()[0]: row for row in page.all("tbody tr")}
    assert "good, getting better, poor, uneven, background" in page
    assert "1 getting better, 1 poor" in " ".join(rows["AC.i"].get_text(" ").split())


@pytest.mark.slow
def test_its_own_rule_says_how_strong_the_evidence_is(lead: Client) -> None:
    page = lead.get("criteria.show_criterion", reference="AC.i")
    # A clerk disputes what the letters show, and is alone in saying that it is poor.
    assert "Good, nationally: disputed" in page.main and "Poor, nationally: disputed" in page.main
    page = lead.get("criteria.show_criterion", reference="OV.i")
    assert "Good, nationally: one voice" in page.main


@pytest.mark.slow
def test_directions_are_drawn_by_what_they_count_for(lead: Client) -> None:
    shown = {
        span.get_text(strip=True): span["class"][1]
        for page in (lead.get("evidence.list_items"), lead.get("findings.show_finding", reference="F-01"))
        for span in page.all(".fb-direction")
    }
    assert shown == {
        "Good": "fb-direction--first",
        "Getting better": "fb-direction--first",
        "Poor": "fb-direction--second",
        "Uneven": "fb-direction--several",
        "Background": "fb-direction--none",
    }


@pytest.mark.slow
def test_reasons_to_withdraw_are_its_own(lead: Client) -> None:
    page = lead.get("evidence.show_item", reference="E-0002")
    assert "In a few words (needed for ‘It turned out otherwise’)" in page
    refused = lead.post("evidence.withdraw_item", reference="E-0002", reason="not_so", words="")
    assert (refused.status, refused.errors) == (422, ["Say in a few words why it is withdrawn"])
    assert "is withdrawn" in lead.post("evidence.withdraw_item", reference="E-0002", reason="slip", words="").messages


@pytest.mark.slow
@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_it_is_exported_in_its_own_words(lead: Client, file_format: str) -> None:
    data = export(lead, file_format).data
    rows = sheets(data)["Evidence"] if file_format == "xlsx" else table(data)[1]
    assert {row["Criterion"] for row in rows} == {"AC.i", "AC.ii", "TM.ii", "PL.i", "OV.i"}
    assert {row["Source"] for row in rows} == {"TALK-001", "TALK-002", "PAP-001", "ELSE-001"}
    assert {row["Shows"] for row in rows} == {"Good", "Getting better", "Poor", "Uneven", "Background"}
    said = str(about(data)) if file_format == "xlsx" else str(table(data)[0])
    assert "'OFFICIAL'" in said
    for words in (str(rows), said, *(str(sheet) for sheet in (sheets(data).values() if file_format == "xlsx" else []))):
        assert [word for word in NOT_ITS_OWN if word in words] == []


@pytest.mark.slow
def test_a_dispute_is_closed_and_opened_again_in_its_own_words(lead: Client) -> None:
    listed = lead.get("contradictions.list_contradictions")
    assert listed.one("h2 a").get_text() == "E-0001 disputes F-01"
    address = str(listed.one("h2 a")["href"])
    page = lead.open("GET", address)
    assert page.heading == page.title.split(" – ")[0] == "E-0001 disputes F-01"
    assert "One of them is not relied on" in page and "Set aside" not in page.main
    sent = {**page.form("/outcome"), "outcome": "set_aside", "aside": "F-01", "reason": "The list was out of date."}
    assert "The contradiction is resolved." in lead.open("POST", f"{address}/outcome", form=sent).messages
    assert "Good, nationally: one voice" in lead.get("criteria.show_criterion", reference="AC.i").main
    page = lead.open("GET", address)
    assert "In a few words (needed for ‘A letter came’)" in page
    refused = lead.open("POST", f"{address}/open", form={**page.form("/open"), "reason": "letter", "words": ""})
    assert refused.status == 422
    sent = {**page.form("/open"), "reason": "letter", "words": "It was the right list."}
    assert "The contradiction is open again." in lead.open("POST", f"{address}/open", form=sent).messages


@pytest.mark.slow
def test_its_plan_has_its_own_roles_numbers_and_changes(lead: Client) -> None:
    page = lead.get("interviews.show_planned")
    heads = {cell.get_text(" ", strip=True) for cell in page.all("th")}
    assert {"Head of letters", "Head of a witness desk", "Witness clerk", "Northgate", "Old Quay"} <= heads
    assert "Southmoor & Vale" not in heads  # not visited
    cell = lead.get("interviews.show_cell", area="QUAY", role="clerk")
    assert "The clerks of Old Quay work in shifts." in cell
    assert cell.field("number") == "3"


@pytest.mark.slow
def test_its_plan_is_changed_and_called_off_for_its_own_reasons(lead: Client) -> None:
    address = lead.address("interviews.change_cell", area="QUAY", role="desk_head")
    form = lead.open("GET", address).form("/plan/QUAY/desk_head") | {"number": "2"}
    refused = lead.open("POST", address, form=form | {"reason": "something"})
    assert (refused.status, refused.errors) == (422, ["Say in a few words why"])
    assert "1 conversation added" in lead.open("POST", address, form=form | {"reason": "ferry"}).messages
    assert "The ferry did not sail" in lead.get("interviews.show_plan_history")
    page = lead.post("interviews.cancel", reference="TALK-010", reason="something", words="Snow")
    assert "Something else: Snow" in page.main
    listed = lead.get("interviews.list_interviews", area="QUAY", role="desk_head")
    assert [link.get_text() for link in listed.all("tbody a.fb-ref")] == ["TALK-005"]


def test_its_calendar_warns_and_its_own_people_sign_off_in_its_own_time(sign_in: Callable[..., Client]) -> None:
    with clock.set_to(datetime(2027, 3, 24, 18, 0, tzinfo=clock.LONDON)):
        lead = lead_of_second(sign_in)
        lead.post("interviews.make_planned")
        easter = schedule(lead, "TALK-003", date=["26", "3", "2027"])
        assert "26 March 2027 is a bank holiday: Good Friday." in easter
        away = schedule(lead, "TALK-003", date=["2", "3", "2027"])
        assert "2 March 2027 is in peak leave: Harbour week, 1 March 2027 to 5 March 2027." in away
        assert "Harbour week" not in schedule(lead, "TALK-004", date=["2", "3", "2027"]), "a round table is not covered"
        form = lead.get("interviews.show_schedule", reference="TALK-003")
        signs_off = [hint["id"] for hint in form.all(".govuk-hint") if "Signs off" in hint.get_text()]
        assert signs_off == ["note_taker-hint"]
        schedule(lead, "TALK-003", date=["24", "3", "2027"], time="9:30")
        page = lead.post("interviews.finish", reference="TALK-003")
        # Five working days; Easter Monday is one of them in this pack, Good Friday is not.
        assert "in time: by 1 April 2027" in page


def schedule(lead: Client, reference: str, **sent: Any) -> Page:
    address = lead.address("interviews.schedule", reference=reference)
    form = lead.open("GET", address).form("/schedule") | {"date": ["", "", ""]}
    page = lead.open("POST", address, form=form | sent)
    assert f"{reference} is saved" in page.messages, page
    return page


@pytest.mark.slow
def test_its_visits_follow_its_own_lines_of_enquiry_on_its_own_days(lead: Client) -> None:
    listed = [
        [cell.get_text(" ", strip=True) for cell in row("td")] for row in lead.get("visits.list_visits").all("tbody tr")
    ]
    assert [row[:2] for row in listed] == [["Old Quay", "15 March 2027 to 17 March 2027"], ["Northgate", "no dates"]]
    page = lead.get("visits.show_visit", reference="VIS-001")
    assert "Old Quay tries out the new templates" in page and "Nobody reads the tide tables." in page
    assert "OQ-1 The trial: whether the new templates are easier to understand. PL.i OV.i" in page
    assert "LOG Log of corrected letters" in page, "what is outstanding there"
    page = arrange(lead, "VIS-002", starts_on=["25", "3", "2027"], ends_on=["26", "3", "2027"])
    assert "26 March 2027 is a bank holiday: Good Friday." in page
    assert "The inspection pack has no bank holidays for" not in page
    page = lead.post("visits.cancel", reference="VIS-002", reason="ferry")
    assert "The ferry did not sail" in page.main
    assert "Nothing was made twice" in lead.post("visits.make_planned").messages


@pytest.mark.slow
def test_its_requests_are_asked_chased_and_answered_in_its_own_words(sign_in: Callable[..., Client]) -> None:
    with clock.set_to(datetime(2027, 3, 10, 9, 0, tzinfo=clock.LONDON)):
        lead = lead_of_second(sign_in)
        lead.post("register.make_requests")
        ask = {"body": "QUAY", "code": "LOG"}
        assert action_of(lead.get("register.show_request", **ask)) == "Enter ‘Asked’"
        lead.post("register.ask", body="QUAY", code="all", on=["12", "1", "2027"])
        page = lead.get("register.show_request", **ask)
        assert action_of(page) == "Enter ‘Reminded’" and "Late" in page, "it was due on 19 February"
        refused = lead.post("register.enter_event", **ask, kind="chased", on=["9", "3", "2027"])
        assert (refused.status, refused.errors) == (422, ["Enter the answer by ferry"])
        said = {"on": ["9", "3", "2027"], "answer_by_ferry": "It is in the post."}
        assert "It is in the post." in lead.post("register.enter_event", **ask, kind="chased", form=said)
        grid = lead.get("register.show_register")
        assert [heading.get_text() for heading in grid.all("main h2.govuk-heading-m")] == [
            "Areas visited: documents",
            "Headquarters: documents",
            "All Areas: documents",
        ]
        assert "LOG, Old Quay: Asked due 19 February 2027 reminded 1× ! Late" in grid
        assert "reminded 1×" in lead.get("register.list_requests", flag="overdue")

        came = {
            "on": ["10", "3", "2027"],
            "done_by": lead.person_id.hex,
            "units": "1-2",
            "parts": ["log", "covering note"],
        }
        assert "All in" in lead.post("register.enter_event", **ask, kind="received", form=came)
        form = {"on": ["10", "3", "2027"], "reason": "It was another office’s."}
        link = lead.get("register.show_request", **ask).one("a[href$='/undo/3']")
        assert link.get_text() == "Strike out as ‘Was a slip’: Came in, event 3"
        page = lead.post("register.undo_event", **ask, number=3, form=form)
        assert "Was a slip" in page and "✓ All in" not in page

        none = {"on": ["10", "3", "2027"], "given_by": "Head of the office"}
        refused = lead.post("register.enter_event", **ask, kind="nil_return", form=none)
        assert refused.status == 422 and "‘There is none’ is not an answer to this request" in refused
        none["all_the_same"] = "not-asked"
        page = lead.post("register.enter_event", body="QUAY", code="ALL", kind="nil_return", form=none)
        assert "∅ None there" in page and "Nil return" not in page.main
        assert "∅ None there" in lead.get("register.show_register")


def action_of(page: Page) -> str:
    """What the one green button of a request says."""
    return page.one(".fb-identity__actions a").get_text(strip=True)


@pytest.mark.slow
def test_what_is_disputed_under_another_criterion_is_told_in_its_own_words(lead: Client) -> None:
    sent: dict[str, Any] = {"other": "E-0004", "relation": "disputes", "reason": ""}
    lead.post("evidence.tag_item", reference="E-0004", criterion="AC.i")
    assert "E-0001 disputes E-0004." in lead.post("evidence.link_items", reference="E-0001", **sent).messages
    assert "E-0001 disputes E-0004 is open under AC.i" in lead.get("criteria.show_criterion", reference="OV.i")
