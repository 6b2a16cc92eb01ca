"""From a key to the screen, in a real Chromium, with few and with many notes on the page: by Event Timing.

Both pages stand open and take turns. The many notes came to the page as they come in an interview: one after the other
from a colleague, while it stood open.
"""

import random
import shutil
from itertools import cycle
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from app.access import Actor
from app.db.transaction import writing
from app.extensions import db
from app.inspections.queries import find_inspection_by_code
from app.interviews.services import plan
from bench.client import INSPECTION, Browser, Failed, note
from bench.clients import Request, send
from bench.exporting import serving
from bench.rounds import Report, heading, median, percentile, print_raw
from bench.world import CODE, VOCABULARY, World

MOST_TIMES = 1.5
FEW = 10
PACE = 60  # milliseconds a key: nearly 17 a second
NOTE = 25  # keys, the last of them Enter: notes are saved while the next is typed, as always
LEAST = 0.008  # Event Timing tells in steps of 8 ms, and nothing that took less than 16
CLIENTS = 4
LISTEN = """
() => {
  window.keysSeen = []
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (entry.name === 'keydown') window.keysSeen.push(entry.duration / 1000)
  }).observe({ type: 'event', durationThreshold: 16 })
}
"""


def measure(report: Report, world: World, keys: int, many: int) -> None:
    heading(f"From a key to the screen, {keys} keys each with {FEW} and with {many:,} notes on the page")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise Failed("Chromium is not installed: `make browser` installs it")
    app = world.open()
    typist, colleague = (Browser(app, reader.token) for reader in world.readers)
    numbers = {FEW: _interview(world), many: _interview(world)}
    with (
        serving(world) as (port, _process),
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=["--disable-dev-shm-usage"]) as chrome,
    ):
        pages = {}
        for notes, interview in numbers.items():
            context = chrome.new_context(viewport={"width": 1366, "height": 768})
            pages[notes] = _page(context, typist, f"http://127.0.0.1:{port}{INSPECTION}/interviews/{interview}")
            _fill(pages[notes], colleague, port, interview, notes)
        seconds = _type(pages, keys)
    found = {f"{notes:,} notes": times for notes, times in seconds.items()}
    print_raw(found)
    few, lots = (percentile(times, 0.95) for times in seconds.values())
    medians = " and ".join(f"{median(times) * 1000:.0f}" for times in seconds.values())
    told = f" of {few * 1000:.0f} ms ({lots * 1000:.0f} ms; medians {medians} ms)"
    report.at_most(
        f"A key to the screen with {many:,} notes on the page against {FEW}, p95", lots / few, MOST_TIMES, told
    )


def _interview(world: World) -> str:
    """A new one, without notes."""
    with world.open().app_context():
        inspection = find_inspection_by_code(CODE)
        assert inspection is not None
        reader = world.readers[0]
        with writing():
            made = plan(
                inspection.id,
                kind="interview",
                family="said",
                prefix=inspection.vocabulary["prefixes"]["interview"],
                body_id=None,
                role_id=None,
                title="",
                held_at=None,
                place="",
                remote=False,
                by=Actor(reader.id, reader.name),
            )
            reference = made.reference
        db.session.remove()
        db.engine.dispose()
    return reference


def _page(context: BrowserContext, typist: Browser, address: str) -> Page:
    name, _, value = typist.cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
    page = context.new_page()
    page.goto(address)
    page.locator("#ordinary").wait_for()  # it has found out that the device keeps notes
    page.get_by_role("button", name="This is an ordinary window").click()
    return page


def _fill(page: Page, colleague: Browser, port: int, interview: str, notes: int) -> None:
    headers = colleague.headers(htmx=True) | {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"{INSPECTION}/interviews/{interview}/notes"
    told = send(
        port,
        CLIENTS,
        [Request(path, headers, urlencode({"csrf_token": colleague.token, **note()}), 200) for _ in range(notes)],
    )
    if told.errors:
        raise Failed(told.errors[0])
    expect(page.locator("#notes .fb-note[id]")).to_have_count(notes, timeout=60_000)


def _type(pages: dict[int, Page], keys: int) -> dict[int, list[float]]:
    letters = cycle(" ".join(random.Random(5).choices(VOCABULARY, k=keys)))
    seconds: dict[int, list[float]] = {notes: [] for notes in pages}
    turn = 4 * NOTE
    for page in pages.values():
        page.evaluate(LISTEN)
    for number in range(-1, keys // turn):
        for notes, page in pages.items() if number % 2 == 0 else reversed(pages.items()):
            page.bring_to_front()
            page.get_by_label("Note", exact=True).focus()
            page.wait_for_timeout(500)
            page.evaluate("window.keysSeen = []")
            for _ in range(turn // NOTE):
                page.keyboard.type(
                    "".join(next(letters) for _ in range(NOTE - 1)).strip().ljust(NOTE - 1, "."), delay=PACE
                )
                page.keyboard.press("Enter", delay=PACE)
            page.wait_for_timeout(200)
            seen = page.evaluate("window.keysSeen")
            if number >= 0:  # the first turn is not counted: scripts are compiled in it
                seconds[notes] += seen + [LEAST] * (turn - len(seen))
    return seconds
