"""A disk that takes nothing more: whoever writes is told loudly, nothing is called saved, and it goes on afterwards."""

import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.accounts.models import SignIn
from app.db.transaction import writing
from app.evidence.models import SourceText
from app.extensions import db
from app.interviews.models import Note
from tests.databases import Databases
from tests.servers import Server, Visit, World, running

TOLD = "The server cannot write to its disk"
INTERVIEW = "/inspections/stalking-2026/interviews/INT-001"
MEGABYTES = 32  # of the small disk
LONG = " It was late." * 400  # more than a page that SQLite still has
pytestmark = pytest.mark.slow


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True)


# What can be wrong with a disk: each is so inside its block, and no longer behind it.


@contextmanager
def full(_server: Server, folder: Path) -> Iterator[None]:
    """Not a byte is left."""
    ballast = folder / "ballast"
    with open(ballast, "wb", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))
    assert shutil.disk_usage(folder).free == 0
    yield
    ballast.unlink()


@contextmanager
def over_quota(server: Server, folder: Path) -> Iterator[None]:
    """No file of the server may grow."""
    before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    size = min(file.stat().st_size for file in folder.glob("*.db-wal"))
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, before[1]))
    yield
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def read_only(_server: Server | None, folder: Path) -> Iterator[None]:
    """Database, log and folder can be written by nobody, through no file that is open already.

    Not so the index that SQLite shares as memory: a disk that refuses this too ends the server with a signal.
    """
    with ExitStack() as afterwards:
        for path in (*folder.glob("*.db"), *folder.glob("*.db-wal"), folder):
            done = run("chattr", "+i", path)
            assert done.returncode == 0, done.stderr
            afterwards.callback(run, "chattr", "-i", path)
        yield


Trouble = Callable[[Server, Path], AbstractContextManager[None]]


def skip_where_nothing_can_be_made_read_only(folder: Path) -> None:
    probe = folder / "probe"
    with open(probe, "wb", buffering=0) as file:
        done = run("chattr", "+i", probe)
        try:
            file.write(b"!")
        except OSError:
            return
        finally:
            run("chattr", "-i", probe)
            probe.unlink()
    pytest.skip(f"a read-only data folder is not tried: chattr +i does nothing here. {done.stderr.strip()}")


@pytest.fixture
def place(tmp_path: Path, is_sqlite: bool) -> Path:
    if not is_sqlite:
        pytest.skip("the disk of a PostgreSQL is that server's own affair")
    place = tmp_path / "data"
    place.mkdir()
    return place


@pytest.fixture
def small_place(place: Path) -> Iterator[tuple[Path, Trouble]]:
    """A folder on a disk of its own that can be filled; where none can be mounted, a quota takes its place."""
    mounted = run("mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", place).returncode == 0
    yield place, full if mounted else over_quota
    if mounted:
        run("umount", "--lazy", place)


def write_through(place: Path, trouble: Trouble, databases: Databases) -> None:
    """Notes before, during and after the trouble; those refused are sent again as an outbox sends them."""
    world = World(databases.copy("disk", place), place)
    before, during, after = ([(f"{when} {n}.{LONG}", str(uuid4())) for n in range(3)] for when in "ABC")

    def send(visit: Visit, words: str, operation: str) -> tuple[int, str]:
        form = {"csrf_token": visit.token, "operation": operation, "words": words, "speaker": "DCP 2", "direction": ""}
        return visit.send("POST", f"{INTERVIEW}/notes", form)

    with running(world) as server, Visit(world) as visit:
        visit.read_token()
        for words, operation in before:
            assert send(visit, words, operation)[0] == 303
        with world.app(), writing() as session:
            session.scalars(select(SignIn)).one().last_seen_at -= timedelta(minutes=5)
        with trouble(server, place):
            for words, operation in during:
                status, answer = send(visit, words, operation)
                assert status == 507
                assert TOLD in answer
                assert "Saved" not in answer
            # What is there can still be read, although nobody can be noted as seen.
            status, page = visit.send("GET", INTERVIEW)
            assert status == 200
            assert all(words in page for words, _operation in before)
            assert not any(words in page for words, _operation in during)
        for words, operation in (*during, *during, *after):
            assert send(visit, words, operation)[0] == 303
    with world.app():
        kept = db.session.scalars(
            select(SourceText.text).join(Note, Note.text_id == SourceText.id).order_by(Note.number)
        ).all()
    assert kept == [words for words, _operation in (*before, *during, *after)]


def test_a_full_disk_refuses_notes_loudly_and_takes_them_once_there_is_room(
    small_place: tuple[Path, Trouble], databases: Databases
) -> None:
    write_through(*small_place, databases)


def test_a_full_disk_refuses_a_file_and_leaves_nothing_of_it(
    small_place: tuple[Path, Trouble], databases: Databases
) -> None:
    place, trouble = small_place
    world = World(databases.copy("disk", place), place)

    def left() -> list[Path]:
        return [path for path in (place / "originals").rglob("*") if path.is_file()]

    with running(world) as server, Visit(world) as visit:
        visit.read_token()
        assert visit.upload(b"first" * 1_000, str(uuid4()))[0] == 303
        there = left()
        with trouble(server, place):
            for size in (10, 3 * 2**20):
                status, answer = visit.upload(b"x" * size + str(size).encode(), str(uuid4()))
                assert status == 507 and TOLD in answer and "Received" not in answer
            assert left() == there and len(there) == 1
            status, page = visit.send("GET", "/inspections/stalking-2026/documents")
            assert status == 200 and "DOC-001" in page and "DOC-002" not in page
        assert visit.upload(b"second" * 1_000, str(uuid4()))[0] == 303
    assert len(left()) == 2


@pytest.mark.soak
def test_a_quota_refuses_notes_loudly_and_takes_them_once_it_is_raised(place: Path, databases: Databases) -> None:
    write_through(place, over_quota, databases)


def test_a_read_only_data_folder_refuses_notes_loudly_and_takes_them_afterwards(
    place: Path, databases: Databases
) -> None:
    skip_where_nothing_can_be_made_read_only(place)
    write_through(place, read_only, databases)


def test_a_server_does_not_start_on_a_read_only_data_folder_and_says_why(place: Path, databases: Databases) -> None:
    skip_where_nothing_can_be_made_read_only(place)
    world = World(databases.copy("disk", place), place)
    (place / "server.log").touch()
    with read_only(None, place):
        server = Server(world)
        try:
            assert server.process.wait(60) != 0
        finally:
            server.stop()
    assert "Error: The database cannot be opened" in server.log.read_text()
