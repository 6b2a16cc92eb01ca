"""What a device keeps while the server, the network, the sign-in or the browser is away."""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Browser, Error, Route, expect

from tests.browser.conftest import Begun, Server
from tests.browser.device import Device, is_ready, kept
from tests.browser.person import EMAIL, INSPECTION, PASSWORD, Person

WORDS = [f"Line {number}: the clock runs out at four." for number in range(12)]
BO = "bo.ash@example.gov.uk"


@pytest.fixture
def device(browser: Browser, server: Server, begun: Callable[[str], Begun], tmp_path: Path) -> Iterator[Device]:
    """The first person's, signed in, on the page of an interview."""
    device = Device(browser, tmp_path / "profile", server.address)
    device.context.add_cookies(begun(INSPECTION).cookies)
    device.person.plans("Interview", "Wessex", "District Crown Prosecutor")
    is_ready(device.person.page)
    yield device
    device.close()
    assert device.faults == []


def come_in(server: Server, wanted: list[str]) -> None:
    deadline = time.monotonic() + 30
    while kept(server) != wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    assert kept(server) == wanted


def end_every_sign_in(server: Server) -> None:
    with sqlite3.connect(server.data / "fieldbook.db", timeout=10) as connection:
        connection.execute("UPDATE sign_in SET ended_at = started_at")


def signs_in_again(person: Person, email: str = EMAIL) -> None:
    """In the page, where the sign-in has ended."""
    person.page.get_by_role("button", name="Sign in", exact=True).click()
    dialog = person.page.get_by_role("dialog", name="Sign in again")
    expect(dialog.get_by_label("E-mail address")).to_have_value(EMAIL)
    expect(dialog.get_by_label("Password")).to_be_focused()
    dialog.get_by_label("E-mail address").fill(email)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()


def types_half(person: Person, words: str) -> None:
    person.page.keyboard.type(words)
    person.page.wait_for_timeout(1000)  # the promise: on the device within a second


def opens_signed_in(person: Person, address: str) -> None:
    """In a browser that was started again: it may have brought the session back."""
    person.page.goto(address)
    if person.page.get_by_label("E-mail address").is_visible():
        person.signs_in()
        person.page.goto(address)


def half_typed(person: Person) -> int:
    """How much half typed lies on the device."""
    store = "import('/static/outbox.js').then(outbox => outbox.store())"
    return int(person.page.evaluate(f"{store}.then(db => db.count('drafts'))"))


@pytest.mark.parametrize("ended_by", [pytest.param("close", marks=pytest.mark.soak), "kill"])
def test_a_browser_that_ends_without_a_server_gives_everything_back_and_takes_more(
    device: Device, server: Server, ended_by: str
) -> None:
    person = device.person
    person.types_note(WORDS[0])
    person.sees_saved(1)
    person.page.wait_for_timeout(3500)  # the page itself is kept for later, too
    address = person.page.url
    server.kill()
    for words in WORDS[1:4]:
        person.types_note(words)
    expect(person.page.locator(".fb-save--kept")).to_have_count(3)
    types_half(person, WORDS[4][:20])
    getattr(device, ended_by)()
    person = device.start()
    person.page.goto(address)
    expect(person.page.locator("#shell-state")).to_contain_text("what you type is kept on this device for Ada Shah")
    lines = person.page.locator("#notes .fb-note__words")
    expect(lines).to_have_text(WORDS[:4])
    box = person.page.get_by_label("Note", exact=True)
    expect(box).to_have_value(WORDS[4][:20])
    expect(person.page.locator("#fb-waiting")).to_contain_text("3 kept on this device since")
    person.sees_a_sound_page("an interview without a server")
    box.press("End")
    person.page.keyboard.type(WORDS[4][20:])
    person.page.keyboard.press("Enter")
    expect(lines).to_have_text(WORDS[:5])
    expect(person.page.locator("#fb-waiting")).to_contain_text("4 kept on this device since")
    server.start().wait(30)
    signs_in_again(person)  # a sign-in ends with the browser
    come_in(server, WORDS[:5])
    person.page.get_by_role("link", name="Load the whole page").click()
    person.sees_saved(5)
    expect(person.page.get_by_label("Note", exact=True)).to_have_value("")


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
    expect(dialog).to_contain_text("1 note that the server has not got")
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


def test_a_sign_out_that_the_server_cannot_hear_is_kept_to(device: Device, server: Server) -> None:
    person = device.person
    person.page.wait_for_timeout(3500)
    address = person.page.url
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
    person.page.get_by_role("button", name="Leave this page").click()
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
    assert person.page.url.split("?")[0].split("#")[0] == address.split("?")[0].split("#")[0]
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


@pytest.mark.soak
def test_an_answer_that_is_lost_does_not_make_a_second_note(device: Device, server: Server) -> None:
    person = device.person
    lost: list[str] = []

    def lose(route: Route) -> None:
        if len(lost) < 2:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    person.page.route("**/notes", lose)
    person.types_note(WORDS[0])
    person.types_note(WORDS[1])
    person.sees_saved(2)
    assert len(lost) == 2
    assert kept(server) == WORDS[:2]


def test_a_note_that_waits_can_be_edited_and_arrives_as_edited(device: Device, server: Server) -> None:
    person = device.person

    def lose(route: Route) -> None:
        route.fetch()  # it arrives, and the answer is lost
        with suppress(Error):
            route.abort()

    person.page.route("**/notes", lose)
    person.page.get_by_label("Quotation").check()
    person.page.get_by_label("Note", exact=True).focus()
    person.types_note("As it was typed. #ld.ii")
    line = person.page.locator("#notes .fb-note").first
    expect(line).to_contain_text("Kept on this device")
    expect(person.page.locator("#notes .fb-note--quote .fb-tag")).to_have_text("LD.ii")
    person.page.set_viewport_size({"width": 320, "height": 640})
    line.get_by_role("button", name="Edit").click()
    box, keep = line.get_by_label("Words of the note, a quotation"), line.get_by_role("button", name="Keep")
    expect(box).to_be_focused()
    edge, composer = keep.bounding_box(), person.page.locator(".fb-capture__composer").bounding_box()
    assert edge and composer and edge["y"] + edge["height"] <= composer["y"] + 1, "it is not under the composer"
    person.sees_a_sound_page("a note that waits is edited")
    box.fill("As it was meant. #ld.ii #vw.ii")
    keep.click()
    expect(person.page.get_by_label("Note", exact=True)).to_be_focused()
    expect(line.locator(".fb-note__words")).to_have_text("As it was meant. #ld.ii #vw.ii")
    expect(line.locator(".fb-tag")).to_have_text(["LD.ii", "VW.ii"])

    # What is being typed stays when the note arrives meanwhile.
    line.get_by_role("button", name="Edit").click()
    box.fill("As it was meant at last. #ld.ii")
    person.page.unroute("**/notes")
    expect(person.page.locator("#note-1")).to_contain_text("Changed: every version")
    expect(box).to_have_value("As it was meant at last. #ld.ii")
    expect(box).to_be_focused()
    keep.click()
    expect(person.page.locator("#note-1 .fb-save--saved")).to_be_visible()
    person.page.reload()
    expect(person.page.locator("#note-1 .fb-note__words")).to_have_text("As it was meant at last. #ld.ii")
    expect(person.page.locator("#notes .fb-note")).to_have_count(1)
    assert kept(server) == ["As it was meant at last. #ld.ii"]


def test_ticks_and_other_words_wait_without_the_server_and_what_came_too_late_is_shown_beside_what_came_first(
    device: Device, server: Server
) -> None:
    person = device.person
    page = person.page
    person.types_note("As it was typed.")
    person.sees_saved(1)
    page.wait_for_timeout(3500)  # the page itself is kept for later, too
    address = page.url
    line, words = page.locator("#note-1"), page.locator("#note-1 .fb-note__words")
    opening, covered = (page.get_by_role("button", name=name) for name in ("Opening words said", "Covered DC5"))
    server.kill()
    opening.press("Space")
    expect(opening).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#said-opening-words")).to_contain_text("Kept on this device")
    expect(opening).to_be_focused()
    line.get_by_role("link", name="Reword").click()
    box = line.get_by_label("Words of the note")
    expect(box).to_be_focused()
    box.fill("As it was meant.")
    line.get_by_role("button", name="Keep").click()
    expect(line).to_contain_text("Kept on this device")
    expect(page.locator("#fb-waiting")).to_contain_text("2 kept on this device")
    person.sees_a_sound_page("changes that wait")
    page.get_by_label("Speaker").fill("DCP 1")
    page.get_by_label("Note", exact=True).focus()
    person.types_note("And by whom.")

    # All of it is there when the page is opened again without the server, and more is taken.
    page.goto(address)
    expect(words).to_have_text("As it was meant.")
    expect(page.get_by_label("Speaker")).to_have_value("DCP 1")
    expect(opening).to_have_attribute("aria-pressed", "true")
    covered.press("Space")
    expect(covered).to_have_attribute("aria-pressed", "true")
    line.get_by_role("button", name="Edit").click()
    box.fill("As it was meant at last.")
    line.get_by_role("button", name="Keep").click()
    expect(page.locator("#fb-waiting")).to_contain_text("5 kept on this device")
    server.start().wait(30)
    expect(page.locator("#fb-waiting")).to_have_text("")
    expect(words).to_have_text("As it was meant at last.")
    expect(line).to_contain_text("Saved")
    assert kept(server) == ["As it was meant at last.", "And by whom."]
    page.goto(address)
    for button in (opening, covered):
        expect(button).to_have_attribute("aria-pressed", "true")

    # Somebody else was faster with both: what they did stands, and is shown beside what waited here.
    lost = re.compile(r"/(guide|notes)/[^?]+$")
    page.route(lost, lambda route: route.abort())
    covered.press("Space")
    expect(covered).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#prompt-DC5")).to_contain_text("Kept on this device")
    line.get_by_role("link", name="Reword note 1").click()
    expect(box).to_be_focused()
    box.fill("By the first device.")
    line.get_by_role("button", name="Keep").click()
    with sqlite3.connect(server.data / "fieldbook.db", timeout=10) as connection:
        connection.execute("UPDATE note SET version = version + 1")
        connection.execute("UPDATE guide_tick SET version = version + 1")
    page.get_by_label("Note", exact=True).focus()
    page.unroute(lost)
    expect(line).to_contain_text("changed this note meanwhile")
    expect(line.locator(".fb-versions__words")).to_have_text(["As it was meant at last.", "By the first device."])
    expect(page.locator("#prompt-DC5")).to_contain_text("Somebody else marked this meanwhile")
    expect(covered).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Note", exact=True)).to_be_focused()
    person.sees_a_sound_page("changes that came too late")


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
    types_half(person, "Not quite. ")
    device.kill()

    page = device.start().page
    opens_signed_in(device.person, address)
    line = page.locator("#note-1")
    expect(line).to_contain_text("Other words for this note are half typed.")
    device.person.sees_a_sound_page("other words half typed")
    with sqlite3.connect(server.data / "fieldbook.db", timeout=10) as connection:
        connection.execute("UPDATE note SET version = version + 1 WHERE number = 1")
    line.get_by_role("button", name="Go on").click()
    box = page.get_by_label("Words of note 1")
    expect(box).to_have_value("Not quite. As it was typed.")
    expect(box).to_be_focused()
    line.get_by_role("button", name="Save").click()
    expect(line).to_contain_text("changed this note meanwhile")
    expect(line.locator(".fb-versions__words")).to_have_text(["As it was typed.", "Not quite. As it was typed."])
    assert half_typed(device.person) == 0

    # In the write-up, and without the server.
    page.get_by_role("link", name="Write-up").click()
    page.wait_for_load_state()  # with its scripts: before, *Edit* leads to a page of its own
    page.get_by_role("link", name="Edit note 2").click()
    expect(page.get_by_label("Words of note 2")).to_be_focused()
    types_half(device.person, "And ")
    page.reload()
    begun = page.locator(".fb-note__begun")
    expect(begun).to_contain_text("Other words for this note are half typed.")
    device.person.sees_a_sound_page("write-up with other words half typed")
    begun.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Words of note 2")).to_have_value("And Another.")
    page.get_by_role("link", name="Leave it as it was").click()
    expect(page.get_by_label("Words of note 2")).to_have_count(0)
    assert half_typed(device.person) == 0
    page.goto(f"{address.split('#')[0]}/notes/2/edit")
    expect(page.get_by_label("Words of note 2")).to_be_focused()
    types_half(device.person, "Yet ")
    page.reload()
    expect(page.get_by_label("Words of note 2")).to_have_value("Yet Another.")
    page.get_by_role("link", name="Leave it as it was").click()
    expect(page.get_by_label("Words of note 2")).to_have_count(0)
    assert half_typed(device.person) == 0

    page.goto(address)
    expect(line).to_contain_text("Two versions of note 1 are open")
    page.wait_for_timeout(3500)  # the page itself is kept for later, too
    server.kill()
    other = page.locator("#note-2")
    other.get_by_role("link", name="Reword").click()
    expect(other.get_by_label("Words of the note")).to_be_focused()
    types_half(device.person, "More of ")
    page.goto(address)
    expect(begun).to_contain_text("Other words for this note are half typed.")
    begun.get_by_role("button", name="Go on").click()
    expect(other.get_by_label("Words of the note")).to_have_value("More of Another.")
    other.get_by_role("button", name="Keep").click()
    expect(other).to_contain_text("Kept on this device")
    assert half_typed(device.person) == 0
    server.start().wait(30)
    expect(other).to_contain_text("Saved")
    assert kept(server) == ["As it was typed.", "More of Another."]


def test_a_refused_note_can_be_discarded_and_brought_back(device: Device, server: Server) -> None:
    person = device.person
    with sqlite3.connect(server.data / "fieldbook.db", timeout=10) as connection:
        connection.execute("UPDATE interview SET signed_off_at = '2026-11-01 00:00:00'")
    person.types_note(WORDS[0])
    expect(person.page.locator(".fb-note--refused")).to_contain_text("is signed off")
    person.page.get_by_role("link", name="1 kept on this device since").click()
    row = person.page.locator("#kept li")
    expect(row).to_contain_text(WORDS[0])
    expect(row).to_contain_text("is signed off")
    person.sees_a_sound_page("kept on this device")
    row.get_by_role("button", name="Discard").click()
    expect(row).to_contain_text("Discarded")
    expect(person.page.locator("#fb-waiting")).to_have_text("")
    person.page.get_by_role("link", name="Your account").click()
    person.page.get_by_role("link", name="Kept on this device").click()
    expect(row).to_contain_text("Discarded")
    with sqlite3.connect(server.data / "fieldbook.db", timeout=10) as connection:
        connection.execute("UPDATE interview SET signed_off_at = NULL")
    row.get_by_role("button", name="Bring it back").click()
    expect(person.page.get_by_text("Nothing is kept on this device")).to_be_visible()
    person.sees_a_sound_page("nothing kept on this device")
    assert kept(server) == WORDS[:1]


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
    page.get_by_role("button", name="Raise it now").press("Enter")
    expect(page.get_by_role("link", name=re.compile("^Raised"))).to_be_focused()
    expect(begun).to_have_count(0)
    assert half_typed(person) == 0

    page.locator("#note-1").get_by_role("link", name="Reword").click()
    expect(page.get_by_label("Words of note 1")).to_be_focused()
    types_half(person, "Other words. ")
    with sqlite3.connect(server.data / "fieldbook.db", timeout=10) as connection:
        connection.execute("UPDATE interview SET signed_off_at = '2026-11-01 00:00:00'")
    page.get_by_label("Note", exact=True).focus()
    person.types_note(WORDS[1])
    expect(page.locator(".fb-note--refused")).to_contain_text("is signed off")
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
    expect(words.locator(".fb-text")).to_contain_text("Other words. " + WORDS[0])
    expect(words.get_by_role("link")).to_have_attribute("href", re.search(r"/inspections/[^#?]+", address)[0])  # type: ignore[index]
    person.sees_a_sound_page("half typed, kept on this device")
    words.get_by_role("button", name="Forget it").click()
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
    expect(page.locator("#kept-half")).to_be_hidden()
    assert half_typed(person) == 0


@pytest.mark.soak
def test_two_tabs_send_each_note_once(device: Device, server: Server) -> None:
    person = device.person
    second = Person(device.context.new_page(), server.address)
    second.page.goto(person.page.url)
    is_ready(second.page)
    server.kill()
    for words in WORDS[:3]:
        person.types_note(words)
    second.page.get_by_label("Note", exact=True).focus()
    for words in WORDS[3:6]:
        second.types_note(words)
    expect(second.page.locator(".fb-save--kept")).to_have_count(3)
    server.start().wait(30)
    come_in(server, WORDS[:6])
    for one in (person, second):
        one.page.reload()
        one.sees_saved(6)


@pytest.mark.soak
def test_a_clock_that_is_days_wrong_changes_no_order(device: Device, server: Server) -> None:
    person = device.person
    person.types_note(WORDS[0])
    person.sees_saved(1)
    person.page.clock.set_fixed_time("2026-01-01T08:00:00Z")
    person.types_note(WORDS[1])
    person.sees_saved(2)
    person.page.clock.set_fixed_time("2027-12-24T08:00:00Z")
    person.types_note(WORDS[2])
    person.sees_saved(3)
    assert kept(server) == WORDS[:3]


REFUSED = (
    "Object.defineProperty(IDBFactory.prototype, 'open', {value () { throw new DOMException('no', 'SecurityError') }})"
)
FULL = """
const put = IDBObjectStore.prototype.put
IDBObjectStore.prototype.put = function (value) {
  if (value.interview === 'trial') { throw new DOMException('no room', 'QuotaExceededError') }
  return put.apply(this, arguments)
}
"""


@pytest.mark.parametrize(("script", "told"), [(REFUSED, "the browser refuses"), (FULL, "its storage is full")])
def test_a_device_that_keeps_nothing_is_told_before_typing_and_works_while_connected(
    inspector: Person, server: Server, script: str, told: str
) -> None:
    inspector.page.context.add_init_script(script)
    inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    expect(inspector.page.get_by_role("alert").filter(has_text="This device keeps no notes")).to_contain_text(told)
    inspector.types_note(WORDS[0])
    inspector.sees_saved(1)
    inspector.sees_a_sound_page(f"capture where {told}")
    assert kept(server) == WORDS[:1]


def test_plain_http_is_told_before_typing(browser: Browser, server: Server, tmp_path: Path) -> None:
    address = server.address.replace("127.0.0.1", "fieldbook.example")
    device = Device(browser, tmp_path / "plain", address, "--host-resolver-rules=MAP fieldbook.example 127.0.0.1")
    device.person.signs_in()
    expect(device.person.page.locator(".fb-account__name")).to_be_visible()
    device.person.plans("Interview", "Wessex", "District Crown Prosecutor")
    expect(device.person.page.get_by_role("alert").filter(has_text="plain http")).to_be_visible()
    device.person.types_note(WORDS[0])
    device.person.sees_saved(1)
    device.close()
    assert kept(server) == WORDS[:1]


# An entry of the queue as the first version of the outbox wrote it, made here without any of its code.
FIRST_FORM = """
async ([person, interview, words]) => {
  const db = await new Promise((resolve, reject) => {
    const asked = indexedDB.open('fieldbook', 1)
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
  const keys = await new Promise(resolve => {
    db.transaction('keys').objectStore('keys').getAll().onsuccess = event => resolve(event.target.result)
  })
  const key = keys.find(one => one.present)
  const operation = crypto.randomUUID()
  const bytes = Uint8Array.from(atob(key.public), letter => letter.charCodeAt(0))
  const curve = { name: 'ECDH', namedCurve: 'P-256' }
  const receiver = await crypto.subtle.importKey('raw', bytes, curve, false, [])
  const pair = await crypto.subtle.generateKey(curve, false, ['deriveKey'])
  const way = [{ name: 'ECDH', public: receiver }, pair.privateKey, { name: 'AES-GCM', length: 256 }]
  const secret = await crypto.subtle.deriveKey(...way, false, ['encrypt'])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const additionalData = new TextEncoder().encode(`1 ${person} ${interview} ${operation}`)
  const said = 'said_at=2026-04-14T09%3A05%3A00.000Z&speaker=DCP+1'
  const text = `${said}&words=${encodeURIComponent(words)}&direction=&prompt=`
  const plain = new TextEncoder().encode(text)
  const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, secret, plain)
  const point = await crypto.subtle.exportKey('raw', pair.publicKey)
  const about = { form: 1, person, interview, kind: 'note', note: operation, operation, made: 1776157500000 }
  const entry = { ...about, state: 'waiting', why: '', key: key.id, point, iv, data }
  await new Promise(resolve => {
    const transaction = db.transaction('outbox', 'readwrite')
    transaction.objectStore('outbox').add(entry)
    transaction.oncomplete = resolve
  })
  db.close()
}
"""


def test_a_queue_that_the_first_version_wrote_is_sent(device: Device, server: Server) -> None:
    page = device.person.page
    form = page.locator("#composer")
    mine = [form.get_attribute("data-person"), form.get_attribute("data-interview")]
    for words in WORDS[:2]:
        page.evaluate(FIRST_FORM, [*mine, words])
    page.reload()
    device.person.sees_saved(2)
    assert kept(server) == WORDS[:2]


TYPED = ("zebra crossing", "half an okapi")


@pytest.fixture
def readable(device: Device) -> Callable[[], set[str]]:
    """What lies in the files of the profile, as a thief would look for it."""

    def readable() -> set[str]:
        found = set()
        for file in device.folder.rglob("*"):
            if file.is_file():
                data = file.read_bytes()
                found |= {word for word in TYPED for kind in ("utf-8", "utf-16-le") if word.encode(kind) in data}
        return found

    return readable


@pytest.mark.soak
def test_words_that_wait_lie_nowhere_readable_on_the_device(
    device: Device, server: Server, readable: Callable[[], set[str]]
) -> None:
    person = device.person
    server.kill()
    person.types_note("A zebra crossing.")
    types_half(person, "And half an okapi")
    expect(person.page.locator(".fb-save--kept")).to_have_count(1)
    person.page.wait_for_timeout(12_000)  # the browser writes what it restores after a crash
    assert readable() == set()
    device.kill()
    assert readable() == set()
    device.start()


def test_two_who_take_notes_see_one_another_within_two_seconds(
    inspector: Person, colleague: Callable[..., Person], server: Server
) -> None:
    interview = inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    bo = colleague()
    bo.opens(f"/interviews/{interview}")
    expect(inspector.page.locator("#present")).to_have_text("2 here: Bo Ash, you")
    expect(bo.page.locator("#present")).to_have_text("2 here: Ada Shah, you")
    bo.page.get_by_label("Note", exact=True).focus()
    inspector.page.get_by_label("Note", exact=True).fill("What Ada is just typ")
    bo.types_note("Bo heard this.")
    expect(inspector.page.locator("#note-1 .fb-note__words")).to_have_text("Bo heard this.", timeout=4000)
    expect(inspector.page.get_by_label("Note", exact=True)).to_have_value("What Ada is just typ")
    expect(inspector.page.get_by_label("Note", exact=True)).to_be_focused()
    inspector.page.keyboard.type("ing.")
    inspector.page.keyboard.press("Enter")
    expect(bo.page.locator("#note-2 .fb-note__words")).to_have_text("What Ada is just typing.", timeout=4000)
    # What Bo ticks is ticked at Ada's too, while she types and reads on where she was.
    guide = inspector.page.get_by_label("Topic guide", exact=True)
    inspector.page.get_by_text("Read the closing words").click()
    inspector.page.get_by_label("Note", exact=True).focus()
    before = inspector.page.locator("#prompt-DC9").bounding_box()
    for part in ("Opening words said", "Covered DC9", "Covered DC2"):
        bo.page.get_by_role("button", name=part).press("Space")
        expect(inspector.page.get_by_role("button", name=part)).to_have_attribute("aria-pressed", "true", timeout=4000)
    expect(guide).to_contain_text("Bo Ash")
    expect(inspector.page.get_by_label("Note", exact=True)).to_be_focused()
    expect(inspector.page.locator("#words-of-closing-words")).to_have_attribute("open", "")
    assert inspector.page.locator("#prompt-DC9").bounding_box()["y"] == pytest.approx(before["y"], abs=30)
    bo.page.get_by_label("Note", exact=True).focus()
    for words in WORDS[:5]:
        inspector.types_note(words)
        bo.types_note(f"And Bo: {words}")
    for one in (inspector, bo):
        one.sees_saved(12)
        expect(one.page.locator("#notes .fb-note")).to_have_count(12)
        one.page.wait_for_timeout(2500)
        shown = [line.get_attribute("id") for line in one.page.locator("#notes .fb-note").all()]
        assert shown == [f"note-{number}" for number in range(1, 13)]
    inspector.sees_a_sound_page("two who take notes")

    held: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    inspector.page.route("**/notes", hold)
    inspector.types_note("Ada's own, of which she is told last.")
    expect(bo.page.locator("#note-13")).to_be_visible()
    bo.types_note("Bo's, after it.")
    expect(inspector.page.locator("#note-14")).to_be_visible()
    held[0][0].fulfill(response=held[0][1])
    inspector.sees_saved(14)
    shown = [line.get_attribute("id") for line in inspector.page.locator("#notes .fb-note").all()]
    assert shown == [f"note-{number}" for number in range(1, 15)]
