"""What a file finding shows, said in its sheet: the strength rule counts it in that direction."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.extensions import db
from app.findings.models import FileFinding
from tests.client import Client
from tests.databases import look_again
from tests.findings.sheets import HEADINGS, MAKE, confirm, shown, upload
from tests.inspections.factories import TeamMemberFactory

WITH_SHOWS = (*HEADINGS, "Shows")
ROWS = [
    ["A1", "Letters went out late.", "VW.iv", "WES", 17, 25, "Weakness"],
    ["A2", "Bail was opposed.", "VW.iii", "", 9, 20, "strength"],
    ["A3", "Charging was slow.", "LD.i", "", 1, 2, ""],
]


@pytest.fixture
def inspector(sign_in: Callable[..., Client]) -> Client:
    return sign_in(TeamMemberFactory())


def directions() -> list[str]:
    look_again()
    return list(db.session.scalars(select(FileFinding.direction).order_by(FileFinding.number)))


@pytest.mark.parametrize("kind", MAKE)
def test_labels_and_codes_are_understood(inspector: Client, kind: str) -> None:
    preview = upload(inspector, MAKE[kind](ROWS, WITH_SHOWS), f"findings.{kind}")
    assert [row.select("td")[5].get_text() for row in preview.all("tbody tr")] == ["Weakness", "Strength", ""]
    confirm(inspector, preview)
    assert directions() == ["weakness", "strength", ""]
    assert "Weakness" in inspector.get("findings.show_finding", reference="F-01").text


def test_another_word_is_refused_in_a_sentence(inspector: Client) -> None:
    preview = upload(inspector, MAKE["csv"]([[*ROWS[0][:-1], "bad"]], WITH_SHOWS))
    says = "Shows must be one of strength, weakness, mixed, context, not 'bad'"
    assert shown(preview) == {2: ("Cannot be imported", [says])}


def test_a_corrected_sheet_without_the_column_leaves_it_and_one_with_it_changes_it(inspector: Client) -> None:
    confirm(inspector, upload(inspector, MAKE["csv"](ROWS, WITH_SHOWS)))
    without = upload(inspector, MAKE["csv"]([row[:-1] for row in ROWS]))
    assert all(said == [] for _does, said in shown(without).values())
    changed = upload(inspector, MAKE["csv"]([[*ROWS[0][:-1], "Mixed"], *ROWS[1:]], WITH_SHOWS))
    assert shown(changed)[2][1] == ["Shows: now ‘weakness’, then ‘mixed’"]
    confirm(inspector, changed)
    assert directions() == ["mixed", "strength", ""]
