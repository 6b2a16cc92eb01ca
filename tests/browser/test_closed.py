"""A document with a name in it: opened to be checked, struck out, read as a copy, and taken out."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.person import Person


def test_a_name_is_struck_out_and_the_copy_is_taken_out(inspector: Person, tmp_path: Path) -> None:
    page, minutes = inspector.page, tmp_path / "minutes.txt"
    minutes.write_text("Ms Ann Lee was heard.\nThen Ann Lee went home.\nNobody else was heard.")
    inspector.uploads(minutes)
    page.get_by_role("button", name="Open it and check it").click()
    expect(page.locator("#page-text")).to_contain_text("Ann Lee", timeout=20_000)
    inspector.selects("Ann Lee", into="Words to strike out")
    page.get_by_label("Everywhere in this document").check()
    page.get_by_label("Found and covered").check()
    page.get_by_label("What was found").fill("A name, twice on the one page.")
    page.get_by_role("button", name="Strike them out").click()
    expect(page.locator("#page-text del")).to_have_text(["Ann Lee", "Ann Lee"])
    expect(page.get_by_label("Found and covered")).to_be_checked()  # as it was before words were struck out
    expect(page.get_by_label("What was found")).to_have_value("A name, twice on the one page.")
    inspector.sees_a_sound_page("words struck out")
    page.get_by_role("button", name="Save the result").click()
    expect(page.locator("#page-text")).to_contain_text("Then ███████ went home.")
    inspector.selects("███████ went")
    page.locator("#criteria-list [value='LD.v']").check()
    page.get_by_role("button", name="Tag the passage").click()
    expect(page.locator("#page-text mark")).to_have_text("███████ went")
    inspector.sees_a_sound_page("covered document")
    page.get_by_role("link", name="Copy to take out").click()
    page.get_by_role("button", name="Make the copy").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download the copy").click(timeout=20_000)
    inspector.sees_a_sound_page("copy to take out")
    assert "Ann" not in taken.value.path().read_text()
