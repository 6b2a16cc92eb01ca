"""A virus scanner: what comes in is closed until a real clamd has seen it, and for good if it found something."""

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from app.documents import scanner
from app.documents.models import Document, Scan, TextState
from app.documents.services import INFECTED
from app.extensions import db
from app.inspections.models import TeamRole
from app.jobs.models import Job, JobState
from tests.audit.trail import deeds
from tests.databases import look_again, the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.apart import do_jobs
from tests.inspections.factories import TeamMemberFactory

VIRUS = b"This stands in for what a scanner looks for."
pytestmark = pytest.mark.slow
CLEAN = b"The panel met in March."


@pytest.fixture(scope="module")
def clamd(tmp_path_factory):
    """The socket of a clamd that knows one signature, our own."""
    if shutil.which("clamd") is None:
        pytest.skip("clamd is not installed: NOTHING OF THE VIRUS SCANNER IS TESTED (make clamav)")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "local.hdb").write_text(f"{hashlib.md5(VIRUS).hexdigest()}:{len(VIRUS)}:Fieldbook.Test\n")
    place = folder / "clamd.sock"
    conf = folder / "clamd.conf"
    user = "User root\n" if os.getuid() == 0 else ""
    conf.write_text(
        f"DatabaseDirectory {folder}\nLocalSocket {place}\nForeground yes\n{user}StreamMaxLength 4M\n"
        f"LogFile {folder / 'log'}\nMaxThreads 2\n"
    )
    process = subprocess.Popen(["clamd", "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not place.exists() and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.05)
        assert place.exists(), (folder / "log").read_text() if (folder / "log").exists() else "clamd did not start"
        yield str(place)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def scanned_by(app):
    """scanned_by(socket): with this as the setting."""

    def set_to(place):
        app.config["CLAMD"] = place

    yield set_to
    app.config["CLAMD"] = None


@pytest.fixture
def lead(sign_in):
    return sign_in(TeamMemberFactory(role=TeamRole.LEAD))


def closed_to(client, document):
    """What its page says, when nothing of it can be had in any way."""
    assert client.get("documents.download_original", document).status == 403
    client.post("documents.open_document", document)
    assert client.get("documents.download_original", document).status == 403
    client.post("documents.read_again", document)
    return client.get("documents.show_document", document)


def again(document):
    look_again()
    return db.session.get_one(Document, document.id)


def due_now():
    with the_world():
        for job in db.session.query(Job).filter(Job.not_before.is_not(None)):
            job.not_before = job.queued_at


def test_a_clean_file_is_scanned_and_then_read(clamd, scanned_by, lead):
    scanned_by(clamd)
    document = DocumentFactory(content=CLEAN)
    assert "Waiting for the virus scanner" in closed_to(lead, document)
    assert do_jobs() == 2
    document = again(document)
    assert (document.original.scan, document.text_state) == (Scan.CLEAN, TextState.READ)
    assert lead.get("documents.download_original", document).data == CLEAN
    assert ("was found clean", "DOC-001") in deeds()


def test_an_infected_file_stays_closed_to_everybody_and_says_what_was_found(clamd, scanned_by, lead):
    scanned_by(clamd)
    document = DocumentFactory(content=VIRUS)
    do_jobs()
    document = again(document)
    assert (document.original.scan, document.original.scan_found) == (Scan.INFECTED, "Fieldbook.Test.UNOFFICIAL")
    assert (document.text_state, document.trouble, document.pages) == (TextState.NOT_READ, INFECTED, 0)
    page = closed_to(lead, document)
    assert "it found Fieldbook.Test.UNOFFICIAL. The file stays closed to everybody" in page
    assert do_jobs() == 0
    assert INFECTED in lead.get("documents.list_documents")
    assert ("was found infected", "DOC-001") in deeds()
    scanned_by(None)
    assert "The file stays closed to everybody" in closed_to(lead, document)


def test_while_the_scanner_is_away_a_file_keeps_waiting_and_says_so(clamd, scanned_by, lead, tmp_path):
    scanned_by(str(tmp_path / "nobody listens here"))
    document = DocumentFactory(content=CLEAN)
    assert do_jobs() == 1
    for _time in range(4):  # more often than a job may fail
        due_now()
        assert do_jobs() == 1
    page = closed_to(lead, document)
    assert "The virus scanner cannot be reached" in page and "It is tried again every minute" in page
    job = db.session.query(Job).one()
    assert (job.state, job.attempt, again(document).original.scan) == (JobState.QUEUED, 0, Scan.WAITING)
    assert do_jobs() == 0, "not before its time"
    scanned_by(clamd)
    due_now()
    assert do_jobs() == 2
    assert again(document).text_state is TextState.READ


def test_what_the_scanner_refuses_to_look_at_keeps_waiting(clamd, scanned_by, lead):
    scanned_by(clamd)
    document = DocumentFactory(content=b"words " * 1_000_000)
    do_jobs()
    assert "The virus scanner did not look at the file: INSTREAM size limit exceeded" in closed_to(lead, document)
    assert again(document).original.scan is Scan.WAITING


def test_what_waits_is_let_through_when_the_setting_is_taken_away(clamd, scanned_by, lead):
    scanned_by(clamd)
    document = DocumentFactory(content=CLEAN)
    scanned_by(None)
    do_jobs()
    assert (again(document).original.scan, document.text_state) == (Scan.NOT_SCANNED, TextState.READ)


def test_nothing_is_taken_out_of_a_file_that_waits(clamd, scanned_by, lead, given):
    scanned_by(clamd)
    mail = DocumentFactory(content=given("email/fake-email-attachment.eml"), file_name="a.eml")
    assert "Waiting for the virus scanner" in lead.get("register.show_contents", mail)
    assert lead.post("register.take_in_contents", mail, numbers=[1], body="", placing="later").status == 403


def test_a_large_stream_is_scanned_piece_by_piece(clamd, tmp_path):
    file = Path(tmp_path / "large")
    file.write_bytes(b"words " * 600_000)
    assert scanner.ask(clamd, file) == ""
