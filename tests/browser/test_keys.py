"""Taking notes by keyboard alone: who speaks by a typed prefix, the list of what can be done, keys of one's own."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.person import Person


@pytest.fixture
def inspector(inspector: Person) -> Person:
    """In an interview in which DCP 2 has said something."""
    inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    inspector.page.get_by_label("Speaker").fill("DCP 2")
    note_of(inspector).focus()
    inspector.types_note("We meet each week.")
    inspector.sees_saved(1)
    inspector.page.get_by_label("Speaker").fill("")
    note_of(inspector).focus()
    return inspector


def note_of(person: Person) -> Locator:
    return person.page.get_by_label("Note", exact=True)


def sees(person: Person, speaker: str, words: str) -> None:
    expect(person.page.get_by_label("Speaker")).to_have_value(speaker)
    expect(note_of(person)).to_have_value(words)
    expect(note_of(person)).to_be_focused()


def chooses(person: Person, action: str) -> None:
    person.page.keyboard.press("Control+/")
    expect(person.page.get_by_role("dialog")).to_be_visible()
    person.page.keyboard.type(action)
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("dialog")).to_be_hidden()


def test_a_prefix_says_who_speaks_and_backspace_brings_it_back(inspector: Person) -> None:
    keyboard = inspector.page.keyboard
    for prefix in ("dcp2: ", "DCP 2: "):
        keyboard.type(prefix)
        sees(inspector, "DCP 2", "")
        keyboard.press("Backspace")
        sees(inspector, "", prefix)
        keyboard.type("as typed")
        sees(inspector, "", f"{prefix}as typed")
        note_of(inspector).fill("")
    slip = inspector.page.locator("#slip")
    for other in ("Note: look again", "10:05: they came", "We said DCP 2: no", "DCP 2:00"):
        keyboard.type(other)
        sees(inspector, "", other)
        expect(slip).to_have_text("")
        note_of(inspector).fill("")
    # Somebody new is not taken for a speaker: it is pointed out while the note is typed, and the words stay.
    for new in ("dcp3", "SDCP 1"):
        keyboard.type(f"{new}: somebody")
        expect(slip).to_have_text(f"{new} has not spoken yet: to note their words under it, enter it as Speaker.")
        sees(inspector, "", f"{new}: somebody")
        note_of(inspector).fill("")
        expect(slip).to_have_text("")
    keyboard.type("xDCP 2: ")
    for _ in "DCP 2: ":
        keyboard.press("Shift+ArrowLeft")
    for key in ("Control+x", "Backspace", "Control+v"):
        keyboard.press(key)
    sees(inspector, "", "DCP 2: ")  # pasted, not typed
    note_of(inspector).fill("")
    keyboard.type("dcp2: x")
    keyboard.press("Backspace")
    keyboard.press("Backspace")
    sees(inspector, "DCP 2", "")  # it is brought back directly afterwards only
    inspector.types_note("The clock runs out.")
    inspector.sees_saved(2)
    expect(inspector.page.locator("#note-2 .fb-note__who")).to_have_text("DCP 2")
    expect(inspector.page.locator("#note-2 .fb-note__words")).to_have_text("The clock runs out.")


def test_a_label_that_is_begun_is_offered_and_enter_still_saves_a_short_note(inspector: Person) -> None:
    keyboard, offered = inspector.page.keyboard, inspector.page.get_by_role("option", name="DCP 2")
    keyboard.type("dc")
    expect(offered).to_be_visible()
    inspector.sees_a_sound_page("speaker offered")
    keyboard.press("Tab")
    sees(inspector, "DCP 2", "")
    keyboard.press("Backspace")
    sees(inspector, "", "dc")
    keyboard.type("p")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    sees(inspector, "DCP 2", "")
    keyboard.type("d")
    expect(offered).to_be_visible()
    keyboard.press("Enter")
    inspector.sees_saved(2)
    expect(inspector.page.locator("#note-2 .fb-note__words")).to_have_text("d")


def test_everything_is_done_from_the_list_and_by_keys(inspector: Person) -> None:
    page, keyboard = inspector.page, inspector.page.keyboard
    prompt, quotation = page.locator("#prompt"), page.get_by_label("Quotation")
    keyboard.type("Half a note")
    page.evaluate("document.getElementById('words').setSelectionRange(4, 4)")
    keyboard.press("Control+/")
    expect(page.get_by_role("combobox", name="Find")).to_be_focused()
    inspector.sees_a_sound_page("keys")
    keyboard.press("Escape")
    expect(note_of(inspector)).to_be_focused()
    keyboard.type(",")
    sees(inspector, "", "Half, a note")

    chooses(inspector, "quot")
    expect(quotation).to_be_checked()
    keyboard.press("F2")
    expect(quotation).not_to_be_checked()
    direction = page.locator("#direction")
    for label in direction.locator("option").all_text_contents():
        chooses(inspector, f"shows {label}")
        expect(direction.locator("option:checked")).to_have_text(label)
    first, second = (page.locator("#prompt option").nth(number).get_attribute("value") or "" for number in (1, 2))
    keyboard.press("F8")
    expect(prompt).to_have_value(first)
    chooses(inspector, "next")
    expect(prompt).to_have_value(second)
    keyboard.press("Shift+F8")
    keyboard.press("Shift+F8")
    expect(prompt).to_have_value(first)  # none comes before the first
    chooses(inspector, "no prompt")
    expect(prompt).to_have_value("")

    chooses(inspector, "guide")
    expect(page.get_by_role("region", name="Topic guide")).to_be_focused()
    chooses(inspector, "go notes")
    expect(page.locator("#stream")).to_be_focused()
    keyboard.press("Control+/")
    keyboard.press("Control+/")
    sees(inspector, "", "Half, a note")  # closed again, from wherever it was opened
    chooses(inspector, "guide")
    chooses(inspector, "composer")
    sees(inspector, "", "Half, a note")
    chooses(inspector, "finish")
    slip = page.locator("#slip")
    expect(slip).to_have_text("Save what is in the composer first.")
    note_of(inspector).fill("Half, a note")
    expect(slip).to_have_text("")
    page.get_by_role("button", name="Finish").click()
    expect(slip).to_have_text("Save what is in the composer first.")
    inspector.sees_a_sound_page("capture not finished yet")
    sees(inspector, "", "Half, a note")
    keyboard.press("Enter")
    inspector.sees_saved(2)
    chooses(inspector, "finish")
    expect(page.get_by_text("Its notes can still be completed")).to_be_visible()


def test_a_key_is_changed_kept_and_refused_with_a_reason(inspector: Person) -> None:
    page, keyboard = inspector.page, inspector.page.keyboard
    said = page.locator("#palette-said")
    page.get_by_role("button", name="? keys").focus()
    keyboard.press("Enter")
    keyboard.type("quotation")
    keyboard.press("Tab")
    expect(page.get_by_role("button", name="Change its key")).to_be_focused()
    keyboard.press("Enter")
    expect(said).to_contain_text("Free: Shift+F2. In use here: F2 (Quotation on or off), F8 (Next prompt)")
    for key, reason in (
        ("Alt+3", "switch tabs"),
        ("Control+Shift+K", "used by browsers"),
        ("F5", "loads the page again"),
        ("Control+1", "switches tabs"),
        ("q", "types or moves"),
        ("F8", "is the key of “Next prompt”"),
    ):
        keyboard.press(key)
        expect(said).to_contain_text(reason)
    inspector.sees_a_sound_page("key refused")
    keyboard.press("Escape")
    expect(said).to_contain_text("is as it was")
    keyboard.press("Tab")
    keyboard.press("Enter")
    keyboard.press("Control+\\")
    expect(said).to_contain_text("is now the key")
    expect(page.get_by_role("option", name="Quotation")).to_contain_text("Ctrl+\\")
    assert page.evaluate("localStorage.getItem('fieldbook-keys')") == '{"quote":"Ctrl+\\\\"}'
    page.reload()
    expect(page.locator("#words[aria-autocomplete]")).to_be_focused()
    keyboard.press("F2")
    expect(page.get_by_label("Quotation")).not_to_be_checked()
    keyboard.press("Control+\\")
    expect(page.get_by_label("Quotation")).to_be_checked()


def test_nothing_happens_while_an_input_method_is_composing(inspector: Person) -> None:
    page = inspector.page
    page.keyboard.type("Half a note")
    for how in ("isComposing: true", "keyCode: 229"):
        for key in ("key: 'Enter'", "key: 'F2'", "key: 'F8'", "key: '/', ctrlKey: true"):
            page.evaluate(
                "document.getElementById('words').dispatchEvent("
                f"new KeyboardEvent('keydown', {{ {key}, {how}, bubbles: true, cancelable: true }}))"
            )
    sees(inspector, "", "Half a note")
    expect(page.locator("#notes .fb-note")).to_have_count(1)
    expect(page.get_by_label("Quotation")).not_to_be_checked()
    expect(page.locator("#prompt")).to_have_value("")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Enter")
    inspector.sees_saved(2)
