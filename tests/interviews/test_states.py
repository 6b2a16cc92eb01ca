"""How far an interview is: under way, held, written up, signed off, reopened, cancelled."""

import pytest
from sqlalchemy import select

from app.extensions import db
from app.interviews import planning, services
from app.interviews.models import Interview, State
from tests.databases import look_again, the_world
from tests.interviews.factories import SOMEBODY, InterviewFactory, NoteFactory

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
