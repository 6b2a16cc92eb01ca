"""Taking the matrix out: every item and tag once, exactly as typed, with who, when, which filters, the marking."""

import gc
import hashlib
import io
import re
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry, AuditPayload
from app.contradictions.services import resolve
from app.evidence.models import EvidenceItem, Tag
from app.evidence.services import withdraw
from app.extensions import db
from app.formats.workbook import storable
from app.inspections.models import Criterion, TeamRole
from app.inspections.queries import get_rules
from app.jobs import services as jobs
from app.jobs.models import Job, JobState
from app.matrix.export import EXPORT
from app.matrix.models import Export
from app.web.pages import long_moment
from tests.databases import the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.apart import command, do_jobs
from tests.evidence.factories import EvidenceItemFactory, ItemLinkFactory, ItemThemeFactory, TagFactory
from tests.evidence.naughty import FORMULAS, joined, naughty_strings, script_strings
from tests.evidence.worlds import random_evidence
from tests.factories import the_inspection
from tests.findings.factories import FileFindingFactory, LinkFactory
from tests.inspections.factories import InspectionFactory, TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory
from tests.matrix.exports import about, archive, document, export, parts, sheets, table
from tests.matrix.test_counts import shown

FORMATS = ["xlsx", "csv"]


@pytest.fixture
def world(app):
    return random_evidence(120, seed=3, sources=[DocumentFactory()])


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


def in_database() -> Counter[tuple[str, str]]:
    """Every tag of every living item, and every living item without one: straight from the tables."""
    found: Counter[tuple[str, str]] = Counter()
    criteria = {row.id: row.reference for row in db.session.scalars(select(Criterion))}
    tags = db.session.scalars(select(Tag).where(Tag.withdrawn_at.is_(None))).all()
    for item in db.session.scalars(select(EvidenceItem).where(EvidenceItem.withdrawn_at.is_(None))):
        of_item = [criteria[tag.criterion_id] for tag in tags if tag.item_id == item.id]
        found.update((item.reference, criterion) for criterion in of_item or [""])
    return found


def in_file(rows) -> Counter[tuple[str, str]]:
    return Counter((row["Evidence"], row["Criterion"] or "") for row in rows)


def evidence_of(page, file_format):
    return sheets(page.data)["Evidence"] if file_format == "xlsx" else table(page.data)[1]


def said_by(page, file_format):
    return about(page.data) if file_format == "xlsx" else table(page.data)[0]


@pytest.mark.slow
@pytest.mark.parametrize("file_format", FORMATS)
def test_every_living_item_and_tag_is_in_the_file_once(inspector, world, file_format):
    page = export(inspector, file_format)
    rows = evidence_of(page, file_format)
    assert in_file(rows) == in_database()
    assert max(in_database().values()) == 1
    words = {held.reference: held for held in world.items}
    for row in rows:
        held = words[row["Evidence"]]
        assert row["Words"] == held.words
        assert row["Source"] == held.source
        assert row["Quotation"] == ("Yes" if held.quote else "No")
        assert row["Lifted by"] == held.by
        assert (row["Area"] or "") == {"WES": "Wessex", "EMI": "East Midlands", "HQ": "CPS Headquarters"}.get(
            held.area, ""
        )


@pytest.mark.slow
def test_withdrawn_items_stand_apart_with_their_reason(inspector, world):
    rows = sheets(export(inspector, "xlsx").data)["Withdrawn"]
    gone = [held for held in world.items if held.withdrawn]
    assert [row["Evidence"] for row in rows] == [held.reference for held in gone] and gone
    for row, held in zip(rows, gone, strict=True):
        assert row["Reason it was withdrawn"] == "Entered by mistake"
        assert sorted((row["Criteria"] or "").split(", ")) == sorted(held.criteria or [""])


@pytest.mark.slow
@pytest.mark.parametrize("file_format", FORMATS)
def test_the_file_says_who_when_which_filters_and_under_which_marking(sign_in, world, file_format):
    member = TeamMemberFactory()
    page = export(sign_in(member), file_format, area="WES", direction="weakness", quotes="1")
    said, row = said_by(page, file_format), db.session.query(Export).one()
    assert said["Handling marking"] == "OFFICIAL-SENSITIVE"
    assert said["Inspection"] == the_inspection().title
    assert said["Exported by"] == row.exported_by != ""
    assert said["Exported at"] == long_moment(row.exported_at)
    assert said["Filters"] == "Area: Wessex; Shows: Weakness; Quotations only"
    expected = [h for h in world.living() if h.criteria and h.passes(area="WES", direction="weakness", quotes="1")]
    assert int(said["Evidence items"]) == len(expected) > 0
    assert int(said["Tags"]) == sum(len(held.criteria) for held in expected)
    assert int(said["Distinct sources"]) == len({held.source for held in expected})


@pytest.mark.slow
@pytest.mark.parametrize("file_format", FORMATS)
def test_an_export_is_logged_and_in_the_audit_trail(inspector, world, file_format):
    page = export(inspector, file_format, area="WES")
    row = db.session.query(Export).one()
    assert (row.file_format, row.filters, row.marking) == (file_format, {"area": "WES"}, "OFFICIAL-SENSITIVE")
    assert row.exported_by_id == inspector.person_id
    assert row.sha256 == hashlib.sha256(page.data).hexdigest()
    rows = evidence_of(page, file_format)
    assert (row.items, row.tags) == (len({r["Evidence"] for r in rows}), len(rows))
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.deed == "exported")).one()
    payload = db.session.get(AuditPayload, (entry.chain, entry.number))
    assert (entry.actor_id, entry.part) == (inspector.person_id, row.id.hex)
    assert payload.content["after"] == {
        "format": file_format,
        "attributable": True,
        "acronyms spelt out": False,
        "filters": {"area": "WES"},
        "marking": "OFFICIAL-SENSITIVE",
    }


SEEN = [
    {"kind": "focus_group"},
    {"area": "none"},
    {"role": "none"},
    {"role": "dcp", "direction": "unset"},
    {"by": "Bea O’Neil"},
    {"quotes": "1"},
    {"area": "LON"},
]


@pytest.mark.slow
@pytest.mark.parametrize("filters", SEEN, ids=str)
def test_what_is_filtered_on_the_screen_is_what_is_taken_out(inspector, world, filters):
    expected = [h for h in world.living() if h.criteria and h.passes(**filters)]
    page = export(inspector, "csv", **filters)
    assert in_file(table(page.data)[1]) == Counter((h.reference, c) for h in expected for c in h.criteria)
    said = table(page.data)[0]
    assert int(said["Evidence items"]) == len(expected)
    assert int(said["Distinct sources"]) == len({held.source for held in expected})
    assert "none" not in said["Filters"], "in words, not in codes"


@pytest.mark.slow
@pytest.mark.parametrize("file_format", FORMATS)
def test_a_criterion_is_taken_out_from_its_own_page(inspector, world, file_format):
    criterion = world.criteria[0]
    desk = inspector.get("criteria.show_criterion", reference=criterion, area="WES")
    form = desk.form("/exports")
    page = export(inspector, file_format, criterion=form["criterion"], area=form["area"])
    expected = [held for held in world.living(criterion) if held.area == "WES"]
    assert in_file(evidence_of(page, file_format)) == Counter((held.reference, criterion) for held in expected)
    assert said_by(page, file_format)["Filters"] == f"Criterion: {criterion}; Area: Wessex"


@pytest.mark.slow
def test_the_numbers_on_the_sheets_are_those_on_the_page(inspector, world):
    book = sheets(export(inspector, "xlsx").data)
    for by, name in (("kind", "By source kind"), ("area", "By Area")):
        page = inspector.get("matrix.show_matrix", by=by)
        for row, line in zip(book[name], page.all("table.fb-matrix tbody tr"), strict=True):
            numbers = [value for value in list(row.values())[2:] if isinstance(value, int)]
            assert list(zip(numbers[::2], numbers[1::2], strict=True)) == [
                shown(cell) for cell in line.select(".fb-cell")
            ]
    said = about(export(inspector, "xlsx").data)
    assert said["Evidence items"] == len(world.living())
    assert said["Tags"] == sum(len(held.criteria) for held in world.living())


@pytest.mark.slow
def test_findings_and_links_are_in_the_workbook_each_once(inspector):
    with the_world():
        first = FileFindingFactory(
            statement="Late.", criteria=["VW.ii", "LD.i"], body="WES", files=17, applicable=25, direction="weakness"
        )
        second = FileFindingFactory(own_reference="B2")
        item, gone = EvidenceItemFactory(criteria=["VW.ii"]), EvidenceItemFactory()
        LinkFactory(item=item, finding=first, relation="supports", reason="Because")
        LinkFactory(item=item, finding=second, relation="contradicts")
        LinkFactory(item=gone, finding=second)
    inspector.post("evidence.withdraw_item", gone, reason="mistake", words="")
    book = sheets(export(inspector, "xlsx").data)
    assert [list(row.values()) for row in book["Findings"]] == [
        [
            *("F-01", "Late.", "LD.i, VW.ii", "Wessex", 17, 25, "Weakness", "No", None),
            *(1, "E-0001", None, None, None, None),
        ],
        [
            *("F-02", "Letters went out late in most files.", None, "All Areas", None, None, "Not set", "No", "B2"),
            *(1, None, "E-0001", None, None, None),
        ],
    ]
    assert [list(row.values())[:4] for row in book["Links"]] == [
        ["E-0001", "supports", "F-01", None],
        ["E-0001", "contradicts", "F-02", None],
    ]
    assert [(row["Reason"], row["Contradiction"]) for row in book["Links"]] == [("Because", None), (None, "Open")]
    assert [row["File findings"] for row in book["Evidence"]] == ["supports F-01; contradicts F-02"]


@pytest.mark.slow
def test_each_row_leads_to_its_passage_in_place_wherever_it_stands_by_then(inspector):
    with the_world():
        document = DocumentFactory(content=b"The panel met. It had a backlog.")
        note = EvidenceItemFactory(words="Said.", criteria=["VW.ii"])
    do_jobs()
    sent = {"words": "backlog", "criteria": ["VW.ii", "LD.i"], "gist": "", "direction": "", "start": "", "end": ""}
    inspector.open("POST", f"{inspector.address('documents.tag_passage', document)}?page=1", form=sent)
    data = export(inspector, "xlsx").data
    rows = list(openpyxl.load_workbook(io.BytesIO(data))["Evidence"].iter_rows(min_row=2))
    led = {row[0].value: row[0].hyperlink.target for row in rows}
    assert len(rows) == 3 and set(led) == {"E-0002", note.reference}
    assert led["E-0002"] == f"http://localhost/inspections/{inspector.inspection}/evidence/E-0002/in-place"
    assert [row["In Fieldbook"] for row in sheets(data)["Evidence"]] == [row[0].hyperlink.target for row in rows]
    assert {row["In Fieldbook"] for row in table(export(inspector, "csv").data)[1]} == set(led.values())
    place = inspector.open("GET", led["E-0002"]).location
    assert place.endswith("/documents/DOC-001?page=1&item=E-0002#E-0002")
    assert inspector.open("GET", place.partition("#")[0]).one("mark#E-0002").get_text() == "backlog"
    assert "/interviews/" in inspector.open("GET", led[note.reference]).location
    inspector.post("evidence.withdraw_item", note, reason="mistake", words="")
    assert inspector.open("GET", led[note.reference]).location.endswith(f"/evidence/{note.reference}")
    for file_format in ("xlsx", "csv", "json"):
        general = parts(export(inspector, file_format, variant="general"))
        assert not [name for name, part in general.items() if b"in-place" in part or b"/documents/" in part]


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["attributable", "general"])
def test_what_an_outcome_set_aside_contradicts_nothing_any_more(inspector, variant):
    """As the pages of findings say it."""
    with the_world():
        item, other = EvidenceItemFactory(criteria=["VW.ii"]), EvidenceItemFactory(criteria=["VW.ii"])
        finding, weak = FileFindingFactory(), FileFindingFactory()
        LinkFactory(item=other, finding=finding, relation="contradicts")
        against, against_weak = (LinkFactory(item=item, finding=f, relation="contradicts") for f in (finding, weak))
        for link, aside in ((against, item), (against_weak, weak)):
            resolve(link, "set_aside", aside.reference, "Other weeks", base=link.version, by=SOMEBODY)
    data = export(inspector, "xlsx", variant=variant).data
    names = ("Set aside", "Evidence linked", "Is contradicted by", "Evidence set aside")
    assert [[row[name] for name in names] for row in sheets(data)["Findings"]] == [
        ["No", 2, other.reference, item.reference],
        ["Yes", 1, item.reference, None],
    ]
    assert [row["File findings"] for row in sheets(data)["Evidence"]] == [
        f"contradicts {finding.reference} (set aside); contradicts {weak.reference}",
        f"contradicts {finding.reference}",
    ]
    entries = document(export(inspector, "json", variant=variant).data)["findings"]
    assert [(entry["set_aside"], entry["evidence_linked"], entry["links"]) for entry in entries] == [
        (False, 2, {"contradicts": [other.reference]}),
        (True, 1, {"contradicts": [item.reference]}),
    ]
    assert [entry["links_set_aside"] for entry in entries] == [[item.reference], []]
    listed = [line.select("td")[-1].get_text() for line in inspector.get("findings.list_findings").all("tbody tr")]
    assert listed == ["contradicts 1, set aside 1", "contradicts 1 (resolved)"]
    assert f"{item.reference} set aside" in inspector.get("findings.show_links_of_item", reference=item.reference)


@pytest.mark.slow
def test_the_csv_holds_the_rows_of_the_workbook(inspector, world):
    workbook = sheets(export(inspector, "xlsx").data)["Evidence"]
    as_text = [
        {name: "" if v is None else str(v.date()) if name == "Date" else str(v) for name, v in row.items()}
        for row in workbook
    ]
    assert table(export(inspector, "csv").data)[1] == as_text


@pytest.mark.parametrize("file_format", FORMATS)
def test_an_inspection_without_evidence_can_be_taken_out_too(inspector, file_format):
    page = export(inspector, file_format)
    assert evidence_of(page, file_format) == []
    assert said_by(page, file_format)["Filters"] == "None: everything"


@pytest.mark.slow
@pytest.mark.parametrize("file_format", FORMATS)
def test_naughty_words_of_every_kind_come_out_exactly_as_they_were_typed(inspector, file_format):
    typed = [s for s in [*FORMULAS, *naughty_strings(), *joined(script_strings(), 15_000)] if s.strip()]
    typed += ["x" * 32_767, "  blanks \n\n at the ends \n", "_x000D_", "<r>markup</r>", "one,two;\"three\"\n'four'"]
    with the_world():
        source = InterviewFactory()
        for string in typed:
            item = EvidenceItemFactory(source=source, words=string, gist=string, speaker=string)
            TagFactory(item=item, reason=string)
        finding = FileFindingFactory(statement=typed[20], own_reference=typed[0], criteria=["VW.ii"])
        LinkFactory(item=item, finding=finding, reason=typed[3])
    page = export(inspector, file_format)
    rows = evidence_of(page, file_format)
    expected = [storable(s)[0] if file_format == "xlsx" else s for s in typed]
    for column in ("Words", "Gist", "Speaker", "Reason for the tag"):
        assert [row[column] for row in rows] == expected, column
    if file_format == "xlsx":
        book = sheets(page.data)
        assert (book["Findings"][0]["What the files show"], book["Findings"][0]["Own reference"]) == (
            typed[20],
            typed[0],
        )
        assert book["Links"][0]["Reason"] == typed[3]
        replaced = sum(storable(s)[1] for s in typed) * 4
        assert replaced and f"In {replaced} cells a character that a workbook cannot hold" in inspector.open(
            "GET", page.address.removesuffix("/file")
        )


@pytest.mark.parametrize("file_format", FORMATS)
def test_nothing_in_the_file_is_a_formula(inspector, tmp_path: Path, file_format):
    with the_world():
        for formula in FORMULAS:
            EvidenceItemFactory(words=formula, criteria=["VW.ii"])
    data = export(inspector, file_format).data
    if file_format == "csv":
        cells = data.decode("utf-8-sig").replace("\r\n", ",").split(",")
        assert not [cell for cell in cells if cell.strip('"')[:1] in tuple("=+-@\t＝") and cell.strip('"')]
        return
    (tmp_path / "out.xlsx").write_bytes(data)
    for sheet in openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets:
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.slow
def test_words_longer_than_a_cell_are_told_and_stand_in_full(inspector):
    words = "".join(f"word {n} " for n in range(6000))
    EvidenceItemFactory(words=words, criteria=["VW.ii"])
    page = export(inspector, "xlsx")
    book = sheets(page.data)
    assert "[Cut here. In full on sheet ‘Long texts’, text 1.]" in book["Evidence"][0]["Words"]
    assert "".join(row["Words"] for row in book["Long texts"]) == words
    assert "Longer than a cell holds: 1 text, in full" in inspector.open("GET", page.address.removesuffix("/file"))


def test_the_download_has_a_name_that_says_what_it_is(inspector):
    page = export(inspector, "xlsx")
    assert page.headers["Content-Disposition"].startswith("attachment; filename=stalking-2026-evidence-matrix-20")
    # With the time, so that two of one day are told apart.
    assert re.search(r"-matrix-\d{4}-\d\d-\d\d-\d{4}\.xlsx$", page.headers["Content-Disposition"])
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.slow
def test_while_it_is_made_the_page_asks_again(inspector):
    asked = inspector.post("matrix.ask_for_export", form={"format": "xlsx"})
    assert asked.one("#export")["hx-get"].endswith("/state")
    row = db.session.query(Export).one()
    early = inspector.get("matrix.download_export", export_id=row.id, follow=False)
    assert (early.status, early.location) == (303, "/inspections/stalking-2026/matrix")
    assert "That file is not here any more. Export again." in inspector.get("matrix.show_matrix")
    do_jobs()
    ready = inspector.get("matrix.show_export_state", export_id=row.id, htmx=True)
    assert "The file is ready." in ready and ready.all("[hx-get]") == []


def test_an_export_that_failed_says_so(inspector):
    asked = inspector.post("matrix.ask_for_export", form={"format": "xlsx"})
    job_id, attempt, _kind = jobs.claim()
    jobs.fail(job_id, attempt, "The disk is full.")
    assert "The file could not be made. The disk is full." in inspector.open("GET", asked.address)


def test_a_double_click_makes_one_export(inspector):
    sent = {"format": "xlsx", "operation": "0198a5a4-0000-7000-8000-00000000000c"}
    first = inspector.post("matrix.ask_for_export", form=sent, follow=False)
    again = inspector.post("matrix.ask_for_export", form=sent, follow=False)
    assert (first.status, first.location) == (again.status, again.location) == (303, first.location)
    assert db.session.query(Export).count() == db.session.query(Job).count() == 1


@pytest.mark.slow
def test_another_person_cannot_see_or_fetch_it(sign_in, inspector):
    page = export(inspector, "xlsx")
    for role in (TeamRole.LEAD, TeamRole.INSPECTOR, TeamRole.QA_LEAD):
        other = sign_in(TeamMemberFactory(role=role))
        for address in ("", "/state", "/file"):
            found = other.open("GET", page.address.removesuffix("/file") + address)
            assert (found.status, "There is no such export of yours." in found) == (404, True)


def test_who_left_the_team_cannot_fetch_what_was_theirs(sign_in):
    member = TeamMemberFactory()
    client = sign_in(member)
    page = export(client, "csv")
    with the_world():
        db.session.delete(member)
    assert client.open("GET", page.address).status == 404


@pytest.mark.slow
def test_an_observer_takes_nothing_out(sign_in, world):
    observer = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))
    assert observer.post("matrix.ask_for_export", form={"format": "xlsx"}).status == 403
    for page in (
        observer.get("matrix.show_matrix"),
        observer.get("criteria.show_criterion", reference="VW.ii"),
    ):
        assert "Export" not in page.main
    assert db.session.query(Export).count() == 0


def test_the_quality_assurance_lead_may(sign_in):
    assert export(sign_in(TeamMemberFactory(role=TeamRole.QA_LEAD)), "csv").status == 200


WRONG = {
    "no format": ({}, 422, "Choose Excel workbook, CSV, ZIP file or JSON."),
    "unknown format": ({"format": "pdf"}, 422, "Choose Excel workbook, CSV, ZIP file or JSON."),
    "path as format": ({"format": "../../etc/passwd"}, 422, "Choose Excel workbook, CSV, ZIP file or JSON."),
    "unknown variant": (
        {"format": "csv", "variant": "anonymous"},
        422,
        "Choose whether the export may be attributed to role and Area.",
    ),
    "unknown Area": ({"format": "csv", "area": "XXX"}, 404, "There is no area called ‘XXX’ in this inspection."),
    "unknown direction": ({"format": "csv", "direction": "up"}, 404, "There is no direction called ‘up’"),
    "unknown criterion": (
        {"format": "csv", "criterion": "XX.i"},
        404,
        "There is no criterion XX.i in this inspection.",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_export_is_told_in_a_sentence_and_not_made(inspector, wrong):
    sent, status, sentence = WRONG[wrong]
    page = inspector.post("matrix.ask_for_export", form=sent)
    assert (page.status, sentence in page) == (status, True), page
    assert db.session.query(Export).count() == db.session.query(Job).count() == 0


def test_a_zero_character_in_a_filter_is_no_error_of_ours(inspector):
    page = inspector.post("matrix.ask_for_export", form={"format": "csv", "by": "Nobody\x00"})
    assert page.status in (404, 422), page
    assert db.session.query(Export).count() == 0


@pytest.mark.slow
def test_an_export_made_twice_by_two_attempts_is_one_file(inspector, world, tmp_path: Path):
    page = export(inspector, "csv")
    job = db.session.query(Job).filter_by(kind=EXPORT).one()
    with the_world():
        job.state = JobState.QUEUED
    do_jobs()
    assert inspector.open("GET", page.address).status == 200
    assert len(list((tmp_path / "exports").iterdir())) == 1


@pytest.mark.slow
@pytest.mark.parametrize("file_format", FORMATS)
def test_the_command_line_takes_out_everything_and_says_what_it_holds(world, tmp_path: Path, file_format):
    output = tmp_path / f"out.{file_format}"
    wanted = ["--format", file_format, "--address", "https://fieldbook.example/app", "--output", str(output)]
    result = command("matrix", "export", "stalking-2026", *wanted)
    assert result.exit_code == 0, result.output
    data = output.read_bytes()
    rows = sheets(data)["Evidence"] if file_format == "xlsx" else table(data)[1]
    assert in_file(rows) == in_database()
    place = "https://fieldbook.example/app/inspections/stalking-2026/evidence/{}/in-place"
    assert all(row["In Fieldbook"] == place.format(row["Evidence"]) for row in rows)
    row = db.session.query(Export).one()
    assert hashlib.sha256(data).hexdigest() == row.sha256
    assert row.sha256 in result.output and f"{row.items} items, {row.tags} tags. OFFICIAL-SENSITIVE." in result.output
    assert row.job_id is None and row.exported_by.endswith("on the server's command line")
    said = about(data) if file_format == "xlsx" else table(data)[0]
    assert said["Exported by"] == row.exported_by
    assert db.session.scalars(select(AuditEntry.actor).where(AuditEntry.deed == "exported")).one() == row.exported_by
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("out")] == [output.name]


COMMANDS = {
    "unknown inspection": (
        ("nowhere-2026", "--output", "{}/x.xlsx"),
        "There is no inspection 'nowhere-2026'. There are: ",
    ),
    "no folder": (("stalking-2026", "--output", "{}/none/x.xlsx"), "Make it first."),
    "a folder": (("stalking-2026", "--output", "{}"), "is a directory"),
    "unknown format": (("stalking-2026", "--format", "pdf", "--output", "{}/x.pdf"), "'pdf' is not one of"),
    "no address": (
        ("stalking-2026", "--address", "fieldbook.example", "--output", "{}/x.xlsx"),
        "fieldbook.example is no address of a site.",
    ),
    "no output": (("stalking-2026",), "--output"),
    "cannot be written": (("stalking-2026", "--output", "{}/" + "x" * 251), "The file could not be written: "),
    "cannot be written, csv": (
        ("stalking-2026", "--format", "csv", "--output", "{}/" + "x" * 251),
        "The file could not be written: ",
    ),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("wrong", COMMANDS)
def test_a_wrong_command_is_told_in_a_sentence_and_leaves_nothing_behind(app, tmp_path: Path, wrong):
    arguments, sentence = COMMANDS[wrong]
    folder = tmp_path / "out"
    folder.mkdir()
    result = command("matrix", "export", *(argument.format(folder) for argument in arguments))
    assert result.exit_code in (1, 2)
    assert sentence in result.output
    assert "Traceback" not in result.output and isinstance(result.exception, SystemExit)
    assert list(folder.iterdir()) == []
    gc.collect()  # XlsxWriter leaves the rows of a workbook that could not be written in open files


def test_a_file_that_cannot_be_replaced_stays_as_it_was(app, tmp_path: Path, monkeypatch):
    output = tmp_path / "out.csv"
    output.write_text("The one before.")
    (tmp_path / "out.csv.part").mkdir()  # so that nothing can be written beside it
    result = command("matrix", "export", "stalking-2026", "--format", "csv", "--output", str(output))
    assert result.exit_code == 1 and "The file could not be written" in result.output
    assert output.read_text() == "The one before."


@pytest.mark.slow
def test_another_inspection_is_in_no_export(inspector):
    elsewhere = InspectionFactory()
    with the_world():
        EvidenceItemFactory(source=InterviewFactory(inspection_id=elsewhere.id, body=None, role=None))
        FileFindingFactory(inspection_id=elsewhere.id)
    book = sheets(export(inspector, "xlsx").data)
    assert (book["Evidence"], book["Findings"], book["Links"], book["Withdrawn"]) == ([], [], [], [])


def test_a_filtered_export_holds_the_findings_and_links_of_what_is_in_it(inspector):
    inside, outside = FileFindingFactory(criteria=["LD.ii"]), FileFindingFactory(criteria=["VW.v"])
    held, other = EvidenceItemFactory(criteria=["LD.ii"]), EvidenceItemFactory(criteria=["VW.v"])
    LinkFactory(item=held, finding=inside)
    LinkFactory(item=other, finding=outside)
    found = sheets(export(inspector, "xlsx", criterion="LD.ii").data)
    assert {row["Finding"] for row in found["Findings"]} == {inside.reference}
    assert [(row["Evidence"], row["Finding"]) for row in found["Links"]] == [(held.reference, inside.reference)]
    assert "Withdrawn" not in found


@pytest.mark.slow
def test_acronyms_are_spelt_out_once_and_quotations_keep_their_words(inspector):
    with the_world():
        for number in range(2):
            EvidenceItemFactory(
                words=f"The CPS told SDCPs {number}.", gist="CPS and VRR", quote=True, criteria=["VW.ii"]
            )
        FileFindingFactory(statement="CPS letters were late.", criteria=["VW.ii"])
    book = sheets(export(inspector, "xlsx", acronyms="1").data)
    first, second = book["Evidence"]
    assert first["Words"] == "The CPS [Crown Prosecution Service] told SDCPs [Senior District Crown Prosecutors] 0."
    assert first["Gist"] == "CPS and Victims' Right to Review (VRR)"
    assert (second["Words"], second["Gist"]) == ("The CPS told SDCPs 1.", "CPS and VRR")
    assert book["Findings"][0]["What the files show"] == "Crown Prosecution Service (CPS) letters were late."
    assert first["Role"] == "District Crown Prosecutor" and {row["Acronym"] for row in book["Acronyms"]} >= {"CPS"}
    assert table(export(inspector, "csv", acronyms="1").data)[1][0]["Words"] == first["Words"]
    as_typed = sheets(export(inspector, "xlsx").data)
    assert as_typed["Evidence"][0]["Words"] == "The CPS told SDCPs 0."
    assert db.session.query(Export).filter_by(spelt_out=True).count() == 2


@pytest.mark.slow
def test_the_zip_holds_the_rows_of_every_sheet(inspector, world):
    book, files = sheets(export(inspector, "xlsx").data), archive(export(inspector, "zip").data)
    assert [name.lower().replace(" ", "-") for name in book] == list(files)
    for name, rows in book.items():
        if name == "About":  # made at another moment
            continue
        as_text = [
            {title: "" if v is None else str(v.date()) if title == "Date" else str(v) for title, v in row.items()}
            for row in rows
        ]
        assert files[name.lower().replace(" ", "-")] == as_text, name


@pytest.mark.slow
@pytest.mark.parametrize("file_format", ["xlsx", "zip"])
def test_what_inspectors_wrote_beside_the_evidence_is_no_formula_either(inspector, file_format):
    with the_world():
        for formula in FORMULAS:
            item, other = EvidenceItemFactory(criteria=["LD.i"]), EvidenceItemFactory()
            ItemLinkFactory(item=item, other=other, reason=formula)
            ItemThemeFactory(item=item, name=formula)
            item.source.title = formula
            withdraw(EvidenceItemFactory(), formula, by=SOMEBODY)
    data = export(inspector, file_format).data
    if file_format == "zip":
        raw = parts(type("Page", (), {"data": data, "headers": ""})())
        for name in ("links.csv", "sources.csv", "withdrawn.csv", "evidence.csv"):
            cells = raw[name].split(b"\n", 1)[1].decode("utf-8-sig").replace("\r\n", ",").split(",")
            assert not [cell for cell in cells if cell.strip('"')[:1] in tuple("=+-@\t＝") and cell.strip('"')]
        return
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert not [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    typed = [row["Reason"] for row in sheets(data)["Links"]]
    assert typed == [storable(formula)[0] for formula in FORMULAS]


@pytest.mark.slow
def test_each_table_of_the_workbook_has_filters_and_a_frozen_heading(inspector, world):
    book = openpyxl.load_workbook(io.BytesIO(export(inspector, "xlsx").data))
    assert len(book.worksheets) > 10
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref.startswith("A1:"), sheet.title


@pytest.mark.slow
def test_the_notes_on_method_are_in_the_packs_words(inspector):
    notes = sheets(export(inspector, "xlsx").data)["Notes on method"]
    said = {row["About"]: row["Note"] for row in notes}
    rules = get_rules(the_inspection().id)
    assert said["How evidence was gathered"].endswith("several methods of evidence gathering.")
    assert said["Strength: Triangulated"] in {value.meaning for value in rules.strength.values}
    assert said["Shows: Mixed"] == "Counted for strength and weakness."
    assert said["Acronyms"] == rules.acronyms_rule
    assert not [title for title in said if title.startswith("Not attributable")]
    general = sheets(export(inspector, "xlsx", variant="general").data)["Notes on method"]
    assert rules.generalisation.rule in {row["Note"] for row in general}


@pytest.mark.slow
def test_sources_without_evidence_are_in_the_index_too(inspector):
    with the_world():
        DocumentFactory(title="Minutes of the panel", body="WES")
        item = EvidenceItemFactory(criteria=["LD.i", "LD.ii"])
        EvidenceItemFactory(source=item.source)
    rows = {row["Source"]: row for row in sheets(export(inspector, "xlsx").data)["Sources"]}
    assert (rows["DOC-001"]["Title"], rows["DOC-001"]["Items"], rows["DOC-001"]["Tags"]) == (
        "Minutes of the panel",
        0,
        0,
    )
    assert (rows["INT-001"]["Family"], rows["INT-001"]["Items"], rows["INT-001"]["Tags"]) == (
        "What people told us",
        2,
        2,
    )
    filtered = sheets(export(inspector, "xlsx", criterion="LD.i").data)["Sources"]
    assert [(row["Source"], row["Items"], row["Tags"]) for row in filtered] == [("INT-001", 1, 1)]


@pytest.mark.slow
def test_themes_good_practice_and_resolved_contradictions_are_told(inspector):
    with the_world():
        item = EvidenceItemFactory(criteria=["LD.i"], good_practice=True)
        link = ItemLinkFactory(item=item, other=EvidenceItemFactory(criteria=["LD.i"]), reason="They differ")
        ItemThemeFactory(item=item, name="Rotas")
        ItemThemeFactory(item=item, name="Training")
        resolve(link, "set_aside", item.reference, "It was withdrawn in the debrief", base=link.version, by=SOMEBODY)
    book = sheets(export(inspector, "xlsx").data)
    row = book["Evidence"][0]
    assert (row["Themes"], row["Good practice"], row["Set aside"]) == ("Rotas, Training", "Yes", "Yes")
    (told,) = book["Links"]
    assert (told["Other evidence"], told["Contradiction"], told["Set aside"]) == (
        "E-0002",
        "One side set aside",
        "E-0001",
    )
    assert told["Reason for the outcome"] == "It was withdrawn in the debrief"


@pytest.mark.parametrize("file_format", ["xlsx", "csv", "json"])
def test_an_export_of_a_demonstration_says_so(inspector, file_format):
    with the_world():
        the_inspection().demonstration = True
    page = export(inspector, file_format)
    if file_format == "json":
        assert document(page.data)["about"]["demonstration"] is True
    else:
        assert said_by(page, file_format)["Demonstration"].startswith("Made up to explore Fieldbook")
