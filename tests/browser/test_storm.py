"""Notes go in at typing speed while servers, networks and browsers are killed under them.

The short form stands in `make test`; the long ones, with two people on devices of their own, in `make soak`.
"""

import os
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Begun, Server
from tests.browser.device import Device, is_ready
from tests.browser.person import EMAIL, INSPECTION, PASSWORD, Person
from tests.soak.assurance import write_section

TYPING = 25  # milliseconds a letter: a fast typist's 40
BO = "bo.ash@example.gov.uk"
TALK = """
    the victim risk assessment was late police file charging advice order breach stalking harassment protection and
    prosecutor reviewed sent before after hearing because nobody asked area lead training rota checklist template so
    recorded decision case management system monthly weekly quality good poor often rarely always never explained we
"""
VOCABULARY = TALK.split()


@dataclass
class Line:
    """A note as the page shows it."""

    number: int  # 0 while the server has not answered
    words: str
    state: str  # saved, was (saved when the page was kept that is shown without a server), sending, kept, refused

    @staticmethod
    def all_on(page: Page) -> list["Line"]:
        found = page.evaluate(
            """() => [...document.querySelectorAll('#notes .fb-note')].map(line => [
              Number(line.id.replace('note-', '')) || 0,
              line.querySelector('.fb-note__words').textContent,
              /fb-save--(\\w+)/.exec(line.querySelector('.fb-save').className)[1]
            ])"""
        )
        return [Line(*one) for one in found]


class Writer:
    """Somebody who types note after note, and knows what they have finished."""

    def __init__(self, name: str, person: Person, seed: int, pace: int = 0) -> None:
        self.name, self.person, self.pace = name, person, pace
        self.dice = random.Random(seed)
        self.finished: list[str] = []
        self.half = ""

    @property
    def page(self) -> Page:
        return self.person.page

    def types_a_note(self, least: int = 4, most: int = 12) -> None:
        """To its end, from wherever it was left."""
        words = self.half or self._next(least, most)
        typed = len(self.half) // 2
        self.page.keyboard.type(words[typed:], delay=self.pace)
        self.page.keyboard.press("Enter")
        self.finished.append(words)
        self.half = ""

    def types_half_a_note(self) -> None:
        self.half = self._next(6, 12)
        self.page.keyboard.type(self.half[: len(self.half) // 2], delay=self.pace)
        self.page.wait_for_timeout(1000)  # the promise: on the device within a second

    def finds_the_half_again(self) -> None:
        box = self.page.get_by_label("Note", exact=True)
        expect(box).to_have_value(self.half[: len(self.half) // 2])
        box.focus()
        box.press("End")

    def _next(self, least: int, most: int) -> str:
        words = self.dice.choices(VOCABULARY, k=self.dice.randint(least, most))
        return f"{self.name} heard {len(self.finished) + 1}: {' '.join(words)}."


def notes_of(server: Server) -> list[tuple[int, str]]:
    """Number and words of every note that the server has."""
    with sqlite3.connect(f"file:{server.data / 'fieldbook.db'}?mode=ro", uri=True) as connection:
        asked = "SELECT number, text FROM note JOIN source_text text ON text.id = text_id ORDER BY number"
        return connection.execute(asked).fetchall()


def nothing_is_lost(server: Server, *writers: Writer) -> None:
    """What is called saved is there once and in order; what is not there is shown as waiting."""
    shown = {writer.name: Line.all_on(writer.page) for writer in writers}  # first: what is there may only become more
    there = notes_of(server)
    assert [number for number, _words in there] == list(range(1, len(there) + 1))
    by_number = dict(there)
    for writer in writers:
        mine = [words for _number, words in there if words.startswith(f"{writer.name} ")]
        assert mine == writer.finished[: len(mine)], "not once and in the order typed"
        lines = shown[writer.name]
        saved = [line for line in lines if line.state in ("saved", "was")]
        assert [line.words for line in saved] == [by_number.get(line.number) for line in saved]
        assert [line.number for line in saved] == sorted({line.number for line in saved}), (
            "shown out of order, or twice"
        )
        waiting = [line.words for line in lines if line.state in ("sending", "kept")]
        assert [line for line in lines if line.state not in ("saved", "was", "sending", "kept")] == []
        missing = [words for words in writer.finished if words not in set(mine) | set(waiting)]
        assert missing == [], f"{len(missing)} notes of {writer.name} are neither there nor shown as kept"


def words_of(*writers: Writer) -> Counter[str]:
    return Counter(word for writer in writers for note in writer.finished for word in note.split())


def everything_comes_in(server: Server, *writers: Writer, seconds: float = 60) -> None:
    """Once all is back and nothing more is typed: every note once, in order, word for word, and called saved."""
    wanted = sum(len(writer.finished) for writer in writers)
    deadline = time.monotonic() + seconds
    while len(notes_of(server)) < wanted and time.monotonic() < deadline:
        writers[0].page.wait_for_timeout(100)
    for writer in writers:
        expect(writer.page.locator("#notes .fb-save--sending, #notes .fb-save--kept")).to_have_count(0)
    nothing_is_lost(server, *writers)
    typed = words_of(*writers)
    assert Counter(word for _number, words in notes_of(server) for word in words.split()) == typed
    for writer in writers:
        writer.page.reload()
        is_ready(writer.page)
        expect(writer.page.locator("#notes .fb-save--saved").first).to_be_visible()
    nothing_is_lost(server, *writers)
    last = [words for _number, words in notes_of(server)][-300:]
    for writer in writers:
        assert [line.words for line in Line.all_on(writer.page)] == last


class Killer(threading.Thread):
    """Kills the server at a random moment and starts it again, so many times, while others type."""

    def __init__(self, kills: int, kill: Callable[[], None], start: Callable[[], object], within: float) -> None:
        super().__init__(daemon=True)
        self.kills, self.kill, self.start_again, self.within = kills, kill, start, within
        self.dice = random.Random(kills)
        self.done = 0
        self.failed: Exception | None = None
        self.is_up = threading.Event()
        self.is_up.set()

    def run(self) -> None:
        try:
            while self.done < self.kills:
                time.sleep(self.dice.uniform(0, self.within))
                self.is_up.clear()
                self.kill()
                time.sleep(self.dice.choice([0, 0, self.dice.uniform(0, self.within)]))  # a service starts it at once
                self.start_again()
                self.is_up.set()
                self.done += 1
        except Exception as failed:
            self.failed = failed

    def is_through(self) -> bool:
        if self.failed:
            raise self.failed
        return self.done >= self.kills


@pytest.fixture
def ada(browser: Browser, server: Server, begun: Callable[[str], Begun], tmp_path: Path) -> Iterator[Device]:
    """The first person's device, on the page of an interview."""
    device = Device(browser, tmp_path / "profile-ada", server.address)
    device.context.add_cookies(begun(INSPECTION).cookies)
    device.person.plans("Interview", "Wessex", "District Crown Prosecutor")
    is_ready(device.person.page)
    yield device
    device.close()
    assert device.faults == []


@pytest.fixture
def bo(browser: Browser, server: Server, tmp_path: Path, ada: Device) -> Iterator[Device]:
    """A second person's, on the same page."""
    wanted = ["person", "add", BO, "--name", "Bo Ash", "--inspection", INSPECTION, "--role", "inspector"]
    server.command(*wanted, typed=f"{PASSWORD}\n{PASSWORD}\n")
    device = Device(browser, tmp_path / "profile-bo", server.address)
    device.person.signs_in(BO)
    expect(device.person.page.locator(".fb-account__name")).to_contain_text("Bo Ash")
    device.person.page.goto(ada.person.page.url)
    is_ready(device.person.page)
    yield device
    device.close()
    assert device.faults == []


def test_notes_typed_while_the_server_is_killed_three_times_are_all_there(ada: Device, server: Server) -> None:
    writer = Writer("Ada", ada.person, seed=1)
    killer = Killer(3, server.kill, lambda: server.start().wait(60), within=0.5)
    killer.start()
    while not killer.is_through():
        writer.types_a_note()
        if killer.is_up.is_set():
            nothing_is_lost(server, writer)
    writer.types_a_note()
    everything_comes_in(server, writer)
    assert len(writer.finished) >= 5


def type_and_look(server: Server, writers: list[Writer], until: Callable[[], bool]) -> int:
    """Two people type in turn, at typing speed; now and then one loads the page anew. How often it was looked at."""
    looks = 0
    while looks == 0 or not until():
        for writer in writers:
            whole_page = writer.page.get_by_role("link", name="Load the whole page")
            if whole_page.is_visible():
                whole_page.click()
                is_ready(writer.page)
            if writer.dice.random() < 0.1:
                writer.types_half_a_note()
                writer.page.reload()
                is_ready(writer.page)
                writer.finds_the_half_again()
            writer.types_a_note()
        nothing_is_lost(server, *writers)
        looks += 1
    return looks


@pytest.mark.soak
def test_two_people_type_through_fifty_kills_a_long_cut_and_killed_browsers(
    ada: Device, bo: Device, server: Server
) -> None:
    kills, minutes = int(os.environ.get("SOAK_SERVER_KILLS", 50)), float(os.environ.get("SOAK_MINUTES_CUT", 3))
    browser_kills = int(os.environ.get("SOAK_BROWSER_KILLS", 5))
    began = time.monotonic()
    address = ada.person.page.url.split("#")[0]
    writers = [Writer("Ada", ada.person, seed=1, pace=TYPING), Writer("Bo", bo.person, seed=2, pace=TYPING)]

    killer = Killer(kills, server.kill, lambda: server.start().wait(60), within=3)
    killer.start()
    looks = type_and_look(server, writers, killer.is_through)
    everything_comes_in(server, *writers)
    typed_through_kills = sum(len(writer.finished) for writer in writers)

    for device in (ada, bo):
        device.context.set_offline(True)
    until = time.monotonic() + minutes * 60
    looks += type_and_look(server, writers, lambda: time.monotonic() > until)
    waited = sum(len(writer.finished) for writer in writers) - len(notes_of(server))
    for device in (ada, bo):
        device.context.set_offline(False)
    everything_comes_in(server, *writers)

    for number in range(browser_kills):
        device, writer, email = ((ada, writers[0], EMAIL), (bo, writers[1], BO))[number % 2]
        for one in writers:
            one.types_a_note()
        writer.types_half_a_note()
        device.kill()
        writer.person = device.start()
        writer.page.goto(address)
        if writer.page.get_by_label("E-mail address").is_visible():  # else its session was brought back
            writer.person.signs_in(email)
            writer.page.goto(address)
        is_ready(writer.page)
        writer.finds_the_half_again()
        for one in writers:
            one.types_a_note()
        nothing_is_lost(server, *writers)
        looks += 1
    everything_comes_in(server, *writers)

    figures = {
        "kills of the server (SIGKILL, at random moments, while two people typed)": killer.done,
        "notes typed meanwhile": f"{typed_through_kills:,}",
        "minutes without a network": f"{minutes:g}",
        "notes that waited on the two devices at its end": waited,
        "kills of a browser, with a half-typed note": browser_kills,
        "looks at both pages and the database, nothing missing": looks,
        "notes at the end, each once and in order": f"{len(notes_of(server)):,}",
        "words at the end, the same as were typed": f"{words_of(*writers).total():,}",
        "minutes": f"{(time.monotonic() - began) / 60:.1f}",
    }
    write_section("Two people typing on devices of their own", versions(ada), figures)


@pytest.mark.soak
def test_an_interview_of_three_hours_by_two_writers(ada: Device, bo: Device, server: Server) -> None:
    notes = int(os.environ.get("SOAK_NOTES", 1500))
    began = time.monotonic()
    writers = [Writer("Ada", ada.person, seed=3), Writer("Bo", bo.person, seed=4)]
    first, seconds = size_of(writers[0].page), []
    each = max(notes // 10, 2)
    while (typed := sum(len(writer.finished) for writer in writers)) < notes:
        since = time.monotonic()
        while sum(len(writer.finished) for writer in writers) < min(typed + each, notes):
            for writer in writers:
                writer.types_a_note(17, 17)  # twenty words with the three that number it
        seconds.append((time.monotonic() - since) / each)
        nothing_is_lost(server, *writers)
    # Each sees the other's notes too, all of them, on the page that stood open from the first.
    for writer in writers:
        expect(writer.page.locator("#notes .fb-note[id]")).to_have_count(notes, timeout=300_000)
    last = size_of(writers[0].page)
    everything_comes_in(server, *writers)
    figures = {
        "notes, each once and in order": f"{len(notes_of(server)):,}",
        "words, the same as were typed": f"{words_of(*writers).total():,}",
        "lines on each page at the end": f"{last.lines:,}",
        "elements of the page, empty and full": f"{first.elements:,} and {last.elements:,}",
        "memory of the page's scripts, empty and full (MB)": f"{first.heap:.1f} and {last.heap:.1f}",
        "stored on the device, empty and full (MB)": f"{first.stored:.1f} and {last.stored:.1f}",
        "seconds for a note typed by a program, first and last tenth": f"{seconds[0]:.2f} and {seconds[-1]:.2f}",
        "minutes": f"{(time.monotonic() - began) / 60:.1f}",
    }
    write_section("An interview of three hours by two writers", versions(ada), figures)


@dataclass
class Size:
    lines: int
    elements: int
    heap: float  # megabytes
    stored: float


def size_of(page: Page) -> Size:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"] / 2**20
    session.detach()
    lines, elements, stored = page.evaluate(
        """async () => [
          document.querySelectorAll('#notes .fb-note').length,
          document.querySelectorAll('*').length,
          (await navigator.storage.estimate()).usage
        ]"""
    )
    return Size(lines, elements, heap, stored / 2**20)


def versions(device: Device) -> str:
    return f"Chromium {device.context.browser.version if device.context.browser else ''}, SQLite"
