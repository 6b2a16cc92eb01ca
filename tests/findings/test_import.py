"""Importing file findings: seen before it happens, row by row, all or nothing."""

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.findings.models import FileFinding, FindingImport, ImportState
from app.findings.sheet import fold
from app.inspections.models import TeamRole
from app.inspections.queries import list_bodies
from tests.databases import counting_statements
from tests.evidence.naughty import FORMULAS, harmless, joined, kept, naughty_strings, script_strings, words_of
from tests.factories import the_inspection
from tests.findings.factories import FileFindingFactory, FindingImportFactory
from tests.findings.sheets import HEADINGS, MAKE, as_csv, as_xlsx, confirm, shown, upload
from tests.inspections.factories import InspectionFactory, TeamMemberFactory

GOOD = [
    ["A1", "Letters went out late.", "VW.ii; vw.iv", "Wessex", 17, 25],
    ["A2", "Bail was opposed.", "VW.iii", "", None, None],
    ["", "Charging was right.", "LD.i and LD.ii", "All Areas", 0, 0],
]


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


def findings() -> list[FileFinding]:
    return list(db.session.scalars(select(FileFinding).order_by(FileFinding.number)))


def said(finding: FileFinding) -> list:
    body = finding.body.code if finding.body else ""
    criteria = " ".join(criterion.reference for criterion in finding.criteria)
    return [finding.own_reference, finding.statement, criteria, body, finding.files, finding.applicable]


@pytest.mark.parametrize("kind", MAKE)
def test_a_sheet_is_seen_first_and_then_imported(inspector, kind):
    preview = upload(inspector, MAKE[kind](GOOD), f"findings.{kind}")
    assert preview.heading == f"What ‘findings.{kind}’ would do"
    assert "3 findings would be added, 0 changed, 0 left as they are. 0 rows cannot be imported." in preview
    assert shown(preview) == {2: ("Adds", []), 3: ("Adds", []), 4: ("Adds", [])}
    assert findings() == [], "looking changes nothing"
    assert "Wessex" in preview.one("tbody").get_text()
    listed = confirm(inspector, preview)
    assert listed.messages.endswith("3 added, 0 changed.")
    assert [said(finding) for finding in findings()] == [
        ["A1", "Letters went out late.", "VW.ii VW.iv", "WES", 17, 25],
        ["A2", "Bail was opposed.", "VW.iii", "", None, None],
        ["", "Charging was right.", "LD.i LD.ii", "", 0, 0],
    ]
    assert [link.get_text() for link in listed.all("tbody th a")] == ["F-01", "F-02", "F-03"]
    assert "17 of 25" in listed and "0 of 0" in listed


BAD = {
    3: (["B2", "", "VW.ii", "", "", ""], ["Finding is empty"]),
    5: (["B3", "x" * 4001, "VW.ii", "", "", ""], ["Finding is longer than 4,000 characters"]),
    6: (["B4", "Words", "", "", "", ""], ["Criteria is empty: name at least one, such as FS.i"]),
    7: (["B5", "Words", "VW.ii, VW.xx", "", "", ""], ["'VW.xx' is no criterion of this inspection"]),
    8: (["B6", "Words", "VW.ii", "Narnia", "", ""], ["'Narnia' is no Area of this inspection"]),
    9: (["B7", "Words", "VW.ii", "", "many", 9], ["Files must be a whole number, not 'many'"]),
    10: (["B8", "Words", "VW.ii", "", "3.5", 9], ["Files must be a whole number, not '3.5'"]),
    11: (["B9", "Words", "VW.ii", "", "-3", 9], ["Files must be a whole number, not '-3'"]),
    12: (["B10", "Words", "VW.ii", "", 9, ""], ["Files has a number and Applicable has none: say out of how many"]),
    13: (["B11", "Words", "VW.ii", "", 10, 9], ["Files (10) is more than Applicable (9)"]),
    14: (["b1", "Words", "VW.ii", "", "", ""], ["Reference 'b1' is also in row 2: each needs its own"]),
    15: (["B12", "", "", "Narnia", "x", "y"], []),
}


def bad_sheet() -> list[list]:
    rows = [["B1", "Good.", "VW.ii", "", "", ""]]
    for number, (row, _faults) in BAD.items():
        rows += [[""] * 6] * (number - 2 - len(rows))  # row 4 is blank: the numbers stay the spreadsheet's own
        rows.append(row)
    return rows


@pytest.mark.parametrize("kind", MAKE)
def test_every_bad_row_is_told_with_the_spreadsheets_own_number_and_why(inspector, kind):
    preview = upload(inspector, MAKE[kind](bad_sheet()), f"findings.{kind}")
    assert "1 finding would be added" in preview and "12 rows cannot be imported." in preview
    found = shown(preview)
    assert found[2] == ("Adds", [])
    for number, (_row, faults) in BAD.items():
        assert found[number][0] == "Cannot be imported"
        assert found[number][1] == faults or (number == 15 and len(found[15][1]) == 5), found[number]
    assert 4 not in found


def test_nothing_is_imported_while_bad_rows_are_not_knowingly_left_out(inspector):
    preview = upload(inspector, as_csv(bad_sheet()))
    refused = confirm(inspector, preview)
    assert refused.status == 422
    assert refused.errors == ["Correct the rows in the spreadsheet and send it again, or tick to leave them out"]
    assert shown(refused) == shown(preview)
    assert findings() == []
    assert confirm(inspector, preview, leave_bad="y").messages.endswith("1 added, 0 changed.")
    assert [finding.own_reference for finding in findings()] == ["B1"]


def test_a_sheet_of_bad_rows_only_imports_nothing_even_when_they_are_left_out(inspector):
    preview = upload(inspector, as_csv([["", "", "", "", "", ""], ["X", "", "", "", "", ""]]))
    refused = confirm(inspector, preview, leave_bad="y")
    assert refused.status == 422
    assert refused.errors[0].startswith("No row can be imported")


def test_a_corrected_sheet_shows_its_differences_and_changes_only_those(inspector):
    confirm(inspector, upload(inspector, as_csv(GOOD[:2])))
    corrected = [
        ["a1", "Letters went out late.", "VW.iv VW.ii LD.i", "CPS East Midlands", 18, 25],
        GOOD[1],
        ["A3", "New.", "LD.i", "", "", ""],
    ]
    preview = upload(inspector, as_xlsx(corrected), "corrected.xlsx")
    assert shown(preview) == {
        2: (
            "Changes F-01",
            [
                "Criteria: now ‘VW.ii, VW.iv’, then ‘VW.iv, VW.ii, LD.i’",
                "Area: now ‘Wessex’, then ‘East Midlands’",
                "Files: now ‘17’, then ‘18’",
            ],
        ),
        3: ("As it is", []),
        4: ("Adds", []),
    }
    assert said(findings()[0])[4] == 17, "looking changes nothing"
    assert confirm(inspector, preview).messages.endswith("1 added, 1 changed.")
    assert [said(finding) for finding in findings()] == [
        ["A1", "Letters went out late.", "LD.i VW.ii VW.iv", "EMI", 18, 25],
        ["A2", "Bail was opposed.", "VW.iii", "", None, None],
        ["A3", "New.", "LD.i", "", None, None],
    ]
    assert [finding.version for finding in findings()] == [2, 1, 1]


def test_the_same_sheet_again_has_nothing_to_do(inspector):
    confirm(inspector, upload(inspector, as_csv(GOOD[:2])))
    preview = upload(inspector, as_xlsx(GOOD[:2]), "again.xlsx")
    assert {does for does, _lines in shown(preview).values()} == {"As it is"}
    refused = confirm(inspector, preview)
    assert refused.status == 422
    assert "each is as it stands here already" in refused.errors[0]
    assert len(findings()) == 2


def test_an_import_confirmed_twice_happens_once(inspector):
    preview = upload(inspector, as_csv(GOOD))
    confirm(inspector, preview)
    again = confirm(inspector, preview)
    assert (again.status, "imported or left already" in again) == (409, True)
    assert len(findings()) == 3
    assert inspector.open("GET", preview.address).status == 303, "there is nothing more to look at"


def test_a_double_click_on_import_happens_once_and_is_answered_the_same(inspector):
    preview = upload(inspector, as_csv(GOOD))
    sent = {"operation": "0198a5a4-0000-7000-8000-00000000000a"}
    first = inspector.open("POST", preview.address, form=sent, follow=False)
    again = inspector.open("POST", preview.address, form=sent, follow=False)
    assert (first.status, first.location) == (again.status, again.location) == (303, first.location)
    assert len(findings()) == 3


def test_a_sheet_may_be_left_after_all(inspector):
    preview = upload(inspector, as_csv(GOOD))
    left = confirm(inspector, preview, leave="1")
    assert left.messages.endswith("Nothing was imported.")
    assert confirm(inspector, preview).status == 409
    assert findings() == []
    assert db.session.query(FindingImport).one().state is ImportState.LEFT


def test_what_changed_between_looking_and_importing_is_taken_as_it_is_then(inspector):
    first = upload(inspector, as_csv(GOOD[:1]))
    second = upload(inspector, as_csv([[*GOOD[0][:4], 20, 25]]))
    confirm(inspector, first)
    assert shown(inspector.open("GET", second.address))[2] == ("Changes F-01", ["Files: now ‘17’, then ‘20’"])
    confirm(inspector, second)
    assert [said(finding)[4] for finding in findings()] == [20]


@pytest.mark.parametrize("kind", MAKE)
def test_every_spelling_of_an_area_is_understood(inspector, kind):
    spellings = {
        "Thames & Chiltern": "TCH",
        "thames and  chiltern": "TCH",
        "CPS Wessex": "WES",
        "cps  WESSEX": "WES",
        "WES": "WES",
        "Yorkshire & the Humber": "YHU",
        "CPS Merseyside and Cheshire": "MCH",
        "CPS HQ": "HQ",
        "Cymru/Wales": "CYW",
        "national": "",
        "All 14 Areas": "",
        "  ": "",
    }
    rows = [["", f"Finding {at}", "LD.i", spelling] for at, spelling in enumerate(spellings)]
    confirm(inspector, upload(inspector, MAKE[kind](rows), f"x.{kind}"))
    assert [said(finding)[3] for finding in findings()] == list(spellings.values())


def test_no_two_areas_share_a_spelling(app):
    spellings = [
        fold(name) for body in list_bodies(the_inspection().id) for name in {body.code, body.name, *body.aliases}
    ]
    bodies = [body.code for body in list_bodies(the_inspection().id) for _ in {body.code, body.name, *body.aliases}]
    assert len({*zip(spellings, bodies, strict=True)}) == len(set(spellings))


def test_headings_are_known_by_other_names_in_any_order(inspector):
    headings = ["CPS AREA", " out of ", "Notes of ours", "Sub-questions", "n yes", "File  finding", "Our reference"]
    confirm(inspector, upload(inspector, as_csv([["Wessex", 25, "ignored", "ld.I", 17, "Words.", "R1"]], headings)))
    assert said(findings()[0]) == ["R1", "Words.", "LD.i", "WES", 17, 25]


@pytest.mark.parametrize("kind", MAKE)
def test_cells_that_look_like_formulas_stay_text(inspector, kind):
    rows = [[f"R{at}", formula + " words", "LD.i", "", "", ""] for at, formula in enumerate(FORMULAS)]
    preview = upload(inspector, MAKE[kind](rows), f"x.{kind}")
    confirm(inspector, preview)
    assert [finding.statement for finding in findings()] == [kept(row[1]) for row in rows]


@pytest.mark.slow
@pytest.mark.parametrize("kind", MAKE)
def test_naughty_findings_and_references_are_shown_back_exactly(inspector, kind):
    strings = [s for s in [*naughty_strings(), *joined(script_strings(), 3900)] if s.strip()]
    if kind == "xlsx":  # which holds no control characters: see formats/workbook.py
        strings = [s for s in strings if all(c in "\t\n" or " " <= c != "\ufffe" for c in s)]
    assert len(strings) > 550
    # Blanks at the ends of a reference are no part of it, and each row needs its own.
    rows = [[f"{at} {s[:60]}".strip(), s, "LD.i", "", "", ""] for at, s in enumerate(strings)]
    plain = upload(inspector, as_csv(GOOD))
    preview = upload(inspector, MAKE[kind](rows), f"x.{kind}")
    harmless(preview, plain)
    assert [cell.get_text() for cell in preview.all("tbody tr > td:nth-of-type(3)")] == [kept(s) for s in strings]
    assert [cell.get_text() for cell in preview.all("tbody tr > td:nth-of-type(2)")] == [kept(row[0]) for row in rows]
    page, statements, references = confirm(inspector, preview), [], []
    like = inspector.get("findings.list_findings", after=len(strings) - 3)
    while True:
        statements += words_of(page.all("tbody tr > td:nth-of-type(1)"))
        references += words_of(page.all("tbody th .fb-quiet"))
        harmless(page, page if page.all("a[rel=next]") else like)
        if not (more := page.all("a[rel=next]")):
            break
        page = inspector.open("GET", more[0]["href"])
    assert statements == [kept(s) for s in strings]
    assert references == [kept(row[0]) for row in rows]
    finding = findings()[-1]
    harmless(inspector.get("findings.show_finding", finding), inspector.get("findings.show_finding", findings()[0]))
    assert inspector.get("findings.show_finding", finding).one(".fb-prose").get_text() == kept(strings[-1])


def in_one_sentence(page) -> str:
    """The one line that says what is wrong with the file; nothing of it was kept."""
    assert page.status == 422
    assert page.heading == "Import file findings"
    (line,) = page.errors
    assert page.one(page.one(".govuk-error-summary__list a")["href"])["type"] == "file"
    assert db.session.query(FindingImport).count() == 0
    assert findings() == []
    return line


FROM_OUTSIDE = {
    "xlsx/password_protected.xlsx": "This file has a password. Ask the sender for a copy without one.",
    "xlsx/actually_a_png.xlsx": "This is not a spreadsheet (PNG picture).",
    "xlsx/EXCEL_95.XLS": "This is not a spreadsheet (Excel 97–2003 workbook).",
    "xlsx/xlsx_QQQ1234567.xlsx": "",
    "xlsx/emoji.xlsx": "",
    "xlsx/xlsx_exotic_types.xlsx": "The first row must head the columns.",
    "xlsx/xlsx_hidden_sheet.xlsx": "",
    "pdf/habibi.pdf": "This is not a spreadsheet (PDF document).",
    "docx/original.docx": "This is not a spreadsheet (Word document).",
    "attack/zip_with_symlink.zip": "This is not a spreadsheet (ZIP archive).",
    "attack/SVG_XSS1.svg": "This is not a spreadsheet (Plain text).",
}


@pytest.mark.parametrize("name", FROM_OUTSIDE)
def test_a_wrong_file_is_told_in_one_sentence_and_nothing_of_it_is_kept(inspector, given, name):
    page = upload(inspector, given(name), name.rpartition("/")[2])
    assert in_one_sentence(page).startswith(FROM_OUTSIDE[name])


MADE = {
    "empty": (b"", "findings.csv", ""),
    "only blanks": (b"\r\n\r\n , ,\r\n", "findings.csv", ""),
    "headings only": (as_csv([]), "findings.csv", "The sheet has headings and no findings."),
    "headings only, xlsx": (as_xlsx([]), "findings.xlsx", "The sheet has headings and no findings."),
    "no headings": (as_csv(GOOD, GOOD[0]), "findings.csv", "The first row must head the columns."),
    "no Criteria": (
        as_csv(GOOD, ["Reference", "Finding"]),
        "x.csv",
        "The first row must head the columns. There is none called Criteria.",
    ),
    "cut off": (as_xlsx(GOOD)[:2000], "findings.xlsx", ""),
    "a zip of nothing": (b"PK\x05\x06" + b"\0" * 18, "findings.xlsx", "This is not a spreadsheet (ZIP archive)."),
    "60,000 rows": (as_csv([["", "Words.", "LD.i", "", "", ""]] * 60_000), "x.csv", "This file is too large"),
    "6,000 rows": (as_csv([["", "Words.", "LD.i", "", "", ""]] * 6_000), "x.csv", "The sheet has 6,000 rows."),
    "no file": (None, "", "Choose the spreadsheet"),
}


@pytest.mark.slow
@pytest.mark.parametrize("wrong", MADE)
def test_a_file_without_findings_is_told_in_one_sentence(inspector, wrong):
    data, name, sentence = MADE[wrong]
    page = upload(inspector, data, name) if data is not None else inspector.post("findings.upload_sheet")
    assert in_one_sentence(page).startswith(sentence)


@pytest.mark.slow
def test_a_sheet_of_more_than_4_mib_is_taken(inspector):
    rows = [["", "x" * 3990, "LD.i", "", "", ""]] * 1300
    preview = upload(inspector, as_csv(rows))
    assert preview.status == 200, preview
    assert "1,300 findings would be added" in preview


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_file_of_more_than_20_mib_is_refused_with_a_sentence(inspector):
    page = upload(inspector, b"x" * (21 * 1024 * 1024))
    assert (page.status, "split the text or the file" in page) == (413, True)


@pytest.mark.slow
def test_the_statements_of_an_import_do_not_grow_faster_than_its_rows(inspector):
    def asked(corrected: int) -> int:
        rows = [[f"{corrected}-{at}", f"Finding {at}", "LD.i", "", at, 1000] for at in range(corrected)]
        confirm(inspector, upload(inspector, as_csv(rows)))
        preview = upload(inspector, as_csv([[*row[:4], row[4] + 1, 1001] for row in rows]))
        with counting_statements() as counted:
            assert confirm(inspector, preview).messages.endswith(f"0 added, {corrected} changed.")
        return len(counted)

    few, many = asked(10), asked(60)
    assert many - few <= 50 * 3, (few, many)


@pytest.mark.parametrize("role", [TeamRole.OBSERVER, TeamRole.QA_LEAD])
def test_who_only_reads_imports_nothing(sign_in, role):
    reader = sign_in(TeamMemberFactory(role=role))
    assert upload(reader, as_csv(GOOD)).status == 403
    sheet = FindingImportFactory()
    assert reader.post("findings.import_sheet", import_id=sheet.id).status == 403
    assert reader.get("findings.show_preview", import_id=sheet.id).status == 403
    assert "Import a spreadsheet" not in reader.get("findings.list_findings")


def test_the_import_of_another_inspection_is_not_found(inspector):
    sheet = FindingImportFactory(inspection_id=InspectionFactory().id)
    for page in (
        inspector.get("findings.show_preview", import_id=sheet.id),
        inspector.post("findings.import_sheet", import_id=sheet.id),
    ):
        assert (page.status, "There is no such import in this inspection." in page) == (404, True)


def test_references_of_another_inspection_are_no_references_of_this_one(inspector):
    FileFindingFactory(inspection_id=InspectionFactory().id, own_reference="A1")
    assert shown(upload(inspector, as_csv(GOOD[:1]))) == {2: ("Adds", [])}


def test_an_import_is_in_the_audit_trail_with_its_file(inspector):
    confirm(inspector, upload(inspector, as_csv(GOOD)))
    assert db.session.scalar(select(func.count()).select_from(FindingImport)) == 1
    sheet = db.session.query(FindingImport).one()
    assert (sheet.state, sheet.file_name, len(sheet.sha256)) == (ImportState.IMPORTED, "findings.csv", 64)
    assert HEADINGS[0] == "Reference"
