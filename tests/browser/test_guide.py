"""The topic guide beside the stream: words ticked, a prompt chosen, notes typed under it, by keyboard."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server
from tests.browser.device import is_ready
from tests.browser.person import INSPECTION, NAME, Person
from tests.packs.second_world import CODE


@dataclass(frozen=True)
class Words:
    """What a pack's guide holds for one role."""

    inspection: str
    interview: tuple[str, str, str]  # kind, body, role
    prompts: int
    confidentiality: str
    chosen: str  # the prompt that notes are typed under
    note: str
    tags: tuple[str, str]  # typed; offered with the prompt that was chosen
    left_out: str
    ticked: str
    on_a_telephone: str


REAL = Words(
    inspection=INSPECTION,
    interview=("Interview", "Wessex", "District Crown Prosecutor"),
    prompts=10,
    confidentiality="serious risk of harm",
    chosen="DC2",
    note="They send back what names no pattern.",
    tags=("#ld.ii", "#ld.iii"),
    left_out="DC8",
    ticked="DC5",
    on_a_telephone="DC3",
)
OTHER = Words(
    inspection=CODE,
    interview=("Conversation", "Old Quay", "Head of a witness desk"),
    prompts=5,
    confidentiality="A danger to somebody we pass on",
    chosen="D2",
    note="By telephone, and nobody writes again.",
    tags=("#ac.ii", "#tm.i"),
    left_out="D4",
    ticked="D1",
    on_a_telephone="D5",
)


@pytest.mark.parametrize("words", [REAL, OTHER], ids=["the real pack", "another pack"])
def test_the_guide_is_ticked_and_its_prompts_are_covered_by_notes(
    lead_of: Callable[[str], Person], words: Words
) -> None:
    inspector = lead_of(words.inspection)
    page = inspector.page
    interview = inspector.plans(*words.interview)
    note, guide = page.get_by_label("Note", exact=True), page.locator("#guide")

    def sees_covered(prompts: int, left_out: int = 0) -> None:
        expect(guide).to_contain_text(f"{prompts} of {words.prompts - left_out} prompts covered")

    sees_covered(0)
    inspector.sees_a_sound_page("guide")

    # Words that are said: readable there, ticked while the keyboard stays in the composer.
    page.get_by_text("Read the confidentiality statement").click()
    expect(guide).to_contain_text(words.confidentiality)
    note.focus()
    page.keyboard.type("Half a")
    opening = page.get_by_role("button", name="Opening words said")
    opening.click()
    expect(opening).to_have_attribute("aria-pressed", "true")
    expect(guide).to_contain_text(NAME)
    expect(note).to_be_focused()
    expect(note).to_have_value("Half a")
    expect(guide.get_by_text("The exception:")).to_be_visible()

    # By keyboard: the second prompt is chosen, then notes are typed.
    chosen = page.get_by_role("link", name=re.compile(f"^{words.chosen} "))
    chosen.focus()
    page.keyboard.press("Enter")
    expect(note).to_be_focused()
    expect(page.locator("#composer #prompt")).to_have_value(words.chosen)
    page.keyboard.type(" sentence.")
    page.keyboard.press("Enter")
    inspector.types_note(f"{words.note} {words.tags[0]}")
    inspector.sees_saved(2)
    expect(page.locator(f"#prompt-{words.chosen}")).to_contain_text("Covered: 2 notes")
    expect(page.locator("#note-1 .fb-note__prompt")).to_have_text(f"Prompt {words.chosen}")
    expect(note).to_be_focused()
    expect(chosen).to_have_attribute("aria-current", "true")

    # A criterion of the prompt, one key away.
    page.keyboard.type("Said at the meeting.")
    page.get_by_role("button", name=words.tags[1]).press("Enter")
    expect(note).to_be_focused()
    page.keyboard.press("Enter")
    inspector.sees_saved(3)
    group, number = words.tags[1].removeprefix("#").split(".")
    expect(page.locator("#note-3")).to_contain_text(f"{group.upper()}.{number}")

    # Not asked, with a reason; a prompt ticked by hand.
    page.get_by_text("A prompt was not asked").click()
    page.get_by_role("button", name="Mark as not asked").click()
    expect(page.get_by_text("Choose the prompt that was not asked")).to_be_visible()
    expect(page.get_by_label("Prompt that was not asked")).to_be_focused()
    page.get_by_label("Prompt that was not asked").select_option(words.left_out)
    page.get_by_label("Why it was not asked").fill("No time left")
    page.get_by_role("button", name="Mark as not asked").click()
    below = page.get_by_text("Left out: 1 prompt")
    expect(below).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"#prompt-{words.left_out}")).to_contain_text("Why: No time left")
    expect(page.locator(f'#composer #prompt option[value="{words.left_out}"]')).to_have_count(0)
    ticked = page.get_by_role("button", name=f"Covered {words.ticked}")
    ticked.focus()
    before = ticked.bounding_box()
    page.keyboard.press("Space")
    expect(ticked).to_have_attribute("aria-pressed", "true")
    expect(ticked).to_be_focused()
    assert ticked.bounding_box() == before, "the guide stays where it is being read"
    sees_covered(2, left_out=1)
    inspector.sees_a_sound_page("guide in use")

    # On a telephone the list of criteria is in sight from its first to its last.
    note.focus()
    page.set_viewport_size({"width": 320, "height": 640})
    page.keyboard.type("#")
    picked = page.locator('#offer [aria-selected="true"]')
    for key in ("ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
        expect(picked).to_be_in_viewport(ratio=0.9)
        box, below = picked.bounding_box(), note.bounding_box()
        assert box and below and box["y"] >= 0 and box["y"] + box["height"] <= below["y"]
    page.keyboard.press("Escape")
    page.keyboard.press("Backspace")

    # It folds to one line with the prompt; what is ticked in it leaves it open.
    page.get_by_text(f"Topic guide: {words.chosen}").click()
    page.get_by_role("button", name=f"Covered {words.on_a_telephone}").click()
    sees_covered(3, left_out=1)
    page.get_by_text(f"Topic guide: {words.chosen}").scroll_into_view_if_needed()
    inspector.sees_a_sound_page("guide open on a telephone", narrow=False)
    page.get_by_role("button", name=f"Covered {words.on_a_telephone}").click()
    sees_covered(2, left_out=1)
    page.set_viewport_size({"width": 1366, "height": 768})

    # All of it is there after a reload, the prompt too; the same button takes a tick back.
    page.reload()
    sees_covered(2, left_out=1)
    expect(page.get_by_role("button", name="Opening words said")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#composer #prompt")).to_have_value(words.chosen)
    ticked.click()
    sees_covered(1, left_out=1)
    inspector.opens(f"/interviews/{interview}/history")
    expect(page.get_by_text("took back the tick").first).to_be_visible()
    inspector.sees_a_sound_page("guide history")


def test_a_question_of_ones_own_is_added_chosen_and_covered(inspector: Person) -> None:
    page = inspector.page
    inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    page.get_by_text("Add a question of your own").click()
    page.get_by_role("button", name="Add the question").click()
    expect(page.get_by_text("Type the question")).to_be_visible()
    expect(page.get_by_label("Your question")).to_be_focused()
    page.get_by_label("Your question").fill("Who pays for the pilot?")
    page.get_by_label("PW.i", exact=False).first.check()
    inspector.sees_a_sound_page("guide own question")
    page.get_by_role("button", name="Add the question").press("Enter")
    added = page.get_by_role("link", name=re.compile("^own-1 Who pays"))
    expect(added).to_be_focused()
    expect(added).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Note", exact=True)).to_be_focused()
    expect(page.get_by_role("button", name="#pw.i", exact=True)).to_be_visible()
    inspector.types_note("The Area does.")
    inspector.sees_saved(1)
    expect(page.locator("#prompt-own-1")).to_contain_text("Covered: 1 note")

    # Raised with the lead from the list of keys; the lead, who is the same person here, finds it on the overview.
    page.keyboard.press("Control+/")
    page.keyboard.type("raise")
    page.keyboard.press("Enter")
    expect(page.get_by_label("What the lead must know now")).to_be_focused()
    inspector.sees_a_sound_page("raise with the lead")
    page.get_by_role("button", name="Raise it now").press("Enter")
    expect(page.get_by_text("Type what the lead must know")).to_be_visible()
    expect(page.get_by_label("What the lead must know now")).to_be_focused()
    page.keyboard.type("Somebody is in danger tonight.")
    page.get_by_role("button", name="Raise it now").press("Enter")
    expect(page.get_by_role("link", name=re.compile("^Raised"))).to_be_focused()
    told = "Raised with the lead. Only you and the lead inspectors can read it."
    expect(page.locator("#fb-status")).to_have_text(told)
    expect(page.get_by_role("link", name="1 raised with you")).to_be_visible()  # also on a page that is open
    inspector.opens("/interviews/raised")
    inspector.sees_a_sound_page("raised with the lead")
    page.get_by_role("link", name="1 raised with you").click()
    page.get_by_role("rowheader").get_by_role("link").click()
    expect(page.get_by_text("Somebody is in danger tonight.")).to_be_visible()
    inspector.sees_a_sound_page("what was raised")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("Your answer").click()
    page.keyboard.type("The duty")
    page.reload()
    assert asked == ["beforeunload"], "an answer that is half typed is not left without a question"
    page.get_by_label("Your answer").click()
    page.keyboard.type("The duty unit knows.")
    page.get_by_role("button", name="Mark as dealt with").click()
    expect(page.get_by_text("It is dealt with, with your answer.")).to_be_visible()
    expect(page.get_by_role("link", name="1 raised with you")).to_have_count(0)
    assert len(asked) == 1, "its own button takes it along"


def test_notes_that_wait_for_the_server_keep_the_prompt_they_were_typed_under(
    inspector: Person, server: Server
) -> None:
    page = inspector.page
    inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    is_ready(page)
    server.kill()
    for prompt in ("DC2", "DC3"):
        page.get_by_role("link", name=re.compile(f"^{prompt} ")).click()
        inspector.types_note(f"Said under {prompt}.")
    page.locator("#composer #prompt").select_option("")
    inspector.types_note("Said under none.")
    expect(page.locator(".fb-save--kept")).to_have_count(3)
    server.start().wait(30)
    inspector.sees_saved(3)
    with sqlite3.connect(f"file:{server.data / 'fieldbook.db'}?mode=ro", uri=True) as connection:
        kept = [row[0] for row in connection.execute("SELECT prompt FROM note ORDER BY number")]
    assert kept == ["DC2", "DC3", ""]
