"""Two people at once on one inspection, each in a browser of their own."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person


def test_two_people_see_one_inspection_each_with_their_own_rights(
    inspector: Person, colleague: Callable[..., Person]
) -> None:
    observer = colleague("observer", "Olu Reed", "olu.reed@example.gov.uk")
    inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    inspector.types_note("Rotas change monthly.")
    inspector.sees_saved(1)
    observer.opens("/interviews/INT-001")
    expect(observer.page.get_by_text("Rotas change monthly.")).to_be_visible()
    expect(observer.page.get_by_label("Note", exact=True)).to_have_count(0)
