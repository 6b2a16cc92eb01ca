"""Text that is meant to break out of the page: shown back exactly as typed, and nothing of it runs."""

import csv
import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.person import Person

ATTACK = Path(__file__).resolve().parents[1] / "data" / "attack"
NAUGHTY: list[str] = [text for text in json.loads((ATTACK / "blns.json").read_text()) if text.strip()]
SCRIPTS = (ATTACK / "xss-payload-list.txt").read_text(errors="replace").splitlines()
WORST = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{7*7}}{% raw %}",
    "</textarea><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "=1+1",
    "\u202eright to left",
    "  blanks  kept  ",
]


def storable(text: str) -> str:
    return "".join(c for c in text if c != "\x00" and not "\ud800" <= c <= "\udfff")


def blocks(lines: list[str], longest: int = 15_000) -> list[str]:
    """The lines joined into notes of at most `longest` characters."""
    found, block = [], ""
    for line in map(storable, lines):
        if len(block) + len(line) + 1 > longest:
            found.append(block)
            block = ""
        block += line[:longest] + "\n"
    return [*found, block]


def sends_note(page: Page, words: str, speaker: str) -> int:
    """Through the page's own form and token, without typing each of half a million characters."""
    return page.evaluate(
        """async ([words, speaker]) => {
          const form = document.getElementById('composer')
          const body = new FormData(form)
          body.set('words', words); body.set('speaker', speaker); body.set('operation', crypto.randomUUID())
          return (await fetch(form.action, {method: 'POST', body: new URLSearchParams(body)})).status
        }""",
        [words, speaker],
    )


def test_no_text_of_the_attack_lists_runs_and_each_is_shown_as_typed(
    inspector: Person, server: Server, tmp_path: Path
) -> None:
    dialogs: list[str] = []
    inspector.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    interview = inspector.plans("Interview", "Wessex", "District Crown Prosecutor")
    notes = [*blocks(NAUGHTY), *blocks(SCRIPTS), *(f"{worst} #ld.ii" for worst in WORST)]
    for number, words in enumerate(notes):
        assert sends_note(inspector.page, words, WORST[number % len(WORST)][:60]) == 200
    inspector.opens(f"/interviews/{interview}")
    shown = inspector.page.locator("#notes .fb-note__words").evaluate_all("all => all.map(one => one.textContent)")
    assert shown == [note.replace("\r\n", "\n").replace("\r", "\n") for note in notes]
    scripts = inspector.page.locator("script").count()
    assert inspector.page.locator("main script, main img, main svg[onload], main iframe").count() == 0

    gives_hostile_gists(inspector)
    imports_hostile_findings(inspector, tmp_path)
    uploads_hostile_names(inspector, tmp_path)
    for path in (
        "evidence",
        "findings",
        "documents",
        "criteria/LD.ii",
        "matrix",
        "evidence/E-0001/history",
        "findings/F-01",
    ):
        inspector.opens(f"/{path}")
        inspector.page.wait_for_load_state()
        assert inspector.page.locator("main script, main img, main iframe").count() == 0, path
        assert inspector.page.locator("script").count() <= scripts + 1
    assert dialogs == []


def gives_hostile_gists(inspector: Person) -> None:
    for number, gist in enumerate(WORST, 1):
        inspector.opens(f"/evidence/E-{number:04d}")
        inspector.page.get_by_label("Gist").fill(gist)
        inspector.page.get_by_role("button", name="Save changes").click()
        expect(inspector.page.get_by_label("Gist")).to_have_value(gist)
    inspector.page.get_by_label("Criterion", exact=True).select_option("VW.v")
    inspector.page.get_by_label("Reason (optional)").fill(WORST[1])
    inspector.page.get_by_role("button", name="Tag", exact=True).click()
    expect(inspector.page.get_by_text(WORST[1]).first).to_be_visible()


def imports_hostile_findings(inspector: Person, folder: Path) -> None:
    with (folder / "findings.csv").open("w", newline="") as target:
        csv.writer(target).writerows(
            [("Reference", "Finding", "Criteria"), *((f"R{n}", text, "LD.ii") for n, text in enumerate(WORST))]
        )
    inspector.opens("/findings/import")
    inspector.page.get_by_label("Spreadsheet of file findings").set_input_files(folder / "findings.csv")
    inspector.page.get_by_role("button", name="Look at it").click()
    inspector.page.get_by_role("button", name="Import", exact=True).click()
    expect(inspector.page.get_by_text(f"{len(WORST)} added")).to_be_visible()
    cells = inspector.page.locator("td.fb-text").evaluate_all("all => all.map(one => one.textContent)")
    assert cells == WORST


def uploads_hostile_names(inspector: Person, folder: Path) -> None:
    name = "<img src=x onerror=alert(1)>.txt"
    (folder / name).write_text("<script>alert('from a document')</script> and words")
    inspector.uploads(folder / name)
    inspector.checks_for_names()
    expect(inspector.page.locator("#page-text")).to_have_text("<script>alert('from a document')</script> and words")
    expect(inspector.page.get_by_role("heading", name=name)).to_be_visible()
