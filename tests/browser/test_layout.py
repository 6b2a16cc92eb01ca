"""How full tables stand in a wide window, a narrow one and on paper: looked at in the demonstration."""

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Error, Page, expect
from pypdfium2 import PdfDocument

from tests.browser.conftest import Server
from tests.browser.person import Person
from tests.forking import Forge

HREFS = "links => links.map(link => link.getAttribute('href').split('#')[0])"
NO_PAGES = ("/static", "/sign-out")
NOW = "2026-04-17T09:40"  # a full day: much is late, more is due, five people are somewhere
LINES = """cell => {
  const all = document.createRange()
  all.selectNodeContents(cell)
  return new Set([...all.getClientRects()].map(line => line.top)).size
}"""
TOP_AND_HEAD = """() => [document.getElementById('opened').getBoundingClientRect().top,
  document.querySelector('.fb-matrix thead th').getBoundingClientRect().bottom]"""
LOW_BARS = """() => [...document.querySelectorAll('td.fb-cell:has(.fb-bars)')].filter(cell =>
  cell.querySelector('.fb-bars').getBoundingClientRect().top >= cell.querySelector('a').getBoundingClientRect().bottom
).length"""

TWO_MORE_PEOPLE = """() => {
  const week = document.querySelector('.fb-week tbody')
  for (const row of [...week.rows].slice(0, 2)) week.append(row.cloneNode(true))
}"""
CUT_LABELS = """() => [...document.querySelectorAll('.fb-chart__label')].filter(label =>
  label.getBoundingClientRect().left < label.closest('svg').getBoundingClientRect().left).length"""


@pytest.fixture(scope="module")
def demonstration(forge: Forge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("demonstration") / "data"
    settings = {"FIELDBOOK_DATA_DIR": str(data), "FIELDBOOK_CLOCK": NOW}
    forge.run(
        ["demo", "load"], {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | settings
    )
    server = Server(forge, data, FIELDBOOK_CLOCK=NOW)
    try:
        yield server.wait(30)
    finally:
        server.stop()


@pytest.fixture
def lead(demonstration: Server, new_page: Callable[..., Page]) -> Person:
    person = Person(new_page(), demonstration.address)
    person.signs_in("lead@fieldbook.example", "copper kettle orchard")
    return person


def test_tables_are_whole_where_there_is_room_and_say_where_there_is_not(lead: Person) -> None:
    page = lead.page
    page.set_viewport_size({"width": 1280, "height": 900})
    lead.opens("/matrix")
    assert page.locator(".fb-scroll").evaluate("region => region.scrollWidth - region.clientWidth") == 0
    page.set_viewport_size({"width": 1366, "height": 768})
    for by in ("area", "role"):
        lead.opens(f"/matrix?by={by}")
        assert page.locator(".fb-scroll").evaluate("region => region.scrollWidth - region.clientWidth") == 0, by
    page.set_viewport_size({"width": 1280, "height": 900})
    lead.opens("/matrix")
    cells = page.locator("td.fb-cell:has(.fb-bars)").count()
    assert cells > 40 and page.evaluate(LOW_BARS) == cells
    page.set_viewport_size({"width": 320, "height": 640})
    for cell in ("LD.ii:interview", "FS.i:focus_group"):
        lead.opens(f"/matrix?open={cell}#open")
        page.wait_for_timeout(200)
        top, head = page.evaluate(TOP_AND_HEAD)
        assert top >= head
    lead.opens("/team")
    row = page.get_by_role("row", name="Tamsin Oyelaran")
    assert row.get_by_text("quality@fieldbook.example").evaluate(LINES) == 1
    assert row.get_by_role("rowheader").evaluate(LINES) == 2  # a line for each name
    shadow = "region => getComputedStyle(region).backgroundImage"
    assert "gradient" in page.locator(".fb-scroll").first.evaluate(shadow)
    page.emulate_media(media="print")
    assert page.locator(".fb-scroll").first.evaluate(shadow) == "none"


def test_paper_says_what_it_shows_to_whom_and_when_and_offers_nothing_to_press(lead: Person) -> None:
    page = lead.page
    lead.opens("/interviews/plan")
    to_press = (page.get_by_role("link", name="Change the plan").first, page.get_by_role("link", name="History of the"))
    for link in to_press:
        expect(link).to_be_visible()
    page.emulate_media(media="print")
    for link in to_press:
        expect(link).to_be_hidden()
    expect(
        page.get_by_text(re.compile(r"printed by Eleanor Marchbanks, as it stood on 17 April 2026 at 09:4\d$"))
    ).to_be_visible()
    expect(page.get_by_role("rowheader", name="Area stalking lead")).to_be_visible()
    lead.opens("")
    page.wait_for_load_state("networkidle")
    with PdfDocument(page.pdf(format="A4")) as paper:
        assert len(paper) == 1, "the overview is one sheet"
    page.evaluate(TWO_MORE_PEOPLE)
    with PdfDocument(page.pdf(format="A4")) as paper:
        assert len(paper) == 1, "the overview is one sheet with seven people, too"
    labels = page.locator("svg.fb-chart__svg .fb-chart__label").all_text_contents()
    assert "Inclusion and Community Engagement Manager" in labels and not any("…" in label for label in labels)
    assert page.evaluate(CUT_LABELS) == 0
    shown = page.locator("section[aria-labelledby=late] li:visible").count()
    assert shown == int(page.locator("#late .fb-count").inner_text()) > 5, "all that is late is on it"
    lead.opens("/criteria")
    with PdfDocument(page.pdf(format="A4")) as paper:
        assert [
            f"Page {n} of {len(paper)}" in paper[n - 1].get_textpage().get_text_range()
            for n in range(1, len(paper) + 1)
        ] == [True] * len(paper)
    lead.opens("/calendar?from=2026-04-01")
    with PdfDocument(page.pdf(format="A4", prefer_css_page_size=True)) as paper:
        assert len(paper) == 1, "a month is one sheet"
    lead.opens("/requests")
    for words in ("Say what was asked", "The pack asks for more?"):
        expect(page.get_by_text(words)).to_be_hidden()
    lead.opens("/interviews")
    expect(page.get_by_role("heading", name="Interviews and focus groups")).to_be_visible()
    for by, cut, wording in (("kind", "by source kind", True), ("area", "by Area", False), ("role", "by role", False)):
        lead.opens(f"/matrix?by={by}")
        expect(page.get_by_text(f"Evidence under each criterion, {cut}").first).to_be_visible()
        expect(page.locator(".fb-matrix__words").first).to_be_visible(visible=wording)


@pytest.mark.soak
def test_every_kind_of_page_of_the_demonstration_is_sound(lead: Person) -> None:
    """One of each kind of address that the lead can come to, found by following links: full pages, wide and narrow."""
    page = lead.page
    to_see, kinds, faults = [f"{lead.address}/inspections/{lead.inspection}/"], set[str](), list[str]()
    while to_see:
        address = to_see.pop(0)
        kind = re.sub(r"[A-Z]{2,}\.?-?[\divx]+\b|\d+|=[^&]*", "_", address.removeprefix(lead.address))
        if kind in kinds:
            continue
        kinds.add(kind)
        try:
            page.goto(address)
        except Error as refused:
            if "Download is starting" not in str(refused):
                raise
            continue
        try:
            lead.sees_a_sound_page(f"demonstration {len(kinds)}")
        except AssertionError as fault:
            faults.append(f"{address}: {fault}")
        links = page.locator("a[href^='/']:not([download]):not([href*='/file'])").evaluate_all(HREFS)
        to_see += [f"{lead.address}{link}" for link in links if not link.startswith(NO_PAGES)]
    assert len(kinds) > 60 and faults == [], "\n".join([f"{len(kinds)} kinds", *faults])
