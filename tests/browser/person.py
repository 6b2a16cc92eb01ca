"""What somebody does in Fieldbook, in their words; each page they see is looked at as they go."""

import itertools
from pathlib import Path

from playwright.sync_api import Page, expect

HERE = Path(__file__).resolve().parent
SCREENSHOTS = HERE.parents[1] / "build" / "screenshots"
AXE = (HERE / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NAME, EMAIL, PASSWORD = "Ada Shah", "ada.shah@example.gov.uk", "correct horse battery"
INSPECTION = "stalking-2026"
LOOKED_AT: set[tuple[str, str]] = set()


class Person:
    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.inspection = INSPECTION  # the real one, unless a journey says another
        self._shot = itertools.count(1)

    def opens(self, path: str) -> None:
        """A page within the inspection."""
        self.page.goto(f"{self.address}/inspections/{self.inspection}{path}")

    def makes_the_first_account(self, link: str) -> None:
        self.page.goto(link)
        self.sees_a_sound_page_once("first account")
        for label, value in (
            ("Your name", NAME),
            ("E-mail address", EMAIL),
            ("Password", PASSWORD),
            ("Password again", PASSWORD),
        ):
            self.page.get_by_label(label, exact=True).fill(value)
        self.page.get_by_role("button", name="Make the account").click()
        expect(self.page.get_by_text("Your account is made")).to_be_visible()

    def signs_in(self, email: str = EMAIL, password: str = PASSWORD) -> None:
        """Everybody's password is PASSWORD, but in the demonstration."""
        self.page.goto(f"{self.address}/sign-in")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def plans(self, kind: str, area: str, role: str) -> str:
        """Adds an interview and gives its reference."""
        self.opens("/interviews/new")
        self.sees_a_sound_page_once("new interview")
        self.page.get_by_label(kind, exact=True).check()
        self.page.get_by_label("Area or Headquarters").select_option(label=area)
        self.page.get_by_label("Role of who is seen").select_option(label=role)
        self.page.get_by_role("button", name="Add it").click()
        expect(self.page.locator("#words[aria-autocomplete]")).to_be_focused()
        return self.page.url.split("/")[-1].split("#")[0].split("?")[0]

    def types_note(self, words: str) -> None:
        """By keyboard alone: what is typed goes to whatever has the focus."""
        self.page.keyboard.type(words)
        if "#" in words:
            self.page.keyboard.press("Escape")  # closes what is offered for an unfinished reference
        self.page.keyboard.press("Enter")

    def sees_saved(self, notes: int) -> None:
        saved = self.page.locator("#notes .fb-note[id] .fb-save--saved")
        expect(saved).to_have_count(notes)

    def uploads(self, *files: Path, title: str = "") -> None:
        self.opens("/documents/new")
        self.page.get_by_label("Files").set_input_files(list(files))
        if title:
            self.page.get_by_label("Title (optional)").fill(title)
        self.page.get_by_role("button", name="Upload").click()

    def checks_for_names(self, name: str = "") -> None:
        """Of the document that was just uploaded: opens it, and finds none. `name` keeps pictures of what is seen."""
        self.page.get_by_role("button", name="Open it and check it").click()
        expect(self.page.locator("#page-text")).not_to_be_empty()
        if name:
            self.sees_a_sound_page(name)
        self.page.get_by_role("radio").first.check()  # by the pack's words for it
        self.page.get_by_role("button", name="Save the result").click()

    def selects(self, words: str, into: str = "Words of the passage") -> None:
        """Selects words of the page in the reader, as a mouse would."""
        self.page.wait_for_load_state()  # with its scripts, which hear of it
        self.page.evaluate(
            """words => {
              const walker = document.createTreeWalker(document.getElementById('page-text'), NodeFilter.SHOW_TEXT)
              for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const at = node.data.indexOf(words)
                if (at < 0) continue
                const range = document.createRange()
                range.setStart(node, at)
                range.setEnd(node, at + words.length)
                getSelection().removeAllRanges()
                return getSelection().addRange(range)
              }
              throw new Error('these words are not on the page: ' + words)
            }""",
            words,
        )
        expect(self.page.get_by_label(into)).to_have_value(words)

    def sees_a_sound_page_once(self, name: str) -> None:
        """For a page on the way to nearly every journey: looked at by the first of them on each pack."""
        if (name, self.inspection) not in LOOKED_AT:
            LOOKED_AT.add((name, self.inspection))
            self.sees_a_sound_page(name)

    def sees_a_sound_page(self, name: str, *, narrow: bool = True) -> None:
        """No accessibility violation at 1366 and 320 pixels, nothing to be scrolled sideways; a picture is kept."""
        self._looks(name)
        if narrow:
            size = self.page.viewport_size
            assert size is not None
            self.page.set_viewport_size({"width": 320, "height": 640})
            sideways = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert sideways <= 0, f"{name} is {sideways} pixels too wide for a narrow window"
            self._looks(f"{name} narrow")
            self.page.set_viewport_size(size)

    def _looks(self, name: str) -> None:
        self.page.wait_for_load_state()
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        pack = "" if self.inspection == INSPECTION else f" of {self.inspection}"
        self.page.screenshot(path=SCREENSHOTS / f"{next(self._shot):02d} {name}{pack}.png")
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        found = self.page.evaluate(
            f"axe.run(document, {{runOnly: {RULES}, resultTypes: ['violations']}})"
            ".then(found => found.violations.map(violation => violation.id + ': ' +"
            " violation.nodes.map(node => node.target.join(' ')).join(' | ')))"
        )
        assert found == [], f"{name}: {found}"
