"""Themes: free words on an item, merged and renamed without losing where each item stood."""

import pytest

from app.evidence.models import ItemTheme, Theme
from app.extensions import db
from app.inspections.models import TeamRole
from tests.databases import counting_statements, the_world
from tests.evidence.factories import EvidenceItemFactory, ItemThemeFactory, ThemeFactory
from tests.evidence.test_list import references
from tests.inspections.factories import TeamMemberFactory


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


@pytest.fixture
def lead(sign_in):
    return sign_in(TeamMemberFactory(role=TeamRole.LEAD))


@pytest.fixture
def item(app):
    return EvidenceItemFactory(words="Letters went out late.", criteria=["VW.ii"])


def themes_on(page) -> list[str]:
    return [link.get_text() for link in page.all("#themes li a")]


def found(client, key) -> list[str]:
    return references(client.get("evidence.list_items", theme=key))


def theme(name) -> Theme:
    return db.session.query(Theme).filter_by(name=name).one()


def rename(client, of, name, **rest):
    form = client.get("evidence.show_rename", theme_id=of.id).form(f"/themes/{of.id}")
    return client.post("evidence.rename_theme", theme_id=of.id, **form | {"name": name} | rest)


def test_an_item_is_put_under_a_theme_and_taken_off_again(inspector, item):
    page = inspector.post("evidence.add_theme", item, theme="Late letters")
    assert themes_on(page) == ["Late letters"]
    assert found(inspector, "late letters") == ["E-0001"]
    assert "put it under the theme ‘Late letters’" in inspector.get("evidence.show_history", item)
    page = inspector.open("POST", page.one("#themes li form")["action"])
    assert themes_on(page) == [] and found(inspector, "late letters") == []
    assert db.session.query(ItemTheme).count() == 1, "it stays on record"


def test_by_htmx_only_the_themes_come_back(inspector, item):
    page = inspector.post("evidence.add_theme", item, theme="Late letters", htmx=True)
    assert page.one("section")["id"] == "themes" and page.soup.find("h1") is None


def test_capitals_and_blanks_make_no_second_theme(inspector, item):
    inspector.post("evidence.add_theme", item, theme="Late letters")
    page = inspector.post("evidence.add_theme", item, theme="  LATE   letters ")
    assert (page.status, page.errors) == (422, ["E-0001 is under that theme already"])
    inspector.post("evidence.add_theme", EvidenceItemFactory(), theme="late LETTERS")
    assert [row.name for row in db.session.query(Theme)] == ["Late letters"]


def test_the_themes_that_there_are_are_offered(inspector, item):
    ThemeFactory(name="Rotas <b>")
    ThemeFactory(name="Late letters", merged_into=ThemeFactory(name="Letters"))
    page = inspector.get("evidence.show_item", item)
    assert [option["value"] for option in page.all("datalist option")] == ["Letters", "Rotas <b>"]
    assert page.one("input[name=theme]")["list"] == "themes-offered"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("", "Enter the theme in a few words"),
        (" ", "Enter the theme in a few words"),
        ("x" * 81, "Theme must be 80 characters or fewer"),
        ("a\x00", "Take out the character that cannot be stored"),
    ],
)
def test_a_wrong_theme_is_told(inspector, item, given, sentence):
    page = inspector.post("evidence.add_theme", item, theme=given)
    assert page.status == 422 and page.errors[0].startswith(sentence)
    assert page.field("theme") == given
    assert db.session.query(Theme).count() == 0


def test_renaming_takes_every_item_along_and_back(lead, item):
    ItemThemeFactory(item=item, name="Late letters")
    assert "‘Late letters’ is now called ‘Letters’" in rename(lead, theme("Late letters"), "Letters")
    assert found(lead, "letters") == found(lead, "late letters") == ["E-0001"]
    rename(lead, theme("Letters"), "Late letters")
    assert found(lead, "late letters") == ["E-0001"]
    history = lead.get("evidence.show_themes_history")
    assert "renamed a theme to ‘Letters’" in history and "renamed a theme to ‘Late letters’" in history


def test_merging_is_asked_for_and_can_be_taken_apart(lead, item):
    other, both = EvidenceItemFactory(words="Two"), EvidenceItemFactory(words="Three")
    for one, name in ((item, "Late letters"), (other, "Letters"), (both, "Late letters"), (both, "Letters")):
        ItemThemeFactory(item=one, name=name)
    page = rename(lead, theme("Late letters"), "letters")
    assert page.status == 422
    assert page.errors == ["There is a theme ‘Letters’ already: tick to merge this one into it"]
    assert found(lead, "letters") == ["E-0003", "E-0002"]
    page = rename(lead, theme("Late letters"), "letters", merge="y")
    assert "‘Late letters’ is merged into ‘Letters’" in page
    assert found(lead, "letters") == ["E-0003", "E-0002", "E-0001"]
    assert themes_on(lead.get("evidence.show_item", both)) == ["Letters"], "once"
    assert page.one("tbody td.govuk-table__cell--numeric").get_text() == "3"
    assert "its own items leave ‘Letters’" in page.one("tbody details:not([open])").get_text(), "it asks first"
    lead.open("POST", page.one("tbody details form")["action"])
    assert found(lead, "letters") == ["E-0003", "E-0002"]
    assert found(lead, "late letters") == ["E-0003", "E-0001"]


@pytest.mark.slow
def test_an_address_that_was_sent_before_a_theme_was_renamed_goes_on_working(lead, item):
    ItemThemeFactory(item=item, name="Late letters")
    EvidenceItemFactory()
    for before, after in (("Late letters", "Letters"), ("Letters", "Letters and calls")):
        rename(lead, theme(before), after)
    ThemeFactory(name="Contact")
    rename(lead, theme("Letters and calls"), "Contact", merge="y")
    for key in ("late letters", "letters", "letters and calls", "contact"):
        page = lead.get("evidence.list_items", theme=key)
        assert references(page) == ["E-0001"], key
        assert page.field("theme") == "contact"
        assert [link.get_text() for link in page.all(".moj-filter__tag")] == ["Remove this filter: Contact"]
        assert references(lead.open("GET", page.one(".moj-filter__tag")["href"])) == ["E-0002", "E-0001"]
        assert references(lead.get("criteria.show_criterion", reference="VW.ii", theme=key)) == ["E-0001"]
    assert "There is no theme called ‘never’" in lead.get("evidence.list_items", theme="never")


def test_a_merged_name_that_is_typed_again_means_what_it_is_shown_as(lead, item):
    ThemeFactory(name="Late letters", merged_into=ThemeFactory(name="Letters"))
    assert themes_on(lead.post("evidence.add_theme", item, theme="late letters")) == ["Letters"]


def test_merging_on_keeps_everything_in_sight(lead, item):
    ItemThemeFactory(item=item, name="A")
    ItemThemeFactory(item=EvidenceItemFactory(), name="B")
    ThemeFactory(name="C")
    rename(lead, theme("A"), "B", merge="y")
    rename(lead, theme("B"), "C", merge="y")
    assert found(lead, "c") == ["E-0002", "E-0001"]
    page = rename(lead, theme("C"), "A")
    assert page.errors == ["A theme of that name is merged into this one: take it apart first"]


def test_two_who_rename_at_once_are_told(lead):
    first = ThemeFactory(name="Late letters")
    rename(lead, first, "Letters")
    page = rename(lead, first, "Post", version=1)
    assert page.status == 409
    assert page.field("name") == "Post"
    assert page.differences["Name of the theme"].startswith("Now: Letters Yours: Post")
    assert " renamed a theme to ‘Letters’, " in page.one(".fb-conflict li").get_text()
    assert theme("Letters").version == 2


def test_only_the_lead_renames(inspector):
    first = ThemeFactory(name="Late letters")
    assert inspector.get("evidence.show_rename", theme_id=first.id).status == 403
    page = inspector.get("evidence.list_themes")
    assert "Late letters" in page and page.all("main form") == [] and "Rename" not in page.main


def test_a_theme_that_is_not_there_is_told(lead):
    assert "There is no theme called ‘ghosts’" in lead.get("evidence.list_items", theme="ghosts")


def test_pages_ask_as_much_for_many_themes_as_for_one(inspector, item):
    def statements() -> list[int]:
        found = []
        for endpoint in ("evidence.show_item", "evidence.list_themes", "evidence.list_items"):
            for counted_in in (None, found):
                with counting_statements() as counted:
                    inspector.get(endpoint, item)
                if counted_in is not None:
                    counted_in.append(len(counted))
        return found

    ItemThemeFactory(item=item)
    few = statements()
    with the_world():
        for _ in range(20):
            ItemThemeFactory(item=item)
            ItemThemeFactory()
    assert statements() == few


def test_a_theme_that_was_merged_meanwhile_is_not_renamed_and_its_page_says_so(lead, item):
    ItemThemeFactory(item=item, name="Late letters")
    ThemeFactory(name="Letters")
    merged = theme("Late letters")
    stale = lead.get("evidence.show_rename", theme_id=merged.id).form(f"/themes/{merged.id}")
    assert rename(lead, merged, "Letters", merge="1").status == 200
    for version in (stale["version"], str(int(stale["version"]) + 1)):
        form = {"name": "Tardy letters", "version": version, "opened": stale["opened"]}
        page = lead.post("evidence.rename_theme", theme_id=merged.id, **form)
        assert page.status == 409
        assert "‘Late letters’ was merged into ‘Letters’ meanwhile: take it apart first, or rename that" in page.errors
        assert page.field("name") == "Tardy letters"
    assert db.session.query(Theme).filter_by(name="Tardy letters").count() == 0
    page = lead.get("evidence.show_rename", theme_id=merged.id)
    assert page.status == 409 and "‘Late letters’ is merged into another theme. Take it apart first" in page
