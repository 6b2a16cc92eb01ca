"""An interview on paper: a guide to print, and what was written on it typed in afterwards."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from app.evidence.models import EvidenceItem
from app.extensions import db
from app.inspections.models import TeamRole
from app.interviews import planning
from app.interviews.models import Note
from tests.audit.trail import deeds
from tests.databases import look_again, the_world
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY, IntervieweeFactory, InterviewFactory, NoteFactory

MORNING = datetime(2026, 4, 14, 9, 0, tzinfo=UTC)  # 10:00 in London
DAY = {"date": ["14", "4", "2026"]}


@pytest.fixture(autouse=True)
def the_day_after():
    with time_machine.travel(datetime(2026, 4, 15, 8, 0, tzinfo=UTC)):
        yield


@pytest.fixture
def interview(app):
    return InterviewFactory(held_at=MORNING)


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ines Inspector"))


def rows(*given) -> dict:
    """The fields of some rows: (time, speaker, prompt, words) each."""
    names = ("time", "speaker", "prompt", "words")
    return {f"rows-{n}-{name}": value for n, row in enumerate(given) for name, value in zip(names, row, strict=True)}


def notes(interview) -> list[tuple]:
    look_again()
    found = db.session.scalars(select(Note).where(Note.interview_id == interview.id).order_by(Note.number))
    return [(f"{note.said_at:%H:%M}", note.speaker, note.prompt, note.words) for note in found]


def test_the_guide_is_printed_with_room_to_write(inspector, interview):
    IntervieweeFactory(interview=interview, name="Zebedee Quillfeather")
    page = inspector.get("interviews.print_guide", interview)
    assert page.heading == "INT-001: District Crown Prosecutor, Wessex"
    heads = [head.get_text(" ", strip=True) for head in page.all("main h2")]
    assert heads[0].startswith("☐ Opening words") and heads[1].startswith("☐ Confidentiality statement")
    assert [head.split()[1] for head in heads[2:12]] == [f"DC{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 11)]
    assert heads[-1].startswith("☐ Closing words")
    for table in page.all("main table"):
        columns = [head.get_text() for head in table.select("thead th")]
        assert columns[:2] == ["Time", "Who"] and columns[-1] == "What was said"
        assert len(table.select("tbody tr")) >= 6
    assert "14 April 2026 at 10:00" in page and "Zebedee" not in page
    assert "INT-001 · topic guide" in page.one("footer").get_text()
    assert inspector.open("GET", page.one('a[href$="/paper"]')["href"]).status == 200


def test_a_prompt_that_is_left_out_needs_no_room(inspector, interview):
    inspector.post("interviews.leave_out_prompt", interview, left_out="DC8", reason="No time")
    page = inspector.get("interviews.print_guide", interview)
    assert "left out: No time" in page
    assert len(page.all("main table")) == 10  # nine prompts and anything else


def test_who_only_reads_may_print_and_types_nothing_in(sign_in, interview):
    reader = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))
    page = reader.get("interviews.print_guide", interview)
    assert page.status == 200 and "type in" not in page.main
    assert reader.get("interviews.show_paper", interview).status == 403
    assert reader.post("interviews.type_in", interview, **rows(("10:05", "", "", "Late."))).status == 403


def test_several_notes_are_typed_in_with_the_times_on_the_paper(inspector, interview):
    NoteFactory(interview=interview, words="On the device.", said_at=MORNING)
    page = inspector.post(
        "interviews.type_in",
        interview,
        **DAY,
        **rows(
            ("10:05", "DCP 1", "DC2", "Rotas change  monthly.\r\nNobody says."),
            ("", "", "", " "),
            ("10.20", "DCP 2", "", "Letters are late. #vw.ii"),
            ("09:59", "", "DC3", "Said before the first."),
        ),
    )
    assert page.status == 200 and "3 notes from paper saved in INT-001." in page.messages
    assert notes(interview)[1:] == [
        ("09:05", "DCP 1", "DC2", "Rotas change  monthly.\nNobody says."),
        ("09:20", "DCP 2", "", "Letters are late. #vw.ii"),
        ("08:59", "", "DC3", "Said before the first."),
    ], "in the order of the rows, by the clock of London"
    assert "10:05" in page.one("#note-2").get_text()
    item = db.session.scalars(select(EvidenceItem)).one()
    assert (item.words, item.speaker) == ("Letters are late.", "DCP 2")
    assert deeds(object="INT-001")[-1] == ("typed in from paper", "INT-001")
    assert "typed in from paper: notes 2 to 4" in inspector.get("interviews.show_history", interview)


@pytest.mark.parametrize(
    ("day", "at", "said"),
    [
        (["14", "1", "2026"], "10:00", datetime(2026, 1, 14, 10, 0, tzinfo=UTC)),
        (["29", "3", "2026"], "02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (["15", "4", "2026"], "08:59", datetime(2026, 4, 15, 7, 59, tzinfo=UTC)),
    ],
)
def test_a_time_is_london_s_on_the_day_on_the_paper(inspector, interview, day, at, said):
    sent = rows((at, "", "", "Late."))
    assert inspector.post("interviews.type_in", interview, date=day, early="y", **sent).status == 200
    assert db.session.scalars(select(Note.said_at)).one() == said


def test_an_interview_without_a_date_gets_that_of_the_paper(inspector):
    interview = InterviewFactory(held_at=None)
    inspector.post(
        "interviews.type_in", interview, **DAY, **rows(("10:20", "", "", "Late."), ("10:05", "", "", "Yes."))
    )
    look_again()
    assert interview.held_at == MORNING + timedelta(minutes=5)
    assert "14 April 2026 at 10:05" in inspector.get("interviews.show_history", interview)
    page = inspector.post("interviews.finish", interview)
    assert "INT-001 was held" in page.messages and "14 April 2026 at 10:05" in page


def test_a_date_that_was_set_stays_whatever_the_paper_says(inspector, interview):
    sent = rows(("10:20", "", "", "Late."))
    inspector.post("interviews.type_in", interview, date=["13", "4", "2026"], early="y", **sent)
    assert len(notes(interview)) == 1
    look_again()
    assert interview.held_at == MORNING


def test_times_long_before_it_was_to_begin_are_asked_about_once(inspector, interview):
    sent = DAY | rows(("10:05", "", "", "Late."), ("07:59", "", "", "Said before."))
    assert inspector.get("interviews.show_paper", interview).all("#early") == [], "asked only where there is need"
    page = inspector.post("interviews.type_in", interview, form=sent)
    assert page.status == 422 and notes(interview) == []
    assert [link["href"] for link in page.all(".govuk-error-summary a")] == ["#early"]
    assert "14 April 2026 at 07:59 is long before 14 April 2026 at 10:00, when it was to begin" in page.errors[0]
    assert page.field("rows-1-words") == "Said before."
    assert inspector.post("interviews.type_in", interview, form=sent | {"early": "y"}).status == 200
    assert len(notes(interview)) == 2


@pytest.mark.parametrize("at", ["08:00", "10:05"])
def test_times_shortly_before_it_was_to_begin_are_taken(inspector, interview, at):
    assert inspector.post("interviews.type_in", interview, form=DAY | rows((at, "", "", "Late."))).status == 200


def test_notes_from_paper_say_so_and_others_do_not(inspector, interview):
    NoteFactory(interview=interview, words="On the device.", said_at=MORNING)
    inspector.post("interviews.type_in", interview, form=DAY | rows(("10:05", "", "", "Late.")))
    for endpoint in ("interviews.show_interview", "interviews.show_write_up"):
        page = inspector.get(endpoint, interview)
        assert page.one("#note-2 time").get_text() == "10:05 from paper"
        assert page.one("#note-1 time").get_text() == "10:00"
    assert "10:05 is the time on the paper" in inspector.get("interviews.show_note", interview, number=2)
    assert "on the paper" not in inspector.get("interviews.show_note", interview, number=1)


def test_the_day_is_the_interview_s_unless_another_is_said(inspector, interview):
    page = inspector.get("interviews.show_paper", interview)
    assert [int(page.one(f"#date-{part}")["value"]) for part in ("day", "month", "year")] == [14, 4, 2026]
    later = InterviewFactory(held_at=datetime(2026, 5, 14, 9, 0, tzinfo=UTC))
    page = inspector.get("interviews.show_paper", later)
    assert page.one("#date-day")["value"] == "15", "today: its own day is still to come"


WRONG = {
    "no time": (("", "DCP 1", "DC2", "Late."), "time", "Enter the time on the paper like 10:05, from 00:00 to 23:59"),
    "no such time": (("25:00", "", "", "Late."), "time", "Enter the time on the paper like 10:05"),
    "words for a time": (("at noon", "", "", "Late."), "time", "Enter the time on the paper like 10:05"),
    "no words": (("10:05", "DCP 1", "", " "), "words", "Type what was said, or empty the row"),
    "only a prompt": (("", "", "DC2", ""), "words", "Type what was said, or empty the row"),
    "only the sign of one": (("10:05", "", "", "#"), "words", "Type what was said as well as the criterion"),
    "only a criterion": (("10:05", "", "", "#vw.ii"), "words", "Type what was said as well as the criterion"),
    "too long": (("10:05", "", "", "x" * 20_001), "words", "What was said must be 20,000 characters or fewer"),
    "long speaker": (("10:05", "x" * 61, "", "Late."), "speaker", "Speaker must be 60 characters or fewer"),
    "zero": (("10:05", "", "", "L\x00ate"), "words", "Take out the character that cannot be stored"),
    "another guide's": (("10:05", "", "HP1", "Late."), "prompt", "Not a valid choice"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_one_wrong_row_keeps_all_that_was_typed_and_saves_nothing(inspector, interview, wrong):
    row, field, sentence = WRONG[wrong]
    page = inspector.post("interviews.type_in", interview, **DAY, **rows(("10:00", "DCP 2", "DC1", "Right."), row))
    assert page.status == 422
    assert page.errors[-1].startswith(f"Note 2: {sentence}")
    assert f"#rows-1-{field}" in [link["href"] for link in page.all(".govuk-error-summary a")]
    assert page.one(f"#rows-1-{field}-error").get_text().startswith(f"Error: Note 2: {sentence}")
    for n, given in enumerate((("10:00", "DCP 2", "DC1", "Right."), row)):
        kept = tuple(page.field(f"rows-{n}-{name}") for name in ("time", "speaker", "prompt", "words"))
        expected = tuple(given) if wrong != "another guide's" or n == 0 else (given[0], given[1], "", given[3])
        assert kept == expected
    assert notes(interview) == []


def test_a_time_that_is_still_to_come_is_told(inspector, interview):
    page = inspector.post("interviews.type_in", interview, date=["15", "4", "2026"], **rows(("09:30", "", "", "Late.")))
    assert (page.status, page.errors) == (
        422,
        ["Note 1: 09:30 on that day is still to come: check the time and the day"],
    )


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (["", "", ""], "Enter the day on the paper"),
        (["16", "4", "2026"], "Day on the paper must be today or before"),
        (["14", "4", "1026"], "Day on the paper must be between"),
        (["15", "12", "2025"], "Day on the paper must not be before 16 December 2025, when the inspection began"),
        (["31", "4", "2026"], "Day on the paper must be a real date"),
    ],
)
def test_a_wrong_day_is_told_and_the_rows_are_kept(inspector, interview, day, sentence):
    page = inspector.post("interviews.type_in", interview, date=day, **rows(("10:05", "", "", "Late.")))
    assert page.status == 422 and page.errors[0].startswith(sentence)
    assert page.field("rows-0-words") == "Late." and notes(interview) == []


def test_a_form_in_which_nothing_stands_says_so(inspector, interview):
    page = inspector.post("interviews.type_in", interview, **DAY, **rows(("", "", "", "")))
    assert (page.status, page.errors) == (422, ["Note 1: Type at least one note"])


def test_more_rows_keep_what_was_typed_and_save_nothing(inspector, interview):
    first = inspector.get("interviews.show_paper", interview)
    page = inspector.post("interviews.type_in", interview, **DAY, more="1", **rows(("", "DCP 1", "DC2", "Half of it")))
    assert page.status == 200 and page.errors == []
    assert len(page.all("fieldset.fb-paper-row")) == 2 * len(first.all("fieldset.fb-paper-row"))
    assert (page.field("rows-0-speaker"), page.field("rows-0-prompt")) == ("DCP 1", "DC2")
    assert page.field("rows-0-words") == "Half of it"
    assert notes(interview) == []
    sent = page.form("/paper") | DAY | rows(("10:05", "DCP 1", "DC2", "All of it"))
    sent |= {"rows-19-time": "10:09", "rows-19-words": "The last"}
    assert inspector.post("interviews.type_in", interview, form=sent).status == 200
    assert [words for *_rest, words in notes(interview)] == ["All of it", "The last"]


@pytest.mark.slow
def test_there_is_an_end_to_the_rows_of_one_form(inspector, interview):
    sent = DAY | rows(*[("10:05", "", "", f"Note {n}") for n in range(93)]) | {"more": "1"}
    for _ in range(3):
        page = inspector.post("interviews.type_in", interview, form=sent)
        sent = page.form("/paper") | DAY | {"more": "1"}
    assert len(page.all("fieldset.fb-paper-row")) == 100
    assert "These are all the rows of one form" in page
    full = page.form("/paper") | DAY | rows(*[("10:05", "", "", f"Note {n}") for n in range(100)])
    assert inspector.post("interviews.type_in", interview, form=full).status == 200
    assert [words for *_rest, words in notes(interview)] == [f"Note {n}" for n in range(100)]


def test_sent_twice_it_is_saved_once(inspector, interview):
    sent = inspector.get("interviews.show_paper", interview).form("/paper") | DAY | rows(("10:05", "", "", "Late."))
    for _ in range(2):
        page = inspector.post("interviews.type_in", interview, form=sent, follow=False)
        shown = f"?typed_in={sent['operation']}#note-1"
        assert page.location and page.location.endswith(shown), "so that a device keeps the form no longer"
        assert inspector.open("GET", page.location).all("#note-1")
    assert len(notes(interview)) == 1


def test_one_that_is_signed_off_or_cancelled_takes_nothing_and_keeps_what_was_typed(inspector, interview):
    with the_world():
        planning.cancel(interview, "Vacant", by=SOMEBODY)
    page = inspector.post("interviews.type_in", interview, **DAY, **rows(("10:05", "", "", "Late.")))
    assert page.status == 422 and "INT-001 is cancelled. Put it back to take notes in it." in page.errors
    assert page.field("rows-0-words") == "Late."
    told = inspector.get("interviews.show_paper", interview)
    assert told.status == 409 and "INT-001 is cancelled" in told
