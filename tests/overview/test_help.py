"""Help in the product: a page for each kind of user, from the files of docs/, all links leading somewhere."""

import pytest

from app.inspections.models import TeamRole
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


@pytest.mark.parametrize(
    ("role", "heading"),
    [
        (TeamRole.LEAD, "For a lead inspector"),
        (TeamRole.INSPECTOR, "For a legal inspector"),
        (TeamRole.QA_LEAD, "For a quality assurance lead"),
        (TeamRole.OBSERVER, "For an observer"),
    ],
)
def test_help_begins_with_the_page_for_the_person_who_asks(sign_in, role, heading):
    client = sign_in(TeamMemberFactory(role=role))
    assert client.open("GET", client.get("overview.show_help").location).heading == heading


def test_help_begins_for_an_administrator_on_no_team_with_accounts(sign_in):
    client = sign_in(PersonFactory(administrator=True))
    assert client.get("overview.show_help").location == "/help/administrator"


def test_a_page_of_help_that_is_not_there_is_told(reader):
    page = reader.get("overview.show_help_page", name="nothing")
    assert page.status == 404 and "no page of help called ‘nothing’" in page


def test_help_is_one_click_away_on_every_page(sign_in):
    page = sign_in(TeamMemberFactory()).get("matrix.show_matrix")
    assert any(link["href"].startswith("/help") for link in page.all("header a"))
