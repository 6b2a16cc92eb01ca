"""Scheduling an interview, changing and cancelling it, and what is warned of."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.evidence.models import Tag
from app.extensions import db
from app.inspections.models import TeamRole
from app.interviews import planning
from app.interviews.models import Interview
from app.web import clock
from tests.databases import counting_statements, look_again, the_world
from tests.factories import TODAY
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory, NoteFactory

MORNING = datetime(2026, 4, 14, 9, 0, tzinfo=UTC)  # 10:00 in London
BEFORE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def ada():
    return TeamMemberFactory(person__name="Ada Shah")


@pytest.fixture
def ben():
    return TeamMemberFactory(person__name="Ben Okoro")


@pytest.fixture
def inspector(sign_in, ada):
    return sign_in(ada)


@pytest.fixture
def interview(app):
    return InterviewFactory(held_at=None, role="dcp")


def schedule(inspector, interview, **sent):
    """Send the form as it stands on the page, with some of it changed."""
    address = inspector.address("interviews.schedule", interview)
    form = inspector.open("GET", address).form("/schedule") | {"date": ["", "", ""]}
    return inspector.open("POST", address, form=form | sent)


def now(interview):
    look_again()
    return db.session.get_one(Interview, interview.id)


def test_an_interview_is_scheduled_with_all_that_is_known_of_it(inspector, interview, ada, ben):
    page = schedule(
        inspector,
        interview,
        date=["14", "4", "2026"],
        time="10:05",
        place="Room 4",
        remote="y",
        lead=str(ada.person_id),
        note_taker=str(ben.person_id),
        kind="focus_group",
        attendees="5",
        attendee_roles="3 Crown Prosecutors, 2 paralegals",
        title="Rotas",
    )
    assert page.status == 200 and "INT-001 is saved" in page.messages
    for words in (
        "14 April 2026 at 10:05",
        "Room 4",
        "remotely",
        "Lead interviewer Ada Shah",
        "Note-taker Ben Okoro",
        "How many are seen 5",
        "3 Crown Prosecutors, 2 paralegals",
        "Focus group",
    ):
        assert words in page, words
    listed = inspector.get("interviews.list_interviews")
    assert "Ada Shah" in listed and "notes: Ben Okoro" in listed and "14 April 2026 at 10:05" in listed
    assert (now(interview).reference, now(interview).kind) == ("INT-001", "focus_group")
    assert now(interview).happened_on.isoformat() == "2026-04-14"


def test_the_history_says_what_was_changed_and_why(inspector, interview, ada, ben):
    schedule(inspector, interview, date=["14", "4", "2026"], time="10:00", lead=str(ada.person_id))
    schedule(
        inspector, interview, date=["15", "4", "2026"], time="", lead=str(ben.person_id), reason="absence", words="Ill"
    )
    page = inspector.get("interviews.show_history", interview)
    entries = [" ".join(entry.stripped_strings) for entry in page.all(".fb-history__entry")]
    assert [entry.split(",")[0] for entry in entries[:2]] == ["Ada Shah scheduled it", "Ada Shah scheduled it"]
    assert "14 April 2026 at 10:00" in entries[0] and "Date 15 April 2026 " in entries[0], "no time is set"
    assert "Ben Okoro" in entries[0] and "Somebody could not come: Ill" in entries[0]


def test_the_form_opens_with_who_was_chosen_and_saving_it_keeps_them(inspector, interview, ada, ben):
    schedule(inspector, interview, lead=str(ada.person_id), note_taker=str(ben.person_id))
    page = inspector.get("interviews.show_schedule", interview)
    assert (page.field("lead"), page.field("note_taker")) == (str(ada.person_id), str(ben.person_id))
    page = schedule(inspector, interview, place="Room 7")
    assert "Lead interviewer Ada Shah" in page and "Note-taker Ben Okoro" in page


def test_the_history_says_who_it_was_before(inspector, interview, ada, ben):
    schedule(inspector, interview, lead=str(ada.person_id))
    schedule(inspector, interview, lead="", note_taker=str(ben.person_id))
    newest = inspector.get("interviews.show_history", interview).all(".fb-history__entry")[0]
    assert [" ".join(line.stripped_strings) for line in newest.select("dl > div")] == [
        "Lead interviewer before Ada Shah",
        "Note-taker before nobody",
        "Lead interviewer nobody",
        "Note-taker Ben Okoro",
    ]


def test_the_date_may_be_taken_away_again(inspector, interview):
    schedule(inspector, interview, date=["14", "4", "2026"])
    assert "not set yet" in schedule(inspector, interview, date=["", "", ""])
    assert (now(interview).held_at, now(interview).happened_on) == (None, None)


def test_a_change_of_nothing_is_none(inspector, interview):
    before = now(interview).version
    schedule(inspector, interview)
    assert now(interview).version == before
    assert "scheduled" not in inspector.get("interviews.show_history", interview).main.split("History")[-1]


def test_its_evidence_follows_into_the_other_kind(inspector, interview):
    NoteFactory(interview=interview, words="Rotas change. #vw.ii")
    schedule(inspector, interview, kind="focus_group")
    assert db.session.scalars(select(Tag.source_kind)).all() == ["focus_group"]
    assert "1" in inspector.get("matrix.show_matrix").main


def test_a_kind_that_the_pack_does_not_allow_for_the_role_is_refused(inspector):
    interview = InterviewFactory(body="HQ", role="hq_legal_lead", held_at=None)
    page = schedule(inspector, interview, kind="focus_group")
    assert (page.status, page.errors) == (422, ["Not a valid choice."])
    assert now(interview).kind == "interview"


WRONG = {
    "31 February": ({"date": ["31", "2", "2026"]}, f"Date must be a real date, such as {TODAY}"),
    "a time without a date": ({"time": "10:00"}, "Enter the date as well as the time"),
    "25 o'clock": ({"date": ["14", "4", "2026"], "time": "25:00"}, "Time must be like 10:05, from 00:00 to 23:59"),
    "the year 1": ({"date": ["1", "1", "0001"]}, "Date must be between 2000 and 2099"),
    "the year 1999": ({"date": ["31", "12", "1999"]}, "Date must be between 2000 and 2099"),
    "the year 2100": ({"date": ["1", "1", "2100"]}, "Date must be between 2000 and 2099"),
    "the year 9999": ({"date": ["31", "12", "9999"]}, "Date must be between 2000 and 2099"),
    "too long a time": (
        {"date": ["14", "4", "2026"], "time": "10:05 or so"},
        "Time must be like 10:05, from 00:00 to 23:59",
    ),
    "nobody on the team": ({"lead": "00000000-0000-0000-0000-000000000007"}, "Not a valid choice."),
    "no identifier": ({"lead": "Ada"}, "Not a valid choice."),
    "none seen": ({"attendees": "0"}, "How many are seen must be a whole number from 1 to 200"),
    "many": ({"attendees": "many"}, "How many are seen must be a whole number from 1 to 200"),
    "other without words": ({"reason": "other"}, "Say in a few words why"),
    "too long a place": ({"place": "x" * 201}, "Place or link must be 200 characters or fewer"),
    "zero character": ({"title": "Ro\x00tas"}, "Take out the character that cannot be stored"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_schedule_is_told_and_stays_as_typed(inspector, interview, wrong):
    sent, sentence = WRONG[wrong]
    page = schedule(inspector, interview, **{"place": "Room 4"} | sent)
    assert page.status == 422 and page.title.startswith("Error: ")
    assert [line for line in page.errors if line.startswith(sentence)], page.errors
    assert page.field("place") == sent.get("place", "Room 4")
    assert (now(interview).place, now(interview).held_at) == ("", None)


def test_an_observer_is_no_lead_interviewer(inspector, interview):
    olu = TeamMemberFactory(role=TeamRole.OBSERVER, person__name="Olu Observer")
    page = inspector.get("interviews.show_schedule", interview)
    assert "Olu Observer" not in page
    assert schedule(inspector, interview, lead=str(olu.person_id)).status == 422


@pytest.mark.parametrize(("field", "other"), [("lead", "note_taker"), ("note_taker", "lead")])
def test_a_disabled_account_is_offered_only_where_it_stands_already(inspector, interview, ada, field, other):
    gone = TeamMemberFactory(person__name="Gus Gone", person__disabled_at=MORNING)
    assert "Gus Gone" not in inspector.get("interviews.show_schedule", interview)
    assert schedule(inspector, interview, **{field: str(gone.person_id)}).status == 422
    with the_world():
        setattr(db.session.get_one(Interview, interview.id), f"{field}_id", gone.person_id)
    page = inspector.get("interviews.show_schedule", interview)
    offered = {name: [option.get_text() for option in page.all(f"#{name} option")] for name in (field, other)}
    assert "Gus Gone" in offered[field] and "Gus Gone" not in offered[other]
    assert schedule(inspector, interview, place="Room 4").status == 200
    assert getattr(now(interview), f"{field}_id") == gone.person_id


def test_on_a_stale_page_both_are_shown_and_neither_is_lost(sign_in, inspector, interview, ada, ben):
    address = inspector.address("interviews.schedule", interview)
    old = inspector.open("GET", address).form("/schedule")
    colleague = {"date": ["14", "4", "2026"], "time": "10:05", "place": "Room 4", "lead": str(ada.person_id)}
    schedule(sign_in(ben), interview, **colleague)
    page = inspector.open("POST", address, form=old | {"place": "Room 7", "title": "Rotas", "date": ["", "", ""]})
    assert page.status == 409
    assert "Somebody changed it while you were at it" in page
    told = page.one(".fb-conflict li").get_text()
    assert told.startswith("Ben Okoro scheduled it, ") and told.endswith(
        ": Lead interviewer, Date, Time, Place or link"
    )
    theirs, mine = "Only they changed it: the form has theirs.", "Only you changed it: the form has yours."
    assert page.differences == {
        "Date": f"Now: 14 April 2026 Before: nothing {theirs}",
        "Time": f"Now: 10:05 Before: nothing {theirs}",
        "Place or link": "Now: Room 4 Yours: Room 7 "
        "Both of you changed it: the form has yours. Enter what is to stand.",
        "Lead interviewer": f"Now: Ada Shah Before: Nobody yet {theirs}",
        "What it is about": f"Now: nothing Yours: Rotas {mine}",
    }
    assert (now(interview).place, now(interview).title) == ("Room 4", "")
    assert [field["value"] for field in page.all("input[name=date]")] == ["14", "04", "2026"]
    again = page.form("/schedule") | {"date": ["14", "4", "2026"]}
    assert inspector.open("POST", address, form=again).status == 200
    saved = now(interview)
    assert (saved.place, saved.title, saved.lead.name, saved.held_at.hour) == ("Room 7", "Rotas", "Ada Shah", 9)


def test_who_decides_between_two_and_meets_a_third_is_told_who_changed_what(sign_in, inspector, interview, ben):
    schedule(inspector, interview, date=["14", "4", "2026"], time="10:00", place="Room 1")
    address, colleague = inspector.address("interviews.schedule", interview), sign_in(ben)
    kept = {"date": ["14", "4", "2026"]}
    old = inspector.open("GET", address).form("/schedule") | kept
    schedule(colleague, interview, **kept, time="11:00", place="Room 2")
    first = inspector.open("POST", address, form=old | {"time": "12:00"})
    assert first.one(".fb-conflict li").get_text().endswith(": Time, Place or link")
    schedule(colleague, interview, **kept, place="Room 3")
    second = inspector.open("POST", address, form=first.form("/schedule") | kept)
    assert second.status == 409
    assert second.differences == {
        "Time": "Now: 11:00 Yours: 12:00 Both of you changed it: the form has yours. Enter what is to stand.",
        "Place or link": "Now: Room 3 Before: Room 2 Only they changed it: the form has theirs.",
    }
    assert [told.get_text().rsplit(": ", 1)[1] for told in second.all(".fb-conflict li")] == [
        "Place or link",
        "Time, Place or link",
    ]
    assert inspector.open("POST", address, form=second.form("/schedule") | kept).status == 200
    assert (now(interview).place, now(interview).held_at.hour) == ("Room 3", 11)


def test_a_form_that_does_not_say_what_it_was_opened_on_takes_nothing_over(inspector, interview):
    address = inspector.address("interviews.schedule", interview)
    old = inspector.open("GET", address).form("/schedule") | {"date": ["", "", ""]}
    schedule(inspector, interview, place="Room 4")
    for opened in ("", "[]", "{", '{"at": 4, "was": []}'):
        page = inspector.open("POST", address, form=old | {"opened": opened, "operation": str(uuid4())})
        assert (page.status, page.field("place")) == (409, "")
        assert page.differences["Place or link"].startswith("Now: Room 4 Yours: nothing Both of you changed it")


def test_a_note_that_is_taken_meanwhile_is_no_conflict_with_a_new_room(inspector, interview):
    address = inspector.address("interviews.schedule", interview)
    form = inspector.open("GET", address).form("/schedule") | {"date": ["", "", ""], "place": "Room 7"}
    inspector.post("interviews.save_note", interview, words="Rotas change monthly.")
    assert inspector.open("POST", address, form=form).status == 200
    assert now(interview).place == "Room 7"


def test_two_who_schedule_different_interviews_do_not_disturb_one_another(inspector, interview):
    other = InterviewFactory(held_at=None)
    address = inspector.address("interviews.schedule", interview)
    form = inspector.open("GET", address).form("/schedule") | {"date": ["", "", ""], "place": "Room 1"}
    schedule(inspector, other, place="Room 2")
    assert inspector.open("POST", address, form=form).status == 200


WARNED = {
    ("6", "4", "2026"): "6 April 2026 is a bank holiday: Easter Monday.",
    ("18", "4", "2026"): "18 April 2026 is a Saturday.",
    ("16", "3", "2027"): "The inspection pack has no bank holidays for 2027.",
    ("31", "3", "2026"): "31 March 2026 is in peak leave: Easter, 30 March 2026 to 10 April 2026 (not confirmed).",
}


@pytest.mark.parametrize("day", WARNED)
def test_a_bad_day_is_warned_of_and_not_blocked(inspector, interview, day):
    page = schedule(inspector, interview, date=list(day), time="10:00")
    assert page.status == 200
    assert WARNED[day] in page
    assert now(interview).held_at is not None


PAST_MIDNIGHT = [("23:30", "480", True), ("23:30", "30", False), ("23:30", "", True)]


@pytest.mark.parametrize(("time", "minutes", "warned"), PAST_MIDNIGHT)
def test_an_end_past_midnight_is_pointed_out(inspector, interview, time, minutes, warned):
    page = schedule(inspector, interview, date=["14", "4", "2026"], time=time, minutes=minutes)
    assert ("It goes on past midnight, until " in page) is warned
    assert "until 07:30: check the time and the length" in page or minutes != "480"


def test_the_list_marks_a_day_that_is_over_until_it_was_held(inspector, interview):
    other = InterviewFactory(held_at=datetime(2026, 4, 15, 9, 0, tzinfo=UTC))
    with clock.set_to(MORNING):
        assert not inspector.get("interviews.list_interviews").all("a:has(.fb-badge)")
    with clock.set_to(datetime(2026, 4, 16, 9, 0, tzinfo=UTC)):
        marked = inspector.get("interviews.list_interviews").one("a:has(.fb-badge)")
        assert marked.get_text() == "Date is over of INT-002" and marked["href"].endswith("/INT-002/arrangements")
        with the_world():
            planning.finish(db.session.get_one(Interview, other.id), by=SOMEBODY)
        assert not inspector.get("interviews.list_interviews").all("a:has(.moj-badge--grey)")


def test_a_good_day_is_not_warned_of(inspector, interview):
    with clock.set_to(BEFORE):
        page = schedule(inspector, interview, date=["14", "4", "2026"], time="10:00")
    assert "Please note" not in page.main and "INT-001 is saved." in page.messages


def test_a_day_that_is_over_is_pointed_out_and_taken(inspector, interview):
    page = schedule(inspector, interview, date=["14", "4", "2026"], time="10:00", lead="")
    sentence = "14 April 2026 is over, and nobody has said that it was held."
    assert sentence in page and "INT-001 is saved, but something speaks against it: see below." in page.messages
    assert sentence in inspector.get("interviews.show_schedule", interview)
    with the_world():
        planning.finish(db.session.get_one(Interview, interview.id), by=SOMEBODY)
    assert sentence not in inspector.get("interviews.show_arrangements", interview)


FAR = [
    (["15", "12", "2025"], "Date must not be before 16 December 2025, when the inspection began"),
    (["17", "7", "2027"], "Date must be at most a year after 13 July 2026: check the year"),
    (["14", "4", "2062"], "Date must be at most a year after 13 July 2026: check the year"),
]


@pytest.mark.parametrize(("date", "sentence"), FAR)
def test_a_day_far_outside_the_timetable_is_refused(inspector, interview, date, sentence):
    with clock.set_to(BEFORE):
        page = schedule(inspector, interview, date=date)
        assert (page.status, page.errors) == (422, [sentence])
        assert page.all("input[name=date]")[2]["value"] == date[2]
        by_hand = {"kind": "interview", "body": "WES", "role": "dcp", "date": date}
        assert inspector.post("interviews.plan_interview", **by_hand).errors == [sentence]
        assert schedule(inspector, interview, date=["13", "7", "2027"]).status == 200


def test_where_people_or_rooms_are_taken_twice_lists_and_the_calendar_mark_it(inspector, interview, ada):
    next_day = datetime(2026, 4, 15, 9, 0, tzinfo=UTC)
    with the_world():
        InterviewFactory(body="MCH", held_at=MORNING).note_taker_id = ada.person_id
        for room, held_at in (("room  2", MORNING), ("Room 2", MORNING), ("Room 2", next_day)):
            InterviewFactory(body="TCH", held_at=held_at, place=room)
        InterviewFactory(body="TCH", held_at=MORNING, place="Room 2", remote=True)
    page = schedule(inspector, interview, date=["14", "4", "2026"], time="10:30", lead=str(ada.person_id))
    assert "Ada Shah is in two places at once" in page and "things speak against it: see below." in page.messages
    marked = {f"/inspections/stalking-2026/interviews/INT-00{n}/arrangements" for n in (1, 2, 3, 4)}
    listed = inspector.get("interviews.list_interviews")
    assert {link["href"] for link in listed.all("a:has(.moj-badge--red)")} == marked
    month = inspector.open("GET", "/inspections/stalking-2026/calendar", query={"from": "2026-04-01"})
    assert {link["href"] for link in month.all("a:has(.fb-badge)")} == marked
    schedule(inspector, interview, date=["14", "4", "2026"], time="11:00", lead=str(ada.person_id))
    assert len(inspector.get("interviews.list_interviews").all("a:has(.moj-badge--red)")) == 2


@pytest.mark.parametrize(
    ("minutes_later", "warned"),
    # An interview with a District Crown Prosecutor takes 60 minutes by its guide, one with a policy lead 60.
    [(0, True), (59, True), (60, False), (-59, True), (-60, False)],
)
def test_the_same_person_in_two_places_is_warned_of(inspector, interview, ada, minutes_later, warned):
    with the_world():
        other = InterviewFactory(body="MCH", role="dcp", held_at=MORNING)
        other.note_taker_id = ada.person_id
    at = 10 * 60 + minutes_later
    page = schedule(
        inspector, interview, date=["14", "4", "2026"], time=f"{at // 60:02}:{at % 60:02}", lead=str(ada.person_id)
    )
    sentence = f"Ada Shah is in two places at once: also in {other.reference} at 10:00, Mersey-Cheshire."
    assert (sentence in page) is warned


def test_one_who_leads_and_takes_the_notes_is_pointed_out(inspector, interview, ada, ben):
    both = "Ada Shah is both lead interviewer and note-taker."
    assert both in schedule(inspector, interview, lead=str(ada.person_id), note_taker=str(ada.person_id))
    assert both not in schedule(inspector, interview, lead=str(ada.person_id), note_taker=str(ben.person_id))


def test_the_length_is_shown_and_can_be_changed_and_counts_where_two_meet(inspector, interview, ada):
    with the_world():
        InterviewFactory(body="MCH", role="dcp", held_at=MORNING).note_taker_id = ada.person_id
    at = {"date": ["14", "4", "2026"], "time": "11:15", "lead": str(ada.person_id)}
    page = schedule(inspector, interview, **at)
    assert "Length 60 minutes, as is usual for the role" in page and "two places" not in page
    assert "Empty: 60, as is usual for the role" in inspector.get("interviews.show_schedule", interview)
    long = db.session.scalars(select(Interview).where(Interview.number == 2)).one()
    page = schedule(inspector, long, date=["14", "4", "2026"], time="10:00", minutes="90")
    assert "Length 90 minutes" in page
    assert "Ada Shah is in two places at once" in page
    assert "Length in minutes 90" in inspector.get("interviews.show_history", long)
    assert inspector.get("interviews.show_schedule", long).field("minutes") == "90"
    page = schedule(inspector, long, date=["14", "4", "2026"], time="10:00", minutes="")
    assert "Length 60 minutes" in page


@pytest.mark.parametrize("minutes", ["4", "481", "an hour"])
def test_a_length_that_is_none_is_told(inspector, interview, minutes):
    page = schedule(inspector, interview, minutes=minutes)
    assert page.errors == ["Length in minutes must be a whole number from 5 to 480"]
    assert page.field("minutes") == minutes


def test_a_cancelled_interview_or_one_without_a_time_is_no_second_place(inspector, interview, ada):
    with the_world():
        for moment in (MORNING, datetime(2026, 4, 13, 23, 0, tzinfo=UTC)):  # the second is midnight in London
            InterviewFactory(held_at=moment).lead_id = ada.person_id
    with the_world():
        planning.cancel(db.session.scalars(select(Interview).where(Interview.number == 2)).one(), "", by=SOMEBODY)
    page = schedule(inspector, interview, date=["14", "4", "2026"], time="10:00", lead=str(ada.person_id))
    assert "two places" not in page


@pytest.mark.parametrize("place", ["Room 4", " room  4"])
def test_a_room_that_is_taken_at_that_time_is_warned_of(inspector, interview, place):
    other = InterviewFactory(held_at=MORNING, place="Room 4", role="sdcp")
    page = schedule(inspector, interview, date=["14", "4", "2026"], time="10:30", place=place)
    assert page.status == 200
    assert f"{place.split()[0]} 4 is taken twice at once: also by {other.reference} at 10:00, Wessex." in page
    assert page.main.count("taken twice") == 1


@pytest.mark.parametrize(
    ("other", "sent"),
    [
        ({"place": "Room 5"}, {}),
        ({"place": ""}, {"place": ""}),
        ({"body": "MCH"}, {}),  # a room of the same name in another Area
        ({"remote": True}, {}),
        ({}, {"remote": "y"}),
        ({}, {"time": "11:00"}),  # it is over by then
        ({}, {"time": ""}),
    ],
)
def test_a_room_that_is_free_is_not_warned_of(inspector, interview, other, sent):
    InterviewFactory(**{"held_at": MORNING, "place": "Room 4", "role": "sdcp"} | other)
    page = schedule(inspector, interview, **{"date": ["14", "4", "2026"], "time": "10:30", "place": "Room 4"} | sent)
    assert page.status == 200 and "taken twice" not in page


def test_one_that_was_cancelled_in_another_window_says_so_and_can_be_put_back_from_there(inspector, interview):
    inspector.post("interviews.cancel", interview, reason="vacant")
    told = inspector.get("interviews.show_cancel", interview)
    refused = inspector.post("interviews.cancel", interview, reason="vacant")
    assert (told.status, refused.status) == (200, 409)
    for page in (told, refused):
        assert "INT-001 is cancelled already, so it cannot be cancelled again." in page
        assert "what was said" not in page and "Put it back" in page


def test_an_interview_is_cancelled_with_a_reason_and_put_back(inspector, interview):
    form = inspector.get("interviews.show_schedule", interview).form("/schedule") | {"date": ["", "", ""]}
    page = inspector.post("interviews.cancel", interview, reason="vacant", words="Since May")
    assert "INT-001 is cancelled" in page.messages
    assert "The post is vacant: Since May" in page
    assert "INT-001" not in [link.get_text() for link in inspector.get("interviews.list_interviews").all("tbody a")]
    listed = inspector.get("interviews.list_interviews")
    assert "1 cancelled interview" in listed
    assert "INT-001" in inspector.get("interviews.list_interviews", state="cancelled")
    assert "Schedule it" not in inspector.get("interviews.show_arrangements", interview)
    told = inspector.get("interviews.show_schedule", interview)
    refused = inspector.post("interviews.schedule", interview, form=form | {"place": "Room 4"})
    assert (told.status, refused.status) == (200, 409)
    for page in (told, refused):
        assert "INT-001 is cancelled: its arrangements can no longer be changed." in page
        assert "Put it back" in page
    assert now(interview).place == ""
    inspector.post("interviews.put_back", interview)
    assert now(interview).state == "planned"
    history = inspector.get("interviews.show_history", interview)
    assert "put it back" in history and "The post is vacant: Since May" in history


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"reason": ""}, "Choose a reason"),
        ({"reason": "other"}, "Say in a few words why"),
        ({"reason": "other", "words": "   "}, "Say in a few words why"),
        ({"reason": "whim"}, "Not a valid choice."),
    ],
)
def test_a_cancellation_needs_a_reason_of_the_pack(inspector, interview, sent, sentence):
    page = inspector.post("interviews.cancel", interview, form=sent)
    assert (page.status, page.errors) == (422, [sentence])
    assert now(interview).state == "planned"


def test_one_with_notes_is_not_cancelled(inspector, interview):
    NoteFactory(interview=interview)
    page = inspector.post("interviews.cancel", interview, reason="vacant")
    assert page.status == 409
    assert "INT-001 is under way: it cannot be cancelled" in page


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_only_reads_sees_the_arrangements_and_changes_none(sign_in, interview, role):
    reader = sign_in(TeamMemberFactory(role=role))
    page = reader.get("interviews.show_arrangements", interview)
    assert page.status == 200 and "Schedule it" not in page and "Cancel it" not in page
    assert reader.post("interviews.schedule", interview, place="Room 4").status == 403
    assert reader.post("interviews.cancel", interview, reason="vacant").status == 403


def test_the_arrangements_of_another_inspection_are_not_found(sign_in):
    InterviewFactory(inspection_id=InspectionFactory().id, body=None, role=None)
    page = sign_in(TeamMemberFactory()).get("interviews.show_arrangements", reference="INT-001")
    assert page.status == 404


FILTERED = {
    "area": ({"area": "MCH"}, ["INT-002"]),
    "role": ({"role": "sdcp"}, ["INT-003"]),
    "kind": ({"kind": "focus_group"}, ["INT-002"]),
    "mine": ({"mine": "1"}, ["INT-002", "INT-003"]),
    "state": ({"state": "under_way"}, ["INT-001"]),
    "two": ({"mine": "1", "area": "WES"}, ["INT-003"]),
    "cancelled": ({"state": "cancelled"}, ["INT-004"]),
    "none": ({}, ["INT-001", "INT-002", "INT-003"]),
}


@pytest.mark.parametrize("filtered", FILTERED)
def test_the_list_is_filtered_by_its_address(inspector, ada, filtered):
    with the_world():
        first = InterviewFactory()
        InterviewFactory(body="MCH", kind="focus_group").lead_id = ada.person_id
        InterviewFactory(role="sdcp").note_taker_id = ada.person_id
        planning.cancel(InterviewFactory(), "Vacant", by=SOMEBODY)
    NoteFactory(interview=first)
    asked, found = FILTERED[filtered]
    page = inspector.get("interviews.list_interviews", **asked)
    assert [link.get_text() for link in page.all("tbody a.fb-ref")] == found
    assert len(page.all(".fb-chosen li a.moj-filter__tag")) == len(asked)


@pytest.mark.parametrize("wrong", [{"area": "XXX"}, {"role": "x"}, {"state": "lost"}, {"kind": "document"}])
def test_a_filter_that_means_nothing_is_no_empty_list(inspector, wrong):
    page = inspector.get("interviews.list_interviews", **wrong)
    assert page.status == 404
    assert "Take the filter out of the address" in page


def test_the_list_takes_as_many_statements_for_few_as_for_many(inspector, ada):
    with the_world():
        planning.finish(InterviewFactory(), by=SOMEBODY)
    inspector.get("interviews.list_interviews")
    with counting_statements() as few:
        inspector.get("interviews.list_interviews")
    with the_world():
        for _ in range(30):
            interview = InterviewFactory()
            interview.lead_id = interview.note_taker_id = ada.person_id
            planning.finish(interview, by=SOMEBODY)
    with counting_statements() as many:
        inspector.get("interviews.list_interviews")
    assert len(many.statements) == len(few.statements)
