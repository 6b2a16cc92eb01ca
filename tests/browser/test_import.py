"""A call's transcript becomes notes: seen first, speakers given labels by keyboard, imported, and withdrawn."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.person import Person

CALL = Path(__file__).parents[1] / "data" / "transcripts" / "zoom_call_175.vtt"


def test_a_transcript_is_imported_and_withdrawn(inspector: Person) -> None:
    page = inspector.page
    reference = inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    inspector.types_note("Before the import.")
    inspector.sees_saved(1)
    page.get_by_role("link", name="Imports").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Import notes")).to_be_visible()
    inspector.sees_a_sound_page("imports empty")
    page.get_by_label("Pasted text").fill("word " * 5000)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("alert")).to_contain_text("Paragraph 1 has 25,000 characters")
    inspector.sees_a_sound_page("import refused")
    page.get_by_label("Pasted text").fill("")
    page.locator("input[type=file]").set_input_files(CALL)
    page.get_by_role("button", name="Look at it").click()

    expect(page.get_by_role("heading", name=f"What import 1 would do in {reference}")).to_be_visible()
    expect(page.get_by_text("139 paragraphs become")).to_be_visible()
    expect(page.get_by_text("Names stand in the words.")).to_be_visible()
    inspector.sees_a_sound_page("import preview")
    labels = page.get_by_label("Called in the notes")
    labels.nth(0).focus()
    page.keyboard.type("Josh")
    labels.nth(2).focus()
    page.keyboard.type("DCP 2")
    page.keyboard.press("Enter")  # looks again; it never imports
    expect(page.get_by_role("alert")).to_contain_text("‘Josh’ may be a name")
    inspector.sees_a_sound_page("import with a name")
    labels.nth(0).fill("Clerk")
    page.get_by_role("button", name="Keep this and look again").click()
    expect(page.get_by_text("The labels are kept. Nothing is imported yet.")).to_be_visible()

    inspector.opens(f"/interviews/{reference}/imports")
    inspector.sees_a_sound_page("imports with one waiting")
    page.get_by_role("link", name="Import 1").click()
    inspector.sees_a_sound_page("import waiting")
    page.get_by_role("button", name="Look at it and import it").click()
    expect(labels.nth(2)).to_have_value("DCP 2")
    page.get_by_text("All 4").click()  # the list of all notes unfolds
    inspector.sees_a_sound_page("import preview unfolded")
    page.get_by_role("button", name="Import 4").click()
    expect(page.get_by_text("notes imported: notes 2 to")).to_be_visible()
    expect(page.locator("#note-2 .fb-note__who")).to_have_text("Clerk")
    expect(page.locator("#notes")).not_to_contain_text("Josh Davis")
    inspector.sees_a_sound_page("interview with imported notes")

    page.get_by_role("link", name="Imports").click()
    page.get_by_role("link", name="Import 1").click()
    inspector.sees_a_sound_page("import done")
    page.get_by_role("link", name="Withdraw this import").click()
    inspector.sees_a_sound_page("import withdrawing")
    page.get_by_label("Why it is withdrawn").fill("The wrong call")
    page.keyboard.press("Enter")
    expect(page.get_by_text("notes withdrawn.")).to_be_visible()
    inspector.sees_a_sound_page("import withdrawn")
    inspector.opens(f"/interviews/{reference}")
    inspector.sees_saved(1)
