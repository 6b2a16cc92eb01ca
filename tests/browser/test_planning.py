"""A planning week: the pack's interviews and visits made, two scheduled, a number changed, one cancelled."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.device import is_ready, types_half
from tests.browser.person import INSPECTION, NAME, Person
from tests.packs.second_world import CODE


@dataclass(frozen=True)
class Words:
    """What a pack calls the things of a planning week, and how much it plans."""

    inspection: str
    planned: int  # interviews and focus groups
    role: str
    area: tuple[str, str]  # name, code
    kind: str
    references: tuple[str, str]  # of the one that is planned with the role there, and of the one that is added
    reasons: tuple[str, str]  # for another number, to cancel
    days: tuple[int, int]  # of the visit
    month: tuple[str, str, str]  # number, year, as pages say it
    visits: int
    line: str  # of enquiry
    emerged: str
    reopening: str  # the reason for it

    def day(self, place: int = 0) -> tuple[str, str, str]:
        return str(self.days[place]), *self.month[:2]

    def spoken(self, place: int = 0) -> str:
        return f"{self.days[place]} {self.month[2]}"


REAL = Words(
    inspection=INSPECTION,
    planned=28,
    role="District Crown Prosecutor",
    area=("Wessex", "WES"),
    kind="Interview",
    references=("INT-025", "INT-029"),
    reasons=("The Area asked", "The post is vacant"),
    days=(14, 16),
    month=("4", "2026", "April 2026"),
    visits=4,
    line="The quarterly meeting with the police on domestic abuse and stalking",
    emerged="Rotas change every month, and nobody tells the courts.",
    reopening="Something was left out",
)
OTHER = Words(
    inspection=CODE,
    planned=8,
    role="Head of a witness desk",
    area=("Old Quay", "QUAY"),
    kind="Conversation",
    references=("TALK-005", "TALK-009"),
    reasons=("The ferry did not sail", "The ferry did not sail"),
    days=(15, 17),
    month=("3", "2027", "March 2027"),
    visits=2,
    line="whether the new templates are easier to understand",
    emerged="Nobody reads the tide tables, and letters wait on the quay.",
    reopening="A slip",
)
on_both_packs = pytest.mark.parametrize("words", [REAL, OTHER], ids=["the real pack", "another pack"])


def fill_date(inspector: Person, legend: str, day: str, month: str, year: str) -> None:
    group = inspector.page.get_by_role("group", name=legend)
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        group.get_by_label(label).fill(value)


def row_of(inspector: Person, role: str) -> Locator:
    """Its row in the table of the plan: the exact role, as one role's name may stand within another's."""
    head = inspector.page.get_by_role("rowheader", name=role, exact=True)
    return inspector.page.get_by_role("row").filter(has=head)


@on_both_packs
def test_a_lead_inspector_plans_the_fieldwork(lead_of: Callable[[str], Person], words: Words) -> None:
    inspector = lead_of(words.inspection)
    page, (area, code), (first, added) = inspector.page, words.area, words.references
    inspector.opens("/interviews/plan")
    inspector.sees_a_sound_page("plan empty")
    # By keyboard: the one green button is reached by Tab and pressed by Enter.
    page.get_by_role("button", name="Make the planned interviews").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{words.planned} interviews and focus groups made, without dates")).to_be_visible()
    inspector.sees_a_sound_page("plan")
    page.get_by_role("button", name="Make the planned interviews").click()
    expect(page.get_by_text("Nothing was made twice")).to_be_visible()

    page.get_by_role("link", name=f"Change the plan for {words.role}, {area}").click()
    page.get_by_label("Number planned").fill("2")
    page.get_by_role("button", name="Change the plan").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a reason")
    inspector.sees_a_sound_page("plan refused")
    page.get_by_label("Reason").select_option(label=words.reasons[0])
    page.get_by_label("Reason").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("two offices")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"1 {words.kind.lower()} added")).to_be_visible()
    expect(row_of(inspector, words.role)).to_contain_text(f"2 {words.kind.lower()}s")

    for reference, time in ((first, "10:00"), (added, "10:30")):
        inspector.opens(f"/interviews/{reference}/arrangements")
        page.get_by_role("button", name="Schedule it").click()
        fill_date(inspector, "Date (optional)", *words.day())
        page.get_by_label("Time (optional)").fill(time)
        page.get_by_label("Lead interviewer").select_option(label=NAME)
        if reference == first:
            inspector.sees_a_sound_page("scheduling")
            page.route("**/capture/who", lambda route: route.abort("connectionrefused"))  # the server is down
            page.get_by_role("button", name="Save").click()
            expect(page.get_by_text("Not saved: the server could not be reached.")).to_be_visible()
            expect(page.get_by_label("Time (optional)")).to_have_value(time)
            page.unroute("**/capture/who")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text(f"{reference} is saved")).to_be_visible()
    expect(page.get_by_text(f"{NAME} is in two places at once: also in {first}")).to_be_visible()
    inspector.sees_a_sound_page("arrangements with a warning")

    page.get_by_role("link", name="Cancel it").click()
    inspector.sees_a_sound_page("cancelling")
    page.get_by_label("Reason").select_option(label=words.reasons[1])
    page.get_by_role("button", name="Cancel it").click()
    expect(page.get_by_text(f"{added} is cancelled")).to_be_visible()
    inspector.sees_a_sound_page("arrangements of a cancelled one")

    inspector.opens(f"/interviews?area={code}&mine=1")
    expect(page.get_by_role("row", name=first)).to_contain_text(f"{words.spoken()} at 10:00")
    expect(page.get_by_role("link", name="1 cancelled interview")).to_be_visible()
    inspector.sees_a_sound_page("interviews filtered")
    inspector.opens("/interviews/plan")
    expect(row_of(inspector, words.role)).to_contain_text("of 2 planned")

    page.get_by_role("link", name="Visits").click()
    inspector.sees_a_sound_page("visits empty")
    page.get_by_role("button", name="Make the planned visits").click()
    expect(page.get_by_text(f"{words.visits} visits made")).to_be_visible()
    page.get_by_role("row", name=area).get_by_role("link").click()
    expect(page.get_by_text(words.line).first).to_be_visible()
    page.get_by_role("button", name="Arrange it").click()
    fill_date(inspector, "First day (optional)", *words.day())
    fill_date(inspector, "Last day (optional)", *words.day(1))
    page.get_by_label(NAME).check()
    page.get_by_label("Area contact (optional)").fill("Business manager’s office")
    inspector.sees_a_sound_page("arranging a visit")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"{words.spoken()} to {words.spoken(1)}").first).to_be_visible()
    inspector.sees_a_sound_page("visit")
    page.get_by_role("button", name="Write the debrief").click()
    page.get_by_label("What emerged").fill(words.emerged)
    inspector.sees_a_sound_page("debrief")
    page.get_by_role("button", name="Save the debrief").click()
    expect(page.get_by_text(words.emerged)).to_be_visible()
    page.get_by_role("navigation", name="Parts of VIS-").get_by_role("link", name="History").click()
    inspector.sees_a_sound_page("visit history")
    inspector.opens("/visits")
    inspector.sees_a_sound_page("visits")


def test_one_without_a_date_is_asked_for_its_day_with_wrong_ones_told(inspector: Person) -> None:
    page = inspector.page
    reference = inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    page.get_by_role("link", name="Arrangements").click()
    page.get_by_role("button", name="It was held").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{reference} was held")
    inspector.sees_a_sound_page("when was it held")
    day, month, year = (page.get_by_label(label, exact=True) for label in ("Day", "Month", "Year"))
    held = (day.input_value(), month.input_value(), year.input_value())
    assert all(held), "today is offered"
    year.fill("2099")
    page.get_by_role("button", name="It was held").click()
    page.get_by_role("link", name="must be today or before").click()
    expect(day).to_be_focused()
    inspector.sees_a_sound_page("held on a wrong day")
    day.fill("31")
    month.fill("2")
    year.fill("2026")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="must be a real date")).to_be_visible()
    for field, value in zip((day, month, year), held, strict=True):
        field.fill(value)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{reference} was held on")).to_be_visible()
    inspector.sees_a_sound_page("held")


@on_both_packs
def test_an_interview_goes_from_its_first_note_to_the_sign_off(lead_of: Callable[[str], Person], words: Words) -> None:
    inspector = lead_of(words.inspection)
    page = inspector.page
    reference = inspector.plans(words.kind, words.area[0], words.role)
    inspector.types_note(words.emerged)
    inspector.sees_saved(1)
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_text(f"{reference} was held")).to_be_visible()
    page.get_by_role("button", name="Written up").click()
    expect(page.get_by_text("waits to be signed off")).to_be_visible()
    inspector.sees_a_sound_page("written up")
    page.get_by_role("link", name="Notes", exact=True).click()
    is_ready(page)
    types_half(inspector, "One more thing")
    page.get_by_role("link", name="Arrangements").click()
    page.get_by_role("button", name="Sign it off").click()
    expect(page.get_by_role("dialog")).to_contain_text(
        "1 half-typed text of this interview that the server has not got"
    )
    page.get_by_role("button", name="Not yet").click()
    page.wait_for_timeout(1000)  # a second click within that counts as a double one
    page.get_by_role("button", name="Sign it off").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign it off").click()
    expect(page.get_by_text(f"{reference} is signed off. Its notes can no longer be changed")).to_be_visible()
    page.get_by_role("link", name="Notes", exact=True).click()
    expect(page.locator("#words")).to_have_count(0)
    inspector.sees_a_sound_page("signed off notes")
    page.get_by_role("link", name="Arrangements").click()
    page.get_by_role("link", name="Reopen it").click()
    page.get_by_label("Reason").select_option(label=words.reopening)
    page.get_by_role("button", name="Reopen it").click()
    expect(page.get_by_text(f"{reference} is open again")).to_be_visible()
