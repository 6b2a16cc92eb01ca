"""The text of a document, read by a job in a closed process: pages of words, or a sentence on why there are none."""

from pathlib import Path

import pytest
from sqlalchemy import delete, select

from app.access import SYSTEM
from app.documents import services
from app.documents.models import Document, FileInside, TextState
from app.documents.recognised import Recognised
from app.evidence.models import SourceText
from app.evidence.services import lift
from app.extensions import db
from app.formats.outcome import Page, Reading, Trouble
from app.formats.recognising import program
from app.jobs import services as jobs
from app.jobs.models import Job, JobState
from app.jobs.registry import KINDS
from tests.audit.trail import deeds
from tests.databases import look_again, the_world
from tests.documents.factories import DocumentFactory, open_to_the_team
from tests.evidence.apart import do_jobs
from tests.formats.compound import put_into
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY

DATA = Path(__file__).parents[1] / "data"
FILES = sorted(
    str(path.relative_to(DATA)) for folder in ("pdf", "docx", "xlsx", "email") for path in (DATA / folder).iterdir()
)
# What each file of tests/data that gives no text, or not all of it, must say.
TROUBLE = {
    "pdf/libreoffice-writer-password.pdf": "This file has a password.",
    "pdf/imagemagick-CCITTFaxDecode.pdf": "This file is a picture without text.",
    "pdf/grayscale-image.pdf": "This file is a picture without text.",
    **({} if program() else {"pdf/ocr_test.pdf": "This file is a picture without text."}),
    "xlsx/password_protected.xlsx": "This file has a password.",
    "xlsx/actually_a_png.xlsx": "This file is a picture without text.",
    "xlsx/EXCEL_95.XLS": "This kind of file is kept but its text is not read.",
}


def texts(document: Document) -> list[SourceText]:
    statement = select(SourceText).where(SourceText.source_id == document.id).order_by(SourceText.position)
    return list(db.session.scalars(statement))


@pytest.mark.skipif(program() is None, reason="TESSERACT IS NOT INSTALLED: `make ocr` installs it where apt is")
def test_recognising_that_was_cut_off_goes_on_after_the_last_page_that_was_kept(app):
    document = DocumentFactory(content=(DATA / "pdf" / "ocr_test.pdf").read_bytes(), file_name="scan.pdf")
    kept = Recognised(document.inspection_id, document.original.sha256)
    kept.keep(1, "Recognised before the server was stopped.")
    do_jobs()
    assert [(text.text, text.recognised) for text in texts(document)] == [
        ("Recognised before the server was stopped.", True)
    ]
    assert kept.find(1) is None, "once the text is kept, nothing else is"


@pytest.mark.slow
def test_every_file_from_outside_is_read_or_told_in_a_sentence(sign_in):
    reader = sign_in(TeamMemberFactory())
    names: dict[str, str] = {}
    for at in range(0, len(FILES), 12):
        some = [(name.replace("/", " "), (DATA / name).read_bytes()) for name in FILES[at : at + 12]]
        assert reader.post("documents.upload", files={"files": some}, title="", body="").status == 200
    names = {name.replace("/", " "): name for name in FILES}
    do_jobs(most=len(FILES) + 1)
    documents = list(db.session.scalars(select(Document)))
    assert len(documents) == len(FILES)
    open_to_the_team(*documents)
    for document in documents:
        name = names[document.title]
        page = reader.get("documents.show_document", document)
        assert page.status == 200, name
        assert document.text_state is not TextState.WAITING, name
        if document.trouble:
            assert document.trouble in page, name
            assert document.trouble.endswith("."), name
        if document.pages == 0:
            assert document.text_state is TextState.NOT_READ and document.trouble, name
            assert page.all("main form button")[-1].get_text() == "Read the file again", name
        else:
            assert [text.position for text in texts(document)] == list(range(1, document.pages + 1)), name
            shown, text = page.one("#page-text"), texts(document)[0].text
            if shown.find("table"):
                assert shown.get_text(" ").split() == text.split(), f"{name}: a sheet, each value in a cell"
            else:
                assert shown.get_text() == text, name
        assert document.trouble.startswith(TROUBLE.get(name, "")), (name, document.trouble)
    told = {names[document.title] for document in documents if document.trouble}
    assert told >= TROUBLE.keys()
    assert db.session.query(Job).filter(Job.state != JobState.DONE).count() == 0
    listed = reader.get("documents.list_documents")
    assert "This file has a password." in listed and "Not read" in listed


@pytest.mark.slow
def test_the_minutes_are_read_page_by_page(sign_in):
    document = DocumentFactory(content=(DATA / "pdf/meeting_minutes_eu_webinar.pdf").read_bytes(), file_name="m.pdf")
    assert do_jobs() == 1
    reader = sign_in(TeamMemberFactory())
    assert document.pages == 10 and document.text_state is TextState.READ
    assert [link.get_text() for link in reader.get("documents.show_document", document).all(".fb-pages a")] == [
        f"page {n}, {n}" for n in range(1, 11)
    ]
    for text in texts(document):
        page = reader.get("documents.show_document", document, page=text.position)
        assert page.one("#page-text").get_text() == text.text
        assert page.one(".fb-pages [aria-current=page]").get_text() == f"page {text.position}, {text.position}"
    assert "DCAT-AP" in texts(document)[0].text


@pytest.mark.parametrize("page", ["0", "11", "x", "-1", "99999", "9999999", "1.0", "٣"])
def test_a_page_that_is_not_there_is_told(sign_in, page):
    document = DocumentFactory()
    do_jobs()
    found = sign_in(TeamMemberFactory()).get("documents.show_document", document, page=page)
    assert found.status == 404
    assert "has 1 page" in found or "There is no such page" in found


def test_when_the_reading_is_over_the_page_is_told_to_load_itself_again(sign_in):
    document, reader = DocumentFactory(), sign_in(TeamMemberFactory())
    assert reader.get("documents.show_state", document, htmx=True).location is None
    do_jobs()
    over = reader.get("documents.show_state", document, htmx=True)
    assert over.location.endswith("/documents/DOC-001")
    assert "The panel met in March." in reader.get("documents.show_document", document)


def test_a_job_done_twice_keeps_the_pages_once(app):
    document = DocumentFactory()
    do_jobs()
    job = db.session.query(Job).one()
    with the_world():
        job.state, job.attempt = JobState.QUEUED, 1
    do_jobs()
    assert [text.text for text in texts(document)] == ["The panel met in March."]
    assert job.state is JobState.DONE


@pytest.mark.slow
def test_files_that_came_before_they_were_looked_into_are_looked_at_anew(sign_in):
    """A message that was taken for text, and a Word file, as an update leaves them to the worker."""
    mail = DocumentFactory(content=(DATA / "email" / "fake-email-attachment.eml").read_bytes(), file_name="mail.txt")
    note = DocumentFactory(content=b"From: Anna", file_name="note.txt")
    sheet = (DATA / "xlsx" / "emoji.xlsx").read_bytes()
    words = put_into((DATA / "docx" / "original.docx").read_bytes(), {"word/embeddings/a.xlsx": sheet})
    office = DocumentFactory(content=words, file_name="a.docx")
    do_jobs()
    with the_world():
        db.session.execute(delete(FileInside))
        for document in (mail, note, office):
            found = db.session.get_one(Document, document.id)
            found.holds = found.files_at = None
            found.original.kind = "docx" if document is office else "txt"
            jobs.enqueue(services.LIST, {"document": found.id.hex}, by=SYSTEM, inspection_id=found.inspection_id)
    reader = sign_in(TeamMemberFactory())
    assert reader.get("documents.download_original", mail).status == 200
    do_jobs()
    look_again()
    kinds = {one.id: (one.original.kind, one.holds) for one in db.session.scalars(select(Document))}
    assert kinds == {mail.id: ("eml", 1), note.id: ("txt", None), office.id: ("docx", 1)}
    for document, status in ((mail, 403), (note, 200), (office, 403)):
        assert reader.get("documents.download_original", document).status == status
    assert ("was found to be a message", mail.reference) in deeds()


def test_an_attempt_that_was_taken_away_does_nothing_when_it_finishes_late(app):
    document_id = DocumentFactory().id
    claimed = jobs.claim()
    with the_world():
        db.session.get(Job, claimed[0]).attempt = 2
    jobs.run(claimed[0], claimed[1])
    assert db.session.query(SourceText).count() == 0
    assert db.session.get(Document, document_id).text_state is TextState.WAITING


def test_a_file_that_was_changed_on_the_disk_is_not_read(sign_in, tmp_path):
    document = DocumentFactory()
    for file in (tmp_path / "originals").rglob(document.original.sha256):
        file.write_bytes(b"Something else.")
    do_jobs()
    page = sign_in(TeamMemberFactory()).get("documents.show_document", document)
    assert "The file on the server is not the one that was received. Tell the administrator." in page
    assert texts(document) == []


def test_a_document_can_be_read_again_once_it_was_read(sign_in):
    document = DocumentFactory()
    reader = sign_in(TeamMemberFactory())
    reader.post("documents.read_again", document)
    assert db.session.query(Job).count() == 1, "it waits already"
    do_jobs()
    assert "The text is being read." in reader.post("documents.read_again", document)
    assert do_jobs() == 1
    assert [text.text for text in texts(document)] == ["The panel met in March."], "nothing changed"
    assert document.text_state is TextState.READ


def test_a_page_that_reads_otherwise_supersedes_and_evidence_stays_on_its_words(sign_in, monkeypatch):
    document = DocumentFactory(content=b"The panel met in March.")
    with monkeypatch.context() as earlier:
        wrong = (Page(1, "line 1", "The pane1 met in March."), Page(2, "line 2", "And ended."))
        earlier.setattr(services, "read_text", lambda *_a, **_k: Reading(wrong, None, jailed=True))
        do_jobs()
    with the_world():
        page = texts(document)[0]
        item = lift(document, page, 4, 13, by=SOMEBODY, evidence_kind="fact")
    inspector = sign_in(TeamMemberFactory())
    inspector.post("documents.read_again", document)
    do_jobs()
    first, second = ([text for text in texts(document) if text.position == position] for position in (1, 2))
    assert {text.text: text.supersedes_id for text in first} == {
        "The pane1 met in March.": None,
        "The panel met in March.": page.id,
    }
    assert sorted(text.text for text in second) == ["", "And ended."]
    assert (item.words, item.text_id) == ("pane1 met", page.id)
    assert document.pages == 1
    assert "The panel met in March." in inspector.get("documents.show_document", document)
    assert "Source changed since" in inspector.get("evidence.show_item", item)


def test_a_reading_that_gives_nothing_leaves_what_was_read(sign_in, monkeypatch):
    document = DocumentFactory()
    do_jobs()
    monkeypatch.setattr(services, "read_text", lambda *_a, **_k: Reading((), Trouble.JAIL_MISSING, jailed=False))
    sign_in(TeamMemberFactory()).post("documents.read_again", document)
    do_jobs()
    assert [text.text for text in texts(document)] == ["The panel met in March."]
    assert (document.pages, document.text_state) == (1, TextState.READ)
    assert document.trouble == Trouble.JAIL_MISSING.sentence


@pytest.mark.slow
@pytest.mark.skipif(program() is None, reason="TESSERACT IS NOT INSTALLED: `make ocr` installs it where apt is")
def test_a_scan_is_recognised_when_it_is_read_again_with_tesseract(sign_in, app):
    app.config["OCR"] = "off"
    document = DocumentFactory(content=(DATA / "pdf/ocr_test.pdf").read_bytes(), file_name="scan.pdf")
    do_jobs()
    reader = sign_in(TeamMemberFactory())
    assert [text.text for text in texts(document)] == [""]
    app.config["OCR"] = "auto"
    reader.post("documents.read_again", document)
    do_jobs()
    page = reader.get("documents.show_document", document)
    assert "Recognised from a picture." in page and "JSON and Markdown" in page
    assert [text.recognised for text in texts(document)].count(True) == 1
    assert document.trouble == ""


def test_a_reading_that_was_given_up_says_so_to_those_who_wait(sign_in):
    document_id = DocumentFactory().id
    job_id, attempt, kind = jobs.claim()
    jobs.fail(job_id, attempt, "It took longer than it may.")
    assert kind in KINDS
    page = sign_in(TeamMemberFactory()).get("documents.show_document", db.session.get(Document, document_id))
    assert "It took longer than it may." in page
    assert "Read the file again" in page
