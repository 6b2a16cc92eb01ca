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
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
WRITTEN = ROOT / "docs" / "speed.md"
TOGETHER = ("notes", "statements", "queries", "pages", "others", "xlsx", "memory")  # one table
ALONE = ("keys", "load", "highlights", "upload", "reading")  # a table each
MEASURES = (*TOGETHER, *ALONE)
MANY = 100  # inspections in one database


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds and 1,000 items at most: does it run at all?")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/speed.md")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES))
    chosen = parser.parse_args()
    if chosen.write and (chosen.quick or 0 < len({*chosen.only} & {*TOGETHER}) < len(TOGETHER)):
        parser.error(f"--write wants whole tables: not with --quick, and all or none of {', '.join(TOGETHER)}")
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
        from bench import exporting, extracting, highlights, keys, load, notes, pages, reading, uploading, world
        from bench.rounds import Report, heading

        reports, quick = {"": Report()} | {name: Report() for name in ALONE}, chosen.quick
        report = reports[""]
        with databases(chosen.database, folder) as empty:

            @cache
            def sized(items: int, others: int = 0) -> world.World:
                since, name = time.monotonic(), f"world_{items}_{others}"
                made = world.make(items, empty(name), folder / name, others=others)
                among = f" in each of {others + 1} inspections" if others else ""
                print(
                    f"\nA database of {items:,} items{among} was made in {time.monotonic() - since:.1f} s", flush=True
                )
                return made

            few, some, many = (10, 100, 1_000) if quick else (10, 1_000, 100_000)
            each = 10 if quick else 1_000

            def shown() -> dict[str, world.World]:
                return {
                    f"{some:,} items": sized(some),
                    f"{many:,} items": sized(many),
                    f"{each:,} items, {MANY} inspections": sized(each, MANY - 1),
                }

            measures: dict[str, Callable[[], None]] = {
                "notes": lambda: notes.measure(report, sized(some), empty("bare"), 30 if quick else 300),
                "statements": lambda: reading.count_statements(report, [sized(few), *shown().values()]),
                "queries": lambda: reading.time_queries(report, shown(), 5 if quick else 41),
                "pages": lambda: pages.compare(report, shown(), 3 if quick else 15),
                "others": lambda: exporting.disturb(report, sized(many), 1 if quick else 3, 2 if quick else 20),
                "xlsx": lambda: exporting.compare(report, sized(many), sized(few), folder, 1 if quick else 3),
                "memory": lambda: exporting.measure_memory(
                    report, [sized(some), sized(many)], folder, 1 if quick else 2
                ),
                "keys": lambda: keys.measure(
                    reports["keys"], sized(some), 100 if quick else 500, 30 if quick else 1_500
                ),
                "load": lambda: load.measure(reports["load"], sized(some), 3 if quick else 60),
                "highlights": lambda: highlights.measure(
                    reports["highlights"], sized(some), folder, 20 if quick else 1_000
                ),
                "reading": lambda: extracting.measure(reports["reading"], 3 if quick else 21),
                "upload": lambda: uploading.measure(reports["upload"], sized(few), 1 if quick else 3),
            }
            for name in MEASURES:
                if name in chosen.only:
                    try:
                        measures[name]()
                    except Exception:
                        traceback.print_exc()
                        reports[name if name in ALONE else ""].failed.append(name)
        heading("Bars")
        where = _where(chosen, time.monotonic() - began)
        for name, found in reports.items():
            figures = f"{where}\n\n{found.table()}"
            if found.bars:
                print(figures)
            if chosen.write and found.bars and not found.failed:
                write(f"{chosen.database} {name}".strip(), figures)
        failed = [name for found in reports.values() for name in found.failed]
        for name in failed:
            print(f"Could not be measured: {name}")
        return 1 if failed else 0


def write(table: str, figures: str) -> None:
    begin, end = (f"<!-- {table}: {mark} -->" for mark in ("begin", "end"))
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
