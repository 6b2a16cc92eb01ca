"""A demonstration says what it is; real fieldwork never does."""

import io
import json
import zipfile

import pytest

from app.extensions import db
from app.inspections.models import Inspection, TeamRole
from app.matrix.export import DEMONSTRATION, FORMATS
from tests.databases import the_world
from tests.evidence.factories import TagFactory
from tests.inspections.factories import TeamMemberFactory
from tests.matrix.exports import about, export

WORDS = "The people, cases and words here are made up."


def test_every_page_of_a_demonstration_says_so_signed_in_or_not(sign_in, visitor, inspection):
    lead = sign_in(TeamMemberFactory(role=TeamRole.LEAD))
    with the_world():
        db.session.get_one(Inspection, inspection.id).demonstration = True
    pages = [lead.get("overview.show_inspection"), lead.get("accounts.show_own"), visitor.get("accounts.show_sign_in")]
    pages.append(lead.get("evidence.show_item", reference="E-9999"))
    assert [page.status for page in pages] == [200, 200, 200, 404]
    assert all(WORDS in page for page in pages)


def test_real_fieldwork_does_not(sign_in, visitor):
    lead = sign_in(TeamMemberFactory(role=TeamRole.LEAD))
    assert WORDS not in lead.get("overview.show_inspection")
    assert WORDS not in visitor.get("accounts.show_sign_in")


@pytest.mark.parametrize("file_format", list(FORMATS))
def test_every_export_of_a_demonstration_says_so_in_it_and_in_its_name(sign_in, inspection, file_format):
    inspector = sign_in(TeamMemberFactory())
    with the_world():
        TagFactory()
        db.session.get_one(Inspection, inspection.id).demonstration = True
    page = export(inspector, file_format)
    assert page.headers["Content-Disposition"].startswith("attachment; filename=demonstration-stalking-2026-")
    assert DEMONSTRATION in said_in(page.data, file_format)


def said_in(data: bytes, file_format: str) -> str:
    """What a file says of itself, its whole text where that is short of form."""
    if file_format == "zip":
        return zipfile.ZipFile(io.BytesIO(data)).read("about.csv").decode()
    if file_format == "xlsx":
        return str(about(data))
    if file_format == "json":
        return DEMONSTRATION if json.loads(data)["about"]["demonstration"] else ""
    return data.decode()
