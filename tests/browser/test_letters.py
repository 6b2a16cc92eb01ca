"""A letter is made, downloaded and entered; a body is reminded and chased; figures are read, drawn, tagged."""

from pathlib import Path

import docx
import xlsxwriter
from playwright.sync_api import expect

from tests.browser.person import Person


def test_a_body_is_written_to_reminded_and_its_figures_are_tagged(inspector: Person, tmp_path: Path) -> None:
    page = inspector.page
    inspector.opens("/requests")
    page.get_by_role("button", name="Make the requests of the pack").click()
    page.get_by_role("link", name="Letters", exact=True).click()
    page.get_by_role("link", name="Make a letter").first.click()
    page.get_by_label("Commissioning letter").check()
    page.get_by_label("To whom").select_option(label="Wessex")
    page.get_by_label("Send the files to").fill("inspection@example.org")
    page.get_by_role("button", name="Make the letter").click()
    page.get_by_label("Make it all the same").check()
    inspector.sees_a_sound_page("letter to be made")
    page.get_by_role("button", name="Make the letter").click()
    inspector.sees_a_sound_page("letter")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the letter").click()
    download.value.save_as(tmp_path / "letter.docx")
    letter = docx.Document(str(tmp_path / "letter.docx"))
    assert [row.cells[0].text for row in letter.tables[0].rows][1:] == ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "C1"]
    page.get_by_role("link", name="Enter ‘Asked’ for all that it lists").click()
    page.get_by_label("How").fill("letter")
    inspector.sees_a_sound_page("letter gone out")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("‘Asked’ is saved for 8 requests.")).to_be_visible()

    page.get_by_role("link", name="Letters", exact=True).first.click()
    inspector.sees_a_sound_page("letters")
    page.get_by_role("link", name="Wessex", exact=True).last.click()
    words = page.get_by_label("Words to copy into an e-mail").input_value()
    assert "A7 Volumes of reviews requested by victims, 2024" in words
    inspector.sees_a_sound_page("reminder")
    page.get_by_role("link", name="Enter ‘Chased’ for all of these").click()
    page.get_by_label("How").fill("e-mail")
    page.get_by_label("Answer (optional)").fill("By Friday, they say.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("‘Chased’ is saved for 8 requests.")).to_be_visible()

    with xlsxwriter.Workbook(tmp_path / "return.xlsx") as book:
        sheet = book.add_worksheet("Volumes")
        for number, row in enumerate(
            (
                ["Quarter", "Requests received", "Decisions overturned"],
                ["First", 12, 3],
                ["Second", 8, 1],
                ["2024", 20, None],
            )
        ):
            sheet.write_row(number + 1, 0, row)
    inspector.uploads(tmp_path / "return.xlsx")
    inspector.checks_for_names()
    inspector.opens("/figures/DOC-001/new")
    name = "_minutes_of_the_webinar_on_stalking.pdf"
    page.locator("main .govuk-caption-l").evaluate("(one, name) => { one.textContent += name }", name)
    inspector.sees_a_sound_page("figures to be typed")
    inspector.opens("/figures/DOC-001/read")
    inspector.sees_a_sound_page("figures to be read")
    page.get_by_label("A7 Volumes of reviews requested by victims, 2024").check()
    page.get_by_role("button", name="Keep these figures").click()
    expect(page.get_by_text("The figures are kept.")).to_be_visible()
    expect(page.get_by_text("each to a scale of its own: quarters, years")).to_be_visible()
    expect(page.get_by_role("cell", name="not given")).to_be_visible()
    inspector.selects("First: Requests received 12; Decisions overturned 3")
    page.locator("[name=criteria][value='VW.v']").check()
    page.get_by_role("button", name="Tag the passage").click()
    expect(page.locator("#on-page")).to_contain_text("E-0001")
    inspector.sees_a_sound_page("figures")
    inspector.opens("/figures/compared/A7")
    inspector.sees_a_sound_page("figures compared")
    inspector.opens("/figures/DOC-001/1/correct")
    inspector.sees_a_sound_page("figures corrected")
    inspector.opens("/letters/templates")
    inspector.sees_a_sound_page("templates of letters")
    scrolled = "table => table.scrollWidth > table.parentElement.clientWidth"
    page.set_viewport_size({"width": 320, "height": 640})
    assert not page.get_by_role("table", name="Gaps that a template may have").evaluate(scrolled)
