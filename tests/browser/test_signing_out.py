"""Who signs out, and whose sign-in has ended: what of theirs this device keeps, and shows to nobody else."""

import sqlite3

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server
from tests.browser.device import BO, WORDS, Device, come_in, is_ready, kept, signs_in_again, types_half
from tests.browser.person import EMAIL, INSPECTION, PASSWORD, Person


def end_every_sign_in(server: Server) -> None:
    with sqlite3.connect(server.data / "fieldbook.db", timeout=10) as connection:
        connection.execute("UPDATE sign_in SET ended_at = started_at")


def test_the_next_person_on_the_device_reads_and_sends_nothing_of_the_one_before(
    device: Device, server: Server
) -> None:
    first = device.person
    end_every_sign_in(server)
    first.types_note(WORDS[0])
    types_half(first, WORDS[1])
    expect(first.page.locator(".fb-save--kept")).to_contain_text("sign in to send it")
    server.command("person", "add", BO, "--name", "Bo Ash", "--inspection", INSPECTION, "--role", "inspector",
                   typed=f"{PASSWORD}\n{PASSWORD}\n")  # fmt: skip
    address = first.page.url
    first.page.goto(f"{server.address}/help")
    first.page.get_by_role("link", name="Fieldbook").click()
    told = first.page.locator("#kept-here")
    expect(told).to_have_text(
        "Kept on this device, sealed: 1 note and 1 half-typed text. "
        "What is finished is sent once whoever typed it signs in here."
    )
    first.sees_a_sound_page("sign in where notes are kept")
    first.signs_in(BO)
    first.page.goto(address)
    is_ready(first.page)
    expect(first.page.locator("#notes .fb-note")).to_have_count(0)
    expect(first.page.get_by_label("Note", exact=True)).to_have_value("")
    expect(first.page.locator("#fb-waiting")).to_have_text("")
    first.types_note("Written by Bo.")
    first.sees_saved(1)
    readable = first.page.evaluate(
        """async () => {
          const outbox = await import('/static/outbox.js')
          const [{ person }] = await outbox.count()
          return (await outbox.waiting(person)).map(entry => entry.fields !== null)
        }"""
    )
    assert readable == [False]
    first.page.get_by_role("button", name="Sign out").click()
    expect(first.page.get_by_role("button", name="Sign in")).to_be_visible()
    first.signs_in()
    first.page.goto(address)
    come_in(server, ["Written by Bo.", WORDS[0]])
    expect(first.page.get_by_label("Note", exact=True)).to_have_value(WORDS[1])


def test_signing_out_with_notes_that_wait_is_asked_about_and_loses_none(device: Device, server: Server) -> None:
    person = device.person
    address = person.page.url
    person.page.route("**/notes", lambda route: route.abort())
    person.types_note(WORDS[0])
    expect(person.page.locator(".fb-save--kept")).to_have_count(1)
    expect(person.page.locator("#fb-waiting")).to_contain_text("1 kept on this device since")
    person.page.get_by_role("button", name="Sign out").click()
    dialog = person.page.get_by_role("dialog", name="Not everything is saved yet")
    expect(dialog).to_contain_text("1 note that the server has not got. If you sign out, it stays here, sealed")
    expect(person.page.get_by_role("button", name="Stay signed in")).to_be_focused()
    person.sees_a_sound_page("signing out with a note that waits")
    person.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    person.page.get_by_role("button", name="Sign out").click()
    person.page.get_by_role("button", name="Sign out, and keep them here").click()
    expect(person.page.get_by_text("You have signed out")).to_be_visible()
    assert kept(server) == []
    person.page.unroute("**/notes")
    person.signs_in()
    person.page.goto(address)
    person.sees_saved(1)
    assert kept(server) == WORDS[:1]


def test_a_sign_out_that_the_server_cannot_hear_is_kept_to(device: Device, server: Server) -> None:
    person = device.person
    person.page.wait_for_timeout(3500)
    address = person.page.url
    person.page.evaluate("history.replaceState(null, '', location.pathname + '#guide')")
    other = device.context.new_page()
    other.on("pageerror", lambda error: device.faults.append(str(error)))
    other.goto(address)
    is_ready(other)
    told: list[int] = []
    device.context.on("response", lambda answer: told.append(answer.status) if "/sign-out" in answer.url else None)
    person.page.bring_to_front()
    server.kill()
    person.types_note(WORDS[0])
    expect(person.page.locator(".fb-save--kept")).to_have_count(1)
    types_half(person, WORDS[1])
    person.page.get_by_role("button", name="Sign out").click()
    asked = person.page.get_by_role("dialog", name="Not everything is saved yet")
    expect(asked).to_contain_text("What is finished is then sent. What is half typed is not sent")
    person.page.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    person.page.get_by_role("button", name="Sign out").click()
    person.page.get_by_role("button", name="Sign out, and keep them here").click()

    # Nothing can be read or typed any more, in no window of it, and no key brings it back.
    for page in (person.page, other):
        expect(page.get_by_role("heading", name="You are signed out on this device")).to_be_focused()
        expect(page.get_by_text("The server is told as soon as it can be reached")).to_be_visible()
    for _ in range(3):
        person.page.keyboard.press("Escape")
    person.types_note("Typed by whoever sits there next.")
    for page in (person.page, other):
        expect(page.get_by_role("textbox")).to_have_count(0)
        for words in (*WORDS[:2], "Ada Shah", "kept on this device since"):
            assert words not in page.content()
    person.sees_a_sound_page("signed out without a server")
    refused = """async place => {
      const outbox = await import('/static/outbox.js')
      const [key] = await outbox.store().then(db => db.getAll('keys'))
      return outbox.keep(key, place, 'note', 'x', new URLSearchParams()).then(() => 'kept', error => error.message)
    }"""
    place = {"person": "x", "interview": f"{INSPECTION}/INT-001"}
    assert person.page.evaluate(refused, place) == "signed out on this device"
    person.page.get_by_role("button", name="Back to signing in").click()
    expect(person.page.get_by_text("What was typed and not sent is kept here, sealed")).to_be_visible()
    person.sees_a_sound_page("signed out, opened again without a server")

    # The server hears it once, by itself, and the address that was open is where one comes to after signing in.
    server.start().wait(30)
    for page in (person.page, other):
        expect(page.get_by_role("button", name="Sign in")).to_be_visible(timeout=15_000)
    assert told == [302] or told == [303]
    assert kept(server) == []
    other.close()
    person.page.get_by_label("E-mail address").fill(EMAIL)
    person.page.get_by_label("Password", exact=True).fill(PASSWORD)
    person.page.get_by_role("button", name="Sign in").click()
    person.sees_saved(1)
    assert person.page.url == address.split("?")[0].split("#")[0] + "#guide", "to the same part of the page"
    assert kept(server) == WORDS[:1]
    expect(person.page.get_by_label("Note", exact=True)).to_have_value(WORDS[1])


def test_a_sign_out_that_the_server_has_not_heard_comes_before_the_page(device: Device, server: Server) -> None:
    person = device.person
    address = person.page.url
    person.page.route("**/notes*", lambda route: route.abort())
    person.types_note(WORDS[0])
    expect(person.page.locator(".fb-save--kept")).to_have_count(1)
    device.context.route("**/capture/who", lambda route: route.abort())
    other = Person(device.context.new_page(), server.address)
    other.opens("/interviews")

    # What the device could not keep would be lost with the page: that is said, and another window leaves it alone.
    person.page.bring_to_front()
    person.page.evaluate("() => { IDBObjectStore.prototype.add = () => { throw new Error('full') } }")
    person.types_note(WORDS[1])
    expect(person.page.get_by_text("Not saved yet: trying again")).to_be_visible()
    person.page.get_by_role("button", name="Sign out").click()
    asked = person.page.get_by_role("dialog", name="Not everything is saved yet")
    expect(asked).to_contain_text("1 more is on this page only")
    asked.get_by_role("button", name="Stay signed in").click()
    form = other.page.locator("#fb-sign-out")
    form.evaluate("async form => (await import('/static/outbox.js')).forgetPerson(form.dataset.person)")
    expect(other.page.get_by_role("heading", name="You are signed out on this device")).to_be_visible()
    expect(person.page.get_by_text(WORDS[1])).to_be_visible()
    person.page.close()

    # The page is not shown before the server has heard, although it answers and would.
    person = other
    person.page.goto(address)
    expect(person.page.get_by_text("What was typed and not sent is kept here, sealed")).to_be_visible()
    expect(person.page.get_by_role("heading", name="You are signed out on this device")).to_be_visible()
    person.page.goto(f"{server.address}/inspections/{INSPECTION}/interviews")
    expect(person.page.get_by_role("heading", name="You are signed out on this device")).to_be_visible()
    expect(person.page.get_by_text("Ada Shah")).to_have_count(0)
    device.context.unroute("**/capture/who")
    expect(person.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=15_000)
    assert kept(server) == []


@pytest.mark.soak
def test_signing_out_with_nothing_waiting_leaves_nothing_on_the_device(device: Device, server: Server) -> None:
    person = device.person
    person.types_note(WORDS[0])
    person.sees_saved(1)
    person.page.wait_for_timeout(3500)
    person.page.get_by_role("button", name="Sign out").click()
    expect(person.page.get_by_text("You have signed out")).to_be_visible()
    left = person.page.evaluate(
        "async () => [(await indexedDB.databases()).length, (await navigator.serviceWorker.getRegistrations()).length]"
    )
    assert left == [0, 0]


def test_a_sign_in_that_has_ended_is_renewed_and_what_waited_goes_out(device: Device, server: Server) -> None:
    person = device.person
    end_every_sign_in(server)
    person.types_note(WORDS[0])
    expect(person.page.locator(".fb-save--kept")).to_contain_text("sign in to send it")
    server.command("person", "add", BO, "--name", "Bo Ash", "--inspection", INSPECTION, "--role", "inspector",
                   typed=f"{PASSWORD}\n{PASSWORD}\n")  # fmt: skip
    note = person.page.get_by_label("Note", exact=True)
    person.page.keyboard.type("Half a sentence")

    # Nobody else goes on with it, nor does a wrong password; what is typed stays.
    signs_in_again(person, BO)
    dialog = person.page.get_by_role("dialog", name="Sign in again")
    expect(dialog.get_by_role("alert")).to_contain_text("only they can sign in on it")
    person.sees_a_sound_page("capture signed out")
    dialog.get_by_label("E-mail address").fill(EMAIL)
    dialog.get_by_label("Password").fill("wrong")
    person.page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("The e-mail address or the password is not right")
    assert kept(server) == []
    dialog.get_by_label("Password").fill(PASSWORD)
    person.page.keyboard.press("Enter")
    person.sees_saved(1)
    expect(dialog).to_have_count(0)
    expect(note).to_be_focused()
    expect(note).to_have_value("Half a sentence")
    expect(person.page.get_by_text("You are signed out.")).to_be_hidden()

    # All of the page works again under the new sign-in, and says so when that has ended too.
    opening = person.page.get_by_role("button", name="Opening words said")
    opening.click()
    expect(opening).to_have_attribute("aria-pressed", "true")
    end_every_sign_in(server)
    opening.click()
    expect(dialog.get_by_role("alert")).to_contain_text("that was not done")
    dialog.get_by_role("button", name="Not now").click()
    expect(note).to_have_value("Half a sentence")
    expect(opening).to_have_attribute("aria-pressed", "true")

    # Renewed in another window it is taken up here, too.
    elsewhere = Person(device.context.new_page(), server.address)
    elsewhere.signs_in()
    expect(elsewhere.page.get_by_role("button", name="Sign out")).to_be_visible()
    person.page.bring_to_front()
    note.focus()
    person.page.keyboard.press("Enter")
    person.sees_saved(2)
    expect(person.page.get_by_text("You are signed out.")).to_be_hidden()
    assert kept(server) == [WORDS[0], "Half a sentence"]
