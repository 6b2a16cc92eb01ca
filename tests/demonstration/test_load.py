"""Loading: into an empty folder only, once."""

import pytest

from app.db.transaction import writing
from app.demonstration import services
from app.extensions import db
from app.inspections.models import Inspection
from tests.accounts.factories import PersonFactory
from tests.databases import the_world
from tests.evidence.apart import command
from tests.interviews.factories import InterviewFactory


def nothing_was_made():
    return not db.session.query(Inspection).filter(Inspection.demonstration).count()


@pytest.mark.slow
def test_a_folder_with_an_account_is_refused(app):
    with the_world():
        PersonFactory()
    result = command("demo", "load")
    assert result.exit_code == 1
    assert "somebody has an account in it" in result.output and "FIELDBOOK_DATA_DIR" in result.output
    assert nothing_was_made()


@pytest.mark.slow
def test_a_folder_with_fieldwork_is_refused(app):
    with the_world():
        InterviewFactory()
    result = command("demo", "load")
    assert result.exit_code == 1 and "there is fieldwork in it" in result.output
    assert nothing_was_made()


def test_one_whose_loading_was_broken_off_is_not_taken_for_whole(app, inspection):
    with writing() as session:
        session.get_one(Inspection, inspection.id).demonstration = True
    result = command("demo", "load")
    assert result.exit_code == 1 and "broken off" in result.output


@pytest.mark.slow
def test_loading_again_changes_nothing_and_says_who_may_sign_in(demonstration, content):
    assert services.is_loaded()
    result = command("demo", "load")
    assert result.exit_code == 0 and "nothing was changed" in result.output
    assert all(person.email in result.output for person in content.people if person.shown_as)
