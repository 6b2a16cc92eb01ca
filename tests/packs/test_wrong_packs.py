"""A wrong pack is refused whole, with file, line and reason."""

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.extensions import db
from app.packs.reading import WrongPack, read_pack
from app.packs.schema import Pack
from tests.conftest import PACK
from tests.packs.test_real_pack import everything

Change = Callable[[Path], None]


def replaced(file: str, old: str, new: str) -> Change:
    """A change of the first place in a file where `old` stands."""

    def change(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def overwritten(file: str, content: bytes) -> Change:
    return lambda folder: (folder / file).write_bytes(content) and None  # type: ignore[func-returns-value]


def removed(file: str) -> Change:
    return lambda folder: (folder / file).unlink()


BOMB = b"a: &a [x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (98 + n, 98 + n, b", ".join([b"*%c" % (97 + n)] * 9)) for n in range(12)
)

# What is changed, and what is said: file, words of the line that is named (None: no line), and the reason.
CASES: dict[str, tuple[Change, str, str | None, str]] = {
    "a file is missing": (removed("rules.yaml"), "rules.yaml", None, "the file is missing"),
    "another is missing": (removed("topic-guides.yaml"), "topic-guides.yaml", None, "the file is missing"),
    "a file is empty": (overwritten("scope.yaml", b""), "scope.yaml", "", "must be a list of named values"),
    "a file is a list": (
        overwritten("scope.yaml", b"- a\n- b\n"),
        "scope.yaml",
        "- a",
        "must be a list of named values",
    ),
    "a file is no text": (overwritten("scope.yaml", b"\xff\xfe\x00"), "scope.yaml", None, "cannot be read"),
    "a file holds a control character": (overwritten("scope.yaml", b"a: \x01\n"), "scope.yaml", None, "is not YAML"),
    "a bracket is open": (overwritten("rules.yaml", b"a: [1, 2\nb: 3\n"), "rules.yaml", "b: 3", "is not YAML"),
    "it is not well indented": (
        replaced("scope.yaml", "code: stalking-2026", "  code: stalking-2026"),
        "scope.yaml",
        "  code: stalking-2026",
        "is not YAML",
    ),
    "an alias bomb": (overwritten("rules.yaml", BOMB), "rules.yaml", "", "holds more than 200,000 values"),
    "a name that holds itself": (
        replaced("scope.yaml", 'version: "1.0"', 'version: "1.0"\nother: &o [*o]'),
        "scope.yaml",
        "other: &o",
        "holds itself",
    ),
    "a name stands twice": (
        replaced("scope.yaml", "code: stalking-2026", "code: stalking-2026\ncode: stalking-2027"),
        "scope.yaml",
        "code: stalking-2027",
        "'code' stands twice",
    ),
    "a name stands twice, deep inside": (
        replaced("scope.yaml", "      - ref: FS.i\n", "      - ref: FS.i\n        ref: FS.ii\n"),
        "scope.yaml",
        "        ref: FS.ii",
        "'ref' stands twice",
    ),
    "a key is no text": (
        replaced("rules.yaml", "source_kinds:", "? [a, b]\n: 1\nsource_kinds:"),
        "rules.yaml",
        "? [a, b]",
        "a name must be plain words",
    ),
    "an object of Python": (
        replaced("scope.yaml", 'version: "1.0"', "version: !!python/object/apply:os.system [id]"),
        "scope.yaml",
        "version: !!python",
        "is not YAML",
    ),
    "something is left out": (
        replaced("scope.yaml", "code: stalking-2026", "# code"),
        "scope.yaml",
        "title:",
        "code: field required",
    ),
    "a text is a number": (
        replaced("scope.yaml", 'version: "1.0"', "version: 1.0"),
        "scope.yaml",
        "version: 1.0",
        "version: input should be a valid string",
    ),
    "a code has blanks": (
        replaced("scope.yaml", "code: stalking-2026", "code: Stalking 2026"),
        "scope.yaml",
        "code: Stalking 2026",
        "code: string should match pattern",
    ),
    "a criterion has no words": (
        replaced(
            "scope.yaml",
            "wording: Does the police file submission comply with the National File Standard for the type of case?",
            'wording: ""',
        ),
        "scope.yaml",
        'wording: ""',
        "groups.0.criteria.0.wording: string should have at least 1 character",
    ),
    "a criterion is numbered oddly": (
        replaced("scope.yaml", "      - ref: FS.ii\n", "      - ref: FS-2\n"),
        "scope.yaml",
        "ref: FS-2",
        "groups.0.criteria.1.ref: string should match pattern",
    ),
    "a criterion stands twice": (
        replaced("scope.yaml", "      - ref: FS.ii\n", "      - ref: FS.i\n"),
        "scope.yaml",
        "ref: FS.i",
        "criterion FS.i stands 2 times",
    ),
    "a criterion stands in another group": (
        replaced("scope.yaml", "      - ref: FS.ii\n", "      - ref: LD.x\n"),
        "scope.yaml",
        "ref: LD.x",
        "criterion LD.x stands in group FS",
    ),
    "a footnote is not there": (
        replaced("scope.yaml", "footnotes: [6]", "footnotes: [66]"),
        "scope.yaml",
        "footnotes: [66]",
        "criterion FS.i names footnote 66, which is missing",
    ),
    "a kind of source is unknown": (
        replaced("rules.yaml", "code: interview", "code: seance"),
        "rules.yaml",
        "code: seance",
        "source_kinds.0.code: input should be",
    ),
    "a default names no kind of evidence": (
        replaced("rules.yaml", "case_file: direct, other: direct}", "case_file: direct,\n  other: hearsay}"),
        "rules.yaml",
        "  other: hearsay}",
        "is 'hearsay', which is no evidence kind",
    ),
    "a planned session has no guide": (
        replaced("topic-guides.yaml", "{role: hq_legal_lead, ", "{role: hq_illegal_lead, "),
        "topic-guides.yaml",
        "{role: hq_illegal_lead, ",
        "planned session of 'hq_illegal_lead', which has no guide",
    ),
    "a prompt names no criterion": (
        replaced("topic-guides.yaml", "{id: HL1, criteria: [LD.iii, QT.i]", "{id: HL1, criteria: [LD.iii, QT.x]"),
        "topic-guides.yaml",
        "id: HL1,",
        "prompt HL1 names criterion QT.x, which is missing",
    ),
    "a prompt names no earlier item": (
        replaced("topic-guides.yaml", "earlier: [LSR-04]", "earlier: [LSR-99]"),
        "topic-guides.yaml",
        "id: HL1,",
        "prompt HL1 names earlier item LSR-99, which is missing",
    ),
    "a prompt is asked in no Area": (
        replaced("topic-guides.yaml", "{id: HL1, ", "{id: HL1, areas: [XXX], "),
        "topic-guides.yaml",
        "id: HL1,",
        "prompt HL1 names Area XXX, which is missing",
    ),
    "a prompt stands twice": (
        replaced("topic-guides.yaml", "{id: HL2, ", "{id: HL1, "),
        "topic-guides.yaml",
        "id: HL1, criteria: [LD.ii]",
        "prompt HL1 stands 2 times",
    ),
    "a request names no criterion": (
        replaced("document-requests.yaml", "criteria: [QT.i]", "criteria: [QT.x]"),
        "document-requests.yaml",
        "criteria: [QT.x]",
        "names criterion QT.x, which is missing",
    ),
    "a request depends on none": (
        replaced("document-requests.yaml", "depends_on: A1", "depends_on: A99"),
        "document-requests.yaml",
        "depends_on: A99",
        "names request A99, which is missing",
    ),
    "a figure is bound by none": (
        replaced("document-requests.yaml", "at_most: in_post", "at_most: in_posts"),
        "document-requests.yaml",
        "at_most: in_posts",
        "names number in_posts, which is missing",
    ),
    "a request stands twice": (
        replaced("document-requests.yaml", "- id: A2\n", "- id: A1\n"),
        "document-requests.yaml",
        "id: A1",
        "request A1 stands 2 times",
    ),
    "a question names no criterion": (
        replaced("question-set.yaml", "criterion: FS.i\n", "criterion: FS.x\n"),
        "question-set.yaml",
        "criterion: FS.x",
        "question Q01 names criterion FS.x, which is missing",
    ),
    "a question has no scale": (
        replaced("question-set.yaml", "answers: meeting\n", "answers: feeling\n"),
        "question-set.yaml",
        "answers: feeling",
        "question Q01 names answer scale feeling, which is missing",
    ),
    "a question stands twice": (
        replaced("question-set.yaml", "- id: Q02\n", "- id: Q01\n"),
        "question-set.yaml",
        "id: Q01",
        "question Q01 stands 2 times",
    ),
    "an earlier item names no criterion": (
        replaced("previous-recommendations.yaml", "criteria: [PW.i, LD.iii, QT.ii]", "criteria: [PW.x, LD.iii, QT.ii]"),
        "previous-recommendations.yaml",
        "criteria: [PW.x",
        "item LIF-01 names criterion PW.x, which is missing",
    ),
    "an earlier item stands twice": (
        replaced("previous-recommendations.yaml", "- id: LIF-02\n", "- id: LIF-01\n"),
        "previous-recommendations.yaml",
        "id: LIF-01",
        "item LIF-01 stands 2 times",
    ),
    "a visit is to no Area": (
        replaced("scope.yaml", "- area: MCH\n", "- area: XXX\n"),
        "scope.yaml",
        "area: XXX",
        "a visit names Area XXX, which is missing",
    ),
    "a day that there is not": (
        replaced("scope.yaml", 'date: "2025-12-16"', "date: 2026-13-45"),
        "scope.yaml",
        "date: 2026-13-45",
        "milestones.0.date: value error",
    ),
    "no number": (
        replaced("scope.yaml", "files_total: 350", "files_total: .nan"),
        "scope.yaml",
        None,
        "holds a value that is none",
    ),
    "the zero character": (
        replaced("scope.yaml", "name: File submission", 'name: "File\\0submission"'),
        "scope.yaml",
        "name: ",
        "holds the zero character",
    ),
    "a ladder is of no role": (
        replaced("rules.yaml", "    hq_legal_lead:      [", "    hq_lead:      ["),
        "rules.yaml",
        "    hq_lead:",
        "a ladder names role hq_lead, which is missing",
    ),
    "a recognisable role is none": (
        replaced("rules.yaml", "roles_usually: [hq_legal_lead,", "roles_usually: [hq_lead,"),
        "rules.yaml",
        "roles_usually: [hq_lead,",
        "recognisable_role names role hq_lead, which is missing",
    ),
    "a change is of no Area": (
        replaced("topic-guides.yaml", "area_changes: []", "area_changes: [{area: XXX, role: dcp, reason: Asked}]"),
        "topic-guides.yaml",
        "area_changes:",
        "a change names Area XXX, which is missing",
    ),
    "a kind of source is of another family": (
        replaced("rules.yaml", "prefix: DOC,  family: written", "prefix: DOC,  family: data"),
        "rules.yaml",
        "code: document",
        "the family of document must be 'written'",
    ),
    "a kind of source is missing": (
        replaced("rules.yaml", "  - {code: case_file,   label", "  # {code: case_file,   label"),
        "rules.yaml",
        "- {code: interview",
        "the kind of source 'case_file' is missing",
    ),
    "a strength is unknown": (
        replaced("rules.yaml", "{code: single,       label: Single", "{code: strong,       label: Single"),
        "rules.yaml",
        "code: strong",
        "strength.values.1.code: input should be",
    ),
    "a planned question is of another criterion": (
        replaced("rules.yaml", "questions: [Q01, Q02]", "questions: [Q01, Q03]"),
        "rules.yaml",
        "questions: [Q01, Q03]",
        "questions of FS.i: Q01, Q03; by question-set.yaml they are Q01, Q02",
    ),
    "a question is not planned": (
        replaced("question-set.yaml", "    criterion: CS.ii\n", "    criterion: CS.i\n"),
        "rules.yaml",
        "questions: [Q44]",
        "questions of CS.i: Q44; by question-set.yaml they are Q44, Q45",
    ),
    "a prompt is not planned": (
        replaced("rules.yaml", "hq_legal_lead: [HL2, HL3]", "hq_legal_lead: [HL2]"),
        "rules.yaml",
        "hq_legal_lead: [HL2]",
        "prompts of LD.ii for hq_legal_lead: HL2; by topic-guides.yaml they are HL2, HL3",
    ),
    "a role is not planned": (
        replaced("rules.yaml", "      sdcp: [SD6]\n", ""),
        "rules.yaml",
        "est_lead: [ES6]",
        "prompts of CS.ii for sdcp: none; by topic-guides.yaml they are SD6",
    ),
    "a planned role has no guide": (
        replaced("rules.yaml", "      sdcp: [SD6]\n", "      sdcp: [SD6]\n      clerk: [CL1]\n"),
        "rules.yaml",
        "clerk: [CL1]",
        "prompts of CS.ii name role clerk, which has no guide",
    ),
    "a planned request is of another criterion": (
        replaced("rules.yaml", "requests: [A1, A2, H1, H2, H3]", "requests: [A1, A2, A3, H1, H2, H3]"),
        "rules.yaml",
        "requests: [A1, A2, A3,",
        "requests of QT.i: A1, A2, A3, H1, H2, H3; by document-requests.yaml they are A1, A2, H1, H2, H3",
    ),
    "an earlier item is not planned": (
        replaced("rules.yaml", "earlier: [LIF-05, LIF-08, REL-01]", "earlier: [LIF-05, LIF-08]"),
        "rules.yaml",
        "earlier: [LIF-05, LIF-08]",
        "earlier of FS.i: LIF-05, LIF-08; by previous-recommendations.yaml they are LIF-05, LIF-08, REL-01",
    ),
    "a planned engagement is missing": (
        replaced("rules.yaml", "other: [NSC-2]", "other: [NSC-3]"),
        "rules.yaml",
        "other: [NSC-3]",
        "other sources of VW.iv name engagement NSC-3, which scope.yaml does not have",
    ),
    "a criterion has no plan": (
        replaced("rules.yaml", "  - criterion: FS.ii\n", "  - criterion: FS.i\n"),
        "rules.yaml",
        "- criterion: FS.i",
        "criterion FS.ii has no entry",
    ),
    "a criterion has two plans": (
        replaced("rules.yaml", "  - criterion: FS.ii\n", "  - criterion: FS.i\n"),
        "rules.yaml",
        "criterion: FS.i",
        "the plan of criterion FS.i stands 2 times",
    ),
    "a plan is of no criterion": (
        replaced("rules.yaml", "  - criterion: FS.ii\n", "  - criterion: FS.iii\n"),
        "rules.yaml",
        "criterion: FS.iii",
        "planned sources of criterion FS.iii, which is missing",
    ),
    "a planned family gives nothing": (
        replaced("rules.yaml", "families: [said, examined]", "families: [said, written, examined]"),
        "rules.yaml",
        "families: [said, written, examined]",
        "families of FS.i: said, written, examined; by its prompts, requests and questions said, examined",
    ),
    "a planned family is unknown": (
        replaced("rules.yaml", "families: [said, examined, stakeholder]", "families: [said, examined, rumour]"),
        "rules.yaml",
        "families: [said, examined, rumour]",
        "families of VW.iv: 'rumour' is no family that another source may have",
    ),
    "another family is planned from nobody": (
        replaced("rules.yaml", "other: [NSC-2]", "other: []"),
        "rules.yaml",
        "families: [said, examined, stakeholder]",
        "those of other sources need an engagement under other",
    ),
    "few kinds are called many": (
        replaced("rules.yaml", "few_kinds: true", "few_kinds: false"),
        "rules.yaml",
        "few_kinds: false",
        "few_kinds of FS.i: 2 families are planned",
    ),
    "one family is not called weak": (
        replaced(
            "rules.yaml",
            "weak: true\n    can_reach: supported",
            "weak: false\n    can_reach: supported",
        ),
        "rules.yaml",
        "weak: false",
        "weak of PW.i: a single family is planned",
    ),
    "a plan reaches further than it can": (
        replaced("rules.yaml", "can_reach: supported", "can_reach: triangulated"),
        "rules.yaml",
        "can_reach: triangulated",
        "can_reach of PW.i: all that is planned does not meet the test of triangulated",
    ),
    "a plan reaches less far than it can": (
        replaced("rules.yaml", "can_reach: triangulated", "can_reach: supported"),
        "rules.yaml",
        "can_reach: supported",
        "can_reach of FS.i: all that is planned meets the test of triangulated",
    ),
    "the rule leaves a criterion without file questions out": (
        replaced("rules.yaml", "criteria: [PW.i, PW.ii, QT.i, QT.ii]", "criteria: [PW.i, PW.ii, QT.i]"),
        "rules.yaml",
        "criteria: [PW.i, PW.ii, QT.i]",
        "criteria without file questions: PW.i, PW.ii, QT.i; by question-set.yaml PW.i, PW.ii, QT.i, QT.ii",
    ),
    "a total of the plan is wrong": (
        replaced("rules.yaml", "few_kinds: 14", "few_kinds: 13"),
        "rules.yaml",
        "few_kinds: 13",
        "few_kinds: 13; by what the pack holds it is 14",
    ),
    "a stratum does not add up": (
        replaced("question-set.yaml", "per_area: 8, total: 112", "per_area: 8, total: 113"),
        "question-set.yaml",
        "total: 113",
        "stratum stalking_mc: 8 in each of 14 Areas is 112, not 113",
    ),
    "the sample is not that of the scope": (
        replaced("scope.yaml", "files_total: 350", "files_total: 351"),
        "scope.yaml",
        "files_total: 351",
        "files_total: 351; by what the pack holds it is 350",
    ),
    "a line of the sample is not that of its strata": (
        replaced("scope.yaml", "per_area: 14, total: 196", "per_area: 14, total: 195"),
        "scope.yaml",
        "total: 195",
        "total: 195; by what the pack holds it is 196",
    ),
    "the dip sample is too small": (
        replaced("scope.yaml", "minimum: 53", "minimum: 52"),
        "scope.yaml",
        "minimum: 52",
        "15% of 350 files, rounded up, is not 52",
    ),
    "a letter asks for something else": (
        replaced("scope.yaml", "requests: [H1, H2, H3]", "requests: [H1, H2]"),
        "scope.yaml",
        "requests: [H1, H2]",
        "requests to headquarters: H1, H2; by document-requests.yaml H1, H2, H3",
    ),
    "there are more letters than bodies": (
        replaced("scope.yaml", "{to: other_areas, count: 10,", "{to: other_areas, count: 11,"),
        "scope.yaml",
        "count: 11",
        "count: 11; by what the pack holds it is 10",
    ),
    "the sessions do not add up": (
        replaced("topic-guides.yaml", "area_sessions: 24", "area_sessions: 25"),
        "topic-guides.yaml",
        "area_sessions: 25",
        "area_sessions: 25; by what the pack holds it is 24",
    ),
    "the prompts do not add up": (
        replaced("topic-guides.yaml", "prompts_for_all: 91", "prompts_for_all: 90"),
        "topic-guides.yaml",
        "prompts_for_all: 90",
        "prompts_for_all: 90; by what the pack holds it is 91",
    ),
    "the requests do not add up": (
        replaced("document-requests.yaml", "all_lines: 45", "all_lines: 46"),
        "document-requests.yaml",
        "all_lines: 46",
        "all_lines: 46; by what the pack holds it is 45",
    ),
    "a state has no rule": (
        replaced("document-requests.yaml", "{code: part_received,  label", "{code: half_received,  label"),
        "document-requests.yaml",
        "half_received",
        "'half_received' is none of the states of a request",
    ),
    "no state holds at last": (
        replaced("document-requests.yaml", "  - {code: not_asked, ", "  # {code: not_asked, "),
        "document-requests.yaml",
        "- {code: reviewed",
        "the last of the states must be not_asked",
    ),
    "what came is not counted": (
        replaced("document-requests.yaml", "needs: [date, by, units, parts]", "needs: [date, by, units]"),
        "document-requests.yaml",
        "code: received",
        "received must need units and parts",
    ),
    "the earlier items do not add up": (
        replaced("previous-recommendations.yaml", "checked_yes: 14", "checked_yes: 15"),
        "previous-recommendations.yaml",
        "checked_yes: 15",
        "checked_yes: 15; by what the pack holds it is 14",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_a_wrong_pack_is_refused_with_file_line_and_reason(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    change, file, words, reason = CASES[case]
    folder = shutil.copytree(PACK, tmp_path / "pack")
    change(folder)
    read: list[WrongPack] = []

    def read_and_tell(folder: Path) -> Pack:
        try:
            return read_pack(folder)
        except WrongPack as wrong:
            read.append(wrong)
            raise

    monkeypatch.setattr(
        sys.modules["app.packs.cli"], "read_pack", read_and_tell
    )  # reading it once more would take as long again
    before, began = everything(), time.process_time()  # a busy machine is slow, not wrong
    result = app.test_cli_runner().invoke(args=["pack", "load", str(folder)])
    assert time.process_time() - began < 5
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert everything() == before
    faults = [fault for fault in read[0].faults if reason in fault.reason]
    assert faults, f"{reason!r} is not among {read[0].faults}"
    fault = faults[0]
    assert fault.file == file
    if words is None:
        assert fault.line is None
    else:
        lines = (folder / file).read_text(encoding="utf-8").splitlines() or [""]
        assert fault.line is not None
        assert words in lines[fault.line - 1], f"line {fault.line}: {lines[fault.line - 1]!r}"
    assert str(fault) in result.output


def test_a_day_without_quotes_is_read_as_one_with_them(tmp_path: Path) -> None:
    folder = shutil.copytree(PACK, tmp_path / "pack")
    replaced("scope.yaml", 'date: "2025-12-16"', "date: 2025-12-16")(folder)
    assert read_pack(folder).files == read_pack(PACK).files


def test_every_fault_of_every_file_is_said_at_once(tmp_path: Path) -> None:
    folder = shutil.copytree(PACK, tmp_path / "pack")
    for name in ("a text is a number", "a code has blanks", "a kind of source is unknown", "another is missing"):
        CASES[name][0](folder)
    with pytest.raises(WrongPack) as wrong:
        read_pack(folder)
    assert {fault.file for fault in wrong.value.faults} == {"scope.yaml", "rules.yaml", "topic-guides.yaml"}
    assert len(wrong.value.faults) == 4


def test_a_folder_that_is_not_there_is_said(app: Flask, tmp_path: Path) -> None:
    result = app.test_cli_runner().invoke(args=["pack", "check", str(tmp_path / "nowhere")])
    assert result.exit_code == 1
    assert "there is no such folder" in result.output


def test_a_deeply_nested_file_is_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(PACK, tmp_path / "pack")
    (folder / "rules.yaml").write_text("a: " + "[" * 3000 + "]" * 3000)
    with pytest.raises(WrongPack, match=r"rules.yaml, line 1: is nested too deeply"):
        read_pack(folder)


def test_the_server_starts_without_a_wrong_pack(app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from app.serving import _load_packs

    shutil.copytree(PACK, tmp_path / "packs" / "stalking-2026")
    CASES["a code has blanks"][0](tmp_path / "packs" / "stalking-2026")
    _load_packs(tmp_path / "packs")
    assert "stalking-2026 was not loaded" in capsys.readouterr().err
    db.session.rollback()
