"""The register, from the pack's requests to what came: planned, asked, chased, received with bars, a nil return."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.person import Person


def test_requests_are_made_asked_chased_and_answered(inspector: Person, tmp_path: Path) -> None:
    page = inspector.page
    inspector.opens("/requests")
    inspector.sees_a_sound_page("requests empty")
    page.get_by_role("button", name="Make the requests of the pack").click()
    expect(page.get_by_text("45 requests are made.")).to_be_visible()
    inspector.sees_a_sound_page("requests grid")

    page.get_by_role("link", name="Set due dates").click()
    page.get_by_label("Which body").select_option(label="Wessex")
    page.get_by_label("Which request").select_option(label="All of them")
    for label, value in (("Day", "2"), ("Month", "1"), ("Year", "2026")):
        page.get_by_label(label, exact=True).fill(value)
    inspector.sees_a_sound_page("due dates")
    page.get_by_role("button", name="Set the due date").click()
    expect(page.get_by_text("The due date of 8 of 8 is changed.")).to_be_visible()

    page.get_by_role("link", name="Say what was asked").click()
    page.get_by_label("Which body").select_option(label="Wessex")
    page.get_by_label("Which request").select_option(label="All of them")
    page.get_by_label("How", exact=True).fill("letter")
    inspector.sees_a_sound_page("what was asked")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("‘Asked’ is saved for 8 of them.")).to_be_visible()
    expect(page.get_by_role("link", name="A3, Wessex: Asked")).to_be_visible()
    expect(page.get_by_role("cell", name="A3, Wessex: Asked")).to_contain_text("Overdue")
    inspector.sees_a_sound_page("requests overdue")

    page.get_by_role("link", name="A3, Wessex: Asked").click()
    page.get_by_role("button", name="Enter ‘Chased’").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Say how")
    inspector.sees_a_sound_page("chase refused")
    page.get_by_label("How", exact=True).fill("telephone")
    page.get_by_label("Answer (optional)").fill("By Friday, they say.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("By Friday, they say.")).to_be_visible()

    agenda, minutes = tmp_path / "agenda of March.txt", tmp_path / "minutes of March.txt"
    agenda.write_text("1 Cases\n2 Learning\n")
    minutes.write_text("The panel met in March. " * 5000)
    page.get_by_role("link", name="Receive files").last.click()
    page.get_by_label("Files").set_input_files([agenda, minutes])
    page.get_by_label("Each file holds the parts that are ticked").check()
    page.get_by_role("button", name="Receive them").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick the parts that the files hold")
    inspector.sees_a_sound_page("receiving refused")
    assert page.evaluate("document.querySelector('input[type=file]').files.length") == 2, "chosen once is enough"
    page.get_by_label("A3: agenda of panel meeting 1").check()
    page.get_by_label("A3: minutes of panel meeting 1").check()
    page.evaluate("window.seen = []")
    page.evaluate(
        """document.addEventListener('htmx:xhr:progress', () => {
          window.seen.push([...document.querySelectorAll('[data-fb-uploads] progress')].map(bar => bar.value / bar.max))
          window.name = JSON.stringify(window.seen)
        })"""
    )
    page.get_by_role("button", name="Receive them").click()
    expect(page.get_by_text("Received as DOC-001, DOC-002.")).to_be_visible()
    bars = page.evaluate("JSON.parse(window.name)")
    assert [1, 1] in bars, "each of two files has a bar of its own, which fills"
    expect(page.get_by_text("1 of 3").first).to_be_visible()
    inspector.sees_a_sound_page("request part received")

    inspector.opens("/requests/WES/A4/events/nil_return")
    page.get_by_label("Given by").fill("Area business manager")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".fb-identity").get_by_text("∅ Nil return")).to_be_visible()
    inspector.sees_a_sound_page("nil return")

    everything = tmp_path / "everything.txt"
    everything.write_text("Training and records.")
    inspector.uploads(everything)
    expect(page.get_by_text("Received as DOC-003")).to_be_visible()
    inspector.opens("/requests/sort")
    inspector.sees_a_sound_page("to be sorted")
    page.get_by_role("link", name="Say what it answers").click()
    page.get_by_label("Who sent it").select_option(label="Wessex")
    page.get_by_role("button", name="Show what was asked").click()
    page.get_by_label("A1: materials of training package 1").check()
    page.get_by_label("A2: record of attendees of attendance record 1").check()
    inspector.sees_a_sound_page("sorting")
    page.get_by_role("button", name="Save what it holds").click()
    expect(page.get_by_text("DOC-003 answers A1 (WES), A2 (WES).")).to_be_visible()
    inspector.sees_a_sound_page("sorted")
    inspector.opens("/documents/DOC-003")
    expect(page.get_by_text("answers A1 Wessex, A2 Wessex")).to_be_visible()

    inspector.opens("/requests/list?body=WES&flag=overdue")
    expect(page.get_by_role("row", name="A3 Local scrutiny panels")).to_contain_text("Part received")
    expect(page.get_by_role("row", name="A4 Case management panels")).to_have_count(0)
    inspector.sees_a_sound_page("requests list")
    inspector.opens("/requests")
    expect(page.get_by_role("link", name="A4, Wessex: Nil return")).to_be_visible()
    inspector.sees_a_sound_page("requests at work")
