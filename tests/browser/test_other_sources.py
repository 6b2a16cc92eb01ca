"""A stakeholder's letter, from entering it to the cell of the matrix that counts it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import INSPECTION, Person
from tests.packs.second_world import CODE


@pytest.mark.parametrize(
    ("inspection", "family", "criterion", "reference"),
    [(INSPECTION, "What stakeholders sent or said", "PW.ii", "OTH-001"), (CODE, "Test calls", "TM.ii", "ELSE-001")],
    ids=["the real pack", "another pack"],
)
def test_a_letter_is_entered_tagged_and_corrected(
    lead_of: Callable[[str], Person], inspection: str, family: str, criterion: str, reference: str
) -> None:
    inspector = lead_of(inspection)
    page = inspector.page
    inspector.opens("/other-sources")
    inspector.sees_a_sound_page("other sources empty")
    page.get_by_role("button", name="Add one").first.click()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose what it is")
    inspector.sees_a_sound_page("other source refused")
    page.get_by_label(family).check()
    page.get_by_label("Title").fill("Letter of the consortium")
    page.get_by_label("Its words").fill("Advocates are told of hearings too late.\n\nLetters are hard to read.")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text(f"{reference} is saved")).to_be_visible()
    inspector.selects("told of hearings too late")
    page.get_by_label(criterion).check()
    page.get_by_role("button", name="Tag the passage").click()
    expect(page.locator("mark")).to_have_text("told of hearings too late")
    inspector.sees_a_sound_page("other source tagged")
    page.get_by_role("link", name="Correct the words").click()
    inspector.sees_a_sound_page("other source correcting")
    page.get_by_label("Its words").fill("Advocates are told of hearings in time.")
    page.get_by_role("button", name="Save the correction").click()
    expect(page.locator("#page-text")).to_have_text("Advocates are told of hearings in time.")
    expect(page.locator("mark")).to_have_count(0)
    inspector.opens("/evidence/E-0001")
    expect(page.get_by_text("told of hearings too late").first).to_be_visible()
    page.locator("main").get_by_role("link", name=reference).first.click()
    page.get_by_role("link", name="History").click()
    inspector.sees_a_sound_page("other source history")
    inspector.opens("/other-sources")
    expect(page.get_by_role("row", name=reference)).to_contain_text("1 item")
    inspector.sees_a_sound_page("other sources")
