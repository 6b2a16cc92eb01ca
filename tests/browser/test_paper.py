"""An interview without a device: its guide is prepared, printed, and what was written on it typed in."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Begun, Server
from tests.browser.device import Device, is_ready, kept
from tests.browser.person import INSPECTION, SCREENSHOTS, Person


def test_an_interview_is_held_on_paper(inspector: Person) -> None:
    page = inspector.page
    reference = inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    page.get_by_role("link", name="Prepare the guide: order and words").click()
    inspector.sees_a_sound_page("preparing the guide")
    page.get_by_label("Place of DC8").fill("0")
    page.get_by_label("Words of DC2").fill("How do you check what the police send?")
    page.get_by_role("button", name="Save the guide").click()
    page.get_by_role("link", name="DC8: Place must be a whole number").click()
    expect(page.get_by_label("Place of DC8")).to_be_focused()
    inspector.sees_a_sound_page("preparing refused")
    page.get_by_label("Place of DC8").fill("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"The topic guide of {reference} is saved")).to_be_visible()
    page.get_by_label("Your question").fill("Who covers leave?")
    page.get_by_role("button", name="Add the question").click()
    expect(page.get_by_label("Words of own-1")).to_have_value("Who covers leave?")
    inspector.sees_a_sound_page("guide prepared")

    page.get_by_role("link", name="Print the guide, with room to write").click()
    inspector.sees_a_sound_page("guide to print")
    document = pypdfium2.PdfDocument(page.pdf(path=SCREENSHOTS / "guide.pdf", prefer_css_page_size=True))
    sheets = [" ".join(sheet.get_textpage().get_text_bounded().split()) for sheet in document]
    document.close()
    for number, sheet in enumerate(sheets, 1):
        assert f"Page {number} of {len(sheets)}" in sheet
        assert f"{reference} · topic guide" in sheet and "OFFICIAL-SENSITIVE" in sheet
    whole = " ".join(sheets)
    assert whole.index("DC8") < whole.index("DC1") < whole.index("How do you check what the police send?")
    assert "Who covers leave?" in whole

    page.get_by_role("link", name="type in what you wrote").click()
    inspector.sees_a_sound_page("typing in from paper")
    first = page.get_by_role("group", name="Note 1", exact=True)
    first.get_by_label("Time of note 1").fill("10.05")
    page.keyboard.press("Tab")
    page.keyboard.type("DCP 1")
    first.get_by_label("Prompt of note 1").select_option("DC8")
    first.get_by_label("What was said, note 1").fill("Rotas change every month. #vw.ii")
    page.get_by_label("What was said, note 2").fill("Nobody tells the courts.")
    # Its day is not known, so that the form offers today: the paper says another.
    group = page.get_by_role("group", name="Day on the paper")
    for label, value in (("Day", "2"), ("Month", "11"), ("Year", "2026")):
        group.get_by_label(label).fill(value)
    page.get_by_role("button", name="Save the notes").click()
    expect(page.get_by_role("link", name="Note 2: Enter the time on the paper")).to_be_visible()
    inspector.sees_a_sound_page("typing in refused")
    page.get_by_role("button", name="More rows").click()
    expect(page.get_by_label("What was said, note 20")).to_be_visible()
    page.get_by_role("group", name="Note 2", exact=True).get_by_label("Time").fill("10:20")
    page.get_by_role("button", name="Save the notes").click()
    expect(page.get_by_text(f"2 notes from paper saved in {reference}")).to_be_visible()
    expect(page.locator("#note-1")).to_contain_text("10:05")
    expect(page.locator("#note-2")).to_contain_text("Nobody tells the courts.")
    inspector.sees_a_sound_page("notes from paper")


def test_what_is_typed_in_from_paper_outlives_the_browser_and_is_kept_no_longer_once_it_is_saved(
    browser: Browser, server: Server, begun: Callable[[str], Begun], tmp_path: Path
) -> None:
    device = Device(browser, tmp_path / "profile", server.address)
    device.context.add_cookies(begun(INSPECTION).cookies)
    reference = device.person.plans("Interview", "Wessex", "District Crown Prosecutor")
    is_ready(device.person.page)
    address = f"{server.address}/inspections/{INSPECTION}/interviews/{reference}/paper"
    page = device.person.page
    page.goto(address)
    expect(page.locator("#typed-in")).to_be_hidden()
    for label, value in (("Day", "2"), ("Month", "11"), ("Year", "2026")):
        page.get_by_label(label, exact=True).fill(value)
    write(page, 1, "10:05", "Rotas change every month.", speaker="DCP 1", prompt="DC8")
    page.get_by_role("button", name="More rows").click()
    write(page, 11, "10:20", "Nobody tells the courts.")
    page.wait_for_timeout(1000)  # the promise: on the device within a second
    device.kill()

    person = device.start()
    page = person.page
    page.goto(address)
    if page.get_by_label("E-mail address").is_visible():
        person.signs_in()
        page.goto(address)
    offer = page.locator("#typed-in")
    expect(offer).to_contain_text("What you had typed in is kept on this device.")
    person.sees_a_sound_page("typed in before")
    page.goto(f"{server.address}/capture/kept")
    expect(page.locator("#kept-half .fb-text")).to_have_text(
        "10:05 DC8 DCP 1: Rotas change every month. 10:20 Nobody tells the courts."
    )
    expect(page.locator("#kept-half")).to_contain_text("Typed in from paper, not saved")
    person.sees_a_sound_page("typed in from paper, kept on this device")
    page.goto(address.removesuffix("/paper"))
    is_ready(page)
    expect(page.get_by_label("Note", exact=True)).to_have_value("")
    expect(page.locator("#half-typed")).to_be_hidden()
    expect(page.locator("#half-corrected")).to_be_hidden()

    page.goto(address)
    write(page, 1, "10:00", "Typed meanwhile.")
    page.wait_for_timeout(1000)
    page.reload()  # there are two by now, and neither took the other's place
    page.get_by_role("button", name="Forget it").click()
    sure = page.get_by_role("dialog", name="Forget what you had typed in?")
    expect(sure).to_contain_text("1 row from paper, “Typed meanwhile.”: on this device only")
    person.sees_a_sound_page("asked before forgetting")
    sure.get_by_role("button", name="Forget it").click()
    expect(page.locator(".fb-paper-row input").first).to_be_focused()  # until then the one that is forgotten is offered
    offer.get_by_role("button", name="Take it back").click()
    expect(offer).to_be_hidden()
    expect(page.get_by_label("Month", exact=True)).to_have_value("11")
    first, second = (page.get_by_role("group", name=f"Note {number}", exact=True) for number in (1, 11))
    expect(first.get_by_label("Speaker of note 1")).to_have_value("DCP 1")
    expect(first.get_by_label("Prompt of note 1")).to_have_value("DC8")
    expect(second.get_by_label("What was said, note 11")).to_have_value("Nobody tells the courts.")
    expect(page.get_by_role("group", name="Note 20", exact=True)).to_be_visible()
    person.sees_a_sound_page("taken back", narrow=False)
    # Saved, but the browser does not hear of it: what is taken back and saved again is not there twice.
    page.evaluate(
        """() => {
          const form = document.getElementById('paper')
          const body = new URLSearchParams(new FormData(form))
          return fetch(form.action, { method: "POST", body, redirect: "manual" })
        }"""
    )
    page.reload()
    offer.get_by_role("button", name="Take it back").click()
    expect(offer).to_be_hidden()
    hung: list[Route] = []
    page.route("**/capture/who", lambda route: hung.append(route))
    page.get_by_role("button", name="Save the notes").click()
    expect(page.get_by_role("status").filter(has_text="Saving…")).to_be_visible()
    page.unroute("**/capture/who")  # which lets it go on
    page.wait_for_url(f"**/{reference}#note-1")  # its script has heard that they are saved
    assert kept(server) == ["Rotas change every month.", "Nobody tells the courts."]
    page.goto(f"{server.address}/capture/kept")
    expect(page.get_by_text("Nothing of yours is kept on this device")).to_be_visible()
    device.close()
    assert device.faults == []


def write(page: Page, number: int, at: str, words: str, *, speaker: str = "", prompt: str = "") -> None:
    row = page.get_by_role("group", name=f"Note {number}", exact=True)
    row.get_by_label("Time").fill(at)
    row.get_by_label("Speaker").fill(speaker)
    row.get_by_label("Prompt").select_option(prompt)
    row.get_by_label("What was said").fill(words)
