"""What is half typed, notes and other words for them: on the device within a second, and offered again."""

import re
import sqlite3

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server
from tests.browser.device import WORDS, Device, half_typed, is_ready, kept, opens_signed_in, types_half
from tests.browser.person import Person


@pytest.mark.soak
def test_what_was_half_typed_before_signing_out_is_not_written_over_on_the_page_without_a_server(
    device: Device, server: Server
) -> None:
    person = device.person
    person.page.wait_for_timeout(3500)
    address = person.page.url
    types_half(person, "Precious words")
    person.page.get_by_role("button", name="Sign out").click()
    person.page.get_by_role("button", name="Sign out, and keep them here").click()
    expect(person.page.get_by_text("You have signed out")).to_be_visible()
    server.kill()
    person.page.goto(address)
    expect(person.page.get_by_text("Whoever took notes on this device has signed out.")).to_be_visible()
    expect(person.page.get_by_label("Note", exact=True)).to_be_hidden()
    server.start().wait(30)
    person.signs_in()
    person.page.goto(address)
    expect(person.page.get_by_label("Note", exact=True)).to_have_value("Precious words")


@pytest.mark.soak
def test_what_was_half_typed_outlives_its_key_and_what_the_same_tab_types_then(device: Device, server: Server) -> None:
    person = device.person
    types_half(person, "Precious words")
    server.kill()
    person.page.evaluate("import('/static/outbox.js').then(outbox => outbox.forgetKeys())")  # as after two idle hours
    person.page.reload()
    box = person.page.get_by_label("Note", exact=True)
    expect(box).to_be_focused()  # until then it is not shown
    expect(box).to_have_value("")
    types_half(person, "Other words")
    server.start().wait(30)
    person.page.reload()
    is_ready(person.page)
    expect(person.page.get_by_text("Another half-typed note is kept on this device.")).to_be_visible()
    assert {box.input_value()} < {"Precious words", "Other words"}


def test_two_tabs_keep_their_own_half_typed_notes(device: Device, server: Server) -> None:
    person = device.person
    types_half(person, "In the first tab")
    with device.context.expect_page() as opened:
        person.page.evaluate("window.open(location.href) && null")  # as a duplicated tab: it is given the same storage
    second = Person(opened.value, server.address)
    is_ready(second.page)
    box = second.page.get_by_label("Note", exact=True)
    expect(box).to_have_value("")
    box.focus()
    types_half(second, "In the second tab")
    second.page.close()
    person.page.reload()
    is_ready(person.page)
    box = person.page.get_by_label("Note", exact=True)
    expect(box).to_have_value("In the first tab")
    expect(person.page.get_by_text("Another half-typed note is kept on this device.")).to_be_visible()
    person.sees_a_sound_page("another half-typed note")
    box.press("Enter")
    person.sees_saved(1)
    person.page.get_by_role("button", name="Take it into the composer").click()
    expect(box).to_have_value("In the second tab")
    box.press("Enter")
    person.sees_saved(2)
    assert kept(server) == ["In the first tab", "In the second tab"]


def test_other_words_that_are_half_typed_come_back_and_are_shown_beside_what_came_meanwhile(
    device: Device, server: Server
) -> None:
    person = device.person
    person.types_note("As it was typed.")
    person.types_note("Another.")
    person.sees_saved(2)
    address = person.page.url
    person.page.locator("#note-1").get_by_role("link", name="Reword").click()
    expect(person.page.get_by_label("Words of note 1")).to_be_focused()
    types_half(person, " Not quite.")
    device.kill()

    page = device.start().page
    opens_signed_in(device.person, address)
    line = page.locator("#note-1")
    expect(line).to_contain_text("Other words for this note are half typed.")
    device.person.sees_a_sound_page("other words half typed")
    with sqlite3.connect(server.data / "fieldbook.db", timeout=10) as connection:
        connection.execute("UPDATE note SET version = version + 1 WHERE number = 1")
    line.get_by_role("button", name="Forget them").click()
    sure = page.get_by_role("dialog", name="Forget these words?")
    expect(sure).to_contain_text("“As it was typed. Not quite.”")
    page.keyboard.press("Escape")
    expect(sure).to_have_count(0)
    line.get_by_role("button", name="Go on").click()
    box = page.get_by_label("Words of note 1")
    expect(box).to_have_value("As it was typed. Not quite.")
    expect(box).to_be_focused()
    line.get_by_role("button", name="Save").click()
    expect(line).to_contain_text("changed this note meanwhile")
    expect(line.locator(".fb-versions__words")).to_have_text(["As it was typed.", "As it was typed. Not quite."])
    page.locator("#note-2").get_by_role("link", name="Reword").press("Enter")
    expect(page.get_by_label("Words of note 2")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label("Words of note 2")).to_have_count(0)
    expect(page.get_by_label("Note", exact=True)).to_be_focused()
    assert half_typed(device.person) == 0

    # In the write-up, and without the server.
    page.get_by_role("link", name="Write-up").click()
    page.wait_for_load_state()  # with its scripts: before, *Edit* leads to a page of its own
    page.get_by_role("link", name="Edit note 2").click()
    expect(page.get_by_label("Words of note 2")).to_be_focused()
    types_half(device.person, " And")
    page.reload()
    begun = page.locator(".fb-note__begun")
    expect(begun).to_contain_text("Other words for this note are half typed.")
    device.person.sees_a_sound_page("write-up with other words half typed")
    begun.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Words of note 2")).to_have_value("Another. And")
    page.get_by_role("link", name="Leave it as it was").click()
    expect(page.get_by_label("Words of note 2")).to_have_count(0)
    begun.get_by_role("button", name="Forget them").click()  # left, and not lost
    page.get_by_role("dialog", name="Forget these words?").get_by_role("button", name="Forget them").click()
    expect(begun).to_have_count(0)
    assert half_typed(device.person) == 0
    page.goto(f"{address.split('#')[0]}/notes/2/edit")
    expect(page.get_by_label("Words of note 2")).to_be_focused()
    types_half(device.person, " Yet")
    page.reload()
    expect(page.get_by_label("Words of note 2")).to_have_value("Another. Yet")
    page.get_by_role("link", name="Leave it as it was").click()
    expect(page.get_by_label("Words of note 2")).to_have_count(0)
    begun.get_by_role("button", name="Forget them").click()  # left, and not lost
    page.get_by_role("dialog", name="Forget these words?").get_by_role("button", name="Forget them").click()
    expect(begun).to_have_count(0)
    assert half_typed(device.person) == 0

    page.goto(address)
    expect(line).to_contain_text("Two versions of note 1 are open")
    page.wait_for_timeout(1000)  # the page itself is kept for later, too
    page.get_by_role("link", name="Write-up").click()
    expect(page.get_by_role("link", name="Edit note 2")).to_be_visible()
    page.wait_for_timeout(3200)  # before, the page takes it that the server is there
    server.kill()
    page.get_by_role("link", name="Receipt").click()
    expect(page.get_by_text("No connection: ‘Receipt’ opens once the server is back.")).to_be_visible()
    page.locator(".fb-tabs").get_by_role("link", name="Notes").click()  # which the device keeps
    expect(page.locator("#shell-state")).to_contain_text("No connection.")
    other = page.locator("#note-2")
    other.get_by_role("link", name="Reword").click()
    expect(other.get_by_label("Words of note 2")).to_be_focused()
    types_half(device.person, " And more.")
    page.goto(address)
    expect(begun).to_contain_text("Other words for this note are half typed.")
    begun.get_by_role("button", name="Go on").click()
    expect(other.get_by_label("Words of note 2")).to_have_value("Another. And more.")
    other.get_by_label("Words of note 2").press("Control+Enter")
    expect(other).to_contain_text("Kept on this device")
    assert half_typed(device.person) == 0
    server.start().wait(30)
    expect(other).to_contain_text("Saved")
    assert kept(server) == ["As it was typed.", "Another. And more."]


def test_what_is_half_typed_can_be_read_and_forgotten_when_its_interview_takes_no_more_notes(
    device: Device, server: Server
) -> None:
    person = device.person
    page = person.page
    address = page.url
    person.types_note(WORDS[0])
    person.sees_saved(1)
    page.get_by_text("Raise with the lead now").click()
    page.get_by_label("What the lead must know now").focus()
    types_half(person, "Somebody is in danger.")
    page.goto(f"{server.address}/capture/kept")
    private = page.locator("#kept-half li")
    expect(private).to_contain_text("To be raised with the lead, half typed")
    expect(private.get_by_text("Somebody is in danger.")).to_be_hidden()
    private.get_by_text("Show what you wrote").click()
    expect(private.get_by_text("Somebody is in danger.")).to_be_visible()
    page.goto(address)
    begun = page.locator("#raise-begun")
    expect(begun).to_contain_text("What you had begun to raise is kept on this device.")
    person.sees_a_sound_page("begun to be raised")
    begun.get_by_role("button", name="Take it back").click()
    expect(page.get_by_label("What the lead must know now")).to_have_value("Somebody is in danger.")
    expect(page.get_by_label("What the lead must know now")).to_be_focused()  # the keyboard's place, once it is kept
    page.get_by_role("button", name="Raise it now").press("Enter")
    expect(page.get_by_role("link", name=re.compile("^Raised"))).to_be_focused()
    expect(begun).to_have_count(0)
    assert half_typed(person) == 0

    page.locator("#note-1").get_by_role("link", name="Reword").click()
    expect(page.get_by_label("Words of note 1")).to_be_focused()
    types_half(person, " Other words.")
    page.route("**/notes?*", lambda route: route.abort())  # it has not heard of the sign-off
    with sqlite3.connect(server.data / "fieldbook.db", timeout=10) as connection:
        connection.execute("UPDATE interview SET signed_off_at = '2026-11-01 00:00:00'")
    page.locator("#composer #prompt").select_option("DC2")
    page.get_by_label("Note", exact=True).focus()
    person.types_note(WORDS[1])
    refused = page.locator(".fb-note--refused")
    expect(refused).to_contain_text("is signed off")
    below, words = refused.locator(".fb-note__prompt").bounding_box(), refused.locator(".fb-note__words").bounding_box()
    assert below and words and below["x"] == words["x"], "its prompt stands below the words"
    page.get_by_label("Speaker", exact=True).fill("DCP 1")
    page.get_by_label("Note", exact=True).focus()
    types_half(person, "Precious words")

    with device.context.expect_page() as opened:
        page.evaluate("window.open('/capture/kept', '_blank', 'noopener') && null")
    rows = opened.value.locator("#kept-half li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("being typed in another tab")
    expect(opened.value.get_by_role("button", name="Forget it")).to_have_count(0)
    opened.value.close()

    page.get_by_role("button", name="Discard").click()
    told = page.locator("#discarded")
    expect(told).to_contain_text("It can be brought back for 30 days")
    person.sees_a_sound_page("a note discarded in its place")
    told.get_by_role("link", name="Kept on this device").click()
    rows = page.locator("#kept-half li")
    expect(rows).to_have_count(2)
    note, words = rows.filter(has_text="Half-typed note"), rows.filter(has_text="Other words for a note")
    expect(note.locator(".fb-text")).to_have_text("DCP 1: Precious words")
    expect(words.locator(".fb-text")).to_contain_text(WORDS[0] + " Other words.")
    expect(words.get_by_role("link")).to_have_attribute("href", re.search(r"/inspections/[^#?]+", address)[0])  # type: ignore[index]
    person.sees_a_sound_page("half typed, kept on this device")
    words.get_by_role("button", name="Forget it").click()
    sure = page.get_by_role("dialog", name="Forget it?")
    expect(sure).to_contain_text(f"“{WORDS[0]}")
    page.keyboard.press("Enter")  # it is kept
    expect(rows).to_have_count(2)
    words.get_by_role("button", name="Forget it").click()
    sure.get_by_role("button", name="Forget it").click()
    expect(page.get_by_text("Forgotten.")).to_be_focused()
    expect(rows).to_have_count(1)
    assert half_typed(person) == 1

    # After another sign-in its key has to be asked for.
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign out, and keep them here").click()
    expect(page.get_by_text("You have signed out")).to_be_visible()
    person.signs_in()
    page.goto(f"{server.address}/capture/kept")
    expect(note.locator(".fb-text")).to_have_text("DCP 1: Precious words")
    note.get_by_role("button", name="Forget it").click()
    sure.get_by_role("button", name="Forget it").click()
    expect(page.locator("#kept-half")).to_be_hidden()
    assert half_typed(person) == 0
