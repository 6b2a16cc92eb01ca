"""Receiving files: kept exactly as they came, known by their content, never shown as a page."""

import hashlib
import io
from email.message import Message
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from app.documents.models import Document, Original, TextState
from app.extensions import db
from app.inspections.models import TeamRole
from app.jobs.models import Job
from tests.audit.trail import deeds
from tests.documents.factories import DocumentFactory, open_to_the_team
from tests.evidence.naughty import harmless, naughty_strings, script_strings, traversals, words_of
from tests.inspections.factories import InspectionFactory, TeamMemberFactory

MINUTES = "pdf/meeting_minutes_eu_webinar.pdf"
OPERATION = "0198a5a4-0000-7000-8000-00000000000b"


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


def upload(client, *files, title="", body="", **sent):
    return client.post("documents.upload", files={"files": list(files)}, title=title, body=body, **sent)


def documents() -> list[Document]:
    return list(db.session.scalars(select(Document).order_by(Document.number)))


def workbook() -> bytes:
    book, target = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"] = "Training given"
    book.save(target)
    return target.getvalue()


def test_a_document_is_received_and_waits_to_be_read(inspector, given):
    page = upload(inspector, ("minutes.pdf", given(MINUTES)), title="Panel minutes", body="WES")
    closed = "It is closed until somebody has checked it for names."
    assert page.messages.endswith(f"Received as DOC-001. The text is being read. {closed}")
    assert page.heading == "DOC-001 Panel minutes"
    assert "Wessex · received" in page and "SHA-256" in page
    page = inspector.post("documents.open_document", documents()[0])
    assert "The text is being read. This page goes on by itself." in page
    assert page.one("#reading")["hx-get"].endswith("/documents/DOC-001/state")
    assert "Being read" in inspector.get("documents.list_documents")


def test_a_file_comes_back_byte_for_byte_under_its_sha_256(inspector, given):
    data = given(MINUTES)
    upload(inspector, ("minutes.pdf", data))
    open_to_the_team(*documents())
    got = inspector.get("documents.download_original", documents()[0])
    assert got.data == data
    assert documents()[0].original.sha256 == hashlib.sha256(data).hexdigest()
    assert documents()[0].original.size == len(data) == int(got.headers["Content-Length"])


def test_a_download_is_never_shown_as_a_page(inspector):
    upload(inspector, ("page.html", b"<script>alert(1)</script>"))
    open_to_the_team(*documents())
    got = inspector.get("documents.download_original", documents()[0])
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert got.headers["X-Content-Type-Options"] == "nosniff"


def test_several_files_at_once_are_each_a_document(inspector, given):
    page = upload(
        inspector,
        ("minutes.pdf", given(MINUTES)),
        ("original.docx", given("docx/original.docx")),
        ("training.xlsx", workbook()),
        ("letter.txt", b"Dear colleague"),
    )
    assert page.heading == "To be checked for names"
    closed = "They are closed until somebody has checked them for names."
    assert page.messages.endswith(f"Received as DOC-001, DOC-002, DOC-003, DOC-004. The text is being read. {closed}")
    assert [document.original.kind for document in documents()] == ["pdf", "docx", "xlsx", "txt"]
    assert [document.title for document in documents()] == [
        "minutes.pdf",
        "original.docx",
        "training.xlsx",
        "letter.txt",
    ]
    assert db.session.query(Job).count() == 4


def test_the_content_says_what_a_file_is_and_not_its_name(inspector, given):
    upload(
        inspector,
        ("minutes.docx", given(MINUTES)),
        ("minutes.txt", given("docx/original.docx")),
        ("minutes.pdf", b"just words"),
        ("minutes.xlsx", given("xlsx/actually_a_png.xlsx")),
        ("picture.png", given("attack/SVG_XSS1.svg")),
    )
    assert [document.original.kind for document in documents()] == ["pdf", "docx", "txt", "png", "txt"]


def test_the_same_content_twice_is_told_with_where_it_is(inspector, given):
    upload(inspector, ("minutes.pdf", given(MINUTES)), body="WES")
    page = upload(inspector, ("other name.pdf", given(MINUTES)), body="WES")
    assert page.status == 422
    assert "‘other name.pdf’: The same content is here already as DOC-001." in page
    page = upload(inspector, ("other name.pdf", given(MINUTES)), body="CYW")
    assert "here already as DOC-001, of Wessex. That Cymru-Wales sent it too is in its history." in page
    page = inspector.open("GET", page.one(".govuk-error-summary a")["href"])
    assert page.heading == "DOC-001 minutes.pdf" and len(documents()) == 1
    history = inspector.get("documents.show_history", reference="DOC-001")
    assert "received it again, from another body, and kept it once" in history and "Cymru-Wales" in history
    assert deeds(deed="came again") == [("came again", "DOC-001")], "once, and not of its own body"


def test_the_same_content_twice_in_one_go_is_kept_once(inspector):
    page = upload(inspector, ("a.txt", b"same"), ("b.txt", b"same"), ("c.txt", b"other"))
    assert "Received as DOC-001, DOC-002." in page.messages
    assert "Not kept: ‘b.txt’: The same content is here already as DOC-001." in page.messages
    assert [document.title for document in documents()] == ["a.txt", "c.txt"]


def test_the_same_content_in_another_inspection_is_nobodys_business(inspector):
    DocumentFactory(inspection_id=InspectionFactory().id, body=None, content=b"same")
    assert upload(inspector, ("a.txt", b"same")).heading == "DOC-001 a.txt"


def test_a_title_is_kept_as_typed(inspector):
    upload(inspector, ("a.txt", b"words"), title="  Minutes  of March ")
    assert documents()[0].title == "  Minutes  of March "


def test_an_upload_sent_twice_is_received_once_and_answered_the_same(inspector):
    first = upload(inspector, ("a.txt", b"words"), operation=OPERATION, follow=False)
    again = upload(inspector, ("a.txt", b"words"), operation=OPERATION, follow=False)
    assert (first.status, first.location) == (again.status, again.location) == (303, first.location)
    assert len(documents()) == 1


def test_a_refused_upload_may_be_sent_again_with_other_files_under_the_same_operation(inspector):
    upload(inspector, ("a.txt", b"words"))
    assert upload(inspector, ("b.txt", b"words"), operation=OPERATION).status == 422
    assert upload(inspector, ("c.txt", b"other words"), operation=OPERATION).heading == "DOC-002 c.txt"


def test_other_files_under_an_operation_that_was_used_are_not_taken_for_a_repeat(inspector):
    upload(inspector, ("a.txt", b"words"), operation=OPERATION)
    page = upload(inspector, ("b.txt", b"other words"), operation=OPERATION)
    assert page.status == 422 or len(documents()) == 2


WRONG = {
    "nothing": ({"files": []}, "Choose at least one file"),
    "title": ({"files": [("a.txt", b"words")], "title": "x" * 201}, "Title must be 200 characters or fewer"),
    "name": ({"files": [("n" * 252 + ".txt", b"words")]}, f"The name ‘{'n' * 60}…’ is longer than 255 characters"),
    "body": ({"files": [("a.txt", b"words")], "body": "XXX"}, ""),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_upload_is_told_in_a_sentence_and_nothing_is_kept(inspector, wrong):
    sent, sentence = WRONG[wrong]
    files = sent.pop("files") if "files" in sent else []
    page = upload(inspector, *files, **{"title": "Kept"} | sent)
    sent["files"] = files
    assert page.status == 422
    assert page.errors and page.errors[0].startswith(sentence)
    assert page.field("title") == sent.get("title", "Kept")
    assert documents() == []


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("empty.pdf", b"", "The file is empty. Ask the sender for it again."),
        ("noise.bin", bytes(range(256)) * 64, "This kind of file cannot be kept. Send it as PDF, Word or Excel."),
    ],
)
def test_a_file_that_cannot_be_kept_is_told_and_the_others_are_kept(inspector, name, data, why):
    alone = upload(inspector, (name, data))
    assert alone.status == 422 and f"‘{name}’: {why}" in alone
    together = upload(inspector, (name, data), ("a.txt", b"words"))
    assert f"Not kept: ‘{name}’: {why}" in together.messages
    assert [document.title for document in documents()] == ["a.txt"]


def test_a_file_of_more_than_4_mib_is_taken(inspector):
    data = b"Many words. " * 500_000
    assert upload(inspector, ("large.txt", data)).heading == "DOC-001 large.txt"
    open_to_the_team(*documents())
    assert inspector.get("documents.download_original", documents()[0]).data == data


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_who_is_not_signed_in_cannot_make_the_server_take_a_large_file(app, visitor):
    upload(visitor, ("large.txt", b"Many words. " * 500_000), checked=False)
    assert db.session.query(Original).count() == 0


def test_a_file_lost_from_the_disk_is_told(inspector, tmp_path: Path):
    document = DocumentFactory()
    for file in (tmp_path / "originals").rglob(document.original.sha256):
        file.unlink()
    page = inspector.get("documents.download_original", document)
    assert (page.status, "The file is missing from the server’s disk." in page) == (404, True)


@pytest.mark.slow
def test_hostile_names_are_shown_exactly_and_lead_nowhere(inspector, tmp_path: Path):
    # Browsers encode line ends and quotation marks; Werkzeug takes a backslash for an escape.
    typed = [*traversals(), *naughty_strings()[::2], *script_strings()[::150]]
    names = [name for t in typed if (name := "".join(c for c in t if c >= " " and c not in '"\x7f\\')[:255])]
    names = list(dict.fromkeys(names))
    assert len(names) > 350
    paths = [(t, f"Path {n}".encode()) for n, t in enumerate(traversals()) if "\\" in t]
    assert upload(inspector, *paths).status == 200
    plain = upload(inspector, ("plain.txt", b"Plain."))
    before = {path.name for path in tmp_path.rglob("*")}
    for at in range(0, len(names), 100):
        some = [(name, f"Words {at} {n}".encode()) for n, name in enumerate(names[at : at + 100])]
        assert upload(inspector, *some).status == 200
    received = set(db.session.scalars(select(Original.file_name)))
    lost = [name for name in names if name not in received]
    assert not lost, lost[:5]
    page, shown = inspector.get("documents.list_documents"), []
    like = page
    while True:
        shown += words_of(page.all("tbody tr > td:nth-of-type(1)"))
        harmless(page, like)
        if not (older := page.all("a[rel=next]")):
            break
        page = inspector.open("GET", older[0]["href"])
    titles = list(db.session.execute(select(Document.number, Document.title).order_by(Document.number.desc())))
    assert shown == [title for _number, title in titles]
    assert set(shown) >= {*names, "plain.txt"}
    for number, title in titles[::40]:
        page = inspector.get("documents.show_document", reference=f"DOC-{number:03d}")
        assert page.one("h1").get_text() == f"DOC-{number:03d} {title}"
        harmless(page, plain)
    now = {path.name for path in tmp_path.rglob("*") if path.is_file()} - before
    assert all(len(name) == 64 and set(name) <= set("0123456789abcdef") for name in now), "files are kept by content"


@pytest.mark.slow
def test_hostile_names_are_safe_in_a_download(inspector):
    for number, name in enumerate(
        [*traversals()[::10], *naughty_strings()[::20], *script_strings()[::500], "a\r\nX-Y: 1"]
    ):
        document = DocumentFactory(file_name=name[:255] or "x", content=f"Words {number}".encode())
        got = inspector.get("documents.download_original", document)
        assert got.status == 200
        disposition = got.headers["Content-Disposition"]
        assert "\n" not in disposition and "\r" not in disposition
        assert "X-Y" not in got.headers
        message = Message()
        message["Content-Disposition"] = disposition
        suggested = message.get_filename() or ""
        assert not set(suggested) & set('/\\\r\n\x00"'), suggested


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_only_reads_uploads_nothing_and_may_download(sign_in, role):
    document = DocumentFactory()
    reader = sign_in(TeamMemberFactory(role=role))
    assert upload(reader, ("a.txt", b"words")).status == 403
    assert reader.get("documents.show_upload").status == 403
    assert reader.post("documents.read_again", document).status == 403
    assert "Upload" not in reader.get("documents.list_documents").main
    assert reader.get("documents.download_original", document).data == b"The panel met in March."
    assert len(documents()) == 1


@pytest.mark.parametrize("reference", ["DOC-001", "DOC-999999999", "INT-001", "DOC-", "..%2F..%2Fetc"])
def test_the_document_of_another_inspection_is_not_found(inspector, reference):
    DocumentFactory(inspection_id=InspectionFactory().id, body=None)
    for endpoint in ("documents.show_document", "documents.download_original", "documents.show_state"):
        page = inspector.get(endpoint, reference=reference)
        assert page.status == 404
        assert f"There is no document {reference} in this inspection." in page


def test_somebody_outside_the_team_gets_no_file(sign_in):
    document = DocumentFactory()
    outsider = sign_in(TeamMemberFactory(inspection_id=InspectionFactory().id))
    got = outsider.get("documents.download_original", document)
    assert got.status == 404 and b"The panel met" not in got.data


def test_a_document_that_waits_says_so_until_it_is_read(inspector):
    document = DocumentFactory()
    waiting = inspector.get("documents.show_state", document, htmx=True)
    assert waiting.one("#reading")["hx-get"].endswith("/state")
    assert document.text_state is TextState.WAITING
