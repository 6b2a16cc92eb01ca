"""A demonstration says what it is; real fieldwork never does."""

from app.extensions import db
from app.inspections.models import Inspection, TeamRole
from tests.databases import the_world
from tests.inspections.factories import TeamMemberFactory

WORDS = "The people, cases and words here are made up."


def test_every_page_of_a_demonstration_says_so_signed_in_or_not(sign_in, visitor, inspection):
    lead = sign_in(TeamMemberFactory(role=TeamRole.LEAD))
    with the_world():
        db.session.get_one(Inspection, inspection.id).demonstration = True
    pages = [lead.get("overview.show_inspection"), lead.get("overview.show_help"), visitor.get("accounts.show_sign_in")]
    pages.append(lead.get("evidence.show_item", reference="E-9999"))
    assert [page.status for page in pages] == [200, 200, 200, 404]
    assert all(WORDS in page for page in pages)


def test_real_fieldwork_does_not(sign_in, visitor):
    lead = sign_in(TeamMemberFactory(role=TeamRole.LEAD))
    assert WORDS not in lead.get("overview.show_inspection")
    assert WORDS not in visitor.get("accounts.show_sign_in")
