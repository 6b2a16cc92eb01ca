"""Files that come in: dropped on the page, three panels in one PDF, five assessments in one workbook, a ZIP."""

import re
import zipfile
from pathlib import Path

import openpyxl
from playwright.sync_api import Page, expect

from tests.browser.person import Person

DATA = Path(__file__).parents[1] / "data"


def drops(page: Page, *files: Path, on: str) -> None:
    """Drags files in from outside of the browser and lets them go, as a mouse does."""
    box = page.locator(on).bounding_box()
    assert box is not None
    browser = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2, "data": data}
    for kind in ("dragEnter", "dragOver", "drop"):
        browser.send("Input.dispatchDragEvent", {"type": kind} | at)


def test_files_are_dropped_sorted_and_taken_apart(inspector: Person, tmp_path: Path) -> None:
    lead, page = inspector, inspector.page
    lead.opens("/requests")
    page.get_by_role("button", name="Make the requests of the pack").click()
    expect(page.get_by_text("requests are made")).to_be_visible()

    # Three panels' agendas and minutes in one PDF.
    panels = tmp_path / "panels.pdf"
    panels.write_bytes((DATA / "pdf" / "meeting_minutes_eu_webinar.pdf").read_bytes())
    lead.opens("/requests/WES/A3/receive")
    drops(page, panels, on="input[type=file]")
    expect(page.locator("#fb-status")).to_have_text("panels.pdf is chosen.")
    page.get_by_label("Each file holds the parts that are ticked").check()
    for number in (1, 2, 3):
        for part in ("agenda", "minutes"):
            page.get_by_label(f"A3: {part} of panel meeting {number}").check()
    page.get_by_role("button", name="Receive them").click()
    expect(page.get_by_text("Received as DOC-001.")).to_be_visible()
    expect(page.get_by_text("3 of 3").first).to_be_visible()

    # Five assessments in one workbook, to be sorted.
    five, book = tmp_path / "five.xlsx", openpyxl.Workbook()
    book.active["A1"] = "Assessments 1 to 5"  # type: ignore[index]
    book.save(five)
    lead.uploads(five)
    expect(page.get_by_text("Received as DOC-002.")).to_be_visible()
    lead.opens("/documents/DOC-002/requests?body=WES")
    boxes = page.get_by_label("of assessment", exact=False)
    code = boxes.first.evaluate("box => box.value.split(':')[1]")
    for number in range(1, 6):
        page.get_by_label(f"{code}: assessment of assessment {number}", exact=True).check()
    page.get_by_role("button", name="Save what it holds").click()
    expect(page.get_by_role("alert")).to_contain_text("Nobody has entered that this was asked")
    page.get_by_label("Save it all the same").check()
    page.get_by_role("button", name="Save what it holds").click()
    expect(page.get_by_text(f"DOC-002 answers {code} (WES).")).to_be_visible()
    lead.opens(f"/requests/WES/{code}")
    expect(page.get_by_text("DOC-002").first).to_be_visible()

    # A ZIP with a file that is here already, and one that cannot be kept.
    packed, other = tmp_path / "return.zip", tmp_path / "letter.txt"
    other.write_text("Dear colleague")
    with zipfile.ZipFile(packed, "w") as target:
        target.write(panels, "Wessex/panels.pdf")
        target.writestr("Wessex/attendees.txt", "Who was there")
        target.writestr("setup.exe", b"MZ\x90\x00\x03")
    lead.opens("/documents/new")
    drops(page, packed, other, on="input[type=file]")
    expect(page.get_by_role("list", name="Chosen").get_by_role("listitem")).to_have_count(2)
    lead.sees_a_sound_page("two files dropped")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("Received as DOC-003, DOC-004.")).to_be_visible()
    lead.opens("/documents/DOC-003")
    page.get_by_role("button", name="Open it and check it").click()
    lead.opens("/documents/DOC-003/contents")
    expect(page.get_by_text("Here already as DOC-001")).to_be_visible()
    lead.sees_a_sound_page("what is in a zip")
    page.get_by_role("button", name="Take them in").click()
    expect(page.get_by_text("Taken in as DOC-005.")).to_be_visible()

    # The letter came again.
    lead.opens("/documents/DOC-005/version")
    page.get_by_label("Reference of the older version").fill("DOC-004")
    page.get_by_role("button", name="It is a newer version of that").click()
    # In one way or the other, by whether the worker has read both by now.
    other_words = re.compile(r"(Its name has no word|Neither its name nor its text has much) in common with .*DOC-004")
    expect(page.get_by_role("alert")).to_contain_text(other_words)
    page.get_by_label("It is a newer version all the same").check()
    page.get_by_role("button", name="It is a newer version of that").click()
    expect(page.get_by_text("DOC-005 supersedes DOC-004.")).to_be_visible()
    lead.sees_a_sound_page("versions")
