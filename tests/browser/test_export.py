"""Taking the matrix out: from the choices under it to a file for readers who must not learn who spoke."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import INSPECTION, Person
from tests.packs.second_world import CODE


@pytest.mark.parametrize(
    ("inspection", "planned", "note"),
    [
        (INSPECTION, ("Interview", "Wessex", "District Crown Prosecutor"), "The CPS is late. #vw.ii"),
        (CODE, ("Conversation", "Old Quay", "Head of a witness desk"), "The HPO is late. #tm.ii"),
    ],
    ids=["the real pack", "another pack"],
)
def test_the_matrix_is_taken_out_not_attributable_as_json(
    lead_of: Callable[[str], Person], inspection: str, planned: tuple[str, str, str], note: str
) -> None:
    inspector = lead_of(inspection)
    inspector.plans(*planned)
    inspector.types_note(note)
    inspector.sees_saved(1)
    page = inspector.page
    inspector.opens("/matrix")
    page.get_by_label("Export the matrix as").select_option("JSON")
    page.get_by_label("Attribution").select_option("Not attributable")
    page.get_by_label("Spell out acronyms").check()
    inspector.sees_a_sound_page("export choices")
    page.get_by_role("button", name="Export", exact=True).click()
    ready = page.get_by_role("link", name="Download it")
    expect(ready).to_be_visible()
    expect(page.get_by_text("It names no session and no file")).to_be_visible()
    expect(page.get_by_text("Words left out of 1 item. So few people share")).to_be_visible()
    inspector.sees_a_sound_page("export ready")
    with page.expect_download() as download:
        ready.click()
    assert download.value.suggested_filename.startswith(f"{inspection}-evidence-matrix-not-attributable-")
    page.get_by_role("link", name="All exports").click()
    expect(page.get_by_role("link", name="Download")).to_have_count(1)
    inspector.sees_a_sound_page("exports")
    found = json.loads(download.value.path().read_text(encoding="utf-8"))
    (item,) = found["evidence"]
    assert (item["words"], item["role"], item["place"], item["source"]) == (None, None, None, None)
    assert found["matrix"]["kind"]["items"] == 1
