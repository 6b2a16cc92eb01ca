"""The XLSX export: what it costs against the bare writer, in memory, and everybody else."""

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Self
from unittest.mock import patch
from zipfile import ZipFile

from app.access import SYSTEM
from app.db.transaction import writing
from app.extensions import db
from app.formats.workbook import Column
from app.formats.workbook import Report as WorkbookReport
from app.inspections.queries import find_inspection_by_code
from app.matrix import export
from app.matrix.export import Asked
from bench.client import INSPECTION, Browser, Failed, Served, note
from bench.notes import PATH
from bench.rounds import Report, heading, ms, percentile, print_raw, take_turns
from bench.world import CODE, KEY, ROOT, World

MOST_TIMES_BARE = 1.3
MOST_MEGABYTES_MORE = 60
MOST_TIMES_QUIET = 2.0
PAUSE = 0.02  # seconds that the other user takes between two requests
SAMPLE_EVERY = 0.02
MEBIBYTE = 2**20


def _environment(world: World, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FIELDBOOK_")}
    return kept | {
        "DATABASE_URL": world.url,
        "FIELDBOOK_DATA_DIR": str(world.folder),
        "SECRET_KEY": KEY,
        **more,
    }


def _export_command(target: Path) -> list[str]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "matrix", "export", CODE]
    return [*command, "--format", "xlsx", "--output", str(target)]


def _export(world: World, target: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(_export_command(target), cwd=ROOT, env=_environment(world), stdout=subprocess.DEVNULL)


def _wait(child: subprocess.Popen[Any]) -> None:
    if child.wait() != 0:
        raise Failed(f"{child.args!r} ended with {child.returncode}")


# -- against the bare writer ------------------------------------------------------------------------------------------


class _Recorder:
    """Stands in for the workbook, and keeps what it is told to write."""

    sheets: list[Any]

    def __init__(self, path: Path, *, title: str, marking: str) -> None:
        self.path, self.title, self.marking = path, title, marking
        type(self).sheets = []
        self.report = WorkbookReport((), 0, 0, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.path.write_bytes(pickle.dumps((self.title, self.marking, self.sheets), pickle.HIGHEST_PROTOCOL))

    def sheet(self, name: str, columns: Sequence[Column]) -> Self:
        self.sheets.append((name, [(c.title, c.width, c.wrap, c.kind) for c in columns], []))
        return self

    def write_rows(self, rows: Any) -> None:
        self.sheets[-1][2].extend(map(tuple, rows))


def _record(world: World, target: Path) -> int:
    """Keep the rows that an export of the world writes; gives how many cells they are."""
    with world.open().app_context():
        inspection = find_inspection_by_code(CODE)
        assert inspection is not None
        id, marking = inspection.id, inspection.marking
        with writing():
            wanted = export.log_export(id, marking, Asked("xlsx", {}), by=SYSTEM).id
        with patch.object(export, "Workbook", _Recorder):
            export.write_export(db.session.get_one(export.Export, wanted), target)
        db.session.remove()
        db.engine.dispose()
    return sum(value not in (None, "") for _name, _columns, rows in _Recorder.sheets for row in rows for value in row)


def compare(report: Report, world: World, smallest: World, folder: Path, rounds: int) -> None:
    heading(f"XLSX export of {world.items:,} items against the bare writer, {rounds} rounds")
    rows, ours, theirs = folder / "rows.pickle", folder / "export.xlsx", folder / "bare.xlsx"
    print(f"  {_record(world, rows):,} cells, {rows.stat().st_size / MEBIBYTE:.0f} MB of rows")
    written: dict[str, list[float]] = {"bare start-up": [], "bare writing": []}

    def fieldbook() -> None:
        _wait(_export(world, ours))

    def start_up() -> None:
        _wait(_export(smallest, folder / "small.xlsx"))

    def bare() -> None:
        command = [sys.executable, "-m", "bench.bare_workbook", str(rows), str(theirs), str(time.time())]
        found = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
        written["bare start-up"].append(found["start_up"])
        written["bare writing"].append(found["writing"])

    seconds = take_turns(rounds, export=fieldbook, bare=bare, **{f"export of {smallest.items} items": start_up})
    del seconds["bare"]  # with the reading of the rows, which is no part of it
    print_raw(seconds | written)
    sizes = {path.name: (path.stat().st_size, _unpacked(path)) for path in (ours, theirs)}
    print(f"  bytes of the files, packed and unpacked: {sizes}")
    whole, started = median(seconds["export"]), median(seconds[f"export of {smallest.items} items"])
    writing_, begun = median(written["bare writing"]), median(written["bare start-up"])
    told = f" of {writing_:.1f} s ({whole - started:.1f} s)"
    report.at_most("XLSX, without either start-up", (whole - started) / writing_, MOST_TIMES_BARE, told)
    told = f" of {writing_ + begun:.1f} s ({whole:.1f} s)"
    report.at_most("XLSX, whole processes", whole / (writing_ + begun), MOST_TIMES_BARE, told)


def _unpacked(path: Path) -> int:
    with ZipFile(path) as book:
        return sum(entry.file_size for entry in book.infolist() if entry.filename.startswith("xl/worksheets/"))


# -- memory -----------------------------------------------------------------------------------------------------------


def _tree(root: int) -> Iterator[int]:
    """A process and all below it."""
    yield root
    try:
        for task in os.listdir(f"/proc/{root}/task"):
            for child in Path(f"/proc/{root}/task/{task}/children").read_text().split():
                yield from _tree(int(child))
    except (FileNotFoundError, ProcessLookupError):
        return


def memory(root: int) -> int:
    """Proportional set size of the whole tree, in bytes: pages that two share count once."""
    total = 0
    for process in _tree(root):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


class Watch:
    """The most that a process tree held while the block ran."""

    def __init__(self, root: int) -> None:
        self.root, self.peak, self._stop = root, 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._stop.wait(SAMPLE_EVERY):
            self.peak = max(self.peak, memory(self.root))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def measure_memory(report: Report, worlds: Sequence[World], folder: Path, rounds: int) -> None:
    """`worlds`: the small one and the large one."""
    few, many = (world.items for world in worlds)
    heading(f"Peak memory of an export's whole process tree, {few:,} and {many:,} items, {rounds} rounds")
    for how, run in (("from the command line", _peak_of_command), ("served, with its worker", _peak_of_server)):
        peaks: dict[int, list[float]] = {world.items: [] for world in worlds}
        for number in range(rounds):
            for world in worlds if number % 2 == 0 else reversed(worlds):
                peaks[world.items].append(run(world, folder) / MEBIBYTE)
        for items, values in peaks.items():
            print(f"  {how}, {items:,} items, MB: {', '.join(f'{value:.0f}' for value in values)}")
        least, most = median(peaks[few]), median(peaks[many])
        figure = f"{most - least:.0f} MB more ({least:.0f} and {most:.0f} MB)"
        limit = f"at most {MOST_MEGABYTES_MORE} MB more"
        report.bar(f"Memory of an export {how}", limit, figure, most - least <= MOST_MEGABYTES_MORE)


def _peak_of_command(world: World, folder: Path) -> int:
    child = _export(world, folder / "memory.xlsx")
    with Watch(child.pid) as watch:
        _wait(child)
    return watch.peak


def _peak_of_server(world: World, _folder: Path) -> int:
    with serving(world) as (port, process):
        lead = _lead(world, port)
        with Watch(process) as watch:
            _finish(lead, _ask(lead))
    return watch.peak


# -- everybody else ---------------------------------------------------------------------------------------------------


@contextmanager
def serving(world: World) -> Iterator[tuple[int, int]]:
    """`flask --app wsgi serve` on the world, with its worker: the port and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with open(world.folder / "serve.log", "ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "serve"],
            cwd=ROOT,
            env=_environment(world, PORT=str(port)),
            stdout=log,
            stderr=log,
        )
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if child.poll() is not None:
                raise Failed(f"the server ended with {child.returncode}")
            time.sleep(0.1)
        Served(_browser(world, 1), port).get(f"{INSPECTION}/interviews/new")  # a page that reads little
        yield port, child.pid
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _browser(world: World, reader: int) -> Browser:
    app = world.open()
    return Browser(app, world.readers[reader].token)


def _lead(world: World, port: int) -> Served:
    return Served(_browser(world, 0), port)


def _ask(lead: Served) -> str:
    """Ask for an export; gives its page."""
    return lead.post(f"{INSPECTION}/exports", {"format": "xlsx", "operation": note()["operation"]})


def _is_ready(lead: Served, page: str) -> bool:
    text = lead.get(f"{page}/state")
    if "could not be made" in text:
        raise Failed("the export failed")
    return f"{page}/file" in text


def _finish(lead: Served, page: str) -> None:
    while not _is_ready(lead, page):
        time.sleep(0.5)


class Other:
    """Another user, who looks at the overview and saves a note in turn, with a short pause after each."""

    def __init__(self, world: World, port: int) -> None:
        self.served = Served(_browser(world, 1), port)
        self.seconds: dict[str, list[float]] = {}

    def work(self, until: threading.Event) -> dict[str, list[float]]:
        self.seconds = {"overview": [], "note": []}
        while not until.is_set():
            self._timed("overview", lambda: self.served.get(f"{INSPECTION}/"))
            self._timed("note", lambda: self.served.post(PATH, note(), htmx=True))
        return self.seconds

    def _timed(self, name: str, do: Any) -> None:
        began = time.perf_counter()
        do()
        self.seconds[name].append(time.perf_counter() - began)
        time.sleep(PAUSE)


def disturb(report: Report, world: World, exports: int, quiet_seconds: float) -> None:
    """Quiet, export, quiet, export, … quiet."""
    heading(f"Another user during an export of {world.items:,} items, over HTTP, {exports} exports")
    found: dict[str, list[dict[str, list[float]]]] = {"quiet": [], "export": []}
    with serving(world) as (port, _process):
        lead, other = _lead(world, port), Other(world, port)
        _phase(other, lambda: time.sleep(quiet_seconds / 4))  # statements and pages cached
        for _ in range(exports):
            found["quiet"].append(_phase(other, lambda: time.sleep(quiet_seconds)))
            found["export"].append(_phase(other, lambda: _finish(lead, _ask(lead))))
        found["quiet"].append(_phase(other, lambda: time.sleep(quiet_seconds)))
    for page in ("overview", "note"):
        for phase, times in found.items():
            each = [
                f"p50 {ms(percentile(t[page], 0.5))}, p95 {ms(percentile(t[page], 0.95))}, most {ms(max(t[page]))}"
                f" of {len(t[page])}"
                for t in times
            ]
            print(f"  {page}, {phase}: " + "; ".join(each))
        quiet, during = (median(percentile(t[page], 0.95) for t in found[phase]) for phase in ("quiet", "export"))
        told = f" of {ms(quiet)} ({ms(during)})"
        what = "An overview" if page == "overview" else "A note saved"
        report.at_most(f"{what} of another user during an export, p95", during / quiet, MOST_TIMES_QUIET, told)


def _phase(other: Other, meanwhile: Any) -> dict[str, list[float]]:
    stop, given = threading.Event(), []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            given.append(other.work(stop))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        meanwhile()
    finally:
        stop.set()
        thread.join()
    if errors:
        raise errors[0]
    return given[0]
