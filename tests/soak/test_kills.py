"""A server that is killed in the middle of writes loses nothing that it had acknowledged."""

import http.client
import os
import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.audit.queries import chains, verify
from app.evidence.models import EvidenceItem, SourceText, Tag
from app.extensions import db
from app.interviews.models import Interview, Note
from tests.forking import Forge
from tests.servers import Server, Visit, World
from tests.soak.assurance import write_section

WRITERS = 4
LOOK_AT_ALL = 20  # every so many kills
SECONDS_TO_NOTICE = 5  # after which nothing of a killed server may still run


@dataclass
class Tally:
    """What the writers know: what was acknowledged, and what was under way when the server went."""

    acknowledged: dict[str, bool] = field(default_factory=dict)  # words, and whether they were tagged
    open: dict[int, tuple[str, str]] = field(default_factory=dict)  # writer to the words and operation under way
    kept: dict[str, bool] = field(default_factory=dict)  # as the database had them when it was last looked at
    repeats: int = 0
    refused: list[int] = field(default_factory=list)


def write_until_killed(world: World, tally: Tally, writer: int, dice: random.Random) -> None:
    """Save note after note. What was under way last time is sent again first, under the same operation."""
    with suppress(OSError, http.client.HTTPException), Visit(world) as visit:
        visit.read_token()
        while True:
            if writer in tally.open:
                tally.repeats += 1
            else:
                number = len(tally.acknowledged)
                tag = " #vw.ii" if dice.random() < 0.25 else ""
                tally.open[writer] = (f"Writer {writer} said {uuid4().hex} after {number}.{tag}", str(uuid4()))
            words, operation = tally.open[writer]
            status = visit.note(words, operation)
            if status == 303:
                tally.acknowledged[words] = words.endswith("#vw.ii")
                del tally.open[writer]
            else:
                tally.refused.append(status)
                return


def wait_for_more(tally: Tally, before: int) -> None:
    deadline = time.monotonic() + 20
    while len(tally.acknowledged) == before and time.monotonic() < deadline:
        time.sleep(0.005)


def check(world: World, tally: Tally, *, whole: bool = True) -> int:
    """Everything acknowledged is there once, with its evidence and tag. How many notes there are.

    `whole`: every note is read again, and not only what has come since the last look; and the audit trail is walked.
    """
    if whole:
        tally.kept.clear()
    with world.app():
        rows = db.session.execute(
            select(Note.number, SourceText.text, Note.item_id, func.count(Tag.id).label("tags"))
            .join(Note, Note.text_id == SourceText.id)
            .outerjoin(EvidenceItem, EvidenceItem.id == Note.item_id)
            .outerjoin(Tag, Tag.item_id == EvidenceItem.id)
            .where(Note.number > len(tally.kept))
            .group_by(Note.id, Note.number, SourceText.text, Note.item_id)
            .order_by(Note.number)
        ).all()
        first = len(tally.kept) + 1
        assert [row.number for row in rows] == list(range(first, first + len(rows))), "a number is missing"
        torn = [row.text for row in rows if (row.tags == 1) != (row.item_id is not None) or row.tags > 1]
        assert torn == [], "a note without its evidence, or evidence without its tag"
        tally.kept |= {row.text: row.item_id is not None for row in rows}
        assert len(tally.kept) == first - 1 + len(rows), "a repeated note was saved twice"
        lost = [text for text in tally.acknowledged if text not in tally.kept]
        assert lost == [], f"{len(lost)} acknowledged notes are lost"
        assert [text for text, tagged in tally.acknowledged.items() if tally.kept[text] is not tagged] == []
        beyond = tally.kept.keys() - tally.acknowledged.keys()
        assert beyond <= {words for words, _operation in tally.open.values()}, "a note nobody sent"
        taken = db.session.scalars(select(Interview.notes_taken)).one()
        assert taken == len(tally.kept)
        if whole:
            verdicts = [verify(chain) for chain in chains()]
            assert [verdict.reason for verdict in verdicts] == [""] * len(verdicts)
            return sum(verdict.entries for verdict in verdicts)
    return 0


def still_running(killed: list[int]) -> list[int]:
    """Workers that servers left behind."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            arguments = (folder / "cmdline").read_bytes().split(b"\0")
            if b"--stop-with" in arguments and int(arguments[arguments.index(b"--stop-with") + 1]) in killed:
                found.append(int(folder.name))
    return found


def kill_again_and_again(world: World, forge: Forge, kills: int, cold: int, seed: int = 20260414) -> dict[str, object]:
    """Start, look, write, kill, `kills` times; then once more without a kill. The figures.

    One start in `cold` is of whole new processes; the others are forked, which is much quicker.
    """
    dice, tally = random.Random(seed), Tally()
    killed: list[int] = []
    longest = 0.0
    idle = whole = 0
    began = time.monotonic()
    for number in range(kills):
        started = time.monotonic()
        server = Server(world, forge=None if number % cold == 0 else forge)
        killed.append(server.process.pid)
        try:
            server.wait_until_up()
            longest = max(longest, time.monotonic() - started)
            # Looked at beside the server, which has found by itself what the one before it left.
            whole += 1 if (thorough := number % LOOK_AT_ALL == 0) else 0
            check(world, tally, whole=thorough)
            before = len(tally.acknowledged)
            writers = [
                threading.Thread(target=write_until_killed, args=(world, tally, n, random.Random(dice.random())))
                for n in range(WRITERS)
            ]
            for writer in writers:
                writer.start()
            if dice.random() < 0.9:  # else it is killed as it comes up
                wait_for_more(tally, before)
            time.sleep(dice.uniform(0, 0.4))
            server.kill()
            for writer in writers:
                writer.join(60)
                assert not writer.is_alive()
        finally:
            server.kill()
        idle += len(tally.acknowledged) == before
        assert tally.refused == []
    last = Server(world)
    try:
        last.wait_until_up()
        check(world, tally)
        with Visit(world) as visit:
            visit.read_token()
            for words, operation in tally.open.values():
                assert visit.note(words, operation) == 303
                tally.acknowledged[words] = words.endswith("#vw.ii")
        tally.open.clear()
    finally:
        last.stop()
    entries = check(world, tally)
    time.sleep(SECONDS_TO_NOTICE)
    assert still_running(killed) == []
    return {
        "kills (SIGKILL, in the middle of writes by four people)": f"{kills:,}",
        "of these of whole new processes": f"{-(-kills // cold):,}",
        "kills before anything of that run was acknowledged": idle,
        "notes acknowledged": f"{len(tally.acknowledged):,}",
        "acknowledged notes lost": 0,
        "notes sent again because no answer came, each kept once": f"{tally.repeats:,}",
        "looks at what was new, one after each restart": f"{kills:,}",
        "looks at every note and the whole audit trail": whole + 2,
        "entries of the audit trail at the end": f"{entries:,}",
        "longest start (s)": f"{longest:.1f}",
        "minutes": f"{(time.monotonic() - began) / 60:.1f}",
    }


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> World:
    return World(database_url, tmp_path)


@pytest.mark.slow
def test_a_few_kills_lose_nothing(world: World, forge: Forge) -> None:
    figures = kill_again_and_again(world, forge, 5, cold=5)
    assert figures["notes acknowledged"] != "0"


@pytest.mark.soak
def test_kills_lose_nothing(world: World, forge: Forge, is_sqlite: bool) -> None:
    figures = kill_again_and_again(world, forge, int(os.environ.get("SOAK_KILLS", 1000)), cold=20)
    with world.app(), db.engine.connect() as connection:
        version = ".".join(map(str, connection.dialect.server_version_info or ()))
    name = "SQLite" if is_sqlite else "PostgreSQL"
    write_section(f"Killed under writes: {name}", f"{name} {version}", figures)


@pytest.mark.slow
def test_that_test_would_notice_a_lost_note(world: World) -> None:
    tally = Tally(acknowledged={"Never saved.": False})
    with pytest.raises(AssertionError, match="lost"):
        check(world, tally)
