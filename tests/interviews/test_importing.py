"""Importing transcripts and notes typed elsewhere: seen first, no word lost, nobody named, undone as a whole."""

import html
import io
import re
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import docx
import pytest
from sqlalchemy import func, select

from app import storage
from app.audit.models import AuditEntry
from app.evidence.models import EvidenceItem, SourceText
from app.evidence.services import withdraw
from app.extensions import db
from app.inspections.models import TeamRole
from app.interviews import planning
from app.interviews.models import ImportState, Note, NoteImport
from app.web import clock
from tests.databases import counting_statements, look_again, the_world
from tests.inspections.factories import TeamMemberFactory
from tests.interviews.factories import (
    SOMEBODY,
    IntervieweeFactory,
    InterviewFactory,
    NoteFactory,
    NoteImportFactory,
)
from tests.interviews.test_names import tables_with

DATA = Path(__file__).parents[1] / "data"
TRANSCRIPTS = sorted(path.name for path in (DATA / "transcripts").iterdir())


@pytest.fixture
def interview(app):
    return InterviewFactory()


@pytest.fixture
def inspector(sign_in):
    return sign_in(TeamMemberFactory())


def send(client, interview, content, name="notes.txt", **form):
    """Choose a file; gives the page that it leads to."""
    data = content.encode() if isinstance(content, str) else content
    address = client.address("interviews.receive_notes", interview)
    return client.open("POST", address, form=form, files={"file": (name, data)})


def press(client, preview, button="import", **form):
    """Press a button of the preview with what its form holds, changed by `form`."""
    held = {name: value for name, value in preview.form("/preview").items() if name != "csrf_token"}
    if "date" in held:  # three inputs of one name
        held["date"] = [field.get("value", "") for field in preview.all("input[name=date]")]
    return client.open("POST", preview.address, form={**held, button: "1", **form})


def notes() -> list[Note]:
    look_again()
    return list(db.session.scalars(select(Note).order_by(Note.number)))


def said() -> list[tuple[str, str]]:
    return [(note.speaker, note.words) for note in notes()]


def the_import() -> NoteImport:
    look_again()
    return db.session.scalars(select(NoteImport)).one()


# --- every word once, by a parser of its own -------------------------------------------------------------------------


@dataclass
class Paragraph:
    """As this test reads it: who, when in seconds, and the words, white space run together."""

    who: str
    at: float
    words: str


def joined(text: str) -> str:
    return " ".join(text.split())


def vtt_paragraphs(text: str) -> list[Paragraph]:
    found = []
    for block in re.split(r"\n\s*\n", text):
        lines = block.split("\n")
        cue = next((number for number, line in enumerate(lines) if "-->" in line), None)
        if cue is None:
            continue
        at = 0.0
        for part in lines[cue].split("-->")[0].strip().split(":"):
            at = at * 60 + float(part)
        body = "\n".join(lines[cue + 1 :])
        voice = re.match(r"<v ([^>]*)>", body)
        name = re.match(r"([^:]+): ", body) if "Zoom" in text or re.search(r"^\d+$", lines[0]) else None
        who = voice[1] if voice else name[1] if name else ""
        body = body[name.end() :] if name and not voice else body
        found.append(Paragraph(who, at, joined(html.unescape(re.sub(r"<[^>]+>", "", body)))))
    return sorted(found, key=lambda paragraph: paragraph.at)


def chat_paragraphs(text: str) -> list[Paragraph]:
    found, who, at = [], "", 0.0
    for message in re.split(r"\n(?=\d\d:\d\d:\d\d\t)", text):
        hours, minutes, seconds, who, words = re.match(r"(\d+):(\d+):(\d+)\t([^\t]+):\t(.*)", message, re.S).groups()
        at = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
        found += [Paragraph(who, at, joined(part)) for part in re.split(r"\n\s*\n", words) if part.strip()]
    return sorted(found, key=lambda paragraph: paragraph.at)


def inquiry_paragraphs(text: str) -> list[Paragraph]:
    found, who = [], ""
    for block in re.split(r"\n\s*\n", text.strip()):
        turn = re.match(r"\*\*(.+?)\*\*:\s*", block)
        heading = re.search(r"\n[=^-]{3,}$", block)
        who = turn[1] if turn else "" if heading else who
        aside = block.startswith("*(") or re.fullmatch(r"\*[A-Z].*\*", block)
        found.append(Paragraph("" if aside else who, 0, joined(block[turn.end() :] if turn else block)))
    return found


def xml_paragraphs(data: bytes, part: str) -> list[Paragraph]:
    """Of a DOCX or ODT without tables and text boxes: what its paragraphs hold, in order."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        root = ElementTree.fromstring(package.read(part))
    texts = []
    for node in root.iter():
        if node.tag.rpartition("}")[2] in ("p", "h"):
            tags = ("t", "span", "a") if part.startswith("word") else None
            parts = []
            for inner in node.iter():
                name = inner.tag.rpartition("}")[2]
                if tags is None or name in tags:
                    parts.append(inner.text or "")
                if tags is None and inner is not node:
                    parts.append(inner.tail or "")
                if name in ("tab", "br", "s", "line-break"):
                    parts.append(" ")
            texts.append(joined("".join(parts)))
    return [Paragraph("", 0, text) for text in texts if text]


def expected(name: str) -> list[Paragraph]:
    data = (DATA / name).read_bytes()
    if name.endswith(".docx"):
        return xml_paragraphs(data, "word/document.xml")
    if name.endswith(".odt"):
        return xml_paragraphs(data, "content.xml")
    text = data.decode("utf-8-sig").replace("\r\n", "\n")
    if name.endswith(".vtt"):
        return vtt_paragraphs(text)
    return chat_paragraphs(text) if "chat" in name else inquiry_paragraphs(text)


WHOLE = [f"transcripts/{name}" for name in TRANSCRIPTS if not name.endswith(".pdf")] + [
    "docx/original.docx",
    "docx/unit_test_headers_numbered.docx",
    "docx/docx_external_image.docx",
]


@pytest.mark.slow
@pytest.mark.parametrize("name", WHOLE)
def test_each_paragraph_is_exactly_once_in_the_notes(inspector, interview, name):
    preview = send(inspector, interview, (DATA / name).read_bytes(), name)
    assert preview.status == 200, preview
    transcript = name.startswith("transcripts/")
    names = [heading.get_text() for heading in preview.all(".fb-speaker h3")]
    given = {f"label_{n}": f"Voice {n}" for n in range(len(names))} if transcript else {}
    given |= {} if transcript else {f"nobody_{n}": "y" for n in range(len(names))}
    assert press(inspector, preview, **given).messages
    paragraphs = expected(name)
    assert the_import().paragraphs == len(paragraphs) > 0
    found = notes()
    words = joined(" ".join(note.words for note in found))
    assert Counter(words.split()) == Counter(" ".join(one.words for one in paragraphs).split())
    assert words == " ".join(one.words for one in paragraphs), "and in their order"
    if transcript:
        labels = dict(zip(names, given.values(), strict=True)) | {"": ""}
        spoken = [(labels[one.who], word) for one in paragraphs for word in one.words.split()]
        assert spoken == [(note.speaker, word) for note in found for word in note.words.split()]
    assert [note.number for note in found] == list(range(1, len(found) + 1))


def pdf_text(data: bytes) -> str:
    """Every glyph that the pages of a PDF draw, in order, by the fonts' own tables of characters."""
    objects = {int(found[1]): found[2] for found in re.finditer(rb"(?m)^(\d+) 0 obj\b(.*?)\bendobj", data, re.S)}

    def stream(number: bytes) -> bytes:
        head, body = re.split(rb"stream\r?\n", objects[int(number)], maxsplit=1)
        body = body[: body.rindex(b"endstream")]
        return zlib.decompress(body) if b"FlateDecode" in head else body

    fonts: dict[bytes, dict[int, str]] = {}
    for number, body in objects.items():
        if table := re.search(rb"/ToUnicode (\d+) 0 R", body):
            for first, targets in re.findall(rb"<(\w+)> *<\w+> *\[(.*?)\]", stream(table[1]), re.S):
                for code, target in enumerate(re.findall(rb"<(\w+)>", targets), int(first, 16)):
                    letter = bytes.fromhex(target.decode()).decode("utf-16-be")
                    fonts.setdefault(b"F%d" % number, {})[code] = letter
    pages = next(re.search(rb"/Kids\s*\[(.*?)\]", body, re.S) for body in objects.values() if b"/Type /Pages" in body)
    text, font = "", {}
    for page in re.findall(rb"(\d+) 0 R", pages[1]):
        content = stream(re.search(rb"/Contents (\d+) 0 R", objects[int(page)])[1])
        for name, glyphs in re.findall(rb"/(F\d+) [\d.]+ Tf|<(\w+)> Tj", content):
            font = fonts[name] if name else font
            text += "".join(font[int(glyphs[at : at + 4], 16)] for at in range(0, len(glyphs), 4))
    return text


@pytest.mark.slow
@pytest.mark.parametrize("name", ["interview_P1.pdf", "interview_P2.pdf"])
def test_each_letter_of_an_interview_in_a_pdf_is_exactly_once_in_the_notes(inspector, interview, name):
    data = (DATA / "transcripts" / name).read_bytes()
    press(inspector, send(inspector, interview, data, name), label_0="Interviewer")
    text = pdf_text(data)
    # Each page draws the numbers of all paragraphs that are still to come in its margin, most of them below its edge.
    last = len(re.findall(r"(?:Dan|Participant):\t", text)) + 1
    for first in range(1, last):
        text = text.replace("".join(str(number) for number in range(first, last + 1)), "")
    _head, *turns = re.split(r"(Dan|Participant):\t", text)
    labels = {"Dan": "Interviewer", "Participant": "Participant"}
    # Where one is cut by the edge, it stands before the number of the page.
    edge = re.compile(rf"\d+(?=/{re.match('1/([0-9]+)', text)[1]})")
    said = [(labels[who], words) for who, words in zip(turns[::2], turns[1::2], strict=True)]
    drawn, kept = (
        [(who, letter) for who, words in turns for letter in edge.sub("", "".join(words.split()))]
        for turns in (said, [(note.speaker, note.words) for note in notes() if note.speaker])
    )
    assert kept == drawn


@pytest.mark.slow
def test_a_list_in_a_pdf_where_nobody_speaks_is_kept_to_the_letter(inspector, interview):
    data = (DATA / "transcripts/interview_code_system.pdf").read_bytes()
    press(inspector, send(inspector, interview, data))
    drawn = ""
    for body in re.findall(rb"stream\r?\n(.*?)endstream", data, re.S):
        try:
            content = zlib.decompress(body)
        except zlib.error:
            continue
        for text in re.findall(rb"\(((?:[^()\\]|\\.)*)\)", content if b" BT" in content else b""):
            letters = re.sub(rb"\\(\d{3}|.)", lambda one: bytes([int(one[1], 8)]) if one[1].isdigit() else one[1], text)
            drawn += letters.decode("mac_roman")
    kept = "".join(note.words for note in notes())
    assert Counter("".join(kept.split())) == Counter("".join(drawn.split()))
    assert len(drawn) > 4000 and {note.speaker for note in notes()} == {""}


@pytest.mark.slow
def test_a_teams_call_is_read_as_somebody_would_read_it(inspector, interview):
    press(inspector, send(inspector, interview, (DATA / "transcripts/teams_export_anonymised.vtt").read_bytes()))
    found = said()
    assert found[:2] == [("Speaker A", "OK, I think now we should be recording properly."), ("", "Good.")]
    over = found.index(("Speaker B", "But we preserved the atoms."))
    assert [words for _who, words in found[over - 1 : over + 2]] == [
        "Yeah, I mean I think you went even more than",
        "But we preserved the atoms.",
        "than me. I just opened the format.",
    ], "what overlaps is not joined"


@pytest.mark.slow
def test_cues_come_in_the_order_of_their_times_and_the_preview_says_so(inspector, interview):
    cues = [
        ("00:20.000", "<v Q>Two.</v>"),
        ("00:10.000", "<v A>One.</v>"),
        ("00:20.000", "3."),
        ("00:05.000", "0."),
    ]
    content = "WEBVTT\n\nNOTE made up\n\n" + "\n\n".join(f"{at} --> 00:59.000\n{words}" for at, words in cues)
    preview = send(inspector, interview, content, "call.vtt")
    assert "Notes come in the order of their times: 2 paragraphs stood behind later ones in the file." in preview
    assert "1 comment in the file is left out, as nobody says that." in preview
    assert "Of 2 paragraphs the file does not say who speaks" in preview
    press(inspector, preview)
    assert said() == [("", "0."), ("A", "One."), ("Q", "Two."), ("", "3.")]


@pytest.mark.slow
def test_what_one_speaker_says_in_a_row_is_joined_within_limits(inspector, interview):
    long = "word " * 200
    press(inspector, send(inspector, interview, f"DCP 2: One.\n\nTwo.\n\n{long}\n\n{long}\n\nDCP 3: Three."))
    assert [note.words.split("\n")[:3] for note in notes()] == [
        ["One.", "Two.", long.strip() + " "],
        [long.strip() + " "],
        ["Three."],
    ]
    assert the_import().paragraphs == 5


@pytest.mark.slow
def test_what_nobody_is_named_for_is_joined_to_nothing(inspector, interview):
    press(inspector, send(inspector, interview, "- one\n- two\n\nThree.\n\nFour."))
    assert said() == [("", "- one"), ("", "- two"), ("", "Three."), ("", "Four.")]


# --- seen first ------------------------------------------------------------------------------------------------------

CALL = (DATA / "transcripts/zoom_call_068.vtt").read_bytes()


@pytest.mark.slow
def test_nothing_is_imported_by_looking_and_an_unfinished_preview_is_found_again(inspector, interview):
    preview = send(inspector, interview, CALL, "GMT-Stefan-Starflinger.vtt")
    assert preview.heading == "What import 1 would do in INT-001"
    assert "WebVTT transcript: 225 paragraphs become" in preview
    assert notes() == []
    kept = press(inspector, preview, "save", label_0="DCP 1", nobody_3="y")
    assert kept.messages.endswith("The labels are kept. Nothing is imported yet.")
    listed = inspector.get("interviews.show_imports", interview)
    assert "Import 1 WebVTT transcript Not imported yet" in listed
    shown = inspector.get("interviews.show_import", interview, number=1)
    again = inspector.open("GET", shown.one(".govuk-button-group a.govuk-button")["href"])
    assert (again.field("label_0"), again.field("label_1"), again.field("nobody_3")) == ("DCP 1", "", ["y"])
    assert (notes(), the_import().state) == ([], ImportState.PREVIEWED)


@pytest.mark.slow
def test_no_name_of_a_speaker_gets_out_of_the_file(inspector, interview):
    preview = send(inspector, interview, CALL, "GMT-Stefan-Starflinger.vtt")
    assert "Stefan Starflinger" in preview
    press(inspector, preview, label_0="DCP 1", label_1="Clerk")
    who = {note.speaker for note in notes()}
    assert {"DCP 1", "Clerk", "Speaker 1", "Speaker 2"} <= who and "Speaker 17" not in who
    for name in ("Stefan Starflinger", "Justin Traglia", "Pooja Ranjan", "Starflinger"):
        assert tables_with(name) == set()
    assert "Starflinger" not in inspector.get("interviews.show_import", interview, number=1).main
    assert "Starflinger" not in inspector.get("interviews.show_history", interview).main


@pytest.mark.slow
def test_a_label_that_the_file_has_already_or_that_the_name_has_here_is_offered(inspector, interview):
    IntervieweeFactory(interview=interview, name="Jo  Bloggs", label="Manager 4")
    NoteFactory(interview=interview, words="Before.", speaker="Speaker 1")
    preview = send(inspector, interview, "DCP 2: One.\n\nJo Bloggs: Two.\n\nMax Li: Three.\n\nClerk: Four.")
    assert [preview.field(f"label_{number}") for number in range(4)] == ["DCP 2", "Manager 4", "", ""]
    press(inspector, preview)
    assert said()[1:] == [("DCP 2", "One."), ("Manager 4", "Two."), ("Speaker 2", "Three."), ("Speaker 3", "Four.")]


@pytest.mark.slow
def test_a_label_that_may_be_a_name_is_asked_about(inspector, interview):
    preview = send(inspector, interview, "Jo Bloggs: One.\n\nClerk: Two.")
    refused = press(inspector, preview, label_0="Ms Bloggs", label_1="Clerk")
    assert refused.status == 422
    sentence = "may be a name. Give a label such as DCP 2, or tick that it is no name"
    assert refused.errors == [f"‘Ms Bloggs’ {sentence}", f"‘Clerk’ {sentence}"]
    assert (refused.field("label_0"), notes()) == ("Ms Bloggs", [])
    press(inspector, refused, label_0="DCP 1", confirmed="y")
    assert said() == [("DCP 1", "One."), ("Clerk", "Two.")]


def test_names_in_the_words_are_warned_of(inspector, interview):
    IntervieweeFactory(interview=interview, name="Zaphira Will", label="DCP 1")
    text = "Jo Bloggs: Ask Zaphira.\n\nClerk: Bloggs will know, and BLOGGS does.\n\nZaphira: Yes."
    preview = send(inspector, interview, text)
    warning = " ".join(preview.one(".fb-warns").get_text(" ").split())
    assert "‘Bloggs’ 2 times, first in note 2" in warning and "‘Zaphira’ 1 time, first in note 1" in warning
    assert "Will’" not in warning, "will is a word"


@pytest.mark.slow
def test_what_was_no_speaker_goes_back_to_the_words(inspector, interview):
    preview = send(inspector, interview, "Rotas: they change.\n\nMonthly.\n\nDCP 2: Yes.\n\nTeam:\n\nDCP 2: No.")
    press(inspector, preview, nobody_0="y", nobody_2="y")
    assert said() == [("", "Rotas: they change."), ("", "Monthly."), ("DCP 2", "Yes."), ("", "Team:"), ("DCP 2", "No.")]


@pytest.mark.slow
def test_a_note_that_names_a_criterion_becomes_evidence(inspector, interview):
    preview = send(inspector, interview, "DCP 2: Letters are late. #vw.ii\n\nDCP 3: #ld.i\n\nDCP 4: #1 of #vw.zz")
    assert "1 note names a criterion and becomes evidence." in preview
    assert press(inspector, preview).messages.endswith(
        "3 notes imported: notes 1 to 3. 1 note of them became evidence."
    )
    item = db.session.scalars(select(EvidenceItem)).one()
    assert (item.words, item.speaker, notes()[0].item_id) == ("Letters are late.", "DCP 2", item.id)
    assert (
        inspector.get("interviews.show_interview", interview).one("#note-1 .fb-tags").get_text(" ").split()[0]
        == "E-0001"
    )


# --- times -----------------------------------------------------------------------------------------------------------

TIMED = "WEBVTT\n\n00:05.000 --> 00:06.000\nOne.\n\n01:02:03.000 --> 01:02:04.000\nTwo.\n"


@pytest.mark.slow
def test_times_are_counted_from_when_the_interview_is_held(inspector):
    interview = InterviewFactory(held_at=datetime(2026, 4, 14, 9, 0, tzinfo=UTC))
    preview = send(inspector, interview, TIMED, "call.vtt")
    assert preview.field("time") == "10:00"
    press(inspector, preview)
    assert [note.said_at for note in notes()] == [
        datetime(2026, 4, 14, 9, 0, 5, tzinfo=UTC),
        datetime(2026, 4, 14, 10, 2, 3, tzinfo=UTC),
    ]
    page = inspector.get("interviews.show_interview", interview)
    assert [time.get_text() for time in page.all(".fb-note__time")] == ["10:00", "11:02"]
    assert "In the recording at 1:02:03." in inspector.get("interviews.show_note", interview, number=2)


@pytest.mark.slow
def test_a_start_that_is_to_come_is_neither_offered_nor_taken(inspector):
    interview = InterviewFactory(held_at=clock.now() + timedelta(days=2))
    preview = send(inspector, interview, TIMED, "call.vtt")
    assert (preview.field("date"), preview.field("time")) == ("", "")
    tomorrow = clock.today() + timedelta(days=1)
    date = [str(part) for part in (tomorrow.day, tomorrow.month, tomorrow.year)]
    refused = press(inspector, preview, date=date, time="10:05")
    assert refused.errors == ["That is still to come: enter when the recording began"]
    assert (refused.field("time"), notes()) == ("10:05", [])


@pytest.mark.slow
def test_or_from_when_somebody_says_that_the_recording_began(inspector, interview):
    press(inspector, send(inspector, interview, TIMED, "call.vtt"), date=["1", "5", "2026"], time="14:30")
    assert notes()[0].said_at == datetime(2026, 5, 1, 13, 30, 5, tzinfo=UTC)


@pytest.mark.slow
def test_without_that_each_keeps_its_time_in_the_recording(inspector):
    interview = InterviewFactory(held_at=None)
    press(inspector, send(inspector, interview, TIMED, "call.vtt"))
    assert [note.heard_at for note in notes()] == [5000, 3723000]
    page = inspector.get("interviews.show_interview", interview)
    assert [time.get_text().split()[-1] for time in page.all(".fb-note__time")] == ["0:00:05", "1:02:03"]


@pytest.mark.slow
def test_an_undated_interview_was_held_when_its_recording_says(inspector):
    interview = InterviewFactory(held_at=None)
    press(inspector, send(inspector, interview, TIMED, "call.vtt"), date=["1", "5", "2026"], time="14:30")
    with the_world():
        row = db.session.get_one(type(interview), interview.id)
        planning.finish(row, by=SOMEBODY)
        assert row.held_at == datetime(2026, 5, 1, 13, 30, 5, tzinfo=UTC)


@pytest.mark.slow
def test_a_day_without_a_time_is_asked_about(inspector):
    preview = send(inspector, InterviewFactory(held_at=None), TIMED, "call.vtt")
    refused = press(inspector, preview, date=["1", "5", "2026"])
    assert refused.errors == ["Enter the time at which the recording began as well as the day"]
    assert notes() == []


# --- done once, in one write -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_file_is_kept_byte_for_byte_and_can_be_downloaded_by_who_may_see_names(sign_in, inspector, interview):
    content = b"DCP 2: caf\xe9\r\n\r\nYes.\r\n"
    press(inspector, send(inspector, interview, content, "x.txt"))
    assert storage.read(interview.inspection_id, the_import().sha256) == content
    taken = inspector.get("interviews.download_notes", interview, number=1)
    assert taken.data == content
    assert "INT-001-import-1.txt" in taken.headers["Content-Disposition"]
    observer = sign_in(TeamMemberFactory(role=TeamRole.OBSERVER))
    assert observer.get("interviews.download_notes", interview, number=1).status == 403
    assert observer.get("interviews.show_import", interview, number=1).status == 200


def test_one_paragraph_becomes_one_note(inspector, interview):
    assert "1 paragraph becomes 1 note" in inspector.post("interviews.receive_notes", interview, text="DCP 2: One.")


@pytest.mark.slow
def test_pasted_text_is_imported_as_a_file_is(inspector, interview):
    text = "DCP 2: One.\r\n\r\nTwo.\r\n"
    form = inspector.get("interviews.show_imports", interview).one("main form[enctype]")
    assert form["data-fb-ask"] == "", "what is pasted is not left without a question"
    preview = inspector.post("interviews.receive_notes", interview, text=text)
    assert "Pasted text: 2 paragraphs become 1 note" in preview
    press(inspector, preview)
    assert said() == [("DCP 2", "One.\nTwo.")]
    assert storage.read(interview.inspection_id, the_import().sha256) == text.replace("\r\n", "\n").encode()


@pytest.mark.slow
def test_notes_come_behind_those_that_are_there_and_the_trail_has_one_entry(inspector, interview):
    NoteFactory(interview=interview, words="Typed before.")
    press(inspector, send(inspector, interview, "DCP 2: One.\n\nDCP 3: Two."))
    NoteFactory(interview=interview, words="Typed after.")
    assert [note.words for note in notes()] == ["Typed before.", "One.", "Two.", "Typed after."]
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.part == "import 1").order_by(AuditEntry.number))
    assert [entry.deed for entry in entries] == ["received notes", "imported notes"]
    history = inspector.get("interviews.show_history", interview)
    assert "imported notes (import 1)" in history and "Paragraphs 2" in history and "Last note 3" in history


@pytest.mark.slow
def test_sent_twice_it_is_done_once(inspector, interview):
    preview = send(inspector, interview, "DCP 2: One.\n\nDCP 3: Two.")
    sent = {name: value for name, value in preview.form("/preview").items() if name != "csrf_token"} | {"import": "1"}
    first = inspector.open("POST", preview.address, form=sent, follow=False)
    again = inspector.open("POST", preview.address, form=sent, follow=False)
    assert (first.status, first.location) == (again.status, again.location) == (303, first.location)
    assert len(notes()) == 2
    later = inspector.open("POST", preview.address, form=sent | {"operation": ""}, follow=False)
    assert (later.status, "was imported or discarded already" in later) == (409, True)
    assert inspector.open("GET", preview.address).status == 303


@pytest.mark.slow
def test_the_same_content_again_is_told(inspector, interview):
    preview = send(inspector, interview, "DCP 2: One.")
    waits = send(inspector, interview, "DCP 2: One.", "other.txt")
    assert waits.errors == ["The same content is here as import 1, not imported yet. Open that, or discard it first"]
    press(inspector, preview)
    there = inspector.post("interviews.receive_notes", interview, text="DCP 2: One.")
    assert there.errors == [
        "The same content was imported already, as import 1: 1 note. Withdraw that first to import it again"
    ]
    assert there.field("text") == "DCP 2: One."
    assert send(inspector, InterviewFactory(), "DCP 2: One.").status == 200, "another interview may have it"


@pytest.mark.slow
def test_a_preview_may_be_discarded_and_the_file_sent_again(inspector, interview):
    send(inspector, interview, "DCP 2: One.")
    page = inspector.post("interviews.discard_import", interview, number=1)
    assert page.messages.endswith("Import 1 is discarded. Nothing of it was imported.")
    assert notes() == []
    assert inspector.post("interviews.discard_import", interview, number=1).status == 409
    press(inspector, send(inspector, interview, "DCP 2: One."))
    look_again()
    states = db.session.scalars(select(NoteImport.state).order_by(NoteImport.number))
    assert list(states) == [ImportState.DISCARDED, ImportState.IMPORTED]


@pytest.mark.slow
def test_labels_that_a_colleague_gave_meanwhile_are_shown_and_neither_are_lost(inspector, interview, sign_in):
    preview = send(inspector, interview, "Jo Bloggs: One.")
    colleague = sign_in(TeamMemberFactory())
    press(colleague, colleague.open("GET", preview.address), "save", label_0="Manager 1")
    conflict = press(inspector, preview, label_0="DCP 1")
    assert conflict.status == 409
    (label, told), *more = conflict.differences.items()
    assert (label, more) == ("Jo Bloggs: Called in the notes", [])
    assert told == "Now: Manager 1 Yours: DCP 1 Both of you changed it: the form has yours. Enter what is to stand."
    assert conflict.field("label_0") == "DCP 1"
    assert notes() == []
    press(inspector, conflict)
    assert said() == [("DCP 1", "One.")]


@pytest.mark.slow
def test_an_import_is_one_commit_and_as_many_statements_for_a_day_as_for_two_sentences(inspector):
    day = (DATA / "transcripts/inquiry_2024-05-13.txt").read_bytes()
    counts = []
    for content in (b"DCP 2: One.\n\nDCP 3: Two.", day):
        preview = send(inspector, InterviewFactory(), content)
        with counting_statements() as asked:
            press(inspector, preview)
        assert asked.commits == 1
        counts.append(len(asked.statements))
    assert counts[0] == counts[1] < 60
    assert len(notes()) > 1000


# --- undone ----------------------------------------------------------------------------------------------------------


def imported(inspector, interview, content="DCP 2: One.\n\nDCP 3: Late. #vw.ii\n\nDCP 2: Three."):
    press(inspector, send(inspector, interview, content))
    return the_import()


@pytest.mark.slow
def test_an_import_is_withdrawn_as_a_whole_with_a_reason(inspector, interview):
    NoteFactory(interview=interview, words="Typed before.")
    imported(inspector, interview, "DCP 2: One.\n\nDCP 3: Two.")
    assert inspector.post("interviews.withdraw_import", interview, number=1, reason=" ").errors == [
        "Say in a few words why it is withdrawn"
    ]
    page = inspector.post("interviews.withdraw_import", interview, number=1, reason="Wrong call")
    assert page.messages.endswith("2 notes withdrawn.")
    assert "Wrong call" in page and "One." in page, "they stay on record"
    stream = inspector.get("interviews.show_interview", interview)
    assert [part.get_text() for part in stream.all(".fb-note__words")] == ["Typed before."]
    assert [note.withdrawn_reason for note in notes()] == ["", "Wrong call", "Wrong call"]
    assert inspector.post("interviews.withdraw_import", interview, number=1, reason="Again").status == 409
    reworded = inspector.post("interviews.reword_note", interview, number=2, words="Other.", version=2)
    assert (reworded.status, "Note 2 was withdrawn with its import." in reworded) == (422, True)
    imported_again = send(inspector, interview, "DCP 2: One.\n\nDCP 3: Two.")
    press(inspector, imported_again)
    assert [note.words for note in notes() if note.withdrawn_at is None] == ["Typed before.", "One.", "Two."]


@pytest.mark.slow
def test_a_note_that_evidence_was_lifted_from_stays_until_that_is_withdrawn(inspector, interview):
    imported(inspector, interview)
    asked = inspector.get("interviews.show_withdraw", interview, number=1)
    assert "Note 2: E-0001" in asked
    page = inspector.post("interviews.withdraw_import", interview, number=1, reason="Wrong call")
    assert page.messages.endswith("2 notes withdrawn. 1 note stays, as evidence was lifted from them.")
    assert [note.words for note in notes() if note.withdrawn_at is None] == ["Late. #vw.ii"]
    refused = inspector.post("interviews.withdraw_import", interview, number=1, reason="The rest")
    assert refused.errors == ["Evidence was lifted from each of its notes. Withdraw that first, then the notes"]
    with the_world():
        withdraw(db.session.scalars(select(EvidenceItem)).one(), "Wrong call", by=SOMEBODY)
    assert inspector.post("interviews.withdraw_import", interview, number=1, reason="The rest").status == 200
    assert the_import().state is ImportState.WITHDRAWN


@pytest.mark.slow
def test_a_signed_off_interview_takes_no_import_and_keeps_its_own(inspector, interview):
    preview = send(inspector, interview, "DCP 2: One.")
    imported_page = send(inspector, interview, "DCP 2: Two.")
    press(inspector, imported_page)
    with the_world():
        row = db.session.get_one(type(interview), interview.id)
        for deed in (planning.finish, planning.write_up, planning.sign_off):
            deed(row, by=SOMEBODY)
    refused = press(inspector, preview)
    assert (refused.status, "is signed off, so its notes are as they are" in refused) == (422, True)
    assert send(inspector, interview, "DCP 2: Three.").status == 422
    withdrawn = inspector.post("interviews.withdraw_import", interview, number=2, reason="Late")
    assert "is signed off" in withdrawn.errors[0]
    assert [note.words for note in notes() if note.withdrawn_at is None] == ["Two."]
    assert not inspector.get("interviews.show_imports", interview).all("input[type=file]")


# --- wrong input -----------------------------------------------------------------------------------------------------


def word_file() -> bytes:
    target = io.BytesIO()
    docx.Document().save(target)
    return target.getvalue()


WRONG = {
    "an XLSX": (lambda: (DATA / "xlsx/emoji.xlsx").read_bytes(), "This is no file of notes (Excel workbook). Save the"),
    "a picture": (
        lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"x" * 90,
        "This is a picture, without text. Choose the",
    ),
    "an empty file": (lambda: b"", "There are no words in it. Choose the file that has the notes"),
    "an empty document": (word_file, "There are no words in it. Choose the file that has the notes"),
    "a broken DOCX": (
        lambda: (DATA / "docx/original.docx").read_bytes()[:9000],
        "The file is damaged and cannot be read.",
    ),
    "one with a password": (
        lambda: (DATA / "xlsx/password_protected.xlsx").read_bytes(),
        "The file has a password. Save",
    ),
    "50 MB of text": (lambda: b"Some words. " * (50 << 16), "That is more than can be imported at once: 20 MB"),
    "too many words": (lambda: b"Some words.\n" * 190_000, "That is more than can be imported at once: 20 MB"),
    "a VTT without cues": (lambda: b"WEBVTT\n\nNOTE nothing\n", "The transcript has no words: nobody speaks in it."),
    "1 MB in one line": (lambda: b"word " * 210_000, "Paragraph 1 has 1,050,000 characters, and a note holds 20,000."),
    "a program": (
        lambda: b"\x7fELF\x00\x01\x02" * 90,
        "This is a file that Fieldbook does not know. Save the notes as",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_notes_is_told_in_a_sentence_and_nothing_is_changed(inspector, interview, wrong):
    make, sentence = WRONG[wrong]
    page = send(inspector, interview, make(), "notes.docx")
    assert page.status == 422
    assert len(page.errors) == 1 and page.errors[0].startswith(sentence), page.errors
    assert db.session.scalar(select(func.count()).select_from(NoteImport)) == 0
    assert db.session.scalar(select(func.count()).select_from(SourceText)) == 0


def test_an_interview_without_notes_says_where_a_transcript_comes_in(inspector, interview):
    page = inspector.get("interviews.show_interview", interview)
    assert "A transcript, or notes typed elsewhere, come in under Imports." in page.one("#no-notes").get_text()
    tab = next(link for link in page.all(".fb-tabs a") if link.get_text().strip() == "Imports")
    assert inspector.open("GET", tab["href"]).all("input[type=file]")


def test_neither_or_both_is_told_and_what_was_typed_stays(inspector, interview):
    neither = inspector.post("interviews.receive_notes", interview, text=" \n")
    assert neither.errors == ["Choose the file of the notes, or paste their text"]
    both = send(inspector, interview, "DCP 2: One.", text="DCP 2: Two.")
    assert both.errors == ["Choose a file or paste text, not both"]
    assert both.field("text") == "DCP 2: Two."


def test_pasted_text_of_one_long_line_stays_in_the_form(inspector, interview):
    page = inspector.post("interviews.receive_notes", interview, text="word " * 10_000)
    assert page.errors[0].startswith("Paragraph 1 has 50,000 characters")
    assert page.field("text") == "word " * 10_000


def test_an_import_that_is_not_there_and_one_of_another_interview_are_404(inspector, interview):
    NoteImportFactory(interview=InterviewFactory())
    for endpoint in ("show_import", "show_preview", "show_withdraw", "download_notes"):
        page = inspector.get(f"interviews.{endpoint}", interview, number=1)
        assert (page.status, "INT-001 has no import 1." in page) == (404, True)


@pytest.mark.slow
def test_words_that_look_like_markup_are_shown_as_they_are(inspector, interview):
    words = "<script>alert(1)</script> {{ 7 * 7 }} &amp; \u202etxt"
    preview = send(inspector, interview, f"DCP 2: {words}")
    assert words.split(" ")[0] in preview.one(".fb-notes").get_text()
    press(inspector, preview)
    assert said()[0][1] == words


@pytest.mark.slow
def test_the_pages_ask_as_much_for_many_notes_as_for_few(inspector, interview):
    def asked(number):
        with counting_statements() as counted:
            inspector.get("interviews.show_preview", interview, number=number)
            inspector.get("interviews.show_imports", interview)
        return len(counted.statements)

    NoteImportFactory(interview=interview)
    few = asked(1)
    NoteImportFactory(interview=interview, content=(DATA / "transcripts/inquiry_2024-03-13.txt").read_bytes())
    assert asked(2) == few
