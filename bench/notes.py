"""Saving a note, against the bare insert view."""

import itertools
from collections.abc import Callable
from typing import Any

from flask import Flask

from app.extensions import db
from bench import bare
from bench.client import INSPECTION, SAID_AT, WORDS, Browser, Counted, counting, note
from bench.rounds import Report, heading, median, print_raw, take_turns
from bench.world import World

MOST_TIMES = 4.0
MOST_STATEMENTS = 14
PATH = f"{INSPECTION}/interviews/INT-001/notes"


class Saving:
    """One side: `prepare` makes the request, the call has it answered."""

    def __init__(self, browser: Browser, path: str, form: Callable[[], dict[str, str]]) -> None:
        self.browser, self.path, self.form = browser, path, form
        self.environ: dict[str, Any] = {}

    def prepare(self) -> None:
        self.environ = self.browser.environ(self.path, self.form(), htmx=True)

    def __call__(self) -> None:
        self.browser.answer(self.environ)


def bare_note() -> dict[str, str]:
    return {"number": str(next(_numbers)), "words": WORDS, "speaker": "DCP 2", "said_at": SAID_AT}


_numbers = itertools.count(1)


def measure(report: Report, world: World, bare_url: str, rounds: int) -> None:
    heading(f"A note saved, {rounds} rounds: the WSGI call from the request to the whole answer")
    app, other = world.open(), bare.create_app(bare_url)
    sides = {
        "note": Saving(Browser(app, world.readers[0].token), PATH, note),
        "tagged": Saving(Browser(app, world.readers[0].token), PATH, lambda: note(f"#vw.ii {WORDS}")),
        "bare": Saving(Browser(other, "1"), "/notes", bare_note),
    }
    for side in sides.values():
        for _ in range(20):  # templates compiled, statements cached
            side.prepare()
            side()
    seconds = take_turns(rounds, **sides)
    print_raw(seconds)
    counts = {name: _count(side, side.browser.app) for name, side in sides.items()}
    for name, counted in counts.items():
        traced = f", {len(counted.traced)} as SQLite traces them" if counted.traced else ""
        print(f"  {name}: {len(counted.statements)} statements{traced}, {counted.commits} commit(s)")
    if counts["note"].traced:
        print("  What SQLite ran for the note:")
    for text in counts["note"].traced:
        print("    " + " ".join(text.split())[:110])
    times = {name: median(values) / median(seconds["bare"]) for name, values in seconds.items()}
    each = {name: f" ({median(values) * 1000:.2f} ms)" for name, values in seconds.items()}
    bare_one = f" of {median(seconds['bare']) * 1000:.2f} ms"
    report.at_most("A note saved, against the bare insert", times["note"], MOST_TIMES, bare_one + each["note"])
    report.bar("The same, tagged to a criterion", "told", f"{times['tagged']:.2f} times{each['tagged']}", None)
    sent = len(counts["note"].statements)
    traced = f"; {len(counts['note'].traced)} with BEGIN, PRAGMA, COMMIT" if counts["note"].traced else ""
    report.bar("Statements of a note saved", f"at most {MOST_STATEMENTS}", f"{sent}{traced}", sent <= MOST_STATEMENTS)
    tagged = f"{len(counts['tagged'].statements)}; {counts['tagged'].commits} commit"
    report.bar("The same, tagged to a criterion", "told", tagged, None)
    commits = max(counts["note"].commits, sum(text == "COMMIT" for text in counts["note"].traced))
    report.bar("Commits of a note saved", "1", str(commits), commits == 1)


def _count(side: Saving, app: Flask) -> Counted:
    """Of one request on warm connections: those of opening one are left out."""
    with app.app_context():
        engine = (db if "fieldbook_clock" in app.extensions else bare.db).engine
    with counting(engine) as counted:
        side.prepare()
        side()
        before = (len(counted.statements), len(counted.traced), counted.commits)
        side.prepare()
        side()
        counted.statements, counted.traced = counted.statements[before[0] :], counted.traced[before[1] :]
        counted.commits -= before[2]
    return counted
