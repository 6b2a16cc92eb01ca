"""`make bench`: how fast Fieldbook is, against the bare equivalents. See docs/speed.md.

Ends with 0 whatever the figures are, with 1 when something could not be measured.
"""

import argparse
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
WRITTEN = ROOT / "docs" / "speed.md"
MEASURES = ("notes", "statements", "queries", "pages", "others", "xlsx", "memory")
MANY = 100  # inspections in one database


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds and 1,000 items at most: does it run at all?")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/speed.md")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES))
    chosen = parser.parse_args()
    if chosen.write and (chosen.quick or len(chosen.only) < len(MEASURES)):
        parser.error("--write wants a whole run: not with --quick or --only")
    return chosen


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[Callable[[str], str]]:
    """Gives the address of a new, empty database for each name."""
    from tests.databases import PostgreSQL, postgresql_server

    if kind == "sqlite":
        yield lambda name: f"sqlite:///{folder / f'{name}.db'}"
        return
    with postgresql_server(durable=True) as server:
        there = PostgreSQL(server, "template0")
        made: list[str] = []

        def empty(name: str) -> str:
            made.append(there.empty(f"bench_{os.getpid()}_{name}"))
            return made[-1]

        try:
            yield empty
        finally:
            for url in made:
                there.drop(url)


def main() -> int:
    chosen = arguments()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fieldbook-bench-") as made:
        folder = Path(made)
        os.environ["FIELDBOOK_DATA_DIR"] = str(folder / "data")
        from bench import exporting, notes, pages, reading, world
        from bench.rounds import Report, heading

        report, quick = Report(), chosen.quick
        with databases(chosen.database, folder) as empty:
            heading("Databases")
            sizes = (10, 100, 1_000) if quick else (10, 1_000, 100_000)
            worlds = []
            for items in sizes:
                since = time.monotonic()
                worlds.append(world.make(items, empty(f"world_{items}"), folder / f"world-{items}"))
                print(f"  {items:,} items: {time.monotonic() - since:.1f} s", flush=True)
            _small, middle, large = worlds
            each = 10 if quick else 1_000
            since = time.monotonic()
            among = world.make(each, empty("among"), folder / "among", others=MANY - 1)
            print(f"  {MANY} inspections of {each:,} items: {time.monotonic() - since:.1f} s", flush=True)
            shown = {
                f"{middle.items:,} items": middle,
                f"{large.items:,} items": large,
                f"{each:,} items, {MANY} inspections": among,
            }
            measures: dict[str, Callable[[], None]] = {
                "notes": lambda: notes.measure(report, middle, empty("bare"), 30 if quick else 300),
                "statements": lambda: reading.count_statements(report, [*worlds, among]),
                "queries": lambda: reading.time_queries(report, shown, 5 if quick else 41),
                "pages": lambda: pages.compare(report, shown, 3 if quick else 15),
                "others": lambda: exporting.disturb(report, large, 1 if quick else 3, 2 if quick else 20),
                "xlsx": lambda: exporting.compare(report, large, worlds[0], folder, 1 if quick else 3),
                "memory": lambda: exporting.measure_memory(report, worlds[1:], folder, 1 if quick else 2),
            }
            for name in MEASURES:
                if name in chosen.only:
                    try:
                        measures[name]()
                    except Exception:
                        traceback.print_exc()
                        report.failed.append(name)
        heading("Bars")
        figures = f"{_where(chosen, time.monotonic() - began)}\n\n{report.table()}"
        print(figures)
        for name in report.failed:
            print(f"Could not be measured: {name}")
        if chosen.write and not report.failed:
            write(chosen.database, figures)
        return 1 if report.failed else 0


def write(database: str, figures: str) -> None:
    begin, end = (f"<!-- {database}: {mark} -->" for mark in ("begin", "end"))
    before, _, rest = WRITTEN.read_text().partition(begin)
    after = rest.partition(end)[2]
    WRITTEN.write_text(f"{before}{begin}\n{figures}\n{end}{after}")


def _where(chosen: argparse.Namespace, seconds: float) -> str:
    changed = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout
    database = f"SQLite {sqlite3.sqlite_version}" if chosen.database == "sqlite" else "PostgreSQL"
    return (
        f"{datetime.now(UTC):%-d %B %Y}, commit {changed.strip() or 'unknown'} and what was uncommitted, {database}, "
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {seconds / 60:.0f} minutes"
        f"{', --quick: a smoke, not a measurement' if chosen.quick else ''}."
    )


if __name__ == "__main__":
    sys.exit(main())
