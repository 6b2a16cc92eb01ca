"""Help in the product: a page for each kind of user, from the files of docs/, all links leading somewhere."""

import pytest

from app.overview.views import HELP
from tests.accounts.factories import PersonFactory
from tests.inspections.factories import TeamMemberFactory


@pytest.fixture
def reader(sign_in):
    return sign_in(PersonFactory())


@pytest.mark.parametrize("name", HELP)
def test_each_page_of_help_opens_and_its_links_lead_somewhere(reader, name):
    page = reader.get("overview.show_help_page", name=name)
    assert page.status == 200 and page.title.startswith("Help: ")
    assert page.one("nav[aria-label='Pages of help'] [aria-current=page]").get_text(strip=True) == HELP[name][0]
    for link in page.all("main a[href]"):
        address, _, place = link["href"].partition("#")
        assert not address.endswith(".md"), f"{link['href']} leads to a file"
        there = reader.open("GET", address) if address else page
        assert there.status in (200, 303), link["href"]
        if place and place != "main-content":
            assert there.all(f"[id='{place}']"), f"{link['href']} leads to no heading"


def test_help_begins_with_a_page_for_the_person_who_asks(reader):
    there = reader.get("overview.show_help").location
    assert reader.open("GET", there).heading == "For a legal inspector"


def test_a_page_of_help_that_is_not_there_is_told(reader):
    page = reader.get("overview.show_help_page", name="nothing")
    assert page.status == 404 and "no page of help called ‘nothing’" in page


def test_help_is_one_click_away_on_every_page(sign_in):
    page = sign_in(TeamMemberFactory()).get("matrix.show_matrix")
    assert any(link["href"].startswith("/help") for link in page.all("header a"))
