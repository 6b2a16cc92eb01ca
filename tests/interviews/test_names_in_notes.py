"""A note that holds a name of somebody who was seen says so, and a role that gives its holder away says that."""

import pytest
from sqlalchemy import select

from app.extensions import db
from app.inspections.models import TeamRole
from app.inspections.people import Names
from app.interviews import planning
from app.interviews.models import Note
from app.interviews.note_queries import find_line
from tests.databases import counting_statements, the_world
from tests.evidence.factories import EvidenceItemFactory
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import SOMEBODY, IntervieweeFactory, InterviewFactory, NoteFactory

NAME = "Zaphira Quillfeather-Nwosu"
SAYS = "This note holds a name that is on the list of names. Reword it: the role is enough."
ROLE = "Recognisable role: usually fewer than three people hold the role in that Area."


@pytest.fixture
def interview(app):
    return InterviewFactory()


@pytest.fixture
def person(interview):
    return IntervieweeFactory(interview=interview, name=NAME)


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


def warned(page, number: int) -> list[str]:
    return [slip.get_text() for slip in page.all(f"#note-{number} .fb-note__slip")]


def test_a_note_with_a_name_is_saved_and_says_so(inspector, interview, person):
    words = "Ask Zaphira’s deputy."
    made = inspector.post("interviews.save_note", interview, words=words, htmx=True)
    assert (made.status, warned(made, 1)) == (200, [SAYS])
    assert db.session.scalars(select(Note)).one().words == words
    made = inspector.post("interviews.save_note", interview, words="Ask the deputy.", htmx=True)
    assert warned(made, 2) == []
    page = inspector.get("interviews.show_interview", interview)
    assert (warned(page, 1), warned(page, 2)) == ([SAYS], [])
    assert warned(inspector.get("interviews.show_changed", interview, since=0, htmx=True), 1) == [SAYS]


def test_rewording_the_name_takes_the_warning_away_and_brings_it(inspector, interview, person):
    note = NoteFactory(interview=interview, words="Ask the deputy.")
    worse = inspector.post("interviews.reword_note", interview, note, words="Ask Nwosu.", version=1, htmx=True)
    assert warned(worse, 1) == [SAYS]
    better = inspector.post("interviews.reword_note", interview, note, words="Ask the lead.", version=2, htmx=True)
    assert warned(better, 1) == []


def test_a_name_that_is_entered_after_the_note_counts(inspector, interview):
    NoteFactory(interview=interview, words="Ask Zaphira.")
    assert warned(inspector.get("interviews.show_interview", interview), 1) == []
    IntervieweeFactory(interview=interview, name=NAME)
    assert warned(inspector.get("interviews.show_interview", interview), 1) == [SAYS]


def test_who_was_seen_in_another_interview_counts_and_in_another_inspection_not(sign_in, interview):
    IntervieweeFactory(interview=InterviewFactory(body="MCH"), name=NAME)
    NoteFactory(interview=interview, words="Ask Zaphira.")
    assert warned(sign_in(TeamMemberFactory()).get("interviews.show_interview", interview), 1) == [SAYS]
    elsewhere = InterviewFactory(inspection_id=InspectionFactory().id, body=None, role=None)
    note = NoteFactory(interview=elsewhere, words="Ask Zaphira.")
    line = find_line(elsewhere.id, note.number)
    assert line is not None and not line.named


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_may_not_see_names_is_not_told_which_word_is_one(sign_in, interview, person, role):
    NoteFactory(interview=interview, words="Ask zaphira.")
    reader = sign_in(TeamMemberFactory(role=role))
    page = reader.get("interviews.show_interview", interview)
    assert warned(page, 1) == []
    assert "Quillfeather" not in page and "Zaphira" not in page
    assert "list of names" not in reader.get("interviews.show_write_up", interview)


def test_the_warning_does_not_say_the_name(inspector, interview, person):
    made = inspector.post("interviews.save_note", interview, words="Ask zaphira.", htmx=True)
    assert warned(made, 1) == [SAYS]
    for part in ("Zaphira", "Quillfeather", "Nwosu"):
        assert part not in made


HELD = [
    "Zaphira agrees.",
    "zaphira agrees",
    "QUILLFEATHER'S team",
    "the Nwosu’s team",
    "(Nwosu)",
    "quillfeather-nwosu",
    "Záphira",
    "Za\u0301phira",
    "Zoe Muller said",
    "Will agrees.",
    "Jo Ng agrees.",
    "jo  ng",
]
NOT_HELD = ["Zaphiras", "Nwosuland", "They will agree.", "Jo agrees.", "Ng agrees.", "Dr Mrs the", "", "9 of 10"]
KNOWN = [NAME, "Dr Zoë Müller", "Mrs Will Ó", "Jo Ng"]


@pytest.mark.parametrize("words", HELD)
def test_part_of_a_name_is_found(words):
    assert Names(KNOWN).in_text(words)


@pytest.mark.parametrize("words", NOT_HELD)
def test_what_is_no_name_is_left_alone(words):
    assert not Names(KNOWN).in_text(words)


def test_a_list_without_names_warns_of_nothing():
    assert not Names([]).in_text("Zaphira") and not Names(["", "Ó"]).in_text("Ó")


def test_a_stream_asks_once_for_the_names(inspector, interview, person):
    def statements() -> int:
        with counting_statements() as asked:
            inspector.get("interviews.show_interview", interview)
        return len(asked)

    NoteFactory(interview=interview, words="Ask Zaphira.")
    statements()
    few = statements()
    with the_world():
        for _time in range(20):
            NoteFactory(interview=interview, words="Ask Zaphira.")
            IntervieweeFactory(interview=interview)
    assert statements() == few


@pytest.mark.parametrize(("role", "said"), [("icem", True), ("area_stalking_lead", True), ("dcp", False)])
def test_a_role_that_gives_its_holder_away_says_so(inspector, role, said):
    interview = InterviewFactory(role=role)
    assert (ROLE in inspector.get("interviews.show_people", interview).main) == said
    item = NoteFactory(interview=interview, words="Late. #vw.ii").item
    assert (ROLE in inspector.get("evidence.show_item", item).main) == said


def test_who_only_reads_evidence_is_told_of_the_role_too(sign_in):
    item = NoteFactory(interview=InterviewFactory(role="icem"), words="Late. #vw.ii").item
    assert ROLE in sign_in(TeamMemberFactory(role=TeamRole.OBSERVER)).get("evidence.show_item", item).main


def test_without_a_role_or_a_word_of_the_pack_nothing_is_said(inspector, sign_in):
    nobody = InterviewFactory(role=None)
    assert "Recognisable role" not in inspector.get("interviews.show_people", nobody)
    assert "Recognisable role" not in inspector.get("evidence.show_item", EvidenceItemFactory()).main


def test_what_can_no_longer_be_reworded_is_only_told(inspector, interview, person):
    NoteFactory(interview=interview, words="Ask Zaphira.")
    with the_world():
        for step in (planning.finish, planning.write_up, planning.sign_off):
            step(interview, by=SOMEBODY)
    page = inspector.get("interviews.show_interview", interview)
    assert warned(page, 1) == ["This note holds a name that is on the list of names."]


def test_a_name_as_the_speaker_is_pointed_out_too(inspector, interview, person):
    made = inspector.post("interviews.save_note", interview, speaker="Zaphira", words="We ask.", htmx=True)
    assert warned(made, 1) == [SAYS]


@pytest.mark.parametrize("label", ["Zaphira", "Nwosu 1", "quillfeather"])
def test_nobody_is_called_by_their_name(inspector, interview, label):
    refused = inspector.post("interviews.add_interviewee", interview, name=NAME, label=label)
    assert refused.errors == ["This holds the name. Call them by their role, such as Manager 2"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("María Łukasz", "Ask Lukasz."), ("Pat O'Brien", "Ask OBrien.")],
)
def test_names_are_found_as_people_type_them(name, words):
    assert Names([name]).in_text(words)
