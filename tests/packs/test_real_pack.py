"""The real pack: what it makes, in the scope's exact words."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.audit.queries import verify
from app.db.transaction import writing
from app.extensions import db
from app.inspections.models import Body, BodyKind, Criterion, CriterionGroup, Inspection, Role, TeamMember
from app.inspections.queries import list_criteria
from app.inspections.vocabulary import Vocabulary
from app.packs.reading import read_pack
from app.packs.services import load_pack
from tests.audit.trail import deeds
from tests.client import INSPECTION
from tests.conftest import PACK
from tests.databases import Databases, look_again

HERE = Path(__file__).parent
SCOPE = HERE.parent / "data" / "scope" / "scope.txt"


def in_one_line(text: str) -> str:
    return " ".join(text.split())


def test_every_criterion_stands_in_the_exact_words_of_the_scope(inspection: Inspection) -> None:
    expected = [line.split(" ", 1) for line in (HERE / "criteria.txt").read_text().splitlines()]
    assert len(expected) == 22
    assert [[row.reference, row.wording] for row in list_criteria(inspection.id)] == expected
    scope = in_one_line(SCOPE.read_text(encoding="utf-8"))
    assert [wording for _reference, wording in expected if wording not in scope] == []


def test_its_groups_are_those_of_the_scope(app: Flask) -> None:
    groups = db.session.execute(
        select(CriterionGroup.code, CriterionGroup.name, func.count())
        .join(Criterion, Criterion.group_id == CriterionGroup.id)
        .group_by(CriterionGroup.code, CriterionGroup.name, CriterionGroup.position)
        .order_by(CriterionGroup.position)
    ).all()
    assert [tuple(group) for group in groups] == [
        ("FS", "File submission", 2),
        ("LD", "Legal Decisions", 7),
        ("CP", "Case Progression", 1),
        ("VW", "Victims and Witnesses", 6),
        ("CS", "Court services", 2),
        ("PW", "Partnership Working", 2),
        ("QT", "Quality Assurance/Training", 2),
    ]


def test_footnotes_stand_beside_the_wording_and_not_in_it(inspection: Inspection) -> None:
    with_footnote = {row.reference: row.footnote for row in list_criteria(inspection.id) if row.footnote}
    assert set(with_footnote) == {"FS.i", "LD.vii"}
    assert "National File Standard" in with_footnote["FS.i"]
    assert "significant development" in with_footnote["LD.vii"]


def test_there_are_fourteen_areas_and_headquarters(app: Flask) -> None:
    bodies = db.session.scalars(select(Body).order_by(Body.position)).all()
    assert [(body.code, body.kind) for body in bodies[:1]] == [("HQ", BodyKind.HEADQUARTERS)]
    areas = {body.name: body.visited for body in bodies[1:]}
    assert all(body.kind is BodyKind.AREA for body in bodies[1:])
    assert list(areas) == [
        "Cymru-Wales",
        "East Midlands",
        "East of England",
        "London North",
        "London South",
        "Mersey-Cheshire",
        "North East",
        "North West",
        "South East",
        "South West",
        "Thames and Chiltern",
        "Wessex",
        "West Midlands",
        "Yorkshire and Humberside",
    ]
    visited = [name for name, visited in areas.items() if visited]
    assert visited == ["East Midlands", "Mersey-Cheshire", "Thames and Chiltern", "Wessex"]


def test_there_are_ten_roles_to_be_seen(app: Flask) -> None:
    roles = db.session.scalars(select(Role).order_by(Role.position)).all()
    assert len(roles) == 10
    assert {role.code for role in roles if role.at is BodyKind.HEADQUARTERS} == {
        "hq_legal_lead",
        "hq_policy_lead",
        "ust_lead",
        "est_lead",
    }


def test_its_forms_have_their_words(inspection: Inspection) -> None:
    words = Vocabulary.read(inspection.vocabulary)
    assert [term.code for term in words.directions] == ["strength", "weakness", "mixed", "context"]
    assert {"supports", "contradicts", "explains", "illustrates"} <= {term.code for term in words.relations}
    assert words.prefixes["interview"] == words.prefixes["focus_group"] == "INT"
    assert words.prefixes["document"] == "DOC"
    assert inspection.marking == "OFFICIAL-SENSITIVE"


def everything() -> list[Any]:
    look_again()
    return [
        sorted(tuple(row) for row in db.session.execute(select(*(column.cast(db.Text) for column in table.columns))))
        for table in db.metadata.sorted_tables
    ]


def test_loading_it_again_changes_nothing(inspection: Inspection) -> None:
    before = everything()
    with writing():
        found, made = load_pack(read_pack(PACK))
        assert (found.code, made) == (INSPECTION, False)
    assert everything() == before


def test_it_is_loaded_with_nobody_on_the_team_and_written_down(inspection: Inspection) -> None:
    assert db.session.scalar(select(func.count()).select_from(TeamMember)) == 0
    assert deeds() == [("loaded the pack", "inspection")]
    assert verify(inspection.id.hex).broken_at is None


@pytest.mark.parametrize("folder", [PACK, PACK.relative_to(PACK.parent.parent.parent)])
def test_the_command_checks_it(app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PACK.parent.parent.parent)
    result = app.test_cli_runner().invoke(args=["pack", "check", str(folder)])
    assert result.exit_code == 0
    assert result.output == "stalking-2026: 22 criteria, 14 Areas. The pack can be loaded.\n"


def test_the_command_loads_it_once(app: Flask, databases: Databases) -> None:
    result = app.test_cli_runner().invoke(args=["pack", "load", str(PACK)])
    assert (result.exit_code, result.output) == (0, "stalking-2026 is here already: nothing was changed.\n")
