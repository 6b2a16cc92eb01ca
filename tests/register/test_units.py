"""What the pack has kept of each unit of a request: the date of a panel, who attended, the court."""

import pytest

from app.documents.checking import say
from app.documents.models import Document, Names
from app.documents.striking import strike_everywhere
from app.extensions import db
from app.inspections.models import TeamRole
from app.register import units
from tests.audit.trail import deeds
from tests.databases import counting_statements, the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.apart import do_jobs
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY, IntervieweeFactory
from tests.register.factories import attach, make_all, request_of

PANEL = {"of_panel_date": ["12", "11", "2025"], "of_attendees": "Police, CPS", "of_cases": "2"}


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ina Spector"))


@pytest.fixture
def register(app):
    make_all()


def keep(client, number=1, code="A3", version="0", **said):
    return client.post("register.keep_unit", body="WES", code=code, number=number, form={"version": version} | said)


def shown(client, code="A3"):
    return client.get("register.show_request", body="WES", code=code)


def test_what_the_pack_asks_of_a_unit_is_kept_and_shown_beside_its_files(inspector, register):
    assert "Enter the details of panel meeting 1" in " ".join(shown(inspector).one("main").get_text(" ").split())
    page = keep(inspector, **PANEL)
    assert "The details of panel meeting 1 are saved." in page.messages
    words = " ".join(page.one("main").get_text(" ").split())
    assert "Date of panel: 12 November 2025" in words and "Organisations present: Police, CPS" in words
    form = inspector.get("register.show_unit", body="WES", code="A3", number=1)
    assert [form.field(name) for name in ("of_attendees", "of_cases")] == ["Police, CPS", "2"]
    history = inspector.get("register.show_history", body="WES", code="A3")
    assert "Ina Spector kept the details of panel meeting 1" in history
    assert "12 November 2025" in history


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"of_panel_date": ["31", "2", "2026"]}, "Date of panel must be a real date"),
        ({"of_cases": "two"}, "Stalking or harassment cases discussed must be a whole number from 0 to"),
        ({"of_attendees": "x" * 501}, "must be 500 characters or fewer"),
        ({"of_panel_date": ["12", "11", "2098"]}, "Date of panel is in 2098, more than a year ahead: see to the year"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(inspector, register, said, sentence):
    page = keep(inspector, **PANEL | said)
    assert page.status == 422
    assert any(sentence in error for error in page.errors), page.errors
    assert units.list_units(request_of("A3", "WES").id) == []


def test_a_figure_that_cannot_be_is_refused_and_an_empty_form_says_what_to_do(inspector, register):
    said = {"code": "A2", "of_court_level": ""}
    page = keep(inspector, **said, of_attendees="50", of_in_post="20")
    assert page.status == 422 and page.field("of_attendees") == "50"
    assert page.errors == ["Number who attended must not be more than 20, which is ‘Number in post’"]
    empty = keep(inspector, **said, of_attendees="", of_in_post=" ")
    assert empty.errors == ["Nothing is entered yet: enter at least one of these details, or go back"]
    assert units.list_units(request_of("A2").id) == []
    assert "are saved" in keep(inspector, **said, of_attendees="20", of_in_post="20").messages
    assert "are saved" in keep(inspector, **said, version="1").messages, "taken out again"
    assert units.list_units(request_of("A2").id)[0].fields == {}
    IntervieweeFactory(name="Zaphira Quillfeather")
    page = keep(inspector, code="A3", of_attendees="Zaphira, CPS")
    assert page.status == 422 and "‘Zaphira’ stands in what is typed here" in page.errors[0]
    assert "are saved" in keep(inspector, code="A3", of_attendees="Zaphira, CPS", all_the_same="named").messages


def test_details_that_hold_words_struck_out_of_a_document_of_the_unit_are_asked_about(inspector, register):
    document = DocumentFactory(content=b"Ada Grey took the chair.", names=Names.UNCHECKED)
    do_jobs()
    with the_world():
        found = db.session.get_one(Document, document.id)
        strike_everywhere(found, "Ada Grey", by=SOMEBODY)
        say(found, Names.COVERED, "", by=SOMEBODY)
    attach(document, request_of("A3"), 1)
    asked = keep(inspector, of_attendees="Chair Ada Grey, police")
    assert asked.status == 422 and asked.errors[0].startswith(
        "What is typed here holds words that are struck out of DOC-001, and the team reads it."
    )
    assert keep(inspector, number=2, of_attendees="Chair Ada Grey, police").status == 200, "of another unit"
    assert keep(inspector, of_attendees="The chair, police").status == 200


def test_a_choice_is_one_of_the_packs(inspector, register):
    assert keep(inspector, code="A4", of_court_level="Moon court").status == 422
    assert "Court: Crown Court" in " ".join(
        keep(inspector, code="A4", of_court_level="Crown Court").one("main").get_text(" ").split()
    )


def test_two_who_keep_details_at_once_are_shown_both(inspector, sign_in, register):
    keep(inspector, of_attendees="Police")
    other = sign_in(TeamMemberFactory(person__name="Ada Shah"))
    late = keep(other, of_attendees="Police, CPS", of_cases="3")
    assert late.status == 409
    assert "Ina Spector" in late and "Police, CPS" in late
    assert units.list_units(request_of("A3", "WES").id)[0].fields == {"attendees": "Police"}
    assert (units.TOO_LATE, "A3 WES") in deeds()
    again = keep(other, version="1", of_attendees="Police, CPS", of_cases="3")
    assert again.status == 200


def test_details_of_a_unit_beyond_what_is_asked_for_are_asked_about(inspector, register):
    far = "Nothing is here of panel meeting 9, and that is beyond what there is: 3 asked for."
    assert far in inspector.get("register.show_unit", body="WES", code="A3", number=9)
    assert far in keep(inspector, number=9, **PANEL).errors[0] and not units.list_units(request_of("A3").id)
    assert "are saved." in keep(inspector, number=9, all_the_same="far", **PANEL).messages
    assert far not in inspector.get("register.show_unit", body="WES", code="A3", number=9), "it was meant"
    assert far not in inspector.get("register.show_unit", body="WES", code="A3", number=3)


def test_the_same_again_changes_nothing(inspector, register):
    keep(inspector, **PANEL)
    keep(inspector, version="1", **PANEL)
    assert units.list_units(request_of("A3", "WES").id)[0].version == 1
    assert deeds(deed=units.KEEPING[0]) == [(units.KEEPING[0], "A3 WES")]


@pytest.mark.parametrize(("code", "number"), [("C1", 1), ("A3", 0), ("A3", 501)])
def test_there_is_no_page_for_what_is_not_asked(inspector, register, code, number):
    assert inspector.get("register.show_unit", body="WES", code=code, number=number).status == 404


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_reads_only_sees_the_details_and_no_form(inspector, sign_in, register, role):
    keep(inspector, **PANEL)
    reader = sign_in(TeamMemberFactory(role=role))
    assert "Police, CPS" in shown(reader)
    assert "units/1" not in shown(reader)
    assert reader.get("register.show_unit", body="WES", code="A3", number=1).status == 403


def test_many_units_cost_no_more_statements(inspector, register):
    keep(inspector, **PANEL)
    with counting_statements() as few:
        shown(inspector)
    for number in range(2, 8):
        keep(inspector, number=number, **PANEL)
    with counting_statements() as many:
        shown(inspector)
    assert len(many.statements) == len(few.statements)


def test_the_page_of_a_document_shows_the_details_of_what_it_holds_and_leads_to_them(inspector, sign_in, register):
    document = DocumentFactory()
    attach(document, request_of("A3"), 1)
    attach(document, request_of("A5"), 2)
    attach(DocumentFactory(content=b"other"), request_of("A3"), 2)
    keep(inspector, **PANEL)
    keep(inspector, number=2, of_attendees="Nobody")
    page = inspector.get("documents.show_document", document)
    assert page.one("[hx-get$='/documents/DOC-001/details'] a")["href"].endswith("/documents/DOC-001/details")
    page = inspector.get("register.show_details", document)
    told = [" ".join(line.get_text().split()) for line in page.all("[aria-label='Details of what DOC-001 holds'] li")]
    assert [part for line in told for part in line.split(" · ")] == [
        "A3 Wessex, panel meeting 1: Date of panel: 12 November 2025",
        "Organisations present: Police, CPS",
        "Stalking or harassment cases discussed: 2",
        "Change the details of panel meeting 1, A3 Wessex",
        "A5 Wessex, assessment 2: Enter its details of assessment 2, A5 Wessex",
    ]
    fragment = inspector.get("register.show_details", document, htmx=True)
    assert not fragment.all("h1") and len(fragment.all("li")) == 2
    form = inspector.open("GET", page.all("a[href*='/units/1?document=']")[0]["href"])
    assert form.one("main form a")["href"].endswith("/documents/DOC-001")
    at = f"{inspector.address('register.keep_unit', body='WES', code='A3', number=1)}?document=DOC-001"
    assert inspector.open("POST", at, form={"version": "1", "of_cases": "3"}).heading.startswith("DOC-001")
    reader = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))
    page = reader.get("register.show_details", document)
    assert "no details yet" in page and not page.all("a[href*='/units/']")
    assert "There are no details to be kept" in reader.get("register.show_details", DocumentFactory(content=b"none"))


def test_the_details_of_a_document_cost_as_many_statements_whatever_it_holds(inspector, register):
    document = DocumentFactory()

    def statements():
        with counting_statements() as counted:
            assert inspector.get("register.show_details", document, htmx=True).status == 200
        return len(counted.statements)

    attach(document, request_of("A3"), 1)
    keep(inspector, **PANEL)
    few = statements()
    for number, code in enumerate(("A3", "A4", "A5", "A6"), 2):
        attach(document, request_of(code), number)
        keep(inspector, number=number, code=code)
    assert statements() == few
