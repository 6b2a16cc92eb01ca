"""The write-up by keyboard: a note edited in its place, moved, merged, and the document printed."""

from playwright.sync_api import expect

from tests.browser.person import Person

WORDS = ["Letters are late. #vw.ii", "Rotas change monthly.", "Nobody records why."]


def test_a_note_is_edited_and_arranged_by_keyboard(inspector: Person) -> None:
    page = inspector.page
    inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    for words in WORDS:
        inspector.types_note(words)
    inspector.sees_saved(3)
    page.get_by_role("link", name="Write-up").click()
    said = page.locator(".fb-written .fb-note__words")
    expect(said).to_have_text(WORDS)

    page.wait_for_load_state()  # with its scripts: before, *Edit* leads to a page of its own
    page.get_by_role("link", name="Edit note 2").press("Enter")
    expect(page.get_by_label("Words of note 2")).to_be_focused()
    page.keyboard.type(" In Area.")
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.locator(".fb-tabs").get_by_role("link", name="Notes").click()
    assert asked.value.type == "beforeunload"
    expect(page.get_by_label("Words of note 2")).to_have_value("Rotas change monthly. In Area.")
    page.get_by_label("Speaker of note 2").fill("DCP 1")
    page.get_by_label("Quotation: these are").check()
    inspector.sees_a_sound_page("write-up with a note open")
    page.get_by_role("button", name="Finish").press("Enter")
    expect(page.get_by_text("Not done: a note is open, and what you changed in it would be lost.")).to_be_visible()
    expect(page.get_by_label("Words of note 2")).to_be_focused()
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.locator("#note-2")).to_contain_text("DCP 1")
    expect(page.locator("#note-2.fb-note--quote")).to_be_visible()
    expect(page.get_by_role("link", name="Edit note 2")).to_be_focused()

    page.get_by_role("link", name="Arrange note 3").press("Enter")
    up = page.get_by_role("button", name="Move up note 3")
    expect(up).to_be_focused()
    fresh = page.locator(".htmx-added")  # a button pressed within 20 ms of its coming is sent as a form, without htmx
    expect(up).to_be_visible()
    expect(fresh).to_have_count(0)
    up.press("Enter")
    expect(page.locator(".fb-written > li").nth(1)).to_have_id("note-3")
    expect(up).to_be_focused()
    expect(fresh).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator(".fb-written > li").first).to_have_id("note-3")
    expect(up).to_have_count(0)
    expect(page.get_by_role("button", name="Move down note 3")).to_be_focused()
    inspector.sees_a_sound_page("write-up with a note that is arranged")
    page.get_by_role("button", name="Merge note 3 with note 1").press("Enter")
    expect(said.first).to_have_text("Nobody records why.\nLetters are late. #vw.ii")
    expect(page.locator(".fb-written > li")).to_have_count(2)
    expect(page.locator("#note-3")).to_contain_text("E-0001")
    expect(page.get_by_role("link", name="Done with note 3")).to_be_focused()
    page.reload()
    expect(page.locator(".fb-written > li")).to_have_count(2)

    page.get_by_label("Tick note 3").press("Space")
    page.get_by_label("Tick note 2").press("Space")
    page.get_by_label("Under the criterion").select_option("LD.ii")
    inspector.sees_a_sound_page("write-up with ticked notes")
    page.get_by_role("button", name="Tag the ticked notes").press("Enter")
    told = page.locator("#tagged")
    expect(told).to_contain_text("1 note became evidence under LD.ii: E-0002.")
    expect(told).to_contain_text("1 item stands under LD.ii as well: E-0001.")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_text("1 item is withdrawn and the tag is taken off 1 item.")).to_be_visible()
