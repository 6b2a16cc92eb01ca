"""Refused forms, the keyboard, and pages without scripts."""

import sqlite3
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.person import EMAIL, PASSWORD, Person
from tests.factories import TODAY


def test_a_refused_form_puts_the_focus_on_what_is_wrong_and_keeps_what_was_typed(inspector: Person) -> None:
    inspector.opens("/interviews/new")
    inspector.page.get_by_label("Day").fill("31")
    inspector.page.get_by_label("Month").fill("2")
    inspector.page.get_by_label("Year").fill("2026")
    inspector.page.get_by_label("Place or link").fill("Room 3 <b>")
    inspector.page.get_by_role("button", name="Add it").click()
    expect(inspector.page).to_have_title(
        "Error: Add an interview or focus group – An inspection of the prosecution of"
        " stalking cases by the Crown Prosecution Service (CPS) – Fieldbook"
    )
    summary = inspector.page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    expect(inspector.page.get_by_label("Day")).to_have_value("31")
    expect(inspector.page.get_by_label("Place or link")).to_have_value("Room 3 <b>")
    inspector.sees_a_sound_page("new interview refused")
    summary.get_by_role("link", name=f"Date must be a real date, such as {TODAY}").click()
    expect(inspector.page.get_by_label("Day")).to_be_focused()


def test_the_keyboard_alone_reaches_everything_from_the_skip_link_on(inspector: Person) -> None:
    page = inspector.page
    inspector.opens("/matrix")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="By source kind")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{inspector.address}/inspections/stalking-2026/matrix?by=area")


def test_the_thread_works_without_scripts(inspector: Person, server: Server, new_page: Callable[..., Page]) -> None:
    interview = inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    plain = Person(new_page(java_script_enabled=False), server.address)
    plain.page.goto(f"{server.address}/sign-in?next=/inspections/stalking-2026/interviews/{interview}")
    plain.page.get_by_label("E-mail address").fill(EMAIL)
    plain.page.get_by_label("Password", exact=True).fill(PASSWORD)
    plain.page.get_by_role("button", name="Sign in").click()
    plain.page.get_by_label("Note", exact=True).fill("Nobody records why. #ld.ii")
    plain.page.get_by_role("button", name="Save").click()
    expect(plain.page.locator("#note-1")).to_contain_text("Nobody records why.")
    plain.page.get_by_label("Note", exact=True).fill("#ld.ii")
    plain.page.get_by_role("button", name="Save").click()
    expect(plain.page.get_by_text("Type what was said as well as the criterion").first).to_be_visible()
    expect(plain.page.get_by_label("Note", exact=True)).to_have_value("#ld.ii")
    plain.page.get_by_role("link", name="Reword note 1").click()
    plain.page.get_by_label("Words of note 1").fill("Nobody at all records why.")
    plain.page.get_by_role("button", name="Save").click()
    expect(plain.page.locator("#note-1")).to_contain_text("Nobody at all records why.")
    plain.page.get_by_role("link", name="E-0001").click()
    expect(plain.page.get_by_text("Source changed since")).to_be_visible()
    plain.page.get_by_label("Criterion", exact=True).select_option("VW.v")
    plain.page.get_by_role("button", name="Tag", exact=True).click()
    expect(plain.page.get_by_role("link", name="VW.v")).to_be_visible()


def test_an_observer_is_shown_nothing_that_they_may_not_do(inspector: Person, server: Server) -> None:
    interview = inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    inspector.types_note("Nobody records why. #ld.ii")
    inspector.sees_saved(1)
    becomes(server, "observer")
    for path in (
        f"interviews/{interview}",
        "evidence/E-0001",
        "evidence/E-0001/findings",
        "documents",
        "findings",
        "matrix",
    ):
        inspector.opens(f"/{path}")
        inspector.sees_a_sound_page(f"observer {path.replace('/', ' ')}", narrow=False)
        posts = inspector.page.locator("main form[method=post]").count()
        assert posts == 0, path
    inspector.opens(f"/interviews/{interview}/people")
    expect(inspector.page.get_by_role("heading", name="You may not do this")).to_be_visible()
    inspector.sees_a_sound_page("refused")


def becomes(server: Server, role: str) -> None:
    with sqlite3.connect(server.data / "fieldbook.db", timeout=10) as connection:
        connection.execute("UPDATE team_member SET role = ?", (role,))
