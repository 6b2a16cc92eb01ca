"""A server that is killed while files come in and are read: no row is without its bytes, and nothing is left over."""

import hashlib
import http.client
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Select, exists, select

from app import storage
from app.audit.queries import chains, verify
from app.documents.models import Document, Original, TextState
from app.documents.queries import list_present_texts
from app.evidence.models import SourceText
from app.extensions import db
from app.formats.kinds import KINDS
from app.formats.reading import read_text
from app.jobs.models import Job, JobState
from tests.documents.factories import DocumentFactory
from tests.forking import Forge
from tests.servers import Server, Visit, World
from tests.soak.assurance import write_section

UPLOADERS = 3
MOST_EACH = 3  # files between two kills
SHORT = 1  # kill, of the short form: what was received then has to be read


@dataclass
class Tally:
    acknowledged: set[str] = field(default_factory=set)  # SHA-256 of what was said to be received
    open: dict[int, tuple[bytes, str]] = field(default_factory=dict)  # uploader to content and operation under way
    swept: int = 0
    refused: list[int] = field(default_factory=list)


def upload_until_killed(world: World, tally: Tally, uploader: int, dice: random.Random, most: int, lines: int) -> None:
    with suppress(OSError, http.client.HTTPException), Visit(world) as visit:
        visit.read_token()
        for _file in range(most):  # each takes seconds to be read afterwards
            if uploader not in tally.open:
                line = f"Uploader {uploader} sends {uuid4().hex}.\n".encode()
                tally.open[uploader] = (line * dice.choice((1, 100, lines)), str(uuid4()))
            content, operation = tally.open[uploader]
            status, _page = visit.upload(content, operation, pause=dice.uniform(0, 0.02))
            if status != 303:
                tally.refused.append(status)
                return
            tally.acknowledged.add(hashlib.sha256(content).hexdigest())
            del tally.open[uploader]


def check(world: World, tally: Tally) -> None:
    """Every row has its bytes, whole; all that was acknowledged is there once."""
    with world.app():
        originals = db.session.scalars(select(Original)).all()
        for original in originals:
            storage.checked(original.inspection_id, original.sha256)
        known = [original.sha256 for original in originals]
        assert len(known) == len(set(known)), "a repeated upload was received twice"
        assert tally.acknowledged <= set(known), "an acknowledged file is lost"


def grow_old(world: World) -> None:
    """As if the server had been away for hours."""
    with world.app():
        long_ago = time.time() - 2 * storage.UNNAMED_FOR
        for path in storage.unnamed(older_than=-60):
            os.utime(path, (long_ago, long_ago))


def wait_until(what: str, holds: Callable[[], bool], seconds: float = 60, *, look_every: float = 0.1) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(look_every)


def count_unnamed(world: World) -> int:
    with world.app():
        return len(list(storage.unnamed(older_than=-60)))


def unread(world: World) -> int:
    with world.app():
        return db.session.query(Document).filter(Document.text_state == TextState.WAITING).count()


def kill_while_files_come_in(
    world: World, forge: Forge, kills: int, *, most_each: int = MOST_EACH, lines: int = 40_000, seed: int = 20260414
) -> dict[str, object]:
    dice, tally, left_over = random.Random(seed), Tally(), 0
    for _number in range(kills):
        server = Server(world, forge=forge)
        try:
            server.wait_until_up()
            uploaders = [
                threading.Thread(
                    target=upload_until_killed, args=(world, tally, n, random.Random(dice.random()), most_each, lines)
                )
                for n in range(UPLOADERS)
            ]
            for uploader in uploaders:
                uploader.start()
            time.sleep(dice.uniform(0.1, 1.5))
            server.kill()
            for uploader in uploaders:
                uploader.join(60)
                assert not uploader.is_alive()
        finally:
            server.kill()
        assert tally.refused == []
        check(world, tally)
        left_over += count_unnamed(world)
        grow_old(world)
    last = Server(world)
    try:
        last.wait_until_up()
        wait_until("what was left over is still there after the next start", lambda: count_unnamed(world) == 0)
        with Visit(world) as visit:
            visit.read_token()
            for content, operation in tally.open.values():
                assert visit.upload(content, operation)[0] == 303
                tally.acknowledged.add(hashlib.sha256(content).hexdigest())
        wait_until("not all is read", lambda: unread(world) == 0, 60 + len(tally.acknowledged) * 6)
    finally:
        last.stop()
    check(world, tally)
    with world.app():
        documents = db.session.scalars(select(Document)).all()
        assert {one.text_state for one in documents} == {TextState.READ}
        texts = db.session.execute(select(SourceText.source_id, SourceText.position)).all()
        assert len(texts) == len(set(texts)), "a page was read twice"
        assert [verify(chain).reason for chain in chains()] == [""] * len(chains())
    return {
        "kills (SIGKILL, while three people send files and files are read)": kills,
        "files acknowledged, each whole on the disk": len(tally.acknowledged),
        "rows without their bytes": 0,
        "files left over by kills, gone after the next start": left_over,
    }


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> World:
    return World(database_url, tmp_path)


@pytest.mark.slow
def test_a_kill_while_files_come_in(world: World, forge: Forge) -> None:
    figures = kill_while_files_come_in(world, forge, SHORT, most_each=1, lines=1_000)
    assert figures["files acknowledged, each whole on the disk"]


def children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for task in Path(f"/proc/{pid}/task").iterdir()
                for child in (task / "children").read_text().split()]  # fmt: skip
    return []


def kill_while_read(
    world: World, forge: Forge, contents: list[bytes], dice: random.Random, *, latest: float = 0.2
) -> dict[str, object]:
    """The process that reads a file is killed in its midst; twice at most, as its job is given up after three.

    `latest` is how many seconds after the closed process was there.
    """
    log, killed = Path(world.environment["FIELDBOOK_DATA_DIR"]) / "jobs.log", 0
    worker = forge.start(["jobs", "work"], world.environment, log)
    try:
        for number, content in enumerate(contents):
            with world.app():
                document_id = DocumentFactory(content=content, file_name="a.txt").id
            for _kill in range(1 + number % 2):
                reader: list[int] = []

                def is_read(reader: list[int] = reader) -> bool:
                    reader[:] = [child for child in children(worker.pid) if children(child)]
                    return bool(reader) or waiting(world) == 0

                wait_until("nobody reads it", is_read, look_every=0.002)
                if not reader:  # it was faster
                    break
                time.sleep(dice.uniform(0, latest))  # into the closed process's work, or its answer
                with suppress(ProcessLookupError):
                    os.killpg(reader[0], signal.SIGKILL)
                with world.app():
                    # All of it, where only the end of the job was not kept; or nothing.
                    assert not db.session.execute(read_in_part()).all(), "it was read in part"
            wait_until("it is not read", lambda: waiting(world) == 0, 120)
            with world.app():
                document = db.session.get_one(Document, document_id)
                storage.checked(document.inspection_id, document.original.sha256)
                assert document.text_state is TextState.READ
                killed += db.session.get_one(Job, document.job_id).attempt - 1
                texts = list(list_present_texts(document_id))
                assert [text.text for text in texts] == [page.text for page in read_text(content, KINDS["txt"]).pages]
                assert count_texts(document_id) == len(texts), "a page was kept twice"
    finally:
        worker.terminate()
        assert worker.wait(20) == 0
    return {"kills (SIGKILL, while a file was read)": killed, "files whose text was whole afterwards": len(contents)}


def waiting(world: World) -> int:
    """Jobs that are not done."""
    with world.app():
        return db.session.query(Job).filter(Job.state.in_((JobState.QUEUED, JobState.RUNNING))).count()


def read_in_part() -> Select[Any]:
    """Documents with text that are not read, or read without one: in one statement, as the worker goes on meanwhile."""
    has_text = exists().where(SourceText.source_id == Document.id)
    return select(Document.id).where(has_text != (Document.text_state == TextState.READ))


def count_texts(document_id: UUID) -> int:
    return db.session.query(SourceText).filter(SourceText.source_id == document_id).count()


def long_text(name: int, lines: int) -> bytes:
    return b"".join(b"%d: the panel met and heard case %d.\n" % (name, line) for line in range(lines))


def test_a_reading_that_is_killed_begins_again_and_is_whole(world: World, forge: Forge) -> None:
    # As soon as it is there: its start alone takes longer, on any machine.
    figures = kill_while_read(world, forge, [long_text(0, 50_000)], random.Random(1), latest=0)
    assert figures["kills (SIGKILL, while a file was read)"] == 1


@pytest.mark.soak
def test_kills_while_files_are_read(world: World, forge: Forge, is_sqlite: bool) -> None:
    kills = int(os.environ.get("SOAK_KILLS", 200)) // (1 if is_sqlite else 4)
    dice, name = random.Random(20260414), "SQLite" if is_sqlite else "PostgreSQL"
    contents = [long_text(number, dice.choice((10, 1_000, 50_000))) for number in range(max(2, 2 * kills // 3))]
    write_section(f"Killed while files are read: {name}", name, kill_while_read(world, forge, contents, dice))


@pytest.mark.soak
def test_kills_while_files_come_in(world: World, forge: Forge, is_sqlite: bool) -> None:
    figures = kill_while_files_come_in(world, forge, int(os.environ.get("SOAK_KILLS", 200)) // (1 if is_sqlite else 4))
    name = "SQLite" if is_sqlite else "PostgreSQL"
    write_section(f"Killed while files come in: {name}", name, figures)


@pytest.mark.slow
def test_that_test_would_notice_a_row_without_bytes(world: World) -> None:
    with pytest.raises(AssertionError, match="lost"):
        check(world, Tally(acknowledged={"never received"}))
