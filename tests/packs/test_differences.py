"""A pack loaded again, a newer one, and what the team edited meanwhile."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, select

from app.db.transaction import writing
from app.extensions import db
from app.inspections.models import Body, Criterion, Inspection, Role, TeamRole
from app.inspections.on_site import OnSitePart
from app.inspections.queries import get_pack_file, get_rules, list_criteria
from app.interviews.from_pack import MadePlan
from app.interviews.models import Interview, InterviewPlan
from app.packs.reading import read_pack
from app.packs.services import load_pack
from app.register.from_pack import MadeRequests
from app.register.models import DocumentRequest
from app.visits.from_pack import MadeLines
from app.visits.queries import list_visits
from app.visits.services import make_planned as make_visits
from tests.audit.trail import deeds
from tests.client import INSPECTION, Client
from tests.conftest import PACK
from tests.databases import counting_statements, look_again, the_world
from tests.evidence.factories import EvidenceItemFactory
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory, NoteFactory, make_planned
from tests.packs.test_real_pack import everything
from tests.packs.test_wrong_packs import Change, replaced
from tests.register.factories import RequestEventFactory, make_all, request_of

WORDING = "Is there consistency between the charges proposed by the police and those authorised by the CPS?"
NEW_WORDING = WORDING.replace("consistency", "agreement")


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A folder with the real pack, for a test to make another version of."""
    return shutil.copytree(PACK, tmp_path / "newer")


@pytest.fixture
def load(app: Flask) -> Callable[..., Result]:
    def load(folder: Path, *options: str) -> Result:
        look_again()
        result = app.test_cli_runner().invoke(args=["pack", "load", str(folder), *options])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        look_again()
        return result

    return load


def changed(folder: Path, *changes: Change) -> Path:
    for change in changes:
        change(folder)
    return folder


def edit(model: type, column: str, key: str, **values: object) -> None:
    """As a page of the app would."""
    with the_world():
        row = db.session.scalars(select(model).where(getattr(model, column) == key)).one()
        for name, value in values.items():
            setattr(row, name, value)


VERSION = replaced("scope.yaml", 'version: "1.0"', 'version: "1.1"')
REWORDED = replaced("scope.yaml", WORDING, NEW_WORDING)
RENAMED = replaced("topic-guides.yaml", "label: District Crown Prosecutor\n", "label: District prosecutor\n")
STRICTER = replaced("rules.yaml", "supported: {voices: 2}", "supported: {voices: 3}")
GONE = (
    replaced(
        "scope.yaml",
        "      - ref: CS.ii\n        wording: Does the Witness Care Unit liaise with the court prior to the trial to"
        " ensure support options are utilised?\n        footnotes: []\n",
        "",
    ),
    replaced("question-set.yaml", "    criterion: CS.ii\n", "    criterion: CS.i\n"),
    replaced("topic-guides.yaml", "criteria: [VW.ii, CS.ii]", "criteria: [VW.ii]"),
    replaced("topic-guides.yaml", ", CS.ii]", "]"),
    replaced("rules.yaml", "questions: [Q44]", "questions: [Q44, Q45]"),
    replaced("rules.yaml", "criteria: 22, few_kinds: 14, weak: 3", "criteria: 21, few_kinds: 13, weak: 2"),
)


def without_its_plan(folder: Path) -> None:
    path = folder / "rules.yaml"
    text = path.read_text(encoding="utf-8")
    start = text.index("  - criterion: CS.ii\n")
    path.write_text(text[:start] + text[text.index("  - criterion: PW.i\n") :], encoding="utf-8")


@pytest.mark.slow
def test_a_second_load_says_that_nothing_was_changed(load: Callable[..., Result]) -> None:
    before = everything()
    result = load(PACK)
    assert (result.exit_code, result.output) == (0, "stalking-2026 is here already: nothing was changed.\n")
    assert load(PACK, "--apply").output == result.output
    assert everything() == before


@pytest.mark.slow
def test_what_the_team_edited_is_listed_and_left(load: Callable[..., Result]) -> None:
    edit(Role, "code", "dcp", label="District Crown Prosecutor (all courts)")
    edit(Body, "code", "YHU", visited=True)
    edit(Inspection, "code", INSPECTION, marking="OFFICIAL")
    before = everything()
    for result in (load(PACK), load(PACK, "--apply")):
        assert result.exit_code == 0
        assert result.output.splitlines() == [
            "stalking-2026 is here already: nothing was changed.",
            "Edited here since it was loaded, and left alone:",
            "  inspection, marking: OFFICIAL here, OFFICIAL-SENSITIVE in the pack",
            "  body YHU, visited: yes here, no in the pack",
            "  role dcp, label: District Crown Prosecutor (all courts) here, District Crown Prosecutor in the pack",
        ]
    assert everything() == before


def test_a_newer_pack_shows_first_what_it_would_change(load: Callable[..., Result], newer: Path) -> None:
    before = everything()
    result = load(changed(newer, VERSION, REWORDED, RENAMED, STRICTER))
    assert result.exit_code == 0
    assert "Nothing was changed; with --apply the pack\n" in result.output
    assert f"  would change criterion LD.i, wording: {WORDING[:60]}" in result.output
    assert "  would change role dcp, label: District Crown Prosecutor → District prosecutor\n" in result.output
    assert "  scope.yaml: version: 1.0 → 1.1\n" in result.output
    assert "  rules.yaml: strength.tests.body.supported.voices: 2 → 3\n" in result.output
    assert everything() == before


@pytest.mark.slow
def test_it_is_taken_when_that_is_said(load: Callable[..., Result], newer: Path, inspection: Inspection) -> None:
    assert get_rules(inspection.id).strength.tests.body.supported.voices == 2
    result = load(changed(newer, VERSION, REWORDED, RENAMED, STRICTER), "--apply")
    assert result.exit_code == 0
    assert "stalking-2026 is as in this pack now:" in result.output
    assert "  changes role dcp, label: District Crown Prosecutor → District prosecutor\n" in result.output
    found = db.session.scalars(select(Inspection)).one()
    assert found.pack_version == "1.1"
    assert {row.reference: row.wording for row in list_criteria(found.id)}["LD.i"] == NEW_WORDING
    assert db.session.scalar(select(Role.label).where(Role.code == "dcp")) == "District prosecutor"
    assert get_rules(found.id).strength.tests.body.supported.voices == 3
    assert deeds()[-1] == ("took a newer pack", "inspection")
    assert load(newer).output == "stalking-2026 is here already: nothing was changed.\n"


def test_what_the_team_edited_stays_beside_a_newer_pack(load: Callable[..., Result], newer: Path) -> None:
    edit(Role, "code", "dcp", label="District lead")
    result = load(changed(newer, VERSION, REWORDED, RENAMED), "--apply")
    line = (
        "  role dcp, label: District lead here, District Crown Prosecutor in the pack as loaded, District prosecutor in"
    )
    assert line in result.output
    assert "changes role dcp" not in result.output
    assert db.session.scalar(select(Role.label).where(Role.code == "dcp")) == "District lead"
    assert db.session.scalar(select(Criterion.wording).where(Criterion.reference == "LD.i")) == NEW_WORDING
    assert "  role dcp, label: District lead here, District prosecutor in the pack\n" in load(newer).output


def test_an_edit_that_the_newer_pack_makes_too_is_none_any_more(load: Callable[..., Result], newer: Path) -> None:
    edit(Role, "code", "dcp", label="District prosecutor")
    result = load(changed(newer, RENAMED), "--apply")
    assert "role dcp, label" not in result.output
    assert load(newer).output == "stalking-2026 is here already: nothing was changed.\n"


def test_what_is_new_is_added_in_its_place(load: Callable[..., Result], newer: Path) -> None:
    area = "  - {code: IOM, name: Isle of Man, aliases: [Mann], on_site: false, pilot: false}\n  - {code: LON, name"
    changed(
        newer,
        replaced("scope.yaml", "  - {code: LON, name", area),
        replaced("scope.yaml", "    areas: 14", "    areas: 15"),
        replaced("scope.yaml", "files_total: 350", "files_total: 375"),
        replaced("scope.yaml", "      minimum: 53", "      minimum: 57"),
        replaced("scope.yaml", "count: 10,", "count: 11,"),
        replaced("scope.yaml", "letters_total: 15", "letters_total: 16"),
        replaced("document-requests.yaml", "case_list_lines: 14", "case_list_lines: 15"),
        replaced("document-requests.yaml", "all_lines: 45", "all_lines: 46"),
        replaced("document-requests.yaml", "letters: 15", "letters: 16"),
        *(replaced("question-set.yaml", f"total: {14 * n},", f"total: {15 * n},") for n in (8, 6, 3, 2, 2, 1, 3)),
        *(replaced("scope.yaml", f"total: {14 * n}}}", f"total: {15 * n}}}") for n in (14, 5, 3, 3)),
    )
    assert "would add body IOM: Isle of Man" in load(newer).output
    assert load(newer, "--apply").exit_code == 0
    names = db.session.scalars(select(Body.name).order_by(Body.position)).all()
    assert names[3:6] == ["East of England", "Isle of Man", "London North"]


def test_what_no_pack_has_any_more_is_taken_out(load: Callable[..., Result], newer: Path) -> None:
    changed(newer, *GONE, without_its_plan)
    assert "would take out criterion CS.ii" in load(newer).output
    result = load(newer, "--apply")
    assert "takes out criterion CS.ii" in result.output
    assert "CS.ii" not in db.session.scalars(select(Criterion.reference)).all()


@pytest.mark.slow
def test_a_criterion_with_evidence_is_never_taken_out(load: Callable[..., Result], newer: Path) -> None:
    EvidenceItemFactory(criteria=["CS.ii"])
    changed(newer, REWORDED, *GONE, without_its_plan)
    before = everything()
    for options in ((), ("--apply",)):
        result = load(newer, *options)
        assert result.exit_code == 1
        assert (
            "criterion CS.ii is not in this pack, but it is in use here (tag): it cannot be taken out" in result.output
        )
        assert everything() == before


def test_a_word_that_evidence_was_recorded_with_is_never_taken_out(load: Callable[..., Result], newer: Path) -> None:
    EvidenceItemFactory(direction="mixed")
    changed(newer, replaced("rules.yaml", "  - {code: mixed, ", "  # - {code: mixed, "))
    result = load(newer, "--apply")
    assert result.exit_code == 1
    assert "word directions mixed is not in this pack, but it is in use here (evidence item)" in result.output


def test_a_body_that_an_interview_is_from_is_never_taken_out(app: Flask, load: Callable[..., Result]) -> None:
    from app.packs.parts import MadeBodies

    InterviewFactory(body="WES")
    found = db.session.scalars(select(Inspection)).one()
    assert MadeBodies().used(found.id, ["WES", "LON"]) == {"WES": "source"}


def test_what_an_earlier_version_did_not_make_is_made(app: Flask, inspection: Inspection) -> None:
    """A kind of thing of which nothing stands at all was never made: nothing that a pack makes can be removed here."""
    with the_world():
        db.session.execute(delete(Role))
        found = db.session.scalars(select(Inspection)).one()
        found.vocabulary = {name: value for name, value in found.vocabulary.items() if name != "item_relations"}
    with writing():
        found, made = load_pack(read_pack(PACK))
        assert not made
    assert len(db.session.scalars(select(Role)).all()) == 10
    assert "item_relations" in db.session.scalars(select(Inspection.vocabulary)).one()
    assert deeds()[-1] == ("kept the whole pack", "inspection")


FEWER = (
    replaced(
        "topic-guides.yaml",
        "{role: icem,                  at: on_site_areas, kind: interview,   planned_count: 1,",
        "{role: icem,                  at: on_site_areas, kind: interview,   planned_count: 0,",
    ),
    replaced("topic-guides.yaml", "area_sessions: 24", "area_sessions: 20"),
    replaced("topic-guides.yaml", "all_sessions: 28", "all_sessions: 24"),
    replaced("topic-guides.yaml", "interviews: 20", "interviews: 16"),
)


def numbers() -> dict[str, int]:
    look_again()
    found = db.session.scalars(select(Inspection)).one()
    return {key: values["number"] for key, values in MadePlan().standing(found.id).items()}


def test_a_plan_that_nobody_had_made_is_neither_listed_nor_made(load: Callable[..., Result], newer: Path) -> None:
    assert "interviews with" not in load(changed(newer, *FEWER), "--apply").output
    assert numbers() == {}


@pytest.mark.slow
def test_a_newer_plan_changes_what_the_team_has_not(load: Callable[..., Result], newer: Path) -> None:
    make_planned()
    with the_world():
        plan = next(plan for plan in db.session.scalars(select(InterviewPlan)) if plan.role.code == "icem")
        plan.number, where = 2, plan.body.code
    assert f"  interviews with icem {where}, number: 2 here, 1 in the pack\n" in load(PACK).output
    result = load(changed(newer, *FEWER), "--apply")
    assert result.output.count("changes interviews with icem") == 3
    assert f"  interviews with icem {where}, number: 2 here, 1 in the pack as loaded, 0 in this one\n" in result.output
    assert sorted(number for key, number in numbers().items() if key.startswith("icem")) == [0, 0, 0, 2]
    cancelled = db.session.scalars(select(Interview).where(Interview.cancelled_at.is_not(None))).all()
    assert len(cancelled) == 3


def test_a_plan_that_has_begun_is_not_cut_short(load: Callable[..., Result], newer: Path) -> None:
    make_planned()
    wanted = select(Interview).join(Interview.role).where(Role.code == "icem")
    NoteFactory(interview=db.session.scalars(wanted).first())
    changed(newer, *FEWER)
    before = everything()
    result = load(newer, "--apply")
    assert result.exit_code == 1
    assert "1 have begun and the pack plans 0" in result.output
    assert everything() == before


RETITLED = replaced("document-requests.yaml", "title: Local scrutiny panels\n", "title: Scrutiny panels\n")


def titles(code: str) -> set[str]:
    look_again()
    return set(db.session.scalars(select(DocumentRequest.title).where(DocumentRequest.code == code)))


def test_requests_are_changed_but_for_what_the_team_set(load: Callable[..., Result], newer: Path) -> None:
    make_all()
    with the_world():
        request_of("A3", "WES").due = date(2026, 1, 23)
        request_of("A3", "EMI").title = "Panels of the last year"
    lines = load(PACK).output.splitlines()
    assert "  request A3 WES, due: 2026-01-23 here, nothing in the pack" in lines
    assert "  request A3 EMI, title: Panels of the last year here, Local scrutiny panels in the pack" in lines
    result = load(changed(newer, RETITLED), "--apply")
    assert result.output.count("changes request A3 ") == 3
    assert titles("A3") == {"Scrutiny panels", "Panels of the last year"}
    assert request_of("A3", "WES").due == date(2026, 1, 23)


def test_requests_that_nobody_had_made_are_neither_listed_nor_made(load: Callable[..., Result], newer: Path) -> None:
    result = load(changed(newer, RETITLED), "--apply")
    assert "request A3" not in result.output and titles("A3") == set()


def test_a_request_to_which_something_happened_is_never_taken_out(app: Flask, inspection: Inspection) -> None:
    RequestEventFactory(request=request_of("A3", "WES"))
    assert MadeRequests().used(inspection.id, ["A3 WES", "A3 EMI"]) == {"A3 WES": "request event"}


@pytest.mark.slow
def test_visits_and_their_lines_are_changed_but_for_what_the_team_edited(
    load: Callable[..., Result], newer: Path, inspection: Inspection
) -> None:
    found = inspection.id
    with the_world():
        on_site = OnSitePart.model_validate(get_pack_file(found, "scope.yaml")["on_site"])
        assert make_visits(found, on_site, by=SOMEBODY) == 4
    assert load(PACK).output == "stalking-2026 is here already: nothing was changed.\n"
    with the_world():
        visit = next(visit for visit in list_visits(found) if visit.body.code == "WES")
        visit.purpose = "To hear of the meeting."
    changed(
        newer,
        replaced("scope.yaml", 'text: "CPS Wessex also holds', 'text: "Wessex also holds'),
        replaced("scope.yaml", 'text: "The stalking workshop: whether', 'text: "The workshop: whether'),
    )
    output = load(newer, "--apply").output
    assert "  changes line of enquiry MCH-1, words: The stalking workshop" in output
    assert "  visit to WES, purpose: To hear of the meeting. here" in output
    lines = MadeLines().standing(found)
    assert lines["MCH-1"]["words"].startswith("The workshop: whether")
    assert load(newer).output.count("visit to") == 1


def test_the_server_does_not_take_a_newer_pack_by_itself(
    app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from app.serving import _load_packs

    folder = shutil.copytree(PACK, tmp_path / "packs" / INSPECTION)
    changed(folder, REWORDED)
    before = everything()
    _load_packs(tmp_path / "packs")
    assert "is not the one that its inspection was made from: nothing was changed." in capsys.readouterr().err
    assert everything() == before


def test_the_lead_reads_labels_and_dates_and_no_codes(sign_in: Callable[..., Client]) -> None:
    lead = sign_in(TeamMemberFactory(role=TeamRole.LEAD))
    make_all()
    make_planned()
    with the_world():
        request_of("A3", "WES").due = date(2026, 1, 23)
        plan = db.session.scalars(select(InterviewPlan).join(Role).where(Role.code == "dcp")).first()
        assert plan is not None
        plan.kind, where = "focus_group", plan.body.name
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.select("th, td")]
        for row in lead.get("packs.show_pack").all("table")[0].select("tbody tr")
    ]
    assert ["request A3, Wessex", "due", "23 January 2026", "nothing"] in rows
    assert [f"interviews with District Crown Prosecutor, {where}", "kind", "Focus group", "Interview"] in rows


def test_the_lead_sees_what_stands_otherwise(sign_in: Callable[..., Client]) -> None:
    lead = sign_in(TeamMemberFactory(role=TeamRole.LEAD))
    page = lead.get("packs.show_pack")
    assert "Everything stands as the pack made it." in page
    assert "version 1.0" in page
    edit(Role, "code", "dcp", label="District <b>lead</b>")
    page = lead.get("packs.show_pack")
    assert "1 value stands otherwise than in the pack" in page
    cells = [cell.get_text(" ", strip=True) for cell in page.all("table")[0].select("tbody th, tbody td")]
    assert cells == ["role District <b>lead</b>", "label", "District <b>lead</b>", "District Crown Prosecutor"]
    assert "loaded the pack" in page


def test_the_page_takes_as_many_statements_however_much_was_edited(sign_in: Callable[..., Client]) -> None:
    lead = sign_in(TeamMemberFactory(role=TeamRole.LEAD))
    make_planned()
    numbers = []
    for _time in range(2):
        with counting_statements() as counted:
            lead.get("packs.show_pack")
        numbers.append(len(counted))
        with the_world():
            for row in (*db.session.scalars(select(Role)), *db.session.scalars(select(InterviewPlan))):
                setattr(
                    row, "label" if isinstance(row, Role) else "number", 7 if isinstance(row, InterviewPlan) else "x"
                )
    assert numbers[0] == numbers[1]
