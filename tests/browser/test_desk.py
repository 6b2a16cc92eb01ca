"""The lead's Friday: what contradicts what, the matrix in place, an address sent to a colleague, and paper."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.person import EMAIL, INSPECTION, PASSWORD, SCREENSHOTS, Person
from tests.packs.second_world import CODE


@dataclass(frozen=True)
class Words:
    """What a pack calls what the lead looks at."""

    inspection: str
    marking: str
    planned: tuple[str, str, str]  # kind, body, role
    criterion: str
    theme: str
    notes: tuple[str, str]
    directions: tuple[str, str]  # for, against
    contradicts: str
    outcome: str  # one side does not count any more
    strengths: tuple[str, str, str]  # contradicted, single, none
    areas: tuple[tuple[str, str], tuple[str, str]]  # name and code: of the one that is planned, and of another


REAL = Words(
    inspection=INSPECTION,
    marking="OFFICIAL-SENSITIVE",
    planned=("Focus group", "Wessex", "District Crown Prosecutor"),
    criterion="LD.v",
    theme="Bad character",
    notes=("Bad character is always considered", "Nobody here has made a bad character application"),
    directions=("Strength", "Weakness"),
    contradicts="contradicts",
    outcome="One side set aside",
    strengths=("Contradicted", "Single", "Nothing yet"),
    areas=(("Wessex", "WES"), ("Mersey-Cheshire", "MCH")),
)
OTHER = Words(
    inspection=CODE,
    marking="OFFICIAL",
    planned=("Round table", "Northgate", "Witness clerk"),
    criterion="AC.i",
    theme="Wrong dates",
    notes=("Two of us read each date before it goes", "Nobody here has the list of hearings"),
    directions=("Good", "Poor"),
    contradicts="disputes",
    outcome="One of them is not relied on",
    strengths=("Disputed", "One voice", "Silence"),
    areas=(("Northgate", "NGT"), ("Old Quay", "QUAY")),
)


@pytest.mark.parametrize("words", [REAL, OTHER], ids=["the real pack", "another pack"])
def test_the_leads_friday(lead_of: Callable[[str], Person], new_page: Callable[..., Page], words: Words) -> None:
    inspector = lead_of(words.inspection)
    page, criterion, (best, worst) = inspector.page, words.criterion, words.directions
    contradicted, single, nothing = words.strengths
    (area, code), (another, other_code) = words.areas
    inspector.plans(*words.planned)
    for note in words.notes:
        inspector.types_note(f"{note} #{criterion.lower()}")
    inspector.sees_saved(2)
    for number, shows in ((1, best), (2, worst)):
        inspector.opens(f"/evidence/E-000{number}")
        page.get_by_label(shows, exact=True).check()
        page.get_by_role("button", name="Save changes").click()
        expect(page.get_by_text(f"E-000{number} is saved.")).to_be_visible()
    page.get_by_label("Theme", exact=True).fill(words.theme)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#themes li")).to_contain_text(words.theme)
    inspector.sees_a_sound_page("item with theme")

    said = f"E-0002 {words.contradicts} E-0001"
    page.get_by_role("link", name="Other evidence").click()
    page.get_by_label(f"{words.contradicts} it").check()
    page.get_by_label("The other item").fill("E-0001")
    page.get_by_role("button", name="Link").click()
    expect(page.get_by_text(f"{said}.")).to_be_visible()
    inspector.sees_a_sound_page("links between items")

    inspector.opens(f"/criteria/{criterion}")
    strength = page.locator("section[aria-labelledby=strength]")
    expect(strength).to_contain_text(f"{worst}, nationally: {contradicted}")
    expect(page.get_by_text("1 open contradiction")).to_be_visible()
    inspector.sees_a_sound_page("desk contradicted")
    page.get_by_text("Choose Areas").click()
    page.get_by_label(f"{area} (visited)").check()
    page.get_by_label(f"{another} (visited)").check()
    page.get_by_role("button", name="Set side by side").click()
    expect(page.locator(".fb-side__column")).to_have_count(2)
    inspector.sees_a_sound_page("Areas side by side")

    page.get_by_role("link", name="Look at what contradicts what").click()
    inspector.sees_a_sound_page("contradictions")
    page.get_by_role("link", name=said).click()
    page.get_by_label(words.outcome).check()
    page.get_by_role("button", name="Resolve it").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose the side that is set aside")
    inspector.sees_a_sound_page("contradiction refused")
    page.get_by_label("E-0001", exact=True).check()
    page.get_by_label("Why?").fill("They had the other unit's work in mind.")
    page.get_by_role("button", name="Resolve it").click()
    expect(page.get_by_text("The contradiction is resolved.")).to_be_visible()
    inspector.sees_a_sound_page("contradiction resolved")
    inspector.opens(f"/criteria/{criterion}")
    expect(strength).to_contain_text(f"{worst}, nationally: {single}")
    expect(strength).to_contain_text(f"{best}, nationally: {nothing}")

    opened = f"{criterion} · {area}: 2 items, 1 source"
    inspector.opens("/matrix?by=area")
    inspector.sees_a_sound_page("matrix by Area")
    page.evaluate("document.body.dataset.stays = 'yes'")
    cell = page.locator(f"[id='cell-{criterion}-{code}']")
    cell.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#opened")).to_be_focused()
    expect(page.locator("#opened")).to_have_text(opened)
    expect(cell).to_have_attribute("aria-expanded", "true")
    assert page.evaluate("document.body.dataset.stays") == "yes", "without a reload"
    assert re.search(rf"by=area&open={re.escape(criterion)}(:|%3A){code}", page.url)
    inspector.sees_a_sound_page("matrix with an open cell")
    sent = page.url
    assert sent.endswith("#open")

    page.locator(f"[id='cell-{criterion}-{other_code}']").click()
    expect(page.locator("#opened")).to_contain_text(f"{another}: 0 items")
    expect(page.locator("tr.fb-matrix__open")).to_have_count(1)
    page.go_back()
    expect(page.locator("#opened")).to_have_text(opened)
    page.go_back()
    expect(page.locator("#opened")).to_have_count(0)
    expect(page.locator("h1")).to_have_text("Evidence matrix")
    page.go_forward()
    expect(page.locator("#opened")).to_have_text(opened)
    page.get_by_role("link", name="Close").click()
    expect(page.locator("#opened")).to_have_count(0)
    expect(cell).to_be_focused()
    assert "open" not in page.url

    colleague = Person(new_page(java_script_enabled=False), inspector.address)
    colleague.signs_in()
    colleague.page.goto(sent)
    expect(colleague.page.locator("#opened")).to_have_text(opened)
    expect(colleague.page.locator("tr.fb-matrix__open article")).to_have_count(2)
    colleague.page.get_by_role("link", name="Close").click()
    expect(colleague.page.locator("#opened")).to_have_count(0)

    friend = Person(new_page(), inspector.address)
    friend.page.goto(sent)
    friend.page.get_by_label("E-mail address").fill(EMAIL)
    friend.page.get_by_label("Password", exact=True).fill(PASSWORD)
    friend.page.get_by_role("button", name="Sign in").click()
    expect(friend.page).to_have_url(re.compile("#open$"))
    expect(friend.page.locator("#opened")).to_be_in_viewport()

    page.goto(sent)
    page.emulate_media(media="print")
    expect(page.locator("#opened")).to_be_visible()
    expect(page.get_by_role("link", name="Close")).to_be_hidden()
    expect(page.get_by_text(words.marking).first).to_be_visible()
    page.screenshot(path=SCREENSHOTS / f"matrix of {words.inspection} printed.png", full_page=True)
    page.pdf(path=SCREENSHOTS / f"matrix of {words.inspection}.pdf", prefer_css_page_size=True)


def test_covered_words_can_be_opened_and_selected_and_a_long_source_fits(inspector: Person, tmp_path: Path) -> None:
    page = inspector.page
    meeting = tmp_path / "Joint operational improvement meeting on domestic abuse and stalking, third of the year.txt"
    meeting.write_text("He said so. He followed her home. Then he left.")
    inspector.uploads(meeting)
    inspector.checks_for_names()
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
