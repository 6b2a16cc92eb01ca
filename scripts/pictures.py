"""The pictures of the README, taken of the demonstration by a real Chromium.

`.venv-dev/bin/python -m scripts.pictures` loads the demonstration into a folder that is thrown away, serves it, and
writes docs/pictures/*.png.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

from app.demonstration.content import Demonstration, read_demonstration

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
INSPECTION = "/inspections/stalking-2026"
# Name, address, size of the window.
SHOWN = (
    ("overview", "/", (1280, 1300)),
    ("plan", "/interviews/plan", (1280, 1000)),
    ("capture", "/interviews/{under_way}", (1280, 800)),
    ("register", "/requests", (1280, 900)),
    ("reader", "/documents/{minutes}", (1280, 800)),
    ("criterion", "/criteria/VW.i", (1280, 1300)),
    ("contradictions", "/contradictions", (1280, 900)),
    ("matrix", "/matrix", (1440, 1000)),
)


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("Chromium is not installed: `make browser` installs it.")
    content = read_demonstration(ROOT / "demonstration" / "stalking-2026")
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
            "FIELDBOOK_DATA_DIR": folder,
            "FIELDBOOK_CLOCK": f"{content.stands_at:%Y-%m-%dT%H:%M}",
            "PORT": str(port),
        }
        flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
        subprocess.run([*flask, "demo", "load"], cwd=ROOT, env=environment, check=True)
        server = subprocess.Popen([*flask, "serve"], cwd=ROOT, env=environment)
        try:
            _wait(f"http://127.0.0.1:{port}/sign-in")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium)
                page = browser.new_page(base_url=f"http://127.0.0.1:{port}")
                _take_all(page, content)
                browser.close()
        finally:
            server.terminate()
            server.wait()


def _take_all(page: Page, content: Demonstration) -> None:
    lead = next(person for person in content.people if person.key == "lead")
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(lead.email)
    page.get_by_label("Password", exact=True).fill(lead.password)
    page.get_by_role("button", name="Sign in").click()
    references = {
        "under_way": _first_link(page, f"{INSPECTION}/interviews?state=under_way", "main a[href*='/interviews/INT-']"),
        "minutes": _first_link(
            page, f"{INSPECTION}/documents", "main tr:has-text('Scrutiny panel, October 2025, minutes') a"
        ),
    }
    for name, address, (width, height) in SHOWN:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(INSPECTION + address.format(**references))
        page.wait_for_load_state("networkidle")
        if (asked := page.get_by_role("button", name="This is an ordinary window")).is_visible():
            asked.click()
        page.screenshot(path=PICTURES / f"{name}.png")
        print(PICTURES / f"{name}.png")


def _first_link(page: Page, address: str, selector: str) -> str:
    """The last part of the address that the first such link leads to: a reference."""
    page.goto(address)
    found = page.locator(selector).first.get_attribute("href") or ""
    return found.partition("?")[0].rsplit("/", 1)[1]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait(address: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urlopen(address, timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    main()
