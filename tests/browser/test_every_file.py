"""Every file of tests/data through the browser: no error, no worker that hangs, and the server's memory as before."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from bench.exporting import MEBIBYTE, memory
from tests.browser.conftest import Server
from tests.browser.person import Person
from tests.soak.assurance import write_section

DATA = Path(__file__).parents[1] / "data"
MOST_MORE = 150  # MB
SECONDS_FOR_ALL = 900


@pytest.mark.soak
def test_every_file_is_received_and_read_or_told(inspector: Person, server: Server) -> None:
    page = inspector.page
    files = sorted(path for path in DATA.rglob("*") if path.is_file() and path.parent.name not in ("data", "LICENSES"))
    before = memory(server.process.pid)
    refused = 0
    for at in range(0, len(files), 10):
        inspector.uploads(*files[at : at + 10])
        expect(page.get_by_text("Received as")).to_be_visible()
        refused += page.get_by_text("Not kept:").count()
    inspector.opens("/documents")
    for _look in range(SECONDS_FOR_ALL // 5):
        page.reload()
        if not page.get_by_text("Being read").count():
            break
        page.wait_for_timeout(5_000)
    expect(page.get_by_text("Being read")).to_have_count(0)
    shown = kept = 0
    while True:
        links = [link.get_attribute("href") for link in page.locator("tbody th a").all()]
        older = page.locator("a[rel=next]")
        following = older.first.get_attribute("href") if older.count() else None
        kept += len(links)
        for link in links:
            for address in (link, f"{link}/history", f"{link}/requests"):
                answer = page.goto(f"{server.address}{address}")
                assert answer is not None and answer.status < 400, address
                shown += 1
        if following is None:
            break
        page.goto(f"{server.address}{following}")
    more = (memory(server.process.pid) - before) / MEBIBYTE
    log = server.log.read_text()
    assert "Traceback" not in log and "was answered with 500" not in log, log[-4000:]
    assert kept >= len(files) - 10 and more <= MOST_MORE, f"{kept} of {len(files)} kept, {more:.0f} MB more"
    figures = {
        "files of tests/data uploaded through the browser": len(files),
        "documents (the same content twice is one)": kept,
        "their pages looked at, none of them an error": shown,
        "memory of the server and its worker, more than before (MB)": f"{more:.0f}",
    }
    write_section("Every file of tests/data", "SQLite", figures)
