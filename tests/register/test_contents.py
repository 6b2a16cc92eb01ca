"""What lies in a file that came: shown first, taken in as ticked, put to what the file itself answers."""

import io
import zipfile

import pytest
from sqlalchemy import select

from app import storage
from app.documents.models import Document, Names
from app.documents.services import MOST_NESTED
from app.extensions import db
from app.formats.contents import NOT_KEPT
from app.inspections.models import TeamRole
from app.register import file_queries
from app.register.contents_views import SENT_BEFORE
from tests.audit.trail import deeds
from tests.databases import look_again, the_world
from tests.documents.factories import DocumentFactory, check
from tests.evidence.apart import do_jobs
from tests.factories import the_inspection
from tests.formats.compound import put_into
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import IntervieweeFactory
from tests.register.factories import attach, make_all, request_of

OPERATION = "0198a5a4-0000-7000-8000-00000000000e"
MINUTES, AGENDA = b"The panel met in March.", b"1. Welcome"


@pytest.fixture
def inspector(sign_in):
    make_all()
    return sign_in(TeamMemberFactory(person__name="Ina Spector"))


def zipped(**files):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, content in files.items():
            package.writestr(name.replace("__", "/"), content)
    return target.getvalue()


PANEL = {"Wessex__minutes.txt": MINUTES, "Wessex__agenda.txt": AGENDA, "setup.exe": b"MZ\x90\x00\x03"}


def the_zip(**more):
    return DocumentFactory(content=zipped(**PANEL), file_name="panel.zip", **more)


def take_in(client, document, *numbers, **more):
    return client.post("register.take_in_contents", document, numbers=list(numbers), body="WES", **more)


def rows(page):
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])] for row in page.all("tbody tr")
    ]


def documents():
    look_again()
    return list(db.session.scalars(select(Document).order_by(Document.number)))


def attached():
    return [(line.code, line.reference, line.unit, line.part) for line in file_queries.list_files(the_inspection().id)]


@pytest.mark.slow
def test_after_the_upload_of_a_zip_the_page_says_what_is_in_it(inspector):
    DocumentFactory(content=AGENDA, file_name="agenda.txt")
    files = [("panel.zip", zipped(**PANEL))]
    page = inspector.post("documents.upload", files={"files": files}, title="", body="WES")
    assert page.heading == "DOC-002 panel.zip"
    assert "Closed until somebody has checked it" in page and "minutes" not in page.main and "setup" not in page.main
    inspector.post("documents.open_document", reference="DOC-002")
    page = inspector.get("register.show_contents", reference="DOC-002")
    assert [row[1:] for row in rows(page)] == [
        ["Wessex/minutes.txt", "Plain text", "1 KB", ""],
        ["Wessex/agenda.txt", "Plain text", "1 KB", "Here already as DOC-001"],
        ["setup.exe", "Unknown kind of file", "1 KB", NOT_KEPT],
    ]
    assert page.field("numbers") == ["1"] and page.field("body") == "WES"
    looking = "What is in it is being looked at. This page goes on by itself."
    assert page.one("#waits[hx-get$='/documents/DOC-002/contents']")
    again = inspector.get("register.show_contents", reference="DOC-002", htmx=True)
    assert looking in page and "not known" not in page.main and looking in again
    assert "still being looked at" in inspector.get("documents.show_check", reference="DOC-002")
    do_jobs()
    page = inspector.get("register.show_contents", reference="DOC-002", htmx=True)
    assert "Its file is closed to the team." in page and "looking" not in page and not page.all("[hx-get]")


@pytest.mark.slow
def test_what_is_ticked_becomes_documents_that_say_where_they_came_from(inspector):
    content = zipped(**PANEL)
    container = DocumentFactory(content=content, file_name="panel.zip")
    page = take_in(inspector, container, 1, 2, placing="later", operation=OPERATION)
    assert "Taken in as DOC-002, DOC-003." in page.messages
    _zip, minutes, agenda = documents()
    assert [one.title for one in (minutes, agenda)] == ["minutes.txt", "agenda.txt"]
    assert minutes.original.file_name == "Wessex/minutes.txt"
    assert {one.came_in_id for one in (minutes, agenda)} == {container.id} and minutes.body.code == "WES"
    inspector.post("documents.open_document", minutes)
    assert inspector.get("documents.download_original", minutes).data == MINUTES
    assert inspector.get("documents.download_original", container).data == content
    do_jobs()
    assert "came in DOC-001" in inspector.get("documents.show_document", minutes)
    assert "What is in it (3 files)" in inspector.get("documents.show_document", container)
    assert [row[4] for row in rows(inspector.get("register.show_contents", container))][:2] == [
        "Here already as DOC-002",
        "Here already as DOC-003",
    ]
    assert ("took files out", "DOC-001") in deeds()
    take_in(inspector, container, 1, 2, placing="later", operation=OPERATION)
    assert len(documents()) == 3


@pytest.mark.slow
def test_a_name_of_somebody_who_was_seen_is_asked_about_in_what_is_ticked(inspector):
    IntervieweeFactory(name="Zaphira Quillfeather")
    content = zipped(**{"Wessex__Quillfeather_agreed.txt": MINUTES, "agenda.txt": AGENDA})
    container = DocumentFactory(content=content, file_name="panel.zip")
    page = take_in(inspector, container, 1, placing="later")
    assert page.status == 422 and "‘Quillfeather’ stands in the name of a file" in page.errors[0]
    assert [box["value"] for box in page.all("input[name=numbers]") if "checked" in box.attrs] == ["1"]
    assert "Taken in as DOC-002." in take_in(inspector, container, 2, placing="later").messages
    page = take_in(inspector, container, 1, placing="later", all_the_same="named")
    assert "Taken in as DOC-003." in page.messages


@pytest.mark.slow
def test_what_comes_out_answers_what_the_file_was_received_for(inspector):
    container = the_zip()
    attach(container, request_of("A3"), 1)
    before = attached()
    page = inspector.get("register.show_contents", container)
    assert page.field("placing") == ["same"] and "What DOC-001 answers: A3 Wessex" in page
    take_in(inspector, container, 1, placing="same")
    assert [line for line in attached() if line not in before] == [
        ("A3", "DOC-002", unit, part) for _, _, unit, part in before
    ]
    take_in(inspector, container, 2, placing="later")
    assert "DOC-003" not in [reference for _, reference, *_ in attached()]


@pytest.mark.slow
def test_what_another_body_sent_before_is_put_to_what_the_file_answers_once_it_is_ticked(inspector):
    DocumentFactory(content=MINUTES, file_name="minutes.txt", body="WES")
    container = the_zip(body="CYW")
    page = inspector.get("register.show_contents", container)
    assert not page.all("#numbers-1"), "there is nothing that it could answer"
    attach(container, request_of("C1", "CYW"), 1)
    page = inspector.get("register.show_contents", container)
    assert page.field("numbers") == ["2"] and page.all("#numbers-1")
    assert rows(page)[0][4] == "Here already as DOC-001 : tick it to have it answer the same"
    page = inspector.post("register.take_in_contents", container, numbers=[1], body="CYW", placing="same")
    assert deeds(deed="came again") == [("came again", "DOC-001")]
    assert "Here already as DOC-001: not kept twice, and put to the same requests." in page.messages
    assert {line[:2] for line in attached()} == {("C1", "DOC-001"), ("C1", "DOC-002")} and len(documents()) == 2
    assert rows(page)[0][4] == "Here already as DOC-001" and not page.all("#numbers-1")
    page = take_in(inspector, container, 1, placing="same")
    assert page.status == 422 and "The same content is here already as DOC-001." in page.errors[0]


@pytest.mark.slow
def test_nothing_ticked_or_nothing_new_is_told_and_changes_nothing(inspector):
    container = the_zip()
    page = take_in(inspector, container, placing="later")
    assert (page.status, page.errors) == (422, ["Tick the files to take in"])
    assert page.field("body") == "WES"
    for wrong in (3, 9, "x"):
        assert take_in(inspector, container, wrong, placing="later").status == 422
    take_in(inspector, container, 1, placing="later")
    page = take_in(inspector, container, 1, placing="later")
    assert page.status == 422 and "The same content is here already as DOC-002." in page.errors[0]
    assert len(documents()) == 2


@pytest.mark.slow
def test_what_is_here_already_is_not_ticked_and_a_list_sent_again_takes_nothing_in_twice(inspector):
    container = the_zip()
    assert inspector.get("register.show_contents", container).field("numbers") == ["1", "2"]
    take_in(inspector, container, 1, placing="later", operation=OPERATION)
    page = inspector.get("register.show_contents", container)
    assert page.field("numbers") == ["2"] and page.all("#numbers-2") and not page.all("#numbers-1")
    page = take_in(inspector, container, 1, 2, placing="later", operation=OPERATION)  # gone back to, and ticked more
    assert (page.status, page.heading) == (422, "DOC-001 panel.zip")
    assert page.errors == [SENT_BEFORE] and page.field("numbers") == ["2"]
    assert rows(page)[0][4] == "Here already as DOC-002"
    page = take_in(inspector, container, 1, placing="later")
    assert page.status == 422 and page.field("numbers") == []
    page = take_in(inspector, container, 1, placing="later", operation=OPERATION)
    assert page.status == 200 and page.errors == []
    assert len(documents()) == 2


@pytest.mark.slow
def test_a_message_with_an_attachment_is_taken_apart(inspector, given):
    mail = DocumentFactory(content=given("email/fake-email-attachment.eml"), file_name="a.eml")
    take_in(inspector, mail, 1, placing="later")
    assert documents()[1].title == "fake-attachment.txt"
    plain = DocumentFactory(content=given("email/fake-email-b64.eml"), file_name="b.eml")
    assert "It holds no files" in inspector.get("register.show_contents", plain)
    do_jobs()
    assert not inspector.get("documents.show_document", plain).all("a[href$='/contents']")


MAIL = b"""From: a@example.org
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain

Here are the minutes.
--x
Content-Type: text/plain; name=minutes.txt

Anna Wright was there.
--x--
"""


@pytest.mark.slow
def test_a_message_under_another_name_is_no_way_round_what_is_closed_in_it(inspector):
    minutes = DocumentFactory(content=b"Anna Wright was there.", file_name="minutes.txt", names=Names.COVERED)
    mail = DocumentFactory(content=MAIL, file_name="mail.txt", names=Names.UNCHECKED)
    mailbox = DocumentFactory(content=b"From a\n" + MAIL, file_name="attachment", names=Names.UNCHECKED)
    do_jobs()
    for document in (mail, mailbox):
        check(inspector, document, "clear")
        assert "Here are the minutes." in inspector.get("documents.show_document", document).main
        assert "Anna" not in inspector.get("register.show_contents", document).main
        assert inspector.get("documents.download_original", document).status == 403
    assert minutes.reference in inspector.get("register.show_contents", mail)


@pytest.mark.slow
def test_what_was_put_into_a_word_file_is_no_way_round_it_either_and_others_open_as_ever(inspector, given):
    sheet, plain = given("xlsx/emoji.xlsx"), given("docx/original.docx")
    covered = DocumentFactory(content=sheet, file_name="names.xlsx", names=Names.COVERED)
    with_chart = put_into(plain, {"word/embeddings/Microsoft_Excel_Sheet1.xlsx": sheet})
    with_object = put_into(plain, {"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0 of nobody knows what"})
    for content, files, status in ((with_chart, 1, 403), (with_object, 1, 403), (plain, 0, 200)):
        document = DocumentFactory(content=content, file_name="a.docx", names=Names.UNCHECKED)
        do_jobs()
        check(inspector, document, "clear")
        assert db.session.get(Document, document.id).holds == files
        assert inspector.get("documents.show_document", document).status == 200
        assert inspector.get("documents.download_original", document).status == status
        said = covered.reference in inspector.get("register.show_contents", document).main
        if content is with_object:
            inspector.post("documents.open_document", document)
            assert "oleObject1.bin’ cannot be taken out" in inspector.get("register.show_contents", document).main
        assert said is (content is with_chart)


@pytest.mark.slow
def test_a_pdf_offers_what_is_in_it_once_it_is_read(inspector, given):
    held = DocumentFactory(content=given("pdf/with-attachment.pdf"), file_name="a.pdf")
    plain = DocumentFactory(content=given("pdf/habibi.pdf"), file_name="b.pdf")
    assert not inspector.get("documents.show_document", held).all("a[href$='/contents']")
    do_jobs()
    assert "What is in it (1 file)" in inspector.get("documents.show_document", held)
    assert not inspector.get("documents.show_document", plain).all("a[href$='/contents']")


@pytest.mark.slow
def test_bombs_and_broken_ones_say_so_in_one_sentence(inspector, given):
    bomb = DocumentFactory(content=zipped(**{f"{n}.txt": "" for n in range(5_001)}), file_name="bomb.zip")
    inspector.post("documents.open_document", bomb)
    assert "It cannot be taken apart. This file is too large" in inspector.get("register.show_contents", bomb)
    broken = DocumentFactory(content=zipped(**PANEL)[:60], file_name="broken.zip")
    inspector.post("documents.open_document", broken)
    assert "It cannot be taken apart. This file is damaged" in inspector.get("register.show_contents", broken)
    link = DocumentFactory(content=given("attack/zip_with_symlink.zip"), file_name="link.zip")
    page = inspector.get("register.show_contents", link)
    assert "It is only a link to a place on the sender’s computer" in page and not page.all("input[type=checkbox]")
    assert take_in(inspector, link, 1, placing="later").status == 422


@pytest.mark.slow
def test_files_in_files_come_to_an_end(inspector):
    content, held_by = zipped(**PANEL), []
    for depth in range(MOST_NESTED + 1):
        content = zipped(**{f"{depth}.zip": content})
    outer = DocumentFactory(content=content, file_name="outer.zip")
    inspector.post("documents.open_document", outer)
    for _depth in range(MOST_NESTED):
        take_in(inspector, documents()[-1], 1, placing="later")
        held_by.append(documents()[-1])
        inspector.post("documents.open_document", held_by[-1])
    assert held_by[-1].came_in_id == held_by[-2].id != outer.id
    assert inspector.get("register.show_contents", held_by[-1]).all("input[type=checkbox]")
    take_in(inspector, held_by[-1], 1, placing="later")
    inspector.post("documents.open_document", documents()[-1])
    assert "It cannot be taken apart" in inspector.get("register.show_contents", documents()[-1])


@pytest.mark.slow
def test_many_files_are_shown_page_by_page(inspector):
    many = DocumentFactory(content=zipped(**{f"{n}.txt": f"{n}" for n in range(1_200)}), file_name="many.zip")
    page, seen = inspector.get("register.show_contents", many), 0
    while True:
        seen += len(rows(page))
        if not (older := page.all("a[rel=next]")):
            break
        page = inspector.open("GET", older[0]["href"])
    assert seen == 1_200
    take_in(inspector, many, *range(501, 1_001), placing="later")
    assert len(documents()) == 501


def test_who_only_reads_sees_the_list_and_takes_nothing_in(sign_in):
    container = the_zip()
    reader = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))
    page = reader.get("register.show_contents", container)
    assert "Wessex/minutes.txt" in page and not page.all("main form")
    assert take_in(reader, container, 1, placing="later").status == 403
    text = DocumentFactory(content=b"words", file_name="a.txt")
    page = reader.get("register.show_contents", text)
    assert page.status == 404 and "DOC-002 is not a file that holds others" in page


def test_nothing_is_taken_out_of_a_file_that_is_closed(inspector):
    closed = DocumentFactory(content=zipped(**PANEL), file_name="panel.zip", names=Names.UNCHECKED)
    page = inspector.get("register.show_contents", closed)
    assert "Closed until somebody has checked it" in page and "minutes" not in page.main
    assert take_in(inspector, closed, 1, placing="later").status == 403
    assert len(documents()) == 1


def test_a_damaged_container_is_not_taken_apart(inspector):
    container = the_zip()
    storage.path_of(container.inspection_id, container.original.sha256).write_bytes(zipped(a=b"other"))
    page = inspector.get("register.show_contents", container)
    assert page.status == 404 and "is not the one that was received" in page
    with the_world():
        assert db.session.get_one(Document, container.id).original.damaged_at is not None


@pytest.mark.slow
def test_nothing_found_in_a_file_that_holds_others_says_that_they_were_looked_through(inspector):
    content = zipped(**PANEL)
    document = DocumentFactory(content=content, file_name="panel.zip", names=Names.UNCHECKED)
    do_jobs()
    inspector.post("documents.open_document", document)
    page = inspector.get("documents.show_check", document)
    assert "It holds 3 files, which whoever may download it has too." in page
    assert page.one("main form[action*='/check'] a[href$='/contents']")
    check(inspector, document, "clear")
    look_again()
    assert db.session.get(Document, document.id).names is Names.CLEAR
    assert inspector.get("documents.download_original", document).status == 403, "they would go out with it"
    inspector.post("documents.check_again", document, reason="The files in it were left out")
    check(inspector, document, "clear", files_too="y")
    assert inspector.get("documents.download_original", document).data == content
