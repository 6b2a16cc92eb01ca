"""How far an interview is: under way, held, written up, signed off, reopened, cancelled."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.extensions import db
from app.inspections.models import TeamMember, TeamRole
from app.inspections.queries import get_rules
from app.inspections.working_days import Calendar
from app.interviews import planning, queries, services
from app.interviews.models import Interview, Note, State
from app.interviews.write_up import WriteUp, day_of, spoken, write_up
from app.web import clock
from app.web.pages import long_date
from tests.databases import look_again, the_world
from tests.factories import LONG_AGO, TODAY
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory, NoteFactory, RivalFactory
from tests.threads import at_once

STEPS = {
    State.PLANNED: "",
    State.UNDER_WAY: "n",
    State.HELD: "nf",
    State.WRITTEN_UP: "nfw",
    State.SIGNED_OFF: "nfws",
    State.CANCELLED: "c",
}


def at(state):
    """An interview that came to a state as people bring it there."""
    interview = InterviewFactory()
    for step in STEPS[state]:
        if step == "n":
            NoteFactory(interview=interview)
        else:
            do(step, interview)
    return interview


def do(step, interview):
    with the_world():
        held = db.session.get_one(Interview, interview.id)
        if step == "c":
            planning.cancel(held, "The Area asked", by=SOMEBODY)
        else:
            {"f": planning.finish, "w": planning.write_up, "s": planning.sign_off}[step](held, by=SOMEBODY)


def state_of(interview):
    """As the object says, and as lists ask for it."""
    look_again()
    held = db.session.get_one(Interview, interview.id)
    found = db.session.scalar(select(Interview.state).where(Interview.id == interview.id))
    assert found == held.state
    return held.state


@pytest.mark.parametrize("state", State)
def test_the_state_is_worked_out_from_what_happened(app, state):
    assert state_of(at(state)) is state


def test_a_note_after_the_end_does_not_take_it_back(app):
    interview = at(State.WRITTEN_UP)
    NoteFactory(interview=interview)
    assert state_of(interview) is State.WRITTEN_UP


@pytest.mark.parametrize("state", [State.SIGNED_OFF, State.CANCELLED])
def test_what_is_closed_takes_no_note(app, state):
    interview = at(state)
    with pytest.raises(services.Closed):
        NoteFactory(interview=interview)
    assert state_of(interview) is state


@pytest.mark.parametrize("state", [s for s in State if s is not State.PLANNED])
def test_only_what_has_not_begun_can_be_cancelled(app, state):
    interview = at(state)
    with pytest.raises(planning.NotNow, match="cannot be cancelled"), the_world():
        planning.cancel(db.session.get_one(Interview, interview.id), "Vacant", by=SOMEBODY)
    assert state_of(interview) is state


@pytest.fixture
def ada():
    return TeamMemberFactory(person__name="Ada Shah")


@pytest.fixture
def led_by_ada(app, ada):
    """Written up, and Ada leads it."""
    interview = at(State.WRITTEN_UP)
    with the_world():
        db.session.get_one(Interview, interview.id).lead_id = ada.person_id
    return interview


def test_an_interview_goes_from_the_last_note_to_the_sign_off(sign_in, ada):
    inspector = sign_in(ada)
    interview = InterviewFactory(held_at=None)
    with the_world():
        db.session.get_one(Interview, interview.id).lead_id = ada.person_id
    inspector.post("interviews.save_note", interview, words="Rotas change monthly.")
    for step, sentence, state in (
        ("finish", "INT-001 was held", State.HELD),
        ("write_up", "INT-001 is written up and waits to be signed off", State.WRITTEN_UP),
        ("sign_off", "INT-001 is signed off", State.SIGNED_OFF),
    ):
        page = inspector.post(f"interviews.{step}", interview)
        assert sentence in page.messages
        assert state_of(interview) is state
    assert "by Ada Shah" in page
    look_again()
    assert db.session.get_one(Interview, interview.id).happened_on is not None, "it was held when notes were taken"
    history = inspector.get("interviews.show_history", interview).main
    assert history.index("signed it off") < history.index("wrote it up") < history.index("finished it")


def test_its_lead_interviewer_signs_it_off_and_nobody_else(sign_in, ada, led_by_ada):
    for role in (TeamRole.INSPECTOR, TeamRole.LEAD):
        other = sign_in(TeamMemberFactory(role=role))
        page = other.get("interviews.show_arrangements", led_by_ada)
        assert "It waits to be signed off by Ada Shah" in page and "Sign it off" not in page
        refused = other.post("interviews.sign_off", led_by_ada)
        assert refused.status == 403
        assert "INT-001 is to be signed off by Ada Shah. Nothing was changed." in refused
    assert state_of(led_by_ada) is State.WRITTEN_UP
    assert "Sign it off" in sign_in(ada).get("interviews.show_arrangements", led_by_ada)
    sign_in(ada).post("interviews.sign_off", led_by_ada)
    assert state_of(led_by_ada) is State.SIGNED_OFF


def test_with_two_versions_open_it_is_signed_off_only_once_that_is_meant(sign_in, ada, led_by_ada):
    with the_world():
        RivalFactory(note=db.session.scalars(select(Note)).first())
    lead = sign_in(ada)
    refused = lead.post("interviews.sign_off", led_by_ada)
    assert refused.status == 422
    assert "Choose first, or tick that it is signed off all the same." in refused
    assert state_of(led_by_ada) is State.WRITTEN_UP
    assert refused.one("#all-the-same")
    lead.post("interviews.sign_off", led_by_ada, all_the_same="y")
    assert state_of(led_by_ada) is State.SIGNED_OFF


@pytest.mark.parametrize("why", ["nobody leads it", "who led it has left the team"])
def test_without_a_lead_interviewer_the_lead_inspector_signs_off(sign_in, ada, led_by_ada, why):
    with the_world():
        if why == "nobody leads it":
            db.session.get_one(Interview, led_by_ada.id).lead_id = None
        else:
            db.session.delete(db.session.get_one(TeamMember, ada.id))
    inspector = sign_in(TeamMemberFactory())
    lead = sign_in(TeamMemberFactory(role=TeamRole.LEAD))
    assert inspector.post("interviews.sign_off", led_by_ada).status == 403
    lead.post("interviews.sign_off", led_by_ada)
    assert state_of(led_by_ada) is State.SIGNED_OFF


def test_nobody_whose_account_is_disabled_is_named_as_who_signs_off(sign_in, led_by_ada):
    with the_world():
        db.session.get_one(Interview, led_by_ada.id).lead_id = None
    TeamMemberFactory(role=TeamRole.LEAD, person__name="Lee Lead")
    TeamMemberFactory(role=TeamRole.LEAD, person__name="Gus Gone", person__disabled_at=clock.now())
    inspector = sign_in(TeamMemberFactory())
    page = inspector.get("interviews.show_arrangements", led_by_ada)
    assert "It waits to be signed off by Lee Lead." in page
    assert "is to be signed off by Lee Lead. Nothing was changed." in inspector.post("interviews.sign_off", led_by_ada)


def test_after_the_sign_off_notes_are_read_only(sign_in, ada, led_by_ada):
    inspector = sign_in(ada)
    inspector.post("interviews.sign_off", led_by_ada)
    for htmx in (True, False):
        page = inspector.post("interviews.save_note", led_by_ada, words="One more thing.", htmx=htmx)
        assert page.status == 422
        assert "INT-001 is signed off, so its notes are as they are. Reopen it to change them." in page
    page = inspector.post("interviews.reword_note", led_by_ada, number=1, words="Rotas never change.", version=1)
    assert page.status == 422
    assert "signed off, so its notes are as they are" in page
    assert "Rotas never change." in page, "what was typed is still there"
    look_again()
    assert [note.words for note in db.session.scalars(select(Note))] == ["The rota changes every month."]
    shown = inspector.get("interviews.show_interview", led_by_ada)
    assert not shown.all("#composer") and "Reword" not in shown


@pytest.mark.parametrize("htmx", [True, False])
def test_a_note_that_can_no_longer_be_reworded_says_so_before_anything_is_typed(sign_in, ada, htmx):
    interview = at(State.SIGNED_OFF)
    page = sign_in(ada).get("interviews.edit_note", interview, number=1, htmx=htmx)
    assert "INT-001 is signed off, so its notes are as they are. Reopen it to change them." in page
    assert not page.all("textarea")


def test_reopening_needs_a_reason_and_makes_the_notes_writable_again(sign_in, ada, led_by_ada):
    inspector = sign_in(ada)
    inspector.post("interviews.sign_off", led_by_ada)
    refused = inspector.post("interviews.reopen", led_by_ada, reason="")
    assert (refused.status, refused.errors) == (422, ["Choose a reason"])
    assert inspector.post("interviews.reopen", led_by_ada, reason="other").errors == ["Say in a few words why"]
    assert state_of(led_by_ada) is State.SIGNED_OFF
    page = inspector.post("interviews.reopen", led_by_ada, reason="addition", words="The last point")
    assert "INT-001 is open again" in page.messages
    assert state_of(led_by_ada) is State.HELD
    assert inspector.post("interviews.save_note", led_by_ada, words="One more thing.").status == 200
    assert "Something was left out: The last point" in inspector.get("interviews.show_history", led_by_ada)


def held_at(interview):
    look_again()
    return db.session.get_one(Interview, interview.id).held_at


def dates_in_the_newest(client, interview):
    """What the newest entry of its history says of its date."""
    newest = client.get("interviews.show_history", interview).all(".fb-history__entry")[0]
    lines = [" ".join(line.stripped_strings) for line in newest.select("dl > div")]
    return [line for line in lines if line.startswith("Date")]


def test_what_was_held_on_its_day_keeps_its_date_and_time(sign_in, ada):
    interview = InterviewFactory()
    NoteFactory(interview=interview)
    inspector = sign_in(ada)
    inspector.post("interviews.finish", interview)
    assert (state_of(interview), held_at(interview)) == (State.HELD, LONG_AGO)
    assert dates_in_the_newest(inspector, interview) == []


@pytest.fixture
def next_week(app):
    """An interview that is planned for a day still to come."""
    return InterviewFactory(held_at=clock.now().replace(microsecond=0) + timedelta(days=7))


@pytest.mark.parametrize("begun", [False, True])
def test_one_whose_day_is_still_to_come_asks_when_it_was_held(sign_in, ada, next_week, begun):
    inspector, planned = sign_in(ada), next_week.held_at
    if begun:
        NoteFactory(interview=next_week)
    page = inspector.post("interviews.finish", next_week)
    assert page.heading.startswith("INT-001 was held") and "Say on which day it was held" in page
    assert (state_of(next_week) is State.HELD, held_at(next_week)) == (False, planned)
    today = clock.today()
    assert [field["value"] for field in page.all("input[name=date]")] == [
        str(part) for part in (f"{today:%d}", f"{today:%m}", today.year)
    ]
    page = inspector.post("interviews.finish", next_week, date=["1", "4", "2026"])
    assert "INT-001 was held" in page.messages
    assert ("Its first note was taken after that, on " in page.messages) == begun, "then the day may be a slip"
    assert day_of(held_at(next_week)) == date(2026, 4, 1)
    assert dates_in_the_newest(inspector, next_week) == [f"Date before {spoken(planned)}", "Date 1 April 2026"]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (["", "", ""], "Enter the day on which it was held"),
        (["31", "2", "2026"], f"Day on which it was held must be a real date, such as {TODAY}"),
        (["14", "", "2026"], "Day on which it was held must include a month"),
        (["1", "1", "2099"], "Day on which it was held must be today or before"),
        (
            ["15", "12", "2025"],
            "Day on which it was held must not be before 16 December 2025, when the inspection began",
        ),
        (["14", "4", "026"], f"Day on which it was held must be a real date, such as {TODAY}"),
        (["14", "4", "1926"], "Day on which it was held must be between 2000 and 2099"),
    ],
)
def test_a_wrong_day_is_told_and_nothing_is_finished(sign_in, ada, next_week, sent, sentence):
    planned = next_week.held_at
    page = sign_in(ada).post("interviews.finish", next_week, date=sent)
    assert (page.status, page.errors) == (422, [sentence])
    assert [field.get("value", "") for field in page.all("input[name=date]")] == sent, "what was typed is still there"
    assert (state_of(next_week), held_at(next_week)) == (State.PLANNED, planned)


def test_one_without_a_date_or_a_note_asks_when_it_was_held(sign_in, ada):
    inspector, interview = sign_in(ada), InterviewFactory(held_at=None)
    page = inspector.post("interviews.finish", interview)
    assert "It has no date yet, and no notes that tell it. Say on which day it was held." in page
    assert (state_of(interview), held_at(interview)) == (State.PLANNED, None)
    page = inspector.post("interviews.finish", interview, date=["16", "12", "2025"])
    assert "INT-001 was held on 16 December 2025. Its notes can still be completed." in page.messages
    assert day_of(held_at(interview)) == date(2025, 12, 16)


def test_one_without_a_date_was_held_on_the_day_of_its_first_note(sign_in, ada):
    inspector, interview = sign_in(ada), InterviewFactory(held_at=None)
    NoteFactory(interview=interview)
    page = inspector.post("interviews.finish", interview)
    assert f"INT-001 was held on {long_date(clock.today())}. Its notes can still be completed." in page.messages


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (["", "", ""], "Enter the date: the interview was held"),
        (["1", "1", "2099"], "Date must be today or before: the interview was held"),
    ],
)
def test_what_was_held_keeps_a_day_that_is_not_to_come(sign_in, ada, sent, sentence):
    interview = at(State.HELD)
    inspector = sign_in(ada)
    address = inspector.address("interviews.schedule", interview)
    form = inspector.open("GET", address).form("/schedule")
    page = inspector.open("POST", address, form=form | {"date": sent, "time": "", "place": "Room 7"})
    assert (page.status, page.errors, page.field("place")) == (422, [sentence], "Room 7")
    assert held_at(interview) == LONG_AGO
    page = inspector.open("POST", address, form=form | {"date": ["2", "4", "2026"], "time": ""})
    assert page.status == 200 and day_of(held_at(interview)) == date(2026, 4, 2)


def test_its_day_is_never_moved_without_being_asked(app, next_week):
    planned = next_week.held_at
    with pytest.raises(planning.NotNow, match="say on which day it was held"):
        do("f", next_week)
    assert held_at(next_week) == planned


def test_a_date_that_only_says_when_it_was_finished_goes_when_it_is_not_over_yet(sign_in, ada):
    interview = InterviewFactory(held_at=None)
    inspector = sign_in(ada)
    do("f", interview)
    assert [line[:10] for line in dates_in_the_newest(inspector, interview)] == [f"Date {spoken(clock.now())}"[:10]]
    inspector.post("interviews.reopen", interview, reason="correction")
    assert (state_of(interview), held_at(interview)) == (State.PLANNED, None)
    assert "Date before" in inspector.get("interviews.show_history", interview)


def test_what_has_a_date_of_its_own_keeps_it_when_it_is_not_over_yet(sign_in, ada):
    interview = at(State.HELD)
    sign_in(ada).post("interviews.reopen", interview, reason="correction")
    assert (state_of(interview), held_at(interview)) == (State.UNDER_WAY, LONG_AGO)


TOO_EARLY = {
    ("finish", State.HELD): "INT-001 is held and not written up yet: it cannot be finished.",
    ("finish", State.CANCELLED): "INT-001 is cancelled: it cannot be finished.",
    ("write_up", State.UNDER_WAY): "INT-001 is under way: only one that was held can be written up.",
    ("sign_off", State.HELD): "only one that is written up can be signed off.",
    ("sign_off", State.SIGNED_OFF): "INT-001 is signed off: only one that is written up can be signed off.",
    ("reopen", State.PLANNED): "INT-001 is not held yet: there is nothing to reopen.",
}


@pytest.mark.parametrize(("step", "state"), TOO_EARLY)
def test_a_step_out_of_turn_is_refused_with_a_sentence(sign_in, step, state):
    interview = at(state)
    page = sign_in(TeamMemberFactory()).post(f"interviews.{step}", interview, reason="correction")
    assert page.status == 409
    assert TOO_EARLY[step, state] in page
    assert state_of(interview) is state


def test_a_note_and_a_sign_off_at_once_never_leave_a_note_behind_the_sign_off(sign_in, ada, led_by_ada):
    clients = [sign_in(ada), sign_in(TeamMemberFactory())]
    for client in clients:
        client.csrf_token()
    of = {"reference": led_by_ada.reference, "follow": False}

    def work(n):
        if n:
            return clients[1].post("interviews.save_note", words="Late.", **of).status
        return clients[0].post("interviews.sign_off", **of).status

    signed, noted = at_once(2, work)
    assert signed == 303 and noted in (303, 422)
    look_again()
    taken = db.session.get_one(Interview, led_by_ada.id).notes_taken
    assert taken == (2 if noted == 303 else 1)


# Held on Thursday 2 April 2026. Good Friday and Easter Monday do not count: the third working day is Thursday 9 April.
STANDING = {
    date(2026, 4, 2): "in_time",
    date(2026, 4, 7): "in_time",
    date(2026, 4, 8): "due",
    date(2026, 4, 9): "due",
    date(2026, 4, 10): "late",
}


@pytest.mark.parametrize("today", STANDING)
def test_the_write_up_clock_counts_working_days(inspection, today):
    held = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
    calendar = Calendar.of(get_rules(inspection.id))
    assert write_up(held, held, None, calendar, 3, today) == WriteUp(STANDING[today], date(2026, 4, 9))


def test_the_write_up_clock_starts_again_when_it_is_reopened(inspection):
    held, reopened = datetime(2026, 4, 2, 9, 0, tzinfo=UTC), datetime(2026, 4, 13, 9, 0, tzinfo=UTC)
    calendar = Calendar.of(get_rules(inspection.id))
    assert write_up(held, held, reopened, calendar, 3, date(2026, 4, 14)) == WriteUp("in_time", date(2026, 4, 16))


def test_a_late_write_up_stands_out_on_the_list_and_on_its_page(sign_in, ada):
    interview = InterviewFactory()  # of 1 April
    NoteFactory(interview=interview)
    do("f", interview)
    inspector = sign_in(ada)
    for page in (
        inspector.get("interviews.list_interviews"),
        inspector.get("interviews.show_arrangements", interview),
    ):
        assert "Write-up late" in page and "was due 8 April 2026" in page


def test_the_lead_inspector_can_ask_what_is_due(app, ada):
    late, undated, overdue = InterviewFactory(), InterviewFactory(held_at=None), InterviewFactory()
    mine = InterviewFactory(held_at=None, body="MCH")
    do("f", late)
    with the_world():
        db.session.get_one(Interview, mine.id).lead_id = ada.person_id
        db.session.get_one(Interview, overdue.id).note_taker_id = ada.person_id
    due = queries.due(late.inspection_id, date(2026, 4, 9))
    assert [row.number for row in due.late] == [late.number]
    assert [row.number for row in due.undated] == [undated.number, mine.number]
    assert [row.number for row in due.overdue] == [overdue.number]
    assert queries.due(late.inspection_id, date(2026, 4, 1)).late == []
    mine_now = queries.list_mine(late.inspection_id, ada.person_id)
    assert [row.number for row in mine_now] == [overdue.number, mine.number], "those without a date come last"
