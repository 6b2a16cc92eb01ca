"""Names of who was seen are in one table, behind a right of their own, and nowhere else."""

import io
import logging
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select

from app.extensions import db
from app.inspections.models import TeamRole
from app.interviews.models import Interviewee
from tests.documents.factories import DocumentFactory
from tests.evidence.apart import do_jobs
from tests.findings.factories import FileFindingFactory, LinkFactory
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import IntervieweeFactory, InterviewFactory, NoteFactory, NoteImportFactory
from tests.matrix.exports import export
from tests.other_sources.factories import OtherSourceFactory
from tests.visits.factories import VisitFactory

CANARY = "Zaphira Quillfeather-Nwosu"


@pytest.fixture
def interview(app):
    return InterviewFactory(title="Rotas")


@pytest.fixture
def thread(interview):
    """The whole thread round the name: notes, evidence, a finding, a document."""
    note = NoteFactory(interview=interview, words="Letters are late. #vw.ii", speaker="DCP 1", direction="weakness")
    finding = FileFindingFactory(criteria=["VW.ii"])
    NoteImportFactory(interview=interview)
    return {"note": note, "finding": finding, "link": LinkFactory(item=note.item, finding=finding)} | {
        "document": DocumentFactory()
    }


def named(sign_in, interview):
    lead = sign_in(TeamMemberFactory(role=TeamRole.LEAD))
    page = lead.post("interviews.add_interviewee", interview, name=CANARY, label="DCP 1")
    assert page.messages.endswith("The name is kept, apart from the notes.")
    return lead, page


def tables_with(words: str) -> set[str]:
    """Every table of the database, as it really is, in which any column of any row holds the words."""
    found = MetaData()
    found.reflect(db.engine)
    assert "interviewee" in found.tables and len(found.tables) > 20
    return {
        name
        for name, table in found.tables.items()
        if any(words in str(value) for row in db.session.execute(select(table)) for value in row)
    }


@pytest.mark.slow
def test_a_name_is_in_its_own_table_and_no_other(sign_in, interview, thread, caplog):
    caplog.set_level(logging.DEBUG)
    lead, page = named(sign_in, interview)
    assert CANARY in page
    export(lead, "xlsx")
    export(lead, "csv")
    lead.post("interviews.add_interviewee", interview, name=CANARY + " again", label="x" * 61)
    assert tables_with(CANARY) == {"interviewee"}
    assert tables_with("Letters are late.") >= {"source_text", "evidence_item"}, "the search does find what is there"
    assert CANARY not in caplog.text


def test_a_name_is_in_no_audit_payload_even_when_it_is_erased(sign_in, interview):
    lead, page = named(sign_in, interview)
    erased = lead.open("POST", page.one("table form")["action"])
    assert erased.messages.endswith("The name is erased.")
    assert CANARY not in erased
    assert db.session.query(Interviewee).count() == 0
    assert tables_with(CANARY) == set()
    history = lead.get("interviews.show_history", interview)
    assert "added a name" in history and "erased a name" in history and CANARY not in history


@pytest.mark.slow
def test_a_name_is_on_no_page_but_its_own(sign_in, interview, thread, app):
    lead, page = named(sign_in, interview)
    do_jobs()
    other_source = OtherSourceFactory()
    readers = [lead, *(sign_in(TeamMemberFactory(role=role)) for role in (TeamRole.QA_LEAD, TeamRole.OBSERVER))]
    seen = 0
    for reader in readers:
        for address in addresses(app, reader, thread, interview, other_source):
            found = reader.open("GET", address, checked=False)
            assert found.status in (200, 303, 403, 404, 409), found
            seen += found.status == 200
            allowed = reader is lead and address == page.address
            assert (CANARY.encode() in found.data) == allowed, address
    assert seen > 40


def addresses(app, client, thread, interview, other_source):
    """Every address that can be got, with the objects of the thread in it."""
    of = {
        "interviews": interview,
        "calendar": interview,
        "documents": thread["document"],
        "other_sources": other_source,
        "evidence": thread["note"].item,
        "findings": thread["finding"],
        "overview": thread["note"].item,
        "criteria": type("Criterion", (), {"reference": "VW.ii"}),
        "visits": VisitFactory(),
        "register": thread["document"],  # which requests a document answers
        "figures": thread["document"],
    }
    for rule in app.url_map.iter_rules():
        feature = rule.endpoint.split(".")[0]
        if "GET" not in rule.methods or rule.arguments - {"inspection", "reference", "number"}:
            continue
        thing = thread["note"].item if rule.endpoint.endswith("_of_item") else of.get(feature)
        if "reference" in rule.arguments and thing is None:
            raise AssertionError(f"{rule.rule} wants an object: add it here")
        yield client.address(rule.endpoint, thing, thread["note"] if "number" in rule.arguments else thing)


@pytest.mark.slow
def test_a_name_is_in_no_export_and_no_file_name(sign_in, interview, thread, tmp_path: Path):
    lead, _page = named(sign_in, interview)
    for file_format in ("xlsx", "csv"):
        taken = export(lead, file_format)
        assert CANARY not in str(taken.headers)
        parts = [taken.data]
        if file_format == "xlsx":
            with zipfile.ZipFile(io.BytesIO(taken.data)) as package:
                parts = [package.read(name) for name in package.namelist()]
        assert any(b"Letters are late." in part for part in parts)
        assert not any(CANARY.encode() in part for part in parts)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files and not any("Zaphira" in str(path) for path in files)


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_has_not_the_right_sees_and_changes_no_names(sign_in, interview, role):
    row = IntervieweeFactory(interview=interview, name=CANARY)
    reader = sign_in(TeamMemberFactory(role=role))
    assert reader.get("interviews.show_people", interview).status == 403
    assert reader.post("interviews.add_interviewee", interview, name="X", label="").status == 403
    assert reader.post("interviews.erase_interviewee", interview, row).status == 403
    assert "Names" not in reader.get("interviews.show_interview", interview).main
    assert [person.name for person in db.session.query(Interviewee)] == [CANARY]


WRONG = {
    "none": ({"name": "  "}, "Enter the name"),
    "long": ({"name": "N" * 201}, "Name must be 200 characters or fewer"),
    "label": ({"name": CANARY, "label": "x" * 61}, "Called in the notes must be 60 characters or fewer"),
    "zero": ({"name": "N\x00"}, "Take out the character that cannot be stored"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_name_is_told_in_a_sentence_and_stays_as_typed(sign_in, interview, wrong):
    sent, sentence = WRONG[wrong]
    page = sign_in(TeamMemberFactory()).post("interviews.add_interviewee", interview, **{"label": "DCP 1"} | sent)
    assert page.status == 422
    assert page.errors[0].startswith(sentence)
    assert page.field("name") == sent["name"]
    assert page.field("label") == sent.get("label", "DCP 1")
    assert db.session.query(Interviewee).count() == 0


def test_a_name_erased_twice_is_told(sign_in, interview):
    row = IntervieweeFactory(interview=interview)
    lead = sign_in(TeamMemberFactory(role=TeamRole.LEAD))
    address = lead.address("interviews.erase_interviewee", interview, row)
    assert lead.open("POST", address).status == 200
    again = lead.open("POST", address)
    assert (again.status, "That name was erased already." in again) == (404, True)


def test_the_name_of_another_interview_is_not_erased(sign_in, interview):
    row = IntervieweeFactory()
    page = sign_in(TeamMemberFactory()).post("interviews.erase_interviewee", interview, id=row.id)
    assert page.status == 404
    assert db.session.query(Interviewee).count() == 1
