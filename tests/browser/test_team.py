"""A team comes together: a colleague invited by link, at work beside the lead, and out at once when disabled."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.person import PASSWORD, Person

EMAIL = "bo.ash@example.gov.uk"


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


def test_a_colleague_is_invited_takes_a_note_gets_a_role_and_leaves(
    inspector: Person, new_page: Callable[..., Page]
) -> None:
    page = inspector.page
    inspector.opens("/")
    page.get_by_role("link", name="Team", exact=True).click()
    expect(page.get_by_text("You are alone on the team.")).to_be_visible()
    inspector.sees_a_sound_page("team alone")
    link = invites(inspector)

    colleague = Person(new_page(), inspector.address)
    comes(colleague, link)
    inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    colleague.opens("/interviews/INT-001")
    expect(colleague.page.get_by_label("Note", exact=True)).to_be_focused()
    colleague.types_note("Rotas change monthly. #vw.ii")
    colleague.sees_saved(1)

    inspector.opens("/team")
    inspector.sees_a_sound_page("team")
    page.get_by_role("link", name="Change the roles of Bo Ash").click()
    expect(page.get_by_role("heading", name="Bo Ash")).to_be_visible()
    inspector.sees_a_sound_page("member")
    page.get_by_label("Quality assurance lead").check()
    page.get_by_role("button", name="Save the roles").click()
    expect(page.get_by_role("row", name="Bo Ash")).to_contain_text("Legal inspector, quality assurance lead")
    page.get_by_role("link", name="Change the roles of Ada Shah").click()
    page.get_by_label("Why?").fill("Leaves")
    page.get_by_role("button", name="Take off the team").click()
    expect(page.get_by_role("alert")).to_contain_text("An inspection needs a lead inspector")
    inspector.sees_a_sound_page("member refused")

    changes_the_password(colleague)
    disables(inspector)
    colleague.opens("/interviews/INT-001")
    expect(colleague.page.get_by_role("heading", name="Sign in")).to_be_visible()
    inspector.opens("/evidence/E-0001")
    expect(page.get_by_text("lifted by Bo Ash")).to_be_visible()  # what somebody wrote keeps their name
    inspector.opens("/team/history")
    inspector.sees_a_sound_page("team history")


def invites(lead: Person) -> str:
    page = lead.page
    page.get_by_role("button", name="Add somebody").click()
    page.get_by_role("button", name="Add to the team").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose at least one role")
    lead.sees_a_sound_page("add to team refused")
    page.get_by_label("Name", exact=True).fill("Bo")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Legal inspector").check()
    page.get_by_role("button", name="Add to the team").click()
    link = page.get_by_label("Link", exact=True)
    expect(link).to_be_visible()
    lead.sees_a_sound_page("link")
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    token = link.input_value()
    page.get_by_role("link", name="I have copied the link").click()
    expect(page.get_by_role("row", name=EMAIL)).to_be_visible()
    lead.sees_a_sound_page("team with somebody invited")
    return token


def comes(colleague: Person, link: str) -> None:
    page = colleague.page
    page.goto(link)
    colleague.sees_a_sound_page("invitation")
    page.get_by_label("Your name").fill("Bo Ash")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_text("Your account is made")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()
    colleague.sees_a_sound_page("invitation used")


def changes_the_password(colleague: Person) -> None:
    page = colleague.page
    page.get_by_role("link", name="Your account").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    colleague.sees_a_sound_page("own account")
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("staple another way")
    page.get_by_label("New password again").fill("staple another way")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("Your password is changed")).to_be_visible()


def disables(administrator: Person) -> None:
    page = administrator.page
    page.get_by_role("link", name="Accounts", exact=True).click()
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()
    administrator.sees_a_sound_page("accounts")
    page.get_by_role("button", name="Invite somebody").click()
    expect(page.get_by_role("heading", name="Invite somebody")).to_be_visible()
    administrator.sees_a_sound_page("invite")
    page.get_by_label("Name", exact=True).fill("Cy Dee")
    page.get_by_label("E-mail address").fill("cy.dee@example.gov.uk")
    page.get_by_role("button", name="Make the invitation").click()
    page.get_by_role("link", name="I have copied the link").click()
    expect(page.get_by_role("row", name="Cy Dee")).to_be_visible()
    administrator.sees_a_sound_page("accounts with somebody invited")
    page.get_by_role("link", name="Bo Ash").click()
    expect(page.get_by_role("heading", name="Bo Ash")).to_be_visible()
    administrator.sees_a_sound_page("account")
    page.get_by_label("Why is it disabled?").fill("Left in April")
    page.get_by_role("button", name="Disable the account").click()
    expect(page.get_by_text("every sign-in of theirs has ended").first).to_be_visible()
    administrator.sees_a_sound_page("account disabled")
    page.get_by_role("link", name="Accounts", exact=True).first.click()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("Left in April")).to_be_visible()
    administrator.sees_a_sound_page("accounts history")
