"""The calendar: a month of interviews and visits, leafed through, filtered, by person, and on one sheet of paper."""

import pypdfium2
from playwright.sync_api import expect

from tests.browser.person import NAME, SCREENSHOTS, Person
from tests.browser.test_planning import fill_date


def test_a_month_is_planned_by_its_calendar(inspector: Person) -> None:
    page = inspector.page
    inspector.opens("/interviews/plan")
    page.get_by_role("button", name="Make the planned interviews").click()
    for reference, day, time in (("INT-001", "14", "10:00"), ("INT-005", "14", "13:30"), ("INT-009", "22", "09:30")):
        inspector.opens(f"/interviews/{reference}/schedule")
        fill_date(inspector, "Date (optional)", day, "4", "2026")
        page.get_by_label("Time (optional)").fill(time)
        if reference != "INT-009":
            page.get_by_label("Lead interviewer").select_option(label=NAME)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text(f"{reference} is saved")).to_be_visible()
    expect(page.get_by_role("link", name="Put it into your calendar (.ics)")).to_be_visible()

    inspector.opens("/calendar?from=2026-03-01")
    expect(page.get_by_text("Nothing is on in this month")).to_be_visible()
    inspector.sees_a_sound_page("calendar empty")
    page.get_by_role("navigation", name="Months").get_by_role("link", name="Month after").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Calendar: April 2026")).to_be_visible()
    expect(page.get_by_role("cell", name="14", exact=False).filter(has_text="INT-005")).to_contain_text("13:30")
    expect(page.get_by_role("cell", name="Good Friday")).to_be_visible()
    inspector.sees_a_sound_page("calendar")
    sheets = pypdfium2.PdfDocument(page.pdf(path=SCREENSHOTS / "calendar.pdf", prefer_css_page_size=True))
    assert len(sheets) == 1
    assert "INT-009" in sheets[0].get_textpage().get_text_bounded()
    sheets.close()

    page.get_by_label("Person").select_option(label="Nobody yet")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("link", name="INT-009")).to_be_visible()
    expect(page.get_by_role("link", name="INT-001")).to_have_count(0)
    page.get_by_role("link", name="Clear filters").click()
    page.get_by_role("link", name="By person").click()
    expect(page.get_by_role("row", name=NAME)).to_contain_text("Tue 14: 10:00 INT-001")
    inspector.sees_a_sound_page("calendar by person")
    page.get_by_role("link", name="Week", exact=True).click()
    page.get_by_role("navigation", name="Weeks").get_by_role("link", name="Week after").click()
    expect(page.get_by_role("heading", name="Calendar: Week of 6 April 2026")).to_be_visible()
    page.get_by_role("navigation", name="Weeks").get_by_role("link", name="Week after").click()
    expect(page.get_by_role("row", name=NAME)).to_contain_text("10:00 INT-001")
    expect(page.get_by_text("Tuesday 14", exact=True).last).to_be_hidden()
    inspector.sees_a_sound_page("calendar week by person")
    page.set_viewport_size({"width": 320, "height": 640})
    expect(page.get_by_text("Tuesday 14", exact=True).last).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("navigation", name="Weeks").get_by_role("link", name="Week before").click()
    page.get_by_role("link", name="By day").click()
    page.get_by_role("navigation", name="Weeks").get_by_role("link", name="Week after").click()
    expect(page.get_by_role("cell", name="14 April")).to_contain_text("10:00 INT-001")
    inspector.sees_a_sound_page("calendar of a week")


def test_somebody_makes_and_revokes_their_calendar_address(inspector: Person) -> None:
    page = inspector.page
    page.get_by_role("link", name="Your account").click()
    page.get_by_role("link", name="your calendar address").click()
    inspector.sees_a_sound_page("calendar address none")
    page.get_by_role("button", name="Make the address").click()
    address = page.get_by_label("Address").input_value()
    inspector.sees_a_sound_page("calendar address new")
    assert page.request.get(address).text().startswith("BEGIN:VCALENDAR")
    page.get_by_role("link", name="I have copied the address").click()
    inspector.sees_a_sound_page("calendar address")
    page.get_by_role("button", name="Revoke the address").click()
    expect(page.get_by_text("Your calendar address is revoked")).to_be_visible()
    assert page.request.get(address).status == 404
