"""The export as JSON: of the published form, everything in it, exact words with their places."""

import copy
import json
from datetime import date, datetime

import pytest

from app.documents.services import supersede
from app.evidence.models import SourceText
from app.evidence.services import add_text
from app.extensions import db
from app.matrix.schema import Document
from app.web import clock
from scripts.schema import PATH, as_text
from tests.databases import the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.apart import command
from tests.evidence.factories import EvidenceItemFactory, SourceTextFactory, TagFactory
from tests.evidence.naughty import FORMULAS, naughty_strings
from tests.evidence.worlds import random_evidence
from tests.findings.factories import FileFindingFactory, LinkFactory
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY, InterviewFactory
from tests.matrix.exports import PUBLISHED, document, export
from tests.matrix.json_schema import wrong_by_schema


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


@pytest.fixture
def world(app):
    found = random_evidence(60, seed=5, sources=[DocumentFactory()])
    with the_world():
        finding = FileFindingFactory(criteria=["LD.i"], files=17, applicable=25, direction="weakness", body="WES")
        LinkFactory(finding=finding)
        EvidenceItemFactory(words="Covered.", distressing=True, criteria=["LD.i"])
    return found


def test_what_is_published_is_what_the_code_says():
    assert PATH.read_text(encoding="utf-8") == as_text(), "run python -m scripts.schema"


def test_the_schema_is_served_and_linked_from_the_export(inspector):
    page = export(inspector, "json")
    link = inspector.open("GET", page.address.removesuffix("/file")).one("a[href*=schema]")
    assert json.loads(inspector.open("GET", link["href"]).data) == PUBLISHED


@pytest.mark.slow
@pytest.mark.parametrize("how", [{}, {"variant": "general"}, {"acronyms": "1"}, {"area": "WES"}, {"criterion": "LD.i"}])
def test_an_export_is_of_the_published_form(inspector, world, how):
    page = export(inspector, "json", **how)
    found = document(page.data)
    assert found["evidence"]
    Document.model_validate_json(page.data)


@pytest.mark.slow
def test_the_form_would_notice(inspector, world):
    right = document(export(inspector, "json").data)
    for path, wrong in (
        (("about", "items"), "12"),
        (("about", "items"), -1),
        (("evidence", 0, "reference"), "E0001"),
        (("evidence", 0, "colour"), "red"),
        (("schema",), "2.0"),
    ):
        changed = copy.deepcopy(right)
        part = changed
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = wrong
        assert wrong_by_schema(changed, PUBLISHED), path


def test_an_item_is_there_with_its_exact_words_and_where_they_stand(inspector):
    with the_world():
        source = InterviewFactory(body="WES", role="dcp", title="Rotas")
        text = SourceTextFactory(source=source, text="Well. The rota changes 🦊 monthly. Yes.", position=4)
        item = EvidenceItemFactory(
            source=source,
            text=text,
            start=6,
            end=33,
            gist="Rotas",
            speaker="DCP 2",
            quote=True,
            direction="weakness",
            criteria=["VW.ii"],
        )
        TagFactory(item=item, reference="LD.i", reason="Because")
        finding = FileFindingFactory(criteria=["VW.ii"])
        LinkFactory(item=item, finding=finding, relation="contradicts", reason="Other figures")
    found = document(export(inspector, "json").data)
    (entry,) = found["evidence"]
    assert entry["words"] == "The rota changes 🦊 monthly." == text.text[entry["start"] : entry["end"]]
    assert (entry["text"], entry["position"], entry["source"]) == ("note 4", 4, source.reference)
    assert (entry["gist"], entry["speaker"], entry["quotation"]) == ("Rotas", "DCP 2", True)
    assert (entry["role_code"], entry["body_code"], entry["place"]) == ("dcp", "WES", "Wessex")
    assert entry["tags"] == [
        {"criterion": "LD.i", "set_aside": False, "reason": "Because", "by": "Ines Inspector"},
        {"criterion": "VW.ii", "set_aside": False, "reason": "", "by": "Ines Inspector"},
    ]
    (link,) = found["links"]
    assert (link["evidence"], link["finding"], link["relation"]) == (item.reference, "F-01", "contradicts")
    assert (link["reason"], link["contradiction"], link["set_aside"]) == ("Other figures", "open", None)
    assert found["findings"][0]["links"] == {"contradicts": [item.reference]}
    assert found["sources"][0]["date"] == date.fromisoformat(entry["date"]).isoformat()


@pytest.mark.slow
def test_it_says_what_became_of_an_item_and_of_the_words_it_was_made_from(inspector):
    with the_world():
        stays, changed, gone = (EvidenceItemFactory(words=words, criteria=["VW.ii"]) for words in ("A.", "B.", "C."))
        text = db.session.get_one(SourceText, changed.text_id)
        add_text(changed.source, "Other.", position=text.position, label=text.label, by=SOMEBODY, supersedes=text)
        old, new = DocumentFactory(content=b"Old."), DocumentFactory(content=b"New.")
        older = EvidenceItemFactory(source=old, words="Old.", criteria=["LD.i"])
        supersede(new, old, by=SOMEBODY)
    inspector.post("evidence.withdraw_item", gone, reason="mistake", words="")
    found = document(export(inspector, "json").data)
    names = ("withdrawn", "source_changed", "source_withdrawn", "superseded_by")
    assert {entry["reference"]: [entry[name] for name in names] for entry in found["evidence"]} == {
        stays.reference: [False, False, False, None],
        changed.reference: [False, True, False, None],
        older.reference: [False, False, False, new.reference],
    }
    (entry,) = found["withdrawn"]
    assert (entry["reference"], entry["withdrawn"]) == (gone.reference, True)
    assert datetime.fromisoformat(entry["withdrawn_at"]).date() == clock.today()
    link = f"http://localhost/inspections/{inspector.inspection}/evidence/{stays.reference}/in-place"
    assert found["evidence"][0]["link"] == link
    general = document(export(inspector, "json", variant="general").data)
    assert {(entry["link"], entry["superseded_by"]) for entry in general["evidence"]} == {(None, None)}


def test_it_holds_the_packs_words_bodies_roles_and_criteria(inspector):
    found = document(export(inspector, "json").data)
    assert len(found["criteria"]) == 22 and len(found["bodies"]) == 15
    wording = {row["reference"]: row["wording"] for row in found["criteria"]}
    assert wording["FS.i"] == (
        "Does the police file submission comply with the National File Standard for the type of case?"
    )
    assert {term["code"] for term in found["vocabulary"]["strengths"]} == {
        *("none", "single", "supported", "triangulated", "contradicted")
    }
    assert any("several methods of evidence gathering" in note["note"] for note in found["method"])
    assert {"short": "CPS", "long": "Crown Prosecution Service"} in found["acronyms"]


def test_distressing_words_stand_apart(inspector):
    with the_world():
        item = EvidenceItemFactory(words="Terrible things.", gist="A threat", distressing=True, criteria=["VW.ii"])
    found = document(export(inspector, "json").data)
    assert (found["evidence"][0]["words"], found["evidence"][0]["gist"]) == (None, "A threat")
    assert found["distressing"] == [{"reference": item.reference, "words": "Terrible things."}]


@pytest.mark.slow
def test_naughty_words_come_out_exactly(inspector):
    typed = [s for s in [*FORMULAS, *naughty_strings()] if s.strip()]
    with the_world():
        source = InterviewFactory()
        for string in typed:
            EvidenceItemFactory(source=source, words=string, gist=string, speaker=string, criteria=["VW.ii"])
    found = document(export(inspector, "json").data)["evidence"]
    for key in ("words", "gist", "speaker"):
        assert [entry[key] for entry in found] == typed, key


@pytest.mark.slow
def test_the_command_line_writes_it_not_attributable(world, tmp_path):
    output = tmp_path / "out.json"
    arguments = ("--format", "json", "--non-attributable", "--spell-out", "--output", str(output))
    result = command("matrix", "export", "stalking-2026", *arguments)
    assert result.exit_code == 0, result.output
    found = document(output.read_bytes())
    assert (found["about"]["attributable"], found["about"]["acronyms_spelt_out"]) == (False, True)
    assert found["about"]["exported_by"] is None
    assert {entry["source"] for entry in found["evidence"]} == {None}


@pytest.mark.slow
def test_memory_does_not_grow_with_the_evidence(inspector, world, monkeypatch):
    """No list of the evidence is ever whole: batches are asked for only when what came before is written."""
    from app.matrix import contents

    alive: list[int] = []
    batches = contents.batched_rows

    def watched(found):
        for batch in batches(found):
            alive.append(len(batch))
            yield batch

    monkeypatch.setattr(contents, "BATCH", 7)
    monkeypatch.setattr(contents, "batched_rows", watched)
    found = document(export(inspector, "json").data)
    assert len(found["evidence"]) > 50
    assert max(alive) == 7
    db.session.rollback()
