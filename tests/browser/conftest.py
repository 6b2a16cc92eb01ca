"""A real Chromium against the real server."""

import functools
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.device import Device, is_ready
from tests.browser.person import INSPECTION, PASSWORD, Person
from tests.forking import Forge, Forked
from tests.packs.second_world import CODE, SECOND

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
VIOLATION = "policy-violation:"
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if item.name.endswith("[another pack]"):
                item.add_marker(pytest.mark.soak)  # `make test` has time for one journey on it: the thread, all through
    items.sort(key=lambda item: item.path.name != "test_thread.py")  # the longest first: none waits for it at the end


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("Chromium is not installed: `make browser` installs it")
    quiet = [
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=quiet)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Pages that fail the test for anything that a strict page must not do."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # Chromium mentions a refused form (4xx) and a server that is away; everything else is a fault.
        expected = "status of 4" in message.text or "ERR_CONNECTION" in message.text
        if (message.type == "error" and not expected) or VIOLATION in message.text:
            faults.append(message.text)

    def open_page(**options: object) -> Page:
        context = browser.new_context(**({"viewport": {"width": 1366, "height": 768}} | options))
        context.set_default_timeout(15_000)
        contexts.append(context)
        context.add_init_script(
            "addEventListener('securitypolicyviolation', e =>"
            f" console.error('{VIOLATION}', e.violatedDirective, e.blockedURI))"
        )
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


class Server:
    """`flask serve`, forked, or `make run` in a clone; in a process group of its own."""

    def __init__(self, how: Forge | Path, data: Path, **settings: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.data = data
        self.log = data.parent / f"{data.name}.log"
        self._how = how
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "FIELDBOOK_DATA_DIR")}
        self.environment = kept | {"PORT": str(self.port), "FIELDBOOK_DATA_DIR": str(data)} | settings
        self.process: Forked | subprocess.Popen[bytes]
        self.start()

    def start(self) -> "Server":
        if isinstance(self._how, Forge):
            self.process = self._how.start(["serve"], self.environment, self.log)
        else:
            with self.log.open("a") as log:
                self.process = subprocess.Popen(
                    ["make", "run"],
                    cwd=self._how,
                    env=self.environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        return self

    def kill(self) -> None:
        """Every process of it at once, without a word."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def wait(self, seconds: float) -> "Server":
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                urlopen(f"{self.address}/sign-in", timeout=1).close()
                return self
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"not up after {seconds} s:\n{self.log.read_text()}")

    def command(self, *arguments: str, typed: str = "") -> str:
        """What `flask --app wsgi …` says on this server's data."""
        assert isinstance(self._how, Forge)
        return self._how.run(arguments, self.environment, typed=typed)

    def first_link(self) -> str:
        found = re.search(rf"{self.address}/first/\S+", self.log.read_text())
        assert found, self.log.read_text()
        return found[0]

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


class Begun(NamedTuple):
    data: Path  # a data folder: most of a start is bringing up the database and loading the pack
    cookies: Any  # as Playwright gives and takes them; of a host, whatever its port: who has them is signed in


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def begun(browser: Browser, forge: Forge, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Begun]:
    """begun("letters-2027"): that inspection as its first person leaves it once their account is made; made once."""

    @functools.cache
    def begun(inspection: str) -> Begun:
        data = tmp_path_factory.mktemp("begun") / "data"
        server = Server(forge, data).wait(60)
        if inspection == CODE:
            server.command("pack", "load", str(SECOND))  # the real one is there already
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        Person(page, server.address).makes_the_first_account(server.first_link())
        cookies = page.context.storage_state()["cookies"]
        page.context.close()
        server.stop()
        return Begun(data, cookies)

    return begun


@pytest.fixture
def server(tmp_path: Path, forge: Forge, begun: Callable[[str], Begun]) -> Iterator[Server]:
    """A server of this test's own, with the real inspection and its lead inspector."""
    shutil.copytree(begun(INSPECTION).data, tmp_path / "data")
    server = Server(forge, tmp_path / "data")
    try:
        yield server.wait(30)
    finally:
        server.kill()  # nothing that a test has seen is lost by it


@pytest.fixture
def fresh_clone(tmp_path: Path) -> Iterator[Server]:
    """`make run` in a copy of what the repository holds, as a new user would start it."""
    clone = tmp_path / "clone"
    held = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    for name in filter(None, held.decode().split("\0")):
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clone / name)
    server = Server(clone, tmp_path / "data")
    try:
        yield server.wait(240)
    finally:
        server.stop()


@pytest.fixture
def lead_of(server: Server, begun: Callable[[str], Begun], new_page: Callable[..., Page]) -> Callable[[str], Person]:
    """lead_of("letters-2027"): the lead inspector of a pack's inspection, signed in on a page of their own."""

    def lead_of(inspection: str) -> Person:
        if inspection != INSPECTION:
            server.kill()
            shutil.rmtree(server.data)
            shutil.copytree(begun(inspection).data, server.data)
            server.start().wait(30)
        person = Person(new_page(), server.address)
        person.page.context.add_cookies(begun(inspection).cookies)
        person.inspection = inspection
        person.page.goto(server.address)
        return person

    return lead_of


@pytest.fixture
def inspector(lead_of: Callable[[str], Person]) -> Person:
    """The lead inspector of the real inspection."""
    return lead_of(INSPECTION)


@pytest.fixture
def colleague(server: Server, new_page: Callable[..., Page]) -> Callable[..., Person]:
    """colleague("observer"): somebody else with that role, signed in in a browser of their own."""

    def colleague(role: str = "inspector", name: str = "Bo Ash", email: str = "bo.ash@example.gov.uk") -> Person:
        wanted = ["person", "add", email, "--name", name, "--inspection", INSPECTION, "--role", role]
        server.command(*wanted, typed=f"{PASSWORD}\n{PASSWORD}\n")
        person = Person(new_page(), server.address)
        person.signs_in(email)
        expect(person.page.locator(".fb-account__name")).to_contain_text(name)
        return person

    return colleague


@pytest.fixture
def device(browser: Browser, server: Server, begun: Callable[[str], Begun], tmp_path: Path) -> Iterator[Device]:
    """The first person's, signed in, on the page of an interview."""
    device = Device(browser, tmp_path / "profile", server.address)
    device.context.add_cookies(begun(INSPECTION).cookies)
    device.person.plans("Interview", "Wessex", "District Crown Prosecutor")
    is_ready(device.person.page)
    yield device
    device.close()
    assert device.faults == []
