"""The thread, end to end, as the first person would run it: on the real pack from a fresh clone, then on another."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import xlsxwriter
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.person import EMAIL, INSPECTION, NAME, Person
from tests.packs.second_world import CODE

DATA = Path(__file__).resolve().parents[1] / "data"
HEADINGS = ("Reference", "Finding", "Criteria", "Area", "Files", "Applicable")
PASSAGE = "Promoting semantic interoperability"


@dataclass(frozen=True)
class Words:
    """What a pack calls the things that the thread needs."""

    inspection: str
    marking: str
    planned: tuple[str, str, str]  # kind, body, role
    tags: tuple[str, str, str, str]  # of the notes that are evidence, one after another; the first criterion twice
    criterion: str  # the one that is in the first tag
    typed: tuple[str, str]  # how a criterion begins, and the second that is offered for it
    passage: tuple[str, str, str]  # its document, criterion and direction
    findings: tuple[tuple[object, ...], ...]
    relation: tuple[str, str]  # to a file finding, and the other way about


REAL = Words(
    inspection=INSPECTION,
    marking="OFFICIAL-SENSITIVE",
    planned=("Focus group", "Wessex", "District Crown Prosecutor"),
    tags=("#ld.ii", "#LD.iv", "#vw.v", "#fs.i #ld.ii"),
    criterion="LD.ii",
    typed=("#vw", "VW.ii"),
    passage=("DOC-002", "PW.ii", "Strength"),
    findings=(
        ("R1", "In 61 of 204 cases the charge was less serious than the evidence supports.", "LD.ii", "", 61, 204),
        ("R2", "Victims were told of decisions in time in most files.", "VW.iv; VW.v", "CPS Wessex", 17, 25),
        ("R3", "This row names no criterion that there is.", "ZZ.i", "Atlantis", 5, 2),
    ),
    relation=("supports", "is supported by"),
)
OTHER = Words(
    inspection=CODE,
    marking="OFFICIAL",
    planned=("Round table", "Old Quay", "Witness clerk"),
    tags=("#ac.i", "#AC.ii", "#ov.i", "#pl.i #ac.i"),
    criterion="AC.i",
    typed=("#tm", "TM.ii"),
    passage=("PAP-002", "OV.i", "Getting better"),
    findings=(
        ("L1", "Dates were right in 9 of 12 letters.", "AC.i", "", 9, 12),
        ("L2", "Nobody wrote again after a mistake.", "AC.ii; OV.i", "HPO Southmoor and Vale", 0, 4),
        ("L3", "This row names no criterion that there is.", "ZZ.i", "Wessex", 5, 2),
    ),
    relation=("bears out", "is borne out by"),
)


def test_from_a_fresh_clone_to_an_evidence_matrix(
    fresh_clone: Server, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    lead = Person(new_page(accept_downloads=True), fresh_clone.address)
    link = fresh_clone.first_link()
    lead.makes_the_first_account(link)
    lead.sees_a_sound_page("overview")
    runs_the_thread(lead, REAL, tmp_path, fresh_clone.data / "fieldbook.db")

    stranger = Person(new_page(), fresh_clone.address)
    stranger.page.goto(link)
    expect(stranger.page.get_by_role("heading", name="Page not found")).to_be_visible()
    stranger.opens("/matrix")
    expect(stranger.page.get_by_role("heading", name="Sign in")).to_be_visible()
    stranger.sees_a_sound_page("sign in")


def test_the_same_thread_runs_on_an_unlike_pack(
    lead_of: Callable[[str], Person], server: Server, tmp_path: Path
) -> None:
    lead = lead_of(OTHER.inspection)
    lead.page.get_by_role("link", name="letters and messages to witnesses").click()
    lead.sees_a_sound_page("overview of another pack")
    lead.page.get_by_role("link", name="Pack", exact=True).click()
    expect(lead.page.get_by_text("Everything stands as the pack made it.")).to_be_visible()
    lead.sees_a_sound_page("pack")
    runs_the_thread(lead, OTHER, tmp_path, server.data / "fieldbook.db")


def runs_the_thread(lead: Person, words: Words, folder: Path, database: Path) -> None:
    criterion = f"criteria/{words.criterion}"
    for place in ("interviews", "documents", "findings", "evidence", "criteria", criterion, "matrix"):
        lead.opens(f"/{place}")
        lead.sees_a_sound_page(f"{place.replace('/', ' ')} empty")

    interview = lead.plans(*words.planned)
    lead.sees_a_sound_page("capture empty")
    takes_thirty_notes(lead, words)
    tags_a_passage(lead, words)
    imports_findings(lead, words, folder)
    links_evidence(lead, words)

    lead.opens(f"/{criterion}")
    expect(lead.page.get_by_text(f"{words.relation[1]} 1")).to_be_visible()
    lead.sees_a_sound_page("criterion")
    lead.opens("/matrix")
    lead.sees_a_sound_page("matrix")
    lead.page.locator(f"[id='cell-{words.criterion}-focus_group']").click()
    expect(lead.page.locator("#opened")).to_be_focused()
    lead.page.get_by_role("link", name=f"On the page of {words.criterion}").click()
    expect(lead.page).to_have_url(f"{lead.address}/inspections/{words.inspection}/{criterion}?kind=focus_group")
    workbook = exports(lead, folder)
    accounts_for_everything(workbook, database, words, interview)


def takes_thirty_notes(lead: Person, words: Words) -> None:
    """The composer has the focus when the page opens and keeps it: nothing but the keyboard is used."""
    for number in range(30):
        tag = f" {words.tags[number % 4]}" if number % 3 == 0 else ""
        lead.types_note(f"Note {number}: the file reaches us at two o’clock – “nobody records why”.{tag}")
    lead.sees_saved(30)
    lead.sees_a_sound_page("capture")
    lead.page.reload()
    lead.sees_saved(30)
    # The keyboard gets to the speaker and back, and from there to the direction of what is said.
    lead.page.keyboard.press("Shift+Tab")
    lead.page.keyboard.type("DCP 2")
    lead.page.keyboard.press("Tab")
    lead.page.keyboard.type(f"They call the same day. {words.typed[0]}")
    expect(lead.page.locator("#offer").get_by_role("option").first).to_be_visible()
    lead.sees_a_sound_page("capture offering criteria", narrow=False)
    lead.page.keyboard.press("ArrowDown")
    lead.page.keyboard.press("Enter")
    lead.page.keyboard.press("Enter")
    lead.sees_saved(31)
    expect(lead.page.locator("#note-31")).to_contain_text("DCP 2")
    expect(lead.page.locator("#note-31")).to_contain_text(words.typed[1])


def tags_a_passage(lead: Person, words: Words) -> None:
    lead.uploads(DATA / "scope" / "scope.txt", title="The scope of the inspection")
    expect(lead.page.get_by_role("button", name="Open it and check it")).to_be_visible()
    lead.sees_a_sound_page("closed document")
    lead.opens("/documents/to-check")
    lead.sees_a_sound_page("to be checked for names")
    lead.checks_for_names("check for names")
    expect(lead.page.locator("#page-text")).to_contain_text("A. Introduction")
    lead.sees_a_sound_page("reader")
    lead.uploads(DATA / "pdf" / "meeting_minutes_eu_webinar.pdf")
    lead.checks_for_names()
    expect(lead.page.locator("#page-text")).to_contain_text(PASSAGE)
    lead.selects(PASSAGE)
    lead.page.get_by_label(words.passage[1]).check()
    lead.page.get_by_role("radio", name=words.passage[2], exact=True).check()
    lead.page.get_by_role("button", name="Tag the passage").click()
    expect(lead.page.locator("mark", has_text=PASSAGE)).to_be_visible()
    lead.sees_a_sound_page("reader with a highlight")
    lead.page.reload()
    expect(lead.page.locator("mark", has_text=PASSAGE)).to_be_visible()


def imports_findings(lead: Person, words: Words, folder: Path) -> None:
    with xlsxwriter.Workbook(folder / "findings.xlsx") as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate((HEADINGS, *words.findings)):
            sheet.write_row(row, 0, cells)
    lead.opens("/findings/import")
    lead.sees_a_sound_page("import")
    lead.page.get_by_label("Spreadsheet of file findings").set_input_files(folder / "findings.xlsx")
    lead.page.get_by_role("button", name="Look at it").click()
    expect(lead.page.get_by_text("'ZZ.i' is no criterion")).to_be_visible()
    lead.sees_a_sound_page("preview")
    lead.page.get_by_role("button", name="Import", exact=True).click()
    expect(lead.page.get_by_role("alert")).to_contain_text("tick to leave them out")
    lead.page.get_by_label("Leave out the rows that cannot be imported").check()
    lead.page.get_by_role("button", name="Import", exact=True).click()
    expect(lead.page.get_by_text("2 added, 0 changed.")).to_be_visible()
    lead.sees_a_sound_page("findings")


def links_evidence(lead: Person, words: Words) -> None:
    lead.opens("/evidence/E-0001")
    lead.sees_a_sound_page("evidence item")
    lead.page.get_by_role("link", name="File findings", exact=True).last.click()
    lead.page.get_by_label(f"{words.relation[0]} it").check()
    lead.page.get_by_label("File finding", exact=True).select_option("F-01")
    lead.page.get_by_role("button", name="Link", exact=True).click()
    expect(lead.page.get_by_text(f"E-0001 {words.relation[0]} F-01.")).to_be_visible()
    lead.sees_a_sound_page("evidence item linked")


def exports(lead: Person, folder: Path) -> Path:
    lead.opens("/matrix")
    lead.page.get_by_role("button", name="Export", exact=True).click()
    ready = lead.page.get_by_role("link", name="Download it")
    expect(ready).to_be_visible(timeout=30_000)
    lead.sees_a_sound_page("export")
    with lead.page.expect_download() as download:
        ready.click()
    download.value.save_as(folder / "matrix.xlsx")
    return folder / "matrix.xlsx"


def accounts_for_everything(workbook: Path, database: Path, words: Words, interview: str) -> None:
    """Every evidence item and every tag of the database stands in the workbook, once each, with its exact words."""
    book = openpyxl.load_workbook(workbook, read_only=True)
    rows = list(book["Evidence"].iter_rows(values_only=True))
    columns = {title: place for place, title in enumerate(rows[0])}
    found = Counter((row[columns["Evidence"]], row[columns["Criterion"]]) for row in rows[1:])
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        tags = connection.execute(
            "SELECT printf('E-%04d', item.number), criterion.reference, item.words, text.text, start_at, end_at"
            " FROM tag JOIN criterion ON criterion.id = tag.criterion_id"
            " JOIN evidence_item item ON item.id = tag.item_id"
            " JOIN source_text text ON text.id = item.text_id WHERE tag.withdrawn_at IS NULL"
        ).fetchall()
        items = connection.execute("SELECT count(*) FROM evidence_item").fetchone()[0]
        log = connection.execute("SELECT exported_by, marking, items, tags FROM export").fetchall()
    assert found == Counter((item, criterion) for item, criterion, *_ in tags)
    assert len({item for item, _criterion in found}) == items == 12
    written = {row[columns["Evidence"]]: row[columns["Words"]] for row in rows[1:]}
    for item, _criterion, kept, text, start, end in tags:
        assert written[item] == kept == text[start:end]
    assert {row[columns["Source"]] for row in rows[1:]} == {interview, words.passage[0]}
    said = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True)}
    assert said["Handling marking"] == words.marking
    assert said["Exported by"] == NAME
    assert said["Filters"] == "None: everything"
    assert (said["Evidence items"], said["Tags"]) == (items, len(tags))
    assert log == [(NAME, words.marking, items, len(tags))]
    assert EMAIL not in str(rows)
