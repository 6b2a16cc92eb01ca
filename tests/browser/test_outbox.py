"""What a device keeps while the server, the network or the browser is away, and sends once it is back."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Browser, Error, Route, expect

from tests.browser.conftest import Server
from tests.browser.device import WORDS, Device, come_in, is_ready, kept, signs_in_again, types_half
from tests.browser.person import Person

# The page of the interview that is open, as it is kept on the device.
KEPT_PAGE = """
async () => {
  const { person, interview } = document.getElementById('composer').dataset
  return (await (await import('/static/outbox.js')).pageOf({ person, interview })).html
}
"""
# The same while a colleague was there.
WITH_BO = """
async () => {
  const outbox = await import('/static/outbox.js')
  const { person, interview } = document.getElementById('composer').dataset
  const { html } = await outbox.pageOf({ person, interview })
  const together = html.replace('id="present"></p>', 'id="present">2 here: Bo Ash, you</p>')
  if (together === html) throw new Error('the page has no place for who is here')
  await outbox.keepPage(await outbox.lastKey(), { person, interview }, together, Date.now())
}
"""


@pytest.mark.parametrize("ended_by", [pytest.param("close", marks=pytest.mark.soak), "kill"])
def test_a_browser_that_ends_without_a_server_gives_everything_back_and_takes_more(
    device: Device, server: Server, ended_by: str
) -> None:
    person = device.person
    person.types_note("The clock runs out.")
    person.sees_saved(1)
    person.page.wait_for_timeout(3500)  # the page itself is kept for later, too
    address = person.page.url
    person.page.get_by_role("link", name="Reword note 1").click()
    expect(person.page.get_by_label("Words of note 1")).to_be_focused()
    person.page.get_by_label("Words of note 1").fill(WORDS[0])
    person.page.keyboard.press("Control+Enter")
    expect(person.page.locator("#note-1 p.fb-note__words")).to_have_text(WORDS[0])
    server.kill()
    box = person.page.get_by_label("Note", exact=True)
    box.focus()
    for words in WORDS[1:4]:
        person.types_note(words)
    expect(person.page.locator(".fb-save--kept")).to_have_count(3)
    # A link of the page that came with a connection does not end at the browser's own page.
    person.page.get_by_role("link", name="3 kept on this device since").click()
    expect(
        person.page.get_by_role("alert").filter(has_text="No connection: ‘3 kept on this device since")
    ).to_be_visible()
    box.focus()
    types_half(person, WORDS[4][:20])
    getattr(device, ended_by)()
    person = device.start()
    person.page.goto(address)
    expect(person.page.locator("#shell-state")).to_contain_text("What you type is kept on this device for Ada Shah")
    expect(person.page.locator("#note-1 .fb-save")).to_have_text(re.compile("^As of "))  # not called saved
    lines = person.page.locator("#notes .fb-note__words")
    expect(lines).to_have_text(WORDS[:4])
    box = person.page.get_by_label("Note", exact=True)
    expect(box).to_have_value(WORDS[4][:20])
    expect(person.page.locator("#fb-waiting")).to_contain_text("3 kept on this device since")
    person.page.get_by_role("link", name="Write-up").click()  # kept as it is on the page, and not what it leads to
    told = person.page.get_by_role("alert").filter(has_text="No connection: ‘Write-up’ opens once the server is back")
    expect(told).to_be_visible()
    person.page.get_by_text("Raise with the lead now").click()
    expect(person.page.locator("#raise-told")).to_contain_text("the lead cannot be told from here: telephone them")
    person.sees_a_sound_page("an interview without a server")
    box.press("End")
    person.page.keyboard.type(WORDS[4][20:])
    person.page.keyboard.press("Enter")
    expect(lines).to_have_text(WORDS[:5])
    expect(person.page.locator("#fb-waiting")).to_contain_text("4 kept on this device since")
    server.start().wait(30)
    expect(told).to_be_hidden()
    signs_in_again(person)  # a sign-in ends with the browser
    come_in(server, WORDS[:5])
    expect(person.page.locator("#raise-told")).to_contain_text("The connection is back. The lead has not been told yet")

    # What is saved by now is there without the server once more, although nobody has loaded the page meanwhile.
    expect(lines).to_have_text(WORDS[:5])
    while WORDS[4] not in person.page.evaluate(KEPT_PAGE):
        person.page.wait_for_timeout(50)
    person.page.evaluate(WITH_BO)
    server.kill()
    person.page.goto(address)
    expect(lines).to_have_text(WORDS[:5])
    expect(person.page.locator("#notes .fb-save")).to_have_text([re.compile("^As of ")] * 5)
    expect(person.page.locator("#present")).to_have_text("")  # it cannot be known who is here by now
    server.start().wait(30)
    person.page.get_by_role("link", name="Load the whole page").click()
    person.sees_saved(5)
    expect(person.page.get_by_label("Note", exact=True)).to_have_value("")


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
    box, keep = line.get_by_label(re.compile("^Words of .*, a quotation$")), line.get_by_role("button", name="Save")
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
    box = line.get_by_label("Words of note 1")
    expect(box).to_be_focused()
    expect(line).to_contain_text("Other words: on this device only until you save them")
    expect(line).not_to_contain_text("Saved")
    box.fill("As it was meant.")
    line.get_by_role("button", name="Save").click()
    expect(line).to_contain_text("Kept on this device")
    expect(page.locator("#fb-waiting")).to_contain_text("2 kept on this device")
    person.sees_a_sound_page("changes that wait")
    page.get_by_label("Speaker").fill("DCP 1")
    page.get_by_label("Note", exact=True).focus()
    person.types_note("And by whom.")
    expect(page.locator("#fb-waiting")).to_contain_text("3 kept on this device")

    # All of it is there when the page is opened again without the server, and more is taken.
    page.goto(address)
    expect(words).to_have_text("As it was meant.")
    expect(page.get_by_label("Speaker")).to_have_value("DCP 1")
    expect(opening).to_have_attribute("aria-pressed", "true")
    covered.press("Space")
    expect(covered).to_have_attribute("aria-pressed", "true")
    line.get_by_role("button", name="Edit").click()
    box.fill("As it was meant at last.")
    line.get_by_role("button", name="Save").click()
    expect(page.locator("#fb-waiting")).to_contain_text("4 kept on this device")  # a note that was changed twice is one
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
    line.get_by_role("button", name="Save").click()
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


def test_a_refused_note_can_be_discarded_and_brought_back(device: Device, server: Server) -> None:
    person = device.person
    person.page.route("**/notes?*", lambda route: route.abort())  # it has not heard of the sign-off
    with sqlite3.connect(server.data / "fieldbook.db", timeout=10) as connection:
        connection.execute("UPDATE interview SET signed_off_at = '2026-11-01 00:00:00'")
    person.types_note(WORDS[0])
    expect(person.page.locator(".fb-note--refused")).to_contain_text("is signed off")
    person.page.get_by_role("link", name="1 kept on this device since").click()
    expect(person.page.get_by_role("heading", name="Kept on this device")).to_be_focused()
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
    row.get_by_role("button", name="Bring it back").click()
    expect(person.page.locator("#kept-told")).to_contain_text("is signed off")  # and not that it is being sent
    with sqlite3.connect(server.data / "fieldbook.db", timeout=10) as connection:
        connection.execute("UPDATE interview SET signed_off_at = NULL")
    row.get_by_role("button", name="Send again").click()
    expect(person.page.locator("#kept-told")).to_have_text("It is sent, and saved.")
    expect(person.page.get_by_text("Nothing of yours is kept on this device")).to_be_visible()
    person.sees_a_sound_page("nothing kept on this device")
    assert kept(server) == WORDS[:1]


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
    page, asked = device.person.page, []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    device.person.types_note(WORDS[0])
    device.person.sees_saved(1)

    # What is raised is kept nowhere either, and a lead who cannot be told is to be telephoned.
    reference = page.url.split("/")[-1].split("?")[0].split("#")[0]
    page.get_by_text("Raise with the lead now").click()
    told = page.locator("#raise-told")
    expect(told).to_contain_text("the page came over plain http")
    device.person.sees_a_sound_page("raising over plain http")
    server.kill()
    page.get_by_label("What the lead must know now").click()
    page.keyboard.type("Somebody is in danger.")
    page.get_by_role("button", name="Raise it now").click()
    expect(told).to_contain_text("The lead has NOT been told: the server cannot be reached. Telephone them.")
    device.person.sees_a_sound_page("raising without a server")
    page.get_by_label("Note", exact=True).focus()
    for words in WORDS[1:3]:
        device.person.types_note(words)
    states = page.locator(".fb-save--kept")
    expect(states).to_have_text(["Not saved yet: trying again", "Not saved yet: waits for the note before it"])
    server.start().wait(30)
    expect(told).to_have_text("The server is back. The lead has not been told yet: raise it now.")
    device.person.sees_saved(3)
    page.reload()
    assert asked == ["beforeunload"], "what was not raised is not left without a question"

    page.goto(f"{address}/inspections/{device.person.inspection}/interviews/{reference}/paper")
    expect(page.get_by_role("alert").filter(has_text="plain http")).to_contain_text("safe only once it is saved")
    page.locator("#rows-0-time").click()
    page.keyboard.type("00:00")
    device.person.sees_a_sound_page("paper over plain http")
    page.reload()
    assert asked == ["beforeunload"] * 2
    page.locator("#rows-0-time").click()
    page.keyboard.type("00:00")
    page.locator("#rows-0-words").fill(WORDS[3])
    page.get_by_role("button", name="Save the notes").click()
    expect(page.get_by_text("1 note from paper saved")).to_be_visible()
    assert asked == ["beforeunload"] * 2, "its own button takes along what was typed"
    device.close()
    assert kept(server) == WORDS[:4]


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

    # Who signs out is gone at once; after a sign-off elsewhere nothing more is begun, until it is opened again.
    bo.page.get_by_role("button", name="Sign out").click()
    expect(bo.page.get_by_label("E-mail address")).to_be_focused()
    expect(inspector.page.locator("#present")).to_have_text("", timeout=4000)
    note, closed = inspector.page.get_by_label("Note", exact=True), inspector.page.locator("#closed")
    with sqlite3.connect(server.data / "fieldbook.db", timeout=10) as connection:
        connection.execute("UPDATE interview SET signed_off_at = '2026-11-01 00:00:00', signed_off_by = 'Cy Roe'")
    expect(closed).to_contain_text(f"{interview} is signed off by Cy Roe: no notes are taken any more.")
    expect(closed.get_by_role("link", name="Reopen it")).to_have_attribute("href", re.compile(f"{interview}/reopen$"))
    expect(note).not_to_be_editable()
    reword = inspector.page.locator("#note-1 .fb-note__edit").filter(has_text="Reword")
    expect(reword).to_be_hidden()
    inspector.sees_a_sound_page("signed off elsewhere")
    with sqlite3.connect(server.data / "fieldbook.db", timeout=10) as connection:
        connection.execute("UPDATE interview SET signed_off_at = NULL")
    expect(closed).to_be_hidden()
    expect(note).to_be_editable()
    expect(reword).to_be_visible()
