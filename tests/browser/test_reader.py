"""Reading a document: words are tagged by the keyboard alone, and a passage is opened in place from the matrix."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.documents.factories import png

DATA = Path(__file__).resolve().parents[1] / "data"


def test_a_passage_is_tagged_by_keyboard_and_opened_in_place_from_the_matrix(inspector: Person) -> None:
    page = inspector.page
    inspector.uploads(DATA / "pdf" / "meeting_minutes_eu_webinar.pdf")
    looks_through_it(inspector)
    expect(page.locator("#page-text")).to_contain_text("Promoting semantic interoperability")
    expect(page.locator(".fb-picture img")).to_have_js_property("complete", True)
    reaches_the_text(inspector)
    tags_by_keyboard(inspector)
    inspector.sees_a_sound_page("reader with marks")
    prints_without_forms(inspector)
    finds(inspector)
    opens_it_from_the_matrix(inspector)


def looks_through_it(inspector: Person) -> None:
    """Each page beside its picture, by keyboard; what is looked for is found in all of them."""
    page = inspector.page
    page.get_by_role("button", name="Open it and check it").click()
    page.get_by_role("searchbox", name="Find").fill("interoperability")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Next hit").press("Enter")
    expect(page.locator("#hit-1")).to_be_focused()
    expect(page.locator("#picture img")).to_have_js_property("complete", True)
    page.locator(".fb-reader__text").focus()
    page.keyboard.press("n")
    expect(page.get_by_role("link", name="page 2, 2")).to_have_attribute("aria-current", "page")
    expect(page.locator(".fb-reader__text")).to_be_focused()
    expect(page.locator("#picture img")).to_have_attribute("alt", "Picture of page 2")
    expect(page.locator("#picture img")).to_have_js_property("complete", True)
    inspector.sees_a_sound_page("check beside a picture")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Save the result").click()


def reaches_the_text(inspector: Person) -> None:
    """It is two Tabs from the start of the page, and has most of the window."""
    page = inspector.page
    inspector.opens("/documents/DOC-001")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".fb-reader__text")).to_be_focused()
    place = page.locator(".fb-reader").bounding_box()
    assert place is not None and place["height"] >= 0.6 * 768


def tags_by_keyboard(inspector: Person) -> None:
    page, words = inspector.page, inspector.page.get_by_label("Words of the passage")
    page.locator(".fb-reader__text").focus()
    for keys in ("ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(keys)
    expect(words).to_have_value("Meeting Minutes – Webinar")
    first = words.input_value().strip()
    page.keyboard.press("t")
    expect(page.locator("#criteria")).to_be_focused()
    said = page.locator("#criteria-list .govuk-checkboxes__item").first.get_attribute("title")
    assert said
    expect(page.locator(".fb-criteria__said")).to_have_text(said)
    page.keyboard.press("Space")
    page.get_by_label("Gist (optional)").fill("What it begins with.")
    page.get_by_role("button", name="Tag the passage").press("Enter")
    expect(page.locator("#passage-made")).to_have_text("E-0001 is saved.")
    expect(page.locator("mark#E-0001")).to_have_text(first)
    # The form is emptied where it stands, and takes the next passage as it is.
    expect(words).to_have_value("")
    expect(page.locator("#criteria")).not_to_be_checked()
    expect(page.get_by_label("Gist (optional)")).to_have_value("")
    expect(page.get_by_role("button", name="Tag the passage")).to_be_focused()
    inspector.selects("Promoting semantic")
    page.get_by_label("PW.ii").check()
    page.get_by_role("button", name="Tag the passage").click()
    expect(page.locator("#passage-made")).to_have_text("E-0002 is saved.")
    expect(page.locator("#card-E-0001")).to_be_visible()


def prints_without_forms(inspector: Person) -> None:
    """The text with its marks and the cards, and nothing to press or to fill in."""
    page = inspector.page
    page.emulate_media(media="print")
    expect(page.locator("mark#E-0001")).to_be_visible()
    expect(page.locator("#card-E-0001")).to_be_visible()
    expect(page.locator("main").locator("form, button, input").locator("visible=true")).to_have_count(0)
    page.emulate_media(media="screen")


def finds(inspector: Person) -> None:
    page = inspector.page
    page.get_by_role("searchbox", name="Find").fill("interoperability")
    page.keyboard.press("Enter")
    expect(page.locator("#hits")).to_be_focused()
    expect(page.get_by_text("of ‘interoperability’ on")).to_be_visible()
    page.get_by_role("link", name="Next hit").click()
    expect(page.locator("#hit-1")).to_be_focused()
    words = page.get_by_label("Words of the passage")
    for keys, selected in (
        ("ArrowRight", r"^interoperability$"),
        ("Shift+ArrowLeft", r"^\w+ interoperability$"),
    ):
        page.keyboard.press(keys)
        expect(words).to_have_value(re.compile(selected, re.IGNORECASE))
    page.keyboard.press("Escape")
    expect(words).to_have_value("")
    inspector.sees_a_sound_page("reader finding")
    page.set_viewport_size({"width": 320, "height": 640})
    page.get_by_role("link", name="Larger").press("Enter")
    expect(page.locator(".fb-picture--150")).to_be_visible()
    page.get_by_label("Page", exact=True).fill("2")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"page=2&zoom=150&find=interoperability"))
    page.get_by_role("link", name="Clear").press("Enter")
    expect(page.get_by_role("searchbox", name="Find")).to_have_value("")
    page.set_viewport_size({"width": 1366, "height": 768})


def opens_it_from_the_matrix(inspector: Person) -> None:
    page = inspector.page
    inspector.opens("/matrix")
    page.locator("[id='cell-PW.ii-document']").click()
    page.get_by_role("link", name="DOC-001, page 1").click()
    mark = page.locator("mark#E-0002")
    expect(mark).to_be_focused()
    expect(mark).to_have_class("fb-mark fb-mark--unset fb-mark--opened")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="PW.ii, E-0002 ends: direction not set, tagged by")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(
        f"{inspector.address}/inspections/{inspector.inspection}/documents/DOC-001?page=1&item=E-0002#card-E-0002"
    )
    inspector.opens("/documents/DOC-001?page=2#E-0002")
    expect(page.locator("#where")).to_have_text("E-0002 is on page 1.")


def test_what_stands_on_a_scan_is_tagged_as_a_box(inspector: Person, tmp_path: Path) -> None:
    page = inspector.page
    (tmp_path / "scan.png").write_bytes(png(600, 800))
    inspector.uploads(tmp_path / "scan.png")
    page.get_by_role("button", name="Open it and check it").click()
    opened = page.get_by_label("I opened the original, and looked through all of it")
    while not opened.count():  # asked for once it is known that there is no text
        page.reload()
    opened.check()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Save the result").click()
    page.get_by_role("link", name="Tag a box on the picture").click()
    picture = page.locator(".fb-picture")
    expect(picture.locator("img")).to_have_js_property("complete", True)
    place = picture.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 0.1 * place["width"], place["y"] + 60)
    page.mouse.down()
    page.mouse.move(place["x"] + 0.5 * place["width"], place["y"] + 160)
    page.mouse.up()
    expect(page.get_by_label("What you read in the box")).to_be_focused()
    expect(page.get_by_label("Left", exact=True)).to_have_value("10")
    expect(page.get_by_label("Width", exact=True)).to_have_value("40")
    page.keyboard.type("Nobody signed.")
    page.get_by_label("PW.ii").check()
    inspector.sees_a_sound_page("box on a scan")
    page.get_by_role("button", name="Tag the box").press("Enter")
    expect(page.locator("#card-E-0001")).to_contain_text("Nobody signed.")
    inspector.sees_a_sound_page("scan with a box")
    inspector.opens("/evidence")
    page.get_by_role("link", name="DOC-001, page 1, box").click()
    expect(page.get_by_role("link", name="E-0001, PW.ii")).to_be_focused()
