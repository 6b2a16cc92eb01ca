"""Files in full: received without being in memory, looked at whenever they leave, nothing left of what failed."""

import io
import os
import time
import tracemalloc

import pytest
from sqlalchemy import select

from app import storage
from app.documents import services
from app.documents.models import Original, TextState
from app.evidence.models import SourceText
from app.extensions import db
from app.findings.models import FindingImport, ImportState
from app.formats.kinds import identify, identify_file
from app.formats.outcome import Limits
from app.web import clock
from tests.databases import the_world
from tests.documents.factories import DocumentFactory, open_to_the_team
from tests.evidence.apart import do_jobs
from tests.factories import the_inspection
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import SOMEBODY

MEBIBYTE = 2**20
LONG_AGO = time.time() - 2 * storage.UNNAMED_FOR


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


def place_of(document):
    return storage.path_of(document.inspection_id, document.original.sha256)


def left(folder):
    return [path for path in (folder / "originals").rglob("*") if path.is_file()]


class Endless(io.RawIOBase):
    """So many bytes of a text, made as they are read."""

    def __init__(self, size):
        self.left = size

    def readable(self):
        return True

    def readinto(self, buffer):
        size = min(len(buffer), self.left)
        buffer[:size] = (b"The panel met in March.\n" * (size // 24 + 1))[:size]
        self.left -= size
        return size


def test_a_large_file_is_kept_and_known_without_being_in_memory(app):
    services.keep_files(the_inspection().id, [("warm.txt", io.BytesIO(b"up"))])
    tracemalloc.start()
    try:
        kept, refused = services.keep_files(the_inspection().id, [("minutes.txt", Endless(40 * MEBIBYTE))])
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [(file.kind.code, file.kept.size) for file in kept] == [("txt", 40 * MEBIBYTE)] and refused == []
    assert most < 8 * MEBIBYTE


def test_a_file_on_disk_is_known_as_its_bytes_are(given, tmp_path):
    for name in ("pdf/habibi.pdf", "docx/original.docx", "xlsx/EXCEL_95.XLS", "email/fake-email-utf-16.eml"):
        path = tmp_path / "part"
        path.write_bytes(given(name))
        assert identify_file(path, "a") == identify(given(name), "a") != identify(b"", "a"), name
    path.write_bytes(b"")
    assert identify_file(path, "a.pdf").code == "txt"


@pytest.mark.slow
def test_a_file_larger_than_can_be_read_is_kept_and_says_so(app, sign_in):
    kept, _refused = services.keep_files(the_inspection().id, [("big.txt", Endless(Limits().size + 1))])
    with the_world():
        document = services.receive(
            the_inspection().id, family="written", prefix="DOC", file_name="big.txt", kind=kept[0].kind,
            kept=kept[0].kept, title="Big", body_id=None, by=SOMEBODY,
        )  # fmt: skip
    do_jobs()
    open_to_the_team(document)
    assert (document.text_state, document.pages) == (TextState.NOT_READ, 0)
    page = sign_in(TeamMemberFactory()).get("documents.show_document", document)
    assert "This file is too large to be read in full. Ask the sender for it in smaller parts." in page
    assert place_of(document).stat().st_size == Limits().size + 1


def test_of_an_upload_that_the_disk_refuses_nothing_is_left(inspector, tmp_path, monkeypatch):
    really, synced = os.fsync, []

    def full_at_the_second(handle):
        synced.append(handle)
        if len(synced) == 2:
            raise OSError(28, "No space left on device")
        really(handle)

    monkeypatch.setattr(os, "fsync", full_at_the_second)
    files = [("a.txt", b"first"), ("b.txt", b"second")]
    page = inspector.post("documents.upload", files={"files": files}, title="", body="")
    assert page.status == 507
    assert page.heading == "The server cannot write to its disk"
    assert left(tmp_path) == [] and db.session.query(Original).count() == 0
    monkeypatch.undo()
    page = inspector.post("documents.upload", files={"files": files}, title="", body="")
    assert page.heading == "To be checked for names"


def test_what_cannot_be_kept_leaves_no_bytes(inspector, tmp_path):
    page = inspector.post("documents.upload", files={"files": [("a.exe", b"MZ\x90\x00\x03"), ("b.txt", b"")]}, body="")
    assert page.status == 422 and "cannot be kept" in page and "The file is empty" in page
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda path: path.write_bytes(b"The panel met in June.."), services.DAMAGED),
        (lambda path: path.write_bytes(b"The panel"), services.DAMAGED),
        (lambda path: path.unlink(), services.MISSING),
    ],
)
def test_a_damaged_file_is_never_handed_out_and_that_is_put_on_record_once(inspector, harm, said):
    document = DocumentFactory()
    whole = place_of(document).read_bytes()
    place = place_of(document)
    harm(place)
    for _time in range(2):
        page = inspector.get("documents.download_original", document)
        assert (page.status, said in page) == (404, True)
        assert "Content-Disposition" not in page.headers
    history = inspector.get("documents.show_history", document)
    found = "found that the file on the server is damaged or missing"
    assert history.text.count(found) == 1
    place.write_bytes(whole)
    assert inspector.get("documents.download_original", document).data == whole
    assert "found the file on the server whole again" in inspector.get("documents.show_history", document)


def test_a_damaged_file_is_not_read(app):
    document = DocumentFactory()
    place_of(document).write_bytes(b"The panel met in June..")
    do_jobs()
    assert (document.text_state, document.trouble) == (TextState.NOT_READ, services.DAMAGED)
    assert db.session.query(SourceText).count() == 0


def test_verify_names_what_is_damaged_missing_or_named_by_nothing(app, inspector, tmp_path):
    elsewhere = InspectionFactory()
    other = elsewhere.code
    _whole, damaged, missing = (DocumentFactory(content=f"Words {n}".encode()) for n in range(3))
    DocumentFactory(inspection_id=elsewhere.id, body=None, content=b"Words of another")
    run = app.test_cli_runner().invoke
    places = {one.number: place_of(one) for one in (damaged, missing)}
    here = the_inspection().id

    def verify(*arguments):
        db.session.remove()
        done = run(args=["documents", "verify", *arguments])
        return done.exit_code, done.output

    code, said = verify()
    assert code == 0, said
    assert "stalking-2026: 3 files, 0.0 MB; 3 as received, 0 not." in said
    assert f"{other}: 1 file, 0.0 MB; 1 as received, 0 not." in said
    places[2].write_bytes(b"Words x")
    places[3].unlink()
    left_over = storage.keep(here, io.BytesIO(b"An upload that was cut off"))
    assert verify("doc-001")[0] == 0
    code, said = verify()
    assert code == 1
    assert "stalking-2026, DOC-002: DAMAGED: the file on the disk is not the one that was received." in said
    assert "stalking-2026, DOC-003: MISSING: the file is not on the disk." in said
    assert "1 as received, 2 not." in said
    assert left_over.sha256 not in said, "it may belong to an upload that is under way"
    os.utime(storage.path_of(here, left_over.sha256), (LONG_AGO, LONG_AGO))
    assert f"{left_over.sha256}: named by nothing." in verify()[1]
    assert verify("DOC-002")[0] == 1
    assert verify("DOC-009") == (1, f"Error: There is no document DOC-009 in {other}, stalking-2026.\n")
    history = inspector.get("documents.show_history", reference="DOC-002").text
    assert history.count("damaged or missing") == 1 and "on the server's command line" in history


def test_what_no_row_names_is_swept_away_once_it_is_old(app, tmp_path):
    named = place_of(DocumentFactory())
    inspection_id = the_inspection().id
    sheet, old, young = (storage.keep(inspection_id, io.BytesIO(f"{n}".encode())) for n in range(3))
    with the_world():
        db.session.add(
            FindingImport(
                inspection_id=inspection_id, file_name="a.csv", sha256=sheet.sha256, rows=[],
                state=ImportState.PREVIEWED,
                created_at=clock.now(), created_by_id=SOMEBODY.id, created_by="",
            )
        )  # fmt: skip
    part = storage.take(inspection_id, io.BytesIO(b"cut off")).path
    being_written = storage.take(inspection_id, io.BytesIO(b"under way")).path
    for path in (named, part, *(storage.path_of(inspection_id, kept.sha256) for kept in (sheet, old))):
        os.utime(path, (LONG_AGO, LONG_AGO))
    gone = {storage.path_of(inspection_id, old.sha256), part}
    there = {*left(tmp_path)}
    assert storage.sweep() == 2
    assert there - {*left(tmp_path)} == gone
    assert being_written.exists() and storage.path_of(inspection_id, young.sha256).exists()


def test_what_is_received_again_is_not_swept_although_it_lay_there_long(app):
    inspection_id = the_inspection().id
    first = storage.keep(inspection_id, io.BytesIO(b"minutes"))
    os.utime(storage.path_of(inspection_id, first.sha256), (LONG_AGO, LONG_AGO))
    storage.keep(inspection_id, io.BytesIO(b"minutes"))
    assert storage.sweep() == 0
    assert [*db.session.scalars(select(Original))] == []
