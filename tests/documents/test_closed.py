"""Documents are closed until somebody has checked them for names: to everybody who has not opened them to do so."""

import io
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select
from uuid6 import uuid7

from app.documents.checking import look_through, say
from app.documents.checking_views import OPEN_IT
from app.documents.models import Document, DocumentOpening, Names
from app.documents.queries import PAGE
from app.documents.striking import strike, strike_everywhere
from app.evidence.marking import find_span
from app.evidence.models import EvidenceItem, SourceText
from app.evidence.services import add_text
from app.extensions import db
from app.inspections.models import PackFile, TeamRole
from app.register.queries import nil_returns, nothing_to_come
from app.web import clock
from tests.audit.trail import deeds
from tests.client import INSPECTION, Client
from tests.databases import counting_statements, the_world
from tests.documents.factories import DocumentFactory, check, png
from tests.evidence.apart import do_jobs
from tests.evidence.factories import EvidenceItemFactory
from tests.figures.factories import FigureTableFactory
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import SOMEBODY, IntervieweeFactory
from tests.register.factories import RequestEventFactory, attach, request_of

CANARY = "Quillfeather"
TEXT = f"The panel met in March.\nMs {CANARY} was heard.\nIt sat again in May."
CLOSED_STATES = [names for names in Names if names is not Names.CLEAR]


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ada Shah"))


@pytest.fixture
def lead(sign_in):
    return sign_in(TeamMemberFactory(role=TeamRole.LEAD, person__name="Lee Lead"))


@pytest.fixture
def observer(sign_in):
    return sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))


def made():
    document = DocumentFactory(content=TEXT.encode(), names=Names.UNCHECKED, title="Minutes")
    do_jobs()
    return document


def lifted(document, words, **said):
    """An item of words that stand in the document."""
    text = db.session.scalars(select(SourceText).where(SourceText.source_id == document.id)).one()
    start = text.text.index(words)
    return EvidenceItemFactory(
        source=document, text=text, start=start, end=start + len(words), criteria=["VW.ii"], **said
    )


def stands(document) -> Names:
    return db.session.get_one(Document, document.id, populate_existing=True).names


def holds_canary(page) -> bool:
    """In what a page says, or in any part of a file that is made of parts."""
    if CANARY.encode() in page.data:
        return True
    if not zipfile.is_zipfile(io.BytesIO(page.data)):
        return False
    with zipfile.ZipFile(io.BytesIO(page.data)) as parts:
        return any(CANARY.encode() in parts.read(name) for name in parts.namelist())


def everything_of(app, document, item):
    """Every address that takes a reference, with what leads to the document: (endpoint, method, path)."""
    adapter = app.url_map.bind("localhost")
    others = {"body": "WES", "code": "A3", "number": 1, "kind": "received", "page": 1, "position": 1}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        feature = rule.endpoint.split(".")[0]
        if "reference" not in rule.arguments or feature not in (
            "documents",
            "register",
            "figures",
            "evidence",
            "findings",
        ):
            continue
        values = others | {"inspection": INSPECTION, "reference": document.reference}
        if feature in ("evidence", "findings"):
            values["reference"] = item.reference
        wanted = {name: values.get(name, document.id) for name in rule.arguments}
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            yield rule.endpoint, method, adapter.build(rule.endpoint, wanted, method=method)


CHANGE_IT = ("documents.open_document", "documents.check_again", "documents.read_again")
LISTS = (
    "overview.show_inspection",
    "documents.list_documents",
    "documents.list_unchecked",
    "figures.list_tables",
    "register.show_register",
    "register.list_requests",
    "register.list_to_be_sorted",
    "evidence.list_items",
    "criteria.list_criteria",
    "matrix.show_matrix",
)


FIGURES = {"evidence.show_item of figures"} | {
    f"figures.{name}" for name in ("show_table", "show_of_document", "list_tables", "compare")
}


def of_its_figures(document):
    """An item of figures of the document, whose title and one of whose rows are called by a name; it holds none."""
    columns = [{"head": "Who", "code": ""}, {"head": "Requests received", "code": "requests"}]
    rows = [[CANARY, "12"], ["Others", "3"]]
    text = FigureTableFactory(document=document, title=f"Reviews of {CANARY}", columns=columns, rows=rows).text
    start = text.text.index("Others")
    return EvidenceItemFactory(source=document, text=text, start=start, end=len(text.text), criteria=["VW.ii"])


@pytest.mark.slow
@pytest.mark.parametrize("names", Names)
@pytest.mark.parametrize("role", TeamRole)
def test_no_address_says_what_a_closed_document_says(app, sign_in, role, names):
    """Every address that takes its reference, or an item's of it, and every list, before and after it is asked to open
    it: what names were found in is seen by the lead alone, what is to be checked by who opened it."""
    document = made()
    item = lifted(document, "The panel met in March.")
    drawn = of_its_figures(document)
    attach(document, request_of("A3"), 1)
    with the_world():
        found = db.session.get_one(Document, document.id)
        if names is Names.COVERED:
            strike_everywhere(found, CANARY, by=SOMEBODY)
        if names is not Names.UNCHECKED:
            say(found, names, "", by=SOMEBODY)
    client = sign_in(TeamMemberFactory(role=role))

    def who_says_it(methods=("GET", "POST")):
        pages = {
            endpoint: client.open(method, path, checked=False)
            for endpoint, method, path in everything_of(app, document, item)
            if method in methods and endpoint not in CHANGE_IT
        }
        pages |= {endpoint: client.get(endpoint) for endpoint in LISTS}
        pages["figures.compare"] = client.get("figures.compare", code="A7")
        pages["evidence.show_item of figures"] = client.get("evidence.show_item", drawn)
        return {endpoint for endpoint, page in pages.items() if holds_canary(page)}

    found = who_says_it()
    if names is Names.CLEAR:
        assert {"documents.show_document", "documents.download_original", "evidence.show_item"} <= found
        assert {name for name in found if "figures" in name} >= FIGURES
        return
    assert found == set()
    page = client.post("documents.open_document", document)
    may = role is TeamRole.LEAD or (role is TeamRole.INSPECTOR and names is Names.UNCHECKED)
    assert page.status == (200 if may else 403)
    if not may:
        assert who_says_it() == set()
        return
    found = who_says_it(("GET",))
    assert {"documents.show_check", "documents.download_original"} <= found
    assert ("evidence.show_item" in found) == (names is not Names.COVERED), "of a copy, everybody sees the same"
    other = sign_in(TeamMemberFactory(role=TeamRole.INSPECTOR))
    assert not holds_canary(other.get("documents.show_check", document))


ATTACHED = f"Ms {CANARY} was heard.".encode()
MESSAGE = b"""From: area@example.org
Subject: The list
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="cut"

--cut
Content-Type: text/plain

The panel met in March; its list is attached.
--cut
Content-Type: text/plain
Content-Disposition: attachment; filename="list.txt"

%s
--cut--
"""


def message(names=Names.UNCHECKED, attached=ATTACHED):
    """One that says nothing of anybody, with a file in it that does."""
    document = DocumentFactory(content=MESSAGE % attached, file_name="list.eml", title="Mail", names=names)
    do_jobs()
    return document


def take_out(held_by, names, *, content=ATTACHED, file_name="list.txt"):
    """What lies in it is a document of its own, that was checked by itself."""
    found = DocumentFactory(content=content, file_name=file_name, names=Names.UNCHECKED, came_in=held_by)
    if names is Names.COVERED or found.may_be_taken_apart:
        do_jobs()
    with the_world():
        found = db.session.get_one(Document, found.id)
        if names is Names.COVERED:
            strike_everywhere(found, CANARY, by=SOMEBODY)
        if names is not Names.UNCHECKED:
            say(found, names, "", by=SOMEBODY)
    return found


def look_through_files(document):
    with the_world():
        look_through(db.session.get_one(Document, document.id), by=SOMEBODY)


def zipped(name, content):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr(name, content)
    return target.getvalue()


FILES = {  # what became of the file in a message: whether its original is open to the team then
    "nobody looked at it": (lambda _mail: None, False),
    "looked through": (look_through_files, True),
    "taken out, to be checked": (lambda mail: take_out(mail, Names.UNCHECKED), False),
    "taken out, nothing found": (lambda mail: take_out(mail, Names.CLEAR), True),
    "taken out, covered": (lambda mail: take_out(mail, Names.COVERED), False),
    "taken out, sent back": (lambda mail: take_out(mail, Names.SENT_BACK), False),
    "looked through, then taken out": (lambda mail: (look_through_files(mail), take_out(mail, Names.UNCHECKED)), False),
    "an archive taken out, whose file nobody looked at": (
        lambda mail: (look_through_files(mail), take_out(mail, Names.CLEAR, **archive("other"))),
        False,
    ),
    "an archive taken out, whose file was looked through": (
        lambda mail: (look_through_files(mail), look_through_files(take_out(mail, Names.CLEAR, **archive("other")))),
        True,
    ),
    "here by another way, nothing found": (lambda _mail: take_out(None, Names.CLEAR), True),
    "here by another way, to be checked": (lambda mail: (look_through_files(mail), here(Names.UNCHECKED)), False),
    "here by another way, covered": (lambda mail: (look_through_files(mail), here(Names.COVERED)), False),
    "here by another way, sent back": (lambda mail: (look_through_files(mail), here(Names.SENT_BACK)), False),
    "here by another way, could not be read": (lambda mail: (look_through_files(mail), here(Names.UNREADABLE)), False),
    "an archive taken out, whose file is here by another way and covered": (
        lambda mail: (
            look_through_files(mail),
            look_through_files(take_out(mail, Names.CLEAR, **archive(ATTACHED))),
            here(Names.COVERED),
        ),
        False,
    ),
}


THE_LEADS_ALONE = [files for files in FILES if files.endswith(("covered", "sent back", "could not be read"))]


def here(names):
    return take_out(None, names)


def archive(content):
    return {"content": zipped("list.txt", content), "file_name": "list.zip"}


def checked(mail):
    with the_world():
        say(db.session.get_one(Document, mail.id), Names.CLEAR, "", by=SOMEBODY)


@pytest.mark.slow
@pytest.mark.parametrize("files", FILES)
def test_a_message_gives_its_files_out_only_once_they_were_checked_too(sign_in, files):
    """To every role; its own words are open all the while."""
    become, is_open = FILES[files]
    mail = message()
    checked(mail)
    become(mail)
    for role in TeamRole:
        client = sign_in(TeamMemberFactory(role=role))
        assert "The panel met in March" in client.get("documents.show_document", mail)
        assert holds_canary(client.get("documents.download_original", mail)) is is_open
        assert ("list.txt" in str(client.get("register.show_contents", mail).all("tbody"))) is is_open
        if not is_open:
            looks_through = "Open it and look through the files" in client.get("register.show_contents", mail)
            page = client.post("documents.open_document", mail)
            may = role is TeamRole.LEAD or (role is TeamRole.INSPECTOR and files not in THE_LEADS_ALONE)
            assert page.status == (200 if may else 403)
            assert looks_through is may
            assert holds_canary(client.get("documents.download_original", mail)) is may
    assert len(deeds(deed="opened")) == (0 if is_open else 1 if files in THE_LEADS_ALONE else 2)


@pytest.mark.slow
@pytest.mark.parametrize("files", THE_LEADS_ALONE)
def test_whoever_checks_a_message_itself_does_not_get_at_what_is_restricted_in_it(app, sign_in, files):
    mail = message()
    item = lifted(mail, "The panel met in March")
    FILES[files][0](mail)
    inspector, lead = (sign_in(TeamMemberFactory(role=role)) for role in (TeamRole.INSPECTOR, TeamRole.LEAD))
    page = inspector.post("documents.open_document", mail)
    assert "The panel met in March" in page and not page.all("[name=files_too]")
    assert "not found free of names: the lead inspector alone may open the file" in page
    assert {
        endpoint
        for endpoint, method, path in everything_of(app, mail, item)
        if method == "GET" and holds_canary(inspector.open(method, path, checked=False))
    } == set()
    assert "Go on checking it" in inspector.get("register.show_contents", mail)
    refused = check(inspector, mail, files_too="y")
    assert refused.status == 422 and "the lead inspector alone may open the file" in refused.errors[0]
    assert "The panel met in March" in check(inspector, mail)
    lead.post("documents.open_document", mail)
    assert holds_canary(lead.get("documents.download_original", mail))


@pytest.mark.slow
def test_a_message_closes_as_soon_as_what_lies_in_it_is_not_open_by_itself_and_says_which_it_is(inspector, observer):
    mail = message()
    check(inspector, mail, files_too="y")
    assert holds_canary(observer.get("documents.download_original", mail))
    other = here(Names.CLEAR)
    assert holds_canary(observer.get("documents.download_original", mail))
    inspector.post("documents.check_again", other, reason="By mistake")
    assert not holds_canary(observer.get("documents.download_original", mail))
    assert "DOC-002 list.txt: to be checked for names" in observer.get("register.show_contents", mail)
    page = inspector.post("documents.check_again", mail, reason="By mistake")
    inspector.post("documents.open_document", mail)
    page = inspector.get("documents.show_check", mail)
    assert "DOC-002 list.txt: to be checked for names" in page
    page = check(inspector, mail, files_too="y")
    assert "Nothing found in what it says itself, which is open to the team. Its file stays closed: DOC-002" in (
        page.messages
    )
    do_jobs()
    check(inspector, other)
    assert holds_canary(observer.get("documents.download_original", mail))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pdf/libreoffice-writer-password.pdf", "docx/original.docx"])
def test_nobody_says_to_have_looked_through_a_file_in_it_that_cannot_be_read(inspector, given, name):
    content = given(name)[:3000] if "docx" in name else given(name)
    held = DocumentFactory(content=zipped("shut.bin", content), file_name="a.zip", names=Names.UNCHECKED)
    do_jobs()
    refused = check(inspector, held, files_too="y")
    assert refused.status == 422 and "so nobody can have looked through it. Take in ‘shut.bin’" in refused.errors[0]
    check(inspector, held)
    assert "1 to be checked for names" in inspector.get("overview.show_inspection")
    inspector.post("documents.open_document", held)
    assert not inspector.get("register.show_contents", held).all("form[action$='looked-through']")
    page = inspector.post("documents.look_through", held)
    assert "nobody can have looked through it" in page.messages
    inspector.post("documents.open_document", held)
    assert inspector.get("documents.show_history", held).main.count("looked through the files") == 0


@pytest.mark.slow
def test_no_address_gives_out_the_files_of_a_message_that_nobody_looked_through(app, inspector):
    mail = message()
    item = lifted(mail, "The panel met in March")
    checked(mail)

    def who_gives_them_out():
        return {
            endpoint
            for endpoint, method, path in everything_of(app, mail, item)
            if method == "GET" and holds_canary(inspector.open(method, path, checked=False))
        }

    assert who_gives_them_out() == set()
    page = inspector.get("documents.download_original", mail)
    assert "The file of DOC-001 is closed until the files in it were checked for names too." in page
    page = inspector.post("documents.open_document", mail)
    assert page.heading == "DOC-001 Mail" and "Its file is closed to the team." in page
    assert who_gives_them_out() == {"documents.download_original"}


@pytest.mark.slow
def test_a_message_s_file_is_closed_until_it_was_counted_what_lies_in_it(inspector):
    mail = DocumentFactory(content=MESSAGE % ATTACHED, file_name="list.eml", names=Names.UNCHECKED)
    checked(mail)
    assert inspector.get("documents.download_original", mail).status == 403
    plain = DocumentFactory(content=b"Subject: None\n\nWords", file_name="plain.eml", names=Names.UNCHECKED)
    do_jobs()
    checked(plain)
    assert inspector.get("documents.download_original", plain).data.endswith(b"Words")


@pytest.mark.slow
def test_who_looked_through_the_files_of_a_message_says_so_and_it_opens(inspector, observer):
    mail = message()
    page = check(inspector, mail)
    assert "Its file stays closed until the files in it were checked too." in page.messages
    assert "1 file in it: closed until checked" in page
    page = inspector.get("documents.list_unchecked")
    assert "Checked itself: the files in it are to be looked through" in page
    assert "1 to be checked for names" in inspector.get("overview.show_inspection")
    assert inspector.post("documents.look_through", mail).status == 403, "nobody says it who has not opened it"
    page = inspector.post("documents.open_document", mail)
    assert "I looked through the files that are not taken out: no names are in them" in page
    page = inspector.post("documents.look_through", mail)
    assert "You have looked through the files in it. It is open to the team." in page.messages
    assert "Ada Shah looked through the files in it for names on" in page
    assert observer.get("documents.download_original", mail).data == MESSAGE % ATTACHED
    assert "Nothing is to be checked" in inspector.get("documents.list_unchecked")
    assert "Ada Shah looked through the files in it for names, and found none" in " ".join(
        observer.get("documents.show_history", mail).main.split()
    )
    inspector.post("documents.check_again", mail, reason="A name stands in the list")
    check(inspector, mail)
    assert observer.get("documents.download_original", mail).status == 403, "who checks again looks at the files again"


@pytest.mark.slow
def test_what_only_the_html_of_a_message_says_is_seen_by_who_checks_it_and_struck_out(inspector, observer):
    head = b"From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=y\n\n"
    body = b"--y\n\nPlain clean.\n--y\nContent-Type: text/html\n\n<p>Html says <b>%s</b>\n--y--\n" % CANARY.encode()
    mail = DocumentFactory(content=head + body, file_name="mail.eml", names=Names.UNCHECKED)
    do_jobs()
    page = inspector.post("documents.open_document", mail)
    assert CANARY not in page
    page = inspector.open("GET", page.one("a[rel=next]")["href"])
    assert page.one("#page-text").get_text() == f"Html says {CANARY}" and "message as HTML, line 1" in page
    inspector.open("POST", page.one("form#strike")["action"], form={"words": CANARY, "everywhere": "y"})
    check(inspector, mail, "covered")
    assert "Html says ████" in observer.get("documents.show_document", mail, page=2)
    assert observer.get("documents.download_original", mail).status == 403


@pytest.mark.slow
def test_what_is_in_a_covered_message_is_reached_by_the_lead_who_opens_it_and_by_nobody_else(
    inspector, lead, observer, sign_in
):
    mail = message()
    with the_world():
        found = db.session.get_one(Document, mail.id)
        strike_everywhere(found, "March", by=SOMEBODY)
        say(found, Names.COVERED, "", by=SOMEBODY)
    for client in (inspector, lead, observer):
        assert "Take in" not in client.get("register.show_contents", mail)
    inspector.post("documents.make_copy", mail)
    do_jobs()
    copy = inspector.post("documents.take_copy_out", mail)
    assert "The panel met in █████" in copy.data.decode() and not holds_canary(copy), "it holds none of the files"
    page = lead.post("documents.open_document", mail)
    assert page.one("a[href$='/contents']").get_text() == "What is in it (1 file)"
    assert "Take in list.txt" in lead.get("register.show_contents", mail)
    page = lead.post("register.take_in_contents", mail, numbers=[1], body="WES", placing="later")
    assert "Taken in as DOC-002." in page.messages
    assert ("opened", "DOC-001") in deeds(actor_id=lead.person_id)
    assert "Take in" not in inspector.get("register.show_contents", mail)


def test_what_is_received_is_closed_and_the_page_leads_to_checking_it(inspector, observer):
    page = inspector.post("documents.upload", title="", body="WES", files={"files": [("minutes.txt", TEXT.encode())]})
    assert "It is closed until somebody has checked it for names." in page.messages
    assert "Closed until somebody has checked it for names" in page and "Open it and check it" in page
    document = db.session.scalars(select(Document)).one()
    assert document.names is Names.UNCHECKED
    assert "To be checked for names 1" in inspector.get("documents.list_documents").one(".fb-tabs").get_text(" ", True)
    assert "1 to be checked for names" in inspector.get("overview.show_inspection")
    page = observer.get("documents.show_document", document)
    assert "What it says is shown once an inspector has looked through it." in page and "Open it" not in page
    assert observer.get("documents.download_original", document).status == 403


def test_an_inspector_opens_it_looks_through_it_and_finds_nothing(inspector, observer):
    document = made()
    page = inspector.get("documents.list_unchecked")
    assert ("Minutes" in page and "Open now nobody" in " ".join(page.text.split())) or "nobody" in page
    page = inspector.post("documents.open_document", document)
    assert (
        "Download the original" in page and "names of victims" in page and CANARY in page.one("#page-text").get_text()
    )
    assert "Ada Shah" in observer.get("documents.list_unchecked")
    page = check(inspector, document, note="A chair, by role.")
    assert "DOC-001 is checked. Nothing found: open to the team." in page.messages
    assert CANARY in observer.get("documents.show_document", document)
    assert observer.get("documents.download_original", document).data == TEXT.encode()
    assert "Nothing is to be checked" in inspector.get("documents.list_unchecked")
    assert ("opened", "DOC-001") in deeds(object="DOC-001") and ("checked for names", "DOC-001") in deeds()
    history = observer.get("documents.show_history", document).main
    assert "Ada Shah opened it, which is closed to the team" in " ".join(history.split())
    assert "Nothing found: open to the team" in history and "A chair, by role." in history


@pytest.mark.slow
def test_who_checks_has_the_pictures_of_the_pages_and_finds_words_in_all_of_them(inspector, observer, given):
    document = DocumentFactory(content=given("pdf/habibi.pdf"), file_name="habibi.pdf", names=Names.UNCHECKED)
    do_jobs()
    page = inspector.post("documents.open_document", document)
    picture = page.one("#picture img")
    assert inspector.open("GET", picture["src"]).data.startswith(b"\x89PNG")
    assert observer.open("GET", picture["src"]).status == 403
    assert "Recognised from a picture" not in page
    text = db.session.scalars(select(SourceText).where(SourceText.source_id == document.id)).first()
    word = max(text.text.split()[:40], key=len)
    page = inspector.get("documents.show_check", document, find=word)
    assert word in page.all("#page-text mark")[0].get_text() and f"of ‘{word}’" in page
    assert all("/check" in link["href"] for link in page.all(".fb-hits a, .fb-way a"))
    page = inspector.open("POST", page.one("form#strike")["action"], form={"words": word, "everywhere": "y"})
    assert page.one("[name=find]")["value"] == word and page.all("#page-text del mark")


def test_next_and_previous_lead_through_the_pages_that_are_checked(inspector):
    document = made()
    with the_world():
        found = db.session.get_one(Document, document.id)
        add_text(found, f"A picture of {CANARY}", position=2, label="page 2", by=SOMEBODY, recognised=True)
    page = inspector.post("documents.open_document", document)
    assert not page.all("#picture"), "a text has no pictures"
    page = inspector.open("GET", page.one("a[rel=next]")["href"])
    assert "Recognised from a picture. Words may be wrong or missing" in page
    assert page.one("#page-text").get_text() == f"A picture of {CANARY}"
    page = inspector.get("documents.show_check", document, find=CANARY)
    assert "2 hits of ‘Quillfeather’ on 2 pages, 1 on this one." in page
    assert page.one("a[rel=next]")["href"].endswith(f"/check?page=2&find={CANARY}")
    assert inspector.get("documents.show_check", document, page=3).status == 404


def test_opening_twice_is_recorded_once_and_lasts_for_the_day(inspector, app):
    document = made()
    for _time in range(2):
        inspector.post("documents.open_document", document)
    assert len(db.session.scalars(select(DocumentOpening)).all()) == 1
    assert len(deeds(deed="opened")) == 1
    with the_world():
        opening = db.session.scalars(select(DocumentOpening)).one()
        opening.opened_at = clock.now() - timedelta(days=1)
    assert CANARY not in inspector.get("documents.show_check", document)
    assert inspector.get("documents.download_original", document).status == 403


def test_who_waits_for_the_text_while_checking_goes_on_checking(inspector, observer):
    document = DocumentFactory(content=TEXT.encode(), names=Names.UNCHECKED)
    inspector.post("documents.open_document", document)
    assert "The text is being read." in inspector.get("documents.show_check", document)
    refused = check(inspector, document)
    assert refused.status == 422 and refused.errors == [
        "Its text is still being read. Load the page again in a moment, and look through it"
    ]
    do_jobs()
    page = inspector.get("documents.show_state", document, htmx=True)
    assert page.headers["HX-Redirect"].endswith("/DOC-001/check")
    page = observer.get("documents.show_state", document, htmx=True)
    assert page.headers["HX-Redirect"].endswith("/DOC-001")
    assert "Go on checking it" in inspector.get("documents.show_document", document)


def test_what_names_were_found_in_stays_closed_to_who_checked_it(inspector, lead):
    document = made()
    page = check(inspector, document, "sent_back", note="Names of victims on page 1.")
    assert (
        "Sent back: the body sends a new copy" in page
        and "Names of victims on page 1." in page
        and "Open it" not in page
    )
    assert not holds_canary(inspector.get("documents.show_check", document))
    page = inspector.post("documents.open_document", document)
    assert page.status == 403
    assert "DOC-001 was sent back: the lead inspector alone may open it." in page
    assert CANARY in lead.post("documents.open_document", document)
    assert ("opened", "DOC-001") in deeds(actor_id=lead.person_id)
    assert "Sent back" in lead.get("documents.list_documents")


UNREAD = "Could not be read: to be asked for again; what came stays restricted"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("pdf/libreoffice-writer-password.pdf", "This file has a password."),
        ("email/fake-encrypted.eml", "This file has a password."),
        ("docx/original.docx", "This file is damaged"),
        ("email/empty.eml", "This file has nothing in it."),
    ],
)
def test_nothing_is_found_in_a_file_that_cannot_be_read(inspector, lead, observer, given, name, why):
    content = given(name)[:3000] if "damaged" in why else given(name)
    document = DocumentFactory(content=content, file_name=name.partition("/")[2], names=Names.UNCHECKED)
    do_jobs()
    attach(document, request_of("A3"), 1)
    assert "cannot be read" in inspector.get("register.show_request", body="WES", code="A3")
    inspector.post("documents.open_document", document)
    page = inspector.get("documents.show_check", document)
    assert why in page
    assert ("There are no pictures of it: ask for it again." in page) == (not page.all("#page-text"))
    refused = check(inspector, document, "clear")
    assert refused.status == 422 and refused.errors == [
        "It could not be read, so nobody can have looked through it. Choose the result that asks for it again"
    ]
    page = check(inspector, document, "unreadable", note="Asked for a copy without one.")
    assert UNREAD in page and "Asked for a copy without one." in page and "Names were found" not in page
    assert "DOC-001 could not be read, and is to be asked for again: the lead inspector alone may open it." in page
    assert page.one("main a[href$='flag=to_come_again']")
    assert "Could not be read" in observer.get("documents.list_documents")
    assert inspector.get("documents.download_original", document).status == 403
    lead.post("documents.open_document", document)
    assert lead.get("documents.download_original", document).data == content


@pytest.mark.slow
def test_what_cannot_be_read_or_was_sent_back_is_not_received_and_opens_its_request_again(inspector, lead):
    request, where = request_of("A5"), {"body": "WES", "code": "A5"}
    RequestEventFactory(request=request)
    files = [DocumentFactory(content=b"%d" % n, file_name=f"{n}.txt", names=Names.UNCHECKED) for n in range(1, 4)]
    for unit, document in enumerate(files, 1):
        attach(document, request, unit)

    def shown():
        page = inspector.get("register.show_request", **where)
        return " ".join(page.main.split())

    def stand(document, names):
        with the_world():
            say(db.session.get_one(Document, document.id), names, "", by=SOMEBODY)

    for document in files[:2]:
        stand(document, Names.CLEAR)
    RequestEventFactory(request=request, code="reviewed")
    assert "Reviewed" in shown()
    stand(files[2], Names.UNREADABLE)
    said = shown()
    assert "Part received" in said and "To come again" in said and "1 of 3 cannot be read" in said
    assert "DOC-003 3.txt could not be read" in said
    history = " ".join(inspector.get("register.show_history", **where).main.split())
    assert "checked DOC-003 for names" in history and "Could not be read" in history
    sent = {"on": ["26", "11", "2026"], "done_by": inspector.person_id.hex}
    asked = inspector.post("register.enter_event", **where, kind="reviewed", form=sent)
    assert asked.status == 422 and "Of what came, 1 of 3 cannot be read." in asked
    listed = inspector.get("register.list_requests", flag="to_come_again")
    assert "1 request" in listed and "1 of 3 cannot be read" in listed
    stand(files[1], Names.SENT_BACK)
    assert "1 of 3 cannot be read, 1 of 3 sent back" in shown()
    RequestEventFactory(request=request, code="reviewed")
    assert "Reviewed" in shown() and "To come again" not in shown(), "somebody did without"
    stand(files[2], Names.UNREADABLE)
    attach(DocumentFactory(content=b"anew", file_name="anew.txt"), request, 3)
    assert "cannot be read" not in shown() and "To come again" not in shown()


def test_a_nil_return_stands_again_once_it_is_given_after_a_file_that_cannot_be_read(app):
    request = request_of("A3")
    document = DocumentFactory(content=b"x", file_name="x.txt", names=Names.UNCHECKED)
    attach(document, request, 1)
    with the_world():
        say(db.session.get_one(Document, document.id), Names.UNREADABLE, "", by=SOMEBODY)

    def stands():
        light = nothing_to_come(request.inspection_id).keys()
        assert {(one.body, one.code) for one in nil_returns(request.inspection_id)} == light
        return light

    assert stands() == set()
    RequestEventFactory(request=request, code="nil_return", given_by="Area business manager", reason="None")
    assert stands() == {("WES", "A3")}
    with the_world():
        say(db.session.get_one(Document, document.id), Names.UNREADABLE, "", by=SOMEBODY)
    assert stands() == set()


def test_a_document_that_was_checked_by_mistake_is_closed_again(inspector, lead, observer):
    document = made()
    check(inspector, document)
    item = lifted(document, "met in March")
    page = lead.post("documents.check_again", document, reason=" ")
    assert page.status == 422 and "Enter why it is to be checked again" in page
    page = lead.post("documents.check_again", document, reason="A name stands on page 1")
    assert "DOC-001 is closed until somebody has checked it for names." in page.messages
    assert "Lee Lead said on" in page and "A name stands on page 1" in page
    assert stands(document) is Names.UNCHECKED
    assert not holds_canary(inspector.get("documents.show_check", document)), "an opening from before counts no more"
    page = observer.get("evidence.show_item", item)
    assert "The words stay. What stands round them is not shown" in page
    assert page.one("#words").get_text() == "met in March" and "The panel" not in page.main
    page = lead.post("documents.check_again", document, reason="Once more")
    assert page.status == 409


@pytest.mark.parametrize("found", [Names.COVERED, Names.SENT_BACK, Names.UNREADABLE])
def test_what_names_were_found_in_is_checked_again_only_at_the_lead_s_wish(inspector, lead, found):
    """Whoever checks it again opens its original."""
    document = take_out(None, found)
    page = inspector.get("documents.show_document", document)
    assert "It was checked by mistake" not in page
    assert inspector.get("documents.show_check_again", document).status == 403
    inspector.post("documents.read_again", document)
    assert "read" not in {entry[0] for entry in deeds(actor_id=inspector.person_id)}, "its text is the lead's too"
    page = inspector.post("documents.check_again", document, reason="Nobody is named")
    assert page.status == 403 and "the lead inspector alone may open" in page and "say what you found" in page
    assert stands(document) is found
    assert "It was checked by mistake" in lead.get("documents.show_document", document)
    page = lead.get("documents.show_check_again", document)
    assert "Whoever checks it then opens the original for that" in page
    lead.post("documents.check_again", document, reason="Nobody is named")
    assert stands(document) is Names.UNCHECKED
    inspector.post("documents.open_document", document)
    assert holds_canary(inspector.get("documents.download_original", document))


def test_of_two_who_check_at_once_the_second_keeps_what_they_typed_where_the_first_found_names(inspector, lead):
    document = made()
    inspector.post("documents.open_document", document)
    form = inspector.get("documents.show_check", document).form("/check?page=1")
    check(lead, document, "sent_back", note="A victim is named.")
    page = inspector.post("documents.save_check", document, form=form | {"result": "clear", "note": "Roles only."})
    assert page.status == 409 and "So the lead has it checked again." in page
    assert "Roles only." in page and not page.all("form[action$='/check-again']")
    assert stands(document) is Names.SENT_BACK


def test_of_two_who_check_at_once_the_second_is_told(inspector, lead):
    document = made()
    inspector.post("documents.open_document", document)
    page = lead.post("documents.open_document", document)
    assert "Ada Shah has had it open since" in page.messages
    form = lead.get("documents.show_check", document).form("/check?page=1")
    check(inspector, document, "clear", note="Roles only.")
    page = lead.post(
        "documents.save_check", document, form=form | {"result": "sent_back", "note": "A victim is named."}
    )
    assert page.status == 409 and "DOC-001 was checked meanwhile" in page
    for words in ("Ada Shah", "Roles only.", "A victim is named.", "The result now: Nothing found: open to the team."):
        assert words in page
    assert stands(document) is Names.CLEAR
    sent = page.form("/check-again")
    refused = lead.post("documents.check_again", document, form=sent)
    assert refused.status == 422 and refused.form("/check-again")["note"] == "A victim is named."
    page = lead.post("documents.check_again", document, form=sent | {"reason": "Somebody else is named"})
    form = page.form("/check?page=1")
    assert (form["result"], form["note"]) == ("sent_back", "A victim is named.")
    lead.post("documents.save_check", document, form=form)
    assert stands(document) is Names.SENT_BACK


def test_the_result_is_wanted_and_what_was_typed_stays(inspector):
    document = made()
    inspector.post("documents.open_document", document)
    form = inspector.get("documents.show_check", document).form("/check?page=1")
    page = inspector.post("documents.save_check", document, form=form | {"note": "Only roles"})
    assert page.status == 422 and "Choose the result" in page
    assert page.one("[name=note]").get_text() == "Only roles"
    assert stands(document) is Names.UNCHECKED


def test_nobody_says_what_a_document_holds_that_they_have_not_opened(inspector, lead):
    document = made()
    inspector.post("documents.open_document", document)
    form = inspector.get("documents.show_check", document).form("/check?page=1") | {"result": "clear"}
    del form["csrf_token"]
    page = lead.post("documents.save_check", document, form=form)
    assert page.status == 403 and "Open it and check it" in page and "meanwhile" not in page
    assert stands(document) is Names.UNCHECKED


def test_a_result_that_is_saved_on_another_day_is_kept_for_whoever_opens_it_again(inspector):
    document = made()
    inspector.post("documents.open_document", document)
    form = inspector.get("documents.show_check", document).form("/check?page=1")
    with the_world():
        db.session.scalars(select(DocumentOpening)).one().opened_at -= timedelta(days=1)
    page = inspector.post("documents.save_check", document, form=form | {"result": "clear", "note": "Roles only."})
    assert page.status == 403 and "Your result is not saved: you no longer have it open." in page
    assert "Roles only." in page and not holds_canary(page)
    page = inspector.post("documents.open_document", document, form=page.form("/open"))
    form = page.form("/check?page=1")
    assert (form["result"], form["note"]) == ("clear", "Roles only.")
    inspector.post("documents.save_check", document, form=form)
    assert stands(document) is Names.CLEAR


def test_words_that_are_struck_out_of_another_document_are_asked_about_before_they_are_opened(inspector):
    first = DocumentFactory(content=b"Ada Grey was heard.", names=Names.UNCHECKED)
    do_jobs()
    with the_world():
        found = db.session.get_one(Document, first.id)
        strike_everywhere(found, "Ada Grey", by=SOMEBODY)
        say(found, Names.COVERED, "", by=SOMEBODY)
    other = DocumentFactory(content=b"The panel heard\nada  grey again.", names=Names.UNCHECKED)
    do_jobs()
    asked = check(inspector, other)
    assert asked.status == 422
    assert asked.errors == ["‘Ada Grey’ stands here (lines 1–2), and is struck out of DOC-001."]
    meant = asked.form("/check?page=1") | {"result": "clear", "all_the_same": asked.one("#all_the_same")["value"]}
    inspector.post("documents.save_check", other, form=meant)
    assert stands(other) is Names.CLEAR
    assert check(inspector, made()).status == 200


@pytest.mark.parametrize("depth", [1, 2])
def test_a_file_is_not_taken_out_before_it_is_known_what_lies_in_what_lies_in_it(inspector, lead, depth):
    take_out(None, Names.COVERED)
    content = ATTACHED
    for number in range(depth + 1):
        content = zipped("list.txt" if not number else "inner.zip", content)
    outer = DocumentFactory(content=content, file_name="outer.zip", names=Names.UNCHECKED)
    do_jobs()
    inspector.post("documents.open_document", outer)
    for endpoint in ("documents.show_check", "register.show_contents"):
        assert not inspector.get(endpoint, outer).all("a[href$='/original']"), "nothing is offered that is refused"
    assert "Take in the archives and messages in it first." in inspector.get("documents.show_check", outer)
    page = inspector.get("documents.download_original", outer)
    assert page.status == 403 and "Take in the archives and messages in it first." in page
    held = outer
    for _level in range(depth):
        inspector.post("register.take_in_contents", held, numbers=[1], body="WES", placing="later")
        held = db.session.scalars(select(Document).where(Document.came_in_id == held.id)).one()
        do_jobs()
        inspector.post("documents.open_document", held)
        assert inspector.get("documents.download_original", outer).status == 403
        assert inspector.get("documents.download_original", held).status == 403
    lead.post("documents.open_document", outer)
    assert lead.get("documents.download_original", outer).status == 200


def test_what_is_struck_out_of_a_message_in_a_message_is_asked_about_in_the_other(inspector):
    inner = b"From: a@example.org\nMIME-Version: 1.0\nSubject: Inner\nContent-Type: text/plain\n\nAda Grey was heard.\n"
    outer = DocumentFactory(
        content=b"From: b@example.org\nMIME-Version: 1.0\nSubject: Outer\n"
        b"Content-Type: multipart/mixed; boundary=cut\n\n--cut\nContent-Type: text/plain\n\nSee below.\n--cut\n"
        b"Content-Type: message/rfc822\n\n" + inner + b"\n--cut--\n",
        file_name="outer.eml",
        names=Names.UNCHECKED,
    )
    do_jobs()
    inspector.post("documents.open_document", outer)
    inspector.post("register.take_in_contents", outer, numbers=[1], body="WES", placing="later")
    do_jobs()
    check(inspector, outer, files_too="y")
    held = db.session.scalars(select(Document).where(Document.came_in_id == outer.id)).one()
    inspector.post("documents.open_document", held)
    form = inspector.get("documents.show_check", held).form("/strikes?page=1")
    inspector.post("documents.strike", held, form=form | {"words": "Ada Grey", "everywhere": "y"})
    asked = check(inspector, held, "covered")
    assert asked.status == 422
    assert "‘Ada Grey’ stands in DOC-001 too, which the team reads." in asked.errors[0]
    assert stands(held) is Names.UNCHECKED


def test_a_closed_document_is_not_tagged_even_by_who_has_it_open(inspector):
    document = made()
    inspector.post("documents.open_document", document)
    sent = {"words": "panel met", "criteria": ["VW.ii"], "gist": "", "direction": "", "start": "", "end": ""}
    page = inspector.post("documents.tag_passage", document, form=sent)
    assert page.status == 409 and "Say first what the check for names came to." in page
    assert db.session.scalars(select(EvidenceItem)).all() == []


def test_names_of_the_people_seen_are_pointed_out_to_who_checks(inspector):
    IntervieweeFactory(name=f"Zaphira {CANARY}")
    document = made()
    page = inspector.post("documents.open_document", document)
    assert f"{CANARY}, 1 time, first on text" in " ".join(page.text.split()) or f"{CANARY}, 1 time" in page


@pytest.mark.slow
def test_names_that_stand_are_asked_about_whatever_the_result_shows_to_the_team(inspector):
    IntervieweeFactory(name=f"Zaphira {CANARY}")
    document = made()
    refused = check(inspector, document, note="Roles only.")
    assert refused.status == 422
    named = f"‘{CANARY}’ is still there 1 time, a name of somebody who was seen."
    assert refused.errors == [named]
    assert refused.one("[name=note]").get_text() == "Roles only."
    other = DocumentFactory(content=f"{CANARY} and Mercer. Mercer left.".encode(), names=Names.UNCHECKED)
    do_jobs()
    inspector.post("documents.open_document", other)
    with the_world():
        text = db.session.scalars(select(SourceText).where(SourceText.source_id == other.id)).one()
        found = db.session.get_one(Document, other.id)
        strike(found, text, find_span(text.text, "Mercer", len(CANARY) + 5, len(CANARY) + 11), by=SOMEBODY)
    refused = check(inspector, other, "covered")
    assert refused.errors == [f"‘Mercer’ is struck out, and still there 1 time: line 1. {named}"]
    meant = refused.form("/check?page=1") | {"result": "covered", "all_the_same": refused.one("#all_the_same")["value"]}
    inspector.post("documents.save_check", other, form=meant)
    assert stands(other) is Names.COVERED


def test_a_name_in_a_title_or_file_name_is_pointed_out_and_changed_without_a_trace(inspector, observer):
    IntervieweeFactory(name=f"Zaphira {CANARY}")
    names = {"title": f"Notes on {CANARY}", "file_name": f"x_{CANARY}.txt", "names": Names.UNCHECKED}
    document = DocumentFactory(content=b"The panel met.", **names)
    do_jobs()
    refused = check(inspector, document)
    assert refused.status == 422 and f"‘{CANARY}’ stands in its title or the name of its file" in refused.errors[0]
    page = inspector.get("documents.show_check", document)
    assert f"In its title or the name of its file stands ‘{CANARY}’. Change the title" in page
    form = inspector.get("documents.show_naming", document).form("/naming")
    assert inspector.post("documents.save_naming", document, form=form | {"title": ""}).status == 422
    refused = inspector.post("documents.save_naming", document, form=form)
    assert (
        refused.status == 422 and f"This holds a name, or words that are struck out (‘{CANARY}’)" in refused.errors[0]
    )
    inspector.post("documents.save_naming", document, form=form | {"title": "Notes", "file_name": "x.txt"})
    check(inspector, document)
    assert stands(document) is Names.CLEAR
    for endpoint in ("show_document", "show_history"):
        page = observer.get(f"documents.{endpoint}", document)
        assert CANARY not in page.data.decode() and "Notes" in page
    assert "changed the title of it" in page or "Ada Shah changed the title of it" in " ".join(page.main.split())
    assert CANARY not in observer.get("documents.list_documents").data.decode()


def test_a_file_that_cannot_be_read_is_called_otherwise_by_who_does_not_see_its_file(inspector):
    document = DocumentFactory(content=b"\x89PNG", file_name="a.pdf", title=CANARY, names=Names.UNCHECKED)
    form = inspector.get("documents.show_naming", document).form("/naming")
    assert "file_name" not in form
    later = inspector.get("documents.show_naming", document).form("/naming")
    inspector.post("documents.save_naming", document, form=form | {"title": "A picture"})
    assert "A picture" in inspector.get("documents.show_document", document)
    stale = inspector.post("documents.save_naming", document, form=later | {"title": "A scan"})
    assert stale.status == 409 and "A picture" in stale and stale.field("title") == "A scan"


def test_a_name_in_a_title_or_file_name_is_asked_about_as_it_is_uploaded(inspector):
    IntervieweeFactory(name=f"Zaphira {CANARY}")
    for title, name in ((f"Notes on {CANARY}", "x.txt"), ("", f"notes_{CANARY}.txt")):
        sent = {"title": title, "body": "WES", "files": {"files": [(name, b"The panel met.")]}}
        refused = inspector.post("documents.upload", **sent)
        assert refused.status == 422 and f"‘{CANARY}’ stands in the title or the name of a file" in refused
    assert db.session.scalars(select(Document)).all() == []
    sent["files"] = {"files": [(name, b"The panel met.")]}
    inspector.post("documents.upload", all_the_same="named", **sent)
    assert len(db.session.scalars(select(Document)).all()) == 1


def test_what_waits_longest_to_be_checked_stands_first(inspector):
    with the_world():
        for number in range(PAGE + 1):
            DocumentFactory(content=b"%d" % number, file_name=f"{number}.txt", names=Names.UNCHECKED)
    page = inspector.get("documents.list_unchecked")
    assert page.all("tbody .fb-ref")[0].get_text() == "DOC-001" and len(page.all("tbody tr")) == PAGE
    page = inspector.open("GET", page.one("a[rel=next]")["href"])
    assert [one.get_text() for one in page.all("tbody .fb-ref")] == [f"DOC-{PAGE + 1:03d}"]


def test_words_that_stand_only_in_the_title_or_file_name_are_struck_out_there(inspector):
    names = {"title": f"{CANARY} notes", "file_name": f"{CANARY.lower()}-notes.txt", "names": Names.UNCHECKED}
    document = DocumentFactory(content=b"The panel met.", **names)
    do_jobs()
    inspector.post("documents.open_document", document)
    page = inspector.post("documents.strike", document, words=CANARY, everywhere="y")
    assert "Struck out of its title or file name." in page.messages
    found = db.session.get_one(Document, document.id, populate_existing=True)
    assert CANARY.lower() not in (found.title + found.original.file_name).lower()
    assert inspector.post("documents.strike", document, words=CANARY).status == 422
    check(inspector, document)
    assert stands(document) is Names.CLEAR


def test_what_was_typed_for_the_result_stays_while_words_are_struck_out(inspector):
    document = made()
    inspector.post("documents.open_document", document)
    typed = {"result": "covered", "note": "A victim, on page 1."}
    for words, status in ((CANARY, 200), ("Nowhere", 422)):
        page = inspector.post("documents.strike", document, words=words, everywhere="y", **typed)
        assert page.status == status and page.field("note") == typed["note"] and page.field("result") == ["covered"]
    page = inspector.open("POST", page.one("form[action$='/back']")["action"], form=typed)
    assert page.field("note") == typed["note"]
    page = inspector.post("documents.strike", document, words=CANARY, everywhere="y", **typed)
    assert inspector.post("documents.save_check", document, form=page.form("/check?page=1")).status == 200
    assert stands(document) is Names.COVERED


@pytest.mark.slow
def test_nothing_is_found_in_what_is_not_read_before_somebody_opened_the_original(inspector):
    document = DocumentFactory(content=png(), file_name="scan.png", names=Names.UNCHECKED)
    do_jobs()
    refused = check(inspector, document, opened_it="")
    assert refused.status == 422 and refused.errors == [OPEN_IT]
    check(inspector, document)
    assert stands(document) is Names.CLEAR


def test_the_register_flags_what_a_request_s_files_wait_for(inspector):
    document = made()
    attach(document, request_of("A3"), 1)
    where = {"body": "WES", "code": "A3"}
    assert "To be checked for names" in inspector.get("register.show_request", **where)
    assert "1 request" in inspector.get("register.list_requests", flag="to_check")
    check(inspector, document)
    assert "To be checked for names" not in inspector.get("register.show_request", **where).one("main").get_text()
    assert "No request fits" in inspector.get("register.list_requests", flag="to_check")


def test_a_pack_that_checks_nothing_has_documents_open_as_they_come(app, inspector):
    with the_world():
        file = db.session.scalars(select(PackFile).where(PackFile.name == "document-requests.yaml")).one()
        file.content = file.content | {"handling": [{"step": "received", "label": "In"}]}
        file.loaded_at = clock.now()
    page = inspector.post("documents.upload", title="", body="WES", files={"files": [("minutes.txt", TEXT.encode())]})
    assert "closed" not in page.messages
    assert db.session.scalars(select(Document)).one().names is Names.CLEAR


def test_somebody_of_another_inspection_finds_no_such_document(sign_in):
    document = made()
    stranger: Client = sign_in(TeamMemberFactory(inspection_id=InspectionFactory().id, role=TeamRole.LEAD))
    for endpoint in ("open_document", "save_check", "check_again"):
        assert stranger.post(f"documents.{endpoint}", document).status == 404


def test_lists_ask_the_database_as_often_for_many_closed_documents_as_for_few(inspector):
    def asked():
        found = []
        for endpoint in ("documents.list_unchecked", "documents.list_documents", "overview.show_inspection"):
            inspector.get(endpoint)
            with counting_statements() as counted:
                assert inspector.get(endpoint).status == 200
            found.append(len(counted))
        return found

    def grow(number):
        with the_world():
            for _each in range(number):
                DocumentFactory(content=f"Words {uuid7()}".encode(), names=Names.UNCHECKED)

    grow(2)
    few = asked()
    grow(20)
    assert asked() == few
