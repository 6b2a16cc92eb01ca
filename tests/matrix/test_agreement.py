"""Screen and export agree: every number on the pages is read off them and compared with each format of an export."""

import random
import re
from typing import Any

import pytest

from app.contradictions.services import resolve
from app.evidence.models import EvidenceItem
from app.evidence.services import withdraw
from app.extensions import db
from app.findings.models import Link
from app.inspections.models import TeamRole
from tests.databases import the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.factories import ItemLinkFactory, ItemThemeFactory
from tests.evidence.worlds import World, random_evidence
from tests.factories import the_inspection
from tests.findings.factories import FileFindingFactory, LinkFactory
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY
from tests.matrix.exports import about, archive, document, export, sheets, table
from tests.matrix.test_counts import codes, shown
from tests.other_sources.factories import OtherSourceFactory

LAYOUTS = {"kind": "By source kind", "area": "By Area", "role": "By role"}
RELATIONS = {
    "supports": "Is supported by",
    "contradicts": "Is contradicted by",
    "explains": "Is explained by",
    "illustrates": "Is illustrated by",
}
FILTERS: list[dict[str, str]] = [
    {},
    {"area": "WES"},
    {"kind": "focus_group", "direction": "weakness"},
    {"role": "none"},
    {"quotes": "1", "by": "Bea O’Neil"},
    {"direction": "unset"},
    {"theme": "rota 1"},
    {"good_practice": "1"},
]


def varied(seed: int) -> World:
    """Evidence of all kinds, findings with and without figures, links both ways, some of it withdrawn again."""
    dice = random.Random(seed)
    with the_world():
        sources = [
            DocumentFactory(content=b"1"),
            DocumentFactory(content=b"2", body=None),
            OtherSourceFactory(body="LON"),
            OtherSourceFactory(family="data", given_by="", body=None),
        ]
    world = random_evidence(60, seed=seed, sources=sources)
    with the_world():
        items = {item.reference: item for item in db.session.query(EvidenceItem)}
        living = [items[held.reference] for held in world.living()]
        findings = [
            FileFindingFactory(
                criteria=dice.sample(world.criteria[:8], dice.choice([1, 2])),
                body=dice.choice(["WES", "LON", None]),
                direction=dice.choice(["strength", "weakness", "mixed", ""]),
                **dice.choice([{}, {"files": 3, "applicable": 7}, {"files": 17, "applicable": 25}]),
            )
            for _ in range(5)
        ]
        for finding in findings:
            for item in dice.sample(living, dice.choice([0, 2, 5])):
                LinkFactory(item=item, finding=finding, relation=dice.choice(list(RELATIONS)))
        against = [link for link in db.session.query(Link) if link.relation == "contradicts"]
        for link in against[::2]:
            side = dice.choice([link.item, link.finding])
            resolve(link, "set_aside", side.reference, "Other weeks", base=link.version, by=SOMEBODY)
        for _ in range(6):
            one, other = dice.sample(living, 2)
            ItemLinkFactory(item=one, other=other, relation=dice.choice(["corroborates", "contradicts"]))
            ItemThemeFactory(item=one, name=f"Rota {dice.randrange(1000)}")
        for item in living[:12]:
            ItemThemeFactory(item=item, name="Rota 1")
        for item in dice.sample(living, 9):
            item.good_practice = True
        db.session.flush()
        late = living[0]
        withdraw(late, "Entered by mistake", by=SOMEBODY)
        next(held for held in world.items if held.reference == late.reference).withdrawn = True
    return world


@pytest.fixture
def world(app) -> World:
    return varied(11)


@pytest.fixture
def lead(sign_in):
    return sign_in(TeamMemberFactory(role=TeamRole.LEAD))


def pairs(values: list[Any]) -> list[tuple[int, int]]:
    numbers = [int(value) for value in values]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def on_sheet(row: dict[str, Any]) -> tuple[list[tuple[int, int]], list[str]]:
    """A row of the matrix on a sheet or in a CSV: its cells with that in all, and its findings."""
    values = list(row.values())
    return pairs(values[2:-1]), [reference for reference in (values[-1] or "").split(", ") if reference]


def in_document(layout: dict[str, Any], row: dict[str, Any], cells: str) -> list[tuple[int, int]]:
    held = {cell["column"]: (cell["items"], cell["sources"]) for cell in row[cells]}
    return [held.get(column["code"], (0, 0)) for column in layout["columns"]] + [(row["items"], row["sources"])]


def directions_on_screen(cell: Any) -> dict[str, int]:
    """'3 strength, 1 not set' as it is said to a screen reader."""
    labels = {"strength": "strength", "weakness": "weakness", "mixed": "mixed", "context": "context", "not set": ""}
    found = re.findall(r"(\d+) (strength|weakness|mixed|context|not set)", cell.get_text())
    return {labels[label]: int(number) for number, label in found}


@pytest.mark.slow
@pytest.mark.parametrize("by", LAYOUTS)
def test_each_cell_of_the_matrix_is_the_same_on_page_sheet_csv_and_json(lead, world, by):
    *lines, last = lead.get("matrix.show_matrix", by=by).all("table.fb-matrix tbody tr")
    book = sheets(export(lead, "xlsx").data)[LAYOUTS[by]]
    files = archive(export(lead, "zip").data)[LAYOUTS[by].lower().replace(" ", "-")]
    layout = document(export(lead, "json").data)["matrix"][by]
    assert len(lines) == len(layout["rows"]) == len(book) - 1 == len(files) - 1 == 22
    assert [column["code"] for column in layout["columns"]] == codes(by)
    seen = 0
    for number, line in enumerate(lines):
        cells = line.select("td.fb-cell")
        screen = [shown(cell) for cell in cells]
        findings = [link.get_text() for link in line.select("td:last-child a")]
        assert on_sheet(book[number]) == on_sheet(files[number]) == (screen, findings)
        row = layout["rows"][number]
        assert in_document(layout, row, "cells") == screen and row["findings"] == findings
        said = {cell["column"]: cell["directions"] for cell in row["cells"]}
        for column, cell in zip(codes(by), cells, strict=False):
            assert directions_on_screen(cell) == said.get(column, {})
        seen += sum(items for items, _sources in screen)
    assert seen > 50
    totals = [shown(cell) for cell in last.select("td.fb-cell")]
    assert on_sheet(book[-1])[0] == on_sheet(files[-1])[0] == in_document(layout, layout, "totals") == totals


@pytest.mark.slow
@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_each_criterion_counts_what_its_export_holds(lead, world, filters):
    seen, picked = 0, [*world.criteria[:8:4], world.criteria[-1]]
    for criterion in picked:
        desk = lead.get("criteria.show_criterion", reference=criterion, **filters)
        tally = re.search(r"([\d,]+) items?, ([\d,]+) sources?", desk.main)
        assert tally
        numbers = (int(tally[1]), int(tally[2]))
        wanted = {"criterion": criterion, **filters}
        said, rows = table(export(lead, "csv", **wanted).data)
        assert (int(said["Evidence items"]), int(said["Distinct sources"])) == numbers
        assert (len(rows), len({row["Source"] for row in rows})) == numbers
        xlsx = export(lead, "xlsx", **wanted).data
        book, told = sheets(xlsx), about(xlsx)
        assert (told["Evidence items"], told["Tags"], told["Distinct sources"]) == (numbers[0], *numbers)
        assert [row["Evidence"] for row in book["Evidence"]] == [row["Evidence"] for row in rows]
        assert (sum(row["Items"] for row in book["Sources"]), len(book["Sources"])) == numbers
        found = document(export(lead, "json", **wanted).data)
        assert [entry["reference"] for entry in found["evidence"]] == [row["Evidence"] for row in rows]
        assert (found["about"]["items"], found["about"]["sources"]) == numbers
        assert (sum(source["tags"] for source in found["sources"]), len(found["sources"])) == numbers
        links = [(row["Evidence"], row["Finding"] or row["Other evidence"]) for row in book["Links"]]
        assert links == [(link["evidence"], link["finding"] or link["other_evidence"]) for link in found["links"]]
        seen += numbers[0]
    if not {"theme", "good_practice"} & filters.keys():
        expected = [held for one in picked for held in world.living(one) if held.passes(**filters)]
        assert seen == len(expected)
    assert seen or len(filters) == 2


@pytest.mark.slow
def test_the_strength_of_every_claim_is_that_of_its_page(lead, world):
    book = sheets(export(lead, "xlsx").data)["Strength"]
    found = document(export(lead, "json").data)
    values = {term["code"]: term["label"] for term in found["vocabulary"]["strengths"]}
    directions = {term["code"]: term["label"] for term in found["vocabulary"]["directions"]}
    flags = {term["code"]: term["label"] for term in found["vocabulary"]["flags"]}
    assert [tuple((row[key] or "") for key in row) for row in book] == [
        (
            claim["criterion"],
            claim["body"] or "The whole country",
            directions[claim["direction"]],
            values[claim["value"]],
            claim["voices"],
            "; ".join(flags[code] for code in claim["flags"]),
        )
        for claim in ({**claim, "voices": claim["voices"] or ""} for claim in found["strength"])
    ]
    assert len({row["Strength"] for row in book}) > 2
    for criterion in world.criteria[:8]:
        section = lead.get("criteria.show_criterion", reference=criterion).one("section[aria-labelledby=strength]")
        text = " ".join(section.get_text(" ").split())
        claims = [row for row in book if row["Criterion"] == criterion]
        by_body: dict[str, str] = {}
        for row in claims:
            said = " · ".join(filter(None, [row["Strength"], *(row["Flags"] or "").split("; ")]))
            if row["Of"] == "The whole country":
                assert f"{row['Direction']}, nationally: {said}" in text
            else:
                by_body[row["Of"]] = f"{by_body.get(row['Of'], '')} {said}".strip()
        on_page = {
            " ".join(line.select_one("th").get_text().split()): " ".join(
                " ".join(cell.get_text(" ").split()) for cell in line.select("td")
            )
            for line in section.select("table tbody tr")
        }
        assert on_page == by_body


@pytest.mark.slow
def test_each_file_finding_has_its_figures_and_its_evidence(lead, world):
    book = {row["Finding"]: row for row in sheets(export(lead, "xlsx").data)["Findings"]}
    files = {row["Finding"]: row for row in archive(export(lead, "zip").data)["findings"]}
    found = {entry["reference"]: entry for entry in document(export(lead, "json").data)["findings"]}
    lines = lead.get("findings.list_findings").all("table tbody tr")
    assert len(lines) == len(book) == len(files) == len(found) == 5
    linked = 0
    for line in lines:
        reference = line.select_one("th a").get_text()
        cells = [" ".join(cell.get_text(" ").split()) for cell in line.select("td")]
        row, entry = book[reference], found[reference]
        figures = f"{row['Files']} of {row['Applicable']}" if row["Files"] is not None else ""
        assert cells[3] == figures
        assert (entry["files"], entry["applicable"]) == (row["Files"], row["Applicable"])
        assert [files[reference][name] for name in ("Files", "Applicable")] == [
            "" if row[name] is None else str(row[name]) for name in ("Files", "Applicable")
        ]
        on_page = {name: int(number) for name, number in re.findall(r"(\w+) (\d+)", cells[4])}
        for code, title in RELATIONS.items():
            references = [one for one in (row[title] or "").split(", ") if one]
            assert len(references) == on_page.get(code, 0)
            assert (
                references
                == entry["links"].get(code, [])
                == [one for one in files[reference][title].split(", ") if one]
            )
        aside = [one for one in (row["Evidence set aside"] or "").split(", ") if one]
        assert len(aside) == on_page.get("aside", 0) and aside == entry["links_set_aside"]
        assert (row["Set aside"] == "Yes") == entry["set_aside"] == ("Set aside: not counted" in line.get_text())
        shown_cards = lead.get("findings.show_finding", reference=reference).all("article.fb-evidence")
        assert len(shown_cards) == row["Evidence linked"] == entry["evidence_linked"] == sum(on_page.values())
        linked += len(shown_cards)
    assert linked > 3


@pytest.mark.slow
def test_what_is_planned_and_silent_is_that_of_each_page(lead, world):
    book = sheets(export(lead, "xlsx").data)["Gaps"]
    found = document(export(lead, "json").data)["gaps"]
    assert [(row["Criterion"], row["What is planned"], row["Of"]) for row in book] == [
        (gap["criterion"], gap["label"], gap["body"]) for gap in found
    ]
    for criterion in ("LD.ii", "PW.i", "QT.ii"):
        section = lead.get("criteria.show_criterion", reference=criterion).one("section[aria-labelledby=silent]")
        gaps = [gap for gap in found if gap["criterion"] == criterion]
        bodies = [" ".join(part.get_text(" ").split()) for part in section.select(".fb-silent__body")]
        wanted = [gap["body"] for gap in gaps if gap["body"]]
        assert len(bodies) == len(wanted) > 3
        assert all(on_page.endswith(body) for on_page, body in zip(bodies, wanted, strict=True))
        assert len(section.select(".fb-silent__item")) == len({(gap["kind"], gap["code"]) for gap in gaps})


@pytest.mark.slow
def test_the_list_of_criteria_counts_the_same(lead, world):
    rows = document(export(lead, "json").data)["matrix"]["kind"]["rows"]
    lines = [line for line in lead.get("criteria.list_criteria").all("table tbody tr") if line.select("td")]
    assert [[cell.get_text() for cell in line.select("td.govuk-table__cell--numeric")] for line in lines] == [
        [str(row["items"]), str(row["sources"]), str(len(row["findings"]))] for row in rows
    ]


@pytest.mark.slow
def test_everything_adds_up_in_each_format(lead, world):
    """The counts that a file states are those of its own rows, and those of the world."""
    living = world.living()
    tags = sum(len(held.criteria) for held in living)
    sources = len({held.source for held in living if held.criteria})
    xlsx = export(lead, "xlsx").data
    book, said = sheets(xlsx), about(xlsx)
    assert (said["Evidence items"], said["Tags"], said["Distinct sources"]) == (len(living), tags, sources)
    assert sum(row["Items"] for row in book["Sources"]) == len(living)
    assert sum(row["Tags"] for row in book["Sources"]) == tags
    found = document(export(lead, "json").data)
    assert (found["about"]["items"], found["about"]["tags"], found["about"]["sources"]) == (len(living), tags, sources)
    assert len(found["evidence"]) == len(living)
    assert sum(len(entry["tags"]) for entry in found["evidence"]) == tags
    assert [(source["items"], source["tags"]) for source in found["sources"]] == [
        (row["Items"], row["Tags"]) for row in book["Sources"]
    ]
    assert len(found["withdrawn"]) == len(book["Withdrawn"]) == sum(held.withdrawn for held in world.items)
    general = document(export(lead, "json", variant="general").data)
    assert sum(source["items"] for source in general["sources"]) == len(living)
    assert sum(source["tags"] for source in general["sources"]) == tags
    assert [entry["reference"] for entry in general["evidence"]] == [entry["reference"] for entry in found["evidence"]]
    assert general["matrix"]["kind"] == found["matrix"]["kind"]
    assert the_inspection().title == found["about"]["title"]
