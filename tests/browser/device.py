"""A browser with a profile of its own on disk, as an inspector's laptop has: it can be killed and started again."""

import os
import shutil
import signal
import sqlite3
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Server
from tests.browser.person import Person


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


def kept(server: Server) -> list[str]:
    """The words of every note that the server has, in its order."""
    with sqlite3.connect(f"file:{server.data / 'fieldbook.db'}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT text FROM note JOIN source_text text ON text.id = text_id ORDER BY number")
        return [row[0] for row in rows]
