"""The lead's Friday: what contradicts what, the matrix in place, an address sent to a colleague, and paper."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.person import SCREENSHOTS, Person


def test_the_leads_friday(inspector: Person, new_page: Callable[..., Page]) -> None:
    page = inspector.page
    inspector.plans("Focus group", "Wessex", "District Crown Prosecutor")
    inspector.types_note("Bad character is always considered #ld.v")
    inspector.types_note("Nobody here has made a bad character application #ld.v")
    inspector.sees_saved(2)
    for number, shows in ((1, "Strength"), (2, "Weakness")):
        inspector.opens(f"/evidence/E-000{number}")
        page.get_by_label(shows, exact=True).check()
        page.get_by_role("button", name="Save changes").click()
        expect(page.get_by_text(f"E-000{number} is saved.")).to_be_visible()
    page.get_by_label("Theme", exact=True).fill("Bad character")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#themes li")).to_contain_text("Bad character")
    inspector.sees_a_sound_page("item with theme")

    page.get_by_role("link", name="Other evidence").click()
    page.get_by_label("contradicts it").check()
    page.get_by_label("The other item").fill("E-0001")
    page.get_by_role("button", name="Link").click()
    expect(page.get_by_text("E-0002 contradicts E-0001.")).to_be_visible()
    inspector.sees_a_sound_page("links between items")

    inspector.opens("/criteria/LD.v")
    strength = page.locator("section[aria-labelledby=strength]")
    expect(strength).to_contain_text("Weakness, nationally: Contradicted")
    expect(page.get_by_text("1 open contradiction")).to_be_visible()
    inspector.sees_a_sound_page("desk contradicted")
    page.get_by_text("Choose Areas").click()
    page.get_by_label("Wessex (visited)").check()
    page.get_by_label("Mersey-Cheshire (visited)").check()
    page.get_by_role("button", name="Set side by side").click()
    expect(page.locator(".fb-side__column")).to_have_count(2)
    inspector.sees_a_sound_page("Areas side by side")

    page.get_by_role("link", name="Look at what contradicts what").click()
    inspector.sees_a_sound_page("contradictions")
    page.get_by_role("link", name="E-0002 contradicts E-0001").click()
    page.get_by_label("One side set aside").check()
    page.get_by_role("button", name="Resolve it").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose the side that is set aside")
    inspector.sees_a_sound_page("contradiction refused")
    page.get_by_label("E-0001", exact=True).check()
    page.get_by_label("Why?").fill("They had the other unit's work in mind.")
    page.get_by_role("button", name="Resolve it").click()
    expect(page.get_by_text("The contradiction is resolved.")).to_be_visible()
    inspector.sees_a_sound_page("contradiction resolved")
    inspector.opens("/criteria/LD.v")
    expect(strength).to_contain_text("Weakness, nationally: Single")
    expect(strength).to_contain_text("Strength, nationally: Nothing yet")

    inspector.opens("/matrix?by=area")
    inspector.sees_a_sound_page("matrix by Area")
    page.evaluate("document.body.dataset.stays = 'yes'")
    cell = page.locator("[id='cell-LD.v-WES']")
    cell.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#opened")).to_be_focused()
    expect(page.locator("#opened")).to_have_text("LD.v · Wessex: 2 items, 1 source")
    expect(cell).to_have_attribute("aria-expanded", "true")
    assert page.evaluate("document.body.dataset.stays") == "yes", "without a reload"
    assert re.search(r"by=area&open=LD\.v(:|%3A)WES", page.url)
    inspector.sees_a_sound_page("matrix with an open cell")
    sent = page.url

    page.locator("[id='cell-LD.v-MCH']").click()
    expect(page.locator("#opened")).to_contain_text("Mersey-Cheshire: 0 items")
    expect(page.locator("tr.fb-matrix__open")).to_have_count(1)
    page.go_back()
    expect(page.locator("#opened")).to_have_text("LD.v · Wessex: 2 items, 1 source")
    page.go_back()
    expect(page.locator("#opened")).to_have_count(0)
    expect(page.locator("h1")).to_have_text("Evidence matrix")
    page.go_forward()
    expect(page.locator("#opened")).to_have_text("LD.v · Wessex: 2 items, 1 source")
    page.get_by_role("link", name="Close").click()
    expect(page.locator("#opened")).to_have_count(0)
    expect(cell).to_be_focused()
    assert "open" not in page.url

    colleague = Person(new_page(java_script_enabled=False), inspector.address)
    colleague.signs_in()
    colleague.page.goto(sent)
    expect(colleague.page.locator("#opened")).to_have_text("LD.v · Wessex: 2 items, 1 source")
    expect(colleague.page.locator("tr.fb-matrix__open article")).to_have_count(2)
    colleague.page.get_by_role("link", name="Close").click()
    expect(colleague.page.locator("#opened")).to_have_count(0)

    page.goto(sent)
    page.emulate_media(media="print")
    expect(page.locator("#opened")).to_be_visible()
    expect(page.get_by_role("link", name="Close")).to_be_hidden()
    expect(page.get_by_text("OFFICIAL-SENSITIVE").first).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "matrix printed.png", full_page=True)
    page.pdf(path=SCREENSHOTS / "matrix.pdf", prefer_css_page_size=True)


def test_covered_words_can_be_opened_and_selected_and_a_long_source_fits(inspector: Person, tmp_path: Path) -> None:
    page = inspector.page
    meeting = tmp_path / "Joint operational improvement meeting on domestic abuse and stalking, third of the year.txt"
    meeting.write_text("He said so. He followed her home. Then he left.")
    inspector.uploads(meeting)
    expect(page.locator("#page-text")).to_contain_text("He followed", timeout=20_000)
    inspector.selects("He followed her home.")
    page.locator("#criteria-list [value='LD.v']").check()
    page.get_by_role("button", name="Tag the passage").click()
    expect(page.locator("#page-text mark")).to_be_visible()
    inspector.opens("/evidence/E-0001")
    page.get_by_label("Distressing content").check()
    page.get_by_label("Strength", exact=True).check()
    page.get_by_role("button", name="Save changes").click()

    inspector.opens("/documents/DOC-001")
    passage = page.locator("#page-text mark")
    expect(passage).to_be_hidden()
    inspector.sees_a_sound_page("reader with a cover")
    page.locator("#page-text summary").click()
    expect(passage).to_be_visible()
    inspector.selects("Then he left.")
    expect(page.locator("[name=start]")).to_have_value("34")
    inspector.selects("followed her")
    expect(page.locator("[name=start]")).to_have_value("15")
    inspector.sees_a_sound_page("reader with a cover opened")

    inspector.opens("/criteria/LD.v")
    page.get_by_text("Why, and by Area").click()
    page.get_by_text("Choose Areas").click()
    inspector.sees_a_sound_page("desk with a long source")
