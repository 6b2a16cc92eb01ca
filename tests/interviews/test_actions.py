"""What is to be done after an interview, by whom and when; and who was there."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Person
from app.extensions import db
from app.inspections.models import TeamRole
from app.interviews.models import InterviewAction
from app.web import clock
from tests.databases import counting_statements, look_again, the_world
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import ActionFactory, IntervieweeFactory, InterviewFactory

TODAY = date(2026, 4, 16)


@pytest.fixture(autouse=True)
def on_site(app):
    clock.start(app, f"{TODAY}T09:40")
    yield
    clock.start(app, None)


@pytest.fixture
def interview(app):
    return InterviewFactory()


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ada Shah"))


def rows(page) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in page.all("tr[id^=action-]")]


def sign_off(interview) -> None:
    with the_world():
        interview.finished_at = interview.written_up_at = interview.signed_off_at = clock.now()


def test_an_action_is_written_down_with_who_and_by_when(inspector, interview):
    page = inspector.get("interviews.show_write_up", interview)
    assert "None so far." in page
    form = inspector.get("interviews.show_new_action", interview)
    assert "Ada Shah" in [option["value"] for option in form.all("#team option")]
    told = inspector.post(
        "interviews.add_action",
        interview,
        what="Send the rota of March.",
        who="Area business manager",
        due=["20", "4", "2026"],
    )
    assert told.address.endswith("/write-up")
    (row,) = rows(told)
    assert "20 April 2026 not yet" in row
    assert row.startswith(
        "Send the rota of March. Change action 1 · Ask for a document for action 1 Area business manager"
    )
    history = inspector.get("interviews.show_history", interview)
    assert "Ada Shah wrote down action 1" in history
    assert "Due date 20 April 2026" in history


WRONG = {
    "nothing to do": ({"what": " "}, "Enter what is to be done"),
    "nobody": ({"who": ""}, "Enter who is to do it"),
    "no date": ({"due": ["31", "2", "2026"]}, "By when must be a real date, such as 16 4 2026"),
    "too long": ({"what": "x" * 1001}, "What is to be done must be 1,000 characters or fewer"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_told_and_stays_as_typed(inspector, interview, wrong):
    given, sentence = WRONG[wrong]
    form = {"what": "Send it.", "who": "Clerk", "due": ["", "", ""]} | given
    page = inspector.post("interviews.add_action", interview, **form)
    assert (page.status, page.errors) == (422, [sentence])
    assert (page.field("what"), page.field("who")) == (form["what"], form["who"])
    assert db.session.scalars(select(InterviewAction)).all() == []


def test_a_day_that_is_over_is_asked_about_once(inspector, interview):
    form = {"what": "Send it.", "who": "Clerk", "due": ["10", "4", "2026"]}
    assert inspector.get("interviews.show_new_action", interview).all("#over") == [], "asked only where there is need"
    asked = inspector.post("interviews.add_action", interview, **form)
    assert (asked.status, asked.errors) == (
        422,
        ["10 April 2026 is over. Enter a later day, or tick that it was to be done by then"],
    )
    assert asked.field("what") == "Send it."
    assert db.session.scalars(select(InterviewAction)).all() == []
    assert "Late" in rows(inspector.post("interviews.add_action", interview, **form, over="y"))[0]
    # Of a day that stands it is not asked again.
    opened = inspector.get("interviews.show_action", interview, number=1).form("/actions/1") | {"due": form["due"]}
    changed = inspector.post("interviews.change_action", interview, number=1, **opened | {"who": "Registrar"})
    assert changed.errors == []
    assert "Registrar" in rows(changed)[0]
    other = {"due": ["11", "4", "2026"]}
    opened = inspector.get("interviews.show_action", interview, number=1).form("/actions/1")
    asked = inspector.post("interviews.change_action", interview, number=1, **opened | other)
    assert asked.status == 422
    again = asked.form("/actions/1") | other
    assert inspector.post("interviews.change_action", interview, number=1, **again, over="y").status == 200


def test_an_action_is_done_and_not_done_after_all(inspector, interview):
    ActionFactory(interview=interview, due=TODAY - timedelta(days=1))
    assert "Late" in rows(inspector.get("interviews.show_write_up", interview))[0]
    done = inspector.post("interviews.tick_action", interview, number=1)
    assert "16 April 2026, Ada Shah" in rows(done)[0] and "Late" not in rows(done)[0]
    again = inspector.post("interviews.tick_action", interview, number=1, undo="1")
    assert "not yet" in rows(again)[0]
    history = inspector.get("interviews.show_history", interview)
    assert "said that action 1 is done" in history and "took back that action 1 is done" in history


def test_an_action_is_changed_with_history(inspector, interview):
    action = ActionFactory(interview=interview)
    form = inspector.get("interviews.show_action", interview, number=1).form("/actions/1")
    form |= {"who": "Clerk", "due": ["20", "4", "2026"]}
    page = inspector.post("interviews.change_action", interview, number=1, **form)
    assert "Clerk 20 April 2026" in rows(page)[0]
    history = inspector.get("interviews.show_history", interview)
    assert "changed action 1" in history and "Who before Area business manager" in history
    look_again()
    assert db.session.get_one(InterviewAction, action.id).version == 2


def test_of_two_who_change_an_action_the_second_is_shown_what_it_is_now(sign_in, inspector, interview):
    ActionFactory(interview=interview, what="As it was.", who="Clerk")
    other = sign_in(TeamMemberFactory())
    opened = other.get("interviews.show_action", interview, number=1).form("/actions/1")
    inspector.post("interviews.change_action", interview, number=1, what="Mine.", who="Registrar", version=1)
    page = other.post("interviews.change_action", interview, number=1, **opened | {"what": "Theirs."})
    assert page.status == 409
    assert "changed action 1" in page.one(".fb-conflict").get_text()
    assert page.differences["What is to be done"].startswith("Now: Mine. Yours: Theirs. Both of you changed it")
    assert page.differences["Who"] == "Now: Registrar Before: Clerk Only they changed it: the form has theirs."
    assert (page.field("what"), page.field("who")) == ("Theirs.", "Registrar")
    assert "Theirs." in inspector.get("interviews.show_history", interview), "nobody's words are lost"
    saved = other.post("interviews.change_action", interview, number=1, **page.form("/actions/1"))
    assert saved.status == 200
    opened = other.get("interviews.show_action", interview, number=1).form("/actions/1")
    inspector.post("interviews.tick_action", interview, number=1)
    page = other.post("interviews.change_action", interview, number=1, **opened | {"what": "Again."})
    assert "said that action 1 is done" in page.one(".fb-conflict").get_text()


def test_an_action_is_withdrawn_with_a_reason_and_put_back(inspector, interview):
    ActionFactory(interview=interview)
    wrong = inspector.post("interviews.withdraw_action", interview, number=1, version=1, reason="")
    assert (wrong.status, wrong.errors) == (422, ["Say in a few words why it need not be done"])
    gone = inspector.post("interviews.withdraw_action", interview, number=1, version=1, reason="It came")
    assert rows(gone) == [] and "Withdrawn: action 1" in gone
    assert "It came" in inspector.get("interviews.show_action", interview, number=1)
    assert len(rows(inspector.post("interviews.put_action_back", interview, number=1))) == 1
    stale = inspector.post("interviews.withdraw_action", interview, number=1, version=1, reason="It came")
    assert stale.status == 409
    assert "put action 1 back" in stale.one(".fb-conflict").get_text()


def test_a_signed_off_write_up_keeps_its_actions_and_lets_them_be_done(inspector, interview):
    ActionFactory(interview=interview)
    sign_off(interview)
    answers = [
        inspector.post("interviews.add_action", interview, what="More.", who="Clerk"),
        inspector.post("interviews.change_action", interview, number=1, what="Other.", who="Clerk", version=1),
        inspector.post("interviews.withdraw_action", interview, number=1, version=1, reason="Late"),
        inspector.post("interviews.say_who_was_there", interview, version=1),
    ]
    assert [page.status for page in answers] == [422] * 4
    assert inspector.get("interviews.show_new_action", interview).status == 409
    assert "is signed off" in inspector.get("interviews.show_action", interview, number=1)
    assert "Ada Shah" in rows(inspector.post("interviews.tick_action", interview, number=1))[0]


@pytest.mark.parametrize("number", [2, 999_999_999_999])
def test_an_action_that_is_not_there_is_not_found(inspector, interview, number):
    ActionFactory(interview=interview)
    page = inspector.get("interviews.show_action", interview, number=number)
    assert (page.status, f"INT-001 has no action {number}." in page) == (404, True)
    assert inspector.get("interviews.show_action", InterviewFactory(), number=1).status == 404


def test_actions_that_are_due_stand_on_the_overview(inspector, interview):
    days = {"Yesterday's.": -1, "Tomorrow's.": 1, "Next month's.": 30}
    for what, day in days.items():
        ActionFactory(interview=interview, what=what, due=TODAY + timedelta(days=day))
    ActionFactory(interview=interview, what="Whenever.")
    ActionFactory(interview=interview, what="Done.", due=TODAY)
    inspector.post("interviews.tick_action", interview, number=5)
    page = inspector.get("overview.show_inspection")
    late, soon = (page.one(f"section[aria-labelledby={name}]").get_text(" ") for name in ("late", "soon"))
    assert "Yesterday's." in late and "from INT-001" in " ".join(late.split())
    assert "Tomorrow's." in soon
    assert not any(what in late + soon for what in ("Next month's.", "Whenever.", "Done."))


def test_many_actions_take_no_more_statements_than_few(inspector, interview):
    addresses = [inspector.address("interviews.show_write_up", interview), "/inspections/stalking-2026/"]

    def statements() -> list[int]:
        found = []
        for address in addresses:
            inspector.open("GET", address)
            with counting_statements() as counted:
                assert inspector.open("GET", address).status == 200
            found.append(len(counted))
        return found

    ActionFactory(interview=interview, due=TODAY)
    few = statements()
    for _action in range(10):
        ActionFactory(interview=interview, due=TODAY)
    assert statements() == few


# Who was there -------------------------------------------------------------------------------------------------------


def test_which_colleagues_were_there_is_said_and_names_of_those_seen_stay_apart(sign_in, inspector, interview):
    observer = TeamMemberFactory(role=TeamRole.OBSERVER, person__name="Olu Observer")
    IntervieweeFactory(interview=interview, label="DCP 1", name="Zebedee Quillfeather")
    form = inspector.get("interviews.show_attendees", interview).form("/attendees")
    page = inspector.post("interviews.say_who_was_there", interview, **form | {"colleagues": [observer.person_id.hex]})
    there = page.one("section[aria-labelledby=attendees]").get_text(" ")
    assert "Olu Observer" in there and "1 person seen: DCP 1" in " ".join(there.split())
    assert "Quillfeather" not in page
    history = inspector.get("interviews.show_history", interview)
    assert "said which colleagues were there" in history and "Olu Observer" in history


def test_who_has_left_was_there_all_the_same(inspector, interview):
    member = TeamMemberFactory(person__name="Lea Leaver")
    inspector.post(
        "interviews.say_who_was_there", interview, version=interview.version, colleagues=[member.person_id.hex]
    )
    with the_world():
        db.session.get_one(Person, member.person_id).disabled_at = clock.now()
    assert "Lea Leaver" in inspector.get("interviews.show_write_up", interview)
    form = inspector.get("interviews.show_attendees", interview)
    assert form.field("colleagues") == [member.person_id.hex]


def test_somebody_who_is_not_on_the_team_was_not_there(inspector, interview):
    page = inspector.post("interviews.say_who_was_there", interview, version=1, colleagues=["0" * 32])
    assert page.status == 422


def test_of_two_who_say_who_was_there_the_second_is_told(sign_in, inspector, interview):
    member, other = TeamMemberFactory(person__name="Mel Member"), TeamMemberFactory(person__name="Olu Other")
    opened = inspector.get("interviews.show_attendees", interview).form("/attendees")
    inspector.post("interviews.say_who_was_there", interview, version=1, colleagues=[member.person_id.hex])
    page = inspector.post("interviews.say_who_was_there", interview, **opened | {"colleagues": [other.person_id.hex]})
    assert page.status == 409
    assert "said which colleagues were there" in page.one(".fb-conflict").get_text()
    assert page.differences["Colleagues who were there"].startswith("Now: Mel Member Yours: Olu Other")
    assert page.field("colleagues") == [other.person_id.hex]
    saved = inspector.post("interviews.say_who_was_there", interview, **page.form("/attendees"))
    assert saved.messages.endswith("Who was there is saved.")


def test_a_date_before_the_interview_is_a_slip_and_one_that_is_over_is_told(inspector, interview):
    with the_world():
        interview.happened_on = date(2026, 4, 14)
    to_do = {"what": "Send the rota of March.", "who": "Area business manager"}
    refused = inspector.post("interviews.add_action", interview, **to_do, due=["13", "4", "2026"])
    assert refused.errors == ["It arose on 14 April 2026. Enter that day or a later one"]
    assert refused.field("what") == to_do["what"]
    told = inspector.post("interviews.add_action", interview, **to_do, due=["14", "4", "2026"], over="y")
    assert "It was due on 14 April 2026 already: tick it if it is done." in told
