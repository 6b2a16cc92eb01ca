"""A form that comes when the sign-in is gone is shown back with all that was typed, ready to be sent again."""

import pytest
from sqlalchemy import update

from app.accounts.models import SignIn
from app.db.transaction import writing
from app.extensions import db
from app.web import clock
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import InterviewFactory

TYPED = "  They ring at once.\n\n<b>Nobody</b> records why.  "
OURS, OTHERS = {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "cross-site"}


INTERVIEW = "INT-001"


@pytest.fixture
def inspector(sign_in):
    InterviewFactory()
    return sign_in(TeamMemberFactory())


def ends_every_sign_in() -> None:
    with writing():
        db.session.execute(update(SignIn).values(ended_at=clock.now()))


def test_what_was_typed_is_shown_back_when_the_sign_in_has_ended(inspector):
    inspector.get("interviews.show_interview", reference=INTERVIEW)
    ends_every_sign_in()
    page = inspector.post("interviews.save_note", reference=INTERVIEW, words=TYPED, headers=OURS)
    assert page.status == 401
    assert page.heading == "You were signed out"
    assert page.one("input[name=words]")["value"] == TYPED
    assert page.one("a[target=_blank]").get_text().startswith("Sign in")


def test_words_from_another_site_are_not_offered_to_be_sent(inspector):
    ends_every_sign_in()
    page = inspector.post("interviews.save_note", reference=INTERVIEW, words=TYPED, headers=OTHERS)
    assert "Nobody" not in page
