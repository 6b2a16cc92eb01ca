"""The topic guide beside the stream: the pack's guide for the role, what was said and what is covered."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.access import Actor
from app.db.versions import Stale
from app.extensions import db
from app.inspections.models import PackFile, TeamRole
from app.inspections.queries import find_inspection_by_code
from app.interviews import guides
from app.interviews.guide_queries import PromptsCovered, prompts_covered
from app.interviews.guides import TopicGuide, guide_of, mark
from app.interviews.models import GuideTick, Interview, Mark, Note
from app.web import clock
from tests.audit.trail import deeds
from tests.databases import counting_statements, look_again, the_world
from tests.factories import the_inspection
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import InterviewFactory, NoteFactory
from tests.packs.second_world import lead_of_second, plans

BEA = Actor(UUID(int=8), "Bea Lead")


@pytest.fixture
def interview(app):
    return InterviewFactory()


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ines Inspector"))


def ticks(interview) -> dict[str, str]:
    look_again()
    rows = db.session.scalars(select(GuideTick).where(GuideTick.interview_id == interview.id))
    return {row.part: row.mark.value for row in rows}


def ticked(interview, part, wanted=Mark.DONE, *, base=0, reason="", by=BEA):
    with the_world():
        mark(interview, part, f"Prompt {part}", wanted, base=base, reason=reason, by=by)


PROMPTS = [
    ("dcp", "WES", ["DC1", "DC2", "DC3", "DC4", "DC5", "DC6", "DC7", "DC8", "DC9", "DC11"]),
    ("dcp", "TCH", ["DC1", "DC2", "DC3", "DC4", "DC5", "DC6", "DC7", "DC8", "DC9", "DC10"]),
    ("dcp", None, ["DC1", "DC2", "DC3", "DC4", "DC5", "DC6", "DC7", "DC8", "DC9"]),
    ("hq_policy_lead", "HQ", ["HP1", "HP2", "HP3", "HP4", "HP5", "HP6", "HP7", "HP8"]),
    ("icem", "WES", ["IC1", "IC2", "IC3", "IC4", "IC5", "IC6", "IC7", "IC8"]),
]


@pytest.mark.parametrize(("role", "body", "expected"), PROMPTS)
def test_the_guide_has_the_prompts_of_its_role_for_its_area_in_order(inspector, role, body, expected):
    page = inspector.get("interviews.show_interview", InterviewFactory(role=role, body=body))
    assert [prompt["id"].removeprefix("prompt-") for prompt in page.all("#guide .fb-prompt")] == expected
    assert [option["value"] for option in page.all("#prompt option")] == ["", *expected]


def test_a_prompt_shows_its_criteria_and_its_probes_folded(inspector):
    prompt = inspector.get("interviews.show_interview", InterviewFactory(role="hq_legal_lead", body="HQ")).one(
        "#prompt-HL2"
    )
    assert prompt.select_one(".fb-prompt__criterion").get_text() == "LD.ii"
    probes = prompt.select_one("details")
    assert not probes.has_attr("open")
    assert "Which cases show undercharging now?" in probes.get_text()


def test_the_words_to_be_said_can_be_read_with_what_is_done_about_the_exception(inspector, interview):
    guide = inspector.get("interviews.show_interview", interview).one("#guide").get_text()
    for words in ("Thank the person", "by your role, not by your name", "Raise it with the lead", "what one change"):
        assert words in guide


def test_an_interview_without_a_role_says_why_it_has_no_prompts(inspector):
    page = inspector.get("interviews.show_interview", InterviewFactory(role=None))
    assert "No prompts: this interview has no role" in page
    assert page.all("#left_out") == []
    assert [option.get_text() for option in page.all("#prompt option")] == ["None"]
    assert page.all("#tick-opening-words"), "the words are said in every interview"


def test_a_role_that_the_pack_has_no_guide_for_says_so(inspector, interview):
    change_pack(lambda guides: guides["guides"].remove(next(g for g in guides["guides"] if g["role"] == "dcp")))
    page = inspector.get("interviews.show_interview", interview)
    assert "No prompts: the inspection pack has no topic guide for District Crown Prosecutor." in page


def test_an_inspection_whose_pack_was_not_kept_has_an_empty_guide(app):
    elsewhere = InterviewFactory(inspection_id=InspectionFactory().id, body=None, role=None)
    assert guide_of(elsewhere) == TopicGuide([], [], [])


def change_pack(change: Any) -> None:
    with the_world():
        row = db.session.scalars(
            select(PackFile).where(PackFile.name == "topic-guides.yaml", PackFile.inspection_id == the_inspection().id)
        ).one()
        content = {**row.content, "guides": [dict(guide) for guide in row.content["guides"]]}
        change(content)
        db.session.execute(update(PackFile).where(PackFile.id == row.id).values(content=content, loaded_at=clock.now()))


@pytest.mark.parametrize("part", ["opening-words", "confidentiality-statement", "closing-words", "DC2"])
def test_a_part_is_ticked_with_who_and_when_and_taken_back_by_the_same_button(inspector, interview, part):
    page = inspector.get("interviews.show_interview", interview)
    assert page.one(f"#tick-{part}")["aria-pressed"] == "false"
    page = inspector.post("interviews.tick_guide", interview, part=part, form=page.form(f"/guide/{part}"))
    button = page.one(f"#tick-{part}")
    assert button["aria-pressed"] == "true"
    row = db.session.scalars(select(GuideTick)).one()
    assert "Ines Inspector" in button.find_parent("li").get_text()
    assert button.find_parent("li").find("time")["datetime"] == row.ticked_at.isoformat()
    page = inspector.post("interviews.tick_guide", interview, part=part, form=page.form(f"/guide/{part}"))
    assert page.one(f"#tick-{part}")["aria-pressed"] == "false"
    assert "Ines Inspector" not in page.one("#guide").get_text()
    history = inspector.get("interviews.show_history", interview)
    assert "took back the tick" in history and "ticked" in history


def test_a_tick_by_htmx_is_answered_by_the_guide_and_nothing_else(inspector, interview):
    answer = inspector.post("interviews.tick_guide", interview, part="DC2", mark="done", version=0, htmx=True)
    assert answer.status == 200
    assert [tag["id"] for tag in answer.soup.find_all(recursive=False) if tag.name] == ["guide"]
    assert "1 of 10 prompts covered" in answer


def test_what_was_added_or_left_out_says_where_the_keyboard_goes_on(inspector, interview):
    added = inspector.post("interviews.add_question", interview, question="Why?", htmx=True)
    assert added.one("[data-fb-here]")["id"] == "prompt-own-1"
    left_out = inspector.post("interviews.leave_out_prompt", interview, left_out="DC8", reason="No time", htmx=True)
    assert left_out.one("[data-fb-here]")["id"] == "prompt-DC8"
    wrong = inspector.post("interviews.leave_out_prompt", interview, left_out="", reason="", htmx=True)
    assert wrong.one("[data-fb-here]")["id"] == "left_out"


def test_a_double_tick_is_harmless(inspector, interview):
    for _ in range(2):
        page = inspector.post("interviews.tick_guide", interview, part="DC2", mark="done", version=0)
        assert page.status == 200
    assert ticks(interview) == {"DC2": "done"}
    assert len(deeds(deed="ticked")) == 1


def test_two_who_tick_the_same_at_once_both_see_it_ticked_by_the_first(inspector, interview):
    ticked(interview, "DC2", by=BEA)
    page = inspector.post("interviews.tick_guide", interview, part="DC2", mark="done", version=0)
    assert page.status == 200
    assert "Bea Lead" in page.one("#prompt-DC2").get_text()


@pytest.mark.parametrize("htmx", [False, True])
def test_what_a_colleague_marked_meanwhile_is_shown_and_not_overwritten(inspector, interview, htmx):
    page = inspector.get("interviews.show_interview", interview)
    seen = page.form("/guide/DC2")
    ticked(interview, "DC2", Mark.NOT_ASKED, reason="Asked of the SDCP", by=BEA)
    page = inspector.post("interviews.tick_guide", interview, part="DC2", form=seen, htmx=htmx)
    assert page.status == 409
    assert "Somebody else marked this meanwhile" in page
    beside = page.one("#prompt-DC2" if htmx else "#guide").get_text()
    assert "Somebody else marked this meanwhile" in beside, "where it is looked at"
    assert "Why: Asked of the SDCP" in page.one("#prompt-DC2").get_text()
    assert ticks(interview) == {"DC2": "not_asked"}
    assert [deed for deed, _ in deeds(object=interview.reference)][-1] == "ticked, too late"


def test_a_tick_taken_back_meanwhile_can_be_set_again(interview):
    ticked(interview, "DC2")
    ticked(interview, "DC2", Mark.NONE, base=1)
    ticked(interview, "DC2", base=0)
    assert ticks(interview) == {"DC2": "done"}
    with pytest.raises(Stale), the_world():
        mark(interview, "DC2", "Prompt DC2", Mark.NONE, base=1, by=BEA)


def test_a_prompt_that_was_not_asked_says_why_and_is_not_covered(inspector, interview):
    page = inspector.post("interviews.leave_out_prompt", interview, left_out="DC8", reason="No time <left>")
    assert page.status == 200
    assert "Why: No time <left>" in page.one("#prompt-DC8").get_text()
    assert "0 of 9 prompts covered" in page
    page = inspector.post("interviews.tick_guide", interview, part="DC8", form=page.form("/guide/DC8"))
    assert "Not asked" not in page.one("#prompt-DC8").get_text()
    assert "0 of 10 prompts covered" in page


def test_a_prompt_that_was_left_out_stands_below_the_others_and_is_not_offered(inspector, interview):
    ticked(interview, "DC8", Mark.NOT_ASKED, reason="Asked of the SDCP")
    page = inspector.get("interviews.show_interview", interview)
    below = page.one("#left-out-prompts")
    assert below.summary.get_text() == "Left out: 1 prompt"
    assert [prompt["id"] for prompt in below.select(".fb-prompt")] == ["prompt-DC8"]
    assert below.find("a") is None
    assert "DC8" not in [option["value"] for option in page.all("#prompt option, #left_out option")]
    assert "left out: Asked of the SDCP" in inspector.get("interviews.show_prepare", interview)
    page = inspector.post("interviews.tick_guide", interview, part="DC8", form=page.form("/guide/DC8"))
    assert page.all("#left-out-prompts") == []
    assert "DC8" in [option["value"] for option in page.all("#prompt option")]


def test_a_note_under_a_prompt_that_was_left_out_meanwhile_is_kept_and_covers_it(inspector, interview):
    ticked(interview, "DC8", Mark.NOT_ASKED, reason="No time")
    page = inspector.post("interviews.save_note", interview, words="They asked after all.", prompt="DC8")
    assert page.status == 200
    assert "Covered: 1 note" in page.one("#prompt-DC8").get_text()
    assert page.all("#left-out-prompts") == []
    assert "1 of 10 prompts covered" in page


LEFT_OUT_WRONG = [
    ({"left_out": "", "reason": "No time"}, "Choose the prompt that was not asked"),
    ({"left_out": "DC8", "reason": " "}, "Say in a few words why it was not asked"),
    ({"left_out": "DC8", "reason": "x" * 201}, "Why it was not asked must be 200 characters or fewer"),
    ({"left_out": "DC10", "reason": "Not in this Area"}, "Not a valid choice."),
]


@pytest.mark.parametrize(("sent", "sentence"), LEFT_OUT_WRONG)
@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_wrong_about_a_prompt_left_out_is_told_and_kept(inspector, interview, sent, sentence, htmx):
    page = inspector.post("interviews.leave_out_prompt", interview, htmx=htmx, **sent)
    assert page.status == 422
    assert sentence in page
    assert page.field("reason") == sent["reason"]
    assert ticks(interview) == {}


def test_a_prompt_that_a_colleague_ticked_is_not_left_out_and_the_reason_is_kept(inspector, interview):
    ticked(interview, "DC8")
    page = inspector.post("interviews.leave_out_prompt", interview, left_out="DC8", reason="No time")
    assert page.status == 409
    assert "DC8 was marked before. Take that back first" in page
    assert (page.field("left_out"), page.field("reason")) == ("DC8", "No time")
    assert ticks(interview) == {"DC8": "done"}


def test_a_note_carries_the_prompt_that_is_discussed_and_covers_it(inspector, interview):
    for words in ("It names the pattern.", "They send it back."):
        page = inspector.post("interviews.save_note", interview, words=words, prompt="DC2")
    assert [note.prompt for note in db.session.scalars(select(Note))] == ["DC2", "DC2"]
    assert page.one("#note-1 .fb-note__prompt").get_text() == "Prompt DC2"
    assert "Covered: 2 notes" in page.one("#prompt-DC2").get_text()
    assert "1 of 10 prompts covered" in page
    assert page.field("prompt") == "DC2", "it stays chosen for the next note"
    assert page.one("#prompt-DC2 a")["aria-current"] == "true"
    assert page.all("#tick-DC2") == [], "there is nothing to be ticked by hand"


def test_a_note_by_htmx_shows_its_prompt_and_a_reworded_one_keeps_it(inspector, interview):
    made = inspector.post("interviews.save_note", interview, words="Once.", prompt="DC2", htmx=True)
    assert made.one(".fb-note__prompt").get_text() == "Prompt DC2"
    reworded = inspector.post("interviews.reword_note", interview, number=1, words="Twice.", version=1, htmx=True)
    assert reworded.one(".fb-note__prompt").get_text() == "Prompt DC2"


def test_a_prompt_is_chosen_by_its_address_too(inspector, interview):
    NoteFactory(interview=interview, prompt="DC2")
    page = inspector.get("interviews.show_interview", interview)
    link = page.one("#prompt-DC3 a")["href"].split("#")[0]
    assert inspector.open("GET", link).field("prompt") == "DC3"
    assert inspector.open("GET", link.replace("DC3", "HP1")).field("prompt") == ""


@pytest.mark.parametrize("prompt", ["DC10", "HP1", "dc2", "opening-words", "x" * 61, "DC2\x00"])
@pytest.mark.parametrize("htmx", [False, True])
def test_a_prompt_that_is_not_of_this_guide_is_refused_and_the_note_is_kept(inspector, interview, prompt, htmx):
    page = inspector.post("interviews.save_note", interview, words="  What was said ", prompt=prompt, htmx=htmx)
    assert page.status == 422
    if len(prompt) < 10:
        assert "Choose a prompt of this interview's topic guide, or none" in page or "\x00" in prompt
    if not htmx:
        assert page.field("words") == "  What was said "
    assert db.session.scalars(select(Note)).all() == []


def test_a_part_that_the_guide_does_not_have_is_nowhere(inspector, interview):
    for part in ("DC10", "HP1", "nothing"):
        page = inspector.post("interviews.tick_guide", interview, part=part, mark="done", version=0)
        assert page.status == 404
        assert f"has no part {part}" in page
    assert ticks(interview) == {}


def test_a_tick_that_was_changed_on_its_way_is_refused(inspector, interview):
    for sent in ({"mark": "not_asked", "version": 0}, {"mark": "done", "version": "x"}, {"mark": "done"}):
        assert inspector.post("interviews.tick_guide", interview, part="DC2", **sent).status == 422
    assert ticks(interview) == {}


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_only_reads_sees_the_guide_and_ticks_nothing(sign_in, interview, role):
    ticked(interview, "opening-words")
    ticked(interview, "DC2", Mark.NOT_ASKED, reason="No time")
    reader = sign_in(TeamMemberFactory(role=role))
    page = reader.get("interviews.show_interview", interview)
    assert "Opening words: said" in page and "Why: No time" in page
    assert page.all("#guide form, #guide button, #left_out") == []
    assert reader.post("interviews.tick_guide", interview, part="DC1", mark="done", version=0).status == 403
    assert reader.post("interviews.leave_out_prompt", interview, left_out="DC1", reason="No").status == 403
    assert ticks(interview) == {"opening-words": "done", "DC2": "not_asked"}


def test_the_guide_of_another_inspection_is_not_found(inspector):
    elsewhere = InterviewFactory(inspection_id=InspectionFactory().id, body=None, role=None)
    assert inspector.get("interviews.show_guide", elsewhere).status == 404
    page = inspector.post("interviews.tick_guide", elsewhere, part="opening-words", mark="done", version=0)
    assert page.status == 404
    assert ticks(elsewhere) == {}


def test_ticks_and_notes_of_one_interview_are_none_of_another(inspector, interview):
    ticked(interview, "DC1")
    NoteFactory(interview=interview, prompt="DC2")
    assert guide_of(InterviewFactory()).covered == 0
    assert guide_of(interview).covered == 2


def test_a_note_with_a_prompt_is_one_statement_more(inspector, interview):
    inspector.post("interviews.save_note", interview, words="The first one warms up.", prompt="DC2", htmx=True)
    counted = []
    for prompt in ("", "DC2"):
        with counting_statements() as asked:
            inspector.post("interviews.save_note", interview, words="Rotas change.", prompt=prompt, htmx=True)
        assert asked.commits == 1
        counted.append(len([s for s in asked.statements if not s.startswith(("BEGIN", "SET", "PRAGMA"))]))
    assert counted[1] == counted[0] + 1


def test_a_full_guide_takes_as_many_statements_as_an_empty_one(inspector, interview):
    pages: tuple[tuple[str, dict[str, Any]], ...] = (
        ("interviews.show_interview", {}),
        ("interviews.show_changed", {"since": 10**14 - 1, "guide": "", "htmx": True}),
    )
    for endpoint, sent in pages:
        inspector.get(endpoint, interview, **sent)
    counted = []
    for _ in range(2):
        for endpoint, sent in pages:
            with counting_statements() as asked:
                inspector.get(endpoint, interview, **sent)
            counted.append(len(asked.statements))
        NoteFactory(interview=interview, prompt="DC2")
        NoteFactory(interview=interview, prompt="DC3", words="Late. #vw.ii")
        for part in ("DC1", "DC5", "opening-words"):
            ticked(interview, part)
    assert counted[1] == counted[3]
    assert counted[2] <= counted[0] + 1, "the tags of notes are asked for once there are notes"


def test_a_question_of_ones_own_stands_in_the_guide_of_this_interview_only(inspector, interview):
    sent = {"question": "What <did> you try?", "informs": ["LD.ii", "VW.iii"]}
    page = inspector.post("interviews.add_question", interview, **sent)
    own = page.one("#prompt-own-1")
    assert "What <did> you try?" in own.get_text()
    assert "LD.ii · VW.iii" in own.get_text()
    assert "own question of Ines Inspector" in own.get_text()
    assert page.all("#guide .fb-prompt")[-1] == own, "it comes after the pack's"
    page = inspector.post("interviews.save_note", interview, words="A pilot.", prompt="own-1")
    assert "Covered: 1 note" in page.one("#prompt-own-1").get_text()
    page = inspector.post("interviews.add_question", interview, question="And then?")
    assert "1 of 12 prompts covered" in page
    page = inspector.post("interviews.tick_guide", interview, part="own-2", form=page.form("/guide/own-2"))
    assert "2 of 12 prompts covered" in page
    assert "added a question to the topic guide" in inspector.get("interviews.show_history", interview)
    other = InterviewFactory()
    assert "own-1" not in inspector.get("interviews.show_interview", other)
    assert inspector.post("interviews.save_note", other, words="A pilot.", prompt="own-1").status == 422
    assert inspector.post("interviews.tick_guide", other, part="own-1", mark="done", version=0).status == 404
    found = prompts_covered(the_inspection().id)
    assert [(row.body, row.criterion, row.prompts) for row in found] == [
        ("WES", "LD.ii", ["own-1"]),
        ("WES", "VW.iii", ["own-1"]),
    ]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"question": " ", "informs": "LD.ii"}, "Type the question"),
        ({"question": "x" * 501, "informs": "LD.ii"}, "Your question must be 500 characters or fewer"),
        ({"question": "Why?", "informs": "ZZ.i"}, "'ZZ.i' is not a valid choice"),
    ],
)
def test_what_is_wrong_about_a_question_is_told_and_kept(inspector, interview, sent, sentence, htmx):
    page = inspector.post("interviews.add_question", interview, htmx=htmx, **sent)
    assert page.status == 422
    assert sentence in page
    assert page.field("question") == sent["question"]
    assert "own-1" not in page


def test_the_same_question_sent_twice_is_added_once(inspector, interview):
    sent = {"question": "Why?", "operation": "0198a5a4-0000-7000-8000-000000000001"}
    first, again = (inspector.post("interviews.add_question", interview, htmx=True, **sent) for _ in range(2))
    assert first.html == again.html
    assert len(guide_of(interview).prompts) == 11


@pytest.mark.parametrize("closed", ["signed_off_at", "cancelled_at"])
def test_the_guide_of_an_interview_that_is_over_is_read_only(inspector, interview, closed):
    ticked(interview, "opening-words")
    with the_world():
        setattr(db.session.get_one(Interview, interview.id), closed, clock.now())
    page = inspector.get("interviews.show_interview", interview)
    said = " ".join(page.one("#said-opening-words").get_text().split())
    assert "Opening words: said · Bea Lead" in said
    assert page.all("#guide-with-forms form, #guide-with-forms button, a[data-fb-prompt]") == []
    for htmx in (False, True):
        for endpoint, sent in (
            ("interviews.tick_guide", {"part": "DC1", "mark": "done", "version": 0}),
            ("interviews.leave_out_prompt", {"left_out": "DC1", "reason": "No time"}),
            ("interviews.add_question", {"question": "Why?"}),
        ):
            page = inspector.post(endpoint, interview, htmx=htmx, **sent)
            assert page.status == 422
            assert "is cancelled" in page or "is signed off" in page
            assert endpoint != "interviews.add_question" or page.field("question") == "Why?", "what was typed is there"
    assert ticks(interview) == {"opening-words": "done"}
    assert len(guide_of(interview).prompts) == 10


def test_prompts_covered_are_told_by_criterion_role_and_body(inspector, interview):
    hq = InterviewFactory(role="hq_policy_lead", body="HQ")
    NoteFactory(interview=interview, prompt="DC2")
    NoteFactory(interview=InterviewFactory(), prompt="DC1")
    ticked(interview, "DC2")
    ticked(interview, "DC8", Mark.NOT_ASKED, reason="No time")
    ticked(interview, "closing-words")
    ticked(hq, "HP8")
    inspection_id = the_inspection().id
    prompts_covered(inspection_id)  # the guides are kept in memory from here on
    with counting_statements() as asked:
        found = prompts_covered(inspection_id)
    assert len([statement for statement in asked.statements if statement.startswith("SELECT")]) == 3
    assert [(row.body, row.role, row.criterion, row.prompts) for row in found if row.body == "HQ"] == [
        ("HQ", "hq_policy_lead", "PW.ii", ["HP8"]),
        ("HQ", "hq_policy_lead", "QT.ii", ["HP8"]),
    ]
    assert {row.criterion: row.prompts for row in found if row.body == "WES"} == {
        "QT.ii": ["DC1"],
        "LD.ii": ["DC2"],
        "LD.iii": ["DC2"],
        "LD.i": ["DC2"],
    }
    assert prompts_covered(InspectionFactory().id) == []


def test_words_to_be_said_are_called_as_no_prompt_of_a_pack_can_be():
    for words in (guides.OPENING, guides.CONFIDENTIALITY, guides.CLOSING):
        assert "-" in words.part


def test_the_second_pack_has_guides_of_its_own(sign_in):
    lead = lead_of_second(sign_in)
    for number, body, prompts in ((1, "QUAY", ["D1", "D2", "D3", "D4", "D5"]), (2, "NGT", ["D1", "D2", "D4", "D5"])):
        plans(lead, "interview", body, "desk_head")
        page = lead.get("interviews.show_interview", reference=f"TALK-{number:03d}")
        assert [prompt["id"].removeprefix("prompt-") for prompt in page.all("#guide .fb-prompt")] == prompts
        assert "Say who you are and what the talk is for." in page
    lead.post("interviews.save_note", reference="TALK-001", words="They ring.", prompt="D2")
    page = lead.post("interviews.save_note", reference="TALK-002", words="They write.", prompt="D3")
    assert page.errors == ["Choose a prompt of this interview's topic guide, or none"]
    found = prompts_covered(find_inspection_by_code("letters-2027").id)
    assert found == [PromptsCovered("TM.i", "desk_head", "QUAY", ["D2"])]
