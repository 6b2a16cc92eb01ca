"""The copy of a covered document that may be taken out: nothing lies under what is struck out."""

import io
import zipfile

import openpyxl
import pytest
from PIL import Image
from sqlalchemy import select

from app.documents.models import Document, Names
from app.evidence.models import SourceText
from app.extensions import db
from app.formats.drawing import boxes_of, draw_page
from app.formats.kinds import PDF
from app.formats.reading import read_text
from app.inspections.models import TeamRole
from tests.audit.trail import deeds
from tests.databases import the_world
from tests.documents.factories import DocumentFactory, check
from tests.documents.test_struck_out import strike
from tests.evidence.apart import do_jobs
from tests.inspections.factories import TeamMemberFactory
from tests.matrix.exports import export

MINUTES = "pdf/meeting_minutes_eu_webinar.pdf"
STRUCK = "Promoting semantic interoperability"


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ada Shah"))


@pytest.fixture
def lead(sign_in):
    return sign_in(TeamMemberFactory(role=TeamRole.LEAD))


def covered(inspector, content, name, words):
    document = DocumentFactory(content=content, file_name=name, title="Minutes", names=Names.UNCHECKED)
    do_jobs()
    inspector.post("documents.open_document", document)
    strike(inspector, document, words, everywhere="y")
    check(inspector, document, "covered")
    return document


def taken_out(client, document):
    client.post("documents.make_copy", document)
    do_jobs()
    return client.post("documents.take_copy_out", document)


def workbook(sheet: str) -> bytes:
    book, target = openpyxl.Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    page.title = sheet
    page.append(["Who was heard", "Ann Lee"])
    book.save(target)
    return target.getvalue()


def parts_of(data: bytes) -> bytes:
    """All that is in a package, unpacked: the XML of its sheets, their names and its properties."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return b"".join(package.read(name) for name in package.namelist())


@pytest.mark.slow
def test_a_name_in_the_name_of_a_sheet_or_a_file_is_struck_out_wherever_it_is_shown_or_exported(inspector, lead):
    document = DocumentFactory(
        content=workbook("Lee_Ann 2026"), file_name="Ann-Lee.xlsx", title="Ann-Lee.xlsx", names=Names.UNCHECKED
    )
    do_jobs()
    inspector.post("documents.open_document", document)
    strike(inspector, document, "Ann Lee", everywhere="y")
    check(inspector, document, "covered")
    got = taken_out(lead, document)
    assert "Sheet ███_███ 2026" in got.data.decode()
    page = inspector.get("documents.show_document", document)
    sent = {"words": "Who was heard", "criteria": ["VW.ii"], "gist": "", "direction": "", "start": "", "end": ""}
    inspector.post("documents.tag_passage", document, form=sent)
    assert page.heading == "DOC-001 ███████.xlsx"
    shown = [page, inspector.get("evidence.list_items"), inspector.get("documents.show_history", document)]
    shown += [inspector.get("documents.list_documents"), inspector.get("documents.show_document", document, find="who")]
    assert "sheet ███_███ 2026" in shown[1]
    exported = export(lead, "xlsx").data
    assert "███_███ 2026" in parts_of(exported).decode(errors="replace")
    for said in (got.data, parts_of(exported), *(page.data for page in shown)):
        assert b"Ann" not in said and b"Lee" not in said.replace(b"Lee Lead", b"")
    with the_world():
        found = db.session.get_one(Document, document.id)
        assert found.as_named and found.as_named[""] == "Ann-Lee.xlsx"
    lead.post("documents.open_document", document)
    lead.post("documents.check_again", document, reason="It is no name")
    inspector.post("documents.open_document", document)
    page = inspector.get("documents.show_check", document)
    while back := [form["action"] for form in page.all("form") if str(form.get("action")).endswith("/back")]:
        page = inspector.open("POST", back[0])
    assert page.heading == "DOC-001 Ann-Lee.xlsx" and "Sheet Lee_Ann 2026" in page


@pytest.mark.slow
def test_the_copy_of_a_pdf_is_pictures_with_bars_and_no_words(inspector, given):
    data = given(MINUTES)
    document = covered(inspector, data, "minutes.pdf", STRUCK)
    page = inspector.post("documents.make_copy", document)
    assert "The copy is being made." in page
    do_jobs()
    page = inspector.get("documents.show_copy", document)
    assert "a PDF whose pages are pictures" in page
    got = inspector.post("documents.take_copy_out", document)
    assert got.headers["Content-Disposition"] == 'attachment; filename="DOC-001 struck out.pdf"'
    assert [page.text.strip() for page in read_text(got.data, PDF).pages] == [""] * document.pages
    assert STRUCK.encode() not in got.data and b"/Font" not in got.data
    text = db.session.scalars(select(SourceText).where(SourceText.text.contains(STRUCK))).first()
    start = text.text.index(STRUCK)
    (boxes,) = boxes_of(data, PDF, text.position, text.text, [(start, start + len(STRUCK))])
    before, after = (
        Image.open(io.BytesIO(draw_page(one, PDF, text.position, 1000))).convert("L") for one in (data, got.data)
    )
    for box in boxes:
        across, down = after.width / 1000, after.height / 1000
        inside = (
            int(box.left * across) + 2,
            int(box.top * down) + 2,
            int(box.right * across) - 2,
            int(box.bottom * down) - 2,
        )
        assert max(after.crop(inside).get_flattened_data()) == 0
        assert max(before.crop(inside).get_flattened_data()) > 200
    assert deeds(deed="took a copy out", actor_id=inspector.person_id) == [("took a copy out", "DOC-001")]


def test_the_copy_of_what_has_no_pictures_is_its_text_with_blocks(inspector):
    document = covered(inspector, b"Ms Ann Lee was heard.\nAnn Lee went home.", "minutes.txt", "Ann Lee")
    got = taken_out(inspector, document)
    assert got.data.decode().endswith("Ms ███████ was heard.\n███████ went home.\n\n")
    assert "Ann" not in got.data.decode() and got.headers["Content-Disposition"].endswith('struck out.txt"')


@pytest.mark.slow
def test_a_copy_from_before_is_not_handed_out_once_more_is_struck_out(inspector, lead):
    document = covered(inspector, b"Ms Ann Lee was heard by Jo Ng.", "minutes.txt", "Ann Lee")
    assert b"Jo Ng" in taken_out(inspector, document).data
    lead.post("documents.open_document", document)
    strike(lead, document, "Jo Ng")
    page = inspector.post("documents.take_copy_out", document)
    assert "Have the copy made anew." in page.messages and "Make the copy" in page
    assert b"Jo Ng" not in taken_out(inspector, document).data


@pytest.mark.slow
def test_a_page_of_which_nothing_was_read_is_black(inspector, given):
    document = covered(inspector, given(MINUTES), "minutes.pdf", STRUCK)
    with_words = db.session.scalars(select(SourceText).where(SourceText.text.contains(STRUCK))).first()
    other = db.session.scalars(select(SourceText).where(SourceText.id != with_words.id)).first()
    with the_world():
        db.session.get_one(SourceText, other.id).text = ""
    got = taken_out(inspector, document)
    picture = Image.open(io.BytesIO(draw_page(got.data, PDF, other.position, 300))).convert("L")
    assert max(picture.get_flattened_data()) == 0


@pytest.mark.slow
def test_there_is_no_copy_of_what_is_not_covered_or_no_longer(inspector, lead, app):
    document = DocumentFactory()
    for endpoint in ("make_copy", "take_copy_out"):
        assert inspector.post(f"documents.{endpoint}", document).status == 409
    document = covered(inspector, b"Ms Ann Lee was heard.", "other.txt", "Ann Lee")
    inspector.post("documents.make_copy", document)
    lead.post("documents.check_again", document, reason="More names")
    do_jobs()
    assert inspector.post("documents.take_copy_out", document).status == 403
    assert db.session.get_one(Document, document.id).copy_job_id


def test_who_only_reads_takes_no_copy_out_and_the_quality_assurance_lead_may(inspector, sign_in):
    document = covered(inspector, b"Ms Ann Lee was heard.", "minutes.txt", "Ann Lee")
    taken_out(inspector, document)
    observer = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))
    assert observer.post("documents.take_copy_out", document).status == 403
    assert "Copy to take out" not in observer.get("documents.show_document", document)
    assert sign_in(TeamMemberFactory(role=TeamRole.QA_LEAD)).post("documents.take_copy_out", document).status == 200
