"""What the capture page shows while the server is slow, away, or does not know the person any more."""

import os
import re
import signal
import sqlite3

from playwright.sync_api import expect

from tests.browser.conftest import Server
from tests.browser.person import Person

WORDS = [f"Line {number}: the clock runs out at four." for number in range(12)]


def kept(server: Server) -> list[str]:
    with sqlite3.connect(f"file:{server.data / 'fieldbook.db'}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT text FROM note JOIN source_text text ON text.id = text_id ORDER BY number")
        return [row[0] for row in rows]


def test_saved_is_not_said_before_the_server_has_answered(inspector: Person, server: Server) -> None:
    inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    os.killpg(server.process.pid, signal.SIGSTOP)
    try:
        inspector.types_note(WORDS[0])
        line = inspector.page.locator("#notes .fb-note")
        expect(line).to_contain_text("Sending")
        inspector.page.wait_for_timeout(1500)
        expect(line).not_to_contain_text("Saved")
        expect(inspector.page.get_by_label("Note", exact=True)).to_be_focused()
    finally:
        os.killpg(server.process.pid, signal.SIGCONT)
    inspector.sees_saved(1)
    assert kept(server) == WORDS[:1]


def test_the_first_note_turns_the_head_while_the_next_is_typed(inspector: Person, server: Server) -> None:
    page = inspector.page
    inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    head, note = page.locator("#identity"), page.get_by_label("Note", exact=True)
    expect(head).to_contain_text("Planned")
    expect(page.get_by_role("button", name="Finish")).to_have_count(0)
    page.evaluate(
        """() => {
          window.spoken = []
          const status = document.getElementById('fb-status')
          new MutationObserver(() => window.spoken.push(status.textContent)).observe(status, { childList: true })
        }"""
    )
    os.killpg(server.process.pid, signal.SIGSTOP)
    try:
        inspector.types_note(WORDS[0])
        page.keyboard.type("Half a sent")
        page.evaluate("document.getElementById('words').setSelectionRange(4, 4)")
    finally:
        os.killpg(server.process.pid, signal.SIGCONT)
    expect(head).to_contain_text("Under way")
    inspector.sees_saved(1)
    expect(note).to_be_focused()
    expect(note).to_have_value("Half a sent")
    page.keyboard.type(", ")
    expect(note).to_have_value("Half,  a sent")
    assert page.evaluate("window.spoken") == ["Saved"]
    note.fill("A second note.")
    page.keyboard.press("Enter")
    inspector.sees_saved(2)
    inspector.sees_a_sound_page("capture under way")

    # The button works as that of a page loaded anew; where the keyboard stands on it, nothing is swapped under it.
    page.evaluate("document.getElementById('identity').dataset.state = 'planned'")
    finish = page.get_by_role("button", name="Finish")
    os.killpg(server.process.pid, signal.SIGSTOP)
    try:
        inspector.types_note("A third note.")
        finish.focus()
    finally:
        os.killpg(server.process.pid, signal.SIGCONT)
    inspector.sees_saved(3)
    expect(finish).to_be_focused()
    finish.press("Enter")
    expect(
        page.get_by_text(re.compile(r"was held on \d+ \w+ \d{4}\. Its notes can still be completed"))
    ).to_be_visible()
    expect(page.locator("#fb-messages")).to_be_focused()


def test_notes_typed_while_the_server_is_away_arrive_once_and_in_order(inspector: Person, server: Server) -> None:
    inspector.plans("Focus group", "East Midlands", "District Crown Prosecutor")
    for words in WORDS[:4]:
        inspector.types_note(words)
    inspector.sees_saved(4)
    server.kill()
    for words in WORDS[4:]:
        inspector.types_note(words)
    expect(inspector.page.get_by_text("Kept on this device").first).to_be_visible()
    inspector.sees_a_sound_page("capture while the server is away")
    server.start().wait(30)
    inspector.sees_saved(12)
    assert kept(server) == WORDS


def test_a_note_that_is_refused_stays_with_its_reason_and_can_be_sent_again(inspector: Person, server: Server) -> None:
    interview = inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    signed_off = "UPDATE interview SET signed_off_at = "
    inspector.page.route("**/notes?*", lambda route: route.abort("connectionrefused"))  # not told of the sign-off
    with sqlite3.connect(server.data / "fieldbook.db", timeout=10) as connection:
        connection.execute(f"{signed_off} '2026-11-01 00:00:00'")
    inspector.types_note(WORDS[0])
    inspector.page.unroute("**/notes?*")
    refused = inspector.page.locator(".fb-note--refused")
    expect(refused).to_contain_text(f"{interview} is signed off")
    expect(refused).to_contain_text(WORDS[0])
    inspector.sees_a_sound_page("capture refused")
    with inspector.page.expect_response("**/notes"):
        inspector.page.get_by_role("button", name="Send again").press("Enter")
    expect(refused).to_contain_text(f"{interview} is signed off")
    expect(inspector.page.get_by_label("Note", exact=True)).to_be_focused()
    inspector.page.reload()
    expect(inspector.page.locator("#fb-waiting")).to_contain_text("1 kept on this device")
    with sqlite3.connect(server.data / "fieldbook.db", timeout=10) as connection:
        connection.execute(f"{signed_off} NULL")
    inspector.page.reload()  # it takes notes again: what was refused goes out by itself
    inspector.sees_saved(1)
    assert kept(server) == WORDS[:1]


def test_a_note_of_criteria_only_is_refused_with_a_sentence(inspector: Person, server: Server) -> None:
    inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    inspector.types_note("#ld.ii ")
    expect(inspector.page.locator(".fb-note--refused")).to_contain_text("Type what was said as well as the criterion")
    inspector.page.get_by_role("button", name="Edit").click()
    note = inspector.page.get_by_label("Note", exact=True)
    expect(note).to_have_value("#ld.ii ")
    assert kept(server) == []

    # A slip is told while the note is typed and beside it when it is saved, and holds nothing up.
    slip, status = inspector.page.locator("#slip"), inspector.page.locator("#fb-status")
    note.fill("")
    inspector.page.keyboard.type("The clock runs #zz.i")
    expect(slip).to_have_text("")
    inspector.page.keyboard.type("x out.")
    expect(slip).to_have_text("#zz.ix: no such criterion. As it stands it tags nothing.")
    inspector.page.get_by_label("Shows").select_option(label="Weakness")
    inspector.sees_a_sound_page("capture with a slip")
    note.focus()
    os.killpg(server.process.pid, signal.SIGSTOP)
    try:
        inspector.page.keyboard.press("Enter")
        waits = inspector.page.locator("#notes .fb-note")
        expect(waits).to_contain_text("#zz.ix: no such criterion, so not tagged.")
        expect(waits).to_contain_text("‘Weakness’ is not kept: only evidence shows something.")
        expect(status).to_contain_text("‘Weakness’ is not kept")
        expect(slip).to_have_text("")
    finally:
        os.killpg(server.process.pid, signal.SIGCONT)
    inspector.sees_saved(1)
    expect(inspector.page.locator("#note-1 .fb-note__slip")).to_have_count(2)
    expect(status).to_contain_text("Saved. #zz.ix: no such criterion")
    assert kept(server) == ["The clock runs #zz.ix out."]


def test_rewording_a_note_that_somebody_else_reworded_shows_both(inspector: Person, server: Server) -> None:
    interview = inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    inspector.types_note("As it was said.")
    inspector.sees_saved(1)
    second = Person(inspector.page.context.new_page(), server.address)
    second.opens(f"/interviews/{interview}")
    for person in (inspector, second):
        person.page.get_by_role("link", name="Reword note 1").click()
    first_box = inspector.page.get_by_label("Words of note 1")
    expect(first_box).to_be_focused()
    first_box.fill("What the first wrote.")
    inspector.page.get_by_role("button", name="Save", exact=True).first.click()
    expect(inspector.page.locator("#note-1")).to_contain_text("What the first wrote.")
    second.page.get_by_label("Words of note 1").fill("What the second wrote.")
    second.page.get_by_role("button", name="Save", exact=True).first.click()
    expect(second.page.get_by_text("changed this note meanwhile")).to_be_visible()
    expect(second.page.locator("#note-1")).to_contain_text("What the first wrote.")
    expect(second.page.get_by_text("changed this note meanwhile")).to_be_focused()
    sides = ["What the first wrote.", "What the second wrote."]
    for person in (inspector, second):  # the first is shown it within two seconds, without asking
        expect(person.page.locator(".fb-versions__words")).to_have_text(sides)
    second.sees_a_sound_page("note reworded by two")
    second.page.locator("#note-1").get_by_role("link", name="Join them").press("Enter")
    joined = second.page.get_by_label("Words of note 1")
    expect(joined).to_be_focused()
    expect(joined).to_have_value("What the first wrote. What the second wrote.")
    second.sees_a_sound_page("note joined")
    inspector.page.get_by_role("button", name="Keep what stands").click()
    expect(inspector.page.locator(".fb-versions")).to_have_count(0)
    joined.fill("What came too late.")
    joined.press("Control+Enter")
    told = second.page.get_by_text("What you joined is kept as a version, too.")
    expect(told).to_be_focused()
    expect(told).to_be_in_viewport(ratio=1)
    second.page.locator("#note-1").get_by_role("link", name="Join them").press("Enter")
    expect(joined).to_be_focused()
    joined.fill("What both wrote.")
    joined.press("Control+Enter")
    expect(second.page.get_by_role("link", name="Reword note 1")).to_be_focused()
    for person in (inspector, second):
        expect(person.page.locator("#note-1 .fb-note__words")).to_have_text("What both wrote.")
        expect(person.page.locator(".fb-versions")).to_have_count(0)
    second.opens(f"/interviews/{interview}/notes/1")
    for words in ("As it was said.", *sides, "What both wrote."):
        expect(second.page.get_by_text(words).first).to_be_visible()
