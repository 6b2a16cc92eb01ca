"""A non-attributable export names nobody and nothing that leads to somebody: searched for in the bytes of the files."""

import re
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from app.access import Actor
from app.audit.models import AuditEntry, AuditPayload
from app.evidence.services import withdraw
from app.extensions import db
from app.matrix.attribution import SAYS_MORE, TOO_FEW, WITHOUT_GIST
from app.matrix.export import FORMATS
from app.matrix.models import Export
from tests.accounts.factories import PersonFactory
from tests.databases import the_world
from tests.documents.factories import DocumentFactory
from tests.evidence.factories import EvidenceItemFactory, TagFactory
from tests.findings.factories import FileFindingFactory, FindingImportFactory, LinkFactory
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import SOMEBODY, IntervieweeFactory, InterviewFactory
from tests.matrix.exports import about, archive, document, export, parts, sheets, table
from tests.other_sources.factories import OtherSourceFactory

CANARY = re.compile(rb"canar", re.IGNORECASE)
# What the pack never allows: the reference of a session, an exact date; and the references of other sources with it.
SESSION = re.compile(rb"\b(INT|DOC|OTH|FILE)-[0-9]|2026-03-0[0-9]|[0-9] March 2026")
AUTHOR = Actor(SOMEBODY.id, "Canary Author")


@pytest.fixture
def exporter(sign_in):
    return sign_in(TeamMemberFactory(person=PersonFactory(name="Canary Exporter", email="canary@example.org")))


@pytest.fixture
def marked(app):
    """Names and labels wherever they may be.

    Heard were three District Crown Prosecutors of Wessex, one from HQ, and two engagement managers of other Areas.
    """
    with the_world():
        TeamMemberFactory(person=PersonFactory(name="Canary Colleague"))
        lone = InterviewFactory(body="HQ", role="hq_legal_lead", title="Canary lone", by=AUTHOR)
        sessions = [
            InterviewFactory(
                body="WES",
                role="dcp",
                title=f"Canary title {number}",
                place="Canary House",
                held_at=datetime(2026, 3, 3, 10, 17, tzinfo=UTC),
                by=AUTHOR,
            )
            for number in range(3)
        ]
        IntervieweeFactory(interview=sessions[0], name="Canary  Interviewee", label="Canary label")
        paper = DocumentFactory(title="Canary minutes.txt", file_name="canary-file.txt", by=AUTHOR)
        letter = OtherSourceFactory(given_by="Canary Consortium", title="Canary letter", by=AUTHOR)
        letter.happened_on = date(2026, 3, 4)
        made = [
            EvidenceItemFactory(
                source=source,
                words=f"Rotas change, said {number}.",
                gist="Rotas",
                speaker="Canary Speaker 2",
                criteria=["VW.ii"],
                by=AUTHOR,
            )
            for number, source in enumerate([*sessions, paper, letter, lone])
        ]
        others = [InterviewFactory(body=body, role="icem", by=AUTHOR) for body in ("EMI", "LON")]
        made.append(
            EvidenceItemFactory(
                source=sessions[1],
                words="As canary interviewee told us, they do.",
                gist="By CANARY INTERVIEWEE",
                criteria=["LD.i"],
                by=AUTHOR,
            )
        )
        made.append(
            EvidenceItemFactory(
                source=sessions[2],
                words="The exact words of somebody.",
                gist="What somebody thinks",
                quote=True,
                attributable=False,
                criteria=["LD.i"],
                by=AUTHOR,
            )
        )
        made.append(
            EvidenceItemFactory(
                source=sessions[2],
                words="A paraphrase of it.",
                attributable=False,
                distressing=True,
                criteria=["LD.i"],
                by=AUTHOR,
            )
        )
        made += [EvidenceItemFactory(source=source, words="Panels meet.", criteria=["LD.i"]) for source in others]
        gone = EvidenceItemFactory(source=sessions[0], words="Canary withdrawn", criteria=["LD.i"], by=AUTHOR)
        TagFactory(item=made[0], reference="LD.ii", reason="Canary reason", by=AUTHOR)
        finding = FileFindingFactory(own_reference="CANARY-7", criteria=["VW.ii"], created_by=AUTHOR.label)
        named = FileFindingFactory(statement="Seen by Canary Colleague.", criteria=["VW.ii"])
        LinkFactory(item=made[0], finding=finding, reason="Canary link", by=AUTHOR)
        LinkFactory(item=made[1], finding=named, by=AUTHOR)
        FindingImportFactory(file_name="canary-findings.csv")
        db.session.flush()
        withdraw(gone, "Canary wanted it so", by=AUTHOR)
    return made


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("filters", [{}, {"by": "Canary Author", "area": "WES", "role": "dcp"}, {"criterion": "VW.ii"}])
def test_no_name_label_title_session_or_date_is_in_any_byte_of_the_file(exporter, marked, file_format, filters):
    general = parts(export(exporter, file_format, variant="general", **filters))
    for name, content in general.items():
        assert CANARY.search(content) is None, (name, CANARY.search(content))
        assert SESSION.search(content) is None, (name, SESSION.search(content))
    assert any(b"Rotas change, said 0." in content for content in general.values())


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_same_search_finds_them_in_an_attributable_one(exporter, marked, file_format):
    found = parts(export(exporter, file_format, by="Canary Author"))
    assert any(CANARY.search(content) for content in found.values())
    assert any(SESSION.search(content) for content in found.values())
    assert b"CANARY INTERVIEWEE" in b"".join(found.values()), "the words of an item are not touched"


@pytest.mark.slow
def test_roles_and_places_are_as_general_as_the_pack_asks(exporter, marked):
    rows = {row["Evidence"]: row for row in sheets(export(exporter, "xlsx", variant="general").data)["Evidence"]}
    said = [(rows[item.reference]["Role"], rows[item.reference]["Place"]) for item in marked]
    wessex = ("District Crown Prosecutor", "Wessex")
    assert said[:3] == [wessex] * 3
    assert said[3] == (None, "CPS")  # one document of an Area leads to it: the Area is not named
    assert said[4] == (None, None)  # a letter speaks for no body
    assert said[5] == ("CPS manager", "CPS")  # the lone one from Headquarters, shown with two of other Areas
    assert said[9:] == [said[5]] * 2
    assert said[6] == wessex
    assert said[7] == said[8] == (None, None)  # not attributable to the role
    assert rows[marked[0].reference]["Month"] == "March 2026"


@pytest.mark.slow
def test_what_must_not_be_said_is_left_out_counted_and_told(exporter, marked):
    page = export(exporter, "xlsx", variant="general")
    book = sheets(page.data)
    rows = {row["Evidence"]: row for row in book["Evidence"]}
    assert rows[marked[6].reference]["Words"].startswith("[Left out. The text holds the name")
    assert rows[marked[6].reference]["Gist"].startswith("[Left out. The text holds the name")
    assert rows[marked[7].reference]["Words"].startswith("[Left out. A quotation that may not be attributed")
    assert rows[marked[7].reference]["Gist"] == "What somebody thinks"
    assert rows[marked[8].reference]["Words"].startswith("Distressing content")
    assert book["Distressing"] == [{"Evidence": marked[8].reference, "Words": "A paraphrase of it."}]
    assert [row["What the files show"][:9] for row in book["Findings"]] == ["Letters w", "[Left out"]
    assert [row["Items and findings"] for row in book["Left out"]] == [0, 1, 0, 2, 0, 0, 0, 0]
    ready = exporter.open("GET", page.address.removesuffix("/file"))
    assert "Words left out of 2 items. The text holds the name" in ready


def test_a_gist_that_says_more_than_role_and_place_is_left_out_and_counted(exporter, marked):
    """The lone legal lead of Headquarters is 'CPS manager' of 'CPS'; Wessex is named for the prosecutors."""
    with the_world():
        lone, wessex = marked[5].source, marked[0].source
        told = [
            EvidenceItemFactory(source=source, words=words, gist=gist, criteria=["QT.i"], quote=quote)
            for source, words, gist, quote in [
                (lone, "It was finished.", "Legal lead: it was finished", False),
                (lone, "We at HQ were told so.", "Told so", True),
                (lone, "It was said.", "CPS managers say so", False),
                (wessex, "We in Wessex do so.", "District Crown Prosecutors do so", True),
            ]
        ]
    page = export(exporter, "json", variant="general")
    found = {entry["reference"]: entry for entry in document(page.data)["evidence"]}
    said = [(found[item.reference]["words"], found[item.reference]["gist"]) for item in told]
    more = "The text says more than the role or place that may be said"
    assert said == [
        ("It was finished.", f"[Left out. {more}]"),
        (None, "Told so"),
        ("It was said.", "CPS managers say so"),
        ("We in Wessex do so.", "District Crown Prosecutors do so"),
    ]
    assert {"reason": more, "number": 2} in document(page.data)["left_out"]


def test_a_text_without_role_and_place_may_name_none(exporter, marked):
    with the_world():
        told = [
            EvidenceItemFactory(
                source=marked[2].source, words=words, gist=gist, criteria=["QT.i"], quote=quote, attributable=False
            )
            for words, gist, quote in [
                ("Pleas are accepted.", "Prosecutors: pleas are accepted", True),
                ("Pleas are accepted.", "", True),
                ("Pleas are accepted here in Wessex.", "Pleas", False),
            ]
        ]
    found = {e["reference"]: e for e in document(export(exporter, "json", variant="general").data)["evidence"]}
    reasons = [found[item.reference]["left_out"] for item in told]
    assert reasons == [WITHOUT_GIST, WITHOUT_GIST, SAYS_MORE]
    assert found[told[0].reference]["gist"].startswith("[Left out. The text says more")


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", ["Mrs Interviewee", "Canary’s notes", "as COLLEAGUE noted", "Canary-Interviewee said"]
)
def test_part_of_a_name_is_a_name(exporter, marked, words):
    with the_world():
        item = EvidenceItemFactory(source=marked[0].source, words=words, gist="Wholly fine", criteria=["QT.i"])
    rows = sheets(export(exporter, "xlsx", variant="general").data)["Evidence"]
    (row,) = (row for row in rows if row["Evidence"] == item.reference)
    assert row["Words"].startswith("[Left out. The text holds the name") and row["Gist"] == "Wholly fine"


@pytest.mark.slow
def test_a_link_to_a_finding_of_an_area_is_not_given_where_the_place_is_wider(exporter, marked):
    with the_world():
        finding = FileFindingFactory(body="WES", criteria=["VW.ii"])
        for item in (marked[0], marked[3], marked[4], marked[8]):  # Wessex; CPS; a letter of nobody; no place
            LinkFactory(item=item, finding=finding)
    given = {marked[0].reference, marked[4].reference}
    found = document(export(exporter, "json", variant="general").data)
    assert {link["evidence"] for link in found["links"] if link["finding"] == finding.reference} == given
    (line,) = (entry for entry in found["findings"] if entry["reference"] == finding.reference)
    assert line["evidence_linked"] == 2 and {number for said in line["links"].values() for number in said} == given
    rows = sheets(export(exporter, "xlsx", variant="general").data)["Evidence"]
    assert {row["Evidence"] for row in rows if finding.reference in (row["File findings"] or "")} == given
    assert found["left_out"][-1]["number"] == 2
    everything = document(export(exporter, "json").data)
    assert len([link for link in everything["links"] if link["finding"] == finding.reference]) == 4


def test_what_is_about_a_place_does_not_speak_for_it(exporter):
    with the_world():
        for _panel in range(3):
            panel = OtherSourceFactory(body="WES")
            EvidenceItemFactory(source=panel, words="Said.", gist="A panel in Wessex", criteria=["QT.i"])
    rows = sheets(export(exporter, "xlsx", variant="general").data)["Evidence"]
    assert [(row["Place"], row["Words"], row["Gist"][:9]) for row in rows] == [(None, "Said.", "[Left out")] * 3


@pytest.mark.slow
def test_who_was_heard_with_too_few_others_is_left_out(exporter):
    with the_world():
        EvidenceItemFactory(
            source=InterviewFactory(body="HQ", role="hq_legal_lead"), words="Alone.", gist="G1", criteria=["LD.i"]
        )
        EvidenceItemFactory(source=InterviewFactory(body="WES", role="dcp"), words="Two.", criteria=["LD.i"])
    rows = sheets(export(exporter, "xlsx", variant="general").data)["Evidence"]
    assert [row["Gist"] for row in rows] == [f"[Left out. {TOO_FEW}]", None], "it would be known whose it is"
    found = document(export(exporter, "json", variant="general").data)
    assert [(entry["words"], entry["role"], entry["place"]) for entry in found["evidence"]] == [(None, None, None)] * 2
    assert found["left_out"][0]["number"] == 2 and "recognised" in found["evidence"][0]["left_out"]


@pytest.mark.slow
def test_only_the_sessions_in_the_export_count(exporter, marked):
    """Filtered to one of the sessions, its role is shared by nobody."""
    with the_world():
        EvidenceItemFactory(source=InterviewFactory(body="EMI", role="sdcp"), words="Alone.", criteria=["QT.i"])
    everything = sheets(export(exporter, "xlsx", variant="general").data)["Evidence"]
    assert [row["Role"] for row in everything if row["Words"] == "Alone."] == ["CPS manager"]
    part = sheets(export(exporter, "xlsx", variant="general", criterion="QT.i").data)["Evidence"]
    assert [row["Words"][:9] for row in part] == ["[Left out"]


def test_names_entered_for_a_focus_group_count_as_its_people(exporter):
    with the_world():
        group = InterviewFactory(kind="focus_group", body="WES", role="prosecutors_crown")
        for number in range(3):
            IntervieweeFactory(interview=group, label=f"Pros {number}")
        EvidenceItemFactory(source=group, words="Together.", criteria=["LD.i"])
    (row,) = sheets(export(exporter, "xlsx", variant="general").data)["Evidence"]
    assert (row["Words"], row["Role"], row["Place"]) == ("Together.", "Crown Court prosecutor", "Wessex")


def test_a_focus_group_counts_as_many_as_were_seen(exporter):
    with the_world():
        group = InterviewFactory(kind="focus_group", body="WES", role="prosecutors_crown")
        group.attendees = 6
        EvidenceItemFactory(source=group, words="Together.", criteria=["LD.i"])
    (row,) = sheets(export(exporter, "xlsx", variant="general").data)["Evidence"]
    assert (row["Role"], row["Place"]) == ("Crown Court prosecutor", "Wessex")


@pytest.mark.slow
def test_sources_are_counted_together_and_layouts_by_area_and_role_are_not_there(exporter, marked):
    book = sheets(export(exporter, "xlsx", variant="general").data)
    assert {"By Area", "By role", "Gaps", "Withdrawn"}.isdisjoint(book) and "By source kind" in book
    lines = {(row["Kind of source"], row["Role"], row["Place"]): row for row in book["Sources"]}
    together = lines["Interview", "District Crown Prosecutor", "Wessex"]
    assert (together["Sources"], together["Items"]) == (3, 4)
    apart = lines["Interview", None, None]
    assert (apart["Sources"], apart["Items"]) == (1, 2), "those that are not attributable stand by themselves"
    assert {row["Of"] for row in book["Strength"]} == {"The whole country"}
    tables = archive(export(exporter, "zip", variant="general").data)
    assert {"by-area", "by-role", "withdrawn"}.isdisjoint(tables)
    found = document(export(exporter, "json", variant="general").data)
    assert found["matrix"]["area"] is found["matrix"]["role"] is None and found["withdrawn"] == []


def test_nobody_is_found_by_elimination(exporter):
    """Three prosecutors of Wessex and its one manager: 'CPS manager, Wessex' beside them could only be that one."""
    with the_world():
        for number in range(3):
            EvidenceItemFactory(source=InterviewFactory(body="WES", role="dcp"), words=f"{number}.", criteria=["LD.i"])
        EvidenceItemFactory(source=InterviewFactory(body="WES", role="icem"), words="Alone.", criteria=["LD.i"])
    book = sheets(export(exporter, "xlsx", variant="general").data)
    assert [(row["Role"], row["Place"]) for row in book["Evidence"]] == [("CPS manager", "Wessex")] * 4
    assert [row["Sources"] for row in book["Sources"]] == [4]
    (note,) = (row["Note"] for row in book["Notes on method"] if "elimination" in row["About"])
    assert note.startswith("Fewer than 3 people are never shown with one role and place.")


@pytest.mark.slow
@pytest.mark.parametrize("filters", [{}, {"criterion": "LD.i"}])
def test_no_difference_between_two_tables_tells_whose_an_item_is(exporter, marked, filters):
    with the_world():
        for number in range(3):
            source = InterviewFactory(body="WES", role="dcp")
            for attributable in (True, False):
                item = EvidenceItemFactory(source=source, words=f"Number {number}.", criteria=["LD.i", "LD.ii"])
                item.attributable = attributable
    book = sheets(export(exporter, "xlsx", variant="general", **filters).data)
    rows = {(row["Evidence"], row["Kind of source"], row["Role"], row["Place"]) for row in book["Evidence"]}
    said = Counter(row[1:] for row in rows)
    assert {(row["Kind of source"], row["Role"], row["Place"]): row["Items"] for row in book["Sources"]} == said
    assert sum(row["Tags"] for row in book["Sources"]) == sum(bool(row["Criterion"]) for row in book["Evidence"])


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_variant_is_said_in_the_file_on_the_page_and_in_the_log(exporter, marked, file_format):
    page = export(exporter, file_format, variant="general", area="WES", role="dcp", direction="unset")
    row = db.session.query(Export).one()
    assert (row.attributable, row.exported_by) == (False, "Canary Exporter")
    entry = db.session.query(AuditEntry).filter_by(deed="exported").one()
    payload = db.session.get(AuditPayload, (entry.chain, entry.number))
    assert (payload.content["after"]["attributable"], payload.content["after"]["filters"]["area"]) == (False, "WES")
    ready = exporter.open("GET", page.address.removesuffix("/file"))
    assert "Not attributable: roles and places made general" in ready
    said = {
        "xlsx": lambda: about(page.data),
        "csv": lambda: table(page.data)[0],
        "zip": lambda: {line["What"]: line[""] for line in archive(page.data)["about"]},
        "json": lambda: {
            "Filters": document(page.data)["about"]["filters"],
            "Attribution": "Not attributable",
            "Exported by": document(page.data)["about"]["export"],
        },
    }[file_format]()
    assert said["Attribution"].startswith("Not attributable")
    assert row.id.hex in said["Exported by"]
    assert said["Filters"] == "Area: not said here; Role: not said here; Shows: Not set"
    assert "part-not-attributable-20" in page.headers["Content-Disposition"]
