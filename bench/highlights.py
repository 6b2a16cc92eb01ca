"""A passage marked in a document of 200 kB: Fieldbook's against Taguette's, each over HTTP on a server of its own.

Taguette comes from PyPI, pinned with hashes in bench/taguette.txt, into an environment that this run makes and takes
away; it is asked for a highlight with one tag, as its own page asks. Ours are two: a passage tagged to one criterion,
answered with the marks and cards of its page, and a note of an interview tagged to one, answered with its line. Each is
a numbered evidence item with its entry in the audit trail. All answer once it is committed.
"""

import http.client
import io
import itertools
import json
import os
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from sqlalchemy import select

from app.access import Actor
from app.db.transaction import writing
from app.documents.checking import say
from app.documents.models import Document, Names, TextState
from app.documents.services import keep_files, receive
from app.evidence.models import SourceText
from app.extensions import db
from app.inspections.queries import find_inspection_by_code
from bench.client import INSPECTION, WORDS, Browser, Failed, note
from bench.clients import Request, send
from bench.exporting import serving
from bench.notes import PATH
from bench.reading import first_criterion
from bench.rounds import Report, heading, median, ms, print_raw, take_turns
from bench.world import CODE, VOCABULARY, World

PINNED = Path(__file__).with_name("taguette.txt")
LEAST_TIMES = 5.0
LETTERS = 200_000
PASSAGE = (40, 160)  # letters
CLIENTS = 10
FORM = "application/x-www-form-urlencoded"
Next = Callable[[], Request]


def measure(report: Report, world: World, folder: Path, highlights: int) -> None:
    heading(f"A passage marked in {LETTERS:,} letters, against Taguette, {highlights:,} each")
    paragraphs = _paragraphs()
    with taguette(folder, paragraphs) as (their_port, theirs), fieldbook(world, paragraphs) as (port, passages, notes):
        asked = {"passage": (port, passages), "note": (port, notes), "Taguette": (their_port, theirs)}
        sides = {name: Posting(port, next_one) for name, (port, next_one) in asked.items()}
        for side in sides.values():
            for _ in range(10):
                side.prepare()
                side()
        seconds = take_turns(highlights, **sides)
        print_raw(seconds)
        rates: dict[str, list[float]] = {name: [] for name in asked}
        for name in (*asked, *reversed(asked)):
            port, next_one = asked[name]
            told = send(port, CLIENTS, [next_one() for _ in range(highlights // 4)])
            if told.errors:
                raise Failed(f"{name}: {told.errors[0]}")
            rates[name].append(len(told.seconds) / told.took)
    print(f"  saves a second with {CLIENTS} clients: {rates}")
    limit = f"at least {LEAST_TIMES:g} times"
    for name, called in (("passage", "A passage tagged in a document"), ("note", "A tagged note")):
        our, their = median(seconds[name]), median(seconds["Taguette"])
        figure = f"{their / our:.1f} times as fast ({ms(our)} and {ms(their)})"
        report.bar(f"{called}, against Taguette's highlight, median", limit, figure, their / our >= LEAST_TIMES)
        our, their = median(rates[name]), median(rates["Taguette"])
        figure = f"{our / their:.1f} times as many ({our:.0f} and {their:.0f} a second)"
        report.bar(f"The same with {CLIENTS} clients", limit, figure, our / their >= LEAST_TIMES)


class Posting:
    """One side: `prepare` makes the request, the call has it answered."""

    def __init__(self, port: int, next_one: Next) -> None:
        self.next_one = next_one
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def prepare(self) -> None:
        self.request = self.next_one()

    def __call__(self) -> None:
        self.connection.request("POST", self.request.path, self.request.body, self.request.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != self.request.expected:
            raise Failed(f"{self.request.path}: {answer.status}\n{text[-1000:].decode(errors='replace')}")


def _paragraphs() -> list[str]:
    dice, found = random.Random(6), []
    while sum(map(len, found)) < LETTERS:
        found.append(" ".join(dice.choices(VOCABULARY, k=50)).capitalize() + ".")
    return found


# -- ours -------------------------------------------------------------------------------------------------------------


@contextmanager
def fieldbook(world: World, paragraphs: list[str]) -> Iterator[tuple[int, Next, Next]]:
    """The port, and the requests for passages of the document and for notes."""
    app = world.open()
    people = [Browser(app, reader.token) for reader in world.readers]
    with app.app_context():
        inspection = find_inspection_by_code(CODE)
        assert inspection is not None
        inspection_id, prefix = inspection.id, inspection.vocabulary["prefixes"]["document"]
        lead = world.readers[0]
        arrived, _refused = keep_files(inspection_id, [("policy.txt", io.BytesIO("\n\n".join(paragraphs).encode()))])
        with writing():
            document = receive(
                inspection_id,
                family="written",
                prefix=prefix,
                file_name=arrived[0].file_name,
                kind=arrived[0].kind,
                kept=arrived[0].kept,
                title="Policy",
                body_id=None,
                by=Actor(lead.id, lead.name),
            )
            say(document, Names.CLEAR, "", by=Actor(lead.id, lead.name))  # else it is closed to the team
            id, reference = document.id, document.reference
        with serving(world) as (port, _process):
            pages = _wait_until_read(id)
            criterion = first_criterion(app).reference
            yield port, _passages(people, reference, pages, criterion), _notes(people, criterion)
        db.session.remove()
        db.engine.dispose()


def _wait_until_read(id: object) -> list[str]:
    for _ in range(600):
        db.session.rollback()
        if db.session.scalars(select(Document.text_state).where(Document.id == id)).one() is TextState.READ:
            return list(
                db.session.scalars(
                    select(SourceText.text).where(SourceText.source_id == id).order_by(SourceText.position)
                )
            )
        time.sleep(0.1)
    raise Failed("the document was not read")


def _passages(people: list[Browser], reference: str, pages: list[str], criterion: str) -> Next:
    dice, turn = random.Random(7), itertools.cycle(people)

    def next_one() -> Request:
        person, number = next(turn), dice.randrange(len(pages))
        text = pages[number]
        start = dice.randrange(max(1, len(text) - PASSAGE[1]))
        end = min(len(text), start + dice.randint(*PASSAGE))
        form = {
            "csrf_token": person.token,
            "operation": str(uuid4()),
            "words": text[start:end],
            "start": str(start),
            "end": str(end),
            "criteria": criterion,
        }
        headers = person.headers(htmx=True) | {"Content-Type": FORM}
        path = f"{INSPECTION}/documents/{reference}/passages?page={number + 1}"
        return Request(path, headers, urlencode(form), 200)

    return next_one


def _notes(people: list[Browser], criterion: str) -> Next:
    turn = itertools.cycle(people)

    def next_one() -> Request:
        person = next(turn)
        headers = person.headers(htmx=True) | {"Content-Type": FORM}
        form = {"csrf_token": person.token, **note(f"#{criterion} {WORDS}")}
        return Request(PATH, headers, urlencode(form), 200)

    return next_one


# -- theirs -----------------------------------------------------------------------------------------------------------


@contextmanager
def taguette(folder: Path, paragraphs: list[str]) -> Iterator[tuple[int, Next]]:
    """Taguette as it is started on one's own machine, with the document in a project."""
    environment = folder / "taguette"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    install = [environment / "bin" / "pip", "install", "-q", "--disable-pip-version-check", "--only-binary", ":all:"]
    told = subprocess.run([*install, "--require-hashes", "-r", PINNED], capture_output=True, text=True)
    if told.returncode:
        raise Failed(f"Taguette could not be fetched:\n{told.stderr[-2000:]}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "taguette.log"
    with open(log, "wb") as out:
        child = subprocess.Popen(
            [
                environment / "bin" / "taguette",
                "--no-browser",
                "--port",
                str(port),
                "--database",
                folder / "taguette.sqlite3",
            ],
            cwd=folder,
            env=os.environ | {"HOME": str(folder), "PYTHONUNBUFFERED": "1"},
            stdout=out,
            stderr=out,
        )
    try:
        for _ in range(300):
            if token := re.search(r"\?token=(\S+)", log.read_text(errors="replace")):
                break
            if child.poll() is not None:
                raise Failed(f"Taguette ended with {child.returncode}:\n{log.read_text()[-2000:]}")
            time.sleep(0.1)
        else:
            raise Failed("Taguette did not start")
        yield port, _highlights(port, token[1], "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs))
    finally:
        child.terminate()
        child.wait(20)


def _highlights(port: int, token: str, html: str) -> Next:
    """Signs in, makes a project with the document, and gives the requests for highlights."""
    cookies: dict[str, str] = {}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(method: str, path: str, body: str | None = None, kind: str = FORM) -> str:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "Content-Type": kind}
        if "_xsrf" in cookies:
            headers["X-XSRFToken"] = cookies["_xsrf"]
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for given in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = given.split(";")[0].partition("=")
            cookies[name] = value
        if answer.status >= 400:
            raise Failed(f"Taguette, {method} {path}: {answer.status}\n{text[-1000:]}")
        return answer.headers.get("Location") or text

    ask("GET", f"/?token={token}")
    ask("GET", "/project/new")
    project = ask("POST", "/project/new", urlencode({"name": "Bench", "description": ""}))
    number = re.search(r"/project/(\d+)", project)
    assert number is not None, project
    mark = uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("name", "Policy"), ("description", ""), ("text_direction", "LEFT_TO_RIGHT"))
    ]
    file = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="policy.html"\r\nContent-Type: text/html'
    body = f"{''.join(parts)}{file}\r\n\r\n<html><body>{html}</body></html>\r\n--{mark}--\r\n"
    made = json.loads(
        ask("POST", f"/api/project/{number[1]}/document/new", body, f"multipart/form-data; boundary={mark}")
    )
    path = f"/api/project/{number[1]}/document/{made['created']}/highlight/new"
    headers = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "X-XSRFToken": cookies["_xsrf"],
        "Content-Type": "application/json",
    }
    dice = random.Random(8)

    def next_one() -> Request:
        start = dice.randrange(LETTERS - 2 * PASSAGE[1])
        wanted = {"start_offset": start, "end_offset": start + dice.randint(*PASSAGE), "tags": [1]}
        return Request(path, headers, json.dumps(wanted), 200)

    return next_one
