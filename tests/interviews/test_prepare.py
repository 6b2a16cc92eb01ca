"""The topic guide of one interview, prepared otherwise than the pack's: order, words, own questions."""

from uuid import UUID

import pytest
from sqlalchemy import select

from app.access import Actor
from app.extensions import db
from app.inspections.models import PackFile, TeamRole
from app.interviews import guides, planning, preparing
from app.interviews.models import OwnPrompt, PreparedGuide
from tests.audit.trail import deeds
from tests.databases import look_again, the_world
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory, NoteFactory

BEA = Actor(UUID(int=8), "Bea Lead")
WESSEX = ["DC1", "DC2", "DC3", "DC4", "DC5", "DC6", "DC7", "DC8", "DC9", "DC11"]


@pytest.fixture
def interview(app):
    return InterviewFactory()


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory(person__name="Ines Inspector"))


def form_of(inspector, interview) -> dict[str, str]:
    return inspector.get("interviews.show_prepare", interview).form("/guide/prepare")


def prepare(inspector, interview, **changed):
    """Send the form as it stands, with places or words of some prompts changed: DC3=1, DC2="Why?"."""
    return inspector.post("interviews.prepare", interview, form=with_changes(form_of(inspector, interview), changed))


def with_changes(form, changed) -> dict[str, str]:
    rows = {value: name.removesuffix("-prompt") for name, value in form.items() if name.endswith("-prompt")}
    for prompt, value in changed.items():
        form[f"{rows[prompt.replace('_', '-')]}-{'place' if isinstance(value, int) else 'words'}"] = str(value)
    return form


def prompts(interview) -> dict[str, str]:
    look_again()
    return {line.id: line.text for line in guides.guide_of(interview).prompts}


def test_prompts_are_put_into_another_order_for_this_interview(inspector, interview):
    form = inspector.get("interviews.show_prepare", interview).one("main form")
    assert form["data-fb-ask"] == "", "what is typed into it is not left without a question"
    page = prepare(inspector, interview, DC8=2)
    assert page.status == 200 and "The topic guide of INT-001 is saved" in page.messages
    assert list(prompts(interview)) == ["DC1", "DC8", "DC2", "DC3", "DC4", "DC5", "DC6", "DC7", "DC9", "DC11"]
    shown = inspector.get("interviews.show_interview", interview)
    assert [each["id"].removeprefix("prompt-") for each in shown.all("#guide .fb-prompt")] == list(prompts(interview))
    assert [option["value"] for option in shown.all("#prompt option")] == ["", *prompts(interview)]
    assert list(prompts(InterviewFactory())) == WESSEX, "no other interview with that role has it"


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ({"E": 2}, "AEBCDF"),
        ({"B": 5}, "ACDEBF"),
        ({"A": 2, "B": 1}, "BACDEF"),
        ({"F": 1, "E": 1}, "EFABCD"),
        ({"A": 99}, "BCDEFA"),
        ({}, "ABCDEF"),
        ({"A": 6, "B": 5, "C": 4, "D": 3, "E": 2, "F": 1}, "FEDCBA"),
    ],
)
def test_each_stands_where_it_was_told_to_and_the_others_round_it(places, expected):
    assert "".join(preparing.moved("ABCDEF", places)) == expected


def test_a_prompt_is_reworded_for_this_interview_and_the_pack_s_words_are_shown(inspector, interview):
    before = prompts(interview)["DC2"]
    prepare(inspector, interview, DC2="  How do you check a <charging> file?")
    assert prompts(interview)["DC2"] == "  How do you check a <charging> file?"
    prompt = inspector.get("interviews.show_interview", interview).one("#prompt-DC2").get_text(" ")
    assert "How do you check a <charging> file?" in prompt and before in prompt and "reworded" in prompt
    content = db.session.scalars(select(PackFile.content).where(PackFile.name == "topic-guides.yaml")).one()
    assert before in str(content) and "charging> file" not in str(content), "nothing in the pack is changed"
    assert prompts(InterviewFactory())["DC2"] == before


def test_left_empty_or_as_it_was_a_prompt_has_the_pack_s_words_again(inspector, interview):
    before = prompts(interview)
    prepare(inspector, interview, DC2="Why?", DC3="When?")
    prepare(inspector, interview, DC2="", DC3=before["DC3"])
    assert prompts(interview) == before
    assert db.session.scalars(select(PreparedGuide.wordings)).one() == {}


def test_notes_and_ticks_stay_with_the_prompt_whatever_it_says(inspector, interview):
    NoteFactory(interview=interview, prompt="DC2")
    with the_world():
        guides.mark(interview, "DC3", "Prompt DC3", guides.Mark.DONE, base=0, by=BEA)
    prepare(inspector, interview, DC2="Why?", DC3=10)
    page = inspector.get("interviews.show_interview", interview)
    assert "Covered: 1 note" in page.one("#prompt-DC2").get_text()
    assert "2 of 10 prompts covered" in page
    page = inspector.post("interviews.save_note", interview, words="Because.", prompt="DC2")
    assert page.status == 200 and "Covered: 2 notes" in page.one("#prompt-DC2").get_text()


def test_a_question_of_one_s_own_is_added_before_the_day_and_can_be_moved_and_reworded(inspector, interview):
    page = inspector.post("interviews.prepare_question", interview, question="Who covers leave?", informs="VW.ii")
    assert page.status == 200 and "Your question is in the guide of INT-001, as own-1." in page.messages
    assert list(prompts(interview)) == [*WESSEX, "own-1"]
    prepare(inspector, interview, own_1=1)
    prepare(inspector, interview, own_1="Who covers sickness?")
    assert next(iter(prompts(interview).items())) == ("own-1", "Who covers sickness?")
    assert db.session.scalars(select(OwnPrompt.text)).one() == "Who covers leave?", "as it was first asked"
    inspector.post("interviews.prepare_question", interview, question="Who else?")
    assert list(prompts(interview)) == ["own-1", *WESSEX, "own-2"], "one that came later stands last"


@pytest.mark.parametrize("button", ["interviews.prepare", "interviews.prepare_question"])
def test_either_button_saves_the_question_with_what_was_typed_above_it(inspector, interview, button):
    sent = with_changes(form_of(inspector, interview), {"DC2": "Why?", "DC8": 1})
    page = inspector.post(button, interview, form=sent | {"question": "Who covers leave?"})
    assert "as own-1." in page.messages and "The topic guide of INT-001 is saved" in page.messages
    assert list(prompts(interview))[:2] == ["DC8", "DC1"]
    assert (prompts(interview)["DC2"], prompts(interview)["own-1"]) == ("Why?", "Who covers leave?")
    assert inspector.get("interviews.show_prepare", interview).field("question") == ""


@pytest.mark.parametrize("wrong", [{"DC2": 0}, {"question": " "}])
def test_where_one_is_wrong_neither_is_saved_and_nothing_typed_is_lost(inspector, interview, wrong):
    form = form_of(inspector, interview) | {"question": "Who covers leave?", "informs": "VW.ii"}
    sent = with_changes(form, {"DC3": "Why?"} | ({} if "question" in wrong else wrong)) | (
        wrong if "question" in wrong else {}
    )
    page = inspector.post("interviews.prepare_question", interview, form=sent)
    assert page.status == 422 and len(page.errors) == 1
    kept = page.form("/guide/prepare")
    assert "Why?" in kept.values() and kept["question"] == sent["question"] and kept["informs"] == "VW.ii"
    assert list(prompts(interview)) == WESSEX


def test_a_question_typed_before_a_conflict_is_kept(inspector, interview):
    mine = with_changes(form_of(inspector, interview), {"DC3": "Mine?"}) | {"question": "Who covers leave?"}
    prepare(inspector, interview, DC2="Bea's words?")
    page = inspector.post("interviews.prepare_question", interview, form=mine)
    assert (page.status, page.field("question")) == (409, "Who covers leave?")
    assert inspector.post("interviews.prepare", interview, form=page.form("/guide/prepare")).status == 200
    now = prompts(interview)
    assert (now["DC2"], now["DC3"], now["own-1"]) == ("Bea's words?", "Mine?", "Who covers leave?")


def test_a_question_without_words_is_refused_on_the_page(inspector, interview):
    page = inspector.post("interviews.prepare_question", interview, question=" ", informs="VW.ii")
    assert (page.status, page.errors) == (422, ["Type the question"])
    assert page.field("informs") == ["VW.ii"] and page.all("#prepare-DC1")


def test_the_history_says_what_was_changed(inspector, interview):
    before = prompts(interview)["DC2"]
    prepare(inspector, interview, DC2="Why?", DC9=1)
    page = inspector.get("interviews.show_history", interview)
    order, words = (" ".join(entry.get_text(" ").split()) for entry in page.all(".fb-history__entry")[:2])
    assert "Ines Inspector reworded Prompt DC2 for this interview" in words and "Why?" in words and before in words
    assert "Ines Inspector put the topic guide into another order" in order and "DC9, DC1, DC2" in order


def test_what_a_colleague_changed_meanwhile_is_shown_and_neither_is_lost(inspector, interview):
    mine = with_changes(form_of(inspector, interview), {"DC2": "My words?", "DC9": 1})
    with the_world():
        guide = guides.guide_of(interview)
        ids = [line.id for line in guide.prompts]
        preparing.prepare(interview, guide, ids, {"DC2": "Bea's words?"}, base=0, by=BEA)
    page = inspector.post("interviews.prepare", interview, form=mine)
    assert page.status == 409
    assert "Somebody changed the guide while you were at it" in page
    assert page.one(".fb-conflict li").get_text().startswith("Bea Lead reworded Prompt DC2 for this interview, ")
    assert page.differences == {
        "Order": f"Now: {', '.join(WESSEX)} Yours: DC9, {', '.join(id for id in WESSEX if id != 'DC9')} "
        "Only you changed it: the form has yours.",
        "Words of DC2": "Now: Bea's words? Yours: My words? "
        "Both of you changed it: the form has yours. Enter what is to stand.",
    }
    sent = page.form("/guide/prepare")
    assert "My words?" in sent.values()
    assert prompts(interview)["DC2"] == "Bea's words?"
    assert [deed for deed, _ in deeds(object="INT-001")][-2:] == [
        "reworded for this interview, too late",
        "put the topic guide into another order, too late",
    ], "what was wanted is kept, too"
    page = inspector.post("interviews.prepare", interview, form=sent)
    assert page.status == 200
    assert prompts(interview)["DC2"] == "My words?" and next(iter(prompts(interview))) == "DC9"


def test_what_only_a_colleague_changed_is_taken_over(inspector, interview):
    mine = with_changes(form_of(inspector, interview), {"DC3": "My words?"})
    with the_world():
        guide = guides.guide_of(interview)
        ids = ["DC9", *(line.id for line in guide.prompts if line.id != "DC9")]
        preparing.prepare(interview, guide, ids, {"DC2": "Bea's words?"}, base=0, by=BEA)
        guides.add_question(interview, "Who covers leave?", [], by=BEA)
    page = inspector.post("interviews.prepare", interview, form=mine)
    assert {label: told.rsplit(": ", 1)[1] for label, told in page.differences.items()} == {
        "Order": "the form has theirs.",
        "Words of DC2": "the form has theirs.",
        "Words of DC3": "the form has yours.",
    }
    late = [deed for deed, _ in deeds(object="INT-001") if "too late" in deed]
    assert late == ["reworded for this interview, too late"], "what she did not change she did not want"
    told = inspector.get("interviews.show_history", interview).all(".fb-history__entry")[0].get_text(" ")
    assert "wanted to reword Prompt DC3 for this interview, but somebody had changed the guide meanwhile" in told
    assert page.all("#prepare-own-1"), "a question that was added meanwhile is not left out"
    assert inspector.post("interviews.prepare", interview, form=page.form("/guide/prepare")).status == 200
    now = prompts(interview)
    assert list(now) == [*ids, "own-1"]
    assert (now["DC2"], now["DC3"], now["own-1"]) == ("Bea's words?", "My words?", "Who covers leave?")


def test_what_is_saved_after_a_conflict_is_the_order_that_the_form_shows(inspector, interview):
    mine = with_changes(form_of(inspector, interview), {"DC9": 1})
    with the_world():
        guide = guides.guide_of(interview)
        ids = [line.id for line in guide.prompts]
        preparing.prepare(interview, guide, ids, {"DC2": "Bea's words?"}, base=0, by=BEA)
    page = inspector.post("interviews.prepare", interview, form=mine)
    sent = with_changes(page.form("/guide/prepare"), {ids[0]: 3})
    inspector.post("interviews.prepare", interview, form=sent)
    wanted = ["DC9", ids[1], ids[0], *(id for id in ids[2:] if id != "DC9")]
    assert list(prompts(interview)) == wanted
    newest = inspector.get("interviews.show_history", interview).all(".fb-history__entry")[0]
    assert ", ".join(wanted) in " ".join(newest.get_text(" ").split())


def test_sent_twice_it_is_done_once(inspector, interview):
    sent = with_changes(form_of(inspector, interview), {"DC2": "Why?"})
    for _ in range(2):
        assert inspector.post("interviews.prepare", interview, form=sent).status == 200
    assert [deed for deed, _ in deeds(object="INT-001")].count("reworded for this interview") == 1
    page = prepare(inspector, interview)
    assert "is like this already. Nothing was changed." in page.messages


WRONG = [
    ({"DC2": "x" * 1001}, "DC2: Words must be 1,000 characters or fewer"),
    ({"DC2": 0}, "DC2: Place must be a whole number from 1 to 999"),
    ({"DC2": 1000}, "DC2: Place must be a whole number from 1 to 999"),
]


@pytest.mark.parametrize(("changed", "sentence"), WRONG)
def test_what_is_wrong_is_told_and_kept_and_nothing_is_changed(inspector, interview, changed, sentence):
    page = prepare(inspector, interview, **changed, DC3="Kept?")
    assert (page.status, page.errors) == (422, [sentence])
    href = page.one(".govuk-error-summary a")["href"]
    assert page.all(href), "the line leads to the field"
    sent = page.form("/guide/prepare")
    assert str(changed["DC2"]) in sent.values() and "Kept?" in sent.values()
    assert db.session.scalars(select(PreparedGuide)).all() == []


def test_no_place_and_no_number_are_told(inspector, interview):
    for given in ("", "first"):
        form = form_of(inspector, interview) | {"prompts-1-place": given}
        page = inspector.post("interviews.prepare", interview, form=form)
        assert page.status == 422 and page.field("prompts-1-place") == given
        assert len(page.errors) == 1


def test_a_form_that_was_changed_on_its_way_is_refused(inspector, interview):
    form = form_of(inspector, interview) | {"prompts-0-prompt": "HP1"}
    assert inspector.post("interviews.prepare", interview, form=form).status == 422
    assert db.session.scalars(select(PreparedGuide)).all() == []


def test_one_that_is_signed_off_or_cancelled_meanwhile_keeps_what_was_typed(inspector, interview):
    sent = with_changes(form_of(inspector, interview), {"DC2": "Why?"})
    with the_world():
        planning.cancel(interview, "Vacant", by=SOMEBODY)
    page = inspector.post("interviews.prepare", interview, form=sent)
    assert page.status == 422 and "INT-001 is cancelled. Put it back" in page
    assert "Why?" in page.form("/guide/prepare").values()
    told = inspector.get("interviews.show_prepare", interview)
    assert told.status == 409 and "INT-001 is cancelled. Put it back" in told
    refused = inspector.post("interviews.prepare_question", interview, question="Who covers leave?")
    assert refused.status == 422 and refused.field("question") == "Who covers leave?"


def test_an_interview_without_a_guide_can_have_questions_of_one_s_own(inspector):
    interview = InterviewFactory(role=None)
    page = inspector.get("interviews.show_prepare", interview)
    assert page.status == 200 and "Add questions of your own" in page
    inspector.post("interviews.prepare_question", interview, question="Who covers leave?")
    page = prepare(inspector, interview, own_1="Who covers sickness?")
    assert prompts(interview) == {"own-1": "Who covers sickness?"}


def test_who_only_reads_prepares_nothing(sign_in, interview):
    reader = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))
    assert reader.get("interviews.show_prepare", interview).status == 403
    assert "Prepare the guide" not in reader.get("interviews.show_interview", interview)
    assert "Print the guide" in reader.get("interviews.show_interview", interview)


def test_that_of_another_inspection_is_not_found(inspector):
    InterviewFactory(inspection_id=InspectionFactory().id, body=None, role=None)
    for endpoint in ("interviews.show_prepare", "interviews.print_guide", "interviews.show_paper"):
        assert inspector.get(endpoint, reference="INT-001").status == 404
