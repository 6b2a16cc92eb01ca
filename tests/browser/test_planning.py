"""A planning week: the pack's interviews and visits made, two scheduled, a number changed, one cancelled."""

from playwright.sync_api import Locator, expect

from tests.browser.person import NAME, Person


def fill_date(inspector: Person, legend: str, day: str, month: str, year: str) -> None:
    group = inspector.page.get_by_role("group", name=legend)
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        group.get_by_label(label).fill(value)


def row_of(inspector: Person, role: str) -> Locator:
    """Its row in the table of the plan: the exact role, as one role's name may stand within another's."""
    head = inspector.page.get_by_role("rowheader", name=role, exact=True)
    return inspector.page.get_by_role("row").filter(has=head)


def test_a_lead_inspector_plans_the_fieldwork(inspector: Person) -> None:
    page = inspector.page
    inspector.opens("/interviews/plan")
    inspector.sees_a_sound_page("plan empty")
    # By keyboard: the one green button is reached by Tab and pressed by Enter.
    page.get_by_role("button", name="Make the planned interviews").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("28 interviews and focus groups made, without dates")).to_be_visible()
    inspector.sees_a_sound_page("plan")
    page.get_by_role("button", name="Make the planned interviews").click()
    expect(page.get_by_text("Nothing was made twice")).to_be_visible()

    page.get_by_role("link", name="Change the plan for District Crown Prosecutor, Wessex").click()
    page.get_by_label("Number planned").fill("2")
    page.get_by_role("button", name="Change the plan").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a reason")
    inspector.sees_a_sound_page("plan refused")
    page.get_by_label("Reason").select_option(label="The Area asked")
    page.get_by_label("Reason").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("two offices")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 interview added")).to_be_visible()
    expect(row_of(inspector, "District Crown Prosecutor")).to_contain_text("2 interviews")

    for reference, time in (("INT-025", "10:00"), ("INT-029", "10:30")):
        inspector.opens(f"/interviews/{reference}/arrangements")
        page.get_by_role("button", name="Schedule it").click()
        fill_date(inspector, "Date (optional)", "14", "4", "2026")
        page.get_by_label("Time (optional)").fill(time)
        page.get_by_label("Lead interviewer").select_option(label=NAME)
        if reference == "INT-025":
            inspector.sees_a_sound_page("scheduling")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text(f"{reference} is saved")).to_be_visible()
    expect(page.get_by_text(f"{NAME} is in two places at once: also in INT-025")).to_be_visible()
    inspector.sees_a_sound_page("arrangements with a warning")

    page.get_by_role("link", name="Cancel it").click()
    inspector.sees_a_sound_page("cancelling")
    page.get_by_label("Reason").select_option(label="The post is vacant")
    page.get_by_role("button", name="Cancel it").click()
    expect(page.get_by_text("INT-029 is cancelled")).to_be_visible()
    inspector.sees_a_sound_page("arrangements of a cancelled one")

    inspector.opens("/interviews?area=WES&mine=1")
    expect(page.get_by_role("row", name="INT-025")).to_contain_text("14 April 2026 at 10:00")
    expect(page.get_by_role("link", name="1 cancelled interview")).to_be_visible()
    inspector.sees_a_sound_page("interviews filtered")
    inspector.opens("/interviews/plan")
    expect(row_of(inspector, "District Crown Prosecutor")).to_contain_text("of 2 planned")

    page.get_by_role("link", name="Visits").click()
    inspector.sees_a_sound_page("visits empty")
    page.get_by_role("button", name="Make the planned visits").click()
    expect(page.get_by_text("4 visits made")).to_be_visible()
    page.get_by_role("row", name="Wessex").get_by_role("link").click()
    page.get_by_role("button", name="Arrange it").click()
    fill_date(inspector, "First day (optional)", "14", "4", "2026")
    fill_date(inspector, "Last day (optional)", "16", "4", "2026")
    page.get_by_label(NAME).check()
    page.get_by_label("Area contact (optional)").fill("Area Business Centre")
    inspector.sees_a_sound_page("arranging a visit")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("14 April 2026 to 16 April 2026").first).to_be_visible()
    inspector.sees_a_sound_page("visit")
    page.get_by_role("button", name="Write the debrief").click()
    page.get_by_label("What emerged").fill("Rotas change every month, and nobody tells the courts.")
    inspector.sees_a_sound_page("debrief")
    page.get_by_role("button", name="Save the debrief").click()
    expect(page.get_by_text("Rotas change every month, and nobody tells the courts.")).to_be_visible()
    page.get_by_role("navigation", name="Parts of VIS-").get_by_role("link", name="History").click()
    inspector.sees_a_sound_page("visit history")
    inspector.opens("/visits")
    inspector.sees_a_sound_page("visits")


def test_an_interview_goes_from_its_first_note_to_the_sign_off(inspector: Person) -> None:
    page = inspector.page
    inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    inspector.types_note("Rotas change every month.")
    inspector.sees_saved(1)
    page.reload()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_text("INT-001 was held")).to_be_visible()
    page.get_by_role("button", name="Written up").click()
    expect(page.get_by_text("waits to be signed off")).to_be_visible()
    inspector.sees_a_sound_page("written up")
    page.get_by_role("button", name="Sign it off").click()
    expect(page.get_by_text("INT-001 is signed off. Its notes can no longer be changed")).to_be_visible()
    page.get_by_role("link", name="Notes", exact=True).click()
    expect(page.locator("#words")).to_have_count(0)
    inspector.sees_a_sound_page("signed off notes")
    page.get_by_role("link", name="Arrangements").click()
    page.get_by_role("link", name="Reopen it").click()
    page.get_by_label("Reason").select_option(label="Something was left out")
    page.get_by_role("button", name="Reopen it").click()
    expect(page.get_by_text("INT-001 is open again")).to_be_visible()
