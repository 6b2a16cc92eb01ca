"""The page Exports: what one took out, and for the lead inspector what everybody did."""

from datetime import timedelta

import pytest

from app.access import Actor
from app.extensions import db
from app.inspections.models import TeamRole
from app.matrix import queries
from app.matrix.export import Asked, log_export, path_of
from app.matrix.models import Export
from tests.accounts.factories import PersonFactory
from tests.databases import counting_statements, the_world
from tests.evidence.factories import EvidenceItemFactory
from tests.factories import the_inspection
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import SOMEBODY
from tests.matrix.exports import export

SERVER = Actor(SOMEBODY.id, "root on the server’s command line")


def member(role: TeamRole, name: str):
    return TeamMemberFactory(role=role, person=PersonFactory(name=name))


@pytest.fixture
def inspector(sign_in):
    return sign_in(member(TeamRole.INSPECTOR, "Ada Holm"))


@pytest.fixture
def lead(sign_in):
    return sign_in(member(TeamRole.LEAD, "Bea Lund"))


def taken_out(times: int, by: Actor = SERVER, inspection_id=None, **filters):
    with the_world():
        made = [
            log_export(inspection_id or the_inspection().id, "OFFICIAL", Asked("csv", filters, number % 2 == 0), by=by)
            for number in range(times)
        ]
        for number, row in enumerate(made):
            row.exported_at = made[0].exported_at + timedelta(seconds=number // 3)  # some at the same moment
    return made


def lines(page):
    return [[" ".join(cell.text.split()) for cell in row.find_all(["th", "td"])] for row in page.all("tbody tr")]


def test_nobody_exported_anything_yet(inspector):
    page = inspector.get("matrix.list_exports")
    assert "Nothing was exported yet" in page and "To the matrix" in page


def test_ones_own_exports_stand_with_their_download_while_it_is_kept(inspector):
    EvidenceItemFactory(criteria=["LD.i"])
    export(inspector, "xlsx", variant="general", area="WES")
    page = inspector.get("matrix.list_exports")
    row = db.session.query(Export).one()
    (line,) = lines(page)
    assert line[1:4] == ["Ada Holm", "Excel workbook, not attributable. OFFICIAL-SENSITIVE", "Area: Wessex"]
    assert line[4].startswith(f"{row.items} item") and row.sha256 in line[5] and row.id.hex in line[5]
    assert inspector.open("GET", page.one("td a")["href"]).data[:2] == b"PK"
    path_of(row.id, row.file_format).unlink()
    assert "Download" not in inspector.get("matrix.list_exports")


def test_others_exports_are_the_lead_inspectors_to_see_and_nobodys_to_fetch(inspector, lead):
    EvidenceItemFactory(criteria=["LD.i"])
    export(inspector, "csv")
    taken_out(1)
    taken_out(1, inspection_id=InspectionFactory().id)
    assert [line[1] for line in lines(inspector.get("matrix.list_exports"))] == ["Ada Holm"]
    page = lead.get("matrix.list_exports")
    assert {line[1] for line in lines(page)} == {"Ada Holm", SERVER.label}
    assert "Download" not in page
    assert [line[4] for line in lines(page) if line[1] == SERVER.label] == ["Was not finished"]


def test_the_log_is_leafed_through_by_key(lead, monkeypatch):
    monkeypatch.setattr(queries, "EXPORTS", 4)
    made = {row.id.hex for row in taken_out(10)}
    address, seen = "/inspections/stalking-2026/exports", []
    while address:
        page = lead.open("GET", address)
        seen.append([line[5].split()[1] for line in lines(page)])
        following = page.all(".govuk-pagination__next a")
        address = following[0]["href"] if following else None
    assert [len(part) for part in seen] == [4, 4, 2]
    assert {number for part in seen for number in part} == made
    assert lead.get("matrix.list_exports", after="nonsense").status == 404


def test_the_log_takes_as_many_statements_for_many_as_for_one(lead):
    def statements():
        with counting_statements() as counted:
            lead.get("matrix.list_exports")
        return len(counted.statements)

    taken_out(1)
    few = statements()
    taken_out(30, area="WES")
    assert statements() == few


def test_an_export_of_a_criterion_leads_back_to_it_as_it_was_filtered(inspector):
    EvidenceItemFactory(criteria=["LD.i"], quote=True)
    page = export(inspector, "csv", criterion="LD.i", area="WES", quotes="1")
    ready = inspector.open("GET", page.address.removesuffix("/file"))
    (back,) = (link for link in ready.all("a") if "Back to" in link.text)
    assert back.text == "Back to LD.i"
    assert back["href"].split("?")[0].endswith("/criteria/LD.i")
    assert sorted(back["href"].split("?")[1].split("&")) == ["area=WES", "quotes=1"]
    assert "All exports" in ready and "Back to the matrix" not in ready


def test_the_form_leads_to_the_log(inspector):
    for page in (inspector.get("matrix.show_matrix"), inspector.get("criteria.show_criterion", reference="LD.i")):
        assert "Exports made so far" in page
