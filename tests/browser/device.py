"""A browser with a profile of its own on disk, as an inspector's laptop has: it can be killed and started again."""

import os
import shutil
import signal
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.person import EMAIL, PASSWORD, Person

if TYPE_CHECKING:
    from tests.browser.conftest import Server

WORDS = [f"Line {number}: the clock runs out at four." for number in range(12)]
BO = "bo.ash@example.gov.uk"


class Device:
    def __init__(self, browser: Browser, folder: Path, address: str, *arguments: str) -> None:
        self._browser, self.folder, self.address, self.arguments = browser, folder, address, arguments
        self.faults: list[str] = []
        self.start()

    def start(self) -> Person:
        """Opens the browser; gives whoever sits before it."""
        self.context: BrowserContext = self._browser.browser_type.launch_persistent_context(
            self.folder,
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            viewport={"width": 1366, "height": 768},
            args=list(self.arguments),
        )
        page = self.context.pages[0]
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.person = Person(page, self.address)
        return self.person

    def close(self) -> None:
        self.context.close()

    def kill(self) -> None:
        """Every process of it at once, without a word."""
        for process in Path("/proc").iterdir():
            try:
                if process.name.isdigit() and str(self.folder).encode() in (process / "cmdline").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)
            except OSError:
                continue
        (self.folder / "SingletonLock").unlink(missing_ok=True)


def is_ready(page: Page) -> None:
    """The page has found out what the device keeps, and the worker stands by."""
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    expect(page.locator("#ordinary")).to_be_visible()


def kept(server: "Server") -> list[str]:
    """The words of every note that the server has, in its order."""
    with sqlite3.connect(f"file:{server.data / 'fieldbook.db'}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT text FROM note JOIN source_text text ON text.id = text_id ORDER BY number")
        return [row[0] for row in rows]


def come_in(server: "Server", wanted: list[str]) -> None:
    deadline = time.monotonic() + 30
    while kept(server) != wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    assert kept(server) == wanted


def types_half(person: Person, words: str) -> None:
    person.page.keyboard.type(words)
    person.page.wait_for_timeout(1000)  # the promise: on the device within a second


def opens_signed_in(person: Person, address: str) -> None:
    """In a browser that was started again: it may have brought the session back."""
    person.page.goto(address)
    if person.page.get_by_label("E-mail address").is_visible():
        person.signs_in()
        person.page.goto(address)


def half_typed(person: Person) -> int:
    """How much half typed lies on the device."""
    store = "import('/static/outbox.js').then(outbox => outbox.store())"
    return int(person.page.evaluate(f"{store}.then(db => db.count('drafts'))"))


def signs_in_again(person: Person, email: str = EMAIL) -> None:
    """In the page, where the sign-in has ended."""
    person.page.get_by_role("button", name="Sign in", exact=True).click()
    dialog = person.page.get_by_role("dialog", name="Sign in again")
    expect(dialog.get_by_label("E-mail address")).to_have_value(EMAIL)
    expect(dialog.get_by_label("Password")).to_be_focused()
    dialog.get_by_label("E-mail address").fill(email)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
