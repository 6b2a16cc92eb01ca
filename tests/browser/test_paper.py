"""An interview without a device: its guide is prepared, printed, and what was written on it typed in."""

import pypdfium2
from playwright.sync_api import expect

from tests.browser.person import SCREENSHOTS, Person


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
