"""The register, from the pack's requests to what came: planned, asked, chased, received with bars, a nil return."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.person import INSPECTION, Person
from tests.packs.second_world import CODE


@dataclass(frozen=True)
class Words:
    """What a pack asks for, and what it calls what happens to that."""

    inspection: str
    requests: int
    body: tuple[str, str]  # name, code
    of_body: int  # requests
    request: tuple[str, str]  # code, title; it is asked, chased, and in part received
    asked: dict[str, str]  # what is typed of the letter
    states: tuple[str, str]  # asked, part received
    overdue: str
    chase: tuple[str, str]  # what a chase is called, and what it must say
    chased: dict[str, str]  # what is typed of it
    pieces: tuple[str, str]  # that two files hold
    prefix: str  # of documents
    units: str
    nil_return: tuple[str, str, str]  # code, title, state
    sender: tuple[str, str]  # name and code of who sends what answers two requests at once
    answers: dict[str, str]  # code of a request to the piece of it


REAL = Words(
    inspection=INSPECTION,
    requests=45,
    body=("Wessex", "WES"),
    of_body=8,
    request=("A3", "Local scrutiny panels"),
    asked={"How": "letter"},
    states=("Asked", "Part received"),
    overdue="Overdue",
    chase=("Chased", "Say how"),
    chased={"How": "telephone", "Answer (optional)": "By Friday, they say."},
    pieces=("A3: agenda of panel meeting 1", "A3: minutes of panel meeting 1"),
    prefix="DOC",
    units="1 of 3",
    nil_return=("A4", "Case management panels", "Nil return"),
    sender=("Wessex", "WES"),
    answers={"A1": "materials of training package 1", "A2": "record of attendees of attendance record 1"},
)
OTHER = Words(
    inspection=CODE,
    requests=6,
    body=("Old Quay", "QUAY"),
    of_body=2,
    request=("LOG", "Log of corrected letters"),
    asked={},
    states=("Asked", "Asked"),
    overdue="Late",
    chase=("Reminded", "Enter the answer by ferry"),
    chased={"Answer by ferry": "It comes on Friday."},
    pieces=("LOG: log of month 1", "LOG: covering note of month 1"),
    prefix="PAP",
    units="1 of 2",
    nil_return=("ALL", "Templates in use", "None there"),
    sender=("Northgate", "NGT"),
    answers={"LOG": "log of month 1", "ALL": "template of template 1"},
)


def fill(page: Page, said: dict[str, str]) -> None:
    for label, value in said.items():
        page.get_by_label(label, exact=True).fill(value)


@pytest.mark.parametrize("words", [REAL, OTHER], ids=["the real pack", "another pack"])
def test_requests_are_made_asked_chased_and_answered(
    lead_of: Callable[[str], Person], words: Words, tmp_path: Path
) -> None:
    inspector = lead_of(words.inspection)
    page, (body, at), (code, title) = inspector.page, words.body, words.request
    inspector.opens("/requests")
    inspector.sees_a_sound_page("requests empty")
    page.get_by_role("button", name="Make the requests of the pack").click()
    expect(page.get_by_text(f"{words.requests} requests are made.")).to_be_visible()
    inspector.sees_a_sound_page("requests grid")

    page.get_by_role("link", name="Set due dates").click()
    page.get_by_label("Which body").select_option(label=body)
    page.get_by_label("Which request").select_option(label="All of them")
    fill(page, {"Day": "2", "Month": "1", "Year": "2026"})
    inspector.sees_a_sound_page("due dates")
    page.get_by_role("button", name="Set it").click()
    expect(page.get_by_role("alert")).to_contain_text("2 January 2026 is in the past")
    page.get_by_label("Set it all the same").check()
    inspector.sees_a_sound_page("due date in the past")
    page.get_by_role("button", name="Set it").click()
    expect(page.get_by_text(f"The due date of {words.of_body} of {words.of_body} is changed.")).to_be_visible()

    page.get_by_role("link", name="Say what was asked").click()
    page.get_by_label("Which body").select_option(label=body)
    page.get_by_label("Which request").select_option(label="All of them")
    fill(page, words.asked)
    inspector.sees_a_sound_page("what was asked")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("due before that, 2 January 2026")
    page.get_by_label("Enter it all the same").check()
    page.get_by_role("button", name="Save").click()
    asked = f"{code}, {body}: {words.states[0]}"
    expect(page.get_by_text(f"‘{words.states[0]}’ is saved for {words.of_body} of them.")).to_be_visible()
    expect(page.get_by_role("link", name=asked)).to_be_visible()
    expect(page.get_by_role("cell", name=asked)).to_contain_text(words.overdue)
    inspector.sees_a_sound_page("requests overdue")

    page.get_by_role("link", name=asked).click()
    page.get_by_role("button", name=f"Enter ‘{words.chase[0]}’").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text(words.chase[1])
    inspector.sees_a_sound_page("chase refused")
    fill(page, words.chased)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text([*words.chased.values()][-1])).to_be_visible()
    expect(page.locator("#fb-messages")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to what was entered last")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".fb-history__entry", has_text=words.chase[0])).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=f": {words.chase[0]}, event 2")).to_be_focused()

    short, long = tmp_path / "one page.txt", tmp_path / "many pages.txt"
    short.write_text(f"{title}: a page\n")
    long.write_text(f"{title}, word for word. " * 5000)
    page.get_by_role("link", name="Receive files").last.click()
    page.get_by_label("Files").set_input_files([short, long])
    page.get_by_label("Each file holds the parts that are ticked").check()
    page.get_by_role("button", name="Receive them").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick the parts that the files hold")
    expect(page.locator("input[type=file] + [aria-label=Chosen]")).to_contain_text("one page.txt")
    inspector.sees_a_sound_page("receiving refused")
    assert page.evaluate("document.querySelector('input[type=file]').files.length") == 2, "chosen once is enough"
    for piece in words.pieces:
        page.get_by_label(piece).check()
    page.evaluate("window.seen = []")
    page.evaluate(
        """document.addEventListener('htmx:xhr:progress', () => {
          window.seen.push([...document.querySelectorAll('[data-fb-uploads] progress')].map(bar => bar.value / bar.max))
          window.name = JSON.stringify(window.seen)
        })"""
    )
    page.get_by_role("button", name="Receive them").click()
    expect(page.get_by_text(f"Received as {words.prefix}-001, {words.prefix}-002.")).to_be_visible()
    bars = page.evaluate("JSON.parse(window.name)")
    assert [1, 1] in bars, "each of two files has a bar of its own, which fills"
    expect(page.get_by_text(words.units).first).to_be_visible()
    inspector.sees_a_sound_page("request part received")
    page.set_viewport_size({"width": 320, "height": 640})
    hidden = page.get_by_role("region", name="Files by").evaluate("table => table.scrollWidth - table.clientWidth")
    assert hidden <= 0, "the details of each unit are to be seen on a narrow window too"
    page.set_viewport_size({"width": 1366, "height": 768})

    none, of_none, there_is_none = words.nil_return
    inspector.opens(f"/requests/{at}/{none}/events/nil_return")
    page.get_by_label("Given by").fill("Head of the office")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".fb-identity").get_by_text(f"∅ {there_is_none}")).to_be_visible()
    inspector.sees_a_sound_page("nil return")

    everything, (sender, from_there) = tmp_path / "everything.txt", words.sender
    document = f"{words.prefix}-003"
    everything.write_text("All in one: " + ", ".join(words.answers.values()))
    inspector.uploads(everything)
    expect(page.get_by_text(f"Received as {document}")).to_be_visible()
    inspector.opens("/requests/sort")
    inspector.sees_a_sound_page("to be sorted")
    page.get_by_role("link", name="Say what it answers").click()
    whose = page.get_by_role("navigation", name="Whose requests")
    whose.get_by_role("link", name=sender, exact=True).click()
    expect(whose.locator("[aria-current]")).to_have_text(sender)
    for request, piece in words.answers.items():
        page.get_by_label(f"{request}: {piece}", exact=True).check()
    inspector.sees_a_sound_page("sorting")
    page.get_by_role("button", name="Save what it holds").click()
    if sender != body:
        expect(page.get_by_role("alert")).to_contain_text("Nobody has entered that this was asked")
        page.get_by_label("Save it all the same").check()
        page.get_by_role("button", name="Save what it holds").click()
    answers = ", ".join(f"{request} ({from_there})" for request in words.answers)
    expect(page.get_by_text(f"{document} answers {answers}.")).to_be_visible()
    inspector.sees_a_sound_page("sorted")
    inspector.opens(f"/documents/{document}")
    expect(page.get_by_text("answers " + ", ".join(f"{request} {sender}" for request in words.answers))).to_be_visible()
    expect(page.get_by_role("link", name="Enter its details").first).to_be_visible()
    inspector.sees_a_sound_page("details of what a document holds")

    inspector.opens(f"/requests/list?body={at}&flag=overdue")
    expect(page.get_by_role("row", name=f"{code} {title}")).to_contain_text(words.states[1])
    expect(page.get_by_role("row", name=f"{none} {of_none}")).to_have_count(0)
    inspector.sees_a_sound_page("requests list")
    inspector.opens("/requests")
    expect(page.get_by_role("link", name=f"{none}, {body}: {there_is_none}")).to_be_visible()
    inspector.sees_a_sound_page("requests at work")
